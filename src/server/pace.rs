//! What one connection has open, and when that has taken too long.
//!
//! HTTP/2's flow control leaves it to the client when an answer goes out, below what a stream of bytes can see: a client that
//! opens no window makes no write wait, and one that answers pings is alive. So requests and answers are counted here, by
//! whoever serves them ([`Visit`]), and the accept loop asks the connection's [`Pace`] whether to go on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A connection's requests and answers, with the time that it may take.
pub(super) struct Pace {
    /// Without a request.
    rest: Duration,
    /// For an answer to be taken, to its end.
    answer: Duration,
    open: Mutex<Open>,
}

/// What is open now.
struct Open {
    /// Requests of which the answer is not taken yet.
    requests: usize,
    /// When the time of an answer is over; as they began, so the first one ends first.
    answers: BTreeMap<u64, Instant>,
    next: u64,
    /// When nothing more was open, or the connection began.
    resting_since: Instant,
}

impl Pace {
    pub(super) fn new(rest: Duration, answer: Duration) -> Self {
        let open = Open { requests: 0, answers: BTreeMap::new(), next: 0, resting_since: Instant::now() };
        Self { rest, answer, open: Mutex::new(open) }
    }

    /// A request has come.
    pub(super) fn visit(self: &Arc<Self>) -> Visit {
        self.open().requests += 1;
        Visit { pace: Arc::clone(self), answer: None }
    }

    /// Ready once no request has been open for so long.
    pub(super) async fn rested(&self) {
        self.wait_for(|open| (open.requests == 0).then_some(open.resting_since + self.rest)).await;
    }

    /// Ready once an answer has not been taken in its time.
    pub(super) async fn overdue(&self) {
        self.wait_for(|open| open.answers.first_key_value().map(|(_, deadline)| *deadline)).await;
    }

    /// Ready at a moment that may be put off. Looks again no later than a moment which is set meanwhile can come.
    async fn wait_for(&self, moment: impl Fn(&Open) -> Option<Instant>) {
        loop {
            let now = Instant::now();
            let look_again = now + self.rest.min(self.answer);
            let moment = moment(&self.open());
            match moment {
                Some(moment) if moment <= now => return,
                moment => sleep_until(moment.unwrap_or(look_again).min(look_again)).await,
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request, until its answer is taken: ends when it is dropped.
pub(super) struct Visit {
    pace: Arc<Pace>,
    answer: Option<u64>,
}

impl Visit {
    /// The answer is there and waits to be taken.
    pub(super) fn answered(&mut self) {
        let mut open = self.pace.open();
        let (number, deadline) = (open.next, Instant::now() + self.pace.answer);
        open.next += 1;
        open.answers.insert(number, deadline);
        self.answer = Some(number);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut open = self.pace.open();
        open.requests -= 1;
        open.resting_since = Instant::now();
        if let Some(answer) = self.answer {
            open.answers.remove(&answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const SHORT: Duration = Duration::from_millis(1);

    fn is_pending(future: impl Future<Output = ()>) -> bool {
        pin!(future).poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending
    }

    #[tokio::test]
    async fn a_connection_rests_only_while_nothing_is_open() {
        let pace = Arc::new(Pace::new(SHORT, Duration::MAX / 4));
        pace.rested().await;
        let visit = pace.visit();
        assert!(is_pending(pace.rested()), "a request is open, however long ago the last one ended");
        drop(visit);
        pace.rested().await;
    }

    #[tokio::test]
    async fn an_answer_is_overdue_once_its_time_is_over_and_never_once_it_is_taken() {
        let pace = Arc::new(Pace::new(Duration::from_hours(1), SHORT));
        let (mut first, mut second) = (pace.visit(), pace.visit());
        assert!(is_pending(pace.overdue()), "no answer is there yet");
        first.answered();
        second.answered();
        pace.overdue().await;
        drop(first);
        pace.overdue().await;
        drop(second);
        assert!(is_pending(pace.overdue()));
    }
}
