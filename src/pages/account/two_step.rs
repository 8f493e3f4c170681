//! Two-step sign-in of one's own account: setting it up, its recovery codes, ending it.

use crate::{
    api::account::{BeginTwoStep, ConfirmSession, NewRecoveryCodes, two_step_settings},
    i18n::{Locale, use_locale},
    session::{Session, use_account, use_session},
    ui::{ConfirmField, ErrorState, Field, FormErrors, Hidden, Notice, Skeleton, Submit, use_form_state},
    url::{self, ManagePage, Page},
};
use gabarit_i18n::{account as text, common};
use gabarit_view::account::{TwoStepSetup, TwoStepView};
use leptos::prelude::*;
use leptos_meta::Title;

/// What its forms do, besides those of the session.
#[derive(Clone, Copy)]
struct Actions {
    begin: ServerAction<BeginTwoStep>,
    confirm: ServerAction<ConfirmSession>,
    codes: ServerAction<NewRecoveryCodes>,
    session: Session,
}

/// The page.
#[component]
pub(super) fn TwoStepPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let actions =
        Actions { begin: ServerAction::new(), confirm: ServerAction::new(), codes: ServerAction::new(), session };
    on_cleanup(move || {
        session.enable_two_step.value().set(None);
        session.disable_two_step.value().set(None);
    });
    let done = move || {
        (
            actions.begin.version().get(),
            actions.confirm.version().get(),
            actions.codes.version().get(),
            session.enable_two_step.version().get(),
            session.disable_two_step.version().get(),
        )
    };
    let settings = Resource::new_blocking(done, |_| two_step_settings());
    view! {
        <Title text=text::two_step_title(locale)/>
        <div class="form-page">
            <h1>{text::two_step_title(locale)}</h1>
            <p class="lead">{text::two_step_lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match settings.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(settings) if settings.enabled => view! { <Enabled locale settings actions/> }.into_any(),
                        Ok(settings) => view! { <Disabled locale settings actions/> }.into_any(),
                    }
                })}
            </Suspense>
            <p class="aside"><a href=url::path(locale, Page::Account)>{common::my_account(locale)}</a></p>
        </div>
    }
    .into_any()
}

#[component]
fn Disabled(locale: Locale, settings: TwoStepView, actions: Actions) -> impl IntoView {
    let begin = use_form_state("begin", actions.begin);
    let required = settings.required.then(|| view! { <Notice warning=true>{text::two_step_required(locale)}</Notice> });
    let body = match settings.setup {
        Some(setup) => view! { <Setup locale setup actions/> }.into_any(),
        None => view! {
            <ActionForm action=actions.begin attr:class="stack" attr:novalidate="">
                <FormErrors form=begin/>
                <ConfirmField form=begin/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=begin text=text::two_step_set_up(locale)/>
            </ActionForm>
        }
        .into_any(),
    };
    view! { {required} {body} }.into_any()
}

#[component]
fn Setup(locale: Locale, setup: TwoStepSetup, actions: Actions) -> impl IntoView {
    let action = actions.session.enable_two_step;
    let form = use_form_state("enable", action);
    let size = setup.qr_size;
    view! {
        <ol class="steps-list">
            <li>
                <p>{text::setup_scan(locale)}</p>
                <svg
                    class="qr"
                    role="img"
                    aria-label=text::setup_qr(locale)
                    viewBox=format!("0 0 {size} {size}")
                    shape-rendering="crispEdges"
                >
                    <path class="qr-light" d=format!("M0 0h{size}v{size}h-{size}z")></path>
                    <path class="qr-dark" d=setup.qr_path></path>
                </svg>
                <p>{text::setup_type(locale)} " " <code class="secret">{setup.secret}</code></p>
                <p><a href=setup.address rel="external">{text::setup_open(locale)}</a></p>
            </li>
            <li>
                <ActionForm action=action attr:class="stack" attr:novalidate="">
                    <FormErrors form/>
                    <Field
                        form
                        name="code"
                        label=text::setup_code(locale)
                        hint=text::setup_code_hint(locale)
                        inputmode="numeric"
                        autocomplete="one-time-code"
                    />
                    <ConfirmField form/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::setup_enable(locale)/>
                </ActionForm>
            </li>
        </ol>
    }
    .into_any()
}

#[component]
fn Enabled(locale: Locale, settings: TwoStepView, actions: Actions) -> impl IntoView {
    let account = use_account();
    let confirm = use_form_state("confirm", actions.confirm);
    let codes = use_form_state("codes", actions.codes);
    let disable = use_form_state("disable", actions.session.disable_two_step);
    let manager = move || account.with(|account| account.as_ref().is_some_and(|account| account.is_manager));
    let console = move || {
        manager().then(|| {
            let href = url::path(locale, Page::Manage(ManagePage::Overview));
            view! { <p><a class="button button-primary" href=href>{text::open_console(locale)}</a></p> }
        })
    };
    let left = u64::from(settings.codes_left);
    let shown = if settings.codes.is_empty() {
        view! {
            <p>{text::codes_left(locale, left)}</p>
            <ActionForm action=actions.confirm attr:class="stack" attr:novalidate="">
                <FormErrors form=confirm/>
                <ConfirmField form=confirm/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=confirm secondary=true text=text::codes_show(locale)/>
            </ActionForm>
        }
        .into_any()
    } else {
        let list = settings.codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
        view! {
            <p>{text::codes_lead(locale)}</p>
            <ul class="code-list">{list}</ul>
        }
        .into_any()
    };
    let open = disable.error().with_untracked(Option::is_some);
    view! {
        <Notice>{text::two_step_is_on(locale)}</Notice>
        {console}
        <section class="account-section" aria-labelledby="codes-title">
            <h2 id="codes-title">{text::codes_title(locale)}</h2>
            {shown}
            <ActionForm action=actions.codes attr:class="stack" attr:novalidate="">
                <FormErrors form=codes/>
                <ConfirmField form=codes/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=codes secondary=true text=text::codes_new(locale)/>
            </ActionForm>
        </section>
        <details class="action-more" open=open>
            <summary class="button">{text::two_step_end(locale)}</summary>
            <ActionForm action=actions.session.disable_two_step attr:class="stack action-form" attr:novalidate="">
                <FormErrors form=disable/>
                <p>{if settings.required { text::two_step_end_manager(locale) } else { text::two_step_end_note(locale) }}</p>
                <ConfirmField form=disable/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=disable secondary=true text=text::two_step_end_confirm(locale)/>
            </ActionForm>
        </details>
    }
    .into_any()
}
