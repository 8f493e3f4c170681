//! Slows guessing down.
//!
//! Three counts of failures within a window, all in the database, so that every node sees them: of the client address,
//! of the account, and of both together. An attempt is counted *before* the password is tried and taken back when it
//! was right, so that a hundred attempts at once count as a hundred.
//!
//! - An address with many failures waits, whatever account it tries.
//! - An address with some failures on one account waits before it tries that account again.
//! - A browser that the account has signed in from before (a cookie says so) is counted by itself alone: strangers'
//!   guesses, from its network or elsewhere, never slow it.
//! - An account with many failures, from wherever, may only be tried by addresses without a failure of their own: who
//!   guesses from thousands of addresses has one guess from each, and the owner is never locked out.

use crate::{
    db::{Exec, throttle},
    platform::Platform,
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{ids::AccountId, text::Email};
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
/// Failures on one account from a browser it has signed in from before.
const PER_DEVICE: i64 = 10;
/// Wrong recovery codes of one account: 80 bits each, so this only spares us work.
const RECOVERY_CODES: i64 = 100;
/// Mails with links that one address asks for within the hour.
const MAILS_ASKED: i64 = 20;
/// Mails with links to one address within the hour. Those that came before go on working, so nobody is locked out.
const MAILS_TO: i64 = 3;
/// Accounts made from one address within the hour.
const SIGN_UPS: i64 = 30;

/// An attempt that was let through, to be taken back if it succeeds.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// Buckets that lose this attempt.
    forgive: Vec<String>,
    /// Buckets that are forgotten.
    forget: Vec<String>,
}

impl Attempt {
    /// It was the right password.
    pub(super) async fn succeeded(&self, exec: &mut Exec<'_>) -> sqlx::Result<()> {
        for bucket in &self.forgive {
            throttle::forgive(exec, bucket).await?;
        }
        for bucket in &self.forget {
            throttle::forget(exec, bucket).await?;
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

/// Counts an attempt to sign in, or refuses it (which does not count). `device` is the hash of the cookie of a browser
/// that this very account has signed in from.
pub(super) async fn begin_sign_in(
    p: &Platform,
    email: Option<&Email>,
    client_address: &str,
    device: Option<&[u8]>,
) -> Result<Attempt, ApiError> {
    let now = p.now();
    let ends = now + TimeDelta::minutes(SIGN_IN_MINUTES);
    if let Some(device) = device {
        return count(p, format!("sign-in/device/{}", hex::encode(device)), PER_DEVICE, ends).await;
    }
    let client = client(client_address);
    let account = email.map(account_key);
    let address_bucket = format!("sign-in/address/{client}");
    let mut attempt = Attempt::default();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // Always in this order, so that two attempts never wait for each other.
    let address = throttle::count(&mut tx.exec(), &address_bucket, now, ends).await.map_err(|error| p.fault(error))?;
    let mut until = (address.attempts > PER_ADDRESS).then_some(address.window_ends_at);
    // The address's other failures stay: who owns one account may still be guessing others.
    attempt.forgive.push(address_bucket);
    if let Some(account) = account {
        let bucket = format!("sign-in/account/{account}");
        let count = throttle::count(&mut tx.exec(), &bucket, now, ends).await.map_err(|error| p.fault(error))?;
        if count.attempts > PER_ACCOUNT && address.attempts > 1 {
            until = until.max(Some(count.window_ends_at.min(address.window_ends_at)));
        }
        attempt.forgive.push(bucket);
        let bucket = format!("sign-in/both/{account}/{client}");
        let both = throttle::count(&mut tx.exec(), &bucket, now, ends).await.map_err(|error| p.fault(error))?;
        if both.attempts > PER_BOTH {
            until = until.max(Some(both.window_ends_at));
        }
        attempt.forget.push(bucket);
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

/// Counts an attempt in one bucket, or refuses it.
async fn count(p: &Platform, bucket: String, most: i64, ends: DateTime<Utc>) -> Result<Attempt, ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let count = throttle::count(&mut tx.exec(), &bucket, now, ends).await.map_err(|error| p.fault(error))?;
    if count.attempts > most {
        return Err(wait(now, count.window_ends_at));
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(Attempt { forgive: Vec::new(), forget: vec![bucket] })
}

/// Counts an attempt to confirm a sensitive change within a session.
pub(super) async fn begin_confirmation(p: &Platform, session: &[u8]) -> Result<Attempt, ApiError> {
    let ends = p.now() + TimeDelta::minutes(SIGN_IN_MINUTES);
    count(p, format!("confirm/session/{}", hex::encode(session)), PER_BOTH, ends).await
}

/// Counts a code of the second step: of the account, or of a browser that the account has signed in from. Whoever
/// comes so far knows the password; from other browsers a recovery code goes on being tried (`recovery`), since
/// nobody guesses one.
pub(super) async fn begin_second_step(
    p: &Platform,
    account: AccountId,
    device: Option<&[u8]>,
    recovery: bool,
) -> Result<Attempt, ApiError> {
    let ends = p.now() + TimeDelta::minutes(SIGN_IN_MINUTES);
    match device {
        Some(device) => count(p, format!("second-step/device/{}", hex::encode(device)), PER_DEVICE, ends).await,
        None if recovery => count(p, format!("second-step/recovery/{account}"), RECOVERY_CODES, ends).await,
        None => count(p, format!("second-step/account/{account}"), PER_ACCOUNT, ends).await,
    }
}

/// Counts a request for a mail to an address, by who asks and by where it goes. `false`: that address has had enough
/// of them for now, which its asker is not told.
pub(super) async fn count_mail(p: &Platform, email: &Email, client_address: &str) -> Result<bool, ApiError> {
    let ends = p.now() + TimeDelta::hours(1);
    count(p, format!("mail/address/{}", client(client_address)), MAILS_ASKED, ends).await?;
    match count(p, format!("mail/to/{}", account_key(email)), MAILS_TO, ends).await {
        Ok(_) => Ok(true),
        Err(ApiError::TooManyAttempts { .. }) => Ok(false),
        Err(error) => Err(error),
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
