//! What is said over a ledger's control socket: one JSON object a line, each way.
//!
//! The socket lies in the ledger's folder and is its owner's alone (`server`); the one who talks is a command of the same program
//! (`upkeep`). It is no part of the HTTP API, and its shapes may change with any version.

use serde::{Deserialize, Serialize};

/// Bytes of the longest line, either way.
pub const MAX_CONTROL_LINE: u64 = 16 << 10;

/// What the server is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ControlRequest {
    /// How the ledger stands.
    Status,
    /// A copy of the ledger at rest, which stays until the connection ends.
    Snapshot,
    /// To make the indexes again from the entries.
    RebuildIndex,
    /// To look the ledger over for damage in the background.
    Scrub {
        /// MiB to read in a second at most; the server's own bound if none is said.
        rate: Option<u32>,
    },
    /// To look it over no longer.
    StopScrub,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum ControlAnswer {
    /// How the ledger stands.
    Status {
        /// Its origin.
        origin: String,
        /// Entries of the newest published tree.
        size: u64,
        /// Whether lookups are complete.
        indexes_whole: bool,
        /// Whether statements are admitted.
        admitting: bool,
        /// The server's process.
        process: u32,
        /// How the look over stands.
        scrub: ScrubStanding,
    },
    /// How the look over stands.
    Scrub {
        /// The same as in a status.
        standing: ScrubStanding,
    },
    /// What the process that looks the ledger over tells its server at the end.
    Scrubbed {
        /// What came out.
        end: ScrubEnd,
    },
    /// Where the copy is.
    Snapshot {
        /// Its path within the ledger's folder.
        folder: String,
        /// Entries that it has at least.
        size: u64,
    },
    /// How far the work has come; another answer follows.
    Progress {
        /// Entries done.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// The indexes are whole again.
    Rebuilt {
        /// From so many entries.
        entries: u64,
    },
    /// It was not done.
    Refused {
        /// Why not.
        detail: String,
    },
}

/// How looking over a ledger that is served stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubStanding {
    /// The one that is under way.
    pub running: Option<ScrubProgress>,
    /// The last one that was not stopped, also of an earlier server.
    pub last: Option<ScrubOutcome>,
}

/// A scrub that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubProgress {
    /// When it began, in UTC.
    pub started_at: String,
    /// Entries that were hashed again.
    pub done: u64,
    /// Of how many; 0 as long as nothing was told.
    pub total: u64,
}

/// A scrub that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubOutcome {
    /// When it began, in UTC.
    pub started_at: String,
    /// When it ended, in UTC.
    pub ended_at: String,
    /// What came out.
    #[serde(flatten)]
    pub end: ScrubEnd,
}

/// What a scrub came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum ScrubEnd {
    /// Nothing is damaged.
    Whole {
        /// Entries that were hashed again.
        entries: u64,
    },
    /// Something is.
    Damaged {
        /// Entries that were hashed again.
        entries: u64,
        /// How many faults there are.
        fault_count: u64,
        /// Whether indexes alone are at fault, which can be made again.
        only_indexes: bool,
        /// The first of them: a place and what is wrong.
        faults: Vec<String>,
    },
    /// It could not be done.
    Failed {
        /// Why.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_exactly_these_bytes() {
        let line = serde_json::to_string(&ControlRequest::RebuildIndex).unwrap();
        assert_eq!(line, r#"{"command":"rebuild-index"}"#);
        let answer = ControlAnswer::Snapshot { folder: "snapshots/1".to_owned(), size: 7 };
        let line = serde_json::to_string(&answer).unwrap();
        assert_eq!(line, r#"{"answer":"snapshot","folder":"snapshots/1","size":7}"#);
        assert!(serde_json::from_str::<ControlRequest>(r#"{"command":"stop"}"#).is_err());
        let line = serde_json::to_string(&ControlRequest::Scrub { rate: Some(8) }).unwrap();
        assert_eq!(line, r#"{"command":"scrub","rate":8}"#);
        let line = serde_json::to_string(&ControlAnswer::Scrubbed { end: ScrubEnd::Whole { entries: 7 } }).unwrap();
        assert_eq!(line, r#"{"answer":"scrubbed","end":{"outcome":"whole","entries":7}}"#);
    }
}
