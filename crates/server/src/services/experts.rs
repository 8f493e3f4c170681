//! Experts as anyone sees them: profile, card, and the offer that prices are made from.

mod calendar;

pub use calendar::Calendar;

use crate::{
    db::{Exec, experts, work},
    places,
    platform::Platform,
    services::{rulebooks, vat},
};
use chrono::Days;
use gabarit_domain::{
    calendar::{HORIZON_DAYS, Region},
    expert::{ExpertKind, Level, Offer, ProductCode, Sector},
    geo::GeoPoint,
    ids::{AccountId, ExpertId, PlaceId},
    rulebook::Rulebook,
    vat::{CountryCode, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    booking::{BookingForm, BookingSetup, read_vat_number},
    error::ApiError,
    expert::{ExpertCard, ExpertProfile, HolidayView, ProductView, ProfileRecord, RecordKind, ReviewView},
};

/// Reviews on a profile.
const REVIEWS_SHOWN: i64 = 20;

/// A published expert, as the database has it now.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The row.
    pub row: experts::ExpertRow,
    /// Its columns.
    pub terms: Terms,
    /// Whose account.
    pub account: AccountId,
    /// Terms and free days.
    pub offer: Offer,
}

/// The offer of a published expert, its free days read now from the database: bookings and unpaid holds are taken
/// out, whosever they are.
///
/// # Errors
/// If the database fails.
pub async fn offer(p: &Platform, id: ExpertId) -> Result<Option<Offer>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    offer_in(&mut conn.exec(), p, id).await
}

/// [`offer`], inside a transaction.
///
/// # Errors
/// If the database fails.
pub async fn offer_in(exec: &mut Exec<'_>, p: &Platform, id: ExpertId) -> Result<Option<Offer>, ApiError> {
    Ok(load_in(exec, p, id).await?.map(|loaded| loaded.offer))
}

/// A published expert with its offer, inside a transaction.
///
/// # Errors
/// If the database fails.
pub async fn load_in(exec: &mut Exec<'_>, p: &Platform, id: ExpertId) -> Result<Option<Loaded>, ApiError> {
    let fault = |error| p.fault(error);
    let Some(row) = experts::get(exec, id.0).await.map_err(fault)?.filter(|row| row.state == "published") else {
        return Ok(None);
    };
    let today = p.today();
    let exceptions = experts::exceptions(exec, id.0, today).await.map_err(fault)?;
    let booked = experts::booked(exec, id.0, today).await.map_err(fault)?;
    let terms = Terms::of(&row).ok_or_else(|| p.fault(format!("the row of expert {} makes no sense", row.id)))?;
    let holidays = Calendar::holidays(p.holidays, terms.country, terms.region, today);
    let offer = Offer {
        expert: id,
        kind: terms.kind,
        level: terms.level,
        base: terms.base,
        on_site: row.on_site,
        remote: row.remote,
        max_travel_km: terms.max_travel_km,
        free: Calendar::of(&terms, today, &holidays, &exceptions, &booked).free_days(),
    };
    Ok(Some(Loaded { account: AccountId(row.account_id), terms, row, offer }))
}

/// The columns of a row, read into the types of the domain.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// In-house or independent.
    pub kind: ExpertKind,
    /// Level.
    pub level: Level,
    /// Town.
    pub place: PlaceId,
    /// Its position.
    pub base: GeoPoint,
    /// Its country.
    pub country: CountryCode,
    /// Where in the country, if public holidays of that region are theirs too.
    pub region: Option<Region>,
    /// Farthest one-way distance.
    pub max_travel_km: Option<u32>,
    /// Weekdays usually worked; bit 0 is Monday.
    pub week_pattern: u8,
    /// Whether public holidays are worked.
    pub works_holidays: bool,
    /// The expert's own lead time.
    pub lead_days: u32,
}

impl Terms {
    /// Reads a row; `None` if it breaks the rules that the database checks too.
    #[must_use]
    pub fn of(row: &experts::ExpertRow) -> Option<Self> {
        let country = CountryCode::parse(&row.base_country).ok()?;
        Some(Self {
            kind: ExpertKind::parse(&row.kind)?,
            level: Level::try_from(u8::try_from(row.level).ok()?).ok()?,
            place: PlaceId(u32::try_from(row.base_place).ok()?),
            base: GeoPoint::new(i32::try_from(row.base_lat).ok()?, i32::try_from(row.base_lon).ok()?)?,
            country,
            // Who moved to another country chooses anew.
            region: row.holiday_region.as_deref().and_then(Region::parse).filter(|region| region.country() == country),
            max_travel_km: row.max_travel_km.map(|km| u32::try_from(km).unwrap_or(u32::MAX)),
            week_pattern: u8::try_from(row.week_pattern).ok()?,
            works_holidays: row.works_holidays,
            lead_days: u32::try_from(row.lead_days).ok()?,
        })
    }
}

/// Mean rating in tenths, rounded half up; `None` without ratings.
#[must_use]
pub fn rating_tenths(sum: i64, count: i64) -> Option<u32> {
    (count > 0).then(|| u32::try_from((sum * 20 + count) / (count * 2)).unwrap_or(0))
}

/// A published expert's card.
///
/// # Errors
/// If the database fails.
pub async fn card(p: &Platform, id: ExpertId, locale: Locale) -> Result<Option<ExpertCard>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let Some(loaded) = load_in(exec, p, id).await? else { return Ok(None) };
    let rulebook = rulebooks::current_in(exec, p).await?;
    make_card(exec, p, &loaded, &rulebook, locale).await.map(Some)
}

async fn make_card(
    exec: &mut Exec<'_>,
    p: &Platform,
    loaded: &Loaded,
    rulebook: &Rulebook,
    locale: Locale,
) -> Result<ExpertCard, ApiError> {
    let lists = experts::lists(exec, loaded.row.id).await.map_err(|error| p.fault(error))?;
    let list =
        |wanted: &'static str| lists.iter().filter(move |(list, _)| list == wanted).map(|(_, value)| value.as_str());
    let Loaded { row, offer, .. } = loaded;
    let Terms { place, country, .. } = loaded.terms;
    let earliest = p.today() + Days::new(u64::from(rulebook.booking.lead_days));
    Ok(ExpertCard {
        id: offer.expert,
        display_name: row.display_name.clone(),
        headline: row.headline.clone(),
        level: offer.level,
        day_rate: rulebook.day_rate(offer.level),
        kind: offer.kind,
        products: list("p").filter_map(|code| ProductCode::parse(code).ok()).collect(),
        sectors: Sector::ALL.into_iter().filter(|sector| list("s").any(|code| code == sector.code())).collect(),
        languages: list("l").map(ToOwned::to_owned).collect(),
        base_name: p.places.name_or_country(place, country, locale).to_owned(),
        base_country: country,
        base: offer.base,
        on_site: offer.on_site,
        remote: offer.remote,
        max_travel_km: offer.max_travel_km,
        rating_tenths: rating_tenths(row.rating_sum, row.rating_count),
        rating_count: u32::try_from(row.rating_count).unwrap_or(0),
        distance_km: None,
        next_free: offer.free.next_free(earliest),
    })
}

fn known_holidays(p: &Platform, terms: &Terms, locale: Locale) -> Vec<HolidayView> {
    let today = p.today();
    let until = today + Days::new(u64::from(HORIZON_DAYS) - 1);
    p.holidays.between(terms.country, terms.region, today, until, locale)
}

/// A published expert's profile.
///
/// # Errors
/// If the database fails.
pub async fn profile(p: &Platform, id: ExpertId, locale: Locale) -> Result<Option<ExpertProfile>, ApiError> {
    let fault = |error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let Some(loaded) = load_in(exec, p, id).await? else { return Ok(None) };
    let rulebook = rulebooks::current_in(exec, p).await?;
    let card = make_card(exec, p, &loaded, &rulebook, locale).await?;
    let records = experts::records(exec, id.0).await.map_err(fault)?;
    let skills = work::skills(exec, id.0).await.map_err(fault)?;
    let reviews = experts::reviews(exec, id.0, REVIEWS_SHOWN).await.map_err(fault)?;
    let mut rating_spread = [0; 5];
    for (rating, count) in experts::rating_spread(exec, id.0).await.map_err(fault)? {
        if let Some(slot) = usize::try_from(rating - 1).ok().and_then(|index| rating_spread.get_mut(index)) {
            *slot = u32::try_from(count).unwrap_or(u32::MAX);
        }
    }
    Ok(Some(ExpertProfile {
        holidays: known_holidays(p, &loaded.terms, locale),
        card,
        summary: loaded.row.summary,
        summary_language: loaded.row.summary_language,
        skills,
        records: records.into_iter().filter_map(record).collect(),
        reviews: reviews
            .into_iter()
            .map(|row| ReviewView {
                rating: u8::try_from(row.rating).unwrap_or(0),
                author: row.author,
                body: row.body,
                language: row.language,
                day: crate::clock::civil_day(row.created_at, p.config.zone),
                scores: row.scores.as_deref().and_then(|scores| serde_json::from_str(scores).ok()),
                reply: row.reply,
            })
            .collect(),
        rating_spread,
        completed_days: u32::try_from(loaded.row.completed_days).unwrap_or(0),
        offer: loaded.offer,
    }))
}

pub(crate) fn record(row: experts::RecordRow) -> Option<ProfileRecord> {
    let year = |year: Option<i64>| year.and_then(|year| i32::try_from(year).ok());
    Some(ProfileRecord {
        kind: match row.kind.as_str() {
            "certificate" => RecordKind::Certificate,
            "education" => RecordKind::Education,
            "experience" => RecordKind::Experience,
            _ => return None,
        },
        title: row.title,
        organisation: row.organisation,
        from_year: year(row.from_year),
        to_year: year(row.to_year),
        description: row.description,
    })
}

/// All products, with what a licence of each costs today.
///
/// # Errors
/// If the database fails.
pub async fn products(p: &Platform) -> Result<Vec<ProductView>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let rulebook = rulebooks::current_in(exec, p).await?;
    products_in(exec, p, &rulebook).await
}

/// [`products`], by a rulebook already read.
///
/// # Errors
/// If the database fails.
pub async fn products_in(exec: &mut Exec<'_>, p: &Platform, rulebook: &Rulebook) -> Result<Vec<ProductView>, ApiError> {
    let rows = experts::products(exec).await.map_err(|error| p.fault(error))?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let code = ProductCode::parse(&row.code).ok()?;
            let licence_per_day = rulebook.rental.licence_per_day.get(&code).copied();
            Some(ProductView { code, name: row.name, licence_per_day })
        })
        .collect())
}

/// Everything the booking form of an expert needs, so that the browser prices by itself; `None` unless published.
///
/// Of the form, as it stands in the URL, the place, the country and the VAT number are read: the place is looked up
/// and the number asked of the register.
///
/// # Errors
/// If the database fails.
pub async fn booking_setup(
    p: &Platform,
    id: ExpertId,
    form: &BookingForm,
    locale: Locale,
) -> Result<Option<BookingSetup>, ApiError> {
    let (card, context, products, offer, holidays) = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let Some(loaded) = load_in(exec, p, id).await? else { return Ok(None) };
        let context = rulebooks::pricing_context_in(exec, p).await?;
        let card = make_card(exec, p, &loaded, &context.rulebook, locale).await?;
        let products = products_in(exec, p, &context.rulebook).await?;
        let holidays = known_holidays(p, &loaded.terms, locale);
        (card, context, products, loaded.offer, holidays)
    };
    Ok(Some(BookingSetup {
        holidays,
        expert: card,
        offer,
        context,
        products,
        countries: places::countries(locale),
        place: form.place_id().and_then(|place| p.places.view(place, locale)),
        vat_status: vat_status(p, form).await?,
    }))
}

/// What the register says of the form's number; what cannot be read as one is not asked for.
async fn vat_status(p: &Platform, form: &BookingForm) -> Result<VatStatus, ApiError> {
    let Ok(country) = CountryCode::parse(&form.country) else { return Ok(VatStatus::None) };
    if form.is_private() {
        return Ok(VatStatus::None);
    }
    match read_vat_number(country, &form.vat_number) {
        Ok(Some(number)) => vat::check(p, country, &number).await,
        _ => Ok(VatStatus::None),
    }
}
