//! What happens beside the bookings themselves: reviews by both sides, disputes, licences and workstations rented alone.

use super::{OrderForm, Stage, words};
use crate::{
    db::bookings as booking_rows,
    jobs,
    services::{
        accounts,
        bookings::settling::{self, Cut},
        disputes, rating, rentals,
    },
};
use chrono::{Days, NaiveDate, TimeDelta};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    ids::{AccountId, BookingId},
    money::BasisPoints,
    settlement::Choice,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    dispute::DisputeForm,
    error::ApiError,
    rating::{RatingAnswerForm, RatingForm},
    rental::{RentalForm, RentalMoveForm},
};
use uuid::Uuid;

/// So long is waited for an assignment to end.
const PATIENCE_DAYS: i64 = 14;

impl Stage {
    /// Lets the time pass until an assignment is over; answers its days.
    pub(super) async fn done(&self, id: BookingId) -> Result<Vec<NaiveDate>, ApiError> {
        let until = self.p.now() + TimeDelta::days(PATIENCE_DAYS);
        loop {
            let mut conn = self.p.db.conn().await.map_err(|error| self.p.fault(error))?;
            let booking = booking_rows::get(&mut conn.exec(), id).await.map_err(|error| self.p.fault(error))?;
            drop(conn);
            let booking = booking.ok_or(ApiError::NotFound)?;
            if booking.state == BookingState::Completed {
                return Ok(booking.kept().days.into_iter().collect());
            }
            if self.p.now() >= until {
                return Err(self.p.fault("an assignment of the demonstration does not end"));
            }
            self.to(self.p.now() + TimeDelta::hours(12)).await?;
        }
    }

    /// Client and expert to try review each other, and the expert answers.
    pub(super) async fn review(&self, id: BookingId) -> Result<(), ApiError> {
        let mark = |number: u8| number.to_string();
        let (ours, theirs) = (self.client.locale, self.expert.locale);
        let of_expert = RatingForm {
            id: id.to_string(),
            knowledge: mark(5),
            communication: mark(5),
            reliability: mark(4),
            value: mark(4),
            body: words::rated_expert(ours).to_owned(),
            locale: ours.code().to_owned(),
            ..RatingForm::default()
        };
        rating::write(&self.p, &self.client, &of_expert).await?;
        self.clock.advance(TimeDelta::hours(5));
        let of_client = RatingForm {
            id: id.to_string(),
            rating: mark(5),
            body: words::rated_client(theirs).to_owned(),
            locale: theirs.code().to_owned(),
            ..RatingForm::default()
        };
        rating::write(&self.p, &self.expert, &of_client).await?;
        self.clock.advance(TimeDelta::hours(2));
        let answer = RatingAnswerForm {
            id: id.to_string(),
            act: "reply".to_owned(),
            reply: words::review_reply(ours).to_owned(),
            locale: ours.code().to_owned(),
            ..RatingAnswerForm::default()
        };
        rating::answer(&self.p, &self.expert, &answer).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    /// The client disputes the last day of an assignment that is over, and the expert answers. Gives the other days back.
    pub(super) async fn dispute(
        &self,
        id: BookingId,
        expert: AccountId,
        statement: fn(Locale) -> &'static str,
        answer: fn(Locale) -> &'static str,
    ) -> Result<Vec<NaiveDate>, ApiError> {
        let mut days = self.done(id).await?;
        let disputed = days.pop().ok_or_else(|| self.p.fault("an assignment without days"))?;
        let form = |act: &str, message: &str| DisputeForm {
            id: id.to_string(),
            act: act.to_owned(),
            message: message.to_owned(),
            key: self.p.ids.uuid().to_string(),
            ..DisputeForm::default()
        };
        let open = DisputeForm { days: vec![disputed.to_string()], ..form("open", statement(self.client.locale)) };
        disputes::act(&self.p, &self.client, &open).await?;
        self.clock.advance(TimeDelta::hours(4));
        let expert = accounts::get(&self.p, expert).await?.ok_or(ApiError::NotFound)?;
        disputes::act(&self.p, &expert, &form("write", answer(self.client.locale))).await?;
        jobs::run_due(&self.p).await?;
        Ok(days)
    }

    /// The manager settles: these days are kept, the rest goes back.
    pub(super) async fn settle(&self, id: BookingId, kept: Vec<NaiveDate>) -> Result<(), ApiError> {
        self.clock.advance(TimeDelta::hours(20));
        let choice = Choice {
            days: kept.into_iter().collect(),
            back: BasisPoints(0),
            travel: true,
            lodging: true,
            rentals: true,
            supplement: false,
        };
        let cut = Cut::ByManager { choice, goes_on: false };
        let seen = settling::preview(&self.p, &self.manager, id, &cut).await?.fingerprint;
        let outcome = words::dispute_outcome(self.client.locale);
        settling::cut_short(&self.p, &self.manager, id, &cut, &seen, outcome).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    /// Rents licences and workstations alone from tomorrow on, and has them handed out on that day.
    pub(super) async fn rent(&self, days: u64, seats: &str, order_number: &str) -> Result<Uuid, ApiError> {
        let locale = Locale::Nl;
        let text = ToOwned::to_owned;
        let first = self.p.today() + Days::new(1);
        let form = RentalForm {
            first: first.to_string(),
            last: (first + Days::new(days - 1)).to_string(),
            seats: text(seats),
            country: text("NL"),
            organisation: text(words::client_company(locale)),
            contact_name: self.client.name.clone(),
            phone: text("+31 30 000 00 00"),
            street: words::street(locale, 12),
            postal_code: text("3511 ZZ"),
            city: text("Utrecht"),
            invoice_email: self.client.email.clone(),
            order_number: text(order_number),
            delivery_name: self.client.name.clone(),
            delivery_phone: text("+31 30 000 00 00"),
            delivery_street: words::street(locale, 12),
            delivery_postal_code: text("3511 ZZ"),
            delivery_city: text("Utrecht"),
            delivery_country: text("NL"),
            method: text(PaymentMethod::Ideal.code()),
            terms: text("on"),
            key: self.p.ids.uuid().to_string(),
            ..RentalForm::default()
        };
        let id = self.order(OrderForm::Rental(form)).await?;
        while self.p.today() < first {
            self.to(self.p.now() + TimeDelta::hours(12)).await?;
        }
        self.move_rental(&self.manager, id, "hand-out").await?;
        Ok(id)
    }

    /// The manager takes back what was rented.
    pub(super) async fn take_back(&self, id: Uuid) -> Result<(), ApiError> {
        self.move_rental(&self.manager, id, "return").await
    }

    async fn move_rental(&self, actor: &AccountView, id: Uuid, act: &str) -> Result<(), ApiError> {
        let form = RentalMoveForm { id: id.to_string(), act: act.to_owned(), ..RentalMoveForm::default() };
        rentals::act(&self.p, actor, &form).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }
}
