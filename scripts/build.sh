#!/usr/bin/env bash
# Builds what is served: the release binary and the site (WebAssembly, style, assets).
# Prints where the binary is. Building again without a change takes seconds.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$GABARIT_ROOT"

cargo leptos build --release --split >&2
node scripts/blank-paths.mjs target/site/pkg
# Text assets compressed once, at the highest level, rather than at each request.
node scripts/compress.mjs target/site >&2
printf '%s\n' "$CARGO_TARGET_DIR/release/gabarit"
