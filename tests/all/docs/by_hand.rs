//! Runs "How to verify by hand" of docs/formats.md, word for word, with the tools that it names.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{block, blocks, entries, page, root, vectors};

const TOOLS: [&str; 9] = ["sh", "xxd", "openssl", "python3", "sha256sum", "base64", "sed", "head", "tail"];

/// Whether the tools are here. Where everything must be tested, they have to be.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn has_tools() -> bool {
    let has = |tool: &&&str| {
        Command::new("sh")
            .args(["-c", &format!("command -v {tool}")])
            .output()
            .is_ok_and(|found| found.status.success())
    };
    let missing: Vec<_> = TOOLS.iter().filter(|tool| !has(tool)).collect();
    assert!(missing.is_empty() || std::env::var("CI").as_deref() != Ok("true"), "missing: {missing:?}");
    if !missing.is_empty() {
        println!("skipped: {missing:?} are not installed; `.ci/setup --tests` installs what is missing");
    }
    missing.is_empty()
}

/// Runs a program in a folder; it must succeed. What it printed.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).env("LC_ALL", "C").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The blocks of a language and label, one after another.
fn joined(language: &str, label: &str) -> String {
    let blocks = blocks(&page());
    let of_it: Vec<String> =
        blocks.iter().filter(|b| b.language == language && b.label == label).map(super::Block::text).collect();
    assert!(!of_it.is_empty(), "no block {language} {label}");
    of_it.concat()
}

/// What the comments of a script say will be printed: the first digits of hashes and ids.
fn promised(script: &str) -> Vec<&str> {
    let comments = script.lines().filter_map(|line| line.split_once("  # ")).map(|(_, comment)| comment);
    let is_hex = |word: &&str| word.len() == 8 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    comments.flat_map(|comment| comment.split(' ').map(|word| word.trim_end_matches("...")).filter(is_hex)).collect()
}

#[test]
fn the_walk_checks_the_receipt_of_entry_4() {
    if !has_tools() {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let folder = room.path();
    fs::create_dir_all(folder.join("tests/vectors")).unwrap();
    let ledger = "tests/vectors/small-ledger.json";
    fs::copy(root().join(ledger), folder.join(ledger)).unwrap();
    let script = joined("sh", "walk");
    let said = run(folder, "sh", &["-ec", &script]);

    let promised = promised(&script);
    assert!(promised.len() > 8, "{promised:?}");
    for digits in promised {
        assert!(said.contains(digits), "{digits} is not printed: {said}");
    }
    let vectors = vectors("small-ledger.json");
    let field = |name: &str| entries(&vectors)[4][name].as_str().unwrap().to_owned();
    let evidence = hex::decode(field("evidence")).unwrap();
    let times = |text: &str| said.matches(text).count();
    // What has to be equal is printed on both sides.
    assert_eq!(times(&notarium::crypto::sha256(&[&evidence]).to_string()), 2, "{said}");
    assert_eq!(times(&notarium::crypto::sm3(&[&evidence]).to_string()), 2, "{said}");
    assert_eq!(times(vectors["root"].as_str().unwrap()), 2, "{said}");
    assert_eq!(times("bfbd8d7ac3a2ea16781d818a3b6ec6c788c0346905c552bc888fe2e7c31053d0"), 2, "{said}");
    assert_eq!(times(&field("leaf")), 1, "{said}");
    assert_eq!(times(&field("statement_id")), 1, "{said}");
    assert_eq!((times("index 4\n"), times("\n13\n13\n")), (2, 1), "{said}");
    assert_eq!(times("Signature Verified Successfully"), 3, "{said}");
    assert_eq!(times("origin is the name of the key"), 1, "{said}");
    // Salted evidence: the digests of entry 7's statement.
    let salted = field_of_statement(&entries(&vectors)[7]);
    assert!(salted.iter().all(|digest| times(digest) == 1), "{said}");

    fs::write(folder.join("walk.py"), joined("python", "walk")).unwrap();
    let said = run(folder, "python3", &["walk.py"]);
    assert_eq!(said, format!("entry 4 is in the tree of 10 with the root {}\n", vectors["root"].as_str().unwrap()));
}

/// Both digests in a statement of evidence.
fn field_of_statement(entry: &Value) -> [String; 2] {
    let signed = entry["signed_statement"].as_str().unwrap();
    [60, 92].map(|at| signed[2 * at..2 * at + 64].to_owned())
}

#[test]
fn a_changed_receipt_does_not_pass_the_walk() {
    if !has_tools() {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let receipt = entries(&vectors("small-ledger.json"))[4]["receipt"].as_str().unwrap().to_owned();
    let disclosure = super::disclosure(&vectors("small-ledger.json"), 4);
    fs::write(room.path().join("entry.bin"), &disclosure[21..21 + 353]).unwrap();
    fs::write(room.path().join("walk.py"), joined("python", "walk")).unwrap();
    let path_changed = receipt.replacen("Yes7", "Yes8", 1);
    let shorter = receipt.replacen("Yes7zF+so7Tm7hZeLuRSe3cg23EQEsrgkfI9d/2BxPg=\n", "", 1);
    for changed in [path_changed, shorter, receipt.replacen("\nindex 4\n", "\nindex 5\n", 1)] {
        assert_ne!(changed, receipt);
        fs::write(room.path().join("work.txt.receipt"), changed).unwrap();
        let ended = Command::new("python3").arg("walk.py").current_dir(room.path()).output().unwrap();
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{ended:?}");
    }
}

#[test]
fn the_rule_for_signatures_gives_every_right_answer() {
    if !has_tools() {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let listed: Vec<String> = block("small-order").lines.iter().map(|line| format!("'{line}'")).collect();
    let listed = format!("SMALL_ORDER = {{bytes.fromhex(text) for text in [{}]}}\n", listed.join(", "));
    let cases = "import json, sys\n\
        cases = json.load(open(sys.argv[1]))['cases']\n\
        for case in cases:\n    \
            key, message, signature = (bytes.fromhex(case[name]) for name in ('public_key', 'message', 'signature'))\n    \
            assert valid(key, message, signature) == case['valid'], case['name']\n\
        print(len(cases))\n";
    fs::write(room.path().join("rule.py"), [&joined("python", "ed25519"), &listed, cases].concat()).unwrap();
    let file = root().join("tests/vectors/ed25519-edge.json");
    let said = run(room.path(), "python3", &["rule.py", file.to_str().unwrap()]);
    let count = vectors("ed25519-edge.json")["cases"].as_array().unwrap().len();
    assert_eq!(said, format!("{count}\n"));
}
