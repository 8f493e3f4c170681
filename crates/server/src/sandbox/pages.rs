//! The pages that people see: the checkout page of a payment, and a front page that explains the sandbox.

mod control;
mod html;

use super::{
    SandboxState,
    model::{Outcome, Payment, time_to_pay},
    vies,
};
use crate::{
    clock::zoned,
    payments::{ProviderState, limit},
};
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use gabarit_domain::booking::PaymentMethod;
use gabarit_i18n::{Locale, fmt, sandbox as text};
use html::{escape, page};
use serde::Deserialize;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// How many payments the front page lists.
const LATEST: usize = 20;

/// The card of a method: test numbers that pass the check and belong to nobody.
const fn card(method: PaymentMethod) -> Option<&'static str> {
    match method {
        PaymentMethod::Ideal | PaymentMethod::BankTransfer => None,
        PaymentMethod::Bancontact => Some("6703 4444 4444 4449"),
        PaymentMethod::CreditCard => Some("4242 4242 4242 4242"),
    }
}

fn method_name(locale: Locale, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Ideal => text::ideal(locale),
        PaymentMethod::Bancontact => text::bancontact(locale),
        PaymentMethod::CreditCard => text::creditcard(locale),
        PaymentMethod::BankTransfer => text::banktransfer(locale),
    }
}

fn state_name(locale: Locale, state: ProviderState) -> &'static str {
    match state {
        ProviderState::Open => text::state_open(locale),
        ProviderState::Pending => text::state_pending(locale),
        ProviderState::Authorized => text::state_authorized(locale),
        ProviderState::Paid => text::state_paid(locale),
        ProviderState::Canceled => text::state_canceled(locale),
        ProviderState::Expired => text::state_expired(locale),
        ProviderState::Failed => text::state_failed(locale),
    }
}

pub(super) fn routes() -> Router<SandboxState> {
    Router::new()
        .route("/", get(index))
        .route("/sandbox.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/checkout/{id}", get(show).post(choose))
        .merge(control::routes())
}

async fn show(State(state): State<SandboxState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    state.expire_due();
    let found = state.books().records.payments.get(&id).cloned();
    match found {
        None => unknown(&headers),
        Some(payment) if payment.is_unsettled() => Html(checkout(&state, &payment)).into_response(),
        Some(payment) => Html(settled(&state, &payment)).into_response(),
    }
}

#[derive(Deserialize)]
struct Choice {
    outcome: Option<String>,
    method: Option<String>,
}

async fn choose(
    State(state): State<SandboxState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let found = state.books().records.payments.get(&id).cloned();
    let Some(payment) = found else { return unknown(&headers) };
    let Some(outcome) = choice.outcome.as_deref().and_then(Outcome::parse) else {
        let locale = payment.language();
        let body = format!(
            "<main id=\"main\"><h1>{}</h1><p>{}</p><a class=\"button\" href=\"/checkout/{}\">{}</a></main>",
            text::choose_title(locale),
            text::choose(locale),
            escape(&payment.id),
            text::again(locale),
        );
        return (StatusCode::UNPROCESSABLE_ENTITY, Html(page(locale, text::choose_title(locale), &body)))
            .into_response();
    };
    // A payment settled meanwhile (a second press, the clock) stays as it is; its client goes back all the same.
    state.settle(&id, outcome, choice.method.as_deref(), true);
    Redirect::to(&payment.redirect_url).into_response()
}

fn unknown(headers: &HeaderMap) -> Response {
    let locale = preferred(headers);
    let title = text::unknown_title(locale);
    let body = format!("<main id=\"main\"><h1>{title}</h1><p>{}</p></main>", text::unknown(locale));
    (StatusCode::NOT_FOUND, Html(page(locale, title, &body))).into_response()
}

/// The first of our languages that the browser names.
fn preferred(headers: &HeaderMap) -> Locale {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(',').find_map(|part| Locale::parse(part.trim().get(..2)?)))
        .unwrap_or_default()
}

/// Merchant, description, amount and reference.
fn summary(state: &SandboxState, payment: &Payment) -> String {
    let locale = payment.language();
    let mut rows = String::from("<dl>");
    for (name, value, class) in [
        (text::merchant(locale), state.options().merchant.clone(), ""),
        (text::description(locale), payment.description.clone(), ""),
        (text::reference(locale), payment.id.clone(), ""),
        (text::amount(locale), fmt::money(locale, payment.amount), " class=\"amount\""),
    ] {
        let _ = write!(rows, "<dt>{name}</dt><dd{class}>{}</dd>", escape(&value));
    }
    rows.push_str("</dl>");
    rows
}

fn checkout(state: &SandboxState, payment: &Payment) -> String {
    let locale = payment.language();
    let methods: Vec<PaymentMethod> =
        payment.methods.iter().filter_map(|method| PaymentMethod::parse(method)).collect();
    let amount = fmt::money(locale, payment.amount);
    let mut body = format!(
        "<main id=\"main\"><h1>{}</h1>{}<form method=\"post\" action=\"/checkout/{}\">",
        text::title(locale),
        summary(state, payment),
        escape(&payment.id),
    );
    if payment.state == ProviderState::Pending {
        let _ = write!(body, "<p class=\"hint\">{}</p>", text::pending_note(locale));
    }
    if methods.len() > 1 {
        let _ = write!(body, "<fieldset><legend>{}</legend>", text::method(locale));
        for (index, method) in methods.iter().enumerate() {
            let checked = if index == 0 { " checked" } else { "" };
            let _ = write!(
                body,
                "<label class=\"choice\"><input type=\"radio\" name=\"method\" value=\"{}\"{checked}> {}</label>",
                method.code(),
                method_name(locale, *method),
            );
        }
        body.push_str("</fieldset>");
    }
    for method in &methods {
        let _ = write!(
            body,
            "<fieldset class=\"fields {}\"><legend>{}</legend>",
            method.code(),
            method_name(locale, *method)
        );
        method_fields(&mut body, locale, *method);
        body.push_str("</fieldset>");
    }
    let reserved = payment.manual_capture && methods.as_slice() == [PaymentMethod::CreditCard];
    let pay = if reserved { text::authorise(locale, &amount) } else { text::pay(locale, &amount) };
    let _ = write!(body, "<button class=\"primary\" name=\"outcome\" value=\"pay\">{pay}</button>");
    if reserved {
        let _ = write!(body, "<p class=\"hint\">{}</p>", text::authorise_hint(locale));
    }
    let _ = write!(
        body,
        "<h2 id=\"others\">{}</h2><div class=\"others\" role=\"group\" aria-labelledby=\"others\">",
        text::others(locale)
    );
    for (value, label) in [
        ("fail", text::fail(locale)),
        ("cancel", text::cancel(locale)),
        ("expire", text::expire(locale)),
        ("pending", text::pending(locale)),
    ] {
        if value != "pending" || payment.state == ProviderState::Open {
            let _ = write!(body, "<button name=\"outcome\" value=\"{value}\">{label}</button>");
        }
    }
    let until = fmt::date_time(locale, &zoned(payment.expires_at, state.options().zone));
    let _ = write!(body, "</div></form><p class=\"until\">{}</p></main>", text::until(locale, until));
    page(locale, text::title(locale), &body)
}

fn method_fields(body: &mut String, locale: Locale, method: PaymentMethod) {
    let code = method.code();
    match card(method) {
        None => {
            let _ = write!(
                body,
                "<label for=\"bank\">{}</label><select id=\"bank\" name=\"bank\" autocomplete=\"off\">",
                text::bank(locale)
            );
            for (value, label) in
                [("1", text::bank_1(locale)), ("2", text::bank_2(locale)), ("3", text::bank_3(locale))]
            {
                let _ = write!(body, "<option value=\"{value}\">{label}</option>");
            }
            body.push_str("</select>");
        }
        Some(number) => {
            let _ = write!(
                body,
                "<label for=\"number-{code}\">{}</label><input id=\"number-{code}\" value=\"{number}\" readonly \
                 autocomplete=\"off\" inputmode=\"numeric\" aria-describedby=\"hint-{code}\">\
                 <label for=\"expiry-{code}\">{}</label><input id=\"expiry-{code}\" value=\"12/34\" readonly \
                 autocomplete=\"off\" aria-describedby=\"hint-{code}\"><p class=\"hint\" id=\"hint-{code}\">{}</p>",
                text::card_number(locale),
                text::card_expiry(locale),
                text::card_hint(locale),
            );
        }
    }
}

fn settled(state: &SandboxState, payment: &Payment) -> String {
    let locale = payment.language();
    let title = text::settled_title(locale);
    let body = format!(
        "<main id=\"main\"><h1>{title}</h1>{}<p>{}</p><a class=\"button\" href=\"{}\">{}</a></main>",
        summary(state, payment),
        text::settled(locale, state_name(locale, payment.state)),
        escape(&payment.redirect_url),
        escape(&text::back(locale, &state.options().merchant)),
    );
    page(locale, title, &body)
}

#[derive(Deserialize)]
struct IndexQuery {
    lang: Option<String>,
}

async fn index(State(state): State<SandboxState>, Query(query): Query<IndexQuery>, headers: HeaderMap) -> Html<String> {
    let locale = query.lang.as_deref().and_then(Locale::parse).unwrap_or_else(|| preferred(&headers));
    state.expire_due();
    let mut body = format!("<main id=\"main\" class=\"wide\"><nav aria-label=\"{}\"><ul>", text::languages(locale));
    for other in Locale::ALL {
        let (code, name) = (other.code(), other.native_name());
        let current = if other == locale { " aria-current=\"page\"" } else { "" };
        let _ =
            write!(body, "<li><a href=\"/?lang={code}\" lang=\"{code}\" hreflang=\"{code}\"{current}>{name}</a></li>");
    }
    let _ = write!(body, "</ul></nav><h1>{}</h1><p>{}</p>", text::index_title(locale), text::index_what(locale));
    latest(&mut body, &state, locale);
    methods(&mut body, locale);
    vat_numbers(&mut body, locale);
    control::faults(&mut body, &state, locale);
    let _ = write!(
        body,
        "<h2>{}</h2><p>{}</p><pre tabindex=\"0\"><code>{}</code></pre></main>",
        text::index_curl(locale),
        text::index_faults_text(locale),
        escape(&fault_examples(state.options().base_url.as_str())),
    );
    Html(page(locale, text::index_title(locale), &body))
}

fn fault_examples(base: &str) -> String {
    let mut lines = String::new();
    for fault in [
        r#"{"kind":"status","status":500,"operation":"create","times":2}"#,
        r#"{"kind":"delay","milliseconds":20000,"operation":"refund","after":true}"#,
        r#"{"kind":"drop_webhook"}"#,
        r#"{"kind":"duplicate_webhook"}"#,
        r#"{"kind":"delay_webhook","milliseconds":5000}"#,
        r#"{"kind":"reorder_webhook"}"#,
        r#"{"kind":"fail_refund","milliseconds":5000}"#,
    ] {
        let _ = writeln!(lines, "curl {base}sandbox/faults -H 'Content-Type: application/json' -d '{fault}'");
    }
    let _ = writeln!(lines, "curl {base}sandbox/faults\ncurl -X DELETE {base}sandbox/faults");
    lines
}

fn heading_row(body: &mut String, label: &str, names: &[&str]) {
    let _ =
        write!(body, "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\"><table><thead><tr>");
    for name in names {
        let _ = write!(body, "<th scope=\"col\">{name}</th>");
    }
    body.push_str("</tr></thead><tbody>");
}

fn latest(body: &mut String, state: &SandboxState, locale: Locale) {
    let mut payments: Vec<Payment> = state.books().records.payments.values().cloned().collect();
    payments.sort_by_key(|payment| std::cmp::Reverse(payment.created_at));
    let _ = write!(body, "<h2>{}</h2>", text::index_payments(locale));
    if payments.is_empty() {
        let _ = write!(body, "<p>{}</p>", text::index_none(locale));
        return;
    }
    heading_row(
        body,
        text::index_payments(locale),
        &[
            text::reference(locale),
            text::index_created(locale),
            text::description(locale),
            text::amount(locale),
            text::index_state(locale),
        ],
    );
    for payment in payments.iter().take(LATEST) {
        let id = escape(&payment.id);
        let _ = write!(
            body,
            "<tr><td><a href=\"/payments/{id}?lang={}\" aria-label=\"{}\">{id}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            locale.code(),
            text::index_open(locale, &id),
            fmt::date_time(locale, &zoned(payment.created_at, state.options().zone)),
            escape(&payment.description),
            fmt::money(locale, payment.amount),
            state_name(locale, payment.state),
        );
    }
    body.push_str("</tbody></table></div>");
}

fn methods(body: &mut String, locale: Locale) {
    let _ = write!(body, "<h2>{}</h2><p>{}</p>", text::index_methods(locale), text::index_methods_text(locale));
    heading_row(
        body,
        text::index_methods(locale),
        &[text::method(locale), text::card_number(locale), text::index_time(locale), text::index_limit(locale)],
    );
    for method in PaymentMethod::ALL {
        let time = time_to_pay(method);
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let time = match time.num_days() {
            0 => text::minutes(locale, count(time.num_minutes())),
            days => text::days(locale, count(days)),
        };
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            method_name(locale, method),
            card(method).unwrap_or("–"),
            time,
            fmt::money(locale, limit(method)),
        );
    }
    body.push_str("</tbody></table></div>");
}

fn vat_numbers(body: &mut String, locale: Locale) {
    let _ = write!(body, "<h2>{}</h2><p>{}</p>", text::index_vat(locale), text::index_vat_text(locale));
    heading_row(
        body,
        text::index_vat(locale),
        &[
            text::index_ending(locale),
            text::index_answer(locale),
            text::index_meaning(locale),
            text::index_examples(locale),
        ],
    );
    for (ending, magic) in vies::MAGIC {
        let meaning = if magic == vies::Magic::Invalid { text::vat_invalid(locale) } else { text::vat_unknown(locale) };
        let examples: Vec<String> = ["BE", "FR", "NL"]
            .iter()
            .filter_map(|country| vies::example(country, ending))
            .map(|number| format!("<code>{number}</code>"))
            .collect();
        let _ = write!(
            body,
            "<tr><td>{ending}</td><td><code>{}</code></td><td>{meaning}</td><td>{}</td></tr>",
            magic.word(),
            examples.join(" "),
        );
    }
    body.push_str("</tbody></table></div>");
}
