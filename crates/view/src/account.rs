//! Who is signed in.

use gabarit_domain::ids::{AccountId, ExpertId};
use gabarit_i18n::Locale;
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
    /// Whether it is a manager's.
    pub is_manager: bool,
    /// Its expert profile.
    pub expert: Option<ExpertId>,
}
