# shellcheck shell=bash
# The environment every build, test and CI step runs in. Source it, don't run it:
#   source scripts/env.sh
# It only reads what is there, so it is safe before scripts/setup.sh has ever run.
# Anything you export yourself beforehand (CARGO_TARGET_DIR, RUSTUP_TOOLCHAIN,
# GABARIT_CACHE, GABARIT_CHROMIUM) wins.

GABARIT_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)"
GABARIT_CACHE="${GABARIT_CACHE:-${HOME:-/tmp}/.cache/gabarit}"
GABARIT_TOOLS="$GABARIT_CACHE/tools"
export GABARIT_ROOT GABARIT_CACHE GABARIT_TOOLS

# Put in front, once: sourcing twice, or from another checkout, must not grow PATH.
_gabarit_path_prepend() {
    PATH=":$PATH:"
    PATH="${PATH//":$1:"/:}"
    PATH="${PATH#:}"
    PATH="$1:${PATH%:}"
}
# cargo-leptos takes each of its tools from PATH if it finds it there, and only
# otherwise downloads one; these two folders are where setup.sh puts them.
_gabarit_path_prepend "$GABARIT_ROOT/node_modules/.bin"
_gabarit_path_prepend "$GABARIT_TOOLS/bin"
unset -f _gabarit_path_prepend
if ! command -v cargo >/dev/null 2>&1 && [ -d "${CARGO_HOME:-${HOME:-}/.cargo}/bin" ]; then
    PATH="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
fi
export PATH

# Written by setup.sh only when it took the distribution's compiler. The override
# beats rust-toolchain.toml, and reaches the cargo that cargo-leptos starts.
# A stale note (the compiler or the link is gone) is ignored.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && [ -r "$GABARIT_CACHE/toolchain" ]; then
    _gabarit_toolchain="$(cat "$GABARIT_CACHE/toolchain")"
    if [ -n "$_gabarit_toolchain" ] &&
        [ -x "${RUSTUP_HOME:-${HOME:-}/.rustup}/toolchains/$_gabarit_toolchain/bin/rustc" ]; then
        export RUSTUP_TOOLCHAIN="$_gabarit_toolchain"
    fi
    unset _gabarit_toolchain
fi

# Outside of the checkout, so that a fresh clone on the same machine reuses every
# compiled dependency.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$GABARIT_CACHE/target}"
# A CI run builds each crate once: incremental data would only cost time and disk.
if [ -n "${CI:-}" ]; then
    export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"
fi

# The browser for the end-to-end tests; Playwright's own is used when none is found.
if [ -z "${GABARIT_CHROMIUM:-}" ]; then
    for _gabarit_browser in chromium chromium-browser google-chrome-stable google-chrome; do
        if GABARIT_CHROMIUM="$(command -v "$_gabarit_browser" 2>/dev/null)"; then break; fi
    done
    unset _gabarit_browser
fi
if [ -n "${GABARIT_CHROMIUM:-}" ]; then
    export GABARIT_CHROMIUM
    export CHROME_PATH="${CHROME_PATH:-$GABARIT_CHROMIUM}"
else
    unset GABARIT_CHROMIUM
fi

# Python with the validators of scripts/requirements.txt, for the tests of files in others' formats.
if [ -z "${GABARIT_PYTHON:-}" ] && [ -x "$GABARIT_TOOLS/python/bin/python" ]; then
    export GABARIT_PYTHON="$GABARIT_TOOLS/python/bin/python"
fi
