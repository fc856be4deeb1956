"""The table of targets, as Markdown: ratios first, then figures, then the machine that they are of."""

NOT = "not measured"
KEY_BYTES = 8 + 32 + 3 * (32 + 8)


def _get(results, *path):
    for key in path:
        if not isinstance(results, dict):
            return None
        results = results.get(key, results.get(str(key)) if not isinstance(key, str) else None)
        if results is None:
            return None
    return results


def _row(what, target, ratio, figures):
    return f"| {what} | {target} | {ratio} | {figures} |"


def _met(holds):
    return "**met**" if holds else "**missed**"


def _rate(one):
    return f"{one['accepted_a_second']:,.0f}/s, p50 {one['latency_ms']['p50']:.2f} ms, p99 {one['latency_ms']['p99']:.2f} ms"


def _submissions(results):
    target = 1.1 if results["machine"]["ifma"] else 0.85
    rows = []
    ours, theirs, echo = (_get(results, "submit", 512, name) for name in ("notarium", "tessera", "echo"))
    what, want = "one submission a request, 512 connections", f"{target} x Tessera POSIX, p99 no worse"
    if ours and theirs:
        ratio = ours["accepted_a_second"] / theirs["accepted_a_second"]
        worse = ours["latency_ms"]["p99"] / theirs["latency_ms"]["p99"]
        rows.append(_row(what, want, f"{ratio:.2f} x, p99 {worse:.2f} x: {_met(ratio >= target and worse <= 1)}",
                         f"{_rate(ours)}; Tessera {_rate(theirs)}; bare echo {_rate(echo)}"))
    else:
        rows.append(_row(what, want, NOT, _rate(ours) if ours else NOT))
    one, sync = _get(results, "submit", 1, "notarium"), _get(results, "limits", "rocksdb_synced_batch_ms", "1")
    what, want = "1 connection", "p50 under 3 x one synced write of this disk"
    if one and sync:
        ratio = one["latency_ms"]["p50"] / sync
        tessera = _get(results, "submit", 1, "tessera")
        more = f"; Tessera {_rate(tessera)}" if tessera else ""
        rows.append(_row(what, want, f"{ratio:.2f} x: {_met(ratio < 3)}", f"{_rate(one)}; a synced write {sync:.2f} ms{more}"))
    else:
        rows.append(_row(what, want, NOT, _rate(one) if one else NOT))
    some = _get(results, "submit", 64, "notarium")
    what, want = "64 connections", "p99 under 10 ms at no less than 24,000/s"
    if some:
        holds = some["latency_ms"]["p99"] < 10 and some["accepted_a_second"] >= 24_000
        rows.append(_row(what, want, _met(holds), _rate(some)))
    else:
        rows.append(_row(what, want, NOT, NOT))
    return rows


def _batches(results):
    what, want = "batches of 500", "0.6 x cores x raw strict rate"
    found, strict = _get(results, "batch"), _get(results, "limits", "strict_us")
    if not (found and strict):
        return [_row(what, want, NOT, NOT)]
    count, best = max(found.items(), key=lambda item: item[1]["accepted_a_second"])
    raw = results["machine"]["cores"] * 1e6 / strict
    ratio = best["accepted_a_second"] / raw
    return [_row(what, want, f"{ratio:.2f} x: {_met(ratio >= 0.6)}",
                 f"{best['accepted_a_second']:,.0f} statements/s by {count} connections; raw {raw:,.0f}/s, "
                 f"one strict verification {strict:.1f} us")]


def _reads(results):
    rows = []
    for name in ("tile", "checkpoint"):
        ours, bare = (_get(results, "reads", name, who) for who in ("notarium", "bare"))
        what, want = f"`/{name}` reads, 64 connections", "0.7 x a bare axum handler"
        if not (ours and bare):
            rows.append(_row(what, want, NOT, NOT))
            continue
        ratio = ours["accepted_a_second"] / bare["accepted_a_second"]
        rows.append(_row(what, want, f"{ratio:.2f} x: {_met(ratio >= 0.7)}", f"{_rate(ours)}; bare {_rate(bare)}"))
    return rows


def _millions(size):
    return f"{size / 1e6:g} million" if size >= 1_000_000 else f"{size:,}"


def _lookups(results, size):
    rows, one = [], _get(results, "sizes", size)
    for kind in ("entry", "receipt", "digest"):
        what, want = f"{kind} lookup at {_millions(size)}, under write load", "p99 under 2 ms at the server"
        found = _get(one, "lookups", kind) if one else None
        # A lookup that nothing was counted of says nothing.
        if not found or not found["at_server_ms"]["count"]:
            rows.append(_row(what, want, NOT, NOT))
            continue
        server, client = found["at_server_ms"], found["latency_ms"]
        rows.append(_row(what, want, f"{server['p99']:.2f} ms: {_met(server['p99'] < 2)}",
                         f"p50 {server['p50']:.2f} ms, p99.9 {server['p99.9']:.2f} ms; at the client p50 {client['p50']:.2f} ms, "
                         f"p99 {client['p99']:.2f} ms; 1,000 lookups/s beside {found['written_a_second']:,.0f} submissions/s"))
    return rows


def _sizes(results, named, largest, smallest):
    rows = []
    for size in sorted({named, largest} if largest else {named}):
        one = _get(results, "sizes", size)
        what, want = f"server memory at {_millions(size)}", "under 512 MB"
        peak = one and one["peak_memory"] / 1e6
        rows.append(_row(what, want, f"{_met(peak < 512)}" if one else NOT, f"peak {peak:.0f} MB" if one else NOT))
        what, want = f"disk at {_millions(size)}", "1.5 x the bytes of entries and index keys"
        if one:
            bare = one["entry_bytes"] + KEY_BYTES
            each = one["disk"] / int(size)
            rows.append(_row(what, want, f"{each / bare:.2f} x: {_met(each <= 1.5 * bare)}",
                             f"{each:.0f} bytes an entry on disk; an entry has {one['entry_bytes']:.0f} and its keys {KEY_BYTES}"))
        else:
            rows.append(_row(what, want, NOT, NOT))
    one = _get(results, "sizes", named)
    for key, what, limit in (("open_clean_s", "a clean stop", 1), ("open_killed_s", "SIGKILL", 3)):
        value = one and one[key]
        rows.append(_row(f"open after {what}, at {_millions(named)}", f"under {limit} s",
                         _met(value < limit) if one else NOT, f"{value:.2f} s" if one else NOT))
    first, last = _get(results, "sizes", smallest), _get(results, "sizes", largest)
    what, want = "submission rate at the largest run against at 100 thousand", "at least 0.9"
    if first and last and largest > smallest:
        ratio = last["submit"]["accepted_a_second"] / first["submit"]["accepted_a_second"]
        rows.append(_row(what, want, f"{ratio:.2f} x: {_met(ratio >= 0.9)}",
                         f"{_rate(last['submit'])} at {_millions(largest)}; {_rate(first['submit'])} at {_millions(smallest)}"))
    else:
        rows.append(_row(what, want, NOT, NOT))
    return rows


def _verify(results):
    found = _get(results, "verify")
    what, want = "`verify` of a 1 GB file", "1.1 x the slower of SHA-256 and SM3 alone"
    if not found:
        return [_row(what, want, NOT, NOT)]
    ratio = found["verify"] / max(found["sha256"], found["sm3"])
    return [_row(what, want, f"{ratio:.2f} x: {_met(ratio <= 1.1)}",
                 f"{found['bytes'] / 1e9:.2f} GB in {found['verify']:.2f} s; SHA-256 {found['sha256']:.2f} s, SM3 {found['sm3']:.2f} s")]


def markdown(results):
    sizes = sorted(int(size) for size in results.get("sizes", {}))
    named = 3_700_000 if 3_700_000 in sizes or not results["quick"] else (sizes[-1] if sizes else 3_700_000)
    largest, smallest = (sizes[-1], sizes[0]) if sizes else (None, None)
    rows = _submissions(results) + _batches(results) + _lookups(results, named) + _reads(results)
    rows += _sizes(results, named, largest, smallest) + _verify(results)
    out = ["| what | target | ratio | figures |", "|---|---|---|---|", *rows, ""]
    machine, limits = results["machine"], results.get("limits")
    out.append(f"Measured on {machine['date']}{' (quick: too short to be believed)' if results['quick'] else ''}: {machine['cores']} "
               f"cores of {machine['cpu']} ({'with' if machine['ifma'] else 'without'} AVX-512 IFMA), {machine['memory_gb']} GB, "
               f"Linux {machine['kernel']}, {machine['filesystem']} on {machine['disk']}; load before: {machine['load_before']:.2f}. "
               f"Each load took {results['seconds']} s; medians of {results['rounds']}.")
    if limits:
        batches = ", ".join(f"{size}: {ms:.2f} ms" for size, ms in limits["rocksdb_synced_batch_ms"].items())
        out.append(f"Raw limits of the same run: fdatasync {limits['fdatasync_ms']:.2f} ms; synced RocksDB batches of {batches}; strict "
                   f"verification {limits['strict_us']:.1f} us on one core, {limits['strict_all_cores_a_second']:,.0f}/s on all; leaf "
                   f"{limits['leaf_ns']:.0f} ns, node {limits['node_ns']:.0f} ns; SHA-256 {limits['sha256_gb_s']:.2f} GB/s, SM3 "
                   f"{limits['sm3_gb_s']:.2f} GB/s.")
    if syncs := results.get("syncs"):
        out.append(f"Syncs, counted in the kernel: {syncs['syncs']:,} for {syncs['commits']:,} submissions of one connection, each a "
                   "commit of its own.")
    if left_out := results.get("does_not_fit"):
        out.append(f"{left_out['entries']:,} entries were not run: they do not fit the {left_out['free_gb']} GB that are free.")
    out += [f"`{part}` was not measured: {results[f'{part}_failed']}." for part in ("limits", "submit", "batch", "syncs", "reads", "sizes", "verify")
            if f"{part}_failed" in results]
    return "\n".join(out) + "\n"
