//! How a form with files comes in: only as much as its limits allow, no slower than a poor line sends it, and not too many
//! at once. Who may send it was asked before.

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{FromRequest as _, Multipart, Request},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use gabarit_view::error::ApiError;
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// Where a form is given up.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// After so long without a byte.
    silence: Duration,
    /// After this long, and the time that what came would take …
    grace: Duration,
    /// … at so many bytes a second.
    slowest: u64,
}

/// A telephone on a poor line sends twice as fast; whoever drips is cut off after half a minute.
const PACE: Pace = Pace { silence: Duration::from_secs(20), grace: Duration::from_secs(30), slowest: 32 * 1024 };
/// How much of what is not taken is still heard out, in bytes: whoever is still writing when the connection closes sees a
/// broken line in place of the answer.
const HEARD: u64 = 16 * 1024 * 1024;
/// And for how long, where nothing of it counts.
const PATIENCE: Duration = Duration::from_secs(10);
/// Forms that one account, or one visitor's address, sends at a time.
const EACH: usize = 2;
/// Forms at a time in all: each holds its files in memory while it comes.
const TOGETHER: usize = 24;
/// How many of them visitors may send: the others are left to accounts.
const VISITORS: usize = 8;
/// The longest that the largest of these forms may take, with its answer.
pub(crate) const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Why a form did not come whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It is larger than its limits allow.
    TooLarge,
    /// It came too slowly.
    TooSlow,
    /// The line broke, or it is no form.
    CutShort,
}

/// Who is sending at the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<Sender, usize>>>);

/// Who sends a form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    /// An account, by its id.
    Account(String),
    /// A visitor, by the network that they come from.
    Visitor(String),
}

impl Places {
    fn senders(&self) -> MutexGuard<'_, HashMap<Sender, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, who: Sender) -> Result<Place, ApiError> {
        let mut senders = self.senders();
        if senders.get(&who).is_some_and(|count| *count >= EACH) {
            return Err(ApiError::TooManyAttempts { retry_after_seconds: 60 });
        }
        let of_visitors = || -> usize {
            senders.iter().filter(|(sender, _)| matches!(sender, Sender::Visitor(_))).map(|(_, count)| count).sum()
        };
        if senders.values().sum::<usize>() >= TOGETHER || matches!(who, Sender::Visitor(_)) && of_visitors() >= VISITORS
        {
            return Err(ApiError::Unavailable);
        }
        *senders.entry(who.clone()).or_default() += 1;
        drop(senders);
        Ok(Place { places: self.clone(), who })
    }
}

/// A sender's place, given back at the end.
#[derive(Debug)]
struct Place {
    places: Places,
    who: Sender,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut senders = self.places.senders();
        if let Some(count) = senders.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                senders.remove(&self.who);
            }
        }
    }
}

/// Reads and drops what somebody sends who is turned away, so that they see why. Bounded, because nobody needs to be
/// heard out for ever.
pub(super) async fn hear_out(request: Request) {
    let mut chunks = request.into_body().into_data_stream();
    let listen = async {
        let mut heard = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            heard += chunk.len() as u64;
            if heard > HEARD {
                break;
            }
        }
    };
    let _ = timeout(PATIENCE, listen).await;
}

/// A form that is coming in.
#[derive(Debug)]
pub(super) struct Incoming {
    /// Its fields.
    pub(super) form: Multipart,
    fate: Arc<Mutex<Option<Broken>>>,
    _place: Place,
}

impl Incoming {
    /// Begins to read a form of at most so many bytes; `who` sends it.
    pub(super) async fn open(places: &Places, request: Request, most: usize, who: Sender) -> Result<Self, Refused> {
        let place = match places.take(who) {
            Ok(place) => place,
            Err(error) => {
                hear_out(request).await;
                return Err(Refused::Error(error));
            }
        };
        let fate = Arc::new(Mutex::new(None));
        let (parts, body) = request.into_parts();
        let body = Body::from_stream(measured(body, most as u64, PACE, Arc::clone(&fate)));
        match Multipart::from_request(Request::from_parts(parts, body), &()).await {
            Ok(form) => Ok(Self { form, fate, _place: place }),
            Err(rejection) => Err(Refused::NoForm(rejection.into_response())),
        }
    }

    /// Why reading it failed.
    pub(super) fn broken(&self) -> Broken {
        self.fate.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(Broken::CutShort)
    }
}

/// Why a form is not even begun.
#[derive(Debug)]
pub(super) enum Refused {
    /// Too many are sent at once.
    Error(ApiError),
    /// It is none.
    NoForm(Response),
}

struct Source {
    chunks: BodyDataStream,
    began: Instant,
    heard: u64,
    most: u64,
    pace: Pace,
    fate: Arc<Mutex<Option<Broken>>>,
}

impl Source {
    /// The next piece, if it comes in time.
    async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        let due = self.pace.grace + Duration::from_secs(self.heard / self.pace.slowest);
        let wait = due.saturating_sub(self.began.elapsed()).min(self.pace.silence);
        let chunk = match timeout(wait, self.chunks.next()).await {
            Err(_) => return Err(Broken::TooSlow),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Broken::CutShort),
            Ok(Some(Ok(chunk))) => chunk,
        };
        self.heard += chunk.len() as u64;
        Ok(Some(chunk))
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Broken> {
        let chunk = self.next().await?;
        if self.heard <= self.most {
            return Ok(chunk);
        }
        // Somewhat too large: heard out, so that it is told beside the field.
        while self.heard <= self.most.saturating_add(HEARD) && self.next().await?.is_some() {}
        Err(Broken::TooLarge)
    }
}

/// A body, as long as it keeps to its limits.
fn measured(
    body: Body,
    most: u64,
    pace: Pace,
    fate: Arc<Mutex<Option<Broken>>>,
) -> impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static {
    let source = Source { chunks: body.into_data_stream(), began: Instant::now(), heard: 0, most, pace, fate };
    stream::try_unfold(source, |mut source| async move {
        match source.piece().await {
            Ok(chunk) => Ok(chunk.map(|chunk| (chunk, source))),
            Err(broken) => {
                *source.fate.lock().unwrap_or_else(PoisonError::into_inner) = Some(broken);
                Err(io::Error::other("the form was given up"))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What became of a body of these pieces, and how many bytes of it came through. `endless` stays open after them.
    async fn read(pieces: Vec<Vec<u8>>, endless: bool, most: u64, pace: Pace) -> (usize, Option<Broken>) {
        let pieces = stream::iter(pieces.into_iter().map(|piece| Ok::<_, io::Error>(Bytes::from(piece))));
        let body = if endless { Body::from_stream(pieces.chain(stream::pending())) } else { Body::from_stream(pieces) };
        let fate = Arc::new(Mutex::new(None));
        let mut measured = Box::pin(measured(body, most, pace, Arc::clone(&fate)));
        let mut came = 0;
        while let Some(Ok(chunk)) = measured.next().await {
            came += chunk.len();
        }
        let fate = *fate.lock().unwrap_or_else(PoisonError::into_inner);
        (came, fate)
    }

    /// S11: what is larger than its limits is heard to its end, and kept no further than the limit.
    #[tokio::test]
    async fn too_much_is_given_up() {
        assert_eq!(read(vec![vec![0; 10]; 10], false, 100, PACE).await, (100, None));
        assert_eq!(read(vec![vec![0; 10]; 11], false, 100, PACE).await, (100, Some(Broken::TooLarge)));
        // A flood is not heard out: its sender would go on for ever.
        let flood = vec![vec![0; 1024 * 1024]; 20];
        assert_eq!(read(flood, true, 100, PACE).await, (0, Some(Broken::TooLarge)));
    }

    /// S11: a form that falls silent is given up, and so is one that drips.
    #[tokio::test]
    async fn silence_and_drips_are_given_up() {
        let quick = Pace { silence: Duration::from_millis(20), ..PACE };
        assert_eq!(read(vec![vec![0; 10]], true, 100, quick).await, (10, Some(Broken::TooSlow)));
        // No time is left that it has not earned by what it sent.
        let strict = Pace { grace: Duration::ZERO, ..PACE };
        assert_eq!(read(vec![vec![0; 10]], true, 100, strict).await.1, Some(Broken::TooSlow));
        // The same drip with some time ahead of it.
        assert_eq!(read(vec![vec![0; 1]; 50], false, 100, PACE).await, (50, None));
    }

    /// S11: one sender has two forms under way at most, all together so many; a place is free again when a form ends.
    #[test]
    fn not_too_many_at_once() {
        let places = Places::default();
        let account = |name: &str| places.take(Sender::Account(name.to_owned()));
        let visitor = |name: &str| places.take(Sender::Visitor(name.to_owned()));
        let one = account("a");
        let two = account("a");
        assert!(one.is_ok() && two.is_ok());
        assert!(matches!(account("a"), Err(ApiError::TooManyAttempts { .. })));
        drop(one);
        assert!(account("a").is_ok());
        // Visitors leave room for accounts, and one of the same name is somebody else.
        let visitors: Vec<_> = (0..VISITORS).map(|n| visitor(&n.to_string())).collect();
        assert!(visitors.iter().all(Result::is_ok));
        assert!(matches!(visitor("v"), Err(ApiError::Unavailable)));
        let others: Vec<_> = (0..TOGETHER - VISITORS - 1).map(|n| account(&n.to_string())).collect();
        assert!(others.iter().all(Result::is_ok));
        assert!(matches!(account("c"), Err(ApiError::Unavailable)));
        drop((two, visitors, others));
        assert!(places.senders().is_empty());
    }
}
