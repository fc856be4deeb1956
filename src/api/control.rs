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
    }
}
