//! Writes a binary structure field by field; the mirror of the reader.

use super::{CodecError, MAX_INTEGER, Time};

/// The bytes that are written so far.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts a structure with its header: domain, version and LF.
    #[must_use]
    pub fn new(header: &'static str, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(header.len().max(capacity));
        bytes.extend_from_slice(header.as_bytes());
        Self { bytes }
    }

    /// Writes one byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes eight bytes, big-endian, of at most 2^53-1.
    ///
    /// # Errors
    ///
    /// [`CodecError::IntegerTooLarge`]; nothing is written then.
    pub fn u64(&mut self, field: &'static str, value: u64) -> Result<(), CodecError> {
        if value > MAX_INTEGER {
            return Err(CodecError::IntegerTooLarge { field, value });
        }
        self.bytes.extend_from_slice(&value.to_be_bytes());
        Ok(())
    }

    /// Writes a time: eight bytes, big-endian, milliseconds.
    pub fn time(&mut self, value: Time) {
        self.bytes.extend_from_slice(&value.millis().to_be_bytes());
    }

    /// Writes the bytes as they are.
    pub fn bytes(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// Writes a length of two bytes, big-endian, then the bytes.
    ///
    /// # Errors
    ///
    /// [`CodecError::LengthOutOfRange`] above 65,535 bytes; nothing is written then.
    pub fn bytes16(&mut self, field: &'static str, value: &[u8]) -> Result<(), CodecError> {
        let length = u16::try_from(value.len()).map_err(|_| CodecError::LengthOutOfRange {
            field,
            length: value.len(),
            least: 0,
            most: usize::from(u16::MAX),
        })?;
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    /// What is written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
