//! The expert of the demonstration is a referral partner with three leads, and another expert asks to become one.

use super::{ACCOUNTS, draw::Drawn};
use crate::{
    db::{
        Exec,
        demo::account_of,
        referral::{self as rows, Decision, NewLead, NewLine},
    },
    platform::Platform,
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{AccountId, ExpertId},
    referral::{Lead, Partnership, ReferralCode},
};
use gabarit_i18n::{Locale, demo as words};
use sha2::{Digest, Sha256};

/// Of the demonstration: openly so.
const CODE: &str = "DEMQ-4WXK";

/// A lead: who, in which language, what, how many, and how far it got; a step a day.
struct Sketch {
    organisation: fn(Locale) -> String,
    contact: &'static str,
    locale: Locale,
    country: &'static str,
    products: &'static str,
    seats: u32,
    path: &'static [Lead],
    /// Days since it came.
    days: i64,
}

/// Names nobody bears.
const LEADS: [Sketch; 3] = [
    Sketch {
        organisation: |l| words::lead_organisation(l, 1),
        contact: "Lucie Exemplaire",
        locale: Locale::Fr,
        country: "BE",
        products: r#"["revit","navisworks"]"#,
        seats: 6,
        path: &[Lead::Contacted, Lead::Quoted, Lead::Won],
        days: 21,
    },
    Sketch {
        organisation: |l| words::lead_organisation(l, 2),
        contact: "Daan Voorbeeld",
        locale: Locale::Nl,
        country: "NL",
        products: r#"["autocad"]"#,
        seats: 12,
        path: &[Lead::Contacted, Lead::Quoted],
        days: 9,
    },
    Sketch {
        organisation: |l| words::lead_organisation(l, 3),
        contact: "Ivy Sample",
        locale: Locale::En,
        country: "IE",
        products: r#"["civil-3d"]"#,
        seats: 2,
        path: &[],
        days: 1,
    },
];

pub(super) async fn insert(exec: &mut Exec<'_>, p: &Platform, drawn: &Drawn<'_>) -> sqlx::Result<()> {
    let Some(account) = account_of(exec, ACCOUNTS[1]).await? else { return Ok(()) };
    let Some(manager) = account_of(exec, ACCOUNTS[2]).await?.map(AccountId) else { return Ok(()) };
    let Some(expert) = drawn.experts.iter().find(|expert| expert.account_id == account) else { return Ok(()) };
    let Ok(code) = ReferralCode::parse(CODE) else { return Ok(()) };
    let now = p.now();
    let partner = p.ids.uuid();
    let line = |lead, by, event, days: i64| NewLine {
        id: p.ids.uuid(),
        partner,
        lead,
        by,
        event,
        now: now - TimeDelta::days(days),
    };
    let asked = now - TimeDelta::days(40);
    rows::ask(exec, partner, ExpertId(expert.id), words::referral_motivation(Locale::Fr), asked).await?;
    rows::log(exec, line(None, Some(AccountId(account)), Partnership::Asked.code(), 40)).await?;
    let granted = Decision {
        state: Partnership::Granted,
        code: Some(&code),
        reasons: "",
        by: manager,
        now: now - TimeDelta::days(38),
    };
    rows::decide(exec, partner, 1, &granted).await?;
    rows::log(exec, line(None, Some(manager), Partnership::Granted.code(), 38)).await?;
    for (number, sketch) in LEADS.iter().enumerate() {
        let id = p.ids.uuid();
        let new = NewLead {
            id,
            partner,
            digest: &Sha256::digest(id.as_bytes()),
            account: None,
            organisation: &(sketch.organisation)(sketch.locale),
            contact_name: sketch.contact,
            email: &format!("lead{}@client.example", number + 1),
            phone: None,
            products: sketch.products,
            seats: sketch.seats,
            country: sketch.country,
            message: words::lead_message(sketch.locale),
            locale: sketch.locale.code(),
            now: now - TimeDelta::days(sketch.days),
        };
        rows::insert_lead(exec, &new).await?;
        rows::log(exec, line(Some(id), None, "received", sketch.days)).await?;
        for ((step, state), version) in (1_i64..).zip(sketch.path).zip(1_i64..) {
            rows::move_lead(exec, id, version, *state, now - TimeDelta::days(sketch.days - step)).await?;
            rows::log(exec, line(Some(id), Some(manager), state.code(), sketch.days - step)).await?;
        }
    }
    // Another one asks.
    let other = drawn.experts.iter().find(|other| other.state == "published" && other.id != expert.id);
    let Some(other) = other else { return Ok(()) };
    let id = p.ids.uuid();
    let asked = now - TimeDelta::days(2);
    rows::ask(exec, id, ExpertId(other.id), words::referral_motivation(Locale::En), asked).await?;
    let by = Some(AccountId(other.account_id));
    rows::log(exec, NewLine { partner: id, ..line(None, by, Partnership::Asked.code(), 2) }).await
}
