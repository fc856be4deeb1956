//! The body of a statement: what is said, by kind.
//!
//! Genesis and evidence here, the registry's kinds in `registry_body`. A kind that this version does not know keeps its
//! body as bytes.
//!
//! Follows docs/formats.md, Statement (bodies by kind).

use crate::codec::{Reader, Time, Writer};
use crate::note::Origin;

use super::details::Commitment;
use super::fingerprint::{DigestMode, Fingerprint};
use super::registry_body::{Enrol, Revoke, Rotate};
use super::statement::{StatementError, StatementId};

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 0: the first entry of a ledger.
    Genesis,
    /// 1: a deposit.
    Evidence,
    /// 2: a key is enrolled.
    Enrol,
    /// 3: a key is revoked.
    Revoke,
    /// 4: the ledger's own key is replaced.
    Rotate,
    /// A kind that this version does not know. From 128 on it never changes keys or admission.
    Unknown(u8),
}

impl Kind {
    /// The kind with this code.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Genesis,
            1 => Self::Evidence,
            2 => Self::Enrol,
            3 => Self::Revoke,
            4 => Self::Rotate,
            unknown => Self::Unknown(unknown),
        }
    }

    /// The code as statements carry it.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Genesis => 0,
            Self::Evidence => 1,
            Self::Enrol => 2,
            Self::Revoke => 3,
            Self::Rotate => 4,
            Self::Unknown(code) => code,
        }
    }
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Kind 0.
    Genesis(Genesis),
    /// Kind 1.
    Evidence(Evidence),
    /// Kind 2.
    Enrol(Enrol),
    /// Kind 3.
    Revoke(Revoke),
    /// Kind 4.
    Rotate(Rotate),
    /// Another kind: not understood.
    Unknown {
        /// Its code.
        kind: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Body {
    /// What kind of statement it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Genesis(_) => Kind::Genesis,
            Self::Evidence(_) => Kind::Evidence,
            Self::Enrol(_) => Kind::Enrol,
            Self::Revoke(_) => Kind::Revoke,
            Self::Rotate(_) => Kind::Rotate,
            Self::Unknown { kind, .. } => Kind::from_code(*kind),
        }
    }

    pub(super) fn parse(kind: Kind, bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        let body = match kind {
            Kind::Genesis => Self::Genesis(Genesis::read(&mut reader)?),
            Kind::Evidence => Self::Evidence(Evidence::read(&mut reader)?),
            Kind::Enrol => Self::Enrol(Enrol::read(&mut reader)?),
            Kind::Revoke => Self::Revoke(Revoke::read(&mut reader)?),
            Kind::Rotate => Self::Rotate(Rotate::read(&mut reader)?),
            Kind::Unknown(kind) => return Ok(Self::Unknown { kind, bytes: bytes.to_vec() }),
        };
        reader.finish("body")?;
        Ok(body)
    }

    /// The body's bytes. Values that types don't bound are found by the parser, which reads every statement that is made.
    pub(super) fn encode(&self) -> Result<Vec<u8>, StatementError> {
        let mut writer = Writer::default();
        match self {
            Self::Genesis(genesis) => genesis.write(&mut writer)?,
            Self::Evidence(evidence) => evidence.write(&mut writer)?,
            Self::Enrol(enrol) => enrol.write(&mut writer)?,
            Self::Revoke(revoke) => revoke.write(&mut writer)?,
            Self::Rotate(rotate) => rotate.write(&mut writer)?,
            Self::Unknown { bytes, .. } => writer.bytes(bytes),
        }
        Ok(writer.into_bytes())
    }
}

/// Who may deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Admission {
    /// 0: any key that is not revoked.
    Open = 0,
    /// 1: enrolled keys only.
    Enrolled = 1,
}

/// The first statement of a ledger, signed by the ledger's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The ledger's name in its checkpoints and the name of its key.
    pub origin: Origin,
    /// Who may deposit.
    pub admission: Admission,
}

impl Genesis {
    fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let origin = reader.text16("origin", 1, Origin::MAX_BYTES)?.parse()?;
        let admission = match reader.u8("admission")? {
            0 => Admission::Open,
            1 => Admission::Enrolled,
            code => return Err(StatementError::UnknownAdmission { code }),
        };
        Ok(Self { origin, admission })
    }

    fn write(&self, writer: &mut Writer) -> Result<(), StatementError> {
        writer.bytes16("origin", self.origin.as_str().as_bytes())?;
        writer.u8(self.admission as u8);
        Ok(())
    }
}

/// A deposit. It names no ledger, so that it can be repeated elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Digests and length of the evidence.
    pub fingerprint: Fingerprint,
    /// When the submitter says that the evidence was made or captured; nobody checks it.
    pub claimed_time: Time,
    /// The earlier statement that this one supplements or follows as a new version.
    pub continues: Option<StatementId>,
    /// Commitment to the private details.
    pub details: Option<Commitment>,
    /// Random; makes each deposit distinct and a repeat recognisable.
    pub nonce: [u8; 16],
}

impl Evidence {
    fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let code = reader.u8("digest_mode")?;
        let mode = DigestMode::from_code(code).ok_or(StatementError::UnknownDigestMode { code })?;
        let sha256 = reader.bytes("sha256")?;
        let sm3 = reader.bytes("sm3")?;
        let length = reader.u64("length")?;
        let fingerprint = Fingerprint::from_parts(mode, sha256, sm3, length);
        Ok(Self {
            fingerprint: fingerprint.ok_or(StatementError::SaltedLength { length })?,
            claimed_time: reader.time("claimed_time")?,
            continues: unless_zeros(reader.bytes("continues")?).map(StatementId::from_bytes),
            details: unless_zeros(reader.bytes("details")?).map(Commitment::from_bytes),
            nonce: reader.bytes("nonce")?,
        })
    }

    fn write(&self, writer: &mut Writer) -> Result<(), StatementError> {
        writer.u8(self.fingerprint.mode().code());
        writer.bytes(self.fingerprint.sha256().as_bytes());
        writer.bytes(self.fingerprint.sm3().as_bytes());
        writer.u64("length", self.fingerprint.length())?;
        writer.time(self.claimed_time);
        let continues: &[u8; 32] = self.continues.as_ref().map_or(&NONE, StatementId::as_bytes);
        writer.bytes(continues);
        let details: &[u8; 32] = self.details.as_ref().map_or(&NONE, Commitment::as_bytes);
        writer.bytes(details);
        writer.bytes(&self.nonce);
        Ok(())
    }
}

/// Zeros stand for "none".
const NONE: [u8; 32] = [0; 32];

fn unless_zeros(bytes: [u8; 32]) -> Option<[u8; 32]> {
    (bytes != NONE).then_some(bytes)
}
