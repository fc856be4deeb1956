//! The names of tiles and entry bundles, and which of them a tree has.
//!
//! A tile of level `l` holds up to 256 hashes, side by side, of the nodes at height `8 * l`; a bundle holds the entries
//! under a tile of level 0. Their paths are those of C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]` and
//! `tile/entries/<N>[.p/<W>]`, with the index in groups of three digits (1234067 is `x001/x234/067`) and the width of a
//! partial tile at the end. Exactly one path names a tile. What a bundle holds is not here.

use std::fmt;
use std::ops::Range;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::hash::{Hash, TreeSize};

/// How many hashes a full tile has, and how many entries a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// How many bytes a full tile has: the hashes of its own level, and nothing else.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * Hash::LEN;

/// The highest level that a path can name. A tree of 2^63 leaves ends at level 7.
const MAX_LEVEL: u8 = 63;

/// Why a path names neither a tile nor a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum TilePathError {
    /// It begins in another way than its kind of path does.
    #[error("a tile's path begins with \"tile/\" and a level, a bundle's with \"tile/entries/\"")]
    #[strum(serialize = "bad-tile-prefix")]
    Prefix,
    /// The level is not a number from 0 to 63 without leading zeros.
    #[error("the level in a tile's path is a number from 0 to 63 without leading zeros")]
    #[strum(serialize = "bad-tile-level")]
    Level,
    /// The index is not in groups of three digits, all but the last after an x, the first not x000.
    #[error("the index in a tile's path is groups of three digits, like 067 or x001/x234/067")]
    #[strum(serialize = "bad-tile-index")]
    Index,
    /// The index is above 2^64 - 1.
    #[error("the index in a tile's path is above 2^64 - 1")]
    #[strum(serialize = "tile-index-too-large")]
    IndexTooLarge,
    /// The width is not a number from 1 to 255 without leading zeros.
    #[error("the width of a partial tile is a number from 1 to 255 without leading zeros")]
    #[strum(serialize = "bad-tile-width")]
    Width,
}

impl TilePathError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// A tile: up to 256 neighbouring hashes of one level. Prints as its path.
///
/// A partial tile and the full one that it grows into have the same level and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    place: Place,
}

/// An entry bundle: up to 256 neighbouring entries. Prints as its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId(Place);

/// Which of the tiles of a level, and how much of it. The width is 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    index: u64,
    width: u16,
}

impl TileId {
    /// The full tile at a level (at most 63) and index.
    pub(super) const fn full(level: u8, index: u64) -> Self {
        Self { level, place: Place { index, width: TILE_WIDTH } }
    }

    /// As much as a tree of this size has of the tile at a level (0 to 7) and index; none when it has nothing of it.
    #[must_use]
    pub fn at(level: u8, index: u64, size: TreeSize) -> Option<Self> {
        Place::at(index, hashes_at(level, size)).map(|place| Self { level, place })
    }

    /// Reads a path as [`Self::path`] writes it, and only that.
    ///
    /// # Errors
    /// When it is not such a path; says which part.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        let rest = path.strip_prefix("tile/").ok_or(TilePathError::Prefix)?;
        let (level, place) = rest.split_once('/').ok_or(TilePathError::Prefix)?;
        let level = parse_short(level).filter(|level| *level <= MAX_LEVEL).ok_or(TilePathError::Level)?;
        Ok(Self { level, place: Place::parse(place)? })
    }

    /// The path under a log's prefix, such as `tile/0/x001/x234/067.p/5`.
    #[must_use]
    pub fn path(self) -> String {
        self.to_string()
    }

    /// The level: its hashes are those of the nodes at height `8 * level`.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The position among the tiles of its level.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.place.index
    }

    /// How many hashes it has, 1 to 256; below 256 it is partial.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.place.width
    }

    /// Whether a tree of this size has all hashes of the tile. Of the partial tiles only the widest is served by every
    /// log.
    #[must_use]
    pub fn is_in(self, size: TreeSize) -> bool {
        Self::at(self.level, self.place.index, size).is_some_and(|tile| tile.place.width >= self.place.width)
    }
}

impl BundleId {
    /// As much as a tree of this size has of the bundle at an index; none when it has nothing of it.
    #[must_use]
    pub fn at(index: u64, size: TreeSize) -> Option<Self> {
        Place::at(index, size.get()).map(Self)
    }

    /// Reads a path as [`Self::path`] writes it, and only that.
    ///
    /// # Errors
    /// When it is not such a path; says which part.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        path.strip_prefix("tile/entries/").ok_or(TilePathError::Prefix).and_then(Place::parse).map(Self)
    }

    /// The path under a log's prefix, such as `tile/entries/x001/x234/067.p/5`.
    #[must_use]
    pub fn path(self) -> String {
        self.to_string()
    }

    /// The position among the bundles.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.0.index
    }

    /// How many entries it has, 1 to 256; below 256 it is partial.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.0.width
    }

    /// The indexes of its entries; none when they would not fit in 64 bits.
    #[must_use]
    pub fn leaves(self) -> Option<Range<u64>> {
        let start = self.0.index.checked_mul(TILE_WIDTH.into())?;
        Some(start..start.checked_add(self.0.width.into())?)
    }

    /// Whether a tree of this size has all entries of the bundle.
    #[must_use]
    pub fn is_in(self, size: TreeSize) -> bool {
        self.leaves().is_some_and(|leaves| leaves.end <= size.get())
    }
}

/// All tiles of a tree, level by level from the leaves, each level from the left; the last of a level may be partial.
pub fn tiles_at(size: TreeSize) -> impl Iterator<Item = TileId> {
    (0..)
        .map(move |level| (level, hashes_at(level, size)))
        .take_while(|(_, hashes)| *hashes > 0)
        .flat_map(|(level, hashes)| Place::all(hashes).map(move |place| TileId { level, place }))
}

/// All entry bundles of a tree from the left; the last may be partial.
pub fn bundles_at(size: TreeSize) -> impl Iterator<Item = BundleId> {
    Place::all(size.get()).map(BundleId)
}

/// How many hashes a tree has at a tile level: its complete nodes of height `8 * level`.
fn hashes_at(level: u8, size: TreeSize) -> u64 {
    size.get().checked_shr(8 * u32::from(level)).unwrap_or(0)
}

impl Place {
    /// What a level with so many hashes has of the tile at an index.
    fn at(index: u64, hashes: u64) -> Option<Self> {
        let width = hashes.checked_sub(index.checked_mul(TILE_WIDTH.into())?)?.min(TILE_WIDTH.into());
        u16::try_from(width).ok().filter(|width| *width > 0).map(|width| Self { index, width })
    }

    /// All tiles of a level with so many hashes.
    fn all(hashes: u64) -> impl Iterator<Item = Self> {
        (0..).map_while(move |index| Self::at(index, hashes))
    }

    fn parse(text: &str) -> Result<Self, TilePathError> {
        let (index, width) = match text.split_once(".p/") {
            None => (text, TILE_WIDTH),
            Some((index, width)) => {
                let width = parse_short(width).filter(|width| *width > 0).ok_or(TilePathError::Width)?;
                (index, width.into())
            }
        };
        Ok(Self { index: parse_index(index)?, width })
    }
}

/// Reads an index: groups of three digits, all but the last after an `x`, and no group of zeros in front.
fn parse_index(text: &str) -> Result<u64, TilePathError> {
    if text.starts_with("x000") {
        return Err(TilePathError::Index);
    }
    let (front, last) = match text.rsplit_once('/') {
        None => (None, text),
        Some((front, last)) => (Some(front), last),
    };
    let mut index = 0;
    for group in front.into_iter().flat_map(|front| front.split('/')) {
        index = push_group(index, group.strip_prefix('x').ok_or(TilePathError::Index)?)?;
    }
    push_group(index, last)
}

fn push_group(index: u64, group: &str) -> Result<u64, TilePathError> {
    if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TilePathError::Index);
    }
    let group: u64 = group.parse().map_err(|_| TilePathError::Index)?;
    index.checked_mul(1000).and_then(|index| index.checked_add(group)).ok_or(TilePathError::IndexTooLarge)
}

/// Reads a number from 0 to 255 that has digits only, and no leading zero.
fn parse_short(text: &str) -> Option<u8> {
    text.parse().ok().filter(|number: &u8| number.to_string() == text)
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, self.place)
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/entries/{}", self.0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 2^64 - 1 has seven groups. The first that is not zero begins the path; the last is always written.
        let groups = (1..=6).map(|group| 1000_u64.pow(group)).rev().skip_while(|unit| self.index < *unit);
        for unit in groups {
            write!(f, "x{:03}/", self.index / unit % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}
