//! The JSON of the HTTP API: what the server writes and the client reads.
//!
//! Shapes only, and their making from the ledger's own types. Not here: what is served when (`server`), and how it is
//! fetched (`client`). The endpoints are described in docs/api.md.
//!
//! One convention throughout: digests, hashes, statement ids and public keys are lower-case hex; statements, entries and
//! other bytes of any length are padded base64; times are RFC 3339 in UTC with milliseconds;
//! indexes and sizes are JSON numbers (a ledger never grows past 2^53).

mod answer;
mod control;
mod entry;
mod key;
mod problem;

pub use answer::{
    BatchLine, BatchOutcome, CheckpointList, CheckpointView, ConsistencyAnswer, Earlier, EarlierDeposit, EntryHead,
    EntryHistory, EntryList, EntryProof, HeadView, HistoryLink, InclusionAnswer, LedgerInfo, PartialHit, PartialHits,
    Software, SubmitAnswer, SubmitRequest, VerifyAnswer, VerifyRequest,
};
pub use control::{
    ControlAnswer, ControlRequest, MAX_CONTROL_LINE, ScrubEnd, ScrubOutcome, ScrubProgress, ScrubStanding,
};
pub use entry::{
    BodyView, EnrolView, EntryView, EvidenceView, GenesisView, RevokeView, RotateView, StatementView, admission_word,
};
pub use key::{EnrolmentView, KeyAnswer, KeyAtEntry, KeyList, KeyView, RevocationView};
pub use problem::{Problem, ProblemKind};
