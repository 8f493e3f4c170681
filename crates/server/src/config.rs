//! Configuration: the environment (and `Leptos.toml` for the address), read once at the start. A wrong value stops the
//! start with a sentence that names the variable.

use crate::{
    document_key::DocumentKeys,
    secret_box::SecretKey,
    storage::{BucketUrl, StorageUrl},
};
use chrono_tz::Tz;
use gabarit_domain::{
    einvoice::endpoint::Endpoint,
    money::BasisPoints,
    text::Email,
    vat::{CountryCode, OperatorVat, VatNumber},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::{net::SocketAddr, path::PathBuf, str::FromStr};
use thiserror::Error;
use url::Url;

/// A variable that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{variable}: {problem} (it is {value:?})")]
pub struct ConfigError {
    /// Its name.
    pub variable: &'static str,
    /// Its value; secrets are replaced by a word.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file in the data folder.
    Sqlite(PathBuf),
    /// A server.
    Postgres(String),
}

/// The company that runs the platform; the default is fictional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Legal name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country and standard rate.
    pub vat: OperatorVat,
    /// Its VAT number.
    pub vat_number: VatNumber,
    /// Its legal registration.
    pub registration: String,
    /// Where people write to.
    pub email: Email,
    /// Its bank account, printed on invoices with something due.
    pub iban: String,
    /// Its bank's BIC, for payout files; most banks of SEPA need none.
    pub bic: Option<String>,
    /// `GABARIT_PRIVATE_CLIENTS`: whether consumers may book, with the rights that they have.
    pub private_clients: bool,
}

/// Everything that can be configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// `GABARIT_DATA_DIR`: database file, backups.
    pub data_dir: PathBuf,
    /// `GABARIT_SECRET_KEY`: what secrets at rest are sealed with; a file in the data folder unless set.
    pub secret_key: Option<SecretKey>,
    /// `DATABASE_URL`.
    pub database: DatabaseUrl,
    /// `GABARIT_PUBLIC_URL`: what people type; links in mails and the provider's returns start with it.
    pub public_url: Url,
    /// `LEPTOS_SITE_ADDR`: where the server listens.
    pub listen: SocketAddr,
    /// `GABARIT_TIME_ZONE`: the platform's zone.
    pub zone: Tz,
    /// `GABARIT_OPERATOR_…`.
    pub operator: Operator,
    /// `GABARIT_PAYMENT_URL`: base address of the payment provider's API.
    pub payment_url: Url,
    /// `GABARIT_PAYMENT_KEY`: its API key.
    pub payment_key: String,
    /// `GABARIT_CREDIT_URL`: a credit bureau to ask before a deferred payment; none unless set.
    pub credit_url: Option<Url>,
    /// `GABARIT_CREDIT_KEY`: its key.
    pub credit_key: Option<String>,
    /// `GABARIT_WEBHOOK_URL`: where the provider reports; the public URL unless set.
    pub webhook_base: Url,
    /// `GABARIT_VAT_REGISTER_URL`: base address of the VAT register.
    pub vat_register_url: Url,
    /// `GABARIT_SMTP_URL`: mail server; without one, mail stays in the local mailbox.
    pub smtp_url: Option<String>,
    /// `GABARIT_STORAGE_URL`: the bucket of uploaded files, if they are not in the data folder.
    pub bucket: Option<BucketUrl>,
    /// `GABARIT_SANDBOX_ADDR`: where `gabarit sandbox` listens.
    pub sandbox_listen: SocketAddr,
    /// `GABARIT_FOUR_EYES`: whether a payout batch needs a second manager.
    pub four_eyes: bool,
    /// `GABARIT_OPERATOR_ENDPOINT`: where the operator receives e-invoices.
    pub operator_endpoint: Option<Endpoint>,
    /// `GABARIT_DOCUMENT_KEY`: what documents are sealed with; a file in the data folder unless set.
    pub document_key: Option<String>,
    /// `GABARIT_CONTACT_MONTHS`: when visitors' conversations are erased, in months after the last answer.
    pub contact_months: u32,
    /// `GABARIT_LOG_FORMAT`: `text` or `json`.
    pub log_json: bool,
}

/// Variables, their defaults and what they are for: the table in the README and in `--help`.
pub const VARIABLES: [(&str, &str, &str); 32] = [
    ("GABARIT_DATA_DIR", "var", "folder of the SQLite file and of backups"),
    (
        "GABARIT_SECRET_KEY",
        "",
        "64 hexadecimal digits that secrets at rest are sealed with; made as secret.key in the data folder when empty",
    ),
    ("DATABASE_URL", "", "postgres://… for PostgreSQL; SQLite in the data folder when empty"),
    ("GABARIT_PUBLIC_URL", "http://127.0.0.1:3000", "address people use; https:// unless it is loopback"),
    ("LEPTOS_SITE_ADDR", "127.0.0.1:3000", "address and port the server listens on"),
    ("GABARIT_TIME_ZONE", "Europe/Amsterdam", "the platform's time zone (IANA name)"),
    ("GABARIT_OPERATOR_NAME", "Gabarit Demo B.V.", "legal name of the operator"),
    ("GABARIT_OPERATOR_STREET", "Voorbeeldkade 1", "its street and number"),
    ("GABARIT_OPERATOR_POSTAL_CODE", "3511 ZZ", "its postal code"),
    ("GABARIT_OPERATOR_CITY", "Utrecht", "its town"),
    ("GABARIT_OPERATOR_COUNTRY", "NL", "its country (ISO 3166-1 alpha-2)"),
    (
        "GABARIT_OPERATOR_VAT_NUMBER",
        "NL999999990B00",
        "its VAT number; the default passes the form's check and is nobody's",
    ),
    ("GABARIT_OPERATOR_VAT_RATE", "21", "its standard VAT rate in percent"),
    ("GABARIT_OPERATOR_REGISTRATION", "KVK 00000000", "its legal registration"),
    ("GABARIT_OPERATOR_EMAIL", "bonjour@gabarit.example", "where people write to, and the sender of mails"),
    ("GABARIT_OPERATOR_IBAN", "NL91ABNA0417164300", "its bank account; the default is the standard's own example"),
    ("GABARIT_OPERATOR_BIC", "", "its bank's BIC, where the bank wants one in payout files"),
    ("GABARIT_FOUR_EYES", "off", "on: another manager must approve a payout batch than the one who prepared it"),
    ("GABARIT_PRIVATE_CLIENTS", "off", "on: consumers of the Union may book, with 14 days to withdraw"),
    ("GABARIT_PAYMENT_URL", "http://127.0.0.1:3010", "payment provider's API (Mollie v2); the default is the sandbox"),
    ("GABARIT_PAYMENT_KEY", "test_sandbox", "its API key"),
    ("GABARIT_CREDIT_URL", "", "credit bureau asked before a deferred payment; empty: the platform's own books alone"),
    ("GABARIT_CREDIT_KEY", "", "its key"),
    ("GABARIT_VAT_REGISTER_URL", "http://127.0.0.1:3010/vies", "VAT register's REST API; the default is the sandbox"),
    ("GABARIT_SMTP_URL", "", "smtp:// or smtps:// URL; empty keeps mail in the local mailbox at /dev/mail"),
    (
        "GABARIT_STORAGE_URL",
        "",
        "s3://bucket/folder?endpoint=…&region=… for uploads; a folder of the data folder when empty",
    ),
    ("GABARIT_STORAGE_KEY", "", "access key of that bucket"),
    ("GABARIT_STORAGE_SECRET", "", "its secret"),
    (
        "GABARIT_OPERATOR_ENDPOINT",
        "",
        "its electronic address for e-invoices, scheme:identifier (0106:12345678); without one there is no UBL",
    ),
    (
        "GABARIT_DOCUMENT_KEY",
        "",
        "keys that documents are sealed with, 64 hexadecimal digits each, the first seals; made as document.key when empty",
    ),
    (
        "GABARIT_CONTACT_MONTHS",
        "24",
        "months after its last answer or its closing that a visitor's conversation with the contact desk is erased",
    ),
    ("GABARIT_LOG_FORMAT", "text", "text or json"),
];

impl Config {
    /// Reads the configuration through `lookup` (the environment, or a test's table).
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let given = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let default = |name: &str| {
            VARIABLES.iter().find(|(variable, _, _)| *variable == name).map(|(_, value, _)| *value).unwrap_or_default()
        };
        let text = |name: &'static str| given(name).unwrap_or_else(|| default(name).to_owned());
        let data_dir = PathBuf::from(text("GABARIT_DATA_DIR"));
        let secret_key = given("GABARIT_SECRET_KEY")
            .map(|text| {
                SecretKey::parse(&text)
                    .ok_or_else(|| error("GABARIT_SECRET_KEY", "(hidden)", "it must be 64 hexadecimal digits"))
            })
            .transpose()?;
        let database = match given("DATABASE_URL") {
            None => DatabaseUrl::Sqlite(data_dir.join("gabarit.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                DatabaseUrl::Postgres(url)
            }
            Some(_) => return Err(error("DATABASE_URL", "(hidden)", "it must start with postgres://, or be empty")),
        };
        let listen = parsed::<SocketAddr>("LEPTOS_SITE_ADDR", &text("LEPTOS_SITE_ADDR"), "not an address and port")?;
        let public_url = web_url("GABARIT_PUBLIC_URL", &text("GABARIT_PUBLIC_URL"))?;
        if public_url.scheme() != "https" && !is_loopback(&public_url) {
            return Err(error(
                "GABARIT_PUBLIC_URL",
                public_url.as_str(),
                "it must start with https:// unless it is a loopback address",
            ));
        }
        let zone = parsed::<Tz>("GABARIT_TIME_ZONE", &text("GABARIT_TIME_ZONE"), "not an IANA time zone")?;
        let country_text = text("GABARIT_OPERATOR_COUNTRY");
        let country = CountryCode::parse(&country_text)
            .map_err(|_| error("GABARIT_OPERATOR_COUNTRY", &country_text, "not a country code of two letters"))?;
        let vat_text = text("GABARIT_OPERATOR_VAT_NUMBER");
        let vat_number = VatNumber::parse(country, &vat_text)
            .map_err(|problem| error("GABARIT_OPERATOR_VAT_NUMBER", &vat_text, &problem.to_string()))?;
        let rate_text = text("GABARIT_OPERATOR_VAT_RATE");
        let rate = Decimal::from_str(&rate_text)
            .ok()
            .map(|percent| percent * Decimal::from(100))
            .filter(|basis_points| basis_points.fract().is_zero())
            .and_then(|basis_points| basis_points.to_u32())
            .filter(|rate| *rate <= 10_000)
            .map(BasisPoints)
            .ok_or_else(|| error("GABARIT_OPERATOR_VAT_RATE", &rate_text, "not a percentage from 0 to 100"))?;
        let email_text = text("GABARIT_OPERATOR_EMAIL");
        let email = Email::parse(&email_text)
            .map_err(|_| error("GABARIT_OPERATOR_EMAIL", &email_text, "not an e-mail address"))?;
        let format = text("GABARIT_LOG_FORMAT");
        let log_json = match format.as_str() {
            "text" => false,
            "json" => true,
            _ => return Err(error("GABARIT_LOG_FORMAT", &format, "neither text nor json")),
        };
        let four_eyes_text = text("GABARIT_FOUR_EYES");
        let four_eyes = match four_eyes_text.as_str() {
            "on" => true,
            "off" => false,
            _ => return Err(error("GABARIT_FOUR_EYES", &four_eyes_text, "neither on nor off")),
        };
        let private_text = text("GABARIT_PRIVATE_CLIENTS");
        let private_clients = match private_text.as_str() {
            "on" => true,
            "off" => false,
            _ => return Err(error("GABARIT_PRIVATE_CLIENTS", &private_text, "neither on nor off")),
        };
        let bic = given("GABARIT_OPERATOR_BIC").map(|bic| bic.to_uppercase());
        if let Some(bic) = &bic
            && !is_bic(bic)
        {
            return Err(error("GABARIT_OPERATOR_BIC", bic, "not a BIC of 8 or 11 letters and digits"));
        }
        let sandbox_text = given("GABARIT_SANDBOX_ADDR").unwrap_or_else(|| "127.0.0.1:3010".to_owned());
        let smtp_url = given("GABARIT_SMTP_URL");
        if let Some(url) = &smtp_url {
            let hidden = |problem| error("GABARIT_SMTP_URL", "(hidden)", problem);
            let url = Url::parse(url).map_err(|_| hidden("not a URL"))?;
            if !matches!(url.scheme(), "smtp" | "smtps") || url.host().is_none() {
                return Err(hidden("it must start with smtp:// or smtps:// and name a server"));
            }
            if url.query_pairs().any(|(key, value)| key == "tls" && !matches!(&*value, "required" | "opportunistic")) {
                return Err(hidden("its parameter tls must be required or opportunistic"));
            }
        }
        let bucket = given("GABARIT_STORAGE_URL")
            .map(|url| {
                BucketUrl::parse(&url, &text("GABARIT_STORAGE_KEY"), &text("GABARIT_STORAGE_SECRET"))
                    .map_err(|problem| error("GABARIT_STORAGE_URL", &url, problem))
            })
            .transpose()?;
        let operator_endpoint = given("GABARIT_OPERATOR_ENDPOINT")
            .map(|text| {
                text.split_once(':')
                    .and_then(|(scheme, id)| Endpoint::parse(scheme, id).ok())
                    .ok_or_else(|| error("GABARIT_OPERATOR_ENDPOINT", &text, "not scheme:identifier of a known scheme"))
            })
            .transpose()?;
        let document_key = given("GABARIT_DOCUMENT_KEY");
        if document_key.as_deref().is_some_and(|text| DocumentKeys::parse(text).is_err()) {
            return Err(error("GABARIT_DOCUMENT_KEY", "(hidden)", "it must be keys of 64 hexadecimal digits"));
        }
        let months_text = text("GABARIT_CONTACT_MONTHS");
        let contact_months = months_text
            .parse()
            .ok()
            .filter(|months| (1..=120).contains(months))
            .ok_or_else(|| error("GABARIT_CONTACT_MONTHS", &months_text, "not a number of months from 1 to 120"))?;
        let webhook_base = match given("GABARIT_WEBHOOK_URL") {
            Some(url) => web_url("GABARIT_WEBHOOK_URL", &url)?,
            None => public_url.clone(),
        };
        Ok(Self {
            data_dir,
            secret_key,
            database,
            webhook_base,
            public_url,
            listen,
            zone,
            operator: Operator {
                name: text("GABARIT_OPERATOR_NAME"),
                street: text("GABARIT_OPERATOR_STREET"),
                postal_code: text("GABARIT_OPERATOR_POSTAL_CODE"),
                city: text("GABARIT_OPERATOR_CITY"),
                vat: OperatorVat { country, rate },
                vat_number,
                registration: text("GABARIT_OPERATOR_REGISTRATION"),
                email,
                iban: text("GABARIT_OPERATOR_IBAN"),
                bic,
                private_clients,
            },
            payment_url: web_url("GABARIT_PAYMENT_URL", &text("GABARIT_PAYMENT_URL"))?,
            payment_key: text("GABARIT_PAYMENT_KEY"),
            credit_url: given("GABARIT_CREDIT_URL").map(|url| web_url("GABARIT_CREDIT_URL", &url)).transpose()?,
            credit_key: given("GABARIT_CREDIT_KEY"),
            vat_register_url: web_url("GABARIT_VAT_REGISTER_URL", &text("GABARIT_VAT_REGISTER_URL"))?,
            smtp_url,
            bucket,
            sandbox_listen: parsed("GABARIT_SANDBOX_ADDR", &sandbox_text, "not an address and port")?,
            four_eyes,
            operator_endpoint,
            document_key,
            contact_months,
            log_json,
        })
    }

    /// Where uploaded files lie.
    #[must_use]
    pub fn storage(&self) -> StorageUrl {
        match &self.bucket {
            Some(bucket) => StorageUrl::Bucket(bucket.clone()),
            None => StorageUrl::Folder(self.data_dir.join("uploads")),
        }
    }

    /// Whether only this machine can reach the platform: `demo`, `sandbox` and `/dev/mail` refuse to work otherwise.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_loopback(&self.public_url)
    }
}

/// ISO 9362: four letters or digits, a country, two, and perhaps three for the branch.
fn is_bic(text: &str) -> bool {
    matches!(text.len(), 8 | 11)
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && text.bytes().skip(4).take(2).all(|b| b.is_ascii_uppercase())
}

fn error(variable: &'static str, value: &str, problem: &str) -> ConfigError {
    ConfigError { variable, value: value.to_owned(), problem: problem.to_owned() }
}

fn parsed<T: FromStr>(variable: &'static str, value: &str, problem: &str) -> Result<T, ConfigError> {
    value.parse().map_err(|_| error(variable, value, problem))
}

fn web_url(variable: &'static str, value: &str) -> Result<Url, ConfigError> {
    let url: Url = parsed(variable, value, "not a URL")?;
    if matches!(url.scheme(), "http" | "https") && url.host().is_some() {
        Ok(url)
    } else {
        Err(error(variable, value, "it must start with http:// or https://"))
    }
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
