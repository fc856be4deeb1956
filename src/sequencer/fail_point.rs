//! A place at which the process kills itself, for tests of what a crash leaves behind: none, unless one is named.
//!
//! What happens there is what `kill -9` does, to this process alone and at a moment that a test chooses. Nothing is skipped,
//! changed or pretended, so whoever can name a place could have done worse. Without one a batch costs one comparison a stage.

use std::hint::spin_loop;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpid, kill_process};

use crate::codec::parse_decimal;

/// What is done with a batch, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Stage {
    /// Indexes, times, hashes, the tree.
    Plan,
    /// One synced write.
    Commit,
    /// The checkpoint of what is durable.
    Sign,
    /// DIR/tip, then the readers.
    Publish,
    /// Each waiter.
    Answer,
}

/// When, as seen from a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Moment {
    /// Nothing of the stage is done.
    Before,
    /// While the stage goes on, on another thread: it dies wherever it is by then.
    In,
    /// All of the stage is done.
    After,
}

/// Where to die: `before-commit:37` is before the commit of the 37th batch of this process, and `in-commit:37:250` is 250
/// microseconds after that commit has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailPoint {
    moment: Moment,
    stage: Stage,
    /// Which batch, from 1 on.
    batch: u64,
    /// How long after the stage has begun.
    delay: Duration,
}

/// What was named is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no fail point")]
pub struct FailPointError {
    text: String,
}

impl FailPointError {
    /// A way out, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        "unset NOTARIUM_FAIL_POINT; or, in a test, name one as in-commit:37:250 (docs/reliability.md)"
    }
}

impl FromStr for FailPoint {
    type Err = FailPointError;

    fn from_str(text: &str) -> Result<Self, FailPointError> {
        let read = || {
            let mut parts = text.split(':');
            let (moment, stage) = parts.next()?.split_once('-')?;
            let (moment, stage) = (moment.parse().ok()?, stage.parse().ok()?);
            let batch = parse_decimal(parts.next()?).ok().filter(|batch| *batch > 0)?;
            let delay = match (parts.next(), moment) {
                (None, _) => 0,
                (Some(micros), Moment::In) => parse_decimal(micros).ok()?,
                (Some(_), _) => return None,
            };
            parts.next().is_none().then_some(Self { moment, stage, batch, delay: Duration::from_micros(delay) })
        };
        read().ok_or_else(|| FailPointError { text: text.to_owned() })
    }
}

/// The place that was named, and how many batches have come to it.
#[derive(Debug, Default)]
pub(super) struct FailPoints {
    point: Option<FailPoint>,
    passed: AtomicU64,
}

impl FailPoints {
    pub(super) fn new(point: Option<FailPoint>) -> Self {
        Self { point, passed: AtomicU64::new(0) }
    }

    /// Does the work of a stage, and dies before, in or after it if that is the place.
    pub(super) fn around<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let Some(point) = self.point.filter(|point| point.stage == stage) else { return work() };
        if self.passed.fetch_add(1, Ordering::Relaxed) + 1 != point.batch {
            return work();
        }
        match point.moment {
            Moment::Before => die(),
            Moment::In => die_after(point.delay),
            Moment::After => {}
        }
        let done = work();
        if point.moment == Moment::After {
            die();
        }
        done
    }
}

/// Lets the caller go on, and kills the process when the time is over.
fn die_after(delay: Duration) {
    let (started, has_started) = sync_channel(0);
    std::thread::spawn(move || {
        let _ = started.send(());
        let start = Instant::now();
        while start.elapsed() < delay {
            spin_loop();
        }
        die();
    });
    let _ = has_started.recv();
}

/// No handler, no destructor, no flush: as if the process had been killed from outside.
fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort();
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn a_place_is_read_strictly() {
        for moment in Moment::VARIANTS {
            for stage in Stage::VARIANTS {
                let (moment_name, stage_name): (&str, &str) = (moment.into(), stage.into());
                let point: FailPoint = format!("{moment_name}-{stage_name}:7").parse().unwrap();
                assert_eq!(point, FailPoint { moment: *moment, stage: *stage, batch: 7, delay: Duration::ZERO });
            }
        }
        let within: FailPoint = "in-commit:37:250".parse().unwrap();
        assert_eq!((within.batch, within.delay), (37, Duration::from_micros(250)));
        for wrong in [
            "",
            "commit:1",
            "before-commit",
            "before-commit:0",
            "before-commit:+1",
            "before-commit:1:5",
            "in-commit:1:2:3",
            "on-commit:1",
            "before-lunch:1",
        ] {
            let refused = FailPoint::from_str(wrong).unwrap_err();
            assert_eq!(refused.to_string(), format!("\"{wrong}\" is no fail point"));
        }
    }

    #[test]
    fn a_stage_that_is_not_the_place_does_its_work() {
        let elsewhere = FailPoints::new(Some("before-commit:2".parse().unwrap()));
        assert_eq!(elsewhere.around(Stage::Plan, || 1), 1);
        assert_eq!(elsewhere.around(Stage::Commit, || 2), 2);
        assert_eq!(FailPoints::default().around(Stage::Commit, || 3), 3);
    }
}
