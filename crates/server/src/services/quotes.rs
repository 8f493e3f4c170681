//! A quote in print before anything is ordered: priced anew from the choices of an address, for anybody. It has no number
//! and is kept nowhere; the address is what makes it again.

use crate::{
    documents::pdf,
    places,
    platform::Platform,
    services::{
        bookings::{self, form::refused},
        documents, experts,
        papers::File,
    },
};
use chrono::Datelike;
use gabarit_domain::{
    ids::{BookingId, ExpertId},
    invoice::{Document, DocumentKind, DocumentNumber, Party, client_amounts},
    money::Cents,
    pricing::{Location, Order, Quote, quote},
    vat::VatCategory,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    document::{DocumentText, Offer},
    error::{ApiError, Problem},
};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Quotes that are printed at once: anybody may ask for them, and the rest of the platform goes on meanwhile.
static PRESSES: Semaphore = Semaphore::const_new(2);

/// A quote that was made, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The price: what the engine says of these choices today.
    pub quote: Quote,
    /// As it is printed.
    pub text: DocumentText,
}

/// Prices the choices of a form and puts the quote into words. A reader who is known is named as the buyer, if the
/// choices are made for the same country and VAT number.
///
/// # Errors
/// [`ApiError::NotFound`] if there is no such published expert; [`ApiError::Invalid`] with every field to correct.
pub async fn offer(
    p: &Platform,
    reader: Option<&AccountView>,
    expert: ExpertId,
    form: &BookingForm,
    locale: Locale,
) -> Result<Offered, ApiError> {
    let setup = experts::booking_setup(p, expert, form, locale).await?.ok_or(ApiError::NotFound)?;
    let point = setup.place.as_ref().map(|place| place.point);
    let order = form
        .to_order(expert, point, setup.vat_status, setup.context.operator.country)
        .map_err(|fields| ApiError::Invalid { fields, stash: None })?;
    if !places::is_country(order.customer.country) {
        return Err(ApiError::field("country", Problem::Unknown));
    }
    let quote = quote(&setup.context, &setup.offer, &order).map_err(refused)?;
    let place = match order.location {
        Location::OnSite { .. } => setup.place.as_ref().map(gabarit_view::place::PlaceView::label),
        Location::Remote => None,
    };
    let buyer = buyer(p, reader, &order).await?;
    let document = document(p, &order, &quote, buyer, &setup.expert.display_name, locale);
    let about = Offer { quote: &quote, customer: &order.customer, place: place.as_deref() };
    let text =
        documents::worded_by(p, &document, |document, names| DocumentText::offer(document, about, names)).await?;
    Ok(Offered { quote, text })
}

/// [`offer`] as PDF. The same choices on the same day give the same bytes.
///
/// # Errors
/// As [`offer`].
pub async fn print(
    p: &Platform,
    reader: Option<&AccountView>,
    expert: ExpertId,
    form: &BookingForm,
    locale: Locale,
) -> Result<File, ApiError> {
    let Offered { quote, text } = offer(p, reader, expert, form, locale).await?;
    let name = format!("{}-{}.pdf", text.title.to_lowercase(), text.number);
    let _press = PRESSES.acquire().await.map_err(|error| p.fault(error))?;
    let bytes = tokio::task::spawn_blocking(move || pdf::render(&text, quote.priced_on))
        .await
        .map_err(|error| p.fault(error))?
        .map_err(|error| p.fault(error))?;
    Ok(File { name, content_type: "application/pdf", bytes })
}

/// Who buys: by name only who is signed in and ordered before, for the same country and number; else what the choices
/// say of them.
async fn buyer(p: &Platform, reader: Option<&AccountView>, order: &Order) -> Result<Party, ApiError> {
    let customer = &order.customer;
    let mut party = Party {
        name: String::new(),
        attention: None,
        street: String::new(),
        postal_code: String::new(),
        city: String::new(),
        country: customer.country,
        vat_number: customer.vat_number.clone(),
        registration: None,
        email: None,
    };
    let known = match reader {
        // What is remembered is a business.
        Some(reader) if !customer.is_private => bookings::remembered(p, reader).await?,
        _ => None,
    };
    let number = customer.vat_number.as_ref().map(ToString::to_string);
    if let Some(known) = known.filter(|known| known.country == customer.country && known.vat_number == number) {
        party.name = known.organisation;
        party.street = known.street;
        party.postal_code = known.postal_code;
        party.city = known.city;
        party.registration = known.registration;
        party.email = Some(known.invoice_email);
    }
    Ok(party)
}

fn document(p: &Platform, order: &Order, quote: &Quote, buyer: Party, expert: &str, locale: Locale) -> Document {
    let days = &order.days;
    let (lines, vat, total) = client_amounts(quote);
    let mut document = Document {
        // Quotes have no number: the words put another mark in its place.
        number: DocumentNumber { kind: DocumentKind::Invoice, year: quote.priced_on.year(), sequence: 0 },
        issued_on: quote.priced_on,
        language: locale.code().to_owned(),
        seller: documents::operator_party(&p.config.operator),
        buyer,
        booking: BookingId(Uuid::nil()),
        booking_reference: String::new(),
        expert_name: expert.to_owned(),
        order_number: None,
        service: (days.first(), days.last()),
        days: days.iter().collect(),
        lines,
        vat,
        total,
        prepaid: Cents::ZERO,
        paid_by: None,
        due: total,
        due_date: None,
        payment_account: None,
        corrects: None,
        deliver_to: None,
    };
    if vat.treatment.category == VatCategory::O {
        document.seller.vat_number = None;
        document.buyer.vat_number = None;
    }
    document
}
