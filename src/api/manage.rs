//! The managers' console. Every function here begins with [`Call::manager`](super::Call::manager).

use gabarit_view::{
    error::ApiError,
    manage::{BookingsPage, BookingsQuery, Overview},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    gabarit_server::services::{booking_list, manage},
};

/// What waits, in numbers.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] for all but managers.
#[server(prefix = "/api", endpoint = "manager_overview", input = GetUrl)]
pub async fn manager_overview() -> Result<Overview, ApiError> {
    let call = Call::current()?;
    manage::overview(&call.platform, call.manager()?).await
}

/// Bookings, the newest first.
///
/// # Errors
/// See [`booking_list::page`].
#[server(prefix = "/api", endpoint = "manager_bookings", input = GetUrl)]
pub async fn manager_bookings(
    /// What is looked for.
    #[server(flatten)]
    query: BookingsQuery,
) -> Result<BookingsPage, ApiError> {
    let call = Call::current()?;
    booking_list::page(&call.platform, call.manager()?, &query).await
}
