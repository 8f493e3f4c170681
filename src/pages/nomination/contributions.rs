//! Own contributions: the list, the months, and a form for one more.

use super::{
    heat::HeatMap,
    parts::{self, ContributionList, Outcome},
};
use crate::{
    api::nomination::{AddContribution, NominationAction, my_contributions},
    i18n::{Locale, use_locale},
    pages::candidate::successes,
    ui::{
        Choice, ErrorState, Field, FormErrors, FormState, Hidden, Radios, Select, Skeleton, Submit, TextArea,
        use_form_state,
    },
};
use gabarit_domain::recognition::Channel;
use gabarit_i18n::{labels, nomination as text};
use gabarit_view::nomination::{ContributionView, ContributionsView};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page, for nominees and members alike.
#[component]
pub(super) fn ContributionsPage() -> impl IntoView {
    let locale = use_locale();
    let (add, act) = (ServerAction::<AddContribution>::new(), ServerAction::<NominationAction>::new());
    let (added, acted) = (successes(add), successes(act));
    let mine = Resource::new_blocking(move || (added.get(), acted.get()), |_| my_contributions());
    view! {
        <Title text=text::my_contributions(locale)/>
        <div class="nomination-page stack">
            <h1>{text::my_contributions(locale)}</h1>
            <Outcome locale/>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match mine.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(view) => view! { <Contributions locale view add act back="list"/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

/// The list, the months, and the form.
#[component]
pub(super) fn Contributions(
    locale: Locale,
    view: ContributionsView,
    add: ServerAction<AddContribution>,
    act: ServerAction<NominationAction>,
    back: &'static str,
) -> impl IntoView {
    let form = use_form_state("contribution", add);
    let removal = use_form_state("contribution-removal", act);
    let remove = Callback::new(move |one: ContributionView| {
        view! {
            <ActionForm action=act>
                <Hidden name="act" value="remove"/>
                <Hidden name="id" value=one.id.to_string()/>
                <Hidden name="back" value=back/>
                <Hidden name="locale" value=locale.code()/>
                <button type="submit" class="button button-quiet" aria-label=text::remove_named(locale, one.title)>
                    {text::remove(locale)}
                </button>
            </ActionForm>
        }
        .into_any()
    });
    let none = view.contributions.is_empty();
    let today = view.today.to_string();
    view! {
        <section class="sheet-section stack" id="nominate-contributions" tabindex="-1">
            <h2>{text::contributions(locale)}</h2>
            <p class="hint">{text::contributions_hint(locale)}</p>
            <FormErrors form=removal/>
            <HeatMap locale months=view.months/>
            {if none {
                view! { <p>{text::contributions_none(locale)}</p> }.into_any()
            } else {
                view! { <ContributionList locale contributions=view.contributions remove=remove/> }.into_any()
            }}
        </section>
        <section class="sheet-section stack">
            <h2>{text::add(locale)}</h2>
            <ActionForm action=add attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="back" value=back/>
                <Hidden name="locale" value=locale.code()/>
                <Fields locale form today/>
                <Submit form text=text::add_button(locale) secondary=true/>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// What is asked of a contribution.
#[component]
pub(crate) fn Fields(locale: Locale, form: FormState, today: String) -> impl IntoView {
    let channels = Channel::ALL
        .iter()
        .filter(|channel| **channel != Channel::Community)
        .map(|channel| Choice::new(channel.code(), parts::channel(locale, *channel)))
        .collect();
    let languages = labels::languages(locale).into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    let paid = vec![Choice::new("no", text::no(locale)), Choice::new("yes", text::yes(locale))];
    view! {
        <div class="field-row">
            <Select form name="channel" label=text::channel(locale) choices=channels choose=true/>
            <Field form name="occurred_on" label=text::occurred_on(locale) kind="date" value=today/>
        </div>
        <Field form name="title" label=text::contribution_title(locale)/>
        <Field form name="url" label=text::url(locale) hint=text::url_hint(locale) kind="url" inputmode="url"/>
        <div class="field-row">
            <Select form name="language" label=text::language(locale) choices=languages value=locale.code().to_owned()/>
            <Field
                form
                name="reach"
                label=text::reach(locale)
                hint=text::reach_hint(locale)
                inputmode="numeric"
                optional=true
            />
        </div>
        <TextArea form name="helped" label=text::helped(locale) rows=3/>
        <Radios form name="paid" legend=text::paid(locale) choices=paid/>
    }
    .into_any()
}
