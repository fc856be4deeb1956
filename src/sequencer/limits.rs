//! How much may wait, how much is committed at a time, and how much room must be left.

use std::num::NonZeroUsize;

/// Limits of the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Statements that may wait for the next batch; more are refused.
    pub queue: NonZeroUsize,
    /// Statements of one batch at most.
    pub batch: NonZeroUsize,
    /// Bytes that must be free on the disk beside what a batch takes; with fewer nothing is admitted.
    pub least_free_bytes: u64,
}

impl Default for Limits {
    /// 16,384 waiting, 4,096 together, 256 MiB free.
    fn default() -> Self {
        const fn count(value: usize) -> NonZeroUsize {
            match NonZeroUsize::new(value) {
                Some(count) => count,
                None => NonZeroUsize::MIN,
            }
        }
        Self { queue: count(16_384), batch: count(4096), least_free_bytes: 256 << 20 }
    }
}
