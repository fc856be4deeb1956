//! `notarium show`: what a receipt says, word for word, without judging it.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::{Output, WithHint, hinted};
use super::{Exit, clock, span};
use crate::codec::encode_base64;
use crate::desk::{HeldReceipt, read_receipt};
use crate::evidence::{
    Body, DetailsCheck, DigestMode, Enrol, Evidence, Revoke, RevokeReason, Role, Rotate, SignedStatement, check_details,
};
use crate::ledger::Receipt;
use crate::note::SignatureLine;
use crate::trust::stated_time;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The receipt
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    const HINT: &str = "a receipt is the file PATH.receipt that `notarium submit` writes";
    let held = read_receipt(&args.receipt).map_err(|error| hinted(error, HINT))?;
    let HeldReceipt { receipt, .. } =
        held.ok_or_else(|| anyhow!("there is no receipt {}", args.receipt.display())).hint(HINT)?;
    for (name, value) in lines(&receipt) {
        output.data(format_args!("{name:<12}{value}"))?;
    }
    output.say(
        "this is what the receipt says, and no more: `notarium verify` checks it; whether the key was enrolled, has been revoked or is \
         claimed to be compromised, and who deposited the same before, only the ledger tells (`notarium verify --ledger`)",
    );
    Ok(Exit::Holds)
}

type Lines = Vec<(&'static str, String)>;

fn lines(receipt: &Receipt) -> Lines {
    let disclosure = receipt.disclosure();
    let mut lines = vec![("entry", receipt.index().get().to_string())];
    match disclosure.entry() {
        Err(error) => lines.push(("", format!("not understood: {error}"))),
        Ok(entry) => {
            lines.push(("admitted", format!("{}, by the ledger's clock", clock::both(entry.time()))));
            match entry.statement() {
                Err(error) => lines.push(("statement", format!("not understood: {error}"))),
                Ok(statement) => lines.extend(of_statement(&statement, receipt)),
            }
        }
    }
    lines.push(("leaf", disclosure.leaf_hash().to_string()));
    lines.extend(of_checkpoint(receipt));
    lines
}

/// Who signs: evidence has a submitter, a registry statement only somebody who may make it.
const fn signer(body: &Body) -> &'static str {
    match body {
        Body::Evidence(_) => "submitter",
        _ => "signed by",
    }
}

fn of_statement(statement: &SignedStatement, receipt: &Receipt) -> Lines {
    let key = match statement.public_key() {
        Some(key) => key.to_string(),
        None => format!("of suite {}, not understood", statement.suite_code()),
    };
    let mut lines = vec![("statement", statement.id().to_string()), (signer(statement.body()), key)];
    match statement.body() {
        Body::Evidence(evidence) => lines.extend(of_evidence(evidence, receipt)),
        Body::Genesis(genesis) => lines.push(("kind", format!("genesis of the ledger {}", genesis.origin))),
        Body::Enrol(enrol) => lines.extend(of_enrolment(enrol)),
        Body::Revoke(revoke) => lines.extend(of_revocation(revoke)),
        Body::Rotate(rotate) => lines.extend(of_rotation(rotate)),
        Body::Unknown { kind, .. } => lines.push(("kind", format!("{kind}, not understood"))),
    }
    lines
}

fn of_enrolment(enrol: &Enrol) -> Lines {
    let role = match enrol.role {
        Role::Submitter => "submitter",
        Role::Registrar => "registrar",
    };
    let mut lines = vec![
        ("kind", format!("enrolment of {:?} as {role}", enrol.name)),
        ("of key", hex::encode(enrol.key.as_bytes())),
        ("assurance", if enrol.assurance.is_empty() { "not stated".to_owned() } else { enrol.assurance.clone() }),
    ];
    lines.extend(enrol.not_before.is_stated().then(|| ("from", clock::both(enrol.not_before))));
    lines.extend(enrol.not_after.is_stated().then(|| ("until", clock::both(enrol.not_after))));
    lines
}

fn of_revocation(revoke: &Revoke) -> Lines {
    let reason = match revoke.reason {
        RevokeReason::Unspecified => "no reason given",
        RevokeReason::KeyCompromised => "key compromised",
        RevokeReason::Superseded => "superseded by another key",
        RevokeReason::Ceased => "its holder stopped",
    };
    let mut lines =
        vec![("kind", format!("revocation of a key: {reason}")), ("of key", hex::encode(revoke.key.as_bytes()))];
    if revoke.compromised_since.is_stated() {
        let since = clock::both(revoke.compromised_since);
        lines.push(("compromised", format!("since {since}, as the signer claims")));
    }
    lines
}

fn of_rotation(rotate: &Rotate) -> Lines {
    vec![
        ("kind", "rotation of the ledger's own key".to_owned()),
        ("new key", hex::encode(rotate.key.as_bytes())),
        ("overlap", format!("both keys sign for {} from then on", span::show(rotate.overlap))),
    ]
}

fn of_evidence(evidence: &Evidence, receipt: &Receipt) -> Lines {
    let disclosure = receipt.disclosure();
    let fingerprint = &evidence.fingerprint;
    let (mode, length) = match (fingerprint.mode(), disclosure.evidence_salt()) {
        (DigestMode::Plain, _) => ("open", format!("{} bytes", fingerprint.length())),
        (DigestMode::Salted, Some(_)) => ("private, the salt is disclosed here", "not stated".to_owned()),
        (DigestMode::Salted, None) => ("private, the salt is withheld", "not stated".to_owned()),
    };
    let claimed = if evidence.claimed_time.is_stated() {
        format!("{}, as the submitter says", clock::both(evidence.claimed_time))
    } else {
        "not stated".to_owned()
    };
    let mut lines = vec![
        ("mode", mode.to_owned()),
        ("sha256", fingerprint.sha256().to_string()),
        ("sm3", fingerprint.sm3().to_string()),
        ("length", length),
        ("made", claimed),
    ];
    if let Some(continues) = evidence.continues {
        lines.push(("continues", continues.to_string()));
    }
    lines.extend(of_details(evidence, receipt));
    lines
}

fn of_details(evidence: &Evidence, receipt: &Receipt) -> Lines {
    match (evidence.details, receipt.disclosure().details()) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![("details", "disclosed, but the statement has none".to_owned())],
        (Some(_), None) => vec![("details", "withheld".to_owned())],
        (Some(_), Some(details)) => match check_details(&details.json) {
            DetailsCheck::WellFormed(serde_json::Value::Object(members)) => {
                members.iter().map(|(name, value)| ("details", format!("{name}: {value}"))).collect()
            }
            DetailsCheck::WellFormed(value) => vec![("details", value.to_string())],
            DetailsCheck::Malformed(flaw) => {
                vec![("details", format!("malformed ({flaw}), base64 {}", encode_base64(&details.json)))]
            }
        },
    }
}

fn of_checkpoint(receipt: &Receipt) -> Lines {
    let checkpoint = receipt.checkpoint();
    let mut lines = vec![
        ("ledger", checkpoint.origin().to_string()),
        ("tree", format!("{} entries, root {}", checkpoint.head().size.get(), checkpoint.head().root)),
        ("path", format!("{} hashes", receipt.path().hashes().len())),
    ];
    let signatures = checkpoint.note().signatures();
    lines.extend(signatures.iter().map(|signature| ("signature", of_signature(signature))));
    if signatures.iter().all(|signature| stated_time(signature).is_none()) {
        lines.push(("witnesses", "none has cosigned: no clock but the ledger's stands behind this receipt".to_owned()));
    }
    lines
}

/// A witness's line states a time of its own.
fn of_signature(line: &SignatureLine) -> String {
    let by = format!("{} {}", line.name(), line.id());
    match stated_time(line) {
        Some(time) => {
            let time = time.to_time().map_or_else(|| time.to_string(), clock::both);
            format!("{by}, existed at {time}, by that witness's clock")
        }
        None => by,
    }
}
