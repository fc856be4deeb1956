//! Signed statements: one encoding, one body, and a signature that no changed bit leaves standing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::evidence::{MAX_STATEMENT_BYTES, SignedStatement, StatementError};
use notarium_fuzz::{one_bit_changed, our_key, store};

/// Header, suite, length and key of suite 1: what a signature under another key changes.
const BEFORE_KIND: usize = 21 + 1 + 2 + 32;

fuzz_target!(|bytes: &[u8]| {
    let Ok(statement) = SignedStatement::parse(bytes) else { return };
    assert_eq!(statement.as_bytes(), bytes);
    assert!(bytes.len() <= MAX_STATEMENT_BYTES);
    assert_eq!([statement.signed_bytes(), &bytes[bytes.len() - statement.signature().len() - 2..]].concat(), bytes);
    store::check_index_rows(bytes.len() as u64, &statement);
    let verified = statement.clone().verify();
    assert_eq!(verified.is_ok(), SignedStatement::parse(bytes).expect("as before").verify().is_ok());
    sign_again(&statement);
});

/// The same body under a key of ours is the same bytes, and its signature holds for these bytes alone.
fn sign_again(statement: &SignedStatement) {
    let ours = match SignedStatement::sign(statement.body(), &our_key()) {
        Ok(ours) => ours,
        // A key of another suite may be shorter than ours, so that ours does not fit any more.
        Err(StatementError::StatementTooLong { .. }) => return,
        Err(error) => panic!("a body that was read is not written: {error}"),
    };
    assert_eq!(ours.body(), statement.body());
    if statement.public_key().is_some() {
        assert_eq!(ours.signed_bytes()[BEFORE_KIND..], statement.signed_bytes()[BEFORE_KIND..]);
    }
    ours.check_signature().expect("our own signature");
    let changed = one_bit_changed(ours.as_bytes());
    if let Ok(changed) = SignedStatement::parse(&changed) {
        assert!(changed.check_signature().is_err(), "one bit changed, and the signature holds");
    }
}
