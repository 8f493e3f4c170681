#!/usr/bin/env bash
# make bench: the figures of docs/benchmarks.md, on this machine. Absolute times vary from machine to machine and from
# run to run: compare figures of one run.
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
"$here/setup.sh" base rust npm wasm-bindgen cargo-leptos
# shellcheck source=scripts/env.sh
source "$here/env.sh"
cd "$GABARIT_ROOT"

echo "== a quote, native and in WebAssembly"
cargo bench --quiet --package gabarit-domain --bench quote
"$here/wasm-equality.sh" --time

echo "== reading a calendar"
cargo bench --quiet --package gabarit-server --bench calendars

echo "== search over 10,000 experts (SQLite)"
cargo bench --quiet --package gabarit-server --bench search

echo "== what managers open, with 100,000 bookings and 50,000 messages (SQLite, PostgreSQL)"
"$here/pg.sh" run -- cargo bench --quiet --package gabarit-server --bench manager

echo "== pages, rendered on the server from the demo's database"
gabarit="$("$here/build.sh")"
folder="$(mktemp -d)"
export GABARIT_DATA_DIR="$folder" LEPTOS_SITE_ADDR=127.0.0.1:3470 GABARIT_PUBLIC_URL=http://127.0.0.1:3470
export LEPTOS_SITE_ROOT="$GABARIT_ROOT/target/site" RUST_LOG=warn
"$gabarit" demo >/dev/null
"$gabarit" serve &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
node "$here/bench-pages.mjs" http://127.0.0.1:3470
node "$here/check-size.mjs"
