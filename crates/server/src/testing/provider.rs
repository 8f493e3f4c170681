//! A payment provider in memory, driven by the test: the client pays, gives up or is late when the test says so, and
//! answers get lost on demand.

use crate::payments::{
    NewPayment, PaymentProvider, ProviderChargeback, ProviderError, ProviderPayment, ProviderRefund, ProviderState,
    RefundProgress,
};
use async_trait::async_trait;
use gabarit_domain::{
    ids::{BookingId, PaymentId, RefundId},
    money::Cents,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};
use url::Url;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens, and no answer comes.
    Before,
    /// It happens, but the answer is lost: the caller cannot tell it from [`Fault::Before`].
    After,
    /// Nothing happens: refused with status 422.
    Refused,
}

/// A call that was made, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// For a payment of ours.
    Create(PaymentId),
    /// Of a reference.
    Get(String),
    /// Of a reference.
    Capture(String),
    /// Of a reference.
    Release(String),
    /// Of a reference.
    Cancel(String),
    /// Of a reference, for a refund of ours.
    Refund(String, RefundId),
}

/// What a payment moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Taken from the client.
    pub charged: Cents,
    /// Paid back.
    pub refunded: Cents,
    /// Taken back by the client's bank, and not given again.
    pub charged_back: Cents,
}

#[derive(Clone, Debug)]
struct Payment {
    id: PaymentId,
    booking: BookingId,
    state: ProviderState,
    amount: Cents,
    captured: Cents,
    /// By our id and attempt, as they were made.
    refunds: Vec<(RefundId, u32, ProviderRefund)>,
    chargebacks: Vec<ProviderChargeback>,
}

impl Payment {
    fn refunded(&self) -> Cents {
        self.refunds.iter().map(|(.., one)| one).filter(|one| alive(one)).map(|one| one.amount).sum()
    }

    /// Without what was given again; the sandbox counts that in. Which of it is right the provider's reference leaves open,
    /// and both must do.
    fn charged_back(&self) -> Cents {
        self.chargebacks.iter().filter(|one| !one.reversed).map(|one| one.amount).sum()
    }
}

fn alive(refund: &ProviderRefund) -> bool {
    refund.progress != RefundProgress::Failed
}

#[derive(Debug, Default)]
struct State {
    payments: BTreeMap<String, Payment>,
    calls: Vec<Call>,
    faults: VecDeque<Fault>,
    /// What goes wrong with refunds alone.
    refund_faults: VecDeque<Fault>,
}

/// A payment provider in memory. References are `tr_1`, `tr_2` …
#[derive(Debug, Default)]
pub struct FakeProvider(Mutex<State>);

impl FakeProvider {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client pays by an instant method.
    pub fn pay(&self, reference: &str) {
        self.change(reference, |payment| {
            payment.state = ProviderState::Paid;
            payment.captured = payment.amount;
        });
    }

    /// The client's card is authorised.
    pub fn authorize(&self, reference: &str) {
        self.change(reference, |payment| payment.state = ProviderState::Authorized);
    }

    /// The client's bank takes money back.
    pub fn charge_back(&self, reference: &str, amount: Cents) {
        self.change(reference, |payment| {
            let reference = format!("chb_{reference}_{}", payment.chargebacks.len() + 1);
            payment.chargebacks.push(ProviderChargeback { reference, amount, reversed: false });
        });
    }

    /// The client's bank gives it all again.
    pub fn reverse_chargebacks(&self, reference: &str) {
        self.change(reference, |payment| {
            payment.chargebacks.iter_mut().for_each(|chargeback| chargeback.reversed = true);
        });
    }

    /// The newest refund of a payment that stands comes back: the client's bank refuses it. `false` if there is none.
    pub fn fail_refund(&self, reference: &str) -> bool {
        let mut failed = false;
        self.change(reference, |payment| {
            let last = payment.refunds.iter_mut().rev().map(|(.., one)| one).find(|one| alive(one));
            failed = last.map(|one| one.progress = RefundProgress::Failed).is_some();
        });
        failed
    }

    /// The payment is under way (a bank transfer).
    pub fn pend(&self, reference: &str) {
        self.change(reference, |payment| payment.state = ProviderState::Pending);
    }

    /// The bank refuses.
    pub fn fail(&self, reference: &str) {
        self.change(reference, |payment| payment.state = ProviderState::Failed);
    }

    /// The client gives up on the provider's page.
    pub fn give_up(&self, reference: &str) {
        self.change(reference, |payment| payment.state = ProviderState::Canceled);
    }

    /// The provider's page is too old.
    pub fn expire(&self, reference: &str) {
        self.change(reference, |payment| payment.state = ProviderState::Expired);
    }

    #[expect(clippy::panic, reason = "a test that names a payment that is not there has failed")]
    fn change(&self, reference: &str, change: impl FnOnce(&mut Payment)) {
        match self.state().payments.get_mut(reference) {
            Some(payment) => change(payment),
            None => panic!("the fake provider has no payment {reference}"),
        }
    }

    /// The next `count` calls go wrong.
    pub fn fail_next(&self, count: usize, fault: Fault) {
        self.state().faults.extend(std::iter::repeat_n(fault, count));
    }

    /// The next refund goes wrong, whatever is asked before it.
    pub fn fail_next_refund(&self, fault: Fault) {
        self.state().refund_faults.push_back(fault);
    }

    /// All goes well again.
    pub fn recover(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.refund_faults.clear();
    }

    /// Every call so far, those that went wrong included.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// All references, oldest first.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let mut references: Vec<String> = self.state().payments.keys().cloned().collect();
        references.sort_by_key(|reference| (reference.len(), reference.clone()));
        references
    }

    /// The newest payment's reference; empty when there is none.
    #[must_use]
    pub fn last_reference(&self) -> String {
        self.references().pop().unwrap_or_default()
    }

    /// The reference of a payment of ours.
    #[must_use]
    pub fn reference_of(&self, id: PaymentId) -> Option<String> {
        self.state().payments.iter().find(|(_, payment)| payment.id == id).map(|(reference, _)| reference.clone())
    }

    /// How a payment stands, without a call.
    #[must_use]
    pub fn state_of(&self, reference: &str) -> Option<ProviderState> {
        self.state().payments.get(reference).map(|payment| payment.state)
    }

    /// What a payment moved.
    #[must_use]
    pub fn totals(&self, reference: &str) -> Totals {
        self.state()
            .payments
            .get(reference)
            .map(|payment| Totals {
                charged: payment.captured,
                refunded: payment.refunded(),
                charged_back: payment.charged_back(),
            })
            .unwrap_or_default()
    }

    /// What all payments of a booking moved together.
    #[must_use]
    pub fn totals_of(&self, booking: BookingId) -> Totals {
        let mut totals = Totals::default();
        for payment in self.state().payments.values().filter(|payment| payment.booking == booking) {
            totals.charged.0 += payment.captured.0;
            totals.refunded.0 += payment.refunded().0;
            totals.charged_back.0 += payment.charged_back().0;
        }
        totals
    }

    /// Makes a call: records it, and lets it go wrong if its turn has come.
    fn call<T>(
        &self,
        call: Call,
        effect: impl FnOnce(&mut State) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        let mut state = self.state();
        let of_refunds = if matches!(call, Call::Refund(..)) { state.refund_faults.pop_front() } else { None };
        state.calls.push(call);
        match of_refunds.or_else(|| state.faults.pop_front()) {
            Some(Fault::Before) => Err(ProviderError::Unavailable("not reached".to_owned())),
            Some(Fault::After) => {
                effect(&mut state)?;
                Err(ProviderError::Unavailable("the answer was lost".to_owned()))
            }
            Some(Fault::Refused) => Err(refused("told to refuse")),
            None => effect(&mut state),
        }
    }
}

fn refused(detail: &str) -> ProviderError {
    ProviderError::Refused { status: 422, detail: detail.to_owned() }
}

fn view(reference: &str, payment: &Payment) -> ProviderPayment {
    let open = payment.state == ProviderState::Open;
    let page = format!("https://pay.example/checkout/{reference}");
    ProviderPayment {
        reference: reference.to_owned(),
        state: payment.state,
        amount: payment.amount,
        captured: payment.captured,
        charged_back: payment.charged_back(),
        refunded: payment.refunded(),
        checkout_url: open.then(|| Url::parse(&page).ok()).flatten(),
        booking: Some(payment.booking),
    }
}

fn found<'a>(state: &'a mut State, reference: &str) -> Result<&'a mut Payment, ProviderError> {
    state.payments.get_mut(reference).ok_or(ProviderError::NotFound)
}

#[async_trait]
impl PaymentProvider for FakeProvider {
    async fn create(&self, new: &NewPayment) -> Result<ProviderPayment, ProviderError> {
        self.call(Call::Create(new.id), |state| {
            if let Some((reference, payment)) = state.payments.iter().find(|(_, payment)| payment.id == new.id) {
                return Ok(view(reference, payment));
            }
            let reference = format!("tr_{}", state.payments.len() + 1);
            let payment = Payment {
                id: new.id,
                booking: new.booking,
                state: ProviderState::Open,
                amount: new.amount,
                captured: Cents(0),
                refunds: Vec::new(),
                chargebacks: Vec::new(),
            };
            let answer = view(&reference, &payment);
            state.payments.insert(reference, payment);
            Ok(answer)
        })
    }

    async fn get(&self, reference: &str) -> Result<ProviderPayment, ProviderError> {
        self.call(Call::Get(reference.to_owned()), |state| {
            found(state, reference).map(|payment| view(reference, payment))
        })
    }

    async fn chargebacks(&self, reference: &str) -> Result<Vec<ProviderChargeback>, ProviderError> {
        self.call(Call::Get(reference.to_owned()), |state| {
            found(state, reference).map(|payment| payment.chargebacks.clone())
        })
    }

    async fn capture(&self, reference: &str, _: PaymentId, amount: Cents) -> Result<(), ProviderError> {
        self.call(Call::Capture(reference.to_owned()), |state| {
            let payment = found(state, reference)?;
            match payment.state {
                // The same capture again is the same capture.
                ProviderState::Paid if payment.captured == amount => Ok(()),
                ProviderState::Authorized if amount.0 <= payment.amount.0 => {
                    payment.state = ProviderState::Paid;
                    payment.captured = amount;
                    Ok(())
                }
                _ => Err(refused("not authorised")),
            }
        })
    }

    async fn release(&self, reference: &str, _: PaymentId) -> Result<(), ProviderError> {
        self.call(Call::Release(reference.to_owned()), |state| {
            let payment = found(state, reference)?;
            match payment.state {
                ProviderState::Authorized | ProviderState::Canceled => {
                    payment.state = ProviderState::Canceled;
                    Ok(())
                }
                _ => Err(refused("not authorised")),
            }
        })
    }

    async fn cancel(&self, reference: &str, _: PaymentId) -> Result<(), ProviderError> {
        self.call(Call::Cancel(reference.to_owned()), |state| {
            let payment = found(state, reference)?;
            match payment.state {
                ProviderState::Open | ProviderState::Pending | ProviderState::Canceled => {
                    payment.state = ProviderState::Canceled;
                    Ok(())
                }
                _ => Err(refused("not cancelable")),
            }
        })
    }

    async fn refunds(&self, reference: &str) -> Result<Vec<ProviderRefund>, ProviderError> {
        self.call(Call::Get(reference.to_owned()), |state| {
            Ok(found(state, reference)?.refunds.iter().map(|(.., one)| one.clone()).collect())
        })
    }

    async fn refund(
        &self,
        reference: &str,
        id: RefundId,
        attempt: u32,
        amount: Cents,
        _: &str,
    ) -> Result<String, ProviderError> {
        self.call(Call::Refund(reference.to_owned(), id), |state| {
            let payment = found(state, reference)?;
            // The one that stands, or the one that was made under the same key.
            let known = payment
                .refunds
                .iter()
                .find(|(of, _, one)| *of == id && alive(one))
                .or_else(|| payment.refunds.iter().find(|(of, number, _)| (*of, *number) == (id, attempt)));
            if let Some((.., one)) = known {
                return Ok(one.reference.clone());
            }
            if payment.state != ProviderState::Paid || payment.refunded().0 + amount.0 > payment.captured.0 {
                return Err(refused("more than was paid"));
            }
            let refund = format!("re_{reference}_{}", payment.refunds.len() + 1);
            let progress = RefundProgress::UnderWay;
            let one = ProviderRefund { reference: refund.clone(), refund: Some(id), amount, progress };
            payment.refunds.push((id, attempt, one));
            Ok(refund)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gabarit_domain::{
        booking::PaymentMethod,
        money::BasisPoints,
        vat::{VatCategory, VatTreatment},
    };
    use gabarit_i18n::Locale;
    use uuid::Uuid;

    fn payment() -> NewPayment {
        NewPayment {
            id: PaymentId(Uuid::from_u128(1)),
            booking: BookingId(Uuid::from_u128(2)),
            amount: Cents(121_00),
            vat: Cents(21_00),
            treatment: VatTreatment { category: VatCategory::S, rate: BasisPoints(2100) },
            description: "ABCD1234".to_owned(),
            method: PaymentMethod::Ideal,
            due_date: None,
            redirect_url: "https://gabarit.example/return".parse().unwrap(),
            webhook_url: "https://gabarit.example/webhook".parse().unwrap(),
            locale: Locale::Fr,
        }
    }

    /// Lost answers and repeated calls never move money twice.
    #[tokio::test]
    async fn the_same_call_again_is_the_same_effect() {
        let provider = FakeProvider::default();
        provider.fail_next(1, Fault::Before);
        provider.create(&payment()).await.unwrap_err();
        assert_eq!(provider.references().len(), 0);
        provider.fail_next(1, Fault::After);
        provider.create(&payment()).await.unwrap_err();
        let made = provider.create(&payment()).await.unwrap();
        assert_eq!((made.reference.as_str(), provider.references().len()), ("tr_1", 1));
        assert!(made.checkout_url.is_some());

        let id = payment().id;
        assert!(provider.capture("tr_1", id, Cents(121_00)).await.is_err());
        provider.authorize("tr_1");
        provider.capture("tr_1", id, Cents(121_00)).await.unwrap();
        provider.capture("tr_1", id, Cents(121_00)).await.unwrap();
        let refund = RefundId(Uuid::from_u128(3));
        provider.fail_next(1, Fault::After);
        provider.refund("tr_1", refund, 1, Cents(100_00), "").await.unwrap_err();
        provider.refund("tr_1", refund, 1, Cents(100_00), "").await.unwrap();
        provider.refund("tr_1", RefundId(Uuid::from_u128(4)), 1, Cents(100_00), "").await.unwrap_err();
        assert_eq!(
            provider.totals("tr_1"),
            Totals { charged: Cents(121_00), refunded: Cents(100_00), ..Totals::default() }
        );
        assert_eq!(provider.totals_of(payment().booking), provider.totals("tr_1"));
        assert!(provider.fail_refund("tr_1") && !provider.fail_refund("tr_1"));
        let failed = provider.refund("tr_1", refund, 1, Cents(100_00), "").await.unwrap();
        let anew = provider.refund("tr_1", refund, 2, Cents(100_00), "").await.unwrap();
        assert_ne!(failed, anew, "the key of an attempt answers with that attempt");
        assert_eq!(provider.totals("tr_1").refunded, Cents(100_00));
        assert!(matches!(provider.get("tr_2").await, Err(ProviderError::NotFound)));
    }
}
