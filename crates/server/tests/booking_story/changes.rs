//! Bookings that are changed: priced anew, the difference paid or given back, the expert asked again.

use crate::{
    cuts::{accepted, cut},
    stage::{DAYS, Stage},
};
use gabarit_domain::{booking::PaymentMethod, ids::BookingId, invoice::DocumentKind, money::Cents};
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{
        bookings::{self, changes, settling::Cut},
        ledger::Account,
        payments,
    },
    testing::{change_shown, for_each_db},
};
use gabarit_view::{account::AccountView, booking::BookingForm, change::ChangePreview, error::ApiError};

/// Proposes a change at the price that its page shows.
pub(crate) async fn propose(
    stage: &Stage,
    actor: &AccountView,
    id: BookingId,
    form: &BookingForm,
) -> Result<(ChangePreview, Option<String>), ApiError> {
    let shown = change_shown(&stage.p, actor, id, form).await?;
    let form = BookingForm { seen: shown.fingerprint.clone(), ..form.clone() };
    let page = changes::propose(&stage.p, actor, id, &form, Locale::Fr, "For a reason").await?;
    Ok((shown, page))
}

fn wanted(stage: &Stage, days: &str) -> BookingForm {
    stage.form(days, PaymentMethod::Ideal)
}

async fn pay_last(stage: &Stage) -> String {
    let reference = stage.p.provider.last_reference();
    stage.p.provider.pay(&reference);
    payments::sync(&stage.p, &reference).await.unwrap();
    reference
}

async fn flexible(stage: &Stage) -> (BookingId, String) {
    let form = BookingForm { flexible: "on".to_owned(), ..wanted(stage, DAYS) };
    accepted(stage, form).await
}

/// S6: a day more: the difference is paid, the expert asked; the old booking stands until then; afterwards the old
/// invoice is credited whole and the new one is the new price.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_more() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, _) = flexible(&stage).await;
        let old = stage.client_view(id).await.quote.total;
        let three = wanted(&stage, "2026-12-01,2026-12-02,2026-12-03");
        let (shown, page) = propose(&stage, &stage.client, id, &three).await.unwrap();
        // €800 and 15 %, with VAT.
        assert_eq!((shown.difference, shown.asks_expert), (Cents(111_320), true));
        assert!(page.unwrap().contains("pay.example"));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 3, "the new day is held");
        stage.sound().await;
        let second = propose(&stage, &stage.client, id, &three).await;
        assert_eq!(second.unwrap_err(), ApiError::MovedOn, "one change at a time");
        pay_last(&stage).await;
        assert_eq!(stage.client_view(id).await.quote.total, old, "it stands until the expert agrees");
        stage.sound().await;
        let wrong = changes::answer(&stage.p, &stage.client, id, true).await;
        assert_eq!(wrong.unwrap_err(), ApiError::Forbidden);
        changes::answer(&stage.p, &stage.expert.account, id, true).await.unwrap();
        stage.work().await;
        let view = stage.client_view(id).await;
        assert_eq!((view.quote.total, view.state.as_str()), (old + shown.difference, "accepted"));
        let count = |kind| view.documents.iter().filter(|link| link.kind == kind).count();
        assert_eq!((count(DocumentKind::Invoice), count(DocumentKind::CreditNote)), (2, 1));
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        assert_eq!(stage.p.provider.totals_of(id).charged, view.quote.total);
        stage.sound().await;
        stage.at("2026-12-03T00:00:00Z").await;
        assert_eq!(stage.state(id).await, "accepted", "its end moved");
        stage.at("2026-12-04T00:00:00Z").await;
        assert_eq!(stage.state(id).await, "completed");
        assert_eq!(stage.count("SELECT completed_days FROM expert").await, 3);
        stage.sound().await;
    })
    .await;
}

/// S6: a day less goes back once the expert agrees, but the supplement never falls.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_less() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = flexible(&stage).await;
        let (shown, page) = propose(&stage, &stage.client, id, &wanted(&stage, "2026-12-02")).await.unwrap();
        assert_eq!((shown.difference, page), (Cents(-96_800), None));
        changes::answer(&stage.p, &stage.expert.account, id, true).await.unwrap();
        stage.work().await;
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(96_800));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 1);
        stage.sound().await;
        // Cancelled in time, the supplement of the first price stays.
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        assert_eq!(shown.kept_total, Cents(29_040));
        stage.sound().await;
    })
    .await;
}

/// S6: options change without asking; declined, unanswered, unpaid and withdrawn changes leave the old booking, and what
/// was paid for them goes back whole.
#[tokio::test(flavor = "multi_thread")]
async fn changes_that_come_to_nothing() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, _) = flexible(&stage).await;
        let old = stage.client_view(id).await.quote;
        let more = wanted(&stage, "2026-12-01,2026-12-02,2026-12-08");
        for end in ["declined", "unanswered", "unpaid", "withdrawn", "cancelled order"] {
            let (shown, _) = propose(&stage, &stage.client, id, &more).await.unwrap();
            match end {
                "declined" => {
                    pay_last(&stage).await;
                    changes::answer(&stage.p, &stage.expert.account, id, false).await.unwrap();
                }
                "unanswered" => {
                    pay_last(&stage).await;
                    stage.p.clock.advance(chrono::TimeDelta::hours(24));
                }
                "unpaid" => {
                    stage.p.clock.advance(chrono::TimeDelta::minutes(15));
                    stage.work().await;
                    // Too late: it goes back.
                    pay_last(&stage).await;
                }
                "withdrawn" => {
                    pay_last(&stage).await;
                    changes::withdraw_change(&stage.p, &stage.client, id).await.unwrap();
                }
                _ => {
                    pay_last(&stage).await;
                    let seen = cut(&stage, &stage.client, id, &Cut::ByClient).await;
                    assert_eq!(seen.kept_total, Cents(29_040));
                }
            }
            stage.work().await;
            let paid_back = stage.p.provider.totals(&stage.p.provider.last_reference());
            assert_eq!((paid_back.charged, paid_back.refunded), (shown.difference, shown.difference), "{end}");
            assert_eq!(stage.client_view(id).await.quote, old, "{end}");
            let held = if end == "cancelled order" { 0 } else { 2 };
            assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, held, "{end}");
            stage.sound().await;
        }
    })
    .await;
}

/// S6: options need no answer: a workstation is added as soon as it is paid.
#[tokio::test(flavor = "multi_thread")]
async fn options_change_at_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, _) = flexible(&stage).await;
        let with = BookingForm { workstation: "on".to_owned(), ..wanted(&stage, DAYS) };
        let (shown, _) = propose(&stage, &stage.client, id, &with).await.unwrap();
        assert!(!shown.asks_expert);
        pay_last(&stage).await;
        assert!(stage.client_view(id).await.order.workstation);
        stage.sound().await;
        // And taken out again: back goes its price, but not the supplement on it.
        let (shown, _) = propose(&stage, &stage.client, id, &wanted(&stage, DAYS)).await.unwrap();
        assert_eq!(shown.difference, Cents(-10_890));
        stage.work().await;
        assert!(!stage.client_view(id).await.order.workstation);
        stage.sound().await;
    })
    .await;
}

/// S6: what a change costs is the same on its page, which prices by itself, and on the server, refusals included.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_the_server_price_alike() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, _) = flexible(&stage).await;
        stage.book("2026-12-09", PaymentMethod::Ideal).await;
        let text = ToOwned::to_owned;
        let on_site = |place: &str| BookingForm { mode: text("on-site"), place: text(place), ..wanted(&stage, DAYS) };
        let forms = [
            ("as it is", wanted(&stage, DAYS)),
            ("another day", wanted(&stage, "2026-12-02,2026-12-03")),
            ("another week", wanted(&stage, "2026-12-08,2026-12-15")),
            ("an option", BookingForm { workstation: text("on"), licences: text("revit"), ..wanted(&stage, DAYS) }),
            ("for another buyer", BookingForm { country: text("BE"), buyer: text("private"), ..wanted(&stage, DAYS) }),
            ("not flexible", BookingForm { flexible: String::new(), ..wanted(&stage, "2026-12-01") }),
            ("on site", on_site("2792413")),
            ("too soon", wanted(&stage, "2026-11-24,2026-12-01")),
            ("taken", wanted(&stage, "2026-12-01,2026-12-09")),
            ("too far ahead", wanted(&stage, "2026-12-01,2028-12-01")),
            ("no such licence", BookingForm { licences: text("nothing"), ..wanted(&stage, DAYS) }),
            ("no such place", on_site("99")),
            ("no place", on_site("")),
            ("no days", wanted(&stage, "")),
            ("no sense", BookingForm { mode: text("orbit"), licences: text("!"), ..wanted(&stage, "2026-02-30") }),
        ];
        let mut refused = 0;
        for (what, form) in forms {
            let shown = change_shown(&stage.p, &stage.client, id, &form).await;
            let said = changes::propose(&stage.p, &stage.client, id, &form, Locale::Fr, "").await.unwrap_err();
            match (shown, said) {
                (Ok(shown), ApiError::PriceChanged { quote, .. }) => {
                    assert_eq!(shown.quote, quote.read().unwrap(), "{what}");
                    assert_eq!(shown.difference, shown.quote.total - stage.client_view(id).await.quote.total, "{what}");
                }
                (shown, said) => {
                    refused += 1;
                    assert_eq!(shown.unwrap_err(), said, "{what}");
                }
            }
        }
        assert!((8..=9).contains(&refused), "{refused}");
        // A price of before another move is not taken.
        let more = wanted(&stage, "2026-12-01,2026-12-02,2026-12-03");
        let shown = change_shown(&stage.p, &stage.client, id, &more).await.unwrap();
        propose(&stage, &stage.client, id, &BookingForm { workstation: text("on"), ..wanted(&stage, DAYS) })
            .await
            .unwrap();
        pay_last(&stage).await;
        let late = BookingForm { seen: shown.fingerprint, ..more };
        let said = changes::propose(&stage.p, &stage.client, id, &late, Locale::Fr, "").await.unwrap_err();
        assert!(matches!(said, ApiError::PriceChanged { .. }), "{said:?}");
        // Who has no part in it is told nothing.
        let stranger = stage.p.client("Zoe Stranger").await;
        let said = change_shown(&stage.p, &stranger, id, &wanted(&stage, DAYS)).await.unwrap_err();
        assert_eq!(said, ApiError::NotFound);
        let said = change_shown(&stage.p, &stage.expert.account, id, &wanted(&stage, DAYS)).await.unwrap_err();
        assert_eq!(said, ApiError::Forbidden);
    })
    .await;
}

/// S6: an ordinary assignment changes only through a manager, with a reason; the client pays the difference.
#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_assignment_changes_through_a_manager() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, _) = accepted(&stage, wanted(&stage, DAYS)).await;
        let other = wanted(&stage, "2026-12-01,2026-12-02,2026-12-03");
        let refused = propose(&stage, &stage.client, id, &other).await;
        assert_eq!(refused.unwrap_err(), ApiError::MovedOn);
        let (_, page) = propose(&stage, &manager, id, &other).await.unwrap();
        assert_eq!(page, None);
        let url = payments::checkout(&stage.p, &stage.client, id).await.unwrap();
        assert!(url.contains("pay.example"));
        pay_last(&stage).await;
        changes::answer(&stage.p, &stage.expert.account, id, true).await.unwrap();
        assert_eq!(stage.client_view(id).await.order.days.count(), 3);
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// S35: an order that waits for its answer changes freely; its expert's clock starts again.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_changes_before_it_is_accepted() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.authorized(DAYS).await;
        stage.at("2026-11-23T19:00:00Z").await;
        propose(&stage, &stage.client, id, &wanted(&stage, "2026-12-03")).await.unwrap();
        let view = stage.client_view(id).await;
        assert_eq!(view.clock.unwrap().utc.to_rfc3339(), "2026-11-24T19:00:00+00:00");
        assert_eq!(view.quote.total, Cents(96_800));
        stage.sound().await;
        stage.at("2026-11-24T18:00:00Z").await;
        assert_eq!(stage.state(id).await, "requested");
        stage.accept(id).await;
        stage.work().await;
        assert_eq!(stage.p.provider.totals(&reference).charged, Cents(96_800));
        stage.sound().await;
        // Another one, dearer, is declined: everything goes back.
        let (id, reference) = stage.paid("2026-12-08").await;
        propose(&stage, &stage.client, id, &wanted(&stage, "2026-12-08,2026-12-09")).await.unwrap();
        let extra = pay_last(&stage).await;
        bookings::decline(&stage.p, &stage.expert.account, id, "").await.unwrap();
        stage.work().await;
        for reference in [reference, extra] {
            let totals = stage.p.provider.totals(&reference);
            assert_eq!(totals.charged, totals.refunded);
        }
        stage.sound().await;
    })
    .await;
}
