//! The manifest: many files as one piece of evidence, in the lines that `sha256sum -c` reads.
//!
//! The manifest's own digests are deposited; a file of it is shown together with the manifest. Nothing here reads a folder.
//!
//! Follows docs/formats.md, Statement (many files at once).

use crate::crypto::Sha256Digest;

/// Between digest and path.
const GAP: &str = "  ";
/// Hex digits of a digest.
const DIGITS: usize = 2 * Sha256Digest::LENGTH;

/// Why bytes or paths make no manifest. Lines are counted from 1 in the manifest's own order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ManifestError {
    /// A manifest names at least one file.
    #[error("the manifest names no file")]
    EmptyManifest,
    /// The bytes are not text.
    #[error("the manifest is not valid UTF-8")]
    ManifestNotUtf8,
    /// The last line does not end.
    #[error("the manifest does not end in a line feed")]
    NoFinalLineFeed,
    /// A line is not digest, two spaces and path.
    #[error("line {line}: not 64 lower-case hex digits, two spaces and a path")]
    BadLine {
        /// Which line.
        line: usize,
    },
    /// A path is absolute or has a component or character that is not allowed.
    #[error("line {line}: not a relative path of plain components: {path:?}")]
    BadPath {
        /// Which line.
        line: usize,
        /// The path as it stands.
        path: String,
    },
    /// A path comes before one that sorts lower.
    #[error("line {line}: not in the order of the paths' bytes: {path:?}")]
    OutOfOrder {
        /// Which line.
        line: usize,
        /// The path as it stands.
        path: String,
    },
    /// A path stands twice.
    #[error("the path {path:?} stands twice")]
    RepeatedPath {
        /// The path.
        path: String,
    },
}

impl ManifestError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestLine {
    /// Relative path, `/` between its components.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: Sha256Digest,
}

/// A manifest in its one form: sorted by path, each path once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    bytes: Vec<u8>,
    lines: Vec<ManifestLine>,
}

impl Manifest {
    /// Makes a manifest of files in any order.
    ///
    /// # Errors
    ///
    /// [`ManifestError`]: no files, a path that is not allowed, a path twice.
    pub fn build(mut lines: Vec<ManifestLine>) -> Result<Self, ManifestError> {
        lines.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        check_lines(&lines)?;
        let text: String =
            lines.iter().map(|line| [&line.sha256.to_string(), GAP, &line.path, "\n"].concat()).collect();
        Ok(Self { bytes: text.into_bytes(), lines })
    }

    /// Reads a manifest in the one form that [`Manifest::build`] gives it.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] with the first line that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::ManifestNotUtf8)?;
        if text.is_empty() {
            return Err(ManifestError::EmptyManifest);
        }
        let body = text.strip_suffix('\n').ok_or(ManifestError::NoFinalLineFeed)?;
        let lines = body
            .split('\n')
            .enumerate()
            .map(|(at, line)| parse_line(line).ok_or(ManifestError::BadLine { line: at + 1 }));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        check_lines(&lines)?;
        Ok(Self { bytes: bytes.to_vec(), lines })
    }

    /// The manifest as the bytes whose digests are deposited.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its files, sorted by path.
    #[must_use]
    pub fn lines(&self) -> &[ManifestLine] {
        &self.lines
    }

    /// The digest that it has for a path.
    #[must_use]
    pub fn digest_of(&self, path: &str) -> Option<&Sha256Digest> {
        let at = self.lines.binary_search_by(|line| line.path.as_str().cmp(path)).ok()?;
        Some(&self.lines[at].sha256)
    }

    /// The paths that it has for a digest: a file that was renamed since is still found.
    pub fn paths_of<'a>(&'a self, sha256: &'a Sha256Digest) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter(move |line| line.sha256 == *sha256).map(|line| line.path.as_str())
    }
}

fn parse_line(line: &str) -> Option<ManifestLine> {
    let (digest, rest) = line.split_at_checked(DIGITS)?;
    let path = rest.strip_prefix(GAP)?.to_owned();
    Some(ManifestLine { sha256: digest.parse().ok()?, path })
}

fn check_lines(lines: &[ManifestLine]) -> Result<(), ManifestError> {
    if lines.is_empty() {
        return Err(ManifestError::EmptyManifest);
    }
    let mut before: Option<&str> = None;
    for (at, ManifestLine { path, .. }) in lines.iter().enumerate() {
        let line = at + 1;
        if !is_plain(path) {
            return Err(ManifestError::BadPath { line, path: path.clone() });
        }
        if before == Some(path) {
            return Err(ManifestError::RepeatedPath { path: path.clone() });
        }
        if before.is_some_and(|before| before > path.as_str()) {
            return Err(ManifestError::OutOfOrder { line, path: path.clone() });
        }
        before = Some(path);
    }
    Ok(())
}

/// Relative, no empty, `.` or `..` component (which rules out a leading, doubled or final `/`), no backslash, CR or LF.
fn is_plain(path: &str) -> bool {
    !path.contains(['\\', '\r', '\n']) && path.split('/').all(|component| !matches!(component, "" | "." | ".."))
}
