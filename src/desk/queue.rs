//! Many deposits side by side.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::deposit::{Deposit, Depositor};
use super::deposit_error::DepositError;
use super::target::Target;

/// Deposits that wait for the ledger at the same time: it commits together what arrives together.
const SIDE_BY_SIDE: usize = 16;

/// What became of one path.
#[derive(Debug)]
pub enum Outcome {
    /// It has its receipt.
    Done(Deposit),
    /// It was refused, or could not be read.
    Failed(DepositError),
    /// It was not tried, since the ledger could not be reached for another.
    NotTried,
}

/// Deposits every path and reports each as it is done, from any thread. Paths that fail don't keep the others from being
/// tried, unless it is the ledger that fails.
pub fn deposit_all(depositor: &Depositor<'_>, paths: &[PathBuf], report: &(dyn Fn(&Path, Outcome) + Sync)) {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = if stop.load(Ordering::Relaxed) { Outcome::NotTried } else { one(depositor, path) };
            if let Outcome::Failed(DepositError::Client(error)) = &outcome
                && error.is_about_the_ledger()
            {
                stop.store(true, Ordering::Relaxed);
            }
            report(path, outcome);
        }
    };
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(paths.len()) {
            scope.spawn(work);
        }
    });
}

fn one(depositor: &Depositor<'_>, path: &Path) -> Outcome {
    let deposited = Target::new(path).map_err(DepositError::File).and_then(|target| depositor.deposit(&target));
    deposited.map_or_else(Outcome::Failed, Outcome::Done)
}
