//! Keys and their histories, in parts that copies share until one of them changes.
//!
//! A map in one piece would be copied whole for every batch that enrols somebody. In 256 parts, by the first byte of the
//! key, a change copies one part of a ledger's keys, and within it pointers only.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::evidence::SuiteKey;

use super::history::KeyHistory;

const PARTS: usize = 256;

type Part = BTreeMap<SuiteKey, Arc<KeyHistory>>;

/// Histories by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    parts: Arc<Vec<Arc<Part>>>,
    count: u64,
}

impl Keys {
    pub(super) fn none() -> Self {
        Self { parts: Arc::new(vec![Arc::default(); PARTS]), count: 0 }
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn get(&self, key: &SuiteKey) -> Option<&KeyHistory> {
        self.parts[part_of(key)].get(key).map(Arc::as_ref)
    }

    /// The history of a key, to be added to; begun if there is none.
    pub(super) fn begin_or_get(&mut self, key: &SuiteKey) -> &mut KeyHistory {
        let part = Arc::make_mut(&mut Arc::make_mut(&mut self.parts)[part_of(key)]);
        self.count += u64::from(!part.contains_key(key));
        Arc::make_mut(part.entry(key.clone()).or_default())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&SuiteKey, &KeyHistory)> {
        self.parts.iter().flat_map(|part| part.iter().map(|(key, history)| (key, history.as_ref())))
    }
}

/// A key of a suite that is not known may have no byte at all.
fn part_of(key: &SuiteKey) -> usize {
    key.as_bytes().first().copied().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> SuiteKey {
        SuiteKey::Unknown { suite: 9, public_key: vec![first, 1] }
    }

    #[test]
    fn a_copy_shares_what_it_does_not_change() {
        let mut keys = Keys::none();
        for first in 0..=255 {
            keys.begin_or_get(&key(first));
        }
        let mut copy = keys.clone();
        assert!(Arc::ptr_eq(&keys.parts, &copy.parts));
        copy.begin_or_get(&SuiteKey::Unknown { suite: 9, public_key: vec![7, 2] });
        let shared = keys.parts.iter().zip(copy.parts.iter()).filter(|(one, other)| Arc::ptr_eq(one, other));
        assert_eq!((shared.count(), keys.count(), copy.count()), (PARTS - 1, 256, 257));
        assert!(std::ptr::eq(keys.get(&key(7)).unwrap(), copy.get(&key(7)).unwrap()));
        assert_ne!(keys, copy);
    }

    #[test]
    fn a_key_without_bytes_is_a_key() {
        let mut keys = Keys::none();
        let nothing = SuiteKey::Unknown { suite: 9, public_key: Vec::new() };
        keys.begin_or_get(&nothing);
        keys.begin_or_get(&nothing);
        assert_eq!((keys.count(), keys.iter().count()), (1, 1));
        assert!(keys.get(&nothing).is_some() && keys.get(&key(0)).is_none());
    }
}
