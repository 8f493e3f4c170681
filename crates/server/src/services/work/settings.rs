//! Base, mode, travel limit, publishing, telephone and billing.

use super::{is_on, own, publishing, stale, version};
use crate::{
    db::{
        accounts, bookings as booking_rows,
        work::{self, BillingRow, TermsRow},
    },
    jobs, places,
    platform::Platform,
    services::{candidates, experts, fields::Fields, rulebooks},
};
use gabarit_domain::{
    booking::BookingState,
    expert::ExpertKind,
    ids::ExpertId,
    pricing::{Location, Refusal},
    text::{Name, OneLine, Phone, fold},
    travel::one_way_km,
    vat::{CountryCode, VatNumber},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::read_vat_number,
    error::{ApiError, Problem},
    work::{AffectedBooking, BillingForm, BillingView, TermsForm, WorkSettings},
};

/// The farthest one way: half the Earth's circumference, and some.
const MAX_TRAVEL_KM: u32 = 20_100;
/// The longest lead time of an expert.
const MAX_LEAD_DAYS: u32 = 365;

/// The settings of the expert who asks.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn settings(p: &Platform, actor: &AccountView, locale: Locale) -> Result<WorkSettings, ApiError> {
    let fault = |error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let row = own(exec, p, actor).await?;
    let terms = experts::Terms::of(&row).ok_or_else(|| p.fault("the row of an expert makes no sense"))?;
    let id = ExpertId(row.id);
    let billing = booking_rows::billing(exec, id).await.map_err(fault)?;
    let rules = rulebooks::current_in(exec, p).await?;
    let mut affected = Vec::new();
    for booking in booking_rows::of_expert(exec, id).await.map_err(fault)? {
        let open = matches!(booking.state, BookingState::Requested { .. } | BookingState::Accepted)
            && booking.last_day >= p.today();
        let reason = match booking.order.location {
            Location::Remote => (!row.remote).then_some(Refusal::NotRemote),
            Location::OnSite { .. } if !row.on_site => Some(Refusal::NotOnSite),
            Location::OnSite { point, .. } => {
                let one_way_km = one_way_km(&rules.travel, terms.base, point);
                let over = terms.max_travel_km.filter(|limit| one_way_km > *limit);
                over.map(|limit_km| Refusal::TooFar { one_way_km, limit_km })
            }
        };
        if let (true, Some(reason)) = (open, reason) {
            affected.push(AffectedBooking {
                id: booking.id,
                reference: booking.reference,
                client: booking.buyer.party.name,
                first_day: booking.first_day,
                reason,
            });
        }
    }
    let account = accounts::by_id(exec, actor.id).await.map_err(fault)?;
    Ok(WorkSettings {
        version: row.version,
        publishing: publishing(&row),
        base: p.places.view(terms.place, locale).map_or_else(
            || p.places.name_or_country(terms.place, terms.country, locale).to_owned(),
            |place| place.label(),
        ),
        on_site: row.on_site,
        remote: row.remote,
        max_travel_km: terms.max_travel_km,
        lead_days: terms.lead_days,
        phone: account.and_then(|account| account.phone),
        kind: terms.kind,
        billing: billing.map(|billing| BillingView {
            company: billing.party.name,
            street: billing.party.street,
            postal_code: billing.party.postal_code,
            city: billing.party.city,
            country: billing.party.country.to_string(),
            vat_number: billing.party.vat_number.map(|number| number.to_string()),
            registration: billing.party.registration,
            vat_exempt: billing.vat_exempt,
        }),
        countries: places::countries(locale),
        affected,
    })
}

/// Stores base, mode, limit, lead time and telephone number; search hears of it. Open bookings stand as they were
/// agreed; [`settings`] names those that would be refused now.
///
/// # Errors
/// [`ApiError::Invalid`] with everything to correct; [`Problem::Stale`] under `version`.
pub async fn save_terms(p: &Platform, actor: &AccountView, form: &TermsForm, locale: Locale) -> Result<(), ApiError> {
    let read = version(&form.version)?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    let mut problems = Fields::default();
    let current = experts::Terms::of(&row).ok_or_else(|| p.fault("the row of an expert makes no sense"))?;
    let unchanged = p.places.view(current.place, locale).is_some_and(|place| fold(&place.label()) == fold(&form.base));
    let place = if unchanged {
        p.places.get(current.place)
    } else {
        let found = p.places.complete(form.base.trim(), locale, 8);
        let exact = found.iter().find(|place| fold(&place.label()) == fold(&form.base)).or_else(|| found.first());
        exact.and_then(|place| p.places.get(place.id)).or_else(|| p.places.resolve(&form.base))
    };
    if place.is_none() {
        problems.add("base", if form.base.trim().is_empty() { Problem::Missing } else { Problem::UnknownPlace });
    }
    let (on_site, remote) = (is_on(&form.on_site), is_on(&form.remote));
    if !on_site && !remote {
        problems.add("on_site", Problem::NoMode);
    }
    let max_travel_km = match form.max_travel_km.trim() {
        "" => None,
        text => match text.parse::<u32>().ok().filter(|km| *km <= MAX_TRAVEL_KM) {
            Some(km) => Some(i64::from(km)),
            None => {
                problems.add("max_travel_km", Problem::Outside("0".to_owned(), MAX_TRAVEL_KM.to_string()));
                None
            }
        },
    };
    let lead_days = match form.lead_days.trim() {
        "" => Some(0),
        text => text.parse::<u32>().ok().filter(|days| *days <= MAX_LEAD_DAYS).map(i64::from),
    };
    if lead_days.is_none() {
        problems.add("lead_days", Problem::Outside("0".to_owned(), MAX_LEAD_DAYS.to_string()));
    }
    let phone = match form.phone.trim() {
        "" => None,
        text => problems.read("phone", 30, Phone::parse(text)),
    };
    problems.done()?;
    let (Some(place), Some(lead_days)) = (place, lead_days) else { return Err(ApiError::Transport) };
    let stored = async {
        let exec = &mut tx.exec();
        if !work::raise_version(exec, row.id, read, p.now()).await? {
            return Ok(false);
        }
        let terms = TermsRow {
            place: i64::from(place.id.0),
            lat: i64::from(place.point.lat),
            lon: i64::from(place.point.lon),
            country: place.country.as_str(),
            on_site,
            remote,
            max_travel_km,
            lead_days,
        };
        work::set_terms(exec, row.id, terms).await?;
        work::set_phone(exec, row.account_id, phone.as_ref().map(Phone::as_str)).await?;
        Ok::<_, sqlx::Error>(true)
    }
    .await
    .map_err(|error| p.fault(error))?;
    if !stored {
        return Err(stale());
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Takes the own profile down, or puts it back: only what the expert took down.
///
/// # Errors
/// [`ApiError::MovedOn`] if it is not in that state.
pub async fn set_paused(p: &Platform, actor: &AccountView, paused: bool) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    if !work::set_paused(&mut tx.exec(), row.id, paused, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Stores how the expert who asks is billed.
///
/// # Errors
/// [`ApiError::Invalid`] with everything to correct; [`ApiError::Forbidden`] for in-house consultants.
pub async fn save_billing(p: &Platform, actor: &AccountView, form: &BillingForm) -> Result<(), ApiError> {
    let mut problems = Fields::default();
    let country = CountryCode::parse(&form.country).ok().filter(|country| places::is_country(*country));
    if country.is_none() {
        problems.add("country", Problem::Unknown);
    }
    let company = problems.read("company", 120, Name::parse(&form.company));
    let street = problems.read("street", 120, OneLine::parse(&form.street));
    let postal_code = problems.read("postal_code", 120, OneLine::parse(&form.postal_code));
    let city = problems.read("city", 120, OneLine::parse(&form.city));
    let registration = problems.read("registration", 120, OneLine::parse_optional(&form.registration)).flatten();
    let number = match country.map(|country| read_vat_number(country, &form.vat_number)) {
        Some(Ok(number)) => number,
        Some(Err(problem)) => {
            problems.add("vat_number", problem);
            None
        }
        None => None,
    };
    let vat_exempt = is_on(&form.vat_exempt);
    if form.vat_number.trim().is_empty() && !vat_exempt && country.is_some_and(|country| country.in_eu()) {
        problems.add("vat_number", Problem::Missing);
    }
    problems.done()?;
    let (Some(country), Some(company), Some(street), Some(postal_code), Some(city)) =
        (country, company, street, postal_code, city)
    else {
        return Err(ApiError::Transport);
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    if ExpertKind::parse(&row.kind) == Some(ExpertKind::InHouse) {
        return Err(ApiError::Forbidden);
    }
    let billing = BillingRow {
        company: company.as_str(),
        street: street.as_str(),
        postal_code: postal_code.as_str(),
        city: city.as_str(),
        country: country.as_str(),
        vat_number: number.as_ref().map(VatNumber::as_str),
        registration: registration.as_ref().map(OneLine::as_str),
        vat_exempt,
    };
    work::set_billing(&mut tx.exec(), row.id, billing).await.map_err(|error| p.fault(error))?;
    // An accepted candidate is public from now on: this was what was missing.
    let public = candidates::settle(&mut tx.exec(), p, ExpertId(row.id)).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    if public {
        p.search.touch();
        jobs::wake(p);
    }
    Ok(())
}
