//! What is deposited under which name, and where its receipt lies.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::disk::beside;
use super::hashing::FileError;
use super::lock::identity;

/// What a run writes beside a file, and what it writes beside a folder. Shells name it along with the evidence: `*`.
const BESIDE_A_FILE: [&str; 3] = [".receipt", ".receipt.part", ".receipt.tmp"];
const BESIDE_A_FOLDER: [&str; 5] =
    [".sha256", ".sha256.new", ".sha256.receipt", ".sha256.receipt.part", ".sha256.receipt.tmp"];

/// A path that was named, and the files that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    path: PathBuf,
    evidence: PathBuf,
    is_folder: bool,
}

impl Target {
    /// Looks what `path` is: a file is evidence itself, a folder is deposited as the manifest `FOLDER.sha256` beside it.
    ///
    /// A link that is named is followed, to a file or to a folder: whoever names it means what it leads to, and the receipt
    /// lies beside the name that was given. Links within a folder are another matter: nobody named them.
    ///
    /// # Errors
    /// When there is nothing of that name, or it cannot be looked at.
    pub fn new(path: &Path) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
        let is_folder = path.metadata().map_err(unreadable)?.is_dir();
        let evidence = if is_folder { manifest_beside(path).map_err(unreadable)? } else { path.to_owned() };
        Ok(Self { path: path.to_owned(), evidence, is_folder })
    }

    /// The path as it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file whose digests are deposited: the one named, or a folder's manifest.
    #[must_use]
    pub fn evidence(&self) -> &Path {
        &self.evidence
    }

    /// True when a folder was named.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// Where the receipt lies.
    #[must_use]
    pub fn receipt(&self) -> PathBuf {
        beside(&self.evidence, ".receipt")
    }

    /// Where a deposit that has begun lies.
    #[must_use]
    pub fn part(&self) -> PathBuf {
        beside(&self.evidence, ".receipt.part")
    }

    /// Where a folder's new manifest waits for its receipt while the old manifest still has one.
    #[must_use]
    pub(super) fn pending_manifest(&self) -> PathBuf {
        beside(&self.evidence, ".new")
    }

    /// What a file of this target is called until it is whole, for a run that has the target to itself.
    #[must_use]
    pub(super) fn temporary(&self) -> PathBuf {
        beside(&self.evidence, ".receipt.tmp")
    }
}

/// What is left of the paths of a command line, and what is not to be deposited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// To be deposited, in the order they were named.
    pub kept: Vec<PathBuf>,
    /// The work of an earlier run on another of the paths: `x.receipt` beside `x`.
    pub own_work: Vec<PathBuf>,
    /// The same file as one that is kept, under another name.
    pub repeated: Vec<PathBuf>,
}

/// Leaves out of `paths` what is the work of an earlier run on another of them, and what is the same file or folder as one
/// before it, however it is named: `./a`, an absolute path, a link. Looks at each path once.
#[must_use]
pub fn without_own_work(paths: &[PathBuf]) -> Named {
    let places: Vec<Place> = paths.iter().map(|path| Place::of(path)).collect();
    let is_folder: Vec<bool> = paths.iter().map(|path| path.is_dir()).collect();
    let all: HashSet<&Place> = places.iter().collect();
    let folders: HashSet<&Place> =
        places.iter().zip(&is_folder).filter_map(|(place, is_folder)| is_folder.then_some(place)).collect();
    let (mut named, mut seen) = (Named::default(), HashSet::new());
    for (path, place) in paths.iter().zip(&places) {
        let is_own = BESIDE_A_FILE.iter().any(|suffix| place.without(suffix).is_some_and(|base| all.contains(&base)))
            || BESIDE_A_FOLDER.iter().any(|suffix| place.without(suffix).is_some_and(|base| folders.contains(&base)));
        let list = if is_own {
            &mut named.own_work
        } else if seen.insert(Same::of(path, place)) {
            &mut named.kept
        } else {
            &mut named.repeated
        };
        list.push(path.clone());
    }
    named
}

/// Where a name is: its folder, however that is called, and the name in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    /// Device and inode; the path as it was named when there is no such folder.
    folder: Result<(u64, u64), PathBuf>,
    name: OsString,
}

impl Place {
    fn of(path: &Path) -> Self {
        // `.` and `..` have no name of their own.
        let canonical = if path.file_name().is_none() { path.canonicalize().ok() } else { None };
        let path = canonical.as_deref().unwrap_or(path);
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = folder.metadata().map(|metadata| identity(&metadata)).map_err(|_| folder.to_owned());
        Self { folder, name: path.file_name().unwrap_or(path.as_os_str()).to_owned() }
    }

    fn without(&self, suffix: &str) -> Option<Self> {
        let name = self.name.as_bytes().strip_suffix(suffix.as_bytes()).filter(|name| !name.is_empty())?;
        Some(Self { folder: self.folder.clone(), name: OsString::from_vec(name.to_vec()) })
    }
}

/// What two names of the same evidence have in common.
#[derive(PartialEq, Eq, Hash)]
enum Same {
    File((u64, u64)),
    /// There is no such file: the error that says so is wanted once for each name.
    Nothing(Place),
}

impl Same {
    fn of(path: &Path, place: &Place) -> Self {
        path.metadata().map_or_else(|_| Self::Nothing(place.clone()), |metadata| Self::File(identity(&metadata)))
    }
}

fn without_slash(path: &Path) -> PathBuf {
    path.components().collect()
}

/// `FOLDER.sha256`, also for `.` and `..`, which have no name of their own.
fn manifest_beside(folder: &Path) -> io::Result<PathBuf> {
    let folder = match folder.file_name() {
        Some(_) => without_slash(folder),
        None => folder.canonicalize()?,
    };
    match folder.file_name() {
        Some(_) => Ok(beside(&folder, ".sha256")),
        None => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "a folder without a name has no place for its manifest"))
        }
    }
}
