//! One session at the command line: a temporary folder, what was typed in it, and what the program answered.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use notarium::client::Client;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::keyfile;
use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV, data::DataFormat};
use tempfile::TempDir;

use super::GOLDEN;
use super::redaction::Redaction;
use crate::samples::submitter_key;

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");

/// A folder of its own, and the words so far.
pub(super) struct Session {
    room: TempDir,
    redaction: Redaction,
    words: String,
    address: String,
}

impl Session {
    pub(super) fn new() -> Self {
        let mut redaction = Redaction::default();
        redaction.know(&submitter_key().public().to_string());
        Self { room: tempfile::tempdir().unwrap(), redaction, words: String::new(), address: String::new() }
    }

    /// With a ledger `L` that is being served at `$URL`, and a key `me.key` that is known beforehand.
    pub(super) fn with_ledger() -> (Self, Served) {
        let mut session = Self::new();
        session.prepare("init L --origin ledger.example/one");
        session.put_key("me.key", &submitter_key());
        let served = session.serve("L");
        (session, served)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// Writes a file; its digests are known from here on.
    pub(super) fn put(&mut self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes.as_ref()).unwrap();
        let mut hasher = DualHasher::new();
        hasher.update(bytes.as_ref());
        let digests = hasher.finish();
        self.know(&format!("{} {}", digests.sha256, digests.sm3));
        path
    }

    pub(super) fn put_key(&mut self, name: &str, key: &SigningKey) {
        keyfile::write_new(&self.path(name), key, None).unwrap();
    }

    /// Leaves the values in `text` as they are.
    pub(super) fn know(&mut self, text: &str) {
        self.redaction.know(text);
    }

    /// Says in the golden file what a test does between two commands.
    pub(super) fn note(&mut self, words: &str) {
        writeln!(self.words, "# {words}").unwrap();
    }

    /// Runs a command of the program; `$URL` is the ledger's address. Gives its exit code.
    pub(super) fn run(&mut self, line: &str) -> i32 {
        self.run_with(&[], line)
    }

    /// The same, with environment variables.
    pub(super) fn run_with(&mut self, variables: &[(&str, &str)], line: &str) -> i32 {
        let mut command = self.command(line);
        command.envs(variables.iter().copied());
        let set: Vec<_> = variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        self.record(format!("{} notarium {line}", set.join(" ")).trim_start(), command)
    }

    /// The same, but of a report only what stands above the evidence.
    pub(super) fn run_brief(&mut self, line: &str) -> i32 {
        self.run_without(&["Evidence", "证据"], &[], line)
    }

    /// The same, without the lines from one that begins with one of `from` up to one that begins with one of `to`.
    pub(super) fn run_without(&mut self, from: &[&str], to: &[&str], line: &str) -> i32 {
        let command = self.command(line);
        let before = self.words.len();
        let code = self.record(&format!("notarium {line}"), command);
        let said = self.words.split_off(before);
        let begins = |line: &str, with: &[&str]| with.iter().any(|word| line.starts_with(word));
        let mut skips = false;
        for line in said.lines() {
            skips = (skips || begins(line, from)) && !begins(line, to) && !begins(line, &["[stderr]", "[exit"]);
            if !skips {
                writeln!(self.words, "{line}").unwrap();
            }
        }
        code
    }

    /// The same by way of a shell, in which `$0` is the program.
    pub(super) fn run_in_shell(&mut self, script: &str) -> i32 {
        let mut command = self.bare("sh");
        command.args(["-c", &script.replace("$URL", &self.address), PROGRAM]);
        self.record(&script.replace("\"$0\"", "notarium"), command)
    }

    /// Forgets what was said so far.
    pub(super) fn silent(mut self) -> Self {
        self.words.clear();
        self
    }

    /// Runs a command without a word about it, and gives its exit code and what it said to stdout.
    pub(super) fn answer(&self, line: &str) -> (i32, String) {
        let output = self.command(line).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// Runs a command that must succeed, without a word about it.
    pub(super) fn prepare(&self, line: &str) {
        let output = self.command(line).output().unwrap();
        assert!(output.status.success(), "notarium {line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Has a statement of our own making admitted.
    pub(super) fn submit(&self, statement: &[u8]) {
        Client::new(self.address.parse().unwrap()).submit(statement).unwrap();
    }

    /// Serves a ledger; `$URL` is its address from here on.
    pub(super) fn serve(&mut self, directory: &str) -> Served {
        self.serve_with(directory, "")
    }

    /// The same with further options.
    pub(super) fn serve_with(&mut self, directory: &str, options: &str) -> Served {
        let memory = "--log off --least-free-mib 0 --block-cache-mib 8 --write-buffers-mib 8";
        let served = Served::start(self.command(&format!("serve {directory} --listen 127.0.0.1:0 {memory} {options}")));
        served.address.clone_into(&mut self.address);
        served
    }

    /// Stops the server; at `$URL` nobody listens from here on, which at its own port another test's server might.
    pub(super) fn stop(&mut self, served: Served) {
        drop(served);
        self.set_address("http://127.0.0.1:1");
    }

    pub(super) fn set_address(&mut self, address: &str) {
        address.clone_into(&mut self.address);
    }

    /// Compares the words of this session with a golden file.
    pub(super) fn is(self, golden: &str) {
        let expected = Data::read_from(&Path::new(GOLDEN).join(golden), Some(DataFormat::Text)).raw();
        Assert::new().action_env(DEFAULT_ACTION_ENV).eq(self.words, expected);
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.bare(PROGRAM);
        command.args(words(line).iter().map(|word| word.replace("$URL", &self.address)));
        command
    }

    /// A program in this room, with an environment that is the same everywhere.
    fn bare(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs([("COLUMNS", "100"), ("LC_ALL", "C"), ("TZ", "CST-8"), ("PATH", "/usr/bin:/bin")]);
        command.current_dir(self.room.path()).stdin(Stdio::null());
        command
    }

    fn record(&mut self, typed: &str, mut command: Command) -> i32 {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let code = status.code().unwrap();
        writeln!(self.words, "$ {}", typed.replace('\u{202e}', "\\u{202e}")).unwrap();
        for (name, bytes) in [("stdout", stdout), ("stderr", stderr)] {
            let text = String::from_utf8(bytes).unwrap().replace(self.room.path().to_str().unwrap(), "[room]");
            if !text.is_empty() {
                let end = if text.ends_with('\n') { "" } else { "[no line end]\n" };
                write!(self.words, "[{name}]\n{}{end}", self.redaction.apply(&text)).unwrap();
            }
        }
        writeln!(self.words, "[exit {code}]\n").unwrap();
        code
    }
}

/// The words of a line, as a shell splits it: at spaces, but not between single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut is_open) = (vec![], false);
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            match words.last_mut() {
                Some(word) if is_open => *word += part,
                _ => words.push(part.to_owned()),
            }
            is_open = true;
            continue;
        }
        for (at, piece) in part.split(' ').enumerate() {
            is_open &= at == 0;
            match words.last_mut() {
                Some(word) if is_open => *word += piece,
                _ if piece.is_empty() => continue,
                _ => words.push(piece.to_owned()),
            }
            is_open = true;
        }
        is_open &= !part.ends_with(' ');
    }
    words
}

/// A server that runs, killed when it goes out of scope.
pub(super) struct Served {
    child: Child,
    /// Kept, so that the server can write to it.
    _stdout: BufReader<ChildStdout>,
    address: String,
}

impl Served {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, _stdout: stdout, address }
    }
}

impl Served {
    /// With `http://` in front.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn lines_are_split_as_a_shell_splits_them() {
    assert_eq!(words("a  'b c' --d='e f'g h"), ["a", "b c", "--d=e fg", "h"]);
    assert_eq!(words("x '' y "), ["x", "", "y"]);
}
