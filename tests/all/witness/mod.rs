//! Witnesses: being one, asking them, and what they hold a ledger to.

mod conformance;
mod forked_processes;
mod forks;
mod gathering;
mod process;
mod refusals;
mod restoring;
mod rotated;
mod starting;

use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use notarium::crypto::{SigningKey, sha256};
use notarium::merkle::{ConsistencyProof, Frontier, Hash, TreeHead, TreeSize, leaf_hash, prove_consistency};
use notarium::note::{SignatureLine, VerifierKey};
use notarium::server::{Limits, WitnessApp, WitnessClock, witness_router};
use notarium::store::WitnessStore;
use notarium::trust::{Checkpoint, Origin, PosixTime, SignedCheckpoint};
use notarium::witness::{AddCheckpoint, Cosigner, Refused, WitnessLogs};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::samples::key_from;

const NOW: u64 = 1_795_423_800;

pub(crate) fn at(seconds: u64) -> Option<PosixTime> {
    PosixTime::from_seconds(seconds)
}

fn steady() -> Option<PosixTime> {
    at(NOW)
}

pub(crate) fn witness_key(number: u8) -> SigningKey {
    key_from(0xa0 + number)
}

/// A witness in a folder of its own.
pub(crate) struct Witness {
    pub(crate) directory: TempDir,
    pub(crate) name: String,
    app: WitnessApp,
}

/// Makes the folder of a witness that knows these logs.
pub(crate) fn make_witness(directory: &Path, logs: &[VerifierKey]) {
    WitnessStore::create(&directory.join("db")).unwrap();
    let lines: Vec<String> = logs.iter().map(|log| format!("log {log}\n")).collect();
    fs::write(directory.join("logs"), format!("{}{}", WitnessLogs::empty(), lines.concat())).unwrap();
}

pub(crate) fn open_witness(directory: &Path, name: &str, key: SigningKey) -> Cosigner {
    let store = WitnessStore::open(&directory.join("db")).unwrap();
    Cosigner::new(&name.parse().unwrap(), key, WitnessLogs::open(&directory.join("logs")).unwrap(), store)
}

impl Witness {
    pub(crate) fn new(name: &str, logs: &[VerifierKey]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        make_witness(directory.path(), logs);
        Self::open(directory, name, steady)
    }

    fn open(directory: TempDir, name: &str, clock: WitnessClock) -> Self {
        let cosigner = open_witness(directory.path(), name, witness_key(0));
        Self { app: WitnessApp::new(cosigner, clock, Limits::default()), name: name.to_owned(), directory }
    }

    /// Stops it, and starts it again by another clock.
    fn again(self, clock: WitnessClock) -> Self {
        let Self { directory, name, app } = self;
        drop(app);
        Self::open(directory, &name, clock)
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let response = witness_router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let content_type = parts.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        (parts.status, content_type.unwrap_or_default(), String::from_utf8(body).unwrap())
    }

    pub(crate) async fn post(&self, body: impl Into<Body>) -> (StatusCode, String, String) {
        self.ask(Request::post("/add-checkpoint").body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String, String) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

/// Where a witness shows the last checkpoint of a log.
pub(crate) fn latest_path(origin: &str) -> String {
    format!("/{}/checkpoint", sha256(&[origin.as_bytes()]))
}

/// Each log has a key of its own.
pub(crate) fn log_key(origin: &str) -> SigningKey {
    SigningKey::from_seed(sha256(&[origin.as_bytes()]).as_bytes())
}

/// A log that signs whatever it is told to.
pub(crate) struct Log {
    key: SigningKey,
    origin: Origin,
    leaves: Vec<Hash>,
}

impl Log {
    /// A log of so many leaves, whose content is told by `content`.
    pub(crate) fn new(origin: &str, content: &dyn Fn(u64) -> u64, size: u64) -> Self {
        let leaves = (0..size).map(|index| leaf_hash(&content(index).to_be_bytes())).collect();
        Self { key: log_key(origin), origin: origin.parse().unwrap(), leaves }
    }

    pub(crate) fn vkey(&self) -> VerifierKey {
        VerifierKey::new_ed25519(self.origin.key_name().clone(), self.key.public())
    }

    fn frontier(&self, size: u64) -> Frontier {
        let mut frontier = Frontier::new();
        for leaf in &self.leaves[..usize::try_from(size).unwrap()] {
            frontier.append(*leaf).unwrap();
        }
        frontier
    }

    pub(crate) fn head(&self, size: u64) -> TreeHead {
        self.frontier(size).head()
    }

    pub(crate) fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        SignedCheckpoint::sign(&Checkpoint { origin: self.origin.clone(), head: self.head(size) }, &self.key)
    }

    pub(crate) fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        let (old, new) = (TreeSize::new(old).unwrap(), TreeSize::new(size).unwrap());
        let proof = if old == TreeSize::ZERO || old > new {
            ConsistencyProof::from_hashes(Vec::new()).unwrap()
        } else {
            prove_consistency(old, new, &self.frontier(size)).unwrap()
        };
        AddCheckpoint { old, proof, note: self.checkpoint(size).note().clone() }
    }

    pub(crate) fn body(&self, old: u64, size: u64) -> String {
        self.request(old, size).to_body()
    }
}

/// Asks a witness directly, at a second.
pub(crate) fn ask(cosigner: &Cosigner, body: &str, seconds: u64) -> Result<SignatureLine, Refused> {
    cosigner.add_checkpoint(body.as_bytes(), || at(seconds))
}
