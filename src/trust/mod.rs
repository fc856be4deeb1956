//! Who is believed about a tree: checkpoints, cosignatures and the policy that judges them.
//!
//! A checkpoint says how large a tree is and what its root is, a cosignature that a witness saw it grow without a break,
//! and a policy which logs and witnesses count. Which entries stand in the tree is not known here (`merkle`, `ledger`), and
//! no key is fetched or asked for: policy, checkpoint and keys come in as bytes.
//!
//! Follows C2SP tlog-checkpoint v1.0.0, tlog-cosignature v1.0.1 (type 04) and tlog-policy at 5ba5ee8.

mod checkpoint;
mod cosignature;
mod fork;
mod judgement;
mod log_keys;
mod policy;
mod quorum;

pub use crate::note::Origin;
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::{CosignatureError, PosixTime, sign_cosignature, stated_time, verify_cosignature};
pub use fork::{ForkError, ForkProof, ForkVerdict, NoFork};
pub use judgement::{CheckpointJudgement, CosignatureCheck, LogSignature, QuorumCheck};
pub use log_keys::{LogKeys, LogSigner};
pub use policy::{MAX_POLICY_BYTES, Policy, PolicyError, PolicyLog, PolicyProblem, PolicyWitness};
