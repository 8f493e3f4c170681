//! The ledger: double entry, so that the books can be checked against payments and documents at any time.
//!
//! | account | kind | holds |
//! |---|---|---|
//! | `provider_clearing` | asset | money the payment provider has received for us |
//! | `deposits` | liability | money received for orders that have no invoice yet (or none any more) |
//! | `client_receivable` | asset | what clients still owe on invoices |
//! | `revenue` | income | net amounts of clients' invoices |
//! | `vat_payable` | liability | VAT on clients' invoices |
//! | `cost_of_experts` | expense | net amounts of self-billed invoices |
//! | `vat_receivable` | asset | VAT on self-billed invoices |
//! | `expert_payable` | liability | what experts are owed |
//! | `payouts_in_transit` | liability | transfers to experts that the bank has not executed yet |
//! | `bank` | asset | the operator's bank account, as far as the platform knows it |
//! | `provider_fees` | expense | what the payment provider kept |
//!
//! Debits are positive, credits negative; a transaction sums to nought. What is posted when:
//!
//! | event | debit | credit |
//! |---|---|---|
//! | payment received, before the invoice | `provider_clearing` | `deposits` |
//! | payment received or card captured, after the invoice | `provider_clearing` | `client_receivable`, what is over `deposits` |
//! | refund handed to the provider | `deposits` | `provider_clearing` |
//! | refund that failed at the provider | `provider_clearing` | `deposits` |
//! | refund that failed or was refused, paid back another way | `deposits` | `bank` |
//! | refund that the client's bank took back by itself | `deposits` | `client_receivable` |
//! | invoice issued | `deposits` (what was paid), `client_receivable` (the rest) | `revenue`, `vat_payable` |
//! | credit note issued | `revenue`, `vat_payable` | `client_receivable` (what is still owed), `deposits` (the rest) |
//! | self-billed credit note issued | `expert_payable` | `cost_of_experts`, `vat_receivable` |
//! | self-billed invoice issued | `cost_of_experts`, `vat_receivable` | `expert_payable` |
//! | payout approved | `expert_payable` | `payouts_in_transit` |
//! | payout executed by the bank | `payouts_in_transit` | `bank` |
//! | payout bounced | `payouts_in_transit` (`bank`, once executed) | `expert_payable` |
//! | chargeback | `client_receivable` | `provider_clearing` |
//! | it is given again | `provider_clearing` | `client_receivable` (of a rental what is owed, the rest `deposits`) |
//! | set-off: what a client owes after a chargeback against what is theirs, or what lacks for a refund that is due | `deposits` or `client_receivable` | the other |
//! | the provider pays out to the bank | `bank`, `provider_fees` | `provider_clearing` |
//!
//! The database holds the books, too: it refuses to change or delete what was posted, and to commit a transaction that
//! does not sum to nought.
//!
//! An authorised card is a promise, not money: nothing is posted until it is captured. So a card order's invoice stands
//! wholly in `client_receivable` for the moments between acceptance and capture, and stays there, visible, if the
//! capture is refused. VAT that a foreign expert's supply shifts to the operator (`AE`) is on the VAT return only: it
//! is owed and deducted at once.

use crate::{
    db::{Exec, ledger as rows, payments as payment_rows},
    platform::Platform,
};
use gabarit_domain::{
    ids::{BookingId, PaymentId, PayoutId, RefundId},
    money::Cents,
};
use gabarit_view::error::ApiError;

/// An account of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// Money at the payment provider.
    ProviderClearing,
    /// Money received without an invoice.
    Deposits,
    /// Owed by clients.
    ClientReceivable,
    /// Net sales.
    Revenue,
    /// VAT on sales.
    VatPayable,
    /// VAT on self-billed invoices.
    VatReceivable,
    /// Net cost of experts.
    CostOfExperts,
    /// Owed to experts.
    ExpertPayable,
    /// Handed to the bank for experts.
    PayoutsInTransit,
    /// The operator's bank account.
    Bank,
    /// Kept by the payment provider.
    ProviderFees,
}

impl Account {
    /// The whole chart.
    pub const ALL: [Self; 11] = [
        Self::ProviderClearing,
        Self::Deposits,
        Self::ClientReceivable,
        Self::Revenue,
        Self::VatPayable,
        Self::VatReceivable,
        Self::CostOfExperts,
        Self::ExpertPayable,
        Self::PayoutsInTransit,
        Self::Bank,
        Self::ProviderFees,
    ];

    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProviderClearing => "provider_clearing",
            Self::Deposits => "deposits",
            Self::ClientReceivable => "client_receivable",
            Self::Revenue => "revenue",
            Self::VatPayable => "vat_payable",
            Self::VatReceivable => "vat_receivable",
            Self::CostOfExperts => "cost_of_experts",
            Self::ExpertPayable => "expert_payable",
            Self::PayoutsInTransit => "payouts_in_transit",
            Self::Bank => "bank",
            Self::ProviderFees => "provider_fees",
        }
    }

    /// Reads [`Account::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.code() == code)
    }
}

/// Posts a transaction; entries of nought are left out. One cause is posted once: a second time nothing happens.
///
/// # Errors
/// A fault if the entries do not sum to nought, or of the database.
pub async fn post(
    exec: &mut Exec<'_>,
    p: &Platform,
    dedup_key: &str,
    kind: &str,
    booking: Option<BookingId>,
    entries: &[(Account, Cents)],
) -> Result<(), ApiError> {
    let sum: Cents = entries.iter().map(|(_, amount)| *amount).sum();
    if sum != Cents::ZERO {
        return Err(p.fault(format_args!("ledger {kind} {dedup_key} does not balance: {}", sum.to_plain())));
    }
    let fault = |error: sqlx::Error| p.fault(error);
    if write(exec, p, dedup_key, kind, booking, entries).await.map_err(fault)?
        && let Some(booking) = booking
    {
        set_off(exec, p, booking).await.map_err(fault)?;
    }
    Ok(())
}

/// `false` if it was written before.
async fn write(
    exec: &mut Exec<'_>,
    p: &Platform,
    dedup_key: &str,
    kind: &str,
    booking: Option<BookingId>,
    entries: &[(Account, Cents)],
) -> sqlx::Result<bool> {
    let id = p.ids.uuid();
    if !rows::insert_transaction(exec, id, dedup_key, kind, booking, p.now()).await? {
        return Ok(false);
    }
    for (line, (account, amount)) in (1..).zip(entries.iter().filter(|(_, amount)| *amount != Cents::ZERO)) {
        rows::insert_entry(exec, id, line, account.code(), *amount).await?;
    }
    Ok(true)
}

/// Once a bank has taken money of a booking back, its client can owe us and have a deposit at the same time: one is set
/// off against the other, but for what is about to be refunded, which stays a deposit. Under the booking's lock, whenever
/// something was posted or a refund became due; where there is nothing to set off, nothing is posted.
///
/// # Errors
/// The database's.
pub(crate) async fn set_off(exec: &mut Exec<'_>, p: &Platform, booking: BookingId) -> sqlx::Result<()> {
    let Some(returning) = payment_rows::returning_after_chargeback(exec, booking).await? else { return Ok(()) };
    let deposits = -rows::balance_of_booking(exec, Account::Deposits.code(), booking).await?;
    let owed = rows::balance_of_booking(exec, Account::ClientReceivable.code(), booking).await?;
    let over = deposits - returning - owed;
    let more = over.max(Cents::ZERO) + returning - deposits;
    if more != Cents::ZERO {
        let entries = [(Account::ClientReceivable, more), (Account::Deposits, -more)];
        write(exec, p, &format!("set-off:{booking}:{}", p.ids.uuid()), "set-off", Some(booking), &entries).await?;
    }
    Ok(())
}

/// Money of a client's payment has arrived: for a booking without an invoice it is a deposit; otherwise it settles the
/// invoice, and what is over is a deposit. Money that is not `needed` goes back: it settles nothing.
///
/// # Errors
/// As [`post`].
pub async fn post_received(
    exec: &mut Exec<'_>,
    p: &Platform,
    payment: PaymentId,
    booking: BookingId,
    amount: Cents,
    needed: bool,
) -> Result<(), ApiError> {
    let owed = rows::balance_of_booking(exec, Account::ClientReceivable.code(), booking)
        .await
        .map_err(|e| p.fault(e))?
        .max(Cents::ZERO);
    let settles = if needed { amount.min(owed) } else { Cents::ZERO };
    post(
        exec,
        p,
        &format!("received:{payment}"),
        "payment-received",
        Some(booking),
        &[
            (Account::ProviderClearing, amount),
            (Account::ClientReceivable, -settles),
            (Account::Deposits, settles - amount),
        ],
    )
    .await
}

/// What becomes of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundEvent {
    /// This attempt is with the provider.
    Sent(u32),
    /// This attempt came back.
    Failed(u32),
    /// Paid from the operator's bank account.
    Elsewhere,
    /// Not sent at this attempt: the client's bank took the money back by itself.
    Taken(u32),
}

impl RefundEvent {
    /// The cause it is posted under once. `of` tells refunds of rentals from those of bookings.
    #[must_use]
    pub fn cause(self, of: &str, refund: RefundId) -> String {
        match self {
            Self::Sent(1) => format!("{of}refund:{refund}"),
            Self::Sent(attempt) => format!("{of}refund:{refund}:{attempt}"),
            Self::Failed(attempt) => format!("{of}refund-failed:{refund}:{attempt}"),
            Self::Elsewhere => format!("{of}refund-elsewhere:{refund}"),
            Self::Taken(attempt) => format!("{of}refund-taken:{refund}:{attempt}"),
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Sent(_) => "refund-sent",
            Self::Failed(_) => "refund-failed",
            Self::Elsewhere => "refund-elsewhere",
            Self::Taken(_) => "refund-taken",
        }
    }
}

/// What refunds of rentals are told from those of bookings by, in the causes of the ledger.
pub const RENTAL: &str = "rental-";

/// What became of a refund: of a booking, or (`None`) of licences rented alone.
///
/// # Errors
/// As [`post`].
pub async fn post_refund(
    exec: &mut Exec<'_>,
    p: &Platform,
    refund: RefundId,
    event: RefundEvent,
    booking: Option<BookingId>,
    amount: Cents,
) -> Result<(), ApiError> {
    let entries = match event {
        RefundEvent::Sent(_) => [(Account::Deposits, amount), (Account::ProviderClearing, -amount)],
        RefundEvent::Failed(_) => [(Account::ProviderClearing, amount), (Account::Deposits, -amount)],
        RefundEvent::Elsewhere => [(Account::Deposits, amount), (Account::Bank, -amount)],
        RefundEvent::Taken(_) => [(Account::Deposits, amount), (Account::ClientReceivable, -amount)],
    };
    let of = if booking.is_some() { "" } else { RENTAL };
    post(exec, p, &event.cause(of, refund), &format!("{of}{}", event.kind()), booking, &entries).await
}

/// The client's invoice is issued: what was paid is a deposit no longer; the rest is owed.
///
/// # Errors
/// As [`post`].
pub async fn post_invoice(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    net: Cents,
    vat: Cents,
    prepaid: Cents,
) -> Result<(), ApiError> {
    post(
        exec,
        p,
        &format!("invoice:{booking}"),
        "invoice-issued",
        Some(booking),
        &[
            (Account::Deposits, prepaid),
            (Account::ClientReceivable, net + vat - prepaid),
            (Account::Revenue, -net),
            (Account::VatPayable, -vat),
        ],
    )
    .await
}

/// [`post_invoice`] of a booking that was changed: under its revision.
///
/// # Errors
/// As [`post`].
pub async fn post_invoice_for(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    cause: &str,
    net: Cents,
    vat: Cents,
    prepaid: Cents,
) -> Result<(), ApiError> {
    post(
        exec,
        p,
        cause,
        "invoice-issued",
        Some(booking),
        &[
            (Account::Deposits, prepaid),
            (Account::ClientReceivable, net + vat - prepaid),
            (Account::Revenue, -net),
            (Account::VatPayable, -vat),
        ],
    )
    .await
}

/// A client's credit note is issued: what was not paid yet is owed no more; the rest is the client's again.
///
/// # Errors
/// As [`post`].
pub async fn post_credit_note(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    cause: &str,
    net: Cents,
    vat: Cents,
) -> Result<(), ApiError> {
    let owed = rows::balance_of_booking(exec, Account::ClientReceivable.code(), booking)
        .await
        .map_err(|e| p.fault(e))?
        .clamp(Cents::ZERO, net + vat);
    post(
        exec,
        p,
        cause,
        "credit-note-issued",
        Some(booking),
        &[
            (Account::Revenue, net),
            (Account::VatPayable, vat),
            (Account::ClientReceivable, -owed),
            (Account::Deposits, owed - net - vat),
        ],
    )
    .await
}

/// A corrected self-billed invoice is issued or, with negative amounts, a self-billed credit note.
///
/// # Errors
/// As [`post`].
pub async fn post_self_billed_for(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    cause: &str,
    kind: &str,
    net: Cents,
    vat: Cents,
) -> Result<(), ApiError> {
    post(
        exec,
        p,
        cause,
        kind,
        Some(booking),
        &[(Account::CostOfExperts, net), (Account::VatReceivable, vat), (Account::ExpertPayable, -(net + vat))],
    )
    .await
}

/// The expert's self-billed invoice is issued.
///
/// # Errors
/// As [`post`].
pub async fn post_self_billed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    net: Cents,
    vat: Cents,
) -> Result<(), ApiError> {
    post(
        exec,
        p,
        &format!("self-billed:{booking}"),
        "self-billed-issued",
        Some(booking),
        &[(Account::CostOfExperts, net), (Account::VatReceivable, vat), (Account::ExpertPayable, -(net + vat))],
    )
    .await
}

/// A payout is approved: it is the bank's to execute.
///
/// # Errors
/// As [`post`].
pub async fn post_payout_sent(
    exec: &mut Exec<'_>,
    p: &Platform,
    payout: PayoutId,
    booking: BookingId,
    amount: Cents,
) -> Result<(), ApiError> {
    let entries = [(Account::ExpertPayable, amount), (Account::PayoutsInTransit, -amount)];
    post(exec, p, &format!("payout-sent:{payout}"), "payout-sent", Some(booking), &entries).await
}

/// The bank has executed a payout.
///
/// # Errors
/// As [`post`].
pub async fn post_payout_executed(
    exec: &mut Exec<'_>,
    p: &Platform,
    payout: PayoutId,
    booking: BookingId,
    amount: Cents,
) -> Result<(), ApiError> {
    let entries = [(Account::PayoutsInTransit, amount), (Account::Bank, -amount)];
    post(exec, p, &format!("payout-executed:{payout}"), "payout-executed", Some(booking), &entries).await
}

/// A payout came back, before or after the bank had executed it: the expert is owed it again.
///
/// # Errors
/// As [`post`].
pub async fn post_payout_bounced(
    exec: &mut Exec<'_>,
    p: &Platform,
    payout: PayoutId,
    booking: BookingId,
    amount: Cents,
    executed: bool,
) -> Result<(), ApiError> {
    let from = if executed { Account::Bank } else { Account::PayoutsInTransit };
    let entries = [(from, amount), (Account::ExpertPayable, -amount)];
    post(exec, p, &format!("payout-bounced:{payout}"), "payout-bounced", Some(booking), &entries).await
}

/// A client's bank took a payment back, so that it is owed once more, or, `reversed`, gave it again. What is a deposit is
/// set off against it ([`set_off`]).
///
/// # Errors
/// As [`post`].
pub async fn post_chargeback(
    exec: &mut Exec<'_>,
    p: &Platform,
    reference: &str,
    booking: BookingId,
    amount: Cents,
    reversed: bool,
) -> Result<(), ApiError> {
    let (kind, amount) = if reversed { ("chargeback-reversed", -amount) } else { ("chargeback", amount) };
    let entries = [(Account::ClientReceivable, amount), (Account::ProviderClearing, -amount)];
    post(exec, p, &format!("{kind}:{reference}"), kind, Some(booking), &entries).await
}

/// A client's bank took a payment of a rental back: what is kept is owed once more.
///
/// # Errors
/// As [`post`].
pub async fn post_rental_chargeback(
    exec: &mut Exec<'_>,
    p: &Platform,
    reference: &str,
    amount: Cents,
) -> Result<(), ApiError> {
    let entries = [(Account::ClientReceivable, amount), (Account::ProviderClearing, -amount)];
    post(exec, p, &format!("rental-chargeback:{reference}"), "rental-chargeback", None, &entries).await
}

/// It was given again: `owed` of it pays what was owed, the rest is nobody's but the client's.
///
/// # Errors
/// As [`post`].
pub async fn post_rental_chargeback_reversed(
    exec: &mut Exec<'_>,
    p: &Platform,
    reference: &str,
    amount: Cents,
    owed: Cents,
) -> Result<(), ApiError> {
    let entries =
        [(Account::ProviderClearing, amount), (Account::ClientReceivable, -owed), (Account::Deposits, owed - amount)];
    let key = format!("rental-chargeback-reversed:{reference}");
    post(exec, p, &key, "rental-chargeback-reversed", None, &entries).await
}

/// The provider has paid money out to the operator's bank account, less its fees.
///
/// # Errors
/// As [`post`].
pub async fn post_settlement(
    exec: &mut Exec<'_>,
    p: &Platform,
    reference: &str,
    received: Cents,
    fees: Cents,
) -> Result<(), ApiError> {
    let entries =
        [(Account::Bank, received), (Account::ProviderFees, fees), (Account::ProviderClearing, -(received + fees))];
    post(exec, p, &format!("settlement:{reference}"), "settlement", None, &entries).await
}
