//! The ledger as managers read it: trial balance, accounts, transactions; and what the provider pays out.

use crate::{
    clock::{start_of_day, zoned},
    csv::Csv,
    db::{books as rows, desk},
    platform::Platform,
    services::{
        bookings::attempt,
        ledger::{self, Account},
        manage::managers_only,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{BookingId, DocumentId},
    money::Cents,
};
use gabarit_i18n::{Locale, books as text};
use gabarit_view::{
    account::AccountView,
    desk::{AccountBalance, AccountPage, EntryView, SettlementForm, TransactionView, TrialBalance},
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// Entries on a page of an account.
const PAGE: u32 = 50;
/// Entries in one file: more is a matter of periods.
const FILE: i64 = 100_000;
/// Longest reference of a settlement.
const LONGEST: usize = 64;

/// A period of civil days, both included; either may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Period {
    /// Reads two form fields; what is no day is left open.
    #[must_use]
    pub fn parse(from: &str, to: &str) -> Self {
        Self { from: from.trim().parse().ok(), to: to.trim().parse().ok() }
    }

    /// Its first instant, and the first one after it, in the platform's zone: the books are the operator's.
    fn bounds(self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        let begin = |day: Option<NaiveDate>| day.map(|day| start_of_day(day, zone));
        let from = begin(self.from).unwrap_or(DateTime::UNIX_EPOCH);
        let end = begin(self.to.and_then(|day| day.succ_opt()));
        // Far ahead, but of four digits: SQLite compares instants as text.
        let never = NaiveDate::from_ymd_opt(9999, 1, 1).unwrap_or(NaiveDate::MAX);
        (from, end.unwrap_or_else(|| start_of_day(never, Tz::UTC)))
    }
}

/// The trial balance of a period: every account of the chart, with what was posted in it, and its balance at the end.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn trial_balance(p: &Platform, actor: &AccountView, period: Period) -> Result<TrialBalance, ApiError> {
    managers_only(actor)?;
    let (from, to) = period.bounds(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let sums = rows::sums(&mut conn.exec(), from, to).await.map_err(|e| p.fault(e))?;
    let accounts: Vec<AccountBalance> = Account::ALL
        .into_iter()
        .map(|account| {
            let sum = sums.iter().find(|sum| sum.account == account.code());
            AccountBalance {
                account: account.code().to_owned(),
                debit: Cents(sum.map_or(0, |sum| sum.debit)),
                credit: Cents(sum.map_or(0, |sum| sum.credit)),
                balance: Cents(sum.map_or(0, |sum| sum.balance)),
            }
        })
        .collect();
    Ok(TrialBalance {
        from: period.from,
        to: period.to,
        debit: accounts.iter().map(|account| account.debit).sum(),
        credit: accounts.iter().map(|account| account.credit).sum(),
        accounts,
    })
}

/// A page of an account's entries in a period, from 1; a page beyond the last one is the last one.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`] for what is no account of the chart.
pub async fn account(
    p: &Platform,
    actor: &AccountView,
    code: &str,
    period: Period,
    page: u32,
) -> Result<AccountPage, ApiError> {
    managers_only(actor)?;
    let account = Account::parse(code).ok_or(ApiError::NotFound)?;
    let bounds = period.bounds(p.config.zone);
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let (count, before, after) = rows::extent(exec, account.code(), bounds).await.map_err(|e| p.fault(e))?;
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let pages = count.div_ceil(PAGE).max(1);
    let page = page.clamp(1, pages);
    let offset = i64::from(PAGE) * i64::from(page - 1);
    let entries = rows::entries(exec, account.code(), bounds, i64::from(PAGE), offset).await.map_err(|e| p.fault(e))?;
    Ok(AccountPage {
        account: account.code().to_owned(),
        from: period.from,
        to: period.to,
        before: Cents(before),
        after: Cents(after),
        entries: entries
            .into_iter()
            .map(|row| EntryView {
                transaction: row.transaction_id,
                at: zoned(row.at, zone),
                kind: row.kind,
                booking: booking(row.booking_id, row.reference),
                amount: Cents(row.amount),
                balance: Cents(row.running),
            })
            .collect(),
        page,
        pages,
        count,
    })
}

fn booking(id: Option<Uuid>, reference: Option<String>) -> Option<(BookingId, String)> {
    id.map(|id| (BookingId(id), reference.unwrap_or_default()))
}

/// An account's entries of a period as a table: its name and its bytes.
///
/// # Errors
/// As [`account`].
pub async fn account_csv(
    p: &Platform,
    actor: &AccountView,
    code: &str,
    period: Period,
    l: Locale,
) -> Result<(String, Vec<u8>), ApiError> {
    managers_only(actor)?;
    let account = Account::parse(code).ok_or(ApiError::NotFound)?;
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let bounds = period.bounds(p.config.zone);
    let entries = rows::entries(&mut conn.exec(), account.code(), bounds, FILE, 0).await.map_err(|e| p.fault(e))?;
    let mut csv = Csv::new(&[
        text::at(l),
        text::transaction(l),
        text::kind(l),
        text::booking(l),
        text::debit(l),
        text::credit(l),
        text::balance(l),
    ]);
    for row in entries {
        let amount = Cents(row.amount);
        let (debit, credit) = if row.amount > 0 { (amount, Cents::ZERO) } else { (Cents::ZERO, -amount) };
        csv.row(&[
            row.at.to_rfc3339(),
            row.transaction_id.to_string(),
            row.kind,
            row.reference.unwrap_or_default(),
            debit.to_plain(),
            credit.to_plain(),
            Cents(row.running).to_plain(),
        ]);
    }
    Ok((format!("{}.csv", account.code()), csv.into_bytes()))
}

/// The trial balance as a table: its name and its bytes.
///
/// # Errors
/// As [`trial_balance`].
pub async fn trial_balance_csv(
    p: &Platform,
    actor: &AccountView,
    period: Period,
    l: Locale,
) -> Result<(String, Vec<u8>), ApiError> {
    let trial = trial_balance(p, actor, period).await?;
    let mut csv = Csv::new(&[text::account(l), text::debit(l), text::credit(l), text::balance(l)]);
    for row in trial.accounts {
        csv.row(&[row.account, row.debit.to_plain(), row.credit.to_plain(), row.balance.to_plain()]);
    }
    Ok(("trial-balance.csv".to_owned(), csv.into_bytes()))
}

/// A transaction with its entries, booking and document.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn transaction(p: &Platform, actor: &AccountView, id: Uuid) -> Result<TransactionView, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let row = rows::transaction(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    let lines = rows::lines(exec, id).await.map_err(|e| p.fault(e))?;
    let document = match (row.document_id, row.series, row.year, row.sequence) {
        (Some(id), Some(series), Some(year), Some(sequence)) => {
            Some((DocumentId(id), format!("{series}-{year}-{sequence:06}")))
        }
        _ => None,
    };
    Ok(TransactionView {
        id,
        cause: row.dedup_key,
        kind: row.kind,
        at: zoned(row.at, zone),
        booking: booking(row.booking_id, row.reference),
        document,
        entries: lines.into_iter().map(|(account, amount)| (account, Cents(amount))).collect(),
    })
}

/// An amount as people type it: `1280`, `1280.5`, `1.280,50`.
fn amount(field: &str, text: &str) -> Result<Cents, ApiError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '€').collect();
    if text.is_empty() {
        return Err(ApiError::field(field, Problem::Missing));
    }
    let malformed = || ApiError::field(field, Problem::NotAnAmount);
    // The last separator with one or two digits after it is the decimal one.
    let (whole, cents) = match text.rfind([',', '.']) {
        Some(at) if text.len() - at <= 3 => (&text[..at], &text[at + 1..]),
        _ => (text.as_str(), ""),
    };
    let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',' | '\'')).collect();
    Cents::from_plain(&format!("{whole}.{cents:0<2}")).filter(|amount| amount.0 >= 0).ok_or_else(malformed)
}

/// Notes what the provider paid out to the bank account, and the fees that it kept; by its reference, once.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::Invalid`] by field; [`ApiError::MovedOn`] if the reference
/// was noted before.
pub async fn note_settlement(p: &Platform, actor: &AccountView, form: &SettlementForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let reference = form.reference.trim();
    if reference.is_empty() {
        return Err(ApiError::field("reference", Problem::Missing));
    }
    if reference.chars().count() > LONGEST {
        return Err(ApiError::field("reference", Problem::TooLong(LONGEST as u32)));
    }
    let received = amount("received", &form.received)?;
    let fees = if form.fees.trim().is_empty() { Cents::ZERO } else { amount("fees", &form.fees)? };
    if received + fees == Cents::ZERO {
        return Err(ApiError::field("received", Problem::Missing));
    }
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            if !rows::insert_settlement(exec, reference, (received.0, fees.0), actor.id.0, now).await? {
                return Err(ApiError::MovedOn.into());
            }
            ledger::post_settlement(exec, p, reference, received, fees).await?;
            let detail = format!("{} + {}", received.to_plain(), fees.to_plain());
            desk::log(exec, p.ids.uuid(), now, Some(actor.id), "settlement-noted", reference, &detail).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        for (text, cents) in [
            ("1280", 128_000),
            ("1280.5", 128_050),
            ("1.280,50", 128_050),
            ("1,280.50", 128_050),
            ("€ 1 280,50", 128_050),
            ("1.280", 128_000),
            ("0,07", 7),
        ] {
            assert_eq!(amount("x", text).unwrap(), Cents(cents), "{text}");
        }
        for text in ["", "x", "-5", "1.2.3x", "--"] {
            assert!(amount("x", text).is_err(), "{text}");
        }
    }
}
