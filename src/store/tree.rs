//! The tree as it is stored: tiles at any size, nodes, roots and proofs.
//!
//! Only full tiles are rows. A partial one is a prefix of the full one that it grew into, or stands at the right edge in
//! memory, or is computed from what lies below it (entries, full tiles), which is how the edge is found when the store is
//! opened. Whether a root is the right one is for the caller to compare.

use crate::merkle::{
    ConsistencyProof, Frontier, Hash, InclusionProof, LeafIndex, NodeId, Nodes, ProofError, TILE_WIDTH, TileError,
    TileId, TileNodes, TreeSize, leaf_hash, prove_consistency, prove_inclusion, tile_root, tree_root,
};

use super::columns::Column;
use super::database::{Edge, ReadError, Rows, damaged};

/// The stored tree of one size, with what is in memory of it.
pub(super) struct Tree<'a> {
    rows: Rows<'a>,
    edge: Option<&'a Frontier>,
}

impl<'a> Tree<'a> {
    /// The tree as far as rows say.
    pub(super) const fn stored(rows: Rows<'a>) -> Self {
        Self { rows, edge: None }
    }

    /// The tree with the edge that is in memory.
    pub(super) fn with_edge(rows: Rows<'a>, edge: &'a Edge) -> Self {
        Self { rows, edge: Some(&edge.frontier) }
    }

    /// The bytes of a tile of which all hashes exist.
    pub(super) fn tile(&self, tile: TileId) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.edge.and_then(|edge| edge.tile(tile)) {
            return Ok(bytes);
        }
        if tile.width() == TILE_WIDTH {
            return Ok(self.rows.full_tile(tile.level(), tile.index())?.to_vec());
        }
        match self.rows.full_tile(tile.level(), tile.index()) {
            Ok(full) => Ok(full[..usize::from(tile.width()) * Hash::LEN].to_vec()),
            Err(ReadError::Missing { .. }) => self.computed_tile(tile),
            Err(error) => Err(error),
        }
    }

    /// A partial tile from what lies below it.
    fn computed_tile(&self, tile: TileId) -> Result<Vec<u8>, ReadError> {
        let first = tile.index() * u64::from(TILE_WIDTH);
        let mut bytes = Vec::with_capacity(usize::from(tile.width()) * Hash::LEN);
        for index in first..first + u64::from(tile.width()) {
            let hash = match tile.level().checked_sub(1) {
                None => leaf_hash(&self.rows.entry(LeafIndex::new(index))?),
                Some(below) => {
                    let child = self.rows.full_tile(below, index)?;
                    let child = child.as_ref().try_into();
                    tile_root(child.map_err(|_| damaged(Column::Tile, &format!("tile/{below}/{index}")))?)
                }
            };
            bytes.extend_from_slice(hash.as_bytes());
        }
        Ok(bytes)
    }

    fn nodes(&self, size: TreeSize) -> impl Nodes<Error = TileError<ReadError>> {
        TileNodes::new(size, |tile| self.tile(tile))
    }

    /// The right edge of the tree of this size.
    pub(super) fn frontier(&self, size: TreeSize) -> Result<Frontier, ReadError> {
        Frontier::resume(size, &self.nodes(size)).map_err(not_a_node)
    }

    /// The root of the tree of this size.
    pub(super) fn root(&self, size: TreeSize) -> Result<Hash, ReadError> {
        tree_root(size, &self.nodes(size)).map_err(not_a_node)
    }

    /// The proof that the tree of this size has the leaf.
    pub(super) fn prove_inclusion(&self, index: LeafIndex, size: TreeSize) -> Result<InclusionProof, ReadError> {
        let nodes = EdgeFirst { edge: self.edge, tiles: self.nodes(size) };
        prove_inclusion(index, size, &nodes).map_err(|error| not_proved(error, size))
    }

    /// The proof that the tree of the second size extends that of the first.
    pub(super) fn prove_consistency(&self, from: TreeSize, to: TreeSize) -> Result<ConsistencyProof, ReadError> {
        let nodes = EdgeFirst { edge: self.edge, tiles: self.nodes(to) };
        prove_consistency(from, to, &nodes).map_err(|error| not_proved(error, to))
    }
}

/// Nodes from the edge in memory, and from tiles where it does not reach.
struct EdgeFirst<'a, N> {
    edge: Option<&'a Frontier>,
    tiles: N,
}

impl<N: Nodes> Nodes for EdgeFirst<'_, N> {
    type Error = N::Error;

    fn node(&self, id: NodeId) -> Result<Hash, N::Error> {
        self.edge.and_then(|edge| edge.node(id).ok()).map_or_else(|| self.tiles.node(id), Ok)
    }
}

fn not_a_node(error: TileError<ReadError>) -> ReadError {
    match error {
        TileError::Fetch { source, .. } => source,
        TileError::NoSuchNode { node, size } => ReadError::NotInTree { size, what: node.to_string() },
        TileError::Length { tile, .. } => damaged(Column::Tile, &tile),
    }
}

fn not_proved(error: ProofError<TileError<ReadError>>, size: TreeSize) -> ReadError {
    match error {
        ProofError::Node(error) => not_a_node(error),
        ProofError::NoSuchLeaf { index, .. } => ReadError::NotInTree { size, what: format!("entry {index}") },
        ProofError::Shrinks { from, .. } => ReadError::NotInTree { size, what: format!("part of size {from}") },
    }
}
