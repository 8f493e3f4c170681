//! The provider's API: payments, captures, releases, refunds.

mod request;

use super::{
    Books, SandboxState,
    faults::{FaultKind, Operation, wait},
    journal::{Answer, Entry, KEY_LIFE},
    model::{Movement, Payment},
};
use crate::payments::ProviderState;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use gabarit_domain::money::Cents;
use request::{amount_of, new_payment};
use serde_json::{Value, json};

pub(super) fn routes() -> Router<SandboxState> {
    Router::new()
        .route("/v2/payments", post(create))
        .route("/v2/payments/{id}", get(read).delete(cancel))
        .route("/v2/payments/{id}/captures", post(capture).get(captures))
        .route("/v2/payments/{id}/release-authorization", post(release))
        .route("/v2/payments/{id}/refunds", post(refund).get(refunds))
        .route("/v2/payments/{id}/refunds/{refund}", get(one_refund))
        .route("/v2/payments/{id}/chargebacks", get(chargebacks))
        .route("/sandbox/payments/{id}/chargeback", post(charge_back))
        .route("/sandbox/payments/{id}/chargeback/reverse", post(reverse))
        .route("/sandbox/payments/{id}/refunds/{refund}/fail", post(fail_refund))
}

/// A refusal, as the provider words it.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    field: Option<&'static str>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None }
    }

    fn field(field: &'static str, detail: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, detail: detail.into(), field: Some(field) }
    }

    fn unknown(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No payment exists with token {id}."))
    }

    fn to_json(&self) -> Value {
        let mut body = json!({
            "status": self.status.as_u16(),
            "title": self.status.canonical_reason().unwrap_or_default(),
            "detail": self.detail,
            "_links": {
                "documentation": { "href": "https://docs.mollie.com/reference/error-handling", "type": "text/html" },
            },
        });
        if let (Some(field), Some(body)) = (self.field, body.as_object_mut()) {
            body.insert("field".to_owned(), json!(field));
        }
        body
    }
}

/// A call that succeeded: its answer, and the payment it changed.
struct Done {
    status: StatusCode,
    body: Value,
    changed: Option<Payment>,
}

type Outcome = Result<Done, Problem>;

fn answer(status: StatusCode, body: &Value) -> Response {
    if body.is_null() {
        return status.into_response();
    }
    let kind = if status.is_success() { "application/hal+json" } else { "application/problem+json" };
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

/// Checks the key, lets an ordered fault strike, expires what is due, and does the work.
async fn call(
    state: &SandboxState,
    operation: Operation,
    headers: &HeaderMap,
    work: impl FnOnce() -> Response,
) -> Response {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    // A live key has no business here: it is refused like one of another shape.
    let shape = key.strip_prefix("test_").is_some_and(|rest| {
        (4..=100).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if !shape {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "Missing authentication, or failed to authenticate");
        return answer(problem.status, &problem.to_json());
    }
    let spoilt = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        answer(status, &Problem::new(status, "A fault ordered of the sandbox").to_json())
    };
    let fault = state.fault_of(operation);
    match fault {
        Some(FaultKind::Status { status, after: false }) => return spoilt(status),
        Some(FaultKind::Delay { milliseconds, after: false }) => wait(milliseconds).await,
        _ => {}
    }
    state.expire_due();
    let response = work();
    match fault {
        Some(FaultKind::Status { status, after: true }) => spoilt(status),
        Some(FaultKind::Delay { milliseconds, after: true }) => {
            wait(milliseconds).await;
            response
        }
        _ => response,
    }
}

/// Does a change once under its idempotency key, writes it down and reports it.
fn change(
    state: &SandboxState,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
    work: impl FnOnce(&mut Books, &Value, DateTime<Utc>) -> Outcome,
) -> Response {
    let request: Value = match body {
        [] => Value::Null,
        body => match serde_json::from_slice(body) {
            Ok(request) => request,
            Err(_) => {
                let problem = Problem::new(StatusCode::BAD_REQUEST, "The request body is not valid JSON");
                return answer(problem.status, &problem.to_json());
            }
        },
    };
    let now = state.now();
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(|key| format!("{path} {key}"));
    let mut books = state.books();
    if let Some(known) = key.as_ref().and_then(|key| books.records.answers.get(key))
        && known.at + KEY_LIFE > now
    {
        if known.request != request {
            let problem = Problem::field("Idempotency-Key", "The key was used for another request");
            return answer(problem.status, &problem.to_json());
        }
        let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return answer(status, &known.body);
    }
    let (status, body, changed) = match work(&mut books, &request, now) {
        Ok(done) => (done.status, done.body, done.changed),
        Err(problem) => (problem.status, problem.to_json(), None),
    };
    if let Some(payment) = &changed {
        books.record(Entry::Payment(Box::new(payment.clone())));
    }
    if let Some(key) = key {
        books.record(Entry::Answer(Answer { key, at: now, request, status: status.as_u16(), body: body.clone() }));
    }
    drop(books);
    // A new payment is not news to the one who made it.
    if let Some(payment) = changed.filter(|payment| payment.state != ProviderState::Open) {
        state.report(&payment);
    }
    answer(status, &body)
}

fn find(books: &Books, id: &str) -> Result<Payment, Problem> {
    books.records.payments.get(id).cloned().ok_or_else(|| Problem::unknown(id))
}

async fn create(State(state): State<SandboxState>, headers: HeaderMap, body: Bytes) -> Response {
    call(&state, Operation::Create, &headers, || {
        change(&state, &headers, "payments", &body, |_, request, now| {
            let payment = new_payment(request, state.reference("tr"), now)?;
            Ok(Done {
                status: StatusCode::CREATED,
                body: payment.to_json(&state.options().base_url),
                changed: Some(payment),
            })
        })
    })
    .await
}

async fn read(State(state): State<SandboxState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    call(&state, Operation::Get, &headers, || match find(&state.books(), &id) {
        Ok(payment) => answer(StatusCode::OK, &payment.to_json(&state.options().base_url)),
        Err(problem) => answer(problem.status, &problem.to_json()),
    })
    .await
}

async fn cancel(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    call(&state, Operation::Cancel, &headers, || {
        change(&state, &headers, &format!("{id} cancel"), &body, |books, _, now| {
            let mut payment = find(books, &id)?;
            if payment.state != ProviderState::Open {
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The payment cannot be canceled"));
            }
            payment.move_to(ProviderState::Canceled, now);
            Ok(Done {
                status: StatusCode::OK,
                body: payment.to_json(&state.options().base_url),
                changed: Some(payment),
            })
        })
    })
    .await
}

async fn capture(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    call(&state, Operation::Capture, &headers, || {
        change(&state, &headers, &format!("{id} capture"), &body, |books, request, now| {
            let mut payment = find(books, &id)?;
            if payment.state != ProviderState::Authorized {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "The payment is not authorized, so it cannot be captured",
                ));
            }
            let amount = match request.get("amount") {
                None | Some(Value::Null) => payment.amount,
                Some(amount) => amount_of(amount)?,
            };
            if amount > payment.amount {
                return Err(Problem::field("amount", "The amount is higher than the authorized amount"));
            }
            let capture = movement(&state, "cpt", amount, request, now);
            let body = capture.to_json("capture", "succeeded", &id, &state.options().base_url);
            payment.captures.push(capture);
            payment.move_to(ProviderState::Paid, now);
            Ok(Done { status: StatusCode::CREATED, body, changed: Some(payment) })
        })
    })
    .await
}

async fn release(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    call(&state, Operation::Release, &headers, || {
        change(&state, &headers, &format!("{id} release"), &body, |books, _, now| {
            let mut payment = find(books, &id)?;
            if payment.state != ProviderState::Authorized {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "The payment is not authorized, so there is nothing to release",
                ));
            }
            payment.move_to(ProviderState::Canceled, now);
            Ok(Done { status: StatusCode::ACCEPTED, body: Value::Null, changed: Some(payment) })
        })
    })
    .await
}

async fn refund(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    call(&state, Operation::Refund, &headers, || {
        change(&state, &headers, &format!("{id} refund"), &body, |books, request, now| {
            let mut payment = find(books, &id)?;
            if payment.state != ProviderState::Paid {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "The payment has not been paid, so it cannot be refunded",
                ));
            }
            let amount = amount_of(request.get("amount").unwrap_or(&Value::Null))?;
            if amount > payment.captured() - payment.refunded() {
                return Err(Problem::field("amount", "The amount is higher than the amount that can be refunded"));
            }
            let mut refund = movement(&state, "re", amount, request, now);
            refund.fails_at = books.fault_of_refund().map(|stands| now + stands);
            let body = refund.to_json("refund", "pending", &id, &state.options().base_url);
            payment.refunds.push(refund);
            Ok(Done { status: StatusCode::CREATED, body, changed: Some(payment) })
        })
    })
    .await
}

async fn refunds(State(state): State<SandboxState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    call(&state, Operation::ListRefunds, &headers, || match find(&state.books(), &id) {
        Ok(payment) => {
            let base = &state.options().base_url;
            let now = state.now();
            let refunds = payment.refunds.iter().map(|one| one.to_json("refund", one.refund_state(now), &id, base));
            list("refunds", refunds.collect())
        }
        Err(problem) => answer(problem.status, &problem.to_json()),
    })
    .await
}

/// A list as the provider pages it; everything of one payment fits on its first page.
fn list(name: &str, entries: Vec<Value>) -> Response {
    let links = json!({ "previous": null, "next": null });
    answer(StatusCode::OK, &json!({ "count": entries.len(), "_embedded": { name: entries }, "_links": links }))
}

async fn one_refund(
    State(state): State<SandboxState>,
    Path((id, refund)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    call(&state, Operation::ListRefunds, &headers, || {
        let found = find(&state.books(), &id).and_then(|payment| {
            let one = payment.refunds.into_iter().find(|one| one.id == refund);
            one.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("No refund exists with token {refund}.")))
        });
        match found {
            Ok(one) => {
                let word = one.refund_state(state.now());
                answer(StatusCode::OK, &one.to_json("refund", word, &id, &state.options().base_url))
            }
            Err(problem) => answer(problem.status, &problem.to_json()),
        }
    })
    .await
}

async fn captures(State(state): State<SandboxState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    call(&state, Operation::Get, &headers, || match find(&state.books(), &id) {
        Ok(payment) => {
            let base = &state.options().base_url;
            let all = payment.captures.iter().map(|one| one.to_json("capture", "succeeded", &id, base));
            list("captures", all.collect())
        }
        Err(problem) => answer(problem.status, &problem.to_json()),
    })
    .await
}

async fn chargebacks(State(state): State<SandboxState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    call(&state, Operation::Get, &headers, || match find(&state.books(), &id) {
        Ok(payment) => {
            let base = &state.options().base_url;
            list("chargebacks", payment.chargebacks.iter().map(|one| one.chargeback_json(&id, base)).collect())
        }
        Err(problem) => answer(problem.status, &problem.to_json()),
    })
    .await
}

/// What a test orders of the client's bank. JSON only, as for faults: a web page elsewhere cannot send that.
async fn charge_back(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    Json(request): Json<Value>,
) -> Response {
    let amount = match request.get("amount") {
        None | Some(Value::Null) => Ok(None),
        Some(amount) => amount_of(amount).map(Some),
    };
    banked(&state, amount.and_then(|amount| state.charge_back(&id, amount)))
}

async fn reverse(State(state): State<SandboxState>, Path(id): Path<String>, Json(_): Json<Value>) -> Response {
    banked(&state, state.reverse_chargebacks(&id))
}

async fn fail_refund(
    State(state): State<SandboxState>,
    Path((id, refund)): Path<(String, String)>,
    Json(_): Json<Value>,
) -> Response {
    banked(&state, state.fail_refund(&id, &refund))
}

fn banked(state: &SandboxState, changed: Result<Payment, Problem>) -> Response {
    match changed {
        Ok(payment) => answer(StatusCode::OK, &payment.to_json(&state.options().base_url)),
        Err(problem) => answer(problem.status, &problem.to_json()),
    }
}

/// What banks do.
impl SandboxState {
    /// The client's bank takes money back: all that is left, unless an amount is named.
    pub(super) fn charge_back(&self, id: &str, amount: Option<Cents>) -> Result<Payment, Problem> {
        self.bank(id, |payment, now| {
            let left = payment.captured() - payment.charged_back();
            let amount = amount.unwrap_or(left);
            if payment.state != ProviderState::Paid || amount > left || amount <= Cents::ZERO {
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "There is not so much to take back"));
            }
            payment.chargebacks.push(movement(self, "chb", amount, &Value::Null, now));
            Ok(())
        })
    }

    /// The client's bank gives it all again.
    pub(super) fn reverse_chargebacks(&self, id: &str) -> Result<Payment, Problem> {
        self.bank(id, |payment, now| {
            payment.chargebacks.iter_mut().for_each(|one| one.undone_at = one.undone_at.or(Some(now)));
            Ok(())
        })
    }

    /// A refund comes back.
    pub(super) fn fail_refund(&self, id: &str, refund: &str) -> Result<Payment, Problem> {
        self.bank(id, |payment, now| {
            let one = payment.refunds.iter_mut().find(|one| one.id == refund);
            let one = one.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "No such refund"))?;
            one.undone_at = one.undone_at.or(Some(now));
            Ok(())
        })
    }

    /// A change that a bank makes: written down and reported, like every other.
    fn bank(
        &self,
        id: &str,
        change: impl FnOnce(&mut Payment, DateTime<Utc>) -> Result<(), Problem>,
    ) -> Result<Payment, Problem> {
        let now = self.now();
        let mut books = self.books();
        let mut payment = find(&books, id)?;
        change(&mut payment, now)?;
        books.record(Entry::Payment(Box::new(payment.clone())));
        drop(books);
        self.report(&payment);
        Ok(payment)
    }
}

impl SandboxState {
    /// A reference such as the provider gives: a prefix and ten letters and digits.
    fn reference(&self, prefix: &str) -> String {
        const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let random = self.options().ids.secret();
        let letters = random.iter().take(10).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        format!("{prefix}_{}", letters.collect::<String>())
    }
}

fn movement(state: &SandboxState, prefix: &str, amount: Cents, request: &Value, now: DateTime<Utc>) -> Movement {
    Movement {
        id: state.reference(prefix),
        amount,
        description: request.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        metadata: request.get("metadata").cloned().unwrap_or_default(),
        created_at: now,
        undone_at: None,
        fails_at: None,
    }
}
