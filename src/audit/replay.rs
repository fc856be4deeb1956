//! The replay: entry after entry, each against the one before it, and the tree against what was stated of it.

use std::collections::BTreeMap;
use std::fmt;

use super::admission::{Admission, Applicant};
use super::claim::{Claim, Ledger, Unverified};
use super::examine::{Examined, Portion, Signatures, Unread};
use super::finding::{Finding, Findings, NotChecked, Place, What};
use super::outcome::AuditReport;
use super::spread::spread;
use super::standing::Standing;
use super::statement_ids::StatementIds;
use crate::codec::Time;
use crate::evidence::{Body, StatementId};
use crate::merkle::{Frontier, Hash, TreeFull, TreeHead, TreeSize};
use crate::registry::Registry;
use crate::trust::{Policy, SignedCheckpoint};

/// Entries whose signatures are screened together when they are fed.
const AT_A_TIME: usize = 64;

/// Who checks that no statement comes twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// The caller, by an index of statement ids: an id has one row, so of two entries with one id, one is not in it.
    ByIndex,
    /// The replay, in memory: 40 bytes an entry, up to so many entries.
    InMemory(usize),
    /// The caller, who takes the ids of each portion by [`Replay::take_ids`].
    ByCaller,
}

/// A replay in progress. Memory: the right edge of the tree, one feed's entries, and what is claimed ahead.
#[derive(Clone, Debug)]
pub struct Replay {
    pub(super) threads: usize,
    pub(super) signatures: Signatures,
    /// The first entry that is replayed.
    pub(super) from: u64,
    pub(super) is_part: bool,
    pub(super) frontier: Frontier,
    /// Leaf hash of the last entry; zeros before the first.
    pub(super) last_leaf: Hash,
    /// Time of the last entry whose version is known.
    pub(super) last_time: Time,
    pub(super) admission: Admission,
    pub(super) ledger: Option<Ledger>,
    pub(super) ids: Option<StatementIds>,
    /// Ids that the caller has not taken yet, when it is the caller who looks for repeats.
    pub(super) untaken: Option<Vec<(StatementId, u64)>>,
    /// Entries that say who may sign what, as a standing keeps them.
    pub(super) governing: Vec<(u64, Vec<u8>)>,
    pub(super) claims: BTreeMap<u64, Vec<Claim>>,
    /// Checkpoints whose root was compared, and their signature not yet.
    pub(super) unverified: Vec<Unverified>,
    /// The largest size at which a stated root agreed.
    pub(super) agreed: u64,
    /// Whether the last root compared differed: the next ones then differ for the same reason.
    pub(super) is_astray: bool,
    pub(super) compared: u64,
    pub(super) findings: Findings,
}

impl Replay {
    /// A replay from entry 0 on so many threads.
    #[must_use]
    pub fn new(threads: usize, uniqueness: Uniqueness) -> Self {
        let ids = match uniqueness {
            Uniqueness::InMemory(limit) => Some(StatementIds::new(limit)),
            Uniqueness::ByIndex | Uniqueness::ByCaller => None,
        };
        Self {
            threads: threads.max(1),
            signatures: Signatures::Strict,
            from: 0,
            is_part: false,
            untaken: (uniqueness == Uniqueness::ByCaller).then(Vec::new),
            governing: Vec::new(),
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

    /// Goes on where an earlier replay stood.
    #[must_use]
    pub fn resume(threads: usize, uniqueness: Uniqueness, standing: Standing) -> Self {
        let mut replay = Self::new(threads, uniqueness);
        for (index, entry) in &standing.governing {
            replay.check_statement(*index, &Examined::read(*index, entry));
        }
        // What the governing entries made of the checks was told when they were first replayed.
        replay.findings = Findings {
            not_understood: standing.not_understood,
            not_understood_count: standing.not_understood_count,
            not_checked: standing.not_checked,
            ..Findings::default()
        };
        replay.take_ids();
        Self {
            from: standing.frontier.size().get(),
            agreed: standing.frontier.size().get(),
            frontier: standing.frontier,
            last_leaf: standing.last_leaf,
            last_time: standing.last_time,
            governing: standing.governing,
            ids: None,
            ..replay
        }
    }

    /// Replays a part of a ledger alone: from where `frontier` ends, after an entry with leaf hash `last_leaf`. Admission
    /// and uniqueness are not checked, nor that the first entry's time is not before that of the one before it. `before` are
    /// the genesis and the rotations of the ledger's key before the part, with their indexes.
    #[must_use]
    pub fn part(threads: usize, frontier: Frontier, last_leaf: Hash, before: &[(u64, Vec<u8>)]) -> Self {
        let mut replay = Self::new(threads, Uniqueness::ByIndex);
        if frontier.size() > TreeSize::ZERO {
            for (index, entry) in before {
                replay.check_statement(*index, &Examined::read_and_verify(*index, entry));
            }
            replay.admission = Admission::NotKnown;
            replay.findings = Findings::default();
        }
        let from = frontier.size().get();
        Self { from, is_part: true, agreed: from, frontier, last_leaf, ..replay }
    }

    /// The same, with signatures judged in this way.
    #[must_use]
    pub fn with_signatures(self, signatures: Signatures) -> Self {
        Self { signatures, ..self }
    }

    pub(super) const fn threads(&self) -> usize {
        self.threads
    }

    pub(super) const fn signatures(&self) -> Signatures {
        self.signatures
    }

    /// The statement ids since the last time, with their entries' indexes, for a caller who looks for repeats.
    pub fn take_ids(&mut self) -> Vec<(StatementId, u64)> {
        self.untaken.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Where the replay stands, for the next one to go on from. None when something does not hold, when signatures were only
    /// screened, or when `newest` is not the checkpoint that the replay came to.
    #[must_use]
    pub fn standing(&self, newest: &SignedCheckpoint) -> Option<Standing> {
        let sound = self.findings.count == 0 && self.signatures == Signatures::Strict;
        let ledger = self.ledger.as_ref().filter(|_| sound && *newest.head() == self.frontier.head())?;
        let key = ledger.key()?;
        let mut frontier = self.frontier.clone();
        frontier.prune();
        Some(Standing {
            key,
            checkpoint: newest.clone(),
            frontier,
            last_leaf: self.last_leaf,
            last_time: self.last_time,
            governing: self.governing.clone(),
            not_understood: self.findings.not_understood.clone(),
            not_understood_count: self.findings.not_understood_count,
            not_checked: self.findings.not_checked.clone(),
        })
    }

    /// Whether nothing was found that does not hold.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.findings.count == 0
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

    /// The keys and what the ledger says of them so far. Nothing when that cannot be told: before genesis, and after an entry
    /// that may change it and is not understood.
    #[must_use]
    pub fn registry(&self) -> Option<&Registry> {
        self.admission.registry()
    }

    /// What was found so far; the caller adds what it finds where the entries are kept.
    pub fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }

    /// Replays the next entries. Signatures are verified on all threads, so some thousands of entries at a time are best.
    ///
    /// # Errors
    ///
    /// When the tree is full, at 2^63 entries.
    pub fn feed<E: AsRef<[u8]> + Sync>(&mut self, entries: &[E]) -> Result<(), TreeFull> {
        let (first, signatures) = (self.frontier.size().get(), self.signatures);
        let portions: Vec<_> = (first..).step_by(AT_A_TIME).zip(entries.chunks(AT_A_TIME)).collect();
        let examined = spread(&portions, self.threads, |_, (first, entries)| {
            Portion::examine(*first, entries.iter().map(AsRef::as_ref).collect(), signatures)
        });
        self.frontier.prune();
        examined.into_iter().try_for_each(|portion| self.go_through(portion).map(drop))?;
        self.check_signatures();
        Ok(())
    }

    /// Takes the next entries, which were examined, and gives them back.
    pub(super) fn take<E: AsRef<[u8]>>(&mut self, portion: Portion<E>) -> Result<Vec<E>, TreeFull> {
        self.frontier.prune();
        let entries = self.go_through(portion)?;
        self.check_signatures();
        Ok(entries)
    }

    fn go_through<E: AsRef<[u8]>>(&mut self, portion: Portion<E>) -> Result<Vec<E>, TreeFull> {
        debug_assert_eq!(portion.first, self.frontier.size().get(), "portions come in order");
        for (entry, examined) in portion.entries.iter().zip(portion.examined) {
            self.take_entry(entry.as_ref(), examined)?;
        }
        Ok(portion.entries)
    }

    /// One entry against the one before it.
    fn take_entry(&mut self, entry: &[u8], mut examined: Examined) -> Result<(), TreeFull> {
        let index = self.frontier.size().get();
        for finding in std::mem::take(&mut examined.findings) {
            self.findings.push(finding);
        }
        for what in std::mem::take(&mut examined.unknown) {
            self.findings.push_unknown(index, what);
        }
        if let Some((stated, time, previous)) = examined.parts {
            self.check_chain(index, stated, time, &previous);
        }
        if self.check_statement(index, &examined) {
            self.governing.push((index, entry.to_vec()));
        }
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

    /// Admission, genesis and uniqueness. True when the entry says who may sign what.
    fn check_statement(&mut self, index: u64, examined: &Examined) -> bool {
        let Examined { leaf, parts, statement, is_sound, .. } = examined;
        let applicant = match (statement, parts) {
            (Ok(statement), Some((_, time, _))) => Applicant::Statement { statement, time: *time, is_sound: *is_sound },
            (Err(Unread::UnknownVersion), _) => Applicant::UnknownVersion,
            (Err(Unread::Malformed), _) | (Ok(_), None) => Applicant::Malformed,
        };
        let was_known = self.admission.is_known();
        let refused = self.admission.admit(index, leaf, applicant);
        let was_admitted = refused.is_none();
        if let Some(finding) = refused {
            self.findings.push(finding);
        }
        if was_known && !self.admission.is_known() {
            self.findings.push_unchecked(NotChecked::AdmissionSince(index));
        }
        let governs = applicant.governs();
        let Ok(statement) = statement else { return governs };
        match (statement.body(), parts) {
            (Body::Genesis(genesis), _) if index == 0 => self.ledger = Ledger::of(*leaf, genesis, statement),
            (Body::Rotate(rotate), Some((_, time, _))) if *is_sound && was_admitted => {
                if let Some(ledger) = &mut self.ledger {
                    ledger.rotate(index, *time, statement.key(), rotate);
                }
            }
            _ => {}
        }
        if let Some(ids) = &mut self.ids {
            ids.push(statement.id(), index);
        }
        if let Some(untaken) = &mut self.untaken {
            untaken.push((statement.id(), index));
        }
        governs
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
        if self.signatures == Signatures::Screened {
            self.findings.push_unchecked(NotChecked::SignaturesOneByOne);
        }
        if let Some(newest) = newest {
            self.check_newest(newest);
        }
        if let Some(policy) = policy.filter(|_| head.size > TreeSize::ZERO) {
            self.judge(policy, newest);
        }
        let origin = self.ledger.map(|ledger| ledger.origin.to_string());
        AuditReport::new(self.findings, origin, self.from, &head, self.compared).of_part(self.is_part)
    }
}
