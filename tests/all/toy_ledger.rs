//! A ledger in memory behind a socket, for the client's, the desk's and the command line's tests.
//!
//! It admits, proves and signs as a real one does, with the library's own tree and receipts, and on demand it misbehaves in
//! the ways that a real one must not be asked to: it lies, stalls, redirects, hangs up. The real server is tested elsewhere.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use notarium::api::{
    Earlier, EarlierDeposit, EntryHead, EntryList, EntryView, LedgerInfo, PartialHits, Software, SubmitAnswer,
};
use notarium::codec::Time;
use notarium::crypto::SigningKey;
use notarium::evidence::{Body, Entry, Evidence, SignedStatement, StatementId};
use notarium::ledger::{Disclosure, Receipt};
use notarium::merkle::{Frontier, Hash, LeafIndex, leaf_hash, prove_inclusion};
use notarium::note::VerifierKey;
use notarium::registry::Registry;
use notarium::trust::{Checkpoint, SignedCheckpoint};

/// 2026-11-23T08:50:00Z: the time of entry 0; every entry comes a second later.
pub(crate) const START: u64 = 1_795_423_800_000;
pub(crate) const ORIGIN: &str = "toy.example/ledger";

/// How one request is answered instead of properly.
pub(crate) enum Trick {
    /// With these bytes, whatever was asked.
    Say(Vec<u8>),
    /// With nothing: the connection is closed. What was submitted is not admitted.
    HangUp,
    /// Properly admitted, and then the connection is closed.
    AdmitAndHangUp,
    /// With the receipt of the entry before.
    WrongReceipt,
    /// A batch: the statements of these numbers, from 1, are refused with this kind and status, the others admitted.
    RefuseLines(Vec<usize>, &'static str, u16),
}

pub(crate) struct Book {
    pub(crate) key: SigningKey,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Method and path of every request.
    pub(crate) asked: Vec<String>,
    /// For the next requests, in order; requests for `/v1/ledger` take none.
    pub(crate) tricks: VecDeque<Trick>,
    /// Entries on one page of a list.
    pub(crate) page: usize,
    /// Statements that a batch may have.
    pub(crate) most: usize,
    frontier: Frontier,
    known: HashMap<StatementId, u64>,
}

pub(crate) struct Toy {
    pub(crate) url: String,
    book: Arc<Mutex<Book>>,
}

pub(crate) fn canned(status: &str, headers: &str, body: &str) -> Trick {
    let length = body.len();
    Trick::Say(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes())
}

pub(crate) fn problem(status: u16, detail: &str, hint: &str) -> Trick {
    refusal("busy", status, detail, hint)
}

/// A refusal of the kind that stands at the end of its URN.
pub(crate) fn refusal(kind: &str, status: u16, detail: &str, hint: &str) -> Trick {
    let body = format!(
        r#"{{"type":"urn:notarium:problem:{kind}","title":"t","status":{status},"detail":"{detail}","hint":"{hint}"}}"#
    );
    canned(&format!("{status} X"), "content-type: application/problem+json\r\nretry-after: 0\r\n", &body)
}

impl Toy {
    pub(crate) fn start() -> Self {
        Self::serve("http", |stream| Some(Box::new(stream)))
    }

    /// Serves every connection on a thread of its own, through `wrap` (TLS, or nothing).
    pub(crate) fn serve(scheme: &str, wrap: impl Fn(TcpStream) -> Option<Box<dyn ReadWrite>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Arc::new(Mutex::new(Book::new()));
        let shared = Arc::clone(&book);
        // It ends with the test's process; nothing waits for it.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (book, stream) = (Arc::clone(&shared), wrap(stream));
                thread::spawn(move || stream.map(|stream| converse(BufReader::new(stream), &book)));
            }
        });
        Self { url: format!("{scheme}://localhost:{port}"), book }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    pub(crate) fn trick(&self, trick: Trick) {
        self.book().tricks.push_back(trick);
    }

    /// Number of entries, genesis among them.
    pub(crate) fn size(&self) -> usize {
        self.book().entries.len()
    }

    pub(crate) fn vkey(&self) -> VerifierKey {
        self.book().vkey()
    }

    /// The policy that believes it.
    pub(crate) fn policy(&self) -> String {
        format!("log {}\nquorum none\n", self.vkey())
    }
}

pub(crate) trait ReadWrite: Read + Write + Send {}
impl<T: Read + Write + Send> ReadWrite for T {}

impl Book {
    fn new() -> Self {
        let key = SigningKey::from_seed(&[7; 32]);
        let (entries, asked, tricks) = (Vec::new(), Vec::new(), VecDeque::new());
        let frontier = Frontier::new();
        let mut book = Self { key, entries, asked, tricks, page: 500, most: 1000, frontier, known: HashMap::new() };
        let genesis = notarium::evidence::Genesis {
            origin: ORIGIN.parse().unwrap(),
            admission: notarium::evidence::Admission::Open,
        };
        let genesis = SignedStatement::sign(&Body::Genesis(genesis), &book.key).unwrap();
        book.admit(&genesis);
        book
    }

    fn vkey(&self) -> VerifierKey {
        VerifierKey::new_ed25519(ORIGIN.parse().unwrap(), self.key.public())
    }

    /// The entry of a statement, and whether it was there before.
    pub(crate) fn admit(&mut self, statement: &SignedStatement) -> (u64, bool) {
        if let Some(index) = self.known.get(&statement.id()) {
            return (*index, true);
        }
        let index = self.entries.len() as u64;
        let previous = self.entries.last().map_or(Hash::from_bytes([0; 32]), |entry| leaf_hash(entry));
        let time = Time::from_millis(START + index * 1000).unwrap();
        let entry = Entry::encode(LeafIndex::new(index), time, &previous, statement).unwrap();
        self.frontier.append(leaf_hash(&entry)).unwrap();
        self.entries.push(entry);
        self.known.insert(statement.id(), index);
        (index, false)
    }

    /// It enrols nobody.
    fn registry(&self) -> Registry {
        let genesis = self.entry(0);
        Registry::found(genesis.leaf_hash(), &genesis.statement().unwrap()).unwrap()
    }

    fn entry(&self, index: u64) -> Entry {
        Entry::parse(&self.entries[usize::try_from(index).unwrap()]).unwrap()
    }

    pub(crate) fn receipt(&self, index: u64) -> String {
        let head = self.frontier.head();
        let checkpoint = Checkpoint { origin: ORIGIN.parse().unwrap(), head };
        let path = prove_inclusion(LeafIndex::new(index), head.size, &self.frontier).unwrap();
        let disclosure = Disclosure::new(self.entry(index).as_bytes().to_vec(), None, None).unwrap();
        let signed = SignedCheckpoint::sign(&checkpoint, &self.key);
        Receipt::new(LeafIndex::new(index), path, disclosure, signed).unwrap().into_text()
    }

    fn evidence(&self, index: u64) -> Option<Evidence> {
        match self.entry(index).statement().unwrap().body() {
            Body::Evidence(evidence) => Some(evidence.clone()),
            _ => None,
        }
    }

    fn earlier(&self, index: u64) -> Earlier {
        let fingerprint = self.evidence(index).map(|evidence| evidence.fingerprint);
        let same = (0..index).filter(|at| self.evidence(*at).map(|evidence| evidence.fingerprint) == fingerprint);
        let entries: Vec<_> = same
            .map(|at| {
                let (entry, statement) = (self.entry(at), self.entry(at).statement().unwrap());
                EarlierDeposit {
                    index: at,
                    time: entry.time().to_string(),
                    public_key: statement.public_key().unwrap().to_string(),
                    statement_id: statement.id().to_string(),
                    key: None,
                }
            })
            .collect();
        Earlier {
            count: entries.len() as u64,
            first: entries.first().cloned(),
            entries,
            partial: PartialHits::default(),
        }
    }

    fn answer(&self, index: u64) -> String {
        let entry = self.entry(index);
        let answer = SubmitAnswer {
            entry: EntryHead {
                index,
                time: entry.time().to_string(),
                leaf: entry.leaf_hash().to_string(),
                statement_id: entry.statement().unwrap().id().to_string(),
            },
            receipt: self.receipt(index),
            key: None,
            earlier: self.earlier(index),
        };
        serde_json::to_string(&answer).unwrap()
    }

    /// Answers every statement of a batch but those that the trick refuses; none when the batch is too large.
    fn answer_batch(&mut self, body: &[u8], trick: Option<&Trick>) -> Option<String> {
        let (mut rest, mut statements) = (body, Vec::new());
        while let [high, low, after @ ..] = rest {
            let (statement, after) = after.split_at(usize::from(u16::from_be_bytes([*high, *low])));
            statements.push(SignedStatement::parse(statement).unwrap());
            rest = after;
        }
        if statements.len() > self.most {
            return None;
        }
        let mut lines = String::new();
        for (number, statement) in (1..).zip(&statements) {
            let (status, outcome) = match trick {
                Some(Trick::RefuseLines(refused, kind, status)) if refused.contains(&number) => {
                    let urn = format!("urn:notarium:problem:{kind}");
                    let problem = format!(r#"{{"type":"{urn}","title":"t","status":{status},"detail":"no"}}"#);
                    (*status, format!(r#""problem":{problem}"#))
                }
                _ => {
                    let (index, repeated) = self.admit(statement);
                    (if repeated { 200 } else { 201 }, format!(r#""answer":{}"#, self.answer(index)))
                }
            };
            writeln!(lines, "{{\"line\":{number},\"status\":{status},{outcome}}}").unwrap();
        }
        Some(lines)
    }

    fn info(&self) -> String {
        let (name, version, build) = ("toy".to_owned(), "0".to_owned(), "0".to_owned());
        let info = LedgerInfo {
            retiring_vkey: None,
            origin: ORIGIN.to_owned(),
            vkey: self.vkey().to_string(),
            size: self.entries.len() as u64,
            root: self.frontier.root().to_string(),
            genesis: self.entry(0).leaf_hash().to_string(),
            admission: "open".to_owned(),
            software: Software { name, version, build },
        };
        serde_json::to_string(&info).unwrap()
    }

    fn view(&self, index: &str) -> Option<String> {
        let entry = self.entries.get(index.parse::<usize>().ok()?)?;
        serde_json::to_string(&EntryView::with_key(&Entry::parse(entry).unwrap(), &self.registry())).ok()
    }

    fn list(&self, query: &str) -> String {
        let mut after = None;
        let mut matches: Vec<u64> = Vec::new();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let of = |evidence: &Evidence| match name {
                "sha256" => evidence.fingerprint.sha256().to_string() == value,
                _ => evidence.fingerprint.sm3().to_string() == value,
            };
            match name {
                "after" => after = value.parse::<u64>().ok(),
                "limit" => {}
                _ => {
                    let all = 0..self.entries.len() as u64;
                    matches = all.filter(|at| self.evidence(*at).as_ref().is_some_and(of)).collect();
                }
            }
        }
        matches.retain(|index| after.is_none_or(|after| *index > after));
        let next = (matches.len() > self.page).then(|| "/v1/entries?more".to_owned());
        let registry = self.registry();
        let view = |index: &u64| EntryView::with_key(&self.entry(*index), &registry);
        let entries = matches.iter().take(self.page).map(view).collect();
        let list = EntryList { size: self.entries.len() as u64, entries, next, checkpoint: None, proofs: None };
        serde_json::to_string(&list).unwrap()
    }
}

/// Answers requests until the other side is done.
fn converse(mut stream: BufReader<Box<dyn ReadWrite>>, book: &Mutex<Book>) {
    while let Some((request, body)) = read_request(&mut stream) {
        let Some(answer) = respond(&mut book.lock().unwrap(), &request, &body) else { return };
        if stream.get_mut().write_all(&answer).and_then(|()| stream.get_mut().flush()).is_err() {
            return;
        }
    }
}

fn respond(book: &mut Book, request: &str, body: &[u8]) -> Option<Vec<u8>> {
    book.asked.push(request.to_owned());
    let (method, path) = request.split_once(' ')?;
    let trick = if path == "/v1/ledger" { None } else { book.tricks.pop_front() };
    let ok = |status: &str, body: String| {
        let length = body.len();
        Some(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
    };
    match (method, path, trick) {
        (_, _, Some(Trick::HangUp)) => None,
        (_, _, Some(Trick::Say(bytes))) => Some(bytes),
        (_, "/v1/ledger", _) => ok("200 OK", book.info()),
        ("POST", "/v1/evidence/batch", trick) => match book.answer_batch(body, trick.as_ref()) {
            _ if matches!(trick, Some(Trick::AdmitAndHangUp)) => None,
            Some(lines) => ok("200 OK", lines),
            None => match refusal("too-large", 413, "too many", "fewer") {
                Trick::Say(bytes) => Some(bytes),
                _ => None,
            },
        },
        ("POST", "/v1/evidence", trick) => {
            let statement = SignedStatement::parse(body).unwrap();
            statement.check_signature().unwrap();
            let (index, repeated) = book.admit(&statement);
            match trick {
                Some(Trick::AdmitAndHangUp) => None,
                Some(_) => ok("201 Created", book.answer(index - 1)),
                None => ok(if repeated { "200 OK" } else { "201 Created" }, book.answer(index)),
            }
        }
        (_, path, _) if path.starts_with("/v1/entries?") => ok("200 OK", book.list(path.split_once('?')?.1)),
        (_, path, _) if path.starts_with("/v1/entries/") => ok("200 OK", book.view(path.rsplit_once('/')?.1)?),
        _ => ok("404 Not Found", String::new()),
    }
}

fn read_request(stream: &mut BufReader<Box<dyn ReadWrite>>) -> Option<(String, Vec<u8>)> {
    let mut first = String::new();
    if stream.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let mut words = first.split(' ');
    Some((format!("{} {}", words.next()?, words.next()?), body))
}
