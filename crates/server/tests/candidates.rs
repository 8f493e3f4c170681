//! From candidate to expert, on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_domain::{
    candidate::CandidateState,
    expert::{ExpertKind, Level},
    ids::{CandidateId, ExpertId, UploadId},
};
use gabarit_i18n::{Locale, labels};
use gabarit_server::{
    audit,
    db::{candidates as rows, outbox},
    on,
    services::{
        accounts,
        candidates::{self, Upload},
        experts, manage,
        search::search,
    },
    testing::{PDF, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    candidate::{ApplicationForm, QueueFilter, ReviewForm},
    error::{ApiError, Problem},
    search::SearchQuery,
};
use std::collections::BTreeSet;

/// An application with everything that it must show.
fn complete() -> ApplicationForm {
    let fields = [
        ("display_name", "Ada Candidate"),
        ("phone", "+32 4 111 11 11"),
        ("place", "Liège, Belgique"),
        ("headline", "Revit for hospitals"),
        ("summary", "Families, coordination and quantity take-off for large hospitals."),
        ("summary_language", "fr"),
        ("skills", "clash detection\nfamily templates"),
        ("on_site", "on"),
        ("remote", "on"),
        ("max_travel_km", "300"),
        ("product_revit", "on"),
        ("product_navisworks", "on"),
        ("sector_construction", "on"),
        ("language_fr", "on"),
        ("language_nl", "on"),
        ("certificate1_title", "Revit for Architectural Design Professional"),
        ("certificate1_number", "ACP-0001"),
        ("certificate1_issued", "2025-05-01"),
        ("certificate1_expires", "2028-05-01"),
        ("diploma1_title", "Architecte"),
        ("diploma1_school", "Exemple Institut"),
        ("diploma1_year", "2010"),
        ("experience1_title", "BIM manager"),
        ("experience1_organisation", "Exemple Bureau"),
        ("experience1_from", "2012"),
        ("experience1_description", "Forty models, one standard."),
        ("truthful", "on"),
    ];
    ApplicationForm(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn without(names: &[&str]) -> ApplicationForm {
    let mut form = complete();
    form.0.retain(|name, _| !names.contains(&name.as_str()));
    form
}

/// A candidate who has sent a complete application.
async fn sent(p: &TestPlatform, name: &str) -> (AccountView, CandidateId) {
    let candidate = p.client(name).await;
    let id = candidates::submit(p, &candidate, &complete(), Locale::Fr).await.unwrap();
    (candidate, id)
}

async fn candidate(p: &TestPlatform, id: CandidateId) -> rows::Candidate {
    let mut conn = p.db.conn().await.unwrap();
    rows::get(&mut conn.exec(), id).await.unwrap().unwrap()
}

async fn form(p: &TestPlatform, id: CandidateId, act: &str) -> ReviewForm {
    let version = candidate(p, id).await.version.to_string();
    ReviewForm { id: id.to_string(), version, act: act.to_owned(), locale: "fr".to_owned(), ..ReviewForm::default() }
}

async fn invitation(p: &TestPlatform, id: CandidateId) -> ReviewForm {
    ReviewForm {
        slot1: "2026-11-25T10:00".to_owned(),
        slot2: "2026-11-26T14:30".to_owned(),
        minutes: "45".to_owned(),
        ..form(p, id, "invite").await
    }
}

/// Takes an application to the interview.
async fn interviewed(p: &TestPlatform, manager: &AccountView, who: &AccountView, id: CandidateId) {
    candidates::act(p, manager, &form(p, id, "take-up").await).await.unwrap();
    candidates::act(p, manager, &invitation(p, id).await).await.unwrap();
    let slot = candidates::mine(p, who).await.unwrap().slots.remove(0);
    candidates::pick(p, who, &slot.id).await.unwrap();
    let at = candidate(p, id).await.interview.unwrap().0;
    p.clock.set(p.now().max(at));
    candidates::act(p, manager, &form(p, id, "hold").await).await.unwrap();
}

async fn publication(p: &TestPlatform, id: CandidateId, kind: &str) -> ReviewForm {
    ReviewForm { level: "3".to_owned(), kind: kind.to_owned(), ..form(p, id, "publish").await }
}

/// Subjects of the mails somebody has, oldest first.
async fn mails(p: &TestPlatform, to: &AccountView) -> Vec<String> {
    let mut conn = p.db.conn().await.unwrap();
    let mut mails = outbox::newest(&mut conn.exec(), 1_000).await.unwrap();
    mails.retain(|mail| mail.recipient == to.email);
    mails.sort_by_key(|mail| (mail.created_at, mail.id));
    for mail in &mails {
        assert_eq!(mail.locale, to.locale.code(), "in the reader's language");
        assert!(mail.body_html.contains("<html") && !mail.body_text.contains("<p"));
    }
    mails.into_iter().map(|mail| mail.subject).collect()
}

async fn found(p: &TestPlatform) -> BTreeSet<ExpertId> {
    let results = search(p, &SearchQuery::default(), Locale::Fr).await.unwrap();
    results.cards.into_iter().map(|card| card.id).collect()
}

fn problems(error: &ApiError) -> BTreeSet<String> {
    match error {
        ApiError::Invalid { fields, .. } => fields.iter().map(|field| field.field.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

/// S20, S33, S37: a draft is kept as typed and resumed; sent, reviewed, interviewed and published, the candidate is told
/// at every step and search finds the in-house expert at once.
#[tokio::test(flavor = "multi_thread")]
async fn from_candidate_to_published_expert() {
    for_each_db(|p| async move {
        let (who, manager) = (p.client("Ada Candidate").await, p.manager().await);
        let mut half = without(&["truthful", "phone"]);
        half.0.insert("max_travel_km".to_owned(), "far away".to_owned());
        half.0.insert("is_manager".to_owned(), "on".to_owned());
        candidates::save(&p, &who, &half).await.unwrap();
        let draft = candidates::mine(&p, &who).await.unwrap();
        assert_eq!((draft.state.as_str(), draft.form.text("max_travel_km")), ("draft", "far away"));
        assert_eq!(draft.form.text("is_manager"), "", "only the form's own fields are kept");
        let filter = QueueFilter::default();
        assert_eq!(
            candidates::queue(&p, &manager, &filter, Locale::Fr).await.unwrap().total,
            0,
            "a draft is its writer's"
        );

        let id = candidates::submit(&p, &who, &complete(), Locale::Fr).await.unwrap();
        assert_eq!(Some(id), draft.id);
        let queue = candidates::queue(&p, &manager, &filter, Locale::Fr).await.unwrap();
        assert_eq!(queue.entries.len(), 1);
        assert_eq!(queue.entries[0].products, ["Revit", "Navisworks"]);
        assert_eq!((queue.entries[0].country.as_str(), queue.entries[0].ours), ("Belgique", true));
        assert_eq!(manage::overview(&p, &manager).await.unwrap().candidates_new.count, 1);

        interviewed(&p, &manager, &who, id).await;
        assert!(found(&p).await.is_empty());
        candidates::act(&p, &manager, &publication(&p, id, "in-house").await).await.unwrap();

        let account = accounts::get(&p, who.id).await.unwrap().unwrap();
        let expert = account.expert.unwrap();
        assert_eq!(found(&p).await, BTreeSet::from([expert]), "found at once");
        let profile = experts::profile(&p, expert, Locale::Fr).await.unwrap().unwrap();
        assert_eq!((profile.card.level, profile.card.kind), (Level::try_from(3).unwrap(), ExpertKind::InHouse));
        assert_eq!(profile.card.base_name, "Liège");
        assert_eq!(profile.card.max_travel_km, Some(300));
        let records: Vec<_> = profile.records.iter().map(|record| record.title.as_str()).collect();
        assert_eq!(records, ["Revit for Architectural Design Professional", "Architecte", "BIM manager"]);
        assert!(profile.card.next_free.is_some(), "and can be booked");

        let events: Vec<_> =
            candidates::file(&p, &manager, id, Locale::Fr).await.unwrap().steps.into_iter().map(|s| s.event).collect();
        assert_eq!(events, ["started", "sent", "taken-up", "invited", "picked", "held", "published"]);
        assert_eq!(mails(&p, &who).await.len(), 6, "told at every step");
        assert_eq!(mails(&p, &manager).await.len(), 1, "the interviewer, of the time");
        assert_eq!(candidates::save(&p, &who, &complete()).await.unwrap_err(), ApiError::MovedOn);
    })
    .await;
}

/// S20, S30: an independent expert without billing details could not be paid, so is neither found nor booked until they
/// are there, and then at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_independent_expert_waits_for_billing_details() {
    const BILLING: &str = "INSERT INTO expert_billing (expert_id, company, street, postal_code, city, country, \
        vat_number, registration, vat_exempt) VALUES ($1, 'Ada SRL', 'Rue 1', '4000', 'Liège', 'BE', NULL, NULL, $2)";
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (who, id) = sent(&p, "Ada").await;
        interviewed(&p, &manager, &who, id).await;
        candidates::act(&p, &manager, &publication(&p, id, "independent").await).await.unwrap();
        let expert = accounts::get(&p, who.id).await.unwrap().unwrap().expert.unwrap();
        assert!(found(&p).await.is_empty());
        assert!(experts::offer(&p, expert).await.unwrap().is_none(), "not to be booked");
        let view = candidates::mine(&p, &who).await.unwrap();
        assert_eq!(view.expert, Some((expert, false)));

        let mut tx = p.db.begin().await.unwrap();
        assert!(!candidates::settle(&mut tx.exec(), &p, expert).await.unwrap());
        on!(&mut tx.exec(), |c| sqlx::query(BILLING).bind(expert.0).bind(true).execute(c).await.map(drop)).unwrap();
        assert!(candidates::settle(&mut tx.exec(), &p, expert).await.unwrap());
        assert!(!candidates::settle(&mut tx.exec(), &p, expert).await.unwrap(), "once");
        tx.commit().await.unwrap();
        p.search.touch();
        assert_eq!(found(&p).await, BTreeSet::from([expert]));
        assert!(experts::offer(&p, expert).await.unwrap().is_some());
        assert_eq!(mails(&p, &who).await.len(), 7);

        // Who took the profile back, or was never accepted, is not made public by billing details.
        let other = p.expert(gabarit_server::testing::ExpertSpec::default()).await;
        let mut tx = p.db.begin().await.unwrap();
        rows::set_expert_state(&mut tx.exec(), other.id, "draft", p.now()).await.unwrap();
        assert!(!candidates::settle(&mut tx.exec(), &p, other.id).await.unwrap());
        rows::set_expert_state(&mut tx.exec(), expert, "withdrawn", p.now()).await.unwrap();
        assert!(!candidates::settle(&mut tx.exec(), &p, expert).await.unwrap());
    })
    .await;
}

/// S33: everything that is wrong is told at once, and what was typed is kept.
#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_application_is_not_sent() {
    for_each_db(|p| async move {
        let who = p.client("Ada").await;
        let error = candidates::submit(&p, &who, &ApplicationForm::default(), Locale::Fr).await.unwrap_err();
        let expected = [
            "display_name",
            "phone",
            "place",
            "headline",
            "summary",
            "summary_language",
            "product",
            "sector",
            "language",
            "on_site",
            "certificate1_title",
            "diploma1_title",
            "experience1_title",
            "truthful",
        ];
        assert_eq!(problems(&error), expected.into_iter().map(ToOwned::to_owned).collect());
        let mut form = complete();
        for (name, value) in [
            ("place", "Nowhere-sur-Mer"),
            ("certificate1_issued", "2027-01-01"),
            ("diploma1_year", "1066"),
            ("experience1_to", "2011"),
            ("max_travel_km", "-4"),
            ("summary", &"x".repeat(4_001)),
        ] {
            form.0.insert(name.to_owned(), value.to_owned());
        }
        let error = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
        let expected = [
            "place",
            "certificate1_issued",
            "diploma1_year",
            "diploma1_title",
            "experience1_to",
            "max_travel_km",
            "summary",
        ];
        let expected: BTreeSet<_> = expected.into_iter().map(ToOwned::to_owned).collect();
        assert!(problems(&error).is_subset(&expected) && problems(&error).len() >= 6, "{error:?}");
        // Each says what would do.
        let outside = |least: &str, most: &str| Problem::Outside(least.to_owned(), most.to_owned());
        for (field, problem) in [
            ("certificate1_issued", Problem::InFuture),
            ("diploma1_year", outside("1950", "2026")),
            ("experience1_to", outside("2012", "2026")),
            ("max_travel_km", outside("0", "20040")),
        ] {
            assert_eq!(error.problems(field).collect::<Vec<_>>(), [&problem], "{field}");
        }
        form.0.insert("certificate1_issued".to_owned(), "2025-05-01".to_owned());
        form.0.insert("certificate1_expires".to_owned(), "2025-05-01".to_owned());
        let error = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
        let issued = "2025-05-01".parse().unwrap();
        assert_eq!(error.problems("certificate1_expires").collect::<Vec<_>>(), [&Problem::NotAfterDay(issued)]);
        let kept = candidates::mine(&p, &who).await.unwrap();
        assert_eq!((kept.state.as_str(), kept.form.text("place")), ("draft", "Nowhere-sur-Mer"));
        assert!(mails(&p, &who).await.is_empty());
    })
    .await;
}

/// S37: equal skill is argued in place of the certificate, and of nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn equal_skill_in_place_of_a_certificate() {
    for_each_db(|p| async move {
        let certificate = ["certificate1_title", "certificate1_number", "certificate1_issued", "certificate1_expires"];
        let mut form = without(&certificate);
        form.0.insert("equal_skill".to_owned(), "I am good.".to_owned());
        let who = p.client("Ada").await;
        let error = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
        assert!(error.problems("equal_skill").any(|problem| *problem == Problem::TooShort(120)));
        form.0.insert("equal_skill".to_owned(), "Taught Revit for ten years at a school of engineering. ".repeat(3));
        let mut no_diploma = form.clone();
        no_diploma.0.retain(|name, _| !name.starts_with("diploma"));
        let error = candidates::submit(&p, &who, &no_diploma, Locale::Fr).await.unwrap_err();
        assert_eq!(problems(&error), BTreeSet::from(["diploma1_title".to_owned()]));
        candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap();
    })
    .await;
}

/// S33: a refusal cannot be sent without reasons; the candidate reads them and applies again beside them, with what was
/// typed and the documents; and may withdraw.
#[tokio::test(flavor = "multi_thread")]
async fn refused_with_reasons_and_again() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (who, id) = sent(&p, "Ada").await;
        assert_eq!(candidates::add_document(&p, &who, "a.pdf", PDF.to_vec()).await.unwrap(), Upload::Kept);
        let refusal = form(&p, id, "refuse").await;
        let unread = ReviewForm { reasons: "No.".to_owned(), ..refusal.clone() };
        assert_eq!(candidates::act(&p, &manager, &unread).await.unwrap_err(), ApiError::MovedOn, "never unread");
        candidates::act(&p, &manager, &form(&p, id, "take-up").await).await.unwrap();
        for reasons in ["", "  \n"] {
            let refusal = ReviewForm { reasons: reasons.to_owned(), ..form(&p, id, "refuse").await };
            let error = candidates::act(&p, &manager, &refusal).await.unwrap_err();
            assert_eq!(error, ApiError::field("reasons", Problem::Missing));
        }
        let refusal = ReviewForm { reasons: "Two years are few.".to_owned(), ..form(&p, id, "refuse").await };
        candidates::act(&p, &manager, &refusal).await.unwrap();
        assert_eq!(mails(&p, &who).await.len(), 3);

        let view = candidates::mine(&p, &who).await.unwrap();
        assert!(view.can_apply_again && !view.can_withdraw);
        assert_eq!(view.refusals[0].reasons, "Two years are few.");
        let again = candidates::apply_again(&p, &who).await.unwrap();
        assert_ne!(again, id);
        let view = candidates::mine(&p, &who).await.unwrap();
        assert_eq!((view.state.as_str(), view.form.text("headline")), ("draft", "Revit for hospitals"));
        assert_eq!((view.refusals.len(), view.documents.len()), (1, 1), "reasons and documents beside the form");
        candidates::submit(&p, &who, &complete(), Locale::Fr).await.unwrap();
        let file = candidates::file(&p, &manager, again, Locale::Fr).await.unwrap();
        assert_eq!(file.refusals.len(), 1, "the manager sees them, too");
        assert!(matches!(candidate(&p, id).await.state, CandidateState::Refused { .. }), "the first stays as it was");

        candidates::withdraw(&p, &who).await.unwrap();
        assert_eq!(candidates::withdraw(&p, &who).await.unwrap_err(), ApiError::MovedOn);
        assert!(candidates::mine(&p, &who).await.unwrap().can_apply_again);
    })
    .await;
}

/// S33: the interview is picked among the times offered, moved, and never two at once with the same manager; a calendar
/// file goes to both.
#[tokio::test(flavor = "multi_thread")]
async fn interviews_are_picked_and_moved() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mut people = Vec::new();
        for name in ["Ada", "Grace"] {
            let (who, id) = sent(&p, name).await;
            candidates::act(&p, &manager, &form(&p, id, "take-up").await).await.unwrap();
            candidates::act(&p, &manager, &invitation(&p, id).await).await.unwrap();
            people.push((who, id));
        }
        let (ada, id) = people[0].clone();
        let slots = candidates::mine(&p, &ada).await.unwrap().slots;
        assert_eq!(
            slots.iter().map(|slot| slot.starts_at.local.to_string()).collect::<Vec<_>>(),
            ["2026-11-25 10:00:00", "2026-11-26 14:30:00"]
        );
        assert_eq!(candidates::calendar(&p, &ada, id, Locale::Fr).await.unwrap_err(), ApiError::NotFound);
        let too_soon = form(&p, id, "hold").await;
        assert_eq!(candidates::act(&p, &manager, &too_soon).await.unwrap_err(), ApiError::MovedOn);

        // Both want the first time at once.
        let (a, b) = tokio::join!(
            async {
                let slot = candidates::mine(&p, &people[0].0).await.unwrap().slots.remove(0);
                candidates::pick(&p, &people[0].0, &slot.id).await
            },
            async {
                let slot = candidates::mine(&p, &people[1].0).await.unwrap().slots.remove(0);
                candidates::pick(&p, &people[1].0, &slot.id).await
            }
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1, "{a:?} {b:?}");
        let (winner, loser) = if a.is_ok() { (0, 1) } else { (1, 0) };
        let lost = a.err().or(b.err()).unwrap();
        assert_eq!(problems(&lost), BTreeSet::from(["slot".to_owned()]));
        let left = candidates::mine(&p, &people[loser].0).await.unwrap().slots;
        assert_eq!(left.iter().map(|slot| slot.open).collect::<Vec<_>>(), [false, true]);

        // Somebody else's slot is none of theirs.
        let foreign = candidates::mine(&p, &people[winner].0).await.unwrap().slots.remove(1);
        assert!(candidates::pick(&p, &people[loser].0, &foreign.id).await.is_err());

        // The winner moves; the time is free for the other.
        let (who, id) = &people[winner];
        let calendar = candidates::calendar(&p, who, *id, Locale::En).await.unwrap();
        assert!(calendar.contains("DTSTART:20261125T090000Z\r\nDTEND:20261125T094500Z"), "{calendar}");
        candidates::pick(&p, who, &foreign.id).await.unwrap();
        let moved = candidates::calendar(&p, &manager, *id, Locale::En).await.unwrap();
        assert!(moved.contains("DTSTART:20261126T133000Z"));
        let sequence = |file: &str| file.lines().find_map(|line| line.strip_prefix("SEQUENCE:")?.parse::<u32>().ok());
        assert!(sequence(&moved) > sequence(&calendar));
        let first = candidates::mine(&p, &people[loser].0).await.unwrap().slots.remove(0);
        candidates::pick(&p, &people[loser].0, &first.id).await.unwrap();
        assert_eq!(candidates::calendar(&p, &people[loser].0, *id, Locale::En).await.unwrap_err(), ApiError::NotFound);

        // Once it has begun it is not moved any more; other times can be offered.
        p.clock.advance(TimeDelta::days(10));
        let late = candidates::mine(&p, who).await.unwrap().slots;
        assert!(late.iter().all(|slot| !slot.open));
        let again = ReviewForm {
            slot1: "2026-12-10T10:00".to_owned(),
            minutes: "30".to_owned(),
            ..form(&p, *id, "invite").await
        };
        candidates::act(&p, &manager, &again).await.unwrap();
        assert!(candidates::mine(&p, who).await.unwrap().interview.is_none());
    })
    .await;
}

/// S33: two managers at once never overwrite each other: one of them is told who did what, and what the record is now.
#[tokio::test(flavor = "multi_thread")]
async fn managers_never_overwrite_each_other() {
    for_each_db(|p| async move {
        let (first, second) = (p.manager().await, p.manager().await);
        let (who, id) = sent(&p, "Ada").await;
        candidates::act(&p, &first, &form(&p, id, "take-up").await).await.unwrap();
        for round in 0..3 {
            let invite = invitation(&p, id).await;
            let other = ReviewForm { slot1: "2026-11-27T09:00".to_owned(), ..invite.clone() };
            let (a, b) = tokio::join!(candidates::act(&p, &first, &invite), candidates::act(&p, &second, &other));
            let lost = match (a, b) {
                (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
                other => panic!("round {round}: {other:?}"),
            };
            let ApiError::Overtaken { by, did, version, .. } = lost else { panic!("{lost:?}") };
            assert_eq!((by.as_str(), did.as_str()), ("Test Manager", "invited"));
            assert_eq!(version, candidate(&p, id).await.version);
        }
        // The candidate's pick is a change, too.
        let stale = form(&p, id, "refuse").await;
        let slot = candidates::mine(&p, &who).await.unwrap().slots.remove(0);
        candidates::pick(&p, &who, &slot.id).await.unwrap();
        let refusal = ReviewForm { reasons: "Why".to_owned(), ..stale };
        let error = candidates::act(&p, &second, &refusal).await.unwrap_err();
        let ApiError::Overtaken { by, did, .. } = error else { panic!("{error:?}") };
        assert_eq!((by.as_str(), did.as_str()), ("Ada", "picked"));
        // Notes only ever come.
        let (a, b) = tokio::join!(candidates::note(&p, &first, id, "One."), candidates::note(&p, &second, id, "Two."));
        a.and(b).unwrap();
        assert_eq!(candidates::file(&p, &first, id, Locale::Fr).await.unwrap().notes.len(), 2);
    })
    .await;
}

/// Invariant 5: a stranger, another candidate and a client see nothing of an application, its documents or notes; a
/// manager sees no draft; nobody decides on their own application.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_what_is_not_theirs() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (who, id) = sent(&p, "Ada").await;
        let stranger = p.client("Stranger").await;
        candidates::note(&p, &manager, id, "A secret remark.").await.unwrap();
        assert_eq!(candidates::add_document(&p, &who, "../../ACP.pdf", PDF.to_vec()).await.unwrap(), Upload::Kept);
        let document = candidates::mine(&p, &who).await.unwrap().documents.remove(0);
        assert_eq!(document.name, "ACP.pdf");
        for reader in [&who, &manager] {
            assert_eq!(candidates::fetch_document(&p, reader, document.id).await.unwrap().bytes, PDF);
        }
        let error = candidates::fetch_document(&p, &stranger, document.id).await.unwrap_err();
        assert_eq!(error, ApiError::NotFound);
        for actor in [&who, &stranger] {
            let filter = QueueFilter::default();
            assert_eq!(candidates::queue(&p, actor, &filter, Locale::Fr).await.unwrap_err(), ApiError::Forbidden);
            assert_eq!(candidates::file(&p, actor, id, Locale::Fr).await.unwrap_err(), ApiError::Forbidden);
            assert_eq!(candidates::note(&p, actor, id, "x").await.unwrap_err(), ApiError::Forbidden);
            let act = form(&p, id, "take-up").await;
            assert_eq!(candidates::act(&p, actor, &act).await.unwrap_err(), ApiError::Forbidden);
            assert_eq!(manage::overview(&p, actor).await.unwrap_err(), ApiError::Forbidden);
        }
        let own = format!("{:?}", candidates::mine(&p, &who).await.unwrap());
        assert!(!own.contains("secret") && !own.contains("Test Manager"), "neither notes nor managers' names");
        assert!(candidates::mine(&p, &stranger).await.unwrap().documents.is_empty());
        let error = candidates::remove_document(&p, &stranger, document.id).await.unwrap_err();
        assert_eq!(error, ApiError::NotFound);
        assert_eq!(candidates::remove_document(&p, &who, document.id).await.unwrap_err(), ApiError::MovedOn);

        // A draft, and what belongs to it, is its writer's alone.
        candidates::add_document(&p, &stranger, "mine.pdf", PDF.to_vec()).await.unwrap();
        let draft = candidates::mine(&p, &stranger).await.unwrap();
        let error = candidates::file(&p, &manager, draft.id.unwrap(), Locale::Fr).await.unwrap_err();
        assert_eq!(error, ApiError::NotFound);
        let error = candidates::fetch_document(&p, &manager, draft.documents[0].id).await.unwrap_err();
        assert_eq!(error, ApiError::NotFound);
        candidates::remove_document(&p, &stranger, draft.documents[0].id).await.unwrap();

        let own = candidates::submit(&p, &manager, &complete(), Locale::Fr).await.unwrap();
        let act = form(&p, own, "take-up").await;
        assert_eq!(candidates::act(&p, &manager, &act).await.unwrap_err(), ApiError::Forbidden);
        let nothing = candidates::fetch_document(&p, &who, UploadId(uuid::Uuid::nil())).await.unwrap_err();
        assert_eq!(nothing, ApiError::NotFound);
    })
    .await;
}

/// S33: files are what their content says, whole, not too large and not too many; one that changed in the store is not
/// handed out.
#[tokio::test(flavor = "multi_thread")]
async fn documents_are_checked_by_content() {
    for_each_db(|p| async move {
        let who = p.client("Ada").await;
        let add = |name: &'static str, bytes: Vec<u8>| {
            let (p, who) = (p.clone(), who.clone());
            async move { candidates::add_document(&p, &who, name, bytes).await.unwrap() }
        };
        assert_eq!(add("a.pdf", Vec::new()).await, Upload::Empty);
        assert_eq!(add("a.pdf", b"<script>alert(1)</script>".to_vec()).await, Upload::WrongType);
        assert_eq!(add("a.pdf", vec![0; gabarit_server::uploads::MAX_BYTES + 1]).await, Upload::TooLarge);
        assert!(candidates::mine(&p, &who).await.unwrap().documents.is_empty());
        for _ in 0..candidates::MAX_DOCUMENTS {
            assert_eq!(add("a.exe", PDF.to_vec()).await, Upload::Kept);
        }
        assert_eq!(add("a.pdf", PDF.to_vec()).await, Upload::TooMany);
        let document = candidates::mine(&p, &who).await.unwrap().documents.remove(0);
        assert_eq!((document.name.as_str(), document.size), ("a.pdf", PDF.len() as u64));
        p.storage.put(document.id, b"%PDF-1.4 changed".to_vec()).await.unwrap();
        let error = candidates::fetch_document(&p, &who, document.id).await.unwrap_err();
        assert!(matches!(error, ApiError::Internal { .. }));
    })
    .await;
}

/// Two devices at once begin one application, and one is sent.
#[tokio::test(flavor = "multi_thread")]
async fn one_application_at_a_time() {
    for_each_db(|p| async move {
        let who = p.client("Ada").await;
        let form = complete();
        let (a, b, c) = tokio::join!(
            candidates::save(&p, &who, &form),
            candidates::save(&p, &who, &form),
            candidates::save(&p, &who, &form)
        );
        assert_eq!((a.clone().unwrap(), b.unwrap()), (c.unwrap(), a.unwrap()));
        let (a, b) = tokio::join!(
            candidates::submit(&p, &who, &form, Locale::Fr),
            candidates::submit(&p, &who, &form, Locale::Fr)
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
        assert_eq!(mails(&p, &who).await.len(), 1);
    })
    .await;
}

/// S33: longest waiting first; filters by state, product and country.
#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_ordered_and_filtered() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mut ids = Vec::new();
        for (name, place, product) in [
            ("First", "Liège, Belgique", "product_maya"),
            ("Second", "Utrecht, Pays-Bas", "product_revit"),
            ("Third", "Paris, France", "product_maya"),
        ] {
            let who = p.client(name).await;
            let mut form = without(&["product_revit", "product_navisworks"]);
            form.0.insert("place".to_owned(), place.to_owned());
            form.0.insert("display_name".to_owned(), name.to_owned());
            form.0.insert(product.to_owned(), "on".to_owned());
            ids.push(candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap());
            p.clock.advance(TimeDelta::hours(30));
        }
        // Taken up, the first waits anew.
        candidates::act(&p, &manager, &form(&p, ids[0], "take-up").await).await.unwrap();
        let names = |filter: QueueFilter| {
            let (p, manager) = (p.clone(), manager.clone());
            async move {
                let queue = candidates::queue(&p, &manager, &filter, Locale::En).await.unwrap();
                queue.entries.into_iter().map(|entry| format!("{} {}", entry.name, entry.days)).collect::<Vec<_>>()
            }
        };
        let filter = QueueFilter { page: 1, ..QueueFilter::default() };
        assert_eq!(names(filter.clone()).await, ["Second 2", "Third 1", "First 0"]);
        let by = |state: &str, product: &str, country: &str| QueueFilter {
            state: state.into(),
            product: product.into(),
            country: country.into(),
            page: 1,
        };
        assert_eq!(names(by("new", "", "")).await, ["Second 2", "Third 1"]);
        assert_eq!(names(by("", "maya", "")).await, ["Third 1", "First 0"]);
        assert_eq!(names(by("", "", "NL")).await, ["Second 2"]);
        assert_eq!(names(by("new", "maya", "BE")).await, [""; 0]);
        assert_eq!(names(by("", "' OR 1=1 --", "")).await, [""; 0]);
    })
    .await;
}

/// Every state and every event of the log has its word in every language.
#[test]
fn states_and_events_have_words() {
    for locale in Locale::ALL {
        for code in CandidateState::CODES {
            assert!(!labels::candidate_state(locale, code).is_empty(), "{code}");
        }
        for event in ["sent", "taken-up", "invited", "picked", "held", "published", "refused", "withdrawn"] {
            assert!(!labels::candidate_event(locale, event).is_empty(), "{event}");
        }
    }
}

/// S39: what will stand on the profile leads nowhere else, in whichever field; the words are marked and what was typed
/// is kept. Numbers of certificates are no links.
#[tokio::test(flavor = "multi_thread")]
async fn links_are_refused_in_applications() {
    for_each_db(|p| async move {
        let who = p.client("Ada Candidate").await;
        for (field, text, words) in [
            ("headline", "Revit, voir exemple.fr", "exemple.fr"),
            ("summary", "Écrivez à ada [at] exemple point fr pour la suite.", "ada [at] exemple point fr"),
            ("skills", "clash detection\n@ada_bim", "@ada_bim"),
            ("experience1_description", "Call +32 470 12 34 56 for more.", "+32 470 12 34 56"),
            ("diploma1_school", "www.exemple-institut.be", "www.exemple-institut.be"),
        ] {
            let mut form = complete();
            form.0.insert(field.to_owned(), text.to_owned());
            candidates::save(&p, &who, &form).await.unwrap();
            let refused = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
            let marked: Vec<_> = refused.problems(field).cloned().collect();
            assert_eq!(marked, [Problem::Links(vec![words.to_owned()])], "{field}");
            assert_eq!(problems(&refused), BTreeSet::from([field.to_owned()]));
            assert_eq!(candidates::mine(&p, &who).await.unwrap().form.text(field), text, "nothing typed is lost");
        }
        candidates::submit(&p, &who, &complete(), Locale::Fr).await.unwrap();
    })
    .await;
}

/// S38: skills of the application stand on the profile, in their order and each once.
#[tokio::test(flavor = "multi_thread")]
async fn skills_stand_on_the_profile() {
    for_each_db(|p| async move {
        let (who, manager) = (p.client("Ada Candidate").await, p.manager().await);
        let mut form = complete();
        form.0.insert("skills".to_owned(), "Clash detection, family templates\nclash detection; IFC".to_owned());
        let id = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap();
        interviewed(&p, &manager, &who, id).await;
        candidates::act(&p, &manager, &publication(&p, id, "in-house").await).await.unwrap();
        let expert = accounts::get(&p, who.id).await.unwrap().unwrap().expert.unwrap();
        let profile = experts::profile(&p, expert, Locale::Fr).await.unwrap().unwrap();
        assert_eq!(profile.skills, ["Clash detection", "family templates", "IFC"]);
    })
    .await;
}

/// Invariant 4: the audit follows every application's log, and names the one that lies.
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_follows_applications() {
    for_each_db(|p| async move {
        let (who, manager) = (p.client("Ada Candidate").await, p.manager().await);
        let id = candidates::submit(&p, &who, &complete(), Locale::Fr).await.unwrap();
        interviewed(&p, &manager, &who, id).await;
        let (_, other) = sent(&p, "Grace Candidate").await;
        assert_eq!(audit::run(&p).await.unwrap(), []);
        let plant = async |sql: &'static str, id: CandidateId| {
            let mut conn = p.db.conn().await.unwrap();
            let exec = &mut conn.exec();
            on!(exec, |c| sqlx::query(sql).bind(id.0).execute(c).await.map(drop)).unwrap();
        };
        plant("UPDATE candidate SET state = 'withdrawn' WHERE id = $1", other).await;
        let found = audit::run(&p).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].check, found[0].subject.clone()),
            ("the log of a candidate leads to its state", other.to_string())
        );
        plant("UPDATE candidate SET state = 'new' WHERE id = $1", other).await;
        plant("DELETE FROM candidate_log WHERE candidate_id = $1 AND step = 3", id).await;
        let found = audit::run(&p).await.unwrap();
        assert_eq!(found.iter().map(|found| found.check).collect::<Vec<_>>(), ["the log of a candidate has no gap"]);
    })
    .await;
}
