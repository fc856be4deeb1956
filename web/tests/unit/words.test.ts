// The report's words are the command line's: row by row, in both languages.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORDS } from '../../src/notarium';
import { ROOT } from './vectors';

/** Rows of the `words!` table in src/report/words.rs: id to both texts. */
function rustWords(): Record<string, [string, string]> {
  const source = readFileSync(join(ROOT, 'src/report/words.rs'), 'utf8');
  const from = source.indexOf('\nwords! {');
  const table = source.slice(from, source.indexOf('\n}\n', from));
  const row = /^ {4}([A-Z]\w*):\s*"((?:[^"\\]|\\[^])*)",\s*"((?:[^"\\]|\\[^])*)";/gm;
  const text = (literal: string): string => JSON.parse(`"${literal.replace(/\\\n\s*/g, '')}"`) as string;
  const kebab = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return Object.fromEntries([...table.matchAll(row)].map(([, name, en, zh]) => [kebab(name!), [text(en!), text(zh!)]]));
}

const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('words', () => {
  it('equal those of the command line', () => {
    const rust = rustWords();
    expect(Object.keys(rust).length).toBeGreaterThan(220);
    // A challenge to a key is no part of a report, and the pages set none.
    const told = Object.entries(rust).filter(([id]) => !id.startsWith('key-proof-'));
    expect(WORDS).toEqual(Object.fromEntries(told));
  });

  it('have the same places in both languages', () => {
    for (const [id, [en, zh]] of Object.entries(WORDS)) expect(places(en), id).toEqual(places(zh));
  });
});
