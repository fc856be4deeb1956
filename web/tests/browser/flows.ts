// What a person does on the pages, as the tests do it.

import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Presses a button and takes the download that it starts; gives the name that is proposed for it. */
export async function save(page: Page, press: Locator, path: string): Promise<string> {
  const download = page.waitForEvent('download');
  await press.click();
  const file = await download;
  await file.saveAs(path);
  return file.suggestedFilename();
}

export async function choose(page: Page, flow: 'verify' | 'deposit', ...paths: string[]): Promise<void> {
  await page.locator(`#${flow}-flow [data-choose="files"]`).setInputFiles(paths);
}

export async function chooseFolder(page: Page, flow: 'verify' | 'deposit', path: string): Promise<void> {
  await page.locator(`#${flow}-flow [data-choose="folder"]`).setInputFiles(path);
}

/** Makes a key and saves a copy of it. */
export async function makeKey(page: Page, path: string, passphrase = ''): Promise<void> {
  await page.getByRole('button', { name: 'Make a new key' }).click();
  if (passphrase !== '') {
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await page.getByLabel('Passphrase, once more').fill(passphrase);
  }
  await save(page, page.getByRole('button', { name: 'Save the key file' }), path);
}

/** Presses the button that deposits; gives the entry numbers once all are there. */
export async function deposit(page: Page, count = 1): Promise<number[]> {
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await expect.poll(() => page.locator('.result__number').count(), { timeout: 240_000 }).toBe(count);
  const numbers = await page.locator('.result__number').allInnerTexts();
  return numbers.map((text) => Number(/\d+/.exec(text)![0]));
}

/** The verdict that the page shows. */
export function verdict(page: Page): Promise<string | null> {
  return page.locator('.verdict').getAttribute('data-verdict');
}

/** How each step came out, in order. */
export function outcomes(page: Page): Promise<(string | null)[]> {
  return page.locator('.check').evaluateAll((checks) => checks.map((check) => check.getAttribute('data-outcome')));
}

/** Whether any of these requests has any of these words in its address or its body. */
export function carries(requests: readonly { url(): string; postDataBuffer(): Buffer | null }[], ...words: string[]): string[] {
  return requests.flatMap((request) => {
    const said = `${decodeURIComponent(request.url())}\n${request.postDataBuffer()?.toString('latin1') ?? ''}`;
    return words.filter((word) => said.includes(Buffer.from(word).toString('latin1')) || said.includes(word));
  });
}

export function flipByte(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
  return flipped;
}

export function read(path: string): Buffer {
  return readFileSync(path);
}
