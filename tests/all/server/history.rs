//! `GET /v1/entries/{index}/history`: both ways, by pages, over keys, and into the unknown.

use axum::http::StatusCode;
use notarium::api::{EntryHistory, HistoryLink, ProblemKind};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Body, Evidence, Fingerprint, SignedStatement, StatementId};

use super::{Served, served};
use crate::samples::{registrar_key, submitter_key};

/// A deposit of something of its own that continues another.
fn continuing(key: &SigningKey, number: u64, continues: Option<StatementId>) -> SignedStatement {
    let mut hasher = DualHasher::new();
    hasher.update(&number.to_be_bytes());
    let body = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues,
        details: None,
        nonce: [7; 16],
    };
    SignedStatement::sign(&Body::Evidence(body), key).unwrap()
}

async fn put(served: &Served, key: &SigningKey, number: u64, continues: Option<StatementId>) -> StatementId {
    let statement = continuing(key, number, continues);
    assert_eq!(served.submit(statement.as_bytes()).await.status, StatusCode::CREATED);
    statement.id()
}

async fn history(served: &Served, path: &str) -> EntryHistory {
    let answer = served.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn links(links: &[HistoryLink]) -> Vec<(u64, bool)> {
    links.iter().map(|link| (link.entry.index, link.same_key)).collect()
}

#[tokio::test]
async fn a_chain_is_told_both_ways_and_says_whose_each_link_is() {
    let served = served();
    let (mine, theirs) = (submitter_key(), registrar_key());
    let first = put(&served, &mine, 1, None).await;
    let second = put(&served, &mine, 2, Some(first)).await;
    let third = put(&served, &theirs, 3, Some(second)).await;
    put(&served, &theirs, 4, Some(third)).await;
    put(&served, &mine, 5, Some(second)).await;
    let told = history(&served, "/v1/entries/3/history").await;
    assert_eq!((told.entry.index, told.size, told.unknown, told.further, told.next), (3, 6, None, None, None));
    assert_eq!(links(&told.continues), [(2, false), (1, true)]);
    assert_eq!(links(&told.continued_by), [(4, true)]);
    let told = history(&served, "/v1/entries/2/history").await;
    assert_eq!((links(&told.continues), links(&told.continued_by)), (vec![(1, true)], vec![(3, false), (5, true)]));
    let told = history(&served, "/v1/entries/0/history").await;
    assert!(told.continues.is_empty() && told.continued_by.is_empty());
}

#[tokio::test]
async fn what_is_not_on_this_ledger_is_shown_and_may_come_later() {
    let served = served();
    let (key, missing) = (submitter_key(), continuing(&submitter_key(), 1, None));
    put(&served, &key, 2, Some(missing.id())).await;
    let told = history(&served, "/v1/entries/1/history").await;
    assert_eq!((told.continues.len(), told.unknown), (0, Some(missing.id().to_string())));
    assert_eq!(served.submit(missing.as_bytes()).await.status, StatusCode::CREATED);
    let told = history(&served, "/v1/entries/1/history").await;
    assert_eq!((links(&told.continues), told.unknown), (vec![(2, true)], None));
    assert_eq!(links(&history(&served, "/v1/entries/2/history").await.continued_by), [(1, true)]);
}

#[tokio::test]
async fn long_chains_and_many_versions_come_by_pages() {
    let served = served();
    let key = submitter_key();
    let mut before = put(&served, &key, 1, None).await;
    let first = before;
    for number in 2..=150 {
        before = put(&served, &key, number, Some(before)).await;
    }
    let told = history(&served, "/v1/entries/150/history").await;
    let expected: Vec<_> = (50..150).rev().map(|index| (index, true)).collect();
    assert_eq!((links(&told.continues), told.further.as_deref()), (expected, Some("/v1/entries/50/history")));
    let rest = history(&served, &told.further.unwrap()).await;
    assert_eq!((rest.continues.len(), rest.further, rest.unknown), (49, None, None));
    for number in 1000..1007 {
        put(&served, &key, number, Some(first)).await;
    }
    let answer = served.get("/v1/entries/1/history?limit=3").await;
    assert_eq!(answer.header("link"), Some("</v1/entries/1/history?after=152&limit=3>; rel=\"next\""));
    let (mut seen, mut next) = (Vec::new(), Some("/v1/entries/1/history?limit=3".to_owned()));
    while let Some(path) = next {
        let page = history(&served, &path).await;
        seen.extend(page.continued_by.iter().map(|link| link.entry.index));
        next = page.next;
    }
    assert_eq!(seen, [2, 151, 152, 153, 154, 155, 156, 157]);
}

#[tokio::test]
async fn other_questions_are_refused() {
    let served = served();
    for (path, status, kind) in [
        ("/v1/entries/1/history", 404, ProblemKind::NotFound),
        ("/v1/entries/01/history", 400, ProblemKind::MalformedRequest),
        ("/v1/entries/0/history?before=1", 400, ProblemKind::BadQuery),
        ("/v1/entries/0/history?limit=1001", 400, ProblemKind::BadQuery),
    ] {
        let answer = served.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.problem().0), (status, kind), "{path}");
    }
}
