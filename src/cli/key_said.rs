//! How a key stood at an entry, out of a server's answer: the ledger's word.

use crate::api;

/// The name that a key was enrolled under, to stand behind the key, and how it stood if not in force; nothing of one that
/// was not enrolled.
pub(super) fn whose(at: &api::KeyAtEntry) -> String {
    let name = at.enrolment.as_ref().map(|enrolment| format!(" {:?}", enrolment.name)).unwrap_or_default();
    match at.standing.as_str() {
        "in-force" | "not-enrolled" => name,
        "ledgers-own" => " (the ledger's own)".to_owned(),
        other => format!("{name} ({})", other.replace('-', " ")),
    }
}

/// A registrar's claim that the key was compromised by then, as a line of its own.
pub(super) fn claim(at: &api::KeyAtEntry) -> String {
    let revocation = at.revocation.as_ref().filter(|_| at.compromise_claimed);
    match revocation.and_then(|revocation| Some((revocation.entry, revocation.compromised_since.as_ref()?))) {
        Some((entry, since)) => format!(
            "\n  entry {entry} claims that this key was compromised since {since}: one party's claim, which changes nothing"
        ),
        None => String::new(),
    }
}
