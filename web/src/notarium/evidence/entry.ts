// The entry: what a ledger adds to a statement, and the leaf of its tree.

import { isZero } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { Reader, Writer } from '../codec/reader';
import { leafHash } from '../merkle/hash';
import { parseStatement, type SignedStatement } from './statement';

/** A well-formed entry, with the bytes that were hashed. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly index: number;
  /** Milliseconds, by the ledger's clock. */
  readonly time: number;
  /** Leaf hash of the entry before it; zeros at index 0. */
  readonly previous: Uint8Array;
  /** The signed statement's bytes, of any version. */
  readonly signedStatement: Uint8Array;
}

/** Reads an entry of version 1. Its statement may be of any version. */
export function parseEntry(bytes: Uint8Array): Entry {
  const reader = new Reader(bytes);
  const version = reader.version('notarium/entry/');
  if (version !== 1) {
    throw new NotariumError('unknown-entry-version', `entry version ${version} is not understood`, true);
  }
  const index = reader.u64('index');
  const time = reader.time('time');
  const previous = reader.bytes(32, 'previous');
  const signedStatement = reader.bytes16('signed_statement', 0, 0xffff);
  reader.finish('entry');
  if (time === 0) throw new NotariumError('time-not-stated', 'time: 0, yet a ledger states when it admits');
  if (index === 0 && !isZero(previous)) {
    throw new NotariumError('first-has-previous', 'previous: not zeros, yet nothing comes before entry 0');
  }
  return { bytes: bytes.slice(), index, time, previous, signedStatement };
}

/** The bytes of the entry that admits `statement`. */
export function encodeEntry(index: number, time: number, previous: Uint8Array, statement: SignedStatement): Uint8Array {
  const writer = new Writer('notarium/entry/1\n').u64('index', index).u64('time', time).bytes(previous);
  return parseEntry(writer.bytes16('signed_statement', statement.bytes).finish()).bytes;
}

export const entryLeaf = (entry: Entry): Uint8Array => leafHash(entry.bytes);

export const entryStatement = (entry: Entry): SignedStatement => parseStatement(entry.signedStatement);
