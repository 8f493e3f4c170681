//! What the client of the demonstration keeps: three experts in mind, one search; and an expert's answer to a review.

use super::{ACCOUNTS, draw::Drawn};
use crate::db::{Exec, rating, saved};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use gabarit_i18n::{Locale, demo};
use uuid::Uuid;

/// Experts in mind.
const KEPT: usize = 3;

pub(super) async fn insert(exec: &mut Exec<'_>, drawn: &Drawn<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Some(client) = drawn.accounts.iter().find(|account| account.email == ACCOUNTS[0]) else { return Ok(()) };
    let client = AccountId(client.id);
    let published = drawn.experts.iter().filter(|expert| expert.state == "published");
    for expert in published.take(KEPT) {
        saved::add(exec, client, ExpertId(expert.id), now).await?;
    }
    let search = saved::SearchRow {
        id,
        account_id: client.0,
        name: demo::saved_search(Locale::Nl).to_owned(),
        query: "product=revit&mode=remote&level=3".to_owned(),
        // The demonstration writes to nobody unasked.
        notify: false,
        created_at: now,
    };
    saved::insert_search(exec, &search).await?;
    if let Some(review) = drawn.reviews.first() {
        let locale = Locale::parse(review.language).unwrap_or_default();
        rating::store_reply(exec, review.id, demo::review_reply(locale), now).await?;
    }
    Ok(())
}
