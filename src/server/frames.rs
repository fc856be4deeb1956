//! A batch's body, cut into statements.
//!
//! Two forms: NDJSON, a line for each statement; or `bytes16` after `bytes16`. Where a line is not what it should be, only
//! that line fails. Where a length is cut short nothing after it can be found, so the batch ends there: what came before
//! it is answered all the same.

use axum::body::Bytes;

use crate::api::ProblemKind;

use super::refusal::Refusal;
use super::submit::{MAX_JSON_BYTES, statement_of_json};

pub(super) const NDJSON: &str = "application/x-ndjson";
pub(super) const BYTES: &str = "application/octet-stream";

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Ndjson,
    Binary,
}

impl Form {
    pub(super) fn of(content_type: &str) -> Option<Self> {
        match content_type {
            NDJSON => Some(Self::Ndjson),
            BYTES => Some(Self::Binary),
            _ => None,
        }
    }

    /// Cuts a body into frames, each as it came. Stops at the first frame over the limit, which tells that there are too many:
    /// a body of line ends alone would make millions of them.
    pub(super) fn cut(self, body: &Bytes, limit: usize) -> Vec<Frame> {
        let most = limit.saturating_add(1);
        match self {
            Self::Ndjson => lines(body, most),
            Self::Binary => pieces(body, most),
        }
    }
}

/// One statement of a batch, not looked into yet.
#[derive(Debug, Clone)]
pub(super) enum Frame {
    /// A line of JSON.
    Line(Bytes),
    /// The statement's bytes.
    Statement(Bytes),
    /// What is left when a length is cut short.
    Broken { announced: Option<usize>, left: usize },
}

impl Frame {
    /// The statement's bytes.
    pub(super) fn statement(self) -> Result<Bytes, Refusal> {
        match self {
            Self::Statement(bytes) => Ok(bytes),
            Self::Line(line) if line.len() > MAX_JSON_BYTES => {
                let detail = format!("the line has {} bytes, more than {MAX_JSON_BYTES}", line.len());
                Err(Refusal::new(ProblemKind::TooLarge, detail))
            }
            Self::Line(line) => statement_of_json(&line).map(Bytes::from),
            Self::Broken { announced, left } => {
                let what = announced.map_or("a length of 2 bytes".to_owned(), |length| format!("{length} bytes"));
                Err(Refusal::new(ProblemKind::MalformedRequest, format!("{what} should follow, but {left} are left")))
            }
        }
    }
}

/// Lines that end in LF; the last one may lack it.
fn lines(body: &Bytes, most: usize) -> Vec<Frame> {
    let body = body.slice(..body.strip_suffix(b"\n").map_or(body.len(), <[u8]>::len));
    if body.is_empty() {
        return Vec::new();
    }
    body.split(|byte| *byte == b'\n').take(most).map(|line| Frame::Line(body.slice_ref(line))).collect()
}

fn pieces(body: &Bytes, most: usize) -> Vec<Frame> {
    let mut rest = body.clone();
    let mut frames = Vec::new();
    while !rest.is_empty() && frames.len() < most {
        let announced = rest.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
        match announced {
            Some(length) if rest.len() >= 2 + length => {
                let piece = rest.split_to(2 + length);
                frames.push(Frame::Statement(piece.slice(2..)));
            }
            _ => {
                let left = if announced.is_some() { rest.len() - 2 } else { rest.len() };
                frames.push(Frame::Broken { announced, left });
                break;
            }
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(form: Form, body: &'static [u8]) -> Vec<Result<Vec<u8>, String>> {
        let frames = form.cut(&Bytes::from_static(body), 1000);
        let statement = |frame: Frame| frame.statement().map(Vec::from).map_err(|r| r.into_problem().detail);
        frames.into_iter().map(statement).collect()
    }

    #[test]
    fn pieces_are_cut_by_their_lengths() {
        assert!(statements(Form::Binary, b"").is_empty());
        assert_eq!(statements(Form::Binary, b"\0\x02ab\0\0\0\x01c"), [Ok(b"ab".into()), Ok(vec![]), Ok(b"c".into())]);
    }

    #[test]
    fn a_piece_that_is_cut_short_ends_the_batch_after_what_came_before() {
        let short = Err("5 bytes should follow, but 2 are left".to_owned());
        assert_eq!(statements(Form::Binary, b"\0\x01a\0\x05bc"), [Ok(b"a".into()), short]);
        let no_length = Err("a length of 2 bytes should follow, but 1 are left".to_owned());
        assert_eq!(statements(Form::Binary, b"\0\x01a\0"), [Ok(b"a".into()), no_length]);
    }

    #[test]
    fn cutting_stops_at_the_first_frame_over_the_limit() {
        for (form, byte) in [(Form::Ndjson, b'\n'), (Form::Binary, 0)] {
            let body = Bytes::from(vec![byte; 8 << 20]);
            assert_eq!(form.cut(&body, 1000).len(), 1001, "{form:?}");
            assert_eq!(form.cut(&body, usize::MAX).len(), if byte == 0 { 4 << 20 } else { 8 << 20 });
        }
    }

    #[test]
    fn lines_fail_one_by_one() {
        assert!(statements(Form::Ndjson, b"").is_empty());
        assert!(statements(Form::Ndjson, b"\n").is_empty());
        let found = statements(
            Form::Ndjson,
            b"{\"signed_statement\":\"YQ==\"}\n\n{}\n{\"signed_statement\":\"YQ\"}\n{\"signed_statement\":\"Yg==\"}\r\n",
        );
        assert_eq!(found.len(), 5);
        assert_eq!(found[0], Ok(b"a".into()));
        assert!(found[1..4].iter().all(Result::is_err));
        assert_eq!(found[4], Ok(b"b".into()), "JSON allows white space, CR included");
    }
}
