//! What is deposited: statements, the entries that admit them, manifests and private details; and how a key is shown to be held.
//!
//! Statements are parsed strictly, kept as the bytes that were signed, and become a [`VerifiedStatement`] only through
//! [`SignedStatement::verify`]. Who may deposit is not known here, nor how a ledger grows (`ledger`), nor what a checkpoint is
//! (`trust`). Randomness (nonce, salts) comes in as arguments.
//!
//! Follows docs/formats.md: Statement, Entry.

mod body;
mod bundle;
mod details;
mod entry;
mod fingerprint;
mod ijson;
mod key;
mod key_proof;
mod manifest;
mod registry_body;
mod statement;

pub use body::{Admission, Body, Evidence, Genesis, Kind};
pub use bundle::{BundleError, MAX_BUNDLE_ENTRIES, decode_bundle, encode_bundle};
pub use details::{Commitment, DetailsCheck, DetailsFlaw, MAX_DETAILS_BYTES, check_details};
pub use entry::{Entry, EntryError};
pub use fingerprint::{Agreement, DigestMode, Fingerprint, Salt};
pub use key::{SuiteKey, VerifyError};
pub use key_proof::{KeyChallenge, KeyProof, KeyProofError, MAX_KEY_PROOF_BYTES};
pub use manifest::{Manifest, ManifestError, ManifestLine};
pub use registry_body::{Enrol, Revoke, RevokeReason, Role, Rotate};
pub use statement::{MAX_STATEMENT_BYTES, SignedStatement, StatementError, StatementId, VerifiedStatement};
