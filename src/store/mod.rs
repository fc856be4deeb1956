//! Where a ledger is kept: one folder, one RocksDB database, one writer and any number of readers.
//!
//! The only room that names RocksDB. A ledger's folder holds
//!
//! ```text
//! DIR/db/              the database: a column family for each kind of row (`columns`)
//! DIR/tip              the last acknowledged checkpoint, overwritten after each commit (`tip`)
//! DIR/unfinished       only while the ledger is being made
//! DIR/ledger.key, DIR/policy    the ledger's key and its policy; not read here
//! ```
//!
//! What holds, and by what:
//!
//! - A commit is one record of the log, synced: entries, filled tiles, indexes, tree head and the checkpoint before it are
//!   on disk together or not at all (`writer`).
//! - A commit goes through only if its batch extends exactly the stored tree: size and root (`writer`).
//! - Nothing is signed, shown or answered that is not on disk: the stages of a batch are types, each made only from the one
//!   before (`stages`).
//! - What is opened is what was acknowledged, or it does not open (`open`): the right edge is computed again from the
//!   entries and tiles and must lead to the stored root; the store must reach its tip, and the tree at the tip's size, at
//!   the last stored checkpoint's, and at that of a checkpoint which the operator names, must have their roots.
//! - Indexes are computed from entries and never trusted further: a damaged index does not stop an opening, and an
//!   incomplete one is known as such, so that a lookup is complete or an error (`reindex`).
//! - What is admitted may be admitted: the keys in force are computed from the entries at every opening, and a commit is
//!   judged by them (`keys`). Where they can't be, nothing is admitted and everything can be read.
//! - Readers see the newest published tree and nothing beyond it, and never wait for the writer (`reader`).
//!
//! - A copy is made of what is at rest: a snapshot of a ledger that is served, and backups that share what has not changed
//!   (`snapshot`, `backup`).
//!
//! What is not here: whether entries are right (the audit replays them), the rules of who may sign what
//! (`registry`), and when to commit (the sequencer).

mod backup;
mod columns;
mod cosigned;
mod create;
mod database;
mod inspect;
mod keys;
mod lookup;
mod novelty;
mod open;
mod reader;
mod recover;
mod reindex;
mod remains;
mod repair;
mod rows;
mod settings;
mod snapshot;
mod space;
mod stages;
mod sweep;
mod tip;
mod tree;
mod wal;
mod witness;
mod writer;

pub use backup::{BackupError, Backups, Generation};
pub use columns::{MAX_OPEN_FILES, Memory};
pub use cosigned::{Cosignatures, CosignedSize};
pub use create::{CreateError, Founding};
pub use database::ReadError;
pub use inspect::{Inspection, inspect, inspect_at_rate};
pub use lookup::SameEvidence;
pub use novelty::Novelty;
pub use open::{OpenError, OpenOptions, Opened, open};
pub use reader::{Reader, ReceiptError};
pub use reindex::{IndexFault, IndexFaultKind, rebuild_indexes};
pub use remains::Remains;
pub use settings::{STORE_VERSION, SettingError};
pub use snapshot::SnapshotError;
pub use space::free_bytes;
pub use stages::{Committed, Published, ReceiptUnavailable, Signed};
pub use tip::TipError;
pub use wal::TornTail;
pub use witness::{ForkRecord, MAX_FORKS, WitnessStore, WitnessStoreError, WitnessTurn};
pub use writer::{CommitError, Writer};
