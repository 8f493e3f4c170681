//! The invariants, checked on live data. Each check names the rows that break it; a sound database has none.
//!
//! | invariant | module |
//! |---|---|
//! | 1 one price: quote = charge = invoice; money kept = invoices less credit notes | `price` |
//! | 2 one booking per expert-day, no more rented out than there is | `days`, `rentals` |
//! | 3 books balance, document numbers have no gap | `books` |
//! | 4 no state by surprise | `states`, `logs` |
//! | 5 nobody has what is not theirs | `owners` |
//! | 4 and 5 of the recognition programme and of referrals | `programme` |
//!
//! Everything is read in one snapshot, so that a server may go on serving, and in pages of bookings, so that it does
//! not matter how many there are.

mod about;
mod books;
mod case;
mod check;
mod days;
mod logs;
mod owners;
mod price;
mod programme;
mod provider;
mod rentals;
mod states;

pub(crate) use about::about;
pub use check::Check;
pub(crate) use provider::reconcile_page;
pub use provider::{Reconciled, reconcile};

use crate::{
    db::{
        Db,
        audit::{self as rows, Snapshot},
    },
    platform::Platform,
};
use case::Case;
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{rulebook::Rulebook, vat::OperatorVat};
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
    fn add(&mut self, check: Check, subject: impl ToString, detail: impl ToString) {
        self.0.push(Finding {
            invariant: check.invariant(),
            check: check.name(),
            subject: subject.to_string(),
            detail: detail.to_string(),
        });
    }
}

/// Checks every invariant on every row.
///
/// # Errors
/// If the database cannot be read.
pub async fn run(p: &Platform) -> sqlx::Result<Vec<Finding>> {
    run_counted(p).await.map(|(findings, _)| findings)
}

/// [`run`], and how many rows of bookings and of money there were.
pub(crate) async fn run_counted(p: &Platform) -> sqlx::Result<(Vec<Finding>, i64)> {
    run_on(&p.db, p.now(), p.today(), p.config.operator.vat).await
}

async fn run_on(
    db: &Db,
    now: DateTime<Utc>,
    today: NaiveDate,
    operator: OperatorVat,
) -> sqlx::Result<(Vec<Finding>, i64)> {
    let mut snapshot = Snapshot::take(db).await?;
    let mut findings = Findings::default();
    let rulebooks = rows::rulebooks(&mut snapshot)
        .await?
        .into_iter()
        .filter_map(|(version, body)| match serde_json::from_str(&body) {
            Ok(rulebook) => Some((version, rulebook)),
            Err(error) => {
                findings.add(Check::RulebookReadable, format_args!("rulebook {version}"), error);
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
    rentals::check_all(&mut snapshot, &context.rulebooks, today, &mut findings).await?;
    states::check_candidates(&mut snapshot, &mut findings).await?;
    programme::check_all(&mut snapshot, context.now, &mut findings).await?;
    let tally = rows::tally(&mut snapshot).await?;
    snapshot.end().await?;
    Ok((findings.0, tally))
}

fn check(context: &Context, case: &Case, findings: &mut Findings) {
    price::check(context, case, findings);
    days::check(case, findings);
    books::check(case, findings);
    states::check(context, case, findings);
    owners::check(case, findings);
}
