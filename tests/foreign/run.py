#!/usr/bin/env python3
"""Holds the independent verifiers, examples/verify.py and examples/verify.mjs, to every case of tests/vectors/.

    run.py [--ours PROGRAM] [--mutations COUNT] [--vectors FOLDER]

Each verifier answers questions, one JSON object a line, through answer.py and answer.mjs beside this file; PROGRAM is the
example `answer` of Notarium itself and is asked the same. The receipts of verification.json go through the command lines
too, for their exit codes. A file, a member or a kind of case that is not known here fails, and so does a file without cases.
With --mutations, receipts are changed at random (the same ones every time), and all must say the same of each.
"""
import argparse, collections, concurrent.futures, json, pathlib, random, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMMANDS = {
    "verify.py": [sys.executable, str(ROOT / "examples" / "verify.py")],
    "verify.mjs": ["node", str(ROOT / "examples" / "verify.mjs")],
}
EXIT_CODES = {"match": 0, "mismatch": 1, "undetermined": 2}

# What a verifier of receipts has no reader for, with the reason. Everything else is judged.
WITHOUT_READER = {
    "bundles.json": "entry bundles: a receipt carries its one entry",
    "details.json": "whether details are I-JSON changes no verdict: these verifiers show them as they are",
    "key-proofs.json": "answers to key challenges: a receipt has none",
    "manifests.json": "a manifest is evidence like another to them: `sha256sum -c` reads it",
    "notes.json": "notes that say something else than a checkpoint: receipts hold none",
    "rotations.json": "rotations at hand, and lower ends of time: these verifiers judge by the policy alone, and say so",
    "tiles.json": "paths of tiles: a receipt needs none",
}
# The same for kinds of cases in files that are judged otherwise.
NOT_JUDGED = {
    "texts.json": "decimals up to 2^64-1, and hex of two bytes: what is read has other limits, and is judged in its own files",
    "signatures.json": "keys and signatures that are not the hex of their lengths: these verifiers read them as bytes",
    "proofs.json": "consistency: a receipt has no such proof",
}


ARGUMENTS = argparse.Namespace()


class Failed(Exception):
    pass


class Answerer:
    """A program that answers questions; one at a time."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} ended at the question {json.dumps(question)[:400]}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def members(thing, required, optional=()):
    """Fails on a member that is missing, or that is not known here."""
    missing, unknown = set(required) - set(thing), set(thing) - set(required) - set(optional)
    if missing or unknown:
        raise Failed(f"{thing.get('name', 'the file')}: members missing {sorted(missing)}, not known {sorted(unknown)}")


def input_of(case):
    """The input of a decoder's case as hex."""
    forms = [form for form in ("hex", "text", "hex_runs", "text_runs") if form in case]
    if len(forms) != 1:
        raise Failed(f"{case['name']}: its input has the forms {forms}")
    value = case[forms[0]]
    if forms[0].endswith("runs"):
        value = "".join(piece * times for piece, times in value)
    return value if forms[0].startswith("hex") else value.encode().hex()


def decoder(ask, adapt=lambda good: good, also=()):
    """Cases of one decoder: what it makes of an input, or that it refuses it."""

    def cases(file):
        members(file, ["about", "cases"])
        for case in file["cases"]:
            members(case, ["name"], ["hex", "text", "hex_runs", "text_runs", "good", "error", "unknown", *also])
            said = [form for form in ("good", "error", "unknown") if form in case]
            if len(said) != 1:
                raise Failed(f"{case['name']}: its answer has the forms {said}")
            if said == ["good"]:
                expected = adapt(case["good"])
            elif said == ["unknown"] and case["unknown"] != "unknown-proof-version":
                expected = {"refused": "unknown"}
            else:
                # docs/formats.md tells versions apart where its own headers stand; the proof's first line is C2SP's.
                expected = {"refused": "malformed"}
            yield case["name"], {"ask": ask, "hex": input_of(case)}, expected

    return cases


def entry_words(good):
    """Which error the statement within has is this project's own affair; that it has one is not."""
    words = {"ok": "ok", "unknown-version": "unknown"}
    return {**good, "statement": words.get(good["statement"], "malformed")}


def edge_cases(file):
    members(file, ["about", "small_order", "cases"])
    for case in file["cases"]:
        members(case, ["name", "public_key", "message", "signature", "valid"])
        keys = ("public_key", "message", "signature")
        yield case["name"], {"ask": "ed25519", **{key: case[key] for key in keys}}, {"valid": case["valid"]}
    good = file["cases"][0]
    for encoding in file["small_order"]:
        question = {"ask": "ed25519", "message": good["message"]}
        as_key = {**question, "public_key": encoding, "signature": encoding + "00" * 32}
        as_r = {**question, "public_key": good["public_key"], "signature": encoding + good["signature"][64:]}
        yield f"small order key {encoding}", as_key, {"valid": False}
        yield f"small order R {encoding}", as_r, {"valid": False}


def verification_cases(file):
    members(file, ["about", "origin", "policies", "cases"])
    for case in file["cases"]:
        required = ["name", "why", "receipt", "evidence", "policy", "verdict", "failed", "not_made"]
        members(case, required, ["vouched", "malformed_details"])
        policy = None if case["policy"] is None else file["policies"][case["policy"]].encode().hex()
        question = {"ask": "verification", "hex": case["receipt"].encode().hex(), "evidence": case["evidence"], "policy": policy}
        expected = {name: case[name] for name in ("verdict", "failed", "not_made")}
        yield case["name"], question, {**expected, "vouched": case.get("vouched")}


def small_ledger(file):
    members(file, ["about", "origin", "vkey", "checkpoint", "root", "entries"])
    policy = f"log {file['vkey']}\nquorum none\n".encode().hex()
    kind_one = ["evidence", "evidence_salt", "details_salt", "details"]
    for entry in file["entries"]:
        members(entry, ["index", "signed_statement", "statement_id", "entry", "leaf", "receipt"], kind_one)
        name, has_evidence = f"entry {entry['index']}", "evidence" in entry
        question = {"ask": "verification", "hex": entry["receipt"].encode().hex(), "policy": policy}
        expected = {"verdict": "match", "failed": [], "not_made": [], "vouched": None}
        if not has_evidence:
            expected = {**expected, "verdict": "undetermined", "not_made": [2]}
        yield name, {**question, "evidence": entry.get("evidence")}, expected
        receipt = {"index": entry["index"], "hashes": 4 if entry["index"] < 8 else 2, "leaf": entry["leaf"]}
        yield f"{name}, receipt", {"ask": "receipt", "hex": entry["receipt"].encode().hex()}, receipt


def checkpoint_cases(file):
    receipt = json.loads((ARGUMENTS.vectors / "receipts.json").read_text(encoding="utf-8"))["cases"][0]["text"]
    before = receipt[: receipt.index("\n\n") + 2].encode().hex()
    for name, question, expected in decoder("checkpoint")(file):
        yield name, {**question, "before": before}, expected


def cosignature_cases(file):
    """Each as a receipt whose checkpoint is the body under the line, and a policy of that witness: step 6 must say it."""
    members(file, ["about", "cases"])
    receipt = json.loads((ARGUMENTS.vectors / "receipts.json").read_text(encoding="utf-8"))["cases"][0]["text"]
    before = receipt[: receipt.index("\n\n") + 2]
    for case in file["cases"]:
        members(case, ["name", "vkey", "body", "line"], ["good", "error"])
        whole = f"{before}{case['body']}\n{case['line']}\n".encode().hex()
        policy = f"witness w {case['vkey']}\nquorum w\n".encode().hex()
        time = case["good"]["time"] if "good" in case else None
        yield case["name"], {"ask": "verification", "hex": whole, "evidence": None, "policy": policy}, Cosigned(time)


class Cosigned:
    """Equal to every answer in which step 6 passes with this time; or, without one, to all in which it does not pass."""

    def __init__(self, time):
        self.time = time

    def __eq__(self, said):
        if "refused" in said:  # the policy, which has a vkey of another type
            return self.time is None
        passed = 6 not in said["failed"] and 6 not in said["not_made"]
        return (passed, said["vouched"]) == (self.time is not None, self.time)

    def __repr__(self):
        return f"a cosignature of the time {self.time}"


def proof_cases(file):
    members(file, ["about", "cases"])
    for case in file["cases"]:
        if case.get("proof") == "consistency":
            members(case, ["name", "proof", "size", "root", "hashes", "old_size", "old_root"], ["good", "error"])
            yield case["name"], None, None
            continue
        members(case, ["name", "proof", "size", "root", "hashes", "index", "leaf"], ["good", "error"])
        numbers = {name: str(case[name]) for name in ("size", "index")}
        question = {"ask": "inclusion", **numbers, **{name: case[name] for name in ("root", "hashes", "leaf")}}
        yield case["name"], question, Holds("good" in case)


class Holds:
    """Equal to an answer that says so, whatever reason it gives."""

    def __init__(self, holds):
        self.holds = holds

    def __eq__(self, said):
        return said.get("holds") is self.holds

    def __repr__(self):
        return f"holds: {self.holds}"


def signature_cases(file):
    members(file, ["about", "cases"])
    for case in file["cases"]:
        members(case, ["name", "public_key", "message", "signature"], ["good", "error"])
        if case.get("error") in ("wrong-length", "not-lower-hex"):
            yield case["name"], None, None
            continue
        question = {"ask": "ed25519", **{name: case[name] for name in ("public_key", "message", "signature")}}
        yield case["name"], question, {"valid": "good" in case}


def text_cases(file):
    members(file, ["about", "cases"])
    asks = {"base64": "base64_text", "text": "text", "decimal": None, "hex of 2 bytes": None}
    for case in file["cases"]:
        members(case, ["name", "form", "input"], ["good", "error"])
        ask = asks[case["form"]]
        expected = case["good"] if "good" in case else {"refused": "malformed"}
        yield case["name"], ask and {"ask": ask, "hex": case["input"].encode().hex()}, expected


FILES = {
    "checkpoints.json": checkpoint_cases,
    "cosignatures.json": cosignature_cases,
    "policies.json": decoder("policy", also=["line"]),
    "proofs.json": proof_cases,
    "signatures.json": signature_cases,
    "texts.json": text_cases,
    "vkeys.json": decoder("vkey"),
    "disclosures.json": decoder("disclosure"),
    "ed25519-edge.json": edge_cases,
    "entries.json": decoder("entry", entry_words),
    "receipts.json": decoder("receipt"),
    "small-ledger.json": small_ledger,
    "statements.json": decoder("statement"),
    "verification.json": verification_cases,
}


def read_vectors():
    """Every file of tests/vectors/ as {file: [(name, question, expected)]}; those without a reader are counted apart."""
    judged, apart = {}, {}
    for path in sorted(ARGUMENTS.vectors.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        if path.name in WITHOUT_READER:
            apart[path.name] = len(file["cases"])
        elif path.name in FILES:
            judged[path.name] = list(FILES[path.name](file))
        else:
            raise Failed(f"{path.name}: a file that is not known here")
        if not judged.get(path.name) and not apart.get(path.name):
            raise Failed(f"{path.name}: no cases")
    gone = (set(FILES) | set(WITHOUT_READER)) - set(judged) - set(apart)
    if gone:
        raise Failed(f"files that are not there: {sorted(gone)}")
    return judged, apart


def check_vectors(answerers, judged):
    for file, cases in judged.items():
        asked = [case for case in cases if case[1] is not None]
        for name, question, expected in asked:
            for answerer in answerers:
                said = {name: value for name, value in answerer.ask(question).items() if name != "why"}
                if not expected == said:
                    raise Failed(f"{file}: {name}: {answerer.name} says {said}, due is {expected}")
        if len(asked) < len(cases) and file not in NOT_JUDGED or not asked:
            raise Failed(f"{file}: {len(cases) - len(asked)} cases that nobody is asked")
        apart = f", and {len(cases) - len(asked)} not judged: {NOT_JUDGED[file]}" if file in NOT_JUDGED else ""
        print(f"{file}: {len(asked)} cases{apart}")


def check_sm3(answerers):
    """The SM3 that is written out against the library's, at every length around the edges of a block."""
    pattern = bytes(range(256)) * 3
    lengths = [*range(130), 183, 184, 191, 192, 700]
    known = {"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0": b"abc"}
    known["debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"] = b"abcd" * 16
    for answerer in answerers:
        for digest, message in known.items():
            said = answerer.ask({"ask": "sm3", "hex": message.hex()})
            if set(said.values()) != {digest}:
                raise Failed(f"{answerer.name}: SM3 of {message}: {said}")
        for length in lengths:
            said = answerer.ask({"ask": "sm3", "hex": pattern[:length].hex()})
            if said["library"] != said["by_hand"]:
                raise Failed(f"{answerer.name}: SM3 of {length} bytes: {said}")
    print(f"SM3: {len(known)} known answers and {len(lengths)} lengths")


def check_command_lines(cases):
    """Verdict on the last line of stdout, and exit code, of every receipt in verification.json."""

    def run(job):
        (name, question, expected), (program, command) = job
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for part in ("evidence", "hex", "policy"):
                path = pathlib.Path(folder, part)
                if question[part] is not None:
                    path.write_bytes(bytes.fromhex(question[part]))
                paths.append("-" if question[part] is None else str(path))
            done = subprocess.run([*command, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        last = done.stdout.splitlines()[-1:] or [""]
        if (done.returncode, last[0]) != (EXIT_CODES[expected["verdict"]], expected["verdict"]):
            raise Failed(f"{program}: {name}: exit code {done.returncode}, {done.stdout}{done.stderr}")

    jobs = [(case, command) for case in cases for command in COMMANDS.items()]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(run, jobs))
    print(f"command lines: {len(jobs)} runs")


def check_usage():
    """What is no verdict ends with exit code 2, a word on stderr and nothing on stdout."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "file")
        file.write_text("not a policy\n")
        for program, command in COMMANDS.items():
            for arguments in [[], ["-", str(file)], ["-", "/nowhere", "-"], ["-", str(file), str(file)], ["/nowhere", str(file), "-"]]:
                done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                if done.returncode != 2 or done.stdout or not done.stderr:
                    raise Failed(f"{program} {arguments}: exit code {done.returncode}, {done.stdout}, {done.stderr}")


def mutated(random, receipt):
    """A receipt with a change or two, in its text or inside one of its base64 words."""
    data = bytearray(bytes.fromhex(receipt))
    for _ in range(random.choice((1, 1, 1, 2))):
        words = [word for line in bytes(data).split(b"\n") for word in line.split(b" ") if len(word) > 20]
        how = random.randrange(10)
        if how < 6 and words:
            word = random.choice(words)
            data = bytearray(bytes(data).replace(word, change_base64(random, word), 1))
        elif how < 8:
            change_bytes(random, data)
        else:
            lines = bytes(data).split(b"\n")
            at, other = random.randrange(len(lines)), random.randrange(len(lines))
            lines[at] = random.choice((lines[other], b"", lines[at] + b"\n" + lines[other], lines[at] + b" "))
            data = bytearray(b"\n".join(lines))
    return bytes(data).hex()


def change_base64(random, word):
    import base64

    try:
        inner = bytearray(base64.b64decode(word, validate=True))
    except ValueError:
        return word
    change_bytes(random, inner)
    return base64.b64encode(bytes(inner))


def change_bytes(random, data):
    if not data:
        return
    at = random.randrange(len(data))
    how = random.randrange(5)
    if how == 0:
        data[at] ^= 1 << random.randrange(8)
    elif how == 1:
        data[at] = random.choice((0, 1, 2, 3, 0x7F, 0x80, 0xFF, random.randrange(256)))
    elif how == 2:
        del data[at : at + random.choice((1, 1, 2, 32))]
    elif how == 3:
        data[at:at] = random.choice((b"\0", b"\n", b"0", b"+", b"\xe2\x80\x8b", bytes(data[at : at + 32])))
    else:
        data[at : at + 8] = random.choice((b"\0" * 8, b"\xff" * 8, (2**53).to_bytes(8, "big"), (2**63).to_bytes(8, "big")))


def mutated_policy(random, policy, words):
    """A policy with one of its words, lines or bytes changed; `words` are those of all policies."""
    lines = bytes.fromhex(policy).split(b"\n")
    at, how = random.randrange(len(lines)), random.randrange(8)
    if how < 4 and lines[at]:
        items = lines[at].split(b" ")
        place = random.randrange(len(items))
        items[place : place + random.choice((0, 1, 1))] = random.choice(([], [random.choice(words)], [random.choice(words)]))
        lines[at] = b" ".join(items)
    elif how < 6:
        lines[at : at + random.choice((0, 1))] = random.choice(([], [random.choice(lines)]))
    elif how == 6:
        lines.insert(at, b" ".join(random.choice(words) for _ in range(random.randrange(1, 6))))
    else:
        text = bytearray(b"\n".join(lines))
        change_bytes(random, text)
        return bytes(text).hex()
    return b"\n".join(lines).hex()


def check_mutations(answerers, cases, count):
    """Changed receipts, and receipts under changed policies: what is due of them nobody knows, but all must say the same."""
    dice = random.Random(20260101)
    verdicts = collections.Counter()
    policies = sorted({question["policy"] for _, question, _ in cases if question["policy"]})
    words = sorted({word for policy in policies for word in bytes.fromhex(policy).split()}) + [b"#", b"#x", b"\t", b"0", b"+1"]
    for number in range(count):
        name, question, _ = dice.choice(cases)
        if number % 3 == 0 and question["policy"]:
            question = {**question, "policy": mutated_policy(dice, dice.choice(policies), words)}
        else:
            question = {**question, "hex": mutated(dice, question["hex"])}
        said = [{name: value for name, value in answerer.ask(question).items() if name != "why"} for answerer in answerers]
        if any(other != said[0] for other in said):
            both = {answerer.name: answer for answerer, answer in zip(answerers, said)}
            raise Failed(f"a mutation of {name}: {both}\n{json.dumps(question)}")
        verdicts[said[0].get("verdict", "policy refused")] += 1
    if count and len(verdicts) < 4:
        raise Failed(f"mutations reached only {dict(verdicts)}")
    print(f"mutations: {count} receipts and policies, {dict(verdicts)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ours", metavar="PROGRAM")
    arguments.add_argument("--mutations", metavar="COUNT", type=int, default=2000)
    arguments.add_argument("--vectors", metavar="FOLDER", type=pathlib.Path, default=ROOT / "tests" / "vectors")
    arguments.parse_args(namespace=ARGUMENTS)
    commands = {"verify.py": [sys.executable, str(HERE / "answer.py")], "verify.mjs": ["node", str(HERE / "answer.mjs")]}
    foreign = [Answerer(name, command) for name, command in commands.items()]
    ours = [Answerer("notarium", [ARGUMENTS.ours])] if ARGUMENTS.ours else []
    try:
        judged, apart = read_vectors()
        check_vectors(foreign + ours, judged)
        for file, count in apart.items():
            print(f"{file}: {count} cases not judged: {WITHOUT_READER[file]}")
        check_sm3(foreign)
        check_command_lines(judged["verification.json"])
        check_usage()
        check_mutations(foreign + ours, judged["verification.json"], ARGUMENTS.mutations)
    except Failed as why:
        print(f"failed: {why}", file=sys.stderr)
        return 1
    finally:
        for answerer in foreign + ours:
            answerer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
