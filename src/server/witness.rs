//! A witness over HTTP: C2SP tlog-witness, and a page that says how it stands.
//!
//! `POST /add-checkpoint`, `GET /<hex SHA-256 of the origin>/checkpoint`; `GET /v1/witness` has its key, its logs and the
//! proofs of forks, `/healthz` and `/readyz` are as a ledger's. Writing a cosignature's checkpoint waits for the disk, so it runs on
//! the blocking pool.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::{error, info};

use crate::api::ProblemKind;
use crate::store::{ForkRecord, WitnessStoreError};
use crate::trust::PosixTime;
use crate::witness::{Cosigner, LogStatus, Refused};

use super::accept::{ServeError, Site};
use super::body;
use super::guard::Gate;
use super::refusal::{Causes, Refusal};
use super::{Guarded as _, Limits};

/// The longest body: 63 proof lines are below 3,000 bytes, and the rest is for a checkpoint with many signatures.
const MAX_BODY: usize = 64 << 10;
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const SIZE: HeaderValue = HeaderValue::from_static("text/x.tlog.size");
const NO_STORE: (header::HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// What tells a witness the time; nothing when it is not set.
pub type WitnessClock = fn() -> Option<PosixTime>;

/// A witness that is served. Cheap to clone.
#[derive(Clone)]
pub struct WitnessApp {
    cosigner: Arc<Cosigner>,
    clock: WitnessClock,
    limits: Limits,
    gate: Gate,
    stopping: watch::Sender<bool>,
}

impl WitnessApp {
    /// Serves a witness by this clock.
    #[must_use]
    pub fn new(cosigner: Cosigner, clock: WitnessClock, limits: Limits) -> Self {
        let (gate, stopping) = (Gate::new(&limits), watch::Sender::new(false));
        Self { cosigner: Arc::new(cosigner), clock, limits, gate, stopping }
    }
}

/// Every endpoint of a witness. `GET` routes answer `HEAD` too, and all answer `OPTIONS`.
pub fn witness_router(app: WitnessApp) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{hash}/checkpoint", get(latest))
        .route("/v1/witness", get(status))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .guarded(app.gate.clone())
        .with_state(app)
}

/// Serves a witness until `stop` is ready, then finishes what was asked. After a write that failed it goes on and answers 500,
/// and `/readyz` 503, until it is started again.
///
/// # Errors
///
/// [`ServeError::Unfinished`].
pub async fn serve_witness(
    listener: TcpListener,
    app: WitnessApp,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let site = Site { routes: witness_router(app.clone()), limits: app.limits, stopping: app.stopping.clone() };
    let ((), connections) = site.attend(listener, stop).await;
    info!("stopping: finishing what was asked");
    site.see_off(&connections, Instant::now() + app.limits.stop).await
}

/// `POST /add-checkpoint`.
async fn add_checkpoint(State(app): State<WitnessApp>, headers: HeaderMap, body: Body) -> Response {
    let body = match body::read(&headers, body, MAX_BODY, app.limits.body).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_text(),
    };
    match spawn_blocking(move || app.cosigner.add_checkpoint(&body, app.clock)).await {
        Ok(Ok(line)) => ([(header::CONTENT_TYPE, TEXT)], format!("{line}\n")).into_response(),
        Ok(Err(refused)) => refuse(&refused),
        Err(error) => Refusal::internal("the witness failed at this request", &error).into_text(),
    }
}

fn refuse(refused: &Refused) -> Response {
    let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Refused::Store(_) = refused {
        error!("{}", Causes(refused));
    }
    match refused {
        Refused::OtherSize { size } => (status, [(header::CONTENT_TYPE, SIZE)], format!("{size}\n")).into_response(),
        other => (status, [(header::CONTENT_TYPE, TEXT)], format!("{other}\n")).into_response(),
    }
}

/// `GET /<hash>/checkpoint`.
async fn latest(State(app): State<WitnessApp>, Path(hash): Path<String>) -> Response {
    match app.cosigner.latest_by_hash(&hash) {
        Ok(Some(checkpoint)) => {
            let headers = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
            (headers, checkpoint.as_str().to_owned()).into_response()
        }
        Ok(None) => {
            let detail = "no checkpoint of a log with this hash was cosigned here";
            Refusal::new(ProblemKind::NotFound, detail).into_text()
        }
        Err(error) => Refusal::internal("the witness's memory cannot be read", &error).into_text(),
    }
}

/// How a witness stands.
#[derive(Serialize)]
struct Standing {
    vkey: String,
    logs: Vec<LogStanding>,
}

#[derive(Serialize)]
struct LogStanding {
    origin: String,
    vkeys: Vec<String>,
    /// Entries under the checkpoint that was cosigned last.
    size: Option<u64>,
    /// That checkpoint.
    checkpoint: Option<String>,
    forks: Vec<ForkStanding>,
}

/// Two checkpoints, both signed by the log, of one size and with two roots.
#[derive(Serialize)]
struct ForkStanding {
    cosigned: String,
    other: String,
}

/// `GET /v1/witness`.
async fn status(State(app): State<WitnessApp>) -> Result<Json<Standing>, Refusal> {
    let logs = app.cosigner.status().map_err(|error| unreadable(&error))?;
    Ok(Json(Standing { vkey: app.cosigner.vkey().to_string(), logs: logs.iter().map(log_standing).collect() }))
}

fn log_standing(log: &LogStatus) -> LogStanding {
    let fork = |fork: &ForkRecord| ForkStanding { cosigned: fork.cosigned.to_string(), other: fork.other.to_string() };
    LogStanding {
        origin: log.origin.to_string(),
        vkeys: log.keys.iter().map(ToString::to_string).collect(),
        size: log.latest.as_ref().map(|latest| latest.head().size.get()),
        checkpoint: log.latest.as_ref().map(ToString::to_string),
        forks: log.forks.iter().map(fork).collect(),
    }
}

/// `GET /healthz`: the process answers; and every proof of a fork is named.
async fn alive(State(app): State<WitnessApp>) -> Response {
    let mut text = "alive\n".to_owned();
    for log in app.cosigner.status().unwrap_or_default() {
        for fork in &log.forks {
            let size = fork.other.head().size;
            let _ = writeln!(text, "fork: {} has signed two trees of size {size}; see /v1/witness", log.origin);
        }
    }
    ([NO_STORE, (header::CONTENT_TYPE, TEXT)], text).into_response()
}

/// `GET /readyz`: whether a checkpoint could be cosigned.
async fn ready(State(app): State<WitnessApp>) -> Response {
    let why_not = if *app.stopping.borrow() {
        Some("shutting down")
    } else if app.cosigner.has_failed() {
        Some("a write to the witness's memory has failed")
    } else {
        None
    };
    match why_not {
        None => ([NO_STORE], "ready\n").into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, [NO_STORE], format!("not ready: {why}\n")).into_response(),
    }
}

fn unreadable(error: &WitnessStoreError) -> Refusal {
    Refusal::internal("the witness's memory cannot be read", error)
}
