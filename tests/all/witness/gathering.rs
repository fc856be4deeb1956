//! A ledger that asks witnesses: what is published, what a submission can wait for, and that nobody is held up.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::middleware::{Next, from_fn};
use http_body_util::BodyExt as _;
use notarium::api::{Problem, ProblemKind, SubmitAnswer};
use notarium::codec::Time;
use notarium::ledger::Receipt;
use notarium::note::VerifierKey;
use notarium::sequencer::{self, Sequencer};
use notarium::server::{App, Limits, Publish, WitnessApp, Witnesses, router, serve_witness, witness_router};
use notarium::store::{Opened, open};
use notarium::trust::{Policy, QuorumCheck, SignedCheckpoint};
use notarium::witness::{AskLimits, Behind, GatherError, Gathering, Standing};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{Log, NOW, at, make_witness, open_witness, witness_key};
use crate::founded::{Open, copy_folder, founded, options, origin, statement, time};
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

/// A witness that can be made to say nothing any more.
async fn fickle(number: u8) -> (TempDir, String, Arc<AtomicBool>) {
    let directory = tempfile::tempdir().unwrap();
    make_witness(directory.path(), &[ledger_vkey()]);
    let cosigner = open_witness(directory.path(), &format!("w.example/{number}"), witness_key(number));
    let is_silent = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&is_silent);
    let routes = witness_router(WitnessApp::new(cosigner, || at(NOW), Limits::default()));
    let routes = routes.layer(from_fn(move |request: Request<Body>, next: Next| {
        let is_silent = asked.load(Ordering::SeqCst);
        async move { if is_silent { std::future::pending().await } else { next.run(request).await } }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (directory, url, is_silent)
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
        // Only those who wait make it ask more than once an hour.
        leisure: Duration::from_hours(1),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        first_look: Duration::from_millis(50),
    }
}

fn clock() -> impl Fn() -> Time + Send + 'static {
    let ticks = AtomicU64::new(1000);
    move || time(ticks.fetch_add(1, Ordering::Relaxed))
}

/// A ledger that is served, once it is known how it stands with its witnesses or when they were waited for.
async fn ledger(opened: Opened, policy: Policy, publish: Publish, wait: Duration) -> Ledger {
    ledger_asking(opened, policy, publish, wait, ask_limits()).await
}

async fn ledger_asking(opened: Opened, policy: Policy, publish: Publish, wait: Duration, ask: AskLimits) -> Ledger {
    let reader = opened.reader.clone();
    let roomy = sequencer::Limits { least_free_bytes: 0, ..sequencer::Limits::default() };
    let sequencer = sequencer::start(opened, ledger_key(), clock(), roomy).unwrap();
    let gathering = Gathering::start(policy.clone(), reader.clone(), sequencer.checkpoint(), ask).unwrap();
    let witnesses = Witnesses { gathering: gathering.clone(), publish };
    let limits = Limits { witness_wait: wait, ..Limits::default() };
    let app = App::with_witnesses(reader, sequencer.clone(), limits, "test build", Some(witnesses)).unwrap();
    gathering.settled().await;
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

    /// How it stands with its witnesses once enough of them were heard, however long that takes on a busy machine.
    async fn heard(&self) -> Standing {
        let mut standing = self.gathering.standing();
        standing.wait_for(|standing| !matches!(standing, Standing::Asking { .. })).await.unwrap().clone()
    }

    /// The receipt of a new entry.
    async fn deposit(&self, n: u64, query: &str) -> Receipt {
        self.heard().await;
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
    let ledger = ledger(open(&directory, &options()).unwrap(), policy, Publish::Quorum, LONG).await;
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
    // The second has never heard of this ledger: it has cosigned nothing, and will not.
    let (first, stranger) = (witness(0).await, tempfile::tempdir().unwrap());
    make_witness(stranger.path(), &[]);
    let second = serve_at(stranger.path(), 1).await;
    let (_room, directory) = founded();
    let policy = policy(&[&first.1, &second], "group g all w0 w1\nquorum g");
    let ledger = ledger(open(&directory, &options()).unwrap(), policy, Publish::Quorum, SHORT).await;
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
    let before = ledger(open(&directory, &options()).unwrap(), text, Publish::Quorum, LONG).await;
    let receipt = before.deposit(1, "?wait=witnessed").await;
    before.sequencer.stop().await;
    drop(before);
    // The same witness, of which nobody knows where it is now.
    let (_dead, silent) = silent().await;
    let opened = reopened(&directory).await;
    let after = ledger(opened, policy(&[&silent], "quorum w0"), Publish::Quorum, SHORT).await;
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
    copy_folder(&directory, backup.path());
    let before =
        ledger(open(&directory, &options()).unwrap(), policy(&[&url], "quorum w0"), Publish::Quorum, LONG).await;
    before.deposit(1, "").await;
    before.deposit(2, "?wait=witnessed").await;
    drop(before);
    let restored =
        ledger(open(backup.path(), &options()).unwrap(), policy(&[&url], "quorum w0"), Publish::Quorum, LONG).await;
    let Standing::Behind(behind) = restored.heard().await else { panic!("nobody says what is lost") };
    assert!(
        matches!(&behind, Behind::Lost { witness, stored, .. } if witness == "w0" && stored.get() == 1),
        "{behind}"
    );
    let told = "the witness w0 has cosigned 3 entries of this ledger, signed by its key, and here are only 1: 2 entries are lost";
    assert_eq!(behind.to_string(), told);
    let (status, text) = restored.submit(9, "").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains(told), "{text}");
    let (status, text) = restored.get("/readyz").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains(told), "{text}");
    assert_eq!(restored.sequencer.checkpoint().borrow().head().size.get(), 1, "nothing new was signed");
    // Grown without asking anyone, to the size that the witness has and beyond, it is another history.
    restored.sequencer.stop().await;
    drop(restored);
    let mut alone = Open::with(reopened(backup.path()).await);
    for size in [3, 6] {
        alone.grow(size - alone.size());
        drop(alone);
        let opened = reopened(backup.path()).await;
        let parted = ledger(opened, policy(&[&url], "quorum w0"), Publish::Quorum, LONG).await;
        let standing = parted.heard().await;
        assert!(matches!(standing, Standing::Behind(Behind::Parted { .. })), "{size}: {standing:?}");
        let (status, text) = parted.submit(9, "").await;
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains("histories part"), "{text}");
        parted.sequencer.stop().await;
        drop(parted);
        alone = Open::with(reopened(backup.path()).await);
    }
    drop(witness_room);
}

#[tokio::test]
async fn until_a_quorum_is_heard_nothing_is_admitted_and_reading_goes_on() {
    let (first, (_room_of_second, second, is_silent), (_dead, dead)) =
        (witness(0).await, fickle(1).await, silent().await);
    let (_room, directory) = founded();
    is_silent.store(true, Ordering::SeqCst);
    let policy = policy(&[&first.1, &second, &dead], "group g 2 w0 w1 w2\nquorum g");
    let impatient = AskLimits { answer: Duration::from_millis(100), ..ask_limits() };
    let ledger = ledger_asking(open(&directory, &options()).unwrap(), policy, Publish::Quorum, LONG, impatient).await;
    let too_few = Standing::Asking { unknown: vec!["w1".to_owned(), "w2".to_owned()] };
    ledger.gathering.standing().wait_for(|standing| *standing == too_few).await.unwrap();
    let (status, text) = ledger.submit(1, "").await;
    let problem: Problem = serde_json::from_str(&text).unwrap();
    assert_eq!((status.as_u16(), problem.kind()), (503, Some(ProblemKind::WitnessesNotHeard)), "{text}");
    assert!(problem.detail.ends_with("is not known yet: w1, w2"), "{text}");
    assert_eq!(ledger.get("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ledger.get("/v1/entries/0/receipt").await.0, StatusCode::OK);
    is_silent.store(false, Ordering::SeqCst);
    ledger.gathering.standing().wait_for(|standing| *standing == Standing::Clear).await.unwrap();
    let receipt = ledger.deposit(1, "?wait=witnessed").await;
    assert!(ledger.is_witnessed(receipt.checkpoint()));
    assert_eq!(ledger.get("/readyz").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_word_without_the_ledgers_signature_stops_nobody() {
    // Says that it has cosigned more than there is, and shows what somebody else has signed.
    let liar = |_: Request<Body>| async {
        let note = Log::new(origin().as_str(), &|index| index, 9).checkpoint(9).to_string();
        (StatusCode::CONFLICT, [("content-type", "text/x.tlog.size")], "9\n".to_owned(), note)
    };
    let routes = axum::Router::new()
        .route(
            "/add-checkpoint",
            axum::routing::post(move |request| async move {
                let (status, kind, size, _) = liar(request).await;
                (status, kind, size)
            }),
        )
        .route("/{hash}/checkpoint", axum::routing::get(move |request| async move { liar(request).await.3 }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lying = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let (first, (_room, directory)) = (witness(0).await, founded());
    let one = policy(&[&first.1, &lying], "group g any w0 w1\nquorum g");
    let served = ledger(open(&directory, &options()).unwrap(), one, Publish::Quorum, LONG).await;
    served.deposit(1, "?wait=witnessed").await;
    served.sequencer.stop().await;
    drop(served);
    // Nor does its word count for anything where the quorum needs it.
    let both = policy(&[&first.1, &lying], "group g all w0 w1\nquorum g");
    let served = ledger(reopened(&directory).await, both, Publish::Quorum, SHORT).await;
    let too_few = Standing::Asking { unknown: vec!["w1".to_owned()] };
    served.gathering.standing().wait_for(|standing| *standing == too_few).await.unwrap();
    assert_eq!(served.submit(2, "").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_policy_that_asks_nobody_or_is_another_ledgers_is_refused() {
    let (_room, directory) = founded();
    let opened = open(&directory, &options()).unwrap();
    let reader = opened.reader.clone();
    let sequencer = sequencer::start(opened, ledger_key(), clock(), sequencer::Limits::default()).unwrap();
    let start = |policy| Gathering::start(policy, reader.clone(), sequencer.checkpoint(), ask_limits()).err().unwrap();
    assert!(matches!(start(policy(&[], "quorum none")), GatherError::NoWitness));
    let dead = "http://127.0.0.1:1";
    let half = Policy::parse(
        String::from_utf8_lossy(policy(&[dead, dead], "group g all w0 w1\nquorum g").as_bytes()).replacen(dead, "", 1),
    );
    assert!(matches!(start(half.unwrap()), GatherError::OutOfReach));
    assert!(matches!(start(policy(&["ftp://x"], "quorum w0")), GatherError::Address { .. }));
    let other = VerifierKey::new_ed25519("log.example".parse().unwrap(), ledger_key().public());
    let other = Policy::parse(format!("log {other}\nquorum none\n")).unwrap();
    assert!(matches!(start(other), GatherError::OtherLedger(_)));
}
