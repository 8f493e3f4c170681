#!/usr/bin/env bash
# Prices the same random bookings natively and in WebAssembly (in Node.js) and compares what they say, byte for byte:
#   scripts/wasm-equality.sh [COUNT]        10,000 bookings by default
#   scripts/wasm-equality.sh --time [COUNT] how long one quote takes, natively (release profile) and in WebAssembly
# The WebAssembly is built with the profile of the browser's; the native side, when comparing, with the one of the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/env.sh
source scripts/env.sh

mode='lines'
if [ "${1:-}" = --time ]; then
    mode='time'
    shift
fi
count="${1:-10000}"
case "$count" in '' | *[!0-9]*) echo "not a number of bookings: $count" >&2 && exit 2 ;; esac

out="$CARGO_TARGET_DIR/wasm-check"
mkdir -p "$out"
cargo build --quiet --package gabarit-wasm-check --lib --target wasm32-unknown-unknown --profile wasm-release
wasm-bindgen --target nodejs --no-typescript --out-dir "$out" \
    "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/gabarit_wasm_check.wasm"

if [ "$mode" = time ]; then
    cargo run --quiet --release --package gabarit-wasm-check -- time "$count"
    node -e '
        const [path, count] = process.argv.slice(1);
        const wasm = require(path);
        wasm.prepare(Number(count));
        let best = Infinity;
        for (let round = 0; round < 10; round++) {
            const start = process.hrtime.bigint();
            wasm.price_prepared();
            best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e3);
        }
        console.log(`wasm: ${(best / Number(count)).toFixed(2)} µs a quote`);
    ' "$out/gabarit_wasm_check.js" "$count"
    exit
fi

cargo run --quiet --package gabarit-wasm-check -- lines "$count" > "$out/native.jsonl"
node -e '
    const [path, count] = process.argv.slice(1);
    require("fs").writeFileSync(1, require(path).quotes(0, Number(count)));
' "$out/gabarit_wasm_check.js" "$count" > "$out/wasm.jsonl"
if [ "$(wc -l < "$out/native.jsonl")" -ne "$count" ]; then
    echo "expected $count lines, found $(wc -l < "$out/native.jsonl")" >&2
    exit 1
fi
if ! cmp "$out/native.jsonl" "$out/wasm.jsonl"; then
    diff "$out/native.jsonl" "$out/wasm.jsonl" | head -n 4 | cut -c 1-2000 >&2
    exit 1
fi
echo "$count quotes equal"
