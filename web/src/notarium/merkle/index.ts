// The append-only Merkle tree: hashes, proofs, names of tiles.

export * from './hash';
export * from './proof';
export * from './tile';
