//! The pure part of a submission's way, step by step and the same each time, for counting its instructions.
//!
//! `hot_path STEP COUNT` does one step for the first COUNT of 64 statements: `verify` (parse a signed statement and judge it),
//! `admit` (plan entries: hash chain and tree) or `answer` (proof and receipt). What comes before the step is done for all 64
//! whatever COUNT is, so that the difference between two runs is the step alone. benches/guard.sh runs it under callgrind.

use std::error::Error;
use std::hint::black_box;

use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body, Evidence, Fingerprint, Genesis, SignedStatement, VerifiedStatement};
use notarium::ledger::{Batch, Receipt, genesis};
use notarium::merkle::prove_inclusion;
use notarium::trust::{Checkpoint, SignedCheckpoint};

const STATEMENTS: u8 = 64;
/// 2026-11-23T08:50:00Z.
const NOW: u64 = 1_795_423_800_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [step, count] = args.as_slice() else { return Err("usage: hot_path verify|admit|answer COUNT".into()) };
    let count: usize = count.parse()?;
    let signed = (0..STATEMENTS).map(statement).collect::<Outcome<Vec<_>>>()?;
    let first = founded()?;
    match step.as_str() {
        "verify" => verified(&signed[..count]).map(|all| drop(black_box(all))),
        "admit" => {
            let mut statements = verified(&signed)?;
            statements.truncate(count);
            black_box(first.next().plan(now()?, statements)?);
            Ok(())
        }
        "answer" => answer(&first.next().plan(now()?, verified(&signed)?)?, count),
        other => Err(format!("no such step: {other}").into()),
    }
}

fn now() -> Outcome<Time> {
    Time::from_millis(NOW).map_err(|error| format!("{error:?}").into())
}

fn founded() -> Outcome<Batch> {
    let body = Genesis { origin: "guard.example/ledger".parse()?, admission: Admission::Open };
    Ok(genesis(body, &SigningKey::from_seed(&[1; 32]), now()?)?)
}

fn statement(number: u8) -> Outcome<Vec<u8>> {
    let mut hasher = DualHasher::new();
    hasher.update(&[number]);
    let evidence = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: [number; 16],
    };
    let submitter = SigningKey::from_seed(&[number % 16; 32]);
    Ok(SignedStatement::sign(&Body::Evidence(evidence), &submitter)?.as_bytes().to_vec())
}

fn verified(signed: &[Vec<u8>]) -> Outcome<Vec<VerifiedStatement>> {
    signed.iter().map(|bytes| Ok(SignedStatement::parse(bytes)?.verify()?)).collect()
}

fn answer(batch: &Batch, count: usize) -> Outcome<()> {
    let checkpoint = Checkpoint { origin: "guard.example/ledger".parse()?, head: *batch.head() };
    let checkpoint = SignedCheckpoint::sign(&checkpoint, &SigningKey::from_seed(&[1; 32]));
    for entry in &batch.entries()[..count] {
        let path = prove_inclusion(entry.index(), batch.size(), batch.frontier().as_ref())?;
        black_box(Receipt::text_of(entry, &path, &checkpoint)?);
    }
    Ok(())
}
