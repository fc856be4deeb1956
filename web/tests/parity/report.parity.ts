// The same report from the program and from this library: every case of verification.json, as JSON, as text in both languages, and
// as documents: the report in HTML and canonical JSON, and the certificate.
//
// `NOTARIUM` names the program, such as target/release/notarium: `NOTARIUM=... npm run test:parity`.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  DifferenceFinder,
  NotariumError,
  attempt,
  certificateDocument,
  buildManifest,
  depositedOf,
  differenceRemarks,
  digestsOf,
  documentHtml,
  documentJson,
  encodeHex,
  fittingChange,
  folderDifference,
  followRotations,
  memberOf,
  parseManifest,
  parsePolicy,
  parseReceipt,
  possibleChanges,
  renderText,
  reportDocument,
  reportJson,
  utf8,
  verifyReceipt,
  type Inputs,
  type Language,
  type Report,
  type Sentence,
} from '../../src/notarium';
import { localTime } from '../../src/page/parts';
import { readCode } from '../unit/code';
import { fromHex, readVectors, type Case, type VectorFile } from '../unit/vectors';

const PROGRAM = process.env['NOTARIUM'] ?? '';
if (PROGRAM === '') throw new Error('NOTARIUM must name the program, such as target/release/notarium');

const folder = mkdtempSync(join(tmpdir(), 'notarium-parity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program prints; the zone is this process's own, so that local times agree. */
function program(command: 'verify' | 'certificate', ...line: string[]): Promise<{ said: string; error: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    execFile(PROGRAM, [command, ...line], options, (_, said, error) => resolve({ said, error }));
  });
}

/** What `notarium verify` prints, and the document that it writes into a file of this name. */
async function verified(name: string, ...line: string[]): Promise<{ said: string; document: string }> {
  const path = join(folder, name);
  rmSync(path, { force: true });
  const { said, error } = await program('verify', ...line, '--report', name);
  if (said === '') throw new Error(`${line.join(' ')}: ${error}`);
  return { said, document: readFileSync(path, 'utf8') };
}

/** The report of this library on the same inputs, with remarks as the verify page makes them. */
function ours(inputs: Inputs, bytes: Uint8Array): Report {
  const report = verifyReceipt(inputs);
  const { computed, computedSalted, recorded, salted } = report.facts.evidence;
  const own = salted ? computedSalted : computed;
  const receipt = attempt(() => parseReceipt(inputs.receipt));
  const deposited = receipt instanceof NotariumError ? null : depositedOf(receipt);
  if (!deposited || !own || !recorded || (own.sha256 === recorded.sha256 && own.sm3 === recorded.sm3 && own.length === recorded.length)) {
    return report;
  }
  const finder = new DifferenceFinder(possibleChanges(bytes.length, deposited));
  finder.update(bytes);
  const remarks: Sentence[] = differenceRemarks(bytes.length, deposited, fittingChange(finder.finish(), deposited));
  return verifyReceipt({ ...inputs, remarks });
}

/** What is verified, as the command line is told. */
interface Line {
  readonly path: string;
  readonly receipt: string;
  readonly options: readonly string[];
}

/** Compares what the program makes of it with ours, in every form. */
async function compare({ path, receipt, options }: Line, inputs: Inputs, bytes: Uint8Array): Promise<void> {
  const json = await verified('both.html', path, ...options, '--json', '--lang', 'both');
  const made = (JSON.parse(json.said) as { provenance: Record<string, string> }).provenance;
  const at = (time: string): Report => {
    return ours({ ...inputs, provenance: { ...inputs.provenance, software: made['software']!, verifiedAt: Date.parse(time) } }, bytes);
  };
  const report = at(made['verified_at']!);
  expect(reportJson(report)).toBe(json.said);
  const policy = inputs.policy ?? null;
  const proof = typeof inputs.receipt === 'string' ? utf8(inputs.receipt) : inputs.receipt;
  const html = (program: string, kind: typeof reportDocument, languages: readonly Language[]): void => {
    // The last time in it is when it was made.
    const found = at(program.match(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g)!.at(-1)!);
    same(documentHtml(kind(found, proof, policy), languages, localTime), program);
  };
  html(json.document, reportDocument, ['zh', 'en']);
  const english = await verified('en.json', path, ...options, '--lang', 'en');
  const chinese = await verified('zh.html', path, ...options, '--lang', 'zh');
  expect(untimed(renderText(report, 'en', localTime), 'en')).toBe(untimed(english.said, 'en'));
  expect(untimed(renderText(report, 'zh', localTime), 'zh')).toBe(untimed(chinese.said, 'zh'));
  html(chinese.document, reportDocument, ['zh']);
  const { verification } = JSON.parse(english.document) as { verification: { at: string } };
  expect(documentJson(reportDocument(at(verification.at), proof, policy))).toBe(english.document);
  const certificate = await program('certificate', receipt, '--evidence', path, ...options, '--lang', 'en');
  const refused = attempt(() => certificateDocument(report, proof, policy));
  if (refused instanceof NotariumError) {
    expect(certificate.said).toBe('');
    return;
  }
  html(certificate.said, certificateDocument, ['en']);
  certified += 1;
}

/** Certificates that were compared. */
let certified = 0;

/** The same bytes, but for how the QR code is drawn; both drawings say the same. */
function same(ours: string, program: string): void {
  const drawing = /<svg .*?<\/svg>/;
  const [own, its] = [drawing.exec(ours), drawing.exec(program)];
  expect(own && readCode(own[0])).toBe(its && readCode(its[0]));
  expect(ours.replace(drawing, '')).toBe(program.replace(drawing, ''));
}

/** The text without the line that says when it was made. */
function untimed(text: string, language: Language): string {
  const label = language === 'en' ? 'verified at' : '核验时间';
  const lines = text.split('\n');
  expect(lines.filter((line) => line.includes(label)).length).toBe(1);
  return lines.filter((line) => !line.includes(label)).join('\n');
}

interface RotationFile extends VectorFile {
  readonly policies: Readonly<Record<string, string>>;
  readonly receipts: Readonly<Record<string, string>>;
}

interface VerificationFile extends VectorFile {
  readonly policies: Readonly<Record<string, string>>;
}

describe('the report is the command line’s', () => {
  const file = readVectors<VerificationFile>('verification.json');
  // The program always has a file; without one it verifies nothing.
  const cases = file.cases.filter((one) => one['evidence'] !== null);

  it('in all cases that have evidence', () => {
    expect(cases.length).toBeGreaterThanOrEqual(116);
  });

  for (const one of cases) {
    it(one.name, async () => {
      const bytes = fromHex(one['evidence'] as string);
      const policyText = policyOf(one, file);
      writeFileSync(join(folder, 'evidence'), bytes);
      writeFileSync(join(folder, 'evidence.receipt'), one['receipt'] as string);
      if (policyText !== null) writeFileSync(join(folder, 'policy'), policyText);
      const inputs: Inputs = {
        receipt: one['receipt'] as string,
        evidence: digestsOf(bytes),
        policy: policyText === null ? null : parsePolicy(policyText),
        provenance: { evidence: 'evidence', receipt: 'evidence.receipt', policy: policyText === null ? null : 'policy' },
      };
      const options = policyText === null ? [] : ['--policy', 'policy'];
      await compare({ path: 'evidence', receipt: 'evidence.receipt', options }, inputs, bytes);
    });
  }

  it('for a folder that is not as its manifest says', async () => {
    const files = { 'a.txt': 'a', 'b/c.txt': 'c', 'b/d.txt': 'd', 'moved.txt': 'm', 'gone.txt': 'g' };
    const now = { 'a.txt': 'a', 'b/c.txt': 'C', 'b/d.txt': 'd', 'moved/here.txt': 'm', 'new.txt': 'n' };
    const manifest = manifestOf(files);
    const small = readVectors<{ vkey: string; entries: { receipt: string }[] }>('small-ledger.json');
    mkdirSync(join(folder, 'page/b'), { recursive: true });
    mkdirSync(join(folder, 'page/moved'), { recursive: true });
    for (const [path, text] of Object.entries(now)) writeFileSync(join(folder, 'page', path), text);
    writeFileSync(join(folder, 'page.sha256'), manifest.bytes);
    const receipt = small.entries[4]!.receipt;
    writeFileSync(join(folder, 'page.sha256.receipt'), receipt);
    const policy = `log ${small.vkey}\nquorum none\n`;
    writeFileSync(join(folder, 'small'), policy);
    const inputs: Inputs = {
      receipt,
      evidence: digestsOf(manifest.bytes),
      folder: folderDifference(parseManifest(manifest.bytes), manifestOf(now)),
      policy: parsePolicy(policy),
      provenance: { evidence: 'page.sha256', receipt: 'page.sha256.receipt', policy: 'small' },
    };
    await compare({ path: 'page', receipt: 'page.sha256.receipt', options: ['--policy', 'small'] }, inputs, manifest.bytes);
    // One file of it: as it is listed, renamed, changed, foreign.
    for (const [file, text] of [['page/b/d.txt', 'd'], ['page/moved/here.txt', 'm'], ['page/b/c.txt', 'C'], ['page/new.txt', 'n']] as const) {
      const sha256 = encodeHex(digestsOf(utf8(text)).sha256);
      const { said, error } = await program('verify', file, '--manifest', 'page.sha256', '--policy', 'small', '--json');
      if (said === '') throw new Error(error);
      const { provenance } = JSON.parse(said) as { provenance: Record<string, string> };
      const member = memberOf(parseManifest(manifest.bytes), file, sha256);
      const made = { ...inputs.provenance, software: provenance['software']!, verifiedAt: Date.parse(provenance['verified_at']!) };
      expect(reportJson(ours({ ...inputs, folder: null, member, provenance: made }, manifest.bytes))).toBe(said);
    }
  });

  // What is deposited there is of no matter: any file does, and differs.
  const rotated = readVectors<RotationFile>('rotations.json');
  for (const one of rotated.cases) {
    const names = one['rotations'] as string[];
    const without = one['without'] as string | null;
    if ('refused' in (one['said'] as object) || (names.length === 0 && without === null)) continue;
    it(`rotations.json: ${one.name}`, async () => {
      const bytes = utf8('another text\n');
      const receipt = rotated.receipts[one['receipt'] as string]!;
      const policyText = rotated.policies[one['policy'] as string]!;
      writeFileSync(join(folder, 'rotated'), bytes);
      writeFileSync(join(folder, 'rotated.receipt'), receipt);
      writeFileSync(join(folder, 'rotated.policy'), policyText);
      for (const [name, text] of Object.entries(rotated.receipts)) writeFileSync(join(folder, `${name}.given`), text);
      const rotations = names.map((name) => parseReceipt(rotated.receipts[name]!));
      const inputs: Inputs = {
        receipt,
        evidence: digestsOf(bytes),
        policy: followRotations(parsePolicy(policyText), rotations),
        without: without === null ? null : parseReceipt(rotated.receipts[without]!).checkpoint,
        provenance: { evidence: 'rotated', receipt: 'rotated.receipt', policy: 'rotated.policy' },
      };
      const options = ['--policy', 'rotated.policy', ...names.flatMap((name) => ['--rotation', `${name}.given`])];
      if (without !== null) options.push('--not-before', `${without}.given`);
      await compare({ path: 'rotated', receipt: 'rotated.receipt', options }, inputs, bytes);
    });
  }

  it('in certificates too, of which there are many', () => {
    expect(certified).toBeGreaterThan(20);
  });
});

function policyOf(one: Case, file: VerificationFile): string | null {
  return one['policy'] === null ? null : file.policies[one['policy'] as string]!;
}

function manifestOf(files: Readonly<Record<string, string>>): ReturnType<typeof buildManifest> {
  return buildManifest(Object.entries(files).map(([path, text]) => ({ path, sha256: digestsOf(utf8(text)).sha256 })));
}
