//! Entries: one encoding, limits, and the leaf hash by its definition.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::api::EntryView;
use notarium::codec::{MAX_INTEGER, decode_base64};
use notarium::crypto::sha256;
use notarium::evidence::Entry;

fuzz_target!(|bytes: &[u8]| {
    let Ok(entry) = Entry::parse(bytes) else { return };
    assert_eq!(entry.as_bytes(), bytes);
    assert!(entry.index().get() <= MAX_INTEGER);
    assert!(entry.time().is_stated());
    assert_eq!(entry.leaf_hash().as_bytes(), sha256(&[&[0], bytes]).as_bytes());
    if let Ok(statement) = entry.statement() {
        assert_eq!(statement.as_bytes(), entry.signed_statement());
        let again = Entry::encode(entry.index(), entry.time(), entry.previous(), &statement);
        assert_eq!(again.expect("it was one"), bytes);
    }
    let view = EntryView::new(&entry);
    assert_eq!(decode_base64(&view.entry).expect("base64"), bytes);
    let json = serde_json::to_vec(&view).expect("JSON");
    assert_eq!(serde_json::from_slice::<EntryView>(&json).expect("what was written is read"), view);
});
