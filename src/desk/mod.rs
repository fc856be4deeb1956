//! The holder's side: hash evidence where it lies, deposit it, find it again, say how it differs.
//!
//! Evidence never leaves this room: only digests, salted where that is wanted, are signed and sent. What is written is
//! written durably and in one step, and nothing is overwritten unasked. Not here: words for people (`cli`, `report`), what the
//! bytes mean (`evidence`, `ledger`), HTTP (`client`).

mod bulk;
mod claim;
mod deposit;
mod deposit_error;
mod details;
mod difference;
mod disk;
mod enrolment;
mod folder;
mod hashing;
mod held;
mod history;
mod known_ledger;
mod list;
mod lock;
mod lookup;
mod member;
mod part;
mod proved;
mod queue;
mod refresh;
mod registering;
mod target;

pub use bulk::{Bulk, Order};
pub use deposit::{Course, Deposit, Depositor};
pub use deposit_error::DepositError;
pub use details::{DetailsError, DetailsText, compose};
pub use difference::{Deposited, explain};
pub use disk::{Existing, Readers, WriteError, write};
pub use enrolment::{EnrolmentRequest, MAX_REQUEST_BYTES, RequestError, Terms};
pub use folder::{FolderError, Refusal, manifest_of, manifest_of_paths};
pub use hashing::{FileError, Progress, digest_file, sha256_file};
pub use held::{Conflict, HeldError, HeldReceipt, Wish, read_receipt};
pub use history::{Chain, Link, MAX_CHAIN, history};
pub use known_ledger::{KnownLedger, MeetError};
pub use list::{Fields, LineFlaw, List, ListError, ListLine, csv_line};
pub use lookup::{Found, LookupError, Sought, evidence_of, find};
pub use member::{member, package_around};
pub use part::{Part, PartError};
pub use proved::{ProvedError, ProvedFound, find_proved};
pub use queue::{Outcome, deposit_all};
pub use refresh::{RefreshError, Refreshed, refresh};
pub use registering::{RegisterError, Registered, register};
pub use target::{Named, Target, without_own_work};
