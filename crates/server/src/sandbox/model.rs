//! A payment of the sandbox and its states.

use crate::payments::ProviderState;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use gabarit_domain::{booking::PaymentMethod, money::Cents};
use gabarit_i18n::Locale;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

/// How long an authorisation holds.
const AUTHORISATION: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) state: ProviderState,
    /// In cents, with VAT.
    pub(super) amount: Cents,
    pub(super) description: String,
    pub(super) redirect_url: String,
    pub(super) webhook_url: Option<String>,
    /// The methods the client may choose from; one once chosen.
    pub(super) methods: Vec<String>,
    /// As the provider names it: `fr_FR`.
    pub(super) locale: String,
    pub(super) metadata: Value,
    pub(super) lines: Value,
    /// `captureMode: manual`.
    pub(super) manual_capture: bool,
    pub(super) created_at: DateTime<Utc>,
    /// Of the payment while open, of the authorisation while authorised.
    pub(super) expires_at: DateTime<Utc>,
    /// When it came to its state.
    pub(super) changed_at: DateTime<Utc>,
    pub(super) captures: Vec<Movement>,
    pub(super) refunds: Vec<Movement>,
    #[serde(default)]
    pub(super) chargebacks: Vec<Movement>,
}

/// A capture or a refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Movement {
    pub(super) id: String,
    pub(super) amount: Cents,
    pub(super) description: String,
    pub(super) metadata: Value,
    pub(super) created_at: DateTime<Utc>,
    /// When it came back: a refund that the bank refused, a chargeback that was reversed.
    #[serde(default)]
    pub(super) undone_at: Option<DateTime<Utc>>,
    /// When it will come back, by order.
    #[serde(default)]
    pub(super) fails_at: Option<DateTime<Utc>>,
}

/// A refund is processed after so long …
const REFUND_WAITS: TimeDelta = TimeDelta::seconds(30);
/// … and is with the client's bank after so long.
const REFUND_TAKES: TimeDelta = TimeDelta::minutes(1);

impl Movement {
    /// Whether it is to come back now.
    pub(super) fn fails(&self, now: DateTime<Utc>) -> bool {
        self.undone_at.is_none() && self.fails_at.is_some_and(|at| now >= at)
    }

    /// The state of a refund: waiting, under way, done, or returned by the client's bank.
    pub(super) fn refund_state(&self, now: DateTime<Utc>) -> &'static str {
        if self.undone_at.is_some() {
            "failed"
        } else if now < self.created_at + REFUND_WAITS {
            "pending"
        } else if now < self.created_at + REFUND_TAKES {
            "processing"
        } else {
            "refunded"
        }
    }

    /// A chargeback as the API shows it.
    pub(super) fn chargeback_json(&self, payment: &str, base: &Url) -> Value {
        let path = format!("v2/payments/{payment}/chargebacks/{}", self.id);
        json!({
            "resource": "chargeback",
            "id": self.id,
            "amount": money(self.amount),
            "settlementAmount": { "currency": "EUR", "value": (-self.amount).to_plain() },
            "createdAt": time(self.created_at),
            "reversedAt": self.undone_at.map(time),
            "paymentId": payment,
            "_links": {
                "self": link(base, &path, "application/hal+json"),
                "payment": link(base, &format!("v2/payments/{payment}"), "application/hal+json"),
            },
        })
    }
}

/// What the client (or a test) makes of an open payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Pay,
    Fail,
    Cancel,
    Expire,
    Pending,
}

impl Outcome {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pay" => Self::Pay,
            "fail" => Self::Fail,
            "cancel" => Self::Cancel,
            "expire" => Self::Expire,
            "pending" => Self::Pending,
            _ => return None,
        })
    }
}

/// How long a client has to pay by a method.
pub(super) const fn time_to_pay(method: PaymentMethod) -> TimeDelta {
    match method {
        PaymentMethod::Ideal => TimeDelta::minutes(15),
        PaymentMethod::Bancontact => TimeDelta::hours(1),
        PaymentMethod::CreditCard => TimeDelta::minutes(30),
        // Unless the payment names a due date.
        PaymentMethod::BankTransfer => TimeDelta::days(12),
    }
}

impl Payment {
    /// Whether the client can still do something about it.
    pub(super) fn is_unsettled(&self) -> bool {
        matches!(self.state, ProviderState::Open | ProviderState::Pending)
    }

    pub(super) fn is_due(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at && (self.is_unsettled() || self.state == ProviderState::Authorized)
    }

    pub(super) fn expire_if_due(&mut self, now: DateTime<Utc>) -> bool {
        let due = self.is_due(now);
        if due {
            self.move_to(ProviderState::Expired, now);
        }
        due
    }

    pub(super) fn move_to(&mut self, state: ProviderState, now: DateTime<Utc>) {
        self.state = state;
        self.changed_at = now;
    }

    /// Settles an unsettled payment. `false` when it is settled already: nothing changes.
    pub(super) fn settle(&mut self, outcome: Outcome, method: Option<&str>, now: DateTime<Utc>) -> bool {
        if !self.is_unsettled() {
            return false;
        }
        if let Some(method) = method
            && self.methods.iter().any(|offered| offered == method)
        {
            self.methods = vec![method.to_owned()];
        }
        let state = match outcome {
            Outcome::Pay if self.is_captured_later() => {
                self.expires_at = now + AUTHORISATION;
                ProviderState::Authorized
            }
            Outcome::Pay => ProviderState::Paid,
            Outcome::Fail => ProviderState::Failed,
            Outcome::Cancel => ProviderState::Canceled,
            Outcome::Expire => ProviderState::Expired,
            Outcome::Pending => ProviderState::Pending,
        };
        self.move_to(state, now);
        true
    }

    fn is_captured_later(&self) -> bool {
        self.manual_capture && self.methods.first().is_some_and(|method| method == PaymentMethod::CreditCard.code())
    }

    pub(super) fn captured(&self) -> Cents {
        match self.state {
            ProviderState::Paid if !self.is_captured_later() => self.amount,
            _ => self.captures.iter().map(|capture| capture.amount).sum(),
        }
    }

    pub(super) fn refunded(&self) -> Cents {
        self.refunds.iter().filter(|refund| refund.undone_at.is_none()).map(|refund| refund.amount).sum()
    }

    pub(super) fn charged_back(&self) -> Cents {
        self.chargebacks.iter().filter(|one| one.undone_at.is_none()).map(|one| one.amount).sum()
    }

    pub(super) fn language(&self) -> Locale {
        self.locale.get(..2).and_then(Locale::parse).unwrap_or_default()
    }

    /// As the API shows it.
    pub(super) fn to_json(&self, base: &Url) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| {
            fields.insert(name.to_owned(), value);
        };
        put("resource", json!("payment"));
        put("id", json!(self.id));
        put("mode", json!("test"));
        put("createdAt", time(self.created_at));
        put("status", json!(self.state.code()));
        put("isCancelable", json!(self.state == ProviderState::Open));
        put("amount", money(self.amount));
        put("description", json!(self.description));
        put("method", self.methods.first().filter(|_| self.methods.len() == 1).map_or(Value::Null, |one| json!(one)));
        put("metadata", self.metadata.clone());
        put("locale", json!(self.locale));
        put("lines", self.lines.clone());
        put("sequenceType", json!("oneoff"));
        put("redirectUrl", json!(self.redirect_url));
        put("webhookUrl", json!(self.webhook_url));
        if self.manual_capture {
            put("captureMode", json!("manual"));
            put("amountCaptured", money(self.captured()));
        }
        if !self.refunds.is_empty() || self.state == ProviderState::Paid {
            put("amountRefunded", money(self.refunded()));
            put("amountRemaining", money(self.captured() - self.refunded()));
        }
        if !self.chargebacks.is_empty() {
            // Reversed ones are named, too: only so does a merchant come to look.
            put("amountChargedBack", money(self.chargebacks.iter().map(|one| one.amount).sum()));
        }
        let moment = match self.state {
            ProviderState::Open => ("expiresAt", self.expires_at),
            ProviderState::Pending => ("pendingAt", self.changed_at),
            ProviderState::Authorized => ("authorizedAt", self.changed_at),
            ProviderState::Paid => ("paidAt", self.changed_at),
            ProviderState::Canceled => ("canceledAt", self.changed_at),
            ProviderState::Expired => ("expiredAt", self.changed_at),
            ProviderState::Failed => ("failedAt", self.changed_at),
        };
        put(moment.0, time(moment.1));
        if self.state == ProviderState::Authorized {
            put("captureBefore", time(self.expires_at));
        }
        let mut links = json!({ "self": link(base, &format!("v2/payments/{}", self.id), "application/hal+json") });
        if self.state == ProviderState::Open
            && let Some(links) = links.as_object_mut()
        {
            links.insert("checkout".to_owned(), link(base, &format!("checkout/{}", self.id), "text/html"));
        }
        put("_links", links);
        Value::Object(fields)
    }
}

impl Movement {
    /// As the API shows it: `resource` is `capture` or `refund`.
    pub(super) fn to_json(&self, resource: &str, status: &str, payment: &str, base: &Url) -> Value {
        let path = format!("v2/payments/{payment}/{resource}s/{}", self.id);
        json!({
            "resource": resource,
            "id": self.id,
            "mode": "test",
            "amount": money(self.amount),
            "description": self.description,
            "metadata": self.metadata,
            "status": status,
            "paymentId": payment,
            "createdAt": time(self.created_at),
            "_links": {
                "self": link(base, &path, "application/hal+json"),
                "payment": link(base, &format!("v2/payments/{payment}"), "application/hal+json"),
            },
        })
    }
}

pub(super) fn money(amount: Cents) -> Value {
    json!({ "currency": "EUR", "value": amount.to_plain() })
}

fn time(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Secs, false))
}

fn link(base: &Url, path: &str, kind: &str) -> Value {
    json!({ "href": format!("{}{path}", base.as_str()), "type": kind })
}
