//! Key files: a file that is read holds one key, and that key's own file is read as the same key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium_fuzz::keyfile::{file_of, seed_of};

fuzz_target!(|bytes: &[u8]| {
    let Some(seed) = seed_of(bytes) else { return };
    let file = file_of(&seed);
    assert_eq!(seed_of(&file), Some(seed));
    assert_eq!(file, file_of(&seed));
});
