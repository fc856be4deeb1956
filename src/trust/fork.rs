//! Proof that a ledger has signed two histories: two of its checkpoints, and why they cannot both be of one growing tree.
//!
//! Of the larger tree, the root of its first entries up to the smaller one's size is shown by a consistency proof (RFC 9162
//! section 2.1.4). If that is not the root which the smaller checkpoint signs, the key has signed two trees of which
//! neither extends the other, and nobody has to be believed about it. A checkpoint that is merely older, or a tree that has
//! shrunk, is no such proof: both may have been right when they were signed.
//!
//! A proof is a text of this project's own (docs/formats.md, "Fork proof"):
//!
//! ```text
//! notarium/fork/1
//! prefix <base64 root of the larger tree at the smaller one's size>
//! <base64 hashes of the consistency proof>
//! checkpoint <bytes>
//! <the smaller checkpoint's signed note>
//! checkpoint <bytes>
//! <the larger checkpoint's signed note>
//! ```

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::codec::{decode_base64, encode_base64, parse_decimal};
use crate::merkle::{ConsistencyProof, Hash, ProofInvalid, TooManyHashes, TreeHead};
use crate::note::{MAX_NOTE_BYTES, VerifierKey};

use super::{CheckpointError, LogSignature, Policy, SignedCheckpoint};

const HEADER: &str = "notarium/fork/1";
/// Two of the largest notes, 64 hashes, and the lines between.
const MAX_BYTES: usize = 2 * MAX_NOTE_BYTES + 4096;

/// Why bytes are not a fork proof.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ForkError {
    /// Longer than any.
    #[error("{0} bytes are more than a fork proof has")]
    ForkTooLong(usize),
    /// Not text that begins with the header.
    #[error("it does not begin with the line {HEADER}")]
    NotAFork,
    /// The second line is not `prefix` and a root.
    #[error("the second line is not `prefix` and the base64 of a root")]
    BadPrefix,
    /// A line of the proof is not a hash.
    #[error("line {line} is not the base64 of a hash")]
    BadForkHash {
        /// The line, counted from 1.
        line: usize,
    },
    /// Too many hashes.
    #[error("{0}")]
    TooManyForkHashes(TooManyHashes),
    /// No checkpoint of the stated length stands where one should.
    #[error("the {which} checkpoint is cut short or its length is another")]
    CheckpointCut {
        /// `first` or `second`.
        which: &'static str,
    },
    /// A checkpoint is none.
    #[error("the {which} checkpoint: {error}")]
    BadForkCheckpoint {
        /// `first` or `second`.
        which: &'static str,
        /// Why not.
        error: CheckpointError,
    },
    /// Bytes after the second checkpoint.
    #[error("bytes after the second checkpoint")]
    AfterFork,
}

/// Two signed checkpoints, and what the larger tree was at the smaller one's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    smaller: SignedCheckpoint,
    larger: SignedCheckpoint,
    prefix: Hash,
    proof: ConsistencyProof,
}

/// What a fork proof comes to under a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForkVerdict {
    /// The ledger has signed two histories, the smaller tree with this key.
    Proven(VerifierKey),
    /// It shows nothing, for this reason.
    NotProven(NoFork),
    /// It cannot be told: a checkpoint is not signed by a log of the policy.
    UnknownKey,
}

/// Why two checkpoints are no fork.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoFork {
    /// They are of different ledgers.
    #[error("the checkpoints are of different ledgers")]
    Unrelated,
    /// A signature does not hold.
    #[error("a signature of a checkpoint does not hold")]
    BadSignature,
    /// The second is the smaller.
    #[error("the second checkpoint is of a smaller tree than the first")]
    Order,
    /// The proof does not lead to the larger tree's root.
    #[error("the proof does not hold: {0}")]
    Proof(#[from] ProofInvalid),
    /// The smaller tree is a prefix of the larger.
    #[error("the checkpoints agree: the larger tree extends the smaller")]
    Agree,
}

impl ForkProof {
    /// Puts a proof together: `prefix` is the root that the larger tree has at the smaller one's size, by `proof`.
    #[must_use]
    pub const fn new(
        smaller: SignedCheckpoint,
        larger: SignedCheckpoint,
        prefix: Hash,
        proof: ConsistencyProof,
    ) -> Self {
        Self { smaller, larger, prefix, proof }
    }

    /// What it comes to: whether one log of the policy has signed two trees of which neither extends the other.
    #[must_use]
    pub fn judge(&self, policy: &Policy) -> ForkVerdict {
        let signer = |checkpoint| match policy.judge(checkpoint).log {
            LogSignature::Valid(key) | LogSignature::Retired { key, .. } => Ok(key),
            LogSignature::UnknownKey => Err(ForkVerdict::UnknownKey),
            LogSignature::Invalid { .. } | LogSignature::OriginMismatch(_) => {
                Err(ForkVerdict::NotProven(NoFork::BadSignature))
            }
        };
        match (signer(&self.smaller), signer(&self.larger)) {
            (Err(verdict), _) | (_, Err(verdict)) => verdict,
            // Two keys of one log, in one policy, are that log's.
            (Ok(one), Ok(other)) if one.name() != other.name() => ForkVerdict::NotProven(NoFork::Unrelated),
            (Ok(key), Ok(_)) => match self.check() {
                Ok(()) => ForkVerdict::Proven(key),
                Err(reason) => ForkVerdict::NotProven(reason),
            },
        }
    }

    /// Whether the trees contradict each other; says nothing of the signatures.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        self.check().is_ok()
    }

    fn check(&self) -> Result<(), NoFork> {
        let (smaller, larger) = (self.smaller.head(), self.larger.head());
        if smaller.size > larger.size {
            return Err(NoFork::Order);
        }
        self.proof.verify(&TreeHead { size: smaller.size, root: self.prefix }, larger)?;
        if self.prefix == smaller.root { Err(NoFork::Agree) } else { Ok(()) }
    }

    /// The two checkpoints, the smaller tree's first.
    #[must_use]
    pub const fn checkpoints(&self) -> (&SignedCheckpoint, &SignedCheckpoint) {
        (&self.smaller, &self.larger)
    }

    /// The root that the larger tree has at the smaller one's size.
    #[must_use]
    pub const fn prefix(&self) -> &Hash {
        &self.prefix
    }

    /// Writes it down.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nprefix {}\n", encode_base64(self.prefix.as_bytes()));
        for hash in self.proof.hashes() {
            text += &encode_base64(hash.as_bytes());
            text.push('\n');
        }
        for checkpoint in [&self.smaller, &self.larger] {
            text.extend(["checkpoint ", &checkpoint.as_str().len().to_string(), "\n", checkpoint.as_str()]);
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) writes, and only that.
    ///
    /// # Errors
    ///
    /// [`ForkError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ForkError> {
        if bytes.len() > MAX_BYTES {
            return Err(ForkError::ForkTooLong(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ForkError::NotAFork)?;
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(ForkError::NotAFork)?;
        let (prefix, mut rest) = rest.split_once('\n').ok_or(ForkError::BadPrefix)?;
        let prefix = prefix.strip_prefix("prefix ").and_then(hash).ok_or(ForkError::BadPrefix)?;
        let mut hashes = Vec::new();
        while let Some((line, after)) = rest.split_once('\n').filter(|(line, _)| !line.starts_with("checkpoint ")) {
            hashes.push(hash(line).ok_or(ForkError::BadForkHash { line: hashes.len() + 3 })?);
            rest = after;
        }
        let proof = ConsistencyProof::from_hashes(hashes).map_err(ForkError::TooManyForkHashes)?;
        let (smaller, rest) = take_checkpoint(rest, "first")?;
        let (larger, rest) = take_checkpoint(rest, "second")?;
        if rest.is_empty() { Ok(Self { smaller, larger, prefix, proof }) } else { Err(ForkError::AfterFork) }
    }
}

fn hash(line: &str) -> Option<Hash> {
    decode_base64(line).ok()?.try_into().ok().map(Hash::from_bytes)
}

fn take_checkpoint<'a>(text: &'a str, which: &'static str) -> Result<(SignedCheckpoint, &'a str), ForkError> {
    let cut = ForkError::CheckpointCut { which };
    let (line, rest) = text.split_once('\n').ok_or(cut.clone())?;
    let length = line.strip_prefix("checkpoint ").and_then(|length| parse_decimal(length).ok());
    let length = length.and_then(|length| usize::try_from(length).ok()).ok_or(cut.clone())?;
    let (note, rest) = rest.split_at_checked(length).ok_or(cut)?;
    let checkpoint = SignedCheckpoint::parse(note).map_err(|error| ForkError::BadForkCheckpoint { which, error })?;
    Ok((checkpoint, rest))
}
