//! `notarium verify-fork`: whether two checkpoints prove that a ledger has signed two histories.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use super::Exit;
use super::ledger_option::read_policy;
use super::output::{Output, WithHint};
use super::verify::follow;
use crate::trust::{ForkProof, ForkVerdict};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The proof, as a mirror or an audit wrote it
    #[arg(value_name = "FILE")]
    proof: PathBuf,
    /// Policy file that names the ledger's key
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Receipt of a rotation of the ledger's key: two checkpoints alone do not tell that one key has replaced another. May be given
    /// several times
    #[arg(long, value_name = "RECEIPT")]
    rotation: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = follow(read_policy(&args.policy)?, &args.rotation)?;
    let bytes = fs::read(&args.proof).with_context(|| format!("cannot read {}", args.proof.display()))?;
    let proof = ForkProof::parse(&bytes)
        .with_context(|| format!("{} is not a fork proof", args.proof.display()))
        .hint("a mirror or an audit that finds a fork writes one, as the file `fork`")?;
    let (smaller, larger) = proof.checkpoints();
    output.data(format_args!("smaller    {} entries, root {}", smaller.head().size, smaller.head().root))?;
    output.data(format_args!("larger     {} entries, root {}", larger.head().size, larger.head().root))?;
    output.data(format_args!("           its first {} entries have root {}", smaller.head().size, proof.prefix()))?;
    Ok(match proof.judge(&policy) {
        ForkVerdict::Proven(key) => {
            output.data(format_args!("proven     {key} has signed two histories"))?;
            Exit::Holds
        }
        ForkVerdict::NotProven(reason) => {
            output.data(format_args!("not proven {reason}"))?;
            Exit::DoesNotHold
        }
        ForkVerdict::UnknownKey => {
            output.data("unknown    the policy does not name the key that signed these checkpoints")?;
            Exit::CannotTell
        }
    })
}
