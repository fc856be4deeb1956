//! How often witnesses are asked: seldom while nobody waits for the quorum, at once for whoever does.
//!
//! Every cosignature is a write that is waited for on the witness's disk. A busy ledger that asked about each of its checkpoints would
//! pay for that with submissions, where they share a disk or a processor, and nobody would be the better for it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How witnesses are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskLimits {
    /// Until an answer is whole.
    pub answer: Duration,
    /// Between two questions to one witness, at least.
    pub interval: Duration,
    /// The same while nobody waits for the quorum: each cosignature is a write to the disk there, and a row here.
    pub leisure: Duration,
    /// Pause after a failure; doubled with each further one.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long those whom the quorum does not need are waited for at the start, to say what they cosigned last.
    pub first_look: Duration,
}

impl Default for AskLimits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            interval: Duration::from_millis(10),
            leisure: Duration::from_millis(500),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_mins(1),
            first_look: Duration::from_secs(2),
        }
    }
}

/// Counts those who wait for the quorum.
pub(super) struct Demand(watch::Sender<usize>);

impl Demand {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Somebody waits from now on.
    pub(super) fn begin(&self) -> Waiting {
        self.0.send_modify(|waiting| *waiting += 1);
        Waiting(self.0.clone())
    }

    /// Ready when the next question may follow on one that began then.
    pub(super) async fn rest(&self, begun: Instant, limits: &AskLimits) {
        sleep_until(begun + limits.interval).await;
        let mut waiting = self.0.subscribe();
        tokio::select! {
            () = sleep_until(begun + limits.leisure) => {}
            _ = waiting.wait_for(|waiting| *waiting > 0) => {}
        }
    }
}

/// Somebody who waits for the quorum, until this is dropped.
pub struct Waiting(watch::Sender<usize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_not_kept_waiting() {
        let demand = Demand::new();
        let long = Duration::from_hours(1);
        let limits = AskLimits { interval: Duration::ZERO, leisure: long, ..AskLimits::default() };
        let waiting = demand.begin();
        // Ends at once, or the test never does.
        demand.rest(Instant::now(), &limits).await;
        drop(waiting);
        assert_eq!(*demand.0.borrow(), 0);
        let long_ago = Instant::now();
        demand.rest(long_ago, &AskLimits { leisure: Duration::ZERO, ..limits }).await;
    }
}
