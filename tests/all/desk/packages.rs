//! Folders: deposited as their manifest, and a manifest that is replaced keeps its receipt company until the new one has one.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use notarium::crypto::sha256;
use notarium::desk::{
    Course, DepositError, FileError, FolderError, Progress, Wish, manifest_of, manifest_of_paths, member,
};
use notarium::evidence::Manifest;
use notarium::report::{FolderDifference, Verdict};

use super::{Scene, wish};
use crate::desk_reading::Counter;
use crate::toy_ledger::Trick;

#[test]
fn a_folder_is_deposited_as_its_manifest_and_a_changed_one_is_not() {
    let scene = Scene::new();
    scene.put("work/a", "a");
    scene.put("work/b", "b");
    let deposit = scene.deposit(&scene.path("work/"), &wish()).unwrap();
    assert_eq!(scene.names(), ["work", "work.sha256", "work.sha256.receipt"]);
    assert_eq!(scene.verdict(&scene.path("work.sha256"), &deposit.receipt), Verdict::Match);
    assert_eq!(Manifest::parse(&fs::read(scene.path("work.sha256")).unwrap()).unwrap().lines().len(), 2);
    assert!(matches!(scene.deposit(&scene.path("work"), &wish()).unwrap().course, Course::Held));
    scene.put("work/b", "B");
    let error = scene.deposit(&scene.path("work"), &wish()).unwrap_err();
    assert!(matches!(&error, DepositError::FolderChanged { difference, .. } if difference.changed == ["b"]), "{error}");
    fs::write(scene.path("work.sha256"), "mine").unwrap();
    let error = scene.deposit(&scene.path("work"), &wish()).unwrap_err();
    assert!(matches!(error, DepositError::NotItsManifest { .. }), "{error}");
    assert_eq!(fs::read(scene.path("work.sha256")).unwrap(), b"mine");
}

#[test]
fn a_manifest_that_has_a_receipt_stays_until_the_new_one_has_one() {
    let scene = Scene::new();
    scene.put("work/a", "a");
    let work = scene.path("work");
    let first = scene.deposit(&work, &wish()).unwrap();
    let old = fs::read(scene.path("work.sha256")).unwrap();
    scene.put("work/a", "A");
    let forced = Wish { force: true, ..wish() };
    scene.toy.trick(Trick::HangUp);
    scene.toy.trick(Trick::HangUp);
    scene.deposit(&work, &forced).unwrap_err();
    assert_eq!(fs::read(scene.path("work.sha256")).unwrap(), old);
    assert_eq!(scene.verdict(&scene.path("work.sha256"), &first.receipt), Verdict::Match);
    let second = scene.deposit(&work, &forced).unwrap();
    assert!(matches!(second.course, Course::Answered { resumed: true, .. }));
    assert_eq!(scene.names(), ["work", "work.sha256", "work.sha256.receipt"]);
    assert_eq!(scene.verdict(&scene.path("work.sha256"), &second.receipt), Verdict::Match);
    assert_ne!(fs::read(scene.path("work.sha256")).unwrap(), old);
}

#[test]
fn a_run_that_broke_off_between_receipt_and_manifest_is_finished() {
    let scene = Scene::new();
    scene.put("work/a", "a");
    let work = scene.path("work");
    scene.deposit(&work, &wish()).unwrap();
    let old = fs::read(scene.path("work.sha256")).unwrap();
    scene.put("work/a", "A");
    let second = scene.deposit(&work, &Wish { force: true, ..wish() }).unwrap();
    fs::rename(scene.path("work.sha256"), scene.path("work.sha256.new")).unwrap();
    fs::write(scene.path("work.sha256"), old).unwrap();
    let again = scene.deposit(&work, &wish()).unwrap();
    assert!(matches!(again.course, Course::Held) && again.index == second.index);
    assert_eq!(scene.names(), ["work", "work.sha256", "work.sha256.receipt"]);
    assert_eq!(scene.verdict(&scene.path("work.sha256"), &again.receipt), Verdict::Match);
}

const MANY: usize = 10_000;

/// The name and content of one of many files: in many languages, as long as a name can be, a tenth of the contents twice.
fn one_of_many(at: usize) -> (String, String) {
    let name = match at % 5 {
        0 => format!("存证/第{at}号 证据.pdf"),
        1 => format!("{}{at:05}", "长".repeat(83)),
        2 => format!("{}/f{at}", ["deep"; 40].join("/")),
        3 => format!("e\u{301}te\u{301} {at} \u{1f4f7} -*?'\""),
        _ => format!("{}{at:05}", "x".repeat(250)),
    };
    (name, format!("content {}", at % (MANY / 10 * 9)))
}

fn put_many(scene: &Scene) {
    for (name, content) in (0..MANY).map(one_of_many) {
        let path = scene.path("work").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[test]
fn ten_thousand_files_with_difficult_names_are_one_package() {
    let scene = Scene::new();
    put_many(&scene);
    let work = scene.path("work");
    let deposit = scene.deposit(&work, &wish()).unwrap();
    assert_eq!(scene.verdict(&scene.path("work.sha256"), &deposit.receipt), Verdict::Match);
    let manifest = Manifest::parse(&fs::read(scene.path("work.sha256")).unwrap()).unwrap();
    assert_eq!((manifest.lines().len(), scene.toy.size()), (MANY, 2));
    for at in (0..MANY).step_by(611) {
        let (name, content) = one_of_many(at);
        assert_eq!(manifest.digest_of(&name), Some(&sha256(&[content.as_bytes()])), "{name}");
        let shown = member(&manifest, &work.join(&name), Some(&name), &Counter::default()).unwrap();
        assert_eq!((shown.listed_as.as_deref(), shown.same_name), (Some(name.as_str()), true));
    }
    // Both of two files with one content are in it.
    assert_eq!(manifest.paths_of(&sha256(&[b"content 7"])).count(), 2);
    // One changed, one gone, one new, one under another name.
    fs::write(work.join(one_of_many(8_001).0), "changed").unwrap();
    fs::remove_file(work.join(one_of_many(5_002).0)).unwrap();
    fs::write(work.join("added"), "added").unwrap();
    fs::rename(work.join(one_of_many(5_003).0), work.join("renamed")).unwrap();
    let difference = FolderDifference::between(&manifest, &manifest_of(&work, &Counter::default()).unwrap());
    assert_eq!((difference.same, difference.changed), (MANY - 3, vec![one_of_many(8_001).0]));
    assert_eq!((difference.missing, difference.added), (vec![one_of_many(5_002).0], vec!["added".to_owned()]));
    assert_eq!(difference.renamed.len(), 1);
    // A link among them is refused by its name, and nothing is left out in silence.
    symlink(work.join("added"), work.join("a link")).unwrap();
    let error = manifest_of(&work, &Counter::default()).unwrap_err();
    assert!(matches!(error, FolderError::Refused { .. }) && error.to_string().contains("a link (a link)"), "{error}");
}

/// Does something to the folder as soon as any file has been read.
struct Once(Box<dyn Fn() + Sync>);

impl Progress for Once {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {
        (self.0)();
    }
}

#[test]
fn a_package_with_a_file_that_changes_or_goes_away_meanwhile_is_none() {
    let scene = Scene::new();
    for at in 0..50 {
        scene.put(&format!("work/{at:02}"), "x");
    }
    let large = scene.put("work/large", vec![b'a'; 3 << 20]);
    let grow = Once(Box::new(move || {
        // It only grows: written anew, it would be empty for a moment, and an empty file is a whole one.
        let mut file = fs::OpenOptions::new().append(true).open(&large).unwrap();
        std::io::Write::write_all(&mut file, b"x").unwrap();
    }));
    let error = manifest_of(&scene.path("work"), &grow).unwrap_err();
    assert!(matches!(error, FolderError::File(FileError::Changed { .. })), "{error}");
    let last = scene.path("work/large");
    let remove = Once(Box::new(move || {
        let _ = fs::remove_file(&last);
    }));
    let error = manifest_of(&scene.path("work"), &remove).unwrap_err();
    assert!(matches!(error, FolderError::File(FileError::Unreadable { .. } | FileError::Changed { .. })), "{error}");
}

#[test]
fn paths_that_lead_elsewhere_are_in_no_package() {
    for path in ["../x", "/etc/hostname", "a/../../x", ".", "a\\b", "a\nb"] {
        let error = manifest_of_paths(&[PathBuf::from(path)], &Counter::default()).unwrap_err();
        assert!(matches!(error, FolderError::NotBelow { .. }), "{path}: {error}");
    }
}
