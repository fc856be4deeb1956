//! A stream that does not wait for ever: not for its first bytes, and not for its bytes to be taken.
//!
//! hyper-util tells HTTP/1.1 from HTTP/2 by reading until the bytes differ from HTTP/2's preface (RFC 9113 section 3.4) or
//! are all of it, and waits for that without a limit; its timeouts begin afterwards. So a connection that says nothing,
//! or `P`, would be kept for ever, and so would one that asks and never reads the answer. This stream fails when it has
//! not shown in time which HTTP it speaks, and when a write has made no progress for some time.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream with a time limit on its first bytes and on each write.
pub(super) struct Patient<S> {
    stream: S,
    /// Bytes that have come and are the preface's, and when the patience ends; none once it is clear what is spoken.
    first_bytes: Option<(usize, Pin<Box<Sleep>>)>,
    write_time: Duration,
    /// When the patience with a write that waits ends; none while no write waits.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, first_bytes: Duration, write_time: Duration) -> Self {
        Self { stream, first_bytes: Some((0, Box::pin(sleep(first_bytes)))), write_time, stalled: None }
    }

    /// Passes on how a write came out, unless it has waited for too long.
    fn written<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.write_time)));
        patience.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// How many bytes of the preface there are after `bytes`; none when it is clear which HTTP this is.
fn progress(known: usize, bytes: &[u8]) -> Option<usize> {
    let after = known + bytes.len();
    (PREFACE.get(known..after) == Some(bytes) && after < PREFACE.len()).then_some(after)
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some((known, patience)) = &mut this.first_bytes else {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        };
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_pending() {
            return patience.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        match progress(*known, buffer.filled().get(before..).unwrap_or_default()) {
            Some(after) => *known = after,
            None => this.first_bytes = None,
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.written(context, outcome)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_flush(context);
        this.written(context, outcome)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_shutdown(context);
        this.written(context, outcome)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[test]
    fn it_is_clear_once_the_bytes_differ_or_the_preface_is_whole() {
        assert_eq!(progress(0, b"G"), None);
        assert_eq!(progress(0, b"P"), Some(1));
        assert_eq!(progress(1, b"O"), None);
        assert_eq!(progress(1, b"RI * HTTP/2.0\r\n"), Some(16));
        assert_eq!(progress(16, b"\r\nSM\r\n\r"), Some(23));
        assert_eq!(progress(23, b"\n"), None);
        assert_eq!(progress(0, PREFACE), None);
        assert_eq!(progress(0, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore"), None);
        assert_eq!(progress(0, b""), Some(0), "an end without a byte is seen by the reader");
    }

    #[tokio::test]
    async fn a_silent_stream_fails_and_so_does_one_that_stops_inside_the_preface() {
        for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
            let (mut other, stream) = duplex(64);
            let mut stream = Patient::new(stream, Duration::from_millis(1), Duration::MAX);
            other.write_all(said).await.unwrap();
            let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
    }

    #[tokio::test]
    async fn once_it_is_clear_what_is_spoken_silence_is_the_protocols_business() {
        let (mut other, stream) = duplex(64);
        let mut stream = Patient::new(stream, Duration::from_millis(1), Duration::MAX);
        other.write_all(b"PUT").await.unwrap();
        let mut said = [0; 3];
        stream.read_exact(&mut said).await.unwrap();
        assert!(stream.first_bytes.is_none());
    }

    #[tokio::test]
    async fn a_write_that_nobody_takes_fails() {
        let (_other, stream) = duplex(4);
        let mut stream = Patient::new(stream, Duration::MAX, Duration::from_millis(1));
        let error = stream.write_all(b"12345").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
