//! Documents: lists, files, answers, agreements, settings for e-invoices, and what the verify page needs.

use gabarit_domain::ids::DocumentId;
use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    papers::{AgreementView, AnswerView, EndpointView, MonthView, SellerForm, SellerGap},
    verify::{Report, Unreadable},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_server::services::{papers, self_billing, sellers, stash},
};

/// Everything that one can set for e-invoices and the tax office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    /// As a client.
    pub client: Option<EndpointView>,
    /// As an expert; none for who is no expert.
    pub expert: Option<(Option<EndpointView>, SellerForm)>,
}

/// An electronic address, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointForm {
    /// `client` or `expert`.
    pub side: String,
    /// Code of the scheme.
    pub scheme: String,
    /// The identifier; empty removes the address.
    pub identifier: String,
    /// Language of the page.
    pub locale: String,
}

/// What a seller tells, as posted, with the language of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SellerPost {
    /// `person` or `entity`.
    pub kind: String,
    /// Of a person.
    pub first_name: String,
    /// Of a person.
    pub last_name: String,
    /// Of a person.
    pub birth_date: String,
    /// Tax identification number.
    pub tin: String,
    /// Country that issued it.
    pub tin_country: String,
    /// Of an entity.
    pub registration: String,
    /// Language of the page.
    pub locale: String,
}

/// The agreement, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgreementForm {
    /// Of the text that was shown: a number. As text, for nothing else is read out of a form that is flattened.
    pub version: String,
    /// Language of the page.
    pub locale: String,
}

/// An answer to a self-billed invoice, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// The document.
    pub id: String,
    /// What is disputed, in euros.
    pub amount: String,
    /// Why.
    pub reason: String,
    /// A manager's word at the end of a dispute.
    pub outcome: String,
    /// Language of the page.
    pub locale: String,
}

#[cfg(feature = "ssr")]
fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// The documents of a month; `all` are everybody's, for managers.
///
/// # Errors
/// See [`papers::list`].
#[server(prefix = "/api", endpoint = "documents_of_month", input = GetUrl)]
pub async fn documents_of_month(
    /// `2026-11`; this month unless given.
    month: Option<String>,
    /// Part of a number, a name or a reference.
    search: String,
    /// Everybody's.
    all: bool,
) -> Result<MonthView, ApiError> {
    let call = Call::current()?;
    papers::list(&call.platform, call.actor()?, month.as_deref().filter(|text| !text.is_empty()), all, &search).await
}

/// How a self-billed invoice stands, and whether the document can be had as UBL.
///
/// # Errors
/// See [`self_billing::answer`].
#[server(prefix = "/api", endpoint = "document_state", input = GetUrl)]
pub async fn document_state(
    /// Which.
    id: DocumentId,
) -> Result<(Option<AnswerView>, bool), ApiError> {
    let call = Call::current()?;
    let actor = call.actor()?;
    let answer = self_billing::answer(&call.platform, actor, id).await?;
    Ok((answer, papers::has_ubl(&call.platform, actor, id).await?))
}

#[cfg(feature = "ssr")]
fn document_id(form: &AnswerForm) -> Result<DocumentId, ApiError> {
    form.id.parse().map_err(|_| ApiError::NotFound)
}

#[cfg(feature = "ssr")]
fn back_to(call: &Call, form: &AnswerForm, id: DocumentId) {
    call.redirect(&url::path(page_locale(&form.locale), Page::Document(id)));
}

/// The expert accepts a self-billed invoice.
///
/// # Errors
/// See [`self_billing::accept`].
#[server(prefix = "/api", endpoint = "accept_self_billed")]
pub async fn accept_self_billed(
    /// As posted.
    #[server(flatten)]
    form: AnswerForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = document_id(&form)?;
        self_billing::accept(&call.platform, call.actor()?, id).await?;
        back_to(&call, &form, id);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The expert contests a self-billed invoice.
///
/// # Errors
/// See [`self_billing::contest`].
#[server(prefix = "/api", endpoint = "contest_self_billed")]
pub async fn contest_self_billed(
    /// As posted.
    #[server(flatten)]
    form: AnswerForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = document_id(&form)?;
        self_billing::contest(&call.platform, call.actor()?, id, &form.amount, &form.reason).await?;
        back_to(&call, &form, id);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// A manager ends a dispute.
///
/// # Errors
/// See [`self_billing::settle`].
#[server(prefix = "/api", endpoint = "settle_self_billed")]
pub async fn settle_self_billed(
    /// As posted.
    #[server(flatten)]
    form: AnswerForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = document_id(&form)?;
        self_billing::settle(&call.platform, call.manager()?, id, &form.outcome).await?;
        back_to(&call, &form, id);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The text of the agreement to self-billing.
///
/// # Errors
/// See [`self_billing::agreement`].
#[server(prefix = "/api", endpoint = "self_billing_agreement", input = GetUrl)]
pub async fn self_billing_agreement(
    /// Language of the text.
    locale: Locale,
) -> Result<AgreementView, ApiError> {
    let call = Call::current()?;
    self_billing::agreement(&call.platform, call.actor()?, locale).await
}

/// Accepts it.
///
/// # Errors
/// See [`self_billing::agree`].
#[server(prefix = "/api", endpoint = "agree_to_self_billing")]
pub async fn agree_to_self_billing(
    /// As posted.
    #[server(flatten)]
    form: AgreementForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let locale = page_locale(&form.locale);
        // No text has that version: whoever may not agree hears that first.
        let version = form.version.trim().parse().unwrap_or(0);
        self_billing::agree(&call.platform, call.actor()?, locale, version).await?;
        call.redirect(&url::path(locale, Page::SelfBilling));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// What one can set.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "papers_settings", input = GetUrl)]
pub async fn papers_settings() -> Result<SettingsView, ApiError> {
    let call = Call::current()?;
    let (p, actor) = (&call.platform, call.actor()?);
    let expert = if actor.expert.is_some() {
        Some((papers::own_endpoint(p, actor, "expert").await?, sellers::own(p, actor).await?))
    } else {
        None
    };
    Ok(SettingsView { client: papers::own_endpoint(p, actor, "client").await?, expert })
}

/// Stores an electronic address.
///
/// # Errors
/// See [`papers::set_endpoint`].
#[server(prefix = "/api", endpoint = "set_endpoint")]
pub async fn set_endpoint(
    /// As posted.
    #[server(flatten)]
    form: EndpointForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        papers::set_endpoint(&call.platform, call.actor()?, &form.side, &form.scheme, &form.identifier).await?;
        let page = url::path(page_locale(&form.locale), Page::PapersSettings);
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Stores what a seller tells.
///
/// # Errors
/// See [`sellers::store`].
#[server(prefix = "/api", endpoint = "set_seller")]
pub async fn set_seller(
    /// As posted.
    #[server(flatten)]
    form: SellerPost,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let told = SellerForm {
            kind: form.kind.clone(),
            first_name: form.first_name.clone(),
            last_name: form.last_name.clone(),
            birth_date: form.birth_date.clone(),
            tin: form.tin.clone(),
            tin_country: form.tin_country.clone(),
            registration: form.registration.clone(),
        };
        sellers::store(&call.platform, call.actor()?, &told).await?;
        let page = url::path(page_locale(&form.locale), Page::PapersSettings);
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Last year, and its sellers who have not told what the report needs.
///
/// # Errors
/// See [`sellers::gaps`].
#[server(prefix = "/api", endpoint = "seller_gaps", input = GetUrl)]
pub async fn seller_gaps() -> Result<Vec<(i32, Vec<SellerGap>)>, ApiError> {
    use chrono::Datelike as _;
    let call = Call::current()?;
    let actor = call.manager()?;
    let this = call.platform.today().year();
    let mut years = Vec::new();
    for year in [this, this - 1] {
        years.push((year, sellers::gaps(&call.platform, actor, year).await?));
    }
    Ok(years)
}

/// The public keys that documents are sealed with.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "document_keys", input = GetUrl)]
pub async fn document_keys() -> Result<Vec<String>, ApiError> {
    Ok(Call::current()?.platform.document_keys()?.public.clone())
}

/// What the server found in a file that was posted without script; it is shown once.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "verified", input = GetUrl)]
pub async fn verified(
    /// As the address has it.
    key: String,
) -> Result<Option<Result<Report, Unreadable>>, ApiError> {
    let call = Call::current()?;
    let kept = stash::take(&call.platform, &key).await?;
    Ok(kept.and_then(|fields| serde_json::from_str(fields.get("verified")?).ok()))
}
