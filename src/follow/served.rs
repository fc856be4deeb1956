//! A ledger as it is served: tiles and bundles over HTTP.

use super::source::{Source, SourceError, Unread, place_of_entry};
use crate::audit::{Finding, Place, What};
use crate::client::{Client, ClientError};
use crate::merkle::{BundleId, TileId};

impl Source for Client {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(Self::checkpoint(self)?)
    }

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread> {
        Self::tile(self, id).map_err(|error| unread(error, id.path()))
    }

    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread> {
        Self::bundle(self, id).map_err(|error| unread(error, id.path()))
    }

    fn see(&self, place: &Place) -> Option<String> {
        let address = self.address();
        match place {
            Place::Entry(index) => Some(format!("{address}/v1/entries/{index}; {address}/{}", place_of_entry(*index))),
            Place::Tile(path) => Some(format!("{address}/{path}")),
            Place::Checkpoint(_) => Some(format!("{address}/checkpoint")),
            Place::Head(size) => Some(format!("{address}/v1/proofs/consistency?from={size}")),
            Place::Row { .. } | Place::Storage(_) => None,
        }
    }
}

/// A refusal to serve what the checkpoint covers is a finding, and so is an answer longer than any; no answer at all is not.
fn unread(error: ClientError, path: String) -> Unread {
    let is_an_answer = match &error {
        ClientError::Refused { problem, .. } => problem.status < 500,
        ClientError::Status { status, .. } => *status < 500,
        ClientError::TooLong { .. } => true,
        _ => false,
    };
    if is_an_answer {
        Unread::Wrong(Box::new(Finding::at(Place::Tile(path), What::Unreadable, "to be served", error.to_string())))
    } else {
        Unread::NoAnswer(SourceError::Client(error))
    }
}
