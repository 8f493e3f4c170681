//! The rulebook: every tariff and threshold, versioned, edited by managers. Quotes pin the version they were made with.

use crate::{
    expert::{Level, ProductCode},
    money::{BasisPoints, Cents},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Number of a rulebook; rises by one with each release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulebookVersion(pub i32);

/// One version of all rules. Defaults are [`Rulebook::initial`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulebook {
    /// Its number.
    pub version: RulebookVersion,
    /// Quotes made from this civil day on (platform zone) use it.
    pub effective_from: NaiveDate,
    /// Day rate before VAT by level, levels 1 to 4 (S24).
    pub day_rates: [Cents; 4],
    /// Flexible bookings (S6).
    pub flexible: FlexibleRules,
    /// What a client gets back who cancels any other accepted booking.
    #[serde(default)]
    pub cancellation: CancellationRules,
    /// Commission ladder (S25): bands in rising order, the first from day 1.
    pub ladder: Vec<LadderBand>,
    /// Travel, lodging and flights (S27–S29).
    pub travel: TravelRules,
    /// Workstations and licences (S7–S9).
    pub rental: RentalRules,
    /// Time limits of the booking process.
    pub booking: BookingRules,
    /// Deferred payments (S17–S19).
    pub credit: CreditRules,
    /// Memberships of the recognition programme (S52).
    #[serde(default)]
    pub membership: MembershipRules,
    /// Nominations of the recognition programme (S50–S53).
    #[serde(default)]
    pub recognition: RecognitionRules,
}

/// Flexible bookings (S6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlexibleRules {
    /// Supplement on all lines before VAT.
    pub supplement: BasisPoints,
    /// Free cancellation while today ≤ start − this many days.
    pub notice_days: u32,
    /// Whether a free cancellation after acceptance gives the supplement back too.
    pub supplement_refunded: bool,
}

/// What goes back of the day lines when a client cancels an accepted booking that is not (or no longer) free to cancel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationRules {
    /// Percentages by days before the start, in any order; none before the first band.
    pub schedule: Vec<CancellationBand>,
}

/// One band of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationBand {
    /// From this many civil days before the start on.
    pub from_days: u32,
    /// The share of the day lines that goes back.
    pub back: BasisPoints,
}

impl CancellationRules {
    /// The share that goes back so many days before the start: that of the farthest band that is reached.
    #[must_use]
    pub fn back(&self, days_before: i64) -> BasisPoints {
        self.schedule
            .iter()
            .filter(|band| i64::from(band.from_days) <= days_before)
            .max_by_key(|band| band.from_days)
            .map_or(BasisPoints(0), |band| BasisPoints(band.back.0.min(10_000)))
    }
}

/// One band of the commission ladder (S25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderBand {
    /// First completed platform day it holds for, counted from 1.
    pub from_day: u32,
    /// Share of the day rate that is the expert's.
    pub share: BasisPoints,
}

/// Travel, lodging and flights (S27–S29). Distances are whole kilometres, one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TravelRules {
    /// Kilometres and lodging are paid strictly above this distance.
    pub allowance_over_km: u32,
    /// A flight replaces the kilometres strictly above this distance.
    pub flight_over_km: u32,
    /// Per kilometre, on all kilometres of the return trip.
    pub per_km: Cents,
    /// Lump sum per booked day.
    pub lodging_per_day: Cents,
    /// Flight tariffs by one-way distance, in rising order; each holds up to and including its `up_to_km`.
    pub flights: Vec<FlightTariff>,
    /// Flight tariff beyond the last of `flights`.
    pub flight_beyond: Cents,
    /// Road distance = great circle × this factor; 10,000 is 1.00.
    pub road_factor: BasisPoints,
}

/// A flight tariff, return (S28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlightTariff {
    /// Last one-way kilometre it holds for.
    pub up_to_km: u32,
    /// Price of the return flight.
    pub price: Cents,
}

/// Rentals (S7–S9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalRules {
    /// A workstation, per day.
    pub workstation_per_day: Cents,
    /// A licence, per day, by product.
    pub licence_per_day: BTreeMap<ProductCode, Cents>,
    /// A week's rental alone has seven days and costs this many.
    pub week_costs_days: u32,
    /// A month's rental alone has thirty days and costs this many.
    pub month_costs_days: u32,
}

/// Time limits of the booking process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRules {
    /// Bookings start at least this many civil days ahead.
    pub lead_days: u32,
    /// Unpaid days are held this long for instant methods.
    pub hold_minutes: u32,
    /// A bank transfer is due so many days after the order …
    #[serde(default = "seven")]
    pub transfer_days: u32,
    /// … and so many days before the start.
    #[serde(default = "two")]
    pub transfer_before_start_days: u32,
    /// Unpaid holds one account may have at a time.
    pub max_unpaid_holds: u32,
    /// The expert's time to accept or decline (S35).
    pub acceptance_hours: u32,
    /// A quote is good for this many days.
    pub quote_days: u32,
    /// Self-billed invoices may be contested for this many days (S31).
    pub contest_days: u32,
    /// Experts are paid on or before this day after the end (S30).
    pub payout_days: u32,
    /// Due date of what is unpaid on a client's invoice, in days.
    pub payment_terms_days: u32,
}

// Rulebooks that were released before transfers existed mean the first values.
const fn seven() -> u32 {
    7
}
const fn two() -> u32 {
    2
}

/// Nominations of the recognition programme (S50–S53).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecognitionRules {
    /// What each of the five qualities weighs, in the order champion, expert, caring, responsive, leader (S53).
    pub weights: [u32; 5],
    /// Reviews are due so many days after the window opened.
    pub review_days: u32,
    /// Every answer is due so many days after the window opened; never more than 30 (S51).
    pub answer_days: u32,
    /// Managers are warned so many days before answers are due.
    pub alarm_days: u32,
}

impl Default for RecognitionRules {
    fn default() -> Self {
        Self { weights: [1; 5], review_days: 18, answer_days: 30, alarm_days: 7 }
    }
}

/// Default credit check for deferred payments (S17–S19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditRules {
    /// Open exposure allowed to a new account.
    pub limit_new: Cents,
    /// Open exposure allowed after `trusted_after` completed bookings.
    pub limit_trusted: Cents,
    /// Completed bookings that make an account trusted.
    pub trusted_after: u32,
}

/// Memberships of the recognition programme (S52). Rulebooks that were released before there were any mean the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MembershipRules {
    /// Renewed without applying when there were contributions in at least so many of the last 12 months.
    pub months_needed: u32,
    /// Renewal is prepared, and the member told, so many days before the last one.
    pub notice_days: u32,
    /// A decision may be appealed against for so many days.
    pub appeal_days: u32,
}

impl Default for MembershipRules {
    fn default() -> Self {
        Self { months_needed: 6, notice_days: 30, appeal_days: 30 }
    }
}

impl Rulebook {
    /// Day rate before VAT of a level.
    #[must_use]
    pub fn day_rate(&self, level: Level) -> Cents {
        self.day_rates[usize::from(level.number() - 1)]
    }

    /// The first rulebook: the published rules, and the defaults where they are silent.
    #[must_use]
    pub fn initial(effective_from: NaiveDate) -> Self {
        let licence = |code: &str, euros| (ProductCode::from_static(code), Cents::euros(euros));
        Self {
            version: RulebookVersion(1),
            effective_from,
            day_rates: [Cents::euros(560), Cents::euros(680), Cents::euros(800), Cents::euros(960)],
            flexible: FlexibleRules { supplement: BasisPoints(1500), notice_days: 5, supplement_refunded: false },
            cancellation: CancellationRules::default(),
            ladder: [(1, 8000), (14, 8250), (26, 8500), (39, 8750)]
                .map(|(from_day, share)| LadderBand { from_day, share: BasisPoints(share) })
                .to_vec(),
            travel: TravelRules {
                allowance_over_km: 200,
                flight_over_km: 800,
                per_km: Cents(35),
                lodging_per_day: Cents::euros(150),
                flights: vec![
                    FlightTariff { up_to_km: 1500, price: Cents::euros(400) },
                    FlightTariff { up_to_km: 4000, price: Cents::euros(700) },
                ],
                flight_beyond: Cents::euros(1200),
                road_factor: BasisPoints(10_000),
            },
            rental: RentalRules {
                workstation_per_day: Cents::euros(45),
                licence_per_day: BTreeMap::from([
                    licence("fusion", 9),
                    licence("vault", 12),
                    licence("autocad", 18),
                    licence("3ds-max", 20),
                    licence("maya", 20),
                    licence("navisworks", 22),
                    licence("revit", 25),
                    licence("civil-3d", 25),
                    licence("inventor", 25),
                    licence("plant-3d", 25),
                ]),
                week_costs_days: 4,
                month_costs_days: 12,
            },
            booking: BookingRules {
                lead_days: 2,
                hold_minutes: 15,
                transfer_days: 7,
                transfer_before_start_days: 2,
                max_unpaid_holds: 3,
                acceptance_hours: 24,
                quote_days: 7,
                contest_days: 5,
                payout_days: 14,
                payment_terms_days: 14,
            },
            credit: CreditRules {
                limit_new: Cents::euros(5_000),
                limit_trusted: Cents::euros(25_000),
                trusted_after: 3,
            },
            membership: MembershipRules::default(),
            recognition: RecognitionRules::default(),
        }
    }
}
