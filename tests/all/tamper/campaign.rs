//! The campaign, and the table that it writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use strum::VariantArray;

use super::finders::{By, does_not_start, exported, of_ledger, policy_fails, program};
use super::rows::{COLUMNS, Change, change};
use super::{Scene, go_on, text};
use crate::follow::notarium;
use crate::founded::{Open, copy_folder};

const BEGIN: &str = "<!-- written by the tamper campaign: begin -->\n";
const END: &str = "<!-- written by the tamper campaign: end -->\n";

/// What may be changed without anyone finding it, and why that does no harm.
const HARMLESS: [(&str, &str); 2] = [
    ("`tip`, rolled back alone", "nobody, and nothing is lost: the next start records the stored tree again"),
    ("column `cosigned`, delete", "nobody, by itself: see below"),
];

/// A line of the table: what is changed, to who finds it.
type Table = BTreeMap<(usize, String), Vec<By>>;

/// Takes in who found it; a line that stands for several changes keeps those who find each of them.
fn note(table: &mut Table, section: usize, what: &str, found: &[By]) {
    let line = table.entry((section, what.to_owned())).or_insert_with(|| found.to_vec());
    line.retain(|by| found.contains(by));
}

fn rows(scene: &Scene, table: &mut Table) {
    for (section, column) in COLUMNS.iter().enumerate() {
        for what in Change::VARIANTS {
            // The ledger's own columns at their end too, which an opening computes anew.
            for last in [false, true].into_iter().take(if section < 4 { 2 } else { 1 }) {
                let directory = scene.copy();
                if change(&directory, column, *what, last) {
                    let place = if last { ", the last" } else { "" };
                    note(table, section, &format!("column `{column}`, {what}{place}"), &of_ledger(scene, &directory));
                }
                fs::remove_dir_all(directory).unwrap();
            }
        }
    }
}

/// Flips a bit of a file, cuts it, takes it away, or puts another in its place.
fn file_changes(path: &Path, other: Option<&[u8]>) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let bytes = fs::read(path).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() * 2 / 3] ^= 1;
    let mut changes =
        vec![("flip", Some(flipped)), ("truncate", Some(bytes[..bytes.len() / 2].to_vec())), ("delete", None)];
    changes.extend(other.map(|other| ("swap for another ledger's", Some(other.to_vec()))));
    changes
}

fn put(path: &Path, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => fs::write(path, bytes).unwrap(),
        None => fs::remove_file(path).unwrap(),
    }
}

/// Another ledger's files.
fn stranger(scene: &Scene) -> std::path::PathBuf {
    let directory = scene.path("stranger");
    assert_eq!(program(&["init", text(&directory), "--origin", "ledger.example/other"]), 0);
    directory
}

fn files(scene: &Scene, table: &mut Table) {
    let other = stranger(scene);
    for name in ["tip", "ledger.key", "policy"] {
        let path = scene.directory.join(name);
        let foreign = fs::read(other.join(name)).unwrap();
        for (what, bytes) in file_changes(&path, Some(&foreign)) {
            let directory = scene.copy();
            // The tip is filled up with empty lines: it is changed where it says something.
            let bytes = bytes.map(|bytes| match (name, what) {
                ("tip", "flip") => flipped_tip(&path),
                ("tip", "truncate") => bytes[..60].to_vec(),
                _ => bytes,
            });
            put(&directory.join(name), bytes.as_deref());
            let found = match name {
                "tip" => of_ledger(scene, &directory),
                "ledger.key" => does_not_start(&directory).then_some(By::Open).into_iter().collect(),
                _ => policy_fails(scene, &directory).then_some(By::Client).into_iter().collect(),
            };
            note(table, 20, &format!("`{name}`, {what}"), &found);
        }
    }
    let directory = scene.copy();
    fs::copy(scene.yesterday.join("tip"), directory.join("tip")).unwrap();
    drop(Open::new(&directory));
    note(table, 20, "`tip`, rolled back alone", &of_ledger(scene, &directory));
}

fn flipped_tip(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    let root = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 5;
    bytes[root] = if bytes[root] == b'A' { b'B' } else { b'A' };
    bytes
}

/// The whole folder of yesterday, the database alone, and a history that the operator has signed anew.
fn folders(scene: &Scene, table: &mut Table) {
    let yesterday = scene.path("rolled-back");
    copy_folder(&scene.yesterday, &yesterday);
    note(table, 30, "the whole folder, rolled back to yesterday's copy", &of_ledger(scene, &yesterday));
    let database = scene.path("rolled-back");
    copy_folder(&scene.yesterday, &database);
    fs::copy(scene.directory.join("tip"), database.join("tip")).unwrap();
    note(table, 30, "the database alone, rolled back to yesterday's copy", &of_ledger(scene, &database));
    let rewritten = scene.path("rewritten");
    copy_folder(&scene.yesterday, &rewritten);
    go_on(&rewritten, 1_000_000);
    note(
        table,
        30,
        "today's entries, replaced by others and all signed anew by the operator",
        &of_ledger(scene, &rewritten),
    );
    let mut ledger = Open::new(&rewritten);
    ledger.grow(5);
    drop(ledger);
    note(
        table,
        30,
        "today's entries, replaced likewise, and more beyond what anyone has seen",
        &of_ledger(scene, &rewritten),
    );
}

/// Every file of an export and of a mirror.
fn copies(scene: &Scene, table: &mut Table) {
    let export = exported(scene, &scene.directory).unwrap();
    for (name, folder) in [("export", &export), ("mirror", &scene.mirror)] {
        for path in signed_files(folder) {
            for (what, bytes) in file_changes(&folder.join(&path), None) {
                let copied = scene.path("copied");
                copy_folder(folder, &copied);
                put(&copied.join(&path), bytes.as_deref());
                let (code, said, _) = notarium(&["audit", text(&copied)]);
                let found: Vec<By> = (code != 0).then_some(By::Audit).into_iter().collect();
                assert!(!found.is_empty(), "{name} {path}, {what}: {said}");
                let kind = if path.starts_with("tile/entries") {
                    "an entry bundle"
                } else if path.starts_with("tile") {
                    "a tile"
                } else {
                    "the checkpoint"
                };
                note(table, 40, &format!("{name}: {kind}, {what}"), &found);
                fs::remove_dir_all(copied).unwrap();
            }
        }
    }
}

/// The files of a log: its checkpoint, tiles and bundles. What else lies there are words for people.
fn signed_files(folder: &Path) -> Vec<String> {
    let mut open = vec![folder.join("tile")];
    let mut found = vec!["checkpoint".to_owned()];
    while let Some(inside) = open.pop() {
        for item in fs::read_dir(inside).unwrap().map(Result::unwrap) {
            if item.file_type().unwrap().is_dir() {
                open.push(item.path());
            } else {
                found.push(text(item.path().strip_prefix(folder).unwrap()).to_owned());
            }
        }
    }
    found.sort();
    found
}

fn written(table: &Table) -> String {
    let mut text = "| changed | found by |\n|---|---|\n".to_owned();
    for ((_, what), found) in table {
        let names: Vec<String> = found.iter().map(ToString::to_string).collect();
        let harmless = HARMLESS.iter().find(|(name, _)| name == what);
        assert!(!found.is_empty() || harmless.is_some(), "nobody finds it: {what}");
        let found = if found.is_empty() { harmless.unwrap().1.to_owned() } else { names.join(", ") };
        text.extend(["| ", what, " | ", &found, " |\n"]);
    }
    text
}

#[test]
fn every_change_is_found_and_the_page_says_by_whom() {
    let scene = Scene::new();
    let untouched = scene.copy();
    assert_eq!(of_ledger(&scene, &untouched), [], "nobody cries wolf");
    let mut table = Table::new();
    rows(&scene, &mut table);
    files(&scene, &mut table);
    folders(&scene, &mut table);
    copies(&scene, &mut table);
    let table = written(&table);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (stands, after) = rest.split_once(END).unwrap();
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        fs::write(&page, format!("{before}{BEGIN}\n{table}\n{END}{after}")).unwrap();
    } else {
        assert_eq!(stands.trim(), table.trim(), "SNAPSHOTS=overwrite writes the table anew");
    }
}
