//! Why a file is not what was deposited: the closest explanation, as a remark and never as a pass.
//!
//! Editors, mail gateways and cloud drives add a line end, a byte order mark, or turn LF into CR LF. The file is read once
//! more, and the digests of what it would be after each such change that its length allows are computed side by side, in
//! constant memory.

use std::path::Path;

use super::hashing::{FileError, Progress, each_chunk, read_whole};
use crate::crypto::{DualHasher, PublicKey};
use crate::evidence::{DigestMode, Fingerprint, Salt};
use crate::report::{Change, Remark};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const CHANGES: [Change; 8] = [
    Change::DropFinalLf,
    Change::DropFinalCrLf,
    Change::AddFinalLf,
    Change::AddFinalCrLf,
    Change::DropByteOrderMark,
    Change::AddByteOrderMark,
    Change::CrLfToLf,
    Change::LfToCrLf,
];

/// The deposited fingerprint, with what is needed to compute one like it.
#[derive(Clone, Copy, Debug)]
pub struct Deposited<'a> {
    /// What the statement says.
    pub fingerprint: &'a Fingerprint,
    /// Its salt, where it is salted and the salt is disclosed.
    pub salt: Option<&'a Salt>,
    /// The submitter's key.
    pub public_key: &'a PublicKey,
}

/// What is known about the difference between a file and what was deposited: the lengths, and a small change after which
/// they would be equal.
///
/// # Errors
/// When the file cannot be read a second time.
pub fn explain(path: &Path, deposited: Deposited<'_>, progress: &dyn Progress) -> Result<Vec<Remark>, FileError> {
    let was = match deposited.fingerprint.mode() {
        DigestMode::Plain => Some(deposited.fingerprint.length()),
        DigestMode::Salted => None,
    };
    let (candidates, length) = read_whole(path, |file, length| {
        let possible = CHANGES.into_iter().filter(|change| was.is_none_or(|was| fits(*change, length, was)));
        let mut candidates: Vec<_> = possible.map(Candidate::new).collect();
        if candidates.is_empty() {
            return Ok(((candidates, length), length));
        }
        progress.expect(length);
        let read = each_chunk(file, progress, |chunk| candidates.iter_mut().for_each(|one| one.update(chunk)))?;
        Ok(((candidates, length), read))
    })?;
    let lengths = was.and_then(|was| match length.abs_diff(was) {
        0 => None,
        bytes if length > was => Some(Remark::LongerBy(bytes)),
        bytes => Some(Remark::ShorterBy(bytes)),
    });
    let fitting = candidates.into_iter().find_map(|candidate| candidate.equals(deposited));
    Ok(lengths.into_iter().chain(fitting.map(Remark::WouldMatchAfter)).collect())
}

/// The file as it would be after one change, hashed as it goes by.
struct Candidate {
    change: Change,
    hasher: DualHasher,
    /// The last bytes, held back until it is known whether they are the end, or the first until they are known to be a mark.
    held: Vec<u8>,
    started: bool,
    /// False when the file is not one that the change could have happened to.
    possible: bool,
}

impl Candidate {
    fn new(change: Change) -> Self {
        let mut hasher = DualHasher::new();
        if matches!(change, Change::AddByteOrderMark) {
            hasher.update(BYTE_ORDER_MARK);
        }
        Self { change, hasher, held: Vec::new(), started: false, possible: true }
    }

    fn update(&mut self, chunk: &[u8]) {
        if !self.possible {
            return;
        }
        match self.change {
            Change::AddFinalLf | Change::AddFinalCrLf | Change::AddByteOrderMark => self.hasher.update(chunk),
            Change::DropFinalLf => self.hold_back(chunk, 1),
            Change::DropFinalCrLf => self.hold_back(chunk, 2),
            Change::DropByteOrderMark => self.skip_mark(chunk),
            Change::CrLfToLf => self.rewrite(chunk, b"\n"),
            Change::LfToCrLf => self.rewrite(chunk, b"\r\n"),
        }
    }

    fn equals(mut self, deposited: Deposited<'_>) -> Option<Change> {
        match self.change {
            Change::DropFinalLf => self.possible &= self.held == b"\n",
            Change::DropFinalCrLf => self.possible &= self.held == b"\r\n",
            Change::AddFinalLf => self.hasher.update(b"\n"),
            Change::AddFinalCrLf => self.hasher.update(b"\r\n"),
            Change::DropByteOrderMark => self.possible &= self.started,
            Change::CrLfToLf | Change::LfToCrLf => self.hasher.update(&self.held),
            Change::AddByteOrderMark => {}
        }
        let digests = self.hasher.finish();
        let after = match (deposited.fingerprint.mode(), deposited.salt) {
            (DigestMode::Plain, _) => Fingerprint::plain(&digests),
            (DigestMode::Salted, Some(salt)) => Fingerprint::salted(&digests, salt, deposited.public_key),
            (DigestMode::Salted, None) => return None,
        };
        (self.possible && after == *deposited.fingerprint).then_some(self.change)
    }

    /// Hashes all but the last `count` bytes.
    fn hold_back(&mut self, chunk: &[u8], count: usize) {
        self.held.extend_from_slice(chunk);
        let surplus = self.held.len().saturating_sub(count);
        self.hasher.update(&self.held[..surplus]);
        self.held.drain(..surplus);
    }

    fn skip_mark(&mut self, chunk: &[u8]) {
        if self.started {
            return self.hasher.update(chunk);
        }
        // Chunks are large: the first holds the mark, or the file is shorter than one.
        self.started = true;
        match chunk.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => self.hasher.update(rest),
            None => self.possible = false,
        }
    }

    /// Hashes the chunk with every line end, CR LF or LF, written as `end`; a CR at the chunk's end waits for the next.
    fn rewrite(&mut self, chunk: &[u8], end: &[u8]) {
        let mut rest = chunk;
        if self.held.pop().is_some() {
            match rest.strip_prefix(b"\n") {
                Some(after) => {
                    self.hasher.update(end);
                    rest = after;
                }
                None => self.hasher.update(b"\r"),
            }
        }
        if let Some(body) = rest.strip_suffix(b"\r") {
            self.held.push(b'\r');
            rest = body;
        }
        let mut lines = rest.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            self.hasher.update(line.strip_suffix(b"\r").unwrap_or(line));
            self.hasher.update(end);
        }
        self.hasher.update(last);
    }
}

/// Whether a file of `length` bytes can have `was` bytes after the change.
fn fits(change: Change, length: u64, was: u64) -> bool {
    match change {
        Change::DropFinalLf => was.checked_add(1) == Some(length),
        Change::DropFinalCrLf => was.checked_add(2) == Some(length),
        Change::DropByteOrderMark => was.checked_add(3) == Some(length),
        Change::AddFinalLf => length.checked_add(1) == Some(was),
        Change::AddFinalCrLf => length.checked_add(2) == Some(was),
        Change::AddByteOrderMark => length.checked_add(3) == Some(was),
        Change::CrLfToLf => was < length,
        Change::LfToCrLf => was > length,
    }
}
