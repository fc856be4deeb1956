//! What a ledger states beside its entries (heads, checkpoints, tiles), against what the replay gives.

use thiserror::Error;

use super::finding::{Finding, NotChecked, Place, What};
use super::replay::Replay;
use super::spread::spread;
use crate::codec::Time;
use crate::evidence::{Genesis, Rotate, SignedStatement, SuiteKey};
use crate::merkle::{ConsistencyProof, Hash, LeafIndex, TILE_WIDTH, TileId, TreeHead, TreeSize};
use crate::note::VerifierKey;
use crate::registry::{KeyChain, Signers};
use crate::trust::{LogSignature, Origin, Policy, QuorumCheck, SignedCheckpoint};

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

/// A ledger's name, and its keys from genesis on.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) origin: Origin,
    chain: KeyChain,
}

/// A checkpoint whose root was compared, and its signature not yet; with the time of the last entry under it.
#[derive(Clone, Debug)]
pub(super) struct Unverified {
    size: TreeSize,
    last: Time,
    signed: SignedCheckpoint,
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
        let (tree, note) = match claim {
            Claim::Head(head) => return self.compare_root(Place::Head(head.size.get()), &head),
            Claim::Checkpoint { size, note } => (size, note),
        };
        let size = tree.get();
        match SignedCheckpoint::parse(note) {
            Ok(signed) => {
                self.compare_root(Place::Checkpoint(size), signed.head());
                self.unverified.push(Unverified { size: tree, last: self.last_time, signed });
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
        let wrong = spread(&unverified, self.threads, |_, unverified| ledger.check(unverified));
        for finding in wrong.into_iter().flatten() {
            self.findings.push(finding);
        }
    }

    /// The policy with the keys that have replaced those which it names, by the entries replayed.
    #[must_use]
    pub fn follow_keys(&self, policy: &Policy) -> Policy {
        let Some(ledger) = &self.ledger else { return policy.clone() };
        let keys: Vec<VerifierKey> = ledger.chain.keys().iter().filter_map(|own| ledger.vkey(&own.key)).collect();
        let named = |key: &VerifierKey| policy.logs().iter().any(|log| log.key == *key);
        let first = keys.iter().position(named).unwrap_or(keys.len());
        policy.with_logs(&keys[first..])
    }

    /// Whether the newest checkpoint carries every signature that it must.
    pub(super) fn check_newest(&mut self, newest: &SignedCheckpoint) {
        let Some(ledger) = self.ledger.as_ref().filter(|_| *newest.head() == self.frontier.head()) else { return };
        if let Some(finding) = ledger.check_all(newest, self.last_time) {
            self.findings.push(finding);
        }
    }

    /// Steps 5 and 6 of docs/formats.md, "Verification", for the newest checkpoint.
    pub(super) fn judge(&mut self, policy: &Policy, newest: Option<&SignedCheckpoint>) {
        let Some(newest) = newest else { return self.findings.push_unchecked(NotChecked::PolicyUndecided) };
        let judgement = self.follow_keys(policy).judge(newest);
        let bad = match (&judgement.log, judgement.quorum) {
            (LogSignature::Invalid { error, .. }, _) => Some(error.to_string()),
            (LogSignature::OriginMismatch(key), _) => Some(format!("a signature by {}", key.name())),
            (_, QuorumCheck::Invalid) => Some("a cosignature that is not valid".to_owned()),
            (LogSignature::UnknownKey | LogSignature::Retired { .. }, _) | (_, QuorumCheck::NotReached { .. }) => {
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
    /// Nothing, when the key of genesis is of a suite that is not known.
    pub(super) fn of(leaf: Hash, genesis: &Genesis, statement: &SignedStatement) -> Option<Self> {
        statement.public_key()?;
        Some(Self { origin: genesis.origin.clone(), chain: KeyChain::found(leaf, statement)? })
    }

    /// Takes a rotation in that was admitted.
    pub(super) fn rotate(&mut self, entry: u64, time: Time, signer: &SuiteKey, rotate: &Rotate) {
        // What the chain refuses has no effect; that it was admitted is a finding of its own.
        let _ = self.chain.rotate(LeafIndex::new(entry), time, signer, rotate);
    }

    /// The key in force, as checkpoints name it; none when it is of a suite that is not known.
    pub(super) fn key(&self) -> Option<VerifierKey> {
        self.vkey(self.chain.in_force())
    }

    fn vkey(&self, key: &SuiteKey) -> Option<VerifierKey> {
        Some(VerifierKey::new_ed25519(self.origin.key_name().clone(), *key.known()?))
    }

    /// What is wrong with a checkpoint that should be this ledger's.
    fn check(&self, unverified: &Unverified) -> Option<Finding> {
        let Unverified { size, signed, last } = unverified;
        let place = Place::Checkpoint(size.get());
        if *signed.origin() != self.origin {
            return Some(Finding::at(place, What::Origin, self.origin.as_str(), signed.origin().as_str()));
        }
        let speakers: Vec<VerifierKey> = self.chain.speakers(*size).filter_map(|key| self.vkey(key)).collect();
        let error = signed.note().open(&speakers).err()?;
        let Signers { in_force, .. } = self.chain.signers(*size, *last);
        Some(Finding::at(place, What::CheckpointSignature, self.signature_by(in_force), error.to_string()))
    }

    /// The first signature that a checkpoint lacks, of those that it must carry.
    fn check_all(&self, newest: &SignedCheckpoint, last: Time) -> Option<Finding> {
        let size = newest.head().size;
        let lacks = |key: &&SuiteKey| {
            self.vkey(key).is_some_and(|vkey| !newest.note().signatures().iter().any(|line| line.is_by(&vkey)))
        };
        let lacking = self.chain.signers(size, last).iter().find(lacks)?;
        let place = Place::Checkpoint(size.get());
        Some(Finding::at(place, What::CheckpointSignature, self.signature_by(lacking), "none by it"))
    }

    fn signature_by(&self, key: &SuiteKey) -> String {
        self.vkey(key).map_or_else(|| "a signature".to_owned(), |vkey| format!("a signature by {vkey}"))
    }
}
