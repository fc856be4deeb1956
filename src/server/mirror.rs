//! A mirror or an export, served read-only: the log as tiles, single entries and their receipts.
//!
//! It has no lookups, which are the ledger's (`notarium import` makes them again), and admits nothing. Files are read on
//! the blocking pool.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::info;

use crate::api::{EntryView, LedgerInfo, ProblemKind, Software, admission_word};
use crate::evidence::Entry;
use crate::follow::{Mirrored, MirroredError};
use crate::merkle::{BundleId, TileId};

use super::accept::{ServeError, Site};
use super::entries::{blocking, index_of, receipt_text};
use super::guard::Gate;
use super::refusal::Refusal;
use super::tiles::{show_checkpoint, show_tile};
use super::{Guarded as _, Limits};

/// A mirror that is served. Cheap to clone; every handler has one.
#[derive(Clone)]
pub struct MirrorApp(Arc<Shared>);

struct Shared {
    mirrored: Mirrored,
    software: Software,
    limits: Limits,
    gate: Gate,
    stopping: watch::Sender<bool>,
}

impl MirrorApp {
    /// Serves what `mirrored` reads. `build` names this build of the program.
    #[must_use]
    pub fn new(mirrored: Mirrored, limits: Limits, build: &str) -> Self {
        Self(Arc::new(Shared {
            mirrored,
            software: Software {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                build: build.to_owned(),
            },
            gate: Gate::new(&limits),
            stopping: watch::Sender::new(false),
            limits,
        }))
    }

    /// Runs what reads files where it holds up nobody.
    async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&Mirrored) -> Result<T, MirroredError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let failed = |error: MirroredError| Refusal::internal("the mirror cannot be read", &error);
        blocking(move || read(&self.0.mirrored).map_err(failed)).await
    }
}

/// Every endpoint of a mirror. `GET` routes answer `HEAD` too, and all answer `OPTIONS`.
pub fn mirror_router(app: MirrorApp) -> Router {
    Router::new()
        .route("/v1/ledger", get(ledger))
        .route("/v1/evidence", post(not_here))
        .route("/v1/evidence/batch", post(not_here))
        .route("/v1/registry", post(not_here))
        .route("/v1/entries", get(no_lookups))
        .route("/v1/entries/{index}/history", get(no_lookups))
        .route("/v1/keys", get(no_keys))
        .route("/v1/keys/{key}", get(no_keys))
        .route("/v1/entries/{index}", get(entry))
        .route("/v1/entries/{index}/receipt", get(receipt))
        .route("/checkpoint", get(checkpoint))
        .route("/tile/{*path}", get(tile))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(|| async { "ready\n" }))
        .guarded(app.0.gate.clone())
        .with_state(app)
}

/// Serves a mirror until `stop` is ready, then finishes what was asked.
///
/// # Errors
///
/// [`ServeError::Unfinished`].
pub async fn serve_mirror(
    listener: TcpListener,
    app: MirrorApp,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let site = Site { routes: mirror_router(app.clone()), limits: app.0.limits, stopping: app.0.stopping.clone() };
    let ((), connections) = site.attend(listener, stop).await;
    info!("stopping: finishing what was asked");
    site.see_off(&connections, Instant::now() + app.0.limits.stop).await
}

async fn ledger(State(app): State<MirrorApp>) -> Result<Json<LedgerInfo>, Refusal> {
    let software = app.0.software.clone();
    app.read(move |mirrored| {
        let head = *mirrored.checkpoint()?.head();
        Ok(Json(LedgerInfo {
            origin: mirrored.key().name().to_string(),
            vkey: mirrored.key().to_string(),
            retiring_vkey: None,
            size: head.size.get(),
            root: hex::encode(head.root.as_bytes()),
            genesis: hex::encode(mirrored.genesis().as_bytes()),
            admission: admission_word(mirrored.admission()).to_owned(),
            software,
        }))
    })
    .await
}

async fn not_here() -> Refusal {
    Refusal::new(ProblemKind::NotAdmitted, "a mirror admits nothing").with_hint("deposit with the ledger itself")
}

async fn no_lookups() -> Refusal {
    Refusal::new(ProblemKind::NotFound, "a mirror has no lookups")
        .with_hint("ask the ledger; or replay the mirror, which finds everything")
}

async fn no_keys() -> Refusal {
    Refusal::new(ProblemKind::NotFound, "a mirror is the log's files: which keys are in force it does not say")
        .with_hint("ask the ledger; `notarium audit` recomputes it from the mirror, `notarium import` makes a ledger that serves it")
}

async fn entry(State(app): State<MirrorApp>, Path(index): Path<String>) -> Result<Json<EntryView>, Refusal> {
    let index = index_of(&index)?;
    let (bytes, size) =
        app.read(move |mirrored| Ok((mirrored.entry(index)?, mirrored.checkpoint()?.head().size))).await?;
    let bytes = bytes.ok_or_else(|| Refusal::no_entry(index.get(), size.get()))?;
    let entry =
        Entry::parse(&bytes).map_err(|error| Refusal::internal("a mirrored entry is not understood", &error))?;
    Ok(Json(EntryView::new(&entry)))
}

async fn receipt(State(app): State<MirrorApp>, Path(index): Path<String>) -> Result<Response, Refusal> {
    let index = index_of(&index)?;
    let (receipt, size) =
        app.read(move |mirrored| Ok((mirrored.receipt(index)?, mirrored.checkpoint()?.head().size))).await?;
    Ok(receipt_text(receipt.ok_or_else(|| Refusal::no_entry(index.get(), size.get()))?))
}

async fn checkpoint(State(app): State<MirrorApp>, headers: HeaderMap) -> Response {
    match app.read(Mirrored::checkpoint).await {
        Ok(checkpoint) => show_checkpoint(&headers, &checkpoint),
        Err(refusal) => refusal.into_text(),
    }
}

async fn tile(State(app): State<MirrorApp>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let found = find(app, uri.path()).await;
    show_tile(&headers, uri.path(), found).await.into_response()
}

async fn find(app: MirrorApp, path: &str) -> Result<Vec<u8>, Refusal> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let no_such = |error| Refusal::new(ProblemKind::NotFound, format!("{error}"));
    let found = if path.starts_with("tile/entries/") {
        let id = BundleId::parse(path).map_err(no_such)?;
        app.read(move |mirrored| mirrored.bundle(id)).await?
    } else {
        let id = TileId::parse(path).map_err(no_such)?;
        app.read(move |mirrored| mirrored.tile(id)).await?
    };
    found.ok_or_else(|| Refusal::new(ProblemKind::NotFound, format!("the mirror has no {path} yet")))
}
