//! Inclusion and consistency proofs: what verifies is what the recursive definition of RFC 6962 section 2.1 says, and
//! a proof holds for one leaf, one place, one list of hashes.
//!
//! The input is a kind, two numbers of 8 bytes, a hash, and the proof's hashes. The root that such a proof leads to is taken
//! from the error that names it, so that every well-formed proof is also seen to verify.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::merkle::{
    ConsistencyProof, Hash, InclusionProof, LeafIndex, ProofInvalid, TreeHead, TreeSize, node_hash,
};

const ZERO: Hash = Hash::from_bytes([0; 32]);

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let Some((first, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((second, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((hash, rest)) = rest.split_first_chunk::<32>() else { return };
    let hashes: Vec<Hash> = rest.as_chunks::<32>().0.iter().copied().map(Hash::from_bytes).collect();
    let (first, second, hash) = (u64::from_be_bytes(*first), u64::from_be_bytes(*second), Hash::from_bytes(*hash));
    let Ok(size) = TreeSize::new(second) else { return };
    if kind % 2 == 0 {
        inclusion(LeafIndex::new(first), size, hash, hashes);
    } else if let Ok(from) = TreeSize::new(first) {
        consistency(TreeHead { size: from, root: hash }, size, hashes);
    }
});

/// The largest power of two below `size`, which is above one.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// RFC 6962 section 2.1.1, read from the root: the root that the path leads to.
fn root_by_path(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    if size == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (top, below) = path.split_last()?;
    let left = split(size);
    if index < left {
        Some(node_hash(&root_by_path(index, left, leaf, below)?, top))
    } else {
        Some(node_hash(top, &root_by_path(index - left, size - left, leaf, below)?))
    }
}

fn inclusion(index: LeafIndex, size: TreeSize, leaf: Hash, hashes: Vec<Hash>) {
    let expected = root_by_path(index.get(), size.get(), leaf, &hashes);
    let Ok(proof) = InclusionProof::from_hashes(hashes.clone()) else {
        assert!(hashes.len() > InclusionProof::MAX_HASHES);
        return;
    };
    assert_eq!(proof.hashes(), hashes);
    let computed = match proof.verify(index, &leaf, &TreeHead { size, root: ZERO }) {
        Err(ProofInvalid::RootDiffers { computed, .. }) => Some(computed),
        Err(_) => None,
        Ok(()) => panic!("a root of zeros"),
    };
    assert_eq!(computed, expected);
    let Some(root) = computed else { return };
    let tree = TreeHead { size, root };
    assert_eq!(proof.verify(index, &leaf, &tree), Ok(()));
    assert!(proof.verify(index, &changed(leaf), &tree).is_err());
    // A leaf that is its own sibling stands at both places alike; no entry can, since its own number is in it.
    let has_twin = hashes.first() == Some(&leaf);
    for other in [index.get().wrapping_add(1), index.get() ^ 1, 0, size.get() - 1] {
        assert!(has_twin || other == index.get() || proof.verify(LeafIndex::new(other), &leaf, &tree).is_err());
    }
    for at in 0..hashes.len() {
        let mut other = hashes.clone();
        other[at] = changed(other[at]);
        assert!(InclusionProof::from_hashes(other).expect("as many").verify(index, &leaf, &tree).is_err());
    }
    if let Ok(shorter) = InclusionProof::from_hashes(hashes[..hashes.len().saturating_sub(1)].to_vec()) {
        assert!(hashes.is_empty() || shorter.verify(index, &leaf, &tree).is_err());
    }
}

/// RFC 6962 section 2.1.2, read from the root: both roots. `whole` says that the older tree is a subtree of its own.
fn roots_by_proof(from: u64, to: u64, whole: bool, old: Hash, path: &[Hash]) -> Option<(Hash, Hash)> {
    if from == to {
        return match path {
            [] if whole => Some((old, old)),
            [only] if !whole => Some((*only, *only)),
            _ => None,
        };
    }
    let (top, below) = path.split_last()?;
    let left = split(to);
    if from <= left {
        let (older, newer) = roots_by_proof(from, left, whole, old, below)?;
        Some((older, node_hash(&newer, top)))
    } else {
        let (older, newer) = roots_by_proof(from - left, to - left, false, old, below)?;
        Some((node_hash(top, &older), node_hash(top, &newer)))
    }
}

fn consistency(old: TreeHead, size: TreeSize, hashes: Vec<Hash>) {
    let (from, to) = (old.size.get(), size.get());
    // Equal and empty trees have rules of their own: no hashes, and nothing is computed.
    if from == 0 || from >= to {
        return;
    }
    let Ok(proof) = ConsistencyProof::from_hashes(hashes.clone()) else {
        assert!(hashes.len() > ConsistencyProof::MAX_HASHES);
        return;
    };
    let expected = roots_by_proof(from, to, true, old.root, &hashes);
    let mut older = old;
    let mut newer = TreeHead { size, root: ZERO };
    if let Err(ProofInvalid::OldRootDiffers { computed, .. }) = proof.verify(&older, &newer) {
        older.root = computed;
    }
    let computed = match proof.verify(&older, &newer) {
        Err(ProofInvalid::RootDiffers { computed, .. }) => Some((older.root, computed)),
        Err(_) => None,
        Ok(()) => panic!("a root of zeros"),
    };
    assert_eq!(computed, expected);
    let Some((_, root)) = computed else { return };
    newer.root = root;
    assert_eq!(proof.verify(&older, &newer), Ok(()));
    assert!(proof.verify(&TreeHead { root: changed(older.root), ..older }, &newer).is_err());
    for at in 0..hashes.len() {
        let mut other = hashes.clone();
        other[at] = changed(other[at]);
        assert!(ConsistencyProof::from_hashes(other).expect("as many").verify(&older, &newer).is_err());
    }
}

fn changed(hash: Hash) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[31] ^= 1;
    Hash::from_bytes(bytes)
}
