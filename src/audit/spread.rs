//! Work spread over threads, its results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Items that a thread takes at a time: with a signature each, some milliseconds of work.
const PORTION: usize = 64;

/// `work` done on each of `items` with its position, on at most `threads` threads; the results in the items' order.
pub(super) fn spread<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let portions: Vec<&[T]> = items.chunks(PORTION).collect();
    let on_portion = |number: usize, portion: &[T]| -> Vec<R> {
        (number * PORTION..).zip(portion).map(|(position, item)| work(position, item)).collect()
    };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(portions.len()));
    let run = || {
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && let Some(portion) = portions.get(number)
        {
            let results = on_portion(number, portion);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, results));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(portions.len()) {
            scope.spawn(run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for length in [0, 1, 63, 64, 65, 1_000] {
            let items: Vec<usize> = (0..length).map(|n| n * 7).collect();
            for threads in [0, 1, 2, 5] {
                let doubled = spread(&items, threads, |position, item| (position, item * 2));
                let expected: Vec<_> = items.iter().map(|item| item * 2).enumerate().collect();
                assert_eq!(doubled, expected);
            }
        }
    }
}
