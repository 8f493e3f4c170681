//! An expert's profile.

use super::month::MonthView;
use crate::{
    api::{
        find::profile,
        saved::{ActSaved, read_shortlist},
    },
    i18n::use_locale,
    pages::saved::keep::{Keep, Keeping},
    response,
    ui::{Avatar, EmptyState, ErrorState, LevelBadge, ProfileBody, ProfileWords, Rating, RecordItem, Skeleton, works},
    url::{self, Page},
};
use gabarit_domain::ids::{ExpertId, PlaceId};
use gabarit_i18n::{contact, find, fmt, labels, profile as text, rating as rating_text};
use gabarit_view::{
    error::ApiError,
    expert::{ExpertProfile, ProductView, ProfileRecord, RecordKind, ReviewView},
    place::PlaceView,
};
use leptos::{either::Either, prelude::*};
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_location, use_params_map, use_query_map};

/// Months shown at once; the others unfold.
const MONTHS: usize = 3;

/// The profile page. The days, place and mode of a search travel along in its URL, on to the booking form.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let query = use_query_map();
    let asked = move || {
        let id = params.read().get("id").and_then(|id| id.parse::<ExpertId>().ok());
        let near = query.read().get("place").and_then(|place| place.parse::<PlaceId>().ok());
        (id, near)
    };
    let action = ServerAction::<ActSaved>::new();
    let kept = Resource::new(move || action.version().get(), |_| read_shortlist());
    let found = Resource::new_blocking(asked, move |(id, near)| async move {
        match id {
            Some(id) => profile(locale, id, near).await,
            None => Err(ApiError::NotFound),
        }
    });
    view! {
        <Transition fallback=move || view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let kept = kept.await.unwrap_or_default();
                match found.await {
                    Ok((profile, place, products)) => {
                        Either::Left(view! { <Profile profile place products keeping=Keeping { action, kept }/> })
                    }
                    Err(ApiError::NotFound) => {
                        response::set_status(404);
                        Either::Right(Either::Left(view! {
                            <Title text=text::not_found_title(locale)/>
                            <h1 class="sr-only">{text::not_found_title(locale)}</h1>
                            <EmptyState title=text::not_found_title(locale) text=text::not_found_text(locale)>
                                <a class="button" href=url::path(locale, Page::Experts)>{find::search_title(locale)}</a>
                            </EmptyState>
                        }))
                    }
                    Err(error) => Either::Right(Either::Right(view! { <ErrorState error/> })),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Profile(
    profile: ExpertProfile,
    place: Option<PlaceView>,
    products: Vec<ProductView>,
    keeping: Keeping,
) -> impl IntoView {
    let locale = use_locale();
    provide_context(keeping);
    let location = use_location();
    let card = profile.card.clone();
    let name = card.display_name.clone();
    let book = {
        let path = url::path(locale, Page::Book(card.id));
        let search = location.search.get_untracked();
        let search = search.trim_start_matches('?');
        if search.is_empty() { path } else { format!("{path}?{search}") }
    };
    let question = {
        let path = url::with_param(&url::path(locale, Page::Contact), "topic", "question");
        url::with_param(&path, "expert", &card.id.to_string())
    };
    let product_names: Vec<String> = card
        .products
        .iter()
        .map(|code| {
            products
                .iter()
                .find(|product| product.code == *code)
                .map_or_else(|| code.to_string(), |product| product.name.clone())
        })
        .collect();
    let words = ProfileWords {
        summary: profile.summary.clone(),
        summary_language: profile.summary_language.clone(),
        skills: profile.skills.clone(),
        products: product_names,
        sectors: card.sectors.iter().map(|sector| labels::sector(locale, *sector).to_owned()).collect(),
        languages: labels::language_names(locale, card.languages.iter().map(String::as_str)),
    };
    let works = works(locale, card.on_site, card.remote, card.max_travel_km);
    let distance = place.as_ref().zip(card.distance_km).map(|(place, km)| {
        view! { <p class="profile-distance">{text::distance_here(locale, fmt::int(locale, i64::from(km)), &place.name)}</p> }
    });
    let records = |kind: RecordKind, title: &'static str| {
        let list: Vec<ProfileRecord> = profile.records.iter().filter(|record| record.kind == kind).cloned().collect();
        (!list.is_empty()).then(|| view! { <Records title list/> })
    };
    view! {
        <Title text=text::profile_title(locale, &name)/>
        <Meta name="description" content=card.headline.clone()/>
        <div class="profile">
            <article class="profile-main">
                <header class="profile-head">
                    <Avatar name=name.clone() id=card.id large=true/>
                    <div>
                        <h1>{name.clone()}</h1>
                        <p class="lead">{card.headline.clone()}</p>
                        <p class="profile-marks">
                            <LevelBadge level=card.level/>
                            <Rating tenths=card.rating_tenths count=card.rating_count/>
                            <span class="tag">{labels::kind(locale, card.kind)}</span>
                        </p>
                    </div>
                </header>
                <ProfileBody words=Signal::stored(words)>
                    <dt>{text::base(locale)}</dt><dd>{card.base_name.clone()}" ("{card.base_country.to_string()}")"</dd>
                    <dt>{text::works(locale)}</dt><dd>{works}</dd>
                </ProfileBody>
                {records(RecordKind::Certificate, text::certificates(locale))}
                {records(RecordKind::Experience, text::experience(locale))}
                {records(RecordKind::Education, text::education(locale))}
                <Availability profile=profile.clone()/>
                <Reviews profile=profile.clone()/>
            </article>
            <aside class="profile-side">
                <div class="title-block profile-panel">
                    <p class="profile-rate">
                        <strong>{fmt::money(locale, card.day_rate)}</strong>
                        <span>{find::rate_per_day(locale, "").trim().to_owned()}</span>
                    </p>
                    <p class="hint">{text::rate_note(locale)}</p>
                    {distance}
                    <p class="hint">
                        {card.next_free.map_or_else(
                            || find::no_free(locale).to_owned(),
                            |day| find::next_free(locale, fmt::date_long(locale, day)),
                        )}
                    </p>
                    <a class="button button-primary" href=book aria-label=text::book_name(locale, &name)>{text::book(locale)}</a>
                    // Questions before booking, and days that are taken: the desk takes both (S10, S12).
                    <a class="button" href=question>{contact::ask_expert(locale)}</a>
                    <Keep expert=card.id name=name.clone()/>
                    <p class="hint">
                        {text::days_done(locale, u64::from(profile.completed_days), fmt::int(locale, i64::from(profile.completed_days)))}
                    </p>
                </div>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Records(title: &'static str, list: Vec<ProfileRecord>) -> impl IntoView {
    view! {
        <section>
            <h2>{title}</h2>
            <ul class="records">
                {list
                    .into_iter()
                    .map(|record| view! { <li><RecordItem record/></li> })
                    .collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

/// Free days as month sheets, to read; choosing is the booking form's.
#[component]
fn Availability(profile: ExpertProfile) -> impl IntoView {
    let locale = use_locale();
    let free = profile.offer.free.clone();
    // Days nearer than bookings begin are not offered as free.
    let bookable_from = profile.card.next_free;
    let mut months: Vec<chrono::NaiveDate> = Vec::new();
    for day in free.from.iter_days().take_while(|day| *day <= free.until()) {
        let first = chrono::Datelike::with_day(&day, 1).unwrap_or(day);
        if months.last() != Some(&first) {
            months.push(first);
        }
    }
    let sheet = move |month: chrono::NaiveDate| {
        view! { <MonthView month free=free.clone() bookable_from holidays=profile.holidays.clone()/> }
    };
    let later = months.split_off(months.len().min(MONTHS));
    view! {
        <section aria-labelledby="availability">
            <h2 id="availability">{text::availability(locale)}</h2>
            <p class="legend">
                <span class="day day-free" aria-hidden="true"></span>{text::legend_free(locale)}
                <span class="day day-busy" aria-hidden="true"></span>{text::legend_busy(locale)}
                <span class="day day-holiday" aria-hidden="true"></span>{text::legend_holiday(locale)}
            </p>
            <div class="months">{months.into_iter().map(sheet.clone()).collect_view()}</div>
            {(!later.is_empty()).then(|| view! {
                <details>
                    <summary>{text::more_months(locale)}</summary>
                    <div class="months">{later.into_iter().map(sheet).collect_view()}</div>
                </details>
            })}
            <p class="hint">{text::availability_hint(locale)}</p>
        </section>
    }
    .into_any()
}

#[component]
fn Reviews(profile: ExpertProfile) -> impl IntoView {
    let locale = use_locale();
    let most = profile.rating_spread.iter().copied().max().unwrap_or(0).max(1);
    let spread = profile.rating_spread;
    view! {
        <section aria-labelledby="reviews">
            <h2 id="reviews">{text::reviews(locale)}</h2>
            {if profile.reviews.is_empty() {
                Either::Left(view! { <p>{text::reviews_none(locale)}</p> })
            } else {
                Either::Right(view! {
                    {structured(&profile).map(|json| view! { <script type="application/ld+json" inner_html=json></script> })}
                    <ul class="spread">
                        {(1..=5_u32)
                            .rev()
                            .map(|stars| {
                                let count = spread.get(stars as usize - 1).copied().unwrap_or(0);
                                let label = text::rating_spread(locale, u64::from(stars), stars, fmt::int(locale, i64::from(count)));
                                view! {
                                    <li>
                                        <span class="sr-only">{label}</span>
                                        <span aria-hidden="true">{stars}</span>
                                        <span class="spread-bar" aria-hidden="true">
                                            <svg viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false">
                                                <rect width=count * 100 / most height="8"/>
                                            </svg>
                                        </span>
                                        <span aria-hidden="true">{fmt::int(locale, i64::from(count))}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                    <ul class="reviews">
                        {profile.reviews.iter().map(|review| view! { <Review review=review.clone()/> }).collect_view()}
                    </ul>
                })
            }}
        </section>
    }
    .into_any()
}

/// The service and the mean of its reviews for machines (schema.org `AggregateRating`, which stands on services, not on
/// people): only what the page itself shows.
fn structured(profile: &ExpertProfile) -> Option<String> {
    let card = &profile.card;
    let tenths = card.rating_tenths?;
    let page = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Service",
        "name": card.headline,
        "provider": { "@type": "Person", "name": card.display_name },
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": format!("{}.{}", tenths / 10, tenths % 10),
            "reviewCount": card.rating_count,
            "bestRating": 5,
            "worstRating": 1,
        },
    });
    // Inside of an element of script, no text may look like its end.
    Some(page.to_string().replace('<', "\\u003c"))
}

#[component]
fn Review(review: ReviewView) -> impl IntoView {
    let locale = use_locale();
    view! {
        <li>
            <p class="review-stars"><span aria-hidden="true">{"★".repeat(usize::from(review.rating))}</span><span class="sr-only">{text::rated_value(locale, review.rating)}</span></p>
            <p class="prose" lang=review.language>{review.body}</p>
            <p class="record-where">{text::review_by(locale, review.author, fmt::date(locale, review.day))}</p>
            {review.reply.map(|reply| view! {
                <div class="review-reply">
                    <p class="record-where">{rating_text::reply_of(locale)}</p>
                    <p class="prose">{reply}</p>
                </div>
            })}
        </li>
    }
    .into_any()
}
