//! The tree held against two others, `ct-merkle` and `tlog_tiles`, at every size up to 600.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use notarium::merkle::{Hash, InclusionProof, TileId, leaf_hash, prove_consistency, prove_inclusion, tiles_at};
use sha2::Sha256;
use tlog_tiles::{HashReader, Tile};

use crate::merkle::{Rows, grown, index, size};

const LARGEST: u64 = 600;

fn entry(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn our_leaves() -> Vec<Hash> {
    (0..LARGEST).map(|number| leaf_hash(&entry(number))).collect()
}

fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs() {
    let count = |leaves: u64| usize::try_from(leaves).unwrap();
    let ours = Rows::over(our_leaves());
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for leaves in 1..=LARGEST {
        theirs.push(entry(leaves - 1));
        assert_eq!(ours.head(leaves).root.as_bytes(), theirs.root().as_bytes().as_slice());
        for leaf in 0..leaves {
            let proof = prove_inclusion(index(leaf), size(leaves), &ours).unwrap();
            assert_eq!(joined(proof.hashes()), theirs.prove_inclusion(count(leaf)).as_bytes());
        }
        for old in 1..=leaves {
            let proof = prove_consistency(size(old), size(leaves), &ours).unwrap();
            assert_eq!(joined(proof.hashes()), theirs.prove_consistency(count(leaves - old)).as_bytes());
        }
    }
}

/// The nodes as `tlog_tiles` keeps them: in one list, in the order in which they become complete.
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Stored {
    fn push(&mut self, number: u64) {
        let new = tlog_tiles::stored_hashes(number, &entry(number), self).unwrap();
        self.0.extend(new);
    }
}

fn their_bytes(hashes: &[tlog_tiles::Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn tlog_tiles_has_the_same_roots_and_proofs() {
    let ours = Rows::over(our_leaves());
    let mut theirs = Stored(Vec::new());
    for leaves in 1..=LARGEST {
        theirs.push(leaves - 1);
        let root = tlog_tiles::tree_hash(leaves, &theirs).unwrap();
        assert_eq!(ours.head(leaves).root.as_bytes(), &root.0);
        for leaf in 0..leaves {
            let proof = prove_inclusion(index(leaf), size(leaves), &ours).unwrap();
            let proof_of_theirs = tlog_tiles::prove_record(leaves, leaf, &theirs).unwrap();
            assert_eq!(joined(proof.hashes()), their_bytes(&proof_of_theirs));
        }
        for old in 1..=leaves {
            let proof = prove_consistency(size(old), size(leaves), &ours).unwrap();
            let proof_of_theirs = tlog_tiles::prove_tree(leaves, old, &theirs).unwrap();
            assert_eq!(joined(proof.hashes()), their_bytes(&proof_of_theirs));
        }
    }
}

/// Their paths name the height of a tile too: `tile/8/...`.
#[test]
fn tlog_tiles_has_the_same_tiles() {
    let leaves = our_leaves();
    let mut theirs = Stored(Vec::new());
    for count in 1..=LARGEST {
        theirs.push(count - 1);
        let frontier = grown(&leaves[..usize::try_from(count).unwrap()]);
        let tiles: Vec<TileId> = tiles_at(size(count)).collect();
        let tiles_of_theirs = Tile::new_tiles(8, 0, count);
        assert_eq!(tiles.len(), tiles_of_theirs.len());
        for (tile, theirs_too) in tiles.iter().zip(&tiles_of_theirs) {
            assert_eq!(tile.path().replacen("tile/", "tile/8/", 1), theirs_too.path());
            assert_eq!(frontier.tile(*tile).unwrap(), theirs_too.read_data(&theirs).unwrap());
        }
    }
}

#[test]
fn tlog_tiles_accepts_our_proofs_and_we_accept_its() {
    let ours = Rows::over(our_leaves());
    let mut theirs = Stored(Vec::new());
    (0..LARGEST).for_each(|number| theirs.push(number));
    let head = ours.head(LARGEST);
    for leaf in 0..LARGEST {
        let proof = tlog_tiles::prove_record(LARGEST, leaf, &theirs).unwrap();
        let hashes = proof.iter().map(|hash| Hash::from_bytes(hash.0)).collect();
        InclusionProof::from_hashes(hashes).unwrap().verify(index(leaf), ours.leaf(leaf), &head).unwrap();

        let proof = prove_inclusion(index(leaf), head.size, &ours).unwrap();
        let hashes = proof.hashes().iter().map(|hash| tlog_tiles::Hash(*hash.as_bytes())).collect();
        let (root, leaf_hash) = (tlog_tiles::Hash(*head.root.as_bytes()), tlog_tiles::record_hash(&entry(leaf)));
        tlog_tiles::check_record(&hashes, LARGEST, root, leaf, leaf_hash).unwrap();
    }
}
