//! How much the server takes on: a limit on everything that a stranger can make grow or last.

use std::net::IpAddr;
use std::time::Duration;

use super::rates::Rate;
use super::visitor::MAX_PROXIES;

/// The server's limits; docs/api.md lists the flags and variables that set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; the next ones wait in the kernel's backlog.
    pub connections: u32,
    /// Requests at a time, each until its answer is taken; the next ones get 503.
    pub requests: u32,
    /// Submissions at a time, those in batches not counted; the next ones get 503 before their signature is looked at.
    pub submissions: u32,
    /// Requests of each address; no limit if none is said.
    pub per_address: Option<Rate>,
    /// Statements of each key that are not on the ledger yet, those in batches too; no limit if none is said.
    pub per_key: Option<Rate>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: [Option<IpAddr>; MAX_PROXIES],
    /// Batches at a time, each of which may hold a whole body in memory; the next ones get 503.
    pub batches: u32,
    /// Statements in a batch.
    pub batch_statements: usize,
    /// Bytes in a batch's body.
    pub batch_bytes: usize,
    /// Until a new connection has shown by its first bytes which HTTP it speaks.
    pub first_bytes: Duration,
    /// Until the head of a request is whole; also how long a connection may rest between requests.
    pub header: Duration,
    /// Until a request's body is whole, and for each piece of a streamed answer to be taken.
    pub body: Duration,
    /// Until an answer is taken, to its end.
    pub answer: Duration,
    /// How long a submission that waits for witnesses is held at most.
    pub witness_wait: Duration,
    /// From the signal to stop until what was accepted must be finished.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            requests: 8192,
            submissions: 512,
            per_address: None,
            per_key: None,
            trusted_proxies: [None; MAX_PROXIES],
            batches: 16,
            batch_statements: 1000,
            batch_bytes: 8 << 20,
            first_bytes: Duration::from_secs(5),
            header: Duration::from_secs(10),
            body: Duration::from_mins(1),
            answer: Duration::from_mins(5),
            witness_wait: Duration::from_secs(10),
            stop: Duration::from_secs(30),
        }
    }
}
