//! Fictional bookings in every state, lived through by the services themselves with a clock of the past and the sandbox
//! in this process: invoices, payouts and the ledger are those that the services wrote, and the sandbox knows the
//! payments when it is served from the same folder.

mod desk;
mod market;

use super::ACCOUNTS;
use crate::{
    clock::MockClock,
    db::{accounts as account_rows, payments as payment_rows, rentals as rental_rows},
    jobs,
    platform::Platform,
    sandbox::Handle,
    services::{
        accounts::{self, confirm::Confirmed},
        billing, bookings,
        bookings::settling::{self, Cut},
        contact, payments, payouts, rentals, work,
    },
    vat_register::vies::ViesClient,
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    contact::Topic,
    ids::{AccountId, BookingId, ExpertId},
};
use gabarit_i18n::{Locale, demo as words};
use gabarit_view::{
    account::AccountView, booking::BookingForm, contact::ContactForm, desk::PrepareForm, error::ApiError,
    rental::RentalForm,
};
use std::sync::Arc;
use uuid::Uuid;

/// Days that [`play`] lets the expert to try complete.
pub(super) const COMPLETED_DAYS: u32 = 5;

/// Account numbers that banks give as examples.
const IBANS: [&str; 3] = ["BE68 5390 0754 7034", "NL91 ABNA 0417 1643 00", "DE89 3704 0044 0532 0130 00"];

/// How many working days ahead of a wanted one are tried before giving up.
const TRIES: usize = 40;

struct Stage {
    p: Platform,
    clock: Arc<MockClock>,
    sandbox: Handle,
    client: AccountView,
    expert: AccountView,
    manager: AccountView,
}

/// A booking to place.
struct Wish {
    expert: ExpertId,
    /// Days from the stage's today to the first wanted day; the first free days from there are taken.
    from: u64,
    days: usize,
    flexible: bool,
    method: PaymentMethod,
    order_number: &'static str,
}

/// Something to order.
enum OrderForm {
    Booking(BookingForm),
    Rental(RentalForm),
}

/// Plays the stories; `others` are experts beside the one to try. Does nothing where payments go to a real provider.
pub(super) async fn play(p: &Platform, others: &[(ExpertId, AccountId)]) -> Result<(), ApiError> {
    if !p.config.payment_url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]")) {
        return Ok(());
    }
    let today = p.now();
    let stage = Stage::set(p, today - TimeDelta::days(50)).await?;
    let [(second, seconds), (third, thirds), ..] = others else { return Ok(()) };
    let at = |days: i64| today - TimeDelta::days(days);
    let own = stage.own_expert()?;
    let wish = |expert, from, days, flexible, method, order_number| Wish {
        expert,
        from,
        days,
        flexible,
        method,
        order_number,
    };

    for (account, iban) in [(stage.expert.id, IBANS[0]), (*seconds, IBANS[1]), (*thirds, IBANS[2])] {
        let account = accounts::get(&stage.p, account).await?.ok_or(ApiError::NotFound)?;
        billing::request_iban_change(&stage.p, &Confirmed::trusted(account), iban).await?;
    }
    let first = stage.book(wish(own, 4, 3, false, PaymentMethod::Ideal, "PO-1041")).await?;
    stage.answer(first).await?;
    stage.done(first).await?;
    stage.review(first).await?;
    stage.to(at(30)).await?;
    stage.pay_out().await?;
    let next = stage.book(wish(own, 3, 2, true, PaymentMethod::Bancontact, "PO-1057")).await?;
    stage.answer(next).await?;
    let argued = stage.book(wish(*third, 2, 2, false, PaymentMethod::Ideal, "PO-1059")).await?;
    stage.answer_as(*thirds, argued).await?;
    let rented = stage.rent(5, "revit:2,autocad:1", "PO-1061").await?;
    stage.to(at(22)).await?;
    let changed_mind = stage.book(wish(*third, 12, 2, true, PaymentMethod::Ideal, "PO-1063")).await?;
    stage.answer_as(*thirds, changed_mind).await?;
    stage.to(at(20)).await?;
    stage.cut(changed_mind).await?;
    stage.take_back(rented).await?;
    let worked = stage.dispute(argued, *thirds, words::dispute_absent, words::dispute_absent_answer).await?;
    stage.settle(argued, worked).await?;
    let ready = stage.book(wish(*second, 3, 4, false, PaymentMethod::CreditCard, "PO-1071")).await?;
    stage.answer_as(*seconds, ready).await?;
    stage.to(at(14)).await?;
    stage.pay_out().await?;
    let open = stage.book(wish(*second, 2, 2, false, PaymentMethod::Ideal, "PO-1074")).await?;
    stage.answer_as(*seconds, open).await?;
    stage.to(at(5)).await?;
    stage.rent(14, "civil-3d:1,workstation:1", "PO-1076").await?;
    stage.dispute(open, *seconds, words::dispute_unfinished, words::dispute_unfinished_answer).await?;
    stage.to(at(3)).await?;
    let coming = stage.book(wish(own, 12, 3, true, PaymentMethod::Ideal, "PO-1078")).await?;
    stage.answer(coming).await?;
    stage.talk(coming).await?;
    stage.visit().await?;
    stage.to(today - TimeDelta::hours(2)).await?;
    stage.book(wish(own, 20, 2, false, PaymentMethod::Ideal, "PO-1082")).await?;
    stage.to(today).await
}

impl Stage {
    async fn set(p: &Platform, start: DateTime<Utc>) -> Result<Self, ApiError> {
        let clock = Arc::new(MockClock::at(start));
        let sandbox = {
            let clock = Arc::clone(&clock);
            let (folder, zone, merchant) = (p.config.data_dir.clone(), p.config.zone, p.config.operator.name.clone());
            Handle::start(move |options| {
                options.merchant = merchant;
                options.folder = Some(folder);
                options.zone = zone;
                options.clock = clock;
            })
            .await
            .map_err(|error| p.fault(error))?
        };
        let client = sandbox.client().map_err(|error| p.fault(error))?;
        let register_url = sandbox.base_url().join("vies").map_err(|error| p.fault(error))?;
        let register = ViesClient::new(&register_url).map_err(|error| p.fault(error))?;
        let story = Platform::new(
            p.config.clone(),
            p.db.clone(),
            clock.clone(),
            Arc::clone(&p.ids),
            Arc::new(client),
            Arc::new(register),
        );
        let mut people = Vec::new();
        for email in ACCOUNTS {
            let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
            let row = account_rows::by_email(&mut conn.exec(), email).await.map_err(|error| p.fault(error))?;
            drop(conn);
            let id = row.ok_or_else(|| p.fault(format_args!("{email} is not there")))?.id;
            people.extend(accounts::get(&story, AccountId(id)).await?);
        }
        let [client, expert, manager] =
            <[AccountView; 3]>::try_from(people).map_err(|_| p.fault("an account to try is not there"))?;
        Ok(Self { p: story, clock, sandbox, client, expert, manager })
    }

    fn own_expert(&self) -> Result<ExpertId, ApiError> {
        self.expert.expert.ok_or_else(|| self.p.fault("the expert to try has no profile"))
    }

    /// Lets the time pass, half a day at a time.
    async fn to(&self, instant: DateTime<Utc>) -> Result<(), ApiError> {
        while self.p.now() < instant {
            let next = (self.p.now() + TimeDelta::hours(12)).min(instant);
            self.clock.set(next);
            jobs::run_due(&self.p).await?;
        }
        Ok(())
    }

    /// Places a booking on the first free days and pays it.
    async fn book(&self, wish: Wish) -> Result<BookingId, ApiError> {
        let mut first = self.p.today() + Days::new(wish.from);
        for _ in 0..TRIES {
            let days: Vec<NaiveDate> = first.iter_days().take(wish.days).collect();
            match self.place(&wish, &days).await {
                Ok(id) => return Ok(id),
                // Weekends, holidays, absences, other bookings: a day later then.
                Err(ApiError::Invalid { .. } | ApiError::DaysTaken { .. }) => first = first + Days::new(1),
                Err(error) => return Err(error),
            }
        }
        Err(self.p.fault("the demonstration found no free days"))
    }

    async fn place(&self, wish: &Wish, days: &[NaiveDate]) -> Result<BookingId, ApiError> {
        let locale = Locale::Nl;
        let text = ToOwned::to_owned;
        let form = BookingForm {
            expert: wish.expert.to_string(),
            days: days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            mode: text("remote"),
            flexible: text(if wish.flexible { "on" } else { "" }),
            country: text("NL"),
            organisation: text(words::client_company(locale)),
            contact_name: self.client.name.clone(),
            phone: text("+31 30 000 00 00"),
            street: words::street(locale, 12),
            postal_code: text("3511 ZZ"),
            city: text("Utrecht"),
            invoice_email: text(ACCOUNTS[0]),
            order_number: text(wish.order_number),
            method: text(wish.method.code()),
            terms: text("on"),
            key: self.p.ids.uuid().to_string(),
            ..BookingForm::default()
        };
        self.order(OrderForm::Booking(form)).await.map(BookingId)
    }

    /// Places an order and pays it on the provider's page: of an expert, or of what is rented alone.
    async fn order(&self, mut form: OrderForm) -> Result<Uuid, ApiError> {
        let id = match self.send(&form).await {
            // Nobody has seen a price yet: the answer says which.
            Err(ApiError::PriceChanged { quote, .. }) => {
                let seen = quote.read().ok_or(ApiError::Transport)?.fingerprint();
                match &mut form {
                    OrderForm::Booking(form) => form.seen = seen,
                    OrderForm::Rental(form) => form.seen = seen,
                }
                self.send(&form).await?
            }
            other => other?,
        };
        let fault = |error: sqlx::Error| self.p.fault(error);
        let mut conn = self.p.db.conn().await.map_err(fault)?;
        let exec = &mut conn.exec();
        let references: Vec<Option<String>> = match form {
            OrderForm::Booking(_) => {
                let made = payment_rows::of_booking(exec, BookingId(id)).await.map_err(fault)?;
                made.into_iter().map(|payment| payment.provider_ref).collect()
            }
            OrderForm::Rental(_) => {
                let made = rental_rows::payments(exec, id).await.map_err(fault)?;
                made.into_iter().map(|payment| payment.provider_ref).collect()
            }
        };
        drop(conn);
        for reference in references.iter().flatten() {
            let _ = self.sandbox.pay(reference);
            payments::sync(&self.p, reference).await?;
        }
        jobs::run_due(&self.p).await?;
        Ok(id)
    }

    async fn send(&self, form: &OrderForm) -> Result<Uuid, ApiError> {
        match form {
            OrderForm::Booking(form) => {
                bookings::place(&self.p, &self.client, form, Locale::Nl).await.map(|placed| placed.id.0)
            }
            OrderForm::Rental(form) => {
                rentals::place(&self.p, &self.client, form, Locale::Nl).await.map(|placed| placed.id)
            }
        }
    }

    /// The expert to try accepts, some hours later.
    async fn answer(&self, id: BookingId) -> Result<(), ApiError> {
        self.clock.advance(TimeDelta::hours(3));
        bookings::accept(&self.p, &self.expert, id).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    async fn answer_as(&self, account: AccountId, id: BookingId) -> Result<(), ApiError> {
        let actor = accounts::get(&self.p, account).await?.ok_or(ApiError::NotFound)?;
        self.clock.advance(TimeDelta::hours(5));
        bookings::accept(&self.p, &actor, id).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    /// Client and expert write to each other, and the client to the desk.
    async fn talk(&self, id: BookingId) -> Result<(), ApiError> {
        let key = || self.p.ids.uuid().to_string();
        let locale = self.client.locale;
        work::write_message(&self.p, &self.client, id, words::thread_question(locale), &key()).await?;
        self.clock.advance(TimeDelta::hours(1));
        work::write_message(&self.p, &self.expert, id, words::thread_answer(locale), &key()).await?;
        let question = ContactForm {
            topic: Topic::Sourcing.code().to_owned(),
            message: words::desk_question(locale).to_owned(),
            product: "plant-3d".to_owned(),
            locale: locale.code().to_owned(),
            ..ContactForm::default()
        };
        contact::open(&self.p, Some(&self.client), &question, "127.0.0.1").await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    /// The client cancels in time.
    async fn cut(&self, id: BookingId) -> Result<(), ApiError> {
        let seen = settling::preview(&self.p, &self.client, id, &Cut::ByClient).await?.fingerprint;
        settling::cut_short(&self.p, &self.client, id, &Cut::ByClient, &seen, "").await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    /// Pays what is due, as the manager and the bank would.
    async fn pay_out(&self) -> Result<(), ApiError> {
        let desk = payouts::desk(&self.p, &self.manager).await?;
        let documents: Vec<String> = desk.payables.iter().map(|payable| payable.document.to_string()).collect();
        if documents.is_empty() || desk.four_eyes {
            return Ok(());
        }
        let day = desk.next_banking_day;
        let form = PrepareForm { key: desk.key.to_string(), documents, execute_on: day.to_string() };
        let batch = payouts::prepare(&self.p, &self.manager, &form).await?;
        payouts::approve(&self.p, &self.manager, batch).await?;
        while self.p.today() < day {
            self.to(self.p.now() + TimeDelta::hours(12)).await?;
        }
        payouts::executed(&self.p, &self.manager, batch).await
    }
}
