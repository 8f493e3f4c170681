//! Being a referral partner: asking, the link to pass on, and the leads that it brought.

use super::successes;
use crate::{
    api::referral::{AskReferral, read_referral_desk},
    i18n::{Locale, fmt, use_locale},
    pages::referral::LeadTag,
    ui::{
        EmptyState, ErrorState, FormErrors, FormState, Hidden, Notice, Skeleton, Submit, TableFrame, TextArea,
        use_form_state,
    },
};
use gabarit_domain::referral::Partnership;
use gabarit_i18n::referral as text;
use gabarit_view::referral::{OwnLead, OwnPartnership, ReferralDesk};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn ReferralsPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<AskReferral>::new();
    let form = use_form_state("ask-referral", action);
    let done = successes(action);
    let desk = Resource::new_blocking(move || done.get(), move |_| read_referral_desk(locale));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Notice>{text::no_pay(locale)}</Notice>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! { <Desk desk action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Desk(desk: ReferralDesk, action: ServerAction<AskReferral>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let never = desk.current.is_none();
    let link = desk.link.zip(desk.current.as_ref().and_then(|current| current.code.clone())).map(|(link, code)| {
        let href = link.clone();
        view! {
            <dl class="facts">
                <dt>{text::code(locale)}</dt>
                <dd><strong>{code.to_string()}</strong></dd>
                <dt>{text::link(locale)}</dt>
                <dd><a href=href rel="external">{link}</a></dd>
            </dl>
            <p class="hint">{text::link_hint(locale)}</p>
        }
    });
    let ask = desk.may_ask.then(|| view! { <Ask action form again=!never/> });
    let publish = (!desk.published && desk.current.as_ref().is_none_or(|current| current.state.is_over()))
        .then(|| view! { <p class="notice">{text::publish_first(locale)}</p> });
    let leads = (!never).then(|| view! { <Leads leads=desk.leads/> });
    view! {
        {desk.current.map(|current| view! { <Standing current/> })}
        {link}
        {publish}
        {ask}
        {leads}
    }
    .into_any()
}

/// Where the partnership stands, and why.
#[component]
fn Standing(current: OwnPartnership) -> impl IntoView {
    let locale = use_locale();
    let date = |at: &gabarit_i18n::fmt::ZonedTime| fmt::date_time(locale, at);
    let decided = current.decided_at.as_ref().unwrap_or(&current.asked_at);
    let words = match current.state {
        Partnership::Asked => text::asked(locale, date(&current.asked_at)),
        Partnership::Granted => text::granted(locale, date(decided)),
        Partnership::Refused => text::refused(locale, date(decided)),
        Partnership::Ended => text::ended(locale, date(current.ended_at.as_ref().unwrap_or(decided))),
    };
    let reasons = (!current.reasons.is_empty()).then(|| {
        view! {
            <h2>{text::reasons(locale)}</h2>
            <p class="message-body">{current.reasons}</p>
        }
    });
    view! {
        <p data-partnership=current.state.code()>{words}</p>
        {reasons}
    }
    .into_any()
}

#[component]
fn Ask(action: ServerAction<AskReferral>, form: FormState, again: bool) -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="booking-section">
            <h2>{text::ask_title(locale)}</h2>
            {again.then(|| view! { <p>{text::again(locale)}</p> })}
            <p class="hint">{text::ask_lead(locale)}</p>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <TextArea
                    form
                    name="motivation"
                    label=text::motivation(locale)
                    hint=text::motivation_hint(locale)
                    optional=true
                    rows=5
                />
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form text=text::ask_send(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Leads(leads: Vec<OwnLead>) -> impl IntoView {
    let locale = use_locale();
    let list = if leads.is_empty() {
        view! { <EmptyState title=text::leads_none(locale)/> }.into_any()
    } else {
        let rows = leads.into_iter().map(|lead| row(locale, lead)).collect_view();
        view! {
            <TableFrame caption=text::leads(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::organisation(locale)}</th>
                        <th scope="col">{text::products(locale)}</th>
                        <th scope="col" class="money">{text::seats(locale)}</th>
                        <th scope="col">{text::date(locale)}</th>
                        <th scope="col">{text::state(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <section class="booking-section">
            <h2>{text::leads(locale)}</h2>
            <p class="hint">{text::leads_hint(locale)}</p>
            {list}
        </section>
    }
    .into_any()
}

fn row(locale: Locale, lead: OwnLead) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{lead.organisation}</th>
            <td>{lead.products.join(", ")}</td>
            <td class="money">{fmt::int(locale, i64::from(lead.seats))}</td>
            <td>{fmt::date_time(locale, &lead.at)}</td>
            <td><LeadTag state=lead.state/></td>
        </tr>
    }
    .into_any()
}
