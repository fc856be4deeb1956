//! Questions that are refused: paths, methods, queries in another spelling.

use axum::http::{Method, StatusCode};
use notarium::api::ProblemKind;
use notarium::server::AppError;
use notarium::store::ReadError;

use super::served;

#[tokio::test]
async fn what_is_not_there_is_a_problem_under_v1_and_text_elsewhere() {
    let served = served();
    for path in ["/v1/", "/v1/nowhere", "/v1/entries/1", "/v1/entries/1/receipt", "/v1/entries/0/more"] {
        assert_eq!(served.get(path).await.problem().0, ProblemKind::NotFound, "{path}");
    }
    for path in ["/index.html", "/assets/", "/v1", "/v2/ledger", "/tile", "/tile/", "/checkpoint/"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"), "{path}");
    }
    let far = served.get("/v1/entries/18446744073709551615").await;
    assert_eq!(far.problem().0, ProblemKind::NotFound);
}

#[test]
fn every_reason_not_to_serve_a_ledger_has_a_way_out() {
    for error in [AppError::NoGenesis, AppError::Read(ReadError::NoColumn { column: "entry" })] {
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error}");
    }
}

#[tokio::test]
async fn methods_that_an_endpoint_has_not_are_refused_and_the_others_named() {
    let served = served();
    for (method, path, allowed) in [
        (Method::POST, "/v1/ledger", "GET,HEAD"),
        (Method::DELETE, "/v1/entries/0", "GET,HEAD"),
        (Method::GET, "/v1/evidence", "POST"),
        (Method::GET, "/v1/evidence/batch", "POST"),
        (Method::PUT, "/v1/verify", "POST"),
    ] {
        let answer = served.send(method, path).await;
        assert_eq!(answer.problem().0, ProblemKind::MethodNotAllowed, "{path}");
        assert_eq!(answer.header("allow"), Some(allowed), "{path}");
    }
    let answer = served.send(Method::POST, "/checkpoint").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn an_entry_number_has_one_spelling() {
    let served = served();
    for index in ["+0", "00", "-1", "x", "0x0", "1e3", "%30x", "18446744073709551616", " "] {
        let path = format!("/v1/entries/{}", index.replace(' ', "%20"));
        assert_eq!(served.get(&path).await.problem().0, ProblemKind::MalformedRequest, "{path}");
        assert_eq!(served.get(&format!("{path}/receipt")).await.problem().0, ProblemKind::MalformedRequest, "{path}");
    }
}

#[tokio::test]
async fn queries_have_one_spelling() {
    let served = served();
    let digest = "ab".repeat(32);
    let upper = digest.to_uppercase();
    let bad = [
        "/v1/entries?limit=0".to_owned(),
        "/v1/entries?limit=1001".to_owned(),
        "/v1/entries?limit=+5".to_owned(),
        "/v1/entries?limit=05".to_owned(),
        "/v1/entries?before=-1".to_owned(),
        "/v1/entries?before=".to_owned(),
        "/v1/entries?before=1&before=1".to_owned(),
        "/v1/entries?before".to_owned(),
        "/v1/entries?after=1".to_owned(),
        "/v1/entries?Before=1".to_owned(),
        "/v1/entries?sha265=1".to_owned(),
        format!("/v1/entries?sha256={upper}"),
        format!("/v1/entries?sha256={}", &digest[1..]),
        format!("/v1/entries?sha256={}", &digest[2..]),
        format!("/v1/entries?sha256={digest}00"),
        format!("/v1/entries?sha256=%61b{}", &digest[2..]),
        format!("/v1/entries?sm3={upper}"),
        format!("/v1/entries?submitter={upper}"),
        format!("/v1/entries?statement={upper}"),
        format!("/v1/entries?sha256={digest}&sm3={digest}"),
        format!("/v1/entries?sha256={digest}&statement={digest}"),
        format!("/v1/entries?sha256={digest}&before=1"),
        format!("/v1/entries?statement={digest}&limit=1"),
        "/v1/checkpoints?after=1".to_owned(),
        "/v1/checkpoints?before=9223372036854775809".to_owned(),
        "/v1/proofs/inclusion".to_owned(),
        "/v1/proofs/inclusion?size=1".to_owned(),
        "/v1/proofs/inclusion?index=1".to_owned(),
        "/v1/proofs/inclusion?index=0&size=0".to_owned(),
        "/v1/proofs/inclusion?index=0&size=+1".to_owned(),
        "/v1/proofs/consistency".to_owned(),
        "/v1/proofs/consistency?from=1&to=0".to_owned(),
        "/v1/proofs/consistency?from=2".to_owned(),
        "/v1/proofs/consistency?from=0&to=1&size=1".to_owned(),
    ];
    for path in bad {
        assert_eq!(served.get(&path).await.problem().0, ProblemKind::BadQuery, "{path}");
    }
    for path in ["/v1/proofs/inclusion?index=0&size=2", "/v1/proofs/consistency?from=1&to=2"] {
        assert_eq!(served.get(path).await.problem().0, ProblemKind::NotFound, "{path}");
    }
}
