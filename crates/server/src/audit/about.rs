//! What a finding is about, read from its subject: so that a page leads there, and that nobody reads of a nomination what
//! they may not know.

use super::{Check, Finding};
use crate::db::{
    Exec,
    audit_runs::{self as rows, About},
};
use gabarit_domain::{invoice::DocumentKind, rental::is_reference};
use uuid::Uuid;

/// What a finding is about: a kind, its id, and the person of the recognition programme whom it concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Code of a kind; see [`kind`].
    pub(crate) kind: &'static str,
    /// Its id, where it can be found.
    pub(crate) id: Option<Uuid>,
    /// Whose nomination or membership it is.
    pub(crate) person: Option<Uuid>,
}

/// Kinds that are named in a subject, before an id.
const NAMED: [&str; 9] = ["nomination", "membership", "cycle", "claim", "partner", "lead", "post", "event", "expert"];

/// The kind of what a finding is about, and by what it is found.
fn kind(check: Check, subject: &str) -> (&'static str, &str) {
    let (first, rest) = subject.split_once(' ').unwrap_or((subject, ""));
    if let Some(named) = NAMED.into_iter().find(|named| *named == first) {
        return (named, rest);
    }
    match check {
        Check::CandidatesAreLogged
        | Check::TheLogOfACandidateHasNoGap
        | Check::MovesOfCandidatesAreDrawn
        | Check::TheLogOfACandidateLeadsToItsState => ("candidate", subject),
        Check::ChangesOfEventsAndBenefitsAreLogged => ("event", subject),
        Check::ALedgerTransactionSumsToNought | Check::ASettlementIsPostedAsItWasNoted => ("transaction", subject),
        Check::LedgerAccountsAreOfTheChart => ("ledger", subject),
        Check::TheCounterIsTheLastNumber => ("series", subject),
        Check::NoMoreIsRentedOutThanThereIs => ("stock", subject),
        Check::RulebookReadable => ("rulebook", subject),
        Check::TheProviderSaysTheSame => ("payment", subject),
        Check::AnExpertDayIsTakenOnce | Check::ATakenDayHasABooking => ("expert", first),
        Check::NoMoreIsPaidOutThanInvoiced | Check::APayoutIsWhereItsBatchIs => ("payout", subject),
        _ if number(subject).is_some() => ("document", subject),
        _ if is_reference(subject) => ("rental", subject),
        _ => ("booking", subject),
    }
}

/// Series, year and sequence of a document's number.
fn number(subject: &str) -> Option<(&str, i64, i64)> {
    let (rest, sequence) = subject.rsplit_once('-')?;
    let (series, year) = rest.split_once('-')?;
    DocumentKind::parse(series)?;
    Some((series, year.parse().ok()?, sequence.parse().ok()?))
}

/// What a finding is about.
///
/// # Errors
/// The database's.
pub(crate) async fn about(exec: &mut Exec<'_>, finding: &Finding) -> sqlx::Result<Subject> {
    let Some(check) = Check::parse(finding.check) else { return Ok(Subject::default()) };
    let (kind, by) = kind(check, &finding.subject);
    let found = |about: Option<About>| match about {
        Some(About { kind, id }) => Subject { kind, id: Some(id), person: None },
        None => Subject { kind, id: None, person: None },
    };
    Ok(match kind {
        "nomination" | "membership" => {
            let id = by.parse().ok();
            let person = match id {
                Some(id) => rows::person(exec, kind == "nomination", id).await?,
                None => None,
            };
            Subject { kind, id, person }
        }
        "booking" => found(rows::booking(exec, by).await?),
        "rental" => found(rows::rental(exec, by).await?),
        "payout" => found(rows::payout(exec, by).await?),
        "payment" => found(rows::payment(exec, by).await?),
        "transaction" => found(rows::transaction(exec, by).await?),
        "document" => match number(by) {
            Some((series, year, sequence)) => found(rows::document(exec, series, year, sequence).await?),
            None => found(None),
        },
        _ => Subject { kind, id: by.parse().ok(), person: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of subject is known by its words, or by its check.
    #[test]
    fn subjects_are_told_apart() {
        let id = "00000000-0000-0000-0000-000000000007";
        for (check, subject, wanted) in [
            (Check::TotalIsTheQuotes, "K7M2PX4Q".to_owned(), ("booking", "K7M2PX4Q")),
            (Check::DocumentUnchanged, "INV-2026-000002".to_owned(), ("document", "INV-2026-000002")),
            (Check::ANominationFitsItsReviewsAndDecision, format!("nomination {id}"), ("nomination", id)),
            (Check::CompletedDaysAreCounted, format!("expert {id}"), ("expert", id)),
            (Check::AnExpertDayIsTakenOnce, format!("{id} 2026-12-01"), ("expert", id)),
            (Check::MovesOfCandidatesAreDrawn, id.to_owned(), ("candidate", id)),
            (Check::ALedgerTransactionSumsToNought, "received:x".to_owned(), ("transaction", "received:x")),
            (Check::TheProviderSaysTheSame, "tr_1".to_owned(), ("payment", "tr_1")),
            (Check::TheCounterIsTheLastNumber, "SB-2026".to_owned(), ("series", "SB-2026")),
            (Check::NoMoreIsRentedOutThanThereIs, "revit 2026-12-01".to_owned(), ("stock", "revit 2026-12-01")),
        ] {
            assert_eq!(kind(check, &subject), wanted);
        }
    }

    /// No two checks share a name, and each has its words in every language.
    #[test]
    fn checks_have_names_and_words() {
        let names: std::collections::BTreeSet<_> = Check::ALL.iter().map(|check| check.name()).collect();
        assert_eq!(names.len(), Check::ALL.len());
        for check in Check::ALL {
            assert_eq!(Check::parse(check.name()), Some(*check));
            assert!((1..=5).contains(&check.invariant()));
        }
    }
}
