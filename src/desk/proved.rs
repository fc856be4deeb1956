//! A lookup with proofs: every entry that was found is shown to be in the tree of a signed checkpoint.
//!
//! So nothing on the list is made up. That nothing is missing from it no proof can show: only a replay of the whole ledger up to
//! the checkpoint does.

use serde::Serialize;

use super::known_ledger::KnownLedger;
use super::lookup::Found;
use crate::api::{EntryView, InclusionAnswer};
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

/// The proof that an entry is in the tree (RFC 9162 section 2.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryProof {
    /// Entry number.
    pub index: u64,
    /// Leaf hash of the entry, hex.
    pub leaf: String,
    /// Sibling hashes, leaf side first, hex.
    pub hashes: Vec<String>,
}

/// Why what was found is not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProvedError {
    /// The ledger did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
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
            _ => Some("the ledger's answers cannot be relied on; `notarium audit URL` tells more"),
        }
    }
}

/// Fetches a proof for every entry that was found, and verifies it against the ledger's newest checkpoint.
///
/// # Errors
/// [`ProvedError`]; one entry without a proof is enough.
pub fn prove(ledger: &KnownLedger, found: Found) -> Result<ProvedFound, ProvedError> {
    let checkpoint = SignedCheckpoint::parse(ledger.client().checkpoint()?)?;
    if !matches!(ledger.policy().judge(&checkpoint).log, LogSignature::Valid(_)) {
        return Err(ProvedError::Signature);
    }
    let mut entries: Vec<&EntryView> = found.same.iter().chain(&found.partial).collect();
    entries.sort_unstable_by_key(|entry| entry.index);
    let proofs = entries.into_iter().map(|entry| prove_one(ledger, entry, &checkpoint)).collect::<Result<_, _>>()?;
    let checkpoint_size = checkpoint.head().size.get();
    Ok(ProvedFound { found, checkpoint: checkpoint.as_str().to_owned(), checkpoint_size, proofs })
}

fn prove_one(
    ledger: &KnownLedger,
    entry: &EntryView,
    checkpoint: &SignedCheckpoint,
) -> Result<EntryProof, ProvedError> {
    let (index, size) = (entry.index, checkpoint.head().size.get());
    let not_included = |why: String| ProvedError::NotIncluded { index, size, why };
    let InclusionAnswer { hashes, .. } = ledger.client().inclusion(index, size)?;
    let path = hashes.iter().map(|text| hash(text)).collect::<Option<Vec<_>>>();
    let path = path.ok_or_else(|| not_included("a hash is not 64 hex digits".to_owned()))?;
    let path = InclusionProof::from_hashes(path).map_err(|error| not_included(error.to_string()))?;
    let bytes = decode_base64(&entry.entry).map_err(|error| not_included(error.to_string()))?;
    let leaf = leaf_hash(&bytes);
    path.verify(LeafIndex::new(index), &leaf, checkpoint.head()).map_err(|error| not_included(error.to_string()))?;
    Ok(EntryProof { index, leaf: leaf.to_string(), hashes })
}

fn hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; Hash::LEN];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Hash::from_bytes(bytes))
}
