//! Inputs in a vector file: hex or text, and long repetitions as pieces with a count, so that a file stays readable.

use serde_json::{Value, json};

/// Repetitions are worth a piece of their own from this length on, in bytes.
const WORTH: usize = 256;
/// Longest unit that is looked for: four characters of base64 are three bytes.
const LONGEST_UNIT: usize = 4;

/// The input's key in a case and its value.
pub(super) fn write(input: &[u8], text: bool) -> (&'static str, Value) {
    let show = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(shown) if text => shown.to_owned(),
        _ => hex::encode(bytes),
    };
    let is_text = text && std::str::from_utf8(input).is_ok();
    match (pieces(input).as_slice(), is_text) {
        ([] | [(_, 1)], true) => ("text", show(input).into()),
        ([] | [(_, 1)], false) => ("hex", hex::encode(input).into()),
        (pieces, true) => ("text_runs", pieces.iter().map(|(unit, count)| json!([show(unit), count])).collect()),
        (pieces, false) => ("hex_runs", pieces.iter().map(|(unit, count)| json!([hex::encode(unit), count])).collect()),
    }
}

/// The input of a case.
pub(super) fn read(case: &Value) -> Vec<u8> {
    let text = |value: &Value| value.as_str().unwrap().as_bytes().to_vec();
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    let joined = |runs: &Value, unit: &dyn Fn(&Value) -> Vec<u8>| -> Vec<u8> {
        let piece = |run: &Value| unit(&run[0]).repeat(run[1].as_u64().unwrap().try_into().unwrap());
        runs.as_array().unwrap().iter().flat_map(piece).collect()
    };
    let object = case.as_object().unwrap();
    match object.iter().find(|(key, _)| key.starts_with("hex") || key.starts_with("text")).unwrap() {
        (key, value) if key == "text" => text(value),
        (key, value) if key == "hex" => bytes(value),
        (key, value) if key == "text_runs" => joined(value, &text),
        (_, value) => joined(value, &bytes),
    }
}

/// Splits bytes into units with a repeat count; whatever does not repeat for long counts 1.
fn pieces(input: &[u8]) -> Vec<(Vec<u8>, usize)> {
    let mut pieces = Vec::new();
    let mut single = Vec::new();
    let mut rest = input;
    while let Some((first, after)) = rest.split_first() {
        match (1..=LONGEST_UNIT).map(|unit| (unit, repeats(rest, unit))).find(|(unit, count)| unit * count >= WORTH) {
            Some((unit, count)) if rest[..unit].is_ascii() || unit == 1 => {
                if !single.is_empty() {
                    pieces.push((std::mem::take(&mut single), 1));
                }
                pieces.push((rest[..unit].to_vec(), count));
                rest = &rest[unit * count..];
            }
            _ => {
                single.push(*first);
                rest = after;
            }
        }
    }
    if !single.is_empty() {
        pieces.push((single, 1));
    }
    pieces
}

/// How often the first `unit` bytes stand one after another at the start.
fn repeats(bytes: &[u8], unit: usize) -> usize {
    bytes.chunks_exact(unit).take_while(|chunk| *chunk == &bytes[..unit]).count()
}

#[test]
fn runs_are_read_back() {
    for (input, text) in
        [("abc".repeat(200), true), (format!("x{}y", "\u{0}".repeat(999)), false), (String::new(), true)]
    {
        let (key, value) = write(input.as_bytes(), text);
        assert_eq!(read(&json!({ key: value })), input.as_bytes());
    }
}
