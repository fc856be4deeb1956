// What differs: every small change is recognised, however the file is cut, and nothing else is.

import { describe, expect, it } from 'vitest';
import {
  CHANGES,
  DifferenceFinder,
  concat,
  digestsOf,
  fittingChange,
  plainFingerprint,
  possibleChanges,
  saltedFingerprint,
  utf8,
  type Change,
  type Deposited,
} from '../../src/notarium';

const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const original = utf8('one\ntwo\r\nthree\n\nfour');
const lf = utf8('one\ntwo\nthree\n\nfour\n');
const crlf = utf8('one\r\ntwo\r\nthree\r\n\r\nfour\r\n');

/** What is at hand, and what was deposited. */
const CASES: readonly [Change, Uint8Array, Uint8Array][] = [
  ['drop-final-lf', concat(original, utf8('\n')), original],
  ['drop-final-crlf', concat(original, utf8('\r\n')), original],
  ['add-final-lf', original, concat(original, utf8('\n'))],
  ['add-final-crlf', original, concat(original, utf8('\r\n'))],
  ['drop-byte-order-mark', concat(MARK, original), original],
  ['add-byte-order-mark', original, concat(MARK, original)],
  ['crlf-to-lf', crlf, lf],
  ['lf-to-crlf', lf, crlf],
];

function found(given: Uint8Array, deposited: Deposited, piece: number): Change | null {
  const finder = new DifferenceFinder(possibleChanges(given.length, deposited));
  for (let at = 0; at < given.length; at += piece) finder.update(given.subarray(at, at + piece));
  return fittingChange(finder.finish(), deposited);
}

describe('what differs', () => {
  const publicKey = new Uint8Array(32).fill(1);
  const salt = new Uint8Array(32).fill(2);
  for (const [change, given, was] of CASES) {
    it(`is recognised: ${change}`, () => {
      const plain: Deposited = { fingerprint: plainFingerprint(digestsOf(was)), salt: null, publicKey };
      const salted: Deposited = { fingerprint: saltedFingerprint(digestsOf(was), salt, publicKey), salt, publicKey };
      for (const piece of [1, 2, 3, 5, 7, 1000]) {
        expect(found(given, plain, piece), `pieces of ${piece}`).toBe(change);
        expect(found(given, salted, piece), `pieces of ${piece}, salted`).toBe(change);
      }
    });
  }

  it('is not made up', () => {
    const other: Deposited = { fingerprint: plainFingerprint(digestsOf(utf8('quite another text'))), salt: null, publicKey };
    for (const [, given] of CASES) expect(found(given, other, 4)).toBeNull();
    expect(found(new Uint8Array(), other, 4)).toBeNull();
  });

  it('is not looked for without the salt', () => {
    const withheld: Deposited = { fingerprint: saltedFingerprint(digestsOf(lf), salt, publicKey), salt: null, publicKey };
    expect(possibleChanges(crlf.length, withheld)).toEqual([]);
    expect(possibleChanges(crlf.length, { ...withheld, salt })).toEqual([...CHANGES]);
  });
});
