//! Digests and signatures: what the formats name, and not one algorithm more.
//!
//! SHA-256 and SM3 over whole messages or in one pass over a stream, and signature suites, of which suite 1 (Ed25519) is
//! built. Keys and seeds come in as arguments: nothing here reads a file or draws a random number. What the bytes mean
//! that are hashed and signed is said on the floors above.
//!
//! Follows docs/formats.md (Conventions, Signatures), FIPS 180-4, GB/T 32905-2016 and RFC 8032.

mod bytes;
mod decompressed;
mod digest;
mod ed25519;
mod screen;
mod suite;

pub use bytes::HexError;
pub use digest::{Digests, DualHasher, Sha256Digest, Sha256Hasher, Sm3Digest, Sm3Hasher, sha256, sm3};
pub use ed25519::{PublicKey, Signature, SignatureError, SigningKey, verify_all};
pub use screen::{SignedMessage, screen_signatures};
pub use suite::Suite;
