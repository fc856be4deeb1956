//! What a ledger states beside its entries (heads, checkpoints, tiles), against what the replay gives.

use thiserror::Error;

use super::finding::{Finding, NotChecked, Place, What};
use super::replay::Replay;
use super::spread::spread;
use crate::evidence::{Genesis, SignedStatement};
use crate::merkle::{ConsistencyProof, Hash, TILE_WIDTH, TileId, TreeHead, TreeSize};
use crate::note::VerifierKey;
use crate::trust::{LogSignature, Policy, QuorumCheck, SignedCheckpoint};

/// Something that the ledger stated of its tree, to be compared when the replay comes to its size.
#[derive(Clone, Debug)]
pub enum Claim {
    /// A tree head.
    Head(TreeHead),
    /// A signed checkpoint, kept or served for a size.
    Checkpoint {
        /// The size that it is kept for.
        size: TreeSize,
        /// Its bytes.
        note: Vec<u8>,
    },
}

impl Claim {
    fn size(&self) -> u64 {
        match self {
            Self::Head(head) => head.size.get(),
            Self::Checkpoint { size, .. } => size.get(),
        }
    }
}

/// A claim about a size that the replay has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the replay has {replayed} entries and cannot go back to size {claimed}")]
pub struct ClaimTooLate {
    /// The size of the claim.
    pub claimed: u64,
    /// Entries replayed so far.
    pub replayed: u64,
}

/// A ledger's key and name, by its genesis entry.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) origin: String,
    pub(super) key: VerifierKey,
}

impl Replay {
    /// Compares a tile as it was kept or served with the bytes that the replay gives for it.
    pub fn compare_tile(&mut self, id: TileId, due: &[u8], found: &[u8]) {
        self.compared += 1;
        if due == found {
            return;
        }
        let place = Place::Tile(id.path());
        let (due_hashes, _) = due.as_chunks::<{ Hash::LEN }>();
        let (found_hashes, rest) = found.as_chunks::<{ Hash::LEN }>();
        let differs = due_hashes.iter().zip(found_hashes).position(|(due, found)| due != found);
        let Some(at) = differs.filter(|_| rest.is_empty() && found.len() == due.len()) else {
            let sizes = (format!("{} bytes", due.len()), format!("{} bytes", found.len()));
            return self.findings.push(Finding::at(place, What::Tile, sizes.0, sizes.1));
        };
        let show = |hashes: &[[u8; Hash::LEN]]| format!("{} as hash {at}", Hash::from_bytes(hashes[at]));
        let finding = Finding::at(place, What::Tile, show(due_hashes), show(found_hashes));
        // In a tile of level 0 each hash is one entry's; above, it is that of all entries below it.
        let below = 256_u64.saturating_pow(id.level().into());
        let first = (id.index() * u64::from(TILE_WIDTH) + at as u64).saturating_mul(below);
        self.findings.push(if id.level() == 0 { finding.about(first) } else { finding.since(first) });
    }

    /// Compares the tree so far with a larger one that the ledger has signed: `proof` must show that it is a prefix of it.
    pub fn expect_prefix(&mut self, proof: &ConsistencyProof, larger: &TreeHead) {
        self.compared += 1;
        let head = self.frontier.head();
        if let Err(error) = proof.verify(&head, larger) {
            let place = Place::Head(head.size.get());
            let due = format!("a prefix of the tree of {} entries that is signed", larger.size);
            self.findings.push(Finding::at(place, What::Root, due, error.to_string()).since(self.agreed));
        }
    }

    /// Notes that the ledger states fewer entries than were replayed.
    pub fn find_shrunk(&mut self, size: u64) {
        let due = format!("at least {} entries", self.frontier.size());
        self.findings.push(Finding::at(Place::Checkpoint(size), What::Shrunk, due, size.to_string()).since(size));
    }

    /// Drops what is expected at sizes that the replay will not come to, because an entry before them cannot be read.
    pub fn forget_claims(&mut self) {
        self.claims.clear();
    }

    /// Takes what the ledger states of its tree at a size, to be compared when the replay gets there.
    ///
    /// # Errors
    ///
    /// When the replay is already past that size.
    pub fn expect(&mut self, claim: Claim) -> Result<(), ClaimTooLate> {
        let (claimed, replayed) = (claim.size(), self.frontier.size().get());
        if claimed < replayed {
            return Err(ClaimTooLate { claimed, replayed });
        }
        if claimed == replayed {
            self.compare(claim);
            self.check_signatures();
        } else {
            self.claims.entry(claimed).or_default().push(claim);
        }
        Ok(())
    }

    /// A claim against the tree as it is now; signatures are left for later.
    pub(super) fn compare(&mut self, claim: Claim) {
        let (size, note) = match claim {
            Claim::Head(head) => return self.compare_root(Place::Head(head.size.get()), &head),
            Claim::Checkpoint { size, note } => (size.get(), note),
        };
        match SignedCheckpoint::parse(note) {
            Ok(signed) => {
                self.compare_root(Place::Checkpoint(size), signed.head());
                self.unverified.push((size, signed));
            }
            Err(error) => {
                let place = Place::Checkpoint(size);
                let finding = Finding::at(place, What::CheckpointMalformed, "a signed checkpoint", error.to_string());
                self.findings.push(finding);
            }
        }
    }

    fn compare_root(&mut self, place: Place, stated: &TreeHead) {
        self.compared += 1;
        let head = self.frontier.head();
        if *stated == head {
            self.agreed = head.size.get();
            self.is_astray = false;
            return;
        }
        if self.is_astray {
            return self.findings.push_consequence();
        }
        self.is_astray = true;
        let show = |head: &TreeHead| format!("{} entries with root {}", head.size, head.root);
        self.findings.push(Finding::at(place, What::Root, show(&head), show(stated)).since(self.agreed));
    }

    /// The checkpoints compared since the last time must be this ledger's, and signed by it.
    pub(super) fn check_signatures(&mut self) {
        let unverified = std::mem::take(&mut self.unverified);
        let Some(ledger) = &self.ledger else { return };
        let wrong = spread(&unverified, self.threads, |_, (size, signed)| ledger.check(*size, signed));
        for finding in wrong.into_iter().flatten() {
            self.findings.push(finding);
        }
    }

    /// Steps 5 and 6 of docs/formats.md, "Verification", for the newest checkpoint.
    pub(super) fn judge(&mut self, policy: &Policy, newest: Option<&SignedCheckpoint>) {
        let Some(newest) = newest else { return self.findings.push_unchecked(NotChecked::PolicyUndecided) };
        let judgement = policy.judge(newest);
        let bad = match (&judgement.log, judgement.quorum) {
            (LogSignature::Invalid { error, .. }, _) => Some(error.to_string()),
            (LogSignature::OriginMismatch(key), _) => Some(format!("a signature by {}", key.name())),
            (_, QuorumCheck::Invalid) => Some("a cosignature that is not valid".to_owned()),
            (LogSignature::UnknownKey, _) | (_, QuorumCheck::NotReached { .. }) => {
                return self.findings.push_unchecked(NotChecked::PolicyUndecided);
            }
            (LogSignature::Valid(_), QuorumCheck::NotRequired | QuorumCheck::Reached { .. }) => None,
        };
        if let Some(found) = bad {
            let place = Place::Checkpoint(newest.head().size.get());
            self.findings.push(Finding::at(place, What::Policy, "a checkpoint that passes the policy", found));
        }
    }
}

impl Ledger {
    pub(super) fn of(genesis: &Genesis, statement: &SignedStatement) -> Option<Self> {
        let key = VerifierKey::new_ed25519(genesis.origin.key_name().clone(), *statement.public_key()?);
        Some(Self { origin: genesis.origin.to_string(), key })
    }

    /// What is wrong with a checkpoint that should be this ledger's.
    fn check(&self, size: u64, signed: &SignedCheckpoint) -> Option<Finding> {
        let place = Place::Checkpoint(size);
        if signed.origin().as_str() != self.origin {
            return Some(Finding::at(place, What::Origin, &self.origin, signed.origin().as_str()));
        }
        let error = signed.note().open(std::slice::from_ref(&self.key)).err()?;
        let expected = format!("a signature by {}", self.key);
        Some(Finding::at(place, What::CheckpointSignature, expected, error.to_string()))
    }
}
