//! The second pair of eyes: replays a ledger from entry 0 and says what does not hold.
//!
//! [`Replay`] is fed entries in order, from wherever they are kept, and recomputes everything that docs/formats.md says of
//! them: index, time, `previous`, signatures, admission, leaves, tree. What the ledger states beside its entries (heads,
//! checkpoints, tiles, index rows) is handed in and compared. Findings are data, each with its place, what was due and what
//! was there. Reading files, databases and servers is for floors above; this one only computes, on as many threads as told.

mod admission;
mod claim;
mod examine;
mod finding;
mod outcome;
mod pipeline;
mod replay;
mod spread;
mod standing;
mod statement_ids;

pub use claim::{Claim, ClaimTooLate};
pub use examine::Signatures;
pub use finding::{Finding, Findings, NotChecked, NotUnderstood, Place, Unknown, What};
pub use outcome::{AuditReport, Outcome};
pub use pipeline::{PORTION, Stop, replay_all};
pub use replay::{Replay, Uniqueness};
pub use standing::{Standing, StandingError};
