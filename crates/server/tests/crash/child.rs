//! The process that is killed: clients and experts who do what people do, all at once, until the end comes.

use crate::{
    acks::{Ack, READY, Step},
    checks::invoice_of,
    process::{CHILD, Orders, database, open},
};
use gabarit_domain::{booking::PaymentMethod, ids::BookingId};
use gabarit_i18n::Locale;
use gabarit_server::{
    clock::SystemClock,
    config::Config,
    db::bookings::{self as rows, Booking},
    jobs,
    platform::Platform,
    services::{accounts, bookings, experts, payments},
};
use gabarit_view::{account::AccountView, booking::BookingForm, error::ApiError};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use std::{
    io::{BufRead, Write},
    sync::Arc,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

/// The days that clients compete for: the expert's first free ones beyond two weeks.
const WANTED: usize = 6;

/// Tells the parent, once the step is done. A line is one write: it is said, or it is not.
fn tell(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn done(booking: BookingId, step: Step) {
    tell(Ack { booking, step });
}

/// No test of its own: the process that the tests of `crash.rs` start and kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "started, and killed, by the tests beside it"]
async fn life_of_a_platform() {
    let Ok(orders) = std::env::var(CHILD) else { return };
    let orders: Orders = serde_json::from_str(&orders).unwrap();
    let mut config = Config::read(|_| None).unwrap();
    config.database = database(&orders.database);
    let (sandbox, webhooks) = (orders.sandbox.parse().unwrap(), orders.webhooks.parse().unwrap());
    let p = open(&config, &sandbox, &webhooks, Arc::new(SystemClock)).await;
    // What a server does when it starts.
    p.db.migrate().await.unwrap();
    let people = People::of(&p, &orders).await;

    let mut life = JoinSet::new();
    let (_running, shutdown) = watch::channel(false);
    life.spawn(jobs::run_forever(p.clone(), shutdown));
    life.spawn(hear_webhooks(p.clone()));
    let mut desks = Vec::new();
    for (number, expert) in (100_u64..).zip(&people.experts) {
        let (desk, orders_in) = mpsc::unbounded_channel();
        let rng = ChaCha8Rng::seed_from_u64(orders.seed.wrapping_add(number));
        life.spawn(answer(p.clone(), expert.clone(), orders_in, rng));
        desks.push(desk);
    }
    for (number, client) in (0_u64..).zip(&people.clients) {
        let rng = ChaCha8Rng::seed_from_u64(orders.seed.wrapping_add(number));
        let client = Client {
            p: p.clone(),
            account: client.clone(),
            experts: people.experts.clone(),
            desks: desks.clone(),
            rng,
        };
        life.spawn(client.live());
    }
    // After the harness's "test …", which ends without a new line.
    tell(format!("\n{READY}"));
    while let Some(end) = life.join_next().await {
        end.unwrap();
    }
}

struct People {
    clients: Vec<AccountView>,
    experts: Vec<AccountView>,
}

impl People {
    async fn of(p: &Platform, orders: &Orders) -> Self {
        let (mut clients, mut experts) = (Vec::new(), Vec::new());
        for id in &orders.clients {
            clients.push(accounts::get(p, *id).await.unwrap().unwrap());
        }
        for id in &orders.experts {
            experts.push(accounts::get(p, *id).await.unwrap().unwrap());
        }
        Self { clients, experts }
    }
}

/// Reads payments when the provider reports them; ends the process with its parent.
async fn hear_webhooks(p: Platform) {
    let (tell, mut heard) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(reference) = line else { break };
            let _ = tell.send(reference);
        }
        std::process::exit(0);
    });
    while let Some(reference) = heard.recv().await {
        let p = p.clone();
        tokio::spawn(async move {
            match payments::sync(&p, &reference).await {
                Ok(()) | Err(ApiError::NotFound | ApiError::Unavailable) => {}
                Err(error) => panic!("webhook of {reference}: {error:?}"),
            }
        });
    }
}

/// An expert at work: first what an earlier process left unanswered, then what comes in.
async fn answer(p: Platform, expert: AccountView, mut orders: mpsc::UnboundedReceiver<BookingId>, mut rng: ChaCha8Rng) {
    let left = {
        let mut conn = p.db.conn().await.unwrap();
        rows::of_expert(&mut conn.exec(), expert.expert.unwrap()).await.unwrap()
    };
    let left: Vec<BookingId> =
        left.iter().filter(|booking| booking.state.code() == "requested").map(|booking| booking.id).collect();
    for id in left {
        answer_one(&p, &expert, id, &mut rng).await;
    }
    while let Some(id) = orders.recv().await {
        answer_one(&p, &expert, id, &mut rng).await;
    }
    // Nobody orders any more; stays all the same.
    std::future::pending::<()>().await;
}

async fn answer_one(p: &Platform, expert: &AccountView, id: BookingId, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..10) {
        0..6 => match bookings::accept(p, expert, id).await {
            Ok(()) => {
                let (invoice, sha256) = invoice_of(p, id).await.unwrap();
                done(id, Step::Accepted { invoice, sha256 });
            }
            Err(error) => assert!(matches!(error, ApiError::MovedOn), "accepting {id}: {error:?}"),
        },
        6..9 => match bookings::decline(p, expert, id, "").await {
            Ok(()) => done(id, Step::Declined),
            Err(error) => assert!(matches!(error, ApiError::MovedOn), "declining {id}: {error:?}"),
        },
        // Never answers.
        _ => {}
    }
}

struct Client {
    p: Platform,
    account: AccountView,
    experts: Vec<AccountView>,
    desks: Vec<mpsc::UnboundedSender<BookingId>>,
    rng: ChaCha8Rng,
}

impl Client {
    async fn live(mut self) {
        loop {
            for hold in self.holds().await {
                self.go_on(hold.id).await;
            }
            if let Some(id) = self.book().await {
                done(id, Step::Placed);
                if self.rng.random_bool(0.9) {
                    self.go_on(id).await;
                }
            }
        }
    }

    /// Holds that are not paid: of an earlier process, or left lying.
    async fn holds(&self) -> Vec<Booking> {
        let mut conn = self.p.db.conn().await.unwrap();
        let mut bookings = rows::of_client(&mut conn.exec(), self.account.id).await.unwrap();
        bookings.retain(|booking| booking.state.code() == "held");
        bookings
    }

    /// Days of an expert that others want, too; `None` when there are no more.
    async fn days(&mut self, expert: &AccountView) -> Option<String> {
        let offer = experts::offer(&self.p, expert.expert.unwrap()).await.unwrap().unwrap();
        let wanted: Vec<_> = offer
            .free
            .from
            .iter_days()
            .skip(14)
            .take(380)
            .filter(|day| offer.free.is_free(*day))
            .take(WANTED)
            .collect();
        let first = self.rng.random_range(0..wanted.len().max(1));
        let count = self.rng.random_range(1..=2);
        let days: Vec<String> = wanted.iter().skip(first).take(count).map(ToString::to_string).collect();
        (!days.is_empty()).then(|| days.join(","))
    }

    async fn book(&mut self) -> Option<BookingId> {
        let expert = self.experts.choose(&mut self.rng).unwrap().clone();
        let method = *PaymentMethod::ALL.choose(&mut self.rng).unwrap();
        let mut form = self.form(&expert, method).await?;
        loop {
            // Sometimes pressed twice: the same form is one booking.
            let twice = self.rng.random_bool(0.2);
            let (first, second) = tokio::join!(bookings::place(&self.p, &self.account, &form, Locale::Fr), async {
                if twice { Some(bookings::place(&self.p, &self.account, &form, Locale::Fr).await) } else { None }
            });
            if let (Ok(first), Some(Ok(second))) = (&first, &second) {
                assert_eq!(first.id, second.id, "one form, two bookings");
            }
            match first {
                Ok(placed) => return Some(placed.id),
                // At first no price was seen; this one is agreed to.
                Err(ApiError::PriceChanged { quote, .. }) => form.seen = quote.read().unwrap().fingerprint(),
                Err(ApiError::DaysTaken { .. } | ApiError::TooManyHolds) => return None,
                Err(ApiError::CreditRefused { .. }) => form.method = PaymentMethod::Ideal.code().to_owned(),
                // The provider's answer was lost: the days are held, the form is sent again.
                Err(ApiError::Unavailable) => {}
                Err(error) => panic!("booking: {error:?}"),
            }
        }
    }

    async fn form(&mut self, expert: &AccountView, method: PaymentMethod) -> Option<BookingForm> {
        let text = ToOwned::to_owned;
        Some(BookingForm {
            expert: expert.expert.unwrap().to_string(),
            days: self.days(expert).await?,
            mode: text("remote"),
            country: text("NL"),
            organisation: text("Bureau Voorbeeld B.V."),
            contact_name: self.account.name.clone(),
            phone: text("+31 30 000 00 00"),
            street: text("Voorbeeldstraat 2"),
            postal_code: text("3511 AB"),
            city: text("Utrecht"),
            invoice_email: text("facturen@client.example"),
            method: text(method.code()),
            terms: text("on"),
            key: self.p.ids.uuid().to_string(),
            ..BookingForm::default()
        })
    }

    /// Pays a held booking, or lets it go; sometimes changes their mind while the expert answers.
    async fn go_on(&mut self, id: BookingId) {
        if self.rng.random_bool(0.1) {
            return self.withdraw(id).await;
        }
        if self.rng.random_bool(0.1) {
            self.at_the_provider(id, "fail").await;
        }
        self.at_the_provider(id, "pay").await;
        // The return page, while the webhook comes in by the other door.
        while let Err(error) = payments::sync_booking(&self.p, id).await {
            assert!(matches!(error, ApiError::Unavailable), "return from paying {id}: {error:?}");
        }
        let booking = self.read(id).await;
        if booking.paid_at.is_none() {
            return;
        }
        done(id, Step::Paid);
        if let Some(desk) = self.experts.iter().position(|expert| expert.expert == Some(booking.expert)) {
            self.desks[desk].send(id).unwrap();
        }
        if self.rng.random_bool(0.1) {
            self.withdraw(id).await;
        }
    }

    async fn withdraw(&self, id: BookingId) {
        match bookings::withdraw(&self.p, &self.account, id).await {
            Ok(()) => done(id, Step::Withdrawn),
            Err(error) => assert!(matches!(error, ApiError::MovedOn), "withdrawing {id}: {error:?}"),
        }
    }

    async fn read(&self, id: BookingId) -> Booking {
        let mut conn = self.p.db.conn().await.unwrap();
        rows::get(&mut conn.exec(), id).await.unwrap().unwrap()
    }

    /// Presses a button on the provider's page, if there is one to pay on.
    async fn at_the_provider(&self, id: BookingId, outcome: &str) {
        let page = loop {
            match payments::checkout(&self.p, &self.account, id).await {
                Ok(page) => break page,
                Err(ApiError::Unavailable) => {}
                Err(error) => panic!("paying {id}: {error:?}"),
            }
        };
        // A booking that is paid or over sends its client to its own page.
        if page.contains("/checkout/") {
            let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
            let answer = browser.build().unwrap().post(page).form(&[("outcome", outcome)]).send().await.unwrap();
            assert!(answer.status().is_redirection(), "{}", answer.status());
        }
    }
}
