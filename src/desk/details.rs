//! Private details as they are committed to: the bytes of a file, with a title put in.

use std::path::{Path, PathBuf};

use crate::evidence::{DetailsCheck, DetailsFlaw, check_details};

/// The names that DOMAIN gives a meaning; all optional.
const VOCABULARY: [&str; 10] =
    ["title", "kind", "purpose", "author", "case", "source", "captured", "storage", "related", "note"];

/// Details that are an I-JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailsText {
    /// The exact bytes to commit to.
    pub bytes: Vec<u8>,
    /// Names in it that no reader knows a meaning of.
    pub unknown: Vec<String>,
}

/// Why there are no details to commit to.
#[derive(Debug, thiserror::Error)]
pub enum DetailsError {
    /// The file's bytes make no details.
    #[error("{}", path.display())]
    Flawed {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: DetailsFlaw,
    },
    /// The title makes no details.
    #[error("--title")]
    BadTitle(#[source] DetailsFlaw),
    /// A title on the command line and another in the file.
    #[error("{} has a title already", path.display())]
    TwoTitles {
        /// The file.
        path: PathBuf,
    },
}

impl DetailsError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Flawed { .. } => "details are one JSON object of at most 32,000 bytes, such as {\"title\": \"...\"}",
            Self::BadTitle(_) => "a title is text; details hold at most 32,000 bytes",
            Self::TwoTitles { .. } => "leave out --title, or take it out of the file",
        })
    }
}

/// The details from a file's bytes, a title, or both: the title goes in as the first member, everything else stays as typed.
///
/// # Errors
/// When the bytes are no I-JSON object, or have a title and are given another.
pub fn compose(file: Option<(&Path, &[u8])>, title: Option<&str>) -> Result<Option<DetailsText>, DetailsError> {
    let member = title.map(|title| format!("\"title\":{}", serde_json::Value::from(title)));
    let Some((path, bytes)) = file else {
        let Some(member) = member else { return Ok(None) };
        return finish(format!("{{{member}}}").into_bytes()).map_err(DetailsError::BadTitle).map(Some);
    };
    let flawed = |source| DetailsError::Flawed { path: path.to_owned(), source };
    let given = finish(bytes.to_vec()).map_err(flawed)?;
    let Some(member) = member else { return Ok(Some(given)) };
    let DetailsCheck::WellFormed(object) = check_details(bytes) else { return Ok(Some(given)) };
    if object.get("title").is_some() {
        return Err(DetailsError::TwoTitles { path: path.to_owned() });
    }
    // An object's first brace opens it; what is before can only be white space.
    let after = bytes.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
    let comma: &[u8] = if object.as_object().is_some_and(serde_json::Map::is_empty) { b"" } else { b"," };
    finish([&bytes[..after], member.as_bytes(), comma, &bytes[after..]].concat()).map_err(flawed).map(Some)
}

fn finish(bytes: Vec<u8>) -> Result<DetailsText, DetailsFlaw> {
    match check_details(&bytes) {
        DetailsCheck::Malformed(flaw) => Err(flaw),
        DetailsCheck::WellFormed(value) => {
            let names = value.as_object().into_iter().flat_map(|object| object.keys());
            let unknown = names.filter(|name| !VOCABULARY.contains(&name.as_str())).cloned().collect();
            Ok(DetailsText { bytes, unknown })
        }
    }
}
