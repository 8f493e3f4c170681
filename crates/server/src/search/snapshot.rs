//! One state of the index: columns by slot, and a set of slots for every value of every facet.

use super::bits::Bits;
use crate::{
    db::experts::{ExpertRow, ProductRow},
    holidays::Holidays,
    services::experts::{Calendar, Terms},
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    calendar::Region,
    expert::{ExpertKind, Level, ProductCode, Sector},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    rulebook::Rulebook,
    vat::CountryCode,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// Rows to take over, by expert.
#[derive(Debug, Default)]
pub(super) struct Source(pub(super) HashMap<Uuid, (ExpertRow, Lists)>);

/// What belongs to a row.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) products: Vec<String>,
    pub(super) sectors: Vec<String>,
    pub(super) languages: Vec<String>,
    pub(super) exceptions: Vec<(NaiveDate, bool)>,
    pub(super) booked: Vec<NaiveDate>,
}

/// A published expert.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: ExpertId,
    pub(super) display_name: String,
    pub(super) headline: String,
    pub(super) terms: Terms,
    pub(super) on_site: bool,
    pub(super) remote: bool,
    pub(super) rating_sum: i64,
    pub(super) rating_count: i64,
    pub(super) products: Vec<ProductCode>,
    pub(super) sectors: Vec<Sector>,
    pub(super) languages: Vec<String>,
}

/// A town where experts are based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Town {
    pub(super) place: PlaceId,
    pub(super) point: GeoPoint,
    pub(super) country: CountryCode,
}

/// Published experts at one moment; never changes once made.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) today: NaiveDate,
    pub(super) rulebook: Arc<Rulebook>,
    /// Codes of products, in their order.
    pub(super) products: Vec<(ProductCode, Bits)>,
    pub(super) sectors: [Bits; Sector::ALL.len()],
    pub(super) languages: BTreeMap<String, Bits>,
    pub(super) levels: [Bits; Level::ALL.len()],
    pub(super) in_house: Bits,
    pub(super) independent: Bits,
    pub(super) on_site: Bits,
    pub(super) remote: Bits,
    pub(super) published: Bits,
    pub(super) entries: Vec<Option<Arc<Entry>>>,
    pub(super) calendars: Vec<Calendar>,
    /// Index of the town, by slot.
    pub(super) town_of: Vec<u32>,
    /// Farthest one-way distance, by slot; `u32::MAX` is world-wide.
    pub(super) limits: Vec<u32>,
    pub(super) towns: Vec<Town>,
    town_index: HashMap<Town, u32>,
    slots: HashMap<Uuid, usize>,
    stamps: HashMap<Uuid, DateTime<Utc>>,
    vacant: Vec<usize>,
}

impl Snapshot {
    pub(super) fn empty(today: NaiveDate, rulebook: Rulebook, products: Vec<ProductRow>) -> Self {
        Self {
            today,
            rulebook: Arc::new(rulebook),
            products: products
                .into_iter()
                .filter_map(|row| Some((ProductCode::parse(&row.code).ok()?, Bits::default())))
                .collect(),
            sectors: Default::default(),
            languages: BTreeMap::new(),
            levels: Default::default(),
            in_house: Bits::default(),
            independent: Bits::default(),
            on_site: Bits::default(),
            remote: Bits::default(),
            published: Bits::default(),
            entries: Vec::new(),
            calendars: Vec::new(),
            town_of: Vec::new(),
            limits: Vec::new(),
            towns: Vec::new(),
            town_index: HashMap::new(),
            slots: HashMap::new(),
            stamps: HashMap::new(),
            vacant: Vec::new(),
        }
    }

    /// The day its calendars start.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// The rules it prices and measures with.
    #[must_use]
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// Whether there is such a product.
    #[must_use]
    pub fn has_product(&self, code: &ProductCode) -> bool {
        self.products.iter().any(|(known, _)| known == code)
    }

    pub(super) fn set_rulebook(&mut self, rulebook: Rulebook) {
        if *self.rulebook != rulebook {
            self.rulebook = Arc::new(rulebook);
        }
    }

    /// When an expert had changed, as far as this snapshot knows; unpublished ones included.
    pub(super) fn stamp(&self, id: Uuid) -> Option<DateTime<Utc>> {
        self.stamps.get(&id).copied()
    }

    pub(super) fn take_over(&mut self, holidays: &Holidays, source: Source) {
        let mut masks: HashMap<(CountryCode, Option<Region>), Calendar> = HashMap::new();
        for (id, (row, lists)) in source.0 {
            self.stamps.insert(id, row.changed_at);
            self.remove(id);
            if row.state != "published" {
                continue;
            }
            let Some(terms) = Terms::of(&row) else {
                tracing::error!(%id, "an expert's row makes no sense and is left out of search");
                continue;
            };
            let today = self.today;
            let mask = masks
                .entry((terms.country, terms.region))
                .or_insert_with(|| Calendar::holidays(holidays, terms.country, terms.region, today));
            let calendar = Calendar::of(&terms, today, mask, &lists.exceptions, &lists.booked);
            self.insert(row, terms, lists, calendar);
        }
    }

    /// Takes an expert out; the slot is used again.
    fn remove(&mut self, id: Uuid) {
        let Some(slot) = self.slots.remove(&id) else { return };
        for bits in self.all_bits() {
            bits.set(slot, false);
        }
        self.entries[slot] = None;
        self.vacant.push(slot);
    }

    fn all_bits(&mut self) -> impl Iterator<Item = &mut Bits> {
        self.products
            .iter_mut()
            .map(|(_, bits)| bits)
            .chain(&mut self.sectors)
            .chain(self.languages.values_mut())
            .chain(&mut self.levels)
            .chain([
                &mut self.in_house,
                &mut self.independent,
                &mut self.on_site,
                &mut self.remote,
                &mut self.published,
            ])
    }

    fn insert(&mut self, row: ExpertRow, terms: Terms, lists: Lists, calendar: Calendar) {
        let slot = self.vacant.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.calendars.push(Calendar::empty(self.today));
            self.town_of.push(0);
            self.limits.push(0);
            self.entries.len() - 1
        });
        let town = Town { place: terms.place, point: terms.base, country: terms.country };
        let next = u32::try_from(self.towns.len()).unwrap_or(u32::MAX);
        let town = *self.town_index.entry(town).or_insert_with(|| {
            self.towns.push(town);
            next
        });
        let mut products = Vec::new();
        for (code, bits) in &mut self.products {
            if lists.products.iter().any(|product| product == code.as_str()) {
                bits.set(slot, true);
                products.push(code.clone());
            }
        }
        let mut sectors = Vec::new();
        for (sector, bits) in Sector::ALL.into_iter().zip(&mut self.sectors) {
            if lists.sectors.iter().any(|code| code == sector.code()) {
                bits.set(slot, true);
                sectors.push(sector);
            }
        }
        let mut languages = lists.languages;
        languages.sort_unstable();
        for language in &languages {
            match self.languages.get_mut(language) {
                Some(bits) => bits.set(slot, true),
                None => self.languages.entry(language.clone()).or_default().set(slot, true),
            }
        }
        if let Some(bits) = self.levels.get_mut(usize::from(terms.level.number()) - 1) {
            bits.set(slot, true);
        }
        self.in_house.set(slot, terms.kind == ExpertKind::InHouse);
        self.independent.set(slot, terms.kind == ExpertKind::Independent);
        self.on_site.set(slot, row.on_site);
        self.remote.set(slot, row.remote);
        self.published.set(slot, true);
        self.calendars[slot] = calendar;
        self.town_of[slot] = town;
        self.limits[slot] = terms.max_travel_km.unwrap_or(u32::MAX);
        self.slots.insert(row.id, slot);
        self.entries[slot] = Some(Arc::new(Entry {
            id: ExpertId(row.id),
            display_name: row.display_name,
            headline: row.headline,
            terms,
            on_site: row.on_site,
            remote: row.remote,
            rating_sum: row.rating_sum,
            rating_count: row.rating_count,
            products,
            sectors,
            languages,
        }));
    }
}
