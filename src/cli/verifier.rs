//! `notarium verifier`: the verifier as one HTML file, to be kept and opened off line in any browser.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::output::{Output, WithHint, hinted_by};
use super::{Exit, VERSION};
use crate::desk::{Existing, Readers, WriteError, write};
use crate::server::verifier_page;
use crate::trust::Policy;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// File to write the page to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Policy to build into the page; without it, whoever verifies brings one
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Overwrite FILE if it exists
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_ref().map(read_policy).transpose()?;
    let page = verifier_page(&format!("notarium {}", VERSION.as_str()), policy.as_deref())
        .ok_or_else(|| anyhow!("this program was built without its web pages"))
        .hint("run `make web` where it was built, and build it again; or download verify.html from a ledger's page")?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    write(&args.out, page.as_bytes(), Readers::Everyone, existing).map_err(hinted_by(WriteError::hint))?;
    let with = if policy.is_some() { "with the policy built in" } else { "without a policy" };
    output.say(format_args!("wrote {} ({with}); it opens in a browser and needs no network", args.out.display()));
    Ok(Exit::Holds)
}

/// A policy file that parses; a page with one that does not would be of no use.
fn read_policy(path: &PathBuf) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read policy {}", path.display()))?;
    Policy::parse(&bytes).with_context(|| format!("policy {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("policy {} is not UTF-8", path.display()))
}
