//! Deposits one file with a running ledger, with nothing of Notarium but its library: what an application of one's own does.
//!
//! `cargo run --release --example deposit -- URL KEY FILE` hashes FILE in one read, signs its fingerprint with the key in the
//! PKCS#8 file KEY, submits it to the ledger at URL, checks the receipt that comes back, and prints it to stdout. The
//! ledger's own word is taken for its key here; an application that knows better hands a policy to `KnownLedger::meet`.
//!
//! An example, not the desk: it keeps no `.receipt.part`, so that a crash after the submission leaves no receipt behind. The
//! room `desk` does that, and everything else that `notarium submit` does.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use notarium::client::{Address, Client};
use notarium::codec::Time;
use notarium::crypto::{Digests, DualHasher};
use notarium::desk::KnownLedger;
use notarium::evidence::{Body, Evidence, Fingerprint, SignedStatement};
use notarium::keyfile;
use notarium::report::{Inputs, Outcome, Step, verify_receipt};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [url, key, file] = args.as_slice() else { return Err("usage: deposit URL KEY FILE".into()) };
    let ledger = KnownLedger::meet(Client::new(url.parse::<Address>()?), None)?;
    let key = keyfile::read(Path::new(key), || None)?.key;
    let digests = digests(File::open(file)?)?;

    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)?;
    let evidence = Evidence {
        fingerprint: Fingerprint::plain(&digests),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce,
    };
    let statement = SignedStatement::sign(&Body::Evidence(evidence), &key)?;
    let submitted = ledger.client().submit(statement.as_bytes())?;

    check(&submitted.answer.receipt, digests, &ledger)?;
    io::stdout().write_all(submitted.answer.receipt.as_bytes())?;
    Ok(())
}

/// Both digests in one read and constant memory.
fn digests(mut file: File) -> io::Result<Digests> {
    let mut hasher = DualHasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Nothing that a server answers is believed: every step but those that need witnesses or a replay must have passed.
fn check(receipt: &str, digests: Digests, ledger: &KnownLedger) -> Result<(), Failure> {
    let inputs = Inputs { evidence: Some(digests), policy: Some(ledger.policy()), ..Inputs::new(receipt.as_bytes()) };
    let needed = |step| !matches!(step, Step::Witnesses | Step::Ledger);
    let report = verify_receipt(inputs);
    match report.checks.iter().find(|check| needed(check.step) && check.outcome != Outcome::Passed) {
        None => Ok(()),
        Some(check) => Err(format!("the ledger's receipt does not hold: step {}", check.step.number()).into()),
    }
}
