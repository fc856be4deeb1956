//! Private keys on disk: PKCS#8 in PEM, as OpenSSL writes and reads them.
//!
//! Written is version 1 (RFC 5208: no public key inside, since OpenSSL 3.0 refuses version 2), mode 0600, synced, with a
//! passphrase as PBES2 (RFC 8018) of PBKDF2-HMAC-SHA256 and AES-256-CBC. Read is version 1 or 2 (RFC 5958), plain or
//! encrypted with any PBES2 of PBKDF2-SHA-2 or scrypt with AES. The algorithm is Ed25519 (RFC 8410); nothing else is a key here.
//! Not here: asking a person for a passphrase.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pkcs8::der::SecretDocument;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::pbes2;
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::crypto::SigningKey;

/// Rounds of PBKDF2-HMAC-SHA256 for keys written here: what OWASP recommends since 2023.
pub const PBKDF2_ROUNDS: u32 = 600_000;

/// A key file is about 120 bytes, encrypted about 320; anything much longer is something else.
const MAX_KEY_FILE_BYTES: u64 = 16_384;

/// id-Ed25519, RFC 8410 section 3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Seed of an Ed25519 key inside PKCS#8: an OCTET STRING in the OCTET STRING (RFC 8410 section 7).
const SEED_HEADER: [u8; 2] = [0x04, 0x20];

/// What was being done when the file system said no.
const READ: &str = "read";
const WRITE: &str = "write";

const PLAIN_LABEL: &str = "PRIVATE KEY";
const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// What encrypts a key on disk: not empty, wiped when dropped, never printed.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the passphrase as it was typed; `None` when it is empty, which would protect nothing.
    #[must_use]
    pub fn new(typed: Zeroizing<String>) -> Option<Self> {
        (!typed.is_empty()).then_some(Self(typed))
    }
}

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// Why a key file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a file of that name, and it stays.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file system said no.
    #[error("cannot {doing} key file {}", path.display())]
    Io {
        /// What was being done: read, write.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Not a PKCS#8 private key in PEM.
    #[error("{} is not a private key in PEM: {why}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A private key of another algorithm.
    #[error("{} holds a key of algorithm {algorithm}, not Ed25519", path.display())]
    WrongAlgorithm {
        /// The file.
        path: PathBuf,
        /// Object identifier of the algorithm.
        algorithm: String,
    },
    /// The public key inside a version 2 file is not that of its private key.
    #[error("{} holds a public key that does not belong to its private key", path.display())]
    WrongPublicKey {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not decrypt it.
    #[error("the passphrase does not open {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted and no passphrase was to be had.
    #[error("{} is encrypted and no passphrase was given", path.display())]
    NoPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("no random bytes from the operating system: {0}")]
    Random(getrandom::Error),
    /// The key could not be encoded; says why.
    #[error("cannot encode the key: {0}")]
    Encode(pkcs8::Error),
}

impl KeyFileError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Exists { .. } => Some("choose another name; --force overwrites, and the key that was there is gone"),
            Self::Malformed { .. } => {
                Some("`notarium keygen` writes one; `openssl genpkey -algorithm ed25519` makes one that works as well")
            }
            Self::WrongAlgorithm { .. } => Some("make an Ed25519 key with `notarium keygen --out FILE`"),
            Self::NoPassphrase { .. } => Some("set NOTARIUM_PASSPHRASE, or give --passphrase-file FILE"),
            Self::WrongPassphrase { .. } => Some("check NOTARIUM_PASSPHRASE or the file that --passphrase-file names"),
            Self::WrongPublicKey { .. } => Some("the file is damaged; take another copy of the key"),
            Self::Io { doing: WRITE, source, .. } => match source.kind() {
                io::ErrorKind::NotFound => Some("make the folder first, or name another"),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    Some("make room on the disk and run the same command again")
                }
                _ => Some("get write permission for the folder, or name another"),
            },
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => Some("only its owner may read a key; run this as that user"),
                _ => Some("check the path; `notarium keygen --out FILE` makes a key"),
            },
            Self::Random(_) | Self::Encode(_) => {
                Some("try again; `openssl genpkey -algorithm ed25519` makes a key that works as well")
            }
        }
    }
}

/// A key that was read, and how well its file keeps it.
#[derive(Debug)]
pub struct Unlocked {
    /// The key.
    pub key: SigningKey,
    /// The file's mode when others than its owner may read or write it: worth a warning.
    pub exposed: Option<u32>,
}

/// Makes a new key from the operating system's random bytes.
///
/// # Errors
/// When the system gives none.
pub fn generate() -> Result<SigningKey, KeyFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(KeyFileError::Random)?;
    Ok(SigningKey::from_seed(&seed))
}

/// Writes a key to a new file, mode 0600, synced; encrypted when there is a passphrase.
///
/// # Errors
/// [`KeyFileError::Exists`] when there is a file already, which is left alone; otherwise what the system says.
pub fn write_new(path: &Path, key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<(), KeyFileError> {
    let pem = encode_pem(key, passphrase)?;
    create(path, &pem).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.to_owned() },
        _ => KeyFileError::Io { doing: WRITE, path: path.to_owned(), source },
    })
}

/// Writes a key in place of whatever has that name; the old file stays whole until the new one is on disk.
///
/// # Errors
/// What the system says.
pub fn replace(path: &Path, key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<(), KeyFileError> {
    let pem = encode_pem(key, passphrase)?;
    let temporary = own_temporary(path);
    create(&temporary, &pem)
        .and_then(|()| {
            fs::rename(&temporary, path).inspect_err(|_| {
                let _ = fs::remove_file(&temporary);
            })
        })
        .and_then(|()| sync_folder_of(path))
        .map_err(|source| KeyFileError::Io { doing: WRITE, path: path.to_owned(), source })
}

/// Whether a key file is encrypted, by its first line; the key is not read.
///
/// # Errors
/// What the system says; also of a file that begins otherwise than a private key in PEM.
pub fn is_encrypted(path: &Path) -> io::Result<bool> {
    let mut first = [0; 48];
    let length = File::open(path)?.take(48).read(&mut first)?;
    let first = String::from_utf8_lossy(&first[..length]);
    match [ENCRYPTED_LABEL, PLAIN_LABEL].iter().position(|label| first.starts_with(&format!("-----BEGIN {label}-----")))
    {
        Some(at) => Ok(at == 0),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Reads a key, asking for the passphrase only when the file is encrypted.
///
/// `ask` returns `None` when there is nobody to ask.
///
/// # Errors
/// Says what is wrong with the file, or that the passphrase is wrong or lacking.
pub fn read(path: &Path, ask: impl FnOnce() -> Option<Passphrase>) -> Result<Unlocked, KeyFileError> {
    let (bytes, exposed) =
        load(path).map_err(|source| KeyFileError::Io { doing: READ, path: path.to_owned(), source })?;
    Ok(Unlocked { key: decode_pem(path, &bytes, ask)?, exposed })
}

/// The key in the bytes of a key file; `path` is for the errors alone, and `ask` as for [`read`].
///
/// # Errors
/// Says what is wrong with the file, or that the passphrase is wrong or lacking.
pub fn decode_pem(
    path: &Path,
    bytes: &[u8],
    ask: impl FnOnce() -> Option<Passphrase>,
) -> Result<SigningKey, KeyFileError> {
    let malformed = |why: &dyn fmt::Display| KeyFileError::Malformed { path: path.to_owned(), why: why.to_string() };
    let text = str::from_utf8(bytes).map_err(|_| malformed(&"it is not text"))?;
    if !text.contains("-----BEGIN ") {
        return Err(malformed(&"there is no -----BEGIN line in it"));
    }
    let (label, document) = SecretDocument::from_pem(text).map_err(|error| malformed(&error))?;
    let plain = match label {
        PLAIN_LABEL => document,
        ENCRYPTED_LABEL => {
            let passphrase = ask().ok_or_else(|| KeyFileError::NoPassphrase { path: path.to_owned() })?;
            let encrypted =
                EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|error| malformed(&error))?;
            encrypted
                .decrypt(passphrase.0.as_bytes())
                .map_err(|_| KeyFileError::WrongPassphrase { path: path.to_owned() })?
        }
        other => return Err(malformed(&format_args!("it is labelled {other}, not {PLAIN_LABEL}"))),
    };
    decode(path, plain.as_bytes())
}

/// The bytes of a key's file, encrypted when there is a passphrase.
///
/// # Errors
/// [`KeyFileError::Random`] and [`KeyFileError::Encode`].
pub fn encode_pem(key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, KeyFileError> {
    let mut inner = Zeroizing::new([0; 34]);
    inner[..2].copy_from_slice(&SEED_HEADER);
    inner[2..].copy_from_slice(&*key.seed());
    let octets = OctetStringRef::new(&*inner).map_err(|error| KeyFileError::Encode(error.into()))?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid: ED25519, parameters: None }, octets);
    let (label, document) = match passphrase {
        None => (PLAIN_LABEL, SecretDocument::encode_msg(&info).map_err(|error| KeyFileError::Encode(error.into()))?),
        Some(passphrase) => (ENCRYPTED_LABEL, encrypt(&info, passphrase)?),
    };
    document.to_pem(label, LineEnding::LF).map_err(|error| KeyFileError::Encode(error.into()))
}

fn encrypt(info: &PrivateKeyInfoRef<'_>, passphrase: &Passphrase) -> Result<SecretDocument, KeyFileError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut iv)).map_err(KeyFileError::Random)?;
    pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, &salt, iv)
        .map_err(pkcs8::Error::EncryptedPrivateKey)
        .and_then(|parameters| info.encrypt_with_params(parameters, passphrase.0.as_bytes()))
        .map_err(KeyFileError::Encode)
}

fn decode(path: &Path, der: &[u8]) -> Result<SigningKey, KeyFileError> {
    let malformed = |why: String| KeyFileError::Malformed { path: path.to_owned(), why };
    let info = PrivateKeyInfoRef::try_from(der).map_err(|error| malformed(error.to_string()))?;
    if info.algorithm.oid != ED25519 {
        return Err(KeyFileError::WrongAlgorithm { path: path.to_owned(), algorithm: info.algorithm.oid.to_string() });
    }
    let seed = info.private_key.as_bytes().strip_prefix(&SEED_HEADER).and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
    let seed = seed.ok_or_else(|| malformed("an Ed25519 private key is 32 bytes".to_owned()))?;
    let key = SigningKey::from_seed(seed);
    match info.public_key {
        Some(public) if public.as_bytes() != Some(key.public().as_bytes()) => {
            Err(KeyFileError::WrongPublicKey { path: path.to_owned() })
        }
        _ => Ok(key),
    }
}

fn load(path: &Path) -> io::Result<(Zeroizing<Vec<u8>>, Option<u32>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if metadata.len() > MAX_KEY_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {MAX_KEY_FILE_BYTES} bytes")));
    }
    let mode = metadata.mode() & 0o777;
    // Room for all of it at once: a buffer that grows leaves copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(16_400));
    file.take(MAX_KEY_FILE_BYTES).read_to_end(&mut bytes)?;
    Ok((bytes, (mode & 0o077 != 0).then_some(mode)))
}

fn create(path: &Path, pem: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| sync_folder_of(path));
    if written.is_err() {
        // Half a key is no key, and would keep the name.
        let _ = fs::remove_file(path);
    }
    written
}

/// A name beside `path` that no other process and no other call has: what a process that died has left is not in the way.
fn own_temporary(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new{}-{}", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    name.into()
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
