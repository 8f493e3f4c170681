//! The only place that draws identifiers and secrets at random.

use rand::{RngExt, SeedableRng};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// A source of identifiers and secrets, injected so that tests and demo data are the same each time.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A new identifier.
    fn uuid(&self) -> Uuid;
    /// 32 unguessable bytes.
    fn secret(&self) -> [u8; 32];
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one source of randomness")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one source of randomness")]
    fn secret(&self) -> [u8; 32] {
        rand::rng().random()
    }
}

/// A seeded sequence: for tests, simulations and demo data. Never for a server that people use.
#[derive(Debug)]
pub struct SeededIds(Mutex<rand_chacha::ChaCha8Rng>);

impl SeededIds {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(rand_chacha::ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Ids for SeededIds {
    fn uuid(&self) -> Uuid {
        let bytes: [u8; 16] = self.0.lock().unwrap_or_else(PoisonError::into_inner).random();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}
