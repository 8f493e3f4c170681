//! Benefits of members: the catalogue by country, claims, and how managers keep both.

use chrono::NaiveDate;
use gabarit_domain::{
    ids::{BenefitId, ClaimId},
    membership::{BenefitFamily, BenefitKind, Offer},
};
use gabarit_i18n::{Locale, fmt::ZonedTime, membership as text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The name of a kind of benefit.
#[must_use]
pub fn kind_name(locale: Locale, kind: BenefitKind) -> &'static str {
    match kind {
        BenefitKind::Badge => text::kind_badge(locale),
        BenefitKind::Certificate => text::kind_certificate(locale),
        BenefitKind::WelcomeKit => text::kind_welcome_kit(locale),
        BenefitKind::Learning => text::kind_learning(locale),
        BenefitKind::EventDiscount => text::kind_event_discount(locale),
        BenefitKind::Software => text::kind_software(locale),
        BenefitKind::Events => text::kind_events(locale),
        BenefitKind::Community => text::kind_community(locale),
        BenefitKind::Meetings => text::kind_meetings(locale),
    }
}

/// The name of a family of benefits.
#[must_use]
pub fn family_name(locale: Locale, family: BenefitFamily) -> &'static str {
    match family {
        BenefitFamily::Recognition => text::family_recognition(locale),
        BenefitFamily::Reward => text::family_reward(locale),
        BenefitFamily::Relations => text::family_relations(locale),
    }
}

/// A claim, for its member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimView {
    /// Its id.
    pub id: ClaimId,
    /// `asked`, `given` or `ended`.
    pub state: String,
    /// When it was claimed.
    pub claimed_at: ZonedTime,
    /// When the terms were accepted.
    pub accepted_at: Option<ZonedTime>,
    /// The code that was given, while the claim stands.
    pub code: Option<String>,
    /// How to use it, while the claim stands.
    pub instructions: String,
    /// When it ended.
    pub ended_at: Option<ZonedTime>,
    /// Software that has to be removed, and has not been, as far as the member said.
    pub must_uninstall: bool,
}

/// A benefit in the catalogue of a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitView {
    /// Its id.
    pub id: BenefitId,
    /// What a claim must name: the terms as they are shown.
    pub version: i64,
    /// What it is.
    pub kind: BenefitKind,
    /// What it is called.
    pub title: String,
    /// What it is, in sentences.
    pub description: String,
    /// What must be accepted first; empty for none.
    pub terms: String,
    /// The last day on which it is to be had, where there is one.
    pub until: Option<NaiveDate>,
    /// Whether the reader can claim it now.
    pub can_claim: bool,
    /// Whether its codes are used up for now.
    pub exhausted: bool,
    /// The reader's own claim of it, the latest.
    pub claim: Option<ClaimView>,
}

/// The catalogue, as it is in a country today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// ISO 3166-1; empty where none was chosen: then only what is to be had everywhere is shown.
    pub country: String,
    /// How it is called.
    pub country_name: String,
    /// Countries to choose from.
    pub countries: Vec<(String, String)>,
    /// Its benefits, in order.
    pub benefits: Vec<BenefitView>,
    /// Whether the reader is a member.
    pub member: bool,
    /// Whether the reader is a member who has not said the country yet.
    pub country_missing: bool,
    /// Countries that a kit can go to, where the reader has not said one.
    pub everywhere: Vec<(String, String)>,
    /// Claims that ended and still ask something of the reader: title and claim.
    pub ended: Vec<(String, ClaimView)>,
}

/// A claim, as posted. `act` is `claim` or `uninstalled`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimForm {
    /// What to do.
    pub act: String,
    /// The benefit.
    pub benefit: String,
    /// The claim, where it is about one.
    pub claim: String,
    /// The version that the page showed.
    pub version: String,
    /// Not empty: the terms are accepted.
    pub accept: String,
    /// Where a kit goes.
    pub name: String,
    /// Likewise.
    pub street: String,
    /// Likewise.
    pub postal_code: String,
    /// Likewise.
    pub city: String,
    /// Likewise, where the member has not said one.
    pub country: String,
    /// Language of the page.
    pub locale: String,
}

/// A benefit's texts in a language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitText {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// How to use it.
    pub instructions: String,
    /// What must be accepted first; may be empty.
    pub terms: String,
}

/// A benefit, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitFile {
    /// Its id.
    pub id: BenefitId,
    /// What a change must name.
    pub version: i64,
    /// What it is.
    pub kind: BenefitKind,
    /// Whether a claim takes a code from the pool.
    pub uses_codes: bool,
    /// Its texts, in the order of [`Locale::ALL`].
    pub texts: Vec<BenefitText>,
    /// Where and when it is to be had: each with its id and the country's name.
    pub offers: Vec<(Uuid, Offer, String)>,
    /// Codes that are free, taken, and to be made invalid.
    pub codes: [u32; 3],
    /// Codes to be made invalid where they are redeemed.
    pub revoked: Vec<String>,
    /// Claims that stand.
    pub claims: u32,
}

/// Everything about benefits, for managers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitDesk {
    /// The catalogue.
    pub benefits: Vec<BenefitFile>,
    /// Countries to choose from.
    pub countries: Vec<(String, String)>,
    /// Kits to be sent.
    pub parcels: Vec<Parcel>,
    /// Today, in the platform's zone.
    pub today: NaiveDate,
}

/// A kit to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The claim.
    pub claim: ClaimId,
    /// What.
    pub title: String,
    /// Where to, line by line.
    pub address: Vec<String>,
    /// Since when it waits.
    pub since: ZonedTime,
}

/// A manager's form about benefits. `act` is `save` (a new one without an id), `offer`, `close` (an offer), `codes` or
/// `sent` (a kit).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BenefitForm {
    /// What to do.
    pub act: String,
    /// The benefit; empty for a new one.
    pub id: String,
    /// The version that the page showed.
    pub version: String,
    /// Its kind; for a new one.
    pub kind: String,
    /// Not empty: claims take codes from the pool.
    pub uses_codes: String,
    /// Texts in French.
    pub title_fr: String,
    /// Likewise.
    pub description_fr: String,
    /// Likewise; may be empty.
    pub instructions_fr: String,
    /// Likewise; may be empty.
    pub terms_fr: String,
    /// Texts in Dutch.
    pub title_nl: String,
    /// Likewise.
    pub description_nl: String,
    /// Likewise; may be empty.
    pub instructions_nl: String,
    /// Likewise; may be empty.
    pub terms_nl: String,
    /// Texts in English.
    pub title_en: String,
    /// Likewise.
    pub description_en: String,
    /// Likewise; may be empty.
    pub instructions_en: String,
    /// Likewise; may be empty.
    pub terms_en: String,
    /// Country of an offer; empty for everywhere.
    pub country: String,
    /// First day of an offer.
    pub from: String,
    /// Last day of an offer; may be empty.
    pub until: String,
    /// The offer to be closed.
    pub offer: String,
    /// Codes to be added, one a line.
    pub codes: String,
    /// The kit that was sent.
    pub claim: String,
    /// Language of the page.
    pub locale: String,
}

impl BenefitForm {
    /// The texts, in the order of [`Locale::ALL`], each with the names of its fields.
    #[must_use]
    pub fn texts(&self) -> [(Locale, [(&'static str, &str); 4]); 3] {
        [
            (
                Locale::Fr,
                [
                    ("title_fr", self.title_fr.as_str()),
                    ("description_fr", self.description_fr.as_str()),
                    ("instructions_fr", self.instructions_fr.as_str()),
                    ("terms_fr", self.terms_fr.as_str()),
                ],
            ),
            (
                Locale::Nl,
                [
                    ("title_nl", self.title_nl.as_str()),
                    ("description_nl", self.description_nl.as_str()),
                    ("instructions_nl", self.instructions_nl.as_str()),
                    ("terms_nl", self.terms_nl.as_str()),
                ],
            ),
            (
                Locale::En,
                [
                    ("title_en", self.title_en.as_str()),
                    ("description_en", self.description_en.as_str()),
                    ("instructions_en", self.instructions_en.as_str()),
                    ("terms_en", self.terms_en.as_str()),
                ],
            ),
        ]
    }
}
