//! The house rules that a machine can hold: floors, room doors, file sizes, first sentences.
//!
//! The floors are read from the table in docs/architecture.md, so that the page and the code cannot drift apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file under `dir`, as a path relative to the repository, with its text.
fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(dir)];
    while let Some(dir) = open.pop() {
        for item in fs::read_dir(dir).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources under {dir}");
    found
}

/// Room to floor, from the rows `| 4 | `ledger`, ... | ...` of docs/architecture.md.
fn floors() -> BTreeMap<String, u8> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut floors = BTreeMap::new();
    for row in page.lines().filter(|l| l.starts_with("| ")) {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let (Some(Ok(floor)), Some(room)) = (cells.next().map(str::parse::<u8>), cells.next()) else { continue };
        let room = room.trim_matches('`');
        assert!(floors.insert(room.to_owned(), floor).is_none(), "{room} stands on two floors");
    }
    floors
}

/// The room a file of src belongs to: its folder, or its own name.
fn room_of(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_str().unwrap();
    first.strip_suffix(".rs").unwrap_or(first).to_owned()
}

/// Rooms named after `crate::` (in a brace group too) in `text`, with the line number.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with('$')) {
            let name = line[at + "crate::".len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            found.push((number + 1, name.to_owned()));
        }
    }
    found
}

#[test]
fn every_room_has_a_floor_and_every_floor_its_room() {
    let rooms: BTreeSet<String> = sources("src").iter().map(|(p, _)| room_of(p)).filter(|r| r != "lib").collect();
    let planned: BTreeSet<String> = floors().into_keys().collect();
    assert_eq!(rooms, planned);
}

#[test]
fn imports_run_down_only() {
    let floors = floors();
    let mut wrong = Vec::new();
    for (path, text) in sources("src").iter().filter(|(p, _)| p != Path::new("src/lib.rs")) {
        let room = room_of(path);
        for (line, import) in imports(text) {
            if import == room {
                continue;
            }
            match floors.get(&import) {
                None => wrong.push(format!("{}:{line}: `crate::{import}` is not a room", path.display())),
                Some(floor) if *floor >= floors[&room] => {
                    wrong.push(format!("{}:{line}: {room} must not know {import}", path.display()));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_store_names_rocksdb_and_only_output_prints() {
    for (path, text) in sources("src") {
        let code = || text.lines().filter(|l| !l.trim_start().starts_with("//"));
        if room_of(&path) != "store" {
            assert!(!code().any(|l| l.contains("rocksdb::")), "{} names RocksDB", path.display());
        }
        if path != Path::new("src/cli/output.rs") {
            let prints = |l: &str| ["println!", "print!(", "io::stdout()", "dbg!"].iter().any(|p| l.contains(p));
            assert!(!code().any(prints), "{} prints", path.display());
        }
    }
}

#[test]
fn files_are_short_and_open_with_a_sentence() {
    for (path, text) in ["src", "tests", "benches", "examples", "fuzz"].iter().flat_map(|d| sources(d)) {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
        assert!(text.starts_with("//! "), "{} does not open with a sentence", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(!["util", "utils", "common", "helpers", "types"].contains(&name), "{} has no subject", path.display());
    }
}

#[test]
fn the_pure_floors_touch_nothing() {
    let forbidden = ["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant", "tokio", "getrandom"];
    let floors = floors();
    for (path, text) in sources("src") {
        if floors.get(&room_of(&path)).is_none_or(|floor| *floor > 5) {
            continue;
        }
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            let found = forbidden.iter().find(|word| line.contains(**word));
            assert!(found.is_none(), "{}: {line}", path.display());
        }
    }
}

/// The modules that `text`, the file at `path`, declares: each as the files that may hold it.
fn modules(path: &Path, text: &str) -> Vec<[PathBuf; 2]> {
    let stem = path.file_stem().unwrap();
    let folder = path.parent().unwrap();
    let inside = if stem == "main" || stem == "mod" { folder.to_owned() } else { folder.join(stem) };
    let name = |line: &str| {
        let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)
    };
    let names = text.lines().filter_map(name);
    names.map(|name| [inside.join(format!("{name}.rs")), inside.join(name).join("mod.rs")]).collect()
}

#[test]
fn every_test_file_is_compiled() {
    let files: BTreeMap<PathBuf, String> = sources("tests/all").into_iter().collect();
    let mut reached = BTreeSet::new();
    let mut open = vec![PathBuf::from("tests/all/main.rs")];
    while let Some(path) = open.pop() {
        open.extend(modules(&path, &files[&path]).into_iter().flatten().filter(|module| files.contains_key(module)));
        reached.insert(path);
    }
    let dead: Vec<_> = files.keys().filter(|path| !reached.contains(*path)).collect();
    assert!(dead.is_empty(), "no `mod` leads to {dead:?}");
}

#[test]
fn the_children_of_a_room_are_private() {
    for (path, text) in sources("src").iter().filter(|(path, _)| path != Path::new("src/lib.rs")) {
        let open = text.lines().find(|line| line.trim_start().starts_with("pub") && line.contains(" mod "));
        assert!(open.is_none(), "{}: {}", path.display(), open.unwrap());
    }
}

/// Lines of each function, signature and last brace included, of a file that rustfmt has set.
fn function_lengths(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_function = |line: &str| {
        let words = line.trim_start().split(' ').take_while(|word| *word != "fn");
        let marks = ["pub", "const", "async", "unsafe"];
        let bare = |word: &str| marks.iter().any(|mark| word == *mark || word.starts_with("pub("));
        line.contains("fn ") && words.clone().count() < line.trim_start().split(' ').count() && words.clone().all(bare)
    };
    let mut lengths = Vec::new();
    for (first, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
        let indent = line.len() - line.trim_start().len();
        let ends = |line: &&str| line.trim_end() == format!("{}}}", " ".repeat(indent));
        // One line, or a signature without a body, ends at once.
        let length = if line.ends_with('}') || line.ends_with(';') {
            1
        } else {
            lines[first..].iter().position(ends).map_or(1, |last| last + 1)
        };
        lengths.push((line.trim().to_owned(), length));
    }
    lengths
}

#[test]
fn functions_are_short_and_half_of_them_very_short() {
    let mut lengths: Vec<usize> = Vec::new();
    for (path, text) in sources("src") {
        for (function, length) in function_lengths(&text) {
            assert!(length <= 70, "{}: {function} has {length} lines", path.display());
            lengths.push(length);
        }
    }
    let short = lengths.iter().filter(|length| **length < 12).count();
    assert!(
        lengths.len() > 500 && 2 * short >= lengths.len(),
        "{short} of {} functions have under 12 lines",
        lengths.len()
    );
}
