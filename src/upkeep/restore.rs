//! Restores a ledger from a backup, and refuses to bring back less of it than others have seen.
//!
//! The ledger is made in a folder of another name beside its own, which it gets only at the end: a restore that is killed leaves no
//! ledger that could be served. In between the caller audits it.
//!
//! A ledger that lost entries and goes on gives their places to others: it then has signed two histories, and whoever has kept
//! the first (witnesses, mirrors, holders of receipts) can prove it. So the loss must be spelled out to the entry, and is noted in the
//! ledger's folder, in the file `losses`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::backup::{BackupFailed, KEY, POLICY, PRIVATE, own_files, put};
use super::rotation::{retired_key_file, retired_policy_file};
use crate::codec::Time;
use crate::merkle::TreeSize;
use crate::note::VerifierKey;
use crate::store::{BackupError, Backups, Generation, Memory, OpenError, ReadError, Reader, inspect};
use crate::trust::SignedCheckpoint;

/// Where a loss that was accepted is noted.
pub const LOSSES: &str = "losses";

/// Why a ledger was not restored.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// The folder is there.
    #[error("{} is there already", .path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder can't be read or written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The backup does not give it.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A file beside the database can't be written.
    #[error(transparent)]
    File(#[from] BackupFailed),
    /// What was restored does not open.
    #[error("what was restored does not hold")]
    Open(#[from] OpenError),
    /// What was restored can't be read.
    #[error("what was restored cannot be read")]
    Read(#[from] ReadError),
    /// What was seen is not of this ledger.
    #[error("{whose} has shown no checkpoint of this ledger: {why}")]
    NotOurs {
        /// Who has seen it.
        whose: String,
        /// Why not.
        why: String,
    },
    /// What was seen is another history.
    #[error(
        "{whose} has seen another tree of {size} entries than the one that is restored: this ledger has signed two histories"
    )]
    Forked {
        /// Who has seen it.
        whose: String,
        /// The size of the tree.
        size: TreeSize,
    },
    /// The backup ends before what was seen.
    #[error(
        "{whose} has seen {seen} entries of this ledger, and the backup has {restored}: {lost} entries that were \
         acknowledged would be lost"
    )]
    Behind {
        /// Who has seen most.
        whose: String,
        /// Entries seen.
        seen: TreeSize,
        /// Entries restored.
        restored: TreeSize,
        /// The difference.
        lost: u64,
    },
    /// Another loss was accepted than there is.
    #[error("a loss of {accepted} entries is accepted, but {lost} would be lost")]
    OtherLoss {
        /// What was spelled out.
        accepted: u64,
        /// What would be lost.
        lost: u64,
    },
}

impl RestoreError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Exists { .. } => "name a folder that does not exist; nothing is overwritten".to_owned(),
            Self::Io { .. } => "see that this user may write there and that the disk has room".to_owned(),
            Self::Backup(error) => return error.hint().map(str::to_owned),
            Self::File(error) => return error.hint().map(str::to_owned),
            Self::Open(_) | Self::Read(_) => "take another generation with --backup N".to_owned(),
            Self::NotOurs { .. } => "name a checkpoint, a mirror or a witness of this very ledger".to_owned(),
            Self::Forked { .. } => {
                "keep both checkpoints: together they are the proof; neither ledger should be served before that is explained"
                    .to_owned()
            }
            Self::Behind { lost, .. } => format!(
                "look for a newer backup, or for a mirror to import from; if there is none, --accept-loss {lost} gives them up, \
                 and those who have receipts of them can prove it"
            ),
            Self::OtherLoss { lost: 0, .. } => "leave out --accept-loss: nothing would be lost".to_owned(),
            Self::OtherLoss { lost, .. } => format!("if that is meant, say --accept-loss {lost}"),
        })
    }
}

/// What somebody has seen of the ledger.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Who has seen it, in words.
    pub whose: String,
    /// What.
    pub checkpoint: SignedCheckpoint,
}

/// A ledger that is being restored.
pub struct Restoring {
    generation: Generation,
    unfinished: PathBuf,
    folder: PathBuf,
    key_is_named: bool,
}

/// Copies a generation, the newest unless a number is given, to a folder beside `folder`.
///
/// # Errors
///
/// [`RestoreError`].
pub fn restore(backup: &Path, folder: &Path, id: Option<u32>, key: Option<&Path>) -> Result<Restoring, RestoreError> {
    if folder.exists() {
        return Err(RestoreError::Exists { path: folder.to_owned() });
    }
    let mut backups = Backups::open_existing(backup)?;
    let generation = backups.find(id)?;
    let unfinished = folder.with_extension("restoring");
    let failed = |path: &Path, source| RestoreError::Io { path: path.to_owned(), source };
    if unfinished.exists() {
        // What a restore that was cut short left behind: nobody has been told of it.
        fs::remove_dir_all(&unfinished).map_err(|source| failed(&unfinished, source))?;
    }
    fs::create_dir_all(&unfinished).map_err(|source| failed(&unfinished, source))?;
    backups.restore(&generation, &unfinished)?;
    let own = own_files(backup)?.into_iter().map(|(name, mode)| (backup.join(&name), name, mode));
    // One that is named comes last, and takes the place of that in the backup.
    for (from, name, mode) in own.chain(key.map(|key| (key.to_owned(), KEY.to_owned(), PRIVATE))) {
        let bytes = fs::read(&from).map_err(|source| failed(&from, source))?;
        put(&unfinished.join(name), &bytes, mode)?;
    }
    Ok(Restoring { generation, unfinished, folder: folder.to_owned(), key_is_named: key.is_some() })
}

impl Restoring {
    /// Where it is until it is finished: to be audited.
    #[must_use]
    pub fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// The generation that it comes from.
    #[must_use]
    pub const fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Removes what was made.
    pub fn give_up(self) {
        // What is left is removed by the next attempt.
        let _ = fs::remove_dir_all(&self.unfinished);
    }

    /// Gives the ledger its name, unless somebody has seen more of it. Gives the number of entries, and of those that are lost.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]; there is then no ledger of that name.
    pub fn finish(self, seen: &[Seen], accept_loss: Option<u64>, now: Time) -> Result<(TreeSize, u64), RestoreError> {
        let (restored, lost) = self.settle(seen, accept_loss, now).inspect_err(|_| {
            let _ = fs::remove_dir_all(&self.unfinished);
        })?;
        fs::rename(&self.unfinished, &self.folder)
            .map_err(|source| RestoreError::Io { path: self.folder.clone(), source })?;
        Ok((restored, lost))
    }

    /// Compares with what was seen, and notes a loss that was accepted.
    fn settle(&self, seen: &[Seen], accepted: Option<u64>, now: Time) -> Result<(TreeSize, u64), RestoreError> {
        let mut inspection = inspect(&self.unfinished, Memory::default())?;
        if let Some(doubt) = inspection.doubts.pop() {
            return Err(doubt.into());
        }
        let reader = inspection.reader;
        self.go_back_to_key(&reader)?;
        let restored = reader.head().size;
        let mut most: Option<(&Seen, u64)> = None;
        for seen in seen {
            let lost = lost(&reader, seen)?;
            if most.is_none_or(|(_, already)| lost > already) {
                most = Some((seen, lost));
            }
        }
        match (most.filter(|(_, lost)| *lost > 0), accepted) {
            (None, None | Some(0)) => Ok((restored, 0)),
            (None, Some(accepted)) => Err(RestoreError::OtherLoss { accepted, lost: 0 }),
            (Some((seen, lost)), None) => Err(RestoreError::Behind {
                whose: seen.whose.clone(),
                seen: seen.checkpoint.head().size,
                restored,
                lost,
            }),
            (Some((_, lost)), Some(accepted)) if accepted != lost => Err(RestoreError::OtherLoss { accepted, lost }),
            (Some((seen, lost)), Some(_)) => {
                self.note_loss(seen, restored, lost, now)?;
                Ok((restored, lost))
            }
        }
    }

    /// Where the backup is of before a rotation that a later one has seen, the key in force is among those that were replaced.
    fn go_back_to_key(&self, reader: &Reader) -> Result<(), RestoreError> {
        let (name, key) = (reader.origin().key_name(), reader.public_key());
        for (kept, name) in [(retired_key_file(name, key), KEY), (retired_policy_file(name, key), POLICY)] {
            let kept = self.unfinished.join(kept);
            if kept.exists() && !(name == KEY && self.key_is_named) {
                let path = self.unfinished.join(name);
                fs::rename(&kept, &path).map_err(|source| RestoreError::Io { path, source })?;
            }
        }
        Ok(())
    }

    /// One line in the ledger's folder, for whoever serves it from here on.
    fn note_loss(&self, seen: &Seen, restored: TreeSize, lost: u64, now: Time) -> Result<(), RestoreError> {
        let path = self.unfinished.join(LOSSES);
        let line = format!(
            "{now} restored from backup {} with {restored} entries; {lost} that {} has seen ({} in all) were given up\n",
            self.generation.id,
            seen.whose,
            seen.checkpoint.head().size
        );
        let write = || {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| RestoreError::Io { path: path.clone(), source })
    }
}

/// How many entries somebody has seen that are not there.
fn lost(reader: &Reader, seen: &Seen) -> Result<u64, RestoreError> {
    let not_ours = |why: String| RestoreError::NotOurs { whose: seen.whose.clone(), why };
    let checkpoint = &seen.checkpoint;
    if checkpoint.origin() != reader.origin() {
        return Err(not_ours(format!("its origin is {}", checkpoint.origin())));
    }
    // A key that was replaced has signed what was seen before that.
    let own = reader.chain().keys().iter().filter_map(|own| own.key.known());
    let own: Vec<_> = own.map(|key| VerifierKey::new_ed25519(reader.origin().key_name().clone(), *key)).collect();
    checkpoint.note().open(&own).map_err(|error| not_ours(error.to_string()))?;
    let (head, restored) = (checkpoint.head(), reader.head().size);
    if head.size > restored {
        return Ok(head.size.get() - restored.get());
    }
    if reader.root(head.size)? == head.root {
        Ok(0)
    } else {
        Err(RestoreError::Forked { whose: seen.whose.clone(), size: head.size })
    }
}
