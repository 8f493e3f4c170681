//! Editing the rulebook: a draft that managers share, its effect on sample bookings, and its release.
//!
//! There is one draft at a time. Who saves names the revision they read: nobody overwrites what they have not seen. A
//! release gets the next number and holds from its day on, which is never over; bookings keep the rulebook that their
//! quote pinned. Where four eyes are set, nobody releases a draft that they changed themselves.

use crate::{
    clock::zoned,
    db::{
        Exec, experts,
        rulebooks::{self as rows, DraftRow},
    },
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        manage::managers_only,
    },
};
use chrono::{Days, NaiveDate};
use gabarit_domain::{
    expert::ProductCode,
    rulebook::{Rulebook, RulebookVersion},
    rulebook_edit::{self as edit, Fault, Priced, SAMPLES},
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    rules::{DraftView, FieldChange, ReleaseObstacle, ReleaseView, RulesDesk, RulesForm, SamplePrice, SampleView},
};
use uuid::Uuid;

/// Products, by code and name.
async fn products(exec: &mut Exec<'_>, p: &Platform) -> Result<Vec<(ProductCode, String)>, ApiError> {
    let found = experts::products(exec).await.map_err(|error| p.fault(error))?;
    Ok(found.into_iter().filter_map(|product| Some((ProductCode::parse(&product.code).ok()?, product.name))).collect())
}

fn read(p: &Platform, body: &str) -> Result<Rulebook, ApiError> {
    serde_json::from_str(body).map_err(|error| p.fault(format!("a rulebook cannot be read: {error}")))
}

fn changes(old: &Rulebook, new: &Rulebook, products: &[ProductCode]) -> Vec<FieldChange> {
    edit::differences(old, new, products)
        .into_iter()
        .map(|(field, before, after)| FieldChange { field, before, after })
        .collect()
}

/// The rules that hold on a day by what is released.
async fn holding(exec: &mut Exec<'_>, p: &Platform, day: NaiveDate) -> Result<Rulebook, ApiError> {
    let body = rows::in_force(exec, day).await.map_err(|error| p.fault(error))?;
    read(p, &body.ok_or_else(|| p.fault("no rulebook is in force"))?)
}

/// Releases, the draft and its effect.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn desk(p: &Platform, actor: &AccountView) -> Result<RulesDesk, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let products = products(exec, p).await?;
    let codes: Vec<ProductCode> = products.iter().map(|(code, _)| code.clone()).collect();
    let pinned = rows::pinned(exec).await.map_err(|error| p.fault(error))?;
    let in_force = holding(exec, p, p.today()).await?.version.0;
    let found = rows::releases(exec).await.map_err(|error| p.fault(error))?;
    let bodies = found.iter().map(|row| read(p, &row.body)).collect::<Result<Vec<_>, _>>()?;
    let releases = found
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let version = i32::try_from(row.version).unwrap_or(0);
            let (new, old) = (bodies.get(index), bodies.get(index + 1));
            ReleaseView {
                version,
                effective_from: row.effective_from,
                released_by: row.released_by,
                released_at: zoned(row.released_at, zone),
                reason: row.reason,
                changes: new.zip(old).map(|(new, old)| changes(old, new, &codes)).unwrap_or_default(),
                in_force: version == in_force,
                bookings: pinned
                    .iter()
                    .find(|(pinned, _)| *pinned == row.version)
                    .map_or(0, |(_, count)| u32::try_from(*count).unwrap_or(u32::MAX)),
            }
        })
        .collect();
    let draft = match rows::draft(exec).await.map_err(|error| p.fault(error))? {
        None => None,
        Some(row) => {
            let rules = read(p, &row.body)?;
            let before = holding(exec, p, rules.effective_from.max(p.today())).await?;
            let editors = rows::editors(exec, row.id).await.map_err(|error| p.fault(error))?;
            let obstacle = obstacle(p, actor, &row, &rules, &before, &editors);
            Some(DraftView {
                revision: row.revision,
                effective_from: rules.effective_from,
                reason: row.reason,
                fields: edit::write(&rules, &codes),
                changes: changes(&before, &rules, &codes),
                changed_by: row.changed_by,
                changed_at: zoned(row.changed_at, zone),
                editors: editors.into_iter().map(|(_, name)| name).collect(),
                samples: samples(p, &before, &rules),
                obstacle,
            })
        }
    };
    let products = products.into_iter().map(|(code, name)| (code.to_string(), name)).collect();
    Ok(RulesDesk { releases, draft, products, today: p.today(), four_eyes: p.config.four_eyes })
}

/// Every sample by both rulebooks, placed on the day from which the new one holds.
fn samples(p: &Platform, before: &Rulebook, after: &Rulebook) -> Vec<SampleView> {
    let (operator, day) = (p.config.operator.vat, after.effective_from.max(p.today()));
    let view = |priced: Priced| match priced.quote {
        Err(_) => SamplePrice::default(),
        Ok(quote) => SamplePrice { lines: quote.lines, net: quote.net, total: quote.total, earned: priced.earned },
    };
    SAMPLES
        .iter()
        .map(|sample| SampleView {
            key: sample.key.to_owned(),
            before: view(sample.price(before, operator, day)),
            after: view(sample.price(after, operator, day)),
        })
        .collect()
}

/// Whether nothing but number and day differs.
fn same_rules(one: &Rulebook, other: &Rulebook) -> bool {
    Rulebook { version: other.version, effective_from: other.effective_from, ..one.clone() } == *other
}

fn obstacle(
    p: &Platform,
    actor: &AccountView,
    row: &DraftRow,
    rules: &Rulebook,
    before: &Rulebook,
    editors: &[(Uuid, String)],
) -> Option<ReleaseObstacle> {
    if p.config.four_eyes && editors.iter().any(|(id, _)| *id == actor.id.0) {
        Some(ReleaseObstacle::OwnWork)
    } else if same_rules(before, rules) {
        Some(ReleaseObstacle::NothingChanged)
    } else if rules.effective_from < p.today() {
        Some(ReleaseObstacle::InPast)
    } else if row.reason.is_empty() {
        Some(ReleaseObstacle::NoReason)
    } else {
        None
    }
}

/// Begins a draft from the newest release; where there is one already, it is that one.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn begin(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    managers_only(actor)?;
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let newest = rows::releases(exec).await?.into_iter().next();
            let mut rules = read(p, &newest.ok_or_else(|| p.fault("there is no rulebook"))?.body)?;
            let tomorrow = p.today().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
            rules.effective_from = rules.effective_from.max(tomorrow);
            let body = serde_json::to_string(&rules).map_err(|error| p.fault(error))?;
            let id = p.ids.uuid();
            if rows::begin_draft(exec, id, &body, actor.id, p.now()).await? {
                rows::log(exec, (p.ids.uuid(), id), actor.id, "begun", &format!("{}", rules.version.0), p.now())
                    .await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// Does what a manager's form about the draft says.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, and for who may not release (four eyes); [`ApiError::MovedOn`] when the
/// draft is closed; [`ApiError::Invalid`] with every wrong field, and [`Problem::ChangedBy`] under `revision` when
/// somebody else changed the draft since it was read.
pub async fn act(p: &Platform, actor: &AccountView, form: &RulesForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    match form.act.as_str() {
        "save" => attempt(p, || Box::pin(save(p, actor, form))).await,
        "release" => {
            attempt(p, || Box::pin(release(p, actor, form))).await?;
            // What is shown to visitors follows at once where it holds from today on.
            p.search.touch();
            Ok(())
        }
        "discard" => attempt(p, || Box::pin(discard(p, actor, form))).await,
        _ => Err(ApiError::NotFound),
    }
}

/// The draft, if it is still the one that was read.
async fn open_draft(exec: &mut Exec<'_>, form: &RulesForm) -> Result<DraftRow, Failure> {
    let draft = rows::draft(exec).await?.ok_or(ApiError::MovedOn)?;
    if form.revision.trim().parse() == Ok(draft.revision) { Ok(draft) } else { Err(overtaken(&draft).into()) }
}

fn overtaken(draft: &DraftRow) -> ApiError {
    ApiError::field("revision", Problem::ChangedBy(draft.changed_by.clone()))
}

/// Somebody was faster between reading and writing.
async fn lost(exec: &mut Exec<'_>) -> Failure {
    match rows::draft(exec).await {
        Ok(Some(draft)) => overtaken(&draft).into(),
        Ok(None) => ApiError::MovedOn.into(),
        Err(error) => error.into(),
    }
}

async fn save(p: &Platform, actor: &AccountView, form: &RulesForm) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let draft = open_draft(exec, form).await?;
    let before = read(p, &draft.body)?;
    let codes: Vec<ProductCode> = products(exec, p).await?.into_iter().map(|(code, _)| code).collect();
    let (rules, reason) = parse(p, form, &before, &codes)?;
    let mut detail: Vec<String> = edit::differences(&before, &rules, &codes)
        .into_iter()
        .map(|(field, before, after)| format!("{field}: {before} → {after}"))
        .collect();
    if before.effective_from != rules.effective_from {
        detail.push(format!("effective_from: {} → {}", before.effective_from, rules.effective_from));
    }
    if reason != draft.reason {
        detail.push(format!("reason: {reason}"));
    }
    if detail.is_empty() {
        return Ok(());
    }
    let body = serde_json::to_string(&rules).map_err(|error| p.fault(error))?;
    if !rows::change_draft(exec, (draft.id, draft.revision), (&body, &reason), actor.id, p.now()).await? {
        return Err(lost(exec).await);
    }
    rows::log(exec, (p.ids.uuid(), draft.id), actor.id, "changed", &detail.join("\n"), p.now()).await?;
    tx.commit().await?;
    Ok(())
}

fn parse(
    p: &Platform,
    form: &RulesForm,
    before: &Rulebook,
    codes: &[ProductCode],
) -> Result<(Rulebook, String), ApiError> {
    let mut wrong = Vec::new();
    let mut add = |field: &str, problem: Problem| wrong.push(FieldError { field: field.to_owned(), problem });
    let day = match form.effective_from.trim().parse::<NaiveDate>() {
        _ if form.effective_from.trim().is_empty() => Err(Problem::Missing),
        Err(_) => Err(Problem::NotADay),
        Ok(day) if day < p.today() => Err(Problem::InPast),
        Ok(day) => Ok(day),
    };
    if let Err(problem) = &day {
        add("effective_from", problem.clone());
    }
    let reason = match Message::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(error) => {
            add("reason", Problem::of_text(error, 4_000));
            String::new()
        }
    };
    let rules = edit::read(&form.fields, before, codes);
    if let Err(mistakes) = &rules {
        for mistake in mistakes {
            add(
                &mistake.field,
                match &mistake.fault {
                    Fault::Missing => Problem::Missing,
                    Fault::Malformed => Problem::NotANumber,
                    Fault::Outside(least, most) => Problem::Outside(least.clone(), most.clone()),
                    Fault::NotAfter(other) => Problem::NotAfter(other.clone()),
                    Fault::NotFirst(value) => Problem::MustBe(value.clone()),
                },
            );
        }
    }
    match (rules, day) {
        (Ok(mut rules), Ok(day)) if wrong.is_empty() => {
            rules.effective_from = day;
            Ok((rules, reason))
        }
        _ => Err(ApiError::Invalid { fields: wrong, stash: None }),
    }
}

async fn release(p: &Platform, actor: &AccountView, form: &RulesForm) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let draft = open_draft(exec, form).await?;
    let mut rules = read(p, &draft.body)?;
    let editors = rows::editors(exec, draft.id).await?;
    let before = holding(exec, p, rules.effective_from.max(p.today())).await?;
    match obstacle(p, actor, &draft, &rules, &before, &editors) {
        None => {}
        Some(ReleaseObstacle::OwnWork) => return Err(ApiError::Forbidden.into()),
        Some(ReleaseObstacle::NothingChanged) => return Err(ApiError::field("act", Problem::Unchanged).into()),
        Some(ReleaseObstacle::InPast) => return Err(ApiError::field("effective_from", Problem::InPast).into()),
        Some(ReleaseObstacle::NoReason) => return Err(ApiError::field("reason", Problem::Missing).into()),
    }
    // Closing locks the draft: of two who release at once, one does.
    if !rows::close_draft(exec, draft.id, draft.revision, "released").await? {
        return Err(lost(exec).await);
    }
    let newest = rows::releases(exec).await?.first().map_or(0, |row| row.version);
    let version = newest + 1;
    rules.version = RulebookVersion(i32::try_from(version).map_err(|error| p.fault(error))?);
    let body = serde_json::to_string(&rules).map_err(|error| p.fault(error))?;
    rows::release(exec, version, (rules.effective_from, &body), (actor.id, &draft.reason), p.now()).await?;
    let detail = format!("{version} · {}\n{}", rules.effective_from, draft.reason);
    rows::log(exec, (p.ids.uuid(), draft.id), actor.id, "released", &detail, p.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn discard(p: &Platform, actor: &AccountView, form: &RulesForm) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let draft = open_draft(exec, form).await?;
    if !rows::close_draft(exec, draft.id, draft.revision, "discarded").await? {
        return Err(lost(exec).await);
    }
    rows::log(exec, (p.ids.uuid(), draft.id), actor.id, "discarded", "", p.now()).await?;
    tx.commit().await?;
    Ok(())
}
