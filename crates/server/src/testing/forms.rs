//! What people do with several forms, one after the other.

use super::TestPlatform;
use crate::services::{
    contribution,
    nominations::{self, Eligibility},
    rentals,
};
use gabarit_domain::ids::NominationId;
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    nomination::{ContributionForm, EligibilityForm, NominationForm},
    rental::RentalForm,
};

/// The answers of whoever has no tie to the software's vendor.
#[must_use]
pub fn no_ties() -> EligibilityForm {
    let no = || "no".to_owned();
    EligibilityForm { employee: no(), subcontractor: no(), consultant: no(), intern: no(), locale: "fr".to_owned() }
}

impl TestPlatform {
    /// Stands: answers the questions that come first, adds what is shown, and sends the form as the first version.
    ///
    /// # Errors
    /// The services'.
    pub async fn stand(
        &self,
        nominee: &AccountView,
        shown: &ContributionForm,
        form: &NominationForm,
    ) -> Result<NominationId, ApiError> {
        match nominations::begin(self, nominee, &no_ties()).await? {
            Eligibility::Draft(_) => {}
            Eligibility::Ruled(_) => return Err(ApiError::Forbidden),
        }
        contribution::add(self, nominee, shown).await?;
        let form = NominationForm { version: "1".to_owned(), ..form.clone() };
        nominations::submit(self, nominee, &form).await
    }

    /// The form of an order for licences alone, once its reader has seen the price.
    ///
    /// # Errors
    /// Whatever else stands in its way; [`ApiError::Transport`] if it was ordered without consent to a price.
    pub async fn consented(
        &self,
        client: &AccountView,
        form: RentalForm,
        locale: Locale,
    ) -> Result<RentalForm, ApiError> {
        match rentals::place(self, client, &form, locale).await {
            Err(ApiError::PriceChanged { quote, .. }) => {
                let seen = quote.read().ok_or(ApiError::Transport)?.fingerprint();
                Ok(RentalForm { seen, ..form })
            }
            Err(error) => Err(error),
            Ok(_) => Err(ApiError::Transport),
        }
    }
}
