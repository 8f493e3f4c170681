//! Disputes over bookings (S22, S30, S31), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "booking_story/stage.rs"]
#[expect(dead_code, reason = "shared with the stories of bookings")]
mod stage;

use futures::future::join_all;
use gabarit_domain::{
    dispute::DisputeState,
    ids::{BookingId, UploadId},
    money::{BasisPoints, Cents},
    settlement::{Choice, SomeDays},
};
use gabarit_server::{
    db::own_data as own_rows,
    on,
    services::{
        bookings::settling::{self, Cut},
        candidates::Upload,
        disputes, payouts, self_billing,
    },
    testing::{PDF, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    booking::{BookingAction, Side},
    desk::PayableView,
    dispute::DisputeForm,
    error::{ApiError, Problem},
};
use stage::{DAYS, Stage};

fn form(p: &TestPlatform, id: BookingId, act: &str, days: &[&str], message: &str) -> DisputeForm {
    DisputeForm {
        id: id.to_string(),
        act: act.to_owned(),
        days: days.iter().map(|day| (*day).to_owned()).collect(),
        message: message.to_owned(),
        key: p.ids.uuid().to_string(),
        ..DisputeForm::default()
    }
}

fn keep(days: &[&str]) -> Cut {
    Cut::ByManager {
        choice: Choice {
            days: days.iter().map(|day| day.parse().unwrap()).collect::<SomeDays>(),
            back: BasisPoints(0),
            travel: true,
            lodging: true,
            rentals: true,
            supplement: false,
        },
        goes_on: false,
    }
}

/// Booked, accepted, and over: the expert is invoiced.
async fn completed(stage: &Stage) -> BookingId {
    let (id, _) = stage.paid(DAYS).await;
    stage.accept(id).await;
    stage.at("2026-12-02T23:00:01Z").await;
    id
}

/// The expert's invoice on the payout desk.
async fn payable(p: &TestPlatform, manager: &AccountView, id: BookingId) -> PayableView {
    let desk = payouts::desk(p, manager).await.unwrap();
    desk.payables.into_iter().rfind(|payable| payable.booking == id && payable.claim.owed() > Cents::ZERO).unwrap()
}

/// S22, S30, S31: of two days one is disputed: what the expert gets for it is kept back and the rest is offered; the
/// manager's settlement gives back what was shown, to the cent, and only that; nothing is kept back afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_disputed_day_waits_and_goes_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let id = completed(&stage).await;
        let before = payable(&p, &manager, id).await;
        assert_eq!((before.withheld, before.open), (Cents::ZERO, before.claim.total));
        assert!(stage.client_view(id).await.actions.contains(&BookingAction::Dispute));

        let open = form(&p, id, "open", &["2026-12-02"], "Op dag twee kwam niemand opdagen.");
        disputes::act(&p, &stage.client, &open).await.unwrap();
        let kept = payable(&p, &manager, id).await;
        // Two days at the same rate, in the same band: half of it.
        assert_eq!((kept.withheld + kept.withheld, kept.open), (before.claim.total, kept.withheld));
        let page = disputes::page(&p, &manager, id).await.unwrap();
        let dispute = &page.disputes[0];
        assert_eq!(
            (page.side, dispute.state, dispute.withheld),
            (Side::Manager, DisputeState::Open, Some(kept.withheld))
        );

        let cut = keep(&["2026-12-01"]);
        let shown = settling::preview(&p, &manager, id, &cut).await.unwrap();
        assert_eq!((Some(shown.credit_total), shown.refund), (dispute.at_stake, shown.credit_total));
        let paid = stage.client_view(id).await.quote.total;
        settling::cut_short(&p, &manager, id, &cut, &shown.fingerprint, "Dag twee is niet gewerkt.").await.unwrap();
        stage.work().await;
        let reference = p.provider.last_reference();
        let totals = p.provider.totals(&reference);
        assert_eq!((totals.refunded, totals.charged - totals.refunded), (shown.refund, paid - shown.refund));
        let after = payable(&p, &manager, id).await;
        assert_eq!((after.withheld, after.open), (Cents::ZERO, before.claim.total - kept.withheld));
        let page = disputes::page(&p, &stage.client, id).await.unwrap();
        let dispute = &page.disputes[0];
        assert_eq!((dispute.state, dispute.refund), (DisputeState::Settled, Some(shown.refund)));
        assert_eq!(dispute.outcome, "Dag twee is niet gewerkt.");
        // The client's money is no affair of the expert's.
        let expert = disputes::page(&p, &stage.expert.account, id).await.unwrap();
        assert_eq!((expert.disputes[0].refund, expert.disputes[0].at_stake), (None, None));
        stage.sound().await;
    })
    .await;
}

/// S31: a dispute from before the end is kept back from the invoice in the moment of its issue; dismissed or withdrawn,
/// nothing is, and nothing went back.
#[tokio::test(flavor = "multi_thread")]
async fn opened_early_dismissed_and_withdrawn() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let (id, _) = stage.paid(DAYS).await;
        let early = form(&p, id, "open", &["2026-12-01"], "Te vroeg.");
        assert_eq!(disputes::act(&p, &stage.client, &early).await, Err(ApiError::MovedOn), "not accepted");
        stage.accept(id).await;
        stage.at("2026-12-01T12:00:00Z").await;
        disputes::act(&p, &stage.client, &form(&p, id, "open", &["2026-12-01"], "Kwam te laat.")).await.unwrap();
        stage.at("2026-12-02T23:00:01Z").await;
        let kept = payable(&p, &manager, id).await;
        assert_eq!(kept.withheld + kept.withheld, kept.claim.total);

        let refuse = form(&p, id, "dismiss", &[], "Een kwartier is geen dag.");
        for other in [&stage.client, &stage.expert.account] {
            assert_eq!(disputes::act(&p, other, &refuse).await, Err(ApiError::Forbidden));
        }
        let silent = form(&p, id, "dismiss", &[], " ");
        assert!(matches!(disputes::act(&p, &manager, &silent).await, Err(ApiError::Invalid { .. })));
        disputes::act(&p, &manager, &refuse).await.unwrap();
        assert_eq!(payable(&p, &manager, id).await.withheld, Cents::ZERO);
        assert_eq!(disputes::act(&p, &manager, &refuse).await, Err(ApiError::MovedOn));

        disputes::act(&p, &stage.expert.account, &form(&p, id, "open", &["2026-12-01"], "Heures en plus."))
            .await
            .unwrap();
        assert_eq!(payable(&p, &manager, id).await.withheld, Cents::ZERO, "the expert asks for no money back");
        let withdraw = form(&p, id, "withdraw", &[], "");
        assert_eq!(disputes::act(&p, &stage.client, &withdraw).await, Err(ApiError::Forbidden));
        disputes::act(&p, &stage.expert.account, &withdraw).await.unwrap();
        let states: Vec<DisputeState> =
            disputes::page(&p, &stage.client, id).await.unwrap().disputes.iter().map(|d| d.state).collect();
        assert_eq!(states, [DisputeState::Withdrawn, DisputeState::Dismissed]);
        let all = disputes::list(&p, &manager, true).await.unwrap();
        assert_eq!((all.len(), all.iter().map(|d| d.refund).sum::<Cents>()), (2, Cents::ZERO));

        stage.at("2026-12-16T23:00:00Z").await;
        let late = form(&p, id, "open", &["2026-12-01"], "Nog iets.");
        assert_eq!(disputes::act(&p, &stage.client, &late).await, Err(ApiError::MovedOn), "too late");
        stage.sound().await;
    })
    .await;
}

/// S22: strangers learn nothing, not of messages, not of files; one dispute at a time; days must be the booking's.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_what() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let stranger = p.client("Sam Elders").await;
        let id = completed(&stage).await;
        let wrong = form(&p, id, "open", &["2026-12-05"], "Fout.");
        let Err(ApiError::Invalid { fields, .. }) = disputes::act(&p, &stage.client, &wrong).await else { panic!() };
        assert_eq!((fields[0].field.as_str(), &fields[0].problem), ("days", &Problem::Unknown));
        let forms: Vec<DisputeForm> =
            (0..5).map(|_| form(&p, id, "open", &["2026-12-01", "2026-12-02"], "Niets klopte.")).collect();
        let at_once = join_all(forms.iter().map(|form| disputes::act(&p, &stage.client, form))).await;
        assert_eq!(at_once.iter().filter(|result| result.is_ok()).count(), 1, "{at_once:?}");
        let whole = payable(&p, &manager, id).await;
        assert_eq!((whole.withheld, whole.open), (whole.claim.total, Cents::ZERO));

        let say = form(&p, id, "write", &[], "Bonjour, nous étions là.");
        disputes::act(&p, &stage.expert.account, &say).await.unwrap();
        disputes::act(&p, &stage.expert.account, &say).await.unwrap();
        let kept = disputes::add_file(&p, &stage.client, id, "../foto.pdf", PDF.to_vec()).await;
        assert_eq!(kept, Ok(Upload::Kept));
        let page = "<!doctype html><script>alert(1)</script>".as_bytes().to_vec();
        assert_eq!(disputes::add_file(&p, &stage.client, id, "foto.pdf", page).await, Ok(Upload::WrongType));
        let seen = disputes::page(&p, &manager, id).await.unwrap();
        let dispute = &seen.disputes[0];
        assert_eq!((dispute.messages.len(), dispute.files.len()), (1, 1), "a form sent twice is one message");
        assert_eq!((dispute.messages[0].side, dispute.files[0].name.as_str()), (Side::Expert, "foto.pdf"));
        let file = UploadId(dispute.files[0].id);
        for reader in [&stage.client, &stage.expert.account, &manager] {
            assert_eq!(disputes::fetch_file(&p, reader, file).await.unwrap().bytes, PDF);
        }
        assert_eq!(disputes::fetch_file(&p, &stranger, file).await.unwrap_err(), ApiError::NotFound);
        assert_eq!(disputes::page(&p, &stranger, id).await.unwrap_err(), ApiError::NotFound);
        assert_eq!(disputes::add_file(&p, &stranger, id, "a.pdf", PDF.to_vec()).await, Err(ApiError::NotFound));
        for act in ["open", "write", "withdraw", "dismiss"] {
            let form = form(&p, id, act, &[], "Laat me erin.");
            assert_eq!(disputes::act(&p, &stranger, &form).await, Err(ApiError::NotFound), "{act}");
        }
        assert_eq!(disputes::list(&p, &stage.client, false).await.unwrap_err(), ApiError::Forbidden);
        assert_eq!(disputes::list(&p, &manager, false).await.unwrap()[0].withheld, whole.withheld);
        stage.sound().await;
    })
    .await;
}

/// S23: what the client got back is no part of the expert's archive.
#[tokio::test(flavor = "multi_thread")]
async fn the_archive_of_the_other_side() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let id = completed(&stage).await;
        disputes::act(&p, &stage.client, &form(&p, id, "open", &["2026-12-02"], "Niemand kwam.")).await.unwrap();
        let cut = keep(&["2026-12-01"]);
        let shown = settling::preview(&p, &manager, id, &cut).await.unwrap();
        settling::cut_short(&p, &manager, id, &cut, &shown.fingerprint, "Dag twee telt niet.").await.unwrap();
        let mut conn = p.db.conn().await.unwrap();
        let table = own_rows::TABLES.iter().find(|table| table.name == "dispute").unwrap();
        let found = own_rows::rows(&mut conn.exec(), table, stage.expert.account.id).await.unwrap();
        assert_eq!(found.len(), 1);
        let refund = shown.refund.0.to_string();
        assert!(found[0].iter().all(|(column, value)| *column != "refund" && value.as_deref() != Some(&refund)));
    })
    .await;
}
/// Transactions that wait for another's lock.
async fn waiting(p: &TestPlatform) -> i64 {
    let mut conn = p.db.conn().await.unwrap();
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    on!(&mut conn.exec(), |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

/// S31: the expert contests and the client disputes in the same moment: both amounts are kept back, whoever comes first.
#[tokio::test(flavor = "multi_thread")]
async fn contested_and_disputed_at_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let id = completed(&stage).await;
        let before = payable(&p, &manager, id).await;
        let document = before.document;
        // Both stand before the invoice's lock, first the one, then the other.
        let mut tx = p.db.begin().await.unwrap();
        on!(&mut tx.exec(), |c| sqlx::query("UPDATE payable SET total = total").execute(c).await.map(drop)).unwrap();
        let contest = {
            let (p, expert) = (p.clone(), stage.expert.account.clone());
            tokio::spawn(async move { self_billing::contest(&p, &expert, document, "12,34", "Un jour manque.").await })
        };
        while p.is_postgres() && waiting(&p).await < 1 {
            tokio::task::yield_now().await;
        }
        let dispute = {
            let (p, client) = (p.clone(), stage.client.clone());
            let form = form(&p, id, "open", &["2026-12-02"], "Op dag twee kwam niemand.");
            tokio::spawn(async move { disputes::act(&p, &client, &form).await })
        };
        while p.is_postgres() && waiting(&p).await < 2 {
            tokio::task::yield_now().await;
        }
        tx.commit().await.unwrap();
        contest.await.unwrap().unwrap();
        dispute.await.unwrap().unwrap();
        let day = disputes::page(&p, &manager, id).await.unwrap().disputes[0].withheld.unwrap();
        assert_eq!(day + day, before.claim.total);
        assert_eq!(payable(&p, &manager, id).await.withheld, day + Cents(1_234));
        stage.sound().await;
    })
    .await;
}
