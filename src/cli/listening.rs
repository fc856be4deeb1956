//! What every command that serves shares: its log, its address, and the signals that end it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing::level_filters::LevelFilter;

use super::output::{WithHint, hinted_by};
use crate::codec::parse_decimal;
use crate::server::ServeError;

/// How long reads and writes of the database that nobody waits for any more may take at the end. A process that ends in the
/// middle of one takes the database from under it, and dies of that; longer than this nothing holds up the exit.
pub(super) const LAST_READS: Duration = Duration::from_secs(2);

/// The options about the log.
#[derive(clap::Args, Debug)]
pub(super) struct LogArgs {
    /// What is logged: off, error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", env = "NOTARIUM_LOG", default_value = "info")]
    log: LevelFilter,
    /// How the log is written
    #[arg(long, value_name = "FORMAT", env = "NOTARIUM_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

/// How the log is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

impl LogArgs {
    /// Starts to log to stderr.
    pub(super) fn start(&self) -> anyhow::Result<()> {
        let log = tracing_subscriber::fmt().with_max_level(self.log).with_writer(io::stderr).with_ansi(false);
        let started = match self.log_format {
            LogFormat::Text => log.try_init(),
            LogFormat::Json => log.json().try_init(),
        };
        started.map_err(|error| anyhow!("cannot start the log: {error}"))
    }
}

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an IP address and a port are due, such as 127.0.0.1:8420 or [::1]:8420".to_owned())
}

/// Whole seconds, from one to a day.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = parse_decimal(text).map_err(|error| error.to_string())?;
    if (1..=86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err("1 to 86400 seconds".to_owned())
    }
}

pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
        .hint("if another program listens there, name another address with --listen")
}

/// Serves until the first signal, and at the second gives up finishing. `serve` gets what is ready at the first.
pub(super) async fn until_stopped<F: Future<Output = Result<(), ServeError>>>(
    mut signals: Signals,
    serve: impl FnOnce(Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
) -> anyhow::Result<()> {
    let (stop, stopped) = oneshot::channel();
    let second = async {
        signals.next().await;
        // When nobody listens, the server has ended already.
        let _ = stop.send(());
        signals.next().await;
    };
    let stopped = Box::pin(async {
        let _ = stopped.await;
    });
    tokio::select! {
        served = serve(stopped) => served.map_err(hinted_by(|error: &ServeError| error.hint())),
        () = second => Err(anyhow!("ended at once by a second signal; nothing that was acknowledged is lost")),
    }
}

/// The signals that ask a process to end.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_and_at_most_a_day() {
        assert_eq!(seconds("86400"), Ok(Duration::from_hours(24)));
        for wrong in ["0", "86401", "+5", "05", "1.5", "5s", ""] {
            assert!(seconds(wrong).is_err(), "{wrong:?}");
        }
    }
}
