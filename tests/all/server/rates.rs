//! Limits on a rate, of each key and of each address, and on submissions at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use notarium::api::{BatchLine, ProblemKind};
use notarium::crypto::SigningKey;
use notarium::server::{Limits, MAX_PROXIES, Rate, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::{Served, Setup, deposit, gated, roomy, served_with, ticking};
use crate::samples::{bytes16, registrar_key, submitter_key};

/// One in a quarter of an hour would never be given back within a test.
const TWO: Rate = Rate { per_second: 1, burst: 2 };

fn limited(limits: Limits) -> Served {
    served_with(Setup { limits, sequencer: roomy(), clock: ticking() })
}

fn statement(key: &SigningKey, nonce: u8) -> Vec<u8> {
    deposit(key, b"x", nonce).as_bytes().to_vec()
}

#[tokio::test]
async fn a_key_that_sends_too_much_is_told_when_to_come_back() {
    let served = limited(Limits { per_key: Some(Rate { per_second: 1, burst: 3 }), ..Limits::default() });
    let key = submitter_key();
    let mut refused = None;
    // A machine that is slow gives some back meanwhile.
    for nonce in 0..100 {
        let answer = served.submit(&statement(&key, nonce)).await;
        if answer.status.as_u16() != 201 {
            refused = Some((nonce, answer));
            break;
        }
    }
    let (nonce, answer) = refused.expect("a hundred submissions take less than 97 seconds");
    assert!(nonce >= 3);
    assert_eq!(answer.problem().0, ProblemKind::RateLimited);
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, Some("1")));
    // Others are not held to it, nor are repeats; a forger does not use up another's.
    assert_eq!(served.submit(&statement(&registrar_key(), 200)).await.status.as_u16(), 201);
    assert_eq!(served.submit(&statement(&key, 0)).await.status.as_u16(), 200);
    let mut forged = statement(&SigningKey::from_seed(&[9; 32]), 201);
    *forged.last_mut().unwrap() ^= 1;
    for _ in 0..5 {
        assert_eq!(served.submit(&forged).await.problem().0, ProblemKind::BadSignature);
    }
    assert_eq!(served.submit(&statement(&SigningKey::from_seed(&[9; 32]), 201)).await.status.as_u16(), 201);
}

#[tokio::test]
async fn a_batch_is_held_to_the_rate_of_its_keys_line_by_line() {
    let served = limited(Limits { per_key: Some(Rate { per_second: 1, burst: 5 }), ..Limits::default() });
    let batch: Vec<u8> = (0..50).flat_map(|nonce| bytes16(&statement(&submitter_key(), nonce))).collect();
    let answer = served.post("/v1/evidence/batch", "application/octet-stream", batch).await;
    let lines: Vec<BatchLine> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 50);
    let statuses: Vec<u16> = lines.iter().map(|line| line.status).collect();
    assert!(statuses[..5].iter().all(|status| *status == 201), "{statuses:?}");
    assert!(statuses.contains(&429) && statuses.iter().all(|status| [201, 429].contains(status)), "{statuses:?}");
}

/// A server at an address, stopped at the end.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
    _served: Arc<Served>,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let served = Arc::new(limited(limits));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let app = served.app.clone();
        let task = tokio::spawn(async move {
            serve(listener, app, async { drop(stopped.await) }).await.unwrap();
        });
        Self { address, stop, task, _served: served }
    }

    /// The status of a request on a connection of its own.
    async fn get(&self, path: &str, fields: &str) -> u16 {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{fields}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(status == 429, answer.contains("retry-after: "), "{answer}");
        status
    }

    /// Asks until it is told that this is too much.
    async fn until_refused(&self, fields: &str) -> usize {
        let mut asked = 0;
        while self.get("/v1/ledger", fields).await == 200 {
            asked += 1;
            assert!(asked < 1000, "a thousand requests in a thousand seconds");
        }
        asked
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

#[tokio::test]
async fn an_address_is_held_to_its_rate_and_health_is_told_all_the_same() {
    let running = Running::start(Limits { per_address: Some(TWO), ..Limits::default() }).await;
    assert!(running.until_refused("").await >= 2);
    // Who says that it is another is not believed.
    let refused = async || {
        running.until_refused("").await;
        running.get("/v1/ledger", "x-forwarded-for: 1.2.3.4\r\n").await
    };
    let mut told = refused().await;
    for _ in 0..20 {
        if told == 429 {
            break;
        }
        told = refused().await;
    }
    assert_eq!(told, 429);
    for _ in 0..5 {
        assert_eq!(running.get("/healthz", "").await, 200);
    }
    running.stop().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_visitor_has_a_rate() {
    let mut trusted_proxies = [None; MAX_PROXIES];
    trusted_proxies[0] = Some("127.0.0.1".parse().unwrap());
    let limits = Limits { per_address: Some(TWO), trusted_proxies, ..Limits::default() };
    let running = Running::start(limits).await;
    assert!(running.until_refused("x-forwarded-for: 1.2.3.4\r\n").await >= 2);
    assert_eq!(running.get("/v1/ledger", "x-forwarded-for: 1.2.3.5\r\n").await, 200);
    // What a visitor writes itself stands to the left of what the proxy adds.
    assert!(running.until_refused("x-forwarded-for: 9.9.9.9, 1.2.3.6\r\n").await >= 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn submissions_beyond_their_places_are_shed_before_their_signature_is_looked_at() {
    let (clock, gate) = gated();
    let limits = Limits { submissions: 1, ..Limits::default() };
    let served = Arc::new(served_with(Setup { limits, sequencer: roomy(), clock }));
    let first = tokio::spawn({
        let served = Arc::clone(&served);
        async move { served.submit(&statement(&submitter_key(), 1)).await }
    });
    tokio::task::block_in_place(|| gate.wait_for_a_look());
    // Not even a statement: that would be found out with a place.
    for shed in [statement(&submitter_key(), 2), b"no statement".to_vec()] {
        let answer = served.submit(&shed).await;
        assert_eq!(answer.problem().0, ProblemKind::Busy);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(served.get("/v1/ledger").await.status.as_u16(), 200, "reading goes on");
    drop(gate);
    assert_eq!(first.await.unwrap().status.as_u16(), 201);
    // It recovers at once.
    assert_eq!(served.submit(&statement(&submitter_key(), 2)).await.status.as_u16(), 201);
    let timeout = tokio::time::timeout(Duration::from_mins(1), served.submit(b"no statement")).await.unwrap();
    assert_eq!(timeout.problem().0, ProblemKind::MalformedStatement);
}
