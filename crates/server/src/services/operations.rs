//! What runs and what does not: jobs, mails and payments that need somebody, each with a way to try again.

use crate::{
    clock::zoned,
    db::{desk, operations as rows, payments::Refunds},
    jobs::{self, JobKind},
    platform::Platform,
    services::{fields::Fields, manage::managers_only, payments::refused_later, rentals},
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{BookingId, RefundId},
    money::Cents,
    rental::is_reference,
    text::OneLine,
};
use gabarit_view::{
    account::AccountView,
    desk::{DeskAction, ErrorClass, JobView, MailView, Operations, RetryForm, Trouble, TroubleView},
    error::ApiError,
};
use uuid::Uuid;

/// Rows of each kind on the page; the oldest come first, and what is retried leaves it.
const SHOWN: i64 = 200;
/// Entries of the log.
const LOG: i64 = 50;
/// A job that should have been done so long ago is late: runners look every few seconds.
const JOB_LATE: TimeDelta = TimeDelta::minutes(5);
/// A refund or capture that has not happened so long after it was ordered needs somebody.
pub(crate) const MONEY_LATE: TimeDelta = TimeDelta::hours(1);

/// What an error is to a reader; its words stay in the database and in the log.
fn class(error: &str) -> ErrorClass {
    if error == ApiError::Unavailable.to_string() {
        ErrorClass::Outside
    } else if error == ApiError::Denied.to_string() {
        ErrorClass::Denied
    } else if error == ApiError::NotFound.to_string() {
        ErrorClass::Gone
    } else if error.starts_with("not finished within") {
        ErrorClass::TooSlow
    } else {
        ErrorClass::Fault
    }
}

/// An address with the name shortened: enough to know it again.
fn short(address: &str) -> String {
    match address.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().take(2).collect::<String>()),
        None => "…".to_owned(),
    }
}

/// What managers find on the page.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn operations(p: &Platform, actor: &AccountView) -> Result<Operations, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let now = p.now();
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let jobs = rows::jobs(exec, now, SHOWN).await.map_err(|e| p.fault(e))?;
    let waiting = rows::waiting(exec, now).await.map_err(|e| p.fault(e))?;
    let mails = rows::mails(exec, SHOWN).await.map_err(|e| p.fault(e))?;
    let troubles = rows::troubles(exec, now - MONEY_LATE, SHOWN).await.map_err(|e| p.fault(e))?;
    let log = desk::latest(exec, LOG).await.map_err(|e| p.fault(e))?;
    Ok(Operations {
        jobs: jobs
            .into_iter()
            .map(|job| {
                let running = job.leased_until.is_some_and(|until| until > now);
                JobView {
                    kind: job.kind,
                    name: String::new(),
                    subject: job.subject,
                    due_at: zoned(job.due_at, zone),
                    attempts: count(job.attempts),
                    late: !running && job.due_at + JOB_LATE < now,
                    running,
                    error: job.last_error.as_deref().map(class),
                }
            })
            .collect(),
        waiting: count(waiting),
        mails: mails
            .into_iter()
            .map(|mail| MailView {
                id: mail.id,
                to: short(&mail.recipient),
                subject: mail.subject,
                created_at: zoned(mail.created_at, zone),
                attempts: count(mail.attempts),
                next_attempt_at: (mail.attempts < crate::mail::MAX_ATTEMPTS).then(|| zoned(mail.next_attempt_at, zone)),
            })
            .collect(),
        troubles: troubles
            .into_iter()
            .filter_map(|row| {
                Some(TroubleView {
                    trouble: trouble(&row.trouble)?,
                    subject: row.subject,
                    booking: BookingId(row.booking_id),
                    reference: row.reference,
                    amount: Cents(row.amount),
                    since: zoned(row.since, zone),
                })
            })
            .collect(),
        log: log
            .into_iter()
            .map(|row| DeskAction {
                at: zoned(row.at, zone),
                actor: row.actor,
                action: row.action,
                what: String::new(),
                subject: row.subject,
                detail: row.detail,
            })
            .collect(),
    })
}

fn trouble(code: &str) -> Option<Trouble> {
    Some(match code {
        "refund-failed" => Trouble::RefundFailed,
        "refund-refused" => Trouble::RefundRefused,
        "refund-late" => Trouble::RefundLate,
        "not-captured" => Trouble::NotCaptured,
        "charged-back" => Trouble::ChargedBack,
        _ => return None,
    })
}

/// Tries something again now: a job, a mail, a refund, a capture; or notes that a refund that came back, or that is
/// refused, was paid another way. It is logged who asked. Every handler is idempotent, so that a retry too many does nothing.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`] for what can never be retried;
/// [`ApiError::MovedOn`] if it is done, or a worker has it right now; [`ApiError::Invalid`] for the field `how`.
pub async fn retry(p: &Platform, actor: &AccountView, form: &RetryForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let subject: Uuid = form.subject.parse().map_err(|_| ApiError::NotFound)?;
    let now = p.now();
    if form.what == "elsewhere" {
        return paid_elsewhere(p, actor, RefundId(subject), &form.how).await;
    }
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let exec = &mut tx.exec();
    let (done, action, of) = match form.what.as_str() {
        "job" => {
            let kind = JobKind::parse(&form.kind).ok_or(ApiError::NotFound)?.code();
            let done = rows::hurry(exec, kind, subject, now).await.map_err(|e| p.fault(e))?;
            (done, "job-retried", format!("{kind} {subject}"))
        }
        "mail" => {
            let done = rows::resend(exec, subject, now).await.map_err(|e| p.fault(e))?;
            (done, "mail-retried", subject.to_string())
        }
        what @ ("refund" | "capture") => {
            // Only what is shown can be retried: no job is ordered for an id that somebody made up.
            let wanted = if what == "refund" { "refund-" } else { "not-captured" };
            let known = rows::troubles(exec, now - MONEY_LATE, i64::MAX)
                .await
                .map_err(|e| p.fault(e))?
                .into_iter()
                .find(|row| row.subject == subject && row.trouble.starts_with(wanted));
            let action = if what == "refund" { "refund-retried" } else { "capture-retried" };
            let mut done = known.is_some();
            if let Some(row) = &known {
                let kind = match what {
                    "refund" if is_reference(&row.reference) => JobKind::SendRentalRefund,
                    "refund" => JobKind::SendRefund,
                    _ if is_reference(&row.reference) => JobKind::CaptureRental,
                    _ => JobKind::CapturePayment,
                };
                if row.trouble == "refund-failed" {
                    let of = refunds(&row.reference);
                    done = refused_later::again(exec, p, of, RefundId(subject)).await.map_err(|e| p.fault(e))?;
                } else {
                    jobs::schedule(exec, kind, subject, now).await.map_err(|e| p.fault(e))?;
                }
            }
            (done, action, known.map(|row| row.reference).unwrap_or_default())
        }
        _ => return Err(ApiError::NotFound),
    };
    if !done {
        return Err(ApiError::MovedOn);
    }
    desk::log(exec, p.ids.uuid(), now, Some(actor.id), action, &of, "").await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    jobs::wake(p);
    Ok(())
}

/// Where the refunds of a booking's, or of an order's, reference are kept.
fn refunds(reference: &str) -> Refunds {
    if is_reference(reference) { Refunds::OfRentals } else { Refunds::OfBookings }
}

/// The longest reference of a transfer.
const HOW: u32 = 120;

/// A refund that came back, or that the provider refuses, was paid from the operator's own bank account, under this reference.
async fn paid_elsewhere(p: &Platform, actor: &AccountView, id: RefundId, how: &str) -> Result<(), ApiError> {
    let mut fields = Fields::default();
    let how = fields.read("how", HOW, OneLine::parse(how));
    fields.done()?;
    let how = String::from(how.ok_or(ApiError::Transport)?);
    let known = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::troubles(&mut conn.exec(), p.now() - MONEY_LATE, i64::MAX).await.map_err(|e| p.fault(e))?
    };
    let unsent = ["refund-failed", "refund-refused"];
    let known = known.into_iter().find(|row| row.subject == id.0 && unsent.contains(&row.trouble.as_str()));
    match known.map(|row| refunds(&row.reference)) {
        None => Err(ApiError::MovedOn),
        Some(Refunds::OfBookings) => refused_later::paid_elsewhere(p, actor.id, id, &how).await,
        Some(Refunds::OfRentals) => rentals::paid_elsewhere(p, actor.id, id, &how).await,
    }
}
