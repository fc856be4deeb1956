//! The right edge of the stored tree, computed; and the signed trees that must be prefixes of it.
//!
//! What the rows say of the ledger's size and root is compared with what the entries and tiles give. Reads at most some
//! hundred entries and tiles, however large the ledger is; the rest of it is the audit's to read.

use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::evidence::{Entry, SuiteKey};
use crate::merkle::{Frontier, Hash, LeafIndex, TreeHead};
use crate::note::VerifierKey;
use crate::trust::SignedCheckpoint;

use super::columns::Column;
use super::database::{Ledger, ReadError, Rows, damaged};
use super::open::OpenError;
use super::rows;
use super::tree::Tree;

/// What is computed from the last entries and tiles.
pub(super) struct Recovered {
    pub(super) frontier: Frontier,
    pub(super) head: TreeHead,
    /// The time and the leaf hash of the last entry, or why it can't be told.
    pub(super) last: Result<(Time, Hash), OpenError>,
}

/// The last tree head, as its row says.
pub(super) fn last_head(rows: Rows<'_>) -> Result<Option<TreeHead>, ReadError> {
    let Some((key, value)) = rows.last(Column::Head)? else { return Ok(None) };
    match (rows::size_of_key(&key), rows::root_of_value(&value)) {
        (Some(size), Some(root)) => Ok(Some(TreeHead { size, root })),
        _ => Err(damaged(Column::Head, &hex::encode(key))),
    }
}

/// The index of the last entry, as its row's key says.
fn last_entry(rows: Rows<'_>) -> Result<Option<LeafIndex>, ReadError> {
    let Some((key, _)) = rows.last(Column::Entry)? else { return Ok(None) };
    rows::index_of_value(&key).map(Some).ok_or_else(|| damaged(Column::Entry, &hex::encode(key)))
}

/// The last tree head, if the last entry is the one that it ends with.
pub(super) fn stored_head(rows: Rows<'_>) -> Result<TreeHead, OpenError> {
    let stored = last_head(rows)?.unwrap_or(TreeHead::EMPTY);
    let (size, last) = (stored.size, last_entry(rows)?);
    match last {
        Some(last) if last.get().checked_add(1) == Some(size.get()) => Ok(stored),
        _ => Err(OpenError::EntriesDiffer { size, last }),
    }
}

/// Computes the right edge, and holds it against the last tree head and the last entry.
pub(super) fn recover(rows: Rows<'_>) -> Result<Recovered, OpenError> {
    let stored = stored_head(rows)?;
    let size = stored.size;
    let index = LeafIndex::new(size.get() - 1);
    let frontier = Tree::stored(rows).frontier(size)?;
    let head = frontier.head();
    if head.root != stored.root {
        return Err(OpenError::RootDiffers { size, stored: stored.root, computed: head.root });
    }
    let last = read_last(rows, index);
    Ok(Recovered { frontier, head, last })
}

fn read_last(rows: Rows<'_>, index: LeafIndex) -> Result<(Time, Hash), OpenError> {
    let wrong = |what: String| OpenError::LastEntry { index, what };
    let entry = Entry::parse(&rows.entry(index)?).map_err(|error| match error {
        error if error.is_unknown() => OpenError::LastEntryUnknown { index },
        error => wrong(error.to_string()),
    })?;
    if entry.index() != index {
        return Err(wrong(format!("it says that it is entry {}", entry.index())));
    }
    Ok((entry.time(), entry.leaf_hash()))
}

/// Holds signed checkpoints against the stored tree.
pub(super) struct Prefixes<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) ledger: &'a Ledger,
    pub(super) head: TreeHead,
    /// A key that a later entry will make the ledger's.
    pub(super) successor: Option<PublicKey>,
}

impl Prefixes<'_> {
    /// The last checkpoint in the database itself.
    pub(super) fn check_last_stored(&self) -> Result<(), OpenError> {
        let name = "the last checkpoint stored";
        let Some((_, note)) = self.rows.last(Column::Checkpoint)? else { return Ok(()) };
        let why = |error: String| OpenError::NotOurs { name, why: error };
        self.check(name, &SignedCheckpoint::parse(&note).map_err(|error| why(error.to_string()))?)
    }

    /// The checkpoint must be signed by this ledger, and its tree be a prefix of the stored one.
    pub(super) fn check(&self, name: &'static str, checkpoint: &SignedCheckpoint) -> Result<(), OpenError> {
        let not_ours = |why: String| OpenError::NotOurs { name, why };
        if *checkpoint.origin() != self.ledger.origin {
            return Err(not_ours(format!("its origin is {}", checkpoint.origin())));
        }
        let known = self.ledger.chain.speakers(checkpoint.head().size).filter_map(SuiteKey::known).copied();
        let vkey = |key| VerifierKey::new_ed25519(self.ledger.origin.key_name().clone(), key);
        let keys: Vec<VerifierKey> = known.chain(self.successor).map(vkey).collect();
        checkpoint.note().open(&keys).map_err(|error| not_ours(error.to_string()))?;
        let TreeHead { size, root: signed } = *checkpoint.head();
        if size > self.head.size {
            return Err(OpenError::Behind { name, signed: size, stored: self.head.size });
        }
        let computed = Tree::stored(self.rows).root(size)?;
        if computed != signed {
            return Err(OpenError::Forked { name, size, signed, computed });
        }
        Ok(())
    }
}
