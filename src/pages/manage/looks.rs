//! Words that were marked as contact details, and whose authors say they are none: managers allow or refuse them.

use crate::{
    api::looks::{DecideLook, look_queue},
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, FormErrors, FormState, Hidden, Skeleton, use_form_state},
    url::{self, ManagePage, Page},
};
use gabarit_i18n::look as text;
use gabarit_view::{
    error::ApiError,
    looks::{WaitingLook, field_name},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn LooksPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<DecideLook>::new();
    let form = use_form_state("look", action);
    // Read again when something was decided, by whomever; what was typed for a decision that was refused stays.
    let decided = Memo::new(move |before: Option<&u32>| {
        let done = action.value().with(|value| matches!(value, Some(Ok(()) | Err(ApiError::Overtaken { .. }))));
        before.copied().unwrap_or(0) + u32::from(done)
    });
    let queue = Resource::new_blocking(move || decided.get(), |_| look_queue());
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                let queue = match queue.await {
                    Err(error) => return view! { <ErrorState error/> }.into_any(),
                    Ok(queue) => queue,
                };
                if queue.waiting.is_empty() {
                    return view! { <EmptyState title=text::none(locale)/> }.into_any();
                }
                let shown = queue.waiting.len() as u64;
                let more = (u64::from(queue.total) > shown).then(|| {
                    let total = fmt::int(locale, i64::from(queue.total));
                    view! { <p class="hint">{text::shown(locale, shown, total)}</p> }
                });
                let waiting = queue.waiting.into_iter().map(|look| view! { <Item locale look form action/> }).collect_view();
                view! {
                    {more}
                    {waiting}
                }
                .into_any()
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Item(locale: Locale, look: WaitingLook, form: FormState, action: ServerAction<DecideLook>) -> impl IntoView {
    let pieces = look
        .pieces
        .into_iter()
        .map(|piece| {
            if piece.marked {
                view! { <mark class="work-link">{piece.text}</mark> }.into_any()
            } else {
                piece.text.into_any()
            }
        })
        .collect_view();
    let profile = look.expert.map(|id| (url::path(locale, Page::Expert(id)), text::profile(locale)));
    let application = look
        .candidate
        .map(|id| (url::path(locale, Page::Manage(ManagePage::Candidate(id))), text::application(locale)));
    let links = [profile, application]
        .into_iter()
        .flatten()
        .map(|(href, name)| {
            let label = format!("{name} : {}", look.name);
            view! { " · " <a href=href aria-label=label>{name}</a> }
        })
        .collect_view();
    let id = look.id.to_string();
    // Several of these forms stand on the page: each has ids of its own, and what was typed goes back to the one it was in.
    let reason =
        if form.initial("id", String::new()) == id { form.initial("reason", String::new()) } else { String::new() };
    let (field, hint, about) = (format!("reason-{id}"), format!("reason-hint-{id}"), format!("words-{id}"));
    let heading = about.clone();
    let pending = form.pending();
    let decide = if look.own {
        view! { <p class="hint">{text::own(locale)}</p> }.into_any()
    } else {
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <div class="field">
                    <label for=field.clone()>{text::reason(locale)}</label>
                    <p class="hint" id=hint.clone()>{text::reason_hint(locale)}</p>
                    <textarea id=field.clone() name="reason" class="input" rows="2" aria-describedby=hint>{reason}</textarea>
                </div>
                <Hidden name="id" value=id/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <div class="desk-moves">
                    <button type="submit" class="button" name="act" value="allow" aria-describedby=about.clone() disabled=move || pending.get()>
                        {text::allow(locale)}
                    </button>
                    <button type="submit" class="button" name="act" value="refuse" aria-describedby=about.clone() disabled=move || pending.get()>
                        {text::refuse(locale)}
                    </button>
                </div>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <section class="booking-section">
            <h2 id=heading>{look.words.join(" · ")}</h2>
            <p>{look.name} " · " {look.email} {links}</p>
            <p class="hint">
                {look.area.name(locale)} " · " {field_name(locale, &look.field)} " · "
                {text::asked_by(locale, fmt::date_time(locale, &look.asked_at))}
            </p>
            <p class="prose">{pieces}</p>
            {decide}
        </section>
    }
    .into_any()
}
