//! Why a deposit was not made, and the way out.

use std::path::PathBuf;

use super::disk::WriteError;
use super::folder::FolderError;
use super::hashing::FileError;
use super::held::{Conflict, HeldError};
use crate::client::ClientError;
use crate::evidence::StatementError;
use crate::ledger::ReceiptError;
use crate::report::FolderDifference;

/// Why a deposit was not made, or has no receipt yet.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// The evidence cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder has no manifest.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The ledger refused or could not be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What is on disk from an earlier run cannot be read.
    #[error(transparent)]
    Held(#[from] HeldError),
    /// Another run has the evidence, and goes on having it.
    #[error("another run is at {} and was not done after {seconds} seconds", path.display())]
    Busy {
        /// The file or folder.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The folder is not what its manifest says.
    #[error("the folder has changed since {} was written: {} changed, {} missing, {} added, {} renamed", manifest.display(), difference.changed.len(), difference.missing.len(), difference.added.len(), difference.renamed.len())]
    FolderChanged {
        /// The manifest.
        manifest: PathBuf,
        /// What has changed.
        difference: Box<FolderDifference>,
    },
    /// The manifest beside a folder is none.
    #[error("{} is not a manifest of {}", manifest.display(), folder.display())]
    NotItsManifest {
        /// The file.
        manifest: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// There is a receipt, but not of what is wanted.
    #[error("{} exists, and {conflict}", receipt.display())]
    ReceiptConflict {
        /// The receipt.
        receipt: PathBuf,
        /// What is wrong with it.
        conflict: Conflict,
    },
    /// A deposit has begun, but not of what is wanted.
    #[error("{} is a deposit that was begun and not finished, and {conflict}", part.display())]
    PartConflict {
        /// The file.
        part: PathBuf,
        /// What is wrong with it.
        conflict: Conflict,
    },
    /// A deposit has begun beside a receipt that holds.
    #[error("{} is another deposit that was begun and not finished, beside a receipt that holds", part.display())]
    PartBesideReceipt {
        /// The file.
        part: PathBuf,
    },
    /// What the ledger calls a receipt is none of this statement.
    #[error("the ledger's receipt does not hold: {why}")]
    BadReceipt {
        /// What does not hold.
        why: String,
    },
    /// The receipt would be too long, with its details.
    #[error("no receipt can be made of the ledger's answer")]
    Unmakeable(#[from] ReceiptError),
    /// The statement cannot be made.
    #[error("no statement can be made of it")]
    Statement(#[from] StatementError),
    /// The system gave no random bytes.
    #[error("no random bytes from the operating system: {0}")]
    Random(getrandom::Error),
}

impl DepositError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::File(error) => error.hint()?,
            Self::Folder(error) => error.hint()?,
            Self::Write(error) => error.hint()?,
            Self::Client(error) => error.hint()?,
            Self::Busy { .. } => {
                "nothing was sent; run the same command again when that run has ended, or give --lock-wait more SECONDS"
            }
            Self::Held(_) => "move it away; if it was a receipt, look for another copy first",
            Self::FolderChanged { .. } | Self::ReceiptConflict { conflict: Conflict::OtherBytes, .. } => {
                "move the old receipt, and a folder's manifest, to a safe place and submit again, with --continues OLD-RECEIPT if it is a new \
                 version; --force replaces them"
            }
            Self::NotItsManifest { .. } | Self::ReceiptConflict { .. } => {
                "move it to a safe place and submit again; --force replaces it"
            }
            Self::PartConflict { conflict: Conflict::OtherBytes, part } => {
                return Some(format!(
                    "bring the evidence back as it was and submit again, or move {} away: if its statement was sent, its entry \
                     stays on the ledger, and only that file can get its receipt",
                    part.display()
                ));
            }
            Self::PartConflict { part, .. } => {
                return Some(format!(
                    "run the command as it was run then, and it is finished; or move {} away and begin anew",
                    part.display()
                ));
            }
            Self::PartBesideReceipt { .. } => "--force finishes it and replaces the receipt; or move it away",
            Self::BadReceipt { .. } => {
                "nothing was lost: keep the .part file, check the ledger and its key, and submit again"
            }
            Self::Unmakeable(_) | Self::Statement(_) | Self::Random(_) => return None,
        };
        Some(hint.to_owned())
    }
}
