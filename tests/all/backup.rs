//! Backups of a ledger that is being written, restored and held against every receipt that was given out before them.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use notarium::client::Client;
use notarium::ledger::Receipt;
use notarium::store::{Memory, inspect};
use tempfile::TempDir;

use crate::founded::statement;

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");
const THREADS: usize = 4;

/// A folder with a ledger `L`.
pub(crate) fn room() -> TempDir {
    let room = tempfile::tempdir().unwrap();
    done(&run(room.path(), &["init", "L", "--origin", "ledger.example/kept"]));
    room
}

fn run(room: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).current_dir(room).output().unwrap()
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server, killed when it goes out of scope.
pub(crate) struct Server {
    child: Child,
    pub(crate) client: Client,
}

impl Server {
    pub(crate) fn start(room: &Path) -> Self {
        Self::start_with(room, &[])
    }

    /// The same, with options.
    pub(crate) fn start_with(room: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "L", "--listen", "127.0.0.1:0", "--least-free-mib", "0", "--log", "warn"]);
        command.args(options);
        let mut child = command.current_dir(room).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
        Self { child, client: Client::new(address) }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator does, and gives its log.
    pub(crate) fn stop(mut self) -> String {
        let sent = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }

    pub(crate) fn submit(&self, n: u64) -> Receipt {
        let submitted = self.client.submit(statement(n).as_bytes()).unwrap();
        Receipt::parse(submitted.answer.receipt.as_bytes()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Submits from several threads for as long as `meanwhile` runs, which gets the receipts that were given out so far.
fn under_load<T>(server: &Server, meanwhile: impl FnOnce(&Mutex<Vec<Receipt>>) -> T) -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let (receipts, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let receipt = server.submit(NEXT.fetch_add(1, Ordering::Relaxed));
                    receipts.lock().unwrap().push(receipt);
                }
            });
        }
        // Also when it panics: the threads would go on for ever.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| meanwhile(&receipts)));
        stop.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The receipts given out so far, once there are so many more.
fn after(receipts: &Mutex<Vec<Receipt>>, more: usize) -> Vec<Receipt> {
    let wanted = receipts.lock().unwrap().len() + more;
    loop {
        let so_far = receipts.lock().unwrap().clone();
        if so_far.len() >= wanted {
            return so_far;
        }
        thread::yield_now();
    }
}

/// A ledger's folder holds what every receipt says.
fn holds(directory: &Path, receipts: &[Receipt]) {
    let ledger = inspect(directory, Memory::default()).unwrap();
    assert!(ledger.doubts.is_empty(), "{:?}", ledger.doubts);
    for receipt in receipts {
        let entry = ledger.reader.entry(receipt.index()).unwrap();
        assert_eq!(entry.as_deref(), Some(receipt.disclosure().entry_bytes()));
        let head = receipt.checkpoint().head();
        assert_eq!(ledger.reader.root(head.size).unwrap(), head.root);
    }
}

fn entries_of(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn backups_under_load_have_every_receipt_given_out_before_them() {
    let room = room();
    let server = Server::start(room.path());
    let generations: Vec<Vec<Receipt>> = under_load(&server, |receipts| {
        let backup = |_| {
            let before = after(receipts, 40);
            let output = run(room.path(), &["backup", "L", "B"]);
            done(&output);
            assert!(said(&output).contains("while the ledger was served"), "{}", said(&output));
            before
        };
        (0..3).map(backup).collect()
    });
    for (number, receipts) in generations.iter().enumerate() {
        let folder = format!("R{number}");
        let id = (number + 1).to_string();
        done(&run(room.path(), &["restore", "B", &folder, "--backup-number", &id, "--key", "L/ledger.key"]));
        holds(&room.path().join(&folder), receipts);
    }
    drop(server);
    // What was restored goes on, from the newest.
    fs::rename(room.path().join("L"), room.path().join("old")).unwrap();
    fs::rename(room.path().join("R2"), room.path().join("L")).unwrap();
    let server = Server::start(room.path());
    let again = server.client.submit(generations[2][0].disclosure().entry().unwrap().statement().unwrap().as_bytes());
    assert_eq!(again.unwrap().answer.entry.index, generations[2][0].index().get());
    let next = server.submit(u64::from(u32::MAX));
    server.stop();
    holds(&room.path().join("L"), &[next]);
}

/// Files of the database that generations share, with what tells whether they were written again.
fn shared_files(backup: &Path) -> Vec<(PathBuf, u64, i64)> {
    let files = fs::read_dir(backup.join("generations/shared_checksum")).unwrap().map(|file| file.unwrap());
    let seen =
        |file: fs::DirEntry| (file.path(), file.metadata().unwrap().ino(), file.metadata().unwrap().mtime_nsec());
    let mut files: Vec<_> = files.map(seen).collect();
    files.sort();
    files
}

#[test]
fn a_second_backup_copies_only_what_is_new() {
    let room = room();
    let server = Server::start(room.path());
    server.submit(1);
    done(&run(room.path(), &["backup", "L", "B"]));
    let first = shared_files(&room.path().join("B"));
    assert!(!first.is_empty());
    server.submit(2);
    done(&run(room.path(), &["backup", "L", "B"]));
    let second = shared_files(&room.path().join("B"));
    assert!(first.iter().all(|file| second.contains(file)), "{first:?} {second:?}");
    assert!(second.len() > first.len());
    // At rest, and with only the newest kept.
    server.stop();
    let output = run(room.path(), &["backup", "L", "B", "--keep", "1"]);
    assert!(said(&output).contains("backup 3 ") && said(&output).contains("at rest"), "{}", said(&output));
    let output = run(room.path(), &["restore", "B", "R", "--backup-number", "2"]);
    assert!(said(&output).contains("holds no backup of number 2"), "{}", said(&output));
    done(&run(room.path(), &["restore", "B", "R"]));
    assert!(!room.path().join("R/ledger.key").exists(), "the key is copied only if asked for");
    done(&run(room.path(), &["backup", "L", "B", "--with-key"]));
    assert_eq!(fs::metadata(room.path().join("B/ledger.key")).unwrap().permissions().mode() & 0o777, 0o600);
    done(&run(room.path(), &["restore", "B", "R2"]));
    let key = |folder: &str| fs::read(room.path().join(folder).join("ledger.key")).unwrap();
    assert_eq!(key("R2"), key("L"));
}

/// Kills a command as soon as something is true, or lets it end. Says whether it was killed.
fn killed_once(room: &Path, arguments: &[&str], is_time: impl Fn() -> bool) -> bool {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(room).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if is_time() {
            child.kill().unwrap();
            return !child.wait().unwrap().success();
        }
        thread::yield_now();
    }
    false
}

#[test]
fn a_backup_that_is_killed_harms_neither_the_ledger_nor_the_backups_before_it() {
    let room = room();
    let server = Server::start(room.path());
    let path = |name: &str| room.path().join(name);
    let receipts = under_load(&server, |receipts| {
        let first = after(receipts, 30);
        done(&run(room.path(), &["backup", "L", "B"]));
        let moments: [&dyn Fn() -> bool; 3] = [
            &|| entries_of(&path("L/snapshots")) > 0,
            &|| path("L/snapshots").read_dir().is_ok_and(|mut s| s.any(|s| s.unwrap().path().join("tip").exists())),
            &|| entries_of(&path("B/generations/private")) > 1,
        ];
        for moment in moments {
            after(receipts, 10);
            killed_once(room.path(), &["backup", "L", "B"], moment);
        }
        first
    });
    while entries_of(&path("L/snapshots")) > 0 {
        thread::yield_now();
    }
    done(&run(room.path(), &["restore", "B", "R1", "--backup-number", "1"]));
    holds(&path("R1"), &receipts);
    done(&run(room.path(), &["backup", "L", "B"]));
    done(&run(room.path(), &["restore", "B", "R2"]));
    let (ledger, restored) = (inspect(&path("L"), Memory::default()), inspect(&path("R2"), Memory::default()));
    assert_eq!(ledger.unwrap().reader.head(), restored.unwrap().reader.head());
}

#[test]
fn what_a_killed_server_left_of_a_snapshot_is_removed_at_the_next_start() {
    let room = room();
    fs::create_dir_all(room.path().join("L/snapshots/7/db")).unwrap();
    fs::write(room.path().join("L/control.sock"), "left by a server that was killed").unwrap();
    let server = Server::start(room.path());
    assert_eq!(entries_of(&room.path().join("L/snapshots")), 0);
    done(&run(room.path(), &["backup", "L", "B"]));
    server.stop();
    assert!(!room.path().join("L/control.sock").exists());
}

#[test]
fn a_restore_that_is_killed_leaves_no_ledger_and_can_be_repeated() {
    let room = room();
    let server = Server::start(room.path());
    let receipts: Vec<_> = (1..20).map(|n| server.submit(n)).collect();
    done(&run(room.path(), &["backup", "L", "B"]));
    let arguments = ["restore", "B", "R", "--key", "L/ledger.key"];
    let moments: [&dyn Fn() -> bool; 3] =
        [&|| room.path().join("R.restoring").exists(), &|| room.path().join("R.restoring/tip").exists(), &|| {
            room.path().join("R.restoring/ledger.key").exists()
        }];
    for moment in moments {
        let _ = fs::remove_dir_all(room.path().join("R.restoring"));
        if killed_once(room.path(), &arguments, moment) {
            assert!(!room.path().join("R").exists());
        } else {
            fs::remove_dir_all(room.path().join("R")).unwrap();
        }
    }
    done(&run(room.path(), &arguments));
    holds(&room.path().join("R"), &receipts);
    assert!(!room.path().join("R.restoring").exists());
}

#[test]
fn a_backup_whose_bytes_have_changed_is_not_restored() {
    let room = room();
    let server = Server::start(room.path());
    for n in 1..50 {
        server.submit(n);
    }
    done(&run(room.path(), &["backup", "L", "B"]));
    let files = shared_files(&room.path().join("B"));
    for (file, ..) in files {
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        fs::write(&file, &flipped).unwrap();
        let output = run(room.path(), &["restore", "B", "R"]);
        assert_eq!(output.status.code(), Some(2), "{}: {}", file.display(), said(&output));
        assert!(said(&output).contains("the backup in B cannot be read"), "{}", said(&output));
        assert!(!room.path().join("R").exists());
        fs::write(&file, &whole).unwrap();
    }
    done(&run(room.path(), &["restore", "B", "R"]));
}

#[test]
fn a_ledger_that_was_rolled_back_is_not_backed_up_over_what_it_was() {
    let room = room();
    let copied = Command::new("cp").args(["-r", "L", "early"]).current_dir(room.path()).status().unwrap();
    assert!(copied.success());
    let server = Server::start(room.path());
    server.submit(1);
    done(&run(room.path(), &["backup", "L", "B"]));
    server.stop();
    let output = run(room.path(), &["backup", "early", "B"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("the last backup is a checkpoint of 2 entries, but the store has only 1"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("hint: this ledger lacks or contradicts"), "{}", said(&output));
    done(&run(room.path(), &["init", "M", "--origin", "ledger.example/other"]));
    let output = run(room.path(), &["backup", "M", "B"]);
    assert!(said(&output).contains("not a checkpoint of this ledger"), "{}", said(&output));
}
