//! How a folder differs from its manifest: the part of step 2 that is about a package's files.
//!
//! The manifest is the evidence that was deposited; a folder is that evidence only when it holds the manifest's files, all of
//! them with the same bytes, and no other. Not here: reading folders, which makes the manifest of what is there now.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::sentence::Sentence;
use super::verdict::Outcome;
use super::words::Word;
use crate::crypto::Sha256Digest;
use crate::evidence::Manifest;

/// How a folder differs from a manifest. Every path is in one of the lists, or among the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FolderDifference {
    /// Files that are the same.
    pub same: usize,
    /// Paths of the manifest whose file has other bytes now.
    pub changed: Vec<String>,
    /// Paths of the manifest without a file, whose bytes are nowhere else in the folder either.
    pub missing: Vec<String>,
    /// Files that the manifest does not have, by path or by bytes.
    pub added: Vec<String>,
    /// Files that stand under another path now.
    pub renamed: Vec<Renamed>,
}

/// A file of the manifest that has another path now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// Its path in the manifest.
    pub from: String,
    /// Its path in the folder.
    pub to: String,
}

impl FolderDifference {
    /// True when the folder holds exactly what the manifest says.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.added.is_empty() && self.renamed.is_empty()
    }

    /// Compares two manifests: the one deposited and that of the folder as it is now.
    #[must_use]
    pub fn between(deposited: &Manifest, now: &Manifest) -> Self {
        let mut difference = Self::default();
        let mut appeared: BTreeMap<&Sha256Digest, BTreeSet<&str>> = BTreeMap::new();
        for line in now.lines().iter().filter(|line| deposited.digest_of(&line.path).is_none()) {
            appeared.entry(&line.sha256).or_default().insert(&line.path);
        }
        for line in deposited.lines() {
            let path = line.path.clone();
            match now.digest_of(&path) {
                Some(digest) if *digest == line.sha256 => difference.same += 1,
                Some(_) => difference.changed.push(path),
                None => match appeared.get_mut(&line.sha256).and_then(BTreeSet::pop_first) {
                    Some(to) => difference.renamed.push(Renamed { from: path, to: to.to_owned() }),
                    None => difference.missing.push(path),
                },
            }
        }
        difference.added = appeared.into_values().flatten().map(ToOwned::to_owned).collect();
        difference.added.sort_unstable();
        difference
    }

    /// What step 2 says of it, once the manifest itself has been compared with the deposit.
    pub(super) fn judged(&self) -> (Outcome, Sentence) {
        if self.is_none() {
            return (Outcome::Passed, Sentence::from(Word::FolderEqual).with("count", self.same as u64));
        }
        let counted = Sentence::from(Word::FolderDiffers)
            .with("changed", self.changed.len() as u64)
            .with("missing", self.missing.len() as u64)
            .with("added", self.added.len() as u64)
            .with("renamed", self.renamed.len() as u64);
        (Outcome::Failed, counted)
    }
}
