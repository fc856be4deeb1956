//! Replaces a ledger's own key: a rotation entry, and the files in the ledger's folder, whole at whatever point it is cut short.
//!
//! ```text
//! DIR/ledger.key           the key in force; until the last step the one that is being replaced
//! DIR/ledger.key.next      the new key, from before the entry is admitted until it takes its place
//! DIR/ledger.key.<id>      each key that was replaced, by its key id; it signs until the overlap has ended
//! DIR/policy.<id>          the policy that was handed out for it
//! DIR/rotation-<entry>.receipt   the receipt of the rotation, signed by both keys
//! ```
//!
//! The new key is on disk before the entry names it, and takes the old one's place after. In between `ledger.key` holds a
//! key that is not in force any more and `ledger.key.next` the one that is; whoever opens the ledger [settles](settle) it.
//! Not here: who may rotate (`registry`), passphrases (`cli`).

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::codec::Time;
use crate::crypto::{PublicKey, SigningKey};
use crate::evidence::{Body, Rotate, SignedStatement, StatementError, SuiteKey, VerifyError};
use crate::keyfile::{self, KeyFileError, Passphrase};
use crate::ledger::PlanError;
use crate::merkle::LeafIndex;
use crate::note::{KeyName, VerifierKey};
use crate::registry::NotAdmitted;
use crate::store::{CommitError, Committed, Opened, ReadError, ReceiptError, ReceiptUnavailable, TipError, Writer};
use crate::trust::{LogKeys, Policy, PolicyError};

/// What is done of a rotation, in this order: each is on disk before the next is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum RotationStep {
    /// `ledger.key.next` holds the new key.
    NewKey,
    /// The entry.
    Entry,
    /// The checkpoint with both signatures, in `tip`.
    Checkpoint,
    /// `rotation-<entry>.receipt`.
    Receipt,
    /// `policy.<id>` is the policy that was handed out.
    KeptPolicy,
    /// `policy` names the new key.
    Policy,
    /// `ledger.key.<id>` is the old key.
    KeptKey,
    /// `ledger.key` is the new one, and `ledger.key.next` is gone: all is done.
    Done,
}

/// Whoever wants to know of each step that is done.
type Watch = Box<dyn Fn(RotationStep)>;

/// The key that signs, in the ledger's folder.
pub const KEY_FILE: &str = "ledger.key";
const NEXT_KEY_FILE: &str = "ledger.key.next";
const POLICY_FILE: &str = "policy";

/// The file of a key that was replaced, in the ledger's folder.
#[must_use]
pub fn retired_key_file(ledger: &KeyName, key: &PublicKey) -> String {
    format!("{KEY_FILE}.{}", VerifierKey::new_ed25519(ledger.clone(), *key).id())
}

/// The file of the policy that was handed out for a key that was replaced, in the ledger's folder.
pub(super) fn retired_policy_file(ledger: &KeyName, key: &PublicKey) -> String {
    format!("{POLICY_FILE}.{}", VerifierKey::new_ed25519(ledger.clone(), *key).id())
}

/// The file of a key that is to take the place of the one in force, in the ledger's folder.
#[must_use]
pub fn next_key_file(folder: &Path) -> PathBuf {
    folder.join(NEXT_KEY_FILE)
}

/// Why a ledger's key was not replaced.
#[derive(Debug, Error)]
pub enum RotationError {
    /// The key can't be made or written.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A file can't be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The statement can't be made.
    #[error("the rotation cannot be written down")]
    Statement(#[from] StatementError),
    /// The statement does not hold.
    #[error("the rotation does not verify")]
    Verify(#[from] VerifyError),
    /// The rules don't allow it now. Nothing was written.
    #[error("{0}")]
    NotAdmitted(NotAdmitted),
    /// The keys in force are not known.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The entry can't be planned.
    #[error("the entry cannot be planned")]
    Plan(#[from] PlanError),
    /// The entry can't be committed.
    #[error("the entry cannot be committed")]
    Commit(#[from] CommitError),
    /// The checkpoint can't be recorded.
    #[error("the checkpoint cannot be recorded")]
    Tip(#[from] TipError),
    /// The receipt can't be made.
    #[error("the receipt of the rotation cannot be made")]
    Receipt(#[from] ReceiptUnavailable),
    /// The receipt can't be made from what is stored.
    #[error("the receipt of the rotation cannot be made")]
    StoredReceipt(#[from] ReceiptError),
    /// The policy can't be made.
    #[error("the policy cannot be made")]
    Policy(#[from] PolicyError),
}

impl RotationError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Key(error) => error.hint(),
            Self::NotAdmitted(refused) => refused.hint(),
            Self::Io { .. } | Self::Tip(_) => Some(
                "see to it that this user may write there and that the disk has room; the next start finishes what was begun",
            ),
            Self::Read(_) => Some("`notarium rebuild-index DIR` makes the indexes again"),
            Self::Commit(CommitError::OutcomeUnknown(_)) => {
                Some("the next start tells whether the entry was written, and goes on accordingly")
            }
            Self::Plan(_) => Some("set the clock of this machine"),
            _ => None,
        }
    }
}

/// A rotation whose new key is on disk, and nothing else.
pub struct Rotation {
    opened: Opened,
    old: SigningKey,
    new: SigningKey,
    passed: Watch,
}

/// Makes the new key and writes it, for a ledger that is open and whose key in force is given. Refuses what the rules don't
/// allow at this time.
///
/// # Errors
///
/// [`RotationError`]; the ledger is as it was.
pub fn begin(
    opened: Opened,
    key: SigningKey,
    passphrase: Option<&Passphrase>,
    now: Time,
) -> Result<Rotation, RotationError> {
    let new = keyfile::generate()?;
    let rotation = Rotation { opened, old: key, new, passed: Box::new(|_| {}) };
    // Before anything is written: what is refused leaves nothing behind.
    let time = rotation.opened.appender.admission_time(now)?;
    let registry = rotation.opened.reader.registry()?;
    registry.judge(time, &rotation.statement(0)?).map_err(RotationError::NotAdmitted)?;
    keyfile::replace(&next_key_file(rotation.opened.reader.directory()), &rotation.new, passphrase)?;
    Ok(rotation)
}

impl Rotation {
    /// The same, and `passed` is told of each step once it is done.
    #[must_use]
    pub fn watched(mut self, passed: impl Fn(RotationStep) + 'static) -> Self {
        self.passed = Box::new(passed);
        self
    }

    /// The rotation, signed by the old key and consented to by the new one.
    fn statement(&self, overlap: u64) -> Result<SignedStatement, RotationError> {
        let (ledger, key) = (*self.opened.reader.genesis(), SuiteKey::Ed25519(self.new.public()));
        let mut body = Rotate { ledger, key, overlap, consent: Vec::new() };
        let message = body.consent_message(&SuiteKey::Ed25519(self.old.public()))?;
        body.consent = self.new.sign(&message).as_bytes().to_vec();
        Ok(SignedStatement::sign(&Body::Rotate(body), &self.old)?)
    }

    /// Admits the rotation: it is on disk after this.
    ///
    /// # Errors
    ///
    /// [`RotationError`].
    pub fn admit(mut self, overlap: u64, now: Time) -> Result<Unsigned, RotationError> {
        (self.passed)(RotationStep::NewKey);
        let statement = self.statement(overlap)?.verify()?;
        let last = self.opened.writer.publish_stored(&self.old)?;
        let batch = self.opened.appender.plan(now, vec![statement])?;
        let committed = self.opened.writer.commit(batch, &last)?;
        (self.passed)(RotationStep::Entry);
        let folder = self.opened.reader.directory().to_owned();
        let name = self.opened.reader.origin().key_name().clone();
        let Self { opened, old, new, passed } = self;
        Ok(Unsigned { committed, writer: opened.writer, old, new, folder, name, passed })
    }
}

/// A rotation that is on disk, under a tree that is not signed yet.
pub struct Unsigned {
    committed: Committed,
    writer: Writer,
    old: SigningKey,
    new: SigningKey,
    folder: PathBuf,
    name: KeyName,
    passed: Watch,
}

/// A rotation that is done.
#[derive(Debug)]
pub struct Rotated {
    /// Its entry.
    pub entry: LeafIndex,
    /// The key that was replaced.
    pub old: VerifierKey,
    /// The key in force from now on.
    pub new: VerifierKey,
    /// When the old key is retired; as a time, the year 9999 at the latest.
    pub retired: Time,
    /// Where the rotation's receipt is.
    pub receipt: PathBuf,
    /// Where the old key is kept.
    pub kept: PathBuf,
}

impl Unsigned {
    /// Signs the tree with both keys, keeps the receipt of the rotation, and puts the files in their places.
    ///
    /// # Errors
    ///
    /// [`RotationError`]; the next start finishes it.
    pub fn finish(mut self) -> Result<Rotated, RotationError> {
        let (old, new) = (self.old.public(), self.new.public());
        let published = self.writer.publish(self.committed.sign(&LogKeys::new(self.new, Some(self.old))))?;
        (self.passed)(RotationStep::Checkpoint);
        let entry = published.batch().first();
        let receipt = receipt_file(&self.folder, entry);
        write(&receipt, published.receipt(entry)?.as_str().as_bytes())?;
        (self.passed)(RotationStep::Receipt);
        let replaced = self.writer.chain().get(&SuiteKey::Ed25519(old)).and_then(|own| own.replaced);
        self.writer.flush()?;
        settle_watched(&self.folder, &self.name, [&old, &new], &self.passed)?;
        let vkey = |key| VerifierKey::new_ed25519(self.name.clone(), key);
        Ok(Rotated {
            entry,
            retired: replaced.map_or(Time::MAX, |replaced| replaced.retired_at()),
            kept: self.folder.join(retired_key_file(&self.name, &old)),
            receipt,
            old: vkey(old),
            new: vkey(new),
        })
    }
}

/// Does what is left of a rotation that was cut short after its entry, when `ledger.key` still holds the old key: signs the tree,
/// keeps the receipt of the rotation, and puts the files in their places. `keys` are both keys.
///
/// # Errors
///
/// [`RotationError`]; it may be repeated.
pub fn take_up(opened: &mut Opened, keys: &LogKeys, old: &PublicKey) -> Result<(), RotationError> {
    let new = keys.in_force().public();
    let folder = opened.reader.directory().to_owned();
    let entry = opened.reader.chain().get(&SuiteKey::Ed25519(new)).map(|own| own.entry);
    if let Some(entry) = entry.filter(|entry| !receipt_file(&folder, *entry).exists()) {
        opened.writer.publish_stored(keys)?;
        if let Some(receipt) = opened.reader.receipt(entry)? {
            write(&receipt_file(&folder, entry), receipt.as_str().as_bytes())?;
        }
    }
    opened.writer.flush()?;
    settle(&folder, opened.reader.origin().key_name(), old, &new)
}

fn receipt_file(folder: &Path, entry: LeafIndex) -> PathBuf {
    folder.join(format!("rotation-{entry}.receipt"))
}

/// Puts the files of a rotation that was admitted in their places. May be repeated after being cut short anywhere, as long
/// as `ledger.key` holds the old key.
///
/// # Errors
///
/// [`RotationError`].
pub fn settle(folder: &Path, ledger: &KeyName, old: &PublicKey, new: &PublicKey) -> Result<(), RotationError> {
    settle_watched(folder, ledger, [old, new], &|_| {})
}

fn settle_watched(
    folder: &Path,
    ledger: &KeyName,
    [old, new]: [&PublicKey; 2],
    passed: &dyn Fn(RotationStep),
) -> Result<(), RotationError> {
    let policy = Policy::for_log(&VerifierKey::new_ed25519(ledger.clone(), *new), None)?;
    let policy_path = folder.join(POLICY_FILE);
    if policy_path.exists() {
        keep(&policy_path, &folder.join(retired_policy_file(ledger, old)))?;
    }
    passed(RotationStep::KeptPolicy);
    write(&policy_path, policy.as_bytes())?;
    passed(RotationStep::Policy);
    let key = folder.join(KEY_FILE);
    keep(&key, &folder.join(retired_key_file(ledger, old)))?;
    passed(RotationStep::KeptKey);
    fs::rename(folder.join(NEXT_KEY_FILE), &key).map_err(|source| failed(&key, source))?;
    sync_folder(folder)?;
    passed(RotationStep::Done);
    Ok(())
}

/// Gives a file a second name, under which it stays.
fn keep(path: &Path, kept: &Path) -> Result<(), RotationError> {
    match fs::hard_link(path, kept) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked.map_err(|source| failed(kept, source)),
    }
}

/// Writes a file in place of whatever has its name, in one step and through to the disk.
fn write(path: &Path, bytes: &[u8]) -> Result<(), RotationError> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|source| failed(path, source))?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> Result<(), RotationError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| failed(folder, source))
}

fn failed(path: &Path, source: io::Error) -> RotationError {
    RotationError::Io { path: path.to_owned(), source }
}
