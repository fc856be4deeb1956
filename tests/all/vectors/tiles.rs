//! Vectors of the paths of tiles and entry bundles.

use notarium::merkle::{BundleId, TileId};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let path = std::str::from_utf8(bytes).unwrap();
    if path.starts_with("tile/entries/") {
        let id = BundleId::parse(path).map_err(|error| (error.code(), false))?;
        assert_eq!(id.path(), path);
        return Ok(says(&"entries".into(), id.index(), id.width()));
    }
    let id = TileId::parse(path).map_err(|error| (error.code(), false))?;
    assert_eq!(id.path(), path);
    Ok(says(&id.level().into(), id.index(), id.width()))
}

fn says(level: &Value, index: u64, width: u16) -> Value {
    json!({ "level": level, "index": index.to_string(), "width": width })
}

pub(super) fn cases() -> Vec<Case> {
    let known =
        |(path, level, index, width): (&str, u8, u64, u16)| good(path, path.into(), says(&level.into(), index, width));
    let mut cases: Vec<Case> = [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/999", 0, 999, 256),
        ("tile/0/x001/000", 0, 1_000, 256),
        ("tile/7/x001/x234/067.p/5", 7, 1_234_067, 5),
        ("tile/0/000.p/1", 0, 0, 1),
        ("tile/0/000.p/255", 0, 0, 255),
        ("tile/63/000", 63, 0, 256),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", 0, u64::MAX, 256),
    ]
    .map(known)
    .into();
    for (path, index, width) in [("tile/entries/000", 0, 256), ("tile/entries/x001/x234/067.p/5", 1_234_067, 5)] {
        cases.push(good(path, path.into(), says(&"entries".into(), index, width)));
    }
    let malformed = [
        ("", "bad-tile-prefix"),
        ("tile", "bad-tile-prefix"),
        ("tile/0", "bad-tile-prefix"),
        ("/tile/0/000", "bad-tile-prefix"),
        ("Tile/0/000", "bad-tile-prefix"),
        ("tile//000", "bad-tile-level"),
        ("tile/64/000", "bad-tile-level"),
        ("tile/00/000", "bad-tile-level"),
        ("tile/+0/000", "bad-tile-level"),
        ("tile/-1/000", "bad-tile-level"),
        ("tile/data/000", "bad-tile-level"),
        ("tile/0/", "bad-tile-index"),
        ("tile/0/0", "bad-tile-index"),
        ("tile/0/0000", "bad-tile-index"),
        ("tile/0/+00", "bad-tile-index"),
        ("tile/0/x001", "bad-tile-index"),
        ("tile/0/001/000", "bad-tile-index"),
        ("tile/0/x000/001", "bad-tile-index"),
        ("tile/0/x001/x000", "bad-tile-index"),
        ("tile/0/x001//000", "bad-tile-index"),
        ("tile/0/X001/000", "bad-tile-index"),
        ("tile/0/٠٠٠", "bad-tile-index"),
        ("tile/0/000\n", "bad-tile-index"),
        ("tile/0/000.p", "bad-tile-index"),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", "tile-index-too-large"),
        ("tile/0/000.p/", "bad-tile-width"),
        ("tile/0/000.p/0", "bad-tile-width"),
        ("tile/0/000.p/01", "bad-tile-width"),
        ("tile/0/000.p/+1", "bad-tile-width"),
        ("tile/0/000.p/256", "bad-tile-width"),
        ("tile/0/000.p/1/", "bad-tile-width"),
        ("tile/0/x001.p/1/000", "bad-tile-width"),
        ("tile/entries/x000/001", "bad-tile-index"),
        ("tile/entries/", "bad-tile-index"),
        ("tile/entries/000.p/256", "bad-tile-width"),
    ];
    cases.extend(malformed.map(|(path, code)| bad(format!("the path {path:?}"), path.into(), code)));
    cases
}
