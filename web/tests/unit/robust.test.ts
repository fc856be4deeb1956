// No input makes a decoder crash, and no byte of a receipt can change without the verdict changing.

import { describe, expect, it } from 'vitest';
import * as notarium from '../../src/notarium';
import { NotariumError } from '../../src/notarium';
import { fromHex, inputOf, readVectors, type VectorFile } from './vectors';

const DECODERS: Record<string, (input: Uint8Array) => unknown> = {
  'bundles.json': notarium.decodeBundle,
  'details.json': notarium.readDetails,
  'disclosures.json': notarium.parseDisclosure,
  'entries.json': notarium.parseEntry,
  'manifests.json': notarium.parseManifest,
  'receipts.json': notarium.parseReceipt,
  'statements.json': notarium.parseStatement,
};

/** Numbers that look random and are the same every time (xorshift32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One of: a byte changed, a piece taken out, a piece doubled, the end cut off. */
function mutated(input: Uint8Array, draw: (below: number) => number): Uint8Array {
  const at = draw(input.length + 1);
  const to = Math.min(input.length, at + draw(40));
  const kind = draw(4);
  if (kind === 0 && at < input.length) {
    const copy = input.slice();
    copy[at] = draw(256);
    return copy;
  }
  if (kind === 1) return notarium.concat(input.subarray(0, at), input.subarray(to));
  if (kind === 2) return notarium.concat(input.subarray(0, to), input.subarray(at));
  return input.slice(0, at);
}

describe('decoders', () => {
  for (const [name, decode] of Object.entries(DECODERS)) {
    it(`${name}: whatever is changed, they accept or say what is wrong`, () => {
      const draw = numbers(20260101);
      let [accepted, refused] = [0, 0];
      for (const one of readVectors(name).cases) {
        const input = inputOf(one);
        // The longest inputs are about limits, and slow.
        if (input.length > 20_000) continue;
        for (let round = 0; round < 40; round += 1) {
          try {
            decode(mutated(input, draw));
            accepted += 1;
          } catch (error) {
            if (!(error instanceof NotariumError)) throw error;
            refused += 1;
          }
        }
      }
      expect(accepted + refused).toBeGreaterThan(200);
      expect(refused).toBeGreaterThan(0);
    });
  }

  it('policies, notes, vkeys and tiles: the same', () => {
    const draw = numbers(7);
    const { policies, cases } = readVectors<VectorFile & { policies: Record<string, string> }>('verification.json');
    const inputs: [string, (input: Uint8Array) => unknown][] = [
      ...Object.values(policies).map((text): [string, (input: Uint8Array) => unknown] => [text, notarium.parsePolicy]),
      [(cases[0]!['receipt'] as string).split('\n\n').slice(1).join('\n\n'), notarium.parseCheckpoint],
      ['ledger.example/one+53a91153+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4', (input) => notarium.parseVerifierKey(new TextDecoder().decode(input))],
      ['tile/0/x001/x234/067.p/5', (input) => notarium.parseTilePath(new TextDecoder().decode(input))],
    ];
    let rounds = 0;
    for (const [text, decode] of inputs) {
      for (let round = 0; round < 300; round += 1, rounds += 1) {
        const found = notarium.attempt(() => decode(mutated(notarium.utf8(text), draw)));
        if (found instanceof NotariumError) expect(found.code).toMatch(/^[a-z0-9-]+$/);
      }
    }
    expect(rounds).toBe(300 * inputs.length);
  });
});

interface SmallLedger {
  readonly vkey: string;
  readonly entries: readonly { receipt: string; evidence: string }[];
}

describe('a receipt', () => {
  const small = readVectors<SmallLedger>('small-ledger.json');
  const policy = notarium.parsePolicy(`log ${small.vkey}\nquorum none\n`);
  const { receipt, evidence } = small.entries[4]!;
  const digests = notarium.digestsOf(fromHex(evidence));
  const verdict = (bytes: Uint8Array): string => notarium.verifyReceipt({ receipt: bytes, evidence: digests, policy }).verdict;

  it('matches as it is', () => {
    expect(verdict(notarium.utf8(receipt))).toBe('match');
  });

  it('does not match with any one byte changed', () => {
    const bytes = notarium.utf8(receipt);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at % 7);
      expect(verdict(changed), `byte ${at}`).not.toBe('match');
    }
  });

  it('does not match with a line more or less', () => {
    const lines = receipt.split('\n');
    for (let at = 0; at < lines.length; at += 1) {
      expect(verdict(notarium.utf8(lines.filter((_, line) => line !== at).join('\n'))), `without line ${at}`).not.toBe('match');
      const doubled = [...lines.slice(0, at), lines[at]!, ...lines.slice(at)];
      // The ledger's own signature twice is a checkpoint like any other: C2SP takes repeated lines.
      if (lines[at]!.startsWith('\u2014')) expect(verdict(notarium.utf8(doubled.join('\n')))).toBe('match');
      else expect(verdict(notarium.utf8(doubled.join('\n'))), `line ${at} twice`).not.toBe('match');
    }
  });
});
