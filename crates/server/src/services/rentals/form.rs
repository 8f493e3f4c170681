//! The order form, read: everything that is wrong with it is said at once.

use crate::{
    db::bookings::Buyer,
    places,
    platform::Platform,
    services::{fields::Fields, vat},
};
use gabarit_domain::{
    booking::PaymentMethod,
    invoice::Party,
    rental::{Delivery, RentalOrder},
    text::{Email, Name, OneLine, Phone},
    vat::{CountryCode, VatNumber, VatStatus},
};
use gabarit_view::{
    booking::{ClientProfile, read_vat_number},
    error::{ApiError, Problem},
    rental::{RentalForm, order_of},
};
use uuid::Uuid;

/// A form without a mistake in itself; what it costs and what there is are said elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) order: RentalOrder,
    pub(super) buyer: Buyer,
    pub(super) profile: ClientProfile,
    pub(super) order_number: Option<String>,
    /// Where what has to be sent is sent.
    pub(super) delivery: Option<Delivery>,
    pub(super) method: PaymentMethod,
    pub(super) seen: String,
    pub(super) key: Uuid,
}

const LINE: u32 = 120;

/// What the register says of the form's number, where that counts for the price.
pub(super) async fn vat_status(
    p: &Platform,
    country: CountryCode,
    number: Option<&VatNumber>,
) -> Result<VatStatus, ApiError> {
    match number {
        Some(number) if country != p.config.operator.vat.country && country.in_eu() => {
            vat::check(p, country, number).await
        }
        _ => Ok(VatStatus::None),
    }
}

/// Where a workstation is to be sent.
fn delivery(fields: &mut Fields, form: &RentalForm) -> Option<Delivery> {
    let name = fields.read("delivery_name", LINE, Name::parse(&form.delivery_name));
    let phone = fields.read("delivery_phone", 30, Phone::parse(&form.delivery_phone));
    let street = fields.read("delivery_street", LINE, OneLine::parse(&form.delivery_street));
    let postal_code = fields.read("delivery_postal_code", LINE, OneLine::parse(&form.delivery_postal_code));
    let city = fields.read("delivery_city", LINE, OneLine::parse(&form.delivery_city));
    let country = form.delivery_country.trim();
    let country = match CountryCode::parse(country) {
        Ok(country) if places::is_country(country) => Some(country),
        _ => {
            fields.add("delivery_country", if country.is_empty() { Problem::Missing } else { Problem::Unknown });
            None
        }
    };
    Some(Delivery {
        name: name?.into(),
        street: street?.into(),
        postal_code: postal_code?.into(),
        city: city?.into(),
        country: country?,
        phone: phone?.into(),
    })
}

pub(super) async fn read(p: &Platform, form: &RentalForm, key: Uuid) -> Result<Draft, ApiError> {
    let home = p.config.operator.vat.country;
    let mut fields = Fields::default();
    let country = match CountryCode::parse(form.country.trim()) {
        Ok(country) if places::is_country(country) => country,
        _ => {
            fields.add("country", if form.country.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
            home
        }
    };
    let number = match read_vat_number(country, &form.vat_number) {
        Ok(number) => number,
        Err(problem) => {
            fields.add("vat_number", problem);
            None
        }
    };
    let status = vat_status(p, country, number.as_ref()).await?;
    for (name, text) in [("first", &form.first), ("last", &form.last)] {
        if text.trim().is_empty() {
            fields.add(name, Problem::Missing);
        } else if text.trim().parse::<chrono::NaiveDate>().is_err() {
            fields.add(name, Problem::NotADay);
        }
    }
    let order = order_of(form, status, home);
    let organisation = fields.read("organisation", LINE, Name::parse(&form.organisation));
    let contact_name = fields.read("contact_name", LINE, Name::parse(&form.contact_name));
    let phone = fields.read("phone", 30, Phone::parse(&form.phone));
    let street = fields.read("street", LINE, OneLine::parse(&form.street));
    let postal_code = fields.read("postal_code", LINE, OneLine::parse(&form.postal_code));
    let city = fields.read("city", LINE, OneLine::parse(&form.city));
    let registration = fields.read("registration", LINE, OneLine::parse_optional(&form.registration));
    let order_number = fields.read("order_number", LINE, OneLine::parse_optional(&form.order_number));
    let invoice_email = fields.read("invoice_email", 254, Email::parse(&form.invoice_email));
    let is_sent = order.as_ref().is_some_and(RentalOrder::is_sent);
    let delivery = if is_sent { delivery(&mut fields, form) } else { None };
    let method = PaymentMethod::parse(form.method.trim());
    if method.is_none() {
        fields.add("method", if form.method.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    if !matches!(form.terms.trim(), "on" | "1" | "true") {
        fields.add("terms", Problem::NotAccepted);
    }
    fields.done()?;
    let complete = || {
        let (organisation, invoice_email) = (String::from(organisation?), String::from(invoice_email?));
        let (contact_name, phone) = (String::from(contact_name?), String::from(phone?));
        let party = Party {
            name: organisation,
            attention: Some(contact_name.clone()),
            street: street?.into(),
            postal_code: postal_code?.into(),
            city: city?.into(),
            country,
            vat_number: number,
            registration: registration?.map(Into::into),
            email: Some(invoice_email.clone()),
        };
        Some(Draft {
            profile: ClientProfile {
                organisation: party.name.clone(),
                street: party.street.clone(),
                postal_code: party.postal_code.clone(),
                city: party.city.clone(),
                country,
                vat_number: party.vat_number.as_ref().map(VatNumber::to_string),
                registration: party.registration.clone(),
                invoice_email,
            },
            buyer: Buyer { party, contact_name, phone },
            order_number: order_number?.map(Into::into),
            delivery: if is_sent { Some(delivery?) } else { None },
            method: method?,
            seen: form.seen.trim().chars().take(64).collect(),
            key,
            order: order?,
        })
    };
    complete().ok_or(ApiError::Transport)
}
