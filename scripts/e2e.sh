#!/usr/bin/env bash
# The journeys in a real browser, against the release build: its own data folders, its own ports, loopback only. The main
# journey runs on SQLite and on the throw-away PostgreSQL of pg.sh; GABARIT_E2E_POSTGRES=off leaves that out, but not in CI.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$GABARIT_ROOT"
exec npx --no-install playwright test --config end2end/playwright.config.mjs "$@"
