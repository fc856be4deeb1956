//! A disk that forgets: what was written and not synced may be lost, whole or in part, and any operation may fail.
//!
//! It lives in memory, as a file system whose every byte has two states: written, and on the disk. A sync of a file makes its
//! bytes last; names last once their folder is synced. Nothing else does. After a power cut each operation fails, and
//! [`Disk::survivors`] are what the next start finds. The way to it through the kernel is `fuse`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use super::Random;

/// What the disk writes at once: more may be torn apart, this never is.
const SECTOR: usize = 512;

pub(crate) const EIO: i32 = 5;
pub(crate) const ENOENT: i32 = 2;
pub(crate) const ENOSPC: i32 = 28;

/// What becomes, in a power cut, of what was written and not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It is gone.
    All,
    /// The first writes of each file have come through, the last of them in part.
    Torn,
    /// Any of the sectors have come through, in no order.
    Scattered,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Read,
    Write,
    Sync,
}

/// What goes wrong, and when.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The nth act on files of this name fails, once or from then on.
    Fails { act: Act, of: &'static str, nth: u64, errno: i32, for_good: bool },
    /// The power goes at the nth write or sync.
    PowerCut { nth: u64 },
    /// The nth read of files of this name gives one wrong bit.
    Flips { of: &'static str, nth: u64, bit: u64 },
}

#[derive(Clone)]
enum Change {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    fn apply(&self, data: &mut Vec<u8>) {
        match self {
            Self::Length(length) => data.resize(*length, 0),
            Self::Bytes(at, bytes) => {
                data.resize(data.len().max(at + bytes.len()), 0);
                data[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    /// The parts of it that a disk writes at once.
    fn sectors(&self) -> Vec<Self> {
        let Self::Bytes(at, bytes) = self else { return vec![self.clone()] };
        let (mut parts, mut from) = (Vec::new(), 0);
        while from < bytes.len() {
            let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
            parts.push(Self::Bytes(at + from, bytes[from..to].to_vec()));
            from = to;
        }
        parts
    }
}

#[derive(Clone, Default)]
struct File {
    written: Vec<u8>,
    lasting: Vec<u8>,
    /// What was done since the last sync.
    pending: Vec<Change>,
}

impl File {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.written);
        self.pending.push(change);
    }

    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.lasting);
        }
    }

    /// What a power cut leaves of it.
    fn surviving(&self, loss: Loss, random: &mut Random) -> Vec<u8> {
        let mut data = self.lasting.clone();
        let sectors: Vec<Change> = self.pending.iter().flat_map(Change::sectors).collect();
        let through = random.below(sectors.len() as u64 + 1);
        for (number, sector) in (0..).zip(&sectors) {
            let comes_through = match loss {
                Loss::All => false,
                Loss::Torn => number < through,
                Loss::Scattered => random.below(2) == 0,
            };
            if comes_through {
                sector.apply(&mut data);
            }
        }
        data
    }
}

/// Paths, relative to the root, to the numbers of files; folders have a number too.
type Names = BTreeMap<String, u64>;

/// The disk, and what is to go wrong with it.
pub(crate) struct Disk {
    names: Names,
    /// How the names stood at each change since their folder was synced; the first is what lasts.
    names_before: Vec<Names>,
    files: HashMap<u64, File>,
    next: u64,
    faults: Vec<Fault>,
    done: HashMap<(&'static str, u8), u64>,
    changes: u64,
    is_dead: bool,
    /// How often something has gone wrong.
    pub(crate) met: u64,
}

pub(crate) const ROOT: u64 = 1;

impl Disk {
    /// A disk with the files of a folder, all synced.
    pub(crate) fn with(folder: &Path) -> Self {
        let mut disk = Self {
            names: Names::new(),
            names_before: Vec::new(),
            files: HashMap::new(),
            next: ROOT + 1,
            faults: Vec::new(),
            done: HashMap::new(),
            changes: 0,
            is_dead: false,
            met: 0,
        };
        disk.load(folder, "");
        disk
    }

    fn load(&mut self, folder: &Path, prefix: &str) {
        for item in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", item.file_name().to_str().unwrap());
            let number = self.number();
            self.names.insert(name.clone(), number);
            if item.file_type().unwrap().is_dir() {
                self.load(&item.path(), &format!("{name}/"));
            } else {
                let data = fs::read(item.path()).unwrap();
                self.files.insert(number, File { written: data.clone(), lasting: data, pending: Vec::new() });
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// From now on this goes wrong.
    pub(crate) fn fail(&mut self, fault: Fault) {
        self.done.clear();
        self.changes = 0;
        self.faults = vec![fault];
    }

    /// The power goes.
    pub(crate) fn cut(&mut self) {
        self.is_dead = true;
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Writes what a power cut at this moment would leave into a folder.
    pub(crate) fn survivors(&self, loss: Loss, random: &mut Random, folder: &Path) {
        let all = [&self.names];
        let choice: Vec<&Names> = self.names_before.iter().chain(all).collect();
        let names = if loss == Loss::All { choice[0] } else { *random.pick(&choice) };
        for (name, number) in names {
            match self.files.get(number) {
                Some(file) => fs::write(folder.join(name), file.surviving(loss, random)).unwrap(),
                None => fs::create_dir_all(folder.join(name)).unwrap(),
            }
        }
    }

    /// The path of a number that has a name.
    fn path(&self, number: u64) -> Option<&str> {
        if number == ROOT {
            return Some("");
        }
        self.names.iter().find(|(_, of)| **of == number).map(|(name, _)| name.as_str())
    }

    fn child(&self, folder: u64, name: &str) -> Result<String, i32> {
        match self.path(folder).ok_or(ENOENT)? {
            "" => Ok(name.to_owned()),
            path => Ok(format!("{path}/{name}")),
        }
    }

    /// Whether an act goes wrong, and how: an error, or a bit that flips.
    fn meet(&mut self, act: Act, number: u64) -> Result<Option<u64>, i32> {
        if self.is_dead {
            return Err(EIO);
        }
        let path = self.path(number).unwrap_or_default().to_owned();
        self.changes += u64::from(act != Act::Read);
        for fault in self.faults.clone() {
            let mut count = |of: &'static str| {
                let done = self.done.entry((of, act as u8)).or_default();
                *done += 1;
                *done
            };
            match fault {
                Fault::PowerCut { nth } if self.changes >= nth => {
                    self.is_dead = true;
                    self.met += 1;
                    return Err(EIO);
                }
                Fault::Fails { act: wanted, of, nth, errno, for_good } if wanted == act && path.contains(of) => {
                    let now = count(of);
                    if now == nth || for_good && now > nth {
                        self.met += 1;
                        return Err(errno);
                    }
                }
                Fault::Flips { of, nth, bit } if act == Act::Read && path.contains(of) && count(of) == nth => {
                    self.met += 1;
                    return Ok(Some(bit));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    pub(crate) fn read(&mut self, number: u64, at: usize, length: usize) -> Result<Vec<u8>, i32> {
        let flip = self.meet(Act::Read, number)?;
        let data = &self.files.get(&number).ok_or(ENOENT)?.written;
        let mut bytes = data.get(at.min(data.len())..data.len().min(at + length)).unwrap_or_default().to_vec();
        if let (Some(bit), false) = (flip, bytes.is_empty()) {
            let bit = usize::try_from(bit).unwrap() % (8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        Ok(bytes)
    }

    pub(crate) fn write(&mut self, number: u64, at: usize, bytes: &[u8]) -> Result<(), i32> {
        self.meet(Act::Write, number)?;
        self.files.get_mut(&number).ok_or(ENOENT)?.change(Change::Bytes(at, bytes.to_vec()));
        Ok(())
    }

    pub(crate) fn truncate(&mut self, number: u64, length: usize) -> Result<(), i32> {
        self.meet(Act::Write, number)?;
        self.files.get_mut(&number).ok_or(ENOENT)?.change(Change::Length(length));
        Ok(())
    }

    /// A sync that fails has lost what it was to write: the kernel forgets it, and the next sync says that all is well.
    pub(crate) fn sync(&mut self, number: u64) -> Result<(), i32> {
        let met = self.meet(Act::Sync, number);
        let file = self.files.get_mut(&number).ok_or(ENOENT)?;
        match met {
            Ok(_) => file.sync(),
            Err(errno) => {
                if !self.is_dead {
                    file.pending.clear();
                }
                return Err(errno);
            }
        }
        Ok(())
    }

    /// The names of a folder last from now on; here, of all folders.
    pub(crate) fn sync_names(&mut self, number: u64) -> Result<(), i32> {
        self.meet(Act::Sync, number)?;
        self.names_before.clear();
        Ok(())
    }

    fn rename_all(&mut self, change: impl FnOnce(&mut Names)) -> Result<(), i32> {
        if self.is_dead {
            return Err(EIO);
        }
        self.names_before.push(self.names.clone());
        change(&mut self.names);
        Ok(())
    }

    pub(crate) fn find(&self, folder: u64, name: &str) -> Result<u64, i32> {
        if self.is_dead {
            return Err(EIO);
        }
        self.names.get(&self.child(folder, name)?).copied().ok_or(ENOENT)
    }

    pub(crate) fn create(&mut self, folder: u64, name: &str, is_folder: bool) -> Result<u64, i32> {
        let (path, number) = (self.child(folder, name)?, self.number());
        self.rename_all(|names| {
            names.insert(path, number);
        })?;
        if !is_folder {
            self.files.insert(number, File::default());
        }
        Ok(number)
    }

    pub(crate) fn remove(&mut self, folder: u64, name: &str) -> Result<(), i32> {
        let path = self.child(folder, name)?;
        self.rename_all(|names| {
            names.remove(&path);
        })
    }

    pub(crate) fn rename(&mut self, folder: u64, name: &str, to: u64, new: &str) -> Result<(), i32> {
        let (path, new, number) = (self.child(folder, name)?, self.child(to, new)?, self.find(folder, name)?);
        self.rename_all(|names| {
            names.remove(&path);
            names.insert(new, number);
        })
    }

    /// The bytes of a file; none for a folder.
    pub(crate) fn length(&self, number: u64) -> Result<Option<usize>, i32> {
        if self.is_dead {
            return Err(EIO);
        }
        let is_folder = number == ROOT || self.path(number).is_some();
        match self.files.get(&number) {
            Some(file) => Ok(Some(file.written.len())),
            None if is_folder => Ok(None),
            None => Err(ENOENT),
        }
    }

    /// What a folder holds: names and numbers.
    pub(crate) fn list(&self, folder: u64) -> Result<Vec<(String, u64)>, i32> {
        let path = self.path(folder).ok_or(ENOENT)?;
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = self.names.iter().filter_map(|(name, number)| Some((name.strip_prefix(&prefix)?, *number)));
        Ok(inside.filter(|(name, _)| !name.contains('/')).map(|(name, number)| (name.to_owned(), number)).collect())
    }
}

#[test]
fn only_what_is_synced_lasts() {
    let room = tempfile::tempdir().unwrap();
    let (before, after) = (room.path().join("before"), room.path().join("after"));
    fs::create_dir_all(&before).unwrap();
    fs::create_dir_all(&after).unwrap();
    fs::write(before.join("old"), b"old").unwrap();
    let mut disk = Disk::with(&before);
    let mut random = Random::new(1);
    let new = disk.create(ROOT, "new", false).unwrap();
    disk.write(new, 0, b"synced").unwrap();
    disk.sync(new).unwrap();
    disk.write(new, 6, b" and not").unwrap();
    disk.survivors(Loss::All, &mut random, &after);
    assert!(!after.join("new").exists(), "its name was not synced");
    disk.sync_names(ROOT).unwrap();
    disk.survivors(Loss::All, &mut random, &after);
    assert_eq!(fs::read(after.join("new")).unwrap(), b"synced");
    assert_eq!(disk.read(new, 0, 100).unwrap(), b"synced and not");
    disk.fail(Fault::Fails { act: Act::Sync, of: "new", nth: 1, errno: EIO, for_good: false });
    assert_eq!(disk.sync(new), Err(EIO));
    disk.sync(new).unwrap();
    disk.survivors(Loss::All, &mut random, &after);
    assert_eq!(fs::read(after.join("new")).unwrap(), b"synced", "the second sync promises what it does not keep");
    disk.fail(Fault::PowerCut { nth: 1 });
    assert_eq!(disk.write(new, 0, b"x"), Err(EIO));
    assert!(disk.is_dead() && disk.find(ROOT, "old") == Err(EIO));
}
