//! A ledger that changes its own key: in its folder, under policies, seen by whoever follows it.

mod backed_up;
mod followed;
mod histories;
mod killed;
mod killed_processes;
mod trusted;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notarium::crypto::{PublicKey, SigningKey};
use notarium::ledger::{Appender, Receipt};
use notarium::merkle::LeafIndex;
use notarium::note::VerifierKey;
use notarium::store::{OpenOptions, Opened, Reader, Writer, open};
use notarium::trust::{LogKeys, LogSigner as _, Policy, SignedCheckpoint};
use notarium::upkeep::{KEY_FILE, Rotated, begin, retired_key_file};
use tempfile::TempDir;

use crate::founded::{found, memory, origin, statement, time};
use crate::samples::ledger_key;

/// A ledger with its files, as `notarium init` makes it.
pub(crate) struct Turning {
    pub(crate) room: TempDir,
    pub(crate) folder: PathBuf,
}

impl Turning {
    pub(crate) fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let folder = room.path().join("ledger");
        found(&folder);
        notarium::keyfile::write_new(&folder.join(KEY_FILE), &ledger_key(), None).unwrap();
        fs::write(folder.join("policy"), policy_of(&ledger_key().public()).as_bytes()).unwrap();
        Self { room, folder }
    }

    pub(crate) fn opened(&self) -> Opened {
        open(&self.folder, &OpenOptions { memory: memory(), ..OpenOptions::default() }).unwrap()
    }

    /// Changes the key at that time.
    pub(crate) fn rotate(&self, overlap: u64, millis: u64) -> Rotated {
        let opened = self.opened();
        let rotation = begin(opened, key_in(&self.folder, KEY_FILE), None, time(millis)).unwrap();
        rotation.admit(overlap, time(millis)).unwrap().finish().unwrap()
    }

    /// Admits `count` statements at that time, and gives the receipt of the first.
    pub(crate) fn deposit(&self, count: u64, millis: u64) -> Receipt {
        let mut own = Own::new(self.opened(), &self.folder);
        own.grow(count, millis)
    }

    pub(crate) fn reader(&self) -> Reader {
        self.opened().reader
    }

    /// The receipt of an entry under the newest checkpoint.
    pub(crate) fn receipt(&self, index: u64) -> Receipt {
        let own = Own::new(self.opened(), &self.folder);
        own.reader.receipt(LeafIndex::new(index)).unwrap().unwrap()
    }
}

/// The keys of a ledger's folder that are due now.
pub(crate) fn keys_in(opened: &Opened, folder: &Path) -> LogKeys {
    let retiring = opened.writer.due().get(1).map(|key| key_in(folder, &retired_key_file(origin().key_name(), key)));
    LogKeys::new(key_in(folder, KEY_FILE), retiring)
}

pub(crate) fn key_in(folder: &Path, name: &str) -> SigningKey {
    notarium::keyfile::read(&folder.join(name), || None).unwrap().key
}

pub(crate) fn vkey(key: &PublicKey) -> VerifierKey {
    VerifierKey::new_ed25519(origin().key_name().clone(), *key)
}

pub(crate) fn policy_of(key: &PublicKey) -> Policy {
    Policy::for_log(&vkey(key), None).unwrap()
}

/// An open ledger with whoever plans, commits and signs, with the keys of its folder.
pub(crate) struct Own {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    appender: Appender,
    last: Arc<SignedCheckpoint>,
    keys: LogKeys,
}

impl Own {
    pub(crate) fn new(opened: Opened, folder: &Path) -> Self {
        let keys = keys_in(&opened, folder);
        let Opened { mut writer, reader, appender, .. } = opened;
        assert!(writer.due().iter().all(|due| keys.holds(due)), "the folder has every key that is due");
        let last = writer.publish_stored(&keys).unwrap();
        Self { writer, reader, appender, last, keys }
    }

    pub(crate) fn grow(&mut self, count: u64, millis: u64) -> Receipt {
        let size = self.reader.head().size.get();
        let batch = self.appender.plan(time(millis), (size..size + count).map(statement).collect()).unwrap();
        let (next, first) = (batch.next(), batch.first());
        let committed = self.writer.commit(batch, &self.last).unwrap();
        let published = self.writer.publish(committed.sign(&self.keys)).unwrap();
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
        published.receipt(first).unwrap()
    }
}

/// The keys whose lines a checkpoint carries, by their ids, in its order.
pub(crate) fn signers(checkpoint: &SignedCheckpoint) -> Vec<String> {
    checkpoint.note().signatures().iter().map(|line| line.id().to_string()).collect()
}
