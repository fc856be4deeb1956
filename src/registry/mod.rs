//! Keys in force: who may deposit, enrol and revoke on a ledger, by its entries alone.
//!
//! A [`Registry`] begins with a ledger's genesis entry and is given the later ones in order, each with its index and time. It
//! [judges](Registry::judge) each statement by the rules of docs/formats.md, Admission, and keeps of each key who enrolled and
//! who revoked it. Whoever feeds it the same entries gets the same registry: the ledger that admits, the store that is
//! opened, and the audit that believes neither.
//!
//! A copy shares what it does not change, so that a ledger can plan entries on one and throw it away.
//!
//! What is not here: signatures and consents (`evidence` judges those, and what it refuses must not be given here), kinds and
//! versions that are not understood (whoever replays says so), and the chain of entries.

mod chain;
mod history;
mod keys;
mod not_admitted;
mod rules;

pub use chain::{KeyChain, LedgerKey, Replaced, Signers};
pub use history::{Enrolment, KeyHistory, Revocation, Standing};
pub use not_admitted::NotAdmitted;
pub use rules::Registry;
