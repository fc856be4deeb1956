//! Mirrors: they catch up, survive being cut off anywhere, and are the log that they mirror.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use notarium::audit::Place;
use notarium::audit_state::StateError;
use notarium::client::{Client, ClientError};
use notarium::follow::{CaughtUp, LogFolder, Mirror, MirrorError, Source, SourceError, Unread};
use notarium::merkle::{BundleId, TileId};

use super::{Kept, LogServer, Reply, notarium, policy, text};

/// A folder that can be read so many times, and then no more.
struct Failing {
    folder: LogFolder,
    left: AtomicU64,
}

impl Failing {
    fn spend(&self) -> Result<(), SourceError> {
        let spent = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let gone = |_| SourceError::File { path: "gone".into(), source: std::io::ErrorKind::ConnectionReset.into() };
        spent.map(drop).map_err(gone)
    }
}

impl Source for Failing {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.spend()?;
        self.folder.checkpoint()
    }

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread> {
        self.spend().map_err(Unread::NoAnswer)?;
        self.folder.tile(id)
    }

    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread> {
        self.spend().map_err(Unread::NoAnswer)?;
        self.folder.bundle(id)
    }

    fn see(&self, place: &Place) -> Option<String> {
        self.folder.see(place)
    }
}

/// Every file of the log that both have is the same, and the mirror lacks none of the export's.
fn same_log(mirror: &Path, export: &Path) {
    let mut open = vec![export.join("tile")];
    let mut compared = 0;
    while let Some(folder) = open.pop() {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let mirrored = mirror.join(path.strip_prefix(export).unwrap());
            assert_eq!(fs::read(&mirrored).unwrap(), fs::read(&path).unwrap(), "{}", path.display());
            compared += 1;
        }
    }
    assert!(compared >= 2);
    assert_eq!(fs::read(mirror.join("checkpoint")).unwrap(), fs::read(export.join("checkpoint")).unwrap());
}

#[test]
fn a_mirror_is_the_log_at_every_size() {
    let kept = Kept::new(1);
    let folder = kept.path("mirror");
    let server = LogServer::new(&kept.export());
    for more in [0, 1, 253, 1, 1, 1, 254, 1, 300] {
        kept.grow(more);
        let export = kept.export();
        server.serve(&export);
        let mut mirror = reopened(&folder);
        let caught_up = mirror.catch_up(&server.client(), Some(&policy()), &|_| {}).unwrap();
        assert!(matches!(caught_up, CaughtUp::Grown(..)), "{caught_up:?}");
        same_log(&folder, &export);
    }
    assert_eq!(notarium(&["audit", text(&folder)]).0, 0);
}

/// Opens a mirror that was let go. A child of another test may hold the lock from its fork to its exec.
fn reopened(folder: &Path) -> Mirror {
    loop {
        match Mirror::open(folder, 2) {
            Err(MirrorError::State(StateError::Locked { .. })) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

#[test]
fn a_mirror_that_was_cut_off_anywhere_goes_on() {
    let kept = Kept::new(300);
    let first = kept.export();
    kept.grow(700);
    let second = kept.export();
    for reads in 0..12 {
        let folder = kept.path(&format!("mirror-{reads}"));
        let mut mirror = Mirror::open(&folder, 2).unwrap();
        let small = LogFolder::new(&first);
        assert!(matches!(mirror.catch_up(&small, None, &|_| {}).unwrap(), CaughtUp::Grown(..)));
        let source = Failing { folder: LogFolder::new(&second), left: AtomicU64::new(reads) };
        let cut = mirror.catch_up(&source, None, &|_| {});
        if let Err(MirrorError::Source(_)) = cut {
            assert_eq!(fs::read(folder.join("checkpoint")).unwrap(), fs::read(first.join("checkpoint")).unwrap());
        } else {
            assert!(reads >= 4, "{reads} reads are too few for all bundles: {cut:?}");
        }
        // In the same process, where ids were taken in, and in a new one.
        source.left.store(u64::MAX, Ordering::Relaxed);
        if reads % 2 == 0 {
            drop(mirror);
            mirror = reopened(&folder);
        }
        let caught_up = mirror.catch_up(&source, None, &|_| {}).unwrap();
        assert!(matches!(caught_up, CaughtUp::Grown(..)), "{caught_up:?}");
        same_log(&folder, &second);
    }
}

#[test]
fn a_mirror_killed_before_its_checkpoint_shows_it_at_the_next_start() {
    let kept = Kept::new(300);
    let export = kept.export();
    let folder = kept.path("mirror");
    Mirror::open(&folder, 1).unwrap().catch_up(&LogFolder::new(&export), None, &|_| {}).unwrap();
    fs::write(folder.join("checkpoint"), "an older one").unwrap();
    drop(reopened(&folder));
    assert_eq!(fs::read(folder.join("checkpoint")).unwrap(), fs::read(export.join("checkpoint")).unwrap());
}

#[test]
fn an_export_makes_the_ledger_again() {
    let kept = Kept::new(600);
    let export = kept.export();
    let key = kept.path("ledger.key");
    notarium::keyfile::write_new(&key, &crate::samples::ledger_key(), None).unwrap();
    let again = kept.path("again");
    let (code, _, stderr) = notarium(&["import", text(&export), text(&again), "--key", text(&key)]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(fs::read(again.join("tip")).unwrap(), fs::read(kept.ledger.join("tip")).unwrap());
    let (code, stdout, _) = notarium(&["audit", text(&again), "--policy", text(&export.join("policy"))]);
    assert_eq!(code, 0, "{stdout}");
    let (code, _, stderr) = notarium(&["import", text(&export), text(&again), "--key", text(&key)]);
    assert!(code == 2 && stderr.contains("is there already"), "{stderr}");
}

#[test]
fn nothing_is_made_of_an_export_that_does_not_hold() {
    let kept = Kept::new(600);
    let export = kept.export();
    let (key, again) = (kept.path("ledger.key"), kept.path("again"));
    notarium::keyfile::write_new(&key, &crate::samples::ledger_key(), None).unwrap();
    let bundle = export.join("tile/entries/001");
    let mut bytes = fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let (code, _, stderr) = notarium(&["import", text(&export), text(&again), "--key", text(&key)]);
    assert!(code == 2 && stderr.contains("error: ") && !again.exists(), "{stderr}");
    let other = kept.path("other.key");
    notarium::keyfile::write_new(&other, &crate::samples::submitter_key(), None).unwrap();
    let (code, _, stderr) = notarium(&["import", text(&export), text(&again), "--key", text(&other)]);
    assert!(code == 2 && stderr.contains("is not the key"), "{stderr}");
}

#[test]
fn a_mirror_that_is_killed_over_and_over_ends_as_the_log() {
    let kept = Kept::new(300);
    let first = kept.export();
    kept.grow(1_700);
    let second = kept.export();
    let folder = kept.path("mirror");
    let server = LogServer::new(&first);
    assert_eq!(notarium(&["mirror", server.address(), text(&folder)]).0, 0);
    server.serve(&second);
    for answers in 0..8 {
        // The server says when so many answers went out, and holds the next one until the client is gone.
        let (told, heard) = std::sync::mpsc::channel();
        let left = AtomicU64::new(answers);
        server.lie(move |_, bytes| {
            if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
                let _ = told.send(());
                return Reply::Status(503);
            }
            Reply::Bytes(bytes)
        });
        let program = env!("CARGO_BIN_EXE_notarium");
        let mut child = std::process::Command::new(program)
            .args(["mirror", server.address(), text(&folder)])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        heard.recv().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(fs::read(folder.join("checkpoint")).unwrap(), fs::read(first.join("checkpoint")).unwrap());
    }
    server.lie(|_, bytes| Reply::Bytes(bytes));
    let (code, _, stderr) = notarium(&["mirror", server.address(), text(&folder)]);
    assert_eq!(code, 0, "{stderr}");
    same_log(&folder, &second);
    assert_eq!(notarium(&["audit", text(&folder)]).0, 0);
}

#[test]
fn a_full_disk_half_way_leaves_what_was_verified() {
    let kept = Kept::new(300);
    let first = kept.export();
    let (folder, state) = (kept.path("mirror"), kept.path("state"));
    assert_eq!(notarium(&["mirror", text(&first), text(&folder)]).0, 0);
    assert_eq!(notarium(&["audit", text(&first), "--state", text(&state)]).0, 0);
    kept.grow(700);
    let second = kept.export();
    // No file may grow beyond 8 KiB: a bundle is longer, and so are the ids of an audit.
    let limited = |args: &[&str]| {
        let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
        let output = std::process::Command::new("bash")
            .args([&["-c", script, env!("CARGO_BIN_EXE_notarium")], args].concat())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for args in [
        ["mirror", text(&second), text(&folder)].as_slice(),
        ["audit", text(&second), "--state", text(&state)].as_slice(),
    ] {
        let (code, stderr) = limited(args);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("File too large") && stderr.contains("error: cannot"), "{stderr}");
    }
    assert_eq!(fs::read(folder.join("checkpoint")).unwrap(), fs::read(first.join("checkpoint")).unwrap());
    assert_eq!(notarium(&["mirror", text(&second), text(&folder)]).0, 0);
    same_log(&folder, &second);
    let (code, stdout, _) = notarium(&["audit", text(&second), "--state", text(&state)]);
    assert!(code == 0 && stdout.contains("700 replayed, from 300 on"), "{stdout}");
}

#[test]
fn a_slow_log_is_given_up_and_nothing_is_damaged() {
    let kept = Kept::new(300);
    let first = kept.export();
    let server = LogServer::new(&first);
    let folder = kept.path("mirror");
    let mut mirror = Mirror::open(&folder, 2).unwrap();
    assert!(matches!(mirror.catch_up(&server.client(), None, &|_| {}).unwrap(), CaughtUp::Grown(..)));
    kept.grow(300);
    let second = kept.export();
    server.serve(&second);
    server.lie(|path, bytes| if path.contains("entries/002") { Reply::Slow(bytes) } else { Reply::Bytes(bytes) });
    let impatient = Client::with_time_limit(server.address().parse().unwrap(), Duration::from_millis(300));
    let given_up = mirror.catch_up(&impatient, None, &|_| {});
    let is_late = |error: &ClientError| matches!(error, ClientError::TimedOut { .. });
    assert!(
        matches!(&given_up, Err(MirrorError::Source(SourceError::Client(error))) if is_late(error)),
        "{given_up:?}"
    );
    assert_eq!(fs::read(folder.join("checkpoint")).unwrap(), fs::read(first.join("checkpoint")).unwrap());
    server.lie(|_, bytes| Reply::Bytes(bytes));
    assert!(matches!(mirror.catch_up(&server.client(), None, &|_| {}).unwrap(), CaughtUp::Grown(..)));
    same_log(&folder, &second);
}
