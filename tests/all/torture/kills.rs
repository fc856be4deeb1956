//! The crash harness: the real server under load, killed at random moments and at every named place, time and again.
//!
//! After each kill the folder is looked at as it was left, before anything repairs it, and held against all that was ever
//! given out; the next life then recovers it. Clients repeat what was not answered, as they are told that they may.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use notarium::client::{Client, ClientError, Submitted};
use notarium::crypto::SigningKey;
use notarium::evidence::{Role, VerifiedStatement};
use notarium::keyfile::{self, Unlocked};
use notarium::ledger::Receipt;
use notarium::note::VerifierKey;
use notarium::sequencer::{Moment, Stage};
use notarium::store::{Inspection, OpenOptions, inspect, open};
use notarium::trust::SignedCheckpoint;
use strum::VariantArray;
use tempfile::TempDir;

use super::{Attack, History, Random, say};
use crate::founded::{evidence, memory, signed, statement};
use crate::registry::{ALWAYS, enrol};
use crate::samples::submitter_key;

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");
const CLIENTS: u64 = 4;
/// Kills of one ledger; then another is made, so that holding it against everything stays cheap.
const KILLS_OF_ONE: u64 = 50;
/// The server's write buffers, and so about the most of the log that a start reads.
const WRITE_BUFFERS_MIB: u64 = 8;

/// How a life ends.
#[derive(Debug)]
enum End {
    /// At a named place.
    At(String),
    /// After so many answers, and a little later.
    Answers(usize, Duration),
    /// While it starts.
    Starting(Duration),
    /// While it stops, having been told to.
    Stopping(Duration),
    /// In `rebuild-index`, after the server was killed.
    Indexing(Duration),
}

fn place(random: &mut Random, number: Option<u64>) -> End {
    let places: Vec<(&str, &str)> =
        Moment::VARIANTS.iter().flat_map(|moment| Stage::VARIANTS.iter().map(|s| (moment.into(), s.into()))).collect();
    let (moment, stage) = match number {
        Some(number) => places[usize::try_from(number).unwrap() % places.len()],
        None => *random.pick(&places),
    };
    let delay = if moment == "in" { format!(":{}", random.below(1500)) } else { String::new() };
    End::At(format!("{moment}-{stage}:{}{delay}", 1 + random.below(12)))
}

/// The first rounds go through all places, the others are drawn.
fn end_of(round: u64, random: &mut Random) -> End {
    let places = (Moment::VARIANTS.len() * Stage::VARIANTS.len()) as u64;
    if round < places {
        return place(random, Some(round));
    }
    match random.below(20) {
        0..8 => place(random, None),
        8..14 => End::Answers(usize::try_from(random.below(80)).unwrap(), Duration::from_micros(random.below(3000))),
        14..17 => End::Starting(Duration::from_micros(random.below(60_000))),
        17..19 => End::Stopping(Duration::from_micros(random.below(20_000))),
        _ => End::Indexing(Duration::from_micros(random.below(60_000))),
    }
}

/// A ledger that lives many lives.
struct Victim {
    _room: TempDir,
    directory: PathBuf,
    key: SigningKey,
    history: History,
    /// What was sent and not answered.
    unknown: Vec<VerifiedStatement>,
    next: AtomicU64,
    recoveries: Vec<Duration>,
    largest_log: u64,
}

impl Victim {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let directory = room.path().join("ledger");
        let init =
            Command::new(PROGRAM).arg("init").arg(&directory).args(["--origin", "ledger.example/torture"]).output();
        assert!(init.unwrap().status.success());
        let Unlocked { key, .. } = keyfile::read(&directory.join("ledger.key"), || None).unwrap();
        let vkey = VerifierKey::new_ed25519("ledger.example/torture".parse().unwrap(), key.public());
        Self {
            _room: room,
            directory,
            key,
            history: History::of(vkey),
            unknown: Vec::new(),
            next: AtomicU64::new(1),
            recoveries: Vec::new(),
            largest_log: 0,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").arg(&self.directory).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        command.args(["--least-free-mib", "0", "--write-buffers-mib", &WRITE_BUFFERS_MIB.to_string()]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// One life, from its start to its violent end.
    fn live_and_die(&mut self, end: &End) {
        let mut command = self.command();
        if let End::At(place) = end {
            command.env("NOTARIUM_FAIL_POINT", place);
        }
        let started = Instant::now();
        let mut child = command.spawn().unwrap();
        if let End::Starting(after) = end {
            wait_until(started + *after);
            kill(&mut child);
            return;
        }
        let client = client_of(&mut child);
        self.recoveries.push(started.elapsed());
        self.load(&mut child, &client, end);
        if let End::Indexing(after) = end {
            let mut rebuild =
                Command::new(PROGRAM).arg("rebuild-index").arg(&self.directory).stderr(Stdio::null()).spawn();
            let rebuild = rebuild.as_mut().unwrap();
            wait_until(Instant::now() + *after);
            let _ = rebuild.kill();
            rebuild.wait().unwrap();
            let again = Command::new(PROGRAM).arg("rebuild-index").arg(&self.directory).output().unwrap();
            assert!(again.status.success(), "{again:?}");
        }
    }

    /// Clients deposit until the server is gone; meanwhile it is killed, or kills itself.
    fn load(&mut self, child: &mut Child, client: &Client, end: &End) {
        let unknown = Mutex::new(std::mem::take(&mut self.unknown));
        let (receipts, notes, count) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), AtomicUsize::new(0));
        let registrar = self.key.clone();
        thread::scope(|scope| {
            for number in 0..CLIENTS {
                let (unknown, receipts, notes, count, next) = (&unknown, &receipts, &notes, &count, &self.next);
                let registrar = &registrar;
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    loop {
                        mine.extend(unknown.lock().unwrap().pop());
                        let wanted = if number == 0 { 12 } else { 1 };
                        while mine.len() < wanted {
                            mine.push(nth(next.fetch_add(1, Ordering::Relaxed), client, registrar));
                        }
                        let Ok(given) = deposit(client, &mine) else { break };
                        mine.clear();
                        count.fetch_add(given.len(), Ordering::Relaxed);
                        receipts.lock().unwrap().extend(given);
                        if number == 1
                            && let Ok(note) = client.checkpoint()
                        {
                            notes.lock().unwrap().push(note);
                        }
                    }
                    unknown.lock().unwrap().append(&mut mine);
                });
            }
            let status = finish(child, end, &count);
            let is_due = status.code().is_none() || status.success() && matches!(end, End::Stopping(_));
            assert!(is_due, "the server ended by itself: {status}, {end:?}");
        });
        self.unknown = unknown.into_inner().unwrap();
        for receipt in receipts.into_inner().unwrap() {
            self.history.acknowledge(&Receipt::parse(receipt.as_bytes()).unwrap());
        }
        for note in notes.into_inner().unwrap() {
            self.history.sign(&SignedCheckpoint::parse(note).unwrap());
        }
    }

    /// The folder as the kill left it, held against everything.
    fn look(&mut self) -> u64 {
        let Inspection { reader, tip, doubts } = inspect(&self.directory, memory()).unwrap();
        assert!(doubts.is_empty(), "{doubts:?}");
        self.history.sign(&tip.unwrap());
        let logs = std::fs::read_dir(self.directory.join("db")).unwrap().map(Result::unwrap);
        let logs = logs.filter(|file| file.path().extension().is_some_and(|end| end == "log"));
        self.largest_log = self.largest_log.max(logs.map(|file| file.metadata().unwrap().len()).sum());
        self.history.holds_in(&reader)
    }

    fn audit(&self) {
        let audit = Command::new(PROGRAM).arg("audit").arg(&self.directory).output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }

    /// Opened for writing at last, and held against everything once more.
    fn open(&mut self) -> u64 {
        let opened = open(&self.directory, &OpenOptions { memory: memory(), ..OpenOptions::default() }).unwrap();
        self.history.holds_in(&opened.reader)
    }
}

/// The nth statement: evidence, now and then one that continues the first, now and then an enrolment.
fn nth(n: u64, client: &Client, registrar: &SigningKey) -> VerifiedStatement {
    if n % 40 == 39
        && let Ok(ledger) = client.entry(0)
    {
        let genesis = notarium::merkle::Hash::from_bytes(notarium::codec::decode_hex(&ledger.leaf).unwrap());
        let key = SigningKey::from_seed(&std::array::from_fn(|at| n.to_be_bytes()[at % 8]));
        return enrol(&genesis, registrar, &key, Role::Registrar, ALWAYS).verify().unwrap();
    }
    if n % 7 == 6 {
        let mut later = evidence(&format!("evidence {n}"), n);
        later.continues = Some(statement(1).id());
        return signed(later, &submitter_key());
    }
    statement(n)
}

/// The receipts of what was admitted. A refusal of one statement is nobody's loss.
fn deposit(client: &Client, statements: &[VerifiedStatement]) -> Result<Vec<String>, ClientError> {
    let answers = if let [one] = statements {
        let sent = if one.kind() == notarium::evidence::Kind::Enrol {
            client.register(one.as_bytes())
        } else {
            client.submit(one.as_bytes())
        };
        vec![sent]
    } else {
        client.submit_batch(&statements.iter().map(|one| one.as_bytes()).collect::<Vec<_>>())?
    };
    let receipt = |answer: Result<Submitted, ClientError>| answer.map(|submitted| submitted.answer.receipt);
    answers.into_iter().map(receipt).collect()
}

/// Waits for the end, which is brought about here unless it comes by itself.
fn finish(child: &mut Child, end: &End, count: &AtomicUsize) -> ExitStatus {
    let wanted = match end {
        End::At(_) => return child.wait().unwrap(),
        End::Answers(answers, _) => *answers,
        End::Starting(_) | End::Stopping(_) | End::Indexing(_) => 20,
    };
    while count.load(Ordering::Relaxed) < wanted {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        thread::yield_now();
    }
    match end {
        End::Answers(_, after) => wait_until(Instant::now() + *after),
        End::Stopping(after) => {
            let told = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
            assert!(told.success());
            wait_until(Instant::now() + *after);
        }
        _ => {}
    }
    kill(child)
}

fn wait_until(then: Instant) {
    while Instant::now() < then {
        std::hint::spin_loop();
    }
}

fn kill(child: &mut Child) -> ExitStatus {
    child.kill().unwrap();
    child.wait().unwrap()
}

/// The address that a server prints once it has recovered.
fn client_of(child: &mut Child) -> Client {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it did not start: {line:?}"));
    Client::with_pause(address.parse().unwrap(), |_| {})
}

/// What an attack has come to, for the report.
#[derive(Default)]
struct Tally {
    kills: u64,
    ledgers: u64,
    receipts: usize,
    checkpoints: usize,
    entries: u64,
    recoveries: Vec<Duration>,
    largest_log: u64,
}

impl Tally {
    fn add(&mut self, victim: &Victim, entries: u64) {
        self.ledgers += 1;
        self.receipts += victim.history.receipts.len();
        self.checkpoints += victim.history.checkpoints();
        self.entries += entries;
        self.recoveries.extend(&victim.recoveries);
        self.largest_log = self.largest_log.max(victim.largest_log);
    }

    fn print(mut self) {
        self.recoveries.sort();
        let at = |part: usize| self.recoveries[(self.recoveries.len() - 1) * part / 100].as_millis();
        say(&format!(
            "{} kills of {} ledgers; {} entries, {} receipts and {} signed checkpoints held every time; start after a kill: \
             median {} ms, 99% {} ms, longest {} ms; largest log {} bytes",
            self.kills,
            self.ledgers,
            self.entries,
            self.receipts,
            self.checkpoints,
            at(50),
            at(99),
            at(100),
            self.largest_log
        ));
    }
}

/// The ledger's log is what a start must read: it is bounded, and with it the time of recovery.
fn check_log(victim: &Victim) {
    let most = 2 * (WRITE_BUFFERS_MIB << 20) + (1 << 20);
    assert!(victim.largest_log <= most, "{} bytes of log", victim.largest_log);
}

#[test]
fn nothing_acknowledged_is_lost_and_no_two_trees_are_signed_whenever_the_server_is_killed() {
    let attack = Attack::of(50);
    let mut random = Random::new(attack.seed);
    let mut tally = Tally::default();
    while attack.goes_on(tally.kills) {
        let mut victim = Victim::new();
        let mut entries = 1;
        for _ in 0..KILLS_OF_ONE {
            let end = end_of(tally.kills, &mut random);
            victim.live_and_die(&end);
            tally.kills += 1;
            let now = victim.look();
            assert!(now >= entries, "{end:?}");
            entries = now;
            if tally.kills % 10 == 0 {
                victim.audit();
            }
            if !attack.goes_on(tally.kills) {
                break;
            }
        }
        assert_eq!(victim.open(), entries);
        check_log(&victim);
        tally.add(&victim, entries);
    }
    assert!(tally.receipts > 0);
    tally.print();
}

#[test]
fn a_place_that_is_none_is_refused_and_one_that_is_named_is_said() {
    let victim = Victim::new();
    let refused =
        victim.command().env("NOTARIUM_FAIL_POINT", "before-lunch:1").stderr(Stdio::piped()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("\"before-lunch:1\" is no fail point") && said.contains("hint: unset"), "{said}");
    assert!(Path::new(&victim.directory).join("tip").exists());
}
