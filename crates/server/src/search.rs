//! The search index: published experts in memory, refreshed from the database.
//!
//! Every node has one. The first search reads all published experts; from then on each search takes over what changed
//! since (`expert.changed_at` rises in the transaction of every change, bookings included), at most twice a second,
//! and at once after a change made by this process ([`SearchIndex::touch`]). A search works on a snapshot that does
//! not move under it; a refresh makes the next one. The clocks of all nodes must agree to within half a minute.

mod bits;
mod evaluate;
mod snapshot;

use crate::{db::experts, platform::Platform, services::rulebooks};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_view::error::ApiError;
pub use snapshot::Snapshot;
use snapshot::{Lists, Source};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Another node's change is seen after this long at most, when somebody searches.
const REFRESH_EVERY: Duration = Duration::from_millis(500);
/// A transaction may commit this long after the instant it wrote down.
const SLOW_COMMIT: TimeDelta = TimeDelta::seconds(30);
/// Two changes within a millisecond carry the same stamp: what is this young is read again even if its stamp is known.
const SAME_STAMP: TimeDelta = TimeDelta::seconds(2);

/// The index of this process.
#[derive(Debug, Default)]
pub struct SearchIndex {
    current: RwLock<Option<Current>>,
    /// Held while reading the database.
    refresh: tokio::sync::Mutex<()>,
    /// How often this process said that something changed.
    touched: AtomicU64,
}

#[derive(Clone, Debug)]
struct Current {
    snapshot: Arc<Snapshot>,
    /// Value of `touched` before it was read.
    seen: u64,
    /// Measures an age, tells no time: not the injected clock, which may stand still.
    checked: Instant,
    /// The clock's time before it was read.
    read_at: DateTime<Utc>,
}

impl SearchIndex {
    /// Says that this process changed an expert, once that is committed: the next search reads again.
    pub fn touch(&self) {
        self.touched.fetch_add(1, Ordering::Release);
    }

    fn current(&self) -> Option<Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The experts as they are now, as far as the head of this module promises.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn snapshot(&self, p: &Platform) -> Result<Arc<Snapshot>, ApiError> {
        let usable = |current: &Current| {
            current.seen == self.touched.load(Ordering::Acquire) && current.snapshot.today() == p.today()
        };
        let current = self.current();
        if let Some(current) = current.filter(|current| usable(current)) {
            if current.checked.elapsed() < REFRESH_EVERY {
                return Ok(current.snapshot);
            }
            // Somebody else is looking already: theirs will do for the next search.
            let Ok(_turn) = self.refresh.try_lock() else { return Ok(current.snapshot) };
            return self.renew(p).await;
        }
        let _turn = self.refresh.lock().await;
        match self.current().filter(|current| usable(current) && current.checked.elapsed() < REFRESH_EVERY) {
            Some(current) => Ok(current.snapshot),
            None => self.renew(p).await,
        }
    }

    /// Reads what changed, or everything on a new day.
    async fn renew(&self, p: &Platform) -> Result<Arc<Snapshot>, ApiError> {
        let (seen, checked, read_at) = (self.touched.load(Ordering::Acquire), Instant::now(), p.now());
        let before = self.current().filter(|before| before.snapshot.today() == p.today());
        let snapshot = match before {
            Some(before) => changes(p, &before).await?,
            None => Arc::new(everything(p).await?),
        };
        let current = Current { snapshot: Arc::clone(&snapshot), seen, checked, read_at };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(current);
        Ok(snapshot)
    }
}

async fn everything(p: &Platform) -> Result<Snapshot, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let rulebook = rulebooks::current_in(exec, p).await?;
    let products = experts::products(exec).await.map_err(|error| p.fault(error))?;
    let mut snapshot = Snapshot::empty(p.today(), rulebook, products);
    drop(conn);
    let source = read(p, DateTime::UNIX_EPOCH, None).await?;
    snapshot.take_over(p.holidays, source);
    Ok(snapshot)
}

async fn changes(p: &Platform, before: &Current) -> Result<Arc<Snapshot>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let rulebook = rulebooks::current_in(exec, p).await?;
    let since = before.read_at - SLOW_COMMIT;
    let stamps = experts::stamps_since(exec, since).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let young = before.read_at - SAME_STAMP;
    let changed: HashMap<_, _> = stamps
        .into_iter()
        .filter(|(id, stamp)| *stamp >= young || before.snapshot.stamp(*id) != Some(*stamp))
        .collect();
    let Some(first) = changed.values().min().copied() else {
        if *before.snapshot.rulebook() == rulebook {
            return Ok(Arc::clone(&before.snapshot));
        }
        let mut snapshot = Snapshot::clone(&before.snapshot);
        snapshot.set_rulebook(rulebook);
        return Ok(Arc::new(snapshot));
    };
    let source = read(p, first, Some(&changed)).await?;
    let mut snapshot = Snapshot::clone(&before.snapshot);
    snapshot.set_rulebook(rulebook);
    snapshot.take_over(p.holidays, source);
    Ok(Arc::new(snapshot))
}

/// Experts that changed at or after an instant, with their lists and days; only the wanted ones, if some are named.
async fn read(
    p: &Platform,
    since: DateTime<Utc>,
    wanted: Option<&HashMap<uuid::Uuid, DateTime<Utc>>>,
) -> Result<Source, ApiError> {
    let fault = |error| p.fault(error);
    let today = p.today();
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    // Rows first: an expert that changes in between keeps an older stamp than its days, and is read again.
    let rows = experts::changed_since(exec, since).await.map_err(fault)?;
    let lists = experts::lists_since(exec, since).await.map_err(fault)?;
    let exceptions = experts::exceptions_since(exec, since, today).await.map_err(fault)?;
    let booked = experts::booked_since(exec, since, today).await.map_err(fault)?;
    drop(conn);
    let mut source = Source::default();
    for row in rows {
        if wanted.is_none_or(|wanted| wanted.contains_key(&row.id)) {
            source.0.insert(row.id, (row, Lists::default()));
        }
    }
    for (id, list, value) in lists {
        if let Some((_, lists)) = source.0.get_mut(&id) {
            match list.as_str() {
                "p" => lists.products.push(value),
                "s" => lists.sectors.push(value),
                _ => lists.languages.push(value),
            }
        }
    }
    for (id, day, free) in exceptions {
        if let Some((_, lists)) = source.0.get_mut(&id) {
            lists.exceptions.push((day, free));
        }
    }
    for (id, day) in booked {
        if let Some((_, lists)) = source.0.get_mut(&id) {
            lists.booked.push(day);
        }
    }
    Ok(source)
}
