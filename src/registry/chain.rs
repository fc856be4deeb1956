//! The chain of a ledger's own keys: the one of genesis, and each that has replaced the one before it.
//!
//! Whose signatures a checkpoint must carry follows from the entries under it alone, so that signing a tree again gives the
//! same bytes, and whoever replays the entries can tell.
//!
//! Follows docs/formats.md, Admission and "Whose signatures a checkpoint carries".

use crate::codec::Time;
use crate::evidence::{Body, Rotate, SignedStatement, SuiteKey};
use crate::merkle::{Hash, LeafIndex, TreeSize};

use super::not_admitted::NotAdmitted;

/// One of a ledger's own keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerKey {
    /// The key.
    pub key: SuiteKey,
    /// The entry that names it: 0, or a rotation. It is in force from the next entry on.
    pub entry: LeafIndex,
    /// The rotation that has replaced it.
    pub replaced: Option<Replaced>,
}

/// That a ledger's key was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// The rotation.
    pub entry: LeafIndex,
    /// The rotation's time.
    pub time: Time,
    /// When the overlap ends and the key is retired, in milliseconds: the rotation's time and the overlap.
    pub retired: u64,
}

impl Replaced {
    /// When the key is retired, as a time; the last millisecond of the year 9999 stands for all after it.
    #[must_use]
    pub fn retired_at(&self) -> Time {
        Time::from_millis(self.retired).unwrap_or(Time::MAX)
    }
}

/// Who must have signed a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signers<'a> {
    /// The key in force.
    pub in_force: &'a SuiteKey,
    /// During the overlap the key that it replaces.
    pub retiring: Option<&'a SuiteKey>,
}

impl<'a> Signers<'a> {
    /// Both, in the order in which a ledger signs.
    pub fn iter(self) -> impl Iterator<Item = &'a SuiteKey> {
        std::iter::once(self.in_force).chain(self.retiring)
    }
}

/// A ledger's own keys, from genesis on; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChain {
    ledger: Hash,
    first: SuiteKey,
    keys: Vec<LedgerKey>,
}

impl KeyChain {
    /// The chain of a ledger that has its genesis entry and no other; nothing if the statement is no genesis. `ledger` is
    /// the leaf hash of that entry.
    #[must_use]
    pub fn found(ledger: Hash, genesis: &SignedStatement) -> Option<Self> {
        matches!(genesis.body(), Body::Genesis(_)).then(|| Self::begin(ledger, genesis.key().clone()))
    }

    /// The chain of a ledger whose entry 0 has this leaf hash and is signed by this key.
    #[must_use]
    pub fn begin(ledger: Hash, first: SuiteKey) -> Self {
        let keys = vec![LedgerKey { key: first.clone(), entry: LeafIndex::new(0), replaced: None }];
        Self { ledger, first, keys }
    }

    /// Leaf hash of the ledger's entry 0.
    #[must_use]
    pub const fn ledger(&self) -> &Hash {
        &self.ledger
    }

    /// The key in force: the last one.
    #[must_use]
    pub fn in_force(&self) -> &SuiteKey {
        self.keys.last().map_or(&self.first, |last| &last.key)
    }

    /// All keys, from genesis on.
    #[must_use]
    pub fn keys(&self) -> &[LedgerKey] {
        &self.keys
    }

    /// What the chain has of a key.
    #[must_use]
    pub fn get(&self, key: &SuiteKey) -> Option<&LedgerKey> {
        self.keys.iter().find(|own| own.key == *key)
    }

    /// Who must have signed the tree of this size, whose last entry has this time.
    #[must_use]
    pub fn signers(&self, size: TreeSize, last: Time) -> Signers<'_> {
        // A rotation is in force for every tree that holds it.
        let at = self.keys.iter().rposition(|own| size.contains(own.entry)).unwrap_or(0);
        let in_force = self.keys.get(at).map_or(&self.first, |own| &own.key);
        let before = at.checked_sub(1).and_then(|before| self.keys.get(before));
        let retiring = before.filter(|own| own.replaced.is_some_and(|replaced| replaced.overlaps(size, last)));
        Signers { in_force, retiring: retiring.map(|own| &own.key) }
    }

    /// The keys that may speak for the tree of this size: the one in force there, and those after it. (A key may sign every
    /// prefix of its own tree.)
    pub fn speakers(&self, size: TreeSize) -> impl Iterator<Item = &SuiteKey> {
        let at = self.keys.iter().rposition(|own| size.contains(own.entry)).unwrap_or(0);
        self.keys.iter().skip(at).map(|own| &own.key)
    }

    /// Whether the chain admits a rotation by this key at this time.
    ///
    /// # Errors
    ///
    /// [`NotAdmitted`], the first rule that it breaks.
    pub fn judge(&self, time: Time, signer: &SuiteKey, rotate: &Rotate) -> Result<(), NotAdmitted> {
        if let Some(Replaced { entry, .. }) = self.get(signer).and_then(|own| own.replaced) {
            return Err(NotAdmitted::KeyRetired { entry });
        }
        // "The key in force alone signs a rotation."
        if signer != self.in_force() {
            return Err(NotAdmitted::RotationByOther);
        }
        // "Registry statements name their ledger."
        if rotate.ledger != self.ledger {
            return Err(NotAdmitted::OtherLedger { named: rotate.ledger });
        }
        // "To a key that the ledger has not had."
        if self.get(&rotate.key).is_some() {
            return Err(NotAdmitted::LedgersKey);
        }
        // "Not before the overlap of the rotation before it has ended."
        match self.keys.iter().rev().find_map(|own| own.replaced) {
            Some(before) if time.millis() < before.retired => {
                Err(NotAdmitted::RotationInOverlap { entry: before.entry, until: before.retired_at() })
            }
            _ => Ok(()),
        }
    }

    /// Takes a rotation in, if it may be.
    ///
    /// # Errors
    ///
    /// As [`KeyChain::judge`]; the chain is then as it was.
    pub fn rotate(
        &mut self,
        entry: LeafIndex,
        time: Time,
        signer: &SuiteKey,
        rotate: &Rotate,
    ) -> Result<(), NotAdmitted> {
        self.judge(time, signer, rotate)?;
        let retired = time.millis().saturating_add(rotate.overlap);
        if let Some(last) = self.keys.last_mut() {
            last.replaced = Some(Replaced { entry, time, retired });
        }
        self.keys.push(LedgerKey { key: rotate.key.clone(), entry, replaced: None });
        Ok(())
    }
}

impl Replaced {
    /// Whether both keys sign the tree of a size: the one that ends with the rotation in any case, so that whoever knows the
    /// old key alone can verify the rotation.
    fn overlaps(self, size: TreeSize, last: Time) -> bool {
        last.millis() < self.retired || size.get() == self.entry.get() + 1
    }
}
