//! Applications as their readers may see them.

use crate::{
    clock::{civil_day, zoned},
    db::{
        Exec,
        candidates::{self as rows, Candidate, DocumentRow},
        experts,
    },
    platform::Platform,
    services::experts as profiles,
};
use chrono_tz::Tz;
use gabarit_domain::{
    candidate::CandidateState,
    ids::{CandidateId, ExpertId, UploadId},
};
use gabarit_view::{
    account::AccountView,
    candidate::{ApplicationForm, ApplicationView, DocumentView, RefusalView, SlotView, StepView},
    error::ApiError,
};

/// The zone times are shown and typed in: the account's.
pub(super) fn zone(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

/// One's own application, as it stands: the latest one, or an empty form with what the account knows.
///
/// # Errors
/// If the database fails.
pub async fn mine(p: &Platform, actor: &AccountView) -> Result<ApplicationView, ApiError> {
    read(p, actor).await.map_err(|error| p.fault(error))?
}

async fn read(p: &Platform, actor: &AccountView) -> sqlx::Result<Result<ApplicationView, ApiError>> {
    let zone = zone(p, actor);
    let mut conn = p.db.conn().await?;
    let exec = &mut conn.exec();
    let expert = experts::of_account(exec, actor.id.0).await?;
    let expert = expert.map(|row| (ExpertId(row.id), row.state == "published"));
    let refusals = refusals(exec, p, actor.id, None).await?;
    let candidate = rows::latest(exec, actor.id).await?;
    let products = match profiles::products(p).await {
        Ok(products) => products,
        Err(error) => return Ok(Err(error)),
    };
    let Some(candidate) = candidate else {
        return Ok(Ok(ApplicationView {
            id: None,
            state: CandidateState::Draft.code().to_owned(),
            form: prefilled(actor),
            saved_at: None,
            documents: Vec::new(),
            slots: Vec::new(),
            interview: None,
            steps: Vec::new(),
            refusals,
            can_withdraw: false,
            can_apply_again: false,
            expert,
            products,
        }));
    };
    let steps = rows::steps(exec, candidate.id).await?;
    let invited = matches!(candidate.state, CandidateState::Invited { .. });
    Ok(Ok(ApplicationView {
        id: Some(candidate.id),
        state: candidate.state.code().to_owned(),
        saved_at: Some(zoned(candidate.saved_at, zone)),
        documents: documents(exec, candidate.id, zone).await?,
        slots: if invited { slots(exec, p, &candidate, zone).await? } else { Vec::new() },
        interview: candidate.interview.filter(|_| invited).map(|(at, ..)| zoned(at, zone)),
        steps: steps
            .into_iter()
            .filter(|step| step.event != "started")
            .map(|step| StepView {
                at: zoned(step.at, zone),
                event: step.event,
                by: None,
                // Reasons of a refusal and words with a publication were sent to the candidate.
                reason: step.reason,
            })
            .collect(),
        refusals,
        can_withdraw: candidate.state.can_withdraw(),
        can_apply_again: expert.is_none()
            && matches!(candidate.state, CandidateState::Refused { .. } | CandidateState::Withdrawn),
        expert,
        products,
        form: candidate.form,
    }))
}

/// What the account knows already.
fn prefilled(actor: &AccountView) -> ApplicationForm {
    let mut form = ApplicationForm::default();
    form.0.insert("display_name".to_owned(), actor.name.clone());
    form.0.insert("summary_language".to_owned(), actor.locale.code().to_owned());
    if let Some(phone) = &actor.phone {
        form.0.insert("phone".to_owned(), phone.clone());
    }
    form
}

pub(super) async fn refusals(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: gabarit_domain::ids::AccountId,
    except: Option<CandidateId>,
) -> sqlx::Result<Vec<RefusalView>> {
    let refused = rows::refused(exec, account).await?;
    Ok(refused
        .into_iter()
        .filter(|candidate| Some(candidate.id) != except)
        .filter_map(|candidate| match candidate.state {
            CandidateState::Refused { reasons } => Some(RefusalView {
                day: civil_day(candidate.waiting_since, p.config.zone),
                reasons: reasons.to_string(),
            }),
            _ => None,
        })
        .collect())
}

pub(super) async fn documents(exec: &mut Exec<'_>, id: CandidateId, zone: Tz) -> sqlx::Result<Vec<DocumentView>> {
    let view = |row: DocumentRow| DocumentView {
        id: UploadId(row.id),
        name: row.name,
        size: u64::try_from(row.size).unwrap_or(0),
        uploaded_at: zoned(row.uploaded_at, zone),
    };
    Ok(rows::documents(exec, id).await?.into_iter().map(view).collect())
}

pub(super) async fn slots(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    zone: Tz,
) -> sqlx::Result<Vec<SlotView>> {
    let now = p.now();
    let mut views = Vec::new();
    let begun = candidate.interview.is_some_and(|(at, ..)| at <= now);
    for slot in rows::slots(exec, candidate.id).await? {
        let others = rows::interviews_of(exec, gabarit_domain::ids::AccountId(slot.offered_by)).await?;
        let taken = super::overlaps(candidate.id, (slot.starts_at, slot.minutes), &others);
        let picked = candidate.interview.is_some_and(|(at, ..)| at == slot.starts_at);
        views.push(SlotView {
            id: slot.id.to_string(),
            starts_at: zoned(slot.starts_at, zone),
            minutes: u32::try_from(slot.minutes).unwrap_or(0),
            picked,
            open: !picked && !taken && !begun && slot.starts_at > now,
        });
    }
    Ok(views)
}
