//! `notarium prove-key`: a court sets a challenge to whoever holds a key, the holder signs it, the court checks the answer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde::Serialize;

use super::document::keep;
use super::enrol::time;
use super::output::{Output, WithHint, hinted};
use super::{Exit, clock, language, passphrase};
use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::desk::{Readers, read_receipt};
use crate::evidence::{KeyChallenge, KeyProof, KeyProofError, MAX_KEY_PROOF_BYTES};
use crate::report::{Language, Outcome, Word, padded, width};

/// How long an answer counts where nothing else is said: a week.
const OPEN_FOR_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// The layout of the JSON.
const FORMAT: &str = "notarium/key-proof-check/1";

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    step: Step,
}

#[derive(clap::Subcommand, Debug)]
enum Step {
    /// The court's side: write a fresh challenge to whoever holds a key
    Challenge(ChallengeArgs),
    /// The holder's side: sign a challenge that was set
    Answer(AnswerArgs),
    /// The court's side: check an answer against the challenge that was set
    Check(CheckArgs),
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the challenge is written; 2 it could not be.")]
struct ChallengeArgs {
    /// The key, 64 lower-case hex digits
    #[arg(value_name = "KEY", required_unless_present = "receipt", conflicts_with = "receipt")]
    key: Option<PublicKey>,
    /// The key that signed the deposit of this receipt
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Who sets the challenge, such as the name of the court
    #[arg(long, value_name = "TEXT")]
    from: String,
    /// What for, such as the case number
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    purpose: String,
    /// Until when an answer counts, as 2026-11-30T08:00:00Z; a week without it
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires: Option<Time>,
    /// File to write the challenge to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the answer is written; 2 it could not be.")]
struct AnswerArgs {
    /// File with the challenge
    #[arg(value_name = "CHALLENGE")]
    challenge: PathBuf,
    /// File with the private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
    /// File to write the answer to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 every check passed; 1 one did not; 2 it could not be told.")]
struct CheckArgs {
    /// File with the answer
    #[arg(value_name = "ANSWER")]
    answer: PathBuf,
    /// The challenge that was set: your own copy, not the holder's
    #[arg(long, value_name = "FILE")]
    challenge: PathBuf,
    /// Receipt whose submitter's key it should be
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// When the answer was handed in, as 2026-11-30T08:00:00Z; now without it
    #[arg(long, value_name = "TIME", value_parser = time)]
    received: Option<Time>,
    #[command(flatten)]
    language: language::Choice,
    /// Print the checks as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    match &args.step {
        Step::Challenge(args) => challenge(args, output),
        Step::Answer(args) => answer(args, output),
        Step::Check(args) => check(args, output),
    }
}

fn challenge(args: &ChallengeArgs, output: &Output) -> anyhow::Result<Exit> {
    let key = match (&args.key, &args.receipt) {
        (Some(key), _) => *key,
        (None, Some(receipt)) => submitter_of(receipt)?,
        (None, None) => return Err(anyhow!("no key is named")).hint("name the key, or --receipt FILE"),
    };
    let now = clock_now()?;
    let expires = match args.expires {
        Some(time) if time <= now => return Err(anyhow!("{time} is past")).hint("let it expire later"),
        Some(time) => time,
        None => Time::from_millis(now.millis().saturating_add(OPEN_FOR_MS)).context("the clock is too far ahead")?,
    };
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).map_err(|error| anyhow!("no random bytes from the operating system: {error}"))?;
    let challenge = KeyChallenge::new(key, &args.from, &args.purpose, expires, &nonce)
        .map_err(|error| hinted(error, "--from and --purpose are one line of at most 255 bytes each"))?;
    keep(&args.out, &challenge.to_text(), Readers::Everyone)?;
    output.say(format_args!(
        "wrote {}: hand it to whoever says to hold the key, and keep this copy; answers count until {}",
        args.out.display(),
        clock::both(expires)
    ));
    output.data(key)?;
    Ok(Exit::Holds)
}

fn answer(args: &AnswerArgs, output: &Output) -> anyhow::Result<Exit> {
    let challenge = read_challenge(&args.challenge)?;
    let now = clock_now()?;
    if now > challenge.expires() {
        return Err(anyhow!("the challenge has expired, at {}", clock::both(challenge.expires())))
            .hint("ask for a fresh one");
    }
    let purpose = if challenge.purpose().is_empty() { "not stated" } else { challenge.purpose() };
    output.say(format_args!("the challenge is from {}, for: {purpose}", challenge.from()));
    let key = args.passphrase.open_key(&args.key, output)?;
    let proof = challenge
        .answer(&key)
        .map_err(|error| hinted(error, "sign with the key that the challenge names; no other shows anything"))?;
    keep(&args.out, &proof.to_text(), Readers::Everyone)?;
    output.say(format_args!("wrote {}: hand it to whoever set the challenge", args.out.display()));
    Ok(Exit::Holds)
}

/// A check of an answer, and how it came out.
#[derive(Serialize)]
struct Made {
    check: Word,
    outcome: Outcome,
}

#[derive(Serialize)]
struct Checked {
    format: &'static str,
    holds: bool,
    key: String,
    from: String,
    purpose: Option<String>,
    expires: String,
    received: String,
    checks: Vec<Made>,
    proves: Option<&'static str>,
    not_proved: &'static str,
}

fn check(args: &CheckArgs, output: &Output) -> anyhow::Result<Exit> {
    let set = read_challenge(&args.challenge)?;
    let text = read_text(&args.answer)?;
    let proof = KeyProof::parse(&text)
        .map_err(|error| hinted(error, "an answer is the file that `notarium prove-key answer` writes"))
        .with_context(|| format!("{} is not an answer", args.answer.display()))?;
    let received = args.received.map_or_else(clock_now, Ok)?;
    let of_receipt = args.receipt.as_deref().map(submitter_of).transpose()?;
    let outcome = |holds| if holds { Outcome::Passed } else { Outcome::Failed };
    let checks = vec![
        Made { check: Word::KeyProofSame, outcome: outcome(*proof.challenge() == set) },
        Made { check: Word::KeyProofSigned, outcome: outcome(proof.verify().is_ok()) },
        Made { check: Word::KeyProofInTime, outcome: outcome(received <= set.expires()) },
        Made {
            check: Word::KeyProofSubmitter,
            outcome: of_receipt.map_or(Outcome::NotMade, |key| outcome(key == *set.key())),
        },
    ];
    let holds = checks.iter().all(|made| made.outcome != Outcome::Failed);
    let checked = Checked {
        format: FORMAT,
        holds,
        key: set.key().to_string(),
        from: set.from().to_owned(),
        purpose: Some(set.purpose().to_owned()).filter(|purpose| !purpose.is_empty()),
        expires: set.expires().to_string(),
        received: received.to_string(),
        checks,
        proves: holds.then_some(Word::KeyProofProves.text(Language::En)),
        not_proved: Word::KeyProofNot.text(Language::En),
    };
    if args.json {
        output.json(&checked)?;
    } else {
        print(&checked, (set.expires(), received), args, output)?;
    }
    Ok(if holds { Exit::Holds } else { Exit::DoesNotHold })
}

fn print(checked: &Checked, times: (Time, Time), args: &CheckArgs, output: &Output) -> anyhow::Result<()> {
    let language = args.language.language();
    let text = |word: Word| word.text(language);
    let purpose = checked.purpose.as_deref().unwrap_or(text(Word::NotStated));
    let lines = [
        (Word::KeyProofKey, checked.key.clone()),
        (Word::KeyProofFrom, checked.from.clone()),
        (Word::KeyProofPurpose, purpose.to_owned()),
        (Word::KeyProofExpires, clock::both(times.0)),
        (Word::KeyProofReceived, clock::both(times.1)),
    ];
    let labels = lines.iter().map(|(label, _)| width(text(*label))).max().unwrap_or(0) + 2;
    for (label, value) in lines {
        output.data(format_args!("{}{value}", padded(text(label), labels)))?;
    }
    let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::NotMade].map(|outcome| width(text(outcome.word())));
    let outcomes = outcomes.into_iter().max().unwrap_or(0) + 2;
    for made in &checked.checks {
        output.data(format_args!("{}{}", padded(text(made.outcome.word()), outcomes), text(made.check)))?;
    }
    output.data(text(if checked.holds { Word::KeyProofProves } else { Word::KeyProofShowsNothing }))?;
    output.data(text(Word::KeyProofNot))?;
    Ok(())
}

/// The key that signed the statement in a receipt.
fn submitter_of(receipt: &Path) -> anyhow::Result<PublicKey> {
    const HINT: &str = "--receipt takes the receipt of a deposit";
    let held = read_receipt(receipt).hint(HINT)?;
    let held = held.ok_or_else(|| anyhow!("there is no receipt {}", receipt.display())).hint(HINT)?;
    let key = held.statement().and_then(|statement| statement.public_key().copied());
    key.ok_or_else(|| anyhow!("the key in {} is not understood", receipt.display())).hint(HINT)
}

fn read_challenge(path: &Path) -> anyhow::Result<KeyChallenge> {
    const HINT: &str =
        "a challenge is the file that `notarium prove-key challenge` writes; docs/formats.md has its lines";
    let text = read_text(path)?;
    let challenge: Result<_, KeyProofError> = KeyChallenge::parse(&text);
    challenge.map_err(|error| hinted(error, HINT)).with_context(|| format!("{} is not a challenge", path.display()))
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    const HINT: &str = "check the path; challenge and answer are short files of text";
    let length = path.metadata().with_context(|| format!("cannot read {}", path.display())).hint(HINT)?.len();
    if length > MAX_KEY_PROOF_BYTES {
        return Err(anyhow!("{} is too long: {length} bytes, at most {MAX_KEY_PROOF_BYTES}", path.display()))
            .hint(HINT);
    }
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display())).hint(HINT)
}

fn clock_now() -> anyhow::Result<Time> {
    clock::now().ok_or_else(|| anyhow!("the clock is not set")).hint("set this machine's clock")
}
