//! Booking an expert, paying, and what follows on both sides.

use gabarit_domain::{
    ids::{BookingId, DocumentId, ExpertId},
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, BookingPage, BookingSummary, BookingView, ClientProfile, OwnHold, VatAnswer},
    document::DocumentText,
    error::ApiError,
    expert::ProductView,
    rental::RentalSummary,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_domain::text::fold,
    gabarit_server::services::{bookings, documents, experts, payments, rentals, vat},
    gabarit_view::{booking::read_vat_number, place::PlaceView},
};

/// The page of details and payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsPage {
    /// The choices, and what prices them.
    pub page: BookingPage,
    /// Who is signed in; nobody yet is possible.
    pub account: Option<AccountView>,
    /// What the account typed at its last booking.
    pub profile: Option<ClientProfile>,
    /// The account's own booking with this expert that is not paid yet: its days are held, not lost.
    pub own_hold: Option<OwnHold>,
    /// A key for the form: a double click is one booking.
    pub key: String,
}

/// A booking's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingDetail {
    /// The booking, for whoever looks.
    pub view: BookingView,
    /// Names of products.
    pub products: Vec<ProductView>,
    /// Seconds until the running clock ends; negative once it has.
    pub seconds_left: Option<i64>,
    /// Whole hours the expert has to answer.
    pub answer_hours: u32,
}

/// A list of bookings, with the time that their clocks still run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingList {
    /// The bookings.
    pub entries: Vec<BookingSummary>,
    /// Seconds until each one's clock ends, in the same order.
    pub seconds_left: Vec<Option<i64>>,
    /// Whether the account has an expert's profile.
    pub is_expert: bool,
    /// What a client rents alone, the newest first.
    pub rentals: Vec<RentalSummary>,
}

/// A form that only names a booking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingActionForm {
    /// Which.
    pub id: String,
    /// Language of the page.
    pub locale: String,
    /// The reason, where one is asked; may be empty.
    pub reason: String,
}

#[cfg(feature = "ssr")]
pub(super) fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// Reads the choices of a URL, resolves a typed place, and gathers what prices them.
#[cfg(feature = "ssr")]
pub(super) async fn load_page(
    call: &Call,
    locale: Locale,
    expert: ExpertId,
    query: &str,
) -> Result<BookingPage, ApiError> {
    let p = &call.platform;
    let query = query.trim_start_matches('?');
    let mut form = BookingForm::from_query(query);
    form.expert = expert.to_string();
    let checked = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "check");
    // A place may be typed, or named by a link from the search.
    let typed = BookingForm::place_text(query)
        .or_else(|| (!form.place.is_empty() && form.place_id().is_none()).then(|| form.place.clone()))
        .map(|text| text.chars().take(80).collect::<String>());
    let (mut place_text, mut place_choices) = (None, Vec::new());
    if let Some(typed) = typed {
        let named = form.place_id().and_then(|id| p.places.view(id, locale));
        if named.is_none_or(|place| place.label() != typed) {
            match find_place(p.places.complete(&typed, locale, 8), &typed) {
                Ok(place) => form.place = place.id.to_string(),
                Err(choices) => {
                    form.place = String::new();
                    place_choices = choices;
                    place_text = Some(typed).filter(|typed| !typed.is_empty());
                }
            }
        }
    }
    let setup = experts::booking_setup(p, expert, &form, locale).await?.ok_or(ApiError::NotFound)?;
    Ok(BookingPage { setup, form, place_text, place_choices, checked })
}

/// The place that a text means, if only one does.
#[cfg(feature = "ssr")]
fn find_place(found: Vec<PlaceView>, typed: &str) -> Result<PlaceView, Vec<PlaceView>> {
    let wanted = fold(typed);
    let mut exact = found.iter().filter(|place| fold(&place.name) == wanted || fold(&place.label()) == wanted);
    match (exact.next().cloned(), exact.next(), found.as_slice()) {
        (Some(only), None, _) => Ok(only),
        (None, _, [only]) => Ok(only.clone()),
        _ => Err(found),
    }
}

/// The booking form of an expert, with the choices of a URL's query.
///
/// # Errors
/// [`ApiError::NotFound`] if there is no such published expert.
#[server(name = GetBookingPage, prefix = "/api", endpoint = "booking_page", input = GetUrl)]
pub async fn booking_page(
    /// Language of the page.
    locale: Locale,
    /// Whom.
    expert: ExpertId,
    /// The query of the page.
    query: String,
) -> Result<BookingPage, ApiError> {
    let call = Call::current()?;
    let mut page = load_page(&call, locale, expert, &query).await?;
    // A client who is known is asked for country and number once in a lifetime.
    if page.form.country.is_empty()
        && let Some(account) = call.account()
        && let Some(profile) = bookings::remembered(&call.platform, account).await?
    {
        page.form.country = profile.country.to_string();
        page.form.vat_number = profile.vat_number.unwrap_or_default();
        page.setup.vat_status = register_says(&call, profile.country, &page.form.vat_number).await;
    }
    Ok(page)
}

/// What the register says of a number; silence and faults of ours are "unknown".
#[cfg(feature = "ssr")]
async fn register_says(call: &Call, country: CountryCode, typed: &str) -> gabarit_domain::vat::VatStatus {
    use gabarit_domain::vat::VatStatus;
    match read_vat_number(country, typed) {
        Ok(Some(number)) => vat::check(&call.platform, country, &number).await.unwrap_or(VatStatus::Unknown),
        _ => VatStatus::None,
    }
}

/// Asks the VAT register about a number.
///
/// # Errors
/// [`ApiError::Invalid`] for what cannot be a number of the country.
#[server(prefix = "/api", endpoint = "check_vat", input = GetUrl)]
pub async fn check_vat(
    /// Of which country.
    country: CountryCode,
    /// As typed.
    number: String,
) -> Result<VatAnswer, ApiError> {
    let call = Call::current()?;
    let number = read_vat_number(country, &number)
        .map_err(|problem| ApiError::field("vat_number", problem))?
        .ok_or_else(|| ApiError::field("vat_number", gabarit_view::error::Problem::Missing))?;
    let status = vat::check(&call.platform, country, &number).await?;
    Ok(VatAnswer { number: number.to_string(), status })
}

/// The page on which a client gives details and pays.
///
/// # Errors
/// [`ApiError::NotFound`] if there is no such published expert.
#[server(name = GetDetailsPage, prefix = "/api", endpoint = "booking_details", input = GetUrl)]
pub async fn details_page(
    /// Language of the page.
    locale: Locale,
    /// Whom.
    expert: ExpertId,
    /// The query of the page.
    query: String,
) -> Result<DetailsPage, ApiError> {
    let call = Call::current()?;
    let page = load_page(&call, locale, expert, &query).await?;
    let account = call.account().cloned();
    let (profile, own_hold) = match &account {
        Some(account) => (
            bookings::remembered(&call.platform, account).await?,
            bookings::unpaid_with(&call.platform, account, expert).await?,
        ),
        None => (None, None),
    };
    Ok(DetailsPage { page, account, profile, own_hold, key: call.platform.ids.uuid().to_string() })
}

/// Places a booking and leads to the payment provider's page.
///
/// # Errors
/// See [`bookings::place`].
#[server(prefix = "/api", endpoint = "place_booking")]
pub async fn place_booking(
    /// Language of the page.
    locale: String,
    /// As posted.
    #[server(flatten)]
    form: BookingForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        // What is accepted with it must be published.
        crate::api::public::publish_statements(&call.platform).await?;
        let placed = bookings::place(&call.platform, call.actor()?, &form, page_locale(&locale)).await?;
        call.redirect(&placed.checkout_url);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Seconds until a clock ends.
#[cfg(feature = "ssr")]
fn seconds_left(call: &Call, clock: Option<&gabarit_i18n::fmt::ZonedTime>) -> Option<i64> {
    clock.map(|clock| (clock.utc - call.platform.now()).num_seconds())
}

#[cfg(feature = "ssr")]
pub(super) async fn load_booking(call: &Call, locale: Locale, id: BookingId) -> Result<BookingDetail, ApiError> {
    let p = &call.platform;
    let view = bookings::view(p, call.actor()?, id, locale).await?;
    let rules = gabarit_server::services::rulebooks::current(p).await?.booking;
    Ok(BookingDetail {
        seconds_left: seconds_left(call, view.clock.as_ref()),
        products: experts::products(p).await?,
        answer_hours: rules.acceptance_hours,
        view,
    })
}

/// A booking, for either side.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::NotFound`] for what is not theirs.
#[server(prefix = "/api", endpoint = "booking", input = GetUrl)]
pub async fn booking(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: BookingId,
) -> Result<BookingDetail, ApiError> {
    let call = Call::current()?;
    load_booking(&call, locale, id).await
}

/// A booking after its payment: the provider is asked first how it stands.
///
/// # Errors
/// As [`booking`].
#[server(prefix = "/api", endpoint = "payment_return", input = GetUrl)]
pub async fn payment_return(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: BookingId,
) -> Result<BookingDetail, ApiError> {
    let call = Call::current()?;
    payments::returned(&call.platform, call.actor()?, id).await?;
    load_booking(&call, locale, id).await
}

#[cfg(feature = "ssr")]
fn list_of(call: &Call, entries: Vec<BookingSummary>) -> BookingList {
    let is_expert = call.account().is_some_and(|account| account.expert.is_some());
    let seconds_left = entries.iter().map(|entry| seconds_left(call, entry.clock.as_ref())).collect();
    BookingList { entries, seconds_left, is_expert, rentals: Vec::new() }
}

/// The bookings of the client who asks, and what they rent alone.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "my_bookings", input = GetUrl)]
pub async fn my_bookings(
    /// Language of the page.
    locale: Locale,
) -> Result<BookingList, ApiError> {
    let call = Call::current()?;
    let actor = call.actor()?;
    let entries = bookings::list_for_client(&call.platform, actor, locale).await?;
    let rentals = rentals::own(&call.platform, actor).await?;
    Ok(BookingList { rentals, ..list_of(&call, entries) })
}

/// The orders of the expert who asks.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "my_orders", input = GetUrl)]
pub async fn my_orders(
    /// Language of the page.
    locale: Locale,
) -> Result<BookingList, ApiError> {
    let call = Call::current()?;
    let entries = bookings::list_for_expert(&call.platform, call.actor()?, locale).await?;
    Ok(list_of(&call, entries))
}

#[cfg(feature = "ssr")]
fn booking_id(form: &BookingActionForm) -> Result<BookingId, ApiError> {
    form.id.parse().map_err(|_| ApiError::NotFound)
}

/// Where a booking's page is, with a word on what was just done.
#[cfg(feature = "ssr")]
fn back_to(call: &Call, form: &BookingActionForm, id: BookingId, done: &str) {
    let page = url::path(page_locale(&form.locale), Page::Booking(id));
    call.redirect(&url::with_param(&page, "done", done));
}

/// The expert accepts.
///
/// # Errors
/// See [`bookings::accept`].
#[server(prefix = "/api", endpoint = "accept_booking")]
pub async fn accept_booking(
    /// As posted.
    #[server(flatten)]
    form: BookingActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form)?;
        bookings::accept(&call.platform, call.actor()?, id).await?;
        back_to(&call, &form, id, "accepted");
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The expert declines.
///
/// # Errors
/// See [`bookings::decline`].
#[server(prefix = "/api", endpoint = "decline_booking")]
pub async fn decline_booking(
    /// As posted.
    #[server(flatten)]
    form: BookingActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form)?;
        bookings::decline(&call.platform, call.actor()?, id, &form.reason).await?;
        back_to(&call, &form, id, "declined");
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The client withdraws an order that nobody has accepted yet.
///
/// # Errors
/// See [`bookings::withdraw`].
#[server(prefix = "/api", endpoint = "withdraw_booking")]
pub async fn withdraw_booking(
    /// As posted.
    #[server(flatten)]
    form: BookingActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form)?;
        bookings::withdraw(&call.platform, call.actor()?, id).await?;
        back_to(&call, &form, id, "cancelled");
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The client pays (again), on the provider's page.
///
/// # Errors
/// See [`payments::checkout`].
#[server(prefix = "/api", endpoint = "pay_booking")]
pub async fn pay_booking(
    /// As posted.
    #[server(flatten)]
    form: BookingActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form)?;
        let checkout = payments::checkout(&call.platform, call.actor()?, id).await?;
        call.redirect(&checkout);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// A manager has the VAT register asked again about a client's number.
///
/// # Errors
/// See [`bookings::vat_again::ask_now`].
#[server(prefix = "/api", endpoint = "ask_register")]
pub async fn ask_register(
    /// As posted.
    #[server(flatten)]
    form: BookingActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form)?;
        let found = bookings::vat_again::ask_now(&call.platform, call.manager()?, id).await?;
        back_to(&call, &form, id, found.code());
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// An invoice in words, for its seller, its buyer and managers.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::NotFound`] for what is not theirs.
#[server(prefix = "/api", endpoint = "document", input = GetUrl)]
pub async fn document(
    /// Which.
    id: DocumentId,
) -> Result<(DocumentText, BookingId), ApiError> {
    let call = Call::current()?;
    let actor = call.actor()?;
    let booking = documents::get(&call.platform, actor, id).await?.booking;
    Ok((documents::text(&call.platform, actor, id).await?, booking))
}
