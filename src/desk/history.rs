//! The chain of a work: what an entry continues, back to the first, and everything that continues it.
//!
//! The ledger is asked link by link. What it says is held to the entries' own bytes: each must name the one that it is said to
//! continue. That none is left out is the ledger's word; a replay of the whole ledger is what shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::lookup::{LookupError, evidence_of, read_listed};
use crate::api::EntryView;
use crate::client::Client;

/// Entries in one chain; what is beyond is not fetched.
pub const MAX_CHAIN: usize = 10_000;

/// An entry of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Number of the entry in the chain that it continues.
    pub continues: Option<u64>,
    /// Whether the key that signed it also signed what it continues.
    pub same_key: Option<bool>,
    /// The entry.
    pub entry: EntryView,
}

/// A work's entries, from the first on. The ledger's word as to what is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// The entry that was asked about.
    pub asked: u64,
    /// Entries of the ledger when it was asked.
    pub size: u64,
    /// The statement that the first one continues, hex, when it is not on this ledger.
    pub unknown: Option<String>,
    /// What the asked entry continues, the entry itself, and what continues it, by entry number.
    pub entries: Vec<Link>,
    /// True when there is more than [`MAX_CHAIN`] entries.
    pub cut: bool,
}

/// Fetches the chain of an entry.
///
/// # Errors
/// [`LookupError`]: the ledger has no such entry, does not answer, or contradicts itself.
pub fn history(client: &Client, index: u64) -> Result<Chain, LookupError> {
    let answer = client.history(index, None)?;
    let asked = read_listed(&answer.entry)?;
    if asked.index != index {
        return Err(LookupError::Unreadable { index, why: format!("it is answered with entry {}", asked.index) });
    }
    let mut walk = Walk { client, size: answer.size, links: BTreeMap::new(), cut: false };
    let unknown = walk.backwards(&asked, answer)?;
    walk.forwards(asked)?;
    let entries = walk.links.into_values().collect();
    Ok(Chain { asked: index, size: walk.size, unknown, entries, cut: walk.cut })
}

/// What has been seen so far.
struct Walk<'a> {
    client: &'a Client,
    size: u64,
    links: BTreeMap<u64, Link>,
    cut: bool,
}

impl Walk<'_> {
    /// Adds what an entry continues and the entry itself, and gives the id that leads out of the ledger.
    fn backwards(&mut self, asked: &EntryView, first: crate::api::EntryHistory) -> Result<Option<String>, LookupError> {
        let (mut here, mut answer) = (asked.clone(), first);
        loop {
            for link in &answer.continues {
                let before = read_listed(&link.entry)?;
                self.add(here, Some(&before))?;
                here = before;
            }
            if answer.further.is_none() || answer.continues.is_empty() {
                break;
            }
            if self.links.len() >= MAX_CHAIN {
                self.cut = true;
                break;
            }
            answer = self.client.history(here.index, None)?;
        }
        // What the last one says by itself counts, not what the ledger says about it.
        let unknown = continued(&here).map(str::to_owned).filter(|_| !self.cut);
        if unknown.is_some() && answer.unknown != unknown {
            return Err(LookupError::NotLinked { index: here.index });
        }
        self.add(here, None)?;
        Ok(unknown)
    }

    /// Adds everything that continues an entry, and what continues that.
    fn forwards(&mut self, asked: EntryView) -> Result<(), LookupError> {
        let (mut open, mut seen) = (vec![asked], BTreeSet::new());
        while let Some(here) = open.pop() {
            if !seen.insert(here.index) {
                continue;
            }
            let mut after = None;
            loop {
                let page = self.client.history(here.index, after)?;
                for link in &page.continued_by {
                    let next = read_listed(&link.entry)?;
                    if after.is_some_and(|after| next.index <= after) {
                        return Err(LookupError::Stuck { after: next.index });
                    }
                    after = Some(next.index);
                    if self.links.len() >= MAX_CHAIN {
                        self.cut = true;
                        return Ok(());
                    }
                    self.add(next.clone(), Some(&here))?;
                    open.push(next);
                }
                if page.next.is_none() || page.continued_by.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Adds an entry, which must name the one that it is said to continue.
    fn add(&mut self, entry: EntryView, before: Option<&EntryView>) -> Result<(), LookupError> {
        let named = before.and_then(|before| before.statement.as_ref());
        if named.is_some_and(|before| continued(&entry) != Some(&before.statement_id)) {
            return Err(LookupError::NotLinked { index: entry.index });
        }
        let key = |view: &EntryView| view.statement.as_ref().map(|one| (one.suite, one.public_key.clone()));
        let same_key = before.map(|before| key(before) == key(&entry));
        self.links.insert(entry.index, Link { continues: before.map(|before| before.index), same_key, entry });
        Ok(())
    }
}

/// The statement that an entry says it continues.
fn continued(entry: &EntryView) -> Option<&str> {
    evidence_of(entry)?.continues.as_deref()
}
