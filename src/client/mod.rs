//! The only HTTP client: a ledger's API and its tiles, over `http://` or `https://`.
//!
//! Every answer has a limit on its size and its time; a refusal comes back as the server's own problem (RFC 9457). What
//! comes back is data, not truth: nothing is believed here, the rooms above verify it. A call is repeated only where that is
//! safe, and every call here is: a statement is admitted once, however often it is sent. TLS trusts what the system trusts
//! (`SSL_CERT_FILE` and `SSL_CERT_DIR` replace that). Redirects are not followed: a ledger is where its address says.
//! Not here: the shapes of the answers (`api`), hashing and signing (`desk`).

mod address;
mod batch;
mod call;
mod error;
mod webhook;
mod witness;

pub use address::{Address, AddressError};
pub use error::ClientError;
pub use webhook::{Webhook, WebhookError};
pub use witness::{WitnessAnswer, WitnessClient};

use std::fmt::Display;
use std::time::Duration;

use serde::de::DeserializeOwned;

use self::call::{Answer, Caller};
use crate::api::{EntryHistory, EntryList, EntryView, InclusionAnswer, KeyAnswer, KeyList, LedgerInfo, SubmitAnswer};
use crate::crypto::PublicKey;
use crate::merkle::{BundleId, TileId};

/// Limits on answers, in bytes: the largest receipt is 262,144 bytes, a full tile 8,192, a full bundle of the largest
/// entries 4.2 million; a page of a list or a hundred earlier deposits are below a megabyte or so.
const MAX_JSON: u64 = 16 << 20;
const MAX_BATCH_ANSWER: u64 = 64 << 20;
const MAX_NOTE: u64 = 1 << 20;
const MAX_TILE: u64 = 8_192;
const MAX_BUNDLE: u64 = 256 * (2 + 65_535);

/// Entries that one page of a list is asked to hold.
const PAGE: u16 = 500;

/// What a ledger's entries are looked up by, all in lower-case hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Lookup {
    /// SHA-256 of the evidence.
    Sha256,
    /// SM3 of the evidence.
    Sm3,
}

/// A statement that the ledger has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// What the ledger answered; not verified.
    pub answer: SubmitAnswer,
    /// True when the statement was on the ledger before this call.
    pub repeated: bool,
}

/// A ledger to talk to. Cheap to share: connections are kept and used again.
#[derive(Clone, Debug)]
pub struct Client {
    caller: Caller,
}

impl Client {
    /// A client of the ledger at `address`. Connects to nothing yet.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self { caller: Caller::new(address, std::thread::sleep) }
    }

    /// The same with another way to wait between attempts: tests don't sleep.
    #[must_use]
    pub fn with_pause(address: Address, pause: fn(Duration)) -> Self {
        Self { caller: Caller::new(address, pause) }
    }

    /// The same with another limit on the time of a call, from first byte to last, than the two minutes that are usual.
    #[must_use]
    pub fn with_time_limit(address: Address, limit: Duration) -> Self {
        Self { caller: Caller::with_time_limit(address, std::thread::sleep, limit) }
    }

    /// Where this client's ledger is.
    #[must_use]
    pub fn address(&self) -> &Address {
        self.caller.address()
    }

    /// Which ledger it is and how far it has grown: `GET /v1/ledger`.
    ///
    /// # Errors
    /// [`ClientError`], as every call here.
    pub fn ledger(&self) -> Result<LedgerInfo, ClientError> {
        json(self.caller.get("/v1/ledger", MAX_JSON)?)
    }

    /// Deposits a signed statement: `POST /v1/evidence`. Safe to repeat.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the ledger's reason, or what kept it from answering.
    pub fn submit(&self, signed_statement: &[u8]) -> Result<Submitted, ClientError> {
        self.submit_to("/v1/evidence", signed_statement)
    }

    /// The same, whose answer waits until witnesses have cosigned, or for as long as the ledger is willing to hold it:
    /// `POST /v1/evidence?wait=witnessed`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn submit_witnessed(&self, signed_statement: &[u8]) -> Result<Submitted, ClientError> {
        self.submit_to("/v1/evidence?wait=witnessed", signed_statement)
    }

    fn submit_to(&self, path: &str, signed_statement: &[u8]) -> Result<Submitted, ClientError> {
        let answer = self.caller.post(path, signed_statement, MAX_JSON)?;
        let repeated = answer.status != 201;
        Ok(Submitted { answer: json(answer)?, repeated })
    }

    /// Sends a signed enrolment or revocation: `POST /v1/registry`. Safe to repeat.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn register(&self, signed_statement: &[u8]) -> Result<Submitted, ClientError> {
        let answer = self.caller.post("/v1/registry", signed_statement, MAX_JSON)?;
        let repeated = answer.status != 201;
        Ok(Submitted { answer: json(answer)?, repeated })
    }

    /// A key with its history: `GET /v1/keys/{key}`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn key(&self, key: &PublicKey) -> Result<KeyAnswer, ClientError> {
        json(self.caller.get(&format!("/v1/keys/{key}"), MAX_JSON)?)
    }

    /// One page of the keys that the ledger says something of, from the first after entry `after`: `GET /v1/keys`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn keys(&self, after: Option<u64>) -> Result<KeyList, ClientError> {
        let after = after.map(|index| format!("&after={index}")).unwrap_or_default();
        json(self.caller.get(&format!("/v1/keys?limit={PAGE}{after}"), MAX_JSON)?)
    }

    /// Deposits many signed statements: `POST /v1/evidence/batch`. What came of each, in their order. Safe to repeat.
    ///
    /// # Errors
    /// When the batch as a whole was not taken or not answered to its end: some of it may be on the ledger then.
    pub fn submit_batch(&self, statements: &[&[u8]]) -> Result<Vec<Result<Submitted, ClientError>>, ClientError> {
        let body = batch::body(statements);
        batch::outcomes(&self.caller.post("/v1/evidence/batch", &body, MAX_BATCH_ANSWER)?, statements.len())
    }

    /// One entry: `GET /v1/entries/{index}`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); a ledger without the entry refuses with status 404.
    pub fn entry(&self, index: u64) -> Result<EntryView, ClientError> {
        json(self.caller.get(&format!("/v1/entries/{index}"), MAX_JSON)?)
    }

    /// The receipt of an entry under the first checkpoint that covers it and that the quorum has cosigned:
    /// `GET /v1/entries/{index}/receipt?witnessed=1`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); status 404 while there is no such checkpoint.
    pub fn witnessed_receipt(&self, index: u64) -> Result<Vec<u8>, ClientError> {
        Ok(self.caller.get(&format!("/v1/entries/{index}/receipt?witnessed=1"), MAX_NOTE)?.body)
    }

    /// One page of the entries with a digest, from the first after entry `after`: `GET /v1/entries?...`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn entries(&self, by: Lookup, digest: impl Display, after: Option<u64>) -> Result<EntryList, ClientError> {
        let name: &str = by.into();
        let after = after.map(|index| format!("&after={index}")).unwrap_or_default();
        json(self.caller.get(&format!("/v1/entries?{name}={digest}&limit={PAGE}{after}"), MAX_JSON)?)
    }

    /// The same with a proof of each entry, under the newest checkpoint or the one over `size` entries: `proofs=1`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); a ledger of an older version refuses with `bad-query`.
    pub fn entries_proved(
        &self,
        by: Lookup,
        digest: impl Display,
        after: Option<u64>,
        size: Option<u64>,
    ) -> Result<EntryList, ClientError> {
        let name: &str = by.into();
        let after = after.map(|index| format!("&after={index}")).unwrap_or_default();
        let size = size.map(|size| format!("&size={size}")).unwrap_or_default();
        let path = format!("/v1/entries?{name}={digest}&limit={PAGE}{after}&proofs=1{size}");
        json(self.caller.get(&path, MAX_JSON)?)
    }

    /// What an entry continues, and one page of what continues it, from the first after entry `after`:
    /// `GET /v1/entries/{index}/history`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); a ledger without the entry refuses with status 404.
    pub fn history(&self, index: u64, after: Option<u64>) -> Result<EntryHistory, ClientError> {
        let after = after.map(|index| format!("&after={index}")).unwrap_or_default();
        json(self.caller.get(&format!("/v1/entries/{index}/history?limit={PAGE}{after}"), MAX_JSON)?)
    }

    /// The proof that the tree of `size` entries has an entry: `GET /v1/proofs/inclusion`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn inclusion(&self, index: u64, size: u64) -> Result<InclusionAnswer, ClientError> {
        json(self.caller.get(&format!("/v1/proofs/inclusion?index={index}&size={size}"), MAX_JSON)?)
    }

    /// The ledger's newest signed checkpoint: `GET /checkpoint`.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        Ok(self.caller.get("/checkpoint", MAX_NOTE)?.body)
    }

    /// A tile of hashes.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn tile(&self, id: TileId) -> Result<Vec<u8>, ClientError> {
        Ok(self.caller.get(&format!("/{}", id.path()), MAX_TILE)?.body)
    }

    /// A bundle of entries.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn bundle(&self, id: BundleId) -> Result<Vec<u8>, ClientError> {
        Ok(self.caller.get(&format!("/{}", id.path()), MAX_BUNDLE)?.body)
    }
}

fn json<T: DeserializeOwned>(answer: Answer) -> Result<T, ClientError> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| ClientError::NotUnderstood { url: answer.url, why: error.to_string() })
}
