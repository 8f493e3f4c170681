//! Bookings that are cut short after acceptance: what was shown goes back, and the books say the same.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::BookingId,
    invoice::{DocumentKind, DocumentLines},
    money::{BasisPoints, Cents},
    settlement::{Choice, SomeDays},
};
use gabarit_server::{
    services::{
        bookings::{
            self,
            settling::{self, Cut},
        },
        documents,
        ledger::Account,
        payments,
    },
    testing::{Call, ExpertSpec, Fault, Totals, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    change::SettlementView,
    error::{ApiError, Problem},
};

pub(crate) fn days(text: &str) -> SomeDays {
    text.split(',').filter(|day| !day.is_empty()).map(|day| day.parse().unwrap()).collect()
}

/// Shows what a cut means, and confirms it.
pub(crate) async fn cut(stage: &Stage, actor: &AccountView, id: BookingId, cut: &Cut) -> SettlementView {
    let shown = settling::preview(&stage.p, actor, id, cut).await.unwrap();
    settling::cut_short(&stage.p, actor, id, cut, &shown.fingerprint, "For a reason").await.unwrap();
    stage.work().await;
    shown
}

/// A booking that is accepted, and its payment's reference.
pub(crate) async fn accepted(stage: &Stage, form: BookingForm) -> (BookingId, String) {
    let id = stage.place_as(&stage.client, form).await.unwrap().id;
    let reference = stage.p.provider.last_reference();
    stage.p.provider.pay(&reference);
    payments::sync(&stage.p, &reference).await.unwrap();
    stage.accept(id).await;
    (id, reference)
}

fn flexible(stage: &Stage, days: &str) -> BookingForm {
    BookingForm { flexible: "on".to_owned(), ..stage.form(days, PaymentMethod::Ideal) }
}

/// S6: a flexible booking, cancelled in time: all but the supplement goes back, exactly as shown; the days are free; the
/// credit note and the invoice are the money kept; the expert is paid nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_flexible_booking_is_cancelled_in_time() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        // Two days at €800 and 15 %: €1,840, with VAT €2,226.40; the supplement with VAT is €290.40.
        let (id, reference) = accepted(&stage, flexible(&stage, DAYS)).await;
        stage.at("2026-11-26T22:59:00Z").await;
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        assert!(shown.is_free);
        assert_eq!((shown.refund, shown.kept_total), (Cents(193_600), Cents(29_040)));
        let totals = stage.p.provider.totals(&reference);
        assert_eq!((totals.charged, totals.refunded), (Cents(222_640), shown.refund));
        assert_eq!(stage.state(id).await, "cancelled");
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 0);
        let view = stage.client_view(id).await;
        let note = view.documents.iter().find(|link| link.kind == DocumentKind::CreditNote).unwrap();
        assert_eq!(note.total, shown.credit_total);
        let note = documents::get(&stage.p, &stage.client, note.id).await.unwrap();
        assert_eq!(note.lines, DocumentLines::Quoted(shown.credited));
        assert_eq!(note.corrects.unwrap().number.kind, DocumentKind::Invoice);
        assert!(stage.expert_view(id).await.documents.is_empty());
        assert_eq!(-stage.balance(Account::Revenue).await, Cents(24_000));
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        // Never twice.
        let again = settling::cut_short(&stage.p, &stage.client, id, &Cut::ByClient, &shown.fingerprint, "").await;
        assert_eq!(again.unwrap_err(), ApiError::MovedOn);
        stage.sound().await;
    })
    .await;
}

/// S6, S25: too late, or not flexible: day lines stay and pay the expert by the ladder, at once, and count as days;
/// travel, lodging and rentals go back.
#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_booking_keeps_its_days() {
    for_each_db(|p| async move {
        let stage = Stage::with(p, ExpertSpec { completed_days: 12, ..ExpertSpec::default() }).await;
        let form = BookingForm { workstation: "on".to_owned(), ..stage.form(DAYS, PaymentMethod::Ideal) };
        let (id, reference) = accepted(&stage, form).await;
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        // Two days of workstation at €45 with VAT.
        assert_eq!((shown.refund, shown.kept_total), (Cents(10_890), Cents(193_600)));
        assert!(!shown.is_free);
        assert_eq!(stage.p.provider.totals(&reference).refunded, shown.refund);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 0);
        // The 13th day at 80 %, the 14th at 82.5 %.
        let view = stage.expert_view(id).await;
        assert_eq!(view.documents[0].kind, DocumentKind::SelfBilledInvoice);
        assert_eq!(view.earnings.unwrap().net, Cents(64_000 + 66_000));
        assert_eq!(stage.count("SELECT completed_days FROM expert").await, 14);
        stage.sound().await;
        // Nothing is left to complete.
        stage.at("2026-12-20T00:00:00Z").await;
        assert_eq!(stage.state(id).await, "cancelled");
        stage.sound().await;
    })
    .await;
}

/// S6: the day after the last free one, the refund is another: what was seen before is not done.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_seen_is_done() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = accepted(&stage, flexible(&stage, DAYS)).await;
        stage.at("2026-11-26T22:59:59Z").await;
        let seen = settling::preview(&stage.p, &stage.client, id, &Cut::ByClient).await.unwrap();
        // Midnight in Amsterdam: four days and a bit before the start.
        stage.at("2026-11-26T23:00:00Z").await;
        let late = settling::cut_short(&stage.p, &stage.client, id, &Cut::ByClient, &seen.fingerprint, "").await;
        assert_eq!(late.unwrap_err(), ApiError::RefundChanged { refund: Cents::ZERO, stash: None });
        assert_eq!(stage.state(id).await, "accepted");
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents::ZERO);
        assert_eq!(stage.count("SELECT COUNT(*) FROM document").await, 1);
        stage.sound().await;
    })
    .await;
}

/// S6: the expert who cancels gives everything back, the supplement too, and the client is led to alternatives.
#[tokio::test(flavor = "multi_thread")]
async fn the_expert_cancels() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = accepted(&stage, flexible(&stage, DAYS)).await;
        let none = Cut::ByExpert { worked: SomeDays::new() };
        let shown = cut(&stage, &stage.expert.account, id, &none).await;
        let total = stage.client_view(id).await.quote.total;
        assert_eq!((shown.refund, shown.becomes.as_str()), (total, "cancelled"));
        assert_eq!(
            stage.p.provider.totals(&reference),
            Totals { charged: total, refunded: total, ..Totals::default() }
        );
        assert_eq!(stage.balance(Account::Revenue).await, Cents::ZERO);
        let mails = gabarit_server::mail::local_mailbox(&stage.p, 100).await.unwrap();
        let told = mails.iter().filter(|mail| mail.to == stage.client.email && mail.text.contains("/experts?"));
        assert_eq!(told.count(), 1);
        assert!(stage.expert_view(id).await.contact.is_none());
        stage.sound().await;
    })
    .await;
}

/// S6, S25: the expert stops after the first day: it is paid and billed, the second goes back and is free for others.
#[tokio::test(flavor = "multi_thread")]
async fn the_expert_stops_early() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = accepted(&stage, stage.form(DAYS, PaymentMethod::Ideal)).await;
        let early = Cut::ByExpert { worked: days("2026-12-01") };
        let refused = settling::preview(&stage.p, &stage.expert.account, id, &early).await;
        assert_eq!(refused.unwrap_err(), ApiError::field("days", Problem::Unknown), "a day that has not begun");
        stage.at("2026-12-01T18:00:00Z").await;
        let shown = cut(&stage, &stage.expert.account, id, &early).await;
        assert_eq!((shown.refund, shown.becomes.as_str()), (Cents(96_800), "ended"));
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(96_800));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 1);
        assert_eq!(stage.expert_view(id).await.earnings.unwrap().net, Cents(64_000));
        assert_eq!(stage.count("SELECT ladder_days FROM booking").await, 1);
        stage.sound().await;
    })
    .await;
}

/// S6: after completion a client says the second day was not worked; a manager agrees: credit notes on both sides, and
/// the expert is billed anew for what is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_decides_after_the_end() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, reference) = accepted(&stage, stage.form(DAYS, PaymentMethod::Ideal)).await;
        let missing = days("2026-12-02");
        let early = settling::report_absence(&stage.p, &stage.client, id, &missing, "Nobody came").await;
        assert_eq!(early.unwrap_err(), ApiError::MovedOn);
        stage.at("2026-12-03T08:00:00Z").await;
        assert_eq!(stage.state(id).await, "completed");
        let stranger = stage.p.client("Eve Stranger").await;
        let not_theirs = settling::report_absence(&stage.p, &stranger, id, &missing, "Mine").await;
        assert_eq!(not_theirs.unwrap_err(), ApiError::NotFound);
        settling::report_absence(&stage.p, &stage.client, id, &missing, "Nobody came").await.unwrap();
        let twice = settling::report_absence(&stage.p, &stage.client, id, &missing, "Nobody came").await;
        assert_eq!(twice.unwrap_err(), ApiError::MovedOn);
        let choice = Choice {
            days: days("2026-12-01"),
            back: BasisPoints(0),
            travel: true,
            lodging: true,
            rentals: true,
            supplement: false,
        };
        let by_manager = Cut::ByManager { choice, goes_on: false };
        for other in [&stage.client, &stage.expert.account] {
            let refused = settling::preview(&stage.p, other, id, &by_manager).await;
            assert_eq!(refused.unwrap_err(), ApiError::Forbidden);
        }
        let seen = settling::preview(&stage.p, &manager, id, &by_manager).await.unwrap();
        let bare = settling::cut_short(&stage.p, &manager, id, &by_manager, &seen.fingerprint, " ").await;
        assert_eq!(bare.unwrap_err(), ApiError::field("reason", Problem::Missing));
        cut(&stage, &manager, id, &by_manager).await;
        assert_eq!(stage.state(id).await, "completed");
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(96_800));
        let kinds: Vec<_> = stage.expert_view(id).await.documents.iter().map(|link| link.kind).collect();
        let (sb, sbcn) = (DocumentKind::SelfBilledInvoice, DocumentKind::SelfBilledCreditNote);
        assert_eq!(kinds.iter().filter(|kind| **kind == sb).count(), 2);
        assert_eq!(kinds.iter().filter(|kind| **kind == sbcn).count(), 1);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking_report WHERE closed_at IS NULL").await, 0);
        let cost = stage.balance(Account::CostOfExperts).await;
        assert_eq!(cost, Cents(64_000));
        stage.sound().await;
        // And nothing at all, in the end.
        let choice = Choice {
            days: SomeDays::new(),
            back: BasisPoints(0),
            travel: false,
            lodging: false,
            rentals: false,
            supplement: false,
        };
        cut(&stage, &manager, id, &Cut::ByManager { choice, goes_on: false }).await;
        assert_eq!(stage.balance(Account::CostOfExperts).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::Revenue).await, Cents::ZERO);
        stage.sound().await;
    })
    .await;
}

/// S6: a manager takes a day out of an assignment that goes on; it completes with what is left.
#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_goes_on_with_fewer_days() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, _) = accepted(&stage, stage.form(DAYS, PaymentMethod::Ideal)).await;
        let choice = Choice {
            days: days("2026-12-02"),
            back: BasisPoints(1_000),
            travel: true,
            lodging: true,
            rentals: true,
            supplement: true,
        };
        let wrong = Cut::ByManager { choice: choice.clone(), goes_on: true };
        let refused = settling::preview(&stage.p, &manager, id, &wrong).await;
        assert_eq!(refused.unwrap_err(), ApiError::field("days", Problem::Unknown), "no supplement was agreed");
        let choice = Choice { supplement: false, ..choice };
        cut(&stage, &manager, id, &Cut::ByManager { choice, goes_on: true }).await;
        assert_eq!(stage.state(id).await, "accepted");
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 1);
        stage.sound().await;
        stage.at("2026-12-03T00:00:00Z").await;
        assert_eq!(stage.state(id).await, "completed");
        // €800 less 10 %, at 80 %.
        assert_eq!(stage.expert_view(id).await.earnings.unwrap().net, Cents(57_600));
        stage.sound().await;
    })
    .await;
}

/// S18: of a card that was not captured yet, only what is kept is taken; where nothing is kept, it is let go.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_captured_for_what_is_kept() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let form = BookingForm { workstation: "on".to_owned(), ..stage.form(DAYS, PaymentMethod::CreditCard) };
        let id = stage.place_as(&stage.client, form).await.unwrap().id;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.authorize(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        assert_eq!(shown.refund, Cents::ZERO);
        assert_eq!(
            stage.p.provider.totals(&reference),
            Totals { charged: Cents(193_600), refunded: Cents::ZERO, ..Totals::default() }
        );
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        stage.sound().await;

        let id = stage.book("2026-12-07", PaymentMethod::CreditCard).await;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.authorize(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        cut(&stage, &stage.expert.account, id, &Cut::ByExpert { worked: SomeDays::new() }).await;
        assert!(stage.p.provider.calls().contains(&Call::Release(reference.clone())));
        assert_eq!(stage.p.provider.totals(&reference), Totals::default());
        stage.sound().await;
    })
    .await;
}

/// S18: a capture that was under way while the booking was cut short took too much: the rest goes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_came_first_is_given_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let form = BookingForm { workstation: "on".to_owned(), ..stage.form(DAYS, PaymentMethod::CreditCard) };
        let id = stage.place_as(&stage.client, form).await.unwrap().id;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.authorize(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        // It happens at the provider, but the answer and the reading are lost.
        stage.p.provider.fail_next(1, Fault::After);
        stage.work().await;
        cut(&stage, &stage.client, id, &Cut::ByClient).await;
        stage.at("2026-11-23T10:00:00Z").await;
        let totals = stage.p.provider.totals(&reference);
        assert_eq!(totals.charged - totals.refunded, Cents(193_600));
        stage.sound().await;
    })
    .await;
}

/// Double clicks and two people at once: one refund, one credit note.
#[tokio::test(flavor = "multi_thread")]
async fn cuts_race_and_one_wins() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = accepted(&stage, stage.form(DAYS, PaymentMethod::Ideal)).await;
        let none = Cut::ByExpert { worked: SomeDays::new() };
        let by_client = settling::preview(&stage.p, &stage.client, id, &Cut::ByClient).await.unwrap().fingerprint;
        let by_expert = settling::preview(&stage.p, &stage.expert.account, id, &none).await.unwrap().fingerprint;
        let (p, client, expert) = (&stage.p, &stage.client, &stage.expert.account);
        let done = tokio::join!(
            settling::cut_short(p, client, id, &Cut::ByClient, &by_client, ""),
            settling::cut_short(p, expert, id, &none, &by_expert, ""),
            settling::cut_short(p, client, id, &Cut::ByClient, &by_client, ""),
            settling::cut_short(p, expert, id, &none, &by_expert, ""),
        );
        let done = [done.0, done.1, done.2, done.3];
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
        stage.work().await;
        let totals = stage.p.provider.totals(&reference);
        let kept = totals.charged - totals.refunded;
        assert!(kept == Cents::ZERO || kept == stage.client_view(id).await.quote.total);
        assert_eq!(stage.state(id).await, "cancelled");
        stage.sound().await;
    })
    .await;
}

/// Rights: only the sides of a booking cut it short, each their own way; strangers learn nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_its_sides_cut_it_short() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, _) = accepted(&stage, stage.form(DAYS, PaymentMethod::Ideal)).await;
        let none = Cut::ByExpert { worked: SomeDays::new() };
        let stranger = stage.p.client("Eve Stranger").await;
        let other = stage.p.expert(ExpertSpec::default()).await.account;
        for who in [&stranger, &other] {
            for cut in [&Cut::ByClient, &none] {
                assert_eq!(settling::preview(&stage.p, who, id, cut).await.unwrap_err(), ApiError::NotFound);
            }
        }
        let wrong = settling::preview(&stage.p, &stage.client, id, &none).await;
        assert_eq!(wrong.unwrap_err(), ApiError::Forbidden);
        let wrong = settling::preview(&stage.p, &stage.expert.account, id, &Cut::ByClient).await;
        assert_eq!(wrong.unwrap_err(), ApiError::Forbidden);
        // Before acceptance there is nothing to cut short: an order is withdrawn.
        let (waiting, _) = stage.paid("2026-12-07").await;
        let early = settling::preview(&stage.p, &stage.client, waiting, &Cut::ByClient).await;
        assert_eq!(early.unwrap_err(), ApiError::MovedOn);
        let _ = bookings::withdraw(&stage.p, &stage.client, waiting).await;
        stage.work().await;
        stage.sound().await;
    })
    .await;
}
