//! The tree: an append-only Merkle tree over leaves, stored as tiles.
//!
//! Hashes, tree heads, the growing right edge, inclusion and consistency proofs, and the tiles that a tree is published
//! as. Everything is a function of hashes that are handed in through [`Nodes`]; nothing here knows what a leaf holds, who
//! signed a head, or where tiles are kept.
//!
//! Follows RFC 6962 section 2.1 (tree and proofs), RFC 9162 sections 2.1.3.2 and 2.1.4.2 (verification) and C2SP
//! tlog-tiles (tiles).

mod frontier;
mod hash;
mod nodes;
mod proof;
mod tile;
mod tile_nodes;

pub use frontier::{Frontier, NotRetained, TreeFull};
pub use hash::{Hash, LeafIndex, SizeTooLarge, TreeHead, TreeSize, leaf_hash, node_hash};
pub use nodes::{NodeId, Nodes, tree_root};
pub use proof::{
    ConsistencyProof, InclusionProof, ProofError, ProofInvalid, TooManyHashes, prove_consistency, prove_inclusion,
};
pub use tile::{BundleId, TILE_BYTES, TILE_WIDTH, TileId, TilePathError, bundles_at, tiles_at};
pub use tile_nodes::{TileError, TileNodes, tile_root};
