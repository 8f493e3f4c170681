//! The experts' workplace. Every service starts from the expert of the account that is signed in.

use gabarit_domain::ids::BookingId;
use gabarit_i18n::Locale;
use gabarit_view::{
    account::BankAccounts,
    error::ApiError,
    work::{
        AvailabilityView, BillingForm, EarningsPage, ProfileEditor, ProfileForm, RecordForm, TermsForm, Thread,
        ThreadSummary, WorkSettings,
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page, WorkPage},
    gabarit_server::services::{billing, stash, work},
};

/// The calendar's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPage {
    /// What is painted.
    pub view: AvailabilityView,
    /// What a change must name.
    pub version: i64,
    /// The feed's address, just made: shown once.
    pub feed: Option<String>,
}

/// The week's pattern as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PatternForm {
    /// What was read.
    pub version: String,
    /// Numbers of weekdays, 0 is Monday.
    pub weekdays: Vec<String>,
    /// `on` or empty.
    pub works_holidays: String,
    /// Code of a region, or empty.
    pub region: String,
    /// Language of the page.
    pub locale: String,
}

/// Painted days as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DaysForm {
    /// What was read.
    pub version: String,
    /// Free days.
    pub days: Vec<String>,
    /// Language of the page.
    pub locale: String,
}

/// A calendar elsewhere as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarForm {
    /// As its owner calls it.
    pub name: String,
    /// Where it lies.
    pub address: String,
    /// Language of the page.
    pub locale: String,
}

#[cfg(feature = "ssr")]
fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// Back to a page of the workplace, saying that it is saved.
#[cfg(feature = "ssr")]
fn saved(call: &Call, locale: &str, page: WorkPage) {
    call.redirect(&url::with_param(&url::path(page_locale(locale), Page::Work(page)), "notice", "saved"));
}

/// The own profile.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] without one.
#[server(prefix = "/api", endpoint = "work_profile", input = GetUrl)]
pub async fn work_profile() -> Result<ProfileEditor, ApiError> {
    let call = Call::current()?;
    work::editor(&call.platform, call.actor()?).await
}

/// Stores texts and lists of the own profile.
///
/// # Errors
/// See [`work::save_profile`].
#[server(prefix = "/api", endpoint = "save_work_profile")]
pub async fn save_work_profile(
    /// As posted.
    #[server(flatten)]
    form: ProfileForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        work::save_profile(&call.platform, call.actor()?, &form).await?;
        saved(&call, &form.locale, WorkPage::Profile);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Adds, changes or takes out a record of the own profile.
///
/// # Errors
/// See [`work::save_record`].
#[server(prefix = "/api", endpoint = "save_work_record")]
pub async fn save_work_record(
    /// As posted.
    #[server(flatten)]
    form: RecordForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        work::save_record(&call.platform, call.actor()?, &form).await?;
        saved(&call, &form.locale, WorkPage::Profile);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The own settings.
///
/// # Errors
/// As [`work_profile`].
#[server(name = GetWorkSettings, prefix = "/api", endpoint = "work_settings", input = GetUrl)]
pub async fn work_settings(
    /// Language of the page.
    locale: Locale,
) -> Result<WorkSettings, ApiError> {
    let call = Call::current()?;
    work::settings(&call.platform, call.actor()?, locale).await
}

/// Stores base, mode, limit, lead time and telephone number.
///
/// # Errors
/// See [`work::save_terms`].
#[server(prefix = "/api", endpoint = "save_work_terms")]
pub async fn save_work_terms(
    /// As posted.
    #[server(flatten)]
    form: TermsForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        work::save_terms(&call.platform, call.actor()?, &form, page_locale(&form.locale)).await?;
        saved(&call, &form.locale, WorkPage::Settings);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Stores how the expert is billed.
///
/// # Errors
/// See [`work::save_billing`].
#[server(prefix = "/api", endpoint = "save_work_billing")]
pub async fn save_work_billing(
    /// As posted.
    #[server(flatten)]
    form: BillingForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        work::save_billing(&call.platform, call.actor()?, &form).await?;
        saved(&call, &form.locale, WorkPage::Settings);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The bank account that payouts use, and the one that waits to be used; masked.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert.
#[server(name = GetBankAccounts, prefix = "/api", endpoint = "bank_accounts", input = GetUrl)]
pub async fn bank_accounts() -> Result<BankAccounts, ApiError> {
    let call = Call::current()?;
    billing::bank_accounts(&call.platform, call.actor()?).await
}

/// A bank account as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BankForm {
    /// IBAN.
    pub iban: String,
    /// The password or a code, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Has payouts go to a bank account: the first at once, another after 48 hours. Told by e-mail.
///
/// # Errors
/// See [`billing::request_iban_change`].
#[server(prefix = "/api", endpoint = "save_bank_account")]
pub async fn save_bank_account(
    /// As posted.
    #[server(flatten)]
    form: BankForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        call.actor()?.expert.ok_or(ApiError::Forbidden)?;
        // Nobody is asked for a password for the sake of a number that cannot be.
        billing::read_iban(&form.iban)?;
        let actor = call.confirmed(&form.confirm_password).await?;
        billing::request_iban_change(&call.platform, &actor, &form.iban).await?;
        saved(&call, &form.locale, WorkPage::Settings);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Strikes a change of the bank account that waits.
///
/// # Errors
/// See [`billing::cancel_iban_change`].
#[server(prefix = "/api", endpoint = "keep_bank_account")]
pub async fn keep_bank_account(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        billing::cancel_iban_change(&call.platform, call.actor()?).await?;
        saved(&call, &locale, WorkPage::Settings);
        Ok(())
    }
    .await;
    call.answer_form(&(), result).await
}

/// Takes the own profile down, or puts it back.
///
/// # Errors
/// See [`work::set_paused`].
#[server(prefix = "/api", endpoint = "pause_work")]
pub async fn pause_work(
    /// `on` to take it down.
    paused: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    work::set_paused(&call.platform, call.actor()?, paused == "on").await?;
    saved(&call, &locale, WorkPage::Settings);
    Ok(())
}

/// The own calendar.
///
/// # Errors
/// As [`work_profile`].
#[server(name = GetWorkCalendar, prefix = "/api", endpoint = "work_calendar", input = GetUrl)]
pub async fn work_calendar(
    /// Language of the page.
    locale: Locale,
    /// Under which key a new feed's address was kept.
    shown: String,
) -> Result<CalendarPage, ApiError> {
    let call = Call::current()?;
    let (view, version) = work::availability(&call.platform, call.actor()?, locale).await?;
    let kept = if shown.is_empty() { None } else { stash::take(&call.platform, &shown).await? };
    Ok(CalendarPage { view, version, feed: kept.and_then(|mut kept| kept.remove("feed")) })
}

/// Stores the usual week.
///
/// # Errors
/// See [`work::save_pattern`].
#[server(prefix = "/api", endpoint = "save_work_pattern")]
pub async fn save_work_pattern(
    /// As posted.
    #[server(flatten)]
    form: PatternForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let days = form.weekdays.iter().filter_map(|day| day.parse::<u32>().ok()).filter(|day| *day < 7);
        let pattern = days.fold(0_u8, |pattern, day| pattern | 1 << day);
        let works = form.works_holidays == "on";
        work::save_pattern(&call.platform, call.actor()?, &form.version, pattern, works, &form.region).await?;
        saved(&call, &form.locale, WorkPage::Calendar);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Stores which days are free.
///
/// # Errors
/// See [`work::paint`].
#[server(prefix = "/api", endpoint = "paint_work_days")]
pub async fn paint_work_days(
    /// As posted.
    #[server(flatten)]
    form: DaysForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let free = form.days.iter().filter_map(|day| day.parse().ok()).collect();
        work::paint(&call.platform, call.actor()?, &form.version, &free).await?;
        saved(&call, &form.locale, WorkPage::Calendar);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Adds a calendar elsewhere by its address.
///
/// # Errors
/// See [`work::add_address`].
#[server(prefix = "/api", endpoint = "add_work_calendar")]
pub async fn add_work_calendar(
    /// As posted.
    #[server(flatten)]
    form: CalendarForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        work::add_address(&call.platform, call.actor()?, &form.name, &form.address).await?;
        saved(&call, &form.locale, WorkPage::Calendar);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Takes a calendar elsewhere out.
///
/// # Errors
/// See [`work::remove`].
#[server(prefix = "/api", endpoint = "remove_work_calendar")]
pub async fn remove_work_calendar(
    /// Which.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    work::remove(&call.platform, call.actor()?, id.parse().map_err(|_| ApiError::NotFound)?).await?;
    saved(&call, &locale, WorkPage::Calendar);
    Ok(())
}

/// Makes a new address of the own feed; it is shown once, on the page that follows.
///
/// # Errors
/// See [`work::new_feed`].
#[server(prefix = "/api", endpoint = "open_work_feed")]
pub async fn open_work_feed(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let address = work::new_feed(&call.platform, call.actor()?).await?;
    let key = stash::put(&call.platform, [("feed".to_owned(), address)].into()).await?;
    call.redirect(&url::with_param(&url::path(page_locale(&locale), Page::Work(WorkPage::Calendar)), "feed", &key));
    Ok(())
}

/// Closes the own feed.
///
/// # Errors
/// See [`work::revoke_feed`].
#[server(prefix = "/api", endpoint = "close_work_feed")]
pub async fn close_work_feed(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    work::revoke_feed(&call.platform, call.actor()?).await?;
    saved(&call, &locale, WorkPage::Calendar);
    Ok(())
}

/// The own earnings.
///
/// # Errors
/// As [`work_profile`].
#[server(prefix = "/api", endpoint = "work_earnings", input = GetUrl)]
pub async fn work_earnings() -> Result<EarningsPage, ApiError> {
    let call = Call::current()?;
    work::earnings(&call.platform, call.actor()?).await
}

/// The own threads.
///
/// # Errors
/// As [`work_profile`].
#[server(prefix = "/api", endpoint = "work_threads", input = GetUrl)]
pub async fn work_threads() -> Result<Vec<ThreadSummary>, ApiError> {
    let call = Call::current()?;
    work::threads(&call.platform, call.actor()?).await
}

/// The thread of a booking, for its client and its expert.
///
/// # Errors
/// See [`work::thread`].
#[server(name = GetThread, prefix = "/api", endpoint = "thread", input = GetUrl)]
pub async fn thread(
    /// Of which booking.
    id: BookingId,
) -> Result<Thread, ApiError> {
    let call = Call::current()?;
    work::thread(&call.platform, call.actor()?, id).await
}
