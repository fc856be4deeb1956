// The hashes of the tree (RFC 6962 section 2.1): `00` before a leaf, `01` before two children.

import { sha256 } from '../crypto/digest';

/** Largest tree: 2^63 leaves. */
export const MAX_TREE_SIZE = 2n ** 63n;

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256();

/** A tree, named by its size and its root. */
export interface TreeHead {
  readonly size: bigint;
  readonly root: Uint8Array;
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(LEAF, leaf);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** The root over leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const left = 2 ** (31 - Math.clz32(leaves.length - 1));
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}
