// Remarks: the closest explanation of a difference; they stand under the verdict and change nothing in it.

import { say, type Sentence } from './sentence';
import type { Word } from './words';

/** A change to the evidence given after which it would equal the deposited. */
export const CHANGES = [
  'drop-final-lf',
  'drop-final-crlf',
  'add-final-lf',
  'add-final-crlf',
  'drop-byte-order-mark',
  'add-byte-order-mark',
  'crlf-to-lf',
  'lf-to-crlf',
] as const;
export type Change = (typeof CHANGES)[number];

const CHANGE_WORDS: Record<Change, Word> = {
  'drop-final-lf': 'line-end-dropped',
  'drop-final-crlf': 'cr-lf-dropped',
  'add-final-lf': 'line-end-added',
  'add-final-crlf': 'cr-lf-added',
  'drop-byte-order-mark': 'mark-dropped',
  'add-byte-order-mark': 'mark-added',
  'crlf-to-lf': 'lines-to-lf',
  'lf-to-crlf': 'lines-to-cr-lf',
};

export const wouldMatchAfter = (change: Change): Sentence => say('would-match', { change: { word: CHANGE_WORDS[change] } });

/** How the length given differs from the deposited one; nothing where they are equal. */
export function lengthRemark(given: number, deposited: number): Sentence[] {
  if (given === deposited) return [];
  const bytes = Math.abs(given - deposited);
  return [say(given > deposited ? 'longer-by' : 'shorter-by', { bytes })];
}
