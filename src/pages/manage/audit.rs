//! What the audit found, in words, with the way to each record.

use crate::{
    api::desk::{AskAudit, read_audit},
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, FormErrors, Hidden, Skeleton, Submit, TableFrame, use_form_state},
    url::{self, ManagePage, Page},
};
use gabarit_domain::ids::{BookingId, CandidateId, DocumentId, ExpertId, MembershipId, NominationId, PayoutBatchId};
use gabarit_i18n::audit as text;
use gabarit_view::audit::{AuditPage as View, AuditRun, FindingGroup, FindingView};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// What something is called, and where it is.
fn about(locale: Locale, found: &FindingView) -> (String, Option<String>) {
    let manage = |page: ManagePage| Some(url::path(locale, Page::Manage(page)));
    let below = |page: ManagePage, rest: &str| manage(page).map(|path| format!("{path}/{rest}"));
    let id = found.id;
    let (kind, href) = match found.about.as_str() {
        "booking" => (text::kind_booking(locale), id.map(|id| url::path(locale, Page::Booking(BookingId(id))))),
        "rental" => (text::kind_rental(locale), id.map(|id| url::path(locale, Page::Rental(id)))),
        "document" => (text::kind_document(locale), id.map(|id| url::path(locale, Page::Document(DocumentId(id))))),
        "payout" => (
            text::kind_payout(locale),
            id.and_then(|id| manage(ManagePage::PayoutBatch(PayoutBatchId(id)))).or(manage(ManagePage::Payouts)),
        ),
        "payment" => (text::kind_payment(locale), manage(ManagePage::Operations)),
        "transaction" => (text::kind_transaction(locale), id.and_then(|id| manage(ManagePage::Transaction(id)))),
        "ledger" => (text::kind_ledger(locale), manage(ManagePage::Ledger)),
        "series" => (text::kind_series(locale), manage(ManagePage::Documents)),
        "rulebook" => (text::kind_rulebook(locale), manage(ManagePage::Rules)),
        "nomination" => {
            (text::kind_nomination(locale), id.and_then(|id| manage(ManagePage::ProgrammeNomination(NominationId(id)))))
        }
        "membership" => (text::kind_membership(locale), id.and_then(|id| manage(ManagePage::Member(MembershipId(id))))),
        "cycle" => (text::kind_cycle(locale), manage(ManagePage::Programme)),
        "candidate" => (text::kind_candidate(locale), id.and_then(|id| manage(ManagePage::Candidate(CandidateId(id))))),
        "expert" => (text::kind_expert(locale), id.map(|id| url::path(locale, Page::Expert(ExpertId(id))))),
        "event" => (text::kind_event(locale), manage(ManagePage::Events)),
        "claim" => (text::kind_claim(locale), manage(ManagePage::Benefits)),
        "partner" => {
            (text::kind_partner(locale), id.and_then(|id| below(ManagePage::Referrals, &format!("partners/{id}"))))
        }
        "lead" => (text::kind_lead(locale), id.and_then(|id| below(ManagePage::Referrals, &format!("leads/{id}")))),
        "post" => (text::kind_post(locale), manage(ManagePage::CommunityReports)),
        _ => ("", None),
    };
    // A long key is known by its beginning; the detail has it whole.
    let name = found.subject.strip_prefix(&format!("{} ", found.about)).unwrap_or(&found.subject);
    let is_key = id.is_some_and(|id| name.starts_with(&id.to_string()));
    let name = if is_key { name.chars().take(8).collect() } else { name.to_owned() };
    (format!("{kind} {name}").trim().to_owned(), href)
}

/// The page.
#[component]
pub(super) fn AuditPage() -> impl IntoView {
    let locale = use_locale();
    let ask = ServerAction::<AskAudit>::new();
    let form = use_form_state("audit", ask);
    let audit = Resource::new_blocking(move || ask.version().get(), move |_| read_audit(locale));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <FormErrors form/>
        <ActionForm action=ask>
            <Hidden name="locale" value=locale.code()/>
            <Submit form secondary=true text=text::ask(locale).to_owned()/>
        </ActionForm>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match audit.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(audit) => view! { <Audit locale audit/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Audit(locale: Locale, audit: View) -> impl IntoView {
    let under_way = audit.under_way.map(|since| {
        let here = url::path(locale, Page::Manage(ManagePage::Audit));
        view! {
            <p class="notice" role="status">
                {text::under_way(locale, fmt::date_time(locale, &since))} " "
                <a href=here rel="external">{text::look_again(locale)}</a>
            </p>
        }
    });
    let newest = audit.runs.first().cloned();
    let verdict = match &newest {
        None => view! { <p>{text::never(locale)}</p> }.into_any(),
        Some(run) if run.findings == 0 => view! {
            <section class="stack" id="verdict">
                <h2>{text::well(locale)}</h2>
                <p>{text::well_note(locale)}</p>
            </section>
        }
        .into_any(),
        Some(run) => view! {
            <section class="stack" id="verdict">
                <h2>{text::found(locale, u64::from(run.findings))}</h2>
                {run.more.then(|| view! { <p>{text::more(locale)}</p> })}
            </section>
        }
        .into_any(),
    };
    let unanswered = newest
        .filter(|run| run.unanswered > 0)
        .map(|run| view! { <p class="hint">{text::unanswered(locale, u64::from(run.unanswered))}</p> });
    let groups = audit.findings.into_iter().map(|group| view! { <Group locale group/> }).collect_view();
    let runs = (!audit.runs.is_empty()).then(|| view! { <Runs locale runs=audit.runs/> });
    view! { {under_way} {verdict} {unanswered} {groups} {runs} }.into_any()
}

#[component]
fn Group(locale: Locale, group: FindingGroup) -> impl IntoView {
    let invariant = match group.invariant {
        1 => text::invariant_1(locale),
        2 => text::invariant_2(locale),
        3 => text::invariant_3(locale),
        4 => text::invariant_4(locale),
        5 => text::invariant_5(locale),
        _ => text::invariant_0(locale),
    };
    let rows = group
        .found
        .into_iter()
        .map(|found| {
            let (name, href) = about(locale, &found);
            let name = match href {
                Some(href) => view! { <a href=href>{name}</a> }.into_any(),
                None => name.into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td lang="en">{found.detail}</td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="stack">
            <h3>{group.words.clone()}</h3>
            <p class="hint">{invariant}</p>
            <TableFrame caption=group.words>
                <thead>
                    <tr>
                        <th scope="col">{text::about(locale)}</th>
                        <th scope="col">{text::detail(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}

#[component]
fn Runs(locale: Locale, runs: Vec<AuditRun>) -> impl IntoView {
    let int = move |number: i64| fmt::int(locale, number);
    let rows = runs
        .into_iter()
        .map(|run| {
            view! {
                <tr>
                    <th scope="row">{fmt::date_time(locale, &run.started_at)}</th>
                    <td>{run.asked_by.unwrap_or_else(|| text::clock(locale).to_owned())}</td>
                    <td class="number">{text::seconds(locale, int(i64::from(run.seconds)))}</td>
                    <td class="number">{int(i64::try_from(run.rows).unwrap_or(i64::MAX))}</td>
                    <td class="number">{int(i64::from(run.compared))}</td>
                    <td class="number">{int(i64::from(run.findings))}</td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{text::runs(locale)}</h2>
            <TableFrame caption=text::runs(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::when(locale)}</th>
                        <th scope="col">{text::by(locale)}</th>
                        <th scope="col">{text::took(locale)}</th>
                        <th scope="col">{text::rows(locale)}</th>
                        <th scope="col">{text::compared(locale)}</th>
                        <th scope="col">{text::findings(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}
