//! The booking form: days, place, options, VAT, and the price of it all beside.
//!
//! Every choice lives in the URL. Without script the form is sent with GET and comes back priced; with it every change is
//! priced in the browser by the same engine, and the URL follows.

mod change;
mod desk;
mod options;
mod panel;
mod place;
mod vat;

use crate::{
    api::booking::booking_page,
    i18n::use_locale,
    pages::booking::parts::{NotShown, Steps},
    ui::{DayCalendar, ProductNames, day_list, refusal_reason},
    url::{self, Page},
};
pub(super) use change::ChangePage;
use desk::{Desk, Errors};
use gabarit_domain::{ids::ExpertId, pricing::Refusal};
use gabarit_i18n::{booking as text, fmt, term};
use gabarit_view::{booking::BookingPage, error::ApiError, search::Mode};
use leptos::{ev, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};
use options::Options;
use panel::Panel;
use place::PlaceField;
use vat::VatFields;

/// The form's id in the document.
const FORM: &str = "booking-form";

/// The page.
#[component]
pub fn ChoosePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    // The URL follows the form from here on, so only another expert loads anew.
    let search = use_location().search;
    let page = Resource::new_blocking(
        move || params.read().get("expert").and_then(|id| id.parse::<ExpertId>().ok()),
        move |expert| {
            let query = search.get_untracked();
            async move {
                match expert {
                    Some(expert) => booking_page(locale, expert, query).await,
                    None => Err(ApiError::NotFound),
                }
            }
        },
    );
    // What was chosen before script took over must outlive its coming.
    let typed = desk::typed_before_script(FORM);
    view! {
        <Suspense>
            {move || {
                let typed = typed.clone();
                Suspend::new(async move {
                    match page.await {
                        Ok(page) => view! { <Form page typed/> }.into_any(),
                        Err(error) => view! { <NotShown error title=text::not_bookable_title(locale) words=text::not_bookable_text(locale)/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Form(page: BookingPage, typed: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let expert = page.setup.expert.clone();
    let path = url::path(locale, Page::Book(expert.id));
    let desk = Desk::new(locale, &page, None);
    desk.keep_url(path.clone());
    Effect::new({
        let typed = typed.clone();
        move || {
            if let Some(typed) = &typed {
                desk.take_over(typed);
            }
        }
    });

    let navigate = use_navigate();
    let details = move || {
        let query = desk.form.read().to_query();
        format!("{}?{query}", url::path(locale, Page::BookDetails(expert.id)))
    };
    let go_on = move |event: ev::MouseEvent| {
        event.prevent_default();
        if desk.ready.get_untracked() {
            navigate(&details(), leptos_router::NavigateOptions::default());
        } else {
            desk.checked.set(true);
            desk::focus_first_error();
        }
    };
    view! {
        <Title text=text::title(locale, &expert.display_name)/>
        <Steps locale current=1/>
        <header class="booking-head">
            <h1>{text::title(locale, &expert.display_name)}</h1>
            <p class="booking-whom">
                <span>{expert.headline.clone()}</span>
                " · "
                <a href=url::path(locale, Page::Expert(expert.id))>
                    {text::back_to_profile(locale, &expert.display_name)}
                </a>
            </p>
        </header>
        <form id=FORM class="booking-form" method="get" action=path novalidate on:submit=move |event| stay(desk, &event)>
            <div class="booking-sections">
                <Days desk page=page.clone()/>
                <Where desk page=page.clone()/>
                <Options desk/>
                <VatFields desk/>
                <p class="booking-update">
                    <button type="submit" class="button" name="check" value="1">
                        {gabarit_i18n::quote::update(locale)}
                    </button>
                </p>
            </div>
            <Panel desk title=gabarit_i18n::quote::title(locale) note=text::go_on_note(locale)>
                <button
                    type="submit"
                    class="button button-primary"
                    formaction=url::path(locale, Page::BookDetails(expert.id))
                    on:click=go_on
                >
                    {text::go_on(locale)}
                </button>
            </Panel>
        </form>
    }
}

/// The price is there already: Enter has nothing to send.
fn stay(desk: Desk, event: &ev::SubmitEvent) {
    event.prevent_default();
    desk.checked.set(true);
}

#[component]
fn Section(
    /// Its number, as on a drawing.
    number: u8,
    /// Its id in the document.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    view! {
        <section class="booking-section" id=id aria-labelledby=heading>
            <h2 id=format!("{id}-title")><span class="booking-number" aria-hidden="true">{number}</span>{title}</h2>
            {children()}
        </section>
    }
}

#[component]
fn Days(desk: Desk, page: BookingPage) -> impl IntoView {
    let locale = use_locale();
    let setup = page.setup;
    let earliest = desk.earliest();
    let name = setup.expert.display_name.clone();
    let nothing = setup.offer.free.next_free(earliest).is_none();
    let summary = move || {
        let days = desk.days.read();
        if days.is_empty() {
            text::days_none(locale).to_owned()
        } else {
            text::days_chosen(locale, days.len() as u64, day_list(locale, days.iter().copied()))
        }
    };
    let none = move || desk.days.read().is_empty();
    view! {
        <Section number=1 id="section-days" title=text::days_title(locale)>
            <p class="hint">{text::days_hint(locale)}" "{text::earliest(locale, fmt::date(locale, setup.context.earliest_start()))}</p>
            <p class="hint script-only">{text::days_keys(locale)}</p>
            {nothing.then(|| view! { <p class="notice">{text::days_none_free(locale, &name)}</p> })}
            <DayCalendar
                name=name.clone()
                free=setup.offer.free
                earliest
                holidays=setup.holidays
                selected=desk.days
            />
            <p class="calendar-summary">
                <span>{summary}</span>
                " "
                <button
                    type="button"
                    class="link-button script-only"
                    hidden=none
                    on:click=move |_| desk.days.update(std::collections::BTreeSet::clear)
                >
                    {text::days_clear(locale)}
                </button>
            </p>
            <Errors desk field="days"/>
        </Section>
    }
}

#[component]
fn Where(desk: Desk, page: BookingPage) -> impl IntoView {
    let locale = use_locale();
    let offer = page.setup.offer.clone();
    let name = page.setup.expert.display_name.clone();
    let over = page.setup.context.rulebook.travel.allowance_over_km;
    let mode_choice = move |mode: Mode, offered: bool, title: &'static str, hint: String| {
        let id = format!("mode-{}", mode.code());
        let hint_id = format!("{id}-hint");
        let chosen = move || *desk.mode.read() == mode.code();
        view! {
            <label class="option-card" class:option-off=!offered>
                <input
                    type="radio"
                    name="mode"
                    id=id
                    value=mode.code()
                    checked=desk.mode.with_untracked(|chosen| chosen == mode.code())
                    prop:checked=chosen
                    // What the address asks for stays to be seen, and refused, even if it is not offered.
                    disabled=move || !offered && !chosen()
                    aria-describedby=hint_id.clone()
                    on:change=move |_| desk.mode.set(mode.code().to_owned())
                />
                <span class="option-text">
                    <span class="option-title">{title}</span>
                    <span class="hint" id=hint_id>{hint}</span>
                </span>
            </label>
        }
    };
    let hint = |offered: bool, hint: String, refusal: &Refusal| {
        if offered { hint } else { refusal_reason(locale, refusal, &name, &ProductNames::default()) }
    };
    let remote_hint = hint(offer.remote, text::remote_hint(locale).to_owned(), &Refusal::NotRemote);
    let on_site_hint =
        hint(offer.on_site, text::on_site_hint(locale, fmt::int(locale, i64::from(over))), &Refusal::NotOnSite);
    view! {
        <Section number=2 id="section-place" title=text::place_title(locale)>
            <div class="option-list" role="radiogroup" aria-labelledby="section-place-title">
                {mode_choice(Mode::Remote, offer.remote, term::mode_remote(locale), remote_hint)}
                {mode_choice(Mode::OnSite, offer.on_site, term::mode_on_site(locale), on_site_hint)}
            </div>
            <Errors desk field="mode"/>
            <PlaceField desk choices=page.place_choices/>
        </Section>
    }
}
