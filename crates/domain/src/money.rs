//! Money: integer euro cents at rest, [`Decimal`] in calculation, one rounding rule.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::{
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
};

/// An amount in euro cents; may be negative (credits).
///
/// Sums stay far below `i64::MAX`: the largest order has [`crate::calendar::MAX_DAYS`] days at four-digit rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Whole euros.
    #[must_use]
    pub const fn euros(euros: i64) -> Self {
        Self(euros * 100)
    }

    /// Rounds a decimal number of cents half away from zero (the rule of EN 16931 amounts here).
    /// Saturates at the limits of `i64`.
    #[must_use]
    pub fn round(cents: Decimal) -> Self {
        let rounded = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        Self(rounded.to_i64().unwrap_or(if rounded.is_sign_negative() { i64::MIN } else { i64::MAX }))
    }

    /// The amount times a whole quantity; exact.
    #[must_use]
    pub const fn times(self, quantity: u32) -> Self {
        Self(self.0.saturating_mul(quantity as i64))
    }

    /// A share of the amount, rounded once to the cent.
    #[must_use]
    pub fn share(self, rate: BasisPoints) -> Self {
        Self::round(Decimal::from(self.0) * rate.fraction())
    }

    /// The amount in euros, with two decimals.
    #[must_use]
    pub fn as_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// `1280.00`: the form payment providers and e-invoices want.
    #[must_use]
    pub fn to_plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }

    /// Reads [`Cents::to_plain`]'s form back. `None` for anything but digits, a point and exactly two decimals.
    #[must_use]
    pub fn from_plain(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.')?;
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if fraction.len() != 2 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        // Parsed with its sign, so that the lowest amount of all, which has no positive twin, is read too.
        format!("{}{whole}{fraction}", if negative { "-" } else { "" }).parse().ok().map(Self)
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// A rate in hundredths of a percent: `1500` is 15 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(pub u32);

impl BasisPoints {
    /// The rate as a factor: 15 % is `0.15`.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        Decimal::new(i64::from(self.0), 4)
    }

    /// The rate in percent: 15 % is `15.00`.
    #[must_use]
    pub fn percent(self) -> Decimal {
        Decimal::new(i64::from(self.0), 2)
    }
}
