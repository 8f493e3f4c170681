//! Terms and statements: versions, and who accepted which.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use gabarit_i18n::Locale;
use gabarit_server::{
    db::statements as rows,
    services::{
        accounts::{self, SignUp},
        statements::{self, Kind},
    },
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    error::ApiError,
    public::{Article, Block, Section, Span},
};
use stage::{DAYS, Stage};

fn text(words: &str) -> Vec<(Locale, Article)> {
    Locale::ALL
        .into_iter()
        .map(|locale| {
            let block = Block::Paragraph(vec![Span::Text(format!("{words} {}", locale.code()))]);
            let section =
                Section { id: "one".to_owned(), title: "One".to_owned(), blocks: vec![block], questions: Vec::new() };
            (locale, Article { sections: vec![section], ..Article::default() })
        })
        .collect()
}

async fn accepted(p: &TestPlatform, who: gabarit_domain::ids::AccountId) -> Vec<(String, i64, String)> {
    let mut conn = p.db.conn().await.unwrap();
    let found = rows::accepted(&mut conn.exec(), who).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|(kind, version, occasion, _)| (kind, version, occasion)).collect();
    found.sort();
    found
}

/// S23: a text gets a version when its words change and only then, by whichever node is first; every version stays as it
/// was.
#[tokio::test(flavor = "multi_thread")]
async fn versions_stay() {
    for_each_db(|p| async move {
        let other = p.node(|_| {}).await;
        let old = text("Old");
        let (one, two) =
            tokio::join!(statements::publish(&p, Kind::Terms, &old), statements::publish(&other, Kind::Terms, &old));
        assert_eq!((one.unwrap().len(), two.unwrap().len()), (1, 1));
        p.clock.advance(chrono::TimeDelta::days(3));
        let now = statements::publish(&p, Kind::Terms, &text("New")).await.unwrap();
        assert_eq!(now.iter().map(|version| version.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(now[0].published_on.to_string(), "2026-11-26");
        assert_eq!(statements::publish(&other, Kind::Terms, &text("New")).await.unwrap().len(), 2);
        for (locale, article) in &old {
            assert_eq!(statements::version(&p, Kind::Terms, 1, *locale).await.unwrap(), *article);
        }
        assert_eq!(statements::version(&p, Kind::Terms, 3, Locale::Fr).await, Err(ApiError::NotFound));
        assert!(statements::versions(&p, Kind::Privacy).await.unwrap().is_empty());
    })
    .await;
}

/// S5, S23: which terms were accepted, when and on which occasion is kept with sign-up and booking.
#[tokio::test(flavor = "multi_thread")]
async fn acceptance_is_dated() {
    for_each_db(|p| async move {
        statements::publish(&p, Kind::Terms, &text("Terms")).await.unwrap();
        statements::publish(&p, Kind::Privacy, &text("Privacy")).await.unwrap();
        let form = SignUp {
            email: "nora@client.example".to_owned(),
            password: "staple-horse-battery".to_owned(),
            name: "Nora".to_owned(),
            phone: String::new(),
            locale: Locale::Nl,
        };
        let (nora, _) = accounts::sign_up(&p, form).await.unwrap();
        let sign_up = |kind: &str| (kind.to_owned(), 1, "sign-up".to_owned());
        assert_eq!(accepted(&p, nora).await, [sign_up("privacy"), sign_up("terms")]);

        statements::publish(&p, Kind::Terms, &text("Other terms")).await.unwrap();
        let stage = Stage::new(p).await;
        stage.paid(DAYS).await;
        let booked = ("terms".to_owned(), 2, "booking".to_owned());
        assert_eq!(accepted(&stage.p, stage.client.id).await, [booked]);
    })
    .await;
}
