//! The search index: published experts in memory, refreshed from the database.

/// The index of this process.
#[derive(Debug, Default)]
pub struct SearchIndex {}
