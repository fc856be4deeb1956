#!/usr/bin/env python3
"""Measures the targets of docs/performance.md in one run, and writes them down.

Usage: run.py TARGET/release [--quick] [--only PART,...] [--sizes N,...] [--seconds N] [--work DIR] [--out DIR]
       [--tessera PROGRAM] [--docs docs/performance.md]

Parts: limits, submit, batch, syncs, reads, sizes, verify. Each is measured against the raw limits of the same run; what is
compared is measured in turns, three times each, and the medians are taken. It writes OUT/bench.json, OUT/bench.md and the
plots OUT/performance-*.svg; with --docs the table goes between the markers of that page, and the plots beside it.
What was not run is `not measured`. The work folder chooses the disk; a size that does not fit it is said to be left out.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import plot
from process import Background, Server, load, run, serve, tessera
from table import markdown

PARTS = ["limits", "submit", "batch", "syncs", "reads", "sizes", "verify"]
CONNECTIONS = [1, 8, 64, 256, 512, 1024]
ROUNDS = 3
# Bytes of the keys of an entry's rows: its own, statement_id, and digest or submitter with the index.
KEY_BYTES = 8 + 32 + 3 * (32 + 8)
# What a ledger may need on the disk, generously, while it is filled.
ROOM_AN_ENTRY = 1400


def main():
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    results = {"machine": machine(args.work), "quick": args.quick, "seconds": args.seconds, "rounds": args.rounds}
    for part in args.only:
        say(f"== {part}")
        try:
            results[part] = globals()[part](args, results)
        except (Exception, SystemExit) as error:  # One part that can't be run must not lose the others.
            traceback.print_exc()
            results[f"{part}_failed"] = str(error) or type(error).__name__
        write(args, results)
    print(markdown(results))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("built")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS)
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")])
    parser.add_argument("--seconds", type=int, help="of each load; ten, and three of a quick run")
    parser.add_argument("--work", default=None)
    parser.add_argument("--out", default=None)
    parser.add_argument("--tessera", default=None)
    parser.add_argument("--docs", default=None)
    args = parser.parse_args()
    unknown = set(args.only) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    args.out = args.out or os.path.join(args.built, "bench")
    args.sizes = args.sizes or ([20_000, 100_000] if args.quick else [100_000, 1_000_000, 3_700_000, 10_000_000, 30_000_000])
    args.seconds = args.seconds or (3 if args.quick else 10)
    args.rounds = 1 if args.quick else ROUNDS
    args.work = tempfile.mkdtemp(prefix="notarium-bench.", dir=args.work)
    # Whatever ends this, the ledgers go.
    import atexit

    atexit.register(shutil.rmtree, args.work, ignore_errors=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    return args


def say(words):
    print(words, file=sys.stderr, flush=True)


def machine(work):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    disk = run(["df", "--output=source,fstype,avail", "-B1", work]).splitlines()[1].split()
    return {
        "cpu": cpu, "cores": len(os.sched_getaffinity(0)), "ifma": "avx512ifma" in flags, "memory_gb": round(memory / 2**20),
        "kernel": platform.release(), "disk": disk[0], "filesystem": disk[1], "free_gb": round(int(disk[2]) / 1e9),
        "date": time.strftime("%Y-%m-%d"), "load_before": os.getloadavg()[0],
    }


def fill(args, directory, count):
    """Fills a ledger up to so many entries, and returns the entries a second of this step."""
    said = run([f"{args.built}/examples/fill", directory, str(count)])
    return float(said.rsplit(",", 1)[1].split()[0])


def in_turns(args, kinds):
    """Measures every kind in turns, and returns for each the round of the median rate."""
    rounds = {name: [] for name in kinds}
    for turn in range(args.rounds):
        for name, measure in kinds.items():
            figures = measure()
            rounds[name].append(figures)
            say(f"  {name}: {figures['accepted_a_second']:,.0f}/s, p50 {figures['latency_ms']['p50']:.2f} ms, "
                f"p99 {figures['latency_ms']['p99']:.2f} ms")
    return {name: median_of(figures) for name, figures in rounds.items()}


def median_of(figures):
    figures = sorted(figures, key=lambda one: one["accepted_a_second"])
    chosen = figures[len(figures) // 2]
    chosen["rates_of_rounds"] = [round(one["accepted_a_second"]) for one in figures]
    chosen["p99_of_rounds"] = [round(one["latency_ms"]["p99"], 2) for one in figures]
    return chosen


def limits(args, _):
    return json.loads(run([f"{args.built}/examples/limits", args.work, "1" if args.quick else "3"]))


def submit(args, _):
    """One statement a request, by number of connections, in turns with Tessera and a bare echo."""
    found, connections = {}, [1, 64, 512] if args.quick else CONNECTIONS
    ledger, log = f"{args.work}/submit", f"{args.work}/tessera"
    fill(args, ledger, 1000)
    servers = {"notarium": serve(args.built, ledger), "echo": Server([f"{args.built}/examples/echo"])}
    if args.tessera:
        servers["tessera"] = tessera(args.tessera, log)
    try:
        for count in connections:
            say(f"{count} connections")
            # It answers 64 connections once a second: whoever waits for a hundred answers of it has waited long enough.
            kinds = {
                name: lambda name=name, server=server: load(
                    args.built, server, to=name, connections=count, seconds=args.seconds, sample=100)
                for name, server in servers.items()
            }
            found[count] = in_turns(args, kinds)
    finally:
        for server in servers.values():
            server.stop()
    shutil.rmtree(ledger, ignore_errors=True)
    shutil.rmtree(log, ignore_errors=True)
    return found


def batch(args, _):
    ledger = f"{args.work}/batch"
    fill(args, ledger, 1000)
    found = {}
    with serve(args.built, ledger) as server:
        for count in [1, 4, 8, 12]:
            kind = {f"{count} connections": lambda: load(
                args.built, server, connections=count, batch=500, seconds=args.seconds)}
            found[count] = in_turns(args, kind)[f"{count} connections"]
    shutil.rmtree(ledger)
    return found


def syncs(args, _):
    """Counts, in the kernel, the syncs of a server that answers one submission after another: each needs one of its own."""
    if not shutil.which("strace"):
        raise SystemExit("strace is not installed")
    ledger = f"{args.work}/syncs"
    fill(args, ledger, 1000)
    with serve(args.built, ledger) as server:
        counts = f"{args.work}/strace"
        strace = subprocess.Popen(["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-p", str(server.pid), "-o", counts],
                                  stderr=subprocess.PIPE, text=True)
        strace.stderr.readline()
        figures = load(args.built, server, connections=1, seconds=2, warmup=0)
        strace.send_signal(signal.SIGINT)
        strace.communicate()
    counted = 0
    for line in open(counts):
        fields = line.split()
        if fields and fields[-1] in ("fsync", "fdatasync"):
            counted += int(fields[3])
    shutil.rmtree(ledger)
    return {"commits": sum(figures["statuses"].values()), "syncs": counted}


def reads(args, _):
    """Tiles and checkpoints against a bare handler that returns the same bytes."""
    ledger, files = f"{args.work}/reads", []
    fill(args, ledger, 20_000 if args.quick else 100_000)
    paths = {"checkpoint": "/checkpoint", "tile": "/tile/0/000", "bundle": "/tile/entries/000"}
    with serve(args.built, ledger) as server:
        for name, path in paths.items():
            files.append(f"{args.work}/{name}")
            with urllib.request.urlopen(server.url + path) as answer, open(files[-1], "wb") as file:
                file.write(answer.read())
        found = {}
        with Server([f"{args.built}/examples/echo", *files]) as bare:
            for number, (name, path) in enumerate(paths.items()):
                found[name] = in_turns(args, {
                    f"{name}": lambda: load(args.built, server, get=path, connections=64, seconds=args.seconds),
                    "bare": lambda: load(args.built, bare, get=f"/{number}", connections=64, seconds=args.seconds),
                })
                found[name] = {"notarium": found[name][name], "bare": found[name]["bare"]}
    shutil.rmtree(ledger)
    return found


def sizes(args, results):
    """One ledger that grows: what it costs at each size."""
    ledger, found = f"{args.work}/sizes", {}
    for size in args.sizes:
        free = shutil.disk_usage(args.work).free
        have = max(found, default=0)
        if (size - have) * ROOM_AN_ENTRY + (2 << 30) > free:
            say(f"{size} entries do not fit: {free / 1e9:.0f} GB free")
            results["does_not_fit"] = {"entries": size, "free_gb": round(free / 1e9)}
            break
        say(f"{size} entries")
        found[size] = at_size(args, ledger, size)
        results["sizes"] = found
        write(args, results)
    shutil.rmtree(ledger, ignore_errors=True)
    return found


def at_size(args, ledger, size):
    last = min(size // 2, 100_000)
    fill(args, ledger, size - last)
    figures = {"fill_a_second": fill(args, ledger, size)}
    figures["disk"] = disk_usage(ledger)
    with serve(args.built, ledger) as server:
        figures["open_clean_s"] = server.opened
        with urllib.request.urlopen(f"{server.url}/tile/entries/000") as bundle:
            figures["entry_bytes"] = len(bundle.read()) / 256 - 2
        figures["submit"] = in_turns(args, {"submit": lambda: load(
            args.built, server, connections=512, seconds=args.seconds)})["submit"]
        figures["lookups"] = lookups(args, server, size)
        figures["memory"], figures["peak_memory"] = (figures["lookups"]["entry"]["server"][key] for key in ("memory", "peak_memory"))
        writing = Background(args.built, server, connections=64, seconds=60)
        time.sleep(5 if args.quick else 15)
        server.stop(signal.SIGKILL)
        writing.kill()
    with serve(args.built, ledger) as server:
        figures["open_killed_s"] = server.opened
    return figures


def disk_usage(directory):
    return sum(os.stat(os.path.join(at, name)).st_blocks * 512 for at, _, names in os.walk(directory) for name in names)


def lookups(args, server, size):
    """Latency of lookups at a steady rate, while others write at a third of what the server can take."""
    found = {}
    paths = {"entry": "/v1/entries/{index}", "receipt": "/v1/entries/{index}/receipt", "digest": "/v1/entries?sha256={sha256}"}
    for name, path in paths.items():
        writing = Background(args.built, server, connections=64, rate=8000, seconds=args.seconds + 2, sample=0)
        time.sleep(3)
        found[name] = load(args.built, server, get=path, entries=size, connections=16, rate=1000, seconds=args.seconds - 1)
        found[name]["written_a_second"] = writing.finish()["accepted_a_second"]
        say(f"  {name}: p50 {found[name]['latency_ms']['p50']:.2f} ms, p99 {found[name]['latency_ms']['p99']:.2f} ms")
    return found


def verify(args, results):
    """`notarium verify` of one large file, in turns with each digest of it alone."""
    gigabyte = (1 << 28) if args.quick else (1 << 30)
    ledger, evidence, key = f"{args.work}/verify", f"{args.work}/evidence.bin", f"{args.work}/me.key"
    notarium = f"{args.built}/notarium"
    run([notarium, "init", ledger, "--origin", "bench.example/ledger"])
    run([notarium, "keygen", "--out", key])
    with open(evidence, "wb") as file:
        for _ in range(gigabyte >> 20):
            file.write(os.urandom(1 << 20))
    with serve(args.built, ledger) as server:
        run([notarium, "submit", evidence, "--ledger", server.url, "--key", key])
    commands = {
        "verify": [notarium, "verify", evidence, "--policy", f"{ledger}/policy"],
        "sha256": [f"{args.built}/examples/limits", "--sha256", evidence],
        "sm3": [f"{args.built}/examples/limits", "--sm3", evidence],
    }
    seconds = {name: [] for name in commands}
    for _ in range(max(3, args.rounds)):
        for name, command in commands.items():
            began = time.monotonic()
            run(command)
            seconds[name].append(time.monotonic() - began)
    for path in (evidence, f"{evidence}.receipt"):
        os.remove(path)
    shutil.rmtree(ledger)
    return {"bytes": gigabyte, **{name: statistics.median(took) for name, took in seconds.items()}}


def write(args, results):
    """Writes what there is so far: a run that is cut short loses nothing."""
    with open(f"{args.out}/bench.json", "w") as file:
        json.dump(results, file, indent=1)
    table = markdown(results)
    with open(f"{args.out}/bench.md", "w") as file:
        file.write(table)
    plots = {name: svg for name, svg in (("connections", by_connections(results)), ("size", by_size(results))) if svg}
    folders = [args.out] + ([os.path.dirname(args.docs)] if args.docs else [])
    for folder in folders:
        for name, svg in plots.items():
            with open(os.path.join(folder, f"performance-{name}.svg"), "w") as file:
                file.write(svg)
    if args.docs:
        begin, end = "<!-- measured by make bench -->\n", "<!-- end of what make bench measured -->\n"
        page = open(args.docs).read()
        head, rest = page.split(begin)
        with open(args.docs, "w") as file:
            file.write(head + begin + "\n" + table + "\n" + end + rest.split(end)[1])


def by_connections(results):
    found = results.get("submit")
    if not found:
        return None
    names = {"notarium": "Notarium", "tessera": "Tessera POSIX"}

    def lines(value):
        return {words: [(int(count), value(one[name])) for count, one in found.items() if name in one]
                for name, words in names.items()}

    return plot.chart([("accepted a second", lines(lambda one: one["accepted_a_second"])),
                       ("p99, ms", lines(lambda one: one["latency_ms"]["p99"]))], "connections")


def by_size(results):
    found = results.get("sizes")
    if not found:
        return None

    def line(name, value):
        return {name: [(int(size), value(one)) for size, one in found.items()]}

    return plot.chart([
        ("accepted a second, 512 connections", line("one a request", lambda one: one["submit"]["accepted_a_second"])),
        ("memory of the server, MiB", line("peak", lambda one: one["peak_memory"] / 2**20)),
        ("disk, bytes an entry", {name: [(int(size), one) for size, one in line_of] for name, line_of in {
            "on disk": [(size, one["disk"] / int(size)) for size, one in found.items()],
            "entries and keys": [(size, one["entry_bytes"] + KEY_BYTES) for size, one in found.items()]}.items()}),
        ("lookup p99 at the server, ms", {kind: [(int(size), one["lookups"][kind]["at_server_ms"]["p99"])
                                                 for size, one in found.items()] for kind in ("entry", "receipt", "digest")}),
    ], "entries")


if __name__ == "__main__":
    main()
