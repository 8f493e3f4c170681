//! The experts' workplace, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "other stories use the rest of it")]
#[path = "booking_story/stage.rs"]
mod stage;

use chrono::{NaiveDate, TimeDelta};
use gabarit_domain::{
    booking::PaymentMethod,
    calendar::DaySet,
    completeness::Point,
    ids::{PlaceId, UploadId},
    money::Cents,
    pricing::Refusal,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    ics, jobs, mail, on,
    services::{bookings, experts, files::SentFile, search, work},
    testing::{ExpertSpec, PDF, TestPlatform, for_each_db},
    uploads,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    expert::HolidayView,
    search::SearchQuery,
    work::{BillingForm, CalendarProblem, MAX_MESSAGE_FILES, ProfileForm, Publishing, RecordForm, TermsForm},
};
use stage::{DAYS, Stage};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn text(value: &str) -> String {
    value.to_owned()
}

async fn profile_form(p: &TestPlatform, actor: &AccountView) -> ProfileForm {
    let editor = work::editor(p, actor).await.unwrap();
    ProfileForm {
        version: editor.version.to_string(),
        headline: text("Maquettes Revit pour bureaux d’études"),
        summary: text("Revit 2025.2, ISO 19650-2, plans au 1:100."),
        summary_language: text("fr"),
        skills: text("Dynamo\nIFC 4\nDynamo\n"),
        languages: vec![text("fr"), text("nl")],
        products: vec![text("revit"), text("autocad")],
        sectors: vec![text("construction")],
        locale: text("fr"),
        ..ProfileForm::default()
    }
}

fn problems(error: &ApiError, field: &str) -> Vec<Problem> {
    error.problems(field).cloned().collect()
}

/// S38, S39, S41, S44: the profile is stored, found by search, refused with the words marked when it holds a link, and never
/// overwritten by somebody who read an older one.
#[tokio::test(flavor = "multi_thread")]
async fn profiles_are_edited() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        let actor = &expert.account;
        let before = work::editor(&p, actor).await.unwrap();
        assert!(
            before.completeness.missing.contains(&Point::Summary)
                && before.completeness.missing.contains(&Point::Skills)
        );
        let form = profile_form(&p, actor).await;
        let autocad = SearchQuery {
            products: vec![gabarit_domain::expert::ProductCode::parse("autocad").unwrap()],
            ..SearchQuery::default()
        };
        assert_eq!(search::search(&p, &autocad, Locale::Fr).await.unwrap().total, 0);
        p.clock.advance(TimeDelta::seconds(2));
        work::save_profile(&p, actor, &form).await.unwrap();
        let after = work::editor(&p, actor).await.unwrap();
        assert_eq!(after.skills, ["Dynamo", "IFC 4"]);
        assert_eq!(after.languages, ["fr", "nl"]);
        assert!(after.completeness.percent > before.completeness.percent);
        assert_eq!(search::search(&p, &autocad, Locale::Fr).await.unwrap().total, 1);
        // The form that was read before is stale now.
        let error = work::save_profile(&p, actor, &form).await.unwrap_err();
        assert_eq!(problems(&error, "version"), [Problem::Stale]);
        // A link is refused where it stands; nothing of the form is stored.
        let linked = ProfileForm {
            version: after.version.to_string(),
            headline: text("Autre titre"),
            summary: text("Voir contact [at] exemple point fr, merci"),
            skills: text("www.exemple.fr"),
            ..form.clone()
        };
        let error = work::save_profile(&p, actor, &linked).await.unwrap_err();
        assert_eq!(problems(&error, "summary"), [Problem::Links(vec![text("contact [at] exemple point fr")])]);
        assert_eq!(problems(&error, "skills"), [Problem::Links(vec![text("www.exemple.fr")])]);
        assert!(problems(&error, "headline").is_empty());
        assert_eq!(work::editor(&p, actor).await.unwrap(), after);
        // Others have no profile to edit.
        let client = p.client("Ada Client").await;
        assert_eq!(work::save_profile(&p, &client, &form).await, Err(ApiError::Forbidden));
        assert_eq!(work::editor(&p, &client).await, Err(ApiError::Forbidden));
    })
    .await;
}

/// S38: certificates, diplomas and jobs come, change and go.
#[tokio::test(flavor = "multi_thread")]
async fn records_are_edited() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        let actor = &expert.account;
        let version = async || work::editor(&p, actor).await.unwrap().version.to_string();
        let record = |version: String, at: &str, title: &str| RecordForm {
            version,
            kind: text("certificate"),
            at: text(at),
            title: text(title),
            organisation: text("Institut fictif"),
            from_year: text("2023"),
            ..RecordForm::default()
        };
        work::save_record(&p, actor, &record(version().await, "", "Premier")).await.unwrap();
        work::save_record(&p, actor, &record(version().await, "", "Second")).await.unwrap();
        work::save_record(&p, actor, &record(version().await, "1", "Premier, changé")).await.unwrap();
        let titles = async || {
            work::editor(&p, actor).await.unwrap().records.into_iter().map(|record| record.title).collect::<Vec<_>>()
        };
        assert_eq!(titles().await, ["Second", "Premier, changé"]);
        let linked = record(version().await, "", "Voir exemple.fr");
        assert_eq!(
            problems(&work::save_record(&p, actor, &linked).await.unwrap_err(), "title"),
            [Problem::Links(vec![text("exemple.fr")])]
        );
        let out = RecordForm { remove: text("on"), ..record(version().await, "0", "") };
        work::save_record(&p, actor, &out).await.unwrap();
        assert_eq!(titles().await, ["Premier, changé"]);
        let beyond = record(version().await, "7", "x");
        assert_eq!(work::save_record(&p, actor, &beyond).await, Err(ApiError::NotFound));
    })
    .await;
}

/// S32: mode, base and limit change what clients find; open bookings stand, and those that no longer fit are named.
#[tokio::test(flavor = "multi_thread")]
async fn terms_name_the_bookings_they_would_refuse() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let actor = &stage.expert.account;
        let (booking, _) = stage.paid(DAYS).await;
        let settings = work::settings(&p, actor, Locale::Fr).await.unwrap();
        assert!(settings.affected.is_empty());
        let form = TermsForm {
            version: settings.version.to_string(),
            base: text("Utrecht"),
            on_site: text("on"),
            remote: String::new(),
            max_travel_km: text("50"),
            lead_days: text("10"),
            phone: text("+32 4 000 00 01"),
            locale: text("fr"),
        };
        work::save_terms(&p, actor, &form, Locale::Fr).await.unwrap();
        let after = work::settings(&p, actor, Locale::Fr).await.unwrap();
        assert!(after.base.starts_with("Utrecht"), "{}", after.base);
        assert_eq!(after.phone.as_deref(), Some("+32 4 000 00 01"));
        assert_eq!(
            after.affected.iter().map(|found| (found.id, found.reason.clone())).collect::<Vec<_>>(),
            [(booking, Refusal::NotRemote)]
        );
        assert_eq!(stage.state(booking).await, "requested");
        let offer = experts::offer(&p, stage.expert.id).await.unwrap().unwrap();
        assert_eq!((offer.remote, offer.max_travel_km), (false, Some(50)));
        // Within the own lead time no day is offered.
        assert_eq!(offer.free.next_free(p.today()), Some(day("2026-12-03")));
        let error = work::save_terms(&p, actor, &form, Locale::Fr).await.unwrap_err();
        assert_eq!(problems(&error, "version"), [Problem::Stale]);
        let nowhere = TermsForm {
            version: after.version.to_string(),
            base: text("Qqqqqq"),
            on_site: String::new(),
            max_travel_km: text("far"),
            ..form
        };
        let error = work::save_terms(&p, actor, &nowhere, Locale::Fr).await.unwrap_err();
        for (field, problem) in [
            ("base", Problem::UnknownPlace),
            ("on_site", Problem::NoMode),
            ("max_travel_km", Problem::Outside("0".to_owned(), "20100".to_owned())),
        ] {
            assert_eq!(problems(&error, field), [problem], "{field}");
        }
    })
    .await;
}

/// S20: a paused profile is neither found nor booked, and comes back; billing is stored.
#[tokio::test(flavor = "multi_thread")]
async fn publishing_and_billing() {
    for_each_db(|p| async move {
        let expert = p.expert(ExpertSpec::default()).await;
        let actor = &expert.account;
        work::set_paused(&p, actor, true).await.unwrap();
        assert_eq!(work::set_paused(&p, actor, true).await, Err(ApiError::MovedOn));
        assert_eq!(work::settings(&p, actor, Locale::Fr).await.unwrap().publishing, Publishing::Paused);
        assert!(experts::offer(&p, expert.id).await.unwrap().is_none());
        work::set_paused(&p, actor, false).await.unwrap();
        assert!(experts::offer(&p, expert.id).await.unwrap().is_some());
        let form = BillingForm {
            company: text("Atelier Fictif SRL"),
            street: text("Rue du Test 2"),
            postal_code: text("4000"),
            city: text("Liège"),
            country: text("BE"),
            ..BillingForm::default()
        };
        let error = work::save_billing(&p, actor, &form).await.unwrap_err();
        assert_eq!(problems(&error, "vat_number"), [Problem::Missing]);
        work::save_billing(&p, actor, &BillingForm { vat_exempt: text("on"), ..form }).await.unwrap();
        let billing = work::settings(&p, actor, Locale::Fr).await.unwrap().billing.unwrap();
        assert_eq!((billing.company.as_str(), billing.vat_exempt), ("Atelier Fictif SRL", true));
    })
    .await;
}

/// S38: painted days are exceptions to the pattern, and follow it again when they are painted back.
#[tokio::test(flavor = "multi_thread")]
async fn days_are_painted() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let actor = &stage.expert.account;
        let (booking, _) = stage.paid(DAYS).await;
        let (view, version) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert!(!view.free.contains(&day("2026-12-01")) && !view.paintable.is_free(day("2026-12-01")));
        let mut free: BTreeSet<NaiveDate> = view.free.iter().copied().collect();
        // A Saturday more, a Monday less.
        free.insert(day("2026-12-05"));
        free.remove(&day("2026-12-07"));
        work::paint(&p, actor, &version.to_string(), &free).await.unwrap();
        let offer = experts::offer(&p, stage.expert.id).await.unwrap().unwrap();
        assert!(
            offer.free.is_free(day("2026-12-05"))
                && !offer.free.is_free(day("2026-12-07"))
                && offer.free.is_free(day("2026-12-08"))
        );
        // Days of a booking that goes come back as they were.
        bookings::decline(&p, actor, booking, "").await.unwrap();
        let offer = experts::offer(&p, stage.expert.id).await.unwrap().unwrap();
        assert!(offer.free.is_free(day("2026-12-01")));
        let (view, version) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        work::save_pattern(&p, actor, &version.to_string(), 0b110_0000, true, "").await.unwrap();
        let stale =
            work::paint(&p, actor, &version.to_string(), &view.free.iter().copied().collect()).await.unwrap_err();
        assert_eq!(problems(&stale, "version"), [Problem::Stale]);
        let offer = experts::offer(&p, stage.expert.id).await.unwrap().unwrap();
        assert!(offer.free.is_free(day("2026-12-06")) && !offer.free.is_free(day("2026-12-08")));
    })
    .await;
}

/// S31, S38: an expert names the region of their public holidays: its days are no longer free, for the profile, for
/// searches and for bookings, and are shown by name; a region of another country is refused, and counts for nothing once
/// the base has moved away.
#[tokio::test(flavor = "multi_thread")]
async fn regions_have_holidays_of_their_own() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let actor = &stage.expert.account;
        // A Monday that the German-speaking community keeps.
        let kept = "2027-11-15";
        let save = async |region: &str| {
            let (_, version) = work::availability(&p, actor, Locale::Fr).await.unwrap();
            work::save_pattern(&p, actor, &version.to_string(), 0b001_1111, false, region).await
        };
        let free = async || experts::offer(&p, stage.expert.id).await.unwrap().unwrap().free.is_free(day(kept));
        let found = async || {
            p.search.touch();
            let query = SearchQuery { days: DaySet::parse(kept).ok(), ..SearchQuery::default() };
            let results = search::search(&p, &query, Locale::Fr).await.unwrap();
            results.cards.iter().any(|card| card.id == stage.expert.id)
        };
        let (view, _) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert_eq!(view.region, "");
        assert_eq!(
            view.regions.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(),
            ["BE-WAL", "BE-DG", "BE-VLG"]
        );
        assert!(free().await && found().await);
        for wrong in ["FR-57", "BE-99", "Wallonie", "be-dg"] {
            assert_eq!(problems(&save(wrong).await.unwrap_err(), "region"), [Problem::Unknown], "{wrong}");
        }
        save("BE-DG").await.unwrap();
        assert!(!free().await && !found().await);
        let (view, _) = work::availability(&p, actor, Locale::Nl).await.unwrap();
        assert_eq!(view.region, "BE-DG");
        let name = |holidays: &[HolidayView]| {
            holidays.iter().find(|holiday| holiday.day == day(kept)).map(|holiday| holiday.name.clone())
        };
        let dutch = Some(text("Feest van de Duitstalige Gemeenschap"));
        assert_eq!(name(&view.holidays), dutch);
        let profile = experts::profile(&p, stage.expert.id, Locale::Nl).await.unwrap().unwrap();
        assert_eq!(name(&profile.holidays), dutch);
        let error = stage.place_as(&stage.client, stage.form(kept, PaymentMethod::Ideal)).await.unwrap_err();
        assert_eq!(problems(&error, "days"), [Problem::Refused(Refusal::NotFree { days: vec![day(kept)] })]);
        // Moved to another country: its own days, until a region of it is chosen.
        let moved = "UPDATE expert SET base_country = 'LU' WHERE id = $1";
        let mut conn = p.db.conn().await.unwrap();
        on!(&mut conn.exec(), |c| sqlx::query(moved).bind(stage.expert.id.0).execute(c).await.map(drop)).unwrap();
        drop(conn);
        let (view, _) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert_eq!((view.region.as_str(), view.regions.len(), name(&view.holidays)), ("", 0, None));
        assert!(free().await);
    })
    .await;
}

/// A web server that answers every request with the text it is given, and counts.
async fn server() -> (String, Arc<Mutex<(String, usize)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/calendar.ics", listener.local_addr().unwrap());
    let state = Arc::new(Mutex::new((String::new(), 0)));
    let shared = Arc::clone(&state);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = {
                let mut state = shared.lock().unwrap();
                state.1 += 1;
                state.0.clone()
            };
            let mut request = [0_u8; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, state)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn event(first: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{first}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// Calendars elsewhere make days busy: read when added, on a schedule, and before a booking; one that fails counts as it
/// was last read, with a note.
#[tokio::test(flavor = "multi_thread")]
async fn calendars_elsewhere_make_days_busy() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let actor = &stage.expert.account;
        let (address, state) = server().await;
        state.lock().unwrap().0 = ok(&event("20261201"));
        work::add_address(&p, actor, "Bureau", &address).await.unwrap();
        let free = async |on: &str| experts::offer(&p, stage.expert.id).await.unwrap().unwrap().free.is_free(day(on));
        assert!(!free("2026-12-01").await && free("2026-12-02").await);
        // On the schedule.
        state.lock().unwrap().0 = ok(&event("20261202"));
        p.clock.advance(TimeDelta::minutes(61));
        jobs::run_due(&p).await.unwrap();
        assert!(free("2026-12-01").await && !free("2026-12-02").await);
        // Before a booking.
        state.lock().unwrap().0 = ok(&event("20261203"));
        p.clock.advance(TimeDelta::minutes(5));
        let error = stage.place_as(&stage.client, stage.form("2026-12-03", PaymentMethod::Ideal)).await.unwrap_err();
        assert_eq!(problems(&error, "days"), [Problem::Refused(Refusal::NotFree { days: vec![day("2026-12-03")] })]);
        // Silence: what was read before counts, and its owner is told.
        state.lock().unwrap().0 = text("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        p.clock.advance(TimeDelta::minutes(70));
        jobs::run_due(&p).await.unwrap();
        assert!(!free("2026-12-03").await && free("2026-12-02").await);
        let (view, version) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert_eq!(view.calendars[0].problem, Some(CalendarProblem::NoAnswer));
        assert_eq!(view.busy, [day("2026-12-03")]);
        // What the expert paints counts before it.
        let mut painted: BTreeSet<NaiveDate> = view.free.iter().copied().collect();
        painted.insert(day("2026-12-03"));
        work::paint(&p, actor, &version.to_string(), &painted).await.unwrap();
        assert!(free("2026-12-03").await);
        // Nobody else takes it out.
        let other = p.expert(ExpertSpec::default()).await;
        assert_eq!(work::remove(&p, &other.account, view.calendars[0].id).await, Err(ApiError::NotFound));
        work::remove(&p, actor, view.calendars[0].id).await.unwrap();
        assert!(work::availability(&p, actor, Locale::Fr).await.unwrap().0.busy.is_empty());
        // A redirect into a private network is not followed.
        state.lock().unwrap().0 = text("HTTP/1.1 302 Found\r\nlocation: https://169.254.169.254/latest/meta-data\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        work::add_address(&p, actor, "", &address).await.unwrap();
        let (view, _) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert_eq!(view.calendars[0].problem, Some(CalendarProblem::NotPublic));
        // A file.
        let file = |name: &str, body: &str| SentFile { name: name.to_owned(), bytes: body.as_bytes().to_vec() };
        work::add_file(&p, actor, "", &file("Chantier.ics", &event("20261210"))).await.unwrap();
        assert!(!free("2026-12-10").await);
        let (view, _) = work::availability(&p, actor, Locale::Fr).await.unwrap();
        assert!(view.calendars.iter().any(|calendar| calendar.name == "Chantier"));
        for (sent, problem) in [
            (file("page.ics", "<html>"), Problem::NotACalendar),
            (file("", ""), Problem::Missing),
            (file("all.ics", &"x".repeat(4_200_000)), Problem::CalendarTooBig),
        ] {
            assert_eq!(problems(&work::add_file(&p, actor, "x", &sent).await.unwrap_err(), "files"), [problem]);
        }
        assert_eq!(work::may_add_file(&p, actor).await, Ok(()));
        let client = p.client("Ada Client").await;
        assert_eq!(work::may_add_file(&p, &client).await, Err(ApiError::Forbidden));
        // An address that is none says what one is.
        for (typed, problem) in [("", Problem::Missing), ("http://cal.example/a.ics", Problem::NotHttps)] {
            assert_eq!(work::add_address(&p, actor, "", typed).await, Err(ApiError::field("address", problem)));
        }
    })
    .await;
}

/// The private feed: orders tentative, then firm, then cancelled; the same name throughout, its sequence rising; closed
/// when revoked or replaced.
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_follows_the_bookings() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let actor = &stage.expert.account;
        let address = work::new_feed(&p, actor).await.unwrap();
        let secret = |address: &str| text(address.rsplit('/').next().unwrap().strip_suffix(".ics").unwrap());
        let line = |feed: &str, name: &str| {
            feed.replace("\r\n ", "")
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name}:")).map(ToOwned::to_owned))
                .unwrap()
        };
        // Tuesday and Wednesday, and the Friday after: two events.
        let (booking, _) = stage.paid("2026-12-01,2026-12-02,2026-12-04").await;
        let feed = work::feed(&p, &secret(&address)).await.unwrap();
        assert_eq!(feed.matches("BEGIN:VEVENT").count(), 2);
        assert!(feed.contains("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261203\r\n"));
        assert_eq!(line(&feed, "STATUS"), "TENTATIVE");
        let (uid, sequence) = (line(&feed, "UID"), line(&feed, "SEQUENCE").parse::<i64>().unwrap());
        stage.accept(booking).await;
        let feed = work::feed(&p, &secret(&address)).await.unwrap();
        assert_eq!((line(&feed, "STATUS"), line(&feed, "UID")), (text("CONFIRMED"), uid));
        assert!(line(&feed, "SEQUENCE").parse::<i64>().unwrap() > sequence);
        // It is read back as it was written.
        let busy = ics::busy_days(&feed, chrono_tz::Tz::UTC, p.today(), day("2027-01-01")).unwrap();
        assert_eq!(busy.days.into_iter().collect::<Vec<_>>(), ["2026-12-01", "2026-12-02", "2026-12-04"].map(day));
        let (second, _) = stage.paid("2026-12-09").await;
        bookings::decline(&p, actor, second, "").await.unwrap();
        let feed = work::feed(&p, &secret(&address)).await.unwrap();
        assert!(feed.contains("STATUS:CANCELLED\r\n"));
        // Only its hash is stored; replacing and revoking close it.
        let replaced = work::new_feed(&p, actor).await.unwrap();
        assert_eq!(work::feed(&p, &secret(&address)).await, Err(ApiError::NotFound));
        assert!(work::feed(&p, &secret(&replaced)).await.is_ok());
        work::revoke_feed(&p, actor).await.unwrap();
        assert_eq!(work::feed(&p, &secret(&replaced)).await, Err(ApiError::NotFound));
    })
    .await;
}

/// S25: where the expert stands on the ladder, what the next day pays, and what each assignment brings.
#[tokio::test(flavor = "multi_thread")]
async fn earnings_by_the_ladder() {
    for_each_db(|p| async move {
        // 12 days done at level 2, €680: the 13th pays 80 %, the 14th 82.5 %.
        let stage = Stage::with(p.clone(), ExpertSpec { completed_days: 12, ..ExpertSpec::level(2) }).await;
        let actor = &stage.expert.account;
        let (booking, _) = stage.paid(DAYS).await;
        stage.accept(booking).await;
        let page = work::earnings(&p, actor).await.unwrap();
        assert_eq!(page.next_day, Some((Cents(544_00), 13)));
        let entry = &page.entries[0];
        assert_eq!(
            (entry.days, entry.for_days, entry.passed_on, entry.is_final),
            (2, Cents(544_00 + 561_00), Cents(0), false)
        );
        assert!(page.years.is_empty());
        stage.at("2026-12-03T00:00:00Z").await;
        let page = work::earnings(&p, actor).await.unwrap();
        assert_eq!((page.completed_days, page.next_day), (14, Some((Cents(561_00), 15))));
        assert_eq!((page.years[0].year, page.years[0].days, page.years[0].total), (2026, 2, Cents(1_105_00)));
        assert!(page.entries[0].is_final && page.entries[0].document.is_some());
        let table = work::csv(&p, actor, Locale::En).await.unwrap();
        assert!(table.contains(",2026-12-01,2026-12-02,2,1105.00,0.00,1105.00,"), "{table}");
        assert_eq!(work::earnings(&p, &stage.client).await, Err(ApiError::Forbidden));
    })
    .await;
}

/// S11: client and expert write to each other from the order on; nobody else reads it, a double click is one message,
/// and the other side is told once.
#[tokio::test(flavor = "multi_thread")]
async fn threads_belong_to_two() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let (client, expert) = (&stage.client, &stage.expert.account);
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        // An unpaid hold is no order yet.
        assert_eq!(work::thread(&p, client, id).await, Err(ApiError::NotFound));
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        gabarit_server::services::payments::sync(&p, &reference).await.unwrap();
        let key = work::thread(&p, client, id).await.unwrap().key;
        work::write_message(&p, client, id, "Quelle version de Revit ?", &key).await.unwrap();
        work::write_message(&p, client, id, "Quelle version de Revit ?", &key).await.unwrap();
        let key = work::thread(&p, expert, id).await.unwrap().key;
        work::write_message(&p, expert, id, "2025.2", &key).await.unwrap();
        let seen = work::thread(&p, expert, id).await.unwrap();
        assert_eq!(
            seen.messages.iter().map(|message| (message.own, message.body.as_str())).collect::<Vec<_>>(),
            [(false, "Quelle version de Revit ?"), (true, "2025.2")]
        );
        assert_eq!(work::threads(&p, expert).await.unwrap()[0].count, 2);
        let mails = mail::local_mailbox(&p, 1_000).await.unwrap();
        assert_eq!(mails.iter().filter(|mail| mail.text.contains("Quelle version de Revit")).count(), 1);
        let (stranger, other, manager) =
            (p.client("Eve").await, p.expert(ExpertSpec::default()).await, p.manager().await);
        for nobody in [&stranger, &other.account, &manager] {
            assert_eq!(work::thread(&p, nobody, id).await, Err(ApiError::NotFound));
            assert_eq!(work::write_message(&p, nobody, id, "x", &key).await, Err(ApiError::NotFound));
        }
        bookings::decline(&p, expert, id, "").await.unwrap();
        let key = p.ids.uuid().to_string();
        assert_eq!(work::write_message(&p, client, id, "Dommage", &key).await, Err(ApiError::MovedOn));
        assert!(!work::thread(&p, client, id).await.unwrap().open);
    })
    .await;
}

fn sent(name: &str, bytes: &[u8]) -> SentFile {
    SentFile { name: name.to_owned(), bytes: bytes.to_vec() }
}

/// S11: files go with messages: both sides of the thread fetch them as they were sent, under a harmless name, and are
/// told of them; nobody else does, not even another client of the same expert; the same form twice is sent once.
#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_messages_and_belong_to_two() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let (client, expert) = (&stage.client, &stage.expert.account);
        let (id, _) = stage.paid(DAYS).await;
        let key = work::thread(&p, client, id).await.unwrap().key;
        let other_pdf = [PDF, b"% another\nstartxref\n9\n%%EOF\n"].concat();
        for _ in 0..2 {
            let files = vec![sent("C:\\Plans\\Étage 1.pdf.exe", PDF), sent("\"coupe\r\nx.png", &other_pdf)];
            work::write_with_files(&p, client, id, "Voici les plans.", &key, files).await.unwrap();
        }
        assert_eq!(p.stored_files(), 2, "the second time left nothing behind");
        for (reader, own) in [(client, true), (expert, false)] {
            let messages = work::thread(&p, reader, id).await.unwrap().messages;
            assert_eq!((messages.len(), messages[0].own, messages[0].files.len()), (1, own, 2));
            let (first, second) = (&messages[0].files[0], &messages[0].files[1]);
            assert_eq!((first.name.as_str(), first.size), ("Étage 1 pdf.pdf", PDF.len() as u64));
            assert_eq!(second.name, "coupe x.pdf", "what it is, not what it is called");
            let fetched = work::fetch_file(&p, reader, UploadId(first.id)).await.unwrap();
            assert_eq!((fetched.media_type, fetched.bytes.as_slice()), ("application/pdf", PDF));
            assert_eq!(work::fetch_file(&p, reader, UploadId(second.id)).await.unwrap().bytes, other_pdf);
        }
        let file = UploadId(work::thread(&p, client, id).await.unwrap().messages[0].files[0].id);
        let mails = mail::local_mailbox(&p, 1_000).await.unwrap();
        let told: Vec<_> = mails.iter().filter(|mail| mail.text.contains("Étage 1 pdf.pdf")).collect();
        assert_eq!((told.len(), told[0].to.as_str()), (1, expert.email.as_str()));

        // Another client of the same expert, in a thread of their own; another expert, with an order of the same client.
        let neighbour = p.client("Noa Buur").await;
        let theirs = stage.place_as(&neighbour, stage.form("2026-12-08", PaymentMethod::Ideal)).await.unwrap().id;
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        gabarit_server::services::payments::sync(&p, &reference).await.unwrap();
        let second = p.expert(ExpertSpec::default()).await;
        let (stranger, manager) = (p.client("Eve").await, p.manager().await);
        assert!(work::thread(&p, &neighbour, theirs).await.unwrap().messages.is_empty());
        for nobody in [&neighbour, &second.account, &stranger, &manager] {
            assert_eq!(work::fetch_file(&p, nobody, file).await, Err(ApiError::NotFound));
            let key = p.ids.uuid().to_string();
            let refused = work::write_with_files(&p, nobody, id, "x", &key, vec![sent("x.pdf", PDF)]).await;
            assert_eq!(refused, Err(ApiError::NotFound));
        }
        assert_eq!(work::fetch_file(&p, client, UploadId(id.0)).await, Err(ApiError::NotFound));
        assert_eq!(p.stored_files(), 2, "what strangers send is not kept");

        // The thread is closed for writing, and stays readable.
        bookings::decline(&p, expert, id, "").await.unwrap();
        let key = p.ids.uuid().to_string();
        let late = work::write_with_files(&p, client, id, "Dommage", &key, vec![sent("x.pdf", PDF)]).await;
        assert_eq!((late, p.stored_files()), (Err(ApiError::MovedOn), 2));
        assert_eq!(work::fetch_file(&p, client, file).await.unwrap().bytes, PDF);
    })
    .await;
}

/// S11: what a file is, its content says: with one that is something else, empty, too large or too many nothing is sent
/// and nothing kept, and each is named beside the field.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_checked_by_their_content() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let client = &stage.client;
        let (id, _) = stage.paid(DAYS).await;
        let write = async |body: &str, files: Vec<SentFile>| {
            let key = p.ids.uuid().to_string();
            work::write_with_files(&p, client, id, body, &key, files).await
        };
        let huge = [PDF, vec![b' '; uploads::MAX_BYTES].as_slice(), b"startxref\n9\n%%EOF\n"].concat();
        let page = b"<!doctype html><script>alert(1)</script>";
        let refused = write(
            "",
            vec![sent("bon.pdf", PDF), sent("page.pdf", page), sent("vide.png", b""), sent("lourd.pdf", &huge)],
        )
        .await
        .unwrap_err();
        assert_eq!(problems(&refused, "body"), [Problem::Missing]);
        assert_eq!(
            problems(&refused, "files"),
            [
                Problem::FileType(text("page.pdf")),
                Problem::FileEmpty(text("vide.png")),
                Problem::FileTooLarge(text("lourd.pdf"))
            ]
        );
        let many = write("Beaucoup", vec![sent("a.pdf", PDF); MAX_MESSAGE_FILES + 1]).await.unwrap_err();
        assert_eq!(problems(&many, "files"), [Problem::TooMany(5)]);
        for other in
            [&b"PK\x03\x04"[..], b"MZ\x90\x00", b"\xff\xd8\xff\xd9", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
        {
            let refused = write("Voyez", vec![sent("photo.jpg", other)]).await.unwrap_err();
            assert_eq!(problems(&refused, "files"), [Problem::FileType(text("photo.jpg"))]);
        }
        assert_eq!((work::thread(&p, client, id).await.unwrap().messages.len(), p.stored_files()), (0, 0));
        // A thread holds so many, whoever sends them.
        for _ in 0..20 {
            write("Encore", vec![sent("a.pdf", PDF); MAX_MESSAGE_FILES]).await.unwrap();
        }
        let full = write("Encore un", vec![sent("a.pdf", PDF)]).await.unwrap_err();
        assert_eq!((problems(&full, "files"), p.stored_files()), (vec![Problem::NoMoreFiles(100)], 100));
        write("Sans fichier", Vec::new()).await.unwrap();
        // One that was changed in the store is not handed out as if it were the one that was sent.
        let file = UploadId(work::thread(&p, client, id).await.unwrap().messages[0].files[0].id);
        p.storage.put(file, page.to_vec()).await.unwrap();
        assert!(matches!(work::fetch_file(&p, client, file).await, Err(ApiError::Internal { .. })));
    })
    .await;
}

/// S11: however many write at once, from both sides, a thread keeps no more files than it may, and nothing of what was
/// refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_thread_stays_full_under_a_race() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let (client, expert) = (stage.client.clone(), stage.expert.account.clone());
        let (id, _) = stage.paid(DAYS).await;
        let write = |who: AccountView, files: usize| {
            let p = p.clone();
            async move {
                let key = p.ids.uuid().to_string();
                work::write_with_files(&p, &who, id, "Encore", &key, vec![sent("a.pdf", PDF); files]).await
            }
        };
        for _ in 0..18 {
            write(client.clone(), MAX_MESSAGE_FILES).await.unwrap();
        }
        // Ten places are left: for two of these messages, whichever come first.
        let together = std::sync::Arc::new(tokio::sync::Barrier::new(12));
        let writers: Vec<_> = (0..12)
            .map(|n| {
                let writing = write(if n % 2 == 0 { client.clone() } else { expert.clone() }, MAX_MESSAGE_FILES);
                let together = std::sync::Arc::clone(&together);
                tokio::spawn(async move {
                    together.wait().await;
                    writing.await
                })
            })
            .collect();
        let mut kept = 0;
        for writer in writers {
            match writer.await.unwrap() {
                Ok(()) => kept += 1,
                Err(error) => assert_eq!(problems(&error, "files"), [Problem::NoMoreFiles(100)]),
            }
        }
        let thread = work::thread(&p, &client, id).await.unwrap();
        let files: usize = thread.messages.iter().map(|message| message.files.len()).sum();
        assert_eq!((kept, thread.messages.len(), files, p.stored_files()), (2, 20, 100, 100));
    })
    .await;
}

/// S43: no table keeps who looked at a profile: reading one, signed in or not, changes no row of any table.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_s_visits_are_recorded() {
    let p = TestPlatform::sqlite().await;
    let expert = p.expert(ExpertSpec { base_place: PlaceId(2_792_413), ..ExpertSpec::default() }).await;
    let tables: Vec<String> = {
        let mut conn = p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        gabarit_server::on!(exec, |c| sqlx::query_scalar("SELECT sql FROM sqlite_master WHERE type = 'table'")
            .fetch_all(c)
            .await)
        .unwrap()
    };
    for table in &tables {
        // What the tables say of themselves in comments is no column.
        let columns: Vec<&str> = table.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let lower = columns.join("\n").to_lowercase();
        for word in ["view_count", " viewer", "profile_view", "visit", " viewed", "impression", "seen_by"] {
            assert!(!lower.contains(word), "{table}");
        }
    }
    let names: Vec<String> = {
        let mut conn = p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        gabarit_server::on!(exec, |c| sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
        .fetch_all(c)
        .await)
        .unwrap()
    };
    assert!(names.len() > 20);
    let changes = async || {
        let mut conn = p.db.conn().await.unwrap();
        let mut counts = Vec::new();
        for name in &names {
            let exec = &mut conn.exec();
            let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {name}"));
            counts.push(gabarit_server::on!(exec, |c| sqlx::query_scalar::<_, i64>(sql).fetch_one(c).await).unwrap());
        }
        counts
    };
    let before = changes().await;
    for _ in 0..5 {
        experts::profile(&p, expert.id, Locale::Fr).await.unwrap().unwrap();
        experts::card(&p, expert.id, Locale::Nl).await.unwrap().unwrap();
    }
    assert_eq!(changes().await, before);
    p.finish().await;
}
