//! Vectors of the text forms: decimals, base64, hex, and the characters that text may not hold.

use notarium::codec::{TextError, check_text, decode_base64, decode_hex, parse_decimal};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};

pub(super) fn decode(_: &[u8], case: &Value) -> Said {
    let input = case["input"].as_str().unwrap();
    let says = match case["form"].as_str().unwrap() {
        "decimal" => parse_decimal(input).map(|number| json!({ "number": number.to_string() })),
        "base64" => decode_base64(input).map(|bytes| json!({ "bytes": hex::encode(bytes) })),
        "hex of 2 bytes" => decode_hex::<2>(input).map(|bytes| json!({ "bytes": hex::encode(bytes) })),
        "text" => check_text(input).map(|()| json!({ "length": input.len() })),
        form => panic!("no form {form}"),
    };
    says.map_err(|error: TextError| (error.code(), false))
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |form: &str, input: &str, says: Result<Value, &'static str>| {
        let name = format!("{form}: {input:?}");
        let case = match says {
            Ok(says) => good(name, Vec::new(), says),
            Err(code) => bad(name, Vec::new(), code),
        };
        cases.push(case.with("form", form).with("input", input));
    };
    for number in ["0", "7", "10", "9007199254740992", "18446744073709551615"] {
        add("decimal", number, Ok(json!({ "number": number })));
    }
    for wrong in ["", "00", "05", "+5", "-1", " 5", "5 ", "5\n", "0x5", "٥", "1e3", "18446744073709551616"] {
        add("decimal", wrong, Err("not-decimal"));
    }
    for (text, bytes) in [("", ""), ("Zg==", "66"), ("Zm8=", "666f"), ("Zm9v", "666f6f"), ("+/+/", "fbffbf")] {
        add("base64", text, Ok(json!({ "bytes": bytes })));
    }
    for wrong in ["Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", "Zg== ", "Z_==", "-_-_", "=Zg=", "Zm8=Zg==", "Zg==Zg=="] {
        add("base64", wrong, Err("not-base64"));
    }
    for bytes in ["00ff", "0123", "abcd"] {
        add("hex of 2 bytes", bytes, Ok(json!({ "bytes": bytes })));
    }
    for wrong in ["", "00f", "00fF", "00FF", "00ff00", "0x00", "00 f", "00gg"] {
        add("hex of 2 bytes", wrong, Err("not-hex"));
    }
    for text in ["", "abc", "沈阳", "\u{a0}", "\u{10ffff}"] {
        add("text", text, Ok(json!({ "length": text.len() })));
    }
    for wrong in ["a\0", "a\u{7f}b", "\u{85}", "\u{61c}", "\u{200b}", "\u{202e}", "\u{2066}", "\u{feff}a"] {
        add("text", wrong, Err("banned-character"));
    }
    cases
}
