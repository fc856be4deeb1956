// SM3 against the standard's examples and another implementation; both digests in one pass, however the bytes are cut.

import { sm3 as otherSm3 } from 'sm-crypto-v2';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DualHasher, digestsOf, encodeHex, sm3, utf8 } from '../../src/notarium';

describe('SM3', () => {
  it('gives the examples of GB/T 32905-2016, appendix A', () => {
    expect(encodeHex(sm3(utf8('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(encodeHex(sm3(utf8('abcd'.repeat(16))))).toBe(
      'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732',
    );
  });

  it('agrees with another implementation at every length around its blocks', () => {
    for (let length = 0; length < 200; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
      expect(encodeHex(sm3(bytes)), `${length} bytes`).toBe(otherSm3(bytes));
    }
  });
});

describe('both digests in one pass', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 31) & 0xff);

  it('do not depend on how the bytes are cut', () => {
    const whole = digestsOf(bytes);
    expect(encodeHex(whole.sha256)).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(encodeHex(whole.sm3)).toBe(otherSm3(bytes));
    for (const piece of [1, 3, 63, 64, 65, 127, 128, 999]) {
      const hasher = new DualHasher();
      for (let at = 0; at < bytes.length; at += piece) hasher.update(bytes.subarray(at, at + piece));
      expect(hasher.finish()).toEqual(whole);
    }
  });

  it('are of nothing for nothing', () => {
    expect(digestsOf(new Uint8Array()).length).toBe(0);
    expect(encodeHex(digestsOf(new Uint8Array()).sm3)).toBe(otherSm3(''));
  });
});
