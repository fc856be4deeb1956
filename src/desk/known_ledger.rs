//! A ledger that deposits are made with: its client, its key, and the policy its receipts are judged by.

use crate::client::{Client, ClientError};
use crate::crypto::Sha256Digest;
use crate::merkle::Hash;
use crate::note::VerifierKey;
use crate::trust::{Policy, PolicyError};

/// A ledger that has been asked who it is.
#[derive(Clone, Debug)]
pub struct KnownLedger {
    client: Client,
    key: VerifierKey,
    genesis: Hash,
    policy: Policy,
}

/// Why no deposit can be made with a ledger.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// It did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What it calls its key is none.
    #[error("the ledger at {address} has no key that can be understood: {key:?}")]
    BadKey {
        /// Its address.
        address: String,
        /// What it says.
        key: String,
    },
    /// What it calls the leaf hash of its entry 0 is none.
    #[error("the ledger at {address} has no entry 0 that can be understood: {genesis:?}")]
    BadGenesis {
        /// Its address.
        address: String,
        /// What it says.
        genesis: String,
    },
    /// The policy does not know it.
    #[error("the ledger at {address} signs as {key}, which is no log of the policy")]
    NotInPolicy {
        /// Its address.
        address: String,
        /// The key that it says it has.
        key: Box<VerifierKey>,
    },
    /// A policy for its key cannot be made.
    #[error("the ledger at {address} cannot be a log of a policy")]
    Policy {
        /// Its address.
        address: String,
        /// Why.
        source: PolicyError,
    },
}

impl MeetError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Client(error) => error.hint(),
            Self::BadKey { .. } | Self::BadGenesis { .. } | Self::Policy { .. } => {
                Some("is that the address of a notarium ledger?")
            }
            Self::NotInPolicy { .. } => Some(
                "nothing was sent; compare the key with one that reached you by another way, and check the address",
            ),
        }
    }
}

impl KnownLedger {
    /// Asks the ledger for its key. With a policy the key must be a log of it; without, the ledger's word is taken for it.
    ///
    /// # Errors
    /// [`MeetError`]; nothing has been sent then.
    pub fn meet(client: Client, policy: Option<Policy>) -> Result<Self, MeetError> {
        let info = client.ledger()?;
        let address = client.address().to_string();
        let Ok(key) = info.vkey.parse::<VerifierKey>() else {
            return Err(MeetError::BadKey { address, key: info.vkey });
        };
        let Ok(genesis) = info.genesis.parse::<Sha256Digest>() else {
            return Err(MeetError::BadGenesis { address, genesis: info.genesis });
        };
        // In an overlap both keys sign, and whoever trusts either can judge what comes.
        let retiring: Option<VerifierKey> = info.retiring_vkey.as_ref().and_then(|vkey| vkey.parse().ok());
        let policy = match policy {
            Some(policy) if policy.logs().iter().any(|log| log.key == key || retiring.as_ref() == Some(&log.key)) => {
                policy
            }
            Some(_) => return Err(MeetError::NotInPolicy { address, key: Box::new(key) }),
            None => Policy::for_log(&key, None).map_err(|source| MeetError::Policy { address, source })?,
        };
        Ok(Self { client, key, genesis: Hash::from_bytes(*genesis.as_bytes()), policy })
    }

    /// How to talk to it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The key that signs its checkpoints.
    #[must_use]
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Leaf hash of its entry 0, by its own word: what registry statements name it by.
    #[must_use]
    pub const fn genesis(&self) -> &Hash {
        &self.genesis
    }

    /// What its receipts are judged by.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}
