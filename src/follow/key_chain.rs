//! Which keys a log has had before an entry, for whoever does not replay it from the start.
//!
//! A checkpoint that only the key of genesis has signed is that of a ledger which never changed its key (or not yet), and
//! nothing but entry 0 is read. Where another key of the same name signs, every entry is read for the rotations that lead to
//! it; each must stand in the tree.

use super::source::{Source, Unread, entries};
use crate::audit::{Finding, What};
use crate::crypto::PublicKey;
use crate::evidence::{Body, Entry, Kind};
use crate::merkle::{Hash, LeafIndex, NodeId, Nodes, TileError, TileId, TileNodes, leaf_hash};
use crate::note::VerifierKey;
use crate::registry::KeyChain;
use crate::trust::SignedCheckpoint;

/// Entries that are read together.
const PORTION: u64 = 4096;

/// Entry 0, and each entry before `end` that replaces the ledger's key, with their indexes. Their signatures are not
/// judged here.
///
/// # Errors
///
/// [`Unread`].
pub fn keys_before(source: &impl Source, newest: &SignedCheckpoint, end: u64) -> Result<Vec<(u64, Vec<u8>)>, Unread> {
    let size = newest.head().size;
    let genesis = entries(source, size, 0..size.get().min(1))?;
    let mut found: Vec<(u64, Vec<u8>)> = (0..).zip(genesis).collect();
    if found.first().is_none_or(|(_, genesis)| is_signed_by_genesis_alone(newest, genesis)) {
        return Ok(found);
    }
    let nodes = TileNodes::new(size, |tile: TileId| source.tile(tile));
    let mut start = 1;
    while start < end.min(size.get()) {
        let next = end.min(size.get()).min(start + PORTION);
        for (index, bytes) in (start..).zip(entries(source, size, start..next)?) {
            if is_rotation(&bytes) {
                check_leaf(&nodes, index, &bytes)?;
                found.push((index, bytes));
            }
        }
        start = next;
    }
    Ok(found)
}

/// The key that these entries lead to. What is no rotation by the key before it, or is not well signed, changes nothing.
pub(super) fn in_force(found: &[(u64, Vec<u8>)]) -> Option<PublicKey> {
    let mut chain: Option<KeyChain> = None;
    for (index, bytes) in found {
        let entry = Entry::parse(bytes).ok()?;
        let statement = entry.statement().ok()?.verify().ok()?;
        match (&mut chain, statement.body()) {
            (None, _) => chain = KeyChain::found(entry.leaf_hash(), &statement),
            (Some(chain), Body::Rotate(rotate)) => {
                let _ = chain.rotate(LeafIndex::new(*index), entry.time(), statement.key(), rotate);
            }
            (Some(_), _) => {}
        }
    }
    chain?.in_force().known().copied()
}

fn is_rotation(entry: &[u8]) -> bool {
    let statement = Entry::parse(entry).ok().and_then(|entry| entry.statement().ok());
    statement.is_some_and(|statement| statement.kind() == Kind::Rotate)
}

/// Whether the key of genesis has signed, and no other line bears the ledger's name.
fn is_signed_by_genesis_alone(newest: &SignedCheckpoint, genesis: &[u8]) -> bool {
    let statement = Entry::parse(genesis).ok().and_then(|entry| entry.statement().ok());
    let Some(key) = statement.as_ref().and_then(|statement| statement.public_key()) else { return true };
    let name = newest.origin().key_name();
    let key = VerifierKey::new_ed25519(name.clone(), *key);
    newest.note().signatures().iter().filter(|line| line.name() == name).all(|line| line.is_by(&key))
}

fn check_leaf<N: Nodes<Error = TileError<Unread>>>(nodes: &N, index: u64, bytes: &[u8]) -> Result<(), Unread> {
    let due: Option<Hash> = match NodeId::new(0, index).map(|node| nodes.node(node)) {
        Some(Err(TileError::Fetch { source, .. })) => return Err(source),
        Some(Ok(hash)) => Some(hash),
        Some(Err(_)) | None => None,
    };
    let found = leaf_hash(bytes);
    if due == Some(found) {
        return Ok(());
    }
    let due = due.map_or_else(|| "a leaf of the tree".to_owned(), |due| due.to_string());
    Err(Unread::Wrong(Box::new(Finding::at_entry(index, What::Root, due, found.to_string()))))
}
