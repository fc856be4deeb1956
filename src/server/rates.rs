//! Limits on a rate: so many a second of each address or key, and some more after a rest.
//!
//! Each has a bucket (the generic cell rate algorithm: one moment is all that is kept of it), and there is room for so many. A bucket that
//! is full again says nothing and is let go. While there is room for no more, all that come new share one bucket: whoever makes
//! addresses or keys to fill the table is held to one rate for all of them, and so is who comes new meanwhile.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::api::ProblemKind;

use super::refusal::Refusal;

/// Buckets at a time: some 6 MB.
const MOST: usize = 65_536;
/// How long at least from one look for full buckets to the next, as a look takes a millisecond.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// So many a second, and so many at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In a second, on average.
    pub per_second: u32,
    /// At once, after a rest; one at least.
    pub burst: u32,
}

/// The buckets of all addresses, or of all keys. Cheap to clone; clones share them.
#[derive(Clone)]
pub(super) struct Buckets<K>(Arc<Shared<K>>);

struct Shared<K> {
    /// From one to the next.
    interval: Duration,
    /// How far ahead of the time a bucket may be.
    ahead: Duration,
    most: usize,
    table: Mutex<Table<K>>,
}

struct Table<K> {
    /// Until when each has used its rate up.
    used_until: HashMap<K, Instant>,
    /// The same for all that found no room.
    others: Instant,
    swept: Instant,
}

impl<K: Hash + Eq> Buckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self::with_room(rate, MOST)
    }

    fn with_room(rate: Rate, most: usize) -> Self {
        let interval = Duration::from_secs(1) / rate.per_second.max(1);
        let now = Instant::now();
        let table = Mutex::new(Table { used_until: HashMap::new(), others: now, swept: now });
        Self(Arc::new(Shared { interval, ahead: interval * rate.burst.saturating_sub(1), most, table }))
    }

    /// Takes one from a bucket. The error says how long it is until there is one again.
    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let shared = &self.0;
        let mut table = shared.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.used_until.len() >= shared.most && now.saturating_duration_since(table.swept) >= BETWEEN_SWEEPS {
            table.used_until.retain(|_, used_until| *used_until > now);
            table.swept = now;
        }
        let has_room = table.used_until.len() < shared.most || table.used_until.contains_key(&key);
        let used_until = if has_room { table.used_until.entry(key).or_insert(now) } else { &mut table.others };
        let from = (*used_until).max(now);
        match (from - now).checked_sub(shared.ahead) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *used_until = from + shared.interval;
                Ok(())
            }
        }
    }
}

/// The answer to one who came too soon.
pub(super) fn too_soon(whose: &str, wait: Duration) -> Refusal {
    let seconds = u16::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u16::MAX).max(1);
    let detail = format!("{whose} sends more than this ledger takes from one");
    Refusal::new(ProblemKind::RateLimited, detail).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 10, burst: 3 };

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let (buckets, start) = (Buckets::new(RATE), Instant::now());
        let after = |millis| start + Duration::from_millis(millis);
        for _ in 0..3 {
            assert_eq!(buckets.take('a', start), Ok(()));
        }
        assert_eq!(buckets.take('a', start), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take('b', start), Ok(()), "each has its own");
        assert_eq!(buckets.take('a', after(99)), Err(Duration::from_millis(1)));
        assert_eq!(buckets.take('a', after(100)), Ok(()));
        assert_eq!(buckets.take('a', after(100)), Err(Duration::from_millis(100)));
        // A long rest gives no more than the burst.
        let given = (0..10).filter(|_| buckets.take('a', after(60_000)).is_ok()).count();
        assert_eq!(given, 3);
    }

    #[test]
    fn any_second_has_no_more_than_the_rate_and_the_burst() {
        let (buckets, start) = (Buckets::new(RATE), Instant::now());
        let given = (0..10_000).filter(|millis| buckets.take('a', start + Duration::from_millis(*millis)).is_ok());
        assert_eq!(given.count(), 102);
    }

    #[test]
    fn the_table_is_bounded_and_those_without_room_share_a_bucket() {
        let (buckets, start) = (Buckets::with_room(RATE, 4), Instant::now());
        for key in 0..4 {
            assert_eq!(buckets.take(key, start), Ok(()));
        }
        let given = (4..1000).filter(|key| buckets.take(*key, start).is_ok()).count();
        assert_eq!(given, 3, "all others together");
        assert_eq!(buckets.take(0, start), Ok(()), "who has a bucket keeps it");
        assert_eq!(buckets.0.table.lock().unwrap().used_until.len(), 4);
        // Full buckets are let go, and there is room again.
        let later = start + Duration::from_secs(2);
        for key in 2000..2003 {
            assert_eq!(buckets.take(key, later), Ok(()));
        }
        assert_eq!(buckets.0.table.lock().unwrap().used_until.len(), 3);
    }

    #[test]
    fn the_answer_names_whole_seconds() {
        for (wait, seconds) in [(1, "1"), (1000, "1"), (1001, "2"), (90_000, "90")] {
            let answer = axum::response::IntoResponse::into_response(too_soon("x", Duration::from_millis(wait)));
            assert_eq!(answer.status().as_u16(), 429);
            assert_eq!(answer.headers()["retry-after"], seconds);
        }
    }
}
