//! The right edge of a tree that grows.
//!
//! Holds the complete nodes from which the root is computed, and those that the proofs of new leaves need, so that adding
//! leaves and proving them reads nothing. It knows nothing about where finished tiles are kept.

use thiserror::Error;

use super::hash::{Hash, LeafIndex, TreeHead, TreeSize, node_hash};
use super::nodes::{NodeId, Nodes};
use super::tile::{TILE_WIDTH, TileId};

/// The tree has 2^63 leaves, and room for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the tree has 2^63 leaves and cannot grow")]
pub struct TreeFull;

/// The node lies to the left of what the frontier holds, or the tree does not have it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the frontier of a tree of size {size} does not hold {node}")]
pub struct NotRetained {
    /// The node asked for.
    pub node: NodeId,
    /// The tree's size.
    pub size: TreeSize,
}

/// A growing tree, as far as its growth needs it.
///
/// At each level of tiles it holds the nodes from the start of the tile that was partial when [`prune`](Self::prune) was
/// last called. So it answers, as [`Nodes`], for every proof that a leaf appended since then is in the tree, and for every
/// proof that the tree extends what it was then or at any size since. Pruned, it holds at most 510 hashes (16 KiB) for each
/// level of tiles, of which there are at most eight, and is cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: TreeSize,
    /// The nodes of each height from 0 up to the root's.
    rows: Vec<Row>,
}

/// Neighbouring complete nodes of one height, up to the last that the tree has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    /// The position of the first: a multiple of how many nodes of that height a tile spans, so it is a left child.
    start: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of a tree that is kept elsewhere, as [`prune`](Self::prune) leaves it. Reads only hashes that stand in
    /// the partial tiles of `size`: at most 255 at each level of tiles.
    ///
    /// # Errors
    /// Those of `nodes`.
    pub fn resume<N: Nodes>(size: TreeSize, nodes: &N) -> Result<Self, N::Error> {
        let mut rows: Vec<Row> = Vec::new();
        for level in (0..=63).take_while(|level| size.get() >> level > 0) {
            let (start, end) = (tile_start(level, size), size.get() >> level);
            let row = match rows.last() {
                // Between two levels of tiles, the row below has all children.
                Some(below) if level % 8 > 0 => below.parents().collect(),
                _ => (start..end).map(|index| nodes.node(NodeId { level, index })).collect::<Result<_, _>>()?,
            };
            rows.push(Row { start, nodes: row });
        }
        Ok(Self { size, rows })
    }

    /// Adds a leaf at the right. On average this hashes one node.
    ///
    /// # Errors
    /// When the tree has 2^63 leaves.
    pub fn append(&mut self, leaf: Hash) -> Result<LeafIndex, TreeFull> {
        let index = LeafIndex::new(self.size.get());
        self.size = TreeSize::new(index.get() + 1).map_err(|_| TreeFull)?;
        let mut node = leaf;
        for level in 0.. {
            if self.rows.len() == level {
                self.rows.push(Row::default());
            }
            match self.rows[level].push(node) {
                Some(parent) => node = parent,
                None => break,
            }
        }
        Ok(index)
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root, from one node for every bit set in the size.
    #[must_use]
    pub fn root(&self) -> Hash {
        // A row starts with a left child. So where its length is odd, its last node has no sibling yet.
        let without_sibling = self.rows.iter().filter(|row| !row.nodes.len().is_multiple_of(2));
        let peaks = without_sibling.filter_map(|row| row.nodes.last());
        peaks.copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or(Hash::EMPTY_ROOT)
    }

    /// The tree's size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }

    /// The tiles that have become full since [`prune`](Self::prune), level by level, each level from the left, with their
    /// bytes.
    pub fn full_tiles(&self) -> impl Iterator<Item = (TileId, Vec<u8>)> {
        (0..).zip(self.rows.iter().step_by(8)).flat_map(|(level, row)| {
            let tiles = row.nodes.chunks_exact(TILE_WIDTH.into()).map(join);
            (row.start / u64::from(TILE_WIDTH)..).map(move |index| TileId::full(level, index)).zip(tiles)
        })
    }

    /// The bytes of a tile, if the frontier holds all its hashes: any partial tile of the tree as it stands or stood since
    /// [`prune`](Self::prune), and any that has become full since.
    #[must_use]
    pub fn tile(&self, tile: TileId) -> Option<Vec<u8>> {
        let row = self.rows.iter().step_by(8).nth(tile.level().into())?;
        let first = row.offset(tile.index().checked_mul(TILE_WIDTH.into())?)?;
        row.nodes.get(first..)?.get(..tile.width().into()).map(join)
    }

    /// Lets go of the full tiles, and of all nodes in them.
    pub fn prune(&mut self) {
        for (level, row) in (0..).zip(&mut self.rows) {
            let start = tile_start(level, self.size);
            if let Some(full) = row.offset(start) {
                row.nodes.drain(..full);
                row.start = start;
            }
        }
    }
}

impl Nodes for Frontier {
    type Error = NotRetained;

    fn node(&self, id: NodeId) -> Result<Hash, NotRetained> {
        let row = self.rows.get(usize::from(id.level()));
        let node = row.and_then(|row| row.nodes.get(row.offset(id.index())?));
        node.copied().ok_or(NotRetained { node: id, size: self.size })
    }
}

impl Row {
    /// Where in the row a position is; none when it lies to the left.
    fn offset(&self, index: u64) -> Option<usize> {
        usize::try_from(index.checked_sub(self.start)?).ok()
    }

    /// Adds a node at the right. When it is a right child, gives the parent.
    ///
    /// As a row starts with a left child, right children are those that make its length even.
    fn push(&mut self, node: Hash) -> Option<Hash> {
        self.nodes.push(node);
        match self.nodes.as_slice() {
            [.., left, right] if self.nodes.len().is_multiple_of(2) => Some(node_hash(left, right)),
            _ => None,
        }
    }

    fn parents(&self) -> impl Iterator<Item = Hash> {
        let (pairs, _) = self.nodes.as_chunks();
        pairs.iter().map(|[left, right]| node_hash(left, right))
    }
}

/// The position of the first node of a height that the partial tile at the right edge spans, or will span.
const fn tile_start(level: u8, size: TreeSize) -> u64 {
    let end = size.get() >> level;
    let nodes_in_tile = TILE_WIDTH as u64 >> (level % 8);
    end - end % nodes_in_tile
}

fn join(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}
