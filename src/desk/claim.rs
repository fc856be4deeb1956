//! A target that this run has to itself, and the files that it writes there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::deposit_error::DepositError;
use super::disk::{self, Existing, Readers, WriteError, own_temporary};
use super::folder::manifest_of;
use super::hashing::{FileError, Progress, digest_file};
use super::held::HeldError;
use super::lock::Lock;
use super::target::Target;
use crate::crypto::{Digests, DualHasher};
use crate::evidence::Manifest;
use crate::report::FolderDifference;

/// From looking for a receipt until it is written.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    pub(super) target: &'a Target,
    lock: Lock,
}

/// What is to be deposited, as it is now.
pub(super) struct Evidence {
    pub(super) digests: Digests,
    /// A folder's manifest waits under its pending name for the receipt.
    is_pending: bool,
}

impl<'a> Claim<'a> {
    /// Waits for the target, saying so, and clears away what a run that died in the middle of writing has left there: it may hold
    /// salts.
    pub(super) fn wait_for(
        target: &'a Target,
        progress: &dyn Progress,
        limit: Option<Duration>,
    ) -> Result<Self, DepositError> {
        if let Some(claim) = Self::try_for(target)? {
            return Ok(claim);
        }
        let path = target.path();
        if limit != Some(Duration::ZERO) {
            progress.waits_for(path);
        }
        let lock = match limit {
            None => Lock::wait_for(path).map(Some),
            Some(limit) => Lock::wait_at_most(path, limit),
        };
        let lock = lock.map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
        let seconds = limit.unwrap_or_default().as_secs();
        Self::new(target, lock.ok_or_else(|| DepositError::Busy { path: path.to_owned(), seconds })?)
    }

    /// The same without waiting: none while another run, or another part of this one, is at the same evidence.
    pub(super) fn try_for(target: &'a Target) -> Result<Option<Self>, DepositError> {
        let path = target.path();
        let lock = Lock::try_for(path).map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
        lock.map(|lock| Self::new(target, lock)).transpose()
    }

    fn new(target: &'a Target, lock: Lock) -> Result<Self, DepositError> {
        if lock.is_exclusive() {
            match fs::remove_file(target.temporary()) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(WriteError::Io { path: target.temporary(), source }.into());
                }
                _ => {}
            }
        }
        Ok(Self { target, lock })
    }

    /// Writes a file of the target, durably and in one step.
    pub(super) fn write(
        &self,
        path: &Path,
        bytes: &[u8],
        readers: Readers,
        existing: Existing,
    ) -> Result<(), WriteError> {
        let temporary = if self.lock.is_exclusive() { self.target.temporary() } else { own_temporary(path) };
        disk::write_by_way_of(&temporary, path, bytes, readers, existing)
    }

    /// Hashes the evidence. A folder's manifest is written first, or compared with the one that is there: another one stays
    /// until there is a receipt for the new, for its own receipt is worth nothing without it.
    pub(super) fn read(&self, force: bool, progress: &dyn Progress) -> Result<Evidence, DepositError> {
        let evidence = self.target.evidence();
        if !self.target.is_folder() {
            if let Ok(metadata) = evidence.metadata() {
                progress.expect(metadata.len());
            }
            return Ok(Evidence { digests: digest_file(evidence, progress)?, is_pending: false });
        }
        let manifest = manifest_of(self.target.path(), progress)?;
        let is_pending = match read(evidence)? {
            None => {
                self.write(evidence, manifest.as_bytes(), Readers::Everyone, Existing::Keep)?;
                false
            }
            Some(bytes) if bytes == manifest.as_bytes() => false,
            Some(bytes) => self.put_off(&manifest, &bytes, force)?,
        };
        let mut hasher = DualHasher::new();
        hasher.update(manifest.as_bytes());
        Ok(Evidence { digests: hasher.finish(), is_pending })
    }

    /// Keeps the manifest under its pending name, when it is wanted in place of another or was wanted by a run that died.
    fn put_off(&self, now: &Manifest, there: &[u8], force: bool) -> Result<bool, DepositError> {
        let pending = self.target.pending_manifest();
        if read(&pending)?.is_some_and(|bytes| bytes == now.as_bytes()) {
            return Ok(true);
        }
        if force {
            self.write(&pending, now.as_bytes(), Readers::Everyone, Existing::Replace)?;
            return Ok(true);
        }
        let (manifest, folder) = (self.target.evidence().to_owned(), self.target.path().to_owned());
        Err(match Manifest::parse(there) {
            Ok(deposited) => {
                let difference = Box::new(FolderDifference::between(&deposited, now));
                DepositError::FolderChanged { manifest, difference }
            }
            Err(_) => DepositError::NotItsManifest { manifest, folder },
        })
    }

    /// Gives a manifest that waited its name, now that its receipt is written, and clears away one that nobody waits for.
    pub(super) fn settle(&self, evidence: &Evidence) -> Result<(), WriteError> {
        let pending = self.target.pending_manifest();
        if evidence.is_pending {
            disk::rename(&pending, self.target.evidence())
        } else if self.target.is_folder() {
            disk::remove(&pending)
        } else {
            Ok(())
        }
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, HeldError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(HeldError::Unreadable { path: path.to_owned(), source }),
    }
}
