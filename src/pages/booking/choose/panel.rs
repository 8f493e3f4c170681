//! The price beside the form: always in view, on a small screen as a bar that unfolds.

use super::desk::Desk;
use crate::{
    i18n::{Locale, fmt},
    ui::{PricePanel, QuoteLines},
    url,
};
use gabarit_domain::{
    money::{BasisPoints, Cents},
    pricing::Quote,
    rulebook::RulebookVersion,
    vat::{VatBreakdown, VatCategory, VatTreatment},
};
use gabarit_i18n::{changes, quote as text};
use gabarit_view::error::Problem;
use leptos::prelude::*;

/// What a change of price means, in a sentence.
pub(super) fn difference(locale: Locale, difference: Cents) -> String {
    let amount = fmt::money(locale, Cents(difference.0.abs()));
    match difference {
        more if more > Cents::ZERO => changes::difference_more(locale, amount),
        less if less < Cents::ZERO => changes::difference_less(locale, amount),
        _ => changes::difference_none(locale).to_owned(),
    }
}

/// The panel; its child leads on.
#[component]
pub(super) fn Panel(
    desk: Desk,
    /// What it is called.
    title: &'static str,
    /// What follows.
    note: &'static str,
    children: Children,
) -> impl IntoView {
    let locale = desk.locale;
    let quote = Memo::new(move |_| match &*desk.priced.read() {
        Some(Ok(quote)) => Some(quote.clone()),
        _ => None,
    });
    let total = move || quote.read().as_ref().map(|quote| fmt::money(locale, quote.total));
    // Of a change, what is to be paid or goes back.
    let changed = Memo::new(move |_| desk.meaning().map(|meaning| difference(locale, meaning.difference)));
    let announce = move || match &*desk.priced.read() {
        Some(Ok(quote)) => {
            let total = text::announce(locale, fmt::money(locale, quote.total));
            changed.get().map_or_else(|| total.clone(), |changed| format!("{total}. {changed}"))
        }
        Some(Err(refusals)) => {
            refusals.first().map(|refusal| text::announce_refused(locale, desk.refusal(refusal))).unwrap_or_default()
        }
        None => String::new(),
    };
    let label = move || changed.get().unwrap_or_else(|| text::total(locale).to_owned());
    let sheet = view! {
        <PanelBody desk quote/>
        {move || changed.get().map(|words| view! { <p class="quote-difference">{words}</p> })}
    }
    .into_any();
    view! {
        <PricePanel
            title
            note
            announce=Signal::derive(announce)
            label=Signal::derive(label)
            amount=Signal::derive(move || total().unwrap_or_else(|| "—".to_owned()))
            sheet
        >
            {children()}
        </PricePanel>
    }
    .into_any()
}

#[component]
fn PanelBody(desk: Desk, quote: Memo<Option<Quote>>) -> impl IntoView {
    let locale = desk.locale;
    let shown = Memo::new(move |_| quote.read().is_some());
    // The last price stays behind while there is none: when the next one comes, only what changed is marked.
    let last = Memo::new(move |last: Option<&Option<Quote>>| quote.get().or_else(|| last.cloned().flatten()));
    let once = Memo::new(move |_| last.read().is_some());
    let names = desk.names.get_value();
    let home = Some(desk.home());
    let lasting = Signal::derive(move || last.get().unwrap_or_else(|| nothing(&desk)));
    let customer = Signal::derive(move || desk.customer());
    let meta = move || {
        last.read().as_ref().map(|quote| {
            let tariffs = text::tariffs(locale, quote.rulebook.0);
            if desk.changes() {
                tariffs
            } else {
                format!("{}\u{a0}· {tariffs}", text::valid_until(locale, fmt::date(locale, quote.valid_until)))
            }
        })
    };
    let expert = desk.setup.with_value(|setup| setup.expert.id);
    let printed = move || url::printed_quote(locale, expert, &desk.form.read().to_query());
    view! {
        <Show when=move || once.get()>
            // Made invisible rather than taken away: its marks would start again with each return.
            <div class:quote-away=move || !shown.get()>
                <QuoteLines quote=lasting customer home names=names.clone() marks=desk.live/>
                <p class="quote-meta">{meta}</p>
                // The address follows the choices; without script it is that of the price above.
                {(!desk.changes()).then(|| view! {
                    <p class="quote-print" hidden=move || !desk.ready.get()>
                        <a href=printed rel="external nofollow">{text::print(locale)}</a>
                    </p>
                })}
            </div>
        </Show>
        <Show when=move || !shown.get()>
            <NoPrice desk/>
        </Show>
    }
    .into_any()
}

/// A price of nothing, by the rules in force.
fn nothing(desk: &Desk) -> Quote {
    let (version, today) = desk.setup.with_value(|setup| (setup.context.rulebook.version, setup.context.today));
    let treatment = VatTreatment { category: VatCategory::S, rate: BasisPoints(0) };
    Quote {
        rulebook: RulebookVersion(version.0),
        priced_on: today,
        valid_until: today,
        lines: Vec::new(),
        net: Cents::ZERO,
        vat: VatBreakdown::of(treatment, Cents::ZERO),
        total: Cents::ZERO,
    }
}

/// Why there is no price: what is still missing, or what is refused.
#[component]
fn NoPrice(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let refusals = move || match &*desk.priced.read() {
        Some(Err(refusals)) => refusals.iter().map(|refusal| desk.refusal(refusal)).collect(),
        _ => Vec::new(),
    };
    let missing = move || {
        desk.choices
            .read()
            .problems
            .iter()
            .filter(|error| error.problem == Problem::Missing)
            .filter_map(|error| match error.field.as_str() {
                "days" => Some(text::missing_days(locale)),
                "mode" => Some(text::missing_mode(locale)),
                "place" => Some(text::missing_place(locale)),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    let untouched = move || missing().len() > 1 && desk.days.read().is_empty();
    view! {
        <div class="quote-none">
            {move || {
                let refusals: Vec<String> = refusals();
                (!refusals.is_empty()).then(|| view! {
                    <p class="quote-refused">{text::refused(locale)}</p>
                    <ul class="quote-reasons">{refusals.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
                })
            }}
            {move || untouched().then(|| view! { <p>{text::empty(locale)}</p> })}
            {move || {
                let missing = missing();
                (!missing.is_empty() && !untouched()).then(|| view! {
                    <p>{text::incomplete(locale, missing.join(", "))}</p>
                })
            }}
        </div>
    }
    .into_any()
}
