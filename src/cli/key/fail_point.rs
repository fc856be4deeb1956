//! The step of a rotation after which a test wants the process to kill itself: in the environment only, as that of `serve` is.

use std::env::{self, VarError};

use anyhow::anyhow;
use rustix::process::{Signal, getpid, kill_process};

use super::super::output::{Output, WithHint, hinted};
use crate::upkeep::RotationStep;

const VARIABLE: &str = "NOTARIUM_FAIL_POINT";

/// The step, if one is named, as `after-entry`; said, so that nobody wonders.
pub(super) fn named(output: &Output) -> anyhow::Result<Option<RotationStep>> {
    let text = match env::var(VARIABLE) {
        Ok(text) => text,
        Err(VarError::NotPresent) => return Ok(None),
        Err(error) => return Err(hinted(error, format!("unset {VARIABLE}"))),
    };
    let step = text.strip_prefix("after-").and_then(|step| step.parse().ok());
    let step = step
        .ok_or_else(|| anyhow!("{text:?} is no step of a rotation"))
        .hint("unset NOTARIUM_FAIL_POINT; or, in a test, name one as after-entry (docs/reliability.md)")?;
    output.warn(format_args!("this process kills itself at {text}, as {VARIABLE} says"));
    Ok(Some(step))
}

/// Dies as by `kill -9` if this is the step: no handler, no destructor, no flush.
pub(super) fn pass(named: Option<RotationStep>, step: RotationStep) {
    if named == Some(step) {
        let _ = kill_process(getpid(), Signal::KILL);
        std::process::abort();
    }
}
