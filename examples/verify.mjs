#!/usr/bin/env node
// Checks a file against a receipt and a policy, from docs/formats.md alone: none of Notarium's code is used.
//
//     node verify.mjs FILE RECEIPT POLICY          FILE or POLICY may be "-": not at hand
//
// Makes steps 1 to 7 of "Verification" there; names in quotation marks below are headings of that page. Exit code 0: match,
// 1: mismatch, 2: undetermined. Needs Node 18 or later and nothing else. It judges by the policy alone: it takes no "Rotations at
// hand", so a key that the ledger has replaced counts as long as POLICY names it.
import { createHash, createPublicKey, getHashes, verify as verifySignature } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

export class Malformed extends Error {}
export class NotUnderstood extends Malformed {}

function check(holds, why) {
  if (!holds) throw new Malformed(why);
}

// "Conventions": text, base64, decimals, binary fields. Integers of 64 bits are BigInts.
export const BANNED = /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const NAME = "[^+\\0-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const [DECIMAL, BASE64, HASH] = ["(?:0|[1-9][0-9]{0,18})", "[A-Za-z0-9+/]*={0,2}", "[A-Za-z0-9+/]{43}="];
const MOST = 2n ** 53n - 1n;

export function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

export function unbase64(text) {
  const bytes = Buffer.from(text, "base64");
  check(bytes.toString("base64") === text, "not base64 with padding and zero spare bits");
  return bytes;
}

function match(pattern, text, why) {
  const found = new RegExp(`^(?:${pattern})$`, "u").exec(text);
  check(found, why);
  return found.slice(1);
}

function checkOrigin(text) {
  match(`(?!notarium/)${NAME}`, text, "not an origin");
  check(Buffer.byteLength(text) <= 255 && !BANNED.test(text), "not an origin");
  return text;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  header(name) {
    const found = new RegExp(`^${name}/([1-9][0-9]{0,8})\\n`).exec(this.bytes.subarray(0, 64).toString("latin1"));
    check(found, `a header that is not ${name}/1`);
    if (found[1] !== "1") throw new NotUnderstood(`${found[0].trim()} is not understood`);
    this.at = found[0].length;
  }
  take(length) {
    check(this.at + length <= this.bytes.length, "truncated");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u8(...values) {
    const value = this.take(1)[0];
    check(values.length === 0 || values.includes(value), `the code ${value} is unknown`);
    return value;
  }
  u64(most = MOST) {
    const value = this.take(8).readBigUInt64BE();
    check(value <= most, `a number above ${most}`);
    return value;
  }
  time() {
    return this.u64(253402300799999n);
  }
  bytes16(least = 0, most = 65535) {
    const length = this.take(2).readUInt16BE();
    check(least <= length && length <= most, `a length of ${length}`);
    return this.take(length);
  }
  text16(least) {
    const text = utf8(this.bytes16(least, 255));
    check(!BANNED.test(text), "a banned character");
    return text;
  }
  salt() {
    const salt = this.bytes16();
    check(salt.length === 0 || salt.length === 32, "a salt that is not of 32 bytes");
    return salt;
  }
  key() {
    const suite = this.u8();
    return { suite, bytes: suite === 1 ? this.bytes16(32, 32) : this.bytes16() };
  }
  signature(key) {
    return key.suite === 1 ? this.bytes16(64, 64) : this.bytes16();
  }
  end() {
    check(this.at === this.bytes.length, "bytes after the end");
  }
}

// "Signatures". Node's OpenSSL keeps the rule but for the points of small order.
const SMALL_ORDER = new Set();
for (const y of [
  "00".repeat(32),
  "01" + "00".repeat(31),
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ec" + "ff".repeat(30) + "7f",
  "ed" + "ff".repeat(30) + "7f",
  "ee" + "ff".repeat(30) + "7f",
]) {
  SMALL_ORDER.add(y).add(y.slice(0, 62) + (parseInt(y.slice(62), 16) | 0x80).toString(16));
}

export function valid(key, message, signature) {
  if (signature.length !== 64 || SMALL_ORDER.has(key.toString("hex"))) return false;
  if (SMALL_ORDER.has(signature.subarray(0, 32).toString("hex"))) return false;
  try {
    const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
    return verifySignature(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
  } catch {
    return false;
  }
}

// SM3 (GB/T 32905), for a Node whose OpenSSL has none: slow.
export class SM3 {
  v = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
  rest = Buffer.alloc(0);
  length = 0n;

  update(bytes) {
    this.length += BigInt(bytes.length);
    const data = Buffer.concat([this.rest, bytes]);
    let at = 0;
    for (; at + 64 <= data.length; at += 64) this.#block(data.subarray(at, at + 64));
    this.rest = data.subarray(at);
    return this;
  }
  #block(block) {
    const rol = (x, n) => (x << n) | (x >>> (32 - n)); // JavaScript takes both distances modulo 32
    const w = [];
    for (let j = 0; j < 16; j++) w.push(block.readUInt32BE(4 * j));
    for (let j = 16; j < 68; j++) {
      const x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15);
      w.push(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6]);
    }
    let [a, b, c, d, e, f, g, h] = this.v;
    for (let j = 0; j < 64; j++) {
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const ss = rol((rol(a, 12) + e + rol(j < 16 ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
      const x = (ff + d + (ss ^ rol(a, 12)) + (w[j] ^ w[j + 4])) | 0;
      const y = (gg + h + ss + w[j]) | 0;
      [a, b, c, d, e, f, g, h] = [x, a, rol(b, 9), c, y ^ rol(y, 9) ^ rol(y, 17), e, rol(f, 19), g];
    }
    this.v = [a, b, c, d, e, f, g, h].map((x, i) => x ^ this.v[i]);
  }
  digest() {
    const end = Buffer.alloc(Number((119n - (this.length % 64n)) % 64n) + 9);
    end[0] = 0x80;
    end.writeBigUInt64BE(8n * this.length, end.length - 8);
    this.update(end);
    const digest = Buffer.alloc(32);
    this.v.forEach((x, i) => digest.writeUInt32BE(x >>> 0, 4 * i));
    return digest;
  }
}

const newSm3 = () => (getHashes().includes("sm3") ? createHash("sm3") : new SM3());
const sm3 = (...parts) => newSm3().update(Buffer.concat(parts)).digest();
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

/// Both digests and the length of what comes in pieces.
export function digests(pieces) {
  const [one, other] = [createHash("sha256"), newSm3()];
  let length = 0;
  for (const piece of pieces) {
    one.update(piece);
    other.update(piece);
    length += piece.length;
  }
  return { sha256: one.digest(), sm3: other.digest(), length: BigInt(length) };
}

function* piecesOf(path) {
  const file = openSync(path);
  const buffer = Buffer.alloc(1 << 20);
  for (let read; (read = readSync(file, buffer)) > 0; ) yield buffer.subarray(0, read);
  closeSync(file);
}

// "Statement", "Entry", "Receipt": what is well-formed, as an object; anything else throws.
export function readStatement(bytes) {
  const r = new Reader(bytes);
  r.header("notarium/statement");
  check(bytes.length <= 16384, "more than 16384 bytes");
  const s = { key: r.key(), kind: r.u8(), body: r.bytes16() };
  const signed = bytes.subarray(0, r.at);
  s.id = sha256(signed);
  s.signatures = [{ key: s.key, signed, signature: r.signature(s.key) }];
  r.end();
  const body = new Reader(s.body);
  if (s.kind === 0) {
    Object.assign(s, { origin: checkOrigin(body.text16(1)), admission: body.u8(0, 1) });
  } else if (s.kind === 1) {
    Object.assign(s, { mode: body.u8(0, 1), sha256: body.take(32), sm3: body.take(32), length: body.u64() });
    Object.assign(s, { claimedTime: body.time(), continues: body.take(32), details: body.take(32), nonce: body.take(16) });
    check(s.mode === 0 || s.length === 0n, "a length in salted mode");
  } else if (s.kind === 2) {
    Object.assign(s, { ledger: body.take(32), of: body.key(), role: body.u8(1, 2), name: body.text16(1) });
    Object.assign(s, { assurance: body.text16(0), notBefore: body.time(), notAfter: body.time() });
    const terms = Buffer.concat([Buffer.from("notarium/consent/1\n"), s.body.subarray(0, body.at)]);
    s.signatures.push({ key: s.of, signed: terms, signature: body.signature(s.of) });
  } else if (s.kind === 3) {
    Object.assign(s, { ledger: body.take(32), of: body.key(), reason: body.u8(0, 1, 2, 3), since: body.time() });
  } else if (s.kind === 4) {
    Object.assign(s, { ledger: body.take(32), of: body.key(), overlap: body.u64() });
    const replaced = bytes.subarray(21, signed.length - s.body.length - 3);
    const terms = Buffer.concat([Buffer.from("notarium/rotation/1\n"), replaced, s.body.subarray(0, body.at)]);
    s.signatures.push({ key: s.of, signed: terms, signature: body.signature(s.of) });
  }
  if (s.kind <= 4) body.end();
  return s;
}

export function readEntry(bytes) {
  const r = new Reader(bytes);
  r.header("notarium/entry");
  const e = { index: r.u64(), time: r.time(), previous: r.take(32), statement: r.bytes16() };
  r.end();
  check(e.time > 0n, "no time of admission");
  check(e.index > 0n || e.previous.equals(Buffer.alloc(32)), "entry 0 has something before it");
  return e;
}

export function readDisclosure(bytes) {
  const r = new Reader(bytes);
  r.header("notarium/receipt");
  const d = { leaf: r.bytes16(), salt: r.salt(), detailsSalt: r.salt(), details: r.bytes16(0, 32000) };
  r.end();
  check((d.details.length > 0) === (d.detailsSalt.length > 0), "details without their salt, or a salt without details");
  try {
    d.entry = readEntry(d.leaf);
    d.statement = readStatement(d.entry.statement);
    check(d.salt.length === 0 || d.statement.kind > 4 || d.statement.mode === 1, "a salt where nothing is salted");
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    d.unknown = error.message;
  }
  return d;
}

const RECEIPT =
  `c2sp\\.org/tlog-proof@v1\\nextra (${BASE64})\\nindex (${DECIMAL})\\n((?:${HASH}\\n){0,63})\\n` +
  `(([^\\n]+)\\n(${DECIMAL})\\n(${HASH})\\n)\\n((?:\\u2014 ${NAME} ${BASE64}\\n){1,100})`;

export function readReceipt(bytes) {
  check(bytes.length <= 262144, "more than 262144 bytes");
  const [extra, index, path, text, origin, size, root, lines] = match(RECEIPT, utf8(bytes), "not line by line as it must be");
  const r = { ...readDisclosure(unbase64(extra)), text: Buffer.from(text), origin: checkOrigin(origin) };
  Object.assign(r, { index: BigInt(index), size: BigInt(size), root: unbase64(root) });
  r.path = path.split("\n").slice(0, -1).map(unbase64);
  check(r.index <= MOST && r.size <= 2n ** 63n, "index or size above its limit");
  check(r.size > 0n || r.root.equals(sha256()), "an empty tree with another root");
  r.signatures = lines.split("\n").slice(0, -1).map((line) => {
    const [, name, blob] = line.split(" ");
    const signature = unbase64(blob);
    check(signature.length > 4, "a signature line without a signature");
    return { by: `${name}+${signature.subarray(0, 4).toString("hex")}`, blob: signature.subarray(4) };
  });
  return r;
}

// "Policy". Names are bytes, kept as one character a byte.
export function readVkey(vkey, type) {
  const [name, id, base64] = match(`(${NAME})\\+([0-9a-f]{8})\\+(${BASE64})`, utf8(Buffer.from(vkey, "latin1")), "not a vkey");
  const key = unbase64(base64);
  check(key.length === 33 && key[0] === type, `not a vkey of type ${type}`);
  check(sha256(Buffer.from(`${name}\n`), key).subarray(0, 4).toString("hex") === id, "a vkey with another id");
  return { by: `${name}+${id}`, origin: name, key: key.subarray(1) };
}

export function readPolicy(bytes) {
  const text = bytes.toString("latin1");
  check(text.length <= 1 << 20 && text.endsWith("\n") && !/[\0-\x08\x0b-\x1f\x7f]/.test(text), "too long, or a bad byte");
  const p = { logs: new Map(), witnesses: new Map(), names: new Map(), quorum: undefined };
  const once = new Set(["name none"]);
  const claim = (thing) => {
    check(!once.has(thing), `${thing}: twice, or kept for something else`);
    once.add(thing);
  };
  for (const line of text.split("\n")) {
    const [word, ...rest] = line.split(/[ \t]+/).filter((item) => item !== "");
    if (word === undefined || word.startsWith("#")) continue;
    const [isLog, isWitness] = [word === "log", word === "witness"];
    const urls = rest.slice(isLog ? 1 : 2);
    if ((isLog || isWitness) && rest.length >= (isLog ? 1 : 2) && urls.length <= 1 && !urls[0]?.startsWith("#")) {
      const { by, origin, key } = readVkey(rest[isLog ? 0 : 1], isLog ? 1 : 4);
      claim(`id ${by}`);
      claim(`${word} ${key.toString("hex")}`);
      if (isLog) {
        p.logs.set(by, { key, origin });
      } else {
        claim(`name ${rest[0]}`);
        p.witnesses.set(by, { key, name: rest[0] });
        p.names.set(rest[0], { threshold: 1, members: [] });
      }
    } else if (word === "group" && rest.length > 2) {
      const [name, k, ...members] = rest;
      for (const member of members) {
        check(p.names.has(member), "a member that is not defined");
        claim(`member ${member}`);
      }
      const threshold = { all: members.length, any: 1 }[k] ?? Number(/^[1-9][0-9]{0,8}$/.test(k) ? k : 0);
      check(threshold >= 1 && threshold <= members.length, "not a threshold");
      claim(`name ${name}`);
      p.names.set(name, { threshold, members });
    } else {
      check(word === "quorum" && rest.length === 1 && (p.names.has(rest[0]) || rest[0] === "none"), `line: ${line}`);
      claim("quorum");
      p.quorum = rest[0];
    }
  }
  check(p.quorum !== undefined, "no quorum line");
  return p;
}

// "Verification". Of a step true is passed, false failed, null not made.
export function worst(outcomes) {
  return outcomes.includes(false) ? false : outcomes.includes(null) ? null : true;
}

function checkEvidence(r, evidence) {
  const s = r.statement;
  if (!s) return [null, r.unknown];
  if (s.kind !== 1) return [null, `kind ${s.kind} has no evidence that is understood`];
  if (!evidence) return [null, "the evidence is not at hand"];
  let computed = evidence;
  if (s.mode === 1) {
    if (r.salt.length === 0) return [null, "the salt is withheld"];
    if (s.key.suite !== 1) return [null, `suite ${s.key.suite} is not understood`];
    const parts = [Buffer.from("notarium/salted/1\n"), r.salt, s.key.bytes];
    computed = { sha256: sha256(...parts, evidence.sha256), sm3: sm3(...parts, evidence.sm3), length: 0n };
  }
  const equal = { SHA256: computed.sha256.equals(s.sha256), SM3: computed.sm3.equals(s.sm3), length: computed.length === s.length };
  return [worst(Object.values(equal)), `equal: ${JSON.stringify(equal)}`];
}

function checkSignatures(r) {
  if (!r.statement) return [null, r.unknown];
  const outcomes = r.statement.signatures.map(({ key, signed, signature }) =>
    key.suite === 1 ? valid(key.bytes, signed, signature) : null,
  );
  return [worst(outcomes), `signed by ${r.statement.key.bytes.toString("hex")}`];
}

function checkDisclosed(r, evidenceHolds) {
  const parts = r.salt.length > 0 ? [evidenceHolds || null] : [];
  if (r.details.length > 0) {
    const s = r.statement;
    const committed = s?.kind === 1 && !s.details.equals(Buffer.alloc(32));
    if (s?.kind === 1 && !committed) parts.push(false);
    else if (!committed || s.key.suite !== 1) parts.push(null);
    else parts.push(sha256(Buffer.from("notarium/details/1\n"), r.detailsSalt, s.key.bytes, r.details).equals(s.details));
  }
  return [worst(parts), parts.length > 0 ? "compared with the commitments" : "nothing is disclosed"];
}

function checkLog(r, logs) {
  const lines = r.signatures.filter(({ by }) => logs.has(by));
  if (lines.length === 0) return [null, "no signature by a log key of the policy"];
  const good = lines.every(({ by, blob }) => valid(logs.get(by).key, r.text, blob));
  const ofOrigin = lines.some(({ by }) => logs.get(by).origin === r.origin);
  return [good && ofOrigin, `lines by ${lines.map(({ by }) => by).join(", ")}`];
}

function checkWitnesses(r, { witnesses, names, quorum }) {
  const times = new Map();
  for (const { by, blob } of r.signatures) {
    if (!witnesses.has(by)) continue;
    const { key, name } = witnesses.get(by);
    const time = blob.length === 72 ? blob.readBigUInt64BE() : 2n ** 63n;
    const signed = Buffer.concat([Buffer.from(`cosignature/v1\ntime ${time}\n`), r.text]);
    if (time >= 2n ** 63n || !valid(key, signed, blob.subarray(8))) return [false, `the cosignature by ${by} is not valid`];
    if (!times.has(name) || time < times.get(name)) times.set(name, time);
  }
  if (quorum === "none") return [true, "no witness required"];
  for (const time of [...times.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const met = new Map();
    for (const [name, { threshold, members }] of names) {
      const isMet = members.length > 0
        ? members.filter((member) => met.get(member)).length >= threshold
        : times.has(name) && times.get(name) <= time;
      met.set(name, isMet);
    }
    if (met.get(quorum)) return [true, `the quorum vouches for ${time} s after 1970`, time];
  }
  return [null, `the quorum is not reached by ${times.size} witnesses`];
}

/// RFC 6962, section 2.1.1; null where index, size and the path's length do not go together.
export function rootOf(node, index, size, path) {
  if (size <= 1n || index >= size || path.length === 0) {
    return index === 0n && size === 1n && path.length === 0 ? node : null;
  }
  const k = 1n << BigInt((size - 1n).toString(2).length - 1);
  const sibling = path[path.length - 1];
  const right = index >= k;
  const below = rootOf(node, right ? index - k : index, right ? size - k : k, path.slice(0, -1));
  return below && sha256(Buffer.of(1), ...(right ? [sibling, below] : [below, sibling]));
}

function checkInclusion(r) {
  const root = rootOf(sha256(Buffer.of(0), r.leaf), r.index, r.size, r.path);
  return [root !== null && root.equals(r.root), `${r.path.length} hashes, index ${r.index}, size ${r.size}`];
}

/// Steps 1 to 7, each [outcome, reason], and what the receipt says where it parses. Without evidence or policy: undefined.
export function verify(bytes, evidence, policy) {
  let r;
  try {
    r = readReceipt(bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { steps: Array(7).fill([null, `the receipt does not parse: ${error.message}`]) };
  }
  const index = r.entry ? [r.entry.index === r.index, `index ${r.index}, in the entry ${r.entry.index}`] : [null, r.unknown];
  const evidenceStep = checkEvidence(r, evidence);
  const [witnessed, why, vouched] = policy ? checkWitnesses(r, policy) : [null, "no policy"];
  const log = policy ? checkLog(r, policy.logs) : [null, "no policy"];
  const steps = [index, evidenceStep, checkSignatures(r), checkDisclosed(r, evidenceStep[0]), log, [witnessed, why], checkInclusion(r)];
  return { steps, receipt: r, vouched };
}

/// Details as text, with what would not show or would steer the terminal replaced.
const shown = (bytes) => bytes.toString().replace(new RegExp(BANNED, "gu"), "\ufffd");

function main(file, receipt, policy) {
  const trusted = policy === "-" ? undefined : readPolicy(readFileSync(policy));
  const evidence = file === "-" ? undefined : digests(piecesOf(file));
  const report = verify(readFileSync(receipt), evidence, trusted);
  const words = new Map([[true, ["passed", "match", 0]], [false, ["FAILED", "mismatch", 1]], [null, ["not made", "undetermined", 2]]]);
  report.steps.forEach(([outcome, why], i) => console.log(`${i + 1} ${words.get(outcome)[0]}: ${why}`));
  if (report.receipt?.entry) console.log("admitted:", new Date(Number(report.receipt.entry.time)).toISOString());
  if (report.receipt?.details.length) console.log("details:", shown(report.receipt.details));
  const [, verdict, code] = words.get(worst(report.steps.map(([outcome]) => outcome)));
  console.log(verdict);
  return code;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv.length !== 5) throw new Error("usage: node verify.mjs FILE RECEIPT POLICY");
    process.exitCode = main(...process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
