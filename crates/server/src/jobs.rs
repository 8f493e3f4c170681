//! Durable jobs: what must happen later, or until it succeeds.
//!
//! A job is a row `(kind, subject)` in the database, written in the transaction of its cause. A worker takes a lease on
//! it, runs its handler and marks it done; a handler that fails is retried with a growing pause; a worker that dies
//! leaves a lease that runs out, and another takes over. So a handler may run more than once, and **every handler is
//! idempotent**.

mod handlers;

use crate::{
    db::{
        Exec,
        jobs::{self, ClaimedJob},
    },
    mail,
    platform::Platform,
    services::audit_runs,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use gabarit_view::error::ApiError;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::sync::watch;
use uuid::Uuid;

/// A worker that does not report for this long is taken for dead.
const LEASE_SECONDS: i64 = 60;
/// A handler is stopped before its lease runs out, so that it never runs twice at once.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(50);
/// The audit reads everything, and a store may hold many files: their workers report while they do.
const LONG_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// How often a worker looks whether it is time to report.
const LOOK: Duration = Duration::from_millis(500);
/// A report that the database does not take within this time is tried again.
const REPORT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest sleep: what another node schedules is found after it.
const POLL: Duration = Duration::from_secs(5);
/// Jobs done at a time in one process; most wait for the payment provider.
const WORKERS: usize = 4;

/// Kinds of jobs; the subject's id is that of the record named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Gives unpaid days free when their hold ends (booking).
    LapseHold,
    /// Declines a booking that the expert did not answer in time (booking; S35).
    ExpireRequest,
    /// Completes an assignment after its last day (booking; S30).
    CompleteBooking,
    /// Makes a payment at the provider (payment).
    CreatePayment,
    /// Reads a payment again (payment).
    SyncPayment,
    /// Takes an authorised payment (payment).
    CapturePayment,
    /// Lets an authorised payment go (payment).
    ReleasePayment,
    /// Cancels an open payment nobody may pay any more (payment).
    CancelPayment,
    /// Pays money back (refund).
    SendRefund,
    /// Looks whether money that was paid back has come back (refund, or rental's refund).
    WatchRefund,
    /// Sends the link that sets a new password, if the address has an account (request).
    SendReset,
    /// Drops a change that was not paid or answered in time (change).
    EndChange,
    /// Reads a calendar elsewhere again (calendar).
    ReadCalendar,
    /// Takes silence on a self-billed invoice for acceptance (document; S31).
    AcceptSilence,
    /// Removes sessions, forms, counters and done jobs whose time is over (nil).
    PurgeExpired,
    /// Warns managers of payouts that would be late, before they are (nil; S31).
    WatchPayouts,
    /// Asks those who have not reviewed an assignment to do so (booking; S21).
    RemindReview,
    /// Shows what one side wrote when the other's time is over (booking; S21).
    ShowReviews,
    /// Prepares the renewal of a membership, and later reminds of it (membership; S52).
    RenewMembership,
    /// Ends a membership that was not renewed (membership; S52, S62).
    EndMembership,
    /// Moves the cycles of the recognition programme, and watches their clocks (nil; S50, S51).
    TurnCycles,
    /// Gives unpaid licences free when their reservation ends (rental; S9).
    LapseRental,
    /// Reads a payment for licences again (rental's payment; S9).
    SyncRental,
    /// Takes an authorised payment for licences (rental's payment; S9, S18).
    CaptureRental,
    /// Lets a payment for licences go that nobody wants any more (rental's payment; S9).
    DropRentalPayment,
    /// Pays money for licences back (rental's refund; S9).
    SendRentalRefund,
    /// Looks whether saved searches have new matches (the search looked at last; nil to begin).
    WatchSearches,
    /// Makes the archive of a person's own data (export).
    ExportData,
    /// Removes a file from the store (file).
    DropFile,
    /// Asks the VAT register again about a number that it could not confirm at booking (booking; S31).
    AskRegister,
    /// Checks the invariants on everything that is stored, every night and when a manager asks (nil).
    RunAudit,
    /// Erases what visitors wrote to the contact desk when its time is over (nil).
    EraseVisits,
    /// Removes files from the store that no row names, every night (nil).
    SweepFiles,
}

impl JobKind {
    /// All kinds.
    pub const ALL: [Self; 33] = [
        Self::LapseHold,
        Self::ExpireRequest,
        Self::CompleteBooking,
        Self::CreatePayment,
        Self::SyncPayment,
        Self::CapturePayment,
        Self::ReleasePayment,
        Self::CancelPayment,
        Self::SendRefund,
        Self::WatchRefund,
        Self::SendReset,
        Self::EndChange,
        Self::ReadCalendar,
        Self::AcceptSilence,
        Self::PurgeExpired,
        Self::WatchPayouts,
        Self::RemindReview,
        Self::ShowReviews,
        Self::RenewMembership,
        Self::EndMembership,
        Self::TurnCycles,
        Self::LapseRental,
        Self::SyncRental,
        Self::CaptureRental,
        Self::DropRentalPayment,
        Self::SendRentalRefund,
        Self::WatchSearches,
        Self::ExportData,
        Self::DropFile,
        Self::AskRegister,
        Self::RunAudit,
        Self::EraseVisits,
        Self::SweepFiles,
    ];

    /// Its code in the database; never changed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LapseHold => "lapse-hold",
            Self::ExpireRequest => "expire-request",
            Self::CompleteBooking => "complete-booking",
            Self::CreatePayment => "create-payment",
            Self::SyncPayment => "sync-payment",
            Self::CapturePayment => "capture-payment",
            Self::ReleasePayment => "release-payment",
            Self::CancelPayment => "cancel-payment",
            Self::SendRefund => "send-refund",
            Self::WatchRefund => "watch-refund",
            Self::SendReset => "send-reset",
            Self::EndChange => "end-change",
            Self::ReadCalendar => "read-calendar",
            Self::AcceptSilence => "accept-silence",
            Self::PurgeExpired => "purge-expired",
            Self::WatchPayouts => "watch-payouts",
            Self::RemindReview => "remind-review",
            Self::ShowReviews => "show-reviews",
            Self::RenewMembership => "renew-membership",
            Self::EndMembership => "end-membership",
            Self::TurnCycles => "turn-cycles",
            Self::LapseRental => "lapse-rental",
            Self::SyncRental => "sync-rental",
            Self::CaptureRental => "capture-rental",
            Self::DropRentalPayment => "drop-rental-payment",
            Self::SendRentalRefund => "send-rental-refund",
            Self::WatchSearches => "watch-searches",
            Self::ExportData => "export-data",
            Self::DropFile => "drop-file",
            Self::AskRegister => "ask-register",
            Self::EraseVisits => "erase-visits",
            Self::RunAudit => "run-audit",
            Self::SweepFiles => "sweep-files",
        }
    }

    /// How long its handler may take. Few read more than a record.
    const fn limit(self) -> Duration {
        match self {
            Self::RunAudit | Self::SweepFiles => LONG_TIMEOUT,
            _ => HANDLER_TIMEOUT,
        }
    }

    /// Whether it may outlast its lease, which is then renewed while it runs.
    fn is_long(self) -> bool {
        self.limit() > HANDLER_TIMEOUT
    }

    /// Reads [`JobKind::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Orders a job in the caller's transaction.
///
/// There is one row a `(kind, subject)`. One that waits keeps the **earlier** of both instants; one that is done is
/// **reopened** at the new instant; one that a worker holds right now is **done again** at the new instant, since its
/// worker may have read what was before. After the commit, [`wake`] spares the runner's poll.
///
/// # Errors
/// The database's.
pub async fn schedule(exec: &mut Exec<'_>, kind: JobKind, subject: Uuid, due_at: DateTime<Utc>) -> sqlx::Result<()> {
    jobs::schedule(exec, kind.code(), subject, due_at).await
}

/// Strikes a job that is not done, in the caller's transaction; a worker that already holds it finishes. Answers
/// whether there was one.
///
/// # Errors
/// The database's.
pub async fn cancel(exec: &mut Exec<'_>, kind: JobKind, subject: Uuid) -> sqlx::Result<bool> {
    jobs::cancel(exec, kind.code(), subject).await
}

/// Tells this process's runner that there may be something to do now. Call it after the commit.
pub fn wake(p: &Platform) {
    p.wake_jobs.notify_one();
}

/// The pause after attempt number `attempts` (from 1): 5 seconds, doubling up to an hour.
fn back_off(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 11) - 1).unwrap_or(0);
    TimeDelta::seconds(5_i64 << doublings).min(TimeDelta::hours(1))
}

/// Does everything that is due, mail included; answers how many jobs were run. A job that fails is put off, so this
/// ends. For tests and for the command line; a server runs [`run_forever`].
///
/// # Errors
/// A fault of ours. A job that fails is none: it is retried.
pub async fn run_due(p: &Platform) -> Result<usize, ApiError> {
    let mut done = 0;
    while run_one(p).await? {
        done += 1;
    }
    mail::send_due(p).await?;
    Ok(done)
}

/// Claims and runs one job; `false` when nothing is due.
async fn run_one(p: &Platform) -> Result<bool, ApiError> {
    let now = p.now();
    // A look costs no write; only what is there is claimed.
    if next_due(p).await?.is_none_or(|due| due > now) {
        return Ok(false);
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let claimed = jobs::claim(&mut tx.exec(), now, now + TimeDelta::seconds(LEASE_SECONDS))
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    let Some(mut job) = claimed else { return Ok(false) };
    let outcome = run_handler(p, &mut job).await;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let settled = match &outcome {
        Ok(()) => jobs::finish(&mut tx.exec(), &job, p.now()).await,
        Err(problem) => {
            tracing::warn!(kind = %job.kind, subject = %job.subject, attempts = job.attempts, %problem, "job failed");
            jobs::put_off(&mut tx.exec(), &job, p.now() + back_off(job.attempts), problem).await
        }
    }
    .map_err(|error| p.fault(error))?;
    if !settled {
        jobs::release(&mut tx.exec(), &job).await.map_err(|error| p.fault(error))?;
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(true)
}

/// Keeps the lease of a job while its handler runs; ends when it is lost, because it ran out before it could be renewed or
/// because somebody else has the job. Whoever is dead renews nothing, and another takes over within [`LEASE_SECONDS`].
async fn keep_lease(p: &Platform, job: &mut ClaimedJob) {
    let lease = TimeDelta::seconds(LEASE_SECONDS);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = p.now();
        if now >= job.leased_until {
            return;
        }
        let left = job.leased_until - now;
        if left > lease * 2 / 3 {
            continue;
        }
        let patience = left.to_std().unwrap_or_default().min(REPORT_TIMEOUT);
        match tokio::time::timeout(patience, renew(p, job, now + lease)).await {
            Ok(Ok(true)) => job.leased_until = now + lease,
            Ok(Ok(false)) => return,
            Ok(Err(error)) => tracing::warn!(%error, kind = %job.kind, "lease not renewed"),
            Err(_) => tracing::warn!(kind = %job.kind, "lease not renewed in time"),
        }
    }
}

async fn renew(p: &Platform, job: &ClaimedJob, until: DateTime<Utc>) -> sqlx::Result<bool> {
    let mut tx = p.db.begin().await?;
    let renewed = jobs::renew(&mut tx.exec(), job, until).await?;
    tx.commit().await?;
    Ok(renewed)
}

/// Runs a handler; a fault, a panic, too long a wait and a lost lease are failures like any other.
async fn run_handler(p: &Platform, job: &mut ClaimedJob) -> Result<(), String> {
    let Some(kind) = JobKind::parse(&job.kind) else {
        return Err("this version of the platform does not know the kind".to_owned());
    };
    let handler = AssertUnwindSafe(handlers::handle(p, kind, job.subject));
    let handler = futures::FutureExt::catch_unwind(handler);
    let limit = kind.limit();
    let handler = tokio::time::timeout(limit, handler);
    let outcome = if kind.is_long() {
        tokio::select! {
            outcome = handler => outcome,
            () = keep_lease(p, job) => return Err("its lease was lost".to_owned()),
        }
    } else {
        handler.await
    };
    match outcome {
        // The record has moved on: there is nothing left to do.
        Ok(Ok(Ok(()) | Err(ApiError::MovedOn))) => Ok(()),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(_)) => Err("panic".to_owned()),
        Err(_) => Err(format!("not finished within {} seconds", limit.as_secs())),
    }
}

async fn next_due(p: &Platform) -> Result<Option<DateTime<Utc>>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    jobs::next_due(&mut conn.exec(), p.now()).await.map_err(|error| p.fault(error))
}

/// Does jobs and sends mail until `shutdown` becomes true (or its sender is gone); what runs then is finished first.
/// Any number of nodes may do so on one database.
pub async fn run_forever(p: Platform, shutdown: watch::Receiver<bool>) {
    let (bell, _) = watch::channel(());
    if let Err(error) = order_regular(&p).await {
        tracing::error!(%error, "what is done every hour and every night could not be ordered");
    }
    let workers = join_all((0..WORKERS).map(|_| worker(&p, bell.subscribe(), shutdown.clone())));
    let postman = postman(&p, bell.subscribe(), shutdown.clone());
    let mut stop = shutdown.clone();
    let ringer = async {
        // `notify_one` wakes one waiter; the bell passes it on to all, and remembers it for those at work.
        while !*stop.borrow() {
            tokio::select! {
                () = p.wake_jobs.notified() => { bell.send_replace(()); }
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    };
    tokio::join!(workers, postman, ringer);
}

async fn order_regular(p: &Platform) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    for kind in [
        JobKind::PurgeExpired,
        JobKind::WatchPayouts,
        JobKind::TurnCycles,
        JobKind::WatchSearches,
        JobKind::EraseVisits,
        JobKind::SweepFiles,
    ] {
        schedule(&mut tx.exec(), kind, Uuid::nil(), p.now()).await.map_err(|error| p.fault(error))?;
    }
    audit_runs::keep_ordered(&mut tx.exec(), p).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

async fn worker(p: &Platform, mut bell: watch::Receiver<()>, mut shutdown: watch::Receiver<bool>) {
    while !stopping(&shutdown) {
        bell.borrow_and_update();
        let wait = match run_one(p).await {
            Ok(true) => {
                // What it did may have written mail or other jobs.
                wake(p);
                continue;
            }
            Ok(false) => match next_due(p).await {
                Ok(Some(due)) => {
                    (due - p.now()).to_std().unwrap_or(Duration::ZERO).clamp(Duration::from_millis(50), POLL)
                }
                Ok(None) | Err(_) => POLL,
            },
            // Logged where it happened; the database may be back later.
            Err(_) => POLL,
        };
        pause(wait, &mut bell, &mut shutdown).await;
    }
}

async fn postman(p: &Platform, mut bell: watch::Receiver<()>, mut shutdown: watch::Receiver<bool>) {
    while !stopping(&shutdown) {
        bell.borrow_and_update();
        // A fault is logged where it happened.
        let _ = mail::send_due(p).await;
        pause(POLL, &mut bell, &mut shutdown).await;
    }
}

fn stopping(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}

/// Waits for the bell, at most `wait`, less when the platform stops.
async fn pause(wait: Duration, bell: &mut watch::Receiver<()>, shutdown: &mut watch::Receiver<bool>) {
    tokio::select! {
        _ = bell.changed() => {}
        () = tokio::time::sleep(wait) => {}
        _ = shutdown.changed() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A handler is stopped before its lease runs out, or renews it in time: it never runs twice at once.
    #[test]
    fn leases_outlast_their_handlers() {
        let lease = Duration::from_secs(LEASE_SECONDS.unsigned_abs());
        for kind in JobKind::ALL {
            assert!(kind.limit() < lease || kind.is_long(), "{kind:?}");
        }
        assert!(LOOK + REPORT_TIMEOUT < lease / 3);
    }
}
