//! Referral partners (S40): an expert asks, a manager decides; who follows a partner's link may leave a lead.
//!
//! A partner sees of a lead the organisation, what it wants, when it came and where it stands: nothing else of it is
//! read for them. Who follows a link without leaving a lead is recorded nowhere (S43). Nobody brings themselves, and
//! no manager decides on what is their own.

mod console;
mod notices;

pub use console::{decide, lead_file, move_lead, partner_file, queue};

use crate::{
    clock::zoned,
    db::{
        Exec,
        experts::{self as expert_rows, ExpertRow},
        referral::{self as rows, NewLead, NewLine, PartnerRow},
    },
    jobs, places,
    platform::Platform,
    services::{contact::count, experts, fields::Fields},
};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::ExpertId,
    referral::{Lead, Partnership, ReferralCode},
    text::{Email, Message, Name, Phone},
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    referral::{AskForm, LeadForm, LicencesPage, OwnLead, OwnPartnership, ReferralDesk},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Leads from one network address within the hour.
const PER_ADDRESS: i64 = 20;
/// Confirmations to one mail address within the hour: nobody is flooded in another's name.
const PER_RECIPIENT: i64 = 5;
/// Times that one expert asks within the hour.
const PER_EXPERT: i64 = 5;
/// The most seats that a lead may want.
const MOST_SEATS: u32 = 10_000;

fn bucket(kind: &str, of: &str) -> String {
    format!("referral/{kind}/{}", hex::encode(&Sha256::digest(of.as_bytes())[..16]))
}

fn zone_of(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

fn state_of(p: &Platform, row: &PartnerRow) -> Result<Partnership, ApiError> {
    Partnership::parse(&row.state).ok_or_else(|| p.fault("state of a partnership"))
}

fn code_of(row: &PartnerRow) -> Option<ReferralCode> {
    row.code.as_deref().and_then(|code| ReferralCode::parse(code).ok())
}

/// The address of a partner's page.
fn link(p: &Platform, locale: Locale, code: &ReferralCode) -> String {
    let path = format!("/{}/licences/{code}", locale.code());
    p.config.public_url.join(&path).map_or(path, String::from)
}

/// Names of products, by their codes.
async fn names(p: &Platform) -> Result<BTreeMap<String, String>, ApiError> {
    let products = experts::products(p).await?;
    Ok(products.into_iter().map(|product| (product.code.as_str().to_owned(), product.name)).collect())
}

fn named(names: &BTreeMap<String, String>, products: &str) -> Vec<String> {
    let codes: Vec<String> = serde_json::from_str(products).unwrap_or_default();
    codes.into_iter().map(|code| names.get(&code).cloned().unwrap_or(code)).collect()
}

/// The expert of the account that asks.
async fn own(exec: &mut Exec<'_>, p: &Platform, actor: &AccountView) -> Result<ExpertRow, ApiError> {
    let id = actor.expert.ok_or(ApiError::Forbidden)?;
    expert_rows::get(exec, id.0).await.map_err(|error| p.fault(error))?.ok_or(ApiError::Forbidden)
}

/// An expert's own desk.
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever is no expert.
pub async fn desk(p: &Platform, actor: &AccountView, locale: Locale) -> Result<ReferralDesk, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = zone_of(p, actor);
    let (expert, partnerships, leads) = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        let exec = &mut conn.exec();
        let expert = own(exec, p, actor).await?;
        let id = ExpertId(expert.id);
        let partnerships = rows::of_expert(exec, id).await.map_err(fault)?;
        (expert, partnerships, rows::leads_of(exec, id).await.map_err(fault)?)
    };
    let current = match partnerships.first() {
        Some(row) => Some(OwnPartnership {
            state: state_of(p, row)?,
            code: code_of(row),
            reasons: row.reasons.clone(),
            asked_at: zoned(row.asked_at, zone),
            decided_at: row.decided_at.map(|at| zoned(at, zone)),
            ended_at: row.ended_at.map(|at| zoned(at, zone)),
        }),
        None => None,
    };
    let names = names(p).await?;
    let published = expert.state == "published";
    let over = current.as_ref().is_none_or(|current| current.state.is_over());
    let works = current.as_ref().filter(|current| current.state.takes_leads());
    Ok(ReferralDesk {
        may_ask: published && over,
        published,
        link: works.and_then(|current| current.code.as_ref()).map(|code| link(p, locale, code)),
        leads: leads
            .into_iter()
            .filter_map(|row| {
                Some(OwnLead {
                    products: named(&names, &row.products),
                    seats: u32::try_from(row.seats).ok()?,
                    at: zoned(row.created_at, zone),
                    state: Lead::parse(&row.state)?,
                    organisation: row.organisation,
                })
            })
            .collect(),
        current,
    })
}

/// An expert asks to become a partner; managers are told.
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever has no published profile; [`ApiError::MovedOn`] for who has asked or is a partner;
/// [`ApiError::Invalid`] by the field `motivation`; [`ApiError::TooManyAttempts`].
pub async fn ask(p: &Platform, actor: &AccountView, form: &AskForm) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    if actor.expert.is_none() {
        return Err(ApiError::Forbidden);
    }
    let mut fields = Fields::default();
    let motivation = fields.read("motivation", 4_000, Message::parse_optional(&form.motivation)).flatten();
    fields.done()?;
    count(p, &bucket("ask", &actor.id.to_string()), PER_EXPERT).await?;
    let motivation = motivation.map(String::from).unwrap_or_default();
    let (id, now) = (p.ids.uuid(), p.now());
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    let expert = own(exec, p, actor).await?;
    if expert.state != "published" {
        return Err(ApiError::Forbidden);
    }
    if !rows::ask(exec, id, ExpertId(expert.id), &motivation, now).await.map_err(fault)? {
        return Err(ApiError::MovedOn);
    }
    let line = NewLine {
        id: p.ids.uuid(),
        partner: id,
        lead: None,
        by: Some(actor.id),
        event: Partnership::Asked.code(),
        now,
    };
    rows::log(exec, line).await.map_err(fault)?;
    notices::asked(exec, p, id, &expert.display_name).await?;
    tx.commit().await.map_err(fault)?;
    jobs::wake(p);
    Ok(())
}

/// The partnership of a code that takes leads.
async fn partner_of(exec: &mut Exec<'_>, p: &Platform, code: &str) -> Result<(ReferralCode, PartnerRow), ApiError> {
    let code = ReferralCode::parse(code).map_err(|_| ApiError::NotFound)?;
    let row = rows::by_code(exec, &code).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    if state_of(p, &row)?.takes_leads() { Ok((code, row)) } else { Err(ApiError::LinkExpired) }
}

/// The page behind a partner's link. That it was read is recorded nowhere.
///
/// # Errors
/// [`ApiError::NotFound`] for a code that nobody has; [`ApiError::LinkExpired`] when its partnership has ended.
pub async fn page(
    p: &Platform,
    actor: Option<&AccountView>,
    code: &str,
    locale: Locale,
) -> Result<LicencesPage, ApiError> {
    let (code, row) = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        partner_of(&mut conn.exec(), p, code).await?
    };
    let products = experts::products(p).await?;
    Ok(LicencesPage {
        code,
        partner: row.name,
        own: actor.is_some_and(|actor| actor.id.0 == row.account_id),
        products: products.into_iter().map(|product| (product.code.as_str().to_owned(), product.name)).collect(),
        countries: places::countries(locale),
        home: p.config.operator.vat.country,
        form_key: p.ids.uuid(),
    })
}

/// A lead without a mistake in itself.
struct Draft {
    organisation: Name,
    contact_name: Name,
    email: Email,
    phone: Option<Phone>,
    products: Vec<(String, String)>,
    seats: u32,
    country: CountryCode,
    message: String,
}

async fn read(p: &Platform, form: &LeadForm) -> Result<Draft, ApiError> {
    let mut fields = Fields::default();
    if !form.website.is_empty() {
        // Nobody sees this field. Whoever fills it in by mistake (a password manager) is told, and loses nothing.
        fields.add("website", Problem::NotForYou);
    }
    let organisation = fields.read("organisation", 120, Name::parse(&form.organisation));
    let contact_name = fields.read("contact_name", 120, Name::parse(&form.contact_name));
    let email = fields.read("email", 254, Email::parse(&form.email));
    let phone = match form.phone.trim() {
        "" => None,
        phone => fields.read("phone", 30, Phone::parse(phone)),
    };
    let known = experts::products(p).await?;
    if form.products.iter().any(|code| !known.iter().any(|product| product.code.as_str() == code)) {
        fields.add("products", Problem::Unknown);
    } else if form.products.is_empty() {
        fields.add("products", Problem::Missing);
    }
    // Once each, in the order of the list.
    let products = known
        .into_iter()
        .filter(|product| form.products.iter().any(|code| product.code.as_str() == code))
        .map(|product| (product.code.as_str().to_owned(), product.name))
        .collect();
    let seats = match form.seats.trim().parse::<u32>() {
        Ok(seats) if (1..=MOST_SEATS).contains(&seats) => Some(seats),
        _ => {
            let bounds = Problem::Outside("1".to_owned(), MOST_SEATS.to_string());
            fields.add("seats", if form.seats.trim().is_empty() { Problem::Missing } else { bounds });
            None
        }
    };
    let country = match CountryCode::parse(form.country.trim()) {
        Ok(country) if places::is_country(country) => Some(country),
        _ => {
            fields.add("country", if form.country.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
            None
        }
    };
    let message = fields.read("message", 4_000, Message::parse_optional(&form.message)).flatten();
    if form.consent.is_empty() {
        fields.add("consent", Problem::NotAccepted);
    }
    fields.done()?;
    let (Some(organisation), Some(contact_name), Some(email), Some(seats), Some(country)) =
        (organisation, contact_name, email, seats, country)
    else {
        return Err(ApiError::Transport);
    };
    let message = message.map(String::from).unwrap_or_default();
    Ok(Draft { organisation, contact_name, email, phone, products, seats, country, message })
}

/// Takes a lead: who left it hears what happens next, managers hear of it. Sent twice, it is one lead.
///
/// A visitor with the partner's own address leaves none, and is told so by mail: the page would tell everybody else what
/// that address is.
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::LinkExpired`] as [`page`]; [`ApiError::Forbidden`] for the partner;
/// [`ApiError::Invalid`] by the fields; [`ApiError::TooManyAttempts`].
pub async fn leave(
    p: &Platform,
    actor: Option<&AccountView>,
    form: &LeadForm,
    client_address: &str,
) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let (_, partner) = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        partner_of(&mut conn.exec(), p, &form.code).await?
    };
    if actor.is_some_and(|actor| actor.id.0 == partner.account_id) {
        return Err(ApiError::Forbidden);
    }
    let draft = read(p, form).await?;
    count(p, &bucket("address", client_address), PER_ADDRESS).await?;
    count(p, &bucket("recipient", draft.email.as_str()), PER_RECIPIENT).await?;

    let codes: Vec<&str> = draft.products.iter().map(|(code, _)| code.as_str()).collect();
    let products = serde_json::to_string(&codes).map_err(|error| p.fault(error))?;
    // The form's own key and all that it says: a double click is one lead, a corrected form is another.
    let said = serde_json::to_vec(&(
        partner.id,
        form.form_key.trim(),
        [draft.organisation.as_str(), draft.contact_name.as_str(), draft.email.as_str()],
        draft.phone.as_ref().map(Phone::as_str),
        (&products, draft.seats, draft.country.as_str(), &draft.message),
    ))
    .map_err(|error| p.fault(error))?;
    let digest: [u8; 32] = Sha256::digest(&said).into();
    let (id, now) = (p.ids.uuid(), p.now());
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    // It may have ended since.
    let held = rows::hold(exec, partner.id).await.map_err(fault)?;
    if !held.as_deref().and_then(Partnership::parse).is_some_and(Partnership::takes_leads) {
        return Err(ApiError::LinkExpired);
    }
    if draft.email.as_str() == partner.email {
        notices::own_link(exec, p, &partner, &hex::encode(digest)).await?;
        tx.commit().await.map_err(fault)?;
        jobs::wake(p);
        return Ok(());
    }
    let new = NewLead {
        id,
        partner: partner.id,
        digest: &digest,
        account: actor.map(|actor| actor.id),
        organisation: draft.organisation.as_str(),
        contact_name: draft.contact_name.as_str(),
        email: draft.email.as_str(),
        phone: draft.phone.as_ref().map(Phone::as_str),
        products: &products,
        seats: draft.seats,
        country: draft.country.as_str(),
        message: &draft.message,
        locale: locale.code(),
        now,
    };
    if rows::insert_lead(exec, &new).await.map_err(fault)? {
        let line =
            NewLine { id: p.ids.uuid(), partner: partner.id, lead: Some(id), by: new.account, event: "received", now };
        rows::log(exec, line).await.map_err(fault)?;
        let products: Vec<&str> = draft.products.iter().map(|(_, name)| name.as_str()).collect();
        notices::received(exec, p, &new, locale, &partner.name, &products.join(", ")).await?;
    }
    tx.commit().await.map_err(fault)?;
    jobs::wake(p);
    Ok(())
}
