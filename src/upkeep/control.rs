//! Asks a running server for what only the process that has the ledger open can do, over the control socket in its folder.
//!
//! One JSON object a line, each way (`api`). No answer within half an hour, or no socket, and there is no server to ask: the ledger
//! is then at rest, or its lock says otherwise.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::api::{ControlAnswer, ControlRequest, MAX_CONTROL_LINE, ScrubStanding};

const SOCKET: &str = "control.sock";
/// How long an answer may take: a snapshot writes out what is in memory.
const PATIENCE: Duration = Duration::from_mins(30);

/// Why a server did not do what it was asked to.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The socket can't be used.
    #[error("the server's control socket {} does not answer", .path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It answers something else than what was asked for.
    #[error("the server's control socket {} answers what is not understood: {why}", .path.display())]
    NotUnderstood {
        /// The socket.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It refuses.
    #[error("the server says: {detail}")]
    Refused {
        /// Why.
        detail: String,
    },
}

impl ControlError {
    /// A way out, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&str> {
        match self {
            Self::Io { .. } => Some("run this as the user that the server runs as, or stop the server first"),
            Self::NotUnderstood { .. } => Some("use the version of notarium that serves this ledger"),
            Self::Refused { .. } => Some("the server's log says more"),
        }
    }
}

/// Whether there is no server: no socket, one that a server which is gone has left, no folder, or a path too long for a socket, with
/// which a server has none either.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused | NotADirectory | InvalidInput)
}

/// A connection to the server of a ledger.
pub struct ControlClient {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

impl ControlClient {
    /// Connects to whoever serves the ledger in a folder; none when nobody does.
    ///
    /// # Errors
    ///
    /// [`ControlError::Io`].
    pub fn connect(directory: &Path) -> Result<Option<Self>, ControlError> {
        let path = directory.join(SOCKET);
        let connected = UnixStream::connect(&path).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        match connected {
            Ok(stream) => Ok(Some(Self { path, stream: BufReader::new(stream) })),
            Err(error) if is_nobody(&error) => Ok(None),
            Err(source) => Err(ControlError::Io { path, source }),
        }
    }

    /// Asks, and gives the last answer. `progress` is told how many of how many entries are done.
    fn ask(
        &mut self,
        request: ControlRequest,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<ControlAnswer, ControlError> {
        let line = serde_json::to_string(&request).map_err(|error| self.not_understood(error.to_string()))?;
        let sent = self.stream.get_mut().write_all(format!("{line}\n").as_bytes());
        sent.map_err(|source| self.failed(source))?;
        loop {
            match self.answer()? {
                ControlAnswer::Progress { done, total } => progress(done, total),
                ControlAnswer::Refused { detail } => return Err(ControlError::Refused { detail }),
                answer => return Ok(answer),
            }
        }
    }

    /// Has the server make the indexes again. Gives the number of entries.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    pub fn rebuild_index(&mut self, progress: impl FnMut(u64, u64)) -> Result<u64, ControlError> {
        match self.ask(ControlRequest::RebuildIndex, progress)? {
            ControlAnswer::Rebuilt { entries } => Ok(entries),
            other => Err(self.other(&other)),
        }
    }

    /// Asks for a copy of the ledger at rest: its path within the ledger's folder. It is there until the connection is dropped.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    pub fn snapshot(&mut self) -> Result<PathBuf, ControlError> {
        match self.ask(ControlRequest::Snapshot, |_, _| ())? {
            ControlAnswer::Snapshot { folder, .. } => Ok(folder.into()),
            other => Err(self.other(&other)),
        }
    }

    /// Has the server look the ledger over in the background, at so many MiB a second at most, or at the server's own bound.
    ///
    /// # Errors
    ///
    /// [`ControlError`]; one that is under way already is refused.
    pub fn scrub(&mut self, rate: Option<u32>) -> Result<ScrubStanding, ControlError> {
        self.scrubbing(ControlRequest::Scrub { rate })
    }

    /// Has it look no further.
    ///
    /// # Errors
    ///
    /// [`ControlError`]; refused where none is under way.
    pub fn stop_scrub(&mut self) -> Result<ScrubStanding, ControlError> {
        self.scrubbing(ControlRequest::StopScrub)
    }

    /// Asks how that stands.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    pub fn scrub_standing(&mut self) -> Result<ScrubStanding, ControlError> {
        self.scrubbing(ControlRequest::Status)
    }

    fn scrubbing(&mut self, request: ControlRequest) -> Result<ScrubStanding, ControlError> {
        match self.ask(request, |_, _| ())? {
            ControlAnswer::Scrub { standing } | ControlAnswer::Status { scrub: standing, .. } => Ok(standing),
            other => Err(self.other(&other)),
        }
    }

    fn answer(&mut self) -> Result<ControlAnswer, ControlError> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(MAX_CONTROL_LINE).read_until(b'\n', &mut line);
        match read.map_err(|source| self.failed(source))? {
            0 => Err(self.failed(io::ErrorKind::UnexpectedEof.into())),
            _ => serde_json::from_slice(&line).map_err(|error| self.not_understood(error.to_string())),
        }
    }

    /// An answer that does not belong to what was asked.
    fn other(&self, answer: &ControlAnswer) -> ControlError {
        self.not_understood(format!("{answer:?}"))
    }

    fn failed(&self, source: io::Error) -> ControlError {
        ControlError::Io { path: self.path.clone(), source }
    }

    fn not_understood(&self, why: String) -> ControlError {
        ControlError::NotUnderstood { path: self.path.clone(), why }
    }
}
