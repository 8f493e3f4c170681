//! Who is signed in.

use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use gabarit_i18n::{Locale, fmt::ZonedTime};
use serde::{Deserialize, Serialize};

/// The account that is signed in, as its own screens show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// Its address.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Its language.
    pub locale: Locale,
    /// Its time zone (IANA).
    pub time_zone: String,
    /// Whether it acts as a manager.
    pub is_manager: bool,
    /// Whether it would act as a manager if it signed in in two steps.
    pub needs_two_step: bool,
    /// Its expert profile.
    pub expert: Option<ExpertId>,
    /// Whether mail to its address is known to reach it.
    pub email_confirmed: bool,
    /// Whether it signs in in two steps.
    pub two_step: bool,
}

/// A bank account, as its owner's settings show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// `NL•• •••• 4300`.
    pub masked: String,
    /// From when payouts use it.
    pub effective_at: DateTime<Utc>,
    /// The same, in its owner's zone.
    pub effective_local: ZonedTime,
}

/// The bank account that payouts use, and the one that waits to be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccounts {
    /// In use.
    pub current: Option<BankAccount>,
    /// Asked for; until it is in use it can be struck.
    pub pending: Option<BankAccount>,
}

/// Two-step sign-in, as its owner's settings show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoStepView {
    /// Whether it is in force.
    pub enabled: bool,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// Whether the account must have it.
    pub required: bool,
    /// Begun and not yet in force; only in a session that needs no confirmation.
    pub setup: Option<TwoStepSetup>,
    /// The recovery codes that are left; only in a session that needs no confirmation.
    pub codes: Vec<String>,
}

/// What an authenticator app has to learn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoStepSetup {
    /// The seed, in groups of four, to be typed.
    pub secret: String,
    /// The same as an address, for an app on this device.
    pub address: String,
    /// Modules a side of its QR code, the quiet border included.
    pub qr_size: u32,
    /// The dark modules as the path of an SVG image.
    pub qr_path: String,
}

/// One of an account's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Names it towards the server; opens nothing.
    pub id: String,
    /// The browser's name; empty when it did not say.
    pub browser: String,
    /// The system's name; empty when it did not say.
    pub system: String,
    /// Since when.
    pub created_at: ZonedTime,
    /// Last used, to some minutes.
    pub last_seen_at: ZonedTime,
    /// Whether it is the reader's.
    pub current: bool,
}

/// Somebody who manages the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerView {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// Whether it signs in in two steps; the console is closed to it otherwise.
    pub two_step: bool,
    /// Whether it is the reader's.
    pub own: bool,
}

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// Its id.
    pub id: uuid::Uuid,
    /// Whom it was sent to.
    pub email: String,
    /// Who invited; nobody from the command line.
    pub inviter: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Who manages, and who is invited to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managers {
    /// By name.
    pub managers: Vec<ManagerView>,
    /// The newest first.
    pub invitations: Vec<InvitationView>,
}

/// An invitation, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLook {
    /// Whom it was sent to.
    pub email: String,
    /// Who invited; nobody from the command line.
    pub inviter: Option<String>,
    /// Whether the address has an account.
    pub has_account: bool,
    /// Whether that account is signed in.
    pub own: bool,
}
