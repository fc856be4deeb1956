// Every page there is to look at, in the states that people see it in; found without words, for both languages.

import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

import { choose } from './flows';
import { Ledger } from './ledger';

/** A ledger with some entries, and files to put in: `file-1.txt` and its receipt, and a copy of it that was changed. */
export async function prepared(): Promise<Ledger> {
  const ledger = await Ledger.start('court.example/ledger');
  ledger.run('keygen', '--out', 'me.key');
  for (let at = 1; at <= 9; at++) {
    const name = `file-${at}.txt`;
    writeFileSync(ledger.path(name), `This is file ${at}.\n`);
    ledger.run('submit', name, '--ledger', ledger.url, '--key', 'me.key', '--title', `Lamp design, draft ${at}`);
  }
  mkdirSync(ledger.path('changed'));
  writeFileSync(ledger.path('changed/file-1.txt'), 'This is file 1.\r\n');
  return ledger;
}

export interface Look {
  readonly name: string;
  readonly address: string;
  /** What is done there before it is looked at. */
  readonly act?: (page: Page, ledger: Ledger) => Promise<void>;
}

async function fillDeposit(page: Page, ledger: Ledger): Promise<void> {
  await choose(page, 'deposit', ledger.path('file-2.txt'), ledger.path('file-3.txt'));
  await page.locator('#deposit-flow .panel').nth(2).locator('.button[data-kind="primary"]').click();
  await page.locator('#deposit-flow [name="without-copy"]').check();
}

async function verify(page: Page, ledger: Ledger, ...names: string[]): Promise<void> {
  await choose(page, 'verify', ...names.map((name) => ledger.path(name)));
  await page.locator('.verdict, table.summary').first().waitFor();
}

export const LOOKS: readonly Look[] = [
  { name: 'home', address: '#/' },
  { name: 'verify', address: '#/verify' },
  { name: 'verify-match', address: '#/verify', act: (page, ledger) => verify(page, ledger, 'file-1.txt', 'file-1.txt.receipt') },
  { name: 'verify-mismatch', address: '#/verify', act: (page, ledger) => verify(page, ledger, 'changed/file-1.txt', 'file-1.txt.receipt') },
  { name: 'verify-undetermined', address: '#/verify', act: (page, ledger) => verify(page, ledger, 'file-1.txt.receipt') },
  {
    name: 'verify-many',
    address: '#/verify',
    act: (page, ledger) => verify(page, ledger, 'changed/file-1.txt', 'file-1.txt.receipt', 'file-2.txt', 'file-2.txt.receipt', 'file-3.txt.receipt'),
  },
  {
    name: 'verify-lookup',
    address: '#/verify',
    act: async (page, ledger) => {
      await choose(page, 'verify', ledger.path('file-4.txt'));
      await page.locator('#verify-flow [data-results] + div .button').first().click();
      await page.locator('#verify-flow table').waitFor();
    },
  },
  { name: 'deposit', address: '#/deposit' },
  { name: 'deposit-filled', address: '#/deposit', act: fillDeposit },
  {
    name: 'deposit-done',
    address: '#/deposit',
    act: async (page, ledger) => {
      await fillDeposit(page, ledger);
      await page.locator('#deposit-flow .panel').last().locator('.button[data-kind="primary"]').click();
      await page.locator('.result__number').nth(1).waitFor();
    },
  },
  { name: 'explore', address: '#/explore' },
  { name: 'explore-entry', address: '#/explore/entry/5' },
  { name: 'explore-checkpoints', address: '#/explore/checkpoints' },
  {
    name: 'explore-file',
    address: '#/explore',
    act: async (page, ledger) => {
      await page.locator('#explore-view input[type="file"]').first().setInputFiles(ledger.path('file-5.txt'));
      await page.waitForURL(/#\/explore\/file\//);
      await page.locator('#explore-view tbody tr').first().waitFor();
    },
  },
  { name: 'about', address: '#/about' },
];

/** Opens a page anew, in its state. */
export async function open(page: Page, ledger: Ledger, { address, act }: Look): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${ledger.url}/${address}`);
  await act?.(page, ledger);
  await page.waitForLoadState('networkidle');
}
