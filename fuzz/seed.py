#!/usr/bin/env python3
"""Writes a first corpus for every fuzz target from tests/vectors: seed.py OUT makes OUT/<target>/<number>.

What cannot be had from the vectors (JSON bodies, rows, key files) is put together here from what is in them.
"""

import base64
import json
import pathlib
import struct
import sys

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "tests/vectors"
# Longer ones only slow a fuzzer down; the integration tests feed them to the decoders.
MOST = 4096


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def input_of(case):
    """The input of a case, as tests/vectors/README.md says."""
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "text" in case:
        return case["text"].encode()
    if "hex_runs" in case:
        return b"".join(bytes.fromhex(piece) * count for piece, count in case["hex_runs"])
    return b"".join(piece.encode() * count for piece, count in case["text_runs"])


def inputs(name):
    return [input_of(case) for case in load(name)["cases"]]


def proofs():
    for case in load("proofs")["cases"]:
        is_inclusion = case["proof"] == "inclusion"
        first = int(case["index"] if is_inclusion else case["old_size"])
        size, hashes = int(case["size"]), b"".join(map(bytes.fromhex, case["hashes"]))
        if max(first, size) < 2**64:
            one = bytes.fromhex(case["leaf" if is_inclusion else "old_root"])
            yield bytes([0 if is_inclusion else 1]) + struct.pack(">QQ", first, size) + one + hashes


def bodies(ledger, receipts):
    """One JSON body of each kind, the first byte its number in the target."""
    zeros, time = "0" * 64, "2026-11-23T08:50:00.123Z"
    entry = ledger["entries"][3]
    enrolment = {"entry": 1, "time": time, "registrar": zeros, "registrar_name": "R", "role": "submitter", "name": "N",
                 "assurance": "A", "not_before": time, "not_after": time}
    revocation = {"entry": 2, "time": time, "by": zeros, "by_name": "R", "reason": "ceased", "compromised_since": time}
    key = {"standing": "in-force", "enrolment": enrolment, "revocation": revocation, "compromise_claimed": True}
    head = {"index": 3, "time": time, "leaf": zeros, "statement_id": zeros}
    earlier = {"index": 1, "time": time, "public_key": zeros, "statement_id": zeros, "key": key}
    answer = {"entry": head, "receipt": receipts[3].decode(), "key": key,
              "earlier": {"count": 1, "first": earlier, "entries": [earlier]}}
    problem = {"type": "urn:notarium:problem:busy", "title": "busy", "status": 503, "detail": "x", "hint": "y"}
    evidence = {"mode": "plain", "sha256": zeros, "sm3": zeros, "length": 3, "claimed_time": time, "continues": zeros,
                "details": zeros, "nonce": "00" * 16}
    revoke = {"ledger": zeros, "suite": 1, "public_key": zeros, "reason": "ceased", "compromised_since": time}
    enrol = {"ledger": zeros, "suite": 1, "public_key": zeros, "role": "submitter", "name": "N", "assurance": "A",
             "not_before": time, "not_after": time, "consent": "00" * 64}
    said = [("evidence", evidence), ("genesis", {"origin": "o", "admission": "open"}), ("enrol", enrol), ("revoke", revoke),
            ("unknown", {"code": 9, "bytes": "AA=="})]
    views = [{"index": 3, "time": time, "previous": zeros, "leaf": zeros, "statement_id": zeros, "suite": 1,
              "public_key": zeros, "kind": kind, "body": body, "signature": "00" * 64, "key": key,
              "entry": base64.b64encode(bytes.fromhex(entry["entry"])).decode()} for kind, body in said]
    bare = {"index": 3, "time": time, "previous": zeros, "leaf": zeros, "entry": "AA=="}
    link = {"same_key": True, "entry": views[0]}
    shown = {"size": 10, "root": zeros, "checkpoint": ledger["checkpoint"]}
    of_key = {"suite": 1, "public_key": zeros, "standing": "revoked", "revocation": revocation}
    statement = base64.b64encode(bytes.fromhex(entry["signed_statement"])).decode()
    yield 0, {"signed_statement": statement}
    yield 1, {"receipt": receipts[3].decode(), "sha256": zeros, "sm3": zeros, "length": 3}
    yield 2, answer
    yield 3, {"line": 1, "status": 201, "answer": answer}
    yield 3, {"line": 2, "status": 503, "problem": problem}
    for view in [*views, bare]:
        yield 4, view
    yield 5, {"size": 10, "entries": [views[0]], "next": "n"}
    yield 6, {"size": 10, "entry": views[0], "continues": [link], "unknown": zeros, "further": "f", "continued_by": [link], "next": "n"}
    yield 7, {"origin": "o", "vkey": ledger["vkey"], "size": 10, "root": zeros, "genesis": zeros, "admission": "open",
              "software": {"name": "notarium", "version": "0", "build": "b"}}
    yield 8, {"checkpoints": [shown], "next": "n"}
    yield 9, {"index": 3, "leaf": zeros, "head": shown, "hashes": [zeros]}
    yield 10, {"from": shown, "to": shown, "hashes": [zeros]}
    yield 11, {"size": 10, "time": time, **of_key, "enrolments": [enrolment]}
    yield 12, {"size": 10, "time": time, "keys": [{"first_entry": 1, **of_key, "enrolment": enrolment}], "next": "n"}
    yield 13, problem


def rows(ledger):
    def row(key, value):
        return bytes([len(key)]) + key + value

    number, digest = struct.pack(">Q", 7), bytes(range(32))
    checkpoint = ledger["checkpoint"].encode()
    line = ledger["checkpoint"].rstrip("\n").split("\n")[-1].encode()
    identity = b"\x01" + struct.pack(">Q", 20) + b"example.org/evidence\x01" + digest + digest
    yield row(number, digest)
    yield row(digest + number, b"\0" + number)
    yield row(digest, number)
    yield row(b"\0" + number, b"\x11" * 32)
    yield row(number + digest, line)
    yield row(b"identity", identity)
    yield row(b"indexes", b"\x01\x01")
    yield row(b"indexes", b"\x02\x01")
    yield row(b"fork", struct.pack(">I", len(checkpoint)) + checkpoint + checkpoint)
    yield row(b"", checkpoint.ljust(1024, b"\n"))


def key_files():
    def pem(label, der):
        text = base64.b64encode(der).decode()
        lines = [text[at:at + 64] for at in range(0, len(text), 64)]
        return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()

    inner = bytes.fromhex("0420") + bytes(range(32))
    first = bytes.fromhex("020100300506032b65700422") + inner
    yield pem("PRIVATE KEY", bytes([0x30, len(first)]) + first)
    # The public key of that seed (RFC 8032), as version 2 holds it.
    public = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
    second = bytes.fromhex("020101300506032b65700422") + inner + bytes.fromhex("812100") + public
    yield pem("PRIVATE KEY", bytes([0x30, len(second)]) + second)
    yield pem("ENCRYPTED PRIVATE KEY", bytes([0x30, len(first)]) + first)
    yield pem("PUBLIC KEY", first)


def kept(ledger):
    checkpoint = ledger["checkpoint"]
    part = f"checkpoint {len(checkpoint.encode())}\n{checkpoint}"
    zeros = base64.b64encode(bytes(32)).decode()
    yield f"notarium/fork/1\nprefix {zeros}\n{part}{part}".encode()
    yield f"notarium/fork/1\nprefix {zeros}\n{zeros}\n{part}{part}".encode()


def acts():
    enrol, registrar, revoke = 0, 2, 1
    yield bytes([1, 0, 1, registrar, 0, 0, 0, 1, 2, enrol, 0, 0, 0, 2, 2, revoke, 0, 0, 0])
    yield bytes([0, 0, 1, registrar, 1, 9, 0, 1, 2, enrol, 0, 9, 3, 1, 3, enrol, 0, 0, 0, 1, 3, revoke, 1, 0, 0, 0, 1, revoke, 0, 0, 0])


def main(out):
    ledger = load("small-ledger")
    texts = [case["input"].encode() for case in load("texts")["cases"] if "input" in case]
    lines = [case["line"].encode() for case in load("cosignatures")["cases"]]
    receipts = [entry["receipt"].encode() for entry in ledger["entries"]]
    checked = [case["receipt"].encode() for case in load("verification")["cases"]]
    corpus = {
        "statement": inputs("statements") + [bytes.fromhex(entry["signed_statement"]) for entry in ledger["entries"]],
        "entry": inputs("entries") + [bytes.fromhex(entry["entry"]) for entry in ledger["entries"]],
        "bundle": inputs("bundles"),
        "note": inputs("notes") + [ledger["checkpoint"].encode()],
        "checkpoint": inputs("checkpoints") + [ledger["checkpoint"].encode()],
        "proof": list(proofs()),
        "receipt": inputs("receipts") + inputs("disclosures") + receipts + checked,
        "policy": inputs("policies") + [f"log {ledger['vkey']}\nquorum none\n".encode()],
        "manifest": inputs("manifests"),
        "details": inputs("details"),
        "api": [bytes([kind]) + json.dumps(body).encode() for kind, body in bodies(ledger, receipts)],
        "rows": list(rows(ledger)),
        "text": texts + lines + inputs("vkeys") + inputs("tiles"),
        "keyfile": list(key_files()),
        "kept": list(kept(ledger)),
        "registry": list(acts()),
    }
    for target, cases in corpus.items():
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, case in enumerate(sorted({case for case in cases if len(case) <= MOST})):
            (folder / f"{number:03}").write_bytes(case)


main(pathlib.Path(sys.argv[1]))
