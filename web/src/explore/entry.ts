// One entry: what it says, and how it is in the tree.

import { inLanguage, keySentences, shown, wordText } from '../notarium';
import { keyAtEntry, reasonWord } from '../page/key-said';
import { el } from '../shell/dom';
import { ApiError, type Entry } from './api';
import { proofPanel } from './proof';
import { clock, count, digest, fact, kindOf, moment, toEntry, toFind, trail, words, type Scene, type View } from './scene';

export async function entryView(scene: Scene, index: number): Promise<View> {
  const tell = words(scene);
  const title = tell('entry', { index: count(scene, index) });
  let entry: Entry;
  try {
    entry = await scene.api.entry(index, true);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const { size } = await scene.api.newest(1);
    const said = tell('noEntry', { index: count(scene, index), size: count(scene, size) });
    return { element: el('div', {}, trail(scene), el('p', { class: 'lead', role: 'status' }, said)), title };
  }
  const [inclusion, receipt] = await Promise.all([
    scene.api.inclusion(index),
    scene.api.receiptPath(index, scene.policy?.needsWitnesses ?? false),
  ]);
  const element = el('div', {}, trail(scene),
    el('section', { class: 'panel' },
      el('div', { class: 'heading-row' }, el('h2', {}, title), el('span', { class: 'tag' }, kindOf(scene, entry))),
      facts(scene, entry), actions(scene, entry, inclusion.head.size, receipt),
      entry.kind === 'evidence' && el('p', { class: 'panel__hint no-print' }, tell('receiptNote'))),
    proofPanel(scene, entry, inclusion));
  return { element, title };
}

function facts(scene: Scene, entry: Entry): HTMLElement {
  const tell = words(scene);
  const key = entry.public_key;
  return el('dl', { class: 'facts' },
    ...fact(tell('time'), moment(scene, entry.time, 'long')), clock(tell('operatorClock')),
    ...(key ? fact(tell(entry.kind === 'evidence' ? 'submitter' : 'signer'), keyLink(key)) : []),
    ...(key ? keySentences(keyAtEntry(entry.key, key), entry.index).map((said) => clock(inLanguage(said, scene.language))) : []),
    ...bodyFacts(scene, entry),
    ...(entry.statement_id ? fact(tell('statementId'), digest(entry.statement_id)) : []),
    ...fact(tell('leaf'), digest(entry.leaf)),
    ...(entry.index > 0 ? fact(tell('previous'), digest(entry.previous)) : []));
}

function keyLink(key: string): HTMLElement {
  return el('a', { href: toFind(key) }, digest(key));
}

function bodyFacts(scene: Scene, { kind, body = {} }: Entry): HTMLElement[] {
  const tell = words(scene);
  const text = (name: string) => String(body[name] ?? '');
  switch (kind) {
    case 'genesis':
      return [...fact(tell('ledgerName'), text('origin')), ...fact(tell('admission'), tell(text('admission') === 'enrolled' ? 'admissionEnrolled' : 'admissionOpen'))];
    case 'evidence':
      return evidenceFacts(scene, body);
    case 'enrol':
      return [
        ...fact(tell('name'), shown(text('name'))),
        ...fact(tell('role'), tell(text('role') === 'registrar' ? 'roleRegistrar' : 'roleSubmitter')),
        ...(text('assurance') === '' ? [] : fact(tell('assurance'), shown(text('assurance')))),
        ...fact(tell('enrolledKey'), keyLink(text('public_key'))),
      ];
    case 'revoke':
      return [...fact(tell('revokedKey'), keyLink(text('public_key'))), ...fact(tell('reason'), reasonText(scene, text('reason')))];
    case 'rotate':
      return fact(tell('newKey'), keyLink(text('public_key')));
    default:
      return [];
  }
}

/** The API's word for a reason, in the reader's. */
function reasonText(scene: Scene, reason: string): string {
  return wordText(reasonWord(reason), scene.language);
}

function evidenceFacts(scene: Scene, body: NonNullable<Entry['body']>): HTMLElement[] {
  const tell = words(scene);
  const text = (name: string) => String(body[name] ?? '');
  const salted = body['mode'] === 'salted';
  const length = salted ? tell('hiddenLength') : tell('bytes', { count: count(scene, Number(body['length'])) });
  return [
    ...fact('SHA-256', el('a', { href: toFind(text('sha256')) }, digest(text('sha256')))),
    ...fact('SM3', el('a', { href: toFind(text('sm3')) }, digest(text('sm3')))),
    ...fact(tell('length'), length),
    ...(body['claimed_time'] ? [...fact(tell('claimed'), moment(scene, text('claimed_time'), 'long')), clock(tell('claimedBy'))] : []),
    ...(body['continues'] ? fact(tell('continues'), el('a', { href: toFind(text('continues')) }, digest(text('continues')))) : []),
    ...(body['details'] ? fact(tell('details'), tell('detailsThere')) : []),
  ];
}

function actions(scene: Scene, { index }: Entry, size: number, receipt: string): HTMLElement {
  const tell = words(scene);
  return el('p', { class: 'actions' },
    el('a', { class: 'button', 'data-kind': 'primary', href: scene.api.url(receipt), download: `entry-${index}.receipt` },
      tell('receipt')),
    index > 0 && el('a', { class: 'button', href: toEntry(index - 1) }, tell('before')),
    index + 1 < size && el('a', { class: 'button', href: toEntry(index + 1) }, tell('after')),
    el('a', { class: 'button', 'data-kind': 'quiet', href: scene.api.url(`/v1/entries/${index}`) }, tell('raw')));
}
