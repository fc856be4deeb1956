//! Details: what is well-formed I-JSON is JSON to an ordinary reader too, with the same members.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::evidence::{Commitment, DetailsCheck, MAX_DETAILS_BYTES, Salt, check_details};
use notarium::report::canonical_json;
use notarium_fuzz::{one_bit_changed, our_key};

fuzz_target!(|bytes: &[u8]| {
    let (salt, key) = (Salt::from_bytes([9; 32]), our_key().public());
    let commitment = Commitment::new(&salt, &key, bytes);
    assert_eq!(commitment, Commitment::new(&salt, &key, bytes));
    assert!(bytes.is_empty() || commitment != Commitment::new(&salt, &key, &one_bit_changed(bytes)));
    let DetailsCheck::WellFormed(object) = check_details(bytes) else { return };
    assert!((1..=MAX_DETAILS_BYTES).contains(&bytes.len()));
    assert!(object.is_object());
    let ordinary: serde_json::Value = serde_json::from_slice(bytes).expect("I-JSON is JSON");
    assert_eq!(ordinary, object);
    // RFC 8785: the canonical form of a value is a value's own, however it was written.
    if let Ok(canonical) = canonical_json(&object) {
        let again: serde_json::Value = serde_json::from_str(&canonical).expect("canonical JSON is JSON");
        assert_eq!(canonical_json(&again).expect("it was one"), canonical);
    }
});
