//! The place at which a test wants the server to kill itself: in the environment only, so that no command line shows it off.

use std::env::{self, VarError};

use tracing::warn;

use super::super::output::{hinted, hinted_by};
use crate::sequencer::{FailPoint, FailPointError};

const VARIABLE: &str = "NOTARIUM_FAIL_POINT";

/// The place, if one is named. Read once, and said in the log.
pub(super) fn named() -> anyhow::Result<Option<FailPoint>> {
    let text = match env::var(VARIABLE) {
        Ok(text) => text,
        Err(VarError::NotPresent) => return Ok(None),
        Err(error) => return Err(hinted(error, format!("unset {VARIABLE}"))),
    };
    let point = text.parse().map_err(hinted_by(|error: &FailPointError| Some(error.hint())))?;
    warn!("this process kills itself at {text}, as {VARIABLE} says");
    Ok(Some(point))
}
