//! The recognition programme's public pages, a member's own page, members' events, and the managers' lists.

use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    membership::{
        ConfirmForm, EventForm, EventView, Hall, MemberAct, MemberFile, MemberPage, MemberProfileForm, MembershipForm,
        MembershipList, OwnMembership, ProgrammeFigures, ProgrammePage, SignUpForm,
    },
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page, ProgrammeSection},
    gabarit_server::services::membership::{self, events},
};

#[cfg(feature = "ssr")]
fn own_page(locale: Locale, section: ProgrammeSection, notice: &str) -> String {
    url::with_param(&url::path(locale, Page::Programme(section)), "notice", notice)
}

/// What the programme's page shows beside its texts.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "programme", input = GetUrl)]
pub async fn programme() -> Result<ProgrammePage, ApiError> {
    let call = Call::current()?;
    membership::programme(&call.platform, call.account()).await
}

/// A page of the hall of members.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "members", input = GetUrl)]
pub async fn members(
    /// Language of the page.
    locale: Locale,
    /// ISO 3166-1; empty for all.
    country: String,
    /// Code of a product; empty for all.
    product: String,
    /// Code of a language; empty for all.
    language: String,
    /// From 1.
    page: u32,
) -> Result<Hall, ApiError> {
    let call = Call::current()?;
    membership::hall(&call.platform, [&country, &product, &language], page, locale).await
}

/// A member's public page.
///
/// # Errors
/// See [`membership::member`].
#[server(prefix = "/api", endpoint = "member", input = GetUrl)]
pub async fn member(
    /// Language of the page.
    locale: Locale,
    /// Code of the badge.
    code: String,
) -> Result<MemberPage, ApiError> {
    let call = Call::current()?;
    membership::member(&call.platform, &code, locale).await
}

/// One's own membership.
///
/// # Errors
/// See [`membership::mine`].
#[server(prefix = "/api", endpoint = "own_membership", input = GetUrl)]
pub async fn read_own_membership(
    /// Language of the page.
    locale: Locale,
) -> Result<OwnMembership, ApiError> {
    let call = Call::current()?;
    membership::mine(&call.platform, call.actor()?, locale).await
}

/// Stores what a member shows.
///
/// # Errors
/// See [`membership::save_profile`].
#[server(prefix = "/api", endpoint = "save_member_profile")]
pub async fn save_member_profile(
    /// As posted.
    #[server(flatten)]
    form: MemberProfileForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        membership::save_profile(&call.platform, call.actor()?, &form).await?;
        call.redirect(&own_page(locale, ProgrammeSection::Membership, "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Appeals against a decision, or leaves the programme.
///
/// # Errors
/// See [`membership::own_act`].
#[server(prefix = "/api", endpoint = "own_membership_act")]
pub async fn own_membership_act(
    /// As posted.
    #[server(flatten)]
    form: MembershipForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        membership::own_act(&call.platform, call.actor()?, &form).await?;
        call.redirect(&own_page(locale, ProgrammeSection::Membership, "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Members' events.
///
/// # Errors
/// See [`events::list`].
#[server(prefix = "/api", endpoint = "member_events", input = GetUrl)]
pub async fn member_events() -> Result<Vec<EventView>, ApiError> {
    let call = Call::current()?;
    events::list(&call.platform, call.actor()?).await
}

/// Signs up for an event, gives the place up, or makes a talk a contribution.
///
/// # Errors
/// See [`events::act`].
#[server(prefix = "/api", endpoint = "member_event_act")]
pub async fn member_event_act(
    /// As posted.
    #[server(flatten)]
    form: SignUpForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        events::act(&call.platform, call.actor()?, &form).await?;
        call.redirect(&own_page(locale, ProgrammeSection::Events, "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The managers' list of members.
///
/// # Errors
/// See [`membership::list`].
#[server(prefix = "/api", endpoint = "manager_members", input = GetUrl)]
pub async fn manager_members(
    /// Language of the page.
    locale: Locale,
    /// A state, `live` or `appeals`; anything else for the renewals that wait.
    which: String,
    /// From 1.
    page: u32,
) -> Result<MembershipList, ApiError> {
    let call = Call::current()?;
    membership::list(&call.platform, call.manager()?, &which, page, locale).await
}

/// One membership, for managers.
///
/// # Errors
/// See [`membership::file`].
#[server(prefix = "/api", endpoint = "manager_member", input = GetUrl)]
pub async fn manager_member(
    /// Language of the page.
    locale: Locale,
    /// The membership.
    id: String,
) -> Result<MemberFile, ApiError> {
    let call = Call::current()?;
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    membership::file(&call.platform, call.manager()?, id, locale).await
}

/// Decides on a membership.
///
/// # Errors
/// See [`membership::act`].
#[server(prefix = "/api", endpoint = "manager_member_act")]
pub async fn manager_member_act(
    /// As posted.
    #[server(flatten)]
    form: MemberAct,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        membership::act(&call.platform, call.manager()?, &form).await?;
        let id = form.id.parse().map_err(|_| ApiError::NotFound)?;
        let to = url::path(locale, Page::Manage(ManagePage::Member(id)));
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Confirms renewals that the rule grants.
///
/// # Errors
/// See [`membership::confirm_many`].
#[server(prefix = "/api", endpoint = "manager_confirm_renewals")]
pub async fn manager_confirm_renewals(
    /// As posted.
    #[server(flatten)]
    form: ConfirmForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        membership::confirm_many(&call.platform, call.manager()?, &form).await?;
        let to = url::path(locale, Page::Manage(ManagePage::Members));
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Makes or changes an event, or calls it off.
///
/// # Errors
/// See [`events::save`].
#[server(prefix = "/api", endpoint = "manager_member_event")]
pub async fn manager_member_event(
    /// As posted.
    #[server(flatten)]
    form: EventForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        events::save(&call.platform, call.manager()?, &form).await?;
        let to = url::path(locale, Page::Manage(ManagePage::Events));
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Figures of the programme.
///
/// # Errors
/// See [`membership::figures`].
#[server(prefix = "/api", endpoint = "manager_programme_figures", input = GetUrl)]
pub async fn manager_programme_figures(
    /// Language of the page.
    locale: Locale,
) -> Result<ProgrammeFigures, ApiError> {
    let call = Call::current()?;
    membership::figures(&call.platform, call.manager()?, locale).await
}
