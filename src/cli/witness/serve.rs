//! `notarium witness serve`: a witness over HTTP, until a signal says stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::value_parser;
use tokio::runtime::Builder;
use tracing::info;

use super::super::listening::{LAST_READS, LogArgs, Signals, bind, socket_address, until_stopped};
use super::super::output::{Output, WithHint, hinted_by};
use super::super::{Exit, clock, passphrase};
use super::Folder;
use crate::server::{Limits, WitnessApp, serve_witness};
use crate::store::{WitnessStore, WitnessStoreError};
use crate::trust::PosixTime;
use crate::witness::{Cosigner, WitnessLogs};

#[derive(clap::Args, Debug)]
pub(in super::super) struct Args {
    /// Folder of the witness, as `notarium witness keygen` made it
    #[arg(value_name = "DIR", env = "NOTARIUM_WITNESS_DIR")]
    directory: PathBuf,
    /// IP address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", env = "NOTARIUM_LISTEN", default_value = "127.0.0.1:8421", value_parser = socket_address)]
    listen: SocketAddr,
    #[command(flatten)]
    source: passphrase::Source,
    #[command(flatten)]
    log: LogArgs,
    /// Connections at a time; the next ones wait
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_CONNECTIONS", default_value_t = 256, value_parser = value_parser!(u32).range(1..))]
    max_connections: u32,
    /// Requests at a time, each until its answer is taken; the next ones get 503
    #[arg(long, value_name = "N", env = "NOTARIUM_MAX_REQUESTS", default_value_t = 256, value_parser = value_parser!(u32).range(1..))]
    max_requests: u32,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    args.log.start()?;
    let cosigner = open(args, output)?;
    let limits = Limits { connections: args.max_connections, requests: args.max_requests, ..Limits::default() };
    // Every request is a short one; two threads are enough, and keep a small witness small.
    let mut threads = Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).max_blocking_threads(4).enable_all().build();
    let runtime = runtime.context("cannot start the server's threads")?;
    let served = runtime.block_on(async {
        let signals = Signals::listen()?;
        let listener = bind(args.listen).await?;
        let address = listener.local_addr().context("cannot tell the address")?;
        output.data(format_args!("listening on http://{address}"))?;
        info!("serving the witness {} on http://{address}", args.directory.display());
        let app = WitnessApp::new(cosigner, now, limits);
        until_stopped(signals, |stopped| serve_witness(listener, app, stopped)).await
    });
    runtime.shutdown_timeout(LAST_READS);
    served?;
    info!("stopped");
    Ok(Exit::Holds)
}

fn open(args: &Args, output: &Output) -> anyhow::Result<Cosigner> {
    let folder = Folder(&args.directory);
    let vkey = folder.vkey()?;
    let store = WitnessStore::open(&folder.memory()).map_err(hinted_by(|error: &WitnessStoreError| error.hint()))?;
    let logs = WitnessLogs::open(&folder.logs()).hint(super::HINT)?;
    let key = args.source.open_key(&folder.key(), output)?;
    if key.public() != *vkey.public_key() {
        return Err(anyhow!("the key in {} is not that of {vkey}", folder.key().display()))
            .hint("put the witness's own key back in its place");
    }
    Ok(Cosigner::new(vkey.name(), key, logs, store))
}

fn now() -> Option<PosixTime> {
    clock::now().and_then(|time| PosixTime::from_seconds(time.millis() / 1000))
}
