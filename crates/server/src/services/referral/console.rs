//! The managers' side: who may be a partner, and what becomes of leads.

use super::{code_of, named, names, notices, state_of, zone_of};
use crate::{
    clock::zoned,
    db::{
        Exec,
        referral::{self as rows, Decision, LogRow, NewLine},
    },
    jobs, places,
    platform::Platform,
    services::{fields::Fields, manage::managers_only},
};
use chrono_tz::Tz;
use gabarit_domain::{
    referral::{Lead, Partnership, ReferralCode},
    text::Message,
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    referral::{LeadFile, LeadRow, PartnerFile, PartnerRow, ReferralForm, ReferralLine, ReferralQueue},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Leads on a page of the queue.
const PER_PAGE: i64 = 25;

fn partner_view(p: &Platform, row: &rows::PartnerRow, zone: Tz) -> Result<PartnerRow, ApiError> {
    Ok(PartnerRow {
        id: row.id,
        name: row.name.clone(),
        state: state_of(p, row)?,
        code: code_of(row),
        asked_at: zoned(row.asked_at, zone),
        leads: u32::try_from(row.leads).unwrap_or(u32::MAX),
    })
}

fn lead_view(
    p: &Platform,
    row: &rows::LeadRow,
    names: &BTreeMap<String, String>,
    zone: Tz,
) -> Result<LeadRow, ApiError> {
    Ok(LeadRow {
        id: row.id,
        state: Lead::parse(&row.state).ok_or_else(|| p.fault("state of a lead"))?,
        organisation: row.organisation.clone(),
        products: named(names, &row.products),
        seats: u32::try_from(row.seats).unwrap_or(u32::MAX),
        partner: row.partner.clone(),
        at: zoned(row.created_at, zone),
    })
}

fn lines(log: Vec<LogRow>, zone: Tz) -> Vec<ReferralLine> {
    let line = |row: LogRow| ReferralLine {
        at: zoned(row.at, zone),
        who: row.name.unwrap_or_default(),
        event: row.event,
        note: row.note.unwrap_or_default(),
    };
    log.into_iter().map(line).collect()
}

/// Partnerships, and a page of leads. `state` is `open`, a lead's state, or anything else for all.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn queue(p: &Platform, actor: &AccountView, state: &str, page: u32) -> Result<ReferralQueue, ApiError> {
    managers_only(actor)?;
    let fault = |error: sqlx::Error| p.fault(error);
    let page = page.clamp(1, 100_000);
    let state = if state == "open" || Lead::parse(state).is_some() { state } else { "" };
    let names = names(p).await?;
    let zone = zone_of(p, actor);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let total = u32::try_from(rows::count(exec, state).await.map_err(fault)?).unwrap_or(u32::MAX);
    let leads = rows::leads(exec, state, PER_PAGE, i64::from(page - 1) * PER_PAGE).await.map_err(fault)?;
    let partners = rows::partners(exec).await.map_err(fault)?;
    Ok(ReferralQueue {
        partners: partners.iter().map(|row| partner_view(p, row, zone)).collect::<Result<_, _>>()?,
        leads: leads.iter().map(|row| lead_view(p, row, &names, zone)).collect::<Result<_, _>>()?,
        total,
        page,
        pages: total.div_ceil(PER_PAGE.unsigned_abs().try_into().unwrap_or(25)).max(1),
    })
}

async fn partner(exec: &mut Exec<'_>, p: &Platform, id: &str) -> Result<rows::PartnerRow, ApiError> {
    let id = id.trim().parse::<Uuid>().map_err(|_| ApiError::NotFound)?;
    rows::partner(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}

async fn lead(exec: &mut Exec<'_>, p: &Platform, id: &str) -> Result<rows::LeadRow, ApiError> {
    let id = id.trim().parse::<Uuid>().map_err(|_| ApiError::NotFound)?;
    rows::lead(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}

/// One partnership.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn partner_file(p: &Platform, actor: &AccountView, id: &str) -> Result<PartnerFile, ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let row = partner(exec, p, id).await?;
    let log = rows::log_of_partner(exec, row.id).await.map_err(|error| p.fault(error))?;
    Ok(PartnerFile {
        expert: row.expert_id.to_string(),
        own: row.account_id == actor.id.0,
        locale: Locale::parse(&row.locale).unwrap_or_default(),
        log: lines(log, zone),
        version: row.version,
        row: partner_view(p, &row, zone)?,
        motivation: row.motivation,
        reasons: row.reasons,
    })
}

/// One lead.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn lead_file(p: &Platform, actor: &AccountView, id: &str, locale: Locale) -> Result<LeadFile, ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let names = names(p).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let row = lead(exec, p, id).await?;
    let log = rows::log_of_lead(exec, row.id).await.map_err(|error| p.fault(error))?;
    Ok(LeadFile {
        row: lead_view(p, &row, &names, zone)?,
        partner: row.partner_id,
        country: CountryCode::parse(&row.country)
            .map_or_else(|_| row.country.clone(), |code| places::country_name(code, locale).to_owned()),
        locale: Locale::parse(&row.locale).unwrap_or_default(),
        own: row.partner_account == actor.id.0,
        log: lines(log, zone),
        version: row.version,
        contact_name: row.contact_name,
        email: row.email,
        phone: row.phone,
        message: row.message,
    })
}

/// A code that nobody has or had.
async fn new_code(exec: &mut Exec<'_>, p: &Platform) -> Result<ReferralCode, ApiError> {
    for _ in 0..8 {
        let code = ReferralCode::from_random(&p.ids.secret()).map_err(|error| p.fault(error))?;
        if rows::by_code(exec, &code).await.map_err(|error| p.fault(error))?.is_none() {
            return Ok(code);
        }
    }
    Err(p.fault("every code is taken"))
}

/// Grants, refuses or ends a partnership, as the form says; the expert is told.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, and for a manager's own; [`ApiError::NotFound`];
/// [`ApiError::MovedOn`] when somebody changed it after the page was shown; [`ApiError::Invalid`] by the field `note`,
/// which a refusal and an end must have.
pub async fn decide(p: &Platform, actor: &AccountView, form: &ReferralForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let fault = |error: sqlx::Error| p.fault(error);
    let to = Partnership::parse(&form.act).ok_or(ApiError::Transport)?;
    let version: i64 = form.version.trim().parse().map_err(|_| ApiError::MovedOn)?;
    let mut fields = Fields::default();
    let reasons = match to {
        Partnership::Refused | Partnership::Ended => fields.read("note", 4_000, Message::parse(&form.note)),
        Partnership::Asked | Partnership::Granted => None,
    };
    fields.done()?;
    let reasons = reasons.map(String::from).unwrap_or_default();
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    let row = partner(exec, p, &form.id).await?;
    if row.account_id == actor.id.0 {
        return Err(ApiError::Forbidden);
    }
    let state = state_of(p, &row)?.moved_to(to).map_err(|_| ApiError::MovedOn)?;
    let code = match state {
        Partnership::Granted => Some(new_code(exec, p).await?),
        _ => None,
    };
    let decision = Decision { state, code: code.as_ref(), reasons: &reasons, by: actor.id, now };
    if !rows::decide(exec, row.id, version, &decision).await.map_err(fault)? {
        return Err(ApiError::MovedOn);
    }
    let line = NewLine { id: p.ids.uuid(), partner: row.id, lead: None, by: Some(actor.id), event: state.code(), now };
    rows::log(exec, line).await.map_err(fault)?;
    notices::decided(exec, p, &row, state, code.as_ref(), &reasons).await?;
    tx.commit().await.map_err(fault)?;
    jobs::wake(p);
    Ok(())
}

/// Moves a lead on, or notes something of it, as the form says.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, and for what a manager brought; [`ApiError::NotFound`];
/// [`ApiError::MovedOn`] when somebody changed it after the page was shown; [`ApiError::Invalid`] by the field `note`,
/// which a note and a lost lead must have.
pub async fn move_lead(p: &Platform, actor: &AccountView, form: &ReferralForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let fault = |error: sqlx::Error| p.fault(error);
    let to = match form.act.as_str() {
        "note" => None,
        code => Some(Lead::parse(code).ok_or(ApiError::Transport)?),
    };
    let version: i64 = form.version.trim().parse().map_err(|_| ApiError::MovedOn)?;
    let mut fields = Fields::default();
    let note = match to {
        None | Some(Lead::Lost) => fields.read("note", 4_000, Message::parse(&form.note)),
        Some(_) => fields.read("note", 4_000, Message::parse_optional(&form.note)).flatten(),
    };
    fields.done()?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    let row = lead(exec, p, &form.id).await?;
    if row.partner_account == actor.id.0 {
        return Err(ApiError::Forbidden);
    }
    let state = Lead::parse(&row.state).ok_or_else(|| p.fault("state of a lead"))?;
    let state = match to {
        Some(to) => state.moved_to(to).map_err(|_| ApiError::MovedOn)?,
        None => state,
    };
    if !rows::move_lead(exec, row.id, version, state, now).await.map_err(fault)? {
        return Err(ApiError::MovedOn);
    }
    let line = NewLine {
        id: p.ids.uuid(),
        partner: row.partner_id,
        lead: Some(row.id),
        by: Some(actor.id),
        event: if to.is_some() { state.code() } else { "noted" },
        now,
    };
    rows::log(exec, line).await.map_err(fault)?;
    if let Some(note) = note {
        rows::note(exec, line.id, row.id, note.as_str()).await.map_err(fault)?;
    }
    tx.commit().await.map_err(fault)
}
