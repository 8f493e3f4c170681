//! A small world for tests of documents, audit and backups: one client, one expert, one manager, and bookings whose
//! rows are those that the services write.
#![allow(dead_code, reason = "each test file uses what it needs")]

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    calendar::{DaySet, FreeDays},
    compensation::earnings,
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{AccountId, BookingId, ExpertId, PaymentId, PlaceId, RefundId},
    invoice::Party,
    money::Cents,
    pricing::{Location, Order, PricingContext, Quote, quote},
    rulebook::Rulebook,
    vat::{CountryCode, Customer, VatNumber, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    clock::{MockClock, start_of_day},
    config::Config,
    db::{
        Db, Exec,
        bookings::{self, Booking, Buyer},
        payments::{self as payment_rows, Payment},
    },
    id::SeededIds,
    on,
    payments::{NewPayment, PaymentProvider, ProviderError, ProviderPayment, ProviderState},
    platform::Platform,
    services::{
        documents::{self, InvoiceInput, Issued, SelfBilledInput},
        ledger,
    },
    vat_register::{RegisterAnswer, VatRegister},
};
use gabarit_view::account::AccountView;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

#[derive(Debug)]
struct Nobody;

#[async_trait]
impl PaymentProvider for Nobody {
    async fn create(&self, _: &NewPayment) -> Result<ProviderPayment, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn get(&self, _: &str) -> Result<ProviderPayment, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn capture(&self, _: &str, _: PaymentId, _: Cents) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn release(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn cancel(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn refund(&self, _: &str, _: RefundId, _: Cents, _: &str) -> Result<String, ProviderError> {
        Err(ProviderError::NotFound)
    }
}

#[async_trait]
impl VatRegister for Nobody {
    async fn check(&self, _: CountryCode, _: &VatNumber) -> RegisterAnswer {
        RegisterAnswer { status: VatStatus::Unknown, evidence: String::new() }
    }
}

/// One database, with its platform and people.
pub(crate) struct World {
    pub(crate) p: Platform,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) client: AccountView,
    pub(crate) stranger: AccountView,
    pub(crate) expert: AccountView,
    pub(crate) manager: AccountView,
    pub(crate) rulebook: Rulebook,
    /// Its URL or file, for backups.
    pub(crate) config: Config,
    _folder: Option<tempfile::TempDir>,
}

/// A world on SQLite, and one on PostgreSQL where a server is given.
pub(crate) async fn worlds() -> Vec<World> {
    let mut worlds = vec![World::sqlite().await];
    if let Ok(url) = std::env::var("GABARIT_TEST_POSTGRES") {
        worlds.push(World::postgres(&url).await);
    }
    worlds
}

pub(crate) fn config(database_url: Option<String>, data_dir: &std::path::Path) -> Config {
    Config::read(|name| match name {
        "DATABASE_URL" => database_url.clone(),
        "GABARIT_DATA_DIR" => Some(data_dir.display().to_string()),
        _ => None,
    })
    .unwrap()
}

/// A new, empty database on a PostgreSQL server.
pub(crate) async fn fresh_postgres(server: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests run beside each other")]
    let name = format!("gabarit_{}", Uuid::new_v4().simple());
    let admin = sqlx::PgPool::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
    admin.close().await;
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn days(first: &str, count: u64) -> DaySet {
    let first = date(first);
    DaySet::new((0..count).map(|n| first.checked_add_days(Days::new(n)).unwrap())).unwrap()
}

pub(crate) fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(None, folder.path());
        let db = Db::sqlite(&folder.path().join("gabarit.db")).await.unwrap();
        Self::on(db, config, Some(folder)).await
    }

    pub(crate) async fn postgres(server: &str) -> Self {
        let url = fresh_postgres(server).await;
        let folder = tempfile::tempdir().unwrap();
        let config = config(Some(url.clone()), folder.path());
        Self::on(Db::postgres(&url).await.unwrap(), config, Some(folder)).await
    }

    async fn on(db: Db, config: Config, folder: Option<tempfile::TempDir>) -> Self {
        db.migrate().await.unwrap();
        let clock = Arc::new(MockClock::at(Utc.with_ymd_and_hms(2026, 11, 2, 9, 0, 0).unwrap()));
        let p = Platform::new(
            config.clone(),
            db,
            Arc::<MockClock>::clone(&clock),
            Arc::new(SeededIds::new(7)),
            Arc::new(Nobody),
            Arc::new(Nobody),
        );
        let rulebook = Rulebook::initial(date("2026-01-01"));
        let mut people = Vec::new();
        for (name, is_manager) in
            [("Client Fictif", false), ("Autre Fictif", false), ("Expert Fictif", false), ("Gérance Fictive", true)]
        {
            people.push(person(&p, name, is_manager).await);
        }
        let [client, stranger, mut expert, manager] = <[AccountView; 4]>::try_from(people).unwrap();
        seed(&p, &rulebook, &mut expert).await;
        Self { p, clock, client, stranger, expert, manager, rulebook, config, _folder: folder }
    }

    pub(crate) fn offer(&self) -> Offer {
        Offer {
            expert: self.expert.expert.unwrap(),
            kind: ExpertKind::Independent,
            level: Level::try_from(3).unwrap(),
            base: GeoPoint::new(50_632_600, 5_579_700).unwrap(),
            on_site: true,
            remote: true,
            max_travel_km: None,
            free: FreeDays::from_fn(self.p.today(), 400, |_| true),
        }
    }

    pub(crate) fn order(&self, days: DaySet) -> Order {
        Order {
            expert: self.expert.expert.unwrap(),
            days,
            location: Location::OnSite { place: PlaceId(1), point: GeoPoint::new(53_438_300, 6_835_500).unwrap() },
            flexible: true,
            workstation: true,
            licences: BTreeSet::from([ProductCode::parse("revit").unwrap()]),
            customer: Customer {
                country: country("BE"),
                vat_number: Some(VatNumber::parse(country("BE"), "0123456749").unwrap()),
                vat_status: VatStatus::Confirmed,
            },
        }
    }

    pub(crate) fn priced(&self, order: &Order) -> Quote {
        let context = PricingContext {
            rulebook: self.rulebook.clone(),
            operator: self.p.config.operator.vat,
            today: self.p.today(),
        };
        quote(&context, &self.offer(), order).unwrap()
    }

    /// Places an order: its days are held, its payment is open.
    pub(crate) async fn hold(&self, order: &Order) -> Booking {
        let p = &self.p;
        let now = p.now();
        let quote = self.priced(order);
        let id = BookingId(p.ids.uuid());
        let starts_at = start_of_day(order.days.first(), p.config.zone);
        let booking = Booking {
            id,
            reference: id.0.simple().to_string()[..8].to_uppercase(),
            idempotency_key: p.ids.uuid(),
            expert: order.expert,
            client: self.client.id,
            state: BookingState::hold(now, &self.rulebook.booking, starts_at),
            version: 1,
            first_day: order.days.first(),
            last_day: order.days.last(),
            starts_at,
            ends_at: start_of_day(order.days.last().succ_opt().unwrap(), p.config.zone),
            order: order.clone(),
            rulebook: quote.rulebook,
            total: quote.total,
            quote,
            place_name: Some("Emden".to_owned()),
            work_address: None,
            buyer: Buyer {
                party: buyer(order),
                contact_name: "Client Fictif".to_owned(),
                phone: "+32 470 00 00 00".to_owned(),
            },
            order_number: Some("PO-2026-17".to_owned()),
            note: None,
            locale: Locale::Fr,
            created_at: now,
            paid_at: None,
            accepted_at: None,
            completed_at: None,
            ladder_before: None,
            ladder_days: None,
        };
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        bookings::insert(&mut exec, &booking).await.unwrap();
        assert!(bookings::take_days(&mut exec, booking.expert, id, order.days.iter()).await.unwrap().is_empty());
        bookings::log(&mut exec, id, now, Some(self.client.id), None, "held", "").await.unwrap();
        let payment = Payment {
            id: PaymentId(p.ids.uuid()),
            booking: id,
            method: PaymentMethod::Ideal,
            amount: booking.total,
            state: ProviderState::Open,
            provider_ref: None,
            checkout_url: None,
            captured: Cents::ZERO,
            created_at: now,
            updated_at: now,
        };
        payment_rows::insert(&mut exec, &payment).await.unwrap();
        tx.commit().await.unwrap();
        booking
    }

    /// The provider reports the payment.
    pub(crate) async fn pay(&self, booking: &mut Booking) {
        let p = &self.p;
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let payment = payment_rows::of_booking(&mut exec, booking.id).await.unwrap().remove(0);
        payment_rows::store_state(&mut exec, payment.id, ProviderState::Paid, payment.amount, p.now()).await.unwrap();
        ledger::post_received(&mut exec, p, payment.id, booking.id, payment.amount).await.unwrap();
        booking.paid_at = Some(p.now());
        let to = booking.state.paid(p.now(), &self.rulebook.booking, booking.starts_at).unwrap();
        moved(p, &mut exec, booking, to, None).await;
        tx.commit().await.unwrap();
    }

    /// The expert accepts: the invoice is issued.
    pub(crate) async fn accept(&self, booking: &mut Booking) -> Issued {
        let p = &self.p;
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        booking.accepted_at = Some(p.now());
        let to = booking.state.accept(p.now()).unwrap();
        moved(p, &mut exec, booking, to, Some(self.expert.id)).await;
        let issued = documents::issue_invoice(&mut exec, p, &self.invoice(booking)).await.unwrap();
        let vat = issued.document.vat;
        ledger::post_invoice(&mut exec, p, booking.id, vat.taxable, vat.tax, booking.total).await.unwrap();
        tx.commit().await.unwrap();
        issued
    }

    /// The last day is over: the self-billed invoice is issued.
    pub(crate) async fn complete(&self, booking: &mut Booking) -> Issued {
        let p = &self.p;
        self.clock.set(booking.ends_at);
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let before = bookings::expert(&mut exec, booking.expert).await.unwrap().unwrap().completed_days;
        booking.completed_at = Some(p.now());
        booking.ladder_before = Some(before);
        booking.ladder_days = Some(booking.order.days.count());
        let to = booking.state.complete(p.now(), booking.ends_at).unwrap();
        moved(p, &mut exec, booking, to, None).await;
        bookings::add_completed_days(&mut exec, booking.expert, booking.order.days.count()).await.unwrap();
        let issued = documents::issue_self_billed(&mut exec, p, &self.self_billed(booking, before)).await.unwrap();
        let vat = issued.document.vat;
        ledger::post_self_billed(&mut exec, p, booking.id, vat.taxable, vat.tax).await.unwrap();
        tx.commit().await.unwrap();
        issued
    }

    pub(crate) async fn decline(&self, booking: &mut Booking) {
        let p = &self.p;
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let to = booking.state.decline(p.now()).unwrap();
        moved(p, &mut exec, booking, to, Some(self.expert.id)).await;
        bookings::free_days(&mut exec, booking.id).await.unwrap();
        let payment = payment_rows::of_booking(&mut exec, booking.id).await.unwrap().remove(0);
        let refund = payment_rows::Refund {
            id: RefundId(p.ids.uuid()),
            payment: payment.id,
            amount: payment.amount,
            state: payment_rows::RefundState::Due,
            provider_ref: None,
            reason: "declined".to_owned(),
            created_at: p.now(),
        };
        payment_rows::insert_refund(&mut exec, &refund, &format!("declined:{}", booking.id)).await.unwrap();
        payment_rows::note_refunded(&mut exec, refund.id, "re_1", p.now()).await.unwrap();
        ledger::post_refunded(&mut exec, p, refund.id, booking.id, refund.amount).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn lapse(&self, booking: &mut Booking) {
        let p = &self.p;
        self.clock.advance(TimeDelta::minutes(16));
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let to = booking.state.lapse(p.now()).unwrap();
        moved(p, &mut exec, booking, to, None).await;
        bookings::free_days(&mut exec, booking.id).await.unwrap();
        let payment = payment_rows::of_booking(&mut exec, booking.id).await.unwrap().remove(0);
        payment_rows::store_state(&mut exec, payment.id, ProviderState::Expired, Cents::ZERO, p.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) fn invoice(&self, booking: &Booking) -> InvoiceInput {
        InvoiceInput {
            booking: booking.id,
            reference: booking.reference.clone(),
            quote: booking.quote.clone(),
            buyer: booking.buyer.party.clone(),
            expert_name: "Expert Fictif".to_owned(),
            days: booking.order.days.clone(),
            order_number: booking.order_number.clone(),
            locale: booking.locale,
            prepaid: booking.total,
            paid_by: Some(PaymentMethod::Ideal),
            payment_terms_days: 14,
        }
    }

    pub(crate) fn self_billed(&self, booking: &Booking, completed_before: u32) -> SelfBilledInput {
        SelfBilledInput {
            booking: booking.id,
            reference: booking.reference.clone(),
            seller: Party {
                name: "Atelier Fictif SRL".to_owned(),
                attention: None,
                street: "Rue Inventée 12".to_owned(),
                postal_code: "4000".to_owned(),
                city: "Liège".to_owned(),
                country: country("BE"),
                vat_number: Some(VatNumber::parse(country("BE"), "0123456749").unwrap()),
                registration: None,
                email: Some("expert@gabarit.example".to_owned()),
            },
            vat_exempt: false,
            expert_name: "Expert Fictif".to_owned(),
            earned: earnings(&self.rulebook.ladder, &booking.quote.lines, completed_before),
            days: booking.order.days.clone(),
            locale: Locale::Nl,
            payout_days: 14,
        }
    }

    /// Runs SQL that no service would: what an audit must find.
    pub(crate) async fn plant(&self, sql: &'static str) {
        let mut tx = self.p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let exec = &mut exec;
        on!(exec, |c| sqlx::raw_sql(sql).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.p.db.conn().await.unwrap();
        let mut exec = conn.exec();
        let exec = &mut exec;
        on!(exec, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
    }
}

async fn moved(p: &Platform, exec: &mut Exec<'_>, booking: &mut Booking, to: BookingState, actor: Option<AccountId>) {
    let from = booking.state.code();
    booking.state = to;
    assert!(bookings::store_move(exec, booking).await.unwrap());
    booking.version += 1;
    bookings::log(exec, booking.id, p.now(), actor, Some(from), to.code(), "").await.unwrap();
}

pub(crate) fn buyer(order: &Order) -> Party {
    Party {
        name: "Bureau d’études fictif SA".to_owned(),
        attention: Some("Client Fictif".to_owned()),
        street: "Quai Imaginaire 3".to_owned(),
        postal_code: "1000".to_owned(),
        city: "Bruxelles".to_owned(),
        country: order.customer.country,
        vat_number: order.customer.vat_number.clone(),
        registration: None,
        email: Some("factures@client.example".to_owned()),
    }
}

async fn person(p: &Platform, name: &str, is_manager: bool) -> AccountView {
    const SQL: &str = "INSERT INTO account (id, email, password_hash, name, phone, locale, time_zone, is_manager, \
        created_at) VALUES ($1, $2, '-', $3, NULL, 'fr', 'Europe/Paris', $4, $5)";
    let id = p.ids.uuid();
    let email = format!("{}@gabarit.example", id.simple());
    let mut conn = p.db.conn().await.unwrap();
    let mut exec = conn.exec();
    let exec = &mut exec;
    let now: DateTime<Utc> = p.now();
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(&email)
        .bind(name)
        .bind(is_manager)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
    .unwrap();
    AccountView {
        id: AccountId(id),
        email,
        name: name.to_owned(),
        phone: None,
        locale: Locale::Fr,
        time_zone: "Europe/Paris".to_owned(),
        is_manager,
        expert: None,
    }
}

async fn seed(p: &Platform, rulebook: &Rulebook, expert: &mut AccountView) {
    const RULES: &str = "INSERT INTO rulebook (version, effective_from, body, released_at) VALUES (1, $1, $2, $3)";
    const EXPERT: &str = "INSERT INTO expert (id, account_id, state, kind, level, display_name, headline, summary, \
        summary_language, base_place, base_lat, base_lon, base_country, on_site, remote, week_pattern, works_holidays, \
        rating_sum, rating_count, completed_days, created_at, changed_at) VALUES ($1, $2, 'published', 'independent', \
        3, $3, '', '', 'fr', 1, 50632600, 5579700, 'BE', $5, $5, 31, $6, 0, 0, 0, $4, $4)";
    const BILLING: &str = "INSERT INTO expert_billing (expert_id, company, street, postal_code, city, country, \
        vat_number, vat_exempt) VALUES ($1, 'Atelier Fictif SRL', 'Rue Inventée 12', '4000', 'Liège', 'BE', \
        'BE0123456749', $2)";
    let id = ExpertId(p.ids.uuid());
    expert.expert = Some(id);
    let body = serde_json::to_string(rulebook).unwrap();
    let mut conn = p.db.conn().await.unwrap();
    let mut exec = conn.exec();
    let exec = &mut exec;
    let now: DateTime<Utc> = p.now();
    on!(exec, |c| {
        sqlx::query(RULES).bind(rulebook.effective_from).bind(&body).bind(now).execute(&mut *c).await.unwrap();
        sqlx::query(EXPERT)
            .bind(id.0)
            .bind(expert.id.0)
            .bind(&expert.name)
            .bind(now)
            .bind(true)
            .bind(false)
            .execute(&mut *c)
            .await
            .unwrap();
        sqlx::query(BILLING).bind(id.0).bind(false).execute(c).await.unwrap();
    });
}
