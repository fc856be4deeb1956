//! Vectors of manifests.

use notarium::evidence::Manifest;
use serde_json::json;

use super::{Case, Said, bad, good};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let manifest = Manifest::parse(bytes).map_err(|error| (error.code(), false))?;
    assert_eq!(manifest.as_bytes(), bytes);
    assert_eq!(Manifest::build(manifest.lines().iter().rev().cloned().collect()).unwrap(), manifest);
    Ok(json!({ "lines": manifest.lines().len() }))
}

/// A manifest of these paths in this order, whatever they are.
fn of(paths: &[&str]) -> Vec<u8> {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    paths.iter().flat_map(|path| [digest, "  ", path, "\n"]).collect::<String>().into_bytes()
}

pub(super) fn cases() -> Vec<Case> {
    let text = String::from_utf8(of(&["a"])).unwrap();
    let mut cases = vec![
        good("one file", of(&["a"]), json!({ "lines": 1 })),
        good(
            "sorted by bytes, not by components or letters",
            of(&["B", "a b", "a/z", "a0", "ä", "证据.pdf", "\u{1f4c4}"]),
            json!({ "lines": 7 }),
        ),
        good("names that look special", of(&[" lead", "*star", "...", "..a", "a\tb", "a."]), json!({ "lines": 6 })),
        good("a path that the Conventions would refuse as text", of(&["a\u{200b}b"]), json!({ "lines": 1 })),
        bad("empty", Vec::new(), "empty-manifest"),
        bad("not UTF-8", [&text.as_bytes()[..66], b"\xff\n"].concat(), "manifest-not-utf8"),
        bad("no last LF", text.trim_end().into(), "no-final-line-feed"),
        bad("an empty line at the end", format!("{text}\n").into_bytes(), "bad-line"),
        bad("only an empty line", b"\n".to_vec(), "bad-line"),
        bad("upper-case digest", text.to_uppercase().into_bytes(), "bad-line"),
        bad("digest of 63 digits", text[1..].into(), "bad-line"),
        bad("digest of 65 digits", format!("0{text}").into_bytes(), "bad-line"),
        bad("one space", text.replace("  ", " ").into_bytes(), "bad-line"),
        bad("binary mark", text.replace("  ", " *").into_bytes(), "bad-line"),
        bad("not in order", of(&["b", "a"]), "out-of-order"),
        bad("in the order of components", of(&["a/z", "a b"]), "out-of-order"),
        bad("a path twice", of(&["a", "a"]), "repeated-path"),
        bad("a path twice, apart", of(&["a", "b", "a"]), "out-of-order"),
        bad("CR LF line ends", of(&["a\r"]), "bad-path"),
    ];
    let wrong =
        ["", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/.", "a/..", "a/../b", "a/./b", "a\\b", "C:\\a"];
    cases.extend(wrong.iter().map(|path| bad(format!("the path {path:?}"), of(&[path]), "bad-path")));
    cases
}
