#!/usr/bin/env bash
# make run: installs what is missing, builds, loads the demo and serves it, with the payment sandbox beside it.
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
"$here/setup.sh" base rust npm wasm-bindgen cargo-leptos
# shellcheck source=scripts/env.sh
source "$here/env.sh"
cd "$GABARIT_ROOT"

echo "Building (the first time takes about ten minutes on two cores) …"
gabarit="$("$here/build.sh")"
export LEPTOS_SITE_ROOT="$GABARIT_ROOT/target/site"

echo "Loading demo data …"
"$gabarit" demo

"$gabarit" sandbox &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true' EXIT

"$gabarit" serve --demo-clock &
server=$!
trap 'kill "$server" "$sandbox" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

for _ in $(seq 1 100); do
    curl -fsS -o /dev/null "http://${LEPTOS_SITE_ADDR:-127.0.0.1:3000}/readyz" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || exit 1
    sleep 0.1
done
cat <<EOF

  Gabarit       ${GABARIT_PUBLIC_URL:-http://127.0.0.1:3000}
  mailbox       ${GABARIT_PUBLIC_URL:-http://127.0.0.1:3000}/dev/mail
  sandbox       http://${GABARIT_SANDBOX_ADDR:-127.0.0.1:3010}  (payments and VAT register; no money moves)

  demo accounts, password gabarit-demo
    client      client@gabarit.example
    expert      expert@gabarit.example
    manager     manager@gabarit.example
    member      member@gabarit.example  (of the recognition programme)

  Ctrl-C stops everything.
EOF
wait "$server"
