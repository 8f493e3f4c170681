//! The gazetteer: places of the world, found by any of their names.

/// Places. (Loaded from `data/places.tsv.gz`.)
#[derive(Debug)]
pub struct Gazetteer {}

impl Gazetteer {
    /// The one gazetteer of the process, read at first use.
    pub fn shared() -> &'static Self {
        static SHARED: std::sync::OnceLock<Gazetteer> = std::sync::OnceLock::new();
        SHARED.get_or_init(|| Self {})
    }
}
