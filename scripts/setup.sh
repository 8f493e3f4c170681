#!/usr/bin/env bash
# Installs what Gabarit needs to be built and tested, and nothing that is already
# there: running it again is cheap and safe.
#
#   scripts/setup.sh                  everything
#   scripts/setup.sh PHASE...         only these: base rust npm wasm-bindgen
#                                     cargo-leptos postgres browser python
#   scripts/setup.sh --wasm-bindgen VERSION
#                                     for a tree that has no Cargo.lock yet
#
# Afterwards: source scripts/env.sh
set -euo pipefail

# What the rest of this file is about; versions are bumped here and in package.json.
CARGO_LEPTOS=0.3.11
# The highest of what the crates and the tools need; cargo-leptos sets it.
MIN_RUST=1.96
MIN_NODE=20
WASM=wasm32-unknown-unknown
# The name under which rustup knows the distribution's compiler.
LINKED=gabarit-distro

# setup.sh decides on the toolchain itself: one that an earlier `source env.sh`
# chose must not hide the ordinary one.
caller_toolchain="${RUSTUP_TOOLCHAIN:-}"
[ "$caller_toolchain" = "$LINKED" ] && unset RUSTUP_TOOLCHAIN
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$GABARIT_ROOT"

logs="$GABARIT_CACHE/log"
mkdir -p "$logs" "$GABARIT_TOOLS"
by_hand=()

say() { printf '%s\n' "$*"; }
step() { printf '  %s\n' "$*"; }
# Remembers what only the reader can do; told again, together, at the end.
todo() {
    by_hand+=("$*")
    step "BY HAND: $*"
}
have() { command -v "$1" >/dev/null 2>&1; }
# at_least 1.96 1.100.0: is the second at least the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Runs a long command with its output in a log, and every 20 seconds says that it is
# still alive and where it is; shows the log's end when it fails.
run() {
    local name="$1" log="$logs/$1.log" began=$SECONDS told=$SECONDS pid rc=0
    shift
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - told)) -ge 20 ]; then
            told=$SECONDS
            step "... $name, $((SECONDS - began)) s: $(tail -n 1 "$log" | tr -s ' ' | cut -c 1-80)"
        fi
    done
    wait "$pid" || rc=$?
    if [ "$rc" -ne 0 ]; then
        step "$name failed after $((SECONDS - began)) s, end of $log:"
        tail -n 15 "$log" | sed 's/^/    /'
    fi
    return "$rc"
}

# --- Debian and its kin ------------------------------------------------------------

as_root=()
can_apt() {
    have apt-get || return 1
    [ "$(id -u)" -eq 0 ] && return 0
    if have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as_root=(sudo)
        return 0
    fi
    return 1
}
apt_updated=no
apt_update() {
    if [ "$apt_updated" = no ]; then
        run apt-update "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update || true
        apt_updated=yes
    fi
}
apt_candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}//p' | grep -v '(none)' || true; }
# apt_install WHY PACKAGE...: only those that are missing.
apt_install() {
    local why="$1" missing=() package try
    shift
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    if ! can_apt; then
        todo "install ($why): ${missing[*]}"
        return 1
    fi
    apt_update
    step "installing ($why): ${missing[*]}"
    # Another apt-get on the same machine can clear the shared package cache between
    # download and unpacking, so one failure says little.
    for try in 1 2 3; do
        run apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
            install -y --no-install-recommends "${missing[@]}" && return 0
        [ "$try" -lt 3 ] && sleep 2
    done
    todo "install ($why): ${missing[*]}"
    return 1
}

# --- Phases ------------------------------------------------------------------------

# A C compiler links every Rust program, and builds SQLite and ring.
phase_base() {
    if have cc && have make && have git; then
        step "there: $(cc --version | head -n 1)"
    elif have apt-get; then
        apt_install "C compiler for SQLite and ring, make" gcc libc6-dev make git ca-certificates
    else
        todo "install a C compiler (cc), make and git"
    fi
}

rust_version() { "$@" --version 2>/dev/null | awk '{ print $2 }'; }
has_wasm_std() {
    local dir
    dir="$("$@" --print target-libdir --target "$WASM" 2>/dev/null)" || return 1
    compgen -G "$dir/libstd-*.rlib" >/dev/null
}

# Where rustup can fetch, it does so at once or within a minute; where it can't, this
# must not hold anybody up. So: eight seconds to show that a download has begun.
rustup_target_add() {
    local log="$logs/rustup.log" pid began=$SECONDS
    rustup target add "$WASM" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        if [ $((SECONDS - began)) -ge 8 ] && ! grep -q 'downloading component\|installing component' "$log"; then
            kill "$pid" 2>/dev/null
        elif [ $((SECONDS - began)) -ge 300 ]; then
            kill "$pid" 2>/dev/null
        fi
        sleep 0.2
    done
    wait "$pid"
}

# The ordinary way: the reader's own toolchain, its WebAssembly std fetched by rustup.
ordinary_rust() {
    local version
    if ! have cargo || ! version="$(rust_version rustc)" || [ -z "$version" ]; then
        step "no Rust toolchain on PATH"
        return 1
    fi
    if ! at_least "$MIN_RUST" "$version"; then
        step "Rust $version on PATH; $MIN_RUST is needed (by cargo-leptos $CARGO_LEPTOS)"
        return 1
    fi
    if ! has_wasm_std rustc; then
        have rustup || { step "Rust $version has no $WASM, and there is no rustup to add it"; return 1; }
        step "rustup target add $WASM (std for the browser)"
        rustup_target_add || true
        if ! has_wasm_std rustc; then
            step "rustup could not: $(grep -v '^$' "$logs/rustup.log" | tail -n 1 | cut -c 1-120)"
            return 1
        fi
    fi
    # Not fatal: a build needs neither.
    cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 ||
        rustup component add clippy rustfmt >>"$logs/rustup.log" 2>&1 ||
        todo "rustup component add clippy rustfmt"
    rm -f "$GABARIT_CACHE/toolchain"
    unset RUSTUP_TOOLCHAIN
    step "took: the ordinary toolchain, Rust $version with $WASM"
}

# The other way: Debian keeps a compiler recent enough for the browsers it ships,
# beside (never in place of) any rustup toolchain. It comes without a WebAssembly std,
# which its own sources build in half a minute.
distro_rust() {
    local lld libdir version work
    if ! have apt-get; then
        todo "install Rust $MIN_RUST or newer (rustup update stable), then: rustup target add $WASM"
        return 1
    fi
    if [ ! -x /usr/bin/rustc ] || ! at_least "$MIN_RUST" "$(rust_version /usr/bin/rustc)"; then
        # Package lists that are missing or old know no compiler, or one that is too old.
        can_apt && ! at_least "$MIN_RUST" "$(apt_candidate rustc-web)" && apt_update
        if [ -z "$(apt_candidate rustc-web)" ] || ! at_least "$MIN_RUST" "$(apt_candidate rustc-web)"; then
            todo "install Rust $MIN_RUST or newer (rustup update stable), then: rustup target add $WASM; this release of the distribution has none"
            return 1
        fi
    fi
    apt_install "compiler for both targets, std sources, clippy, rustfmt" \
        rustc-web cargo-web rust-web-clippy rustfmt-web rust-web-src rust-web-llvm || return 1
    # rust-lld is a link to a versioned lld whose package is merely recommended.
    if [ ! -x "$(readlink -f /usr/bin/rust-lld)" ]; then
        lld="$(basename "$(readlink /usr/bin/rust-lld)")"
        apt_install "linker for WebAssembly" "$lld" || return 1
    fi
    version="$(rust_version /usr/bin/rustc)"

    # Built by exactly this compiler or useless: the note beside it says by which.
    libdir="$(/usr/bin/rustc --print target-libdir --target "$WASM")"
    if ! has_wasm_std /usr/bin/rustc || [ "$(cat "$libdir/.built-by" 2>/dev/null)" != "$(/usr/bin/rustc -V)" ]; then
        can_apt || { todo "run this once as root: it adds std to $libdir"; return 1; }
        step "building std for $WASM from the distribution's sources (about half a minute)"
        work="$(mktemp -d)"
        mkdir "$work/src"
        touch "$work/src/lib.rs"
        printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n' >"$work/Cargo.toml"
        # build-std is unstable, hence the bootstrap switch, for this one command. The
        # bitcode lets the application's link-time optimisation reach into std.
        if ! (cd "$work" && run wasm-std env RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTFLAGS=-Cembed-bitcode=yes \
            CARGO_TARGET_DIR="$work/target" PATH="/usr/bin:$PATH" \
            /usr/bin/cargo build -Zbuild-std=std,panic_abort --release --target "$WASM"); then
            rm -rf "$work"
            todo "std for $WASM could not be built; see $logs/wasm-std.log"
            return 1
        fi
        rm -f "$work/target/$WASM/release/deps/"libempty-*
        "${as_root[@]}" mkdir -p "$libdir"
        # Two builds of one std crate side by side would be ambiguous.
        "${as_root[@]}" find "$libdir" -maxdepth 1 -name '*.rlib' -delete
        "${as_root[@]}" cp "$work/target/$WASM/release/deps/"*.rlib "$libdir/"
        /usr/bin/rustc -V | "${as_root[@]}" tee "$libdir/.built-by" >/dev/null
        rm -rf "$work"
    fi

    if have rustup; then
        [ "$(readlink -f "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$LINKED")" = /usr ] ||
            rustup toolchain link "$LINKED" /usr >"$logs/rustup.log" 2>&1
        echo "$LINKED" >"$GABARIT_CACHE/toolchain"
        export RUSTUP_TOOLCHAIN="$LINKED"
    else
        rm -f "$GABARIT_CACHE/toolchain"
    fi
    step "took: the FALLBACK, the distribution's Rust $version with $WASM built from its sources"
}

phase_rust() {
    if [ -n "$caller_toolchain" ] && [ "$caller_toolchain" != "$LINKED" ]; then
        step "RUSTUP_TOOLCHAIN=$caller_toolchain is your choice; only the ordinary way is tried"
        ordinary_rust || todo "make Rust $MIN_RUST with $WASM available as $caller_toolchain"
        return
    fi
    # The note is left out of the first look, so that a toolchain that has become
    # good enough since is taken.
    unset RUSTUP_TOOLCHAIN
    ordinary_rust || distro_rust
}

# Tailwind (its command line for cargo-leptos), wasm-opt (binaryen), Playwright and axe:
# exact versions in package.json, hashes in package-lock.json.
phase_npm() {
    local want
    if ! have node || ! have npm; then
        if have apt-get && can_apt; then
            apt_update
            at_least "$MIN_NODE" "$(apt_candidate nodejs | sed 's/^$/0/')" && apt_install "Tailwind, wasm-opt, browser tests" nodejs npm
        fi
    fi
    if ! have npm || ! at_least "$MIN_NODE" "$(node --version | tr -d v)"; then
        todo "install Node.js $MIN_NODE or newer with npm"
        return 1
    fi
    want="$(cksum <package-lock.json) node $(node -p process.versions.modules)"
    if [ "$(cat node_modules/.installed-from 2>/dev/null)" = "$want" ]; then
        step "there: node_modules is what package-lock.json says"
        return 0
    fi
    step "npm: Tailwind, binaryen (wasm-opt), Playwright, axe"
    # Not `npm ci`: it insists on an entry in the lock file for every platform's build of
    # Tailwind's core, and a registry mirror need not carry them all. --no-save holds to
    # the locked versions and hashes as well, and leaves the lock file alone.
    run npm npm install --no-save --no-fund --no-audit || { todo "npm install failed; see $logs/npm.log"; return 1; }
    echo "$want" >node_modules/.installed-from
}

# The wasm-bindgen command refuses modules made with any other version of the crate.
locked_wasm_bindgen() {
    if [ -n "${wasm_bindgen_argument:-}" ]; then
        echo "$wasm_bindgen_argument"
    elif [ -f Cargo.lock ]; then
        awk '/^name = / { crate = $3 } /^version = / && crate == "\"wasm-bindgen\"" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
    fi
}

# A ready-made program where cargo-binstall can get one, which saves minutes.
binstall() {
    have cargo-binstall || return 1
    step "cargo binstall $1"
    run "binstall-${1%@*}" timeout 180 cargo binstall --no-confirm --force --disable-strategies compile --root "$GABARIT_TOOLS" "$1"
}
# A folder of its own per tool: an interrupted build goes on where it was, and a
# finished one leaves nothing but the program.
cargo_install() {
    local name="$1" rc=0
    shift
    run "$name" env CARGO_TARGET_DIR="$GABARIT_TOOLS/build/$name" CARGO_INCREMENTAL=0 \
        nice -n 5 cargo install --root "$GABARIT_TOOLS" --force "$@" || rc=$?
    [ "$rc" -eq 0 ] && rm -rf "$GABARIT_TOOLS/build/$name"
    return "$rc"
}

phase_wasm_bindgen() {
    local version
    version="$(locked_wasm_bindgen)"
    if [ -z "$version" ]; then
        step "left out: no Cargo.lock names a wasm-bindgen (or give --wasm-bindgen VERSION)"
        return 0
    fi
    if [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ]; then
        step "there: wasm-bindgen $version"
        return 0
    fi
    binstall "wasm-bindgen-cli@$version" && return 0
    step "cargo install wasm-bindgen-cli $version, the version in Cargo.lock (about two minutes)"
    # It runs in every build, so some optimisation pays; its own profile's costs more
    # than it gives. Not --locked at first: its lock file has named withdrawn crates.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo_install wasm-bindgen "wasm-bindgen-cli@$version" ||
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
            cargo_install wasm-bindgen --locked "wasm-bindgen-cli@$version" ||
        { todo "cargo install wasm-bindgen-cli@$version"; return 1; }
}

phase_cargo_leptos() {
    if [ "$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ]; then
        step "there: cargo-leptos $CARGO_LEPTOS"
        return 0
    fi
    binstall "cargo-leptos@$CARGO_LEPTOS" && return 0
    step "cargo install cargo-leptos $CARGO_LEPTOS (about six minutes on two cores)"
    # It only starts other programs: unoptimised it works the same, at a quarter of the
    # build time. no_downloads, as everything it would download is on PATH by now.
    CARGO_PROFILE_DEV_DEBUG=0 cargo_install cargo-leptos --debug --locked --features no_downloads "cargo-leptos@$CARGO_LEPTOS" ||
        { todo "cargo install cargo-leptos@$CARGO_LEPTOS --locked"; return 1; }
}

# Judges of the files that the platform makes, for the tests alone: official schemas and a validator, in a
# virtual environment of their own; exact versions in scripts/requirements.txt.
phase_python() {
    local home="$GABARIT_TOOLS/python" want
    want="$(cksum <scripts/requirements.txt)"
    if [ "$(cat "$home/.installed-from" 2>/dev/null)" = "$want" ]; then
        step "there: what scripts/requirements.txt says"
        return 0
    fi
    if ! have python3 || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        have apt-get && apt_install "schemas and validators for the tests" python3 python3-venv
    fi
    step "pip: $(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')"
    run python-venv python3 -m venv "$home" &&
        run python-pip "$home/bin/python" -m pip install --disable-pip-version-check --requirement scripts/requirements.txt ||
        { todo "install Python 3 with venv and pip; see $logs/python-pip.log"; return 1; }
    echo "$want" >"$home/.installed-from"
}

# Only the server's programs: scripts/pg.sh starts its own cluster for the tests.
phase_postgres() {
    if scripts/pg.sh bindir >/dev/null 2>&1; then
        step "there: $("$(scripts/pg.sh bindir)/postgres" --version)"
    elif have apt-get; then
        apt_install "database for the PostgreSQL tests" postgresql
    else
        todo "install PostgreSQL 14 or newer (the server's programs: initdb, pg_ctl)"
    fi
}

phase_browser() {
    if [ -n "${GABARIT_CHROMIUM:-}" ] && [ -x "$GABARIT_CHROMIUM" ]; then
        step "there: $("$GABARIT_CHROMIUM" --version 2>/dev/null || echo "$GABARIT_CHROMIUM")"
        return 0
    fi
    if have apt-get && can_apt; then
        [ -n "$(apt_candidate chromium)" ] || apt_update
    fi
    # Elsewhere than on Debian the package of this name is missing or an empty shell.
    if have apt-get && [ -n "$(apt_candidate chromium)" ] && grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
        apt_install "browser for the end-to-end tests, and a font for it" chromium fonts-liberation
    else
        todo "install Chromium or Chrome for the end-to-end tests, or: npx playwright install --with-deps chromium"
    fi
}

# --- Main --------------------------------------------------------------------------

all=(base rust npm postgres browser python wasm-bindgen cargo-leptos)
phases=()
while [ $# -gt 0 ]; do
    case "$1" in
        --wasm-bindgen)
            wasm_bindgen_argument="${2:?--wasm-bindgen wants a version}"
            shift
            ;;
        -h | --help)
            sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        *)
            case " ${all[*]} " in
                *" $1 "*) phases+=("$1") ;;
                *)
                    say "setup.sh: no phase '$1'; there are: ${all[*]}" >&2
                    exit 2
                    ;;
            esac
            ;;
    esac
    shift
done
[ "${#phases[@]}" -gt 0 ] || phases=("${all[@]}")

# Two checkouts share the tools: one installs, the other waits and finds them there.
if have flock; then
    exec 9>"$GABARIT_CACHE/setup.lock"
    flock -n 9 || { say "another setup is running; waiting for it"; flock 9; }
fi

failed=()
times=()
for phase in "${phases[@]}"; do
    say "$phase"
    began=$SECONDS
    "phase_${phase//-/_}" || failed+=("$phase")
    times+=("$phase $((SECONDS - began)) s")
done

printf 'setup took %d s (' "$SECONDS"
printf '%s' "${times[0]}"
[ "${#times[@]}" -gt 1 ] && printf ', %s' "${times[@]:1}"
say ")"
if [ "${#by_hand[@]}" -gt 0 ]; then
    say "left for you to do by hand:"
    printf '  - %s\n' "${by_hand[@]}"
fi
if [ "${#failed[@]}" -gt 0 ]; then
    say "FAILED: ${failed[*]}"
    exit 1
fi
say "ready: source scripts/env.sh"
