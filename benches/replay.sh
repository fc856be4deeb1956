#!/usr/bin/env bash
# What an auditor's work costs, in one run on one machine: replay, screen, mirror, and the next audit after 1,000 more entries.
# Usage: replay.sh TARGET/release [ENTRIES]   (make bench-replay calls it; 3,700,000 entries without a number)
# Prints ratios to the floor measured in the same run: entries x one strict verification / cores. TMPDIR chooses the disk: some
# 1.2 kB an entry for the ledger, and as much again for its export and mirror.
set -euo pipefail

built=$1
entries=${2:-3700000}
notarium=$built/notarium
cores=$(nproc)
work=$(mktemp -d "${TMPDIR:-/tmp}/notarium-replay.XXXXXX")
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

seconds=0
rss=0
# Runs a command, and leaves its wall time and the most memory that it held.
timed() {
  /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
  read -r seconds rss < <(tail -n 1 "$work/time")
}
row() { printf '| %-34s | %10s | %14s | %12s | %8s |\n' "$@"; }
calc() { awk "BEGIN { printf \"%.2f\", $1 }"; }

"$built/examples/fill" "$work/ledger" "$entries" >"$work/filled"
cat "$work/filled"
read -r _ strict _ screened < <("$built/examples/strict_rate")
floor=$(calc "$entries * $strict / 1e6 / $cores")
screen_floor=$(calc "$entries * $screened / 1e6 / $cores")
echo "$cores cores; one strict verification $strict us, one screened $screened us, on one core"
row what seconds entries/s 'x floor' 'RSS MB'
row --- ---: ---: ---: ---:
report() { row "$1" "$seconds" "$(calc "$3 / $seconds")" "$2" "$((rss / 1024))"; }

"$notarium" export "$work/ledger" "$work/export" 2>/dev/null
timed "$notarium" audit "$work/export" --state "$work/state"
audit=$seconds
report 'audit of an export, strict' "$(calc "$seconds / $floor")" "$entries"
timed env /bin/sh -c '"$@" || [ $? -eq 2 ]' sh "$notarium" audit "$work/export" --signatures batch
report 'audit of an export, screen' "$(calc "$seconds / $screen_floor")" "$entries"
timed "$notarium" audit "$work/ledger"
report 'audit of the folder, with indexes' "$(calc "$seconds / $floor")" "$entries"

"$notarium" serve "$work/ledger" --listen 127.0.0.1:0 --log error >"$work/listening" &
server=$!
until grep -q 'listening on' "$work/listening"; do kill -0 "$server"; sleep 0.1; done
url=$(sed -n 's/^listening on //p' "$work/listening")
timed "$notarium" mirror "$url" "$work/mirror"
report 'mirror over loopback' "$(calc "$seconds / $floor")" "$entries"
echo "a mirror catches up at $(calc "$audit / $seconds") times the rate of the audit"

kill "$server"; wait "$server" 2>/dev/null || true; server=
"$built/examples/fill" "$work/ledger" "$((entries + 1000))" >/dev/null
"$notarium" serve "$work/ledger" --listen 127.0.0.1:0 --log error >"$work/listening" &
server=$!
until grep -q 'listening on' "$work/listening"; do kill -0 "$server"; sleep 0.1; done
url=$(sed -n 's/^listening on //p' "$work/listening")
timed "$notarium" audit "$url" --state "$work/state"
report 'audit of 1,000 more, from a state' - 1000
