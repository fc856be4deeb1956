//! Two histories under one key: refused, and proved to anyone.

use std::fs;

use notarium::follow::{LogFolder, prove_fork};
use notarium::trust::{ForkError, ForkProof, ForkVerdict, NoFork, SignedCheckpoint};

use super::{Kept, LogServer, notarium, policy, text};
use crate::founded::{Open, statement};

fn checkpoint(export: &std::path::Path) -> SignedCheckpoint {
    SignedCheckpoint::parse(fs::read(export.join("checkpoint")).unwrap()).unwrap()
}

/// Two ledgers of one name and key: the same up to 200 entries, and then not.
fn two_histories(sizes: (u64, u64)) -> (Kept, Kept) {
    let (one, other) = (Kept::new(200), Kept::new(200));
    one.grow(sizes.0 - 200);
    let mut open = Open::new(&other.ledger);
    open.admit((0..sizes.1 - 200).map(|n| statement(1_000_000 + n)).collect());
    (one, other)
}

#[test]
fn a_mirror_refuses_a_fork_and_its_proof_convinces_a_third_party() {
    for sizes in [(300, 300), (300, 400), (400, 300)] {
        let (one, other) = two_histories(sizes);
        let server = LogServer::new(&one.export());
        let (mirror, state) = (one.path("mirror"), one.path("state"));
        assert_eq!(notarium(&["mirror", server.address(), text(&mirror)]).0, 0);
        assert_eq!(notarium(&["audit", server.address(), "--state", text(&state)]).0, 0);
        server.serve(&other.export());
        let (code, stdout, stderr) = notarium(&["mirror", server.address(), text(&mirror)]);
        assert_eq!(code, 1, "{sizes:?}: {stdout}{stderr}");
        let proof = mirror.join(".state/fork");
        assert!(stderr.contains(text(&proof)), "{sizes:?}: {stderr}");
        let policy = one.path("policy");
        fs::write(&policy, super::policy().as_bytes()).unwrap();
        let (code, stdout, _) = notarium(&["verify-fork", text(&proof), "--policy", text(&policy)]);
        assert_eq!(code, 0, "{sizes:?}: {stdout}");
        assert!(stdout.contains("has signed two histories"), "{stdout}");
        if sizes.0 <= sizes.1 {
            assert_eq!(notarium(&["audit", server.address(), "--state", text(&state)]).0, 1);
            let (code, _, _) = notarium(&["verify-fork", text(&state.join("fork")), "--policy", text(&policy)]);
            assert_eq!(code, 0);
        }
    }
}

#[test]
fn two_trees_that_agree_are_no_fork() {
    let kept = Kept::new(150);
    let small = kept.export();
    kept.grow(350);
    let large = kept.export();
    assert_eq!(prove_fork(&checkpoint(&small), &checkpoint(&large), &LogFolder::new(&large)), None);
}

#[test]
fn a_proof_is_judged_by_its_parts() {
    let (one, other) = two_histories((300, 400));
    let (small, large) = (one.export(), other.export());
    let fork = prove_fork(&checkpoint(&small), &checkpoint(&large), &LogFolder::new(&large)).unwrap();
    let bytes = fork.to_text();
    let read = ForkProof::parse(bytes.as_bytes()).unwrap();
    assert_eq!(read, fork);
    assert!(matches!(read.judge(&policy()), ForkVerdict::Proven(_)));
    let stranger: notarium::note::VerifierKey =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    let other_policy = notarium::trust::Policy::for_log(&stranger, None).unwrap();
    assert_eq!(read.judge(&other_policy), ForkVerdict::UnknownKey);
    // A larger tree that does extend the smaller one proves nothing, whatever is said of it.
    one.grow(100);
    let extended = one.export();
    let agreeing = prove_fork(&checkpoint(&small), &checkpoint(&extended), &LogFolder::new(&extended));
    assert_eq!(agreeing, None);
    let (head, rest) = bytes.split_once("checkpoint ").unwrap();
    let honest = checkpoint(&extended);
    let first = rest.split("\ncheckpoint ").next().unwrap();
    let mixed = format!("{head}checkpoint {first}\ncheckpoint {}\n{honest}", honest.as_str().len());
    let mixed = ForkProof::parse(mixed.as_bytes()).unwrap().judge(&policy());
    assert!(matches!(mixed, ForkVerdict::NotProven(NoFork::Proof(_))), "{mixed:?}");
    // A signature that does not hold.
    let sign = bytes.rfind("\u{2014} ").unwrap() + 60;
    let mut forged = bytes.clone().into_bytes();
    forged[sign] = if forged[sign] == b'A' { b'B' } else { b'A' };
    assert_eq!(ForkProof::parse(&forged).unwrap().judge(&policy()), ForkVerdict::NotProven(NoFork::BadSignature));
}

#[test]
fn what_is_no_proof_says_why() {
    let (one, other) = two_histories((300, 400));
    let (small, large) = (one.export(), other.export());
    let fork = prove_fork(&checkpoint(&small), &checkpoint(&large), &LogFolder::new(&large)).unwrap();
    let text = fork.to_text();
    let error = |text: String| <&str>::from(ForkProof::parse(text.as_bytes()).unwrap_err());
    assert_eq!(error(text.replacen("fork/1", "fork/2", 1)), "not-a-fork");
    assert_eq!(error(text.replacen("prefix ", "prefix", 1)), "bad-prefix");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(error([&lines[..2], &["AAAA\n"], &lines[2..]].concat().concat()), "bad-fork-hash");
    let many = vec![lines[2]; 65].concat();
    assert_eq!(error([lines[..2].concat(), many, lines[2..].concat()].concat()), "too-many-fork-hashes");
    assert_eq!(error(text.replacen("checkpoint ", "checkpoint 0", 1)), "checkpoint-cut");
    assert_eq!(error(text.replacen("\n300\n", "\n0300\n", 1)), "bad-fork-checkpoint");
    assert_eq!(error(format!("{text}\n")), "after-fork");
    assert_eq!(error("x".repeat(3 << 20)), "fork-too-long");
    for end in 0..text.len() {
        assert!(
            text.is_char_boundary(end)
                .then(|| ForkProof::parse(&text.as_bytes()[..end]))
                .is_none_or(|read| read.is_err())
        );
    }
    let codes: Vec<&str> = <ForkError as strum::VariantNames>::VARIANTS.to_vec();
    assert_eq!(codes.len(), 8);
}
