//! What several screens show: states, contributions, reasons, letters, reviews, the discussion.

use super::heat::HeatMap;
use crate::{
    i18n::{Locale, fmt},
    ui::Tag,
};
use gabarit_domain::recognition::{Channel, Phase, Quality};
use gabarit_i18n::{labels, nomination as text};
use gabarit_view::nomination::{
    ContributionView, Dossier, LetterView, ReasonView, RefusedView, RemarkView, ReviewView,
};
use leptos::prelude::*;

pub(crate) fn quality(l: Locale, quality: Quality) -> &'static str {
    match quality {
        Quality::Champion => text::quality_champion(l),
        Quality::Expert => text::quality_expert(l),
        Quality::Caring => text::quality_caring(l),
        Quality::Responsive => text::quality_responsive(l),
        Quality::Leader => text::quality_leader(l),
    }
}

pub(crate) fn about(l: Locale, quality: Quality) -> &'static str {
    match quality {
        Quality::Champion => text::about_champion(l),
        Quality::Expert => text::about_expert(l),
        Quality::Caring => text::about_caring(l),
        Quality::Responsive => text::about_responsive(l),
        Quality::Leader => text::about_leader(l),
    }
}

pub(crate) fn channel(l: Locale, channel: Channel) -> &'static str {
    match channel {
        Channel::Forum => text::channel_forum(l),
        Channel::KnowledgeBase => text::channel_knowledge_base(l),
        Channel::Conference => text::channel_conference(l),
        Channel::Video => text::channel_video(l),
        Channel::Social => text::channel_social(l),
        Channel::Blog => text::channel_blog(l),
        Channel::Article => text::channel_article(l),
        Channel::MeetUp => text::channel_meet_up(l),
        Channel::Community => text::channel_community(l),
    }
}

pub(crate) fn phase(l: Locale, phase: Phase) -> &'static str {
    match phase {
        Phase::Collecting => text::phase_collecting(l),
        Phase::Review => text::phase_review(l),
        Phase::Decision => text::phase_decision(l),
        Phase::Closed => text::phase_closed(l),
    }
}

pub(crate) fn state(l: Locale, code: &str) -> &'static str {
    match code {
        "draft" => text::state_draft(l),
        "submitted" => text::state_submitted(l),
        "review" => text::state_review(l),
        "deliberation" => text::state_deliberation(l),
        "decided" => text::state_decided(l),
        "granted" => text::state_granted(l),
        "refused" => text::state_refused(l),
        _ => text::state_withdrawn(l),
    }
}

pub(crate) fn seat(l: Locale, code: &str) -> &'static str {
    match code {
        "open" => text::seat_open(l),
        "in" => text::seat_in(l),
        "recused" => text::seat_recused(l),
        _ => text::seat_released(l),
    }
}

pub(crate) fn language(l: Locale, code: &str) -> String {
    labels::LANGUAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or_else(|| code.to_owned(), |(_, name)| name(l).to_owned())
}

/// A mark, given in thousandths, with two decimals.
pub(crate) fn mark(l: Locale, thousandths: u32) -> String {
    let hundredths = (thousandths + 5) / 10;
    let point = if l == Locale::En { '.' } else { ',' };
    format!("{}{point}{:02}", hundredths / 100, hundredths % 100)
}

/// Contributions, the newest first; `remove` makes the form that takes one away.
#[component]
pub(crate) fn ContributionList(
    locale: Locale,
    contributions: Vec<ContributionView>,
    /// The form that takes one away.
    #[prop(optional)]
    remove: Option<Callback<ContributionView, AnyView>>,
) -> impl IntoView {
    let items = contributions
        .into_iter()
        .map(|one| {
            let form = remove.filter(|_| one.can_remove).map(|remove| remove.run(one.clone()));
            let reach = one.reach.map(|count| format!(" · {}", text::reached(locale, count)));
            let here = one.from_platform.then(|| format!(" · {}", text::from_platform(locale)));
            view! {
                <li class="contribution">
                    <p class="contribution-head">
                        <a href=one.url rel="noopener nofollow ugc external">{one.title}</a>
                    </p>
                    <p class="hint">
                        {fmt::date(locale, one.occurred_on)} " · " {channel(locale, one.channel)} " · "
                        {language(locale, &one.language)} {reach} {here}
                    </p>
                    <p class="prose">{one.helped}</p>
                    {form}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="contributions">{items}</ul> }.into_any()
}

/// Reasons, each with its quality.
#[component]
pub(crate) fn Reasons(locale: Locale, reasons: Vec<ReasonView>) -> impl IntoView {
    let items = reasons
        .into_iter()
        .map(|reason| {
            view! {
                <dt>{quality(locale, reason.quality)}</dt>
                <dd class="prose">{reason.text}</dd>
            }
        })
        .collect_view();
    view! { <dl class="reasons">{items}</dl> }.into_any()
}

/// Why earlier nominations were refused.
#[component]
pub(crate) fn Refusals(locale: Locale, refusals: Vec<RefusedView>) -> impl IntoView {
    (!refusals.is_empty()).then(|| {
        let items = refusals
            .into_iter()
            .map(|refused| {
                let remark = (!refused.remark.is_empty()).then(|| view! { <p class="prose">{refused.remark}</p> });
                view! {
                    <li>
                        <p class="hint">{text::refused_on(locale, fmt::date(locale, refused.day))}</p>
                        <Reasons locale reasons=refused.reasons/>
                        {remark}
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="sheet-section stack">
                <h2>{text::refusals_title(locale)}</h2>
                <ul class="refusals">{items}</ul>
            </section>
        }
        .into_any()
    })
}

/// A letter, in its own language.
#[component]
pub(crate) fn Letter(letter: LetterView) -> impl IntoView {
    let paragraphs =
        letter.paragraphs.into_iter().map(|paragraph| view! { <p class="prose">{paragraph}</p> }).collect_view();
    view! {
        <blockquote class="letter stack" lang=letter.locale>
            <p>
                <strong>{letter.subject}</strong>
            </p>
            {paragraphs}
        </blockquote>
    }
    .into_any()
}

/// What reviewers and managers read of a nomination.
#[component]
pub(crate) fn Read(locale: Locale, dossier: Dossier) -> impl IntoView {
    let lang = dossier.language.clone();
    view! {
        <section class="sheet-section stack">
            <h2>{text::statement(locale)}</h2>
            <p class="prose" lang=lang>{dossier.statement}</p>
            <p class="hint">{dossier.country} " · " {language(locale, &dossier.language)}</p>
        </section>
        <section class="sheet-section stack">
            <h2>{text::shown(locale)}</h2>
            <HeatMap locale months=dossier.months/>
            <ContributionList locale contributions=dossier.contributions/>
        </section>
        <Refusals locale refusals=dossier.refusals/>
    }
    .into_any()
}

/// Reviews that are seen.
#[component]
pub(crate) fn Reviews(locale: Locale, reviews: Vec<ReviewView>) -> impl IntoView {
    if reviews.is_empty() {
        return view! { <p class="hint">{text::reviews_blind(locale)}</p> }.into_any();
    }
    let items = reviews
        .into_iter()
        .map(|review| {
            let scores = review
                .scores
                .into_iter()
                .map(|(of, score, ground)| {
                    view! {
                        <dt>{quality(locale, of)} " " <Tag strong=true>{score}</Tag></dt>
                        <dd class="prose">{ground}</dd>
                    }
                })
                .collect_view();
            view! {
                <article class="review stack">
                    <h3>{text::review_by(locale, review.reviewer)}</h3>
                    <p class="hint">
                        {text::mark(locale)} " " {text::out_of_five(locale, mark(locale, review.mark))} " · "
                        {fmt::date_time(locale, &review.submitted_at)}
                    </p>
                    <dl class="reasons">{scores}</dl>
                </article>
            }
        })
        .collect_view();
    view! { <div class="review-pair">{items}</div> }.into_any()
}

/// The discussion.
#[component]
pub(crate) fn Discussion(locale: Locale, messages: Vec<RemarkView>) -> impl IntoView {
    let items = messages
        .into_iter()
        .map(|message| {
            view! {
                <li>
                    <p class="hint">{message.author} " · " {fmt::date_time(locale, &message.at)}</p>
                    <p class="prose">{message.body}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="contributions">{items}</ol> }.into_any()
}

/// What has just been done, named by the page's address, so that it survives a post without script.
#[component]
pub(crate) fn Outcome(locale: Locale) -> impl IntoView {
    let query = leptos_router::hooks::use_query_map();
    let words = move || match query.read().get_str("done")? {
        "sent" => Some(text::done_sent(locale)),
        "saved" => Some(text::done_saved(locale)),
        "added" => Some(text::done_added(locale)),
        "removed" => Some(text::done_removed(locale)),
        "withdrawn" => Some(text::done_withdrawn(locale)),
        "recused" => Some(text::done_recused(locale)),
        "reviewed" => Some(text::done_reviewed(locale)),
        _ => None,
    };
    view! {
        <div role="status">
            {move || words().map(|words| view! { <p class="flash"><span>{words}</span></p> })}
        </div>
    }
    .into_any()
}
