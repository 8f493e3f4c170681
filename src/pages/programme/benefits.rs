//! Benefits by country; for members, with what they claimed.

use super::parts::{SubNav, choices, done, param};
use crate::{
    api::benefit::{ClaimBenefit, benefits},
    i18n::{Locale, fmt, use_locale},
    ui::{
        Checkbox, EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Notice, Select, Skeleton, Submit,
        use_form_state,
    },
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::membership::{BenefitFamily, BenefitKind};
use gabarit_i18n::membership as text;
use gabarit_view::benefit::{BenefitView, Catalogue, ClaimView, family_name, kind_name};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;

fn here(locale: Locale) -> String {
    url::path(locale, Page::Programme(ProgrammeSection::Benefits))
}

/// The page. Its address may name the country, and the benefit that is claimed.
#[component]
pub(super) fn BenefitsPage() -> impl IntoView {
    let locale = use_locale();
    let (country, claimed) = (param("country"), param("claim"));
    let action = ServerAction::<ClaimBenefit>::new();
    let form = use_form_state("claim", action);
    let done = done(action);
    let catalogue = Resource::new_blocking(
        move || (country.get(), claimed.get(), done.get()),
        move |(country, ..)| benefits(locale, country),
    );
    // Refused for its terms: they may have changed since, and are shown as they are now, beside what was typed.
    let fresh = RwSignal::new(None::<Catalogue>);
    Effect::new(move || {
        if form.error().with(|error| error.as_ref().is_some_and(|error| error.problems("accept").next().is_some())) {
            let country = country.get_untracked();
            leptos::task::spawn_local(async move {
                if let Ok(found) = benefits(locale, country).await {
                    fresh.set(Some(found));
                }
            });
        }
    });
    view! {
        <Title text=text::benefits_title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::benefits_title(locale)}</h1>
            <p class="lead">{text::benefits_lead(locale)}</p>
        </header>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match catalogue.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(catalogue) => {
                        view! { <List catalogue claimed=claimed.get_untracked() action form fresh/> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn List(
    catalogue: Catalogue,
    claimed: String,
    action: ServerAction<ClaimBenefit>,
    form: FormState,
    fresh: RwSignal<Option<Catalogue>>,
) -> impl IntoView {
    let locale = use_locale();
    let everywhere = StoredValue::new(catalogue.everywhere.clone());
    let options = catalogue
        .countries
        .iter()
        .map(|(code, name)| {
            let selected = *code == catalogue.country;
            view! { <option value=code.clone() selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    // A member's country is the one the member said.
    let chooser = (!catalogue.member).then(|| {
        view! {
            <Form method="GET" action=here(locale) attr:class="console-filters">
                <div class="field">
                    <label for="benefits-country">{text::choose_country(locale)}</label>
                    <select id="benefits-country" name="country" class="input">
                        <option value="">{text::everywhere(locale)}</option>
                        {options}
                    </select>
                </div>
                <button type="submit" class="button">{text::show(locale)}</button>
            </Form>
        }
    });
    let missing = catalogue.country_missing.then(|| {
        let href = url::path(locale, Page::Programme(ProgrammeSection::Membership));
        view! { <Notice warning=true><p><a href=href>{text::country_missing(locale)}</a></p></Notice> }
    });
    let ended = (!catalogue.ended.is_empty()).then(|| {
        let items = catalogue
            .ended
            .into_iter()
            .map(|(title, claim)| {
                view! {
                    <li>
                        <strong>{title}</strong>
                        <ActionForm action attr:class="desk-moves">
                            <Hidden name="act" value="uninstalled"/>
                            <Hidden name="claim" value=claim.id.to_string()/>
                            <Hidden name="locale" value=locale.code()/>
                            <Submit form text=text::uninstalled(locale)/>
                        </ActionForm>
                    </li>
                }
            })
            .collect_view();
        view! {
            <Notice warning=true>
                <h2>{text::uninstall_title(locale)}</h2>
                <p>{text::uninstall_text(locale)}</p>
                <ul class="plain-list">{items}</ul>
            </Notice>
        }
    });
    let heading = if catalogue.country.is_empty() {
        text::benefits_everywhere(locale).to_owned()
    } else {
        text::benefits_in(locale, &catalogue.country_name)
    };
    let empty = catalogue.benefits.is_empty();
    let families = BenefitFamily::ALL
        .map(|family| {
            let items: Vec<_> = catalogue
                .benefits
                .iter()
                .filter(|benefit| benefit.kind.family() == family)
                .cloned()
                .map(|benefit| {
                    let open = benefit.id.to_string() == claimed;
                    view! { <Benefit benefit open action form fresh everywhere=everywhere.get_value()/> }
                })
                .collect();
            (!items.is_empty()).then(|| {
                view! {
                    <section>
                        <h3>{family_name(locale, family)}</h3>
                        <ul class="cards">{items}</ul>
                    </section>
                }
            })
        })
        .collect_view();
    view! {
        {ended}
        {missing}
        {chooser}
        <h2>{heading}</h2>
        {empty.then(|| view! { <EmptyState title=text::benefits_empty(locale)/> })}
        {families}
        <p class="hint">{text::not_affiliated(locale)}</p>
    }
    .into_any()
}

#[component]
fn Benefit(
    benefit: BenefitView,
    open: bool,
    action: ServerAction<ClaimBenefit>,
    form: FormState,
    fresh: RwSignal<Option<Catalogue>>,
    everywhere: Vec<(String, String)>,
) -> impl IntoView {
    let locale = use_locale();
    let until = benefit.until.map(|day| format!(" · {}", text::benefit_until(locale, fmt::date(locale, day))));
    let exhausted = benefit.exhausted.then(|| view! { <p class="hint">{text::exhausted(locale)}</p> });
    let claim = benefit.claim.clone().map(|claim| view! { <Claim claim/> });
    let id = benefit.id.to_string();
    let ask = (benefit.can_claim && !open).then(|| {
        let href = url::with_param(&here(locale), "claim", &id);
        view! {
            <p>
                <a class="button" href=href aria-label=text::claim_of(locale, &benefit.title)>{text::claim(locale)}</a>
            </p>
        }
    });
    let asked = (benefit.can_claim && open).then(|| {
        let (of, shown) = (benefit.id, (benefit.version, benefit.terms.clone()));
        let now = Memo::new(move |_| {
            let found = fresh.with(|fresh| {
                let all = fresh.as_ref().map_or(&[][..], |fresh| fresh.benefits.as_slice());
                all.iter().find(|found| found.id == of).map(|found| (found.version, found.terms.clone()))
            });
            found.unwrap_or_else(|| shown.clone())
        });
        let terms = (!benefit.terms.is_empty()).then(|| {
            view! {
                <h4>{text::terms(locale)}</h4>
                <p class="message-body">{move || now.get().1}</p>
                <Checkbox form name="accept" called=text::accept(locale)>{text::accept(locale)}</Checkbox>
            }
        });
        let parcel = (benefit.kind == BenefitKind::WelcomeKit).then(|| {
            view! {
                <Field form name="name" label=text::ship_name(locale) autocomplete="name"/>
                <Field form name="street" label=text::street(locale) autocomplete="street-address"/>
                <Field form name="postal_code" label=text::postal_code(locale) autocomplete="postal-code"/>
                <Field form name="city" label=text::city(locale) autocomplete="address-level2"/>
                {(!everywhere.is_empty()).then(|| view! {
                    <Select
                        form
                        name="country"
                        label=text::country(locale)
                        choices=choices(&everywhere)
                        choose=true
                        autocomplete="country"
                    />
                })}
            }
        });
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                {terms}
                {parcel}
                <Hidden name="act" value="claim"/>
                <Hidden name="benefit" value=id.clone()/>
                <Hidden name="version" value=Signal::derive(move || now.get().0.to_string())/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::claim(locale)/>
            </ActionForm>
        }
    });
    view! {
        <li class="card member-card">
            <h4>{benefit.title.clone()}</h4>
            <p class="hint">{kind_name(locale, benefit.kind)} {until}</p>
            <p class="message-body">{benefit.description.clone()}</p>
            {claim}
            {exhausted}
            {ask}
            {asked}
        </li>
    }
    .into_any()
}

#[component]
fn Claim(claim: ClaimView) -> impl IntoView {
    let locale = use_locale();
    let day = fmt::date(locale, claim.claimed_at.local.date());
    let state = match (claim.state.as_str(), &claim.ended_at) {
        (_, Some(ended)) => text::claim_ended(locale, fmt::date(locale, ended.local.date())),
        ("asked", None) => text::claim_asked(locale, day),
        _ => text::claim_given(locale, day),
    };
    let accepted = claim
        .accepted_at
        .map(|at| view! { <p class="hint">{text::claim_accepted(locale, fmt::date(locale, at.local.date()))}</p> });
    let code = claim.code.map(|code| {
        view! { <p>{text::claim_code(locale)} ": " <code class="claim-code">{code}</code></p> }
    });
    view! {
        <p><strong>{state}</strong></p>
        {code}
        <p class="message-body">{claim.instructions}</p>
        {accepted}
    }
    .into_any()
}
