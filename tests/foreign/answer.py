"""Answers the questions of run.py with examples/verify.py: one JSON object a line in, one out."""
import base64, io, json, pathlib, sys

sys.dont_write_bytecode = True  # the verifier is imported from where the sources are

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import verify as v

OUTCOMES = {True: "match", False: "mismatch", None: "undetermined"}


def signature_words(statement):
    for wrong, ((suite, key), signed, signature) in zip(("bad-signature", "bad-consent"), statement["signatures"]):
        if suite != 1:
            return "unknown-suite"
        if not v.valid(key, signed, signature):
            return wrong
    # A revoked key has no signature of its own here, and its suite must be understood all the same.
    if statement["kind"] == 3 and statement["of"][0] != 1:
        return "unknown-suite"
    return "ok" if statement["kind"] <= 4 else "unknown-kind"


def statement(q):
    s = v.read_statement(q["bytes"])
    return {"kind": s["kind"], "suite": s["key"][0], "statement_id": s["id"].hex(), "verify": signature_words(s)}


def entry(q):
    e = v.read_entry(q["bytes"])
    within = refused(v.read_statement, e["statement"])
    return {"index": e["index"], "time": e["time"], "leaf": leaf(q["bytes"]), "statement": within or "ok"}


def leaf(bytes):
    return v.sha256(b"\0" + bytes).hex()


def disclosure(q):
    d = v.read_disclosure(q["bytes"])
    return {"leaf": leaf(d["leaf"]), "evidence_salt": bool(d["salt"]), "details": len(d["json"]) or None}


def receipt(q):
    r = v.read_receipt(q["bytes"])
    return {"index": r["index"], "hashes": len(r["path"]), "leaf": leaf(r["leaf"])}


def policy(q):
    keys, _, _ = v.read_policy(q["bytes"])
    logs = [f"{name}+{id.hex()}+{base64.b64encode(bytes([1]) + key).decode()}" for (name, id), (key, _) in keys[b"log"].items()]
    return {"logs": logs, "witnesses": [name.decode(errors="replace") for _, name in keys[b"witness"].values()]}


def vkey(q):
    text = q["bytes"].decode()
    type = 4 if refused(lambda text: v.read_vkey(text, 1), text) else 1
    (name, id), key = v.read_vkey(text, type)
    return {"name": name, "id": id.hex(), "type": type, "public_key": key.hex()}


def checkpoint(q):
    """A checkpoint is read where it stands in a receipt, after the lines of `before`."""
    r = v.read_receipt(bytes.fromhex(q["before"]) + q["bytes"])
    return {"origin": r["origin"], "size": str(r["size"]), "root": r["root"].hex()}


def base64_text(q):
    return {"bytes": v.unbase64(q["bytes"].decode()).hex()}


def text(q):
    v.check(None, not v.BANNED.search(q["bytes"].decode()), "a banned character")
    return {"length": len(q["bytes"])}


def ed25519(q):
    return {"valid": v.valid(*(bytes.fromhex(q[name]) for name in ("public_key", "message", "signature")))}


def inclusion(q):
    hashes = [bytes.fromhex(q["leaf"]), bytes.fromhex(q["root"]), *map(bytes.fromhex, q["hashes"])]
    return {"holds": v.root_of(hashes[0], int(q["index"]), int(q["size"]), hashes[2:]) == hashes[1]}


def verification(q):
    evidence = None if q["evidence"] is None else v.digests(io.BytesIO(bytes.fromhex(q["evidence"])))
    trusted = None if q["policy"] is None else v.read_policy(bytes.fromhex(q["policy"]))
    steps, facts = v.verify(q["bytes"], evidence, trusted)
    outcomes = [steps[n][0] for n in range(1, 8)]
    return {
        "verdict": OUTCOMES[v.worst(outcomes)],
        "failed": [n for n, outcome in enumerate(outcomes, 1) if outcome is False],
        "not_made": [n for n, outcome in enumerate(outcomes, 1) if outcome is None],
        "vouched": facts.get("vouched"),
    }


def sm3(q):
    return {"library": v.digests(io.BytesIO(q["bytes"]))[1].hex(), "by_hand": v.sm3_by_hand(q["bytes"]).hex()}


def refused(read, bytes):
    try:
        read(bytes)
    except v.NotUnderstood:
        return "unknown"
    except ValueError:
        return "malformed"


READERS = (statement, entry, disclosure, receipt, policy, vkey, checkpoint, base64_text, text, ed25519, inclusion, verification, sm3)
ANSWERS = {f.__name__: f for f in READERS}


def answer(q):
    q["bytes"] = bytes.fromhex(q.get("hex", ""))
    try:
        return ANSWERS[q["ask"]](q)
    except v.NotUnderstood:
        return {"refused": "unknown"}
    except ValueError:
        return {"refused": "malformed"}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
