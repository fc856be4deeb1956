//! Tile paths, and nodes that are read from tiles.

use std::cell::RefCell;
use std::collections::BTreeSet;

use notarium::merkle::{
    BundleId, NodeId, Nodes, TileError, TileId, TileNodes, TilePathError, TreeSize, bundles_at, prove_consistency,
    prove_inclusion, tiles_at,
};
use proptest::prelude::*;

use crate::merkle::{Rows, index, leaves, size};

/// C2SP tlog-tiles, golang/mod `sumdb/tlog/tile_test.go` and tessera `api/layout/paths_test.go`.
#[test]
fn paths_are_those_of_the_specification() {
    for (path, level, position, width) in [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/000.p/1", 0, 0, 1),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/4/x001/x234/067.p/1", 4, 1_234_067, 1),
        ("tile/1/999", 1, 999, 256),
        ("tile/1/x001/000.p/255", 1, 1000, 255),
        ("tile/15/x455/667", 15, 455_667, 256),
        ("tile/63/x123/x456/x789/x123/x456/789", 63, 123_456_789_123_456_789, 256),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", 0, u64::MAX, 256),
    ] {
        let tile = TileId::parse(path).unwrap();
        assert_eq!((tile.level(), tile.index(), tile.width()), (level, position, width), "{path}");
        assert_eq!(tile.path(), path);
    }
    for (path, position, width) in [
        ("tile/entries/x001/x234/067", 1_234_067, 256),
        ("tile/entries/x001/x234/067.p/8", 1_234_067, 8),
        ("tile/entries/273.p/112", 273, 112),
    ] {
        let bundle = BundleId::parse(path).unwrap();
        assert_eq!((bundle.index(), bundle.width()), (position, width), "{path}");
        assert_eq!(bundle.path(), path);
    }
}

#[test]
fn other_paths_are_refused_and_the_part_at_fault_is_named() {
    use TilePathError::{Index, IndexTooLarge, Level, Prefix, Width};
    for (path, fault) in [
        ("", Prefix),
        ("tile", Prefix),
        ("tile/", Prefix),
        ("tile/0", Prefix),
        ("/tile/0/000", Prefix),
        ("Tile/0/000", Prefix),
        ("tile//000", Level),
        ("tile/entries/000", Level),
        ("tile/00/000", Level),
        ("tile/01/000", Level),
        ("tile/+1/000", Level),
        ("tile/-1/000", Level),
        ("tile/64/000", Level),
        ("tile/256/000", Level),
        ("tile/ 1/000", Level),
        ("tile/0/", Index),
        ("tile/0/0", Index),
        ("tile/0/00", Index),
        ("tile/0/0000", Index),
        ("tile/0/+00", Index),
        ("tile/0/x00", Index),
        ("tile/0/x001", Index),
        ("tile/0/001/000", Index),
        ("tile/0/x000/001", Index),
        ("tile/0/x000/x001/000", Index),
        ("tile/0/x001/x000", Index),
        ("tile/0/x001//000", Index),
        ("tile/0/x001/000/", Index),
        ("tile/0/X001/000", Index),
        ("tile/0/xx01/000", Index),
        ("tile/0/x1/000", Index),
        ("tile/0/٠٠٠", Index),
        ("tile/0/000\n", Index),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", IndexTooLarge),
        ("tile/0/x001/x000/x000/x000/x000/x000/x000/000", IndexTooLarge),
        ("tile/0/000.p", Index),
        ("tile/0/000.p/", Width),
        ("tile/0/000.p/0", Width),
        ("tile/0/000.p/01", Width),
        ("tile/0/000.p/+1", Width),
        ("tile/0/000.p/256", Width),
        ("tile/0/000.p/1/", Width),
        ("tile/0/000.p/1.p/1", Width),
        ("tile/0/x001.p/1/000", Width),
    ] {
        assert_eq!(TileId::parse(path), Err(fault), "{path:?}");
    }
    for (path, fault) in [("tile/0/000", Prefix), ("tile/entries", Prefix), ("tile/entries/x000/001", Index)] {
        assert_eq!(BundleId::parse(path), Err(fault), "{path:?}");
    }
}

#[test]
fn a_tree_has_the_tiles_and_widths_that_the_division_says() {
    for leaves in (0..=700).chain([65_535, 65_536, 65_537, 70_000]) {
        let tiles: BTreeSet<TileId> = tiles_at(size(leaves)).collect();
        for level in 0..3 {
            // Partial width: floor(s / 256^l) mod 256 (C2SP tlog-tiles).
            let hashes = leaves / 256_u64.pow(level.into());
            let of_level: Vec<TileId> = tiles.iter().copied().filter(|tile| tile.level() == level).collect();
            let full = of_level.iter().filter(|tile| tile.width() == 256).count();
            let partial: u64 = of_level.iter().map(|tile| u64::from(tile.width()) % 256).sum();
            assert_eq!((full as u64, partial), (hashes / 256, hashes % 256), "level {level} of {leaves} leaves");
            assert_eq!(TileId::at(level, hashes.div_ceil(256), size(leaves)), None);
        }
        assert!(tiles.iter().all(|tile| tile.is_in(size(leaves))));
        let covered: Vec<u64> = bundles_at(size(leaves)).flat_map(|bundle| bundle.leaves().unwrap()).collect();
        assert_eq!(covered, (0..leaves).collect::<Vec<_>>());
    }
}

#[test]
fn a_tree_does_not_have_wider_tiles_or_others() {
    for (path, holds) in [
        ("tile/0/000", true),
        ("tile/0/000.p/255", true),
        ("tile/0/001.p/44", true),
        ("tile/0/001.p/45", false),
        ("tile/0/001", false),
        ("tile/0/002.p/1", false),
        ("tile/1/000.p/1", true),
        ("tile/1/000.p/2", false),
        ("tile/2/000.p/1", false),
        ("tile/63/000.p/1", false),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", false),
    ] {
        assert_eq!(TileId::parse(path).unwrap().is_in(size(300)), holds, "{path}");
    }
    for (path, holds) in [("001.p/44", true), ("001.p/45", false), ("x018/x446/x744/x073/x709/x551/615", false)] {
        let bundle = BundleId::parse(&format!("tile/entries/{path}")).unwrap();
        assert_eq!(bundle.is_in(size(300)), holds, "{path}");
    }
    let first = tiles_at(TreeSize::MAX).next().unwrap();
    assert!(first.is_in(TreeSize::MAX));
    assert_eq!(TileId::at(7, 0, TreeSize::MAX).unwrap().width(), 128);
    assert_eq!(TileId::at(8, 0, TreeSize::MAX), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_path_read_is_written_again_as_it_was(path in "tile/(entries|[0-9]{1,2})/[x0-9./p]{0,24}|.{0,40}") {
        if let Ok(tile) = TileId::parse(&path) {
            prop_assert_eq!(tile.path(), path.clone());
        }
        if let Ok(bundle) = BundleId::parse(&path) {
            prop_assert_eq!(bundle.path(), path);
        }
    }

    #[test]
    fn every_tile_of_a_tree_has_a_path_that_is_read_again(leaves in 1..=1_u64 << 63, level in 0_u8..8, at: u64) {
        let last = (leaves >> (8 * level)) / 256;
        let tile = TileId::at(level, at % (last + 1), size(leaves));
        prop_assert_eq!(tile.map(|tile| TileId::parse(&tile.path())), tile.map(Ok));
        let bundle = BundleId::at(at % leaves.div_ceil(256), size(leaves)).unwrap();
        prop_assert_eq!(BundleId::parse(&bundle.path()), Ok(bundle));
        prop_assert!(bundle.is_in(size(leaves)));
    }
}

#[test]
fn every_node_is_read_from_tiles_and_no_tile_twice_in_a_proof() {
    for leaves_then in [1, 2, 255, 256, 257, 600, 66_000] {
        let rows = Rows::over(leaves(leaves_then + 300));
        let head = rows.head(leaves_then);
        let listed: BTreeSet<TileId> = tiles_at(head.size).collect();
        let fetched = RefCell::new(BTreeSet::new());
        let nodes = || {
            fetched.take();
            TileNodes::new(head.size, |tile| {
                assert!(listed.contains(&tile), "{tile} is not a tile of {leaves_then} leaves");
                assert!(fetched.borrow_mut().insert(tile), "{tile} was fetched twice");
                Ok::<_, std::convert::Infallible>(rows.tile(tile))
            })
        };
        for level in 0..=17 {
            for position in 0..(leaves_then >> level).min(600) {
                let id = NodeId::new(level, position).unwrap();
                assert_eq!(nodes().node(id).unwrap(), rows.node(id).unwrap());
            }
        }
        for leaf in (0..leaves_then).step_by(97) {
            let proof = prove_inclusion(index(leaf), head.size, &nodes()).unwrap();
            proof.verify(index(leaf), rows.leaf(leaf), &head).unwrap();
            let older = rows.head(leaf);
            prove_consistency(older.size, head.size, &nodes()).unwrap().verify(&older, &head).unwrap();
        }
    }
}

#[test]
fn a_tile_that_is_not_as_it_should_be_is_an_error() {
    let rows = Rows::over(leaves(300));
    let leaf = |leaf, answer: &dyn Fn(Vec<u8>) -> Result<Vec<u8>, &'static str>| {
        TileNodes::new(size(300), |tile| answer(rows.tile(tile))).node(NodeId::new(0, leaf).unwrap())
    };
    let full = TileId::parse("tile/0/000").unwrap();
    let partial = TileId::parse("tile/0/001.p/44").unwrap();
    let length = |tile, length, expected| Err(TileError::Length { tile, length, expected });
    assert_eq!(leaf(3, &Ok).unwrap(), *rows.leaf(3));
    assert_eq!(leaf(299, &Ok).unwrap(), *rows.leaf(299));

    assert_eq!(leaf(299, &|bytes| Ok(bytes[1..].to_vec())), length(partial, 1407, 1408));
    assert_eq!(leaf(299, &|_| Ok(Vec::new())), length(partial, 0, 1408));
    assert_eq!(leaf(299, &|_| Ok(vec![0; 8192])), length(partial, 8192, 1408));
    assert_eq!(leaf(3, &|bytes| Ok(bytes[..8160].to_vec())), length(full, 8160, 8192));
    // What a log serves that puts the inner nodes into its tiles too.
    assert_eq!(leaf(3, &|_| Ok(vec![0; 16_320])), length(full, 16_320, 8192));
    assert_eq!(leaf(299, &|_| Err("gone")), Err(TileError::Fetch { tile: partial, source: "gone" }));

    let nodes = TileNodes::new(size(300), |tile| Ok::<_, &str>(rows.tile(tile)));
    for (level, position) in [(0, 300), (1, 150), (8, 1), (9, 0), (63, 0)] {
        let node = NodeId::new(level, position).unwrap();
        assert_eq!(nodes.node(node), Err(TileError::NoSuchNode { node, size: size(300) }));
    }
}

#[test]
fn tile_errors_name_the_tile() {
    let tile = TileId::parse("tile/0/x001/067").unwrap();
    let error = TileError::<std::io::Error>::Length { tile, length: 16_320, expected: 8192 };
    assert_eq!(error.to_string(), "tile/0/x001/067 has 16320 bytes in place of 8192");
    let source = std::io::Error::other("the disk is gone");
    assert_eq!(TileError::Fetch { tile, source }.to_string(), "tile/0/x001/067 could not be read");
    let node = NodeId::new(9, 4).unwrap();
    let error = TileError::<std::io::Error>::NoSuchNode { node, size: size(300) };
    assert_eq!(error.to_string(), "node 4 of level 9 is not in a tree of size 300");
}
