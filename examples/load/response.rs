//! Reading answers of HTTP/1.1: status and end, and nothing else of a body than what tells how the lines of a batch came out.

use std::time::Duration;

use memchr::{memchr, memmem};

/// Bytes of an answer line that hold its status: `{"line":N,"status":201`.
const LINE_HEAD: usize = 48;
/// The largest head that is read.
const MOST_HEAD: usize = 16 << 10;

/// Where in an answer the reader is.
#[derive(Default, PartialEq, Eq)]
enum At {
    #[default]
    Head,
    /// Bytes of the body to come.
    Body(usize),
    /// In the line with a chunk's size.
    ChunkSize,
    /// Bytes of the chunk to come, its line end included.
    Chunk(usize),
    /// In the lines after the last chunk.
    Trailer,
    End,
}

/// One answer, as it comes.
#[derive(Default)]
pub(crate) struct Response {
    at: At,
    /// What of the head or a chunk's size has come, when it did not come at once.
    begun: Vec<u8>,
    status: u16,
    /// Whether the body is answer lines.
    lines: bool,
    line: Vec<u8>,
    /// Lines that were accepted, and others.
    accepted: u64,
    refused: u64,
    /// The body, where it is wanted.
    kept: Option<Vec<u8>>,
    /// Nanoseconds that the server says it took, where it says.
    took: Option<u64>,
}

/// The answer is none of HTTP/1.1.
#[derive(Debug)]
pub(crate) struct Malformed;

impl Response {
    /// Makes ready for the next answer.
    pub(crate) fn begin(&mut self, lines: bool, keep: bool) {
        self.at = At::Head;
        self.begun.clear();
        self.line.clear();
        (self.lines, self.accepted, self.refused) = (lines, 0, 0);
        self.kept = keep.then(Vec::new);
        self.took = None;
    }

    /// Nanoseconds that the server says it took, where it says (the header Server-Timing).
    pub(crate) const fn took(&self) -> Option<u64> {
        self.took
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    /// Statements that were accepted, and that were not.
    pub(crate) const fn statements(&self) -> (u64, u64) {
        let accepted = matches!(self.status, 200 | 201);
        match (self.lines && accepted, accepted) {
            (true, _) => (self.accepted, self.refused),
            (false, true) => (1, 0),
            (false, false) => (0, 1),
        }
    }

    /// The body, where it was wanted.
    pub(crate) const fn take_kept(&mut self) -> Option<Vec<u8>> {
        self.kept.take()
    }

    /// Takes what has come. True once the answer is whole; what comes after it is malformed, since nothing was asked yet.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<bool, Malformed> {
        while !bytes.is_empty() {
            bytes = match self.at {
                At::Head => self.head(bytes)?,
                At::Body(left) => {
                    let (body, rest) = bytes.split_at(left.min(bytes.len()));
                    self.body(body);
                    self.at = if left > body.len() { At::Body(left - body.len()) } else { At::End };
                    rest
                }
                At::ChunkSize | At::Trailer => self.chunk_line(bytes)?,
                At::Chunk(left) => {
                    let (body, rest) = bytes.split_at(left.min(bytes.len()));
                    // The last two bytes are the line end.
                    self.body(&body[..body.len().min(left.saturating_sub(2))]);
                    self.at = if left > body.len() { At::Chunk(left - body.len()) } else { At::ChunkSize };
                    rest
                }
                At::End => return Err(Malformed),
            };
        }
        Ok(self.at == At::End)
    }

    fn head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
        if self.begun.is_empty()
            && let Some(end) = memmem::find(bytes, b"\r\n\r\n")
        {
            self.read_head(&bytes[..end + 2])?;
            return Ok(&bytes[end + 4..]);
        }
        let before = self.begun.len();
        self.begun.extend(bytes);
        let Some(end) = memmem::find(&self.begun, b"\r\n\r\n") else {
            return if self.begun.len() > MOST_HEAD { Err(Malformed) } else { Ok(&[]) };
        };
        let mut head = std::mem::take(&mut self.begun);
        self.read_head(&head[..end + 2])?;
        head.clear();
        self.begun = head;
        Ok(&bytes[end + 4 - before..])
    }

    /// Status and length out of a head, whose lines all end.
    fn read_head(&mut self, head: &[u8]) -> Result<(), Malformed> {
        let status = head.strip_prefix(b"HTTP/1.1 ").and_then(|line| line.get(..3)).ok_or(Malformed)?;
        self.status = number(status, 10)?.try_into().map_err(|_| Malformed)?;
        let mut length = None;
        let mut chunked = false;
        for line in head.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii_end();
            if let Some(value) = header(line, b"content-length:") {
                length = Some(number(value, 10)?);
            }
            chunked |= header(line, b"transfer-encoding:").is_some();
            if let Some(value) = header(line, b"server-timing:") {
                self.took = milliseconds(value);
            }
        }
        self.at = match (chunked, length) {
            (true, _) => At::ChunkSize,
            (false, Some(0)) => At::End,
            (false, Some(length)) => At::Body(length),
            (false, None) => return Err(Malformed),
        };
        Ok(())
    }

    fn chunk_line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
        let Some(end) = memchr(b'\n', bytes) else {
            self.begun.extend(bytes);
            return if self.begun.len() > MOST_HEAD { Err(Malformed) } else { Ok(&[]) };
        };
        self.begun.extend(&bytes[..end]);
        let line = self.begun.trim_ascii_end();
        self.at = match (&self.at, line) {
            (At::Trailer, []) => At::End,
            (At::Trailer, _) => At::Trailer,
            _ => match number(line, 16)? {
                0 => At::Trailer,
                size => At::Chunk(size + 2),
            },
        };
        self.begun.clear();
        Ok(&bytes[end + 1..])
    }

    fn body(&mut self, bytes: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.extend(bytes);
        }
        if !self.lines {
            return;
        }
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            self.begin_line(&rest[..end]);
            let accepted = [&b"\"status\":201"[..], b"\"status\":200"];
            let accepted = accepted.iter().any(|status| memmem::find(&self.line, status).is_some());
            *if accepted { &mut self.accepted } else { &mut self.refused } += 1;
            self.line.clear();
            rest = &rest[end + 1..];
        }
        self.begin_line(rest);
    }

    /// Keeps as much of a line as tells how it came out.
    fn begin_line(&mut self, bytes: &[u8]) {
        let room = LINE_HEAD.saturating_sub(self.line.len());
        self.line.extend(&bytes[..bytes.len().min(room)]);
    }
}

fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

/// Nanoseconds of `app;dur=0.123`, which is in milliseconds.
fn milliseconds(timing: &[u8]) -> Option<u64> {
    let took: f64 = std::str::from_utf8(timing).ok()?.strip_prefix("app;dur=")?.parse().ok()?;
    u64::try_from(Duration::try_from_secs_f64(took / 1e3).ok()?.as_nanos()).ok()
}

fn number(text: &[u8], radix: u32) -> Result<usize, Malformed> {
    let text = std::str::from_utf8(text).map_err(|_| Malformed)?;
    usize::from_str_radix(text, radix).map_err(|_| Malformed)
}
