//! Who manages the platform, and who is invited to.

use crate::{
    api::account::{InviteManager, RemoveManager, RevokeInvitation, manager_list},
    i18n::{Locale, fmt, use_locale},
    ui::{
        Choice, ConfirmField, EmptyState, ErrorState, Field, FormErrors, Hidden, Select, Skeleton, Submit, Tag,
        use_form_state,
    },
};
use gabarit_i18n::{account as text, auth};
use gabarit_view::account::{InvitationView, ManagerView};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn ManagersPage() -> impl IntoView {
    let locale = use_locale();
    let invite = ServerAction::<InviteManager>::new();
    let revoke = ServerAction::<RevokeInvitation>::new();
    let remove = ServerAction::<RemoveManager>::new();
    let done = move || (invite.version().get(), revoke.version().get(), remove.version().get());
    let list = Resource::new_blocking(done, |_| manager_list());
    let form = use_form_state("invite", invite);
    let languages = Locale::ALL.map(|language| Choice::new(language.code(), language.native_name())).to_vec();
    view! {
        <Title text=text::managers_title(locale)/>
        <h1>{text::managers_title(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match list.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(list) => {
                        let others = list.managers.clone();
                        let people = list
                            .managers
                            .into_iter()
                            .map(|manager| view! { <Manager locale manager/> })
                            .collect_view();
                        let waiting = if list.invitations.is_empty() {
                            view! { <EmptyState title=text::invitations_none(locale)/> }.into_any()
                        } else {
                            let rows = list
                                .invitations
                                .into_iter()
                                .map(|invitation| view! { <Invitation locale invitation revoke/> })
                                .collect_view();
                            view! { <ul class="session-list">{rows}</ul> }.into_any()
                        };
                        view! {
                            <ul class="session-list">{people}</ul>
                            <Remove locale others remove/>
                            <h2>{text::invitations_title(locale)}</h2>
                            {waiting}
                        }
                        .into_any()
                    }
                }
            })}
        </Suspense>
        <h2>{text::invite_title(locale)}</h2>
        <ActionForm action=invite attr:class="stack form-narrow" attr:novalidate="">
            <FormErrors form/>
            <Field form name="email" label=auth::email(locale) kind="email" autocomplete="off"/>
            <Select form name="language" label=text::invite_language(locale) choices=languages value=locale.code()/>
            <ConfirmField form/>
            <Hidden name="locale" value=locale.code()/>
            <Submit form text=text::invite_button(locale)/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Manager(locale: Locale, manager: ManagerView) -> impl IntoView {
    let state = if manager.two_step { text::two_step_is_on(locale) } else { text::manager_closed(locale) };
    let own = manager.own.then(|| view! { <Tag>{text::manager_own(locale)}</Tag> });
    view! {
        <li class="session-row">
            <div>
                <p>{manager.name}</p>
                <p class="hint">{manager.email} " · " {state}</p>
            </div>
            {own}
        </li>
    }
    .into_any()
}

/// Ends the rights of one of the others.
#[component]
fn Remove(locale: Locale, others: Vec<ManagerView>, remove: ServerAction<RemoveManager>) -> impl IntoView {
    let form = use_form_state("remove", remove);
    let open = form.error().with_untracked(Option::is_some);
    let others = others
        .into_iter()
        .filter(|manager| !manager.own)
        .map(|manager| Choice::new(manager.id.to_string(), text::manager_choice(locale, manager.name, manager.email)));
    // Nobody is chosen by chance.
    let choices: Vec<Choice> = std::iter::once(Choice::new("", "–")).chain(others).collect();
    (choices.len() > 1)
        .then(|| {
            view! {
                <details class="action-more" open=open>
                    <summary class="button">{text::manager_remove(locale)}</summary>
                    <ActionForm action=remove attr:class="stack action-form form-narrow" attr:novalidate="">
                        <FormErrors form/>
                        <Select
                            form
                            name="id"
                            label=text::manager_whose(locale)
                            hint=text::manager_remove_note(locale)
                            choices
                        />
                        <ConfirmField form/>
                        <Hidden name="locale" value=locale.code()/>
                        <Submit form secondary=true text=text::manager_remove(locale)/>
                    </ActionForm>
                </details>
            }
        })
        .into_any()
}

#[component]
fn Invitation(locale: Locale, invitation: InvitationView, revoke: ServerAction<RevokeInvitation>) -> impl IntoView {
    let until = text::invitation_until(locale, fmt::date(locale, invitation.expires_at.date_naive()));
    let from = invitation.inviter.clone().map(|name| view! { " · " {text::invitation_from(locale, name)} });
    view! {
        <li class="session-row">
            <div>
                <p>{invitation.email.clone()}</p>
                <p class="hint">{until} {from}</p>
            </div>
            <ActionForm action=revoke>
                <Hidden name="id" value=invitation.id.to_string()/>
                <Hidden name="locale" value=locale.code()/>
                <button
                    type="submit"
                    class="button button-quiet"
                    aria-label=text::invitation_revoke_label(locale, &invitation.email)
                >
                    {text::invitation_revoke(locale)}
                </button>
            </ActionForm>
        </li>
    }
    .into_any()
}
