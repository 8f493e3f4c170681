//! Calendars in the form of RFC 5545: the feed of bookings that experts subscribe to, and the calendars elsewhere whose
//! events make their days busy.
//!
//! Reading is forgiving where calendars in the wild are; what cannot be understood is passed over, never guessed busy
//! for ever. Recurrences are expanded in the event's own local time and each occurrence is then placed in time by its
//! zone, so that a weekly nine o'clock stays nine o'clock across the changes of summer time.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
};
use thiserror::Error;

/// The longest calendar that is read, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most events that are read.
pub const MAX_EVENTS: usize = 20_000;
/// The most occurrences of one event.
const MAX_OCCURRENCES: u16 = 20_000;

/// Why a text is no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IcsError {
    /// It does not begin like one.
    #[error("not a calendar")]
    NotACalendar,
    /// It is longer than [`MAX_BYTES`], or has more than [`MAX_EVENTS`].
    #[error("too big")]
    TooBig,
}

/// Whether an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not answered yet.
    Tentative,
    /// Firm.
    Confirmed,
    /// No longer.
    Cancelled,
}

/// An event of whole days, to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayEvent {
    /// Stays the same through all changes.
    pub uid: String,
    /// Rises with each change.
    pub sequence: i64,
    /// When it was last changed.
    pub changed: DateTime<Utc>,
    /// First day.
    pub first: NaiveDate,
    /// Last day, included.
    pub last: NaiveDate,
    /// Whether it stands.
    pub status: Status,
    /// What it is.
    pub summary: String,
    /// Where; may be empty.
    pub location: String,
    /// More about it; may be empty.
    pub description: String,
    /// Its page.
    pub url: String,
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Adds a content line, folded at 75 octets, never within a character.
fn line(text: &mut String, content: &str) {
    let mut width = 0;
    for c in content.chars() {
        if width + c.len_utf8() > 75 {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}

/// Writes a calendar of whole days. `name` is what programs call it.
#[must_use]
pub fn write(name: &str, events: &[DayEvent]) -> String {
    let mut text = String::new();
    for content in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gabarit//Bookings//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    {
        line(&mut text, content);
    }
    line(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut text, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for event in events {
        let after = event.last.checked_add_days(Days::new(1)).unwrap_or(event.last);
        line(&mut text, "BEGIN:VEVENT");
        line(&mut text, &format!("UID:{}", escaped(&event.uid)));
        line(&mut text, &format!("DTSTAMP:{}", event.changed.format("%Y%m%dT%H%M%SZ")));
        line(&mut text, &format!("LAST-MODIFIED:{}", event.changed.format("%Y%m%dT%H%M%SZ")));
        line(&mut text, &format!("SEQUENCE:{}", event.sequence));
        line(&mut text, &format!("DTSTART;VALUE=DATE:{}", event.first.format("%Y%m%d")));
        line(&mut text, &format!("DTEND;VALUE=DATE:{}", after.format("%Y%m%d")));
        let (status, transparent) = match event.status {
            Status::Tentative => ("TENTATIVE", false),
            Status::Confirmed => ("CONFIRMED", false),
            Status::Cancelled => ("CANCELLED", true),
        };
        line(&mut text, &format!("STATUS:{status}"));
        line(&mut text, if transparent { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
        line(&mut text, &format!("SUMMARY:{}", escaped(&event.summary)));
        for (property, value) in [("LOCATION", &event.location), ("DESCRIPTION", &event.description)] {
            if !value.is_empty() {
                line(&mut text, &format!("{property}:{}", escaped(value)));
            }
        }
        if !event.url.is_empty() {
            line(&mut text, &format!("URL:{}", event.url));
        }
        line(&mut text, "END:VEVENT");
    }
    line(&mut text, "END:VCALENDAR");
    text
}

/// An event with its hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedEvent {
    /// Unique, for ever the same.
    pub uid: String,
    /// When this was written.
    pub stamp: DateTime<Utc>,
    /// Rises with every change.
    pub sequence: i64,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Whether it was called off.
    pub cancelled: bool,
    /// What it is.
    pub summary: String,
    /// Where; may be empty.
    pub location: String,
    /// More about it; may be empty.
    pub description: String,
    /// Its page.
    pub url: String,
}

/// Writes a calendar of one event.
#[must_use]
pub fn write_timed(event: &TimedEvent) -> String {
    let time = |time: DateTime<Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
    let mut text = String::new();
    for content in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gabarit//Members//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    {
        line(&mut text, content);
    }
    line(&mut text, "BEGIN:VEVENT");
    line(&mut text, &format!("UID:{}", escaped(&event.uid)));
    line(&mut text, &format!("DTSTAMP:{}", time(event.stamp)));
    line(&mut text, &format!("SEQUENCE:{}", event.sequence));
    line(&mut text, &format!("DTSTART:{}", time(event.starts_at)));
    line(&mut text, &format!("DTEND:{}", time(event.ends_at)));
    line(&mut text, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    for (property, value) in
        [("SUMMARY", &event.summary), ("LOCATION", &event.location), ("DESCRIPTION", &event.description)]
    {
        if !value.is_empty() {
            line(&mut text, &format!("{property}:{}", escaped(value)));
        }
    }
    line(&mut text, &format!("URL:{}", event.url));
    line(&mut text, "END:VEVENT");
    line(&mut text, "END:VCALENDAR");
    text
}

/// The runs of consecutive days in a set: first and last of each.
#[must_use]
pub fn runs(days: impl IntoIterator<Item = NaiveDate>) -> Vec<(NaiveDate, NaiveDate)> {
    let days: BTreeSet<NaiveDate> = days.into_iter().collect();
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}

/// A content line: name, parameters, value.
#[derive(Clone, Debug)]
struct Property {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn parse(line: &str) -> Option<Self> {
        let (mut quoted, mut colon) = (false, None);
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let (head, value) = line.split_at(colon?);
        let mut parts = Vec::new();
        let (mut quoted, mut start) = (false, 0);
        for (at, c) in head.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => {
                    parts.push(head.get(start..at)?);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(head.get(start..)?);
        let mut parts = parts.into_iter();
        let name = parts.next()?.trim().to_ascii_uppercase();
        let parameters = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
            .collect();
        Some(Self { name, parameters, value: value.get(1..)?.trim_end().to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Content lines, unfolded.
fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// A component between its `BEGIN` and `END`.
#[derive(Clone, Debug, Default)]
struct Component {
    kind: String,
    properties: Vec<Property>,
    parts: Vec<Component>,
}

impl Component {
    fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }
}

fn components(text: &str) -> Result<Vec<Component>, IcsError> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.len() > MAX_BYTES {
        return Err(IcsError::TooBig);
    }
    if !text.get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(IcsError::NotACalendar);
    }
    let mut stack: Vec<Component> = vec![Component::default()];
    let mut events = 0;
    for property in unfold(text).iter().filter_map(|line| Property::parse(line)) {
        match property.name.as_str() {
            "BEGIN" if stack.len() < 8 => {
                let kind = property.value.to_ascii_uppercase();
                events += usize::from(kind == "VEVENT");
                if events > MAX_EVENTS {
                    return Err(IcsError::TooBig);
                }
                stack.push(Component { kind, ..Component::default() });
            }
            "END" if stack.len() > 1 => {
                if let (Some(done), Some(parent)) = (stack.pop(), stack.last_mut()) {
                    parent.parts.push(done);
                }
            }
            _ => {
                if let Some(open) = stack.last_mut() {
                    open.properties.push(property);
                }
            }
        }
    }
    // What was cut off counts as far as it goes.
    while stack.len() > 1 {
        if let (Some(done), Some(parent)) = (stack.pop(), stack.last_mut()) {
            parent.parts.push(done);
        }
    }
    Ok(stack.pop().map(|root| root.parts).unwrap_or_default())
}

/// A zone: one of the world's, or one that the calendar brings along.
#[derive(Clone, Debug)]
enum Zone {
    Known(Tz),
    /// Changes of the offset, each in the local time before it, in order.
    Own(Vec<(NaiveDateTime, i32)>),
}

impl Zone {
    /// The instant of a local time. One that a change leaves out moves on by the gap; one that comes twice is the first.
    fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Known(zone) => match zone.from_local_datetime(&local) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
                LocalResult::None => {
                    let before = zone.offset_from_utc_datetime(&(local - TimeDelta::hours(3))).fix();
                    (local - TimeDelta::seconds(i64::from(before.local_minus_utc()))).and_utc()
                }
            },
            Self::Own(changes) => {
                let offset = changes
                    .iter()
                    .rev()
                    .find(|(from, _)| *from <= local)
                    .or_else(|| changes.first())
                    .map_or(0, |(_, offset)| *offset);
                (local - TimeDelta::seconds(i64::from(offset))).and_utc()
            }
        }
    }

    fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Known(zone) => instant.with_timezone(zone).naive_local(),
            Self::Own(changes) => {
                let naive = instant.naive_utc();
                let offset = changes
                    .iter()
                    .rev()
                    .find(|(from, offset)| *from <= naive + TimeDelta::seconds(i64::from(*offset)))
                    .or_else(|| changes.first())
                    .map_or(0, |(_, offset)| *offset);
                naive + TimeDelta::seconds(i64::from(offset))
            }
        }
    }
}

/// Zones as one maker of calendars calls them.
const WINDOWS: [(&str, Tz); 24] = [
    ("Romance Standard Time", Tz::Europe__Paris),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("FLE Standard Time", Tz::Europe__Kiev),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("Russian Standard Time", Tz::Europe__Moscow),
    ("Turkey Standard Time", Tz::Europe__Istanbul),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Central Standard Time", Tz::America__Chicago),
    ("Mountain Standard Time", Tz::America__Denver),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("Morocco Standard Time", Tz::Africa__Casablanca),
    ("W. Central Africa Standard Time", Tz::Africa__Lagos),
    ("South Africa Standard Time", Tz::Africa__Johannesburg),
    ("Arabian Standard Time", Tz::Asia__Dubai),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("China Standard Time", Tz::Asia__Shanghai),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("Singapore Standard Time", Tz::Asia__Singapore),
    ("AUS Eastern Standard Time", Tz::Australia__Sydney),
];

fn known_zone(name: &str) -> Option<Tz> {
    let name = name.trim();
    if let Some((_, zone)) = WINDOWS.iter().find(|(windows, _)| *windows == name) {
        return Some(*zone);
    }
    // `/example.org/20260101/Europe/Paris`: the world's name stands at the end.
    name.parse().ok().or_else(|| {
        let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        (1..parts.len()).find_map(|skip| parts.get(skip..)?.join("/").parse().ok())
    })
}

fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    Some(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?))
}

/// Years have four digits; what else the parser would take is too far away to count with.
fn local_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let time = if text.len() == 8 {
        NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(|day| day.and_time(NaiveTime::MIN))
    } else {
        NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y%m%dT%H%M%S").ok()
    };
    time.filter(|time| (1..=9999).contains(&time.year()))
}

fn own_zone(component: &Component, until: NaiveDateTime) -> Zone {
    let mut changes = Vec::new();
    for part in &component.parts {
        let (Some(start), Some(to)) = (
            part.get("DTSTART").and_then(|property| local_time(&property.value)),
            part.get("TZOFFSETTO").and_then(|property| offset(&property.value)),
        ) else {
            continue;
        };
        changes.push((start, to));
        if let Some(rule) = part.get("RRULE") {
            changes.extend(recurring(start, &rule.value, until).into_iter().map(|at| (at, to)));
        }
        for date in part.all("RDATE").flat_map(|property| property.value.split(',')) {
            changes.extend(local_time(date).map(|at| (at, to)));
        }
    }
    changes.sort_unstable();
    changes.dedup();
    Zone::Own(changes)
}

/// Occurrences of a rule in local time, up to a moment. A rule that makes no sense gives none but the start itself.
fn recurring(start: NaiveDateTime, rule: &str, until: NaiveDateTime) -> Vec<NaiveDateTime> {
    let zoned = |local: NaiveDateTime| rrule::Tz::UTC.from_utc_datetime(&local);
    // Everything is read as if it were UTC: an end that is a day means the whole of it.
    let rule: String = rule
        .split(';')
        .filter(|part| !part.trim().is_empty())
        .map(|part| match part.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("UNTIL") => {
                let value = if value.len() == 8 {
                    format!("{value}T235959Z")
                } else {
                    format!("{}Z", value.trim_end_matches('Z'))
                };
                format!("UNTIL={value}")
            }
            _ => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(";");
    let Ok(rule) = rule.parse::<RRule<Unvalidated>>() else { return vec![start] };
    let Ok(rule) = rule.validate(zoned(start)) else { return vec![start] };
    RRuleSet::new(zoned(start))
        .rrule(rule)
        .limit()
        .before(zoned(until))
        .all(MAX_OCCURRENCES)
        .dates
        .into_iter()
        .map(|date| date.naive_utc())
        .collect()
}

/// A start or an end.
#[derive(Clone, Debug)]
enum Moment {
    Day(NaiveDate),
    Local(NaiveDateTime, Zone),
}

impl Moment {
    fn naive(&self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Local(local, _) => *local,
        }
    }
}

struct Reader {
    zone: Tz,
    zones: HashMap<String, Zone>,
    from: NaiveDate,
    until: NaiveDate,
}

impl Reader {
    fn moment(&self, property: &Property, value: &str) -> Option<Moment> {
        let value = value.trim();
        if property.parameter("VALUE") == Some("DATE") || value.len() == 8 {
            return Some(Moment::Day(local_time(value.get(..8)?)?.date()));
        }
        let local = local_time(value)?;
        let zone = if value.ends_with('Z') {
            Zone::Known(Tz::UTC)
        } else {
            match property.parameter("TZID") {
                // Without a zone it is wherever its owner is.
                None => Zone::Known(self.zone),
                Some(name) => known_zone(name)
                    .map(Zone::Known)
                    .or_else(|| self.zones.get(name).cloned())
                    .unwrap_or(Zone::Known(self.zone)),
            }
        };
        Some(Moment::Local(local, zone))
    }

    /// Takes the days that a stretch of time touches.
    fn take(&self, start: &Moment, local: NaiveDateTime, length: Length, busy: &mut BTreeSet<NaiveDate>) {
        let (first, last) = match (start, length) {
            (Moment::Day(_), Length::Days(days)) => {
                (local.date(), local.date().checked_add_days(Days::new(days.max(1) - 1)))
            }
            (Moment::Day(_), Length::Time(time)) => {
                (local.date(), (local + time - TimeDelta::seconds(1)).date().into())
            }
            (Moment::Local(_, zone), length) => {
                let begins = zone.instant(local);
                let ends = match length {
                    Length::Days(days) => zone.instant(local + TimeDelta::days(i64::try_from(days).unwrap_or(0))),
                    Length::Time(time) => begins + time,
                };
                let first = begins.with_timezone(&self.zone).date_naive();
                // An end at midnight leaves the next day free.
                let last = (ends - TimeDelta::seconds(i64::from(ends > begins))).with_timezone(&self.zone).date_naive();
                (first, Some(last.max(first)))
            }
        };
        let mut day = first.max(self.from);
        let last = last.unwrap_or(first).min(self.until);
        while day <= last {
            busy.insert(day);
            match day.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
    }

    /// Occurrences of an event in its own local time.
    fn occurrences(&self, event: &Component, start: &Moment) -> Vec<NaiveDateTime> {
        // A day more than the horizon: local times run ahead of UTC.
        let until = self.until.and_time(NaiveTime::MIN) + TimeDelta::days(2);
        let first = start.naive();
        let in_local = |property: &Property, value: &str| match (self.moment(property, value)?, start) {
            (Moment::Day(day), _) => Some(day.and_time(first.time())),
            (Moment::Local(local, _), Moment::Day(_)) => Some(local.date().and_time(NaiveTime::MIN)),
            (Moment::Local(local, zone), Moment::Local(_, own)) => Some(own.local(zone.instant(local))),
        };
        let mut all: BTreeSet<NaiveDateTime> = BTreeSet::from([first]);
        for rule in event.all("RRULE") {
            let rule = self.localised(&rule.value, start);
            all.extend(recurring(first, &rule, until));
        }
        for property in event.all("RDATE") {
            all.extend(property.value.split(',').filter_map(|value| in_local(property, value.split('/').next()?)));
        }
        for property in event.all("EXDATE") {
            for out in property.value.split(',').filter_map(|value| in_local(property, value)) {
                all.remove(&out);
            }
        }
        all.into_iter().filter(|at| *at <= until).collect()
    }

    /// A rule whose end, given in UTC, is in the event's local time.
    fn localised(&self, rule: &str, start: &Moment) -> String {
        let Moment::Local(_, zone) = start else { return rule.to_owned() };
        rule.split(';')
            .map(|part| {
                let local = part.split_once('=').and_then(|(name, value)| {
                    let utc = name.eq_ignore_ascii_case("UNTIL").then(|| value.strip_suffix('Z')).flatten()?;
                    Some(zone.local(local_time(utc)?.and_utc()))
                });
                local.map_or_else(|| part.to_owned(), |local| format!("UNTIL={}", local.format("%Y%m%dT%H%M%SZ")))
            })
            .collect::<Vec<_>>()
            .join(";")
    }
}

#[derive(Clone, Copy, Debug)]
enum Length {
    Days(u64),
    Time(TimeDelta),
}

/// The longest that an event is taken to last: a century, beyond anything that is asked about.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

/// `P1DT2H`, `PT30M`, `P2W`; at most [`LONGEST`].
fn duration(text: &str) -> Option<Length> {
    let body = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let (mut days, mut seconds, mut number, mut time) = (0_i64, 0_i64, String::new(), false);
    for c in body.chars() {
        match c {
            'T' => time = true,
            '0'..='9' => number.push(c),
            unit => {
                let count: i64 = number.parse::<u32>().ok()?.into();
                number.clear();
                match (unit, time) {
                    ('W', _) => days += count * 7,
                    ('D', _) => days += count,
                    ('H', true) => seconds += count * 3600,
                    ('M', true) => seconds += count * 60,
                    ('S', true) => seconds += count,
                    _ => return None,
                }
                (days, seconds) = (days.min(LONGEST.num_days()), seconds.min(LONGEST.num_seconds()));
            }
        }
    }
    if seconds == 0 {
        Some(Length::Days(u64::try_from(days).ok()?))
    } else {
        Some(Length::Time((TimeDelta::days(days) + TimeDelta::seconds(seconds)).min(LONGEST)))
    }
}

/// What a calendar makes busy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// Days, in the zone it was read for.
    pub days: BTreeSet<NaiveDate>,
    /// How many events it has.
    pub events: usize,
}

/// Reads a calendar: the days from one to another (both included) that its events touch in a zone. Events that are
/// cancelled, or marked as taking no time, touch none.
///
/// # Errors
/// [`IcsError`] for what is no calendar, or too big a one.
pub fn busy_days(text: &str, zone: Tz, from: NaiveDate, until: NaiveDate) -> Result<Busy, IcsError> {
    let calendars = components(text)?;
    let horizon = until.and_time(NaiveTime::MIN) + TimeDelta::days(2);
    let mut reader = Reader { zone, zones: HashMap::new(), from, until };
    let parts =
        || calendars.iter().filter(|calendar| calendar.kind == "VCALENDAR").flat_map(|calendar| &calendar.parts);
    for component in parts().filter(|component| component.kind == "VTIMEZONE") {
        if let Some(name) = component.get("TZID")
            && known_zone(&name.value).is_none()
        {
            reader.zones.insert(name.value.clone(), own_zone(component, horizon));
        }
    }
    let mut busy = Busy::default();
    // Single occurrences that were moved or cancelled, by event and by the instant they had.
    let mut moved: BTreeMap<&str, BTreeSet<DateTime<Utc>>> = BTreeMap::new();
    let instant = |reader: &Reader, moment: &Moment| match moment {
        Moment::Day(day) => Zone::Known(reader.zone).instant(day.and_time(NaiveTime::MIN)),
        Moment::Local(local, zone) => zone.instant(*local),
    };
    for event in parts().filter(|component| component.kind == "VEVENT") {
        if let (Some(uid), Some(which)) = (event.get("UID"), event.get("RECURRENCE-ID"))
            && let Some(moment) = reader.moment(which, &which.value)
        {
            moved.entry(&uid.value).or_default().insert(instant(&reader, &moment));
        }
    }
    for event in parts().filter(|component| component.kind == "VEVENT") {
        busy.events += 1;
        let says = |name: &str, value: &str| {
            event.get(name).is_some_and(|property| property.value.eq_ignore_ascii_case(value))
        };
        if says("STATUS", "CANCELLED") || says("TRANSP", "TRANSPARENT") || says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE") {
            continue;
        }
        let Some(start) = event.get("DTSTART").and_then(|property| reader.moment(property, &property.value)) else {
            continue;
        };
        let end = event.get("DTEND").and_then(|property| reader.moment(property, &property.value));
        let length = match (&start, end) {
            (Moment::Day(first), Some(Moment::Day(last))) => {
                Length::Days(u64::try_from((last - *first).num_days()).unwrap_or(1))
            }
            (_, Some(end)) => Length::Time((instant(&reader, &end) - instant(&reader, &start)).max(TimeDelta::zero())),
            (_, None) => event.get("DURATION").and_then(|property| duration(&property.value)).unwrap_or(match start {
                Moment::Day(_) => Length::Days(1),
                Moment::Local(..) => Length::Time(TimeDelta::zero()),
            }),
        };
        let is_exception = event.get("RECURRENCE-ID").is_some();
        let gone = event.get("UID").filter(|_| !is_exception).and_then(|uid| moved.get(uid.value.as_str()));
        for local in reader.occurrences(event, &start) {
            let at = match &start {
                Moment::Day(_) => Moment::Day(local.date()),
                Moment::Local(_, zone) => Moment::Local(local, zone.clone()),
            };
            if gone.is_none_or(|gone| !gone.contains(&instant(&reader, &at))) {
                reader.take(&start, local, length, &mut busy.days);
            }
        }
    }
    for part in parts().filter(|component| component.kind == "VFREEBUSY") {
        for property in part.all("FREEBUSY").filter(|property| property.parameter("FBTYPE") != Some("FREE")) {
            for period in property.value.split(',') {
                let Some((begins, ends)) = period.split_once('/') else { continue };
                let Some(start) = reader.moment(property, begins) else { continue };
                let length = match duration(ends) {
                    Some(length) => length,
                    None => match reader.moment(property, ends) {
                        Some(end) => Length::Time(instant(&reader, &end) - instant(&reader, &start)),
                        None => continue,
                    },
                };
                let local = start.naive();
                reader.take(&start, local, length, &mut busy.days);
            }
        }
    }
    Ok(busy)
}

/// Whether a year can be written with four digits, as calendars need it.
#[must_use]
pub fn is_writable(day: NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

/// `20261201` of a day, for tests and file names.
#[must_use]
pub fn stamp(day: NaiveDate) -> String {
    let mut text = String::new();
    let _ = write!(text, "{}", day.format("%Y%m%d"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn busy(body: &str, zone: Tz) -> Vec<String> {
        let text =
            format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", body.trim().replace('\n', "\r\n"));
        let found = busy_days(&text, zone, day("2026-01-01"), day("2026-12-31")).unwrap();
        found.days.into_iter().map(|day| day.to_string()).collect()
    }

    /// A whole-day event ends before the day it names, and takes the same days in any zone.
    #[test]
    fn whole_days_end_before_their_end() {
        let event = "BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203\nEND:VEVENT";
        for zone in [Tz::Europe__Paris, Tz::America__New_York, Tz::Pacific__Auckland] {
            assert_eq!(busy(event, zone), ["2026-12-01", "2026-12-02"]);
        }
        assert_eq!(busy("BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261201\nEND:VEVENT", Tz::UTC), ["2026-12-01"]);
    }

    /// The weekends on which the clocks change, on both sides of the ocean: a nightly event from 23:30 to 00:30 touches
    /// its own two days, whatever the offset.
    #[test]
    fn weekends_of_summer_time() {
        for (zone, name, spring, autumn) in [
            (Tz::Europe__Paris, "Europe/Paris", "2026-03-28", "2026-10-24"),
            (Tz::America__New_York, "America/New_York", "2026-03-07", "2026-10-31"),
        ] {
            for saturday in [spring, autumn] {
                let first = day(saturday);
                let stamp = first.format("%Y%m%d");
                let event = format!(
                    "BEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:{stamp}T090000\nDTEND;TZID={name}:{stamp}T100000\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT"
                );
                let days: Vec<String> = (0..3).map(|add| (first + Days::new(add)).to_string()).collect();
                assert_eq!(busy(&event, zone), days, "{name}");
                // Nine o'clock there stays nine o'clock there: seen from UTC the hour changes, the day does not.
                assert_eq!(busy(&event, Tz::UTC), days, "{name}");
                // Around midnight.
                let night = format!(
                    "BEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:{stamp}T233000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT"
                );
                assert_eq!(busy(&night, zone), days, "{name}");
                // 02:30 does not exist on the Sunday of spring, and comes twice in autumn: it is on that Sunday.
                let odd = format!(
                    "BEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:{stamp}T023000\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT"
                );
                assert_eq!(busy(&odd, zone), days[..2], "{name}");
                // An event of a whole day in hours, midnight to midnight, is that day only, though it has 23 or 25 hours.
                let sunday = first + Days::new(1);
                let whole = format!(
                    "BEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:{}T000000\nDTEND;TZID={name}:{}T000000\nEND:VEVENT",
                    sunday.format("%Y%m%d"),
                    (sunday + Days::new(1)).format("%Y%m%d")
                );
                assert_eq!(busy(&whole, zone), [sunday.to_string()], "{name}");
            }
        }
    }

    #[test]
    fn exceptions_of_a_series() {
        let series = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Paris:20260302T090000\nDTEND;TZID=Europe/Paris:20260302T100000\n\
            RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260330T070000Z\nEXDATE;TZID=Europe/Paris:20260309T090000\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=Europe/Paris:20260316T090000\nDTSTART;TZID=Europe/Paris:20260318T090000\nDTEND;TZID=Europe/Paris:20260318T100000\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260323T080000Z\nSTATUS:CANCELLED\nDTSTART:20260323T080000Z\nEND:VEVENT";
        // The 9th is taken out, the 16th moved to the 18th, the 23rd cancelled; the 30th is 07:00 UTC, summer time.
        assert_eq!(busy(series, Tz::Europe__Paris), ["2026-03-02", "2026-03-18", "2026-03-30"]);
    }

    #[test]
    fn zones_of_the_calendar_s_own() {
        let own = "BEGIN:VTIMEZONE\nTZID:Bureau\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n\
            BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
        for name in ["Bureau", "Romance Standard Time", "/softwarestudio.example/Europe/Paris"] {
            let event = |stamp: &str| {
                format!("{own}BEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:{stamp}\nDURATION:PT10M\nEND:VEVENT")
            };
            // 00:30 there: in winter 23:30 UTC, in summer 22:30 UTC of the day before.
            assert_eq!(busy(&event("20260115T003000"), Tz::UTC), ["2026-01-14"], "{name}");
            assert_eq!(busy(&event("20260715T013000"), Tz::UTC), ["2026-07-14"], "{name}");
            assert_eq!(busy(&event("20260115T013000"), Tz::UTC), ["2026-01-15"], "{name}");
            assert_eq!(busy(&event("20260715T003000"), Tz::Europe__Paris), ["2026-07-15"], "{name}");
        }
    }

    #[test]
    fn what_takes_no_time_is_free() {
        for extra in ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
            assert!(
                busy(&format!("BEGIN:VEVENT\nUID:a\n{extra}\nDTSTART;VALUE=DATE:20261201\nEND:VEVENT"), Tz::UTC)
                    .is_empty()
            );
        }
        assert_eq!(
            busy(
                "BEGIN:VFREEBUSY\nFREEBUSY:20261201T080000Z/PT2H,20261203T080000Z/20261203T090000Z\nEND:VFREEBUSY",
                Tz::UTC
            ),
            ["2026-12-01", "2026-12-03"]
        );
        assert_eq!(busy_days("<html>", Tz::UTC, day("2026-01-01"), day("2026-12-31")), Err(IcsError::NotACalendar));
    }

    /// A thousand recurring events are read; how fast, `benches/calendars.rs` says.
    #[test]
    fn a_thousand_recurring_events() {
        let mut body = String::from("BEGIN:VCALENDAR\r\n");
        for number in 0..1_000 {
            let (month, on) = (number % 12 + 1, number % 28 + 1);
            let rule = ["FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY"]
                [number % 4];
            let _ = write!(
                body,
                "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=Europe/Paris:2024{month:02}{on:02}T090000\r\nDTEND;TZID=Europe/Paris:2024{month:02}{on:02}T110000\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
            );
        }
        body.push_str("END:VCALENDAR\r\n");
        let found = busy_days(&body, Tz::Europe__Paris, day("2026-11-23"), day("2027-12-27")).unwrap();
        assert_eq!((found.events, found.days.len()), (1_000, 400));
    }

    #[test]
    fn lines_are_folded_and_escaped() {
        let event = DayEvent {
            uid: "1@gabarit.example".to_owned(),
            sequence: 3,
            changed: "2026-11-23T09:00:00Z".parse().unwrap(),
            first: day("2026-12-01"),
            last: day("2026-12-02"),
            status: Status::Tentative,
            summary: "Atelier; plans, coupes \\ détails é".repeat(5),
            location: String::new(),
            description: "une\nligne".to_owned(),
            url: "https://gabarit.example/fr/bookings/1".to_owned(),
        };
        let text = write("Réservations", &[event]);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(
            text.contains("DTEND;VALUE=DATE:20261203\r\n")
                && text.contains("STATUS:TENTATIVE\r\n")
                && text.contains("SEQUENCE:3\r\n")
        );
        assert!(text.replace("\r\n ", "").contains("Atelier\\; plans\\, coupes \\\\ détails"));
    }

    /// An event that goes on for ever takes every day that is asked about, and no more.
    #[test]
    fn the_longest_event() {
        for length in ["P99999999D", "P4294967295W4294967295W4294967295W4294967295W", "PT4294967295H"] {
            for start in ["DTSTART:20260101T120000Z", "DTSTART;VALUE=DATE:20260101"] {
                let text = format!(
                    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{start}\r\nDURATION:{length}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
                );
                let busy = busy_days(&text, Tz::Europe__Paris, day("2025-12-01"), day("2026-01-31")).unwrap();
                assert_eq!(busy.days.len(), 31, "{start} {length}");
            }
        }
    }

    proptest! {
        /// What is written is read back: the same days, in any zone.
        #[test]
        fn written_days_are_read_back(offsets in prop::collection::btree_set(0_u64..380, 1..40)) {
            let from = day("2026-01-01");
            let days: BTreeSet<NaiveDate> = offsets.into_iter().map(|offset| from + Days::new(offset)).collect();
            let events: Vec<DayEvent> = runs(days.iter().copied()).into_iter().map(|(first, last)| DayEvent {
                uid: stamp(first), sequence: 0, changed: DateTime::UNIX_EPOCH, first, last, status: Status::Confirmed,
                summary: "x".to_owned(), location: String::new(), description: String::new(), url: String::new(),
            }).collect();
            let text = write("x", &events);
            for zone in [Tz::UTC, Tz::Pacific__Auckland, Tz::America__New_York] {
                prop_assert_eq!(&busy_days(&text, zone, from, from + Days::new(400)).unwrap().days, &days);
            }
        }

        /// Nothing that comes from outside makes the reader fail.
        #[test]
        fn any_text_is_survived(lines in prop::collection::vec(prop::sample::select(vec![
            "BEGIN:VEVENT", "END:VEVENT", "DTSTART:20260101T000000Z", "DTSTART;VALUE=DATE:20260101", "DTEND:19700101T000000Z", "RRULE:FREQ=SECONDLY",
            "RRULE:FREQ=DAILY;COUNT=99999999", "RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2", "RRULE:", "EXDATE:x", "DURATION:P99999999D", "DURATION:P4294967295W4294967295W4294967295W4294967295W",
            "DURATION:PT4294967295H", "DTSTART:+262142-12-31T235959Z", "DTSTART:+2621421231T235959Z", "DTSTART:99991231T235959Z", "BEGIN:VTIMEZONE", "TZID:x", "\u{e9}:", ";;:", "END:VCALENDAR",
            "RECURRENCE-ID:20260101T000000Z", "UID:1", "DTSTART;TZID=x:99991231T235959", "FREEBUSY:a/b", "\"",
        ]), 0..16)) {
            let text = format!("BEGIN:VCALENDAR\r\n{}", lines.join("\r\n"));
            let _ = busy_days(&text, Tz::Europe__Paris, day("2026-01-01"), day("2026-12-31"));
        }
    }
}
