//! The money desk: payouts, the ledger, and what fails.

use chrono::NaiveDate;
use gabarit_domain::{
    ids::{BookingId, DocumentId, PayoutBatchId, PayoutId},
    money::Cents,
    payout::{Claim, Urgency},
};
use gabarit_i18n::{Locale, books, fmt::ZonedTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a transaction of the ledger notes, by its code; of rentals as of bookings. Empty for a code that is none.
#[must_use]
pub fn ledger_kind(locale: Locale, code: &str) -> &'static str {
    match code.strip_prefix("rental-").unwrap_or(code) {
        "payment-received" => books::kind_payment_received(locale),
        "refund-sent" => books::kind_refund_sent(locale),
        "refund-failed" => books::kind_refund_failed(locale),
        "refund-elsewhere" => books::kind_refund_elsewhere(locale),
        "refund-taken" => books::kind_refund_taken(locale),
        "invoice-issued" => books::kind_invoice_issued(locale),
        "credit-note-issued" => books::kind_credit_note_issued(locale),
        "self-billed-issued" => books::kind_self_billed_issued(locale),
        "self-billed-credited" => books::kind_self_billed_credited(locale),
        "payout-sent" => books::kind_payout_sent(locale),
        "payout-executed" => books::kind_payout_executed(locale),
        "payout-bounced" => books::kind_payout_bounced(locale),
        "chargeback" => books::kind_chargeback(locale),
        "chargeback-reversed" => books::kind_chargeback_reversed(locale),
        "set-off" => books::kind_set_off(locale),
        "settlement" => books::kind_settlement(locale),
        _ => "",
    }
}

/// Why an invoice cannot be put into a batch now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", content = "until", rename_all = "kebab-case")]
pub enum Obstacle {
    /// The expert has given no bank account.
    NoAccount,
    /// The bank account is new: it is used from this instant on.
    AccountWaits(ZonedTime),
    /// The expert may still contest the invoice, until this day.
    Contestable(NaiveDate),
    /// All of it is in a batch already.
    UnderWay,
    /// What is left of it is disputed.
    Disputed,
    /// A credit note made it less than what was paid.
    Overpaid,
}

/// A self-billed invoice on the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayableView {
    /// The invoice.
    pub document: DocumentId,
    /// Its number.
    pub number: String,
    /// Its booking.
    pub booking: BookingId,
    /// The booking's short reference.
    pub reference: String,
    /// Whose it is.
    pub expert: String,
    /// What became of its amount.
    pub claim: Claim,
    /// What can be paid now.
    pub open: Cents,
    /// What a dispute keeps back.
    pub withheld: Cents,
    /// The last day for paying it.
    pub due_on: NaiveDate,
    /// How it stands against that day.
    pub urgency: Urgency,
    /// The account, as people may see it.
    pub account: Option<String>,
    /// Why it cannot be paid now.
    pub obstacle: Option<Obstacle>,
}

/// A batch in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchView {
    /// Its id.
    pub id: PayoutBatchId,
    /// The message's id at the bank.
    pub reference: String,
    /// Code of its state.
    pub state: String,
    /// When the bank shall execute it.
    pub execute_on: NaiveDate,
    /// Who put it together.
    pub prepared_by: String,
    /// When.
    pub prepared_at: ZonedTime,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<ZonedTime>,
    /// How many payouts.
    pub count: u32,
    /// Their sum.
    pub sum: Cents,
}

/// What managers find at the payouts desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDesk {
    /// Invoices that are not settled, the most urgent first.
    pub payables: Vec<PayableView>,
    /// The newest batches.
    pub batches: Vec<BatchView>,
    /// The next day on which a bank executes transfers.
    pub next_banking_day: NaiveDate,
    /// Key for one new batch: a double click makes one.
    pub key: Uuid,
    /// Whether a batch needs a second manager.
    pub four_eyes: bool,
}

/// A payout in its batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutView {
    /// Its id.
    pub id: PayoutId,
    /// For which invoice.
    pub document: DocumentId,
    /// The invoice's number.
    pub number: String,
    /// Its booking.
    pub booking: BookingId,
    /// The booking's short reference.
    pub reference: String,
    /// Holder of the account.
    pub creditor: String,
    /// The account, as people may see it.
    pub account: String,
    /// How much.
    pub amount: Cents,
    /// Code of its state.
    pub state: String,
    /// Why it came back.
    pub bounce_reason: Option<String>,
    /// Executed on the batch's day, it is late.
    pub late: bool,
}

/// Why somebody cannot approve a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotApprover {
    /// They prepared it, and four eyes are wanted.
    PreparedIt,
    /// They entered one of its bank accounts.
    EnteredAccount,
    /// They are paid by it.
    IsPaid,
}

/// A batch with its payouts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchDetail {
    /// The batch.
    pub batch: BatchView,
    /// Its payouts.
    pub payouts: Vec<PayoutView>,
    /// Why its reader cannot approve it, if they cannot.
    pub not_approver: Option<NotApprover>,
}

/// The form that prepares a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareForm {
    /// Its key.
    #[serde(default)]
    pub key: String,
    /// Ids of invoices, separated by commas.
    #[serde(default)]
    pub documents: Vec<String>,
    /// When the bank shall execute it.
    #[serde(default)]
    pub execute_on: String,
}

/// An account of the ledger with its sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    /// Its code.
    pub account: String,
    /// Sum of debits in the period.
    pub debit: Cents,
    /// Sum of credits in the period, positive.
    pub credit: Cents,
    /// Balance at the period's end; debits are positive.
    pub balance: Cents,
}

/// The trial balance of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    /// Its first day.
    pub from: Option<NaiveDate>,
    /// Its last day.
    pub to: Option<NaiveDate>,
    /// Every account of the chart.
    pub accounts: Vec<AccountBalance>,
    /// Of the period: debits.
    pub debit: Cents,
    /// Of the period: credits. Equal to the debits, or the books are wrong.
    pub credit: Cents,
}

/// An entry on an account's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// Its transaction.
    pub transaction: Uuid,
    /// When it was posted.
    pub at: ZonedTime,
    /// What happened.
    pub kind: String,
    /// Of which booking.
    pub booking: Option<(BookingId, String)>,
    /// Debits are positive.
    pub amount: Cents,
    /// Balance after it, within the period and what was before.
    pub balance: Cents,
}

/// A page of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPage {
    /// Its code.
    pub account: String,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Balance before the period.
    pub before: Cents,
    /// Balance at the period's end.
    pub after: Cents,
    /// Entries of this page, oldest first.
    pub entries: Vec<EntryView>,
    /// Number of this page, from 1.
    pub page: u32,
    /// Number of pages.
    pub pages: u32,
    /// Number of entries in the period.
    pub count: u32,
}

/// A transaction of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionView {
    /// Its id.
    pub id: Uuid,
    /// What caused it; it is posted once.
    pub cause: String,
    /// What happened.
    pub kind: String,
    /// When.
    pub at: ZonedTime,
    /// Of which booking.
    pub booking: Option<(BookingId, String)>,
    /// The document that was posted, with its number.
    pub document: Option<(DocumentId, String)>,
    /// Account and amount; debits are positive.
    pub entries: Vec<(String, Cents)>,
}

/// The form that notes a settlement of the payment provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementForm {
    /// The provider's reference of it.
    #[serde(default)]
    pub reference: String,
    /// What arrived on the bank account.
    #[serde(default)]
    pub received: String,
    /// What the provider kept.
    #[serde(default)]
    pub fees: String,
}

/// Why something failed, in a word; internals stay in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// An outside service did not answer, or refused.
    Outside,
    /// An outside service does not accept the platform's key.
    Denied,
    /// It took too long.
    TooSlow,
    /// What it is about is not there.
    Gone,
    /// A fault of the platform's own.
    Fault,
}

/// A job that is due, late or failing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    /// Code of its kind.
    pub kind: String,
    /// What it does, in the reader's language.
    #[serde(default)]
    pub name: String,
    /// What it is about.
    pub subject: Uuid,
    /// When it is to be done.
    pub due_at: ZonedTime,
    /// Attempts since it was ordered.
    pub attempts: u32,
    /// Whether it is late, rather than merely due or put off.
    pub late: bool,
    /// Whether a worker has it right now.
    pub running: bool,
    /// Why the last attempt failed.
    pub error: Option<ErrorClass>,
}

/// A mail that could not be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailView {
    /// Its id.
    pub id: Uuid,
    /// To whom, with the name before the @ shortened.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub created_at: ZonedTime,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is tried again; never, once given up.
    pub next_attempt_at: Option<ZonedTime>,
}

/// Kinds of payments that need somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// A refund that the provider had taken, and that came back.
    RefundFailed,
    /// A refund that the provider refuses.
    RefundRefused,
    /// A refund that has not been handed to the provider for an hour.
    RefundLate,
    /// A card that could not be captured.
    NotCaptured,
    /// The client's bank took the money back.
    ChargedBack,
}

/// A payment that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleView {
    /// What about it.
    pub trouble: Trouble,
    /// The refund or payment.
    pub subject: Uuid,
    /// Its booking, or its order for licences.
    pub booking: BookingId,
    /// The booking's or order's short reference.
    pub reference: String,
    /// How much.
    pub amount: Cents,
    /// Since when.
    pub since: ZonedTime,
}

/// Something a manager did at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskAction {
    /// When.
    pub at: ZonedTime,
    /// Who; nobody for what a clock did.
    pub actor: Option<String>,
    /// Code of what.
    pub action: String,
    /// What, in the reader's language.
    #[serde(default)]
    pub what: String,
    /// To what.
    pub subject: String,
    /// More of it.
    pub detail: String,
}

/// What runs, and what does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    /// Jobs that are due, late, failing or in a worker's hands.
    pub jobs: Vec<JobView>,
    /// How many jobs wait for their time.
    pub waiting: u32,
    /// Mails that could not be sent.
    pub mails: Vec<MailView>,
    /// Payments that need somebody.
    pub troubles: Vec<TroubleView>,
    /// What managers did last.
    pub log: Vec<DeskAction>,
}

/// What is retried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryForm {
    /// `job`, `mail`, `refund` or `capture`; `elsewhere`: a refund that came back or is refused was paid another way.
    #[serde(default)]
    pub what: String,
    /// A job's kind.
    #[serde(default)]
    pub kind: String,
    /// Its subject's id.
    #[serde(default)]
    pub subject: String,
    /// Paid another way: the reference of that transfer.
    #[serde(default)]
    pub how: String,
}
