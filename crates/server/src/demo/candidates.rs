//! Fictional candidates, one or two in every state, for the managers' console to show.

use crate::{
    db::{
        Exec,
        candidates::{self as rows, NewStep, SlotRow},
        demo::{self, NewAccount},
    },
    platform::Platform,
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    candidate::CandidateState,
    ids::{AccountId, CandidateId},
    text::Message,
};
use gabarit_i18n::{Locale, demo as words};
use gabarit_view::candidate::ApplicationForm;
use uuid::Uuid;

/// One candidate: who, where, what for, and how far.
struct Sketch {
    name: &'static str,
    place: u32,
    country: &'static str,
    product: &'static str,
    sector: &'static str,
    language: &'static str,
    locale: Locale,
    state: &'static str,
    /// Days since it came to its state.
    days: i64,
}

const fn sketch(
    (name, locale, language): (&'static str, Locale, &'static str),
    (place, country): (u32, &'static str),
    (product, sector): (&'static str, &'static str),
    (state, days): (&'static str, i64),
) -> Sketch {
    Sketch { name, place, country, product, sector, language, locale, state, days }
}

/// Names nobody bears, places there are.
const CANDIDATES: [Sketch; 9] = [
    sketch(("Clélia Exemplaire", Locale::Fr, "fr"), (2_792_413, "BE"), ("revit", "construction"), ("new", 3)),
    sketch(("Pim Voorbeeld", Locale::Nl, "nl"), (2_745_912, "NL"), ("civil-3d", "civil-infrastructure"), ("new", 1)),
    sketch(("Odile Fictive", Locale::Fr, "fr"), (2_988_507, "FR"), ("maya", "media-entertainment"), ("in-review", 4)),
    sketch(
        ("Joost Proefman", Locale::Nl, "nl"),
        (2_745_912, "NL"),
        ("inventor", "mechanical-engineering"),
        ("invited", 2),
    ),
    sketch(("Nora Sample", Locale::En, "en"), (2_792_413, "BE"), ("plant-3d", "process-industry"), ("invited", 1)),
    sketch(("Basile Modèle", Locale::Fr, "fr"), (2_988_507, "FR"), ("revit", "construction"), ("interviewed", 1)),
    sketch(("Wies Testman", Locale::Nl, "nl"), (2_745_912, "NL"), ("autocad", "construction"), ("refused", 9)),
    sketch(
        ("Imke Denkbeeld", Locale::Nl, "nl"),
        (2_745_912, "NL"),
        ("vault", "mechanical-engineering"),
        ("withdrawn", 6),
    ),
    sketch(("Ilan Inventé", Locale::Fr, "fr"), (2_792_413, "BE"), ("fusion", "mechanical-engineering"), ("draft", 1)),
];

/// The application of a candidate, complete.
fn form(p: &Platform, sketch: &Sketch) -> ApplicationForm {
    let l = sketch.locale;
    let place = p.places.view(gabarit_domain::ids::PlaceId(sketch.place), l).map(|place| place.label());
    let mut form = ApplicationForm::default();
    let mut put = |name: &str, value: String| drop(form.0.insert(name.to_owned(), value));
    put("display_name", sketch.name.to_owned());
    put("phone", "+32 2 555 00 00".to_owned());
    put("place", place.unwrap_or_default());
    put("place_id", sketch.place.to_string());
    put("headline", words::candidate_headline(l).to_owned());
    put("summary", words::candidate_summary(l).to_owned());
    put("summary_language", sketch.language.to_owned());
    put("skills", words::candidate_skills(l).to_owned());
    put("on_site", "on".to_owned());
    put("remote", "on".to_owned());
    put("max_travel_km", "400".to_owned());
    put(&format!("product_{}", sketch.product), "on".to_owned());
    put(&format!("sector_{}", sketch.sector), "on".to_owned());
    put(&format!("language_{}", sketch.language), "on".to_owned());
    put("certificate1_title", words::candidate_certificate(l).to_owned());
    put("certificate1_number", "DEMO-0001".to_owned());
    put("certificate1_issued", (p.today() - TimeDelta::days(400)).to_string());
    put("certificate1_expires", (p.today() + TimeDelta::days(700)).to_string());
    put("diploma1_title", words::candidate_diploma(l).to_owned());
    put("diploma1_school", words::candidate_school(l).to_owned());
    put("diploma1_year", "2012".to_owned());
    put("experience1_title", words::candidate_job(l).to_owned());
    put("experience1_organisation", words::candidate_employer(l).to_owned());
    put("experience1_from", "2013".to_owned());
    put("truthful", "on".to_owned());
    form
}

/// Inserts them; `hash` opens their accounts.
pub(super) async fn insert(exec: &mut Exec<'_>, p: &Platform, hash: &str) -> sqlx::Result<()> {
    let Some(manager) = demo::account_of(exec, super::ACCOUNTS[2]).await? else { return Ok(()) };
    let now = p.now();
    for (index, sketch) in CANDIDATES.iter().enumerate() {
        let number = u128::try_from(index).unwrap_or(0) + 1;
        let account = AccountId(Uuid::from_u128(0x6761_6261_7269_7400_8000_0000_0000_0000 + number));
        let row = NewAccount {
            id: account.0,
            email: format!("candidate-{number}@gabarit.example"),
            name: sketch.name.to_owned(),
            phone: "+32 2 555 00 00".to_owned(),
            locale: sketch.locale.code(),
            time_zone: "Europe/Amsterdam".to_owned(),
            is_manager: false,
        };
        demo::insert_accounts(exec, &[row], hash, now).await?;
        candidate(exec, p, sketch, account, AccountId(manager), now).await?;
    }
    Ok(())
}

/// Walks one application to its state, along the drawing, with its log.
async fn candidate(
    exec: &mut Exec<'_>,
    p: &Platform,
    sketch: &Sketch,
    account: AccountId,
    manager: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let id = CandidateId(Uuid::from_u128(account.0.as_u128() + 0x100));
    let form = form(p, sketch);
    let end = now - TimeDelta::days(sketch.days);
    let began = end - TimeDelta::days(8);
    rows::insert(exec, id, account, &form, began).await?;
    let step = NewStep { at: began, actor: account, from: None, to: "draft", event: "started", reason: "" };
    rows::log(exec, id, step).await?;
    let Some(mut candidate) = rows::get(exec, id).await? else { return Ok(()) };
    let l = sketch.locale;
    let path: &[(&str, &str)] = match sketch.state {
        "draft" => &[],
        "new" => &[("sent", "new")],
        "in-review" => &[("sent", "new"), ("taken-up", "in-review")],
        "invited" => &[("sent", "new"), ("taken-up", "in-review"), ("invited", "invited")],
        "interviewed" => &[
            ("sent", "new"),
            ("taken-up", "in-review"),
            ("invited", "invited"),
            ("picked", "invited"),
            ("held", "interviewed"),
        ],
        "refused" => &[("sent", "new"), ("taken-up", "in-review"), ("refused", "refused")],
        _ => &[("sent", "new"), ("withdrawn", "withdrawn")],
    };
    let last = path.len();
    for (index, (event, to)) in path.iter().enumerate() {
        let before = i64::try_from(last - 1 - index).unwrap_or(0);
        let at = end - TimeDelta::days(before);
        let from = candidate.state.code();
        let mut reason = String::new();
        candidate.state = match *to {
            "new" => CandidateState::New,
            "in-review" => CandidateState::InReview,
            "invited" => {
                let interview = (*event == "picked").then_some(end - TimeDelta::hours(2));
                candidate.interview = interview.map(|at| (at, manager, 45));
                CandidateState::Invited { interview }
            }
            "interviewed" => CandidateState::Interviewed,
            "refused" => {
                words::candidate_refused(l).clone_into(&mut reason);
                let Ok(reasons) = Message::parse(&reason) else { return Ok(()) };
                CandidateState::Refused { reasons }
            }
            _ => CandidateState::Withdrawn,
        };
        candidate.waiting_since = at;
        if *event == "sent" {
            candidate.submitted_at = Some(at);
            sketch.name.clone_into(&mut candidate.display_name);
            sketch.country.clone_into(&mut candidate.country);
            rows::set_products(exec, id, &[sketch.product.to_owned()]).await?;
        }
        rows::store(exec, &mut candidate).await?;
        let actor = if matches!(*event, "sent" | "picked" | "withdrawn") { account } else { manager };
        let step = NewStep { at, actor, from: Some(from), to, event, reason: &reason };
        rows::log(exec, id, step).await?;
    }
    if sketch.state == "invited" {
        // Ten in the morning and two in the afternoon, some days ahead.
        let slots: Vec<SlotRow> = [(5, 9), (6, 13)]
            .iter()
            .map(|(days, hour)| SlotRow {
                id: Uuid::from_u128(id.0.as_u128() + 0x1000 * u128::from(*days as u32)),
                starts_at: (p.today() + TimeDelta::days(*days)).and_hms_opt(*hour, 0, 0).unwrap_or_default().and_utc(),
                minutes: 45,
                offered_by: manager.0,
            })
            .collect();
        rows::offer(exec, id, &slots).await?;
    }
    if sketch.state == "interviewed" {
        let note = Uuid::from_u128(id.0.as_u128() + 0x200);
        rows::insert_note(exec, note, id, manager, words::candidate_note(Locale::Fr), end).await?;
    }
    Ok(())
}
