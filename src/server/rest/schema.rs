//! The API's own types: what other programs rely on does not move when a screen does.

use chrono::NaiveDate;
use gabarit_domain::{
    money::Cents,
    pricing::{Line, Quote, Refusal},
    stock::Rentable,
};
use gabarit_i18n::{Locale, lines};
use gabarit_view::{
    booking::BookingForm,
    error::{ApiError, FieldError, Problem},
    expert::{ExpertCard, ExpertProfile, ProductView, RecordKind},
    place::PlaceView,
    search::SearchResults,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sums are in euros; the field says so all the same.
const CURRENCY: &str = "EUR";

/// An amount of money.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Amount {
    /// Integer cents.
    cents: i64,
    /// ISO 4217.
    currency: &'static str,
}

impl From<Cents> for Amount {
    fn from(amount: Cents) -> Self {
        Self { cents: amount.0, currency: CURRENCY }
    }
}

/// A mean of reviews.
#[derive(Debug, Serialize, ToSchema)]
struct RatingItem {
    /// 1 to 5, one decimal.
    mean: f64,
    /// Number of reviews.
    count: u32,
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlaceItem {
    /// GeoNames id.
    id: u32,
    /// In the language asked for.
    name: String,
    /// Region, if known.
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// Degrees, WGS 84.
    latitude: f64,
    /// Degrees, WGS 84.
    longitude: f64,
}

impl From<PlaceView> for PlaceItem {
    fn from(place: PlaceView) -> Self {
        Self {
            id: place.id.0,
            name: place.name,
            region: place.region,
            country: place.country.to_string(),
            latitude: place.point.lat_degrees(),
            longitude: place.point.lon_degrees(),
        }
    }
}

/// Places, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlaceList {
    pub(super) places: Vec<PlaceItem>,
}

/// Where an expert is based: a town, never an address.
#[derive(Debug, Serialize, ToSchema)]
struct Base {
    name: String,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// Degrees, WGS 84.
    latitude: f64,
    /// Degrees, WGS 84.
    longitude: f64,
}

/// An expert in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExpertItem {
    id: String,
    name: String,
    headline: String,
    /// 1 to 4.
    level: u8,
    /// Before VAT.
    day_rate: Amount,
    /// in-house or independent.
    kind: &'static str,
    products: Vec<String>,
    sectors: Vec<&'static str>,
    /// ISO 639-1.
    languages: Vec<String>,
    base: Base,
    on_site: bool,
    remote: bool,
    /// Farthest distance travelled, km one way; null is world-wide.
    max_travel_km: Option<u32>,
    rating: Option<RatingItem>,
    /// To the place searched near, km one way.
    distance_km: Option<u32>,
    /// First day that can be booked.
    next_free: Option<NaiveDate>,
}

impl From<ExpertCard> for ExpertItem {
    fn from(card: ExpertCard) -> Self {
        Self {
            id: card.id.to_string(),
            name: card.display_name,
            headline: card.headline,
            level: card.level.number(),
            day_rate: card.day_rate.into(),
            kind: card.kind.code(),
            products: card.products.iter().map(ToString::to_string).collect(),
            sectors: card.sectors.iter().map(|sector| sector.code()).collect(),
            languages: card.languages,
            base: Base {
                name: card.base_name,
                country: card.base_country.to_string(),
                latitude: card.base.lat_degrees(),
                longitude: card.base.lon_degrees(),
            },
            on_site: card.on_site,
            remote: card.remote,
            max_travel_km: card.max_travel_km,
            rating: card
                .rating_tenths
                .map(|tenths| RatingItem { mean: f64::from(tenths) / 10.0, count: card.rating_count }),
            distance_km: card.distance_km,
            next_free: card.next_free,
        }
    }
}

/// How many experts have one value of a criterion, all other criteria holding.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    value: String,
    experts: u32,
}

/// Counts by criterion.
#[derive(Debug, Serialize, ToSchema)]
struct Counts {
    product: Vec<Count>,
    sector: Vec<Count>,
    language: Vec<Count>,
    mode: Vec<Count>,
    level: Vec<Count>,
    kind: Vec<Count>,
}

/// A page of experts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExpertList {
    /// Experts in all.
    total: u32,
    /// This page, from 1.
    page: u32,
    /// Pages in all.
    pages: u32,
    experts: Vec<ExpertItem>,
    counts: Counts,
}

impl From<SearchResults> for ExpertList {
    fn from(results: SearchResults) -> Self {
        let counts = |facet: Vec<gabarit_view::search::FacetCount>| {
            facet.into_iter().map(|value| Count { value: value.value, experts: value.count }).collect()
        };
        Self {
            total: results.total,
            page: results.page,
            pages: results.pages,
            experts: results.cards.into_iter().map(ExpertItem::from).collect(),
            counts: Counts {
                product: counts(results.facets.products),
                sector: counts(results.facets.sectors),
                language: counts(results.facets.languages),
                mode: counts(results.facets.modes),
                level: counts(results.facets.levels),
                kind: counts(results.facets.kinds),
            },
        }
    }
}

/// A certificate, diploma or job.
#[derive(Debug, Serialize, ToSchema)]
struct RecordItem {
    /// certificate, education or experience.
    kind: &'static str,
    title: String,
    organisation: String,
    from_year: Option<i32>,
    to_year: Option<i32>,
    description: String,
}

/// A client's review.
#[derive(Debug, Serialize, ToSchema)]
struct ReviewItem {
    /// 1 to 5.
    rating: u8,
    author: String,
    body: String,
    /// ISO 639-1.
    language: String,
    day: NaiveDate,
}

/// An expert's profile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExpertDetail {
    #[serde(flatten)]
    expert: ExpertItem,
    summary: String,
    /// ISO 639-1.
    summary_language: String,
    records: Vec<RecordItem>,
    /// Latest first, at most 20.
    reviews: Vec<ReviewItem>,
    /// Every day that can be booked, as far as the calendar is known.
    free_days: Vec<NaiveDate>,
}

impl ExpertDetail {
    pub(super) fn new(profile: ExpertProfile, earliest: NaiveDate) -> Self {
        let free = &profile.offer.free;
        let free_days = free
            .from
            .iter_days()
            .take_while(|day| *day <= free.until())
            .filter(|day| *day >= earliest && free.is_free(*day))
            .collect();
        Self {
            expert: profile.card.into(),
            summary: profile.summary,
            summary_language: profile.summary_language,
            records: profile
                .records
                .into_iter()
                .map(|record| RecordItem {
                    kind: match record.kind {
                        RecordKind::Certificate => "certificate",
                        RecordKind::Education => "education",
                        RecordKind::Experience => "experience",
                    },
                    title: record.title,
                    organisation: record.organisation,
                    from_year: record.from_year,
                    to_year: record.to_year,
                    description: record.description,
                })
                .collect(),
            reviews: profile
                .reviews
                .into_iter()
                .map(|review| ReviewItem {
                    rating: review.rating,
                    author: review.author,
                    body: review.body,
                    language: review.language,
                    day: review.day,
                })
                .collect(),
            free_days,
        }
    }
}

/// What is to be priced: the booking form's choices.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteRequest {
    /// Expert's id.
    expert: String,
    /// Civil dates.
    days: Vec<String>,
    /// on-site or remote.
    mode: String,
    /// Place's id, for on-site work.
    place: Option<u32>,
    /// With the flexible option.
    #[serde(default)]
    flexible: bool,
    /// With a rented workstation.
    #[serde(default)]
    workstation: bool,
    /// Rented licences, by product code.
    #[serde(default)]
    licences: Vec<String>,
    /// Client's country, ISO 3166-1 alpha-2; the operator's unless given.
    #[serde(default)]
    country: String,
    /// Client's VAT number.
    #[serde(default)]
    vat_number: String,
    /// For no business: a consumer.
    #[serde(default)]
    private: bool,
}

impl From<QuoteRequest> for BookingForm {
    fn from(request: QuoteRequest) -> Self {
        let on = |chosen: bool| if chosen { "on".to_owned() } else { String::new() };
        Self {
            expert: request.expert,
            days: request.days.join(","),
            mode: request.mode,
            place: request.place.map(|place| place.to_string()).unwrap_or_default(),
            flexible: on(request.flexible),
            workstation: on(request.workstation),
            licences: request.licences.join(","),
            country: request.country,
            vat_number: request.vat_number,
            buyer: if request.private { "private".to_owned() } else { String::new() },
            ..Self::default()
        }
    }
}

/// A line of a quote.
#[derive(Debug, Serialize, ToSchema)]
struct LineItem {
    title: String,
    /// Why it is there and how it was reckoned.
    reason: String,
    quantity: u32,
    /// UN/ECE Recommendation 20: DAY, KMT or C62.
    unit: &'static str,
    /// Before VAT.
    unit_price: Amount,
    /// Before VAT.
    net: Amount,
}

/// VAT of a quote.
#[derive(Debug, Serialize, ToSchema)]
struct VatItem {
    /// S, AE or O (UNTDID 5305).
    category: &'static str,
    /// Hundredths of a percent: 2100 is 21 %.
    rate_basis_points: u32,
    amount: Amount,
}

/// A quote.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuoteAnswer {
    /// Version of the rules it was made with.
    rulebook: i32,
    priced_on: NaiveDate,
    valid_until: NaiveDate,
    lines: Vec<LineItem>,
    /// Sum of the lines.
    net: Amount,
    vat: VatItem,
    /// What the client pays.
    total: Amount,
    /// Differs whenever anything a client agrees to differs.
    fingerprint: String,
}

impl QuoteAnswer {
    pub(super) fn new(quote: &Quote, products: &[ProductView], locale: Locale) -> Self {
        let line = |line: &Line| LineItem {
            title: lines::line_title(locale, line, |code| {
                products
                    .iter()
                    .find(|product| product.code == *code)
                    .map_or_else(|| code.to_string(), |product| product.name.clone())
            }),
            reason: lines::line_reason(locale, line),
            quantity: line.quantity,
            unit: line.unit.code(),
            unit_price: line.unit_price.into(),
            net: line.net.into(),
        };
        Self {
            rulebook: quote.rulebook.0,
            priced_on: quote.priced_on,
            valid_until: quote.valid_until,
            lines: quote.lines.iter().map(line).collect(),
            net: quote.net.into(),
            vat: VatItem {
                category: quote.vat.treatment.category.code(),
                rate_basis_points: quote.vat.treatment.rate.0,
                amount: quote.vat.tax.into(),
            },
            total: quote.total.into(),
            fingerprint: quote.fingerprint(),
        }
    }
}

/// One field that needs correction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldProblem {
    field: String,
    /// A stable word: missing, malformed, unknown, too-many, not-free, too-far …
    problem: String,
    /// Figures and dates that belong to it.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl From<&FieldError> for FieldProblem {
    fn from(error: &FieldError) -> Self {
        // The serde form is either a word or an object with the word as its only key.
        let problem = match &error.problem {
            Problem::Refused(refusal) => serde_json::to_value(refusal),
            problem => serde_json::to_value(problem),
        };
        let (problem, detail) = match problem {
            Ok(serde_json::Value::String(word)) => (word, serde_json::Value::Null),
            Ok(serde_json::Value::Object(object)) => object.into_iter().next().unwrap_or_default(),
            _ => (String::new(), serde_json::Value::Null),
        };
        Self { field: error.field.clone(), problem, detail }
    }
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemDetails {
    /// The kind of problem.
    r#type: &'static str,
    title: String,
    status: u16,
    /// Fields that need correction.
    errors: Vec<FieldProblem>,
    /// For a fault of ours: the id under which it was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_id: Option<String>,
}

impl From<&ApiError> for ProblemDetails {
    fn from(error: &ApiError) -> Self {
        let errors = match error {
            ApiError::Invalid { fields, .. } => fields.iter().map(FieldProblem::from).collect(),
            _ => Vec::new(),
        };
        let log_id = match error {
            ApiError::Internal { id } => Some(id.to_string()),
            _ => None,
        };
        let title = match error {
            ApiError::Internal { .. } => "internal error".to_owned(),
            other => other.to_string(),
        };
        Self { r#type: "about:blank", title, status: error.status(), errors, log_id }
    }
}

/// The field of the form that a refusal is about.
pub(super) const fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooSoon { .. } | Refusal::TooFarAhead { .. } | Refusal::NotFree { .. } => "days",
        Refusal::NotOnSite | Refusal::NotRemote => "mode",
        Refusal::TooFar { .. } => "place",
        Refusal::NoneLeft { item: Rentable::Workstation, .. } => "workstation",
        Refusal::NoSuchLicence { .. } | Refusal::NoneLeft { .. } | Refusal::PrivateLicence => "licences",
        Refusal::NoPrivateClients => "private",
        Refusal::PrivateOutside => "country",
    }
}
