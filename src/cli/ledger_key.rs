//! The keys of a ledger in its folder: the one in force, and in an overlap the one that it replaces.

use std::path::Path;

use anyhow::anyhow;

use super::output::{Output, WithHint, hinted_by};
use super::passphrase;
use crate::crypto::{PublicKey, SigningKey};
use crate::evidence::SuiteKey;
use crate::store::{OpenError, Opened};
use crate::trust::LogKeys;
use crate::upkeep::{KEY_FILE, RotationError, next_key_file, retired_key_file, take_up};

/// Opens every key that must sign this ledger's tree: from the ledger's folder, or from where it is named. A rotation that was
/// cut short after its entry is finished first, in the folder.
pub(super) fn open_keys(
    directory: &Path,
    named: Option<&Path>,
    opened: &mut Opened,
    source: &passphrase::Source,
    output: &Output,
) -> anyhow::Result<LogKeys> {
    let path = named.map_or_else(|| directory.join(KEY_FILE), Path::to_owned);
    if !path.exists() {
        return Err(anyhow!("the ledger's key is not there: {}", path.display())).hint(
            "put it back from where it was backed up, or say where it is by --ledger-key FILE; no other key goes on with this ledger",
        );
    }
    let due = opened.writer.due();
    let in_force = due.first().copied().unwrap_or(*opened.reader.public_key());
    let key = source.open_key(&path, output)?;
    if key.public() != in_force {
        if named.is_some() {
            return Err(hinted_by(OpenError::hint)(OpenError::OtherKey { stored: in_force, expected: key.public() }));
        }
        return take_next(directory, opened, key, in_force, source, output);
    }
    let retiring = due.get(1).map(|retiring| open_retiring(&path, opened, retiring, source, output)).transpose()?;
    Ok(LogKeys::new(key, retiring))
}

/// Both keys of a rotation whose entry is written and whose files are not in their places.
fn take_next(
    directory: &Path,
    opened: &mut Opened,
    found: SigningKey,
    in_force: PublicKey,
    source: &passphrase::Source,
    output: &Output,
) -> anyhow::Result<LogKeys> {
    let old = found.public();
    let other = || hinted_by(OpenError::hint)(OpenError::OtherKey { stored: in_force, expected: old });
    let next = next_key_file(directory);
    if !next.exists() || opened.reader.chain().get(&SuiteKey::Ed25519(old)).is_none() {
        return Err(other());
    }
    let key = source.open_key(&next, output)?;
    if key.public() != in_force {
        return Err(other());
    }
    let keys = LogKeys::new(key, Some(found));
    take_up(opened, &keys, &old).map_err(hinted_by(RotationError::hint))?;
    output.say("finished a rotation of the ledger's key that was cut short");
    Ok(keys)
}

fn open_retiring(
    key: &Path,
    opened: &Opened,
    retiring: &PublicKey,
    source: &passphrase::Source,
    output: &Output,
) -> anyhow::Result<SigningKey> {
    const HINT: &str = "put it back from where it was backed up: until the overlap has ended both keys sign";
    let path = key.with_file_name(retired_key_file(opened.reader.origin().key_name(), retiring));
    if !path.exists() {
        return Err(anyhow!("the key that is being replaced is not there: {}", path.display())).hint(HINT);
    }
    let key = source.open_key(&path, output)?;
    if key.public() == *retiring {
        return Ok(key);
    }
    Err(anyhow!("{} holds another key than the one that is being replaced", path.display())).hint(HINT)
}
