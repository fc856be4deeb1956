//! What can be read: entries, lists, receipts, checkpoints, proofs, tiles, health; with HEAD, caching and CORS.

use std::io::Read as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use notarium::api::{CheckpointList, ConsistencyAnswer, EntryList, EntryView, InclusionAnswer, LedgerInfo};
use notarium::codec::decode_base64;
use notarium::crypto::{sha256, sm3};
use notarium::evidence::decode_bundle;
use notarium::ledger::Receipt;
use notarium::merkle::{ConsistencyProof, Hash, InclusionProof, LeafIndex, TreeHead, TreeSize, leaf_hash};
use notarium::trust::SignedCheckpoint;

use super::{Answer, Served, deposit, served};
use crate::samples::{registrar_key, submitter_key};

/// Entries 1 to 6: three files, the first deposited twice by one key and once by another.
async fn filled() -> Served {
    let served = served();
    for (evidence, nonce) in [(&b"one"[..], 1), (b"two", 2), (b"one", 3), (b"three", 4)] {
        served.deposit(evidence, nonce).await;
    }
    for (evidence, nonce) in [(&b"one"[..], 5), (b"four", 6)] {
        let answer = served.submit(deposit(&registrar_key(), evidence, nonce).as_bytes()).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }
    served
}

fn hash(hex: &str) -> Hash {
    Hash::from_bytes(notarium::codec::decode_hex(hex).unwrap())
}

fn head(view: &notarium::api::HeadView) -> TreeHead {
    TreeHead { size: TreeSize::new(view.size).unwrap(), root: hash(&view.root) }
}

fn hashes(hex: &[String]) -> Vec<Hash> {
    hex.iter().map(|hex| hash(hex)).collect()
}

fn indexes(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json::<EntryList>().entries.iter().map(|entry| entry.index).collect()
}

#[tokio::test]
async fn the_ledger_says_what_it_is() {
    let served = filled().await;
    let info: LedgerInfo = served.get("/v1/ledger").await.json();
    assert_eq!((info.origin.as_str(), info.size, info.admission.as_str()), ("ledger.example/one", 7, "open"));
    assert_eq!(info.vkey, "ledger.example/one+53a91153+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
    assert_eq!(info.software.build, "test build");
    let genesis: EntryView = served.get("/v1/entries/0").await.json();
    assert_eq!(genesis.leaf, info.genesis);
}

#[tokio::test]
async fn an_entry_is_decoded_and_its_receipt_is_against_the_newest_checkpoint() {
    let served = filled().await;
    let view: EntryView = served.get("/v1/entries/3").await.json();
    let bytes = decode_base64(&view.entry).unwrap();
    assert_eq!(view.leaf, leaf_hash(&bytes).to_string());
    assert_eq!(view.statement.unwrap().public_key, submitter_key().public().to_string());
    let receipt = served.get("/v1/entries/3/receipt").await;
    assert_eq!(receipt.header("content-type"), Some("text/plain; charset=utf-8"));
    let receipt = Receipt::parse(&receipt.body).unwrap();
    assert_eq!(receipt.disclosure().entry().unwrap().as_bytes(), bytes);
    assert_eq!(receipt.checkpoint().as_str(), served.get("/checkpoint").await.text());
    receipt.path().verify(LeafIndex::new(3), &leaf_hash(&bytes), receipt.checkpoint().head()).unwrap();
}

#[tokio::test]
async fn lists_by_one_thing_are_complete_and_paged_in_order() {
    let served = filled().await;
    for by in [format!("sha256={}", sha256(&[b"one"])), format!("sm3={}", sm3(&[b"one"]))] {
        assert_eq!(indexes(&served.get(&format!("/v1/entries?{by}")).await), [1, 3, 5]);
        let first = served.get(&format!("/v1/entries?{by}&limit=2")).await;
        assert_eq!(indexes(&first), [1, 3]);
        let next = first.json::<EntryList>().next.unwrap();
        assert_eq!(next, format!("/v1/entries?{by}&after=3&limit=2"));
        assert_eq!(first.header("link"), Some(format!("<{next}>; rel=\"next\"").as_str()));
        let last = served.get(&next).await;
        assert_eq!(indexes(&last), [5]);
        assert_eq!((last.json::<EntryList>().next, last.header("link")), (None, None));
        assert!(indexes(&served.get(&format!("/v1/entries?{by}&after=5")).await).is_empty());
        assert!(indexes(&served.get(&format!("/v1/entries?{by}&after=18446744073709551615")).await).is_empty());
        assert_eq!(indexes(&served.get(&format!("/v1/entries?{by}&limit=3")).await), [1, 3, 5]);
    }
    let key = registrar_key().public();
    assert_eq!(indexes(&served.get(&format!("/v1/entries?submitter={key}")).await), [5, 6]);
    let none = served.get(&format!("/v1/entries?sha256={}", "0".repeat(64))).await;
    assert!(indexes(&none).is_empty());
    assert_eq!(none.json::<EntryList>().size, 7, "complete up to this size");
}

#[tokio::test]
async fn a_list_comes_with_the_proofs_of_its_entries_under_one_checkpoint() {
    let served = filled().await;
    let proved = |answer: &Answer| {
        let list: EntryList = answer.json();
        let checkpoint = SignedCheckpoint::parse(list.checkpoint.unwrap()).unwrap();
        assert_eq!(checkpoint.head().size.get(), list.size);
        let proofs = list.proofs.unwrap();
        assert_eq!(proofs.len(), list.entries.len());
        for (entry, proof) in list.entries.iter().zip(&proofs) {
            let leaf = leaf_hash(&decode_base64(&entry.entry).unwrap());
            assert_eq!((proof.index, &proof.leaf), (entry.index, &leaf.to_string()));
            let path = InclusionProof::from_hashes(hashes(&proof.hashes)).unwrap();
            path.verify(LeafIndex::new(entry.index), &leaf, checkpoint.head()).unwrap();
        }
        (indexes(answer), list.size, list.next)
    };
    let by = format!("sha256={}", sha256(&[b"one"]));
    let first = served.get(&format!("/v1/entries?{by}&limit=2&proofs=1")).await;
    let next = format!("/v1/entries?{by}&after=3&limit=2&proofs=1&size=7");
    assert_eq!(proved(&first), (vec![1, 3], 7, Some(next.clone())));
    // The next page is under the checkpoint of the first, whatever was deposited meanwhile.
    served.deposit(b"one", 9).await;
    assert_eq!(proved(&served.get(&next).await), (vec![5], 7, None));
    assert_eq!(proved(&served.get(&format!("/v1/entries?{by}&proofs=1")).await), (vec![1, 3, 5, 7], 8, None));
    assert_eq!(proved(&served.get(&format!("/v1/entries?{by}&proofs=1&size=4")).await), (vec![1, 3], 4, None));
    let newest = served.get("/v1/entries?before=5&limit=2&proofs=1").await;
    assert_eq!(proved(&newest), (vec![4, 3], 8, Some("/v1/entries?before=3&limit=2&proofs=1&size=8".to_owned())));
    let id = deposit(&submitter_key(), b"two", 2).id();
    assert_eq!(proved(&served.get(&format!("/v1/entries?statement={id}&proofs=1")).await), (vec![2], 8, None));
    let none = served.get(&format!("/v1/entries?sha256={}&proofs=1", "0".repeat(64))).await;
    assert_eq!(proved(&none), (Vec::new(), 8, None));
    for (refused, status) in [("proofs=2", 400), ("proofs=true", 400), ("size=7", 400), ("proofs=1&size=9", 404)] {
        assert_eq!(served.get(&format!("/v1/entries?{by}&{refused}")).await.status.as_u16(), status, "{refused}");
    }
}

#[tokio::test]
async fn the_newest_come_first_and_a_statement_is_found_by_its_id() {
    let served = filled().await;
    assert_eq!(indexes(&served.get("/v1/entries").await), [6, 5, 4, 3, 2, 1, 0]);
    let page = served.get("/v1/entries?before=5&limit=3").await;
    assert_eq!(indexes(&page), [4, 3, 2]);
    let next = page.json::<EntryList>().next.unwrap();
    assert_eq!(next, "/v1/entries?before=2&limit=3");
    let last = served.get(&next).await;
    assert_eq!((indexes(&last), last.json::<EntryList>().next), (vec![1, 0], None));
    assert!(indexes(&served.get("/v1/entries?before=0").await).is_empty());
    assert_eq!(indexes(&served.get("/v1/entries?before=99&limit=1").await), [6]);
    let id = deposit(&submitter_key(), b"two", 2).id();
    assert_eq!(indexes(&served.get(&format!("/v1/entries?statement={id}")).await), [2]);
    let unknown = "f".repeat(64);
    assert!(indexes(&served.get(&format!("/v1/entries?statement={unknown}")).await).is_empty());
}

#[tokio::test]
async fn checkpoints_are_listed_newest_first() {
    let served = filled().await;
    let list: CheckpointList = served.get("/v1/checkpoints").await.json();
    let sizes: Vec<u64> = list.checkpoints.iter().map(|checkpoint| checkpoint.size).collect();
    assert_eq!(sizes, [7, 6, 5, 4, 3, 2, 1]);
    for listed in &list.checkpoints {
        let signed = SignedCheckpoint::parse(&listed.checkpoint).unwrap();
        assert_eq!((signed.head().size.get(), signed.head().root.to_string()), (listed.size, listed.root.clone()));
    }
    let page: CheckpointList = served.get("/v1/checkpoints?before=4&limit=2").await.json();
    assert_eq!(page.checkpoints.iter().map(|checkpoint| checkpoint.size).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(page.next.as_deref(), Some("/v1/checkpoints?before=2&limit=2"));
}

#[tokio::test]
async fn every_inclusion_and_consistency_proof_holds() {
    let served = filled().await;
    for size in 1..=7 {
        for index in 0..size {
            let proof: InclusionAnswer =
                served.get(&format!("/v1/proofs/inclusion?index={index}&size={size}")).await.json();
            assert_eq!(proof.head.size, size);
            assert!(proof.head.checkpoint.is_some(), "each deposit had a commit of its own");
            let path = InclusionProof::from_hashes(hashes(&proof.hashes)).unwrap();
            path.verify(LeafIndex::new(index), &hash(&proof.leaf), &head(&proof.head)).unwrap();
        }
        for from in 0..=size {
            let proof: ConsistencyAnswer =
                served.get(&format!("/v1/proofs/consistency?to={size}&from={from}")).await.json();
            let path = ConsistencyProof::from_hashes(hashes(&proof.hashes)).unwrap();
            path.verify(&head(&proof.from), &head(&proof.to)).unwrap();
        }
    }
    let newest: InclusionAnswer = served.get("/v1/proofs/inclusion?index=2").await.json();
    let checkpoint = served.get("/checkpoint").await;
    assert_eq!(newest.head.checkpoint.as_deref(), Some(checkpoint.text()));
    let newest: ConsistencyAnswer = served.get("/v1/proofs/consistency?from=2").await.json();
    assert_eq!(newest.to.size, 7);
}

#[tokio::test]
async fn tiles_are_served_for_ever_and_the_checkpoint_is_not() {
    let served = filled().await;
    let checkpoint = served.get("/checkpoint").await;
    assert_eq!(checkpoint.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(checkpoint.header("cache-control"), Some("no-cache"));
    for width in 1..=7 {
        let tile = served.get(&format!("/tile/0/000.p/{width}")).await;
        assert_eq!((tile.status, tile.body.len()), (StatusCode::OK, 32 * width));
        assert_eq!(tile.header("content-type"), Some("application/octet-stream"));
        assert_eq!(tile.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let bundle = served.get(&format!("/tile/entries/000.p/{width}")).await;
        let entries = decode_bundle(&bundle.body).unwrap();
        assert_eq!(entries.len(), width);
        let leaves: Vec<u8> = entries.iter().flat_map(|entry| *leaf_hash(entry).as_bytes()).collect();
        assert_eq!(leaves, tile.body);
    }
    for path in ["/tile/0/000", "/tile/0/000.p/8", "/tile/1/000", "/tile/1/000.p/1", "/tile/entries/000"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"), "what is not there yet must not be cached");
    }
    let bad = ["0", "0/0", "0/00", "00/000", "64/000", "0/x000/001", "0/000.p/0", "0/000.p/256", "0/000.p/07"];
    for path in bad.into_iter().chain(["0/000.p/", "0/%30%30%30", "entries/1", "-1/000", "0/000?x", "x/000", "0//000"])
    {
        let status = served.get(&format!("/tile/{path}")).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn bundles_are_gzipped_for_whoever_accepts_it() {
    let served = filled().await;
    let ask = |method: Method, path: &str, accepted: &str, tag: &str| {
        let request = Request::builder().method(method).uri(path).header("accept-encoding", accepted);
        served.ask(request.header("if-none-match", tag).body(Body::empty()).unwrap())
    };
    let path = "/tile/entries/000.p/7";
    let plain = ask(Method::GET, path, "identity", "").await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
    let zipped = ask(Method::GET, path, "br, gzip;q=0.8", "").await;
    assert_eq!((zipped.header("content-encoding"), zipped.header("vary")), (Some("gzip"), Some("accept-encoding")));
    for name in ["content-type", "cache-control", "access-control-allow-origin", "access-control-expose-headers"] {
        assert_eq!(zipped.header(name), plain.header(name), "{name}");
    }
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(zipped.body.as_slice()).read_to_end(&mut unzipped).unwrap();
    assert_eq!(unzipped, plain.body);
    assert!(zipped.body.len() < plain.body.len() * 3 / 4, "{} of {} bytes", zipped.body.len(), plain.body.len());

    // Two forms are two things to a cache: each has its tag, and neither stands for the other.
    let (plain_tag, zipped_tag) = (plain.header("etag").unwrap(), zipped.header("etag").unwrap());
    assert_ne!(plain_tag, zipped_tag);
    let again = ask(Method::GET, path, "gzip", zipped_tag).await;
    assert_eq!((again.status, again.header("vary")), (StatusCode::NOT_MODIFIED, Some("accept-encoding")));
    assert_eq!((again.header("etag"), again.header("content-encoding")), (Some(zipped_tag), None));
    assert_eq!(ask(Method::GET, path, "identity", zipped_tag).await.status, StatusCode::OK);
    assert_eq!(ask(Method::GET, path, "gzip", plain_tag).await.status, StatusCode::OK);

    let head = ask(Method::HEAD, path, "gzip", "").await;
    assert_eq!(head.header("content-length"), Some(zipped.body.len().to_string().as_str()));
    assert_eq!((head.header("content-encoding"), head.body.len()), (Some("gzip"), 0));
    // Hashes do not get shorter.
    assert_eq!(ask(Method::GET, "/tile/0/000.p/7", "gzip", "").await.header("content-encoding"), None);
    assert_eq!(ask(Method::GET, "/tile/entries/001", "gzip", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_to_a_read_says_how_long_the_server_took() {
    let served = filled().await;
    for path in ["/v1/ledger", "/v1/entries/3", "/v1/entries/3/receipt", "/v1/entries?limit=2", "/v1/entries/1000000"] {
        let answer = served.get(path).await;
        let took = answer.header("server-timing").and_then(|timing| timing.strip_prefix("app;dur="));
        assert!(took.unwrap().parse::<f64>().unwrap() > 0.0, "{path}");
    }
    for path in ["/checkpoint", "/tile/0/000.p/5", "/healthz"] {
        assert_eq!(served.get(path).await.header("server-timing"), None, "{path}");
    }
}

#[tokio::test]
async fn a_page_from_elsewhere_may_read_and_a_browser_is_told_so() {
    let served = filled().await;
    for path in
        ["/checkpoint", "/tile/0/000.p/5", "/tile/entries/000.p/9", "/v1/ledger", "/v1/entries?limit=2", "/healthz"]
    {
        let request = Request::builder().method(Method::OPTIONS).uri(path);
        let request =
            request.header("origin", "https://elsewhere.example").header("access-control-request-method", "GET");
        let answer = served.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD"), "{path}");
        assert!(answer.header("access-control-allow-headers").unwrap().contains("if-none-match"), "{path}");
    }
    // What only takes deposits says nothing that lets a page elsewhere make one.
    let answer = served.send(Method::OPTIONS, "/v1/evidence").await;
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD"));
    assert_eq!(served.send(Method::OPTIONS, "/nowhere").await.status, StatusCode::NOT_FOUND);
    for path in ["/checkpoint", "/tile/0/000.p/5", "/tile/entries/000.p/5"] {
        assert_eq!(served.get(path).await.header("access-control-expose-headers"), Some("etag"), "{path}");
    }
}

#[tokio::test]
async fn every_partial_tile_of_every_published_size_stays_there() {
    let served = served();
    for nonce in 1..=5 {
        let answer = served.deposit(b"x", nonce).await;
        let size = answer.entry.index + 1;
        let checkpoint = SignedCheckpoint::parse(served.get("/checkpoint").await.text()).unwrap();
        assert_eq!(checkpoint.head().size.get(), size);
    }
    for size in 1..=6 {
        for path in [format!("/tile/0/000.p/{size}"), format!("/tile/entries/000.p/{size}")] {
            assert_eq!(served.get(&path).await.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_had_already_is_not_sent_again() {
    let served = filled().await;
    let asked = |path: &str, tags: &str| {
        let request = Request::get(path).header("if-none-match", tags).body(Body::empty()).unwrap();
        served.ask(request)
    };
    for path in ["/checkpoint", "/tile/0/000.p/7", "/tile/entries/000.p/3"] {
        let tag = served.get(path).await.header("etag").unwrap().to_owned();
        for tags in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let answer = asked(path, &tags).await;
            assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
            assert_eq!(answer.header("etag"), Some(tag.as_str()));
        }
        assert_eq!(asked(path, "\"x\"").await.status, StatusCode::OK);
    }
    let tag = served.get("/checkpoint").await.header("etag").unwrap().to_owned();
    served.deposit(b"more", 9).await;
    assert_eq!(asked("/checkpoint", &tag).await.status, StatusCode::OK);
    assert_eq!(asked("/tile/0/001", "*").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whatever_can_be_read_has_a_head_and_may_be_read_from_anywhere() {
    let served = filled().await;
    let paths = [
        "/v1/ledger",
        "/v1/entries/1",
        "/v1/entries/1/receipt",
        "/v1/entries?limit=2",
        "/v1/checkpoints",
        "/v1/proofs/inclusion?index=0",
        "/v1/proofs/consistency?from=1",
        "/checkpoint",
        "/tile/0/000.p/5",
        "/healthz",
        "/readyz",
        "/v1/entries/99",
        "/nowhere",
    ];
    for path in paths {
        let get = served.get(path).await;
        let head = served.send(Method::HEAD, path).await;
        assert_eq!(get.header("access-control-allow-origin"), Some("*"), "{path}");
        assert!(!get.body.is_empty() && head.body.is_empty(), "{path}");
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()), "{path}");
        for name in ["content-type", "cache-control", "etag", "access-control-allow-origin"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}
