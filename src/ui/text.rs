//! Errors in words: what happened, what was kept, what to do next.

use crate::i18n::{Locale, fmt};
use gabarit_domain::{credit::CreditRefusal, pricing::Refusal, stock::Rentable};
use gabarit_i18n::errors;
use gabarit_view::error::{ApiError, Problem};

/// Why something did not happen.
#[must_use]
pub fn error_text(locale: Locale, error: &ApiError) -> String {
    match error {
        ApiError::Invalid { fields, .. } => errors::invalid(locale, fields.len() as u64),
        ApiError::WrongCredentials { .. } => errors::wrong_credentials(locale).to_owned(),
        ApiError::SignInRequired => errors::sign_in_required(locale).to_owned(),
        ApiError::SecondStep => errors::second_step(locale).to_owned(),
        ApiError::TwoStepRequired => errors::two_step_required(locale).to_owned(),
        ApiError::LinkExpired => errors::link_expired(locale).to_owned(),
        ApiError::Forbidden => errors::forbidden(locale).to_owned(),
        ApiError::NotFound => errors::not_found(locale).to_owned(),
        ApiError::PriceChanged { .. } => errors::price_changed(locale).to_owned(),
        ApiError::RefundChanged { refund, .. } => errors::refund_changed(locale, fmt::money(locale, *refund)),
        ApiError::DaysTaken { days, .. } => errors::days_taken(locale, days.len() as u64, days_text(locale, days)),
        ApiError::TooManyHolds => errors::too_many_holds(locale).to_owned(),
        ApiError::CreditRefused { reason, .. } => {
            format!("{} {}", credit_text(locale, *reason), errors::credit_refused(locale))
        }
        ApiError::AgreementRequired => errors::agreement_required(locale).to_owned(),
        ApiError::OwnProfile => errors::own_profile(locale).to_owned(),
        ApiError::MovedOn => errors::moved_on(locale).to_owned(),
        ApiError::Overtaken { by, .. } if by.is_empty() => errors::overtaken_unknown(locale).to_owned(),
        ApiError::Overtaken { did, at, .. } if did.ends_with("/saved") => {
            errors::overtaken_own(locale, fmt::date_time(locale, at))
        }
        ApiError::Overtaken { by, did, at, .. } if did.starts_with("look/") => {
            errors::look_decided(locale, by, event_text(locale, did), fmt::date_time(locale, at))
        }
        ApiError::Overtaken { by, did, at, .. } => {
            errors::overtaken(locale, by, event_text(locale, did), fmt::date_time(locale, at))
        }
        ApiError::Kept { why, .. } => error_text(locale, why),
        ApiError::TooManyAttempts { retry_after_seconds } => {
            errors::too_many_attempts(locale, u64::from(retry_after_seconds.div_ceil(60)))
        }
        ApiError::Unavailable | ApiError::Denied => errors::unavailable(locale).to_owned(),
        ApiError::Internal { id } => errors::internal(locale, id),
        ApiError::Transport => errors::transport(locale).to_owned(),
    }
}

/// What somebody did, in the words of the area whose log it is.
fn event_text(locale: Locale, did: &str) -> &'static str {
    match did.split_once('/') {
        Some(("nomination", event)) => gabarit_view::nomination::event_name(locale, event),
        Some(("membership", event)) => gabarit_view::membership::event_name(locale, event),
        Some(("programme", event)) => gabarit_view::membership::change_name(locale, event),
        Some(("look", "allowed")) => gabarit_i18n::look::state_allowed(locale),
        Some(("look", _)) => gabarit_i18n::look::state_refused(locale),
        _ => gabarit_i18n::labels::candidate_event(locale, did),
    }
}

/// Why an order cannot be paid later.
fn credit_text(locale: Locale, reason: CreditRefusal) -> String {
    match reason {
        CreditRefusal::Overdue => errors::credit_overdue(locale).to_owned(),
        CreditRefusal::OverLimit { limit, exposure } => {
            errors::credit_over_limit(locale, fmt::money(locale, exposure), fmt::money(locale, limit))
        }
        CreditRefusal::MethodLimit { limit } => errors::problem_method_limit(locale, fmt::money(locale, limit)),
        CreditRefusal::Bureau => errors::credit_bureau(locale).to_owned(),
        CreditRefusal::NotChecked => errors::credit_not_checked(locale).to_owned(),
    }
}

/// What is wrong with a field.
#[must_use]
pub fn problem_text(locale: Locale, problem: &Problem) -> String {
    match problem {
        Problem::Missing => errors::problem_missing(locale).to_owned(),
        Problem::TooShort(least) => errors::problem_too_short(locale, u64::from(*least)),
        Problem::TooLong(most) => errors::problem_too_long(locale, u64::from(*most)),
        Problem::Malformed => errors::problem_malformed(locale).to_owned(),
        Problem::NotANumber => errors::problem_not_a_number(locale).to_owned(),
        Problem::NotForYou => errors::problem_not_for_you(locale).to_owned(),
        Problem::NotADay => errors::problem_not_a_day(locale).to_owned(),
        Problem::NotATime => errors::problem_not_a_time(locale).to_owned(),
        Problem::NotAnEmail => errors::problem_not_an_email(locale).to_owned(),
        Problem::NotAPhone => errors::problem_not_a_phone(locale).to_owned(),
        Problem::NotAnIban => errors::problem_not_an_iban(locale).to_owned(),
        Problem::NotAVatNumber => errors::problem_not_a_vat_number(locale).to_owned(),
        Problem::NotAnAmount => errors::problem_not_an_amount(locale).to_owned(),
        Problem::NotARegisterNumber => errors::problem_not_a_register_number(locale).to_owned(),
        Problem::NotOfScheme => errors::problem_not_of_scheme(locale).to_owned(),
        Problem::NotSixDigits => errors::problem_not_six_digits(locale).to_owned(),
        Problem::NotACalendar => errors::problem_not_a_calendar(locale).to_owned(),
        Problem::NoMode => errors::problem_no_mode(locale).to_owned(),
        Problem::CalendarTooBig => errors::problem_calendar_too_big(locale).to_owned(),
        Problem::InFuture => errors::problem_in_future(locale).to_owned(),
        Problem::TooFarAhead => errors::problem_too_far_ahead(locale).to_owned(),
        Problem::NotAfterDay(day) => errors::problem_not_after_day(locale, fmt::date(locale, *day)),
        Problem::BeforeDay(day) => errors::problem_before_day(locale, fmt::date(locale, *day)),
        Problem::Unknown => errors::problem_unknown(locale).to_owned(),
        Problem::UnknownPlace => errors::problem_unknown_place(locale).to_owned(),
        Problem::TooMany(most) => errors::problem_too_many(locale, u64::from(*most)),
        Problem::EmailTaken => errors::problem_email_taken(locale).to_owned(),
        Problem::CommonPassword => errors::problem_common_password(locale).to_owned(),
        Problem::WrongPassword => errors::problem_wrong_password(locale).to_owned(),
        Problem::WrongCode => errors::problem_wrong_code(locale).to_owned(),
        Problem::Unchanged => errors::problem_unchanged(locale).to_owned(),
        Problem::IbanCountry => errors::problem_iban_country(locale).to_owned(),
        Problem::IbanChecksum => errors::problem_iban_checksum(locale).to_owned(),
        Problem::VatOtherCountry => errors::problem_vat_other_country(locale).to_owned(),
        Problem::VatChecksum => errors::problem_vat_checksum(locale).to_owned(),
        Problem::VatInvalid => errors::problem_vat_invalid(locale).to_owned(),
        Problem::TooLateForTransfer => errors::problem_transfer_too_late(locale).to_owned(),
        Problem::MethodLimit(limit) => errors::problem_method_limit(locale, fmt::money(locale, *limit)),
        Problem::NotAccepted => errors::problem_not_accepted(locale).to_owned(),
        Problem::Refused(refusal) => refusal_text(locale, refusal),
        Problem::Links(words) => errors::problem_links(locale, words.join(" · ")),
        Problem::LookAsked(words) => errors::problem_look_asked(locale, words.join(" · ")),
        Problem::LookRefused(words) => errors::problem_look_refused(locale, words.join(" · ")),
        Problem::NotMarked => errors::problem_not_marked(locale).to_owned(),
        Problem::TooManyLooks(most) => errors::problem_too_many_looks(locale, u64::from(*most)),
        Problem::Stale => errors::problem_stale(locale).to_owned(),
        Problem::Paid => errors::problem_paid(locale).to_owned(),
        Problem::NotHttps => errors::problem_not_https(locale).to_owned(),
        Problem::NotAWebAddress => errors::problem_not_a_web_address(locale).to_owned(),
        Problem::Already => errors::problem_already(locale).to_owned(),
        Problem::NotBankingDay(last) => errors::problem_not_banking_day(locale, fmt::date(locale, *last)),
        Problem::NotProved => errors::problem_not_proved(locale).to_owned(),
        Problem::NotInRange => errors::problem_not_in_range(locale).to_owned(),
        Problem::Outside(least, most) => errors::problem_outside(locale, least, most),
        Problem::NotAfter(other) => errors::problem_not_after(locale, other),
        Problem::MustBe(value) => errors::problem_must_be(locale, value),
        Problem::PastTime => errors::problem_past_time(locale).to_owned(),
        Problem::InPast => errors::problem_in_past(locale).to_owned(),
        Problem::ChangedBy(who) => errors::problem_changed_by(locale, who),
        Problem::FileEmpty(name) => errors::problem_file_empty(locale, name),
        Problem::FileTooLarge(name) => errors::problem_file_too_large(locale, name),
        Problem::FileType(name) => errors::problem_file_type(locale, name),
        Problem::NoMoreFiles(most) => errors::problem_no_more_files(locale, u64::from(*most)),
    }
}

/// Why an order cannot be quoted.
#[must_use]
pub fn refusal_text(locale: Locale, refusal: &Refusal) -> String {
    let km = |number: u32| fmt::int(locale, i64::from(number));
    match refusal {
        Refusal::TooSoon { earliest } => errors::refusal_too_soon(locale, fmt::date(locale, *earliest)),
        Refusal::TooFarAhead { latest } => errors::refusal_too_far_ahead(locale, fmt::date(locale, *latest)),
        Refusal::NotFree { days } => errors::refusal_not_free(locale, days.len() as u64, days_text(locale, days)),
        Refusal::NotOnSite => errors::refusal_not_on_site(locale).to_owned(),
        Refusal::NotRemote => errors::refusal_not_remote(locale).to_owned(),
        Refusal::TooFar { one_way_km, limit_km } => errors::refusal_too_far(locale, km(*one_way_km), km(*limit_km)),
        Refusal::NoSuchLicence { product } => errors::refusal_no_such_licence(locale, product.as_str()),
        Refusal::NoneLeft { item: Rentable::Workstation, days } => {
            errors::refusal_no_workstation_left(locale, days_text(locale, days))
        }
        Refusal::NoneLeft { item: Rentable::Licence(product), days } => {
            errors::refusal_no_licence_left(locale, product.as_str(), days_text(locale, days))
        }
        Refusal::NoPrivateClients => errors::refusal_no_private(locale).to_owned(),
        Refusal::PrivateOutside => errors::refusal_private_outside(locale).to_owned(),
        Refusal::PrivateLicence => errors::refusal_private_licence(locale).to_owned(),
    }
}

fn days_text(locale: Locale, days: &[chrono::NaiveDate]) -> String {
    days.iter().map(|day| fmt::day_chip(locale, *day)).collect::<Vec<_>>().join(", ")
}
