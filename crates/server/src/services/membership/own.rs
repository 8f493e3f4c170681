//! A member's own page: the state, the months, what is shown, contributions, appeals, leaving.

use super::{Move, address, contributions, countries, hall, is_language, make, notices, view, zone_of};
use crate::{
    db::membership::{self as rows, ProfileRow},
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        experts,
        fields::Fields,
        looks::{self, Known},
        rulebooks,
    },
};
use gabarit_domain::{
    text::{Message, Name},
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    looks::LookArea,
    membership::{MemberProfile, MemberProfileForm, MembershipForm, OwnMembership},
};

/// The latest membership of who asks, with everything a member needs to know of it.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever never was a member.
pub async fn mine(p: &Platform, actor: &AccountView, locale: Locale) -> Result<OwnMembership, ApiError> {
    let products = experts::products(p).await?;
    let products = products.into_iter().map(|known| (known.code.as_str().to_owned(), known.name)).collect();
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let stored = rows::latest(exec, actor.id).await?.ok_or(ApiError::NotFound)?;
        let profile = rows::profile(exec, actor.id).await?.ok_or(ApiError::NotFound)?;
        let membership = view(exec, p, &stored, zone_of(p, actor), false).await?;
        let shown = rows::products(exec, actor.id.0).await?.into_iter().map(|(code, _)| code).collect();
        Ok::<_, Failure>(OwnMembership {
            membership,
            contributions: contributions(exec, p, actor.id).await?,
            badge: address(p, &hall::badge_path(locale, &profile.code)),
            embed: hall::embed(p, locale, &profile),
            countries: countries(locale),
            products,
            today: p.today(),
            profile: MemberProfile {
                products: shown,
                languages: rows::languages(exec, actor.id.0).await?,
                code: profile.code,
                name: profile.display_name,
                about: profile.about,
                country: profile.country.unwrap_or_default(),
                listed: profile.listed,
            },
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// A failure outside of [`attempt`].
pub(crate) fn told(p: &Platform, failure: Failure) -> ApiError {
    match failure {
        Failure::Answer(error) => error,
        Failure::Database(error) => p.fault(error),
    }
}

/// Stores what a member shows. No links of any kind stand in it (S39), but for words that a manager
/// allowed; where the form asks for a look at a field's words, that is noted first.
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever is no member; [`ApiError::Invalid`] by the fields.
pub async fn save_profile(p: &Platform, actor: &AccountView, form: &MemberProfileForm) -> Result<(), ApiError> {
    let mut problems = Fields::default();
    let name = problems.read("name", 120, Name::parse(&form.name));
    let about = problems.read("about", 4_000, Message::parse_optional(&form.about)).flatten();
    let texts = [("name", form.name.as_str()), ("about", form.about.as_str())];
    if !form.ask.is_empty() {
        let (field, text) = texts.iter().find(|(field, _)| *field == form.ask).ok_or(ApiError::NotFound)?;
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let member = rows::profile(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
        drop(conn);
        member.ok_or(ApiError::Forbidden)?;
        looks::ask(p, actor, LookArea::Member, field, text).await?;
    }
    let allowed = Known::read(p, actor.id).await?;
    for (field, text) in texts {
        problems.no_links_but(field, text, &allowed);
    }
    let country = CountryCode::parse(form.country.trim()).ok();
    match country {
        Some(code) if crate::places::is_country(code) => {}
        _ => problems.add("country", if form.country.is_empty() { Problem::Missing } else { Problem::Unknown }),
    }
    let known = experts::products(p).await?;
    if form.products.iter().any(|code| !known.iter().any(|product| product.code.as_str() == code)) {
        problems.add("products", Problem::Unknown);
    }
    if form.languages.iter().any(|code| !is_language(code)) {
        problems.add("languages", Problem::Unknown);
    }
    problems.done()?;
    let (Some(name), Some(country)) = (name, country) else { return Err(ApiError::Transport) };
    let unique = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list.dedup();
        list
    };
    let (products, languages) = (unique(&form.products), unique(&form.languages));
    attempt(p, || {
        let (name, about, products, languages) = (name.clone(), about.clone(), products.clone(), languages.clone());
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            rows::lock_live(&mut tx.exec(), actor.id).await?.ok_or(ApiError::Forbidden)?;
            let profile = rows::profile(&mut tx.exec(), actor.id).await?.ok_or(ApiError::NotFound)?;
            let profile = ProfileRow {
                display_name: name.to_string(),
                about: about.map(String::from).unwrap_or_default(),
                country: Some(country.to_string()),
                listed: !form.listed.is_empty(),
                ..profile
            };
            rows::update_profile(&mut tx.exec(), &profile, &products, &languages, p.now()).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// Does what a member's form about the membership says: `appeal` or `resign`.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever never was a member; [`ApiError::Invalid`] by the fields; [`ApiError::MovedOn`] when
/// it is too late, or nothing is there to appeal against.
pub async fn own_act(p: &Platform, actor: &AccountView, form: &MembershipForm) -> Result<(), ApiError> {
    let message = match form.act.as_str() {
        "appeal" => {
            let mut problems = Fields::default();
            let message = problems.read("message", 4_000, Message::parse(&form.message));
            problems.done()?;
            message
        }
        "resign" if form.sure.is_empty() => return Err(ApiError::field("sure", Problem::NotAccepted)),
        "resign" => None,
        _ => return Err(ApiError::Transport),
    };
    attempt(p, || {
        let message = message.clone();
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let latest = rows::latest(&mut tx.exec(), actor.id).await?.ok_or(ApiError::NotFound)?;
            let mut stored = rows::lock(&mut tx.exec(), latest.id).await?.ok_or(ApiError::NotFound)?;
            let rules = rulebooks::current_in(&mut tx.exec(), p).await?.membership;
            let before = stored.membership.clone();
            match message {
                Some(message) => {
                    let to = before.appeal(&rules, p.today()).map_err(|_| ApiError::MovedOn)?;
                    let made = Move { to, event: "appealed", actor: Some(actor.id), reason: message.as_str() };
                    make(&mut tx.exec(), p, &mut stored, made, &rules).await?;
                    rows::insert_appeal(&mut tx.exec(), p.ids.uuid(), stored.id, message.as_str(), p.now()).await?;
                    notices::appealed(&mut tx.exec(), p, &stored, message.as_str()).await?;
                }
                None => {
                    let to = before.resign().map_err(|_| ApiError::MovedOn)?;
                    let made = Move { to, event: "resigned", actor: Some(actor.id), reason: "" };
                    make(&mut tx.exec(), p, &mut stored, made, &rules).await?;
                }
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
