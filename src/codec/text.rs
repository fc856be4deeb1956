//! The strict text forms: which characters text may hold, and decimal, base64 and hex in one spelling each.
//!
//! `u64::from_str` takes "+5" and "005", and hex decoders take upper case; the formats take neither.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why a text is not the one spelling of a value. It does not know the field's name; who calls adds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum TextError {
    /// A control, invisible or direction character.
    #[error("the character U+{:04X} is not allowed", u32::from(*.character))]
    BannedCharacter {
        /// The first such character.
        character: char,
    },
    /// Not a decimal number without sign and leading zero that fits 64 bits.
    #[error("not a decimal number below 2^64 without sign and leading zeros")]
    NotDecimal,
    /// Not base64 (RFC 4648 section 4) with padding and zero spare bits.
    #[error("not base64 with padding and zero spare bits")]
    NotBase64,
    /// Not lower-case hexadecimal of the right length.
    #[error("not {digits} lower-case hexadecimal digits")]
    NotHex {
        /// How many digits the value has.
        digits: usize,
    },
}

impl TextError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// Checks that text holds none of the characters that the conventions ban: controls, and those that are invisible or steer the
/// direction of writing, so that a name on a screen is the name that was signed.
///
/// # Errors
///
/// [`TextError::BannedCharacter`] with the first one.
pub fn check_text(text: &str) -> Result<(), TextError> {
    match text.chars().find(|character| is_banned(*character)) {
        Some(character) => Err(TextError::BannedCharacter { character }),
        None => Ok(()),
    }
}

fn is_banned(character: char) -> bool {
    matches!(character,
        '\u{0000}'..='\u{001F}' | '\u{007F}'..='\u{009F}' | '\u{061C}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Reads a decimal number of 0 to 2^64-1: digits only, no sign, no leading zero.
///
/// # Errors
///
/// [`TextError::NotDecimal`].
pub fn parse_decimal(text: &str) -> Result<u64, TextError> {
    let strict = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if strict { text.parse().map_err(|_| TextError::NotDecimal) } else { Err(TextError::NotDecimal) }
}

/// Writes base64 (RFC 4648 section 4) with padding.
#[must_use]
pub fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Adds base64 (RFC 4648 section 4) with padding to a text.
pub fn push_base64(text: &mut String, bytes: &[u8]) {
    STANDARD.encode_string(bytes, text);
}

/// Reads base64 (RFC 4648 section 4): padded, spare bits zero, nothing else in between.
///
/// # Errors
///
/// [`TextError::NotBase64`].
pub fn decode_base64(text: &str) -> Result<Vec<u8>, TextError> {
    STANDARD.decode(text).map_err(|_| TextError::NotBase64)
}

/// Reads exactly `N` bytes of lower-case hexadecimal.
///
/// # Errors
///
/// [`TextError::NotHex`].
pub fn decode_hex<const N: usize>(text: &str) -> Result<[u8; N], TextError> {
    let wrong = TextError::NotHex { digits: 2 * N };
    let mut bytes = [0; N];
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(wrong);
    }
    hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_banned_range_has_its_exact_ends() {
        let ranges = [
            (0x0000, 0x001F),
            (0x007F, 0x009F),
            (0x061C, 0x061C),
            (0x200B, 0x200F),
            (0x2028, 0x202E),
            (0x2060, 0x206F),
            (0xFEFF, 0xFEFF),
        ];
        for code in 0..=0x0010_FFFF {
            if let Some(character) = char::from_u32(code) {
                let banned = ranges.iter().any(|(first, last)| (*first..=*last).contains(&code));
                assert_eq!(check_text(&character.to_string()).is_err(), banned, "U+{code:04X}");
            }
        }
    }

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(parse_decimal("0"), Ok(0));
        assert_eq!(parse_decimal("18446744073709551615"), Ok(u64::MAX));
        for wrong in ["", "00", "05", "+5", "-1", " 5", "5 ", "5\n", "0x5", "٥", "18446744073709551616"] {
            assert_eq!(parse_decimal(wrong), Err(TextError::NotDecimal), "{wrong:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(encode_base64(b"f"), "Zg==");
        assert_eq!(decode_base64("Zg=="), Ok(b"f".to_vec()));
        assert_eq!(decode_base64(""), Ok(Vec::new()));
        for wrong in ["Zg", "Zg=", "Zh==", "Zg==\n", "Zg== ", "Z_==", "=Zg=", "Zm8=Zg=="] {
            assert_eq!(decode_base64(wrong), Err(TextError::NotBase64), "{wrong:?}");
        }
    }

    #[test]
    fn hex_has_one_spelling() {
        assert_eq!(decode_hex("00ff"), Ok([0, 255]));
        for wrong in ["", "00f", "00fF", "00ff00", "0x00", "00 f", "00gg"] {
            assert_eq!(decode_hex::<2>(wrong), Err(TextError::NotHex { digits: 4 }), "{wrong:?}");
        }
    }
}
