//! When a log no longer goes on from what it was: the proof of it that can be shown to others, where there is one.

use super::source::{Source, Unread};
use crate::merkle::{TileError, TileId, TileNodes, prove_consistency, tree_root};
use crate::trust::{ForkProof, SignedCheckpoint};

/// Proves, by the tiles of the larger tree, that its first entries are not those of the smaller tree. None when they are,
/// or when the tiles do not lead to the root that the larger checkpoint signs.
pub fn prove_fork(smaller: &SignedCheckpoint, larger: &SignedCheckpoint, tiles: &impl Source) -> Option<ForkProof> {
    let (from, to) = (smaller.head().size, larger.head().size);
    let nodes = TileNodes::new(to, |tile: TileId| tiles.tile(tile));
    let made: Result<_, TileError<Unread>> = tree_root(from, &nodes);
    let proof = prove_consistency(from, to, &nodes).ok()?;
    let fork = ForkProof::new(smaller.clone(), larger.clone(), made.ok()?, proof);
    fork.contradicts().then_some(fork)
}
