// Deposit and verify: a file, many, a folder, a private one; keys; what is sent and what is not.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, visit } from './browser';
import { carries, choose, chooseFolder, deposit, flipByte, makeKey, outcomes, read, save, verdict } from './flows';
import { Ledger } from './ledger';

const CONTENT = 'The quick brown fox, drawn by hand.\n';

let ledger: Ledger;
let browser: Browser;

beforeAll(async () => {
  [ledger, browser] = await Promise.all([Ledger.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await ledger.stop();
});

test('a file is deposited and verified; with one byte changed it is a mismatch; nothing of it was sent', async () => {
  writeFileSync(ledger.path('fox.txt'), CONTENT);
  const { context, page, requests, errors } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ledger.path('fox.txt'));
  await page.getByLabel('Title').fill('Fox, final');
  await makeKey(page, ledger.path('fox.key'));
  const [index] = await deposit(page);
  await page.getByText('every step that can be made now holds').waitFor();
  const name = await save(page, page.getByRole('button', { name: 'Save the receipt' }), ledger.path('fox.txt.receipt'));
  expect(name).toBe('fox.txt.receipt');

  // The command line agrees, and reads the title out of the receipt.
  const report = ledger.run('verify', 'fox.txt', '--policy', 'L/policy', '--lang', 'en');
  expect(report).toContain('Fox, final');
  expect(report).toMatch(new RegExp(`entry number +${index}`));

  await page.goto(`${ledger.url}/#/verify`);
  await choose(page, 'verify', ledger.path('fox.txt'), ledger.path('fox.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(await outcomes(page)).toEqual(Array(8).fill('passed'));
  await page.locator('.check__line').first().click();
  await page.locator('.check__help').first().waitFor({ state: 'visible' });
  await page.getByText('Fox, final').first().waitFor();

  mkdirSync(ledger.path('changed'));
  writeFileSync(ledger.path('changed/fox.txt'), flipByte(Buffer.from(CONTENT), 4));
  await choose(page, 'verify', ledger.path('changed/fox.txt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  expect((await outcomes(page))[1]).toBe('failed');
  expect(await page.locator('.verdict__word').innerText()).toMatch(/mismatch/i);

  expect(requests.filter((request) => request.method() === 'POST').map((request) => new URL(request.url()).pathname)).toEqual(['/v1/evidence']);
  expect(carries(requests, 'brown', 'fox', 'Fox, final')).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('a changed line end is named, and softens no verdict', async () => {
  const { context, page } = await visit(browser);
  mkdirSync(ledger.path('mailed'));
  writeFileSync(ledger.path('mailed/fox.txt'), CONTENT.replace('\n', '\r\n'));
  await page.goto(`${ledger.url}/#/verify`);
  await choose(page, 'verify', ledger.path('mailed/fox.txt'), ledger.path('fox.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  await page.locator('.remarks').getByText('its line ends were LF, not CR LF').waitFor();
  await context.close();
});

test('earlier deposits of the same are told', async () => {
  const { context, page } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ledger.path('fox.txt'));
  await makeKey(page, ledger.path('other.key'));
  await deposit(page);
  await page.getByText(/Earlier deposits of the same evidence: 1; the first is entry 1/).waitFor();
  await context.close();
});

test('several files, each on its own, and their receipts in one archive', async () => {
  const names = ['one.txt', 'two.txt', 'three.txt'];
  for (const name of names) writeFileSync(ledger.path(name), name);
  const { context, page } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ...names.map((name) => ledger.path(name)));
  await makeKey(page, ledger.path('several.key'));
  expect(await deposit(page, 3)).toHaveLength(3);
  await save(page, page.getByRole('button', { name: 'Save all receipts (ZIP)' }), ledger.path('receipts.zip'));
  const archive = readFileSync(ledger.path('receipts.zip'), 'latin1');
  for (const name of names) expect(archive).toContain(`${name}.receipt`);
  await context.close();
});

test('a folder is a package: verified whole, and one file of it found changed', async () => {
  const folder = ledger.path('photos');
  mkdirSync(`${folder}/raw`, { recursive: true });
  writeFileSync(`${folder}/a.jpg`, 'picture a');
  writeFileSync(`${folder}/raw/乙.jpg`, 'picture b');
  const { context, page, requests } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await chooseFolder(page, 'deposit', folder);
  await page.getByText('package of 2 files').waitFor();
  await makeKey(page, ledger.path('folder.key'));
  await deposit(page);
  const receipt = await save(page, page.getByRole('button', { name: 'Save the receipt' }), ledger.path('folder.receipt'));
  const manifest = await save(page, page.getByRole('button', { name: 'Save the manifest' }), ledger.path('folder.manifest'));
  writeFileSync(ledger.path(receipt), read(ledger.path('folder.receipt')));
  writeFileSync(ledger.path(manifest), read(ledger.path('folder.manifest')));
  expect(read(ledger.path(manifest)).toString()).toMatch(/^[0-9a-f]{64} {2}a\.jpg\n[0-9a-f]{64} {2}raw\/乙\.jpg\n$/);
  expect(ledger.run('verify', 'photos', '--policy', 'L/policy', '--lang', 'en')).toMatch(/match/i);
  expect(carries(requests, 'picture', 'a.jpg', '乙')).toEqual([]);

  await page.goto(`${ledger.url}/#/verify`);
  await chooseFolder(page, 'verify', folder);
  await choose(page, 'verify', ledger.path(receipt), ledger.path(manifest));
  await expect.poll(() => page.locator('.verdict').first().getAttribute('data-verdict')).toBe('match');
  writeFileSync(`${folder}/a.jpg`, 'picture A');
  await chooseFolder(page, 'verify', folder);
  await expect.poll(() => page.locator('.verdict').first().getAttribute('data-verdict')).toBe('mismatch');
  await page.getByText('a.jpg').last().waitFor();
  await context.close();
});

test('a private deposit shows its fingerprint to nobody, and verifies with its receipt', async () => {
  writeFileSync(ledger.path('number.txt'), '13800138000');
  const { context, page, requests } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ledger.path('number.txt'));
  await page.getByLabel('Private: hide the fingerprint too').check();
  await makeKey(page, ledger.path('private.key'));
  const [index] = await deposit(page);
  await save(page, page.getByRole('button', { name: 'Save the receipt' }), ledger.path('number.txt.receipt'));
  const entry = (await (await fetch(`${ledger.url}/v1/entries/${index}`)).json()) as { body: { mode: string; length: number } };
  expect(entry.body).toMatchObject({ mode: 'salted', length: 0 });
  await page.goto(`${ledger.url}/#/verify`);
  await page.getByLabel('Also ask the ledger for earlier deposits').uncheck();
  const before = requests.length;
  await choose(page, 'verify', ledger.path('number.txt'), ledger.path('number.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(requests.slice(before).filter((request) => !request.url().startsWith('blob:') && !request.url().includes('/assets/'))).toEqual([]);
  await context.close();
});

test('a key is exported under a passphrase, opened again, and signs as before; the command line opens it too', async () => {
  const { context, page } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ledger.path('one.txt'));
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByText('Make or open a key first.').waitFor();
  await makeKey(page, ledger.path('locked.key'), 'correct horse');
  const shown = page.locator('#deposit-flow').getByText(/^[0-9a-f]{64}$/);
  const publicKey = await shown.first().innerText();
  expect(read(ledger.path('locked.key')).toString()).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);

  await page.reload();
  await page.locator('#deposit-flow .panel', { hasText: 'Your key' }).locator('input[type="file"]').setInputFiles(ledger.path('locked.key'));
  const passphrase = page.getByLabel('Passphrase of locked.key');
  await passphrase.fill('wrong horse');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('The passphrase does not open the key.').waitFor();
  await passphrase.fill('correct horse');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  expect(await shown.first().innerText()).toBe(publicKey);
  await choose(page, 'deposit', ledger.path('two.txt'));
  const [index] = await deposit(page);
  const entry = (await (await fetch(`${ledger.url}/v1/entries/${index}`)).json()) as { public_key: string };
  expect(entry.public_key).toBe(publicKey);

  writeFileSync(ledger.path('cli.txt'), 'by the command line');
  writeFileSync(ledger.path('passphrase'), 'correct horse\n');
  ledger.run('submit', 'cli.txt', '--ledger', ledger.url, '--key', 'locked.key', '--passphrase-file', 'passphrase');
  expect(existsSync(ledger.path('cli.txt.receipt'))).toBe(true);
  await context.close();
});

test('a key is kept in the browser only when asked, and encrypted', async () => {
  const { context, page } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  const kept = () => page.evaluate(() => JSON.stringify({ ...localStorage }));
  await makeKey(page, ledger.path('not-kept.key'), 'correct horse');
  expect(await kept()).not.toMatch(/PRIVATE KEY/);
  await page.reload();
  await page.getByRole('button', { name: 'Make a new key' }).click();
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
  await page.getByLabel('Passphrase, once more').fill('correct horse');
  await page.getByLabel('Keep it in this browser too').check();
  await save(page, page.getByRole('button', { name: 'Save the key file' }), ledger.path('kept.key'));
  await expect.poll(kept).toMatch(/ENCRYPTED PRIVATE KEY/);
  expect(await kept()).not.toMatch(/BEGIN PRIVATE KEY/);
  await page.reload();
  await page.getByText('A key is kept in this browser:').waitFor();
  await context.close();
});

test('the whole of a deposit and its verification by keyboard alone', async () => {
  const { context, page } = await visit(browser);
  await page.goto(`${ledger.url}/#/deposit`);
  /** Tabs on to what is named, as far as there is anything to tab to. */
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate(() => {
        const at = document.activeElement as HTMLInputElement;
        return at.labels?.[0]?.innerText ?? at.innerText;
      });
      if (found.trim() === name) return;
    }
    throw new Error(`the keyboard does not reach ${name}`);
  };
  const chooser = page.waitForEvent('filechooser');
  await tabTo('Choose files');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(ledger.path('three.txt'));
  await tabTo('Make a new key');
  await page.keyboard.press('Enter');
  await tabTo('I have read this, and go on without a copy');
  await page.keyboard.press('Space');
  await tabTo('Deposit');
  await page.keyboard.press('Enter');
  await page.locator('.result__number').waitFor();
  const download = page.waitForEvent('download');
  await tabTo('Save the receipt');
  await page.keyboard.press('Enter');
  await (await download).saveAs(ledger.path('three.txt.receipt'));

  await page.goto(`${ledger.url}/#/verify`);
  const again = page.waitForEvent('filechooser');
  await tabTo('Choose files');
  await page.keyboard.press('Enter');
  await (await again).setFiles([ledger.path('three.txt'), ledger.path('three.txt.receipt')]);
  await expect.poll(() => verdict(page)).toBe('match');
  // The focus is at the result, and the verdict was said.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Result');
  await page.getByRole('status').filter({ hasText: `${basename('three.txt')}: match` }).waitFor({ state: 'attached' });
  await context.close();
});

test('in Chinese from the first click to the verdict', async () => {
  writeFileSync(ledger.path('台灯设计.txt'), '设计第三稿');
  const { context, page } = await visit(browser, { locale: 'zh-CN' });
  await page.goto(`${ledger.url}/#/deposit`);
  await choose(page, 'deposit', ledger.path('台灯设计.txt'));
  await page.getByLabel('标题', { exact: true }).fill('台灯设计第三稿');
  await page.getByRole('button', { name: '生成新密钥' }).click();
  await page.getByLabel('我已阅读，不保存副本而继续').check();
  await page.getByRole('button', { name: '存证', exact: true }).click();
  await page.locator('.result__number').waitFor();
  await save(page, page.getByRole('button', { name: '保存回执' }), ledger.path('台灯设计.txt.receipt'));
  await page.goto(`${ledger.url}/#/verify`);
  await choose(page, 'verify', ledger.path('台灯设计.txt'), ledger.path('台灯设计.txt.receipt'));
  await page.locator('.verdict__word').filter({ hasText: '一致' }).waitFor();
  await page.getByText('台灯设计第三稿').first().waitFor();
  expect(ledger.run('verify', '台灯设计.txt', '--policy', 'L/policy', '--lang', 'zh')).toContain('台灯设计第三稿');
  await context.close();
});
