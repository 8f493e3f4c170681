//! Members, for managers: renewals, appeals, one membership, benefits, events, reports, figures.

mod benefits;
mod events;
mod figures;
mod file;

pub(super) use benefits::BenefitsPage as MemberBenefitsPage;
pub(super) use events::EventsPage as MemberEventsPage;
pub(super) use figures::{FiguresPage as ProgrammeFiguresPage, ReportsPage as CommunityReportsPage};
pub(super) use file::MemberPage;

use crate::{
    api::membership::{ManagerConfirmRenewals, manager_members},
    i18n::{Locale, fmt, use_locale},
    pages::programme::parts::{done, param},
    ui::{
        EmptyState, ErrorState, FormErrors, FormState, Hidden, Pagination, Skeleton, Submit, TableFrame, Tag,
        use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_i18n::membership as text;
use gabarit_view::membership::{MembershipList, MembershipRow, state_name};
use leptos::prelude::*;
use leptos_meta::Title;

fn list_path(locale: Locale, which: &str) -> String {
    let path = url::path(locale, Page::Manage(ManagePage::Members));
    if which.is_empty() { path } else { url::with_param(&path, "list", which) }
}

/// Links between the sections; `waiting` counts renewals, appeals, parcels and reports.
#[component]
pub(super) fn Tabs(#[prop(optional)] waiting: Option<[u32; 4]>, #[prop(into)] here: String) -> impl IntoView {
    let locale = use_locale();
    let path = |page| url::path(locale, Page::Manage(page));
    let benefits = path(ManagePage::Benefits);
    let links = [
        ("due", list_path(locale, ""), text::tab_renewals(locale), 0),
        ("appeals", list_path(locale, "appeals"), text::tab_appeals(locale), 1),
        ("live", list_path(locale, "live"), text::tab_live(locale), 4),
        ("lapsed", list_path(locale, "lapsed"), state_name(locale, "lapsed"), 4),
        ("ended", list_path(locale, "ended"), state_name(locale, "ended"), 4),
        ("resigned", list_path(locale, "resigned"), state_name(locale, "resigned"), 4),
        ("benefits", benefits, text::tab_benefits(locale), 2),
        ("events", path(ManagePage::Events), text::tab_events(locale), 4),
        ("reports", path(ManagePage::CommunityReports), text::tab_reports(locale), 3),
        ("figures", path(ManagePage::ProgrammeFigures), text::tab_figures(locale), 4),
    ]
    .map(|(name, href, words, index)| {
        let count = waiting.and_then(|waiting| waiting.get(index).copied()).filter(|count| *count > 0);
        let current = (name == here).then_some("page");
        let count = count.map(|count| view! { " " <Tag strong=true>{fmt::int(locale, i64::from(count))}</Tag> });
        view! { <li><a href=href aria-current=current>{words} {count}</a></li> }
    })
    .collect_view();
    view! { <nav class="subnav" aria-label=text::tabs_label(locale)><ul>{links}</ul></nav> }.into_any()
}

/// The list; which one is in the address. Without a choice: the renewals that wait.
#[component]
pub(super) fn MembersPage() -> impl IntoView {
    let locale = use_locale();
    let (which, page) = (param("list"), param("page"));
    let action = ServerAction::<ManagerConfirmRenewals>::new();
    let form = use_form_state("renewals", action);
    let done = done(action);
    let list = Resource::new_blocking(
        move || (which.get(), page.get(), done.get()),
        move |(which, page, _)| manager_members(locale, which, page.parse().unwrap_or(1)),
    );
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match list.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(list) => view! { <List list which=which.get_untracked() action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn List(
    list: MembershipList,
    which: String,
    action: ServerAction<ManagerConfirmRenewals>,
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let here = if which.is_empty() { "due".to_owned() } else { which.clone() };
    let renewals = here == "due";
    let any = list.rows.iter().any(|row| row.regular);
    let page_of = move |page: u32| url::with_param(&list_path(locale, &which), "page", &page.to_string());
    let empty = list.rows.is_empty();
    let rows = list.rows.into_iter().map(|row| view! { <Row row renewals/> }).collect_view();
    let table = move || {
        view! {
            <TableFrame caption=text::manage_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::member(locale)}</th>
                        <th scope="col">{text::country(locale)}</th>
                        <th scope="col">{text::status(locale)}</th>
                        <th scope="col">{text::until(locale)}</th>
                        {renewals.then(|| view! { <th scope="col">{text::months_title(locale)}</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
    };
    view! {
        <Tabs waiting=list.waiting here=here/>
        {renewals.then(|| view! { <p class="hint">{text::rule(locale, list.months_needed)}</p> })}
        {if empty {
            view! { <EmptyState title=text::list_empty(locale)/> }.into_any()
        } else if renewals {
            view! {
                <ActionForm action attr:class="stack-wide">
                    {table()}
                    <Hidden name="locale" value=locale.code()/>
                    {any.then(|| view! { <Submit form text=text::confirm_chosen(locale)/> })}
                </ActionForm>
            }
            .into_any()
        } else {
            table().into_any()
        }}
        <Pagination page=list.page pages=list.pages href=page_of/>
    }
    .into_any()
}

#[component]
fn Row(row: MembershipRow, renewals: bool) -> impl IntoView {
    let locale = use_locale();
    let href = url::path(locale, Page::Manage(ManagePage::Member(row.id)));
    let (id, version) = (row.id, row.version);
    let label = text::choose_member(locale, &row.name);
    let choose = (renewals && row.regular).then(|| {
        view! {
            <input
                type="checkbox"
                class="row-check"
                name="renewals[]"
                value=format!("{id}/{version}")
                checked=true
                aria-label=label
            />
            " "
        }
    });
    let months = row.regularity.map(|regularity| {
        let verdict = if row.regular { text::above(locale) } else { text::below(locale) };
        let dots: String = regularity.months.iter().map(|month| if month.count > 0 { '●' } else { '○' }).collect();
        view! {
            <td>
                <span class="month-dots" aria-hidden="true">{dots}</span> " "
                {text::active_of(locale, regularity.active_months())} " · " {verdict}
            </td>
        }
    });
    let appeal = row.appeal.then(|| view! { " " <Tag strong=true>{text::tab_appeals(locale)}</Tag> });
    view! {
        <tr>
            <th scope="row">{choose} <a href=href>{row.name.clone()}</a></th>
            <td>{row.country.clone()}</td>
            <td>{state_name(locale, &row.state)} {appeal}</td>
            <td>{fmt::date(locale, row.last_day)}</td>
            {months}
        </tr>
    }
    .into_any()
}
