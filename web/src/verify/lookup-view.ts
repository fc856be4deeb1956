// A file without its receipt: ask the ledger by fingerprint, and show everything it has, in order. Its word, not proof.

import { parseTime, plainFingerprint, shown, type Digests } from '../notarium';
import { button, localTime, notice } from '../page/parts';
import { LedgerClient, errorText, type EvidenceEntry, type Found } from '../page/ledger';
import type { Child, Pair, Ui } from '../page/ui';
import { VERIFY } from '../words/verify';

export interface LookupOptions {
  readonly name: string;
  readonly digests: Digests;
  readonly ledger: LedgerClient | null;
  /** Whether the policy asks for witnesses, so that the receipt should have them. */
  readonly witnessed: boolean;
  /** Takes a receipt that the ledger gave, under the name that it would have as a file. */
  readonly onReceipt: (name: string, text: string) => void;
}

export function lookupView(ui: Ui, { name, digests, ledger, witnessed, onReceipt }: LookupOptions): HTMLElement {
  const answer = ui.h('div', { 'aria-live': 'polite' });
  let part = ui.part();
  const show = (make: (inner: Ui) => readonly Child[]): void => {
    ui.drop(part);
    part = ui.part();
    answer.replaceChildren();
    part.append(answer, ...make(part));
  };
  const receiptOf = async (client: LedgerClient, index: number): Promise<void> => {
    try {
      onReceipt(`${name}.receipt`, await client.receipt(index, witnessed));
    } catch (error) {
      show((inner) => [notice(inner, 'error', errorText(error))]);
    }
  };
  const ask = async (client: LedgerClient): Promise<void> => {
    try {
      const found = await client.find(plainFingerprint(digests));
      show((inner) => foundView(inner, found, (index) => void receiptOf(client, index)));
    } catch (error) {
      show((inner) => [notice(inner, 'error', errorText(error))]);
    }
  };
  return ui.h(
    'section',
    { class: 'panel' },
    ui.h('h2', {}, ui.words(VERIFY.lookupTitle, { name: shown(name) })),
    ui.h('p', { class: 'panel__hint' }, ui.words(ledger ? VERIFY.lookupHint : VERIFY.lookupOffline)),
    ledger && ui.h('div', { class: 'actions' }, button(ui, ui.words(VERIFY.lookup), () => void ask(ledger), 'primary')),
    answer,
  );
}

function foundView(ui: Ui, { same, partial, size }: Found, verify: (index: number) => void): Child[] {
  const parts: Child[] = [];
  if (same.length === 0) parts.push(notice(ui, 'info', ui.words(VERIFY.lookupNone, { size })));
  else parts.push(ui.h('p', {}, ui.words(VERIFY.lookupSame, { count: same.length, size })), table(ui, same, verify));
  if (partial.length > 0) parts.push(ui.h('p', {}, ui.words(VERIFY.lookupPartial)), table(ui, partial, null));
  return parts;
}

function table(ui: Ui, entries: readonly EvidenceEntry[], verify: ((index: number) => void) | null): HTMLElement {
  const heads: readonly Pair[] = [VERIFY.columnEntry, VERIFY.columnTime, VERIFY.columnKey];
  const rows = entries.map((entry, at) =>
    ui.h(
      'tr',
      {},
      ui.h('th', { scope: 'row' }, String(entry.index), ' ', at === 0 && verify !== null && ui.h('span', { class: 'tag' }, ui.words(VERIFY.earliest))),
      ui.h('td', {}, localTime(parseTime(entry.time) ?? 0)),
      ui.h('td', {}, ui.h('code', { class: 'digest' }, entry.public_key)),
      verify && ui.h('td', {}, button(ui, ui.words(VERIFY.verifyThis), () => verify(entry.index))),
    ),
  );
  return ui.h(
    'table',
    { class: 'summary' },
    ui.h('thead', {}, ui.h('tr', {}, ...heads.map((head) => ui.h('th', { scope: 'col' }, ui.words(head))), verify && ui.h('td', {}))),
    ui.h('tbody', {}, ...rows),
  );
}
