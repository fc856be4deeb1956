// Every file of tests/vectors, every case: good ones say what they should, bad ones give their error code.

import { describe, expect, it } from 'vitest';
import * as notarium from '../../src/notarium';
import { NotariumError, attempt, encodeHex } from '../../src/notarium';
import { fromHex, inputOf, readVectors, vectorFiles, type Case, type VectorFile } from './vectors';

const hex = encodeHex;
const codeOf = (run: () => void): string => {
  const found = attempt(run);
  return found instanceof NotariumError ? found.code : 'ok';
};

/** Files whose cases are an input and either `good`, `error` or `unknown`: what each decoder tells of a good one. */
const DECODERS: Record<string, (input: Uint8Array) => Record<string, unknown>> = {
  'bundles.json': (input) => ({ entries: notarium.decodeBundle(input).length }),
  'details.json': (input) => ({ names: [...notarium.readDetails(input).keys()] }),
  'checkpoints.json': (input) => {
    const { origin, head } = notarium.parseCheckpoint(input);
    return { origin, size: String(head.size), root: hex(head.root) };
  },
  'disclosures.json': (input) => {
    const { leaf, evidenceSalt, details } = notarium.parseDisclosure(input);
    return { leaf: hex(leaf), evidence_salt: evidenceSalt !== null, details: details && details.json.length };
  },
  'entries.json': (input) => {
    const entry = notarium.parseEntry(input);
    const statement = codeOf(() => notarium.entryStatement(entry));
    return { index: entry.index, time: entry.time, leaf: hex(notarium.entryLeaf(entry)), statement };
  },
  'manifests.json': (input) => ({ lines: notarium.parseManifest(input).lines.length }),
  'receipts.json': (input) => {
    const { index, hashes, disclosure } = notarium.parseReceipt(input);
    return { index, hashes: hashes.length, leaf: hex(disclosure.leaf) };
  },
  'statements.json': (input) => {
    const statement = notarium.parseStatement(input);
    const verify = codeOf(() => notarium.verifyStatement(statement));
    return { kind: statement.kind, suite: statement.key.suite, statement_id: hex(statement.id), verify };
  },
  'tiles.json': (input) => {
    const path = notarium.decodeUtf8(input)!;
    const tile = notarium.parseTilePath(path);
    expect(notarium.tilePath(tile)).toBe(path);
    return { level: tile.level, index: String(tile.index), width: tile.width };
  },
  'vkeys.json': (input) => {
    const text = notarium.decodeUtf8(input)!;
    const key = notarium.parseVerifierKey(text);
    expect(notarium.formatVerifierKey(key)).toBe(text);
    return { name: key.name, id: key.id, type: key.type, public_key: hex(key.publicKey) };
  },
};

/** Files whose cases have fields beside the input, or in its place. */
const FIELDS: Record<string, (one: Case) => Record<string, unknown>> = {
  'cosignatures.json': (one) => {
    const line = notarium.parseSignatureLine(one['line'] as string);
    const key = notarium.parseVerifierKey(one['vkey'] as string);
    return { time: Number(notarium.verifyCosignature(key, one['body'] as string, line)) };
  },
  'notes.json': (one) => {
    const note = notarium.parseNote(inputOf(one));
    const signatures = note.signatures.map(({ name, id }) => `${name} ${id}`);
    const told = { text_bytes: notarium.utf8(note.text).length, signatures };
    if (one['keys'] === undefined) return told;
    const keys = (one['keys'] as string[]).map(notarium.parseVerifierKey);
    return { ...told, signers: notarium.openNote(note, keys).map(notarium.formatVerifierKey) };
  },
  'policies.json': (one) => {
    const policy = attempt(() => notarium.parsePolicy(inputOf(one)));
    if (policy instanceof notarium.PolicyError) expect(policy.line).toBe(one['line']);
    if (policy instanceof NotariumError) throw policy;
    const logs = policy.logs.map(({ key }) => notarium.formatVerifierKey(key));
    return { logs, witnesses: policy.witnesses.map(({ name }) => name) };
  },
  'proofs.json': (one) => {
    const of = (name: string): Uint8Array => fromHex(one[name] as string);
    const hashes = (one['hashes'] as string[]).map(fromHex);
    const tree = { size: BigInt(one['size'] as number), root: of('root') };
    if (one['proof'] === 'inclusion') {
      notarium.verifyInclusion(BigInt(one['index'] as number), of('leaf'), hashes, tree);
    } else {
      expect(one['proof']).toBe('consistency');
      notarium.verifyConsistency({ size: BigInt(one['old_size'] as number), root: of('old_root') }, tree, hashes);
    }
    return { holds: true };
  },
  'signatures.json': (one) => {
    const key = notarium.parseHex(one['public_key'] as string, 32);
    const signature = notarium.parseHex(one['signature'] as string, 64);
    notarium.verifySignature(key, fromHex(one['message'] as string), signature);
    return { valid: true };
  },
  'texts.json': (one) => readText(one['form'] as string, one['input'] as string),
};

/** The text forms of the Conventions; the library gives null, or the character, where the vectors give a name. */
function readText(form: string, input: string): Record<string, unknown> {
  const or = <T>(value: T | null, code: string): T => {
    if (value === null) throw new NotariumError(code, `not ${form}`);
    return value;
  };
  if (form === 'decimal') return { number: String(or(notarium.parseDecimal(input), 'not-decimal')) };
  if (form === 'base64') return { bytes: hex(or(notarium.decodeBase64(input), 'not-base64')) };
  if (form === 'hex of 2 bytes') return { bytes: hex(or(notarium.decodeHex(input, 2), 'not-hex')) };
  expect(form).toBe('text');
  or(notarium.bannedCharacter(input) === null ? input : null, 'banned-character');
  return { length: notarium.utf8(input).length };
}

/** What the pages have no reader for: nobody sets or answers a challenge in them. */
const WITHOUT_READER = new Set(['key-proofs.json']);

/** Files with a shape of their own. */
const SPECIAL: Record<string, (name: string) => number> = {
  'ed25519-edge.json': edgeSignatures,
  'rotations.json': rotations,
  'small-ledger.json': smallLedger,
  'verification.json': verification,
};

function told(name: string): number {
  const { cases } = readVectors(name);
  const decode = DECODERS[name];
  const tell = FIELDS[name] ?? ((one: Case) => decode!(inputOf(one)));
  for (const one of cases) it(`${name}: ${one.name}`, () => toldCase(one, tell));
  return cases.length;
}

function toldCase(one: Case, tell: (one: Case) => Record<string, unknown>): void {
  const kinds = [one.good, one.error, one.unknown].filter((kind) => kind !== undefined);
  expect(kinds.length, 'one of good, error and unknown').toBe(1);
  const found = attempt(() => tell(one));
  if (one.good !== undefined) {
    if (found instanceof NotariumError) throw found;
    expect(found).toEqual(one.good);
    return;
  }
  expect(found, 'accepted, yet it is bad').toBeInstanceOf(NotariumError);
  const { code, unknown } = found as unknown as NotariumError;
  expect({ code, unknown }).toEqual({ code: one.error ?? one.unknown, unknown: one.unknown !== undefined });
}

function edgeSignatures(name: string): number {
  const file = readVectors<VectorFile & { small_order: string[] }>(name);
  it(`${name}: the list of small-order points`, () => {
    expect(notarium.SMALL_ORDER).toEqual(file.small_order);
  });
  for (const one of file.cases) {
    it(`${name}: ${one.name}`, () => {
      const [key, message, signature] = ['public_key', 'message', 'signature'].map((field) => fromHex(one[field] as string));
      expect(notarium.isValidSignature(key!, message!, signature!)).toBe(one['valid']);
    });
  }
  return file.cases.length;
}

interface LedgerFile {
  readonly origin: string;
  readonly vkey: string;
  readonly checkpoint: string;
  readonly root: string;
  readonly entries: readonly Record<string, string>[];
}

function smallLedger(name: string): number {
  const file = readVectors<LedgerFile>(name);
  const checkpoint = notarium.parseCheckpoint(notarium.utf8(file.checkpoint));
  const policy = notarium.parsePolicy(`log ${file.vkey}\nquorum none\n`);
  it(`${name}: root, checkpoint and key`, () => {
    const leaves = file.entries.map((one) => fromHex(one['leaf']!));
    expect(hex(notarium.rootOf(leaves))).toBe(file.root);
    expect(hex(checkpoint.head.root)).toBe(file.root);
    expect(checkpoint.origin).toBe(file.origin);
    expect(notarium.judgeCheckpoint(policy, checkpoint).log.outcome).toBe('valid');
  });
  let previous = new Uint8Array(32);
  for (const one of file.entries) {
    const before = previous;
    previous = fromHex(one['leaf']!) as Uint8Array<ArrayBuffer>;
    it(`${name}: entry ${one['index']}`, () => smallEntry(one, before, checkpoint, policy));
  }
  return file.entries.length;
}

function smallEntry(
  one: Record<string, string>,
  previous: Uint8Array,
  checkpoint: notarium.SignedCheckpoint,
  policy: notarium.Policy,
): void {
  const statement = notarium.parseStatement(fromHex(one['signed_statement']!));
  notarium.verifyStatement(statement);
  expect(hex(statement.id)).toBe(one['statement_id']);
  const entry = notarium.parseEntry(fromHex(one['entry']!));
  expect(hex(notarium.encodeEntry(entry.index, entry.time, previous, statement))).toBe(one['entry']);
  expect(hex(notarium.entryLeaf(entry))).toBe(one['leaf']);
  const receipt = notarium.parseReceipt(one['receipt']!);
  const { evidenceSalt, details } = receipt.disclosure;
  expect(hex(evidenceSalt ?? new Uint8Array())).toBe(one['evidence_salt'] ?? '');
  expect(hex(details?.salt ?? new Uint8Array())).toBe(one['details_salt'] ?? '');
  const shown = notarium.newDisclosure(entry.bytes, evidenceSalt, details);
  expect(notarium.newReceipt(entry.index, receipt.hashes, shown, checkpoint).text).toBe(one['receipt']);
  const evidence = one['evidence'] === undefined ? null : notarium.digestsOf(fromHex(one['evidence']));
  const { verdict } = notarium.verifyReceipt({ receipt: one['receipt']!, evidence, policy });
  expect(verdict).toBe(evidence ? 'match' : 'undetermined');
}

interface RotationFile extends VectorFile {
  readonly policies: Readonly<Record<string, string>>;
  readonly receipts: Readonly<Record<string, string>>;
}

/** Receipts of a ledger that changes its key, with rotations and lower ends of time: what is said must be the program's, word for word. */
function rotations(name: string): number {
  const file = readVectors<RotationFile>(name);
  for (const one of file.cases) {
    it(`${name}: ${one.name}`, () => {
      const text = (name: unknown): string => file.receipts[name as string]!;
      const inputs = {
        receipt: text(one['receipt']),
        policy: notarium.parsePolicy(file.policies[one['policy'] as string]!),
        rotations: (one['rotations'] as string[]).map((name) => notarium.parseReceipt(text(name))),
        without: one['without'] === null ? null : notarium.parseReceipt(text(one['without'])).checkpoint,
      };
      expect(rotationSaid(inputs)).toEqual(one['said']);
    });
  }
  return file.cases.length;
}

function rotationSaid(inputs: notarium.Inputs): unknown {
  const report = attempt(() => notarium.verifyReceipt(inputs));
  if (report instanceof notarium.RotationError) return { refused: { rotation: report.place, why: report.code } };
  if (report instanceof NotariumError) throw report;
  const { verdict, checks, facts } = JSON.parse(notarium.reportJson(report)) as {
    verdict: string;
    checks: unknown[];
    facts: { relied_on: unknown; times: unknown };
  };
  return { verdict, log: checks[4], witnesses: checks[5], relied_on: facts.relied_on, times: facts.times };
}

interface VerificationFile extends VectorFile {
  readonly policies: Readonly<Record<string, string>>;
}

function verification(name: string): number {
  const file = readVectors<VerificationFile>(name);
  for (const one of file.cases) it(`${name}: ${one.name}`, () => verifiedCase(one, file.policies));
  return file.cases.length;
}

function verifiedCase(one: Case, policies: Readonly<Record<string, string>>): void {
  const evidence = one['evidence'] === null ? null : notarium.digestsOf(fromHex(one['evidence'] as string));
  const policy = one['policy'] === null ? null : notarium.parsePolicy(policies[one['policy'] as string]!);
  const report = notarium.verifyReceipt({ receipt: one['receipt'] as string, evidence, policy });
  const steps = (outcome: string): number[] =>
    report.checks
      .filter((check) => check.outcome === outcome && check.step !== 'ledger')
      .map((check) => notarium.stepNumber(check.step));
  const { vouched } = report.facts.times;
  expect({
    verdict: report.verdict,
    failed: steps('failed'),
    not_made: steps('not-made'),
    vouched: vouched.by === 'witnesses' ? Number(vouched.noLaterThan) : undefined,
    malformed: report.facts.details !== null && 'raw' in report.facts.details,
  }).toEqual({
    verdict: one['verdict'],
    failed: one['failed'],
    not_made: one['not_made'],
    vouched: one['vouched'],
    malformed: one['malformed_details'] === true,
  });
}

describe('vectors', () => {
  let count = 0;
  const files = vectorFiles().filter((name) => !WITHOUT_READER.has(name));
  for (const name of files) {
    const run = SPECIAL[name] ?? (DECODERS[name] || FIELDS[name] ? told : undefined);
    if (run) count += run(name);
    else it(`${name} is known`, () => expect.fail(`${name} is a file of vectors that these tests do not know`));
  }
  it('are there, all of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
    expect(count).toBeGreaterThanOrEqual(579);
  });
});
