//! Slows guessing down.
//!
//! Three counts of failures within a window, all in the database, so that every node sees them: of the client address,
//! of the account, and of both together. An attempt is counted *before* the password is tried and taken back when it
//! was right, so that a hundred attempts at once count as a hundred.
//!
//! - An address with many failures waits, whatever account it tries.
//! - An address with some failures on one account waits before it tries that account again.
//! - An account with many failures, from wherever, may only be tried by addresses without a failure of their own: who
//!   guesses from thousands of addresses has one guess from each, and the owner is never locked out.

use crate::{
    db::{Exec, throttle},
    platform::Platform,
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::text::Email;
use gabarit_view::error::ApiError;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Length of the window for signing in.
const SIGN_IN_MINUTES: i64 = 15;
/// Failures of one address on any account.
const PER_ADDRESS: i64 = 30;
/// Failures on one account from any address.
const PER_ACCOUNT: i64 = 10;
/// Failures of one address on one account.
const PER_BOTH: i64 = 5;
/// Accounts made from one address within the hour.
const SIGN_UPS: i64 = 30;

/// An attempt that was let through, to be taken back if it succeeds.
#[derive(Debug)]
pub(super) struct Attempt {
    address: String,
    account: Option<String>,
    both: Option<String>,
}

impl Attempt {
    /// It was the right password.
    pub(super) async fn succeeded(&self, exec: &mut Exec<'_>) -> sqlx::Result<()> {
        // The address's other failures stay: who owns one account may still be guessing others.
        throttle::forgive(exec, &self.address).await?;
        if let Some(account) = &self.account {
            throttle::forgive(exec, account).await?;
        }
        if let Some(both) = &self.both {
            throttle::forget(exec, both).await?;
        }
        Ok(())
    }
}

/// A client's address as it is counted: an IPv6 network of 64 bits is one client, as its owner has all of it.
fn client(address: &str) -> String {
    let ip = address.parse::<IpAddr>().map(|ip| ip.to_canonical());
    match ip {
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        // Whatever it is (a socket's path, nonsense): the same text is the same client.
        Err(_) => digest(address),
    }
}

/// Only a hash of the address typed is kept: people type passwords there.
fn account_key(email: &Email) -> String {
    digest(email.as_str())
}

fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

fn wait(now: DateTime<Utc>, until: DateTime<Utc>) -> ApiError {
    let seconds = ((until - now).num_milliseconds() + 999) / 1000;
    ApiError::TooManyAttempts { retry_after_seconds: u32::try_from(seconds.max(1)).unwrap_or(u32::MAX) }
}

/// Counts an attempt to sign in, or refuses it (which does not count).
pub(super) async fn begin_sign_in(
    p: &Platform,
    email: Option<&Email>,
    client_address: &str,
) -> Result<Attempt, ApiError> {
    let now = p.now();
    let ends = now + TimeDelta::minutes(SIGN_IN_MINUTES);
    let client = client(client_address);
    let account = email.map(account_key);
    let attempt = Attempt {
        address: format!("sign-in/address/{client}"),
        both: account.as_ref().map(|account| format!("sign-in/both/{account}/{client}")),
        account: account.map(|account| format!("sign-in/account/{account}")),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // Always in this order, so that two attempts never wait for each other.
    let address = throttle::count(&mut tx.exec(), &attempt.address, now, ends).await.map_err(|error| p.fault(error))?;
    let mut until = (address.attempts > PER_ADDRESS).then_some(address.window_ends_at);
    if let Some(bucket) = &attempt.account {
        let account = throttle::count(&mut tx.exec(), bucket, now, ends).await.map_err(|error| p.fault(error))?;
        if account.attempts > PER_ACCOUNT && address.attempts > 1 {
            until = until.max(Some(account.window_ends_at.min(address.window_ends_at)));
        }
    }
    if let Some(bucket) = &attempt.both {
        let both = throttle::count(&mut tx.exec(), bucket, now, ends).await.map_err(|error| p.fault(error))?;
        if both.attempts > PER_BOTH {
            until = until.max(Some(both.window_ends_at));
        }
    }
    match until {
        // The transaction rolls back: what is refused is not counted, and nobody prolongs anybody's wait.
        Some(until) => Err(wait(now, until)),
        None => {
            tx.commit().await.map_err(|error| p.fault(error))?;
            Ok(attempt)
        }
    }
}

/// Counts a sign-up, or refuses it.
pub(super) async fn count_sign_up(p: &Platform, client_address: &str) -> Result<(), ApiError> {
    let now = p.now();
    let bucket = format!("sign-up/address/{}", client(client_address));
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let count = throttle::count(&mut tx.exec(), &bucket, now, now + TimeDelta::hours(1))
        .await
        .map_err(|error| p.fault(error))?;
    if count.attempts > SIGN_UPS {
        return Err(wait(now, count.window_ends_at));
    }
    tx.commit().await.map_err(|error| p.fault(error))
}
