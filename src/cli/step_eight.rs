//! Step 8 of a verification: what the ledger itself says of the submitter's key, and has of the same evidence.
//!
//! It decides nothing, so nothing that goes wrong with it keeps the other steps from being reported: the caller warns, and
//! the step is not made.

use std::path::Path;

use anyhow::{Context, anyhow};

use super::key_said::key_at_entry;
use super::ledger_option::{Source, client};
use super::output::{Output, WithHint, hinted_by};
use crate::api::EntryView;
use crate::client::{Client, ClientError};
use crate::codec::decode_base64;
use crate::desk::{LookupError, Sought, find};
use crate::evidence::{Body, Entry, Fingerprint, SignedStatement};
use crate::ledger::Receipt;
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::report::{EarlierDeposit, KeyAtEntry, LedgerSide, PartialDeposit};
use crate::store::{Memory, OpenError, Reader, inspect};

/// Asks a ledger whether it has the receipt's entry, and for deposits of the same evidence before it. `None` when the
/// entry is not understood.
///
/// # Errors
/// When the ledger cannot be asked, is another than the receipt's, has another entry there, or contradicts itself.
pub(super) fn ask(source: &Source, receipt: &Receipt, output: &Output) -> anyhow::Result<Option<LedgerSide>> {
    let Ok(entry) = receipt.disclosure().entry() else { return Ok(None) };
    let statement = entry.statement().ok();
    let evidence = match statement.as_ref().map(SignedStatement::body) {
        Some(Body::Evidence(evidence)) => Some(&evidence.fingerprint),
        _ => None,
    };
    let (source, found) = match source {
        Source::Served(address) => {
            let client = client(address.clone(), output);
            (address.to_string(), from_server(&client, receipt, &entry, evidence)?)
        }
        Source::Folder(folder) => {
            (folder.display().to_string(), from_folder(folder, receipt, &entry, evidence, output)?)
        }
    };
    Ok(Some(LedgerSide { source, replayed: None, key: found.key, earlier: found.earlier, partial: found.partial }))
}

/// What a ledger says of an entry of its own.
struct Found {
    /// The key that signed it.
    key: KeyAtEntry,
    /// Deposits of the same evidence before it, where it is of evidence.
    earlier: Option<Vec<EarlierDeposit>>,
    /// Entries before it that merely have a digest in common.
    partial: Vec<PartialDeposit>,
}

fn from_server(
    client: &Client,
    receipt: &Receipt,
    entry: &Entry,
    evidence: Option<&Fingerprint>,
) -> anyhow::Result<Found> {
    let info = client.ledger().map_err(hinted_by(ClientError::hint))?;
    let source = client.address().as_str();
    check_origin(receipt, &info.origin, source)?;
    let there = match client.entry(entry.index().get()) {
        Err(error) if error.problem().is_some_and(|problem| problem.status == 404) => None,
        other => Some(other.map_err(hinted_by(ClientError::hint))?),
    };
    let bytes = there.as_ref().map(|view| decode_base64(&view.entry)).transpose();
    check_entry(bytes.context("the ledger's entry is not base64")?.as_deref(), entry, source)?;
    let public_key = entry.statement().map(|statement| hex::encode(statement.key().as_bytes())).unwrap_or_default();
    let key = key_at_entry(there.and_then(|view| view.key).as_deref(), &public_key);
    let Some(evidence) = evidence else { return Ok(Found { key, earlier: None, partial: Vec::new() }) };
    let found = find(client, Sought::Evidence(*evidence)).map_err(hinted_by(LookupError::hint))?;
    let is_before = |listed: &&EntryView| listed.index < entry.index().get();
    let earlier = found.same.iter().filter(is_before).map(deposit_listed).collect::<anyhow::Result<_>>()?;
    let partial = found.partial.iter().filter(is_before);
    let partial = partial.map(|listed| partial_listed(listed, evidence)).collect::<anyhow::Result<_>>()?;
    Ok(Found { key, earlier: Some(earlier), partial })
}

fn partial_listed(listed: &EntryView, evidence: &Fingerprint) -> anyhow::Result<PartialDeposit> {
    let hit = PartialDeposit::new(&Entry::parse(&decode_base64(&listed.entry)?)?, evidence, None);
    let hit = hit.with_context(|| format!("entry {} has no digest in common", listed.index))?;
    Ok(PartialDeposit { deposit: deposit_listed(listed)?, ..hit })
}

fn deposit_listed(listed: &EntryView) -> anyhow::Result<EarlierDeposit> {
    let bytes = decode_base64(&listed.entry)?;
    let deposit = deposit(&bytes, None).with_context(|| format!("earlier entry {} cannot be read", listed.index))?;
    let key = key_at_entry(listed.key.as_deref(), &deposit.public_key);
    Ok(EarlierDeposit { key, ..deposit })
}

fn from_folder(
    folder: &Path,
    receipt: &Receipt,
    entry: &Entry,
    evidence: Option<&Fingerprint>,
    output: &Output,
) -> anyhow::Result<Found> {
    const DAMAGED: &str = "`notarium audit DIR` says what is wrong with it";
    let looked_into = inspect(folder, Memory::default()).map_err(hinted_by(OpenError::hint));
    let looked_into = looked_into
        .with_context(|| format!("cannot look into ledger {}", folder.display()))
        .hint("--ledger takes a ledger's folder, or its address with http:// or https://")?;
    for doubt in &looked_into.doubts {
        output.warn(format_args!("the ledger in {} would not open: {doubt}; {DAMAGED}", folder.display()));
    }
    let reader = looked_into.reader;
    let source = folder.display().to_string();
    check_origin(receipt, reader.origin().as_str(), &source)?;
    check_entry(reader.entry(entry.index())?.as_deref(), entry, &source)?;
    let registry = reader.registry().map_err(|error| {
        output.warn(format_args!("the standing of the key is not checked: {error}"));
    });
    let registry = registry.ok();
    let key = registry
        .as_ref()
        .zip(entry.statement().ok())
        .map(|(registry, statement)| KeyAtEntry::new(registry, statement.key(), entry.index(), entry.time()));
    let key = key.unwrap_or_default();
    let Some(evidence) = evidence else { return Ok(Found { key, earlier: None, partial: Vec::new() }) };
    let earlier = earlier_in(&reader, evidence, entry, registry.as_ref());
    let (earlier, partial) = earlier.with_context(|| format!("ledger {source} is damaged")).hint(DAMAGED)?;
    Ok(Found { key, earlier: Some(earlier), partial })
}

fn earlier_in(
    reader: &Reader,
    evidence: &Fingerprint,
    entry: &Entry,
    registry: Option<&Registry>,
) -> anyhow::Result<(Vec<EarlierDeposit>, Vec<PartialDeposit>)> {
    let found = reader.earlier(evidence, entry.index(), usize::MAX)?;
    let read = |index: LeafIndex| -> anyhow::Result<Entry> {
        let bytes = reader.entry(index)?.ok_or_else(|| anyhow!("entry {} is not in the ledger", index.get()))?;
        Entry::parse(&bytes).with_context(|| format!("earlier entry {} cannot be read", index.get()))
    };
    let not_understood = |index: LeafIndex| format!("the statement of entry {} is not understood", index.get());
    let earlier = found
        .entries
        .into_iter()
        .map(|index| EarlierDeposit::new(&read(index)?, registry).with_context(|| not_understood(index)));
    let partial = found
        .partial
        .into_iter()
        .map(|index| PartialDeposit::new(&read(index)?, evidence, registry).with_context(|| not_understood(index)));
    Ok((earlier.collect::<anyhow::Result<_>>()?, partial.collect::<anyhow::Result<_>>()?))
}

fn deposit(bytes: &[u8], registry: Option<&Registry>) -> anyhow::Result<EarlierDeposit> {
    EarlierDeposit::new(&Entry::parse(bytes)?, registry).context("its statement is not understood")
}

/// The lists of one ledger say nothing about a receipt from another.
fn check_origin(receipt: &Receipt, origin: &str, source: &str) -> anyhow::Result<()> {
    let of_receipt = receipt.checkpoint().origin();
    if of_receipt.as_str() == origin {
        return Ok(());
    }
    Err(anyhow!("{source} is the ledger {origin}, and the receipt is from {of_receipt}"))
        .hint("name the ledger that the receipt is from, or leave out --ledger")
}

/// Two ledgers can have one name, and one ledger two histories.
fn check_entry(there: Option<&[u8]>, entry: &Entry, source: &str) -> anyhow::Result<()> {
    let index = entry.index().get();
    match there {
        Some(bytes) if bytes == entry.as_bytes() => Ok(()),
        Some(_) => Err(anyhow!("{source} has another entry {index} than the receipt"))
            .hint("keep the receipt: with a policy that it passes, it shows that its ledger has told two stories"),
        None => Err(anyhow!("{source} has no entry {index}"))
            .hint("is it an old copy? a ledger never loses an entry that it has given a receipt for"),
    }
}
