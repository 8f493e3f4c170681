//! The words of the logs: what was done, to what and why, in a reader's language. The logs keep codes, since they outlive
//! every wording; a code that has no text here fails the tests that write it (`testing`).

use crate::jobs::JobKind;
use gabarit_domain::{
    money::Cents,
    referral::{Lead, Partnership},
};
use gabarit_i18n::{Locale, booking, contact, fmt, labels, nomination, rating, referral, rental, trail as text};
use gabarit_view::{
    desk::{DeskAction, Operations, ledger_kind},
    govern::{LogLine, LogPage},
    membership, nomination as nominations,
};
use uuid::Uuid;

/// What a job does.
#[must_use]
pub fn job(l: Locale, kind: JobKind) -> &'static str {
    match kind {
        JobKind::LapseHold => text::job_lapse_hold(l),
        JobKind::ExpireRequest => text::job_expire_request(l),
        JobKind::CompleteBooking => text::job_complete_booking(l),
        JobKind::CreatePayment => text::job_create_payment(l),
        JobKind::SyncPayment => text::job_sync_payment(l),
        JobKind::CapturePayment => text::job_capture_payment(l),
        JobKind::ReleasePayment => text::job_release_payment(l),
        JobKind::CancelPayment => text::job_cancel_payment(l),
        JobKind::SendRefund => text::job_send_refund(l),
        JobKind::WatchRefund => text::job_watch_refund(l),
        JobKind::SendReset => text::job_send_reset(l),
        JobKind::EndChange => text::job_end_change(l),
        JobKind::ReadCalendar => text::job_read_calendar(l),
        JobKind::AcceptSilence => text::job_accept_silence(l),
        JobKind::PurgeExpired => text::job_purge_expired(l),
        JobKind::WatchPayouts => text::job_watch_payouts(l),
        JobKind::RemindReview => text::job_remind_review(l),
        JobKind::ShowReviews => text::job_show_reviews(l),
        JobKind::RenewMembership => text::job_renew_membership(l),
        JobKind::EndMembership => text::job_end_membership(l),
        JobKind::TurnCycles => text::job_turn_cycles(l),
        JobKind::LapseRental => text::job_lapse_rental(l),
        JobKind::SyncRental => text::job_sync_rental(l),
        JobKind::CaptureRental => text::job_capture_rental(l),
        JobKind::DropRentalPayment => text::job_drop_rental_payment(l),
        JobKind::SendRentalRefund => text::job_send_rental_refund(l),
        JobKind::WatchSearches => text::job_watch_searches(l),
        JobKind::ExportData => text::job_export_data(l),
        JobKind::DropFile => text::job_drop_file(l),
        JobKind::AskRegister => text::job_ask_register(l),
        JobKind::RunAudit => text::job_run_audit(l),
        JobKind::SweepFiles => text::job_sweep_files(l),
        JobKind::EraseVisits => text::job_erase_visits(l),
    }
}

/// What was done, by the code of its log and its own; none for a code without a text.
#[must_use]
pub fn event(l: Locale, log: &str, code: &str) -> Option<&'static str> {
    let words = match (log, code) {
        ("booking", state) => labels::booking_state(l, state),
        ("candidate", "started") => text::candidate_started(l),
        ("candidate", event) => labels::candidate_event(l, event),
        ("nomination", event) => nominations::event_name(l, event),
        ("membership", event) => membership::event_name(l, event),
        ("ledger", kind) => ledger_kind(l, kind),
        ("rental", "reserved") => rental::state_reserved(l),
        ("rental", "authorised") => rental::state_authorised(l),
        ("rental", "paid") => rental::state_paid(l),
        ("rental", "handed-out") => rental::state_handed_out(l),
        ("rental", "returned") => rental::state_returned(l),
        ("rental", "cancelled") => rental::state_cancelled(l),
        ("rental", "lapsed") => rental::state_lapsed(l),
        ("cycle", phase) => phase_name(l, phase)?,
        ("contact", "opened") => contact::event_opened(l),
        ("contact", "written") => contact::event_written(l),
        ("contact", "answered") => contact::event_answered(l),
        ("contact", "noted") => contact::event_noted(l),
        ("contact", "assigned") => contact::event_assigned(l),
        ("contact", "released") => contact::event_released(l),
        ("contact", "closed") => contact::event_closed(l),
        ("contact", "confirmed") => contact::event_confirmed(l),
        ("contact", "erased") => contact::event_erased(l),
        ("contact", "merged") => text::contact_merged(l),
        ("contact", "joined") => text::contact_joined(l),
        ("review", "written") => rating::event_written(l),
        ("review", "shown") => rating::event_shown(l),
        ("review", "replied") => rating::event_replied(l),
        ("review", "reported") => rating::event_reported(l),
        ("review", "hide") => rating::event_hide(l),
        ("review", "restore") => rating::event_restore(l),
        ("review", "keep") => rating::event_keep(l),
        ("look", "asked") => text::look_asked(l),
        ("look", "allowed") => text::look_allowed(l),
        ("look", "refused") => text::look_refused(l),
        ("community", "edited") => text::community_edited(l),
        ("community", "withdrawn") => text::community_withdrawn(l),
        ("community", "removed") => text::community_removed(l),
        ("community", "kept") => text::community_kept(l),
        ("community", "closed") => text::community_closed(l),
        ("community", "reopened") => text::community_reopened(l),
        ("programme", "event-made") => text::event_made(l),
        ("programme", "event-changed") => text::event_changed(l),
        ("programme", "event-cancelled") => text::event_cancelled(l),
        ("programme", "benefit-made") => text::benefit_made(l),
        ("programme", "benefit-changed") => text::benefit_changed(l),
        ("programme", "benefit-offered") => text::benefit_offered(l),
        ("programme", "benefit-closed") => text::benefit_closed(l),
        ("programme", "benefit-codes") => text::benefit_codes(l),
        ("rules", "begun") => text::rules_begun(l),
        ("rules", "changed") => text::rules_changed(l),
        ("rules", "discarded") => text::rules_discarded(l),
        ("rules", "released") => text::rules_released(l),
        ("text", "booking") => text::text_booking(l),
        ("text", "sign-up") => text::text_sign_up(l),
        ("erasure", "erased") => text::erasure_erased(l),
        ("referral", "received") => referral::event_received(l),
        ("referral", "noted") => referral::event_noted(l),
        ("referral", state) => referral_state(l, state)?,
        ("desk", "payout-prepared") => text::desk_payout_prepared(l),
        ("desk", "payout-approved") => text::desk_payout_approved(l),
        ("desk", "payout-cancelled") => text::desk_payout_cancelled(l),
        ("desk", "payout-executed") => text::desk_payout_executed(l),
        ("desk", "payout-bounced") => text::desk_payout_bounced(l),
        ("desk", "payout-file") => text::desk_payout_file(l),
        ("desk", "settlement-noted") => text::desk_settlement_noted(l),
        ("desk", "audit-asked") => text::desk_audit_asked(l),
        ("desk", "job-retried") => text::desk_job_retried(l),
        ("desk", "mail-retried") => text::desk_mail_retried(l),
        ("desk", "refund-retried") => text::desk_refund_retried(l),
        ("desk", "capture-retried") => text::desk_capture_retried(l),
        ("desk", "refund-failed") => text::desk_refund_failed(l),
        ("desk", "refund-taken") => text::desk_refund_taken(l),
        ("desk", "refund-elsewhere") => text::desk_refund_elsewhere(l),
        _ => "",
    };
    (!words.is_empty()).then_some(words)
}

fn phase_name(l: Locale, code: &str) -> Option<&'static str> {
    Some(match code {
        "collecting" => nomination::phase_collecting(l),
        "review" => nomination::phase_review(l),
        "decision" => nomination::phase_decision(l),
        "closed" => nomination::phase_closed(l),
        _ => return None,
    })
}

fn referral_state(l: Locale, code: &str) -> Option<&'static str> {
    let partner = Partnership::parse(code).map(|state| match state {
        Partnership::Asked => referral::partner_asked(l),
        Partnership::Granted => referral::partner_granted(l),
        Partnership::Refused => referral::partner_refused(l),
        Partnership::Ended => referral::partner_ended(l),
    });
    partner.or_else(|| {
        Lead::parse(code).map(|state| match state {
            Lead::New => referral::lead_new(l),
            Lead::Contacted => referral::lead_contacted(l),
            Lead::Quoted => referral::lead_quoted(l),
            Lead::Won => referral::lead_won(l),
            Lead::Lost => referral::lead_lost(l),
        })
    })
}

fn payment_state(l: Locale, code: &str) -> &'static str {
    match code {
        "open" => booking::payment_open(l),
        "pending" => booking::payment_pending(l),
        "authorized" => booking::payment_authorized(l),
        "paid" => booking::payment_paid(l),
        "canceled" => booking::payment_canceled(l),
        "expired" => booking::payment_expired(l),
        "failed" => booking::payment_failed(l),
        _ => booking::payment_none(l),
    }
}

/// Why, where a code says so; none for what people wrote, for figures, and for what says nothing to a reader.
#[must_use]
pub fn reason(l: Locale, log: &str, event: &str, detail: &str) -> Option<String> {
    let words = match (log, detail) {
        ("booking" | "rental", "placed") => text::why_placed(l),
        ("booking", "paid by transfer") => text::why_paid_by_transfer(l),
        ("booking", "withdrawn") => text::why_withdrawn(l),
        ("booking", "no answer in time") => text::why_no_answer(l),
        ("booking", "hold ended") | ("rental", "not paid in time") => text::why_hold_ended(l),
        ("booking", "last day over") => text::why_over(l),
        ("booking", "changed") => text::why_changed(l),
        ("booking", "cancelled by the client") => text::why_client_cancelled(l),
        ("booking", "cut short by the expert") => text::why_expert_cut(l),
        ("booking", "cut short by a manager") => text::why_manager_cut(l),
        ("rental", "cancelled") => text::why_cancelled(l),
        ("rental", "handed out") => text::why_handed_out(l),
        ("rental", "returned") => text::why_returned(l),
        ("rental", "card authorised") => text::why_authorised(l),
        ("rental", "paid") => text::why_paid(l),
        ("rental", "card not charged") => text::why_not_charged(l),
        ("referral", "lead") => text::why_lead(l),
        ("booking", detail) => {
            // `payment 0190…: paid`
            let (_, state) = detail.strip_prefix("payment ")?.split_once(": ")?;
            return Some(text::why_payment(l, payment_state(l, state)));
        }
        ("cycle", before) => return phase_name(l, before).map(|phase| text::why_from(l, phase)),
        ("desk", detail) => return sums(l, event, detail),
        _ => return None,
    };
    Some(words.to_owned())
}

/// The sums of payouts and settlements.
fn sums(l: Locale, event: &str, detail: &str) -> Option<String> {
    let money = |plain: &str| Cents::from_plain(plain).map(|amount| fmt::money(l, amount));
    match event {
        "payout-prepared" => {
            let (count, sum) = detail.split_once(' ')?;
            Some(text::why_payouts(l, count.parse().ok()?, money(sum)?))
        }
        "payout-approved" | "payout-executed" | "refund-taken" => money(detail),
        "settlement-noted" => {
            let (received, fees) = detail.split_once(" + ")?;
            Some(format!("{} + {}", money(received)?, money(fees)?))
        }
        _ => None,
    }
}

/// To what it was done, where that is a code; bare ids say nothing to a reader.
fn subject(l: Locale, log: &str, code: &str) -> String {
    match (log, code) {
        ("text", "terms") => text::text_terms(l).to_owned(),
        ("text", "privacy") => text::text_privacy(l).to_owned(),
        ("text", "accessibility") => text::text_accessibility(l).to_owned(),
        ("desk", code) => match code.split_once(' ') {
            Some((kind, id)) if id.parse::<Uuid>().is_ok() => {
                JobKind::parse(kind).map_or_else(|| code.to_owned(), |kind| job(l, kind).to_owned())
            }
            _ if code.parse::<Uuid>().is_ok() => String::new(),
            _ => code.to_owned(),
        },
        _ => code.to_owned(),
    }
}

/// Puts a page of the log into words.
pub fn tell(l: Locale, page: &mut LogPage) {
    for line in &mut page.lines {
        let LogLine { log, event: code, detail, .. } = &*line;
        let what = event(l, log, code).unwrap_or(code).to_owned();
        let why = reason(l, log, code, detail).unwrap_or_else(|| detail.clone());
        (line.what, line.why, line.subject) = (what, why, subject(l, log, &line.subject));
    }
}

/// Puts the jobs and the managers' acts of the operations into words.
pub fn tell_operations(l: Locale, page: &mut Operations) {
    for row in &mut page.jobs {
        row.name = JobKind::parse(&row.kind).map_or_else(|| row.kind.clone(), |kind| job(l, kind).to_owned());
    }
    for row in &mut page.log {
        let DeskAction { action, detail, .. } = &*row;
        let what = event(l, "desk", action).unwrap_or(action).to_owned();
        let why = reason(l, "desk", action, detail).unwrap_or_else(|| detail.clone());
        (row.what, row.detail, row.subject) = (what, why, subject(l, "desk", &row.subject));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gabarit_domain::{booking::BookingState, recognition::Phase};
    use gabarit_i18n::Locale;
    use std::collections::BTreeSet;

    /// Every job, state and phase there is has words of its own in every language.
    #[test]
    fn whatever_has_a_code_has_words() {
        for l in Locale::ALL {
            let jobs: BTreeSet<&str> = JobKind::ALL.into_iter().map(|kind| job(l, kind)).collect();
            assert_eq!(jobs.len(), JobKind::ALL.len(), "{l:?}: two jobs read alike");
            let rentals = ["reserved", "authorised", "paid", "handed-out", "returned", "cancelled", "lapsed"];
            let codes = (BookingState::CODES.iter().map(|code| ("booking", *code)))
                .chain(rentals.map(|code| ("rental", code)))
                .chain(Phase::ALL.iter().map(|phase| ("cycle", phase.code())))
                .chain(Partnership::ALL.map(|state| ("referral", state.code())))
                .chain(Lead::ALL.map(|state| ("referral", state.code())));
            for (log, code) in codes {
                let words = event(l, log, code);
                assert!(words.is_some_and(|words| !words.is_empty()), "{l:?}: {log} {code}");
            }
        }
        assert_eq!(event(Locale::En, "booking", "no-such"), None);
        assert_eq!(event(Locale::En, "no-such", "held"), None);
    }

    /// Codes become words and sums; what people wrote stays as it is.
    #[test]
    fn reasons_are_read() {
        let l = Locale::En;
        let id = Uuid::from_u128(7);
        assert_eq!(reason(l, "booking", "requested", &format!("payment {id}: paid")).unwrap(), "payment: paid");
        assert_eq!(reason(l, "desk", "payout-prepared", "2 1920.00").unwrap(), "2 invoices, €1,920.00");
        assert_eq!(reason(l, "desk", "settlement-noted", "10.00 + 0.29").unwrap(), "€10.00 + €0.29");
        assert_eq!(reason(l, "booking", "declined", "I am on leave: sorry"), None);
        assert_eq!(subject(l, "desk", &format!("send-refund {id}")), job(l, JobKind::SendRefund));
        assert_eq!(subject(l, "desk", &id.to_string()), "");
        assert_eq!(subject(l, "desk", "AB12CD34"), "AB12CD34");
    }
}
