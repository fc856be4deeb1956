// The proof of one entry: asked of the ledger, computed again here, drawn, and said in words.

import {
  decodeHex, encodeHex, equal, inclusionPath, leafHash, decodeBase64, openNote, parseNote, parseVerifierKey, utf8,
  type PathStep,
} from '../notarium';
import { el } from '../shell/dom';
import type { Entry, Inclusion } from './api';
import { levels, type Level, type Span } from './path';
import { drawPath } from './path-drawing';
import { count, digest, words, type Scene } from './scene';
import { redrawn } from './redrawn';

export function proofPanel(scene: Scene, entry: Entry, inclusion: Inclusion): HTMLElement {
  const tell = words(scene);
  const panel = el('section', { class: 'panel' }, el('h2', {}, tell('proof')));
  try {
    const steps = recompute(entry, inclusion);
    const signed = isSigned(scene, inclusion);
    const size = inclusion.head.size;
    const places = levels(entry.index, size);
    panel.append(
      el('p', { class: 'panel__hint' },
        steps.length === 0 ? tell('proofIntroNone') : tell('proofIntro', { hashes: steps.length })),
      notice(signed ? 'good' : 'info',
        tell(signed ? 'proofHolds' : 'proofUnsigned', { size: count(scene, size) })),
      redrawn((width) => drawPath(scene, width, { index: entry.index, size, leaf: entry.leaf, steps, levels: places })),
      el('details', {}, el('summary', {}, tell('asList')), asList(scene, entry, steps, places)));
  } catch (error) {
    panel.append(notice('error', tell('proofFails', { error: error instanceof Error ? error.message : String(error) })));
  }
  return panel;
}

/** The path from the entry's own bytes; throws unless it leads to the root that the ledger gave. */
function recompute(entry: Entry, inclusion: Inclusion): PathStep[] {
  const bytes = decodeBase64(entry.entry);
  if (bytes === null) throw new Error('the entry is not base64');
  const leaf = leafHash(bytes);
  const root = hash(inclusion.head.root);
  const tree = { size: BigInt(inclusion.head.size), root };
  const steps = inclusionPath(BigInt(entry.index), leaf, inclusion.hashes.map(hash), tree);
  const reached = steps.length > 0 ? steps[steps.length - 1]!.parent : leaf;
  if (!equal(reached, root)) {
    throw new Error(`the path leads to ${encodeHex(reached)}, the ledger gave the root ${inclusion.head.root}`);
  }
  return steps;
}

function hash(hex: string): Uint8Array {
  const bytes = decodeHex(hex, 32);
  if (bytes === null) throw new Error(`${hex} is not a hash`);
  return bytes;
}

/** Whether there is a checkpoint of this tree with the ledger's valid signature; throws when one is there and is false. */
function isSigned({ vkey }: Scene, { head }: Inclusion): boolean {
  if (!head.checkpoint || vkey === null) return false;
  const note = parseNote(utf8(head.checkpoint));
  const by = openNote(note, [parseVerifierKey(vkey)]);
  const [, size, root] = head.checkpoint.split('\n');
  const same = size === String(head.size) && root !== undefined && sameHash(root, head.root);
  if (!same) throw new Error('the checkpoint is of another tree');
  return by.length > 0;
}

function sameHash(base64: string, hex: string): boolean {
  const bytes = decodeBase64(base64);
  return bytes !== null && encodeHex(bytes) === hex;
}

function asList(scene: Scene, entry: Entry, steps: readonly PathStep[], places: readonly Level[]): HTMLElement {
  const tell = words(scene);
  const ends = ({ from, to }: Span) => ({ from, to });
  return el('ol', {},
    el('li', {}, `${tell('listLeaf', { index: entry.index })}: `, digest(entry.leaf)),
    ...steps.map((step, row) => el('li', {},
      `${tell(step.side === 'left' ? 'listLeft' : 'listRight', ends(places[row]!.sibling))} `, digest(encodeHex(step.sibling)),
      ` ${tell('listGives')} `, digest(encodeHex(step.parent)))));
}

function notice(kind: 'good' | 'info' | 'error', text: string): HTMLElement {
  return el('div', { class: 'notice', 'data-kind': kind, role: kind === 'error' ? 'alert' : null }, el('p', {}, text));
}
