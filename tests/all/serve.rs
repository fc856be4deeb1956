//! `notarium serve` as a process: starting, refusing to start, stopping, and ending when an outcome is unknown.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use notarium::codec::Time;
use notarium::crypto::DualHasher;
use notarium::evidence::{Body, Evidence, Fingerprint, SignedStatement};
use tempfile::TempDir;

use crate::samples::{bytes16, submitter_key};

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");

/// A new ledger `L` in a temporary folder.
fn ledger() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let made = run(directory.path(), &["init", "L", "--origin", "ledger.example/one"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    directory
}

/// Runs the program to its end.
fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).current_dir(directory).output().unwrap()
}

/// A server that runs. Killed at the end of a test that failed.
struct Running {
    child: Child,
    /// Kept, so that the server can write to it.
    _stdout: BufReader<ChildStdout>,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a server and reads its address.
    fn start(mut command: Command, directory: &Path) -> Self {
        command.current_dir(directory).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.to_owned(), child, _stdout: stdout }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: the exit code and the log.
    fn end(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }

    /// One request on a connection of its own: the status line and all that follows.
    fn ask(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn get(&self, path: &str) -> String {
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
    }

    fn post(&self, path: &str, body: &[u8]) -> String {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/octet-stream\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        self.ask(&[head.as_bytes(), body].concat())
    }
}

fn serve(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "L", "--least-free-mib", "0", "--listen", "127.0.0.1:0"]).args(arguments);
    command
}

/// Starting must fail: exit code 2, and what is said.
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = serve(arguments).current_dir(directory).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn statement(nonce: u16) -> Vec<u8> {
    let mut hasher = DualHasher::new();
    hasher.update(&nonce.to_be_bytes());
    let mut nonces = [0; 16];
    nonces[..2].copy_from_slice(&nonce.to_be_bytes());
    let body = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: nonces,
    };
    SignedStatement::sign(&Body::Evidence(body), &submitter_key()).unwrap().as_bytes().to_vec()
}

#[test]
fn it_serves_stops_at_a_signal_and_goes_on_from_there() {
    let directory = ledger();
    for signal in ["TERM", "INT"] {
        let server = Running::start(serve(&[]), directory.path());
        assert!(server.post("/v1/evidence", &statement(1)).contains("\"index\":1,"));
        assert!(server.get("/readyz").ends_with("\r\n\r\nready\n"));
        server.signal(signal);
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("everything that was accepted is finished"), "{log}");
    }
}

#[test]
fn every_option_is_a_variable_too() {
    let directory = ledger();
    let mut command = Command::new(PROGRAM);
    command.arg("serve").env("NOTARIUM_DIR", "L").env("NOTARIUM_LISTEN", "127.0.0.1:0").env("NOTARIUM_LOG", "off");
    command.env("NOTARIUM_MAX_BATCH_STATEMENTS", "1").env("NOTARIUM_LEAST_FREE_MIB", "0");
    let server = Running::start(command, directory.path());
    let answer = server.post("/v1/evidence/batch", &[bytes16(&statement(1)), bytes16(&statement(2))].concat());
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    server.signal("TERM");
    assert_eq!(server.end(), (Some(0), String::new()));
    let wrong = refused(directory.path(), &["--stop-time", "0"]);
    assert!(wrong.contains("1 to 86400 seconds"), "{wrong}");
}

/// Options with their variable and default, as `--help` has them.
fn options(help: &str) -> Vec<(String, String, String)> {
    let mut options: Vec<(String, String, String)> = Vec::new();
    for line in help.lines() {
        // What is said of an option may have a line that begins with one; it stands further in.
        if let Some(option) = line.strip_prefix("      --") {
            let name = option.split(' ').next().unwrap();
            options.push((format!("`--{name}`"), String::new(), String::new()));
        }
        let line = line.trim();
        let Some(last) = options.last_mut() else { continue };
        if let Some(variable) = line.strip_prefix("[env: ") {
            last.1 = format!("`{}`", variable.split('=').next().unwrap());
        }
        if let Some(default) = line.strip_prefix("[default: ") {
            default.trim_end_matches(']').clone_into(&mut last.2);
        }
    }
    options
}

#[test]
fn the_page_lists_every_option_with_its_variable_and_default() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md")).unwrap();
    let help = String::from_utf8(run(Path::new("."), &["serve", "--help"]).stdout).unwrap();
    let options = options(&help);
    assert!(options.len() > 15, "{help}");
    for (name, variable, default) in options {
        assert!(!variable.is_empty(), "{name} has no variable");
        let row = format!("| {name} | {variable} | {default} | ").replace("|  |", "| |").replace("|  |", "| |");
        assert!(page.contains(&row), "docs/api.md has no row {row}");
    }
}

#[test]
fn it_refuses_what_it_cannot_serve_and_says_why() {
    let directory = ledger();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(PROGRAM);
    let output = command.args(["serve", "L", "--listen", &address]).current_dir(directory.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains(&format!("cannot listen on {address}")) && said.contains("hint: "), "{said}");

    fs::write(directory.path().join("note"), "not a checkpoint").unwrap();
    let said = refused(directory.path(), &["--at-least", "note"]);
    assert!(said.contains("note is not a signed checkpoint") && said.contains("hint: "), "{said}");

    let server = Running::start(serve(&[]), directory.path());
    let said = refused(directory.path(), &[]);
    assert!(said.contains("locked"), "{said}");
    drop(server);
    fs::rename(directory.path().join("L/tip"), directory.path().join("tip")).unwrap();
    let said = refused(directory.path(), &[]);
    assert!(said.contains("tip is missing"), "{said}");
}

#[test]
fn what_is_wrong_with_the_ledger_is_said_before_its_key_is_wanted() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("passphrase"), "correct horse\n").unwrap();
    let locked = ["init", "L", "--origin", "ledger.example/one", "--passphrase-file", "passphrase"];
    assert!(run(directory.path(), &locked).status.success());
    let says = |words: &str, hint: &str| {
        let said = refused(directory.path(), &[]);
        assert!(said.contains(words) && said.contains(hint), "{said}");
    };
    says("is encrypted and no passphrase was given", "hint: set NOTARIUM_PASSPHRASE");
    let mut command = serve(&[]);
    command.env("NOTARIUM_PASSPHRASE_FILE", "passphrase");
    let server = Running::start(command, directory.path());
    says("locked: another process has it open", "hint: ");
    drop(server);
    let path = |name: &str| directory.path().join(name);
    fs::write(path("L/unfinished"), "").unwrap();
    says("whose making was cut short", "hint: remove the folder");
    fs::remove_file(path("L/unfinished")).unwrap();
    fs::remove_file(path("L/ledger.key")).unwrap();
    says("the ledger's key is not there", "hint: put it back");
    fs::remove_dir_all(path("L")).unwrap();
    says("L holds no ledger", "`notarium init DIR --origin NAME`");
}

#[test]
fn it_serves_no_ledger_of_another_name() {
    let directory = ledger();
    let said = refused(directory.path(), &["--origin", "ledger.example/two"]);
    assert!(said.contains("the ledger's origin is ledger.example/one, not ledger.example/two"), "{said}");
    assert!(said.contains("hint: "), "{said}");
    let mut command = serve(&[]);
    command.env("NOTARIUM_ORIGIN", "ledger.example/one");
    drop(Running::start(command, directory.path()));
}

#[test]
fn it_has_files_enough_for_its_connections_or_does_not_start() {
    let directory = ledger();
    let limited = |limit: &str, arguments: &[&str]| {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\""), PROGRAM]);
        command.args(["serve", "L", "--least-free-mib", "0", "--listen", "127.0.0.1:0"]).args(arguments);
        command
    };
    let output = limited("-n 1300", &[]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("this process may have 1300 files open, and needs 5248"), "{said}");
    assert!(said.contains("hint: raise the hard limit") && said.contains("--max-connections 148"), "{said}");
    drop(Running::start(limited("-n 1300", &["--max-connections", "148"]), directory.path()));
    // A low soft limit is raised.
    let server = Running::start(limited("-Sn 300", &["--max-connections", "10"]), directory.path());
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let mut numbers = files.split_whitespace().skip(3);
    assert_eq!(numbers.next(), numbers.next(), "{files}");
}

#[test]
fn the_ledgers_key_may_lie_outside_its_folder() {
    let directory = ledger();
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("credentials")).unwrap();
    fs::rename(path("L/ledger.key"), path("credentials/ledger.key")).unwrap();
    let said = refused(directory.path(), &[]);
    assert!(said.contains("the ledger's key is not there") && said.contains("--ledger-key FILE"), "{said}");
    assert!(run(directory.path(), &["keygen", "--out", "other.key"]).status.success());
    let said = refused(directory.path(), &["--ledger-key", "other.key"]);
    assert!(said.contains("the ledger's public key is"), "{said}");
    // A credential of systemd's: the mode is that of its access list.
    fs::set_permissions(path("credentials/ledger.key"), Permissions::from_mode(0o440)).unwrap();
    let served = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = serve(arguments);
        command.envs(variables.iter().copied());
        let server = Running::start(command, directory.path());
        assert!(server.post("/v1/evidence", &statement(1)).starts_with("HTTP/1.1 20"));
        server.signal("TERM");
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{log}");
        log
    };
    let log = served(&[("CREDENTIALS_DIRECTORY", "credentials")], &["--ledger-key", "credentials/ledger.key"]);
    assert!(!log.contains("read or written by others"), "{log}");
    let log = served(&[("NOTARIUM_LEDGER_KEY", "credentials/ledger.key")], &[]);
    assert!(log.contains("can be read or written by others (mode 440)"), "{log}");
    assert!(!path("L/ledger.key").exists(), "the key was copied into the folder");
}

#[test]
fn a_server_that_holds_a_key_leaves_no_core_dump() {
    let directory = ledger();
    let mut command = Command::new("sh");
    // As much as this machine lets a process dump.
    command.args(["-c", "ulimit -Sc $(ulimit -Hc); exec \"$0\" \"$@\"", PROGRAM]);
    command.args(["serve", "L", "--least-free-mib", "0", "--listen", "127.0.0.1:0"]);
    let server = Running::start(command, directory.path());
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

#[test]
fn it_does_not_start_behind_a_checkpoint_that_was_seen() {
    let directory = ledger();
    let early = directory.path().join("early");
    assert!(Command::new("cp").arg("-r").arg(directory.path().join("L")).arg(&early).status().unwrap().success());
    let server = Running::start(serve(&[]), directory.path());
    assert!(server.post("/v1/evidence", &statement(1)).starts_with("HTTP/1.1 201 "));
    let answer = server.get("/checkpoint");
    fs::write(directory.path().join("seen"), answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    server.signal("TERM");
    assert_eq!(server.end().0, Some(0));
    let server = Running::start(serve(&["--at-least", "seen"]), directory.path());
    drop(server);
    fs::remove_dir_all(directory.path().join("L")).unwrap();
    fs::rename(early, directory.path().join("L")).unwrap();
    let said = refused(directory.path(), &["--at-least", "seen"]);
    assert!(said.contains("the store has only 1"), "{said}");
}

/// The disk refuses to let files grow: what a commit left on it is not known.
#[test]
fn an_unknown_outcome_is_said_and_ends_the_process() {
    let directory = ledger();
    let mut command = Command::new("sh");
    // 256 blocks of 512 or 1024 bytes; a write beyond fails instead of raising the signal.
    command.args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\"", PROGRAM]);
    command.args(["serve", "L", "--least-free-mib", "0", "--listen", "127.0.0.1:0"]);
    let server = Running::start(command, directory.path());
    let mut nonce = 0;
    let answer = loop {
        let answer = server.post("/v1/evidence", &statement(nonce));
        if !answer.starts_with("HTTP/1.1 201 ") {
            break answer;
        }
        nonce += 1;
        assert!(nonce < 5000, "the limit on files was not met");
    };
    assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("outcome-unknown"), "{answer}");
    assert!(server.get("/readyz").ends_with("not ready: a commit has an unknown outcome\n"));
    assert!(server.post("/v1/evidence", &statement(9999)).starts_with("HTTP/1.1 503 "));
    assert!(server.get("/v1/entries/0").starts_with("HTTP/1.1 200 "), "reading goes on to the end");
    let (code, log) = server.end();
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("the outcome is unknown") && log.contains("hint: start again"), "{log}");
    // The next start looks at what is there, and a repeat tells.
    let server = Running::start(serve(&[]), directory.path());
    let again = server.post("/v1/evidence", &statement(nonce));
    assert!(again.starts_with("HTTP/1.1 20"), "{again}");
    assert!(nonce == 0 || server.post("/v1/evidence", &statement(nonce - 1)).starts_with("HTTP/1.1 200 "));
}
