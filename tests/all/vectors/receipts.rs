//! Vectors of receipts: their text. What only verification shows (another index, a wrong path) is in the report's tests.

use notarium::codec::encode_base64;
use notarium::crypto::sha256;
use notarium::ledger::Receipt;
use notarium::merkle::leaf_hash;
use serde_json::{Value, json};

use super::disclosures::{disclosure_fields, largest_fields};
use super::{Case, Said, bad, good, unknown};
use crate::samples::{entry, join, ledger_key, plain_deposit};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let receipt = Receipt::parse(bytes).map_err(|error| (error.code(), error.is_unknown()))?;
    assert_eq!(receipt.as_str().as_bytes(), bytes);
    let leaf = receipt.disclosure().leaf_hash().to_string();
    let (index, hashes) = (receipt.index(), receipt.path().hashes().to_vec());
    let parts = (receipt.path().clone(), receipt.disclosure().clone(), receipt.checkpoint().clone());
    let again = Receipt::new(index, parts.0, parts.1, parts.2).unwrap();
    assert_eq!(again, receipt);
    Ok(json!({ "index": index.get(), "hashes": hashes.len(), "leaf": leaf }))
}

fn says(index: u64, hashes: usize, entry: &[u8]) -> Value {
    json!({ "index": index, "hashes": hashes, "leaf": leaf_hash(entry).to_string() })
}

const FORMAT: &str = "c2sp.org/tlog-proof@v1";
const ORIGIN: &str = "ledger.example/one";

/// The parts of a receipt's text, each changed by one case.
#[derive(Clone)]
struct Parts {
    format: String,
    extra: String,
    index: String,
    path: Vec<String>,
    gap: String,
    checkpoint: String,
}

impl Parts {
    /// A receipt of entry 7 in a tree of 8 with three hashes; its path leads nowhere, its checkpoint is signed.
    fn sample() -> Self {
        let disclosure = join(&disclosure_fields(&entry(&plain_deposit())));
        let hash = |byte: u8| encode_base64(&[byte; 32]);
        Self {
            format: FORMAT.into(),
            extra: format!("extra {}", encode_base64(&disclosure)),
            index: "index 7".into(),
            path: vec![hash(1), hash(2), hash(3)],
            gap: "\n".into(),
            checkpoint: note(&format!("{ORIGIN}\n8\n{}\n", hash(9))),
        }
    }

    fn text(&self) -> String {
        let path: String = self.path.iter().flat_map(|hash| [hash, "\n"]).collect();
        [&self.format, "\n", &self.extra, "\n", &self.index, "\n", &path, &self.gap, &self.checkpoint].concat()
    }

    fn bytes(&self) -> Vec<u8> {
        self.text().into_bytes()
    }
}

/// The text signed by the ledger's key, written out by the rules of signed-note.
fn note(text: &str) -> String {
    let key = ledger_key();
    let id = sha256(&[ORIGIN.as_bytes(), b"\n\x01", key.public().as_bytes()]);
    let blob = [&id.as_bytes()[..4], key.sign(text.as_bytes()).as_bytes()].concat();
    format!("{text}\n\u{2014} {ORIGIN} {}\n", encode_base64(&blob))
}

fn changed(change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::sample();
    change(&mut parts);
    parts.bytes()
}

pub(super) fn cases() -> Vec<Case> {
    let sample = Parts::sample();
    let entry = entry(&plain_deposit());
    let mut cases = vec![good("three hashes", sample.bytes(), says(7, 3, &entry))];
    cases.push(good("no hash", changed(|parts| parts.path.clear()), says(7, 0, &entry)));
    let most = changed(|parts| parts.path = vec![encode_base64(&[1; 32]); 63]);
    cases.push(good("63 hashes", most, says(7, 63, &entry)));
    let other_index = changed(|parts| parts.index = "index 9007199254740991".into());
    cases.push(good("another index than the entry's, the largest", other_index, says((1 << 53) - 1, 3, &entry)));
    cases.extend(whole());
    cases.extend(disclosed());
    cases.extend(indexes());
    cases.extend(paths());
    cases.extend(checkpoints());
    cases.extend(sizes());
    cases
}

fn whole() -> Vec<Case> {
    let text = Parts::sample().text();
    let cr_lf_in_checkpoint = changed(|parts| parts.checkpoint = parts.checkpoint.replace('\n', "\r\n"));
    vec![
        bad("empty", Vec::new(), "no-final-line-feed"),
        bad("CR LF line ends", text.replace('\n', "\r\n").into_bytes(), "carriage-return"),
        bad("CR LF line ends in the checkpoint", cr_lf_in_checkpoint, "carriage-return"),
        bad("no last LF", text.trim_end().to_owned().into_bytes(), "no-final-line-feed"),
        bad("a BOM", format!("\u{feff}{text}").into_bytes(), "not-a-receipt"),
        bad("not UTF-8", [text.as_bytes(), b"\xff\n"].concat(), "receipt-not-utf8"),
        bad("an empty line first", format!("\n{text}").into_bytes(), "not-a-receipt"),
        bad("another format", changed(|parts| parts.format = "c2sp.org/tlog-tiles@v1".into()), "not-a-receipt"),
        bad("version 0", changed(|parts| parts.format = "c2sp.org/tlog-proof@v0".into()), "not-a-receipt"),
        bad("version 01", changed(|parts| parts.format = "c2sp.org/tlog-proof@v01".into()), "not-a-receipt"),
        bad("a space after the version", changed(|parts| parts.format.push(' ')), "not-a-receipt"),
        unknown("version 2", changed(|parts| parts.format = "c2sp.org/tlog-proof@v2".into()), "unknown-proof-version"),
    ]
}

fn disclosed() -> Vec<Case> {
    let sample = Parts::sample();
    let extra = sample.extra.clone();
    let shown = |bytes: &[u8]| changed(|parts| parts.extra = format!("extra {}", encode_base64(bytes)));
    let spare_bits = format!("{}h==", extra.strip_suffix("A==").unwrap_or(&extra));
    let no_extra = sample.text().replace(&format!("{extra}\n"), "");
    let bytes = join(&disclosure_fields(&entry(&plain_deposit())));
    let pad = |count: usize| [b"x".repeat(count), bytes.clone()].concat();
    let unpadded = (0..3).map(|count| encode_base64(&pad(count))).find(|text| text.ends_with('=')).unwrap();
    vec![
        bad("no extra", no_extra.into_bytes(), "no-disclosure"),
        bad("extra twice", changed(|parts| parts.index = format!("{extra}\n{}", parts.index)), "repeated-disclosure"),
        bad(
            "extra after the index",
            changed(|parts| std::mem::swap(&mut parts.extra, &mut parts.index)),
            "no-disclosure",
        ),
        bad(
            "two spaces after extra",
            changed(|parts| parts.extra = extra.replace("extra ", "extra  ")),
            "bad-disclosure",
        ),
        bad("a space after extra's base64", changed(|parts| parts.extra.push(' ')), "bad-disclosure"),
        bad(
            "unpadded extra",
            changed(|parts| parts.extra = format!("extra {}", unpadded.trim_end_matches('='))),
            "bad-disclosure",
        ),
        bad("spare bits in extra", changed(|parts| parts.extra = spare_bits), "bad-disclosure"),
        bad("URL base64 in extra", changed(|parts| parts.extra = "extra __8=".into()), "bad-disclosure"),
        bad("empty extra", changed(|parts| parts.extra = "extra ".into()), "truncated"),
        bad("extra without a space", changed(|parts| parts.extra = "extra".into()), "no-disclosure"),
        bad("a disclosure with a byte after its end", shown(&[&bytes[..], &[0]].concat()), "trailing-bytes"),
        unknown("a disclosure of version 2", shown(b"notarium/receipt/2\n"), "unknown-disclosure-version"),
    ]
}

fn indexes() -> Vec<Case> {
    let make = |line: &str| changed(|parts| parts.index = line.into());
    let wrong = [
        "index 05",
        "index +7",
        "index -7",
        "index 007",
        "index ",
        "index",
        "index 7 ",
        "index  7",
        "index 0x7",
        "index 7.0",
        "Index 7",
        "index 9007199254740992",
        "index 18446744073709551616",
    ];
    let mut cases: Vec<Case> =
        wrong.iter().map(|line| bad(format!("the line {line:?}"), make(line), "bad-index")).collect();
    cases.push(good("index 0", make("index 0"), says(0, 3, &entry(&plain_deposit()))));
    let no_index = Parts::sample().text().replace("index 7\n", "");
    cases.push(bad("no index", no_index.into_bytes(), "bad-index"));
    cases
}

fn paths() -> Vec<Case> {
    let hash = encode_base64(&[2; 32]);
    let make = |line: String| changed(|parts| parts.path[1] = line);
    vec![
        bad("unpadded hash", make(hash.trim_end_matches('=').into()), "bad-hash"),
        bad("spare bits in a hash", make(hash.replace("I=", "J=")), "bad-hash"),
        bad("a hash of 31 bytes", make(encode_base64(&[2; 31])), "bad-hash"),
        bad("a hash of 33 bytes", make(encode_base64(&[2; 33])), "bad-hash"),
        bad("a hash in hex", make("02".repeat(32)), "bad-hash"),
        bad("a space after a hash", make(format!("{hash} ")), "bad-hash"),
        bad("64 hashes", changed(|parts| parts.path = vec![hash.clone(); 64]), "too-many-hashes"),
        bad("no empty line", changed(|parts| parts.gap.clear()), "bad-hash"),
        bad("two empty lines", changed(|parts| parts.gap = "\n\n".into()), "extension-lines"),
        bad("an empty line in the path", make(String::new()), "extension-lines"),
        bad(
            "nothing after the path",
            changed(|parts| {
                parts.gap.clear();
                parts.checkpoint.clear();
            }),
            "no-checkpoint",
        ),
        bad(
            "an unknown line before the index",
            changed(|parts| parts.index = format!("time 1\n{}", parts.index)),
            "bad-index",
        ),
    ]
}

fn checkpoints() -> Vec<Case> {
    let root = encode_base64(&[9; 32]);
    let make = |text: String| changed(|parts| parts.checkpoint = note(&text));
    vec![
        bad("checkpoint with an extension line", make(format!("{ORIGIN}\n8\n{root}\nmore\n")), "extension-lines"),
        bad("checkpoint without a root", make(format!("{ORIGIN}\n8\n")), "missing-line"),
        bad("checkpoint of size 08", make(format!("{ORIGIN}\n08\n{root}\n")), "bad-size"),
        bad("checkpoint of size +8", make(format!("{ORIGIN}\n+8\n{root}\n")), "bad-size"),
        bad(
            "checkpoint with an unpadded root",
            make(format!("{ORIGIN}\n8\n{}\n", root.trim_end_matches('='))),
            "bad-root",
        ),
        bad("checkpoint with a short root", make(format!("{ORIGIN}\n8\n{}\n", encode_base64(&[9; 31]))), "bad-root"),
        bad("checkpoint of size 0 with another root", make(format!("{ORIGIN}\n0\n{root}\n")), "wrong-empty-root"),
        bad("checkpoint whose origin has a space", make(format!("ledger example\n8\n{root}\n")), "space-in-name"),
        bad(
            "checkpoint without signatures",
            changed(|parts| parts.checkpoint = format!("{ORIGIN}\n8\n{root}\n\n")),
            "missing-signatures",
        ),
        bad(
            "checkpoint that is not signed",
            changed(|parts| parts.checkpoint = format!("{ORIGIN}\n8\n{root}\n")),
            "missing-empty-line",
        ),
    ]
}

fn sizes() -> Vec<Case> {
    let largest = largest_fields();
    let entry = largest[1].1[2..].to_vec();
    let sample = changed(|parts| parts.extra = format!("extra {}", encode_base64(&join(&largest))));
    let long = changed(|parts| parts.extra = format!("extra {}", "A".repeat(262_144)));
    vec![
        good("the largest disclosure", sample, says(7, 3, &entry)),
        bad("more than 262144 bytes", long, "receipt-too-long"),
    ]
}
