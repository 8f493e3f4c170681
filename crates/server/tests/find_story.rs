//! Finding an expert: demonstration data, offers, profiles and search, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "find_story/searching.rs"]
mod searching;

use chrono::{Days, NaiveDate};
use gabarit_domain::{calendar::HORIZON_DAYS, expert::ExpertKind, ids::ExpertId};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::experts as rows,
    demo, on,
    platform::Platform,
    services::experts,
    testing::{self, ExpertSpec},
};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The expert of one of the accounts to try.
async fn expert_of(p: &Platform, email: &str) -> ExpertId {
    const SQL: &str = "SELECT e.id FROM expert e JOIN account a ON a.id = e.account_id WHERE a.email = $1";
    let mut conn = p.db.conn().await.unwrap();
    let id: Uuid = on!(&mut conn.exec(), |c| sqlx::query_scalar(SQL).bind(email).fetch_one(c).await).unwrap();
    ExpertId(id)
}

/// The demonstration is openly fictional, complete, and loaded once.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_loads_once() {
    testing::for_each_db(|p| async move {
        assert_eq!(demo::load(&p).await.unwrap(), demo::Loaded::Now);
        assert_eq!(demo::load(&p).await.unwrap(), demo::Loaded::Before);
        let mut conn = p.db.conn().await.unwrap();
        let all = rows::changed_since(&mut conn.exec(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
        drop(conn);
        assert_eq!(all.len(), demo::EXPERTS as usize);
        let in_house = all.iter().filter(|row| row.kind == "in-house").count();
        assert!((60..200).contains(&in_house), "{in_house}");
        assert!(all.iter().all(|row| row.state == "published" && !row.summary.is_empty()));
        let countries: std::collections::BTreeSet<_> = all.iter().map(|row| &row.base_country).collect();
        assert!(countries.len() > 35, "{countries:?}");

        let id = expert_of(&p, demo::ACCOUNTS[1]).await;
        let profile = experts::profile(&p, id, Locale::Nl).await.unwrap().unwrap();
        assert_eq!(profile.card.base_name, "Luik");
        assert_eq!(profile.card.level.number(), 3);
        assert_eq!(profile.card.kind, ExpertKind::Independent);
        assert_eq!(profile.card.products[0].as_str(), "autocad");
        assert!(profile.card.products.iter().any(|product| product.as_str() == "revit"));
        assert!(!profile.records.is_empty() && !profile.reviews.is_empty());
        assert_eq!(profile.rating_spread.iter().sum::<u32>(), profile.card.rating_count);
        assert_eq!(profile.offer.free.len, HORIZON_DAYS);
        assert!(profile.holidays.iter().any(|holiday| holiday.day == day("2026-12-25")));
    })
    .await;
}

/// The same seed and day give the same demonstration on either database.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_the_same_each_time() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let p = testing::TestPlatform::sqlite().await;
        demo::load(&p).await.unwrap();
        let mut conn = p.db.conn().await.unwrap();
        let mut all = rows::changed_since(&mut conn.exec(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
        drop(conn);
        all.sort_by_key(|row| row.id);
        seen.push(
            all.into_iter().map(|row| (row.id, row.display_name, row.summary, row.rating_sum)).collect::<Vec<_>>(),
        );
        p.finish().await;
    }
    assert_eq!(seen[0], seen[1]);
}

/// A platform that others can reach never shows made-up people.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_refuses_a_public_platform() {
    let p = testing::TestPlatform::sqlite().await;
    let public = p.node(|config| config.public_url = "https://market.example".parse().unwrap()).await;
    assert_eq!(demo::load(&public).await, Err(gabarit_view::error::ApiError::Forbidden));
    p.finish().await;
}

/// S20: only published experts have an offer, a profile and a card.
#[tokio::test(flavor = "multi_thread")]
async fn s20_unpublished_experts_cannot_be_seen_or_priced() {
    testing::for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        assert!(experts::offer(&p, expert.id).await.unwrap().is_some());
        for state in ["draft", "withdrawn"] {
            set_state(&p, expert.id, state).await;
            assert_eq!(experts::offer(&p, expert.id).await.unwrap(), None);
            assert_eq!(experts::profile(&p, expert.id, Locale::Fr).await.unwrap(), None);
            assert_eq!(experts::card(&p, expert.id, Locale::Fr).await.unwrap(), None);
        }
        assert_eq!(experts::offer(&p, ExpertId(Uuid::nil())).await.unwrap(), None);
    })
    .await;
}

/// Free days: the week's pattern, less public holidays at the base, with exceptions either way, less booked days.
#[tokio::test(flavor = "multi_thread")]
async fn free_days_take_everything_into_account() {
    testing::for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        for (day, free) in [("2026-12-26", true), ("2026-12-28", false)] {
            except(&p, expert.id, day, free).await;
        }
        let free = experts::offer(&p, expert.id).await.unwrap().unwrap().free;
        assert_eq!(free.from, p.today());
        assert_eq!(free.until(), p.today() + Days::new(u64::from(HORIZON_DAYS) - 1));
        // A holiday in Belgium, a Saturday that is an exception, a Sunday, an exception, an ordinary Tuesday.
        let expected = [
            ("2026-12-25", false),
            ("2026-12-26", true),
            ("2026-12-27", false),
            ("2026-12-28", false),
            ("2026-12-29", true),
        ];
        for (text, is_free) in expected {
            assert_eq!(free.is_free(day(text)), is_free, "{text}");
        }
    })
    .await;
}

async fn set_state(p: &Platform, id: ExpertId, state: &str) {
    const SQL: &str = "UPDATE expert SET state = $2, changed_at = $3 WHERE id = $1";
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::query(SQL).bind(id.0).bind(state).bind(p.now()).execute(c).await.map(|_| ()))
        .unwrap();
}

async fn except(p: &Platform, id: ExpertId, on_day: &str, free: bool) {
    const SQL: &str = "INSERT INTO expert_exception (expert_id, day, free) VALUES ($1, $2, $3)";
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::query(SQL).bind(id.0).bind(day(on_day)).bind(free).execute(c).await.map(|_| ()))
        .unwrap();
    rows::touch(&mut conn.exec(), id.0, p.now()).await.unwrap();
}
