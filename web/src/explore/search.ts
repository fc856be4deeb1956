// The search box: a number, a digest, a key, a statement id, or a file.

import { createDropZone, createHasher, type FoundFile } from '../hashing';
import { encodeHex } from '../notarium';
import { el } from '../shell/dom';
import { announce } from '../shell/frame';
import { toEntry, toFind, words, type Scene } from './scene';

export type Query = { kind: 'number'; index: number } | { kind: 'hex'; hex: string } | { kind: 'nothing' };

/** What was typed: a number without leading zeros, or 32 bytes in hexadecimal, also with spaces or in capitals. */
export function parseQuery(text: string): Query {
  const dense = text.replace(/[\s,:#]/g, '');
  if (/^[0-9]{1,15}$/.test(dense)) return { kind: 'number', index: Number(dense) };
  if (/^[0-9a-f]{64}$/i.test(dense)) return { kind: 'hex', hex: dense.toLowerCase() };
  return { kind: 'nothing' };
}

export function searchPanel(scene: Scene): HTMLElement {
  const tell = words(scene);
  const error = el('p', { class: 'field__error', id: 'explore-query-error', role: 'alert' });
  const input = el('input', {
    id: 'explore-query', type: 'text', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off',
    'aria-describedby': 'explore-query-hint explore-query-error',
  });
  const form = el('form', { class: 'search', role: 'search' },
    el('div', { class: 'field' },
      el('label', { for: 'explore-query' }, tell('searchLabel')), input),
    el('button', { type: 'submit', class: 'button', 'data-kind': 'primary' }, tell('searchGo')),
    el('p', { class: 'field__hint', id: 'explore-query-hint' }, tell('searchHint')), error);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const query = parseQuery(input.value);
    error.textContent = query.kind === 'nothing' ? tell('searchBad', { length: input.value.trim().length }) : '';
    if (query.kind === 'number') location.hash = toEntry(query.index);
    if (query.kind === 'hex') location.hash = toFind(query.hex);
    if (query.kind === 'nothing') input.focus();
  });
  return el('section', { class: 'panel no-print' }, el('h2', {}, tell('search')), form, fileSearch(scene));
}

function fileSearch(scene: Scene): HTMLElement {
  const tell = words(scene);
  const state = el('p', { class: 'panel__hint', role: 'status' });
  const zone = createDropZone({
    label: tell('dropLabel'),
    hint: tell('dropHint'),
    folders: false,
    language: scene.language,
    onFiles: (files: FoundFile[]) => void look(files),
  });
  const look = async ([found]: FoundFile[]) => {
    if (!found) return;
    const name = found.file.name;
    const hasher = createHasher(scene.worker);
    try {
      const digests = await hasher.hash(found.file, (done: number) => {
        const percent = found.file.size === 0 ? 100 : Math.floor((100 * done) / found.file.size);
        state.textContent = tell('hashing', { name, percent });
      });
      location.hash = `#/explore/file/${encodeHex(digests.sha256)}/${encodeHex(digests.sm3)}/${digests.length}`;
    } catch {
      state.textContent = tell('hashingFailed', { name });
      announce(state.textContent);
    } finally {
      hasher.close();
    }
  };
  return el('div', {}, zone.element, state);
}
