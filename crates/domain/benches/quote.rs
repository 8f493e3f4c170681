//! How long one quote takes, natively: `cargo bench -p gabarit-domain`. In WebAssembly: `scripts/wasm-equality.sh --time`.

#![expect(missing_docs, reason = "the macro makes a function without any")]

use criterion::{Criterion, criterion_group, criterion_main};
use gabarit_domain::pricing::quote;
use std::hint::black_box;

#[path = "../../wasm-check/src/sample.rs"]
#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
mod sample;

fn quotes(criterion: &mut Criterion) {
    let cases: Vec<_> = (0..1_000).map(sample::case).collect();
    let mut next = cases.iter().cycle();
    criterion.bench_function("quote", |bencher| {
        bencher.iter(|| {
            let case = next.next().map(black_box);
            case.map(|case| quote(&case.context, &case.offer, &case.order))
        });
    });
    let quoted: Vec<_> = cases.iter().filter_map(|case| quote(&case.context, &case.offer, &case.order).ok()).collect();
    let mut next = quoted.iter().cycle();
    criterion.bench_function("fingerprint", |bencher| {
        bencher.iter(|| next.next().map(black_box).map(gabarit_domain::pricing::Quote::fingerprint));
    });
}

criterion_group!(benches, quotes);
criterion_main!(benches);
