//! The replay: entry after entry, each against the one before it, and the tree against what was stated of it.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::admission::{Admission, Applicant};
use super::examine::{Examined, Unread, examine_all};
use super::finding::{Finding, Findings, NotChecked, Place, What};
use super::outcome::AuditReport;
use super::spread::spread;
use super::statement_ids::StatementIds;
use crate::codec::Time;
use crate::evidence::{Body, Genesis, SignedStatement};
use crate::merkle::{Frontier, Hash, TILE_WIDTH, TileId, TreeFull, TreeHead, TreeSize};
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

/// Who checks that no statement comes twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// The caller, by an index of statement ids: an id has one row, so of two entries with one id, one is not in it.
    ByIndex,
    /// The replay, in memory: 40 bytes an entry, up to so many entries.
    InMemory(usize),
}

/// A ledger's key and name, by its genesis entry.
#[derive(Clone, Debug)]
struct Ledger {
    origin: String,
    key: VerifierKey,
}

/// A replay in progress. Memory: the right edge of the tree, one feed's entries, and what is claimed ahead.
#[derive(Debug)]
pub struct Replay {
    threads: usize,
    frontier: Frontier,
    /// Leaf hash of the last entry; zeros before the first.
    last_leaf: Hash,
    /// Time of the last entry whose version is known.
    last_time: Time,
    admission: Admission,
    ledger: Option<Ledger>,
    ids: Option<StatementIds>,
    claims: BTreeMap<u64, Vec<Claim>>,
    /// Checkpoints whose root was compared, and their signature not yet.
    unverified: Vec<(u64, SignedCheckpoint)>,
    /// The largest size at which a stated root agreed.
    agreed: u64,
    /// Whether the last root compared differed: the next ones then differ for the same reason.
    is_astray: bool,
    compared: u64,
    findings: Findings,
}

impl Replay {
    /// A replay from entry 0 on so many threads.
    #[must_use]
    pub fn new(threads: usize, uniqueness: Uniqueness) -> Self {
        let ids = match uniqueness {
            Uniqueness::ByIndex => None,
            Uniqueness::InMemory(limit) => Some(StatementIds::new(limit)),
        };
        Self {
            threads,
            frontier: Frontier::new(),
            last_leaf: Hash::from_bytes([0; Hash::LEN]),
            last_time: Time::NOT_STATED,
            admission: Admission::Unborn,
            ledger: None,
            ids,
            claims: BTreeMap::new(),
            unverified: Vec::new(),
            agreed: 0,
            is_astray: false,
            compared: 0,
            findings: Findings::default(),
        }
    }

    /// Entries replayed so far, and the root that they give.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    /// The tree so far: full tiles since the last feed, and partial ones.
    #[must_use]
    pub fn tree(&self) -> &Frontier {
        &self.frontier
    }

    /// What was found so far; the caller adds what it finds where the entries are kept.
    pub fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }

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

    /// Replays the next entries. Signatures are verified on all threads, so some thousands of entries at a time are best.
    ///
    /// # Errors
    ///
    /// When the tree is full, at 2^63 entries.
    pub fn feed<E: AsRef<[u8]> + Sync>(&mut self, entries: &[E]) -> Result<(), TreeFull> {
        self.frontier.prune();
        for examined in examine_all(self.frontier.size().get(), entries, self.threads) {
            self.take(examined)?;
        }
        self.check_signatures();
        Ok(())
    }

    /// One entry against the one before it.
    fn take(&mut self, examined: Examined) -> Result<(), TreeFull> {
        let index = self.frontier.size().get();
        examined.findings.into_iter().for_each(|finding| self.findings.push(finding));
        examined.unknown.into_iter().for_each(|what| self.findings.push_unknown(index, what));
        if let Some((stated, time, previous)) = examined.parts {
            self.check_chain(index, stated, time, &previous);
        }
        self.check_statement(index, &examined.statement);
        self.last_leaf = examined.leaf;
        self.frontier.append(examined.leaf)?;
        for claim in self.claims.remove(&(index + 1)).unwrap_or_default() {
            self.compare(claim);
        }
        Ok(())
    }

    fn find(&mut self, index: u64, what: What, expected: &dyn fmt::Display, found: &dyn fmt::Display) {
        self.findings.push(Finding::at_entry(index, what, expected.to_string(), found.to_string()));
    }

    fn check_chain(&mut self, index: u64, stated: u64, time: Time, previous: &Hash) {
        if stated != index {
            self.find(index, What::Index, &index, &stated);
        }
        if time < self.last_time {
            self.find(index, What::TimeBack, &format!("{} or later", self.last_time), &time);
        }
        self.last_time = time;
        if *previous != self.last_leaf {
            let due = self.last_leaf;
            self.find(index, What::Previous, &due, previous);
        }
    }

    fn check_statement(&mut self, index: u64, statement: &Result<SignedStatement, Unread>) {
        let applicant = match statement {
            Ok(statement) => match statement.body() {
                Body::Genesis(genesis) => Applicant::Genesis(genesis),
                _ => Applicant::Kind(statement.kind()),
            },
            Err(Unread::UnknownVersion) => Applicant::UnknownVersion,
            Err(Unread::Malformed) => Applicant::Malformed,
        };
        let was_known = self.admission != Admission::NotKnown;
        if let Some(finding) = self.admission.admit(index, applicant) {
            self.findings.push(finding);
        }
        if was_known && self.admission == Admission::NotKnown {
            self.findings.push_unchecked(NotChecked::AdmissionSince(index));
        }
        let Ok(statement) = statement else { return };
        if let (0, Body::Genesis(genesis)) = (index, statement.body()) {
            self.ledger = Ledger::of(genesis, statement);
        }
        if let Some(ids) = &mut self.ids {
            ids.push(statement.id(), index);
        }
    }

    /// A claim against the tree as it is now; signatures are left for later.
    fn compare(&mut self, claim: Claim) {
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
    fn check_signatures(&mut self) {
        let unverified = std::mem::take(&mut self.unverified);
        let Some(ledger) = &self.ledger else { return };
        let wrong = spread(&unverified, self.threads, |_, (size, signed)| ledger.check(*size, signed));
        for finding in wrong.into_iter().flatten() {
            self.findings.push(finding);
        }
    }

    /// Ends the replay; `newest` is the ledger's newest checkpoint and is judged by `policy`, if one is given.
    #[must_use]
    pub fn finish(mut self, policy: Option<&Policy>, newest: Option<&SignedCheckpoint>) -> AuditReport {
        let head = self.frontier.head();
        if head.size == TreeSize::ZERO && self.findings.count == 0 {
            self.find(0, What::EntryMissing, &"genesis", &"no entry");
        }
        for size in std::mem::take(&mut self.claims).into_keys() {
            let found = format!("{} entries", head.size);
            self.findings.push(
                Finding::at(Place::Head(size), What::Shrunk, format!("{size} entries"), found).since(head.size.get()),
            );
        }
        if let Some(ids) = self.ids.take() {
            let (repeats, beyond) = ids.finish();
            for (index, first) in repeats {
                self.find(index, What::StatementRepeated, &"a new statement", &format!("that of entry {first}"));
            }
            if let Some(index) = beyond {
                self.findings.push_unchecked(NotChecked::UniquenessSince(index));
            }
        }
        if let Some(policy) = policy.filter(|_| head.size > TreeSize::ZERO) {
            self.judge(policy, newest);
        }
        let origin = self.ledger.map(|ledger| ledger.origin);
        AuditReport::new(self.findings, origin, &head, self.compared)
    }

    /// Steps 5 and 6 of docs/formats.md, "Verification", for the newest checkpoint.
    fn judge(&mut self, policy: &Policy, newest: Option<&SignedCheckpoint>) {
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
    fn of(genesis: &Genesis, statement: &SignedStatement) -> Option<Self> {
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
