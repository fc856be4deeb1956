//! A load generator: submits statements that nobody has submitted before, over HTTP/1.1, and says how fast they are answered.
//!
//! Everything is made beforehand, signatures included, and answers are told apart by their status line alone, so that a request
//! costs here what it costs in `wrk`. Some answers are kept, and after the run their receipts are verified in full. In a closed loop
//! each connection sends its next request when it has the answer to the last one. With `--rate` requests are sent at their
//! times, and latency is counted from the time at which a request was due, also when it could not be sent then.
//!
//! The same load can be put on Tessera's conformance server (`--to tessera`), on a bare echo (`--to echo`; examples/echo.rs), and
//! on anything that answers GET (`--get /v1/entries/{index}`).

mod check;
mod histogram;
mod process;
mod report;
mod requests;
mod response;
mod run;

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicUsize;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use process::Usage;
use report::Outcome;
use requests::Requests;
use run::{Plan, Tally, drive};

/// What is made beforehand for each second where no rate is given: more than any machine of two cores answers.
const MOST_A_SECOND: f64 = 48_000.0;
/// The same in batches, which cost less.
const MOST_A_SECOND_IN_BATCHES: f64 = 96_000.0;
/// How often it is looked whether a run has ended early.
const LOOK: Duration = Duration::from_millis(5);

#[derive(Parser)]
#[command(name = "load", about = "Puts load on a ledger and says how it answers")]
pub(crate) struct Args {
    /// Where: http://HOST:PORT
    pub(crate) url: String,
    /// What is there
    #[arg(long, value_enum, default_value_t = Target::Notarium)]
    pub(crate) to: Target,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub(crate) connections: usize,
    /// How long it is measured
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    seconds: f64,
    /// How long it runs before that
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    warmup: f64,
    /// Statements a request; without it each is a request of its own
    #[arg(long, value_name = "N")]
    pub(crate) batch: Option<usize>,
    /// Wait with each submission until the quorum of the ledger's witnesses has cosigned it
    #[arg(long, conflicts_with = "batch")]
    pub(crate) witnessed: bool,
    /// Requests a second, instead of a closed loop
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// Statements to make; without it as many as the run may need. A run ends when it has used them up
    #[arg(long, value_name = "N")]
    statements: Option<usize>,
    /// Threads that send
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,
    /// Receipts to verify after the run
    #[arg(long, value_name = "N", default_value_t = 100)]
    sample: usize,
    /// Policy to verify them by; without it the ledger's own word is taken for its key
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Instead of submitting: GET this path, with {index} and {sha256} of entries of a ledger that examples/fill.rs made
    #[arg(long, value_name = "PATH")]
    get: Option<String>,
    /// How many entries {index} and {sha256} are taken from
    #[arg(long, value_name = "N", default_value_t = 1000)]
    entries: u64,
    /// Process of the server, whose processor time and memory are measured
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,
    /// File for the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What answers.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A ledger of ours: POST /v1/evidence
    Notarium,
    /// Tessera's conformance server: POST /add, answered with an index
    Tessera,
    /// examples/echo.rs: POST /echo
    Echo,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args = Args::parse();
    let address = address(&args.url)?;
    let requests = make(&args)?;
    let (tally, seconds, server, generator) = measure(&args, address, &requests)?;
    let checked = check::receipts(&args, &requests, &tally.kept)?;
    let outcome = Outcome { args: &args, tally: &tally, seconds, server, generator, checked };
    report::print(&outcome);
    if let Some(path) = &args.json {
        std::fs::write(path, report::json(&outcome).to_string())?;
    }
    Ok(ExitCode::from(u8::from(outcome.checked.wrong > 0)))
}

fn address(url: &str) -> Result<SocketAddr, Box<dyn Error>> {
    let host = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    Ok(host.to_socket_addrs()?.next().ok_or("no such address")?)
}

fn make(args: &Args) -> Result<Requests, Box<dyn Error>> {
    if let Some(path) = &args.get {
        return Ok(Requests::get(path, args.entries));
    }
    let most = if args.batch.is_some() { MOST_A_SECOND_IN_BATCHES } else { MOST_A_SECOND };
    #[expect(clippy::cast_precision_loss, reason = "a batch has few statements")]
    let a_second = args.rate.map_or(most, |rate| rate * args.batch.unwrap_or(1) as f64 + 1.0);
    let count = args.statements.unwrap_or_else(|| whole(a_second * (args.seconds + args.warmup)));
    Requests::submissions(args, count.max(1))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count from the command line, not negative"
)]
const fn whole(count: f64) -> usize {
    count as usize
}

/// Runs the load, and tells what was used in the time that counts.
type Measured = (Tally, f64, Option<Usage>, Usage);

fn measure(args: &Args, address: SocketAddr, requests: &Requests) -> Result<Measured, Box<dyn Error>> {
    let threads = args.threads.clamp(1, args.connections.max(1));
    let connections = run::connect(address, args.connections)?;
    let began = Instant::now();
    let from = began + Duration::from_secs_f64(args.warmup);
    let until = from + Duration::from_secs_f64(args.seconds);
    let stride = requests.stride(args.sample, args.batch.unwrap_or(1));
    let next = AtomicUsize::new(0);
    let plan = Plan { requests, next: &next, began, from, until, rate: args.rate, stride, address };
    let usage = || args.pid.map(Usage::of).transpose();
    thread::scope(|scope| {
        let mut left = connections;
        let mut running = Vec::new();
        for thread in 0..threads {
            let share = left.split_off(left.len() - left.len() / (threads - thread));
            let plan = &plan;
            running.push(scope.spawn(move || drive(plan, share)));
        }
        thread::sleep(from.saturating_duration_since(Instant::now()));
        let (server, own) = (usage()?, Usage::of(std::process::id())?);
        let began = Instant::now();
        // A run that has used up its statements ends before its time.
        while Instant::now() < until && plan.has_more() {
            thread::sleep(LOOK);
        }
        let seconds = began.elapsed().as_secs_f64();
        let server = usage()?.zip(server).map(|(after, before)| after.since(&before));
        let own = Usage::of(std::process::id())?.since(&own);
        let mut tally = Tally::default();
        for thread in running {
            tally.add(thread.join().map_err(|_| "a sending thread failed")??);
        }
        Ok((tally, seconds, server, own))
    })
}
