//! Results of a search: criteria with counts, list, map.

use super::{card::ExpertCardView, map::ResultsMap};
use crate::{
    api::{
        find::{SearchPage, search},
        saved::{ActSaved, read_shortlist},
    },
    i18n::use_locale,
    pages::saved::keep::Keeping,
    session::use_account,
    ui::{
        Checkbox, EmptyState, ErrorState, Field, FormErrors, Hidden, Icon, IconName, Notice, Pagination, Skeleton,
        Submit, refusal_text, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{
    expert::ProductCode,
    ids::{ExpertId, PlaceId},
};
use gabarit_i18n::{Locale, contact, find, fmt, labels, saved, term};
use gabarit_view::{
    booking::BookingForm,
    error::{FieldError, Problem},
    expert::ProductView,
    search::{FacetCount, Mode, SearchQuery, SearchResults, Sort},
};
use leptos::{either::Either, form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};
use leptos_router::{
    components::Form,
    hooks::{use_location, use_query_map},
};

/// Radii to choose from, in kilometres.
const RADII: [u32; 7] = [25, 50, 100, 200, 400, 800, 1500];
/// Least ratings to choose from, in tenths.
const RATINGS: [u32; 3] = [35, 40, 45];

/// The results page. Everything it shows follows from its URL.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let locale = use_locale();
    let location = use_location();
    let query = move || location.search.get();
    let results = Resource::new(query, move |query| search(locale, query));
    let action = ServerAction::<ActSaved>::new();
    let kept = Resource::new(move || action.version().get(), |_| read_shortlist());
    view! {
        <Title text=find::results_title(locale)/>
        <Meta name="description" content=find::home_lead(locale)/>
        <Transition fallback=move || view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                // Who is kept in mind matters less than who was found.
                let kept = kept.await.unwrap_or_default();
                match results.await {
                    Ok(page) => Either::Left(view! { <Results page kept action/> }),
                    Err(error) => Either::Right(view! { <ErrorState error/> }),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Results(page: SearchPage, kept: Vec<ExpertId>, action: ServerAction<ActSaved>) -> impl IntoView {
    let locale = use_locale();
    provide_context(Keeping { action, kept });
    let follow = page.results.query.to_query();
    let SearchPage { results, products, ignored, place_text, place_choices } = page;
    let unknown_place = results.near.is_none() && !place_text.is_empty();
    // Dates the wrong way round stay as they were typed, with the message beside them.
    let typed =
        use_query_map().with_untracked(|query| ["from", "until"].map(|name| query.get(name).unwrap_or_default()));
    let [from, until] = typed.each_ref().map(|day| day.parse::<chrono::NaiveDate>().ok());
    let odd_dates = from.zip(until).is_some_and(|(from, until)| until < from).then_some(typed);
    let odd = odd_dates.is_some();
    let count = results.total;
    let carried = carried(&results.query);
    let heading = find::found(locale, u64::from(count), fmt::int(locale, i64::from(count)));
    let near = results.near.as_ref().map(|place| find::found_near(locale, place.label()));
    view! {
        <div class="results">
            <Criteria results=results.clone() products=products.clone() place_text=place_text.clone() unknown_place odd_dates/>
            <section class="results-main" aria-labelledby="results-heading">
                <div class="results-head">
                    <div role="status">
                        <h1 id="results-heading">{heading}" "{near}</h1>
                        {odd.then(|| view! { <p class="sr-only">{find::days_odd(locale)}</p> })}
                    </div>
                    <SortLinks query=results.query.clone() has_place=results.near.is_some()/>
                </div>
                <ChosenCriteria results=results.clone() products=products.clone()/>
                {(place_choices.len() > 1).then(|| view! { <PlaceChoices choices=place_choices query=results.query.clone()/> })}
                {ignored
                    .into_iter()
                    // An unknown place and odd dates have their message beside their fields.
                    .filter(|error| error.field != "place" && !(odd && error.field == "until"))
                    .map(|error| view! { <Notice warning=true>{passed_over(locale, &error)}</Notice> })
                    .collect_view()}
                {if results.cards.is_empty() {
                    let asked = results.query.to_query();
                    let sourcing = format!("{}&{asked}", url::with_param(&url::path(locale, Page::Contact), "topic", "sourcing"));
                    Either::Left(view! {
                        <EmptyState title=find::none_title(locale) text=find::none_text(locale)>
                            <a class="button" href=url::path(locale, Page::Experts)>{find::clear(locale)}</a>
                            // What was looked for goes along: the desk finds somebody for it (S14).
                            <a class="button" href=sourcing>{contact::nothing_found(locale)}</a>
                        </EmptyState>
                    })
                } else {
                    let map_query = results.query.clone();
                    let map_href = Callback::new(move |pin: gabarit_view::search::MapPin| {
                        if pin.count == 1 {
                            url::path(locale, Page::Expert(pin.expert))
                        } else {
                            // A town's own experts: the search moves there.
                            address(locale, &SearchQuery { sort: Sort::Distance, page: 1, ..map_query.clone() })
                        }
                    });
                    Either::Right(view! {
                        <ResultsMap pins=results.pins.clone() near=results.near.clone() href=map_href/>
                        <ul class="cards">
                            {results
                                .cards
                                .iter()
                                .map(|card| view! {
                                    <li><ExpertCardView card=card.clone() products=products.clone() carried=carried.clone()/></li>
                                })
                                .collect_view()}
                        </ul>
                        <Pages results=results.clone()/>
                        <Follow query=follow.clone() action/>
                        <details class="ranking">
                            <summary>{find::ranking_title(locale)}</summary>
                            <p>{find::ranking_relevance(locale)}</p>
                            <p>{find::ranking_other(locale)}</p>
                        </details>
                    })
                }}
            </section>
        </div>
    }
    .into_any()
}

/// Saving the search, to be told of new matches; for those who are signed in.
#[component]
fn Follow(query: String, action: ServerAction<ActSaved>) -> impl IntoView {
    let locale = use_locale();
    let signed_in = use_account().with_untracked(Option::is_some);
    let form = use_form_state("follow", action);
    let open = form.error().with_untracked(Option::is_some);
    signed_in.then(|| {
        view! {
            <details class="action-more" open=open>
                <summary class="button">{saved::save_title(locale)}</summary>
                <ActionForm action attr:class="action-form" attr:novalidate="">
                    <FormErrors form/>
                    <p class="hint">{saved::save_hint(locale)}</p>
                    <Field form name="name" label=saved::name(locale)/>
                    <Checkbox form name="notify" checked=true>{saved::notify(locale)}</Checkbox>
                    <Hidden name="act" value="save".to_owned()/>
                    <Hidden name="query" value=query.clone()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form secondary=true text=saved::save(locale).to_owned()/>
                    <p><a href=url::path(locale, Page::Saved)>{saved::title(locale)}</a></p>
                </ActionForm>
            </details>
        }
        .into_any()
    })
}

/// What is said of a criterion that makes no sense, or that nobody can meet.
fn passed_over(locale: Locale, error: &FieldError) -> String {
    if let Problem::Refused(refusal) = &error.problem {
        return refusal_text(locale, refusal);
    }
    let criterion = match error.field.as_str() {
        "product" => find::field_product(locale),
        "sector" => find::field_sector(locale),
        "language" => find::field_language(locale),
        "mode" => find::field_mode(locale),
        "near" => find::field_place(locale),
        "within" => find::field_within(locale),
        "from" => find::field_from(locale),
        "until" => find::field_until(locale),
        "level" => find::field_level(locale),
        "kind" => find::field_kind(locale),
        "max_rate" => find::field_max_rate(locale),
        "min_rating" => find::field_min_rating(locale),
        "sort" => find::field_sort(locale),
        "days" => find::field_days(locale),
        other => other,
    };
    find::ignored(locale, criterion)
}

/// The address of a search.
pub fn address(locale: Locale, query: &SearchQuery) -> String {
    let text = query.to_query();
    let path = url::path(locale, Page::Experts);
    if text.is_empty() { path } else { format!("{path}?{text}") }
}

/// What a profile and the booking form take over from a search.
fn carried(query: &SearchQuery) -> String {
    BookingForm::from_search(query).to_query()
}

/// The form of criteria: a plain GET form, which hydration sends by itself at each change.
#[component]
fn Criteria(
    results: SearchResults,
    products: Vec<ProductView>,
    place_text: String,
    unknown_place: bool,
    odd_dates: Option<[String; 2]>,
) -> impl IntoView {
    let locale = use_locale();
    let query = results.query;
    let facets = results.facets;
    let place_name = results.near.as_ref().map_or(place_text.clone(), |place| place.name.clone());
    let near = results.near.as_ref().map(|place| place.id.to_string()).unwrap_or_default();
    let send = move |event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        send_form(&event);
        let _ = event;
    };
    let odd = odd_dates.is_some();
    let [from, until] = odd_dates.unwrap_or_else(|| {
        let days = query.days.as_ref();
        [days.map(|days| days.first().to_string()), days.map(|days| days.last().to_string())]
            .map(Option::unwrap_or_default)
    });
    let product_name = move |code: &str| {
        products
            .iter()
            .find(|product| product.code.as_str() == code)
            .map_or_else(|| code.to_owned(), |product| product.name.clone())
    };
    view! {
        <details class="criteria" open=true>
            <summary>{find::filters(locale)}</summary>
            <Form method="GET" action=url::path(locale, Page::Experts) attr:class="criteria-form" on:change=send>
                <div class="field">
                    <label for="place">{find::field_place(locale)}</label>
                    <input type="text" id="place" name="place" value=place_name autocomplete="off" maxlength="80"
                        aria-describedby="place-hint place-problem" aria-invalid=unknown_place.then_some("true")/>
                    <p class="hint" id="place-hint">{find::field_place_hint(locale)}</p>
                    <p class="problem" id="place-problem">
                        {unknown_place.then(|| find::place_unknown(locale, &place_text))}
                    </p>
                </div>
                <KnownPlace near/>
                <div class="field">
                    <label for="within">{find::field_within(locale)}</label>
                    <select id="within" name="within">
                        <option value="" selected=query.within_km.is_none()>{find::within_any(locale)}</option>
                        {RADII
                            .map(|km| view! {
                                <option value=km.to_string() selected=query.within_km == Some(km)>
                                    {find::within_km(locale, fmt::int(locale, i64::from(km)))}
                                </option>
                            })
                            .collect_view()}
                    </select>
                </div>
                <div class="field-pair">
                    <div class="field">
                        <label for="from">{find::field_from(locale)}</label>
                        <input type="date" id="from" name="from" value=from
                            aria-describedby="days-hint days-problem" aria-invalid=odd.then_some("true")/>
                    </div>
                    <div class="field">
                        <label for="until">{find::field_until(locale)}</label>
                        <input type="date" id="until" name="until" value=until
                            aria-describedby="days-hint days-problem" aria-invalid=odd.then_some("true")/>
                    </div>
                </div>
                <p class="hint" id="days-hint">{find::field_days_hint(locale)}</p>
                <p class="problem" id="days-problem">{odd.then(|| find::days_odd(locale))}</p>
                <FacetGroup legend=find::field_product(locale) name="product" facet=facets.products label=product_name/>
                <FacetGroup legend=find::field_sector(locale) name="sector" facet=facets.sectors label=move |code| {
                    gabarit_domain::expert::Sector::parse(code).map_or_else(String::new, |sector| labels::sector(locale, sector).to_owned())
                }/>
                <FacetGroup legend=find::field_mode(locale) name="mode" facet=facets.modes label=move |code| mode_name(locale, code)/>
                <FacetGroup legend=find::field_level(locale) name="level" facet=facets.levels label=move |code| term::level(locale, code)/>
                <FacetGroup legend=find::field_language(locale) name="language" facet=facets.languages label=move |code| labels::language(locale, code).to_owned()/>
                <FacetGroup legend=find::field_kind(locale) name="kind" facet=facets.kinds label=move |code| {
                    gabarit_domain::expert::ExpertKind::parse(code).map_or_else(String::new, |kind| labels::kind(locale, kind).to_owned())
                }/>
                <div class="field">
                    <label for="max_rate">{find::field_max_rate(locale)}</label>
                    <input type="number" id="max_rate" name="max_rate" min="0" max="10000" step="10" inputmode="numeric"
                        value=query.max_rate.map(|rate| (rate.0 / 100).to_string()) aria-describedby="max_rate-hint"/>
                    <p class="hint" id="max_rate-hint">{find::field_max_rate_hint(locale)}</p>
                </div>
                <div class="field">
                    <label for="min_rating">{find::field_min_rating(locale)}</label>
                    <select id="min_rating" name="min_rating">
                        <option value="" selected=query.min_rating_tenths.is_none()>{find::any(locale)}</option>
                        {RATINGS
                            .map(|tenths| view! {
                                <option value=format!("{}.{}", tenths / 10, tenths % 10) selected=query.min_rating_tenths == Some(tenths)>
                                    {find::rating_from(locale, fmt::one_decimal(locale, tenths))}
                                </option>
                            })
                            .collect_view()}
                    </select>
                </div>
                <input type="hidden" name="sort" value=(query.sort != Sort::default()).then(|| query.sort.code())/>
                <div class="actions">
                    <button class="button button-primary" type="submit">{find::apply(locale)}</button>
                    <a class="button" href=url::path(locale, Page::Experts)>{find::clear(locale)}</a>
                </div>
            </Form>
        </details>
    }
    .into_any()
}

/// The id of the place in the text field, so that it need not be looked up again. It goes as soon as the text changes.
#[component]
fn KnownPlace(near: String) -> impl IntoView {
    (!near.is_empty()).then(|| view! { <input type="hidden" name="near" value=near/> })
}

fn mode_name(locale: Locale, code: &str) -> String {
    match Mode::parse(code) {
        Some(Mode::OnSite) => term::mode_on_site(locale).to_owned(),
        Some(Mode::Remote) => term::mode_remote(locale).to_owned(),
        None => String::new(),
    }
}

/// Sends the form of a changed field; a changed place is no longer the one whose id the form carries.
#[cfg(feature = "hydrate")]
fn send_form(event: &leptos::ev::Event) {
    use wasm_bindgen::JsCast;
    let Some(target) = event.target() else { return };
    let (form, is_place) = if let Some(input) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        (input.form(), input.name() == "place")
    } else if let Some(select) = target.dyn_ref::<web_sys::HtmlSelectElement>() {
        (select.form(), false)
    } else {
        (None, false)
    };
    let Some(form) = form else { return };
    if is_place && let Ok(Some(near)) = form.query_selector("input[name=near]") {
        near.remove();
    }
    let _ = form.request_submit();
}

/// One facet: its values with how many experts each would give; those that would give none are left out unless chosen.
#[component]
fn FacetGroup(
    legend: &'static str,
    name: &'static str,
    facet: Vec<FacetCount>,
    label: impl Fn(&str) -> String + Send + Sync + 'static,
) -> impl IntoView {
    let locale = use_locale();
    let chosen = facet.iter().any(|value| value.selected);
    let shown: Vec<_> = facet.into_iter().filter(|value| value.count > 0 || value.selected).collect();
    (!shown.is_empty()).then(|| {
        view! {
            <details class="facet" open=chosen || matches!(name, "product" | "mode" | "level")>
                <summary>{legend}</summary>
                <fieldset>
                    <legend class="sr-only">{legend}</legend>
                    {shown
                        .into_iter()
                        .map(|value| {
                            let id = format!("{name}-{}", value.value);
                            let for_id = id.clone();
                            let text = label(&value.value);
                            view! {
                                <label class="facet-value" for=for_id>
                                    <input type="checkbox" id=id name=name value=value.value checked=value.selected/>
                                    <span>{text}</span>
                                    <span class="facet-count">{fmt::int(locale, i64::from(value.count))}</span>
                                </label>
                            }
                        })
                        .collect_view()}
                </fieldset>
            </details>
        }
    })
}

/// The orders, as links: they work without script and say which one holds.
#[component]
fn SortLinks(query: SearchQuery, has_place: bool) -> impl IntoView {
    let locale = use_locale();
    view! {
        <nav class="sorts" aria-label=find::field_sort(locale)>
            <span aria-hidden="true">{find::field_sort(locale)}</span>
            <ul>
                {Sort::ALL
                    .into_iter()
                    .filter(|sort| *sort != Sort::Distance || has_place)
                    .map(|sort| {
                        let text = match sort {
                            Sort::Relevance => find::sort_relevance(locale),
                            Sort::Distance => find::sort_distance(locale),
                            Sort::Price => find::sort_price(locale),
                            Sort::Rating => find::sort_rating(locale),
                            Sort::Soonest => find::sort_soonest(locale),
                        };
                        let href = address(locale, &SearchQuery { sort, page: 1, ..query.clone() });
                        view! { <li><a href=href aria-current=(sort == query.sort).then_some("true")>{text}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
    .into_any()
}

/// What was chosen, each with a link that takes it away.
#[component]
fn ChosenCriteria(results: SearchResults, products: Vec<ProductView>) -> impl IntoView {
    let locale = use_locale();
    let query = results.query;
    let mut chips: Vec<(String, SearchQuery)> = Vec::new();
    let without = |change: &dyn Fn(&mut SearchQuery)| {
        let mut other = SearchQuery { page: 1, ..query.clone() };
        change(&mut other);
        other
    };
    let name = |code: &ProductCode| {
        products
            .iter()
            .find(|product| product.code == *code)
            .map_or_else(|| code.to_string(), |product| product.name.clone())
    };
    for code in &query.products {
        chips.push((name(code), without(&|other| other.products.retain(|known| known != code))));
    }
    for sector in &query.sectors {
        chips.push((
            labels::sector(locale, *sector).to_owned(),
            without(&|other| other.sectors.retain(|known| known != sector)),
        ));
    }
    for language in &query.languages {
        chips.push((
            labels::language(locale, language).to_owned(),
            without(&|other| other.languages.retain(|known| known != language)),
        ));
    }
    if let Some(mode) = query.mode {
        chips.push((mode_name(locale, mode.code()), without(&|other| other.mode = None)));
    }
    if let Some(place) = &results.near {
        let text = query.within_km.map_or_else(
            || place.name.clone(),
            |km| format!("{} · {}", place.name, find::within_km(locale, fmt::int(locale, i64::from(km)))),
        );
        chips.push((
            text,
            without(&|other| {
                other.near = None::<PlaceId>;
                other.within_km = None;
            }),
        ));
    }
    if let Some(days) = &query.days {
        let text = if days.count() == 1 {
            fmt::day_chip(locale, days.first())
        } else {
            format!("{} – {}", fmt::day_chip(locale, days.first()), fmt::day_chip(locale, days.last()))
        };
        chips.push((text, without(&|other| other.days = None)));
    }
    for level in &query.levels {
        chips
            .push((term::level(locale, level.number()), without(&|other| other.levels.retain(|known| known != level))));
    }
    for kind in &query.kinds {
        chips.push((
            labels::kind(locale, *kind).to_owned(),
            without(&|other| other.kinds.retain(|known| known != kind)),
        ));
    }
    if let Some(rate) = query.max_rate {
        chips.push((format!("≤ {}", fmt::money(locale, rate)), without(&|other| other.max_rate = None)));
    }
    if let Some(rating) = query.min_rating_tenths {
        chips.push((
            find::rating_from(locale, fmt::one_decimal(locale, rating)),
            without(&|other| other.min_rating_tenths = None),
        ));
    }
    (!chips.is_empty()).then(|| {
        view! {
            <ul class="chips" aria-label=find::selected_criteria(locale)>
                {chips
                    .into_iter()
                    .map(|(text, other)| view! {
                        <li>
                            <a class="chip" href=address(locale, &other) aria-label=find::remove_criterion(locale, &text)>
                                {text.clone()}<Icon name=IconName::Cross/>
                            </a>
                        </li>
                    })
                    .collect_view()}
            </ul>
        }
    })
}

/// Other places of the same name.
#[component]
fn PlaceChoices(choices: Vec<gabarit_view::place::PlaceView>, query: SearchQuery) -> impl IntoView {
    let locale = use_locale();
    view! {
        <nav class="place-choices" aria-label=find::place_choices(locale)>
            <span>{find::place_choices(locale)}</span>
            <ul>
                {choices
                    .into_iter()
                    .map(|place| {
                        let label = match &place.region {
                            Some(region) => format!("{} ({region}, {})", place.name, place.country_name),
                            None => place.label(),
                        };
                        let href = address(locale, &SearchQuery { near: Some(place.id), page: 1, ..query.clone() });
                        view! { <li><a href=href aria-current=(query.near == Some(place.id)).then_some("true")>{label}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
    .into_any()
}

#[component]
fn Pages(results: SearchResults) -> impl IntoView {
    let locale = use_locale();
    let query = results.query;
    let href = move |page: u32| address(locale, &SearchQuery { page, ..query.clone() });
    view! { <Pagination page=results.page pages=results.pages href/> }
}
