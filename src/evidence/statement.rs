//! The statement: what someone says and signs.
//!
//! [`SignedStatement`] is well-formed bytes, kept as they came; [`VerifiedStatement`] is one whose signatures hold. A version
//! that is not understood is told apart from a statement that is wrong; an unknown suite or kind parses in its outer
//! structure.
//!
//! Follows docs/formats.md, Statement.

use std::fmt;
use std::ops::{Deref, Range};
use std::str::FromStr;

use crate::codec::{CodecError, Reader, Writer};
use crate::crypto::{HexError, PublicKey, Sha256Digest, SignedMessage, SigningKey, sha256, verify_all};
use crate::note::NameError;

use super::body::{Body, Kind};
use super::key::{SuiteKey, VerifyError};
use super::registry_body::{CONSENT, ROTATION, Revoke};

/// Largest signed statement, in bytes.
pub const MAX_STATEMENT_BYTES: usize = 16_384;

/// What every version of a statement begins with; a decimal version and LF follow.
const DOMAIN: &str = "notarium/statement/";
/// What version 1 begins with.
const HEADER: &str = "notarium/statement/1\n";

/// Why bytes are not a signed statement of version 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum StatementError {
    /// A later version: not understood, not wrong.
    #[error("statement version {version} is not understood")]
    UnknownVersion {
        /// The version it says.
        version: u64,
    },
    /// More than [`MAX_STATEMENT_BYTES`].
    #[error("a signed statement of {length} bytes, more than {MAX_STATEMENT_BYTES}")]
    StatementTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Genesis: neither open nor enrolled.
    #[error("admission: {code} is neither 0 nor 1")]
    UnknownAdmission {
        /// What stood there.
        code: u8,
    },
    /// Evidence: neither plain nor salted.
    #[error("digest_mode: {code} is neither 0 nor 1")]
    UnknownDigestMode {
        /// What stood there.
        code: u8,
    },
    /// Evidence: salted, yet it tells the length.
    #[error("length: {length} in salted mode, where it is 0")]
    SaltedLength {
        /// What stood there.
        length: u64,
    },
    /// Enrol: neither submitter nor registrar.
    #[error("role: {code} is neither 1 nor 2")]
    UnknownRole {
        /// What stood there.
        code: u8,
    },
    /// Revoke: none of the four reasons.
    #[error("reason: {code} is above 3")]
    UnknownReason {
        /// What stood there.
        code: u8,
    },
    /// Genesis: the origin breaks the rules of names.
    #[error("origin: {0}")]
    Origin(NameError),
    /// A field is not the one encoding of a value.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl From<NameError> for StatementError {
    fn from(error: NameError) -> Self {
        Self::Origin(error)
    }
}

impl StatementError {
    /// The stable name of this error, as vectors and HTTP problems give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Origin(error) => error.into(),
            Self::Codec(error) => error.code(),
            own => own.into(),
        }
    }

    /// Whether this version can't tell, as against knowing that it is wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownVersion { .. })
    }
}

/// SHA-256 of a statement without its signature: what a ledger admits once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementId(Sha256Digest);

impl StatementId {
    /// Takes the 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sha256Digest::from_bytes(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for StatementId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        text.parse().map(Self)
    }
}

/// A well-formed signed statement, with the bytes that it came in. Its signature is not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    bytes: Vec<u8>,
    /// Where the body stands in `bytes`; the statement that is signed ends with it.
    body_at: Range<usize>,
    id: StatementId,
    key: SuiteKey,
    body: Body,
}

impl SignedStatement {
    /// Reads a signed statement of version 1.
    ///
    /// # Errors
    ///
    /// [`StatementError`], which names the field; [`StatementError::is_unknown`] for another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        match reader.version(DOMAIN)? {
            1 => {}
            version => return Err(StatementError::UnknownVersion { version }),
        }
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(StatementError::StatementTooLong { length: bytes.len() });
        }
        let key = SuiteKey::read(&mut reader)?;
        let kind = Kind::from_code(reader.u8("kind")?);
        let body = reader.bytes16("body", 0, MAX_STATEMENT_BYTES)?;
        let body_end = bytes.len() - reader.left();
        key.read_signature(&mut reader, "signature")?;
        reader.finish("signed statement")?;
        Ok(Self {
            body_at: body_end - body.len()..body_end,
            id: StatementId(sha256(&[&bytes[..body_end]])),
            body: Body::parse(kind, body)?,
            key,
            bytes: bytes.to_vec(),
        })
    }

    /// Makes a statement and signs it. Deterministic: all randomness is in the body.
    ///
    /// # Errors
    ///
    /// What [`SignedStatement::parse`] would say of it: what is made is read again.
    pub fn sign(body: &Body, key: &SigningKey) -> Result<Self, StatementError> {
        let mut writer = Writer::new(HEADER, 512);
        SuiteKey::Ed25519(key.public()).write(&mut writer)?;
        writer.u8(body.kind().code());
        writer.bytes16("body", &body.encode()?)?;
        let signature = key.sign(writer.as_bytes());
        writer.bytes16("signature", signature.as_bytes())?;
        Self::parse(writer.as_bytes())
    }

    /// The signed statement, byte for byte as it came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the statement without the signature.
    #[must_use]
    pub const fn id(&self) -> StatementId {
        self.id
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// What it says.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The key that signs it, under its suite.
    #[must_use]
    pub const fn key(&self) -> &SuiteKey {
        &self.key
    }

    /// The code of the suite that it is signed by.
    #[must_use]
    pub const fn suite_code(&self) -> u8 {
        self.key.suite_code()
    }

    /// The key that signs it; `None` when its suite is not known.
    #[must_use]
    pub const fn public_key(&self) -> Option<&PublicKey> {
        self.key.known()
    }

    /// The signature's bytes; 64 in suite 1.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.bytes[self.body_at.end + size_of::<u16>()..]
    }

    /// The bytes that are signed: the statement without its signature, as they came.
    #[must_use]
    pub fn signed_bytes(&self) -> &[u8] {
        &self.bytes[..self.body_at.end]
    }

    /// Checks the signature over the statement, over the bytes as they came.
    ///
    /// # Errors
    ///
    /// [`VerifyError::BadSignature`], [`VerifyError::UnknownSuite`].
    pub fn check_signature(&self) -> Result<(), VerifyError> {
        self.key.verify(self.signed_bytes(), self.signature(), VerifyError::BadSignature)
    }

    /// The same of many, in their order, for less than one by one: see [`verify_all`].
    pub fn check_signatures<'a>(statements: impl IntoIterator<Item = &'a Self>) -> Vec<Result<(), VerifyError>> {
        let statements: Vec<_> = statements.into_iter().collect();
        let signed: Vec<_> = statements.iter().map(|statement| statement.signed_message()).collect();
        let known: Vec<SignedMessage<'_>> = signed.iter().flatten().copied().collect();
        let mut outcomes = verify_all(&known).into_iter();
        let of_one = |(statement, signed): (&&Self, &Option<SignedMessage<'_>>)| {
            let outcome = signed.and_then(|_| outcomes.next());
            outcome.map_or_else(|| statement.check_signature(), |held| held.map_err(|_| VerifyError::BadSignature))
        };
        statements.iter().zip(&signed).map(of_one).collect()
    }

    /// What is signed, by whom and how, under a suite that is known.
    pub(crate) fn signed_message(&self) -> Option<SignedMessage<'_>> {
        let signature = self.signature().try_into().ok()?;
        Some(SignedMessage { key: self.public_key()?, message: self.signed_bytes(), signature })
    }

    /// Checks, for an enrolment or a rotation, that the key which it names consents; other kinds need no consent.
    ///
    /// # Errors
    ///
    /// [`VerifyError::BadConsent`], [`VerifyError::UnknownSuite`] of that key, or of one that it replaces.
    pub fn check_consent(&self) -> Result<(), VerifyError> {
        let body = &self.bytes[self.body_at.clone()];
        match &self.body {
            Body::Enrol(enrol) => {
                let terms = &body[..body.len() - size_of::<u16>() - enrol.consent.len()];
                enrol.key.verify(&[CONSENT, terms].concat(), &enrol.consent, VerifyError::BadConsent)
            }
            Body::Rotate(rotate) => {
                let terms = &body[..body.len() - size_of::<u16>() - rotate.consent.len()];
                // Suite and key of the signer stand between the header and the kind.
                let replaced = &self.bytes[HEADER.len()..self.body_at.start - size_of::<u16>() - 1];
                rotate.key.verify(&[ROTATION, replaced, terms].concat(), &rotate.consent, VerifyError::BadConsent)
            }
            _ => Ok(()),
        }
    }

    /// Checks, for a revocation, that the suite of the revoked key is understood: there is no signature of it to judge.
    ///
    /// # Errors
    ///
    /// [`VerifyError::UnknownSuite`] of the revoked key.
    pub fn check_revoked_suite(&self) -> Result<(), VerifyError> {
        match &self.body {
            Body::Revoke(Revoke { key: SuiteKey::Unknown { suite, .. }, .. }) => {
                Err(VerifyError::UnknownSuite { suite: *suite })
            }
            _ => Ok(()),
        }
    }

    /// Judges every signature in it: the only way to a [`VerifiedStatement`].
    ///
    /// # Errors
    ///
    /// [`VerifyError`]; [`VerifyError::is_unknown`] where a kind or suite is not understood, for a ledger admits only what
    /// it understands.
    pub fn verify(self) -> Result<VerifiedStatement, VerifyError> {
        let signature = self.check_signature();
        self.judged(signature)
    }

    /// Judges many, each as [`verify`](Self::verify) does, in their order and for less than one by one.
    #[must_use]
    pub fn verify_all(statements: Vec<Self>) -> Vec<Result<VerifiedStatement, VerifyError>> {
        let signatures = Self::check_signatures(&statements);
        statements.into_iter().zip(signatures).map(|(statement, signature)| statement.judged(signature)).collect()
    }

    /// Judges the rest of a statement, once it is known whether the signature over it holds.
    fn judged(self, signature: Result<(), VerifyError>) -> Result<VerifiedStatement, VerifyError> {
        signature?;
        self.check_consent()?;
        self.check_revoked_suite()?;
        match self.kind() {
            Kind::Unknown(kind) => Err(VerifyError::UnknownKind { kind }),
            _ => Ok(VerifiedStatement(self)),
        }
    }
}

/// A statement of a kind and suite that are understood, whose signatures hold. Nothing but [`SignedStatement::verify`] and
/// [`verify_all`](SignedStatement::verify_all) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedStatement(SignedStatement);

impl Deref for VerifiedStatement {
    type Target = SignedStatement;

    fn deref(&self) -> &SignedStatement {
        &self.0
    }
}
