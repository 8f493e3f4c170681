//! The booking form, read: everything that is wrong with it is said at once.

use crate::{db::bookings::Buyer, places, platform::Platform, services::vat};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::ExpertId,
    invoice::Party,
    pricing::{Location, Order, Refusal},
    stock::Rentable,
    text::{Email, Message, Name, OneLine, Phone, TextError},
    vat::{CountryCode, VatNumber, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    booking::{BookingForm, ClientProfile, read_vat_number},
    error::{ApiError, FieldError, Problem},
};
use uuid::Uuid;

/// A form without a mistake in itself; whether the expert takes it is for pricing to say.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// What is ordered.
    pub(super) order: Order,
    /// The place of on-site work, in the client's language.
    pub(super) place_name: Option<String>,
    /// For whom.
    pub(super) buyer: Buyer,
    /// What is offered at the next booking; of a private client nothing is remembered.
    pub(super) profile: Option<ClientProfile>,
    /// The client's own order number.
    pub(super) order_number: Option<String>,
    /// Where exactly, for on-site work.
    pub(super) work_address: Option<String>,
    /// A word to the expert.
    pub(super) note: Option<String>,
    /// How it is paid.
    pub(super) method: PaymentMethod,
    /// Fingerprint of the quote that was seen; may be nonsense, which is no quote that was ever made.
    pub(super) seen: String,
    /// The form's own key.
    pub(super) key: Uuid,
}

/// The form's key.
pub(super) fn key(form: &BookingForm) -> Result<Uuid, ApiError> {
    form.key.trim().parse().map_err(|_| ApiError::field("key", Problem::Malformed))
}

/// The greatest number of characters of a one-line field.
const LINE: u32 = 120;

/// Collects what is wrong, field by field.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.to_owned(), problem });
    }

    /// The value, or what is wrong with it noted under the field's name.
    fn note<T>(&mut self, field: &str, longest: u32, parsed: Result<T, TextError>) -> Option<T> {
        parsed.map_err(|error| self.add(field, Problem::of_text(error, longest))).ok()
    }
}

/// Reads a form. The VAT register is asked where its answer counts: for a number of another member of the Union.
///
/// # Errors
/// Every field to correct; [`ApiError::NotFound`] for an expert's id that cannot be one.
pub(super) async fn read(p: &Platform, form: &BookingForm, locale: Locale) -> Result<Draft, ApiError> {
    let expert: ExpertId = form.expert.trim().parse().map_err(|_| ApiError::NotFound)?;
    let home = p.config.operator.vat.country;
    let point = form.place_id().and_then(|place| p.places.get(place)).map(|place| place.point);
    let vat_status = vat_status(p, form, home).await?;
    let choices = form.choices(expert, point, vat_status, home);
    let mut problems = Problems(choices.problems);

    let country = match CountryCode::parse(&form.country) {
        Ok(country) if places::is_country(country) => country,
        // A form that cannot be read as two letters was named by the choices already.
        Err(_) if !form.country.trim().is_empty() => home,
        Ok(_) => {
            problems.add("country", Problem::Unknown);
            home
        }
        Err(_) => {
            problems.add("country", Problem::Missing);
            home
        }
    };
    let is_private = form.is_private();
    let contact_name = problems.note("contact_name", LINE, Name::parse(&form.contact_name));
    // A private client buys in their own name.
    let organisation = if is_private {
        Name::parse(&form.contact_name).ok()
    } else {
        problems.note("organisation", LINE, Name::parse(&form.organisation))
    };
    let phone = problems.note("phone", 30, Phone::parse(&form.phone));
    let street = problems.note("street", LINE, OneLine::parse(&form.street));
    let postal_code = problems.note("postal_code", LINE, OneLine::parse(&form.postal_code));
    let city = problems.note("city", LINE, OneLine::parse(&form.city));
    let registration = problems.note("registration", LINE, OneLine::parse_optional(&form.registration));
    let order_number = problems.note("order_number", LINE, OneLine::parse_optional(&form.order_number));
    let invoice_email = problems.note("invoice_email", 254, Email::parse(&form.invoice_email));
    let work_address = problems.note("work_address", LINE, OneLine::parse_optional(&form.work_address));
    let note = problems.note("note", 4_000, Message::parse_optional(&form.note));
    let method = PaymentMethod::parse(form.method.trim());
    if method.is_none() {
        problems.add("method", if form.method.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    if !matches!(form.terms.trim(), "on" | "1" | "true") {
        problems.add("terms", Problem::NotAccepted);
    }
    // Directive 2011/83/EU, Art. 7(3): what is worked within the time to withdraw is asked for expressly.
    if is_private && !matches!(form.early.trim(), "on" | "1" | "true") {
        problems.add("early", Problem::Missing);
    }
    let key = form.key.trim().parse::<Uuid>();
    if key.is_err() {
        problems.add("key", Problem::Malformed);
    }

    let complete = (|| {
        let order = choices.order?;
        let (organisation, invoice_email) = (String::from(organisation?), String::from(invoice_email?));
        let (contact_name, phone) = (String::from(contact_name?), String::from(phone?));
        let (street, postal_code, city) = (street?.into(), postal_code?.into(), city?.into());
        let vat_number = order.customer.vat_number.clone();
        let registration: Option<String> = registration?.map(Into::into).filter(|_| !is_private);
        let on_site = match order.location {
            Location::OnSite { place, .. } => Some(place),
            Location::Remote => None,
        };
        let party = Party {
            name: organisation,
            attention: (!is_private).then(|| contact_name.clone()),
            street,
            postal_code,
            city,
            country,
            vat_number,
            registration,
            email: Some(invoice_email.clone()),
        };
        Some(Draft {
            profile: (!is_private).then(|| ClientProfile {
                organisation: party.name.clone(),
                street: party.street.clone(),
                postal_code: party.postal_code.clone(),
                city: party.city.clone(),
                country,
                vat_number: party.vat_number.as_ref().map(VatNumber::to_string),
                registration: party.registration.clone(),
                invoice_email,
            }),
            buyer: Buyer { party, contact_name, phone },
            place_name: on_site.and_then(|place| p.places.view(place, locale)).map(|place| place.label()),
            order_number: order_number?.map(Into::into),
            work_address: work_address?.map(String::from).filter(|_| on_site.is_some()),
            note: note?.map(Into::into),
            method: method?,
            seen: form.seen.trim().chars().take(64).collect(),
            key: key.ok()?,
            order,
        })
    })();
    match complete {
        Some(draft) if problems.0.is_empty() => Ok(draft),
        _ => Err(ApiError::Invalid { fields: problems.0, stash: None }),
    }
}

/// What the register says of the form's number, where that counts for the price.
async fn vat_status(p: &Platform, form: &BookingForm, home: CountryCode) -> Result<VatStatus, ApiError> {
    let Ok(country) = CountryCode::parse(&form.country) else { return Ok(VatStatus::None) };
    if country == home || !country.in_eu() || form.is_private() {
        return Ok(VatStatus::None);
    }
    match read_vat_number(country, &form.vat_number) {
        Ok(Some(number)) => vat::check(p, country, &number).await,
        _ => Ok(VatStatus::None),
    }
}

/// Why an order cannot be quoted, said by the field that has to change.
pub(crate) fn refused(refusals: Vec<Refusal>) -> ApiError {
    let fields = refusals
        .into_iter()
        .map(|refusal| {
            let field = match refusal {
                Refusal::TooSoon { .. } | Refusal::TooFarAhead { .. } | Refusal::NotFree { .. } => "days",
                Refusal::NotOnSite | Refusal::NotRemote => "mode",
                Refusal::TooFar { .. } => "place",
                Refusal::NoneLeft { item: Rentable::Workstation, .. } => "workstation",
                Refusal::NoSuchLicence { .. } | Refusal::NoneLeft { .. } | Refusal::PrivateLicence => "licences",
                Refusal::NoPrivateClients => "buyer",
                Refusal::PrivateOutside => "country",
            };
            FieldError { field: field.to_owned(), problem: Problem::Refused(refusal) }
        })
        .collect();
    ApiError::Invalid { fields, stash: None }
}
