// Explore against a real server: live entries, an entry and its proof, search in every way, checkpoints, growth.

import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { visit } from './browser';
import { stage } from './stage';

interface EntryJson {
  index: number;
  public_key: string;
  statement_id: string;
  leaf: string;
  body: { sha256: string; sm3: string };
}

const at = stage();

function deposit(name: string, content: string): void {
  writeFileSync(at.ledger.path(name), content);
  at.ledger.run('submit', name, '--ledger', at.ledger.url, '--key', 'me.key');
}

async function entry(index: number): Promise<EntryJson> {
  return (await fetch(`${at.ledger.url}/v1/entries/${index}`)).json() as Promise<EntryJson>;
}

beforeAll(() => {
  at.ledger.run('keygen', '--out', 'me.key');
  for (let number = 1; number <= 6; number++) deposit(`file-${number}.txt`, `file ${number}\n`);
});

async function opened(rest = ''): Promise<{ page: Page; close: () => Promise<void> }> {
  const { context, page, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/explore${rest}`);
  return {
    page,
    close: async () => {
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
      await context.close();
    },
  };
}

test('new entries appear by themselves, and not while paused', async () => {
  const { page, close } = await opened();
  const first = page.locator('tbody tr').first();
  await expect.poll(() => first.getAttribute('data-index')).toBe('6');
  deposit('late.txt', 'late\n');
  await expect.poll(() => first.getAttribute('data-index'), { timeout: 240_000 }).toBe('7');
  expect(await first.getAttribute('data-new')).toBe('true');
  expect(await page.locator('[data-figure="size"]').textContent()).toBe('8');
  expect(await page.locator('#announcer').textContent()).toBe('1 new; the ledger has 8 entries');
  await page.getByRole('button', { name: 'Pause' }).click();
  deposit('later.txt', 'later\n');
  const looks = page.waitForRequest((request) => request.url().endsWith('/checkpoint'), { timeout: 7_000 });
  await expect(looks).rejects.toThrow();
  expect(await first.getAttribute('data-index')).toBe('7');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => first.getAttribute('data-index'), { timeout: 240_000 }).toBe('8');
  await close();
});

test('an entry shows what it says, and its proof is computed again and drawn', async () => {
  const { page, close } = await opened('/entry/5');
  await page.getByRole('heading', { name: 'Entry 5' }).waitFor();
  const { body, leaf } = await entry(5);
  for (const value of [body.sha256, body.sm3, leaf]) {
    expect(await page.locator('dl.facts').getByText(value).count()).toBe(1);
  }
  await page.getByText('the ledger’s signature over it is valid').waitFor();
  const { hashes } = (await (await fetch(`${at.ledger.url}/v1/proofs/inclusion?index=5`)).json()) as { hashes: string[] };
  const drawing = page.getByRole('img', { name: /Path from entry 5 to the root/ });
  const drawn = await drawing.locator('.hash').allTextContents();
  for (const hash of hashes) expect(drawn).toContain(`${hash.slice(0, 8)}…`);
  expect(await drawing.locator('rect').count()).toBe(2 * hashes.length + 1);
  await page.getByText('The same path as a list').click();
  expect(await page.locator('details ol li').count()).toBe(hashes.length + 1);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download its receipt' }).click();
  expect((await download).suggestedFilename()).toBe('entry-5.receipt');
  await close();
});

test('a proof that does not hold is called so', async () => {
  const { context, page } = await visit(at.browser);
  await page.route('**/v1/proofs/inclusion*', async (route) => {
    const answer = await route.fetch();
    const proof = (await answer.json()) as { hashes: string[] };
    proof.hashes[0] = '00'.repeat(32);
    await route.fulfill({ response: answer, json: proof });
  });
  await page.goto(`${at.ledger.url}/#/explore/entry/5`);
  const alert = page.getByRole('alert').filter({ hasText: 'The proof does not hold' });
  await alert.waitFor();
  expect(await page.getByText('the ledger’s signature over it is valid').count()).toBe(0);
  await context.close();
});

test('a checkpoint with a false signature is called so', async () => {
  const { context, page } = await visit(at.browser);
  await page.route('**/v1/proofs/inclusion*', async (route) => {
    const answer = await route.fetch();
    const proof = (await answer.json()) as { head: { checkpoint: string } };
    proof.head.checkpoint = proof.head.checkpoint.replace(/.{4}\n$/, (end) => (end.startsWith('AAA') ? `BBB${end.slice(3)}` : `AAA${end.slice(3)}`));
    await route.fulfill({ response: answer, json: proof });
  });
  await page.goto(`${at.ledger.url}/#/explore/entry/5`);
  await page.getByRole('alert').filter({ hasText: 'The proof does not hold' }).waitFor();
  await context.close();
});

test('finds by number, digest, key and statement id', async () => {
  const { page, close } = await opened();
  const look = async (query: string) => {
    await page.goto(`${at.ledger.url}/#/explore`);
    await page.getByLabel('Entry number, digest, key or statement id').fill(query);
    await page.getByRole('button', { name: 'Look up' }).click();
  };
  const indexes = async (heading: string) => {
    const panel = page.locator('section.panel', { has: page.getByRole('heading', { name: heading }) });
    await panel.waitFor();
    return panel.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-index')));
  };
  const { body, public_key, statement_id } = await entry(3);
  await look('3');
  await page.getByRole('heading', { name: 'Entry 3' }).waitFor();
  await look(` ${body.sha256.toUpperCase()} `);
  expect(await indexes('With this SHA-256')).toEqual(['3']);
  await look(body.sm3);
  expect(await indexes('With this SM3')).toEqual(['3']);
  await look(statement_id);
  expect(await indexes('With this statement id')).toEqual(['3']);
  await look(public_key);
  expect((await indexes('Signed by this key')).slice(0, 3)).toEqual(['1', '2', '3']);
  await look('ab'.repeat(32));
  await page.getByText('Nothing on this ledger has it.').waitFor();
  await look('999');
  await page.getByText('There is no entry 999.').waitFor();
  await look('not a query');
  await page.getByText('This is neither a number nor 64 hexadecimal digits (11 characters).').waitFor();
  await close();
});

test('finds a file by its fingerprint, without sending it', async () => {
  const { context, page, requests } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/explore`);
  await page.locator('#explore-view input[type="file"]').first().setInputFiles(at.ledger.path('file-2.txt'));
  await page.getByText('One deposit of exactly this file.').waitFor();
  expect(await page.locator('tbody tr').first().getAttribute('data-index')).toBe('2');
  expect(requests.filter((request) => request.method() !== 'GET')).toEqual([]);
  writeFileSync(at.ledger.path('unknown.txt'), 'never deposited');
  await page.goto(`${at.ledger.url}/#/explore`);
  await page.locator('#explore-view input[type="file"]').first().setInputFiles(at.ledger.path('unknown.txt'));
  await page.getByText('This ledger lists no open deposit of this file.').waitFor();
  await context.close();
});

test('shows checkpoints with who signed them, and the growth of the ledger', async () => {
  const { page, close } = await opened('/checkpoints');
  await page.getByRole('heading', { name: 'Checkpoints' }).waitFor();
  await page.getByText('As signed').first().click();
  await page.getByText('— ledger.example/court').first().waitFor();
  expect(await page.locator('[data-held="valid"]').getByText('signature valid').count()).toBeGreaterThan(5);
  expect(await page.locator('[data-quorum="not-required"]').count()).toBeGreaterThan(5);
  await page.goto(`${at.ledger.url}/#/explore`);
  await page.getByRole('img', { name: 'Number of entries over time' }).waitFor();
  await page.getByText(/^From .* to .*: \d+ entries\.$/).waitFor();
  await close();
});
