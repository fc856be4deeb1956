// Checkpoints and who signed them.

import { parseNote, utf8, type SignatureLine } from '../notarium';
import { el } from '../shell/dom';
import type { Checkpoint, CheckpointList } from './api';
import { moreButton } from './entry-table';
import { brief, count, moment, trail, words, type Scene, type View } from './scene';

/** A cosignature is eight bytes of seconds and a signature of 64 (C2SP tlog-cosignature). */
const COSIGNATURE_BYTES = 72;

export interface Signer {
  readonly name: string;
  /** When a witness cosigned; null for the ledger itself and for signatures of other kinds. */
  readonly time: string | null;
  readonly role: 'ledger' | 'witness' | 'other';
}

/** Who signed a checkpoint, as the lines say it; whether a signature holds is for a verifier with a policy to say. */
export function signers(checkpoint: string): Signer[] {
  const origin = checkpoint.slice(0, checkpoint.indexOf('\n'));
  return parseNote(utf8(checkpoint)).signatures.map((line) => signer(line, origin));
}

function signer({ name, signature }: SignatureLine, origin: string): Signer {
  if (name === origin) return { name, time: null, role: 'ledger' };
  if (signature.length !== COSIGNATURE_BYTES) return { name, time: null, role: 'other' };
  const seconds = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
  const millis = Number(seconds) * 1000;
  return millis > 8.64e15 ? { name, time: null, role: 'other' } : { name, time: new Date(millis).toISOString(), role: 'witness' };
}

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

function signedBy(scene: Scene, { checkpoint }: Checkpoint): (Node | string)[] {
  const tell = words(scene);
  let found: Signer[];
  try {
    found = signers(checkpoint);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const said: (Node | string)[] = found.flatMap((signer, at): (Node | string)[] => {
    const before = at === 0 ? '' : scene.language === 'en' ? '; ' : '；';
    if (signer.role === 'ledger') return [before, tell('theLedger')];
    if (signer.role === 'other') return [before, tell('otherSignature', { name: signer.name })];
    return [before, `${signer.name}, `, moment(scene, signer.time!)];
  });
  if (!found.some(({ role }) => role === 'witness')) said.push(scene.language === 'en' ? '; ' : '；', tell('noWitness'));
  return said;
}
