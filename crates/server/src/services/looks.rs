//! Words that were marked as contact details and are none (S39): their author asks for a look, a manager decides.
//!
//! What is allowed is allowed for one account, and is compared in full. What is marked is found anew wherever it counts:
//! nothing of it is believed from a browser.

mod notices;

use crate::{
    clock::zoned,
    db::{
        Exec,
        looks::{self as rows, LookRow, NewLook, WaitingRow},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        fields::Fields,
        manage::managers_only,
    },
};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{AccountId, CandidateId, ExpertId},
    no_links::{collapsed, find_links, find_links_but, offending_but},
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    looks::{Look, LookArea, LookForm, LookQueue, LookState, MOST_WAITING, Piece, WaitingLook},
};
use uuid::Uuid;

/// Words that an error tells.
const TOLD: usize = 5;
/// The most characters of a text, and of a reason.
const TEXT: u32 = 4_000;
const REASON: u32 = 600;
/// How many are listed: to who asked, and to managers.
const OWN: i64 = 20;
const QUEUE: i64 = 50;

/// What became of the words that an account asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) allowed: Vec<String>,
    asked: Vec<String>,
    refused: Vec<String>,
    waiting: u32,
}

impl Known {
    /// Of an account.
    pub(crate) async fn of(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Self> {
        let mut known = Self::default();
        for (state, words) in rows::words_of(exec, account).await? {
            let words: Vec<String> = words_in(&words)?;
            match state.as_str() {
                "allowed" => known.allowed.extend(words),
                "refused" => known.refused.extend(words),
                _ => {
                    known.waiting += 1;
                    known.asked.extend(words);
                }
            }
        }
        Ok(known)
    }

    /// Of an account, for a service that has no transaction yet.
    pub(crate) async fn read(p: &Platform, account: AccountId) -> Result<Self, ApiError> {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        Self::of(&mut conn.exec(), account).await.map_err(|error| p.fault(error))
    }

    /// What is marked in a text and not allowed: in full, each once.
    fn marked(&self, text: &str) -> Vec<String> {
        let mut marked: Vec<String> = Vec::new();
        for found in find_links_but(text, &self.allowed) {
            let words = text.get(found.range).map(collapsed).unwrap_or_default();
            if !words.is_empty() && !marked.contains(&words) {
                marked.push(words);
            }
        }
        marked
    }

    /// Whether a manager has these words to look at, or has refused them.
    fn is_asked(&self, words: &String) -> bool {
        self.asked.contains(words) || self.refused.contains(words)
    }

    /// Why a text cannot be stored, if it cannot.
    pub(crate) fn problem(&self, text: &str) -> Option<Problem> {
        let told = offending_but(text, &self.allowed, TOLD);
        if told.is_empty() {
            return None;
        }
        let marked = self.marked(text);
        Some(if !marked.iter().all(|words| self.is_asked(words)) {
            Problem::Links(told)
        } else if marked.iter().any(|words| !self.asked.contains(words)) {
            Problem::LookRefused(told)
        } else {
            Problem::LookAsked(told)
        })
    }
}

fn words_in(body: &str) -> sqlx::Result<Vec<String>> {
    serde_json::from_str(body).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Asks a manager to look at what is marked in a text. Asked for the same words again, nothing changes.
///
/// # Errors
/// [`ApiError::Invalid`] by the field: [`Problem::NotMarked`], or [`Problem::TooManyLooks`] while as many wait.
pub(crate) async fn ask(
    p: &Platform,
    actor: &AccountView,
    area: LookArea,
    field: &str,
    text: &str,
) -> Result<(), ApiError> {
    if text.chars().count() > TEXT as usize {
        return Err(ApiError::field(field, Problem::TooLong(TEXT)));
    }
    // What no database stores.
    let text = text.replace('\0', "");
    attempt(p, || {
        let text = text.clone();
        let field = field.to_owned();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            rows::lock_account(exec, actor.id).await?;
            let known = Known::of(exec, actor.id).await?;
            let mut words = known.marked(&text);
            if words.is_empty() {
                return Err(ApiError::field(&field, Problem::NotMarked).into());
            }
            words.retain(|words| !known.is_asked(words));
            if words.is_empty() {
                return Ok(());
            }
            if known.waiting >= MOST_WAITING {
                return Err(ApiError::field(&field, Problem::TooManyLooks(MOST_WAITING)).into());
            }
            let id = p.ids.uuid();
            let words = serde_json::to_string(&words).map_err(|error| p.fault(error))?;
            let new =
                NewLook { id, account: actor.id, area: area.code(), field: &field, body: &text, words: &words, now };
            rows::insert(exec, new).await?;
            rows::log(exec, p.ids.uuid(), (id, actor.id.0), actor.id, "asked", "", now).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// The latest that an account asked, what waits first.
///
/// # Errors
/// If the database fails.
pub async fn own(p: &Platform, actor: &AccountView) -> Result<Vec<Look>, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let asked = rows::of_account(&mut conn.exec(), actor.id, OWN).await.map_err(fault)?;
    asked.into_iter().map(|row| view(row, zone).map_err(fault)).collect()
}

fn view(row: LookRow, zone: Tz) -> sqlx::Result<Look> {
    Ok(Look {
        id: row.id,
        words: words_in(&row.words_body)?,
        state: LookState::parse(&row.state).ok_or_else(|| sqlx::Error::Decode("state of a look".into()))?,
        field: row.field,
        body: row.body,
        asked_at: zoned(row.asked_at, zone),
        decided_at: row.decided_at.map(|at| zoned(at, zone)),
        reason: row.reason,
    })
}

/// A text in pieces, those marked that somebody asks about.
fn pieces(text: &str, words: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut push = |text: &str, marked| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    for found in find_links(text) {
        let (Some(before), Some(marked)) = (text.get(from..found.range.start), text.get(found.range.clone())) else {
            continue;
        };
        if words.contains(&collapsed(marked)) {
            push(before, false);
            push(marked, true);
            from = found.range.end;
        }
    }
    push(text.get(from..).unwrap_or_default(), false);
    pieces
}

/// What waits for a manager, the oldest first.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn queue(p: &Platform, actor: &AccountView) -> Result<LookQueue, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let fault = |error: sqlx::Error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let total = rows::count_waiting(exec).await.map_err(fault)?;
    let mut waiting = Vec::new();
    for WaitingRow { look, name, email, expert_id, candidate_id } in rows::waiting(exec, QUEUE).await.map_err(fault)? {
        let words = words_in(&look.words_body).map_err(fault)?;
        waiting.push(WaitingLook {
            id: look.id,
            name,
            email,
            expert: expert_id.map(ExpertId),
            candidate: candidate_id.map(CandidateId),
            own: look.account_id == actor.id.0,
            area: LookArea::parse(&look.area).ok_or_else(|| p.fault("the area of a look makes no sense"))?,
            field: look.field,
            pieces: pieces(&look.body, &words),
            words,
            asked_at: zoned(look.asked_at, zone),
        });
    }
    Ok(LookQueue { waiting, total: u32::try_from(total).unwrap_or(u32::MAX) })
}

/// A manager allows words to their author, or refuses them with a reason; the author is told.
///
/// # Errors
/// [`ApiError::Forbidden`] for others, and for a manager's own words; [`ApiError::Invalid`] for the field `reason`;
/// [`ApiError::Overtaken`] where another manager decided before.
pub async fn decide(p: &Platform, actor: &AccountView, form: &LookForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let id: Uuid = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let mut fields = Fields::default();
    let (state, reason) = match form.act.as_str() {
        "allow" => ("allowed", fields.read("reason", REASON, Message::parse_optional(&form.reason)).flatten()),
        "refuse" => ("refused", fields.read("reason", REASON, Message::parse(&form.reason))),
        _ => return Err(ApiError::Transport),
    };
    if reason.as_ref().is_some_and(|reason| reason.as_str().chars().count() > REASON as usize) {
        fields.add("reason", Problem::TooLong(REASON));
    }
    fields.done()?;
    let reason = reason.map(String::from).unwrap_or_default();
    let reason = reason.as_str();
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let row = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            // Nobody decides in their own cause.
            if row.account_id == actor.id.0 {
                return Err(ApiError::Forbidden.into());
            }
            if !rows::decide(exec, id, state, actor.id, reason, now).await? {
                let row = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
                let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
                return Err(Failure::Answer(ApiError::Overtaken {
                    by: row.decided_by.unwrap_or_default(),
                    did: format!("look/{}", row.state),
                    at: Box::new(zoned(row.decided_at.unwrap_or(now), zone)),
                    version: 0,
                    stash: None,
                }));
            }
            rows::log(exec, p.ids.uuid(), (id, row.account_id), actor.id, state, reason, now).await?;
            notices::decided(exec, p, &row, &words_in(&row.words_body)?, state == "allowed", reason).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    /// S39: only what was asked about is marked, wherever it stands.
    #[test]
    fn a_text_is_cut_at_its_marks() {
        let text = "Voir exemple.fr et ailleurs.be, puis exemple.fr";
        let pieces = pieces(text, &texts(&["exemple.fr"]));
        let marked: Vec<&str> = pieces.iter().filter(|piece| piece.marked).map(|piece| piece.text.as_str()).collect();
        assert_eq!(marked, ["exemple.fr", "exemple.fr"]);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
    }

    /// S39: what waits, what was refused and what is new are told apart; new words are told first.
    #[test]
    fn each_answer_has_its_problem() {
        let known = Known {
            allowed: texts(&["exemple.fr"]),
            asked: texts(&["ailleurs.be"]),
            refused: texts(&["encore.nl"]),
            waiting: 1,
        };
        assert_eq!(known.problem("Voir exemple.fr"), None);
        assert_eq!(known.problem("Voir ailleurs.be"), Some(Problem::LookAsked(texts(&["ailleurs.be"]))));
        assert_eq!(known.problem("Voir encore.nl"), Some(Problem::LookRefused(texts(&["encore.nl"]))));
        let both = texts(&["encore.nl", "nouveau.com"]);
        assert_eq!(known.problem("Voir encore.nl et nouveau.com"), Some(Problem::Links(both)));
    }
}
