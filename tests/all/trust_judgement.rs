//! What a policy makes of a signed checkpoint: the log's key, the witnesses, the quorum and the time they vouch for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use notarium::crypto::{SignatureError, SigningKey};
use notarium::merkle::{Hash, TreeHead, TreeSize};
use notarium::note::{KeyName, SignatureLine, VerifierKey};
use notarium::trust::{
    Checkpoint, CheckpointJudgement, CosignatureError, LogSignature, Policy, PosixTime, QuorumCheck, SignedCheckpoint,
    sign_cosignature,
};
use proptest::prelude::*;

const ORIGIN: &str = "ledger.example/one";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn checkpoint(root: u8) -> Checkpoint {
    let head = TreeHead { size: TreeSize::new(5).unwrap(), root: Hash::from_bytes([root; 32]) };
    Checkpoint { origin: ORIGIN.parse().unwrap(), head }
}

fn log(seed: u8) -> VerifierKey {
    VerifierKey::new_ed25519(name(ORIGIN), key(seed).public())
}

fn witness_name(seed: u8) -> KeyName {
    name(&format!("witness.example/{seed}"))
}

fn witness(seed: u8) -> VerifierKey {
    VerifierKey::new_cosigner(witness_name(seed), key(seed).public())
}

/// A good cosignature by witness `seed` over the checkpoint with root 1.
fn cosign(seed: u8, time: u64) -> SignatureLine {
    sign_cosignature(&checkpoint(1).body(), PosixTime::from_seconds(time).unwrap(), &witness_name(seed), &key(seed))
}

/// The checkpoint with root 1, signed by log key 0, with these lines added.
fn signed(lines: impl IntoIterator<Item = SignatureLine>) -> SignedCheckpoint {
    let mut signed = SignedCheckpoint::sign(&checkpoint(1), &key(0));
    lines.into_iter().for_each(|line| signed.append(line).unwrap());
    signed
}

/// A policy of log key 0 and witnesses 1 to `witnesses`, named w1, w2 ...
fn policy(witnesses: u8, rest: &str) -> Policy {
    let lines: Vec<String> = (1..=witnesses).map(|n| format!("witness w{n} {}\n", witness(n))).collect();
    Policy::parse(format!("log {}\n{}{rest}", log(0), lines.concat())).unwrap()
}

fn reached(vouched: u64) -> QuorumCheck {
    QuorumCheck::Reached { vouched: PosixTime::from_seconds(vouched).unwrap() }
}

fn log_signature(logs: &[VerifierKey], lines: impl IntoIterator<Item = SignatureLine>) -> LogSignature {
    let logs: Vec<String> = logs.iter().map(|key| format!("log {key}\n")).collect();
    Policy::parse(logs.concat() + "quorum none\n").unwrap().judge(&signed(lines)).log
}

#[test]
fn either_of_two_keys_of_one_log_will_do() {
    let by = |seed| SignatureLine::sign(&checkpoint(1).body(), &name(ORIGIN), &key(seed));
    assert_eq!(log_signature(&[log(0), log(8)], []), LogSignature::Valid(log(0)));
    assert_eq!(log_signature(&[log(8), log(0)], []), LogSignature::Valid(log(0)));
    assert_eq!(log_signature(&[log(8)], [by(8)]), LogSignature::Valid(log(8)));
    assert_eq!(log_signature(&[log(8), log(0)], [by(8), by(0), by(0)]), LogSignature::Valid(log(0)));
}

#[test]
fn unknown_log_keys_are_ignored() {
    assert_eq!(log_signature(&[], []), LogSignature::UnknownKey);
    assert_eq!(log_signature(&[log(8)], []), LogSignature::UnknownKey);
    // Another key under the log's name, whose signature is rubbish; a log's name with a type of its own.
    let rubbish = SignatureLine::new(&log(7), [0; 64]);
    let longer = SignatureLine::new(&log(7), [0; 2428]);
    assert_eq!(log_signature(&[log(0)], [rubbish, longer]), LogSignature::Valid(log(0)));
}

#[test]
fn a_known_log_key_with_a_bad_signature_spoils_a_good_one() {
    let bad = |seed| SignatureLine::new(&log(seed), [0x55; 64]);
    let invalid = |seed| LogSignature::Invalid { key: log(seed), error: SignatureError::Mismatch };
    assert_eq!(log_signature(&[log(0), log(8)], [bad(8)]), invalid(8));
    assert_eq!(log_signature(&[log(0)], [bad(0)]), invalid(0));
    assert_eq!(log_signature(&[log(0)], [SignatureLine::new(&log(0), [0; 65])]), invalid(0));
    // A good signature over another checkpoint.
    let other = SignatureLine::sign(&checkpoint(2).body(), &name(ORIGIN), &key(8));
    assert_eq!(log_signature(&[log(0), log(8)], [other]), invalid(8));
}

#[test]
fn a_log_speaks_for_its_own_origin_only() {
    let other = VerifierKey::new_ed25519(name("ledger.example/two"), key(8).public());
    let by_other = || SignatureLine::sign(&checkpoint(1).body(), other.name(), &key(8));
    let logs = [other.clone()];
    assert_eq!(log_signature(&logs, [by_other()]), LogSignature::OriginMismatch(other.clone()));
    assert_eq!(log_signature(&[other.clone(), log(0)], [by_other()]), LogSignature::Valid(log(0)));
}

#[test]
fn no_witness_is_required_under_quorum_none_but_a_bad_one_is_told() {
    let policy = policy(1, "quorum none\n");
    let judge = |lines: Vec<SignatureLine>| policy.judge(&signed(lines));
    assert_eq!(judge(vec![]).quorum, QuorumCheck::NotRequired);
    let one = judge(vec![cosign(1, 100), cosign(2, 50)]);
    assert_eq!((one.quorum, one.cosignatures.len()), (QuorumCheck::NotRequired, 1));
    let bad = SignatureLine::new(&witness(1), [0; 72]);
    let spoiled = judge(vec![cosign(1, 100), bad]);
    assert_eq!((spoiled.quorum, spoiled.cosignatures.len()), (QuorumCheck::Invalid, 2));
    assert!(spoiled.cosignatures[0].outcome.is_ok() && spoiled.cosignatures[1].outcome.is_err());
}

#[test]
fn every_cosignature_of_the_policy_is_listed_with_its_witness() {
    let policy = policy(2, "quorum w1\n");
    let CheckpointJudgement { cosignatures, .. } = policy.judge(&signed([cosign(3, 1), cosign(2, 70), cosign(1, 60)]));
    let listed: Vec<_> = cosignatures.iter().map(|c| (c.witness.as_str(), c.key_name.as_str(), c.key_id)).collect();
    assert_eq!(listed, [("w2", "witness.example/2", witness(2).id()), ("w1", "witness.example/1", witness(1).id())]);
    assert_eq!(cosignatures[0].outcome, Ok(PosixTime::from_seconds(70).unwrap()));
}

#[test]
fn a_cosignature_over_another_checkpoint_spoils_the_quorum() {
    let policy = policy(2, "group g any w1 w2\nquorum g\n");
    let time = PosixTime::from_seconds(9).unwrap();
    let other = sign_cosignature(&checkpoint(2).body(), time, &witness_name(1), &key(1));
    let judged = policy.judge(&signed([cosign(2, 10), other]));
    assert_eq!(judged.quorum, QuorumCheck::Invalid);
    let error = CosignatureError::BadCosignature(SignatureError::Mismatch);
    assert_eq!(judged.cosignatures[1].outcome, Err(error));
}

#[test]
fn one_lying_witness_time_does_not_lower_what_is_vouched() {
    let two_of_three = policy(3, "group g 2 w1 w2 w3\nquorum g\n");
    let vouched = |lines: Vec<SignatureLine>| two_of_three.judge(&signed(lines)).quorum;
    assert_eq!(vouched(vec![cosign(1, 1000), cosign(2, 1010), cosign(3, 1020)]), reached(1010));
    assert_eq!(vouched(vec![cosign(1, 1000), cosign(2, 1010), cosign(3, 0)]), reached(1000));
    assert_eq!(vouched(vec![cosign(3, 0), cosign(1, 1000)]), reached(1000));
    // However often it says so.
    assert_eq!(vouched(vec![cosign(3, 0), cosign(3, 0), cosign(3, 1), cosign(1, 1000)]), reached(1000));
    assert_eq!(vouched(vec![cosign(3, 0), cosign(3, 1)]), QuorumCheck::NotReached { cosigned: 1 });
    assert_eq!(vouched(vec![cosign(9, 0)]), QuorumCheck::NotReached { cosigned: 0 });
    // A time that no calendar shows is a late one.
    assert_eq!(vouched(vec![cosign(1, 1000), cosign(3, u64::MAX >> 1)]), reached(u64::MAX >> 1));
}

#[test]
fn nested_groups_are_evaluated() {
    let text = "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup z all x y\nquorum z\n";
    let quorum = |lines: Vec<SignatureLine>| policy(6, text).judge(&signed(lines)).quorum;
    assert_eq!(quorum(vec![cosign(1, 5), cosign(2, 7), cosign(4, 6)]), reached(7));
    assert_eq!(quorum(vec![cosign(1, 5), cosign(2, 7), cosign(5, 9)]), reached(9));
    assert_eq!(quorum(vec![cosign(1, 5), cosign(2, 7), cosign(3, 9)]), QuorumCheck::NotReached { cosigned: 3 });
    assert_eq!(quorum(vec![cosign(1, 5), cosign(4, 7), cosign(6, 9)]), QuorumCheck::NotReached { cosigned: 3 });
}

/// A random rule over witnesses 1 to 5: groups of what is not yet in one, and the model that decides it recursively.
#[derive(Debug, Clone)]
enum Rule {
    Witness(u8),
    Group(usize, Vec<Rule>),
}

impl Rule {
    fn holds(&self, cosigned: &dyn Fn(u8) -> bool) -> bool {
        match self {
            Rule::Witness(n) => cosigned(*n),
            Rule::Group(threshold, members) => members.iter().filter(|rule| rule.holds(cosigned)).count() >= *threshold,
        }
    }

    /// Writes the groups, members first, and returns the name.
    fn write(&self, text: &mut String) -> String {
        match self {
            Rule::Witness(n) => format!("w{n}"),
            Rule::Group(threshold, members) => {
                let members: Vec<String> = members.iter().map(|rule| rule.write(text)).collect();
                let name = format!("g{}", text.lines().count());
                writeln!(text, "group {name} {threshold} {}", members.join(" ")).unwrap();
                name
            }
        }
    }

    /// Joins the rules, some at a time, until one is left.
    fn grow(cuts: &[(usize, usize)]) -> Rule {
        let mut open: Vec<Rule> = (1..=5).map(Rule::Witness).collect();
        for (size, threshold) in cuts {
            let members: Vec<Rule> = open.drain(..=size % open.len()).collect();
            open.push(Rule::Group(threshold % members.len() + 1, members));
        }
        open.pop().unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_quorum_is_what_the_model_says(
        cuts in prop::collection::vec((0_usize..5, 0_usize..5), 0..6),
        cosigned in prop::collection::vec((1_u8..=6, 0_u64..6), 0..8),
    ) {
        let rule = Rule::grow(&cuts);
        let mut text = String::new();
        let name = rule.write(&mut text);
        let policy = policy(5, &format!("{text}quorum {name}\n"));
        let found = policy.judge(&signed(cosigned.iter().map(|(seed, time)| cosign(*seed, *time)))).quorum;
        let met_at = |t: u64| rule.holds(&|n| cosigned.iter().any(|(seed, time)| *seed == n && *time <= t));
        let expected = (0..6).find(|t| met_at(*t)).map_or_else(
            || {
                let known: BTreeSet<u8> = cosigned.iter().map(|(s, _)| *s).filter(|s| *s < 6).collect();
                QuorumCheck::NotReached { cosigned: known.len() }
            },
            reached,
        );
        prop_assert_eq!(found, expected);
    }
}
