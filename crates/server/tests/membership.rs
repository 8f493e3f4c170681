//! Members, benefits, events and community, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/programme.rs"]
mod programme;

use chrono::{Days, TimeDelta};
use gabarit_domain::membership::BenefitKind;
use gabarit_i18n::Locale;
use gabarit_server::{
    db::membership as rows,
    jobs, on,
    services::{
        audit_log, benefit, community, contribution,
        membership::{self, events},
        own_data,
    },
    testing::for_each_db,
};
use gabarit_view::{
    account::AccountView,
    benefit::{BenefitForm, ClaimForm},
    community::{PostForm, ThreadForm, version_of},
    error::{ApiError, Problem},
    govern::LogQuery,
    membership::{ConfirmForm, EventForm, MemberAct, MemberProfileForm, MembershipForm, SignUpForm},
    nomination::ContributionForm,
};
use programme::{
    admit, claim, codes, contribute, decide_on, in_thread, mails_to, member, monthly, offer, question, shown, state, tx,
};

const NOBODY: Result<(), ApiError> = Err(ApiError::Forbidden);

/// S52: twelve months; prepared thirty days before the end, the member hears month by month; the rule's renewals are
/// confirmed in one list, and the next term follows without a gap.
#[tokio::test(flavor = "multi_thread")]
async fn renewed_by_the_rule() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let regular = member(&p, "Mira Voorbeeld", "NL").await;
        let quiet = member(&p, "Stille Exemple", "BE").await;
        let first = membership::mine(&p, &regular, Locale::En).await.unwrap().membership;
        assert_eq!((first.first_day, first.last_day.to_string().as_str()), (p.today(), "2027-11-22"));
        p.clock.advance(TimeDelta::days(333));
        contribute(&p, &regular, &[0, 1, 2, 4, 6, 8]).await;
        contribute(&p, &quiet, &[0, 1, 2, 4, 6]).await;
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &regular).await, "active", "thirty days before, not earlier");
        p.clock.advance(TimeDelta::days(1));
        let mails = mails_to(&p, &regular.email).await;
        assert_eq!(state(&p, &regular).await, "due");
        assert!(mails.len() == 1 && mails[0].1.contains("6 mois"), "{mails:?}");
        assert!(mails[0].1.matches("contribution").count() >= 12, "month by month");

        let list = membership::list(&p, &manager, "due", 1, Locale::En).await.unwrap();
        let by_name: Vec<(String, bool)> = list.rows.iter().map(|row| (row.name.clone(), row.regular)).collect();
        assert_eq!(by_name, [("Mira Voorbeeld".to_owned(), true), ("Stille Exemple".to_owned(), false)]);
        assert_eq!(list.waiting[0], 2);
        // All are chosen, and confirmed at once: below the rule nothing is confirmed.
        let renewals = list.rows.iter().map(|row| format!("{}/{}", row.id, row.version)).collect();
        let form = ConfirmForm { renewals, ..ConfirmForm::default() };
        assert_eq!(membership::confirm_many(&p, &manager, &form).await, Ok(1));
        assert_eq!(membership::confirm_many(&p, &manager, &form).await, Ok(0), "once");
        let renewed = membership::mine(&p, &regular, Locale::En).await.unwrap().membership;
        assert_eq!((renewed.state.as_str(), renewed.last_day.to_string().as_str()), ("active", "2028-11-22"));
        assert_eq!(renewed.terms[1].first_day.to_string(), "2027-11-23");
        assert_eq!(renewed.terms[1].count, Some((6, 6)));
        assert_eq!(mails_to(&p, &regular.email).await.len(), 2);

        // Nobody lapses by a count: long after the last day the quiet member is one, and managers are reminded.
        p.clock.advance(TimeDelta::days(100));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &quiet).await, "due");
        assert!(benefit::catalogue(&p, Some(&quiet), "", Locale::En).await.unwrap().member);
        let reminders = mails_to(&p, &manager.email).await;
        assert!(reminders.iter().any(|mail| mail.0.contains("Stille Exemple")), "{reminders:?}");
    })
    .await;
}

/// S52: a manager who is late counts nobody worse: the renewal rests on the twelve months of the term that is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_renewal_counts_the_term() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let (mira, ill) = (member(&p, "Mira Voorbeeld", "NL").await, member(&p, "Zieke Exemple", "BE").await);
        p.clock.advance(TimeDelta::days(334));
        contribute(&p, &mira, &[0, 1, 2, 4, 6, 10]).await;
        contribute(&p, &ill, &[0, 1, 10]).await;
        jobs::run_due(&p).await.unwrap();
        // By then the oldest of them is more than twelve months ago, and within the term nevertheless.
        p.clock.advance(TimeDelta::days(91));
        let of = async |who: &AccountView| membership::mine(&p, who, Locale::En).await.unwrap().membership;
        let id = of(&mira).await.id;
        decide_on(&p, &manager, id, "confirm", "").await.unwrap();
        assert_eq!(of(&mira).await.terms[1].count, Some((6, 6)));
        let id = of(&ill).await.id;
        decide_on(&p, &manager, id, "decline", "Little.").await.unwrap();
        let appeal =
            MembershipForm { act: "appeal".to_owned(), message: "I was ill.".to_owned(), ..MembershipForm::default() };
        membership::own_act(&p, &ill, &appeal).await.unwrap();
        decide_on(&p, &other, id, "allow", "Of course.").await.unwrap();
        assert_eq!(of(&ill).await.terms[1].count, Some((3, 6)));
    })
    .await;
}

/// S52: below the rule a manager decides with reasons; the membership goes on to its last day, and ends then; the member
/// may appeal, which keeps the membership, and another manager answers.
#[tokio::test(flavor = "multi_thread")]
async fn declined_appealed_and_lapsed() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let quiet = member(&p, "Stille Exemple", "BE").await;
        let id = membership::mine(&p, &quiet, Locale::En).await.unwrap().membership.id;
        p.clock.advance(TimeDelta::days(340));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(decide_on(&p, &manager, id, "confirm", "").await, Err(ApiError::MovedOn), "below the rule");
        for silent in ["renew", "decline", "end"] {
            let refused = decide_on(&p, &manager, id, silent, "  ").await;
            assert_eq!(refused, Err(ApiError::field("reasons", Problem::Missing)), "{silent}");
        }
        decide_on(&p, &manager, id, "decline", "Nothing since spring.").await.unwrap();
        assert_eq!(state(&p, &quiet).await, "not-renewed");
        let mails = mails_to(&p, &quiet.email).await;
        assert!(mails.iter().any(|mail| mail.1.contains("Nothing since spring.")), "{mails:?}");

        let appeal = |message: &str| MembershipForm {
            act: "appeal".to_owned(),
            message: message.to_owned(),
            ..MembershipForm::default()
        };
        p.clock.advance(TimeDelta::days(20));
        membership::own_act(&p, &quiet, &appeal("I was ill.")).await.unwrap();
        assert_eq!(membership::own_act(&p, &quiet, &appeal("Again")).await, Err(ApiError::MovedOn), "once");
        // The last day passes; the appeal keeps the membership.
        p.clock.advance(TimeDelta::days(10));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &quiet).await, "not-renewed");
        assert_eq!(membership::list(&p, &other, "appeals", 1, Locale::En).await.unwrap().total, 1);
        assert!(!membership::file(&p, &manager, id, Locale::En).await.unwrap().may_answer);
        assert_eq!(decide_on(&p, &manager, id, "dismiss", "No.").await, NOBODY, "not who decided");
        decide_on(&p, &other, id, "dismiss", "The twelve months stay empty.").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &quiet).await, "lapsed");
        assert_eq!(membership::own_act(&p, &quiet, &appeal("Again")).await, Err(ApiError::MovedOn));
        let mails = mails_to(&p, &quiet.email).await;
        assert!(mails.iter().any(|mail| mail.1.contains("The twelve months stay empty.")), "{mails:?}");
        assert!(!benefit::catalogue(&p, Some(&quiet), "", Locale::En).await.unwrap().member);

        // Who leaves, or is ended, with an appeal that waits: it is over, and waits for nobody; a new one can be made.
        for leaves in [true, false] {
            let gone = member(&p, "Weg Exemple", "BE").await;
            let id = membership::mine(&p, &gone, Locale::En).await.unwrap().membership.id;
            p.clock.advance(TimeDelta::days(340));
            jobs::run_due(&p).await.unwrap();
            decide_on(&p, &manager, id, "decline", "Nothing.").await.unwrap();
            membership::own_act(&p, &gone, &appeal("I was ill.")).await.unwrap();
            if leaves {
                let resign =
                    MembershipForm { act: "resign".to_owned(), sure: "on".to_owned(), ..MembershipForm::default() };
                membership::own_act(&p, &gone, &resign).await.unwrap();
            } else {
                decide_on(&p, &manager, id, "end", "Something else.").await.unwrap();
            }
            let seen = membership::mine(&p, &gone, Locale::En).await.unwrap().membership;
            assert_eq!(seen.appeals[0].answer, Some((false, "–".to_owned())));
            assert_eq!(membership::list(&p, &other, "appeals", 1, Locale::En).await.unwrap().total, 0);
            if !leaves {
                membership::own_act(&p, &gone, &appeal("It was not me.")).await.unwrap();
                assert_eq!(membership::list(&p, &other, "appeals", 1, Locale::En).await.unwrap().total, 1);
                decide_on(&p, &other, id, "dismiss", "It was.").await.unwrap();
            }
        }

        // Another one's appeal is allowed: the next term follows the last one.
        let ill = member(&p, "Zieke Exemple", "BE").await;
        let id = membership::mine(&p, &ill, Locale::En).await.unwrap().membership.id;
        p.clock.advance(TimeDelta::days(340));
        jobs::run_due(&p).await.unwrap();
        decide_on(&p, &manager, id, "decline", "Nothing.").await.unwrap();
        membership::own_act(&p, &ill, &appeal("I was ill.")).await.unwrap();
        decide_on(&p, &other, id, "allow", "Of course.").await.unwrap();
        let restored = membership::mine(&p, &ill, Locale::En).await.unwrap().membership;
        assert_eq!((restored.state.as_str(), restored.terms.len()), ("active", 2));
    })
    .await;
}

/// S61–S63: losing the status ends every benefit at once: claims, codes, places at events, the community, the badge; the
/// member is told to uninstall, and may say that it is done; an allowed appeal brings the status back, not the codes.
#[tokio::test(flavor = "multi_thread")]
async fn loss_takes_everything() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let mira = member(&p, "Mira Voorbeeld", "NL").await;
        let waiting = member(&p, "Wachtende Exemple", "NL").await;
        let id = membership::mine(&p, &mira, Locale::En).await.unwrap().membership.id;
        let software = offer(&p, &manager, BenefitKind::Software, true, "NL").await;
        let discount = offer(&p, &manager, BenefitKind::EventDiscount, true, "").await;
        codes(&p, &manager, software, "SOFT-1\nSOFT-2").await;
        codes(&p, &manager, discount, "EVENT-1\nEVENT-1\nEVENT-2").await;
        let silent = ClaimForm { accept: String::new(), ..claim(software) };
        assert_eq!(benefit::act(&p, &mira, &silent).await, Err(ApiError::field("accept", Problem::NotAccepted)));
        benefit::act(&p, &mira, &claim(software)).await.unwrap();
        benefit::act(&p, &mira, &claim(discount)).await.unwrap();
        assert_eq!(benefit::act(&p, &mira, &claim(discount)).await, Err(ApiError::MovedOn), "once a term");
        let catalogue = benefit::catalogue(&p, Some(&mira), "", Locale::En).await.unwrap();
        let held = catalogue.benefits.iter().find(|benefit| benefit.id == software).unwrap().claim.clone().unwrap();
        let software_code = held.code.clone().unwrap();
        let at_events =
            catalogue.benefits.iter().find(|benefit| benefit.id == discount).unwrap().claim.clone().unwrap();
        let event_code = at_events.code.unwrap();
        assert!(held.accepted_at.is_some(), "the terms were accepted, with the date");

        let event = EventForm {
            act: "save".to_owned(),
            title: "Evening of families".to_owned(),
            description: "Bring one.".to_owned(),
            language: "nl".to_owned(),
            starts: "2026-12-10T18:00".to_owned(),
            ends: "2026-12-10T20:00".to_owned(),
            link: "https://meet.example/families".to_owned(),
            places: "1".to_owned(),
            ..EventForm::default()
        };
        events::save(&p, &manager, &event).await.unwrap();
        let listed = events::list(&p, &mira).await.unwrap();
        assert_eq!(listed[0].link, "", "only who is going sees the link");
        let join = SignUpForm { event: listed[0].id.to_string(), act: "join".to_owned(), ..SignUpForm::default() };
        events::act(&p, &mira, &join).await.unwrap();
        p.clock.advance(TimeDelta::seconds(1));
        events::act(&p, &waiting, &join).await.unwrap();
        let listed = events::list(&p, &waiting).await.unwrap();
        assert_eq!((listed[0].own.as_str(), listed[0].link.as_str(), listed[0].free), ("waiting", "", 0));

        let thread = question("Families", "How?");
        let thread_id = community::begin(&p, &mira, &thread).await.unwrap();
        let code = membership::mine(&p, &mira, Locale::En).await.unwrap().profile.code;
        assert!(membership::badge(&p, &code, Locale::En).await.unwrap().contains("Valid until"));
        assert!(membership::certificate(&p, &mira, Locale::Nl).await.unwrap().bytes.starts_with(b"%PDF"));
        assert!(membership::member(&p, &code, Locale::En).await.unwrap().live);

        decide_on(&p, &manager, id, "end", "Sold the software access.").await.unwrap();

        assert_eq!(state(&p, &mira).await, "ended");
        let mails = mails_to(&p, &mira.email).await;
        let lost = mails.iter().find(|mail| mail.1.contains("Sold the software access.")).unwrap();
        assert!(lost.1.contains("A software") && lost.1.contains("A event-discount"), "{lost:?}");
        let desk = benefit::desk(&p, &manager, Locale::En).await.unwrap();
        for (id, revoked) in [(software, &software_code), (discount, &event_code)] {
            let file = desk.benefits.iter().find(|benefit| benefit.id == id).unwrap();
            assert_eq!((file.revoked.as_slice(), file.claims), ([revoked.clone()].as_slice(), 0));
            assert_eq!(file.codes, [1, 0, 1]);
        }
        let after = benefit::catalogue(&p, Some(&mira), "NL", Locale::En).await.unwrap();
        assert!(!after.member && after.benefits.iter().all(|benefit| !benefit.can_claim && benefit.claim.is_none()));
        assert_eq!(after.ended.len(), 1, "the software, and not the code for an event");
        let gone = &after.ended[0].1;
        assert!(gone.code.is_none() && gone.instructions.is_empty() && gone.must_uninstall);
        let done = ClaimForm { act: "uninstalled".to_owned(), claim: gone.id.to_string(), ..ClaimForm::default() };
        assert_eq!(benefit::act(&p, &waiting, &done).await, Err(ApiError::NotFound), "another's claim");
        benefit::act(&p, &mira, &done).await.unwrap();
        assert_eq!(benefit::act(&p, &mira, &done).await, Err(ApiError::NotFound), "once");

        // The place went to who waited; community, certificate, hall and events are closed.
        let listed = events::list(&p, &waiting).await.unwrap();
        assert_eq!((listed[0].own.as_str(), listed[0].link.as_str()), ("going", "https://meet.example/families"));
        assert!(mails_to(&p, &waiting.email).await.iter().any(|mail| mail.0.contains("Evening of families")));
        assert_eq!(events::list(&p, &mira).await.map(|_| ()), NOBODY);
        assert_eq!(community::thread(&p, &mira, thread_id).await.map(|_| ()), NOBODY);
        assert_eq!(community::begin(&p, &mira, &thread).await.map(|_| ()), NOBODY);
        assert_eq!(membership::certificate(&p, &mira, Locale::Nl).await.map(|_| ()), Err(ApiError::NotFound));
        assert_eq!(membership::save_profile(&p, &mira, &shown("NL", true)).await, NOBODY);
        assert_eq!(membership::hall(&p, ["", "", ""], 1, Locale::En).await.unwrap().total, 1);
        let badge = membership::badge(&p, &code, Locale::En).await.unwrap();
        assert!(badge.contains("Membership ended on") && !badge.contains("Valid until"));
        let page = membership::member(&p, &code, Locale::En).await.unwrap();
        assert!(!page.live && !page.listed && page.about.is_empty() && page.products.is_empty());

        let appeal =
            MembershipForm { act: "appeal".to_owned(), message: "No.".to_owned(), ..MembershipForm::default() };
        membership::own_act(&p, &mira, &appeal).await.unwrap();
        decide_on(&p, &other, id, "allow", "It was somebody else.").await.unwrap();
        assert_eq!(state(&p, &mira).await, "active");
        let after = benefit::catalogue(&p, Some(&mira), "", Locale::En).await.unwrap();
        let software_now = after.benefits.iter().find(|benefit| benefit.id == software).unwrap();
        assert!(software_now.can_claim, "may be asked for again: {software_now:?}");
        benefit::act(&p, &mira, &claim(software)).await.unwrap();
        let after = benefit::catalogue(&p, Some(&mira), "", Locale::En).await.unwrap();
        let held = after.benefits.iter().find(|benefit| benefit.id == software).unwrap().claim.clone().unwrap();
        let new = held.code.unwrap();
        assert!(new.starts_with("SOFT-") && new != software_code, "a new code: the old one stays revoked");
    })
    .await;
}

/// S57–S60: benefits by country and day; what is claimed stays when the country has it no longer; a kit goes to its
/// address, which is forgotten then; each code is given once, under any concurrency.
#[tokio::test(flavor = "multi_thread")]
async fn benefits_by_country() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (nl, be) = (member(&p, "Mira Voorbeeld", "NL").await, member(&p, "Bel Exemple", "BE").await);
        let kit = offer(&p, &manager, BenefitKind::WelcomeKit, false, "NL").await;
        let titles = |country: &'static str| {
            let p = p.clone();
            async move {
                let catalogue = benefit::catalogue(&p, None, country, Locale::En).await.unwrap();
                catalogue.benefits.into_iter().map(|benefit| benefit.title).collect::<Vec<_>>()
            }
        };
        assert_eq!(titles("nl").await, ["A welcome-kit"]);
        assert_eq!(titles("BE").await, Vec::<String>::new());
        assert_eq!(benefit::act(&p, &be, &claim(kit)).await, Err(ApiError::NotFound), "another country");
        let nowhere = ClaimForm { street: String::new(), city: String::new(), ..claim(kit) };
        let Err(ApiError::Invalid { fields, .. }) = benefit::act(&p, &nl, &nowhere).await else { unreachable!() };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["street", "city"]);
        benefit::act(&p, &nl, &claim(kit)).await.unwrap();
        let desk = benefit::desk(&p, &manager, Locale::En).await.unwrap();
        assert_eq!(desk.parcels[0].address, ["Mira Voorbeeld", "Voorbeeldstraat 1", "3511 ZZ Utrecht", "Netherlands"]);
        let sent =
            BenefitForm { act: "sent".to_owned(), claim: desk.parcels[0].claim.to_string(), ..BenefitForm::default() };
        benefit::manage(&p, &manager, &sent).await.unwrap();
        assert_eq!(benefit::manage(&p, &manager, &sent).await, Err(ApiError::MovedOn));
        assert!(benefit::desk(&p, &manager, Locale::En).await.unwrap().parcels.is_empty());
        assert_eq!(benefit::act(&p, &nl, &claim(kit)).await, Err(ApiError::MovedOn), "sent once");

        // The offer ends with today; tomorrow nobody finds it, and who has it keeps it.
        let (offer_id, ..) = desk.benefits[0].offers[0].clone();
        let close = BenefitForm {
            act: "close".to_owned(),
            id: kit.to_string(),
            offer: offer_id.to_string(),
            ..BenefitForm::default()
        };
        benefit::manage(&p, &manager, &close).await.unwrap();
        assert_eq!(titles("NL").await.len(), 1, "today still");
        p.clock.advance(TimeDelta::days(1));
        assert_eq!(titles("NL").await.len(), 0);
        let own = benefit::catalogue(&p, Some(&nl), "", Locale::En).await.unwrap();
        assert_eq!(own.benefits[0].claim.as_ref().unwrap().state, "given");

        // Three members, two codes, at once.
        let discount = offer(&p, &manager, BenefitKind::EventDiscount, true, "").await;
        codes(&p, &manager, discount, "A-1\nA-2").await;
        let third = member(&p, "Derde Exemple", "FR").await;
        let claims = [nl, be, third].map(|account| {
            let p = p.clone();
            async move { benefit::act(&p, &account, &claim(discount)).await }
        });
        let results = futures::future::join_all(claims).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2, "{results:?}");
        assert!(results.contains(&Err(ApiError::MovedOn)), "{results:?}");
        let desk = benefit::desk(&p, &manager, Locale::En).await.unwrap();
        let file = desk.benefits.iter().find(|benefit| benefit.id == discount).unwrap();
        assert_eq!((file.codes, file.claims), ([0, 2, 0], 2), "who got no code has no claim");
    })
    .await;
}

/// S61: what was accepted is what was shown: terms that changed meanwhile are accepted anew. S57: a kit goes to a country.
#[tokio::test(flavor = "multi_thread")]
async fn claims_rest_on_what_was_shown() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mira = member(&p, "Mira Voorbeeld", "NL").await;
        let software = offer(&p, &manager, BenefitKind::Software, false, "").await;
        let text = |words: &str| words.to_owned();
        let change = |version: &str, terms: &str| BenefitForm {
            act: text("save"),
            id: software.to_string(),
            version: text(version),
            title_fr: text("A"),
            title_nl: text("A"),
            title_en: text("A"),
            description_fr: text("A"),
            description_nl: text("A"),
            description_en: text("A"),
            terms_fr: text(terms),
            terms_nl: text(terms),
            terms_en: text(terms),
            ..BenefitForm::default()
        };
        benefit::manage(&p, &manager, &change("1", "Never on Sundays.")).await.unwrap();
        let stale = benefit::manage(&p, &manager, &change("1", "Never on Mondays.")).await.unwrap_err();
        assert!(matches!(stale, ApiError::Overtaken { version: 2, .. }), "{stale:?}");
        let refused = benefit::act(&p, &mira, &claim(software)).await;
        assert_eq!(refused, Err(ApiError::field("accept", Problem::NotAccepted)));
        let seen = benefit::catalogue(&p, Some(&mira), "", Locale::En).await.unwrap().benefits.remove(0);
        assert_eq!((seen.version, seen.terms.as_str(), seen.claim), (2, "Never on Sundays.", None));
        benefit::act(&p, &mira, &ClaimForm { version: seen.version.to_string(), ..claim(software) }).await.unwrap();

        // Who never said a country names it with the address.
        let kit = offer(&p, &manager, BenefitKind::WelcomeKit, false, "").await;
        let homeless = p.client("Zonder Exemple").await;
        admit(&p, &homeless).await;
        let catalogue = benefit::catalogue(&p, Some(&homeless), "", Locale::En).await.unwrap();
        assert!(catalogue.country_missing && catalogue.everywhere.iter().any(|(code, _)| code == "BE"));
        for (typed, problem) in [("", Problem::Missing), ("XX", Problem::Unknown)] {
            let nowhere = ClaimForm { country: typed.to_owned(), ..claim(kit) };
            let refused = benefit::act(&p, &homeless, &nowhere).await;
            assert_eq!(refused, Err(ApiError::field("country", problem)));
        }
        let somewhere = ClaimForm { country: "BE".to_owned(), ..claim(kit) };
        benefit::act(&p, &homeless, &somewhere).await.unwrap();
        // Who did is sent the kit there.
        benefit::act(&p, &mira, &somewhere).await.unwrap();
        let mut countries: Vec<_> = benefit::desk(&p, &manager, Locale::En)
            .await
            .unwrap()
            .parcels
            .into_iter()
            .filter_map(|mut parcel| parcel.address.pop())
            .collect();
        countries.sort();
        assert_eq!(countries, ["Belgium", "Netherlands"]);
    })
    .await;
}

/// S42, S58: who is erased takes a name along, and nobody else's thread, answer or place in a list.
#[tokio::test(flavor = "multi_thread")]
async fn the_erased_leave_others_their_threads() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (asks, knows) = (member(&p, "Vraag Exemple", "NL").await, member(&p, "Weet Exemple", "BE").await);
        let form = question("How do I share levels?", "How?");
        let theirs = community::begin(&p, &asks, &form).await.unwrap();
        let own = community::begin(&p, &knows, &form).await.unwrap();
        let reply = |thread: &dyn ToString| in_thread(thread.to_string(), "reply", "", "With copy/monitor.");
        p.clock.advance(TimeDelta::minutes(1));
        community::act(&p, &knows, &reply(&theirs)).await.unwrap();
        community::act(&p, &asks, &reply(&own)).await.unwrap();
        let answer = community::thread(&p, &knows, own).await.unwrap().posts[1].id;
        let report = PostForm {
            thread: own.to_string(),
            post: answer.to_string(),
            act: "report".to_owned(),
            reason: "Advertising".to_owned(),
            ..PostForm::default()
        };
        community::act(&p, &knows, &report).await.unwrap();
        let sure = MembershipForm { act: "resign".to_owned(), sure: "on".to_owned(), ..MembershipForm::default() };
        membership::own_act(&p, &asks, &sure).await.unwrap();
        own_data::erase(&p, &p.confirmed(&asks), true).await.unwrap();

        let list = community::list(&p, &knows, "", 1).await.unwrap();
        assert_eq!((list.total, list.threads.len()), (2, 2));
        let thread = community::thread(&p, &knows, theirs).await.unwrap();
        assert_eq!((thread.thread.author.as_str(), thread.posts.len()), ("–", 2));
        assert_eq!((thread.posts[1].author.as_str(), thread.posts[1].own), ("Weet Exemple", true));
        let thread = community::thread(&p, &knows, own).await.unwrap();
        assert_eq!((thread.posts[1].author.as_str(), thread.posts[1].author_code.as_deref()), ("–", None));
        assert_eq!(community::reports(&p, &manager).await.unwrap()[0].author, "–");
        let list = membership::list(&p, &manager, "resigned", 1, Locale::En).await.unwrap();
        assert_eq!((list.total, list.rows.len(), list.rows[0].name.as_str()), (1, 1, "–"));
        assert_eq!(membership::file(&p, &manager, list.rows[0].id, Locale::En).await.unwrap().name, "–");
    })
    .await;
}

/// S61: a benefit whose description changes, or whose title does, is claimed with the terms as they were read; only new
/// terms, in whatever language, are accepted anew.
#[tokio::test(flavor = "multi_thread")]
async fn only_new_terms_are_accepted_anew() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let (mira, nils) = (member(&p, "Mira Voorbeeld", "NL").await, member(&p, "Nils Voorbeeld", "NL").await);
        let software = offer(&p, &manager, BenefitKind::Software, false, "").await;
        let words = |text: &str| text.to_owned();
        let form = |version: i64, description: &str, terms_nl: &str| BenefitForm {
            act: words("save"),
            id: software.to_string(),
            version: version.to_string(),
            title_fr: words("A software"),
            title_nl: words("A software"),
            title_en: words("A better name"),
            description_fr: words(description),
            description_nl: words(description),
            description_en: words(description),
            instructions_en: words("Go there."),
            terms_fr: words("Not for paid work."),
            terms_nl: words(terms_nl),
            terms_en: words("Not for paid work."),
            ..BenefitForm::default()
        };
        let shown = async || benefit::catalogue(&p, Some(&mira), "", Locale::En).await.unwrap().benefits.remove(0);
        let before = shown().await;
        benefit::manage(&p, &other, &form(1, "Described anew.", "Not for paid work.")).await.unwrap();
        assert_eq!((shown().await.version, shown().await.description.as_str()), (before.version, "Described anew."));
        benefit::act(&p, &mira, &claim(software)).await.unwrap();

        benefit::manage(&p, &manager, &form(2, "Described anew.", "Niet voor betaald werk.")).await.unwrap();
        let refused = benefit::act(&p, &nils, &claim(software)).await;
        assert_eq!(refused, Err(ApiError::field("accept", Problem::NotAccepted)));
        let seen = shown().await.version.to_string();
        benefit::act(&p, &nils, &ClaimForm { version: seen, ..claim(software) }).await.unwrap();
        // Sent once more, nothing is changed, and nobody is overtaken by it.
        benefit::manage(&p, &manager, &form(3, "Described anew.", "Niet voor betaald werk.")).await.unwrap();
        assert_eq!(benefit::desk(&p, &manager, Locale::En).await.unwrap().benefits[0].version, 3);
    })
    .await;
}

/// Invariant 4: who changed events and benefits, when, and what of them stands in a log that nothing changes; whoever is
/// overtaken is told by whom.
#[tokio::test(flavor = "multi_thread")]
async fn changes_are_written_down() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let discount = offer(&p, &manager, BenefitKind::EventDiscount, true, "NL").await;
        codes(&p, &manager, discount, "SECRET-1\nSECRET-2").await;
        let form = EventForm {
            act: "save".to_owned(),
            title: "Evening".to_owned(),
            description: "Bring a family.".to_owned(),
            language: "nl".to_owned(),
            starts: "2026-12-10T18:00".to_owned(),
            ends: "2026-12-10T20:00".to_owned(),
            link: "https://meet.example/secret".to_owned(),
            places: "3".to_owned(),
            ..EventForm::default()
        };
        events::save(&p, &manager, &form).await.unwrap();
        let id = events::list(&p, &manager).await.unwrap()[0].id;
        let changed = EventForm {
            id: id.to_string(),
            version: "1".to_owned(),
            title: "Long evening".to_owned(),
            places: "5".to_owned(),
            link: "https://meet.example/other".to_owned(),
            ..form
        };
        p.clock.advance(TimeDelta::hours(1));
        let at = p.now();
        events::save(&p, &other, &changed).await.unwrap();
        p.clock.advance(TimeDelta::hours(1));
        let stale = events::save(&p, &manager, &EventForm { title: "Short".to_owned(), ..changed.clone() }).await;
        match stale.unwrap_err() {
            ApiError::Overtaken { by, did, at: when, version, .. } => {
                assert_eq!((by, did.as_str(), when.utc, version), (other.name.clone(), "programme/changed", at, 2));
            }
            error => panic!("{error:?}"),
        }
        let cancel = EventForm { act: "cancel".to_owned(), version: "2".to_owned(), ..changed };
        events::save(&p, &manager, &cancel).await.unwrap();

        // A benefit, too: by whom its texts were changed, not who added codes since.
        let texts = |version: i64, title: &str| BenefitForm {
            act: "save".to_owned(),
            id: discount.to_string(),
            version: version.to_string(),
            uses_codes: "on".to_owned(),
            title_fr: title.to_owned(),
            title_nl: title.to_owned(),
            title_en: title.to_owned(),
            description_fr: "D".to_owned(),
            description_nl: "D".to_owned(),
            description_en: "D".to_owned(),
            ..BenefitForm::default()
        };
        benefit::manage(&p, &other, &texts(1, "Less to pay")).await.unwrap();
        codes(&p, &manager, discount, "SECRET-3").await;
        match benefit::manage(&p, &manager, &texts(1, "Nothing to pay")).await.unwrap_err() {
            ApiError::Overtaken { by, did, version, .. } => {
                assert_eq!((by, did.as_str(), version), (other.name.clone(), "programme/changed", 2));
            }
            error => panic!("{error:?}"),
        }

        let query = LogQuery { log: "programme".to_owned(), ..LogQuery::default() };
        let lines = audit_log::page(&p, &manager, &query).await.unwrap().lines;
        let said: Vec<(&str, &str)> = lines.iter().map(|line| (line.event.as_str(), line.detail.as_str())).collect();
        assert!(said.contains(&("event-changed", "title: Evening → Long evening; link; places: 3 → 5")), "{said:?}");
        assert!(said.contains(&("benefit-codes", "+2")) && said.contains(&("benefit-codes", "+1")), "{said:?}");
        let offered = format!("NL {}–", lines.last().unwrap().at.local.date());
        assert!(said.contains(&("benefit-offered", offered.as_str())), "{said:?}");
        let mut events: Vec<&str> = said.iter().map(|(event, _)| *event).collect();
        events.sort_unstable();
        let expected = ["benefit-changed", "benefit-codes", "benefit-codes", "benefit-made", "benefit-offered"];
        assert_eq!(events[..5], expected);
        assert_eq!(events[5..], ["event-cancelled", "event-changed", "event-made"]);
        assert!(lines.iter().all(|line| line.who.is_some()));
        let whole = format!("{lines:?}");
        assert!(!whole.contains("SECRET") && !whole.contains("meet.example"), "{whole}");
        let member = member(&p, "Mira Voorbeeld", "NL").await;
        assert_eq!(audit_log::page(&p, &member, &query).await, Err(ApiError::Forbidden));
        for sql in ["UPDATE programme_log SET detail = ''", "DELETE FROM programme_log", "DELETE FROM community_log"] {
            let mut tx = tx(&p).await;
            let done = on!(&mut tx.exec(), |c| sqlx::query(sql).execute(c).await.map(|done| done.rows_affected()));
            // PostgreSQL refuses the statement, SQLite each of its rows: where there is none, nothing happens.
            assert!(done.is_err() || (sql.contains("community") && done.unwrap() == 0), "{sql}");
        }
    })
    .await;
}

/// S58, S60: for a day, whoever wrote a post edits it or takes it away; that is marked, and managers still see what it said.
/// Not what others wrote, not later, not what became a contribution, and only as a member.
#[tokio::test(flavor = "multi_thread")]
async fn authors_change_their_posts() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (asks, knows) = (member(&p, "Vraag Exemple", "NL").await, member(&p, "Weet Exemple", "BE").await);
        let outsider = p.client("Buiten Exemple").await;
        let form = question("How do I share levels?", "A question");
        let id = community::begin(&p, &asks, &form).await.unwrap();
        let post = |act: &str, post: &str, text: &str| in_thread(id, act, post, text);
        let act = async |who: &AccountView, form: PostForm| community::act(&p, who, &form).await;
        let seen = async |who: &AccountView| community::thread(&p, who, id).await.unwrap().posts;
        for text in ["First secret", "Second", "Third", "Fourth"] {
            p.clock.advance(TimeDelta::minutes(1));
            act(&knows, post("reply", "", text)).await.unwrap();
        }
        let ids: Vec<String> = seen(&knows).await.iter().map(|post| post.id.to_string()).collect();
        let (question, first, second, third, fourth) = (&ids[0], &ids[1], &ids[2], &ids[3], &ids[4]);
        let own = seen(&knows).await;
        assert!(own[0].changes_until.is_none() && own[1].changes_until.is_some(), "one's own");
        assert!(seen(&asks).await[1].changes_until.is_none() && seen(&manager).await[1].changes_until.is_none());

        // Nobody else's; nobody from outside; managers who are no members do not write.
        for (who, expected) in [(&asks, NOBODY), (&outsider, NOBODY), (&manager, NOBODY)] {
            for what in ["edit", "withdraw"] {
                assert_eq!(act(who, post(what, first, "Mine now")).await, expected, "{what}");
            }
        }
        let elsewhere = PostForm { thread: p.ids.uuid().to_string(), ..post("edit", first, "x") };
        assert_eq!(act(&knows, elsewhere).await, Err(ApiError::NotFound));
        for (text, problem) in [(" ", Problem::Missing), ("First secret", Problem::Unchanged)] {
            assert_eq!(act(&knows, post("edit", first, text)).await, Err(ApiError::field("body", problem)));
        }

        // Edited: marked with the date; the words of before are the managers' to see, and the reports tell what was reported.
        act(&asks, post("report", first, "A secret")).await.unwrap();
        p.clock.advance(TimeDelta::hours(1));
        let at = p.now();
        act(&asks, post("answer", first, "")).await.unwrap();
        act(&knows, post("edit", first, "First")).await.unwrap();
        let posts = seen(&asks).await;
        assert_eq!((posts[1].body.as_str(), posts[1].edited_at.as_ref().unwrap().utc), ("First", at));
        assert!(posts[1].before.is_empty() && posts[1].answer, "members see what it says now");
        let before = &seen(&manager).await[1].before;
        assert_eq!((before[0].body.as_str(), before[0].by.as_str()), ("First secret", "Weet Exemple"));
        assert_eq!(community::reports(&p, &manager).await.unwrap()[0].excerpt, "First secret");
        p.clock.advance(TimeDelta::minutes(1));
        // From a page of before that edit nothing is overwritten; sent again, it names what its writer was told of.
        let late = post("edit", first, "First, again");
        let Err(ApiError::Overtaken { version, at: edited, .. }) = act(&knows, late.clone()).await else {
            panic!("the newer words were overwritten")
        };
        assert_eq!((version, edited.utc), (version_of(Some(at)), at));
        assert_eq!(seen(&asks).await[1].body, "First");
        act(&knows, PostForm { version: version.to_string(), ..late }).await.unwrap();
        assert_eq!(seen(&manager).await[1].before.len(), 2);

        // Taken away: it answers nothing any more; the report still waits.
        p.clock.advance(TimeDelta::minutes(1));
        act(&knows, post("withdraw", first, "")).await.unwrap();
        let posts = seen(&asks).await;
        assert!(posts[1].withdrawn && posts[1].body.is_empty() && !posts[1].answer && posts[1].before.is_empty());
        assert_eq!(seen(&manager).await[1].before[2].body, "First, again");
        assert_eq!(community::reports(&p, &manager).await.unwrap().len(), 1);
        for what in ["edit", "withdraw", "contribute"] {
            assert_eq!(act(&knows, post(what, first, "Back")).await, Err(ApiError::MovedOn), "{what}");
        }

        // What became a contribution stays as others read it; what a manager removed is gone.
        act(&knows, post("contribute", second, "")).await.unwrap();
        assert!(seen(&knows).await[2].changes_until.is_none());
        act(&manager, post("remove", third, "Advertising")).await.unwrap();
        for (of, what) in [(second, "edit"), (second, "withdraw"), (third, "edit"), (third, "withdraw")] {
            assert_eq!(act(&knows, post(what, of, "Other")).await, Err(ApiError::MovedOn), "{what}");
        }
        assert!(!seen(&asks).await[3].withdrawn);

        // In a closed conversation nothing is written, and one's own may still be taken away; a day later nothing changes.
        act(&manager, post("close", "", "")).await.unwrap();
        assert_eq!(act(&asks, post("edit", question, "Another question")).await, Err(ApiError::MovedOn));
        act(&manager, post("reopen", "", "")).await.unwrap();
        // An hour and two minutes are over since the last one was written.
        p.clock.advance(TimeDelta::hours(23) - TimeDelta::minutes(3));
        assert!(seen(&knows).await[4].changes_until.is_some());
        p.clock.advance(TimeDelta::minutes(1));
        assert!(seen(&knows).await[4].changes_until.is_none());
        for what in ["edit", "withdraw"] {
            assert_eq!(act(&knows, post(what, fourth, "Late")).await, Err(ApiError::MovedOn), "{what}");
        }

        let query = LogQuery { log: "community".to_owned(), ..LogQuery::default() };
        let lines = audit_log::page(&p, &manager, &query).await.unwrap().lines;
        let mut events: Vec<&str> = lines.iter().map(|line| line.event.as_str()).collect();
        events.sort_unstable();
        assert_eq!(events, ["closed", "edited", "edited", "removed", "reopened", "withdrawn"]);
        assert!(!format!("{lines:?}").contains("secret"), "words stand with the post only");

        // Whoever is no member any more changes nothing; whoever is erased leaves no word in the log of it.
        let resign = MembershipForm { act: "resign".to_owned(), sure: "on".to_owned(), ..MembershipForm::default() };
        act(&knows, post("reply", "", "Fifth")).await.unwrap();
        let fifth = seen(&asks).await[5].id.to_string();
        membership::own_act(&p, &knows, &resign).await.unwrap();
        for what in ["edit", "withdraw"] {
            assert_eq!(act(&knows, post(what, &fifth, "Gone")).await, NOBODY, "{what}");
        }
        own_data::erase(&p, &p.confirmed(&knows), true).await.unwrap();
        assert!(seen(&manager).await.iter().flat_map(|post| &post.before).all(|before| before.body == "–"));
    })
    .await;
}

/// Terms bind everybody, whatever language they read.
#[tokio::test(flavor = "multi_thread")]
async fn terms_stand_in_all_languages() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let text = "Text".to_owned();
        let form = BenefitForm {
            act: "save".to_owned(),
            kind: "software".to_owned(),
            title_fr: text.clone(),
            title_nl: text.clone(),
            title_en: text.clone(),
            description_fr: text.clone(),
            description_nl: text.clone(),
            description_en: text.clone(),
            terms_en: text,
            ..BenefitForm::default()
        };
        let Err(ApiError::Invalid { fields, .. }) = benefit::manage(&p, &manager, &form).await else { unreachable!() };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["terms_fr", "terms_nl"]);
    })
    .await;
}

/// S58, S60: the community is the members' own; an answer that helps somebody else becomes a contribution, once; posts are
/// reported, and removed with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn the_community() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (asks, knows) = (member(&p, "Vraag Exemple", "NL").await, member(&p, "Weet Exemple", "BE").await);
        let outsider = p.client("Buiten Exemple").await;
        let form = ThreadForm { product: "revit".to_owned(), ..question("How do I share levels?", "Secret question") };
        let id = community::begin(&p, &asks, &form).await.unwrap();
        let post = |act: &str, post: &str, text: &str| in_thread(id, act, post, text);
        p.clock.advance(TimeDelta::minutes(1));
        community::act(&p, &knows, &post("reply", "", "With copy/monitor.")).await.unwrap();
        let thread = community::thread(&p, &asks, id).await.unwrap();
        let (question, answer) = (thread.posts[0].id.to_string(), thread.posts[1].id.to_string());
        assert!(thread.asked && !thread.posts[0].can_contribute && !thread.posts[1].can_contribute);
        community::act(&p, &asks, &post("answer", &answer, "")).await.unwrap();
        assert_eq!(community::act(&p, &knows, &post("answer", &question, "")).await, NOBODY, "who asked decides");

        // One's own question is no contribution; another's answer is not one's own; an answer is, once.
        assert_eq!(community::act(&p, &asks, &post("contribute", &question, "")).await, Err(ApiError::MovedOn));
        assert_eq!(community::act(&p, &asks, &post("contribute", &answer, "")).await, NOBODY);
        community::act(&p, &knows, &post("contribute", &answer, "")).await.unwrap();
        assert_eq!(community::act(&p, &knows, &post("contribute", &answer, "")).await, Err(ApiError::MovedOn));
        let own = membership::mine(&p, &knows, Locale::En).await.unwrap();
        assert_eq!(own.contributions.len(), 1);
        assert!(own.contributions[0].platform && own.membership.regularity.active_months() == 1);

        // Nobody from outside reads, writes, or learns that there is a thread.
        assert_eq!(community::list(&p, &outsider, "", 1).await.map(|_| ()), NOBODY);
        assert_eq!(community::thread(&p, &outsider, id).await.map(|_| ()), NOBODY);
        for act in ["reply", "report", "answer", "contribute", "remove", "keep", "close", "reopen"] {
            assert_eq!(community::act(&p, &outsider, &post(act, &answer, "text")).await, NOBODY, "{act}");
        }
        for act in ["remove", "keep", "close", "reopen"] {
            assert_eq!(community::act(&p, &knows, &post(act, &answer, "text")).await, NOBODY, "{act}");
        }
        assert_eq!(community::act(&p, &manager, &post("reply", "", "I am no member")).await, NOBODY);

        community::act(&p, &asks, &post("report", &answer, "Advertising")).await.unwrap();
        assert_eq!(community::reports(&p, &knows).await.map(|_| ()), NOBODY);
        assert_eq!(community::reports(&p, &manager).await.unwrap()[0].reason, "Advertising");
        assert!(community::thread(&p, &knows, id).await.unwrap().posts[1].reports.is_empty(), "managers only");
        community::act(&p, &manager, &post("remove", &answer, "It is advertising.")).await.unwrap();
        let thread = community::thread(&p, &knows, id).await.unwrap();
        assert!(thread.posts[1].body.is_empty() && !thread.thread.answered);
        assert_eq!(thread.posts[1].removed_because.as_deref(), Some("It is advertising."));
        assert!(community::reports(&p, &manager).await.unwrap().is_empty());
        community::act(&p, &manager, &post("close", "", "")).await.unwrap();
        assert_eq!(community::act(&p, &asks, &post("reply", "", "Still?")).await, Err(ApiError::MovedOn));
    })
    .await;
}

/// S58: places are given in turn, never more than there are; a talk becomes a contribution once it was given.
#[tokio::test(flavor = "multi_thread")]
async fn events_and_places() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mut people = Vec::new();
        for number in 0..6 {
            people.push(member(&p, &format!("Exemple {number}"), "NL").await);
        }
        let form = EventForm {
            act: "save".to_owned(),
            title: "Evening".to_owned(),
            description: "Bring a family.".to_owned(),
            language: "nl".to_owned(),
            starts: "2026-12-10T18:00".to_owned(),
            ends: "2026-12-10T20:00".to_owned(),
            place: "Utrecht, Voorbeeldkade 1".to_owned(),
            places: "3".to_owned(),
            ..EventForm::default()
        };
        let late = EventForm { starts: "2026-11-01T18:00".to_owned(), ..form.clone() };
        assert_eq!(events::save(&p, &manager, &late).await, Err(ApiError::field("starts", Problem::PastTime)));
        events::save(&p, &manager, &form).await.unwrap();
        assert_eq!(events::save(&p, &people[0], &form).await, NOBODY);
        let id = events::list(&p, &manager).await.unwrap()[0].id;
        // Two changes from one page: the second is told of the first, and may then be sent again.
        let same = EventForm { id: id.to_string(), version: "1".to_owned(), ..form.clone() };
        events::save(&p, &manager, &same).await.unwrap();
        assert_eq!(events::list(&p, &manager).await.unwrap()[0].version, 1, "what changes nothing is no change");
        let change = EventForm { title: "Long evening".to_owned(), ..same };
        events::save(&p, &manager, &change).await.unwrap();
        let stale = events::save(&p, &manager, &change).await.unwrap_err();
        let ApiError::Overtaken { version, .. } = stale else { panic!("{stale:?}") };
        assert_eq!(version, 2);
        let change = EventForm { title: "Longer evening".to_owned(), ..change };
        events::save(&p, &manager, &EventForm { version: version.to_string(), ..change }).await.unwrap();
        let sign_up = |act: &str, talk: &str| SignUpForm {
            event: id.to_string(),
            act: act.to_owned(),
            talk: talk.to_owned(),
            ..SignUpForm::default()
        };
        let joins = people.iter().map(|account| {
            let (p, account, form) = (p.clone(), account.clone(), sign_up("join", "My talk"));
            async move { events::act(&p, &account, &form).await }
        });
        assert!(futures::future::join_all(joins).await.iter().all(Result::is_ok));
        let seen = &events::list(&p, &manager).await.unwrap()[0];
        assert_eq!((seen.free, seen.waiting, seen.people.len()), (0, 3, 6));
        let mut going = Vec::new();
        for account in &people {
            let seen = &events::list(&p, account).await.unwrap()[0];
            assert!(seen.people.is_empty(), "who else is coming is the managers' to know");
            if seen.own == "going" {
                going.push(account.clone());
            }
        }
        events::act(&p, &going[0], &sign_up("leave", "")).await.unwrap();
        let seen = &events::list(&p, &manager).await.unwrap()[0];
        assert_eq!((seen.free, seen.waiting), (0, 2), "who waited longest goes");

        let calendar = events::calendar(&p, &going[1], id.to_string().parse().unwrap(), Locale::En).await.unwrap();
        for line in ["DTSTART:20261210T170000Z", "DTEND:20261210T190000Z", "SUMMARY:Longer evening", "STATUS:CONFIRMED"]
        {
            assert!(calendar.contains(line), "{calendar}");
        }
        let outsider = p.client("Buiten Exemple").await;
        let refused = events::calendar(&p, &outsider, id.to_string().parse().unwrap(), Locale::En).await;
        assert_eq!(refused.map(|_| ()), Err(ApiError::NotFound));
        assert_eq!(events::act(&p, &outsider, &sign_up("join", "")).await, NOBODY);

        assert_eq!(
            events::act(&p, &going[1], &sign_up("contribute", "")).await,
            Err(ApiError::MovedOn),
            "not yet given"
        );
        p.clock.advance(TimeDelta::days(18));
        assert!(events::list(&p, &going[1]).await.unwrap()[0].can_contribute);
        events::act(&p, &going[1], &sign_up("contribute", "")).await.unwrap();
        assert_eq!(events::act(&p, &going[1], &sign_up("contribute", "")).await, Err(ApiError::MovedOn), "once");
        assert_eq!(
            events::act(&p, &going[0], &sign_up("contribute", "")).await,
            Err(ApiError::NotFound),
            "did not come"
        );
        assert_eq!(events::act(&p, &going[0], &sign_up("join", "")).await, Err(ApiError::MovedOn), "it is over");
        assert_eq!(membership::mine(&p, &going[1], Locale::En).await.unwrap().contributions[0].title, "My talk");
    })
    .await;
}

/// S48, S52: what is typed is checked field by field; no links stand in what members show (S39).
#[tokio::test(flavor = "multi_thread")]
async fn forms_are_checked() {
    for_each_db(|p| async move {
        let mira = member(&p, "Mira Voorbeeld", "NL").await;
        let tomorrow = p.today() + Days::new(1);
        let bad = ContributionForm {
            channel: "community".to_owned(),
            occurred_on: tomorrow.to_string(),
            url: "http://forum.example/1".to_owned(),
            reach: "many".to_owned(),
            ..ContributionForm::default()
        };
        let Err(ApiError::Invalid { fields, .. }) = contribution::add(&p, &mira, &bad).await else { unreachable!() };
        let mut names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["channel", "helped", "language", "occurred_on", "paid", "reach", "title", "url"]);
        let once = monthly(p.today(), 1);
        contribution::add(&p, &mira, &once).await.unwrap();
        let twice = contribution::add(&p, &mira, &once).await;
        assert_eq!(twice, Err(ApiError::field("url", Problem::Already)));
        // S63: what was paid for never counts, for members as for nominees.
        let paid = ContributionForm { paid: "yes".to_owned(), ..monthly(p.today(), 2) };
        assert_eq!(contribution::add(&p, &mira, &paid).await, Err(ApiError::field("paid", Problem::Paid)));
        let local = ContributionForm { url: "https://127.0.0.1/".to_owned(), ..monthly(p.today(), 2) };
        assert_eq!(contribution::add(&p, &mira, &local).await, Err(ApiError::field("url", Problem::NotAWebAddress)));
        let bad = MemberProfileForm {
            about: "See www.mira.example".to_owned(),
            country: "XX".to_owned(),
            products: vec!["none".to_owned()],
            languages: vec!["xx".to_owned()],
            ..shown("NL", true)
        };
        let Err(ApiError::Invalid { fields, .. }) = membership::save_profile(&p, &mira, &bad).await else {
            unreachable!()
        };
        let mut names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["about", "country", "languages", "products"]);
        let unsure = MembershipForm { act: "resign".to_owned(), ..MembershipForm::default() };
        assert_eq!(membership::own_act(&p, &mira, &unsure).await, Err(ApiError::field("sure", Problem::NotAccepted)));
        membership::own_act(&p, &mira, &MembershipForm { sure: "on".to_owned(), ..unsure }).await.unwrap();
        assert_eq!(state(&p, &mira).await, "resigned");
    })
    .await;
}

/// The hall shows members who chose it, and them alone; filters find them by country, product and language.
#[tokio::test(flavor = "multi_thread")]
async fn the_hall() {
    for_each_db(|p| async move {
        let listed = member(&p, "Mira Voorbeeld", "NL").await;
        let hidden = p.client("Verborgen Exemple").await;
        admit(&p, &hidden).await;
        membership::save_profile(
            &p,
            &hidden,
            &MemberProfileForm { name: "Verborgen".to_owned(), ..shown("NL", false) },
        )
        .await
        .unwrap();
        let hall = membership::hall(&p, ["", "", ""], 1, Locale::En).await.unwrap();
        assert_eq!(hall.members.iter().map(|card| card.name.as_str()).collect::<Vec<_>>(), ["Mira Voorbeeld"]);
        assert_eq!((hall.countries.len(), hall.products.len(), hall.languages.len()), (1, 1, 2));
        for (filter, found) in [
            (["NL", "", ""], 1),
            (["BE", "", ""], 0),
            (["", "revit", "nl"], 1),
            (["", "maya", ""], 0),
            (["", "", "de"], 0),
        ] {
            assert_eq!(membership::hall(&p, filter, 1, Locale::En).await.unwrap().total, found, "{filter:?}");
        }
        let code = membership::mine(&p, &hidden, Locale::En).await.unwrap().profile.code;
        let page = membership::member(&p, &code, Locale::En).await.unwrap();
        assert!(page.live && !page.listed && page.about.is_empty() && page.country.is_empty(), "{page:?}");
        assert_eq!(membership::member(&p, "nosuchcode", Locale::En).await, Err(ApiError::NotFound));
        assert_eq!(membership::badge(&p, "nosuchcode", Locale::En).await, Err(ApiError::NotFound));
        let _ = listed;
    })
    .await;
}

/// Invariant 5: what is the managers' is nobody else's; nobody decides on themselves; a former member has a page of the
/// past, and whoever never was one has none.
#[tokio::test(flavor = "multi_thread")]
async fn rights() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mira = member(&p, "Mira Voorbeeld", "NL").await;
        let outsider = p.client("Buiten Exemple").await;
        let former = member(&p, "Oud Exemple", "NL").await;
        let sure = MembershipForm { act: "resign".to_owned(), sure: "on".to_owned(), ..MembershipForm::default() };
        membership::own_act(&p, &former, &sure).await.unwrap();
        let id = membership::mine(&p, &mira, Locale::En).await.unwrap().membership.id;
        for who in [&outsider, &mira, &former] {
            assert_eq!(membership::list(&p, who, "live", 1, Locale::En).await.map(|_| ()), NOBODY);
            assert_eq!(membership::file(&p, who, id, Locale::En).await.map(|_| ()), NOBODY);
            let form = MemberAct {
                id: id.to_string(),
                version: "1".to_owned(),
                act: "end".to_owned(),
                reasons: "No.".to_owned(),
                ..MemberAct::default()
            };
            assert_eq!(membership::act(&p, who, &form).await, NOBODY);
            assert_eq!(membership::confirm_many(&p, who, &ConfirmForm::default()).await.map(|_| ()), NOBODY);
            assert_eq!(benefit::desk(&p, who, Locale::En).await.map(|_| ()), NOBODY);
            assert_eq!(benefit::manage(&p, who, &BenefitForm::default()).await, NOBODY);
            assert_eq!(events::save(&p, who, &EventForm::default()).await, NOBODY);
            assert_eq!(community::reports(&p, who).await.map(|_| ()), NOBODY);
            assert_eq!(membership::figures(&p, who, Locale::En).await.map(|_| ()), NOBODY);
            assert_eq!(membership::figures_csv(&p, who, Locale::En).await.map(|_| ()), NOBODY);
        }
        assert_eq!(membership::mine(&p, &outsider, Locale::En).await.map(|_| ()), Err(ApiError::NotFound));
        assert_eq!(membership::own_act(&p, &outsider, &sure).await, Err(ApiError::NotFound));
        assert_eq!(membership::own_act(&p, &former, &sure).await, Err(ApiError::MovedOn));
        let kit = offer(&p, &manager, BenefitKind::WelcomeKit, false, "").await;
        for who in [&outsider, &former, &manager] {
            assert_eq!(benefit::act(&p, who, &claim(kit)).await, NOBODY);
        }
        // A manager who is a member: others decide.
        let own = admit(&p, &manager).await;
        assert_eq!(decide_on(&p, &manager, own, "end", "Me.").await, NOBODY);
        // A membership is granted once at a time.
        let mut tx = tx(&p).await;
        let again = membership::grant(&mut tx.exec(), &p, mira.id, p.ids.uuid(), p.now()).await;
        assert_eq!(again, Ok(id), "it is done already");
        drop(tx);
        // Two decisions from one page: the second was made from what is no longer so.
        let version = membership::file(&p, &manager, id, Locale::En).await.unwrap().membership.version;
        let form = MemberAct {
            id: id.to_string(),
            version: version.to_string(),
            act: "end".to_owned(),
            reasons: "Because.".to_owned(),
            ..MemberAct::default()
        };
        let other = p.manager().await;
        let (one, two) = tokio::join!(membership::act(&p, &manager, &form), membership::act(&p, &other, &form));
        assert!(one.is_ok() != two.is_ok());
        let late = one.and(two).unwrap_err();
        let ApiError::Overtaken { by, did, version: now, .. } = late else { panic!("{late:?}") };
        assert_eq!((did.as_str(), now), ("membership/ended", version + 1));
        assert!([&manager.name, &other.name].contains(&&by), "{by}");
        let mut conn = p.db.conn().await.unwrap();
        let steps = rows::steps(&mut conn.exec(), id).await.unwrap();
        assert_eq!(steps.iter().map(|step| step.event.as_str()).collect::<Vec<_>>(), ["granted", "ended"]);
    })
    .await;
}
