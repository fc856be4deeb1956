//! The tree's known answers, as others have published them.

use std::collections::HashMap;
use std::convert::Infallible;

use notarium::merkle::{
    BundleId, ConsistencyProof, Frontier, Hash, InclusionProof, LeafIndex, NodeId, Nodes, TILE_WIDTH, TileId, TreeHead,
    TreeSize, bundles_at, leaf_hash, node_hash, prove_consistency, prove_inclusion, tiles_at, tree_root,
};

/// The leaves of Certificate Transparency's test tree (transparency-dev/merkle `testonly/constants.go`).
const CT_LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Its roots at sizes 0 to 8 (same file).
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Its complete nodes, by height (same file).
const CT_NODES: [&[&str]; 4] = [
    &[
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ],
    &[
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ],
    &[
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    &["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
];

/// A published proof: the leaf or the older size, the size, and hashes by their place in [`CT_NODES`].
type Published = (usize, usize, &'static [(usize, usize)]);

/// A tree as its complete nodes, each row hashed from the one below. Slow, plain, and shared by the tests of the tree.
pub(crate) struct Rows(Vec<Vec<Hash>>);

impl Rows {
    pub(crate) fn over(leaves: Vec<Hash>) -> Self {
        let mut rows = vec![leaves];
        while rows.last().unwrap().len() > 1 {
            let parents = rows.last().unwrap().chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            rows.push(parents);
        }
        Self(rows)
    }

    pub(crate) fn leaf(&self, index: u64) -> &Hash {
        &self.0[0][usize::try_from(index).unwrap()]
    }

    pub(crate) fn head(&self, leaves: u64) -> TreeHead {
        TreeHead { size: size(leaves), root: tree_root(size(leaves), self).unwrap() }
    }

    /// The bytes of a tile, cut out of its row.
    pub(crate) fn tile(&self, tile: TileId) -> Vec<u8> {
        let first = usize::try_from(tile.index()).unwrap() * usize::from(TILE_WIDTH);
        let hashes = &self.0[8 * usize::from(tile.level())][first..first + usize::from(tile.width())];
        hashes.iter().flat_map(Hash::as_bytes).copied().collect()
    }
}

impl Nodes for Rows {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        Ok(self.0[usize::from(id.level())][usize::try_from(id.index()).unwrap()])
    }
}

pub(crate) fn size(leaves: u64) -> TreeSize {
    TreeSize::new(leaves).unwrap()
}

pub(crate) fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index)
}

/// Leaf hashes that differ, `count` of them.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

pub(crate) fn grown(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(*leaf).unwrap();
    }
    frontier
}

fn from_hex(hash: &str) -> Hash {
    Hash::from_bytes(hex::decode(hash).unwrap().try_into().unwrap())
}

fn from_base64(hash: &str) -> Hash {
    use base64::Engine as _;
    Hash::from_bytes(base64::prelude::BASE64_STANDARD.decode(hash).unwrap().try_into().unwrap())
}

fn ct_leaves() -> Vec<Hash> {
    CT_LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).unwrap())).collect()
}

fn ct_head(leaves: usize) -> TreeHead {
    TreeHead { size: size(leaves as u64), root: from_hex(CT_ROOTS[leaves]) }
}

#[test]
fn certificate_transparency_test_trees_have_the_published_nodes_and_roots() {
    let rows = Rows::over(ct_leaves());
    for (level, row) in (0..).zip(CT_NODES) {
        for (position, node) in (0..).zip(row) {
            assert_eq!(rows.node(NodeId::new(level, position).unwrap()).unwrap().to_string(), *node);
        }
    }
    for (leaves, root) in CT_ROOTS.iter().enumerate() {
        let frontier = grown(&ct_leaves()[..leaves]);
        assert_eq!(frontier.root().to_string(), *root, "{leaves} leaves");
        assert_eq!(frontier.head(), ct_head(leaves));
        assert_eq!(tree_root(frontier.size(), &frontier).unwrap(), frontier.root());
    }
    assert_eq!(Frontier::new().head(), TreeHead::EMPTY);
}

fn published_hashes(places: &[(usize, usize)]) -> Vec<Hash> {
    places.iter().map(|(level, position)| from_hex(CT_NODES[*level][*position])).collect()
}

/// transparency-dev/merkle `proof/verify_test.go`, with indexes counted from 0.
#[test]
fn certificate_transparency_inclusion_proofs_are_made_and_hold() {
    let published: [Published; 5] = [
        (0, 1, &[]),
        (0, 8, &[(0, 1), (1, 1), (2, 1)]),
        (5, 8, &[(0, 4), (1, 3), (2, 0)]),
        (2, 3, &[(1, 0)]),
        (1, 5, &[(0, 0), (1, 1), (0, 4)]),
    ];
    let rows = Rows::over(ct_leaves());
    for (leaf, leaves, places) in published {
        let (leaf, head) = (leaf as u64, ct_head(leaves));
        let proof = InclusionProof::from_hashes(published_hashes(places)).unwrap();
        assert_eq!(prove_inclusion(index(leaf), head.size, &rows).unwrap(), proof);
        proof.verify(index(leaf), rows.leaf(leaf), &head).unwrap();
    }
}

/// transparency-dev/merkle `proof/verify_test.go`.
#[test]
fn certificate_transparency_consistency_proofs_are_made_and_hold() {
    let published: [Published; 5] = [
        (1, 1, &[]),
        (1, 8, &[(0, 1), (1, 1), (2, 1)]),
        (6, 8, &[(1, 2), (1, 3), (2, 0)]),
        (2, 5, &[(1, 1), (0, 4)]),
        (6, 7, &[(1, 2), (0, 6), (2, 0)]),
    ];
    let rows = Rows::over(ct_leaves());
    for (old, new, places) in published {
        let (old, new) = (ct_head(old), ct_head(new));
        let proof = ConsistencyProof::from_hashes(published_hashes(places)).unwrap();
        assert_eq!(prove_consistency(old.size, new.size, &rows).unwrap(), proof);
        proof.verify(&old, &new).unwrap();
    }
}

/// transparency-dev/tessera `testdata/log`: leaf 2 is "three"; its path in the tree of 15, and that tree's root.
#[test]
fn a_leaf_of_the_tessera_test_log_is_in_its_tree() {
    let leaf = leaf_hash(b"three");
    assert_eq!(leaf, from_base64("Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q="));
    let path = [
        "9xWrP6pdBx5uKsS7mU1b9zWUPcw3mdoNCF55gM+5M2o=",
        "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=",
        "g0ZoeYWtIV8Q8i+4CmgqPnBvH2il107lyCgTQsyB7H4=",
        "5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=",
    ];
    let proof = InclusionProof::from_hashes(path.map(from_base64).to_vec()).unwrap();
    let head = TreeHead { size: size(15), root: from_base64("rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=") };
    proof.verify(index(2), &leaf, &head).unwrap();
}

/// C2SP tlog-tiles gives the figures: 273 full tiles and one of 112, one full and one of 17, one of 1.
#[test]
fn seventy_thousand_entries_have_the_tiles_that_the_specification_counts() {
    let tiles: Vec<TileId> = tiles_at(size(70_000)).collect();
    let mut counts: HashMap<(u8, u16), usize> = HashMap::new();
    for tile in &tiles {
        *counts.entry((tile.level(), tile.width())).or_default() += 1;
    }
    let expected = [((0, 256), 273), ((0, 112), 1), ((1, 256), 1), ((1, 17), 1), ((2, 1), 1)];
    assert_eq!(counts, HashMap::from(expected));
    let partial: Vec<String> = tiles.iter().filter(|tile| tile.width() < 256).map(|tile| tile.path()).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let bundles: Vec<String> = bundles_at(size(70_000)).map(BundleId::path).collect();
    assert_eq!((bundles.len(), bundles[273].as_str()), (274, "tile/entries/273.p/112"));
}
