//! Where a certificate or a verification report goes: a file, or stdout.

use std::path::Path;

use super::clock;
use super::output::{Output, hinted_by};
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
            write(path, text.as_bytes(), Readers::Owner, Existing::Keep).map_err(hinted_by(WriteError::hint))?;
            output.say(format_args!("wrote {}", path.display()));
        }
        None => output.document(&text)?,
    }
    Ok(())
}
