//! `notarium platform`: what a court may ask of the platform itself, from the ledger's folder and its server's configuration.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::output::{Output, WithHint, hinted_by};
use super::{Exit, clock, language, software};
use crate::api::admission_word;
use crate::crypto::PublicKey;
use crate::evidence::{Body, Entry, Role, SuiteKey};
use crate::keyfile;
use crate::merkle::LeafIndex;
use crate::note::VerifierKey;
use crate::registry::{KeyHistory, Registry};
use crate::report::{
    OperatorDeposits, OperatorKey, OperatorsWhy, PlatformKeyFile, PlatformLedger, PlatformServer, PlatformStatement,
    PlatformWitness, render_platform,
};
use crate::store::{Memory, OpenError, Reader, free_bytes, inspect};
use crate::trust::Policy;
use crate::upkeep::Serving;

/// Entries of a key that are read at a time.
const PAGE: usize = 1000;

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the statement is printed, whatever it says; 2 it could not be made.")]
pub(super) struct Args {
    /// Folder of the ledger, served or not
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// A further key that belongs to the operator, 64 lower-case hex digits; may be given many times
    #[arg(long, value_name = "KEY")]
    operator_key: Vec<PublicKey>,
    /// Who runs the ledger, as the statement shall say
    #[arg(long, value_name = "TEXT")]
    operator: Option<String>,
    /// Filings and licences, as the statement shall say
    #[arg(long, value_name = "TEXT")]
    filing: Option<String>,
    #[command(flatten)]
    language: language::Choice,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    const DAMAGED: &str = "`notarium audit DIR` says what is wrong with it";
    let directory = &args.directory;
    let looked_into = inspect(directory, Memory::default())
        .map_err(hinted_by(OpenError::hint))
        .with_context(|| format!("cannot look into ledger {}", directory.display()))?;
    let reader = looked_into.reader;
    let operator_keys = operator_keys(&reader, &args.operator_key).hint(DAMAGED)?;
    let ledger = ledger(&reader).hint(DAMAGED)?;
    let mut statement = PlatformStatement::new(software(), clock::now(), ledger, key_file(directory), operator_keys);
    statement.operator.clone_from(&args.operator);
    statement.filing.clone_from(&args.filing);
    statement.free_bytes = free_bytes(directory).ok();
    statement.doubts = looked_into.doubts.iter().map(ToString::to_string).collect();
    statement.server = match Serving::read(directory) {
        Ok(serving) => serving.map(|(serving, runs)| server(serving, runs)),
        Err(error) => {
            output.warn(format_args!("the server's configuration in {} cannot be read: {error}", directory.display()));
            None
        }
    };
    if args.json {
        output.json(&statement)?;
    } else {
        output.data(render_platform(&statement, args.language.language()).trim_end())?;
    }
    Ok(Exit::Holds)
}

fn ledger(reader: &Reader) -> anyhow::Result<PlatformLedger> {
    let head = reader.head();
    let entry = |index: u64| -> anyhow::Result<Option<Entry>> {
        let bytes = reader.entry(LeafIndex::new(index))?;
        bytes.map(|bytes| Entry::parse(&bytes)).transpose().context("an entry is damaged")
    };
    let genesis = entry(0)?;
    let last = head.size.get().checked_sub(1).map(entry).transpose()?.flatten();
    let statement = genesis.as_ref().and_then(|genesis| genesis.statement().ok());
    let admission = match statement.as_ref().map(crate::evidence::SignedStatement::body) {
        Some(Body::Genesis(genesis)) => admission_word(genesis.admission),
        _ => return Err(anyhow!("entry 0 does not say who may deposit")),
    };
    Ok(PlatformLedger {
        origin: reader.origin().to_string(),
        vkey: VerifierKey::new_ed25519(reader.origin().key_name().clone(), *reader.public_key()).to_string(),
        genesis: hex::encode(reader.genesis().as_bytes()),
        admission: admission.to_owned(),
        size: head.size.get(),
        root: head.root.to_string(),
        first_time: genesis.map(|entry| entry.time().to_string()),
        last_time: last.map(|entry| entry.time().to_string()),
        indexes_are_whole: reader.indexes_are_whole(),
    })
}

/// The ledger's key, all registrars, and those that were named; none twice.
fn operator_keys(reader: &Reader, named: &[PublicKey]) -> anyhow::Result<Vec<OperatorKey>> {
    let registry = reader.registry()?;
    let own = reader.chain().keys().iter().filter_map(|own| own.key.known().copied());
    let mut keys: Vec<(PublicKey, OperatorsWhy)> = own.map(|key| (key, OperatorsWhy::LedgersOwn)).collect();
    let is_registrar =
        |history: &KeyHistory| history.enrolments().iter().any(|enrolment| enrolment.role == Role::Registrar);
    let mut registrars: Vec<_> = registry.iter().filter(|(_, history)| is_registrar(history)).collect();
    registrars.sort_by_key(|(_, history)| history.first_entry());
    let registrars = registrars.into_iter().filter_map(|(key, _)| key.known());
    let all =
        registrars.map(|key| (key, OperatorsWhy::Registrar)).chain(named.iter().map(|key| (key, OperatorsWhy::Named)));
    for (key, why) in all {
        if keys.iter().all(|(known, _)| known != key) {
            keys.push((*key, why));
        }
    }
    keys.into_iter()
        .map(|(key, why)| {
            let deposits = deposits(reader, &key)?;
            Ok(OperatorKey { public_key: key.to_string(), why, name: name_of(&registry, key), deposits })
        })
        .collect()
}

fn name_of(registry: &Registry, key: PublicKey) -> Option<String> {
    let history = registry.history(&SuiteKey::Ed25519(key))?;
    history.enrolments().last().map(|enrolment| enrolment.name.clone())
}

/// What a key has deposited; what it has enrolled and revoked is no deposit.
fn deposits(reader: &Reader, key: &PublicKey) -> anyhow::Result<OperatorDeposits> {
    let (mut deposits, mut after) = (OperatorDeposits::default(), None);
    loop {
        let page = reader.by_submitter(key, after, PAGE)?;
        for index in &page {
            let bytes = reader.entry(*index)?.ok_or_else(|| anyhow!("entry {} is not there", index.get()))?;
            let statement = Entry::parse(&bytes).ok().and_then(|entry| entry.statement().ok());
            if statement.is_some_and(|statement| matches!(statement.body(), Body::Evidence(_))) {
                deposits.add(index.get());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(*last),
            _ => return Ok(deposits),
        }
    }
}

fn key_file(directory: &Path) -> PlatformKeyFile {
    match keyfile::is_encrypted(&directory.join("ledger.key")) {
        Ok(true) => PlatformKeyFile::Encrypted,
        Ok(false) => PlatformKeyFile::Unencrypted,
        Err(_) => PlatformKeyFile::Elsewhere,
    }
}

fn server(serving: Serving, runs: bool) -> PlatformServer {
    let policy = serving.witness_policy.as_ref().and_then(|text| Policy::parse(text).ok());
    let witnesses = policy.iter().flat_map(Policy::witnesses);
    PlatformServer {
        runs,
        software: serving.software,
        started_at: serving.started_at,
        listens_at: serving.listens_at,
        least_free_bytes: serving.least_free_bytes,
        publishes: serving.publishes,
        witnesses: witnesses
            .map(|witness| PlatformWitness { name: witness.name.clone(), vkey: witness.key.to_string() })
            .collect(),
        quorum: policy.as_ref().is_some_and(Policy::has_quorum),
    }
}
