//! What several pages of the programme share.

use crate::{
    i18n::{Locale, fmt, use_locale},
    ui::{Choice, FormState, TableFrame},
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::membership::Regularity;
use gabarit_i18n::{labels, membership as text, programme as words};
use gabarit_view::{
    error::ApiError,
    membership::{AppealView, ContributionView, MemberStep, TermView, channel_name, event_name},
};
use leptos::{prelude::*, svg};
use leptos_router::hooks::{use_location, use_query_map};
use server_fn::ServerFn;

/// Rises when an action succeeds: what it changed is then read again, and nothing typed is lost when it fails.
pub(crate) fn done<S>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Memo::new(move |before: Option<&u32>| {
        let done = value.with(|value| matches!(value, Some(Ok(_))));
        before.copied().unwrap_or(0) + u32::from(done)
    })
}

/// A parameter of the address; empty without it.
pub(crate) fn param(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()))
}

/// A language by its code.
pub(crate) fn language(locale: Locale, code: &str) -> String {
    let known = labels::LANGUAGES.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| code.to_owned(), |(_, name)| name(locale).to_owned())
}

/// Languages to choose from, by name.
pub(crate) fn languages(locale: Locale) -> Vec<(String, String)> {
    labels::languages(locale).into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}

/// The same, as choices of a field.
pub(crate) fn language_choices(locale: Locale) -> Vec<Choice> {
    languages(locale).into_iter().map(|(code, name)| Choice::new(code, name)).collect()
}

/// Codes and names, as choices of a field.
pub(crate) fn choices(list: &[(String, String)]) -> Vec<Choice> {
    list.iter().map(|(code, name)| Choice::new(code.clone(), name.clone())).collect()
}

/// Links to the programme's pages; those for members show to everybody what there is.
#[component]
pub(crate) fn SubNav() -> impl IntoView {
    let locale = use_locale();
    let location = use_location();
    let links = [
        (ProgrammeSection::Overview, words::nav(locale)),
        (ProgrammeSection::Members, words::hall_title(locale)),
        (ProgrammeSection::Benefits, text::benefits_title(locale)),
        (ProgrammeSection::Events, text::events_title(locale)),
        (ProgrammeSection::Community, text::community_title(locale)),
        (ProgrammeSection::Membership, text::own_title(locale)),
    ]
    .map(|(section, name)| {
        let href = url::path(locale, Page::Programme(section));
        let here = href.clone();
        let current = move || location.pathname.with(|path| *path == here).then_some("page");
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    })
    .collect_view();
    view! {
        <nav class="subnav" aria-label=words::subnav(locale)>
            <ul>{links}</ul>
        </nav>
    }
    .into_any()
}

/// Several of a few values, as checkboxes posted under one name.
#[component]
pub(crate) fn Checks(
    form: FormState,
    /// Name in the form, without brackets.
    name: &'static str,
    #[prop(into)] legend: String,
    /// Values and labels.
    choices: Vec<(String, String)>,
    /// Chosen ones.
    chosen: Vec<String>,
) -> impl IntoView {
    let kept = form.initial(name, chosen.join(","));
    let chosen: Vec<String> = kept.split(',').map(ToOwned::to_owned).collect();
    let problem = form.problem(name);
    form.call(name, &legend);
    let group = form.field_id(name);
    let boxes = choices
        .into_iter()
        .map(|(value, label)| {
            let id = format!("{group}-{value}");
            let checked = chosen.contains(&value);
            view! {
                <div class="field-check">
                    <input id=id.clone() type="checkbox" name=format!("{name}[]") value=value checked=checked/>
                    <label for=id>{label}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field fieldset" id=group>
            <legend>{legend}</legend>
            <div class="work-checks">{boxes}</div>
            {move || problem.get().map(|text| view! { <p class="field-error">{text}</p> })}
        </fieldset>
    }
    .into_any()
}

/// The twelve months: a bar each, to look at; a table, to read.
#[component]
pub(crate) fn Months(
    /// The months.
    regularity: Regularity,
    /// Months that the rulebook asks for.
    needed: u32,
) -> impl IntoView {
    let locale = use_locale();
    let had = regularity.active_months();
    let most = regularity.months.iter().map(|month| month.count).max().unwrap_or(0).max(1);
    let bars = (0_u32..)
        .zip(&regularity.months)
        .map(|(index, month)| {
            let height = (month.count * 38).div_ceil(most).max(2);
            svg::rect()
                .attr("x", index * 20)
                .attr("y", 40 - height)
                .attr("width", "16")
                .attr("height", height)
                .attr("class", if month.count > 0 { "level-on" } else { "level-off" })
        })
        .collect_view();
    let rows = regularity
        .months
        .iter()
        .map(|month| {
            let period = format!("{} – {}", fmt::date(locale, month.from), fmt::date(locale, month.until));
            view! {
                <tr>
                    <th scope="row">{period}</th>
                    <td class="number">{fmt::int(locale, i64::from(month.count))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <svg class="month-bars" viewBox="0 0 236 40" width="236" height="40" aria-hidden="true" focusable="false">
            {bars}
        </svg>
        <p>{text::months_text(locale, had, needed)}</p>
        <details class="months-table">
            <summary>{text::months_title(locale)}</summary>
            <TableFrame caption=text::months_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::month(locale)}</th>
                        <th scope="col" class="number">{text::contributions(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </details>
    }
    .into_any()
}

/// Contributions, the newest first.
#[component]
pub(crate) fn Contributions(list: Vec<ContributionView>) -> impl IntoView {
    let locale = use_locale();
    if list.is_empty() {
        return view! { <p class="hint">{text::contributions_none(locale)}</p> }.into_any();
    }
    let items = list
        .into_iter()
        .map(|row| {
            let platform = row.platform.then(|| format!(" · {}", text::by_platform(locale)));
            view! {
                <li>
                    <a href=row.url rel="external nofollow noopener">{row.title}</a>
                    <span class="hint">
                        " " {fmt::date(locale, row.day)} " · " {channel_name(locale, &row.channel)} {platform}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list">{items}</ul> }.into_any()
}

/// Terms, appeals and the log of a membership.
#[component]
pub(crate) fn History(terms: Vec<TermView>, appeals: Vec<AppealView>, steps: Vec<MemberStep>) -> impl IntoView {
    let locale = use_locale();
    let terms = terms
        .into_iter()
        .map(|term| {
            let count = term.count.map(|(had, needed)| text::term_count(locale, had, needed));
            view! {
                <li>
                    {text::term(locale, fmt::date(locale, term.first_day), fmt::date(locale, term.last_day))}
                    {count.map(|count| view! { <span class="hint">" · " {count}</span> })}
                    {term.reasons.map(|reasons| view! { <p class="message-body">{reasons}</p> })}
                </li>
            }
        })
        .collect_view();
    let answered = (!appeals.is_empty()).then(|| {
        let items = appeals
            .into_iter()
            .map(|appeal| {
                let answer = appeal.answer.map(|(allowed, words)| {
                    let verdict = if allowed { text::appeal_allowed(locale) } else { text::appeal_dismissed(locale) };
                    view! { <p><strong>{verdict}</strong></p> <p class="message-body">{words}</p> }
                });
                view! {
                    <li>
                        <p class="hint">{fmt::date_time(locale, &appeal.made_at)}</p>
                        <p class="message-body">{appeal.body}</p>
                        {answer}
                    </li>
                }
            })
            .collect_view();
        view! {
            <section>
                <h2>{text::appeals_title(locale)}</h2>
                <ul class="plain-list">{items}</ul>
            </section>
        }
    });
    let steps = steps
        .into_iter()
        .map(|step| {
            let by = (!step.by.is_empty()).then(|| format!(" · {}", text::log_by(locale, step.by)));
            view! { <li>{fmt::date_time(locale, &step.at)} " · " {event_name(locale, &step.event)} {by}</li> }
        })
        .collect_view();
    view! {
        {answered}
        <section>
            <h2>{text::terms_title(locale)}</h2>
            <ul class="plain-list">{terms}</ul>
        </section>
        <section>
            <h2>{text::log_title(locale)}</h2>
            <ol class="desk-log">{steps}</ol>
        </section>
    }
    .into_any()
}
