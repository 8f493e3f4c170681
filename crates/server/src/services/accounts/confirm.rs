//! Sensitive changes want to know that it is still the same person: within ten minutes of signing in nobody is asked,
//! later the password, or a code of the second step, is asked for again.

use super::{password, throttle, token_hash, two_step};
use crate::{db::sessions, platform::Platform};
use chrono::TimeDelta;
use gabarit_domain::ids::AccountId;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};

/// For so long after the password was given nobody is asked again.
pub const FRESH_MINUTES: i64 = 10;

/// The form field that carries the password or the code. Its name keeps it out of the stash.
pub const FIELD: &str = "confirm_password";

/// Who asks, and shown to be it a moment ago. Services of sensitive changes take this rather than an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    account: AccountView,
}

impl Confirmed {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &AccountView {
        &self.account
    }

    /// For tests, and where the platform itself has just checked.
    pub(crate) fn trusted(account: AccountView) -> Self {
        Self { account }
    }
}

/// Whether a session needs no confirmation now.
///
/// # Errors
/// [`ApiError::SignInRequired`]; a fault of ours.
pub async fn is_fresh(p: &Platform, token: Option<&str>) -> Result<bool, ApiError> {
    let hash = token.filter(|token| token.len() == 43).map(token_hash).ok_or(ApiError::SignInRequired)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let session = sessions::find(&mut conn.exec(), &hash, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::SignInRequired)?;
    Ok(p.now() - session.confirmed_at < TimeDelta::minutes(FRESH_MINUTES))
}

/// Makes sure that it is still the same person: their session is fresh, or `proof` is their password or a code.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Invalid`] by the field [`FIELD`], with [`Problem::Missing`] when it is
/// needed and was not given; [`ApiError::TooManyAttempts`].
pub async fn confirm(p: &Platform, token: Option<&str>, proof: &str) -> Result<Confirmed, ApiError> {
    let hash = token.filter(|token| token.len() == 43).map(token_hash).ok_or(ApiError::SignInRequired)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let session = sessions::find(&mut conn.exec(), &hash, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::SignInRequired)?;
    drop(conn);
    let confirmed_at = session.confirmed_at;
    let stored = session.account.password_hash.clone();
    let account = session.account.view(p.config.is_local());
    if p.now() - confirmed_at < TimeDelta::minutes(FRESH_MINUTES) {
        return Ok(Confirmed { account });
    }
    if proof.is_empty() {
        return Err(ApiError::field(FIELD, Problem::Missing));
    }
    prove(p, &hash, &account, &stored, proof).await?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    sessions::confirmed(&mut tx.exec(), &hash, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(Confirmed { account })
}

/// Tries a proof. Guesses are counted by session: whoever has stolen one cannot slow its owner's others.
async fn prove(p: &Platform, session: &[u8], account: &AccountView, stored: &str, proof: &str) -> Result<(), ApiError> {
    let attempt = throttle::begin_confirmation(p, session).await?;
    let right = (account.two_step && two_step::try_code(p, AccountId(account.id.0), proof).await?)
        || password::verify(p, proof.to_owned(), Some(stored.to_owned())).await?;
    if !right {
        return Err(ApiError::field(FIELD, Problem::WrongPassword));
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    attempt.succeeded(&mut tx.exec()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}
