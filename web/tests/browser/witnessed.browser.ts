// A ledger with witnesses and a registrar: the built-in policy is the whole one, receipts wait for the witnesses, Explore says who
// vouched and under which name a key was enrolled, and certificates are the command line's.

import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { readCode } from '../unit/code';
import { visit } from './browser';
import { choose, deposit, makeKey, outcomes, read, save, verdict } from './flows';
import { Ledger } from './ledger';
import { stage } from './stage';

const at = stage(() => Ledger.witnessed('ledger.example/witnessed', 'North', 'South'));
const CONTENT = 'Seen by two witnesses.\n';
const ENROLLED = 'Zhang San & Partners';
const REGISTRAR = 'Notary Office 7';

/** Has a key enrolled, by another's signature. */
function enrol(key: string, name: string, role: string, by: string): void {
  const how = 'passport seen';
  at.ledger.run('enrol', 'request', '--name', name, '--key', key, '--role', role, '--assurance', how, '--ledger', at.ledger.url, '--out', `${key}.request`);
  at.ledger.run('enrol', 'approve', `${key}.request`, '--key', by, '--assurance', how, '--ledger', at.ledger.url);
}

/** What differs between two makers of one document: software, names of files, when it was made, where the ledger was asked. */
function neutral(html: string): string[] {
  const own = /lang="en">(?:software|policy|receipt|file|verified at)<\/span><\/th>/;
  const lines = html.replace(/<svg .*?<\/svg>/, '').replaceAll(at.ledger.url, 'LEDGER').split('\n');
  return lines.map((line) => (own.test(line) ? 'of its maker' : line));
}

test('the deposit waits for the witnesses, and its certificate is the command line’s', async () => {
  writeFileSync(at.ledger.path('seen.txt'), CONTENT);
  const { context, page, errors } = await visit(at.browser, { locale: 'zh-CN' });
  await page.goto(`${at.ledger.url}/#/deposit`);
  await page.getByRole('button', { name: 'English' }).click();
  await choose(page, 'deposit', at.ledger.path('seen.txt'));
  await page.getByLabel('Title').fill('Seen');
  await makeKey(page, at.ledger.path('holder.key'));
  await deposit(page);
  expect(await page.getByText('have not cosigned it yet').count()).toBe(0);
  await save(page, page.getByRole('button', { name: 'Save the receipt' }), at.ledger.path('seen.txt.receipt'));
  await page.getByRole('button', { name: '中文' }).click();
  const name = await save(page, page.getByRole('button', { name: '保存存证证书' }), at.ledger.path('page.html'));
  expect(name).toBe('seen.txt.certificate.html');
  at.ledger.run('certificate', 'seen.txt.receipt', '--evidence', 'seen.txt', '--policy', 'policy', '--ledger', at.ledger.url, '--lang', 'both', '--out', 'cli.html');
  const [ours, program] = ['page.html', 'cli.html'].map((path) => read(at.ledger.path(path)).toString());
  expect(neutral(ours!).filter((line) => line === 'of its maker')).toHaveLength(5);
  expect(ours).toContain('witness.example/North');
  expect(neutral(ours!)).toEqual(neutral(program!));
  expect(readCode(ours!)).toMatch(/^notarium entry 1 leaf [0-9a-f]{64}$/);
  expect(readCode(ours!)).toBe(readCode(program!));
  // It is a page that prints by itself: nothing in it is loaded or run.
  await page.goto(`file://${at.ledger.path('page.html')}`);
  await page.getByRole('heading', { level: 1, name: '存证证书' }).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});

test('the built-in policy asks for both witnesses, and verify.html has the same', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/verify`);
  await page.getByText(/witness witness\.example\/South, key id [0-9a-f]{8}/).waitFor();
  await choose(page, 'verify', at.ledger.path('seen.txt'), at.ledger.path('seen.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  expect(await outcomes(page)).toEqual(Array(8).fill('passed'));
  await page.getByText('the quorum is reached: 2 valid cosignatures of witnesses in the policy').waitFor();
  await page.getByText(/the clocks of the witnesses: (North, South|South, North)/).waitFor();
  await save(page, page.getByRole('link', { name: 'Download verify.html' }), at.ledger.path('offered.html'));
  await page.goto(`file://${at.ledger.path('offered.html')}`);
  await page.getByText(/witness witness\.example\/North/).waitFor();
  await choose(page, 'verify', at.ledger.path('seen.txt'), at.ledger.path('seen.txt.receipt'));
  await expect.poll(() => verdict(page)).toBe('match');
  // One's own policy takes its place.
  const own = page.locator('#verify-flow .panel', { hasText: 'Whom this check relies on' }).locator('input[type="file"]').first();
  writeFileSync(at.ledger.path('own'), read(at.ledger.path('policy')).toString().replace(/^witness South .*\n/m, '').replace(/^group .*\nquorum .*\n/m, 'quorum North\n'));
  await own.setInputFiles(at.ledger.path('own'));
  await page.getByText('the quorum is reached: 1 valid cosignatures').waitFor();
  await context.close();
});

test('Explore says which witness cosigned, whether it holds, and whether they are enough', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/explore/checkpoints`);
  const newest = page.locator('tbody tr').first();
  await newest.locator('[data-quorum="reached"]').waitFor();
  expect(await newest.locator('[data-held="valid"]').allInnerTexts()).toEqual([
    'the ledger: ✓ signature valid',
    expect.stringMatching(/^witness witness\.example\/\w+, .*: ✓ signature valid$/),
    expect.stringMatching(/^witness witness\.example\/\w+, .*: ✓ signature valid$/),
  ]);
  // One that is forged on the way is called so.
  await page.route('**/v1/checkpoints*', async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { checkpoints: { checkpoint: string }[] };
    list.checkpoints[0]!.checkpoint = list.checkpoints[0]!.checkpoint.replace(/.{6}==\n$|.{8}\n$/, (end) => `AAAAA${end.slice(5)}`);
    await route.fulfill({ response: answer, json: list });
  });
  await page.reload();
  await newest.locator('[data-held="invalid"]').waitFor();
  expect(await newest.locator('[data-quorum]').innerText()).toBe('a witness’s signature is NOT valid');
  await context.close();
});

test('a key that is enrolled has its name in Explore and in the report, and its revocation is told', async () => {
  at.ledger.run('keygen', '--out', 'registrar.key');
  enrol('registrar.key', REGISTRAR, 'registrar', 'L/ledger.key');
  enrol('holder.key', ENROLLED, 'submitter', 'registrar.key');
  writeFileSync(at.ledger.path('named.txt'), 'by a name');
  at.ledger.run('submit', 'named.txt', '--ledger', at.ledger.url, '--key', 'holder.key', '--witnessed');
  const { context, page, errors } = await visit(at.browser);
  await page.goto(`${at.ledger.url}/#/explore`);
  const enrolled = new RegExp(`enrolled as ${ENROLLED}, by the registrar ${REGISTRAR} \\(key [0-9a-f]{64}\\), entry 3`);
  const row = page.locator('tr[data-index="4"]');
  expect(await row.locator('td').last().innerText()).toBe(ENROLLED);
  await row.locator('td').last().getByRole('link').click();
  await page.getByRole('heading', { name: 'This key, by the ledger’s word' }).waitFor();
  await page.locator('dd', { hasText: ENROLLED }).first().waitFor();
  await page.getByText('how identity was checked: passport seen').waitFor();
  await page.getByText(`by the registrar ${REGISTRAR}`).waitFor();
  await page.goto(`${at.ledger.url}/#/explore/entry/4`);
  await page.getByText(enrolled).waitFor();
  await page.goto(`${at.ledger.url}/#/verify`);
  await choose(page, 'verify', at.ledger.path('named.txt'), at.ledger.path('named.txt.receipt'));
  await page.getByText('the key was enrolled in entry 3 and in force').first().waitFor();
  await page.getByText(enrolled).first().waitFor();
  const { public_key: key } = (await (await fetch(`${at.ledger.url}/v1/entries/4`)).json()) as { public_key: string };
  at.ledger.run('revoke', key, '--key', 'holder.key', '--ledger', at.ledger.url, '--reason', 'key-compromised');
  await page.reload();
  await choose(page, 'verify', at.ledger.path('named.txt'), at.ledger.path('named.txt.receipt'));
  await page.getByText('revoked later, in entry 5 (key compromised), by the key itself; what it signed before stands').first().waitFor();
  expect(await verdict(page)).toBe('match');
  expect(errors).toEqual([]);
  await context.close();
});
