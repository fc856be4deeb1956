//! Values of our own in the column `meta`: what the ledger is, and the state of its indexes.
//!
//! Nothing here is hashed or signed, so a library may define the bytes: bincode 2 with fixed big-endian integers and a size
//! limit, after one byte of version. A value is read only if it is the whole of its bytes. What was written by a newer
//! version is refused by that version's number, before anything of it is read.

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use bincode::{Decode, Encode};
use thiserror::Error;

/// The version of the store's layout that this program writes and reads.
pub const STORE_VERSION: u8 = 1;

const LIMIT: usize = 4096;

/// Why a value of our own can't be read.
#[derive(Debug, Error)]
pub enum SettingError {
    /// It was written by a newer version.
    #[error("written by a newer version of the format: {found}, and this program knows {STORE_VERSION}")]
    NewerVersion {
        /// That version.
        found: u8,
    },
    /// It isn't there.
    #[error("{name} is missing")]
    Missing {
        /// The value.
        name: &'static str,
    },
    /// It isn't what a program of this version writes.
    #[error("{name} is damaged: {reason}")]
    Damaged {
        /// The value.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// What the ledger is; written when it is made, and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The origin line of its checkpoints.
    pub(super) origin: String,
    /// The suite of its key, and the key.
    pub(super) suite: u8,
    pub(super) public_key: [u8; 32],
    /// The leaf hash of its entry 0.
    pub(super) genesis: [u8; 32],
}

/// The entries that have replaced the ledger's key; written with each of them, and not there before the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rotations(pub(super) Vec<u64>);

/// Whether the indexes hold a row for all that is in the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexMarker {
    /// They do, as far as is known.
    Whole,
    /// They are being rebuilt, or were found damaged.
    Incomplete,
}

/// A value, and the key under which it is kept.
pub(super) trait Setting: Sized {
    const NAME: &'static str;
    /// What bincode writes of it.
    type Stored: Encode + Decode<()>;

    fn to_stored(&self) -> Self::Stored;
    fn from_stored(stored: Self::Stored) -> Self;
}

impl Setting for Identity {
    const NAME: &'static str = "identity";
    type Stored = (String, u8, [u8; 32], [u8; 32]);

    fn to_stored(&self) -> Self::Stored {
        (self.origin.clone(), self.suite, self.public_key, self.genesis)
    }

    fn from_stored((origin, suite, public_key, genesis): Self::Stored) -> Self {
        Self { origin, suite, public_key, genesis }
    }
}

impl Setting for Rotations {
    const NAME: &'static str = "rotations";
    type Stored = Vec<u64>;

    fn to_stored(&self) -> Vec<u64> {
        self.0.clone()
    }

    fn from_stored(entries: Vec<u64>) -> Self {
        Self(entries)
    }
}

impl Setting for IndexMarker {
    const NAME: &'static str = "indexes";
    type Stored = bool;

    fn to_stored(&self) -> bool {
        *self == Self::Whole
    }

    fn from_stored(whole: bool) -> Self {
        if whole { Self::Whole } else { Self::Incomplete }
    }
}

const fn configuration() -> Configuration<BigEndian, Fixint, Limit<LIMIT>> {
    bincode::config::standard().with_big_endian().with_fixed_int_encoding().with_limit::<LIMIT>()
}

pub(super) fn encode<S: Setting>(value: &S) -> Result<Vec<u8>, SettingError> {
    let mut bytes = vec![STORE_VERSION];
    let body =
        bincode::encode_to_vec(value.to_stored(), configuration()).map_err(|error| damaged::<S>(error.to_string()))?;
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

pub(super) fn decode<S: Setting>(bytes: Option<&[u8]>) -> Result<S, SettingError> {
    let bytes = bytes.ok_or(SettingError::Missing { name: S::NAME })?;
    let (version, body) = bytes.split_first().ok_or_else(|| damaged::<S>("it is empty".to_owned()))?;
    if *version > STORE_VERSION {
        return Err(SettingError::NewerVersion { found: *version });
    }
    if *version != STORE_VERSION {
        return Err(damaged::<S>(format!("there is no version {version}")));
    }
    let (stored, read): (S::Stored, usize) =
        bincode::decode_from_slice(body, configuration()).map_err(|error| damaged::<S>(error.to_string()))?;
    match body.len() - read {
        0 => Ok(S::from_stored(stored)),
        left => Err(damaged::<S>(format!("{left} bytes after its end"))),
    }
}

fn damaged<S: Setting>(reason: String) -> SettingError {
    SettingError::Damaged { name: S::NAME, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity { origin: "example.org/evidence".to_owned(), suite: 1, public_key: [7; 32], genesis: [9; 32] }
    }

    #[test]
    fn a_value_has_exactly_these_bytes() {
        let bytes = encode(&identity()).unwrap();
        let origin = b"\x01\0\0\0\0\0\0\0\x14example.org/evidence\x01";
        assert_eq!(bytes, [&origin[..], &[7; 32], &[9; 32]].concat());
        assert_eq!(decode::<Identity>(Some(&bytes)).unwrap(), identity());
        assert_eq!(encode(&IndexMarker::Incomplete).unwrap(), b"\x01\0");
    }

    #[test]
    fn nothing_but_the_whole_value_is_read() {
        let bytes = encode(&identity()).unwrap();
        for length in 0..bytes.len() {
            assert!(decode::<Identity>(Some(&bytes[..length])).is_err(), "{length} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(decode::<Identity>(Some(&longer)), Err(SettingError::Damaged { .. })));
        assert!(matches!(decode::<Identity>(None), Err(SettingError::Missing { name: "identity" })));
    }

    #[test]
    fn a_newer_version_is_named_and_a_hostile_length_refused() {
        assert!(matches!(decode::<IndexMarker>(Some(b"\x02new")), Err(SettingError::NewerVersion { found: 2 })));
        assert!(matches!(
            decode::<Identity>(Some(b"\x01\xff\xff\xff\xff\xff\xff\xff\xff")),
            Err(SettingError::Damaged { .. })
        ));
        assert!(matches!(decode::<IndexMarker>(Some(b"\0\x01")), Err(SettingError::Damaged { .. })));
    }
}
