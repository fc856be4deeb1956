//! Runs side by side, in threads and in processes, and what runs that died have left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use notarium::desk::{Course, DepositError, Depositor, Existing, Progress, Readers, Target, Wish, write};

use super::at_the_prompt::submit;
use super::{Scene, wish};
use crate::desk_reading::Counter;
use crate::toy_ledger::Trick;

const AT_ONCE: usize = 6;

/// Notes what a run waits for.
#[derive(Default)]
struct Waiting {
    for_file: Mutex<Option<PathBuf>>,
}

impl Progress for Waiting {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {}

    fn waits_for(&self, path: &Path) {
        *self.for_file.lock().unwrap() = Some(path.to_owned());
    }
}

#[test]
fn threads_that_deposit_one_file_make_one_deposit() {
    let scene = Scene::new();
    scene.put("work/a", "a");
    let paths = [scene.put("f", "x"), scene.put("g", "y"), scene.path("work")];
    for (at, path) in paths.iter().enumerate() {
        let (start, wish) = (Barrier::new(AT_ONCE), wish());
        let indexes: Vec<u64> = thread::scope(|scope| {
            let one = || {
                let (ledger, progress) = (scene.ledger(), Counter::default());
                let depositor = Depositor { ledger: &ledger, key: &scene.key, wish: &wish, progress: &progress };
                start.wait();
                depositor.deposit(&Target::new(path).unwrap()).unwrap().index
            };
            let runs: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(one)).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert_eq!(indexes, [at as u64 + 1; AT_ONCE]);
    }
    assert_eq!(scene.toy.size(), 4);
    assert_eq!(scene.names(), ["f", "f.receipt", "g", "g.receipt", "work", "work.sha256", "work.sha256.receipt"]);
}

#[test]
fn processes_that_deposit_one_file_make_one_deposit() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    let runs: Vec<_> = (0..AT_ONCE)
        .map(|_| submit(&scene, &[path.to_str().unwrap()]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn())
        .collect();
    for run in runs {
        let output = run.unwrap().wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("entry 1,"));
    }
    assert_eq!((scene.toy.size(), scene.names()), (2, vec!["f".into(), "f.receipt".into(), "me.key".into()]));
}

#[test]
fn what_a_run_that_died_while_it_wrote_has_left_is_cleared_away() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.put("f.receipt.tmp", "half a receipt, with salts");
    assert!(matches!(scene.deposit(&path, &wish()).unwrap().course, Course::Answered { resumed: false, .. }));
    assert_eq!(scene.names(), ["f", "f.receipt"]);
    // It died before it could name the statement, so that is drawn anew; the other statement was never sent.
    assert_eq!(scene.toy.size(), 2);
}

#[test]
fn a_file_that_two_threads_write_is_one_or_the_other_s_and_whole() {
    let scene = Scene::new();
    let path = scene.path("shared");
    let texts = ["a".repeat(50_000), "b".repeat(60_000)];
    thread::scope(|scope| {
        for text in &texts {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..60 {
                    write(path, text.as_bytes(), Readers::Everyone, Existing::Replace).unwrap();
                    let there = fs::read(path).unwrap();
                    assert!(there.len() >= 50_000 && there.iter().all(|byte| *byte == there[0]));
                }
            });
        }
    });
    assert_eq!(scene.names(), ["shared"]);
    assert!(texts.contains(&fs::read_to_string(&path).unwrap()));
}

#[test]
fn a_run_that_waits_gives_up_in_its_time_and_has_sent_nothing() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    let held = fs::File::open(&path).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    for limit in [Duration::ZERO, Duration::from_millis(1)] {
        let patient = Wish { lock_wait: Some(limit), ..wish() };
        let error = scene.deposit(&path, &patient).unwrap_err();
        assert!(matches!(&error, DepositError::Busy { path: at, seconds: 0 } if *at == path), "{error}");
        assert!(error.hint().unwrap().contains("--lock-wait"));
    }
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".to_owned()], 1));
    drop(held);
    // One that lets go in time is waited for to the end.
    scene.deposit(&path, &Wish { lock_wait: Some(Duration::from_mins(10)), ..wish() }).unwrap();
    assert_eq!(scene.toy.size(), 2);
}

#[test]
fn a_run_waits_for_one_that_has_the_evidence() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    let held = fs::File::open(&path).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    // The other run is at step 4: its statement is on the ledger and its receipt not here yet.
    scene.toy.trick(Trick::AdmitAndHangUp);
    let (ledger, wish, progress) = (scene.ledger(), wish(), Waiting::default());
    let depositor = Depositor { ledger: &ledger, key: &scene.key, wish: &wish, progress: &progress };
    thread::scope(|scope| {
        let run = scope.spawn(|| depositor.deposit(&Target::new(&path).unwrap()));
        // It says what it waits for, and can get no further.
        while progress.for_file.lock().unwrap().is_none() {
            thread::yield_now();
        }
        assert_eq!(progress.for_file.lock().unwrap().as_deref(), Some(path.as_path()));
        assert_eq!(scene.names(), ["f"]);
        drop(held);
        run.join().unwrap().unwrap();
    });
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".into(), "f.receipt".into()], 2));
}
