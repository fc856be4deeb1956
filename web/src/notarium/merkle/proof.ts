// Inclusion and consistency proofs, verified by the steps of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

import { equal } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { encodeHex } from '../codec/text';
import { EMPTY_ROOT, nodeHash, type TreeHead } from './hash';

/** The most hashes that an inclusion proof can have. */
export const MAX_INCLUSION_HASHES = 63;
/** The most hashes that a consistency proof can have. */
export const MAX_CONSISTENCY_HASHES = 64;

type Hashes = readonly Uint8Array[];

/** One step on the way from a leaf to the root, for those who draw it. */
export interface PathStep {
  /** The hash beside the one that was reached. */
  readonly sibling: Uint8Array;
  /** On which side of it the sibling lies. */
  readonly side: 'left' | 'right';
  /** The hash that both give. */
  readonly parent: Uint8Array;
}

/** Checks that the leaf stands at `index` in the tree; throws a `NotariumError` when it is not shown to. */
export function verifyInclusion(index: bigint, leaf: Uint8Array, hashes: Hashes, tree: TreeHead): void {
  const steps = inclusionPath(index, leaf, hashes, tree);
  const computed = steps.length > 0 ? steps[steps.length - 1]!.parent : leaf;
  sameRoot(tree, computed);
}

/** The way from the leaf up; as long as the tree demands, or it throws. Where it leads to is not compared. */
export function inclusionPath(index: bigint, leaf: Uint8Array, hashes: Hashes, tree: TreeHead): PathStep[] {
  atMost(MAX_INCLUSION_HASHES, hashes);
  // 1. The index must be below the size.
  if (index >= tree.size) {
    throw new NotariumError('no-such-leaf', `leaf ${index} is not in a tree of size ${tree.size}`);
  }
  // 2. and 3. The walk starts at the leaf; `last` is the last node of the same level.
  const walk = new Walk(index, tree.size - 1n);
  let computed = leaf;
  const steps: PathStep[] = [];
  // 4.
  for (const sibling of hashes) {
    // 4a. At the root there is no sibling.
    if (walk.isAtRoot) throw tooLong(hashes.length, tree.size);
    // 4b. and 4c.
    const side = walk.climb();
    computed = side === 'left' ? nodeHash(sibling, computed) : nodeHash(computed, sibling);
    steps.push({ sibling, side, parent: computed });
  }
  // 5. The walk must have ended at the root.
  if (!walk.isAtRoot) throw tooShort(hashes.length, tree.size);
  return steps;
}

/** Checks that the tree `to` extends the tree `from`; throws a `NotariumError` when it is not shown to. */
export function verifyConsistency(from: TreeHead, to: TreeHead, hashes: Hashes): void {
  atMost(MAX_CONSISTENCY_HASHES, hashes);
  if (from.size > to.size) {
    throw new NotariumError('shrinks', `a tree of size ${to.size} cannot extend one of size ${from.size}`);
  }
  if (from.size === to.size || from.size === 0n) {
    if (hashes.length > 0) throw tooLong(hashes.length, to.size);
    return sameOldRoot(from, from.size === to.size ? to.root : EMPTY_ROOT);
  }
  // 1. An empty proof shows nothing.
  if (hashes.length === 0) throw tooShort(0, to.size);
  // 2. and 5. An older tree whose size is a power of two is its own last subtree.
  const whole = (from.size & (from.size - 1n)) === 0n;
  const seed = whole ? from.root : hashes[0]!;
  const path = whole ? hashes : hashes.slice(1);
  let [oldComputed, newComputed] = [seed, seed];
  // 3. and 4. The walk starts at that subtree.
  const walk = new Walk(from.size - 1n, to.size - 1n);
  walk.riseWhileRight();
  // 6.
  for (const other of path) {
    // 6a. At the root there is no sibling.
    if (walk.isAtRoot) throw tooLong(hashes.length, to.size);
    // 6b. and 6c. What lies to the left is in both trees, what lies to the right only in the newer one.
    if (walk.climb() === 'left') {
      oldComputed = nodeHash(other, oldComputed);
      newComputed = nodeHash(other, newComputed);
    } else {
      newComputed = nodeHash(newComputed, other);
    }
  }
  // 7. The walk must have ended at the root, and both roots must be the trees' own.
  if (!walk.isAtRoot) throw tooShort(hashes.length, to.size);
  sameOldRoot(from, oldComputed);
  sameRoot(to, newComputed);
}

/** A walk up a tree: `fn` and `sn` of RFC 9162. */
class Walk {
  #node: bigint;
  #last: bigint;

  constructor(node: bigint, last: bigint) {
    this.#node = node;
    this.#last = last;
  }

  get isAtRoot(): boolean {
    return this.#last === 0n;
  }

  riseWhileRight(): void {
    while ((this.#node & 1n) === 1n) this.#rise();
  }

  /** Goes up to the parent, and says where the sibling was. */
  climb(): 'left' | 'right' {
    const left = (this.#node & 1n) === 1n || this.#node === this.#last;
    if (left) {
      while (this.#node !== 0n && (this.#node & 1n) === 0n) this.#rise();
    }
    this.#rise();
    return left ? 'left' : 'right';
  }

  #rise(): void {
    this.#node >>= 1n;
    this.#last >>= 1n;
  }
}

function atMost(limit: number, { length }: Hashes): void {
  if (length > limit) {
    throw new NotariumError('too-many-hashes', `${length} hashes are more than a proof can have, which is ${limit}`);
  }
}

function tooShort(hashes: number, size: bigint): NotariumError {
  return new NotariumError('too-short', `a proof of ${hashes} hashes ends below the root of a tree of size ${size}`);
}

function tooLong(hashes: number, size: bigint): NotariumError {
  const message = `a proof of ${hashes} hashes goes on above the root of a tree of size ${size}`;
  return new NotariumError('too-long', message);
}

function sameRoot({ size, root }: TreeHead, computed: Uint8Array): void {
  if (equal(computed, root)) return;
  const message = `the proof leads to root ${encodeHex(computed)}, the tree of size ${size} has root ${encodeHex(root)}`;
  throw new NotariumError('root-differs', message);
}

function sameOldRoot({ size, root }: TreeHead, computed: Uint8Array): void {
  if (equal(computed, root)) return;
  const message = `the proof leads to root ${encodeHex(computed)}, the older tree of size ${size} has root ${encodeHex(root)}`;
  throw new NotariumError('old-root-differs', message);
}
