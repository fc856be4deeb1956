//! Every byte of a plain and of a salted receipt, changed to each of the 255 other values.
//!
//! A change must take the match away, but in the one place that nothing authenticates: a signature line that becomes that of
//! a key which the policy does not name. Such a line is ignored, which leaves no known signature, so even then the receipt
//! here does not match. To see lines that may change, the receipts carry a second line, by an unknown key; it is not relied
//! on, and it is the only part whose change may leave a match.

use std::ops::Range;
use std::thread;

use notarium::crypto::Digests;
use notarium::report::{Inputs, Verdict, verify_receipt};
use notarium::trust::Policy;

use super::{digests, vectors};

struct Case {
    receipt: String,
    evidence: Digests,
    policy: Policy,
    /// Where nothing is relied on: the signature line of an unknown key.
    free: Range<usize>,
}

/// A case of verification.json that matches, with a signature line of an unknown key added at the end.
fn case(name: &str) -> Case {
    let vectors = vectors("verification.json");
    let case = vectors["cases"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap();
    let mut receipt = case["receipt"].as_str().unwrap().to_owned();
    let start = receipt.len();
    receipt.push_str("\u{2014} stranger.example AAECAwQFBgc=\n");
    Case {
        free: start..receipt.len(),
        receipt,
        evidence: digests(&hex::decode(case["evidence"].as_str().unwrap()).unwrap()),
        policy: Policy::parse(vectors["policies"][case["policy"].as_str().unwrap()].as_str().unwrap()).unwrap(),
    }
}

impl Case {
    fn verdict(&self, receipt: &[u8]) -> Verdict {
        let mut inputs = Inputs::new(receipt);
        inputs.evidence = Some(self.evidence);
        inputs.policy = Some(&self.policy);
        verify_receipt(inputs).verdict
    }

    /// Positions in `range` at which some other byte leaves a match.
    fn survivors(&self, range: Range<usize>) -> Vec<usize> {
        let mut receipt = self.receipt.as_bytes().to_vec();
        let mut found = Vec::new();
        for at in range {
            let own = receipt[at];
            let matches = |receipt: &mut Vec<u8>, other: u8| {
                receipt[at] = other;
                self.verdict(receipt) == Verdict::Match
            };
            if (0..=255).filter(|other| *other != own).any(|other| matches(&mut receipt, other)) {
                found.push(at);
            }
            receipt[at] = own;
        }
        found
    }

    fn all_survivors(&self) -> Vec<usize> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = self.receipt.len().div_ceil(threads);
        thread::scope(|scope| {
            let work = |n: usize| self.survivors(n * share..((n + 1) * share).min(self.receipt.len()));
            let running: Vec<_> = (0..threads).map(|n| scope.spawn(move || work(n))).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }
}

#[test]
fn a_changed_byte_never_matches_but_in_a_line_that_is_not_relied_on() {
    for name in ["plain", "salted-with-details"] {
        let case = case(name);
        assert_eq!(case.verdict(case.receipt.as_bytes()), Verdict::Match, "{name} as it is");
        let survivors = case.all_survivors();
        let strayed: Vec<_> = survivors.iter().filter(|at| !case.free.contains(at)).collect();
        assert!(strayed.is_empty(), "{name}: a change at {strayed:?} still matches");
        // The dash, the space after it, the space before the base64 and the LF are syntax; the rest of the line is free.
        assert!(survivors.len() > case.free.len() / 2, "{name}: the unknown key's line is free to change");
    }
}
