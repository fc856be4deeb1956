// Entry bundles: the entries under one level-0 tile (C2SP tlog-tiles, Log Entries).

import { NotariumError } from '../codec/error';
import { Reader, Writer, lengthOutOfRange } from '../codec/reader';
import { TILE_WIDTH } from '../merkle/tile';

/** Reads a bundle; gives the bytes of its entries, whose own form is not looked at. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] {
  const reader = new Reader(bytes);
  const entries: Uint8Array[] = [];
  while (reader.left > 0) {
    entries.push(reader.bytes16('entry', 1, 0xffff));
    checkCount(entries.length);
  }
  if (entries.length === 0) throw empty();
  return entries;
}

/** Writes a bundle of 1 to 256 entries. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) throw empty();
  checkCount(entries.length);
  const writer = new Writer();
  for (const entry of entries) {
    if (entry.length === 0) throw lengthOutOfRange('entry', 0, 1, 0xffff);
    writer.bytes16('entry', entry);
  }
  return writer.finish();
}

function checkCount(count: number): void {
  if (count > TILE_WIDTH) {
    throw new NotariumError('too-many-entries', `an entry bundle with more than ${TILE_WIDTH} entries`);
  }
}

function empty(): NotariumError {
  return new NotariumError('empty-bundle', 'an entry bundle without entries');
}
