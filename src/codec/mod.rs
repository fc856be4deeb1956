//! Bytes and text in exactly one encoding.
//!
//! The conventions of docs/formats.md: big-endian integers of at most 2^53-1, `bytes16`, times in milliseconds, text without
//! invisible or steering characters, and the strict text forms (decimal, base64, hex). A decoder accepts one encoding of every
//! value and names the field that is wrong. What the fields mean is said by the rooms above; nothing here knows a format.

mod lines;
mod reader;
mod text;
mod time;
mod writer;

pub use lines::{LinesError, labelled_values};
pub use reader::Reader;
pub use text::{TextError, check_text, decode_base64, decode_hex, encode_base64, parse_decimal, push_base64};
pub use time::Time;
pub use writer::Writer;

/// The largest integer that a format holds: 2^53-1, which JSON and JavaScript keep exactly.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why bytes are not the one encoding of a value. Each variant names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum CodecError {
    /// The bytes end inside a field.
    #[error("{field}: {needed} bytes needed, {left} left")]
    Truncated {
        /// The field that was being read.
        field: &'static str,
        /// Bytes that it takes.
        needed: usize,
        /// Bytes that were there.
        left: usize,
    },
    /// Bytes are left after the last field.
    #[error("{after}: {count} bytes after its end")]
    TrailingBytes {
        /// The structure that ended.
        after: &'static str,
        /// Bytes left over.
        count: usize,
    },
    /// The bytes don't begin with the format's name and a version.
    #[error("does not begin with \"{prefix}\" and a version")]
    WrongHeader {
        /// The name that was expected.
        prefix: &'static str,
    },
    /// A field has fewer bytes than its least, or more than its most.
    #[error("{field}: {length} bytes, not {least} to {most}")]
    LengthOutOfRange {
        /// The field.
        field: &'static str,
        /// Bytes that it has.
        length: usize,
        /// Least number of bytes allowed.
        least: usize,
        /// Largest number of bytes allowed.
        most: usize,
    },
    /// An integer above 2^53-1.
    #[error("{field}: {value} is above 2^53-1")]
    IntegerTooLarge {
        /// The field.
        field: &'static str,
        /// What stood there.
        value: u64,
    },
    /// A time after the year 9999.
    #[error("{field}: {value} ms is after the year 9999")]
    TimeTooLate {
        /// The field.
        field: &'static str,
        /// What stood there, milliseconds.
        value: u64,
    },
    /// Text that is not UTF-8.
    #[error("{field}: not valid UTF-8")]
    NotUtf8 {
        /// The field.
        field: &'static str,
    },
    /// Text with a control, invisible or direction character.
    #[error("{field}: the character U+{:04X} is not allowed", u32::from(*.character))]
    BannedCharacter {
        /// The field.
        field: &'static str,
        /// The first such character.
        character: char,
    },
}

impl CodecError {
    /// The stable name of this error, as vectors and HTTP problems give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}
