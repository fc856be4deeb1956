//! Names of keys, and the stricter names of ledgers.
//!
//! A name says whom a key is meant to speak for; it proves nothing. Names are compared as bytes, never normalised.

use std::fmt;
use std::str::FromStr;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::codec::{TextError, check_text};

/// Why a text is not a key name or not an origin.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum NameError {
    /// There is no character in it.
    #[error("the name is empty")]
    EmptyName,
    /// A Unicode space, LF and U+0085 among them.
    #[error("the name holds a space (U+{:04X})", u32::from(*.0))]
    SpaceInName(char),
    /// A plus sign, which separates the parts of a vkey.
    #[error("the name holds a plus sign")]
    PlusInName,
    /// A character below U+0020, which no note may hold; in an origin also those that no text of ours may hold.
    #[error("the name holds the character U+{:04X}", u32::from(*.0))]
    BannedInName(char),
    /// An origin of more than [`Origin::MAX_BYTES`] bytes.
    #[error("the origin has {0} bytes, more than {max}", max = Origin::MAX_BYTES)]
    OriginTooLong(usize),
    /// An origin that begins like the statements that the same key signs.
    #[error("an origin does not begin with \"{RESERVED}\"")]
    ReservedOrigin,
}

impl NameError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// A statement begins with these bytes, so a checkpoint must not: the ledger's key signs both.
const RESERVED: &str = "notarium/";

/// The name of a key: not empty, no Unicode space, no `+`, no character below U+0020 (C2SP signed-note, Format).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::EmptyName);
        }
        match text.chars().find(|&c| c.is_whitespace() || c == '+' || c < ' ') {
            None => Ok(Self(text.to_owned())),
            Some('+') => Err(NameError::PlusInName),
            Some(space) if space.is_whitespace() => Err(NameError::SpaceInName(space)),
            Some(control) => Err(NameError::BannedInName(control)),
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a ledger is called: the first line of its checkpoints and the name of the key that signs them.
///
/// A key name of 1 to 255 bytes that keeps the text rule of docs/formats.md (Conventions) and does not begin with
/// `notarium/`. tlog-checkpoint would only recommend the key-name rules; a policy can name no log that breaks them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(KeyName);

impl Origin {
    /// Longest origin, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 255;

    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of the key that signs for this origin: the same text.
    #[must_use]
    pub fn key_name(&self) -> &KeyName {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name: KeyName = text.parse()?;
        if text.len() > Self::MAX_BYTES {
            return Err(NameError::OriginTooLong(text.len()));
        }
        if text.starts_with(RESERVED) {
            return Err(NameError::ReservedOrigin);
        }
        match check_text(text) {
            Err(TextError::BannedCharacter { character }) => Err(NameError::BannedInName(character)),
            _ => Ok(Self(name)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
