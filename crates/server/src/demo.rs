//! Demonstration data: openly fictional experts, reviews and accounts, the same each time (for the same day).
//!
//! Days and instants are counted from today, so that the demonstration never grows old.

mod bookings;
mod candidates;
mod draw;
mod members;
mod nominations;
mod referrals;
mod saved;
mod words;

use crate::{
    db::{Exec, demo},
    platform::Platform,
    services::{accounts::password, rulebooks, self_billing},
};
use draw::Drawn;
use gabarit_domain::text::Password;
use gabarit_i18n::Locale;
use gabarit_view::error::ApiError;

/// Experts of the demonstration.
pub const EXPERTS: u32 = 1_000;
/// Password of every account of the demonstration.
pub const PASSWORD: &str = "gabarit-demo";
/// Addresses of the accounts to try: a client, an expert, a manager.
pub const ACCOUNTS: [&str; 3] = ["client@gabarit.example", "expert@gabarit.example", "manager@gabarit.example"];

/// What [`load`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The data is there now.
    Now,
    /// It was there before; nothing was changed.
    Before,
}

/// Loads the demonstration, once: a second call changes nothing.
///
/// # Errors
/// [`ApiError::Forbidden`] unless only this machine can reach the platform; or if the database fails.
pub async fn load(p: &Platform) -> Result<Loaded, ApiError> {
    if !p.config.is_local() {
        return Err(ApiError::Forbidden);
    }
    rulebooks::ensure_initial(p).await?;
    // One hash serves all accounts: a thousand would take minutes, and the password is no secret anyway.
    let password = Password::parse(PASSWORD).map_err(|error| p.fault(error))?;
    let hash = password::hash(p, password).await?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if demo::has_account(&mut tx.exec(), ACCOUNTS[0]).await.map_err(|error| p.fault(error))? {
        return Ok(Loaded::Before);
    }
    let mut drawn = Drawn::new(p, 1, "expert");
    drawn.accounts_to_try();
    drawn.experts(EXPERTS - 1, true);
    insert(&mut tx.exec(), p, &drawn, &hash).await.map_err(|error| p.fault(error))?;
    saved::insert(&mut tx.exec(), &drawn, p.ids.uuid(), p.now()).await.map_err(|error| p.fault(error))?;
    referrals::insert(&mut tx.exec(), p, &drawn).await.map_err(|error| p.fault(error))?;
    candidates::insert(&mut tx.exec(), p, &hash).await.map_err(|error| p.fault(error))?;
    nominations::insert(&mut tx.exec(), p, &hash).await.map_err(|error| p.fault(error))?;
    members::insert(&mut tx.exec(), p, &hash).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    bookings::play(p, &drawn.bookable()).await?;
    p.search.touch();
    Ok(Loaded::Now)
}

/// Loads that many experts with all that search reads, but without the texts of reviews and records: for benches.
///
/// # Errors
/// See [`load`]; a second call fails.
pub async fn load_many(p: &Platform, experts: u32) -> Result<(), ApiError> {
    if !p.config.is_local() {
        return Err(ApiError::Forbidden);
    }
    rulebooks::ensure_initial(p).await?;
    let mut drawn = Drawn::new(p, 2, "many");
    drawn.experts(experts, false);
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // No password opens these.
    insert(&mut tx.exec(), p, &drawn, "").await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    p.search.touch();
    Ok(())
}

async fn insert(exec: &mut Exec<'_>, p: &Platform, drawn: &Drawn<'_>, hash: &str) -> sqlx::Result<()> {
    demo::insert_accounts(exec, &drawn.accounts, hash, p.now()).await?;
    demo::insert_clients(exec, &drawn.clients).await?;
    demo::insert_experts(exec, &drawn.experts).await?;
    demo::insert_products(exec, &drawn.products).await?;
    demo::insert_sectors(exec, &drawn.sectors).await?;
    demo::insert_languages(exec, &drawn.languages).await?;
    demo::insert_exceptions(exec, &drawn.exceptions).await?;
    demo::insert_records(exec, &drawn.records).await?;
    demo::insert_billing(exec, &drawn.billing).await?;
    let text = self_billing::text_hash(p, Locale::En);
    demo::agree_to_self_billing(exec, i64::from(self_billing::VERSION), &text).await?;
    demo::insert_reviews(exec, &drawn.reviews).await
}

/// The language of a profile's texts: its author's, or English where the platform does not speak it.
fn text_language(language: &str) -> Locale {
    Locale::parse(language).unwrap_or(Locale::En)
}
