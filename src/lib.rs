//! Notarium: an evidence ledger that a court can run and anyone can check.
//!
//! The modules are rooms on floors; imports run down only (docs/architecture.md). Floors 1 to 5 are pure: no files,
//! sockets, clock, randomness or database. The feature `service`, on by default, brings the floors above.

// floor 1
pub mod codec;
pub mod crypto;
pub mod merkle;
// floor 2
pub mod note;
// floor 3
pub mod evidence;
pub mod trust;
// floor 4
pub mod ledger;
pub mod registry;
// floor 5
pub mod api;
pub mod audit;
pub mod report;
// floor 6
#[cfg(feature = "service")]
pub mod audit_state;
#[cfg(feature = "service")]
pub mod client;
#[cfg(feature = "service")]
pub mod keyfile;
#[cfg(feature = "service")]
pub mod store;
// floor 7
#[cfg(feature = "service")]
pub mod desk;
#[cfg(feature = "service")]
pub mod follow;
#[cfg(feature = "service")]
pub mod sequencer;
#[cfg(feature = "service")]
pub mod upkeep;
#[cfg(feature = "service")]
pub mod witness;
// floor 8
#[cfg(feature = "service")]
pub mod server;
// floor 9
#[cfg(feature = "service")]
pub mod cli;
