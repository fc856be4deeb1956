//! The pages for people, out of the program itself: what `npm run build` made of web/, embedded when this was compiled.
//!
//! Everything that a page may load comes from here, and its Content-Security-Policy says so to the browser. Files with their
//! hash in the name are cached for ever. The two pages are filled with what is particular to this ledger and build, so that
//! they are whole before anything is asked of the API. Without web/dist there is one page, which says how to build the rest.
//!
//! Not here: what the pages do; that is in web/.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::Response;
use serde::Serialize;

use crate::api::{ProblemKind, Software};
use crate::crypto::sha256;

use super::App;
use super::refusal::Refusal;
use super::tiles::{ASK_AGAIN, FOR_EVER, cached};

/// Nothing but what this server sends, no inline code, no frame around it.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const HTML: &str = "text/html; charset=utf-8";
/// verify.html has inline code and a policy of its own for it: it is to be kept, not to be opened here.
const KEEP_IT: HeaderValue = HeaderValue::from_static("attachment; filename=\"verify.html\"");

/// What stands in a built page where the settings go.
const PLACE: &str = r#"{"settings":"none"}"#;

const UNBUILT: &str = include_str!("unbuilt.html");

/// A file of web/dist.
struct File {
    /// Its path there.
    name: &'static str,
    bytes: &'static [u8],
    /// The same, compressed by gzip.
    packed: Option<&'static [u8]>,
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// What a page knows without asking (web/src/shell/settings.ts reads it).
#[derive(Serialize)]
struct Settings<'a> {
    build: &'a str,
    policy: Option<&'a str>,
    ledger: Option<LedgerSettings<'a>>,
}

#[derive(Serialize)]
struct LedgerSettings<'a> {
    origin: &'a str,
    vkey: &'a str,
    admission: &'a str,
}

/// The pages of one ledger, filled in.
pub(super) struct Pages {
    home: Page,
    verifier: Option<Page>,
}

struct Page {
    html: Bytes,
    tag: String,
}

impl Page {
    fn new(html: String) -> Self {
        let tag = format!("\"{}\"", sha256(&[html.as_bytes()]));
        Self { html: html.into(), tag }
    }
}

impl Pages {
    /// The pages of the ledger `origin`, whose checkpoints `vkey` verifies.
    pub(super) fn new(software: &Software, origin: &str, vkey: &str, admission: &str, policy: &str) -> Self {
        let build = format!("{} {} (build {})", software.name, software.version, software.build);
        let ledger = Some(LedgerSettings { origin, vkey, admission });
        let home =
            file("index.html").map(|file| filled(file, &Settings { build: &build, policy: Some(policy), ledger }));
        Self {
            home: Page::new(home.unwrap_or_else(|| UNBUILT.to_owned())),
            verifier: verifier_page(&build, Some(policy)).map(Page::new),
        }
    }
}

/// The verifier as one file, which says which build it is and, if given, has a policy built in; none when this program was
/// compiled without the web pages.
#[must_use]
pub fn verifier_page(build: &str, policy: Option<&str>) -> Option<String> {
    file("verify.html").map(|file| filled(file, &Settings { build, policy, ledger: None }))
}

fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

fn filled(page: &File, settings: &Settings<'_>) -> String {
    // `<` could end the element that the settings stand in.
    let settings = serde_json::to_string(settings).unwrap_or_default().replace('<', "\\u003c");
    String::from_utf8_lossy(page.bytes).replacen(PLACE, &settings, 1)
}

/// `GET /`.
pub(super) async fn home(State(app): State<App>, headers: HeaderMap) -> Response {
    answer(&headers, &app.pages.home)
}

/// `GET /verify.html`: the verifier for off-line use, with this ledger's policy built in.
pub(super) async fn verifier(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(page) = &app.pages.verifier else { return no_such(&uri) };
    let mut response = answer(&headers, page);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, KEEP_IT);
    response
}

/// `GET /assets/...` and `/early.js`: what the pages load.
pub(super) async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    let Some(file) = file(name) else { return no_such(&uri) };
    // Names of assets have the hash of their content in them; of the rest the content is hashed.
    let (caching, tag) = if name.starts_with("assets/") {
        (FOR_EVER, name.to_owned())
    } else {
        (ASK_AGAIN, sha256(&[file.bytes]).to_string())
    };
    let packed = file.packed.filter(|_| takes_gzip(&headers));
    let tag = format!("\"{tag}{}\"", if packed.is_some() { ".gz" } else { "" });
    let kind = HeaderValue::from_static(content_type(name));
    let mut response = guarded(cached(&headers, &tag, caching, kind, || packed.unwrap_or(file.bytes)));
    if file.packed.is_some() {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if packed.is_some() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn answer(headers: &HeaderMap, page: &Page) -> Response {
    guarded(cached(headers, &page.tag, ASK_AGAIN, HeaderValue::from_static(HTML), || Body::from(page.html.clone())))
}

/// The response with the headers that keep foreign code out.
fn guarded(mut response: Response) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF),
        (header::REFERRER_POLICY, NO_REFERRER),
    ];
    response.headers_mut().extend(headers);
    response
}

fn no_such(uri: &Uri) -> Response {
    Refusal::new(ProblemKind::NotFound, format!("there is nothing at {}", uri.path())).into_text()
}

/// Whether gzip is among the encodings that are accepted, and not with the weight 0 (RFC 9110 section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let weight = |part: &str| part.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        parts.next() == Some("gzip") && parts.find_map(weight).is_none_or(|weight| weight > 0.0)
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        for taken in ["gzip", "br, gzip", "deflate;q=1, gzip;q=0.5", "gzip ; q=1"] {
            assert!(takes_gzip(&accepting(taken)), "{taken}");
        }
        for not in ["", "br", "gzip;q=0", "gzip; q=0.0", "xgzip"] {
            assert!(!takes_gzip(&accepting(not)), "{not}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn settings_cannot_leave_their_element() {
        let page = File { name: "x", bytes: br#"<script>{"settings":"none"}</script>"#, packed: None };
        let settings = Settings { build: "</script><b>", policy: None, ledger: None };
        let html = filled(&page, &settings);
        assert_eq!(html, r#"<script>{"build":"\u003c/script>\u003cb>","policy":null,"ledger":null}</script>"#);
    }

    /// What the pages ask for must have a type, or the browser refuses it.
    #[test]
    fn every_embedded_file_has_a_type() {
        for file in FILES.iter().filter(|file| !["index.html", "verify.html"].contains(&file.name)) {
            assert_ne!(content_type(file.name), "application/octet-stream", "{}", file.name);
        }
    }

    #[test]
    fn a_built_page_has_exactly_one_place_for_its_settings() {
        for name in ["index.html", "verify.html"] {
            let Some(page) = file(name) else { continue };
            let html = std::str::from_utf8(page.bytes).unwrap();
            assert_eq!(html.matches(PLACE).count(), 1, "{name}");
        }
    }
}
