//! Plays the dishonest operator: backdates one entry by a day, through RocksDB, so that the database's own checksums hold.
//!
//! `forge DIR INDEX` rewrites entry INDEX in the ledger folder DIR. Only ever use it on a copy. RocksDB is opened as any
//! program may open it, without Notarium's store: whoever owns the disk can do this. The demo shows that an audit finds it.

use std::path::Path;

use rocksdb::{ColumnFamilyDescriptor, DB, Options};

/// Where the u64 time stands in an entry: after the 17 bytes of domain separation and the u64 index (docs/formats.md, Entry).
const TIME: std::ops::Range<usize> = 25..33;
const ONE_DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, index] = args.as_slice() else { return Err("usage: forge DIR INDEX".into()) };
    let index: u64 = index.parse()?;

    let path = Path::new(dir).join("db");
    let options = Options::default();
    let families =
        DB::list_cf(&options, &path)?.into_iter().map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
    let db = DB::open_cf_descriptors(&options, &path, families)?;
    let entries = db.cf_handle("entry").ok_or("no column family `entry`")?;

    let key = index.to_be_bytes();
    let mut entry = db.get_cf(&entries, key)?.ok_or("no such entry")?;
    let time = u64::from_be_bytes(entry.get(TIME).ok_or("the row is too short for an entry")?.try_into()?);
    entry[TIME].copy_from_slice(&(time - ONE_DAY_MS).to_be_bytes());
    db.put_cf(&entries, key, entry)?;
    db.flush_cf(&entries)?;
    Ok(())
}
