//! What the outside has seen of a ledger, in all its lives; and the ledger held against it, by a tree of the test's own.

use std::collections::{BTreeMap, HashSet};

use notarium::evidence::Entry;
use notarium::ledger::Receipt;
use notarium::merkle::{Frontier, Hash, LeafIndex, TreeSize, leaf_hash};
use notarium::note::VerifierKey;
use notarium::store::Reader;
use notarium::trust::{Checkpoint, SignedCheckpoint};

/// An entry that somebody has a receipt for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) index: LeafIndex,
    pub(crate) leaf: Hash,
}

/// Every receipt and every signed checkpoint that anyone was given.
pub(crate) struct History {
    key: VerifierKey,
    pub(crate) receipts: Vec<Acknowledged>,
    /// Size to root. Two roots of one size are the end of all.
    checkpoints: BTreeMap<TreeSize, Hash>,
}

impl History {
    pub(crate) fn of(key: VerifierKey) -> Self {
        Self { key, receipts: Vec::new(), checkpoints: BTreeMap::new() }
    }

    pub(crate) fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// Takes in a receipt, which must hold by itself.
    pub(crate) fn acknowledge(&mut self, receipt: &Receipt) {
        let leaf = receipt.disclosure().leaf_hash();
        self.sign(receipt.checkpoint());
        assert_eq!(receipt.disclosure().entry().unwrap().index(), receipt.index());
        receipt.path().verify(receipt.index(), &leaf, receipt.checkpoint().head()).unwrap();
        self.receipts.push(Acknowledged { index: receipt.index(), leaf });
    }

    /// Takes in a checkpoint: signed by the ledger, and of the one history that there is.
    pub(crate) fn sign(&mut self, checkpoint: &SignedCheckpoint) {
        checkpoint.note().open(std::slice::from_ref(&self.key)).unwrap();
        let head = checkpoint.head();
        let known = self.checkpoints.insert(head.size, head.root);
        assert!(known.is_none_or(|root| root == head.root), "two signed trees of size {}", head.size);
    }

    /// Holds the ledger against all of it: entries against receipts, the trees of all sizes against checkpoints, indexes
    /// against entries. The trees are built here, from the entries as they are read. Gives the size.
    pub(crate) fn holds_in(&mut self, reader: &Reader) -> u64 {
        for checkpoint in reader.checkpoints(None, usize::MAX).unwrap() {
            self.sign(&checkpoint);
        }
        let size = reader.head().size.get();
        let (mut tree, mut leaves, mut roots, mut ids) = (Frontier::new(), Vec::new(), Vec::new(), HashSet::new());
        for entry in reader.entries(0..size).unwrap() {
            let (index, bytes) = entry.unwrap();
            let leaf = leaf_hash(&bytes);
            let entry = Entry::parse(&bytes).unwrap();
            assert_eq!(entry.index(), index);
            assert!(ids.insert(entry.statement().unwrap().id()), "entry {index} repeats a statement");
            tree.append(leaf).unwrap();
            leaves.push(leaf);
            roots.push(tree.root());
        }
        assert_eq!(tree.head(), reader.head());
        for Acknowledged { index, leaf } in &self.receipts {
            let stored = leaves.get(usize::try_from(index.get()).unwrap());
            assert_eq!(stored, Some(leaf), "entry {index} was acknowledged, and the ledger has {size} entries");
        }
        for (size, root) in &self.checkpoints {
            let stored = roots.get(usize::try_from(size.get()).unwrap() - 1);
            assert_eq!(stored, Some(root), "a tree of size {size} was signed");
        }
        let mut faults = Vec::new();
        reader.check_indexes(0, |fault| faults.push(fault)).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        size
    }
}

#[test]
#[should_panic(expected = "two signed trees of size 2")]
fn two_histories_are_seen() {
    let key = crate::samples::ledger_key();
    let origin = crate::founded::origin();
    let vkey = VerifierKey::new_ed25519(origin.key_name().clone(), key.public());
    let mut history = History::of(vkey);
    for byte in [1, 2] {
        let head = notarium::merkle::TreeHead { size: TreeSize::new(2).unwrap(), root: Hash::from_bytes([byte; 32]) };
        history.sign(&SignedCheckpoint::sign(&Checkpoint { origin: origin.clone(), head }, &key));
    }
}

#[test]
#[should_panic(expected = "entry 4 was acknowledged, and the ledger has 3 entries")]
fn an_entry_that_is_gone_is_seen() {
    let (_room, directory) = crate::founded::founded();
    let mut ledger = crate::founded::Open::new(&directory);
    let key =
        VerifierKey::new_ed25519(crate::founded::origin().key_name().clone(), crate::samples::ledger_key().public());
    let mut history = History::of(key);
    ledger.grow(2);
    history.holds_in(&ledger.reader);
    history.receipts.push(Acknowledged { index: LeafIndex::new(4), leaf: Hash::from_bytes([0; 32]) });
    history.holds_in(&ledger.reader);
}
