//! Answers questions about our own formats, one JSON object a line in and one out, so that programs in other languages can be
//! held against ours case by case.
//!
//! It needs the pure floors alone. `tests/foreign/run.py` asks it what it asks the independent verifiers; `tests/interop` asks it
//! the cases of foreign test suites. Bytes are hex, numbers of 64 bits are decimal text. What is malformed is answered by
//! `{"refused": "malformed"}`, what is of another version by `{"refused": "unknown"}`; `why` is for people and is there for
//! foreign cases only.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};

use notarium::codec::{check_text, decode_base64, parse_decimal};
use notarium::crypto::{DualHasher, PublicKey, Signature};
use notarium::evidence::{Entry, SignedStatement};
use notarium::ledger::{Disclosure, Receipt};
use notarium::merkle::{BundleId, ConsistencyProof, Hash, InclusionProof, LeafIndex, TileId, TreeHead, TreeSize};
use notarium::note::{SignedNote, VerifierKey};
use notarium::report::{Inputs, Outcome, Step, Verdict, verify_receipt};
use notarium::trust::{Policy, QuorumCheck, SignedCheckpoint};
use serde_json::{Value, json};

type Answer = Result<Value, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(&question)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(question: &Value) -> Answer {
    let bytes = hex::decode(question["hex"].as_str().unwrap_or_default())?;
    match question["ask"].as_str().unwrap_or_default() {
        "ed25519" => ed25519(question),
        "base64_text" => Ok(base64_text(&bytes)),
        "text" => Ok(plain_text(&bytes)),
        "statement" => Ok(statement(&bytes)),
        "entry" => Ok(entry(&bytes)),
        "disclosure" => Ok(disclosure(&bytes)),
        "receipt" => Ok(receipt(&bytes)),
        "policy" => Ok(policy(&bytes)),
        "checkpoint" => Ok(checkpoint(&bytes)),
        "vkey" => Ok(vkey(&bytes)),
        "note" => note(&bytes, question),
        "tile" => Ok(tile(&bytes)),
        "inclusion" => Ok(inclusion(question)),
        "consistency" => Ok(consistency(question)),
        "verification" => verification(&bytes, question),
        other => Err(format!("no such question: {other:?}").into()),
    }
}

fn refused(unknown: bool) -> Value {
    json!({ "refused": if unknown { "unknown" } else { "malformed" } })
}

/// A refusal of what came from a foreign suite.
fn refused_because(why: &dyn std::fmt::Display) -> Value {
    json!({ "refused": "malformed", "why": why.to_string() })
}

fn ed25519(question: &Value) -> Answer {
    let key = PublicKey::from_bytes(bytes(&question["public_key"])?);
    let message = hex::decode(text(&question["message"])?)?;
    let signature = hex::decode(text(&question["signature"])?)?;
    let valid = <[u8; 64]>::try_from(signature)
        .is_ok_and(|signature| key.verify(&message, &Signature::from_bytes(signature)).is_ok());
    Ok(json!({ "valid": valid }))
}

fn base64_text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes).ok().and_then(|text| decode_base64(text).ok()) {
        None => refused(false),
        Some(bytes) => json!({ "bytes": hex::encode(bytes) }),
    }
}

/// Text as it may stand in a binary field.
fn plain_text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes).ok().filter(|text| check_text(text).is_ok()) {
        None => refused(false),
        Some(text) => json!({ "length": text.len() }),
    }
}

fn statement(bytes: &[u8]) -> Value {
    match SignedStatement::parse(bytes) {
        Err(error) => refused(error.is_unknown()),
        Ok(statement) => {
            let (kind, suite, id) = (statement.kind().code(), statement.suite_code(), statement.id().to_string());
            let verify = statement.verify().map_or_else(|error| error.code(), |_| "ok");
            json!({ "kind": kind, "suite": suite, "statement_id": id, "verify": verify })
        }
    }
}

fn entry(bytes: &[u8]) -> Value {
    match Entry::parse(bytes) {
        Err(error) => refused(error.is_unknown()),
        Ok(entry) => {
            let within = match entry.statement() {
                Ok(_) => "ok",
                Err(error) if error.is_unknown() => "unknown",
                Err(_) => "malformed",
            };
            let (index, time) = (entry.index().get(), entry.time().millis());
            json!({ "index": index, "time": time, "leaf": entry.leaf_hash().to_string(), "statement": within })
        }
    }
}

fn disclosure(bytes: &[u8]) -> Value {
    match Disclosure::parse(bytes) {
        Err(error) => refused(error.is_unknown()),
        Ok(shown) => json!({
            "leaf": shown.leaf_hash().to_string(),
            "evidence_salt": shown.evidence_salt().is_some(),
            "details": shown.details().map(|details| details.json.len()),
        }),
    }
}

fn receipt(bytes: &[u8]) -> Value {
    match Receipt::parse(bytes) {
        // docs/formats.md tells versions apart where its own headers stand; the first line of the proof is C2SP's.
        Err(error) => refused(error.is_unknown() && error.code() != "unknown-proof-version"),
        Ok(receipt) => json!({
            "index": receipt.index().get(),
            "hashes": receipt.path().hashes().len(),
            "leaf": receipt.disclosure().leaf_hash().to_string(),
        }),
    }
}

fn policy(bytes: &[u8]) -> Value {
    match Policy::parse(bytes) {
        Err(error) => refused_because(&error),
        Ok(policy) => {
            let logs: Vec<String> = policy.logs().iter().map(|log| log.key.to_string()).collect();
            let witnesses: Vec<&str> = policy.witnesses().iter().map(|witness| witness.name.as_str()).collect();
            json!({ "logs": logs, "witnesses": witnesses })
        }
    }
}

fn checkpoint(bytes: &[u8]) -> Value {
    match SignedCheckpoint::parse(bytes) {
        Err(error) => refused_because(&error),
        Ok(checkpoint) => {
            let head = checkpoint.head();
            json!({ "origin": checkpoint.origin().to_string(), "size": head.size.to_string(), "root": head.root.to_string() })
        }
    }
}

fn vkey(bytes: &[u8]) -> Value {
    match parse_vkey(bytes) {
        Err(error) => refused_because(&error),
        Ok(key) => json!({
            "name": key.name().to_string(),
            "id": key.id().to_string(),
            "type": key.kind().code(),
            "public_key": key.public_key().to_string(),
        }),
    }
}

fn parse_vkey(bytes: &[u8]) -> Result<VerifierKey, Box<dyn Error>> {
    Ok(std::str::from_utf8(bytes)?.parse()?)
}

/// Opens a note with known keys: their names, or why it is not to be believed.
fn note(bytes: &[u8], question: &Value) -> Answer {
    let known = list(&question["vkeys"])?;
    let known: Vec<VerifierKey> =
        known.iter().map(|key| parse_vkey(text(key)?.as_bytes())).collect::<Result<_, _>>()?;
    let opened = SignedNote::parse(bytes).and_then(|note| {
        let signers: Vec<String> = note.open(&known)?.iter().map(|key| key.name().to_string()).collect();
        Ok(json!({ "text": hex::encode(note.text()), "signers": signers }))
    });
    Ok(opened.unwrap_or_else(|error| refused_because(&error)))
}

/// The parts of a tile's or an entry bundle's path; the level of a bundle is -1.
fn tile(bytes: &[u8]) -> Value {
    let Ok(path) = std::str::from_utf8(bytes) else { return refused_because(&"not UTF-8") };
    if path.starts_with("tile/entries/") {
        return match BundleId::parse(path) {
            Err(error) => refused_because(&error),
            Ok(id) => json!({ "level": -1, "index": id.index().to_string(), "width": id.width(), "path": id.path() }),
        };
    }
    match TileId::parse(path) {
        Err(error) => refused_because(&error),
        Ok(id) => {
            json!({ "level": id.level(), "index": id.index().to_string(), "width": id.width(), "path": id.path() })
        }
    }
}

fn inclusion(question: &Value) -> Value {
    let verified = || -> Result<(), Box<dyn Error>> {
        let index = LeafIndex::new(parse_decimal(text(&question["index"])?).map_err(|_| "not an index")?);
        let tree = head(&question["size"], &question["root"])?;
        let leaf = Hash::from_bytes(bytes(&question["leaf"])?);
        Ok(InclusionProof::from_hashes(hashes(&question["hashes"])?)?.verify(index, &leaf, &tree)?)
    };
    holds(&verified())
}

fn consistency(question: &Value) -> Value {
    let verified = || -> Result<(), Box<dyn Error>> {
        let old = head(&question["from"], &question["old_root"])?;
        let new = head(&question["to"], &question["root"])?;
        Ok(ConsistencyProof::from_hashes(hashes(&question["hashes"])?)?.verify(&old, &new)?)
    };
    holds(&verified())
}

fn holds(verified: &Result<(), Box<dyn Error>>) -> Value {
    match verified {
        Ok(()) => json!({ "holds": true }),
        Err(error) => json!({ "holds": false, "why": error.to_string() }),
    }
}

fn verification(receipt: &[u8], question: &Value) -> Answer {
    let policy = match question["policy"].as_str().map(hex::decode).transpose()?.map(Policy::parse).transpose() {
        Ok(policy) => policy,
        Err(error) => return Ok(refused_because(&error)),
    };
    let evidence = question["evidence"].as_str().map(hex::decode).transpose()?;
    let digests = evidence.map(|evidence| {
        let mut hasher = DualHasher::new();
        hasher.update(&evidence);
        hasher.finish()
    });
    let report = verify_receipt(Inputs { evidence: digests, policy: policy.as_ref(), ..Inputs::new(receipt) });
    let of = |outcome| {
        let steps = report.checks.iter().filter(|check| check.outcome == outcome && check.step != Step::Ledger);
        steps.map(|check| check.step.number()).collect::<Vec<_>>()
    };
    let verdict = match report.verdict {
        Verdict::Match => "match",
        Verdict::Mismatch => "mismatch",
        Verdict::Undetermined => "undetermined",
        Verdict::NotDeposited => "not-deposited",
    };
    let judged = policy.zip(Receipt::parse(receipt).ok()).map(|(policy, receipt)| policy.judge(receipt.checkpoint()));
    let vouched = match judged.map(|judgement| judgement.quorum) {
        Some(QuorumCheck::Reached { vouched }) => Some(vouched.seconds()),
        _ => None,
    };
    Ok(json!({
        "verdict": verdict,
        "failed": of(Outcome::Failed),
        "not_made": of(Outcome::NotMade),
        "vouched": vouched,
    }))
}

fn head(size: &Value, root: &Value) -> Result<TreeHead, Box<dyn Error>> {
    let size = parse_decimal(text(size)?).map_err(|_| "not a size")?;
    Ok(TreeHead { size: TreeSize::new(size)?, root: Hash::from_bytes(bytes(root)?) })
}

fn hashes(values: &Value) -> Result<Vec<Hash>, Box<dyn Error>> {
    list(values)?.iter().map(|hash| Ok(Hash::from_bytes(bytes(hash)?))).collect()
}

fn list(value: &Value) -> Result<&[Value], Box<dyn Error>> {
    Ok(value.as_array().ok_or("a list is missing")?)
}

fn text(value: &Value) -> Result<&str, Box<dyn Error>> {
    Ok(value.as_str().ok_or("a text is missing")?)
}

fn bytes<const N: usize>(value: &Value) -> Result<[u8; N], Box<dyn Error>> {
    let bytes = hex::decode(text(value)?)?;
    <[u8; N]>::try_from(bytes).map_err(|bytes| format!("{} bytes, not {N}", bytes.len()).into())
}
