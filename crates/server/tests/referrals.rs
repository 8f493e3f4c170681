//! Referral partners and the leads that they bring, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_domain::referral::{Lead, Partnership, ReferralCode};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::own_data as own_data_rows,
    jobs, mail, on,
    services::{audit_log, manage, own_data, referral},
    testing::{ExpertSpec, TestExpert, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    govern::LogQuery,
    referral::{AskForm, LeadForm, ReferralForm},
};
use std::collections::BTreeSet;

/// What a partner must never see of a lead.
const SECRETS: [&str; 4] = ["Vera Voorbeeld", "vera@client.example", "+31 30 000 00 00", "Our secret plan"];

async fn mails_to(p: &TestPlatform, address: &str) -> Vec<(String, String)> {
    jobs::run_due(p).await.unwrap();
    mail::send_due(p).await.unwrap();
    let all = mail::local_mailbox(p, 500).await.unwrap();
    all.into_iter().filter(|mail| mail.to == address).map(|mail| (mail.subject, mail.text)).collect()
}

fn form(id: impl ToString, version: i64, act: &str, note: &str) -> ReferralForm {
    ReferralForm {
        id: id.to_string(),
        version: version.to_string(),
        act: act.to_owned(),
        note: note.to_owned(),
        locale: "nl".to_owned(),
    }
}

async fn ask(p: &TestPlatform, expert: &TestExpert) -> Result<(), ApiError> {
    let form = AskForm { motivation: "Offices ask me about licences.".to_owned(), locale: "fr".to_owned() };
    referral::ask(p, &expert.account, &form).await
}

/// The manager's page of an expert's latest partnership.
async fn decide(
    p: &TestPlatform,
    manager: &AccountView,
    state: Partnership,
    act: &str,
    note: &str,
) -> Result<(), ApiError> {
    let queue = referral::queue(p, manager, "", 1).await.unwrap();
    let row = queue.partners.iter().find(|row| row.state == state).unwrap();
    let file = referral::partner_file(p, manager, &row.id.to_string()).await.unwrap();
    referral::decide(p, manager, &form(row.id, file.version, act, note)).await
}

/// Makes an expert a partner.
async fn partner(p: &TestPlatform, manager: &AccountView, expert: &TestExpert) -> ReferralCode {
    ask(p, expert).await.unwrap();
    decide(p, manager, Partnership::Asked, "granted", "").await.unwrap();
    referral::desk(p, &expert.account, Locale::Fr).await.unwrap().current.unwrap().code.unwrap()
}

fn wish(p: &TestPlatform, code: &ReferralCode) -> LeadForm {
    LeadForm {
        code: code.to_string(),
        form_key: p.ids.uuid().to_string(),
        organisation: "Voorbeeldbureau".to_owned(),
        contact_name: "Vera Voorbeeld".to_owned(),
        email: "vera@client.example".to_owned(),
        phone: "+31 30 000 00 00".to_owned(),
        products: vec!["revit".to_owned(), "autocad".to_owned()],
        seats: "3".to_owned(),
        country: "NL".to_owned(),
        message: "Our secret plan".to_owned(),
        consent: "on".to_owned(),
        website: String::new(),
        locale: "nl".to_owned(),
    }
}

async fn leads(p: &TestPlatform) -> i64 {
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT COUNT(*) FROM referral_lead").fetch_one(c).await).unwrap()
}

/// S40: an expert asks and is granted; a visitor leaves a lead and hears what happens next; managers move it on with
/// notes; the partner sees the organisation, what it wants, when, and where it stands, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn from_the_request_to_a_won_lead() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let before = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        assert!(before.may_ask && before.current.is_none() && before.link.is_none());

        ask(&p, &expert).await.unwrap();
        assert_eq!(ask(&p, &expert).await, Err(ApiError::MovedOn), "one at a time");
        assert_eq!(mails_to(&p, &manager.email).await.len(), 1, "managers are told");
        let overview = manage::overview(&p, &manager).await.unwrap();
        let waiting = |overview: &gabarit_view::manage::Overview, queue: &str| {
            overview.queues.iter().find(|(code, _)| code == queue).unwrap().1.count
        };
        assert_eq!((waiting(&overview, "referrals"), waiting(&overview, "leads")), (1, 0));
        decide(&p, &manager, Partnership::Asked, "granted", "").await.unwrap();
        let desk = referral::desk(&p, &expert.account, Locale::Nl).await.unwrap();
        let code = desk.current.unwrap().code.unwrap();
        assert!(desk.link.unwrap().ends_with(&format!("/nl/licences/{code}")));
        let mails = mails_to(&p, &expert.account.email).await;
        assert!(mails.len() == 1 && mails[0].1.contains(code.as_str()), "in French, by its own mail: {mails:?}");
        assert!(mails[0].1.contains("La plateforme ne calcule et ne verse rien"), "nothing is promised: {mails:?}");

        // However the code is written.
        let page =
            referral::page(&p, None, &code.to_string().to_lowercase().replace('-', ""), Locale::Nl).await.unwrap();
        assert!(page.code == code && !page.own && page.products.iter().any(|(code, _)| code == "revit"));
        referral::leave(&p, None, &wish(&p, &code), "192.0.2.1").await.unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].1.contains("Voorbeeldbureau") && mails[0].1.contains("Het vervolg"), "{mails:?}");
        assert_eq!(waiting(&manage::overview(&p, &manager).await.unwrap(), "leads"), 1);

        // Forward only, step by step, each with its note.
        let row = referral::queue(&p, &manager, "open", 1).await.unwrap().leads.remove(0);
        let file = async || referral::lead_file(&p, &manager, &row.id.to_string(), Locale::En).await.unwrap();
        let seen = file().await;
        assert_eq!(
            (seen.contact_name.as_str(), seen.email.as_str(), seen.country.as_str()),
            ("Vera Voorbeeld", "vera@client.example", "Netherlands")
        );
        let step = async |act: &str, note: &str| {
            p.clock.advance(TimeDelta::hours(3));
            let version = file().await.version;
            referral::move_lead(&p, &manager, &form(row.id, version, act, note)).await
        };
        assert_eq!(step("won", "").await, Err(ApiError::MovedOn), "not without an offer");
        assert_eq!(step("nonsense", "").await, Err(ApiError::Transport));
        assert_eq!(step("note", " ").await, Err(ApiError::field("note", Problem::Missing)));
        assert_eq!(step("lost", "").await, Err(ApiError::field("note", Problem::Missing)), "not without saying why");
        step("contacted", "Called her").await.unwrap();
        step("note", "Out until Monday").await.unwrap();
        step("quoted", "").await.unwrap();
        step("won", "Signed").await.unwrap();
        assert_eq!(step("lost", "Changed their mind").await, Err(ApiError::MovedOn));
        let log: Vec<(String, String)> = file().await.log.into_iter().map(|line| (line.event, line.note)).collect();
        let expected = [
            ("received", ""),
            ("contacted", "Called her"),
            ("noted", "Out until Monday"),
            ("quoted", ""),
            ("won", "Signed"),
        ];
        assert_eq!(log, expected.map(|(event, note)| (event.to_owned(), note.to_owned())));
        assert_eq!(referral::queue(&p, &manager, "open", 1).await.unwrap().total, 0);
        assert_eq!(referral::queue(&p, &manager, "won", 1).await.unwrap().total, 1);

        let desk = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        let lead = &desk.leads[0];
        assert_eq!(
            (lead.organisation.as_str(), lead.seats, lead.state, lead.products.join(" ")),
            ("Voorbeeldbureau", 3, Lead::Won, "AutoCAD Revit".to_owned())
        );
        let all = serde_json::to_string(&desk).unwrap();
        for secret in SECRETS.iter().chain(&["Called her", "Signed"]) {
            assert!(!all.contains(secret), "{secret}");
        }
        // The log browser tells who moved what, and nothing of who asked for an offer.
        let lines =
            audit_log::page(&p, &manager, &LogQuery { log: "referral".to_owned(), ..LogQuery::default() }).await;
        let lines = lines.unwrap().lines;
        assert_eq!(lines.len(), 7);
        let all = serde_json::to_string(&lines).unwrap();
        assert!(SECRETS.iter().all(|secret| !all.contains(secret)));
    })
    .await;
}

/// S40: a refusal and an end have reasons, which the expert reads; an ended code answers so and takes no leads, its old
/// ones stay; who asks again gets another code.
#[tokio::test(flavor = "multi_thread")]
async fn refused_asked_again_and_ended() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        ask(&p, &expert).await.unwrap();
        let missing = Err(ApiError::field("note", Problem::Missing));
        assert_eq!(decide(&p, &manager, Partnership::Asked, "refused", " ").await, missing);
        assert_eq!(decide(&p, &manager, Partnership::Asked, "ended", "x").await, Err(ApiError::MovedOn));
        decide(&p, &manager, Partnership::Asked, "refused", "Too early: no year of work yet.").await.unwrap();
        let desk = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        let current = desk.current.unwrap();
        assert_eq!((current.state, desk.may_ask, desk.link), (Partnership::Refused, true, None));
        assert_eq!(current.reasons, "Too early: no year of work yet.");
        let mails = mails_to(&p, &expert.account.email).await;
        assert!(mails.len() == 1 && mails[0].1.contains("Too early"), "{mails:?}");

        p.clock.advance(TimeDelta::days(30));
        let code = partner(&p, &manager, &expert).await;
        referral::leave(&p, None, &wish(&p, &code), "192.0.2.1").await.unwrap();
        assert_eq!(decide(&p, &manager, Partnership::Granted, "ended", "").await, missing);
        assert_eq!(decide(&p, &manager, Partnership::Granted, "refused", "x").await, Err(ApiError::MovedOn));
        decide(&p, &manager, Partnership::Granted, "ended", "Agreed to stop.").await.unwrap();
        let gone = Err(ApiError::LinkExpired);
        assert_eq!(referral::page(&p, None, code.as_str(), Locale::En).await.map(|_| ()), gone);
        assert_eq!(ApiError::LinkExpired.status(), 410);
        assert_eq!(referral::leave(&p, None, &wish(&p, &code), "192.0.2.2").await, gone);
        assert_eq!(leads(&p).await, 1);
        let desk = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        assert_eq!((desk.leads.len(), desk.link, desk.may_ask), (1, None, true));
        assert_eq!(desk.current.unwrap().reasons, "Agreed to stop.");

        p.clock.advance(TimeDelta::days(30));
        let second = partner(&p, &manager, &expert).await;
        assert_ne!(second, code, "a code is nobody else's, nor its partner's again");
        assert_eq!(referral::page(&p, None, code.as_str(), Locale::En).await.map(|_| ()), gone);
        assert_eq!(referral::desk(&p, &expert.account, Locale::Fr).await.unwrap().leads.len(), 1, "old ones stay");
        for nobody in ["AAAA-AAAA", "K0MD-4WQX", "", "'; --"] {
            assert_eq!(referral::page(&p, None, nobody, Locale::En).await.map(|_| ()), Err(ApiError::NotFound));
        }
    })
    .await;
}

/// S40: only published experts ask; another expert, a client and a visitor learn nothing of leads, and decide nothing; a
/// manager who is an expert decides on nothing of their own.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_elses() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (expert, other) = (p.expert(ExpertSpec::default()).await, p.expert(ExpertSpec::level(2)).await);
        let client = p.client("Ada Client").await;
        let code = partner(&p, &manager, &expert).await;
        let others = partner(&p, &manager, &other).await;
        referral::leave(&p, Some(&client), &wish(&p, &code), "192.0.2.1").await.unwrap();
        let lead = referral::queue(&p, &manager, "", 1).await.unwrap().leads.remove(0);
        let file = referral::lead_file(&p, &manager, &lead.id.to_string(), Locale::En).await.unwrap();

        let desk = referral::desk(&p, &other.account, Locale::En).await.unwrap();
        assert!(desk.leads.is_empty() && desk.current.unwrap().code == Some(others));
        assert_eq!(referral::desk(&p, &client, Locale::En).await.map(|_| ()), Err(ApiError::Forbidden));
        assert_eq!(referral::ask(&p, &client, &AskForm::default()).await, Err(ApiError::Forbidden));
        for actor in [&client, &other.account, &expert.account] {
            let forbidden = Err(ApiError::Forbidden);
            assert_eq!(referral::queue(&p, actor, "", 1).await.map(|_| ()), forbidden);
            let id = lead.id.to_string();
            assert_eq!(referral::lead_file(&p, actor, &id, Locale::En).await.map(|_| ()), forbidden);
            let partner = file.partner.to_string();
            assert_eq!(referral::partner_file(&p, actor, &partner).await.map(|_| ()), forbidden);
            assert_eq!(referral::decide(&p, actor, &form(file.partner, 2, "ended", "x")).await, forbidden);
            assert_eq!(referral::move_lead(&p, actor, &form(lead.id, 1, "contacted", "")).await, forbidden);
        }
        // The page behind the link tells of no lead, whoever reads it.
        let page = referral::page(&p, Some(&other.account), code.as_str(), Locale::En).await.unwrap();
        let page = serde_json::to_string(&page).unwrap();
        assert!(SECRETS.iter().all(|secret| !page.contains(secret)) && !page.contains(&expert.account.email));

        // Not published: not asked.
        let paused = p.expert(ExpertSpec::default()).await;
        let mut conn = p.db.conn().await.unwrap();
        on!(&mut conn.exec(), |c| sqlx::query("UPDATE expert SET state = 'withdrawn' WHERE id = $1")
            .bind(paused.id.0)
            .execute(c)
            .await
            .map(drop))
        .unwrap();
        drop(conn);
        assert_eq!(ask(&p, &paused).await, Err(ApiError::Forbidden));
        let desk = referral::desk(&p, &paused.account, Locale::En).await.unwrap();
        assert!(!desk.may_ask && !desk.published);

        // A manager who is an expert, too.
        let own = p.expert(ExpertSpec::default()).await;
        ask(&p, &own).await.unwrap();
        let both = AccountView { is_manager: true, ..own.account.clone() };
        assert_eq!(decide(&p, &both, Partnership::Asked, "granted", "").await, Err(ApiError::Forbidden));
        let both = AccountView { is_manager: true, ..expert.account.clone() };
        assert_eq!(referral::move_lead(&p, &both, &form(lead.id, 1, "contacted", "")).await, Err(ApiError::Forbidden));
    })
    .await;
}

/// S40: a partner brings neither themselves nor their own address; nobody else learns which address that is.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_brings_themselves() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let code = partner(&p, &manager, &expert).await;
        assert!(referral::page(&p, Some(&expert.account), code.as_str(), Locale::Fr).await.unwrap().own);
        let own = referral::leave(&p, Some(&expert.account), &wish(&p, &code), "192.0.2.1").await;
        assert_eq!(own, Err(ApiError::Forbidden), "with another address, too");
        let form = LeadForm { email: expert.account.email.to_uppercase(), ..wish(&p, &code) };
        let stranger = LeadForm { email: "other@client.example".to_owned(), ..wish(&p, &code) };
        let (own, others) = (
            referral::leave(&p, None, &form, "192.0.2.1").await,
            referral::leave(&p, None, &stranger, "192.0.2.1").await,
        );
        assert_eq!(own, others, "the page answers alike");
        assert_eq!(leads(&p).await, 1);
        let desk = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        assert_eq!(desk.leads.len(), 1);
        let mails = mails_to(&p, &expert.account.email).await;
        let told = mails.iter().filter(|(_, text)| text.contains("Personne ne s’amène soi-même")).count();
        assert_eq!(told, 1, "{mails:?}");
        assert!(mails.iter().all(|(_, text)| SECRETS.iter().all(|secret| !text.contains(secret))), "{mails:?}");
    })
    .await;
}

/// S40: two managers at once: one decides, the other is told; a double submit of one form is one lead, one mail; asking
/// twice at once is asking once. On either database.
#[tokio::test(flavor = "multi_thread")]
async fn at_once() {
    for_each_db(|p| async move {
        let (one, two) = (p.manager().await, p.manager().await);
        let expert = p.expert(ExpertSpec::default()).await;
        let (first, second) = tokio::join!(ask(&p, &expert), ask(&p, &expert));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        assert!([first, second].contains(&Err(ApiError::MovedOn)));

        let row = referral::queue(&p, &one, "", 1).await.unwrap().partners.remove(0);
        let (yes, no) = (form(row.id, 1, "granted", ""), form(row.id, 1, "refused", "No"));
        let (first, second) = tokio::join!(referral::decide(&p, &one, &yes), referral::decide(&p, &two, &no));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        assert!([&first, &second].contains(&&Err(ApiError::MovedOn)), "{first:?} {second:?}");
        let file = referral::partner_file(&p, &one, &row.id.to_string()).await.unwrap();
        assert_eq!(file.log.len(), 2, "asked, and one decision");
        assert_eq!(mails_to(&p, &expert.account.email).await.len(), 1);
        assert_eq!(file.row.code.is_some(), first.is_ok());

        let other = p.expert(ExpertSpec::default()).await;
        let code = partner(&p, &one, &other).await;
        let wished = wish(&p, &code);
        let (first, second) = tokio::join!(
            referral::leave(&p, None, &wished, "192.0.2.1"),
            referral::leave(&p, None, &wished, "192.0.2.1")
        );
        assert_eq!((first, second), (Ok(()), Ok(())), "who sent it twice sees that it arrived");
        referral::leave(&p, None, &wished, "192.0.2.1").await.unwrap();
        assert_eq!(leads(&p).await, 1);
        assert_eq!(mails_to(&p, "vera@client.example").await.len(), 1);
        // Corrected and sent again, or from another page, it is another.
        let more = LeadForm { seats: "4".to_owned(), ..wished.clone() };
        referral::leave(&p, None, &more, "192.0.2.1").await.unwrap();
        referral::leave(&p, None, &LeadForm { form_key: p.ids.uuid().to_string(), ..wished }, "192.0.2.1")
            .await
            .unwrap();
        assert_eq!(leads(&p).await, 3);

        let lead = referral::queue(&p, &one, "new", 1).await.unwrap().leads.remove(0);
        let (called, lost) = (form(lead.id, 1, "contacted", ""), form(lead.id, 1, "lost", "Spam"));
        let (first, second) =
            tokio::join!(referral::move_lead(&p, &one, &called), referral::move_lead(&p, &two, &lost));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        let file = referral::lead_file(&p, &one, &lead.id.to_string(), Locale::En).await.unwrap();
        assert_eq!((file.log.len(), file.version), (2, 2));

        // A partnership that ends while a lead comes: it is there before the end, or not at all.
        let form = form(
            referral::queue(&p, &one, "", 1)
                .await
                .unwrap()
                .partners
                .iter()
                .find(|row| row.code.as_ref() == Some(&code))
                .unwrap()
                .id,
            2,
            "ended",
            "Over",
        );
        let late = LeadForm { email: "late@client.example".to_owned(), ..wish(&p, &code) };
        let (ended, left) =
            tokio::join!(referral::decide(&p, &one, &form), referral::leave(&p, None, &late, "192.0.2.9"));
        ended.unwrap();
        let expected = match left {
            Ok(()) => 4,
            Err(error) => {
                assert_eq!(error, ApiError::LinkExpired);
                3
            }
        };
        assert_eq!(leads(&p).await, expected);
    })
    .await;
}

/// S40: mistakes are told by their fields, all at once; machines are told apart, and floods are slowed down.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_and_floods() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let code = partner(&p, &manager, &expert).await;
        let empty =
            LeadForm { code: code.to_string(), website: "https://spam.example".to_owned(), ..LeadForm::default() };
        let Err(ApiError::Invalid { fields, .. }) = referral::leave(&p, None, &empty, "192.0.2.1").await else {
            panic!()
        };
        let names: BTreeSet<_> = fields.iter().map(|field| field.field.as_str()).collect();
        let all = ["consent", "contact_name", "country", "email", "organisation", "products", "seats", "website"];
        assert_eq!(names, BTreeSet::from(all));
        for (field, wrong) in [
            ("seats", LeadForm { seats: "0".to_owned(), ..wish(&p, &code) }),
            ("seats", LeadForm { seats: "10001".to_owned(), ..wish(&p, &code) }),
            ("seats", LeadForm { seats: "-1".to_owned(), ..wish(&p, &code) }),
            ("country", LeadForm { country: "XX".to_owned(), ..wish(&p, &code) }),
            ("products", LeadForm { products: vec!["paint".to_owned()], ..wish(&p, &code) }),
            ("phone", LeadForm { phone: "call me".to_owned(), ..wish(&p, &code) }),
            ("message", LeadForm { message: "x".repeat(4_001), ..wish(&p, &code) }),
            ("consent", LeadForm { consent: String::new(), ..wish(&p, &code) }),
            ("organisation", LeadForm { organisation: "two\nlines".to_owned(), ..wish(&p, &code) }),
        ] {
            let Err(ApiError::Invalid { fields, .. }) = referral::leave(&p, None, &wrong, "192.0.2.1").await else {
                panic!("{field}")
            };
            assert_eq!(fields.iter().map(|wrong| wrong.field.as_str()).collect::<Vec<_>>(), [field]);
        }
        assert_eq!(leads(&p).await, 0);

        for n in 0..5 {
            let left = referral::leave(&p, None, &wish(&p, &code), &format!("192.0.2.{n}")).await;
            assert!(left.is_ok(), "{n}: {left:?}");
        }
        let flood = referral::leave(&p, None, &wish(&p, &code), "192.0.2.77").await;
        assert!(matches!(flood, Err(ApiError::TooManyAttempts { .. })), "{flood:?}");
        let mut refused = 0;
        for n in 0..25 {
            let form = LeadForm { email: format!("v{n}@client.example"), ..wish(&p, &code) };
            refused += u32::from(referral::leave(&p, None, &form, "192.0.2.78").await.is_err());
        }
        assert_eq!(refused, 5);
        assert_eq!(leads(&p).await, 25);
        // A page of the queue, and the next.
        referral::leave(&p, None, &LeadForm { email: "w@client.example".to_owned(), ..wish(&p, &code) }, "192.0.2.79")
            .await
            .unwrap();
        let first = referral::queue(&p, &manager, "open", 1).await.unwrap();
        let second = referral::queue(&p, &manager, "open", 2).await.unwrap();
        assert_eq!((first.leads.len(), second.leads.len(), first.total, first.pages), (25, 1, 26, 2));
    })
    .await;
}

/// S40, S43: whoever follows a link without leaving a lead is recorded nowhere, signed in or not: nothing changes in any
/// table.
#[tokio::test(flavor = "multi_thread")]
async fn visits_are_not_recorded() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let client = p.client("Ada Client").await;
        let code = partner(&p, &manager, &expert).await;
        let count = async || {
            let mut conn = p.db.conn().await.unwrap();
            let mut rows = Vec::new();
            for table in own_data_rows::TABLES {
                let sql = format!("SELECT COUNT(*) FROM {}", table.name);
                let count: i64 =
                    on!(&mut conn.exec(), |c| sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await).unwrap();
                rows.push((table.name, count));
            }
            rows
        };
        let before = count().await;
        let desk = referral::desk(&p, &expert.account, Locale::Fr).await.unwrap();
        for visitor in [None, Some(&client), Some(&manager), Some(&expert.account)] {
            referral::page(&p, visitor, code.as_str(), Locale::Fr).await.unwrap();
        }
        assert_eq!(count().await, before);
        assert_eq!(referral::desk(&p, &expert.account, Locale::Fr).await.unwrap(), desk);
    })
    .await;
}

/// S40, S42: a client who is erased leaves no name in a lead, nor in what managers noted of it; a partner who is erased
/// ends the partnership.
#[tokio::test(flavor = "multi_thread")]
async fn erasing() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let client = p.client("Ada Client").await;
        let code = partner(&p, &manager, &expert).await;
        referral::leave(&p, Some(&client), &wish(&p, &code), "192.0.2.1").await.unwrap();
        let lead = referral::queue(&p, &manager, "", 1).await.unwrap().leads.remove(0);
        referral::move_lead(&p, &manager, &form(lead.id, 1, "contacted", "Ada said: Our secret plan")).await.unwrap();
        own_data::erase(&p, &p.confirmed(&client), true).await.unwrap();
        let file = referral::lead_file(&p, &manager, &lead.id.to_string(), Locale::En).await.unwrap();
        let all = serde_json::to_string(&file).unwrap();
        for secret in SECRETS.iter().chain(&["Ada", "Voorbeeldbureau"]) {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
        assert_eq!(file.row.state, Lead::Lost);

        own_data::erase(&p, &p.confirmed(&expert.account), true).await.unwrap();
        assert_eq!(referral::page(&p, None, code.as_str(), Locale::En).await.map(|_| ()), Err(ApiError::LinkExpired));
        let file = referral::partner_file(&p, &manager, &file.partner.to_string()).await.unwrap();
        assert_eq!((file.row.state, file.motivation.as_str()), (Partnership::Ended, ""));
    })
    .await;
}
