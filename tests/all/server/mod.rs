//! The server's whole router over a real ledger, called without a socket; and once with one.

mod batch;
mod equals;
mod history;
mod limits;
mod pages;
mod rates;
mod reads;
mod refusals;
mod registry;
mod socket;
mod submit;
mod verify;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use notarium::api::{Problem, ProblemKind, SubmitAnswer};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body as Says, Evidence, Fingerprint, Genesis, SignedStatement};
use notarium::ledger::genesis;
use notarium::sequencer;
use notarium::server::{App, Limits, router};
use notarium::store::{Founding, Memory, OpenOptions, open};
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::samples::{ledger_key, submitter_key};

/// The ledger's first moment; each look at its clock is a millisecond later.
const START: u64 = 1_795_423_800_000;

/// A new ledger in a temporary folder, served.
struct Served {
    app: App,
    /// Removed with everything in it at the end.
    directory: TempDir,
}

/// A ledger's settings that a test changes.
struct Setup<C> {
    limits: Limits,
    sequencer: sequencer::Limits,
    clock: C,
}

fn ticking() -> impl Fn() -> Time + Send + 'static {
    let ticks = AtomicU64::new(START + 1);
    move || Time::from_millis(ticks.fetch_add(1, Ordering::Relaxed)).unwrap()
}

/// A clock that says when it is looked at, and shows the time only when it is let.
fn gated() -> (impl Fn() -> Time + Send + 'static, Gate) {
    let (looked, looks) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let time = ticking();
    let clock = move || {
        // Whoever drops the gate leaves it open.
        let _ = looked.send(());
        let _ = gate.recv();
        time()
    };
    (clock, Gate { looks: Mutex::new(looks), open })
}

struct Gate {
    looks: Mutex<mpsc::Receiver<()>>,
    open: mpsc::Sender<()>,
}

impl Gate {
    /// Blocks until the sequencer has looked at the clock: what was submitted is in its hands, not in the queue.
    fn wait_for_a_look(&self) {
        self.looks.lock().unwrap().recv().unwrap();
    }

    fn let_through(&self) {
        self.open.send(()).unwrap();
    }
}

fn served() -> Served {
    served_with(Setup { limits: Limits::default(), sequencer: roomy(), clock: ticking() })
}

/// Limits that do not depend on how full this machine's disk is.
fn roomy() -> sequencer::Limits {
    sequencer::Limits { least_free_bytes: 0, ..sequencer::Limits::default() }
}

fn served_with(setup: Setup<impl Fn() -> Time + Send + 'static>) -> Served {
    let directory = tempfile::tempdir().unwrap();
    let app = app_in(directory.path(), setup);
    Served { app, directory }
}

/// A new ledger in a folder.
fn app_in(directory: &Path, setup: Setup<impl Fn() -> Time + Send + 'static>) -> App {
    let key = ledger_key();
    let first = Genesis { origin: "ledger.example/one".parse().unwrap(), admission: Admission::Open };
    let first = genesis(first, &key, Time::from_millis(START).unwrap()).unwrap();
    Founding::begin(directory).unwrap().finish(first, &key, Memory::default()).unwrap();
    let opened = open(directory, &OpenOptions::default()).unwrap();
    let reader = opened.reader.clone();
    let sequencer = sequencer::start(opened, key, setup.clock, setup.sequencer).unwrap();
    App::new(reader, sequencer, setup.limits, "test build").unwrap()
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem, whose every part must fit the status.
    fn problem(&self) -> (ProblemKind, Problem) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem: Problem = self.json();
        let kind = problem.kind().unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!((problem.status, problem.title.as_str()), (kind.status(), kind.title()));
        assert!(!problem.detail.is_empty());
        (kind, problem)
    }
}

impl Served {
    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn send(&self, method: Method, path: &str) -> Answer {
        self.ask(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await
    }

    async fn post(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", content_type);
        self.ask(request.body(body.into()).unwrap()).await
    }

    /// Submits a statement as bytes.
    async fn submit(&self, statement: &[u8]) -> Answer {
        self.post("/v1/evidence", "application/octet-stream", statement.to_vec()).await
    }

    /// Deposits evidence that must become a new entry.
    async fn deposit(&self, evidence: &[u8], nonce: u8) -> SubmitAnswer {
        let answer = self.submit(deposit(&submitter_key(), evidence, nonce).as_bytes()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }
}

/// A plain deposit of these bytes.
fn deposit(key: &SigningKey, evidence: &[u8], nonce: u8) -> SignedStatement {
    let mut hasher = DualHasher::new();
    hasher.update(evidence);
    let body = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: [nonce; 16],
    };
    SignedStatement::sign(&Says::Evidence(body), key).unwrap()
}
