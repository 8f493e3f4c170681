//! The contact desk (S10, S12–S14, S22, S42, S45): requests by anyone, answered by managers.
//!
//! A request from an account is seen by that account alone, one from a visitor by whoever has the secret link that the
//! mails hold, and nothing else: to open it proves the address. Managers see all, and whose address is not confirmed.
//! Everybody else learns nothing, not even that a reference exists. A form posted twice is one message.

mod files;
mod inbox;
mod notices;
mod retention;

pub use files::{fetch_file, may_answer, may_open, may_write};
pub use inbox::{act, act_with_files, inbox, request};
pub use retention::erase_due;

use crate::{
    clock::zoned,
    db::{
        Exec, bookings,
        contact::{self as rows, Change, FileRow, MessageRow, NewMessage, NewRequest, RequestRow},
        throttle,
    },
    jobs,
    platform::Platform,
    services::{
        experts,
        files::{self as uploads, SentFile},
        search,
    },
    uploads::FileType,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use chrono_tz::Tz;
use gabarit_domain::{
    contact::{Conversation, Topic},
    ids::{AccountId, BookingId, ExpertId},
    text::{Email, Message, Name, TextError},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    contact::{ContactForm, ContactPage, MessageView, RequestSummary, Side, ThreadView},
    error::{ApiError, FieldError, Problem},
    expert::ExpertCard,
    work::MessageFile,
};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, net::IpAddr};
use uuid::Uuid;

/// Requests and messages from one network address within the hour.
const PER_ADDRESS: i64 = 20;
/// Confirmations to one mail address within the hour: nobody is flooded in another's name.
const PER_RECIPIENT: i64 = 5;

/// Who reads or writes a request.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// The account that is signed in.
    Account(&'a AccountView),
    /// The secret of a visitor's link.
    Key(&'a str),
}

/// A request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// By which people call it.
    pub reference: String,
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// What the secret of a request's link is sealed for.
fn key_context(request: Uuid) -> String {
    format!("contact_request.sealed_key/{request}")
}

/// The secret of a visitor's link, where it is kept and opens: another secret key must not keep an answer back.
pub(crate) fn key_of(p: &Platform, row: &RequestRow) -> Option<String> {
    let sealed = row.sealed_key.as_ref()?;
    p.unseal(&key_context(row.id), sealed).ok()
}

/// A form, all of it, with the key of its page: the same twice is one message, and one that says anything else is another.
/// A form without a key has none.
fn digest(form_key: &str, parts: &[&str], sent: &[SentFile]) -> Option<[u8; 32]> {
    let key: Uuid = form_key.trim().parse().ok()?;
    let mut digest = Sha256::new();
    let mut put = |part: &[u8]| {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    };
    put(key.as_bytes());
    for part in parts {
        put(part.as_bytes());
    }
    for file in sent {
        put(file.name.as_bytes());
        put(&file.bytes);
    }
    Some(digest.finalize().into())
}

/// The reference of the request that a form was written to before.
async fn posted(p: &Platform, digest: Option<&[u8; 32]>) -> Result<Option<String>, ApiError> {
    let Some(digest) = digest else { return Ok(None) };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    rows::posted(&mut conn.exec(), Some(digest.as_slice())).await.map_err(|error| p.fault(error))
}

/// Eight characters that are hard to take for one another when read aloud.
fn reference(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    random.iter().take(8).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// What the contact page needs: the names of what its address mentions (public or one's own), products, own requests.
///
/// # Errors
/// A fault of ours.
pub async fn page(
    p: &Platform,
    actor: Option<&AccountView>,
    expert: Option<ExpertId>,
    booking: Option<BookingId>,
    locale: Locale,
) -> Result<ContactPage, ApiError> {
    let products = experts::products(p)
        .await?
        .into_iter()
        .map(|product| (product.code.as_str().to_owned(), product.name))
        .collect();
    let expert = match expert {
        Some(id) => experts::card(p, id, locale).await?.map(|card| (card.id, card.display_name)),
        None => None,
    };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let booking = match (booking, actor) {
        (Some(id), Some(actor)) => own_booking(&mut conn.exec(), p, id, actor.id).await?,
        _ => None,
    };
    let own = match actor {
        Some(actor) => {
            let zone = zone_of(p, actor);
            let own = rows::of_account(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
            own.into_iter().filter_map(|row| summary(&row, zone, false)).collect()
        }
        None => Vec::new(),
    };
    Ok(ContactPage { expert, booking, products, own, form_key: p.ids.uuid().to_string() })
}

fn zone_of(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

/// A booking that the account is the client of, or the expert.
async fn own_booking(
    exec: &mut Exec<'_>,
    p: &Platform,
    id: BookingId,
    account: AccountId,
) -> Result<Option<(BookingId, String)>, ApiError> {
    let Some(booking) = bookings::get(exec, id).await.map_err(|error| p.fault(error))? else { return Ok(None) };
    let is_expert = bookings::expert(exec, booking.expert)
        .await
        .map_err(|error| p.fault(error))?
        .is_some_and(|expert| expert.account == account);
    Ok((booking.client == account || is_expert).then_some((booking.id, booking.reference)))
}

/// Collects what is wrong, field by field.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.to_owned(), problem });
    }

    fn read<T>(&mut self, field: &str, max: u32, parsed: Result<T, TextError>) -> Option<T> {
        parsed
            .map_err(|error| {
                self.add(field, Problem::of_text(error, max));
            })
            .ok()
    }

    /// What the files are, told by their content; nothing where one of them is none of ours.
    fn files(&mut self, sent: &[SentFile]) -> Vec<FileType> {
        uploads::kinds(sent).unwrap_or_else(|problems| {
            self.0.extend(problems);
            Vec::new()
        })
    }

    fn done(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid { fields: self.0, stash: None }) }
    }
}

/// Counts in a bucket within the hour, or refuses.
pub(super) async fn count(p: &Platform, bucket: &str, most: i64) -> Result<(), ApiError> {
    count_within(p, bucket, 1, most, TimeDelta::hours(1)).await
}

/// Counts several in a bucket, or refuses, and then counts none.
async fn count_within(
    p: &Platform,
    bucket: &str,
    several: usize,
    most: i64,
    window: TimeDelta,
) -> Result<(), ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    for _ in 0..several {
        let count = throttle::count(&mut tx.exec(), bucket, now, now + window).await.map_err(|error| p.fault(error))?;
        if count.attempts > most {
            let seconds = (count.window_ends_at - now).num_seconds().max(1);
            return Err(ApiError::TooManyAttempts { retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX) });
        }
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

fn bucket(kind: &str, of: &str) -> String {
    format!("desk/{kind}/{}", hex::encode(&hash(of)[..16]))
}

/// Whose line a network address is: of the newer kind, one household has a whole block.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => ip.to_string(),
            None => ip.segments().iter().take(4).map(|part| format!("{part:x}:")).collect(),
        },
        _ => address.to_owned(),
    }
}

/// What is looked for, read as the search page reads it; what makes no sense there is told by its field here.
async fn wanted(p: &Platform, form: &ContactForm, locale: Locale, problems: &mut Problems) -> Result<String, ApiError> {
    let query = {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in [
            ("product", &form.product),
            ("mode", &form.mode),
            ("place", &form.place),
            ("from", &form.from),
            ("until", &form.until),
        ] {
            if !value.trim().is_empty() {
                query.append_pair(key, value.trim());
            }
        }
        query.finish()
    };
    let (read, mistakes) = search::read_query(p, &query, locale).await?;
    for mistake in mistakes {
        // The days that the two fields make up are told by the first.
        let field = match mistake.field.as_str() {
            "days" | "day" => "from",
            "near" => "place",
            other => other,
        };
        problems.add(field, mistake.problem);
    }
    Ok(read.to_query())
}

/// Makes a request without files.
///
/// # Errors
/// See [`open_with_files`].
pub async fn open(
    p: &Platform,
    actor: Option<&AccountView>,
    form: &ContactForm,
    client_address: &str,
) -> Result<Opened, ApiError> {
    open_with_files(p, actor, form, client_address, Vec::new()).await
}

/// Makes a request, with files: all of them, or nothing is sent. The sender hears that it came, and by which reference.
///
/// # Errors
/// [`ApiError::Invalid`] by the fields; [`ApiError::TooManyAttempts`]; [`ApiError::Unavailable`] if the store does not
/// take the files.
pub async fn open_with_files(
    p: &Platform,
    actor: Option<&AccountView>,
    form: &ContactForm,
    client_address: &str,
    sent: Vec<SentFile>,
) -> Result<Opened, ApiError> {
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let mut problems = Problems::default();
    if !form.website.is_empty() {
        // Nobody sees this field. Whoever fills it in by mistake (a password manager) is told, and loses nothing.
        problems.add("website", Problem::NotForYou);
    }
    let topic = Topic::parse(&form.topic);
    if topic.is_none() {
        problems.add("topic", if form.topic.is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    let (name, email) = match actor {
        Some(actor) => (Some(actor.name.clone()), Some(actor.email.clone())),
        None => (
            problems.read("name", 120, Name::parse(&form.name)).map(String::from),
            problems.read("email", 254, Email::parse(&form.email)).map(|email| email.as_str().to_owned()),
        ),
    };
    let message = problems.read("message", 4_000, Message::parse(&form.message));
    // What the page's address mentions: what is not public or one's own is passed over.
    let expert = match form.expert.parse().ok() {
        Some(id) => experts::card(p, id, locale).await?.map(|card| card.id),
        None => None,
    };
    let search = match topic {
        Some(topic) if topic.looks_for_expert() => wanted(p, form, locale, &mut problems).await?,
        _ => String::new(),
    };
    let kinds = problems.files(&sent);
    problems.done()?;
    let (Some(topic), Some(name), Some(email), Some(message)) = (topic, name, email, message) else {
        return Err(ApiError::Transport);
    };
    let digest = {
        let all = serde_json::to_string(form).map_err(|error| p.fault(error))?;
        let account = actor.map(|actor| actor.id.to_string()).unwrap_or_default();
        digest(&form.form_key, &["open", &account, &all], &sent)
    };
    if let Some(reference) = posted(p, digest.as_ref()).await? {
        return Ok(Opened { reference });
    }
    count(p, &bucket("address", &network(client_address)), PER_ADDRESS).await?;
    if actor.is_none() {
        count(p, &bucket("recipient", &email), PER_RECIPIENT).await?;
    }
    files::count_a_day(p, actor, client_address, sent.len()).await?;
    let stored = uploads::put_all(p, sent, kinds).await?;
    let about = (expert, search.as_str());
    let opened =
        insert(p, actor, form, (topic, &name, &email, &message), about, locale, (&stored, digest.as_ref())).await;
    if !matches!(opened, Ok(Some(_))) {
        uploads::forget_all(p, &stored).await;
    }
    let opened = match opened? {
        Some(opened) => opened,
        None => Opened { reference: posted(p, digest.as_ref()).await?.ok_or(ApiError::MovedOn)? },
    };
    jobs::wake(p);
    Ok(opened)
}

/// Writes a request that was read and found to be right; nothing, where its form was posted in this very moment.
async fn insert(
    p: &Platform,
    actor: Option<&AccountView>,
    form: &ContactForm,
    (topic, name, email, message): (Topic, &str, &str, &Message),
    (expert, search): (Option<ExpertId>, &str),
    locale: Locale,
    (stored, digest): (&[uploads::Stored], Option<&[u8; 32]>),
) -> Result<Option<Opened>, ApiError> {
    let id = p.ids.uuid();
    let key = actor.is_none().then(|| URL_SAFE_NO_PAD.encode(p.ids.secret()));
    let key_hash = key.as_deref().map(hash);
    let sealed_key = key.as_deref().map(|key| p.seal(&key_context(id), key)).transpose()?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let booking = match (form.booking.parse().ok(), actor) {
        (Some(id), Some(actor)) => own_booking(&mut tx.exec(), p, id, actor.id).await?.map(|(id, _)| id),
        _ => None,
    };
    let new = NewRequest {
        id,
        reference: &reference(&p.ids.secret()),
        key_hash: key_hash.as_ref().map(<[u8; 32]>::as_slice),
        sealed_key: sealed_key.as_deref(),
        topic,
        account: actor.map(|actor| actor.id),
        name,
        email,
        locale: actor.map_or(locale, |actor| actor.locale),
        expert,
        booking,
        search,
        now,
    };
    let author = actor.map(|actor| actor.id);
    let exec = &mut tx.exec();
    let is_new = async {
        rows::insert(exec, &new).await?;
        let written = NewMessage {
            id: p.ids.uuid(),
            request: new.id,
            side: "sender",
            author,
            body: message.as_str(),
            experts: "[]",
            digest: digest.map(<[u8; 32]>::as_slice),
            now,
        };
        if !rows::add_message(exec, written).await? {
            return Ok(false);
        }
        files::add(exec, written.id, stored).await?;
        rows::log(exec, p.ids.uuid(), new.id, author, "opened", "", now).await?;
        Ok(true)
    }
    .await
    .map_err(|error: sqlx::Error| p.fault(error))?;
    if !is_new {
        return Ok(None);
    }
    notices::received(&mut tx.exec(), p, &new, key.as_deref(), message.as_str(), stored).await?;
    let reference = new.reference.to_owned();
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(Some(Opened { reference }))
}

/// The request, if it is the asker's own.
async fn own(exec: &mut Exec<'_>, p: &Platform, access: Access<'_>, reference: &str) -> Result<RequestRow, ApiError> {
    let row = rows::by_reference(exec, reference).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    allowed(row, access)
}

fn allowed(row: RequestRow, access: Access<'_>) -> Result<RequestRow, ApiError> {
    let allowed = match access {
        Access::Account(actor) => row.account_id == Some(actor.id.0),
        // Hashes are compared: how long that takes tells nothing of the secret.
        Access::Key(key) => row.key_hash.as_deref() == Some(hash(key).as_slice()),
    };
    if allowed { Ok(row) } else { Err(ApiError::NotFound) }
}

/// A visitor opened the link that only the mails to the address hold: it is confirmed.
async fn confirm(p: &Platform, row: &RequestRow) -> Result<(), ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    async {
        if rows::confirm(exec, row.id, now).await? {
            rows::log(exec, p.ids.uuid(), row.id, None, "confirmed", "", now).await?;
        }
        Ok::<_, sqlx::Error>(())
    }
    .await
    .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// A conversation, for its sender. Who opens a visitor's by its link has confirmed the address.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever is not its sender.
pub async fn thread(p: &Platform, access: Access<'_>, reference: &str, locale: Locale) -> Result<ThreadView, ApiError> {
    let zone = match access {
        Access::Account(actor) => zone_of(p, actor),
        Access::Key(_) => p.config.zone,
    };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = own(&mut conn.exec(), p, access, reference).await?;
    let messages = rows::messages(&mut conn.exec(), row.id, false).await.map_err(|error| p.fault(error))?;
    let sent = rows::files(&mut conn.exec(), row.id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    if row.is_unconfirmed() && row.sealed_key.is_some() {
        confirm(p, &row).await?;
    }
    thread_view(p, &row, (messages, sent), zone, locale, false).await
}

/// Adds to a conversation without files.
///
/// # Errors
/// See [`write_with_files`].
pub async fn write(
    p: &Platform,
    access: Access<'_>,
    reference: &str,
    message: &str,
    client_address: &str,
) -> Result<(), ApiError> {
    write_with_files(p, access, reference, (message, ""), client_address, Vec::new()).await
}

/// Adds to a conversation, for its sender, with files: all of them, or nothing is sent. Opens it again if it was closed. With
/// the message goes the key of its page.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever is not its sender; [`ApiError::Invalid`] by the fields `message` and `files`;
/// [`ApiError::MovedOn`] when it goes on elsewhere; [`ApiError::TooManyAttempts`]; [`ApiError::Unavailable`] if the store
/// does not take the files.
pub async fn write_with_files(
    p: &Platform,
    access: Access<'_>,
    reference: &str,
    (message, form_key): (&str, &str),
    client_address: &str,
    sent: Vec<SentFile>,
) -> Result<(), ApiError> {
    {
        // Strangers learn nothing, not even what is wrong with what they sent.
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        own(&mut conn.exec(), p, access, reference).await?;
    }
    let mut problems = Problems::default();
    let message = problems.read("message", 4_000, Message::parse(message));
    let kinds = problems.files(&sent);
    problems.done()?;
    let Some(message) = message else { return Err(ApiError::Transport) };
    let actor = match access {
        Access::Account(actor) => Some(actor),
        Access::Key(_) => None,
    };
    let digest = digest(form_key, &["write", reference, message.as_str()], &sent);
    if posted(p, digest.as_ref()).await?.is_some() {
        return Ok(());
    }
    count(p, &bucket("address", &network(client_address)), PER_ADDRESS).await?;
    files::count_a_day(p, actor, client_address, sent.len()).await?;
    let stored = uploads::put_all(p, sent, kinds).await?;
    let written = add_written(p, access, reference, &message, (&stored, digest.as_ref())).await;
    if !matches!(written, Ok(true)) {
        uploads::forget_all(p, &stored).await;
    }
    written.map(drop)
}

/// Writes what was read and found to be right; `false` where its form was posted in this very moment.
async fn add_written(
    p: &Platform,
    access: Access<'_>,
    reference: &str,
    message: &Message,
    (stored, digest): (&[uploads::Stored], Option<&[u8; 32]>),
) -> Result<bool, ApiError> {
    let now = p.now();
    let author = match access {
        Access::Account(actor) => Some(actor.id),
        Access::Key(_) => None,
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = rows::lock(&mut tx.exec(), reference).await.map_err(|error| p.fault(error))?;
    let row = allowed(row.ok_or(ApiError::NotFound)?, access)?;
    let digest = digest.map(<[u8; 32]>::as_slice);
    if rows::posted(&mut tx.exec(), digest).await.map_err(|error| p.fault(error))?.is_some() {
        return Ok(false);
    }
    let state = Conversation::parse(&row.state)
        .ok_or_else(|| p.fault("state of a request"))?
        .write()
        .map_err(|_| ApiError::MovedOn)?;
    let change = Change {
        state,
        assigned_to: row.assigned_to,
        merged_into: None,
        waits_since: row.waits_since.or(Some(now)),
        first_answered_at: row.first_answered_at,
        settled_at: None,
    };
    changed(&mut tx.exec(), p, &row, row.version, &change).await?;
    files::room(&mut tx.exec(), p, row.id, stored.len()).await?;
    let exec = &mut tx.exec();
    async {
        let written = NewMessage {
            id: p.ids.uuid(),
            request: row.id,
            side: "sender",
            author,
            body: message.as_str(),
            experts: "[]",
            digest,
            now,
        };
        rows::add_message(exec, written).await?;
        files::add(exec, written.id, stored).await?;
        rows::log(exec, p.ids.uuid(), row.id, author, "written", "", now).await
    }
    .await
    .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(true)
}

/// Changes a request that is still at `version`.
async fn changed(
    exec: &mut Exec<'_>,
    p: &Platform,
    row: &RequestRow,
    version: i64,
    change: &Change,
) -> Result<(), ApiError> {
    match rows::update(exec, row.id, version, change).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::MovedOn),
        Err(error) => Err(p.fault(error)),
    }
}

fn summary(row: &RequestRow, zone: Tz, for_manager: bool) -> Option<RequestSummary> {
    Some(RequestSummary {
        reference: row.reference.clone(),
        topic: Topic::parse(&row.topic)?,
        state: Conversation::parse(&row.state)?,
        name: row.name.clone(),
        expert: row.expert_name.clone(),
        created_at: zoned(row.created_at, zone),
        waits_since: row.waits_since.map(|at| zoned(at, zone)),
        assigned: row.assigned_name.clone().filter(|_| for_manager),
        unconfirmed: for_manager && row.is_unconfirmed(),
    })
}

async fn thread_view(
    p: &Platform,
    row: &RequestRow,
    (messages, sent): (Vec<MessageRow>, Vec<FileRow>),
    zone: Tz,
    locale: Locale,
    for_manager: bool,
) -> Result<ThreadView, ApiError> {
    let summary = summary(row, zone, for_manager).ok_or_else(|| p.fault("a request that cannot be read"))?;
    let mut files: HashMap<Uuid, Vec<MessageFile>> = HashMap::new();
    for file in sent {
        let size = u64::try_from(file.size).unwrap_or(0);
        files.entry(file.message_id).or_default().push(MessageFile { id: file.id, name: file.name, size });
    }
    let mut views = Vec::with_capacity(messages.len());
    for message in messages {
        let side = match message.side.as_str() {
            "sender" => Side::Sender,
            "manager" => Side::Manager,
            _ => Side::Note,
        };
        let ids: Vec<ExpertId> = serde_json::from_str(&message.experts).unwrap_or_default();
        views.push(MessageView {
            side,
            author: message.author.unwrap_or_else(|| row.name.clone()),
            at: zoned(message.created_at, zone),
            body: message.body,
            experts: cards(p, &ids, locale).await?,
            files: files.remove(&message.id).unwrap_or_default(),
        });
    }
    Ok(ThreadView {
        summary,
        expert: row.expert_id.map(ExpertId),
        booking: row.booking_id.map(BookingId).zip(row.booking_reference.clone()),
        merged_into: row.merged_reference.clone(),
        erased: row.erased_at.is_some(),
        messages: views,
        form_key: p.ids.uuid().to_string(),
    })
}

/// Experts as they are published now; those that no longer are, are left out.
async fn cards(p: &Platform, ids: &[ExpertId], locale: Locale) -> Result<Vec<ExpertCard>, ApiError> {
    let mut cards = Vec::with_capacity(ids.len());
    for id in ids {
        cards.extend(experts::card(p, *id, locale).await?);
    }
    Ok(cards)
}
