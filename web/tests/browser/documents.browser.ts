// Certificates and reports as the program writes them, in Chromium: on A4, to PDF and to pixels, whole and without network.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, visit } from './browser';
import { Ledger, PROGRAM } from './ledger';

/** Where the pictures go for people to look at; nowhere without it. */
const PICTURES = process.env['NOTARIUM_PICTURES'];
/** Width of A4 between the margins that the documents set, in CSS pixels. */
const PRINTED = Math.floor(((210 - 30) / 25.4) * 96);
const POLICY = ['--policy', 'L/policy'];
const LONG = '夜景'.repeat(35);

let ledger: Ledger;
let browser: Browser;

beforeAll(async () => {
  [ledger, browser] = await Promise.all([Ledger.start(), launch()]);
  const submit = ['--ledger', ledger.url, '--key', 'me.key', ...POLICY];
  ledger.run('keygen', '--out', 'me.key');
  writeFileSync(ledger.path('work.txt'), 'a work\n');
  writeFileSync(ledger.path('copy.txt'), 'a work\n');
  writeFileSync(ledger.path('changed.txt'), 'another work\n');
  mkdirSync(ledger.path('photos'));
  for (let at = 0; at < 150; at += 1) writeFileSync(ledger.path(`photos/${LONG}-${at}.jpg`), `${at}\n`);
  ledger.run('submit', 'work.txt', ...submit);
  ledger.run('submit', 'copy.txt', '--private', '--title', LONG, ...submit);
  ledger.run('submit', 'photos', ...submit);
});

afterAll(async () => {
  await browser.close();
  await ledger.stop();
});

/** Runs a command whose exit code may be 1: a mismatch is written down too. */
function write(...line: string[]): void {
  try {
    execFileSync(PROGRAM, line, { cwd: ledger.folder, stdio: 'pipe' });
  } catch (error) {
    if ((error as { status?: number }).status !== 1) throw error;
  }
}

/** Opens a document as it is printed, and gives its PDF's text by pages. */
async function printed(name: string): Promise<string[]> {
  const { context, page, requests, errors } = await visit(browser, { viewport: { width: PRINTED, height: 1000 } });
  await page.emulateMedia({ media: 'print' });
  const address = pathToFileURL(ledger.path(name)).href;
  await page.goto(address);
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const all = [...document.querySelectorAll('body *')];
    const out = all.filter((element) => element.getBoundingClientRect().right > room + 1 || element.scrollWidth > element.clientWidth + 1);
    // Of inline boxes there is no clientWidth.
    return out.filter((element) => element.clientWidth > 0).map((element) => element.outerHTML.slice(0, 120));
  });
  expect(wide, `${name} runs out of the page`).toEqual([]);
  expect(requests.map((request) => request.url())).toEqual([address]);
  expect(errors).toEqual([]);
  const png = await page.screenshot({ fullPage: true });
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const pdf = await page.pdf({ preferCSSPageSize: true });
  writeFileSync(ledger.path(`${name}.pdf`), pdf);
  if (PICTURES) {
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(join(PICTURES, `${name}.png`), png);
    writeFileSync(join(PICTURES, `${name}.pdf`), pdf);
  }
  await context.close();
  const text = execFileSync('pdftotext', ['-layout', ledger.path(`${name}.pdf`), '-'], { encoding: 'utf8' });
  const size = execFileSync('pdfinfo', [ledger.path(`${name}.pdf`)], { encoding: 'utf8' });
  expect(size).toMatch(/Page size:.*A4/);
  return text.split('\f').slice(0, -1);
}

test('a certificate prints on A4 in each language and in both', async () => {
  const line = ['certificate', 'work.txt.receipt', '--evidence', 'work.txt', ...POLICY, '--ledger', 'L'];
  const pages: Record<string, number> = {};
  for (const language of ['en', 'zh', 'both']) {
    write(...line, '--lang', language, '--out', `certificate-${language}.html`);
    const text = await printed(`certificate-${language}.html`);
    pages[language] = text.length;
    if (language !== 'zh') expect(text.join('')).toContain('Certificate of deposit');
    if (language !== 'en') expect(text.join('').replace(/\s/g, '')).toContain('存证证书');
    for (const page of text) expect(page.trim().length, 'an empty page').toBeGreaterThan(40);
  }
  expect(pages['en']).toBeLessThanOrEqual(3);
  expect(pages['zh']).toBeLessThanOrEqual(3);
  expect(pages['both']).toBeLessThanOrEqual(5);
});

test('reports of a mismatch, a private deposit and a long package run out of no page', async () => {
  write('verify', 'changed.txt', '--receipt', 'work.txt.receipt', ...POLICY, '--lang', 'both', '--report', 'mismatch.html');
  expect((await printed('mismatch.html')).join('')).toContain('mismatch');
  write('verify', 'copy.txt', ...POLICY, '--lang', 'zh', '--report', 'private.html');
  expect((await printed('private.html')).join('').replace(/\s/g, '')).toContain('核验报告');
  for (let at = 0; at < 150; at += 1) writeFileSync(ledger.path(`photos/${LONG}-${at}.jpg`), 'changed\n');
  write('verify', 'photos', ...POLICY, '--lang', 'both', '--report', 'package.html');
  const text = await printed('package.html');
  expect(text.length).toBeGreaterThan(2);
  expect(text.join('').replace(/\s/g, '')).toContain('另有50个');
});
