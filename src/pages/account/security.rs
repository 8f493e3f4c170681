//! E-mail address, password, two-step sign-in and sessions of one's own account.

use crate::{
    api::account::{
        ChangePassword, EndOtherSessions, EndSession, RequestEmailChange, ResendConfirmation, Security,
        account_security,
    },
    i18n::{Locale, fmt, use_locale},
    session::use_account,
    ui::{
        ConfirmField, ErrorState, Field, FormErrors, Hidden, LinkButton, Notice, Skeleton, Submit, Tag, use_form_state,
    },
    url::{self, Page},
};
use gabarit_i18n::{account as text, auth};
use gabarit_view::account::{AccountView, SessionView};
use leptos::prelude::*;

/// What its forms do.
#[derive(Clone, Copy)]
struct Actions {
    resend: ServerAction<ResendConfirmation>,
    email: ServerAction<RequestEmailChange>,
    password: ServerAction<ChangePassword>,
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
}

/// The sections below one's own details.
#[component]
pub(super) fn SecuritySections(account: AccountView) -> impl IntoView {
    let locale = use_locale();
    let actions = Actions {
        resend: ServerAction::new(),
        email: ServerAction::new(),
        password: ServerAction::new(),
        end: ServerAction::new(),
        end_others: ServerAction::new(),
    };
    // What was done shows at once.
    let done = move || {
        (
            actions.email.version().get(),
            actions.password.version().get(),
            actions.end.version().get(),
            actions.end_others.version().get(),
        )
    };
    let security = Resource::new_blocking(done, |_| account_security());
    let account = StoredValue::new(account);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match security.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(Security { pending_email, sessions }) => view! {
                        <Email locale account=account.get_value() pending=pending_email actions/>
                        <Password locale actions/>
                        <TwoStep locale/>
                        <Sessions locale sessions actions/>
                        <section class="account-section">
                            <h2>{gabarit_i18n::own_data::title(locale)}</h2>
                            <p>{gabarit_i18n::own_data::lead(locale)}</p>
                            <p><LinkButton href=url::path(locale, Page::OwnData)>{gabarit_i18n::own_data::title(locale)}</LinkButton></p>
                        </section>
                    }
                    .into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Email(locale: Locale, account: AccountView, pending: Option<String>, actions: Actions) -> impl IntoView {
    let resend = use_form_state("resend", actions.resend);
    let form = use_form_state("email", actions.email);
    let state = if account.email_confirmed {
        view! { <p>{account.email.clone()} " " <Tag>{text::email_confirmed(locale)}</Tag></p> }.into_any()
    } else {
        view! {
            <p>{account.email.clone()}</p>
            <Notice>
                <p>{text::email_unconfirmed(locale)}</p>
                <ActionForm action=actions.resend>
                    <FormErrors form=resend/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form=resend secondary=true text=text::email_resend(locale)/>
                </ActionForm>
            </Notice>
        }
        .into_any()
    };
    let waiting = pending.map(|email| view! { <Notice>{text::email_pending(locale, email)}</Notice> });
    let open = form.error().with_untracked(Option::is_some);
    view! {
        <section class="account-section" aria-labelledby="account-email">
            <h2 id="account-email">{auth::email(locale)}</h2>
            {state}
            {waiting}
            <details class="action-more" open=open>
                <summary class="button">{text::email_change(locale)}</summary>
                <ActionForm action=actions.email attr:class="stack action-form" attr:novalidate="">
                    <FormErrors form/>
                    <Field
                        form
                        name="email"
                        label=text::email_new(locale)
                        hint=text::email_new_hint(locale)
                        kind="email"
                        autocomplete="email"
                    />
                    <ConfirmField form/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::email_send(locale)/>
                </ActionForm>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Password(locale: Locale, actions: Actions) -> impl IntoView {
    let form = use_form_state("password", actions.password);
    let open = form.error().with_untracked(Option::is_some);
    view! {
        <section class="account-section" aria-labelledby="account-password">
            <h2 id="account-password">{auth::password(locale)}</h2>
            <details class="action-more" open=open>
                <summary class="button">{text::password_change(locale)}</summary>
                <ActionForm action=actions.password attr:class="stack action-form" attr:novalidate="">
                    <FormErrors form/>
                    <Field
                        form
                        name="current_password"
                        label=text::password_current(locale)
                        kind="password"
                        autocomplete="current-password"
                    />
                    <Field
                        form
                        name="new_password"
                        label=text::new_password(locale)
                        hint=auth::password_hint(locale)
                        kind="password"
                        autocomplete="new-password"
                    />
                    <p class="hint">{text::password_note(locale)}</p>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::password_change(locale)/>
                </ActionForm>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn TwoStep(locale: Locale) -> impl IntoView {
    let account = use_account();
    let on = move || account.with(|account| account.as_ref().is_some_and(|account| account.two_step));
    let required = move || account.with(|account| account.as_ref().is_some_and(|account| account.needs_two_step));
    view! {
        <section class="account-section" aria-labelledby="account-two-step">
            <h2 id="account-two-step">{text::two_step_title(locale)}</h2>
            {move || required().then(|| view! { <Notice warning=true>{text::two_step_required(locale)}</Notice> })}
            <p>{move || if on() { text::two_step_is_on(locale) } else { text::two_step_is_off(locale) }}</p>
            <p>
                <LinkButton href=url::path(locale, Page::TwoStep)>
                    {move || if on() { text::two_step_manage(locale) } else { text::two_step_set_up(locale) }}
                </LinkButton>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Sessions(locale: Locale, sessions: Vec<SessionView>, actions: Actions) -> impl IntoView {
    let end = use_form_state("end-session", actions.end);
    let others = use_form_state("end-others", actions.end_others);
    let several = sessions.len() > 1;
    let rows = sessions
        .into_iter()
        .map(|session| {
            let device = match (session.browser.as_str(), session.system.as_str()) {
                ("", "") => text::session_unknown(locale).to_owned(),
                (one, "") | ("", one) => one.to_owned(),
                (browser, system) => text::session_device(locale, browser, system),
            };
            let seen = text::session_seen(locale, fmt::date_time(locale, &session.last_seen_at));
            let since = text::session_since(locale, fmt::date_time(locale, &session.created_at));
            let act = if session.current {
                view! { <Tag>{text::session_current(locale)}</Tag> }.into_any()
            } else {
                let label = text::session_end_label(locale, &device);
                view! {
                    <ActionForm action=actions.end>
                        <Hidden name="id" value=session.id.clone()/>
                        <Hidden name="locale" value=locale.code()/>
                        <button type="submit" class="button button-quiet" aria-label=label>
                            {text::session_end(locale)}
                        </button>
                    </ActionForm>
                }
                .into_any()
            };
            view! {
                <li class="session-row">
                    <div>
                        <p>{device}</p>
                        <p class="hint">{seen} " · " {since}</p>
                    </div>
                    {act}
                </li>
            }
        })
        .collect_view();
    let everywhere = several.then(|| {
        view! {
            <ActionForm action=actions.end_others>
                <FormErrors form=others/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=others secondary=true text=text::sessions_end_others(locale)/>
            </ActionForm>
        }
    });
    view! {
        <section class="account-section" aria-labelledby="account-sessions">
            <h2 id="account-sessions">{text::sessions_title(locale)}</h2>
            <p class="hint">{text::sessions_lead(locale)}</p>
            <FormErrors form=end/>
            <ul class="session-list">{rows}</ul>
            {everywhere}
        </section>
    }
    .into_any()
}
