//! Signed notes and vkeys against golang.org/x/mod/sumdb/note and C2SP signed-note, and by property.
//!
//! What is malformed, with its error, is in tests/vectors/notes.json and vkeys.json.

use notarium::codec::{decode_base64, encode_base64};
use notarium::crypto::{PublicKey, SignatureError, SigningKey};
use notarium::note::{
    KeyKind, KeyName, LineError, MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, Origin, SignatureLine, SignedNote,
    VerifierKey,
};
use proptest::prelude::*;

// Facts of golang/mod sumdb/note/note_test.go: two keys, a text, and their signatures over it.
pub(crate) const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
pub(crate) const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
pub(crate) const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
pub(crate) const PETER_SIGNS: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
pub(crate) const ENOCH_SIGNS: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn vkey(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

fn parse(text: &str) -> Result<SignedNote, NoteError> {
    SignedNote::parse(text.as_bytes())
}

fn signed(lines: &str) -> SignedNote {
    parse(&format!("{TEXT}\n{lines}")).unwrap()
}

/// A line with any name, id and bytes of signature.
fn line_by(name: &str, id: [u8; 4], signature: &[u8]) -> SignatureLine {
    let bytes = [&id, signature].concat();
    format!("— {name} {}", encode_base64(&bytes)).parse().unwrap()
}

/// The seed of the Go test's private key: `PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz`.
fn peters_key() -> SigningKey {
    let seed = decode_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
    SigningKey::from_seed(seed[1..].try_into().unwrap())
}

#[test]
fn the_go_keys_are_read_and_written() {
    for text in [PETER, ENOCH] {
        let key = vkey(text);
        assert_eq!(key.kind(), KeyKind::Ed25519);
        assert_eq!(key.to_string(), text);
        assert_eq!(VerifierKey::new_ed25519(key.name().clone(), *key.public_key()), key);
    }
    assert_eq!(peters_key().public(), *vkey(PETER).public_key());
}

#[test]
fn no_piece_and_no_neighbour_of_a_vkey_is_one() {
    for from in 0..=PETER.len() {
        for to in from..=PETER.len() {
            assert_eq!(PETER[from..to].parse::<VerifierKey>().is_ok(), to - from == PETER.len(), "{from}..{to}");
        }
    }
    for at in 0..PETER.len() {
        for byte in 0..=0x7f {
            let mut bytes = PETER.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(text.parse::<VerifierKey>().is_ok(), text == PETER, "{text}");
        }
    }
}

#[test]
fn a_vkey_splits_on_its_first_two_plus_signs() {
    let key = vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    assert_eq!((key.name().as_str(), key.id().to_string().as_str()), ("example.com/foo", "530d903a"));
    // Keys whose base64 holds plus signs.
    let with_plus =
        (0..).map(|n: u64| SigningKey::from_seed(&std::array::from_fn(|i| n.to_be_bytes()[i % 8])).public());
    let key = with_plus
        .map(|public| VerifierKey::new_ed25519("a".parse().unwrap(), public))
        .find(|key| key.to_string().matches('+').count() > 3)
        .unwrap();
    assert_eq!(vkey(&key.to_string()), key);
}

#[test]
fn the_example_of_the_specification_opens() {
    let note = parse(
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    )
    .unwrap();
    let key = vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    assert_eq!(note.open(std::slice::from_ref(&key)), Ok(vec![&key]));
}

#[test]
fn signing_gives_the_go_bytes() {
    let line = SignatureLine::sign(TEXT, &"PeterNeumann".parse().unwrap(), &peters_key());
    assert_eq!(format!("{line}\n"), PETER_SIGNS);
    let mut note = SignedNote::new(TEXT, &[line]).unwrap();
    assert_eq!(note.as_str(), format!("{TEXT}\n{PETER_SIGNS}"));
    note.append(ENOCH_SIGNS.trim_end().parse().unwrap()).unwrap();
    assert_eq!(note, signed(&format!("{PETER_SIGNS}{ENOCH_SIGNS}")));
}

#[test]
fn opening_as_the_go_test_does() {
    let (peter, enoch) = (vkey(PETER), vkey(ENOCH));
    let both = [peter.clone(), enoch.clone()];
    let note = signed(&format!("{PETER_SIGNS}{ENOCH_SIGNS}"));
    assert_eq!(note.text(), TEXT);
    assert_eq!(note.open(&both[..1]), Ok(vec![&peter]));
    assert_eq!(note.open(&both), Ok(vec![&peter, &enoch]));
    assert_eq!(note.open(&[]), Err(NoteError::NoKnownSignature));
    // A repeated signature counts once, an unknown key's is not looked at.
    let changed = format!("{}ABCD{}", &ENOCH_SIGNS[..60], &ENOCH_SIGNS[60..]);
    let repeated = signed(&format!("{PETER_SIGNS}{PETER_SIGNS}{ENOCH_SIGNS}{changed}"));
    assert_eq!(repeated.open(&both[..1]), Ok(vec![&peter]));
    // Where Go skips a known key's second signature, one that does not hold rejects the note here.
    let error = SignatureError::Mismatch;
    let fails = NoteError::KnownKeyFails { name: enoch.name().clone(), id: enoch.id(), error };
    assert_eq!(repeated.open(&both), Err(fails));
}

#[test]
fn a_key_is_known_by_name_and_id_together() {
    let peter = vkey(PETER);
    let line: SignatureLine = PETER_SIGNS.trim_end().parse().unwrap();
    let other_id = line_by("PeterNeumann", [0; 4], line.signature());
    let other_name = line_by("Carmen", *peter.id().as_bytes(), line.signature());
    let note = SignedNote::new(TEXT, &[other_id, other_name]).unwrap();
    assert_eq!(note.open(std::slice::from_ref(&peter)), Err(NoteError::NoKnownSignature));
}

#[test]
fn the_last_empty_line_separates() {
    let key = peters_key();
    let name: KeyName = "PeterNeumann".parse().unwrap();
    for text in ["\n", "a\n", "\n\na\n\n\nb\n\n", "— a b\n\n— PeterNeumann AAAA\n", "é\u{85}\u{2028}\u{7f}\n"] {
        let note = SignedNote::new(text, &[SignatureLine::sign(text, &name, &key)]).unwrap();
        assert_eq!(note.text(), text);
        assert_eq!(note.open(&[vkey(PETER)]).unwrap().len(), 1);
    }
}

#[test]
fn a_hundred_signatures_are_accepted_and_no_more() {
    let mut note = signed(&PETER_SIGNS.repeat(MAX_SIGNATURES));
    assert_eq!(note.open(&[vkey(PETER)]).unwrap().len(), 1);
    assert_eq!(note.append(ENOCH_SIGNS.trim_end().parse().unwrap()), Err(NoteError::TooManySignatures));
    assert_eq!(note, signed(&PETER_SIGNS.repeat(MAX_SIGNATURES)));
}

#[test]
fn a_note_of_the_largest_size_is_accepted() {
    let text = |length: usize| format!("{}\n", "x".repeat(length - 1));
    let rest = PETER_SIGNS.len() + 1;
    let largest = text(MAX_NOTE_BYTES - rest);
    assert!(parse(&format!("{largest}\n{PETER_SIGNS}")).is_ok());
    let mut note = parse(&format!("{}\n{PETER_SIGNS}", text(MAX_NOTE_BYTES - rest - 20))).unwrap();
    let line = PETER_SIGNS.trim_end().parse().unwrap();
    assert_eq!(note.append(line), Err(NoteError::NoteTooLarge(MAX_NOTE_BYTES - 20 + PETER_SIGNS.len())));
}

#[test]
fn what_an_origin_may_not_hold_a_foreign_keys_name_may() {
    let long = "x".repeat(Origin::MAX_BYTES + 1);
    for name in ["a\u{200b}b", "notarium/statement/1", &long] {
        assert!(name.parse::<Origin>().is_err() && name.parse::<KeyName>().is_ok(), "{name}");
    }
    for name in ["", "a b", "a+b", "a\u{1f}b"] {
        assert!(name.parse::<Origin>().is_err() && name.parse::<KeyName>().is_err(), "{name}");
    }
}

#[test]
fn a_line_without_a_note_ends_where_its_base64_does() {
    assert!("— a AAAAAAA=".parse::<SignatureLine>().is_ok());
    assert_eq!("— a AAAAAAA=\n".parse::<SignatureLine>(), Err(LineError::BadSignatureBase64));
    assert_eq!("".parse::<SignatureLine>(), Err(LineError::MissingDash));
}

#[test]
fn a_signature_of_another_length_does_not_hold() {
    let peter = vkey(PETER);
    for length in [1, 63, 65, 72] {
        let line = line_by("PeterNeumann", *peter.id().as_bytes(), &vec![0; length]);
        assert_eq!(line.verify(TEXT, &peter), Err(SignatureError::Mismatch));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = SignedNote::parse(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = (text.parse::<VerifierKey>(), text.parse::<SignatureLine>(), text.parse::<Origin>());
    }

    #[test]
    fn what_is_read_is_written_the_same(text in "([ -~é\n]{0,40}\n)?", lines in prop::collection::vec("(— )?[a-b +]{1,3} [A-B+/]{4}[A-E]{0,4}={0,2}\n", 1..4)) {
        let note = format!("{text}\n{}", lines.concat());
        if let Ok(parsed) = SignedNote::parse(note.as_bytes()) {
            prop_assert_eq!(parsed.as_str(), &note);
            prop_assert_eq!(SignedNote::new(parsed.text(), parsed.signatures()), Ok(parsed));
        }
        for line in &lines {
            if let Ok(parsed) = line.trim_end().parse::<SignatureLine>() {
                prop_assert_eq!(format!("{parsed}\n"), line.as_str());
            }
        }
    }

    #[test]
    fn vkeys_are_written_as_they_were_read(name in "[a-z./é]{1,20}", key: [u8; 32], cosigner: bool) {
        let name: KeyName = name.parse().unwrap();
        let make = if cosigner { VerifierKey::new_cosigner } else { VerifierKey::new_ed25519 };
        let key = make(name, PublicKey::from_bytes(key));
        prop_assert_eq!(vkey(&key.to_string()), key);
    }
}
