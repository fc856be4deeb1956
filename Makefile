# make demo and make test are all the set-up there is; both install what the build needs where it is missing.

# One profile, one feature set, one target folder: RocksDB is built once for all of it.
CARGO := cargo
BUILD := $(shell git describe --always --dirty --abbrev=12 2>/dev/null)
export NOTARIUM_BUILD := $(BUILD)
# Of the built pages as they are when a recipe runs: with other pages the program is compiled again, whatever their times.
export NOTARIUM_PAGES = $(shell find web/dist -type f -exec sha256sum {} + 2>/dev/null | LC_ALL=C sort | sha256sum | cut -c 1-16)

# Where cargo puts what it builds; asked only where it is used.
BUILT = $(shell $(CARGO) metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release

.PHONY: help demo test foreign interop lint deny advisories bench bench-overload bench-replay bench-witness fuzz torture setup web web-test

help:
	@echo 'make demo        build, run a ledger in a temporary folder, deposit, verify off line, find two forgeries'
	@echo 'make test        build and run all tests'
	@echo 'make foreign     independent verifiers (Python, Node) against ours, on every vector and on receipts changed at random'
	@echo 'make interop     foreign programs (Go) against our ledgers, and foreign test suites against our verifier'
	@echo 'make web         build the web pages, which the program then carries; installs Node.js where missing'
	@echo 'make web-test    the pages in Chromium against a real server; installs Chromium where missing'
	@echo 'make fuzz        every decoder fed with changed inputs, 15 seconds each (SECONDS=N for more, TARGETS=... for some)'
	@echo 'make torture     kill a server a thousand times and more, under load, and look for what is lost, then fuzz at length (ROUNDS=N or HOURS=N, FUZZ=seconds)'
	@echo 'make lint        rustfmt, clippy and rustdoc with warnings denied, the pure floors alone'
	@echo 'make deny        licences, bans and sources of the dependencies (needs cargo-deny)'
	@echo 'make advisories  known vulnerabilities of the dependencies (needs cargo-deny and a network)'
	@echo 'make bench       all targets of docs/performance.md in one run (QUICK=1: minutes, not to be believed; ONLY=submit,reads: parts)'
	@echo 'make bench-overload  what a server does that is offered ten times what it can take (PHASE=N seconds each)'
	@echo 'make bench-witness  submissions a second with three witnesses and without, and what a witnessed receipt takes longer'
	@echo 'make bench-micro   single operations (criterion)'
	@echo 'make bench-guard   instructions of the hot path against their baseline (valgrind; ACCEPT=1 stores a new one)'
	@echo 'make bench-replay  what an audit and a mirror of 3.7 million entries cost (ENTRIES=N for another number)'

setup:
	@.ci/setup

# Built only when what they are made of is newer: new pages mean that the program is compiled again.
WEB_SOURCES := $(shell find web/src web/public web/scripts -type f) $(wildcard web/*.html web/*.json web/vite.config.ts)

web: web/dist/verify.html

web/dist/verify.html: $(WEB_SOURCES)
	@.ci/setup --web
	cd web && npm ci --no-audit --no-fund && npm run build

web-test: web
	@.ci/setup --web --browser
	$(CARGO) build --release --locked --bin notarium
	cd web && { [ -d node_modules ] || npm ci --no-audit --no-fund; } && npm run check && npm test && npm run package
	NOTARIUM="$(BUILT)/notarium" && export NOTARIUM && cd web && npm run test:parity && npm run test:browser

demo: setup web
	@echo 'building (the first time takes a while: RocksDB is compiled from source)'
	@$(CARGO) build --release --locked --quiet --bin notarium --example forge
	@examples/demo.sh "$(BUILT)"

test: web
	@.ci/setup --tests
	$(CARGO) test --release --locked

foreign:
	@.ci/setup --foreign
	$(CARGO) build --release --locked --quiet --example answer
	python3 tests/foreign/run.py --ours "$(BUILT)/examples/answer"

interop:
	@tests/interop/check-go
	@.ci/setup --interop
	$(CARGO) build --release --locked --quiet --bin notarium --example answer --example fill
	cd tests/interop && NOTARIUM_BUILT="$(BUILT)" go test -count=1 -timeout 30m ./...

# Bash sets SECONDS in its own children only, so an environment that has it comes from whoever asks.
SECONDS ?= 15
fuzz:
	@.ci/setup --fuzz
	@fuzz/run --seconds $(SECONDS) $(TARGETS)

# At low priority; prints the seed of each attack, which NOTARIUM_TORTURE_SEED repeats. Then every decoder, FUZZ seconds each.
HOURS ?=
FUZZ ?= 600
torture: setup
	$(CARGO) test --release --locked --test all --no-run
	NOTARIUM_TORTURE_ROUNDS=$(or $(ROUNDS),1000) $(if $(HOURS),NOTARIUM_TORTURE_HOURS=$(HOURS)) nice -n 19 \
	  $(CARGO) test --release --locked --test all -- torture:: --nocapture --test-threads=1
	nice -n 19 $(MAKE) fuzz SECONDS=$(FUZZ)

lint:
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --locked --no-deps
	$(CARGO) check --release --locked --no-default-features

deny:
	@command -v cargo-deny >/dev/null || { echo 'cargo-deny is missing: cargo install --locked cargo-deny' >&2; exit 2; }
	cargo-deny --locked check licenses bans sources
	cd fuzz && cargo-deny --locked check licenses bans sources

advisories:
	@command -v cargo-deny >/dev/null || { echo 'cargo-deny is missing: cargo install --locked cargo-deny' >&2; exit 2; }
	cargo-deny --locked check advisories

# Tessera's server, to be compared with, where Go is at hand. Its version is that of tests/interop.
TESSERA := github.com/transparency-dev/tessera/cmd/conformance/posix@v1.0.4

bench: setup
	@.ci/setup --bench
	$(CARGO) build --release --locked --quiet --bin notarium --example fill --example load --example echo --example limits
	@mkdir -p "$(BUILT)/bench"
	@! command -v go >/dev/null || GOBIN="$(BUILT)/bench" go install $(TESSERA) || echo 'Tessera cannot be built: it is left out' >&2
	@python3 -B benches/run.py "$(BUILT)" $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) $(if $(SIZES),--sizes $(SIZES)) \
	  $(if $(EACH),--seconds $(EACH)) $(if $(WORK),--work $(WORK)) $(if $(DOCS),--docs docs/performance.md) \
	  $$([ ! -x "$(BUILT)/bench/posix" ] || echo --tessera "$(BUILT)/bench/posix")

.PHONY: bench-micro bench-guard
bench-micro: setup
	$(CARGO) bench --locked --profile release

bench-guard: setup
	@.ci/setup --guard
	$(CARGO) build --release --locked --quiet --example hot_path
	@benches/guard.sh "$(BUILT)" $(if $(ACCEPT),--accept)

PHASE ?= 5
bench-overload: setup
	$(CARGO) build --release --locked --quiet --bin notarium --example overload
	@"$(BUILT)/examples/overload" "$(BUILT)/notarium" $(PHASE)

bench-witness: setup
	$(CARGO) build --release --locked --quiet --bin notarium --example load
	@benches/witnessed.sh "$(BUILT)" "$(or $(ROUNDS),5)"

ENTRIES ?= 3700000
bench-replay: setup
	$(CARGO) build --release --locked --quiet --bin notarium --example fill --example strict_rate
	@benches/replay.sh "$(BUILT)" "$(ENTRIES)"
