//! The bodies of the registry's statements: a key is enrolled, a key is revoked, the ledger's own is replaced.
//!
//! Form only; who may enrol, revoke and rotate is decided where keys in force are kept.
//!
//! Follows docs/formats.md, Statement (kinds 2, 3 and 4).

use crate::codec::{Reader, Time, Writer};
use crate::merkle::Hash;

use super::key::SuiteKey;
use super::statement::StatementError;

/// Domain of an enrolled key's consent.
pub(super) const CONSENT: &[u8] = b"notarium/consent/1\n";
/// Domain of the consent of a ledger's next key: none to an enrolment can be taken for it.
pub(super) const ROTATION: &[u8] = b"notarium/rotation/1\n";

/// Longest public name, and longest note on how identity was checked, in bytes.
const MAX_TEXT: usize = 255;

/// What a key is enrolled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 1: it may deposit.
    Submitter = 1,
    /// 2: it may enrol submitters and revoke.
    Registrar = 2,
}

/// A key is enrolled on one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrol {
    /// Leaf hash of that ledger's entry 0.
    pub ledger: Hash,
    /// The key that is enrolled.
    pub key: SuiteKey,
    /// What for.
    pub role: Role,
    /// Its holder's name as it shall be public, 1 to 255 bytes; may be a pseudonym.
    pub name: String,
    /// How identity was checked, at most 255 bytes.
    pub assurance: String,
    /// In force from this time on.
    pub not_before: Time,
    /// In force before this time; not stated: without end.
    pub not_after: Time,
    /// The enrolled key's signature over [`Enrol::consent_message`]; 64 bytes in suite 1.
    pub consent: Vec<u8>,
}

impl Enrol {
    /// What the enrolled key signs: the consent's domain and the body up to the consent.
    ///
    /// # Errors
    ///
    /// A field longer than its length prefix can say.
    pub fn consent_message(&self) -> Result<Vec<u8>, StatementError> {
        let mut writer = Writer::default();
        writer.bytes(CONSENT);
        self.write_terms(&mut writer)?;
        Ok(writer.into_bytes())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let ledger = Hash::from_bytes(reader.bytes("ledger")?);
        let key = SuiteKey::read(reader)?;
        let role = match reader.u8("role")? {
            1 => Role::Submitter,
            2 => Role::Registrar,
            code => return Err(StatementError::UnknownRole { code }),
        };
        let name = reader.text16("name", 1, MAX_TEXT)?.to_owned();
        let assurance = reader.text16("assurance", 0, MAX_TEXT)?.to_owned();
        let not_before = reader.time("not_before")?;
        let not_after = reader.time("not_after")?;
        let consent = key.read_signature(reader, "consent")?.to_vec();
        Ok(Self { ledger, key, role, name, assurance, not_before, not_after, consent })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), StatementError> {
        self.write_terms(writer)?;
        writer.bytes16("consent", &self.consent)?;
        Ok(())
    }

    fn write_terms(&self, writer: &mut Writer) -> Result<(), StatementError> {
        writer.bytes(self.ledger.as_bytes());
        self.key.write(writer)?;
        writer.u8(self.role as u8);
        writer.bytes16("name", self.name.as_bytes())?;
        writer.bytes16("assurance", self.assurance.as_bytes())?;
        writer.time(self.not_before);
        writer.time(self.not_after);
        Ok(())
    }
}

/// Why a key is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevokeReason {
    /// 0: not said.
    Unspecified = 0,
    /// 1: somebody else may have it.
    KeyCompromised = 1,
    /// 2: another key takes its place.
    Superseded = 2,
    /// 3: its holder stops.
    Ceased = 3,
}

/// A key is revoked on one ledger, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// Leaf hash of that ledger's entry 0.
    pub ledger: Hash,
    /// The key that is revoked.
    pub key: SuiteKey,
    /// Why.
    pub reason: RevokeReason,
    /// Since when it may have been in other hands; not stated: unknown.
    pub compromised_since: Time,
}

impl Revoke {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let ledger = Hash::from_bytes(reader.bytes("ledger")?);
        let key = SuiteKey::read(reader)?;
        let reason = match reader.u8("reason")? {
            0 => RevokeReason::Unspecified,
            1 => RevokeReason::KeyCompromised,
            2 => RevokeReason::Superseded,
            3 => RevokeReason::Ceased,
            code => return Err(StatementError::UnknownReason { code }),
        };
        Ok(Self { ledger, key, reason, compromised_since: reader.time("compromised_since")? })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), StatementError> {
        writer.bytes(self.ledger.as_bytes());
        self.key.write(writer)?;
        writer.u8(self.reason as u8);
        writer.time(self.compromised_since);
        Ok(())
    }
}

/// A ledger's own key is replaced by another; signed by the one that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotate {
    /// Leaf hash of that ledger's entry 0.
    pub ledger: Hash,
    /// The new key.
    pub key: SuiteKey,
    /// For how many milliseconds from the entry's time on checkpoints are signed by both keys; at most 2^53-1.
    pub overlap: u64,
    /// The new key's signature over [`Rotate::consent_message`]; 64 bytes in suite 1.
    pub consent: Vec<u8>,
}

impl Rotate {
    /// What the new key signs: the consent's domain, the key that it replaces, and the body up to the consent.
    ///
    /// # Errors
    ///
    /// A field longer than its length prefix can say, or an overlap above 2^53-1.
    pub fn consent_message(&self, replaced: &SuiteKey) -> Result<Vec<u8>, StatementError> {
        let mut writer = Writer::default();
        writer.bytes(ROTATION);
        replaced.write(&mut writer)?;
        self.write_terms(&mut writer)?;
        Ok(writer.into_bytes())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let ledger = Hash::from_bytes(reader.bytes("ledger")?);
        let key = SuiteKey::read(reader)?;
        let overlap = reader.u64("overlap")?;
        let consent = key.read_signature(reader, "consent")?.to_vec();
        Ok(Self { ledger, key, overlap, consent })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), StatementError> {
        self.write_terms(writer)?;
        writer.bytes16("consent", &self.consent)?;
        Ok(())
    }

    fn write_terms(&self, writer: &mut Writer) -> Result<(), StatementError> {
        writer.bytes(self.ledger.as_bytes());
        self.key.write(writer)?;
        writer.u64("overlap", self.overlap)?;
        Ok(())
    }
}
