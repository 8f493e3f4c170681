//! The native side of `scripts/wasm-equality.sh`: `gabarit-wasm-check lines COUNT` or `gabarit-wasm-check time COUNT`.

use gabarit_wasm_check::{prepare, price_prepared, quotes};
use std::{io::Write as _, process::ExitCode, time::Instant};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let Some(count) = arguments.next().and_then(|count| count.parse().ok()) else {
        eprintln!("usage: gabarit-wasm-check lines|time COUNT");
        return ExitCode::FAILURE;
    };
    match command.as_deref() {
        Some("lines") => match std::io::stdout().write_all(quotes(0, count).as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Some("time") => {
            prepare(count);
            // The best of ten rounds: the least disturbed by whatever else the machine does.
            let best = (0..10)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(price_prepared());
                    start.elapsed().as_secs_f64()
                })
                .fold(f64::INFINITY, f64::min);
            println!("native: {:.2} µs a quote", best * 1e6 / f64::from(count));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: gabarit-wasm-check lines|time COUNT");
            ExitCode::FAILURE
        }
    }
}
