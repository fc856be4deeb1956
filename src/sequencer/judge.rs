//! Which statements of a batch may be admitted, each after those before it.
//!
//! The rules are the room `registry`'s. They are applied to a copy of the keys in force that goes along with the batch, so that a
//! revocation and a deposit which wait side by side are taken in their order. The copy is dropped when the batch is not
//! written.

use crate::codec::Time;
use crate::evidence::VerifiedStatement;
use crate::ledger::Appender;
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::store::Reader;

use super::queue::SubmitError;

/// The keys in force within a batch that is being put together.
pub(super) struct Judge {
    /// Why nothing can be judged, where the keys are not known.
    registry: Result<Registry, String>,
    /// The time of the batch; none when the clock is behind, on which planning stops the ledger.
    time: Option<Time>,
    next: u64,
}

impl Judge {
    pub(super) fn new(appender: &Appender, reader: &Reader, now: Time) -> Self {
        Self {
            registry: reader.registry().map_err(|error| error.to_string()),
            time: appender.admission_time(now).ok(),
            next: appender.head().size.get(),
        }
    }

    /// Judges the next statement of the batch, and takes in what it says of a key.
    pub(super) fn admit(&mut self, statement: &VerifiedStatement) -> Result<(), SubmitError> {
        let Some(time) = self.time else { return Ok(()) };
        let registry = self.registry.as_mut();
        let registry = registry.map_err(|reason| SubmitError::LookupFailed { reason: reason.clone() })?;
        registry.admit(LeafIndex::new(self.next), time, statement).map_err(SubmitError::NotAdmitted)?;
        self.next += 1;
        Ok(())
    }
}
