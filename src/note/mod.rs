//! Signed notes: text that one or more named keys have signed.
//!
//! Key names and key ids, verifier keys (vkeys), signature lines, and the note as the bytes that it came in. What a
//! note's text means is not known here (`trust::Checkpoint` reads one), nor is which keys to believe (`trust::Policy`).
//!
//! Follows C2SP signed-note v1.0.0, more strictly where it leaves room: hex is lower case, base64 has zero spare bits,
//! every signature line is well-formed or the note is not.

mod key;
mod line;
mod name;
mod signed;

pub use key::{KeyId, KeyKind, VerifierKey, VerifierKeyError};
pub use line::{LineError, SignatureLine};
pub use name::{KeyName, NameError, Origin};
pub use signed::{MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, SignedNote};
