//! Vectors of checkpoints in their signed notes. What a note alone can have wrong is in `notes`.

use notarium::codec::encode_base64;
use notarium::trust::{Checkpoint, SignedCheckpoint};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};
use crate::trust_checkpoint::{EMPTY_ROOT, TESSERA_BODY, TESSERA_SIGNS};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let signed = SignedCheckpoint::parse(bytes).map_err(|error| (error.code(), false))?;
    assert_eq!(signed.as_str().as_bytes(), bytes);
    assert_eq!(signed.checkpoint().body(), signed.note().text());
    assert_eq!(Checkpoint::parse_body(signed.note().text()).as_ref(), Ok(signed.checkpoint()));
    let head = signed.head();
    Ok(says(signed.origin().as_str(), &head.size.to_string(), &head.root.to_string()))
}

fn says(origin: &str, size: &str, root: &str) -> Value {
    json!({ "origin": origin, "size": size, "root": root })
}

/// A note with this text; the signature under it is another text's, and nobody looks at it.
fn note(body: &str) -> Vec<u8> {
    format!("{body}\n{TESSERA_SIGNS}").into_bytes()
}

/// SHA-256 of nothing.
const EMPTY_HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(origins());
    cases.extend(sizes_and_roots());
    let root = EMPTY_ROOT;
    cases.extend([
        bad("an empty text", note("\n"), "missing-line"),
        bad("no root", note("a\n1\n"), "missing-line"),
        bad("no size", note("a\n"), "missing-line"),
        bad("an extension line", note(&format!("a\n1\n{root}\nmore\n")), "extension-lines"),
        bad("an empty line after the root", note(&format!("a\n1\n{root}\n\n")), "extension-lines"),
        bad("not signed", TESSERA_BODY.into(), "missing-empty-line"),
        bad("no signature after the empty line", format!("{TESSERA_BODY}\n").into_bytes(), "missing-signatures"),
    ]);
    cases
}

fn well_formed() -> Vec<Case> {
    let tessera = "aca6c38a90af86e5f5199ee0e4105ef2c03a05b27b8daff59e4e36eefdfcddcb";
    let mut cases = vec![
        good("of tessera's test log", note(TESSERA_BODY), says("example.com/log/testdata", "15", tessera)),
        good("the empty tree", note(&format!("a\n0\n{EMPTY_ROOT}\n")), says("a", "0", EMPTY_HEX)),
    ];
    // A tree of other sizes may have any root that can be written, the empty tree's too.
    for size in ["1", "9007199254740991", "9007199254740992", "9223372036854775808"] {
        let bytes = note(&format!("a\n{size}\n{EMPTY_ROOT}\n"));
        cases.push(good(format!("size {size}"), bytes, says("a", size, EMPTY_HEX)));
    }
    cases
}

fn origins() -> Vec<Case> {
    let of = |origin: &str| note(&format!("{origin}\n1\n{EMPTY_ROOT}\n"));
    let longest = "x".repeat(255);
    let mut cases: Vec<Case> = ["x", "notarium", "Notarium/x", "证据.example/一", &longest]
        .map(|origin| {
            let name = format!("origin {}", &origin[..origin.len().min(20)]);
            good(name, of(origin), says(origin, "1", EMPTY_HEX))
        })
        .into();
    cases.extend([
        bad("origin of 256 bytes", of(&"x".repeat(256)), "origin-too-long"),
        bad("an empty origin", of(""), "empty-name"),
        bad("origin with a space", of("a b"), "space-in-name"),
        bad("origin with U+3000", of("\u{3000}a"), "space-in-name"),
        bad("origin with U+0085", of("a\u{85}"), "space-in-name"),
        bad("origin with a plus", of("a+b"), "plus-in-name"),
        bad("origin with U+200B", of("a\u{200b}b"), "banned-in-name"),
        bad("origin with U+FEFF", of("a\u{feff}"), "banned-in-name"),
        bad("origin in our own domain", of("notarium/statement/1"), "reserved-origin"),
    ]);
    cases
}

fn sizes_and_roots() -> Vec<Case> {
    let size = |size: &str| (size.to_owned(), EMPTY_ROOT.to_owned(), "bad-size");
    let root = |root: String| ("1".to_owned(), root, "bad-root");
    let wrong = [
        size(""),
        size("01"),
        size("00"),
        size("+1"),
        size("-1"),
        size("1 "),
        size("0x1"),
        size("９"),
        size("9223372036854775809"),
        size("18446744073709551616"),
        root(String::new()),
        root(EMPTY_ROOT.trim_end_matches('=').to_owned()),
        root(EMPTY_ROOT.replace("U=", "V=")),
        root(EMPTY_ROOT.replace('+', "-")),
        root(format!("{EMPTY_ROOT} ")),
        root(encode_base64(&[0; 31])),
        root(encode_base64(&[0; 33])),
        ("0".to_owned(), encode_base64(&[0; 32]), "wrong-empty-root"),
    ];
    let case = |(size, root, code): (String, String, &'static str)| {
        bad(format!("size {size:?} and root {root:?}"), note(&format!("a\n{size}\n{root}\n")), code)
    };
    wrong.map(case).into()
}
