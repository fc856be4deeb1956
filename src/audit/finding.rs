//! Findings: what does not hold, what was not understood, and what was not checked.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// How many findings are kept with their particulars; all are counted.
const KEPT: usize = 1_000;

/// Where a finding was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An entry.
    Entry(u64),
    /// The tree head stored for a size.
    Head(u64),
    /// The checkpoint stored or served for a size.
    Checkpoint(u64),
    /// A tile or an entry bundle, by its path.
    Tile(String),
    /// A row of an index: its name, and its key in hex.
    Row {
        /// The index, by the name of its column family.
        family: &'static str,
        /// The row's key, hex.
        key: String,
    },
    /// A column family or a file of the database, or another part of the ledger's folder.
    Storage(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(index) => write!(f, "entry {index}"),
            Self::Head(size) => write!(f, "head of size {size}"),
            Self::Checkpoint(size) => write!(f, "checkpoint of size {size}"),
            Self::Tile(path) => f.write_str(path),
            Self::Row { family, key } => write!(f, "row {key} of {family}"),
            Self::Storage(name) => f.write_str(name),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum What {
    /// The entry is missing.
    EntryMissing,
    /// The entry does not parse.
    EntryMalformed,
    /// The entry's statement does not parse.
    StatementMalformed,
    /// The entry states another index than its place.
    Index,
    /// The entry's time is less than that of the entry before it.
    TimeBack,
    /// `previous` is not the leaf hash of the entry before it.
    Previous,
    /// The submitter's signature is not valid.
    Signature,
    /// The consent of the key that is enrolled, or that replaces the ledger's, is not valid.
    Consent,
    /// The entry breaks a rule of admission.
    Admission,
    /// The statement was admitted before.
    StatementRepeated,
    /// A root differs from the one that the entries give.
    Root,
    /// A checkpoint does not parse.
    CheckpointMalformed,
    /// A checkpoint is of another ledger.
    Origin,
    /// A checkpoint is not validly signed by the ledger's key.
    CheckpointSignature,
    /// A checkpoint does not pass the policy given.
    Policy,
    /// A tile or bundle differs from what the entries give.
    Tile,
    /// A row that the entries call for is missing or differs.
    IndexRow,
    /// A row that no entry calls for.
    StrayRow,
    /// A stored value cannot be read: the database reports damage.
    Unreadable,
    /// The ledger is smaller than it has stated to be.
    Shrunk,
    /// What the ledger says of itself differs from its entries.
    Settings,
}

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The entry that it is about, where it can be told.
    pub index: Option<u64>,
    /// The first entry that it can be about, where only that can be told.
    pub since: Option<u64>,
    /// What does not hold.
    pub what: What,
    /// Where it was seen.
    pub place: Place,
    /// What was due.
    pub expected: String,
    /// What was there.
    pub found: String,
    /// Where to look to see it by hand, where that can be said.
    pub see: Option<String>,
}

impl Finding {
    /// A finding about an entry.
    #[must_use]
    pub fn at_entry(index: u64, what: What, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::at(Place::Entry(index), what, expected, found).about(index)
    }

    /// A finding about no one entry.
    #[must_use]
    pub fn at(place: Place, what: What, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { index: None, since: None, what, place, expected: expected.into(), found: found.into(), see: None }
    }

    /// The same, about entry `index`.
    #[must_use]
    pub fn about(self, index: u64) -> Self {
        Self { index: Some(index), ..self }
    }

    /// The same, about some entry from `index` on.
    #[must_use]
    pub fn since(self, index: u64) -> Self {
        Self { since: Some(index), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what: &str = self.what.into();
        write!(f, "{}: {what}: expected {}, found {}", self.place, self.expected, self.found)
    }
}

/// What this version does not know: not a failure, but no pass either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// The entry's version.
    EntryVersion,
    /// The statement's version.
    StatementVersion,
    /// The kind of the statement.
    Kind(u8),
    /// The signature suite.
    Suite(u8),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryVersion => f.write_str("the version of the entry"),
            Self::StatementVersion => f.write_str("the version of the statement"),
            Self::Kind(kind) => write!(f, "kind {kind}"),
            Self::Suite(suite) => write!(f, "suite {suite}"),
        }
    }
}

/// Something not understood, with its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// The entry.
    pub index: u64,
    /// What of it.
    pub what: Unknown,
}

/// A check that was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotChecked {
    /// Admission, from this entry on: the rules for it are not known to this version.
    AdmissionSince(u64),
    /// That no statement id comes twice, from this entry on: more entries than this audit holds in memory.
    UniquenessSince(u64),
    /// Entries from this one on: this one cannot be read, and the tree cannot be computed without it.
    EntriesSince(u64),
    /// Whether acknowledged entries are lost: the ledger's folder has no tip that says how far it had come.
    Tip,
    /// Signatures one by one: they were only screened, many in one equation.
    SignaturesOneByOne,
    /// The log's signature and the quorum of witnesses: the policy given does not decide them for the newest checkpoint.
    PolicyUndecided,
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdmissionSince(index) => write!(f, "admission from entry {index} on"),
            Self::UniquenessSince(index) => write!(f, "whether a statement comes twice, from entry {index} on"),
            Self::EntriesSince(index) => write!(f, "entries from {index} on"),
            Self::Tip => f.write_str("whether acknowledged entries are lost: there is no tip"),
            Self::SignaturesOneByOne => {
                f.write_str("signatures one by one: this was a screen, which finds damage and cannot decide")
            }
            Self::PolicyUndecided => {
                f.write_str("the newest checkpoint: there is none, no log key of the policy signed it, or its quorum is not reached")
            }
        }
    }
}

/// Findings as they come, the first thousand with their particulars.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What does not hold, in the order it was found.
    pub list: Vec<Finding>,
    /// How many things do not hold, those not kept included.
    pub count: u64,
    /// How many roots differ after one that is listed, and so for the same reason; they are not counted above.
    pub later_roots: u64,
    /// What was not understood.
    pub not_understood: Vec<NotUnderstood>,
    /// How many things were not understood, those not kept included.
    pub not_understood_count: u64,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
}

impl Findings {
    /// Adds something that does not hold.
    pub fn push(&mut self, finding: Finding) {
        self.count += 1;
        if self.list.len() < KEPT {
            self.list.push(finding);
        }
    }

    /// Counts a root that differs because an earlier one does.
    pub(super) fn push_consequence(&mut self) {
        self.later_roots += 1;
    }

    /// Adds something not understood.
    pub(super) fn push_unknown(&mut self, index: u64, what: Unknown) {
        self.not_understood_count += 1;
        if self.not_understood.len() < KEPT {
            self.not_understood.push(NotUnderstood { index, what });
        }
    }

    /// Adds a check that was not made, once.
    pub fn push_unchecked(&mut self, what: NotChecked) {
        if !self.not_checked.contains(&what) {
            self.not_checked.push(what);
        }
    }
}
