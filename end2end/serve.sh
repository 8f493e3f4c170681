#!/usr/bin/env bash
# The platform for the journeys: a fresh data folder with the demo in it, the sandbox beside it, both on loopback. On SQLite
# or, where GABARIT_E2E_DATABASE is `postgres`, on the throw-away PostgreSQL of `scripts/pg.sh run`.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/env.sh"
cd "$GABARIT_ROOT"
port="${GABARIT_E2E_PORT:-3460}"
folder="$(mktemp -d)"
pids=()
stop() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 0' INT TERM

# Never the database of whoever runs this.
unset DATABASE_URL
if [ "${GABARIT_E2E_DATABASE:-sqlite}" = postgres ]; then
    export DATABASE_URL="${GABARIT_TEST_POSTGRES:?scripts/pg.sh run sets it}"
fi
export GABARIT_DATA_DIR="$folder"
export LEPTOS_SITE_ADDR="127.0.0.1:$port"
export GABARIT_PUBLIC_URL="http://127.0.0.1:$port"
export GABARIT_SANDBOX_ADDR="127.0.0.1:$((port + 1))"
export GABARIT_PAYMENT_URL="http://127.0.0.1:$((port + 1))"
export GABARIT_VAT_REGISTER_URL="http://127.0.0.1:$((port + 1))/vies"
export LEPTOS_SITE_ROOT="${LEPTOS_SITE_ROOT:-$GABARIT_ROOT/target/site}"
# What went wrong, and not each request.
export RUST_LOG="${RUST_LOG:-warn}"
gabarit="${GABARIT_BIN:-$CARGO_TARGET_DIR/release/gabarit}"

"$gabarit" demo
"$gabarit" sandbox &
pids+=($!)
"$gabarit" serve --demo-clock &
pids+=($!)
wait -n "${pids[@]}"
