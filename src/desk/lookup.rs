//! Who has deposited these bytes: a ledger's complete lists by both digests, put together.
//!
//! A list is the ledger's word, but it is held to what can be told from it: every entry is read from its own bytes, has the
//! digest that was asked for, comes after the one before it, and is one of the entries that the ledger says it has.

use std::collections::BTreeMap;

use crate::api::{BodyView, EntryList, EntryProof, EntryView, EvidenceView};
use crate::client::{Client, ClientError, Lookup};
use crate::codec::decode_base64;
use crate::crypto::{Sha256Digest, Sm3Digest};
use crate::evidence::{Body, Entry, Fingerprint};

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// A whole fingerprint: evidence at hand, or what a statement says.
    Evidence(Fingerprint),
    /// A SHA-256 digest alone.
    Sha256(Sha256Digest),
    /// An SM3 digest alone.
    Sm3(Sm3Digest),
    /// 32 bytes that may be either.
    Either(Sha256Digest, Sm3Digest),
}

/// What a ledger has, oldest first. Its word, not proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Entries whose mode, digests and length are those of the evidence; for a digest alone, all that have it.
    pub same: Vec<EntryView>,
    /// Entries that agree in one digest alone, or in length not: never the same evidence.
    pub partial: Vec<EntryView>,
    /// The lists are complete up to this many entries; of those that were admitted meanwhile some may be there too.
    pub size: u64,
}

/// Why a list is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The ledger did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The pages don't go on from one another.
    #[error("the ledger's list does not go on after entry {after}")]
    Stuck {
        /// The last entry that was listed.
        after: u64,
    },
    /// An entry is listed that the ledger says it does not have.
    #[error("the ledger lists entry {index}, and says that it has {size} entries")]
    Beyond {
        /// The entry.
        index: u64,
        /// Entries that it says it has.
        size: u64,
    },
    /// The bytes of a listed entry are none, or another's.
    #[error("the ledger lists entry {index}, which cannot be read: {why}")]
    Unreadable {
        /// The entry.
        index: u64,
        /// What is wrong with it.
        why: String,
    },
    /// An entry is not linked to the one that it is said to be linked to.
    #[error("the ledger has entry {index} in a chain that the entry itself does not belong to")]
    NotLinked {
        /// The entry.
        index: u64,
    },
    /// A listed entry deposits something else.
    #[error("the ledger lists entry {index}, which does not have the digest that was asked for")]
    Foreign {
        /// The entry.
        index: u64,
    },
}

impl LookupError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Client(error) => error.hint(),
            _ => Some("the ledger's lists cannot be relied on; `notarium audit URL` tells more"),
        }
    }
}

/// Pages through the lists of the digests sought and sorts what they hold.
///
/// # Errors
/// [`LookupError`]; part of a list is none.
pub fn find(client: &Client, sought: Sought) -> Result<Found, LookupError> {
    read_all(Lists { client, entries: BTreeMap::new(), size: u64::MAX, enclosed: None }, sought).map(|(found, _)| found)
}

/// The same, asking for proofs along with the lists.
pub(super) fn find_with_proofs(client: &Client, sought: Sought) -> Result<(Found, Enclosed), LookupError> {
    let enclosed = Some(Enclosed::default());
    let (found, enclosed) = read_all(Lists { client, entries: BTreeMap::new(), size: u64::MAX, enclosed }, sought)?;
    Ok((found, enclosed.unwrap_or_default()))
}

/// What came with lists that proofs were asked for. Nothing of it is verified.
#[derive(Debug, Default)]
pub(super) struct Enclosed {
    /// The checkpoints that the pages were said to be under, as text; a repeated one once.
    pub(super) checkpoints: Vec<String>,
    /// The proofs, by entry number.
    pub(super) proofs: BTreeMap<u64, EntryProof>,
    /// Entries under the first of the checkpoints.
    size: Option<u64>,
}

impl Enclosed {
    fn take(&mut self, page: &mut EntryList) {
        self.size.get_or_insert(page.size);
        if let Some(checkpoint) = page.checkpoint.take().filter(|one| self.checkpoints.last() != Some(one)) {
            self.checkpoints.push(checkpoint);
        }
        let proofs = page.proofs.take().unwrap_or_default();
        self.proofs.extend(proofs.into_iter().map(|proof| (proof.index, proof)));
    }
}

fn read_all(mut lists: Lists<'_>, sought: Sought) -> Result<(Found, Option<Enclosed>), LookupError> {
    let (sha256, sm3) = match sought {
        Sought::Evidence(fingerprint) => (Some(*fingerprint.sha256()), Some(*fingerprint.sm3())),
        Sought::Either(sha256, sm3) => (Some(sha256), Some(sm3)),
        Sought::Sha256(sha256) => (Some(sha256), None),
        Sought::Sm3(sm3) => (None, Some(sm3)),
    };
    if let Some(sha256) = sha256 {
        lists.read(Lookup::Sha256, &sha256.to_string(), |fingerprint| *fingerprint.sha256() == sha256)?;
    }
    if let Some(sm3) = sm3 {
        lists.read(Lookup::Sm3, &sm3.to_string(), |fingerprint| *fingerprint.sm3() == sm3)?;
    }
    let mut found = Found { size: lists.size, ..Found::default() };
    for (view, fingerprint) in lists.entries.into_values() {
        let same = match sought {
            Sought::Evidence(sought) => fingerprint == sought,
            _ => true,
        };
        if same { &mut found.same } else { &mut found.partial }.push(view);
    }
    Ok((found, lists.enclosed))
}

/// The deposit in an entry.
#[must_use]
pub fn evidence_of(entry: &EntryView) -> Option<&EvidenceView> {
    match &entry.statement.as_ref()?.body {
        BodyView::Evidence(evidence) => Some(evidence),
        _ => None,
    }
}

/// What the lists that were read so far hold.
struct Lists<'a> {
    client: &'a Client,
    entries: BTreeMap<u64, (EntryView, Fingerprint)>,
    size: u64,
    /// None when no proofs are asked for.
    enclosed: Option<Enclosed>,
}

impl Lists<'_> {
    fn page(&mut self, by: Lookup, digest: &str, after: Option<u64>) -> Result<EntryList, ClientError> {
        let Some(enclosed) = &mut self.enclosed else { return self.client.entries(by, digest, after) };
        let mut page = self.client.entries_proved(by, digest, after, enclosed.size)?;
        enclosed.take(&mut page);
        Ok(page)
    }

    /// Reads one list to its end. Every page brings it further, and none beyond the ledger's size, so it has an end.
    fn read(&mut self, by: Lookup, digest: &str, has: impl Fn(&Fingerprint) -> bool) -> Result<(), LookupError> {
        let mut after = None;
        loop {
            let page = self.page(by, digest, after)?;
            self.size = page.size.min(self.size);
            let before = after;
            for listed in page.entries {
                let index = listed.index;
                if after.is_some_and(|after| index <= after) {
                    return Err(LookupError::Stuck { after: index });
                }
                if index >= page.size {
                    return Err(LookupError::Beyond { index, size: page.size });
                }
                after = Some(index);
                let (view, fingerprint) = deposit_in(&listed)?;
                if !has(&fingerprint) {
                    return Err(LookupError::Foreign { index });
                }
                self.entries.insert(index, (view, fingerprint));
            }
            if page.next.is_none() {
                return Ok(());
            }
            if after == before {
                return Err(LookupError::Stuck { after: after.unwrap_or(0) });
            }
        }
    }
}

/// A listed entry, by its own bytes. Of what else the ledger says about it, only how the key stood is taken, by its word.
pub(super) fn read_listed(listed: &EntryView) -> Result<EntryView, LookupError> {
    parse_listed(listed).map(|entry| EntryView { key: listed.key.clone(), ..EntryView::new(&entry) })
}

fn parse_listed(listed: &EntryView) -> Result<Entry, LookupError> {
    let unreadable = |why: String| LookupError::Unreadable { index: listed.index, why };
    let bytes = decode_base64(&listed.entry).map_err(|error| unreadable(error.to_string()))?;
    let entry = Entry::parse(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if entry.index().get() != listed.index {
        return Err(unreadable(format!("its bytes are those of entry {}", entry.index().get())));
    }
    Ok(entry)
}

/// The deposit in a listed entry, by its own bytes. Of what else the ledger says about it, only how the
/// key stood is taken, by its word.
fn deposit_in(listed: &EntryView) -> Result<(EntryView, Fingerprint), LookupError> {
    let entry = parse_listed(listed)?;
    let statement = entry.statement();
    let statement =
        statement.map_err(|error| LookupError::Unreadable { index: listed.index, why: error.to_string() })?;
    match statement.body() {
        Body::Evidence(evidence) => {
            let view = EntryView { key: listed.key.clone(), ..EntryView::new(&entry) };
            Ok((view, evidence.fingerprint))
        }
        _ => Err(LookupError::Foreign { index: listed.index }),
    }
}
