//! Reads a binary structure field by field.
//!
//! Every method takes the field's name, so that an error says where it stands. Nothing is read past the end, and nothing panics.

use super::text::check_text;
use super::{CodecError, MAX_INTEGER, TextError, Time, parse_decimal};

/// Most digits in the version of a header; more is no version that anyone will publish.
const MAX_VERSION_DIGITS: usize = 9;

/// The bytes that are not read yet.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are not read yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Reads a header: the domain `prefix`, a version (decimal, from 1, at most nine digits) and LF; gives the version.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`] when the bytes end although all of them could begin a header, else
    /// [`CodecError::WrongHeader`].
    pub fn version(&mut self, prefix: &'static str) -> Result<u64, CodecError> {
        let wrong = CodecError::WrongHeader { prefix };
        let truncated = CodecError::Truncated { field: "header", needed: prefix.len() + 2, left: self.rest.len() };
        let shared = self.rest.len().min(prefix.len());
        if self.rest[..shared] != prefix.as_bytes()[..shared] {
            return Err(wrong);
        }
        let after = &self.rest[shared..];
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > MAX_VERSION_DIGITS {
            return Err(wrong);
        }
        match after.get(digits) {
            None => Err(truncated),
            Some(b'\n') => {
                let version = std::str::from_utf8(&after[..digits]).ok().and_then(|text| parse_decimal(text).ok());
                let version = version.filter(|version| *version != 0).ok_or(wrong)?;
                self.rest = &after[digits + 1..];
                Ok(version)
            }
            Some(_) => Err(wrong),
        }
    }

    /// Reads one byte.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`].
    pub fn u8(&mut self, field: &'static str) -> Result<u8, CodecError> {
        self.bytes::<1>(field).map(|[byte]| byte)
    }

    /// Reads two bytes, big-endian.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`].
    pub fn u16(&mut self, field: &'static str) -> Result<u16, CodecError> {
        self.bytes(field).map(u16::from_be_bytes)
    }

    /// Reads eight bytes, big-endian, of at most 2^53-1.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`], [`CodecError::IntegerTooLarge`].
    pub fn u64(&mut self, field: &'static str) -> Result<u64, CodecError> {
        let value = self.bytes(field).map(u64::from_be_bytes)?;
        if value > MAX_INTEGER { Err(CodecError::IntegerTooLarge { field, value }) } else { Ok(value) }
    }

    /// Reads a time: eight bytes, big-endian, milliseconds, not after the year 9999.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`], [`CodecError::IntegerTooLarge`], [`CodecError::TimeTooLate`].
    pub fn time(&mut self, field: &'static str) -> Result<Time, CodecError> {
        let value = self.u64(field)?;
        Time::from_millis(value).map_err(|_| CodecError::TimeTooLate { field, value })
    }

    /// Reads exactly `N` bytes.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`].
    pub fn bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], CodecError> {
        let (taken, rest) =
            self.rest.split_first_chunk().ok_or(CodecError::Truncated { field, needed: N, left: self.rest.len() })?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Reads a `bytes16` of `least` to `most` bytes.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`], [`CodecError::LengthOutOfRange`].
    pub fn bytes16(&mut self, field: &'static str, least: usize, most: usize) -> Result<&'a [u8], CodecError> {
        let length = usize::from(self.u16(field)?);
        if !(least..=most).contains(&length) {
            return Err(CodecError::LengthOutOfRange { field, length, least, most });
        }
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CodecError::Truncated {
            field,
            needed: length,
            left: self.rest.len(),
        })?;
        self.rest = rest;
        Ok(taken)
    }

    /// Reads a `bytes16` of exactly `N` bytes.
    ///
    /// # Errors
    ///
    /// [`CodecError::Truncated`], [`CodecError::LengthOutOfRange`].
    pub fn exact16<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], CodecError> {
        Reader::new(self.bytes16(field, N, N)?).bytes(field)
    }

    /// Reads a `bytes16` that is text of `least` to `most` bytes.
    ///
    /// # Errors
    ///
    /// As [`Reader::bytes16`]; [`CodecError::NotUtf8`], [`CodecError::BannedCharacter`].
    pub fn text16(&mut self, field: &'static str, least: usize, most: usize) -> Result<&'a str, CodecError> {
        let bytes = self.bytes16(field, least, most)?;
        let text = std::str::from_utf8(bytes).map_err(|_| CodecError::NotUtf8 { field })?;
        match check_text(text) {
            Err(TextError::BannedCharacter { character }) => Err(CodecError::BannedCharacter { field, character }),
            _ => Ok(text),
        }
    }

    /// Ends the structure called `what`: nothing may be left.
    ///
    /// # Errors
    ///
    /// [`CodecError::TrailingBytes`].
    pub fn finish(self, what: &'static str) -> Result<(), CodecError> {
        match self.rest.len() {
            0 => Ok(()),
            count => Err(CodecError::TrailingBytes { after: what, count }),
        }
    }
}
