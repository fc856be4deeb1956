//! Witnesses, from both sides: cosign the checkpoints of other logs, and have one's own ledger's cosigned.
//!
//! [`Cosigner`] is a witness: it cosigns a checkpoint only if its log is known, has signed it, and has grown from what was
//! cosigned before. [`Gathering`] asks witnesses for a ledger and keeps what they answer. Both speak C2SP tlog-witness
//! (`AddCheckpoint`). HTTP is elsewhere: `server` takes requests in, `client` sends them.
//!
//! Follows C2SP tlog-witness v1.0.0 at 5ba5ee8: `add-checkpoint` and the last checkpoint of each log; not `sign-subtree`.

mod cosigner;
mod gathering;
mod logs;
mod pace;
mod request;
mod round;
mod standing;

pub use cosigner::{Cosigner, LogStatus, Refused};
pub use gathering::{GatherError, Gathering, WitnessStatus};
pub use logs::{LogsError, WitnessLogs};
pub use pace::{AskLimits, Waiting};
pub use request::{AddCheckpoint, MAX_PROOF_LINES, RequestError};
pub use standing::{Behind, Standing};
