//! Clients, experts and managers for tests.

use super::{TestPlatform, must};
use crate::{
    db::{
        accounts::{self, NewAccount},
        papers,
    },
    on,
    services::{
        accounts::{Actor, confirm::Confirmed, get, password},
        billing, self_billing,
    },
};
use gabarit_domain::{
    banking::Iban,
    expert::{ExpertKind, Level},
    geo::GeoPoint,
    ids::{AccountId, ExpertId, PlaceId},
    text::Password,
};
use gabarit_i18n::Locale;
use gabarit_view::account::AccountView;
use tokio::sync::OnceCell;

/// Everybody's password.
pub const PASSWORD: &str = "staple-horse-battery";

/// Hashing takes its time by design; once a process is enough for tests.
static HASH: OnceCell<String> = OnceCell::const_new();

/// An expert to be made; the default is an independent of level 3 in Liège who travels anywhere and works remotely,
/// Mondays to Fridays.
#[derive(Clone, Debug)]
pub struct ExpertSpec {
    /// 1 to 4.
    pub level: u8,
    /// In-house or independent.
    pub kind: ExpertKind,
    /// Base, by its GeoNames id.
    pub base_place: PlaceId,
    /// Where that is.
    pub base: GeoPoint,
    /// Country of the base.
    pub country: &'static str,
    /// Works at the client's.
    pub on_site: bool,
    /// Works from a distance.
    pub remote: bool,
    /// Farthest one-way distance.
    pub max_travel_km: Option<u32>,
    /// Working days; bit 0 is Monday.
    pub week_pattern: u8,
    /// Products known.
    pub products: Vec<&'static str>,
    /// Platform days completed before.
    pub completed_days: u32,
    /// Their VAT number.
    pub vat_number: Option<&'static str>,
}

impl Default for ExpertSpec {
    fn default() -> Self {
        Self {
            level: 3,
            kind: ExpertKind::Independent,
            base_place: PlaceId(2_792_413),
            base: GeoPoint { lat: 50_633_730, lon: 5_567_490 },
            country: "BE",
            on_site: true,
            remote: true,
            max_travel_km: None,
            week_pattern: 0b001_1111,
            products: vec!["revit"],
            completed_days: 0,
            vat_number: None,
        }
    }
}

impl ExpertSpec {
    /// The default, with a level.
    #[must_use]
    pub fn level(level: u8) -> Self {
        Self { level, ..Self::default() }
    }
}

/// An expert and the account behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestExpert {
    /// The profile.
    pub id: ExpertId,
    /// The account.
    pub account: AccountView,
}

impl TestPlatform {
    async fn account(&self, name: &str, email: &str, is_manager: bool) -> AccountView {
        let hash = HASH
            .get_or_init(|| async {
                must(password::hash(self, must(Password::parse(PASSWORD), "password")).await, "hash")
            })
            .await;
        let id = AccountId(self.ids.uuid());
        let account = NewAccount {
            id,
            email,
            password_hash: hash,
            name,
            phone: Some("+32 4 000 00 00"),
            locale: Locale::Fr,
            time_zone: "Europe/Amsterdam",
            is_manager,
            created_at: self.now(),
        };
        let mut tx = must(self.db.begin().await, "transaction");
        must(accounts::insert(&mut tx.exec(), &account).await, "account");
        must(accounts::confirm_email(&mut tx.exec(), id, self.now()).await, "address");
        if is_manager {
            must(accounts::exempt_from_two_step(&mut tx.exec(), id, self.now()).await, "exemption");
        }
        must(tx.commit().await, "commit");
        must(must(get(self, id).await, "account").ok_or("not there"), "account")
    }

    /// A client, with the password [`PASSWORD`].
    pub async fn client(&self, name: &str) -> AccountView {
        self.account(name, &format!("client{}@client.example", self.next()), false).await
    }

    /// An account that has just given its password, as services of sensitive changes want it.
    #[must_use]
    pub fn confirmed(&self, account: &AccountView) -> Confirmed {
        Confirmed::trusted(account.clone())
    }

    /// Gives an expert a bank account at once.
    pub async fn bank_account(&self, expert: &TestExpert, iban: &str) {
        let iban = must(Iban::parse(iban), "IBAN");
        let mut tx = must(self.db.begin().await, "transaction");
        must(billing::plant_iban(&mut tx.exec(), self, expert.id, expert.account.id, &iban).await, "bank account");
        must(tx.commit().await, "commit");
    }

    /// A manager, of the demonstration's kind: without two-step sign-in.
    pub async fn manager(&self) -> AccountView {
        self.account("Test Manager", &format!("manager{}@gabarit.example", self.next()), true).await
    }

    /// An account as services want it.
    #[must_use]
    pub fn actor(&self, account: &AccountView) -> Actor {
        Actor { account: account.clone() }
    }

    /// A published expert, with billing details.
    pub async fn expert(&self, spec: ExpertSpec) -> TestExpert {
        const EXPERT: &str = "INSERT INTO expert (id, account_id, state, kind, level, display_name, headline, summary, \
            summary_language, base_place, base_lat, base_lon, base_country, on_site, remote, max_travel_km, \
            week_pattern, works_holidays, rating_sum, rating_count, completed_days, created_at, changed_at) \
            VALUES ($1, $2, 'published', $3, $4, $5, 'Headline', 'Summary', 'fr', $6, $7, $8, $9, $10, $11, $12, $13, \
            $14, 0, 0, $15, $16, $16)";
        const PRODUCT: &str = "INSERT INTO expert_product (expert_id, product) VALUES ($1, $2)";
        const BILLING: &str = "INSERT INTO expert_billing (expert_id, company, street, postal_code, city, country, \
            vat_number, registration, vat_exempt) VALUES ($1, $2, 'Rue du Test 1', '4000', 'Liège', $3, $4, NULL, $5)";
        let number = self.next();
        let name = format!("Test Expert {number}");
        let account = self.account(&name, &format!("expert{number}@expert.example"), false).await;
        let id = self.ids.uuid();
        let level = must(Level::try_from(spec.level), "level");
        let mut tx = must(self.db.begin().await, "transaction");
        let exec = &mut tx.exec();
        must(
            on!(exec, |c| sqlx::query(EXPERT)
                .bind(id)
                .bind(account.id.0)
                .bind(spec.kind.code())
                .bind(i64::from(level.number()))
                .bind(&name)
                .bind(i64::from(spec.base_place.0))
                .bind(i64::from(spec.base.lat))
                .bind(i64::from(spec.base.lon))
                .bind(spec.country)
                .bind(spec.on_site)
                .bind(spec.remote)
                .bind(spec.max_travel_km.map(i64::from))
                .bind(i64::from(spec.week_pattern))
                .bind(false)
                .bind(i64::from(spec.completed_days))
                .bind(self.platform.now())
                .execute(c)
                .await
                .map(drop)),
            "expert",
        );
        for product in &spec.products {
            must(on!(exec, |c| sqlx::query(PRODUCT).bind(id).bind(*product).execute(c).await.map(drop)), "product");
        }
        must(
            on!(exec, |c| sqlx::query(BILLING)
                .bind(id)
                .bind(format!("{name} SRL"))
                .bind(spec.country)
                .bind(spec.vat_number)
                .bind(false)
                .execute(c)
                .await
                .map(drop)),
            "billing",
        );
        let agreement = papers::AgreementRow {
            version: i64::from(self_billing::VERSION),
            locale: "fr".to_owned(),
            sha256: self_billing::text_hash(self, Locale::Fr),
            accepted_at: self.now(),
        };
        must(papers::insert_agreement(exec, ExpertId(id), account.id, &agreement).await, "agreement");
        must(tx.commit().await, "commit");
        let account = must(must(get(self, account.id).await, "account").ok_or("not there"), "account");
        TestExpert { id: ExpertId(id), account }
    }
}
