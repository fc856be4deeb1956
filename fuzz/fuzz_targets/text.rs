//! The text forms: decimals, base64, hex, times, names, vkeys, signature lines, paths. Each value has one spelling.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use notarium::codec::{Time, check_text, decode_base64, decode_hex, encode_base64, parse_decimal};
use notarium::crypto::{PublicKey, Sha256Digest};
use notarium::merkle::{BundleId, TILE_WIDTH, TileId};
use notarium::note::{KeyName, Origin, SignatureLine, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(number) = parse_decimal(text) {
        assert_eq!(number.to_string(), text);
    }
    if let Ok(bytes) = decode_base64(text) {
        assert_eq!(encode_base64(&bytes), text);
    }
    if let Ok(bytes) = decode_hex::<4>(text) {
        assert_eq!(hex::encode(bytes), text);
    }
    if let Some(time) = Time::parse(text) {
        assert_eq!(time.to_string(), text);
        assert!(time <= Time::MAX);
    }
    let banned = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert_eq!(check_text(text).is_err(), text.chars().any(banned));
    one_spelling::<KeyName>(text);
    one_spelling::<Origin>(text);
    one_spelling::<VerifierKey>(text);
    one_spelling::<SignatureLine>(text);
    one_spelling::<PublicKey>(text);
    one_spelling::<Sha256Digest>(text);
    if let Ok(tile) = TileId::parse(text) {
        assert_eq!(tile.path(), text);
        assert!(tile.level() < 64 && (1..=TILE_WIDTH).contains(&tile.width()));
    }
    if let Ok(bundle) = BundleId::parse(text) {
        assert_eq!(bundle.path(), text);
        assert!((1..=TILE_WIDTH).contains(&bundle.width()));
    }
});

fn one_spelling<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}
