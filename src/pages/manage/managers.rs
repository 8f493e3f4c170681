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
                        let people = list
                            .managers
                            .into_iter()
                            .map(|manager| view! { <Manager locale manager remove/> })
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
fn Manager(locale: Locale, manager: ManagerView, remove: ServerAction<RemoveManager>) -> impl IntoView {
    let form = use_form_state("remove", remove);
    let state = if manager.two_step { text::two_step_is_on(locale) } else { text::manager_closed(locale) };
    let name = manager.name.clone();
    let label = text::manager_remove_label(locale, &name);
    let note = text::manager_remove_note(locale, &name);
    let id = manager.id.to_string();
    let act = if manager.own {
        view! { <Tag>{text::manager_own(locale)}</Tag> }.into_any()
    } else {
        view! {
            <details class="action-more">
                <summary class="button button-quiet" aria-label=label>
                    {text::manager_remove(locale)}
                </summary>
                <ActionForm action=remove attr:class="stack action-form" attr:novalidate="">
                    <FormErrors form/>
                    <p>{note}</p>
                    <ConfirmField form/>
                    <Hidden name="id" value=id/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form secondary=true text=text::manager_remove(locale)/>
                </ActionForm>
            </details>
        }
        .into_any()
    };
    view! {
        <li class="session-row">
            <div>
                <p>{name}</p>
                <p class="hint">{manager.email.clone()} " · " {state}</p>
            </div>
            {act}
        </li>
    }
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
