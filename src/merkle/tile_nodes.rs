//! The nodes of a tree, read from its tiles.
//!
//! Where tiles come from (a store, a server, a folder) is a function that is handed in; this room asks it for exactly the
//! tiles that a tree of the given size has (C2SP tlog-tiles) and computes the nodes between two tile levels.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use thiserror::Error;

use super::hash::{Hash, TreeSize, node_hash};
use super::nodes::{NodeId, Nodes};
use super::tile::{TILE_BYTES, TILE_WIDTH, TileId};

/// How many tiles are kept: a proof reads at most two at each of the eight levels.
const CACHED_TILES: usize = 16;

/// Why a node could not be read from tiles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TileError<E> {
    /// The tree does not have the node.
    #[error("{node} is not in a tree of size {size}")]
    NoSuchNode {
        /// The node asked for.
        node: NodeId,
        /// The tree's size.
        size: TreeSize,
    },
    /// The tile could not be fetched.
    #[error("{tile} could not be read")]
    Fetch {
        /// The tile asked for.
        tile: TileId,
        /// What the function that fetches tiles said.
        #[source]
        source: E,
    },
    /// The tile has another length than its hashes.
    #[error("{tile} has {length} bytes in place of {expected}")]
    Length {
        /// The tile asked for.
        tile: TileId,
        /// How many bytes came.
        length: usize,
        /// How many it has: 32 for each hash.
        expected: usize,
    },
}

/// The complete nodes of the tree of one size, over a function that fetches tiles.
///
/// Keeps the last few tiles, enough for one proof to read each tile once. The tiles are not checked against a root: proofs
/// that are made from them are checked by whoever verifies.
pub struct TileNodes<F> {
    size: TreeSize,
    fetch: F,
    cache: RefCell<VecDeque<(TileId, Rc<[Hash]>)>>,
}

impl<F> TileNodes<F> {
    /// The nodes of the tree of this size. `fetch` gives the bytes of a tile, and is asked only for tiles that
    /// [`tiles_at`](super::tiles_at) lists for the size.
    pub const fn new(size: TreeSize, fetch: F) -> Self {
        Self { size, fetch, cache: RefCell::new(VecDeque::new()) }
    }

    /// The hashes of a tile, from the cache or fetched.
    fn hashes<B, E>(&self, tile: TileId) -> Result<Rc<[Hash]>, TileError<E>>
    where
        B: AsRef<[u8]>,
        F: Fn(TileId) -> Result<B, E>,
    {
        let mut cache = self.cache.borrow_mut();
        if let Some((_, hashes)) = cache.iter().find(|(cached, _)| *cached == tile) {
            return Ok(Rc::clone(hashes));
        }
        let fetched = (self.fetch)(tile).map_err(|source| TileError::Fetch { tile, source })?;
        let bytes = fetched.as_ref();
        let expected = usize::from(tile.width()) * Hash::LEN;
        if bytes.len() != expected {
            return Err(TileError::Length { tile, length: bytes.len(), expected });
        }
        let hashes: Rc<[Hash]> = split_hashes(bytes).collect();
        cache.truncate(CACHED_TILES - 1);
        cache.push_front((tile, Rc::clone(&hashes)));
        Ok(hashes)
    }
}

impl<F, B, E> Nodes for TileNodes<F>
where
    B: AsRef<[u8]>,
    F: Fn(TileId) -> Result<B, E>,
{
    type Error = TileError<E>;

    fn node(&self, id: NodeId) -> Result<Hash, Self::Error> {
        let no_such_node = || TileError::NoSuchNode { node: id, size: self.size };
        // A tile spans 256 of its own hashes, 128 of the nodes one above them, and so on down to 2.
        let height = id.level() % 8;
        let nodes_in_tile = u64::from(TILE_WIDTH) >> height;
        let tile = TileId::at(id.level() / 8, id.index() / nodes_in_tile, self.size).ok_or_else(no_such_node)?;
        let hashes = self.hashes(tile)?;
        let offset = usize::try_from(id.index() % nodes_in_tile).ok();
        let spanned = offset.and_then(|offset| hashes.chunks_exact(1 << height).nth(offset));
        spanned.map(perfect_root).ok_or_else(no_such_node)
    }
}

/// The root of the subtree that a full tile spans: the hash that stands for it in the tile above.
#[must_use]
pub fn tile_root(tile: &[u8; TILE_BYTES]) -> Hash {
    perfect_root(&split_hashes(tile).collect::<Vec<_>>())
}

fn split_hashes(bytes: &[u8]) -> impl Iterator<Item = Hash> {
    let (hashes, _) = bytes.as_chunks();
    hashes.iter().copied().map(Hash::from_bytes)
}

/// The root over hashes whose number is a power of two.
fn perfect_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Hash::EMPTY_ROOT,
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&perfect_root(left), &perfect_root(right))
        }
    }
}
