//! The quorum rule: which sets of witnesses are enough.
//!
//! Witnesses and groups are numbered in the order of their definition, and a group has only earlier members, so that one
//! pass over them decides; nothing recurses, however deep the groups are nested. Names and syntax are `policy`'s.
//!
//! Follows C2SP tlog-policy, Defining a witness group and Defining the quorum.

/// The number of a witness or group, counted over both in the order of their definition.
pub(super) type Number = usize;

/// What stands behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Definition {
    /// The witness at this place of the policy's witnesses.
    Witness(usize),
    /// At least `threshold` of these, each defined earlier.
    Group { threshold: usize, members: Vec<Number> },
}

/// The rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum QuorumRule {
    /// `quorum none`: no cosignature is asked for.
    None,
    /// This witness or group has to have cosigned.
    Of(Number),
}

/// Whether the witnesses for which `cosigned` holds make `wanted` hold.
pub(super) fn is_met(definitions: &[Definition], wanted: Number, cosigned: impl Fn(usize) -> bool) -> bool {
    let mut holds: Vec<bool> = Vec::with_capacity(definitions.len());
    for definition in definitions {
        holds.push(match definition {
            Definition::Witness(witness) => cosigned(*witness),
            Definition::Group { threshold, members } => {
                members.iter().filter(|member| holds[**member]).count() >= *threshold
            }
        });
    }
    holds[wanted]
}
