//! Shortlist, saved searches, and others who are free, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "booking_story/stage.rs"]
#[expect(dead_code, reason = "shared with the stories of bookings")]
mod stage;

use chrono::TimeDelta;
use gabarit_domain::{ids::BookingId, settlement::SomeDays};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::bookings as booking_rows,
    jobs, mail, on,
    services::{
        alternatives,
        bookings::{self, settling},
        saved,
    },
    testing::{ExpertSpec, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    saved::{Alternative, SavedForm, Why},
};
use stage::{DAYS, Stage};

fn form(act: &str) -> SavedForm {
    SavedForm { act: act.to_owned(), locale: "nl".to_owned(), ..SavedForm::default() }
}

fn search(query: &str, notify: bool) -> SavedForm {
    SavedForm {
        query: query.to_owned(),
        name: "Revit in december".to_owned(),
        notify: if notify { "on".to_owned() } else { String::new() },
        ..form("save")
    }
}

async fn subjects(p: &TestPlatform, to: &AccountView) -> Vec<(String, String)> {
    let mut mails = mail::local_mailbox(p, 1_000).await.unwrap();
    mails.sort_by_key(|mail| mail.created_at);
    mails.into_iter().filter(|mail| mail.to == to.email).map(|mail| (mail.subject, mail.text)).collect()
}

/// S4, S43: experts are kept in mind by one account alone; nobody else sees it.
#[tokio::test(flavor = "multi_thread")]
async fn experts_in_mind() {
    for_each_db(|p| async move {
        let (client, other) = (p.client("Ada Client").await, p.client("Sam Elders").await);
        let expert = p.expert(ExpertSpec::default()).await;
        let with = |act: &str, id: String| SavedForm { expert: id, ..form(act) };
        saved::act(&p, &client, &with("add", expert.id.to_string())).await.unwrap();
        saved::act(&p, &client, &with("add", expert.id.to_string())).await.unwrap();
        assert_eq!(saved::shortlist(&p, &client).await.unwrap(), [expert.id]);
        assert_eq!(saved::shortlist(&p, &other).await.unwrap(), []);
        let page = saved::page(&p, &client, Locale::Nl).await.unwrap();
        assert_eq!(page.experts.iter().map(|card| card.id).collect::<Vec<_>>(), [expert.id]);
        let unknown = p.ids.uuid().to_string();
        assert_eq!(saved::act(&p, &client, &with("add", unknown)).await, Err(ApiError::NotFound));
        // Somebody else's drop changes nothing here.
        saved::act(&p, &other, &with("drop", expert.id.to_string())).await.unwrap();
        assert_eq!(saved::shortlist(&p, &client).await.unwrap().len(), 1);
        saved::act(&p, &client, &with("drop", expert.id.to_string())).await.unwrap();
        assert!(saved::page(&p, &client, Locale::Nl).await.unwrap().experts.is_empty());
    })
    .await;
}

/// A match that becomes free is told of once, however often it is looked at; who matched before is not told of.
#[tokio::test(flavor = "multi_thread")]
async fn a_match_becomes_free_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let watcher = p.client("Wanda Wacht").await;
        let known = p.expert(ExpertSpec::default()).await;
        // The stage's expert is taken on these days.
        let (booking, _) = stage.paid(DAYS).await;
        let query = format!("days={DAYS}&mode=remote");
        saved::act(&p, &watcher, &search(&query, true)).await.unwrap();
        let twice = saved::act(&p, &watcher, &search(&query, true)).await;
        assert!(matches!(twice, Err(ApiError::Invalid { .. })), "saved already");
        assert_eq!(saved::page(&p, &watcher, Locale::Nl).await.unwrap().searches[0].matches, 1);
        let look = async || {
            p.search.touch();
            p.clock.advance(TimeDelta::minutes(16));
            jobs::run_due(&p).await.unwrap();
            subjects(&p, &watcher).await
        };
        assert_eq!(look().await, [], "nobody new");
        bookings::withdraw(&p, &stage.client, booking).await.unwrap();
        let told = look().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains(&stage.expert.id.to_string()) && !told[0].1.contains(&known.id.to_string()));
        assert_eq!(look().await.len(), 1, "told once");
        saved::watch(&p, uuid::Uuid::nil()).await.unwrap();
        assert_eq!(look().await.len(), 1);
        // Taken and free again: told of once all the same.
        let (again, _) = stage.paid(DAYS).await;
        look().await;
        bookings::withdraw(&p, &stage.client, again).await.unwrap();
        assert_eq!(look().await.len(), 1);
    })
    .await;
}

/// Who does not want mail gets none; nobody changes another's searches; what is past is not looked at.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_foreign_and_past_searches() {
    for_each_db(|p| async move {
        let (owner, other) = (p.client("Wanda Wacht").await, p.client("Sam Elders").await);
        saved::act(&p, &owner, &search("days=2026-12-01&mode=remote&page=3&nonsense=1", false)).await.unwrap();
        let page = saved::page(&p, &owner, Locale::Nl).await.unwrap();
        assert_eq!(page.searches[0].query, "mode=remote&days=2026-12-01", "as the search writes it");
        let id = page.searches[0].id.to_string();
        for act in ["notify", "quiet", "forget"] {
            let form = SavedForm { search: id.clone(), ..form(act) };
            assert_eq!(saved::act(&p, &other, &form).await, Err(ApiError::NotFound), "{act}");
        }
        p.expert(ExpertSpec::default()).await;
        p.search.touch();
        saved::watch(&p, uuid::Uuid::nil()).await.unwrap();
        assert_eq!(subjects(&p, &owner).await, [], "did not ask for mail");
        saved::act(&p, &owner, &SavedForm { search: id.clone(), ..form("notify") }).await.unwrap();
        p.clock.advance(TimeDelta::days(20));
        saved::watch(&p, uuid::Uuid::nil()).await.unwrap();
        assert_eq!(subjects(&p, &owner).await, [], "its day is past");
        assert!(saved::page(&p, &owner, Locale::Nl).await.unwrap().searches[0].over);
        saved::act(&p, &owner, &SavedForm { search: id, ..form("forget") }).await.unwrap();
        assert!(saved::page(&p, &owner, Locale::Nl).await.unwrap().searches.is_empty());
    })
    .await;
}

async fn others(p: &TestPlatform, id: BookingId) -> Vec<Alternative> {
    p.search.touch();
    let mut conn = p.db.conn().await.unwrap();
    let booking = booking_rows::get(&mut conn.exec(), id).await.unwrap().unwrap();
    drop(conn);
    alternatives::for_booking(p, &booking, Locale::Nl).await.unwrap()
}

/// S11, S12: declined or cancelled by the expert, the client has the best free others at once, in the mail and for the
/// page: the same days and place, at a price that is the one of booking them; never the one who cannot come, nor who is
/// not free.
#[tokio::test(flavor = "multi_thread")]
async fn others_who_are_free() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let free = p.expert(ExpertSpec::default()).await;
        let busy =
            Stage { p: p.clone(), client: p.client("Bea Bezet").await, expert: p.expert(ExpertSpec::default()).await };
        busy.paid(DAYS).await;
        let (id, _) = stage.paid(DAYS).await;
        p.search.touch();
        bookings::decline(&p, &stage.expert.account, id, "").await.unwrap();
        let found = others(&p, id).await;
        assert_eq!(found.iter().map(|one| one.card.id).collect::<Vec<_>>(), [free.id]);
        assert!(found[0].why.iter().any(|why| matches!(why, Why::Products { products } if !products.is_empty())));
        assert!(found[0].why.contains(&Why::SameLevel));
        let shown = stage::shown(
            &p,
            &stage.client,
            &stage::form(&p, free.id, DAYS, gabarit_domain::booking::PaymentMethod::Ideal),
        )
        .await;
        assert_eq!(found[0].total, shown.unwrap().total, "the price of booking them");
        let mails = subjects(&p, &stage.client).await;
        let declined = mails.iter().rfind(|(_, text)| text.contains(&free.id.to_string()));
        assert!(declined.is_some_and(|(_, text)| !text.contains(&busy.expert.id.to_string())), "{mails:?}");

        // Cancelled by the expert after acceptance: the same.
        let (id, _) = stage.paid("2026-12-08").await;
        stage.accept(id).await;
        let cut = settling::Cut::ByExpert { worked: SomeDays::new() };
        let seen = settling::preview(&p, &stage.expert.account, id, &cut).await.unwrap().fingerprint;
        p.search.touch();
        settling::cut_short(&p, &stage.expert.account, id, &cut, &seen, "").await.unwrap();
        let found = others(&p, id).await;
        assert_eq!(found.len(), 2, "both are free on that day");
        let mails = subjects(&p, &stage.client).await;
        assert!(
            mails.last().is_some()
                && mails
                    .iter()
                    .any(|(_, text)| text.contains(&format!("{}?", found[0].card.id)) && text.contains("2026-12-08"))
        );
        // Days that nobody can book any more: nobody is proposed.
        p.clock.advance(TimeDelta::days(14));
        assert_eq!(others(&p, id).await, []);
    })
    .await;
}

/// However many searches there are, all have their turn, and one that fails keeps nobody else waiting.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_anothers_search() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let (booking, _) = stage.paid(DAYS).await;
        let mut watchers = Vec::new();
        for n in 0..25 {
            let watcher = p.client(&format!("Watcher {n}")).await;
            saved::act(&p, &watcher, &search(&format!("days={DAYS}&mode=remote"), true)).await.unwrap();
            watchers.push(watcher);
        }
        // One of them cannot be looked at.
        let mut tx = p.db.begin().await.unwrap();
        let exec = &mut tx.exec();
        let statements: &[&'static str] = if p.is_postgres() {
            &[
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF NEW.search_id = (SELECT id FROM saved_search ORDER BY id LIMIT 1) THEN RAISE EXCEPTION 'broken'; END IF; \
                 RETURN NEW; END $$",
                "CREATE TRIGGER broken BEFORE INSERT ON saved_match FOR EACH ROW EXECUTE FUNCTION broken()",
            ]
        } else {
            &["CREATE TRIGGER broken BEFORE INSERT ON saved_match WHEN NEW.search_id = (SELECT MIN(id) FROM saved_search) \
               BEGIN SELECT RAISE(ABORT, 'broken'); END"]
        };
        for sql in statements.iter().copied() {
            on!(&mut *exec, |c| sqlx::query(sql).execute(c).await.map(drop)).unwrap();
        }
        tx.commit().await.unwrap();
        bookings::withdraw(&p, &stage.client, booking).await.unwrap();
        p.search.touch();
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        let mut told = 0;
        for watcher in &watchers {
            told += subjects(&p, watcher).await.len();
        }
        assert_eq!(told, 24);
        let mended = if p.is_postgres() { "DROP TRIGGER broken ON saved_match" } else { "DROP TRIGGER broken" };
        let mut tx = p.db.begin().await.unwrap();
        on!(&mut tx.exec(), |c| sqlx::query(mended).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        let mut told = 0;
        for watcher in &watchers {
            told += subjects(&p, watcher).await.len();
        }
        assert_eq!(told, 25, "it has its turn again");
    })
    .await;
}
