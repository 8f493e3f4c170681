//! What can be rented, and on which days nothing of it is left (S7–S9).
//!
//! Licences and workstations stand in one stock, whether they are rented alone or with an expert's booking.

use crate::{
    expert::{ProductCode, ProductCodeError},
    money::Cents,
    pricing::{LineKind, Order},
    rulebook::RentalRules,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The code of workstations; no product is called so.
const WORKSTATION: &str = "workstation";

/// What can be rented.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rentable {
    /// A workstation: it is sent to somebody, and comes back.
    Workstation,
    /// A licence of a product.
    Licence(ProductCode),
}

impl Rentable {
    /// Reads a code: a product's, or `workstation`.
    ///
    /// # Errors
    /// [`ProductCodeError`] for anything else.
    pub fn parse(code: &str) -> Result<Self, ProductCodeError> {
        if code == WORKSTATION { Ok(Self::Workstation) } else { ProductCode::parse(code).map(Self::Licence) }
    }

    /// The code: in addresses, forms and the database.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Workstation => WORKSTATION,
            Self::Licence(product) => product.as_str(),
        }
    }

    /// What a day costs; none if it is not rented out.
    #[must_use]
    pub fn per_day(&self, rules: &RentalRules) -> Option<Cents> {
        match self {
            Self::Workstation => Some(rules.workstation_per_day),
            Self::Licence(product) => rules.licence_per_day.get(product).copied(),
        }
    }

    /// What a line of a quote is for.
    #[must_use]
    pub fn line_kind(&self) -> LineKind {
        match self {
            Self::Workstation => LineKind::Workstation,
            Self::Licence(product) => LineKind::Licence { product: product.clone() },
        }
    }
}

impl TryFrom<String> for Rentable {
    type Error = ProductCodeError;
    fn try_from(code: String) -> Result<Self, ProductCodeError> {
        Self::parse(&code)
    }
}

impl From<Rentable> for String {
    fn from(item: Rentable) -> Self {
        item.code().to_owned()
    }
}

impl fmt::Display for Rentable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What a booking rents, one of each: in the order in which stock is locked.
#[must_use]
pub fn rented_with(order: &Order) -> BTreeSet<Rentable> {
    let workstation = order.workstation.then_some(Rentable::Workstation);
    order.licences.iter().cloned().map(Rentable::Licence).chain(workstation).collect()
}

/// Days of which nothing of a thing is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoneOn {
    /// There is none at all, or none has come back.
    EveryDay,
    /// On these.
    Days(BTreeSet<NaiveDate>),
}

/// What nothing is left of, and when. What does not stand here is left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoneLeft(BTreeMap<Rentable, NoneOn>);

impl NoneLeft {
    /// Counts: what there is of each thing that can be handed out, and how much of that is somebody's on a day.
    #[must_use]
    pub fn count(units: &BTreeMap<Rentable, i64>, taken: &BTreeMap<(Rentable, NaiveDate), i64>) -> Self {
        let mut found = BTreeMap::new();
        for (item, there) in units {
            if *there <= 0 {
                found.insert(item.clone(), NoneOn::EveryDay);
            }
        }
        for ((item, day), count) in taken {
            let there = units.get(item).copied().unwrap_or(0);
            if let (true, NoneOn::Days(days)) =
                (*count >= there, found.entry(item.clone()).or_insert_with(|| NoneOn::Days(BTreeSet::new())))
            {
                days.insert(*day);
            }
        }
        found.retain(|_, none| !matches!(none, NoneOn::Days(days) if days.is_empty()));
        Self(found)
    }

    /// Those of some days on which nothing of a thing is left.
    pub fn of(&self, item: &Rentable, days: impl Iterator<Item = NaiveDate>) -> Vec<NaiveDate> {
        match self.0.get(item) {
            None => Vec::new(),
            Some(NoneOn::EveryDay) => days.collect(),
            Some(NoneOn::Days(none)) => days.filter(|day| none.contains(day)).collect(),
        }
    }
}
