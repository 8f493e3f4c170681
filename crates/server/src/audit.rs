//! The invariants, checked on live data. Each check names the rows that break it; a sound database has none.
//!
//! | invariant | module |
//! |---|---|
//! | 1 one price: quote = charge = invoice; money kept = invoices less credit notes | `price` |
//! | 2 one booking per expert-day | `days` |
//! | 3 books balance, document numbers have no gap | `books` |
//! | 4 no state by surprise | `states`, `logs` |
//! | 5 nobody has what is not theirs | `owners` |
//! | 4 and 5 of the recognition programme and of referrals | `programme` |
//!
//! Everything is read in one snapshot, so that a server may go on serving, and in pages of bookings, so that it does
//! not matter how many there are.

mod books;
mod case;
mod days;
mod logs;
mod owners;
mod price;
mod programme;
mod provider;
mod rentals;
mod rows;
mod states;

pub use provider::{Reconciled, reconcile};

use crate::{db::Db, platform::Platform};
use case::Case;
use chrono::{DateTime, Utc};
use gabarit_domain::{rulebook::Rulebook, vat::OperatorVat};
use rows::Snapshot;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Bookings read at a time.
const PAGE: i64 = 100;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which invariant it breaks, 1 to 5.
    pub invariant: u8,
    /// Which check found it.
    pub check: &'static str,
    /// The row: a booking's reference, a document's number, a ledger transaction's cause …
    pub subject: String,
    /// What is wrong with it.
    pub detail: String,
}

/// What the checks need besides the rows.
struct Context {
    now: DateTime<Utc>,
    operator: OperatorVat,
    rulebooks: BTreeMap<i64, Rulebook>,
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, invariant: u8, check: &'static str, subject: impl ToString, detail: impl ToString) {
        self.0.push(Finding { invariant, check, subject: subject.to_string(), detail: detail.to_string() });
    }
}

/// Checks every invariant on every row.
///
/// # Errors
/// If the database cannot be read.
pub async fn run(p: &Platform) -> sqlx::Result<Vec<Finding>> {
    run_on(&p.db, p.now(), p.config.operator.vat).await
}

async fn run_on(db: &Db, now: DateTime<Utc>, operator: OperatorVat) -> sqlx::Result<Vec<Finding>> {
    let mut snapshot = Snapshot::take(db).await?;
    let mut findings = Findings::default();
    let rulebooks = rows::rulebooks(&mut snapshot)
        .await?
        .into_iter()
        .filter_map(|(version, body)| match serde_json::from_str(&body) {
            Ok(rulebook) => Some((version, rulebook)),
            Err(error) => {
                findings.add(1, "rulebook readable", format_args!("rulebook {version}"), error);
                None
            }
        })
        .collect();
    let context = Context { now, operator, rulebooks };
    let mut after = Uuid::nil();
    loop {
        let bookings = rows::bookings(&mut snapshot, after, PAGE).await?;
        let Some(last) = bookings.last().map(|booking| booking.id) else { break };
        for case in case::gather(&mut snapshot, bookings, after, last).await? {
            check(&context, &case, &mut findings);
        }
        after = last;
    }
    books::check_all(&mut snapshot, &mut findings).await?;
    days::check_all(&mut snapshot, &mut findings).await?;
    owners::check_all(&mut snapshot, &mut findings).await?;
    rentals::check_all(&mut snapshot, &context.rulebooks, &mut findings).await?;
    states::check_candidates(&mut snapshot, &mut findings).await?;
    programme::check_all(&mut snapshot, context.now, &mut findings).await?;
    snapshot.end().await?;
    Ok(findings.0)
}

fn check(context: &Context, case: &Case, findings: &mut Findings) {
    price::check(context, case, findings);
    days::check(case, findings);
    books::check(case, findings);
    states::check(context, case, findings);
    owners::check(case, findings);
}
