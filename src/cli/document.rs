//! Where a certificate or a verification report goes: a file, or stdout.

use std::path::Path;

use super::clock;
use super::output::{Output, hinted, hinted_by};
use crate::desk::{Existing, Readers, WriteError, write};
use crate::report::{Document, Language};

/// Where it goes, and in which form.
pub(super) struct Destination<'a> {
    /// The file; stdout without one.
    pub(super) path: Option<&'a Path>,
    /// JSON, whatever the file is called.
    pub(super) json: bool,
}

impl Destination<'_> {
    fn is_json(&self) -> bool {
        let named = self.path.and_then(Path::extension).is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        self.json || named
    }
}

/// Writes a file of a command that overwrites nothing.
///
/// # Errors
/// What kept it from being written.
pub(super) fn keep(path: &Path, text: &str, readers: Readers) -> anyhow::Result<()> {
    write(path, text.as_bytes(), readers, Existing::Keep).map_err(|error| match error {
        WriteError::Exists { .. } => hinted(error, "choose another name, or move that file away"),
        other @ WriteError::Io { .. } => hinted_by(WriteError::hint)(other),
    })
}

/// Writes a document. A file that is there stays: it may be somebody's only copy.
///
/// # Errors
/// What kept it from being written.
pub(super) fn write_document(
    document: &Document<'_>,
    destination: &Destination<'_>,
    languages: &[Language],
    output: &Output,
) -> anyhow::Result<()> {
    let text = if destination.is_json() { document.to_json()? } else { document.to_html(languages, &clock::local) };
    match destination.path {
        Some(path) => {
            // It shows the private details that the receipt discloses.
            keep(path, &text, Readers::Owner)?;
            output.say(format_args!("wrote {}", path.display()));
        }
        None => output.document(&text)?,
    }
    Ok(())
}
