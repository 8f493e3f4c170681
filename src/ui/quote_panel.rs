//! The title block of a price: every line with its reason, VAT, and the total. The same on the form, on the booking's page
//! and beside the payment.

use crate::i18n::{Locale, fmt, use_locale};
use gabarit_domain::{
    expert::ProductCode,
    pricing::{Quote, Refusal},
    stock::Rentable,
    vat::{CountryCode, Customer, VatCategory, VatStatus},
};
use gabarit_i18n::{errors, lines, quote as text};
use gabarit_view::expert::ProductView;
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// Names of products, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductNames(Arc<BTreeMap<ProductCode, String>>);

impl ProductNames {
    /// From a list of products.
    #[must_use]
    pub fn of(products: &[ProductView]) -> Self {
        Self(Arc::new(products.iter().map(|product| (product.code.clone(), product.name.clone())).collect()))
    }

    /// The name of a product; its code where it has none.
    #[must_use]
    pub fn name(&self, code: &ProductCode) -> String {
        self.0.get(code).cloned().unwrap_or_else(|| code.to_string())
    }
}

/// One row as its reader sees it: two rows that read alike are the same row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    title: String,
    reason: String,
    amount: String,
}

fn rows(locale: Locale, quote: &Quote, names: &ProductNames) -> Vec<Row> {
    quote
        .lines
        .iter()
        .map(|line| Row {
            title: lines::line_title(locale, line, |code| names.name(code)),
            reason: lines::line_reason(locale, line),
            amount: fmt::money(locale, line.net),
        })
        .collect()
}

/// Name, reason and amount of the VAT on a quote. `home` is the operator's country.
fn vat_row(locale: Locale, quote: &Quote, customer: &Customer, home: Option<CountryCode>) -> Row {
    let treatment = quote.vat.treatment;
    let (title, reason) = match treatment.category {
        VatCategory::S | VatCategory::Z => {
            let reason = if home == Some(customer.country) {
                text::vat_why_home(locale)
            } else if customer.is_private {
                text::vat_why_private(locale)
            } else if customer.vat_status == VatStatus::Unknown && customer.vat_number.is_some() {
                text::vat_why_unknown(locale)
            } else if home.is_some() {
                text::vat_why_none(locale)
            } else {
                ""
            };
            (text::vat_standard(locale, fmt::percent(locale, treatment.rate)), reason)
        }
        VatCategory::Ae => (text::vat_reverse(locale).to_owned(), text::vat_why_reverse(locale)),
        VatCategory::O => (text::vat_outside(locale).to_owned(), text::vat_why_outside(locale)),
        VatCategory::E => (text::vat_exempt(locale).to_owned(), ""),
    };
    Row { title, reason: reason.to_owned(), amount: fmt::money(locale, quote.vat.tax) }
}

#[component]
fn RowView(row: Row, class: &'static str, fresh: bool) -> impl IntoView {
    let class = if fresh { format!("quote-row {class} quote-fresh") } else { format!("quote-row {class}") };
    let reason = (!row.reason.is_empty()).then(|| view! { <span class="quote-why">{row.reason}</span> });
    view! {
        <li class=class>
            <span class="quote-what"><span class="quote-title">{row.title}</span>{reason}</span>
            <span class="quote-amount">{row.amount}</span>
        </li>
    }
    .into_any()
}

/// Lines, VAT and total of a quote. Rows that change while `marks` holds are marked for a moment.
#[component]
pub fn QuoteLines(
    /// What is shown.
    #[prop(into)]
    quote: Signal<Quote>,
    /// Whose VAT it is.
    #[prop(into)]
    customer: Signal<Customer>,
    /// The operator's country, where it is known.
    #[prop(optional_no_strip)]
    home: Option<CountryCode>,
    /// Names of products.
    names: ProductNames,
    /// Whether changes are marked.
    #[prop(into, default = Signal::stored(false))]
    marks: Signal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    let lines = move || rows(locale, &quote.read(), &names);
    let net = move || {
        vec![Row {
            title: text::net(locale).to_owned(),
            reason: String::new(),
            amount: fmt::money(locale, quote.read().net),
        }]
    };
    let vat = move || vec![vat_row(locale, &quote.read(), &customer.read(), home)];
    let total = move || {
        vec![Row {
            title: text::total_with_vat(locale).to_owned(),
            reason: String::new(),
            amount: fmt::money(locale, quote.read().total),
        }]
    };
    let fresh = move || marks.get_untracked();
    view! {
        <ul class="quote-lines">
            <For each=lines key=Clone::clone let:row><RowView row class="" fresh=fresh()/></For>
        </ul>
        <ul class="quote-lines quote-sums">
            <For each=net key=Clone::clone let:row><RowView row class="quote-net" fresh=fresh()/></For>
            <For each=vat key=Clone::clone let:row><RowView row class="" fresh=fresh()/></For>
            <For each=total key=Clone::clone let:row><RowView row class="quote-total" fresh=fresh()/></For>
        </ul>
    }
    .into_any()
}

/// The price beside a form: always in view, on a small screen as a bar that unfolds, without script, too.
#[component]
pub fn PricePanel(
    /// What it is called.
    title: &'static str,
    /// What is said aloud when the price changes.
    #[prop(into)]
    announce: Signal<String>,
    /// What stands above the amount in the bar.
    #[prop(into)]
    label: Signal<String>,
    /// The amount in the bar.
    #[prop(into)]
    amount: Signal<String>,
    /// The price, line by line.
    sheet: AnyView,
    /// What follows, below the way on.
    #[prop(optional)]
    note: &'static str,
    /// Where it stands in its page.
    #[prop(optional)]
    class: &'static str,
    /// The way on.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <aside class=format!("quote-panel title-block {class}") aria-label=title>
            <p class="sr-only" aria-live="polite">{move || announce.get()}</p>
            <input type="checkbox" id="quote-unfold" class="quote-unfold" aria-label=text::details(locale) autocomplete="off"/>
            <div class="quote-sheet">
                <h2 class="quote-title-bar">{title}</h2>
                {sheet}
            </div>
            <div class="quote-bar">
                <label class="quote-bar-total" for="quote-unfold">
                    <span class="quote-bar-label">{move || label.get()}</span>
                    <span class="quote-bar-amount">{move || amount.get()}</span>
                </label>
                {children()}
            </div>
            {(!note.is_empty()).then(|| view! { <p class="hint quote-after">{note}</p> })}
        </aside>
    }
    .into_any()
}

/// Days that are named one by one before "…".
const NAMED_DAYS: usize = 8;

/// Days as a list for a sentence.
#[must_use]
pub fn day_list(locale: Locale, days: impl ExactSizeIterator<Item = chrono::NaiveDate>) -> String {
    let more = if days.len() > NAMED_DAYS { " …" } else { "" };
    let named: Vec<String> = days.take(NAMED_DAYS).map(|day| fmt::day_chip(locale, day)).collect();
    format!("{}{more}", named.join(", "))
}

/// Why an order cannot be quoted, in a sentence that names expert and product.
#[must_use]
pub fn refusal_reason(locale: Locale, refusal: &Refusal, expert: &str, names: &ProductNames) -> String {
    let km = |number: u32| fmt::int(locale, i64::from(number));
    match refusal {
        Refusal::TooSoon { earliest } => text::too_soon(locale, fmt::date(locale, *earliest)),
        Refusal::TooFarAhead { latest } => text::too_far_ahead(locale, fmt::date(locale, *latest)),
        Refusal::NotFree { days } => {
            text::not_free(locale, days.len() as u64, expert, day_list(locale, days.iter().copied()))
        }
        Refusal::NotOnSite => text::not_on_site(locale, expert),
        Refusal::NotRemote => text::not_remote(locale, expert),
        Refusal::TooFar { one_way_km, limit_km } => text::too_far(locale, km(*one_way_km), expert, km(*limit_km)),
        Refusal::NoSuchLicence { product } => text::no_licence(locale, names.name(product)),
        Refusal::NoneLeft { item: Rentable::Workstation, days } => {
            errors::refusal_no_workstation_left(locale, day_list(locale, days.iter().copied()))
        }
        Refusal::NoneLeft { item: Rentable::Licence(product), days } => {
            errors::refusal_no_licence_left(locale, names.name(product), day_list(locale, days.iter().copied()))
        }
        Refusal::NoPrivateClients | Refusal::PrivateOutside | Refusal::PrivateLicence => {
            super::text::refusal_text(locale, refusal)
        }
    }
}

/// The field of the form that a refusal belongs to.
#[must_use]
pub const fn refusal_field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooSoon { .. } | Refusal::TooFarAhead { .. } | Refusal::NotFree { .. } => "days",
        Refusal::NotOnSite | Refusal::NotRemote => "mode",
        Refusal::TooFar { .. } => "place",
        Refusal::NoneLeft { item: Rentable::Workstation, .. } => "workstation",
        Refusal::NoSuchLicence { .. } | Refusal::NoneLeft { .. } | Refusal::PrivateLicence => "licences",
        Refusal::NoPrivateClients => "buyer",
        Refusal::PrivateOutside => "country",
    }
}
