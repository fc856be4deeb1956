//! A ledger audited by its address: the real router on a real socket, and one that changes an answer on its way out.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use notarium::evidence::{decode_bundle, encode_bundle};
use notarium::sequencer;
use notarium::server::{App, Limits, router};
use notarium::store::open;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::folder::{audit, lines, program};
use super::{ORIGIN, checkpoint, key, ledger};
use crate::founded::{Open, founded, options, time};
use crate::samples::ledger_key;

/// Entries of the ledger that is served: one full bundle and tile of each kind, and one partial.
const SIZE: u64 = 300;

/// A ledger that is served; the runtime stops with it.
struct Served {
    _room: TempDir,
    router: Router,
    runtime: Runtime,
}

impl Served {
    fn grown() -> Self {
        let (room, directory) = founded();
        Open::new(&directory).grow(SIZE - 1);
        let opened = open(&directory, &options()).unwrap();
        let reader = opened.reader.clone();
        let limits = sequencer::Limits { least_free_bytes: 0, ..sequencer::Limits::default() };
        let sequencer = sequencer::start(opened, ledger_key(), || time(1 << 20), limits).unwrap();
        let app = App::new(reader, sequencer, Limits::default(), "test build").unwrap();
        Self { _room: room, router: router(app), runtime: Runtime::new().unwrap() }
    }

    fn listen(&self, router: Router) -> SocketAddr {
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        self.runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        address
    }

    /// Where the ledger is served with what is answered under `path` changed.
    fn address_with(&self, path: &'static str, change: fn(Vec<u8>) -> Response) -> String {
        let lie = move |mut request: Request, next: Next| async move {
            // What is lied about is the bundle itself, not its compressed form.
            request.headers_mut().remove("accept-encoding");
            let is_it = request.uri().path() == path;
            let answer = next.run(request).await;
            if !is_it {
                return answer;
            }
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            change(answer.into_body().collect().await.unwrap().to_bytes().to_vec())
        };
        format!("http://{}", self.listen(self.router.clone().layer(from_fn(lie))))
    }

    /// Audits the ledger with what is answered under `path` changed; exit code, report.
    fn audit_with(&self, path: &'static str, change: fn(Vec<u8>) -> Response) -> (i32, serde_json::Value) {
        audit(self.address_with(path, change))
    }

    fn finds(&self, path: &'static str, change: fn(Vec<u8>) -> Response, due: &[&str]) {
        let (code, report) = self.audit_with(path, change);
        assert_eq!(lines(&report), due, "{path}: {report:#}");
        assert_eq!((code, report["outcome"].as_str()), (1, Some("fails")), "{path}");
    }
}

fn answer(bytes: impl Into<Body>) -> Response {
    bytes.into().into_response()
}

#[test]
fn a_served_ledger_holds() {
    let served = Served::grown();
    let address = served.listen(served.router.clone());
    let (code, report) = audit(format!("http://{address}"));
    assert_eq!((code, lines(&report)), (0, vec![]), "{report:#}");
    // The checkpoint, the full tile, and the partial ones of two levels.
    assert_eq!((report["size"].as_u64(), report["compared"].as_u64()), (Some(SIZE), Some(4)));
}

#[test]
fn wrong_bundles_are_found() {
    const FULL: &str = "/tile/entries/000";
    const PARTIAL: &str = "/tile/entries/001.p/44";
    let served = Served::grown();
    let (code, report) = served.audit_with(FULL, |bytes| {
        let mut entries: Vec<Vec<u8>> = decode_bundle(&bytes).unwrap().into_iter().map(<[u8]>::to_vec).collect();
        entries.swap(100, 200);
        answer(encode_bundle(entries.iter().map(Vec::as_slice)).unwrap())
    });
    assert_eq!((code, report["first_bad"].as_u64()), (1, Some(100)));
    for due in ["entry 100: index: entry 100", "tile/0/000: tile: entry 100", "checkpoint of size 300: root: since 0"] {
        assert!(lines(&report).contains(&due.to_owned()), "{due}: {report:#}");
    }
    let last_flipped = |mut bytes: Vec<u8>| {
        *bytes.last_mut().unwrap() ^= 1;
        answer(bytes)
    };
    let due = ["entry 299: signature: entry 299", "checkpoint of size 300: root: since 0"];
    let (code, report) = served.audit_with(PARTIAL, last_flipped);
    assert_eq!((code, report["first_bad"].as_u64()), (1, Some(299)));
    assert!(due.iter().all(|due| lines(&report).contains(&(*due).to_owned())), "{report:#}");
    let cut: [fn(Vec<u8>) -> Response; 4] = [
        |bytes| answer(bytes[..bytes.len() - 1].to_vec()),
        |_| answer("not a bundle"),
        |_| answer(Vec::new()),
        |bytes| answer(encode_bundle(decode_bundle(&bytes).unwrap().into_iter().skip(1)).unwrap()),
    ];
    for change in cut {
        served.finds(FULL, change, &["tile/entries/000: tile: since 0"]);
        served.finds(PARTIAL, change, &["tile/entries/001.p/44: tile: since 256"]);
    }
}

#[test]
fn wrong_tiles_are_found() {
    let served = Served::grown();
    for (path, due) in
        [("/tile/0/000", "tile/0/000: tile: entry 7"), ("/tile/0/001.p/44", "tile/0/001.p/44: tile: entry 263")]
    {
        let flip = |mut bytes: Vec<u8>| {
            bytes[7 * 32] ^= 1;
            answer(bytes)
        };
        served.finds(path, flip, &[due]);
    }
    let first_flipped = |mut bytes: Vec<u8>| {
        bytes[0] ^= 1;
        answer(bytes)
    };
    served.finds("/tile/1/000.p/1", first_flipped, &["tile/1/000.p/1: tile: since 0"]);
    served.finds("/tile/0/000", |bytes| answer(bytes[32..].to_vec()), &["tile/0/000: tile: no entry"]);
}

#[test]
fn wrong_checkpoints_are_found() {
    let served = Served::grown();
    // Well-formed and well signed, of a ledger with other entries; by another key; of another origin.
    served.finds("/checkpoint", |_| signed_by(0, ORIGIN), &["checkpoint of size 300: root: since 0"]);
    let (code, report) = served.audit_with("/checkpoint", |_| signed_by(9, ORIGIN));
    let due = ["checkpoint of size 300: checkpoint-signature: no entry", "checkpoint of size 300: root: since 0"];
    assert_eq!(code, 1);
    assert!(due.iter().all(|due| lines(&report).contains(&(*due).to_owned())), "{report:#}");
    let (code, report) = served.audit_with("/checkpoint", |_| signed_by(0, "ledger.example/other"));
    assert_eq!(code, 1);
    assert!(lines(&report).contains(&"checkpoint of size 300: origin: no entry".to_owned()), "{report:#}");
    let due = "checkpoint: checkpoint-malformed: no entry";
    served.finds("/checkpoint", |_| answer("not a checkpoint"), &[due]);
    served.finds("/checkpoint", |bytes| answer(bytes[..bytes.len() - 1].to_vec()), &[due]);
}

/// A checkpoint of the right size over other entries.
fn signed_by(seed: u8, origin: &str) -> Response {
    answer(checkpoint(&ledger(SIZE), &key(seed), origin).as_str().to_owned())
}

#[test]
fn what_is_not_served_is_found() {
    let served = Served::grown();
    let refused: fn(Vec<u8>) -> Response = |_| (StatusCode::NOT_FOUND, "no such tile\n").into_response();
    for path in ["/tile/entries/001.p/44", "/tile/0/000"] {
        let (code, report) = served.audit_with(path, refused);
        assert_eq!((code, report["outcome"].as_str()), (1, Some("fails")), "{path}");
        assert_eq!(report["findings"][0]["what"], "unreadable", "{report:#}");
        assert_eq!(format!("/{}", report["findings"][0]["place"].as_str().unwrap()), path);
    }
    // Without a checkpoint nothing is claimed, so nothing can be told.
    let output = program(served.address_with("/checkpoint", refused));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("/checkpoint: status 404"), "{output:?}");
}
