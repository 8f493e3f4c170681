//! The agreement to self-billing.

use crate::{
    api::papers::{AgreeToSelfBilling, self_billing_agreement},
    i18n::{fmt, use_locale},
    ui::{ErrorState, FormErrors, Hidden, Notice, Skeleton, Submit, use_form_state},
};
use gabarit_i18n::selfbill as text;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn AgreementPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<AgreeToSelfBilling>::new();
    let form = use_form_state("agreement", action);
    let found = Resource::new_blocking(move || action.version().get(), move |_| self_billing_agreement(locale));
    view! {
        <Title text=text::title(locale)/>
        <div class="form-page">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(agreement) => {
                            let version = agreement.version;
                            let paragraphs = agreement.paragraphs.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
                            let end = match agreement.accepted_at {
                                Some(at) => view! {
                                    <Notice><p>{text::accepted(locale, fmt::date_time(locale, &at), version)}</p></Notice>
                                }
                                .into_any(),
                                None => view! {
                                    <ActionForm action=action attr:class="stack">
                                        <FormErrors form/>
                                        <Hidden name="version" value=version.to_string()/>
                                        <Hidden name="locale" value=locale.code()/>
                                        <Submit form text=text::accept(locale)/>
                                    </ActionForm>
                                }
                                .into_any(),
                            };
                            view! {
                                <p class="hint">{text::version(locale, version)}</p>
                                <ol class="papers-agreement">{paragraphs}</ol>
                                {end}
                            }
                            .into_any()
                        }
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}
