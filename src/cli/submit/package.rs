//! `notarium submit --package NAME`: several paths become one manifest, which is deposited as any file is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::cli::output::{Output, Unit, WithHint, hinted_by};
use crate::desk::{Existing, FolderError, Readers, WriteError, manifest_of_paths, write};

/// Where the manifest of the package `NAME` lies.
pub(in crate::cli) fn manifest_path(name: &Path) -> PathBuf {
    let mut path = name.as_os_str().to_owned();
    path.push(".sha256");
    PathBuf::from(path)
}

/// Writes `NAME.sha256`, or finds that it is there with the same lines: an earlier run may not have come to its end.
pub(super) fn write_manifest(name: &Path, paths: &[PathBuf], output: &Output) -> anyhow::Result<PathBuf> {
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let manifest = manifest_of_paths(paths, &meter).map_err(hinted_by(FolderError::hint))?;
    let path = manifest_path(name);
    match fs::read(&path) {
        Ok(bytes) if bytes == manifest.as_bytes() => Ok(path),
        Ok(_) => Err(anyhow!("{} exists, and is another manifest", path.display()))
            .hint("choose another name; or move it away, and its receipt with it"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            write(&path, manifest.as_bytes(), Readers::Everyone, Existing::Keep)
                .map_err(hinted_by(WriteError::hint))?;
            output.say(format_args!("{} lists {} files", path.display(), manifest.lines().len()));
            Ok(path)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())).hint("choose another name"),
    }
}
