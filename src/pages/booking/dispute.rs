//! Disputes over a booking: for its client, its expert, and managers.

use super::parts::NotShown;
use crate::{
    api::dispute::{ActDispute, read_dispute},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, FormErrors, FormState, Hidden, LinkButton, Notice, Skeleton, Submit, Sure, Tag, TextArea, day_list,
        use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::dispute::DisputeState;
use gabarit_i18n::{booking as booking_text, dispute as text};
use gabarit_view::{
    booking::Side,
    dispute::{DisputePage as Loaded, DisputeView},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page.
#[component]
pub(super) fn DisputePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let action = ServerAction::<ActDispute>::new();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let page = Resource::new_blocking(move || (id(), action.version().get()), |(id, _)| read_dispute(id));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Content page action/> }.into_any(),
                    Err(error) => {
                        let (title, words) = (booking_text::not_found_title(locale), booking_text::not_found_text(locale));
                        view! { <NotShown error title words/> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Where a dispute stands, in words.
pub(crate) fn state_words(locale: Locale, state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open => text::state_open(locale),
        DisputeState::Settled => text::state_settled(locale),
        DisputeState::Dismissed => text::state_dismissed(locale),
        DisputeState::Withdrawn => text::state_withdrawn(locale),
    }
}

#[component]
fn Content(page: Loaded, action: ServerAction<ActDispute>) -> impl IntoView {
    let locale = use_locale();
    let title = text::title(locale, &page.reference);
    let form = use_form_state::<ActDispute>("dispute", action);
    let upload = use_query_map().with_untracked(|query| query.get("upload")).and_then(|outcome| {
        Some(match outcome.as_str() {
            "kept" => (false, text::upload_kept(locale)),
            "empty" => (true, text::upload_empty(locale)),
            "too-large" => (true, text::upload_too_large(locale)),
            "wrong-type" => (true, text::upload_wrong_type(locale)),
            "too-many" => (true, text::upload_too_many(locale)),
            "failed" => (true, text::upload_failed(locale)),
            _ => return None,
        })
    });
    let none = page.disputes.is_empty() && !page.may_open;
    let names = (page.client_name.clone(), page.expert_name.clone());
    let can_write = page.disputes.iter().any(|dispute| dispute.state == DisputeState::Open);
    let disputes = page
        .disputes
        .clone()
        .into_iter()
        .map(|dispute| view! { <Dispute locale dispute names=names.clone() side=page.side id=page.booking.to_string()/> })
        .collect_view();
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <p><LinkButton href=url::path(locale, Page::Booking(page.booking))>{text::back(locale)}</LinkButton></p>
        </header>
        <div class="booking-sections">
            {upload.map(|(warning, words)| view! { <Notice warning><p>{words}</p></Notice> })}
            <FormErrors form/>
            {disputes}
            {none.then(|| view! { <EmptyState title=text::none(locale) text=text::too_late(locale)/> })}
            {can_write.then(|| view! { <Write page=page.clone() action form/> })}
            {page.may_open.then(|| view! { <Open page=page.clone() action form/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Dispute(locale: Locale, dispute: DisputeView, names: (String, String), side: Side, id: String) -> impl IntoView {
    let name = move |side: Side| match side {
        Side::Client => names.0.clone(),
        Side::Expert => names.1.clone(),
        Side::Manager => gabarit_i18n::contact::desk(locale).to_owned(),
    };
    let days = if dispute.days.is_empty() {
        text::no_days(locale).to_owned()
    } else {
        day_list(locale, dispute.days.iter().copied())
    };
    let fact = |label: &'static str, amount: Option<gabarit_domain::money::Cents>| {
        amount.map(|amount| view! { <dt>{label}</dt><dd class="money">{fmt::money(locale, amount)}</dd> })
    };
    let (wrote, sent) = (!dispute.messages.is_empty(), !dispute.files.is_empty());
    let messages = dispute
        .messages
        .into_iter()
        .map(|message| {
            let class = if message.side == Side::Manager { "message message-desk" } else { "message message-sender" };
            view! {
                <li class=class>
                    <p class="message-head">
                        <strong>{message.author}</strong> " "
                        <span class="hint">{fmt::date_time(locale, &message.at)}</span>
                    </p>
                    <p class="message-body">{message.body}</p>
                </li>
            }
        })
        .collect_view();
    let files = dispute
        .files
        .into_iter()
        .map(|file| {
            let by = text::file_by(locale, name(file.side), fmt::date_time(locale, &file.at));
            view! {
                <li>
                    <a href=format!("/disputes/files/{}", file.id) rel="external" download="">{file.name}</a>
                    " " <span class="hint">{by}</span>
                </li>
            }
        })
        .collect_view();
    let open = dispute.state == DisputeState::Open;
    let settle = format!("/{}/bookings/{id}/cancel", locale.code());
    view! {
        <section class="booking-section">
            <h2>
                {text::opened_by(locale, name(dispute.by), fmt::date_time(locale, &dispute.at))} " "
                <Tag strong=open>{state_words(locale, dispute.state)}</Tag>
            </h2>
            <p class="prose">{dispute.statement}</p>
            <dl class="facts">
                <dt>{text::days(locale)}</dt><dd>{days}</dd>
                {fact(text::at_stake(locale), dispute.at_stake)}
                {fact(text::withheld(locale), dispute.withheld)}
                {fact(text::refund(locale), dispute.refund)}
                {(!dispute.outcome.is_empty()).then(|| view! {
                    <dt>{text::outcome(locale)}</dt><dd class="prose">{dispute.outcome.clone()}</dd>
                })}
            </dl>
            {dispute.closed_at.map(|at| view! { <p class="hint">{text::closed_on(locale, fmt::date_time(locale, &at))}</p> })}
            {wrote.then(|| view! { <h3>{text::messages(locale)}</h3> })}
            <ol class="messages">{messages}</ol>
            {sent.then(|| view! { <h3>{text::files(locale)}</h3> })}
            <ul class="stack">{files}</ul>
            {(open && side == Side::Manager).then(|| view! {
                <h3>{text::decide(locale)}</h3>
                <p><LinkButton href=settle>{text::settle(locale)}</LinkButton></p>
                <p class="hint">{text::settle_hint(locale)}</p>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn Common(page: StoredValue<Loaded>, act: &'static str) -> impl IntoView {
    let locale = use_locale();
    let (id, key) = page.with_value(|page| (page.booking.to_string(), page.key.clone()));
    view! {
        <Hidden name="id" value=id/>
        <Hidden name="act" value=act.to_owned()/>
        <Hidden name="key" value=key/>
        <Hidden name="locale" value=locale.code().to_owned()/>
    }
    .into_any()
}

/// Messages, files, and the ways to end it.
#[component]
fn Write(page: Loaded, action: ServerAction<ActDispute>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let (side, may_withdraw) = (page.side, page.may_withdraw);
    let upload = format!("/disputes/{}/files", page.booking);
    let page = StoredValue::new(page);
    view! {
        <section class="booking-section">
            <h2>{text::message(locale)}</h2>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <TextArea form name="message" label=text::message(locale) hint=text::message_hint(locale)/>
                <Common page act="write"/>
                <Submit form text=text::send(locale).to_owned()/>
            </ActionForm>
        </section>
        <section class="booking-section">
            <h2>{text::files(locale)}</h2>
            <form method="post" action=upload enctype="multipart/form-data" class="stack">
                <input type="hidden" name="locale" value=locale.code()/>
                <div class="field">
                    <label for="dispute-file">{text::file(locale)}</label>
                    <p class="hint" id="dispute-file-hint">{text::file_hint(locale)}</p>
                    <input
                        id="dispute-file"
                        name="file"
                        type="file"
                        class="input"
                        accept="application/pdf,image/png,image/jpeg"
                        aria-describedby="dispute-file-hint"
                        required=true
                    />
                </div>
                <p><button type="submit" class="button">{text::file_send(locale)}</button></p>
            </form>
        </section>
        {(side == Side::Manager).then(|| view! {
            <section class="booking-section">
                <h2>{text::dismiss(locale)}</h2>
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <div class="field">
                        <label for="dismiss-reason">{text::dismiss_reason(locale)}</label>
                        <p class="hint" id="dismiss-hint">{text::dismiss_hint(locale)}</p>
                        <textarea id="dismiss-reason" name="message" class="input" rows="3" required aria-describedby="dismiss-hint"></textarea>
                    </div>
                    <Common page act="dismiss"/>
                    <Submit form secondary=true text=text::dismiss(locale).to_owned()/>
                </ActionForm>
            </section>
        })}
        {may_withdraw.then(|| view! {
            <section class="booking-section">
                <Sure text=text::withdraw(locale)>
                    <p>{text::withdraw_hint(locale)}</p>
                    <ActionForm action>
                        <Common page act="withdraw"/>
                        <Submit form secondary=true text=text::withdraw_sure(locale).to_owned()/>
                    </ActionForm>
                </Sure>
            </section>
        })}
    }
    .into_any()
}

#[component]
fn Open(page: Loaded, action: ServerAction<ActDispute>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let is_client = page.side == Side::Client;
    let kept = form.initial("days", String::new());
    let group = form.field_id("days");
    form.call("days", text::days(locale));
    let problem = form.problem("days");
    let boxes = page
        .days
        .iter()
        .map(|day| {
            let value = day.to_string();
            let id = format!("{group}-{value}");
            let checked = kept.split(',').any(|kept| kept == value);
            view! {
                <div class="field field-check">
                    <input id=id.clone() type="checkbox" name="days[]" value=value checked=checked/>
                    <label for=id>{fmt::date(locale, *day)}</label>
                </div>
            }
        })
        .collect_view();
    let days = is_client.then(|| {
        view! {
            <fieldset class="field fieldset" id=group>
                <legend>{text::days(locale)}</legend>
                <p class="hint">{text::days_hint(locale)}</p>
                {boxes}
                {move || problem.get().map(|text| view! { <p class="field-error">{text}</p> })}
            </fieldset>
        }
        .into_any()
    });
    let page = StoredValue::new(page);
    view! {
        <section class="booking-section">
            <h2>{text::open(locale)}</h2>
            <ActionForm action attr:class="stack" attr:novalidate="">
                {days}
                <TextArea form name="message" label=text::statement(locale) hint=text::statement_hint(locale) rows=6/>
                <Common page act="open"/>
                <Submit form text=text::open(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}
