//! A ledger that asks witnesses: what is published, what a submission can wait for, and that nobody is held up.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use notarium::api::SubmitAnswer;
use notarium::codec::Time;
use notarium::ledger::Receipt;
use notarium::note::VerifierKey;
use notarium::sequencer::{self, Sequencer};
use notarium::server::{App, Limits, Publish, WitnessApp, Witnesses, router, serve_witness};
use notarium::store::{Opened, open};
use notarium::trust::{Policy, QuorumCheck, SignedCheckpoint};
use notarium::witness::{AskLimits, GatherError, Gathering};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{NOW, at, make_witness, open_witness, witness_key};
use crate::founded::{founded, options, origin, statement, time};
use crate::samples::ledger_key;

fn ledger_vkey() -> VerifierKey {
    VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public())
}

/// A witness on a port of this machine.
async fn witness(number: u8) -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    make_witness(directory.path(), &[ledger_vkey()]);
    let url = serve_at(directory.path(), number).await;
    (directory, url)
}

async fn serve_at(directory: &Path, number: u8) -> String {
    let cosigner = open_witness(directory, &format!("w.example/{number}"), witness_key(number));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve_witness(
        listener,
        WitnessApp::new(cosigner, || at(NOW), Limits::default()),
        std::future::pending(),
    ));
    url
}

/// Takes connections and never says a word.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn policy(urls: &[&str], quorum: &str) -> Policy {
    let mut text = format!("log {}\n", ledger_vkey());
    for (number, url) in (0..).zip(urls) {
        let key =
            VerifierKey::new_cosigner(format!("w.example/{number}").parse().unwrap(), witness_key(number).public());
        writeln!(text, "witness w{number} {key} {url}").unwrap();
    }
    Policy::parse(format!("{text}{quorum}\n")).unwrap()
}

struct Ledger {
    app: App,
    sequencer: Sequencer,
    gathering: Gathering,
    policy: Policy,
}

fn ask_limits() -> AskLimits {
    AskLimits {
        answer: Duration::from_secs(30),
        interval: Duration::from_millis(1),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
    }
}

fn clock() -> impl Fn() -> Time + Send + 'static {
    let ticks = AtomicU64::new(1000);
    move || time(ticks.fetch_add(1, Ordering::Relaxed))
}

fn ledger(opened: Opened, policy: Policy, publish: Publish, wait: Duration) -> Ledger {
    let reader = opened.reader.clone();
    let roomy = sequencer::Limits { least_free_bytes: 0, ..sequencer::Limits::default() };
    let sequencer = sequencer::start(opened, ledger_key(), clock(), roomy).unwrap();
    let gathering = Gathering::start(policy.clone(), reader.clone(), sequencer.checkpoint(), ask_limits()).unwrap();
    let witnesses = Witnesses { gathering: gathering.clone(), publish };
    let limits = Limits { witness_wait: wait, ..Limits::default() };
    let app = App::with_witnesses(reader, sequencer.clone(), limits, "test build", Some(witnesses)).unwrap();
    Ledger { app, sequencer, gathering, policy }
}

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(30);

impl Ledger {
    async fn ask(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        (parts.status, String::from_utf8(body).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn submit(&self, n: u64, query: &str) -> (StatusCode, String) {
        let request = Request::post(format!("/v1/evidence{query}")).header("content-type", "application/octet-stream");
        self.ask(request.body(statement(n).as_bytes().to_vec().into()).unwrap()).await
    }

    /// The receipt of a new entry.
    async fn deposit(&self, n: u64, query: &str) -> Receipt {
        let (status, text) = self.submit(n, query).await;
        assert_eq!(status, StatusCode::CREATED, "{text}");
        Receipt::parse(serde_json::from_str::<SubmitAnswer>(&text).unwrap().receipt.as_bytes()).unwrap()
    }

    fn is_witnessed(&self, checkpoint: &SignedCheckpoint) -> bool {
        matches!(self.policy.judge(checkpoint).quorum, QuorumCheck::Reached { .. })
    }
}

#[tokio::test]
async fn a_quorum_is_waited_for_and_a_witness_that_is_dead_is_not() {
    let (first, second, (_dead, silent)) = (witness(0).await, witness(1).await, silent().await);
    let (_room, directory) = founded();
    let policy = policy(&[&first.1, &second.1, &silent], "group g 2 w0 w1 w2\nquorum g");
    let ledger = ledger(open(&directory, &options()).unwrap(), policy, Publish::Quorum, LONG);
    for n in 0..20 {
        // At once: the ledger's own signature and no other.
        let at_once = ledger.deposit(2 * n, "").await;
        assert_eq!(at_once.checkpoint().note().signatures().len(), 1);
        let witnessed = ledger.deposit(2 * n + 1, "?wait=witnessed").await;
        assert!(ledger.is_witnessed(witnessed.checkpoint()), "{}", witnessed.checkpoint());
        witnessed
            .path()
            .verify(witnessed.index(), &witnessed.disclosure().leaf_hash(), witnessed.checkpoint().head())
            .unwrap();
        let (status, published) = ledger.get("/checkpoint").await;
        let published = SignedCheckpoint::parse(published).unwrap();
        assert!(status == StatusCode::OK && ledger.is_witnessed(&published));
        assert!(published.head().size.contains(witnessed.index()));
        // The entry before it is under the same or an earlier quorum now; both are the first that covers it.
        let (status, earlier) = ledger.get(&format!("/v1/entries/{}/receipt?witnessed=1", at_once.index())).await;
        let earlier = Receipt::parse(earlier.as_bytes()).unwrap();
        assert!(status == StatusCode::OK && ledger.is_witnessed(earlier.checkpoint()));
        assert!(earlier.checkpoint().head().size <= witnessed.checkpoint().head().size);
        assert_eq!(earlier.disclosure().leaf_hash(), at_once.disclosure().leaf_hash());
    }
    // A repeat may wait, too.
    let (status, text) = ledger.submit(3, "?wait=witnessed").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let status = ledger.gathering.status();
    assert!(status[0].cosigned.is_some() && status[1].cosigned.is_some() && status[2].cosigned.is_none(), "{status:?}");
}

#[tokio::test]
async fn without_the_quorum_nothing_is_published_and_waiting_has_an_end() {
    let (first, (_dead, silent)) = (witness(0).await, silent().await);
    let (_room, directory) = founded();
    let policy = policy(&[&first.1, &silent], "group g all w0 w1\nquorum g");
    let ledger = ledger(open(&directory, &options()).unwrap(), policy, Publish::Quorum, SHORT);
    let receipt = ledger.deposit(1, "?wait=witnessed").await;
    assert!(!ledger.is_witnessed(receipt.checkpoint()));
    let (status, text) = ledger.get("/checkpoint").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
    let (status, _) = ledger.get(&format!("/v1/entries/{}/receipt?witnessed=1", receipt.index())).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = ledger.get(&format!("/v1/entries/{}/receipt", receipt.index())).await;
    assert_eq!(status, StatusCode::OK);
    for wrong in ["?wait=ever", "?wait=", "?wait=witnessed&wait=witnessed", "?witnessed=1"] {
        assert_eq!(ledger.submit(2, wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(ledger.get("/v1/entries/1/receipt?witnessed=2").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_was_witnessed_is_published_again_after_a_restart() {
    let first = witness(0).await;
    let (_room, directory) = founded();
    let text = policy(&[&first.1], "quorum w0");
    let before = ledger(open(&directory, &options()).unwrap(), text, Publish::Quorum, LONG);
    let receipt = before.deposit(1, "?wait=witnessed").await;
    before.sequencer.stop().await;
    drop(before);
    // The same witness, of which nobody knows where it is now.
    let (_dead, silent) = silent().await;
    let opened = reopened(&directory).await;
    let after = ledger(opened, policy(&[&silent], "quorum w0"), Publish::Quorum, SHORT);
    let published = SignedCheckpoint::parse(after.get("/checkpoint").await.1).unwrap();
    assert!(after.is_witnessed(&published));
    assert_eq!(published.head(), receipt.checkpoint().head());
}

/// Opens a ledger once the questions that were under way have let go of it.
async fn reopened(directory: &Path) -> Opened {
    loop {
        match open(directory, &options()) {
            Ok(opened) => return opened,
            Err(error) => assert!(error.to_string().contains("locked"), "{error}"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_ledger_that_lost_what_it_signed_is_told_by_its_witness_and_admits_nothing() {
    let (witness_room, url) = witness(0).await;
    let (_room, directory) = founded();
    let backup = tempfile::tempdir().unwrap();
    copy(&directory, backup.path());
    let before = ledger(open(&directory, &options()).unwrap(), policy(&[&url], "quorum w0"), Publish::Quorum, LONG);
    before.deposit(1, "").await;
    before.deposit(2, "?wait=witnessed").await;
    drop(before);
    let restored =
        ledger(open(backup.path(), &options()).unwrap(), policy(&[&url], "quorum w0"), Publish::Quorum, LONG);
    let behind = loop {
        match restored.gathering.behind() {
            Some(behind) => break behind,
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!((behind.witness.as_str(), behind.checkpoint.head().size.get()), ("w0", 3));
    let (status, text) = restored.submit(9, "").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains("entries are lost"), "{text}");
    let (status, text) = restored.get("/readyz").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains("witness"), "{text}");
    drop(witness_room);
}

fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), &target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_policy_that_asks_nobody_or_is_another_ledgers_is_refused() {
    let (_room, directory) = founded();
    let opened = open(&directory, &options()).unwrap();
    let reader = opened.reader.clone();
    let sequencer = sequencer::start(opened, ledger_key(), clock(), sequencer::Limits::default()).unwrap();
    let start = |policy| Gathering::start(policy, reader.clone(), sequencer.checkpoint(), ask_limits()).err().unwrap();
    assert!(matches!(start(policy(&[], "quorum none")), GatherError::NoWitness));
    assert!(matches!(start(policy(&["ftp://x"], "quorum w0")), GatherError::Address { .. }));
    let other = VerifierKey::new_ed25519("log.example".parse().unwrap(), ledger_key().public());
    let other = Policy::parse(format!("log {other}\nquorum none\n")).unwrap();
    assert!(matches!(start(other), GatherError::OtherLedger(_)));
}
