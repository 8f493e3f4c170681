//! Every code of the logs has words: looked at where codes are written, after each test.

use crate::{
    db::audit_log::{self, Filter, SOURCES},
    platform::Platform,
    services::log_words,
};
use chrono::DateTime;
use gabarit_i18n::Locale;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What tests write past the services, to see it found out.
const PLANTED: &str = "planted";

/// Codes that the logs hold and that nobody could read: events, and the reasons that no person gave. None where the test
/// has left no database that can be read.
pub(super) async fn wordless(p: &Platform) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Ok(mut conn) = p.db.conn().await else { return found };
    let filter = Filter {
        reader: Uuid::nil(),
        before: p.now() + chrono::TimeDelta::days(36_500),
        inclusive: true,
        place: None,
        from: DateTime::UNIX_EPOCH,
        who: String::new(),
        words: String::new(),
        about: None,
        by: None,
        limit: 100_000,
        read: None,
    };
    for source in SOURCES {
        let Ok(lines) = audit_log::lines(&mut conn.exec(), source, &filter).await else { continue };
        for line in lines.into_iter().filter(|line| line.event != PLANTED) {
            if log_words::event(Locale::En, source.code, &line.event).is_none() {
                found.insert(format!("{}: {}", source.code, line.event));
            }
            let by_itself = matches!(source.code, "booking" | "rental" | "cycle") && line.actor.is_none();
            let says = log_words::reason(Locale::En, source.code, &line.event, &line.detail).is_some();
            if by_itself && !line.detail.is_empty() && !says {
                found.insert(format!("{}: {} because {}", source.code, line.event, line.detail));
            }
        }
    }
    found
}
