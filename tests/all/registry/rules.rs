//! Each rule of admission, and the edges of time.

use super::*;

#[test]
fn the_ledgers_key_makes_registrars_and_registrars_make_submitters() {
    let mut book = Book::new(Admission::Enrolled);
    assert_eq!(book.judge(1, &book.enrols(0, 0)), Err("key-not-enrolled"));
    book.admit(1, &book.enrols_registrar(0)).unwrap();
    book.admit(2, &book.enrols(0, 0)).unwrap();
    book.admit(3, &deposit(&submitter(0), 1)).unwrap();
    let ledger_enrols_submitter = enrol(&book.genesis, &ledger(), &submitter(1), Role::Submitter, ALWAYS);
    assert_eq!(book.judge(4, &ledger_enrols_submitter), Err("key-is-ledgers"));
    let submitter_enrols = enrol(&book.genesis, &submitter(0), &submitter(1), Role::Submitter, ALWAYS);
    assert_eq!(book.judge(4, &submitter_enrols), Err("key-is-submitters"));
    let history = book.registry.history(&suite_key(&submitter(0))).unwrap();
    let enrolment = history.enrolment_at(LeafIndex::new(3)).unwrap();
    assert_eq!((enrolment.entry.get(), enrolment.time), (2, at(2)));
    assert_eq!((&enrolment.registrar, enrolment.role), (&suite_key(&registrar(0)), Role::Submitter));
    assert_eq!(enrolment.name, "沈阳 设计事务所");
    assert_eq!(history.enrolment_at(LeafIndex::new(2)), None, "an enrolment says nothing of earlier entries");
}

#[test]
fn where_keys_must_be_enrolled_only_submitters_deposit() {
    let book = Book::with_submitter(Admission::Enrolled);
    assert_eq!(book.judge(3, &deposit(&submitter(0), 1)), Ok(()));
    assert_eq!(book.judge(3, &deposit(&submitter(1), 1)), Err("key-not-enrolled"));
    assert_eq!(book.judge(3, &deposit(&registrar(0), 1)), Err("key-is-registrars"));
    assert_eq!(book.judge(3, &deposit(&ledger(), 1)), Err("key-is-ledgers"));
}

#[test]
fn in_an_open_ledger_all_deposit_but_the_revoked() {
    let mut book = Book::with_submitter(Admission::Open);
    for key in [submitter(0), submitter(1), registrar(0), ledger()] {
        assert_eq!(book.judge(3, &deposit(&key, 1)), Ok(()));
    }
    // A key that nobody enrolled can be shut out too.
    book.admit(3, &book.revokes(&registrar(0), &submitter(1))).unwrap();
    assert_eq!(book.judge(4, &deposit(&submitter(1), 1)), Err("key-revoked"));
    let expired = enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, [Time::NOT_STATED, at(4)]);
    book.admit(4, &expired).unwrap();
    assert_eq!(book.standing(&submitter(0), 4), Standing::Expired);
    assert_eq!(book.judge(4, &deposit(&submitter(0), 1)), Ok(()), "an open ledger asks for no enrolment");
}

#[test]
fn validity_begins_with_not_before_and_ends_before_not_after() {
    let mut book = Book::with_registrar(Admission::Enrolled);
    let validity = [at(100), at(200)];
    book.admit(2, &enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, validity)).unwrap();
    let said: Vec<_> = [99, 100, 199, 200].map(|millis| book.judge(millis, &deposit(&submitter(0), 1))).into();
    assert_eq!(said, [Err("key-not-yet-valid"), Ok(()), Ok(()), Err("key-expired")]);
    let stands = [99, 100, 199, 200].map(|millis| book.standing(&submitter(0), millis));
    assert_eq!(stands, [Standing::NotYetValid, Standing::InForce, Standing::InForce, Standing::Expired]);
    let error = book.registry.judge(at(200), &deposit(&submitter(0), 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the key has expired: it was enrolled until {}, and it is {}", at(200), at(200))
    );

    // The last enrolment counts, and 0 is unbounded at either end.
    book.admit(200, &enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, ALWAYS)).unwrap();
    assert_eq!(book.judge(201, &deposit(&submitter(0), 1)), Ok(()));
    assert_eq!(book.registry.judge(Time::MAX, &deposit(&submitter(0), 1)), Ok(()));
    let later = [at(300), Time::NOT_STATED];
    book.admit(201, &enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, later)).unwrap();
    assert_eq!(book.judge(202, &deposit(&submitter(0), 1)), Err("key-not-yet-valid"), "even where an earlier one did");
    // A registrar has edges of its own.
    book.admit(203, &enrol(&book.genesis, &ledger(), &registrar(1), Role::Registrar, [at(300), at(400)])).unwrap();
    let said = [299, 300, 399, 400].map(|millis| book.judge(millis, &book.enrols(1, 5)));
    assert_eq!(said, [Err("key-not-yet-valid"), Ok(()), Ok(()), Err("key-expired")]);
    let said = [299, 300, 399, 400].map(|millis| book.judge(millis, &book.revokes(&registrar(1), &submitter(0))));
    assert_eq!(said, [Err("key-not-yet-valid"), Ok(()), Ok(()), Err("key-expired")]);
}

#[test]
fn a_deposit_before_at_and_after_the_revocation() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let before = book.admit(10, &deposit(&submitter(0), 1)).unwrap();
    let revocation = book.admit(10, &book.revokes(&registrar(0), &submitter(0))).unwrap();
    // The same millisecond: the order of the entries decides.
    assert_eq!(book.judge(10, &deposit(&submitter(0), 2)), Err("key-revoked"));
    assert_eq!(book.judge(11, &deposit(&submitter(0), 2)), Err("key-revoked"));
    let (key, history) = (suite_key(&submitter(0)), book.registry.history(&suite_key(&submitter(0))).unwrap());
    assert_eq!(book.registry.standing_at(&key, LeafIndex::new(before), at(10)), Standing::InForce);
    assert_eq!(book.registry.standing_at(&key, LeafIndex::new(revocation), at(10)), Standing::InForce);
    assert_eq!(book.registry.standing_at(&key, LeafIndex::new(revocation + 1), at(10)), Standing::Revoked);
    assert_eq!(history.revocation_at(LeafIndex::new(before)), None);
    assert_eq!(history.revocation().unwrap().by, suite_key(&registrar(0)));
    assert_eq!(book.replayed().0.outcome, Outcome::Holds);
}

#[test]
fn revocation_is_final() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    // Approved before, and held back until after the revocation.
    let held_back = enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, [at(0), at(90)]);
    let registrars = book.enrols_registrar(0);
    book.admit(3, &book.revokes(&registrar(0), &submitter(0))).unwrap();
    assert_eq!(book.judge(4, &held_back), Err("revoked-before"));
    assert_eq!(book.judge(4, &book.revokes(&registrar(0), &submitter(0))), Err("revoked-before"));
    assert_eq!(book.judge(4, &book.revokes(&submitter(0), &submitter(0))), Err("key-revoked"));
    let as_registrar = enrol(&book.genesis, &ledger(), &submitter(0), Role::Registrar, ALWAYS);
    assert_eq!(book.judge(4, &as_registrar), Err("revoked-before"), "not even as something else, by the ledger's key");
    book.admit(5, &book.revokes(&ledger(), &registrar(0))).unwrap();
    assert_eq!(book.judge(6, &registrars), Err("revoked-before"));
    assert_eq!(book.judge(6, &book.enrols(0, 1)), Err("key-revoked"));
}

#[test]
fn an_enrolment_outlives_its_registrar() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    book.admit(3, &book.revokes(&ledger(), &registrar(0))).unwrap();
    assert_eq!(book.judge(4, &deposit(&submitter(0), 1)), Ok(()));
    assert_eq!(book.standing(&submitter(0), 4), Standing::InForce);
}

#[test]
fn the_thief_of_a_registrars_key_makes_and_unmakes_no_registrar() {
    let mut book = Book::with_registrar(Admission::Enrolled);
    // Registrar 1 was a submitter once, so a consent to that is known to everybody.
    let once = enrol(&book.genesis, &registrar(0), &registrar(1), Role::Submitter, ALWAYS);
    book.admit(2, &once).unwrap();
    book.admit(3, &book.enrols_registrar(1)).unwrap();
    let accomplice = enrol(&book.genesis, &registrar(0), &submitter(9), Role::Registrar, ALWAYS);
    assert_eq!(book.judge(4, &accomplice), Err("registrar-by-registrar"));
    let itself = enrol(&book.genesis, &registrar(0), &registrar(0), Role::Registrar, ALWAYS);
    assert_eq!(book.judge(4, &itself), Err("registrar-by-registrar"));
    assert_eq!(book.judge(4, &once), Err("registrar-by-registrar"), "nor by way of a submitter");
    assert_eq!(book.judge(4, &book.revokes(&registrar(0), &registrar(1))), Err("registrar-by-registrar"));
    assert_eq!(book.judge(4, &book.revokes(&registrar(0), &ledger())), Err("ledgers-key"));
    // A registrar whose time is over is a registrar's key still.
    let over = enrol(&book.genesis, &ledger(), &registrar(1), Role::Registrar, [Time::NOT_STATED, at(5)]);
    book.admit(4, &over).unwrap();
    assert_eq!(book.judge(6, &book.revokes(&registrar(0), &registrar(1))), Err("registrar-by-registrar"));
    assert_eq!(book.judge(6, &book.revokes(&ledger(), &registrar(1))), Ok(()));
}

#[test]
fn the_ledgers_own_key_is_neither_enrolled_nor_revoked_and_revokes_registrars_only() {
    let book = Book::with_submitter(Admission::Open);
    let enrols_itself = enrol(&book.genesis, &ledger(), &ledger(), Role::Registrar, ALWAYS);
    assert_eq!(book.judge(3, &enrols_itself), Err("ledgers-key"));
    let by_registrar = enrol(&book.genesis, &registrar(0), &ledger(), Role::Submitter, ALWAYS);
    assert_eq!(book.judge(3, &by_registrar), Err("ledgers-key"));
    assert_eq!(book.judge(3, &book.revokes(&ledger(), &ledger())), Err("ledgers-key"));
    assert_eq!(book.judge(3, &book.revokes(&ledger(), &submitter(0))), Err("key-is-ledgers"));
    assert_eq!(book.judge(3, &book.revokes(&ledger(), &submitter(1))), Err("key-is-ledgers"));
    assert_eq!(book.judge(3, &book.revokes(&ledger(), &registrar(0))), Ok(()));
    assert_eq!(book.standing(&ledger(), 3), Standing::LedgersOwn);
}

#[test]
fn every_other_key_may_revoke_itself_and_say_nothing_of_the_past() {
    let book = Book::with_submitter(Admission::Enrolled);
    for key in [submitter(0), submitter(1), registrar(0)] {
        assert_eq!(book.judge(3, &book.revokes(&key, &key)), Ok(()));
        let backdated = revoke(&book.genesis, &key, &key, at(1));
        assert_eq!(book.judge(3, &backdated), Err("backdated"));
    }
    assert_eq!(book.judge(3, &book.revokes(&submitter(1), &submitter(0))), Err("key-not-enrolled"));
    assert_eq!(book.judge(3, &book.revokes(&submitter(0), &submitter(1))), Err("key-is-submitters"));
}

#[test]
fn statements_of_another_ledger_are_not_this_ones() {
    let book = Book::with_submitter(Admission::Enrolled);
    let other = leaf_hash(b"another ledger with the same keys");
    let statements = [
        enrol(&other, &ledger(), &registrar(1), Role::Registrar, ALWAYS),
        enrol(&other, &registrar(0), &submitter(1), Role::Submitter, ALWAYS),
        revoke(&other, &registrar(0), &submitter(0), Time::NOT_STATED),
        revoke(&other, &submitter(0), &submitter(0), Time::NOT_STATED),
    ];
    for statement in statements {
        assert_eq!(book.judge(3, &statement), Err("other-ledger"));
    }
    assert_eq!(book.judge(3, &genesis(Admission::Open)), Err("second-genesis"));
}

#[test]
fn two_registrars_at_once_take_effect_in_the_order_of_their_entries() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    book.admit(2, &book.enrols_registrar(1)).unwrap();
    let [one, other] = [[at(0), at(50)], [at(0), at(60)]];
    book.admit(3, &enrol(&book.genesis, &registrar(0), &submitter(1), Role::Submitter, one)).unwrap();
    book.admit(3, &enrol(&book.genesis, &registrar(1), &submitter(1), Role::Submitter, other)).unwrap();
    assert_eq!(book.judge(55, &deposit(&submitter(1), 1)), Ok(()), "both enrolled it, and the last counts");
    book.admit(3, &book.revokes(&registrar(1), &submitter(0))).unwrap();
    assert_eq!(book.judge(3, &book.revokes(&registrar(0), &submitter(0))), Err("revoked-before"));
    assert_eq!(book.judge(3, &book.enrols(0, 0)), Err("revoked-before"), "one revokes, the other enrols");
    let history = book.registry.history(&suite_key(&submitter(1))).unwrap();
    let registrars: Vec<_> = history.enrolments().iter().map(|enrolment| enrolment.registrar.clone()).collect();
    assert_eq!(registrars, [suite_key(&registrar(0)), suite_key(&registrar(1))]);
}

#[test]
fn a_registrars_claim_is_shown_from_its_time_on_and_changes_nothing() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    book.admit(10, &revoke(&book.genesis, &registrar(0), &submitter(0), at(5))).unwrap();
    let (key, history) = (suite_key(&submitter(0)), book.registry.history(&suite_key(&submitter(0))).unwrap());
    assert_eq!(history.claim_against(at(4)), None);
    assert_eq!(history.claim_against(at(5)).map(|claim| claim.compromised_since), Some(at(5)));
    assert!(history.claim_against(at(9)).is_some());
    for millis in [4, 5, 9] {
        assert_eq!(book.registry.standing_at(&key, LeafIndex::new(3), at(millis)), Standing::InForce);
    }
    // A stolen registrar's key can shut out and throw doubt; the entry names it.
    assert_eq!(history.revocation().unwrap().by, suite_key(&registrar(0)));
    // No time, no claim.
    book.admit(11, &book.revokes(&registrar(0), &submitter(1))).unwrap();
    let history = book.registry.history(&suite_key(&submitter(1))).unwrap();
    assert_eq!(history.claim_against(Time::MAX), None);
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let before = book.registry.clone();
    let refused = [
        book.revokes(&submitter(1), &submitter(0)),
        enrol(&book.genesis, &submitter(0), &submitter(1), Role::Submitter, ALWAYS),
        deposit(&submitter(1), 1),
    ];
    for statement in refused {
        book.admit(3, &statement).unwrap_err();
    }
    assert_eq!(book.registry, before);
    assert_eq!((book.registry.len(), book.registry.iter().count()), (2, 2));
}

#[test]
fn every_reason_has_a_rule_and_words() {
    let time = at(0);
    let entry = LeafIndex::new(7);
    let all = [
        NotAdmitted::SecondGenesis,
        NotAdmitted::OtherLedger { named: leaf_hash(b"") },
        NotAdmitted::KeyRevoked { entry },
        NotAdmitted::KeyNotEnrolled,
        NotAdmitted::KeyNotYetValid { not_before: time, time },
        NotAdmitted::KeyExpired { not_after: time, time },
        NotAdmitted::KeyIsRegistrars,
        NotAdmitted::KeyIsSubmitters,
        NotAdmitted::KeyIsLedgers,
        NotAdmitted::RegistrarByRegistrar,
        NotAdmitted::LedgersKey,
        NotAdmitted::RevokedBefore { entry },
        NotAdmitted::Backdated,
        NotAdmitted::KeyRetired { entry },
        NotAdmitted::RotationByOther,
        NotAdmitted::RotationInOverlap { entry, until: time },
        NotAdmitted::KeyHasPart { entry },
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(NotAdmitted::code).collect();
    assert_eq!(codes.len(), <NotAdmitted as strum::VariantNames>::VARIANTS.len());
    assert!(all.iter().all(|reason| !reason.rule().is_empty() && !reason.to_string().ends_with('.')));
}
