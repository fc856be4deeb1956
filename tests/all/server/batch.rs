//! `POST /v1/evidence/batch`: both forms, one answer line each, one bad line alone.

use axum::http::StatusCode;
use notarium::api::{BatchLine, BatchOutcome, ProblemKind};
use notarium::codec::encode_base64;
use notarium::server::Limits;

use super::{Answer, Setup, deposit, roomy, served, served_with, ticking};
use crate::samples::{bytes16, submitter_key};

const PATH: &str = "/v1/evidence/batch";
const NDJSON: &str = "application/x-ndjson";
const BINARY: &str = "application/octet-stream";

fn statement(nonce: u8) -> Vec<u8> {
    deposit(&submitter_key(), &[nonce], nonce).as_bytes().to_vec()
}

fn json(statement: &[u8]) -> String {
    format!("{{\"signed_statement\":\"{}\"}}\n", encode_base64(statement))
}

fn lines(answer: &Answer) -> Vec<BatchLine> {
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(NDJSON)), "{}", answer.text());
    assert!(answer.body.is_empty() || answer.body.ends_with(b"\n"));
    let lines: Vec<BatchLine> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (number, line) in (1..).zip(&lines) {
        assert_eq!(line.line, number);
        if let BatchOutcome::Problem(problem) = &line.outcome {
            assert_eq!(problem.status, line.status);
        }
    }
    lines
}

fn index(line: &BatchLine) -> Option<u64> {
    match &line.outcome {
        BatchOutcome::Answer(answer) => Some(answer.entry.index),
        BatchOutcome::Problem(_) => None,
    }
}

fn kind(line: &BatchLine) -> ProblemKind {
    match &line.outcome {
        BatchOutcome::Answer(answer) => panic!("entry {}", answer.entry.index),
        BatchOutcome::Problem(problem) => problem.kind().unwrap(),
    }
}

#[tokio::test]
async fn both_forms_are_answered_in_order_and_a_repeat_gets_200() {
    let served = served();
    let body: String = (0..100).map(|nonce| json(&statement(nonce))).collect();
    let first = lines(&served.post(PATH, NDJSON, body).await);
    assert_eq!(first.iter().map(|line| index(line).unwrap()).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    assert!(first.iter().all(|line| line.status == 201));
    let body: Vec<u8> = (50..150).flat_map(|nonce| bytes16(&statement(nonce))).collect();
    let second = lines(&served.post(PATH, BINARY, body).await);
    assert_eq!(second.iter().map(|line| index(line).unwrap()).collect::<Vec<_>>(), (51..=150).collect::<Vec<_>>());
    let statuses: Vec<u16> = second.iter().map(|line| line.status).collect();
    assert_eq!(statuses, [[200; 50], [201; 50]].concat());
}

#[tokio::test]
async fn one_statement_twice_in_a_batch_is_one_entry() {
    let served = served();
    let body = [json(&statement(1)), json(&statement(1))].concat();
    let lines = lines(&served.post(PATH, NDJSON, body).await);
    assert_eq!(
        lines.iter().map(|line| (line.status, index(line))).collect::<Vec<_>>(),
        [(201, Some(1)), (200, Some(1))]
    );
}

#[tokio::test]
async fn a_bad_line_fails_alone() {
    let served = served();
    let mut forged = statement(2);
    *forged.last_mut().unwrap() ^= 1;
    let body = [
        json(&statement(1)),
        json(&forged),
        "not json\n".to_owned(),
        "\n".to_owned(),
        json(&statement(3)[1..]),
        format!("{{\"signed_statement\":\"{}\"}}\n", "A".repeat(30_000)),
        json(&statement(4)).trim_end().to_owned(),
    ]
    .concat();
    let lines = lines(&served.post(PATH, NDJSON, body).await);
    assert_eq!((index(&lines[0]), index(&lines[6])), (Some(1), Some(2)), "the last line needs no line end");
    let problems: Vec<ProblemKind> = lines[1..6].iter().map(kind).collect();
    assert_eq!(
        problems,
        [
            ProblemKind::BadSignature,
            ProblemKind::MalformedRequest,
            ProblemKind::MalformedRequest,
            ProblemKind::MalformedStatement,
            ProblemKind::TooLarge,
        ]
    );
    assert_eq!(served.app_size().await, 3);
}

#[tokio::test]
async fn a_piece_cut_short_ends_the_batch_and_what_came_before_is_answered() {
    let served = served();
    let mut body = [bytes16(&statement(1)), bytes16(b""), bytes16(&statement(2))].concat();
    body.pop();
    let lines = lines(&served.post(PATH, BINARY, body).await);
    assert_eq!((lines.len(), index(&lines[0])), (3, Some(1)));
    assert_eq!((kind(&lines[1]), kind(&lines[2])), (ProblemKind::MalformedStatement, ProblemKind::MalformedRequest));
}

#[tokio::test]
async fn an_empty_batch_has_an_empty_answer() {
    let served = served();
    for form in [NDJSON, BINARY] {
        assert!(lines(&served.post(PATH, form, "").await).is_empty());
    }
}

#[tokio::test]
async fn batches_have_limits() {
    let limits = Limits { batch_statements: 2, batch_bytes: 2000, ..Limits::default() };
    let served = served_with(Setup { limits, sequencer: roomy(), clock: ticking() });
    let three = served.post(PATH, NDJSON, "{}\n{}\n{}\n").await;
    let (kind, problem) = three.problem();
    assert_eq!((kind, problem.hint.as_deref()), (ProblemKind::TooLarge, Some("send several batches")));
    let pieces: Vec<u8> = (0..3).flat_map(|_| bytes16(b"")).collect();
    assert_eq!(served.post(PATH, BINARY, pieces).await.problem().0, ProblemKind::TooLarge);
    for (form, byte) in [(NDJSON, b'\n'), (BINARY, 0)] {
        let (kind, problem) = served.post(PATH, form, vec![byte; 2000]).await.problem();
        assert_eq!((kind, problem.detail.as_str()), (ProblemKind::TooLarge, "the batch has more than 2 statements"));
    }
    assert_eq!(served.post(PATH, NDJSON, "x".repeat(2001)).await.problem().0, ProblemKind::TooLarge);
    assert_eq!(served.post(PATH, "application/json", "{}").await.problem().0, ProblemKind::UnsupportedMediaType);
    assert_eq!(served.app_size().await, 1, "a batch over a limit is refused whole");
}
