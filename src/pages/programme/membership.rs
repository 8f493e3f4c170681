//! One's own membership.

use super::parts::{Checks, Contributions, History, Months, SubNav, choices, done, languages};
use crate::{
    api::{
        membership::{OwnMembershipAct, SaveMemberProfile, read_own_membership},
        nomination::AddContribution,
    },
    i18n::{fmt, use_locale},
    pages::{looks::OwnLooks, nomination::contributions::Fields},
    ui::{
        Checkbox, ErrorState, Field, FormErrors, FormState, Hidden, Notice, Select, Skeleton, Submit, TextArea,
        use_form_state,
    },
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::membership::Appeal;
use gabarit_i18n::{membership as text, nomination};
use gabarit_view::membership::{MembershipView, OwnMembership, state_name};
use leptos::prelude::*;
use leptos_meta::Title;

#[derive(Clone, Copy)]
struct Forms {
    profile: (ServerAction<SaveMemberProfile>, FormState),
    contribution: (ServerAction<AddContribution>, FormState),
    own: (ServerAction<OwnMembershipAct>, FormState),
}

/// The page.
#[component]
pub(super) fn MembershipPage() -> impl IntoView {
    let locale = use_locale();
    let (profile, contribution, own) =
        (ServerAction::<SaveMemberProfile>::new(), ServerAction::<AddContribution>::new(), ServerAction::new());
    let forms = Forms {
        profile: (profile, use_form_state("profile", profile).asks()),
        contribution: (contribution, use_form_state("contribution", contribution)),
        own: (own, use_form_state("own", own)),
    };
    let done = (done(profile), done(contribution), done(own));
    let page = Resource::new_blocking(
        move || (done.0.get(), done.1.get(), done.2.get()),
        move |_| read_own_membership(locale),
    );
    view! {
        <Title text=text::own_title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::own_title(locale)}</h1>
            <p class="lead">{text::own_lead(locale)}</p>
        </header>
        <Transition fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(page) => view! { <Own page forms/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Own(page: OwnMembership, forms: Forms) -> impl IntoView {
    let locale = use_locale();
    let membership = page.membership.clone();
    let live = membership.live;
    let regular = membership.regularity.active_months() >= membership.months_needed;
    let verdict = if regular { text::months_regular(locale) } else { text::months_below(locale) };
    let reasons = membership.reasons.clone().map(|reasons| {
        view! {
            <Notice warning=true>
                <h2>{text::reasons_title(locale)}</h2>
                <p class="message-body">{reasons}</p>
            </Notice>
        }
    });
    let again = (!live).then(|| {
        let href = url::path(locale, Page::Programme(ProgrammeSection::Nominate));
        view! { <p><a class="button button-primary" href=href>{text::nominate_again(locale)}</a></p> }
    });
    let card = live.then(|| view! { <BadgeCard page=page.clone()/> });
    let add = live.then(|| view! { <Add today=page.today.to_string() forms/> });
    let shown = live.then(|| view! { <Shown page=page.clone() forms/> });
    let leave = live.then(|| view! { <Leave forms/> });
    view! {
        <div class="programme">
            <FormErrors form=forms.own.1/>
            {reasons}
            <dl class="facts">
                <dt>{text::status(locale)}</dt>
                <dd>{state_name(locale, &membership.state)}</dd>
                <dt>{text::since(locale)}</dt>
                <dd>{fmt::date(locale, membership.first_day)}</dd>
                <dt>{text::until(locale)}</dt>
                <dd>{fmt::date(locale, membership.last_day)}</dd>
                {(membership.state == "active").then(|| view! {
                    <dt>{text::renewal_on(locale)}</dt>
                    <dd>{fmt::date(locale, membership.due_on)}</dd>
                })}
            </dl>
            {again}
            <AppealForm membership=membership.clone() forms/>
            <section>
                <h2>{text::months_title(locale)}</h2>
                <Months regularity=membership.regularity.clone() needed=membership.months_needed/>
                {live.then(|| view! { <p>{verdict}</p> })}
                <Contributions list=page.contributions.clone()/>
            </section>
            {add}
            {card}
            {shown}
            <History terms=membership.terms appeals=membership.appeals steps=membership.steps/>
            {leave}
        </div>
    }
    .into_any()
}

#[component]
fn AppealForm(membership: MembershipView, forms: Forms) -> impl IntoView {
    let locale = use_locale();
    let (action, form) = forms.own;
    let open =
        (membership.appeal == Appeal::Open).then(|| view! { <Notice><p>{text::appeal_open(locale)}</p></Notice> });
    let ask = membership.appeal_until.map(|until| {
        view! {
            <section>
                <h2>{text::appeal_title(locale)}</h2>
                <p>{text::appeal_text(locale, fmt::date(locale, until))}</p>
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <TextArea form name="message" label=text::appeal_message(locale) rows=6/>
                    <Hidden name="act" value="appeal"/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::appeal_send(locale)/>
                </ActionForm>
            </section>
        }
    });
    view! { {open} {ask} }.into_any()
}

#[component]
fn BadgeCard(page: OwnMembership) -> impl IntoView {
    let locale = use_locale();
    let own = format!("{}/{}", url::path(locale, Page::Programme(ProgrammeSection::Members)), page.profile.code);
    view! {
        <section>
            <h2>{text::badge_title(locale)}</h2>
            <p>
                <img
                    src=format!("/badges/{}.svg?lang={}", page.profile.code, locale.code())
                    alt=text::badge_alt(locale, &page.profile.name)
                    width="320"
                    height="96"
                    class="badge-picture"
                />
            </p>
            <p>{text::badge_text(locale)}</p>
            <p class="hint" id="embed-label">{text::embed(locale)}</p>
            <pre class="embed" tabindex="0" aria-labelledby="embed-label"><code>{page.embed.clone()}</code></pre>
            <div class="desk-moves">
                <a class="button" href=own>{text::my_page(locale)}</a>
                <a class="button" rel="external" href=format!("/members/certificate.pdf?lang={}", locale.code())>
                    {text::certificate_get(locale)}
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Add(today: String, forms: Forms) -> impl IntoView {
    let locale = use_locale();
    let (action, form) = forms.contribution;
    view! {
        <section>
            <h2>{text::add_title(locale)}</h2>
            <p>{text::add_text(locale)}</p>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Fields locale form today/>
                <Hidden name="back" value="membership"/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=nomination::add_button(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Shown(page: OwnMembership, forms: Forms) -> impl IntoView {
    let locale = use_locale();
    let (action, form) = forms.profile;
    let profile = page.profile;
    view! {
        <section>
            <h2>{text::shown_title(locale)}</h2>
            <p>{text::shown_text(locale)}</p>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Checkbox form name="listed" checked=profile.listed>{text::listed(locale)}</Checkbox>
                <Field form name="name" label=text::name(locale) autocomplete="name" value=profile.name/>
                <Select
                    form
                    name="country"
                    label=text::country(locale)
                    hint=text::country_hint(locale)
                    choices=choices(&page.countries)
                    optional=profile.country.is_empty()
                    autocomplete="country"
                    value=profile.country
                />
                <TextArea
                    form
                    name="about"
                    label=text::about(locale)
                    hint=text::about_hint(locale)
                    optional=true
                    value=profile.about
                />
                <Checks form name="products" legend=text::products(locale) choices=page.products chosen=profile.products/>
                <Checks
                    form
                    name="languages"
                    legend=text::languages(locale)
                    choices=languages(locale)
                    chosen=profile.languages
                />
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::save(locale) secondary=true/>
            </ActionForm>
            <OwnLooks version=action.version()/>
        </section>
    }
    .into_any()
}

#[component]
fn Leave(forms: Forms) -> impl IntoView {
    let locale = use_locale();
    let (action, form) = forms.own;
    view! {
        <section>
            <h2>{text::resign_title(locale)}</h2>
            <p>{text::resign_text(locale)}</p>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <Checkbox form name="sure" called=text::resign_sure(locale)>{text::resign_sure(locale)}</Checkbox>
                <Hidden name="act" value="resign"/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::resign(locale) secondary=true/>
            </ActionForm>
        </section>
    }
    .into_any()
}
