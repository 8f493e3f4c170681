//! What both sides are told by e-mail, each in their language, in the transaction of what it tells of.

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as rows, Booking, Person},
        changes::{Change, ChangeState, Report},
        payments::Refund,
    },
    mail::{self, Message},
    payments::ProviderState,
    platform::Platform,
    services::{alternatives as others, payments::main_payment},
};
use gabarit_domain::{
    ids::{PaymentId, RefundId},
    money::Cents,
    pricing::Location,
    settlement::Settlement,
};
use gabarit_i18n::{Locale, fmt, notice, term};
use gabarit_view::{
    booking::Side,
    search::{Mode, SearchQuery},
};

use super::Failure;
use gabarit_view::error::ApiError;

/// Both people of a booking, and the expert as published.
struct Sides {
    client: Person,
    expert: Person,
    expert_name: String,
}

async fn sides(exec: &mut Exec<'_>, booking: &Booking) -> Result<Sides, Failure> {
    let expert = rows::expert(exec, booking.expert).await?.ok_or(ApiError::NotFound)?;
    let client = rows::person(exec, booking.client).await?.ok_or(ApiError::NotFound)?;
    let person = rows::person(exec, expert.account).await?.ok_or(ApiError::NotFound)?;
    Ok(Sides { client, expert: person, expert_name: expert.display_name })
}

/// An address of the platform, for a mail.
fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

fn page(p: &Platform, locale: Locale, booking: &Booking) -> String {
    address(p, &format!("/{}/bookings/{}", locale.code(), booking.id))
}

/// A search for experts who are free for the same work (S11).
fn alternatives(p: &Platform, locale: Locale, booking: &Booking) -> String {
    let (mode, near) = match booking.order.location {
        Location::Remote => (Mode::Remote, None),
        Location::OnSite { place, .. } => (Mode::OnSite, Some(place)),
    };
    let days = Some(booking.order.days.clone());
    let query = SearchQuery { days, mode: Some(mode), near, ..SearchQuery::default() };
    address(p, &format!("/{}/experts?{}", locale.code(), query.to_query()))
}

/// Days that are listed one by one; more are told by first and last.
const LISTED: u32 = 10;

fn days(locale: Locale, booking: &Booking) -> String {
    let days = &booking.order.days;
    if days.count() <= LISTED {
        return days.iter().map(|day| fmt::date(locale, day)).collect::<Vec<_>>().join("; ");
    }
    let (first, last) = (fmt::date(locale, days.first()), fmt::date(locale, days.last()));
    notice::days_between(locale, u64::from(days.count()), first, last)
}

fn place(locale: Locale, booking: &Booking) -> String {
    booking.place_name.clone().unwrap_or_else(|| term::mode_remote(locale).to_owned())
}

/// What a mail to the client says of the booking.
fn client_facts(locale: Locale, booking: &Booking, expert_name: &str) -> Vec<(&'static str, String)> {
    vec![
        (notice::fact_reference(locale), booking.reference.clone()),
        (notice::fact_expert(locale), expert_name.to_owned()),
        (notice::fact_days(locale), days(locale, booking)),
        (notice::fact_place(locale), place(locale, booking)),
        (notice::fact_total(locale), fmt::money(locale, booking.total)),
    ]
}

/// What a mail to the expert says of it; the price is the client's affair.
fn expert_facts(locale: Locale, booking: &Booking) -> Vec<(&'static str, String)> {
    vec![
        (notice::fact_reference(locale), booking.reference.clone()),
        (notice::fact_client(locale), booking.buyer.party.name.clone()),
        (notice::fact_days(locale), days(locale, booking)),
        (notice::fact_place(locale), place(locale, booking)),
    ]
}

async fn send(exec: &mut Exec<'_>, p: &Platform, cause: &str, to: &Person, message: &Message) -> Result<(), Failure> {
    mail::enqueue(exec, p, cause, &to.email, message).await?;
    Ok(())
}

/// The order is placed and paid (or its card authorised): to the client; and to the expert, with the clock and the
/// client's contact details (S11, S35).
pub(crate) async fn ordered(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let deadline = booking.state.clock().unwrap_or(booking.starts_at);
    let is_paid = main_payment(exec, booking.id).await?.is_some_and(|payment| payment.state == ProviderState::Paid);

    let (to, l) = (&sides.client, sides.client.locale);
    let until = fmt::date_time(l, &zoned(deadline, to.zone));
    let amount = fmt::money(l, booking.total);
    let message = Message::new(l, notice::ordered_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(if is_paid { notice::ordered_paid(l, amount) } else { notice::ordered_authorized(l, amount) })
        .paragraph(notice::ordered_client(l, &sides.expert_name, until))
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/ordered/{}/client", booking.id, booking.version), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let until = fmt::date_time(l, &zoned(deadline, to.zone));
    let mut facts = expert_facts(l, booking);
    facts.push((notice::fact_answer_by(l), until.clone()));
    facts.push((notice::fact_contact(l), booking.buyer.contact_name.clone()));
    facts.push((notice::fact_phone(l), booking.buyer.phone.clone()));
    facts.push((notice::fact_email(l), sides.client.email.clone()));
    let message = Message::new(l, notice::ordered_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::ordered_expert(l, &booking.buyer.party.name, until))
        .facts(facts)
        .button(notice::answer(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/ordered/{}/expert", booking.id, booking.version), to, &message).await
}

/// The expert accepted.
pub(crate) async fn accepted(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let mut facts = client_facts(l, booking, &sides.expert_name);
    facts.push((notice::fact_email(l), sides.expert.email.clone()));
    facts.extend(sides.expert.phone.clone().map(|phone| (notice::fact_phone(l), phone)));
    let message = Message::new(l, notice::accepted_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::accepted_client(l, &sides.expert_name))
        .facts(facts)
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/accepted/client", booking.id), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::accepted_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::accepted_expert(l, &booking.buyer.party.name))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/accepted/expert", booking.id), to, &message).await
}

/// The expert declined: the client gets the money back, and alternatives (S11).
pub(crate) async fn declined(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    reason: &str,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let mut message = Message::new(l, notice::declined_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::declined_client(l, &sides.expert_name));
    if !reason.is_empty() {
        message = message.paragraph(notice::reason_given(l, reason));
    }
    let message = message
        .paragraph(notice::money_back(l, fmt::money(l, booking.total)))
        .paragraph(notice::alternatives(l))
        .facts(others::facts(p, booking, l).await)
        .button(notice::find_others(l), alternatives(p, l, booking))
        .facts(client_facts(l, booking, &sides.expert_name));
    send(exec, p, &format!("booking/{}/declined/client", booking.id), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::declined_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::declined_expert(l, &booking.buyer.party.name))
        .facts(expert_facts(l, booking));
    send(exec, p, &format!("booking/{}/declined/expert", booking.id), to, &message).await
}

/// The expert did not answer in time (S35).
pub(crate) async fn expired(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let message = Message::new(l, notice::expired_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::expired_client(l, &sides.expert_name))
        .paragraph(notice::money_back(l, fmt::money(l, booking.total)))
        .paragraph(notice::alternatives(l))
        .facts(others::facts(p, booking, l).await)
        .button(notice::find_others(l), alternatives(p, l, booking))
        .facts(client_facts(l, booking, &sides.expert_name));
    send(exec, p, &format!("booking/{}/expired/client", booking.id), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::expired_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::expired_expert(l, &booking.buyer.party.name))
        .facts(expert_facts(l, booking));
    send(exec, p, &format!("booking/{}/expired/expert", booking.id), to, &message).await
}

/// The client took an order back that waited for an answer.
pub(crate) async fn withdrawn(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let message = Message::new(l, notice::withdrawn_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::withdrawn_client(l))
        .paragraph(notice::money_back(l, fmt::money(l, booking.total)))
        .facts(client_facts(l, booking, &sides.expert_name));
    send(exec, p, &format!("booking/{}/withdrawn/client", booking.id), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::withdrawn_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::withdrawn_expert(l, &booking.buyer.party.name))
        .facts(expert_facts(l, booking));
    send(exec, p, &format!("booking/{}/withdrawn/expert", booking.id), to, &message).await
}

/// The hold ended unpaid: to the client only, the expert never heard of it.
pub(crate) async fn lapsed(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let again = address(p, &format!("/{}/book/{}", l.code(), booking.expert));
    let message = Message::new(l, notice::lapsed_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::lapsed_client(l))
        .button(notice::book_again(l), again)
        .facts(client_facts(l, booking, &sides.expert_name));
    send(exec, p, &format!("booking/{}/lapsed/{}", booking.id, booking.version), to, &message).await
}

/// A refund is on its way: to the client.
pub(crate) async fn refunded(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: &Refund,
) -> Result<(), Failure> {
    let cause = match refund.attempt {
        1 => format!("refund/{}/sent", refund.id),
        attempt => format!("refund/{}/sent/{attempt}", refund.id),
    };
    about_refund(exec, p, booking, &cause, |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::refunded_subject(l, &amount), notice::refunded(l, &amount))
    })
    .await
}

async fn about_refund(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    cause: &str,
    words: impl FnOnce(Locale) -> (String, String),
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let (subject, words) = words(l);
    let message = Message::new(l, subject)
        .paragraph(notice::hello(l, &to.name))
        .paragraph(words)
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, cause, to, &message).await
}

/// What was on its way back has not arrived: to the client, who was told that it is on its way, and to the operator.
pub(crate) async fn refund_failed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: &Refund,
) -> Result<(), Failure> {
    let cause = format!("refund/{}/failed/{}", refund.id, refund.attempt);
    about_refund(exec, p, booking, &cause, |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::refund_back_subject(l, &amount), notice::refund_back(l, &amount))
    })
    .await?;
    let l = Locale::default();
    let message = Message::new(l, notice::refund_failed_subject(l, &booking.reference))
        .paragraph(notice::refund_failed(l, fmt::money(l, refund.amount)))
        .facts(expert_facts(l, booking))
        .button(notice::open_operations(l), address(p, &format!("/{}/manage/operations", l.code())));
    mail::enqueue(exec, p, &format!("{cause}/operator"), p.config.operator.email.as_str(), &message).await?;
    Ok(())
}

/// What did not arrive was paid another way: to the client.
pub(crate) async fn paid_elsewhere(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: &Refund,
    how: &str,
) -> Result<(), Failure> {
    about_refund(exec, p, booking, &format!("refund/{}/elsewhere", refund.id), |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::elsewhere_subject(l, &amount), notice::elsewhere(l, &amount, how))
    })
    .await
}

/// The assignment is completed: the expert's invoice is ready (S30); in-house consultants are only told.
pub(crate) async fn completed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    self_billed: bool,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let message = Message::new(l, notice::completed_client_subject(l, &sides.expert_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::completed_client(l, &sides.expert_name))
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/completed/client", booking.id), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let text = if self_billed { notice::completed_expert(l) } else { notice::completed_in_house(l) };
    let message = Message::new(l, notice::completed_expert_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text)
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/completed/expert", booking.id), to, &message).await
}

/// The money of a card did not come: the operator has to see to it.
pub(crate) async fn not_captured(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    payment: PaymentId,
) -> Result<(), ApiError> {
    let l = Locale::default();
    let message = Message::new(l, notice::not_captured_subject(l, &booking.reference))
        .paragraph(notice::not_captured(l, fmt::money(l, booking.total)))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    mail::enqueue(exec, p, &format!("payment/{payment}/not-captured"), p.config.operator.email.as_str(), &message)
        .await?;
    tracing::error!(booking = %booking.id, %payment, "card not captured");
    Ok(())
}

/// The provider refuses a refund: the operator has to see to it.
pub(crate) async fn not_refunded(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: RefundId,
    amount: Cents,
) -> Result<(), ApiError> {
    let l = Locale::default();
    let message = Message::new(l, notice::not_refunded_subject(l, &booking.reference))
        .paragraph(notice::not_refunded(l, fmt::money(l, amount)))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    mail::enqueue(exec, p, &format!("refund/{refund}/refused"), p.config.operator.email.as_str(), &message)
        .await
        .map(drop)
}

/// A booking was cut short: to both, with what is kept and what goes back.
pub(crate) async fn cut_short(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    by: Side,
    settlement: &Settlement,
    refund: Cents,
    reason: &str,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let key = |to: &str| format!("booking/{}/cut/{}/{to}", booking.id, booking.version);
    let (to, l) = (&sides.client, sides.client.locale);
    let mut message = Message::new(l, notice::cut_client_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(match by {
            Side::Client => notice::cut_client_by_client(l, &sides.expert_name),
            Side::Expert => notice::cut_client_by_expert(l, &sides.expert_name),
            Side::Manager => notice::cut_client_by_manager(l, &sides.expert_name),
        })
        .paragraph(notice::cut_amounts(
            l,
            fmt::money(l, settlement.credit_total),
            fmt::money(l, refund),
            fmt::money(l, settlement.total),
        ));
    if !reason.is_empty() {
        message = message.paragraph(notice::reason_given(l, reason));
    }
    if by == Side::Expert {
        message = message
            .paragraph(notice::alternatives(l))
            .facts(others::facts(p, booking, l).await)
            .button(notice::find_others(l), alternatives(p, l, booking));
    }
    let message = message
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &key("client"), to, &message).await?;

    let (to, l) = (&sides.expert, sides.expert.locale);
    let client = &booking.buyer.party.name;
    let kept = settlement.kept.days.len() as u64;
    let mut message = Message::new(l, notice::cut_expert_subject(l, client))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(match by {
            Side::Client => notice::cut_expert_by_client(l, client),
            Side::Expert => notice::cut_expert_by_expert(l, client),
            Side::Manager => notice::cut_expert_by_manager(l, client),
        })
        .paragraph(notice::cut_days_kept(l, kept));
    if !reason.is_empty() {
        message = message.paragraph(notice::reason_given(l, reason));
    }
    let message = message.facts(expert_facts(l, booking)).button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &key("expert"), to, &message).await
}

/// A client says that days were not worked: to the expert, and to the operator.
pub(crate) async fn reported(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    report: &Report,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let listed = |l: Locale| report.days.iter().map(|day| fmt::date(l, *day)).collect::<Vec<_>>().join("; ");
    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::reported_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::reported_expert(l, &booking.buyer.party.name, listed(l)))
        .paragraph(notice::reason_given(l, &report.note))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("report/{}/expert", report.id), to, &message).await?;
    let l = Locale::default();
    let message = Message::new(l, notice::reported_subject(l, &booking.reference))
        .paragraph(notice::reported_operator(l, &booking.buyer.party.name, listed(l)))
        .paragraph(notice::reason_given(l, &report.note))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    let operator = p.config.operator.email.as_str();
    mail::enqueue(exec, p, &format!("report/{}/operator", report.id), operator, &message).await?;
    Ok(())
}

/// What a mail says of a change.
fn change_facts(locale: Locale, change: &Change) -> Vec<(&'static str, String)> {
    let days = &change.order.days;
    let words = if days.count() <= LISTED {
        days.iter().map(|day| fmt::date(locale, day)).collect::<Vec<_>>().join("; ")
    } else {
        let (first, last) = (fmt::date(locale, days.first()), fmt::date(locale, days.last()));
        notice::days_between(locale, u64::from(days.count()), first, last)
    };
    let place = change.place_name.clone().unwrap_or_else(|| term::mode_remote(locale).to_owned());
    vec![(notice::fact_new_days(locale), words), (notice::fact_new_place(locale), place)]
}

/// A manager proposes a change that costs more: to the client, who pays.
pub(crate) async fn change_proposed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: &Change,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let until = change.clock.map(|clock| fmt::date_time(l, &zoned(clock, to.zone))).unwrap_or_default();
    let mut message = Message::new(l, notice::change_proposed_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::change_proposed(l, fmt::money(l, change.difference), until));
    if !change.reason.is_empty() {
        message = message.paragraph(notice::reason_given(l, &change.reason));
    }
    let message = message.facts(change_facts(l, change)).button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/proposed", change.id), to, &message).await
}

/// The expert is asked whether other days or another place will do.
pub(crate) async fn change_asked(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: &Change,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.expert, sides.expert.locale);
    let until = change.clock.map(|clock| fmt::date_time(l, &zoned(clock, to.zone))).unwrap_or_default();
    let mut facts = expert_facts(l, booking);
    facts.extend(change_facts(l, change));
    let message = Message::new(l, notice::change_asked_subject(l, &booking.buyer.party.name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::change_asked(l, &booking.buyer.party.name, until))
        .facts(facts)
        .button(notice::answer(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/asked", change.id), to, &message).await
}

/// A change is made: to both.
pub(crate) async fn changed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: &Change,
    back: Cents,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let mut message = Message::new(l, notice::changed_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::changed_client(l, fmt::money(l, booking.total)));
    if back > Cents::ZERO {
        message = message.paragraph(notice::money_back(l, fmt::money(l, back)));
    }
    let message = message
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/applied/client", change.id), to, &message).await?;
    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::changed_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::changed_expert(l, &booking.buyer.party.name))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/applied/expert", change.id), to, &message).await
}

/// The register confirmed the client's VAT number after all: to the client.
pub(crate) async fn vat_corrected(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    back: Cents,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let mut message = Message::new(l, notice::vat_corrected_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::vat_corrected(l));
    if back > Cents::ZERO {
        message = message.paragraph(notice::vat_back(l, fmt::money(l, back)));
    }
    let message = message
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/vat-corrected", booking.id), to, &message).await
}

/// The register does not know the client's VAT number: to the client.
pub(crate) async fn vat_stays(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let number = booking.order.customer.vat_number.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = Message::new(l, notice::vat_stays_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::vat_stays(l, number))
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("booking/{}/vat-stays", booking.id), to, &message).await
}

/// A change came to nothing: to the client; to the expert, who was asked.
pub(crate) async fn change_dropped(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: &Change,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let message = Message::new(l, notice::change_dropped_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::change_dropped(l))
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/dropped/client", change.id), to, &message).await?;
    if change.state != ChangeState::Asked || !change.asks_expert {
        return Ok(());
    }
    let (to, l) = (&sides.expert, sides.expert.locale);
    let message = Message::new(l, notice::change_dropped_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::change_dropped(l))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("change/{}/dropped/expert", change.id), to, &message).await
}

/// A client's bank took money back: the operator has to see to it.
pub(crate) async fn charged_back(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    chargeback: &str,
    amount: Cents,
) -> Result<(), ApiError> {
    let l = Locale::default();
    let message = Message::new(l, notice::charged_back_subject(l, &booking.reference))
        .paragraph(notice::charged_back(l, fmt::money(l, amount)))
        .facts(expert_facts(l, booking))
        .button(notice::open_booking(l), page(p, l, booking));
    mail::enqueue(exec, p, &format!("chargeback/{chargeback}"), p.config.operator.email.as_str(), &message)
        .await
        .map(drop)
}

/// The same to the client, who owes it again.
pub(crate) async fn owes_again(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    chargeback: &str,
    amount: Cents,
) -> Result<(), Failure> {
    let sides = sides(exec, booking).await?;
    let (to, l) = (&sides.client, sides.client.locale);
    let message = Message::new(l, notice::charged_back_client_subject(l, &booking.reference))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(notice::charged_back_client(l, fmt::money(l, amount)))
        .facts(client_facts(l, booking, &sides.expert_name))
        .button(notice::open_booking(l), page(p, l, booking));
    send(exec, p, &format!("chargeback/{chargeback}/client"), to, &message).await
}
