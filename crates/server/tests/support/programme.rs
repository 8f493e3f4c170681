//! Fixtures of the recognition programme: who stands, who reviews, who decides, members and their benefits.
#![allow(dead_code, reason = "each test file uses what it needs")]

use chrono::{DateTime, Days, NaiveDate, Utc};
use gabarit_domain::{
    ids::{BenefitId, MembershipId, NominationId},
    membership::BenefitKind,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::{Tx, membership as rows},
    jobs, mail, on,
    services::{
        benefit, contribution, membership,
        nominations::{console, review},
    },
    testing::{ExpertSpec, TestPlatform},
};
use gabarit_view::{
    account::AccountView,
    benefit::{BenefitForm, ClaimForm},
    community::{PostForm, ThreadForm},
    error::{ApiError, Problem},
    membership::{MemberAct, MemberProfileForm},
    nomination::{ContributionForm, DecisionForm, NominationForm, ReviewerForm, SeatForm},
};

/// 1 February 2027, 00:00 in Amsterdam: the clock of tests stands before it.
pub(crate) const WINDOW: &str = "2027-01-31T23:00:00Z";

pub(crate) fn window() -> DateTime<Utc> {
    WINDOW.parse().unwrap()
}

pub(crate) fn shared(day: NaiveDate, number: u32) -> ContributionForm {
    ContributionForm {
        channel: "forum".to_owned(),
        occurred_on: day.to_string(),
        url: format!("https://forum.example/answers/{number}"),
        title: format!("Answer {number}"),
        language: "fr".to_owned(),
        reach: "1 200".to_owned(),
        helped: "A wall joint that would not clean up.".to_owned(),
        paid: "no".to_owned(),
        ..ContributionForm::default()
    }
}

pub(crate) fn typed(language: &str) -> NominationForm {
    NominationForm {
        statement: "I answer questions about families and worksharing, and hold a meeting of users each month."
            .repeat(2),
        language: language.to_owned(),
        country: "BE".to_owned(),
        truthful: "on".to_owned(),
        // As a draft that was just begun.
        version: "1".to_owned(),
        ..NominationForm::default()
    }
}

pub(crate) fn scored(id: NominationId, score: u8) -> SeatForm {
    let (score, ground) = (score.to_string(), "Shown by the answers, week after week.".to_owned());
    SeatForm {
        id: id.to_string(),
        act: "send".to_owned(),
        champion: score.clone(),
        expert: score.clone(),
        caring: score.clone(),
        responsive: score.clone(),
        leader: score,
        ground_champion: ground.clone(),
        ground_expert: ground.clone(),
        ground_caring: ground.clone(),
        ground_responsive: ground.clone(),
        ground_leader: ground,
        ..SeatForm::default()
    }
}

pub(crate) async fn appoint(p: &TestPlatform, manager: &AccountView, who: &AccountView, languages: &str) {
    let checked = |code: &str| if languages.contains(code) { "on".to_owned() } else { String::new() };
    let form = ReviewerForm {
        act: "appoint".to_owned(),
        email: who.email.clone(),
        organisation: String::new(),
        fr: checked("fr"),
        nl: checked("nl"),
        en: checked("en"),
        ..ReviewerForm::default()
    };
    console::change_reviewer(p, manager, &form).await.unwrap();
}

pub(crate) async fn reviewers(p: &TestPlatform, manager: &AccountView, count: usize) -> Vec<AccountView> {
    let mut all = Vec::new();
    for _ in 0..count {
        let who = p.expert(ExpertSpec::default()).await.account;
        appoint(p, manager, &who, "fr nl en").await;
        all.push(who);
    }
    all
}

/// Stands with one contribution.
pub(crate) async fn stand(p: &TestPlatform, nominee: &AccountView, language: &str) -> NominationId {
    let mine = contribution::mine(p, nominee).await.unwrap();
    let number = u32::try_from(mine.contributions.len()).unwrap();
    p.stand(nominee, &shared(p.today() - Days::new(3), number), &typed(language)).await.unwrap()
}

/// Puts the clock on and does what is due.
pub(crate) async fn at(p: &TestPlatform, time: DateTime<Utc>) {
    p.clock.set(time);
    jobs::run_due(p).await.unwrap();
}

/// Those who sit on a nomination, of some.
pub(crate) async fn seated(p: &TestPlatform, id: NominationId, some: &[AccountView]) -> Vec<AccountView> {
    let mut found = Vec::new();
    for one in some {
        if review::seat(p, one, id, Locale::Fr).await.is_ok() {
            found.push(one.clone());
        }
    }
    found
}

pub(crate) async fn manage(
    p: &TestPlatform,
    manager: &AccountView,
    id: NominationId,
    form: DecisionForm,
) -> Result<(), ApiError> {
    let seen = console::file(p, manager, id, Locale::Fr).await?;
    let form = DecisionForm { id: id.to_string(), version: seen.version.to_string(), ..form };
    console::act(p, manager, &form).await.map(drop)
}

pub(crate) fn grant() -> DecisionForm {
    DecisionForm { act: "decide".to_owned(), outcome: "grant".to_owned(), ..DecisionForm::default() }
}

pub(crate) fn refuse() -> DecisionForm {
    DecisionForm {
        act: "decide".to_owned(),
        outcome: "refuse".to_owned(),
        reason_responsive: "Une seule réponse en deux ans a été montrée.".to_owned(),
        ..DecisionForm::default()
    }
}

pub(crate) fn only(act: &str) -> DecisionForm {
    DecisionForm { act: act.to_owned(), ..DecisionForm::default() }
}

pub(crate) async fn mails_to(p: &TestPlatform, address: &str) -> Vec<(String, String)> {
    jobs::run_due(p).await.unwrap();
    mail::send_due(p).await.unwrap();
    let mut all = mail::local_mailbox(p, 500).await.unwrap();
    all.reverse();
    all.into_iter().filter(|mail| mail.to == address).map(|mail| (mail.subject, mail.text)).collect()
}

pub(crate) async fn count(p: &TestPlatform, sql: &'static str) -> i64 {
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

pub(crate) fn problems(error: &ApiError, field: &str) -> Vec<Problem> {
    error.problems(field).cloned().collect()
}

pub(crate) async fn is_member(p: &TestPlatform, who: &AccountView) -> bool {
    let mut conn = p.db.conn().await.unwrap();
    rows::live(&mut conn.exec(), who.id).await.unwrap().is_some()
}

pub(crate) async fn tx(p: &TestPlatform) -> Tx {
    p.db.begin().await.unwrap()
}

pub(crate) async fn admit(p: &TestPlatform, account: &AccountView) -> MembershipId {
    let mut tx = tx(p).await;
    let id = membership::grant(&mut tx.exec(), p, account.id, p.ids.uuid(), p.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(crate) fn shown(country: &str, listed: bool) -> MemberProfileForm {
    MemberProfileForm {
        name: "Mira Voorbeeld".to_owned(),
        about: "Answers about families.".to_owned(),
        country: country.to_owned(),
        listed: if listed { "on".to_owned() } else { String::new() },
        products: vec!["revit".to_owned()],
        languages: vec!["nl".to_owned(), "fr".to_owned()],
        ..MemberProfileForm::default()
    }
}

pub(crate) async fn member(p: &TestPlatform, name: &str, country: &str) -> AccountView {
    let account = p.client(name).await;
    admit(p, &account).await;
    let form = MemberProfileForm { name: name.to_owned(), ..shown(country, true) };
    membership::save_profile(p, &account, &form).await.unwrap();
    account
}

pub(crate) fn monthly(day: NaiveDate, number: u32) -> ContributionForm {
    ContributionForm {
        channel: "forum".to_owned(),
        occurred_on: day.to_string(),
        url: format!("https://forum.example/{number}"),
        title: format!("Answer {number}"),
        language: "en".to_owned(),
        helped: "Somebody got on.".to_owned(),
        paid: "no".to_owned(),
        ..ContributionForm::default()
    }
}

pub(crate) async fn contribute(p: &TestPlatform, account: &AccountView, months_back: &[u32]) {
    for (number, months) in months_back.iter().enumerate() {
        let day = p.today() - chrono::Months::new(*months);
        let number = u32::try_from(number).unwrap() + 100 * months;
        contribution::add(p, account, &monthly(day, number)).await.unwrap();
    }
}

pub(crate) async fn decide_on(
    p: &TestPlatform,
    manager: &AccountView,
    id: MembershipId,
    act: &str,
    reasons: &str,
) -> Result<(), ApiError> {
    let version = membership::file(p, manager, id, Locale::En).await?.membership.version;
    let form = MemberAct {
        id: id.to_string(),
        version: version.to_string(),
        act: act.to_owned(),
        reasons: reasons.to_owned(),
        ..MemberAct::default()
    };
    membership::act(p, manager, &form).await
}

pub(crate) async fn state(p: &TestPlatform, account: &AccountView) -> String {
    membership::mine(p, account, Locale::En).await.unwrap().membership.state
}

pub(crate) async fn offer(
    p: &TestPlatform,
    manager: &AccountView,
    kind: BenefitKind,
    uses_codes: bool,
    country: &str,
) -> BenefitId {
    let terms = if kind == BenefitKind::Software { "Not for paid work." } else { "" };
    let title = format!("A {}", kind.code());
    let form = BenefitForm {
        act: "save".to_owned(),
        kind: kind.code().to_owned(),
        uses_codes: if uses_codes { "on".to_owned() } else { String::new() },
        title_fr: title.clone(),
        title_nl: title.clone(),
        title_en: title.clone(),
        description_fr: title.clone(),
        description_nl: title.clone(),
        description_en: title.clone(),
        instructions_en: "Go there.".to_owned(),
        terms_fr: terms.to_owned(),
        terms_nl: terms.to_owned(),
        terms_en: terms.to_owned(),
        ..BenefitForm::default()
    };
    benefit::manage(p, manager, &form).await.unwrap();
    let desk = benefit::desk(p, manager, Locale::En).await.unwrap();
    let id = desk.benefits.iter().find(|benefit| benefit.texts[2].title == title).unwrap().id;
    let form = BenefitForm {
        act: "offer".to_owned(),
        id: id.to_string(),
        country: country.to_owned(),
        from: p.today().to_string(),
        ..BenefitForm::default()
    };
    benefit::manage(p, manager, &form).await.unwrap();
    id
}

pub(crate) fn claim(id: BenefitId) -> ClaimForm {
    ClaimForm {
        act: "claim".to_owned(),
        benefit: id.to_string(),
        version: "1".to_owned(),
        accept: "on".to_owned(),
        name: "Mira Voorbeeld".to_owned(),
        street: "Voorbeeldstraat 1".to_owned(),
        postal_code: "3511 ZZ".to_owned(),
        city: "Utrecht".to_owned(),
        locale: "en".to_owned(),
        ..ClaimForm::default()
    }
}

pub(crate) async fn codes(p: &TestPlatform, manager: &AccountView, id: BenefitId, codes: &str) {
    let form =
        BenefitForm { act: "codes".to_owned(), id: id.to_string(), codes: codes.to_owned(), ..BenefitForm::default() };
    benefit::manage(p, manager, &form).await.unwrap();
}

/// What begins a conversation of members.
pub(crate) fn question(title: &str, body: &str) -> ThreadForm {
    ThreadForm { title: title.to_owned(), language: "en".to_owned(), body: body.to_owned(), ..ThreadForm::default() }
}

/// What is done in it; `text` is the words, or the reason.
pub(crate) fn in_thread(thread: impl ToString, act: &str, post: &str, text: &str) -> PostForm {
    PostForm {
        thread: thread.to_string(),
        post: post.to_owned(),
        act: act.to_owned(),
        body: text.to_owned(),
        reason: text.to_owned(),
        ..PostForm::default()
    }
}
