//! One file of a package: the manifest around it, and its place in the manifest.

use std::path::{Path, PathBuf};

use super::disk::beside;
use super::hashing::{FileError, Progress, sha256_file};
use crate::crypto::Sha256Digest;
use crate::evidence::{Manifest, ManifestLine};
use crate::report::{Expected, Member};

/// The manifest `FOLDER.sha256` of the nearest folder around a file that was deposited as a package, and the file's path in it.
/// Only looks whether there are a manifest and a receipt, not into them.
#[must_use]
pub fn package_around(file: &Path) -> Option<(PathBuf, String)> {
    // A path that is named from within the package has the package's folder only in its absolute form.
    above(file).or_else(|| above(&std::path::absolute(file).ok()?))
}

fn above(file: &Path) -> Option<(PathBuf, String)> {
    let folders = file.ancestors().skip(1).filter(|folder| folder.file_name().is_some());
    folders.into_iter().find_map(|folder| {
        let manifest = beside(folder, ".sha256");
        let there = manifest.is_file() && beside(&manifest, ".receipt").is_file();
        let inside = file.strip_prefix(folder).ok()?.to_str()?;
        there.then(|| (manifest, inside.to_owned()))
    })
}

/// Which line of a manifest a file is: the path that `named` is or ends in, else one of the same name, else the first with its
/// bytes. None when the manifest has no such bytes.
fn place_in<'a>(manifest: &'a Manifest, named: &Path, sha256: &'a Sha256Digest) -> Option<&'a str> {
    let paths: Vec<&str> = manifest.paths_of(sha256).collect();
    let ends = |path: &&&str| named.ends_with(path);
    let same_name = |path: &&&str| Path::new(path).file_name() == named.file_name();
    // The longest path that fits says most.
    let fitting = paths.iter().filter(ends).max_by_key(|path| path.len());
    fitting.or_else(|| paths.iter().find(same_name)).or(paths.first()).copied()
}

/// Reads one file and says what a manifest has for it. `inside` is its path in the package, where that is known.
///
/// # Errors
/// As [`sha256_file`].
pub fn member(
    manifest: &Manifest,
    file: &Path,
    inside: Option<&str>,
    progress: &dyn Progress,
) -> Result<Member, FileError> {
    progress.expect(file.metadata().map_or(0, |metadata| metadata.len()));
    let sha256 = sha256_file(file, progress)?;
    let named = inside.map_or(file, Path::new);
    let listed = place_in(manifest, named, &sha256);
    let is_its_line = |line: &&ManifestLine| match inside {
        Some(inside) => line.path == inside,
        None => named.ends_with(&line.path) || Path::new(&line.path).file_name() == named.file_name(),
    };
    let expected = manifest.lines().iter().filter(|_| listed.is_none()).find(is_its_line);
    Ok(Member {
        file: file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned()),
        same_name: listed.is_some_and(|path| Path::new(path).file_name() == named.file_name()),
        listed_as: listed.map(str::to_owned),
        expected: expected.map(|line| Expected { path: line.path.clone(), sha256: line.sha256.to_string() }),
        sha256: sha256.to_string(),
    })
}
