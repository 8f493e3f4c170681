//! The books against the payment provider: what it says of each payment that we know of.

use super::{Check, Finding, Findings};
use crate::{
    db::audit as rows,
    payments::{ProviderError, ProviderState},
    platform::Platform,
};
use futures::{StreamExt as _, stream};
use gabarit_domain::money::Cents;
use uuid::Uuid;

/// Questions under way at a time: providers limit rates.
const AT_ONCE: usize = 4;
/// Payments read at a time.
const PAGE: i64 = 100;

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
    let mut after = Uuid::nil();
    while let Some((last, page)) = reconcile_page(p, after).await? {
        let is_away = page.is_away();
        reconciled.compared += page.compared;
        reconciled.unanswered += page.unanswered;
        reconciled.findings.extend(page.findings);
        if is_away {
            break;
        }
        after = last;
    }
    reconciled.findings.sort_by(|a, b| (&a.subject, &a.detail).cmp(&(&b.subject, &b.detail)));
    Ok(reconciled)
}

impl Reconciled {
    /// A provider that is away is away for all.
    pub(crate) const fn is_away(&self) -> bool {
        self.compared == 0 && self.unanswered >= AT_ONCE
    }
}

/// A page of [`reconcile`]: the payments after one, with the last of them; `None` after the last page.
pub(crate) async fn reconcile_page(p: &Platform, after: Uuid) -> sqlx::Result<Option<(Uuid, Reconciled)>> {
    let page = rows::provider_payments(&mut p.db.conn().await?.exec(), after, PAGE).await?;
    let Some(last) = page.last().copied() else { return Ok(None) };
    let mut reconciled = Reconciled::default();
    let mut findings = Findings::default();
    let mut answers = stream::iter(page).map(|id| async move { compare(p, id).await }).buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer? {
            None => reconciled.unanswered += 1,
            Some(differences) => {
                reconciled.compared += 1;
                for (subject, detail) in differences {
                    findings.add(Check::TheProviderSaysTheSame, subject, detail);
                }
            }
        }
    }
    reconciled.findings = findings.0;
    Ok(Some((last, reconciled)))
}

/// What differs in one payment; `None` without an answer.
async fn compare(p: &Platform, id: Uuid) -> sqlx::Result<Option<Vec<(String, String)>>> {
    let Some(known) = rows::known_payment(&mut p.db.conn().await?.exec(), id).await? else {
        return Ok(Some(Vec::new()));
    };
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
    let standing = if known.charged_back == 0 && said.charged_back == Cents::ZERO {
        Cents::ZERO
    } else {
        // One by one: a sum does not say what became of those that were given again.
        match p.payments.chargebacks(reference).await {
            Ok(all) => all.iter().filter(|one| !one.reversed).map(|one| one.amount).sum(),
            Err(error) => {
                tracing::warn!(%error, payment = %id, "not compared");
                return Ok(None);
            }
        }
    };
    let mut differences = Vec::new();
    let mut compare = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            differences.push((reference.clone(), format!("{what}: {ours} here, {theirs} at the provider")));
        }
    };
    compare("amount", Cents(known.amount).to_plain(), said.amount.to_plain());
    compare("captured", Cents(known.captured).to_plain(), said.captured.to_plain());
    compare("refunded", Cents(known.refunded).to_plain(), said.refunded.to_plain());
    compare("charged back", Cents(known.charged_back).to_plain(), standing.to_plain());
    // States before any money moves differ for moments, and move by themselves.
    let settled = |state: &str| [ProviderState::Paid, ProviderState::Authorized].iter().any(|one| one.code() == state);
    if settled(&known.state) || settled(said.state.code()) {
        compare("state", known.state.clone(), said.state.code().to_owned());
    }
    Ok(Some(differences))
}
