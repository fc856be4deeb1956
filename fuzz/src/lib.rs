//! What the fuzz targets share: keys, a small ledger, and the files of the floors above that are pure enough to be fuzzed.
//!
//! The targets are built on the library without its feature `service`, so that no RocksDB is built for them. The code of stored
//! rows and of key files stands on floors that need more than that; their files are compiled here once more, from the same
//! source, with a stand-in for the one name of the database that they use.

// The rooms that those files name, under the names by which they call them.
use notarium::{codec, crypto, evidence, merkle, note, trust};

pub mod store;

#[path = "../../src/keyfile.rs"]
#[expect(dead_code, reason = "of the whole room only the decoding is fuzzed")]
mod keyfile_room;

pub mod keyfile;

use std::sync::LazyLock;

use crypto::SigningKey;
use note::VerifierKey;
use trust::Policy;

/// A key of the targets' own.
pub fn our_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// The bytes with one bit changed; which one, the bytes themselves say. None are left as they are.
pub fn one_bit_changed(bytes: &[u8]) -> Vec<u8> {
    let digest = crypto::sha256(&[bytes]);
    let choice = u64::from_be_bytes(*digest.as_bytes().first_chunk().expect("32 bytes"));
    let bits = bytes.len() as u64 * 8;
    let mut changed = bytes.to_vec();
    if let Some(at) = choice.checked_rem(bits) {
        changed[(at / 8) as usize] ^= 1 << (at % 8);
    }
    changed
}

/// The ledger of tests/vectors/small-ledger.json: what its key has signed, and nothing else.
pub struct SmallLedger {
    /// Its key.
    pub vkey: VerifierKey,
    /// Its key as the one log of a policy.
    pub policy: Policy,
    /// Its one signed checkpoint.
    pub checkpoint: String,
    /// All that it has admitted.
    pub entries: Vec<Vec<u8>>,
}

/// Read once.
pub static SMALL_LEDGER: LazyLock<SmallLedger> = LazyLock::new(|| {
    let page = include_str!("../../tests/vectors/small-ledger.json");
    let page: serde_json::Value = serde_json::from_str(page).expect("the file is JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let vkey: VerifierKey = text(&page["vkey"]).parse().expect("a vkey");
    let entries = page["entries"].as_array().expect("a list");
    SmallLedger {
        policy: Policy::for_log(&vkey, None).expect("one log"),
        vkey,
        checkpoint: text(&page["checkpoint"]),
        entries: entries.iter().map(|entry| hex::decode(text(&entry["entry"])).expect("hex")).collect(),
    }
});
