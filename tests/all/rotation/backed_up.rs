//! A ledger that has changed its key, backed up and restored: every key that is due is there, of each generation.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::signers;
use crate::backup::{Server, room};
use crate::follow::{notarium, text};

fn done(room: &Path, line: &str) {
    let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let paths = |argument: &String| match argument.as_str() {
        "L" | "B" | "C" | "R" => text(&room.join(argument)).to_owned(),
        _ => argument.clone(),
    };
    let arguments: Vec<String> = arguments.iter().map(paths).collect();
    let (code, stdout, stderr) = notarium(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(code, 0, "{line}: {stdout}{stderr}");
}

/// The files of a folder that are about keys, with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let all = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let own = all.filter(|file| {
        let name = file.file_name().into_string().unwrap();
        ["ledger.key", "policy", "rotation-"].iter().any(|first| name.starts_with(first))
    });
    let mut own: Vec<_> =
        own.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect();
    own.sort();
    own
}

/// Puts what was restored in the ledger's place, serves it, and gives how many keys sign.
fn serve_restored(room: &Path) -> usize {
    let _ = fs::remove_dir_all(room.join("gone"));
    fs::rename(room.join("L"), room.join("gone")).unwrap();
    fs::rename(room.join("R"), room.join("L")).unwrap();
    let server = Server::start(room);
    let receipt = server.submit(7);
    server.stop();
    signers(receipt.checkpoint()).len()
}

#[test]
fn each_generation_comes_back_with_the_keys_that_sign_it() {
    let room = room();
    let (room, path) = (room.path(), |name: &str| room.path().join(name));
    let first = files(&path("L"));
    done(room, "backup L B --with-key");
    done(room, "key rotate L --overlap 1d");
    let rotated = files(&path("L"));
    assert_eq!(rotated.len(), 5, "two keys, two policies, a receipt");
    done(room, "backup L B --with-key");
    assert_eq!(files(&path("B")), rotated);
    for (name, _) in rotated.iter().filter(|(name, _)| name.starts_with("ledger.key")) {
        let mode = fs::metadata(path("B").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    done(room, "restore B R");
    assert_eq!(files(&path("R")), rotated);
    assert_eq!(serve_restored(room), 2);
    // Of before the rotation: the key that was in force then, and its policy, in their places.
    done(room, "restore B R --backup-number 1");
    let restored = files(&path("R"));
    assert_eq!(restored.iter().filter(|file| first.contains(file)).count(), 2, "ledger.key and policy");
    assert_eq!(serve_restored(room), 1);
}

#[test]
fn without_the_key_only_what_is_public_is_copied() {
    let room = room();
    let (room, path) = (room.path(), |name: &str| room.path().join(name));
    done(room, "key rotate L --overlap 1d");
    done(room, "backup L C");
    let copied: Vec<String> = files(&path("C")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(copied.len(), 3, "{copied:?}");
    assert!(!copied.iter().any(|name| name.contains("key")), "{copied:?}");
    done(room, "restore C R");
    assert!(!path("R/ledger.key").exists());
}
