//! A small world for tests of documents, audit and backups: one client, one expert, one manager, and bookings whose
//! rows are those that the services write.
#![allow(dead_code, reason = "each test file uses what it needs")]

use chrono::{Days, NaiveDate, TimeDelta, TimeZone, Utc};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    calendar::{DaySet, FreeDays},
    compensation::earnings,
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{AccountId, BookingId, PaymentId, PlaceId, RefundId},
    invoice::Party,
    money::Cents,
    pricing::{Location, Order, PricingContext, Quote, quote},
    rulebook::Rulebook,
    stock::{NoneLeft, rented_with},
    vat::{CountryCode, Customer, VatNumber, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    clock::start_of_day,
    db::{
        Exec,
        bookings::{self, Booking, Buyer},
        payments::{self as payment_rows, Payment},
        stock,
    },
    on,
    payments::ProviderState,
    platform::Platform,
    services::{
        documents::{self, InvoiceInput, Issued, SelfBilledInput},
        ledger, rulebooks,
    },
    testing::{ExpertSpec, TestExpert, TestPlatform, for_each_db},
};
use gabarit_view::account::AccountView;
use std::{collections::BTreeSet, sync::Arc};

/// One database, with its platform and people.
pub(crate) struct World {
    pub(crate) p: TestPlatform,
    pub(crate) client: AccountView,
    pub(crate) stranger: AccountView,
    pub(crate) expert: TestExpert,
    pub(crate) manager: AccountView,
    pub(crate) rulebook: Rulebook,
}

/// Runs a test in a world on SQLite, then in one on PostgreSQL where a server is given.
pub(crate) async fn in_worlds<F: AsyncFn(Arc<World>)>(test: F) {
    for_each_db(async |p| test(Arc::new(World::on(p).await)).await).await;
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
        Self::on(TestPlatform::sqlite().await).await
    }

    pub(crate) async fn on(p: TestPlatform) -> Self {
        p.clock.set(Utc.with_ymd_and_hms(2026, 11, 2, 9, 0, 0).unwrap());
        Self {
            client: p.client("Client Fictif").await,
            stranger: p.client("Autre Fictif").await,
            expert: p.expert(ExpertSpec::default()).await,
            manager: p.manager().await,
            rulebook: rulebooks::current(&p).await.unwrap(),
            p,
        }
    }

    pub(crate) fn offer(&self) -> Offer {
        Offer {
            expert: self.expert.id,
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
            expert: self.expert.id,
            days,
            location: Location::OnSite { place: PlaceId(1), point: GeoPoint::new(53_438_300, 6_835_500).unwrap() },
            flexible: true,
            workstation: true,
            licences: BTreeSet::from([ProductCode::parse("revit").unwrap()]),
            customer: Customer {
                country: country("BE"),
                vat_number: Some(VatNumber::parse(country("BE"), "0123456749").unwrap()),
                vat_status: VatStatus::Confirmed,
                is_private: false,
            },
        }
    }

    pub(crate) fn priced(&self, order: &Order) -> Quote {
        let context = PricingContext {
            rulebook: self.rulebook.clone(),
            operator: self.p.config.operator.vat,
            today: self.p.today(),
            private_clients: true,
            none_left: NoneLeft::default(),
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
            settlement: None,
            revision: 0,
        };
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        bookings::insert(&mut exec, &booking).await.unwrap();
        assert!(bookings::take_days(&mut exec, booking.expert, id, order.days.iter()).await.unwrap().is_empty());
        for item in rented_with(order) {
            for day in order.days.iter() {
                stock::take_for_booking(&mut exec, &item, 1, day, id).await.unwrap();
            }
        }
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
            to_capture: None,
            change: None,
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
        ledger::post_received(&mut exec, p, payment.id, booking.id, payment.amount, true).await.unwrap();
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
        moved(p, &mut exec, booking, to, Some(self.expert.account.id)).await;
        let issued = documents::issue_invoice(&mut exec, p, &self.invoice(booking)).await.unwrap();
        let vat = issued.document.vat;
        ledger::post_invoice(&mut exec, p, booking.id, vat.taxable, vat.tax, booking.total).await.unwrap();
        tx.commit().await.unwrap();
        issued
    }

    /// The last day is over: the self-billed invoice is issued.
    pub(crate) async fn complete(&self, booking: &mut Booking) -> Issued {
        let p = &self.p;
        self.p.clock.set(booking.ends_at);
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let before = bookings::expert(&mut exec, booking.expert).await.unwrap().unwrap().completed_days;
        booking.completed_at = Some(p.now());
        booking.ladder_before = Some(before);
        booking.ladder_days = Some(booking.order.days.count());
        let to = booking.state.complete(p.now(), booking.ends_at).unwrap();
        moved(p, &mut exec, booking, to, None).await;
        bookings::add_completed_days(&mut exec, booking.expert, booking.order.days.count(), p.now()).await.unwrap();
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
        moved(p, &mut exec, booking, to, Some(self.expert.account.id)).await;
        bookings::free_days(&mut exec, booking.id).await.unwrap();
        stock::free_booking(&mut exec, booking.id).await.unwrap();
        let payment = payment_rows::of_booking(&mut exec, booking.id).await.unwrap().remove(0);
        let refund = payment_rows::Refund {
            id: RefundId(p.ids.uuid()),
            payment: payment.id,
            amount: payment.amount,
            state: payment_rows::RefundState::Due,
            attempt: 1,
            provider_ref: None,
            reason: "declined".to_owned(),
            created_at: p.now(),
            updated_at: p.now(),
        };
        let of = payment_rows::Refunds::OfBookings;
        of.insert(&mut exec, &refund, &format!("declined:{}", booking.id)).await.unwrap();
        of.note_sent(&mut exec, refund.id, 1, "re_1", p.now()).await.unwrap();
        let event = ledger::RefundEvent::Sent(1);
        ledger::post_refund(&mut exec, p, refund.id, event, Some(booking.id), refund.amount).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn lapse(&self, booking: &mut Booking) {
        let p = &self.p;
        self.p.clock.advance(TimeDelta::minutes(16));
        let mut tx = p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let to = booking.state.lapse(p.now()).unwrap();
        moved(p, &mut exec, booking, to, None).await;
        bookings::free_days(&mut exec, booking.id).await.unwrap();
        stock::free_booking(&mut exec, booking.id).await.unwrap();
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
            deliver_to: None,
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

    /// Takes the ledger's own guards away: what an audit must find even then.
    pub(crate) async fn unguard(&self) {
        const SQLITE: &str = "DROP TRIGGER ledger_entry_balances; DROP TRIGGER ledger_entry_no_update; \
            DROP TRIGGER ledger_entry_no_delete; DROP TRIGGER ledger_transaction_no_update; \
            DROP TRIGGER ledger_transaction_no_delete";
        const POSTGRES: &str =
            "ALTER TABLE ledger_entry DISABLE TRIGGER USER; ALTER TABLE ledger_transaction DISABLE TRIGGER USER";
        self.plant(if matches!(self.p.db, gabarit_server::db::Db::Sqlite { .. }) { SQLITE } else { POSTGRES }).await;
    }

    /// Runs SQL that no service would: what an audit must find.
    pub(crate) async fn plant(&self, sql: &'static str) {
        let mut tx = self.p.db.begin().await.unwrap();
        let mut exec = tx.exec();
        let exec = &mut exec;
        // Who plants has more rights than any service: the database itself guards documents.
        let unguard = match exec {
            Exec::Sqlite(_) => "DROP TRIGGER IF EXISTS document_unchanged; DROP TRIGGER IF EXISTS document_kept",
            Exec::Postgres(_) => {
                "DROP TRIGGER IF EXISTS document_unchanged ON document; DROP TRIGGER IF EXISTS document_kept ON document"
            }
        };
        on!(exec, |c| sqlx::raw_sql(unguard).execute(c).await.map(drop)).unwrap();
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
