#!/usr/bin/env bash
# make test: everything that must hold before a change lands. `scripts/test.sh lint|unit|wasm|build|e2e` runs one phase.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
began=$SECONDS
times=()

phase() {
    local name="$1" start=$SECONDS
    shift
    printf '\n=== %s\n' "$name"
    "$@"
    times+=("$(printf '%-8s %5d s' "$name" $((SECONDS - start)))")
}

report() {
    printf '\nphase times\n'
    printf '  %s\n' "${times[@]}"
    printf '  %-8s %5d s\n' all $((SECONDS - began))
}

wanted() { [ "${#only[@]}" -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }
only=("$@")

phase setup "$here/setup.sh"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
cd "$GABARIT_ROOT"

lint() {
    cargo fmt --all --check
    # The root library's server side, every member, all their tests and benches.
    cargo clippy --workspace --all-targets --features gabarit/ssr --quiet -- -D warnings
    # The same library as the browser gets it.
    cargo clippy --package gabarit --lib --features hydrate --target wasm32-unknown-unknown --quiet -- -D warnings
}

# The services' stories run on SQLite always, and on a throw-away PostgreSQL that is started here; files go to a throw-away bucket, too.
unit() { "$here/s3.sh" run -- "$here/pg.sh" run -- cargo test --workspace --features gabarit/ssr --no-fail-fast; }

wasm() { "$here/wasm-equality.sh"; }

build() {
    "$here/build.sh"
    node "$here/check-size.mjs"
}

e2e() { "$here/e2e.sh"; }

for name in lint unit wasm build e2e; do
    if wanted "$name"; then phase "$name" "$name"; fi
done
report
