//! The demonstration is lived through by the services: its books must be as sound as anybody's.

use gabarit_domain::{dispute::DisputeState, ids::UploadId, money::Cents};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    demo::{self, Loaded},
    on,
    services::{accounts, contact, disputes, payouts},
    testing::for_each_db,
};
use gabarit_view::contact::Side;
use std::collections::BTreeMap;

/// S9 S10 S16 S21 S22 S25 S31 S36: bookings in every state for the accounts to try, with documents, payouts that were executed and
/// some that are due, an assignment that both sides reviewed, a dispute that is open and one that was settled, licences
/// that are out and some that are back; the audit finds nothing, and a second load changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_has_a_sound_past() {
    for_each_db(|p| async move {
        assert_eq!(demo::load(&p).await.unwrap(), Loaded::Now);
        assert_eq!(demo::load(&p).await.unwrap(), Loaded::Before);

        let mut conn = p.db.conn().await.unwrap();
        let states: Vec<(String, i64)> =
            on!(&mut conn.exec(), |c| sqlx::query_as("SELECT state, COUNT(*) FROM booking GROUP BY state")
                .fetch_all(c)
                .await)
            .unwrap();
        let states: BTreeMap<String, i64> = states.into_iter().collect();
        let expected = [("accepted", 1), ("cancelled", 1), ("completed", 5), ("requested", 1)];
        assert_eq!(states, expected.map(|(state, count)| (state.to_owned(), count)).into());
        let days: i64 = on!(&mut conn.exec(), |c| {
            sqlx::query_scalar(
            "SELECT completed_days FROM expert JOIN account ON account.id = expert.account_id WHERE account.email = $1"
        )
        .bind(demo::ACCOUNTS[1])
        .fetch_one(c)
        .await
        })
        .unwrap();
        assert_eq!(days, 12, "the next assignment crosses the first step of the ladder");
        let manager: uuid::Uuid =
            on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT id FROM account WHERE email = $1")
                .bind(demo::ACCOUNTS[2])
                .fetch_one(c)
                .await)
            .unwrap();
        drop(conn);
        let manager = accounts::get(&p, gabarit_domain::ids::AccountId(manager)).await.unwrap().unwrap();
        let desk = payouts::desk(&p, &manager).await.unwrap();
        assert_eq!((desk.payables.len(), desk.batches.len()), (2, 2));

        // What stands beside the bookings.
        let open = disputes::list(&p, &manager, false).await.unwrap();
        assert_eq!((open.len(), open[0].state), (1, DisputeState::Open));
        assert!(open[0].withheld > Cents::ZERO);
        let closed = disputes::list(&p, &manager, true).await.unwrap();
        assert_eq!((closed.len(), closed[0].state), (1, DisputeState::Settled));
        assert!(closed[0].refund > Cents::ZERO);
        let mut conn = p.db.conn().await.unwrap();
        let rentals: Vec<String> =
            on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT state FROM rental_order ORDER BY 1")
                .fetch_all(c)
                .await)
            .unwrap();
        assert_eq!(rentals, ["handed-out", "returned"]);
        let reviewed: i64 = on!(&mut conn.exec(), |c| sqlx::query_scalar(
            "SELECT COUNT(*) FROM review r JOIN client_review o ON o.booking_id = r.booking_id \
             WHERE r.state = 'shown' AND o.state = 'shown' AND r.reply IS NOT NULL"
        )
        .fetch_one(c)
        .await)
        .unwrap();
        assert_eq!(reviewed, 1, "both sides, and an answer");
        drop(conn);

        // S10: the desk has what waits, what is over, and files of both sides.
        let inbox = contact::inbox(&p, &manager, "", "", false, 1).await.unwrap();
        let waiting = inbox.entries.iter().filter(|entry| entry.waits_since.is_some()).count();
        assert_eq!((inbox.total, waiting, inbox.entries.iter().filter(|entry| entry.unconfirmed).count()), (4, 3, 2));
        let mut files = Vec::new();
        for entry in &inbox.entries {
            let seen = contact::request(&p, &manager, &entry.reference, Locale::En).await.unwrap();
            for message in seen.thread.messages {
                files.extend(message.files.into_iter().map(|file| (message.side, file.id)));
            }
        }
        for side in [Side::Sender, Side::Manager, Side::Note] {
            assert!(files.iter().any(|(of, _)| *of == side), "{side:?}");
        }
        for (_, id) in files {
            let file = contact::fetch_file(&p, Some(&manager), "", UploadId(id)).await.unwrap();
            assert!(["application/pdf", "image/png"].contains(&file.media_type));
        }

        assert_eq!(audit::run(&p).await.unwrap(), []);
    })
    .await;
}
