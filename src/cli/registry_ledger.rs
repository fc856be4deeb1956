//! The ledger that an enrolment or revocation goes to: served, or in its folder while nobody serves it.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::clock;
use super::ledger_key::open_keys;
use super::ledger_option::{Source, client, read_policy};
use super::output::{Output, WithHint, hinted, hinted_by};
use super::passphrase;
use crate::codec::Time;
use crate::desk::{KnownLedger, MeetError, RegisterError, Registered, register};
use crate::evidence::SignedStatement;
use crate::merkle::Hash;
use crate::sequencer::{self, StartError, SubmitError};
use crate::store::{Memory, OpenError, OpenOptions, Opened, inspect, open};
use crate::trust::LogKeys;

/// The options that say which ledger.
#[derive(clap::Args, Debug)]
pub(super) struct Choice {
    /// The ledger: its address, or its folder while it is not being served
    #[arg(long, value_name = "DIR-OR-URL")]
    ledger: Source,
    /// Policy that the ledger must be a log of; without it the ledger's word is taken for its key
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// A ledger that has said which it is.
pub(super) enum RegistryLedger {
    Served(Box<KnownLedger>),
    Folder { directory: PathBuf, genesis: Hash },
}

impl Choice {
    pub(super) fn meet(&self, output: &Output) -> anyhow::Result<RegistryLedger> {
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        match &self.ledger {
            Source::Served(address) => {
                let is_trusted = policy.is_some();
                let ledger =
                    KnownLedger::meet(client(address.clone(), output), policy).map_err(hinted_by(MeetError::hint))?;
                if !is_trusted {
                    let key = ledger.key();
                    output.say(format_args!("the ledger signs as {key}, by its own word; --policy FILE checks that"));
                }
                Ok(RegistryLedger::Served(Box::new(ledger)))
            }
            Source::Folder(directory) => {
                let looked_into = inspect(directory, Memory::default())
                    .map_err(hinted_by(OpenError::hint))
                    .with_context(|| format!("cannot look into ledger {}", directory.display()))
                    .hint("--ledger takes a ledger's folder, or its address with http:// or https://")?;
                let genesis = *looked_into.reader.genesis();
                Ok(RegistryLedger::Folder { directory: directory.clone(), genesis })
            }
        }
    }
}

impl RegistryLedger {
    /// Leaf hash of the ledger's entry 0.
    pub(super) const fn genesis(&self) -> &Hash {
        match self {
            Self::Served(ledger) => ledger.genesis(),
            Self::Folder { genesis, .. } => genesis,
        }
    }

    /// Has the statement admitted. In a folder the ledger's own key, which signs the checkpoint, must be there.
    pub(super) fn admit(
        &self,
        statement: SignedStatement,
        passphrase: &passphrase::Source,
        output: &Output,
    ) -> anyhow::Result<Registered> {
        match self {
            Self::Served(ledger) => register(ledger, &statement).map_err(hinted_by(RegisterError::hint)),
            Self::Folder { directory, .. } => admit_in(directory, statement, passphrase, output),
        }
    }
}

/// The clock of admission.
fn now() -> Time {
    clock::now().unwrap_or(Time::NOT_STATED)
}

fn admit_in(
    directory: &Path,
    statement: SignedStatement,
    passphrase: &passphrase::Source,
    output: &Output,
) -> anyhow::Result<Registered> {
    let statement = statement.verify().context("the statement does not verify")?;
    let mut opened = open(directory, &OpenOptions::default()).map_err(|error| match error {
        OpenError::Locked { .. } => hinted(error, "if it is being served, give its address instead of its folder"),
        error => hinted_by(OpenError::hint)(error),
    })?;
    let keys = open_keys(directory, None, &mut opened, passphrase, output)?;
    admit_with(opened, keys, statement).with_context(|| format!("the ledger in {}", directory.display()))
}

fn admit_with(
    opened: Opened,
    keys: LogKeys,
    statement: crate::evidence::VerifiedStatement,
) -> anyhow::Result<Registered> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start a thread")?;
    let sequencer = sequencer::start(opened, keys, now, sequencer::Limits::default())
        .map_err(hinted_by(|error: &StartError| error.hint()))?;
    let admitted = runtime.block_on(async {
        let admitted = sequencer.submit(statement).await;
        sequencer.stop().await;
        admitted
    });
    let admitted = admitted.map_err(hinted_by(|error: &SubmitError| match error {
        SubmitError::NotAdmitted(reason) => reason.hint(),
        _ => None,
    }))?;
    let receipt = admitted.receipt()?;
    let entry = receipt.disclosure().entry().map_err(|error| anyhow!("the entry cannot be read: {error}"))?;
    let (index, time) = (entry.index().get(), entry.time());
    Ok(Registered { index, time, receipt, repeated: admitted.is_repeat() })
}
