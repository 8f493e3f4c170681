//! Texts, lists and records of a profile.

use super::{own, publishing, stale, version};
use crate::{
    db::{
        accounts, bookings, experts as rows,
        work::{self, Record, Texts},
    },
    platform::Platform,
    services::{
        experts,
        fields::Fields,
        looks::{self, Known},
    },
};
use gabarit_domain::{
    completeness::{ProfileFacts, completeness},
    expert::{ExpertKind, ProductCode, Sector},
    ids::ExpertId,
    text::{Message, OneLine},
};
use gabarit_i18n::labels::LANGUAGES;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    expert::RecordKind,
    looks::LookArea,
    work::{ProfileEditor, ProfileForm, RecordForm},
};

/// The most records of a kind, and the most skills.
const MAX_RECORDS: usize = 30;
const MAX_SKILLS: usize = 40;

/// The profile of the expert who asks, with how complete it is.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn editor(p: &Platform, actor: &AccountView) -> Result<ProfileEditor, ApiError> {
    let fault = |error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let row = own(exec, p, actor).await?;
    let terms = experts::Terms::of(&row).ok_or_else(|| p.fault("the row of an expert makes no sense"))?;
    let lists = rows::lists(exec, row.id).await.map_err(fault)?;
    let list =
        |wanted: &'static str| lists.iter().filter(move |(list, _)| list == wanted).map(|(_, value)| value.clone());
    let records: Vec<_> =
        rows::records(exec, row.id).await.map_err(fault)?.into_iter().filter_map(experts::record).collect();
    let skills = work::skills(exec, row.id).await.map_err(fault)?;
    let exceptions = rows::exceptions(exec, row.id, p.today()).await.map_err(fault)?;
    let booked = rows::booked(exec, row.id, p.today()).await.map_err(fault)?;
    let holidays = experts::Calendar::holidays(p.holidays, terms.country, terms.region, p.today());
    let free = experts::Calendar::of(&terms, p.today(), &holidays, &exceptions, &booked).free_days();
    let account = accounts::by_id(exec, actor.id).await.map_err(fault)?;
    let count = |kind: RecordKind| records.iter().filter(|record| record.kind == kind).count();
    let (products, languages): (Vec<ProductCode>, Vec<String>) =
        (list("p").filter_map(|code| ProductCode::parse(&code).ok()).collect(), list("l").collect());
    let sectors: Vec<Sector> =
        Sector::ALL.into_iter().filter(|sector| list("s").any(|code| code == sector.code())).collect();
    let facts = ProfileFacts {
        headline: row.headline.chars().count(),
        summary: row.summary.chars().count(),
        languages: languages.len(),
        skills: skills.len(),
        products: products.len(),
        sectors: sectors.len(),
        certificates: count(RecordKind::Certificate),
        education: count(RecordKind::Education),
        experience: count(RecordKind::Experience),
        phone: account.is_some_and(|account| account.phone.is_some()),
        billing: bookings::billing(exec, ExpertId(row.id)).await.map_err(fault)?.is_some(),
        free_days: p.today().iter_days().take(60).filter(|day| free.is_free(*day)).count(),
        in_house: terms.kind == ExpertKind::InHouse,
    };
    let rulebook = crate::services::rulebooks::current_in(exec, p).await?;
    let all_products = experts::products_in(exec, p, &rulebook).await?;
    let allowed = Known::of(exec, actor.id).await.map_err(fault)?.allowed;
    Ok(ProfileEditor {
        version: row.version,
        expert: ExpertId(row.id),
        publishing: publishing(&row),
        display_name: row.display_name,
        level: terms.level,
        headline: row.headline,
        summary: row.summary,
        summary_language: row.summary_language,
        languages,
        skills,
        products,
        sectors,
        records,
        completeness: completeness(&facts),
        all_products,
        allowed,
    })
}

/// Asks a manager to look at what is marked in a field, where the form says so.
async fn ask(
    p: &Platform,
    actor: &AccountView,
    area: LookArea,
    asked: &str,
    texts: &[(&str, &String)],
) -> Result<(), ApiError> {
    if asked.is_empty() {
        return Ok(());
    }
    let (field, text) = texts.iter().find(|(field, _)| *field == asked).ok_or(ApiError::NotFound)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    own(&mut conn.exec(), p, actor).await?;
    drop(conn);
    looks::ask(p, actor, area, field, text).await
}

/// Stores texts and lists of the own profile; search hears of it. Where the form asks for a look at a field's words (S39),
/// that is noted first.
///
/// # Errors
/// [`ApiError::Invalid`] with everything to correct, links among it (S39), or [`Problem::Stale`] under `version` if
/// somebody changed the profile since it was read.
pub async fn save_profile(p: &Platform, actor: &AccountView, form: &ProfileForm) -> Result<(), ApiError> {
    let read = version(&form.version)?;
    let mut problems = Fields::default();
    let headline = problems.read("headline", 120, OneLine::parse(&form.headline));
    let summary = problems.read("summary", 4_000, Message::parse_optional(&form.summary));
    let texts = [("headline", &form.headline), ("summary", &form.summary), ("skills", &form.skills)];
    ask(p, actor, LookArea::Profile, &form.ask, &texts).await?;
    let allowed = Known::read(p, actor.id).await?;
    for (field, text) in texts {
        problems.no_links_but(field, text, &allowed);
    }
    let known = |code: &str| LANGUAGES.iter().any(|(language, _)| *language == code);
    if !known(&form.summary_language) {
        problems.add("summary_language", Problem::Unknown);
    }
    if form.languages.iter().any(|code| !known(code)) {
        problems.add("languages", Problem::Unknown);
    }
    let mut skills: Vec<String> = Vec::new();
    for line in form.skills.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()) {
        match OneLine::parse(line) {
            Ok(skill) if line.chars().count() <= 80 => {
                if !skills.iter().any(|known| known == skill.as_str()) {
                    skills.push(skill.as_str().to_owned());
                }
            }
            _ => {
                problems.add("skills", Problem::TooLong(80));
                break;
            }
        }
    }
    if skills.len() > MAX_SKILLS {
        problems.add("skills", Problem::TooMany(u32::try_from(MAX_SKILLS).unwrap_or(u32::MAX)));
    }
    let sectors: Vec<&str> = form.sectors.iter().filter_map(|code| Sector::parse(code)).map(Sector::code).collect();
    if sectors.len() < form.sectors.len() {
        problems.add("sectors", Problem::Unknown);
    }
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = own(&mut conn.exec(), p, actor).await?;
    let products = rows::products(&mut conn.exec()).await.map_err(|error| p.fault(error))?;
    drop(conn);
    if form.products.iter().any(|code| !products.iter().any(|product| product.code == *code)) {
        problems.add("products", Problem::Unknown);
    }
    problems.done()?;
    let (Some(headline), Some(summary)) = (headline, summary) else { return Err(ApiError::Transport) };
    let summary = summary.map(String::from).unwrap_or_default();
    let unique = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list.dedup();
        list
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let texts = Texts { headline: headline.as_str(), summary: &summary, language: &form.summary_language };
    let stored = async {
        let exec = &mut tx.exec();
        if !work::raise_version(exec, row.id, read, p.now()).await? {
            return Ok(false);
        }
        work::set_texts(exec, row.id, texts).await?;
        let mut sectors = sectors;
        sectors.dedup();
        work::set_lists(exec, row.id, &unique(&form.products), &sectors, &unique(&form.languages), &skills).await?;
        Ok::<_, sqlx::Error>(true)
    }
    .await
    .map_err(|error| p.fault(error))?;
    if !stored {
        return Err(stale());
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    p.search.touch();
    Ok(())
}

fn kind_of(code: &str) -> Option<RecordKind> {
    Some(match code {
        "certificate" => RecordKind::Certificate,
        "education" => RecordKind::Education,
        "experience" => RecordKind::Experience,
        _ => return None,
    })
}

/// Adds, changes or takes out a certificate, diploma or job of the own profile.
///
/// # Errors
/// As [`save_profile`].
pub async fn save_record(p: &Platform, actor: &AccountView, form: &RecordForm) -> Result<(), ApiError> {
    let read = version(&form.version)?;
    let kind = kind_of(&form.kind).ok_or_else(|| ApiError::field("kind", Problem::Unknown))?;
    let mut problems = Fields::default();
    let remove = super::is_on(&form.remove);
    let mut new = None;
    if !remove {
        let title = problems.read("title", 120, OneLine::parse(&form.title));
        let organisation = problems.read("organisation", 120, OneLine::parse_optional(&form.organisation));
        let description = problems.read("description", 4_000, Message::parse_optional(&form.description));
        let texts = [("title", &form.title), ("organisation", &form.organisation), ("description", &form.description)];
        ask(p, actor, LookArea::Record, &form.ask, &texts).await?;
        let allowed = Known::read(p, actor.id).await?;
        for (field, text) in texts {
            problems.no_links_but(field, text, &allowed);
        }
        let mut year = |field: &str, text: &str, first: i64| match text.trim() {
            "" => None,
            text => {
                let year = text.parse::<i64>().ok().filter(|year| (first..=2100).contains(year));
                if year.is_none() {
                    problems.add(field, Problem::Outside(first.to_string(), "2100".to_owned()));
                }
                year
            }
        };
        let from_year = year("from_year", &form.from_year, 1950);
        let to_year = year("to_year", &form.to_year, from_year.unwrap_or(1950));
        if let (Some(title), Some(organisation), Some(description)) = (title, organisation, description) {
            new = Some(Record {
                title: title.as_str().to_owned(),
                organisation: organisation.map(|text| text.as_str().to_owned()).unwrap_or_default(),
                from_year,
                to_year,
                description: description.map(String::from).unwrap_or_default(),
            });
        }
    }
    problems.done()?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    if !work::raise_version(&mut tx.exec(), row.id, read, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(stale());
    }
    let mut records: Vec<Record> = rows::records(&mut tx.exec(), row.id)
        .await
        .map_err(|error| p.fault(error))?
        .into_iter()
        .filter(|record| kind_of(&record.kind) == Some(kind))
        .map(|record| Record {
            title: record.title,
            organisation: record.organisation,
            from_year: record.from_year,
            to_year: record.to_year,
            description: record.description,
        })
        .collect();
    let at = match form.at.trim() {
        "" => None,
        at => Some(at.parse::<usize>().ok().filter(|at| *at < records.len()).ok_or(ApiError::NotFound)?),
    };
    match (at, new) {
        (Some(at), None) => drop(records.remove(at)),
        (Some(at), Some(new)) => records[at] = new,
        (None, Some(new)) => records.insert(0, new),
        (None, None) => return Err(ApiError::NotFound),
    }
    if records.len() > MAX_RECORDS {
        return Err(ApiError::field("title", Problem::TooMany(u32::try_from(MAX_RECORDS).unwrap_or(u32::MAX))));
    }
    work::set_records(&mut tx.exec(), row.id, &form.kind, &records).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(())
}
