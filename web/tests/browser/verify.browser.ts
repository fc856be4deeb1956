// Verify: what must not pass, what the report says, on paper too, and the verifier as one file without a network.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { visit } from './browser';
import { carries, choose, flipByte, outcomes, read, save, verdict } from './flows';
import { Ledger } from './ledger';
import { stage } from './stage';

const at = stage();
let other: Ledger;

beforeAll(async () => {
  other = await Ledger.start('other.example/ledger');
  for (const [of, names] of [[at.ledger, ['a.txt', 'b.txt']], [other, ['c.txt']]] as const) {
    of.run('keygen', '--out', 'me.key');
    for (const name of names) {
      writeFileSync(of.path(name), `content of ${name}\n`);
      of.run('submit', name, '--ledger', of.url, '--key', 'me.key', '--title', `title of ${name}`);
    }
  }
});

afterAll(() => other.stop());

async function opened(): Promise<{ page: Page; close: () => Promise<void> }> {
  const { context, page, requests, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/verify`);
  return {
    page,
    close: async () => {
      expect(errors).toEqual([]);
      expect(carries(requests, 'content of', 'title of')).toEqual([]);
      await context.close();
    },
  };
}

const PASSED = 'passed';
const FAILED = 'failed';
const NOT_MADE = 'not-made';

test('the receipt of another file is a mismatch', async () => {
  const { page, close } = await opened();
  mkdirSync(at.ledger.path('swapped'), { recursive: true });
  writeFileSync(at.ledger.path('swapped/a.txt.receipt'), read(at.ledger.path('b.txt.receipt')));
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('swapped/a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  expect((await outcomes(page)).slice(0, 7)).toEqual([PASSED, FAILED, PASSED, PASSED, PASSED, PASSED, PASSED]);
  await close();
});

test('a receipt with one byte changed is never a match', async () => {
  const { page, close } = await opened();
  const receipt = read(at.ledger.path('a.txt.receipt'));
  mkdirSync(at.ledger.path('damaged'), { recursive: true });
  // In the entry, in the path, in the checkpoint's root and in its signature.
  const places = [60, 300, receipt.indexOf('ledger.example/court\n') + 26, receipt.length - 20];
  for (const place of places) {
    writeFileSync(at.ledger.path('damaged/a.txt.receipt'), flipByte(receipt, place));
    await page.reload();
    await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('damaged/a.txt.receipt'));
    await page.locator('.verdict').waitFor();
    expect(['mismatch', 'undetermined'], `byte ${place}`).toContain(await verdict(page));
  }
  await close();
});

test('a receipt of another ledger cannot be told, until its policy is opened; then it is a match', async () => {
  const { page, close } = await opened();
  await choose(page, 'verify', other.path('c.txt'), other.path('c.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('undetermined');
  expect((await outcomes(page))[4]).toBe(NOT_MADE);
  await page.getByText('The receipt is from another ledger (other.example/ledger)').waitFor();
  const policy = page.locator('#verify-flow .panel', { hasText: 'Whom this check relies on' }).locator('input[type="file"]').first();
  await policy.setInputFiles(other.path('L/policy'));
  await expect.poll(() => verdict(page)).toBe('match');
  await page.getByRole('button', { name: 'Back to the built-in policy' }).click();
  await expect.poll(() => verdict(page)).toBe('undetermined');
  await close();
});

test('a wrong policy takes a match away, and a broken one takes nobody’s place', async () => {
  const { page, close } = await opened();
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  const policy = page.locator('#verify-flow .panel', { hasText: 'Whom this check relies on' }).locator('input[type="file"]').first();
  writeFileSync(at.ledger.path('broken'), 'quorum 7\n');
  await policy.setInputFiles(at.ledger.path('broken'));
  await page.getByText('broken is not a policy that can be used').waitFor();
  expect(await verdict(page)).toBe('match');
  await policy.setInputFiles(other.path('L/policy'));
  await expect.poll(() => verdict(page)).toBe('undetermined');
  await close();
});

test('many files and their receipts at once are a table, with a report for each', async () => {
  const { page, close } = await opened();
  mkdirSync(at.ledger.path('many'), { recursive: true });
  writeFileSync(at.ledger.path('many/b.txt'), 'content of b.txt, but longer\n');
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'), at.ledger.path('many/b.txt'), at.ledger.path('b.txt.receipt'));
  await page.getByText('2 checked: 1 match, 1 mismatch, 0 undetermined').waitFor();
  const rows = page.locator('table.summary tbody tr');
  expect(await rows.locator('.summary__verdict').allTextContents()).toEqual(['match', 'mismatch']);
  await rows.nth(1).getByRole('button', { name: 'Show the report' }).click();
  expect(await verdict(page)).toBe('mismatch');
  await close();
});

test('without a receipt the file is looked up by its fingerprint, and the receipt fetched', async () => {
  const { page, close } = await opened();
  await choose(page, 'verify', at.ledger.path('a.txt'));
  await page.getByRole('button', { name: 'Ask the ledger by fingerprint' }).click();
  await page.getByText('1 deposits of this file').or(page.getByText(/deposits? of this file/)).first().waitFor();
  await page.getByRole('button', { name: 'Get the receipt and verify' }).click();
  await expect.poll(() => verdict(page)).toBe('match');
  await close();
});

/** The members of a report that say who made it, where and when. */
function withoutMaker(report: string): unknown {
  const { provenance, ...rest } = JSON.parse(report) as { provenance: Record<string, unknown> };
  const { software, verified_at, policy, receipt, evidence, verified_by, ...digests } = provenance;
  void [software, verified_at, policy, receipt, evidence, verified_by];
  return { ...rest, provenance: digests };
}

test('the report is the command line’s, member by member', async () => {
  const { page, close } = await opened();
  await page.getByLabel('Also ask the ledger for earlier deposits').uncheck();
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  await save(page, page.getByRole('button', { name: 'Save as data (JSON)' }), at.ledger.path('page.json'));
  await save(page, page.getByRole('button', { name: 'Save as text' }), at.ledger.path('page.txt'));
  const program = at.ledger.run('verify', 'a.txt', '--policy', 'L/policy', '--json');
  // The built-in policy has other comments than the one of the folder, so its digest is its own.
  const made = withoutMaker(read(at.ledger.path('page.json')).toString()) as { provenance: Record<string, unknown> };
  const told = withoutMaker(program) as { provenance: Record<string, unknown> };
  delete made.provenance['policy_sha256'];
  delete told.provenance['policy_sha256'];
  expect(made).toEqual(told);
  const text = at.ledger.run('verify', 'a.txt', '--policy', 'L/policy', '--lang', 'en').split('\n');
  const written = read(at.ledger.path('page.txt')).toString().split('\n');
  const differing = text.filter((line, at) => line !== written[at]).map((line) => line.trim().split(/ {2,}/)[0]);
  expect(written).toHaveLength(text.length);
  expect(differing.filter((label) => !/software|policy|SHA-256|verified at|evidence|receipt/.test(label!))).toEqual([]);
  // On paper and on the screen it says all of it too.
  const shown = (await page.locator('article.report').evaluate((report) => report.textContent ?? '')).replace(/\s/g, '').toLowerCase();
  const words = written.flatMap((line) => line.trim().split(/ {2,}/)).map((part) => part.replace(/\s|^- ?|^\d$/g, '').toLowerCase());
  const gone = words.filter((part) => part !== '' && !shown.includes(part.replace(/->/g, '→').replace(/^title:/, 'title')));
  expect(gone).toEqual([]);
  await close();
});

test('the report prints on A4, whole and readable, in both languages', async () => {
  for (const [locale, words] of [
    ['en-GB', ['Verification report', 'Match', 'What it does not prove', 'title of a.txt', 'inclusion']],
    ['zh-CN', ['核验报告', '一致', '不能证明的事项', 'title of a.txt', '包含证明']],
  ] as const) {
    const { context, page } = await visit(at.browser, { locale, colorScheme: 'dark' });
    await page.goto(`${at.ledger.url}/#/verify`);
    await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'));
    await expect.poll(() => verdict(page)).toBe('match');
    const pdf = at.ledger.path(`report-${locale}.pdf`);
    await page.pdf({ path: pdf, preferCSSPageSize: true });
    const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
    expect(info).toMatch(/Page size: +59[45](\.\d+)? x 84[12](\.\d+)? pts \(A4\)/);
    const said = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
    for (const word of words) expect(said).toContain(word);
    // What can only be clicked is not printed.
    for (const button of ['Choose files', '选择文件', 'Print the report', '打印报告', 'verify.html']) expect(said).not.toContain(button);
    await context.close();
  }
});

test('verify.html opens from disk with the network off, verifies, and says which build it is', async () => {
  const { context, page, requests, errors } = await visit(at.browser, { offline: true });
  at.ledger.run('verifier', '--out', 'verify.html', '--policy', 'L/policy');
  await page.goto(pathToFileURL(at.ledger.path('verify.html')).href);
  await page.getByText(/^notarium \d+\.\d+\.\d+ \(build .+\)$/).waitFor();
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect((await outcomes(page)).slice(0, 7)).toEqual(Array(7).fill(PASSED));
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('.verdict__word').filter({ hasText: '一致' }).waitFor();
  await choose(page, 'verify', at.ledger.path('b.txt'));
  mkdirSync(at.ledger.path('off'), { recursive: true });
  writeFileSync(at.ledger.path('off/a.txt'), 'content of A.txt\n');
  await page.reload();
  await choose(page, 'verify', at.ledger.path('off/a.txt'), at.ledger.path('a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  const asked = requests.map((request) => request.url()).filter((url) => !/^(file|blob|data):/.test(url));
  expect(asked).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('verify.html without a policy asks for one, and hashes in a worker', async () => {
  const { context, page, errors } = await visit(at.browser, { offline: true });
  at.ledger.run('verifier', '--out', 'bare.html');
  await page.goto(pathToFileURL(at.ledger.path('bare.html')).href);
  await page.getByText('No policy is built in.').waitFor();
  const worker = page.waitForEvent('worker');
  await choose(page, 'verify', at.ledger.path('a.txt'), at.ledger.path('a.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('undetermined');
  // It runs: one that did not start would have been ended.
  expect(await (await worker).evaluate(() => typeof self.postMessage)).toBe('function');
  await page.locator('#verify-flow .panel', { hasText: 'Whom this check relies on' }).locator('input[type="file"]').first().setInputFiles(at.ledger.path('L/policy'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(errors).toEqual([]);
  await context.close();
});

test('verify.html lets nothing out: its own policy forbids every request', async () => {
  const { context, page } = await visit(at.browser);
  at.ledger.run('verifier', '--out', 'closed.html');
  await page.goto(pathToFileURL(at.ledger.path('closed.html')).href);
  const blocked = await page.evaluate(async (url) => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const refused = await fetch(url).then(() => false, () => true);
    const script = document.createElement('script');
    script.textContent = 'window.broken = true';
    document.head.append(script);
    for (let tries = 0; seen.length < 2 && tries < 2_400; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    return { refused, seen: seen.sort(), broken: 'broken' in window };
  }, `${at.ledger.url}/checkpoint`);
  expect(blocked).toEqual({ refused: true, seen: ['connect-src', 'script-src-elem'], broken: false });
  await context.close();
});

test('verify.html is offered on the page, with this ledger’s policy in it', async () => {
  const { page, close } = await opened();
  await save(page, page.getByRole('link', { name: 'Download verify.html' }), at.ledger.path('offered.html'));
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(at.ledger.path('offered.html')).href);
  await choose(page, 'verify', at.ledger.path('b.txt'), at.ledger.path('b.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  await close();
});
