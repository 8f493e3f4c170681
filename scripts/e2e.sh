#!/usr/bin/env bash
# The journeys in a real browser, against the release build: its own data folder, its own ports, loopback only.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$GABARIT_ROOT"
exec npx --no-install playwright test --config end2end/playwright.config.mjs "$@"
