//! Changes to the rows of the database, with its checksums in order.

use std::path::Path;

use rocksdb::{DB, IteratorMode};

use crate::founded::raw;

/// The row that is changed in the middle of a column: of entries, the one that [`super::TARGET`] names.
const MIDDLE: usize = 5;

pub(super) const COLUMNS: [&str; 12] = [
    "entry",
    "tile",
    "head",
    "checkpoint",
    "cosigned",
    "meta",
    "statement",
    "sha256",
    "sm3",
    "submitter",
    "registry",
    "continued",
];

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Change {
    Flip,
    Delete,
    Insert,
    Swap,
    Truncate,
}

type Row = (Vec<u8>, Vec<u8>);

fn all(db: &DB, column: &str) -> Vec<Row> {
    let rows = db.iterator_cf(db.cf_handle(column).unwrap(), IteratorMode::Start);
    rows.map(|row| row.unwrap()).map(|(key, value)| (key.into(), value.into())).collect()
}

fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    bytes
}

/// A key that no row has, in the same form: a number beyond all that there are, or another digest or key.
fn another(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    let at = if key.len() < 10 { key.len() - 2 } else { 0 };
    key[at] ^= 0x80;
    key
}

/// Rows of a column are changed: the last one, or one in the middle. False where there is nothing to change so.
pub(super) fn change(directory: &Path, column: &str, what: Change, last: bool) -> bool {
    let db = raw(directory);
    let rows = all(&db, column);
    let at = if last { rows.len() - 1 } else { (rows.len() - 1).min(MIDDLE) };
    let other = &rows[if at == 0 { rows.len() - 1 } else { at - 1 }];
    let (key, value) = &rows[at];
    let handle = db.cf_handle(column).unwrap();
    let put = |key: &[u8], value: &[u8]| db.put_cf(handle, key, value).unwrap();
    match what {
        // A row whose value is empty is its key.
        Change::Flip if value.is_empty() => {
            db.delete_cf(handle, key).unwrap();
            put(&flipped(key.clone()), value);
        }
        Change::Flip => put(key, &flipped(value.clone())),
        Change::Delete => db.delete_cf(handle, key).unwrap(),
        Change::Insert => put(&another(key), value),
        Change::Swap if other.1 == *value => return false,
        Change::Swap => {
            put(key, &other.1);
            put(&other.0, value);
        }
        Change::Truncate if value.is_empty() => {
            db.delete_cf(handle, key).unwrap();
            put(&key[..key.len() - 1], value);
        }
        Change::Truncate => put(key, &value[..value.len() - 1]),
    }
    true
}
