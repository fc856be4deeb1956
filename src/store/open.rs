//! Opens a ledger, or says why what is there can't be the ledger that was acknowledged.
//!
//! Nothing of the database is taken at its word that can be computed: the right edge comes from the last entries and tiles,
//! its root must be the last tree head's, and the trees that were signed (the last stored checkpoint, DIR/tip, the one the
//! operator names) must be prefixes of it. Older entries are not read again; that is the audit's work.
//!
//! Indexes are not looked at, except that one whose files can't be opened is made empty and marked, so that the ledger
//! opens all the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rocksdb::{DB, ErrorKind};
use thiserror::Error;

use crate::crypto::{PublicKey, Suite};
use crate::evidence::{Body, Entry, SuiteKey};
use crate::ledger::Appender;
use crate::merkle::{Hash, LeafIndex, TreeSize};
use crate::registry::KeyChain;
use crate::trust::{Origin, SignedCheckpoint};

use super::columns::{self, Column, Memory, Purpose, Shared};
use super::database::{Database, Edge, Ledger, ReadError, Rows};
use super::keys;
use super::reader::Reader;
use super::recover::{Prefixes, Recovered, last_head, recover};
use super::repair;
use super::settings::{Identity, IndexMarker, Rotations, SettingError};
use super::tip::{self, Tip, TipError};
use super::wal::{self, TornTail};
use super::writer::Writer;

pub(super) const DATABASE: &str = "db";
pub(super) const TIP: &str = "tip";
pub(super) const UNFINISHED: &str = "unfinished";

/// What must be true of a ledger that is opened, and how much memory it may take.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Memory of the database.
    pub memory: Memory,
    /// The key that will sign: it must be the ledger's in force.
    pub key: Option<PublicKey>,
    /// A key that a later entry will make the ledger's, for whoever makes a ledger again: what it has signed counts.
    pub successor: Option<PublicKey>,
    /// The origin that is expected.
    pub origin: Option<Origin>,
    /// A checkpoint that the ledger must have reached and agree with, as `serve --at-least FILE` gives it.
    pub at_least: Option<SignedCheckpoint>,
}

/// Why a ledger does not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is no ledger in the folder.
    #[error("{} holds no ledger", .directory.display())]
    NoLedger {
        /// The folder.
        directory: PathBuf,
    },
    /// The ledger was being made when its making stopped. Nothing was ever admitted to it.
    #[error("{} holds a ledger whose making was cut short; nothing was admitted to it", .directory.display())]
    Unfinished {
        /// The folder.
        directory: PathBuf,
    },
    /// The mark of an unfinished ledger lies beside one to which entries were admitted; no program puts it there.
    #[error("{} says that the making of a ledger was cut short, but this ledger has been written to since", .mark.display())]
    StrayMark {
        /// The mark.
        mark: PathBuf,
    },
    /// A part of a ledger is there, and its database is not.
    #[error("{} is missing, although the folder holds another part of a ledger", .path.display())]
    NoDatabase {
        /// The file or folder that is missing.
        path: PathBuf,
    },
    /// Another process has the ledger open for writing.
    #[error("the ledger in {} is locked: another process has it open", .directory.display())]
    Locked {
        /// The folder.
        directory: PathBuf,
    },
    /// It has columns that this version does not know.
    #[error("the store has a column \"{column}\" that this version does not know; a newer version made it")]
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// A value of our own is missing, damaged or newer.
    #[error("the store's settings")]
    Setting(#[from] SettingError),
    /// The ledger's origin is another.
    #[error("the ledger's origin is {stored}, not {expected}")]
    OtherOrigin {
        /// What the store says.
        stored: String,
        /// What was expected.
        expected: String,
    },
    /// The ledger's key is another.
    #[error("the ledger's public key is {stored}, not {expected}")]
    OtherKey {
        /// What the store says.
        stored: PublicKey,
        /// What was expected.
        expected: PublicKey,
    },
    /// Entry 0 does not say what the store's settings say.
    #[error("entry 0 and the store's settings differ: {what}")]
    GenesisDiffers {
        /// In what.
        what: &'static str,
    },
    /// An entry is not the rotation of the ledger's key that the settings say.
    #[error("entry {index} does not replace the ledger's key, although the store's settings say so: {what}")]
    RotationDiffers {
        /// The entry.
        index: LeafIndex,
        /// What is wrong with it.
        what: String,
    },
    /// The tree computed from entries and tiles has not the stored head's root.
    #[error("the last tree head, of size {size}, has root {stored}, but the entries and tiles have {computed}")]
    RootDiffers {
        /// The size of the last tree head.
        size: TreeSize,
        /// Its root.
        stored: Hash,
        /// The root that was computed.
        computed: Hash,
    },
    /// There are entries beyond the last tree head, or none up to it.
    #[error("the last tree head has size {size}, but the last entry stored is {}", .last.map_or("none".to_owned(), |l| l.to_string()))]
    EntriesDiffer {
        /// The size of the last tree head.
        size: TreeSize,
        /// The index of the last entry.
        last: Option<LeafIndex>,
    },
    /// The last entry is not one of this ledger at that index.
    #[error("entry {index}, the last, is damaged: {what}")]
    LastEntry {
        /// Its index.
        index: LeafIndex,
        /// What is wrong with it.
        what: String,
    },
    /// The last entry is of a version that this program does not know, so that nothing can be put after it.
    #[error("entry {index}, the last, is of a version that this program does not know")]
    LastEntryUnknown {
        /// Its index.
        index: LeafIndex,
    },
    /// The store ends before a tree that was signed.
    #[error(
        "{name} is a checkpoint of {signed} entries, but the store has only {stored}: entries that were acknowledged are \
         lost"
    )]
    Behind {
        /// Which checkpoint.
        name: &'static str,
        /// Its size.
        signed: TreeSize,
        /// The size of the store.
        stored: TreeSize,
    },
    /// The store's tree is not the one that was signed.
    #[error("{name} has root {signed} at size {size}, but the store's tree has {computed} there")]
    Forked {
        /// Which checkpoint.
        name: &'static str,
        /// Its size.
        size: TreeSize,
        /// Its root.
        signed: Hash,
        /// The root of the store's tree at that size.
        computed: Hash,
    },
    /// A checkpoint that is not this ledger's.
    #[error("{name} is not a checkpoint of this ledger: {why}")]
    NotOurs {
        /// Which checkpoint.
        name: &'static str,
        /// Why not.
        why: String,
    },
    /// DIR/tip is not there.
    #[error("{} is missing, and without it nobody can tell whether acknowledged entries are lost", .path.display())]
    NoTip {
        /// Where it should be.
        path: PathBuf,
    },
    /// DIR/tip can't be read.
    #[error("the file {}", .path.display())]
    Tip {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: TipError,
    },
    /// Rows can't be read.
    #[error("the store cannot be read")]
    Read(#[from] ReadError),
    /// A record of the database's log is not what was written.
    #[error("the log {} is damaged in the record at byte {offset}", .log.display())]
    LogDamaged {
        /// The log.
        log: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// What the database says.
        #[source]
        source: rocksdb::Error,
    },
    /// The database does not open.
    #[error("the database in {} does not open", .path.display())]
    Database {
        /// Where it is.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rocksdb::Error,
    },
}

impl OpenError {
    /// Whether the ledger is damaged, as against not there, in use, newer or out of reach.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::NoLedger { .. }
            | Self::Unfinished { .. }
            | Self::StrayMark { .. }
            | Self::Locked { .. }
            | Self::UnknownColumn { .. }
            | Self::LastEntryUnknown { .. }
            | Self::Setting(SettingError::NewerVersion { .. })
            | Self::OtherOrigin { .. }
            | Self::OtherKey { .. }
            | Self::NoTip { .. }
            | Self::Tip { source: TipError::Io(_), .. } => false,
            Self::Read(ReadError::Database { source, .. }) | Self::Database { source, .. } => {
                source.kind() != ErrorKind::IOError || source.to_string().contains("No such file")
            }
            _ => true,
        }
    }

    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::NoLedger { .. } => "check the path; `notarium init DIR --origin NAME` makes a new ledger",
            Self::Unfinished { .. } => "remove the folder and run `notarium init` again",
            Self::StrayMark { .. } => "remove that one file, and leave everything else in the folder as it is",
            Self::NoDatabase { .. } => "put the file back, or keep the folder as it is and restore from a backup",
            Self::Locked { .. } => "stop the other process first; `notarium audit` works beside it",
            Self::UnknownColumn { .. }
            | Self::LastEntryUnknown { .. }
            | Self::Setting(SettingError::NewerVersion { .. }) => {
                "use the version of notarium that wrote it, or a newer one"
            }
            Self::OtherOrigin { .. } => "name the folder of the ledger that is meant, or its origin as it is stored",
            Self::OtherKey { .. } => "put this ledger's own key back in its place, from where it was backed up",
            Self::NotOurs { .. } => "take a checkpoint of this very ledger, or the folder of the ledger that signed it",
            Self::Tip { source: TipError::Io(_), .. } => "see to it that this user may read and write the file",
            Self::NoTip { .. } | Self::Tip { .. } => {
                "copy a checkpoint of this ledger that you trust to DIR/tip: one that was saved, or a witness's"
            }
            Self::Read(_) | Self::Database { .. } if !self.is_damage() => {
                "see to it that this user may read and write the folder, that its disk is well and has room, and try again"
            }
            Self::Setting(_)
            | Self::GenesisDiffers { .. }
            | Self::RotationDiffers { .. }
            | Self::LastEntry { .. }
            | Self::Behind { .. }
            | Self::RootDiffers { .. }
            | Self::EntriesDiffer { .. }
            | Self::Forked { .. }
            | Self::LogDamaged { .. }
            | Self::Read(_)
            | Self::Database { .. } => {
                "keep the folder as it is, look at it with `notarium audit DIR`, and restore from a backup"
            }
        })
    }
}

/// An open ledger: one value for each role.
pub struct Opened {
    /// For whoever commits.
    pub writer: Writer,
    /// For whoever reads; may be cloned.
    pub reader: Reader,
    /// For whoever plans.
    pub appender: Appender,
    /// Indexes that could not be opened and were made empty; to be rebuilt.
    pub emptied: Vec<&'static str>,
    /// What was dropped at the end of the log: records that were being written when the process or the machine stopped, and so
    /// never acknowledged.
    pub dropped: Vec<TornTail>,
}

/// Opens a ledger for writing, alone.
///
/// # Errors
///
/// [`OpenError`]; nothing that can be missing or damaged in an index is one.
pub fn open(directory: &Path, options: &OpenOptions) -> Result<Opened, OpenError> {
    let dropped = wal::torn_tails(&directory.join(DATABASE));
    let repair::Whole { db, mut ledger, emptied, .. } = repair::open_whole(directory, options.memory)?;
    let rows = Rows(&db);
    follow_keys(rows, &mut ledger)?;
    check_expected(&ledger, options)?;
    let Recovered { frontier, head, last } = recover(rows)?;
    let (time, leaf) = last?;
    check_genesis(rows, &ledger)?;
    let tip_path = directory.join(TIP);
    let tip_error = |source| OpenError::Tip { path: tip_path.clone(), source };
    let tip = tip::read(&tip_path).map_err(tip_error)?.ok_or_else(|| OpenError::NoTip { path: tip_path.clone() })?;
    let signed = Prefixes { rows, ledger: &ledger, head, successor: options.successor };
    signed.check_last_stored()?;
    signed.check("the file tip", &tip)?;
    if let Some(checkpoint) = &options.at_least {
        signed.check("the checkpoint given", checkpoint)?;
    }
    let tip = Tip::open(&tip_path).map_err(tip_error)?;
    let whole = matches!(rows.setting::<IndexMarker>()?, Ok(IndexMarker::Whole));
    let appender = Appender::resume(frontier.clone(), time, leaf);
    let keys = keys::read(rows, head.size, whole);
    check_chain(&ledger, &keys)?;
    let edge = Edge { head, frontier: Arc::new(frontier), checkpoint: None, keys: keys.clone() };
    let chain = ledger.chain.clone();
    let database = Arc::new(Database::new(db, directory, ledger, whole, edge));
    let reader = Reader::new(Arc::clone(&database));
    let writer = Writer { database, tip, head, last: time, keys, chain, poisoned: false };
    Ok(Opened { writer, reader, appender, emptied, dropped })
}

/// What the ledger is, by the store's settings.
pub(super) fn ledger(rows: Rows<'_>) -> Result<Ledger, OpenError> {
    let identity = rows.setting::<Identity>()??;
    let damaged = |reason: String| SettingError::Damaged { name: "identity", reason };
    if Suite::from_code(identity.suite) != Some(Suite::Ed25519) {
        return Err(damaged(format!("there is no suite {}", identity.suite)).into());
    }
    let (key, genesis) = (PublicKey::from_bytes(identity.public_key), Hash::from_bytes(identity.genesis));
    Ok(Ledger {
        origin: identity.origin.parse().map_err(|error| damaged(format!("{error}")))?,
        chain: KeyChain::begin(genesis, SuiteKey::Ed25519(key)),
        key,
        genesis,
    })
}

/// Follows the ledger's keys from that of genesis to the one in force, by the entries that the settings name.
pub(super) fn follow_keys(rows: Rows<'_>, ledger: &mut Ledger) -> Result<(), OpenError> {
    let Rotations(entries) = match rows.setting::<Rotations>()? {
        Err(SettingError::Missing { .. }) => return Ok(()),
        rotations => rotations?,
    };
    for index in entries.into_iter().map(LeafIndex::new) {
        let differs = |what: String| OpenError::RotationDiffers { index, what };
        let entry = Entry::parse(&rows.entry(index)?).map_err(|error| differs(error.to_string()))?;
        let statement = entry.statement().map_err(|error| differs(error.to_string()))?;
        let statement = statement.verify().map_err(|error| differs(error.to_string()))?;
        let Body::Rotate(rotate) = statement.body() else { return Err(differs("its kind".to_owned())) };
        let taken = ledger.chain.rotate(index, entry.time(), statement.key(), rotate);
        taken.map_err(|refused| differs(refused.to_string()))?;
    }
    ledger.key = ledger.chain.in_force().known().copied().unwrap_or(ledger.key);
    Ok(())
}

/// The keys in force, where they are known, must have the same chain.
pub(super) fn check_chain(ledger: &Ledger, keys: &keys::Keys) -> Result<(), OpenError> {
    let Ok(registry) = keys else { return Ok(()) };
    if *registry.chain() == ledger.chain {
        return Ok(());
    }
    let index = registry.chain().keys().last().map_or(LeafIndex::new(0), |last| last.entry);
    Err(OpenError::RotationDiffers { index, what: "the settings do not name the same rotations".to_owned() })
}

fn check_expected(ledger: &Ledger, options: &OpenOptions) -> Result<(), OpenError> {
    if let Some(expected) = options.origin.as_ref().filter(|origin| **origin != ledger.origin) {
        return Err(OpenError::OtherOrigin { stored: ledger.origin.to_string(), expected: expected.to_string() });
    }
    match options.key {
        Some(expected) if expected != ledger.key => Err(OpenError::OtherKey { stored: ledger.key, expected }),
        _ => Ok(()),
    }
}

/// Entry 0 must be the genesis that the settings name.
pub(super) fn check_genesis(rows: Rows<'_>, ledger: &Ledger) -> Result<(), OpenError> {
    let differs = |what| OpenError::GenesisDiffers { what };
    let entry = Entry::parse(&rows.entry(LeafIndex::new(0))?).map_err(|_| differs("it is not an entry"))?;
    if entry.leaf_hash() != ledger.genesis {
        return Err(differs("its leaf hash"));
    }
    let statement = entry.statement().map_err(|_| differs("it has no statement"))?;
    let Body::Genesis(genesis) = statement.body() else { return Err(differs("its kind")) };
    if genesis.origin != ledger.origin {
        return Err(differs("the origin"));
    }
    if ledger.chain.keys().first().map(|first| &first.key) != Some(statement.key()) {
        return Err(differs("the key"));
    }
    Ok(())
}

/// Whether the database says that another process has it.
pub(super) fn is_lock(error: &rocksdb::Error) -> bool {
    let text = error.to_string();
    text.contains("lock file") || text.contains("lock hold by current process")
}

/// Opening a database that is known to be one.
pub(super) fn database_error(directory: &Path, source: rocksdb::Error) -> OpenError {
    if is_lock(&source) {
        return OpenError::Locked { directory: directory.to_owned() };
    }
    let path = directory.join(DATABASE);
    match wal::find_damage(&path).filter(|_| source.kind() == ErrorKind::Corruption) {
        Some((log, offset)) => OpenError::LogDamaged { log, offset, source },
        None => OpenError::Database { path, source },
    }
}

/// The path of the database, if the folder holds a finished ledger.
pub(super) fn database_path(directory: &Path) -> Result<PathBuf, OpenError> {
    let mark = directory.join(UNFINISHED);
    if mark.exists() {
        return Err(if has_admitted(directory) {
            OpenError::StrayMark { mark }
        } else {
            OpenError::Unfinished { directory: directory.to_owned() }
        });
    }
    let path = directory.join(DATABASE);
    let current = path.join("CURRENT");
    match (current.exists(), path.exists(), directory.join(TIP).exists()) {
        (true, ..) => Ok(path),
        (_, true, _) => Err(OpenError::NoDatabase { path: current }),
        (_, _, true) => Err(OpenError::NoDatabase { path }),
        _ => Err(OpenError::NoLedger { directory: directory.to_owned() }),
    }
}

/// Whether a folder that is marked unfinished holds more than an unfinished ledger can: entries beyond the first, by its tip or
/// by its database.
pub(super) fn has_admitted(directory: &Path) -> bool {
    let is_grown = |size: TreeSize| size.get() > 1;
    if tip::read(&directory.join(TIP)).ok().flatten().is_some_and(|tip| is_grown(tip.head().size)) {
        return true;
    }
    let small = Memory { block_cache: 8 << 20, write_buffers: 8 << 20 };
    let path = directory.join(DATABASE);
    let head = path.join("CURRENT").exists().then(|| Shared::new(small).open(&path, Purpose::Read, &[]).ok()).flatten();
    let head = head.and_then(|db| last_head(Rows(&db)).ok().flatten());
    head.is_some_and(|head| is_grown(head.size))
}

/// Refuses column families that a newer version has added, and a ledger that lacks one of its own.
pub(super) fn check_columns(path: &Path, directory: &Path) -> Result<Vec<Column>, OpenError> {
    let found = columns::list(path).map_err(|source| database_error(directory, source))?;
    let known = <Column as strum::VariantArray>::VARIANTS;
    let unknown = |name: &&String| *name != "default" && !known.iter().any(|column| column.name() == name.as_str());
    if let Some(column) = found.iter().find(unknown) {
        return Err(OpenError::UnknownColumn { column: column.clone() });
    }
    let lacking: Vec<Column> = known.iter().copied().filter(|c| !found.iter().any(|name| name == c.name())).collect();
    match lacking.iter().find(|column| !column.is_index()) {
        Some(column) => Err(ReadError::NoColumn { column: column.name() }.into()),
        None => Ok(lacking),
    }
}

/// Opens the database for reading alone.
pub(super) fn open_to_read(directory: &Path, shared: &Shared) -> Result<DB, OpenError> {
    let path = database_path(directory)?;
    let lacking = check_columns(&path, directory)?;
    shared.open(&path, Purpose::Read, &lacking).map_err(|source| database_error(directory, source))
}
