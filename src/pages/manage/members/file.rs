//! One membership, with every decision on it.

use super::list_path;
use crate::{
    api::membership::{ManagerMemberAct, manager_member},
    i18n::{fmt, use_locale},
    pages::programme::parts::{Contributions, History, Months, done},
    ui::{ErrorState, FormErrors, FormState, Hidden, Notice, Skeleton, Submit, TextArea, Version, use_form_state},
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::membership::Appeal;
use gabarit_i18n::membership as text;
use gabarit_view::membership::{MemberFile, state_name};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

type Act = ServerAction<ManagerMemberAct>;

/// The page.
#[component]
pub(in super::super) fn MemberPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let action = Act::new();
    let form = use_form_state("member", action);
    let done = done(action);
    let file = Resource::new_blocking(move || (id.get(), done.get()), move |(id, _)| manager_member(locale, id));
    view! {
        <p><a href=list_path(locale, "")>{text::back_to_members(locale)}</a></p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match file.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(file) => view! { <File file action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Two decisions about the same, with one field for the reasons: what is pressed says which.
#[component]
fn Decide(
    #[prop(into)] id: String,
    #[prop(into)] version: String,
    acts: Vec<(&'static str, &'static str)>,
    action: Act,
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let buttons = acts
        .into_iter()
        .map(|(act, words)| {
            view! { <button type="submit" class="button" name="act" value=act>{words}</button> }
        })
        .collect_view();
    view! {
        <ActionForm action attr:class="stack" attr:novalidate="">
            <TextArea form name="reasons" label=text::decide_reasons(locale) rows=5/>
            <Hidden name="id" value=id/>
            <Version form version/>
            <Hidden name="locale" value=locale.code()/>
            <div class="desk-moves">{buttons}</div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn File(file: MemberFile, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let membership = file.membership;
    let (id, version) = (membership.id.to_string(), membership.version.to_string());
    let regular = membership.regularity.active_months() >= membership.months_needed;
    let due = membership.state == "due";
    let open = membership.appeal == Appeal::Open;
    let public = format!("{}/{}", url::path(locale, Page::Programme(ProgrammeSection::Members)), file.code);
    let verdict = if regular { text::above(locale) } else { text::below(locale) };
    let ids = StoredValue::new((id, version));
    let decide = move |acts: Vec<(&'static str, &'static str)>| {
        let (id, version) = ids.get_value();
        view! { <Decide id version acts action form/> }.into_any()
    };
    let confirm = (due && regular).then(|| {
        let (id, version) = ids.get_value();
        view! {
            <ActionForm action>
                <Hidden name="id" value=id/>
                <Version form version/>
                <Hidden name="act" value="confirm"/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::act_confirm(locale)/>
            </ActionForm>
        }
    });
    // One decision at a time: its reasons have one field, so a screen never has two of the kind.
    let decisions = if file.own {
        view! { <Notice><p>{text::own_file(locale)}</p></Notice> }.into_any()
    } else if open && !file.may_answer {
        view! { <Notice><p>{text::answer_other(locale)}</p></Notice> }.into_any()
    } else if open {
        view! {
            <section>
                <h2>{text::answer_title(locale)}</h2>
                {decide(vec![("allow", text::act_allow(locale)), ("dismiss", text::act_dismiss(locale))])}
            </section>
        }
        .into_any()
    } else if due {
        let mut acts = vec![("decline", text::act_decline(locale)), ("end", text::act_end(locale))];
        if !regular {
            acts.insert(0, ("renew", text::act_renew(locale)));
        }
        view! {
            <section>
                <h2>{text::decide_title(locale)}</h2>
                {confirm}
                {decide(acts)}
                <p class="hint">{text::end_text(locale)}</p>
            </section>
        }
        .into_any()
    } else if membership.live {
        view! {
            <section>
                <h2>{text::end_title(locale)}</h2>
                <p>{text::end_text(locale)}</p>
                {decide(vec![("end", text::act_end(locale))])}
            </section>
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <Title text=file.name.clone()/>
        <header class="page-head">
            <h1>{file.name.clone()}</h1>
            <p class="lead">{state_name(locale, &membership.state)}</p>
        </header>
        <FormErrors form/>
        <dl class="facts">
            <dt>{text::since(locale)}</dt>
            <dd>{fmt::date(locale, membership.first_day)}</dd>
            <dt>{text::until(locale)}</dt>
            <dd>{fmt::date(locale, membership.last_day)}</dd>
            <dt>{text::country(locale)}</dt>
            <dd>{file.country}</dd>
            <dt>{text::member(locale)}</dt>
            <dd><a href=format!("mailto:{}", file.email) rel="external">{file.email.clone()}</a></dd>
        </dl>
        <p><a href=public>{text::my_page(locale)}</a></p>
        {membership.reasons.clone().map(|reasons| view! {
            <Notice><p><strong>{text::reasons_title(locale)}</strong></p><p class="message-body">{reasons}</p></Notice>
        })}
        {decisions}
        <section>
            <h2>{text::months_title(locale)}</h2>
            <Months regularity=membership.regularity.clone() needed=membership.months_needed/>
            <p>{verdict}</p>
            <Contributions list=file.contributions/>
        </section>
        <History terms=membership.terms appeals=membership.appeals steps=membership.steps/>
    }
    .into_any()
}
