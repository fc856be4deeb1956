// Deposit and verify: a file, many, a folder, a private one; keys; what is sent and what is not.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

import { visit } from './browser';
import { carries, choose, chooseFolder, deposit, flipByte, makeKey, outcomes, read, save, verdict } from './flows';
import { stage } from './stage';

const CONTENT = 'The quick brown fox, drawn by hand.\n';

const at = stage();

test('a file is deposited and verified; with one byte changed it is a mismatch; nothing of it was sent', async () => {
  writeFileSync(at.ledger.path('fox.txt'), CONTENT);
  const { context, page, requests, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', at.ledger.path('fox.txt'));
  await page.getByLabel('Title').fill('Fox, final');
  await makeKey(page, at.ledger.path('fox.key'));
  const [index] = await deposit(page);
  await page.getByText('every step that can be made now holds').waitFor();
  const name = await save(page, page.getByRole('button', { name: 'Save the receipt' }), at.ledger.path('fox.txt.receipt'));
  expect(name).toBe('fox.txt.receipt');

  // The command line agrees, and reads the title out of the receipt.
  const report = at.ledger.run('verify', 'fox.txt', '--policy', 'L/policy', '--lang', 'en');
  expect(report).toContain('Fox, final');
  expect(report).toMatch(new RegExp(`entry number +${index}`));

  await page.goto(`${at.ledger.url}/#/verify`);
  await choose(page, 'verify', at.ledger.path('fox.txt'), at.ledger.path('fox.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(await outcomes(page)).toEqual(Array(8).fill('passed'));
  await page.locator('.check__line').first().click();
  await page.locator('.check__help').first().waitFor({ state: 'visible' });
  await page.getByText('Fox, final').first().waitFor();

  mkdirSync(at.ledger.path('changed'));
  writeFileSync(at.ledger.path('changed/fox.txt'), flipByte(Buffer.from(CONTENT), 4));
  await choose(page, 'verify', at.ledger.path('changed/fox.txt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  expect((await outcomes(page))[1]).toBe('failed');
  expect(await page.locator('.verdict__word').innerText()).toMatch(/mismatch/i);

  expect(requests.filter((request) => request.method() === 'POST').map((request) => new URL(request.url()).pathname)).toEqual(['/v1/evidence']);
  expect(carries(requests, 'brown', 'fox', 'Fox, final')).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('a changed line end is named, and softens no verdict', async () => {
  const { context, page } = await visit(at.browser);
  mkdirSync(at.ledger.path('mailed'));
  writeFileSync(at.ledger.path('mailed/fox.txt'), CONTENT.replace('\n', '\r\n'));
  await page.goto(`${at.ledger.url}/#/verify`);
  await choose(page, 'verify', at.ledger.path('mailed/fox.txt'), at.ledger.path('fox.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  await page.locator('.remarks').getByText('its line ends were LF, not CR LF').waitFor();
  await context.close();
});

test('earlier deposits of the same are told', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', at.ledger.path('fox.txt'));
  await makeKey(page, at.ledger.path('other.key'));
  await deposit(page);
  await page.getByText(/Earlier deposits of the same evidence: 1; the first is entry 1/).waitFor();
  await context.close();
});

test('several files, each on its own, and their receipts in one archive', async () => {
  const names = ['one.txt', 'two.txt', 'three.txt'];
  for (const name of names) writeFileSync(at.ledger.path(name), name);
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', ...names.map((name) => at.ledger.path(name)));
  await makeKey(page, at.ledger.path('several.key'));
  expect(await deposit(page, 3)).toHaveLength(3);
  await save(page, page.getByRole('button', { name: 'Save all receipts (ZIP)' }), at.ledger.path('receipts.zip'));
  const archive = readFileSync(at.ledger.path('receipts.zip'), 'latin1');
  for (const name of names) expect(archive).toContain(`${name}.receipt`);
  await context.close();
});

test('a folder is a package: verified whole, and one file of it found changed', async () => {
  const folder = at.ledger.path('photos');
  mkdirSync(`${folder}/raw`, { recursive: true });
  writeFileSync(`${folder}/a.jpg`, 'picture a');
  writeFileSync(`${folder}/raw/乙.jpg`, 'picture b');
  const { context, page, requests } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await chooseFolder(page, 'deposit', folder);
  await page.getByText('package of 2 files').waitFor();
  await makeKey(page, at.ledger.path('folder.key'));
  await deposit(page);
  const receipt = await save(page, page.getByRole('button', { name: 'Save the receipt' }), at.ledger.path('folder.receipt'));
  const manifest = await save(page, page.getByRole('button', { name: 'Save the manifest' }), at.ledger.path('folder.manifest'));
  writeFileSync(at.ledger.path(receipt), read(at.ledger.path('folder.receipt')));
  writeFileSync(at.ledger.path(manifest), read(at.ledger.path('folder.manifest')));
  expect(read(at.ledger.path(manifest)).toString()).toMatch(/^[0-9a-f]{64} {2}a\.jpg\n[0-9a-f]{64} {2}raw\/乙\.jpg\n$/);
  expect(at.ledger.run('verify', 'photos', '--policy', 'L/policy', '--lang', 'en')).toMatch(/match/i);
  expect(carries(requests, 'picture', 'a.jpg', '乙')).toEqual([]);

  await page.goto(`${at.ledger.url}/#/verify`);
  await chooseFolder(page, 'verify', folder);
  await choose(page, 'verify', at.ledger.path(receipt), at.ledger.path(manifest));
  await expect.poll(() => page.locator('.verdict').first().getAttribute('data-verdict')).toBe('match');
  writeFileSync(`${folder}/a.jpg`, 'picture A');
  await chooseFolder(page, 'verify', folder);
  await expect.poll(() => page.locator('.verdict').first().getAttribute('data-verdict')).toBe('mismatch');
  await page.getByText('a.jpg').last().waitFor();
  await context.close();
});

test('of a package every file that is missing, changed, added or renamed is named, and one file is shown alone', async () => {
  const folder = at.ledger.path('case/bundle');
  mkdirSync(`${folder}/deep`, { recursive: true });
  for (const name of ['same.txt', 'changed.txt', 'gone.txt', 'deep/moved.txt']) writeFileSync(`${folder}/${name}`, name);
  at.ledger.run('keygen', '--out', 'package.key');
  at.ledger.run('submit', 'case/bundle', '--ledger', at.ledger.url, '--key', 'package.key');
  const { context, page, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/verify`);
  // The folder around it, with manifest and receipt beside the package.
  await chooseFolder(page, 'verify', at.ledger.path('case'));
  await expect.poll(() => verdict(page)).toBe('match');
  await page.getByText('the folder holds the 4 files of its manifest as they were, and no other').waitFor();
  rmSync(`${folder}/gone.txt`);
  writeFileSync(`${folder}/changed.txt`, 'otherwise');
  writeFileSync(`${folder}/new.txt`, 'new');
  renameSync(`${folder}/deep/moved.txt`, `${folder}/here.txt`);
  await page.reload();
  await chooseFolder(page, 'verify', at.ledger.path('case'));
  await expect.poll(() => verdict(page)).toBe('mismatch');
  const facts = page.locator('.report dl').first();
  const said = await facts.innerText();
  for (const words of ['changed\nchanged.txt', 'missing\ngone.txt', 'added\nnew.txt', 'renamed\ndeep/moved.txt → here.txt']) expect(said).toContain(words);

  const paths = ['case/bundle.sha256', 'case/bundle.sha256.receipt'].map((name) => at.ledger.path(name));
  for (const [name, expected, words] of [
    ['same.txt', 'match', 'lists for same.txt'],
    ['here.txt', 'match', 'lists for deep/moved.txt; it is called here.txt here'],
    ['changed.txt', 'mismatch', 'lists changed.txt with another SHA-256'],
    ['new.txt', 'mismatch', 'lists no file with this SHA-256'],
  ] as const) {
    await page.reload();
    await choose(page, 'verify', `${folder}/${name}`, ...paths);
    await expect.poll(() => verdict(page), { message: name }).toBe(expected);
    await page.getByText(words).first().waitFor();
  }
  expect(errors).toEqual([]);
  await context.close();
});

test('a private deposit shows its fingerprint to nobody, and verifies with its receipt', async () => {
  writeFileSync(at.ledger.path('number.txt'), '13800138000');
  const { context, page, requests } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', at.ledger.path('number.txt'));
  await page.getByLabel('Private: hide the fingerprint too').check();
  await makeKey(page, at.ledger.path('private.key'));
  const [index] = await deposit(page);
  await save(page, page.getByRole('button', { name: 'Save the receipt' }), at.ledger.path('number.txt.receipt'));
  const entry = (await (await fetch(`${at.ledger.url}/v1/entries/${index}`)).json()) as { body: { mode: string; length: number } };
  expect(entry.body).toMatchObject({ mode: 'salted', length: 0 });
  await page.goto(`${at.ledger.url}/#/verify`);
  await page.getByLabel('Also ask the ledger for earlier deposits').uncheck();
  const before = requests.length;
  await choose(page, 'verify', at.ledger.path('number.txt'), at.ledger.path('number.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(requests.slice(before).filter((request) => !request.url().startsWith('blob:') && !request.url().includes('/assets/'))).toEqual([]);
  await context.close();
});

test('a key is exported under a passphrase, opened again, and signs as before; the command line opens it too', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', at.ledger.path('one.txt'));
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByText('Make or open a key first.').waitFor();
  await makeKey(page, at.ledger.path('locked.key'), 'correct horse');
  const shown = page.locator('#deposit-flow').getByText(/^[0-9a-f]{64}$/);
  const publicKey = await shown.first().innerText();
  expect(read(at.ledger.path('locked.key')).toString()).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);

  await page.reload();
  await page.locator('#deposit-flow .panel', { hasText: 'Your key' }).locator('input[type="file"]').setInputFiles(at.ledger.path('locked.key'));
  const passphrase = page.getByLabel('Passphrase of locked.key');
  await passphrase.fill('wrong horse');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('The passphrase does not open the key.').waitFor();
  await passphrase.fill('correct horse');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  expect(await shown.first().innerText()).toBe(publicKey);
  await choose(page, 'deposit', at.ledger.path('two.txt'));
  const [index] = await deposit(page);
  const entry = (await (await fetch(`${at.ledger.url}/v1/entries/${index}`)).json()) as { public_key: string };
  expect(entry.public_key).toBe(publicKey);

  writeFileSync(at.ledger.path('cli.txt'), 'by the command line');
  writeFileSync(at.ledger.path('passphrase'), 'correct horse\n');
  at.ledger.run('submit', 'cli.txt', '--ledger', at.ledger.url, '--key', 'locked.key', '--passphrase-file', 'passphrase');
  expect(existsSync(at.ledger.path('cli.txt.receipt'))).toBe(true);
  await context.close();
});

test('a key is kept in the browser only when asked, and encrypted', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
  const kept = () => page.evaluate(() => JSON.stringify({ ...localStorage }));
  await makeKey(page, at.ledger.path('not-kept.key'), 'correct horse');
  expect(await kept()).not.toMatch(/PRIVATE KEY/);
  await page.reload();
  await page.getByRole('button', { name: 'Make a new key' }).click();
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
  await page.getByLabel('Passphrase, once more').fill('correct horse');
  await page.getByLabel('Keep it in this browser too').check();
  await save(page, page.getByRole('button', { name: 'Save the key file' }), at.ledger.path('kept.key'));
  await expect.poll(kept).toMatch(/ENCRYPTED PRIVATE KEY/);
  expect(await kept()).not.toMatch(/BEGIN PRIVATE KEY/);
  await page.reload();
  await page.getByText('A key is kept in this browser:').waitFor();
  await context.close();
});

test('the whole of a deposit and its verification by keyboard alone', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/deposit`);
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
  await (await chooser).setFiles(at.ledger.path('three.txt'));
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
  await (await download).saveAs(at.ledger.path('three.txt.receipt'));

  await page.goto(`${at.ledger.url}/#/verify`);
  const again = page.waitForEvent('filechooser');
  await tabTo('Choose files');
  await page.keyboard.press('Enter');
  await (await again).setFiles([at.ledger.path('three.txt'), at.ledger.path('three.txt.receipt')]);
  await expect.poll(() => verdict(page)).toBe('match');
  // The focus is at the result, and the verdict was said.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Result');
  await page.getByRole('status').filter({ hasText: `${basename('three.txt')}: match` }).waitFor({ state: 'attached' });
  await context.close();
});

test('in Chinese from the first click to the verdict', async () => {
  writeFileSync(at.ledger.path('台灯设计.txt'), '设计第三稿');
  const { context, page } = await visit(at.browser, { locale: 'zh-CN' });
  await page.goto(`${at.ledger.url}/#/deposit`);
  await choose(page, 'deposit', at.ledger.path('台灯设计.txt'));
  await page.getByLabel('标题', { exact: true }).fill('台灯设计第三稿');
  await page.getByRole('button', { name: '生成新密钥' }).click();
  await page.getByLabel('我已阅读，不保存副本而继续').check();
  await page.getByRole('button', { name: '存证', exact: true }).click();
  await page.locator('.result__number').waitFor();
  await save(page, page.getByRole('button', { name: '保存回执' }), at.ledger.path('台灯设计.txt.receipt'));
  await page.goto(`${at.ledger.url}/#/verify`);
  await choose(page, 'verify', at.ledger.path('台灯设计.txt'), at.ledger.path('台灯设计.txt.receipt'));
  await page.locator('.verdict__word').filter({ hasText: '一致' }).waitFor();
  await page.getByText('台灯设计第三稿').first().waitFor();
  expect(at.ledger.run('verify', '台灯设计.txt', '--policy', 'L/policy', '--lang', 'zh')).toContain('台灯设计第三稿');
  await context.close();
});
