//! Fills a ledger with deposits, as fast as this machine signs, checks and stores: for tests of what large ledgers do.
//!
//! `fill DIR COUNT [ORIGIN]` makes the ledger in DIR if there is none, as `notarium init` does, and adds deposits until it has
//! COUNT entries. All cores sign and check; one thread commits batches of 4096, each synced. The deposits are the same each
//! time (entry 1 is about the text "evidence 1", and so on), by 16 keys whose seeds are 32 times their number.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body, Evidence, Fingerprint, Genesis, SignedStatement, VerifiedStatement};
use notarium::keyfile;
use notarium::ledger::{Appender, genesis};
use notarium::note::VerifierKey;
use notarium::store::{Founding, Memory, OpenOptions, Opened, Writer, open};
use notarium::trust::{Policy, SignedCheckpoint};

type Outcome<T> = Result<T, Box<dyn Error>>;

const BATCH: u64 = 4096;
const SUBMITTERS: u8 = 16;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (directory, count, origin) = match args.as_slice() {
        [directory, count] => (Path::new(directory), count.parse()?, "filled.example/ledger"),
        [directory, count, origin] => (Path::new(directory), count.parse()?, origin.as_str()),
        _ => return Err("usage: fill DIR COUNT [ORIGIN]".into()),
    };
    if !directory.join("ledger.key").exists() {
        found(directory, origin)?;
    }
    let began = Instant::now();
    let added = Filler::open(directory)?.fill(count)?;
    report(added, began.elapsed().as_secs_f64());
    Ok(())
}

/// Makes the ledger: its key, its policy, its first entry.
fn found(directory: &Path, origin: &str) -> Outcome<()> {
    let founding = Founding::begin(directory)?;
    let key = keyfile::generate()?;
    keyfile::write_new(&directory.join("ledger.key"), &key, None)?;
    let body = Genesis { origin: origin.parse()?, admission: Admission::Open };
    let verifier = VerifierKey::new_ed25519(body.origin.key_name().clone(), key.public());
    std::fs::write(directory.join("policy"), Policy::for_log(&verifier, None)?.as_bytes())?;
    founding.finish(genesis(body, &key, now()?)?, &key, Memory::default())?;
    Ok(())
}

/// An open ledger, for writing.
struct Filler {
    writer: Writer,
    appender: Appender,
    last: Arc<SignedCheckpoint>,
    key: SigningKey,
}

impl Filler {
    fn open(directory: &Path) -> Outcome<Self> {
        let key = keyfile::read(&directory.join("ledger.key"), || None)?.key;
        let Opened { mut writer, appender, .. } = open(directory, &OpenOptions::default())?;
        let last = writer.publish_stored(&key)?;
        Ok(Self { writer, appender, last, key })
    }

    /// Adds entries until there are `count`, and says how many.
    fn fill(&mut self, count: u64) -> Outcome<u64> {
        let first = self.appender.head().size.get();
        let workers = thread::available_parallelism()?.get();
        let (sender, batches) = sync_channel(2 * workers);
        let next = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || sign_batches(first..count, next, &sender));
            }
            drop(sender);
            self.commit_in_order(&batches)
        })?;
        self.writer.flush()?;
        Ok(count.saturating_sub(first))
    }

    /// Commits batches by their numbers, in whatever order they come.
    fn commit_in_order(&mut self, batches: &Receiver<(u64, Vec<VerifiedStatement>)>) -> Outcome<()> {
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (number, statements) in batches {
            early.insert(number, statements);
            while let Some(statements) = early.remove(&due) {
                self.commit(statements)?;
                due += 1;
            }
        }
        if early.is_empty() { Ok(()) } else { Err("a batch is missing".into()) }
    }

    /// The five steps of the sequencer's thread.
    fn commit(&mut self, statements: Vec<VerifiedStatement>) -> Outcome<()> {
        let batch = self.appender.plan(now()?, statements)?;
        let next = batch.next();
        let committed = self.writer.commit(batch, &self.last)?;
        let published = self.writer.publish(committed.sign(&self.key))?;
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
        Ok(())
    }
}

/// Signs one batch after another of those that nobody has taken, until there are none or nobody wants them.
fn sign_batches(entries: Range<u64>, next: &AtomicU64, sender: &SyncSender<(u64, Vec<VerifiedStatement>)>) {
    let submitters: Vec<SigningKey> = (0..SUBMITTERS).map(|number| SigningKey::from_seed(&[number; 32])).collect();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let start = entries.start.saturating_add(number * BATCH);
        let batch = start..entries.end.min(start.saturating_add(BATCH));
        if batch.is_empty() {
            return;
        }
        let statements = batch.map(|index| statement(index, &submitters)).collect();
        if sender.send((number, statements)).is_err() {
            return;
        }
    }
}

#[expect(clippy::expect_used, reason = "a thread can only end; the statement is sound by construction")]
fn statement(index: u64, submitters: &[SigningKey]) -> VerifiedStatement {
    let mut hasher = DualHasher::new();
    hasher.update(format!("evidence {index}").as_bytes());
    let body = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: u128::from(index).to_be_bytes(),
    };
    let submitter = &submitters[usize::try_from(index % u64::from(SUBMITTERS)).unwrap_or_default()];
    let signed = SignedStatement::sign(&Body::Evidence(body), submitter).expect("a sound statement");
    signed.verify().expect("the signature that was just made")
}

fn now() -> Outcome<Time> {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    Time::from_millis(u64::try_from(millis)?).map_err(|error| format!("{error:?}").into())
}

#[expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "an example has no output room; a rate is for people"
)]
fn report(added: u64, seconds: f64) {
    println!("{added} entries in {seconds:.1} s, {:.0} a second", added as f64 / seconds);
}
