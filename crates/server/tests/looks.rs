//! Words wrongly marked as contact details (S39), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use futures::future::join;
use gabarit_i18n::Locale;
use gabarit_server::{
    mail, on,
    services::{audit_log, candidates, log_words, looks, manage, own_data, work},
    testing::{ExpertSpec, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    candidate::ApplicationForm,
    error::{ApiError, Problem},
    govern::LogQuery,
    looks::{Look, LookArea, LookForm, LookState, MOST_WAITING},
    work::{ProfileForm, RecordForm},
};
use uuid::Uuid;

const SUMMARY: &str = "Chez exemple.fr depuis dix ans ; puis indépendante.";

fn text(value: &str) -> String {
    value.to_owned()
}

/// A profile's form as its page has it now, with another summary.
async fn with_summary(p: &TestPlatform, actor: &AccountView, summary: &str, ask: &str) -> ProfileForm {
    let editor = work::editor(p, actor).await.unwrap();
    ProfileForm {
        version: editor.version.to_string(),
        headline: text("Maquettes Revit"),
        summary: text(summary),
        summary_language: text("fr"),
        languages: vec![text("fr")],
        products: vec![text("revit")],
        sectors: vec![text("construction")],
        ask: text(ask),
        locale: text("fr"),
        ..ProfileForm::default()
    }
}

async fn save(p: &TestPlatform, actor: &AccountView, summary: &str, ask: &str) -> Result<(), ApiError> {
    work::save_profile(p, actor, &with_summary(p, actor, summary, ask).await).await
}

fn of_summary(problem: Problem) -> Result<(), ApiError> {
    Err(ApiError::field("summary", problem))
}

async fn own(p: &TestPlatform, actor: &AccountView) -> Vec<Look> {
    looks::own(p, actor).await.unwrap()
}

async fn allowed(p: &TestPlatform, actor: &AccountView) -> Vec<String> {
    work::editor(p, actor).await.unwrap().allowed
}

fn decision(id: Uuid, act: &str, reason: &str) -> LookForm {
    LookForm { id: id.to_string(), act: text(act), reason: text(reason), locale: text("fr") }
}

/// S39: what is wrongly marked is asked about, with the whole text kept; once a manager allows the words they pass, for
/// their author alone, exactly as they stand; the author is told, and the log says who decided.
#[tokio::test(flavor = "multi_thread")]
async fn allowed_words_pass_for_their_author() {
    for_each_db(|p| async move {
        let (ada, bob) = (p.expert(ExpertSpec::default()).await, p.expert(ExpertSpec::default()).await);
        let (ada, bob, manager) = (&ada.account, &bob.account, &p.manager().await);
        let marked = || vec![text("exemple.fr")];
        assert_eq!(save(&p, ada, SUMMARY, "").await, of_summary(Problem::Links(marked())));
        // Asked: it is refused still, and says that it waits; the whole text is kept.
        assert_eq!(save(&p, ada, SUMMARY, "summary").await, of_summary(Problem::LookAsked(marked())));
        assert_eq!(save(&p, ada, SUMMARY, "").await, of_summary(Problem::LookAsked(marked())));
        // Asked twice, also with other words around, nothing changes.
        assert_eq!(save(&p, ada, "Avec exemple.fr", "summary").await, of_summary(Problem::LookAsked(marked())));
        let asked = own(&p, ada).await;
        let [look] = &asked[..] else { unreachable!("{asked:?}") };
        assert_eq!((look.body.as_str(), look.field.as_str(), look.state), (SUMMARY, "summary", LookState::Asked));
        assert_eq!((&look.words, allowed(&p, ada).await.len()), (&marked(), 0));
        // The queue is for managers, and shows the text with its marks, and whose it is.
        assert_eq!(looks::queue(&p, ada).await, Err(ApiError::Forbidden));
        let queue = looks::queue(&p, manager).await.unwrap();
        let [waiting] = &queue.waiting[..] else { unreachable!("{queue:?}") };
        let pieces: Vec<_> = waiting.pieces.iter().map(|piece| (piece.text.as_str(), piece.marked)).collect();
        assert_eq!(pieces, [("Chez ", false), ("exemple.fr", true), (" depuis dix ans ; puis indépendante.", false)]);
        assert_eq!((waiting.email.as_str(), waiting.expert, queue.total), (ada.email.as_str(), ada.expert, 1));
        assert_eq!((waiting.area, waiting.own), (LookArea::Profile, false));
        let counted = manage::overview(&p, manager).await.unwrap().queues;
        assert_eq!(counted.into_iter().find(|(code, _)| code == "looks").unwrap().1.count, 1);

        assert_eq!(looks::decide(&p, ada, &decision(look.id, "allow", "")).await, Err(ApiError::Forbidden));
        looks::decide(&p, manager, &decision(look.id, "allow", "")).await.unwrap();
        assert!(looks::queue(&p, manager).await.unwrap().waiting.is_empty());
        let asked = own(&p, ada).await;
        assert_eq!((asked[0].state, allowed(&p, ada).await), (LookState::Allowed, marked()));
        save(&p, ada, SUMMARY, "").await.unwrap();
        assert_eq!(work::editor(&p, ada).await.unwrap().summary, SUMMARY);
        // Those words alone, as they stand, in whichever field; whoever else writes them is stopped.
        let other = save(&p, ada, "Chez Exemple.fr, ou autre.be", "").await;
        assert_eq!(other, of_summary(Problem::Links(vec![text("Exemple.fr"), text("autre.be")])));
        let version = work::editor(&p, ada).await.unwrap().version.to_string();
        let record = RecordForm {
            version,
            kind: text("experience"),
            title: text("Modeleuse chez exemple.fr"),
            ..RecordForm::default()
        };
        work::save_record(&p, ada, &record).await.unwrap();
        assert_eq!(save(&p, bob, SUMMARY, "").await, of_summary(Problem::Links(marked())));

        let mails = mail::local_mailbox(&p, 100).await.unwrap();
        let told: Vec<_> = mails.iter().filter(|mail| mail.to == ada.email).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].locale, ada.locale.code());
        assert!(told[0].text.contains("exemple.fr") && told[0].text.contains("/work/profile"), "{}", told[0].text);
        let mut log =
            audit_log::page(&p, manager, &LogQuery { log: text("look"), ..LogQuery::default() }).await.unwrap();
        log_words::tell(Locale::En, &mut log);
        let lines: Vec<_> = log.lines.iter().map(|line| (line.what.as_str(), line.email.as_deref())).collect();
        assert!(lines.contains(&("marked words allowed", Some(manager.email.as_str()))), "{lines:?}");
        assert!(lines.contains(&("look at marked words asked for", Some(ada.email.as_str()))), "{lines:?}");
        assert!(log.lines.iter().all(|line| line.subject == ada.name));
    })
    .await;
}

/// S39: a refusal needs a reason, which its author reads; the same words cannot be asked about again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_has_its_reason() {
    for_each_db(|p| async move {
        let (ada, manager) = (p.expert(ExpertSpec::default()).await.account, p.manager().await);
        let marked = || vec![text("exemple.fr")];
        save(&p, &ada, SUMMARY, "summary").await.unwrap_err();
        let id = own(&p, &ada).await[0].id;
        for nothing in ["", "  "] {
            let refused = looks::decide(&p, &manager, &decision(id, "refuse", nothing)).await;
            assert_eq!(refused, Err(ApiError::field("reason", Problem::Missing)));
        }
        let long = looks::decide(&p, &manager, &decision(id, "refuse", &"a".repeat(601))).await;
        assert_eq!(long, Err(ApiError::field("reason", Problem::TooLong(600))));
        assert_eq!(looks::decide(&p, &manager, &decision(id, "drop", "x")).await, Err(ApiError::Transport));
        assert_eq!(looks::queue(&p, &manager).await.unwrap().total, 1);

        looks::decide(&p, &manager, &decision(id, "refuse", "C’est un site.")).await.unwrap();
        let asked = own(&p, &ada).await;
        assert_eq!((asked[0].state, asked[0].reason.as_str()), (LookState::Refused, "C’est un site."));
        assert_eq!((asked[0].body.as_str(), allowed(&p, &ada).await.len()), (SUMMARY, 0));
        assert_eq!(save(&p, &ada, SUMMARY, "").await, of_summary(Problem::LookRefused(marked())));
        assert_eq!(save(&p, &ada, SUMMARY, "summary").await, of_summary(Problem::LookRefused(marked())));
        assert_eq!(looks::queue(&p, &manager).await.unwrap().total, 0);
        let mails = mail::local_mailbox(&p, 100).await.unwrap();
        let told = mails.iter().find(|mail| mail.to == ada.email).unwrap();
        assert!(told.text.contains("C’est un site."), "{}", told.text);
        // Words that are new are asked about alone.
        save(&p, &ada, "Chez exemple.fr et autre.be", "summary").await.unwrap_err();
        let asked = own(&p, &ada).await;
        assert_eq!((asked[0].state, &asked[0].words), (LookState::Asked, &vec![text("autre.be")]));
    })
    .await;
}

/// S39: of two managers who decide at once, one does; the other is told by whom it is decided, and nothing of theirs is
/// stored. Nobody decides on their own words.
#[tokio::test(flavor = "multi_thread")]
async fn two_managers_do_not_overwrite_each_other() {
    for_each_db(|p| async move {
        let ada = p.expert(ExpertSpec::default()).await.account;
        let (one, two) = (p.manager().await, p.manager().await);
        save(&p, &ada, SUMMARY, "summary").await.unwrap_err();
        let id = own(&p, &ada).await[0].id;
        let (allow, refuse) = (decision(id, "allow", ""), decision(id, "refuse", "C’est un site."));
        let (allowed, refused) = join(looks::decide(&p, &one, &allow), looks::decide(&p, &two, &refuse)).await;
        let state = own(&p, &ada).await[0].state;
        let (late, did) = match (allowed, refused) {
            (Ok(()), Err(late)) => (late, LookState::Allowed),
            (Err(late), Ok(())) => (late, LookState::Refused),
            both => unreachable!("{both:?}"),
        };
        assert_eq!(state, did);
        let code = if did == LookState::Allowed { "look/allowed" } else { "look/refused" };
        let ApiError::Overtaken { by, did, .. } = late else { unreachable!("{late:?}") };
        assert_eq!((by.as_str(), did.as_str()), (one.name.as_str(), code));
        let again = looks::decide(&p, &two, &allow).await;
        assert!(matches!(again, Err(ApiError::Overtaken { .. })), "{again:?}");
        assert_eq!(own(&p, &ada).await[0].state, state);
        let mails = mail::local_mailbox(&p, 100).await.unwrap();
        assert_eq!(mails.iter().filter(|mail| mail.to == ada.email).count(), 1);

        save(&p, &ada, "Chez autre.be", "summary").await.unwrap_err();
        let id = own(&p, &ada).await[0].id;
        let judge = AccountView { is_manager: true, ..ada.clone() };
        assert!(looks::queue(&p, &judge).await.unwrap().waiting[0].own);
        assert_eq!(looks::decide(&p, &judge, &decision(id, "allow", "")).await, Err(ApiError::Forbidden));
        assert_eq!(looks::decide(&p, &one, &decision(Uuid::from_u128(7), "allow", "")).await, Err(ApiError::NotFound));
    })
    .await;
}

/// S39: only what is marked can be asked about, in a field of one's own form, and five texts at a time; asked at once from two
/// windows, it is asked once.
#[tokio::test(flavor = "multi_thread")]
async fn asking_has_its_bounds() {
    for_each_db(|p| async move {
        let (ada, manager) = (p.expert(ExpertSpec::default()).await.account, p.manager().await);
        assert_eq!(save(&p, &ada, "Rien à signaler.", "summary").await, of_summary(Problem::NotMarked));
        assert_eq!(save(&p, &ada, SUMMARY, "version").await, Err(ApiError::NotFound));
        let client = p.client("Cleo Client").await;
        let form = with_summary(&p, &ada, SUMMARY, "summary").await;
        assert_eq!(work::save_profile(&p, &client, &form).await, Err(ApiError::Forbidden));
        let long = format!("{} exemple.fr", "a ".repeat(2_000));
        assert_eq!(save(&p, &ada, &long, "summary").await, of_summary(Problem::TooLong(4_000)));
        assert!(own(&p, &ada).await.is_empty());

        let both = join(save(&p, &ada, SUMMARY, "summary"), save(&p, &ada, SUMMARY, "summary")).await;
        assert_eq!(both.0, both.1);
        p.clock.advance(TimeDelta::seconds(1));
        assert_eq!(own(&p, &ada).await.len(), 1);
        for number in 1..MOST_WAITING {
            let waits = save(&p, &ada, &format!("Chez exemple-{number}.fr"), "summary").await;
            assert!(matches!(&waits, Err(error) if error.problems("summary").all(|problem| matches!(problem, Problem::LookAsked(_)))));
        }
        let sixth = save(&p, &ada, "Chez exemple-6.fr", "summary").await;
        assert_eq!(sixth, of_summary(Problem::TooManyLooks(MOST_WAITING)));
        // What waits already can still be asked about: nothing changes. Others are not kept from asking.
        assert_eq!(save(&p, &ada, SUMMARY, "summary").await, of_summary(Problem::LookAsked(vec![text("exemple.fr")])));
        let bob = p.expert(ExpertSpec::default()).await.account;
        save(&p, &bob, "Chez exemple-6.fr", "summary").await.unwrap_err();
        let queue = looks::queue(&p, &manager).await.unwrap();
        assert_eq!(queue.total, MOST_WAITING + 1);
        assert_eq!(queue.waiting[0].words, ["exemple.fr"], "the oldest first");
        looks::decide(&p, &manager, &decision(queue.waiting[0].id, "refuse", "Un site.")).await.unwrap();
        let sixth = save(&p, &ada, "Chez exemple-6.fr", "summary").await;
        assert_eq!(sixth, of_summary(Problem::LookAsked(vec![text("exemple-6.fr")])));
        // What was marked beyond what an error tells, and longer than it tells, is compared in full.
        let many = (1..8).map(|n| format!("www.site-{n}.exemple{}.fr", "-tres-long".repeat(5))).collect::<Vec<_>>().join(" , ");
        let ApiError::Invalid { fields, .. } = save(&p, &bob, &many, "summary").await.unwrap_err() else { unreachable!() };
        assert!(matches!(&fields[0].problem, Problem::LookAsked(told) if told.len() == 5));
        let asked = own(&p, &bob).await;
        let id = asked.iter().find(|look| look.words.len() == 7).unwrap().id;
        looks::decide(&p, &manager, &decision(id, "allow", "")).await.unwrap();
        save(&p, &bob, &many, "").await.unwrap();
        let cut = many.replace("site-7", "site-9");
        assert!(save(&p, &bob, &cut, "").await.is_err());
    })
    .await;
}

/// S39: candidates ask, too; what was typed is kept as a draft, and allowed words pass when the application is sent.
#[tokio::test(flavor = "multi_thread")]
async fn candidates_ask() {
    for_each_db(|p| async move {
        let (who, manager) = (p.client("Ada Candidate").await, p.manager().await);
        let form = ApplicationForm(
            [("headline", "Revit chez exemple.fr"), ("phone", "+32 4 111 11 11")]
                .map(|(name, value)| (text(name), text(value)))
                .into(),
        );
        let marked = |problem: &ApiError| problem.problems("headline").cloned().collect::<Vec<_>>();
        let refused = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
        assert_eq!(marked(&refused), [Problem::Links(vec![text("exemple.fr")])]);
        // A telephone number that belongs in its field is none of it.
        let phone = candidates::ask_look(&p, &who, &form, Locale::Fr, "phone").await;
        assert_eq!(phone, Err(ApiError::NotFound));
        let asked = candidates::ask_look(&p, &who, &form, Locale::Fr, "headline").await.unwrap_err();
        assert_eq!(marked(&asked), [Problem::LookAsked(vec![text("exemple.fr")])]);
        let view = candidates::mine(&p, &who).await.unwrap();
        assert_eq!((own(&p, &who).await.len(), view.form.text("headline")), (1, "Revit chez exemple.fr"));
        let waiting = looks::queue(&p, &manager).await.unwrap().waiting.remove(0);
        assert_eq!((waiting.area, waiting.candidate, waiting.expert), (LookArea::Application, view.id, None));
        looks::decide(&p, &manager, &decision(waiting.id, "allow", "Un nom de produit.")).await.unwrap();
        let refused = candidates::submit(&p, &who, &form, Locale::Fr).await.unwrap_err();
        assert!(marked(&refused).is_empty(), "the rest is missing, but the headline passes");
        assert_eq!(own(&p, &who).await[0].state, LookState::Allowed);
    })
    .await;
}

/// S39, S23: who has themselves erased leaves no text behind; that something was decided stays, without it.
#[tokio::test(flavor = "multi_thread")]
async fn erased_with_their_author() {
    for_each_db(|p| async move {
        let (who, manager) = (p.client("Ada Candidate").await, p.manager().await);
        let form = ApplicationForm([(text("headline"), text("Revit chez exemple.fr"))].into());
        candidates::ask_look(&p, &who, &form, Locale::Fr, "headline").await.unwrap_err();
        let waiting = looks::queue(&p, &manager).await.unwrap().waiting.remove(0);
        looks::decide(&p, &manager, &decision(waiting.id, "allow", "")).await.unwrap();
        own_data::erase(&p, &p.confirmed(&who), true).await.unwrap();
        let mut conn = p.db.conn().await.unwrap();
        let left: i64 =
            on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT COUNT(*) FROM text_look").fetch_one(c).await).unwrap();
        assert_eq!(left, 0);
        let log = audit_log::page(&p, &manager, &LogQuery { log: text("look"), ..LogQuery::default() }).await.unwrap();
        assert_eq!(log.lines.len(), 2);
        assert!(log.lines.iter().all(|line| !line.subject.contains("Ada")), "{:?}", log.lines);
    })
    .await;
}
