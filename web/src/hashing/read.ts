// A file's bytes, piece by piece in constant memory, to both digests. The same code runs in the worker and in the page.

// By their own modules, not by the library's door: the worker is to be small.
import { DualHasher, type Digests } from '../notarium/crypto/digest';
import { DifferenceFinder } from '../notarium/report/difference';
import type { Change } from '../notarium/report/remark';
import type { Changed } from './protocol';

/** Bytes that are in memory at a time, twice: one piece is hashed while the next is read. */
const PIECE = 1024 * 1024;

export class Cancelled extends Error {
  constructor() {
    super('stopped');
    this.name = 'Cancelled';
  }
}

/** How a reading goes on: `pause` is awaited after every piece. */
export interface Watch {
  advance(done: number): void;
  isCancelled(): boolean;
  pause(): Promise<void>;
}

export async function readDigests(blob: Blob, watch: Watch): Promise<Digests> {
  const hasher = new DualHasher();
  await eachPiece(blob, watch, (piece) => hasher.update(piece));
  return hasher.finish();
}

export async function readChanged(blob: Blob, changes: readonly Change[], watch: Watch): Promise<Changed> {
  const finder = new DifferenceFinder(changes);
  await eachPiece(blob, watch, (piece) => finder.update(piece));
  return finder.finish();
}

async function eachPiece(blob: Blob, watch: Watch, take: (piece: Uint8Array) => void): Promise<void> {
  const read = (at: number): Promise<ArrayBuffer> | null =>
    at < blob.size ? blob.slice(at, Math.min(at + PIECE, blob.size)).arrayBuffer() : null;
  let next = read(0);
  let done = 0;
  while (next !== null) {
    const piece = new Uint8Array(await next);
    // A file that became shorter while it was read would go on forever.
    if (piece.length === 0) throw new Error('the file changed while it was read');
    next = read(done + piece.length);
    // A failure is met when the piece is wanted, not before.
    next?.catch(() => undefined);
    if (watch.isCancelled()) throw new Cancelled();
    take(piece);
    done += piece.length;
    watch.advance(done);
    await watch.pause();
  }
}
