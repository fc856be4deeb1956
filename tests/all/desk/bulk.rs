//! Thousands of deposits: in batches, refused one by one, broken off anywhere, killed, and never made twice.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use notarium::desk::{Bulk, Course, Deposit, DepositError, Order, Outcome, Progress, Wish};
use notarium::report::Verdict;

use super::at_the_prompt::{said, submit, submit_unprivileged};
use super::{Scene, wish};
use crate::desk_reading::Counter;
use crate::toy_ledger::Trick;

fn orders(paths: &[PathBuf]) -> Vec<Order> {
    paths.iter().map(|path| Order { path: path.clone(), wish: wish() }).collect()
}

fn put(scene: &Scene, count: usize) -> Vec<PathBuf> {
    (0..count).map(|at| scene.put(&format!("f{at}"), format!("bytes {at}"))).collect()
}

fn run_with(scene: &Scene, orders: &[Order], progress: &dyn Progress) -> Vec<Outcome> {
    let (ledger, outcomes) = (scene.ledger(), Mutex::new(Vec::new()));
    let report = |at, outcome| outcomes.lock().unwrap().push((at, outcome));
    Bulk { ledger: &ledger, key: &scene.key, progress, report: &report }.deposit_all(orders);
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(at, _)| *at);
    assert_eq!(outcomes.iter().map(|(at, _)| *at).collect::<Vec<_>>(), (0..orders.len()).collect::<Vec<_>>());
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn run(scene: &Scene, orders: &[Order]) -> Vec<Outcome> {
    run_with(scene, orders, &Counter::default())
}

fn done(outcomes: &[Outcome]) -> Vec<u64> {
    let index = |outcome: &Outcome| if let Outcome::Done(deposit) = outcome { Some(deposit.index) } else { None };
    let mut indexes: Vec<_> = outcomes.iter().filter_map(index).collect();
    indexes.sort_unstable();
    indexes
}

fn batches(scene: &Scene) -> usize {
    scene.toy.book().asked.iter().filter(|asked| *asked == "POST /v1/evidence/batch").count()
}

fn parts(scene: &Scene) -> usize {
    scene.names().iter().filter(|name| name.contains(".receipt.part") || name.contains(".tmp")).count()
}

#[test]
fn many_are_sent_in_few_batches_and_a_second_run_sends_none() {
    let scene = Scene::new();
    let paths = put(&scene, 600);
    let outcomes = run(&scene, &orders(&paths));
    assert_eq!((done(&outcomes), batches(&scene), parts(&scene)), ((1..=600).collect(), 3, 0));
    for (path, outcome) in paths.iter().zip(&outcomes).step_by(97) {
        let Outcome::Done(deposit) = outcome else { panic!("{outcome:?}") };
        assert_eq!(scene.verdict(path, &deposit.receipt), Verdict::Match);
    }
    let again = run(&scene, &orders(&paths));
    assert!(again.iter().all(|one| matches!(one, Outcome::Done(Deposit { course: Course::Held, .. }))));
    assert_eq!((done(&again), batches(&scene), scene.toy.size()), ((1..=600).collect(), 3, 601));
}

#[test]
fn a_batch_that_the_ledger_admits_and_never_answers_gets_the_same_entries() {
    let scene = Scene::new();
    let paths = put(&scene, 300);
    // The client sends a broken batch once more; so does each of the two that are under way.
    for _ in 0..8 {
        scene.toy.trick(Trick::AdmitAndHangUp);
    }
    let private = Wish { private: true, ..wish() };
    let private: Vec<_> = paths.iter().map(|path| Order { path: path.clone(), wish: private.clone() }).collect();
    let first = run(&scene, &private);
    let admitted = scene.toy.size();
    assert!(done(&first).is_empty() && admitted > 1, "{admitted}");
    assert!(first.iter().any(|one| matches!(one, Outcome::Failed(DepositError::Client(_)))));
    assert!(first.iter().any(|one| matches!(one, Outcome::NotTried)));
    scene.toy.book().tricks.clear();
    let second = run(&scene, &private);
    assert_eq!((done(&second), scene.toy.size(), parts(&scene)), ((1..=300).collect(), 301, 0));
    let resumed =
        |one: &&Outcome| matches!(one, Outcome::Done(Deposit { course: Course::Answered { resumed: true, .. }, .. }));
    assert!(second.iter().filter(resumed).count() >= admitted - 1);
}

#[test]
fn what_is_refused_fails_alone_and_what_is_busy_is_sent_again() {
    let scene = Scene::new();
    let paths = put(&scene, 20);
    scene.toy.trick(Trick::RefuseLines(vec![3, 7], "not-admitted", 403));
    let outcomes = run(&scene, &orders(&paths));
    assert_eq!(done(&outcomes), (1..=18).collect::<Vec<_>>());
    let failed: Vec<usize> = (0..20).filter(|at| matches!(outcomes[*at], Outcome::Failed(_))).collect();
    assert_eq!((failed, parts(&scene)), (vec![2, 6], 0));
    let scene = Scene::new();
    let paths = put(&scene, 20);
    scene.toy.trick(Trick::RefuseLines((5..=20).collect(), "busy", 503));
    assert_eq!(done(&run(&scene, &orders(&paths))), (1..=20).collect::<Vec<_>>());
    assert_eq!((batches(&scene), scene.toy.size(), parts(&scene)), (1, 21, 0));
}

#[test]
fn a_ledger_that_takes_smaller_batches_gets_smaller_ones() {
    let scene = Scene::new();
    let paths = put(&scene, 100);
    scene.toy.book().most = 30;
    assert_eq!(done(&run(&scene, &orders(&paths))), (1..=100).collect::<Vec<_>>());
    // 100, 50, 25, 25, 50, 25, 25.
    assert_eq!((batches(&scene), scene.toy.size()), (7, 101));
}

/// Changes one file as soon as any has been read.
struct Meddler(PathBuf);

impl Progress for Meddler {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {
        // Appended: written anew it would be empty for a moment, and an empty file is evidence too.
        let mut file = fs::OpenOptions::new().append(true).open(&self.0).unwrap();
        file.write_all(b"x").unwrap();
    }
}

#[test]
fn what_is_named_twice_or_missing_or_changes_meanwhile_is_told_apart() {
    let scene = Scene::new();
    let mut paths = put(&scene, 10);
    paths.extend([paths[3].clone(), scene.path("missing"), scene.folder.path().to_owned()]);
    std::os::unix::fs::symlink("loop", scene.path("loop")).unwrap();
    paths.push(scene.path("loop"));
    let moving = scene.put("moving", vec![b'a'; 3 << 20]);
    paths.push(moving.clone());
    let outcomes = run_with(&scene, &orders(&paths), &Meddler(moving));
    // The folder has a link in it that leads nowhere, and is no package.
    let failed: Vec<usize> = (0..paths.len()).filter(|at| matches!(outcomes[*at], Outcome::Failed(_))).collect();
    assert_eq!(failed, [11, 12, 13, 14]);
    assert!(matches!(&outcomes[14], Outcome::Failed(DepositError::File(notarium::desk::FileError::Changed { .. }))));
    let index = |at: usize| if let Outcome::Done(deposit) = &outcomes[at] { deposit.index } else { 0 };
    assert_eq!((index(3), scene.toy.size()), (index(10), 11));
    assert!(matches!(&outcomes[10], Outcome::Done(Deposit { course: Course::Held, .. })));
}

#[test]
fn a_ledger_that_is_gone_is_not_asked_for_every_batch() {
    let scene = Scene::new();
    let paths = put(&scene, 1500);
    for _ in 0..100 {
        scene.toy.trick(Trick::HangUp);
    }
    let outcomes = run(&scene, &orders(&paths));
    assert!(done(&outcomes).is_empty());
    assert!(batches(&scene) <= 4, "{}", batches(&scene));
    assert!(outcomes.iter().filter(|one| matches!(one, Outcome::NotTried)).count() >= 1490);
}

fn lines_of(files: impl Iterator<Item = usize>) -> String {
    let lines: Vec<_> = files.map(|at| format!("f{at},\"Work, {at}\"\n")).collect();
    format!("path,title\n{}", lines.concat())
}

/// A list of the scene's first `count` files, with a title each.
fn list_of(scene: &Scene, count: usize) -> PathBuf {
    scene.put("list.csv", lines_of(0..count))
}

/// Ends a run by SIGKILL once it has told of `lines` files.
fn kill_after(scene: &Scene, lines: usize) {
    let mut child = submit(scene, &["--list", "list.csv"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines().take(lines + 1).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(told, lines + 1);
}

#[test]
fn a_run_that_is_killed_again_and_again_makes_every_deposit_once() {
    let scene = Scene::new();
    put(&scene, 700);
    list_of(&scene, 700);
    for lines in [0, 1, 100, 300, 400] {
        kill_after(&scene, lines);
    }
    let output = submit(&scene, &["--list", "list.csv"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let results = String::from_utf8(output.stdout).unwrap();
    let mut entries: Vec<u64> =
        results.lines().skip(1).map(|line| line.split(',').nth(3).unwrap().parse().unwrap()).collect();
    assert_eq!(results.lines().nth(1).unwrap().split(',').take(3).collect::<Vec<_>>(), ["2", "f0", "held"]);
    entries.sort_unstable();
    assert_eq!((entries, scene.toy.size(), parts(&scene)), ((1..=700).collect(), 701, 0));
    for at in [0, 249, 250, 699] {
        let path = scene.path(&format!("f{at}"));
        assert_eq!(scene.verdict(&path, &scene.path(&format!("f{at}.receipt"))), Verdict::Match);
    }
}

/// Two runs over one list that hold what the other wants.
#[test]
fn two_runs_over_one_list_in_opposite_orders_end_and_make_every_deposit_once() {
    let scene = Scene::new();
    put(&scene, 400);
    list_of(&scene, 400);
    scene.put("backwards.csv", lines_of((0..400).rev()));
    let start = |list| submit(&scene, &["--list", list]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let runs = [start("list.csv"), start("backwards.csv")];
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!((scene.toy.size(), parts(&scene)), (401, 0));
}

#[test]
fn a_file_that_may_not_be_read_fails_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    put(&scene, 5);
    list_of(&scene, 5);
    fs::set_permissions(scene.path("f2"), fs::Permissions::from_mode(0o000)).unwrap();
    let output = submit_unprivileged(&scene, &["--list", "list.csv"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let results = String::from_utf8(output.stdout.clone()).unwrap();
    let statuses: Vec<_> = results.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(statuses, ["deposited", "deposited", "failed", "deposited", "deposited"]);
    assert!(said(&output).contains("line 4, f2: cannot read"), "{}", said(&output));
    assert!(Path::new(&scene.path("f3.receipt")).exists() && !scene.path("f2.receipt").exists());
}
