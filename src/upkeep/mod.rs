//! What an operator does with a ledger's folder beside serving it: back it up and restore it, look for damage and save what is left,
//! write it out as files and make it again from them, note down how it is served,
//! replace its key.
//!
//! A ledger that is being served is reached over its control socket. Not here: reading a log that somebody else keeps (`follow`), words for
//! people (`cli`).

mod backup;
mod control;
mod export;
mod import;
mod restore;
mod rotation;
mod running;
mod salvage;
mod scrub;
mod scrubbed;

pub use backup::{BackedUp, BackupFailed, BackupPlan, backup};
pub use control::{ControlClient, ControlError};
pub use export::{ExportError, export};
pub use import::{ImportError, Imported, import};
pub use restore::{LOSSES, RestoreError, Restoring, Seen, restore};
pub use rotation::{
    KEY_FILE, Rotated, Rotation, RotationError, RotationStep, Unsigned, begin, next_key_file, retired_key_file, settle,
    take_up,
};
pub use running::{Announced, Serving};
pub use salvage::{LostEntry, SalvageError, Salvaged, salvage};
pub use scrub::{ScrubFault, ScrubPlan, ScrubReport, scrub};
pub use scrubbed::{last_scrub, note_scrub};
