//! Watching a log: each new entry once, only what is waited for, and an alarm when it does not hold.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use notarium::follow::{Monitor, Seen};
use serde_json::Value;

use super::{Kept, LogServer, Reply, notarium};
use crate::founded::evidence;

/// What one look hands over.
fn look(monitor: &mut Monitor<notarium::client::Client>) -> Vec<u64> {
    let mut told = Vec::new();
    let seen = monitor.look(|index, _| {
        told.push(index);
        Ok::<_, ()>(())
    });
    assert!(matches!(seen, Ok(Ok(Seen::Holds(_)))), "{seen:?}");
    told
}

#[test]
fn each_new_entry_is_told_once() {
    let kept = Kept::new(300);
    let server = LogServer::new(&kept.export());
    let mut monitor = Monitor::begin(server.client(), None, 2).unwrap();
    assert_eq!(look(&mut monitor), Vec::<u64>::new());
    kept.grow(10);
    server.serve(&kept.export());
    assert_eq!(look(&mut monitor), (300..310).collect::<Vec<_>>());
    assert_eq!(look(&mut monitor), Vec::<u64>::new());
    let mut all = Monitor::begin(server.client(), Some(0), 2).unwrap();
    assert_eq!(look(&mut all), (0..310).collect::<Vec<_>>());
}

#[test]
fn nothing_is_told_of_a_tree_that_does_not_hold() {
    let kept = Kept::new(300);
    let server = LogServer::new(&kept.export());
    let mut monitor = Monitor::begin(server.client(), None, 2).unwrap();
    kept.grow(300);
    server.serve(&kept.export());
    server.lie(|path, mut bytes| {
        if path.starts_with("/tile/entries/002") {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        Reply::Bytes(bytes)
    });
    let mut told = 0;
    let seen = monitor.look(|_, _| {
        told += 1;
        Ok::<_, ()>(())
    });
    assert!(matches!(seen, Ok(Ok(Seen::Broken(_)))), "{seen:?}");
    assert_eq!(told, 0);
    assert_eq!(notarium(&["monitor", server.address(), "--once", "--from", "300"]).0, 1);
}

#[test]
fn only_what_is_waited_for_is_printed_and_posted() {
    let kept = Kept::new(40);
    let server = LogServer::new(&kept.export());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let webhook = format!("http://{}/told?by=notarium", listener.local_addr().unwrap());
    let posted = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(&stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head += &line;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        (&stream).write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n").unwrap();
        (head, body)
    });
    let digest = evidence("evidence 7", 7).fingerprint.sha256().to_string();
    let (code, stdout, stderr) =
        notarium(&["monitor", server.address(), "--once", "--from", "0", "--sha256", &digest, "--webhook", &webhook]);
    assert_eq!(code, 0, "{stderr}");
    let line: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&line["entry"]["index"], &line["matches"][0]), (&7.into(), &"sha256".into()));
    let (head, body) = posted.join().unwrap();
    assert!(head.starts_with("POST /told?by=notarium ") && head.to_lowercase().contains("application/json"), "{head}");
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), line);
    let (_, stdout, _) = notarium(&["monitor", server.address(), "--once", "--from", "0", "--sm3", &"00".repeat(32)]);
    assert_eq!(stdout, "");
}
