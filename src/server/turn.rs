//! A request's turn, which lasts until its answer is taken: it holds its place among the requests at a time for so long.
//!
//! An answer that is made and not read is memory all the same. So the body of an answer keeps the place, and gives it out in
//! pieces: what has left here is in the connection's buffers, and those are bounded (`accept`).

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::pace::Visit;

/// Bytes that leave at a time.
pub(super) const PIECE: usize = 16 << 10;

/// The place of one request.
pub(super) struct Turn {
    /// None for the requests that are not counted. Given back when it is dropped.
    _permit: Option<OwnedSemaphorePermit>,
    /// None where there is no connection.
    visit: Option<Visit>,
}

impl Turn {
    pub(super) const fn new(permit: Option<OwnedSemaphorePermit>, visit: Option<Visit>) -> Self {
        Self { _permit: permit, visit }
    }

    /// Leaves the place with the answer.
    pub(super) fn answered(mut self, response: Response) -> Response {
        if let Some(visit) = &mut self.visit {
            visit.answered();
        }
        response.map(|body| Body::new(Taken { body, piece: Bytes::new(), turn: Some(self) }))
    }
}

/// The body of an answer, in pieces. Gives the place back at its end, or when it is dropped.
struct Taken {
    body: Body,
    /// What has come of the body and not left yet.
    piece: Bytes,
    turn: Option<Turn>,
}

impl HttpBody for Taken {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if this.piece.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.piece = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                end => {
                    this.turn = None;
                    return Poll::Ready(end);
                }
            }
        }
        let piece = this.piece.split_to(this.piece.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, piece) = (self.body.size_hint(), self.piece.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + piece);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + piece);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse as _;
    use http_body_util::BodyExt as _;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn an_answer_keeps_its_place_until_its_last_byte_has_left() {
        let places = Arc::new(Semaphore::new(1));
        let permit = Some(Arc::clone(&places).try_acquire_owned().unwrap());
        let sent = vec![7; 2 * PIECE + 1];
        let response = Turn::new(permit, None).answered(sent.clone().into_response());
        let mut body = response.into_body();
        let mut taken = Vec::new();
        while taken.len() < sent.len() {
            assert_eq!(body.size_hint().exact(), Some((sent.len() - taken.len()) as u64));
            assert!(!body.is_end_stream());
            assert_eq!(places.available_permits(), 0);
            let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert!(piece.len() <= PIECE);
            taken.extend(piece);
        }
        assert!(body.is_end_stream());
        assert!(body.frame().await.is_none());
        assert_eq!((taken, places.available_permits()), (sent, 1));
    }

    #[tokio::test]
    async fn an_answer_that_nobody_wants_gives_its_place_back() {
        let places = Arc::new(Semaphore::new(1));
        let permit = Some(Arc::clone(&places).try_acquire_owned().unwrap());
        let response = Turn::new(permit, None).answered("answer".into_response());
        assert_eq!(places.available_permits(), 0);
        drop(response);
        assert_eq!(places.available_permits(), 1);
    }
}
