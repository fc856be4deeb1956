//! Order among equals: the same evidence from several keys, in one batch and across restarts.

use axum::http::StatusCode;
use notarium::api::{BatchLine, BatchOutcome, Earlier, EntryList, SubmitAnswer};
use notarium::crypto::{Sha256Digest, SigningKey, Sm3Digest, sha256, sm3};
use notarium::sequencer;
use notarium::server::{App, Limits};
use notarium::store::open;
use tempfile::TempDir;

use super::{Served, deposit, roomy};
use crate::founded::{founded, options, time};
use crate::samples::{bytes16, key_from, ledger_key, mixed_deposit, registrar_key, submitter_key};

fn keys() -> [SigningKey; 3] {
    [submitter_key(), registrar_key(), key_from(77)]
}

fn indexes(earlier: &Earlier) -> (u64, Vec<u64>) {
    (earlier.count, earlier.entries.iter().map(|entry| entry.index).collect())
}

fn first_of(earlier: &Earlier) -> (u64, String) {
    let first = earlier.first.as_ref().unwrap();
    (first.index, first.public_key.clone())
}

/// A ledger in a folder, served until it is stopped; then everything that was remembered is gone.
struct Life {
    served: Served,
    sequencer: sequencer::Sequencer,
}

impl Life {
    fn begin(directory: TempDir) -> Self {
        let opened = open(&directory.path().join("ledger"), &options()).unwrap();
        let reader = opened.reader.clone();
        let sequencer = sequencer::start(opened, ledger_key(), || time(1), roomy()).unwrap();
        let app = App::new(reader, sequencer.clone(), Limits::default(), "test build").unwrap();
        Self { served: Served { app, directory }, sequencer }
    }

    async fn end(self) -> TempDir {
        self.sequencer.stop().await;
        self.served.directory
    }
}

#[tokio::test]
async fn three_keys_in_one_batch_are_ordered_and_stay_so_across_restarts() {
    let (room, _) = founded();
    let life = Life::begin(room);
    let served = &life.served;
    served.deposit(b"something else", 9).await;
    let body: Vec<u8> = keys().iter().flat_map(|key| bytes16(deposit(key, b"the work", 1).as_bytes())).collect();
    let answer = served.post("/v1/evidence/batch", "application/octet-stream", body.clone()).await;
    let earlier = |line: &str| match serde_json::from_str::<BatchLine>(line).unwrap().outcome {
        BatchOutcome::Answer(SubmitAnswer { entry, earlier, .. }) => (entry.index, indexes(&earlier)),
        BatchOutcome::Problem(problem) => panic!("{problem:?}"),
    };
    let expected = [(2, (0, vec![])), (3, (1, vec![2])), (4, (2, vec![2, 3]))];
    assert_eq!(answer.text().lines().map(earlier).collect::<Vec<_>>(), expected);

    let life = Life::begin(life.end().await);
    let served = &life.served;
    // The batch again: the same entries, and for each the same ones before it.
    let again = served.post("/v1/evidence/batch", "application/octet-stream", body).await;
    assert_eq!(again.text().lines().map(earlier).collect::<Vec<_>>(), expected);
    let fourth = served.submit(deposit(&registrar_key(), b"the work", 2).as_bytes()).await;
    assert_eq!(fourth.status, StatusCode::CREATED);
    let fourth: SubmitAnswer = fourth.json();
    assert_eq!(indexes(&fourth.earlier), (3, vec![2, 3, 4]));
    assert_eq!(first_of(&fourth.earlier), (2, submitter_key().public().to_string()));

    let life = Life::begin(life.end().await);
    let served = &life.served;
    let sha256 = sha256(&[b"the work"]);
    let list: EntryList = served.get(&format!("/v1/entries?sha256={sha256}")).await.json();
    assert_eq!(list.entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [2, 3, 4, 5]);
}

#[tokio::test]
async fn what_has_one_digest_in_common_is_told_apart_and_counts_for_nothing() {
    let (room, _) = founded();
    let life = Life::begin(room);
    let (a, b) = ((sha256(&[b"a"]), sm3(&[b"a"])), (sha256(&[b"b"]), sm3(&[b"b"])));
    let submit = async |served: &Served, sha256: &Sha256Digest, sm3: &Sm3Digest, length, nonce| -> SubmitAnswer {
        let statement = mixed_deposit(sha256.as_bytes(), sm3.as_bytes(), length, false, nonce);
        served.submit(&statement).await.json()
    };
    submit(&life.served, &a.0, &b.1, 1, 1).await;
    submit(&life.served, &b.0, &a.1, 1, 2).await;
    submit(&life.served, &a.0, &a.1, 1, 3).await;
    submit(&life.served, &a.0, &a.1, 2, 4).await;
    let earlier = submit(&life.served, &a.0, &a.1, 1, 5).await.earlier;
    assert_eq!(indexes(&earlier), (1, vec![3]));
    let partial: Vec<(u64, &str)> =
        earlier.partial.entries.iter().map(|hit| (hit.deposit.index, hit.agrees.as_str())).collect();
    assert_eq!(partial, [(1, "sha256-only"), (2, "sm3-only"), (4, "digests-only")]);
    assert_eq!(earlier.partial.count, 3);
    // Of as many as there are, the first hundred are listed and all counted, and a restart forgets nothing.
    for nonce in 10..120 {
        submit(&life.served, &a.0, &b.1, 1, nonce).await;
    }
    let life = Life::begin(life.end().await);
    let earlier = submit(&life.served, &a.0, &a.1, 1, 200).await.earlier;
    assert_eq!(indexes(&earlier), (2, vec![3, 5]));
    assert_eq!((earlier.partial.count, earlier.partial.entries.len()), (113, 100));
    let repeated = submit(&life.served, &a.0, &a.1, 1, 5).await.earlier;
    assert_eq!((repeated.count, repeated.partial.count), (1, 3), "as of its own entry");
}
