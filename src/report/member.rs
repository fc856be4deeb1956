//! One file of a package, shown with the package's manifest and the receipt for the manifest: its part of step 2.
//!
//! The manifest is the evidence that was deposited. A file is proved by it when the manifest lists its SHA-256; under which
//! path is said, and where the file has another name here, that too. Not here: reading the file and the manifest.

use serde::Serialize;

use super::sentence::Sentence;
use super::verdict::Outcome;
use super::words::Word;

/// A file, and what the manifest has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The file's name here; not where it lies, which differs from one verifier to the next.
    pub file: String,
    /// Its SHA-256, hex.
    pub sha256: String,
    /// Path that the manifest lists this SHA-256 for; none when it lists none.
    pub listed_as: Option<String>,
    /// True when the file is called here as in that path.
    pub same_name: bool,
    /// When it is not listed: the path that it should have in the manifest, and the SHA-256 that stands there.
    pub expected: Option<Expected>,
}

/// A line of a manifest that a file is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The path.
    pub path: String,
    /// The SHA-256 that was deposited, hex.
    pub sha256: String,
}

impl Member {
    /// What step 2 says of it, once the manifest itself has been compared with the deposit.
    pub(super) fn judged(&self) -> (Outcome, Sentence) {
        match (&self.listed_as, &self.expected) {
            (Some(path), _) if self.same_name => {
                (Outcome::Passed, Sentence::from(Word::MemberListed).with("path", path.as_str()))
            }
            (Some(path), _) => {
                let said = Sentence::from(Word::MemberRenamed).with("path", path.as_str());
                (Outcome::Passed, said.with("name", self.file.as_str()))
            }
            (None, Some(Expected { path, sha256 })) => {
                let said = Sentence::from(Word::MemberChanged).with("path", path.as_str());
                (Outcome::Failed, said.with("sha256", sha256.as_str()))
            }
            (None, None) => (Outcome::Failed, Word::MemberNotListed.into()),
        }
    }
}
