// What a search found. Lists are complete up to the tree that they name, page by page.

import { el } from '../shell/dom';
import type { Entry, EntryList } from './api';
import { entryRow, entryTable, pagedEntries } from './entry-table';
import { keyPanel } from './key';
import { count, digest, fact, trail, words, type Scene, type View } from './scene';

const LOOKUPS = [
  ['sha256', 'asSha256'],
  ['sm3', 'asSm3'],
  ['submitter', 'asKey'],
  ['statement', 'asStatement'],
] as const;

/** Everything that has these 32 bytes, whatever they are. */
export async function foundByHex(scene: Scene, hex: string): Promise<View> {
  const tell = words(scene);
  const [key, ...lists] = await Promise.all([
    // What is looked up need not be a key.
    scene.api.key(hex).then((answer) => keyPanel(scene, answer), () => null),
    ...LOOKUPS.map(([parameter]) => scene.api.by(parameter, hex)),
  ] as const);
  const panels = lists.flatMap((list, at) => {
    if (list.entries.length === 0) return [];
    const heading = tell(LOOKUPS[at]![1]);
    return [el('section', { class: 'panel' }, el('h2', {}, heading), pagedEntries(scene, heading, list), upTo(scene, list))];
  });
  const none = el('section', { class: 'panel' }, el('p', {}, tell('nothing')), upTo(scene, lists[0]!));
  const element = el('div', {}, trail(scene),
    el('p', { class: 'lead' }, ...around(tell('foundFor', { query: '\u0000' }), digest(hex))),
    key, ...(panels.length > 0 || key ? panels : [none]));
  return { element, title: tell('search') };
}

/** The sentence with an element in its only place. */
function around(sentence: string, middle: Node): (Node | string)[] {
  const [before = '', after = ''] = sentence.split('\u0000');
  return [before, middle, after];
}

export interface FileDigests {
  readonly sha256: string;
  readonly sm3: string;
  readonly length: number;
}

/** Deposits of a file: mode, both digests and length agree. What has one digest only is listed apart. */
export async function foundByFile(scene: Scene, file: FileDigests): Promise<View> {
  const tell = words(scene);
  const [bySha256, bySm3] = await Promise.all([everything(scene, 'sha256', file.sha256), everything(scene, 'sm3', file.sm3)]);
  const same = bySha256.entries.filter((entry) => isDepositOf(entry, file));
  const partly = [...bySha256.entries, ...bySm3.entries.filter(({ index }) => !bySha256.entries.some((e) => e.index === index))]
    .filter((entry) => !isDepositOf(entry, file));
  const said = same.length === 0 ? tell('fileNone') : same.length === 1 ? tell('fileOne') : tell('fileCount', { count: same.length });
  const element = el('div', {}, trail(scene),
    el('section', { class: 'panel' }, el('h2', {}, tell('fileResult')),
      el('dl', { class: 'facts' },
        ...fact('SHA-256', digest(file.sha256)), ...fact('SM3', digest(file.sm3)),
        ...fact(tell('length'), tell('bytes', { count: count(scene, file.length) }))),
      el('p', { role: 'status' }, said), same.length > 0 && plainTable(scene, tell('fileResult'), same), upTo(scene, bySha256)),
    partly.length > 0 && el('section', { class: 'panel' }, el('h2', {}, tell('partly')),
      el('p', { class: 'panel__hint' }, tell('partlyHint')), plainTable(scene, tell('partly'), partly)));
  return { element, title: tell('fileResult') };
}

/** All pages of a list. */
async function everything(scene: Scene, parameter: 'sha256' | 'sm3', value: string): Promise<EntryList> {
  let list = await scene.api.by(parameter, value);
  while (list.next) {
    const next: EntryList = await scene.api.page<EntryList>(list.next);
    const { next: after, ...rest } = next;
    list = { ...rest, entries: [...list.entries, ...next.entries], ...(after ? { next: after } : {}) };
  }
  return list;
}

function isDepositOf({ kind, body }: Entry, file: FileDigests): boolean {
  return kind === 'evidence' && body?.['mode'] === 'plain' && body['sha256'] === file.sha256
    && body['sm3'] === file.sm3 && body['length'] === file.length;
}

function plainTable(scene: Scene, label: string, entries: readonly Entry[]): HTMLElement {
  const { table, rows } = entryTable(scene, label);
  rows.append(...entries.map((entry) => entryRow(scene, entry)));
  return table;
}

function upTo(scene: Scene, { size }: EntryList): HTMLElement {
  return el('p', { class: 'panel__hint' }, words(scene)('complete', { last: count(scene, size - 1) }));
}
