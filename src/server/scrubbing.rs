//! Looks a ledger over for damage while it is served: in the background, when it is asked to and from time to time.
//!
//! The reading is done by a process of its own, at low priority and a bounded rate, over a snapshot whose files are those that are
//! served. RocksDB's checks of whole files can't be broken off, want memory, and may come upon anything in a damaged file: none of it
//! shall be the server's harm. The process ends when its standard input does, so when it is stopped, and with the server however that dies.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::api::{ControlAnswer, ScrubEnd, ScrubOutcome, ScrubProgress, ScrubStanding};
use crate::codec::Time;
use crate::upkeep::{last_scrub, note_scrub};

/// How often it is looked whether a scrub is due, at least: the clock may be set meanwhile.
const LOOK: Duration = Duration::from_mins(1);

/// How a ledger that is served is looked over.
#[derive(Clone, Debug)]
pub struct Scrubs {
    /// This program, whose `doctor` does it.
    pub program: PathBuf,
    /// How long after one has ended the next begins by itself; without it none does.
    pub every: Option<Duration>,
    /// The clock.
    pub now: fn() -> Time,
}

/// What is under way, and what was.
pub(super) struct Scrubbing {
    directory: PathBuf,
    scrubs: Scrubs,
    now: Mutex<Now>,
}

struct Now {
    standing: ScrubStanding,
    /// The process ends when this is let go.
    input: Option<ChildStdin>,
}

impl Scrubbing {
    pub(super) fn new(directory: PathBuf, scrubs: Scrubs) -> Self {
        let last = last_scrub(&directory).unwrap_or_else(|error| {
            warn!("what the last look over has found cannot be read: {error}");
            None
        });
        Self {
            directory,
            scrubs,
            now: Mutex::new(Now { standing: ScrubStanding { running: None, last }, input: None }),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn standing(&self) -> ScrubStanding {
        self.now().standing.clone()
    }

    /// Begins one, unless one is under way; within a tokio runtime.
    pub(super) fn start(self: &Arc<Self>, rate: Option<u32>) -> Result<ScrubStanding, String> {
        let mut now = self.now();
        if now.standing.running.is_some() {
            return Err("the ledger is being looked over already".to_owned());
        }
        let mut command = Command::new(&self.scrubs.program);
        command.arg("doctor").arg(&self.directory).arg("--for-server");
        if let Some(rate) = rate {
            command.args(["--rate", &rate.to_string()]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("no process to look the ledger over: {error}"))?;
        now.input = child.stdin.take();
        now.standing.running = Some(ScrubProgress { started_at: (self.scrubs.now)().to_string(), done: 0, total: 0 });
        info!("looking the ledger over for damage in the background");
        let scrubbing = Arc::clone(self);
        spawn_blocking(move || scrubbing.attend(child));
        Ok(now.standing.clone())
    }

    /// Ends the one that is under way. Says whether there was one.
    pub(super) fn stop(&self) -> bool {
        self.now().input.take().is_some()
    }

    /// Hears a process out, to its end.
    fn attend(&self, mut child: Child) {
        let mut end = None;
        let told =
            child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok));
        for line in told {
            match serde_json::from_str(&line) {
                Ok(ControlAnswer::Progress { done, total }) => {
                    if let Some(running) = &mut self.now().standing.running {
                        (running.done, running.total) = (done, total);
                    }
                }
                Ok(ControlAnswer::Scrubbed { end: last }) => end = Some(last),
                _ => {}
            }
        }
        let ended = child.wait();
        let mut now = self.now();
        let was_stopped = now.input.take().is_none();
        let Some(ScrubProgress { started_at, done, .. }) = now.standing.running.take() else { return };
        let end = match end {
            Some(end) => end,
            None if was_stopped => return info!("looking the ledger over was stopped after {done} entries"),
            None => {
                let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                ScrubEnd::Failed { why: format!("its process ended early: {how}") }
            }
        };
        let outcome = ScrubOutcome { started_at, ended_at: (self.scrubs.now)().to_string(), end };
        tell(&outcome.end);
        if let Err(error) = note_scrub(&self.directory, &outcome) {
            warn!("what the look over has found cannot be written down: {error}");
        }
        now.standing.last = Some(outcome);
    }

    /// How long until the next one begins by itself.
    fn due(&self, every: Duration) -> Duration {
        let now = self.now();
        if now.standing.running.is_some() {
            return LOOK;
        }
        let Some(last) = now.standing.last.as_ref().and_then(|last| Time::parse(&last.ended_at)) else {
            return Duration::ZERO;
        };
        let passed = (self.scrubs.now)().millis().saturating_sub(last.millis());
        every.saturating_sub(Duration::from_millis(passed))
    }

    /// Begins one whenever it is due, until the server stops.
    pub(super) async fn recur(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let Some(every) = self.scrubs.every else { return };
        loop {
            let due = self.due(every);
            if due.is_zero()
                && let Err(why) = self.start(None)
            {
                warn!("{why}");
            }
            let wait = if due.is_zero() { LOOK } else { due.min(LOOK) };
            tokio::select! {
                () = sleep(wait) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

fn tell(end: &ScrubEnd) {
    match end {
        ScrubEnd::Whole { entries } => info!("looked over {entries} entries: nothing is damaged"),
        ScrubEnd::Failed { why } => error!("the ledger could not be looked over: {why}"),
        ScrubEnd::Damaged { fault_count, only_indexes, faults, .. } => {
            let first = faults.first().map_or("", String::as_str);
            let way_out = if *only_indexes { "`notarium rebuild-index`" } else { "restore from a backup" };
            error!("the ledger is damaged, {fault_count} faults, the first: {first}; {way_out}");
        }
    }
}
