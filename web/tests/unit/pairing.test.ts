// Which receipt belongs to which evidence: by name, by content, and the one that is left.

import { describe, expect, it } from 'vitest';
import { pair, type Item } from '../../src/verify/pairing';

const file = (key: string): Item => ({ key, kind: 'file' });
const receipt = (key: string): Item => ({ key, kind: 'receipt' });
const folder = (key: string): Item => ({ key, kind: 'folder' });
const never = (): boolean => false;
const jobs = (items: readonly Item[], belongs: (receipt: number, evidence: number) => boolean = never): unknown[] =>
  pair(items, belongs).jobs.map(({ evidence, receipt: of }) => [
    evidence === null ? null : items[evidence]!.key,
    of === null ? null : items[of]!.key,
  ]);

describe('pairing', () => {
  it('goes by names first', () => {
    expect(jobs([file('b'), file('a'), receipt('a.receipt'), receipt('b.receipt')])).toEqual([
      ['b', 'b.receipt'],
      ['a', 'a.receipt'],
    ]);
    expect(jobs([folder('page'), receipt('page.sha256.receipt')])).toEqual([['page', 'page.sha256.receipt']]);
    expect(jobs([file('x/a'), file('y/a'), receipt('y/a.receipt')])).toEqual([
      ['x/a', null],
      ['y/a', 'y/a.receipt'],
    ]);
  });

  it('goes by content where names have changed', () => {
    const items = [file('renamed'), file('other'), receipt('1.receipt'), receipt('2.receipt')];
    expect(jobs(items, (of, evidence) => of - 2 === 1 - evidence)).toEqual([
      ['renamed', '2.receipt'],
      ['other', '1.receipt'],
    ]);
  });

  it('takes what is left when it is one of each', () => {
    expect(jobs([file('photo (1).jpg'), receipt('photo.receipt')])).toEqual([['photo (1).jpg', 'photo.receipt']]);
    expect(jobs([file('a'), file('b'), receipt('c.receipt')])).toEqual([
      ['a', null],
      ['b', null],
      [null, 'c.receipt'],
    ]);
  });

  it('leaves nothing out', () => {
    expect(jobs([file('a')])).toEqual([['a', null]]);
    expect(jobs([receipt('a.receipt')])).toEqual([[null, 'a.receipt']]);
    expect(jobs([])).toEqual([]);
  });
});
