#!/usr/bin/env bash
# The whole of Notarium in a minute: make a ledger, deposit, stop it, verify off line, catch two forgeries.
# Usage: demo.sh TARGET/release (make demo calls it). Everything happens in a temporary folder and on a free port of loopback.
set -euo pipefail

built=$1
root=$(cd "$(dirname "$0")/.." && pwd)
notarium=$built/notarium
forge=$built/examples/forge
work=$(mktemp -d "${TMPDIR:-/tmp}/notarium-demo.XXXXXX")
server=

cleanup() {
  if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

bold=''; plain=''
if [ -t 1 ]; then bold=$'\e[1m'; plain=$'\e[0m'; fi

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Shows a command as one would type it, and runs it.
run() {
  printf '$ notarium %s\n' "$*"
  "$notarium" "$@"
}

# Runs a command that must end with exit code $1.
expect() {
  local want=$1 got=0
  shift
  run "$@" || got=$?
  if [ "$got" -ne "$want" ]; then
    echo "demo: exit code $got where $want was due" >&2
    exit 1
  fi
}

# Runs a command as `expect` does, and what it prints must have a line that matches $2.
expect_saying() {
  local want=$1 pattern=$2
  shift 2
  expect "$want" "$@" | tee said
  grep -Eq "$pattern" said || { echo "demo: nothing above matches: $pattern" >&2; exit 1; }
}

# Flips one bit of a file: of the byte at the offset given.
flip() {
  local file=$1 at=$2 byte
  byte=$(od -An -tu1 -j "$at" -N 1 "$file" | tr -d ' ')
  printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
}

must() { "$@" || { echo "demo: this should have held: $*" >&2; exit 1; }; }

cd "$work"

say '1. A ledger of your own: its key, its first entry, and a policy for those who will verify.'
run init ledger --origin demo.example/ledger

say '2. Serve it. (The port is any free one.)'
printf '$ notarium serve ledger --listen 127.0.0.1:0 &\n'
"$notarium" serve ledger --listen 127.0.0.1:0 >serve.out 2>serve.log &
server=$!
url=
for _ in $(seq 300); do
  url=$(sed -n 's/^listening on \(http:[^ ]*\).*/\1/p' serve.out)
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || { cat serve.log >&2; echo 'demo: the server did not start' >&2; exit 1; }
  sleep 0.1
done
[ -n "$url" ] || { cat serve.log >&2; echo 'demo: the server named no address in 30 s' >&2; exit 1; }
echo "$url"

say '3. Files to deposit: this project itself.'
mkdir files
files() { git -C "$root" ls-files 2>/dev/null | grep . || (cd "$root" && find README.md Cargo.toml LICENSE src examples -type f); }
files | grep -E '^(README.md|Cargo.toml|LICENSE)$' | while read -r name; do cp "$root/$name" files/; done
mkdir files/notarium-src
files | grep -E '^src/' | while read -r name; do
  mkdir -p "files/notarium-src/$(dirname "${name#src/}")"
  cp "$root/$name" "files/notarium-src/${name#src/}"
done
ls -C files
echo "notarium-src: $(find files/notarium-src -type f | wc -l) files, to be deposited as one package"

say '4. A key that only you hold, and the deposits. Only digests and a signature are sent; the files stay here.'
run keygen --out me.key
run submit files/README.md files/Cargo.toml files/LICENSE --ledger "$url" --key me.key
run submit files/notarium-src --ledger "$url" --key me.key --title 'Notarium, source code'
expect_saying 0 'deposited before as entry [123],' submit files/LICENSE --ledger "$url" --key me.key

say '5. What you keep: the receipt beside each file. It needs no server to be checked.'
run show files/README.md.receipt

say '6. Anyone may look a file up.'
expect_saying 0 'entry +[123]\b' find files/README.md --ledger "$url"

say '7. Stop the server. From here on there is no ledger to ask.'
kill -TERM "$server"
must wait "$server"
server=

say '8. A judge verifies file and receipt off line, under the policy that the ledger published.'
cp ledger/policy policy
expect 0 verify files/README.md --policy policy

say '9. One byte of a copy is changed. The verdict says what does not hold, and why.'
cp files/README.md changed.md
flip changed.md 100
expect_saying 1 MISMATCH verify changed.md --receipt files/README.md.receipt --policy policy

say '10. The package too is checked off line, file by file.'
expect 0 verify files/notarium-src --policy policy

say '11. An auditor replays the whole ledger.'
expect 0 audit ledger --policy policy

say '12. First forgery: one byte of the ledger'\''s files is flipped.'
cp -r ledger flipped
victim=$(find flipped/db -name '*.log' -size +0 -o -name '*.sst' -size +0 | xargs ls -S | head -n 1)
middle=$(($(stat -c %s "$victim") / 2))
flip "$victim" "$middle"
echo "flipped one bit in byte $middle of $victim"
expect 1 audit flipped --policy policy

say '13. Second forgery: the operator backdates entry 2 by a day, through RocksDB, so that all its checksums hold.'
cp -r ledger backdated
must "$forge" backdated 2
expect_saying 1 'first bad entry is 2$' audit backdated --policy policy

say 'All of it came out as it should. To start your own:'
cat <<END
  $notarium init DIR --origin your.name/ledger
  $notarium serve DIR --listen 127.0.0.1:8420      # and open http://127.0.0.1:8420 in a browser
END
