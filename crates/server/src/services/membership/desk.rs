//! The managers' side: the list of renewals, one membership, and every decision on it.

use super::{Move, contributions, country_name, make, notices, own::told, regularity, view, zone_of};
use crate::{
    clock::zoned,
    db::{
        benefit, bookings as people, community,
        membership::{self as rows, Stored},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        fields::Fields,
        manage::managers_only,
        nominations, rulebooks,
    },
};
use chrono::NaiveDate;
use gabarit_domain::{
    ids::{AccountId, MembershipId},
    membership::{Appeal, MembershipState},
    text::Message,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    membership::{ConfirmForm, MemberAct, MemberFile, MembershipList, MembershipRow},
};

/// Memberships on a page.
const PER_PAGE: i64 = 50;

/// A page of the managers' list: `which` is a state, `live` or `appeals`; anything else asks for the renewals that wait.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn list(
    p: &Platform,
    actor: &AccountView,
    which: &str,
    page: u32,
    locale: Locale,
) -> Result<MembershipList, ApiError> {
    managers_only(actor)?;
    let known = MembershipState::CODES.contains(&which) || matches!(which, "live" | "appeals");
    let which = if known { which } else { "due" };
    let page = page.clamp(1, 100_000);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let rules = rulebooks::current_in(exec, p).await?.membership;
        let total = rows::count_list(exec, which).await?;
        let found = rows::list(exec, which, PER_PAGE, i64::from(page - 1) * PER_PAGE).await?;
        let mut list = Vec::with_capacity(found.len());
        for row in found {
            let mut entry = MembershipRow {
                id: MembershipId(row.id),
                version: row.version,
                name: row.display_name,
                country: country_name(&row.country.unwrap_or_default(), locale),
                state: row.state,
                last_day: row.last_day,
                regularity: None,
                regular: false,
                appeal: row.appeal == Appeal::Open.code(),
            };
            if entry.state == "due"
                && let Some(stored) = rows::get(exec, entry.id).await?
            {
                let count = regularity(exec, p, &stored).await?;
                entry.regular = count.regular(&rules).is_some();
                entry.regularity = Some(count);
            }
            list.push(entry);
        }
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let waiting = [
            count(rows::count_list(exec, "due").await?),
            count(rows::count_list(exec, "appeals").await?),
            small(benefit::parcels(exec).await?.len()),
            small(community::reports(exec).await?.len()),
        ];
        Ok::<_, Failure>(MembershipList {
            rows: list,
            total: count(total),
            page,
            pages: count(total).div_ceil(u32::try_from(PER_PAGE).unwrap_or(50)).max(1),
            months_needed: rules.months_needed,
            waiting,
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Whether a manager may answer an appeal: not who took the decision, where there is another manager.
async fn may_answer(exec: &mut crate::db::Exec<'_>, stored: &Stored, actor: AccountId) -> sqlx::Result<bool> {
    let decided = stored.decided_by == Some(actor);
    Ok(!decided || rows::other_managers(exec, actor).await? == 0)
}

/// A membership with everything a manager needs to decide on it.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn file(p: &Platform, actor: &AccountView, id: MembershipId, locale: Locale) -> Result<MemberFile, ApiError> {
    managers_only(actor)?;
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let stored = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
        let profile = rows::profile(exec, stored.account).await?;
        let person = people::person(exec, stored.account).await?.ok_or(ApiError::NotFound)?;
        Ok::<_, Failure>(MemberFile {
            membership: view(exec, p, &stored, zone_of(p, actor), true).await?,
            name: profile.as_ref().map_or("–", |profile| &profile.display_name).to_owned(),
            email: person.email,
            code: profile.as_ref().map(|profile| profile.code.clone()).unwrap_or_default(),
            country: country_name(&profile.and_then(|profile| profile.country).unwrap_or_default(), locale),
            contributions: contributions(exec, p, stored.account).await?,
            may_answer: may_answer(exec, &stored, actor.id).await?,
            own: stored.account == actor.id,
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Does what a manager's form says: see [`MemberAct::act`].
///
/// # Errors
/// - [`ApiError::Forbidden`] for all but managers, on one's own membership, and for the answer to an appeal against one's
///   own decision where there is another manager; [`ApiError::NotFound`].
/// - [`ApiError::Invalid`] without reasons, where there must be some.
/// - [`ApiError::Overtaken`] if somebody changed it since; [`ApiError::MovedOn`] if that cannot be done (any more).
pub async fn act(p: &Platform, actor: &AccountView, form: &MemberAct) -> Result<(), ApiError> {
    managers_only(actor)?;
    let id: MembershipId = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let version: i64 = form.version.parse().map_err(|_| ApiError::MovedOn)?;
    let reasons = match form.act.as_str() {
        "confirm" => None,
        "renew" | "decline" | "end" | "allow" | "dismiss" => {
            let mut problems = Fields::default();
            let reasons = problems.read("reasons", 4_000, Message::parse(&form.reasons));
            problems.done()?;
            reasons
        }
        _ => return Err(ApiError::Transport),
    };
    attempt(p, || {
        let reasons = reasons.clone();
        Box::pin(act_once(p, actor, id, version, &form.act, reasons))
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

async fn act_once(
    p: &Platform,
    actor: &AccountView,
    id: MembershipId,
    version: i64,
    act: &str,
    reasons: Option<Message>,
) -> Result<(), Failure> {
    let gone = |_| ApiError::MovedOn;
    let mut tx = p.db.begin().await?;
    let account = rows::get(&mut tx.exec(), id).await?.ok_or(ApiError::NotFound)?.account;
    // Whoever is granted a membership is a member by it: the nomination first, as where it is answered.
    let nomination = if act == "allow" { nominations::lock_open(&mut tx.exec(), account).await? } else { None };
    let mut stored = rows::lock(&mut tx.exec(), id).await?.ok_or(ApiError::NotFound)?;
    if stored.account == actor.id {
        return Err(ApiError::Forbidden.into());
    }
    if stored.version != version {
        return Err(overtaken(&mut tx.exec(), p, &stored, actor).await?.into());
    }
    let rules = rulebooks::current_in(&mut tx.exec(), p).await?.membership;
    let today: NaiveDate = p.today();
    let before = stored.membership.clone();
    let by = Some(actor.id);
    let words = reasons.as_ref().map(Message::as_str).unwrap_or_default();
    let (to, event) = match (act, &reasons) {
        ("confirm", _) => {
            let count = regularity(&mut tx.exec(), p, &stored).await?;
            // Below the rule nothing is confirmed: it is decided, with reasons.
            let proof = count.regular(&rules).ok_or(ApiError::MovedOn)?;
            (before.confirm(&proof).map_err(gone)?, "confirmed")
        }
        ("renew", Some(reasons)) => (before.renew(reasons).map_err(gone)?, "renewed"),
        ("decline", Some(reasons)) => (before.decline(reasons.clone(), today).map_err(gone)?, "declined"),
        ("end", Some(reasons)) => (before.end(reasons.clone(), today).map_err(gone)?, "ended"),
        (answer @ ("allow" | "dismiss"), Some(reasons)) => {
            if !may_answer(&mut tx.exec(), &stored, actor.id).await? {
                return Err(ApiError::Forbidden.into());
            }
            let granted = answer == "allow";
            // Whoever was nominated and granted anew meanwhile has a membership: there is nothing to restore.
            let live = rows::live(&mut tx.exec(), stored.account).await?;
            if granted && live.is_some_and(|live| live.id != stored.id) {
                return Err(ApiError::MovedOn.into());
            }
            let to = if granted { before.allow(reasons) } else { before.dismiss(reasons) }.map_err(gone)?;
            rows::answer_appeal(&mut tx.exec(), id, granted, words, by, p.now()).await?;
            (to, if granted { "allowed" } else { "dismissed" })
        }
        _ => return Err(ApiError::Transport.into()),
    };
    let made = Move { to, event, actor: by, reason: words };
    make(&mut tx.exec(), p, &mut stored, made, &rules).await?;
    match event {
        "confirmed" | "renewed" => notices::renewed(&mut tx.exec(), p, &stored, words).await?,
        // Over at once: the member hears that from what takes the benefits.
        "declined" if stored.membership.state.is_live() => {
            notices::declined(&mut tx.exec(), p, &stored, words, &rules).await?;
        }
        "allowed" => {
            if let Some(open) = nomination {
                nominations::take_back(&mut tx.exec(), p, open, actor.id).await?;
            }
            notices::answered(&mut tx.exec(), p, &stored, true, words).await?;
        }
        "dismissed" => notices::answered(&mut tx.exec(), p, &stored, false, words).await?,
        _ => {}
    }
    tx.commit().await?;
    Ok(())
}

/// Who changed a membership last, and how.
async fn overtaken(
    exec: &mut crate::db::Exec<'_>,
    p: &Platform,
    stored: &Stored,
    actor: &AccountView,
) -> Result<ApiError, Failure> {
    let last = rows::steps(exec, stored.id).await?.pop();
    let last = last.ok_or_else(|| p.fault(format_args!("membership {} has no log", stored.id)))?;
    Ok(ApiError::Overtaken {
        by: last.actor_name.unwrap_or_default(),
        did: format!("membership/{}", last.event),
        at: Box::new(zoned(last.at, zone_of(p, actor))),
        version: stored.version,
        stash: None,
    })
}

/// Confirms renewals that the rule grants, all at once; answers how many were confirmed. What changed meanwhile, or falls
/// below the rule, is left as it is.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn confirm_many(p: &Platform, actor: &AccountView, form: &ConfirmForm) -> Result<u32, ApiError> {
    managers_only(actor)?;
    let mut done = 0;
    for chosen in &form.renewals {
        let Some((id, version)) = chosen.split_once('/') else { continue };
        let form = MemberAct {
            id: id.to_owned(),
            version: version.to_owned(),
            act: "confirm".to_owned(),
            ..MemberAct::default()
        };
        match act(p, actor, &form).await {
            Ok(()) => done += 1,
            Err(ApiError::MovedOn | ApiError::Overtaken { .. } | ApiError::NotFound | ApiError::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
