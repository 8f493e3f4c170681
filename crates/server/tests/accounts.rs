//! Accounts, sessions, throttling, kept forms and VAT checks, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{
        accounts::{self, ProfileChange, SignUp},
        stash, vat,
    },
    testing::{ExpertSpec, PASSWORD, TestPlatform, for_each_db},
};
use gabarit_view::error::{ApiError, Problem};
use std::collections::BTreeMap;

fn form(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: "correct horse battery".to_owned(),
        name: "Ada Test".to_owned(),
        phone: String::new(),
        locale: Locale::Nl,
    }
}

async fn in_vain(p: &TestPlatform, email: &str, address: &str) -> ApiError {
    accounts::sign_in(p, email, "not the password", address).await.unwrap_err()
}

/// S5, S26: signing up is free, needs nobody's help, and signs in at once.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_in_and_out() {
    for_each_db(|p| async move {
        let (id, token) = accounts::sign_up(&p, form(" Ada@Client.Example ")).await.unwrap();
        let account = accounts::current(&p, Some(token.expose())).await.unwrap().unwrap();
        assert_eq!((account.id, account.email.as_str()), (id, "ada@client.example"));
        assert_eq!((account.locale, account.time_zone.as_str()), (Locale::Nl, "Europe/Amsterdam"));
        assert!(!account.is_manager && account.expert.is_none() && account.phone.is_none());

        accounts::sign_out(&p, token.expose()).await.unwrap();
        assert_eq!(accounts::current(&p, Some(token.expose())).await.unwrap(), None);
        accounts::sign_out(&p, token.expose()).await.unwrap();

        let again = accounts::sign_in(&p, "ADA@client.example", "correct horse battery", "192.0.2.1").await.unwrap();
        assert_ne!(again, token);
        assert_eq!(accounts::current(&p, Some(again.expose())).await.unwrap().unwrap().id, id);
        for nobody in [None, Some(""), Some("x"), Some("0123456789012345678901234567890123456789012")] {
            assert_eq!(accounts::current(&p, nobody).await.unwrap(), None);
        }
    })
    .await;
}

/// Everything that is wrong is told at once, by field.
#[tokio::test(flavor = "multi_thread")]
async fn all_mistakes_at_once() {
    for_each_db(|p| async move {
        let wrong = SignUp {
            email: "ada@".into(),
            password: "short".into(),
            name: " ".into(),
            phone: "12a".into(),
            locale: Locale::Fr,
        };
        let error = accounts::sign_up(&p, wrong).await.unwrap_err();
        let told = |field| error.problems(field).cloned().collect::<Vec<_>>();
        assert_eq!(told("email"), [Problem::NotAnEmail]);
        assert_eq!(told("password"), [Problem::TooShort(10)]);
        assert_eq!(told("name"), [Problem::Missing]);
        assert_eq!(told("phone"), [Problem::NotAPhone]);

        accounts::sign_up(&p, form("ada@client.example")).await.unwrap();
        let taken = SignUp { password: "Qwertyuiop123".into(), ..form("Ada@client.example") };
        let error = accounts::sign_up(&p, taken).await.unwrap_err();
        let told = |field| error.problems(field).cloned().collect::<Vec<_>>();
        assert_eq!(told("email"), [Problem::EmailTaken]);
        assert_eq!(told("password"), [Problem::CommonPassword]);
    })
    .await;
}

/// A constraint decides a race: fifty at once with one address are one account, and forty-nine clear answers.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_sign_ups_are_one_account() {
    for_each_db(|p| async move {
        let attempts = (0..50).map(|_| accounts::sign_up(&p, form("race@client.example")));
        let results = futures::future::join_all(attempts).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let taken = ApiError::field("email", Problem::EmailTaken);
        assert_eq!(results.iter().filter(|result| result.as_ref().err() == Some(&taken)).count(), 49);
    })
    .await;
}

/// A session lives on for thirty days from its last use, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_slide_and_end() {
    for_each_db(|p| async move {
        let (_, token) = accounts::sign_up(&p, form("ada@client.example")).await.unwrap();
        for _ in 0..3 {
            p.clock.advance(TimeDelta::days(29));
            assert!(accounts::current(&p, Some(token.expose())).await.unwrap().is_some());
        }
        p.clock.advance(TimeDelta::days(30));
        assert!(accounts::current(&p, Some(token.expose())).await.unwrap().is_none());
    })
    .await;
}

/// Guessing from one address ends in 429 with the seconds to wait; the owner, elsewhere, still gets in.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_and_the_owner_gets_in() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        for _ in 0..5 {
            assert_eq!(in_vain(&p, &owner.email, "192.0.2.1").await, ApiError::WrongCredentials { stash: None });
        }
        let refused = in_vain(&p, &owner.email, "192.0.2.1").await;
        assert_eq!(refused, ApiError::TooManyAttempts { retry_after_seconds: 900 });
        // Even the right password has to wait there; other accounts have not.
        let right = accounts::sign_in(&p, &owner.email, PASSWORD, "192.0.2.1").await;
        assert_eq!(right.unwrap_err(), ApiError::TooManyAttempts { retry_after_seconds: 900 });
        assert_eq!(in_vain(&p, "nobody@client.example", "192.0.2.1").await.status(), 401);

        // Many addresses: each has one guess, then waits; the owner's own address is never refused.
        for last in 2..12 {
            in_vain(&p, &owner.email, &format!("192.0.2.{last}")).await;
        }
        assert_eq!(in_vain(&p, &owner.email, "192.0.2.11").await.status(), 429);
        for _ in 0..3 {
            accounts::sign_in(&p, &owner.email, PASSWORD, "198.51.100.7").await.unwrap();
        }
        p.clock.advance(TimeDelta::minutes(15));
        accounts::sign_in(&p, &owner.email, PASSWORD, "192.0.2.1").await.unwrap();
    })
    .await;
}

/// A hundred guesses at once count as a hundred; an IPv6 network is one client.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_all_count() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let addresses: Vec<String> = (0..40).map(|host| format!("2001:db8::{host:x}")).collect();
        let guesses = addresses.iter().map(|address| in_vain(&p, &owner.email, address));
        let answers = futures::future::join_all(guesses).await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == 401).count(), 5);
        assert_eq!(answers.iter().filter(|answer| answer.status() == 429).count(), 35);
        // One address that tries many accounts.
        for number in 0..30 {
            in_vain(&p, &format!("a{number}@client.example"), "192.0.2.9").await;
        }
        assert_eq!(in_vain(&p, "b@client.example", "192.0.2.9").await.status(), 429);
        // Sign-ups are counted apart.
        for _ in 0..30 {
            accounts::allow_sign_up(&p, "192.0.2.9").await.unwrap();
        }
        assert_eq!(accounts::allow_sign_up(&p, "192.0.2.9").await.unwrap_err().status(), 429);
    })
    .await;
}

/// Hostile text in every field is refused or kept as text, never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_text() {
    for_each_db(|p| async move {
        for hostile in
            ["'; DROP TABLE account; --", "<script>alert(1)</script>", "\0", "é".repeat(5_000).as_str(), "$1"]
        {
            let attempt = SignUp { email: hostile.into(), phone: hostile.into(), ..form("") };
            assert_eq!(accounts::sign_up(&p, attempt).await.unwrap_err().status(), 422);
            let answer = accounts::sign_in(&p, hostile, hostile, hostile).await.unwrap_err();
            assert_eq!(answer.status(), 401);
            assert_eq!(accounts::current(&p, Some(hostile)).await.unwrap(), None);
            assert_eq!(stash::take(&p, hostile).await.unwrap(), None);
        }
        let named = SignUp { name: "<b>Bobby'; DROP TABLE account</b>".into(), ..form("bobby@client.example") };
        let (id, _) = accounts::sign_up(&p, named).await.unwrap();
        let account = accounts::get(&p, id).await.unwrap().unwrap();
        assert_eq!(account.name, "<b>Bobby'; DROP TABLE account</b>");
    })
    .await;
}

/// Name, telephone number, language and zone are changed by their owner.
#[tokio::test(flavor = "multi_thread")]
async fn profile_changes() {
    for_each_db(|p| async move {
        let client = p.client("Before").await;
        let change = ProfileChange {
            name: "After".into(),
            phone: String::new(),
            locale: "en".into(),
            time_zone: "Europe/Lisbon".into(),
        };
        let after = accounts::update_profile(&p, &client, change.clone()).await.unwrap();
        assert_eq!((after.name.as_str(), after.phone, after.locale), ("After", None, Locale::En));
        assert_eq!(after.time_zone, "Europe/Lisbon");
        let wrong = ProfileChange { locale: "xx".into(), time_zone: "Mars/Base".into(), name: String::new(), ..change };
        let error = accounts::update_profile(&p, &client, wrong).await.unwrap_err();
        assert_eq!(error.problems("locale").collect::<Vec<_>>(), [&Problem::Unknown]);
        assert_eq!(error.problems("time_zone").collect::<Vec<_>>(), [&Problem::Unknown]);
        assert_eq!(error.problems("name").collect::<Vec<_>>(), [&Problem::Missing]);
    })
    .await;
}

/// A refused form comes back once, within the hour, without its password, whatever its size.
#[tokio::test(flavor = "multi_thread")]
async fn stash_is_given_back_once() {
    for_each_db(|p| async move {
        let fields = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let typed = fields(&[("name", "Ada <b>\"'&"), ("password", "secret"), ("new_Password", "secret")]);
        let key = stash::put(&p, typed).await.unwrap();
        assert_eq!(stash::take(&p, &key).await.unwrap(), Some(fields(&[("name", "Ada <b>\"'&")])));
        assert_eq!(stash::take(&p, &key).await.unwrap(), None);

        let key = stash::put(&p, fields(&[("note", &"x".repeat(40_000)), ("days", "2026-12-01")])).await.unwrap();
        assert_eq!(stash::take(&p, &key).await.unwrap(), Some(fields(&[("days", "2026-12-01")])));

        let late = stash::put(&p, fields(&[("name", "Ada")])).await.unwrap();
        p.clock.advance(TimeDelta::hours(1));
        assert_eq!(stash::take(&p, &late).await.unwrap(), None);
    })
    .await;
}

/// The register's answers are kept and used again for a day; an outage is neither invalid nor an answer to keep to.
#[tokio::test(flavor = "multi_thread")]
async fn vat_answers_are_kept_outages_are_not() {
    for_each_db(|p| async move {
        let country = CountryCode::parse("NL").unwrap();
        let number = VatNumber::parse(country, "NL999999990B00").unwrap();
        p.register.says(number.as_str(), VatStatus::Unknown);
        assert_eq!(vat::check(&p, country, &number).await.unwrap(), VatStatus::Unknown);
        p.register.says(number.as_str(), VatStatus::Confirmed);
        assert_eq!(vat::check(&p, country, &number).await.unwrap(), VatStatus::Confirmed);
        p.register.says(number.as_str(), VatStatus::Invalid);
        p.clock.advance(TimeDelta::hours(23));
        assert_eq!(vat::check(&p, country, &number).await.unwrap(), VatStatus::Confirmed);
        assert_eq!(p.register.asked().len(), 2);
        p.clock.advance(TimeDelta::hours(1));
        assert_eq!(vat::check(&p, country, &number).await.unwrap(), VatStatus::Invalid);
        assert_eq!(vat::check(&p, country, &number).await.unwrap(), VatStatus::Invalid);
        assert_eq!(p.register.asked().len(), 3);
        // Outside the Union there is no register.
        let ch = CountryCode::parse("CH").unwrap();
        let swiss = VatNumber::parse(ch, "CHE123456789").unwrap();
        assert_eq!(vat::check(&p, ch, &swiss).await.unwrap(), VatStatus::None);
        assert_eq!(p.register.asked().len(), 3);
    })
    .await;
}

/// The people of the other tests are what they say.
#[tokio::test(flavor = "multi_thread")]
async fn test_people() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::level(4)).await;
        assert_eq!(expert.account.expert, Some(expert.id));
        assert!(p.manager().await.is_manager);
        accounts::sign_in(&p, &expert.account.email, PASSWORD, "192.0.2.1").await.unwrap();
    })
    .await;
}

/// Whether an address has an account does not show in the time of the answer: the same hashing is done for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_take_as_long() {
    let p = TestPlatform::sqlite().await;
    let owner = p.client("Owner").await;
    let mut fastest = [std::time::Duration::MAX; 2];
    for round in 0..5 {
        for (index, email) in [owner.email.as_str(), "nobody@client.example"].into_iter().enumerate() {
            let start = std::time::Instant::now();
            in_vain(&p, email, &format!("192.0.2.{round}")).await;
            fastest[index] = fastest[index].min(start.elapsed());
        }
    }
    // A machine under load is no stopwatch; without the hashing it would be twenty times faster.
    assert!(fastest[1] * 3 > fastest[0] && fastest[0] * 3 > fastest[1], "{fastest:?}");
    p.finish().await;
}

/// Constraint names and passwords stay inside: what fails is told in the platform's own words.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_not_printed() {
    let p = TestPlatform::sqlite().await;
    let form = form("ada@client.example");
    assert!(!format!("{form:?}").contains("horse"));
    let (_, token) = accounts::sign_up(&p, form).await.unwrap();
    assert!(!format!("{token:?}").contains(token.expose()));
    p.finish().await;
}
