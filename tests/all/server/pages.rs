//! The pages for people: what is sent with them, how they are cached, and a program that was built without them.
//!
//! `cargo test` alone, without the web pages, tests the one page that says so; with CI=true the pages must be there.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use notarium::server::verifier_page;

use super::{Answer, Served, served};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether the pages were built; in CI they must have been.
fn is_built() -> bool {
    let built = verifier_page("test build", None).is_some();
    assert!(built || std::env::var_os("CI").is_none(), "run `make web` before the tests");
    built
}

async fn get_with(served: &Served, path: &str, header: (&str, &str)) -> Answer {
    served.ask(Request::get(path).header(header.0, header.1).body(Body::empty()).unwrap()).await
}

fn is_guarded(answer: &Answer) {
    assert_eq!(answer.header("content-security-policy"), Some(POLICY));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

/// Where a page's text has this, up to the next quotation mark.
fn quoted<'a>(page: &'a str, start: &str) -> &'a str {
    let at = page.find(start).unwrap_or_else(|| panic!("no {start} in {page}"));
    page[at..].split('"').next().unwrap()
}

#[tokio::test]
async fn the_home_page_knows_its_ledger_and_is_asked_for_again() {
    let served = served();
    let page = served.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    is_guarded(&page);
    if is_built() {
        assert!(page.text().contains(r#""origin":"ledger.example/one""#), "{}", page.text());
        assert!(page.text().contains(r#"(build test build)","policy":"#));
        assert!(page.text().contains(r"\nlog ledger.example/one+"));
    } else {
        assert!(page.text().contains("make web"));
    }
    let again = get_with(&served, "/", ("if-none-match", page.header("etag").unwrap())).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
    is_guarded(&again);
}

#[tokio::test]
async fn what_a_page_loads_is_kept_for_ever_and_packed_for_those_who_take_it() {
    let served = served();
    assert_eq!(served.get("/assets/no-such.js").await.status, StatusCode::NOT_FOUND);
    assert_eq!(served.get("/assets/../index.html").await.status, StatusCode::NOT_FOUND);
    if !is_built() {
        assert_eq!(served.get("/early.js").await.status, StatusCode::NOT_FOUND);
        return;
    }
    let home = served.get("/").await;
    let script = format!("/{}", quoted(home.text(), "assets/"));
    let plain = served.get(&script).await;
    assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
    is_guarded(&plain);
    let packed = get_with(&served, &script, ("accept-encoding", "br, gzip")).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.body[..2], [0x1f, 0x8b], "RFC 1952: how gzip begins");
    assert_ne!(packed.header("etag"), plain.header("etag"));
    let early = served.get("/early.js").await;
    assert_eq!(early.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(early.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn the_verifier_is_a_download_with_this_ledgers_policy() {
    let served = served();
    let page = served.get("/verify.html").await;
    if !is_built() {
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        return;
    }
    assert_eq!(page.header("content-disposition"), Some("attachment; filename=\"verify.html\""));
    is_guarded(&page);
    assert!(page.text().contains(r"\nlog ledger.example/one+"));
    assert!(page.text().contains(r#""ledger":null"#));
}
