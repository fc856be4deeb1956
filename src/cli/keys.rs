//! `notarium keys`: the keys that a ledger says something of, or one with its history.

use std::path::Path;

use anyhow::{Context, anyhow};

use super::ledger_option::{Source, client};
use super::output::{Output, WithHint, hinted_by};
use super::{Exit, clock};
use crate::api::{EnrolmentView, KeyAnswer, KeyView, RevocationView};
use crate::client::{Client, ClientError};
use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::evidence::SuiteKey;
use crate::registry::Registry;
use crate::store::{Memory, OpenError, Reader, inspect};

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the ledger answered, whether it knows the key or not; 2 it could not be asked.")]
pub(super) struct Args {
    /// One key, 64 lower-case hex digits; all without it
    #[arg(value_name = "KEY")]
    key: Option<PublicKey>,
    /// The ledger: its folder, or its address
    #[arg(long, value_name = "DIR-OR-URL")]
    ledger: Source,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    if let Some(key) = &args.key {
        let answer = one(&args.ledger, key, output)?;
        if args.json { output.json(&answer)? } else { print_one(&answer, output)? }
    } else {
        let keys = all(&args.ledger, output)?;
        if args.json { output.json(&keys)? } else { print_all(&keys, output)? }
    }
    if matches!(args.ledger, Source::Served(_)) {
        output.say("by the ledger's word; `notarium audit` replays what it says of keys from its entries");
    }
    Ok(Exit::Holds)
}

fn one(source: &Source, key: &PublicKey, output: &Output) -> anyhow::Result<KeyAnswer> {
    match source {
        Source::Served(address) => client(address.clone(), output).key(key).map_err(hinted_by(ClientError::hint)),
        Source::Folder(folder) => {
            let (reader, registry, now) = look_into(folder)?;
            Ok(KeyAnswer::new(&registry, reader.head().size.get(), &SuiteKey::Ed25519(*key), now))
        }
    }
}

/// All keys, by their first entry.
fn all(source: &Source, output: &Output) -> anyhow::Result<Vec<KeyView>> {
    match source {
        Source::Served(address) => pages(&client(address.clone(), output)),
        Source::Folder(folder) => {
            let (_, registry, now) = look_into(folder)?;
            let mut keys: Vec<_> = registry.iter().filter_map(|(key, _)| KeyView::new(&registry, key, now)).collect();
            keys.sort_by_key(|key| key.first_entry);
            Ok(keys)
        }
    }
}

fn pages(client: &Client) -> anyhow::Result<Vec<KeyView>> {
    let mut keys: Vec<KeyView> = Vec::new();
    let mut after = None;
    loop {
        let page = client.keys(after).map_err(hinted_by(ClientError::hint))?;
        keys.extend(page.keys);
        let Some(next) = page.next else { return Ok(keys) };
        let next = after_of(&next).filter(|next| after.is_none_or(|after| *next > after));
        after = Some(
            next.ok_or_else(|| anyhow!("the ledger's list of keys does not go on"))
                .hint("the ledger's lists cannot be relied on; `notarium audit` tells more")?,
        );
    }
}

/// The entry after which the next page begins.
fn after_of(next: &str) -> Option<u64> {
    let query = next.split_once('?')?.1;
    query.split('&').find_map(|part| part.strip_prefix("after=")).and_then(|text| text.parse().ok())
}

fn look_into(folder: &Path) -> anyhow::Result<(Reader, Registry, Time)> {
    let looked_into = inspect(folder, Memory::default())
        .map_err(hinted_by(OpenError::hint))
        .with_context(|| format!("cannot look into ledger {}", folder.display()))
        .hint("--ledger takes a ledger's folder, or its address with http:// or https://")?;
    let registry = looked_into.reader.registry()?;
    let now = clock::now().ok_or_else(|| anyhow!("the clock is not set")).hint("set this machine's clock")?;
    Ok((looked_into.reader, registry, now))
}

fn print_all(keys: &[KeyView], output: &Output) -> anyhow::Result<()> {
    for key in keys {
        let of = key.enrolment.as_ref().map(|enrolment| format!("  {} {:?}", enrolment.role, enrolment.name));
        output.data(format_args!("{}  {}{}", key.public_key, key.standing, of.unwrap_or_default()))?;
    }
    output.say(format_args!("{} keys", keys.len()));
    Ok(())
}

fn print_one(answer: &KeyAnswer, output: &Output) -> anyhow::Result<()> {
    output.data(format_args!("key        {}", answer.public_key))?;
    output.data(format_args!("standing   {}, at {}", answer.standing, shown(&answer.time)))?;
    for enrolment in &answer.enrolments {
        print_enrolment(enrolment, output)?;
    }
    if let Some(revocation) = &answer.revocation {
        print_revocation(revocation, output)?;
    }
    Ok(())
}

fn print_enrolment(enrolment: &EnrolmentView, output: &Output) -> anyhow::Result<()> {
    let EnrolmentView { entry, role, name, assurance, .. } = enrolment;
    output.data(format_args!("enrolled   entry {entry}, {}: {role} {name:?}", shown(&enrolment.time)))?;
    output.data(format_args!("           by {}", whom(&enrolment.registrar, enrolment.registrar_name.as_deref())))?;
    if !assurance.is_empty() {
        output.data(format_args!("           identity checked: {assurance:?}"))?;
    }
    if let Some(from) = &enrolment.not_before {
        output.data(format_args!("           from {} on", shown(from)))?;
    }
    if let Some(until) = &enrolment.not_after {
        output.data(format_args!("           until {}", shown(until)))?;
    }
    Ok(())
}

fn print_revocation(revocation: &RevocationView, output: &Output) -> anyhow::Result<()> {
    let RevocationView { entry, reason, .. } = revocation;
    output.data(format_args!("revoked    entry {entry}, {}: {reason}", shown(&revocation.time)))?;
    output.data(format_args!("           by {}", whom(&revocation.by, revocation.by_name.as_deref())))?;
    if let Some(since) = &revocation.compromised_since {
        output.data(format_args!(
            "           compromised since {}, as that key claims; this changes no verdict on what it signed",
            shown(since)
        ))?;
    }
    Ok(())
}

fn whom(key: &str, name: Option<&str>) -> String {
    name.map_or_else(|| key.to_owned(), |name| format!("{name:?}, {key}"))
}

/// A time of an answer with local time behind it.
fn shown(time: &str) -> String {
    Time::parse(time).map_or_else(|| time.to_owned(), clock::both)
}
