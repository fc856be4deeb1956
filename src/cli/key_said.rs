//! How a key stood at an entry, out of a server's answer: the ledger's word, in a line or as the report's facts.

use crate::api;
use crate::codec::Time;
use crate::report::{EnrolmentFacts, KeyAtEntry, KeyStanding, RevocationFacts, Whom, Word};

/// The facts that a server states of the key that signed an entry. What it states in words that this version does not know
/// is left out, and the key is then one that was not checked.
pub(super) fn key_at_entry(said: Option<&api::KeyAtEntry>, public_key: &str) -> KeyAtEntry {
    let Some(said) = said else { return KeyAtEntry::default() };
    let Ok(standing) = said.standing.parse::<KeyStanding>() else { return KeyAtEntry::default() };
    KeyAtEntry {
        standing,
        enrolment: said.enrolment.as_ref().map(|enrolment| EnrolmentFacts {
            entry: enrolment.entry,
            name: enrolment.name.clone(),
            assurance: enrolment.assurance.clone(),
            by: whom(&enrolment.registrar, enrolment.registrar_name.as_ref(), public_key),
            not_before: time(enrolment.not_before.as_ref()),
            not_after: time(enrolment.not_after.as_ref()),
        }),
        revocation: said.revocation.as_ref().map(|revocation| RevocationFacts {
            entry: revocation.entry,
            by: whom(&revocation.by, revocation.by_name.as_ref(), public_key),
            reason: reason(&revocation.reason),
            compromised_since: time(revocation.compromised_since.as_ref()),
        }),
        compromise_claimed: said.compromise_claimed,
    }
}

/// A registrar has a name from its own enrolment; the ledger's key has none.
fn whom(by: &str, name: Option<&String>, public_key: &str) -> Whom {
    match name {
        _ if by == public_key => Whom::Itself,
        Some(name) => Whom::Registrar { public_key: by.to_owned(), name: Some(name.clone()) },
        None => Whom::LedgersOwn,
    }
}

fn time(text: Option<&String>) -> Option<Time> {
    text.and_then(|text| Time::parse(text))
}

fn reason(word: &str) -> Word {
    match word {
        "key compromised" => Word::ReasonCompromised,
        "superseded" => Word::ReasonSuperseded,
        "ceased" => Word::ReasonCeased,
        _ => Word::ReasonUnspecified,
    }
}

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

/// A registrar's claim that the key was compromised by then, and why it changes nothing, as lines of their own.
pub(super) fn claim(at: &api::KeyAtEntry) -> String {
    let revocation = at.revocation.as_ref().filter(|_| at.compromise_claimed);
    let Some((revocation, since)) = revocation.and_then(|one| Some((one, one.compromised_since.as_ref()?))) else {
        return String::new();
    };
    let by = match &revocation.by_name {
        Some(name) => format!("the registrar {name:?}"),
        None => format!("the key {}", revocation.by),
    };
    let entry = revocation.entry;
    format!(
        "\n    in entry {entry} {by} claims that this key was compromised since {since};\n    one party's claim, made afterwards and \
         checked by nobody: it changes no verdict, which holds whoever held the key"
    )
}
