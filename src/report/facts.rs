//! What was found on the way to a verdict: numbers, digests, keys and times, each with whose word it is.
//!
//! Facts are shown, never judged: a check says whether a digest agrees, the fact says which digests there were. Keys of the
//! JSON are stable; values are lower-case hex, numbers, and RFC 3339 times with milliseconds.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use super::folder::FolderDifference;
use super::key::KeyAtEntry;
use super::member::Member;
use super::sentence::Sentence;
use super::words::Word;
use crate::codec::{Time, encode_base64};
use crate::evidence::{Agreement, Body, Entry, Fingerprint};
use crate::registry::Registry;
use crate::trust::PosixTime;

/// Everything that a report shows beside its checks. What is `None` could not be read or was not given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Facts {
    /// The entry, where it could be read.
    pub entry: Option<EntryFacts>,
    /// The statement, where it could be read.
    pub statement: Option<StatementFacts>,
    /// Digests as computed and as recorded.
    pub evidence: EvidenceFacts,
    /// The three times, kept apart.
    pub times: TimeFacts,
    /// The checkpoint of the receipt or the replay.
    pub checkpoint: Option<CheckpointFacts>,
    /// Keys of the policy that steps 5 and 6 rely on: the log's, and those of the witnesses that make up the quorum. Step 3
    /// relies on the submitter's, which is in the statement.
    pub relied_on: Vec<KeyFacts>,
    /// Cosignatures by witnesses of the policy.
    pub witnesses: Vec<WitnessFacts>,
    /// The private details, as far as they are disclosed.
    pub details: Option<Details>,
    /// What the submitter says of the time before the ledger (Online Litigation Rules, Article 18).
    pub before_ledger: Vec<BeforeLedger>,
    /// What the ledger or a replayed copy said, if one was at hand.
    pub ledger: Option<LedgerSide>,
}

impl Facts {
    /// The first valid cosignature by a witness of the policy: its time and the witness.
    pub(super) fn first_cosigned(&self) -> Option<(PosixTime, &str)> {
        let stated = self.witnesses.iter().filter_map(|witness| Some((witness.time?, witness.witness.as_str())));
        stated.min_by_key(|(time, _)| *time)
    }
}

/// The entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryFacts {
    /// The entry number; by the entry itself, or by the receipt's index line when the entry is not understood.
    pub index: u64,
    /// The leaf hash.
    pub leaf: String,
}

/// The statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementFacts {
    /// SHA-256 of the statement.
    pub id: String,
    /// Its kind, by number: 1 is evidence.
    pub kind: u8,
    /// Its signature suite, by number: 1 is Ed25519.
    pub suite: u8,
    /// The submitter's public key.
    pub public_key: String,
    /// The statement that this one supplements or follows.
    pub continues: Option<String>,
}

/// Digests of the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EvidenceFacts {
    /// Of the evidence given.
    pub computed: Option<DigestFacts>,
    /// The same after salting, where the deposit is salted and its salt disclosed.
    pub computed_salted: Option<DigestFacts>,
    /// As the statement records them.
    pub recorded: Option<DigestFacts>,
    /// Whether the statement records them salted.
    pub salted: bool,
    /// How the folder at hand differs from the manifest that is the evidence; none where the evidence is a single file.
    pub folder: Option<FolderDifference>,
    /// The one file of a package that is shown, where the evidence is the package's manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// Both digests, and the length where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DigestFacts {
    /// SHA-256.
    pub sha256: String,
    /// SM3.
    pub sm3: String,
    /// Bytes; none after salting.
    pub length: Option<u64>,
}

/// Three times by three clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimeFacts {
    /// The submitter's claim; not checked.
    #[serde(serialize_with = "maybe_text")]
    pub claimed: Option<Time>,
    /// The ledger's clock on admission.
    #[serde(serialize_with = "maybe_text")]
    pub admitted: Option<Time>,
    /// What witnesses vouch for.
    pub vouched: Vouched,
    /// The other end of the interval, where a checkpoint without the entry was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_earlier: Option<NoEarlier>,
}

/// The time before which the entry was not in the tree that witnesses cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum NoEarlier {
    /// A checkpoint that is given does not bound the time.
    Nobody {
        /// Why not.
        why: Sentence,
    },
    /// At this time a quorum had cosigned the ledger without the entry, and no more.
    Witnesses {
        /// The greatest time at which the quorum is met.
        #[serde(serialize_with = "text")]
        no_earlier_than: PosixTime,
        /// Entries of that tree.
        size: u64,
        /// Names of the witnesses with a valid cosignature at or after it.
        clocks: Vec<String>,
    },
}

/// Who vouches for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Vouched {
    /// There was no policy or no checkpoint to judge.
    #[default]
    Unchecked,
    /// The policy requires no witness.
    Nobody,
    /// Too few witnesses cosigned.
    QuorumMissing,
    /// The entry existed no later than this, by the clocks of the witnesses that make up the quorum.
    Witnesses {
        /// The least time at which the quorum is met.
        #[serde(serialize_with = "text")]
        no_later_than: PosixTime,
        /// Names of the witnesses with a valid cosignature at or before it.
        clocks: Vec<String>,
    },
}

/// The checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckpointFacts {
    /// The ledger's name.
    pub origin: String,
    /// Entries in its tree.
    pub size: u64,
    /// The root, in hex.
    pub root: String,
}

/// A key of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyFacts {
    /// Its name.
    pub name: String,
    /// Its id, eight hex digits.
    pub id: String,
}

/// A cosignature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessFacts {
    /// What the policy calls the witness.
    pub witness: String,
    /// Its key.
    #[serde(flatten)]
    pub key: KeyFacts,
    /// The time it states, by its own clock; where the cosignature is valid.
    #[serde(serialize_with = "maybe_text")]
    pub time: Option<PosixTime>,
    /// Whether the cosignature is valid.
    pub valid: bool,
}

/// The private details.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Details {
    /// An I-JSON object.
    Object(serde_json::Value),
    /// Anything else, shown as the raw bytes that were committed to.
    Malformed {
        /// The bytes.
        #[serde(serialize_with = "base64")]
        raw: Vec<u8>,
    },
}

/// One line of the time before the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BeforeLedger {
    /// What it is about.
    pub about: Word,
    /// What the details say; none is printed as "not provided".
    pub said: Option<String>,
}

/// What the ledger or a replayed copy says: step 8, given in by the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerSide {
    /// Where it was looked up: a URL or a path.
    pub source: String,
    /// Entries that were replayed and found good; none when the ledger's word was taken.
    pub replayed: Option<u64>,
    /// The submitter's key at the entry.
    pub key: KeyAtEntry,
    /// Earlier deposits of the same evidence, oldest first; none where that does not apply.
    pub earlier: Option<Vec<EarlierDeposit>>,
    /// Earlier entries that have a digest in common and are of other evidence, oldest first; they count for nothing.
    pub partial: Vec<PartialDeposit>,
}

/// An earlier entry that agrees in one digest alone, or in both and not in mode and length: never the same evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartialDeposit {
    /// What agrees.
    pub agrees: Word,
    /// The deposit.
    #[serde(flatten)]
    pub deposit: EarlierDeposit,
}

impl PartialDeposit {
    /// The deposit in an entry, beside the evidence that was asked about; nothing where they have no digest in common, are the
    /// same, or its statement is not understood.
    #[must_use]
    pub fn new(entry: &Entry, evidence: &Fingerprint, registry: Option<&Registry>) -> Option<Self> {
        let statement = entry.statement().ok()?;
        let Body::Evidence(body) = statement.body() else { return None };
        let agrees = match body.fingerprint.agreement(evidence) {
            Agreement::DigestsOnly => Word::AgreesDigests,
            Agreement::Sha256Only => Word::AgreesSha256,
            Agreement::Sm3Only => Word::AgreesSm3,
            Agreement::Same | Agreement::Nothing => return None,
        };
        Some(Self { agrees, deposit: EarlierDeposit::new(entry, registry)? })
    }
}

/// An earlier deposit of the same evidence: mode, both digests and length agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EarlierDeposit {
    /// Its entry number.
    pub index: u64,
    /// The ledger's clock on its admission.
    #[serde(serialize_with = "text")]
    pub time: Time,
    /// Its submitter's key, hex.
    pub public_key: String,
    /// How that key stood there.
    pub key: KeyAtEntry,
}

impl EarlierDeposit {
    /// The deposit in an entry, by the ledger's registry where that is known; nothing where its statement is not understood.
    #[must_use]
    pub fn new(entry: &Entry, registry: Option<&Registry>) -> Option<Self> {
        let statement = entry.statement().ok()?;
        let (index, time) = (entry.index(), entry.time());
        let key = registry.map(|registry| KeyAtEntry::new(registry, statement.key(), index, time));
        let public_key = hex::encode(statement.key().as_bytes());
        Some(Self { index: index.get(), time, public_key, key: key.unwrap_or_default() })
    }
}

const BEFORE_LEDGER: [(Word, &[&str]); 11] = [
    (Word::PreSource, &["source"]),
    (Word::PreAuthor, &["author"]),
    (Word::PreCapturedAt, &["captured", "at"]),
    (Word::PreTool, &["captured", "tool"]),
    (Word::PreVersion, &["captured", "version"]),
    (Word::PreEnvironment, &["captured", "environment"]),
    (Word::PreUrl, &["captured", "url"]),
    (Word::PreOperator, &["captured", "operator"]),
    (Word::PrePresent, &["captured", "present"]),
    (Word::PrePlace, &["captured", "place"]),
    (Word::PreStorage, &["storage"]),
];

/// The lines of the time before the ledger, each filled from `details` where it says something.
pub(super) fn before_ledger(details: Option<&Details>) -> Vec<BeforeLedger> {
    let said = |path: &[&str]| {
        let Some(Details::Object(object)) = details else { return None };
        let (first, rest) = path.split_first()?;
        let value = rest.iter().try_fold(object.get(*first)?, |value, key| value.get(key))?;
        Some(value_text(value)).filter(|text| !text.is_empty())
    };
    BEFORE_LEDGER.iter().map(|(about, path)| BeforeLedger { about: *about, said: said(path) }).collect()
}

/// A JSON value as a line of text: a string as it is, lists joined, anything else as JSON.
pub(super) fn value_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) => list.iter().map(value_text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn maybe_text<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode_base64(bytes))
}
