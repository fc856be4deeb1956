// Answers the questions of run.py with examples/verify.mjs: one JSON object a line in, one out.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import * as v from "../../examples/verify.mjs";

const unhex = (text) => Buffer.from(text, "hex");
const leaf = (bytes) => createHash("sha256").update(Buffer.of(0)).update(bytes).digest("hex");
const outcomes = new Map([[true, "match"], [false, "mismatch"], [null, "undetermined"]]);

function signatureWords(statement) {
  const wrong = ["bad-signature", "bad-consent"];
  for (const [i, { key, signed, signature }] of statement.signatures.entries()) {
    if (key.suite !== 1) return "unknown-suite";
    if (!v.valid(key.bytes, signed, signature)) return wrong[i];
  }
  // A revoked key has no signature of its own here, and its suite must be understood all the same.
  if (statement.kind === 3 && statement.of.suite !== 1) return "unknown-suite";
  return statement.kind <= 4 ? "ok" : "unknown-kind";
}

function refused(read) {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof v.NotUnderstood) return "unknown";
    if (error instanceof v.Malformed) return "malformed";
    throw error;
  }
}

const answers = {
  statement({ bytes }) {
    const s = v.readStatement(bytes);
    return { kind: s.kind, suite: s.key.suite, statement_id: s.id.toString("hex"), verify: signatureWords(s) };
  },
  entry({ bytes }) {
    const e = v.readEntry(bytes);
    const within = refused(() => v.readStatement(e.statement)) ?? "ok";
    return { index: Number(e.index), time: Number(e.time), leaf: leaf(bytes), statement: within };
  },
  disclosure({ bytes }) {
    const d = v.readDisclosure(bytes);
    return { leaf: leaf(d.leaf), evidence_salt: d.salt.length > 0, details: d.details.length || null };
  },
  receipt({ bytes }) {
    const r = v.readReceipt(bytes);
    return { index: Number(r.index), hashes: r.path.length, leaf: leaf(r.leaf) };
  },
  policy({ bytes }) {
    const p = v.readPolicy(bytes);
    const logs = [...p.logs].map(([by, { key }]) => `${by}+${Buffer.concat([Buffer.of(1), key]).toString("base64")}`);
    const witnesses = [...p.witnesses.values()].map(({ name }) => Buffer.from(name, "latin1").toString());
    return { logs, witnesses };
  },
  vkey({ bytes }) {
    const text = bytes.toString("latin1");
    const type = refused(() => v.readVkey(text, 1)) ? 4 : 1;
    const { by, origin, key } = v.readVkey(text, type);
    return { name: origin, id: by.slice(-8), type, public_key: key.toString("hex") };
  },
  // A checkpoint is read where it stands in a receipt, after the lines of `before`.
  checkpoint({ bytes, before }) {
    const r = v.readReceipt(Buffer.concat([unhex(before), bytes]));
    return { origin: r.origin, size: r.size.toString(), root: r.root.toString("hex") };
  },
  base64_text({ bytes }) {
    return { bytes: v.unbase64(v.utf8(bytes)).toString("hex") };
  },
  text({ bytes }) {
    if (v.BANNED.test(v.utf8(bytes))) throw new v.Malformed("a banned character");
    return { length: bytes.length };
  },
  ed25519({ public_key, message, signature }) {
    return { valid: v.valid(unhex(public_key), unhex(message), unhex(signature)) };
  },
  inclusion({ index, size, leaf, root, hashes }) {
    const led = v.rootOf(unhex(leaf), BigInt(index), BigInt(size), hashes.map(unhex));
    return { holds: led !== null && led.equals(unhex(root)) };
  },
  verification({ bytes, evidence, policy }) {
    const digests = evidence === null ? undefined : v.digests([unhex(evidence)]);
    const trusted = policy === null ? undefined : v.readPolicy(unhex(policy));
    const { steps, vouched } = v.verify(bytes, digests, trusted);
    const at = (wanted) => steps.flatMap(([outcome], i) => (outcome === wanted ? [i + 1] : []));
    return {
      verdict: outcomes.get(v.worst(steps.map(([outcome]) => outcome))),
      failed: at(false),
      not_made: at(null),
      vouched: vouched === undefined ? null : Number(vouched),
    };
  },
  sm3({ bytes }) {
    return { library: v.digests([bytes]).sm3.toString("hex"), by_hand: new v.SM3().update(bytes).digest().toString("hex") };
  },
};

function answer(question) {
  let said;
  const why = refused(() => {
    said = answers[question.ask]({ ...question, bytes: unhex(question.hex ?? "") });
  });
  return why ? { refused: why } : said;
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
