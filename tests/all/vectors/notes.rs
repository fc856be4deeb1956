//! Vectors of signed notes, their signature lines, and what opening them with known keys gives.

use notarium::codec::encode_base64;
use notarium::note::{MAX_NOTE_BYTES, MAX_SIGNATURES, SignedNote, VerifierKey};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};
use crate::note::{ENOCH, ENOCH_SIGNS, PETER, PETER_SIGNS, TEXT};

pub(super) fn decode(bytes: &[u8], case: &Value) -> Said {
    let note = SignedNote::parse(bytes).map_err(|error| (error.code(), false))?;
    assert_eq!(note.as_str().as_bytes(), bytes);
    assert_eq!(SignedNote::new(note.text(), note.signatures()).unwrap(), note);
    let id = |line: &notarium::note::SignatureLine| format!("{} {}", line.name(), line.id());
    let signatures: Vec<String> = note.signatures().iter().map(id).collect();
    let mut says = json!({ "text_bytes": note.text().len(), "signatures": signatures });
    if let Some(keys) = case.get("keys") {
        let key = |key: &Value| key.as_str().unwrap().parse().unwrap();
        let keys: Vec<VerifierKey> = keys.as_array().unwrap().iter().map(key).collect();
        let signers = note.open(&keys).map_err(|error| (error.code(), false))?;
        says["signers"] = signers.into_iter().map(ToString::to_string).collect();
    }
    Ok(says)
}

/// A key of the golang.org/x/mod test data with the type of a cosigner.
const COSIGNER: &str = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const BY_PETER: &str = "PeterNeumann c74f20a3";
const BY_ENOCH: &str = "EnochRoot af0cfe78";

fn note(lines: &str) -> Vec<u8> {
    format!("{TEXT}\n{lines}").into_bytes()
}

fn says(text_bytes: usize, signatures: &[&str]) -> Value {
    json!({ "text_bytes": text_bytes, "signatures": signatures })
}

fn says_opened(signatures: &[&str], signers: &[&str]) -> Value {
    json!({ "text_bytes": TEXT.len(), "signatures": signatures, "signers": signers })
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(malformed());
    cases.extend(lines());
    cases.extend(opened());
    cases
}

fn well_formed() -> Vec<Case> {
    let size = |length: usize| format!("{}\n\n{PETER_SIGNS}", "x".repeat(length - 2 - PETER_SIGNS.len()));
    let mut cases = vec![
        good("one signature", note(PETER_SIGNS), says(TEXT.len(), &[BY_PETER])),
        good("two", note(&format!("{PETER_SIGNS}{ENOCH_SIGNS}")), says(TEXT.len(), &[BY_PETER, BY_ENOCH])),
        good(
            "100 signatures",
            note(&PETER_SIGNS.repeat(MAX_SIGNATURES)),
            says(TEXT.len(), &[BY_PETER; MAX_SIGNATURES]),
        ),
        good("a signature of one byte", note("— a AAAAAAA=\n"), says(TEXT.len(), &["a 00000000"])),
        good(
            "1000000 bytes",
            size(MAX_NOTE_BYTES).into_bytes(),
            says(MAX_NOTE_BYTES - 1 - PETER_SIGNS.len(), &[BY_PETER]),
        ),
    ];
    let texts = ["\n", "a\n", "\n\na\n\n\nb\n\n", "— a b\n\n— PeterNeumann AAAA\n", "é\u{85}\u{2028}\u{7f}\n"];
    cases.extend(texts.map(|text| {
        let bytes = format!("{text}\n{PETER_SIGNS}").into_bytes();
        good(format!("the text {text:?}"), bytes, says(text.len(), &[BY_PETER]))
    }));
    cases
}

fn malformed() -> Vec<Case> {
    let signed = note(PETER_SIGNS);
    vec![
        bad("1000001 bytes", vec![b'\n'; MAX_NOTE_BYTES + 1], "note-too-large"),
        bad("not UTF-8 at the start", [b"\xff", &signed[..]].concat(), "note-not-utf8"),
        bad("not UTF-8 at the end", [&signed[..], b"\xe2\x80\n"].concat(), "note-not-utf8"),
        bad("U+0001", [b"\x01", &signed[..]].concat(), "control-character"),
        bad(
            "CR LF line ends",
            format!("{TEXT}\n{PETER_SIGNS}").replace('\n', "\r\n").into_bytes(),
            "control-character",
        ),
        bad("tabs between the words", note(&PETER_SIGNS.replace(' ', "\t")), "control-character"),
        bad("no last LF", note(PETER_SIGNS.trim_end()), "missing-last-line-feed"),
        bad("nothing", Vec::new(), "missing-last-line-feed"),
        bad("text alone", TEXT.into(), "missing-empty-line"),
        bad("one LF", b"\n".to_vec(), "missing-empty-line"),
        bad("no text", format!("\n{PETER_SIGNS}").into_bytes(), "missing-empty-line"),
        bad("no signature", note(""), "missing-signatures"),
        bad("an empty line at the end", note(&format!("{PETER_SIGNS}\n")), "missing-signatures"),
        bad("101 signatures", note(&PETER_SIGNS.repeat(MAX_SIGNATURES + 1)), "too-many-signatures"),
        bad("an unexpected line", note(&format!("{PETER_SIGNS}Unexpected line.\n")), "missing-dash"),
    ]
}

/// A note with one signature line, which is none.
fn lines() -> Vec<Case> {
    let cases = [
        ("- a AAAAAAA=", "missing-dash"),
        (" — a AAAAAAA=", "missing-dash"),
        ("—a AAAAAAA=", "missing-dash"),
        ("— a", "missing-signature"),
        ("— AAAAAAA=", "missing-signature"),
        ("—  AAAAAAA=", "empty-name"),
        ("— a+b AAAAAAA=", "plus-in-name"),
        ("— a\u{a0}b AAAAAAA=", "space-in-name"),
        ("— a  AAAAAAA=", "bad-signature-base64"),
        ("— a b AAAAAAA=", "bad-signature-base64"),
        ("— a AAAAAAA", "bad-signature-base64"),
        ("— a AAAAAAB=", "bad-signature-base64"),
        ("— a AAAA_AA=", "bad-signature-base64"),
        ("— a AAAAAAA= ", "bad-signature-base64"),
        ("— a ", "signature-too-short"),
        ("— a AAA=", "signature-too-short"),
        ("— a AAAAAA==", "signature-too-short"),
    ];
    cases.map(|(line, code)| bad(format!("the line {line:?}"), note(&format!("{line}\n")), code)).into()
}

/// A line by Peter's key, by name and id, with any signature.
fn by_peter(signature: &[u8]) -> String {
    format!("— PeterNeumann {}\n", encode_base64(&[&b"\xc7\x4f\x20\xa3"[..], signature].concat()))
}

fn opened() -> Vec<Case> {
    let both = format!("{PETER_SIGNS}{ENOCH_SIGNS}");
    let flipped = PETER_SIGNS.replace("x08go/Z", "x08go/a");
    let renamed = PETER_SIGNS.replace("PeterNeumann", "Carmen");
    let mut cases = vec![
        good("opened by the first", note(&both), says_opened(&[BY_PETER, BY_ENOCH], &[PETER]))
            .with("keys", vec![PETER]),
        good("opened by both", note(&both), says_opened(&[BY_PETER, BY_ENOCH], &[PETER, ENOCH]))
            .with("keys", vec![ENOCH, PETER]),
        good("a repeated signature counts once", note(&PETER_SIGNS.repeat(2)), says_opened(&[BY_PETER; 2], &[PETER]))
            .with("keys", vec![PETER]),
        good(
            "a bad signature by a key that is not known",
            note(&format!("{flipped}{ENOCH_SIGNS}")),
            says_opened(&[BY_PETER, BY_ENOCH], &[ENOCH]),
        )
        .with("keys", vec![ENOCH]),
        bad("no keys", note(&both), "no-known-signature").with("keys", Vec::<Value>::new()),
        bad("another key", note(PETER_SIGNS), "no-known-signature").with("keys", vec![ENOCH]),
        bad("the right id under another name", note(&renamed), "no-known-signature").with("keys", vec![PETER]),
        bad("a key of type 04", note(PETER_SIGNS), "not-a-note-key").with("keys", vec![PETER, COSIGNER]),
        bad("a bit of the signature changed", note(&flipped), "known-key-fails").with("keys", vec![PETER]),
        bad(
            "a bad signature beside a good one of the same key",
            note(&format!("{PETER_SIGNS}{flipped}")),
            "known-key-fails",
        )
        .with("keys", vec![PETER]),
    ];
    let lengths = [1, 63, 65, 72].map(|length: usize| {
        let bytes = note(&by_peter(&vec![0; length]));
        bad(format!("a signature of {length} bytes"), bytes, "known-key-fails").with("keys", vec![PETER])
    });
    cases.extend(lengths);
    cases
}
