//! The application, read: everything that is wrong with it is said at once.

use crate::{
    clock::civil_day,
    platform::Platform,
    services::{fields::Fields, looks::Known},
};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use gabarit_domain::{
    candidate::{Complete, Evidence, LEAST_CLAIM, Lacking},
    expert::{ProductCode, Sector},
    ids::PlaceId,
    text::{Message, Name, OneLine, Phone, TextError, fold},
    vat::CountryCode,
};
use gabarit_i18n::{Locale, labels};
use gabarit_view::{
    candidate::{ApplicationForm, CERTIFICATES, DIPLOMAS, EXPERIENCES, LANGUAGE, PRODUCT, SECTOR},
    error::{ApiError, Problem},
};

/// The place as it was understood, kept with the form.
const PLACE_ID: &str = "place_id";
/// The greatest number of characters of one line.
const LINE: u32 = 120;
/// The greatest number of characters of several.
const TEXT: u32 = 4_000;
/// Skills that can be named.
const MOST_SKILLS: usize = 30;

/// A certificate, diploma or job.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) organisation: String,
    pub(super) from_year: Option<i32>,
    pub(super) to_year: Option<i32>,
    pub(super) description: String,
}

/// An application without a mistake, and all that it must show.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) display_name: Name,
    pub(super) phone: Phone,
    pub(super) place: PlaceId,
    pub(super) country: CountryCode,
    pub(super) headline: OneLine,
    pub(super) summary: Message,
    pub(super) summary_language: String,
    pub(super) on_site: bool,
    pub(super) remote: bool,
    pub(super) max_travel_km: Option<u32>,
    pub(super) products: Vec<String>,
    pub(super) sectors: Vec<Sector>,
    pub(super) languages: Vec<String>,
    pub(super) skills: Vec<String>,
    pub(super) records: Vec<Record>,
    pub(super) complete: Complete,
    form: ApplicationForm,
}

impl Application {
    /// The form as typed, with the place as it was understood.
    pub(super) fn kept(&self) -> ApplicationForm {
        let mut form = self.form.clone();
        form.0.insert(PLACE_ID.to_owned(), self.place.to_string());
        form
    }
}

/// The earliest year that anybody may name.
const FIRST_YEAR: i32 = 1950;
/// The longest way to travel, in kilometres: half around the earth.
const MOST_KM: u32 = 20_040;

impl Fields {
    fn line(&mut self, field: &str, text: &str) -> Option<String> {
        self.read(field, LINE, OneLine::parse(text)).map(String::from)
    }

    /// A date as browsers send it.
    fn date(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        let date = text.trim().parse().ok();
        if date.is_none() {
            self.add(field, if text.trim().is_empty() { Problem::Missing } else { Problem::NotADay });
        }
        date
    }

    fn year(&mut self, field: &str, text: &str, today: NaiveDate) -> Option<i32> {
        self.year_from(field, text, FIRST_YEAR, today)
    }

    /// A year from the one given to this one.
    fn year_from(&mut self, field: &str, text: &str, first: i32, today: NaiveDate) -> Option<i32> {
        let year = text.trim().parse().ok().filter(|year| (first..=today.year()).contains(year));
        if year.is_none() {
            let bounds = Problem::Outside(first.to_string(), today.year().to_string());
            self.add(field, if text.trim().is_empty() { Problem::Missing } else { bounds });
        }
        year
    }
}

/// The place that a text means, if it means one.
fn find_place(p: &Platform, form: &ApplicationForm, locale: Locale) -> Option<PlaceId> {
    if let Some(id) = form.text(PLACE_ID).parse().ok().filter(|id| p.places.get(*id).is_some()) {
        return Some(id);
    }
    let typed: String = form.text("place").chars().take(80).collect();
    let wanted = fold(&typed);
    // Labels are searched by their name: what stands before the comma.
    let name = typed.split(',').next().unwrap_or_default();
    let found = p.places.complete(name.trim(), locale, 8);
    let labelled = found.iter().find(|place| fold(&place.label()) == wanted);
    let mut named = found.iter().filter(|place| fold(&place.name) == wanted);
    match (labelled, named.next(), named.next(), found.as_slice()) {
        (Some(place), ..) => Some(place.id),
        (None, Some(only), None, _) => Some(only.id),
        (None, None, None, [only]) if typed.trim() == name.trim() => Some(only.id),
        _ => None,
    }
}

/// Reads a form. Words that a manager allowed its author are no links.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct.
pub(super) fn read(
    p: &Platform,
    form: &ApplicationForm,
    locale: Locale,
    known: &Known,
) -> Result<Application, ApiError> {
    let read = read_on(p, form, locale, p.today());
    let mut links = Fields::default();
    for field in public_fields() {
        links.no_links_but(field, form.text(field), known);
    }
    if links.0.is_empty() {
        return read;
    }
    let mut fields = match read {
        Err(ApiError::Invalid { fields, .. }) => fields,
        _ => Vec::new(),
    };
    fields.extend(links.0);
    Err(ApiError::Invalid { fields, stash: None })
}

/// Every text that stands on the profile once the candidate is accepted: no links stand in it (S39). What was sent before
/// is not read by this again.
pub(super) fn public_fields() -> impl Iterator<Item = &'static str> {
    let records = CERTIFICATES
        .iter()
        .map(|row| row.title)
        .chain(DIPLOMAS.iter().flat_map(|row| [row.title, row.school]))
        .chain(EXPERIENCES.iter().flat_map(|row| [row.title, row.organisation, row.description]));
    ["display_name", "headline", "summary", "skills"].into_iter().chain(records)
}

/// Reads a form again that was sent at an instant, as it was read then.
///
/// # Errors
/// A fault: it was read before.
pub(super) fn reread(p: &Platform, form: &ApplicationForm, sent: DateTime<Utc>) -> Result<Application, ApiError> {
    read_on(p, form, Locale::default(), civil_day(sent, p.config.zone))
        .map_err(|error| p.fault(format_args!("an application cannot be read again: {error:?}")))
}

fn read_on(p: &Platform, form: &ApplicationForm, locale: Locale, today: NaiveDate) -> Result<Application, ApiError> {
    let mut problems = Fields::default();
    let text = |name: &str| form.text(name);
    let display_name = problems.read("display_name", LINE, Name::parse(text("display_name")));
    let phone = problems.read("phone", 30, Phone::parse(text("phone")));
    let headline = problems.read("headline", LINE, OneLine::parse(text("headline")));
    let summary = problems.read("summary", TEXT, Message::parse(text("summary")));
    let place = find_place(p, form, locale).and_then(|id| p.places.get(id));
    if place.is_none() {
        problems.add("place", if text("place").is_empty() { Problem::Missing } else { Problem::UnknownPlace });
    }
    let known_language = |code: &str| labels::LANGUAGES.iter().any(|(known, _)| *known == code);
    let summary_language = Some(text("summary_language").to_owned()).filter(|code| known_language(code));
    if summary_language.is_none() {
        problems.add("summary_language", Problem::Missing);
    }
    let products = list(&mut problems, PRODUCT, form, |code| ProductCode::parse(code).is_ok());
    let sectors = list(&mut problems, SECTOR, form, |code| Sector::parse(code).is_some());
    let languages = list(&mut problems, LANGUAGE, form, known_language);
    let skills = skills(&mut problems, text("skills"));
    let (on_site, remote) = (form.is_checked("on_site"), form.is_checked("remote"));
    if !on_site && !remote {
        problems.add("on_site", Problem::NoMode);
    }
    let max_travel_km = match text("max_travel_km").trim() {
        "" => None,
        typed => {
            let km = typed.parse::<u32>().ok().filter(|km| *km <= MOST_KM);
            if km.is_none() {
                problems.add("max_travel_km", Problem::Outside("0".to_owned(), MOST_KM.to_string()));
            }
            km
        }
    };
    let mut records = Vec::new();
    let expiries = certificates(&mut problems, form, today, &mut records);
    let diplomas = diplomas(&mut problems, form, today, &mut records);
    let experiences = experiences(&mut problems, form, today, &mut records);
    let equal_skill = problems.read("equal_skill", TEXT, Message::parse_optional(text("equal_skill"))).flatten();
    let evidence = Evidence { certificates: expiries, equal_skill, diplomas, experiences };
    let complete = match evidence.complete(today) {
        Ok(complete) => Some(complete),
        Err(lacking) => {
            for lacking in lacking {
                let (field, problem) = match lacking {
                    Lacking::Certificate => (CERTIFICATES[0].title, Problem::Missing),
                    Lacking::Reasons => ("equal_skill", Problem::TooShort(LEAST_CLAIM)),
                    Lacking::Diploma => (DIPLOMAS[0].title, Problem::Missing),
                    Lacking::Experience => (EXPERIENCES[0].title, Problem::Missing),
                };
                // A row that was begun says more precisely what it lacks: the fields of a row share the beginning of its name.
                let kind = field
                    .trim_end_matches(|c: char| !c.is_ascii_digit())
                    .trim_end_matches(|c: char| c.is_ascii_digit());
                let of_kind = |known: &gabarit_view::error::FieldError| {
                    known.field == field || (!kind.is_empty() && known.field.starts_with(kind))
                };
                if !problems.0.iter().any(of_kind) {
                    problems.add(field, problem);
                }
            }
            None
        }
    };
    if !form.is_checked("truthful") {
        problems.add("truthful", Problem::NotAccepted);
    }
    let read = (|| {
        let place = place?;
        Some(Application {
            display_name: display_name?,
            phone: phone?,
            place: place.id,
            country: place.country,
            headline: headline?,
            summary: summary?,
            summary_language: summary_language?,
            on_site,
            remote,
            max_travel_km,
            products,
            sectors: sectors.iter().filter_map(|code| Sector::parse(code)).collect(),
            languages,
            skills,
            records,
            complete: complete?,
            form: form.clone(),
        })
    })();
    match read {
        Some(application) if problems.0.is_empty() => Ok(application),
        _ => Err(ApiError::Invalid { fields: problems.0, stash: None }),
    }
}

/// Values checked in a list, of which one at least must be.
fn list(problems: &mut Fields, prefix: &str, form: &ApplicationForm, known: impl Fn(&str) -> bool) -> Vec<String> {
    let values: Vec<String> = form.checked(prefix).filter(|value| known(value)).map(ToOwned::to_owned).collect();
    if values.is_empty() {
        problems.add(prefix.trim_end_matches('_'), Problem::Missing);
    }
    values
}

/// Skills, one a line or parted by commas, each once.
fn skills(problems: &mut Fields, text: &str) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for skill in text.split(['\n', ',', ';']).map(str::trim).filter(|skill| !skill.is_empty()) {
        match OneLine::parse(skill) {
            Ok(skill) if known.iter().any(|known| fold(known) == fold(skill.as_str())) => {}
            Ok(skill) => known.push(skill.into()),
            Err(TextError::TooLong) => {
                problems.add("skills", Problem::TooLong(LINE));
                break;
            }
            Err(_) => {
                problems.add("skills", Problem::Malformed);
                break;
            }
        }
    }
    if known.len() > MOST_SKILLS {
        problems.add("skills", Problem::TooMany(30));
    }
    known
}

/// Certificates; answers on which days they expire.
fn certificates(
    problems: &mut Fields,
    form: &ApplicationForm,
    today: NaiveDate,
    records: &mut Vec<Record>,
) -> Vec<Option<NaiveDate>> {
    let mut expiries = Vec::new();
    for row in CERTIFICATES {
        if [row.title, row.number, row.issued, row.expires].iter().all(|name| form.text(name).trim().is_empty()) {
            continue;
        }
        let title = problems.line(row.title, form.text(row.title));
        let number = problems.line(row.number, form.text(row.number));
        let issued = problems.date(row.issued, form.text(row.issued));
        if issued.is_some_and(|day| day > today) {
            problems.add(row.issued, Problem::InFuture);
        }
        let expires = match form.text(row.expires).trim() {
            "" => None,
            typed => problems.date(row.expires, typed),
        };
        if let Some((issued, _)) = issued.zip(expires).filter(|(issued, expires)| expires <= issued) {
            problems.add(row.expires, Problem::NotAfterDay(issued));
        }
        if let (Some(title), Some(_), Some(issued)) = (title, number, issued) {
            expiries.push(expires);
            records.push(Record {
                kind: "certificate",
                title,
                // The one issuer of these certificates.
                organisation: "Autodesk".to_owned(),
                from_year: Some(issued.year()),
                to_year: expires.map(|day| day.year()),
                description: String::new(),
            });
        }
    }
    expiries
}

fn diplomas(problems: &mut Fields, form: &ApplicationForm, today: NaiveDate, records: &mut Vec<Record>) -> u32 {
    let mut count = 0;
    for row in DIPLOMAS {
        if [row.title, row.school, row.year].iter().all(|name| form.text(name).trim().is_empty()) {
            continue;
        }
        let title = problems.line(row.title, form.text(row.title));
        let school = problems.line(row.school, form.text(row.school));
        let year = problems.year(row.year, form.text(row.year), today);
        if let (Some(title), Some(organisation), Some(year)) = (title, school, year) {
            count += 1;
            records.push(Record {
                kind: "education",
                title,
                organisation,
                from_year: None,
                to_year: Some(year),
                description: String::new(),
            });
        }
    }
    count
}

fn experiences(problems: &mut Fields, form: &ApplicationForm, today: NaiveDate, records: &mut Vec<Record>) -> u32 {
    let mut count = 0;
    for row in EXPERIENCES {
        let names = [row.title, row.organisation, row.from, row.to, row.description];
        if names.iter().all(|name| form.text(name).trim().is_empty()) {
            continue;
        }
        let title = problems.line(row.title, form.text(row.title));
        let organisation = problems.line(row.organisation, form.text(row.organisation));
        let from = problems.year(row.from, form.text(row.from), today);
        let to = match form.text(row.to).trim() {
            "" => None,
            typed => problems.year_from(row.to, typed, from.unwrap_or(FIRST_YEAR), today),
        };
        let description =
            problems.read(row.description, TEXT, Message::parse_optional(form.text(row.description))).flatten();
        if let (Some(title), Some(organisation), Some(from)) = (title, organisation, from) {
            count += 1;
            records.push(Record {
                kind: "experience",
                title,
                organisation,
                from_year: Some(from),
                to_year: to,
                description: description.map(String::from).unwrap_or_default(),
            });
        }
    }
    count
}
