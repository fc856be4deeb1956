//! What keeps a key that is in memory out of files: no core dump, no other process that looks in.
//!
//! Called before a key or a passphrase is read or made. Two things, because each alone leaves a gap: a limit of zero stops
//! the kernel from writing a core file but not from piping one to a program that `core_pattern` names; a process that is not
//! dumpable is piped nowhere either, and cannot be attached to or read by other processes of the same user (prctl(2),
//! `PR_SET_DUMPABLE`). Root can still look in. Not here: the swap, which the operator keeps from the disk (docs/security.md).

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use super::output::Output;

/// Sees to it that this process leaves no core dump, from now until it ends; warns where the system does not let it.
pub(super) fn keep(output: &Output) {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let kept = setrlimit(Resource::Core, none).and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    if let Err(error) = kept {
        output.warn(format_args!(
            "the system does not let core dumps be turned off ({error}): a crash may write the key to disk"
        ));
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn no_core_dump_is_written_or_piped() {
        keep(&Output::new());
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
