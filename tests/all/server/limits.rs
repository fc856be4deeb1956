//! Too much at a time, too slow, too little room, a clock that is behind: each its problem, and reading goes on.

use std::num::NonZeroUsize;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use notarium::api::ProblemKind;
use notarium::codec::Time;
use notarium::sequencer;
use notarium::server::{Limits, router};
use tower::ServiceExt as _;

use super::{START, Served, Setup, app_in, deposit, gated, roomy, served_with, ticking};
use crate::samples::submitter_key;

/// A body of which nothing ever comes.
struct Silent;

impl hyper::body::Body for Silent {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

fn statement(nonce: u8) -> Vec<u8> {
    deposit(&submitter_key(), b"x", nonce).as_bytes().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_busy_and_what_waits_is_answered() {
    let (clock, gate) = gated();
    let sequencer = sequencer::Limits { queue: NonZeroUsize::MIN, ..roomy() };
    let served = Arc::new(served_with(Setup { limits: Limits::default(), sequencer, clock }));
    let submit = |nonce| {
        let served = Arc::clone(&served);
        tokio::spawn(async move { served.submit(&statement(nonce)).await })
    };
    let first = submit(1);
    tokio::task::block_in_place(|| gate.wait_for_a_look());
    // The first is in the sequencer's hands; of the others one finds room in the queue.
    let mut others = vec![submit(2), submit(3), submit(4)];
    let mut busy = Vec::new();
    while busy.len() < 2 {
        let (answer, rest) = next(others).await;
        busy.push(answer);
        others = rest;
    }
    for answer in busy {
        assert_eq!(answer.problem().0, ProblemKind::Busy);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    drop(gate);
    assert_eq!(first.await.unwrap().status, StatusCode::CREATED);
    assert_eq!(others.pop().unwrap().await.unwrap().status, StatusCode::CREATED);
}

/// The first of several that ends, and the others.
async fn next<T>(mut tasks: Vec<tokio::task::JoinHandle<T>>) -> (T, Vec<tokio::task::JoinHandle<T>>) {
    let (at, output) = std::future::poll_fn(|context| {
        for (at, task) in tasks.iter_mut().enumerate() {
            if let Poll::Ready(output) = Future::poll(Pin::new(task), context) {
                return Poll::Ready((at, output.unwrap()));
            }
        }
        Poll::Pending
    })
    .await;
    drop(tasks.remove(at));
    (output, tasks)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_over_the_limit_are_busy() {
    let (clock, gate) = gated();
    let limits = Limits { requests: 1, ..Limits::default() };
    let served = Arc::new(served_with(Setup { limits, sequencer: roomy(), clock }));
    let running = Arc::clone(&served);
    let first = tokio::spawn(async move { running.submit(&statement(1)).await });
    tokio::task::block_in_place(|| gate.wait_for_a_look());
    assert_eq!(served.get("/v1/ledger").await.problem().0, ProblemKind::Busy);
    let health = served.get("/healthz").await;
    assert_eq!((health.status, health.text()), (StatusCode::OK, "alive\n"), "health is seen under load, too");
    gate.let_through();
    assert_eq!(first.await.unwrap().status, StatusCode::CREATED);
    assert_eq!(served.get("/v1/ledger").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_keeps_its_place_until_it_is_taken() {
    let limits = Limits { requests: 1, ..Limits::default() };
    let served = served_with(Setup { limits, sequencer: roomy(), clock: ticking() });
    let request = Request::get("/v1/entries").body(Body::empty()).unwrap();
    let unread = router(served.app.clone()).oneshot(request).await.unwrap();
    assert_eq!(unread.status(), StatusCode::OK);
    assert_eq!(served.get("/v1/ledger").await.problem().0, ProblemKind::Busy);
    assert_eq!(served.get("/readyz").await.status, StatusCode::OK, "health is told all the same");
    let mut body = unread.into_body();
    let mut length = 0;
    while let Some(piece) = body.frame().await {
        length += piece.unwrap().into_data().unwrap().len();
    }
    assert!(length > 500);
    assert_eq!(served.get("/v1/ledger").await.status, StatusCode::OK);
    drop(body);
}

#[tokio::test]
async fn batches_over_the_limit_are_busy() {
    let limits = Limits { batches: 0, ..Limits::default() };
    let served = served_with(Setup { limits, sequencer: roomy(), clock: ticking() });
    let answer = served.post("/v1/evidence/batch", "application/x-ndjson", "").await;
    assert_eq!(answer.problem().0, ProblemKind::Busy);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let limits = Limits { body: Duration::from_millis(1), ..Limits::default() };
    let served = served_with(Setup { limits, sequencer: roomy(), clock: ticking() });
    for path in ["/v1/evidence", "/v1/evidence/batch"] {
        let answer = served.post(path, "application/octet-stream", Body::new(Silent)).await;
        assert_eq!(answer.problem().0, ProblemKind::RequestTimeout, "{path}");
    }
}

#[tokio::test]
async fn with_too_little_room_nothing_is_admitted_and_reading_goes_on() {
    let sequencer = sequencer::Limits { least_free_bytes: u64::MAX, ..roomy() };
    let served = served_with(Setup { limits: Limits::default(), sequencer, clock: ticking() });
    let answer = served.submit(&statement(1)).await;
    assert_eq!(answer.problem().0, ProblemKind::DiskLow);
    assert_eq!(answer.header("retry-after"), Some("60"));
    let ready = served.get("/readyz").await;
    assert_eq!((ready.status, ready.text()), (StatusCode::SERVICE_UNAVAILABLE, "not ready: disk space low\n"));
    assert_eq!(served.get("/v1/entries/0").await.status, StatusCode::OK);
    assert!(served.directory.path().join("tip").exists());
}

#[tokio::test]
async fn once_there_is_room_again_it_is_ready_again() {
    let directory = tempfile::tempdir().unwrap();
    let [link, real, new] = ["link", "real", "new"].map(|name| directory.path().join(name));
    std::fs::create_dir(&real).unwrap();
    // Turned to a file system without any room; what is open stays where it is.
    let point_to = |target: &Path| {
        std::os::unix::fs::symlink(target, &new).unwrap();
        std::fs::rename(&new, &link).unwrap();
    };
    point_to(&real);
    let sequencer = sequencer::Limits { least_free_bytes: 1, ..roomy() };
    let app = app_in(&link, Setup { limits: Limits::default(), sequencer, clock: ticking() });
    let served = Served { app, directory };
    point_to(Path::new("/proc"));
    assert_eq!(served.submit(&statement(1)).await.problem().0, ProblemKind::DiskLow);
    assert_eq!(served.get("/readyz").await.text(), "not ready: disk space low\n");
    point_to(&real);
    assert_eq!(served.get("/readyz").await.text(), "ready\n", "traffic is sent here again only after this");
    assert_eq!(served.submit(&statement(1)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_clock_far_behind_stops_admission_and_not_reading() {
    let behind = || Time::from_millis(START - 60_001).unwrap();
    let served = served_with(Setup { limits: Limits::default(), sequencer: roomy(), clock: behind });
    assert_eq!(served.get("/readyz").await.text(), "ready\n");
    assert_eq!(served.submit(&statement(1)).await.problem().0, ProblemKind::ClockBehind);
    let later = served.submit(&statement(2)).await.problem().0;
    assert_eq!(later, ProblemKind::ClockBehind);
    let ready = served.get("/readyz").await;
    assert_eq!(ready.text(), "not ready: clock behind the last entry\n");
    assert_eq!(served.get("/checkpoint").await.status, StatusCode::OK);
}
