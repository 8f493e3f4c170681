//! Experts kept in mind, searches kept, and other experts who are free when one is not.

use crate::expert::ExpertCard;
use gabarit_domain::{expert::ProductCode, money::Cents};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that can be posted about what an account keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedForm {
    /// `add` or `drop` an expert; `save`, `notify`, `quiet` or `forget` a search.
    pub act: String,
    /// The expert.
    pub expert: String,
    /// The saved search.
    pub search: String,
    /// The query of a search to be saved, as in its address.
    pub query: String,
    /// Its name.
    pub name: String,
    /// `on`: tell of new matches by e-mail.
    pub notify: String,
    /// Where to come back to: a path of ours.
    pub next: String,
    /// Language of the page.
    pub locale: String,
}

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Which.
    pub id: Uuid,
    /// As its owner calls it.
    pub name: String,
    /// As in the address of the results.
    pub query: String,
    /// Whether new matches are told of by e-mail.
    pub notify: bool,
    /// How many match now.
    pub matches: u32,
    /// Its days are all past: nothing can match any more.
    pub over: bool,
}

/// What an account keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPage {
    /// Experts, the latest first.
    pub experts: Vec<ExpertCard>,
    /// Searches, the latest first.
    pub searches: Vec<SavedSearch>,
}

/// Why an expert is proposed in place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Why {
    /// Knows these products, which the other knows.
    Products {
        /// Which.
        products: Vec<ProductCode>,
    },
    /// Of the same level.
    SameLevel,
    /// So far from the place of work.
    Distance {
        /// One way.
        km: u32,
    },
    /// Rated so, in tenths.
    Rated {
        /// The mean.
        tenths: u32,
    },
    /// Costs less.
    Cheaper {
        /// By how much.
        by: Cents,
    },
}

/// An expert who is free for the same work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Whom.
    pub card: ExpertCard,
    /// What the same order costs with them, with VAT, today.
    pub total: Cents,
    /// Why.
    pub why: Vec<Why>,
    /// The booking form's query for the same order.
    pub query: String,
}
