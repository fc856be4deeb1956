//! Our own vectors: tests/vectors/*.json, good and bad, each bad one with the error that it must give.
//!
//! `NOTARIUM_WRITE_VECTORS=1 cargo test --release --test all vectors` writes the files anew from the builders here; without it
//! the builders must agree with the files. A second test feeds every case of every file to the decoder and compares what it
//! says, so that the files alone are enough for an implementation in another language.
//!
//! A case has `name`; its input as `hex` or `text`, or as `hex_runs` or `text_runs` (pieces with a repeat count each), or in
//! fields of its own; and one of `good` (what it decodes to), `error` (malformed: the error's code) or `unknown` (not
//! understood: the code). tests/vectors/README.md has the fields of every file.

mod checkpoints;
mod cosignatures;
mod details;
mod disclosures;
mod entries;
mod key_proofs;
mod manifests;
mod notes;
mod policies;
mod proofs;
mod receipts;
mod runs;
mod signatures;
mod statements;
mod texts;
mod tiles;
mod vkeys;

pub(crate) use disclosures::disclosure_fields;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use strum::VariantNames as _;

/// What the decoder must say of an input.
pub(crate) enum Expect {
    Good(Value),
    Error(&'static str),
    Unknown(&'static str),
}

pub(crate) struct Case {
    name: String,
    input: Vec<u8>,
    /// Fields beside the input, or in its place.
    fields: Map<String, Value>,
    expect: Expect,
}

impl Case {
    fn new(name: impl Into<String>, input: Vec<u8>, expect: Expect) -> Self {
        Self { name: name.into(), input, fields: Map::new(), expect }
    }

    /// The same with a field beside the input.
    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }
}

pub(crate) fn good(name: impl Into<String>, input: Vec<u8>, says: Value) -> Case {
    Case::new(name, input, Expect::Good(says))
}

pub(crate) fn bad(name: impl Into<String>, input: Vec<u8>, code: &'static str) -> Case {
    Case::new(name, input, Expect::Error(code))
}

pub(crate) fn unknown(name: impl Into<String>, input: Vec<u8>, code: &'static str) -> Case {
    Case::new(name, input, Expect::Unknown(code))
}

/// What a decoder says: `Ok` with the facts, or the code and whether it is unknown rather than malformed.
type Said = Result<Value, (&'static str, bool)>;

/// How a file writes the inputs of its cases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Hex,
    Text,
    /// In fields alone.
    Fields,
}

/// What is fed with an input.
#[derive(Clone, Copy)]
enum Decoder {
    /// All that it needs is the input.
    Of(fn(&[u8]) -> Said),
    /// It looks at fields of the case too.
    With(fn(&[u8], &Value) -> Said),
}

struct File {
    name: &'static str,
    about: &'static str,
    form: Form,
    cases: fn() -> Vec<Case>,
    decode: Decoder,
}

const FILES: [File; 17] = [
    File {
        name: "statements",
        about: "Signed statements. good: kind, suite, statement_id, and verify (ok, or the code of the signature error).",
        form: Form::Hex,
        cases: statements::cases,
        decode: Decoder::Of(statements::decode),
    },
    File {
        name: "entries",
        about: "Entries. good: index, time, leaf hash, and statement (ok, or the code of the statement's error).",
        form: Form::Hex,
        cases: entries::cases,
        decode: Decoder::Of(entries::decode),
    },
    File {
        name: "bundles",
        about: "Entry bundles (tlog-tiles). good: the number of entries.",
        form: Form::Hex,
        cases: entries::bundle_cases,
        decode: Decoder::Of(entries::decode_bundle_case),
    },
    File {
        name: "disclosures",
        about: "Disclosures, the bytes of a receipt's extra line. good: the leaf hash and what is shown.",
        form: Form::Hex,
        cases: disclosures::cases,
        decode: Decoder::Of(disclosures::decode),
    },
    File {
        name: "receipts",
        about: "Receipts. good: the index line, the number of hashes and the leaf hash; nothing is verified here.",
        form: Form::Text,
        cases: receipts::cases,
        decode: Decoder::Of(receipts::decode),
    },
    File {
        name: "manifests",
        about: "Manifests. good: the number of lines.",
        form: Form::Text,
        cases: manifests::cases,
        decode: Decoder::Of(manifests::decode),
    },
    File {
        name: "key-proofs",
        about: "Answers to key challenges (docs/formats.md, Key proof). good: the bytes that the key signs, and verify (ok, or the code of the signature's error).",
        form: Form::Text,
        cases: key_proofs::cases,
        decode: Decoder::Of(key_proofs::decode),
    },
    File {
        name: "details",
        about: "Details. good: the object's names, sorted by their bytes. A malformed one changes no verdict; it is shown as raw bytes.",
        form: Form::Text,
        cases: details::cases,
        decode: Decoder::Of(details::decode),
    },
    File {
        name: "notes",
        about: "Signed notes (C2SP signed-note). `keys`, where there is one, are the vkeys that the note is opened with. good: bytes of the signed text, name and id of each signature line, and the vkeys among `keys` that signed.",
        form: Form::Text,
        cases: notes::cases,
        decode: Decoder::With(notes::decode),
    },
    File {
        name: "vkeys",
        about: "Verifier keys (C2SP signed-note). good: name, id, type and public key.",
        form: Form::Text,
        cases: vkeys::cases,
        decode: Decoder::Of(vkeys::decode),
    },
    File {
        name: "checkpoints",
        about: "Signed checkpoints (C2SP tlog-checkpoint). good: origin, size (as text, up to 2^63) and root; no signature is verified here.",
        form: Form::Text,
        cases: checkpoints::cases,
        decode: Decoder::Of(checkpoints::decode),
    },
    File {
        name: "policies",
        about: "Policies (C2SP tlog-policy). good: the logs' vkeys and the witnesses' names. `line` is the line, counted from 1, that the error is on.",
        form: Form::Text,
        cases: policies::cases,
        decode: Decoder::With(policies::decode),
    },
    File {
        name: "cosignatures",
        about: "Cosignatures (C2SP tlog-cosignature, type 04): `line` by `vkey` over the checkpoint's text in `body`. good: the time in seconds.",
        form: Form::Fields,
        cases: cosignatures::cases,
        decode: Decoder::With(cosignatures::decode),
    },
    File {
        name: "tiles",
        about: "Paths of tiles and of entry bundles (C2SP tlog-tiles). good: level (`entries` for a bundle), index (as text, up to 2^64-1) and width.",
        form: Form::Text,
        cases: tiles::cases,
        decode: Decoder::Of(tiles::decode),
    },
    File {
        name: "proofs",
        about: "Inclusion and consistency proofs (RFC 6962, section 2.1). Hashes are hex. good: holds.",
        form: Form::Fields,
        cases: proofs::cases,
        decode: Decoder::With(proofs::decode),
    },
    File {
        name: "signatures",
        about: "Ed25519 signatures (docs/formats.md, Signatures): all in hex. good: valid. Which of several errors is named is not part of the rule.",
        form: Form::Fields,
        cases: signatures::cases,
        decode: Decoder::With(signatures::decode),
    },
    File {
        name: "texts",
        about: "The text forms of docs/formats.md, Conventions: `input` read as `form`. good: a number (as text), bytes in hex, or a length in bytes.",
        form: Form::Fields,
        cases: texts::cases,
        decode: Decoder::With(texts::decode),
    },
];

/// The inputs of all cases, for tests that change them.
pub(crate) fn inputs() -> Vec<Vec<u8>> {
    let files = FILES.iter().filter(|file| file.form != Form::Fields);
    files.flat_map(|file| (file.cases)()).map(|case| case.input).collect()
}

fn path_of(file: &File) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(format!("{}.json", file.name))
}

fn render(file: &File) -> String {
    let cases: Vec<String> = (file.cases)().iter().map(|case| format!("    {}", case_json(case, file.form))).collect();
    let names: BTreeSet<_> = (file.cases)().into_iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "{}: two cases of one name", file.name);
    format!("{{\n  \"about\": {},\n  \"cases\": [\n{}\n  ]\n}}\n", Value::from(file.about), cases.join(",\n"))
}

fn case_json(case: &Case, form: Form) -> Value {
    let mut shown = json!({ "name": case.name });
    if form != Form::Fields {
        let (key, input) = runs::write(&case.input, form == Form::Text);
        shown[key] = input;
    }
    for (field, value) in &case.fields {
        shown[field] = value.clone();
    }
    match &case.expect {
        Expect::Good(says) => shown["good"] = says.clone(),
        Expect::Error(code) => shown["error"] = (*code).into(),
        Expect::Unknown(code) => shown["unknown"] = (*code).into(),
    }
    shown
}

fn read(file: &File) -> Vec<Value> {
    let text = std::fs::read_to_string(path_of(file)).unwrap();
    let page: Value = serde_json::from_str(&text).unwrap();
    page["cases"].as_array().unwrap().clone()
}

#[test]
fn the_files_are_what_the_builders_make() {
    for file in &FILES {
        let made = render(file);
        if std::env::var_os("NOTARIUM_WRITE_VECTORS").is_some() {
            std::fs::write(path_of(file), &made).unwrap();
        }
        let kept = std::fs::read_to_string(path_of(file)).unwrap();
        assert!(kept == made, "tests/vectors/{}.json is not what its builder makes", file.name);
    }
}

#[test]
fn every_vector_gives_what_it_must() {
    for file in &FILES {
        for case in read(file) {
            let said = match file.decode {
                Decoder::Of(decode) => decode(&runs::read(&case)),
                Decoder::With(decode) if file.form == Form::Fields => decode(&[], &case),
                Decoder::With(decode) => decode(&runs::read(&case), &case),
            };
            let (key, says) = match said {
                Ok(facts) => ("good", facts),
                Err((code, false)) => ("error", code.into()),
                Err((code, true)) => ("unknown", code.into()),
            };
            assert_eq!(case.get(key), Some(&says), "{}: {}: it says {key} {says}", file.name, case["name"]);
        }
    }
}

#[test]
fn no_decoder_error_is_without_a_vector() {
    use notarium::{codec, crypto, evidence, ledger, merkle, note, trust};
    let codes = [
        codec::CodecError::VARIANTS,
        codec::TextError::VARIANTS,
        crypto::HexError::VARIANTS,
        crypto::SignatureError::VARIANTS,
        merkle::ProofInvalid::VARIANTS,
        merkle::TilePathError::VARIANTS,
        note::NameError::VARIANTS,
        note::VerifierKeyError::VARIANTS,
        note::LineError::VARIANTS,
        note::NoteError::VARIANTS,
        evidence::StatementError::VARIANTS,
        evidence::VerifyError::VARIANTS,
        evidence::EntryError::VARIANTS,
        evidence::BundleError::VARIANTS,
        evidence::ManifestError::VARIANTS,
        evidence::DetailsFlaw::VARIANTS,
        evidence::KeyProofError::VARIANTS,
        ledger::DisclosureError::VARIANTS,
        ledger::ReceiptError::VARIANTS,
        trust::CheckpointError::VARIANTS,
        trust::CosignatureError::VARIANTS,
        trust::PolicyProblem::VARIANTS,
    ];
    // These only carry another error, whose code is given in their place, or are no decoder's.
    let carriers = [
        "bad-key",
        "bad-key-name",
        "bad-name",
        "bad-origin",
        "bad-signature-line",
        "checkpoint",
        "codec",
        "disclosure",
        "entry",
        "not-a-note",
        "other-key",
        "origin",
        "statement",
    ];
    let mut unprovoked: BTreeSet<&str> = codes.concat().into_iter().filter(|code| !carriers.contains(code)).collect();
    for case in FILES.iter().flat_map(read) {
        let within = case.get("good").and_then(|says| says.get("verify").or(says.get("statement")));
        for code in [case.get("error"), case.get("unknown"), within].into_iter().flatten() {
            unprovoked.remove(code.as_str().unwrap());
        }
    }
    assert!(unprovoked.is_empty(), "no vector gives {unprovoked:?}");
}
