// Explore's own reckoning: the spans of a path, queries, samples, ticks, who signed a checkpoint; addresses; words.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { countTicks, sample } from '../../src/explore/growth';
import { levels } from '../../src/explore/path';
import { parseQuery } from '../../src/explore/search';
import { judgeSigners } from '../../src/explore/signers';
import { NotariumError, attempt, inclusionPath, leafHash, parseCheckpoint, parsePolicy, rootOf, utf8 } from '../../src/notarium';
import { parseRoute } from '../../src/shell/routes';
import { ALL_WORDS, say } from '../../src/words/explore';
import { readVectors, type VectorFile } from './vectors';

/** The siblings of a leaf by the definition of RFC 6962 section 2.1.1, leaf side first. */
function siblings(leaves: Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length === 1) return [];
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return index < left
    ? [...siblings(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...siblings(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
}

test('every level’s spans are those of the hashes beside and above it, in all trees up to 40', () => {
  for (let size = 1; size <= 40; size++) {
    const leaves = Array.from({ length: size }, (_, at) => leafHash(utf8(`leaf ${at}`)));
    const tree = { size: BigInt(size), root: rootOf(leaves) };
    for (let index = 0; index < size; index++) {
      const steps = inclusionPath(BigInt(index), leaves[index]!, siblings(leaves, index), tree);
      const found = levels(index, size);
      expect(found.map(({ side }) => side)).toEqual(steps.map(({ side }) => side));
      found.forEach(({ sibling, parent }, at) => {
        expect(rootOf(leaves.slice(sibling.from, sibling.to + 1))).toEqual(steps[at]!.sibling);
        expect(rootOf(leaves.slice(parent.from, parent.to + 1))).toEqual(steps[at]!.parent);
      });
    }
  }
});

test('a query is a number or 32 bytes, however it was copied', () => {
  const hex = 'ab'.repeat(32);
  expect(parseQuery('7')).toEqual({ kind: 'number', index: 7 });
  expect(parseQuery(' #1,234 ')).toEqual({ kind: 'number', index: 1234 });
  expect(parseQuery(hex.toUpperCase())).toEqual({ kind: 'hex', hex });
  expect(parseQuery(hex.replace(/.{8}/g, '$& '))).toEqual({ kind: 'hex', hex });
  // 64 decimal digits are 32 bytes, not a number.
  expect(parseQuery('1'.repeat(64)).kind).toBe('hex');
  for (const not of ['', '-1', '1.5', 'x', hex.slice(1), `${hex}0`, '9'.repeat(16)]) expect(parseQuery(not).kind, not).toBe('nothing');
});

test('the sample has the first and the last entry, and none twice', () => {
  expect(sample(1)).toEqual([0]);
  expect(sample(2)).toEqual([0, 1]);
  for (const size of [24, 25, 1000, 2 ** 40]) {
    const found = sample(size);
    expect([found[0], found.at(-1), found.length]).toEqual([0, size - 1, 24]);
  }
});

test('ticks are round, start at nothing, and reach over the most', () => {
  expect(countTicks(1)).toEqual([0, 1]);
  expect(countTicks(10)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(countTicks(1234)).toEqual([0, 500, 1000, 1500]);
  for (let most = 1; most < 5000; most++) {
    const ticks = countTicks(most);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
    expect(ticks.length, String(most)).toBeLessThanOrEqual(7);
  }
});

test('every signature of a checkpoint is judged: the ledger’s, witnesses with their times, and others', () => {
  const file = readVectors<VectorFile & { policies: Record<string, string> }>('verification.json');
  const outcomes = new Set<string>();
  const held = new Set<string>();
  for (const one of file.cases) {
    const checkpoint = (one['receipt'] as string).split('\n\n').slice(-2).join('\n\n');
    const text = one['policy'] === null ? null : file.policies[one['policy'] as string]!;
    const policy = text === null ? null : attempt(() => parsePolicy(text));
    if (!policy || policy instanceof NotariumError || attempt(() => parseCheckpoint(utf8(checkpoint))) instanceof NotariumError) continue;
    const { signers, quorum } = judgeSigners(checkpoint, policy);
    outcomes.add(quorum);
    for (const signer of signers) {
      held.add(`${signer.role} ${signer.held}`);
      expect(signer.error === null, signer.name).toBe(signer.held !== 'invalid');
      expect(signer.time !== null && signer.role !== 'witness').toBe(false);
    }
  }
  expect([...outcomes].sort()).toEqual(['invalid', 'not-reached', 'not-required', 'reached']);
  expect([...held].sort()).toEqual(['ledger invalid', 'ledger valid', 'other unknown', 'witness invalid', 'witness valid']);
});

test('an address names a page, and anything else is the opening page', () => {
  expect(parseRoute('')).toEqual({ page: 'home', rest: [] });
  expect(parseRoute('#/verify')).toEqual({ page: 'verify', rest: [] });
  expect(parseRoute('#/explore/entry/7')).toEqual({ page: 'explore', rest: ['entry', '7'] });
  expect(parseRoute('#/nowhere/7')).toEqual({ page: 'home', rest: [] });
  expect(parseRoute('#/explore/find/%')).toEqual({ page: 'explore', rest: ['find', '%'] });
});

test('every word of Explore is there in both languages, with the same places', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [name, [en, zh]] of Object.entries(ALL_WORDS)) {
    expect(places(en), name).toEqual(places(zh));
    expect(en, name).not.toMatch(/[\u4e00-\u9fff]/);
    if (name !== 'drawingSpanShort') expect(zh, name).toMatch(/[\u4e00-\u9fff]/);
  }
  expect(say('en', 'entry', { index: 7 })).toBe('Entry 7');
  expect(say('zh', 'entry', { index: 7 })).toBe('第 7 号条目');
});

test('both languages stand side by side in the pages', () => {
  for (const page of ['index.html', 'verify.html']) {
    const html = readFileSync(join(__dirname, '../..', page), 'utf8');
    const english = html.match(/<span class="w" lang="en">/g) ?? [];
    const pairs = html.match(/<span class="w" lang="en">(?:(?!class="w").)*?<\/span><span class="w" lang="zh-CN">/g) ?? [];
    expect(english.length).toBeGreaterThan(5);
    expect(pairs).toHaveLength(english.length);
  }
});
