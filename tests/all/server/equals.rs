//! Order among equals: the same evidence from several keys, in one batch and across restarts.

use axum::http::StatusCode;
use notarium::api::{BatchLine, BatchOutcome, Earlier, EntryList, SubmitAnswer};
use notarium::crypto::SigningKey;
use notarium::sequencer;
use notarium::server::{App, Limits};
use notarium::store::open;
use tempfile::TempDir;

use super::{Served, deposit, roomy};
use crate::founded::{founded, options, time};
use crate::samples::{bytes16, key_from, ledger_key, registrar_key, submitter_key};

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
    let sha256 = notarium::crypto::sha256(&[b"the work"]);
    let list: EntryList = served.get(&format!("/v1/entries?sha256={sha256}")).await.json();
    assert_eq!(list.entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [2, 3, 4, 5]);
}
