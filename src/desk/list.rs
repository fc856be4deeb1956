//! Lists: a CSV file (RFC 4180) that names evidence, a line each, under a first line that names the columns.
//!
//! Strict, so that nothing is deposited or verified that nobody meant: columns are known by name and each is there once, every
//! line has as many fields, and no field holds a line end. So a physical line is one record, and a line that is wrong (a
//! quote left open, too many fields, not UTF-8) fails alone, by its number, and swallows none after it. Paths are relative to
//! the folder that the list is in. Lines that are empty are passed over; a byte order mark, which spreadsheets write, too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Longest list: a million lines of some length.
const MAX_LIST_BYTES: u64 = 256 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a list cannot be worked through at all.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file system said no.
    #[error("cannot read list {}", path.display())]
    Unreadable {
        /// The list.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is longer than any list should be.
    #[error("list {} has {length} bytes, more than {MAX_LIST_BYTES}", path.display())]
    TooLong {
        /// The list.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
    /// Its first line is none that names columns.
    #[error("list {}, line 1: {flaw}", path.display())]
    BadHeader {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        flaw: LineFlaw,
    },
    /// A column is missing, given twice, or not known.
    #[error("list {}, line 1: {why}: the columns are {columns}", path.display())]
    BadColumns {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        why: String,
        /// What may be there.
        columns: String,
    },
}

impl ListError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Unreadable { .. } => "check the path",
            Self::TooLong { .. } => "is that a list? make several of it",
            Self::BadHeader { .. } | Self::BadColumns { .. } => {
                "the first line names the columns, such as `path,title`; from a spreadsheet, save as CSV in UTF-8"
            }
        })
    }
}

/// Why a line of a list is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFlaw {
    /// The bytes are not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// A quote is left open, or stands where none may.
    #[error("a quote is left open or out of place")]
    BadQuote,
    /// As many fields as there are columns are wanted.
    #[error("{found} fields, and the first line names {columns} columns")]
    Fields {
        /// Fields in the line.
        found: usize,
        /// Columns.
        columns: usize,
    },
    /// Evidence has a path.
    #[error("no path")]
    NoPath,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListLine {
    /// Its number, from 1 for the line that names the columns.
    pub number: usize,
    /// Its fields, or why it has none.
    pub fields: Result<Fields, LineFlaw>,
}

/// The fields of a line, by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The path as it is written.
    pub written: String,
    /// The path from here.
    pub path: PathBuf,
    /// What the other columns say, in the order that was asked for; none where a column is missing or its field empty.
    pub others: Vec<Option<String>>,
}

/// A list whose first line makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// What the paths in it are relative to.
    pub folder: PathBuf,
    /// Its lines, the first and empty ones apart.
    pub lines: Vec<ListLine>,
}

impl List {
    /// Reads a list with a column `path`, and those of `others` that it has.
    ///
    /// # Errors
    /// [`ListError`]; what is wrong with one line is in its place.
    pub fn read(path: &Path, others: &[&str]) -> Result<Self, ListError> {
        let unreadable = |source| ListError::Unreadable { path: path.to_owned(), source };
        let length = path.metadata().map_err(unreadable)?.len();
        if length > MAX_LIST_BYTES {
            return Err(ListError::TooLong { path: path.to_owned(), length });
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        let mut lines = lines_of(&bytes);
        let header = lines.next().map_or(Err(LineFlaw::NoPath), |(_, line)| record(line));
        let header = header.map_err(|flaw| ListError::BadHeader { path: path.to_owned(), flaw })?;
        let columns = Columns::new(&header, others).map_err(|why| {
            let columns = std::iter::once("path").chain(others.iter().copied()).collect::<Vec<_>>().join(", ");
            ListError::BadColumns { path: path.to_owned(), why, columns }
        })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let line = |(number, line)| ListLine { number, fields: columns.fields(line, &folder) };
        let lines = lines.filter(|(_, line)| !line.is_empty()).map(line).collect();
        Ok(Self { folder, lines })
    }
}

/// Where each column stands.
struct Columns {
    count: usize,
    path: usize,
    others: Vec<Option<usize>>,
}

impl Columns {
    fn new(header: &[String], others: &[&str]) -> Result<Self, String> {
        for (at, name) in header.iter().enumerate() {
            if name != "path" && !others.contains(&name.as_str()) {
                return Err(format!("column {name:?} is not known"));
            }
            if header[..at].contains(name) {
                return Err(format!("column {name:?} is there twice"));
            }
        }
        let place = |wanted: &str| header.iter().position(|name| name == wanted);
        let path = place("path").ok_or("there is no column \"path\"")?;
        Ok(Self { count: header.len(), path, others: others.iter().map(|name| place(name)).collect() })
    }

    fn fields(&self, line: &[u8], folder: &Path) -> Result<Fields, LineFlaw> {
        let fields = record(line)?;
        if fields.len() != self.count {
            return Err(LineFlaw::Fields { found: fields.len(), columns: self.count });
        }
        let written = fields[self.path].clone();
        if written.is_empty() {
            return Err(LineFlaw::NoPath);
        }
        let other = |place: &Option<usize>| place.map(|at| fields[at].clone()).filter(|text| !text.is_empty());
        Ok(Fields { path: folder.join(&written), others: self.others.iter().map(other).collect(), written })
    }
}

/// The physical lines with their numbers, without their ends.
fn lines_of(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    (1..).zip(bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)))
}

/// The fields of one line.
fn record(line: &[u8]) -> Result<Vec<String>, LineFlaw> {
    if !is_well_quoted(line) {
        return Err(LineFlaw::BadQuote);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record.iter().map(str::to_owned).collect()),
        Ok(false) => Err(LineFlaw::NoPath),
        Err(_) => Err(LineFlaw::NotUtf8),
    }
}

/// Whether quotes stand where RFC 4180 has them: around a field, and doubled within. The reader would make something of others
/// too, and that something may be a name that nobody meant.
fn is_well_quoted(line: &[u8]) -> bool {
    let mut rest = line;
    loop {
        if let Some(mut quoted) = rest.strip_prefix(b"\"") {
            loop {
                let Some(at) = quoted.iter().position(|byte| *byte == b'"') else { return false };
                quoted = &quoted[at + 1..];
                match quoted.strip_prefix(b"\"") {
                    Some(after) => quoted = after,
                    None => break,
                }
            }
            rest = quoted;
        } else {
            let end = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
            if rest[..end].contains(&b'"') {
                return false;
            }
            rest = &rest[end..];
        }
        match rest {
            [] => return true,
            [b',', after @ ..] => rest = after,
            _ => return false,
        }
    }
}

/// One line of CSV, with its line end.
#[must_use]
pub fn csv_line<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Into memory nothing fails to be written.
    let _ = writer.write_record(fields);
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bytes: &[u8]) -> Result<List, ListError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, bytes).unwrap();
        List::read(&path, &["title", "details"])
    }

    #[test]
    fn a_bad_line_fails_alone() {
        let bytes = b"\xEF\xBB\xBFtitle,path\r\nOne,a\r\n\"open,b\r\nthree,c,c\r\n\r\n\xff,d\r\n,\r\n,\"e, \"\"f\"\"\"\r\nx\"y\",g\r\n\"x\"y,h";
        let lines = list(bytes).unwrap().lines;
        let said: Vec<_> = lines
            .iter()
            .map(|line| match &line.fields {
                Ok(fields) => format!("{} {} {:?}", line.number, fields.written, fields.others[0].as_deref()),
                Err(flaw) => format!("{} {flaw}", line.number),
            })
            .collect();
        let expected = [
            "2 a Some(\"One\")",
            "3 a quote is left open or out of place",
            "4 3 fields, and the first line names 2 columns",
            "6 not UTF-8",
            "7 no path",
            "8 e, \"f\" None",
            "9 a quote is left open or out of place",
            "10 a quote is left open or out of place",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn the_first_line_names_the_columns() {
        for bytes in ["", "\n", "a.pdf,b.pdf\n", "path,path\n", "title\n", "path,Title\n", "path,\n", "\"path\n"] {
            assert!(list(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
        assert_eq!(list(b"path").unwrap().lines, []);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let line = csv_line(["a,b", "say \"x\"", "", "作品"]);
        assert_eq!(line, "\"a,b\",\"say \"\"x\"\"\",,作品\n");
        assert_eq!(record(line.trim_end().as_bytes()).unwrap(), ["a,b", "say \"x\"", "", "作品"]);
    }
}
