//! `POST /v1/evidence`: the answer, repeats, earlier deposits, and the order in which things are refused.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use notarium::api::{EntryList, ProblemKind, SubmitAnswer};
use notarium::codec::encode_base64;
use notarium::ledger::Receipt;
use notarium::report::{Inputs, Verdict, verify_receipt};
use notarium::trust::Policy;
use serde_json::json;

use super::{Served, deposit, served};
use crate::samples::{
    enrol_fields, evidence_fields, genesis_fields, join, ledger_key, plain_deposit, registrar_key, revoke_fields,
    statement_fields, submitter_key, with,
};

/// The submitter's signature over [`plain_deposit`] with another nonce than RFC 8032 derives, made by a few lines of Python:
/// as valid as the first.
const SECOND_SIGNATURE: &str = "43c5552aaae1ce24fe8b541310e3532161522bee396e023d037cf4b7ebe4fede\
                                c27298624f92a251af014b424bc1d34ce5d36877bf7dc16f0006b4f4adef130b";

fn policy(vkey: &str) -> Policy {
    Policy::parse(format!("log {vkey}\nquorum none\n")).unwrap()
}

#[tokio::test]
async fn a_deposit_is_answered_with_a_receipt_that_holds() {
    let served = served();
    let statement = deposit(&submitter_key(), b"a drawing", 1);
    let answer = served.submit(statement.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let answer: SubmitAnswer = answer.json();
    assert_eq!((answer.entry.index, answer.entry.statement_id), (1, statement.id().to_string()));
    assert_eq!(answer.entry.time, "2026-11-23T08:50:00.001Z");
    assert_eq!((answer.earlier.count, answer.earlier.first), (0, None));
    let info: serde_json::Value = served.get("/v1/ledger").await.json();
    assert_eq!(info["size"], 2, "the answer comes after the tree has the entry");
    let policy = policy(info["vkey"].as_str().unwrap());
    let report = verify_receipt(Inputs { policy: Some(&policy), ..Inputs::new(answer.receipt.as_bytes()) });
    assert_eq!(report.verdict, Verdict::Undetermined, "only the evidence is not at hand");
    let failed = report.checks.iter().find(|check| format!("{:?}", check.outcome) == "Failed");
    assert!(failed.is_none(), "{failed:?}");
    let receipt = Receipt::parse(answer.receipt.as_bytes()).unwrap();
    assert_eq!(receipt.disclosure().leaf_hash().to_string(), answer.entry.leaf);
    assert_eq!(receipt.disclosure().entry().unwrap().signed_statement(), statement.as_bytes());
}

#[tokio::test]
async fn json_carries_the_same_statement() {
    let served = served();
    let statement = deposit(&submitter_key(), b"", 1);
    let body = json!({"signed_statement": encode_base64(statement.as_bytes())}).to_string();
    let answer = served.post("/v1/evidence", "application/json; charset=utf-8", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "a zero-length file is evidence");
    assert_eq!(answer.json::<SubmitAnswer>().entry.index, 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_entry() {
    let served = served();
    let statement = deposit(&submitter_key(), b"a drawing", 1);
    let first: SubmitAnswer = served.submit(statement.as_bytes()).await.json();
    served.deposit(b"another", 2).await;
    let again = served.submit(statement.as_bytes()).await;
    assert_eq!(again.status, StatusCode::OK);
    let again: SubmitAnswer = again.json();
    assert_eq!(again.entry, first.entry);
    let receipt = Receipt::parse(again.receipt.as_bytes()).unwrap();
    assert_eq!(receipt.checkpoint().head().size.get(), 3, "against the newest checkpoint");
    assert_eq!(served.app_size().await, 3);
}

#[tokio::test]
async fn a_second_valid_signature_of_a_statement_gets_the_first_entry() {
    let served = served();
    let one = plain_deposit();
    let mut other = one.clone();
    let at = other.len() - 64;
    other[at..].copy_from_slice(&hex::decode(SECOND_SIGNATURE).unwrap());
    assert_ne!(one, other);
    let first: SubmitAnswer = served.submit(&one).await.json();
    let second = served.submit(&other).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(second.json::<SubmitAnswer>().entry, first.entry);
}

#[tokio::test]
async fn genesis_is_known_and_never_admitted_again() {
    let served = served();
    let entry: serde_json::Value = served.get("/v1/entries/0").await.json();
    let known = notarium::codec::decode_base64(entry["entry"].as_str().unwrap()).unwrap();
    let known = notarium::evidence::Entry::parse(&known).unwrap();
    let answer = served.submit(known.signed_statement()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json::<SubmitAnswer>().entry.index, 0);
    let other = join(&statement_fields(&ledger_key(), 0, &join(&genesis_fields())));
    let (kind, problem) = served.submit(&other).await.problem();
    assert_eq!(kind, ProblemKind::NotAdmitted);
    assert!(problem.detail.contains("kind 0"), "{}", problem.detail);
}

#[tokio::test]
async fn registry_statements_go_another_way() {
    let served = served();
    for (code, body) in [(2, join(&enrol_fields())), (3, join(&revoke_fields()))] {
        let statement = join(&statement_fields(&registrar_key(), code, &body));
        let (kind, problem) = served.submit(&statement).await.problem();
        assert_eq!((kind, problem.status), (ProblemKind::NotAdmitted, 403));
        assert!(problem.hint.unwrap().contains("/v1/registry"));
    }
    assert_eq!(served.app_size().await, 1);
}

#[tokio::test]
async fn earlier_deposits_are_all_counted_and_the_first_hundred_listed() {
    let served = served();
    for nonce in 0..130 {
        let answer = served.deposit(b"a logo", nonce).await;
        assert_eq!(answer.earlier.count, u64::from(nonce));
        let listed: Vec<u64> = answer.earlier.entries.iter().map(|entry| entry.index).collect();
        assert_eq!(listed, (1..=u64::from(nonce).min(100)).collect::<Vec<_>>());
        assert_eq!(answer.earlier.first.map(|first| first.index), (nonce > 0).then_some(1));
    }
    // A repeat counts what was before its own entry, not what came since.
    let again: SubmitAnswer = served.submit(deposit(&submitter_key(), b"a logo", 70).as_bytes()).await.json();
    assert_eq!((again.entry.index, again.earlier.count), (71, 70));
    let again: SubmitAnswer = served.submit(deposit(&submitter_key(), b"a logo", 120).as_bytes()).await.json();
    assert_eq!((again.entry.index, again.earlier.count, again.earlier.entries.len()), (121, 120, 100));
    // One digest alone is found by the lookup, and never counts.
    let other = with(&evidence_fields(), "sha256", notarium::crypto::sha256(&[b"a logo"]).as_bytes().to_vec());
    let other = join(&statement_fields(&submitter_key(), 1, &join(&other)));
    let answer: SubmitAnswer = served.submit(&other).await.json();
    assert_eq!(answer.earlier.count, 0);
    let path = format!("/v1/entries?sha256={}&limit=1000", notarium::crypto::sha256(&[b"a logo"]));
    assert_eq!(served.get(&path).await.json::<EntryList>().entries.len(), 131);
}

#[tokio::test]
async fn what_is_no_good_statement_is_refused_by_kind() {
    let served = served();
    let good = deposit(&submitter_key(), b"x", 1).as_bytes().to_vec();
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] = to;
        bytes
    };
    let unknown_kind = join(&statement_fields(&submitter_key(), 200, b"?"));
    let cases = [
        (Vec::new(), ProblemKind::MalformedStatement),
        (good[..good.len() - 1].to_vec(), ProblemKind::MalformedStatement),
        ([&good[..], b"x"].concat(), ProblemKind::MalformedStatement),
        (b"GET / HTTP/1.1".to_vec(), ProblemKind::MalformedStatement),
        (changed(19, b'2'), ProblemKind::NotUnderstood),
        (changed(21, 2), ProblemKind::NotUnderstood),
        (unknown_kind, ProblemKind::NotUnderstood),
        (changed(good.len() - 1, good[good.len() - 1] ^ 1), ProblemKind::BadSignature),
        (changed(62, good[62] ^ 1), ProblemKind::BadSignature),
        (vec![0; 16_385], ProblemKind::TooLarge),
    ];
    for (number, (statement, expected)) in cases.into_iter().enumerate() {
        let answer = served.submit(&statement).await;
        assert_eq!(answer.problem().0, expected, "case {number}: {}", answer.text());
    }
    assert_eq!(served.app_size().await, 1);
}

#[tokio::test]
async fn requests_that_are_not_in_one_of_the_two_forms_are_refused() {
    let served = served();
    let good = encode_base64(deposit(&submitter_key(), b"x", 1).as_bytes());
    let json = [
        String::new(),
        "{}".to_owned(),
        format!("{{\"signed_statement\":\"{good}\",\"more\":1}}"),
        format!("{{\"signed_statement\":\"{}\"}}", good.trim_end_matches('=')),
        format!("{{\"signed_statement\":\"{good}\"}} {{}}"),
        "{\"signed_statement\":5}".to_owned(),
    ];
    for body in json {
        let answer = served.post("/v1/evidence", "application/json", body.clone()).await;
        assert_eq!(answer.problem().0, ProblemKind::MalformedRequest, "{body}");
    }
    let large = served.post("/v1/evidence", "application/json", " ".repeat(30_000)).await;
    assert_eq!(large.problem().0, ProblemKind::TooLarge);
    let form = served.post("/v1/evidence", "application/x-www-form-urlencoded", "x=1").await;
    let (kind, problem) = form.problem();
    assert_eq!(kind, ProblemKind::UnsupportedMediaType);
    assert_eq!(problem.hint.as_deref(), Some("send it as application/octet-stream or application/json"));
    let nameless = served.ask(Request::post("/v1/evidence").body(Body::from("x")).unwrap()).await;
    assert_eq!(nameless.problem().0, ProblemKind::UnsupportedMediaType);
}

impl Served {
    /// Entries that the ledger has, by its own word.
    pub(super) async fn app_size(&self) -> u64 {
        self.get("/v1/ledger").await.json::<serde_json::Value>()["size"].as_u64().unwrap()
    }
}
