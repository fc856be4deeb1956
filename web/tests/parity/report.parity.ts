// The same report from the program and from this library: every case of verification.json, as JSON and as text in both languages.
//
// `NOTARIUM` names the program, such as target/release/notarium: `NOTARIUM=... npm run test:parity`.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  DifferenceFinder,
  NotariumError,
  attempt,
  buildManifest,
  depositedOf,
  differenceRemarks,
  digestsOf,
  fittingChange,
  folderDifference,
  parseManifest,
  parsePolicy,
  parseReceipt,
  possibleChanges,
  renderText,
  reportJson,
  utf8,
  verifyReceipt,
  type Inputs,
  type Language,
  type Report,
  type Sentence,
} from '../../src/notarium';
import { localTime } from '../../src/page/parts';
import { fromHex, readVectors, type Case, type VectorFile } from '../unit/vectors';

const PROGRAM = process.env['NOTARIUM'] ?? '';
if (PROGRAM === '') throw new Error('NOTARIUM must name the program, such as target/release/notarium');

const folder = mkdtempSync(join(tmpdir(), 'notarium-parity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program prints; the zone is this process's own, so that local times agree. */
function program(...line: string[]): string {
  const { stdout, stderr } = spawnSync(PROGRAM, ['verify', ...line], { cwd: folder, encoding: 'utf8' });
  if (stdout === '') throw new Error(`${line.join(' ')}: ${stderr}`);
  return stdout;
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

/** Compares the program's report on `path` with ours, in all three forms. */
function compare(path: string, options: readonly string[], inputs: Inputs, bytes: Uint8Array): void {
  const json = program(path, ...options, '--json');
  const { software, verified_at: at } = (JSON.parse(json) as { provenance: Record<string, string> }).provenance;
  const provenance = { ...inputs.provenance, software: software!, verifiedAt: Date.parse(at!) };
  const report = ours({ ...inputs, provenance }, bytes);
  expect(reportJson(report)).toBe(json);
  for (const language of ['en', 'zh'] as const) {
    const text = program(path, ...options, '--lang', language);
    expect(untimed(renderText(report, language, localTime), language)).toBe(untimed(text, language));
  }
}

/** The text without the line that says when it was made. */
function untimed(text: string, language: Language): string {
  const label = language === 'en' ? 'verified at' : '核验时间';
  const lines = text.split('\n');
  expect(lines.filter((line) => line.includes(label)).length).toBe(1);
  return lines.filter((line) => !line.includes(label)).join('\n');
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
    it(one.name, () => {
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
      compare('evidence', policyText === null ? [] : ['--policy', 'policy'], inputs, bytes);
    });
  }

  it('for a folder that is not as its manifest says', () => {
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
    compare('page', ['--policy', 'small'], inputs, manifest.bytes);
  });
});

function policyOf(one: Case, file: VerificationFile): string | null {
  return one['policy'] === null ? null : file.policies[one['policy'] as string]!;
}

function manifestOf(files: Readonly<Record<string, string>>): ReturnType<typeof buildManifest> {
  return buildManifest(Object.entries(files).map(([path, text]) => ({ path, sha256: digestsOf(utf8(text)).sha256 })));
}
