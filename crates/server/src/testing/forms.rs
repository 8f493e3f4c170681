//! What people do with several forms, one after the other.

use super::TestPlatform;
use crate::{
    mail,
    services::{
        contribution,
        nominations::{self, Eligibility},
        rentals,
    },
};
use gabarit_domain::{ids::NominationId, rental::Term};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    nomination::{ContributionForm, EligibilityForm, NominationForm},
    rental::{RentalForm, RentalItem, StockForm},
};

/// The answers of whoever has no tie to the software's vendor.
#[must_use]
pub fn no_ties() -> EligibilityForm {
    let no = || "no".to_owned();
    EligibilityForm { employee: no(), subcontractor: no(), consultant: no(), intern: no(), locale: "fr".to_owned() }
}

/// With where a workstation is sent.
#[must_use]
pub fn sent_somewhere(form: RentalForm) -> RentalForm {
    let text = ToOwned::to_owned;
    RentalForm {
        delivery_name: text("Sam Ontvanger"),
        delivery_phone: text("+31 30 000 00 01"),
        delivery_street: text("Bouwplaats 3"),
        delivery_postal_code: text("3512 ZZ"),
        delivery_city: text("Utrecht"),
        delivery_country: text("NL"),
        ..form
    }
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

    /// The secret of a visitor's link to a conversation with the desk, as the newest mail has it: it stands nowhere else.
    pub async fn desk_key(&self, reference: &str) -> Option<String> {
        let before = format!("/contact/{reference}?key=");
        let mails = mail::local_mailbox(self, 1_000).await.ok()?;
        mails.iter().find_map(|mail| mail.text.split(&before).nth(1)?.split_whitespace().next().map(ToOwned::to_owned))
    }

    /// The form of an order for `revit:2,workstation:1` alone, before its reader has seen the price; nothing is sent.
    #[must_use]
    pub fn rental_form(&self, first: &str, last: &str, seats: &str) -> RentalForm {
        let text = ToOwned::to_owned;
        RentalForm {
            first: text(first),
            last: text(last),
            seats: text(seats),
            country: text("NL"),
            organisation: text("Bureau Voorbeeld B.V."),
            contact_name: text("Ada Client"),
            phone: text("+31 30 000 00 00"),
            street: text("Voorbeeldstraat 2"),
            postal_code: text("3511 AB"),
            city: text("Utrecht"),
            invoice_email: text("facturen@client.example"),
            method: text("ideal"),
            terms: text("on"),
            key: self.ids.uuid().to_string(),
            ..RentalForm::default()
        }
    }

    /// Orders at the price that is shown.
    ///
    /// # Errors
    /// The services'.
    pub async fn rent(
        &self,
        client: &AccountView,
        form: RentalForm,
        locale: Locale,
    ) -> Result<rentals::Placed, ApiError> {
        let form = self.consented(client, form, locale).await?;
        rentals::place(self, client, &form, locale).await
    }

    /// A thing to rent, with what is free of it from one day to another.
    ///
    /// # Errors
    /// The services'; [`ApiError::NotFound`] for what is not rented out.
    pub async fn to_rent(&self, code: &str, first: &str, last: &str) -> Result<RentalItem, ApiError> {
        let day = |text: &str| text.parse().map_err(|_| ApiError::Transport);
        let term = Term { first: day(first)?, last: day(last)? };
        let setup = rentals::setup(self, None, Some(term), Locale::En).await?;
        setup.items.into_iter().find(|one| one.item.code() == code).ok_or(ApiError::NotFound)
    }

    /// A manager says how many of a thing there are.
    ///
    /// # Errors
    /// The services'.
    pub async fn stock(&self, manager: &AccountView, code: &str, units: u32) -> Result<(), ApiError> {
        let form = StockForm { product: code.to_owned(), units: units.to_string(), locale: "en".to_owned() };
        rentals::set_stock(self, manager, &form).await
    }

    /// The form of an order alone, once its reader has seen the price.
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
