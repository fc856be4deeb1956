//! The command line, tested whole: the real program in a temporary folder, what it prints compared with tests/golden.
//!
//! A golden file is a session as a person would see it: what was typed, both outputs, the exit code. What varies (times,
//! keys of a new ledger, ports) is written as `[time]`, `[hex 1]`, `[port]`; values that are known beforehand stay.
//! `SNAPSHOTS=overwrite cargo test --release --locked cli::` writes the files anew, to be read before they are committed.
//! Not here: what the rooms below do with the same input, and how a server stops and breaks off; other modules test that.

mod audits;
mod deposits;
mod deposits_refused;
mod documents;
mod founding;
mod help;
mod kept;
mod keys;
mod lists;
mod lookups;
mod pages;
mod platform;
mod possession;
mod redaction;
mod registry;
mod rotations;
mod serving;
mod session;
mod verdicts;
mod verdicts_missing;
mod works;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where the golden files are.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

#[test]
fn every_golden_file_has_its_test() {
    let sources = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/cli")).unwrap();
    let text: String = sources.map(|item| fs::read_to_string(item.unwrap().path()).unwrap()).collect();
    let files = fs::read_dir(Path::new(GOLDEN)).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap());
    let unused: BTreeSet<String> = files.filter(|file| !text.contains(&format!("\"{file}\""))).collect();
    assert!(unused.is_empty(), "no test compares {unused:?}");
}
