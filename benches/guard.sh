#!/usr/bin/env bash
# Counts the instructions of a submission's pure steps under callgrind, and holds them against benches/guard.baseline.
# Usage: guard.sh TARGET/release [--accept]   (make bench-guard calls it; --accept stores what was counted as the new baseline)
# Instructions are counted, not time, so that a busy machine changes nothing; a step may differ by 5 % from its baseline, since
# compilers differ. Valgrind has no AVX-512, so signatures are verified by the AVX2 backend here.
set -euo pipefail

built=$1
baseline=$(dirname "$0")/guard.baseline
out=$(mktemp)
trap 'rm -f "$out"' EXIT

instructions() {
  valgrind --tool=callgrind --callgrind-out-file="$out" "$built/examples/hot_path" "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

counted=
for step in verify admit answer; do
  # The submitters are 16; a round of each is behind both counts, so that what is remembered of a key is remembered.
  few=$(instructions "$step" 16)
  many=$(instructions "$step" 64)
  counted+="$step $(((many - few) / 48))"$'\n'
done
if [ "${2:-}" = --accept ]; then
  printf %s "$counted" >"$baseline"
fi
if [ ! -e "$baseline" ]; then
  printf 'no baseline is stored: make bench-guard ACCEPT=1 stores this one\n%s' "$counted"
  exit 0
fi
printf %s "$counted" | awk -v baseline="$baseline" '
  BEGIN { while ((getline line < baseline) > 0) { split(line, parts, " "); before[parts[1]] = parts[2] } }
  {
    ratio = before[$1] ? $2 / before[$1] : 0
    printf "%-8s %8d instructions a statement, baseline %8d: %.3f\n", $1, $2, before[$1], ratio
    if (ratio > 1.05) { print $1 " costs more than it did" ; worse = 1 }
    if (ratio < 0.95) { print $1 " costs less than its baseline says: make bench-guard ACCEPT=1 stores the new one"; worse = 1 }
  }
  END { exit worse }'
