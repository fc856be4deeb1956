//! Verifies evidence against its receipt with the pure floors alone: no database, no server, no network.
//!
//! `cargo run --release --no-default-features --example verify_offline -- FILE RECEIPT POLICY` prints the report and exits with
//! 0 (match), 1 (mismatch) or 2 (undetermined). It is all that a verifier built for another place has to do.

use std::fs::{self, File};
use std::io::{self, Read};
use std::process::ExitCode;

use notarium::crypto::{Digests, DualHasher};
use notarium::report::{Inputs, Language, Verdict, render_text, verify_receipt};
use notarium::trust::Policy;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        complain(&error.to_string());
        ExitCode::from(2)
    })
}

fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, receipt, policy] = args.as_slice() else {
        return Err("usage: verify_offline FILE RECEIPT POLICY".into());
    };
    let receipt = fs::read(receipt)?;
    let policy = Policy::parse(fs::read(policy)?)?;
    let evidence = Some(digests(File::open(file)?)?);

    let report = verify_receipt(Inputs { evidence, policy: Some(&policy), ..Inputs::new(&receipt) });
    print_report(&render_text(&report, Language::En, &|_| None));
    Ok(ExitCode::from(match report.verdict {
        Verdict::Match => 0,
        Verdict::Mismatch => 1,
        _ => 2,
    }))
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

#[expect(clippy::print_stdout, reason = "an example has no output room")]
fn print_report(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "an example has no output room")]
fn complain(text: &str) {
    eprintln!("error: {text}");
}
