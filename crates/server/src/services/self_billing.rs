//! Self-billing: the expert's agreement before the first assignment, and the answer to each invoice (S31).

use crate::{
    clock::zoned,
    db::{
        Exec, bookings as booking_rows,
        papers::{self as rows, AgreementRow, AnswerRow},
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        bookings::{self, Failure},
        disputes, documents, payouts, rulebooks,
    },
};
use chrono::TimeDelta;
use gabarit_domain::{
    expert::ExpertKind,
    ids::{BookingId, DocumentId, ExpertId},
    money::Cents,
    text::Message,
};
use gabarit_i18n::{Locale, selfbill as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    papers::{AgreementView, AnswerView},
};

/// The version of the text in `locales/*/selfbill.json`: to be raised when its meaning changes, which asks every expert
/// again.
pub const VERSION: u32 = 1;
/// An invoice can be contested for at least this many days; a rulebook may give more.
pub const ANSWER_DAYS: u32 = 5;
/// The most characters of a reason.
const REASON: u32 = 4_000;

/// The paragraphs of the text, in a language.
fn paragraphs(p: &Platform, locale: Locale) -> Vec<String> {
    vec![
        text::p1(locale, &p.config.operator.name),
        text::p2(locale).to_owned(),
        text::p3(locale, ANSWER_DAYS),
        text::p4(locale).to_owned(),
    ]
}

/// Hash of the text in a language.
pub(crate) fn text_hash(p: &Platform, locale: Locale) -> String {
    documents::sha256(&paragraphs(p, locale).join("\n"))
}

/// The text as the reader is to accept it, or accepted it.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert.
pub async fn agreement(p: &Platform, actor: &AccountView, locale: Locale) -> Result<AgreementView, ApiError> {
    let expert = actor.expert.ok_or(ApiError::Forbidden)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::agreement(&mut conn.exec(), expert, i64::from(VERSION)).await.map_err(|error| p.fault(error))?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    Ok(AgreementView {
        version: VERSION,
        paragraphs: paragraphs(p, locale),
        accepted_at: found.map(|row| zoned(row.accepted_at, zone)),
    })
}

/// The expert accepts the text in the language it was shown in.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert; [`ApiError::MovedOn`] if a newer text is in force.
pub async fn agree(p: &Platform, actor: &AccountView, locale: Locale, version: u32) -> Result<(), ApiError> {
    let expert = actor.expert.ok_or(ApiError::Forbidden)?;
    if version != VERSION {
        return Err(ApiError::MovedOn);
    }
    let row = AgreementRow {
        version: i64::from(VERSION),
        locale: locale.code().to_owned(),
        sha256: text_hash(p, locale),
        accepted_at: p.now(),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    rows::insert_agreement(&mut tx.exec(), expert, actor.id, &row).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Lets an assignment be accepted only by an expert who agreed to self-billing; in-house consultants are employed and
/// need not.
///
/// # Errors
/// [`ApiError::AgreementRequired`].
pub async fn required(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<(), ApiError> {
    let found = booking_rows::expert(exec, expert).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    if found.kind != ExpertKind::Independent {
        return Ok(());
    }
    match rows::agreement(exec, expert, i64::from(VERSION)).await.map_err(|error| p.fault(error))? {
        Some(_) => Ok(()),
        None => Err(ApiError::AgreementRequired),
    }
}

/// Opens the days to answer a self-billed invoice, in the transaction of its issue.
pub(crate) async fn open(
    exec: &mut Exec<'_>,
    p: &Platform,
    document: DocumentId,
    booking: BookingId,
) -> Result<(), ApiError> {
    let fault = |error| p.fault(format_args!("answer to {document}: {error}"));
    let row = crate::db::documents::find(exec, document).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let days = rulebooks::of_booking(exec, p, booking).await?.booking.contest_days;
    let until = p.now() + TimeDelta::days(i64::from(days));
    rows::open_answer(exec, (document, booking, row.expert()), until).await.map_err(fault)?;
    jobs::schedule(exec, JobKind::AcceptSilence, document.0, until).await.map_err(fault)
}

/// The days to answer are over: silence accepts. Nothing happens before, or when there was an answer.
///
/// # Errors
/// A fault of ours.
pub async fn accept_silence(p: &Platform, document: DocumentId) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let Some(mut row) = rows::answer(&mut tx.exec(), document).await.map_err(|error| p.fault(error))? else {
        return Ok(());
    };
    if row.state != "open" {
        return Ok(());
    }
    if p.now() < row.answer_until {
        jobs::schedule(&mut tx.exec(), JobKind::AcceptSilence, document.0, row.answer_until)
            .await
            .map_err(|error| p.fault(error))?;
    } else {
        "silent".clone_into(&mut row.state);
        row.answered_at = Some(p.now());
        rows::store_answer(&mut tx.exec(), "open", &row, None).await.map_err(|error| p.fault(error))?;
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// How a self-billed invoice stands, for its expert and for managers; `None` for other documents.
///
/// # Errors
/// As [`documents::get`].
pub async fn answer(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<Option<AnswerView>, ApiError> {
    documents::get(p, actor, id).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::answer(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    Ok(found.map(|row| AnswerView {
        until: zoned(row.answer_until, zone),
        disputed: Cents(row.disputed),
        can_answer: row.state == "open" && actor.expert == Some(row.expert()) && p.now() < row.answer_until,
        can_settle: row.state == "contested" && actor.is_manager,
        reason: row.reason,
        outcome: row.outcome,
        state: row.state,
    }))
}

/// An answer, read under the locks of its booking, which are taken in the order of everything that moves one: a dispute
/// over the booking waits for the answer, and the answer for it. Nobody makes others wait for what is not theirs: `may` is
/// asked before anything is locked, and whose an answer is never changes.
async fn hold(
    p: &Platform,
    exec: &mut Exec<'_>,
    id: DocumentId,
    may: impl Fn(&AnswerRow) -> Result<(), ApiError>,
) -> Result<AnswerRow, ApiError> {
    let read = rows::answer(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    may(&read)?;
    match bookings::lock(exec, read.expert(), read.booking()).await {
        Ok(_) => {}
        Err(Failure::Answer(error)) => return Err(error),
        Err(Failure::Database(error)) => return Err(p.fault(error)),
    }
    rows::answer(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}

/// The answer that the expert behind `actor` may still give, held.
async fn answerable(
    p: &Platform,
    exec: &mut Exec<'_>,
    actor: &AccountView,
    id: DocumentId,
) -> Result<AnswerRow, ApiError> {
    let row = hold(p, exec, id, |row| match actor.expert {
        Some(expert) if expert == row.expert() => Ok(()),
        _ if actor.is_manager => Err(ApiError::Forbidden),
        _ => Err(ApiError::NotFound),
    })
    .await?;
    if row.state == "open" && p.now() < row.answer_until { Ok(row) } else { Err(ApiError::MovedOn) }
}

/// The expert accepts a self-billed invoice.
///
/// # Errors
/// [`ApiError::NotFound`] for others; [`ApiError::MovedOn`] once answered, or too late.
pub async fn accept(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let mut row = answerable(p, &mut tx.exec(), actor, id).await?;
    "accepted".clone_into(&mut row.state);
    row.answered_at = Some(p.now());
    payouts::accepted(&mut tx.exec(), p, id).await?;
    store(p, tx, "open", &row, actor).await
}

/// The expert contests a self-billed invoice, in whole or in part: that amount is withheld from the payout.
///
/// # Errors
/// As [`accept`]; [`ApiError::Invalid`] for the fields `amount` and `reason`.
pub async fn contest(
    p: &Platform,
    actor: &AccountView,
    id: DocumentId,
    amount: &str,
    reason: &str,
) -> Result<(), ApiError> {
    let document = documents::get(p, actor, id).await?;
    let reason = Message::parse_optional(reason)
        .map_err(|_| ApiError::field("reason", Problem::TooLong(REASON)))?
        .map(String::from)
        .ok_or_else(|| ApiError::field("reason", Problem::Missing))?;
    let amount = euros(amount).filter(|cents| *cents > Cents::ZERO);
    let amount = amount.ok_or_else(|| ApiError::field("amount", Problem::NotAnAmount))?;
    if amount > document.total {
        return Err(ApiError::field("amount", Problem::Outside(Cents(1).to_plain(), document.total.to_plain())));
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let mut row = answerable(p, &mut tx.exec(), actor, id).await?;
    "contested".clone_into(&mut row.state);
    row.disputed = amount.0;
    row.reason = reason;
    row.answered_at = Some(p.now());
    payouts::set_disputed(&mut tx.exec(), p, id, amount).await?;
    store(p, tx, "open", &row, actor).await
}

/// A manager ends a dispute: nothing is withheld any more. What the expert is owed less is a credit note's to say.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] where nothing is contested; [`ApiError::Invalid`]
/// for the field `outcome`.
pub async fn settle(p: &Platform, actor: &AccountView, id: DocumentId, outcome: &str) -> Result<(), ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let outcome = Message::parse_optional(outcome)
        .map_err(|_| ApiError::field("outcome", Problem::TooLong(REASON)))?
        .map(String::from)
        .ok_or_else(|| ApiError::field("outcome", Problem::Missing))?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // Who judges is not who asked.
    let judges = |row: &AnswerRow| if actor.expert == Some(row.expert()) { Err(ApiError::Forbidden) } else { Ok(()) };
    let mut row = hold(p, &mut tx.exec(), id, judges).await?;
    if row.state != "contested" {
        return Err(ApiError::MovedOn);
    }
    "settled".clone_into(&mut row.state);
    row.outcome = outcome;
    payouts::set_disputed(&mut tx.exec(), p, id, Cents::ZERO).await?;
    store(p, tx, "contested", &row, actor).await
}

async fn store(
    p: &Platform,
    mut tx: crate::db::Tx,
    from: &str,
    row: &AnswerRow,
    actor: &AccountView,
) -> Result<(), ApiError> {
    let stored = rows::store_answer(&mut tx.exec(), from, row, Some(actor.id)).await.map_err(|error| p.fault(error))?;
    if !stored {
        return Err(ApiError::MovedOn);
    }
    // A dispute over the booking may keep back more.
    disputes::withhold(&mut tx.exec(), p, row.booking()).await?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// An amount as people type it: `1280`, `1.280,50`, `1280.5`.
fn euros(text: &str) -> Option<Cents> {
    let text: String = text.trim().chars().filter(|c| !c.is_whitespace() && *c != '€').collect();
    let (whole, fraction) = match text.rfind(['.', ',']) {
        Some(at) if text.len() - at <= 3 => (text.get(..at)?, text.get(at + 1..)?),
        _ => (text.as_str(), ""),
    };
    let whole = whole.replace(['.', ','], "");
    Cents::from_plain(&format!("{}.{fraction:0<2}", if whole.is_empty() { "0" } else { &whole }))
}

/// What is disputed of a booking's self-billed invoices, with VAT: withheld from its payout.
///
/// # Errors
/// A fault of ours.
pub async fn disputed(exec: &mut Exec<'_>, p: &Platform, booking: BookingId) -> Result<Cents, ApiError> {
    rows::disputed_cents(exec, booking).await.map(Cents).map_err(|error| p.fault(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, cents) in [
            ("1280", Some(128_000)),
            ("1.280,50", Some(128_050)),
            ("1,280.5", Some(128_050)),
            ("€ 12,30", Some(1_230)),
            ("1.280", Some(128_000)),
            ("0,05", Some(5)),
            ("", Some(0)),
            ("-5", Some(-500)),
            ("abc", None),
            ("1,2x", None),
        ] {
            assert_eq!(euros(text).map(|cents| cents.0), cents, "{text}");
        }
    }
}
