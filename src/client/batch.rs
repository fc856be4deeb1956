//! The batch: many statements in one body, and the answer's lines taken apart.
//!
//! A line of the answer is one statement's own: an answer or a problem, by the number of the statement. A line that is missing or
//! out of place makes the whole answer none, since nothing says any more which statement is meant.

use super::call::Answer;
use super::{ClientError, Submitted};
use crate::api::{BatchLine, BatchOutcome};

/// A statement has at most 16,384 bytes, so its length fits; a longer one is refused by the ledger at the cut-short frame.
pub(super) fn body(statements: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for statement in statements {
        let length = u16::try_from(statement.len()).unwrap_or(u16::MAX);
        body.extend_from_slice(&length.to_be_bytes());
        body.extend_from_slice(statement);
    }
    body
}

/// What came of each of `count` statements, in their order.
pub(super) fn outcomes(answer: &Answer, count: usize) -> Result<Vec<Result<Submitted, ClientError>>, ClientError> {
    let not_understood = |why: String| ClientError::NotUnderstood { url: answer.url.clone(), why };
    let mut outcomes = Vec::with_capacity(count);
    for line in answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: BatchLine = serde_json::from_slice(line).map_err(|error| not_understood(error.to_string()))?;
        let number = outcomes.len() as u64 + 1;
        if line.line != number {
            return Err(not_understood(format!("line {} stands where line {number} belongs", line.line)));
        }
        outcomes.push(match line.outcome {
            BatchOutcome::Answer(submitted) => Ok(Submitted { answer: submitted, repeated: line.status != 201 }),
            BatchOutcome::Problem(problem) => Err(ClientError::Refused {
                url: answer.url.clone(),
                problem: Box::new(problem),
                attempts: answer.attempts,
            }),
        });
    }
    if outcomes.len() != count {
        return Err(not_understood(format!("{} lines for {count} statements", outcomes.len())));
    }
    Ok(outcomes)
}
