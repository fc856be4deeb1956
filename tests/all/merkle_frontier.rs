//! The frontier held against trees that are rebuilt from their leaves.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;

use notarium::merkle::{
    Frontier, Hash, NodeId, Nodes, NotRetained, TILE_BYTES, TileId, prove_consistency, prove_inclusion, tile_root,
    tiles_at, tree_root,
};
use proptest::prelude::*;

use crate::merkle::{Rows, grown, index, leaves, size};

/// A little past three full tiles of level 1.
const MANY: u64 = (3 << 16) + 2;

fn grow_to(frontier: &mut Frontier, rows: &Rows, leaves: u64) {
    while frontier.size().get() < leaves {
        let next = frontier.size().get();
        assert_eq!(frontier.append(*rows.leaf(next)), Ok(index(next)));
    }
}

/// Rows that remember which nodes they were asked for.
struct Watched<'a> {
    rows: &'a Rows,
    asked: RefCell<Vec<NodeId>>,
}

impl Nodes for Watched<'_> {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        self.asked.borrow_mut().push(id);
        self.rows.node(id)
    }
}

#[test]
fn a_frontier_resumed_anywhere_is_the_one_that_grew_there() {
    let rows = Rows::over(leaves(MANY));
    let mut growing = Frontier::new();
    let around = |tiles: u64| (tiles << 16) - 2..=(tiles << 16) + 2;
    for stop in (0..=700).chain(around(1)).chain([65_536 + 255, 65_536 + 513]).chain(around(2)).chain(around(3)) {
        grow_to(&mut growing, &rows, stop);
        growing.prune();
        let watched = Watched { rows: &rows, asked: RefCell::default() };
        let resumed = Frontier::resume(size(stop), &watched).unwrap();
        assert_eq!(resumed, growing, "{stop} leaves");
        assert_eq!(resumed.root(), tree_root(size(stop), &rows).unwrap());
        for id in watched.asked.take() {
            let in_partial_tile = id.index() / 256 == (stop >> id.level()) / 256;
            assert!(id.level() % 8 == 0 && in_partial_tile, "{id} was read at {stop} leaves");
        }
    }
}

#[test]
fn what_was_appended_since_pruning_is_proved_without_reading() {
    const PAST: u64 = 400;
    for pruned_at in [0, 1, 2, 255, 256, 257, 300, 65_535, 65_536, 65_537, 65_800] {
        let rows = Rows::over(leaves(pruned_at + PAST));
        let mut frontier = Frontier::new();
        grow_to(&mut frontier, &rows, pruned_at);
        frontier.prune();
        grow_to(&mut frontier, &rows, pruned_at + PAST);
        for leaves in pruned_at + 1..=pruned_at + PAST {
            for leaf in (pruned_at..leaves).rev().step_by(7) {
                let proof = prove_inclusion(index(leaf), size(leaves), &frontier).unwrap();
                assert_eq!(proof, prove_inclusion(index(leaf), size(leaves), &rows).unwrap());
            }
            for old in [pruned_at, u64::midpoint(pruned_at, leaves)] {
                let proof = prove_consistency(size(old), size(leaves), &frontier).unwrap();
                assert_eq!(proof, prove_consistency(size(old), size(leaves), &rows).unwrap());
            }
        }
    }
}

#[test]
fn nodes_left_of_the_edge_and_past_it_are_named_as_missing() {
    let mut frontier = grown(&leaves(1000));
    frontier.prune();
    for (level, position) in [(0, 767), (0, 1000), (7, 5), (8, 3), (10, 0), (40, 0)] {
        let node = NodeId::new(level, position).unwrap();
        assert_eq!(frontier.node(node), Err(NotRetained { node, size: size(1000) }));
    }
    let missing = frontier.node(NodeId::new(0, 767).unwrap()).unwrap_err();
    assert_eq!(missing.to_string(), "the frontier of a tree of size 1000 does not hold node 767 of level 0");
    assert_eq!(frontier.node(NodeId::new(8, 0).unwrap()), Ok(tree_root(size(256), &grown(&leaves(256))).unwrap()));
}

#[test]
fn full_tiles_are_taken_once_each_whatever_the_batches() {
    let rows = Rows::over(leaves(70_000));
    let expected: BTreeMap<TileId, Vec<u8>> =
        tiles_at(size(70_000)).filter(|tile| tile.width() == 256).map(|tile| (tile, rows.tile(tile))).collect();
    for batch in [1, 255, 256, 257, 3_000, 70_000] {
        let mut taken = BTreeMap::new();
        let mut frontier = Frontier::new();
        while frontier.size().get() < 70_000 {
            let stop = (frontier.size().get() + batch).min(70_000);
            grow_to(&mut frontier, &rows, stop);
            for (tile, bytes) in frontier.full_tiles() {
                assert_eq!(frontier.tile(tile).as_ref(), Some(&bytes));
                assert!(taken.insert(tile, bytes).is_none(), "{tile} was taken twice in batches of {batch}");
            }
            frontier.prune();
        }
        assert_eq!(taken, expected, "batches of {batch}");
        for partial in tiles_at(size(70_000)).filter(|tile| tile.width() < 256) {
            assert_eq!(frontier.tile(partial), Some(rows.tile(partial)));
        }
    }
}

#[test]
fn a_tile_stands_for_one_hash_in_the_tile_above() {
    let mut frontier = grown(&leaves(600));
    let above = frontier.tile(TileId::parse("tile/1/000.p/2").unwrap()).unwrap();
    let roots: Vec<u8> = frontier
        .full_tiles()
        .flat_map(|(_, bytes)| *tile_root(<&[u8; TILE_BYTES]>::try_from(bytes.as_slice()).unwrap()).as_bytes())
        .collect();
    assert_eq!(roots, above);
    frontier.prune();
    for path in ["tile/0/001", "tile/0/002.p/89", "tile/0/003.p/1", "tile/1/000.p/3", "tile/2/000.p/1", "tile/63/000"] {
        assert_eq!(frontier.tile(TileId::parse(path).unwrap()), None, "{path}");
    }
    assert_eq!(frontier.tile(TileId::parse("tile/0/002.p/88").unwrap()).unwrap().len(), 88 * Hash::LEN);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// A clone grows apart from its original: a batch that fails leaves nothing behind.
    #[test]
    fn growing_a_clone_leaves_the_original(steps in proptest::collection::vec((0_u64..600, any::<bool>()), 1..6)) {
        let rows = Rows::over(leaves(600 * 6));
        let mut frontier = Frontier::new();
        for (more, prunes) in steps {
            let before = frontier.clone();
            let mut planned = frontier.clone();
            grow_to(&mut planned, &rows, frontier.size().get() + more);
            prop_assert_eq!(&frontier, &before);
            prop_assert_eq!(planned.root(), tree_root(planned.size(), &rows).unwrap());
            frontier = planned;
            if prunes {
                let head = frontier.head();
                frontier.prune();
                prop_assert_eq!(frontier.head(), head);
            }
        }
    }
}
