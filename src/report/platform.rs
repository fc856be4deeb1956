//! What a court may ask of the platform itself (Online Litigation Rules, Article 17): facts, from a ledger and its server.
//!
//! The caller reads them from the ledger's folder and from what the server wrote down when it started; nothing here is judged
//! but one thing: whether a key that deposited is the operator's own. It is the operator's statement and says so. Not here: the
//! words (`platform_words`) and how they are set (`platform_text`).

use serde::Serialize;

use crate::codec::Time;

/// The layout of the JSON; a change that breaks a reader is a new one.
const FORMAT: &str = "notarium/platform-statement/1";

/// The statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformStatement {
    format: &'static str,
    /// When it was made, by this machine's clock; RFC 3339.
    pub made_at: Option<String>,
    /// The program that made it.
    pub software: String,
    /// Who runs the ledger, as the operator states it.
    pub operator: Option<String>,
    /// Filings and licences, as the operator states them.
    pub filing: Option<String>,
    /// The ledger.
    pub ledger: PlatformLedger,
    /// The server that runs, or that ran last; none where none ever wrote it down.
    pub server: Option<PlatformServer>,
    /// How the ledger's private key is kept on this machine.
    pub key_file: PlatformKeyFile,
    /// Free space on the disk of the ledger, in bytes.
    pub free_bytes: Option<u64>,
    /// Whether a submitter is the operator: one of [`operator_keys`](Self::operator_keys) has deposited.
    pub operator_deposits: bool,
    /// Keys that are the operator's, each with what it deposited.
    pub operator_keys: Vec<OperatorKey>,
    /// What looked wrong when the ledger was opened; an audit tells more.
    pub doubts: Vec<String>,
}

/// The ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformLedger {
    /// Its name.
    pub origin: String,
    /// Its key, as a C2SP verifier key.
    pub vkey: String,
    /// Leaf hash of entry 0, hex.
    pub genesis: String,
    /// `open` or `enrolled`.
    pub admission: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hex.
    pub root: String,
    /// When entry 0 was admitted; RFC 3339.
    pub first_time: Option<String>,
    /// When the last entry was admitted.
    pub last_time: Option<String>,
    /// Whether the lookups are complete.
    pub indexes_are_whole: bool,
}

/// A server, as it was configured when it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformServer {
    /// Whether it runs now.
    pub runs: bool,
    /// Name, version and build.
    pub software: String,
    /// When it started; RFC 3339.
    pub started_at: String,
    /// Where it listens.
    pub listens_at: String,
    /// Free space below which it admits nothing, in bytes.
    pub least_free_bytes: u64,
    /// `immediate` or `quorum`: which checkpoint it publishes.
    pub publishes: String,
    /// The witnesses that it asks.
    pub witnesses: Vec<PlatformWitness>,
    /// Whether their cosignatures are required of a checkpoint.
    pub quorum: bool,
}

/// A witness that the server asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformWitness {
    /// Its name in the policy.
    pub name: String,
    /// Its key, as a C2SP verifier key.
    pub vkey: String,
}

/// How the ledger's private key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformKeyFile {
    /// In the ledger's folder, under a passphrase.
    Encrypted,
    /// In the ledger's folder, as it is.
    Unencrypted,
    /// Not in the ledger's folder, or not readable.
    Elsewhere,
}

/// A key of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperatorKey {
    /// The key, hex.
    pub public_key: String,
    /// Why it is the operator's.
    pub why: OperatorsWhy,
    /// The name that it was last enrolled under.
    pub name: Option<String>,
    /// What it deposited.
    pub deposits: OperatorDeposits,
}

/// Why a key counts as the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatorsWhy {
    /// It signs the ledger's checkpoints.
    LedgersOwn,
    /// The ledger's key enrolled it as a registrar's.
    Registrar,
    /// The operator, or whoever asks, has named it.
    Named,
}

/// Deposits of evidence by one key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OperatorDeposits {
    /// How many.
    pub count: u64,
    /// The first of them, by entry number.
    pub entries: Vec<u64>,
}

impl OperatorDeposits {
    /// Deposits that are listed by number; beyond these they are counted.
    const LISTED: usize = 100;

    /// Adds an entry.
    pub fn add(&mut self, entry: u64) {
        self.count += 1;
        if self.entries.len() < Self::LISTED {
            self.entries.push(entry);
        }
    }
}

impl PlatformStatement {
    /// A statement of these facts; of the server and what the operator adds nothing yet.
    #[must_use]
    pub fn new(
        software: String,
        made_at: Option<Time>,
        ledger: PlatformLedger,
        key_file: PlatformKeyFile,
        operator_keys: Vec<OperatorKey>,
    ) -> Self {
        Self {
            format: FORMAT,
            made_at: made_at.map(|time| time.to_string()),
            software,
            operator: None,
            filing: None,
            ledger,
            server: None,
            key_file,
            free_bytes: None,
            operator_deposits: operator_keys.iter().any(|key| key.deposits.count > 0),
            operator_keys,
            doubts: Vec::new(),
        }
    }

    /// Whether nobody but the operator vouches for time and order.
    #[must_use]
    pub fn is_unwitnessed(&self) -> bool {
        self.server.as_ref().is_none_or(|server| server.witnesses.is_empty())
    }
}
