//! The catalogue of benefits, their codes and parcels. The address names the benefit that is open, or `new`.

use super::Tabs;
use crate::{
    api::benefit::{ManagerBenefit, manager_benefits},
    i18n::{Locale, fmt, use_locale},
    pages::programme::parts::{choices, done, param},
    ui::{
        Checkbox, Choice, EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Select, Skeleton, Submit,
        TextArea, Version, use_form_state,
    },
    url::{self, ManagePage, Page},
};
use chrono::NaiveDate;
use gabarit_domain::membership::{BenefitKind, Offer};
use gabarit_i18n::membership as text;
use gabarit_view::benefit::{BenefitDesk, BenefitFile, BenefitText, Parcel, kind_name};
use leptos::prelude::*;
use leptos_meta::Title;

type Act = ServerAction<ManagerBenefit>;

fn here(locale: Locale, benefit: &str) -> String {
    let path = url::path(locale, Page::Manage(ManagePage::Benefits));
    if benefit.is_empty() { path } else { url::with_param(&path, "benefit", benefit) }
}

fn column(locale: Locale) -> usize {
    Locale::ALL.iter().position(|other| *other == locale).unwrap_or(0)
}

/// The page.
#[component]
pub(in super::super) fn BenefitsPage() -> impl IntoView {
    let locale = use_locale();
    let open = param("benefit");
    let action = Act::new();
    let form = use_form_state("benefit", action);
    let done = done(action);
    let desk = Resource::new_blocking(move || (open.get(), done.get()), move |_| manager_benefits(locale));
    view! {
        <Title text=text::benefits_title(locale)/>
        <h1>{text::benefits_title(locale)}</h1>
        <Tabs here="benefits"/>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! { <Desk desk open=open.get_untracked() action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Desk(desk: BenefitDesk, open: String, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let parcels = desk.parcels.into_iter().map(|parcel| view! { <ParcelRow parcel action form/> }).collect_view();
    let chosen = desk.benefits.iter().find(|benefit| benefit.id.to_string() == open).cloned();
    let empty = desk.benefits.is_empty();
    let rows = desk
        .benefits
        .iter()
        .map(|benefit| {
            let id = benefit.id.to_string();
            let title = benefit.texts.get(column(locale)).map(|text| text.title.clone()).unwrap_or_default();
            let current = (id == open).then_some("true");
            let [free, taken, revoked] = benefit.codes;
            let codes = benefit
                .uses_codes
                .then(|| format!(" · {}: {}", text::codes(locale), text::codes_count(locale, free, taken, revoked)));
            view! {
                <li class="booking-row">
                    <div class="booking-row-head">
                        <a class="booking-row-link" href=here(locale, &id) aria-current=current>{title}</a>
                    </div>
                    <p class="booking-row-days">{kind_name(locale, benefit.kind)}</p>
                    <p class="hint">{text::claims_standing(locale, u64::from(benefit.claims))} {codes}</p>
                </li>
            }
        })
        .collect_view();
    let (countries, today) = (desk.countries, desk.today);
    view! {
        <section id="parcels">
            <h2>{text::parcels_title(locale)}</h2>
            {if parcels.is_empty() {
                view! { <p class="hint">{text::list_empty(locale)}</p> }.into_any()
            } else {
                view! { <ul class="plain-list">{parcels}</ul> }.into_any()
            }}
        </section>
        <section>
            <h2>{text::benefits_title(locale)}</h2>
            {empty.then(|| view! { <EmptyState title=text::benefits_empty(locale)/> })}
            <ul class="booking-list">{rows}</ul>
            <p><a class="button" href=here(locale, "new")>{text::benefit_new(locale)}</a></p>
        </section>
        {match chosen {
            Some(benefit) => view! { <Open benefit countries today action form/> }.into_any(),
            None if open == "new" => view! { <Texts benefit=None action form/> }.into_any(),
            None => ().into_any(),
        }}
    }
    .into_any()
}

#[component]
fn ParcelRow(parcel: Parcel, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let lines = parcel.address.iter().map(|line| view! { {line.clone()} <br/> }).collect_view();
    view! {
        <li>
            <strong>{parcel.title}</strong>
            <p>{lines}</p>
            <p class="hint">{text::parcel_since(locale, fmt::date(locale, parcel.since.local.date()))}</p>
            <ActionForm action>
                <Hidden name="act" value="sent"/>
                <Hidden name="claim" value=parcel.claim.to_string()/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::parcel_sent(locale) secondary=true/>
            </ActionForm>
        </li>
    }
    .into_any()
}

/// An offer, in words.
fn offer_words(locale: Locale, offer: &Offer, country: &str) -> String {
    let country = if offer.country.is_none() { text::everywhere(locale) } else { country };
    let from = fmt::date(locale, offer.from);
    match offer.until {
        None => text::offer(locale, country, from),
        Some(until) => text::offer_until(locale, country, from, fmt::date(locale, until)),
    }
}

#[component]
fn Open(
    benefit: BenefitFile,
    countries: Vec<(String, String)>,
    today: NaiveDate,
    action: Act,
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let id = StoredValue::new(benefit.id.to_string());
    let offers = benefit
        .offers
        .iter()
        .map(|(offer_id, offer, country)| {
            let words = offer_words(locale, offer, country);
            let offer_id = offer_id.to_string();
            let standing = offer.until.is_none_or(|until| until > today);
            let label = text::offer_close_of(locale, &words);
            let close = standing.then(|| {
                view! {
                    <ActionForm action>
                        <Hidden name="act" value="close"/>
                        <Hidden name="id" value=id.get_value()/>
                        <Hidden name="offer" value=offer_id/>
                        <Hidden name="locale" value=locale.code()/>
                        <button type="submit" class="button button-quiet" aria-label=label>
                            {text::offer_close(locale)}
                        </button>
                    </ActionForm>
                }
            });
            view! { <li class="desk-moves"><span>{words}</span> {close}</li> }
        })
        .collect_view();
    let [free, taken, revoked] = benefit.codes;
    let gone = (!benefit.revoked.is_empty()).then(|| {
        let list = benefit.revoked.iter().map(|code| view! { <li><code>{code.clone()}</code></li> }).collect_view();
        view! { <p>{text::codes_revoked(locale)}</p> <ul class="plain-list">{list}</ul> }
    });
    let codes = benefit.uses_codes.then(|| {
        view! {
            <section>
                <h2>{text::codes(locale)}</h2>
                <p>{text::codes_count(locale, free, taken, revoked)}</p>
                {gone}
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <TextArea form name="codes" label=text::codes_add(locale) hint=text::codes_hint(locale) rows=5/>
                    <Hidden name="act" value="codes"/>
                    <Hidden name="id" value=id.get_value()/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::codes_add(locale) secondary=true/>
                </ActionForm>
            </section>
        }
    });
    view! {
        <section>
            <h2>{text::offers(locale)}</h2>
            <ul class="plain-list">{offers}</ul>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <Select
                    form
                    name="country"
                    label=text::country(locale)
                    hint=text::everywhere(locale)
                    choices=choices(&countries)
                    optional=true
                />
                <Field form name="from" label=text::offer_from(locale) kind="date" value=today.to_string()/>
                <Field form name="until" label=text::offer_to(locale) kind="date" optional=true/>
                <Hidden name="act" value="offer"/>
                <Hidden name="id" value=id.get_value()/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::offer_add(locale) secondary=true/>
            </ActionForm>
        </section>
        {codes}
        <Texts benefit=Some(benefit) action form/>
    }
    .into_any()
}

type Names = [&'static str; 4];

const FIELDS: [(Locale, Names); 3] = [
    (Locale::Fr, ["title_fr", "description_fr", "instructions_fr", "terms_fr"]),
    (Locale::Nl, ["title_nl", "description_nl", "instructions_nl", "terms_nl"]),
    (Locale::En, ["title_en", "description_en", "instructions_en", "terms_en"]),
];

#[component]
fn Texts(benefit: Option<BenefitFile>, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let new = benefit.is_none();
    let heading = if new { text::benefit_new(locale) } else { text::benefit_edit(locale) };
    let texts = benefit.as_ref().map(|benefit| benefit.texts.clone()).unwrap_or_default();
    let (id, version, uses_codes) = benefit.map_or_else(
        || (String::new(), String::new(), false),
        |benefit| (benefit.id.to_string(), benefit.version.to_string(), benefit.uses_codes),
    );
    let kinds = BenefitKind::ALL.map(|kind| Choice::new(kind.code(), kind_name(locale, kind))).to_vec();
    let fields = FIELDS
        .into_iter()
        .zip(texts.into_iter().chain(std::iter::repeat(BenefitText::default())))
        .map(|((language, [title, description, instructions, terms]), words)| {
            let name = language.native_name();
            view! {
                <Field form name=title label=text::benefit_title_in(locale, name) value=words.title/>
                <TextArea
                    form
                    name=description
                    label=text::benefit_description_in(locale, name)
                    rows=3
                    value=words.description
                />
                <TextArea
                    form
                    name=instructions
                    label=text::benefit_instructions_in(locale, name)
                    rows=2
                    optional=true
                    value=words.instructions
                />
                <TextArea
                    form
                    name=terms
                    label=text::benefit_terms_in(locale, name)
                    rows=3
                    optional=true
                    value=words.terms
                />
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{heading}</h2>
            <ActionForm action attr:class="stack" attr:novalidate="">
                {new.then(|| view! { <Select form name="kind" label=text::benefit_kind(locale) choices=kinds/> })}
                <Checkbox form name="uses_codes" checked=uses_codes>{text::benefit_uses_codes(locale)}</Checkbox>
                {fields}
                <Hidden name="act" value="save"/>
                <Hidden name="id" value=id/>
                <Version form version/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::save(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}
