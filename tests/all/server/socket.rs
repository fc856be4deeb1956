//! A real socket: both protocols, connections that are not kept, and a stop that finishes what was accepted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use notarium::api::SubmitAnswer;
use notarium::server::{Limits, ServeError, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Served, Setup, deposit, gated, roomy, served, served_with, ticking};
use crate::samples::submitter_key;

/// A ledger that is served on a port of its own.
struct Running {
    served: Arc<Served>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

async fn run(served: Served) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = served.app.clone();
    let task = tokio::spawn(serve(listener, app, async {
        let _ = stopped.await;
    }));
    Running { served: Arc::new(served), address, stop, task }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) -> Result<(), ServeError> {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

/// All that comes until the other side closes; a reset is a way of closing.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes).await {
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => bytes,
    }
}

/// The head of an answer, and its body of the length that it announces.
async fn answer(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    (head, body)
}

fn post(statement: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/evidence HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        statement.len()
    );
    [head.as_bytes(), statement].concat()
}

fn statement(nonce: u8) -> Vec<u8> {
    deposit(&submitter_key(), b"x", nonce).as_bytes().to_vec()
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let running = run(served()).await;
    let mut stream = running.connect().await;
    for nonce in 1..=3 {
        stream.write_all(&post(&statement(nonce))).await.unwrap();
        let (head, body) = answer(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
        let answer: SubmitAnswer = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer.entry.index, u64::from(nonce));
    }
    running.stop().await.unwrap();
    assert!(rest(&mut stream).await.is_empty(), "a resting connection is closed at the stop");
}

/// A frame of HTTP/2 (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

/// What begins an HTTP/2 connection: the preface and empty settings.
fn preface() -> Vec<u8> {
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, b"")].concat()
}

/// A `GET` over HTTP/2. HPACK: GET and http from the static table, the path as a literal under the name of entry 4.
fn get_frame(path: &str) -> Vec<u8> {
    let fields = [&[0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()][..], path.as_bytes(), b"\x41\x01x"].concat();
    // END_STREAM and END_HEADERS.
    frame(HEADERS, 0x05, 1, &fields)
}

/// The next frame of a connection: its kind and payload; none at the end. Pings are answered, as by a client that is there.
async fn next_frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let mut payload = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
    stream.read_exact(&mut payload).await.ok()?;
    if head[3] == PING && head[4] == 0 {
        let _ = stream.write_all(&frame(PING, 1, 0, &payload)).await;
    }
    Some((head[3], payload))
}

#[tokio::test]
async fn http_2_is_spoken_with_prior_knowledge() {
    let running = run(served()).await;
    let mut stream = running.connect().await;
    stream.write_all(&[preface(), get_frame("/healthz")].concat()).await.unwrap();
    let (mut status, mut body) = (None, Vec::new());
    while body.is_empty() {
        match next_frame(&mut stream).await.unwrap() {
            (HEADERS, payload) => status = payload.first().copied(),
            (DATA, payload) => body = payload,
            _ => {}
        }
    }
    assert_eq!(status, Some(0x88), "static table entry 8 is `:status: 200`");
    assert_eq!(body, b"alive\n");
    // A client that is there would be asked whether it has heard of the stop.
    drop(stream);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_http_2_connection_that_only_answers_pings_is_sent_away() {
    let limits = Limits { header: Duration::from_millis(20), ..Limits::default() };
    let running = run(served_with(Setup { limits, sequencer: roomy(), clock: ticking() })).await;
    let mut stream = running.connect().await;
    stream.write_all(&preface()).await.unwrap();
    let mut kinds = Vec::new();
    while let Some((kind, _)) = next_frame(&mut stream).await {
        kinds.push(kind);
    }
    assert!(kinds.contains(&GOAWAY), "{kinds:?}");
    running.stop().await.unwrap();
}

/// All entries of that ledger.
const LIST: &str = "/v1/entries?limit=1000";

/// A ledger whose list of entries is larger than what HTTP/2 sends unasked.
async fn with_a_long_list(limits: Limits) -> Running {
    let running = run(served_with(Setup { limits, sequencer: roomy(), clock: ticking() })).await;
    for nonce in 0..200 {
        running.served.deposit(&[nonce], nonce).await;
    }
    assert!(running.served.get(LIST).await.body.len() > 2 * 65_535);
    running
}

#[tokio::test]
async fn an_http_2_client_that_opens_no_window_is_cut_off() {
    let limits = Limits { answer: Duration::from_millis(500), requests: 1, ..Limits::default() };
    let running = with_a_long_list(limits).await;
    let mut stream = running.connect().await;
    stream.write_all(&[preface(), get_frame(LIST)].concat()).await.unwrap();
    let mut taken = 0;
    while let Some((kind, payload)) = next_frame(&mut stream).await {
        taken += if kind == DATA { payload.len() } else { 0 };
        if taken == 65_535 {
            let busy = running.served.get("/v1/ledger").await;
            assert_eq!(busy.status.as_u16(), 503, "what is not taken keeps its place");
            taken += 1;
        }
    }
    assert_eq!(taken, 65_536, "the window, and the mark that it was seen full");
    // The place is free as soon as whoever held it has heard of the end.
    while running.served.get("/v1/ledger").await.status.as_u16() == 503 {
        tokio::task::yield_now().await;
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_answer_comes_whole_over_http_2() {
    let running = with_a_long_list(Limits::default()).await;
    let mut stream = running.connect().await;
    // A window for all of it, for the connection and for each stream.
    let settings = frame(SETTINGS, 0, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff]);
    let window = frame(8, 0, 0, &[0x3f, 0xff, 0xff, 0xff]);
    stream.write_all(&[preface(), settings, window, get_frame(LIST)].concat()).await.unwrap();
    let expected = running.served.get(LIST).await.body;
    let mut body = Vec::new();
    while body.len() < expected.len() {
        let (kind, payload) = next_frame(&mut stream).await.unwrap();
        body.extend(if kind == DATA { payload } else { Vec::new() });
    }
    assert!(body == expected);
    drop(stream);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let running = run(served()).await;
    let mut stream = running.connect().await;
    let fields = format!("x-filler: {}\r\n", "x".repeat(1000)).repeat(70);
    let head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{fields}\r\n");
    // The server may close before it has all of it.
    let _ = stream.write_all(head.as_bytes()).await;
    let answered = String::from_utf8(rest(&mut stream).await).unwrap();
    assert!(!answered.contains(" 200 "), "{answered}");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn connections_that_say_too_little_are_closed() {
    let short = Duration::from_millis(20);
    let limits = Limits { first_bytes: short, header: short, ..Limits::default() };
    let running = run(served_with(Setup { limits, sequencer: roomy(), clock: ticking() })).await;
    for said in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r", "G", "GET /healthz HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = running.connect().await;
        stream.write_all(said.as_bytes()).await.unwrap();
        let answered = String::from_utf8(rest(&mut stream).await).unwrap();
        assert!(!answered.contains(" 200 "), "{said:?}: {answered:?}");
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_body_announced_too_large_is_refused_before_it_is_sent() {
    let running = run(served()).await;
    let mut stream = running.connect().await;
    let head = "POST /v1/evidence HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\n\
                content-length: 1000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("urn:notarium:problem:too-large"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let running = run(served()).await;
    let mut stream = running.connect().await;
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n").await.unwrap();
    assert!(!String::from_utf8_lossy(&rest(&mut stream).await).contains(" 200 "));
    running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_was_accepted() {
    let (clock, gate) = gated();
    let running = run(served_with(Setup { limits: Limits::default(), sequencer: roomy(), clock })).await;
    let mut stream = running.connect().await;
    stream.write_all(&post(&statement(1))).await.unwrap();
    tokio::task::block_in_place(|| gate.wait_for_a_look());
    let served = Arc::clone(&running.served);
    running.stop.send(()).unwrap();
    let mut readiness = served.get("/readyz").await;
    while readiness.text() == "ready\n" {
        tokio::task::yield_now().await;
        readiness = served.get("/readyz").await;
    }
    assert_eq!(readiness.text(), "not ready: shutting down\n");
    gate.let_through();
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
    assert_eq!(serde_json::from_slice::<SubmitAnswer>(&body).unwrap().entry.index, 1);
    assert!(rest(&mut stream).await.is_empty());
    running.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_ever() {
    let (clock, gate) = gated();
    let limits = Limits { stop: Duration::from_millis(1), ..Limits::default() };
    let running = run(served_with(Setup { limits, sequencer: roomy(), clock })).await;
    let mut stream = running.connect().await;
    stream.write_all(&post(&statement(1))).await.unwrap();
    tokio::task::block_in_place(|| gate.wait_for_a_look());
    let served = Arc::clone(&running.served);
    assert!(matches!(running.stop().await, Err(ServeError::Unfinished { .. })));
    drop(gate);
    drop(served);
}
