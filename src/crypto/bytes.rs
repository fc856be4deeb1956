//! Fixed-length values that people read as lower-case hex.
//!
//! One macro gives every digest, key and signature the same small surface, so that no two of them can be mixed up and
//! none is compared or printed in a way of its own. Only lower-case hex is read: a value has one spelling.

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

/// Why a text is not the hex spelling of a fixed-length value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum HexError {
    /// The text has another length than two digits a byte.
    #[error("{found} characters where {expected} hex digits are due")]
    WrongLength {
        /// Two digits for each byte of the value.
        expected: usize,
        /// Bytes in the text that was given.
        found: usize,
    },
    /// A character is none of `0-9` and `a-f`.
    #[error("a character that is no lower-case hex digit")]
    NotLowerHex,
}

impl HexError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// Reads exactly `2 * N` lower-case hex digits.
pub(super) fn parse_lower_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    if text.len() != 2 * N {
        return Err(HexError::WrongLength { expected: 2 * N, found: text.len() });
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(HexError::NotLowerHex);
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| HexError::NotLowerHex)?;
    Ok(bytes)
}

/// Defines a newtype over `[u8; N]`, printed and parsed as lower-case hex.
macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Length in bytes.
            pub const LENGTH: usize = $length;

            /// Takes the raw bytes; every value of them is allowed.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::crypto::HexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                super::bytes::parse_lower_hex(text).map(Self)
            }
        }
    };
}
pub(super) use hex_bytes;
