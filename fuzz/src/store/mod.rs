//! The code of stored rows, from the files of the store's own, and what must hold of each.

// As room `store` declares them; they import from their parent, which is this module here.
#[path = "../../../src/store/rows.rs"]
#[expect(dead_code, reason = "what writes to a database has no use here")]
mod rows;
#[path = "../../../src/store/settings.rs"]
mod settings;
#[path = "../../../src/store/tip.rs"]
#[expect(dead_code, reason = "of the file only the decoding is fuzzed")]
mod tip;

/// The names of the columns, as `rows` uses them: the stand-in for the file that opens the database.
mod columns {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum Column {
        Statement,
        Sha256,
        Sm3,
        Submitter,
        Registry,
        Continued,
    }
}

use std::fmt::Debug;

use columns::Column;
use settings::{Identity, IndexMarker, Rotations, Setting};

use crate::codec::MAX_INTEGER;
use crate::evidence::SignedStatement;
use crate::merkle::LeafIndex;

/// Reads a row as every kind of row there is. What is read must be written as the same bytes.
pub fn check_row(key: &[u8], value: &[u8]) {
    if let Some(index) = rows::index_of_value(key) {
        assert!(index.get() <= MAX_INTEGER);
        assert_eq!(rows::index_key(index), key);
    }
    if let Some(index) = rows::index_of_key(key)
        && let Some((prefix, _)) = key.split_first_chunk::<32>()
        && key.len() == 40
    {
        assert_eq!(rows::prefixed_key(prefix, index), key);
    }
    if let Some(size) = rows::size_of_key(key) {
        assert_eq!(rows::size_key(size), key);
    }
    if let Some(root) = rows::root_of_value(value) {
        assert_eq!(root.as_bytes(), value);
    }
    if let Some((size, line)) = rows::cosigned_of_row(key, value) {
        let witness = key.last_chunk().expect("32 bytes end the key");
        assert_eq!(rows::cosigned_key(size, witness), key);
        assert_eq!(line.to_string().as_bytes(), value);
    }
    if let Some((cosigned, other)) = rows::fork_of_value(value) {
        assert_eq!(rows::fork_value(&cosigned, &other).expect("it was one"), value);
    }
    check_setting::<Identity>(value);
    check_setting::<IndexMarker>(value);
    check_setting::<Rotations>(value);
    check_tip(value);
}

fn check_setting<S: Setting + PartialEq + Debug>(value: &[u8]) {
    if let Ok(setting) = settings::decode::<S>(Some(value)) {
        assert_eq!(settings::encode(&setting).expect("it was one"), value);
        assert!(value.len() <= 4097, "the limit, and the version's byte");
    }
}

/// The file may end in any number of line feeds: nothing else of it is free.
fn check_tip(value: &[u8]) {
    if let Ok(checkpoint) = tip::parse(value.to_vec()) {
        let rest = value.strip_prefix(checkpoint.as_str().as_bytes()).unwrap_or_default();
        assert!(rest.iter().all(|byte| *byte == b'\n'));
        assert_eq!(tip::parse(checkpoint.as_str().into()).expect("it was one"), checkpoint);
    }
}

/// The index rows of a statement: each leads back to the entry, and none is there twice.
pub fn check_index_rows(index: u64, statement: &SignedStatement) {
    let index = LeafIndex::new(index & MAX_INTEGER);
    let mut made = Vec::new();
    rows::index_rows(index, statement, &mut made);
    for (at, (column, key, value)) in made.iter().enumerate() {
        let found = match column {
            Column::Statement => rows::index_of_value(value.as_ref()),
            _ => rows::index_of_key(key.as_ref()),
        };
        assert_eq!(found, Some(index), "{column:?}");
        assert!(made[..at].iter().all(|(other, ..)| other != column), "{column:?} twice");
    }
    assert_eq!(
        made.iter().any(|(column, ..)| *column == Column::Registry),
        rows::registry_row(index, statement).is_some()
    );
}
