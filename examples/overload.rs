//! What a server does that is offered ten times what it can take: the rate that it can take is measured first, in the same run.
//!
//! `overload PROGRAM [SECONDS [SUBMISSIONS]]` makes a ledger in a temporary folder (`TMPDIR` chooses the disk), serves it with PROGRAM as a
//! process of its own, and prints four phases: a closed loop that finds the rate, that rate offered at even times, ten times of it,
//! and one submission after another once the storm is over. Latency is counted from the moment a request is sent. What was reached of the
//! rate that should be offered is printed: generator and server share the machine.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop where it is")]
#![expect(clippy::print_stdout, reason = "an example has no output room")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Body, Evidence, Fingerprint, SignedStatement};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep_until;

/// Connections that find the rate, and that offer ten times of it.
const FEW: u64 = 256;
const MANY: u64 = 2048;
const TIMES: u64 = 10;

/// One answer: its status, whether it says when to come back, and how long it took.
struct Answer {
    status: u16,
    says_when: bool,
    took: Duration,
}

/// Statements that nobody has submitted before, made one after another while they are sent.
struct Statements {
    key: SigningKey,
    next: AtomicU64,
}

impl Statements {
    /// A request with the next statement.
    fn request(&self) -> Vec<u8> {
        let number = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        let mut hasher = DualHasher::new();
        hasher.update(&number.to_be_bytes());
        let body = Evidence {
            fingerprint: Fingerprint::plain(&hasher.finish()),
            claimed_time: Time::NOT_STATED,
            continues: None,
            details: None,
            nonce: number.to_be_bytes(),
        };
        let statement = SignedStatement::sign(&Body::Evidence(body), &self.key).unwrap();
        let length = statement.as_bytes().len();
        let head = format!(
            "POST /v1/evidence HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), statement.as_bytes()].concat()
    }

    /// So many requests.
    fn requests(&self, count: u64) -> Vec<Vec<u8>> {
        (0..count).map(|_| self.request()).collect()
    }
}

/// Sends one request and reads its answer to the end.
async fn ask(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Answer {
    let sent = Instant::now();
    stream.write_all(request).await.unwrap();
    buffer.clear();
    let end = loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server closed a connection");
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let whole = end + length.parse::<usize>().unwrap();
    while buffer.len() < whole {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server closed a connection");
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, says_when: head.contains("retry-after: "), took: sent.elapsed() }
}

/// Sends requests from so many connections: at even times if there is a rate, and as fast as they are answered otherwise.
async fn drive(
    address: SocketAddr,
    connections: u64,
    rate: Option<u64>,
    requests: Vec<Vec<u8>>,
    time: Duration,
) -> Phase {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicU64::new(0)));
    let mut streams = Vec::new();
    for _ in 0..connections {
        streams.push(TcpStream::connect(address).await.unwrap());
    }
    let began = Instant::now();
    let mut tasks = Vec::new();
    for mut stream in streams {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            let (mut answers, mut buffer) = (Vec::new(), Vec::new());
            while began.elapsed() < time {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = usize::try_from(number).ok().and_then(|at| requests.get(at)) else { break };
                if let Some(rate) = rate {
                    sleep_until((began + Duration::from_nanos(number * 1_000_000_000 / rate)).into()).await;
                }
                answers.push(ask(&mut stream, request, &mut buffer).await);
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap());
    }
    Phase { answers, seconds: began.elapsed().as_secs_f64() }
}

/// What came of a phase.
struct Phase {
    answers: Vec<Answer>,
    seconds: f64,
}

impl Phase {
    fn accepted(&self) -> Vec<Duration> {
        let mut took: Vec<_> = self.answers.iter().filter(|a| a.status == 201).map(|a| a.took).collect();
        took.sort();
        took
    }

    fn rate(&self) -> u64 {
        let rate = format!("{:.0}", self.accepted().len() as f64 / self.seconds);
        rate.parse().unwrap()
    }

    /// Prints it, and gives the 99th percentile of what was accepted.
    fn print(&self, name: &str, memory: u64) -> Duration {
        let accepted = self.accepted();
        let at = |per_mille: usize| accepted.get(accepted.len() * per_mille / 1000).copied().unwrap_or_default();
        let shed: Vec<_> = self.answers.iter().filter(|a| [429, 503].contains(&a.status)).collect();
        let silent = shed.iter().filter(|answer| !answer.says_when).count();
        let others = self.answers.len() - accepted.len() - shed.len();
        println!(
            "{name}: offered {:.0}/s, accepted {}/s (p50 {:.1?}, p99 {:.1?}), shed {:.0}/s ({silent} without Retry-After), \
             otherwise {others}; server has {memory} MiB",
            self.answers.len() as f64 / self.seconds,
            self.rate(),
            at(500),
            at(990),
            shed.len() as f64 / self.seconds
        );
        at(990)
    }
}

/// The server's memory in MiB: what it has at most had.
fn peak_memory(server: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

fn serve(program: &str, room: &Path, submissions: &str) -> (Child, SocketAddr) {
    let made =
        Command::new(program).args(["init", "L", "--origin", "ledger.example/overload"]).current_dir(room).output();
    assert!(made.unwrap().status.success());
    let mut server = Command::new(program);
    server.args(["serve", "L", "--listen", "127.0.0.1:0", "--log", "warn", "--max-submissions", submissions]);
    let mut server = server.current_dir(room).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
    (server, address)
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, rest @ ..] = arguments.as_slice() else { panic!("overload PROGRAM [SECONDS [SUBMISSIONS]]") };
    let seconds: u64 = rest.first().map_or(5, |seconds| seconds.parse().unwrap());
    let time = Duration::from_secs(seconds);
    let room = std::env::temp_dir().join(format!("notarium-overload-{}", std::process::id()));
    std::fs::create_dir(&room).unwrap();
    let (mut server, address) = serve(program, &room, rest.get(1).map_or("512", String::as_str));
    let statements = Statements { key: SigningKey::from_seed(&[7; 32]), next: AtomicU64::new(0) };

    let found = drive(address, FEW, None, statements.requests(30_000 * seconds), time).await;
    found.print(&format!("closed loop, {FEW} connections"), peak_memory(&server));
    let rate = found.rate().max(1);
    let at_rate = drive(address, FEW, Some(rate), statements.requests(rate * seconds), time).await;
    let calm = at_rate.print(&format!("offered {rate}/s"), peak_memory(&server));
    let storm = drive(address, MANY, Some(TIMES * rate), statements.requests(TIMES * rate * seconds), time).await;
    let stormy = storm.print(&format!("offered {}/s, {MANY} connections", TIMES * rate), peak_memory(&server));
    let after = drive(address, 1, None, statements.requests(100), time).await;
    after.print("after the storm, one at a time", peak_memory(&server));
    let first = after.answers.first().map_or(Duration::MAX, |answer| answer.took);
    println!(
        "first answer after the storm: {} in {first:.1?}",
        after.answers.first().map_or(0, |answer| answer.status)
    );
    println!(
        "p99 of accepted work under overload is {:.1} times that at the measured rate",
        stormy.as_secs_f64() / calm.as_secs_f64()
    );
    server.kill().unwrap();
    server.wait().unwrap();
    std::fs::remove_dir_all(&room).unwrap();
}
