//! A client, an expert, a form, and what the books say.

use chrono::{DateTime, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, ExpertId},
    money::Cents,
    pricing::Quote,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::ledger,
    jobs, mail, on,
    services::{bookings, ledger::Account, payments},
    testing::{ExpertSpec, TestExpert, TestPlatform},
};
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, BookingView, PlacedBooking},
    error::ApiError,
};

/// Tuesday and Wednesday of the week after the clock's start.
pub(crate) const DAYS: &str = "2026-12-01,2026-12-02";

pub(crate) struct Stage {
    pub(crate) p: TestPlatform,
    pub(crate) client: AccountView,
    pub(crate) expert: TestExpert,
}

impl Stage {
    pub(crate) async fn new(p: TestPlatform) -> Self {
        Self::with(p, ExpertSpec::default()).await
    }

    pub(crate) async fn with(p: TestPlatform, spec: ExpertSpec) -> Self {
        let client = p.client("Ada Client").await;
        let expert = p.expert(spec).await;
        Self { p, client, expert }
    }

    /// A form for the stage's expert, with everything filled in but consent to a price.
    pub(crate) fn form(&self, days: &str, method: PaymentMethod) -> BookingForm {
        form(&self.p, self.expert.id, days, method)
    }

    /// Books at the price that is shown.
    pub(crate) async fn book(&self, days: &str, method: PaymentMethod) -> BookingId {
        self.place_as(&self.client, self.form(days, method)).await.unwrap().id
    }

    /// Sends a form with the fingerprint of the price its reader was shown.
    pub(crate) async fn place_as(&self, client: &AccountView, form: BookingForm) -> Result<PlacedBooking, ApiError> {
        let form = BookingForm { seen: shown(&self.p, client, &form).await?.fingerprint(), ..form };
        bookings::place(&self.p, client, &form, Locale::Fr).await
    }

    /// Books, and pays by an instant method; answers the booking and the payment's reference.
    pub(crate) async fn paid(&self, days: &str) -> (BookingId, String) {
        let id = self.book(days, PaymentMethod::Ideal).await;
        let reference = self.p.provider.last_reference();
        self.p.provider.pay(&reference);
        payments::sync(&self.p, &reference).await.unwrap();
        (id, reference)
    }

    /// Books with a card, and authorises it.
    pub(crate) async fn authorized(&self, days: &str) -> (BookingId, String) {
        let id = self.book(days, PaymentMethod::CreditCard).await;
        let reference = self.p.provider.last_reference();
        self.p.provider.authorize(&reference);
        payments::sync(&self.p, &reference).await.unwrap();
        (id, reference)
    }

    pub(crate) async fn accept(&self, id: BookingId) {
        bookings::accept(&self.p, &self.expert.account, id).await.unwrap();
    }

    /// Does what is due now.
    pub(crate) async fn work(&self) {
        jobs::run_due(&self.p).await.unwrap();
    }

    /// Moves the clock, and does what is due by then.
    pub(crate) async fn at(&self, instant: &str) {
        self.p.clock.set(instant.parse::<DateTime<Utc>>().unwrap());
        self.work().await;
    }

    pub(crate) async fn client_view(&self, id: BookingId) -> BookingView {
        bookings::view(&self.p, &self.client, id, Locale::Fr).await.unwrap()
    }

    pub(crate) async fn expert_view(&self, id: BookingId) -> BookingView {
        bookings::view(&self.p, &self.expert.account, id, Locale::Fr).await.unwrap()
    }

    pub(crate) async fn state(&self, id: BookingId) -> String {
        self.client_view(id).await.state
    }

    /// Balance of an account; debits are positive.
    pub(crate) async fn balance(&self, account: Account) -> Cents {
        let mut conn = self.p.db.conn().await.unwrap();
        ledger::balance(&mut conn.exec(), account.code()).await.unwrap()
    }

    /// A number from the database.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        on!(exec, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
    }

    /// Subjects of the mails to an address, oldest first.
    pub(crate) async fn mail_to(&self, address: &str) -> Vec<String> {
        let mut mails = mail::local_mailbox(&self.p, 1_000).await.unwrap();
        mails.sort_by_key(|mail| mail.created_at);
        mails.into_iter().filter(|mail| mail.to == address).map(|mail| mail.subject).collect()
    }

    /// What holds at any time: the ledger balances, its clearing account is the provider's money, and exactly the
    /// bookings that occupy days have rows for all of them.
    pub(crate) async fn sound(&self) {
        assert_eq!(audit::run(&self.p).await.unwrap(), [], "the audit");
        self.adds_up().await;
    }

    /// [`Stage::sound`], but for an accepted booking whose money did not come: the audit names it until it does.
    pub(crate) async fn sound_but_owed(&self, id: BookingId) {
        let reference = self.client_view(id).await.reference;
        let found = audit::run(&self.p).await.unwrap();
        assert!(!found.is_empty());
        assert!(found.iter().all(|finding| finding.invariant == 1 && finding.subject == reference), "{found:?}");
        self.adds_up().await;
    }

    async fn adds_up(&self) {
        let unbalanced = "SELECT COUNT(*) FROM (SELECT transaction_id FROM ledger_entry GROUP BY transaction_id \
            HAVING SUM(amount) <> 0) AS u";
        assert_eq!(self.count(unbalanced).await, 0, "unbalanced transactions");
        let stray = "SELECT COUNT(*) FROM booked_day d JOIN booking b ON b.id = d.booking_id \
            WHERE b.state NOT IN ('held', 'requested', 'accepted', 'completed', 'ended')";
        assert_eq!(self.count(stray).await, 0, "days held by bookings that are over");
        let empty = "SELECT COUNT(*) FROM booking b WHERE b.state IN ('held', 'requested', 'accepted', 'completed') \
            AND b.settlement_body IS NULL \
            AND NOT EXISTS (SELECT 1 FROM booked_day d WHERE d.booking_id = b.id AND d.day = b.first_day) ";
        assert_eq!(self.count(empty).await, 0, "bookings without their days");
        let moves = "SELECT COUNT(*) FROM booking b WHERE b.version <> \
            (SELECT COUNT(*) FROM booking_log l WHERE l.booking_id = b.id)";
        assert_eq!(self.count(moves).await, 0, "moves without a log entry");
        let moved: i64 = self
            .p
            .provider
            .references()
            .iter()
            .map(|reference| self.p.provider.totals(reference))
            .map(|totals| totals.charged.0 - totals.refunded.0)
            .sum();
        assert_eq!(self.balance(Account::ProviderClearing).await, Cents(moved), "the provider's money");
    }
}

/// A form with everything filled in but consent to a price.
pub(crate) fn form(p: &TestPlatform, expert: ExpertId, days: &str, method: PaymentMethod) -> BookingForm {
    let text = ToOwned::to_owned;
    BookingForm {
        expert: expert.to_string(),
        days: text(days),
        mode: text("remote"),
        country: text("NL"),
        organisation: text("Bureau Voorbeeld B.V."),
        contact_name: text("Ada Client"),
        phone: text("+31 30 000 00 00"),
        street: text("Voorbeeldstraat 2"),
        postal_code: text("3511 AB"),
        city: text("Utrecht"),
        invoice_email: text("facturen@client.example"),
        method: text(method.code()),
        terms: text("on"),
        key: p.ids.uuid().to_string(),
        ..BookingForm::default()
    }
}

/// The price a client is shown for a form.
pub(crate) async fn shown(p: &TestPlatform, client: &AccountView, form: &BookingForm) -> Result<Quote, ApiError> {
    let blind = BookingForm { seen: String::new(), ..form.clone() };
    match bookings::place(p, client, &blind, Locale::Fr).await {
        Err(ApiError::PriceChanged { quote, .. }) => Ok(quote.read().unwrap()),
        Err(error) => Err(error),
        Ok(_) => panic!("booked without consent to a price"),
    }
}
