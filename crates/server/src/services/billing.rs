//! The bank account an expert is paid on.
//!
//! A change is told to the expert by e-mail and waits 48 hours before payouts use it, so that whoever got into an
//! account cannot lead the next payout away unseen; until then it can be struck. The first account given takes effect
//! at once: it displaces none. The number itself is sealed (`secret_box`) and shown masked.

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self, Person},
        ibans::{self, IbanRow, NewIban},
    },
    jobs,
    mail::{self, Message},
    platform::Platform,
    services::accounts::confirm::Confirmed,
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use gabarit_domain::{
    banking::{Iban, IbanError},
    ids::{AccountId, ExpertId},
};
use gabarit_i18n::{account_mail as text, fmt, notice};
use gabarit_view::{
    account::{AccountView, BankAccount, BankAccounts},
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// So long a change waits.
pub const WAIT_HOURS: i64 = 48;

/// What a number is sealed for.
fn context(id: Uuid) -> String {
    format!("expert_iban.sealed/{id}")
}

fn view(row: IbanRow, zone: Tz) -> BankAccount {
    BankAccount { masked: row.masked, effective_at: row.effective_at, effective_local: zoned(row.effective_at, zone) }
}

fn zone_of(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

fn own_expert(actor: &AccountView) -> Result<ExpertId, ApiError> {
    actor.expert.ok_or(ApiError::Forbidden)
}

/// The expert's bank account as their own settings show it: in use, and waiting.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert.
pub async fn bank_accounts(p: &Platform, actor: &AccountView) -> Result<BankAccounts, ApiError> {
    let expert = own_expert(actor)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    state(&mut conn.exec(), p, expert, zone_of(p, actor)).await.map_err(|error| p.fault(error))
}

async fn state(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId, zone: Tz) -> sqlx::Result<BankAccounts> {
    let now = p.now();
    let current = ibans::effective(exec, expert, now).await?.map(|row| view(row, zone));
    let pending = ibans::pending(exec, expert, now).await?.map(|row| view(row, zone));
    Ok(BankAccounts { current, pending })
}

/// Reads an IBAN as typed.
///
/// # Errors
/// [`ApiError::Invalid`] by the field `iban`.
pub fn read_iban(typed: &str) -> Result<Iban, ApiError> {
    Iban::parse(typed).map_err(|error| {
        ApiError::field(
            "iban",
            match error {
                IbanError::Missing => Problem::Missing,
                IbanError::Malformed => Problem::NotAnIban,
                IbanError::Country => Problem::IbanCountry,
                IbanError::Checksum => Problem::IbanChecksum,
            },
        )
    })
}

/// Asks for payouts to go to another bank account. Told by e-mail; in use after [`WAIT_HOURS`], the first one at once.
/// One that waits already is replaced, and the wait begins anew.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert; [`ApiError::Invalid`] by the field `iban`.
pub async fn request_iban_change(p: &Platform, actor: &Confirmed, iban: &str) -> Result<BankAccounts, ApiError> {
    let account = actor.account();
    let expert = own_expert(account)?;
    let iban = read_iban(iban)?;
    let id = p.ids.uuid();
    let sealed = p.seal(&context(id), iban.expose())?;
    let masked = iban.masked();
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    ibans::lock(&mut tx.exec(), expert).await.map_err(|error| p.fault(error))?;
    let current = ibans::effective(&mut tx.exec(), expert, now).await.map_err(|error| p.fault(error))?;
    if let Some(current) = &current
        && p.unseal(&context(current.id), &current.sealed)? == iban.expose()
    {
        return Err(ApiError::field("iban", Problem::Unchanged));
    }
    ibans::cancel_pending(&mut tx.exec(), expert, now).await.map_err(|error| p.fault(error))?;
    let effective_at = if current.is_some() { now + TimeDelta::hours(WAIT_HOURS) } else { now };
    let new = NewIban {
        id,
        expert,
        sealed: &sealed,
        masked: &masked,
        requested_by: account.id,
        requested_at: now,
        effective_at,
    };
    ibans::insert(&mut tx.exec(), &new).await.map_err(|error| p.fault(error))?;
    let to = person(&mut tx.exec(), p, account.id).await?;
    let l = to.locale;
    let message = match &current {
        Some(current) => Message::new(l, text::iban_change_subject(l))
            .paragraph(notice::hello(l, &to.name))
            .paragraph(text::iban_change(l, fmt::date_time(l, &zoned(effective_at, to.zone))))
            .facts([(text::iban_now(l), current.masked.clone()), (text::iban_next(l), masked.clone())])
            .paragraph(text::iban_not_you(l)),
        None => Message::new(l, text::iban_first_subject(l))
            .paragraph(notice::hello(l, &to.name))
            .paragraph(text::iban_first(l))
            .facts([(text::iban_now(l), masked.clone())])
            .paragraph(text::iban_first_not_you(l)),
    };
    mail::enqueue(&mut tx.exec(), p, &format!("iban/{id}/requested"), &to.email, &message).await?;
    let after = state(&mut tx.exec(), p, expert, to.zone).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(after)
}

/// Strikes a change that waits: payouts go on as before. Told by e-mail, too. No confirmation is asked for: it leads
/// nothing away.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert; [`ApiError::MovedOn`] when none waits.
pub async fn cancel_iban_change(p: &Platform, actor: &AccountView) -> Result<BankAccounts, ApiError> {
    let expert = own_expert(actor)?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    ibans::lock(&mut tx.exec(), expert).await.map_err(|error| p.fault(error))?;
    let pending = ibans::pending(&mut tx.exec(), expert, now).await.map_err(|error| p.fault(error))?;
    let Some(pending) = pending else { return Err(ApiError::MovedOn) };
    ibans::cancel_pending(&mut tx.exec(), expert, now).await.map_err(|error| p.fault(error))?;
    let to = person(&mut tx.exec(), p, actor.id).await?;
    let l = to.locale;
    let after = state(&mut tx.exec(), p, expert, to.zone).await.map_err(|error| p.fault(error))?;
    let kept = after.current.as_ref().map(|current| (text::iban_now(l), current.masked.clone()));
    let message = Message::new(l, text::iban_kept_subject(l))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text::iban_kept(l))
        .facts(kept);
    mail::enqueue(&mut tx.exec(), p, &format!("iban/{}/cancelled", pending.id), &to.email, &message).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(after)
}

/// The bank account that payouts to an expert use at this instant. For the payment file only.
///
/// # Errors
/// A fault of ours, such as another secret key.
pub async fn effective_iban(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<Option<Iban>, ApiError> {
    let row = ibans::effective(exec, expert, p.now()).await.map_err(|error| p.fault(error))?;
    row.map(|row| {
        let text = p.unseal(&context(row.id), &row.sealed)?;
        Iban::parse(&text).map_err(|error| p.fault(error))
    })
    .transpose()
}

/// Gives an expert a bank account at once, telling nobody: for demonstrations and tests.
///
/// # Errors
/// A fault of ours.
pub(crate) async fn plant_iban(
    exec: &mut Exec<'_>,
    p: &Platform,
    expert: ExpertId,
    by: AccountId,
    iban: &Iban,
) -> Result<(), ApiError> {
    let id = p.ids.uuid();
    let sealed = p.seal(&context(id), iban.expose())?;
    let now = p.now();
    let new = NewIban {
        id,
        expert,
        sealed: &sealed,
        masked: &iban.masked(),
        requested_by: by,
        requested_at: now,
        effective_at: now,
    };
    ibans::insert(exec, &new).await.map_err(|error| p.fault(error))
}

async fn person(exec: &mut Exec<'_>, p: &Platform, id: AccountId) -> Result<Person, ApiError> {
    bookings::person(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}
