//! How a ledger grows, and what it hands out for each entry.
//!
//! The [`Appender`] says what the next entries are: their indexes, times, hash chain and tree, as a [`Batch`] that nobody
//! has stored yet. Everything here is computed from what is handed in, so a plan that is not carried out leaves nothing
//! behind. A [`Receipt`] is what the submitter of an entry keeps. Storing a batch and signing the tree that it leads to
//! belong to the floors above, and so does the order in which they happen. Whether a key may deposit (docs/formats.md,
//! "Admission") is not decided here either.
//!
//! Follows docs/formats.md, "Entry" and "Receipt".

mod appender;
mod batch;
mod disclosure;
mod receipt;
mod rotation;

pub use appender::{Appender, CLOCK_TOLERANCE_MS, GenesisError, PlanError, genesis, genesis_again};
pub use batch::{Batch, PlannedEntry};
pub use disclosure::{DisclosedDetails, Disclosure, DisclosureError};
pub use receipt::{MAX_RECEIPT_BYTES, Receipt, ReceiptError};
pub use rotation::{RotationProofError, follow_rotations};
