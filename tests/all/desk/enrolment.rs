//! A request to be enrolled, as a file: what is written is read again, and what was changed has no consent.

use notarium::codec::Time;
use notarium::crypto::SigningKey;
use notarium::desk::{EnrolmentRequest, MAX_REQUEST_BYTES, RequestError, Terms};
use notarium::evidence::{Body, Role};
use notarium::merkle::Hash;

fn key() -> SigningKey {
    SigningKey::from_seed(&[9; 32])
}

fn terms() -> Terms {
    Terms {
        ledger: Hash::from_bytes([0x1d; 32]),
        role: Role::Submitter,
        name: "沈阳 设计事务所 - Ltd".to_owned(),
        assurance: "identity card, in person".to_owned(),
        not_before: Time::from_millis(1_795_423_800_000).unwrap(),
        not_after: Time::NOT_STATED,
    }
}

#[test]
fn a_request_is_read_again_as_it_was_written() {
    let sparse = Terms { assurance: String::new(), not_before: Time::NOT_STATED, role: Role::Registrar, ..terms() };
    let long = "x".repeat(255);
    let wide = Terms { name: long.clone(), assurance: long, ..terms() };
    for terms in [terms(), sparse, wide] {
        let request = EnrolmentRequest::consent(terms, &key()).unwrap();
        let text = request.to_text();
        assert!(text.len() as u64 <= MAX_REQUEST_BYTES);
        assert_eq!(text.lines().count(), 9);
        let again = EnrolmentRequest::parse(&text).unwrap();
        assert_eq!(again, request);
        let signed = again.approve(&SigningKey::from_seed(&[1; 32])).unwrap();
        let verified = signed.verify().unwrap();
        assert_eq!(verified.body(), &Body::Enrol(request.enrol().clone()));
    }
}

#[test]
fn a_request_that_was_changed_anywhere_is_none() {
    let text = EnrolmentRequest::consent(terms(), &key()).unwrap().to_text();
    for (at, character) in text.char_indices() {
        let mut changed = text.clone();
        let other = if character == 'a' { "b" } else { "a" };
        changed.replace_range(at..at + character.len_utf8(), other);
        assert!(EnrolmentRequest::parse(&changed).is_err(), "at {at}: {changed}");
    }
    for changed in [String::new(), text[..text.len() - 1].to_owned(), format!("{text}\n"), text.replace('\n', "\r\n")] {
        assert!(EnrolmentRequest::parse(&changed).is_err(), "{changed}");
    }
    let without_assurance = text.replace("assurance identity card, in person", "assurance -");
    assert!(matches!(EnrolmentRequest::parse(&without_assurance), Err(RequestError::NotConsented(_))));
    let other_time = text.replace("2026-11-23T08:50:00.000Z", "2026-11-23T08:50:00Z");
    assert!(matches!(EnrolmentRequest::parse(&other_time), Err(RequestError::Value { field: "not_before", .. })));
}

#[test]
fn terms_that_no_enrolment_can_have_are_refused() {
    let consent = |terms| EnrolmentRequest::consent(terms, &key());
    for name in [String::new(), "x".repeat(256), "two\nlines".to_owned(), "\u{202e}name".to_owned()] {
        assert!(matches!(consent(Terms { name: name.clone(), ..terms() }), Err(RequestError::Terms(_))), "{name:?}");
    }
    for assurance in ["x".repeat(256), "two\nlines".to_owned()] {
        assert!(matches!(consent(Terms { assurance, ..terms() }), Err(RequestError::Terms(_))));
    }
    let never = Terms { not_after: terms().not_before, ..terms() };
    assert!(matches!(consent(never), Err(RequestError::NeverInForce { .. })));
}
