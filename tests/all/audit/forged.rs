//! Ledgers that their own operator forged: one thing is wrong, and everything after it was computed and signed anew.
//!
//! A changed byte that nothing was fitted to shows in the root; `audit` tests that. Here root, chain and checkpoint agree with
//! the forged entries, and only the rule that was broken can tell. `folder` audits the same ledgers from disk.

use notarium::audit::{NotChecked, NotUnderstood, Outcome, Replay, Uniqueness, Unknown, What};
use notarium::codec::Time;
use notarium::evidence::{Admission, Role, SignedStatement};
use notarium::merkle::{Hash, TileId, TreeSize, leaf_hash};

use super::{ORIGIN, checkpoint, claim, entries, evidence, found, genesis, head, key, ledger, replay};
use crate::registry::{ALWAYS, enrol, revoke};
use crate::samples::{bytes16, enrol_fields, evidence_fields, join, statement, statement_fields, with};

/// Entries in a forged ledger.
pub(super) const SIZE: u64 = 6;
/// The entry that is forged.
pub(super) const AT: u64 = 3;
const START: u64 = 1_700_000_000_000;

/// What a forger writes as one entry.
struct Written {
    index: u64,
    time: u64,
    previous: Hash,
    statement: Vec<u8>,
}

impl Written {
    /// The bytes, put together without the library: it would refuse some.
    fn bytes(&self) -> Vec<u8> {
        let (index, time) = (self.index.to_be_bytes(), self.time.to_be_bytes());
        let head = [&b"notarium/entry/1\n"[..], &index, &time, self.previous.as_bytes()].concat();
        [head, bytes16(&self.statement)].concat()
    }
}

/// A ledger with one entry written by `write`, the rest fitted to it.
fn forge_bytes(write: impl Fn(Written) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut previous = Hash::from_bytes([0; 32]);
    let entry = |index: u64| {
        let says = if index == 0 { genesis(Admission::Open) } else { evidence(index) };
        let written = Written { index, time: START + index, previous, statement: says.as_bytes().to_vec() };
        let bytes = if index == AT { write(written) } else { written.bytes() };
        previous = leaf_hash(&bytes);
        bytes
    };
    (0..SIZE).map(entry).collect()
}

/// A ledger with one entry changed by `change`, the rest fitted to it.
fn forge(change: impl Fn(&mut Written)) -> Vec<Vec<u8>> {
    forge_bytes(|mut written| {
        change(&mut written);
        written.bytes()
    })
}

/// A ledger in which entry 3 holds these bytes as its statement.
fn stating(bytes: &[u8]) -> Vec<Vec<u8>> {
    forge(|entry| entry.statement = bytes.to_vec())
}

/// A forgery: what it is, the ledger, and what must be found at which entry.
pub(super) struct Forgery {
    pub(super) name: &'static str,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) found: Vec<(u64, What)>,
}

fn forgery(name: &'static str, entries: Vec<Vec<u8>>, found: &[(u64, What)]) -> Forgery {
    Forgery { name, entries, found: found.to_vec() }
}

/// A good statement with the last bit of its signature flipped.
fn badly_signed() -> Vec<u8> {
    let mut signed = evidence(AT).as_bytes().to_vec();
    *signed.last_mut().unwrap() ^= 1;
    signed
}

/// Forgeries that an entry's own bytes show, or those of the entry before it.
pub(super) fn forgeries() -> Vec<Forgery> {
    let stranger = statement(&key(32), 1, b"no body");
    let mut cases = vec![
        forgery("another index", forge(|entry| entry.index = 9), &[(AT, What::Index)]),
        forgery("an earlier time", forge(|entry| entry.time = START), &[(AT, What::TimeBack)]),
        forgery("another previous", forge(|entry| entry.previous = Hash::from_bytes([9; 32])), &[(AT, What::Previous)]),
        forgery("a bad signature", stating(&badly_signed()), &[(AT, What::Signature)]),
        forgery("a repeated statement", stating(evidence(1).as_bytes()), &[(AT, What::StatementRepeated)]),
        forgery("a second genesis", stating(other_genesis().as_bytes()), &[(AT, What::Admission)]),
        forgery("no time", forge(|entry| entry.time = 0), &[(AT, What::EntryMalformed)]),
        forgery("a statement of no kind's form", stating(&stranger), &[(AT, What::StatementMalformed)]),
        forgery("no statement", stating(b""), &[(AT, What::StatementMalformed)]),
    ];
    cases.extend(of_the_registry());
    let mut dropped = ledger(SIZE + 1);
    dropped.remove(usize::try_from(AT).unwrap());
    let moved = [(3, What::Index), (3, What::Previous), (4, What::Index), (5, What::Index)];
    cases.push(forgery("an entry left out", dropped, &moved));
    let mut swapped = ledger(SIZE);
    swapped.swap(3, 4);
    let moved = [
        (3, What::Index),
        (3, What::Previous),
        (4, What::Index),
        (4, What::TimeBack),
        (4, What::Previous),
        (5, What::Previous),
    ];
    cases.push(forgery("two entries that changed places", swapped, &moved));
    cases
}

/// Statements about keys that nobody may make here, each well signed and with consent.
fn of_the_registry() -> Vec<Forgery> {
    let here = leaf_hash(&ledger(1)[0]);
    let elsewhere = Hash::from_bytes([7; 32]);
    let (own, stranger, other) = (key(0), key(5), key(6));
    let since = Time::from_millis(START).unwrap();
    let cases = [
        ("a submitter by a stranger", enrol(&here, &stranger, &other, Role::Submitter, ALWAYS)),
        ("a submitter by the ledger's key", enrol(&here, &own, &other, Role::Submitter, ALWAYS)),
        ("a registrar by a stranger", enrol(&here, &stranger, &other, Role::Registrar, ALWAYS)),
        ("a registrar of another ledger", enrol(&elsewhere, &own, &other, Role::Registrar, ALWAYS)),
        ("a revocation by a stranger", revoke(&here, &stranger, &other, Time::NOT_STATED)),
        ("a revocation of the ledger's key", revoke(&here, &own, &own, Time::NOT_STATED)),
        ("a revocation of itself that looks back", revoke(&here, &stranger, &stranger, since)),
    ];
    let stated = |(name, statement): (_, SignedStatement)| {
        forgery(name, stating(statement.as_bytes()), &[(AT, What::Admission)])
    };
    cases.map(stated).into()
}

fn other_genesis() -> SignedStatement {
    genesis(Admission::Enrolled)
}

#[test]
fn each_forgery_is_found_where_it_was_made_and_nothing_else_is() {
    for Forgery { name, entries, found: due } in forgeries() {
        let claims = vec![claim(&checkpoint(&entries, &key(0), ORIGIN))];
        let report = replay(&entries, 4, claims);
        let due: Vec<_> = due.into_iter().map(|(index, what)| (Some(index), what)).collect();
        assert_eq!(found(&report), due, "{name}");
        assert_eq!((report.outcome, report.first_bad), (Outcome::Fails, Some(AT)), "{name}");
    }
}

#[test]
fn a_consent_that_was_not_given_is_found() {
    let fields = with(&enrol_fields(), "name", bytes16(b"Somebody Else"));
    let entries = stating(&statement(&key(0), 2, &join(&fields)));
    let report = replay(&entries, 4, vec![]);
    assert_eq!(found(&report), [(Some(AT), What::Consent)]);
    assert_eq!(report.not_checked, []);
}

#[test]
fn who_may_deposit_is_what_genesis_says() {
    let enrolled = entries(&[genesis(Admission::Enrolled), evidence(1), evidence(2)]);
    assert_eq!(found(&replay(&enrolled, 4, vec![])), [(Some(1), What::Admission), (Some(2), What::Admission)]);
    let headless = entries(&[evidence(1), evidence(2)]);
    let report = replay(&headless, 4, vec![claim(&checkpoint(&headless, &key(0), ORIGIN))]);
    assert_eq!(found(&report), [(Some(0), What::Admission)]);
    assert_eq!(report.not_checked, [NotChecked::AdmissionSince(0)]);
    assert_eq!((report.outcome, report.origin), (Outcome::Fails, None));
}

#[test]
fn a_tile_that_differs_says_at_which_entry() {
    let entries = ledger(300);
    let tile = TileId::at(0, 0, TreeSize::new(300).unwrap()).unwrap();
    let due: Vec<u8> = entries[..256].iter().flat_map(|entry| *leaf_hash(entry).as_bytes()).collect();
    let compared = |tile, kept: &[u8]| {
        let mut replay = Replay::new(1, Uniqueness::ByIndex);
        replay.feed(&entries).unwrap();
        replay.compare_tile(tile, &due, kept);
        let report = replay.finish(None, None);
        let first = report.findings.first().map(|f| (f.index, f.since, f.what, f.place.to_string()));
        (report.outcome, first)
    };
    assert_eq!(compared(tile, &due), (Outcome::Holds, None));
    let mut flipped = due.clone();
    flipped[7 * 32 + 31] ^= 1;
    let at_seven = (Some(7), None, What::Tile, "tile/0/000".to_owned());
    assert_eq!(compared(tile, &flipped), (Outcome::Fails, Some(at_seven)));
    for kept in [&due[..due.len() - 32], &due[..due.len() - 1], b""] {
        let (outcome, first) = compared(tile, kept);
        assert_eq!((outcome, first), (Outcome::Fails, Some((None, None, What::Tile, "tile/0/000".to_owned()))));
    }
    // A hash above the leaves is about all that is below it.
    let above = TileId::parse("tile/1/000").unwrap();
    let below_seven = (None, Some(7 * 256), What::Tile, "tile/1/000".to_owned());
    assert_eq!(compared(above, &flipped), (Outcome::Fails, Some(below_seven)));
}

#[test]
fn roots_are_compared_although_entries_are_not_understood() {
    for Future { name, entries, unknown, .. } in futures() {
        let report = replay(&entries, 4, vec![claim(&checkpoint(&entries, &key(0), ORIGIN))]);
        assert_eq!((report.outcome, report.finding_count), (Outcome::Undetermined, 0), "{name}");
        assert_eq!(report.not_understood, [NotUnderstood { index: AT, what: unknown }], "{name}");
        assert_eq!((report.compared, report.root), (1, head(&entries).root.to_string()), "{name}");
        let other = claim(&checkpoint(&ledger(SIZE), &key(0), ORIGIN));
        assert_eq!(found(&replay(&entries, 4, vec![other])), [(None, What::Root)], "{name}");
    }
}

/// A ledger with an entry that this version does not understand.
pub(super) struct Future {
    pub(super) name: &'static str,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) unknown: Unknown,
    /// Whether the rules of admission may have changed with it.
    pub(super) changes_admission: bool,
}

pub(super) fn futures() -> Vec<Future> {
    let suite_2 = with(&statement_fields(&key(32), 1, &join(&evidence_fields())), "suite", vec![2]);
    let future = |name, entries, unknown, changes_admission| Future { name, entries, unknown, changes_admission };
    let entry_2 = forge_bytes(|_| b"notarium/entry/2\nfrom the future".to_vec());
    vec![
        future("entry/2", entry_2, Unknown::EntryVersion, true),
        future("statement/2", stating(b"notarium/statement/2\n"), Unknown::StatementVersion, true),
        future("kind 5", stating(&statement(&key(32), 5, b"from the future")), Unknown::Kind(5), true),
        future("kind 200", stating(&statement(&key(32), 200, b"from the future")), Unknown::Kind(200), false),
        future("suite 2", stating(&join(&suite_2)), Unknown::Suite(2), false),
    ]
}

#[test]
fn admission_is_not_checked_after_what_may_have_changed_it() {
    for Future { name, entries, changes_admission, .. } in futures() {
        let due = if changes_admission { vec![NotChecked::AdmissionSince(AT)] } else { vec![] };
        assert_eq!(replay(&entries, 4, vec![]).not_checked, due, "{name}");
    }
}
