//! Everything that is stored about oneself: to take along, to have erased.

use crate::{
    api::own_data::{EraseOwnData, ExportOwnData, own_data_page},
    i18n::{Locale, fmt, use_locale},
    ui::{
        Checkbox, ConfirmField, EmptyState, ErrorState, FormErrors, Hidden, Notice, Skeleton, Submit, Tag,
        use_form_state,
    },
    url::{self, Page},
};
use gabarit_i18n::own_data as text;
use gabarit_view::own_data::{ExportView, Obstacle, OwnData};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The archive is kept for so long; as the service does.
const KEPT_DAYS: u32 = 7;

/// The page.
#[component]
pub(super) fn OwnDataPage() -> impl IntoView {
    let locale = use_locale();
    let (export, erase) = (ServerAction::<ExportOwnData>::new(), ServerAction::<EraseOwnData>::new());
    let page = Resource::new_blocking(move || export.version().get(), |_| own_data_page());
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(OwnData { exports, obstacles, is_expert }) => view! {
                        <Exports locale exports action=export/>
                        <Erase locale obstacles is_expert action=erase/>
                    }
                    .into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Exports(locale: Locale, exports: Vec<ExportView>, action: ServerAction<ExportOwnData>) -> impl IntoView {
    let form = use_form_state("export", action);
    let none = exports.is_empty();
    let rows = exports
        .into_iter()
        .map(|export| {
            let asked = text::asked_on(locale, fmt::date_time(locale, &export.asked_at));
            let rest = match export.state.as_str() {
                "ready" => {
                    let href = format!("/account/data/{}", export.id);
                    let size = fmt::int(locale, i64::try_from(export.size.div_ceil(1000)).unwrap_or(i64::MAX));
                    let until = export
                        .expires_at
                        .map(|until| format!(" · {}", text::until(locale, fmt::date_time(locale, &until))));
                    view! {
                        <Tag strong=true>{text::state_ready(locale)}</Tag>
                        " "
                        <a href=href rel="external" download="">{text::download(locale, size)}</a>
                        {until}
                    }
                    .into_any()
                }
                "asked" => view! { <Tag>{text::state_asked(locale)}</Tag> }.into_any(),
                _ => view! { <Tag>{text::state_gone(locale)}</Tag> }.into_any(),
            };
            view! { <li>{asked} " · " {rest}</li> }
        })
        .collect_view();
    view! {
        <section class="account-section stack" aria-labelledby="own-export">
            <h2 id="own-export">{text::export(locale)}</h2>
            <p>{text::export_lead(locale, KEPT_DAYS)}</p>
            {if none {
                view! { <EmptyState title=text::none(locale)/> }.into_any()
            } else {
                view! { <ul>{rows}</ul> }.into_any()
            }}
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code()/>
                <ConfirmField form/>
                <Submit form text=text::ask(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn obstacle(locale: Locale, obstacle: &Obstacle) -> String {
    let count = u64::from(obstacle.count);
    match obstacle.code.as_str() {
        "manager" => text::obstacle_manager(locale).to_owned(),
        "bookings" => text::obstacle_bookings(locale, count),
        "payouts" => text::obstacle_payouts(locale, count),
        "refunds" => text::obstacle_refunds(locale, count),
        "unpaid" => text::obstacle_unpaid(locale, count),
        "application" => text::obstacle_application(locale).to_owned(),
        "membership" => text::obstacle_membership(locale).to_owned(),
        "disputes" => text::obstacle_disputes(locale, count),
        "rentals" => text::obstacle_rentals(locale, count),
        "nomination" => text::obstacle_nomination(locale).to_owned(),
        "reviews" => text::obstacle_reviews(locale, count),
        _ => text::obstacle_other(locale).to_owned(),
    }
}

#[component]
fn Erase(
    locale: Locale,
    obstacles: Vec<Obstacle>,
    is_expert: bool,
    action: ServerAction<EraseOwnData>,
) -> impl IntoView {
    let form = use_form_state("erase", action);
    let privacy = url::path(locale, Page::Privacy);
    let act = if obstacles.is_empty() {
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code()/>
                <Checkbox form name="understood" called=text::understood(locale)>{text::understood(locale)}</Checkbox>
                <ConfirmField form/>
                <Submit form secondary=true text=text::erase_button(locale)/>
            </ActionForm>
        }
        .into_any()
    } else {
        let list = obstacles.iter().map(|found| view! { <li>{obstacle(locale, found)}</li> }).collect_view();
        view! {
            <Notice>
                <p>{text::prevented(locale)}</p>
                <ul>{list}</ul>
            </Notice>
        }
        .into_any()
    };
    view! {
        <section class="account-section stack" aria-labelledby="own-erase">
            <h2 id="own-erase">{text::erase(locale)}</h2>
            <p>{text::erase_lead(locale)}</p>
            {is_expert.then(|| view! { <p>{text::erase_expert(locale)}</p> })}
            <p>
                {text::erase_kept(locale)} " "
                <a href=privacy>{gabarit_i18n::common::nav_privacy(locale)}</a>
            </p>
            {act}
        </section>
    }
    .into_any()
}
