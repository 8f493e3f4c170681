//! The audit: silent on a sound database; and for every check, one planted fault that it names.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use chrono::{TimeDelta, TimeZone, Utc};
use futures::StreamExt;
use gabarit_server::{audit, testing::for_each_db};
use std::collections::BTreeMap;
use world::{World, days, in_worlds};

/// A booking in each state; answers their references by state.
async fn one_of_each(world: &World) -> BTreeMap<&'static str, String> {
    let mut made = BTreeMap::new();
    let mut lapsed = world.hold(&world.order(days("2026-12-01", 2))).await;
    world.lapse(&mut lapsed).await;
    made.insert("lapsed", lapsed.reference);
    let mut declined = world.hold(&world.order(days("2026-12-03", 2))).await;
    world.pay(&mut declined).await;
    world.decline(&mut declined).await;
    made.insert("declined", declined.reference);
    let mut completed = world.hold(&world.order(days("2026-11-09", 15))).await;
    world.pay(&mut completed).await;
    world.accept(&mut completed).await;
    world.complete(&mut completed).await;
    made.insert("completed", completed.reference);
    let mut accepted = world.hold(&world.order(days("2027-01-04", 3))).await;
    world.pay(&mut accepted).await;
    world.accept(&mut accepted).await;
    made.insert("accepted", accepted.reference);
    let mut requested = world.hold(&world.order(days("2027-02-01", 1))).await;
    world.pay(&mut requested).await;
    made.insert("requested", requested.reference);
    made.insert("held", world.hold(&world.order(days("2027-02-03", 1))).await.reference);
    made
}

#[tokio::test]
async fn a_sound_database_is_clean() {
    in_worlds(async |world| {
        assert_eq!(audit::run(&world.p).await.unwrap(), []);
        one_of_each(&world).await;
        assert_eq!(audit::run(&world.p).await.unwrap(), []);
    })
    .await;
}

/// Beyond one page nothing is lost: each of many bookings is looked at.
#[tokio::test]
async fn every_page_is_read() {
    let world = World::sqlite().await;
    for n in 0..120 {
        let day = world::date("2026-12-01") + TimeDelta::days(n);
        world.hold(&world.order(days(&day.to_string(), 1))).await;
    }
    world.plant("UPDATE booking SET total = total + 1").await;
    let found = audit::run(&world.p).await.unwrap();
    assert_eq!(found.iter().filter(|finding| finding.check == "total is the quote's").count(), 120);
}

/// A planted fault, and the finding that must name it.
struct Plant {
    sql: &'static str,
    invariant: u8,
    check: &'static str,
    /// A state (its booking is named), or the subject itself.
    subject: &'static str,
}

const fn plant(sql: &'static str, invariant: u8, check: &'static str, subject: &'static str) -> Plant {
    Plant { sql, invariant, check, subject }
}

const PLANTS: &[Plant] = &[
    // 1: one price.
    plant("UPDATE booking SET total = total + 1 WHERE state = 'held'", 1, "total is the quote's", "held"),
    plant("UPDATE booking SET quote_body = '{}' WHERE state = 'held'", 1, "quote readable", "held"),
    plant("UPDATE booking SET order_body = '{}' WHERE state = 'held'", 1, "quote readable", "held"),
    plant(
        "UPDATE booking SET quote_body = REPLACE(quote_body, '\"quantity\":1,\"unit\":\"day\",\"unit_price\":80000,\"net\":80000', \
         '\"quantity\":1,\"unit\":\"day\",\"unit_price\":80000,\"net\":80001') WHERE state = 'requested'",
        1,
        "quote adds up",
        "requested",
    ),
    plant(
        "UPDATE booking SET quote_body = REPLACE(quote_body, '\"level\":3', '\"level\":2') WHERE state = 'requested'",
        1,
        "quote follows the rulebook",
        "requested",
    ),
    plant(
        "UPDATE booking SET order_body = REPLACE(order_body, '\"workstation\":true', '\"workstation\":false') \
         WHERE state = 'accepted'",
        1,
        "quote follows the rulebook",
        "accepted",
    ),
    plant(
        "UPDATE booking SET order_body = REPLACE(order_body, '\"country\":\"BE\"', '\"country\":\"CH\"') \
         WHERE state = 'held'",
        1,
        "VAT follows the customer",
        "held",
    ),
    plant(
        "UPDATE booking SET quote_body = REPLACE(quote_body, '\"rulebook\":1', '\"rulebook\":2') WHERE state = 'held'",
        1,
        "rulebook pinned",
        "held",
    ),
    plant("UPDATE rulebook SET body = '{}'", 1, "rulebook readable", "rulebook 1"),
    plant(
        "UPDATE payment SET amount = amount - 1 WHERE booking_id = (SELECT id FROM booking WHERE state = 'held')",
        1,
        "charge is the quote's total",
        "held",
    ),
    plant(
        "UPDATE payment SET captured = 0 WHERE booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        1,
        "what is taken follows the payment",
        "accepted",
    ),
    plant(
        "UPDATE payment SET state = 'open', captured = 0 \
         WHERE booking_id = (SELECT id FROM booking WHERE state = 'requested')",
        1,
        "an order is paid",
        "requested",
    ),
    plant(
        "UPDATE document SET body = REPLACE(body, 'Quai', 'Kade') WHERE series = 'INV' AND sequence = 2",
        1,
        "document unchanged",
        "INV-2026-000002",
    ),
    plant("UPDATE document SET body = '{}' WHERE series = 'SB'", 1, "document readable", "SB-2026-000001"),
    plant(
        "UPDATE document SET body = REPLACE(body, '\"prepaid\":', '\"prepaid\":1') WHERE series = 'INV' AND sequence = 2",
        1,
        "document adds up",
        "INV-2026-000002",
    ),
    plant("UPDATE document SET total = total + 1 WHERE series = 'SB'", 1, "document is its row", "SB-2026-000001"),
    plant(
        "UPDATE document SET body = REPLACE(body, '\"service\":[\"2027-01-04\"', '\"service\":[\"2027-01-05\"') \
         WHERE series = 'INV' AND sequence = 2",
        1,
        "document is about the booked days",
        "INV-2026-000002",
    ),
    plant(
        "DELETE FROM document WHERE series = 'INV' AND sequence = 2; UPDATE document_counter SET last_sequence = 1",
        1,
        "an accepted booking has one invoice",
        "accepted",
    ),
    plant(
        "UPDATE document SET body = REPLACE(body, '\"unit_price\":4500', '\"unit_price\":4600') \
         WHERE series = 'INV' AND sequence = 2",
        1,
        "invoice is the quote",
        "INV-2026-000002",
    ),
    plant(
        "DELETE FROM payable; DELETE FROM self_billed_answer; DELETE FROM document WHERE series = 'SB'; UPDATE document_counter SET last_sequence = 0 WHERE series = 'SB'",
        1,
        "a completed booking has one self-billed invoice",
        "completed",
    ),
    plant(
        "UPDATE booking SET ladder_before = 1 WHERE state = 'completed'",
        1,
        "self-billed invoice follows the ladder",
        "SB-2026-000001",
    ),
    plant(
        "INSERT INTO refund (id, payment_id, amount, state, reason, dedup_key, created_at, updated_at) \
         SELECT id, id, 1, 'due', '', 'planted', created_at, created_at FROM payment \
         WHERE booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        1,
        "money kept is what was invoiced",
        "accepted",
    ),
    plant(
        "UPDATE payment SET state = 'authorized', captured = 0 \
         WHERE booking_id = (SELECT id FROM booking WHERE state = 'accepted'); \
         UPDATE booking SET accepted_at = (SELECT MIN(created_at) FROM account) WHERE state = 'accepted'",
        1,
        "money kept is what was invoiced",
        "accepted",
    ),
    plant("DELETE FROM refund", 1, "nothing is kept without an invoice", "declined"),
    // 2: one booking per expert-day.
    plant(
        "UPDATE booking SET first_day = last_day WHERE state = 'accepted'",
        2,
        "first and last day are the order's",
        "accepted",
    ),
    plant(
        "DELETE FROM booked_day WHERE booking_id = (SELECT id FROM booking WHERE state = 'held')",
        2,
        "an occupying booking has its days",
        "held",
    ),
    plant(
        "UPDATE rental_stock SET units = 0 WHERE product = 'workstation'",
        2,
        "no more is rented out than there is",
        "workstation 2027-02-01",
    ),
    plant(
        "DELETE FROM rental_day WHERE product = 'workstation' AND booking_id = \
         (SELECT id FROM booking WHERE state = 'held')",
        2,
        "a booking has what it rents, on its days",
        "held",
    ),
    plant(
        "INSERT INTO booked_day (expert_id, day, booking_id) SELECT expert_id, first_day, id FROM booking \
         WHERE state = 'declined'",
        2,
        "a booking has no other days",
        "declined",
    ),
    plant(
        "INSERT INTO expert (id, account_id, state, kind, level, display_name, headline, summary, summary_language, \
         base_place, base_lat, base_lon, base_country, on_site, remote, week_pattern, works_holidays, rating_sum, \
         rating_count, completed_days, created_at, changed_at) SELECT a.id, a.id, e.state, e.kind, e.level, 'Other', '', \
         '', 'fr', 1, 0, 0, 'BE', e.on_site, e.remote, 31, e.works_holidays, 0, 0, 0, e.created_at, e.changed_at \
         FROM expert e, account a WHERE a.name = 'Autre Fictif'; \
         UPDATE booked_day SET expert_id = (SELECT id FROM expert WHERE display_name = 'Other') \
         WHERE booking_id = (SELECT id FROM booking WHERE state = 'held')",
        2,
        "days are the booked expert's",
        "held",
    ),
    // 3: books.
    plant(
        "UPDATE ledger_entry SET amount = amount + 1 WHERE account = 'revenue' AND transaction_id = \
         (SELECT id FROM ledger_transaction WHERE kind = 'invoice-issued' AND booking_id = \
         (SELECT id FROM booking WHERE state = 'accepted'))",
        3,
        "ledger agrees with payments and documents",
        "accepted",
    ),
    plant(
        "INSERT INTO ledger_transaction (id, dedup_key, kind, at) SELECT id, 'planted', 'planted', created_at \
         FROM booking WHERE state = 'held'",
        3,
        "a ledger transaction sums to nought",
        "planted",
    ),
    plant(
        "INSERT INTO ledger_transaction (id, dedup_key, kind, at) SELECT id, 'planted', 'planted', created_at \
         FROM booking WHERE state = 'held'; INSERT INTO ledger_entry (transaction_id, line, account, amount) \
         SELECT id, 1, 'deposits', 5 FROM ledger_transaction WHERE kind = 'planted'",
        3,
        "a ledger transaction sums to nought",
        "planted",
    ),
    plant(
        "INSERT INTO ledger_transaction (id, dedup_key, kind, at) SELECT id, 'planted', 'planted', created_at \
         FROM booking WHERE state = 'held'; INSERT INTO ledger_entry (transaction_id, line, account, amount) \
         SELECT id, 1, 'petty_cash', 5 FROM ledger_transaction WHERE kind = 'planted'; \
         INSERT INTO ledger_entry (transaction_id, line, account, amount) \
         SELECT id, 2, 'deposits', -5 FROM ledger_transaction WHERE kind = 'planted'",
        3,
        "ledger accounts are of the chart",
        "petty_cash",
    ),
    plant(
        "UPDATE document SET sequence = 3, body = REPLACE(body, '\"sequence\":2', '\"sequence\":3') \
         WHERE series = 'INV' AND sequence = 2",
        3,
        "document numbers have no gap",
        "INV-2026-000003",
    ),
    plant(
        "UPDATE document_counter SET last_sequence = 9 WHERE series = 'SB'",
        3,
        "the counter is the last number",
        "SB-2026",
    ),
    plant("DELETE FROM document_counter WHERE series = 'SB'", 3, "the counter is the last number", "SB-2026"),
    plant(
        "INSERT INTO payout_batch (id, reference, idempotency_key, state, execute_on, prepared_by, prepared_at) \
         SELECT id, 'PB-1', id, 'approved', last_day, client_id, created_at FROM booking WHERE state = 'completed'; \
         INSERT INTO payout (id, batch_id, document_id, amount, state, creditor, iban_id, account_masked, account_by) \
         SELECT y.booking_id, y.booking_id, y.document_id, y.total, 'sent', 'X', y.booking_id, 'X', b.client_id \
         FROM payable y JOIN booking b ON b.id = y.booking_id",
        3,
        "ledger agrees with payments and documents",
        "completed",
    ),
    plant(
        "INSERT INTO payout_batch (id, reference, idempotency_key, state, execute_on, prepared_by, prepared_at) \
         SELECT id, 'PB-1', id, 'approved', last_day, client_id, created_at FROM booking WHERE state = 'completed'; \
         INSERT INTO payout (id, batch_id, document_id, amount, state, creditor, iban_id, account_masked, account_by) \
         SELECT y.booking_id, y.booking_id, y.document_id, y.total + 1, 'sent', 'X', y.booking_id, 'X', b.client_id \
         FROM payable y JOIN booking b ON b.id = y.booking_id",
        3,
        "no more is paid out than invoiced",
        "completed",
    ),
    plant(
        "INSERT INTO payout_batch (id, reference, idempotency_key, state, execute_on, prepared_by, prepared_at) \
         SELECT id, 'PB-1', id, 'approved', last_day, client_id, created_at FROM booking WHERE state = 'completed'; \
         INSERT INTO payout (id, batch_id, document_id, amount, state, creditor, iban_id, account_masked, account_by) \
         SELECT y.booking_id, y.booking_id, y.document_id, y.total, 'executed', 'X', y.booking_id, 'X', b.client_id \
         FROM payable y JOIN booking b ON b.id = y.booking_id",
        3,
        "a payout is where its batch is",
        "completed",
    ),
    plant("DELETE FROM payable", 3, "a self-billed invoice is payable", "SB-2026-000001"),
    plant("UPDATE payable SET total = total - 1", 3, "a self-billed invoice is payable", "SB-2026-000001"),
    plant(
        "INSERT INTO settlement (reference, received, fees, noted_at) SELECT 'stl_1', 100, 5, created_at FROM booking \
         WHERE state = 'held'",
        3,
        "a settlement is posted as it was noted",
        "stl_1",
    ),
    plant(
        "INSERT INTO ledger_transaction (id, dedup_key, kind, at) SELECT id, 'settlement:stl_2', 'settlement', \
         created_at FROM booking WHERE state = 'held'; INSERT INTO ledger_entry (transaction_id, line, account, amount) \
         SELECT id, 1, 'bank', 5 FROM ledger_transaction WHERE kind = 'settlement'; \
         INSERT INTO ledger_entry (transaction_id, line, account, amount) \
         SELECT id, 2, 'provider_clearing', -5 FROM ledger_transaction WHERE kind = 'settlement'",
        3,
        "a settlement is posted as it was noted",
        "settlement:stl_2",
    ),
    plant(
        "INSERT INTO chargeback (provider_ref, payment_id, amount, reversed, noted_at) SELECT 'chb_1', p.id, 100, FALSE, \
         p.created_at FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.state = 'accepted'",
        3,
        "ledger agrees with payments and documents",
        "accepted",
    ),
    // 4: states.
    plant(
        "UPDATE booking SET clock_at = NULL WHERE state = 'requested'",
        4,
        "state and clock fit together",
        "requested",
    ),
    plant("UPDATE booking SET state = 'paused' WHERE state = 'held'", 4, "state and clock fit together", "held"),
    plant(
        "UPDATE booking SET ladder_before = 0 WHERE state = 'accepted'",
        4,
        "ordinals are given at completion",
        "accepted",
    ),
    plant(
        "DELETE FROM booking_log WHERE step = 2 AND booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        4,
        "the log has no gap",
        "accepted",
    ),
    plant(
        "UPDATE booking_log SET from_state = 'held' WHERE step = 3 AND booking_id = \
         (SELECT id FROM booking WHERE state = 'accepted')",
        4,
        "moves are drawn",
        "accepted",
    ),
    plant(
        "UPDATE booking_log SET to_state = 'completed' WHERE step = 2 AND booking_id = \
         (SELECT id FROM booking WHERE state = 'requested')",
        4,
        "moves are drawn",
        "requested",
    ),
    plant(
        "DELETE FROM booking_log WHERE step = 3 AND booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        4,
        "the log leads to the state",
        "accepted",
    ),
    plant("UPDATE expert SET completed_days = 14", 4, "completed days are counted", "expert"),
    // 5: owners.
    plant(
        "UPDATE booking SET order_body = REPLACE(order_body, '\"expert\":\"', '\"expert\":\"00000000-0000-0000-0000-000000000000\",\"was\":\"') \
         WHERE state = 'held'",
        5,
        "the order names the booked expert",
        "held",
    ),
    plant(
        "UPDATE booking SET client_id = (SELECT account_id FROM expert) WHERE state = 'held'",
        5,
        "nobody books themselves",
        "held",
    ),
    plant(
        "UPDATE document SET dedup_key = 'invoice:other' WHERE series = 'INV' AND sequence = 2",
        5,
        "a document's cause is its booking",
        "INV-2026-000002",
    ),
    plant(
        "UPDATE document SET booking_id = (SELECT id FROM booking WHERE state = 'requested') \
         WHERE series = 'INV' AND sequence = 2",
        5,
        "a document is about its booking",
        "INV-2026-000002",
    ),
    plant(
        "INSERT INTO review (id, expert_id, booking_id, rating, author, body, language, created_at) \
         SELECT id, expert_id, id, 5, '', '', 'fr', created_at FROM booking WHERE state = 'accepted'",
        5,
        "reviews are of completed bookings",
        "accepted",
    ),
    plant(
        "INSERT INTO expert (id, account_id, state, kind, level, display_name, headline, summary, summary_language, \
         base_place, base_lat, base_lon, base_country, on_site, remote, week_pattern, works_holidays, rating_sum, \
         rating_count, completed_days, created_at, changed_at) SELECT a.id, a.id, e.state, e.kind, e.level, 'Other', '', \
         '', 'fr', 1, 0, 0, 'BE', e.on_site, e.remote, 31, e.works_holidays, 0, 0, 0, e.created_at, e.changed_at \
         FROM expert e, account a WHERE a.name = 'Autre Fictif'; \
         UPDATE expert_billing SET company = 'Before SRL'; \
         INSERT INTO expert_billing (expert_id, company, street, postal_code, city, country, vat_exempt) \
         SELECT o.id, 'Atelier Fictif SRL', '', '', '', 'BE', b.vat_exempt FROM expert o, expert_billing b \
         WHERE o.display_name = 'Other'",
        5,
        "the seller is the booked expert",
        "SB-2026-000001",
    ),
];

/// Each check finds its fault, by its name; and no check cries about a row that nobody touched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_planted_fault_is_named() {
    futures::stream::iter(PLANTS).for_each_concurrent(8, named).await;
}

async fn named(plant: &Plant) {
    for_each_db(async |p| {
        let world = World::on(p).await;
        let references = one_of_each(&world).await;
        world.unguard().await;
        world.plant(plant.sql).await;
        let found = audit::run(&world.p).await.unwrap();
        let expert = format!("expert {}", world.expert.id);
        let subject = match plant.subject {
            "expert" => &expert,
            state => references.get(state).map_or(plant.subject, String::as_str),
        };
        assert!(
            found.iter().any(|finding| {
                (finding.invariant, finding.check, finding.subject.as_str()) == (plant.invariant, plant.check, subject)
            }),
            "{}: no \"{}\" on {subject} in {found:#?}",
            plant.sql,
            plant.check
        );
        for (state, reference) in &references {
            let touched = plant.sql.contains(&format!("'{state}'"))
                || (*state == "accepted" && plant.subject == "INV-2026-000002")
                || !plant.sql.contains("state = '");
            let cries = found.iter().any(|finding| finding.subject == *reference);
            assert!(touched || !cries, "{}: cries about the {state} booking: {found:#?}", plant.sql);
        }
    })
    .await;
}

/// What the keys themselves refuse is found when the keys are gone.
#[tokio::test]
async fn faults_that_the_keys_forbid() {
    in_worlds(async |world| {
        let references = one_of_each(&world).await;
        let postgres = world.p.is_postgres();
        world
            .plant(if postgres {
                "ALTER TABLE booked_day DROP CONSTRAINT booked_day_once; \
                 ALTER TABLE booked_day DROP CONSTRAINT booked_day_booking_id_fkey; \
                 ALTER TABLE document DROP CONSTRAINT document_booking_id_fkey"
            } else {
                "CREATE TABLE day2 AS SELECT * FROM booked_day; DROP TABLE booked_day; \
                 ALTER TABLE day2 RENAME TO booked_day; \
                 CREATE TABLE payable2 AS SELECT * FROM payable; DROP TABLE payable; \
                 ALTER TABLE payable2 RENAME TO payable; \
                 CREATE TABLE document2 AS SELECT * FROM document; DROP TABLE self_billed_answer; DROP TABLE document; \
                 ALTER TABLE document2 RENAME TO document"
            })
            .await;
        assert_eq!(audit::run(&world.p).await.unwrap(), []);
        world
            .plant(
                "INSERT INTO booked_day (expert_id, day, booking_id) SELECT d.expert_id, d.day, b.id \
                 FROM booked_day d, booking b WHERE b.state = 'declined' AND d.booking_id = \
                 (SELECT id FROM booking WHERE state = 'held')",
            )
            .await;
        let found = audit::run(&world.p).await.unwrap();
        let subject = format!("{} 2027-02-03", world.expert.id);
        assert!(
            found.iter().any(|finding| finding.check == "an expert-day is taken once" && finding.subject == subject),
            "{found:#?}"
        );
        assert!(found.iter().any(|finding| finding.subject == references["declined"]), "{found:#?}");
        // The expert's id is no booking's.
        world.plant("UPDATE booked_day SET booking_id = expert_id").await;
        world.plant("UPDATE document SET booking_id = (SELECT id FROM expert) WHERE series = 'SB'").await;
        let found = audit::run(&world.p).await.unwrap();
        assert!(found.iter().any(|finding| finding.check == "a taken day has a booking"), "{found:#?}");
        let strays: Vec<_> = found.iter().filter(|finding| finding.check == "a document has a booking").collect();
        assert_eq!(strays.len(), 1, "{found:#?}");
        assert_eq!(strays[0].subject, "SB-2026-000001");
    })
    .await;
}

/// Invariant 4: clocks may be an hour late, not more.
#[tokio::test]
async fn overdue_clocks_are_named() {
    in_worlds(async |world| {
        let references = one_of_each(&world).await;
        let overdue = async || -> Vec<String> {
            let found = audit::run(&world.p).await.unwrap();
            assert!(found.iter().all(|finding| finding.check == "clocks are heeded"), "{found:#?}");
            found.into_iter().map(|finding| finding.subject).collect()
        };
        let now = world.p.now();
        world.p.clock.set(now + TimeDelta::minutes(74));
        assert_eq!(overdue().await, Vec::<String>::new());
        world.p.clock.set(now + TimeDelta::minutes(76));
        assert_eq!(overdue().await, [references["held"].clone()]);
        world.p.clock.set(now + TimeDelta::hours(26));
        assert_eq!(overdue().await.len(), 2);
        world.p.clock.set(Utc.with_ymd_and_hms(2027, 1, 7, 1, 0, 0).unwrap());
        let all = overdue().await;
        assert!(all.len() == 3 && all.contains(&references["accepted"]), "{all:?}");
    })
    .await;
}
