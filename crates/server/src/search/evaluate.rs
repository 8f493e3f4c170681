//! Answers a query on a snapshot: filter, facets, order, page, pins.
//!
//! - Values of one criterion are alternatives; criteria must all hold.
//! - **Near**: concerns work on site. An expert matches who works on site, whose base is within the searcher's radius
//!   *and* whose own limit reaches the place (S2, S32); distances are those that pricing uses, in whole kilometres.
//!   Without a mode, near means on site. A search for remote work is not narrowed by near, only told the distances.
//! - **Dates**: all of them free and bookable, the lead time included.
//! - **Facets**: a value counts the experts that would match were it the only one chosen of its criterion, all other
//!   criteria holding.
//! - **Relevance**: (1) how many of the products and sectors asked for the expert has; (2) the mean rating, drawn
//!   towards 4.0 as if five more clients had said so, in whole tenths; (3) the distance; (4) the id. Other orders put
//!   their own figure first.

use super::{
    bits::Bits,
    snapshot::{Entry, Snapshot},
};
use crate::{
    places::Gazetteer,
    services::experts::{Calendar, rating_tenths},
};
use chrono::{Days, NaiveDate};
use gabarit_domain::{
    expert::{ExpertKind, Level, Sector},
    geo::GeoPoint,
    rulebook::TravelRules,
    travel,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    expert::ExpertCard,
    search::{FacetCount, Facets, MapPin, Mode, PAGE_SIZE, SearchQuery, SearchResults, Sort},
};
use std::cmp::Reverse;

/// Towns on the map, at most.
const PINS: usize = 400;
/// Ratings every expert is thought to have had already, and their tenths: a single five is no proof.
const PRIOR_COUNT: i64 = 5;
const PRIOR_TENTHS: i64 = 40;

/// Order of two results: the order's own figure, then relevance, then the id.
type Key = (u64, u64, uuid::Uuid);

/// Which criterion a facet belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Criterion {
    Product,
    Sector,
    Language,
    Mode,
    Level,
    Kind,
}

/// The sets of slots that the criteria of one query leave, before they are combined.
struct Sets {
    /// Published, free, affordable, well rated: criteria without facets.
    common: Bits,
    product: Option<Bits>,
    sector: Option<Bits>,
    language: Option<Bits>,
    mode: Option<Bits>,
    level: Option<Bits>,
    kind: Option<Bits>,
    /// On site, near considered.
    on_site: Bits,
    remote: Bits,
}

impl Sets {
    /// Everything that holds, one criterion left out.
    fn all_but(&self, left_out: Option<Criterion>) -> Bits {
        let mut all = self.common.clone();
        for (criterion, bits) in [
            (Criterion::Product, &self.product),
            (Criterion::Sector, &self.sector),
            (Criterion::Language, &self.language),
            (Criterion::Mode, &self.mode),
            (Criterion::Level, &self.level),
            (Criterion::Kind, &self.kind),
        ] {
            if let (Some(bits), true) = (bits, left_out != Some(criterion)) {
                all.keep(bits);
            }
        }
        all
    }
}

impl Snapshot {
    /// Answers a query; see the head of this module.
    #[must_use]
    pub fn search(&self, places: &Gazetteer, query: &SearchQuery, locale: Locale) -> SearchResults {
        let mut query = query.clone().normalized();
        let near = query.near.and_then(|id| places.view(id, locale));
        query.near = near.as_ref().map(|place| place.id);
        let distances = near.as_ref().map(|place| self.distances(place.point));
        let earliest = self.today + Days::new(u64::from(self.rulebook.booking.lead_days));

        let sets = self.sets(&query, distances.as_deref(), earliest);
        let matches = sets.all_but(None);
        let total = matches.count();
        let pages = total.div_ceil(PAGE_SIZE).max(1);
        let page = query.page.clamp(1, pages);
        query.page = page;
        let slots = self.page_of(&query, &matches, distances.as_deref(), earliest, page);
        let cards = slots
            .into_iter()
            .filter_map(|slot| {
                let entry = self.entries.get(slot)?.as_ref()?;
                Some(self.card(places, entry, slot, distances.as_deref(), earliest, locale))
            })
            .collect();
        SearchResults {
            facets: self.facets(&query, &sets),
            pins: self.pins(places, &matches, locale),
            query,
            near,
            total,
            page,
            pages,
            cards,
        }
    }

    /// One-way distance to a point, by town.
    fn distances(&self, point: GeoPoint) -> Vec<u32> {
        self.towns.iter().map(|town| one_way_km(&self.rulebook.travel, town.point, point)).collect()
    }

    fn distance(&self, distances: Option<&[u32]>, slot: usize) -> Option<u32> {
        distances?.get(*self.town_of.get(slot)? as usize).copied()
    }

    fn sets(&self, query: &SearchQuery, distances: Option<&[u32]>, earliest: NaiveDate) -> Sets {
        let mut common = self.published.clone();
        if let Some(days) = &query.days {
            let mut mask = Calendar::empty(self.today);
            let mut bookable = true;
            for day in days.iter() {
                bookable &= day >= earliest && Calendar::offset(self.today, day).is_some();
                mask.set(day, true);
            }
            common.retain(|slot| bookable && self.calendars.get(slot).is_some_and(|calendar| calendar.has_all(&mask)));
        }
        if let Some(max) = query.max_rate {
            let affordable = union(
                Level::ALL.into_iter().zip(&self.levels).filter(|(level, _)| self.rulebook.day_rate(*level) <= max),
            );
            common.keep(&affordable);
        }
        if let Some(min) = query.min_rating_tenths {
            common.retain(|slot| {
                self.entry(slot)
                    .and_then(|entry| rating_tenths(entry.rating_sum, entry.rating_count))
                    .is_some_and(|tenths| tenths >= min)
            });
        }
        let mut on_site = self.on_site.clone();
        if distances.is_some() {
            let within = query.within_km.unwrap_or(u32::MAX);
            on_site.retain(|slot| {
                let limit = self.limits.get(slot).copied().unwrap_or(0);
                self.distance(distances, slot).is_some_and(|km| km <= within && km <= limit)
            });
        }
        let mode = match query.mode {
            Some(Mode::Remote) => Some(self.remote.clone()),
            Some(Mode::OnSite) => Some(on_site.clone()),
            None => distances.is_some().then(|| on_site.clone()),
        };
        let languages = query.languages.iter().filter_map(|language| self.languages.get_key_value(language));
        Sets {
            common,
            product: chosen(&query.products, self.products.iter().map(|(code, bits)| (code, bits))),
            sector: chosen(&query.sectors, Sector::ALL.iter().zip(&self.sectors)),
            language: (!query.languages.is_empty()).then(|| union(languages)),
            mode,
            level: chosen(&query.levels, Level::ALL.iter().zip(&self.levels)),
            kind: chosen(&query.kinds, self.kinds()),
            on_site,
            remote: self.remote.clone(),
        }
    }

    fn kinds(&self) -> impl Iterator<Item = (&ExpertKind, &Bits)> {
        [(&ExpertKind::InHouse, &self.in_house), (&ExpertKind::Independent, &self.independent)].into_iter()
    }

    fn entry(&self, slot: usize) -> Option<&Entry> {
        self.entries.get(slot)?.as_deref()
    }

    fn facets(&self, query: &SearchQuery, sets: &Sets) -> Facets {
        fn counts<'a>(base: &Bits, values: impl Iterator<Item = (String, bool, &'a Bits)>) -> Vec<FacetCount> {
            values.map(|(value, selected, bits)| FacetCount { value, count: base.count_with(bits), selected }).collect()
        }
        let base = |criterion| sets.all_but(Some(criterion));
        Facets {
            products: counts(
                &base(Criterion::Product),
                self.products
                    .iter()
                    .map(|(code, bits)| (code.as_str().to_owned(), query.products.contains(code), bits)),
            ),
            sectors: counts(
                &base(Criterion::Sector),
                Sector::ALL
                    .iter()
                    .zip(&self.sectors)
                    .map(|(sector, bits)| (sector.code().to_owned(), query.sectors.contains(sector), bits)),
            ),
            languages: counts(
                &base(Criterion::Language),
                self.languages
                    .iter()
                    .map(|(language, bits)| (language.clone(), query.languages.contains(language), bits)),
            ),
            modes: counts(
                &base(Criterion::Mode),
                [(Mode::OnSite, &sets.on_site), (Mode::Remote, &sets.remote)]
                    .into_iter()
                    .map(|(mode, bits)| (mode.code().to_owned(), query.mode == Some(mode), bits)),
            ),
            levels: counts(
                &base(Criterion::Level),
                Level::ALL
                    .iter()
                    .zip(&self.levels)
                    .map(|(level, bits)| (level.number().to_string(), query.levels.contains(level), bits)),
            ),
            kinds: counts(
                &base(Criterion::Kind),
                self.kinds().map(|(kind, bits)| (kind.code().to_owned(), query.kinds.contains(kind), bits)),
            ),
        }
    }

    /// The slots of a page, in order.
    fn page_of(
        &self,
        query: &SearchQuery,
        matches: &Bits,
        distances: Option<&[u32]>,
        earliest: NaiveDate,
        page: u32,
    ) -> Vec<usize> {
        let asked: Vec<&Bits> = self
            .products
            .iter()
            .filter(|(code, _)| query.products.contains(code))
            .map(|(_, bits)| bits)
            .chain(
                Sector::ALL
                    .iter()
                    .zip(&self.sectors)
                    .filter(|(sector, _)| query.sectors.contains(sector))
                    .map(|(_, bits)| bits),
            )
            .collect();
        let first_offset = Calendar::offset(self.today, earliest).unwrap_or(0);
        let mut keyed: Vec<(Key, usize)> = matches
            .iter()
            .filter_map(|slot| {
                let entry = self.entry(slot)?;
                let km = self.distance(distances, slot).unwrap_or(0);
                let fitting = asked.iter().filter(|bits| bits.has(slot)).count() as u64;
                let relevance = (0xff - fitting.min(0xff)) << 48 | (0xff - prior_tenths(entry)) << 32 | u64::from(km);
                let own = match query.sort {
                    Sort::Relevance => 0,
                    Sort::Distance => u64::from(km),
                    Sort::Price => self.rulebook.day_rate(entry.terms.level).0.unsigned_abs(),
                    Sort::Rating => u64::MAX - mean_millionths(entry),
                    Sort::Soonest => self
                        .calendars
                        .get(slot)
                        .and_then(|calendar| calendar.first_from(first_offset))
                        .map_or(u64::MAX, |offset| offset as u64),
                };
                Some(((own, relevance, entry.id.0), slot))
            })
            .collect();
        let size = PAGE_SIZE as usize;
        let (start, end) = ((page as usize - 1) * size, page as usize * size);
        if end < keyed.len() {
            // Only what comes before the end of the page needs to be in order.
            keyed.select_nth_unstable(end);
            keyed.truncate(end);
        }
        keyed.sort_unstable();
        keyed.into_iter().skip(start).take(size).map(|(_, slot)| slot).collect()
    }

    fn card(
        &self,
        places: &Gazetteer,
        entry: &Entry,
        slot: usize,
        distances: Option<&[u32]>,
        earliest: NaiveDate,
        locale: Locale,
    ) -> ExpertCard {
        let first = Calendar::offset(self.today, earliest)
            .and_then(|offset| self.calendars.get(slot)?.first_from(offset))
            .map(|offset| self.today + Days::new(offset as u64));
        ExpertCard {
            id: entry.id,
            display_name: entry.display_name.clone(),
            headline: entry.headline.clone(),
            level: entry.terms.level,
            day_rate: self.rulebook.day_rate(entry.terms.level),
            kind: entry.terms.kind,
            products: entry.products.clone(),
            sectors: entry.sectors.clone(),
            languages: entry.languages.clone(),
            base_name: places.name_or_country(entry.terms.place, entry.terms.country, locale).to_owned(),
            base_country: entry.terms.country,
            base: entry.terms.base,
            on_site: entry.on_site,
            remote: entry.remote,
            max_travel_km: entry.terms.max_travel_km,
            rating_tenths: rating_tenths(entry.rating_sum, entry.rating_count),
            rating_count: u32::try_from(entry.rating_count).unwrap_or(0),
            distance_km: self.distance(distances, slot),
            next_free: first,
        }
    }

    /// Towns of all matches; the ones with most experts first, then by id.
    fn pins(&self, places: &Gazetteer, matches: &Bits, locale: Locale) -> Vec<MapPin> {
        let mut found: Vec<(u32, usize)> = vec![(0, usize::MAX); self.towns.len()];
        for slot in matches.iter() {
            if let Some((count, first)) = self.town_of.get(slot).and_then(|town| found.get_mut(*town as usize)) {
                *count += 1;
                *first = slot.min(*first);
            }
        }
        let mut towns: Vec<_> = found
            .into_iter()
            .zip(&self.towns)
            .filter(|((count, _), _)| *count > 0)
            .map(|((count, slot), town)| (Reverse(count), town.place, slot, town))
            .collect();
        towns.sort_unstable_by_key(|(count, place, ..)| (*count, *place));
        towns
            .into_iter()
            .take(PINS)
            .filter_map(|(Reverse(count), place, slot, town)| {
                Some(MapPin {
                    point: town.point,
                    count,
                    expert: self.entry(slot)?.id,
                    name: places.name_or_country(place, town.country, locale).to_owned(),
                })
            })
            .collect()
    }
}

/// The slots of any of the chosen values; `None` if nothing is chosen.
fn chosen<'a, T: PartialEq + 'a>(wanted: &[T], values: impl Iterator<Item = (&'a T, &'a Bits)>) -> Option<Bits> {
    (!wanted.is_empty()).then(|| union(values.filter(|(value, _)| wanted.contains(value))))
}

fn union<'a, T>(sets: impl Iterator<Item = (T, &'a Bits)>) -> Bits {
    let mut all = Bits::default();
    for (_, bits) in sets {
        all.add(bits);
    }
    all
}

/// Mean rating in tenths, drawn towards the prior.
fn prior_tenths(entry: &Entry) -> u64 {
    let (sum, count) = (entry.rating_sum * 10 + PRIOR_COUNT * PRIOR_TENTHS, entry.rating_count + PRIOR_COUNT);
    u64::try_from((sum * 2 + count) / (count * 2)).unwrap_or(0).min(0xff)
}

/// Mean rating × 10⁶, rounded down; 0 without ratings.
fn mean_millionths(entry: &Entry) -> u64 {
    u64::try_from(entry.rating_sum.saturating_mul(1_000_000).checked_div(entry.rating_count).unwrap_or(0)).unwrap_or(0)
}

/// [`travel::one_way_km`], which works in decimals, is only asked where binary fractions could round otherwise.
fn one_way_km(rules: &TravelRules, from: GeoPoint, to: GeoPoint) -> u32 {
    let km = from.distance_km(to) * f64::from(rules.road_factor.0) / 10_000.0;
    if !(0.0..1e6).contains(&km) || (km.fract() - 0.5).abs() < 1e-6 {
        return travel::one_way_km(rules, from, to);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
    let whole = km.round() as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use gabarit_domain::{money::BasisPoints, rulebook::Rulebook};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        /// S27: search measures as pricing does, to the kilometre.
        #[test]
        fn distances_are_those_of_pricing(
            from in (-90_000_000..=90_000_000_i32, -180_000_000..=180_000_000_i32),
            to in (-90_000_000..=90_000_000_i32, -180_000_000..=180_000_000_i32),
            factor in prop_oneof![Just(10_000_u32), 9_000..15_000_u32],
        ) {
            let mut rules = Rulebook::initial(NaiveDate::MIN).travel;
            rules.road_factor = BasisPoints(factor);
            let (from, to) = (GeoPoint { lat: from.0, lon: from.1 }, GeoPoint { lat: to.0, lon: to.1 });
            prop_assert_eq!(one_way_km(&rules, from, to), travel::one_way_km(&rules, from, to));
        }
    }
}
