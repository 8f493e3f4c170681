//! Referral partners and their leads, for managers.

use crate::{
    api::referral::{DecideReferral, MoveLead, read_referral_queue, referral_lead, referral_partner},
    i18n::{Locale, fmt, use_locale},
    pages::referral::{LeadTag, lead_words, partner_words},
    ui::{
        EmptyState, ErrorState, FormErrors, FormState, Hidden, Notice, Pagination, Skeleton, Submit, Tag, TextArea,
        use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::referral::{Lead, Partnership};
use gabarit_i18n::referral as text;
use gabarit_view::referral::{LeadFile, LeadRow, PartnerFile, PartnerRow, ReferralLine, ReferralQueue};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    components::Form,
    hooks::{use_params_map, use_query_map},
};

fn list_path(locale: Locale) -> String {
    url::path(locale, Page::Manage(ManagePage::Referrals))
}

/// The list; its filter is in the address.
#[component]
pub(super) fn ReferralsPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        // Without a choice: what is to be taken care of.
        let state = query.with(|query| query.get("state")).unwrap_or_else(|| "open".to_owned());
        (state, query.with(|query| query.get("page").unwrap_or_default()).parse().unwrap_or(1))
    });
    let queue = Resource::new_blocking(move || filter.get(), |(state, page)| read_referral_queue(state, page));
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <Notice>{text::manage_no_pay(locale)}</Notice>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match queue.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(queue) => view! { <Queue locale queue state=filter.get_untracked().0/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Queue(locale: Locale, queue: ReferralQueue, state: String) -> impl IntoView {
    let chosen = state.clone();
    let options = [("open", text::queue_open(locale)), ("all", text::queue_all(locale))]
        .into_iter()
        .chain(Lead::ALL.map(|lead| (lead.code(), lead_words(locale, lead))))
        .map(|(value, label)| view! { <option value=value selected=value == chosen>{label}</option> })
        .collect_view();
    let page_of = move |page: u32| {
        url::with_param(&url::with_param(&list_path(locale), "state", &state), "page", &page.to_string())
    };
    let leads = if queue.leads.is_empty() {
        view! { <EmptyState title=text::queue_none(locale)/> }.into_any()
    } else {
        let rows = queue.leads.into_iter().map(|lead| view! { <LeadItem locale lead/> }).collect_view();
        view! {
            <p class="hint">{text::found(locale, u64::from(queue.total))}</p>
            <ul class="booking-list">{rows}</ul>
            <Pagination page=queue.page pages=queue.pages href=page_of/>
        }
        .into_any()
    };
    let partners = if queue.partners.is_empty() {
        view! { <EmptyState title=text::partners_none(locale)/> }.into_any()
    } else {
        let rows = queue.partners.into_iter().map(|partner| view! { <PartnerItem locale partner/> }).collect_view();
        view! { <ul class="booking-list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="booking-section">
            <h2>{text::queue(locale)}</h2>
            <Form method="GET" action=list_path(locale) attr:class="console-filters">
                <div class="field">
                    <label for="referrals-state">{text::state(locale)}</label>
                    <select id="referrals-state" name="state" class="input">{options}</select>
                </div>
                <button type="submit" class="button">{text::filter(locale)}</button>
            </Form>
            {leads}
        </section>
        <section class="booking-section">
            <h2>{text::partners(locale)}</h2>
            {partners}
        </section>
    }
    .into_any()
}

#[component]
fn LeadItem(locale: Locale, lead: LeadRow) -> impl IntoView {
    let href = format!("{}/leads/{}", list_path(locale), lead.id);
    view! {
        <li class="booking-row">
            <div class="booking-row-head"><a class="booking-row-link" href=href>{lead.organisation}</a></div>
            <LeadTag state=lead.state/>
            <p class="booking-row-days">
                {lead.products.join(", ")} " · " {text::seats_of(locale, u64::from(lead.seats))}
            </p>
            <p class="hint">
                {text::came_on(locale, fmt::date_time(locale, &lead.at))} " · " {text::by_partner(locale, lead.partner)}
            </p>
        </li>
    }
    .into_any()
}

#[component]
fn PartnerItem(locale: Locale, partner: PartnerRow) -> impl IntoView {
    let href = format!("{}/partners/{}", list_path(locale), partner.id);
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=href>{partner.name}</a>
                " "
                <span class="booking-reference">{partner.code.map(|code| code.to_string())}</span>
            </div>
            <Tag strong=partner.state == Partnership::Asked>{partner_words(locale, partner.state)}</Tag>
            <p class="hint">
                {text::asked_on(locale, fmt::date_time(locale, &partner.asked_at))} " · "
                {text::partner_leads(locale, u64::from(partner.leads))}
            </p>
        </li>
    }
    .into_any()
}

/// One partnership.
#[component]
pub(super) fn PartnerPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let action = ServerAction::<DecideReferral>::new();
    let form = use_form_state("decide", action);
    let file = Resource::new_blocking(move || (id(), action.version().get()), |(id, _)| referral_partner(id));
    view! {
        <Title text=text::manage_title(locale)/>
        <p><a href=list_path(locale)>{text::back(locale)}</a></p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match file.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(file) => view! { <Partner file action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Hidden fields of a form about something.
fn hidden(locale: Locale, id: uuid::Uuid, version: i64) -> impl IntoView {
    view! {
        <Hidden name="id" value=id.to_string()/>
        <Hidden name="version" value=version.to_string()/>
        <Hidden name="locale" value=locale.code().to_owned()/>
    }
    .into_any()
}

#[component]
fn Partner(file: PartnerFile, action: ServerAction<DecideReferral>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let row = file.row;
    let profile = format!("{}/{}", url::path(locale, Page::Experts), file.expert);
    let (id, version, state) = (row.id, file.version, row.state);
    let hint = text::note_reasons_hint(locale, file.locale.native_name());
    let with_reasons = move |act: &'static str, words: &'static str| {
        let hint = hint.clone();
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <TextArea form name="note" label=text::note_reasons(locale) hint=hint rows=4/>
                <Hidden name="act" value=act.to_owned()/>
                {hidden(locale, id, version)}
                <Submit form text=words.to_owned() secondary=true/>
            </ActionForm>
        }
        .into_any()
    };
    let decide = match state {
        _ if file.own && !state.is_over() => view! { <p class="notice">{text::own_partner(locale)}</p> }.into_any(),
        Partnership::Asked => view! {
            <ActionForm action attr:class="desk-move">
                <Hidden name="act" value=Partnership::Granted.code().to_owned()/>
                {hidden(locale, id, version)}
                <Submit form text=text::grant(locale).to_owned()/>
            </ActionForm>
            {with_reasons(Partnership::Refused.code(), text::refuse(locale))}
        }
        .into_any(),
        Partnership::Granted => with_reasons(Partnership::Ended.code(), text::end(locale)),
        Partnership::Refused | Partnership::Ended => ().into_any(),
    };
    let code = row.code.map(|code| {
        view! {
            <dl class="facts">
                <dt>{text::their_code(locale)}</dt>
                <dd>{code.to_string()}</dd>
            </dl>
        }
    });
    let reasons = (!file.reasons.is_empty()).then(|| {
        view! {
            <h2>{text::reasons(locale)}</h2>
            <p class="message-body">{file.reasons}</p>
        }
    });
    let motivation = if file.motivation.is_empty() { text::no_motivation(locale).to_owned() } else { file.motivation };
    view! {
        <header class="page-head">
            <h1>{row.name}</h1>
            <p class="lead"><Tag strong=state == Partnership::Asked>{partner_words(locale, state)}</Tag></p>
            <p class="hint">
                {text::asked_on(locale, fmt::date_time(locale, &row.asked_at))} " · "
                {text::partner_leads(locale, u64::from(row.leads))}
            </p>
            <p><a href=profile>{text::profile(locale)}</a></p>
        </header>
        {code}
        <h2>{text::motivation(locale)}</h2>
        <p class="message-body">{motivation}</p>
        {reasons}
        <FormErrors form/>
        {(!state.is_over()).then(|| view! {
            <section class="booking-section">
                <h2>{text::decide(locale)}</h2>
                {decide}
            </section>
        })}
        <Log locale lines=file.log/>
    }
    .into_any()
}

/// One lead.
#[component]
pub(super) fn LeadPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let action = ServerAction::<MoveLead>::new();
    let form = use_form_state("move-lead", action);
    let file = Resource::new_blocking(move || (id(), action.version().get()), move |(id, _)| referral_lead(locale, id));
    view! {
        <Title text=text::queue(locale)/>
        <p><a href=list_path(locale)>{text::back(locale)}</a></p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match file.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(file) => view! { <LeadView file action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn LeadView(file: LeadFile, action: ServerAction<MoveLead>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let row = file.row;
    let partner = format!("{}/partners/{}", list_path(locale), file.partner);
    // One form: the button that is pressed says what to do.
    let moves = row
        .state
        .next()
        .iter()
        .map(|state| {
            view! {
                <button type="submit" class="button" name="act" value=state.code()>{lead_words(locale, *state)}</button>
            }
        })
        .collect_view();
    let desk = if file.own {
        view! { <p class="notice">{text::own_lead(locale)}</p> }.into_any()
    } else {
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <TextArea form name="note" label=text::note(locale) hint=text::note_hint(locale) optional=true rows=4/>
                {hidden(locale, row.id, file.version)}
                <div class="desk-moves">
                    {moves}
                    <button type="submit" class="button" name="act" value="note">{text::note_save(locale)}</button>
                </div>
            </ActionForm>
        }
        .into_any()
    };
    let mail = format!("mailto:{}", file.email);
    let phone = file.phone.map(|phone| {
        view! {
            <dt>{text::phone(locale)}</dt>
            <dd>{phone}</dd>
        }
    });
    let message = (!file.message.is_empty()).then(|| {
        view! {
            <h2>{text::message(locale)}</h2>
            <p class="message-body">{file.message}</p>
        }
    });
    view! {
        <header class="page-head">
            <h1>{row.organisation}</h1>
            <p class="lead">
                {row.products.join(", ")} " · " {text::seats_of(locale, u64::from(row.seats))} " " <LeadTag state=row.state/>
            </p>
            <p class="hint">{text::came_on(locale, fmt::date_time(locale, &row.at))}</p>
        </header>
        <dl class="facts">
            <dt>{text::contact(locale)}</dt>
            <dd>{file.contact_name}</dd>
            <dt>{text::email(locale)}</dt>
            <dd><a href=mail rel="external">{file.email}</a></dd>
            {phone}
            <dt>{text::form_country(locale)}</dt>
            <dd>{file.country}</dd>
            <dt>{text::language(locale)}</dt>
            <dd>{file.locale.native_name()}</dd>
            <dt>{text::partner(locale)}</dt>
            <dd><a href=partner>{row.partner}</a></dd>
        </dl>
        {message}
        <section class="booking-section">
            <h2>{text::move_title(locale)}</h2>
            <FormErrors form/>
            {desk}
        </section>
        <Log locale lines=file.log/>
    }
    .into_any()
}

#[component]
fn Log(locale: Locale, lines: Vec<ReferralLine>) -> impl IntoView {
    let items = lines
        .into_iter()
        .map(|line| {
            let lead = Lead::parse(&line.event).map(|state| lead_words(locale, state));
            let partner = Partnership::parse(&line.event).map(|state| partner_words(locale, state));
            let what = match line.event.as_str() {
                "received" => text::event_received(locale),
                "noted" => text::event_noted(locale),
                _ => lead.or(partner).unwrap_or_default(),
            };
            let who = if line.who.is_empty() { text::visitor(locale).to_owned() } else { line.who };
            let note = (!line.note.is_empty()).then(|| view! { <p class="message-body">{line.note}</p> });
            view! {
                <li>{fmt::date_time(locale, &line.at)} " · " {what} " " {text::by(locale, who)} {note}</li>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{text::log(locale)}</h2>
            <ol class="desk-log">{items}</ol>
        </section>
    }
    .into_any()
}
