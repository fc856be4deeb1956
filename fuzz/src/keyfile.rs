//! Key files: the bytes alone, without a disk.

use std::path::Path;

use crate::crypto::SigningKey;
use crate::keyfile_room::{decode_pem, encode_pem};

/// The seed of the key in a file that is not encrypted.
pub fn seed_of(file: &[u8]) -> Option<[u8; 32]> {
    // Nobody is there to be asked: with a passphrase, the number of rounds that a file asks for is its owner's own choice.
    decode_pem(Path::new("key"), file, || None).ok().map(|key| *key.seed())
}

/// The file of a key.
pub fn file_of(seed: &[u8; 32]) -> Vec<u8> {
    encode_pem(&SigningKey::from_seed(seed), None).expect("a key has a file").as_bytes().to_vec()
}
