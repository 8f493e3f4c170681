//! The draft on several pages at once.

use super::*;

/// What a page sends: its name, the version that it was made with, and how much it sent so far.
fn page(editor: &str, version: i64, step: u32, statement: &str) -> NominationForm {
    NominationForm {
        editor: editor.to_owned(),
        version: version.to_string(),
        step: step.to_string(),
        statement: statement.to_owned(),
        ..typed("fr")
    }
}

/// S46: a draft is saved as it is typed and gone on with elsewhere; what was saved elsewhere is told and not overwritten,
/// unless its writer saw it; what a page sent earlier does not undo what it sent later.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_and_never_overwritten() {
    for_each_db(|p| async move {
        let nominee = p.client("Nora Nominee").await;
        let save = async |form: NominationForm| nominations::save(&p, &nominee, &form).await;
        let stored = async || nominations::nominate(&p, &nominee, Locale::Fr).await.unwrap();
        assert_eq!(save(page("desk", 1, 1, "A")).await, Err(ApiError::MovedOn), "there is no draft");
        nominations::begin(&p, &nominee, &no_ties()).await.unwrap();
        let (desk, phone) = (stored().await, stored().await);
        assert_ne!(desk.editor, phone.editor, "every page has its name");
        assert_eq!((desk.version, phone.version), (1, 1));

        // One page after another saves, naming the version it began with; the answer says when.
        p.clock.advance(TimeDelta::minutes(5));
        let saved = save(page("desk", 1, 1, "A")).await.unwrap();
        assert_eq!((saved.version, saved.at.utc), (2, p.now()));
        assert_eq!(save(page("desk", 1, 2, "A b")).await.unwrap().version, 3);
        assert_eq!(stored().await.form.statement, "A b");

        // What it sent before, and what arrives only now, changes nothing.
        assert_eq!(save(page("desk", 1, 1, "A")).await.unwrap().version, 3);
        assert_eq!(stored().await.form.statement, "A b");

        // The telephone shows what was there before: it is told when the other was saved, and overwrites nothing.
        let at = p.now();
        p.clock.advance(TimeDelta::minutes(5));
        let told = |error: ApiError| match error {
            ApiError::Overtaken { by, did, at, version, .. } => (by, did, at.utc, version),
            other => panic!("{other:?}"),
        };
        let expected = ("Nora Nominee".to_owned(), "nomination/saved".to_owned(), at, 3);
        assert_eq!(told(save(page("phone", 1, 9, "Old")).await.unwrap_err()), expected);
        assert_eq!(told(save(NominationForm { version: String::new(), ..typed("fr") }).await.unwrap_err()), expected);
        contribution::add(&p, &nominee, &shared(p.today(), 1)).await.unwrap();
        let send = page("phone", 1, 9, &typed("fr").statement);
        assert_eq!(told(nominations::submit(&p, &nominee, &send).await.unwrap_err()), expected, "nor is it sent");
        let now = stored().await;
        assert_eq!((now.form.statement.as_str(), now.open.unwrap().state.as_str()), ("A b", "draft"));

        // Who was told has seen it: sent again, it names the new version, and then the desk is told.
        assert_eq!(save(page("phone", 3, 10, "Chosen")).await.unwrap().version, 4);
        assert_eq!(told(save(page("desk", 1, 3, "A b c")).await.unwrap_err()).3, 4);
        assert_eq!(stored().await.form.statement, "Chosen");

        // Refused for what it lacks, it is kept, and the same page goes on.
        let lacks = nominations::submit(&p, &nominee, &page("phone", 3, 11, "Too short")).await.unwrap_err();
        assert_eq!(problems(&lacks, "statement").len(), 1);
        assert_eq!(stored().await.form.statement, "Too short");
        let id = nominations::submit(&p, &nominee, &page("phone", 3, 12, &typed("fr").statement)).await.unwrap();
        assert_eq!(save(page("phone", 3, 13, "Late")).await, Err(ApiError::MovedOn), "it is sent");

        // Gone on with: a page from before that is told, too.
        nominations::reopen(&p, &nominee, id).await.unwrap();
        assert_eq!(told(save(page("desk", 1, 4, "A b c d")).await.unwrap_err()).1, "nomination/saved");
        assert_eq!(stored().await.form.statement, typed("fr").statement);
    })
    .await;
}

/// S46: two pages that save at once: one is kept whole, the other is told.
#[tokio::test(flavor = "multi_thread")]
async fn two_pages_at_once() {
    for_each_db(|p| async move {
        let nominee = p.client("Nora Nominee").await;
        nominations::begin(&p, &nominee, &no_ties()).await.unwrap();
        for round in 0..10 {
            let version = nominations::nominate(&p, &nominee, Locale::Fr).await.unwrap().version;
            let (a, b) = (format!("a{round}"), format!("b{round}"));
            let (one, two) = (page(&a, version, 1, &a), page(&b, version, 1, &b));
            let (one, two) = tokio::join!(nominations::save(&p, &nominee, &one), nominations::save(&p, &nominee, &two));
            assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
            let kept = nominations::nominate(&p, &nominee, Locale::Fr).await.unwrap();
            assert_eq!((kept.version, kept.form.statement), (version + 1, if one.is_ok() { a } else { b }));
            let told = one.and(two).unwrap_err();
            assert!(matches!(told, ApiError::Overtaken { .. }), "{told:?}");
        }
    })
    .await;
}
