//! Holds docs/formats.md to the vectors, byte for byte; and every page that is named to be there.
//!
//! A fenced block of docs/formats.md with a label (the words after ```` ```hex ```` or ```` ```text ````) is an example. A hex
//! block has one field a line: offset, bytes, and after two spaces what they are; `...` as its last line says that it is cut
//! there. In a text block a line that ends in `...` is cut. Blocks without a label are not looked at; those of shell and
//! Python are run by `by_hand`.

mod by_hand;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use notarium::codec::{decode_base64, decode_hex};
use notarium::crypto::{Signature, sha256};
use notarium::note::{KeyKind, SignatureLine, VerifierKey};
use serde_json::Value;

const LABELS: [&str; 22] = [
    "bundle 0",
    "checkpoint",
    "cosignature",
    "cosignature line",
    "cosignature message",
    "cosignature vkey",
    "disclosure 4",
    "disclosure 7",
    "entry 4",
    "leaf 4",
    "manifest",
    "nodes",
    "policy",
    "receipt 4",
    "signed_statement 0",
    "signed_statement 2",
    "signed_statement 4",
    "signed_statement 6",
    "signed_statement 9",
    "signed_statement rotate",
    "small-order",
    "tile 0",
];

/// A fenced block: what stands after the fence, and the lines inside.
struct Block {
    language: String,
    label: String,
    lines: Vec<String>,
}

impl Block {
    /// The block as text, every line with its LF.
    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/formats.md")).unwrap()
}

fn vectors(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("tests/vectors").join(name)).unwrap()).unwrap()
}

fn hex_field(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn entries(vectors: &Value) -> &[Value] {
    vectors["entries"].as_array().unwrap()
}

/// The labelled blocks of a page that hold examples.
fn labelled_blocks(page: &str) -> Vec<Block> {
    blocks(page).into_iter().filter(|block| matches!(block.language.as_str(), "hex" | "text")).collect()
}

/// All labelled blocks of a page.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let inside: Vec<String> = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
        let (language, label) = info.split_once(' ').unwrap_or((info, ""));
        if !label.is_empty() {
            blocks.push(Block { language: language.to_owned(), label: label.to_owned(), lines: inside });
        }
    }
    blocks
}

fn block(label: &str) -> Block {
    labelled_blocks(&page()).into_iter().find(|block| block.label == label).unwrap()
}

/// The bytes of a hex block, whose offsets must count them; and whether it is cut.
fn dump(block: &Block) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    for line in block.lines.iter().filter(|line| *line != "...") {
        let (offset, rest) = line.split_once("  ").unwrap();
        assert_eq!(offset, format!("{:04x}", bytes.len()), "{}: the offset of {line}", block.label);
        let digits = rest.split_once("  ").map_or(rest, |(digits, _)| digits);
        bytes.extend(hex::decode(digits).unwrap());
    }
    (bytes, block.lines.last().is_some_and(|line| line == "..."))
}

/// The disclosure in the `extra` line of an entry's receipt.
fn disclosure(vectors: &Value, index: usize) -> Vec<u8> {
    let receipt = entries(vectors)[index]["receipt"].as_str().unwrap();
    decode_base64(receipt.lines().find_map(|line| line.strip_prefix("extra ")).unwrap()).unwrap()
}

/// What the vectors have for a label of a hex block.
fn expected_bytes(label: &str, vectors: &Value) -> Vec<u8> {
    let entry = |index: &str| &entries(vectors)[index.parse::<usize>().unwrap()];
    match label.split_once(' ') {
        Some(("signed_statement", "rotate")) => {
            let cases = self::vectors("statements.json");
            let case = cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == "rotate");
            hex_field(&case.unwrap()["hex"])
        }
        Some((field @ ("signed_statement" | "entry" | "leaf"), index)) => hex_field(&entry(index)[field]),
        Some(("disclosure", index)) => disclosure(vectors, index.parse().unwrap()),
        Some(("bundle", "0")) => {
            let entries = entries(vectors).iter().map(|entry| hex_field(&entry["entry"]));
            entries.flat_map(|e| [&u16::try_from(e.len()).unwrap().to_be_bytes()[..], &e].concat()).collect()
        }
        Some(("tile", "0")) => entries(vectors).iter().flat_map(|entry| hex_field(&entry["leaf"])).collect(),
        None if label == "cosignature" => {
            let line = &block("cosignature line").lines[0];
            decode_base64(line.rsplit_once(' ').unwrap().1).unwrap()
        }
        _ => panic!("no vector for the hex block {label}"),
    }
}

/// The tree over some leaves, by the definition of RFC 6962 section 2.1 and nothing cleverer.
fn tree(leaves: &[Vec<u8>]) -> Vec<u8> {
    if let [leaf] = leaves {
        return leaf.clone();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    sha256(&[&[1], &tree(left), &tree(right)]).as_bytes().to_vec()
}

/// What a labelled text block must say; `None` for the blocks that have a test of their own.
fn expected_text(label: &str, vectors: &Value) -> Option<String> {
    let vkey = vectors["vkey"].as_str().unwrap();
    match label {
        "checkpoint" => Some(vectors["checkpoint"].as_str().unwrap().to_owned()),
        "receipt 4" => Some(entries(vectors)[4]["receipt"].as_str().unwrap().to_owned()),
        "policy" => Some(format!("log {vkey}\nquorum none\n")),
        "manifest" => {
            let digest = |index: usize| sha256(&[&hex_field(&entries(vectors)[index]["evidence"])]);
            Some(format!("{}  page/hello.txt\n{}  page/网页.png\n", digest(4), digest(3)))
        }
        _ => None,
    }
}

#[test]
fn every_example_is_there() {
    let found: Vec<String> = labelled_blocks(&page()).into_iter().map(|block| block.label).collect();
    let labels: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(labels.len(), found.len(), "a label stands twice");
    let wanted: BTreeSet<&str> = LABELS.into_iter().collect();
    assert_eq!(labels, wanted);
}

#[test]
fn hex_dumps_are_the_vectors_bytes() {
    let vectors = vectors("small-ledger.json");
    for block in labelled_blocks(&page()).iter().filter(|block| block.language == "hex") {
        let (bytes, is_cut) = dump(block);
        let mut expected = expected_bytes(&block.label, &vectors);
        if is_cut {
            assert!(bytes.len() < expected.len(), "{} is not cut", block.label);
            expected.truncate(bytes.len());
        }
        assert_eq!(hex::encode(bytes), hex::encode(expected), "{}", block.label);
    }
}

#[test]
fn text_examples_are_the_vectors_text() {
    let vectors = vectors("small-ledger.json");
    for block in labelled_blocks(&page()) {
        let Some(expected) = expected_text(&block.label, &vectors) else { continue };
        assert_eq!(block.lines.len(), expected.lines().count(), "{}", block.label);
        for (line, expected) in block.lines.iter().zip(expected.lines()) {
            match line.strip_suffix("...") {
                Some(start) => assert!(expected.starts_with(start), "{}: {line}", block.label),
                None => assert_eq!(line, expected, "{}", block.label),
            }
        }
    }
}

#[test]
fn nodes_are_the_tree() {
    let vectors = vectors("small-ledger.json");
    let leaves: Vec<Vec<u8>> = entries(&vectors).iter().map(|entry| hex_field(&entry["leaf"])).collect();
    for line in block("nodes").lines {
        let mut words = line.split_whitespace();
        let (from, to) = words.next().unwrap().split_once("..").unwrap();
        let node = tree(&leaves[from.parse().unwrap()..to.parse().unwrap()]);
        assert_eq!(words.next().unwrap(), hex::encode(node), "{line}");
    }
    assert_eq!(hex::encode(tree(&leaves)), vectors["root"].as_str().unwrap());
}

#[test]
fn small_order_points_are_the_vectors() {
    let listed = vectors("ed25519-edge.json");
    let listed: Vec<&str> = listed["small_order"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(block("small-order").lines, listed);
}

#[test]
fn the_cosignature_holds() {
    let vkey: VerifierKey = block("cosignature vkey").lines[0].parse().unwrap();
    assert_eq!(vkey.kind(), KeyKind::Cosignature);
    let line: SignatureLine = block("cosignature line").lines[0].parse().unwrap();
    assert!(line.is_by(&vkey));
    let (time, signature) = line.signature().split_first_chunk::<8>().unwrap();
    let message = block("cosignature message").text();
    assert!(message.starts_with(&format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time))));
    let signature = Signature::from_bytes(signature.try_into().unwrap());
    vkey.public_key().verify(message.as_bytes(), &signature).unwrap();
}

#[test]
fn ids_and_keys_in_the_text_are_the_vectors() {
    let (page, vectors) = (page(), vectors("small-ledger.json"));
    let mut ids = 0;
    for line in page.lines() {
        let Some((index, rest)) = line.strip_prefix("statement_id ").and_then(|l| l.split_once(" = `")) else {
            continue;
        };
        let id = rest.split('`').next().unwrap();
        decode_hex::<32>(id).unwrap();
        assert_eq!(id, entries(&vectors)[index.parse::<usize>().unwrap()]["statement_id"].as_str().unwrap());
        ids += 1;
    }
    assert_eq!(ids, 5);
    assert!(page.contains(&format!("vkey: `{}`", vectors["vkey"].as_str().unwrap())));
}

/// Every text file of the repository's own that may name a page.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().to_owned()];
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && (path == root() || !(name.starts_with('.') || ["node_modules", "target"].contains(&name))) {
            open.extend(fs::read_dir(&path).unwrap().map(|item| item.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs" || end == "md" || end == "toml") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn every_page_that_is_named_is_there() {
    let mut named = BTreeSet::new();
    for (path, text) in texts() {
        for (at, _) in text.match_indices("docs/") {
            let end = text[at..]
                .find(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)))
                .unwrap_or(text.len() - at);
            if let Some(page) = text[at..at + end].trim_end_matches('.').strip_suffix(".md") {
                let page = format!("{page}.md");
                assert!(root().join(&page).exists(), "{path} names {page}, and there is none");
                named.insert(page);
            }
        }
    }
    assert!(named.len() > 3, "{named:?}");
}
