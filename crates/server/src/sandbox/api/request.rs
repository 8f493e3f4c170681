//! Requests, checked as strictly as the provider checks them.

use super::Problem;
use crate::{
    payments::{ProviderState, limit},
    sandbox::model::{Payment, time_to_pay},
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{booking::PaymentMethod, money::Cents};
use rust_decimal::Decimal;
use serde_json::Value;
use std::str::FromStr;
use url::Url;

pub(super) fn amount_of(value: &Value) -> Result<Cents, Problem> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if text("currency") != Some("EUR") {
        return Err(Problem::field("amount.currency", "The currency must be EUR"));
    }
    text("value")
        .and_then(Cents::from_plain)
        .filter(|amount| amount.0 > 0)
        .ok_or_else(|| Problem::field("amount", "The amount must be a positive number with two decimals, as a string"))
}

pub(super) fn new_payment(request: &Value, id: String, now: DateTime<Utc>) -> Result<Payment, Problem> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let url = |name: &str, field: &'static str| match text(name) {
        None => Ok(None),
        Some(text) => Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|url| Some(url.to_string()))
            .ok_or_else(|| Problem::field(field, "The URL is invalid")),
    };
    let amount = amount_of(request.get("amount").unwrap_or(&Value::Null))?;
    let description = text("description")
        .filter(|text| !text.trim().is_empty() && text.chars().count() <= 255)
        .ok_or_else(|| Problem::field("description", "The description is missing or longer than 255 characters"))?
        .to_owned();
    let redirect_url = url("redirectUrl", "redirectUrl")?
        .ok_or_else(|| Problem::field("redirectUrl", "The redirect URL is missing"))?;
    let webhook_url = url("webhookUrl", "webhookUrl")?;
    let methods = methods_of(request.get("method").unwrap_or(&Value::Null))?;
    if methods.iter().all(|method| amount > limit(*method)) {
        return Err(Problem::field("amount", "The amount is higher than the maximum"));
    }
    let methods: Vec<PaymentMethod> = methods.into_iter().filter(|method| amount <= limit(*method)).collect();
    let manual_capture = match text("captureMode") {
        None | Some("automatic") => false,
        Some("manual") if methods.contains(&PaymentMethod::CreditCard) => true,
        Some(_) => return Err(Problem::field("captureMode", "The capture mode is not supported by the method")),
    };
    let locale = text("locale").unwrap_or("en_US");
    if !["fr_FR", "fr_BE", "nl_NL", "nl_BE", "en_US", "en_GB"].contains(&locale) {
        return Err(Problem::field("locale", "The locale is invalid"));
    }
    let lines = request.get("lines").cloned().unwrap_or_default();
    check_lines(&lines, amount)?;
    let metadata = request.get("metadata").cloned().unwrap_or_default();
    if metadata.to_string().len() > 1024 {
        return Err(Problem::field("metadata", "The metadata is larger than 1 kB"));
    }
    let time = methods.iter().map(|method| time_to_pay(*method)).max().unwrap_or_default();
    let expires_at = match text("dueDate") {
        None => now + time,
        Some(day) => due(day, &methods, now)?,
    };
    Ok(Payment {
        id,
        state: ProviderState::Open,
        amount,
        description,
        redirect_url,
        webhook_url,
        methods: methods.iter().map(|method| method.code().to_owned()).collect(),
        locale: locale.to_owned(),
        metadata,
        lines,
        manual_capture,
        created_at: now,
        expires_at,
        changed_at: now,
        captures: Vec::new(),
        refunds: Vec::new(),
        chargebacks: Vec::new(),
    })
}

/// A transfer may arrive until the end of its due date: tomorrow at the earliest, at most 100 days ahead.
fn due(day: &str, methods: &[PaymentMethod], now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    let wrong = |detail: &str| Problem::field("dueDate", detail);
    if methods != [PaymentMethod::BankTransfer] {
        return Err(wrong("The due date can only be set for bank transfers"));
    }
    let day: NaiveDate = day.parse().map_err(|_| wrong("The due date must be of the form YYYY-MM-DD"))?;
    let ahead = (day - now.date_naive()).num_days();
    let end = day.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).map(|end| end.and_utc());
    end.filter(|_| (1..=100).contains(&ahead))
        .ok_or_else(|| wrong("The due date must be at least tomorrow and at most 100 days ahead"))
}

/// One method, several, or (when none is named) all.
fn methods_of(value: &Value) -> Result<Vec<PaymentMethod>, Problem> {
    let one = |value: &Value| {
        value
            .as_str()
            .and_then(PaymentMethod::parse)
            .ok_or_else(|| Problem::field("method", "The payment method is invalid"))
    };
    match value {
        Value::Null => Ok(PaymentMethod::ALL.into_iter().filter(|method| !method.is_slow()).collect()),
        Value::Array(list) if !list.is_empty() => list.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

/// The lines add up to the amount, and each one's VAT is the share of its rate in its total.
fn check_lines(lines: &Value, amount: Cents) -> Result<(), Problem> {
    let Value::Array(lines) = lines else {
        return if lines.is_null() { Ok(()) } else { Err(Problem::field("lines", "The lines must be a list")) };
    };
    let mut sum = Cents::ZERO;
    for line in lines {
        let money = |name: &str, field: &'static str| {
            line.get(name)
                .filter(|amount| amount.get("currency").and_then(Value::as_str) == Some("EUR"))
                .and_then(|amount| amount.get("value")?.as_str())
                .and_then(Cents::from_plain)
                .ok_or_else(|| Problem::field(field, "The amount of a line is invalid"))
        };
        if line.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(Problem::field("lines.0.description", "A line lacks its description"));
        }
        let quantity = line
            .get("quantity")
            .and_then(Value::as_u64)
            .and_then(|quantity| u32::try_from(quantity).ok())
            .filter(|quantity| *quantity > 0)
            .ok_or_else(|| Problem::field("lines.0.quantity", "The quantity must be a positive whole number"))?;
        let total = money("totalAmount", "lines.0.totalAmount")?;
        if money("unitPrice", "lines.0.unitPrice")?.times(quantity) != total {
            return Err(Problem::field("lines.0.totalAmount", "The total is not the unit price times the quantity"));
        }
        let rate = line
            .get("vatRate")
            .and_then(Value::as_str)
            .and_then(|rate| Decimal::from_str(rate).ok())
            .filter(|rate| !rate.is_sign_negative())
            .ok_or_else(|| Problem::field("lines.0.vatRate", "The VAT rate must be a percentage, as a string"))?;
        let vat = Cents::round(Decimal::from(total.0) * rate / (Decimal::ONE_HUNDRED + rate));
        if money("vatAmount", "lines.0.vatAmount")? != vat {
            let expected = vat.to_plain();
            return Err(Problem::field("lines.0.vatAmount", format!("The VAT amount should be {expected}")));
        }
        sum += total;
    }
    if sum == amount {
        Ok(())
    } else {
        Err(Problem::field("lines", "The totals of the lines do not add up to the amount of the payment"))
    }
}
