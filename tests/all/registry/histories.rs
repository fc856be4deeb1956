//! Random histories: the registry against a reading of the rules that looks at every entry anew.

use proptest::prelude::*;

use super::*;

/// Everybody who signs: the ledger, two registrars to be, three others, and two keys that the ledger may change to.
fn people() -> Vec<SigningKey> {
    let own = [rotations::next_key(0), rotations::next_key(1)];
    let mut people = vec![ledger(), registrar(0), registrar(1), submitter(0), submitter(1), submitter(2)];
    people.extend(own);
    people
}

/// Something that one of them tries.
#[derive(Clone, Copy, Debug)]
enum Try {
    Deposit,
    Enrol { of: usize, role: Role, from: Option<u64>, until: Option<u64> },
    Revoke { of: usize, since: Option<u64> },
    Rotate { to: usize, overlap: u64 },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    by: usize,
    what: Try,
    pub(super) later: u64,
    elsewhere: bool,
}

impl Step {
    pub(super) fn statement(self, of: &Hash, nonce: u64) -> SignedStatement {
        let people = people();
        let time = |millis: Option<u64>| millis.map_or(Time::NOT_STATED, at);
        let ledger = if self.elsewhere { leaf_hash(b"elsewhere") } else { *of };
        let by = &people[self.by];
        match self.what {
            Try::Deposit => deposit(by, nonce),
            Try::Enrol { of, role, from, until } => enrol(&ledger, by, &people[of], role, [time(from), time(until)]),
            Try::Revoke { of, since } => revoke(&ledger, by, &people[of], time(since)),
            Try::Rotate { to, overlap } => rotations::rotate(&ledger, by, &people[to], overlap),
        }
    }
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let role = prop_oneof![Just(Role::Submitter), Just(Role::Registrar)];
    let when = || proptest::option::weighted(0.3, 0_u64..200);
    let what = prop_oneof![
        3 => Just(Try::Deposit),
        4 => (0..6_usize, role, when(), when()).prop_map(|(of, role, from, until)| Try::Enrol { of, role, from, until }),
        1 => (0..6_usize, when()).prop_map(|(of, since)| Try::Revoke { of, since }),
        1 => (0..8_usize, 0_u64..40).prop_map(|(to, overlap)| Try::Rotate { to, overlap }),
    ];
    let step = (0..8_usize, what, 0_u64..8, proptest::bool::weighted(0.03));
    let step = step.prop_map(|(by, what, later, elsewhere)| Step { by, what, later, elsewhere });
    proptest::collection::vec(step, 1..60)
}

/// The rules read word for word, over all admitted statements, each with its time: slow, and without any state.
pub(super) fn may(
    past: &[(Time, SignedStatement)],
    admission: Admission,
    ledger_leaf: &Hash,
    now: Time,
    new: &SignedStatement,
) -> bool {
    let revoked = |key: &SuiteKey| {
        past.iter().any(|(_, statement)| matches!(statement.body(), Body::Revoke(revoke) if revoke.key == *key))
    };
    let last = |key: &SuiteKey| {
        past.iter().rev().find_map(|(_, statement)| match statement.body() {
            Body::Enrol(enrol) if enrol.key == *key => Some(enrol),
            _ => None,
        })
    };
    let in_force_as = |key: &SuiteKey, role: Role| {
        last(key).is_some_and(|enrol| {
            enrol.role == role
                && enrol.not_before <= now
                && (enrol.not_after == Time::NOT_STATED || now < enrol.not_after)
        })
    };
    let is_registrars = |key: &SuiteKey| last(key).is_some_and(|enrol| enrol.role == Role::Registrar);
    // The ledger's keys in their order, and when the overlap of the last rotation ends.
    let mut owns = vec![suite_key(&ledger())];
    let mut until = 0;
    for (time, statement) in past {
        if let Body::Rotate(rotate) = statement.body() {
            owns.push(rotate.key.clone());
            until = time.millis() + rotate.overlap;
        }
    }
    let (signer, own) = (new.key(), owns.last().unwrap().clone());
    let is_own = |key: &SuiteKey| owns.contains(key);
    if revoked(signer) || (is_own(signer) && *signer != own) {
        return false;
    }
    match new.body() {
        Body::Evidence(_) => admission == Admission::Open || in_force_as(signer, Role::Submitter),
        Body::Enrol(enrol) if enrol.ledger != *ledger_leaf || is_own(&enrol.key) || revoked(&enrol.key) => false,
        Body::Enrol(enrol) if enrol.role == Role::Registrar => *signer == own,
        Body::Enrol(enrol) => in_force_as(signer, Role::Registrar) && !is_registrars(&enrol.key),
        Body::Revoke(revoke) if revoke.ledger != *ledger_leaf || is_own(&revoke.key) || revoked(&revoke.key) => false,
        Body::Revoke(revoke) if revoke.key == *signer => revoke.compromised_since == Time::NOT_STATED,
        Body::Revoke(revoke) if is_registrars(&revoke.key) => *signer == own,
        Body::Revoke(_) => in_force_as(signer, Role::Registrar),
        Body::Rotate(rotate) => {
            let has_part = last(&rotate.key).is_some() || revoked(&rotate.key);
            let is_due = *signer == own && rotate.ledger == *ledger_leaf && now.millis() >= until;
            is_due && !is_own(&rotate.key) && !has_part
        }
        Body::Genesis(_) | Body::Unknown { .. } => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_registry_admits_what_the_rules_read_word_for_word_admit(
        steps in steps(), open in any::<bool>(), registrars in 0_u8..3,
    ) {
        let admission = if open { Admission::Open } else { Admission::Enrolled };
        let mut book = Book::new(admission);
        let mut past = Vec::new();
        for n in 0..registrars {
            let statement = book.enrols_registrar(n);
            book.admit(0, &statement).unwrap();
            past.push((at(0), statement));
        }
        let (mut millis, mut refused) = (0, 0);
        let mut forged = book.clone();
        let mut breaches = Vec::new();
        for (nonce, step) in (0..).zip(steps) {
            millis += step.later;
            let statement = step.statement(&book.genesis, nonce);
            let due = may(&past, admission, &book.genesis, at(millis), &statement);
            let copy = book.registry.clone();
            prop_assert_eq!(book.admit(millis, &statement).is_ok(), due, "{:?}", step);
            let index = forged.force(millis, &statement);
            if due {
                past.push((at(millis), statement));
            } else {
                refused += 1;
                breaches.push(index);
                prop_assert_eq!(&copy, &book.registry);
            }
        }
        // The registry replayed is the registry kept.
        let (report, replayed) = book.replayed();
        prop_assert_eq!(report.findings.iter().filter(|finding| finding.what == What::Admission).count(), 0);
        prop_assert_eq!(replayed.as_ref(), Some(&book.registry));
        // A ledger that had admitted everything: each breach is reported, and no other.
        let (report, _) = forged.replayed();
        let admission = report.findings.iter().filter(|finding| finding.what == What::Admission);
        let mut reported: Vec<u64> = admission.filter_map(|finding| finding.index).collect();
        reported.dedup();
        prop_assert_eq!(reported.len(), refused);
        prop_assert_eq!(reported, breaches);
    }
}
