//! The real server on a disk that fails: what clients are answered, how the process ends, and what the next start finds.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use notarium::keyfile;
use notarium::ledger::Receipt;

use super::disk::{Act, Disk, EIO, ENOSPC, Fault, Loss};
use super::fuse::Mounted;
use super::power::{check, history, left};
use super::{Random, say};
use crate::founded::{founded, statement};
use crate::samples::ledger_key;

/// A server with what it says on the way.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(ledger: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_notarium"));
        command.arg("serve").arg(ledger).args(["--listen", "127.0.0.1:0", "--log", "off", "--least-free-mib", "0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, address }
    }

    /// The status of an answer and its body.
    fn ask(&self, head: &str, body: &[u8]) -> io::Result<(u16, String)> {
        let head =
            format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/octet-stream\r\n");
        let head = format!("{head}content-length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(&self.address)?;
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok((head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned()))
    }

    /// A receipt, or the status and the problem's body.
    fn deposit(&self, number: u64) -> Result<Receipt, (u16, String)> {
        let (status, body) = self.ask("POST /v1/evidence", statement(number).as_bytes()).unwrap();
        if status != 201 {
            return Err((status, body));
        }
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        Ok(Receipt::parse(answer["receipt"].as_str().unwrap().as_bytes()).unwrap())
    }
}

#[test]
fn a_server_whose_log_cannot_be_written_says_so_ends_and_has_lost_nothing() {
    let mut number = 1;
    for (act, nth, errno, for_good) in [
        (Act::Sync, 1, EIO, false),
        (Act::Sync, 7, EIO, true),
        (Act::Write, 1, ENOSPC, true),
        (Act::Write, 9, EIO, false),
    ] {
        let (room, directory) = founded();
        keyfile::write_new(&directory.join("ledger.key"), &ledger_key(), None).unwrap();
        let Some(mounted) = Mounted::new(Disk::with(room.path())) else { return };
        let mut server = Server::start(&mounted.path().join("ledger"));
        let mut history = history();
        let mut deposit = |server: &Server| {
            number += 1;
            server.deposit(number).map(|receipt| history.acknowledge(&receipt))
        };
        for _ in 0..10 {
            deposit(&server).unwrap();
        }
        mounted.disk().fail(Fault::Fails { act, of: ".log", nth, errno, for_good });
        let (status, problem) = loop {
            if let Err(refused) = deposit(&server) {
                break refused;
            }
        };
        assert!(status == 500 && problem.contains("outcome-unknown"), "{act:?} {nth}: {status} {problem}");
        // For five seconds it still answers, admits nothing, and reads; a slow machine may miss them.
        if let Ok((status, why)) = server.ask("GET /readyz", b"") {
            assert!(status == 503 && why.contains("a commit has an unknown outcome"), "{status} {why}");
        }
        if let Ok((status, problem)) = server.ask("POST /v1/evidence", statement(1).as_bytes()) {
            assert!(status == 503 && problem.contains("stopped"), "{status} {problem}");
        }
        if let Ok((status, _)) = server.ask("GET /checkpoint", b"") {
            assert_eq!(status, 200);
        }
        assert_eq!(server.child.wait().unwrap().code(), Some(2));
        // And then the power goes as well.
        mounted.disk().cut();
        let (_left, directory) = left(&mounted, Loss::All, &mut Random::new(nth));
        let answered = history.receipts.len();
        check(&directory, &mut history);
        say(&format!("{act:?} {nth} of the log failed with {errno}: 500, 503, exit code 2; {answered} receipts hold"));
    }
}
