//! Where a replay stands: all that the next one needs to go on from there, and to prove that nothing before it has changed.
//!
//! The right edge of the tree, the last entry's leaf and time, the entries that govern admission, and the signed checkpoint
//! that the replay came to. Whoever goes on from it computes the next root over this edge, so that a ledger which has
//! changed anything before it cannot lead to the root that it signs. A standing is data of our own, not a format: JSON with
//! a digest under it against damage, and a version that a reader must know.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::finding::{NotChecked, NotUnderstood};
use crate::codec::{Time, decode_base64, decode_hex, encode_base64};
use crate::crypto::sha256;
use crate::merkle::{Frontier, Hash, TileId, TileNodes, TreeHead};
use crate::note::VerifierKey;
use crate::trust::{CheckpointError, SignedCheckpoint};

/// The layout, and its version.
const FORMAT: &str = "notarium/audit-state/";
const VERSION: u64 = 1;

/// Why bytes are not a standing that can be gone on from.
#[derive(Debug, Error)]
pub enum StandingError {
    /// It was written by a newer version.
    #[error("written by a newer version of the format: {found}, and this program knows {VERSION}")]
    NewerVersion {
        /// That version.
        found: u64,
    },
    /// It is cut short, or was changed.
    #[error("damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: &'static str,
    },
    /// It is no standing at all.
    #[error("not an audit's state: {0}")]
    Malformed(String),
    /// Its checkpoint is none.
    #[error("its checkpoint")]
    Checkpoint(#[from] CheckpointError),
}

/// Where a replay stands that found nothing wrong.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The ledger's key in force, by the chain of keys from its genesis entry on.
    pub(super) key: VerifierKey,
    /// The newest checkpoint that the replay came to.
    pub(super) checkpoint: SignedCheckpoint,
    pub(super) frontier: Frontier,
    pub(super) last_leaf: Hash,
    pub(super) last_time: Time,
    /// Entries that say who may sign what, with their indexes.
    pub(super) governing: Vec<(u64, Vec<u8>)>,
    pub(super) not_understood: Vec<NotUnderstood>,
    pub(super) not_understood_count: u64,
    pub(super) not_checked: Vec<NotChecked>,
}

/// A standing as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    format: String,
    vkey: String,
    checkpoint: String,
    last_leaf: String,
    last_time: u64,
    /// The partial tiles of the tree, level by level, base64; empty where a level has none.
    tiles: Vec<String>,
    governing: Vec<(u64, String)>,
    not_understood: Vec<NotUnderstood>,
    not_understood_count: u64,
    not_checked: Vec<NotChecked>,
}

/// Only the version: it is read before anything else is.
#[derive(Deserialize)]
struct Version {
    format: String,
}

impl Standing {
    /// Size and root of the tree that was replayed.
    #[must_use]
    pub fn head(&self) -> &TreeHead {
        self.checkpoint.head()
    }

    /// The signed checkpoint that the replay came to.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The ledger's key in force, whose name is its origin.
    #[must_use]
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Writes it down: one line of JSON, and one with the SHA-256 of the first.
    #[must_use]
    pub fn encode(&self) -> String {
        let written = Written {
            format: format!("{FORMAT}{VERSION}"),
            vkey: self.key.to_string(),
            checkpoint: self.checkpoint.as_str().to_owned(),
            last_leaf: self.last_leaf.to_string(),
            last_time: self.last_time.millis(),
            tiles: partial_tiles(&self.frontier),
            governing: self.governing.iter().map(|(index, entry)| (*index, encode_base64(entry))).collect(),
            not_understood: self.not_understood.clone(),
            not_understood_count: self.not_understood_count,
            not_checked: self.not_checked.clone(),
        };
        // No map with other than text keys, no number but integers: it always serialises.
        let json = serde_json::to_string(&written).unwrap_or_default();
        format!("{json}\n{}\n", sha256(&[json.as_bytes()]))
    }

    /// Reads what [`encode`](Self::encode) wrote. The edge must have the root of the checkpoint, which must be signed by
    /// the ledger's key.
    ///
    /// # Errors
    ///
    /// [`StandingError`].
    pub fn decode(text: &str) -> Result<Self, StandingError> {
        let malformed = |error: serde_json::Error| StandingError::Malformed(error.to_string());
        let (json, digest) = text.split_once('\n').ok_or(StandingError::Damaged { reason: "it is cut short" })?;
        let Version { format } = serde_json::from_str(json).map_err(malformed)?;
        let version = format.strip_prefix(FORMAT).and_then(|version| version.parse().ok());
        match version {
            Some(VERSION) => {}
            Some(found) if found > VERSION => return Err(StandingError::NewerVersion { found }),
            _ => return Err(StandingError::Malformed(format!("the format is {format:?}"))),
        }
        if digest != format!("{}\n", sha256(&[json.as_bytes()])) {
            return Err(StandingError::Damaged { reason: "its digest is another" });
        }
        Self::of_written(serde_json::from_str(json).map_err(malformed)?)
    }

    fn of_written(written: Written) -> Result<Self, StandingError> {
        let damaged = |reason| StandingError::Damaged { reason };
        let key: VerifierKey = written.vkey.parse().map_err(|_| damaged("its key is none"))?;
        let checkpoint = SignedCheckpoint::parse(&written.checkpoint)?;
        let tiles: Vec<Vec<u8>> = written
            .tiles
            .iter()
            .map(|tile| decode_base64(tile).map_err(|_| damaged("a tile is not base64")))
            .collect::<Result<_, _>>()?;
        let governing = written.governing.into_iter().map(|(index, entry)| {
            decode_base64(&entry).map(|entry| (index, entry)).map_err(|_| damaged("an entry is not base64"))
        });
        let fetch = |tile: TileId| tiles.get(usize::from(tile.level())).ok_or(());
        let frontier = Frontier::resume(checkpoint.head().size, &TileNodes::new(checkpoint.head().size, fetch))
            .map_err(|_| damaged("its tiles are not those of its size"))?;
        if frontier.head() != *checkpoint.head() {
            return Err(damaged("its tiles do not lead to the root of its checkpoint"));
        }
        if checkpoint.note().open(std::slice::from_ref(&key)).is_err() {
            return Err(damaged("its checkpoint is not signed by its key"));
        }
        Ok(Self {
            governing: governing.collect::<Result<_, _>>()?,
            last_leaf: Hash::from_bytes(decode_hex(&written.last_leaf).map_err(|_| damaged("its last leaf is none"))?),
            last_time: Time::from_millis(written.last_time).map_err(|_| damaged("its last time is none"))?,
            not_understood: written.not_understood,
            not_understood_count: written.not_understood_count,
            not_checked: written.not_checked,
            key,
            checkpoint,
            frontier,
        })
    }
}

/// The partial tiles at the right edge of a tree, from level 0 up; empty where a level has none.
fn partial_tiles(frontier: &Frontier) -> Vec<String> {
    let size = frontier.size();
    let levels = (0..8_u8).take_while(|level| size.get() >> (8 * u32::from(*level)) > 0);
    let tile = |level: u8| {
        let index = size.get() >> (8 * u32::from(level)) >> 8;
        TileId::at(level, index, size).and_then(|tile| frontier.tile(tile)).unwrap_or_default()
    };
    levels.map(|level| encode_base64(&tile(level))).collect()
}
