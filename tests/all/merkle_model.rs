//! Proofs held against the definitions of RFC 6962, for every tree of up to 300 leaves and every pair.

use std::collections::HashMap;
use std::ops::Range;

use notarium::merkle::{
    ConsistencyProof, Hash, InclusionProof, ProofError, ProofInvalid, TreeHead, TreeSize, node_hash, prove_consistency,
    prove_inclusion, tree_root,
};

use crate::merkle::{Rows, index, leaves, size};

const LARGEST: usize = 300;

/// RFC 6962 section 2.1 word for word, remembering what it has hashed.
struct Model {
    leaves: Vec<Hash>,
    known: HashMap<Range<usize>, Hash>,
}

impl Model {
    fn new(leaves: Vec<Hash>) -> Self {
        Self { leaves, known: HashMap::new() }
    }

    /// k: the largest power of two smaller than n.
    fn split(n: usize) -> usize {
        (0..usize::BITS).map(|power| 1 << power).take_while(|k| *k < n).last().unwrap()
    }

    fn mth(&mut self, range: Range<usize>) -> Hash {
        if let Some(hash) = self.known.get(&range) {
            return *hash;
        }
        let hash = match range.len() {
            0 => Hash::EMPTY_ROOT,
            1 => self.leaves[range.start],
            n => {
                let middle = range.start + Self::split(n);
                node_hash(&self.mth(range.start..middle), &self.mth(middle..range.end))
            }
        };
        self.known.insert(range, hash);
        hash
    }

    /// Section 2.1.1: PATH(m, D[n]).
    fn path(&mut self, m: usize, range: Range<usize>) -> Vec<Hash> {
        if range.len() == 1 {
            return Vec::new();
        }
        let k = Self::split(range.len());
        let middle = range.start + k;
        let (mut path, sibling) = if m < k {
            (self.path(m, range.start..middle), self.mth(middle..range.end))
        } else {
            (self.path(m - k, middle..range.end), self.mth(range.start..middle))
        };
        path.push(sibling);
        path
    }

    /// Section 2.1.2: SUBPROOF(m, D[n], b).
    fn subproof(&mut self, m: usize, range: Range<usize>, whole: bool) -> Vec<Hash> {
        if m == range.len() {
            return if whole { Vec::new() } else { vec![self.mth(range)] };
        }
        let k = Self::split(range.len());
        let middle = range.start + k;
        let (mut proof, other) = if m <= k {
            (self.subproof(m, range.start..middle, whole), self.mth(middle..range.end))
        } else {
            (self.subproof(m - k, middle..range.end, false), self.mth(range.start..middle))
        };
        proof.push(other);
        proof
    }

    fn head(&mut self, leaves: usize) -> TreeHead {
        TreeHead { size: size(leaves as u64), root: self.mth(0..leaves) }
    }
}

/// A tree that others are compared with, both ways.
fn trees() -> (Rows, Model) {
    let leaves = leaves(LARGEST as u64);
    (Rows::over(leaves.clone()), Model::new(leaves))
}

/// The head with another root.
fn forged(head: TreeHead) -> TreeHead {
    TreeHead { root: node_hash(&head.root, &head.root), ..head }
}

/// Lists of hashes that differ from a proof's: one changed, one left out, one too many, two exchanged.
fn corrupted(hashes: &[Hash], other: Hash) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for place in 0..hashes.len() {
        let mut changed = hashes.to_vec();
        let mut bytes = *changed[place].as_bytes();
        bytes[place % 32] ^= 1 << (place % 8);
        changed[place] = Hash::from_bytes(bytes);
        all.push(changed);
        let mut shorter = hashes.to_vec();
        shorter.remove(place);
        all.push(shorter);
        if place > 0 {
            let mut exchanged = hashes.to_vec();
            exchanged.swap(place - 1, place);
            all.push(exchanged);
        }
    }
    for place in 0..=hashes.len() {
        let mut longer = hashes.to_vec();
        longer.insert(place, other);
        all.push(longer);
    }
    all
}

#[test]
fn roots_are_those_of_the_definition() {
    let (rows, mut model) = trees();
    for leaves in 0..=LARGEST {
        assert_eq!(tree_root(size(leaves as u64), &rows).unwrap(), model.mth(0..leaves));
    }
}

#[test]
fn inclusion_proofs_are_those_of_the_definition_and_nothing_else_verifies() {
    let (rows, mut model) = trees();
    for leaves in 1..=LARGEST {
        let head = model.head(leaves);
        for leaf in 0..leaves as u64 {
            let proof = prove_inclusion(index(leaf), head.size, &rows).unwrap();
            assert_eq!(proof.hashes(), model.path(usize::try_from(leaf).unwrap(), 0..leaves));
            proof.verify(index(leaf), rows.leaf(leaf), &head).unwrap();

            for hashes in corrupted(proof.hashes(), head.root) {
                let corrupted = InclusionProof::from_hashes(hashes).unwrap();
                corrupted.verify(index(leaf), rows.leaf(leaf), &head).unwrap_err();
            }
            for other in [leaf ^ 1, leaf ^ 2, leaf + 1, u64::MAX] {
                proof.verify(index(other), rows.leaf(leaf), &head).unwrap_err();
            }
            proof.verify(index(leaf), rows.leaf(leaf), &forged(head)).unwrap_err();
            proof.verify(index(leaf), &forged(head).root, &head).unwrap_err();
        }
    }
}

#[test]
fn consistency_proofs_are_those_of_the_definition_and_nothing_else_verifies() {
    let (rows, mut model) = trees();
    for new in 1..=LARGEST {
        let newer = model.head(new);
        for old in 1..=new {
            let older = model.head(old);
            let proof = prove_consistency(older.size, newer.size, &rows).unwrap();
            assert_eq!(proof.hashes(), model.subproof(old, 0..new, true));
            proof.verify(&older, &newer).unwrap();

            for hashes in corrupted(proof.hashes(), newer.root) {
                ConsistencyProof::from_hashes(hashes).unwrap().verify(&older, &newer).unwrap_err();
            }
            proof.verify(&forged(older), &newer).unwrap_err();
            proof.verify(&older, &forged(newer)).unwrap_err();
        }
    }
}

#[test]
fn every_tree_extends_the_empty_one_and_itself() {
    let (_, mut model) = trees();
    let empty = ConsistencyProof::from_hashes(Vec::new()).unwrap();
    let one = ConsistencyProof::from_hashes(vec![Hash::EMPTY_ROOT]).unwrap();
    for leaves in 0..=LARGEST {
        let head = model.head(leaves);
        for old in [TreeHead::EMPTY, head] {
            empty.verify(&old, &head).unwrap();
            assert_eq!(one.verify(&old, &head), Err(ProofInvalid::TooLong { hashes: 1, size: head.size }));
            assert!(matches!(empty.verify(&forged(old), &head), Err(ProofInvalid::OldRootDiffers { .. })));
        }
    }
}

#[test]
fn what_cannot_be_proved_is_refused_with_its_numbers() {
    let (rows, mut model) = trees();
    let (five, three) = (model.head(5), model.head(3));
    let no_such_leaf = ProofError::NoSuchLeaf { index: index(5), size: size(5) };
    assert_eq!(prove_inclusion(index(5), size(5), &rows), Err(no_such_leaf.clone()));
    assert_eq!(no_such_leaf.to_string(), "leaf 5 is not in a tree of size 5");
    let shrinks = ProofError::Shrinks { from: size(5), to: size(3) };
    assert_eq!(prove_consistency(size(5), size(3), &rows), Err(shrinks.clone()));
    assert_eq!(shrinks.to_string(), "a tree of size 3 cannot extend one of size 5");

    let path = prove_inclusion(index(2), size(5), &rows).unwrap();
    let refused = |hashes: &[Hash], leaf: u64, head: &TreeHead| {
        InclusionProof::from_hashes(hashes.to_vec()).unwrap().verify(index(leaf), rows.leaf(2), head).unwrap_err()
    };
    assert_eq!(refused(path.hashes(), 5, &five), ProofInvalid::NoSuchLeaf { index: index(5), size: size(5) });
    assert_eq!(refused(&path.hashes()[..2], 2, &five), ProofInvalid::TooShort { hashes: 2, size: size(5) });
    let longer = [path.hashes(), &[five.root]].concat();
    assert_eq!(refused(&longer, 2, &five), ProofInvalid::TooLong { hashes: 4, size: size(5) });
    let other = TreeHead { root: three.root, ..five };
    let differs = ProofInvalid::RootDiffers { size: size(5), root: three.root, computed: five.root };
    assert_eq!(refused(path.hashes(), 2, &other), differs);

    let proof = prove_consistency(size(3), size(5), &rows).unwrap();
    assert_eq!(proof.verify(&five, &three), Err(ProofInvalid::Shrinks { from: size(5), to: size(3) }));
    let none = ConsistencyProof::from_hashes(Vec::new()).unwrap();
    assert_eq!(none.verify(&three, &five), Err(ProofInvalid::TooShort { hashes: 0, size: size(5) }));
}

#[test]
fn proofs_have_no_more_hashes_than_the_largest_tree_calls_for() {
    let hashes = |count| vec![Hash::EMPTY_ROOT; count];
    InclusionProof::from_hashes(hashes(63)).unwrap();
    let refused = InclusionProof::from_hashes(hashes(64)).unwrap_err();
    assert_eq!(refused.to_string(), "64 hashes are more than a proof can have, which is 63");
    ConsistencyProof::from_hashes(hashes(64)).unwrap();
    let refused = ConsistencyProof::from_hashes(hashes(65)).unwrap_err();
    assert_eq!(refused.to_string(), "65 hashes are more than a proof can have, which is 64");
}

#[test]
fn sizes_end_at_two_to_the_sixty_third() {
    assert_eq!(TreeSize::new(1 << 63), Ok(TreeSize::MAX));
    let refused = TreeSize::new((1 << 63) + 1).unwrap_err();
    assert_eq!(refused.to_string(), "tree size 9223372036854775809 is above 2^63");
}
