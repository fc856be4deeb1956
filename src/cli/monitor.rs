//! `notarium monitor`: tells of new entries that somebody waits for, each once it is verified.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::Exit;
use super::ledger_option::client;
use super::listening::seconds;
use super::output::{Output, Unit, hinted, hinted_by};
use crate::api::EntryView;
use crate::client::{Address, Webhook};
use crate::crypto::{Digests, PublicKey, Sha256Digest, Sm3Digest};
use crate::desk::{FileError, digest_file};
use crate::evidence::{Body, Entry};
use crate::follow::{Monitor, MonitorError, Seen};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The ledger's address, with http:// or https://
    #[arg(value_name = "URL")]
    ledger: Address,
    /// Entries that this key signed; may be given more than once
    #[arg(long, value_name = "KEY")]
    submitter: Vec<PublicKey>,
    /// Entries of evidence with this SHA-256; may be given more than once
    #[arg(long, value_name = "DIGEST")]
    sha256: Vec<Sha256Digest>,
    /// Entries of evidence with this SM3; may be given more than once
    #[arg(long, value_name = "DIGEST")]
    sm3: Vec<Sm3Digest>,
    /// Entries of this file, by its digests; may be given more than once
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// Begin with this entry; without it, with the next new one
    #[arg(long, value_name = "INDEX", value_parser = super::audit::number)]
    from: Option<u64>,
    /// How often to look for what is new
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    every: Duration,
    /// Look once and end
    #[arg(long)]
    once: bool,
    /// Send each line there too, by POST
    #[arg(long, value_name = "URL")]
    webhook: Option<Webhook>,
}

/// What somebody waits for; anything, when nothing is named.
struct Watch<'a> {
    args: &'a Args,
    files: Vec<Digests>,
}

/// A line of the output.
#[derive(Serialize)]
struct Line<'a> {
    ledger: &'a str,
    /// Why the entry is told of.
    matches: Vec<&'static str>,
    entry: EntryView,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let files = args.file.iter().map(|path| digest_file(path, &meter).map_err(hinted_by(FileError::hint)));
    let watch = Watch { args, files: files.collect::<Result<_, _>>()? };
    drop(meter);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let client = client(args.ledger.clone(), output);
    let mut monitor = Monitor::begin(client, args.from, threads).map_err(hinted_by(MonitorError::hint))?;
    let ledger = args.ledger.to_string();
    loop {
        let seen = monitor.look(|_, entry| watch.tell(&ledger, entry, output));
        match seen {
            Ok(Ok(Seen::Holds(_))) => {}
            Ok(Ok(Seen::Broken(report))) => {
                super::audit::print(&report, output)?;
                return Ok(Exit::DoesNotHold);
            }
            Ok(Err(unprinted)) => return Err(unprinted.into()),
            Err(error) if args.once => return Err(hinted_by(MonitorError::hint)(error)),
            // A ledger that is away for a while is looked for again.
            Err(error) => output.error(&hinted_by(MonitorError::hint)(error)),
        }
        if args.once || output.reader_gone() {
            return Ok(Exit::Holds);
        }
        thread::sleep(args.every);
    }
}

impl Watch<'_> {
    /// Why an entry is waited for; none when it is not.
    fn matches(&self, entry: &Entry) -> Option<Vec<&'static str>> {
        let args = self.args;
        if args.submitter.is_empty() && args.sha256.is_empty() && args.sm3.is_empty() && self.files.is_empty() {
            return Some(Vec::new());
        }
        let statement = entry.statement().ok()?;
        let mut matches = Vec::new();
        if statement.public_key().is_some_and(|key| args.submitter.contains(key)) {
            matches.push("submitter");
        }
        if let Body::Evidence(evidence) = statement.body() {
            let print = &evidence.fingerprint;
            if args.sha256.contains(print.sha256()) {
                matches.push("sha256");
            }
            if args.sm3.contains(print.sm3()) {
                matches.push("sm3");
            }
            if self.files.iter().any(|file| file.sha256 == *print.sha256() || file.sm3 == *print.sm3()) {
                matches.push("file");
            }
        }
        (!matches.is_empty()).then_some(matches)
    }

    fn tell(&self, ledger: &str, entry: &Entry, output: &Output) -> io::Result<()> {
        let Some(matches) = self.matches(entry) else { return Ok(()) };
        let line = serde_json::to_string(&Line { ledger, matches, entry: EntryView::new(entry) })?;
        output.raw(&format!("{line}\n"))?;
        if let Some(webhook) = &self.args.webhook {
            // What can't be sent is said and stands on stdout all the same.
            if let Err(error) = webhook.post(line.as_bytes()) {
                output.error(&hinted(error, "the line stands on stdout; --from INDEX tells it again"));
            }
        }
        Ok(())
    }
}
