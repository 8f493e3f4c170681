//! The price beside the form: always in view, on a small screen as a bar that unfolds.

use super::desk::Desk;
use crate::{i18n::fmt, ui::QuoteLines, url};
use gabarit_domain::{
    money::{BasisPoints, Cents},
    pricing::Quote,
    rulebook::RulebookVersion,
    vat::{VatBreakdown, VatCategory, VatTreatment},
};
use gabarit_i18n::{booking, quote as text};
use gabarit_view::error::Problem;
use leptos::{ev, prelude::*};

/// The panel; `details` is the next page, `on_go` leads there with script.
#[component]
pub(super) fn Panel(desk: Desk, details: String, on_go: impl FnMut(ev::MouseEvent) + 'static) -> impl IntoView {
    let locale = desk.locale;
    let quote = Memo::new(move |_| match &*desk.priced.read() {
        Some(Ok(quote)) => Some(quote.clone()),
        _ => None,
    });
    let total = move || quote.read().as_ref().map(|quote| fmt::money(locale, quote.total));
    let announce = move || match &*desk.priced.read() {
        Some(Ok(quote)) => text::announce(locale, fmt::money(locale, quote.total)),
        Some(Err(refusals)) => {
            refusals.first().map(|refusal| text::announce_refused(locale, desk.refusal(refusal))).unwrap_or_default()
        }
        None => String::new(),
    };
    view! {
        <aside class="quote-panel title-block" aria-label=text::title(locale)>
            <p class="sr-only" aria-live="polite">{announce}</p>
            <input type="checkbox" id="quote-unfold" class="quote-unfold" aria-label=text::details(locale) autocomplete="off"/>
            <div class="quote-sheet">
                <h2 class="quote-title-bar">{text::title(locale)}</h2>
                <PanelBody desk quote/>
            </div>
            <div class="quote-bar">
                <label class="quote-bar-total" for="quote-unfold">
                    <span class="quote-bar-label">{text::total(locale)}</span>
                    <span class="quote-bar-amount">{move || total().unwrap_or_else(|| "—".to_owned())}</span>
                </label>
                <button type="submit" class="button button-primary" formaction=details on:click=on_go>
                    {booking::go_on(locale)}
                </button>
            </div>
            <p class="hint quote-after">{booking::go_on_note(locale)}</p>
        </aside>
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
            format!(
                "{}\u{a0}· {}",
                text::valid_until(locale, fmt::date(locale, quote.valid_until)),
                text::tariffs(locale, quote.rulebook.0)
            )
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
                <p class="quote-print" hidden=move || !desk.ready.get()>
                    <a href=printed rel="external nofollow">{text::print(locale)}</a>
                </p>
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
