//! What runs, what fails, and what needs somebody.

use crate::{
    api::desk::{Retry, read_operations},
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, FormErrors, FormState, Hidden, Skeleton, Submit, TableFrame, Tag, use_form_state},
    url,
};
use gabarit_i18n::operations as text;
use gabarit_view::{
    desk::{ErrorClass, JobView, MailView, Operations, Trouble, TroubleView},
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn OperationsPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<Retry>::new();
    let form = use_form_state("retry", action);
    // Said before the list of errors is made, which names it.
    form.call("how", text::elsewhere_how(locale));
    // A form with a mistake stays as it stands, with what was typed; anything else is read anew.
    let acted = Memo::new(move |before: Option<&usize>| {
        let version = action.version().get();
        match (before, action.value().get_untracked()) {
            (Some(before), Some(Err(ApiError::Invalid { .. }))) => *before,
            _ => version,
        }
    });
    let operations = Resource::new_blocking(move || acted.get(), move |_| read_operations(locale));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <FormErrors form/>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match operations.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(operations) => view! { <Sections locale operations form action/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// A section with a table, or the word that there is nothing.
fn section(
    title: &'static str,
    none: &'static str,
    heading: Vec<&'static str>,
    rows: Vec<AnyView>,
) -> impl IntoView + use<> {
    let empty = rows.is_empty();
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {if empty {
                view! { <p>{none}</p> }.into_any()
            } else {
                view! {
                    <TableFrame caption=title>
                        <thead>
                            <tr>{heading.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </TableFrame>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Sections(locale: Locale, operations: Operations, form: FormState, action: ServerAction<Retry>) -> impl IntoView {
    let l = locale;
    // Whose transfer was noted last: the mistakes are that row's.
    let noted = RwSignal::new(form.initial("subject", String::new()));
    let troubles = operations
        .troubles
        .into_iter()
        .map(|row| view! { <TroubleRow locale row form action noted/> }.into_any())
        .collect();
    let jobs = operations.jobs.into_iter().map(|row| view! { <JobRow locale row form action/> }.into_any()).collect();
    let mails =
        operations.mails.into_iter().map(|row| view! { <MailRow locale row form action/> }.into_any()).collect();
    let log = operations
        .log
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{fmt::date_time(l, &row.at)}</th>
                    <td>{row.actor.unwrap_or_else(|| text::clock(l).to_owned())}</td>
                    <td>{row.what}</td>
                    <td>{row.subject} " " {row.detail}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        {section(
            text::troubles(l),
            text::no_troubles(l),
            vec![text::what(l), text::subject(l), text::amount(l), text::since(l), text::retry(l)],
            troubles,
        )}
        {section(
            text::jobs(l),
            text::no_jobs(l),
            vec![text::kind(l), text::due(l), text::attempts(l), text::state(l), text::retry(l)],
            jobs,
        )}
        <p class="hint">{text::waiting(l, u64::from(operations.waiting))}</p>
        {section(
            text::mails(l),
            text::no_mails(l),
            vec![text::to(l), text::subject(l), text::attempts(l), text::state(l), text::retry(l)],
            mails,
        )}
        {section(
            text::log(l),
            text::no_log(l),
            vec![text::when(l), text::who(l), text::what(l), text::subject(l)],
            log,
        )}
    }
    .into_any()
}

#[component]
fn RetryButton(
    locale: Locale,
    form: FormState,
    action: ServerAction<Retry>,
    what: &'static str,
    kind: String,
    subject: String,
) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <Hidden name="what" value=what.to_owned()/>
            <Hidden name="kind" value=kind.clone()/>
            <Hidden name="subject" value=subject.clone()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Submit form secondary=true text=text::retry(locale).to_owned()/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn TroubleRow(
    locale: Locale,
    row: TroubleView,
    form: FormState,
    action: ServerAction<Retry>,
    noted: RwSignal<String>,
) -> impl IntoView {
    let (what, retry) = match row.trouble {
        Trouble::RefundFailed => (text::trouble_refund_failed(locale), Some("refund")),
        Trouble::RefundRefused => (text::trouble_refund_refused(locale), Some("refund")),
        Trouble::RefundLate => (text::trouble_refund_late(locale), Some("refund")),
        Trouble::NotCaptured => (text::trouble_not_captured(locale), Some("capture")),
        Trouble::ChargedBack => (text::trouble_charged_back(locale), None),
    };
    let subject = row.subject.to_string();
    let href = url::about(locale, row.booking, &row.reference);
    let elsewhere = matches!(row.trouble, Trouble::RefundFailed | Trouble::RefundRefused).then(
        || view! { <Elsewhere locale form action noted reference=row.reference.clone() subject=subject.clone()/> },
    );
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td><a href=href>{row.reference}</a></td>
            <td class="number">{fmt::money(locale, row.amount)}</td>
            <td>{fmt::date_time(locale, &row.since)}</td>
            <td>
                {retry.map(|what| view! { <RetryButton locale form action what kind=String::new() subject/> })}
                {elsewhere}
            </td>
        </tr>
    }
    .into_any()
}

/// A refund that came back, or that is refused, was paid from the operator's own bank account.
#[component]
fn Elsewhere(
    locale: Locale,
    form: FormState,
    action: ServerAction<Retry>,
    noted: RwSignal<String>,
    reference: String,
    subject: String,
) -> impl IntoView {
    let hint = format!("elsewhere-{subject}-hint");
    let mine = {
        let subject = subject.clone();
        Signal::derive(move || *noted.read() == subject)
    };
    // The list of errors leads to the field of the row they are about.
    let field = {
        let other = format!("elsewhere-{subject}");
        Signal::derive(move || if mine.get() { form.field_id("how") } else { other.clone() })
    };
    let problem = form.problem("how");
    let problem = Signal::derive(move || problem.get().filter(|_| mine.get()));
    let describing = hint.clone();
    let described = move || {
        if problem.with(Option::is_some) { format!("{describing} {}-error", field.get()) } else { describing.clone() }
    };
    let (start, open) = (
        if mine.get_untracked() { form.initial("how", String::new()) } else { String::new() },
        problem.with_untracked(Option::is_some),
    );
    let chosen = subject.clone();
    view! {
        <details class="action-more" open=open on:submit=move |_| noted.set(chosen.clone())>
            <summary aria-label=text::elsewhere_of(locale, &reference)>{text::elsewhere(locale)}</summary>
            <ActionForm action=action attr:class="action-form" attr:novalidate="">
                <Hidden name="what" value="elsewhere".to_owned()/>
                <Hidden name="kind" value=String::new()/>
                <Hidden name="subject" value=subject.clone()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <div class="field">
                    <label for=move || field.get()>{text::elsewhere_how(locale)}</label>
                    <p class="hint" id=hint>{text::elsewhere_hint(locale)}</p>
                    <input
                        id=move || field.get()
                        name="how"
                        class="input"
                        autocomplete="off"
                        maxlength="120"
                        value=start
                        aria-required="true"
                        aria-invalid=move || problem.with(Option::is_some).then_some("true")
                        aria-describedby=described
                    />
                    {move || problem.get().map(|text| view! {
                        <p class="field-error" id=format!("{}-error", field.get())>{text}</p>
                    })}
                </div>
                <Submit form secondary=true text=text::elsewhere_of(locale, &reference)/>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[component]
fn JobRow(locale: Locale, row: JobView, form: FormState, action: ServerAction<Retry>) -> impl IntoView {
    let state = if row.running {
        text::running(locale)
    } else if row.late {
        text::late(locale)
    } else {
        text::is_due(locale)
    };
    let error = row.error.map(|error| match error {
        ErrorClass::Outside => text::error_outside(locale),
        ErrorClass::Denied => text::error_denied(locale),
        ErrorClass::TooSlow => text::error_too_slow(locale),
        ErrorClass::Gone => text::error_gone(locale),
        ErrorClass::Fault => text::error_fault(locale),
    });
    let retry = (!row.running).then(|| {
        let (kind, subject) = (row.kind.clone(), row.subject.to_string());
        view! { <RetryButton locale form action what="job" kind subject/> }
    });
    view! {
        <tr>
            <th scope="row">{row.name}</th>
            <td>{fmt::date_time(locale, &row.due_at)}</td>
            <td class="number">{fmt::int(locale, i64::from(row.attempts))}</td>
            <td>
                <Tag strong=row.late>{state}</Tag>
                {error.map(|error| view! { <p class="hint">{error}</p> })}
            </td>
            <td>{retry}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn MailRow(locale: Locale, row: MailView, form: FormState, action: ServerAction<Retry>) -> impl IntoView {
    let state = match &row.next_attempt_at {
        Some(next) => text::next(locale, fmt::date_time(locale, next)),
        None => text::given_up(locale).to_owned(),
    };
    let subject = row.id.to_string();
    view! {
        <tr>
            <th scope="row">{row.to}</th>
            <td>{row.subject}</td>
            <td class="number">{fmt::int(locale, i64::from(row.attempts))}</td>
            <td>{state}</td>
            <td><RetryButton locale form action what="mail" kind=String::new() subject/></td>
        </tr>
    }
    .into_any()
}
