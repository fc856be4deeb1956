//! Stored rows: keys, values, settings, the tip. What is read is written as the same bytes.
//!
//! The first byte is the length of the key; the rest is key and value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium_fuzz::store::check_row;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first() else { return };
    let Some((key, value)) = rest.split_at_checked((*length).into()) else { return };
    check_row(key, value);
});
