//! Calls to one witness: C2SP tlog-witness, `add-checkpoint` and the last checkpoint of a log.
//!
//! A witness's refusals are statuses with plain text. A call is made once, within a time limit: whoever asks comes back by
//! itself, with what is the newest then.

use std::time::Duration;

use ureq::http::Response;
use ureq::{Agent, Body};

use super::call::{agent, failure};
use super::{Address, ClientError};

/// The longest answer that is read: some cosignatures, or a checkpoint.
const MAX_ANSWER: u64 = 65_536;
/// How much of a refusal is shown.
const MAX_REASON: usize = 200;
/// Connections kept for the next call.
const IDLE: usize = 1;

/// What a witness answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessAnswer {
    /// 200: signature lines; not verified.
    Cosigned(String),
    /// 409: the size of the checkpoint that it cosigned last, as text.
    OtherSize(String),
    /// Any other status, with the beginning of its reason.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The reason.
        reason: String,
    },
}

/// One witness to talk to.
#[derive(Clone, Debug)]
pub struct WitnessClient {
    address: Address,
    agent: Agent,
}

impl WitnessClient {
    /// A client of the witness whose submission prefix is `address`; a call takes no longer than `limit`.
    #[must_use]
    pub fn new(address: Address, limit: Duration) -> Self {
        Self { agent: agent(address.is_loopback(), limit, limit, IDLE), address }
    }

    /// Asks for a cosignature: `POST <prefix>/add-checkpoint`.
    ///
    /// # Errors
    /// [`ClientError`]: there was no answer that could be read.
    pub fn add_checkpoint(&self, body: &str) -> Result<WitnessAnswer, ClientError> {
        let url = format!("{}/add-checkpoint", self.address);
        let sent = self.agent.post(&url).header("content-type", "text/plain; charset=utf-8").send(body);
        let (status, text) = read(&url, sent)?;
        Ok(match status {
            200 => WitnessAnswer::Cosigned(text),
            409 => WitnessAnswer::OtherSize(text.trim_end_matches('\n').to_owned()),
            _ => WitnessAnswer::Refused { status, reason: text.trim().chars().take(MAX_REASON).collect() },
        })
    }

    /// The checkpoint that it cosigned last for a log, by the SHA-256 of the log's origin in hex; none when it has none.
    ///
    /// # Errors
    /// As [`add_checkpoint`](Self::add_checkpoint).
    pub fn latest(&self, origin_hash: &str) -> Result<Option<String>, ClientError> {
        let url = format!("{}/{origin_hash}/checkpoint", self.address);
        let (status, text) = read(&url, self.agent.get(&url).call())?;
        match status {
            200 => Ok(Some(text)),
            404 => Ok(None),
            _ => Err(ClientError::Status { url, status }),
        }
    }
}

fn read(url: &str, result: Result<Response<Body>, ureq::Error>) -> Result<(u16, String), ClientError> {
    let failed = |error| failure(url, MAX_ANSWER, error);
    let response = result.map_err(failed)?;
    let status = response.status().as_u16();
    let bytes = response.into_body().with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| ClientError::NotUnderstood { url: url.to_owned(), why: "the answer is not text".to_owned() })?;
    Ok((status, text))
}
