//! Opens a ledger to look at it, whatever its state: without a lock, without changing anything.
//!
//! For audits and exports. What would make [`open`](super::open) refuse is a doubt here, told beside the reader, because a
//! damaged ledger is just what has to be read. While a server runs this sees the ledger as it was when it was opened.

use std::path::Path;
use std::sync::Arc;

use crate::merkle::{Frontier, TreeHead};
use crate::trust::SignedCheckpoint;

use super::columns::{Memory, Shared};
use super::database::{Database, Edge, Rows};
use super::keys;
use super::open::{OpenError, TIP, check_chain, check_genesis, follow_keys, ledger, open_to_read};
use super::reader::Reader;
use super::recover::{Prefixes, Recovered, last_head, recover};
use super::settings::IndexMarker;
use super::tip;

/// A ledger that is looked at.
pub struct Inspection {
    /// Reads what is there, up to the last tree head.
    pub reader: Reader,
    /// The checkpoint in DIR/tip, if it can be read.
    pub tip: Option<SignedCheckpoint>,
    /// All that would have stopped [`open`](super::open).
    pub doubts: Vec<OpenError>,
}

/// Opens a ledger to look at it.
///
/// # Errors
///
/// [`OpenError`], when there is nothing to look at: no database that opens, or one without its settings.
pub fn inspect(directory: &Path, memory: Memory) -> Result<Inspection, OpenError> {
    inspect_at_rate(directory, memory, None)
}

/// The same, to be scanned at so many bytes a second at most, if that is said. What is looked up row by row is not held to it.
///
/// # Errors
///
/// As [`inspect`].
pub fn inspect_at_rate(directory: &Path, memory: Memory, rate: Option<u64>) -> Result<Inspection, OpenError> {
    // Before the database: a server that runs writes the tip after the commit, so that the tip is never ahead by chance.
    let tip_path = directory.join(TIP);
    let tip = tip::read(&tip_path);
    let db = open_to_read(directory, &Shared::at_rate(memory, rate))?;
    let rows = Rows(&db);
    let mut ledger = ledger(rows)?;
    let mut doubts = Vec::new();
    doubts.extend(follow_keys(rows, &mut ledger).err());
    let (head, frontier) = match recover(rows) {
        Ok(Recovered { head, frontier, last }) => {
            doubts.extend(last.err());
            (head, frontier)
        }
        Err(doubt) => {
            doubts.push(doubt);
            (last_head(rows)?.unwrap_or(TreeHead::EMPTY), Frontier::new())
        }
    };
    doubts.extend(check_genesis(rows, &ledger).err());
    let prefixes = Prefixes { rows, ledger: &ledger, head, successor: None };
    doubts.extend(prefixes.check_last_stored().err());
    let tip = match tip {
        Ok(Some(tip)) => {
            doubts.extend(prefixes.check("the file tip", &tip).err());
            Some(tip)
        }
        Ok(None) => {
            doubts.push(OpenError::NoTip { path: tip_path });
            None
        }
        Err(source) => {
            doubts.push(OpenError::Tip { path: tip_path, source });
            None
        }
    };
    let checkpoint = tip.clone().filter(|tip| *tip.head() == head && *tip.origin() == ledger.origin).map(Arc::new);
    let whole = matches!(rows.setting::<IndexMarker>()?, Ok(IndexMarker::Whole));
    let keys = keys::read(rows, head.size, whole);
    doubts.extend(check_chain(&ledger, &keys).err());
    let edge = Edge { head, frontier: Arc::new(frontier), checkpoint, keys };
    let reader = Reader::new(Arc::new(Database::new(db, directory, ledger, whole, edge)));
    Ok(Inspection { reader, tip, doubts })
}
