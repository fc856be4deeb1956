//! Folders: deposited as their manifest, and a manifest that is replaced keeps its receipt company until the new one has one.

use std::fs;

use notarium::desk::{Course, DepositError, Wish};
use notarium::evidence::Manifest;
use notarium::report::Verdict;

use super::{Scene, wish};
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
