//! The log browser: who did what, when and why.

use super::list;
use crate::{
    api::govern::manager_log,
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, TableFrame},
    url::{self, ManagePage, Page, ProgrammeSection},
};
use gabarit_i18n::log as text;
use gabarit_view::govern::{LogLine, LogPage as View, LogQuery};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

fn log_name(locale: Locale, code: &str) -> String {
    match code {
        "booking" => text::log_booking(locale),
        "candidate" => text::log_candidate(locale),
        "contact" => text::log_contact(locale),
        "desk" => text::log_desk(locale),
        "ledger" => text::log_ledger(locale),
        "rules" => text::log_rules(locale),
        "text" => text::log_text(locale),
        "review" => text::log_review(locale),
        "look" => text::log_look(locale),
        "rental" => text::log_rental(locale),
        "nomination" => text::log_nomination(locale),
        "membership" => text::log_membership(locale),
        "cycle" => text::log_cycle(locale),
        "community" => text::log_community(locale),
        "programme" => text::log_programme(locale),
        "erasure" => text::log_erasure(locale),
        "referral" => text::log_referral(locale),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// The address of the page with what is looked for.
fn address(path: &str, query: &LogQuery, after: &str) -> String {
    let LogQuery { log, who, q, from, to, .. } = query;
    list::address(path, &[("log", log), ("who", who), ("q", q), ("from", from), ("to", to), ("after", after)])
}

/// The page.
#[component]
pub(super) fn LogPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_query_map();
    let query = Memo::new(move |_| {
        let params = params.read();
        let get = |name: &str| params.get(name).unwrap_or_default();
        LogQuery {
            log: get("log"),
            who: get("who"),
            q: get("q"),
            from: get("from"),
            to: get("to"),
            after: get("after"),
        }
    });
    list::page(
        text::title(locale),
        text::lead(locale),
        query,
        move |query| manager_log(locale, query),
        move |query, page| view! { <Lines locale query page/> }.into_any(),
    )
}

#[component]
fn Lines(locale: Locale, query: LogQuery, page: View) -> impl IntoView {
    let path = url::path(locale, Page::Manage(ManagePage::Log));
    let next = page.next.as_ref().map(|after| address(&path, &query, after));
    let first = (!query.after.is_empty()).then(|| address(&path, &query, ""));
    let csv = address("/manage/log/csv", &query, "");
    let logs = page
        .logs
        .iter()
        .map(|code| {
            let selected = *code == query.log;
            view! { <option value=code.clone() selected=selected>{log_name(locale, code)}</option> }
        })
        .collect_view();
    let field = |name: &'static str, kind: &'static str, label: &'static str, value: String| {
        view! {
            <div class="field">
                <label for=format!("log-{name}")>{label}</label>
                <input id=format!("log-{name}") class="input" type=kind name=name value=value autocomplete="off"/>
            </div>
        }
    };
    let filter = view! {
        <form method="get" action=path class="console-filters log-filters" role="search">
            <div class="field">
                <label for="log-log">{text::which(locale)}</label>
                <select id="log-log" class="input" name="log">
                    <option value="">{text::all(locale)}</option>
                    {logs}
                </select>
            </div>
            {field("q", "search", text::words(locale), query.q.clone())}
            {field("who", "search", text::who(locale), query.who.clone())}
            {field("from", "date", text::from(locale), query.from.clone())}
            {field("to", "date", text::to(locale), query.to.clone())}
            <button type="submit" class="button">{text::search(locale)}</button>
        </form>
    };
    let read_to = page.read_to.as_ref().map(|at| {
        view! { <p class="hint" role="status">{text::read_to(locale, fmt::date_time(locale, at))}</p> }
    });
    let lines = if page.lines.is_empty() {
        view! { <EmptyState title=text::nothing(locale)/> }.into_any()
    } else {
        let rows = page.lines.into_iter().map(|line| view! { <Line locale line/> }).collect_view();
        view! {
            <TableFrame caption=text::title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::when(locale)}</th>
                        <th scope="col">{text::by(locale)}</th>
                        <th scope="col">{text::what(locale)}</th>
                        <th scope="col">{text::of(locale)}</th>
                        <th scope="col">{text::why(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    let csv = view! { <a href=csv rel="external" download="">{text::csv(locale)}</a> }.into_any();
    view! {
        {filter}
        {lines}
        {read_to}
        {list::ways_on(first, next, Some(csv))}
    }
    .into_any()
}

#[component]
fn Line(locale: Locale, line: LogLine) -> impl IntoView {
    let about = line.about;
    let href = match line.log.as_str() {
        "booking" | "text" => about.map(|id| url::path(locale, Page::Booking(gabarit_domain::ids::BookingId(id)))),
        "candidate" => about.map(|id| {
            let page = gabarit_domain::ids::CandidateId(id);
            url::path(locale, Page::Manage(ManagePage::Candidate(page)))
        }),
        "contact" => Some(format!("{}/{}", url::path(locale, Page::Manage(ManagePage::Desk)), line.subject)),
        "ledger" => Some(url::path(locale, Page::Manage(ManagePage::Transaction(line.id)))),
        "community" => about.map(|id| {
            let community = url::path(locale, Page::Programme(ProgrammeSection::Community));
            format!("{community}/{id}")
        }),
        "rules" => Some(url::path(locale, Page::Manage(ManagePage::Rules))),
        _ => None,
    };
    let subject = if line.subject.is_empty() { log_name(locale, &line.log) } else { line.subject.clone() };
    let subject = match href {
        Some(href) => view! { <a href=href>{subject}</a> }.into_any(),
        None => subject.into_any(),
    };
    let who = line.who.unwrap_or_else(|| text::nobody(locale).to_owned());
    // What only the books know it by: a cause, counts of rows, fields of the rulebook.
    let why = match line.log.as_str() {
        "ledger" | "erasure" | "rules" => view! { <code class="hint">{line.why}</code> }.into_any(),
        _ => line.why.into_any(),
    };
    let email = line.email.map(|email| view! { <br/><span class="hint">{email}</span> });
    view! {
        <tr>
            <td class="log-time">{fmt::date_time(locale, &line.at)}</td>
            <td>{who}{email}</td>
            <td><span class="log-kind">{log_name(locale, &line.log)}</span> " · " {line.what}</td>
            <td>{subject}</td>
            <td class="log-detail">{why}</td>
        </tr>
    }
    .into_any()
}
