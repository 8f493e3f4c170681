//! The platform: configuration, database and outside services, handed to every use case.

use crate::{
    clock::{Clock, civil_day},
    config::Config,
    credit::{self, CreditCheck},
    db::{Db, secrets},
    document_key::{DocumentKeyError, DocumentKeys},
    holidays::Holidays,
    id::Ids,
    payments::PaymentProvider,
    places::Gazetteer,
    search::SearchIndex,
    secret_box::{SecretBox, SecretError},
    storage::Storage,
    vat_register::VatRegister,
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_view::error::ApiError;
use std::{
    ops::Deref,
    sync::{Arc, LazyLock, OnceLock},
};

/// Cheap to clone; the same everywhere in a process.
#[derive(Clone, Debug)]
pub struct Platform(Arc<Inner>);

/// What a [`Platform`] holds.
#[derive(Debug)]
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// Rows.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn Ids>,
    /// Payments.
    pub payments: Arc<dyn PaymentProvider>,
    /// A second opinion before a deferred payment.
    pub credit: Arc<dyn CreditCheck>,
    /// VAT numbers.
    pub vat_register: Arc<dyn VatRegister>,
    /// Places, read when the first one is asked for: what needs none starts at once.
    pub places: LazyLock<&'static Gazetteer>,
    /// Public holidays.
    pub holidays: &'static Holidays,
    /// Uploaded files.
    pub storage: Arc<dyn Storage>,
    /// Search.
    pub search: SearchIndex,
    secrets: OnceLock<Result<SecretBox, SecretError>>,
    document_keys: OnceLock<Result<DocumentKeys, DocumentKeyError>>,
    /// Wakes the job runner when there is something to do now.
    pub wake_jobs: tokio::sync::Notify,
}

impl Deref for Platform {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Platform {
    /// Puts a platform together.
    #[must_use]
    pub fn new(
        config: Config,
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        payments: Arc<dyn PaymentProvider>,
        vat_register: Arc<dyn VatRegister>,
    ) -> Self {
        let storage = crate::storage::open(&config.storage());
        Self(Arc::new(Inner {
            storage,
            credit: credit::configured(&config),
            config,
            db,
            clock,
            ids,
            payments,
            vat_register,
            places: LazyLock::new(Gazetteer::shared),
            holidays: Holidays::shared(),
            search: SearchIndex::default(),
            secrets: OnceLock::new(),
            document_keys: OnceLock::new(),
            wake_jobs: tokio::sync::Notify::new(),
        }))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today, in the platform's zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        civil_day(self.now(), self.config.zone)
    }

    /// What seals secrets at rest; the key is read (or made) when it is first needed. A server asks at its start, so
    /// that a wrong key stops it there.
    ///
    /// # Errors
    /// Why there is no key.
    pub fn secrets(&self) -> Result<&SecretBox, SecretError> {
        self.secrets
            .get_or_init(|| SecretBox::configured(&self.config, self.ids.as_ref()))
            .as_ref()
            .map_err(SecretError::clone)
    }

    /// Seals a text that the platform must read again, for the one column and row that `context` names
    /// (`expert_billing.iban/<id>`).
    ///
    /// # Errors
    /// A fault of ours.
    pub fn seal(&self, context: &str, text: &str) -> Result<String, ApiError> {
        self.secrets()
            .and_then(|secrets| secrets.seal(self.ids.as_ref(), context, text))
            .map_err(|error| self.fault(error))
    }

    /// Opens what [`Platform::seal`] sealed for the same context.
    ///
    /// # Errors
    /// A fault of ours, such as another key.
    pub fn unseal(&self, context: &str, sealed: &str) -> Result<String, ApiError> {
        self.secrets().and_then(|secrets| secrets.open(context, sealed)).map_err(|error| self.fault(error))
    }

    /// Whether the database's secrets were sealed with this node's key; the first node to ask leaves its mark.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn has_the_right_key(&self) -> Result<bool, ApiError> {
        const CONTEXT: &str = "secret_check.sealed/1";
        let mark = self.seal(CONTEXT, "gabarit")?;
        let mut tx = self.db.begin().await.map_err(|error| self.fault(error))?;
        secrets::insert(&mut tx.exec(), &mark).await.map_err(|error| self.fault(error))?;
        let found = secrets::find(&mut tx.exec()).await.map_err(|error| self.fault(error))?;
        tx.commit().await.map_err(|error| self.fault(error))?;
        let secrets = self.secrets().map_err(|error| self.fault(error))?;
        Ok(found.is_some_and(|sealed| secrets.open(CONTEXT, &sealed).is_ok()))
    }

    /// The keys that documents are sealed with; read (or made) when they are first needed.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn document_keys(&self) -> Result<&DocumentKeys, ApiError> {
        self.document_keys
            .get_or_init(|| DocumentKeys::configured(&self.config, self.ids.as_ref()))
            .as_ref()
            .map_err(|error| self.fault(error))
    }

    /// Logs a fault under a new id and answers with that id alone.
    pub fn fault(&self, error: impl std::fmt::Display) -> ApiError {
        let id = self.ids.uuid();
        tracing::error!(%id, %error, "fault");
        ApiError::Internal { id }
    }
}
