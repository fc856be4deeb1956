//! Following a log that somebody else keeps: reading it as tiles, mirroring it, watching it.
//!
//! [`Source`] is a log as C2SP tlog-tiles has it, wherever it is; [`Mirror`] a verified copy; [`Monitor`] tells of new entries.
//! What is read is replayed (`audit`) before it counts. What is kept between runs is in `audit_state`. Not here: words for
//! people (`cli`), how a copy is served (`server`).

mod folder;
mod key_chain;
mod mirror;
mod mirrored;
mod monitor;
mod served;
mod source;
mod split;

pub use folder::LogFolder;
pub use key_chain::keys_before;
pub use mirror::{CaughtUp, Mirror, MirrorError, Step};
pub use mirrored::{Mirrored, MirroredError};
pub use monitor::{Monitor, MonitorError, Seen};
pub use source::{Source, SourceError, Unread, entries};
pub use split::prove_fork;
