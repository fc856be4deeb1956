//! The accept loop: connections in, each under its limits, until it is time to stop.
//!
//! axum's own loop closes neither silent connections nor those with half a header, so this one is ours: at most so many
//! connections, a limit on the first bytes (`stream`), on a request's head, on a write that nobody takes, on an answer that is
//! not taken to its end and on a rest between requests (`pace`). Both HTTP/1.1 and HTTP/2 with prior knowledge; no TLS.
//!
//! Stopping: no new connection is taken, each connection finishes the requests that it has, then the sequencer finishes
//! what it accepted; all of that within one time limit.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, error, info, warn};

use crate::sequencer::{State, Stopped};
use crate::witness::Behind;

use super::pace::Pace;
use super::stream::Patient;
use super::turn::PIECE;
use super::visitor::Peer;
use super::{App, Limits, router, witnessed};

/// How long `/readyz` says 503 before the process ends, once a commit has an unknown outcome: time for whoever sends
/// traffic here to see it.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long to wait when the system gives no connection (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 256;
/// Bytes that an HTTP/1.1 connection buffers each way: the longest head of a request, and what of an answer is not taken yet.
const BUFFER: usize = 64 << 10;

/// Why serving ended, other than by being asked to.
#[derive(Debug, Error)]
pub enum ServeError {
    /// A commit has an unknown outcome; what is on disk is looked at by the next start.
    #[error("admission has stopped, since what is on disk is not known: {reason}")]
    OutcomeUnknown {
        /// What failed.
        reason: String,
    },
    /// A witness has what this ledger has lost; nothing was admitted.
    #[error("the ledger cannot go on")]
    Behind(#[source] Behind),
    /// Not everything that was accepted was finished in time.
    #[error("not everything was finished within {} seconds of the signal to stop", .limit.as_secs())]
    Unfinished {
        /// The limit.
        limit: Duration,
    },
}

impl ServeError {
    /// A way out for the operator.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::OutcomeUnknown { .. } => {
                Some("start again, which looks at what is on disk; nothing that was acknowledged is lost")
            }
            Self::Behind(behind) => Some(behind.hint()),
            Self::Unfinished { .. } => Some("nothing that was acknowledged is lost; --stop-time sets the limit"),
        }
    }
}

/// Serves a ledger until `stop` is ready, then finishes what was accepted.
///
/// # Errors
///
/// [`ServeError`].
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
    let site = Site { routes: router(app.clone()), limits: app.limits, stopping: app.stopping.clone() };
    let ended = async {
        tokio::select! {
            () = stop => Ok(()),
            reason = unknown_outcome(&app) => Err(ServeError::OutcomeUnknown { reason }),
            behind = witnessed::refused_at_the_start(&app) => Err(ServeError::Behind(behind)),
        }
    };
    let (ended, connections) = site.attend(listener, ended).await;
    ended?;
    info!("stopping: finishing what was accepted");
    let deadline = Instant::now() + app.limits.stop;
    // The sequencer is stopped even when some connections have not ended.
    let ended = site.see_off(&connections, deadline).await;
    timeout_at(deadline, app.sequencer.stop()).await.map_err(|_| ServeError::Unfinished { limit: app.limits.stop })?;
    ended
}

/// What is served at one address: its routes, its limits, and what tells its connections to end.
pub(super) struct Site {
    pub(super) routes: Router,
    pub(super) limits: Limits,
    pub(super) stopping: watch::Sender<bool>,
}

impl Site {
    /// Takes connections until `until` is ready, and gives its output; and the permits that the connections still have.
    pub(super) async fn attend<T>(&self, listener: TcpListener, until: impl Future<Output = T>) -> (T, Arc<Semaphore>) {
        let connections = Arc::new(Semaphore::new(connections(self.limits)));
        let server = Arc::new(Server {
            protocol: protocol(self.limits),
            limits: self.limits,
            stopping: self.stopping.subscribe(),
        });
        let service = TowerToHyperService::new(self.routes.clone());
        let accepting = async {
            loop {
                // The semaphore is never closed.
                let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { continue };
                let (stream, peer) = accept(&listener).await;
                tokio::spawn(Arc::clone(&server).converse(stream, peer, service.clone(), permit));
            }
        };
        let output = tokio::select! {
            output = until => output,
            () = accepting => unreachable!("connections are taken without end"),
        };
        (output, connections)
    }

    /// Tells the connections to end, and waits until they have.
    pub(super) async fn see_off(&self, open: &Semaphore, deadline: Instant) -> Result<(), ServeError> {
        self.stopping.send_replace(true);
        let all = u32::try_from(connections(self.limits)).unwrap_or(u32::MAX);
        // When every permit is back, every connection has ended.
        let ended = timeout_at(deadline, open.acquire_many(all)).await;
        ended.map(drop).map_err(|_| ServeError::Unfinished { limit: self.limits.stop })
    }
}

fn connections(limits: Limits) -> usize {
    usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)
}

/// The next connection; passing errors are waited out.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, Peer(peer.ip())),
            // The other side gave up before its turn came.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                warn!("no connection can be accepted: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Ready some seconds after a commit had an unknown outcome. Until then it tells the log when admission pauses and goes on.
async fn unknown_outcome(app: &App) -> String {
    let mut changes = app.sequencer.state();
    loop {
        let state = changes.borrow_and_update().clone();
        match state {
            State::Admitting => info!("admitting"),
            State::DiskFull => warn!("not admitting: disk space low"),
            State::Stopped(Stopped::OutcomeUnknown { reason }) => {
                error!("ending in {} seconds", LAST_WORDS.as_secs());
                sleep(LAST_WORDS).await;
                return reason;
            }
            // The sequencer has said why. Reading goes on.
            State::Stopped(_) => return std::future::pending().await,
        }
        if changes.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// How HTTP is spoken.
fn protocol(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut protocol = auto::Builder::new(TokioExecutor::new());
    protocol.http1().timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(BUFFER);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(PIECE)
        // A connection that does not answer a ping is closed.
        .keep_alive_interval(limits.header)
        .keep_alive_timeout(limits.header);
    protocol
}

/// Ready once the server is stopping.
async fn begun(stopping: &mut watch::Receiver<bool>) {
    // An error says that there is no server any more.
    let _ = stopping.wait_for(|stopping| *stopping).await.map(drop);
}

/// What all connections share.
struct Server {
    protocol: auto::Builder<TokioExecutor>,
    limits: Limits,
    stopping: watch::Receiver<bool>,
}

impl Server {
    /// Serves one connection to its end. The permit is given back then.
    async fn converse(
        self: Arc<Self>,
        stream: TcpStream,
        peer: Peer,
        service: TowerToHyperService<Router>,
        _permit: OwnedSemaphorePermit,
    ) {
        // Answers are written whole; waiting to fill a segment would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!("a connection without TCP_NODELAY: {error}");
        }
        let limits = self.limits;
        let stream = Patient::new(stream, limits.first_bytes, limits.body);
        let pace = Arc::new(Pace::new(limits.header, limits.answer));
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(Arc::clone(&pace));
            request.extensions_mut().insert(peer);
            service.call(request)
        });
        let mut connection = pin!(self.protocol.serve_connection(TokioIo::new(stream), service));
        let mut stopping = self.stopping.clone();
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = pace.overdue() => None,
            () = async { tokio::select! { () = begun(&mut stopping) => {}, () = pace.rested() => {} } } => {
                // What is still open has the time of an answer to end, and no longer: nobody need answer the farewell.
                connection.as_mut().graceful_shutdown();
                timeout(limits.answer, connection).await.ok()
            }
        };
        match ended {
            Some(Ok(())) => {}
            // The other side's doing, nearly always: it went away, was silent, or spoke something else.
            Some(Err(error)) => debug!("a connection ended: {error}"),
            None => debug!("a connection ended: an answer was not taken in time"),
        }
    }
}
