//! Two-step sign-in: besides the password, a code that an authenticator app makes from the time, or one of ten recovery
//! codes. Managers must have it before the console opens to them; everybody else may.
//!
//! The seed is sealed in the database (`secret_box`). The recovery codes are made from it, so that their owner can look
//! at those that are left; the database holds their hashes, each struck when it is used.

use super::{
    confirm::{self, Confirmed},
    notices,
    totp::{self, Seed},
};
use crate::{
    db::{
        Exec, accounts, sessions,
        two_step::{self as rows, TwoStepRow},
    },
    jobs,
    platform::Platform,
};
use gabarit_domain::{ids::AccountId, text::Email};
use gabarit_i18n::{Locale, common};
use gabarit_view::{
    account::{AccountView, TwoStepSetup, TwoStepView},
    error::{ApiError, Problem},
};
use qrcode::{Color, EcLevel, QrCode};
use ring::hmac;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Recovery codes in a set.
const CODES: i64 = 10;
/// Empty modules around a QR code, as its standard wants them.
const QUIET: usize = 4;

/// What a seed is sealed for.
fn context(account: AccountId) -> String {
    format!("two_step.secret/{account}")
}

fn seed_of(p: &Platform, account: AccountId, row: &TwoStepRow) -> Result<Seed, ApiError> {
    let text = p.unseal(&context(account), &row.secret)?;
    Seed::parse(&text).ok_or_else(|| p.fault("a seed of two-step sign-in is unreadable"))
}

/// The present recovery codes: sixteen digits of base 32 each.
fn recovery_codes(seed: &Seed, set: i64) -> Vec<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, seed.text().as_bytes());
    (0..CODES)
        .map(|number| {
            let tag = hmac::sign(&key, format!("recovery code {set}/{number}").as_bytes());
            let text = totp::base32(&tag.as_ref()[..10]).to_lowercase();
            text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
        })
        .collect()
}

/// A recovery code as typed: with or without its hyphens, in any case.
fn typed_code(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase();
    (text.len() == 16 && text.is_ascii()).then_some(text)
}

/// Codes have 80 bits of their own, so a plain hash is enough.
fn code_hash(account: AccountId, code: &str) -> [u8; 32] {
    let code = code.replace('-', "");
    Sha256::new().chain_update(account.0.as_bytes()).chain_update(code.as_bytes()).finalize().into()
}

/// Whether a text is of the form of a recovery code.
pub(super) fn is_recovery_code(text: &str) -> bool {
    typed_code(text).is_some()
}

/// Tries a code of the app or a recovery code of an account whose two-step sign-in is in force, and uses it up.
pub(super) async fn try_code(p: &Platform, account: AccountId, text: &str) -> Result<bool, ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    let Some(row) = row.filter(|row| row.enabled_at.is_some()) else { return Ok(false) };
    let used = if let Some(code) = totp::six_digits(text) {
        use_code(&mut tx.exec(), p, account, &row, &code).await?
    } else if let Some(code) = typed_code(text) {
        rows::use_code(&mut tx.exec(), account, &code_hash(account, &code)).await.map_err(|error| p.fault(error))?
    } else {
        false
    };
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(used)
}

async fn use_code(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    row: &TwoStepRow,
    code: &str,
) -> Result<bool, ApiError> {
    let seed = seed_of(p, account, row)?;
    match seed.step_of(code, p.now()) {
        Some(step) => rows::use_step(exec, account, step).await.map_err(|error| p.fault(error)),
        None => Ok(false),
    }
}

/// The settings of one's own two-step sign-in. Its secrets are in it only while the session needs no confirmation.
///
/// # Errors
/// [`ApiError::SignInRequired`]; a fault of ours.
pub async fn view(p: &Platform, actor: &AccountView, token: Option<&str>) -> Result<TwoStepView, ApiError> {
    let fresh = confirm::is_fresh(p, token).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    let left = rows::codes_left(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let mut view = TwoStepView {
        enabled: actor.two_step,
        codes_left: u32::try_from(left.len()).unwrap_or(u32::MAX),
        required: actor.is_manager || actor.needs_two_step,
        ..TwoStepView::default()
    };
    if let (Some(row), true) = (row, fresh) {
        let seed = seed_of(p, actor.id, &row)?;
        if row.enabled_at.is_some() {
            view.codes = recovery_codes(&seed, row.codes_set)
                .into_iter()
                .filter(|code| left.iter().any(|hash| hash.as_slice() == code_hash(actor.id, code)))
                .collect();
        } else {
            view.setup = Some(setup(p, &seed, actor)?);
        }
    }
    Ok(view)
}

fn setup(p: &Platform, seed: &Seed, actor: &AccountView) -> Result<TwoStepSetup, ApiError> {
    let address = seed.address(common::brand(Locale::default()), &actor.email);
    let code = QrCode::with_error_correction_level(&address, EcLevel::M).map_err(|error| p.fault(error))?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a text cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    let secret = seed.text();
    let groups: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    Ok(TwoStepSetup {
        secret: groups.join(" "),
        address,
        qr_size: u32::try_from(width + 2 * QUIET).unwrap_or(0),
        qr_path: path,
    })
}

/// Begins to set it up: a new seed, not yet in force.
///
/// # Errors
/// [`ApiError::MovedOn`] when it is in force.
pub async fn begin(p: &Platform, actor: &Confirmed) -> Result<(), ApiError> {
    let account = actor.account().id;
    let seed = Seed::from_secret(p.ids.secret());
    let sealed = p.seal(&context(account), &seed.text())?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if !rows::prepare(&mut tx.exec(), account, &sealed, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Puts it in force with the app's first code, and makes recovery codes. Told by e-mail.
///
/// # Errors
/// [`ApiError::MovedOn`] when none was begun; [`ApiError::Invalid`] by the field `code`; [`ApiError::TooManyAttempts`].
pub async fn enable(p: &Platform, actor: &Confirmed, code: &str) -> Result<AccountView, ApiError> {
    let account = actor.account().id;
    let code = match totp::six_digits(code) {
        Some(code) => code,
        None if code.trim().is_empty() => return Err(ApiError::field("code", Problem::Missing)),
        None => return Err(ApiError::field("code", Problem::NotSixDigits)),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    let Some(row) = row.filter(|row| row.enabled_at.is_none()) else { return Err(ApiError::MovedOn) };
    if !use_code(&mut tx.exec(), p, account, &row, &code).await? {
        return Err(ApiError::field("code", Problem::WrongCode));
    }
    if !rows::enable(&mut tx.exec(), account, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    make_codes(&mut tx.exec(), p, account, &row).await?;
    notices::two_step(&mut tx.exec(), p, actor.account(), true).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    super::get(p, account).await?.ok_or(ApiError::NotFound)
}

async fn make_codes(exec: &mut Exec<'_>, p: &Platform, account: AccountId, row: &TwoStepRow) -> Result<(), ApiError> {
    let seed = seed_of(p, account, row)?;
    let set = rows::next_set(exec, account).await.map_err(|error| p.fault(error))?.ok_or(ApiError::MovedOn)?;
    let hashes: Vec<[u8; 32]> = recovery_codes(&seed, set).iter().map(|code| code_hash(account, code)).collect();
    rows::replace_codes(exec, account, &hashes).await.map_err(|error| p.fault(error))
}

/// Makes ten new recovery codes; the old ones no longer work.
///
/// # Errors
/// [`ApiError::MovedOn`] when it is not in force.
pub async fn new_codes(p: &Platform, actor: &Confirmed) -> Result<(), ApiError> {
    let account = actor.account().id;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    let Some(row) = row.filter(|row| row.enabled_at.is_some()) else { return Err(ApiError::MovedOn) };
    make_codes(&mut tx.exec(), p, account, &row).await?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Ends it. Told by e-mail. A manager's console closes with it.
///
/// # Errors
/// [`ApiError::MovedOn`] when it is not in force.
pub async fn disable(p: &Platform, actor: &Confirmed) -> Result<AccountView, ApiError> {
    let account = actor.account().id;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if !rows::delete(&mut tx.exec(), account).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    notices::two_step(&mut tx.exec(), p, actor.account(), false).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    super::get(p, account).await?.ok_or(ApiError::NotFound)
}

/// Takes it off an account whose device and codes are lost: for whoever runs the server. All its sessions end, and its
/// owner is told by e-mail. A manager sets it up again before the console opens.
///
/// # Errors
/// [`ApiError::NotFound`] for an unknown address; [`ApiError::MovedOn`] when it is not in force.
pub async fn remove_from_console(p: &Platform, email: &str) -> Result<(), ApiError> {
    let fault = |error| p.fault(error);
    let email = Email::parse(email).map_err(|_| ApiError::NotFound)?;
    let mut tx = p.db.begin().await.map_err(fault)?;
    let row = accounts::by_email(&mut tx.exec(), email.as_str()).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let view = row.view(p.config.is_local());
    let account = view.id;
    if !rows::delete(&mut tx.exec(), account).await.map_err(fault)? {
        return Err(ApiError::MovedOn);
    }
    sessions::end_all(&mut tx.exec(), account, None).await.map_err(fault)?;
    notices::two_step(&mut tx.exec(), p, &view, false).await?;
    tx.commit().await.map_err(fault)?;
    jobs::wake(p);
    Ok(())
}

/// The code of this moment: for tests, which have no app.
#[doc(hidden)]
pub async fn code_for_tests(p: &Platform, account: AccountId) -> Result<String, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut conn.exec(), account).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    Ok(seed_of(p, account, &row)?.code_at(p.now()))
}
