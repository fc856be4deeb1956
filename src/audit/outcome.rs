//! How an audit ends.

use serde::Serialize;

use super::finding::{Finding, Findings, NotChecked, NotUnderstood, Place};
use crate::merkle::TreeHead;

/// The layout of the JSON; a change that breaks a reader is a new one.
const FORMAT: &str = "notarium/audit/1";

/// What an audit concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Outcome {
    /// Everything was checked and holds.
    Holds,
    /// Something does not hold.
    Fails,
    /// Nothing fails, but something was not understood or not checked.
    Undetermined,
}

impl Outcome {
    /// The exit code of a command that ends so: 0 it holds, 1 it does not, 2 it could not be told.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 1,
            Self::Undetermined => 2,
        }
    }
}

/// Everything that an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// The layout of this JSON.
    pub format: &'static str,
    /// What it comes to.
    pub outcome: Outcome,
    /// The ledger's name by its first entry.
    pub origin: Option<String>,
    /// The first entry of those replayed; 0 unless only a part was asked for, or an earlier audit was gone on from.
    pub from: u64,
    /// Whether only a part was asked for: admission and uniqueness depend on other entries, and were not checked.
    pub is_part: bool,
    /// Entries of the tree that the replay came to.
    pub size: u64,
    /// The root that they give, in hex.
    pub root: String,
    /// Heads, checkpoints and tiles that were compared.
    pub compared: u64,
    /// The first entry that something is wrong with; with less than certainty if no finding names an entry.
    pub first_bad: Option<u64>,
    /// How many things do not hold.
    pub finding_count: u64,
    /// The first thousand of them, by entry.
    pub findings: Vec<Finding>,
    /// How many roots differ after one that is among the findings, and so for the same reason.
    pub later_roots: u64,
    /// How many things were not understood.
    pub not_understood_count: u64,
    /// The first thousand of them.
    pub not_understood: Vec<NotUnderstood>,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
}

impl AuditReport {
    /// Sums up.
    pub(super) fn new(findings: Findings, origin: Option<String>, from: u64, head: &TreeHead, compared: u64) -> Self {
        let Findings { mut list, count, later_roots, not_understood, not_understood_count, not_checked } = findings;
        list.sort_by_key(|finding| finding.index.or(finding.since).unwrap_or(u64::MAX));
        let outcome = if count > 0 {
            Outcome::Fails
        } else if not_understood_count > 0 || !not_checked.is_empty() {
            Outcome::Undetermined
        } else {
            Outcome::Holds
        };
        let certain = list.iter().filter_map(|finding| finding.index).min();
        Self {
            format: FORMAT,
            outcome,
            origin,
            from,
            is_part: false,
            size: head.size.get(),
            root: head.root.to_string(),
            compared,
            first_bad: certain.or_else(|| list.iter().filter_map(|finding| finding.since).min()),
            finding_count: count,
            later_roots,
            findings: list,
            not_understood_count,
            not_understood,
            not_checked,
        }
    }

    /// The same, of a part of a ledger.
    pub(super) fn of_part(self, is_part: bool) -> Self {
        Self { is_part, ..self }
    }

    /// The same, with `see` told where to look for each finding.
    #[must_use]
    pub fn seen_at(mut self, see: impl Fn(&Place) -> Option<String>) -> Self {
        for finding in &mut self.findings {
            finding.see = see(&finding.place);
        }
        self
    }
}
