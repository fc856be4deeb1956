//! The sending threads: each serves its connections by one loop over epoll, and never waits for one of them.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::histogram::Histogram;
use super::requests::Requests;
use super::response::Response;

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;
/// How long answers are waited for after the end, when nothing comes any more.
const LAST_WAIT: Duration = Duration::from_secs(10);
/// The shortest time for which the system's timer is used as it is; shorter ones are waited out in steps.
const MILLISECOND: Duration = Duration::from_millis(1);
const STEP: Duration = Duration::from_micros(100);

/// What all sending threads share.
pub(crate) struct Plan<'a> {
    pub(crate) requests: &'a Requests,
    /// The number of the next request.
    pub(crate) next: &'a AtomicUsize,
    pub(crate) began: Instant,
    /// What begins before this is not counted.
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    /// Requests a second; none in a closed loop.
    pub(crate) rate: Option<f64>,
    /// Every how many requests an answer is kept.
    pub(crate) stride: usize,
    pub(crate) address: SocketAddr,
}

impl Plan<'_> {
    /// Whether there are requests that were not sent yet.
    pub(crate) fn has_more(&self) -> bool {
        self.requests.has(self.next.load(Ordering::Relaxed))
    }

    /// When a request is due.
    fn due(&self, number: usize) -> Option<Instant> {
        #[expect(clippy::cast_precision_loss, reason = "a time, to be met within microseconds")]
        self.rate.map(|rate| self.began + Duration::from_secs_f64(number as f64 / rate))
    }
}

/// What came of the requests that count.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) latency: Histogram,
    /// What the server says of the same requests: from a request's head to its answer. Empty where it says nothing.
    pub(crate) at_server: Histogram,
    /// Requests and statements that were answered within the time that counts.
    pub(crate) requests: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    /// Answers of the whole run by status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Connections that broke, and why the last one did.
    pub(crate) broken: u64,
    pub(crate) why: Option<String>,
    /// Bodies of kept answers by the number of their request.
    pub(crate) kept: Vec<(usize, Vec<u8>)>,
}

impl Tally {
    /// Adds that of another thread.
    pub(crate) fn add(&mut self, other: Self) {
        self.latency.add(&other.latency);
        self.at_server.add(&other.at_server);
        self.requests += other.requests;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.broken += other.broken;
        self.why = self.why.take().or(other.why);
        self.kept.extend(other.kept);
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
    }
}

/// Opens connections.
pub(crate) fn connect(address: SocketAddr, count: usize) -> io::Result<Vec<TcpStream>> {
    (0..count).map(|_| open(address)).collect()
}

fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}

/// A connection, and the request that is open on it.
struct Connection {
    stream: TcpStream,
    /// The number of the request, how much of it is sent, and since when its latency counts.
    open: Option<(usize, usize, Instant)>,
    response: Response,
}

/// One thread's connections.
struct Sender<'a> {
    plan: &'a Plan<'a>,
    poll: Poll,
    connections: Vec<Connection>,
    /// Connections without a request, when requests have times.
    idle: VecDeque<usize>,
    /// A request that was taken and is not due yet.
    waiting: Option<usize>,
    open: usize,
    buffer: Vec<u8>,
    tally: Tally,
}

/// Sends until the time is over or there is nothing more, and waits for the last answers.
pub(crate) fn drive(plan: &Plan<'_>, streams: Vec<TcpStream>) -> io::Result<Tally> {
    let poll = Poll::new()?;
    let mut connections = Vec::with_capacity(streams.len());
    for (at, mut stream) in streams.into_iter().enumerate() {
        poll.registry().register(&mut stream, Token(at), Interest::READABLE | Interest::WRITABLE)?;
        connections.push(Connection { stream, open: None, response: Response::default() });
    }
    let idle = (0..connections.len()).collect();
    let (buffer, tally) = (vec![0; PIECE], Tally::default());
    let mut sender = Sender { plan, poll, connections, idle, waiting: None, open: 0, buffer, tally };
    sender.run()?;
    Ok(sender.tally)
}

impl Sender<'_> {
    fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            let now = Instant::now();
            let wait = if now < self.plan.until { self.start_due(now)? } else { None };
            if self.open == 0 && wait.is_none() {
                return Ok(());
            }
            self.wait(&mut events, wait)?;
            if events.is_empty() && wait.is_none() {
                let why = format!("{} requests were not answered within {} s", self.open, LAST_WAIT.as_secs());
                self.tally.broken += self.open as u64;
                self.tally.why = Some(why);
                return Ok(());
            }
            for event in &events {
                self.attend(event.token().0)?;
            }
        }
    }

    /// Waits for events: until one comes, or until the next request is due.
    fn wait(&mut self, events: &mut Events, wait: Option<Duration>) -> io::Result<()> {
        let timeout = match wait {
            // The system's timer here counts in milliseconds.
            Some(wait) if wait < MILLISECOND => {
                thread::sleep(wait.min(STEP));
                Duration::ZERO
            }
            Some(wait) => wait.saturating_sub(MILLISECOND / 2),
            None => LAST_WAIT,
        };
        match self.poll.poll(events, Some(timeout)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Starts what is due on the connections that are free, and tells how long there is until the next is due.
    fn start_due(&mut self, now: Instant) -> io::Result<Option<Duration>> {
        while let Some(at) = self.idle.front().copied() {
            let Some(number) = self.waiting.take().or_else(|| self.take()) else { return Ok(None) };
            let due = self.plan.due(number);
            if let Some(wait) = due.and_then(|due| due.checked_duration_since(now)).filter(|wait| !wait.is_zero()) {
                self.waiting = Some(number);
                return Ok(Some(wait));
            }
            self.idle.pop_front();
            self.start(at, number, due.unwrap_or(now))?;
        }
        Ok(None)
    }

    fn take(&self) -> Option<usize> {
        let number = self.plan.next.fetch_add(1, Ordering::Relaxed);
        self.plan.requests.has(number).then_some(number)
    }

    fn start(&mut self, at: usize, number: usize, since: Instant) -> io::Result<()> {
        let keep = (number + 1).is_multiple_of(self.plan.stride);
        let connection = &mut self.connections[at];
        connection.open = Some((number, 0, since));
        connection.response.begin(self.plan.requests.answered_in_lines(), keep);
        self.open += 1;
        self.send(at)
    }

    /// Sends as much of the request as the connection takes.
    fn send(&mut self, at: usize) -> io::Result<()> {
        let connection = &mut self.connections[at];
        let Some((number, sent, _)) = &mut connection.open else { return Ok(()) };
        let bytes = self.plan.requests.bytes(*number).unwrap_or_default();
        while *sent < bytes.len() {
            match connection.stream.write(&bytes[*sent..]) {
                Ok(written) => *sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.reconnect(at, &error.to_string()),
            }
        }
        Ok(())
    }

    /// Goes on with a connection as far as it goes.
    fn attend(&mut self, at: usize) -> io::Result<()> {
        self.send(at)?;
        loop {
            let connection = &mut self.connections[at];
            let read = match connection.stream.read(&mut self.buffer) {
                Ok(0) => return self.reconnect(at, "the server closed the connection"),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return self.reconnect(at, &error.to_string()),
            };
            match connection.response.feed(&self.buffer[..read]) {
                Ok(true) => self.finish(at)?,
                Ok(false) => {}
                Err(_) => return self.reconnect(at, "the answer is not understood"),
            }
            // Less than asked for means that there is no more: another event tells when there is.
            if read < self.buffer.len() {
                return Ok(());
            }
        }
    }

    /// Counts an answer, and sends the next request.
    fn finish(&mut self, at: usize) -> io::Result<()> {
        let connection = &mut self.connections[at];
        let Some((number, _, since)) = connection.open.take() else { return Ok(()) };
        self.open -= 1;
        let (now, plan) = (Instant::now(), self.plan);
        let (accepted, refused) = connection.response.statements();
        if (plan.from..plan.until).contains(&now) {
            self.tally.requests += 1;
            self.tally.accepted += accepted;
            self.tally.refused += refused;
        }
        if (plan.from..plan.until).contains(&since) {
            let nanos = now.saturating_duration_since(since).as_nanos();
            self.tally.latency.record(u64::try_from(nanos).unwrap_or(u64::MAX));
            if let Some(took) = connection.response.took() {
                self.tally.at_server.record(took);
            }
        }
        *self.tally.statuses.entry(connection.response.status()).or_default() += 1;
        if let Some(body) = connection.response.take_kept() {
            self.tally.kept.push((number, body));
        }
        self.next(at, now)
    }

    fn next(&mut self, at: usize, now: Instant) -> io::Result<()> {
        if self.plan.rate.is_some() || now >= self.plan.until {
            self.idle.push_back(at);
            return Ok(());
        }
        match self.take() {
            Some(number) => self.start(at, number, now),
            None => Ok(()),
        }
    }

    /// Opens a connection anew in the place of one that broke. The request on it is lost.
    fn reconnect(&mut self, at: usize, why: &str) -> io::Result<()> {
        let connection = &mut self.connections[at];
        let lost = connection.open.take().is_some();
        self.poll.registry().deregister(&mut connection.stream)?;
        connection.stream = open(self.plan.address)?;
        self.poll.registry().register(&mut connection.stream, Token(at), Interest::READABLE | Interest::WRITABLE)?;
        if lost {
            self.open -= 1;
            self.tally.broken += 1;
            self.tally.why = Some(why.to_owned());
            self.idle.push_back(at);
        }
        Ok(())
    }
}
