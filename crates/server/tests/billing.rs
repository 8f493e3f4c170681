//! The bank account an expert is paid on: sealed, told of, and changed only after 48 hours.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_server::{
    jobs, mail,
    secret_box::{SecretBox, SecretKey},
    services::billing::{bank_accounts, cancel_iban_change, effective_iban, request_iban_change},
    testing::{ExpertSpec, TestExpert, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::BankAccounts,
    error::{ApiError, Problem},
};

const FIRST: &str = "BE68 5390 0754 7034";
const SECOND: &str = "NL91 ABNA 0417 1643 00";
const THIRD: &str = "DE89 3704 0044 0532 0130 00";

async fn effective(p: &TestPlatform, expert: &TestExpert) -> Option<String> {
    let mut conn = p.db.conn().await.unwrap();
    effective_iban(&mut conn.exec(), p, expert.id).await.unwrap().map(|iban| iban.expose().to_owned())
}

fn masked(state: &BankAccounts) -> (Option<&str>, Option<&str>) {
    let text = |account: &Option<gabarit_view::account::BankAccount>| account.clone().map(|account| account.masked);
    let (current, pending) = (text(&state.current), text(&state.pending));
    let known = |text: Option<String>| {
        text.map(|text| match text.as_str() {
            "BE•• •••• 7034" => "first",
            "NL•• •••• 4300" => "second",
            "DE•• •••• 3000" => "third",
            _ => "other",
        })
    };
    (known(current), known(pending))
}

async fn mails_to(p: &TestPlatform, email: &str) -> Vec<(String, String)> {
    jobs::run_due(p).await.unwrap();
    let all = mail::local_mailbox(p, 100).await.unwrap();
    all.into_iter().filter(|mail| mail.to == email).map(|mail| (mail.subject, mail.text)).collect()
}

/// S31: the first account is used at once; a change is told and waits 48 hours, to the minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_and_waits() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        let other = p.expert(ExpertSpec::default()).await;
        let actor = p.confirmed(&expert.account);
        assert_eq!(effective(&p, &expert).await, None);

        let state = request_iban_change(&p, &actor, FIRST).await.unwrap();
        assert_eq!(masked(&state), (Some("first"), None));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("BE68539007547034"));
        assert_eq!(effective(&p, &other).await, None, "nobody else's");

        let state = request_iban_change(&p, &actor, "nl91abna0417164300").await.unwrap();
        assert_eq!(masked(&state), (Some("first"), Some("second")));
        assert_eq!(state.pending.unwrap().effective_at, p.now() + TimeDelta::hours(48));
        p.clock.advance(TimeDelta::hours(48) - TimeDelta::seconds(1));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("BE68539007547034"));
        p.clock.advance(TimeDelta::seconds(1));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("NL91ABNA0417164300"));
        assert_eq!(masked(&bank_accounts(&p, &expert.account).await.unwrap()), (Some("second"), None));

        let mails = mails_to(&p, &expert.account.email).await;
        assert_eq!(mails.len(), 2, "{mails:?}");
        // Enough to know it again, never the number.
        for (_, text) in &mails {
            assert!(!text.contains("0754") && !text.contains("ABNA"), "{text}");
        }
        assert!(mails.iter().any(|(_, text)| text.contains("BE•• •••• 7034") && text.contains("NL•• •••• 4300")));
        assert_eq!(mails_to(&p, &other.account.email).await, []);
    })
    .await;
}

/// S31: what waits can be struck, and replaced with the wait begun anew.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_can_be_struck() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        p.bank_account(&expert, FIRST).await;
        let actor = p.confirmed(&expert.account);
        assert_eq!(cancel_iban_change(&p, &expert.account).await, Err(ApiError::MovedOn));
        request_iban_change(&p, &actor, SECOND).await.unwrap();
        let state = cancel_iban_change(&p, &expert.account).await.unwrap();
        assert_eq!(masked(&state), (Some("first"), None));
        p.clock.advance(TimeDelta::hours(49));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("BE68539007547034"));

        request_iban_change(&p, &actor, SECOND).await.unwrap();
        p.clock.advance(TimeDelta::hours(47));
        let state = request_iban_change(&p, &actor, THIRD).await.unwrap();
        assert_eq!(masked(&state), (Some("first"), Some("third")));
        p.clock.advance(TimeDelta::hours(2));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("BE68539007547034"), "the second was replaced");
        p.clock.advance(TimeDelta::hours(46));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("DE89370400440532013000"));
    })
    .await;
}

/// Wrong numbers are told by what is wrong; clients and managers have none; asking for what is there is no change.
#[tokio::test(flavor = "multi_thread")]
async fn only_experts_and_only_right_numbers() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        let actor = p.confirmed(&expert.account);
        for (text, problem) in [
            ("", Problem::Missing),
            ("my account", Problem::NotAnIban),
            ("NL92 ABNA 0417 1643 00", Problem::IbanChecksum),
            ("SA03 8000 0000 6080 1016 7519", Problem::IbanCountry),
        ] {
            let refused = request_iban_change(&p, &actor, text).await.unwrap_err();
            assert_eq!(refused, ApiError::field("iban", problem));
        }
        assert_eq!(effective(&p, &expert).await, None);
        request_iban_change(&p, &actor, FIRST).await.unwrap();
        let same = request_iban_change(&p, &actor, "be68 5390 0754 7034").await.unwrap_err();
        assert_eq!(same, ApiError::field("iban", Problem::Unchanged));
        for stranger in [p.client("Client").await, p.manager().await] {
            assert_eq!(bank_accounts(&p, &stranger).await, Err(ApiError::Forbidden));
            assert_eq!(cancel_iban_change(&p, &stranger).await, Err(ApiError::Forbidden));
            let refused = request_iban_change(&p, &p.confirmed(&stranger), FIRST).await;
            assert_eq!(refused, Err(ApiError::Forbidden));
        }
    })
    .await;
}

/// Twenty changes at once leave one that waits.
#[tokio::test(flavor = "multi_thread")]
async fn changes_at_once_leave_one() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        p.bank_account(&expert, FIRST).await;
        let actor = p.confirmed(&expert.account);
        let asked = (0..20).map(|n| request_iban_change(&p, &actor, if n % 2 == 0 { SECOND } else { THIRD }));
        for answer in futures::future::join_all(asked).await {
            answer.unwrap();
        }
        cancel_iban_change(&p, &expert.account).await.unwrap();
        assert_eq!(cancel_iban_change(&p, &expert.account).await, Err(ApiError::MovedOn), "only one waited");
        p.clock.advance(TimeDelta::hours(72));
        assert_eq!(effective(&p, &expert).await.as_deref(), Some("BE68539007547034"));
    })
    .await;
}

/// The database holds no bank account that can be read without the key, and with another key none opens.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_gives_nothing_away() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        request_iban_change(&p, &p.confirmed(&expert.account), FIRST).await.unwrap();
        if !p.is_postgres() {
            let mut bytes = std::fs::read(p.folder().join("gabarit.db")).unwrap();
            bytes.extend(std::fs::read(p.folder().join("gabarit.db-wal")).unwrap_or_default());
            assert!(!bytes.windows(8).any(|window| window == b"53900754"));
        }
        let another = "ab".repeat(32);
        let node = p.node(|config| config.secret_key = SecretKey::parse(&another)).await;
        let mut conn = node.db.conn().await.unwrap();
        let refused = effective_iban(&mut conn.exec(), &node, expert.id).await.unwrap_err();
        assert_eq!(refused.status(), 500);
        drop(conn);
        node.db.close().await;
        assert!(SecretBox::configured(&p.config, p.ids.as_ref()).is_ok());
    })
    .await;
}
