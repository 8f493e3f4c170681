//! A VAT register that says what it is told to.

use crate::vat_register::{RegisterAnswer, VatRegister};
use async_trait::async_trait;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Debug)]
struct State {
    default: VatStatus,
    answers: BTreeMap<String, VatStatus>,
    asked: Vec<String>,
}

/// A VAT register in memory; confirms every number unless told otherwise.
#[derive(Debug)]
pub struct FakeRegister(Mutex<State>);

impl Default for FakeRegister {
    fn default() -> Self {
        Self(Mutex::new(State { default: VatStatus::Confirmed, answers: BTreeMap::new(), asked: Vec::new() }))
    }
}

impl FakeRegister {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers this on a number (in its canonical form) from now on.
    pub fn says(&self, number: &str, status: VatStatus) {
        self.state().answers.insert(number.to_owned(), status);
    }

    /// Answers this on all other numbers from now on; `Unknown` is an outage.
    pub fn says_otherwise(&self, status: VatStatus) {
        self.state().default = status;
    }

    /// The numbers it was asked for, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }
}

#[async_trait]
impl VatRegister for FakeRegister {
    async fn check(&self, _: CountryCode, number: &VatNumber) -> RegisterAnswer {
        let mut state = self.state();
        state.asked.push(number.as_str().to_owned());
        let status = state.answers.get(number.as_str()).copied().unwrap_or(state.default);
        RegisterAnswer { status, evidence: format!("{{\"fake\":\"{}\"}}", status.code()) }
    }
}
