//! `POST /v1/verify`: the report, under the ledger's own key, with step 8 from the ledger.

use axum::http::StatusCode;
use notarium::api::{ProblemKind, VerifyAnswer, VerifyRequest};
use notarium::crypto::{sha256, sm3};

use super::{Answer, Served, served};

fn outcome(answer: &Answer, step: u64) -> String {
    let report = answer.json::<VerifyAnswer>().report;
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["step"] == step).unwrap();
    check["outcome"].as_str().unwrap().to_owned()
}

fn verdict(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer: VerifyAnswer = answer.json();
    assert!(answer.notice.contains("operator's own word"));
    answer.report["verdict"].as_str().unwrap().to_owned()
}

async fn ask(served: &Served, request: &VerifyRequest) -> Answer {
    served.post("/v1/verify", "application/json", serde_json::to_string(request).unwrap()).await
}

fn of(receipt: &str, evidence: &[u8]) -> VerifyRequest {
    VerifyRequest {
        receipt: receipt.to_owned(),
        sha256: Some(sha256(&[evidence]).to_string()),
        sm3: Some(sm3(&[evidence]).to_string()),
        length: Some(u64::try_from(evidence.len()).unwrap()),
    }
}

#[tokio::test]
async fn a_receipt_with_its_digests_matches_and_earlier_deposits_are_shown() {
    let served = served();
    served.deposit(b"a drawing", 1).await;
    let receipt = served.deposit(b"a drawing", 2).await.receipt;
    let answer = ask(&served, &of(&receipt, b"a drawing")).await;
    assert_eq!(verdict(&answer), "match");
    assert_eq!(outcome(&answer, 8), "passed");
    let ledger = &answer.json::<VerifyAnswer>().report["facts"]["ledger"];
    assert_eq!(ledger["earlier"][0]["index"], 1);
    let other = ask(&served, &of(&receipt, b"a drawinG")).await;
    assert_eq!(verdict(&other), "mismatch");
}

#[tokio::test]
async fn a_receipt_alone_is_undetermined_and_one_of_another_ledger_has_no_step_eight() {
    let served = served();
    let receipt = served.deposit(b"a drawing", 1).await.receipt;
    let alone = served.post("/v1/verify", "text/plain", receipt.clone()).await;
    assert_eq!((verdict(&alone).as_str(), outcome(&alone, 2).as_str()), ("undetermined", "not-made"));
    let elsewhere = super::served();
    let foreign = ask(&elsewhere, &of(&receipt, b"a drawing")).await;
    assert_eq!(outcome(&foreign, 8), "not-made", "that ledger has no such entry");
    let garbage = served.post("/v1/verify", "text/plain", "not a receipt").await;
    assert_eq!(verdict(&garbage), "undetermined");
}

#[tokio::test]
async fn requests_in_another_form_are_refused() {
    let served = served();
    let digest = "ab".repeat(32);
    let bodies = [
        "{}".to_owned(),
        r#"{"receipt":"x","extra":1}"#.to_owned(),
        format!(r#"{{"receipt":"x","sha256":"{digest}"}}"#),
        format!(r#"{{"receipt":"x","sha256":"{digest}","sm3":"{}","length":1}}"#, digest.to_uppercase()),
        format!(r#"{{"receipt":"x","sha256":"{digest}","sm3":"{}","length":1}}"#, &digest[1..]),
        format!(r#"{{"receipt":"x","sha256":"{digest}","sm3":"{digest}","length":-1}}"#),
    ];
    for body in bodies {
        let answer = served.post("/v1/verify", "application/json", body.clone()).await;
        assert_eq!(answer.problem().0, ProblemKind::MalformedRequest, "{body}");
    }
    let large = served.post("/v1/verify", "text/plain", "x".repeat(262_145)).await;
    assert_eq!(large.problem().0, ProblemKind::TooLarge);
    assert_eq!(served.post("/v1/verify", "text/html", "").await.problem().0, ProblemKind::UnsupportedMediaType);
}
