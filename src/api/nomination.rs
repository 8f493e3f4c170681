//! The recognition programme up to the answer: standing, reviewing, and the managers' side.

use gabarit_domain::ids::NominationId;
use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    nomination::{
        ContributionForm, ContributionsView, CyclePage, DecisionForm, DraftSaved, EligibilityForm, NominateView,
        NominationActionForm, NominationFile, NominationForm, NominationView, NominationsView, ProgrammeDesk,
        ReviewDesk, ReviewerForm, ReviewerView, SeatForm, SeatView,
    },
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page, ProgrammeSection},
    gabarit_server::services::{
        contribution,
        nominations::{self, Eligibility, console, review},
    },
};

#[cfg(feature = "ssr")]
fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// Where a form about contributions goes back to, with what was done.
#[cfg(feature = "ssr")]
fn back(locale: &str, back: &str, done: &str) -> String {
    let (page, key, done) = match back {
        "nominate" => (Page::Nominate, "done", done),
        "membership" => (Page::Programme(ProgrammeSection::Membership), "notice", "saved"),
        _ => (Page::Contributions, "done", done),
    };
    url::with_param(&url::path(page_locale(locale), page), key, done)
}

/// The page on which one stands.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(name = GetNominate, prefix = "/api", endpoint = "nominate_page", input = GetUrl)]
pub async fn nominate_page(
    /// Language of the page.
    locale: Locale,
) -> Result<NominateView, ApiError> {
    let call = Call::current()?;
    nominations::nominate(&call.platform, call.actor()?, locale).await
}

/// Own nominations.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(name = GetNominations, prefix = "/api", endpoint = "my_nominations", input = GetUrl)]
pub async fn my_nominations() -> Result<NominationsView, ApiError> {
    let call = Call::current()?;
    nominations::mine(&call.platform, call.actor()?).await
}

/// One's own nomination.
///
/// # Errors
/// See [`nominations::nomination`].
#[server(name = GetNomination, prefix = "/api", endpoint = "my_nomination", input = GetUrl)]
pub async fn my_nomination(
    /// Which.
    id: NominationId,
) -> Result<NominationView, ApiError> {
    let call = Call::current()?;
    nominations::nomination(&call.platform, call.actor()?, id).await
}

/// Own contributions.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(name = GetContributions, prefix = "/api", endpoint = "my_contributions", input = GetUrl)]
pub async fn my_contributions() -> Result<ContributionsView, ApiError> {
    let call = Call::current()?;
    contribution::mine(&call.platform, call.actor()?).await
}

/// Answers the questions that come first.
///
/// # Errors
/// See [`nominations::begin`].
#[server(prefix = "/api", endpoint = "begin_nomination")]
pub async fn begin_nomination(
    /// As posted.
    #[server(flatten)]
    form: EligibilityForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let page = url::path(page_locale(&form.locale), Page::Nominate);
        match nominations::begin(&call.platform, call.actor()?, &form).await? {
            Eligibility::Draft(_) => call.redirect(&page),
            Eligibility::Ruled(tie) => call.redirect(&url::with_param(&page, "tie", tie.code())),
        }
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Keeps or sends one's nomination: the button's `intent` is `save` or `send`.
///
/// # Errors
/// See [`nominations::save`] and [`nominations::submit`].
#[server(prefix = "/api", endpoint = "nominate")]
pub async fn nominate(
    /// As posted.
    #[server(flatten)]
    form: NominationForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let locale = page_locale(&form.locale);
        if form.intent == "send" {
            let id = nominations::submit(&call.platform, call.actor()?, &form).await?;
            call.redirect(&url::with_param(&url::path(locale, Page::Nomination(id)), "done", "sent"));
        } else {
            nominations::save(&call.platform, call.actor()?, &form).await?;
            call.redirect(&url::with_param(&url::path(locale, Page::Nominate), "done", "saved"));
        }
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Keeps a draft while it is typed; leads nowhere.
///
/// # Errors
/// See [`nominations::save`].
#[server(prefix = "/api", endpoint = "keep_nomination")]
pub async fn keep_nomination(
    /// As typed.
    #[server(flatten)]
    form: NominationForm,
) -> Result<DraftSaved, ApiError> {
    let call = Call::current()?;
    nominations::save(&call.platform, call.actor()?, &form).await
}

/// Adds a contribution of one's own.
///
/// # Errors
/// See [`contribution::add`].
#[server(prefix = "/api", endpoint = "add_contribution")]
pub async fn add_contribution(
    /// As posted.
    #[server(flatten)]
    form: ContributionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        contribution::add(&call.platform, call.actor()?, &form).await?;
        call.redirect(&back(&form.locale, &form.back, "added"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Takes a contribution away; goes on writing a nomination, or takes it back.
///
/// # Errors
/// See [`contribution::remove`], [`nominations::reopen`] and [`nominations::withdraw`].
#[server(prefix = "/api", endpoint = "nomination_action")]
pub async fn nomination_action(
    /// As posted.
    #[server(flatten)]
    form: NominationActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let result = async {
        let actor = call.actor()?;
        let locale = page_locale(&form.locale);
        let to = match form.act.as_str() {
            "remove" => {
                contribution::remove(p, actor, form.id.parse().map_err(|_| ApiError::NotFound)?).await?;
                back(&form.locale, &form.back, "removed")
            }
            "reopen" => {
                nominations::reopen(p, actor, form.id.parse().map_err(|_| ApiError::NotFound)?).await?;
                url::path(locale, Page::Nominate)
            }
            "withdraw" => {
                let id: NominationId = form.id.parse().map_err(|_| ApiError::NotFound)?;
                nominations::withdraw(p, actor, id).await?;
                url::with_param(&url::path(locale, Page::Nomination(id)), "done", "withdrawn")
            }
            _ => return Err(ApiError::NotFound),
        };
        call.redirect(&to);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// A reviewer's desk.
///
/// # Errors
/// See [`review::desk`].
#[server(name = GetReviewDesk, prefix = "/api", endpoint = "review_desk", input = GetUrl)]
pub async fn review_desk(
    /// Language of the page.
    locale: Locale,
) -> Result<ReviewDesk, ApiError> {
    let call = Call::current()?;
    review::desk(&call.platform, call.actor()?, locale).await
}

/// A nomination, for one of its reviewers.
///
/// # Errors
/// See [`review::seat`].
#[server(name = GetSeat, prefix = "/api", endpoint = "review_seat", input = GetUrl)]
pub async fn review_seat(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: NominationId,
) -> Result<SeatView, ApiError> {
    let call = Call::current()?;
    review::seat(&call.platform, call.actor()?, id, locale).await
}

/// A reviewer's review, recusal or message.
///
/// # Errors
/// See [`review::act`].
#[server(prefix = "/api", endpoint = "review_nomination")]
pub async fn review_nomination(
    /// As posted.
    #[server(flatten)]
    form: SeatForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = review::act(&call.platform, call.actor()?, &form).await?;
        let locale = page_locale(&form.locale);
        let (page, done) = match form.act.as_str() {
            "recuse" => (Page::Reviews, "recused"),
            "send" => (Page::Review(id), "reviewed"),
            _ => (Page::Review(id), "saved"),
        };
        call.redirect(&url::with_param(&url::path(locale, page), "done", done));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The cycles, for managers.
///
/// # Errors
/// See [`console::desk`].
#[server(name = GetProgrammeDesk, prefix = "/api", endpoint = "programme_desk", input = GetUrl)]
pub async fn programme_desk() -> Result<ProgrammeDesk, ApiError> {
    let call = Call::current()?;
    console::desk(&call.platform, call.manager()?).await
}

/// A cycle, for managers.
///
/// # Errors
/// See [`console::cycle`].
#[server(name = GetCycle, prefix = "/api", endpoint = "programme_cycle", input = GetUrl)]
pub async fn programme_cycle(
    /// Language of the page.
    locale: Locale,
    /// Its code.
    code: String,
) -> Result<CyclePage, ApiError> {
    let call = Call::current()?;
    console::cycle(&call.platform, call.manager()?, &code, locale).await
}

/// A nomination, for managers.
///
/// # Errors
/// See [`console::file`].
#[server(name = GetNominationFile, prefix = "/api", endpoint = "nomination_file", input = GetUrl)]
pub async fn nomination_file(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: NominationId,
) -> Result<NominationFile, ApiError> {
    let call = Call::current()?;
    console::file(&call.platform, call.manager()?, id, locale).await
}

/// A manager's decision, letter, seat or message.
///
/// # Errors
/// See [`console::act`].
#[server(prefix = "/api", endpoint = "decide_nomination")]
pub async fn decide_nomination(
    /// As posted.
    #[server(flatten)]
    form: DecisionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = console::act(&call.platform, call.manager()?, &form).await?;
        let page = url::path(page_locale(&form.locale), Page::Manage(ManagePage::ProgrammeNomination(id)));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Reviewers, for managers.
///
/// # Errors
/// See [`console::reviewers`].
#[server(name = GetReviewers, prefix = "/api", endpoint = "programme_reviewers", input = GetUrl)]
pub async fn programme_reviewers() -> Result<Vec<ReviewerView>, ApiError> {
    let call = Call::current()?;
    console::reviewers(&call.platform, call.manager()?).await
}

/// Appoints a reviewer, or gives one nothing more.
///
/// # Errors
/// See [`console::change_reviewer`].
#[server(prefix = "/api", endpoint = "change_reviewer")]
pub async fn change_reviewer(
    /// As posted.
    #[server(flatten)]
    form: ReviewerForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        console::change_reviewer(&call.platform, call.manager()?, &form).await?;
        let page = url::path(page_locale(&form.locale), Page::Manage(ManagePage::ProgrammeReviewers));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
