#!/usr/bin/env bash
# A throw-away S3-compatible server (PyPI moto) for tests: `scripts/s3.sh run -- COMMAND` starts it, sets
# GABARIT_TEST_S3 for the command, and stops it. Without the Python tools of scripts/setup.sh the command runs without.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
if [ "${1:-}" != run ] || [ "${2:-}" != -- ]; then
    echo "usage: scripts/s3.sh run -- COMMAND" >&2
    exit 2
fi
shift 2
server="$GABARIT_TOOLS/python/bin/moto_server"
if [ ! -x "$server" ]; then
    echo "s3.sh: no moto_server, buckets are not tested" >&2
    exec "$@"
fi
port=$((20000 + $$ % 20000))
"$server" -H 127.0.0.1 -p "$port" >/dev/null 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    sleep 0.1
done
GABARIT_TEST_S3="http://127.0.0.1:$port" "$@"
