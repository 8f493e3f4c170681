//! What people share with other users (S63–S66): voluntary, never paid. Nominations show it, renewals count it.

use crate::{
    clock::civil_day,
    db::{
        Exec,
        contributions::{self as rows, ContributionRow, NewContribution},
    },
    platform::Platform,
};
use chrono::NaiveDate;
use gabarit_domain::{
    ids::{AccountId, ContributionId},
    recognition::{Channel, by_month, shown_from},
    text::{Message, OneLine},
};
use gabarit_i18n::labels;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    nomination::{ContributionForm, ContributionView, ContributionsView, MonthCount},
};
use url::Url;

/// The longest address of a page.
const LONGEST_URL: u32 = 500;
/// Contributions one account may have within the months that are shown.
const MOST: u32 = 1_000;
/// More people than there are were not reached.
const MOST_REACHED: i64 = 8_000_000_000;

/// Something done on this platform, as the area that holds it hands it over.
#[derive(Clone, Copy, Debug)]
pub struct FromPlatform<'a> {
    /// `answer/<id>`, `talk/<id>`: the same thing counts once.
    pub key: &'a str,
    /// Where it was.
    pub channel: Channel,
    /// The civil day, in the platform's zone.
    pub occurred_on: NaiveDate,
    /// The page on which it can be seen, without the host: `/en/programme/community/…`.
    pub path: &'a str,
    /// What it is.
    pub title: &'a str,
    /// ISO 639-1 code of its language.
    pub language: &'a str,
    /// How many people it reached, where that is known.
    pub reach: Option<u32>,
    /// What it helped with.
    pub helped: &'a str,
    /// Whether it was paid: then it never counts (S63).
    pub paid: bool,
}

/// Adds what its author did on the platform, inside the caller's transaction, which knows that it is theirs. `false` if
/// they have added it before.
///
/// # Errors
/// [`ApiError::Invalid`] for the field `paid`: paid work never counts.
pub async fn add_from_platform(
    exec: &mut Exec<'_>,
    p: &Platform,
    author: AccountId,
    item: &FromPlatform<'_>,
) -> Result<bool, ApiError> {
    if item.paid {
        return Err(ApiError::field("paid", Problem::Paid));
    }
    let url = p.config.public_url.join(item.path).map_err(|error| p.fault(error))?;
    let new = NewContribution {
        id: ContributionId(p.ids.uuid()),
        account: author,
        channel: item.channel,
        occurred_on: item.occurred_on,
        url: url.as_str(),
        title: item.title,
        language: item.language,
        reach: item.reach.map(i64::from),
        helped: item.helped,
        source_key: Some(item.key),
        now: p.now(),
    };
    rows::insert(exec, &new).await.map_err(|error| p.fault(error))
}

/// What on the platform an account has added already, by its keys.
///
/// # Errors
/// The database's.
pub async fn added_from_platform(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<String>> {
    rows::platform_keys(exec, account).await
}

/// A contribution without a mistake.
#[derive(Clone, Debug)]
struct Contribution {
    channel: Channel,
    occurred_on: NaiveDate,
    url: String,
    title: OneLine,
    language: String,
    reach: Option<i64>,
    helped: Message,
}

/// The address of a page that everybody can open: https, a host, no name and password.
fn read_url(typed: &str) -> Result<String, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Problem::Missing);
    }
    if typed.chars().count() > LONGEST_URL as usize {
        return Err(Problem::TooLong(LONGEST_URL));
    }
    let url = Url::parse(typed).map_err(|_| Problem::NotHttps)?;
    if url.scheme() != "https" {
        return Err(Problem::NotHttps);
    }
    let named = url.domain().is_some_and(|host| host.contains('.') && !host.ends_with(".localhost"));
    if !named || !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::NotAWebAddress);
    }
    Ok(url.into())
}

/// Reads a form, with everything that is wrong with it.
fn read(form: &ContributionForm, today: NaiveDate) -> Result<Contribution, ApiError> {
    let mut fields = Vec::new();
    let mut add = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let absent = |typed: &str| if typed.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
    match form.paid.as_str() {
        "no" => {}
        "yes" => add("paid", Problem::Paid),
        _ => add("paid", Problem::Missing),
    }
    // What is done in the community here comes from there.
    let channel = Channel::parse(&form.channel).filter(|channel| *channel != Channel::Community);
    if channel.is_none() {
        add("channel", absent(&form.channel));
    }
    let occurred_on = match form.occurred_on.trim().parse::<NaiveDate>() {
        Ok(day) if day > today || day < shown_from(today) => {
            add("occurred_on", Problem::NotInRange);
            None
        }
        Ok(day) => Some(day),
        Err(_) if form.occurred_on.trim().is_empty() => {
            add("occurred_on", Problem::Missing);
            None
        }
        Err(_) => {
            add("occurred_on", Problem::NotADay);
            None
        }
    };
    let url = read_url(&form.url).map_err(|problem| add("url", problem)).ok();
    let title = OneLine::parse(&form.title).map_err(|error| add("title", Problem::of_text(error, 120))).ok();
    let known = labels::LANGUAGES.iter().any(|(code, _)| *code == form.language);
    if !known {
        add("language", absent(&form.language));
    }
    let digits: String = form.reach.chars().filter(|c| !matches!(c, ' ' | '.' | ',' | '\u{a0}' | '\u{202f}')).collect();
    let reach = match digits.parse::<i64>() {
        _ if digits.is_empty() => None,
        Ok(number) if (0..=MOST_REACHED).contains(&number) => Some(number),
        _ => {
            add("reach", Problem::Outside("0".to_owned(), MOST_REACHED.to_string()));
            None
        }
    };
    let helped = Message::parse(&form.helped).map_err(|error| add("helped", Problem::of_text(error, 4_000))).ok();
    match (channel, occurred_on, url, title, helped) {
        (Some(channel), Some(occurred_on), Some(url), Some(title), Some(helped)) if fields.is_empty() => {
            Ok(Contribution { channel, occurred_on, url, title, language: form.language.clone(), reach, helped })
        }
        _ => Err(ApiError::Invalid { fields, stash: None }),
    }
}

/// Adds a contribution of one's own.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct; paid work is one (S63).
pub async fn add(p: &Platform, actor: &AccountView, form: &ContributionForm) -> Result<ContributionId, ApiError> {
    let today = p.today();
    let read = read(form, today)?;
    let id = ContributionId(p.ids.uuid());
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    let before =
        rows::of_account(exec, actor.id, shown_from(today), today).await.map_err(|error| p.fault(error))?.len();
    if before >= MOST as usize {
        return Err(ApiError::field("title", Problem::TooMany(MOST)));
    }
    let new = NewContribution {
        id,
        account: actor.id,
        channel: read.channel,
        occurred_on: read.occurred_on,
        url: &read.url,
        title: read.title.as_str(),
        language: &read.language,
        reach: read.reach,
        helped: read.helped.as_str(),
        source_key: None,
        now: p.now(),
    };
    if !rows::insert(exec, &new).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::field("url", Problem::Already));
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(id)
}

/// Takes one's own contribution away.
///
/// # Errors
/// [`ApiError::MovedOn`] if it is none of one's own, or a nomination shows it.
pub async fn remove(p: &Platform, actor: &AccountView, id: ContributionId) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if !rows::remove(&mut tx.exec(), actor.id, id, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// One's own contributions of the last 24 months, with the months.
///
/// # Errors
/// A fault of ours.
pub async fn mine(p: &Platform, actor: &AccountView) -> Result<ContributionsView, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    shown(&mut conn.exec(), p, actor.id).await.map_err(|error| p.fault(error))
}

/// [`mine`], inside a transaction.
pub(crate) async fn shown(exec: &mut Exec<'_>, p: &Platform, account: AccountId) -> sqlx::Result<ContributionsView> {
    let today = civil_day(p.now(), p.config.zone);
    let found = rows::of_account(exec, account, shown_from(today), today).await?;
    Ok(ContributionsView { months: months(&found, today), contributions: views(found), today })
}

pub(crate) fn months(found: &[ContributionRow], until: NaiveDate) -> Vec<MonthCount> {
    let days: Vec<NaiveDate> = found.iter().map(|row| row.occurred_on).collect();
    by_month(&days, until).into_iter().map(|(month, count)| MonthCount { month, count }).collect()
}

pub(crate) fn views(found: Vec<ContributionRow>) -> Vec<ContributionView> {
    found
        .into_iter()
        .filter_map(|row| {
            Some(ContributionView {
                id: ContributionId(row.id),
                channel: Channel::parse(&row.channel)?,
                occurred_on: row.occurred_on,
                url: row.url,
                title: row.title,
                language: row.language,
                reach: row.reach.and_then(|reach| u64::try_from(reach).ok()),
                helped: row.helped,
                from_platform: row.source == "platform",
                can_remove: row.shown == 0,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S64: evidence is an https address that everybody can open.
    #[test]
    fn links_are_https() {
        assert_eq!(read_url(" https://forum.example/a?b=1 "), Ok("https://forum.example/a?b=1".to_owned()));
        assert_eq!(read_url(""), Err(Problem::Missing));
        for typed in ["http://forum.example/", "forum.example/a", "javascript:alert(1)", "data:text/html,x"] {
            assert_eq!(read_url(typed), Err(Problem::NotHttps), "{typed}");
        }
        for typed in ["https://user:pass@forum.example/", "https://intranet/", "https://127.0.0.1/"] {
            assert_eq!(read_url(typed), Err(Problem::NotAWebAddress), "{typed}");
        }
    }
}
