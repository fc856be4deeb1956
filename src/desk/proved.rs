//! A lookup with proofs: every entry that was found is shown to be in the tree of a signed checkpoint.
//!
//! So nothing on the list is made up. That nothing is missing from it no proof can show: only a replay of the whole ledger up to
//! the checkpoint does.

use serde::Serialize;

use super::known_ledger::KnownLedger;
use super::lookup::{Enclosed, Found, LookupError, Sought, find, find_with_proofs};
use crate::api::{EntryProof, EntryView, ProblemKind};
use crate::client::ClientError;
use crate::codec::decode_base64;
use crate::merkle::{Hash, InclusionProof, LeafIndex, leaf_hash};
use crate::trust::{CheckpointError, LogSignature, SignedCheckpoint};

/// What a ledger has, with proofs that it has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvedFound {
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// The signed checkpoint that the proofs lead to, as text.
    pub checkpoint: String,
    /// Entries in its tree.
    pub checkpoint_size: u64,
    /// One for each entry that was found, by entry number.
    pub proofs: Vec<EntryProof>,
}

/// Why what was found is not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProvedError {
    /// The ledger did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Its lists are not to be had.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Proofs were asked for under one checkpoint, and came under two.
    #[error("the ledger's lists are under the checkpoints of {one} and {other} entries, and were asked for under one")]
    Checkpoints {
        /// Entries under the first.
        one: u64,
        /// Entries under the other; the same number where the trees differ.
        other: u64,
    },
    /// What it calls its checkpoint is none.
    #[error("the ledger's checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is not signed by the ledger's key.
    #[error("the ledger's checkpoint is not signed by a log of the policy")]
    Signature,
    /// An entry is not in the tree.
    #[error("entry {index} is not proved to be in the tree of {size} entries: {why}")]
    NotIncluded {
        /// The entry.
        index: u64,
        /// Entries in the tree.
        size: u64,
        /// What is wrong.
        why: String,
    },
}

impl ProvedError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Client(error) => error.hint(),
            Self::Lookup(error) => error.hint(),
            _ => Some("the ledger's answers cannot be relied on; `notarium audit URL` tells more"),
        }
    }
}

/// Looks for what is sought, and verifies the proof of every entry that is found against one signed checkpoint. The proofs come
/// with the lists; from a ledger of an older version they are fetched one by one.
///
/// # Errors
/// [`ProvedError`]; one entry without a proof is enough.
pub fn find_proved(ledger: &KnownLedger, sought: Sought) -> Result<ProvedFound, ProvedError> {
    match find_with_proofs(ledger.client(), sought) {
        Ok((found, enclosed)) if !enclosed.checkpoints.is_empty() => from_lists(ledger, found, &enclosed),
        Ok((found, _)) => one_by_one(ledger, found),
        Err(LookupError::Client(error)) if is_of_an_older_ledger(&error) => {
            one_by_one(ledger, find(ledger.client(), sought)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// It knows no parameter `proofs`.
fn is_of_an_older_ledger(error: &ClientError) -> bool {
    error.problem().is_some_and(|problem| problem.kind() == Some(ProblemKind::BadQuery))
}

fn from_lists(ledger: &KnownLedger, found: Found, enclosed: &Enclosed) -> Result<ProvedFound, ProvedError> {
    let mut checkpoints = enclosed.checkpoints.iter().map(SignedCheckpoint::parse);
    let Some(checkpoint) = checkpoints.next().transpose()? else { return one_by_one(ledger, found) };
    for other in checkpoints {
        let (one, other) = (checkpoint.head(), *other?.head());
        if *one != other {
            return Err(ProvedError::Checkpoints { one: one.size.get(), other: other.size.get() });
        }
    }
    proved(ledger, found, &checkpoint, |entry| {
        let proof = enclosed.proofs.get(&entry.index).map(|proof| proof.hashes.clone());
        proof.ok_or_else(|| not_included(entry.index, &checkpoint, "no proof came with it"))
    })
}

fn one_by_one(ledger: &KnownLedger, found: Found) -> Result<ProvedFound, ProvedError> {
    let checkpoint = SignedCheckpoint::parse(ledger.client().checkpoint()?)?;
    let size = checkpoint.head().size.get();
    proved(ledger, found, &checkpoint, |entry| Ok(ledger.client().inclusion(entry.index, size)?.hashes))
}

/// Everything that was found, each entry by the hashes that `path` has for it.
fn proved(
    ledger: &KnownLedger,
    found: Found,
    checkpoint: &SignedCheckpoint,
    path: impl Fn(&EntryView) -> Result<Vec<String>, ProvedError>,
) -> Result<ProvedFound, ProvedError> {
    if !matches!(ledger.policy().judge(checkpoint).log, LogSignature::Valid(_)) {
        return Err(ProvedError::Signature);
    }
    let mut entries: Vec<&EntryView> = found.same.iter().chain(&found.partial).collect();
    entries.sort_unstable_by_key(|entry| entry.index);
    let proofs =
        entries.into_iter().map(|entry| prove_one(entry, path(entry)?, checkpoint)).collect::<Result<_, _>>()?;
    let checkpoint_size = checkpoint.head().size.get();
    Ok(ProvedFound { found, checkpoint: checkpoint.as_str().to_owned(), checkpoint_size, proofs })
}

fn prove_one(entry: &EntryView, hashes: Vec<String>, checkpoint: &SignedCheckpoint) -> Result<EntryProof, ProvedError> {
    let not_included = |why: &str| not_included(entry.index, checkpoint, why);
    let path = hashes.iter().map(|text| hash(text)).collect::<Option<Vec<_>>>();
    let path = path.ok_or_else(|| not_included("a hash is not 64 hex digits"))?;
    let path = InclusionProof::from_hashes(path).map_err(|error| not_included(&error.to_string()))?;
    let bytes = decode_base64(&entry.entry).map_err(|error| not_included(&error.to_string()))?;
    let leaf = leaf_hash(&bytes);
    let verified = path.verify(LeafIndex::new(entry.index), &leaf, checkpoint.head());
    verified.map_err(|error| not_included(&error.to_string()))?;
    Ok(EntryProof { index: entry.index, leaf: leaf.to_string(), hashes })
}

fn not_included(index: u64, checkpoint: &SignedCheckpoint, why: &str) -> ProvedError {
    ProvedError::NotIncluded { index, size: checkpoint.head().size.get(), why: why.to_owned() }
}

fn hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; Hash::LEN];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Hash::from_bytes(bytes))
}
