//! `notarium history`: the chain of versions and supplements that an entry belongs to.

use std::path::Path;

use anyhow::anyhow;

use super::key_said::{claim, whose};
use super::ledger_option::client;
use super::output::{Output, WithHint, hinted_by};
use super::{Exit, clock};
use crate::api::EntryView;
use crate::client::{Address, Client};
use crate::codec::{decode_base64, parse_decimal};
use crate::desk::{Chain, HeldReceipt, Link, LookupError, evidence_of, history, read_receipt};

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the ledger answered; 2 it could not be asked, or has no such entry.")]
pub(super) struct Args {
    /// A receipt, or an entry number
    #[arg(value_name = "RECEIPT-or-INDEX")]
    what: String,
    /// Address of the ledger
    #[arg(long, value_name = "URL")]
    ledger: Address,
    /// Print the chain as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let asked = Asked::read(&args.what)?;
    let client = client(args.ledger.clone(), output);
    let chain = history(&client, asked.index()).map_err(hinted_by(LookupError::hint))?;
    asked.is_answered_by(&chain, &client)?;
    if args.json {
        output.json(&chain)?;
    } else {
        print(&chain, output)?;
    }
    Ok(Exit::Holds)
}

/// What the chain is asked of.
enum Asked {
    Number(u64),
    Receipt(Box<HeldReceipt>),
}

impl Asked {
    fn read(what: &str) -> anyhow::Result<Self> {
        const HINT: &str = "name a receipt, or give an entry number";
        if what.bytes().all(|byte| byte.is_ascii_digit()) && !Path::new(what).exists() {
            return Ok(Self::Number(
                parse_decimal(what).map_err(|error| anyhow!("entry number {what}: {error}")).hint(HINT)?,
            ));
        }
        let held = read_receipt(Path::new(what)).hint(HINT)?;
        held.map(|held| Self::Receipt(Box::new(held))).ok_or_else(|| anyhow!("there is no receipt {what}")).hint(HINT)
    }

    fn index(&self) -> u64 {
        match self {
            Self::Number(index) => *index,
            Self::Receipt(held) => held.receipt.index().get(),
        }
    }

    /// A receipt's entry must be the ledger's: two ledgers both have an entry 1.
    fn is_answered_by(&self, chain: &Chain, client: &Client) -> anyhow::Result<()> {
        let Self::Receipt(held) = self else { return Ok(()) };
        let asked = chain.entries.iter().find(|link| link.entry.index == chain.asked);
        let there = asked.and_then(|link| decode_base64(&link.entry.entry).ok());
        if there.as_deref() == held.receipt.disclosure().entry().ok().as_ref().map(crate::evidence::Entry::as_bytes) {
            return Ok(());
        }
        Err(anyhow!("{} has another entry {} than the receipt", client.address(), chain.asked))
            .hint("name the ledger that the receipt is from")
    }
}

fn print(chain: &Chain, output: &Output) -> anyhow::Result<()> {
    if let (Some(unknown), Some(first)) = (&chain.unknown, chain.entries.first()) {
        let by = chain.entries.iter().find(|link| names(&link.entry, unknown)).unwrap_or(first);
        output
            .data(format_args!("statement {unknown} is not on this ledger; entry {} continues it", by.entry.index))?;
    }
    for link in &chain.entries {
        output.data(line(link, chain.asked))?;
    }
    if chain.cut {
        output.warn(format_args!(
            "there are more than {} entries in this chain; the rest is not shown",
            chain.entries.len()
        ));
    }
    output.say(format_args!(
        "{} in this chain among {} entries, by the ledger's word; anybody may continue anything, so look whose key signed",
        chain.entries.len(),
        chain.size
    ));
    Ok(())
}

fn names(entry: &EntryView, statement: &str) -> bool {
    evidence_of(entry).is_some_and(|evidence| evidence.continues.as_deref() == Some(statement))
}

fn line(link: &Link, asked: u64) -> String {
    let entry = &link.entry;
    let time = clock::parse(&entry.time).map_or_else(|| entry.time.clone(), clock::both);
    let key = entry.statement.as_ref().map_or("unknown", |statement| statement.public_key.as_str());
    let continues = link.continues.map(|before| format!("  continues entry {before}")).unwrap_or_default();
    let other = if link.same_key == Some(false) { ", which another key deposited" } else { "" };
    let mark = if entry.index == asked { "  (asked about)" } else { "" };
    let (whose, claim) = (entry.key.as_deref().map(whose), entry.key.as_deref().map(claim));
    let (whose, claim) = (whose.unwrap_or_default(), claim.unwrap_or_default());
    format!("entry {}  {time}  by {key}{whose}{continues}{other}{mark}{claim}", entry.index)
}
