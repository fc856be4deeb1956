//! A request to be enrolled: what the holder of a key consents to, on its way to a registrar.
//!
//! The certificate signing request of this system. Ten lines of text, each ending in LF, in this order; `-` stands for nothing:
//!
//! ```text
//! notarium/enrolment-request/1
//! ledger <leaf hash of the ledger's entry 0, hex>
//! key <the key that asks, hex>
//! role <submitter or registrar>
//! name <as it shall be public>
//! assurance <how identity is checked, or ->
//! not_before <time, or ->
//! not_after <time, or ->
//! consent <base64 of the key's signature over all of it>
//! ```
//!
//! The consent covers every line (docs/formats.md, Statement, kind 2), the assurance too: a registrar enrols just this, or asks
//! for another request. Nothing here is secret.

use crate::codec::{LinesError, TextError, Time, decode_base64, encode_base64, labelled_values};
use crate::crypto::{HexError, PublicKey, Sha256Digest, SigningKey};
use crate::evidence::{Body, Enrol, Role, SignedStatement, StatementError, SuiteKey, VerifyError};
use crate::merkle::Hash;

const HEADER: &str = "notarium/enrolment-request/1";
const FIELDS: [&str; 8] = ["ledger", "key", "role", "name", "assurance", "not_before", "not_after", "consent"];
const NOTHING: &str = "-";

/// Longest such file: name and assurance of 255 bytes each, and the short lines.
pub const MAX_REQUEST_BYTES: u64 = 4_096;

/// What a key's holder asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Leaf hash of the ledger's entry 0.
    pub ledger: Hash,
    /// What for.
    pub role: Role,
    /// The name, as it shall be public.
    pub name: String,
    /// How identity is checked, as the registrar will vouch for it; may be empty.
    pub assurance: String,
    /// In force from this time on; not stated: from the enrolment on.
    pub not_before: Time,
    /// In force before this time; not stated: without end.
    pub not_after: Time,
}

/// A request with the consent of the key that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRequest(Enrol);

/// Why there is no request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Not the lines of a request.
    #[error("{0}")]
    WrongLine(LinesError),
    /// A value in hex is none.
    #[error("{field}")]
    Hex {
        /// The line's name.
        field: &'static str,
        /// What is wrong with it.
        source: HexError,
    },
    /// The consent is not base64.
    #[error("consent")]
    Consent(#[source] TextError),
    /// A value is not one that a request writes.
    #[error("{field}: {value:?} is not understood")]
    Value {
        /// The line's name.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// A term can't stand in an enrolment.
    #[error("the terms cannot be written down")]
    Terms(#[from] StatementError),
    /// The enrolment would never be in force.
    #[error("the enrolment would end at {not_after}, before it begins at {not_before}")]
    NeverInForce {
        /// When it begins.
        not_before: Time,
        /// When it ends.
        not_after: Time,
    },
    /// The key did not consent to these terms.
    #[error("the key has not consented to these terms")]
    NotConsented(#[source] VerifyError),
}

impl RequestError {
    /// A way out, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::WrongLine(_) | Self::Hex { .. } | Self::Consent(_) | Self::Value { .. } => {
                "is that a file that `notarium enrol request` wrote?"
            }
            Self::Terms(_) => "a name has 1 to 255 bytes on one line, and how identity is checked at most 255",
            Self::NeverInForce { .. } => "let it end after it begins",
            Self::NotConsented(_) => "a request cannot be changed afterwards; ask for a new one",
        })
    }
}

impl EnrolmentRequest {
    /// Consents to terms with the key that shall be enrolled.
    ///
    /// # Errors
    /// [`RequestError::Terms`], [`RequestError::NeverInForce`].
    pub fn consent(terms: Terms, key: &SigningKey) -> Result<Self, RequestError> {
        let Terms { ledger, role, name, assurance, not_before, not_after } = terms;
        if not_after.is_stated() && not_after <= not_before {
            return Err(RequestError::NeverInForce { not_before, not_after });
        }
        let of = SuiteKey::Ed25519(key.public());
        let mut enrol = Enrol { ledger, key: of, role, name, assurance, not_before, not_after, consent: Vec::new() };
        enrol.consent = key.sign(&enrol.consent_message()?).as_bytes().to_vec();
        Self(enrol).checked()
    }

    /// What is asked for, with the consent.
    #[must_use]
    pub const fn enrol(&self) -> &Enrol {
        &self.0
    }

    /// The enrolment, signed by a registrar or by the ledger's key.
    ///
    /// # Errors
    /// [`RequestError::Terms`].
    pub fn approve(&self, registrar: &SigningKey) -> Result<SignedStatement, RequestError> {
        Ok(SignedStatement::sign(&Body::Enrol(self.0.clone()), registrar)?)
    }

    /// Whether the terms can stand in a statement, and the consent is theirs. Any key will do to see that: what it signs is
    /// looked at and dropped.
    fn checked(self) -> Result<Self, RequestError> {
        self.approve(&SigningKey::from_seed(&[0; 32]))?.check_consent().map_err(RequestError::NotConsented)?;
        Ok(self)
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Enrol { ledger, key, role, name, assurance, not_before, not_after, consent } = &self.0;
        let time = |time: &Time| if time.is_stated() { time.to_string() } else { NOTHING.to_owned() };
        let values = [
            ledger.to_string(),
            hex::encode(key.as_bytes()),
            word(*role).to_owned(),
            name.clone(),
            if assurance.is_empty() { NOTHING.to_owned() } else { assurance.clone() },
            time(not_before),
            time(not_after),
            encode_base64(consent),
        ];
        let lines = FIELDS.iter().zip(values).map(|(field, value)| format!("{field} {value}\n"));
        format!("{HEADER}\n{}", lines.collect::<String>())
    }

    /// Reads the file, and checks the consent.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let [ledger, key, role, name, assurance, not_before, not_after, consent] =
            labelled_values(text, HEADER, &FIELDS).map_err(RequestError::WrongLine)?;
        let ledger: Sha256Digest = ledger.parse().map_err(|source| RequestError::Hex { field: "ledger", source })?;
        let key: PublicKey = key.parse().map_err(|source| RequestError::Hex { field: "key", source })?;
        let enrol = Enrol {
            ledger: Hash::from_bytes(*ledger.as_bytes()),
            key: SuiteKey::Ed25519(key),
            role: role_of(role).ok_or_else(|| not_understood("role", role))?,
            name: name.to_owned(),
            assurance: if assurance == NOTHING { String::new() } else { assurance.to_owned() },
            not_before: time_of("not_before", not_before)?,
            not_after: time_of("not_after", not_after)?,
            consent: decode_base64(consent).map_err(RequestError::Consent)?,
        };
        Self(enrol).checked()
    }
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Submitter => "submitter",
        Role::Registrar => "registrar",
    }
}

fn role_of(text: &str) -> Option<Role> {
    [Role::Submitter, Role::Registrar].into_iter().find(|role| word(*role) == text)
}

/// A time just as [`EnrolmentRequest::to_text`] writes it.
fn time_of(field: &'static str, text: &str) -> Result<Time, RequestError> {
    if text == NOTHING {
        return Ok(Time::NOT_STATED);
    }
    let time = Time::parse(text).filter(|time| time.is_stated() && time.to_string() == text);
    time.ok_or_else(|| not_understood(field, text))
}

fn not_understood(field: &'static str, value: &str) -> RequestError {
    RequestError::Value { field, value: value.to_owned() }
}
