//! What one's own data tells of nominations, and what erasing leaves of them.

use super::*;
use gabarit_server::{
    db::own_data::{TABLES, rows},
    services::own_data,
};

/// Everything that an archive holds, as text.
async fn archived(p: &TestPlatform, who: &AccountView) -> String {
    let mut conn = p.db.conn().await.unwrap();
    let mut all = String::new();
    for table in TABLES {
        for row in rows(&mut conn.exec(), table, who.id).await.unwrap() {
            for (column, value) in row {
                all += &format!("{}.{column}={}\n", table.name, value.unwrap_or_default());
            }
        }
    }
    all
}

async fn obstacles(p: &TestPlatform, who: &AccountView) -> Vec<String> {
    own_data::obstacles(p, who).await.unwrap().into_iter().map(|obstacle| obstacle.code).collect()
}

/// S42, S55: a reviewer writes their reviews first; a nominee learns the answer by the letter, from the archive, too; and
/// once they are erased, file, seat and cycle can still be read, without a word of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_nominee_is_erased() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 3).await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        let sit = seated(&p, id, &all).await;
        assert_eq!(obstacles(&p, &sit[0]).await, ["reviews"]);
        assert_eq!(own_data::erase(&p, &p.confirmed(&sit[0]), true).await, Err(ApiError::MovedOn));
        for one in &sit {
            review::act(&p, one, &scored(id, 2)).await.unwrap();
        }
        assert!(obstacles(&p, &sit[0]).await.is_empty());
        manage(&p, &manager, id, DecisionForm { remark: "À bientôt, Nora.".to_owned(), ..refuse() }).await.unwrap();

        let before = archived(&p, &nominee).await;
        assert!(before.contains("nomination.form=") && before.contains("nomination_log.event=sent"), "{before}");
        for secret in ["Une seule réponse", "À bientôt", "refuse", "decided", "deliberation", "reviewed"] {
            assert!(!before.contains(secret), "{secret}: {before}");
        }
        manage(&p, &manager, id, only("send")).await.unwrap();
        let after = archived(&p, &nominee).await;
        let letter = after.lines().find(|line| line.starts_with("nomination_letter.body=")).unwrap();
        assert!(letter.contains("Une seule réponse") && letter.contains("Nora"), "{letter}");

        own_data::erase(&p, &p.confirmed(&nominee), true).await.unwrap();
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        assert_eq!(file.dossier.state, "refused");
        assert_eq!(file.letter.unwrap().paragraphs, ["–"]);
        let page = console::cycle(&p, &manager, "2027-02", Locale::Fr).await.unwrap();
        assert_eq!(page.entries.len(), 1);
        review::seat(&p, &sit[0], id, Locale::Fr).await.unwrap();
        let named = "SELECT COUNT(*) FROM nomination_letter WHERE body LIKE '%Nora%' OR subject LIKE '%Nora%'";
        assert_eq!(count(&p, named).await, 0);
        // Nothing else is ever changed in a letter.
        for sql in [
            "UPDATE nomination_letter SET body = '[\"Granted\"]'",
            "UPDATE nomination_letter SET subject = 'Granted', body = '[\"–\"]'",
            "DELETE FROM nomination_letter",
        ] {
            let mut conn = p.db.conn().await.unwrap();
            let changed = on!(&mut conn.exec(), |c| sqlx::query(sql).execute(c).await.map(drop));
            assert!(changed.is_err(), "{sql}");
        }
    })
    .await;
}
