//! How many files the system lets the server have open: enough for its connections and its database, or it does not start.
//!
//! A server that runs out of them refuses connections, which passes, and fails in the middle of a commit, which does not: so
//! it is made sure of before anything is accepted.

use anyhow::{Context, anyhow};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::super::output::WithHint;
use crate::store::MAX_OPEN_FILES;

/// Files beside connections and the database's tables: the database's log and what it is just writing, the tip, the threads'
/// wakers, standard streams.
const OTHERS: u64 = 128;

/// Raises this process's limit as far as it may be raised, and refuses when that is too low for so many connections.
pub(super) fn provide_for(connections: u32) -> anyhow::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    check(maximum, connections)?;
    if current != maximum {
        // More than is needed: what the operator has set as the limit is theirs to set.
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        raised.context("cannot raise the limit on open files")?;
    }
    Ok(())
}

/// Whether a limit, none when there is none, is enough.
fn check(limit: Option<u64>, connections: u32) -> anyhow::Result<()> {
    let own = u64::from(MAX_OPEN_FILES) + OTHERS;
    let needed = own + u64::from(connections);
    match limit {
        Some(limit) if limit < needed => {
            let way_out = match limit.checked_sub(own).filter(|left| *left > 0) {
                Some(left) => format!(", or give --max-connections {left}"),
                None => String::new(),
            };
            Err(anyhow!(
                "this process may have {limit} files open, and needs {needed}: {connections} for connections, {own} of its own"
            ))
            .hint(format!("raise the hard limit (`ulimit -Hn`; LimitNOFILE= of a systemd unit){way_out}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_must_hold_connections_database_and_the_rest() {
        assert!(check(None, u32::MAX).is_ok());
        assert!(check(Some(5248), 4096).is_ok());
        let refused = check(Some(5247), 4096).unwrap_err();
        let expected = "this process may have 5247 files open, and needs 5248: 4096 for connections, 1152 of its own";
        assert_eq!(refused.to_string(), expected);
    }
}
