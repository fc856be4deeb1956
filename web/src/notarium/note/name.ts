// Names of keys (C2SP signed-note), and the stricter names of ledgers. Compared as bytes, never normalised.

import { utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { bannedCharacter, codePoint } from '../codec/text';

/** Longest origin, in bytes of UTF-8. */
export const MAX_ORIGIN_BYTES = 255;

/** A statement begins with these bytes, so a checkpoint must not: the ledger's key signs both. */
const RESERVED = 'notarium/';

/** Unicode's White_Space; JavaScript's own `\s` is another set. */
const SPACE = /[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;

/** Checks a key name: not empty, no Unicode space, no `+`, no character below U+0020. */
export function checkKeyName(text: string): string {
  if (text === '') throw new NotariumError('empty-name', 'the name is empty');
  for (const character of text) {
    if (character === '+') throw new NotariumError('plus-in-name', 'the name holds a plus sign');
    if (SPACE.test(character)) {
      throw new NotariumError('space-in-name', `the name holds a space (${codePoint(character)})`);
    }
    if (character < ' ') throw bannedInName(character);
  }
  return text;
}

/** Checks an origin: a key name of 1 to 255 bytes that keeps the text rule and does not begin with `notarium/`. */
export function checkOrigin(text: string): string {
  checkKeyName(text);
  const length = utf8(text).length;
  if (length > MAX_ORIGIN_BYTES) {
    throw new NotariumError('origin-too-long', `the origin has ${length} bytes, more than ${MAX_ORIGIN_BYTES}`);
  }
  if (text.startsWith(RESERVED)) {
    throw new NotariumError('reserved-origin', `an origin does not begin with "${RESERVED}"`);
  }
  const banned = bannedCharacter(text);
  if (banned !== null) throw bannedInName(banned);
  return text;
}

function bannedInName(character: string): NotariumError {
  return new NotariumError('banned-in-name', `the name holds the character ${codePoint(character)}`);
}
