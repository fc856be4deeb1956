// Entries as a table: newest first, or what was found.

import { shown } from '../notarium';
import { el } from '../shell/dom';
import type { Api, Entry, EntryList } from './api';
import { brief, count, kindOf, moment, toEntry, toFind, words, type Scene } from './scene';

export function entryTable(scene: Scene, label: string): { table: HTMLTableElement; rows: HTMLElement } {
  const tell = words(scene);
  const heads = (['number', 'time', 'what', 'submitter'] as const).map((word) => el('th', { scope: 'col' }, tell(word)));
  const rows = el('tbody');
  const table = el('table', { class: 'table table--stack' },
    el('caption', { class: 'visually-hidden' }, label), el('thead', {}, el('tr', {}, ...heads)), rows);
  return { table, rows };
}

export function entryRow(scene: Scene, entry: Entry): HTMLElement {
  const key = entry.public_key;
  return el('tr', { 'data-index': entry.index },
    el('td', { class: 'number' }, el('a', { href: toEntry(entry.index) }, count(scene, entry.index))),
    el('td', {}, moment(scene, entry.time)),
    el('td', { class: 'wide' }, kindOf(scene, entry)),
    el('td', { class: 'wide' }, key ? el('a', { href: toFind(key), title: key }, ...signerName(entry, key)) : '–'));
}

/** The name that the key was enrolled under, where it was; else the beginning of the key. */
function signerName({ key: said }: Entry, key: string): (Node | string)[] {
  const name = said?.enrolment?.name;
  return name === undefined ? [el('code', {}, brief(key))] : [el('span', { dir: 'auto' }, shown(name))];
}

/** A whole list with a button for the pages that follow. */
export function pagedEntries(scene: Scene, label: string, first: EntryList): HTMLElement {
  const { table, rows } = entryTable(scene, label);
  const holder = el('div', {}, table);
  const add = (list: EntryList) => {
    rows.append(...list.entries.map((entry) => entryRow(scene, entry)));
    if (list.next) holder.append(moreButton(scene.api, list.next, words(scene)('more'), add));
  };
  add(first);
  return holder;
}

export function moreButton<T>(api: Api, next: string, label: string, add: (list: T) => void): HTMLElement {
  const button = el('button', { type: 'button', class: 'button', 'data-kind': 'secondary' }, label);
  const holder = el('p', { class: 'actions no-print' }, button);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const list = await api.page<T>(next);
      holder.remove();
      add(list);
    } catch {
      button.disabled = false;
    }
  });
  return holder;
}
