//! All statement ids that audits have seen, in sorted runs: whether one comes twice, in memory that does not grow.
//!
//! New ids are sorted a million at a time and written. At the end of an audit they are looked up in what is older when they
//! are few, and merged with it when they are many; so an audit of a few new entries costs little, and one of all entries
//! reads each id a fixed number of times.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::run::{IdAt, Run, merged};
use super::{StateError, failed};
use crate::evidence::StatementId;

/// Ids that are sorted in memory: 40 MB.
const IN_MEMORY: usize = 1_000_000;
/// Older ids for each new one from which on new ones are looked up rather than merged.
const LOOKED_UP: u64 = 32;
/// Runs that may stand beside one another; more are merged.
const MOST_RUNS: usize = 12;

/// The ids of a state.
#[derive(Debug)]
pub(super) struct Runs {
    folder: PathBuf,
    /// Of the entries that earlier audits have seen, without gaps.
    old: Vec<Run>,
    new: Vec<Run>,
    /// Not written yet.
    unsorted: Vec<IdAt>,
    /// The size that the old runs reach to.
    size: u64,
}

impl Runs {
    /// Takes up the runs of the entries below `size`, and removes all others.
    pub(super) fn open(folder: &Path, size: u64) -> Result<Self, StateError> {
        let mut by_start: BTreeMap<u64, Vec<Run>> = BTreeMap::new();
        let listed = fs::read_dir(folder).map_err(|source| failed(folder, source))?;
        for file in listed {
            let path = file.map_err(|source| failed(folder, source))?.path();
            if let Some(run) = Run::of_path(&path) {
                by_start.entry(run.from).or_default().push(run);
            }
        }
        let mut old = Vec::new();
        let mut at = 0;
        while at < size {
            // Of runs that begin here the longest: the others were merged into it.
            let longest = by_start.get_mut(&at).and_then(|runs| {
                let best = (0..runs.len()).filter(|n| runs[*n].to <= size).max_by_key(|n| runs[*n].to)?;
                Some(runs.swap_remove(best))
            });
            let gap = || StateError::Ids { path: folder.to_owned(), reason: "some are missing" };
            let run = longest.filter(|run| run.to > at).ok_or_else(gap)?;
            run.open()?;
            at = run.to;
            old.push(run);
        }
        for run in by_start.into_values().flatten() {
            fs::remove_file(&run.path).map_err(|source| failed(&run.path, source))?;
        }
        Ok(Self { folder: folder.to_owned(), old, new: Vec::new(), unsorted: Vec::new(), size })
    }

    pub(super) fn take(&mut self, ids: Vec<(StatementId, u64)>) -> Result<(), StateError> {
        self.unsorted.extend(ids);
        if self.unsorted.len() >= IN_MEMORY { self.spill() } else { Ok(()) }
    }

    /// Lets go of ids that were taken and not settled.
    pub(super) fn forget_unsettled(&mut self) {
        self.unsorted.clear();
        self.new.clear();
    }

    fn spill(&mut self) -> Result<(), StateError> {
        let mut ids = std::mem::take(&mut self.unsorted);
        ids.sort_unstable();
        let from = self.new.last().map_or(self.size, |run| run.to);
        // Ids come in the order of their entries, so this run ends where the next begins.
        let to = ids.iter().map(|(_, index)| index + 1).max().unwrap_or(from);
        self.new.push(Run::write(&self.folder, (from, to), ids.into_iter().map(Ok))?);
        Ok(())
    }

    /// Finds what came again, and leaves runs that cover all entries below `size`.
    pub(super) fn settle(&mut self, size: u64, mut repeat: impl FnMut(u64, u64)) -> Result<(), StateError> {
        if size == self.size {
            return Ok(());
        }
        self.spill()?;
        let count = |runs: &[Run]| runs.iter().map(|run| run.count).sum::<u64>();
        let few = count(&self.new).saturating_mul(LOOKED_UP) < count(&self.old);
        if few && self.old.len() < MOST_RUNS {
            // Repeats among the new ids are told with those of older ones.
            let run = self.merge(&self.new, (self.size, size), &mut |_, _| {})?;
            self.look_up(&run, &mut repeat)?;
            self.old.push(run);
        } else {
            let all: Vec<Run> = self.old.iter().chain(&self.new).cloned().collect();
            self.old = vec![self.merge(&all, (0, size), &mut repeat)?];
        }
        self.new.clear();
        self.size = size;
        Ok(())
    }

    /// One run of several; what is in them twice is told, unless both are older than this audit.
    fn merge(&self, runs: &[Run], range: (u64, u64), repeat: &mut impl FnMut(u64, u64)) -> Result<Run, StateError> {
        let mut first: Option<IdAt> = None;
        let ids = merged(runs)?.map(|id| {
            let (id, index) = id?;
            match first {
                Some((same, first)) if same == id => {
                    if index >= self.size {
                        repeat(index, first);
                    }
                }
                _ => first = Some((id, index)),
            }
            Ok((id, index))
        });
        Run::write(&self.folder, range, ids)
    }

    fn look_up(&self, new: &Run, repeat: &mut impl FnMut(u64, u64)) -> Result<(), StateError> {
        let old = self.old.iter().map(|run| Ok((run, run.open()?))).collect::<Result<Vec<_>, StateError>>()?;
        let mut first: Option<IdAt> = None;
        for id in new.ids()? {
            let (id, index) = id?;
            if let Some((_, first)) = first.filter(|(same, _)| *same == id) {
                repeat(index, first);
                continue;
            }
            let before = old.iter().map(|(run, file)| run.find(file, &id)).find_map(Result::transpose).transpose()?;
            if let Some(before) = before {
                repeat(index, before);
            }
            first = Some((id, before.unwrap_or(index)));
        }
        Ok(())
    }

    /// Removes runs that were merged into others. What can't be removed is removed at the next start.
    pub(super) fn forget_superseded(&self) {
        let Ok(listed) = fs::read_dir(&self.folder) else { return };
        for path in listed.filter_map(Result::ok).map(|file| file.path()) {
            if Run::of_path(&path).is_some_and(|run| !self.old.contains(&run)) {
                let _ = fs::remove_file(path);
            }
        }
    }
}
