#!/usr/bin/env bash
# make soak: the long simulations, on SQLite and on a throw-away PostgreSQL. About half an hour; numbers make it longer:
#   GABARIT_CRASH_ROUNDS  kills of the platform in the middle of bookings, on each database (100)
#   GABARIT_RANDOM_LIVES  random lives of a few bookings, on each database (100)
#   GABARIT_SIMULATED_BOOKINGS  bookings that live through every event, over both databases (10,000)
#   GABARIT_SOAK_RACES    repetitions of the stories in which many want the same (20)
# Ends with one line a simulation, and fails if one did.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$here/setup.sh" base rust postgres
# shellcheck source=scripts/env.sh
source "$here/env.sh"
cd "$GABARIT_ROOT"
export GABARIT_CRASH_ROUNDS="${GABARIT_CRASH_ROUNDS:-100}" GABARIT_RANDOM_LIVES="${GABARIT_RANDOM_LIVES:-100}"
export GABARIT_SIMULATED_BOOKINGS="${GABARIT_SIMULATED_BOOKINGS:-10000}"
races="${GABARIT_SOAK_RACES:-20}"

log="$(mktemp -d)"
results=()
failed=0

# One simulation: its name, then the tests. What it printed is shown only if it failed.
simulate() {
    local name="$1" start=$SECONDS word=holds
    shift
    printf '== %s\n' "$name"
    if ! "$here/pg.sh" run -- cargo test --quiet --package gabarit-server "$@" >"$log/out" 2>&1; then
        word=FAILED
        failed=1
        cat "$log/out"
    fi
    # How many there were and how they ended, as the test says it; the rest of its output is progress.
    grep -E '^\.*(SQLite|PostgreSQL): ' "$log/out" | sed 's/^\.*/   /' || true
    results+=("$(printf '%-6s  %5d s  %s' "$word" $((SECONDS - start)) "$name")")
}

cargo test --quiet --package gabarit-server --test crash --test booking_story --test simulation --no-run
simulate "killed $GABARIT_CRASH_ROUNDS times in the middle of bookings" --test crash -- --nocapture
simulate "$GABARIT_RANDOM_LIVES random lives of bookings" --test booking_story -- random::
simulate "$GABARIT_SIMULATED_BOOKINGS bookings live through everything" --test simulation
for ((time = 1; time <= races; time++)); do
    simulate "many want the same, $time of $races" --test booking_story -- races::
done

printf '\nresults\n'
printf '  %s\n' "${results[@]}"
rm -rf "$log"
exit "$failed"
