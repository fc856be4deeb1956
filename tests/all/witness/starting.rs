//! What a witness does not start with: no key, another key, no memory, a folder that it may not write. Nothing changes then.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use super::Log;
use super::process::{PROGRAM, Running, done};

const ORIGIN: &str = "log.example/one";
/// A user that owns nothing.
const NOBODY: u32 = 65_534;

/// A witness that has cosigned three entries, stopped by a kill.
fn cosigned(directory: &Path) -> Log {
    let log = Log::new(ORIGIN, &|index| index, 9);
    done(directory, &["keygen", "W", "--name", "w.example/1"]);
    done(directory, &["add-log", "W", &log.vkey().to_string()]);
    let witness = Running::start(directory);
    assert!(witness.post(&log.body(0, 3)).starts_with("HTTP/1.1 200"));
    log
}

fn serve(command: &mut Command, directory: &Path) -> Output {
    command.args(["witness", "serve", "W", "--listen", "127.0.0.1:0", "--log", "off"]).current_dir(directory);
    command.output().unwrap()
}

/// It does not listen, says why, and ends with 2.
fn refused(output: &Output, why: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty() && said.contains(why) && said.contains("hint: "), "{why}: {said}");
}

/// It goes on where it was, with the history that it has cosigned and no other.
fn goes_on(directory: &Path, log: &Log) {
    let witness = Running::start(directory);
    assert!(witness.post(&log.body(0, 3)).starts_with("HTTP/1.1 409"));
    assert!(witness.post(&Log::new(ORIGIN, &|index| index + 7, 9).body(3, 5)).starts_with("HTTP/1.1 422"));
    assert!(witness.post(&log.body(3, 5)).starts_with("HTTP/1.1 200"));
}

#[test]
fn it_starts_with_its_own_key_and_memory_or_not_at_all() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let log = cosigned(directory);
    let [key, memory, aside] = ["W/witness.key", "W/db", "aside"].map(|name| directory.join(name));
    fs::rename(&key, &aside).unwrap();
    refused(&serve(&mut Command::new(PROGRAM), directory), "witness.key");
    done(directory, &["keygen", "V", "--name", "w.example/1"]);
    fs::copy(directory.join("V/witness.key"), &key).unwrap();
    refused(&serve(&mut Command::new(PROGRAM), directory), "is not that of w.example/1");
    fs::rename(&aside, &key).unwrap();
    fs::rename(&memory, &aside).unwrap();
    refused(&serve(&mut Command::new(PROGRAM), directory), "holds no witness's memory");
    fs::write(&memory, "a file in its place").unwrap();
    refused(&serve(&mut Command::new(PROGRAM), directory), "holds no witness's memory");
    fs::remove_file(&memory).unwrap();
    fs::rename(&aside, &memory).unwrap();
    goes_on(directory, &log);
}

/// Takes from everyone the right to write, or gives it back to the owner; reading is everyone's.
fn set_writable(path: &Path, writable: bool) {
    let is_folder = path.is_dir();
    let mode = (if is_folder { 0o555 } else { 0o444 }) | if writable { 0o200 } else { 0 };
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if is_folder {
        for file in fs::read_dir(path).unwrap() {
            set_writable(&file.unwrap().path(), writable);
        }
    }
}

#[test]
fn it_does_not_start_in_a_folder_that_it_may_not_write() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let log = cosigned(directory);
    // Root may write everywhere, so root's test lets somebody else run it, from where anyone can.
    let program = directory.join("notarium");
    fs::copy(PROGRAM, &program).unwrap();
    fs::set_permissions(directory, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    set_writable(&directory.join("W"), false);
    let mut command = Command::new(&program);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    refused(&serve(&mut command, directory), "memory cannot be read or written");
    set_writable(&directory.join("W"), true);
    fs::set_permissions(directory.join("W/witness.key"), Permissions::from_mode(0o600)).unwrap();
    goes_on(directory, &log);
}
