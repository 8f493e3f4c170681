//! The rulebook editor: drafts, four eyes, the day from which a release holds, and what it does to quotes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use gabarit_domain::{booking::PaymentMethod, money::Cents, rulebook::RulebookVersion};
use gabarit_server::{
    platform::Platform,
    services::{disputes, payouts, rule_desk, rulebooks, self_billing},
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    rules::{DraftView, ReleaseObstacle, RulesForm},
};
use stage::{DAYS, Stage};

async fn draft(p: &Platform, manager: &AccountView) -> DraftView {
    rule_desk::desk(p, manager).await.unwrap().draft.unwrap()
}

fn form(act: &str, draft: &DraftView, changes: &[(&str, &str)]) -> RulesForm {
    let mut fields = draft.fields.clone();
    // Browsers post only what is ticked.
    fields.retain(|name, text| name != "supplement_refunded" || text == "1");
    fields.extend(changes.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    RulesForm {
        act: act.to_owned(),
        revision: draft.revision.to_string(),
        effective_from: draft.effective_from.to_string(),
        reason: "Prices of the new year".to_owned(),
        locale: "en".to_owned(),
        fields,
    }
}

/// Begins a draft and saves changes in it.
async fn drafted(p: &TestPlatform, manager: &AccountView, day: &str, changes: &[(&str, &str)]) -> DraftView {
    rule_desk::begin(p, manager).await.unwrap();
    let seen = draft(p, manager).await;
    let form = RulesForm { effective_from: day.to_owned(), ..form("save", &seen, changes) };
    rule_desk::act(p, manager, &form).await.unwrap();
    draft(p, manager).await
}

/// S24: a new day rate holds from its day on, 00:00 in the platform's zone; a quote before and after; bookings keep the
/// rulebook that they pinned.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_holds_from_its_day() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let before = stage.book(DAYS, PaymentMethod::Ideal).await;
        let seen = drafted(p, &manager, "2026-11-25", &[("day_rate_3", "900,50")]).await;
        assert_eq!(seen.changes.len(), 1, "{:?}", seen.changes);
        assert_eq!((seen.changes[0].before.as_str(), seen.changes[0].after.as_str()), ("800.00", "900.50"));
        rule_desk::act(p, &manager, &form("release", &seen, &[])).await.unwrap();

        // The last instant of the 24th in Amsterdam, and the first of the 25th.
        stage.at("2026-11-24T22:59:59Z").await;
        assert_eq!(rulebooks::current(p).await.unwrap().version, RulebookVersion(1));
        let old = stage.form("2026-12-08", PaymentMethod::Ideal);
        let old_price = stage::shown(p, &stage.client, &old).await.unwrap();
        stage.at("2026-11-24T23:00:00Z").await;
        let now = rulebooks::current(p).await.unwrap();
        assert_eq!((now.version, now.day_rates[2]), (RulebookVersion(2), Cents(90_050)));
        let new_price = stage::shown(p, &stage.client, &old).await.unwrap();
        assert_eq!((old_price.net, new_price.net), (Cents::euros(800), Cents(90_050)));
        // Whoever saw the old price is asked again, and nothing was booked.
        let late = gabarit_view::booking::BookingForm { seen: old_price.fingerprint(), ..old };
        let placed = gabarit_server::services::bookings::place(p, &stage.client, &late, gabarit_i18n::Locale::Fr).await;
        assert!(matches!(placed, Err(ApiError::PriceChanged { .. })), "{placed:?}");

        assert_eq!(stage.client_view(before).await.quote.rulebook, RulebookVersion(1), "it keeps what it pinned");
        let desk = rule_desk::desk(p, &manager).await.unwrap();
        assert!(desk.draft.is_none());
        let [two, one] = desk.releases.as_slice() else { panic!("{:?}", desk.releases) };
        assert!(two.in_force && !one.in_force);
        assert_eq!((one.bookings, two.bookings), (1, 0));
        assert_eq!((two.reason.as_str(), two.changes.len()), ("Prices of the new year", 1));
        assert!(one.released_by.is_none() && two.released_by.is_some());
        stage.sound().await;
    })
    .await;
}

/// The day a release holds from is never over: not when it is drafted, and not when it is released.
#[tokio::test(flavor = "multi_thread")]
async fn never_in_the_past() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        rule_desk::begin(&p, &manager).await.unwrap();
        let seen = draft(&p, &manager).await;
        assert_eq!(seen.effective_from.to_string(), "2026-11-24", "tomorrow, unless chosen");
        let mut post = form("save", &seen, &[("per_km", "0.40")]);
        post.effective_from = "2026-11-22".to_owned();
        assert_eq!(rule_desk::act(&p, &manager, &post).await, Err(ApiError::field("effective_from", Problem::InPast)));
        // Today is not over.
        post.effective_from = "2026-11-23".to_owned();
        rule_desk::act(&p, &manager, &post).await.unwrap();
        let seen = draft(&p, &manager).await;
        assert_eq!(seen.obstacle, None);
        p.clock.set("2026-11-23T23:00:00Z".parse().unwrap());
        assert_eq!(draft(&p, &manager).await.obstacle, Some(ReleaseObstacle::InPast));
        let late = rule_desk::act(&p, &manager, &form("release", &seen, &[])).await;
        assert_eq!(late, Err(ApiError::field("effective_from", Problem::InPast)));
        assert_eq!(rulebooks::current(&p).await.unwrap().version, RulebookVersion(1));
    })
    .await;
}

/// Four eyes: where it is set, nobody releases what they changed; another manager does.
#[tokio::test(flavor = "multi_thread")]
async fn four_eyes() {
    for_each_db(|p| async move {
        let (one, two) = (p.manager().await, p.manager().await);
        let strict = p.node(|config| config.four_eyes = true).await;
        let seen = drafted(&p, &one, "2026-12-01", &[("lodging_per_day", "160")]).await;
        assert_eq!(draft(&strict, &one).await.obstacle, Some(ReleaseObstacle::OwnWork));
        let refused = rule_desk::act(&strict, &one, &form("release", &seen, &[])).await;
        assert_eq!(refused, Err(ApiError::Forbidden));
        // Who changes it, too, is no longer the other pair of eyes.
        rule_desk::act(&strict, &two, &form("save", &seen, &[("lodging_per_day", "165")])).await.unwrap();
        let seen = draft(&strict, &two).await;
        assert_eq!(seen.editors.len(), 2);
        let refused = rule_desk::act(&strict, &two, &form("release", &seen, &[])).await;
        assert_eq!(refused, Err(ApiError::Forbidden));
        let three = p.manager().await;
        rule_desk::act(&strict, &three, &form("release", &seen, &[])).await.unwrap();
        let released = rulebooks::version(&p, RulebookVersion(2)).await.unwrap().unwrap();
        assert_eq!(released.travel.lodging_per_day, Cents::euros(165));
        assert_eq!(released.effective_from.to_string(), "2026-12-01");
    })
    .await;
}

/// Two managers at once never overwrite each other: one is stored, the other is told by whom, on either database.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_overwritten() {
    for_each_db(|p| async move {
        let (one, two) = (p.manager().await, p.manager().await);
        let (begun, again) = tokio::join!(rule_desk::begin(&p, &one), rule_desk::begin(&p, &two));
        assert_eq!((begun, again), (Ok(()), Ok(())), "there is one draft, whoever began it");
        let seen = draft(&p, &one).await;
        let (mine, theirs) =
            (form("save", &seen, &[("per_km", "0.40")]), form("save", &seen, &[("lodging_per_day", "170")]));
        let (first, second) = tokio::join!(rule_desk::act(&p, &one, &mine), rule_desk::act(&p, &two, &theirs));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        let lost = if first.is_ok() { second } else { first };
        let Err(error) = lost else { panic!() };
        assert!(matches!(error.problems("revision").next(), Some(Problem::ChangedBy(_))), "{error:?}");
        let now = draft(&p, &one).await;
        assert_eq!((now.revision, now.changes.len()), (2, 1), "{:?}", now.changes);
        // Nor is something released that its reader has not seen.
        let stale = rule_desk::act(&p, &two, &form("release", &seen, &[])).await.unwrap_err();
        assert!(stale.problems("revision").next().is_some());
        // Of two who release at once, one does.
        let post = form("release", &now, &[]);
        let (first, second) = tokio::join!(rule_desk::act(&p, &one, &post), rule_desk::act(&p, &two, &post));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        assert_eq!(rule_desk::desk(&p, &one).await.unwrap().releases.len(), 2);
        assert_eq!(rule_desk::act(&p, &one, &form("save", &now, &[])).await, Err(ApiError::MovedOn));
    })
    .await;
}

/// S6, S25, S27: the preview prices the samples by both rulebooks with the one engine; mistakes stand by their fields,
/// all at once; a draft that changes nothing, or is discarded, is no release.
#[tokio::test(flavor = "multi_thread")]
async fn preview_and_mistakes() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let changes = [("supplement", "20"), ("per_km", "0.50"), ("ladder_1_value", "82")];
        let seen = drafted(&p, &manager, "2027-01-01", &changes).await;
        let sample = |key: &str| seen.samples.iter().find(|sample| sample.key == key).unwrap();
        // 3 × €680 and the supplement; 624 km.
        let near = sample("near");
        assert_eq!((near.before.net, near.after.net), (Cents::euros(2_346), Cents::euros(2_448)));
        let road = sample("road");
        assert_eq!(road.after.net - road.before.net, Cents(624 * 15));
        let remote = sample("remote");
        assert_eq!((remote.before.net, remote.after.net), (Cents::euros(560), Cents::euros(560)));
        assert_eq!((remote.before.earned, remote.after.earned), (Cents::euros(448), Cents(45_920)));

        let wrong = form("save", &seen, &[("day_rate_2", "many"), ("ladder_1_from", "3"), ("hold_minutes", "1")]);
        let Err(ApiError::Invalid { fields, .. }) = rule_desk::act(&p, &manager, &wrong).await else { panic!() };
        let mut names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["day_rate_2", "hold_minutes", "ladder_1_from"]);
        assert_eq!(draft(&p, &manager).await, seen, "nothing of it was stored");

        rule_desk::act(&p, &manager, &form("discard", &seen, &[])).await.unwrap();
        rule_desk::begin(&p, &manager).await.unwrap();
        let same = draft(&p, &manager).await;
        assert_eq!(same.obstacle, Some(ReleaseObstacle::NothingChanged));
        let nothing = rule_desk::act(&p, &manager, &form("release", &same, &[])).await;
        assert_eq!(nothing, Err(ApiError::field("act", Problem::Unchanged)));
        assert_eq!(rule_desk::desk(&p, &manager).await.unwrap().releases.len(), 1);
    })
    .await;
}

/// Only managers see or change the rulebook's draft.
#[tokio::test(flavor = "multi_thread")]
async fn managers_only() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let client = p.client("Ada Client").await;
        let seen = drafted(&p, &manager, "2026-12-01", &[("per_km", "0.40")]).await;
        assert_eq!(rule_desk::desk(&p, &client).await, Err(ApiError::Forbidden));
        assert_eq!(rule_desk::begin(&p, &client).await, Err(ApiError::Forbidden));
        for act in ["save", "release", "discard"] {
            let result = rule_desk::act(&p, &client, &form(act, &seen, &[("per_km", "0.10")])).await;
            assert_eq!(result, Err(ApiError::Forbidden), "{act}");
        }
        assert_eq!(draft(&p, &manager).await, seen);
    })
    .await;
}

/// S31: the days to answer an invoice, to dispute and to be paid are those that the booking was agreed with.
#[tokio::test(flavor = "multi_thread")]
async fn bookings_keep_their_days() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        let seen = drafted(p, &manager, "2026-11-25", &[("contest_days", "10"), ("payout_days", "20")]).await;
        rule_desk::act(p, &manager, &form("release", &seen, &[])).await.unwrap();
        stage.at("2026-12-02T23:00:00Z").await;
        assert_eq!(rulebooks::current(p).await.unwrap().booking.contest_days, 10);
        let payables = payouts::desk(p, &manager).await.unwrap().payables;
        let document = payables.iter().find(|payable| payable.booking == id).unwrap().document;
        let answer = self_billing::answer(p, &stage.expert.account, document).await.unwrap().unwrap();
        assert_eq!(answer.until.utc, "2026-12-07T23:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        stage.at("2026-12-16T22:59:59Z").await;
        assert!(disputes::page(p, &stage.client, id).await.unwrap().may_open);
        stage.at("2026-12-16T23:00:00Z").await;
        assert!(!disputes::page(p, &stage.client, id).await.unwrap().may_open);
    })
    .await;
}
