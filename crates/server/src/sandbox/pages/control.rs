//! What can be ordered by hand: faults to come, and what happens to one payment. The forms carry a token that only these
//! pages know, so that a web page elsewhere cannot send them.

use super::{escape, heading_row, html::page, preferred, state_name, text, unknown};
use crate::{
    clock::zoned,
    payments::ProviderState,
    sandbox::{
        SandboxState,
        faults::{Fault, FaultKind},
        model::{Movement, Payment},
    },
};
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use gabarit_i18n::{Locale, fmt};
use serde::Deserialize;
use std::fmt::Write as _;

pub(super) fn routes() -> Router<SandboxState> {
    Router::new().route("/payments/{id}", get(show).post(act)).route("/faults", post(order))
}

/// How long late things take when they are ordered here: time enough to look.
const LATE: u64 = 15_000;
/// Longer than the platform waits for an answer.
const SLOW: u64 = 30_000;
/// The most times that a fault can be ordered at once.
const MOST: u32 = 20;

/// The faults that can be ordered here, by the name in the form.
const FAULTS: [(&str, FaultKind); 8] = [
    ("webhook-late", FaultKind::DelayWebhook { milliseconds: LATE }),
    ("webhook-twice", FaultKind::DuplicateWebhook),
    ("webhook-never", FaultKind::DropWebhook),
    ("webhook-overtaken", FaultKind::ReorderWebhook),
    ("refund-fails", FaultKind::FailRefund { milliseconds: LATE }),
    ("call-fails", FaultKind::Status { status: 500, after: false }),
    ("answer-lost", FaultKind::Status { status: 500, after: true }),
    ("call-slow", FaultKind::Delay { milliseconds: SLOW, after: true }),
];

fn fault_name(locale: Locale, kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::DelayWebhook { .. } => text::fault_webhook_late(locale),
        FaultKind::DuplicateWebhook => text::fault_webhook_twice(locale),
        FaultKind::DropWebhook => text::fault_webhook_never(locale),
        FaultKind::ReorderWebhook => text::fault_webhook_overtaken(locale),
        FaultKind::FailRefund { .. } => text::fault_refund_fails(locale),
        FaultKind::Status { after: false, .. } => text::fault_call_fails(locale),
        FaultKind::Status { after: true, .. } => text::fault_answer_lost(locale),
        FaultKind::Delay { .. } => text::fault_call_slow(locale),
    }
}

fn hidden(state: &SandboxState, locale: Locale) -> String {
    format!(
        "<input type=\"hidden\" name=\"token\" value=\"{}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">",
        state.0.token,
        locale.code()
    )
}

/// The section of the front page: what is ordered, and the form.
pub(super) fn faults(body: &mut String, state: &SandboxState, locale: Locale) {
    let _ = write!(body, "<h2 id=\"faults\">{}</h2><p>{}</p>", text::index_faults(locale), text::faults_text(locale));
    let ordered = state.books().faults.clone();
    if ordered.is_empty() {
        let _ = write!(body, "<p>{}</p>", text::faults_none(locale));
    } else {
        body.push_str("<ul>");
        for fault in &ordered {
            let times = text::times(locale, u64::from(fault.times));
            let _ = write!(body, "<li>{} · {times}</li>", fault_name(locale, fault.kind));
        }
        let _ = write!(
            body,
            "</ul><form method=\"post\" action=\"/faults\">{}<button name=\"fault\" value=\"none\">{}</button></form>",
            hidden(state, locale),
            text::faults_clear(locale),
        );
    }
    let _ = write!(
        body,
        "<form method=\"post\" action=\"/faults\">{}<fieldset><legend>{}</legend>",
        hidden(state, locale),
        text::faults_order(locale)
    );
    for (index, (name, kind)) in FAULTS.into_iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        let _ = write!(
            body,
            "<label class=\"choice\"><input type=\"radio\" name=\"fault\" value=\"{name}\"{checked}> {}</label>",
            fault_name(locale, kind),
        );
    }
    let _ =
        write!(body, "<label for=\"times\">{}</label><select id=\"times\" name=\"times\">", text::faults_times(locale));
    for times in [1_u32, 2, 3, 5, 10, MOST] {
        let _ = write!(body, "<option value=\"{times}\">{times}</option>");
    }
    let _ = write!(body, "</select></fieldset><button class=\"primary\">{}</button></form>", text::faults_send(locale));
}

#[derive(Deserialize)]
struct FaultForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    fault: String,
    #[serde(default)]
    times: String,
}

/// The answer to a form that did not come from these pages, or from before a restart.
fn stale(headers: &HeaderMap) -> Response {
    let locale = preferred(headers);
    let title = text::stale_title(locale);
    let body = format!(
        "<main id=\"main\"><h1>{title}</h1><p>{}</p><a class=\"button\" href=\"/\">{}</a></main>",
        text::stale(locale),
        text::index_title(locale)
    );
    (StatusCode::FORBIDDEN, Html(page(locale, title, &body))).into_response()
}

async fn order(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<FaultForm>) -> Response {
    if form.token != state.0.token {
        return stale(&headers);
    }
    let locale = Locale::parse(&form.lang).unwrap_or_default();
    if form.fault == "none" {
        state.books().faults.clear();
    } else if let Some((_, kind)) = FAULTS.into_iter().find(|(name, _)| *name == form.fault) {
        let times = form.times.parse().unwrap_or(1).clamp(1, MOST);
        state.order(Fault { kind, operation: None, times });
    }
    Redirect::to(&format!("/?lang={}#faults", locale.code())).into_response()
}

#[derive(Deserialize)]
struct ShowQuery {
    lang: Option<String>,
}

async fn show(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Response {
    let locale = query.lang.as_deref().and_then(Locale::parse).unwrap_or_else(|| preferred(&headers));
    state.expire_due();
    let found = state.books().records.payments.get(&id).cloned();
    match found {
        None => unknown(&headers),
        Some(payment) => Html(one(&state, &payment, locale)).into_response(),
    }
}

fn refund_name(locale: Locale, state: &str) -> &'static str {
    match state {
        "pending" => text::refund_pending(locale),
        "processing" => text::refund_processing(locale),
        "refunded" => text::refund_refunded(locale),
        _ => text::refund_failed(locale),
    }
}

/// A payment with what moved, and what can be ordered of it.
fn one(state: &SandboxState, payment: &Payment, locale: Locale) -> String {
    let (now, zone) = (state.now(), state.options().zone);
    let id = escape(&payment.id);
    let when = |at: DateTime<Utc>| fmt::date_time(locale, &zoned(at, zone));
    let mut body = format!("<main id=\"main\" class=\"wide\"><h1>{}</h1><dl>", text::payment_title(locale, &id));
    let methods: Vec<&str> = payment.methods.iter().map(String::as_str).collect();
    for (name, value) in [
        (text::description(locale), payment.description.clone()),
        (text::amount(locale), fmt::money(locale, payment.amount)),
        (text::method(locale), methods.join(", ")),
        (text::index_created(locale), when(payment.created_at)),
        (text::index_state(locale), format!("{} · {}", state_name(locale, payment.state), when(payment.changed_at))),
    ] {
        let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
    }
    body.push_str("</dl>");
    if payment.is_unsettled() {
        let _ =
            write!(body, "<p><a class=\"button\" href=\"/checkout/{id}\">{}</a></p>", text::payment_checkout(locale));
    }
    let button = |words: &str, act: &str, refund: &str| {
        format!(
            "<form method=\"post\" action=\"/payments/{id}\">{}<input type=\"hidden\" name=\"refund\" value=\"{}\">\
             <button name=\"act\" value=\"{act}\">{words}</button></form>",
            hidden(state, locale),
            escape(refund),
        )
    };
    let columns = [
        text::reference(locale),
        text::index_created(locale),
        text::amount(locale),
        text::index_state(locale),
        text::order_column(locale),
    ];
    let mut table = |title: &str, rows: Vec<(&Movement, &str, Option<String>)>| {
        if rows.is_empty() {
            return;
        }
        let _ = write!(body, "<h2>{title}</h2>");
        heading_row(&mut body, title, &columns);
        for (one, word, order) in rows {
            let _ = write!(
                body,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{word}</td><td>{}</td></tr>",
                escape(&one.id),
                when(one.created_at),
                fmt::money(locale, one.amount),
                order.unwrap_or_default(),
            );
        }
        body.push_str("</tbody></table></div>");
    };
    let captured = payment.captures.iter().map(|one| (one, text::capture_done(locale), None)).collect();
    table(text::captures(locale), captured);
    let refunds = payment.refunds.iter().map(|one| {
        let fail = one.undone_at.is_none().then(|| button(text::fail_refund(locale), "fail-refund", &one.id));
        (one, refund_name(locale, one.refund_state(now)), fail)
    });
    table(text::refunds(locale), refunds.collect());
    let chargebacks = payment.chargebacks.iter().map(|one| {
        let word = if one.undone_at.is_some() { text::reversed(locale) } else { text::taken_back(locale) };
        (one, word, None)
    });
    table(text::chargebacks(locale), chargebacks.collect());
    let _ = write!(body, "<h2>{}</h2><div class=\"others\">", text::order_title(locale));
    body.push_str(&button(text::send_webhook(locale), "webhook", ""));
    if payment.state == ProviderState::Paid && payment.captured() > payment.charged_back() {
        body.push_str(&button(text::charge_back(locale), "charge-back", ""));
    }
    if payment.chargebacks.iter().any(|one| one.undone_at.is_none()) {
        body.push_str(&button(text::reverse(locale), "reverse", ""));
    }
    let _ = write!(body, "</div><p><a href=\"/?lang={}\">{}</a></p></main>", locale.code(), text::index_title(locale));
    page(locale, &text::payment_title(locale, &id), &body)
}

#[derive(Deserialize)]
struct ActForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    refund: String,
}

/// What cannot be any more (the page is old) is left as it is; the page shows how it stands.
async fn act(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<ActForm>,
) -> Response {
    if form.token != state.0.token {
        return stale(&headers);
    }
    let found = state.books().records.payments.get(&id).cloned();
    let Some(payment) = found else { return unknown(&headers) };
    match form.act.as_str() {
        "webhook" => state.send_again(&payment),
        "fail-refund" => drop(state.fail_refund(&id, &form.refund)),
        "charge-back" => drop(state.charge_back(&id, None)),
        "reverse" => drop(state.reverse_chargebacks(&id)),
        _ => {}
    }
    let locale = Locale::parse(&form.lang).unwrap_or_default();
    Redirect::to(&format!("/payments/{}?lang={}", payment.id, locale.code())).into_response()
}
