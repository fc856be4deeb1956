//! Entry bundles: one encoding, and 1 to 256 entries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::evidence::{MAX_BUNDLE_ENTRIES, decode_bundle, encode_bundle};

fuzz_target!(|bytes: &[u8]| {
    let Ok(entries) = decode_bundle(bytes) else { return };
    assert!((1..=MAX_BUNDLE_ENTRIES).contains(&entries.len()));
    assert!(entries.iter().all(|entry| (1..=65_535).contains(&entry.len())));
    assert_eq!(entries.iter().map(|entry| entry.len() + 2).sum::<usize>(), bytes.len());
    assert_eq!(encode_bundle(entries).expect("it was one"), bytes);
});
