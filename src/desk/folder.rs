//! A folder as one piece of evidence: its manifest.
//!
//! Every file below the folder is in the manifest, hidden ones too. What cannot be put into it (a link, a device, a name that
//! is not UTF-8) is refused by name rather than left out in silence; empty folders within leave no trace. The folder itself may
//! be named by a link, as a file may: whoever names it means what it leads to.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use walkdir::{DirEntry, WalkDir};

use super::hashing::{FileError, Progress, sha256_file};
use crate::evidence::{Manifest, ManifestError, ManifestLine};

/// Refusals that are listed in an error; beyond these they are counted.
const LISTED: usize = 10;

/// Why a folder has no manifest.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is no file in it.
    #[error("folder {} holds no file", folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// Some of what it holds cannot be in a manifest.
    #[error("folder {} holds what cannot be deposited: {}", folder.display(), Listed(.refused))]
    Refused {
        /// The folder.
        folder: PathBuf,
        /// What cannot, each by name.
        refused: Vec<Refusal>,
    },
    /// A file in it cannot be read as it should.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder cannot be listed.
    #[error("cannot list folder {}", folder.display())]
    Unlistable {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A path that was named cannot be a path of a package.
    #[error("{} cannot be in a package: {why}", path.display())]
    NotBelow {
        /// The path.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// The paths make no manifest.
    #[error("folder {} makes no manifest", folder.display())]
    Manifest {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: ManifestError,
    },
}

impl FolderError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Empty { .. } => Some("put the evidence into it; an empty folder proves nothing"),
            Self::Refused { .. } => Some("move it out, put a copy of what a link leads to in its place, or rename it"),
            Self::File(error) => error.hint(),
            Self::Unlistable { .. } => Some("get read permission for it, or work on a copy"),
            Self::NotBelow { .. } => {
                Some("run the command in the folder that all of it is in, and name paths below it")
            }
            Self::Manifest { .. } => Some("rename the file, or deposit it by itself"),
        }
    }
}

/// Something in a folder that cannot be in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    path: PathBuf,
    why: &'static str,
}

struct Listed<'a>(&'a [Refusal]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, refusal) in self.0.iter().take(LISTED).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{} ({})", refusal.path.display(), refusal.why)?;
        }
        match self.0.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// The manifest of all files in a folder, hashed on as many threads as there are processors.
///
/// # Errors
/// [`FolderError`]: the folder is empty, or something in it is a link, unreadable, or has a name that cannot be in a manifest.
pub fn manifest_of(folder: &Path, progress: &dyn Progress) -> Result<Manifest, FolderError> {
    let files = files_of(folder, progress)?;
    let lines = hash_all(folder, &files, progress).into_iter().collect::<Result<Vec<_>, _>>()?;
    Manifest::build(lines).map_err(|source| FolderError::Manifest { folder: folder.to_owned(), source })
}

/// The manifest of several files and folders under one name: every path as it is named from the working folder, which all of
/// them are in. A link that is named is followed, as everywhere; links within a folder are refused.
///
/// # Errors
/// [`FolderError`]; also when a path is not one below the working folder.
pub fn manifest_of_paths(paths: &[PathBuf], progress: &dyn Progress) -> Result<Manifest, FolderError> {
    let mut files = BTreeSet::new();
    for path in paths {
        let named = below_here(path)?;
        let metadata = path.metadata().map_err(|source| FileError::Unreadable { path: path.clone(), source })?;
        if metadata.is_dir() {
            files.extend(files_of(path, progress)?.into_iter().map(|file| format!("{named}/{file}")));
        } else {
            progress.expect(metadata.len());
            files.insert(named);
        }
    }
    let files: Vec<String> = files.into_iter().collect();
    let here = Path::new("");
    let lines = hash_all(here, &files, progress).into_iter().collect::<Result<Vec<_>, _>>()?;
    Manifest::build(lines).map_err(|source| FolderError::Manifest { folder: here.to_owned(), source })
}

/// A path without `./` and a final slash, when it leads down from the working folder and nowhere else.
fn below_here(path: &Path) -> Result<String, FolderError> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => match name.to_str() {
                Some(name) if !name.contains(['\\', '\r', '\n']) => names.push(name),
                _ => return Err(outside(path, "a backslash, a line end, or no UTF-8 in its name")),
            },
            _ => return Err(outside(path, "not below the working folder")),
        }
    }
    if names.is_empty() { Err(outside(path, "the working folder itself")) } else { Ok(names.join("/")) }
}

fn outside(path: &Path, why: &'static str) -> FolderError {
    FolderError::NotBelow { path: path.to_owned(), why }
}

/// Relative paths of all files in a folder, or everything in it that cannot be deposited.
fn files_of(folder: &Path, progress: &dyn Progress) -> Result<Vec<String>, FolderError> {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry.map_err(|error| FolderError::Unlistable {
            folder: error.path().unwrap_or(folder).to_owned(),
            source: error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into()),
        })?;
        if entry.file_type().is_dir() {
            continue;
        }
        match manifest_path(folder, &entry) {
            Ok(path) => {
                progress.expect(entry.metadata().map_or(0, |metadata| metadata.len()));
                files.push(path);
            }
            Err(why) => refused.push(Refusal { path: entry.path().to_owned(), why }),
        }
    }
    if !refused.is_empty() {
        refused.sort_by(|one, other| one.path.cmp(&other.path));
        return Err(FolderError::Refused { folder: folder.to_owned(), refused });
    }
    if files.is_empty() {
        return Err(FolderError::Empty { folder: folder.to_owned() });
    }
    files.sort();
    Ok(files)
}

fn manifest_path(folder: &Path, entry: &DirEntry) -> Result<String, &'static str> {
    if entry.path_is_symlink() {
        return Err("a link");
    }
    if !entry.file_type().is_file() {
        return Err("neither file nor folder");
    }
    let relative = entry.path().strip_prefix(folder).map_err(|_| "outside the folder")?;
    match relative.to_str() {
        None => Err("a name that is not UTF-8"),
        Some(path) if path.contains(['\\', '\r', '\n']) => Err("a backslash or line end in its name"),
        Some(path) => Ok(path.to_owned()),
    }
}

/// The manifest's line of every file, in the order given.
fn hash_all(folder: &Path, files: &[String], progress: &dyn Progress) -> Vec<Result<ManifestLine, FileError>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(files.len()));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(files.len());
    thread::scope(|scope| {
        let work = || {
            while let Some((at, path)) = {
                let at = next.fetch_add(1, Ordering::Relaxed);
                files.get(at).map(|path| (at, path))
            } {
                let line =
                    sha256_file(&folder.join(path), progress).map(|sha256| ManifestLine { path: path.clone(), sha256 });
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, line));
            }
        };
        for worker in (0..workers).map(|_| scope.spawn(work)).collect::<Vec<_>>() {
            worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, line)| line).collect()
}
