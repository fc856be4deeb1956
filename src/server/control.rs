//! The control socket: how the operator's own commands reach a ledger that is being served.
//!
//! RocksDB's lock keeps a second process out, so backup, scrub and index rebuild ask here, at `DIR/control.sock`: one JSON object a
//! line, one answer to each (`api`). The socket has mode 0600, and whoever connects must be the server's own user or root.
//!
//! A snapshot lies in `DIR/snapshots` for as long as the connection that asked for it is open, so that a command which is killed
//! leaves nothing behind; what a server that was killed has left is removed at the next start.

use std::fs::{self, Permissions};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tracing::{error, info, warn};

use crate::api::{ControlAnswer, ControlRequest, MAX_CONTROL_LINE};
use crate::sequencer::State;

use super::App;
use super::refusal::Causes;
use super::scrubbing::{Scrubbing, Scrubs};

/// The socket's name in the ledger's folder.
const SOCKET: &str = "control.sock";
/// The folder of snapshots in the ledger's folder.
const SNAPSHOTS: &str = "snapshots";
/// Commands at a time; the next ones wait.
const COMMANDS: usize = 8;

/// Why there is no control socket.
#[derive(Debug, Error)]
pub enum ControlError {
    /// It can't be made.
    #[error("the control socket {} cannot be made", .path.display())]
    Socket {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Snapshots of an earlier run can't be removed.
    #[error("{} cannot be removed", .path.display())]
    Leftover {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// The control socket of a ledger that is served.
pub struct Control {
    path: PathBuf,
    stop: watch::Sender<bool>,
    attending: JoinHandle<()>,
}

/// What all connections share.
struct Desk {
    app: App,
    directory: PathBuf,
    /// The number of the next snapshot.
    next: AtomicU64,
    /// Whether indexes are being made again.
    rebuilding: AtomicBool,
    scrubbing: Arc<Scrubbing>,
    stop: watch::Receiver<bool>,
}

impl Control {
    /// Listens in the ledger's folder, within a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    pub fn start(app: App, scrubs: Scrubs) -> Result<Self, ControlError> {
        let directory = app.reader.directory().to_owned();
        remove_leftovers(&directory.join(SNAPSHOTS))?;
        let path = directory.join(SOCKET);
        let listener = bind(&path).map_err(|source| ControlError::Socket { path: path.clone(), source })?;
        let (stop, stopping) = watch::channel(false);
        let rebuilding = AtomicBool::new(false);
        let scrubbing = Arc::new(Scrubbing::new(directory.clone(), scrubs));
        tokio::spawn(Arc::clone(&scrubbing).recur(stopping.clone()));
        let desk = Arc::new(Desk { app, directory, next: AtomicU64::new(1), rebuilding, scrubbing, stop: stopping });
        Ok(Self { path, stop, attending: tokio::spawn(attend(listener, desk)) })
    }

    /// Takes no more commands, breaks off those that run, and returns when they have ended.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A panic has been told already.
        let _ = self.attending.await;
        let _ = fs::remove_file(&self.path);
    }
}

/// The socket, its owner's alone. What a server that was killed has left is replaced: the ledger's lock is ours.
fn bind(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn remove_leftovers(path: &Path) -> Result<(), ControlError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ControlError::Leftover { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Takes connections until it is told to stop, and ends when they have ended.
async fn attend(listener: UnixListener, desk: Arc<Desk>) {
    let places = Arc::new(Semaphore::new(COMMANDS));
    let mut stop = desk.stop.clone();
    let mut conversations = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) } => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        while conversations.try_join_next().is_some() {}
        if let (Ok(place), Ok((stream, _))) = accepted {
            let desk = Arc::clone(&desk);
            conversations.spawn(async move {
                if let Err(error) = converse(stream, desk).await {
                    warn!("a command over the control socket broke off: {error}");
                }
                drop(place);
            });
        }
    }
    desk.scrubbing.stop();
    conversations.join_all().await;
}

/// Whether the other side may command: the server's own user, or root.
fn is_owner(stream: &UnixStream) -> io::Result<bool> {
    let other = stream.peer_cred()?.uid();
    Ok(other == rustix::process::geteuid().as_raw() || other == 0)
}

/// One request a line, until the other side ends or the server stops.
async fn converse(stream: UnixStream, desk: Arc<Desk>) -> io::Result<()> {
    if !is_owner(&stream)? {
        return Ok(());
    }
    let mut stop = desk.stop.clone();
    let mut stream = BufReader::new(stream);
    // Gone at the end of the connection.
    let mut snapshots = Vec::new();
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut stream).take(MAX_CONTROL_LINE);
        let read = tokio::select! {
            read = limited.read_until(b'\n', &mut line) => read?,
            _ = stop.wait_for(|stop| *stop) => 0,
        };
        if read == 0 {
            return Ok(());
        }
        match serde_json::from_slice(&line) {
            Ok(ControlRequest::Status) => say(&mut stream, &status(&desk)).await?,
            Ok(ControlRequest::Snapshot) => {
                let (snapshot, answer) = snapshot(&desk).await;
                snapshots.extend(snapshot);
                say(&mut stream, &answer).await?;
            }
            Ok(ControlRequest::RebuildIndex) => rebuild(&mut stream, &desk).await?,
            Ok(ControlRequest::Scrub { rate }) => {
                let answer = desk.scrubbing.start(rate);
                say(&mut stream, &answer.map_or_else(refused, |standing| ControlAnswer::Scrub { standing })).await?;
            }
            Ok(ControlRequest::StopScrub) => say(&mut stream, &stop_scrub(&desk)).await?,
            Err(error) => return say(&mut stream, &refused(format!("not a command: {error}"))).await,
        }
    }
}

async fn say(stream: &mut BufReader<UnixStream>, answer: &ControlAnswer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

const fn refused(detail: String) -> ControlAnswer {
    ControlAnswer::Refused { detail }
}

fn stop_scrub(desk: &Desk) -> ControlAnswer {
    if desk.scrubbing.stop() {
        ControlAnswer::Scrub { standing: desk.scrubbing.standing() }
    } else {
        refused("the ledger is not being looked over".to_owned())
    }
}

fn status(desk: &Desk) -> ControlAnswer {
    let app = &desk.app;
    ControlAnswer::Status {
        origin: app.reader.origin().to_string(),
        size: app.size(),
        indexes_whole: app.reader.indexes_are_whole(),
        admitting: app.sequencer.now() == State::Admitting && app.reader.registry().is_ok(),
        process: std::process::id(),
        scrub: desk.scrubbing.standing(),
    }
}

/// A snapshot's folder, removed when it is dropped.
struct Snapshot(PathBuf);

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            warn!("the snapshot {} cannot be removed: {error}", self.0.display());
        }
    }
}

async fn snapshot(desk: &Desk) -> (Option<Snapshot>, ControlAnswer) {
    let folder = format!("{SNAPSHOTS}/{}", desk.next.fetch_add(1, Ordering::Relaxed));
    let snapshot = Snapshot(desk.directory.join(&folder));
    let reader = desk.app.reader.clone();
    let made = spawn_blocking(move || (reader.snapshot(&snapshot.0), snapshot)).await;
    match made {
        Ok((Ok(checkpoint), snapshot)) => {
            info!("made the snapshot {folder}");
            (Some(snapshot), ControlAnswer::Snapshot { folder, size: checkpoint.head().size.get() })
        }
        Ok((Err(failed), _)) => {
            error!("no snapshot: {}", Causes(&failed));
            (None, refused(format!("no snapshot: {}", Causes(&failed))))
        }
        Err(panicked) => (None, refused(format!("no snapshot: {panicked}"))),
    }
}

/// Makes the indexes again, telling how far it has come. Goes on when nobody listens any more.
async fn rebuild(stream: &mut BufReader<UnixStream>, desk: &Arc<Desk>) -> io::Result<()> {
    if desk.rebuilding.swap(true, Ordering::AcqRel) {
        return say(stream, &refused("the indexes are being made again already".to_owned())).await;
    }
    let (sender, mut told) = mpsc::channel(16);
    let at = Arc::clone(desk);
    let work = spawn_blocking(move || {
        let answer = rebuild_indexes(&at, &sender);
        at.rebuilding.store(false, Ordering::Release);
        answer
    });
    let mut listening = Ok(());
    while let Some(progress) = told.recv().await {
        if listening.is_ok() {
            listening = say(stream, &progress).await;
        }
    }
    let answer = work.await.unwrap_or_else(|panicked| refused(format!("the indexes are incomplete: {panicked}")));
    listening?;
    say(stream, &answer).await
}

fn rebuild_indexes(desk: &Desk, told: &mpsc::Sender<ControlAnswer>) -> ControlAnswer {
    warn!("making the indexes again; until then lookups fail and nothing is admitted");
    let rebuilt = desk.app.reader.rebuild_indexes(|done, total| {
        // A full channel only means that nobody has listened in time.
        let _ = told.try_send(ControlAnswer::Progress { done, total });
        if *desk.stop.borrow() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match rebuilt {
        Ok(Some(entries)) => {
            info!("made the indexes again from {entries} entries");
            ControlAnswer::Rebuilt { entries }
        }
        Ok(None) => {
            warn!("the indexes are incomplete: the server stops; run `notarium rebuild-index`");
            refused("the server stops, and the indexes are incomplete; run this again".to_owned())
        }
        Err(failed) => {
            error!("the indexes are incomplete: {}", Causes(&failed));
            refused(format!("the indexes are incomplete: {}", Causes(&failed)))
        }
    }
}
