//! Members of the recognition programme (S52, S57–S63): granting, renewing, ending, appeals; what members show; their
//! events; figures.
//!
//! Moves are asked of `gabarit_domain::membership`, stored with a log entry, and told to the member by e-mail, in one
//! transaction. Losing the status ends every benefit in that same transaction: claims, codes, places at events; the
//! community asks for a live membership at every step anyway.

mod certificate;
mod desk;
pub mod events;
mod figures;
mod hall;
mod notices;
mod own;

pub use certificate::certificate;
pub use desk::{act, confirm_many, file, list};
pub use figures::{figures, figures_csv};
pub use hall::{badge, hall, member, programme};
pub use own::{mine, own_act, save_profile};

pub(crate) use notices::kit_sent;
pub(crate) use own::told;

use crate::{
    clock::{civil_day, start_of_day, zoned},
    db::{
        Exec, accounts, benefit,
        membership::{self as rows, NewStep, ProfileRow, Stored, TermRow},
        membership_events::{self, NewChange, Subject},
    },
    jobs::{self, JobKind},
    places,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        fields::Fields,
        rulebooks,
    },
};
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{AccountId, MembershipId},
    membership::{Appeal, MONTHS, Membership, MembershipState, Regularity},
    rulebook::MembershipRules,
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    membership::{AppealView, ContributionView, MemberStep, MembershipView, TermView},
};
use uuid::Uuid;

/// The code of a badge: twelve characters that are hard to take for one another.
fn badge_code(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
    random.iter().take(12).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

pub(crate) fn zone_of(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

/// A country as it is called; empty without one.
pub(crate) fn country_name(code: &str, locale: Locale) -> String {
    if code.is_empty() {
        return String::new();
    }
    CountryCode::parse(code).map_or_else(|_| code.to_owned(), |code| places::country_name(code, locale).to_owned())
}

/// Whether the code is a country's.
pub(crate) fn is_country(code: &str) -> bool {
    CountryCode::parse(code).is_ok_and(places::is_country)
}

/// Countries to choose from, by name.
pub(crate) fn countries(locale: Locale) -> Vec<(String, String)> {
    places::countries(locale).into_iter().map(|country| (country.code.to_string(), country.name)).collect()
}

/// An address of ours, whole.
pub(crate) fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

impl Fields {
    /// Reads a day.
    pub(crate) fn day(&mut self, field: &str, typed: &str) -> Option<NaiveDate> {
        if typed.trim().is_empty() {
            self.add(field, Problem::Missing);
            return None;
        }
        let day = NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").ok();
        if day.is_none() {
            self.add(field, Problem::NotADay);
        }
        day
    }
}

/// What changed of something that managers keep, field by field, for its log: short values with what they were, long ones
/// by their name.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<String>);

impl Changes {
    pub(crate) fn short<T: PartialEq + std::fmt::Display>(&mut self, field: &str, before: T, after: T) {
        if before != after {
            self.0.push(format!("{field}: {before} → {after}"));
        }
    }

    pub(crate) fn long(&mut self, field: &str, before: &str, after: &str) {
        if before != after {
            self.0.push(field.to_owned());
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn detail(&self) -> String {
        self.0.join("; ")
    }
}

/// Writes down, in the caller's transaction, what a manager did with an event or a benefit, and the version it then has.
pub(crate) async fn log_change(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    (of, version): (Subject, i64),
    action: &str,
    detail: &str,
) -> sqlx::Result<()> {
    let change = NewChange { id: p.ids.uuid(), of, at: p.now(), actor: actor.id, action, version, detail };
    membership_events::log_change(exec, change).await
}

/// Somebody changed an event or a benefit since it was read: who, what and when, as its log has it.
pub(crate) async fn changed_since(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    (of, version): (Subject, i64),
) -> sqlx::Result<ApiError> {
    let (by, did, at) = match membership_events::last_change(exec, of).await? {
        Some((name, action, at)) => (name, format!("programme/{action}"), at),
        // Changed before changes were written down.
        None => (String::new(), String::new(), p.now()),
    };
    Ok(ApiError::Overtaken { by, did, at: Box::new(zoned(at, zone_of(p, actor))), version, stash: None })
}

/// Reads an address on the web that members may give: https, whole, of reasonable length.
pub(crate) fn web_address(typed: &str) -> Result<String, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Problem::Missing);
    }
    if typed.chars().count() > 500 {
        return Err(Problem::TooLong(500));
    }
    match url::Url::parse(typed) {
        Ok(address) if address.scheme() != "https" => Err(Problem::NotHttps),
        Ok(address) if address.host_str().is_some_and(|host| host.contains('.')) => Ok(address.into()),
        Ok(_) => Err(Problem::NotAWebAddress),
        Err(_) => Err(Problem::NotHttps),
    }
}

/// Whether the code is one of the languages that people can name.
pub(crate) fn is_language(code: &str) -> bool {
    gabarit_i18n::labels::LANGUAGES.iter().any(|(known, _)| *known == code)
}

/// Grants a membership of twelve months inside the caller's transaction: a nomination was accepted. The member's page
/// and badge are there at once; the hall shows them when the member says so. Who is a member already stays one.
///
/// # Errors
/// A fault of ours, with which the transaction must not be committed.
pub async fn grant(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    nomination: Uuid,
    at: DateTime<Utc>,
) -> Result<MembershipId, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let person = accounts::by_id(exec, account).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    if let Some(live) = rows::live(exec, account).await.map_err(fault)? {
        return Ok(live.id);
    }
    let rules = rulebooks::current_in(exec, p).await?.membership;
    let membership = Membership::grant(civil_day(at, p.config.zone));
    let id = MembershipId(p.ids.uuid());
    let term = TermRow {
        term: 1,
        first_day: membership.first_day,
        last_day: membership.last_day,
        granted_at: at,
        granted_by: None,
        months_active: None,
        months_needed: None,
        reasons: None,
    };
    let stored = Stored { id, account, membership, decided_at: None, decided_by: None, lost_at: None, version: 1 };
    rows::insert(exec, &stored, nomination).await.map_err(fault)?;
    rows::insert_term(exec, id, &term).await.map_err(fault)?;
    let step = NewStep { at, actor: None, from: None, to: "active", event: "granted", reason: "" };
    rows::log(exec, id, step).await.map_err(fault)?;
    let profile = ProfileRow {
        account_id: account.0,
        code: badge_code(&p.ids.secret()),
        display_name: person.name,
        about: String::new(),
        country: rows::known_country(exec, account, nomination).await.map_err(fault)?,
        listed: false,
    };
    rows::insert_profile(exec, &profile, at).await.map_err(fault)?;
    order_clocks(exec, p, &stored, &rules).await.map_err(fault)?;
    Ok(id)
}

/// Orders what the clock has to do with a membership next.
async fn order_clocks(exec: &mut Exec<'_>, p: &Platform, stored: &Stored, rules: &MembershipRules) -> sqlx::Result<()> {
    let zone = p.config.zone;
    match stored.membership.state {
        MembershipState::Active => {
            let due = start_of_day(stored.membership.due_on(rules), zone);
            jobs::schedule(exec, JobKind::RenewMembership, stored.id.0, due).await
        }
        MembershipState::NotRenewed { .. } => {
            let over = stored.membership.last_day.succ_opt().unwrap_or(NaiveDate::MAX);
            jobs::schedule(exec, JobKind::EndMembership, stored.id.0, start_of_day(over, zone)).await
        }
        _ => Ok(()),
    }
}

/// A move, as it is stored and told.
struct Move<'a> {
    to: Membership,
    event: &'static str,
    actor: Option<AccountId>,
    reason: &'a str,
}

/// Stores a move with its log entry; a status that is lost takes every benefit along, and the clocks are set anew.
async fn make(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &mut Stored,
    made: Move<'_>,
    rules: &MembershipRules,
) -> Result<(), Failure> {
    let now = p.now();
    let (from, was_live) = (stored.membership.state.code(), stored.membership.state.is_live());
    let appealed = stored.membership.appeal == Appeal::Open;
    // What a new term rests on is counted as it stood before: up to the last day of the term that is over.
    let count = if made.to.term > stored.membership.term { Some(regularity(exec, p, stored).await?) } else { None };
    let is_live = made.to.state.is_live();
    if matches!(made.event, "declined" | "ended") {
        stored.decided_at = Some(now);
        stored.decided_by = made.actor;
    } else if made.to.decided_on.is_none() {
        stored.decided_at = None;
        stored.decided_by = None;
    }
    stored.membership = made.to;
    match (was_live, is_live) {
        (true, false) => stored.lost_at = Some(now),
        (false, true) => stored.lost_at = None,
        _ => {}
    }
    if !rows::store(exec, stored).await? {
        return Err(ApiError::MovedOn.into());
    }
    let step = NewStep {
        at: now,
        actor: made.actor,
        from: Some(from),
        to: stored.membership.state.code(),
        event: made.event,
        reason: made.reason,
    };
    rows::log(exec, stored.id, step).await?;
    // An appeal that nobody answered any more: what it was against is no longer the matter.
    if appealed && stored.membership.appeal == Appeal::None && !matches!(made.event, "allowed" | "dismissed") {
        rows::answer_appeal(exec, stored.id, false, "–", made.actor, now).await?;
    }
    if let Some(count) = count {
        let first_day = stored
            .membership
            .last_day
            .succ_opt()
            .and_then(|day| day.checked_sub_months(Months::new(MONTHS)))
            .unwrap_or(stored.membership.first_day);
        let term = TermRow {
            term: i64::from(stored.membership.term),
            first_day,
            last_day: stored.membership.last_day,
            granted_at: now,
            granted_by: made.actor.map(|id| id.0),
            months_active: Some(i64::from(count.active_months())),
            months_needed: Some(i64::from(rules.months_needed)),
            reasons: Some(made.reason.to_owned()).filter(|reason| !reason.is_empty()),
        };
        rows::insert_term(exec, stored.id, &term).await?;
    }
    order_clocks(exec, p, stored, rules).await?;
    if was_live && !is_live {
        lose(exec, p, stored, made.event).await?;
    }
    Ok(())
}

/// Everything that goes with the status (S61–S63): claims, codes, places at events; and the notice to uninstall.
async fn lose(exec: &mut Exec<'_>, p: &Platform, stored: &Stored, event: &'static str) -> Result<(), Failure> {
    let now = p.now();
    let claims = benefit::standing(exec, stored.id).await?;
    benefit::end_all(exec, stored.id, now).await?;
    for id in membership_events::to_come_of(exec, stored.account, now).await? {
        events::give_up(exec, p, id, stored.account).await?;
    }
    notices::lost(exec, p, stored, event, &claims).await?;
    Ok(())
}

/// The twelve months that a renewal looks back on: up to today, and never beyond the term's last day, so that nobody is
/// counted worse because a manager is late.
async fn regularity(exec: &mut Exec<'_>, p: &Platform, stored: &Stored) -> sqlx::Result<Regularity> {
    let until = match stored.membership.state {
        MembershipState::Active => p.today(),
        _ => p.today().min(stored.membership.last_day),
    };
    let from = until.checked_sub_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MIN);
    let days: Vec<NaiveDate> =
        rows::contributions(exec, stored.account, from).await?.into_iter().map(|row| row.occurred_on).collect();
    Ok(Regularity::count(until, &days))
}

/// A membership as its member, or a manager, sees it.
async fn view(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &Stored,
    zone: Tz,
    for_manager: bool,
) -> Result<MembershipView, Failure> {
    let rules = rulebooks::current_in(exec, p).await?.membership;
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let terms = rows::terms(exec, stored.id)
        .await?
        .into_iter()
        .map(|term| TermView {
            first_day: term.first_day,
            last_day: term.last_day,
            count: term.months_active.zip(term.months_needed).map(|(had, needed)| (small(had), small(needed))),
            reasons: term.reasons,
        })
        .collect();
    let steps = rows::steps(exec, stored.id)
        .await?
        .into_iter()
        .map(|step| MemberStep {
            at: zoned(step.at, zone),
            event: step.event,
            by: step.actor_name.filter(|_| for_manager).unwrap_or_default(),
            reason: step.reason,
        })
        .collect();
    let appeals = rows::appeals(exec, stored.id)
        .await?
        .into_iter()
        .map(|appeal| AppealView {
            made_at: zoned(appeal.made_at, zone),
            body: appeal.body,
            answer: appeal.granted.zip(appeal.answer),
        })
        .collect();
    Ok(MembershipView {
        id: stored.id,
        version: stored.version,
        state: stored.membership.state.code().to_owned(),
        live: stored.membership.state.is_live(),
        first_day: stored.membership.first_day,
        last_day: stored.membership.last_day,
        due_on: stored.membership.due_on(&rules),
        reasons: stored.membership.state.reasons().map(ToString::to_string),
        appeal_until: stored.membership.appeal_until(&rules).filter(|until| p.today() <= *until),
        appeal: stored.membership.appeal,
        regularity: regularity(exec, p, stored).await?,
        months_needed: rules.months_needed,
        terms,
        steps,
        appeals,
    })
}

/// The contributions of the last twelve months.
async fn contributions(exec: &mut Exec<'_>, p: &Platform, account: AccountId) -> sqlx::Result<Vec<ContributionView>> {
    let from = p.today().checked_sub_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MIN);
    Ok(rows::contributions(exec, account, from)
        .await?
        .into_iter()
        .map(|row| ContributionView {
            day: row.occurred_on,
            channel: row.channel,
            title: row.title,
            url: row.url,
            platform: row.source == "platform",
        })
        .collect())
}

/// Prepares a renewal when its time has come, and tells the member; later, tells the managers of one that still waits,
/// once a week.
///
/// # Errors
/// A fault of ours; [`ApiError::MovedOn`] when there is nothing to do.
pub async fn prepare_renewal(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let mut stored = rows::lock(&mut tx.exec(), MembershipId(id)).await?.ok_or(ApiError::MovedOn)?;
            let rules = rulebooks::current_in(&mut tx.exec(), p).await?.membership;
            let zone = p.config.zone;
            match stored.membership.state {
                MembershipState::Active => match stored.membership.clone().come_due(&rules, p.today()) {
                    Ok(to) => {
                        let made = Move { to, event: "due", actor: None, reason: "" };
                        make(&mut tx.exec(), p, &mut stored, made, &rules).await?;
                        let count = regularity(&mut tx.exec(), p, &stored).await?;
                        notices::due(&mut tx.exec(), p, &stored, &count, &rules).await?;
                        let week_before = stored.membership.last_day - TimeDelta::days(7);
                        let again = start_of_day(week_before, zone).max(p.now() + TimeDelta::days(1));
                        jobs::schedule(&mut tx.exec(), JobKind::RenewMembership, id, again).await?;
                    }
                    // The rulebook's notice has become shorter meanwhile.
                    Err(_) => order_clocks(&mut tx.exec(), p, &stored, &rules).await?,
                },
                MembershipState::Due => {
                    notices::waits(&mut tx.exec(), p, &stored).await?;
                    let again = p.now() + TimeDelta::days(7);
                    jobs::schedule(&mut tx.exec(), JobKind::RenewMembership, id, again).await?;
                }
                _ => return Err(ApiError::MovedOn.into()),
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// Ends a membership that was not renewed, once its last day is over and no appeal is open.
///
/// # Errors
/// A fault of ours; [`ApiError::MovedOn`] when there is nothing to do.
pub async fn lapse(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let mut stored = rows::lock(&mut tx.exec(), MembershipId(id)).await?.ok_or(ApiError::MovedOn)?;
            let rules = rulebooks::current_in(&mut tx.exec(), p).await?.membership;
            let to = stored.membership.clone().lapse(p.today()).map_err(|_| ApiError::MovedOn)?;
            let made = Move { to, event: "lapsed", actor: None, reason: "" };
            make(&mut tx.exec(), p, &mut stored, made, &rules).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}
