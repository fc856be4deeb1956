//! Trees of up to 2^63 leaves, whose nodes are known because all their leaves but one are equal.

use std::convert::Infallible;

use notarium::merkle::{
    ConsistencyProof, Frontier, Hash, InclusionProof, NodeId, Nodes, TreeFull, TreeHead, TreeSize, leaf_hash,
    node_hash, prove_consistency, prove_inclusion, tree_root,
};

use crate::merkle::{index, size};

const LARGEST: u64 = 1 << 63;

/// A tree of equal leaves but for one.
struct OddOneOut {
    /// Where that one is.
    at: u64,
    odd: Hash,
    /// The node of each height over equal leaves.
    equal: Vec<Hash>,
}

impl OddOneOut {
    fn new(at: u64) -> Self {
        let doubled = |below: &Hash| Some(node_hash(below, below));
        let equal = std::iter::successors(Some(leaf_hash(b"equal")), doubled).take(64).collect();
        Self { at, odd: leaf_hash(b"odd"), equal }
    }

    fn leaf(&self, index: u64) -> &Hash {
        if index == self.at { &self.odd } else { &self.equal[0] }
    }

    fn head(&self, leaves: u64) -> TreeHead {
        TreeHead { size: size(leaves), root: tree_root(size(leaves), self).unwrap() }
    }

    /// RFC 6962 section 2.1 for the leaves from `start`.
    fn mth(&self, start: u64, leaves: u64) -> Hash {
        if leaves.is_power_of_two() && !(start..start + leaves).contains(&self.at) {
            return self.equal[leaves.ilog2() as usize];
        }
        if leaves == 1 {
            return self.odd;
        }
        let k = 1 << (leaves - 1).ilog2();
        node_hash(&self.mth(start, k), &self.mth(start + k, leaves - k))
    }
}

impl Nodes for OddOneOut {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        let height = usize::from(id.level());
        if self.at >> height != id.index() {
            return Ok(self.equal[height]);
        }
        Ok((0..height).fold(self.odd, |node, height| {
            let sibling = &self.equal[height];
            if self.at >> height & 1 == 1 { node_hash(sibling, &node) } else { node_hash(&node, sibling) }
        }))
    }
}

/// Sizes up to the largest, among them those with the longest proofs.
const SIZES: [u64; 9] = [
    LARGEST,
    LARGEST - 1,
    LARGEST - 2,
    LARGEST - 255,
    LARGEST / 2 + 1,
    LARGEST / 2,
    LARGEST / 2 - 1,
    0x5555_5555_5555_5555,
    (1 << 53) - 1,
];

#[test]
fn roots_of_large_trees_are_those_of_the_definition() {
    for at in [0, 255, 256, LARGEST / 3, LARGEST - 1] {
        let tree = OddOneOut::new(at);
        for leaves in SIZES {
            assert_eq!(tree.head(leaves).root, tree.mth(0, leaves));
        }
    }
}

#[test]
fn leaves_of_large_trees_are_proved_at_their_place_only() {
    let mut longest = 0;
    for leaves in SIZES {
        for at in [0, 1, 254, leaves / 3, leaves / 2, leaves - 2, leaves - 1] {
            let tree = OddOneOut::new(at);
            let head = tree.head(leaves);
            let proof = prove_inclusion(index(at), head.size, &tree).unwrap();
            proof.verify(index(at), tree.leaf(at), &head).unwrap();
            longest = longest.max(proof.hashes().len());
            for elsewhere in [at ^ 1, at ^ (1 << 40), at ^ (1 << 62), leaves, u64::MAX] {
                proof.verify(index(elsewhere), tree.leaf(at), &head).unwrap_err();
            }
            let hashes = proof.hashes().to_vec();
            let shorter = InclusionProof::from_hashes(hashes[1..].to_vec()).unwrap();
            shorter.verify(index(at), tree.leaf(at), &head).unwrap_err();
        }
    }
    assert_eq!(longest, InclusionProof::MAX_HASHES);
}

#[test]
fn large_trees_extend_large_trees() {
    let mut longest = 0;
    for new in SIZES {
        for old in [1, 2, 3, 255, 256, new / 3, new / 2, new / 2 + 1, new - 255, new - 2, new - 1, new] {
            let tree = OddOneOut::new(new / 5);
            let (older, newer) = (tree.head(old), tree.head(new));
            let proof = prove_consistency(older.size, newer.size, &tree).unwrap();
            proof.verify(&older, &newer).unwrap();
            longest = longest.max(proof.hashes().len());
            if let [_, hashes @ ..] = proof.hashes() {
                let shorter = ConsistencyProof::from_hashes(hashes.to_vec()).unwrap();
                shorter.verify(&older, &newer).unwrap_err();
                let forged = TreeHead { root: newer.root, ..older };
                proof.verify(&forged, &newer).unwrap_err();
            }
        }
    }
    assert_eq!(longest, ConsistencyProof::MAX_HASHES);
}

#[test]
fn a_frontier_grows_to_the_largest_tree_and_no_further() {
    let tree = OddOneOut::new(LARGEST - 2);
    let mut frontier = Frontier::resume(size(LARGEST - 300), &tree).unwrap();
    while frontier.size() < TreeSize::MAX {
        let next = frontier.size().get();
        assert_eq!(frontier.append(*tree.leaf(next)), Ok(index(next)));
        assert_eq!(frontier.head(), tree.head(next + 1));
    }
    let proof = prove_inclusion(index(LARGEST - 2), TreeSize::MAX, &frontier).unwrap();
    proof.verify(index(LARGEST - 2), &tree.odd, &frontier.head()).unwrap();
    assert_eq!(frontier.full_tiles().count(), 8);

    let full = frontier.clone();
    assert_eq!(frontier.append(tree.equal[0]), Err(TreeFull));
    assert_eq!(frontier, full);
    frontier.prune();
    assert_eq!(frontier, Frontier::resume(TreeSize::MAX, &tree).unwrap());
    assert_eq!(frontier.root(), full.root());
}

#[test]
fn nodes_past_the_largest_tree_have_no_name() {
    assert!(NodeId::new(0, LARGEST - 1).is_some());
    assert!(NodeId::new(63, 0).is_some());
    for (level, position) in [(0, LARGEST), (1, LARGEST / 2), (63, 1), (64, 0), (255, 0)] {
        assert_eq!(NodeId::new(level, position), None);
    }
}
