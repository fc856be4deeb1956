//! Makes a serving ledger again from its entries, byte for byte, and verifies each on the way in.
//!
//! The entries come as portions of an export or a mirror; the ledger's own key signs what it signed before. A key may sign
//! every prefix of its own tree again, since they all extend one another: nothing new is said. What is made stands in a
//! folder of another name until it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use crate::audit::{Claim, Finding, Replay, Uniqueness, What};
use crate::codec::Time;
use crate::evidence::{Entry, EntryError, SignedStatement, StatementError, VerifiedStatement, VerifyError};
use crate::ledger::{Appender, PlanError, genesis_again};
use crate::merkle::{TreeFull, TreeSize};
use crate::store::{
    CommitError, CreateError, Founding, Memory, OpenError, OpenOptions, Opened, ReadError, Reader, TipError, Writer,
    open,
};
use crate::trust::{LogKeys, LogSigner as _, SignedCheckpoint};

/// Why a ledger was not made again.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The folder is there.
    #[error("{} is there already", .path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder can't be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// There is no entry 0.
    #[error("there are no entries")]
    Empty,
    /// An entry is none.
    #[error("entry {index} is not understood")]
    Entry {
        /// Which.
        index: u64,
        /// Why.
        #[source]
        source: EntryError,
    },
    /// An entry's statement is none.
    #[error("the statement of entry {index} is not understood")]
    Malformed {
        /// Which.
        index: u64,
        /// Why.
        #[source]
        source: StatementError,
    },
    /// An entry's statement is of a kind or suite that this version can't admit, or does not hold.
    #[error("the statement of entry {index} cannot be admitted")]
    Statement {
        /// Which.
        index: u64,
        /// Why.
        #[source]
        source: VerifyError,
    },
    /// The entries can't be laid out as they were.
    #[error("the entries do not follow one another")]
    Plan(#[from] PlanError),
    /// The new folder can't be begun.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The new ledger does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A batch can't be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A checkpoint can't be recorded.
    #[error(transparent)]
    Tip(#[from] TipError),
    /// The new ledger can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No tree is that large.
    #[error(transparent)]
    Full(#[from] TreeFull),
    /// A key that must sign the last tree is not there.
    #[error("the ledger's last checkpoint is signed by {due} keys, and not each of them was given")]
    OtherKey {
        /// How many.
        due: usize,
    },
    /// Something does not hold.
    #[error("{0}")]
    DoesNotHold(Box<Finding>),
}

impl ImportError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Exists { .. } => Some("name a folder that does not exist"),
            Self::OtherKey { .. } => {
                Some("--key FILE names the ledger's key in force, --retiring-key FILE the one that it replaces")
            }
            Self::Create(error) => error.hint(),
            Self::Open(error) => error.hint(),
            Self::Statement { source, .. } if source.is_unknown() => {
                Some("a newer version may know it; a mirror keeps what it does not understand")
            }
            Self::DoesNotHold(_)
            | Self::Statement { .. }
            | Self::Malformed { .. }
            | Self::Entry { .. }
            | Self::Plan(_) => Some("`notarium audit` of what is imported says more; nothing was made"),
            _ => None,
        }
    }
}

/// A ledger that is being made again.
pub struct Imported {
    writer: Writer,
    reader: Reader,
    appender: Appender,
    last: Arc<SignedCheckpoint>,
    keys: LogKeys,
    replay: Replay,
    unfinished: PathBuf,
    folder: PathBuf,
}

/// Begins with entry 0. `prepare` puts key and policy into the folder that is being made.
///
/// # Errors
///
/// [`ImportError`].
pub fn import(
    folder: &Path,
    genesis: &[u8],
    keys: impl Into<LogKeys>,
    threads: usize,
    prepare: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<Imported, ImportError> {
    if folder.exists() {
        return Err(ImportError::Exists { path: folder.to_owned() });
    }
    let unfinished = folder.with_extension("importing");
    if unfinished.exists() {
        // What an import that was cut short left behind: nobody has been told of it.
        fs::remove_dir_all(&unfinished).map_err(|source| ImportError::Io { path: unfinished.clone(), source })?;
    }
    let (time, statement) = admitted(0, genesis)?;
    let founding = Founding::begin(&unfinished)?;
    prepare(&unfinished).map_err(|source| ImportError::Io { path: unfinished.clone(), source })?;
    let keys = keys.into();
    founding.finish_again(genesis_again(statement, time)?, keys.in_force(), Memory::default())?;
    let options = OpenOptions { successor: Some(keys.in_force().public()), ..OpenOptions::default() };
    let Opened { mut writer, reader, appender, .. } = open(&unfinished, &options)?;
    let last = writer.publish_stored(&keys)?;
    let mut replay = Replay::new(threads, Uniqueness::ByIndex);
    replay.feed(&[genesis])?;
    Ok(Imported { writer, reader, appender, last, keys, replay, unfinished, folder: folder.to_owned() })
}

impl Imported {
    /// How many entries there are.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.replay.head().size
    }

    /// Takes the next entries.
    ///
    /// # Errors
    ///
    /// [`ImportError`], with the first thing that does not hold.
    pub fn take(&mut self, entries: &[Vec<u8>]) -> Result<(), ImportError> {
        let first = self.size().get();
        self.replay.feed(entries)?;
        self.must_hold()?;
        let admitted = (first..).zip(entries).map(|(index, entry)| admitted(index, entry));
        let batch = self.appender.plan_again(admitted.collect::<Result<_, _>>()?)?;
        for (planned, entry) in batch.entries().iter().zip(entries) {
            let index = planned.index().get();
            if planned.bytes() != entry.as_slice() {
                return Err(wrong(index, What::EntryMalformed, "the bytes that the entry has", "others"));
            }
            if let Some(before) = self.reader.by_statement(&planned.statement().id())? {
                return Err(wrong(
                    index,
                    What::StatementRepeated,
                    "a new statement",
                    &format!("that of entry {before}"),
                ));
            }
        }
        let next = batch.next();
        let committed = self.writer.commit(batch, &self.last)?;
        let published = self.writer.publish(committed.sign(&self.keys))?;
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
        Ok(())
    }

    fn must_hold(&mut self) -> Result<(), ImportError> {
        match self.replay.findings().list.first() {
            None => Ok(()),
            Some(finding) => Err(ImportError::DoesNotHold(Box::new(finding.clone()))),
        }
    }

    /// Ends with the checkpoint that was exported, which the entries must lead to, and gives the ledger its name.
    ///
    /// # Errors
    ///
    /// [`ImportError`].
    pub fn finish(mut self, exported: &SignedCheckpoint) -> Result<(), ImportError> {
        let claim = Claim::Checkpoint { size: exported.head().size, note: exported.as_str().as_bytes().to_vec() };
        if self.replay.expect(claim).is_err() || self.size() != exported.head().size {
            let due = format!("{} entries", exported.head().size);
            return Err(wrong(self.size().get(), What::Shrunk, &due, &format!("{} entries", self.size())));
        }
        self.must_hold()?;
        if !self.writer.due().iter().all(|due| self.keys.holds(due)) {
            return Err(ImportError::OtherKey { due: self.writer.due().len() });
        }
        self.writer.flush()?;
        let Self { writer, reader, unfinished, folder, .. } = self;
        drop((writer, reader));
        fs::rename(&unfinished, &folder).map_err(|source| ImportError::Io { path: folder, source })
    }
}

fn wrong(index: u64, what: What, expected: &str, found: &str) -> ImportError {
    ImportError::DoesNotHold(Box::new(Finding::at_entry(index, what, expected, found)))
}

/// The time and the statement of an entry, if this version would admit it.
fn admitted(index: u64, bytes: &[u8]) -> Result<(Time, VerifiedStatement), ImportError> {
    let entry = Entry::parse(bytes).map_err(|source| ImportError::Entry { index, source })?;
    let statement: SignedStatement = entry.statement().map_err(|source| ImportError::Malformed { index, source })?;
    let verified = statement.verify().map_err(|source| ImportError::Statement { index, source })?;
    Ok((entry.time(), verified))
}
