// @vitest-environment happy-dom
// Both pages mounted: files in, verdicts and receipts out, in the language of the moment; what is sent holds no content.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mountDeposit } from '../../src/deposit';
import { complete, policyOf, prepare } from '../../src/deposit/engine';
import { SigningKey, digestsOf, utf8, type Language } from '../../src/notarium';
import type { Mounted, PageContext } from '../../src/notarium-page';
import { mountVerify } from '../../src/verify';
import { MemoryLedger } from './ledger';
import { readVectors } from './vectors';

let root: HTMLElement;
let mounted: Mounted | null = null;
let switchTo: (language: Language) => void;
let sent: { url: string; body: Uint8Array | null }[];

const ledger = new MemoryLedger();
const key = new SigningKey(new Uint8Array(32).fill(3));
const CONTENT = 'CONTENT-OF-THE-FILE\n';
let count = 0;

function context(extra: Partial<PageContext> = {}): PageContext {
  const listeners = new Set<(language: Language) => void>();
  switchTo = (language) => listeners.forEach((listener) => listener(language));
  const onLanguage = (listener: (language: Language) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { language: 'en', onLanguage, ledger: null, policyText: ledger.policy, build: 'notarium test', ...extra };
}

/** The receipt of a deposit of `text`. */
function receiptOf(text: string): string {
  count += 1;
  const wish = { details: utf8('{"title":"t"}'), salted: false, continues: null, claimedTime: 0 };
  const prepared = prepare(digestsOf(utf8(text)), wish, key, (length) => new Uint8Array(length).fill(count));
  return complete(ledger.admit(prepared.statement.bytes), prepared, policyOf(ledger.vkey)).receipt;
}

function choose(...files: [name: string, content: string][]): void {
  const input = root.querySelector<HTMLInputElement>('input[data-choose="files"]')!;
  const chosen = files.map(([name, content]) => new File([content], name));
  Object.defineProperty(input, 'files', { value: chosen, configurable: true });
  input.dispatchEvent(new Event('change'));
}

interface Rotations {
  readonly policies: Readonly<Record<string, string>>;
  readonly receipts: Readonly<Record<string, string>>;
}

const text = (): string => root.textContent ?? '';
const verdicts = (): (string | undefined)[] =>
  [...root.querySelectorAll<HTMLElement>('.verdict')].map((element) => element.dataset['verdict']);
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds(), text().slice(0, 2000)).toBe(true), { timeout: 240_000 });

function press(label: string): void {
  const found = [...root.querySelectorAll('button')].find((button) => button.textContent === label);
  if (!found) throw new Error(`no button ${label}`);
  found.click();
}

beforeEach(() => {
  root = document.createElement('div');
  document.body.replaceChildren(root);
  sent = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => answer(url, init));
});

afterEach(() => {
  mounted?.unmount();
  expect(root.childNodes.length).toBe(0);
  vi.unstubAllGlobals();
});

function answer(url: string, init: RequestInit): Response {
  const body = init.body instanceof Uint8Array ? init.body : null;
  sent.push({ url, body });
  if (url.endsWith('/v1/ledger')) return Response.json({ origin: 'ledger.example/test', vkey: ledger.vkey, size: 1, admission: 'open' });
  if (url.endsWith('/v1/evidence') && body) {
    const receipt = ledger.admit(body);
    const index = Number(/\nindex (\d+)\n/.exec(receipt)?.[1]);
    const entry = { index, time: '2026-11-23T08:50:00.123Z', leaf: '', statement_id: '' };
    return Response.json({ entry, receipt, earlier: { count: 0, first: null, entries: [] } }, { status: 201 });
  }
  if (url.includes('/v1/entries?')) return Response.json({ size: 3, entries: [] });
  return Response.json({ type: 'urn:notarium:problem:not-found', detail: 'no such thing' }, { status: 404 });
}

describe('the verify page', () => {
  it('says match, and mismatch for another byte, and what differs', async () => {
    mounted = mountVerify(root, context());
    const receipt = receiptOf(CONTENT);
    choose(['work.txt', CONTENT], ['work.txt.receipt', receipt]);
    await until(() => verdicts()[0] === 'match');
    expect(root.querySelectorAll('.check[data-outcome="passed"]').length).toBe(7);
    choose(['work.txt', `${CONTENT}\n`]);
    await until(() => verdicts()[0] === 'mismatch');
    expect(text()).toContain('would match if its last line end (LF) were dropped');
    choose(['work.txt', CONTENT.replace('C', 'c')]);
    await until(() => text().includes('SHA-256 differs, SM3 differs'));
    expect(sent).toEqual([]);
  });

  it('follows the language and loses nothing', async () => {
    mounted = mountVerify(root, context());
    choose(['work.txt', CONTENT], ['x.receipt', receiptOf(CONTENT)]);
    await until(() => verdicts()[0] === 'match');
    root.querySelector('details')!.open = true;
    switchTo('zh');
    expect(root.querySelector('.verdict__word')!.textContent).toBe('一致');
    expect(text()).toContain('第1至7项核验均已进行并通过');
    expect(root.querySelector('details')!.open).toBe(true);
    switchTo('en');
    expect(root.querySelector('.verdict__word')!.textContent).toBe('match');
  });

  it('is undetermined without a policy, with another ledger’s, and without the file', async () => {
    mounted = mountVerify(root, context({ policyText: null }));
    choose(['work.txt', CONTENT], ['work.txt.receipt', receiptOf(CONTENT)]);
    await until(() => verdicts()[0] === 'undetermined');
    mounted.unmount();
    const stranger = 'log ledger.example/one+53a91153+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\nquorum none\n';
    mounted = mountVerify(root, context({ policyText: stranger }));
    choose(['work.txt', CONTENT], ['work.txt.receipt', receiptOf(CONTENT)]);
    await until(() => verdicts()[0] === 'undetermined');
    mounted.unmount();
    mounted = mountVerify(root, context());
    choose(['work.txt.receipt', receiptOf(CONTENT)]);
    await until(() => verdicts()[0] === 'undetermined');
    expect(text()).toContain('Only the receipt is here');
  });

  it('checks many at once', async () => {
    mounted = mountVerify(root, context());
    const files = ['a', 'b', 'c'].flatMap((name): [string, string][] => [
      [`${name}.txt`, name === 'b' ? 'changed' : name],
      [`${name}.txt.receipt`, receiptOf(name)],
    ]);
    choose(...files, ['lonely.txt', 'no receipt']);
    await until(() => root.querySelectorAll('table.summary tbody tr').length === 4);
    const rows = [...root.querySelectorAll<HTMLElement>('.summary__verdict')].map((cell) => cell.dataset['verdict']);
    expect(rows).toEqual(['match', 'mismatch', 'match', 'undetermined']);
  });

  it('finds one file of a package in its manifest, and says when it is not there', async () => {
    mounted = mountVerify(root, context());
    const manifest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  page/abc.txt\n';
    choose(['page.sha256', manifest], ['page.sha256.receipt', receiptOf(manifest)], ['mine.txt', 'abc'], ['other.txt', 'abd']);
    await until(() => text().includes('2 checked: 1 match, 1 mismatch'));
    press('Show the report');
    expect(text()).toContain("the file has the SHA-256 that the package's manifest lists for page/abc.txt; it is called mine.txt here");
    press('Back to the list');
    [...root.querySelectorAll('button')].filter((button) => button.textContent === 'Show the report')[1]!.click();
    expect(text()).toContain("the package's manifest lists no file with this SHA-256");
    press('Back to the list');
    press('Start again');
    choose(['page.sha256', manifest], ['page.sha256.receipt', receiptOf(manifest)], ['abc.txt', 'changed']);
    await until(() => verdicts()[0] === 'mismatch');
    expect(text()).toContain("the package's manifest lists page/abc.txt with another SHA-256: ba7816bf");
  });

  it('asks the ledger by fingerprint only when it is told to', async () => {
    mounted = mountVerify(root, context({ ledger: 'http://ledger.test' }));
    choose(['work.txt', CONTENT]);
    await until(() => text().includes('No receipt for work.txt'));
    expect(sent).toEqual([]);
    press('Ask the ledger by fingerprint');
    await until(() => text().includes('lists no open deposit'));
    expect(sent.map(({ url }) => url.replace(/=[0-9a-f]{64}/, '=…'))).toEqual([
      'http://ledger.test/v1/entries?sha256=…&limit=1000',
      'http://ledger.test/v1/entries?sm3=…&limit=1000',
    ]);
  });

  it('does not take a policy that comes with the evidence for the verifier’s own', async () => {
    mounted = mountVerify(root, context({ policyText: null }));
    choose(['work.txt', CONTENT], ['work.txt.receipt', receiptOf(CONTENT)], ['policy', ledger.policy]);
    await until(() => root.querySelectorAll('table.summary tbody tr').length === 2);
    const rows = [...root.querySelectorAll<HTMLElement>('.summary__verdict')].map((cell) => cell.dataset['verdict']);
    expect(rows).toEqual(['undetermined', 'undetermined']);
    expect(text()).toContain('policy looks like a policy. It is not used');
  });

  it('follows receipts of rotations that are put in, and says what does not count', async () => {
    const { policies, receipts } = readVectors<Rotations>('rotations.json');
    const outcome = (): string | undefined => root.querySelectorAll<HTMLElement>('.check')[4]?.dataset['outcome'];
    mounted = mountVerify(root, context({ policyText: policies['old']! }));
    choose(['after.receipt', receipts['after']!]);
    await until(() => text().includes('The policy names another key of ledger.example/test'));
    expect(outcome()).toBe('not-made');
    choose(['any-name', receipts['rotation']!]);
    await until(() => outcome() === 'passed');
    expect(text()).toContain('The ledger has changed its key; followed by the receipt any-name');
    expect(text()).toContain('key rotation receipt');
    press('Start again');
    choose(['before.receipt', receipts['before']!], ['any-name', receipts['rotation']!]);
    await until(() => text().includes('which the ledger has replaced'));
    expect(outcome()).toBe('not-made');
    // Two histories: none counts, and the policy stands as it is.
    choose(['another', receipts['first']!]);
    await until(() => text().includes('the ledger has signed two histories'));
    expect(outcome()).toBe('passed');
    expect(text()).not.toContain('followed by the receipt');
    press('Start again');
    choose(['any-name', receipts['rotation']!]);
    await until(() => verdicts().length === 1);
  });

  it('shows since when at the earliest an entry is there, by a checkpoint from before it', async () => {
    const { policies, receipts } = readVectors<Rotations>('rotations.json');
    mounted = mountVerify(root, context({ policyText: policies['old-witnessed']! }));
    const before = (name: string, content: string): void => {
      const input = root.querySelector<HTMLInputElement>('[data-choose="not-before"] input[type="file"]')!;
      Object.defineProperty(input, 'files', { value: [new File([content], name)], configurable: true });
      input.dispatchEvent(new Event('change'));
    };
    choose(['after.receipt', receipts['after-3s']!], ['rotation-4.receipt', receipts['rotation-1s']!]);
    await until(() => text().includes('no later than 2026-11-23T08:50:03.000Z'));
    before('earlier.receipt', receipts['before-1s']!);
    await until(() => text().includes('not before 2026-11-23T08:50:01.000Z'));
    expect(text()).toContain('checkpoint from earlier.receipt');
    const checkpoint = receipts['after']!.split('\n\n').slice(1).join('\n\n');
    before('checkpoint', checkpoint);
    await until(() => text().includes('has this entry already'));
    before('photo.jpg', 'no checkpoint');
    await until(() => text().includes('photo.jpg is neither a signed checkpoint nor a receipt'));
    expect(text()).not.toContain('lower bound');
  });

  it('shows text from outside as text', async () => {
    mounted = mountVerify(root, context());
    choose(['<img src=x onerror=alert(1)>.txt', CONTENT], ['r.receipt', receiptOf(CONTENT)]);
    await until(() => verdicts()[0] === 'match');
    expect(root.querySelector('img')).toBeNull();
    choose(['a\u202etxt.exe', 'x']);
    await until(() => text().includes('a\\u{202e}txt.exe'));
  });
});

describe('the deposit page', () => {
  it('deposits, and sends neither content nor name nor title', async () => {
    mounted = mountDeposit(root, context({ ledger: '' }));
    choose(['secret-name.txt', CONTENT]);
    root.querySelector<HTMLInputElement>('input[name="title"]')!.value = 'SECRET TITLE';
    press('Deposit');
    expect(text()).toContain('Make or open a key first.');
    press('Make a new key');
    press('Deposit');
    expect(text()).toContain('Save a copy of the key first');
    const without = root.querySelector<HTMLInputElement>('input[name="without-copy"]')!;
    without.checked = true;
    without.dispatchEvent(new Event('change'));
    press('Deposit');
    await until(() => root.querySelector('.result__number') !== null);
    expect(text()).toContain('every step that can be made now holds');
    const bodies = sent.flatMap(({ body }) => (body ? [Buffer.from(body).toString('latin1')] : []));
    expect(bodies.length).toBe(1);
    for (const secret of ['CONTENT', 'secret-name', 'SECRET TITLE']) {
      expect(bodies[0]).not.toContain(secret);
      expect(sent.map(({ url }) => url).join(' ')).not.toContain(secret);
    }
    switchTo('zh');
    expect(text()).toContain('存证完成');
  });

  it('lets a refused deposit be tried again, with the same statement', async () => {
    mounted = mountDeposit(root, context({ ledger: '' }));
    const bodies: string[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
      if (init.body instanceof Uint8Array) {
        bodies.push(Buffer.from(init.body).toString('hex'));
        if (bodies.length === 1) throw new TypeError('network gone');
      }
      return answer(url, init);
    });
    choose(['work.txt', CONTENT]);
    press('Make a new key');
    const without = root.querySelector<HTMLInputElement>('input[name="without-copy"]')!;
    without.checked = true;
    without.dispatchEvent(new Event('change'));
    press('Deposit');
    await until(() => text().includes('It is not known whether work.txt was deposited'));
    press('Try again');
    await until(() => root.querySelector('.result__number') !== null);
    expect(bodies.length).toBe(2);
    expect(bodies[1]).toBe(bodies[0]);
  });
});
