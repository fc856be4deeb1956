//! Whether a statement was admitted twice, for replays that have no index to ask.
//!
//! Whole ids are kept, 40 bytes an entry with its index, up to a limit that bounds memory; past it the replay says that it
//! did not check. (A shortened id would let a forger find two statements that look like one, or one that looks like two.)

use crate::evidence::StatementId;

/// Ids seen so far.
#[derive(Clone, Debug)]
pub(super) struct StatementIds {
    seen: Vec<(StatementId, u64)>,
    limit: usize,
    beyond: Option<u64>,
}

impl StatementIds {
    /// Room for `limit` ids.
    pub(super) fn new(limit: usize) -> Self {
        Self { seen: Vec::new(), limit, beyond: None }
    }

    /// Takes the id of the statement in entry `index`.
    pub(super) fn push(&mut self, id: StatementId, index: u64) {
        if self.seen.len() < self.limit {
            self.seen.push((id, index));
        } else {
            self.beyond = self.beyond.or(Some(index));
        }
    }

    /// Each entry whose statement came before, with the first entry that has it; and the first entry that was not checked.
    pub(super) fn finish(mut self) -> (Vec<(u64, u64)>, Option<u64>) {
        self.seen.sort_unstable();
        let mut repeats = Vec::new();
        for same in self.seen.chunk_by(|a, b| a.0 == b.0) {
            repeats.extend(same[1..].iter().map(|(_, index)| (*index, same[0].1)));
        }
        repeats.sort_unstable();
        (repeats, self.beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_found_up_to_the_limit() {
        let id = |byte| StatementId::from_bytes([byte; 32]);
        let mut ids = StatementIds::new(4);
        for (index, byte) in [3, 1, 3, 3, 1, 9].into_iter().enumerate() {
            ids.push(id(byte), index as u64);
        }
        assert_eq!(ids.finish(), (vec![(2, 0), (3, 0)], Some(4)));
    }
}
