//! Rows of benefits: the catalogue with its texts and offers, codes, and claims.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    ids::{AccountId, BenefitId, ClaimId, MembershipId},
    membership::{BenefitKind, Offer},
};
use gabarit_i18n::Locale;
use gabarit_view::benefit::BenefitText;
use sqlx::FromRow;
use uuid::Uuid;

/// A benefit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// Its id.
    pub id: BenefitId,
    /// What it is.
    pub kind: BenefitKind,
    /// Whether a claim takes a code from the pool.
    pub uses_codes: bool,
    /// Counts every change.
    pub version: i64,
    /// Counts changes of its terms: a claim names the ones that it accepts.
    pub terms_version: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    uses_codes: bool,
    version: i64,
    terms_version: i64,
}

impl Row {
    fn read(self) -> sqlx::Result<Benefit> {
        Ok(Benefit {
            id: BenefitId(self.id),
            kind: BenefitKind::parse(&self.kind)
                .ok_or_else(|| sqlx::Error::Decode("a benefit's kind makes no sense".into()))?,
            uses_codes: self.uses_codes,
            version: self.version,
            terms_version: self.terms_version,
        })
    }
}

/// The catalogue, in order.
///
/// # Errors
/// The database's.
pub async fn all(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Benefit>> {
    const SQL: &str = "SELECT id, kind, uses_codes, version, terms_version FROM benefit ORDER BY position, id";
    let rows: Vec<Row> = on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    rows.into_iter().map(Row::read).collect()
}

/// A benefit.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: BenefitId) -> sqlx::Result<Option<Benefit>> {
    const SQL: &str = "SELECT id, kind, uses_codes, version, terms_version FROM benefit WHERE id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// A benefit, which nobody changes until the end of the transaction; several may hold it so.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: BenefitId) -> sqlx::Result<Option<Benefit>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM benefit WHERE id = $1 FOR SHARE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// Adds a benefit, at the end of the catalogue.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, id: BenefitId, kind: BenefitKind, uses_codes: bool) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO benefit (id, kind, position, uses_codes, version) \
        SELECT $1, $2, COALESCE(MAX(position), 0) + 1, $3, 1 FROM benefit";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(kind.code()).bind(uses_codes).execute(c).await.map(drop))
}

/// Changes a benefit that is still at `version`; `false` if it is not. Only new terms are to be accepted anew.
///
/// # Errors
/// The database's.
pub async fn touch(
    exec: &mut Exec<'_>,
    id: BenefitId,
    version: i64,
    uses_codes: bool,
    new_terms: bool,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE benefit SET version = version + 1, uses_codes = $3, terms_version = terms_version + $4 \
        WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(uses_codes)
        .bind(i64::from(new_terms))
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Stores a benefit's texts in a language.
///
/// # Errors
/// The database's.
pub async fn set_text(exec: &mut Exec<'_>, id: BenefitId, locale: Locale, text: &BenefitText) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO benefit_text (benefit_id, locale, title, description, instructions, terms) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (benefit_id, locale) DO UPDATE SET title = $3, description = $4, \
        instructions = $5, terms = $6";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(locale.code())
        .bind(&text.title)
        .bind(&text.description)
        .bind(&text.instructions)
        .bind(&text.terms)
        .execute(c)
        .await
        .map(drop))
}

/// A benefit's texts in a language.
///
/// # Errors
/// The database's.
pub async fn text(exec: &mut Exec<'_>, id: BenefitId, locale: Locale) -> sqlx::Result<BenefitText> {
    type Text = (String, String, String, String);
    const SQL: &str =
        "SELECT title, description, instructions, terms FROM benefit_text WHERE benefit_id = $1 AND locale = $2";
    let row: Option<Text> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).bind(locale.code()).fetch_optional(c).await)?;
    Ok(row
        .map(|(title, description, instructions, terms)| BenefitText { title, description, instructions, terms })
        .unwrap_or_default())
}

/// Where and when benefits are to be had: `(benefit, id of the offer, offer)`.
///
/// # Errors
/// The database's.
pub async fn offers(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(BenefitId, Uuid, Offer)>> {
    type OfferRow = (Uuid, Uuid, String, NaiveDate, Option<NaiveDate>);
    const SQL: &str = "SELECT benefit_id, id, country, valid_from, valid_until FROM benefit_country \
        ORDER BY benefit_id, valid_from, country, id";
    let rows: Vec<OfferRow> = on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(benefit, id, country, from, until)| {
            (BenefitId(benefit), id, Offer { country: Some(country).filter(|country| country != "*"), from, until })
        })
        .collect())
}

/// Adds an offer.
///
/// # Errors
/// The database's.
pub async fn insert_offer(exec: &mut Exec<'_>, benefit: BenefitId, id: Uuid, offer: &Offer) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO benefit_country (id, benefit_id, country, valid_from, valid_until) \
        VALUES ($1, $2, $3, $4, $5)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(benefit.0)
        .bind(offer.country.as_deref().unwrap_or("*"))
        .bind(offer.from)
        .bind(offer.until)
        .execute(c)
        .await
        .map(drop))
}

/// Closes an offer with a last day; one that had not begun is removed. `false` if the benefit has no such offer.
///
/// # Errors
/// The database's.
pub async fn close_offer(exec: &mut Exec<'_>, benefit: BenefitId, id: Uuid, last: NaiveDate) -> sqlx::Result<bool> {
    const DROP: &str = "DELETE FROM benefit_country WHERE id = $1 AND benefit_id = $2 AND valid_from > $3";
    const CLOSE: &str =
        "UPDATE benefit_country SET valid_until = $3 WHERE id = $1 AND benefit_id = $2 AND valid_from <= $3";
    let mut changed = 0;
    for sql in [DROP, CLOSE] {
        changed += on!(&mut *exec, |c| sqlx::query(sql)
            .bind(id)
            .bind(benefit.0)
            .bind(last)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
    }
    Ok(changed == 1)
}

/// Adds a code to the pool; `false` if it is there already.
///
/// # Errors
/// The database's.
pub async fn add_code(
    exec: &mut Exec<'_>,
    id: Uuid,
    benefit: BenefitId,
    code: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO benefit_code (id, benefit_id, code, added_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (benefit_id, code) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(benefit.0)
        .bind(code)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Takes a free code for a claim; `false` when there is none. Two claims at once never take the same.
///
/// # Errors
/// The database's.
pub async fn take_code(exec: &mut Exec<'_>, benefit: BenefitId, claim: ClaimId) -> sqlx::Result<bool> {
    const FREE: &str = "SELECT id FROM benefit_code WHERE benefit_id = $1 AND claim_id IS NULL AND revoked_at IS NULL \
        ORDER BY added_at, id LIMIT 1";
    const TAKE: &str = "UPDATE benefit_code SET claim_id = $2 WHERE id = $1 AND claim_id IS NULL";
    let free: Option<Uuid> = match exec {
        Exec::Postgres(c) => {
            sqlx::query_scalar(
                "SELECT id FROM benefit_code WHERE benefit_id = $1 AND claim_id IS NULL AND revoked_at IS NULL \
                 ORDER BY added_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            )
            .bind(benefit.0)
            .fetch_optional(&mut **c)
            .await?
        }
        Exec::Sqlite(c) => sqlx::query_scalar(FREE).bind(benefit.0).fetch_optional(&mut **c).await?,
    };
    let Some(free) = free else { return Ok(false) };
    on!(exec, |c| sqlx::query(TAKE).bind(free).bind(claim.0).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Codes of each benefit: free, taken, revoked.
///
/// # Errors
/// The database's.
pub async fn code_counts(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(Uuid, i64, i64, i64)>> {
    const SQL: &str = "SELECT benefit_id, \
        CAST(SUM(CASE WHEN claim_id IS NULL AND revoked_at IS NULL THEN 1 ELSE 0 END) AS BIGINT), \
        CAST(SUM(CASE WHEN claim_id IS NOT NULL AND revoked_at IS NULL THEN 1 ELSE 0 END) AS BIGINT), \
        CAST(SUM(CASE WHEN revoked_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) \
        FROM benefit_code GROUP BY benefit_id";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Codes that are to be made invalid where they are redeemed.
///
/// # Errors
/// The database's.
pub async fn revoked_codes(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(Uuid, String)>> {
    const SQL: &str = "SELECT benefit_id, code FROM benefit_code WHERE revoked_at IS NOT NULL \
        ORDER BY benefit_id, revoked_at DESC, code";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A claim, as stored, with its code.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ClaimRow {
    /// Its id.
    pub id: Uuid,
    /// Of what.
    pub benefit_id: Uuid,
    /// In which membership.
    pub membership_id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// The term; 0 for once a membership.
    pub term: i64,
    /// `asked`, `given` or `ended`.
    pub state: String,
    /// When.
    pub claimed_at: DateTime<Utc>,
    /// When the terms were accepted.
    pub terms_accepted_at: Option<DateTime<Utc>>,
    /// Where a kit goes, sealed.
    pub address: Option<String>,
    /// When it was given.
    pub given_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When its holder said that the software is gone.
    pub uninstalled_at: Option<DateTime<Utc>>,
    /// The code that was given.
    pub code: Option<String>,
}

macro_rules! claims {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.benefit_id, l.membership_id, l.account_id, l.term, l.state, l.claimed_at, \
             l.terms_accepted_at, l.address, l.given_at, l.ended_at, l.uninstalled_at, k.code FROM benefit_claim l \
             LEFT JOIN benefit_code k ON k.claim_id = l.id ",
            $rest
        )
    };
}

/// An account's claims, the newest first.
///
/// # Errors
/// The database's.
pub async fn claims_of(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<ClaimRow>> {
    const SQL: &str = claims!("WHERE l.account_id = $1 ORDER BY l.claimed_at DESC, l.id");
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// The claims of a membership that stand.
///
/// # Errors
/// The database's.
pub async fn standing(exec: &mut Exec<'_>, membership: MembershipId) -> sqlx::Result<Vec<ClaimRow>> {
    const SQL: &str = claims!("WHERE l.membership_id = $1 AND l.state <> 'ended' ORDER BY l.claimed_at, l.id");
    on!(exec, |c| sqlx::query_as(SQL).bind(membership.0).fetch_all(c).await)
}

/// A claim.
///
/// # Errors
/// The database's.
pub async fn claim(exec: &mut Exec<'_>, id: ClaimId) -> sqlx::Result<Option<ClaimRow>> {
    const SQL: &str = claims!("WHERE l.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// Kits that wait to be sent, the oldest first.
///
/// # Errors
/// The database's.
pub async fn parcels(exec: &mut Exec<'_>) -> sqlx::Result<Vec<ClaimRow>> {
    const SQL: &str = claims!("WHERE l.state = 'asked' ORDER BY l.claimed_at, l.id");
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Claims of each benefit that stand.
///
/// # Errors
/// The database's.
pub async fn standing_counts(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(Uuid, i64)>> {
    const SQL: &str = "SELECT benefit_id, COUNT(*) FROM benefit_claim WHERE state <> 'ended' GROUP BY benefit_id";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A new claim.
#[derive(Clone, Debug)]
pub struct NewClaim<'a> {
    /// Its id.
    pub id: ClaimId,
    /// Of what.
    pub benefit: BenefitId,
    /// In which membership.
    pub membership: MembershipId,
    /// Whose.
    pub account: AccountId,
    /// The term; 0 for once a membership.
    pub term: i64,
    /// Whether it is given at once.
    pub given: bool,
    /// The terms as they were accepted.
    pub terms: Option<&'a str>,
    /// Where a kit goes, sealed.
    pub address: Option<&'a str>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a claim; `false` if there is one already.
///
/// # Errors
/// The database's.
pub async fn insert_claim(exec: &mut Exec<'_>, new: &NewClaim<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO benefit_claim (id, benefit_id, membership_id, account_id, term, state, claimed_at, \
        terms, terms_accepted_at, address, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.benefit.0)
        .bind(new.membership.0)
        .bind(new.account.0)
        .bind(new.term)
        .bind(if new.given { "given" } else { "asked" })
        .bind(new.now)
        .bind(new.terms)
        .bind(new.terms.map(|_| new.now))
        .bind(new.address)
        .bind(new.given.then_some(new.now))
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A kit was sent: its address is forgotten. `false` if it does not wait.
///
/// # Errors
/// The database's.
pub async fn sent(exec: &mut Exec<'_>, id: ClaimId, by: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE benefit_claim SET state = 'given', given_at = $3, given_by = $2, address = NULL \
        WHERE id = $1 AND state = 'asked'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(by.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Who held software says that it is gone; `false` if that was not asked.
///
/// # Errors
/// The database's.
pub async fn uninstalled(
    exec: &mut Exec<'_>,
    id: ClaimId,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE benefit_claim SET uninstalled_at = $3 WHERE id = $1 AND account_id = $2 \
        AND state = 'ended' AND uninstalled_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(account.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Ends every claim of a membership, revokes its codes and forgets its addresses.
///
/// # Errors
/// The database's.
pub async fn end_all(exec: &mut Exec<'_>, membership: MembershipId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const CODES: &str = "UPDATE benefit_code SET revoked_at = $2 WHERE revoked_at IS NULL AND claim_id IN \
        (SELECT id FROM benefit_claim WHERE membership_id = $1 AND state <> 'ended')";
    const CLAIMS: &str = "UPDATE benefit_claim SET state = 'ended', ended_at = $2, address = NULL \
        WHERE membership_id = $1 AND state <> 'ended'";
    for sql in [CODES, CLAIMS] {
        on!(&mut *exec, |c| sqlx::query(sql).bind(membership.0).bind(now).execute(c).await.map(drop))?;
    }
    Ok(())
}
