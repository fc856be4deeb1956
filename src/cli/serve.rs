//! `notarium serve`: a ledger over HTTP, until a signal says stop.
//!
//! Every option is an environment variable too. The first SIGINT or SIGTERM finishes what was accepted, a second one ends
//! at once; neither loses anything that was acknowledged. The address goes to stdout, the log to stderr.

mod fail_point;
mod open_files;

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::value_parser;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tracing::{info, warn};

use super::ledger_key::open_keys;
use super::ledger_option::read_policy;
use super::listening::{LAST_READS, LogArgs, Signals, bind, seconds, socket_address, until_stopped};
use super::output::{Output, WithHint, hinted_by};
use super::{Exit, build, clock, passphrase, software};
use crate::codec::Time;
use crate::follow::Mirrored;
use crate::ledger::CLOCK_TOLERANCE_MS;
use crate::sequencer::{self, Sequencer, StartError};
use crate::server::{
    App, AppError, Control, Limits, MAX_PROXIES, MirrorApp, Publish, Rate, Scrubs, ServeError, Witnesses, serve,
    serve_mirror,
};
use crate::store::{Memory, OpenError, OpenOptions, Opened, Reader, TornTail, open};
use crate::trust::{Origin, SignedCheckpoint};
use crate::upkeep::{LOSSES, Serving};
use crate::witness::{AskLimits, Behind, GatherError, Gathering, Standing};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the ledger, as `notarium init` made it
    #[arg(value_name = "DIR", env = "NOTARIUM_DIR")]
    directory: PathBuf,
    /// IP address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", env = "NOTARIUM_LISTEN", default_value = "127.0.0.1:8420", value_parser = socket_address)]
    listen: SocketAddr,
    /// Refuse to start unless this is the ledger's name
    #[arg(long, value_name = "NAME", env = "NOTARIUM_ORIGIN")]
    origin: Option<Origin>,
    /// Refuse to start unless the ledger has reached this signed checkpoint and agrees with it
    #[arg(long, value_name = "FILE", env = "NOTARIUM_AT_LEAST")]
    at_least: Option<PathBuf>,
    /// Serve a mirror or an export, read-only: DIR is what `notarium mirror` or `notarium export` made
    #[arg(long, env = "NOTARIUM_MIRROR", conflicts_with_all = ["at_least", "origin"])]
    mirror: bool,
    /// File with the ledger's private key, where it does not lie in DIR as ledger.key: such as a systemd credential
    #[arg(long, value_name = "FILE", env = "NOTARIUM_LEDGER_KEY", conflicts_with = "mirror")]
    ledger_key: Option<PathBuf>,
    /// Look the ledger over for damage by itself, so many days after the last time: at low priority, 32 MiB a second, in a process
    /// of its own. The log and `notarium doctor DIR --status` say what was found
    #[arg(long, value_name = "DAYS", env = "NOTARIUM_SCRUB_EVERY", conflicts_with = "mirror", value_parser = value_parser!(u16).range(1..))]
    scrub_every: Option<u16>,
    #[command(flatten)]
    source: passphrase::Source,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    witnesses: WitnessArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Witnesses")]
struct WitnessArgs {
    /// Policy whose witnesses are asked to cosign every checkpoint: C2SP tlog-policy, with this ledger's key as a log
    #[arg(long, value_name = "FILE", env = "NOTARIUM_WITNESS_POLICY")]
    witness_policy: Option<PathBuf>,
    /// Which checkpoint /checkpoint serves: the newest, or the newest that the quorum has cosigned; by default the latter where
    /// the policy has a quorum
    #[arg(long, value_name = "WHEN", env = "NOTARIUM_PUBLISH", value_enum, requires = "witness_policy")]
    publish: Option<PublishWhen>,
    /// How long a submission that waits for the quorum is held at most
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_WITNESS_WAIT", default_value = "10", value_parser = seconds)]
    witness_wait: Duration,
}

/// When a checkpoint is published.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum PublishWhen {
    /// As soon as the ledger has signed it
    Immediate,
    /// Once the quorum has cosigned it
    Quorum,
}

impl WitnessArgs {
    /// Starts to ask the witnesses, if there are any to ask.
    fn start(&self, reader: &Reader, sequencer: &Sequencer) -> anyhow::Result<Option<Witnesses>> {
        let Some(path) = &self.witness_policy else { return Ok(None) };
        let policy = read_policy(path)?;
        let publish = match self.publish {
            Some(PublishWhen::Quorum) => Publish::Quorum,
            None if policy.has_quorum() => Publish::Quorum,
            Some(PublishWhen::Immediate) | None => Publish::Immediate,
        };
        let gathering = Gathering::start(policy, reader.clone(), sequencer.checkpoint(), AskLimits::default());
        let gathering = gathering
            .map_err(hinted_by(|error: &GatherError| error.hint()))
            .with_context(|| format!("cannot ask the witnesses of {}", path.display()))?;
        Ok(Some(Witnesses { gathering, publish }))
    }
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Connections at a time; the next ones wait
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_CONNECTIONS", default_value_t = 4096, value_parser = value_parser!(u32).range(1..))]
    max_connections: u32,
    /// Requests at a time, each until its answer is taken; the next ones get 503
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_REQUESTS", default_value_t = 8192, value_parser = value_parser!(u32).range(1..))]
    max_requests: u32,
    /// Submissions at a time, beside batches; the next ones get 503 before their signature is looked at
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_SUBMISSIONS", default_value_t = 512, value_parser = value_parser!(u32).range(1..=1 << 20))]
    max_submissions: u32,
    /// Requests of one address in a second, on average; more get 429. Addresses of one IPv6 network (/64) count as one
    #[arg(long, value_name = "N", env = "NOTARIUM_RATE_PER_ADDRESS", value_parser = value_parser!(u32).range(1..=1_000_000))]
    rate_per_address: Option<u32>,
    /// New statements of one key in a second, on average; more get 429
    #[arg(long, value_name = "N", env = "NOTARIUM_RATE_PER_KEY", value_parser = value_parser!(u32).range(1..=1_000_000))]
    rate_per_key: Option<u32>,
    /// What may come at once after a rest, in seconds of those rates
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_BURST", default_value_t = 10, value_parser = value_parser!(u32).range(1..=3600))]
    burst: u32,
    /// Address of a proxy whose X-Forwarded-For is believed; up to four, with commas between them
    #[arg(long, value_name = "ADDRESSES", env = "NOTARIUM_TRUSTED_PROXIES", value_parser = proxies)]
    trusted_proxies: Option<Proxies>,
    /// Batches at a time; the next ones get 503
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_BATCHES", default_value_t = 16, value_parser = value_parser!(u32).range(1..))]
    max_batches: u32,
    /// Statements in a batch
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_BATCH_STATEMENTS", default_value_t = 1000, value_parser = value_parser!(u32).range(1..=100_000))]
    max_batch_statements: u32,
    /// Bytes in a batch
    #[arg(long, value_name = "BYTES", env = "NOTARIUM_MAX_BATCH_BYTES", default_value_t = 8 << 20, value_parser = value_parser!(u32).range(1..=1 << 30))]
    max_batch_bytes: u32,
    /// Statements that may wait to be committed; more get 503
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_QUEUE", default_value_t = 16_384, value_parser = value_parser!(u32).range(1..=1 << 20))]
    max_queue: u32,
    /// Statements that are committed together at most
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_COMMIT", default_value_t = 4096, value_parser = value_parser!(u32).range(1..=65_536))]
    max_commit: u32,
    /// Until the first bytes of a new connection
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_FIRST_BYTE_TIME", default_value = "5", value_parser = seconds)]
    first_byte_time: Duration,
    /// Until the head of a request is whole; also how long a connection may rest between requests
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_HEADER_TIME", default_value = "10", value_parser = seconds)]
    header_time: Duration,
    /// Until the body of a request is whole, and for a piece of an answer to be taken
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_BODY_TIME", default_value = "60", value_parser = seconds)]
    body_time: Duration,
    /// Until an answer is taken, to its end
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_ANSWER_TIME", default_value = "300", value_parser = seconds)]
    answer_time: Duration,
    /// To finish what was accepted, once told to stop
    #[arg(long, value_name = "SECONDS", env = "NOTARIUM_STOP_TIME", default_value = "30", value_parser = seconds)]
    stop_time: Duration,
    /// Free disk space below which nothing is admitted; reading goes on
    #[arg(long, value_name = "MIB", env = "NOTARIUM_LEAST_FREE_MIB", default_value_t = 256)]
    least_free_mib: u32,
    /// Memory for reading from the database
    #[arg(long, value_name = "MIB", env = "NOTARIUM_BLOCK_CACHE_MIB", default_value_t = 128, value_parser = value_parser!(u16).range(8..))]
    block_cache_mib: u16,
    /// Memory for what is not in the database's files yet
    #[arg(long, value_name = "MIB", env = "NOTARIUM_WRITE_BUFFERS_MIB", default_value_t = 64, value_parser = value_parser!(u16).range(8..))]
    write_buffers_mib: u16,
}

impl LimitArgs {
    fn server(&self, witness_wait: Duration) -> Limits {
        Limits {
            connections: self.max_connections,
            requests: self.max_requests,
            submissions: self.max_submissions,
            per_address: self.rate(self.rate_per_address),
            per_key: self.rate(self.rate_per_key),
            trusted_proxies: self.trusted_proxies.unwrap_or_default(),
            batches: self.max_batches,
            batch_statements: count(self.max_batch_statements).get(),
            batch_bytes: count(self.max_batch_bytes).get(),
            first_bytes: self.first_byte_time,
            header: self.header_time,
            body: self.body_time,
            answer: self.answer_time,
            witness_wait,
            stop: self.stop_time,
        }
    }

    /// A rate with its burst.
    fn rate(&self, per_second: Option<u32>) -> Option<Rate> {
        per_second.map(|per_second| Rate { per_second, burst: per_second.saturating_mul(self.burst) })
    }

    fn sequencer(&self) -> sequencer::Limits {
        sequencer::Limits {
            queue: count(self.max_queue),
            batch: count(self.max_commit),
            least_free_bytes: u64::from(self.least_free_mib) << 20,
        }
    }

    fn memory(&self) -> Memory {
        Memory {
            block_cache: usize::from(self.block_cache_mib) << 20,
            write_buffers: usize::from(self.write_buffers_mib) << 20,
        }
    }
}

/// Proxies that are trusted.
type Proxies = [Option<IpAddr>; MAX_PROXIES];

/// Addresses with commas between them.
fn proxies(text: &str) -> Result<Proxies, String> {
    let mut proxies = Proxies::default();
    for (at, address) in text.split(',').enumerate() {
        let place = proxies.get_mut(at).ok_or_else(|| format!("at most {MAX_PROXIES} proxies can be named"))?;
        let address = address.trim();
        *place = Some(address.parse().map_err(|_| format!("{address:?} is not an IP address"))?);
    }
    Ok(proxies)
}

/// A count of at least one, as the parser has seen to it.
fn count(value: u32) -> NonZeroUsize {
    usize::try_from(value).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    args.log.start()?;
    let fail_point = fail_point::named()?;
    open_files::provide_for(args.limits.max_connections)?;
    if args.mirror {
        return run_mirror(args, output);
    }
    // Before the key: nobody should type a passphrase for a ledger that is not there, in use or of a newer format.
    let (mut opened, reader) = open_ledger(args)?;
    let keys = open_keys(&args.directory, args.ledger_key.as_deref(), &mut opened, &args.source, output)?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        // Before anything is accepted: a signal during the start must not be lost.
        let signals = Signals::listen()?;
        let listener = bind(args.listen).await?;
        let address = listener.local_addr().context("cannot tell the address")?;
        let sequencer = sequencer::start_to_fail(opened, keys, now, args.limits.sequencer(), fail_point)
            .map_err(hinted_by(|error: &StartError| error.hint()))
            .with_context(|| format!("cannot go on with the ledger {}", args.directory.display()))?;
        let served = serve_ledger(args, reader, sequencer.clone(), (listener, address), signals, output).await;
        // However it ended: the writer must let go of the database before the process ends. Nothing holds that up for long.
        drop(timeout(LAST_READS, sequencer.stop()).await);
        served
    });
    runtime.shutdown_timeout(LAST_READS);
    served?;
    info!("stopped; everything that was accepted is finished");
    Ok(Exit::Holds)
}

/// From the witnesses' first answers until everything that was accepted is finished.
async fn serve_ledger(
    args: &Args,
    reader: Reader,
    sequencer: Sequencer,
    (listener, address): (TcpListener, SocketAddr),
    signals: Signals,
    output: &Output,
) -> anyhow::Result<()> {
    let witnesses = args.witnesses.start(&reader, &sequencer)?;
    check_standing(args, witnesses.as_ref()).await?;
    let announced = serving(args, address, witnesses.as_ref()).announce(&args.directory);
    let _announced = announced.inspect_err(|error| {
        warn!("a statement about the platform will lack this server's configuration: {error}");
    });
    let limits = args.limits.server(args.witnesses.witness_wait);
    let app = App::with_witnesses(reader, sequencer, limits, build(), witnesses);
    let app = app.map_err(hinted_by(|error: &AppError| error.hint()))?;
    let control = start_control(&app, args);
    output.data(format_args!("listening on http://{address}"))?;
    info!("serving the ledger {} on http://{address}", args.directory.display());
    let served = until_stopped(signals, |stopped| serve(listener, app, stopped)).await;
    if let Some(control) = control {
        control.stop().await;
    }
    served
}

/// A ledger that has less than its witnesses have cosigned, restored from an old backup say, does not start. While too few of
/// them answer it does, and admits nothing.
async fn check_standing(args: &Args, witnesses: Option<&Witnesses>) -> anyhow::Result<()> {
    let Some(Witnesses { gathering, .. }) = witnesses else { return Ok(()) };
    match gathering.settled().await {
        Standing::Clear => Ok(()),
        Standing::Asking { unknown } => {
            let unknown = unknown.join(", ");
            warn!(
                "nothing is admitted until it is known what a quorum of witnesses cosigned last; silent so far: {unknown}"
            );
            Ok(())
        }
        Standing::Behind(behind) => Err(hinted_by(|behind: &Behind| Some(behind.hint()))(behind))
            .with_context(|| format!("cannot go on with the ledger {}", args.directory.display())),
    }
}

/// What `notarium platform` says of this server.
fn serving(args: &Args, address: SocketAddr, witnesses: Option<&Witnesses>) -> Serving {
    let policy = witnesses.map(|witnesses| witnesses.gathering.policy().as_bytes());
    Serving {
        software: software(),
        started_at: now().to_string(),
        listens_at: address.to_string(),
        least_free_bytes: args.limits.sequencer().least_free_bytes,
        publishes: match witnesses.map(|witnesses| witnesses.publish) {
            Some(Publish::Quorum) => "quorum".to_owned(),
            Some(Publish::Immediate) | None => "immediate".to_owned(),
        },
        witness_policy: policy.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// The control socket. Without one the ledger is served all the same: what needs it works while the ledger is at rest.
fn start_control(app: &App, args: &Args) -> Option<Control> {
    let every = args.scrub_every.map(|days| Duration::from_hours(24 * u64::from(days)));
    // The very program that runs, also when another was put in its place.
    let scrubs = Scrubs { program: "/proc/self/exe".into(), every, now };
    match Control::start(app.clone(), scrubs) {
        Ok(control) => Some(control),
        Err(error) => {
            warn!(
                "{:#}; backups, rebuild-index and looking over must wait until the ledger is at rest",
                anyhow::Error::new(error)
            );
            None
        }
    }
}

/// Says again what a restore has given up.
fn say_losses(directory: &Path) {
    let losses = fs::read_to_string(directory.join(LOSSES)).unwrap_or_default();
    for line in losses.lines() {
        warn!("entries were given up: {line}");
    }
}

/// The server's threads. Whoever is woken from elsewhere, as by the sequencer, comes before new requests: under overload an answer to
/// what was admitted does not wait behind those that are turned away.
fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_multi_thread().global_queue_interval(1).enable_all().build();
    runtime.context("cannot start the server's threads")
}

/// Serves files that somebody else's ledger has signed: no key, no store.
fn run_mirror(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let mirrored = Mirrored::open(&args.directory)
        .with_context(|| format!("{} holds no mirror", args.directory.display()))
        .hint("`notarium mirror URL DIR` makes one; a ledger's own folder is served without --mirror")?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let listener = bind(args.listen).await?;
        let address = listener.local_addr().context("cannot tell the address")?;
        output.data(format_args!("listening on http://{address}"))?;
        info!("serving the mirror {} of {} on http://{address}", args.directory.display(), mirrored.key().name());
        let app = MirrorApp::new(mirrored, args.limits.server(args.witnesses.witness_wait), build());
        serve_mirror(listener, app, signals.next()).await.map_err(hinted_by(|error: &ServeError| error.hint()))
    });
    runtime.shutdown_timeout(LAST_READS);
    served?;
    Ok(Exit::Holds)
}

/// The clock of admission. One that is not set stops admission, as one that has gone back does.
fn now() -> Time {
    clock::now().unwrap_or(Time::NOT_STATED)
}

/// Opens the ledger for writing, and refuses what could not be served honestly.
fn open_ledger(args: &Args) -> anyhow::Result<(Opened, Reader)> {
    let options = OpenOptions {
        memory: args.limits.memory(),
        key: None,
        successor: None,
        origin: args.origin.clone(),
        at_least: args.at_least.as_deref().map(read_checkpoint).transpose()?,
    };
    let opened = open(&args.directory, &options).map_err(hinted_by(OpenError::hint))?;
    check_clock(opened.appender.last_time())?;
    for TornTail { log, offset, bytes } in &opened.dropped {
        let log = log.display();
        warn!("dropped {bytes} bytes at the end of {log}, from byte {offset} on: an unfinished record");
    }
    for index in &opened.emptied {
        warn!("the index {index} could not be opened and was emptied; lookups fail until `notarium rebuild-index`");
    }
    let reader = opened.reader.clone();
    say_losses(&args.directory);
    if !reader.indexes_are_whole() {
        warn!("the indexes are not complete, so lookups fail and nothing is admitted; run `notarium rebuild-index`");
    } else if let Err(error) = reader.registry() {
        warn!("nothing is admitted: {error}; `notarium audit` tells whether the ledger is damaged or only an index");
    }
    Ok((opened, reader))
}

fn read_checkpoint(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    const HINT: &str = "--at-least takes a file with a signed checkpoint; a ledger serves its own at /checkpoint, and a receipt \
        ends with one";
    let note = fs::read(path).with_context(|| format!("cannot read checkpoint {}", path.display())).hint(HINT)?;
    SignedCheckpoint::parse(&note).with_context(|| format!("{} is not a signed checkpoint", path.display())).hint(HINT)
}

/// A ledger whose clock is behind would admit nothing: better said at the start.
fn check_clock(last: Time) -> anyhow::Result<()> {
    let now = now();
    if now.is_stated() && now.millis().saturating_add(CLOCK_TOLERANCE_MS) >= last.millis() {
        return Ok(());
    }
    Err(anyhow!("the clock says {now}, more than a minute before the last entry at {last}"))
        .hint("set the clock; if the last entry is in the future, the clock was wrong then: wait until it is past")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn the_options_default_to_the_limits_of_the_rooms() {
        let limits = Line::parse_from(["serve"]).limits;
        assert_eq!(limits.server(Limits::default().witness_wait), Limits::default());
        assert_eq!(limits.sequencer(), sequencer::Limits::default());
        assert_eq!(limits.memory(), Memory::default());
    }

    #[test]
    fn proxies_are_up_to_four_addresses() {
        let two = proxies("127.0.0.1, ::1").unwrap();
        assert_eq!(two, [Some("127.0.0.1".parse().unwrap()), Some("::1".parse().unwrap()), None, None]);
        for wrong in ["", "proxy.example", "10.0.0.1,", "10.0.0.0/8", "::1,::2,::3,::4,::5"] {
            assert!(proxies(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_number_that_no_machine_could_keep_to_is_refused() {
        for option in ["--max-queue", "--max-commit", "--max-batch-statements", "--max-batch-bytes"] {
            for wrong in ["0", "18446744073709551615", "2000000000"] {
                let refused = Line::try_parse_from(["serve", option, wrong]).map(|line| line.limits).unwrap_err();
                assert_eq!(refused.kind(), clap::error::ErrorKind::ValueValidation, "{refused}");
            }
        }
    }
}
