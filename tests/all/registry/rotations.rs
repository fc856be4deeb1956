//! Rotations of the ledger's own key: each rule, whose signatures a checkpoint carries, and what a replay says of a breach.

use notarium::evidence::Rotate;
use notarium::merkle::TreeSize;
use notarium::registry::KeyChain;

use super::*;

/// The nth key that a ledger changes to.
pub(crate) fn next_key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[150 + n; 32])
}

pub(crate) fn rotate(of: &Hash, by: &SigningKey, to: &SigningKey, overlap: u64) -> SignedStatement {
    let mut body = Rotate { ledger: *of, key: suite_key(to), overlap, consent: Vec::new() };
    body.consent = to.sign(&body.consent_message(&suite_key(by)).unwrap()).as_bytes().to_vec();
    SignedStatement::sign(&Body::Rotate(body), by).unwrap()
}

/// Registrar 0 and submitter 0 enrolled, submitter 1 revoked; then the key changes to `next_key(0)`, entry 4 at 10, for 100 ms.
fn rotated() -> Book {
    let mut book = Book::with_submitter(Admission::Enrolled);
    book.admit(3, &book.revokes(&registrar(0), &submitter(1))).unwrap();
    book.admit(10, &rotate(&book.genesis, &ledger(), &next_key(0), 100)).unwrap();
    book
}

#[test]
fn the_new_key_does_what_the_old_one_did_and_the_old_one_nothing() {
    let mut book = rotated();
    assert_eq!(book.registry.ledger_key(), &suite_key(&next_key(0)));
    let by = |key: &SigningKey, n| enrol(&book.genesis, key, &registrar(n), Role::Registrar, ALWAYS);
    assert_eq!(book.judge(11, &by(&ledger(), 1)), Err("key-retired"));
    assert_eq!(book.judge(11, &by(&next_key(0), 1)), Ok(()));
    assert_eq!(book.judge(11, &deposit(&ledger(), 1)), Err("key-retired"));
    assert_eq!(book.judge(11, &revoke(&book.genesis, &ledger(), &registrar(0), at(1))), Err("key-retired"));
    // What the old key made stays: a registrar of its time enrols, and the new key can unmake it.
    assert_eq!(book.judge(11, &book.enrols(0, 2)), Ok(()));
    book.admit(11, &revoke(&book.genesis, &next_key(0), &registrar(0), at(1))).unwrap();
    assert_eq!(book.judge(12, &book.enrols(0, 2)), Err("key-revoked"));
    let stood = |key: &SigningKey, entry| book.registry.standing_at(&suite_key(key), LeafIndex::new(entry), at(10));
    assert_eq!([stood(&ledger(), 4), stood(&ledger(), 5)], [Standing::LedgersOwn, Standing::Retired]);
    assert_eq!([stood(&next_key(0), 4), stood(&next_key(0), 5)], [Standing::NotEnrolled, Standing::LedgersOwn]);
}

#[test]
fn both_keys_sign_from_the_rotation_to_the_end_of_the_overlap() {
    let mut book = rotated();
    book.admit(110, &rotate(&book.genesis, &next_key(0), &next_key(1), 0)).unwrap();
    let chain = book.registry.chain().clone();
    let signers = |size, millis| {
        let signers = chain.signers(TreeSize::new(size).unwrap(), at(millis));
        signers.iter().map(|key| key.known().unwrap().to_string()).collect::<Vec<_>>()
    };
    let of = |keys: &[SigningKey]| keys.iter().map(|key| key.public().to_string()).collect::<Vec<_>>();
    assert_eq!(signers(4, 3), of(&[ledger()]), "before");
    assert_eq!(signers(5, 10), of(&[next_key(0), ledger()]), "the tree that ends with the rotation");
    assert_eq!(signers(5, 109), of(&[next_key(0), ledger()]), "the last millisecond of the overlap");
    assert_eq!(signers(5, 110), of(&[next_key(0), ledger()]), "the rotation's own tree, whatever the time");
    // Entry 5 is the second rotation, without an overlap.
    assert_eq!(signers(6, 110), of(&[next_key(1), next_key(0)]));
    assert_eq!(signers(7, 110), of(&[next_key(1)]));
    let speakers = |size| chain.speakers(TreeSize::new(size).unwrap()).count();
    assert_eq!([speakers(4), speakers(5), speakers(6)], [3, 2, 1], "a later key may sign an earlier tree");
}

/// A book, when, the statement that must not be admitted then, the code, and a word of what a replay says.
type Refused = (Book, u64, SignedStatement, &'static str, &'static str);

fn refused() -> Vec<Refused> {
    let book = rotated();
    let fresh = Book::with_submitter(Admission::Enrolled);
    let (of, other) = (book.genesis, leaf_hash(b"another ledger"));
    let last = next_key(1);
    vec![
        (fresh.clone(), 3, rotate(&of, &registrar(0), &last, 0), "rotation-by-other", "not the ledger's own"),
        (fresh.clone(), 3, rotate(&of, &submitter(2), &last, 0), "rotation-by-other", "not the ledger's own"),
        (fresh.clone(), 3, rotate(&of, &last, &last, 0), "rotation-by-other", "not the ledger's own"),
        (fresh.clone(), 3, rotate(&other, &ledger(), &last, 0), "other-ledger", "for the ledger whose entry 0"),
        (fresh.clone(), 3, rotate(&of, &ledger(), &ledger(), 0), "ledgers-key", "nor come again"),
        (fresh.clone(), 3, rotate(&of, &ledger(), &registrar(0), 0), "key-has-part", "by entry 1"),
        (fresh, 3, rotate(&of, &ledger(), &submitter(0), 0), "key-has-part", "by entry 2"),
        (book.clone(), 109, rotate(&of, &next_key(0), &last, 0), "rotation-in-overlap", "by entry 4 is not over"),
        (book.clone(), 110, rotate(&of, &next_key(0), &ledger(), 0), "ledgers-key", "nor come again"),
        (book.clone(), 110, rotate(&of, &next_key(0), &submitter(1), 0), "key-has-part", "by entry 3"),
        (book.clone(), 110, rotate(&of, &ledger(), &last, 0), "key-retired", "until entry 4"),
        (
            book.clone(),
            110,
            enrol(&of, &ledger(), &registrar(1), Role::Registrar, ALWAYS),
            "key-retired",
            "until entry 4",
        ),
        (book.clone(), 110, deposit(&ledger(), 7), "key-retired", "until entry 4"),
        (
            book.clone(),
            110,
            enrol(&of, &next_key(0), &ledger(), Role::Registrar, ALWAYS),
            "ledgers-key",
            "was the ledger's own",
        ),
        (book, 110, revoke(&of, &registrar(0), &ledger(), at(1)), "ledgers-key", "was the ledger's own"),
    ]
}

#[test]
fn each_breach_is_refused_and_reported_and_has_no_effect() {
    for (book, millis, statement, code, words) in refused() {
        assert!(statement.clone().verify().is_ok(), "{code}: its signatures hold");
        assert_eq!(book.judge(millis, &statement), Err(code));
        let mut forged = book.clone();
        let index = forged.force(millis, &statement);
        let (report, registry) = forged.replayed();
        let found: Vec<_> = report.findings.iter().map(|finding| (finding.index, finding.what)).collect();
        assert_eq!(found, [(Some(index), What::Admission)], "{code}");
        assert!(report.findings[0].found.contains(words), "{}", report.findings[0]);
        assert_eq!(registry.as_ref(), Some(&book.registry), "what must not be admitted has no effect");
    }
}

#[test]
fn a_rotation_without_the_new_keys_consent_is_refused_and_reported() {
    let book = Book::with_submitter(Admission::Enrolled);
    let Body::Rotate(mut body) = rotate(&book.genesis, &ledger(), &next_key(0), 5).body().clone() else { panic!() };
    body.overlap = 6;
    let without = SignedStatement::sign(&Body::Rotate(body), &ledger()).unwrap();
    assert_eq!(without.clone().verify().unwrap_err().code(), "bad-consent", "no ledger takes it");
    let mut forged = book.clone();
    let index = forged.force(5, &without);
    let (report, registry) = forged.replayed();
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.index, finding.what)).collect();
    assert_eq!(found, [(Some(index), What::Consent)]);
    assert_eq!(registry.unwrap().ledger_key(), &suite_key(&ledger()), "it changes no key");
}

#[test]
fn a_chain_is_as_long_as_its_rotations() {
    let book = rotated();
    let chain: &KeyChain = book.registry.chain();
    let [first, second] = chain.keys() else { panic!("{chain:?}") };
    let replaced = first.replaced.unwrap();
    assert_eq!((replaced.entry.get(), replaced.time, replaced.retired_at()), (4, at(10), at(110)));
    assert_eq!((second.entry.get(), second.replaced), (4, None));
    assert_eq!(chain.in_force(), &suite_key(&next_key(0)));
    // An overlap past the year 9999 never ends.
    let mut book = Book::new(Admission::Open);
    book.admit(1, &rotate(&book.genesis, &ledger(), &next_key(0), (1 << 53) - 1)).unwrap();
    assert_eq!(book.registry.chain().keys()[0].replaced.unwrap().retired_at(), Time::MAX);
}
