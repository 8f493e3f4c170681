//! Which use case does which job.

use super::{JobKind, schedule};
use crate::{
    db::{account_tokens, books, jobs, known_devices, own_data as own_rows, sessions, stash, throttle},
    platform::Platform,
    services::{
        accounts::{DEVICE_DAYS, links},
        audit_runs, bookings, contact, files, membership, nominations, own_data, payments, payouts, rating, rentals,
        saved, self_billing, work,
    },
};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use gabarit_domain::ids::{BookingId, DocumentId, PaymentId, RefundId};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// Done jobs are kept this long, for whoever looks into what happened.
const KEEP_DONE_DAYS: i64 = 30;

/// Does a job. Every arm is idempotent; [`ApiError::MovedOn`] means that there is nothing left to do.
///
/// Boxed here, where the compiler can still see that it may move between threads.
pub(super) fn handle(p: &Platform, kind: JobKind, subject: Uuid) -> BoxFuture<'_, Result<(), ApiError>> {
    Box::pin(dispatch(p, kind, subject))
}

async fn dispatch(p: &Platform, kind: JobKind, subject: Uuid) -> Result<(), ApiError> {
    match kind {
        JobKind::PurgeExpired => purge_expired(p, subject).await,
        JobKind::SendReset => links::send_reset(p, subject).await,
        JobKind::WatchPayouts => payouts::watch(p).await,
        JobKind::TurnCycles => nominations::cycles::turn(p).await,
        JobKind::ReadCalendar => work::read_calendar(p, subject).await,
        JobKind::AcceptSilence => self_billing::accept_silence(p, DocumentId(subject)).await,
        JobKind::LapseHold => bookings::lapse(p, BookingId(subject)).await,
        JobKind::ExpireRequest => bookings::expire(p, BookingId(subject)).await,
        JobKind::CompleteBooking => bookings::complete(p, BookingId(subject)).await,
        JobKind::CreatePayment => payments::create(p, PaymentId(subject)).await,
        JobKind::SyncPayment => payments::sync_payment(p, PaymentId(subject)).await,
        JobKind::CapturePayment => payments::capture(p, PaymentId(subject)).await,
        JobKind::ReleasePayment => payments::release(p, PaymentId(subject)).await,
        JobKind::CancelPayment => payments::cancel(p, PaymentId(subject)).await,
        JobKind::EndChange => bookings::changes::end_change(p, subject).await,
        JobKind::SendRefund => payments::send_refund(p, RefundId(subject)).await,
        JobKind::WatchRefund => payments::watch_refund(p, RefundId(subject)).await,
        JobKind::RemindReview => rating::remind(p, BookingId(subject)).await,
        JobKind::WatchSearches => saved::watch(p, subject).await,
        JobKind::LapseRental => rentals::lapse(p, subject).await,
        JobKind::SyncRental => rentals::sync_payment(p, PaymentId(subject)).await,
        JobKind::CaptureRental => rentals::capture(p, PaymentId(subject)).await,
        JobKind::DropRentalPayment => rentals::drop_payment(p, PaymentId(subject)).await,
        JobKind::SendRentalRefund => rentals::send_refund(p, RefundId(subject)).await,
        JobKind::ShowReviews => rating::show_due(p, BookingId(subject)).await,
        JobKind::RenewMembership => membership::prepare_renewal(p, subject).await,
        JobKind::EndMembership => membership::lapse(p, subject).await,
        JobKind::ExportData => own_data::make(p, subject).await,
        JobKind::DropFile => own_data::drop_file(p, subject).await,
        JobKind::RunAudit => audit_runs::run(p).await,
        JobKind::AskRegister => bookings::vat_again::ask_by_itself(p, BookingId(subject)).await,
        JobKind::SweepFiles => files::sweep(p, subject).await,
        JobKind::EraseVisits => contact::erase_due(p, subject).await,
    }
}

/// Removes what has expired, and orders itself again in an hour.
async fn purge_expired(p: &Platform, subject: Uuid) -> Result<(), ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let purged = async {
        let exec = &mut tx.exec();
        let sessions = sessions::purge(exec, now).await?;
        let forms = stash::purge(exec, now).await?;
        let links = account_tokens::purge(exec, now).await?;
        let browsers = known_devices::purge(exec, now - TimeDelta::days(DEVICE_DAYS)).await?;
        let counters = throttle::purge(exec, now).await?;
        let done = jobs::purge(exec, now - TimeDelta::days(KEEP_DONE_DAYS)).await?;
        for file in own_rows::expire(exec, now).await? {
            schedule(exec, JobKind::DropFile, file, now).await?;
        }
        // Long after a day is over nothing is written with a time of that day any more.
        books::sum_up(exec, (now - TimeDelta::hours(6)).date_naive()).await?;
        own_rows::purge_mail(exec, now - TimeDelta::days(own_data::MAIL_DAYS)).await?;
        schedule(exec, JobKind::PurgeExpired, subject, now + TimeDelta::hours(1)).await?;
        Ok::<_, sqlx::Error>((sessions, forms, links, browsers, counters, done))
    }
    .await
    .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    let (sessions, forms, links, browsers, counters, jobs) = purged;
    tracing::debug!(sessions, forms, links, browsers, counters, jobs, "purged");
    Ok(())
}
