//! The private keys of a log, and which of them sign a checkpoint.

use crate::crypto::{PublicKey, SigningKey};

use super::{Checkpoint, SignedCheckpoint};

/// Whoever holds private keys that checkpoints are signed with.
pub trait LogSigner {
    /// The key in force first, then what it replaces.
    fn keys(&self) -> Vec<&SigningKey>;

    /// Whether the key is held.
    fn holds(&self, key: &PublicKey) -> bool {
        self.keys().iter().any(|own| own.public() == *key)
    }

    /// Signs with those keys that are due, in their order; with the key in force where none of them is held, since a key may
    /// sign every prefix of its own tree again.
    fn sign_checkpoint(&self, checkpoint: &Checkpoint, due: &[PublicKey]) -> SignedCheckpoint {
        let held = self.keys();
        let mut signing: Vec<&SigningKey> =
            due.iter().filter_map(|key| held.iter().find(|own| own.public() == *key).copied()).collect();
        if signing.is_empty() {
            signing.extend(held.first());
        }
        SignedCheckpoint::sign_by(checkpoint, &signing)
    }
}

impl LogSigner for SigningKey {
    fn keys(&self) -> Vec<&SigningKey> {
        vec![self]
    }
}

/// The private keys of a log: the one in force, and while the two overlap the one that it replaces.
pub struct LogKeys {
    in_force: SigningKey,
    retiring: Option<SigningKey>,
}

impl LogKeys {
    /// A key, and the one that it replaces.
    #[must_use]
    pub const fn new(in_force: SigningKey, retiring: Option<SigningKey>) -> Self {
        Self { in_force, retiring }
    }

    /// The key in force, alone.
    #[must_use]
    pub fn into_in_force(self) -> SigningKey {
        self.in_force
    }

    /// The key in force.
    #[must_use]
    pub const fn in_force(&self) -> &SigningKey {
        &self.in_force
    }
}

impl From<SigningKey> for LogKeys {
    fn from(key: SigningKey) -> Self {
        Self::new(key, None)
    }
}

impl LogSigner for LogKeys {
    fn keys(&self) -> Vec<&SigningKey> {
        std::iter::once(&self.in_force).chain(&self.retiring).collect()
    }
}
