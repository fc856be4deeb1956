//! The pulse of a ledger: one thread that turns accepted statements into entries.
//!
//! [`start`] takes the only writer of a store, the appender that goes with it and the signing key, and moves them to a
//! thread of its own. Everyone else holds a [`Sequencer`], hands in verified statements, and waits.
//!
//! The thread takes all that has queued while its last commit ran, and so commits one statement at once on an idle ledger
//! and many together on a busy one; there is no timer. For each batch, in this order:
//!
//! 1. repeats are set aside: a statement that the ledger has, or that is twice in the batch, gets the first entry;
//! 2. each statement is judged by the keys in force after those before it, and what must not be admitted is refused;
//! 3. plan (pure), 4. commit (synced), 5. sign, 6. DIR/tip, 7. show to readers: the types of `store` allow no other order;
//! 8. answer. A waiter builds its receipt on its own thread, from the batch in memory.
//!
//! When the outcome of a commit is not known, or the clock is behind by more than a minute, admission stops for good:
//! waiting statements are answered, the [`State`] says why, and only opening the ledger again makes it go on. Nothing is
//! ever tried again on top of an unknown outcome. Short of disk space it refuses what comes, and goes on when there is
//! space.
//!
//! What is not here: HTTP, limits per key or address, and the rules of who may sign what (`registry`).

mod admitted;
mod fail_point;
mod firsts;
mod handle;
mod judge;
mod limits;
mod queue;
mod room;
mod thread;

pub use admitted::{Admitted, AnswerError};
pub use fail_point::{FailPoint, FailPointError, Moment, Stage};
pub use handle::{Sequencer, StartError, start, start_to_fail};
pub use limits::Limits;
pub use queue::{State, Stopped, SubmitError};
