//! Servers that answer wrongly: nothing hangs, nothing passes, nothing that was verified is damaged.

use super::{Kept, LogServer, Reply, notarium, text};
use crate::founded::origin;

/// Every command that reads a log, with the exit code that it must end with.
fn all_refuse(server: &LogServer, kept: &Kept, name: &str, code: i32) {
    let (state, mirror) = (kept.path("state"), kept.path("mirror"));
    let before = std::fs::read(mirror.join("checkpoint")).unwrap();
    let commands: [&[&str]; 3] = [
        &["audit", server.address()],
        &["audit", server.address(), "--state", text(&state)],
        &["mirror", server.address(), text(&mirror)],
    ];
    for command in commands {
        let (found, stdout, stderr) = notarium(command);
        assert_eq!(found, code, "{name}: {command:?}: {stdout}{stderr}");
        assert!(code == 1 || stderr.contains("error: "), "{name}: {stderr}");
    }
    assert_eq!(std::fs::read(mirror.join("checkpoint")).unwrap(), before, "{name}: the mirror shows what it did");
}

/// A log of 600 entries that was audited and mirrored at 300.
fn watched() -> (Kept, LogServer) {
    let kept = Kept::new(300);
    let server = LogServer::new(&kept.export());
    assert_eq!(notarium(&["audit", server.address(), "--state", text(&kept.path("state"))]).0, 0);
    assert_eq!(notarium(&["mirror", server.address(), text(&kept.path("mirror"))]).0, 0);
    kept.grow(300);
    server.serve(&kept.export());
    (kept, server)
}

/// Does something to the answers under a path.
fn at(path: &'static str, reply: impl Fn(Vec<u8>) -> Reply + Send + 'static) -> impl Fn(&str, Vec<u8>) -> Reply + Send {
    move |asked, bytes| if asked.starts_with(path) { reply(bytes) } else { Reply::Bytes(bytes) }
}

#[test]
fn wrong_answers_are_found() {
    let (kept, server) = watched();
    let flipped = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        Reply::Bytes(bytes)
    };
    let entries = "/tile/entries/002";
    server.lie(at(entries, flipped));
    all_refuse(&server, &kept, "a changed bundle", 1);
    server.lie(at(entries, |bytes| Reply::Bytes(bytes[..bytes.len() / 2].to_vec())));
    all_refuse(&server, &kept, "a short bundle", 1);
    server.lie(at(entries, |bytes| Reply::Bytes([bytes.clone(), bytes].concat())));
    all_refuse(&server, &kept, "a bundle with twice its entries", 1);
    server.lie(at(entries, |_| Reply::Bytes(b"<html>welcome</html>".to_vec())));
    all_refuse(&server, &kept, "a page", 1);
    server.lie(at(entries, |_| Reply::Bytes(Vec::new())));
    all_refuse(&server, &kept, "nothing", 1);
    server.lie(at(entries, |_| Reply::Status(404)));
    all_refuse(&server, &kept, "not found", 1);
    server.lie(at(entries, |_| Reply::Endless));
    all_refuse(&server, &kept, "endless", 1);
    server.lie(|_, bytes| Reply::Bytes(bytes));
    assert_eq!(notarium(&["audit", server.address(), "--state", text(&kept.path("state"))]).0, 0);
    assert_eq!(notarium(&["mirror", server.address(), text(&kept.path("mirror"))]).0, 0);
    assert_eq!(notarium(&["audit", text(&kept.path("mirror"))]).0, 0);
}

#[test]
fn no_answer_says_nothing_against_the_ledger() {
    let (kept, server) = watched();
    let entries = "/tile/entries/002";
    server.lie(at(entries, |bytes| {
        let half = bytes.len() / 2;
        Reply::Cut(bytes, half)
    }));
    all_refuse(&server, &kept, "cut in the middle", 2);
    server.lie(at(entries, |_| Reply::Status(500)));
    all_refuse(&server, &kept, "the server failed", 2);
    server.lie(at(entries, |_| Reply::Redirect("http://127.0.0.1:9/elsewhere")));
    all_refuse(&server, &kept, "redirected", 2);
    server.lie(at("/checkpoint", |_| Reply::Status(404)));
    all_refuse(&server, &kept, "no checkpoint", 2);
    server.lie(|_, bytes| Reply::Bytes(bytes));
    assert_eq!(notarium(&["mirror", server.address(), text(&kept.path("mirror"))]).0, 0);
}

#[test]
fn checkpoints_of_others_are_refused() {
    let (kept, server) = watched();
    let renamed = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        Reply::Bytes(text.replace(origin().as_str(), "ledger.example/other").into_bytes())
    };
    server.lie(at("/checkpoint", renamed));
    let (code, _, stderr) = notarium(&["mirror", server.address(), text(&kept.path("mirror"))]);
    assert!(code == 2 && stderr.contains("ledger.example/other"), "{stderr}");
    let (code, _, stderr) = notarium(&["audit", server.address(), "--state", text(&kept.path("state"))]);
    assert!(code == 2 && stderr.contains("the state is of ledger.example/test"), "{stderr}");
    // Without anything to compare with, genesis says which ledger it is.
    let (code, stdout, _) = notarium(&["audit", server.address()]);
    assert!(code == 1 && stdout.contains("origin"), "{stdout}");
    // The ledger's name under a key that is not its own.
    let unsigned = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        let (body, _) = text.split_once("\n\n").unwrap();
        let line = "\u{2014} ledger.example/test AAAAAAAA\n";
        Reply::Bytes(format!("{body}\n\n{line}").into_bytes())
    };
    server.lie(at("/checkpoint", unsigned));
    all_refuse(&server, &kept, "an unknown key", 1);
    let larger = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        Reply::Bytes(text.replacen("\n600\n", "\n601\n", 1).into_bytes())
    };
    server.lie(at("/checkpoint", larger));
    all_refuse(&server, &kept, "a larger size than its tree's", 1);
}
