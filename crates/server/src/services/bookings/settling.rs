//! Cutting an accepted booking short: by the client, by the expert, by a manager. The exact refund is shown first, and
//! only that refund is ever made: what is confirmed names it by its fingerprint.
//!
//! One transaction moves the booking, frees the days that are its own no more, issues the credit note, orders the
//! refund, pays the expert what is kept, posts the ledger and writes the mails.

use super::{Failure, attempt, changes, expert_of, lock, moves, notices, store_move};
use crate::{
    clock::zoned,
    db::{
        Exec, bookings as rows,
        bookings::{Booking, Settled},
        changes as change_rows, experts,
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        disputes,
        documents::{self, CreditInput},
        ledger, payments, stock,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    booking::BookingState,
    compensation::earnings,
    ids::{BookingId, ExpertId},
    invoice::{DocumentKind, credit_amounts},
    money::Cents,
    rulebook::Rulebook,
    settlement::{
        Choice, Kept, Settlement, SomeDays, client_cancels, client_withdraws, expert_stops, is_free, manager_decides,
        may_withdraw, settle,
    },
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    booking::Side,
    change::{ReportView, Reported, SettlementView},
    error::{ApiError, Problem},
};

/// Who cuts a booking short, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The client cancels (S6).
    ByClient,
    /// The expert cancels, did not come, or stops: only these days were worked, today at the latest.
    ByExpert {
        /// Days worked.
        worked: SomeDays,
    },
    /// A manager decides.
    ByManager {
        /// What is kept.
        choice: Choice,
        /// Whether an assignment goes on with the days that are kept.
        goes_on: bool,
    },
}

impl Cut {
    const fn side(&self) -> Side {
        match self {
            Self::ByClient => Side::Client,
            Self::ByExpert { .. } => Side::Expert,
            Self::ByManager { .. } => Side::Manager,
        }
    }
}

/// What a cut makes of a booking.
struct Plan {
    settlement: Settlement,
    to: BookingState,
    stays: SomeDays,
    /// The money that goes back; what was never taken is let go instead.
    refund: Cents,
    is_free: bool,
    withdraws: bool,
}

impl Plan {
    fn fingerprint(&self) -> String {
        format!("{}-{}-{:x}", self.settlement.fingerprint(), self.to.code(), self.refund.0)
    }
}

/// Only those may cut it short who stand on that side of it; strangers learn nothing of it.
fn allowed(booking: &Booking, actor: &AccountView, cut: &Cut) -> Result<(), ApiError> {
    let (client, expert) = (booking.client == actor.id, actor.expert == Some(booking.expert));
    let is_side = match cut.side() {
        Side::Client => client,
        Side::Expert => expert,
        Side::Manager => actor.is_manager,
    };
    if is_side {
        Ok(())
    } else if client || expert || actor.is_manager {
        Err(ApiError::Forbidden)
    } else {
        Err(ApiError::NotFound)
    }
}

/// Whether a client may still withdraw: a private one, of what the expert's acceptance agreed.
fn withdraws(p: &Platform, booking: &Booking, today: NaiveDate) -> bool {
    booking
        .accepted_at
        .is_some_and(|at| may_withdraw(&booking.order, at.with_timezone(&p.config.zone).date_naive(), today))
}

/// Decides what is kept, and what becomes of the booking.
fn decide(
    p: &Platform,
    rules: &Rulebook,
    booking: &Booking,
    cut: &Cut,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(Kept, BookingState, SomeDays), ApiError> {
    let before = booking.kept();
    let until_today = |days: &SomeDays| -> SomeDays {
        days.intersection(&booking.own_days()).copied().filter(|day| *day <= today).collect()
    };
    let ends = |worked: SomeDays| -> Result<(BookingState, SomeDays), ApiError> {
        let moved_on = |_| ApiError::MovedOn;
        if worked.is_empty() {
            Ok((booking.state.cancel().map_err(moved_on)?, SomeDays::new()))
        } else {
            Ok((booking.state.end_early(now, booking.starts_at).map_err(moved_on)?, worked))
        }
    };
    let running = booking.state == BookingState::Accepted && now < booking.ends_at;
    match cut {
        Cut::ByClient if running => {
            let kept = if withdraws(p, booking, today) {
                client_withdraws(&booking.order, today)
            } else {
                client_cancels(rules, &booking.order, today)
            }
            .meet(&before);
            let (to, stays) = ends(until_today(&booking.own_days()))?;
            Ok((kept, to, stays))
        }
        Cut::ByExpert { worked } if booking.state == BookingState::Accepted => {
            if worked.iter().any(|day| *day > today || !booking.order.days.contains(*day)) {
                return Err(ApiError::field("days", Problem::Unknown));
            }
            let kept = expert_stops(&booking.order, worked).meet(&before);
            if kept == before {
                return Err(ApiError::field("days", Problem::Unknown));
            }
            let (to, stays) = ends(until_today(worked))?;
            Ok((kept, to, stays))
        }
        Cut::ByManager { choice, goes_on } => {
            let kept = manager_decides(&before, choice).map_err(|_| ApiError::field("days", Problem::Unknown))?;
            let was_accepted = booking.accepted_at.is_some();
            if booking.state != BookingState::Accepted {
                let to = booking.state.reduce().ok().filter(|_| was_accepted).ok_or(ApiError::MovedOn)?;
                return Ok((kept, to, booking.own_days()));
            }
            if *goes_on {
                let stays: SomeDays = kept.days.intersection(&booking.own_days()).copied().collect();
                if stays.is_empty() {
                    return Err(ApiError::field("days", Problem::Missing));
                }
                return Ok((kept, booking.state.reduce().map_err(|_| ApiError::MovedOn)?, stays));
            }
            let (to, stays) = ends(until_today(&kept.days))?;
            Ok((kept, to, stays))
        }
        _ => Err(ApiError::MovedOn),
    }
}

async fn plan(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    cut: &Cut,
    now: DateTime<Utc>,
) -> Result<Plan, Failure> {
    let rules = moves::rules(exec, p, booking).await?;
    let today = now.with_timezone(&p.config.zone).date_naive();
    let (kept, to, stays) = decide(p, &rules, booking, cut, today, now)?;
    let settlement = settle(&booking.quote, &booking.kept(), kept);
    let open = match change_rows::open(exec, booking.id).await? {
        Some(change) => payments::held_for(exec, booking.id, change.id).await?,
        None => Cents::ZERO,
    };
    // What an open change was paid with goes back whole, besides.
    let held = payments::held(exec, booking.id).await? - open;
    Ok(Plan {
        refund: (held - settlement.total).max(Cents::ZERO),
        is_free: matches!(cut, Cut::ByClient) && is_free(&rules, &booking.order, today),
        withdraws: matches!(cut, Cut::ByClient) && withdraws(p, booking, today),
        settlement,
        to,
        stays,
    })
}

/// What cutting a booking short would mean, to the cent.
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] where there is nothing to cut
/// short (any more); [`ApiError::Invalid`] for the field `days`, if they cannot be.
pub async fn preview(p: &Platform, actor: &AccountView, id: BookingId, cut: &Cut) -> Result<SettlementView, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    allowed(&booking, actor, cut)?;
    let plan = match plan(exec, p, &booking, cut, p.now()).await {
        Ok(plan) => plan,
        Err(Failure::Answer(error)) => return Err(error),
        Err(Failure::Database(error)) => return Err(p.fault(error)),
    };
    Ok(SettlementView {
        fingerprint: plan.fingerprint(),
        becomes: plan.to.code().to_owned(),
        is_free: plan.is_free,
        withdraws: plan.withdraws,
        kept: plan.settlement.lines.clone(),
        kept_total: plan.settlement.total,
        kept_days: plan.settlement.kept.days.iter().copied().collect(),
        credited: plan.settlement.credited.clone(),
        credit: plan.settlement.credit,
        credit_total: plan.settlement.credit_total,
        refund: plan.refund,
    })
}

/// Cuts a booking short, if it means what was shown.
///
/// # Errors
/// As [`preview`]; [`ApiError::RefundChanged`] if what was seen is not what would happen: nothing does, and the new
/// refund is to be shown. [`ApiError::Invalid`] for the field `reason`, which a manager must give.
pub async fn cut_short(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    cut: &Cut,
    seen: &str,
    reason: &str,
) -> Result<(), ApiError> {
    let reason = Message::parse_optional(reason)
        .map_err(|error| ApiError::field("reason", Problem::of_text(error, 4_000)))?
        .map(String::from)
        .unwrap_or_default();
    if cut.side() == Side::Manager && reason.is_empty() {
        return Err(ApiError::field("reason", Problem::Missing));
    }
    let expert = expert_of(p, id).await?;
    let reason = reason.as_str();
    attempt(p, || Box::pin(cut_once(p, actor, expert, id, cut, seen, reason))).await?;
    jobs::wake(p);
    Ok(())
}

async fn cut_once(
    p: &Platform,
    actor: &AccountView,
    expert: ExpertId,
    id: BookingId,
    cut: &Cut,
    seen: &str,
    reason: &str,
) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut booking = lock(exec, expert, id).await?;
    allowed(&booking, actor, cut)?;
    let plan = plan(exec, p, &booking, cut, now).await?;
    if plan.fingerprint() != seen {
        return Err(ApiError::RefundChanged { refund: plan.refund, stash: None }.into());
    }
    changes::drop_open(exec, p, &booking, "cut short", now).await?;
    let from = booking.state;
    let is_over = from == BookingState::Accepted && plan.to != BookingState::Accepted;
    if is_over {
        // Ordinals are given in the order of the ends: whatever ended before comes first.
        moves::complete_earlier(exec, p, expert, now, id).await?;
    }
    booking.settlement = Some(Settled { kept: plan.settlement.kept.clone(), stays: plan.stays.clone() });
    let earner = rows::expert(exec, expert).await?.ok_or(ApiError::NotFound)?;
    let days_kept = u32::try_from(plan.settlement.kept.days.len()).unwrap_or(u32::MAX);
    let earns = is_over && days_kept > 0;
    let bills = earns && earner.kind == gabarit_domain::expert::ExpertKind::Independent;
    if bills {
        booking.ladder_before = Some(earner.completed_days);
        booking.ladder_days = Some(days_kept);
    }
    let told = if reason.is_empty() { word(cut) } else { reason };
    store_move(exec, &mut booking, plan.to, Some(actor.id), told, now).await?;
    if plan.to.occupies_days() {
        rows::free_other_days(exec, id, &plan.stays).await?;
        stock::give_back(exec, id, &stock::wanted(&booking.order, &plan.stays)).await?;
        experts::touch(exec, expert.0, now).await?;
    }
    if is_over {
        jobs::cancel(exec, JobKind::CompleteBooking, id.0).await?;
    }
    credit(exec, p, &booking, &plan.settlement).await?;
    let refund = payments::keep_only(exec, p, &booking, word(cut), None).await?;
    if cut.side() == Side::Manager {
        disputes::settled(exec, p, &booking, refund, reason).await?;
    }
    if earns {
        rows::add_completed_days(exec, expert, days_kept, now).await?;
    }
    if bills {
        moves::self_bill(exec, p, &booking, earner.clone()).await?;
    } else if !is_over && from != BookingState::Accepted {
        correct_self_billed(exec, p, &booking, earner).await?;
    }
    let closed = change_rows::close_report(exec, id, now).await?;
    tracing::info!(booking = %id, by = word(cut), to = plan.to.code(), closed, "cut short");
    notices::cut_short(exec, p, &booking, cut.side(), &plan.settlement, refund, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// A word for the books.
const fn word(cut: &Cut) -> &'static str {
    match cut {
        Cut::ByClient => "cancelled by the client",
        Cut::ByExpert { .. } => "cut short by the expert",
        Cut::ByManager { .. } => "cut short by a manager",
    }
}

/// The client's credit note, if anything goes back: on the invoice that stands.
async fn credit(exec: &mut Exec<'_>, p: &Platform, booking: &Booking, settlement: &Settlement) -> Result<(), Failure> {
    if settlement.credit_total == Cents::ZERO {
        return Ok(());
    }
    let invoice = documents::latest(exec, p, booking.id, DocumentKind::Invoice)
        .await?
        .ok_or_else(|| p.fault(format_args!("booking {} has no invoice", booking.id)))?;
    // The version rises with each move: one move, one credit note.
    let cause = format!("credit:{}:{}", booking.id, booking.version);
    let input = CreditInput {
        booking: booking.id,
        cause: &cause,
        corrects: &invoice,
        days: None,
        amounts: credit_amounts(settlement),
    };
    let note = documents::issue_credit_note(exec, p, &input).await?.document;
    ledger::post_credit_note(exec, p, booking.id, &cause, note.vat.taxable, note.vat.tax).await?;
    Ok(())
}

/// An expert who was invoiced already is invoiced anew: the old document is credited whole (261), and what is left is
/// billed again (389), so that both sum to what is kept, to the cent. Ordinals once given stay given.
async fn correct_self_billed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: rows::BookedExpert,
) -> Result<(), Failure> {
    let Some(before) = booking.ladder_before else { return Ok(()) };
    let Some(billed) = documents::latest(exec, p, booking.id, DocumentKind::SelfBilledInvoice).await? else {
        return Ok(());
    };
    let rules = moves::rules(exec, p, booking).await?;
    let earned = earnings(&rules.ladder, &booking.kept_lines(), before);
    let left = gabarit_domain::invoice::DocumentLines::Earned(earned);
    let credited: Cents = documents::credited_on(exec, p, booking.id, billed.number).await?;
    let is_credited = credited == billed.total && credited > Cents::ZERO;
    if !is_credited && left == billed.lines {
        return Ok(());
    }
    let version = booking.version;
    if !is_credited {
        let cause = format!("self-billed-credit:{}:{version}", booking.id);
        let amounts = (billed.lines.clone(), billed.vat, billed.total);
        let input = CreditInput { booking: booking.id, cause: &cause, corrects: &billed, days: None, amounts };
        let note = documents::issue_credit_note(exec, p, &input).await?.document;
        let (net, vat) = (-note.vat.taxable, -note.vat.tax);
        ledger::post_self_billed_for(exec, p, booking.id, &cause, "self-billed-credited", net, vat).await?;
    }
    if left.net() > Cents::ZERO {
        moves::self_bill_again(exec, p, booking, expert, version).await?;
    }
    Ok(())
}

/// The days a client says were not worked, in the client's words: the expert confirms by stopping, or a manager
/// decides. Possible from the start on, and for as long as an expert's invoice may be contested.
///
/// # Errors
/// As [`preview`]; [`ApiError::Invalid`] for `days` and `note`; [`ApiError::MovedOn`] if one is open already.
pub async fn report_absence(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    days: &SomeDays,
    note: &str,
) -> Result<(), ApiError> {
    let note = Message::parse(note).map_err(|error| ApiError::field("note", Problem::of_text(error, 4_000)))?;
    let note = String::from(note);
    let expert = expert_of(p, id).await?;
    let (days, note) = (days, note.as_str());
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, id).await?;
            allowed(&booking, actor, &Cut::ByClient)?;
            if !may_report(exec, p, &booking, now).await? {
                return Err(ApiError::MovedOn.into());
            }
            let today = now.with_timezone(&p.config.zone).date_naive();
            let own = booking.kept().days;
            if days.is_empty() {
                return Err(ApiError::field("days", Problem::Missing).into());
            }
            if days.iter().any(|day| *day > today || !own.contains(day)) {
                return Err(ApiError::field("days", Problem::Unknown).into());
            }
            let report =
                change_rows::Report { id: p.ids.uuid(), days: days.clone(), note: note.to_owned(), created_at: now };
            if !change_rows::insert_report(exec, id, actor.id, &report).await? {
                return Err(ApiError::MovedOn.into());
            }
            notices::reported(exec, p, &booking, &report).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Whether a client may still say that days were not worked.
pub(crate) async fn may_report(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    let rules = moves::rules(exec, p, booking).await?;
    let contest = chrono::TimeDelta::days(i64::from(rules.booking.contest_days));
    let begun = now >= booking.starts_at && now < booking.ends_at + contest;
    let standing = matches!(booking.state, BookingState::Accepted | BookingState::Completed | BookingState::Ended);
    Ok(begun && standing && change_rows::open_report(exec, booking.id).await?.is_none())
}

/// Reports that nobody has decided on, oldest first.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn open_reports(p: &Platform, actor: &AccountView) -> Result<Vec<Reported>, ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let mut list = Vec::new();
    for id in change_rows::reported(exec).await.map_err(|e| p.fault(e))? {
        let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
        let expert = rows::expert(exec, booking.expert).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
        let Some(report) = change_rows::open_report(exec, id).await.map_err(|e| p.fault(e))? else { continue };
        list.push(Reported {
            booking: id,
            reference: booking.reference,
            client_name: booking.buyer.party.name,
            expert_name: expert.display_name,
            report: ReportView {
                days: report.days.into_iter().collect(),
                note: report.note,
                at: zoned(report.created_at, zone),
            },
        });
    }
    Ok(list)
}

/// A manager finds that a report changes nothing.
///
/// # Errors
/// [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] if none is open.
pub async fn dismiss_report(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let closed = change_rows::close_report(&mut tx.exec(), id, p.now()).await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    if closed { Ok(()) } else { Err(ApiError::MovedOn) }
}
