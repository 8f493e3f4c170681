//! The payment provider's reports.

use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::StatusCode,
};
use gabarit_server::{platform::Platform, services::payments};
use gabarit_view::error::ApiError;
use serde::Deserialize;

/// What the provider sends: an id, and no word about the payment that could be believed.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    id: String,
}

/// Reads the reported payment again at the provider. An unknown id answers alike, so that nobody learns which exist; a
/// fault answers 503, so that the provider reports again.
pub(crate) async fn report(
    State(platform): State<Platform>,
    report: Result<Form<Report>, FormRejection>,
) -> StatusCode {
    let Ok(Form(report)) = report else { return StatusCode::BAD_REQUEST };
    let sane = report.id.len() <= 100 && report.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !sane {
        return StatusCode::OK;
    }
    match payments::sync(&platform, &report.id).await {
        Ok(()) | Err(ApiError::NotFound) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
