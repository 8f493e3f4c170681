//! Prices random bookings; the same code is run natively and in WebAssembly by `scripts/wasm-equality.sh`, which
//! compares what they write byte for byte (invariant 1: one price).

pub mod sample;

use gabarit_domain::pricing;
use sample::Case;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// One line of JSON a booking: the quote and its fingerprint, or the reasons of its refusal.
#[wasm_bindgen]
#[must_use]
pub fn quotes(first_seed: u32, count: u32) -> String {
    let mut lines = String::new();
    for seed in (u64::from(first_seed)..).take(count as usize) {
        let Case { context, offer, order } = sample::case(seed);
        let line = match pricing::quote(&context, &offer, &order) {
            Ok(quote) => serde_json::json!({ "quote": quote, "fingerprint": quote.fingerprint() }),
            Err(refusals) => serde_json::json!({ "refused": refusals }),
        };
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

thread_local! {
    static PREPARED: RefCell<Vec<Case>> = const { RefCell::new(Vec::new()) };
}

/// Makes bookings ready for [`price_prepared`], so that only pricing is timed.
#[wasm_bindgen]
pub fn prepare(count: u32) {
    PREPARED.set((0..u64::from(count)).map(sample::case).collect());
}

/// Prices what [`prepare`] made, once; the sum of the totals, in cents, keeps the work from being optimised away.
#[wasm_bindgen]
#[must_use]
pub fn price_prepared() -> f64 {
    PREPARED.with_borrow(|cases| {
        cases
            .iter()
            .filter_map(|case| pricing::quote(&case.context, &case.offer, &case.order).ok())
            .map(|quote| quote.total.0 as f64)
            .sum()
    })
}
