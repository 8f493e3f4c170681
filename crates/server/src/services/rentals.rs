//! Licences and workstations rented without an expert (S7–S9): what there is, orders, and every move of their lives.
//!
//! An order takes units of the stock for its term (`services::stock`), which bookings take theirs from, too. It is paid as bookings are (S17,
//! S18): at once, by a transfer that arrives before it is due, or by a card that is authorised after the credit check and
//! captured when it is handed out, or five days later at the latest. The invoice is issued when the money is there. A rental
//! that has not begun goes back in full. One whose money a bank took back is not handed out until that is settled.

mod chargebacks;
mod form;
mod notices;
mod payment;
mod refunds;
mod views;

pub use payment::{capture, checkout, drop_payment, lapse, sync, sync_payment};
pub use refunds::{send_refund, watch_refund};
pub use views::{desk, own, setup, view};

pub(crate) use refunds::paid_elsewhere;

use crate::{
    clock::start_of_day,
    credit::Question,
    db::{
        Exec, bookings as booking_rows,
        payments::{Refund, RefundState, Refunds},
        rentals::{self as rows, Rental, RentalPayment},
        stock as stock_rows,
    },
    jobs::{self, JobKind},
    payments::ProviderState,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, standing},
        documents::{self, CreditInput, InvoiceInput, Issued},
        fields::Fields,
        ledger::{self, Account},
        rulebooks, stock,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use form::Draft;
use gabarit_domain::{
    booking::PaymentMethod,
    calendar::DaySet,
    credit::{CreditRefusal, check},
    ids::{AccountId, BookingId, PaymentId, RefundId},
    invoice::{DeliverTo, Document, DocumentKind},
    money::Cents,
    pricing::PricingContext,
    rental::{REFERENCE_PREFIX, RentalOrder, RentalRefusal, RentalState, client_may_cancel, quote},
    stock::Rentable,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    rental::{RentalForm, RentalMoveForm, StockForm},
};
use uuid::Uuid;

/// The most units of a thing in stock.
const MOST_UNITS: u32 = 1_000;

/// An order that was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Which.
    pub id: Uuid,
    /// The provider's page.
    pub checkout_url: String,
}

/// The prefix, and six characters that are hard to take for one another when read aloud.
fn reference(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let letters: String = random.iter().take(6).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    format!("{REFERENCE_PREFIX}{letters}")
}

/// Why an order cannot be quoted, said by the field that has to change.
fn refused(refusals: Vec<RentalRefusal>) -> ApiError {
    let mut fields = Fields::default();
    for refusal in refusals {
        match refusal {
            RentalRefusal::TooSoon { .. } | RentalRefusal::TooFarAhead { .. } => fields.add("first", Problem::Unknown),
            RentalRefusal::EndsBeforeStart => fields.add("last", Problem::Unknown),
            RentalRefusal::TooLong { most } => fields.add("last", Problem::TooMany(most)),
            RentalRefusal::Nothing => fields.add("seats", Problem::Missing),
            RentalRefusal::TooMany { most, .. } => fields.add("seats", Problem::TooMany(most)),
            RentalRefusal::NotRented { .. } => fields.add("seats", Problem::Unknown),
        }
    }
    fields.done().err().unwrap_or(ApiError::Transport)
}

/// Places an order: reserves units and makes a payment at the provider. The same form sent twice is one order: until that is
/// paid, the second time corrects where it is sent and who is invoiced.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct, `seats` with what is left of the stock; [`ApiError::PriceChanged`]
/// if it is not the price that was seen; [`ApiError::TooManyHolds`]; [`ApiError::MovedOn`] if the form ordered something
/// else before, to be paid in another way, or if that is paid or over; [`ApiError::Unavailable`] if the provider does not
/// answer: the units stay reserved, and the same form tries again.
pub async fn place(p: &Platform, client: &AccountView, form: &RentalForm, locale: Locale) -> Result<Placed, ApiError> {
    let key: Uuid = form.key.trim().parse().map_err(|_| ApiError::field("key", Problem::Malformed))?;
    let draft = form::read(p, form, key).await?;
    let context = rulebooks::pricing_context(p).await?;
    let known = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        rows::by_key(&mut conn.exec(), key).await.map_err(|error| p.fault(error))?
    };
    if known.is_none() {
        second_opinion(p, client, &draft, &context).await?;
        stock::end_overdue(p).await?;
    }
    let id = attempt(p, || Box::pin(reserve(p, client, &draft, &context, locale))).await?;
    jobs::wake(p);
    Ok(Placed { id, checkout_url: checkout(p, client, id).await? })
}

/// Whether a form still says what the order is that it made. What the register says of a number may have changed since;
/// that it is another number, and so another VAT, is another order.
fn same(rental: &Rental, draft: &Draft) -> bool {
    let (order, now) = (&rental.order, &draft.order);
    let customer = |order: &RentalOrder| (order.customer.country, order.customer.vat_number.clone());
    rental.quote.fingerprint() == draft.seen
        && order.term == now.term
        && order.seats == now.seats
        && customer(order) == customer(now)
}

/// The form came again, for the order that it made: while that is reserved, where it is sent and who is invoiced are as the
/// form says now. What is ordered, and how it is paid, is not: that would be another order.
async fn again(exec: &mut Exec<'_>, client: &AccountView, draft: &Draft, id: Uuid) -> Result<Uuid, Failure> {
    // Locked: while it is paid, its invoice takes what stands there.
    let rental = rows::get_locked(exec, id).await?.ok_or(ApiError::NotFound)?;
    if rental.client != client.id {
        return Err(ApiError::Forbidden.into());
    }
    let method = rows::payments(exec, id).await?.pop().map(|payment| payment.method);
    if !same(&rental, draft) || method != Some(draft.method) {
        return Err(ApiError::MovedOn.into());
    }
    let corrected = Rental {
        buyer: draft.buyer.clone(),
        order_number: draft.order_number.clone(),
        delivery: draft.delivery.clone(),
        ..rental.clone()
    };
    if matches!(rental.state, RentalState::Reserved { .. }) && corrected != rental {
        rows::correct(exec, &corrected).await?;
        booking_rows::remember_client(exec, client.id, &draft.profile).await?;
        tracing::info!(reference = %rental.reference, "rental corrected by its form");
    }
    Ok(id)
}

/// Asks the credit bureau, if there is one, before units are held: only of an order that the books would let pass, at the
/// price that was seen (S18).
async fn second_opinion(
    p: &Platform,
    client: &AccountView,
    draft: &Draft,
    context: &PricingContext,
) -> Result<(), ApiError> {
    let quote = quote(context, &draft.order).ok().filter(|quote| quote.fingerprint() == draft.seen);
    let Some(quote) = quote.filter(|_| draft.method.is_deferred()) else { return Ok(()) };
    let standing = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        standing(&mut conn.exec(), client.id, &context.rulebook, p.now()).await.map_err(|failure| match failure {
            Failure::Answer(error) => error,
            Failure::Database(error) => p.fault(error),
        })?
    };
    if check(&context.rulebook.credit, standing, quote.total).is_err() {
        return Ok(());
    }
    let question = Question { buyer: &draft.buyer.party, standing, amount: quote.total };
    p.credit.check(&question).await.map_err(|reason| ApiError::CreditRefused { reason, stash: None })
}

/// Ends reservations whose time is over and whose job has not run yet; whoever paid in the last moment keeps theirs.
pub(crate) async fn end_overdue(p: &Platform, most: usize) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let overdue = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        rows::overdue(&mut conn.exec(), p.now()).await.map_err(fault)?
    };
    for rental in overdue.into_iter().take(most) {
        if let Err(error) = lapse(p, rental.id).await {
            tracing::warn!(%error, rental = %rental.id, "reservation not ended");
        }
    }
    Ok(())
}

async fn reserve(
    p: &Platform,
    client: &AccountView,
    draft: &Draft,
    context: &PricingContext,
    locale: Locale,
) -> Result<Uuid, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    booking_rows::lock_account(exec, client.id).await?;
    if let Some(rental) = rows::by_key(exec, draft.key).await? {
        let id = again(exec, client, draft, rental.id).await?;
        tx.commit().await?;
        return Ok(id);
    }
    let quote = quote(context, &draft.order).map_err(refused)?;
    if quote.fingerprint() != draft.seen {
        return Err(ApiError::PriceChanged { quote: (&quote).into(), stash: None }.into());
    }
    let holds = rows::running(exec, client.id, now).await?;
    if holds >= i64::from(context.rulebook.booking.max_unpaid_holds) {
        return Err(ApiError::TooManyHolds.into());
    }
    if quote.total > draft.method.limit() {
        let limit = draft.method.limit();
        return Err(if draft.method.is_deferred() {
            ApiError::CreditRefused { reason: CreditRefusal::MethodLimit { limit }, stash: None }
        } else {
            ApiError::field("method", Problem::MethodLimit(limit))
        }
        .into());
    }
    let term = draft.order.term;
    let due = PaymentMethod::transfer_due(&context.rulebook.booking, context.today, term.first);
    if draft.method.is_slow() && due.is_none() {
        return Err(ApiError::field("method", Problem::TooLateForTransfer).into());
    }
    if draft.method.is_deferred() {
        let standing = standing(exec, client.id, &context.rulebook, now).await?;
        check(&context.rulebook.credit, standing, quote.total)
            .map_err(|reason| ApiError::CreditRefused { reason, stash: None })?;
    }
    let starts_at = start_of_day(term.first, p.config.zone);
    let rental = Rental {
        id: p.ids.uuid(),
        reference: reference(&p.ids.secret()),
        key: draft.key,
        client: client.id,
        state: match due {
            // Until the day is over on which the transfer is due (S17).
            Some(due) if draft.method.is_slow() => {
                RentalState::reserve_until(start_of_day(due.succ_opt().unwrap_or(due), p.config.zone), starts_at)
            }
            _ => RentalState::reserve(now, context.rulebook.booking.hold_minutes, starts_at),
        },
        version: 1,
        order: draft.order.clone(),
        rulebook: quote.rulebook,
        total: quote.total,
        quote,
        buyer: draft.buyer.clone(),
        order_number: draft.order_number.clone(),
        delivery: draft.delivery.clone(),
        locale,
        created_at: now,
    };
    // A reservation whose time is over must not stand in the way because its job has not run yet.
    for overdue in rows::overdue(exec, now).await? {
        match lapse_in(exec, p, overdue, now).await {
            // Somebody else ended it, or it was paid, in this very moment.
            Ok(()) | Err(Failure::Answer(ApiError::MovedOn)) => {}
            Err(failure) => return Err(failure),
        }
    }
    let (chosen, short) = stock::choose(exec, p, &draft.order).await?;
    let mut fields = Fields::default();
    for (_, left) in short {
        fields.add("seats", Problem::TooMany(left));
    }
    fields.done()?;
    rows::insert(exec, &rental).await?;
    stock::take(exec, rental.id, rental.term(), &chosen).await?;
    rows::log(exec, rental.id, now, Some(client.id), (None, rental.state.code()), "placed").await?;
    booking_rows::remember_client(exec, client.id, &draft.profile).await?;
    let payment = RentalPayment {
        id: PaymentId(p.ids.uuid()),
        rental: rental.id,
        method: draft.method,
        amount: rental.total,
        state: ProviderState::Open,
        provider_ref: None,
        checkout_url: None,
        created_at: now,
    };
    rows::insert_payment(exec, &payment).await?;
    jobs::schedule(exec, JobKind::LapseRental, rental.id, rental.state.clock().unwrap_or(now)).await?;
    tx.commit().await?;
    Ok(rental.id)
}

/// Stores a move with its log entry.
async fn store_move(
    exec: &mut Exec<'_>,
    rental: &mut Rental,
    to: RentalState,
    actor: Option<AccountId>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let from = rental.state;
    rental.state = to;
    if !rows::store_move(exec, rental, now).await? {
        return Err(ApiError::MovedOn.into());
    }
    rental.version += 1;
    rows::log(exec, rental.id, now, actor, (Some(from.code()), to.code()), reason).await?;
    if from.holds_units() && !to.holds_units() {
        stock_rows::free(exec, rental.id, rental.term().first).await?;
    }
    Ok(())
}

/// Lets a reservation go whose time is over.
async fn lapse_in(exec: &mut Exec<'_>, p: &Platform, mut rental: Rental, now: DateTime<Utc>) -> Result<(), Failure> {
    let Ok(lapsed) = rental.state.lapse(now) else { return Ok(()) };
    store_move(exec, &mut rental, lapsed, None, "not paid in time", now).await?;
    notices::lapsed(exec, p, &rental).await?;
    Ok(())
}

/// The invoice of an order, if it has one.
async fn invoice(exec: &mut Exec<'_>, p: &Platform, rental: Uuid) -> Result<Option<Document>, Failure> {
    for row in rows::documents(exec, rental).await? {
        let document = documents::read(p, &row)?;
        if document.number.kind == DocumentKind::Invoice {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

/// Issues the invoice of an order that is paid, and posts it.
async fn issue_invoice(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    method: PaymentMethod,
) -> Result<Issued, Failure> {
    let term = rental.term();
    let rules = rulebooks::version_in(exec, p, rental.rulebook)
        .await?
        .ok_or_else(|| p.fault(format_args!("rulebook of rental {}", rental.id)))?;
    let input = InvoiceInput {
        booking: BookingId(rental.id),
        reference: rental.reference.clone(),
        quote: rental.quote.clone(),
        buyer: rental.buyer.party.clone(),
        expert_name: String::new(),
        days: DaySet::new(term.iter()).map_err(|error| p.fault(error))?,
        order_number: rental.order_number.clone(),
        locale: rental.locale,
        prepaid: rental.total,
        paid_by: Some(method),
        payment_terms_days: rules.booking.payment_terms_days,
        deliver_to: rental.delivery.as_ref().map(DeliverTo::from),
    };
    let cause = format!("rental-invoice:{}", rental.id);
    let issued = documents::issue_invoice_for(exec, p, &input, &cause).await?;
    let vat = issued.document.vat;
    let entries = [
        (Account::Deposits, issued.document.prepaid),
        (Account::Revenue, -vat.taxable),
        (Account::VatPayable, -vat.tax),
    ];
    ledger::post(exec, p, &cause, "rental-invoice-issued", None, &entries).await?;
    Ok(issued)
}

/// Gives everything back: a credit note over the whole invoice, and a refund of what was paid.
async fn give_back(exec: &mut Exec<'_>, p: &Platform, rental: &Rental, reason: &str) -> Result<(), Failure> {
    if let Some(invoice) = invoice(exec, p, rental.id).await? {
        let cause = format!("rental-credit:{}", rental.id);
        let input = CreditInput {
            booking: BookingId(rental.id),
            cause: &cause,
            corrects: &invoice,
            days: None,
            amounts: (invoice.lines.clone(), invoice.vat, invoice.total),
        };
        let note = documents::issue_credit_note(exec, p, &input).await?.document;
        // What banks took back of the payments that are given back here is owed no more, and not given back twice.
        let taken = chargebacks::unreturned(exec, rental.id).await?.min(note.total);
        let entries = [
            (Account::Revenue, note.vat.taxable),
            (Account::VatPayable, note.vat.tax),
            (Account::ClientReceivable, -taken),
            (Account::Deposits, taken - note.total),
        ];
        ledger::post(exec, p, &cause, "rental-credit-note-issued", None, &entries).await?;
    }
    for payment in rows::payments(exec, rental.id).await? {
        unwanted(exec, p, &payment, reason).await?;
    }
    Ok(())
}

/// Gives a payment back, once, whatever it has come to: refunds what is here, lets go what was promised, closes what is
/// open.
async fn unwanted(exec: &mut Exec<'_>, p: &Platform, payment: &RentalPayment, reason: &str) -> Result<(), Failure> {
    let now = p.now();
    match payment.state {
        ProviderState::Paid => {
            let left = payment.amount - chargebacks::of_payment(exec, payment.id).await?;
            refund(exec, p, payment, left, reason, &format!("payment:{}", payment.id)).await?;
        }
        ProviderState::Authorized => {
            // For us the promise ends here; should the money come nevertheless, it is news, and goes back.
            rows::store_payment(exec, payment.id, ProviderState::Canceled, Cents::ZERO, now).await?;
            jobs::cancel(exec, JobKind::CaptureRental, payment.id.0).await?;
            jobs::schedule(exec, JobKind::DropRentalPayment, payment.id.0, now).await?;
        }
        ProviderState::Open | ProviderState::Pending if payment.provider_ref.is_some() => {
            jobs::schedule(exec, JobKind::DropRentalPayment, payment.id.0, now).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Orders a refund of a payment, once for a cause, if there is anything to give back.
async fn refund(
    exec: &mut Exec<'_>,
    p: &Platform,
    payment: &RentalPayment,
    amount: Cents,
    reason: &str,
    cause: &str,
) -> Result<(), Failure> {
    let (id, now) = (RefundId(p.ids.uuid()), p.now());
    let refund = Refund {
        id,
        payment: payment.id,
        amount,
        state: RefundState::Due,
        attempt: 1,
        provider_ref: None,
        reason: reason.to_owned(),
        created_at: now,
        updated_at: now,
    };
    if amount > Cents::ZERO && Refunds::OfRentals.insert(exec, &refund, cause).await? {
        jobs::schedule(exec, JobKind::SendRentalRefund, id.0, now).await?;
    }
    Ok(())
}

/// Does what a form about an order says: the client or a manager cancels, a manager hands out and takes back.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers, [`ApiError::Forbidden`] for the wrong side, [`ApiError::MovedOn`] where it
/// cannot be (any more).
pub async fn act(p: &Platform, actor: &AccountView, form: &RentalMoveForm) -> Result<(), ApiError> {
    let id: Uuid = form.id.parse().map_err(|_| ApiError::NotFound)?;
    if form.act == "hand-out" && actor.is_manager {
        chargebacks::none_open(p, id).await?;
        payment::capture_to_hand_out(p, id).await?;
    }
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut rental = rows::get_locked(exec, id).await?.ok_or(ApiError::NotFound)?;
            let is_client = rental.client == actor.id;
            if !is_client && !actor.is_manager {
                return Err(ApiError::NotFound.into());
            }
            let moved_on = |_| ApiError::MovedOn;
            match form.act.as_str() {
                "cancel" => {
                    // Managers, too, are but clients of what they rented themselves.
                    let as_client = is_client || !actor.is_manager;
                    if as_client && !client_may_cancel(rental.state, rental.term(), p.today()) {
                        return Err(ApiError::MovedOn.into());
                    }
                    let to = rental.state.cancel().map_err(moved_on)?;
                    store_move(exec, &mut rental, to, Some(actor.id), "cancelled", now).await?;
                    jobs::cancel(exec, JobKind::LapseRental, id).await?;
                    give_back(exec, p, &rental, "cancelled").await?;
                    notices::cancelled(exec, p, &rental).await?;
                }
                "hand-out" | "return" if !actor.is_manager => return Err(ApiError::Forbidden.into()),
                "hand-out" => {
                    // What a bank took back is not paid.
                    if chargebacks::open(exec, id).await? > Cents::ZERO {
                        return Err(ApiError::MovedOn.into());
                    }
                    let to = rental.state.hand_out(rental.term(), p.today()).map_err(moved_on)?;
                    store_move(exec, &mut rental, to, Some(actor.id), "handed out", now).await?;
                    notices::handed_out(exec, p, &rental).await?;
                }
                "return" => {
                    let to = rental.state.give_back().map_err(moved_on)?;
                    store_move(exec, &mut rental, to, Some(actor.id), "returned", now).await?;
                    // What is back early can be had by others from tomorrow on.
                    let tomorrow = p.today().succ_opt().unwrap_or(NaiveDate::MAX);
                    stock_rows::free(exec, id, tomorrow).await?;
                    notices::returned(exec, p, &rental).await?;
                }
                _ => return Err(ApiError::Transport.into()),
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// A manager says how many of a thing there are: never fewer than are promised, alone or with bookings.
///
/// # Errors
/// [`ApiError::Forbidden`] for others; [`ApiError::Invalid`] for the field `units`.
pub async fn set_stock(p: &Platform, actor: &AccountView, form: &StockForm) -> Result<(), ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let item = Rentable::parse(form.product.trim()).map_err(|_| ApiError::field("product", Problem::Unknown))?;
    let units = form.units.trim();
    let units: u32 = units.parse().map_err(|_| {
        ApiError::field(
            "units",
            if units.is_empty() { Problem::Missing } else { Problem::Outside("0".to_owned(), MOST_UNITS.to_string()) },
        )
    })?;
    if units > MOST_UNITS {
        return Err(ApiError::field("units", Problem::TooMany(MOST_UNITS)));
    }
    let rules = rulebooks::current(p).await?;
    if item.per_day(&rules.rental).is_none() {
        return Err(ApiError::field("product", Problem::Unknown));
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    stock_rows::lock(exec, &item).await.map_err(|error| p.fault(error))?;
    let promised = stock::promised(exec, p, &item).await.map_err(|error| p.fault(error))?;
    if i64::from(units) < promised {
        return Err(ApiError::field("units", Problem::TooShort(u32::try_from(promised).unwrap_or(u32::MAX))));
    }
    stock_rows::set(exec, &item, i64::from(units)).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}
