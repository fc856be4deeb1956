#!/usr/bin/env python3
"""Checks a file against a receipt and a policy, from docs/formats.md alone: none of Notarium's code is used.
python3 verify.py FILE RECEIPT POLICY ("-" for FILE or POLICY: not at hand) makes steps 1 to 7 of "Verification". Exit code
0: match, 1: mismatch, 2: undetermined. Needs Python 3.9 and `cryptography`. Names in quotation marks: that page's headings.
It judges by the policy alone: no "Rotations at hand", so a key that the ledger has replaced counts as long as POLICY names it.
"""
import base64, datetime as dt, hashlib, io, re, struct, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# "Conventions". What is malformed is a ValueError; a Reader takes a binary structure apart, field by field.
BANNED = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
NAME = "[^+\0-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
ORIGIN, DECIMAL, BASE64, HASH = f"(?!notarium/){NAME}", "(?:0|[1-9][0-9]{0,18})", "[A-Za-z0-9+/]*={0,2}", "[A-Za-z0-9+/]{43}="
class NotUnderstood(ValueError): pass
def check(value, holds, why):
    if not holds: raise ValueError(why)
    return value
def unbase64(text): return check(data := base64.b64decode(text, validate=True), base64.b64encode(data).decode() == text, "base64")
def check_origin(text):
    return check(text, re.fullmatch(ORIGIN, text) and len(text.encode()) < 256 and not BANNED.search(text), "not an origin")
class Reader(io.BytesIO):
    def take(self, length): return check(data := self.read(length), len(data) == length, "truncated")
    def number(self, size, most=2**53 - 1): return check(n := int.from_bytes(self.take(size), "big"), n <= most, "number")
    def among(self, *values): return check(n := self.number(1), n in values, "unknown code")
    def time(self): return self.number(8, 253402300799999)
    def bytes16(self, *lengths): return self.take(check(n := self.number(2), not lengths or n in lengths, "length"))
    def text16(self, least): return check(t := self.bytes16(*range(least, 256)).decode(), not BANNED.search(t), "text")
    def origin(self): return check_origin(self.text16(1))
    def key(self): return (suite := self.number(1)), self.bytes16(*[32] * (suite == 1))
    def signature(self, key): return self.bytes16(*[64] * (key[0] == 1))
    def end(self): return check(True, not self.read(1), "bytes after the end")
    def fields(self, names_and_methods):
        fields = map(str.split, names_and_methods.split(","))
        return {name: getattr(self, method)(*map(int, arguments)) for name, method, *arguments in fields}
def begin(header, data, fields):
    check(found := re.match(header + rb"/([1-9][0-9]{0,8})\n", data), found, "another header")
    if found[1] != b"1": raise NotUnderstood(f"{found[0].decode().strip()} is not understood")
    (reader := Reader(data)).seek(found.end())
    return reader, reader.fields(fields)
# "Signatures". OpenSSL, which `cryptography` calls, keeps the rule but for the points of small order.
P, Y8 = 2**255 - 19, int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {(y | sign << 255).to_bytes(32, "little") for y in (0, 1, P - 1, P, P + 1, Y8, P - Y8) for sign in (0, 1)}
def valid(key, message, signature):
    if key in SMALL_ORDER or signature[:32] in SMALL_ORDER: return False
    try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    except (InvalidSignature, ValueError): return False
# SHA-256, and SM3 (GB/T 32905), which is written out, slow as it is, for a Python whose hashlib has none.
def sha256(data): return hashlib.sha256(data).digest()
def sm3_by_hand(message):
    rol = lambda x, n: (x << n % 32 | (x & 0xffffffff) >> 32 - n % 32) & 0xffffffff
    mix = lambda x, m, n: rol(x, 0) ^ rol(x, m) ^ rol(x, n)
    v = struct.unpack(">8I", bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e"))
    message += b"\x80" + bytes((55 - len(message)) % 64) + struct.pack(">Q", 8 * len(message))
    for at in range(0, len(message), 64):
        w, (a, b, c, d, e, f, g, h) = [*struct.unpack(">16I", message[at:at + 64])], v
        for j in range(16, 68): w.append(mix(w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15), 15, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        for j in range(64):
            ff, gg = (a ^ b ^ c, e ^ f ^ g) if j < 16 else (a & b | a & c | b & c, e & f | ~e & g)
            ss = rol(rol(a, 12) + e + rol(0x79cc4519 if j < 16 else 0x7a879d8a, j), 7)
            x, y = ff + d + (ss ^ rol(a, 12)) + (w[j] ^ w[j + 4]), gg + h + ss + w[j]
            a, b, c, d, e, f, g, h = rol(x, 0), a, rol(b, 9), c, mix(y, 9, 17), e, rol(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *v)
def digests(file):
    if "sm3" not in hashlib.algorithms_available: return sha256(data := file.read()), sm3_by_hand(data), len(data)
    one, other, length = hashlib.sha256(), hashlib.new("sm3"), 0
    while chunk := file.read(1 << 20): one.update(chunk), other.update(chunk); length += len(chunk)
    return one.digest(), other.digest(), length

# "Statement", "Entry", "Receipt": what is well-formed, as a dict.
BODY = ("origin origin, admission among 0 1",
        "mode among 0 1, sha256 take 32, sm3 take 32, length number 8, claimed_time time,"
        "continues take 32, details take 32, nonce take 16",
        "ledger take 32, of key, role among 1 2, name text16 1, assurance text16 0, not_before time, not_after time",
        "ledger take 32, of key, reason among 0 1 2 3, compromised_since time", "ledger take 32, of key, overlap number 8")
RECEIPT = (f"c2sp.org/tlog-proof@v1\nextra ({BASE64})\nindex ({DECIMAL})\n((?:{HASH}\n){{0,63}})\n"
           f"((.+)\n({DECIMAL})\n({HASH})\n)\n((?:\u2014 {NAME} {BASE64}\n){{1,100}})")
def read_statement(data):
    r, s = begin(b"notarium/statement", data, "key key, kind number 1, body bytes16")
    s["id"], s["signatures"] = sha256(data[:r.tell()]), [(s["key"], data[:r.tell()], r.signature(s["key"]))]
    check(s, r.end() and len(data) <= 16384, "more than 16384 bytes")
    if s["kind"] > 4: return s
    s.update((body := Reader(s["body"])).fields(BODY[s["kind"]]))
    domain = {2: b"notarium/consent/1\n", 4: b"notarium/rotation/1\n" + data[21:24 + len(s["key"][1])]}.get(s["kind"])
    if domain: s["signatures"].append((s["of"], domain + s["body"][:body.tell()], body.signature(s["of"])))
    return check(s, body.end() and not (s.get("mode") and s["length"]), "a length in salted mode")
def read_entry(data):
    r, e = begin(b"notarium/entry", data, "index number 8, time time, previous take 32, statement bytes16")
    return check(e, r.end() and e["time"] and (e["index"] or e["previous"] == bytes(32)), "no time, or a previous of 0")
def read_disclosure(data):
    r, d = begin(b"notarium/receipt", data, "leaf bytes16, salt bytes16 0 32, details_salt bytes16 0 32, json bytes16")
    check(d, r.end() and len(d["json"]) <= 32000 and bool(d["json"]) == bool(d["details_salt"]), "details")
    try:
        d["entry"] = read_entry(d["leaf"])
        d["statement"] = s = read_statement(d["entry"]["statement"])
        return check(d, not d["salt"] or s["kind"] > 4 or s.get("mode"), "a salt where nothing is salted")
    except NotUnderstood as unknown: return {"entry": {}, "statement": {}, "unknown": str(unknown), **d}
def read_receipt(data):
    check(found := re.fullmatch(RECEIPT, data.decode()), found and len(data) <= 262144, "a line, or the length")
    extra, index, path, text, origin, size, root, lines = found.groups()
    r = dict(read_disclosure(unbase64(extra)), path=[unbase64(line) for line in path.split()], text=text.encode())
    r.update(index=int(index), size=int(size), root=unbase64(root), origin=check_origin(origin))
    check(r, r["index"] < 2**53 and r["size"] <= 2**63 and (r["size"] or r["root"] == sha256(b"")), "index, size or root")
    lines = map(str.split, lines[:-1].split("\n"))
    r["signatures"] = [((name, unbase64(blob)[:4]), unbase64(blob)[4:]) for _, name, blob in lines]
    return check(r, all(blob for _, blob in r["signatures"]), "a signature line without a signature")
# "Policy": {role: {key id: (key, name)}}, {name of witness or group: (k, members)}, the quorum's name.
def read_vkey(text, code):
    check(found := re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+({BASE64})", text), found, "not a vkey")
    name, key_id, key = found[1], bytes.fromhex(found[2]), unbase64(found[3])
    good = len(key) == 33 and key[0] == code and sha256(name.encode() + b"\n" + key)[:4] == key_id
    return (check(name, good, "a vkey of another type or id"), key_id), key[1:]
def read_policy(data):
    check(data, len(data) <= 1 << 20 and not re.search(rb"[\0-\x08\x0b-\x1f\x7f]|[^\n]\Z", data), "too long, or a bad byte")
    keys, names, name, quorum, once = {b"log": {}, b"witness": {}}, {}, None, None, {("name", b"none")}
    def claim(*thing): once.add(check(thing, thing not in once, f"{thing} twice"))
    for word, *rest in filter(None, map(bytes.split, data.split(b"\n"))):
        if word in (b"witness", b"group") and rest: claim("name", name := rest.pop(0))
        if word in keys and len(rest) in (1, 2) and b"#" not in [url[:1] for url in rest[1:]]:
            key_id, key = read_vkey(rest[0].decode(), {b"log": 1, b"witness": 4}[word])
            claim("id", key_id), claim(word, key)
            keys[word][key_id] = key, name
            if word == b"witness": names[name] = 1, []
        elif word == b"group" and len(rest) > 1:
            for member in rest[1:]: claim("member", check(member, member in names, "a member that is not defined"))
            k = {b"all": b"%d" % (len(rest) - 1), b"any": b"1"}.get(rest[0], rest[0])
            names[name] = int(check(k, re.fullmatch(rb"[1-9][0-9]{0,8}", k) and int(k) < len(rest), "a threshold")), rest[1:]
        elif word == b"quorum" and len(rest) == 1 and rest[0] in (*names, b"none"): claim(word), (quorum := rest[0])
        else: check(word, word[:1] == b"#", "a line of an unknown form")
    return keys, names, check(quorum, quorum, "no quorum line")
# "Verification": of a step True is passed, False failed, None not made.
def worst(outcomes): return False if False in outcomes else None if None in outcomes else True
def check_evidence(r, s, evidence):
    if s.get("kind") != 1: return None, f"kind {s['kind']} has no evidence that is understood" if s else r["unknown"]
    if not evidence: return None, "the evidence is not at hand"
    if s["mode"] and (not r["salt"] or s["key"][0] != 1): return None, "the salt is withheld, or the suite is not understood"
    if s["mode"]:
        salted = b"notarium/salted/1\n" + r["salt"] + s["key"][1]
        evidence = *(digests(io.BytesIO(salted + digest))[n] for n, digest in enumerate(evidence[:2])), 0
    equal = evidence == (s["sha256"], s["sm3"], s["length"])
    return equal, "SHA-256, SM3 and length are " + ("" if equal else "not all ") + "the statement's"
def check_disclosed(r, s, evidence_holds):
    parts = [evidence_holds or None] if r["salt"] else []
    if r["json"]:
        understood = s.get("kind") == 1 and (s["key"][0] == 1 or s["details"] == bytes(32))
        salted = b"notarium/details/1\n" + r["details_salt"] + s["key"][1] + r["json"] if understood else b""
        parts.append(sha256(salted) == s["details"] if understood else None)
    return worst(parts), "compared with the commitments" if parts else "nothing is disclosed"
def check_log(r, logs):
    lines = [(key_id[0], valid(logs[key_id][0], r["text"], sig)) for key_id, sig in r["signatures"] if key_id in logs]
    if not lines: return None, "no signature by a log key of the policy"
    return all(good for _, good in lines) and any(name == r["origin"] for name, _ in lines), f"by log keys: {lines}"
def check_witnesses(r, witnesses, names, quorum):
    times = {}
    for (key, name), blob in [(witnesses[key_id], blob) for key_id, blob in r["signatures"] if key_id in witnesses]:
        time = int.from_bytes(blob[:8], "big")
        good = time < 2**63 and valid(key, b"cosignature/v1\ntime %d\n" % time + r["text"], blob[8:])
        if not good: return False, f"a cosignature by {name} is not valid", None
        times[name] = min(time, times.get(name, time))
    if quorum == b"none": return True, "no witness required", None
    for time in sorted(times.values()):
        met = {}
        for name, (k, of) in names.items():
            met[name] = sum(met[member] for member in of) >= k if of else times.get(name, 2**63) <= time
        if met[quorum]: return True, f"the quorum vouches for {time} s after 1970, by {times}", time
    return None, f"the quorum is not reached by {times}", None
def root_of(node, index, size, path):
    """RFC 6962, section 2.1.1; None where index, size and the path's length do not go together."""
    if size <= 1 or index >= size or not path: return node if (index, size, path) == (0, 1, []) else None
    right = index >= (k := 1 << (size - 1).bit_length() - 1)
    below = root_of(node, index - k if right else index, size - k if right else k, path[:-1])
    return below and sha256(b"\1" + (path[-1] + below if right else below + path[-1]))
def verify(receipt, evidence, policy):
    """{step: (outcome, reason)} of steps 1 to 7, and what the receipt says; evidence is as `digests` gives it, or None."""
    try: r = read_receipt(receipt)
    except ValueError as why: return {n: (None, f"the receipt does not parse: {why}") for n in range(1, 8)}, {}
    e, s, no_policy = r["entry"], r["statement"], (None, "no policy")
    steps = {1: (e["index"] == r["index"], f"the index is {r['index']}") if e else (None, r["unknown"])}
    steps[2] = check_evidence(r, s, evidence)
    signed = [valid(key, text, sig) if suite == 1 else None for (suite, key), text, sig in s.get("signatures", ())]
    steps[3] = (worst(signed), f"signed by {s['key'][1].hex()}") if s else (None, r["unknown"])
    steps[4] = check_disclosed(r, s, steps[2][0])
    steps[5] = check_log(r, policy[0][b"log"]) if policy else no_policy
    *steps[6], r["vouched"] = check_witnesses(r, policy[0][b"witness"], *policy[1:]) if policy else (*no_policy, None)
    leads = root_of(sha256(b"\0" + r["leaf"]), r["index"], r["size"], r["path"]) == r["root"]
    steps[7] = leads, f"{len(r['path'])} hashes, index {r['index']}, size {r['size']}"
    return steps, r
def main(file, receipt, policy):
    file, receipt, policy = (None if path == "-" else open(path, "rb") for path in (file, receipt, policy))
    steps, facts = verify(receipt.read(), file and digests(file), policy and read_policy(policy.read()))
    words = {True: ("passed", "match", 0), False: ("FAILED", "mismatch", 1), None: ("not made", "undetermined", 2)}
    for n, (outcome, why) in steps.items(): print(n, words[outcome][0] + ":", why)
    if facts.get("entry"): print("admitted:", dt.datetime(1970, 1, 1) + dt.timedelta(0, 0, 0, facts["entry"]["time"]), "UTC")
    if facts.get("json"): print("details:", BANNED.sub("\ufffd", facts["json"].decode(errors="backslashreplace")))
    _, verdict, code = words[worst([outcome for outcome, _ in steps.values()])]
    return print(verdict) or code
if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    try: sys.exit(main(*sys.argv[1:]))
    except (AttributeError, OSError, TypeError, ValueError) as error: sys.exit(print(__doc__, error, file=sys.stderr) or 2)
