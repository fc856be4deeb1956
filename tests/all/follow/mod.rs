//! Logs that somebody else keeps: read over HTTP from a server that may lie, mirrored, watched, audited from a state.
//!
//! The server of these tests hands out the files of an export, and does to each answer what the test tells it to.

mod audits;
mod forks;
mod lying;
mod mirrors;
mod monitors;
mod serving;
mod states;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notarium::client::{Address, Client};
use notarium::note::VerifierKey;
use notarium::store::{Memory, inspect};
use notarium::trust::Policy;
use notarium::upkeep::export;
use tempfile::TempDir;

use crate::founded::{Open, found, origin};
use crate::samples::ledger_key;

/// What a server does with a request, in place of answering it with the file.
pub(crate) enum Reply {
    /// These bytes, with status 200.
    Bytes(Vec<u8>),
    /// A status without a body.
    Status(u16),
    /// Another address.
    Redirect(&'static str),
    /// The connection ends after so many bytes of the body.
    Cut(Vec<u8>, usize),
    /// Bytes without end, until nobody takes them.
    Endless,
    /// Half of the body, and then nothing until the client is gone.
    Slow(Vec<u8>),
}

type Tamper = Box<dyn Fn(&str, Vec<u8>) -> Reply + Send>;

/// A server of a log's files.
pub(crate) struct LogServer {
    address: String,
    root: Arc<Mutex<PathBuf>>,
    tamper: Arc<Mutex<Tamper>>,
}

impl LogServer {
    pub(crate) fn new(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let root = Arc::new(Mutex::new(root.to_owned()));
        let tamper: Arc<Mutex<Tamper>> = Arc::new(Mutex::new(Box::new(|_, bytes| Reply::Bytes(bytes))));
        let (files, lies) = (Arc::clone(&root), Arc::clone(&tamper));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away in the middle is what some tests are about.
                let _ = answer(&stream.unwrap(), &files.lock().unwrap(), &lies.lock().unwrap());
            }
        });
        Self { address, root, tamper }
    }

    pub(crate) fn client(&self) -> Client {
        Client::with_pause(self.address().parse::<Address>().unwrap(), |_| {})
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Serves another folder from now on.
    pub(crate) fn serve(&self, root: &Path) {
        root.clone_into(&mut self.root.lock().unwrap());
    }

    /// Does this to every answer from now on.
    pub(crate) fn lie(&self, tamper: impl Fn(&str, Vec<u8>) -> Reply + Send + 'static) {
        *self.tamper.lock().unwrap() = Box::new(tamper);
    }
}

fn answer(stream: &TcpStream, root: &Path, tamper: &Tamper) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or_else(|| Err(std::io::ErrorKind::UnexpectedEof.into()))?;
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let reply = match std::fs::read(root.join(&path[1..])) {
        Ok(bytes) => tamper(&path, bytes),
        Err(_) => Reply::Status(404),
    };
    let mut stream = stream;
    let mut head = |status: u16, more: &str| write!(stream, "HTTP/1.1 {status} x\r\nconnection: close\r\n{more}\r\n");
    match reply {
        Reply::Bytes(bytes) => {
            head(200, &format!("content-length: {}\r\n", bytes.len()))?;
            (&mut &*stream).write_all(&bytes)
        }
        Reply::Status(status) => head(status, "content-length: 0\r\n"),
        Reply::Redirect(to) => head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")),
        Reply::Cut(bytes, at) => {
            head(200, &format!("content-length: {}\r\n", bytes.len()))?;
            (&mut &*stream).write_all(&bytes[..at])
        }
        Reply::Slow(bytes) => {
            head(200, &format!("content-length: {}\r\n", bytes.len()))?;
            (&mut &*stream).write_all(&bytes[..bytes.len() / 2])?;
            // Ends when the client closes; what it says until then is nothing.
            lines.next();
            Ok(())
        }
        Reply::Endless => {
            head(200, "")?;
            loop {
                (&mut &*stream).write_all(&[b'x'; 4096])?;
            }
        }
    }
}

/// A ledger of a test, its exports, and a server of the newest of them.
pub(crate) struct Kept {
    room: TempDir,
    pub(crate) ledger: PathBuf,
    exports: std::cell::Cell<u32>,
}

impl Kept {
    /// A ledger of `size` entries.
    pub(crate) fn new(size: u64) -> Self {
        let room = tempfile::tempdir().unwrap();
        let ledger = room.path().join("ledger");
        found(&ledger);
        let kept = Self { room, ledger, exports: std::cell::Cell::new(0) };
        kept.grow(size - 1);
        kept
    }

    pub(crate) fn grow(&self, count: u64) {
        if count > 0 {
            Open::new(&self.ledger).grow(count);
        }
    }

    /// A path in the test's room.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// An export of the ledger as it is now.
    pub(crate) fn export(&self) -> PathBuf {
        self.exports.set(self.exports.get() + 1);
        let out = self.path(&format!("export-{}", self.exports.get()));
        let inspection = inspect(&self.ledger, Memory::default()).unwrap();
        export(&inspection.reader, &inspection.tip.unwrap(), &policy(), &out, |_| {}).unwrap();
        out
    }
}

pub(crate) fn ledger_vkey() -> VerifierKey {
    VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public())
}

pub(crate) fn policy() -> Policy {
    Policy::for_log(&ledger_vkey(), None).unwrap()
}

/// The program with arguments: exit code, stdout and stderr.
pub(crate) fn notarium(args: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_notarium")).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
