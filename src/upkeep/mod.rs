//! What an operator does with a ledger's folder beside serving it: write it out as files, make it again from them, and note
//! down how it is served.
//!
//! Not here: reading a log that somebody else keeps (`follow`), words for people (`cli`).

mod export;
mod import;
mod running;

pub use export::{ExportError, export};
pub use import::{ImportError, Imported, import};
pub use running::{Announced, Serving};
