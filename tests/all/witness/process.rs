//! `notarium witness` as a process: made, told of a log, served, killed, and asked what it remembers.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::Log;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");
const ORIGIN: &str = "log.example/one";

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("witness").args(arguments).current_dir(directory).output().unwrap()
}

pub(super) fn done(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) struct Running {
    child: Child,
    pub(super) address: String,
}

impl Drop for Running {
    /// SIGKILL: no chance to put anything in order.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub(super) fn start(directory: &Path) -> Self {
        Self::start_with(directory, &["witness", "serve", "W"])
    }

    pub(super) fn start_with(directory: &Path, arguments: &[&str]) -> Self {
        Self::try_start(directory, arguments, "127.0.0.1:0").unwrap_or_else(|| panic!("{arguments:?} does not start"))
    }

    /// Starts a server at an address; none if it ends without listening.
    pub(super) fn try_start(directory: &Path, arguments: &[&str], address: &str) -> Option<Self> {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).args(["--listen", address, "--log", "off"]).current_dir(directory);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_default().to_owned();
        let running = Self { child, address };
        (!running.address.is_empty()).then_some(running)
    }

    /// Submits a statement, and gives the status.
    pub(super) fn submit(&self, statement: &[u8], query: &str) -> String {
        let head = format!(
            "POST /v1/evidence{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: \
             application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            statement.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(&[head.as_bytes(), statement].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// The body of an answer, if its status is 200.
    pub(super) fn try_get(&self, path: &str) -> Option<String> {
        let answer = self.ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
        let is_there = answer.starts_with("HTTP/1.1 200");
        is_there.then(|| answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    pub(super) fn post(&self, body: &str) -> String {
        let head = "POST /add-checkpoint HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ";
        self.ask(&format!("{head}{}\r\n\r\n{body}", body.len()))
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn what_it_has_cosigned_is_remembered_when_it_is_killed() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let (log, fork) = (Log::new(ORIGIN, &|index| index, 40), Log::new(ORIGIN, &|index| index + 7, 40));
    let vkey = done(directory, &["keygen", "W", "--name", "w.example/1"]);
    assert!(!run(directory, &["keygen", "W", "--name", "w.example/1"]).status.success());
    done(directory, &["add-log", "W", &log.vkey().to_string()]);
    assert!(!run(directory, &["add-log", "W", &log.vkey().to_string()]).status.success());
    assert!(!run(directory, &["add-log", "W", vkey.trim_end()]).status.success());
    let mut old = 0;
    for size in [2, 3, 9, 17, 31] {
        let witness = Running::start(directory);
        let answer = witness.post(&log.body(old, size));
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\u{2014} w.example/1 "), "{answer}");
        drop(witness);
        let witness = Running::start(directory);
        assert!(witness.post(&log.body(old, size)).starts_with("HTTP/1.1 409"));
        assert!(witness.post(&fork.body(size, size + 1)).starts_with("HTTP/1.1 422"));
        assert!(witness.post(&fork.body(size, size)).starts_with("HTTP/1.1 422"));
        old = size;
    }
    let listed = run(directory, &["list", "W"]);
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(text.contains(&format!("log {ORIGIN}: cosigned 31 entries")), "{text}");
    assert_eq!(text.matches("FORK").count(), 5, "{text}");
    assert_eq!(listed.status.code(), Some(1), "a fork is no good news");
}

/// Runs any command, which must end well: what it says to stdout and stderr.
pub(super) fn well(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).current_dir(directory).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

#[test]
fn a_receipt_grows_better_from_the_command_line() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let _witnesses = ledger_with_witnesses(directory, &["W1", "W2"], "group both all W1 W2\nquorum both\n");
    well(directory, &["keygen", "--out", "me.key"]);
    fs::write(directory.join("a.txt"), "a").unwrap();
    fs::write(directory.join("b.txt"), "b").unwrap();
    let arguments = ["serve", "L", "--least-free-mib", "0", "--witness-policy", "policy", "--witness-wait", "60"];
    let ledger = Running::start_with(directory, &arguments);
    let url = format!("http://{}", ledger.address);
    let submit = |more: &[&str]| {
        let common = ["submit", "--ledger", &url, "--key", "me.key", "--policy", "policy"];
        well(directory, &[&common[..], more].concat())
    };
    // With its own signature only the receipt can't be told to be good; the witnessed one is at once.
    submit(&["a.txt", "--title", "A"]);
    fs::write(directory.join("before"), ledger.try_get("/checkpoint").unwrap()).unwrap();
    assert!(!submit(&["b.txt", "--witnessed"]).contains("no cosignature yet"));
    let b = well(directory, &["verify", "b.txt", "--policy", "policy", "--not-before", "before"]);
    assert!(b.contains("W1") && b.contains("W2"), "{b}");
    assert!(b.contains("no later than 2") && b.contains("not before 2"), "{b}");
    let arguments =
        ["certificate", "b.txt.receipt", "--evidence", "b.txt", "--policy", "policy", "--not-before", "b.txt.receipt"];
    let certificate = well(directory, &arguments);
    assert!(certificate.contains("first cosigned") && certificate.contains("has this entry already"), "{certificate}");
    let before = fs::read_to_string(directory.join("a.txt.receipt")).unwrap();
    let verify = |code| {
        let output =
            Command::new(PROGRAM).args(["verify", "a.txt", "--policy", "policy"]).current_dir(directory).output();
        assert_eq!(output.unwrap().status.code(), Some(code));
    };
    verify(2);
    let refresh = || well(directory, &["refresh", "a.txt.receipt", "--ledger", &url, "--policy", "policy"]);
    let said = refresh();
    assert!(said.contains("replaced, the older one is a.txt.receipt.1") && said.contains("no later than"), "{said}");
    assert_eq!(fs::read_to_string(directory.join("a.txt.receipt.1")).unwrap(), before);
    verify(0);
    assert!(refresh().contains("is the ledger's best already"));
    assert!(!directory.join("a.txt.receipt.2").exists());
    // What is private stays in the receipt, and the file its owner's.
    let shown = well(directory, &["show", "a.txt.receipt"]);
    assert!(shown.contains("title: \"A\""), "{shown}");
    assert_eq!(shown.matches("by that witness's clock").count(), 2, "{shown}");
}

/// A ledger, its policy with these witnesses, and the witnesses' folders.
pub(super) fn ledger_with_witnesses(directory: &Path, names: &[&str], quorum: &str) -> Vec<Running> {
    let vkey = well(directory, &["init", "L", "--origin", "ledger.example/one"]);
    let vkey = vkey.lines().next().unwrap().to_owned();
    let (mut policy, mut running) = (format!("log {vkey}\n"), Vec::new());
    for name in names {
        let key = done(directory, &["keygen", name, "--name", &format!("w.example/{name}")]);
        done(directory, &["add-log", name, &vkey]);
        running.push(Running::start_with(directory, &["witness", "serve", name]));
        let address = &running.last().unwrap().address;
        policy.extend(["witness ", name, " ", key.trim_end(), " http://", address, "\n"]);
    }
    policy.push_str(quorum);
    fs::write(directory.join("policy"), policy).unwrap();
    running
}

/// A ledger's server that waits for its witnesses as long as it takes.
pub(super) fn serve(folder: &str) -> [&str; 8] {
    ["serve", folder, "--least-free-mib", "0", "--witness-policy", "policy", "--witness-wait", "60"]
}

#[test]
fn a_ledger_from_an_old_backup_does_not_start() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let mut witnesses = ledger_with_witnesses(directory, &["W1", "W2", "W3"], "group g 2 W1 W2 W3\nquorum g\n");
    let copy = |from: &str, to: &str| {
        assert!(Command::new("cp").args(["-r", from, to]).current_dir(directory).status().unwrap().success());
    };
    copy("L", "backup");
    well(directory, &["keygen", "--out", "me.key"]);
    let ledger = Running::start_with(directory, &serve("L"));
    let url = format!("http://{}", ledger.address);
    for name in ["a.txt", "b.txt"] {
        fs::write(directory.join(name), name).unwrap();
        let arguments = ["submit", name, "--ledger", &url, "--key", "me.key", "--policy", "policy", "--witnessed"];
        well(directory, &arguments);
    }
    drop(ledger);
    // One that is dead neither stops nor saves anything: of three, two know.
    drop(witnesses.remove(0));
    let arguments = [&serve("backup")[..], &["--listen", "127.0.0.1:0", "--log", "off"]].concat();
    let refused = Command::new(PROGRAM).args(arguments).current_dir(directory).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(refused.stdout.is_empty(), "it never listened");
    assert!(
        said.contains("has cosigned 3 entries of this ledger") && said.contains("here are only 1: 2 entries"),
        "{said}"
    );
    assert!(said.contains("hint: restore a newer backup"), "{said}");
    // What was not lost goes on, with the two that are left.
    let again = Running::start_with(directory, &serve("L"));
    let url = format!("http://{}", again.address);
    fs::write(directory.join("c.txt"), "c").unwrap();
    let arguments = ["submit", "c.txt", "--ledger", &url, "--key", "me.key", "--policy", "policy", "--witnessed"];
    well(directory, &arguments);
}
