#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests: a cluster of its own, in a temporary folder, on
# a free loopback port. It touches no other server, and stops only what it started.
#
#   scripts/pg.sh run [--durable] -- COMMAND...   with GABARIT_TEST_POSTGRES set to its URL
#   url=$(scripts/pg.sh start [--durable])        prints the URL, and nothing else
#   scripts/pg.sh stop URL                        ends it and removes its folder
#   scripts/pg.sh bindir                          where the server's programs are
#
# Without --durable nothing is flushed to disk: fast, and lost in a power cut, which is
# all that a test's database is asked to be. With it, PostgreSQL's own defaults hold.
set -euo pipefail

die() {
    echo "pg.sh: $*" >&2
    exit 1
}
usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# Debian keeps the server's programs off PATH, one folder a version: the newest wins.
bindir() {
    local found
    if command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1; then
        # Followed to its end: PATH may hold links to some of the programs only.
        found="$(dirname "$(readlink -f "$(command -v pg_ctl)")")"
    else
        found="$(find /usr/lib/postgresql /usr/pgsql-* -maxdepth 3 -name initdb 2>/dev/null | sort -V | tail -n 1)"
        [ -n "$found" ] || return 1
        found="$(dirname "$found")"
    fi
    echo "$found"
}

# The server refuses to run as root. Its own user can't enter every folder that root can,
# so commands start from one that everybody can.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# A socket's path may have about 100 bytes, so a long TMPDIR is passed over.
temp_root() {
    local root="${TMPDIR:-/tmp}"
    [ "${#root}" -le 60 ] || root=/tmp
    echo "${root%/}"
}

free_port() {
    local port try
    for try in $(seq 50); do
        port=$((20000 + (RANDOM * 32768 + RANDOM + try) % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    return 1
}

# Sets `home` and `url`.
start() {
    local bin durable="$1" owner="$2" port password try
    bin="$(bindir)" || die "no PostgreSQL server found (initdb, pg_ctl); scripts/setup.sh postgres installs it"
    if [ "$(id -u)" -eq 0 ]; then
        id postgres >/dev/null 2>&1 || die "running as root needs the user postgres, who owns the cluster"
    fi
    home="$(mktemp -d "$(temp_root)/gabarit-pg.XXXXXX")"
    # Loopback is open to every user of the machine: hence a password, though the
    # database is a toy.
    password="$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
    echo "$owner" >"$home/owner"
    echo "$password" >"$home/password"
    mkdir "$home/socket"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$home" "$home/password" "$home/socket"; fi
    if ! as_owner "$bin/initdb" -D "$home/data" -U gabarit --pwfile="$home/password" --auth-local=trust \
        --auth-host=password --encoding=UTF8 --locale=C --no-sync >"$home/log" 2>&1; then
        cat "$home/log" >&2
        rm -rf "$home"
        die "initdb failed"
    fi
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "unix_socket_directories = '$home/socket'"
        # Each parallel test brings its own pool.
        echo "max_connections = 200"
        echo "timezone = 'UTC'"
        # Costs tests more in planning than their small tables give back.
        echo "jit = off"
        if [ "$durable" = no ]; then
            printf '%s = off\n' fsync synchronous_commit full_page_writes
        fi
    } >>"$home/data/postgresql.conf"
    if ! echo 'CREATE DATABASE gabarit_test;' | as_owner "$bin/postgres" --single -D "$home/data" postgres >"$home/log" 2>&1; then
        cat "$home/log" >&2
        rm -rf "$home"
        die "the database could not be created"
    fi
    for try in 1 2 3; do
        port="$(free_port)" || break
        # Between the look and the start somebody else may have taken the port.
        if as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -o "-p $port" -w -t 30 start >"$home/log" 2>&1; then
            url="postgres://gabarit:$password@127.0.0.1:$port/gabarit_test"
            echo "$url" >"$home/url"
            rm -f "$home/password"
            return 0
        fi
    done
    cat "$home/log" "$home/server.log" >&2 2>/dev/null || true
    rm -rf "$home"
    die "the server did not start in $try tries"
}

# Only a folder that start() made (it holds an `owner`) is ever stopped or removed.
stop_home() {
    local bin
    [ -f "$1/owner" ] || die "$1 is none of mine"
    bin="$(bindir)" || die "the PostgreSQL server's programs are gone"
    if [ "$2" = quick ]; then
        # Nothing to keep: no checkpoint.
        as_owner "$bin/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
    else
        as_owner "$bin/pg_ctl" -D "$1/data" -m fast -w stop >/dev/null 2>&1 || true
    fi
    # Removing the files of a server that still runs would leave it without a way to be
    # stopped.
    if as_owner "$bin/pg_ctl" -D "$1/data" status >/dev/null 2>&1; then
        die "the server in $1 does not stop"
    fi
    rm -rf "$1"
}

home_of() {
    local file
    for file in "$(temp_root)"/gabarit-pg.*/url; do
        if [ -f "$file" ] && [ "$(cat "$file")" = "$1" ]; then
            dirname "$file"
            return 0
        fi
    done
    return 1
}

# A `run` that was killed outright could not clean up; the next one does it for it.
sweep() {
    local file pid
    for file in "$(temp_root)"/gabarit-pg.*/owner; do
        if [ ! -O "$file" ]; then continue; fi
        pid="$(sed -n 's/^run //p' "$file")"
        if [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then
            stop_home "$(dirname "$file")" quick
        fi
    done
}

command="${1:-}"
[ $# -gt 0 ] && shift
durable=no
if [ "${1:-}" = --durable ]; then
    durable=yes
    shift
fi
case "$command" in
    bindir) bindir || die "no PostgreSQL server found" ;;
    start)
        start "$durable" start
        echo "$url"
        ;;
    stop)
        [ $# -eq 1 ] || die "stop wants the URL that start printed"
        home="$(home_of "$1")" || die "no server of mine at that URL"
        stop_home "$home" fast
        ;;
    run)
        [ "${1:-}" = -- ] && shift
        [ $# -gt 0 ] || die "run wants a command"
        sweep
        start "$durable" "run $$"
        trap 'stop_home "$home" quick' EXIT
        # In the background, as the shell attends to a signal only between commands.
        GABARIT_TEST_POSTGRES="$url" "$@" <&0 &
        child=$!
        trap 'kill "$child" 2>/dev/null; wait "$child"; exit 130' INT
        trap 'kill "$child" 2>/dev/null; wait "$child"; exit 143' TERM HUP
        wait "$child"
        ;;
    -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
