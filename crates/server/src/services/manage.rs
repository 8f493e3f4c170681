//! What the managers' console shows first.

use crate::{
    clock::{start_of_day, zoned},
    db::{
        candidates,
        manage::{self, Tally},
        operations, payouts,
    },
    platform::Platform,
    services::operations::MONEY_LATE,
};
use gabarit_domain::payout::warned_of;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    manage::{Overview, Waiting},
};

/// Lets managers through.
///
/// # Errors
/// [`ApiError::Forbidden`] for everybody else.
pub fn managers_only(actor: &AccountView) -> Result<(), ApiError> {
    if actor.is_manager { Ok(()) } else { Err(ApiError::Forbidden) }
}

/// What waits, counted now.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn overview(p: &Platform, actor: &AccountView) -> Result<Overview, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let waiting = |tally: Tally| Waiting {
        count: u32::try_from(tally.count).unwrap_or(u32::MAX),
        oldest: tally.oldest.map(|at| zoned(at, zone)),
    };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let counts = candidates::state_counts(exec).await.map_err(|error| p.fault(error))?;
    let in_states = |states: &[&str]| {
        let found = || counts.iter().filter(|(state, ..)| states.contains(&state.as_str()));
        Tally { count: found().map(|(_, count, _)| count).sum(), oldest: found().map(|(.., oldest)| *oldest).min() }
    };
    let day = |day: chrono::NaiveDate| start_of_day(day, p.config.zone);
    let (today, tomorrow) = (day(p.today()), day(p.today().succ_opt().unwrap_or(chrono::NaiveDate::MAX)));
    let mut queues = Vec::with_capacity(manage::QUEUES.len());
    for (code, sql) in manage::QUEUES {
        let tally = manage::queue(exec, sql, actor.id).await.map_err(|error| p.fault(error))?;
        queues.push(((*code).to_owned(), waiting(tally)));
    }
    Ok(Overview {
        answers_today: waiting(manage::answers_until(exec, tomorrow).await.map_err(|error| p.fault(error))?),
        starts_today: waiting(manage::starting(exec, today, tomorrow).await.map_err(|error| p.fault(error))?),
        queues,
        candidates_new: waiting(in_states(&["new"])),
        candidates_in_review: waiting(in_states(&["in-review"])),
        candidates_interviewed: waiting(in_states(&["interviewed"])),
        candidates_invited: waiting(in_states(&["invited"])),
        orders: waiting(manage::orders(exec).await.map_err(|error| p.fault(error))?),
        requests: waiting(manage::requests(exec).await.map_err(|error| p.fault(error))?),
        jobs: waiting(manage::failing_jobs(exec).await.map_err(|error| p.fault(error))?),
        mail: waiting(manage::failing_mail(exec).await.map_err(|error| p.fault(error))?),
        payouts: waiting(payouts::urgent(exec, warned_of(p.today())).await.map_err(|error| p.fault(error))?),
        troubles: waiting(
            operations::troubles_tally(exec, p.now() - MONEY_LATE).await.map_err(|error| p.fault(error))?,
        ),
    })
}
