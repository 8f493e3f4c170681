//! The money desk. Every function here begins with [`Call::manager`](super::Call::manager).

use gabarit_domain::ids::PayoutBatchId;
use gabarit_i18n::Locale;
use gabarit_view::{
    audit::AuditPage,
    desk::{
        AccountPage, BatchDetail, Operations, PayoutDesk, RetryForm, SettlementForm, TransactionView, TrialBalance,
    },
    error::ApiError,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_domain::ids::PayoutId,
    gabarit_server::services::{
        audit_runs,
        books::{self, Period},
        log_words, operations, payouts,
    },
    gabarit_view::desk::PrepareForm,
};

/// What is done with a batch or a payout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchActionForm {
    /// `approve`, `cancel`, `executed` or `bounced`.
    pub what: String,
    /// Of the batch; of the payout, where one bounced.
    pub id: String,
    /// Why it bounced.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
}

/// Back to a page of the desk, which says what is done.
#[cfg(feature = "ssr")]
fn back_with(call: &Call, locale: &str, page: Page, notice: &str) {
    let path = url::path(Locale::parse(locale).unwrap_or_default(), page);
    call.redirect(&url::with_param(&path, "notice", notice));
}

/// Back to a page of the desk, which says that it is done.
#[cfg(feature = "ssr")]
fn back(call: &Call, locale: &str, page: Page) {
    back_with(call, locale, page, "saved");
}

/// What is owed to experts, and the batches.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] for all but managers.
#[server(prefix = "/api", endpoint = "payout_desk", input = GetUrl)]
pub async fn read_payouts() -> Result<PayoutDesk, ApiError> {
    let call = Call::current()?;
    payouts::desk(&call.platform, call.manager()?).await
}

/// A batch.
///
/// # Errors
/// See [`payouts::batch`].
#[server(prefix = "/api", endpoint = "payout_batch", input = GetUrl)]
pub async fn read_batch(
    /// Which.
    id: PayoutBatchId,
) -> Result<BatchDetail, ApiError> {
    let call = Call::current()?;
    payouts::batch(&call.platform, call.manager()?, id).await
}

/// Puts invoices into a batch.
///
/// # Errors
/// See [`payouts::prepare`].
#[server(prefix = "/api", endpoint = "prepare_payouts")]
pub async fn prepare_payouts(
    /// Ids of invoices.
    #[server(default)]
    documents: Vec<String>,
    /// The form's own key.
    key: String,
    /// When the bank shall execute it.
    #[server(default)]
    execute_on: String,
    /// Language of the page.
    #[server(default)]
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let form = PrepareForm { key, documents, execute_on };
    let result = async {
        let id = payouts::prepare(&call.platform, call.manager()?, &form).await?;
        back(&call, &locale, Page::Manage(ManagePage::PayoutBatch(id)));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Approves, gives up or settles a batch, or one payout of it.
///
/// # Errors
/// See [`payouts`].
#[server(prefix = "/api", endpoint = "act_on_batch")]
pub async fn act_on_batch(
    /// As posted.
    #[server(flatten)]
    form: BatchActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let (p, actor) = (&call.platform, call.manager()?);
        let id: Uuid = form.id.parse().map_err(|_| ApiError::NotFound)?;
        let mut batch = PayoutBatchId(id);
        match form.what.as_str() {
            "approve" => payouts::approve(p, actor, batch).await?,
            "cancel" => payouts::cancel(p, actor, batch).await?,
            "executed" => payouts::executed(p, actor, batch).await?,
            "bounced" => batch = payouts::bounced(p, actor, PayoutId(id), &form.reason).await?,
            _ => return Err(ApiError::NotFound),
        }
        back(&call, &form.locale, Page::Manage(ManagePage::PayoutBatch(batch)));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The trial balance of a period.
///
/// # Errors
/// See [`books::trial_balance`].
#[server(prefix = "/api", endpoint = "trial_balance", input = GetUrl)]
pub async fn read_trial_balance(
    /// First day; may be empty.
    from: String,
    /// Last day; may be empty.
    to: String,
) -> Result<TrialBalance, ApiError> {
    let call = Call::current()?;
    books::trial_balance(&call.platform, call.manager()?, Period::parse(&from, &to)).await
}

/// A page of an account.
///
/// # Errors
/// See [`books::account`].
#[server(prefix = "/api", endpoint = "ledger_account", input = GetUrl)]
pub async fn read_account(
    /// Its code.
    code: String,
    /// First day; may be empty.
    from: String,
    /// Last day; may be empty.
    to: String,
    /// From 1.
    page: u32,
) -> Result<AccountPage, ApiError> {
    let call = Call::current()?;
    books::account(&call.platform, call.manager()?, &code, Period::parse(&from, &to), page).await
}

/// A transaction.
///
/// # Errors
/// See [`books::transaction`].
#[server(prefix = "/api", endpoint = "ledger_transaction", input = GetUrl)]
pub async fn read_transaction(
    /// Which.
    id: Uuid,
) -> Result<TransactionView, ApiError> {
    let call = Call::current()?;
    books::transaction(&call.platform, call.manager()?, id).await
}

/// Notes a settlement of the payment provider.
///
/// # Errors
/// See [`books::note_settlement`].
#[server(prefix = "/api", endpoint = "note_settlement")]
pub async fn note_settlement(
    /// As posted.
    #[server(flatten)]
    form: SettlementForm,
    /// Language of the page.
    #[server(default)]
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        books::note_settlement(&call.platform, call.manager()?, &form).await?;
        back(&call, &locale, Page::Manage(ManagePage::Ledger));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// What runs, what fails, and what needs somebody.
///
/// # Errors
/// See [`operations::operations`].
#[server(prefix = "/api", endpoint = "operations", input = GetUrl)]
pub async fn read_operations(
    /// Language of the page.
    locale: Locale,
) -> Result<Operations, ApiError> {
    let call = Call::current()?;
    let mut page = operations::operations(&call.platform, call.manager()?).await?;
    log_words::tell_operations(locale, &mut page);
    Ok(page)
}

/// Tries something again now.
///
/// # Errors
/// See [`operations::retry`].
#[server(prefix = "/api", endpoint = "retry")]
pub async fn retry(
    /// As posted.
    #[server(flatten)]
    form: RetryForm,
    /// Language of the page.
    #[server(default)]
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        operations::retry(&call.platform, call.manager()?, &form).await?;
        let notice = if form.what == "elsewhere" { "saved" } else { "retried" };
        back_with(&call, &locale, Page::Manage(ManagePage::Operations), notice);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// What the audit found.
///
/// # Errors
/// See [`audit_runs::page`].
#[server(prefix = "/api", endpoint = "audit_page", input = GetUrl)]
pub async fn read_audit(
    /// Language of the page.
    locale: Locale,
) -> Result<AuditPage, ApiError> {
    let call = Call::current()?;
    audit_runs::page(&call.platform, call.manager()?, locale).await
}

/// Orders a run of the audit.
///
/// # Errors
/// See [`audit_runs::ask`].
#[server(prefix = "/api", endpoint = "ask_audit")]
pub async fn ask_audit(
    /// Language of the page.
    #[server(default)]
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    audit_runs::ask(&call.platform, call.manager()?).await?;
    call.redirect(&url::path(Locale::parse(&locale).unwrap_or_default(), Page::Manage(ManagePage::Audit)));
    Ok(())
}
