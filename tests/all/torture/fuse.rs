//! The way to a [`Disk`] through the kernel: the FUSE protocol, as far as a database asks for it (Linux, fuse.h, version 7.31).
//!
//! One thread answers one request after the other. It reads past the kernel's cache (`FOPEN_DIRECT_IO`), so that what is
//! written and synced comes here as the program does it. The crate for this asks for a feature of another crate that would
//! build RocksDB a second time; what is needed of the protocol is little.
#![expect(clippy::host_endian_bytes, reason = "the kernel speaks in the machine's own order")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::disk::{Disk, ROOT};
use super::say;

const ENOTTY: i32 = 25;
const ENOSYS: i32 = 38;
const EOPNOTSUPP: i32 = 95;

const HEADER: usize = 40;
const MAX_WRITE: u32 = 128 << 10;
const DIRECT_IO: u32 = 1;
const TRUNCATES: u32 = 8;

/// A disk that is mounted. Gone when it is dropped.
pub(crate) struct Mounted {
    disk: Arc<Mutex<Disk>>,
    folder: TempDir,
    server: Option<JoinHandle<()>>,
    /// The process that goes with the power.
    powered: Arc<Mutex<Option<Pid>>>,
}

impl Mounted {
    /// Mounts a disk. None where that can't be done, which is said; with `CI=true` that is a failure.
    pub(crate) fn new(disk: Disk) -> Option<Self> {
        let device = File::options().read(true).write(true).open("/dev/fuse");
        let mounted = device.map_err(|error| format!("/dev/fuse: {error}")).and_then(|device| Self::on(device, disk));
        match mounted {
            Ok(mounted) => Some(mounted),
            Err(why) => {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "no file system of our own: {why}");
                say(&format!("skipped: no file system of our own: {why}"));
                None
            }
        }
    }

    fn on(device: File, disk: Disk) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        // The descriptor that is named in the options is the new process's standard input: the same open file as ours.
        let options = "fd=0,rootmode=40000,user_id=0,group_id=0";
        let mut mount = Command::new("mount");
        mount.args(["-i", "-t", "fuse", "-o", options, "disk"]).arg(folder.path());
        let done = mount.stdin(Stdio::from(device.try_clone().unwrap())).output().map_err(|error| error.to_string())?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).trim().to_owned());
        }
        let disk = Arc::new(Mutex::new(disk));
        let powered = Arc::new(Mutex::new(None));
        let (of_server, process) = (Arc::clone(&disk), Arc::clone(&powered));
        let server = std::thread::spawn(move || serve(device, &of_server, &process));
        Ok(Self { disk, folder, server: Some(server), powered })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// When the power goes, this process is gone: it never sees that an operation fails.
    pub(crate) fn powers(&self, child: &Child) {
        *self.powered.lock().unwrap() = Some(Pid::from_child(child));
        if self.disk().is_dead() {
            kill(&self.powered);
        }
    }

    pub(crate) fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        unmount(self.folder.path());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

fn unmount(folder: &Path) {
    let _ = Command::new("umount").arg("-l").arg(folder).output();
}

fn kill(powered: &Mutex<Option<Pid>>) {
    if let Some(process) = powered.lock().unwrap().take() {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Answers until the disk is unmounted.
fn serve(mut device: File, disk: &Mutex<Disk>, powered: &Mutex<Option<Pid>>) {
    let mut buffer = vec![0; 1 << 20];
    while let Ok(length) = device.read(&mut buffer) {
        let request = Request(&buffer[..length]);
        let Some(answer) = request.answer(disk) else { continue };
        if disk.lock().unwrap().is_dead() {
            kill(powered);
        }
        let (error, body) = match answer {
            Ok(body) => (0, body),
            Err(errno) => (-errno, Vec::new()),
        };
        let mut reply = Reply::default();
        reply.u32(u32::try_from(16 + body.len()).unwrap()).u32(error.cast_unsigned()).u64(request.u64(8));
        reply.0.extend(body);
        // The asker may be gone, having been interrupted.
        let _ = device.write_all(&reply.0);
    }
}

#[derive(Default)]
struct Reply(Vec<u8>);

impl Reply {
    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_ne_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_ne_bytes());
        self
    }

    /// `fuse_attr`.
    fn attributes(&mut self, number: u64, length: Option<usize>) -> &mut Self {
        let size = length.unwrap_or_default() as u64;
        self.u64(number).u64(size).u64(size.div_ceil(512));
        // Three times, in seconds and nanoseconds.
        self.u64(0).u64(0).u64(0).u32(0).u32(0).u32(0);
        self.u32(if length.is_some() { 0o100_644 } else { 0o40_755 });
        // Links, owner, group, device, block size, flags.
        self.u32(1).u32(0).u32(0).u32(0).u32(4096).u32(0)
    }

    /// `fuse_entry_out`, not to be remembered.
    fn entry(&mut self, number: u64, length: Option<usize>) -> &mut Self {
        self.u64(number).u64(0).u64(0).u64(0).u32(0).u32(0).attributes(number, length)
    }

    /// `fuse_open_out`.
    fn opened(&mut self, number: u64) -> &mut Self {
        self.u64(number).u32(DIRECT_IO).u32(0)
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// One request: its header, and what follows.
struct Request<'a>(&'a [u8]);

impl Request<'_> {
    fn u32(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_ne_bytes(self.0[at..at + 8].try_into().unwrap())
    }

    fn offset(&self, at: usize) -> usize {
        usize::try_from(self.u64(at)).unwrap()
    }

    /// The names that follow so many bytes of arguments.
    fn names(&self, after: usize) -> Vec<&str> {
        self.0[HEADER + after..].split(|byte| *byte == 0).map(|name| std::str::from_utf8(name).unwrap()).collect()
    }

    /// None for what is not answered.
    fn answer(&self, disk: &Mutex<Disk>) -> Option<Result<Vec<u8>, i32>> {
        let mut disk = disk.lock().unwrap();
        Some(match self.u32(4) {
            // FORGET, INTERRUPT, BATCH_FORGET
            2 | 36 | 42 => return None,
            // FLUSH, RELEASE, RELEASEDIR, DESTROY
            18 | 25 | 29 | 38 => Ok(Vec::new()),
            26 => Ok(Self::initial()),
            39 => Err(ENOTTY),
            43 => Err(EOPNOTSUPP),
            opcode => {
                self.of_names(opcode, &mut disk).or_else(|| self.of_files(opcode, &mut disk)).unwrap_or(Err(ENOSYS))
            }
        })
    }

    /// `fuse_init_out`.
    fn initial() -> Vec<u8> {
        let mut reply = Reply::default();
        reply.u32(7).u32(31).u32(MAX_WRITE).u32(1 << 5).u32(0).u32(MAX_WRITE).u32(1);
        reply.0.resize(64, 0);
        reply.take()
    }

    fn of_names(&self, opcode: u32, disk: &mut Disk) -> Option<Result<Vec<u8>, i32>> {
        let folder = self.u64(16);
        let mut reply = Reply::default();
        let mut entry = |disk: &Disk, number: u64| Ok(reply.entry(number, disk.length(number)?).take());
        let nothing = |()| Vec::new();
        Some(match opcode {
            // LOOKUP
            1 => disk.find(folder, self.names(0)[0]).and_then(|number| entry(disk, number)),
            // MKDIR
            9 => disk.create(folder, self.names(8)[0], true).and_then(|number| entry(disk, number)),
            // UNLINK, RMDIR
            10 | 11 => disk.remove(folder, self.names(0)[0]).map(nothing),
            // RENAME, RENAME2
            12 | 45 => {
                let names = self.names(if opcode == 12 { 8 } else { 16 });
                disk.rename(folder, names[0], self.u64(HEADER), names[1]).map(nothing)
            }
            // READDIR
            28 => disk.list(folder).map(|names| self.listed(&names, disk)),
            // FSYNCDIR
            30 => disk.sync_names(folder).map(nothing),
            // CREATE
            35 => disk.create(folder, self.names(16)[0], false).and_then(|number| {
                let mut created = entry(disk, number)?;
                created.extend(Reply::default().opened(number).take());
                Ok(created)
            }),
            _ => return None,
        })
    }

    /// `fuse_dirent`s from the offset on.
    fn listed(&self, names: &[(String, u64)], disk: &Disk) -> Vec<u8> {
        let (from, most) = (self.offset(HEADER + 8), self.u32(HEADER + 16) as usize);
        let mut reply = Reply::default();
        for (at, (name, number)) in names.iter().enumerate().skip(from) {
            if reply.0.len() + 24 + name.len() + 8 > most {
                break;
            }
            let kind = if disk.length(*number).is_ok_and(|length| length.is_none()) { 4 } else { 8 };
            reply.u64(*number).u64(at as u64 + 1).u32(u32::try_from(name.len()).unwrap()).u32(kind);
            reply.0.extend(name.as_bytes());
            reply.0.resize(reply.0.len().next_multiple_of(8), 0);
        }
        reply.take()
    }

    fn of_files(&self, opcode: u32, disk: &mut Disk) -> Option<Result<Vec<u8>, i32>> {
        let number = self.u64(16);
        let mut reply = Reply::default();
        let mut attributes =
            |disk: &Disk| Ok(reply.u64(0).u32(0).u32(0).attributes(number, disk.length(number)?).take());
        let (at, size) = (|| self.offset(HEADER + 8), || self.u32(HEADER + 16));
        Some(match opcode {
            // GETATTR
            3 => attributes(disk),
            // SETATTR
            4 => {
                let truncates = self.u32(HEADER) & TRUNCATES != 0;
                let done = if truncates { disk.truncate(number, self.offset(HEADER + 16)) } else { Ok(()) };
                done.and_then(|()| attributes(disk))
            }
            // OPEN, OPENDIR
            14 | 27 => disk.length(number).map(|_| Reply::default().opened(number).take()),
            // READ
            15 => disk.read(number, at(), size() as usize),
            // WRITE
            16 => {
                let written = disk.write(number, at(), &self.0[HEADER + 40..HEADER + 40 + size() as usize]);
                written.map(|()| Reply::default().u32(size()).u32(0).take())
            }
            // STATFS
            17 => Ok(Self::room()),
            // FSYNC
            20 => disk.sync(number).map(|()| Vec::new()),
            _ => return None,
        })
    }

    /// `fuse_statfs_out`: room enough.
    fn room() -> Vec<u8> {
        let mut reply = Reply::default();
        reply.u64(1 << 24).u64(1 << 23).u64(1 << 23).u64(1 << 20).u64(1 << 19).u32(4096).u32(255).u32(4096);
        reply.0.resize(80, 0);
        reply.take()
    }
}

#[test]
fn files_are_written_read_renamed_and_listed_through_the_kernel() {
    let room = tempfile::tempdir().unwrap();
    std::fs::write(room.path().join("found"), b"there before").unwrap();
    let Some(mounted) = Mounted::new(Disk::with(room.path())) else { return };
    let path = mounted.path();
    assert_eq!(std::fs::read(path.join("found")).unwrap(), b"there before");
    std::fs::create_dir(path.join("inside")).unwrap();
    let long: Vec<u8> = (0..300_000_u32).map(|n| n.to_be_bytes()[3]).collect();
    std::fs::write(path.join("inside/new"), &long).unwrap();
    std::fs::rename(path.join("inside/new"), path.join("inside/renamed")).unwrap();
    assert_eq!(std::fs::read(path.join("inside/renamed")).unwrap(), long);
    std::fs::write(path.join("inside/renamed"), b"short").unwrap();
    assert_eq!(std::fs::read(path.join("inside/renamed")).unwrap(), b"short");
    File::open(path.join("inside")).unwrap().sync_all().unwrap();
    std::fs::remove_file(path.join("found")).unwrap();
    let names: Vec<_> = std::fs::read_dir(&path).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert_eq!(names, ["inside"]);
    let disk = mounted.disk();
    let inside = disk.find(ROOT, "inside").unwrap();
    assert_eq!(disk.length(inside), Ok(None));
}
