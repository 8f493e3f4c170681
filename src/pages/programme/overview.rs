//! What the programme is.

use super::parts::SubNav;
use crate::{
    api::membership::programme,
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, Skeleton, TableFrame},
    url::{self, Page, ProgrammeSection},
};
use gabarit_i18n::{membership as own_text, programme as text};
use gabarit_view::membership::{CycleView, ProgrammePage};
use leptos::prelude::*;
use leptos_meta::Title;

type Words = fn(Locale) -> &'static str;

const QUALITIES: [(Words, Words); 5] = [
    (text::quality_champion, text::quality_champion_text),
    (text::quality_expert, text::quality_expert_text),
    (text::quality_caring, text::quality_caring_text),
    (text::quality_responsive, text::quality_responsive_text),
    (text::quality_leader, text::quality_leader_text),
];

const QUESTIONS: [(Words, Words); 15] = [
    (text::q_honours, text::a_honours),
    (text::q_apply, text::a_apply),
    (text::q_vendor, text::a_vendor),
    (text::q_expertise, text::a_expertise),
    (text::q_minimum, text::a_minimum),
    (text::q_criteria, text::a_criteria),
    (text::q_when, text::a_when),
    (text::q_refused, text::a_refused),
    (text::q_again, text::a_again),
    (text::q_renew, text::a_renew),
    (text::q_benefits, text::a_benefits),
    (text::q_software, text::a_software),
    (text::q_lost, text::a_lost),
    (text::q_paid, text::a_paid),
    (text::q_kept, text::a_kept),
];

/// The page.
#[component]
pub(super) fn OverviewPage() -> impl IntoView {
    let locale = use_locale();
    let page = Resource::new_blocking(|| (), |()| programme());
    view! {
        <Title text=text::title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
        </header>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(page) => view! { <Overview page/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Overview(page: ProgrammePage) -> impl IntoView {
    let locale = use_locale();
    let link = move |section| url::path(locale, Page::Programme(section));
    let qualities = QUALITIES
        .map(|(name, words)| view! { <div><dt>{name(locale)}</dt><dd>{words(locale)}</dd></div> })
        .collect_view();
    let questions = QUESTIONS
        .map(|(question, answer)| {
            view! {
                <details>
                    <summary>{question(locale)}</summary>
                    <p class="answer">{answer(locale)}</p>
                </details>
            }
        })
        .collect_view();
    let next = match &page.own {
        Some(own) if own.live => view! {
            <p>{text::own_live(locale, fmt::date(locale, own.last_day))}</p>
            <p><a class="button button-primary" href=link(ProgrammeSection::Membership)>{text::own_open(locale)}</a></p>
        }
        .into_any(),
        Some(_) => view! {
            <p>{text::own_past(locale)}</p>
            <p class="desk-moves">
                <a class="button button-primary" href=link(ProgrammeSection::Nominate)>{text::nominate(locale)}</a>
                <a class="button" href=link(ProgrammeSection::Membership)>{text::own_open(locale)}</a>
            </p>
        }
        .into_any(),
        None => view! {
            <p><a class="button button-primary" href=link(ProgrammeSection::Nominate)>{text::nominate(locale)}</a></p>
            <p class="hint">{text::nominate_hint(locale)}</p>
        }
        .into_any(),
    };
    view! {
        <div class="programme">
            {next}
            <section>
                <h2>{text::what_title(locale)}</h2>
                <p>{text::what_text(locale)}</p>
                <p>{text::not_eligible(locale)}</p>
                <p><a href=link(ProgrammeSection::Members)>{text::hall_link(locale, u64::from(page.members))}</a></p>
            </section>
            <section>
                <h2>{text::qualities_title(locale)}</h2>
                <dl class="qualities">{qualities}</dl>
            </section>
            <section>
                <h2>{text::benefits_title(locale)}</h2>
                <p>{text::benefits_text(locale)}</p>
                <p><a href=link(ProgrammeSection::Benefits)>{text::benefits_link(locale)}</a></p>
            </section>
            <section>
                <h2>{text::calendar_title(locale)}</h2>
                <p>{text::calendar_text(locale)}</p>
                <Calendar cycles=page.cycles/>
            </section>
            <section>
                <h2>{text::faq_title(locale)}</h2>
                <div class="questions">{questions}</div>
            </section>
            <p class="hint">{own_text::not_affiliated(locale)}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Calendar(cycles: Vec<CycleView>) -> impl IntoView {
    let locale = use_locale();
    let rows = cycles
        .into_iter()
        .map(|cycle| {
            let now =
                cycle.collects.then(|| view! { " " <span class="tag tag-strong">{text::calendar_now(locale)}</span> });
            view! {
                <tr>
                    <th scope="row">{fmt::date(locale, cycle.until)} {now}</th>
                    <td>{fmt::date(locale, cycle.opens)}</td>
                    <td>{fmt::date(locale, cycle.answered_by)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame caption=text::calendar_title(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::calendar_until(locale)}</th>
                    <th scope="col">{text::calendar_opens(locale)}</th>
                    <th scope="col">{text::calendar_answer(locale)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}
