//! The read-only REST API: experts, places and quotes for other programs. Described by OpenAPI 3.1 at
//! `/api/v1/openapi.json`; mistakes are answered as problem details (RFC 9457).

mod schema;

use super::http::AppState;
use axum::{
    Json, Router,
    extract::{Path, RawQuery, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use gabarit_domain::{ids::ExpertId, pricing};
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{experts, rulebooks, search},
};
use gabarit_view::{
    booking::BookingForm,
    error::{ApiError, FieldError, Problem},
};
use schema::{ExpertDetail, ExpertList, FieldProblem, PlaceItem, PlaceList, ProblemDetails, QuoteAnswer, QuoteRequest};
use utoipa::OpenApi;

/// The longest `q` of a place that is looked at, in characters.
const LONGEST_TEXT: usize = 80;

/// The API's routes, below `/api/v1`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/experts", get(list_experts))
        .route("/experts/{id}", get(one_expert))
        .route("/places", get(list_places))
        .route("/quotes", post(make_quote))
        .route("/openapi.json", get(|| async { Json(Description::openapi()) }))
        .fallback(|| async { Refusal(ApiError::NotFound) })
}

/// The description that `/api/v1/openapi.json` answers with.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gabarit",
        version = "1",
        description = "Experts, places and quotes, read-only. Amounts are integer cents with their currency; days are ISO 8601 civil dates."
    ),
    paths(list_experts, one_expert, list_places, make_quote),
    components(schemas(ProblemDetails, FieldProblem))
)]
struct Description;

/// An error as problem details.
struct Refusal(ApiError);

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = ProblemDetails::from(&self.0);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
    }
}

/// The language of names and reasons: `lang=fr|nl|en`, French unless given.
fn language(query: &str) -> Result<Locale, ApiError> {
    match parameter(query, "lang") {
        None => Ok(Locale::default()),
        Some(code) => Locale::parse(&code).ok_or_else(|| ApiError::field("lang", Problem::Unknown)),
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Finds experts, by the same criteria, in the same order and with the same counts as the pages.
#[utoipa::path(
    get,
    path = "/api/v1/experts",
    params(
        ("product" = Option<Vec<String>>, Query, description = "Software, by code; repeated values are alternatives"),
        ("sector" = Option<Vec<String>>, Query, description = "Sector, by code"),
        ("language" = Option<Vec<String>>, Query, description = "Working language, ISO 639-1"),
        ("mode" = Option<String>, Query, description = "on-site or remote"),
        ("near" = Option<u32>, Query, description = "Place, by the id that /api/v1/places gives"),
        ("within" = Option<u32>, Query, description = "Radius around the place, km one way"),
        ("days" = Option<String>, Query, description = "Days on which the expert must be free: 2026-12-01,2026-12-03"),
        ("level" = Option<Vec<u8>>, Query, description = "Level, 1 to 4"),
        ("kind" = Option<Vec<String>>, Query, description = "in-house or independent"),
        ("max_rate" = Option<u32>, Query, description = "Highest day rate, euros before VAT"),
        ("min_rating" = Option<f32>, Query, description = "Lowest mean rating, 1 to 5"),
        ("sort" = Option<String>, Query, description = "relevance, distance, price, rating or soonest"),
        ("page" = Option<u32>, Query, description = "Page of 24, from 1"),
        ("lang" = Option<String>, Query, description = "Language of names: fr (default), nl or en"),
    ),
    responses(
        (status = 200, body = ExpertList),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn list_experts(
    State(platform): State<Platform>,
    RawQuery(query): RawQuery,
) -> Result<Json<ExpertList>, Refusal> {
    let query = query.unwrap_or_default();
    let locale = language(&query)?;
    let (parsed, mistakes) = search::read_query(&platform, &query, locale).await?;
    // A page may pass over a criterion that it does not understand and say so; a program must be told.
    if !mistakes.is_empty() {
        return Err(ApiError::Invalid { fields: mistakes, stash: None }.into());
    }
    let results = search::search(&platform, &parsed, locale).await?;
    Ok(Json(ExpertList::from(results)))
}

/// An expert's profile with the days that can be booked.
#[utoipa::path(
    get,
    path = "/api/v1/experts/{id}",
    params(
        ("id" = String, Path, description = "Expert's id"),
        ("lang" = Option<String>, Query, description = "Language of names: fr (default), nl or en"),
    ),
    responses(
        (status = 200, body = ExpertDetail),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn one_expert(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<ExpertDetail>, Refusal> {
    let locale = language(&query.unwrap_or_default())?;
    let id: ExpertId = id.parse().map_err(|_| ApiError::NotFound)?;
    let profile = experts::profile(&platform, id, locale).await?.ok_or(ApiError::NotFound)?;
    let earliest = rulebooks::pricing_context(&platform).await?.earliest_start();
    Ok(Json(ExpertDetail::new(profile, earliest)))
}

/// Places whose name begins with a text, in any language, accents or not.
#[utoipa::path(
    get,
    path = "/api/v1/places",
    params(
        ("q" = String, Query, description = "Beginning of a name"),
        ("lang" = Option<String>, Query, description = "Language of names: fr (default), nl or en"),
    ),
    responses(
        (status = 200, body = PlaceList),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn list_places(State(platform): State<Platform>, RawQuery(query): RawQuery) -> Result<Json<PlaceList>, Refusal> {
    let query = query.unwrap_or_default();
    let locale = language(&query)?;
    let text = parameter(&query, "q").filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| ApiError::field("q", Problem::Missing))?;
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    let places = platform.places.complete(&text, locale, 10).into_iter().map(PlaceItem::from).collect();
    Ok(Json(PlaceList { places }))
}

/// Prices a booking: the same input as the booking form, the same lines out.
#[utoipa::path(
    post,
    path = "/api/v1/quotes",
    request_body = QuoteRequest,
    responses(
        (status = 200, body = QuoteAnswer),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn make_quote(
    State(platform): State<Platform>,
    RawQuery(query): RawQuery,
    body: Result<Json<QuoteRequest>, JsonRejection>,
) -> Result<Json<QuoteAnswer>, Refusal> {
    let locale = language(&query.unwrap_or_default())?;
    let Json(request) = body.map_err(|_| ApiError::field("body", Problem::Malformed))?;
    let form = BookingForm::from(request);
    let expert: ExpertId = form.expert.parse().map_err(|_| ApiError::NotFound)?;
    let setup = experts::booking_setup(&platform, expert, &form, locale).await?.ok_or(ApiError::NotFound)?;
    let point = setup.place.as_ref().map(|place| place.point);
    let order = form
        .to_order(expert, point, setup.vat_status, setup.context.operator.country)
        .map_err(|fields| ApiError::Invalid { fields, stash: None })?;
    let quote = pricing::quote(&setup.context, &setup.offer, &order).map_err(|refusals| ApiError::Invalid {
        fields: refusals
            .into_iter()
            .map(|refusal| FieldError {
                field: schema::field_of(&refusal).to_owned(),
                problem: Problem::Refused(refusal),
            })
            .collect(),
        stash: None,
    })?;
    Ok(Json(QuoteAnswer::new(&quote, &setup.products, locale)))
}
