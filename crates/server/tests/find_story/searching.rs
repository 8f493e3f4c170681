//! Search itself, against a recount that shares no code with the index.

use super::{day, expert_of, set_state};
use chrono::{Days, NaiveDate, TimeDelta};
use gabarit_domain::{
    calendar::DaySet,
    expert::{ExpertKind, Level, Offer, ProductCode, Sector},
    geo::GeoPoint,
    ids::{BookingId, ExpertId, PlaceId},
    money::Cents,
    pricing::Refusal,
    rulebook::TravelRules,
    travel,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::experts as rows,
    demo, on,
    platform::Platform,
    services::{experts, rulebooks, search},
    testing::{self, ExpertSpec, TestPlatform},
};
use gabarit_view::{
    error::{FieldError, Problem},
    expert::ExpertCard,
    search::{FacetCount, Mode, SearchQuery, SearchResults, Sort},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

const LIEGE: PlaceId = PlaceId(2_792_413);
const UTRECHT: PlaceId = PlaceId(2_745_912);

fn product(code: &str) -> ProductCode {
    ProductCode::parse(code).unwrap()
}

fn days(texts: &[&str]) -> Option<DaySet> {
    Some(DaySet::new(texts.iter().map(|text| day(text))).unwrap())
}

async fn find(p: &Platform, query: &SearchQuery) -> SearchResults {
    search::search(p, query, Locale::Fr).await.unwrap()
}

/// Ids of all results, over all pages, in order.
async fn all(p: &Platform, query: &SearchQuery) -> Vec<ExpertId> {
    let mut ids = Vec::new();
    for page in 1.. {
        let results = find(p, &SearchQuery { page, ..query.clone() }).await;
        ids.extend(results.cards.iter().map(|card| card.id));
        if page >= results.pages {
            assert_eq!(ids.len(), results.total as usize);
            return ids;
        }
    }
    ids
}

/// What the recount knows of an expert.
struct Known {
    card: ExpertCard,
    offer: Offer,
}

struct Recount {
    known: Vec<Known>,
    travel: TravelRules,
    earliest: NaiveDate,
    place: Option<GeoPoint>,
}

impl Recount {
    async fn of(p: &Platform) -> Self {
        let mut conn = p.db.conn().await.unwrap();
        let all = rows::changed_since(&mut conn.exec(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
        drop(conn);
        let mut known = Vec::new();
        for row in all {
            let id = ExpertId(row.id);
            if let Some(offer) = experts::offer(p, id).await.unwrap() {
                known.push(Known { card: experts::card(p, id, Locale::Fr).await.unwrap().unwrap(), offer });
            }
        }
        let context = rulebooks::pricing_context(p).await.unwrap();
        let earliest = context.earliest_start();
        Self { known, travel: context.rulebook.travel, earliest, place: None }
    }

    fn matches(&self, known: &Known, query: &SearchQuery) -> bool {
        let Known { card, offer } = known;
        let near = |place| {
            let km = travel::one_way_km(&self.travel, card.base, place);
            km <= query.within_km.unwrap_or(u32::MAX) && km <= card.max_travel_km.unwrap_or(u32::MAX)
        };
        let any = |empty: bool, hit: bool| empty || hit;
        any(query.products.is_empty(), card.products.iter().any(|code| query.products.contains(code)))
            && any(query.sectors.is_empty(), card.sectors.iter().any(|sector| query.sectors.contains(sector)))
            && any(query.languages.is_empty(), card.languages.iter().any(|code| query.languages.contains(code)))
            && any(query.levels.is_empty(), query.levels.contains(&card.level))
            && any(query.kinds.is_empty(), query.kinds.contains(&card.kind))
            && match (query.mode, self.place) {
                (Some(Mode::Remote), _) => card.remote,
                (Some(Mode::OnSite), place) => card.on_site && place.is_none_or(near),
                (None, Some(place)) => card.on_site && near(place),
                (None, None) => true,
            }
            && query.days.as_ref().is_none_or(|days| {
                days.iter().all(|day| day >= self.earliest && offer.free.covers(day) && offer.free.is_free(day))
            })
            && query.max_rate.is_none_or(|max| card.day_rate <= max)
            && query.min_rating_tenths.is_none_or(|min| card.rating_tenths.is_some_and(|tenths| tenths >= min))
    }

    fn ids(&self, query: &SearchQuery) -> BTreeSet<ExpertId> {
        self.known.iter().filter(|known| self.matches(known, query)).map(|known| known.card.id).collect()
    }

    /// Counts every value as if it were the only one chosen of its criterion.
    fn check_facet(&self, counts: &[FacetCount], only: impl Fn(&str) -> SearchQuery) {
        for facet in counts {
            let expected = self.ids(&only(&facet.value)).len();
            assert_eq!(facet.count as usize, expected, "{}", facet.value);
        }
    }
}

fn some<T: Clone>(rng: &mut ChaCha8Rng, values: &[T], percent: u32) -> Vec<T> {
    if rng.random_range(0..100) >= percent {
        return Vec::new();
    }
    (0..=rng.random_range(0..2)).map(|_| values[rng.random_range(0..values.len())].clone()).collect()
}

fn random_query(rng: &mut ChaCha8Rng, today: NaiveDate) -> SearchQuery {
    let chance = |rng: &mut ChaCha8Rng, percent: u32| rng.random_range(0..100) < percent;
    let products = ["revit", "autocad", "civil-3d", "inventor", "maya"].map(product);
    let first = today + Days::new(rng.random_range(0..60));
    SearchQuery {
        products: some(rng, &products, 50),
        sectors: some(rng, &Sector::ALL, 30),
        languages: some(rng, &["fr", "nl", "en", "de", "xx"].map(ToOwned::to_owned), 30),
        mode: if chance(rng, 40) { Some([Mode::OnSite, Mode::Remote][rng.random_range(0..2)]) } else { None },
        near: if chance(rng, 60) { Some([LIEGE, UTRECHT][rng.random_range(0..2)]) } else { None },
        within_km: if chance(rng, 50) { Some(rng.random_range(1..1_200)) } else { None },
        days: if chance(rng, 30) {
            Some(DaySet::new((0..rng.random_range(1..6)).map(|offset| first + Days::new(offset))).unwrap())
        } else {
            None
        },
        levels: some(rng, &Level::ALL, 25),
        kinds: some(rng, &[ExpertKind::InHouse, ExpertKind::Independent], 20),
        max_rate: if chance(rng, 20) { Some(Cents::euros(rng.random_range(500..1_000))) } else { None },
        min_rating_tenths: if chance(rng, 20) { Some(rng.random_range(30..50)) } else { None },
        sort: Sort::ALL[rng.random_range(0..5)],
        page: 1,
    }
}

/// S1–S4, S32: results and every facet count equal a recount row by row, for many random searches.
#[tokio::test(flavor = "multi_thread")]
async fn s1_results_and_facets_equal_a_recount() {
    testing::for_each_db(|p| async move {
        demo::load_many(&p, 400).await.unwrap();
        let mut recount = Recount::of(&p).await;
        assert_eq!(recount.known.len(), 400);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut found = 0;
        for _ in 0..150 {
            let query = random_query(&mut rng, p.today());
            recount.place = query.near.map(|place| p.places.get(place).unwrap().point);
            let results = find(&p, &query).await;
            let expected = recount.ids(&query);
            let ids = all(&p, &query).await;
            assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), expected, "{query:?}");
            assert_eq!(ids.len(), expected.len(), "doubles: {query:?}");
            found += expected.len();
            let facets = &results.facets;
            let base = || query.clone();
            recount.check_facet(&facets.products, |v| SearchQuery { products: vec![product(v)], ..base() });
            recount
                .check_facet(&facets.sectors, |v| SearchQuery { sectors: vec![Sector::parse(v).unwrap()], ..base() });
            recount.check_facet(&facets.languages, |v| SearchQuery { languages: vec![v.to_owned()], ..base() });
            recount.check_facet(&facets.modes, |v| SearchQuery { mode: Mode::parse(v), ..base() });
            let level = |v: &str| Level::try_from(v.parse::<u8>().unwrap()).unwrap();
            recount.check_facet(&facets.levels, |v| SearchQuery { levels: vec![level(v)], ..base() });
            recount
                .check_facet(&facets.kinds, |v| SearchQuery { kinds: vec![ExpertKind::parse(v).unwrap()], ..base() });
            assert!(results.pins.len() <= 400);
            assert_eq!(results.pins.iter().map(|pin| pin.count).sum::<u32>(), results.total);
            // A card in the list is the card of the profile, but for the distance.
            for card in results.cards {
                let known = recount.known.iter().find(|known| known.card.id == card.id).unwrap();
                assert_eq!(
                    card.distance_km,
                    recount.place.map(|place| travel::one_way_km(&recount.travel, card.base, place))
                );
                assert_eq!(ExpertCard { distance_km: None, ..card }, known.card);
            }
        }
        assert!(found > 1_000, "{found}: the searches find too little to prove anything");
    })
    .await;
}

/// Every order follows its figure; pages do not overlap and keep the order.
#[tokio::test(flavor = "multi_thread")]
async fn orders_follow_their_figure() {
    let p = TestPlatform::sqlite().await;
    demo::load_many(&p, 300).await.unwrap();
    let recount = Recount::of(&p).await;
    let cards: BTreeMap<_, _> = recount.known.iter().map(|known| (known.card.id, &known.card)).collect();
    let base = SearchQuery {
        near: Some(LIEGE),
        products: vec![product("revit"), product("autocad"), product("navisworks")],
        ..SearchQuery::default()
    };
    let place = p.places.get(LIEGE).unwrap().point;
    let km = |card: &ExpertCard| travel::one_way_km(&recount.travel, card.base, place);
    for sort in Sort::ALL {
        let ids = all(&p, &SearchQuery { sort, ..base.clone() }).await;
        assert!(ids.len() > 30, "{}", ids.len());
        let sorted = ids.windows(2).all(|pair| {
            let (a, b) = (cards[&pair[0]], cards[&pair[1]]);
            match sort {
                Sort::Relevance => {
                    let fitting =
                        |card: &ExpertCard| card.products.iter().filter(|code| base.products.contains(code)).count();
                    fitting(a) >= fitting(b)
                }
                Sort::Distance => km(a) <= km(b),
                Sort::Price => a.day_rate <= b.day_rate,
                Sort::Rating => a.rating_tenths.unwrap_or(0) >= b.rating_tenths.unwrap_or(0),
                Sort::Soonest => a.next_free.unwrap_or(NaiveDate::MAX) <= b.next_free.unwrap_or(NaiveDate::MAX),
            }
        });
        assert!(sorted, "{sort:?}");
    }
    // A page beyond the last is the last.
    let last = find(&p, &SearchQuery { page: u32::MAX, ..base.clone() }).await;
    assert_eq!((last.page, last.query.page), (last.pages, last.pages));
    assert!(!last.cards.is_empty());
    p.finish().await;
}

/// S2, S32: near a place matches within the searcher's radius and the expert's own limit, both inclusive, and only
/// experts who work on site.
#[tokio::test(flavor = "multi_thread")]
async fn s32_near_respects_both_limits() {
    testing::for_each_db(|p| async move {
        // From Liège to Utrecht.
        let rules = rulebooks::current(&p).await.unwrap().travel;
        let spec = ExpertSpec::default();
        let km = travel::one_way_km(&rules, spec.base, p.places.get(UTRECHT).unwrap().point);
        assert_eq!(km, 165);
        let reaches = p.expert(ExpertSpec { max_travel_km: Some(km), ..spec.clone() }).await.id;
        let falls_short = p.expert(ExpertSpec { max_travel_km: Some(km - 1), ..spec.clone() }).await.id;
        let anywhere = p.expert(ExpertSpec { max_travel_km: None, ..spec.clone() }).await.id;
        let remote_only = p.expert(ExpertSpec { on_site: false, ..spec }).await.id;
        p.search.touch();
        let near = |within_km, mode| SearchQuery { near: Some(UTRECHT), within_km, mode, ..SearchQuery::default() };
        let found = |query| {
            let p = &p;
            async move { all(p, &query).await.into_iter().collect::<BTreeSet<_>>() }
        };
        assert_eq!(found(near(None, None)).await, BTreeSet::from([reaches, anywhere]));
        assert_eq!(found(near(Some(km), None)).await, BTreeSet::from([reaches, anywhere]));
        assert_eq!(found(near(Some(km - 1), None)).await, BTreeSet::new());
        assert_eq!(found(near(None, Some(Mode::OnSite))).await, BTreeSet::from([reaches, anywhere]));
        // Remote work is done from anywhere: near only tells the distance.
        let remote = find(&p, &near(Some(1), Some(Mode::Remote))).await;
        assert_eq!(remote.total, 4);
        assert!(remote.cards.iter().all(|card| card.distance_km == Some(km)));
        assert!(remote.cards.iter().any(|card| card.id == remote_only));
        assert!(remote.cards.iter().any(|card| card.id == falls_short));
        // The facet of modes says what each would find.
        let results = find(&p, &near(None, None)).await;
        let modes: Vec<_> = results.facets.modes.iter().map(|facet| (facet.value.as_str(), facet.count)).collect();
        assert_eq!(modes, [("on-site", 2), ("remote", 4)]);
        assert_eq!(results.near.unwrap().label(), "Utrecht, Pays-Bas");
    })
    .await;
}

/// A booked or held day takes the expert out of searches for that day at once, and only for that day.
#[tokio::test(flavor = "multi_thread")]
async fn a_booking_takes_the_expert_out_of_its_days() {
    testing::for_each_db(|p| async move {
        let client = p.client("Test Client").await;
        let expert = p.expert(ExpertSpec::default()).await.id;
        p.search.touch();
        let on_days = |texts: &[&str]| SearchQuery { days: days(texts), ..SearchQuery::default() };
        assert_eq!(all(&p, &on_days(&["2026-12-01", "2026-12-02"])).await, [expert]);
        book(&p, expert, client.id.0, "2026-12-01").await;
        p.search.touch();
        assert_eq!(all(&p, &on_days(&["2026-12-01", "2026-12-02"])).await, []);
        assert_eq!(all(&p, &on_days(&["2026-12-01"])).await, []);
        assert_eq!(all(&p, &on_days(&["2026-12-02"])).await, [expert]);
        // Saturdays are not worked; holidays neither; tomorrow is too soon to book.
        assert_eq!(all(&p, &on_days(&["2026-12-05"])).await, []);
        assert_eq!(all(&p, &on_days(&["2026-12-25"])).await, []);
        assert_eq!(all(&p, &on_days(&["2026-11-24"])).await, []);
        assert_eq!(all(&p, &on_days(&["2026-11-25"])).await, [expert]);
        assert_eq!(all(&p, &on_days(&["2030-01-01"])).await, []);
    })
    .await;
}

/// Another node's change shows within a second; this node's at once.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_other_nodes_show_soon() {
    testing::for_each_db(|p| async move {
        let other = p.node(|_| {}).await;
        let expert = p.expert(ExpertSpec::default()).await.id;
        let everyone = SearchQuery::default();
        assert_eq!(all(&p, &everyone).await, [expert]);
        assert_eq!(all(&other, &everyone).await, [expert]);
        p.clock.advance(TimeDelta::minutes(5));
        set_state(&p, expert, "withdrawn").await;
        p.search.touch();
        assert_eq!(all(&p, &everyone).await, []);
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(all(&other, &everyone).await, []);
        // And back: the slot is used again.
        p.clock.advance(TimeDelta::minutes(5));
        set_state(&p, expert, "published").await;
        let second = p.expert(ExpertSpec::level(1)).await.id;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(all(&other, &everyone).await.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([expert, second]));
        other.db.close().await;
    })
    .await;
}

/// A new day moves every calendar: yesterday's first day is past.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_day_moves_the_calendars() {
    let p = TestPlatform::sqlite().await;
    let expert = p.expert(ExpertSpec::default()).await.id;
    // Monday: two days ahead is Wednesday.
    assert_eq!(find(&p, &SearchQuery::default()).await.cards[0].next_free, Some(day("2026-11-25")));
    p.clock.advance(TimeDelta::days(3));
    // Thursday: two days ahead is Saturday, so Monday.
    let card = find(&p, &SearchQuery::default()).await.cards.remove(0);
    assert_eq!((card.id, card.next_free), (expert, Some(day("2026-11-30"))));
    p.finish().await;
}

/// S20: who is not published is never found.
#[tokio::test(flavor = "multi_thread")]
async fn s20_unpublished_experts_are_never_found() {
    testing::for_each_db(|p| async move {
        demo::load_many(&p, 60).await.unwrap();
        let everyone = all(&p, &SearchQuery::default()).await;
        assert_eq!(everyone.len(), 60);
        for (index, id) in everyone.iter().enumerate() {
            set_state(&p, *id, ["draft", "withdrawn", "published"][index % 3]).await;
        }
        p.search.touch();
        let left = all(&p, &SearchQuery::default()).await;
        assert_eq!(left.len(), 20);
        assert!(left.iter().all(|id| everyone.iter().position(|known| known == id).unwrap() % 3 == 2));
    })
    .await;
}

/// S24: the level sets the rate, and the highest rate searched for is inclusive.
#[tokio::test(flavor = "multi_thread")]
async fn s24_level_and_rate_agree() {
    let p = TestPlatform::sqlite().await;
    for level in 1..=4 {
        p.expert(ExpertSpec::level(level)).await;
    }
    for (max, levels) in [(559, 0), (560, 1), (680, 2), (799, 2), (800, 3), (960, 4)] {
        let query = SearchQuery { max_rate: Some(Cents::euros(max)), ..SearchQuery::default() };
        assert_eq!(find(&p, &query).await.total, levels, "{max}");
    }
    p.finish().await;
}

/// The demonstration's expert is found where and for what the contract says.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_can_be_searched() {
    let p = TestPlatform::sqlite().await;
    demo::load(&p).await.unwrap();
    let expert = expert_of(&p, demo::ACCOUNTS[1]).await;
    let (query, problems) =
        search::read_query(&p, "product=revit&place=Luik&within=25&level=3&kind=independent", Locale::Nl)
            .await
            .unwrap();
    assert_eq!(problems, []);
    let results = search::search(&p, &query, Locale::Nl).await.unwrap();
    assert_eq!(results.near.unwrap().label(), "Luik, België");
    assert!(results.cards.iter().any(|card| card.id == expert && card.base_name == "Luik"));
    let everyone = find(&p, &SearchQuery::default()).await;
    assert_eq!((everyone.total, everyone.pages), (1_000, 42));
    for facet in everyone.facets.products.iter().chain(&everyone.facets.sectors) {
        assert!(facet.count > 15, "{facet:?}");
    }
    p.finish().await;
}

/// Bad input is reported by its field and left out; the rest still searches.
#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_reported() {
    let p = TestPlatform::sqlite().await;
    p.expert(ExpertSpec::default()).await;
    let near = LIEGE.to_string();
    let cases = [
        ("product=nosuch&level=3".to_owned(), vec![("product", Problem::Unknown)], "level=3"),
        ("near=1".to_owned(), vec![("near", Problem::Unknown)], ""),
        ("place=Nowhereville-sur-Rien".to_owned(), vec![("place", Problem::Unknown)], ""),
        (format!("near={near}&place=Li%C3%A8ge, Belgique"), vec![], "near=2792413"),
        (format!("near={near}&place=Utrecht"), vec![], "near=2745912"),
        (format!("near={near}&place="), vec![], ""),
        (
            "days=2026-11-24".to_owned(),
            vec![("days", Problem::Refused(Refusal::TooSoon { earliest: day("2026-11-25") }))],
            "days=2026-11-24",
        ),
        (
            "days=2029-01-01".to_owned(),
            vec![("days", Problem::Refused(Refusal::TooFarAhead { latest: day("2027-12-27") }))],
            "days=2029-01-01",
        ),
    ];
    for (query, expected, canonical) in cases {
        let (read, problems) = search::read_query(&p, &query, Locale::Fr).await.unwrap();
        let expected: Vec<_> =
            expected.into_iter().map(|(field, problem)| FieldError { field: field.to_owned(), problem }).collect();
        assert_eq!(problems, expected, "{query}");
        assert_eq!(read.to_query(), canonical, "{query}");
        find(&p, &read).await;
    }
    // Even what the reader would have refused does no harm.
    let odd = SearchQuery {
        products: vec![product("nosuch")],
        near: Some(PlaceId(1)),
        days: days(&["0001-01-01"]),
        page: 0,
        ..SearchQuery::default()
    };
    assert_eq!(find(&p, &odd).await.total, 0);
    p.finish().await;
}

async fn book(p: &Platform, expert: ExpertId, client: uuid::Uuid, on_day: &str) {
    const BOOKING: &str = "INSERT INTO booking (id, reference, idempotency_key, expert_id, client_id, state, version,
        first_day, last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, locale,
        created_at) VALUES ($1, 'TEST0001', $1, $2, $3, 'held', 1, $4, $4, $5, $5, '{}', '{}', 1, 0, '{}', 'fr', $5)";
    const DAY: &str = "INSERT INTO booked_day (expert_id, day, booking_id) VALUES ($1, $2, $3)";
    let booking = BookingId(p.ids.uuid());
    let mut tx = p.db.begin().await.unwrap();
    on!(&mut tx.exec(), |c| sqlx::query(BOOKING)
        .bind(booking.0)
        .bind(expert.0)
        .bind(client)
        .bind(day(on_day))
        .bind(p.now())
        .execute(c)
        .await
        .map(|_| ()))
    .unwrap();
    on!(&mut tx.exec(), |c| sqlx::query(DAY)
        .bind(expert.0)
        .bind(day(on_day))
        .bind(booking.0)
        .execute(c)
        .await
        .map(|_| ()))
    .unwrap();
    rows::touch(&mut tx.exec(), expert.0, p.now()).await.unwrap();
    tx.commit().await.unwrap();
}
