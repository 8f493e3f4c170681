//! Faults on order, for tests: a POST to `/sandbox/faults` spoils the next call or webhook, as a provider's bad day
//! would.

use super::{Books, SandboxState};
use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest that a refund stands before it comes back, in milliseconds: 30 days.
const LONGEST: u64 = 30 * 24 * 60 * 60 * 1_000;

/// A call that a fault can be ordered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /v2/payments`.
    Create,
    /// `GET /v2/payments/{id}`.
    Get,
    /// `DELETE /v2/payments/{id}`.
    Cancel,
    /// `POST …/captures`.
    Capture,
    /// `POST …/release-authorization`.
    Release,
    /// `POST …/refunds`.
    Refund,
    /// `GET …/refunds`.
    ListRefunds,
    /// `POST /vies/check-vat-number`.
    Vat,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The call is answered with this HTTP status; with `after`, it took effect all the same.
    Status {
        /// Such as 500.
        status: u16,
        /// Whether the call took effect before the answer was lost.
        #[serde(default)]
        after: bool,
    },
    /// The answer waits so long; with `after`, the call took effect before the wait, else it does so after it, or never
    /// if the caller hangs up.
    Delay {
        /// In milliseconds.
        milliseconds: u64,
        /// Whether the call took effect before the wait.
        #[serde(default)]
        after: bool,
    },
    /// The next webhook is never sent.
    DropWebhook,
    /// The next webhook is sent twice, at the same time.
    DuplicateWebhook,
    /// The next webhook waits.
    DelayWebhook {
        /// In milliseconds.
        milliseconds: u64,
    },
    /// The next webhook is overtaken: it is sent once a later one was accepted, or after a minute if none follows.
    ReorderWebhook,
    /// The next refund is taken, and comes back so long afterwards, by the sandbox's clock: the client's bank refuses it.
    FailRefund {
        /// In milliseconds.
        milliseconds: u64,
    },
}

impl FaultKind {
    const fn is_of_webhooks(self) -> bool {
        matches!(self, Self::DropWebhook | Self::DuplicateWebhook | Self::DelayWebhook { .. } | Self::ReorderWebhook)
    }

    const fn is_of_calls(self) -> bool {
        matches!(self, Self::Status { .. } | Self::Delay { .. })
    }
}

/// A fault, to strike once or more. As JSON: `{"kind":"status","status":500,"operation":"create","times":2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// For which call; for any when `None`. Webhooks and refunds that come back pay no heed to it.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// How many times.
    #[serde(default = "once")]
    pub times: u32,
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// Strikes the next call of an operation (of any, when `None`) or the next webhook.
    #[must_use]
    pub const fn next(kind: FaultKind, operation: Option<Operation>) -> Self {
        Self { kind, operation, times: 1 }
    }
}

impl SandboxState {
    /// Orders a fault.
    pub fn order(&self, fault: Fault) {
        self.books().faults.push(fault);
    }

    /// The fault ordered for a call, used up by it.
    pub(super) fn fault_of(&self, operation: Operation) -> Option<FaultKind> {
        self.books().take(|fault| fault.kind.is_of_calls() && fault.operation.is_none_or(|wanted| wanted == operation))
    }

    /// The fault ordered for a webhook, used up by it.
    pub(super) fn fault_of_webhook(&self) -> Option<FaultKind> {
        self.books().take(|fault| fault.kind.is_of_webhooks())
    }
}

impl Books {
    /// How long the refund that is being made stands before it comes back, if that was ordered; used up by it.
    pub(super) fn fault_of_refund(&mut self) -> Option<TimeDelta> {
        match self.take(|fault| matches!(fault.kind, FaultKind::FailRefund { .. }))? {
            FaultKind::FailRefund { milliseconds } => {
                Some(TimeDelta::milliseconds(i64::try_from(milliseconds.min(LONGEST)).unwrap_or_default()))
            }
            _ => None,
        }
    }

    fn take(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<FaultKind> {
        let faults = &mut self.faults;
        let index = faults.iter().position(|fault| fault.times > 0 && fits(fault))?;
        let fault = faults.get_mut(index)?;
        fault.times -= 1;
        let kind = fault.kind;
        if fault.times == 0 {
            faults.remove(index);
        }
        Some(kind)
    }
}

/// Sleeps for a fault's wait.
pub(super) async fn wait(milliseconds: u64) {
    // Longer than any caller waits, and not for ever.
    tokio::time::sleep(Duration::from_millis(milliseconds.min(120_000))).await;
}

pub(super) fn routes() -> Router<SandboxState> {
    Router::new().route("/sandbox/faults", get(list).post(add).delete(clear))
}

async fn list(State(state): State<SandboxState>) -> impl IntoResponse {
    Json(state.books().faults.clone())
}

/// JSON only: a web page elsewhere cannot send that without being asked first, and it is refused then.
async fn add(State(state): State<SandboxState>, Json(fault): Json<Fault>) -> impl IntoResponse {
    state.order(fault);
    (StatusCode::CREATED, Json(state.books().faults.clone()))
}

async fn clear(State(state): State<SandboxState>) -> impl IntoResponse {
    state.books().faults.clear();
    StatusCode::NO_CONTENT
}
