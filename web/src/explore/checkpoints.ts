// Checkpoints, who signed them, and whether the signatures hold.

import { el } from '../shell/dom';
import type { Checkpoint, CheckpointList } from './api';
import { moreButton } from './entry-table';
import { brief, count, moment, trail, words, type Scene, type View } from './scene';
import { judgeSigners, type Signed, type Signer } from './signers';

export async function checkpointsView(scene: Scene): Promise<View> {
  const tell = words(scene);
  const list = await scene.api.checkpoints(20);
  const element = el('div', {}, trail(scene),
    el('section', { class: 'panel' },
      el('h2', {}, tell('checkpoints')),
      el('p', { class: 'panel__hint' }, tell('checkpointsIntro')),
      pagedCheckpoints(scene, list)));
  return { element, title: tell('checkpoints') };
}

export function checkpointTable(scene: Scene): { table: HTMLTableElement; rows: HTMLElement } {
  const tell = words(scene);
  const heads = (['size', 'root', 'signatures'] as const).map((word) => el('th', { scope: 'col' }, tell(word)));
  const rows = el('tbody');
  const table = el('table', { class: 'table table--stack' },
    el('caption', { class: 'visually-hidden' }, tell('checkpoints')), el('thead', {}, el('tr', {}, ...heads)), rows);
  return { table, rows };
}

function pagedCheckpoints(scene: Scene, first: CheckpointList): HTMLElement {
  const { table, rows } = checkpointTable(scene);
  const holder = el('div', {}, table);
  const add = (list: CheckpointList) => {
    rows.append(...list.checkpoints.map((checkpoint) => checkpointRow(scene, checkpoint, true)));
    if (list.next) holder.append(moreButton(scene.api, list.next, words(scene)('more'), add));
  };
  add(first);
  return holder;
}

export function checkpointRow(scene: Scene, checkpoint: Checkpoint, whole: boolean): HTMLElement {
  return el('tr', {},
    el('td', { class: 'number' }, count(scene, checkpoint.size)),
    el('td', {}, el('code', { title: checkpoint.root }, brief(checkpoint.root))),
    el('td', { class: 'wide' }, ...signedBy(scene, checkpoint),
      whole && el('details', {},
        el('summary', {}, words(scene)('asNote')), el('pre', {}, el('code', {}, checkpoint.checkpoint)))));
}

/** One line for each signature, then whether they are enough for the built-in policy. */
function signedBy(scene: Scene, { checkpoint }: Checkpoint): (Node | string)[] {
  const tell = words(scene);
  if (!scene.policy) return [tell('notJudged')];
  let found: Signed;
  try {
    found = judgeSigners(checkpoint, scene.policy);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const lines = found.signers.map((signer) => el('li', { 'data-held': signer.held }, ...signerText(scene, signer)));
  const quorum = el('span', { class: 'tag', 'data-quorum': found.quorum }, tell(QUORUM[found.quorum]));
  return [el('ul', { class: 'signers' }, ...lines), quorum];
}

const QUORUM = {
  'not-required': 'quorumNone',
  reached: 'quorumReached',
  'not-reached': 'quorumNotReached',
  invalid: 'quorumInvalid',
} as const;

function signerText(scene: Scene, { name, role, held, time, error }: Signer): (Node | string)[] {
  const tell = words(scene);
  const who = role === 'ledger' ? tell('theLedger') : role === 'witness' ? tell('theWitness', { name }) : name;
  const comma = scene.language === 'en' ? ', ' : '，';
  const when = time === null ? [] : [comma, moment(scene, new Date(time).toISOString())];
  const outcome = { valid: '✓ ', invalid: '✕ ', unknown: '' }[held];
  const said = { valid: tell('heldValid'), invalid: tell('heldInvalid', { error: error ?? '' }), unknown: tell('heldUnknown') }[held];
  return [who, ...when, scene.language === 'en' ? ': ' : '：', el('span', { class: 'signers__held' }, el('span', { 'aria-hidden': 'true' }, outcome), said)];
}
