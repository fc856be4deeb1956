//! One call: limits, attempts, and what came back.

use std::io;
use std::time::Duration;

use ureq::http::{Response, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::{Address, ClientError};
use crate::api::Problem;

/// A ledger that accepts no connection within this time is not there.
const CONNECT: Duration = Duration::from_secs(15);
/// A call that takes longer, from first byte to last, is given up.
const CALL: Duration = Duration::from_mins(2);
/// How often a call is made at most while the ledger says that it is busy.
const ATTEMPTS: u32 = 6;
/// The longest pause between attempts; a ledger that asks for more is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Connections that are kept for the next call: as many as the desk has calls side by side.
const IDLE: usize = 16;
/// The longest refusal that is read.
const MAX_PROBLEM: u64 = 65_536;

/// What came back with a status that says yes.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// How often it was asked until this came back.
    pub(super) attempts: u32,
}

/// Makes calls to one ledger.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    address: Address,
    agent: Agent,
    pause: fn(Duration),
}

enum Attempt {
    Done(Answer),
    /// Busy; come back after this time. The error is for when it is not worth it.
    Later(Duration, ClientError),
    /// A kept connection turned out to be closed.
    Broken(ClientError),
    Failed(ClientError),
}

impl Caller {
    pub(super) fn new(address: Address, pause: fn(Duration)) -> Self {
        Self::with_time_limit(address, pause, CALL)
    }

    /// A call that takes longer than `limit`, from first byte to last, is given up.
    pub(super) fn with_time_limit(address: Address, pause: fn(Duration), limit: Duration) -> Self {
        Self { agent: agent(address.is_loopback(), CONNECT, limit, IDLE), address, pause }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn get(&self, path: &str, limit: u64) -> Result<Answer, ClientError> {
        let url = format!("{}{path}", self.address);
        self.repeat(|| Self::attempt(&url, limit, self.agent.get(&url).call()))
    }

    pub(super) fn post(&self, path: &str, body: &[u8], limit: u64) -> Result<Answer, ClientError> {
        let url = format!("{}{path}", self.address);
        let post = || self.agent.post(&url).header(header::CONTENT_TYPE, "application/octet-stream").send(body);
        self.repeat(|| Self::attempt(&url, limit, post()))
    }

    /// Repeats a call while the ledger asks to come back later, and once when a connection broke. Every call of this
    /// client may be repeated: reading changes nothing, and a statement is admitted once.
    fn repeat(&self, call: impl Fn() -> Attempt) -> Result<Answer, ClientError> {
        let (mut may_wait, mut may_break, mut made) = (ATTEMPTS - 1, true, 0);
        loop {
            made += 1;
            match call() {
                Attempt::Done(answer) => return Ok(Answer { attempts: made, ..answer }),
                Attempt::Later(pause, _) if may_wait > 0 && pause <= LONGEST_PAUSE => {
                    may_wait -= 1;
                    (self.pause)(pause);
                }
                Attempt::Broken(_) if may_break => may_break = false,
                Attempt::Later(_, error) | Attempt::Broken(error) | Attempt::Failed(error) => {
                    return Err(error.after(made));
                }
            }
        }
    }

    fn attempt(url: &str, limit: u64, result: Result<Response<Body>, ureq::Error>) -> Attempt {
        let response = match result {
            Ok(response) => response,
            Err(error) => return failed(url, limit, error),
        };
        let status = response.status();
        if status.is_success() {
            return match response.into_body().with_config().limit(limit).read_to_vec() {
                Ok(body) => Attempt::Done(Answer { url: url.to_owned(), status: status.as_u16(), body, attempts: 1 }),
                Err(error) => failed(url, limit, error),
            };
        }
        if status.is_redirection() {
            let to = text_of(&response, header::LOCATION).unwrap_or("somewhere").to_owned();
            return Attempt::Failed(ClientError::Redirected { url: url.to_owned(), to });
        }
        let pause = text_of(&response, header::RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let error = refusal(url, status.as_u16(), response);
        match pause {
            Some(pause) if matches!(status.as_u16(), 429 | 503) => Attempt::Later(pause, error),
            _ => Attempt::Failed(error),
        }
    }
}

/// What makes calls: within these limits on time, with so many connections kept, no redirects, the system's trust; to this machine itself, past any proxy.
pub(super) fn agent(is_loopback: bool, connect: Duration, call: Duration, idle: usize) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(idle)
        .max_idle_connections_per_host(idle)
        .timeout_connect(Some(connect))
        .timeout_global(Some(call))
        .user_agent(concat!("notarium/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build());
    if is_loopback {
        config = config.proxy(None);
    }
    Agent::new_with_config(config.build())
}

/// Sends one JSON document to whoever wants it, once.
pub(super) fn post_json(url: &str, is_loopback: bool, json: &[u8]) -> Result<(), ClientError> {
    let sent =
        agent(is_loopback, CONNECT, CALL, IDLE).post(url).header(header::CONTENT_TYPE, "application/json").send(json);
    match Caller::attempt(url, MAX_PROBLEM, sent) {
        Attempt::Done(_) => Ok(()),
        Attempt::Later(_, error) | Attempt::Broken(error) | Attempt::Failed(error) => Err(error),
    }
}

fn text_of(response: &Response<Body>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

fn refusal(url: &str, status: u16, response: Response<Body>) -> ClientError {
    let body = response.into_body().with_config().limit(MAX_PROBLEM).read_to_vec();
    let problem = body.ok().and_then(|body| serde_json::from_slice::<Problem>(&body).ok());
    match problem {
        Some(problem) => ClientError::Refused { url: url.to_owned(), problem: Box::new(problem), attempts: 1 },
        None => ClientError::Status { url: url.to_owned(), status },
    }
}

fn failed(url: &str, limit: u64, error: ureq::Error) -> Attempt {
    let url = url.to_owned();
    let why = match error {
        ureq::Error::Io(source) => {
            let broken = matches!(
                source.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            );
            let error = match source.kind() {
                // rustls says so of certificates and of bytes that are no TLS.
                io::ErrorKind::InvalidData => ClientError::Tls { url, why: source.to_string() },
                _ => ClientError::Unreachable { url, source },
            };
            return if broken { Attempt::Broken(error) } else { Attempt::Failed(error) };
        }
        ureq::Error::HostNotFound => ClientError::UnknownHost { url },
        ureq::Error::Timeout(what) => ClientError::TimedOut { url, what: what.to_string() },
        ureq::Error::BodyExceedsLimit(_) => ClientError::TooLong { url, limit },
        ureq::Error::Rustls(error) => ClientError::Tls { url, why: error.to_string() },
        ureq::Error::Tls(why) => ClientError::Tls { url, why: why.to_owned() },
        other => ClientError::NotUnderstood { url, why: other.to_string() },
    };
    Attempt::Failed(why)
}

/// What kept a call that is made once from being answered.
pub(super) fn failure(url: &str, limit: u64, error: ureq::Error) -> ClientError {
    match failed(url, limit, error) {
        Attempt::Broken(error) | Attempt::Failed(error) | Attempt::Later(_, error) => error,
        Attempt::Done(answer) => ClientError::Status { url: answer.url, status: answer.status },
    }
}
