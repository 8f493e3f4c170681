//! Bookings that are cut short or changed: what is shown before it is confirmed.

use crate::booking::{BookingForm, Choices};
use chrono::NaiveDate;
use gabarit_domain::{
    calendar::FreeDays,
    change::{asks_expert, requote},
    expert::Offer,
    geo::GeoPoint,
    ids::BookingId,
    money::{BasisPoints, Cents},
    pricing::{Line, Location, Order, PricingContext, Quote, Refusal},
    stock::{Rentable, rented_with},
    vat::VatBreakdown,
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};

/// What cutting a booking short means, to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementView {
    /// Names it: only this is done when it is confirmed.
    pub fingerprint: String,
    /// Code of the state the booking goes to.
    pub becomes: String,
    /// Whether it is free of charge under the flexible rule.
    pub is_free: bool,
    /// Whether a private client withdraws in time.
    pub withdraws: bool,
    /// The lines that are kept.
    pub kept: Vec<Line>,
    /// Their sum, with VAT.
    pub kept_total: Cents,
    /// Days that are kept (and pay the expert).
    pub kept_days: Vec<NaiveDate>,
    /// The lines of the credit note.
    pub credited: Vec<Line>,
    /// Their VAT.
    pub credit: VatBreakdown,
    /// The credit note's total.
    pub credit_total: Cents,
    /// The money that goes back; less than the credit note if not all was paid.
    pub refund: Cents,
}

/// What changing a booking means, to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePreview {
    /// Names it.
    pub fingerprint: String,
    /// The new price.
    pub quote: Quote,
    /// New total less old total: to be paid, or to go back.
    pub difference: Cents,
    /// Whether the expert is asked.
    pub asks_expert: bool,
}

/// What a booking was agreed at: where a change begins, in the browser as on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// What was ordered.
    pub order: Order,
    /// Its price.
    pub quote: Quote,
    /// What the booking costs, with VAT.
    pub total: Cents,
    /// Rises with each of its moves: a change is confirmed as of one of them.
    pub version: i64,
    /// Whether its expert has accepted it.
    pub accepted: bool,
}

impl Agreed {
    /// What a form wants the booking to be: days, mode, place, workstation, licences. Whom, for whom and whether flexible
    /// stay, and so does the position of a place that stays.
    #[must_use]
    pub fn choices(&self, form: &BookingForm, point: Option<GeoPoint>) -> Choices {
        let customer = &self.order.customer;
        let form = BookingForm {
            country: customer.country.to_string(),
            vat_number: String::new(),
            buyer: String::new(),
            ..form.clone()
        };
        let Choices { order, problems } = form.choices(self.order.expert, point, customer.vat_status, customer.country);
        let order = order.map(|order| Order {
            location: match (order.location, self.order.location) {
                (Location::OnSite { place, .. }, agreed @ Location::OnSite { place: before, .. })
                    if place == before =>
                {
                    agreed
                }
                (wanted, _) => wanted,
            },
            flexible: self.order.flexible,
            customer: customer.clone(),
            ..order
        });
        Choices { order, problems }
    }

    /// The new price, by the rules of the booking, which the context holds.
    ///
    /// # Errors
    /// Every [`Refusal`] that what is new gives cause for.
    pub fn price(&self, context: &PricingContext, offer: &Offer, wanted: &Order) -> Result<Quote, Vec<Refusal>> {
        requote(context, offer, &self.order, &self.quote, wanted)
    }

    /// What it means to change the booking to an order at a price.
    #[must_use]
    pub fn meaning(&self, wanted: &Order, quote: Quote) -> ChangePreview {
        ChangePreview {
            fingerprint: format!("{}-{}", quote.fingerprint(), self.version),
            difference: quote.total - self.total,
            asks_expert: self.accepted && asks_expert(&self.order, wanted),
            quote,
        }
    }

    /// The expert's free days and the booking's own, which it can keep.
    #[must_use]
    pub fn free_days(&self, free: &FreeDays) -> FreeDays {
        FreeDays::from_fn(free.from, free.len, |day| free.is_free(day) || self.order.days.contains(day))
    }

    /// Whether the booking has a thing on a day.
    #[must_use]
    pub fn has(&self, item: &Rentable, day: NaiveDate) -> bool {
        self.order.days.contains(day) && rented_with(&self.order).contains(item)
    }
}

/// A change that waits for its payment or for the expert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// `proposed` or `asked`.
    pub state: String,
    /// Until when it waits.
    pub clock: Option<ZonedTime>,
    /// The days the booking would have.
    pub days: Vec<NaiveDate>,
    /// Where; none for remote work.
    pub place_name: Option<String>,
    /// The price it would have; the client's and managers' affair.
    pub quote: Option<Quote>,
    /// New total less old total.
    pub difference: Option<Cents>,
}

/// What is left of a booking that was cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledView {
    /// The lines that are kept.
    pub lines: Vec<Line>,
    /// Their VAT.
    pub vat: VatBreakdown,
    /// Their sum, with VAT.
    pub total: Cents,
    /// Days that are kept.
    pub days: Vec<NaiveDate>,
}

/// A refund, as its client sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundView {
    /// How much.
    pub amount: Cents,
    /// `due`, `sent`, `failed` or `elsewhere`.
    pub state: String,
    /// When it became due.
    pub at: ZonedTime,
}

/// A client's report that days were not worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// Which days.
    pub days: Vec<NaiveDate>,
    /// In the client's words.
    pub note: String,
    /// When.
    pub at: ZonedTime,
}

/// A report that waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// Client's organisation.
    pub client_name: String,
    /// The expert's name.
    pub expert_name: String,
    /// Days, note, time.
    pub report: ReportView,
}

/// How a booking is cut short, as posted and as it stands in a URL: flat text, so that it works without script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CutForm {
    /// Which booking.
    pub id: String,
    /// Language of the page.
    pub locale: String,
    /// Days worked (the expert says) or kept (a manager decides), with commas.
    pub days: String,
    /// Percent of the kept days that goes back (manager).
    pub back: String,
    /// `on`: their journeys are kept (manager).
    pub travel: String,
    /// `on`: their lodging is kept (manager).
    pub lodging: String,
    /// `on`: their rentals are kept (manager).
    pub rentals: String,
    /// `on`: the supplement is kept (manager).
    pub supplement: String,
    /// `on`: the assignment goes on with the kept days (manager).
    pub goes_on: String,
    /// Why; a manager must say.
    pub reason: String,
    /// Fingerprint of what was seen.
    pub seen: String,
}

impl CutForm {
    /// Reads a query: lists with commas, or `day=` repeated as a form without script sends it.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut form = Self::default();
        let mut days = Vec::new();
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            let value = value.trim().chars().take(4_000).collect::<String>();
            match &*name {
                "day" | "days" => days.push(value),
                "back" => form.back = value,
                "travel" => form.travel = value,
                "lodging" => form.lodging = value,
                "rentals" => form.rentals = value,
                "supplement" => form.supplement = value,
                "goes_on" => form.goes_on = value,
                _ => {}
            }
        }
        form.days = days.join(",");
        form
    }

    /// The days that can be read as such.
    #[must_use]
    pub fn day_set(&self) -> std::collections::BTreeSet<NaiveDate> {
        self.days.split(',').take(400).filter_map(|day| day.trim().parse().ok()).collect()
    }

    /// The percentage as basis points; whole numbers from 0 to 100 only.
    #[must_use]
    pub fn back_share(&self) -> Option<BasisPoints> {
        let text = self.back.trim().trim_end_matches('%').trim();
        if text.is_empty() {
            return Some(BasisPoints(0));
        }
        text.parse::<u32>().ok().filter(|percent| *percent <= 100).map(|percent| BasisPoints(percent * 100))
    }
}

/// A report that days were not worked, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// Which booking.
    pub id: String,
    /// Language of the page.
    pub locale: String,
    /// First and only, or first day that was not worked.
    pub from: String,
    /// Last day that was not worked; empty for the first.
    pub until: String,
    /// What happened.
    pub note: String,
}

/// A proposed change, as posted: the choices as the page's own query has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    /// Which booking.
    pub id: String,
    /// Language of the page.
    pub locale: String,
    /// Days, mode, place and options, as a query.
    pub choices: String,
    /// Where exactly, for on-site work.
    pub work_address: String,
    /// Why; a manager must say.
    pub reason: String,
    /// Fingerprint of what was seen.
    pub seen: String,
}
