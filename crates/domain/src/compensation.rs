//! What an expert earns: the commission ladder (S25), and travel passed on in full.

use crate::{
    money::{BasisPoints, Cents},
    pricing::{Line, LineKind, Unit},
    rulebook::LadderBand,
};
use serde::{Deserialize, Serialize};

/// The days of one assignment that fall in one band of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandDays {
    /// The expert's cumulative platform day the first of them is, counted from 1.
    pub from_ordinal: u32,
    /// And the last of them.
    pub to_ordinal: u32,
    /// The expert's share of the day rate.
    pub share: BasisPoints,
    /// Days × rate × share, rounded once.
    pub amount: Cents,
}

impl BandDays {
    /// How many days.
    #[must_use]
    pub const fn days(&self) -> u32 {
        self.to_ordinal.saturating_sub(self.from_ordinal).saturating_add(1)
    }
}

/// Splits `days` days after `completed_before` completed ones over the bands of a ladder, marginally per day.
///
/// The ladder is in rising order and starts at day 1; days before its first band would earn nothing.
#[must_use]
pub fn ladder(bands: &[LadderBand], day_rate: Cents, completed_before: u32, days: u32) -> Vec<BandDays> {
    let (first, last) = (completed_before.saturating_add(1), completed_before.saturating_add(days));
    bands
        .iter()
        .enumerate()
        .filter_map(|(index, band)| {
            let band_end = bands.get(index + 1).map_or(u32::MAX, |next| next.from_day.saturating_sub(1));
            let (from_ordinal, to_ordinal) = (first.max(band.from_day), last.min(band_end));
            (days > 0 && from_ordinal <= to_ordinal).then(|| BandDays {
                from_ordinal,
                to_ordinal,
                share: band.share,
                amount: day_rate.times(to_ordinal - from_ordinal + 1).share(band.share),
            })
        })
        .collect()
}

/// One line of a self-billed invoice, before VAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EarningLine {
    /// Days in one band.
    Days {
        /// The day rate the client paid.
        day_rate: Cents,
        /// The band.
        band: BandDays,
    },
    /// A travel, flight or lodging line of the quote, in full.
    PassedOn {
        /// As quoted.
        line: Line,
    },
}

impl EarningLine {
    /// Its amount before VAT.
    #[must_use]
    pub const fn net(&self) -> Cents {
        match self {
            Self::Days { band, .. } => band.amount,
            Self::PassedOn { line } => line.net,
        }
    }

    /// Quantity and unit, as invoices want them.
    #[must_use]
    pub const fn quantity(&self) -> (u32, Unit) {
        match self {
            Self::Days { band, .. } => (band.days(), Unit::Day),
            Self::PassedOn { line } => (line.quantity, line.unit),
        }
    }
}

/// What an independent expert earns by a completed assignment: its days by the ladder of the pinned rulebook, and
/// every travel line in full. Rentals and the flexible supplement are the platform's.
#[must_use]
pub fn earnings(bands: &[LadderBand], quoted: &[Line], completed_before: u32) -> Vec<EarningLine> {
    let mut earned = Vec::new();
    for line in quoted {
        match line.kind {
            LineKind::ExpertDays { .. } => earned.extend(
                ladder(bands, line.unit_price, completed_before, line.quantity)
                    .into_iter()
                    .map(|band| EarningLine::Days { day_rate: line.unit_price, band }),
            ),
            LineKind::Travel { .. } | LineKind::Flight { .. } | LineKind::Lodging { .. } => {
                earned.push(EarningLine::PassedOn { line: line.clone() });
            }
            LineKind::Workstation | LineKind::Licence { .. } | LineKind::Flexible { .. } => {}
        }
    }
    earned
}
