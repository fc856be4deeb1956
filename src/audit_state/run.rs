//! One sorted run of statement ids on disk: written once, searched, and merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{StateError, failed};
use crate::evidence::StatementId;

/// A statement id (32 bytes), then its entry's index (8 bytes, big-endian).
const RECORD: usize = 40;

/// An id, and the entry whose statement has it; in the order of the ids.
pub(super) type IdAt = (StatementId, u64);

/// A run of the ids of the entries `from..to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) path: PathBuf,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) count: u64,
}

impl Run {
    /// A run by its file's name; none when it is not the name of one.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        let mut parts = path.file_name()?.to_str()?.strip_prefix("ids-")?.split('-').map(str::parse);
        let (from, to, count) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        parts.next().is_none().then_some(Self { path: path.to_owned(), from, to, count })
    }

    /// Writes a run of ids that come sorted, through to the disk. The name says how many there are, so a run that was cut
    /// short is known.
    pub(super) fn write(
        folder: &Path,
        (from, to): (u64, u64),
        ids: impl Iterator<Item = Result<IdAt, StateError>>,
    ) -> Result<Self, StateError> {
        let unnamed = folder.join("ids.new");
        let failed = |source| failed(&unnamed, source);
        let mut file = BufWriter::new(File::create(&unnamed).map_err(failed)?);
        let mut count = 0;
        for id in ids {
            let (id, index) = id?;
            file.write_all(id.as_bytes()).and_then(|()| file.write_all(&index.to_be_bytes())).map_err(failed)?;
            count += 1;
        }
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        let path = folder.join(format!("ids-{from}-{to}-{count}"));
        fs::rename(&unnamed, &path).map_err(failed)?;
        Ok(Self { path, from, to, count })
    }

    /// Opens the run, which must have as many ids as its name says.
    pub(super) fn open(&self) -> Result<File, StateError> {
        let file = File::open(&self.path).map_err(|source| failed(&self.path, source))?;
        let length = file.metadata().map_err(|source| failed(&self.path, source))?.len();
        if length == self.count.saturating_mul(RECORD as u64) {
            Ok(file)
        } else {
            Err(StateError::Ids { path: self.path.clone(), reason: "another length than its name says" })
        }
    }

    /// The first entry that has an id, by halving.
    pub(super) fn find(&self, file: &File, id: &StatementId) -> Result<Option<u64>, StateError> {
        let (mut low, mut high) = (0, self.count);
        let mut found = None;
        while low < high {
            let middle = low + (high - low) / 2;
            let mut record = [0; RECORD];
            file.read_exact_at(&mut record, middle * RECORD as u64).map_err(|source| failed(&self.path, source))?;
            let (other, index) = of_record(&record);
            if other < *id {
                low = middle + 1;
            } else {
                high = middle;
                found = (other == *id).then_some(index);
            }
        }
        Ok(found)
    }

    /// All ids, in order.
    pub(super) fn ids(&self) -> Result<impl Iterator<Item = Result<IdAt, StateError>> + use<>, StateError> {
        let mut file = BufReader::with_capacity(1 << 16, self.open()?);
        let (path, count) = (self.path.clone(), self.count);
        let mut last = None;
        Ok((0..count).map(move |_| {
            let mut record = [0; RECORD];
            file.read_exact(&mut record).map_err(|source| failed(&path, source))?;
            let id = of_record(&record);
            if last.replace(id).is_some_and(|last| last > id) {
                return Err(StateError::Ids { path: path.clone(), reason: "not in order" });
            }
            Ok(id)
        }))
    }
}

fn of_record(record: &[u8; RECORD]) -> IdAt {
    let (id, index) = record.split_at(32);
    let (mut id_bytes, mut index_bytes) = ([0; 32], [0; 8]);
    id_bytes.copy_from_slice(id);
    index_bytes.copy_from_slice(index);
    (StatementId::from_bytes(id_bytes), u64::from_be_bytes(index_bytes))
}

/// The ids of several runs, in order.
pub(super) fn merged(runs: &[Run]) -> Result<impl Iterator<Item = Result<IdAt, StateError>> + use<>, StateError> {
    let mut sources = runs.iter().map(Run::ids).collect::<Result<Vec<_>, _>>()?;
    let mut next = BinaryHeap::new();
    for (number, source) in sources.iter_mut().enumerate() {
        if let Some(first) = source.next() {
            next.push(Reverse((first?, number)));
        }
    }
    Ok(std::iter::from_fn(move || {
        let Reverse((id, number)) = next.pop()?;
        match sources[number].next() {
            Some(Ok(following)) => next.push(Reverse((following, number))),
            Some(Err(error)) => return Some(Err(error)),
            None => {}
        }
        Some(Ok(id))
    }))
}
