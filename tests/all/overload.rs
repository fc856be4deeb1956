//! A server that is given more than it can take, by the honest and by others: it sheds, stays within its memory, and goes on.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::backup::{Server, room};
use crate::founded::statement;

/// Far below what every connection or request holding on to its memory would take.
const MOST_MIB: u64 = 600;

impl Server {
    /// The most memory that it has had, in MiB.
    fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.client.address().as_str().strip_prefix("http://").unwrap()).unwrap()
    }

    /// What comes back until the server ends the connection.
    fn ask(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn post(statement: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/evidence HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/octet-stream\r\n\
         content-length: {}\r\n\r\n",
        statement.len()
    );
    [head.as_bytes(), statement].concat()
}

/// As many open files as the system allows.
fn many_files() -> u64 {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    maximum.unwrap_or(u64::MAX)
}

#[test]
fn ten_thousand_idle_connections_are_held_and_others_are_served() {
    assert!(many_files() >= 12_500, "`ulimit -Hn` must be 12500 at least");
    let room = room();
    let server = Server::start_with(room.path(), &["--max-connections", "11000", "--first-byte-time", "3600"]);
    let idle: Vec<TcpStream> = (0..10_000).map(|_| server.connect()).collect();
    assert_eq!(server.submit(1).index().get(), 1);
    assert!(server.ask(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ends_with("ready\n"));
    assert!(server.peak_memory() < MOST_MIB, "{} MiB", server.peak_memory());
    drop(idle);
    assert_eq!(server.submit(2).index().get(), 2);
    server.stop();
}

#[test]
fn connections_over_the_limit_wait_and_are_served_when_there_is_room() {
    let room = room();
    let server = Server::start_with(room.path(), &["--max-connections", "8", "--first-byte-time", "1"]);
    // Silent ones hold their places until they are sent away.
    let silent: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    assert!(server.ask(&post(statement(1).as_bytes())).starts_with("HTTP/1.1 201 "));
    drop(silent);
    server.stop();
}

#[test]
fn a_flood_is_shed_with_a_word_when_to_come_back_and_passes() {
    let room = room();
    let server = Server::start_with(room.path(), &["--max-submissions", "2"]);
    let (next, shed, accepted) = (AtomicU64::new(1), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                // Until enough was shed and enough admitted, whatever the machine is like.
                while shed.load(Ordering::Relaxed) < 50 || accepted.load(Ordering::Relaxed) < 50 {
                    let answer = server.ask(&post(statement(next.fetch_add(1, Ordering::Relaxed)).as_bytes()));
                    if answer.starts_with("HTTP/1.1 503 ") {
                        assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
                        assert!(answer.contains("urn:notarium:problem:busy"), "{answer}");
                        shed.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
                        accepted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    // It is over: the very next one is admitted.
    let last = server.ask(&post(statement(1_000_000).as_bytes()));
    assert!(last.starts_with("HTTP/1.1 201 "), "{last}");
    assert!(server.peak_memory() < MOST_MIB, "{} MiB", server.peak_memory());
    server.stop();
}

/// Writes for as long as the other side takes it. Gives how much that was.
fn pour(stream: &mut TcpStream, piece: &[u8], most: usize) -> usize {
    let mut taken = 0;
    while taken < most && stream.write_all(piece).is_ok() {
        taken += piece.len();
    }
    taken
}

#[test]
fn heads_and_bodies_without_end_are_cut_off() {
    const MOST: usize = 256 << 20;
    let room = room();
    let server = Server::start_with(room.path(), &[]);
    let chunk = [&b"10000\r\n"[..], &vec![b'x'; 1 << 16], b"\r\n"].concat();
    let field = format!("x-filler: {}\r\n", "x".repeat(8000));
    let endless: [(&str, &[u8]); 3] = [
        (
            "POST /v1/evidence HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n",
            &chunk,
        ),
        (
            "POST /v1/evidence/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
            &chunk,
        ),
        ("GET /healthz HTTP/1.1\r\nhost: x\r\n", field.as_bytes()),
    ];
    for (head, piece) in endless {
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let taken = pour(&mut stream, piece, MOST);
        assert!(taken < MOST, "{head:?} was taken without end");
    }
    assert_eq!(server.submit(1).index().get(), 1);
    assert!(server.peak_memory() < MOST_MIB, "{} MiB", server.peak_memory());
    server.stop();
}

#[test]
fn readers_that_never_read_cost_no_memory_and_are_cut_off() {
    let room = room();
    let server = Server::start_with(room.path(), &["--body-time", "1", "--answer-time", "2"]);
    for n in 1..300 {
        server.submit(n);
    }
    let request = b"GET /v1/entries?limit=1000 HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let mut deaf: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut deaf {
        // As far as it is taken: the server stops reading when its answers are not taken.
        stream.set_nonblocking(true).unwrap();
        let _ = stream.write(&request);
    }
    assert_eq!(server.submit(1000).index().get(), 300, "others are served meanwhile");
    // Each is cut off: after what was in the buffers there is an end.
    for mut stream in deaf {
        stream.set_nonblocking(false).unwrap();
        while let Ok(1..) = stream.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n") {}
    }
    assert!(server.peak_memory() < MOST_MIB, "{} MiB", server.peak_memory());
    server.stop();
}
