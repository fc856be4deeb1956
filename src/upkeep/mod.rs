//! What an operator does with a ledger's folder beside serving it: write it out as files, and make it again from them.
//!
//! Not here: reading a log that somebody else keeps (`follow`), words for people (`cli`).

mod export;
mod import;

pub use export::{ExportError, export};
pub use import::{ImportError, Imported, import};
