// The strict text forms: which characters text may hold, and decimal, base64 and hex in one spelling each.

import { utf8 } from './bytes';
import { NotariumError } from './error';

/** 2^53-1: the largest integer that a format holds. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

const MAX_U64 = 2n ** 64n - 1n;

/** docs/formats.md, Conventions: controls, and what is invisible or steers the direction of writing. */
function isBanned(code: number): boolean {
  return (
    code <= 0x1f ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff
  );
}

/** The first character that the text rule bans, or `null`. */
export function bannedCharacter(text: string): string | null {
  for (const character of text) {
    if (isBanned(character.codePointAt(0)!)) return character;
  }
  return null;
}

/** A character as `U+200B`. */
export function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A decimal of 0 to 2^64-1 without sign and leading zero; `null` for anything else. */
export function parseDecimal(text: string): bigint | null {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) return null;
  const value = BigInt(text);
  return value <= MAX_U64 ? value : null;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter.charCodeAt(0), value]));

/** Base64 (RFC 4648 section 4) with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at]!, bytes[at + 1], bytes[at + 2]];
    pieces.push(
      ALPHABET[a >> 2]!,
      ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)]!,
      b === undefined ? '=' : ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)]!,
      c === undefined ? '=' : ALPHABET[c & 63]!,
    );
  }
  return pieces.join('');
}

/** Base64 as `encodeBase64` writes it, spare bits zero; `null` for any other spelling. */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array(Math.floor((digits * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let digit = 0; digit < digits; digit += 1) {
    const value = VALUES.get(text.charCodeAt(digit));
    if (value === undefined) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

/** Lower-case hex. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Exactly `length` bytes of lower-case hex; `null` for anything else. */
export function decodeHex(text: string, length: number): Uint8Array | null {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Reads a digest, key or signature of `length` bytes from lower-case hex; throws when it is not. */
export function parseHex(text: string, length: number): Uint8Array {
  const found = utf8(text).length;
  if (found !== 2 * length) {
    throw new NotariumError('wrong-length', `${found} characters where ${2 * length} hex digits are due`);
  }
  const bytes = decodeHex(text, length);
  if (bytes === null) throw new NotariumError('not-lower-hex', 'a character that is no lower-case hex digit');
  return bytes;
}

/** Text in double quotes with escapes, as errors quote what stood in a file. */
export function quoted(text: string): string {
  const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '"': '\\"', '\\': '\\\\' };
  const escaped = Array.from(text, (character) => {
    if (named[character] !== undefined) return named[character];
    if (character === ' ' || !/[\p{C}\p{Z}\p{M}]/u.test(character)) return character;
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
  return `"${escaped.join('')}"`;
}
