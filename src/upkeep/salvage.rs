//! Saves from a damaged ledger all that is still provable, and names what is lost.
//!
//! An entry is provable when its leaf hash stands in the tree that a signed checkpoint of the ledger has the root of. The hash of an
//! entry which can't be read any more is known all the same, from its tile or from the entry after it; so the tree goes on across it.
//! Where two places differ about a hash, the third decides, or the tile that the tile above it confirms. Whether the choice was right
//! is told by the signed root and by nothing else: the newest checkpoint that the tree leads to is the one that counts.
//!
//! Written is the form of an export (C2SP tlog-tiles). In the place of a lost entry stands a text that says so; `lost.csv` lists
//! them with their leaf hashes, `kept.csv` the ranges between, each of which `notarium audit OUT --from A --to B` verifies. If none is
//! lost the folder is a whole export, from which `notarium import` makes the ledger again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::export::{ExportError, begin, sync, write};
use crate::evidence::{BundleError, Entry, encode_bundle};
use crate::merkle::{Frontier, Hash, LeafIndex, SizeTooLarge, TreeHead, TreeSize, leaf_hash, tile_root};
use crate::note::VerifierKey;
use crate::store::{Memory, OpenError, Remains};
use crate::trust::{Policy, PolicyError, SignedCheckpoint};

/// Entries under a tile.
const WIDTH: u64 = 256;
const README: &str = include_str!("salvage_readme.md");

/// Why nothing was saved.
#[derive(Debug, Error)]
pub enum SalvageError {
    /// The database does not open at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Neither the settings nor entry 0 say whose ledger it is.
    #[error("neither the settings nor entry 0 of {} can be read, so nobody can tell whose ledger it is", .directory.display())]
    Nobody {
        /// The folder.
        directory: PathBuf,
    },
    /// There is no signed tree that what is left leads to.
    #[error("no checkpoint is left whose tree can be computed from what is left: nothing is provable")]
    NothingProvable,
    /// A file can't be written.
    #[error(transparent)]
    Write(#[from] ExportError),
    /// Entries can't be written down.
    #[error("a bundle of entries cannot be written")]
    Bundle(#[from] BundleError),
    /// The ledger's key makes no policy.
    #[error("the ledger's policy")]
    Policy(#[from] PolicyError),
    /// No tree is that large.
    #[error(transparent)]
    Size(#[from] SizeTooLarge),
}

impl SalvageError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Write(error) => Some(error.hint()),
            Self::Nobody { .. } | Self::NothingProvable => Some(
                "keep the folder as it is; a checkpoint of this ledger from elsewhere, copied to DIR/tip, may help",
            ),
            Self::Bundle(_) | Self::Policy(_) | Self::Size(_) => None,
        }
    }
}

/// An entry that is lost, or can't be proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEntry {
    /// Its index.
    pub index: u64,
    /// Its leaf hash, where it is known.
    pub leaf: Option<Hash>,
    /// What was found in its place.
    pub why: String,
}

/// What was saved and what not.
#[derive(Debug)]
pub struct Salvaged {
    /// The checkpoint that proves what was saved.
    pub checkpoint: SignedCheckpoint,
    /// Entries that there were at least.
    pub entries: u64,
    /// Those that are lost, in their order.
    pub lost: Vec<LostEntry>,
}

/// Saves what is provable of the ledger in a folder, which must not be served.
///
/// # Errors
///
/// [`SalvageError`].
pub fn salvage(directory: &Path, out: &Path, mut progress: impl FnMut(u64, u64)) -> Result<Salvaged, SalvageError> {
    let remains = Remains::open(directory, Memory::default())?;
    let (origin, key) = remains.identity().ok_or_else(|| SalvageError::Nobody { directory: directory.to_owned() })?;
    let key = VerifierKey::new_ed25519(origin.key_name().clone(), key);
    let entries = remains.entries();
    let mut signed = remains.checkpoints();
    signed.retain(|signed| *signed.origin() == origin && signed.note().open(std::slice::from_ref(&key)).is_ok());
    signed.sort_by_key(|signed| signed.head().size);
    let checkpoint = newest_that_holds(&remains, entries, &signed).ok_or(SalvageError::NothingProvable)?;
    begin(out)?;
    let mut lost = write_log(&remains, out, checkpoint.head().size, &mut progress)?;
    for index in checkpoint.head().size.get()..entries {
        lost.push(LostEntry { index, leaf: None, why: "no checkpoint that is left proves it".to_owned() });
    }
    let policy = Policy::for_log(&key, None)?;
    write(&out.join("policy"), policy.as_bytes())?;
    write(&out.join("lost.csv"), list_of_lost(&lost).as_bytes())?;
    write(&out.join("kept.csv"), list_of_kept(&lost, checkpoint.head().size.get()).as_bytes())?;
    write(&out.join("README.md"), README.replace("{origin}", origin.as_str()).as_bytes())?;
    sync(out)?;
    write(&out.join("checkpoint"), checkpoint.as_str().as_bytes())?;
    sync(out)?;
    Ok(Salvaged { checkpoint, entries, lost })
}

/// The newest checkpoint whose root the tree has that comes out of what is left. `signed` is in order of size.
fn newest_that_holds(remains: &Remains, entries: u64, signed: &[SignedCheckpoint]) -> Option<SignedCheckpoint> {
    let mut signed = signed.iter().peekable();
    let mut tree = Frontier::new();
    let mut found = None;
    for bundle in 0..entries.div_ceil(WIDTH) {
        for (_, leaf) in Bundle::read(remains, bundle, entries).leaves() {
            // Without a hash the tree does not go on.
            let Some(leaf) = leaf else { return found };
            tree.append(leaf).ok()?;
            while let Some(next) = signed.next_if(|next| next.head().size <= tree.size()) {
                if *next.head() == (TreeHead { size: tree.size(), root: tree.root() }) {
                    found = Some(next.clone());
                }
            }
        }
        tree.prune();
    }
    found
}

/// Writes bundles and tiles of the first `size` entries, whose hashes are all known. Gives those that are lost.
fn write_log(
    remains: &Remains,
    out: &Path,
    size: TreeSize,
    progress: &mut impl FnMut(u64, u64),
) -> Result<Vec<LostEntry>, SalvageError> {
    let mut lost = Vec::new();
    let mut tree = Frontier::new();
    for id in crate::merkle::bundles_at(size) {
        let bundle = Bundle::read(remains, id.index(), remains.entries());
        let mut entries = Vec::new();
        for (index, leaf) in bundle.leaves().take(usize::from(id.width())) {
            let (bytes, fault) = bundle.entry_or_text(index, leaf);
            lost.extend(fault);
            entries.push(bytes);
            // The hash is known, since the tree has come to this size before.
            let _ = tree.append(leaf.unwrap_or(Hash::EMPTY_ROOT));
        }
        write(&out.join(id.path()), &encode_bundle(entries.iter().map(Vec::as_slice))?)?;
        if id.width() == 256 {
            write_tiles(&mut tree, out)?;
        }
        progress(tree.size().get(), size.get());
    }
    for id in crate::merkle::tiles_at(size) {
        if let Some(bytes) = tree.tile(id).filter(|_| id.width() < 256) {
            write(&out.join(id.path()), &bytes)?;
        }
    }
    Ok(lost)
}

/// Writes the tiles that have become full.
fn write_tiles(tree: &mut Frontier, out: &Path) -> Result<(), ExportError> {
    for (id, bytes) in tree.full_tiles() {
        write(&out.join(id.path()), &bytes)?;
    }
    tree.prune();
    Ok(())
}

/// The entries under one tile, as far as they can be read, and what is said of their hashes.
struct Bundle {
    first: u64,
    entries: Vec<Result<Vec<u8>, String>>,
    tile: Option<Vec<Hash>>,
    /// Whether the tile above confirms the tile.
    is_confirmed: bool,
    /// Of the entry after the last, if it can be read, and if it is one: the leaf hash of the last.
    after: Option<Hash>,
}

impl Bundle {
    fn read(remains: &Remains, bundle: u64, entries: u64) -> Self {
        let (first, end) = (bundle * WIDTH, entries.min((bundle + 1) * WIDTH));
        let tile = remains.tile(0, bundle);
        let above = remains.tile(1, bundle / WIDTH).and_then(|above| Some(*above.get(within(bundle))?));
        let root = tile.as_ref().map(|tile| root_of(tile));
        Self {
            first,
            entries: (first..end).map(|index| remains.entry(LeafIndex::new(index))).collect(),
            is_confirmed: root.is_some() && root == above,
            tile,
            after: remains.entry(LeafIndex::new(end)).ok().and_then(|entry| said_before(&entry, end)),
        }
    }

    /// Each index with its leaf hash, where it is known.
    fn leaves(&self) -> impl Iterator<Item = (u64, Option<Hash>)> {
        (self.first..).zip((0..self.entries.len()).map(|at| self.leaf(at)))
    }

    fn leaf(&self, at: usize) -> Option<Hash> {
        let own = self.entries.get(at)?.as_ref().ok().map(|entry| leaf_hash(entry));
        let tile = self.tile.as_ref().and_then(|tile| tile.get(at).copied());
        let next = match self.entries.get(at + 1) {
            Some(next) => next.as_ref().ok().and_then(|next| said_before(next, self.first + at as u64 + 1)),
            None => self.after,
        };
        match (own, tile, next) {
            (_, Some(tile), _) if self.is_confirmed => Some(tile),
            (Some(own), Some(tile), Some(next)) if own != tile => Some(if tile == next { tile } else { own }),
            (own, tile, next) => own.or(tile).or(next),
        }
    }

    /// An entry that is what the tree has, or a text in its place and what is wrong.
    fn entry_or_text(&self, index: u64, leaf: Option<Hash>) -> (Vec<u8>, Option<LostEntry>) {
        let why = match self.entries.get(within(index)) {
            Some(Ok(entry)) if leaf == Some(leaf_hash(entry)) => return (entry.clone(), None),
            Some(Ok(_)) => "other bytes than were admitted".to_owned(),
            Some(Err(why)) => why.clone(),
            None => "missing".to_owned(),
        };
        let text = format!("entry {index} is lost; lost.csv says more\n");
        (text.into_bytes(), Some(LostEntry { index, leaf, why }))
    }
}

/// The leaf hash of the entry before, as an entry says it.
fn said_before(entry: &[u8], index: u64) -> Option<Hash> {
    let entry = Entry::parse(entry).ok()?;
    (entry.index().get() == index).then(|| *entry.previous())
}

/// The place of a leaf or a tile among the 256 of its tile.
fn within(index: u64) -> usize {
    usize::try_from(index % WIDTH).unwrap_or_default()
}

fn root_of(tile: &[Hash]) -> Hash {
    let bytes: Vec<u8> = tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
    bytes.as_slice().try_into().map_or(Hash::EMPTY_ROOT, tile_root)
}

fn list_of_lost(lost: &[LostEntry]) -> String {
    let mut rows = String::from("index,leaf,why\n");
    for LostEntry { index, leaf, why } in lost {
        let leaf = leaf.map_or(String::new(), |leaf| leaf.to_string());
        // Writing to a string can't fail.
        let _ = writeln!(rows, "{index},{leaf},\"{}\"", why.replace('"', "'").replace('\n', " "));
    }
    rows
}

/// The ranges between the lost entries, below a size: the first index and the one after the last.
fn list_of_kept(lost: &[LostEntry], size: u64) -> String {
    let mut rows = String::from("from,to\n");
    let mut from = 0;
    for index in lost.iter().map(|lost| lost.index.min(size)).chain([size]) {
        if index > from {
            let _ = writeln!(rows, "{from},{index}");
        }
        from = index + 1;
    }
    rows
}
