//! Signed notes: one encoding, limits, and signatures that hold for their text alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::note::{KeyName, MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, SignatureLine, SignedNote, VerifierKey};
use notarium_fuzz::{SMALL_LEDGER, one_bit_changed, our_key};

fuzz_target!(|bytes: &[u8]| {
    let Ok(note) = SignedNote::parse(bytes) else { return };
    assert_eq!(note.as_str().as_bytes(), bytes);
    assert!(bytes.len() <= MAX_NOTE_BYTES);
    assert!((1..=MAX_SIGNATURES).contains(&note.signatures().len()));
    assert_eq!(SignedNote::new(note.text(), note.signatures()).as_ref(), Ok(&note));
    // Of the small ledger's key there is one signature in the world, over one text.
    let known = [SMALL_LEDGER.vkey.clone()];
    if note.open(&known).is_ok() {
        assert!(SMALL_LEDGER.checkpoint.starts_with(note.text()), "signed by a key that has not signed it");
    }
    countersign(note);
});

/// With a signature of ours the note is still one, and ours holds for this text and no other.
fn countersign(mut note: SignedNote) {
    let name: KeyName = "fuzz.example/ours".parse().expect("a name");
    let ours = [VerifierKey::new_ed25519(name.clone(), our_key().public())];
    if note.signatures().iter().any(|line| line.is_by(&ours[0])) {
        return;
    }
    let line = SignatureLine::sign(note.text(), &name, &our_key());
    match note.append(line.clone()) {
        Ok(()) => {}
        Err(NoteError::TooManySignatures | NoteError::NoteTooLarge(_)) => return,
        Err(error) => panic!("a line that was made is not added: {error}"),
    }
    let again = SignedNote::parse(note.as_str().as_bytes()).expect("it was one");
    assert_eq!(again, note);
    assert_eq!(again.open(&ours).expect("our own signature"), [&ours[0]]);
    if let Ok(other) = String::from_utf8(one_bit_changed(note.text().as_bytes())) {
        assert!(line.verify(&other, &ours[0]).is_err(), "one bit changed, and the signature holds");
    }
}
