//! Benefits of members (S57–S63): the catalogue by country and day, claims with their codes and accepted terms, and how
//! managers keep them. Whatever is claimed ends with the membership, in the transaction of what ends it.

use crate::{
    clock::zoned,
    db::{
        Exec,
        benefit::{self as rows, Benefit, ClaimRow, NewClaim},
        membership::{self as members, Stored},
        membership_events::Subject,
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        fields::Fields,
        manage::managers_only,
        membership::{
            Changes, changed_since, countries, country_name, is_country, kit_sent, log_change, told, zone_of,
        },
    },
};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{BenefitId, ClaimId},
    membership::{BenefitKind, Offer},
    text::{Message, Name, OneLine},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    benefit::{
        BenefitDesk, BenefitFile, BenefitForm, BenefitText, BenefitView, Catalogue, ClaimForm, ClaimView, Parcel,
    },
    error::{ApiError, Problem},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most codes that are added at once.
const MOST_CODES: usize = 2_000;

/// Where a kit goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Address {
    name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
}

fn address_context(id: ClaimId) -> String {
    format!("benefit_claim.address/{id}")
}

fn claim_view(claim: &ClaimRow, kind: BenefitKind, instructions: &str, zone: Tz) -> ClaimView {
    let stands = claim.state != "ended";
    ClaimView {
        id: ClaimId(claim.id),
        state: claim.state.clone(),
        claimed_at: zoned(claim.claimed_at, zone),
        accepted_at: claim.terms_accepted_at.map(|at| zoned(at, zone)),
        code: claim.code.clone().filter(|_| stands),
        instructions: if stands && claim.state == "given" { instructions.to_owned() } else { String::new() },
        ended_at: claim.ended_at.map(|at| zoned(at, zone)),
        must_uninstall: !stands && kind == BenefitKind::Software && claim.uninstalled_at.is_none(),
    }
}

/// Whether a claim stands in the way of a new one.
fn blocks(claim: &ClaimRow, kind: BenefitKind, stored: &Stored) -> bool {
    let same = claim.membership_id == stored.id.0;
    let term = if kind.each_term() { i64::from(stored.membership.term) } else { 0 };
    // A parcel that was sent is not sent again, whatever became of the membership meanwhile.
    same && ((claim.state != "ended" && claim.term == term) || (kind.by_hand() && claim.given_at.is_some()))
}

/// The catalogue of a country as it is today; a member's own country comes first, others choose one.
///
/// # Errors
/// A fault of ours.
pub async fn catalogue(
    p: &Platform,
    actor: Option<&AccountView>,
    country: &str,
    locale: Locale,
) -> Result<Catalogue, ApiError> {
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let stored = match actor {
            Some(actor) => members::live(exec, actor.id).await?,
            None => None,
        };
        let own = match &stored {
            Some(stored) => members::profile(exec, stored.account).await?.and_then(|profile| profile.country),
            None => None,
        };
        let claims = match actor {
            Some(actor) => rows::claims_of(exec, actor.id).await?,
            None => Vec::new(),
        };
        let zone = actor.map_or(p.config.zone, |actor| zone_of(p, actor));
        // What a member can claim is what the member's own country has.
        let chosen = match (&stored, &own) {
            (Some(_), own) => own.clone(),
            (None, _) => Some(country.trim().to_uppercase()).filter(|code| is_country(code)),
        };
        let offers = rows::offers(exec).await?;
        let pool = rows::code_counts(exec).await?;
        let mut benefits = Vec::new();
        let mut ended = Vec::new();
        for benefit in rows::all(exec).await? {
            let text = rows::text(exec, benefit.id, locale).await?;
            for claim in claims.iter().filter(|claim| claim.benefit_id == benefit.id.0) {
                let view = claim_view(claim, benefit.kind, &text.instructions, zone);
                if view.must_uninstall {
                    ended.push((text.title.clone(), view));
                }
            }
            let today = p.today();
            let holding =
                offers.iter().filter(|(of, _, offer)| *of == benefit.id && offer.holds(chosen.as_deref(), today));
            let holding: Vec<&Offer> = holding.map(|(.., offer)| offer).collect();
            let latest = claims.iter().find(|claim| {
                claim.benefit_id == benefit.id.0
                    && stored.as_ref().is_some_and(|stored| claim.membership_id == stored.id.0)
            });
            // What was claimed stays in view when the country has it no longer.
            if holding.is_empty() && latest.is_none_or(|claim| claim.state == "ended") {
                continue;
            }
            let exhausted = benefit.uses_codes
                && pool.iter().find(|(id, ..)| *id == benefit.id.0).is_none_or(|(_, free, ..)| *free == 0);
            let blocked = stored.as_ref().is_none_or(|stored| {
                claims.iter().any(|claim| claim.benefit_id == benefit.id.0 && blocks(claim, benefit.kind, stored))
            });
            benefits.push(BenefitView {
                id: benefit.id,
                version: benefit.terms_version,
                kind: benefit.kind,
                claim: latest.map(|claim| claim_view(claim, benefit.kind, &text.instructions, zone)),
                until: if holding.iter().any(|offer| offer.until.is_none()) {
                    None
                } else {
                    holding.iter().filter_map(|offer| offer.until).max()
                },
                can_claim: benefit.kind.is_claimed() && !holding.is_empty() && !blocked && !exhausted,
                exhausted: exhausted && !blocked && benefit.kind.is_claimed(),
                title: text.title,
                description: text.description,
                terms: text.terms,
            });
        }
        let offered: std::collections::BTreeSet<&str> =
            offers.iter().filter_map(|(.., offer)| offer.country.as_deref()).collect();
        let chosen = chosen.unwrap_or_default();
        let mut choices: Vec<(String, String)> =
            offered.into_iter().map(|code| (code.to_owned(), country_name(code, locale))).collect();
        if !chosen.is_empty() && !choices.iter().any(|(code, _)| *code == chosen) {
            choices.push((chosen.clone(), country_name(&chosen, locale)));
        }
        choices.sort_by(|a, b| a.1.cmp(&b.1));
        Ok::<_, Failure>(Catalogue {
            country_name: country_name(&chosen, locale),
            country_missing: stored.is_some() && chosen.is_empty(),
            everywhere: if stored.is_some() && chosen.is_empty() { countries(locale) } else { Vec::new() },
            country: chosen,
            countries: choices,
            benefits,
            member: stored.is_some(),
            ended,
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Reads where a kit goes: to the member's own country, or to the one that is named where none is known.
fn read_address(form: &ClaimForm, own: Option<String>, problems: &mut Fields) -> Option<Address> {
    let name = problems.read("name", 120, Name::parse(&form.name));
    let street = problems.read("street", 120, OneLine::parse(&form.street));
    let postal_code = problems.read("postal_code", 120, OneLine::parse(&form.postal_code));
    let city = problems.read("city", 120, OneLine::parse(&form.city));
    let typed = form.country.trim().to_uppercase();
    let country = own.or_else(|| is_country(&typed).then(|| typed.clone()));
    if country.is_none() {
        problems.add("country", if typed.is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    Some(Address {
        name: name?.to_string(),
        street: street?.to_string(),
        postal_code: postal_code?.to_string(),
        city: city?.to_string(),
        country: country?,
    })
}

/// Claims a benefit, or says that software is gone from the machine (`act` is `claim` or `uninstalled`).
///
/// # Errors
/// - [`ApiError::Forbidden`] for whoever is no member.
/// - [`ApiError::NotFound`] for what the member's country does not have today.
/// - [`ApiError::Invalid`] by the fields: terms are accepted as they are now, a kit has an address with its country.
/// - [`ApiError::MovedOn`] when it was claimed already, or all codes are gone.
pub async fn act(p: &Platform, actor: &AccountView, form: &ClaimForm) -> Result<(), ApiError> {
    match form.act.as_str() {
        "claim" => {
            let id: BenefitId = form.benefit.parse().map_err(|_| ApiError::NotFound)?;
            let locale = Locale::parse(&form.locale).unwrap_or(actor.locale);
            attempt(p, || Box::pin(claim_once(p, actor, id, form, locale))).await
        }
        "uninstalled" => {
            let id: ClaimId = form.claim.parse().map_err(|_| ApiError::NotFound)?;
            attempt(p, || {
                Box::pin(async move {
                    let mut tx = p.db.begin().await?;
                    if !rows::uninstalled(&mut tx.exec(), id, actor.id, p.now()).await? {
                        return Err(ApiError::NotFound.into());
                    }
                    tx.commit().await?;
                    Ok(())
                })
            })
            .await
        }
        _ => Err(ApiError::Transport),
    }
}

/// A benefit that a member's country has today, locked: its terms stay as they are until the claim is stored.
async fn offered(exec: &mut Exec<'_>, p: &Platform, id: BenefitId, country: Option<&str>) -> Result<Benefit, Failure> {
    let benefit = rows::lock(exec, id).await?.ok_or(ApiError::NotFound)?;
    let today = p.today();
    let offers = rows::offers(exec).await?;
    if offers.iter().any(|(of, _, offer)| *of == id && offer.holds(country, today)) {
        Ok(benefit)
    } else {
        Err(ApiError::NotFound.into())
    }
}

async fn claim_once(
    p: &Platform,
    actor: &AccountView,
    id: BenefitId,
    form: &ClaimForm,
    locale: Locale,
) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    // The membership is locked: what ends it waits for this claim, and then ends it, too.
    let stored = members::lock_live(exec, actor.id).await?.ok_or(ApiError::Forbidden)?;
    let country = members::profile(exec, actor.id).await?.and_then(|profile| profile.country);
    let benefit = offered(exec, p, id, country.as_deref()).await?;
    if !benefit.kind.is_claimed() {
        return Err(ApiError::NotFound.into());
    }
    let text = rows::text(exec, id, locale).await?;
    let mut problems = Fields::default();
    // What was accepted is what was shown: terms that changed meanwhile are to be read, and accepted, again.
    if !text.terms.is_empty() && (form.accept.is_empty() || form.version != benefit.terms_version.to_string()) {
        problems.add("accept", Problem::NotAccepted);
    }
    let address = if benefit.kind.by_hand() { read_address(form, country, &mut problems) } else { None };
    problems.done()?;
    let claims = rows::claims_of(exec, actor.id).await?;
    if claims.iter().any(|claim| claim.benefit_id == id.0 && blocks(claim, benefit.kind, &stored)) {
        return Err(ApiError::MovedOn.into());
    }
    let claim = ClaimId(p.ids.uuid());
    let address = match address {
        Some(address) => {
            let text = serde_json::to_string(&address).map_err(|error| p.fault(error))?;
            Some(p.seal(&address_context(claim), &text)?)
        }
        None => None,
    };
    let new = NewClaim {
        id: claim,
        benefit: id,
        membership: stored.id,
        account: actor.id,
        term: if benefit.kind.each_term() { i64::from(stored.membership.term) } else { 0 },
        given: !benefit.kind.by_hand(),
        terms: Some(text.terms.as_str()).filter(|terms| !terms.is_empty()),
        address: address.as_deref(),
        now: p.now(),
    };
    if !rows::insert_claim(exec, &new).await? {
        return Err(ApiError::MovedOn.into());
    }
    if benefit.uses_codes && !rows::take_code(exec, id, claim).await? {
        return Err(ApiError::MovedOn.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Everything about benefits, for managers.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn desk(p: &Platform, actor: &AccountView, locale: Locale) -> Result<BenefitDesk, ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let offers = rows::offers(exec).await?;
        let pool = rows::code_counts(exec).await?;
        let revoked = rows::revoked_codes(exec).await?;
        let standing = rows::standing_counts(exec).await?;
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let mut benefits = Vec::new();
        for benefit in rows::all(exec).await? {
            let mut texts = Vec::new();
            for language in Locale::ALL {
                texts.push(rows::text(exec, benefit.id, language).await?);
            }
            let of = |id: &Uuid| *id == benefit.id.0;
            benefits.push(BenefitFile {
                id: benefit.id,
                version: benefit.version,
                kind: benefit.kind,
                uses_codes: benefit.uses_codes,
                texts,
                offers: offers
                    .iter()
                    .filter(|(id, ..)| *id == benefit.id)
                    .map(|(_, id, offer)| {
                        (*id, offer.clone(), country_name(offer.country.as_deref().unwrap_or_default(), locale))
                    })
                    .collect(),
                codes: pool
                    .iter()
                    .find(|(id, ..)| of(id))
                    .map_or([0; 3], |(_, free, taken, revoked)| [small(*free), small(*taken), small(*revoked)]),
                revoked: revoked.iter().filter(|(id, _)| of(id)).map(|(_, code)| code.clone()).collect(),
                claims: standing.iter().find(|(id, _)| of(id)).map_or(0, |(_, count)| small(*count)),
            });
        }
        let mut parcels = Vec::new();
        for claim in rows::parcels(exec).await? {
            let address = read_sealed(p, &claim)?;
            parcels.push(Parcel {
                claim: ClaimId(claim.id),
                title: rows::text(exec, BenefitId(claim.benefit_id), locale).await?.title,
                address: vec![
                    address.name,
                    address.street,
                    format!("{} {}", address.postal_code, address.city),
                    country_name(&address.country, locale),
                ],
                since: zoned(claim.claimed_at, zone),
            });
        }
        Ok::<_, Failure>(BenefitDesk { benefits, countries: countries(locale), parcels, today: p.today() })
    };
    read.await.map_err(|failure| told(p, failure))
}

fn read_sealed(p: &Platform, claim: &ClaimRow) -> Result<Address, Failure> {
    let sealed = claim.address.as_deref().ok_or_else(|| p.fault("a kit without an address"))?;
    let text = p.unseal(&address_context(ClaimId(claim.id)), sealed)?;
    Ok(serde_json::from_str(&text).map_err(|error| p.fault(error))?)
}

/// What a manager's form asks for, read.
enum Act {
    Save { kind: Option<BenefitKind>, uses_codes: bool, texts: Vec<(Locale, BenefitText)> },
    Offer(Offer),
    Close(Uuid),
    Codes(Vec<String>),
    Sent(ClaimId),
}

fn read(form: &BenefitForm) -> Result<Act, ApiError> {
    let mut problems = Fields::default();
    let act = match form.act.as_str() {
        "save" => {
            let kind = BenefitKind::parse(&form.kind);
            if form.id.is_empty() && kind.is_none() {
                problems.add("kind", if form.kind.is_empty() { Problem::Missing } else { Problem::Unknown });
            }
            let mut texts = Vec::new();
            for (locale, fields) in form.texts() {
                let [title, description, instructions, terms] = fields;
                let optional = |problems: &mut Fields, (field, typed): (&str, &str)| {
                    problems.read(field, 4_000, Message::parse_optional(typed)).flatten().map(String::from)
                };
                let text = BenefitText {
                    title: problems.read(title.0, 120, OneLine::parse(title.1)).map(String::from).unwrap_or_default(),
                    description: problems
                        .read(description.0, 4_000, Message::parse(description.1))
                        .map(String::from)
                        .unwrap_or_default(),
                    instructions: optional(&mut problems, instructions).unwrap_or_default(),
                    terms: optional(&mut problems, terms).unwrap_or_default(),
                };
                texts.push((locale, text));
            }
            // Terms bind everybody, whatever language they read: in all languages, or in none.
            if texts.iter().any(|(_, text)| text.terms.is_empty()) {
                for (locale, fields) in form.texts() {
                    let empty = texts.iter().any(|(of, text)| *of == locale && text.terms.is_empty());
                    if empty && texts.iter().any(|(_, text)| !text.terms.is_empty()) {
                        problems.add(fields[3].0, Problem::Missing);
                    }
                }
            }
            Act::Save { kind, uses_codes: !form.uses_codes.is_empty(), texts }
        }
        "offer" => {
            let country = form.country.trim().to_uppercase();
            if !country.is_empty() && !is_country(&country) {
                problems.add("country", Problem::Unknown);
            }
            let from = problems.day("from", &form.from);
            let until = if form.until.trim().is_empty() { None } else { problems.day("until", &form.until) };
            if from.zip(until).is_some_and(|(from, until)| until < from) {
                problems.add("until", Problem::Unknown);
            }
            Act::Offer(Offer {
                country: Some(country).filter(|country| !country.is_empty()),
                from: from.unwrap_or_default(),
                until,
            })
        }
        "close" => Act::Close(form.offer.parse().map_err(|_| ApiError::NotFound)?),
        "codes" => {
            let codes: Vec<String> =
                form.codes.lines().map(str::trim).filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect();
            if codes.is_empty() {
                problems.add("codes", Problem::Missing);
            } else if codes.len() > MOST_CODES {
                problems.add("codes", Problem::TooMany(u32::try_from(MOST_CODES).unwrap_or(u32::MAX)));
            } else if codes.iter().any(|code| OneLine::parse(code).is_err()) {
                problems.add("codes", Problem::Malformed);
            }
            Act::Codes(codes)
        }
        "sent" => Act::Sent(form.claim.parse().map_err(|_| ApiError::NotFound)?),
        _ => return Err(ApiError::Transport),
    };
    problems.done()?;
    Ok(act)
}

/// Does what a manager's form says: see [`BenefitForm`].
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`]; [`ApiError::Invalid`] by the fields;
/// [`ApiError::Overtaken`] if somebody changed it since; [`ApiError::MovedOn`] for a kit that was sent.
pub async fn manage(p: &Platform, actor: &AccountView, form: &BenefitForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let read = read(form)?;
    attempt(p, || Box::pin(manage_once(p, actor, form, &read))).await?;
    jobs::wake(p);
    Ok(())
}

/// An offer as the log has it: `NL 2026-11-23–2027-01-31`, `*` for everywhere.
fn offer_line(offer: &Offer) -> String {
    let until = offer.until.map(|day| day.to_string()).unwrap_or_default();
    format!("{} {}–{until}", offer.country.as_deref().unwrap_or("*"), offer.from)
}

async fn manage_once(p: &Platform, actor: &AccountView, form: &BenefitForm, act: &Act) -> Result<(), Failure> {
    let now = p.now();
    let id = || form.id.parse::<BenefitId>().map_err(|_| ApiError::NotFound);
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    match act {
        Act::Save { kind, uses_codes, texts } if form.id.is_empty() => {
            let id = BenefitId(p.ids.uuid());
            rows::insert(exec, id, kind.ok_or(ApiError::NotFound)?, *uses_codes).await?;
            for (locale, text) in texts {
                rows::set_text(exec, id, *locale, text).await?;
            }
            log_change(exec, p, actor, (Subject::Benefit(id), 1), "made", "").await?;
        }
        Act::Save { uses_codes, texts, .. } => {
            let id = id()?;
            let version: i64 = form.version.parse().map_err(|_| ApiError::MovedOn)?;
            let before = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            let mut changes = Changes::default();
            changes.short("uses_codes", before.uses_codes, *uses_codes);
            let mut new_terms = false;
            for (locale, text) in texts {
                let old = rows::text(exec, id, *locale).await?;
                let field = |name: &str| format!("{name}_{}", locale.code());
                changes.short(&field("title"), &old.title, &text.title);
                changes.long(&field("description"), &old.description, &text.description);
                changes.long(&field("instructions"), &old.instructions, &text.instructions);
                changes.long(&field("terms"), &old.terms, &text.terms);
                new_terms |= old.terms != text.terms;
            }
            if before.version == version && changes.is_none() {
                return Ok(());
            }
            if !rows::touch(exec, id, version, *uses_codes, new_terms).await? {
                let found = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
                let of = (Subject::Benefit(id), found.version);
                return Err(changed_since(exec, p, actor, of).await?.into());
            }
            for (locale, text) in texts {
                rows::set_text(exec, id, *locale, text).await?;
            }
            log_change(exec, p, actor, (Subject::Benefit(id), version + 1), "changed", &changes.detail()).await?;
        }
        Act::Offer(offer) => {
            let id = id()?;
            let found = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            rows::insert_offer(exec, id, p.ids.uuid(), offer).await?;
            log_change(exec, p, actor, (Subject::Benefit(id), found.version), "offered", &offer_line(offer)).await?;
        }
        Act::Close(offer) => {
            let id = id()?;
            let found = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            let offers = rows::offers(exec).await?;
            let (.., closed) =
                offers.into_iter().find(|(of, known, _)| *of == id && known == offer).ok_or(ApiError::NotFound)?;
            // It ends with today: what was claimed stays the members'.
            if !rows::close_offer(exec, id, *offer, p.today()).await? {
                return Err(ApiError::NotFound.into());
            }
            log_change(exec, p, actor, (Subject::Benefit(id), found.version), "closed", &offer_line(&closed)).await?;
        }
        Act::Codes(codes) => {
            let id = id()?;
            let found = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            let mut added = 0_u32;
            for code in codes {
                added += u32::from(rows::add_code(exec, p.ids.uuid(), id, code, now).await?);
            }
            // How many, and never which: a code is as good as money.
            log_change(exec, p, actor, (Subject::Benefit(id), found.version), "codes", &format!("+{added}")).await?;
        }
        Act::Sent(claim) => {
            let row = rows::claim(exec, *claim).await?.ok_or(ApiError::NotFound)?;
            let address = if row.state == "asked" { Some(read_sealed(p, &row)?) } else { None };
            if !rows::sent(exec, *claim, actor.id, now).await? {
                return Err(ApiError::MovedOn.into());
            }
            let country = address.map(|address| address.country).unwrap_or_default();
            kit_sent(exec, p, &row, &country).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
