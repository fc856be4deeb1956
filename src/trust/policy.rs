//! The policy file: which logs are believed, which witnesses are known, and how many of them are enough.
//!
//! The file is the person's own trust, written down; it is read strictly, since parsers in use disagree on the odd cases
//! and a policy must not mean two things. Its bytes are kept. What it makes of a checkpoint is `judgement`'s.
//!
//! Follows C2SP tlog-policy at 5ba5ee8. Keys are Ed25519 only: logs sign as type 01, witnesses as type 04.

use std::collections::{HashMap, HashSet};

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::quorum::{Definition, Number, QuorumRule, is_met};
use crate::codec::{Time, parse_decimal};
use crate::crypto::PublicKey;
use crate::note::{KeyId, KeyKind, KeyName, VerifierKey, VerifierKeyError};

/// Longest policy file, in bytes: several thousand witnesses.
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// The name that asks for no witness; nothing else can have it.
const NONE: &[u8] = b"none";

/// How a log is written.
const LOG_FORM: &str = "log <vkey> [<url>]";

/// What is wrong with a policy file, and on which line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct PolicyError {
    /// Counted from 1; the last line for what is wrong with the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: PolicyProblem,
}

/// What can be wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum PolicyProblem {
    /// More than [`MAX_POLICY_BYTES`].
    #[error("the policy has {0} bytes, more than {MAX_POLICY_BYTES}")]
    PolicyTooLarge(usize),
    /// The last line does not end in LF.
    #[error("the last line does not end in a line feed")]
    UnendedLine,
    /// A control character that is neither tab nor LF.
    #[error("the byte 0x{0:02x} is not allowed (lines end in a line feed alone)")]
    ForbiddenByte(u8),
    /// The first word is none of `log`, `witness`, `group`, `quorum`.
    #[error("unknown keyword {0:?}")]
    UnknownKeyword(String),
    /// Too few or too many words.
    #[error("the line does not read {0}")]
    WrongForm(&'static str),
    /// `#` where a URL can stand: other parsers would take it for a comment.
    #[error("a comment needs a line of its own")]
    CommentAfterItems,
    /// A vkey that is not UTF-8.
    #[error("the key is not valid UTF-8")]
    KeyNotUtf8,
    /// No vkey that this version can use.
    #[error("{0}")]
    BadKey(VerifierKeyError),
    /// A log with a key of type 04, or a witness with one of type 01.
    #[error("a {role} has a key of type {expected:02x}, not {found:02x}")]
    WrongKeyType {
        /// `log` or `witness`.
        role: &'static str,
        /// The type that this role signs with.
        expected: u8,
        /// The type of the key that was given.
        found: u8,
    },
    /// Two logs, or two witnesses, with one public key.
    #[error("another {0} has the same public key")]
    DuplicateKey(&'static str),
    /// Two keys with the same name and id: a signature would not tell which of them it is by.
    #[error("another key has the same name and id")]
    AmbiguousKey,
    /// `none` as the name of a witness, a group or a member.
    #[error("the name \"none\" is kept for the quorum")]
    ReservedName,
    /// A second witness or group of this name.
    #[error("{0:?} is defined twice")]
    DuplicateName(String),
    /// No witness or group of this name on the lines before.
    #[error("{0:?} is not defined on a line before this one")]
    UndefinedName(String),
    /// A name that is a member already.
    #[error("{0:?} is a member of a group already")]
    SecondMembership(String),
    /// Neither `all` nor `any` nor a decimal from 1 to the number of members.
    #[error("the threshold is none of all, any and 1 to {members}")]
    BadThreshold {
        /// How many members the group has.
        members: usize,
    },
    /// A second quorum line.
    #[error("a second quorum line")]
    SecondQuorum,
    /// No quorum line.
    #[error("the policy has no quorum line")]
    MissingQuorum,
}

impl PolicyProblem {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadKey(error) => error.code(),
            own => own.into(),
        }
    }
}

/// A log that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key, of type 01; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it can be reached; bytes that are not UTF-8 are shown as U+FFFD. Nothing was checked about it.
    pub url: Option<String>,
}

/// A witness that can count towards the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What this policy calls it; bytes that are not UTF-8 are shown as U+FFFD.
    pub name: String,
    /// Its key, of type 04.
    pub key: VerifierKey,
    /// Where it can be reached, as with a log.
    pub url: Option<String>,
}

/// A trust policy, read and checked, with the bytes that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    bytes: Vec<u8>,
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    definitions: Vec<Definition>,
    rule: QuorumRule,
    /// Log keys that were replaced, each with the time from which it counts for nothing by itself. Not of the file.
    retired: Vec<(VerifierKey, Time)>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// The first [`PolicyError`], from the top of the file.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, PolicyError> {
        let bytes = bytes.as_ref();
        let mut parser = Parser::default();
        let last_line = bytes.split_inclusive(|byte| *byte == b'\n').count().max(1);
        let whole = |problem| PolicyError { line: last_line, problem };
        if bytes.len() > MAX_POLICY_BYTES {
            return Err(whole(PolicyProblem::PolicyTooLarge(bytes.len())));
        }
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            parser.line(line).map_err(|problem| PolicyError { line: at + 1, problem })?;
        }
        let rule = parser.rule.ok_or_else(|| whole(PolicyProblem::MissingQuorum))?;
        let Parser { logs, witnesses, definitions, .. } = parser;
        Ok(Self { bytes: bytes.to_vec(), logs, witnesses, definitions, rule, retired: Vec::new() })
    }

    /// The policy that believes one log and asks for no witness, as a file that says so to its reader.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] when `key` is not of type 01, or `url` is not one word.
    pub fn for_log(key: &VerifierKey, url: Option<&str>) -> Result<Self, PolicyError> {
        // A line feed in the URL would add lines to the policy, and so whom to believe.
        if url.is_some_and(|url| url.is_empty() || url.bytes().any(|byte| byte <= b' ')) {
            return Err(PolicyError { line: 3, problem: PolicyProblem::WrongForm(LOG_FORM) });
        }
        let url = url.map(|url| format!(" {url}")).unwrap_or_default();
        Self::parse(format!(
            "# Whom to believe about this ledger (https://c2sp.org/tlog-policy).\n\
             # Compare the key with one that reached you by another way before you rely on it.\n\
             log {key}{url}\n\
             \n\
             # No witness is required: nobody but the ledger itself vouches for its times.\n\
             quorum none\n"
        ))
    }

    /// The same with more log keys, which this policy does not name. Its bytes stay those of the file.
    #[must_use]
    pub fn with_logs(&self, keys: &[VerifierKey]) -> Self {
        let mut policy = self.clone();
        for key in keys.iter().filter(|key| key.kind() == KeyKind::Ed25519) {
            let same = |log: &PolicyLog| log.key.name() == key.name() && log.key.id() == key.id();
            if !policy.logs.iter().any(same) {
                policy.logs.push(PolicyLog { key: key.clone(), url: None });
            }
        }
        policy
    }

    /// The same with a log key retired at a time: a checkpoint that no other log key has signed counts only with a quorum
    /// that vouches for a time before.
    #[must_use]
    pub fn with_retired(&self, key: &VerifierKey, at: Time) -> Self {
        let mut policy = self.clone();
        policy.retired.push((key.clone(), at));
        policy
    }

    /// When a log key was retired, as far as that is known here.
    pub(super) fn retired_at(&self, key: &VerifierKey) -> Option<Time> {
        self.retired.iter().filter(|(retired, _)| retired == key).map(|(_, at)| *at).min()
    }

    /// The logs, in the order of the file; several may share an origin.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file, whether the quorum needs them or not.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether any cosignature is asked for.
    #[must_use]
    pub fn has_quorum(&self) -> bool {
        self.rule != QuorumRule::None
    }

    /// Whether the witnesses at the places for which `holds` is true make up the quorum; `quorum none` is made up by nobody.
    #[must_use]
    pub fn is_met_by(&self, holds: impl Fn(usize) -> bool) -> bool {
        match self.rule {
            QuorumRule::None => true,
            QuorumRule::Of(wanted) => is_met(&self.definitions, wanted, holds),
        }
    }

    /// The file, byte for byte.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Witnesses and groups by number.
    pub(super) fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// Which of them has to hold.
    pub(super) fn rule(&self) -> &QuorumRule {
        &self.rule
    }
}

/// What has been read so far; names are opaque bytes, as the specification asks.
#[derive(Default)]
struct Parser {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    definitions: Vec<Definition>,
    rule: Option<QuorumRule>,
    numbers: HashMap<Vec<u8>, Number>,
    members: HashSet<Number>,
    keys: HashSet<(KeyKind, PublicKey)>,
    key_ids: HashSet<(KeyName, KeyId)>,
}

impl Parser {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyProblem> {
        let line = line.strip_suffix(b"\n").ok_or(PolicyProblem::UnendedLine)?;
        if let Some(byte) = line.iter().find(|byte| byte.is_ascii_control() && **byte != b'\t') {
            return Err(PolicyProblem::ForbiddenByte(*byte));
        }
        let words: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            [other, ..] => Err(PolicyProblem::UnknownKeyword(shown(other))),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), PolicyProblem> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some(parse_url(url)?)),
            _ => return Err(PolicyProblem::WrongForm(LOG_FORM)),
        };
        let key = self.key(key, "log", KeyKind::Ed25519)?;
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, words: &[&[u8]]) -> Result<(), PolicyProblem> {
        let (name, key, url) = match words {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(parse_url(url)?)),
            _ => return Err(PolicyProblem::WrongForm("witness <name> <vkey> [<url>]")),
        };
        let key = self.key(key, "witness", KeyKind::Cosignature)?;
        self.define(name, Definition::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: shown(name), key, url });
        Ok(())
    }

    fn group(&mut self, words: &[&[u8]]) -> Result<(), PolicyProblem> {
        let (name, threshold, members) = match words {
            [name, threshold, members @ ..] if !members.is_empty() => (name, threshold, members),
            _ => return Err(PolicyProblem::WrongForm("group <name> all|any|<k> <name>...")),
        };
        let members = members.iter().map(|member| self.member(member)).collect::<Result<Vec<_>, _>>()?;
        let threshold = parse_threshold(threshold, members.len())?;
        self.define(name, Definition::Group { threshold, members })
    }

    fn quorum(&mut self, words: &[&[u8]]) -> Result<(), PolicyProblem> {
        let [name] = words else { return Err(PolicyProblem::WrongForm("quorum <name>|none")) };
        let rule = if *name == NONE { QuorumRule::None } else { QuorumRule::Of(self.number(name)?) };
        match self.rule.replace(rule) {
            None => Ok(()),
            Some(_) => Err(PolicyProblem::SecondQuorum),
        }
    }

    /// Reads a key for a log or a witness; no two of the same role share a public key, and no two keys a name and id.
    fn key(&mut self, word: &[u8], role: &'static str, kind: KeyKind) -> Result<VerifierKey, PolicyProblem> {
        let text = std::str::from_utf8(word).map_err(|_| PolicyProblem::KeyNotUtf8)?;
        let key: VerifierKey = text.parse().map_err(PolicyProblem::BadKey)?;
        if key.kind() != kind {
            return Err(PolicyProblem::WrongKeyType { role, expected: kind.code(), found: key.kind().code() });
        }
        if !self.keys.insert((kind, *key.public_key())) {
            return Err(PolicyProblem::DuplicateKey(role));
        }
        if !self.key_ids.insert((key.name().clone(), key.id())) {
            return Err(PolicyProblem::AmbiguousKey);
        }
        Ok(key)
    }

    /// Gives a name to the next witness or group.
    fn define(&mut self, name: &[u8], definition: Definition) -> Result<(), PolicyProblem> {
        if name == NONE {
            return Err(PolicyProblem::ReservedName);
        }
        if self.numbers.insert(name.to_vec(), self.definitions.len()).is_some() {
            return Err(PolicyProblem::DuplicateName(shown(name)));
        }
        self.definitions.push(definition);
        Ok(())
    }

    /// A group's member: defined before, and a member for the first time, so that no witness counts twice.
    fn member(&mut self, name: &[u8]) -> Result<Number, PolicyProblem> {
        if name == NONE {
            return Err(PolicyProblem::ReservedName);
        }
        let number = self.number(name)?;
        if self.members.insert(number) { Ok(number) } else { Err(PolicyProblem::SecondMembership(shown(name))) }
    }

    fn number(&self, name: &[u8]) -> Result<Number, PolicyProblem> {
        self.numbers.get(name).copied().ok_or_else(|| PolicyProblem::UndefinedName(shown(name)))
    }
}

fn parse_threshold(word: &[u8], members: usize) -> Result<usize, PolicyProblem> {
    let threshold = match word {
        b"any" => Some(1),
        b"all" => Some(members),
        digits => std::str::from_utf8(digits).ok().and_then(|text| parse_decimal(text).ok()?.try_into().ok()),
    };
    threshold.filter(|k| (1..=members).contains(k)).ok_or(PolicyProblem::BadThreshold { members })
}

fn parse_url(word: &[u8]) -> Result<String, PolicyProblem> {
    if word.starts_with(b"#") { Err(PolicyProblem::CommentAfterItems) } else { Ok(shown(word)) }
}

/// Bytes of the file as they can be shown.
fn shown(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}
