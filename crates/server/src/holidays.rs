//! Public holidays by country.

/// Holidays. (Loaded from `data/holidays.tsv`.)
#[derive(Debug)]
pub struct Holidays {}

impl Holidays {
    /// The one table of the process, read at first use.
    pub fn shared() -> &'static Self {
        static SHARED: std::sync::OnceLock<Holidays> = std::sync::OnceLock::new();
        SHARED.get_or_init(|| Self {})
    }
}
