// A file of 2 GB is hashed in the browser within 300 MB of memory.

import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';

import { visit } from './browser';
import { choose } from './flows';
import { memoryOfChildren, mostAbove } from './memory';
import { stage } from './stage';

const MB = 1024 * 1024;
const SIZE = 2 * 1024 * MB;
/** A whole run takes about half a minute on an idle machine of two cores. */
const PATIENCE = 1_200_000;

const at = stage();

async function digest(algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(at.ledger.path('video.bin'), { highWaterMark: MB })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

test('a sparse file of 2 GB is deposited within 300 MB of memory', { timeout: PATIENCE }, async () => {
  const file = openSync(at.ledger.path('video.bin'), 'w');
  writeSync(file, 'the beginning');
  ftruncateSync(file, SIZE);
  closeSync(file);
  const { context, page, requests, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await page.getByRole('button', { name: 'Make a new key' }).click();
  await page.getByLabel('I have read this, and go on without a copy').check();
  await choose(page, 'deposit', at.ledger.path('video.bin'));
  await page.waitForLoadState('networkidle');
  const before = memoryOfChildren();
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByRole('progressbar').first().waitFor();
  const { most } = await mostAbove(page.locator('.result__number').waitFor({ timeout: PATIENCE }), before);
  console.log(`2 GB hashed with ${(most / MB).toFixed(0)} MB more than before`);
  expect(most).toBeLessThan(300 * MB);
  // OpenSSL, by way of Node.js, computes the same digests.
  const { body } = (await (await fetch(`${at.ledger.url}/v1/entries/1`)).json()) as { body: Record<string, unknown> };
  expect(body).toMatchObject({ sha256: await digest('sha256'), sm3: await digest('sm3'), length: SIZE });
  const sent = requests.map((request) => request.postDataBuffer()?.length ?? 0);
  expect(Math.max(...sent)).toBeLessThan(1024);
  expect(errors).toEqual([]);
  await context.close();
});
