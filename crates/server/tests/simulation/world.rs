//! The people, what they may do, and what must hold in the end.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use gabarit_domain::{
    booking::PaymentMethod,
    expert::ExpertKind,
    ids::BookingId,
    money::{BasisPoints, Cents},
    settlement::{Choice, SomeDays},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::{bookings as rows, bookings::Booking, ledger, payments as payment_rows},
    jobs, on,
    payments::ProviderState,
    services::{
        bookings::{
            self, changes,
            settling::{self, Cut},
        },
        ledger::Account,
        operations, payments,
    },
    testing::{ExpertSpec, Fault, TestExpert, TestPlatform, Totals, change_shown},
};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    desk::{RetryForm, Trouble},
    error::ApiError,
};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// What a life long enough must have seen, by the names under which it is counted.
pub(crate) const MUST_HAPPEN: [&str; 29] = [
    "accept",
    "authorize",
    "audit",
    "change asked",
    "change paid",
    "change answered",
    "charged back",
    "chargeback reversed",
    "complete",
    "cut by client",
    "cut by expert",
    "cut by manager",
    "decline",
    "dispute after the end",
    "end early",
    "expire",
    "fault",
    "lapse",
    "late webhook",
    "method switched",
    "pay",
    "place",
    "owed in the end",
    "refund came back",
    "refund paid elsewhere",
    "refund sent again",
    "refund taken by the bank",
    "report",
    "withdraw",
];

struct Life {
    id: BookingId,
    client: usize,
    expert: usize,
}

pub(crate) struct World {
    p: TestPlatform,
    seed: u64,
    rng: ChaCha8Rng,
    clients: Vec<AccountView>,
    experts: Vec<TestExpert>,
    manager: AccountView,
    lives: Vec<Life>,
    /// Bookings whose change was asked for, latest last.
    changing: Vec<BookingId>,
    /// Webhooks that are under way: payments whose change nobody has told us of.
    webhooks: Vec<String>,
    done: BTreeMap<&'static str, usize>,
}

impl World {
    /// Lives until so many bookings were placed, and then to the end of the last; answers how often what happened.
    pub(crate) async fn live(p: TestPlatform, seed: u64, bookings: usize) -> BTreeMap<&'static str, usize> {
        let mut world = Self::new(p, seed).await;
        let mut audited = 0;
        while world.lives.len() < bookings {
            world.event().await;
            if world.lives.len() >= audited + 100 {
                audited = world.lives.len();
                world.work().await;
                world.audit().await;
            }
        }
        world.end().await;
        world.p.clone().finish().await;
        world.done
    }

    async fn new(p: TestPlatform, seed: u64) -> Self {
        let mut experts = Vec::new();
        for number in 0..10_u8 {
            let kind = if number % 4 == 3 { ExpertKind::InHouse } else { ExpertKind::Independent };
            let level = number % 4 + 1;
            let completed_days = u32::from(number) * 5;
            experts.push(p.expert(ExpertSpec { level, kind, completed_days, ..ExpertSpec::default() }).await);
        }
        let mut clients = Vec::new();
        for name in ["Ada", "Bea", "Cleo", "Dia", "Eva", "Fay", "Gia", "Hal"] {
            clients.push(p.client(name).await);
        }
        let manager = p.manager().await;
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let done = BTreeMap::new();
        Self {
            p,
            seed,
            rng,
            clients,
            experts,
            manager,
            lives: Vec::new(),
            changing: Vec::new(),
            webhooks: Vec::new(),
            done,
        }
    }

    fn count(&mut self, event: &'static str) {
        *self.done.entry(event).or_default() += 1;
    }

    /// Counts what went well; what was refused is nothing to count, a fault of ours is one.
    fn tell<T>(&mut self, event: &'static str, result: &Result<T, ApiError>) {
        match result {
            Ok(_) => self.count(event),
            Err(ApiError::Internal { .. }) => panic!("seed {}: {event}: a fault", self.seed),
            Err(_) => {}
        }
    }

    /// Anything that may happen. Most of it is refused, as it should be.
    async fn event(&mut self) {
        match self.rng.random_range(0..45) {
            0..=5 => self.place().await,
            6..=13 => self.at_the_provider().await,
            14..=16 => self.webhook().await,
            17..=20 => self.answer().await,
            21 => self.withdraw().await,
            22 | 23 => self.cut().await,
            24..=28 => self.change().await,
            29 => self.report().await,
            30 => self.switch_method().await,
            31 => {
                let fault = *[Fault::Before, Fault::After].choose(&mut self.rng).unwrap();
                let times = self.rng.random_range(1..4);
                self.p.provider.fail_next(times, fault);
                self.count("fault");
            }
            32..=38 => {
                let minutes = self.rng.random_range(1..8);
                self.pass(TimeDelta::minutes(minutes)).await;
            }
            39 => {
                let hours = self.rng.random_range(1..20);
                self.pass(TimeDelta::hours(hours)).await;
            }
            40 => self.refund_comes_back().await,
            41 | 42 => self.charge_back().await,
            43 => self.reverse_chargebacks().await,
            _ => self.see_to_refunds(false).await,
        }
    }

    async fn pass(&mut self, time: TimeDelta) {
        self.p.clock.advance(time);
        self.work().await;
    }

    async fn work(&mut self) {
        jobs::run_due(&self.p).await.unwrap();
    }

    /// One of the latest bookings.
    fn some(&mut self) -> Option<(BookingId, AccountView, AccountView)> {
        let from = self.lives.len().saturating_sub(60);
        let life = self.lives[from..].choose(&mut self.rng)?;
        Some((life.id, self.clients[life.client].clone(), self.experts[life.expert].account.clone()))
    }

    async fn row(&self, id: BookingId) -> Booking {
        let mut conn = self.p.db.conn().await.unwrap();
        rows::get(&mut conn.exec(), id).await.unwrap().unwrap()
    }

    /// One of the latest bookings in a state.
    async fn in_state(&mut self, state: &str) -> Option<(Booking, AccountView, AccountView)> {
        for _ in 0..12 {
            let (id, client, expert) = self.some()?;
            let booking = self.row(id).await;
            if booking.state.code() == state {
                return Some((booking, client, expert));
            }
        }
        None
    }

    /// One to four working days, some of the next weeks, in a row or not.
    fn days(&mut self) -> String {
        let today = self.p.today();
        let first = today + Days::new(self.rng.random_range(2..24));
        let mut day: NaiveDate = first;
        let mut days = Vec::new();
        let wanted = self.rng.random_range(1..5);
        while days.len() < wanted {
            if day.weekday().num_days_from_monday() < 5 {
                days.push(day.to_string());
            }
            day = day + Days::new(self.rng.random_range(1..3));
        }
        days.join(",")
    }

    fn form(&mut self, expert: usize) -> BookingForm {
        let text = ToOwned::to_owned;
        let on = |yes: bool| if yes { "on".to_owned() } else { String::new() };
        // Amsterdam is about 250 km from where the experts live, Lisbon a flight away.
        let (mode, place) =
            *[("remote", ""), ("on-site", "2759794"), ("on-site", "2267057")].choose(&mut self.rng).unwrap();
        BookingForm {
            expert: self.experts[expert].id.to_string(),
            days: self.days(),
            mode: text(mode),
            place: text(place),
            flexible: on(self.rng.random_bool(0.5)),
            workstation: on(self.rng.random_bool(0.3)),
            licences: if self.rng.random_bool(0.3) { text("revit,autocad") } else { String::new() },
            country: text("NL"),
            organisation: text("Bureau Voorbeeld B.V."),
            contact_name: text("Ada Client"),
            phone: text("+31 30 000 00 00"),
            street: text("Voorbeeldstraat 2"),
            postal_code: text("3511 AB"),
            city: text("Utrecht"),
            invoice_email: text("facturen@client.example"),
            method: text(PaymentMethod::ALL.choose(&mut self.rng).unwrap().code()),
            terms: text("on"),
            key: self.p.ids.uuid().to_string(),
            ..BookingForm::default()
        }
    }

    async fn place(&mut self) {
        let client = self.rng.random_range(0..self.clients.len());
        let expert = self.rng.random_range(0..self.experts.len());
        let mut form = self.form(expert);
        let account = self.clients[client].clone();
        match bookings::place(&self.p, &account, &form, Locale::Fr).await {
            Err(ApiError::PriceChanged { quote, .. }) => form.seen = quote.read().unwrap().fingerprint(),
            other => {
                self.tell("placed blind", &other);
                return;
            }
        }
        let placed = bookings::place(&self.p, &account, &form, Locale::Fr).await;
        self.tell("place", &placed);
        if self.rng.random_bool(0.2) {
            // A double click.
            let again = bookings::place(&self.p, &account, &form, Locale::Fr).await;
            if let (Ok(first), Ok(second)) = (&placed, &again) {
                assert_eq!(first.id, second.id);
            }
        }
        // Held, even if the provider did not answer.
        let mut conn = self.p.db.conn().await.unwrap();
        let found = rows::by_key(&mut conn.exec(), form.key.parse().unwrap()).await.unwrap();
        if let Some(booking) = found {
            self.lives.push(Life { id: booking.id, client, expert });
        }
    }

    /// A client pays, gives up or is late, at the provider; we hear of it now, later, twice, or never.
    async fn at_the_provider(&mut self) {
        let references = self.p.provider.references();
        let from = references.len().saturating_sub(60);
        let open = |reference: &&String| {
            matches!(self.p.provider.state_of(reference), Some(ProviderState::Open | ProviderState::Pending))
        };
        let open: Vec<String> = references[from..].iter().filter(open).cloned().collect();
        let Some(reference) = open.choose(&mut self.rng).cloned() else { return };
        let mut conn = self.p.db.conn().await.unwrap();
        let payment = payment_rows::by_reference(&mut conn.exec(), &reference).await.unwrap();
        drop(conn);
        let Some(payment) = payment else { return };
        match self.rng.random_range(0..10) {
            0 => self.p.provider.fail(&reference),
            1 => self.p.provider.give_up(&reference),
            2 if payment.method.is_slow() => self.p.provider.pend(&reference),
            _ if payment.method.is_deferred() => {
                self.p.provider.authorize(&reference);
                self.count("authorize");
            }
            _ => {
                self.p.provider.pay(&reference);
                self.count("pay");
            }
        }
        for _ in 0..self.rng.random_range(0..3) {
            self.webhooks.push(reference.clone());
        }
        if self.rng.random_bool(0.6) {
            let heard = payments::sync(&self.p, &reference).await;
            self.tell("webhook", &heard);
        }
    }

    /// A webhook arrives, in any order.
    async fn webhook(&mut self) {
        if self.webhooks.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.webhooks.len());
        let reference = self.webhooks.swap_remove(at);
        let heard = payments::sync(&self.p, &reference).await;
        self.tell("late webhook", &heard);
    }

    /// A client's bank refuses what was paid back to it; we hear of it now, later, or by looking.
    async fn refund_comes_back(&mut self) {
        let references = self.p.provider.references();
        let from = references.len().saturating_sub(60);
        let refunded = |reference: &&String| self.p.provider.totals(reference).refunded > Cents::ZERO;
        let refunded: Vec<String> = references[from..].iter().filter(refunded).cloned().collect();
        let Some(reference) = refunded.choose(&mut self.rng).cloned() else { return };
        assert!(self.p.provider.fail_refund(&reference));
        self.count("refund came back");
        self.hear_of(reference).await;
    }

    /// We hear of what a bank did now, later, or by looking.
    async fn hear_of(&mut self, reference: String) {
        match self.rng.random_range(0..3) {
            0 => {}
            1 => self.webhooks.push(reference),
            _ => {
                let heard = payments::sync(&self.p, &reference).await;
                self.tell("webhook", &heard);
            }
        }
    }

    /// One of the latest payments that fits.
    fn payment(&mut self, fits: impl Fn(Totals) -> bool) -> Option<(String, Totals)> {
        let references = self.p.provider.references();
        let from = references.len().saturating_sub(60);
        let totals = |reference: &String| (reference.clone(), self.p.provider.totals(reference));
        let all: Vec<_> = references[from..].iter().map(totals).filter(|(_, totals)| fits(*totals)).collect();
        all.choose(&mut self.rng).cloned()
    }

    /// A client's bank takes money back, all of what was paid or a part, whatever became of the booking since.
    async fn charge_back(&mut self) {
        let Some((reference, totals)) = self.payment(|totals| totals.charged > totals.charged_back) else { return };
        let left = totals.charged - totals.charged_back;
        let amount = if self.rng.random_bool(0.5) { left } else { Cents(self.rng.random_range(1..=left.0)) };
        self.p.provider.charge_back(&reference, amount);
        self.count("charged back");
        self.hear_of(reference).await;
    }

    /// It gives again what it took of a payment.
    async fn reverse_chargebacks(&mut self) {
        let Some((reference, _)) = self.payment(|totals| totals.charged_back > Cents::ZERO) else { return };
        self.p.provider.reverse_chargebacks(&reference);
        self.count("chargeback reversed");
        self.hear_of(reference).await;
    }

    /// A manager sees to a refund that came back (or to all): it is sent again, or was paid another way.
    async fn see_to_refunds(&mut self, all: bool) {
        let seen = operations::operations(&self.p, &self.manager).await.unwrap().troubles;
        for trouble in seen.into_iter().filter(|trouble| trouble.trouble == Trouble::RefundFailed) {
            let (event, what) = if self.rng.random_bool(0.6) {
                ("refund sent again", "refund")
            } else {
                ("refund paid elsewhere", "elsewhere")
            };
            let form = RetryForm {
                what: what.to_owned(),
                subject: trouble.subject.to_string(),
                how: "By transfer".to_owned(),
                ..RetryForm::default()
            };
            let done = operations::retry(&self.p, &self.manager, &form).await;
            self.tell(event, &done);
            assert_eq!(operations::retry(&self.p, &self.manager, &form).await, Err(ApiError::MovedOn));
            if !all {
                break;
            }
        }
    }

    async fn answer(&mut self) {
        let Some((booking, _, expert)) = self.in_state("requested").await else { return };
        if self.rng.random_bool(0.8) {
            let done = bookings::accept(&self.p, &expert, booking.id).await;
            self.tell("accept", &done);
        } else {
            let done = bookings::decline(&self.p, &expert, booking.id, "").await;
            self.tell("decline", &done);
        }
    }

    async fn withdraw(&mut self) {
        let Some((id, client, _)) = self.some() else { return };
        let done = bookings::withdraw(&self.p, &client, id).await;
        self.tell("withdraw", &done);
    }

    fn half(&mut self, days: impl Iterator<Item = NaiveDate>) -> SomeDays {
        days.filter(|_| self.rng.random_bool(0.5)).collect()
    }

    /// A booking is cut short by its client, its expert or a manager: what was shown is what happens.
    async fn cut(&mut self) {
        let state =
            *["accepted", "accepted", "accepted", "completed", "ended", "cancelled"].choose(&mut self.rng).unwrap();
        let Some((booking, client, expert)) = self.in_state(state).await else { return };
        let today = self.p.today();
        let (event, actor, cut) = match self.rng.random_range(0..4) {
            0 => ("cut by client", client, Cut::ByClient),
            1 => {
                let worked = booking.order.days.iter().filter(|day| *day <= today);
                let worked = self.half(worked.collect::<Vec<_>>().into_iter());
                ("cut by expert", expert, Cut::ByExpert { worked })
            }
            _ => {
                let kept = booking.kept();
                let choice = Choice {
                    days: self.half(kept.days.iter().copied()),
                    back: BasisPoints(if self.rng.random_bool(0.5) {
                        kept.back.0
                    } else {
                        self.rng.random_range(0..10_001)
                    }),
                    travel: self.rng.random_bool(0.5),
                    lodging: self.rng.random_bool(0.5),
                    rentals: self.rng.random_bool(0.5),
                    supplement: kept.supplement && self.rng.random_bool(0.5),
                };
                ("cut by manager", self.manager.clone(), Cut::ByManager { choice, goes_on: self.rng.random_bool(0.5) })
            }
        };
        let shown = settling::preview(&self.p, &actor, booking.id, &cut).await;
        self.tell("shown", &shown);
        let Ok(shown) = shown else { return };
        let done = settling::cut_short(&self.p, &actor, booking.id, &cut, &shown.fingerprint, "For a reason").await;
        self.tell(event, &done);
        if done.is_ok() {
            if state == "completed" {
                self.count("dispute after the end");
            }
            if shown.becomes == "ended" && state == "accepted" {
                self.count("end early");
            }
            let again = settling::cut_short(&self.p, &actor, booking.id, &cut, &shown.fingerprint, "Again").await;
            self.tell("cut twice", &again);
            assert!(again.is_err() || shown.credit_total == Cents::ZERO, "seed {}: twice", self.seed);
        }
    }

    /// One of the bookings that were to be changed lately.
    async fn in_change(&mut self) -> Option<(Booking, AccountView, AccountView)> {
        let from = self.changing.len().saturating_sub(4);
        let id = *self.changing[from..].choose(&mut self.rng)?;
        let life = self.lives.iter().find(|life| life.id == id)?;
        let (client, expert) = (self.clients[life.client].clone(), self.experts[life.expert].account.clone());
        Some((self.row(id).await, client, expert))
    }

    async fn change(&mut self) {
        match self.rng.random_range(0..5) {
            0 | 1 => {
                let state = *["requested", "accepted", "accepted"].choose(&mut self.rng).unwrap();
                let Some((booking, client, _)) = self.in_state(state).await else { return };
                let expert = self.experts.iter().position(|expert| expert.id == booking.expert).unwrap();
                let mut form = self.form(expert);
                if self.rng.random_bool(0.4) {
                    form.days = booking.order.days.to_param();
                }
                let actor = if self.rng.random_bool(0.4) { self.manager.clone() } else { client };
                let shown = change_shown(&self.p, &actor, booking.id, &form).await;
                self.tell("change shown", &shown);
                let Ok(shown) = shown else { return };
                form.seen = shown.fingerprint;
                let done = changes::propose(&self.p, &actor, booking.id, &form, Locale::Fr, "For a reason").await;
                self.tell("change asked", &done);
                if done.is_ok() {
                    self.changing.push(booking.id);
                }
            }
            2 => {
                // The latest payment is as likely a change's as any.
                let Some((booking, client, _)) = self.in_change().await else { return };
                let paying = payments::checkout(&self.p, &client, booking.id).await;
                self.tell("checkout", &paying);
                let mut conn = self.p.db.conn().await.unwrap();
                let all = payment_rows::of_booking(&mut conn.exec(), booking.id).await.unwrap();
                drop(conn);
                let Some(payment) = all.iter().rev().find(|payment| payment.change.is_some()) else { return };
                let Some(reference) = payment.provider_ref.clone() else { return };
                if self.p.provider.state_of(&reference) != Some(ProviderState::Open) {
                    return;
                }
                if payment.method.is_deferred() {
                    self.p.provider.authorize(&reference);
                } else {
                    self.p.provider.pay(&reference);
                }
                self.webhooks.push(reference.clone());
                let heard = payments::sync(&self.p, &reference).await;
                self.tell("change paid", &heard);
            }
            _ => {
                let Some((booking, client, expert)) = self.in_change().await else { return };
                let done = match self.rng.random_range(0..6) {
                    0 => changes::withdraw_change(&self.p, &client, booking.id).await,
                    1 => changes::answer(&self.p, &expert, booking.id, false).await,
                    _ => changes::answer(&self.p, &expert, booking.id, true).await,
                };
                self.tell("change answered", &done);
            }
        }
    }

    async fn report(&mut self) {
        let state = *["accepted", "completed", "ended"].choose(&mut self.rng).unwrap();
        let Some((booking, client, _)) = self.in_state(state).await else { return };
        let today = self.p.today();
        let days: SomeDays = booking.kept().days.into_iter().filter(|day| *day <= today).collect();
        let done = settling::report_absence(&self.p, &client, booking.id, &days, "Nobody came").await;
        self.tell("report", &done);
        if self.rng.random_bool(0.5) {
            let done = settling::dismiss_report(&self.p, &self.manager.clone(), booking.id).await;
            self.tell("report dismissed", &done);
        }
    }

    async fn switch_method(&mut self) {
        let Some((booking, client, _)) = self.in_state("held").await else { return };
        let method = *PaymentMethod::ALL.choose(&mut self.rng).unwrap();
        let done = payments::checkout_with(&self.p, &client, booking.id, method).await;
        self.tell("method switched", &done);
    }

    async fn audit(&mut self) {
        let open = self.number("SELECT COUNT(*) FROM refund WHERE state = 'failed'").await;
        let found = audit::run(&self.p).await.unwrap();
        let (returned, wrong): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|finding| finding.check == "a refund reaches the client");
        for finding in &wrong {
            eprintln!("{} of {}:\n{}", finding.check, finding.subject, self.posted(&finding.subject).await);
        }
        assert_eq!(wrong, [], "seed {} after {} bookings", self.seed, self.lives.len());
        assert_eq!(i64::try_from(returned.len()), Ok(open), "seed {}: each refund that came back is named", self.seed);
        self.count("audit");
    }

    /// What was posted for a booking, to see where the books went wrong.
    async fn posted(&self, reference: &str) -> String {
        const SQL: &str = "SELECT t.dedup_key, e.account, e.amount FROM ledger_transaction t \
            JOIN ledger_entry e ON e.transaction_id = t.id JOIN booking b ON b.id = t.booking_id \
            WHERE b.reference = $1 ORDER BY t.at, t.id, e.line";
        const REFUNDS: &str = "SELECT p.provider_ref, r.state, r.amount FROM refund r \
            JOIN payment p ON p.id = r.payment_id JOIN booking b ON b.id = p.booking_id WHERE b.reference = $1 \
            ORDER BY p.provider_ref, r.created_at";
        let mut conn = self.p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        let rows: Vec<(String, String, i64)> =
            on!(&mut *exec, |c| sqlx::query_as(SQL).bind(reference).fetch_all(c).await).unwrap();
        let refunds: Vec<(String, String, i64)> =
            on!(&mut *exec, |c| sqlx::query_as(REFUNDS).bind(reference).fetch_all(c).await).unwrap();
        rows.iter().chain(&refunds).map(|(cause, account, amount)| format!("  {cause} {account} {amount}\n")).collect()
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let mut conn = self.p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        on!(exec, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
    }

    async fn paid_elsewhere(&self, id: BookingId) -> Cents {
        let mut conn = self.p.db.conn().await.unwrap();
        let refunds = payment_rows::refunds_of_booking(&mut conn.exec(), id).await.unwrap();
        let elsewhere = |refund: &&payment_rows::Refund| refund.state == payment_rows::RefundState::Elsewhere;
        refunds.iter().filter(elsewhere).map(|refund| refund.amount).sum()
    }

    async fn balance(&self, account: Account) -> Cents {
        let mut conn = self.p.db.conn().await.unwrap();
        ledger::balance(&mut conn.exec(), account.code()).await.unwrap()
    }

    /// All is well again, every webhook arrives, and time passes until everything is over: then everything adds up.
    async fn end(&mut self) {
        self.p.provider.recover();
        for days in [1, 1, 1, 9, 30, 30] {
            for reference in self.p.provider.references() {
                match payments::sync(&self.p, &reference).await {
                    // One whose making was never answered: nobody ever saw its page.
                    Ok(()) | Err(ApiError::NotFound) => {}
                    Err(error) => panic!("seed {}: {error:?}", self.seed),
                }
            }
            self.see_to_refunds(true).await;
            self.pass(TimeDelta::days(days)).await;
            self.pass(TimeDelta::hours(2)).await;
        }
        self.audit().await;
        assert_eq!(
            audit::reconcile(&self.p).await.unwrap().findings,
            [],
            "seed {}: the provider says so, too",
            self.seed
        );
        let (mut kept_in_all, mut elsewhere_in_all, mut owed_in_all) = (Cents::ZERO, Cents::ZERO, Cents::ZERO);
        let lives = std::mem::take(&mut self.lives);
        for life in &lives {
            let booking = self.row(life.id).await;
            let state = booking.state.code();
            match state {
                "expired" => self.count("expire"),
                "lapsed" => self.count("lapse"),
                "completed" => self.count("complete"),
                "declined" | "cancelled" | "ended" => {}
                other => panic!("seed {}: {} is still {other}", self.seed, booking.reference),
            }
            let totals = self.p.provider.totals_of(life.id);
            let kept = booking.kept_total();
            let reference = &booking.reference;
            let elsewhere = self.paid_elsewhere(life.id).await;
            let here = totals.charged - totals.refunded - elsewhere - totals.charged_back;
            // What lacks is what banks took and did not give again; nothing is here beyond what is kept.
            let owed = kept - here;
            let taken_back = Cents::ZERO..=totals.charged_back;
            assert!(
                taken_back.contains(&owed),
                "seed {}: {reference} is {state}: {here:?} of {kept:?}\n{}",
                self.seed,
                self.posted(reference).await
            );
            if owed > Cents::ZERO {
                self.count("owed in the end");
            }
            kept_in_all += kept;
            elsewhere_in_all += elsewhere;
            owed_in_all += owed;
        }
        let sold = self.balance(Account::Revenue).await + self.balance(Account::VatPayable).await;
        assert_eq!(-sold, kept_in_all, "seed {}: invoices less credit notes", self.seed);
        let clearing = self.balance(Account::ProviderClearing).await;
        assert_eq!(clearing, kept_in_all + elsewhere_in_all - owed_in_all, "seed {}", self.seed);
        assert_eq!(self.balance(Account::Bank).await, -elsewhere_in_all, "seed {}", self.seed);
        assert_eq!(self.balance(Account::Deposits).await, Cents::ZERO, "seed {}", self.seed);
        assert_eq!(self.balance(Account::ClientReceivable).await, owed_in_all, "seed {}", self.seed);
        let taken = self.number("SELECT COUNT(*) FROM refund WHERE state = 'taken'").await;
        *self.done.entry("refund taken by the bank").or_default() += usize::try_from(taken).unwrap();
        let leaked = "SELECT COUNT(*) FROM booked_day d JOIN booking b ON b.id = d.booking_id \
            WHERE b.state NOT IN ('completed', 'ended')";
        assert_eq!(self.number(leaked).await, 0, "seed {}: days held by what is over", self.seed);
        let open = "SELECT COUNT(*) FROM booking_change WHERE closed_at IS NULL";
        assert_eq!(self.number(open).await, 0, "seed {}: open changes", self.seed);
        let due = "SELECT COUNT(*) FROM refund WHERE state NOT IN ('sent', 'elsewhere', 'taken')";
        assert_eq!(self.number(due).await, 0, "seed {}: refunds not sent", self.seed);
        let moves = "SELECT COUNT(*) FROM booking b WHERE b.version <> \
            (SELECT COUNT(*) FROM booking_log l WHERE l.booking_id = b.id)";
        assert_eq!(self.number(moves).await, 0, "seed {}: moves without a log entry", self.seed);
    }
}
