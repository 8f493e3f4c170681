//! The recognition programme, for managers: cycles with their clocks, one cycle, and the reviewers.

use crate::{
    api::nomination::{ChangeReviewer, programme_cycle, programme_desk, programme_reviewers},
    i18n::{Locale, fmt, use_locale},
    pages::{candidate::successes, nomination::parts},
    ui::{
        Checkbox, EmptyState, ErrorState, Field, FormErrors, Hidden, Icon, IconName, LinkButton, Skeleton, Submit,
        TableFrame, Tag, form::Kept, use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::recognition::{Phase, Spread};
use gabarit_i18n::nomination as text;
use gabarit_view::nomination::{CycleEntry, CycleLine, CyclePage, ProgrammeDesk, ReviewerSpread, ReviewerView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The way back to the cycles.
#[component]
pub(super) fn BackToProgramme(locale: Locale) -> impl IntoView {
    view! {
        <p>
            <a class="back-link" href=url::path(locale, Page::Manage(ManagePage::Programme))>
                <Icon name=IconName::ArrowLeft/>
                {text::back_programme(locale)}
            </a>
        </p>
    }
    .into_any()
}

/// All cycles.
#[component]
pub(super) fn ProgrammePage() -> impl IntoView {
    let locale = use_locale();
    let desk = Resource::new_blocking(|| (), |()| programme_desk());
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <p class="hint">{text::manage_without(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! { <Desk locale desk/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Desk(locale: Locale, desk: ProgrammeDesk) -> impl IntoView {
    let rows = desk
        .cycles
        .into_iter()
        .map(|line| {
            let href = url::programme_cycle(locale, &line.cycle.code);
            view! {
                <li class="booking-row">
                    <div class="booking-row-head">
                        <a class="booking-row-link" href=href>{text::cycle(locale, &line.cycle.code)}</a>
                    </div>
                    <CycleFacts locale line/>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="actions">
            <LinkButton href=url::path(locale, Page::Manage(ManagePage::ProgrammeReviewers))>
                {text::reviewers_count(locale, u64::from(desk.reviewers))}
            </LinkButton>
        </p>
        <ul class="booking-list">{rows}</ul>
    }
    .into_any()
}

/// The clock of a cycle: how much time is left, as words and as a bar.
#[component]
fn CycleFacts(locale: Locale, line: CycleLine) -> impl IntoView {
    let clock = match line.days_left {
        Some(days) if days < 0 => text::overdue(locale).to_owned(),
        Some(days) => text::days_left(locale, u64::try_from(days).unwrap_or(0)),
        None if line.cycle.phase == Phase::Collecting => {
            text::opens(locale, fmt::date_time(locale, &line.cycle.window_at))
        }
        None => text::answer_due(locale, fmt::date_time(locale, &line.cycle.answer_by)),
    };
    let counts = line
        .counts
        .into_iter()
        .map(|(state, count)| {
            let words = format!("{} {count}", parts::state(locale, &state));
            view! { <Tag>{words}</Tag> " " }
        })
        .collect_view();
    let (done, wanted) = line.reviews;
    let facts = line.days_left.map(|_| {
        let reviews = text::reviews_in(locale, done, wanted);
        view! {
            <p>
                {text::unanswered(locale, u64::from(line.unanswered))} " · " {reviews.clone()}
            </p>
            <progress max=wanted.max(1) value=done aria-label=reviews></progress>
        }
    });
    let vacant =
        (line.vacant > 0).then(|| view! { <p class="notice">{text::vacant(locale, u64::from(line.vacant))}</p> });
    view! {
        <span>
            <Tag strong=true>{parts::phase(locale, line.cycle.phase)}</Tag>
            {line.alarm.then(|| view! { " " <Tag strong=true>{text::alarm(locale)}</Tag> })}
        </span>
        <div class="cycle-facts">
            <p>
                <strong>{clock}</strong>
            </p>
            {facts}
            <p class="hint">{counts}</p>
            {vacant}
        </div>
    }
    .into_any()
}

/// One cycle.
#[component]
pub(super) fn ProgrammeCyclePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let code = Memo::new(move |_| params.read().get("code").unwrap_or_default());
    let cycle = Resource::new_blocking(move || code.get(), move |code| programme_cycle(locale, code));
    view! {
        <BackToProgramme locale/>
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match cycle.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(page) => view! { <Cycle locale page/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Cycle(locale: Locale, page: CyclePage) -> impl IntoView {
    let title = text::cycle(locale, &page.line.cycle.code);
    let moves = page
        .moves
        .into_iter()
        .map(|(phase, at)| view! { <li>{parts::phase(locale, phase)} " · " {fmt::date_time(locale, &at)}</li> })
        .collect_view();
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <CycleFacts locale line=page.line/>
        <section class="stack">
            <h2>{text::ranking(locale)}</h2>
            <Ranking locale entries=page.entries/>
        </section>
        <section class="stack">
            <h2>{text::calibration(locale)}</h2>
            <p class="hint">{text::calibration_hint(locale)}</p>
            <Calibration locale reviewers=page.reviewers all=page.all/>
        </section>
        <section class="stack">
            <h2>{text::moves(locale)}</h2>
            <ol class="desk-log">{moves}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Ranking(locale: Locale, entries: Vec<CycleEntry>) -> impl IntoView {
    if entries.is_empty() {
        return view! { <EmptyState title=text::ranking_empty(locale) text=""/> }.into_any();
    }
    let number = move |thousandths: Option<u32>| thousandths.map_or_else(|| "–".to_owned(), |n| parts::mark(locale, n));
    let rows = entries
        .into_iter()
        .map(|entry| {
            let href = url::path(locale, Page::Manage(ManagePage::ProgrammeNomination(entry.id)));
            let place = entry.place.map_or_else(|| "–".to_owned(), |place| place.to_string());
            view! {
                <tr>
                    <td class="number">{place}</td>
                    <th scope="row">
                        <a class="table-link" href=href>{entry.name}</a>
                    </th>
                    <td>{entry.country}</td>
                    <td class="number">{number(entry.mark)}</td>
                    <td class="number">{number(entry.apart)}</td>
                    <td class="number">{entry.reviews}</td>
                    <td>{parts::state(locale, &entry.state)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame caption=text::ranking(locale)>
            <thead>
                <tr>
                    <th scope="col" class="number">{text::place(locale)}</th>
                    <th scope="col">{text::nominee(locale)}</th>
                    <th scope="col">{text::country(locale)}</th>
                    <th scope="col" class="number">{text::mark(locale)}</th>
                    <th scope="col" class="number">{text::apart(locale)}</th>
                    <th scope="col" class="number">{text::reviews_count(locale)}</th>
                    <th scope="col">{text::state(locale)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Calibration(locale: Locale, reviewers: Vec<ReviewerSpread>, all: Option<Spread>) -> impl IntoView {
    let cells = move |spread: Option<Spread>| {
        let number =
            |of: fn(&Spread) -> u32| spread.as_ref().map_or_else(|| "–".to_owned(), |s| parts::mark(locale, of(s)));
        let range = spread.as_ref().map_or_else(
            || "–".to_owned(),
            |s| format!("{}–{}", parts::mark(locale, s.least), parts::mark(locale, s.greatest)),
        );
        view! {
            <td class="number">{spread.as_ref().map_or(0, |s| s.count)}</td>
            <td class="number">{number(|s| s.mean)}</td>
            <td class="number">{number(|s| s.deviation)}</td>
            <td class="number">{range}</td>
        }
        .into_any()
    };
    let rows = reviewers
        .into_iter()
        .map(|one| {
            view! {
                <tr>
                    <th scope="row">{one.name}</th>
                    {cells(one.spread)}
                    <td class="number">{one.open}</td>
                    <td class="number">{one.recused}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame caption=text::calibration(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::reviewer(locale)}</th>
                    <th scope="col" class="number">{text::reviews_count(locale)}</th>
                    <th scope="col" class="number">{text::mean(locale)}</th>
                    <th scope="col" class="number">{text::deviation(locale)}</th>
                    <th scope="col" class="number">{text::range(locale)}</th>
                    <th scope="col" class="number">{text::open_seats(locale)}</th>
                    <th scope="col" class="number">{text::recused_seats(locale)}</th>
                </tr>
            </thead>
            <tbody>
                {rows}
                <tr>
                    <th scope="row">{text::all_reviewers(locale)}</th>
                    {cells(all)}
                    <td></td>
                    <td></td>
                </tr>
            </tbody>
        </TableFrame>
    }
    .into_any()
}

/// The action of one form (see the applications' page): an answer without script belongs to the form that was tried.
fn action_of(act: &str) -> ServerAction<ChangeReviewer> {
    let action = ServerAction::<ChangeReviewer>::new();
    let tried = use_context::<Kept>().and_then(|kept| kept.0.get("act").cloned());
    if tried.is_some_and(|tried| tried != act) {
        action.value().set(None);
    }
    action
}

/// Who reviews.
#[component]
pub(super) fn ReviewersPage() -> impl IntoView {
    let locale = use_locale();
    let (appoint, end) = (action_of("appoint"), action_of("end"));
    let done = (successes(appoint), successes(end));
    let all = Resource::new_blocking(move || (done.0.get(), done.1.get()), |_| programme_reviewers());
    view! {
        <Title text=text::reviewers(locale)/>
        <BackToProgramme locale/>
        <h1>{text::reviewers(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match all.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(all) => view! { <Reviewers locale all end/> }.into_any(),
                }
            })}
        </Suspense>
        <Appoint locale action=appoint/>
    }
    .into_any()
}

#[component]
fn Reviewers(locale: Locale, all: Vec<ReviewerView>, end: ServerAction<ChangeReviewer>) -> impl IntoView {
    let form = use_form_state("end-reviewer", end);
    if all.is_empty() {
        return view! { <EmptyState title=text::reviewers_empty(locale) text=text::reviewers_empty_text(locale)/> }
            .into_any();
    }
    let rows = all
        .into_iter()
        .map(|one| {
            let languages: Vec<String> = one.languages.iter().map(|code| parts::language(locale, code)).collect();
            let house = (!one.organisation.is_empty()).then(|| format!(" · {}", one.organisation));
            let until =
                one.ended.as_ref().map(|at| format!(" · {}", text::reviewer_ended(locale, fmt::date_time(locale, at))));
            let active = one.ended.is_none();
            let name = one.name.clone();
            view! {
                <li class="booking-row">
                    <div class="booking-row-head">
                        <strong>{one.name}</strong>
                        " "
                        <span class="booking-reference">{one.email.clone()}</span>
                    </div>
                    <span>{text::reviewer_load(locale, one.open, one.done)}</span>
                    <p class="hint">{languages.join(", ")} {house} {until}</p>
                    {active
                        .then(|| {
                            view! {
                                <ActionForm action=end>
                                    <Hidden name="act" value="end"/>
                                    <Hidden name="email" value=one.email/>
                                    <Hidden name="locale" value=locale.code()/>
                                    <button
                                        type="submit"
                                        class="button button-quiet"
                                        aria-label=text::end_named(locale, name)
                                    >
                                        {text::end_reviewer(locale)}
                                    </button>
                                </ActionForm>
                            }
                        })}
                </li>
            }
        })
        .collect_view();
    view! {
        <FormErrors form/>
        <ul class="booking-list">{rows}</ul>
    }
    .into_any()
}

#[component]
fn Appoint(locale: Locale, action: ServerAction<ChangeReviewer>) -> impl IntoView {
    let form = use_form_state("appoint", action);
    form.call("languages", text::appoint_languages(locale));
    let problem = form.problem("languages");
    let boxes = Locale::ALL
        .iter()
        .map(|known| view! { <Checkbox form name=known.code() checked=*known == locale>{known.native_name()}</Checkbox> })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{text::appoint_title(locale)}</h2>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="act" value="appoint"/>
                <Hidden name="locale" value=locale.code()/>
                <Field form name="email" label=text::appoint_email(locale) kind="email"/>
                <Field
                    form
                    name="organisation"
                    label=text::appoint_organisation(locale)
                    hint=text::appoint_organisation_hint(locale)
                    optional=true
                />
                <fieldset class="field fieldset" id=form.field_id("languages") tabindex="-1">
                    <legend>{text::appoint_languages(locale)}</legend>
                    {boxes}
                    {move || problem.get().map(|words| view! { <p class="field-error">{words}</p> })}
                </fieldset>
                <Submit form text=text::appoint(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}
