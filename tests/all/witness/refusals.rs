//! Every refusal with its status, and that none changes anything.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use axum::http::StatusCode;
use notarium::codec::encode_base64;
use notarium::note::{SignatureLine, SignedNote, VerifierKey};
use notarium::store::{WitnessStore, WitnessStoreError};
use notarium::trust::{SignedCheckpoint, verify_cosignature};
use notarium::witness::Refused;

use super::{Log, NOW, Witness, ask, at, latest_path, log_key, make_witness, open_witness, witness_key};
use crate::samples::key_from;

const ORIGIN: &str = "log.example/one";

fn log() -> Log {
    Log::new(ORIGIN, &|index| index, 20)
}

async fn size_of(witness: &Witness) -> Option<u64> {
    let (status, _, text) = witness.get(&latest_path(ORIGIN)).await;
    (status == StatusCode::OK).then(|| SignedCheckpoint::parse(text).unwrap().head().size.get())
}

#[tokio::test]
async fn a_cosigned_checkpoint_is_shown_with_both_signatures() {
    let log = log();
    let witness = Witness::new("w.example/1", &[log.vkey()]);
    assert_eq!(witness.get(&latest_path(ORIGIN)).await.0, StatusCode::NOT_FOUND);
    for (old, size) in [(0, 3), (3, 3), (3, 8), (8, 20)] {
        let (status, content_type, text) = witness.post(log.body(old, size)).await;
        assert_eq!((status, content_type.as_str()), (StatusCode::OK, "text/plain; charset=utf-8"), "{text}");
        let (status, _, shown) = witness.get(&latest_path(ORIGIN)).await;
        assert_eq!((status, shown), (StatusCode::OK, format!("{}{text}", log.checkpoint(size))));
        let line: SignatureLine = text.trim_end().parse().unwrap();
        let key = VerifierKey::new_cosigner("w.example/1".parse().unwrap(), witness_key(0).public());
        let time = verify_cosignature(&key, log.checkpoint(size).note().text(), &line).unwrap();
        assert_eq!(time.seconds(), NOW);
    }
    assert_eq!(witness.get("/0/checkpoint").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_refusal_has_its_status_and_changes_nothing() {
    let log = log();
    let witness = Witness::new("w.example/1", &[log.vkey()]);
    assert_eq!(witness.post(log.body(0, 5)).await.0, StatusCode::OK);
    let good = log.body(5, 9);
    let (proof, note) = good.split_once("\n\n").unwrap();
    let hash = encode_base64(&[7; 32]);
    let lines = |count| format!("old 5\n{}\n{note}", format!("{hash}\n").repeat(count));
    let stranger =
        SignatureLine::sign(log.checkpoint(9).note().text(), "x.example".parse().as_ref().unwrap(), &key_from(9));
    let by_stranger = SignedNote::new(log.checkpoint(9).note().text(), &[stranger]).unwrap();
    let empty = "log.example/one\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let wrong_empty =
        SignedNote::new(empty, &[SignatureLine::sign(empty, &"log.example/one".parse().unwrap(), &log_key(ORIGIN))]);
    let cases = [
        (400, "no old line", good.replace("old 5", "new 5")),
        (400, "a leading zero", good.replace("old 5", "old 05")),
        (400, "a sign", good.replace("old 5", "old +5")),
        (400, "no checkpoint", proof.to_owned()),
        (400, "nothing", String::new()),
        (400, "no note", format!("{proof}\n\nx")),
        (400, "carriage returns", good.replace('\n', "\r\n")),
        (400, "a line that is no hash", format!("old 5\nAAAA\n\n{note}")),
        (400, "64 proof lines", lines(64)),
        (422, "63 proof lines", lines(63)),
        (400, "an old size above the size", log.body(10, 9)),
        (403, "a stranger's signature", format!("{proof}\n\n{by_stranger}")),
        (403, "a root that was changed", good.replace("\n9\n", "\n8\n")),
        (404, "an unknown log", Log::new("log.example/two", &|index| index, 9).body(0, 9)),
        (409, "another old size", log.body(4, 9)),
        (409, "a smaller tree", log.body(0, 4)),
        (422, "no proof", format!("old 5\n\n{note}")),
        (422, "another tree's proof", Log::new(ORIGIN, &|index| index + 1, 9).body(5, 9)),
        (422, "a proof for the same tree", format!("old 5\n{hash}\n\n{}", log.checkpoint(5))),
        (413, "a body that is too large", "x".repeat(70_000)),
    ];
    for (status, what, body) in cases {
        let (answered, content_type, text) = witness.post(body).await;
        assert_eq!(answered.as_u16(), status, "{what}: {text}");
        if status == 409 {
            assert_eq!((content_type.as_str(), text.as_str()), ("text/x.tlog.size", "5\n"), "{what}");
        }
        assert_eq!(size_of(&witness).await, Some(5), "{what}");
    }
    let (status, _, text) = witness.post(format!("old 0\n\n{}", wrong_empty.unwrap())).await;
    assert_eq!(status.as_u16(), 422, "{text}");
    // What was refused has not hurt what is right.
    assert_eq!(witness.post(good).await.0, StatusCode::OK);
    assert_eq!(size_of(&witness).await, Some(9));
}

#[tokio::test]
async fn a_proof_where_none_may_be_is_refused() {
    let log = log();
    let witness = Witness::new("w.example/1", &[log.vkey()]);
    let body = format!("old 0\n{}\n\n{}", encode_base64(&[7; 32]), log.checkpoint(3));
    assert_eq!(witness.post(body).await.0.as_u16(), 422);
    assert_eq!(size_of(&witness).await, None);
}

#[tokio::test]
async fn a_fork_is_kept_and_reported_and_survives_a_restart() {
    let (log, other) = (log(), Log::new(ORIGIN, &|index| index + 100, 20));
    let witness = Witness::new("w.example/1", &[log.vkey()]);
    assert_eq!(witness.post(log.body(0, 5)).await.0, StatusCode::OK);
    assert_eq!(witness.get("/healthz").await.2, "alive\n");
    let (status, _, text) = witness.post(other.body(5, 5)).await;
    assert_eq!((status.as_u16(), text.contains("two trees of size 5")), (422, true), "{text}");
    // With another old size the answer is the protocol's, and the proof is the same.
    assert_eq!(witness.post(other.body(0, 5)).await.0, StatusCode::CONFLICT);
    let witness = witness.again(super::steady);
    let health = witness.get("/healthz").await.2;
    assert_eq!(health.matches("fork: log.example/one has signed two trees of size 5").count(), 1, "{health}");
    let page: serde_json::Value = serde_json::from_str(&witness.get("/v1/witness").await.2).unwrap();
    let forks = page["logs"][0]["forks"].as_array().unwrap();
    assert_eq!(forks.len(), 1);
    assert!(forks[0]["cosigned"].as_str().unwrap().starts_with(log.checkpoint(5).as_str()));
    assert_eq!(forks[0]["other"], other.checkpoint(5).as_str());
    // It goes on with the history that it has cosigned, and with no other.
    assert_eq!(witness.post(log.body(5, 6)).await.0, StatusCode::OK);
    assert_eq!(witness.post(other.body(6, 9)).await.0.as_u16(), 422);
}

#[test]
fn a_clock_that_went_back_cosigns_nothing_also_after_a_restart_and_for_another_log() {
    let (log, second) = (log(), Log::new("log.example/two", &|index| index, 9));
    let directory = tempfile::tempdir().unwrap();
    make_witness(directory.path(), &[log.vkey(), second.vkey()]);
    let open = || open_witness(directory.path(), "w.example/1", witness_key(0));
    let cosigner = open();
    ask(&cosigner, &log.body(0, 5), NOW).unwrap();
    drop(cosigner);
    let cosigner = open();
    for (body, time) in [
        (log.body(5, 6), at(NOW - 1)),
        (second.body(0, 1), at(NOW - 1)),
        (log.body(5, 6), None),
        (log.body(5, 6), at(0)),
    ] {
        let refused = cosigner.add_checkpoint(body.as_bytes(), || time).unwrap_err();
        assert!(matches!(refused, Refused::ClockBack) && refused.status() == 503, "{refused}");
    }
    assert_eq!(cosigner.status().unwrap()[0].latest.as_ref().unwrap().head().size.get(), 5);
    assert!(cosigner.status().unwrap()[1].latest.is_none());
    ask(&cosigner, &log.body(5, 6), NOW).unwrap();
}

#[test]
fn a_log_that_is_added_while_it_runs_is_known() {
    let (log, second) = (log(), Log::new("log.example/two", &|index| index, 9));
    let directory = tempfile::tempdir().unwrap();
    make_witness(directory.path(), &[log.vkey()]);
    let cosigner = open_witness(directory.path(), "w.example/1", witness_key(0));
    assert_eq!(ask(&cosigner, &second.body(0, 1), NOW).unwrap_err().status(), 404);
    let path = directory.path().join("logs");
    let list = notarium::witness::WitnessLogs::with(&path, &second.vkey()).unwrap();
    fs::write(&path, &list).unwrap();
    ask(&cosigner, &second.body(0, 1), NOW).unwrap();
    // Twice is a mistake, and a list that can't be read changes nothing.
    assert!(notarium::witness::WitnessLogs::with(&path, &second.vkey()).is_err());
    fs::write(&path, "log nonsense\n").unwrap();
    ask(&cosigner, &second.body(1, 2), NOW).unwrap();
}

#[test]
fn a_witness_without_its_memory_does_not_start_with_an_empty_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    assert!(matches!(WitnessStore::open(&path), Err(WitnessStoreError::Missing { .. })));
    WitnessStore::create(&path).unwrap();
    assert!(matches!(WitnessStore::create(&path), Err(WitnessStoreError::Exists { .. })));
    let held = WitnessStore::open(&path).unwrap();
    assert!(matches!(WitnessStore::open(&path), Err(WitnessStoreError::Locked { .. })));
    drop(held);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere; for anyone else a folder that is read-only does not open.
    let may_write = fs::write(path.join("probe"), "").is_ok();
    assert_eq!(WitnessStore::open(&path).is_ok(), may_write);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}
