//! Links by e-mail, passwords, sessions, two-step sign-in and invitations, on both databases. Where it can be, the way
//! in is the one people have: the link is read out of the mail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_i18n::Locale;
use gabarit_server::{
    db::account_tokens::Kind,
    jobs, mail,
    services::accounts::{
        self, Browser, Entry, Opened, SignUp, confirm,
        invitations::{self, Acceptance},
        links, two_step,
    },
    testing::{PASSWORD, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};

const NEW: &str = "a wholly different phrase";

async fn mails(p: &TestPlatform, to: &str) -> Vec<String> {
    jobs::run_due(p).await.unwrap();
    let all = mail::local_mailbox(p, 500).await.unwrap();
    all.into_iter().filter(|mail| mail.to == to).map(|mail| mail.text).collect()
}

/// The token of the newest link to a page in the mails to an address.
async fn token(p: &TestPlatform, to: &str, page: &str) -> Option<String> {
    let mark = format!("/{page}?token=");
    let found = mails(p, to).await.iter().find_map(|text| {
        let (_, rest) = text.split_once(&mark)?;
        rest.split_whitespace().next().map(ToOwned::to_owned)
    });
    // The next mail is newer.
    p.clock.advance(TimeDelta::seconds(1));
    found
}

fn browser(address: &str) -> Browser<'_> {
    Browser { address, device: None, agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" }
}

async fn enter(p: &TestPlatform, email: &str, password: &str, browser: &Browser<'_>) -> Result<Opened, ApiError> {
    match accounts::enter(p, email, password, browser).await? {
        Entry::In(opened) => Ok(opened),
        Entry::SecondStep(_) => Err(ApiError::SecondStep),
    }
}

async fn signed_in(p: &TestPlatform, opened: &Opened) -> Option<AccountView> {
    accounts::current(p, Some(opened.session.expose())).await.unwrap()
}

async fn sign_up(p: &TestPlatform, email: &str) -> AccountView {
    let form = SignUp {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        name: "Ada Test".to_owned(),
        phone: String::new(),
        locale: Locale::En,
    };
    let (id, _) = accounts::sign_up(p, form).await.unwrap();
    accounts::get(p, id).await.unwrap().unwrap()
}

/// S26: signing up works at once; the address confirms itself by a link that works once and for three days.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_confirmed_by_mail() {
    for_each_db(|p| async move {
        let account = sign_up(&p, "ada@client.example").await;
        assert!(!account.email_confirmed);
        let first = token(&p, &account.email, "confirm-email").await.unwrap();
        assert_eq!(links::look(&p, Kind::ConfirmEmail, &first).await.unwrap(), account.email);
        // A token opens only what it is for.
        assert_eq!(links::reset_password(&p, &first, NEW).await, Err(ApiError::LinkExpired));
        p.clock.advance(TimeDelta::days(3));
        assert_eq!(links::confirm_email(&p, &first).await, Err(ApiError::LinkExpired));

        links::resend_confirmation(&p, &account, "192.0.2.1").await.unwrap();
        let second = token(&p, &account.email, "confirm-email").await.unwrap();
        assert_ne!(first, second);
        links::confirm_email(&p, &second).await.unwrap();
        let confirmed = accounts::get(&p, account.id).await.unwrap().unwrap();
        assert!(confirmed.email_confirmed);
        assert_eq!(links::confirm_email(&p, &second).await, Err(ApiError::LinkExpired));
        assert_eq!(links::resend_confirmation(&p, &confirmed, "192.0.2.1").await, Err(ApiError::MovedOn));
        for nonsense in ["", "x", "'; DROP TABLE account; --", &"x".repeat(10_000)] {
            assert_eq!(links::confirm_email(&p, nonsense).await, Err(ApiError::LinkExpired));
        }
    })
    .await;
}

/// A reset works once, within the hour, ends every session, and leaves the password alone until then.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_all_sessions_and_works_once() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let stranger = p.client("Stranger").await;
        let here = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let theirs = enter(&p, &stranger.email, PASSWORD, &browser("192.0.2.2")).await.unwrap();
        links::request_reset(&p, &owner.email.to_uppercase(), "192.0.2.1").await.unwrap();
        let link = token(&p, &owner.email, "reset-password").await.unwrap();
        assert!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.is_ok());

        // What is refused does not use the link up.
        for (text, problem) in
            [("", Problem::Missing), ("short", Problem::TooShort(10)), ("Password123", Problem::CommonPassword)]
        {
            let refused = links::reset_password(&p, &link, text).await.unwrap_err();
            assert_eq!(refused, ApiError::field("new_password", problem));
        }
        let attempts = futures::future::join_all((0..8).map(|_| links::reset_password(&p, &link, NEW))).await;
        assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1, "{attempts:?}");
        assert_eq!(signed_in(&p, &here).await, None);
        assert!(signed_in(&p, &theirs).await.is_some(), "nobody else's sessions end");
        assert_eq!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap_err().status(), 401);
        assert!(enter(&p, &owner.email, NEW, &browser("192.0.2.1")).await.is_ok());
        assert!(mails(&p, &owner.email).await.iter().any(|text| text.contains("changé le")));

        links::request_reset(&p, &owner.email, "192.0.2.1").await.unwrap();
        let late = token(&p, &owner.email, "reset-password").await.unwrap();
        p.clock.advance(TimeDelta::hours(1));
        assert_eq!(links::reset_password(&p, &late, NEW).await, Err(ApiError::LinkExpired));
        assert_eq!(links::look(&p, Kind::ResetPassword, &late).await, Err(ApiError::LinkExpired));
    })
    .await;
}

/// The same answer for known and unknown addresses, and the same rows until a job tells them apart; mails to one
/// address are limited without a word, and those sent go on working.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_tells_nobody_who_has_an_account() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        for email in [owner.email.as_str(), "nobody@client.example"] {
            for _ in 0..5 {
                assert_eq!(links::request_reset(&p, email, "192.0.2.1").await, Ok(()));
            }
        }
        let sent = mails(&p, &owner.email).await;
        assert_eq!(sent.iter().filter(|text| text.contains("reset-password")).count(), 3);
        assert_eq!(mails(&p, "nobody@client.example").await, Vec::<String>::new());
        let link = token(&p, &owner.email, "reset-password").await.unwrap();
        links::reset_password(&p, &link, NEW).await.unwrap();
        let error = links::request_reset(&p, "not an address", "192.0.2.1").await.unwrap_err();
        assert_eq!(error, ApiError::field("email", Problem::NotAnEmail));
        for number in 0..10 {
            links::request_reset(&p, &format!("a{number}@client.example"), "192.0.2.1").await.unwrap();
        }
        let tired = links::request_reset(&p, "b@client.example", "192.0.2.1").await.unwrap_err();
        assert_eq!(tired.status(), 429);
        links::request_reset(&p, "b@client.example", "192.0.2.2").await.unwrap();
    })
    .await;
}

/// Whoever typed somebody else's address keeps nothing once its owner resets the password.
#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_account_goes_to_who_has_the_mail() {
    for_each_db(|p| async move {
        let squatter = sign_up(&p, "victim@client.example").await;
        two_step::begin(&p, &p.confirmed(&squatter)).await.unwrap();
        let code = two_step::code_for_tests(&p, squatter.id).await.unwrap();
        assert!(two_step::enable(&p, &p.confirmed(&squatter), &code).await.unwrap().two_step);
        links::request_email_change(&p, &p.confirmed(&squatter), "evil@client.example", "192.0.2.9").await.unwrap();
        let change = token(&p, "evil@client.example", "change-email").await.unwrap();

        links::request_reset(&p, "victim@client.example", "192.0.2.1").await.unwrap();
        let link = token(&p, "victim@client.example", "reset-password").await.unwrap();
        links::reset_password(&p, &link, NEW).await.unwrap();
        let owner = enter(&p, "victim@client.example", NEW, &browser("192.0.2.1")).await.unwrap();
        let owner = signed_in(&p, &owner).await.unwrap();
        assert!(owner.email_confirmed && !owner.two_step);
        assert_eq!(links::change_email(&p, &change).await, Err(ApiError::LinkExpired));
    })
    .await;
}

/// A change of password asks for the present one, ends the other sessions and keeps this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_password_keeps_this_session() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let here = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let there = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.2")).await.unwrap();
        let session = here.session.expose();
        let wrong = |problem| ApiError::field("current_password", problem);
        let answer = links::change_password(&p, &owner, session, "not it at all", NEW).await;
        assert_eq!(answer, Err(wrong(Problem::WrongPassword)));
        assert_eq!(links::change_password(&p, &owner, session, "", NEW).await, Err(wrong(Problem::Missing)));
        let weak = links::change_password(&p, &owner, session, PASSWORD, "1234567890").await;
        assert_eq!(weak, Err(ApiError::field("new_password", Problem::CommonPassword)));
        assert!(signed_in(&p, &there).await.is_some());
        links::change_password(&p, &owner, session, PASSWORD, NEW).await.unwrap();
        assert!(signed_in(&p, &here).await.is_some());
        assert_eq!(signed_in(&p, &there).await, None);
        // Guessing in a stolen session ends, and only there.
        for _ in 0..5 {
            links::change_password(&p, &owner, session, "guess", NEW).await.unwrap_err();
        }
        assert_eq!(links::change_password(&p, &owner, session, NEW, PASSWORD).await.unwrap_err().status(), 429);
        let other = enter(&p, &owner.email, NEW, &browser("192.0.2.3")).await.unwrap();
        links::change_password(&p, &owner, other.session.expose(), NEW, PASSWORD).await.unwrap();
    })
    .await;
}

/// Another address is confirmed from there, told to the old one, and can be taken back for a week, whatever was done
/// with the account meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn another_address_and_back() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let taken = p.client("Taken").await;
        let actor = p.confirmed(&owner);
        let ask = |email: &'static str| links::request_email_change(&p, &actor, email, "192.0.2.1");
        assert_eq!(ask("nowhere").await, Err(ApiError::field("email", Problem::NotAnEmail)));
        // An address with an account: the same answer, and a word to its owner alone.
        links::request_email_change(&p, &actor, &taken.email, "192.0.2.1").await.unwrap();
        assert_eq!(token(&p, &taken.email, "change-email").await, None);
        assert_eq!(mails(&p, &taken.email).await.len(), 1);

        ask("new@client.example").await.unwrap();
        assert_eq!(links::pending_email(&p, &owner).await.unwrap().as_deref(), Some("new@client.example"));
        assert_eq!(accounts::get(&p, owner.id).await.unwrap().unwrap().email, owner.email, "not yet");
        let link = token(&p, "new@client.example", "change-email").await.unwrap();
        links::change_email(&p, &link).await.unwrap();
        assert_eq!(links::change_email(&p, &link).await, Err(ApiError::LinkExpired));
        let changed = accounts::get(&p, owner.id).await.unwrap().unwrap();
        assert_eq!(changed.email, "new@client.example");
        assert_eq!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap_err().status(), 401);
        // Nobody else gets the old address while it can be taken back.
        let squat = SignUp {
            email: owner.email.clone(),
            password: NEW.to_owned(),
            name: "Squatter".to_owned(),
            phone: String::new(),
            locale: Locale::Fr,
        };
        assert_eq!(accounts::sign_up(&p, squat).await.unwrap_err(), ApiError::field("email", Problem::EmailTaken));

        // The thief sets up two-step sign-in and goes on to another address; the owner takes it all back.
        p.clock.advance(TimeDelta::minutes(1));
        two_step::begin(&p, &p.confirmed(&changed)).await.unwrap();
        let code = two_step::code_for_tests(&p, changed.id).await.unwrap();
        two_step::enable(&p, &p.confirmed(&changed), &code).await.unwrap();
        links::request_email_change(&p, &p.confirmed(&changed), "third@client.example", "192.0.2.9").await.unwrap();
        let third = token(&p, "third@client.example", "change-email").await.unwrap();
        links::change_email(&p, &third).await.unwrap();
        let back = token(&p, &owner.email, "revert-email").await.unwrap();
        p.clock.advance(TimeDelta::days(6));
        assert_eq!(
            links::revert_email(&p, &back, "1234567890").await,
            Err(ApiError::field("new_password", Problem::CommonPassword))
        );
        links::revert_email(&p, &back, NEW).await.unwrap();
        let again = enter(&p, &owner.email, NEW, &browser("192.0.2.1")).await.unwrap();
        assert!(!signed_in(&p, &again).await.unwrap().two_step);
        let thief = token(&p, "new@client.example", "revert-email").await.unwrap();
        assert_eq!(links::revert_email(&p, &thief, NEW).await, Err(ApiError::LinkExpired), "no way back for the thief");
        assert_eq!(links::revert_email(&p, &back, NEW).await, Err(ApiError::LinkExpired));
    })
    .await;
}

/// Two who want one address: the first to confirm has it, the other is told.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_goes_to_one_account() {
    for_each_db(|p| async move {
        let mut tokens = Vec::new();
        for name in ["One", "Two", "Three"] {
            let account = p.client(name).await;
            links::request_email_change(&p, &p.confirmed(&account), "same@client.example", "192.0.2.1").await.unwrap();
            tokens.push(token(&p, "same@client.example", "change-email").await.unwrap());
        }
        let answers = futures::future::join_all(tokens.iter().map(|token| links::change_email(&p, token))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let taken = ApiError::field("email", Problem::EmailTaken);
        assert_eq!(answers.iter().filter(|answer| answer.as_ref().err() == Some(&taken)).count(), 2);
    })
    .await;
}

/// Sessions are listed for their owner alone, named by browser and system, and ended one by one or all.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_seen_and_ended() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let stranger = p.client("Stranger").await;
        let here = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        p.clock.advance(TimeDelta::hours(1));
        let there = enter(&p, &owner.email, PASSWORD, &"192.0.2.2".into()).await.unwrap();
        let theirs = enter(&p, &stranger.email, PASSWORD, &browser("192.0.2.3")).await.unwrap();
        p.clock.advance(TimeDelta::minutes(10));
        signed_in(&p, &here).await.unwrap();
        let list = accounts::own_sessions(&p, &owner, Some(here.session.expose())).await.unwrap();
        assert_eq!(list.len(), 2);
        assert!(list[0].current && list[0].browser == "Firefox" && list[0].system == "Linux");
        assert_eq!(list[0].last_seen_at.utc, p.now());
        assert!(!list[1].current && list[1].browser.is_empty());
        let text = serde_json::to_string(&list).unwrap();
        assert!(!text.contains(here.session.expose()) && !text.contains(there.session.expose()));

        // Somebody else's name for a session ends nothing.
        assert_eq!(accounts::end_session(&p, &stranger, &list[1].id).await, Err(ApiError::NotFound));
        assert!(signed_in(&p, &there).await.is_some());
        accounts::end_session(&p, &owner, &list[1].id).await.unwrap();
        assert_eq!(signed_in(&p, &there).await, None);
        for _ in 0..3 {
            enter(&p, &owner.email, PASSWORD, &browser("192.0.2.4")).await.unwrap();
        }
        let token = here.session.expose();
        let ended = accounts::end_other_sessions(&p, &owner, Some(token), &browser("192.0.2.1")).await.unwrap();
        assert_eq!(ended, 3);
        assert!(signed_in(&p, &here).await.is_some() && signed_in(&p, &theirs).await.is_some());
    })
    .await;
}

/// Ten minutes after signing in, a sensitive change asks for the password or a code again.
#[tokio::test(flavor = "multi_thread")]
async fn sensitive_changes_want_a_fresh_session() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let here = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let token = Some(here.session.expose());
        p.clock.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
        assert_eq!(confirm::confirm(&p, token, "").await.unwrap().account().id, owner.id);
        p.clock.advance(TimeDelta::seconds(1));
        assert!(!confirm::is_fresh(&p, token).await.unwrap());
        let refused = |problem| Err(ApiError::field("confirm_password", problem));
        assert_eq!(confirm::confirm(&p, token, "").await, refused(Problem::Missing));
        assert_eq!(confirm::confirm(&p, token, "123456").await, refused(Problem::WrongPassword));
        confirm::confirm(&p, token, PASSWORD).await.unwrap();
        assert!(confirm::is_fresh(&p, token).await.unwrap());
        for nobody in [None, Some(""), Some("x")] {
            assert_eq!(confirm::confirm(&p, nobody, PASSWORD).await, Err(ApiError::SignInRequired));
        }
        p.clock.advance(TimeDelta::minutes(11));
        for _ in 0..5 {
            assert_eq!(confirm::confirm(&p, token, "guess").await, refused(Problem::WrongPassword));
        }
        assert_eq!(confirm::confirm(&p, token, PASSWORD).await.unwrap_err().status(), 429);
    })
    .await;
}

/// Two-step sign-in: a code of the app works once, a recovery code once, and the seed is not in the database as it is.
#[tokio::test(flavor = "multi_thread")]
async fn two_steps() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let actor = p.confirmed(&owner);
        let here = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let token = Some(here.session.expose());
        assert_eq!(two_step::enable(&p, &actor, "123456").await, Err(ApiError::MovedOn));
        two_step::begin(&p, &actor).await.unwrap();
        let setup = two_step::view(&p, &owner, token).await.unwrap().setup.unwrap();
        assert!(setup.address.starts_with("otpauth://totp/Gabarit:") && setup.qr_path.len() > 1_000);
        assert_eq!(setup.secret.len(), 39);
        if !p.is_postgres() {
            let mut bytes = std::fs::read(p.folder().join("gabarit.db")).unwrap();
            bytes.extend(std::fs::read(p.folder().join("gabarit.db-wal")).unwrap_or_default());
            let seed = setup.secret.replace(' ', "");
            assert!(!bytes.windows(seed.len()).any(|window| window == seed.as_bytes()));
        }
        // Begun is not in force.
        assert!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.is_ok());
        let code = two_step::code_for_tests(&p, owner.id).await.unwrap();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = two_step::enable(&p, &actor, wrong).await;
        assert_eq!(refused, Err(ApiError::field("code", Problem::WrongCode)));
        assert!(two_step::enable(&p, &actor, &code).await.unwrap().two_step);
        assert_eq!(two_step::begin(&p, &actor).await, Err(ApiError::MovedOn));

        let step = async |address| match accounts::enter(&p, &owner.email, PASSWORD, &browser(address)).await.unwrap() {
            Entry::SecondStep(token) => token,
            Entry::In(_) => panic!("no code was asked for"),
        };
        let due = step("192.0.2.1").await;
        assert_eq!(accounts::current(&p, Some(due.expose())).await.unwrap(), None, "half a sign-in opens nothing");
        // The code that enabled it was used.
        let again = accounts::second_step(&p, due.expose(), &code, &browser("192.0.2.1")).await;
        assert_eq!(again.unwrap_err(), ApiError::field("code", Problem::WrongCode));
        p.clock.advance(TimeDelta::seconds(30));
        let code = two_step::code_for_tests(&p, owner.id).await.unwrap();
        let browsers: Vec<_> = (0..4).map(|_| browser("192.0.2.1")).collect();
        let attempts = browsers.iter().map(|browser| accounts::second_step(&p, due.expose(), &code, browser));
        let answers = futures::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");

        // Recovery codes, as they are shown.
        let owner = accounts::get(&p, owner.id).await.unwrap().unwrap();
        let codes = two_step::view(&p, &owner, token).await.unwrap().codes;
        assert_eq!(codes.len(), 10);
        let due = step("192.0.2.1").await;
        let typed = codes[3].to_uppercase().replace('-', " ");
        accounts::second_step(&p, due.expose(), &typed, &browser("192.0.2.1")).await.unwrap();
        let due = step("192.0.2.1").await;
        assert!(accounts::second_step(&p, due.expose(), &codes[3], &browser("192.0.2.1")).await.is_err());
        let left = two_step::view(&p, &owner, token).await.unwrap();
        assert_eq!((left.codes_left, left.codes.len()), (9, 9));
        two_step::new_codes(&p, &actor).await.unwrap();
        assert!(accounts::second_step(&p, due.expose(), &codes[4], &browser("192.0.2.1")).await.is_err());
        p.clock.advance(TimeDelta::minutes(11));
        let stale = two_step::view(&p, &owner, token).await.unwrap();
        assert!(stale.codes.is_empty() && stale.setup.is_none(), "a session left alone shows no secret");
        let late = two_step::code_for_tests(&p, owner.id).await.unwrap();
        let refused = accounts::second_step(&p, due.expose(), &late, &browser("192.0.2.1")).await;
        assert_eq!(refused.unwrap_err(), ApiError::LinkExpired);

        assert!(!two_step::disable(&p, &p.confirmed(&owner)).await.unwrap().two_step);
        assert!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.is_ok());
        assert!(mails(&p, &owner.email).await.len() >= 2, "both changes are told");
    })
    .await;
}

/// Codes cannot be guessed, and whoever tries does not lock the owner's own browser out.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        two_step::begin(&p, &p.confirmed(&owner)).await.unwrap();
        let known = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let code = two_step::code_for_tests(&p, owner.id).await.unwrap();
        two_step::enable(&p, &p.confirmed(&owner), &code).await.unwrap();
        let Entry::SecondStep(due) = accounts::enter(&p, &owner.email, PASSWORD, &browser("192.0.2.9")).await.unwrap()
        else {
            panic!("no code was asked for")
        };
        let mut refused = 0;
        for number in 0..30 {
            let address = format!("192.0.2.{}", 10 + number);
            let guess = accounts::second_step(&p, due.expose(), "000000", &browser(&address)).await.unwrap_err();
            refused += u32::from(guess.status() == 429);
        }
        assert_eq!(refused, 20);
        p.clock.advance(TimeDelta::seconds(30));
        let code = two_step::code_for_tests(&p, owner.id).await.unwrap();
        let own = Browser { device: Some(known.device.expose()), ..browser("192.0.2.1") };
        let Entry::SecondStep(due) = accounts::enter(&p, &owner.email, PASSWORD, &own).await.unwrap() else {
            panic!("no code was asked for")
        };
        accounts::second_step(&p, due.expose(), &code, &own).await.unwrap();
    })
    .await;
}

/// A browser that the account has signed in from is never slowed by strangers, even on its own network; it is no
/// free pass for other accounts, nor for endless guesses.
#[tokio::test(flavor = "multi_thread")]
async fn known_browsers_are_not_slowed_by_strangers() {
    for_each_db(|p| async move {
        let owner = p.client("Owner").await;
        let other = p.client("Other").await;
        let first = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        let known = Browser { device: Some(first.device.expose()), ..browser("192.0.2.1") };
        for _ in 0..40 {
            enter(&p, &owner.email, "not the password", &browser("192.0.2.1")).await.unwrap_err();
        }
        assert_eq!(enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap_err().status(), 429);
        let again = enter(&p, &owner.email, PASSWORD, &known).await.unwrap();
        assert_eq!(again.device, first.device);
        for _ in 0..5 {
            enter(&p, &other.email, "not the password", &known).await.unwrap_err();
        }
        assert_eq!(enter(&p, &other.email, PASSWORD, &known).await.unwrap_err().status(), 429);
        for _ in 0..10 {
            assert_eq!(enter(&p, &owner.email, "not it either", &known).await.unwrap_err().status(), 401);
        }
        assert_eq!(enter(&p, &owner.email, PASSWORD, &known).await.unwrap_err().status(), 429);
        // A new password makes all browsers strangers.
        p.clock.advance(TimeDelta::minutes(16));
        let here = enter(&p, &owner.email, PASSWORD, &known).await.unwrap();
        links::change_password(&p, &owner, here.session.expose(), PASSWORD, NEW).await.unwrap();
        for _ in 0..6 {
            enter(&p, &owner.email, "not the password", &known).await.unwrap_err();
        }
        assert_eq!(enter(&p, &owner.email, NEW, &known).await.unwrap_err().status(), 429);
    })
    .await;
}

/// Managers are invited by managers; the console opens to them with two-step sign-in only.
#[tokio::test(flavor = "multi_thread")]
async fn managers_are_invited() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let client = p.client("Client").await;
        let by = p.confirmed(&manager);
        let invite = |email: &'static str| invitations::invite(&p, &by, email, Locale::Nl);
        for stranger in [&client, &p.expert(Default::default()).await.account] {
            let refused = invitations::invite(&p, &p.confirmed(stranger), "x@client.example", Locale::Nl).await;
            assert_eq!(refused, Err(ApiError::Forbidden));
            assert_eq!(invitations::list(&p, stranger).await, Err(ApiError::Forbidden));
        }
        assert_eq!(
            invitations::invite(&p, &by, &manager.email, Locale::Nl).await,
            Err(ApiError::field("email", Problem::Unchanged))
        );
        let form = Acceptance { name: "New Manager".into(), password: NEW.into(), locale: Locale::Nl };
        invite("new@gabarit.example").await.unwrap();
        let first = token(&p, "new@gabarit.example", "invitation").await.unwrap();
        invite("new@gabarit.example").await.unwrap();
        let second = token(&p, "new@gabarit.example", "invitation").await.unwrap();
        let old = invitations::accept(&p, &first, None, &form, &browser("192.0.2.1")).await;
        assert_eq!(old.unwrap_err(), ApiError::LinkExpired, "replaced");
        let listed = invitations::list(&p, &manager).await.unwrap().invitations;
        assert_eq!(listed.len(), 1);
        assert_eq!(invitations::revoke(&p, &client, listed[0].id).await, Err(ApiError::Forbidden));

        let weak = Acceptance { password: "1234567890".into(), ..form.clone() };
        let refused = invitations::accept(&p, &second, None, &weak, &browser("192.0.2.1")).await.unwrap_err();
        assert_eq!(refused, ApiError::field("password", Problem::CommonPassword));
        let visitor = browser("192.0.2.1");
        let attempts = (0..4).map(|_| invitations::accept(&p, &second, None, &form, &visitor));
        let answers = futures::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let (id, opened) = answers.into_iter().find_map(Result::ok).unwrap();
        let new = signed_in(&p, &opened.unwrap()).await.unwrap();
        assert!(!new.is_manager && new.needs_two_step && new.email_confirmed);
        assert_eq!(invitations::list(&p, &new).await, Err(ApiError::TwoStepRequired));
        two_step::begin(&p, &p.confirmed(&new)).await.unwrap();
        let code = two_step::code_for_tests(&p, id).await.unwrap();
        let new = two_step::enable(&p, &p.confirmed(&new), &code).await.unwrap();
        assert!(new.is_manager && !new.needs_two_step);
        assert_eq!(invitations::list(&p, &new).await.unwrap().managers.len(), 2);
        assert!(mails(&p, &manager.email).await.iter().any(|text| text.contains("new@gabarit.example")));

        // An account that exists accepts itself, and only itself.
        invitations::invite(&p, &by, &client.email, Locale::Nl).await.unwrap();
        let theirs = token(&p, &client.email, "invitation").await.unwrap();
        let stranger = p.client("Stranger").await;
        for actor in [None, Some(&stranger)] {
            let refused = invitations::accept(&p, &theirs, actor, &form, &browser("192.0.2.1")).await;
            assert_eq!(refused.unwrap_err(), ApiError::SignInRequired);
        }
        invitations::accept(&p, &theirs, Some(&client), &form, &browser("192.0.2.1")).await.unwrap();
        assert!(accounts::get(&p, client.id).await.unwrap().unwrap().needs_two_step);

        invite("third@gabarit.example").await.unwrap();
        let third = token(&p, "third@gabarit.example", "invitation").await.unwrap();
        let waiting = invitations::list(&p, &manager).await.unwrap().invitations;
        invitations::revoke(&p, &manager, waiting[0].id).await.unwrap();
        assert_eq!(invitations::revoke(&p, &manager, waiting[0].id).await, Err(ApiError::MovedOn));
        assert_eq!(invitations::look(&p, &third, None).await, Err(ApiError::LinkExpired));
        invite("fourth@gabarit.example").await.unwrap();
        let fourth = token(&p, "fourth@gabarit.example", "invitation").await.unwrap();
        p.clock.advance(TimeDelta::days(7));
        assert_eq!(invitations::look(&p, &fourth, None).await, Err(ApiError::LinkExpired));

        // Rights end; nobody ends their own, and two who end each other's leave one.
        assert_eq!(invitations::remove(&p, &by, manager.id).await, Err(ApiError::Forbidden));
        let new_by = p.confirmed(&new);
        let both =
            futures::future::join(invitations::remove(&p, &by, new.id), invitations::remove(&p, &new_by, manager.id))
                .await;
        assert!(both.0.is_ok() || both.1.is_ok());
        let left = [manager.id, new.id];
        let mut managers = 0;
        for id in left {
            managers += u32::from(accounts::get(&p, id).await.unwrap().unwrap().is_manager);
        }
        assert!(managers >= 1, "there is always one left");
    })
    .await;
}

/// A manager of the demonstration needs no second step on a loopback address, and only there.
#[tokio::test(flavor = "multi_thread")]
async fn the_exemption_ends_at_the_machine() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        assert!(manager.is_manager);
        let public = p.node(|config| config.public_url = "https://gabarit.example".parse().unwrap()).await;
        let there = accounts::get(&public, manager.id).await.unwrap().unwrap();
        assert!(!there.is_manager && there.needs_two_step);
        public.db.close().await;
    })
    .await;
}

/// Secrets are in no debug text.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_not_printed() {
    let p = TestPlatform::sqlite().await;
    let owner = p.client("Owner").await;
    let opened = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
    let text = format!("{opened:?}");
    assert!(!text.contains(opened.session.expose()) && !text.contains(opened.device.expose()), "{text}");
    p.finish().await;
}

/// S16: whoever runs the server can take two-step sign-in off an account whose device and codes are lost: its sessions
/// end, its owner is told, and it signs in with the password alone until it is set up again.
#[tokio::test(flavor = "multi_thread")]
async fn lost_second_steps_are_removed_from_the_console() {
    for_each_db(|p| async move {
        let owner = p.client("Olga Owner").await;
        assert_eq!(two_step::remove_from_console(&p, "nobody@client.example").await, Err(ApiError::NotFound));
        assert_eq!(two_step::remove_from_console(&p, &owner.email).await, Err(ApiError::MovedOn));
        let open = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        two_step::begin(&p, &p.confirmed(&owner)).await.unwrap();
        let code = two_step::code_for_tests(&p, owner.id).await.unwrap();
        two_step::enable(&p, &p.confirmed(&owner), &code).await.unwrap();
        assert!(signed_in(&p, &open).await.unwrap().two_step);
        let told = mails(&p, &owner.email).await.len();
        two_step::remove_from_console(&p, &owner.email.to_uppercase()).await.unwrap();
        assert_eq!(signed_in(&p, &open).await, None);
        assert_eq!(mails(&p, &owner.email).await.len(), told + 1);
        let again = enter(&p, &owner.email, PASSWORD, &browser("192.0.2.1")).await.unwrap();
        assert!(!signed_in(&p, &again).await.unwrap().two_step);
    })
    .await;
}
