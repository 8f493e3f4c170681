//! The audit of the recognition programme and of referrals: silent on what the services made; and for every check, one
//! planted fault, all of them at once on rows of their own, and exactly those named.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/programme.rs"]
mod programme;

use chrono::TimeDelta;
use gabarit_domain::{ids::NominationId, membership::BenefitKind};
use gabarit_server::{
    audit,
    db::Exec,
    jobs, on,
    services::{
        benefit, community,
        membership::events,
        nominations::{self, review},
        own_data, referral,
    },
    testing::{ExpertSpec, TestPlatform, for_each_db, no_ties},
};
use gabarit_view::{
    account::AccountView,
    membership::{EventForm, SignUpForm},
    referral::{AskForm, ReferralForm},
};
use programme::{
    appoint, at, claim, codes, grant, in_thread, manage, offer, only, question, refuse, reviewers, scored, seated,
    stand, window,
};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A cycle with nominations at every stage, members with everything that members have, a partner.
struct Cast {
    p: TestPlatform,
    accounts: BTreeMap<String, AccountView>,
    nominations: BTreeMap<String, NominationId>,
}

impl Cast {
    async fn on(p: TestPlatform) -> Self {
        let manager = p.manager().await;
        let readers = reviewers(&p, &manager, 4).await;
        let mut cast = Self { p, accounts: BTreeMap::new(), nominations: BTreeMap::new() };
        let p = &cast.p;
        // Granted, refused, decided, discussed, and in review; one more will be erased.
        let granted: Vec<String> = (0..13).map(|number| format!("G{number}")).collect();
        let refused = ["F0", "F1", "F2", "F3", "E0"].map(ToOwned::to_owned);
        let others = ["D0", "W0", "V0", "V1"].map(ToOwned::to_owned);
        for name in granted.iter().chain(&refused).chain(&others) {
            let account = p.client(name).await;
            cast.nominations.insert(name.clone(), stand(p, &account, "fr").await);
            cast.accounts.insert(name.clone(), account);
        }
        let draft = p.client("Dora Draft").await;
        nominations::begin(p, &draft, &no_ties()).await.unwrap();
        at(p, window()).await;
        for (name, id) in cast.nominations.iter().filter(|(name, _)| !name.starts_with('V')) {
            let readers = seated(p, *id, &readers).await;
            for reader in &readers {
                review::act(p, reader, &scored(*id, 4)).await.unwrap();
            }
            match name.as_bytes()[0] {
                b'G' | b'D' => manage(p, &manager, *id, grant()).await.unwrap(),
                b'F' | b'E' => manage(p, &manager, *id, refuse()).await.unwrap(),
                _ => {}
            }
            if matches!(name.as_bytes()[0], b'G' | b'F' | b'E') {
                manage(p, &manager, *id, only("send")).await.unwrap();
            }
        }
        own_data::erase(p, &p.confirmed(&cast.accounts["E0"]), true).await.unwrap();
        cast.live(&manager).await;
        jobs::run_due(&cast.p).await.unwrap();
        cast
    }

    /// What members do, and what a partner does.
    async fn live(&self, manager: &AccountView) {
        let p = &self.p;
        let software = offer(p, manager, BenefitKind::Software, true, "").await;
        codes(p, manager, software, "A\nB\nC\nD\nE\nF").await;
        for name in ["G6", "G7", "G8", "G9", "G10"] {
            benefit::act(p, &self.accounts[name], &claim(software)).await.unwrap();
        }
        let form = EventForm {
            act: "save".to_owned(),
            title: "Evening".to_owned(),
            description: "Bring a family.".to_owned(),
            language: "nl".to_owned(),
            starts: "2027-07-10T18:00".to_owned(),
            ends: "2027-07-10T20:00".to_owned(),
            place: "Utrecht".to_owned(),
            places: "3".to_owned(),
            ..EventForm::default()
        };
        events::save(p, manager, &form).await.unwrap();
        let event = events::list(p, manager).await.unwrap()[0].id;
        let join = SignUpForm { event: event.to_string(), act: "join".to_owned(), ..SignUpForm::default() };
        events::act(p, &self.accounts["G6"], &join).await.unwrap();
        let thread = question("Levels", "How?");
        let thread = community::begin(p, &self.accounts["G0"], &thread).await.unwrap();
        let reply = in_thread(thread, "reply", "", "So.");
        community::act(p, &self.accounts["G1"], &reply).await.unwrap();
        let partner = p.expert(ExpertSpec::default()).await.account;
        referral::ask(p, &partner, &AskForm::default()).await.unwrap();
        let id = self.one("SELECT id FROM referral_partner").await;
        let form = ReferralForm {
            id: id.to_string(),
            version: "1".to_owned(),
            act: "granted".to_owned(),
            ..ReferralForm::default()
        };
        referral::decide(p, manager, &form).await.unwrap();
    }

    async fn one(&self, sql: &str) -> Uuid {
        let mut conn = self.p.db.conn().await.unwrap();
        on!(&mut conn.exec(), |c| sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(c).await).unwrap()
    }

    /// Runs SQL that no service would, without what the database itself guards.
    async fn plant(&self, faults: &[(String, Vec<(&'static str, String)>)]) {
        const LOGS: [&str; 4] = ["nomination_log", "nomination_letter", "recognition_cycle_log", "referral_log"];
        const CHECKS: [&str; 3] =
            ["nomination_refused_with_reasons", "nomination_seat_in_is_scored", "membership_lost_when"];
        let mut tx = self.p.db.begin().await.unwrap();
        let exec = &mut tx.exec();
        let guards = match exec {
            Exec::Sqlite(_) => LOGS
                .iter()
                .map(|log| format!("DROP TRIGGER {log}_no_update; DROP TRIGGER {log}_no_delete; "))
                .chain(["PRAGMA ignore_check_constraints = 1".to_owned()])
                .collect::<String>(),
            Exec::Postgres(_) => LOGS
                .iter()
                .map(|log| format!("ALTER TABLE {log} DISABLE TRIGGER USER; "))
                .chain(CHECKS.iter().map(|check| {
                    let table = ["nomination_seat", "nomination", "membership"];
                    let table = table.into_iter().find(|table| check.starts_with(table)).unwrap();
                    format!("ALTER TABLE {table} DROP CONSTRAINT {check}; ")
                }))
                .collect(),
        };
        for sql in std::iter::once(&guards).chain(faults.iter().map(|(sql, _)| sql)) {
            let done = on!(&mut *exec, |c| sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(c).await.map(drop));
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        if let Exec::Sqlite(_) = exec {
            let sql = "PRAGMA ignore_check_constraints = 0";
            on!(exec, |c| sqlx::raw_sql(sql).execute(c).await.map(drop)).unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn found(&self) -> BTreeSet<(String, String)> {
        let found = audit::run(&self.p).await.unwrap();
        found.into_iter().map(|finding| (finding.check.to_owned(), finding.subject)).collect()
    }
}

/// Invariants 4 and 5, S46–S63, S40: what the services made is sound, and every fault is named, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named() {
    for_each_db(|p| async move {
        let cast = Cast::on(p).await;
        assert_eq!(cast.found().await, BTreeSet::new());

        let of = |name: &str| format!("nomination {}", cast.nominations[name]);
        let whose = |name: &str| format!("(SELECT id FROM account WHERE name = '{name}')");
        let nomination = |name: &str| format!("(SELECT id FROM nomination WHERE account_id = {})", whose(name));
        let member = |name: &str| format!("(SELECT id FROM membership WHERE account_id = {})", whose(name));
        let claimed = |name: &str| format!("(SELECT id FROM benefit_claim WHERE account_id = {})", whose(name));
        let mut members = BTreeMap::new();
        let mut claims = BTreeMap::new();
        for number in 0..13 {
            let name = format!("G{number}");
            members.insert(name.clone(), format!("membership {}", cast.one(&format!("SELECT {}", member(&name))).await));
            if (6..=10).contains(&number) {
                claims.insert(name.clone(), format!("claim {}", cast.one(&format!("SELECT {}", claimed(&name))).await));
            }
        }
        let event = cast.one("SELECT id FROM member_event").await;
        let partner = cast.one("SELECT id FROM referral_partner").await;
        let post = cast.one("SELECT id FROM community_post WHERE body = 'So.'").await;
        let (now, next) = ("cycle 2027-02".to_owned(), "cycle 2027-08".to_owned());
        let cycle = async |code: &str| {
            format!("cycle {}", cast.one(&format!("SELECT id FROM recognition_cycle WHERE code = '{code}'")).await)
        };
        let (now_id, next_id) = (cycle("2027-02").await, cycle("2027-08").await);
        let digest = if cast.p.is_postgres() { "'\\x00'" } else { "x'00'" };

        let faults: Vec<(String, Vec<(&'static str, String)>)> = vec![
            // The answer.
            (
                format!("DELETE FROM nomination_letter WHERE nomination_id = {}", nomination("G0")),
                vec![("answers are letters", of("G0"))],
            ),
            (
                format!(
                    "UPDATE nomination SET answered_at = '2027-03-20T00:00:00+00:00' WHERE id = {0}; \
                     UPDATE nomination_letter SET sent_at = '2027-03-20T00:00:00+00:00' WHERE nomination_id = {0}",
                    nomination("G1")
                ),
                vec![("answers come in time", of("G1"))],
            ),
            (
                format!(
                    "INSERT INTO nomination_letter (nomination_id, locale, subject, body, sent_by, sent_at) \
                     SELECT {}, locale, subject, body, sent_by, sent_at FROM nomination_letter WHERE nomination_id = {}",
                    nomination("W0"),
                    nomination("F1")
                ),
                vec![("letters are of answered nominations", of("W0"))],
            ),
            // No membership without two reviews and a decision, no refusal without reasons, nothing past a recusal.
            (
                format!(
                    "UPDATE nomination_seat SET state = 'released' WHERE nomination_id = {0} AND reviewer_id = \
                     (SELECT reviewer_id FROM nomination_seat WHERE nomination_id = {0} ORDER BY reviewer_id LIMIT 1)",
                    nomination("G2")
                ),
                vec![("a nomination fits its reviews and decision", of("G2"))],
            ),
            (
                format!(
                    "UPDATE nomination SET decided_by = (SELECT reviewer_id FROM nomination_seat \
                     WHERE nomination_id = {0} ORDER BY reviewer_id LIMIT 1) WHERE id = {0}",
                    nomination("G3")
                ),
                vec![("who decides had no part", of("G3"))],
            ),
            (
                format!("UPDATE nomination SET reasons = '[]' WHERE id = {}", nomination("F0")),
                vec![("a refusal has reasons", of("F0"))],
            ),
            (
                format!(
                    "INSERT INTO reviewer_conflict (reviewer_id, account_id, ground, at) SELECT s.reviewer_id, {}, 'x', \
                     s.assigned_at FROM nomination_seat s WHERE s.nomination_id = {} ORDER BY s.reviewer_id LIMIT 1",
                    whose("V0"),
                    nomination("V0")
                ),
                vec![("reviewers are impartial", of("V0"))],
            ),
            (
                format!(
                    "DELETE FROM membership_term WHERE membership_id = {0}; DELETE FROM membership_log \
                     WHERE membership_id = {0}; DELETE FROM membership WHERE id = {0}",
                    member("G4")
                ),
                vec![("who is granted is a member", of("G4"))],
            ),
            // Logs.
            (
                format!("DELETE FROM nomination_log WHERE step = 2 AND nomination_id = {}", nomination("F1")),
                vec![("the log of a nomination has no gap", of("F1"))],
            ),
            (
                format!(
                    "UPDATE nomination_log SET to_state = 'granted' WHERE to_state = 'refused' AND nomination_id = {}",
                    nomination("F2")
                ),
                vec![("the log of a nomination leads to its state", of("F2"))],
            ),
            (
                format!("DELETE FROM nomination_log WHERE nomination_id = {}", nomination("F3")),
                vec![("nominations are logged", of("F3"))],
            ),
            (
                format!(
                    "UPDATE nomination_log SET to_state = 'granted' WHERE step = 3 AND nomination_id = {}",
                    nomination("D0")
                ),
                vec![("moves of nominations are drawn", of("D0"))],
            ),
            // Cycles.
            (
                "UPDATE recognition_cycle SET phase = 'closed' WHERE code = '2027-02'".to_owned(),
                vec![
                    ("the log of a cycle leads to its phase", now_id),
                    ("a closed cycle has answered everybody", of("D0")),
                    ("a closed cycle has answered everybody", of("W0")),
                    ("a closed cycle has answered everybody", of("V0")),
                    ("a closed cycle has answered everybody", of("V1")),
                ],
            ),
            (
                "UPDATE recognition_cycle SET window_at = '2027-01-31T12:00:00+00:00' WHERE code = '2027-08'; \
                 DELETE FROM recognition_cycle_log WHERE cycle_id = \
                 (SELECT id FROM recognition_cycle WHERE code = '2027-08')"
                    .to_owned(),
                vec![
                    ("a cycle answers within thirty days", next.clone()),
                    ("windows open in time", next),
                    ("cycles are logged", next_id),
                ],
            ),
            // Memberships.
            (
                format!("UPDATE membership SET nomination_id = {} WHERE id = {}", nomination("F0"), member("G5")),
                vec![("a membership rests on a granted nomination", members["G5"].clone())],
            ),
            (
                format!(
                    "UPDATE membership SET state = 'ended', reasons = 'x', lost_at = '2027-02-01T00:00:00+00:00' \
                     WHERE id = {}",
                    member("G6")
                ),
                vec![
                    ("the log of a membership leads to its state", members["G6"].clone()),
                    ("benefits end with the membership", claims["G6"].clone()),
                    ("places at events are members'", format!("event {event}")),
                ],
            ),
            (
                format!("UPDATE membership SET reasons = 'x' WHERE id = {}", member("G8")),
                vec![("a membership fits its reasons and appeals", members["G8"].clone())],
            ),
            (
                format!(
                    "UPDATE membership_term SET last_day = '2027-05-01' WHERE membership_id = {}",
                    member("G9")
                ),
                vec![("terms of a membership follow each other", members["G9"].clone())],
            ),
            (
                format!(
                    "UPDATE membership_term SET last_day = '2027-01-01' WHERE membership_id = {0}; \
                     UPDATE membership SET last_day = '2027-01-01' WHERE id = {0}",
                    member("G11")
                ),
                vec![("memberships end in time", members["G11"].clone())],
            ),
            (
                format!("DELETE FROM membership_log WHERE membership_id = {}", member("G12")),
                vec![("memberships are logged", members["G12"].clone())],
            ),
            // Benefits.
            (
                format!("UPDATE benefit_claim SET state = 'ended' WHERE id = {}", claimed("G7")),
                vec![("codes end with their claims", claims["G7"].clone())],
            ),
            (
                format!("UPDATE benefit_claim SET address = 'x' WHERE id = {}", claimed("G8")),
                vec![("addresses are forgotten", claims["G8"].clone())],
            ),
            (
                format!("UPDATE benefit_claim SET account_id = {} WHERE id = {}", whose("G0"), claimed("G9")),
                vec![("a claim is its member's", claims["G9"].clone())],
            ),
            (
                format!("UPDATE benefit_claim SET terms_accepted_at = NULL WHERE id = {}", claimed("G10")),
                vec![("accepted terms have their time", claims["G10"].clone())],
            ),
            // Events, posts, referrals.
            (
                "UPDATE member_event SET version = version + 3".to_owned(),
                vec![("changes of events and benefits are logged", event.to_string())],
            ),
            (
                "UPDATE community_post SET edited_at = created_at WHERE body = 'So.'".to_owned(),
                vec![("changed posts keep what they said", format!("post {post}"))],
            ),
            (
                format!(
                    "INSERT INTO referral_lead (id, partner_id, digest, state, version, organisation, contact_name, email, \
                     products, seats, country, message, locale, created_at, changed_at) SELECT id, id, {digest}, 'won', 1, \
                     'x', 'x', 'x@client.example', '[]', 1, 'BE', '', 'fr', asked_at, asked_at FROM referral_partner"
                ),
                vec![("the log of a lead leads to its state", format!("lead {partner}"))],
            ),
            (
                "UPDATE referral_partner SET state = 'ended'".to_owned(),
                vec![
                    ("the log of a partner leads to the state", format!("partner {partner}")),
                    ("partners have what their state needs", format!("partner {partner}")),
                ],
            ),
        ];
        cast.plant(&faults).await;
        let mut expected: BTreeSet<(String, String)> = faults
            .into_iter()
            .flat_map(|(_, named)| named)
            .map(|(check, subject)| (check.to_owned(), subject))
            .collect();
        assert_eq!(cast.found().await, expected);

        // Nobody turns the clocks any more: who still waits after thirty days is named, one by one.
        cast.p.clock.set(window() + TimeDelta::days(30));
        assert_eq!(cast.found().await, expected);
        cast.p.clock.advance(TimeDelta::seconds(1));
        for name in ["D0", "W0", "V0", "V1"] {
            expected.insert(("answers come in time".to_owned(), of(name)));
        }
        assert_eq!(cast.found().await, expected);
        assert!(!expected.iter().any(|(_, subject)| *subject == now), "what is late is who waits");
    })
    .await;
}

/// S54: a reviewer who stands in the cycle, and one who reads themselves, are named.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_where_they_stand() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let readers = reviewers(&p, &manager, 3).await;
        let nominee = p.client("Nora Nominee").await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        let reader = seated(&p, id, &readers).await.remove(0);
        // Given a seat where they stand, without the rules: by hand, or by a fault.
        let cast = Cast { p, accounts: BTreeMap::new(), nominations: BTreeMap::new() };
        assert_eq!(cast.found().await, BTreeSet::new());
        let p = &cast.p;
        appoint(p, &manager, &nominee, "fr").await;
        let own = stand(p, &reader, "fr").await;
        assert_eq!(cast.found().await, BTreeSet::new(), "in the next cycle");
        let sql = "UPDATE nomination SET cycle_id = (SELECT id FROM recognition_cycle WHERE code = '2027-02') \
                   WHERE state = 'submitted'";
        let reads = "UPDATE nomination_seat SET reviewer_id = (SELECT id FROM account WHERE name = 'Nora Nominee') \
                     WHERE state = 'open' AND reviewer_id <> (SELECT account_id FROM nomination WHERE state = 'submitted')";
        cast.plant(&[(sql.to_owned(), Vec::new()), (reads.to_owned(), Vec::new())]).await;
        let named = ("reviewers are impartial".to_owned(), format!("nomination {id}"));
        assert_eq!(cast.found().await, BTreeSet::from([named]));
        assert_ne!(own, id);
    })
    .await;
}
