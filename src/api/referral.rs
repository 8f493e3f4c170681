//! Referral partners: for experts, for who follows their links, and for managers.

use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    referral::{AskForm, LeadFile, LeadForm, LicencesPage, PartnerFile, ReferralDesk, ReferralForm, ReferralQueue},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page, WorkPage},
    gabarit_server::services::referral,
};

/// An expert's own referrals.
///
/// # Errors
/// See [`referral::desk`].
#[server(prefix = "/api", endpoint = "referral_desk", input = GetUrl)]
pub async fn read_referral_desk(
    /// Language of the page.
    locale: Locale,
) -> Result<ReferralDesk, ApiError> {
    let call = Call::current()?;
    referral::desk(&call.platform, call.actor()?, locale).await
}

/// An expert asks to become a partner.
///
/// # Errors
/// See [`referral::ask`].
#[server(prefix = "/api", endpoint = "ask_referral")]
pub async fn ask_referral(
    /// As posted.
    #[server(flatten)]
    form: AskForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        referral::ask(&call.platform, call.actor()?, &form).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        let desk = url::path(locale, Page::Work(WorkPage::Referrals));
        call.redirect(&url::with_param(&desk, "notice", "message-sent"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// What is behind a partner's link.
///
/// # Errors
/// See [`referral::page`].
#[server(prefix = "/api", endpoint = "licences_page", input = GetUrl)]
pub async fn read_licences(
    /// Language of the page.
    locale: Locale,
    /// The partner's code.
    code: String,
) -> Result<LicencesPage, ApiError> {
    let call = Call::current()?;
    referral::page(&call.platform, call.account(), &code, locale).await
}

/// Somebody asks for an offer by a partner's link.
///
/// # Errors
/// See [`referral::leave`].
#[server(prefix = "/api", endpoint = "leave_lead")]
pub async fn leave_lead(
    /// As posted.
    #[server(flatten)]
    form: LeadForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        referral::leave(&call.platform, call.account(), &form, &call.client_address()).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        // What was sent was read as a code: it is nothing else.
        call.redirect(&url::with_param(&url::licences(locale, form.code.trim()), "sent", "1"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Partnerships and leads, for managers.
///
/// # Errors
/// See [`referral::queue`].
#[server(prefix = "/api", endpoint = "referral_queue", input = GetUrl)]
pub async fn read_referral_queue(
    /// `open`, a lead's state, or anything else for all.
    state: String,
    /// From 1.
    page: u32,
) -> Result<ReferralQueue, ApiError> {
    let call = Call::current()?;
    referral::queue(&call.platform, call.manager()?, &state, page).await
}

/// One partnership, for managers.
///
/// # Errors
/// See [`referral::partner_file`].
#[server(prefix = "/api", endpoint = "referral_partner", input = GetUrl)]
pub async fn referral_partner(
    /// Which.
    id: String,
) -> Result<PartnerFile, ApiError> {
    let call = Call::current()?;
    referral::partner_file(&call.platform, call.manager()?, &id).await
}

/// One lead, for managers.
///
/// # Errors
/// See [`referral::lead_file`].
#[server(prefix = "/api", endpoint = "referral_lead", input = GetUrl)]
pub async fn referral_lead(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: String,
) -> Result<LeadFile, ApiError> {
    let call = Call::current()?;
    referral::lead_file(&call.platform, call.manager()?, &id, locale).await
}

#[cfg(feature = "ssr")]
fn file(form: &ReferralForm, kind: &str) -> String {
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let list = url::path(locale, Page::Manage(ManagePage::Referrals));
    url::with_param(&format!("{list}/{kind}/{}", form.id.trim()), "notice", "saved")
}

/// A manager decides on a partnership.
///
/// # Errors
/// See [`referral::decide`].
#[server(prefix = "/api", endpoint = "decide_referral")]
pub async fn decide_referral(
    /// As posted.
    #[server(flatten)]
    form: ReferralForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        referral::decide(&call.platform, call.manager()?, &form).await?;
        call.redirect(&file(&form, "partners"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// A manager moves a lead on, or notes something of it.
///
/// # Errors
/// See [`referral::move_lead`].
#[server(prefix = "/api", endpoint = "move_lead")]
pub async fn move_lead(
    /// As posted.
    #[server(flatten)]
    form: ReferralForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        referral::move_lead(&call.platform, call.manager()?, &form).await?;
        call.redirect(&file(&form, "leads"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
