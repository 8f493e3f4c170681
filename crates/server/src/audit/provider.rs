//! The books against the payment provider: what it says of each payment that we know of.

use super::{Finding, Findings};
use crate::{
    db::Exec,
    on,
    payments::{ProviderError, ProviderState},
    platform::Platform,
};
use futures::{StreamExt as _, stream};
use gabarit_domain::money::Cents;
use uuid::Uuid;

/// Questions under way at a time: providers limit rates.
const AT_ONCE: usize = 4;
/// Payments read at a time.
const PAGE: i64 = 200;

/// What the provider was asked about, and what does not agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Payments that were compared.
    pub compared: usize,
    /// Payments about which the provider gave no answer.
    pub unanswered: usize,
    /// Differences.
    pub findings: Vec<Finding>,
}

/// Asks the provider about every payment that it has, and names each difference. It moves: a payment that changes while
/// it is compared is compared as it then stands, and a second run finds it settled.
///
/// # Errors
/// If the database cannot be read.
pub async fn reconcile(p: &Platform) -> sqlx::Result<Reconciled> {
    let mut reconciled = Reconciled::default();
    let mut findings = Findings::default();
    let mut after = Uuid::nil();
    loop {
        let page = page(&mut p.db.conn().await?.exec(), after).await?;
        let Some(last) = page.last().copied() else { break };
        let mut answers = stream::iter(page).map(|id| async move { compare(p, id).await }).buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer? {
                None => reconciled.unanswered += 1,
                Some(differences) => {
                    reconciled.compared += 1;
                    for (subject, detail) in differences {
                        findings.add(3, "the provider says the same", subject, detail);
                    }
                }
            }
        }
        // A provider that is away is away for all.
        if reconciled.compared == 0 && reconciled.unanswered >= AT_ONCE {
            break;
        }
        after = last;
    }
    reconciled.findings = findings.0;
    reconciled.findings.sort_by(|a, b| (&a.subject, &a.detail).cmp(&(&b.subject, &b.detail)));
    Ok(reconciled)
}

/// What the books have of a payment: of a booking, or of licences rented alone.
struct Known {
    reference: String,
    amount: Cents,
    state: String,
    captured: Cents,
    refunded: Cents,
    charged_back: Cents,
}

async fn page(exec: &mut Exec<'_>, after: Uuid) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT id FROM (SELECT id FROM payment WHERE provider_ref IS NOT NULL AND id > $1 \
        UNION ALL SELECT id FROM rental_payment WHERE provider_ref IS NOT NULL AND id > $1) AS payments \
        ORDER BY id LIMIT $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(after).bind(PAGE).fetch_all(c).await)
}

async fn known(exec: &mut Exec<'_>, payment: Uuid) -> sqlx::Result<Option<Known>> {
    const SQL: &str = "SELECT provider_ref, amount, state, captured, \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM refund WHERE payment_id = $1 AND state = 'sent'), \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM chargeback WHERE payment_id = $1) \
        FROM payment WHERE id = $1 AND provider_ref IS NOT NULL \
        UNION ALL SELECT provider_ref, amount, state, captured, \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM rental_refund WHERE payment_id = $1 AND state = 'sent'), \
        0 FROM rental_payment WHERE id = $1 AND provider_ref IS NOT NULL";
    let row: Option<(String, i64, String, i64, i64, i64)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(payment).fetch_optional(c).await)?;
    Ok(row.map(|(reference, amount, state, captured, refunded, charged_back)| Known {
        reference,
        amount: Cents(amount),
        state,
        captured: Cents(captured),
        refunded: Cents(refunded),
        charged_back: Cents(charged_back),
    }))
}

/// What differs in one payment; `None` without an answer.
async fn compare(p: &Platform, id: Uuid) -> sqlx::Result<Option<Vec<(String, String)>>> {
    let Some(known) = known(&mut p.db.conn().await?.exec(), id).await? else { return Ok(Some(Vec::new())) };
    let reference = &known.reference;
    let said = match p.payments.get(reference).await {
        Ok(said) => said,
        Err(ProviderError::NotFound) => {
            return Ok(Some(vec![(reference.clone(), "the provider does not know it".to_owned())]));
        }
        Err(error) => {
            tracing::warn!(%error, payment = %id, "not compared");
            return Ok(None);
        }
    };
    let mut differences = Vec::new();
    let mut compare = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            differences.push((reference.clone(), format!("{what}: {ours} here, {theirs} at the provider")));
        }
    };
    compare("amount", known.amount.to_plain(), said.amount.to_plain());
    compare("captured", known.captured.to_plain(), said.captured.to_plain());
    compare("refunded", known.refunded.to_plain(), said.refunded.to_plain());
    compare("charged back", known.charged_back.to_plain(), said.charged_back.to_plain());
    // States before any money moves differ for moments, and move by themselves.
    let settled = |state: &str| [ProviderState::Paid, ProviderState::Authorized].iter().any(|one| one.code() == state);
    if settled(&known.state) || settled(said.state.code()) {
        compare("state", known.state.clone(), said.state.code().to_owned());
    }
    Ok(Some(differences))
}
