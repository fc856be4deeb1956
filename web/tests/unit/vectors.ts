// The vectors of ../../../tests/vectors, read once: files, and inputs in any of their spellings.

import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { concat, utf8 } from '../../src/notarium';

/** The repository, or another checkout of it whose vectors and words are to be compared with. */
export const ROOT = resolve(process.env['NOTARIUM_ROOT'] ?? join(__dirname, '../../..'));
export const VECTORS = join(ROOT, 'tests/vectors');

export interface Case {
  readonly name: string;
  readonly hex?: string;
  readonly text?: string;
  readonly hex_runs?: readonly (readonly [string, number])[];
  readonly text_runs?: readonly (readonly [string, number])[];
  readonly good?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly unknown?: string;
  readonly [other: string]: unknown;
}

export interface VectorFile {
  readonly about: string;
  readonly cases: readonly Case[];
  readonly [other: string]: unknown;
}

export function vectorFiles(): string[] {
  return readdirSync(VECTORS)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

export function readVectors<T = VectorFile>(name: string): T {
  return JSON.parse(readFileSync(join(VECTORS, name), 'utf8')) as T;
}

export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error(`not hex: ${hex.slice(0, 40)}`);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** The input of a case; a case has exactly one spelling of it. */
export function inputOf(one: Case): Uint8Array {
  const spellings = [
    one.hex !== undefined && fromHex(one.hex),
    one.text !== undefined && utf8(one.text),
    one.hex_runs && concat(...one.hex_runs.map(([piece, times]) => repeated(fromHex(piece), times))),
    one.text_runs && concat(...one.text_runs.map(([piece, times]) => repeated(utf8(piece), times))),
  ].filter((spelling): spelling is Uint8Array => spelling instanceof Uint8Array);
  if (spellings.length !== 1) throw new Error(`${one.name}: ${spellings.length} inputs`);
  return spellings[0]!;
}

function repeated(piece: Uint8Array, times: number): Uint8Array {
  const whole = new Uint8Array(piece.length * times);
  for (let at = 0; at < times; at += 1) whole.set(piece, at * piece.length);
  return whole;
}
