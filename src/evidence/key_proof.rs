//! Showing that one holds a key: a challenge that somebody sets, and the key's signature over it.
//!
//! What is signed opens with a domain of its own, so that no challenge, whoever makes it up, is ever a statement, a consent, a
//! checkpoint or a cosignature. It names who asks and what for, so that an answer is of no use to anybody else; and it has an end,
//! so that an answer is not kept for later. Randomness and the time come in as arguments.
//!
//! Follows docs/formats.md, Key proof.

use crate::codec::{
    CodecError, LinesError, TextError, Time, Writer, check_text, decode_base64, encode_base64, labelled_values,
};
use crate::crypto::{PublicKey, Signature, SignatureError, SigningKey, Suite};

/// Domain of what is signed.
const DOMAIN: &[u8] = b"notarium/key-proof/1\n";

const CHALLENGE: &str = "notarium/key-challenge/1";
const PROOF: &str = "notarium/key-proof/1";
const CHALLENGE_LINES: [&str; 5] = ["key", "from", "purpose", "expires", "nonce"];
const PROOF_LINES: [&str; 6] = ["key", "from", "purpose", "expires", "nonce", "signature"];
const NOTHING: &str = "-";

/// Longest text of who asks, and of what for, in bytes.
const MAX_TEXT: usize = 255;
/// Bytes of a nonce: fewer could be guessed or drawn twice, more say nothing further.
const NONCE_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// Longest file of a challenge or an answer, in bytes.
pub const MAX_KEY_PROOF_BYTES: u64 = 4_096;

/// What the holder of a key is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChallenge {
    key: PublicKey,
    from: String,
    purpose: String,
    expires: Time,
    nonce: Vec<u8>,
}

/// Why there is no challenge, or no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum KeyProofError {
    /// Not the lines of a challenge or of an answer.
    #[error("{0}")]
    WrongLine(LinesError),
    /// The key is not 64 lower-case hex digits.
    #[error("key: {value:?} is not 64 lower-case hex digits")]
    BadKey {
        /// What stands there.
        value: String,
    },
    /// A text is empty, too long, or has a character that no text here has.
    #[error("{field}: 1 to {MAX_TEXT} bytes on one line are due, not {length} bytes")]
    BadText {
        /// The line's name.
        field: &'static str,
        /// How long it is, in bytes.
        length: usize,
    },
    /// There is no end, or it is not written as times are.
    #[error("expires: {value:?} is not a time as 2026-11-25T08:00:00.000Z")]
    BadTime {
        /// What stands there.
        value: String,
    },
    /// The nonce is too short, too long, or not hex.
    #[error("nonce: {} to {} bytes in lower-case hex are due, not {length} characters", NONCE_BYTES.start(), NONCE_BYTES.end())]
    BadNonce {
        /// How long its text is.
        length: usize,
    },
    /// The signature is not 64 bytes in base64.
    #[error("signature: 64 bytes in base64 are due")]
    BadSignature,
    /// The key that is to sign is not the one that is asked for.
    #[error("the challenge is to the key {asked}, and this key is {given}")]
    OtherKey {
        /// The key that is asked for.
        asked: PublicKey,
        /// The key at hand.
        given: PublicKey,
    },
}

impl KeyProofError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

impl KeyChallenge {
    /// A challenge to the holder of `key`: who asks, what for (may be empty), until when an answer counts, and random bytes
    /// that nobody has seen before.
    ///
    /// # Errors
    /// [`KeyProofError`]: a text of no bytes or more than 255 (`purpose` may be empty), no end, a nonce of under 16 bytes or over 64.
    pub fn new(key: PublicKey, from: &str, purpose: &str, expires: Time, nonce: &[u8]) -> Result<Self, KeyProofError> {
        check_line("from", from)?;
        if !purpose.is_empty() {
            check_line("purpose", purpose)?;
        }
        if !expires.is_stated() {
            return Err(KeyProofError::BadTime { value: NOTHING.to_owned() });
        }
        if !NONCE_BYTES.contains(&nonce.len()) {
            return Err(KeyProofError::BadNonce { length: 2 * nonce.len() });
        }
        Ok(Self { key, from: from.to_owned(), purpose: purpose.to_owned(), expires, nonce: nonce.to_owned() })
    }

    /// Reads a file of a challenge.
    ///
    /// # Errors
    /// [`KeyProofError`].
    pub fn parse(text: &str) -> Result<Self, KeyProofError> {
        let values = labelled_values(text, CHALLENGE, &CHALLENGE_LINES).map_err(KeyProofError::WrongLine)?;
        Self::of_lines(values)
    }

    fn of_lines([key, from, purpose, expires, nonce]: [&str; 5]) -> Result<Self, KeyProofError> {
        let key = key.parse().map_err(|_| KeyProofError::BadKey { value: key.to_owned() })?;
        let time = Time::parse(expires).filter(|time| time.to_string() == expires);
        let expires = time.ok_or_else(|| KeyProofError::BadTime { value: expires.to_owned() })?;
        let is_lower = nonce.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bytes = hex::decode(nonce).ok().filter(|_| is_lower);
        let nonce = bytes.ok_or(KeyProofError::BadNonce { length: nonce.len() })?;
        Self::new(key, from, if purpose == NOTHING { "" } else { purpose }, expires, &nonce)
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{CHALLENGE}\n{}", self.lines())
    }

    fn lines(&self) -> String {
        let purpose = if self.purpose.is_empty() { NOTHING } else { &self.purpose };
        let values = [
            self.key.to_string(),
            self.from.clone(),
            purpose.to_owned(),
            self.expires.to_string(),
            hex::encode(&self.nonce),
        ];
        let lines: Vec<String> =
            CHALLENGE_LINES.iter().zip(values).map(|(name, value)| format!("{name} {value}\n")).collect();
        lines.concat()
    }

    /// What the key signs.
    ///
    /// # Errors
    /// None that a challenge's own lengths can raise.
    pub fn message(&self) -> Result<Vec<u8>, CodecError> {
        let mut writer = Writer::default();
        writer.bytes(DOMAIN);
        writer.u8(Suite::Ed25519.code());
        writer.bytes16("public_key", self.key.as_bytes())?;
        writer.bytes16("from", self.from.as_bytes())?;
        writer.bytes16("purpose", self.purpose.as_bytes())?;
        writer.time(self.expires);
        writer.bytes16("nonce", &self.nonce)?;
        Ok(writer.into_bytes())
    }

    /// Answers it with the key that it is to.
    ///
    /// # Errors
    /// [`KeyProofError::OtherKey`].
    pub fn answer(self, key: &SigningKey) -> Result<KeyProof, KeyProofError> {
        let given = key.public();
        if given != self.key {
            return Err(KeyProofError::OtherKey { asked: self.key, given });
        }
        let message = self.message().map_err(|_| KeyProofError::BadSignature)?;
        Ok(KeyProof { signature: key.sign(&message), challenge: self })
    }

    /// The key whose holder is asked.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Who asks.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// What for; may be empty.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The last moment at which an answer counts.
    #[must_use]
    pub const fn expires(&self) -> Time {
        self.expires
    }
}

/// An answer: the challenge again, and the key's signature over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProof {
    challenge: KeyChallenge,
    signature: Signature,
}

impl KeyProof {
    /// Reads a file of an answer. Nothing is verified.
    ///
    /// # Errors
    /// [`KeyProofError`].
    pub fn parse(text: &str) -> Result<Self, KeyProofError> {
        let values = labelled_values(text, PROOF, &PROOF_LINES).map_err(KeyProofError::WrongLine)?;
        let [key, from, purpose, expires, nonce, signature] = values;
        let challenge = KeyChallenge::of_lines([key, from, purpose, expires, nonce])?;
        let bytes: Result<Vec<u8>, TextError> = decode_base64(signature);
        let bytes = bytes.ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeyProofError::BadSignature)?;
        Ok(Self { challenge, signature: Signature::from_bytes(bytes) })
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PROOF}\n{}signature {}\n", self.challenge.lines(), encode_base64(self.signature.as_bytes()))
    }

    /// The challenge that is answered, as the answer states it.
    #[must_use]
    pub const fn challenge(&self) -> &KeyChallenge {
        &self.challenge
    }

    /// Whether the key has signed the challenge that the answer states. Whether that is the one that was set is for whoever
    /// set it to compare.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self) -> Result<(), SignatureError> {
        let message = self.challenge.message().map_err(|_| SignatureError::Mismatch)?;
        self.challenge.key.verify(&message, &self.signature)
    }
}

fn check_line(field: &'static str, text: &str) -> Result<(), KeyProofError> {
    let fits = (1..=MAX_TEXT).contains(&text.len()) && check_text(text).is_ok() && text != NOTHING;
    if fits { Ok(()) } else { Err(KeyProofError::BadText { field, length: text.len() }) }
}
