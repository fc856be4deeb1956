//! The HTTP client against a ledger that behaves, one that does not, and one behind TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use notarium::api::{EntryList, EntryView};
use notarium::client::{Address, Client, ClientError, Lookup};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::desk::{LookupError, Sought, find};
use notarium::evidence::{Body, Entry, Evidence, Fingerprint, SignedStatement};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::toy_ledger::{ORIGIN, Toy, Trick, canned, problem, refusal};

fn client(toy: &Toy) -> Client {
    Client::with_pause(toy.url.parse().unwrap(), |_| {})
}

fn impatient(toy: &Toy) -> Client {
    Client::with_pause(toy.url.parse().unwrap(), |pause: Duration| panic!("waited for {pause:?}"))
}

fn fingerprint(evidence: &[u8]) -> Fingerprint {
    let mut hasher = DualHasher::new();
    hasher.update(evidence);
    Fingerprint::plain(&hasher.finish())
}

pub(crate) fn statement(evidence: &[u8], nonce: u8) -> SignedStatement {
    let body = Evidence {
        fingerprint: fingerprint(evidence),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: [nonce; 16],
    };
    SignedStatement::sign(&Body::Evidence(body), &SigningKey::from_seed(&[3; 32])).unwrap()
}

#[test]
fn addresses_are_checked_as_they_are_typed() {
    for (text, as_str, exposed) in [
        ("http://127.0.0.1:8420", "http://127.0.0.1:8420", false),
        ("http://localhost:1/", "http://localhost:1", false),
        ("http://[::1]:8420", "http://[::1]:8420", false),
        ("http://ledger.example/base/", "http://ledger.example/base", true),
        ("https://ledger.example", "https://ledger.example", false),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!((address.as_str(), address.is_exposed()), (as_str, exposed), "{text}");
    }
    for text in [
        "",
        "ledger.example",
        "ftp://x",
        "http://",
        "http://:80",
        "http://x:0",
        "http://x:65536",
        "http://x:y",
        "http://x:",
        "http://me@x",
        "http://x?q",
        "http://x/#f",
        "http://a b",
        "//x",
    ] {
        let refused = text.parse::<Address>();
        assert!(refused.is_err(), "{text:?} was taken as {refused:?}");
    }
}

#[test]
fn a_ledger_is_asked_who_it_is_and_takes_a_statement_once() {
    let toy = Toy::start();
    let client = client(&toy);
    assert_eq!(client.ledger().unwrap().origin, ORIGIN);
    let statement = statement(b"x", 1);
    let first = client.submit(statement.as_bytes()).unwrap();
    let again = client.submit(statement.as_bytes()).unwrap();
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!((first.answer.entry.index, again.answer.entry.index, toy.size()), (1, 1, 2));
}

#[test]
fn a_busy_ledger_is_asked_again_as_it_asks_for() {
    let toy = Toy::start();
    for _ in 0..3 {
        toy.trick(problem(503, "queue full", ""));
    }
    assert_eq!(client(&toy).submit(statement(b"x", 1).as_bytes()).unwrap().answer.entry.index, 1);
    for _ in 0..6 {
        toy.trick(problem(503, "queue full", "come back later"));
    }
    let error = client(&toy).submit(statement(b"y", 1).as_bytes()).unwrap_err();
    assert_eq!(error.hint(), Some("come back later"));
    assert!(error.is_about_the_ledger());
    assert!(toy.book().tricks.is_empty());
}

#[test]
fn a_refusal_comes_back_as_the_ledger_words_it_and_is_not_repeated() {
    let toy = Toy::start();
    toy.trick(problem(403, "the key is not enrolled", "ask a registrar"));
    let error = impatient(&toy).submit(statement(b"x", 1).as_bytes()).unwrap_err();
    assert!(error.to_string().ends_with("/v1/evidence: the key is not enrolled (403)"), "{error}");
    assert_eq!((error.hint(), error.is_about_the_ledger()), (Some("ask a registrar"), false));
    assert_eq!(toy.book().asked.len(), 1);
    toy.trick(canned("503 X", "retry-after: 31\r\n", ""));
    let error = impatient(&toy).submit(statement(b"x", 1).as_bytes()).unwrap_err();
    assert!(matches!(error, ClientError::Status { status: 503, .. }), "{error}");
}

#[test]
fn a_connection_that_breaks_is_taken_up_once() {
    let toy = Toy::start();
    toy.trick(Trick::AdmitAndHangUp);
    let submitted = client(&toy).submit(statement(b"x", 1).as_bytes()).unwrap();
    assert_eq!((submitted.repeated, submitted.answer.entry.index, toy.size()), (true, 1, 2));
    toy.trick(Trick::HangUp);
    toy.trick(Trick::HangUp);
    let error = client(&toy).submit(statement(b"y", 1).as_bytes()).unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
}

#[test]
fn what_no_ledger_answers_is_an_error_that_says_so() {
    let toy = Toy::start();
    let client = client(&toy);
    let submit = || client.submit(statement(b"x", 1).as_bytes()).unwrap_err();
    toy.trick(canned("200 OK", "", "<html>"));
    assert!(matches!(submit(), ClientError::NotUnderstood { .. }));
    toy.trick(canned("404 Not Found", "", "<html>"));
    assert!(matches!(submit(), ClientError::Status { status: 404, .. }));
    toy.trick(canned("301 Moved", "location: https://elsewhere.example/\r\n", ""));
    assert!(matches!(submit(), ClientError::Redirected { to, .. } if to == "https://elsewhere.example/"));
    toy.trick(Trick::Say(b"HTTP/1.1 200 OK\r\n\r\n".iter().copied().chain(vec![b' '; (16 << 20) + 1]).collect()));
    assert!(matches!(submit(), ClientError::TooLong { limit, .. } if limit == 16 << 20));
    toy.trick(Trick::Say(b"SSH-2.0-OpenSSH\r\n".to_vec()));
    assert!(!submit().to_string().is_empty());
    assert!(toy.book().tricks.is_empty() && toy.size() == 1);
}

#[test]
fn nobody_there_is_said_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::with_pause(address.parse().unwrap(), |_| panic!("waited")).ledger().unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert!(error.hint().unwrap().contains("notarium serve"));
}

#[test]
fn lists_are_paged_through_and_what_agrees_in_one_digest_is_kept_apart() {
    let toy = Toy::start();
    toy.book().page = 2;
    for nonce in 0..5 {
        toy.book().admit(&statement(b"wanted", nonce));
        toy.book().admit(&statement(b"other", nonce));
    }
    let (wanted, other) = (fingerprint(b"wanted"), fingerprint(b"other"));
    let found = find(&client(&toy), Sought::Evidence(wanted)).unwrap();
    let indexes: Vec<_> = found.same.iter().map(|entry| entry.index).collect();
    assert_eq!((indexes, found.partial.len(), found.size), (vec![1, 3, 5, 7, 9], 0, 11));
    let both = find(&client(&toy), Sought::Either(*wanted.sha256(), *other.sm3())).unwrap();
    assert_eq!(both.same.len(), 10);
    let unknown = find(&client(&toy), Sought::Sm3(*fingerprint(b"unknown").sm3())).unwrap();
    assert!(unknown.same.is_empty());
    assert_eq!(client(&toy).entries(Lookup::Sm3, other.sm3(), Some(4)).unwrap().entries[0].index, 6);
}

#[test]
fn a_list_that_does_not_go_on_is_no_list() {
    let toy = Toy::start();
    toy.book().admit(&statement(b"x", 1));
    // The same page over and over: what it says comes next is what was there.
    toy.trick(page(&toy, 2, "/more", &[1]));
    toy.trick(page(&toy, 2, "/more", &[1]));
    let error = find(&client(&toy), Sought::Evidence(fingerprint(b"x"))).unwrap_err();
    assert!(matches!(error, LookupError::Stuck { after: 1 }), "{error}");
    toy.trick(canned("200 OK", "", r#"{"size":9,"next":"/more","entries":[]}"#));
    let error = find(&client(&toy), Sought::Evidence(fingerprint(b"x"))).unwrap_err();
    assert!(matches!(error, LookupError::Stuck { .. }), "{error}");
}

/// One page with these entries, whatever was asked for.
fn page(toy: &Toy, size: u64, next: &str, indexes: &[u64]) -> Trick {
    let entries = &toy.book().entries;
    let view = |index: &u64| EntryView::new(&Entry::parse(&entries[usize::try_from(*index).unwrap()]).unwrap());
    let next = (!next.is_empty()).then(|| next.to_owned());
    let list = EntryList { size, entries: indexes.iter().map(view).collect(), next, checkpoint: None, proofs: None };
    canned("200 OK", "", &serde_json::to_string(&list).unwrap())
}

#[test]
fn an_entry_that_should_not_be_on_a_list_is_not_taken_from_it() {
    let toy = Toy::start();
    for evidence in [&b"x"[..], b"other", b"x"] {
        let nonce = u8::try_from(toy.size()).unwrap();
        toy.book().admit(&statement(evidence, nonce));
    }
    let wanted = fingerprint(b"x");
    let answer = |trick: Trick| {
        toy.trick(trick);
        let found = find(&client(&toy), Sought::Sha256(*wanted.sha256()));
        toy.book().tricks.clear();
        found
    };
    assert_eq!(answer(page(&toy, 4, "", &[1, 3])).unwrap().same.len(), 2);
    for (trick, at) in [(page(&toy, 4, "", &[1, 2]), 2), (page(&toy, 4, "", &[0]), 0)] {
        let error = answer(trick).unwrap_err();
        assert!(matches!(error, LookupError::Foreign { index } if index == at), "{error}");
        assert!(error.hint().is_some());
    }
    let beyond = answer(page(&toy, 3, "", &[1, 3])).unwrap_err();
    assert!(matches!(beyond, LookupError::Beyond { index: 3, size: 3 }), "{beyond}");
    let backwards = answer(page(&toy, 4, "", &[3, 1])).unwrap_err();
    assert!(matches!(backwards, LookupError::Stuck { .. }), "{backwards}");
    // The digest is right, the bytes are another entry's: what is listed is read from the bytes.
    let Trick::Say(bytes) = page(&toy, 4, "", &[3]) else { unreachable!() };
    let text = String::from_utf8(bytes).unwrap().replace("\"index\":3", "\"index\":1");
    let misnamed = answer(Trick::Say(text.into_bytes())).unwrap_err();
    assert!(matches!(misnamed, LookupError::Unreadable { index: 1, .. }), "{misnamed}");
}

#[test]
fn what_a_list_says_of_an_entry_is_read_from_the_entry() {
    let toy = Toy::start();
    toy.book().admit(&statement(b"x", 1));
    let Trick::Say(bytes) = page(&toy, 2, "", &[1]) else { unreachable!() };
    let honest = String::from_utf8(bytes).unwrap();
    let at = honest.find("\"time\":\"2026").unwrap() + 8;
    toy.trick(Trick::Say(format!("{}1{}", &honest[..at], &honest[at + 1..]).into_bytes()));
    let found = find(&client(&toy), Sought::Sha256(*fingerprint(b"x").sha256())).unwrap();
    assert!(found.same[0].time.starts_with("2026-"), "{}", found.same[0].time);
    assert_eq!(found.size, 2);
}

#[test]
fn only_a_first_refusal_of_the_statement_itself_is_for_good() {
    let toy = Toy::start();
    let refused = |tricks: Vec<Trick>| {
        toy.book().tricks.extend(tricks);
        client(&toy).submit(statement(b"x", 1).as_bytes()).unwrap_err().is_for_good()
    };
    assert!(refused(vec![refusal("bad-signature", 403, "", "")]));
    assert!(!refused(vec![refusal("too-large", 413, "", "")]));
    assert!(!refused(vec![Trick::HangUp, refusal("bad-signature", 403, "", "")]));
    assert!(!refused(vec![problem(503, "busy", ""), refusal("bad-signature", 403, "", "")]));
    assert!(!refused(vec![canned("403 X", "", "by a proxy")]));
}

/// A connection that counts what is read from it.
struct Counted(TcpStream, Arc<AtomicUsize>);

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(usize::from(read > 0), Ordering::SeqCst);
        Ok(read)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn sixteen_calls_side_by_side_keep_their_connections() {
    let (opened, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counters = (Arc::clone(&opened), Arc::clone(&requests));
    let toy = Toy::serve("http", move |stream| {
        counters.0.fetch_add(1, Ordering::SeqCst);
        Some(Box::new(Counted(stream, Arc::clone(&counters.1))))
    });
    let client = client(&toy);
    for round in 1..=2 {
        // Nothing is answered until all of them have asked.
        let busy = toy.book();
        thread::scope(|scope| {
            let calls: Vec<_> = (0..16).map(|_| scope.spawn(|| client.ledger().unwrap())).collect();
            while requests.load(Ordering::SeqCst) < 16 * round {
                thread::yield_now();
            }
            drop(busy);
            for call in calls {
                assert_eq!(call.join().unwrap().origin, ORIGIN);
            }
        });
        assert_eq!(opened.load(Ordering::SeqCst), 16, "round {round}");
    }
}

/// A certificate authority made for one test, and a toy ledger behind a certificate of it.
pub(crate) struct Tls {
    folder: tempfile::TempDir,
    pub(crate) toy: Toy,
}

impl Tls {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let openssl = |arguments: &str| {
            let output = Command::new("openssl").args(arguments.split(' ')).current_dir(&folder).output();
            let output = output.expect("these tests need openssl (.ci/setup --tests)");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
        openssl(&format!("{new} -subj /CN=test-ca -keyout ca.key -out ca.pem -addext keyUsage=critical,keyCertSign"));
        openssl(&format!(
            "{new} -subj /CN=localhost -keyout leaf.key -out leaf.pem -CA ca.pem -CAkey ca.key \
             -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
        ));
        let certificate = CertificateDer::from_pem_file(folder.path().join("leaf.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.path().join("leaf.key")).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        let toy = Toy::serve("https", move |stream| {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(Box::new(rustls::StreamOwned::new(session, stream)))
        });
        Self { folder, toy }
    }

    /// The authority's own certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_with_a_way_out() {
    let tls = Tls::start();
    let error = client(&tls.toy).ledger().unwrap_err();
    assert!(matches!(error, ClientError::Tls { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("SSL_CERT_FILE"));
    assert!(tls.toy.book().asked.is_empty());
}

#[test]
fn plain_http_behind_an_https_address_is_no_secure_connection() {
    let toy = Toy::serve("https", |mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok()?;
        Some(Box::new(stream))
    });
    let error = client(&toy).ledger().unwrap_err();
    assert!(matches!(error, ClientError::Tls { .. }), "{error:?}");
}
