//! What the public sees: the programme, the hall, a member's page, the badge.

use super::{address, country_name, own::told};
use crate::{
    clock::civil_day,
    db::{
        experts,
        membership::{self as rows, ProfileRow, Stored},
    },
    platform::Platform,
    services::bookings::Failure,
};
use chrono::{Datelike, Days, NaiveDate};
use gabarit_i18n::{Locale, fmt, membership as text};
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    membership::{CycleView, Hall, MemberCard, MemberPage, OwnStatus, ProgrammePage},
};
use std::fmt::Write as _;

/// Members on a page of the hall.
const PER_PAGE: u32 = 24;
/// Everybody is answered so many days after the window opened (S51).
const ANSWER_DAYS: u64 = 30;

pub(super) fn member_path(locale: Locale, code: &str) -> String {
    format!("/{}/programme/members/{code}", locale.code())
}

pub(super) fn badge_path(locale: Locale, code: &str) -> String {
    format!("/badges/{code}.svg?lang={}", locale.code())
}

/// Lines to put on another site: the badge, and the link that verifies it.
pub(super) fn embed(p: &Platform, locale: Locale, profile: &ProfileRow) -> String {
    format!(
        "<a href=\"{}\"><img src=\"{}\" alt=\"{}\" width=\"320\" height=\"96\"></a>",
        address(p, &member_path(locale, &profile.code)),
        address(p, &badge_path(locale, &profile.code)),
        escaped(&text::badge_alt(locale, &profile.display_name)),
    )
}

/// Escapes text for XML and for HTML's quoted attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// The windows around a day: the one that is open, if answers to it are still due, and the next two.
fn cycles(today: NaiveDate) -> Vec<CycleView> {
    let mut windows: Vec<NaiveDate> = (today.year() - 1..=today.year() + 2)
        .flat_map(|year| [2, 8].map(|month| NaiveDate::from_ymd_opt(year, month, 1)))
        .flatten()
        .collect();
    windows.sort_unstable();
    let view = |opens: NaiveDate, collects| CycleView {
        until: opens.pred_opt().unwrap_or(opens),
        opens,
        answered_by: opens.checked_add_days(Days::new(ANSWER_DAYS)).unwrap_or(opens),
        collects,
    };
    let open = windows.iter().copied().filter(|day| *day <= today).map(|day| view(day, false)).next_back();
    let open = open.filter(|cycle| today <= cycle.answered_by);
    let to_come = windows.iter().copied().filter(|day| *day > today).take(2).enumerate();
    open.into_iter().chain(to_come.map(|(index, day)| view(day, index == 0))).collect()
}

/// What the programme's page shows beside its texts.
///
/// # Errors
/// A fault of ours.
pub async fn programme(p: &Platform, actor: Option<&AccountView>) -> Result<ProgrammePage, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let members = rows::count_hall(exec, ["", "", ""]).await.map_err(|error| p.fault(error))?;
    let own = match actor {
        Some(actor) => rows::latest(exec, actor.id).await.map_err(|error| p.fault(error))?,
        None => None,
    };
    Ok(ProgrammePage {
        cycles: cycles(p.today()),
        members: u32::try_from(members).unwrap_or(u32::MAX),
        own: own.map(|stored| OwnStatus {
            state: stored.membership.state.code().to_owned(),
            live: stored.membership.state.is_live(),
            last_day: stored.membership.last_day,
        }),
    })
}

/// A page of the hall: members who chose to be listed. Empty filters ask for all.
///
/// # Errors
/// A fault of ours.
pub async fn hall(p: &Platform, filter: [&str; 3], page: u32, locale: Locale) -> Result<Hall, ApiError> {
    let page = page.clamp(1, 100_000);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let total = rows::count_hall(exec, filter).await?;
        let offset = i64::from(page - 1) * i64::from(PER_PAGE);
        let found = rows::hall(exec, filter, i64::from(PER_PAGE), offset).await?;
        let mut members = Vec::with_capacity(found.len());
        for row in found {
            members.push(MemberCard {
                products: rows::products(exec, row.account_id).await?.into_iter().map(|(_, name)| name).collect(),
                languages: rows::languages(exec, row.account_id).await?,
                code: row.code,
                name: row.display_name,
                country: country_name(&row.country.unwrap_or_default(), locale),
                since: row.first_day,
            });
        }
        let (countries, products, languages) = rows::hall_facets(exec).await?;
        let total = u32::try_from(total).unwrap_or(u32::MAX);
        Ok::<_, sqlx::Error>(Hall {
            members,
            total,
            page,
            pages: total.div_ceil(PER_PAGE).max(1),
            countries: countries.into_iter().map(|code| (code.clone(), country_name(&code, locale))).collect(),
            products,
            languages,
        })
    };
    read.await.map_err(|error| p.fault(error))
}

async fn find(p: &Platform, code: &str) -> Result<(ProfileRow, Stored), ApiError> {
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let profile = rows::profile_of_code(exec, code).await?.ok_or(ApiError::NotFound)?;
        let account = gabarit_domain::ids::AccountId(profile.account_id);
        let stored = rows::latest(exec, account).await?.ok_or(ApiError::NotFound)?;
        Ok::<_, Failure>((profile, stored))
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Until when a membership holds, or held.
fn until(p: &Platform, stored: &Stored) -> NaiveDate {
    match stored.lost_at {
        Some(lost) => civil_day(lost, p.config.zone).min(stored.membership.last_day),
        None => stored.membership.last_day,
    }
}

/// A member's public page, by which a badge is verified: whether the membership is in force. More is shown of a member
/// who chose to be listed, and of nobody else.
///
/// # Errors
/// [`ApiError::NotFound`] for a code that is none.
pub async fn member(p: &Platform, code: &str, locale: Locale) -> Result<MemberPage, ApiError> {
    let (profile, stored) = find(p, code).await?;
    let live = stored.membership.state.is_live();
    let listed = live && profile.listed;
    let mut page = MemberPage {
        badge: address(p, &badge_path(locale, &profile.code)),
        embed: embed(p, locale, &profile),
        code: profile.code,
        name: profile.display_name,
        live,
        since: stored.membership.first_day,
        until: until(p, &stored),
        listed,
        about: String::new(),
        country: String::new(),
        products: Vec::new(),
        languages: Vec::new(),
        expert: None,
    };
    if listed {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let fault = |error: sqlx::Error| p.fault(error);
        page.about = profile.about;
        page.country = country_name(&profile.country.unwrap_or_default(), locale);
        let products = rows::products(exec, profile.account_id).await.map_err(fault)?;
        page.products = products.into_iter().map(|(_, name)| name).collect();
        page.languages = rows::languages(exec, profile.account_id).await.map_err(fault)?;
        let expert = experts::of_account(exec, profile.account_id).await.map_err(fault)?;
        page.expert = expert.filter(|row| row.state == "published").map(|row| row.id);
    }
    Ok(page)
}

/// The badge as a picture (SVG) of 320 by 96: the name, and whether the membership is in force. It stands at its address
/// for ever, and says so when the membership has ended.
///
/// # Errors
/// [`ApiError::NotFound`] for a code that is none.
pub async fn badge(p: &Platform, code: &str, locale: Locale) -> Result<String, ApiError> {
    let (profile, stored) = find(p, code).await?;
    let live = stored.membership.state.is_live();
    let day = fmt::date(locale, until(p, &stored));
    let status = if live { text::badge_until(locale, &day) } else { text::badge_ended(locale, &day) };
    // Names are shortened rather than drawn over the edge; the title has them whole.
    let name: String = match profile.display_name.char_indices().nth(28) {
        Some((end, _)) => profile.display_name.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => profile.display_name.clone(),
    };
    let (ink, accent) = if live { ("#171b21", "#c42b1c") } else { ("#555d68", "#8a919b") };
    let whole = format!("{} – {} – {status}", text::badge_member(locale), profile.display_name);
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"320\" height=\"96\" viewBox=\"0 0 320 96\" role=\"img\" \
         aria-labelledby=\"t\" lang=\"{lang}\"><title id=\"t\">{whole}</title>\
         <rect x=\".5\" y=\".5\" width=\"319\" height=\"95\" fill=\"#fff\" stroke=\"{ink}\"/>\
         <rect x=\"0\" y=\"0\" width=\"40\" height=\"4\" fill=\"{accent}\"/>\
         <g fill=\"none\" stroke=\"{accent}\" stroke-width=\"2\"><circle cx=\"44\" cy=\"48\" r=\"22\"/>\
         <path d=\"M44 18v60M14 48h60\" stroke-width=\"1\"/>{mark}</g>\
         <g font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif\" fill=\"{ink}\">\
         <text x=\"88\" y=\"32\" font-size=\"{size}\">{title}</text>\
         <text x=\"88\" y=\"54\" font-size=\"16\" font-weight=\"600\">{name}</text>\
         <text x=\"88\" y=\"76\" font-size=\"12\">{status}</text></g></svg>",
        lang = locale.code(),
        whole = escaped(&whole),
        mark = if live { "<path d=\"M34 49l7 7 14-16\" stroke-width=\"3\"/>" } else { "" },
        title = escaped(text::badge_member(locale)),
        // The longest language's line still ends within the frame, in a wide font, too.
        size = if text::badge_member(locale).chars().count() > 30 { "10" } else { "12" },
        name = escaped(&name),
        status = escaped(&status),
    );
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// S50, S51: two windows a year; the one that is open stays in the calendar until its answers are due.
    #[test]
    fn the_calendar_of_cycles() {
        let shown = |today: &str| -> Vec<(NaiveDate, bool)> {
            cycles(day(today)).into_iter().map(|cycle| (cycle.opens, cycle.collects)).collect()
        };
        assert_eq!(shown("2026-11-23"), [(day("2027-02-01"), true), (day("2027-08-01"), false)]);
        let open = [(day("2027-02-01"), false), (day("2027-08-01"), true), (day("2028-02-01"), false)];
        assert_eq!(shown("2027-02-01"), open);
        assert_eq!(shown("2027-03-03"), open);
        assert_eq!(shown("2027-03-04"), open[1..]);
        assert_eq!(shown("2027-07-31"), open[1..]);
    }

    #[test]
    fn names_cannot_break_out_of_the_badge() {
        assert_eq!(escaped("<script>\"&'\u{7}"), "&lt;script&gt;&quot;&amp;&#39;");
    }
}
