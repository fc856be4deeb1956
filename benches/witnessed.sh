#!/usr/bin/env bash
# What three witnesses on the same machine cost a ledger, in one run: submissions a second with them and without, in turn, and how
# much longer a receipt takes that waits for two of them.
# Usage: witnessed.sh TARGET/release [ROUNDS] [SECONDS]   (make bench-witness calls it; 5 rounds of 6 seconds without numbers)
# Prints every round, medians and ratios, and the witnesses' memory. TMPDIR chooses the disk.
set -euo pipefail

built=$1
rounds=${2:-5}
seconds=${3:-6}
notarium=$built/notarium
load=$built/examples/load
work=$(mktemp -d "${TMPDIR:-/tmp}/notarium-witnessed.XXXXXX")
processes=()
ledger=
stop() { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }
cleanup() {
  for process in $ledger "${processes[@]}"; do stop "$process"; done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# Runs a server, and leaves its process in `started` and its address in `url`.
start() {
  : >"$work/listening"
  "$notarium" "$@" --listen 127.0.0.1:0 --log error >"$work/listening" &
  started=$!
  until grep -q 'listening on' "$work/listening"; do kill -0 "$started"; sleep 0.05; done
  url=$(sed -n 's/^listening on //p' "$work/listening")
}

witnesses=
for number in 1 2 3; do
  key=$("$notarium" witness keygen "$work/w$number" --name "witness.example/$number" 2>/dev/null)
  start witness serve "$work/w$number"
  processes+=("$started")
  witnesses+="witness w$number $key $url"$'\n'
done

# A new ledger, served with witnesses or without.
serve() {
  rm -rf "$work/ledger"
  vkey=$("$notarium" init "$work/ledger" --origin "ledger.example/$1" 2>/dev/null | head -n 1)
  options=()
  if [ "$2" != without ]; then
    for number in 1 2 3; do "$notarium" witness add-log "$work/w$number" "$vkey" >/dev/null 2>&1; done
    printf 'log %s\n%sgroup g 2 w1 w2 w3\nquorum g\n' "$vkey" "$witnesses" >"$work/policy"
    options=(--witness-policy "$work/policy" --witness-wait 60)
  fi
  start serve "$work/ledger" "${options[@]}"
  ledger=$started
}

# One measurement: a figure of the load generator's JSON.
figure() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("/"): d = d[key]
print(round(d, 3))' "$work/figures" "$1"; }
put() { "$load" "$url" --json "$work/figures" --seconds "$seconds" "$@" >"$work/said" || { cat "$work/said" >&2; exit 1; }; }
median() { sort -n | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

echo "$(nproc) cores; $rounds rounds of $seconds s; three witnesses on this machine, quorum two"
for round in $(seq "$rounds"); do
  modes='without with'
  if [ $((round % 2)) -eq 0 ]; then modes='with without'; fi
  for mode in $modes; do
    serve "$round/$mode" "$mode"
    put
    figure accepted_a_second >>"$work/$mode"
    printf 'round %s, %s witnesses: %s submissions/s\n' "$round" "$mode" "$(tail -n 1 "$work/$mode")"
    stop "$ledger"
  done
done
with=$(median <"$work/with") without=$(median <"$work/without")
awk "BEGIN { printf \"medians: with %.0f/s, without %.0f/s, ratio %.3f\\n\", $with, $without, $with / $without }"

# Paced, so that it is the witnesses that are waited for and not the queue.
for round in $(seq "$rounds"); do
  serve "paced/$round" with
  put --rate 100 --connections 16
  figure latency_ms/p50 >>"$work/at-once.p50"; figure latency_ms/p99 >>"$work/at-once.p99"
  put --rate 100 --connections 16 --witnessed --policy "$work/policy"
  figure latency_ms/p50 >>"$work/witnessed.p50"; figure latency_ms/p99 >>"$work/witnessed.p99"
  stop "$ledger"
done
for percentile in p50 p99; do
  at_once=$(median <"$work/at-once.$percentile") witnessed=$(median <"$work/witnessed.$percentile")
  awk "BEGIN { printf \"$percentile at 100 submissions/s, ms: at once %.2f, witnessed %.2f, added %.2f\\n\", $at_once, $witnessed, $witnessed - $at_once }"
done
for process in "${processes[@]}"; do
  awk '/^(VmHWM|VmRSS|RssAnon)/ { printf "%s %.1f MB  ", $1, $2 / 1024 } END { print "of a witness" }' "/proc/$process/status"
done
