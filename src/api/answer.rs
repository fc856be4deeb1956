//! What is asked and answered: ledger, submissions, lists, proofs, verification.

use serde::{Deserialize, Serialize};

use super::entry::EntryView;
use super::key::KeyAtEntry;
use super::problem::Problem;

/// `GET /v1/ledger`: which ledger this is and how far it has grown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerInfo {
    /// The name in the ledger's checkpoints.
    pub origin: String,
    /// The key that signs them, as a C2SP signed-note verifier key.
    pub vkey: String,
    /// While the ledger changes its key: the one that is being replaced, which signs them too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_vkey: Option<String>,
    /// Entries under the newest checkpoint.
    pub size: u64,
    /// Root hash at that size, hex.
    pub root: String,
    /// Leaf hash of entry 0, hex: what registry statements name this ledger by.
    pub genesis: String,
    /// Who may deposit.
    pub admission: String,
    /// What serves it.
    pub software: Software,
}

/// Which program answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// `notarium`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Which build of that version.
    pub build: String,
}

/// `POST /v1/evidence` and `POST /v1/registry` as JSON, and one line of `POST /v1/evidence/batch` as NDJSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// The signed statement, base64.
    pub signed_statement: String,
}

/// The answer to a submission: 201 when it became an entry, 200 when it already was one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitAnswer {
    /// Which entry it is.
    pub entry: EntryHead,
    /// The whole receipt, as text.
    pub receipt: String,
    /// How the key that signed it stands; absent where the keys in force are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Box<KeyAtEntry>>,
    /// Deposits of the same evidence before this one.
    pub earlier: Earlier,
}

/// An entry by its number: what a submitter who has the statement and the receipt still wants to read at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHead {
    /// Entry number.
    pub index: u64,
    /// When the ledger admitted it, by the ledger's clock.
    pub time: String,
    /// Leaf hash, hex.
    pub leaf: String,
    /// Hash of the statement, hex.
    pub statement_id: String,
}

/// Deposits of the same evidence (mode, both digests and length agree) with a lower entry number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// How many there are, all of them counted.
    pub count: u64,
    /// The first of all, when there is one.
    pub first: Option<EarlierDeposit>,
    /// The first hundred, by entry number; the lists of `GET /v1/entries` have the others.
    pub entries: Vec<EarlierDeposit>,
    /// Earlier entries that have a digest in common and are of other evidence; they count for nothing.
    #[serde(default)]
    pub partial: PartialHits,
}

/// Entries that agree in one digest alone, or in both and not in mode and length: never the same evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialHits {
    /// How many there are, all of them counted.
    pub count: u64,
    /// The first hundred, by entry number.
    pub entries: Vec<PartialHit>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialHit {
    /// `sha256-only`, `sm3-only` or `digests-only`: what agrees.
    pub agrees: String,
    /// The deposit.
    #[serde(flatten)]
    pub deposit: EarlierDeposit,
}

/// One earlier deposit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierDeposit {
    /// Entry number.
    pub index: u64,
    /// When the ledger admitted it.
    pub time: String,
    /// Who deposited it: the public key, hex.
    pub public_key: String,
    /// Hash of the statement, hex.
    pub statement_id: String,
    /// How the key stood at that entry; absent where the keys in force are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Box<KeyAtEntry>>,
}

/// One line of the answer to a batch, in the order of the lines asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    /// Number of the statement in the batch, from 1.
    pub line: u64,
    /// The status that this statement alone would have had.
    pub status: u16,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: BatchOutcome,
}

/// `"answer": {...}` or `"problem": {...}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchOutcome {
    /// It is an entry.
    Answer(SubmitAnswer),
    /// It was refused.
    Problem(Problem),
}

/// `GET /v1/entries?...`: one page of a list that is complete up to `size`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryList {
    /// Size of the tree that the list was made from: entries from that number on were not looked at.
    pub size: u64,
    /// This page.
    pub entries: Vec<EntryView>,
    /// Path and query of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The signed checkpoint over `size` entries that the proofs lead to, as text; absent when no proofs were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// One for each entry of this page, in its order; absent when no proofs were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Vec<EntryProof>>,
}

/// The proof that an entry is in the tree of the checkpoint that it comes with (RFC 9162 section 2.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryProof {
    /// Entry number.
    pub index: u64,
    /// Leaf hash of the entry, hex.
    pub leaf: String,
    /// Sibling hashes, leaf side first, hex.
    pub hashes: Vec<String>,
}

/// `GET /v1/entries/{index}/history`: what an entry continues, and one page of what continues it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHistory {
    /// Size of the tree that was looked at.
    pub size: u64,
    /// The entry that was asked about.
    pub entry: EntryView,
    /// What it continues, what that continues, and so on: at most 100.
    pub continues: Vec<HistoryLink>,
    /// Statement that the last of these (or the entry itself) continues, hex, when it is not on this ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Path of the history of the last of these, when it continues more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further: Option<String>,
    /// What continues the entry itself, in the order of entries: this page.
    pub continued_by: Vec<HistoryLink>,
    /// Path and query of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An entry in a chain of versions and supplements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLink {
    /// Whether the key that signed it also signed the entry at the other end of the link.
    pub same_key: bool,
    /// The entry.
    pub entry: EntryView,
}

/// `GET /v1/checkpoints`: one page, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointList {
    /// This page.
    pub checkpoints: Vec<CheckpointView>,
    /// Path and query of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A signed checkpoint with its tree head beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointView {
    /// Entries in the tree.
    pub size: u64,
    /// Root hash, hex.
    pub root: String,
    /// The signed note, as text.
    pub checkpoint: String,
}

/// A tree head, with the signed checkpoint over it where the ledger made one at that size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadView {
    /// Entries in the tree.
    pub size: u64,
    /// Root hash, hex.
    pub root: String,
    /// The signed note, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// `GET /v1/proofs/inclusion`: RFC 9162 section 2.1.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionAnswer {
    /// Entry number.
    pub index: u64,
    /// Leaf hash of the entry, hex.
    pub leaf: String,
    /// The tree that it is in.
    pub head: HeadView,
    /// Sibling hashes, leaf side first, hex.
    pub hashes: Vec<String>,
}

/// `GET /v1/proofs/consistency`: RFC 9162 section 2.1.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyAnswer {
    /// The smaller tree.
    pub from: HeadView,
    /// The tree that extends it.
    pub to: HeadView,
    /// The proof, hex.
    pub hashes: Vec<String>,
}

/// `POST /v1/verify` as JSON. The evidence itself never leaves its owner: only its digests are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The receipt, as text.
    pub receipt: String,
    /// SHA-256 of the evidence, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SM3 of the evidence, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// Length of the evidence in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
}

/// The answer of `POST /v1/verify`: the report that `notarium verify --json` prints, under a reminder of whose word it is.
///
/// The server puts the report itself in, so that it is written as the program writes it; a client reads it as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerifyAnswer<R = serde_json::Value> {
    /// Says that the operator judged its own ledger.
    pub notice: String,
    /// The report, as the report room writes it.
    pub report: R,
}
