//! The column families, how each is tuned, and how the database is opened.
//!
//! Two kinds: the ledger itself (what can't be computed again: without it the store does not open) and indexes (computed
//! from the entries; their damage never stops an opening). Every key is written once and never deleted, so nothing here is
//! tuned for overwriting. Nothing is compressed, since digests and signatures don't compress.
//!
//! Sequential keys (entries, heads, checkpoints, tiles) arrive in order, so their files never overlap and move down the
//! levels without being rewritten; tile files are cut where the level changes, for the same reason. Random keys (digests)
//! are looked up far more often than found, so filters answer most lookups.
//!
//! Memory is bounded by [`Memory`]: one block cache that holds index and filter blocks too, and one budget of write buffers
//! for all column families. Filters and indexes are partitioned, so that a large ledger needs only those parts in memory
//! that are used.

use std::path::Path;

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamilyDescriptor, DB, DBCompressionType, DBRecoveryMode,
    FlushOptions, LogLevel, Options, RateLimiterMode, SliceTransform, SstPartitionerFactory, WriteOptions,
};

/// A column family. The order is that of docs/architecture.md, section "Storage".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray, strum::Display,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Column {
    /// index to entry.
    Entry,
    /// level, index to the 8,192 bytes of a full tile.
    Tile,
    /// size to root, at every commit.
    Head,
    /// size to signed note, written with the commit after it.
    Checkpoint,
    /// size, key of a witness to its cosignature.
    Cosigned,
    /// name to a value of our own.
    Meta,
    /// `statement_id` to index.
    Statement,
    /// digest, index to mode and length.
    Sha256,
    /// digest, index.
    Sm3,
    /// key, index.
    Submitter,
    /// index, for kinds 2 and 3.
    Registry,
    /// `statement_id`, index of a statement that continues it.
    Continued,
}

/// How keys come and how they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// In ascending order; read by key or in runs.
    Sequential,
    /// In any order; read by the whole key.
    Point,
    /// In any order; read by the first 32 bytes, of which many keys may have the same.
    Prefix,
}

impl Column {
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the rows can be computed from the entries.
    pub(super) const fn is_index(self) -> bool {
        matches!(self, Self::Statement | Self::Sha256 | Self::Sm3 | Self::Submitter | Self::Registry | Self::Continued)
    }

    const fn access(self) -> Access {
        match self {
            Self::Entry | Self::Tile | Self::Head | Self::Checkpoint | Self::Cosigned | Self::Meta | Self::Registry => {
                Access::Sequential
            }
            Self::Statement => Access::Point,
            Self::Sha256 | Self::Sm3 | Self::Submitter | Self::Continued => Access::Prefix,
        }
    }
}

/// How much memory the database may take. The defaults hold a ledger of some tens of millions of entries well under 512 MB
/// for the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Bytes of blocks, indexes and filters kept for reading.
    pub block_cache: usize,
    /// Bytes of new rows kept before they are written to files; also about how much log a start after a crash reads.
    pub write_buffers: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self { block_cache: 128 << 20, write_buffers: 64 << 20 }
    }
}

/// What may be done with the database that is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Make it; fails where there is one.
    Create,
    /// Read and write it, alone.
    Write,
    /// Read and write it, alone, although a file can't be opened: to see which, and to replace index rows.
    Repair,
    /// Read it, alone, and copy its files: none of them is rewritten.
    Copy,
    /// Read it, without a lock.
    Read,
    /// Read what can be read of it, without a lock and without checks of the whole.
    Salvage,
}

/// The bytes of checksum that each key and value carries from the batch to the log and the file.
const PROTECTION_BYTES: u8 = 8;
/// Bits a key of the filters: one lookup in a hundred that finds nothing still reads a block.
const FILTER_BITS: f64 = 10.0;
const DIGEST_LENGTH: usize = 32;

/// How often a rate that reading is held to is given out.
const REFILL_MICROSECONDS: i64 = 100_000;
/// RocksDB's own choice; there is one priority only.
const FAIRNESS: i32 = 10;

/// Files that a database which is written to holds open at a time, at most (its log and a few more come on top).
pub const MAX_OPEN_FILES: u16 = 1024;

/// The column family that every database has; empty here.
const DEFAULT: &str = "default";

/// The memory that all column families of one database share.
pub(super) struct Shared {
    memory: Memory,
    cache: Cache,
    /// Bytes that are read in a second at most, where the reader asks to be held to it.
    read_rate: Option<u64>,
}

impl Shared {
    pub(super) fn new(memory: Memory) -> Self {
        Self { memory, cache: Cache::new_lru_cache(memory.block_cache), read_rate: None }
    }

    /// The same, for scans and checks of checksums at a bounded rate.
    pub(super) fn at_rate(memory: Memory, read_rate: Option<u64>) -> Self {
        Self { read_rate, ..Self::new(memory) }
    }

    /// Opens the database with all its column families but those that it lacks. Makes none, except to create a database.
    pub(super) fn open(&self, path: &Path, purpose: Purpose, lacking: &[Column]) -> Result<DB, rocksdb::Error> {
        let columns =
            <Column as strum::VariantArray>::VARIANTS.iter().filter(|column| !lacking.contains(column)).map(|column| {
                let mut options = column_options(*column, self);
                options.set_disable_auto_compactions(purpose == Purpose::Copy);
                ColumnFamilyDescriptor::new(column.name(), options)
            });
        let default = ColumnFamilyDescriptor::new(DEFAULT, column_options(Column::Meta, self));
        let columns = columns.chain([default]);
        let mut options = database_options(self.memory, purpose);
        if let Some(rate) = self.read_rate.and_then(|rate| i64::try_from(rate).ok()) {
            options.set_ratelimiter_with_mode(rate, REFILL_MICROSECONDS, FAIRNESS, RateLimiterMode::KReadsOnly, false);
        }
        if matches!(purpose, Purpose::Read | Purpose::Salvage) {
            DB::open_cf_descriptors_read_only(&options, path, columns, false)
        } else {
            DB::open_cf_descriptors(&options, path, columns)
        }
    }

    /// Empties an index: drops its column family, if it is there, and makes it anew.
    pub(super) fn empty(&self, db: &mut DB, column: Column) -> Result<(), rocksdb::Error> {
        debug_assert!(column.is_index(), "only indexes can be made again");
        if db.cf_handle(column.name()).is_some() {
            db.drop_cf(column.name())?;
        }
        db.create_cf(column.name(), &column_options(column, self))
    }
}

/// Writes the rows of every column family to files, all together, and returns when they are on disk.
///
/// RocksDB's flush without names is that of the empty default column alone, also where columns are flushed together.
pub(super) fn flush(db: &DB) -> Result<(), rocksdb::Error> {
    let names = <Column as strum::VariantArray>::VARIANTS.iter().map(|column| column.name()).chain([DEFAULT]);
    let columns: Vec<_> = names.filter_map(|name| db.cf_handle(name)).collect();
    db.flush_cfs_opt(&columns, &FlushOptions::default())
}

/// The names of the column families of a database, without opening it.
pub(super) fn list(path: &Path) -> Result<Vec<String>, rocksdb::Error> {
    DB::list_cf(&Options::default(), path)
}

fn database_options(memory: Memory, purpose: Purpose) -> Options {
    let mut options = Options::default();
    options.create_if_missing(purpose == Purpose::Create);
    options.set_error_if_exists(purpose == Purpose::Create);
    // Nothing is made in a database that is there before it is known to be of a version that this program writes.
    options.create_missing_column_families(purpose == Purpose::Create);
    set_integrity(&mut options, purpose);
    // One budget for all columns, and all flushed together: otherwise the columns that fill slowly (heads) keep old logs
    // alive, and a start after a crash reads them all. Flushed together, the files agree even without the log.
    options.set_db_write_buffer_size(memory.write_buffers);
    options.set_max_total_wal_size(2 * memory.write_buffers as u64);
    options.set_atomic_flush(true);
    // Readers without a lock must hold every file open, since the writer may delete one that it has replaced.
    options.set_max_open_files(if purpose == Purpose::Read { -1 } else { MAX_OPEN_FILES.into() });
    options.set_skip_stats_update_on_db_open(true);
    options.set_max_background_jobs(2);
    options.set_bytes_per_sync(1 << 20);
    // RocksDB's own chatter: warnings only, at most 4 x 1 MiB.
    options.set_log_level(LogLevel::Warn);
    options.set_max_log_file_size(1 << 20);
    options.set_keep_log_file_num(4);
    options.set_stats_dump_period_sec(0);
    options.set_stats_persist_period_sec(0);
    options.set_manifest_preallocation_size(64 << 10);
    options
}

/// What guards the bytes between us and the disk.
///
/// Recovery of the log: of RocksDB's modes, `TolerateCorruptedTailRecords` is the one that drops a record which was being
/// written when the process died, and refuses everything else. `PointInTime`, the default, stops silently at the first
/// damaged record, so that one flipped bit loses all that was acknowledged after it; `AbsoluteConsistency` refuses after
/// every crash. What this mode can't see (records cut cleanly off the end, a damaged length at the very end) is seen by the
/// comparison with DIR/tip. `tests/all/store_log.rs` holds all of that.
pub(super) fn set_integrity(options: &mut Options, purpose: Purpose) {
    options.set_paranoid_checks(!matches!(purpose, Purpose::Repair | Purpose::Salvage));
    options.set_wal_recovery_mode(match purpose {
        Purpose::Salvage => DBRecoveryMode::SkipAnyCorruptedRecord,
        _ => DBRecoveryMode::TolerateCorruptedTailRecords,
    });
    options.set_track_and_verify_wals(purpose != Purpose::Salvage);
    options.set_flush_verify_memtable_count(true);
    options.set_compaction_verify_record_count(true);
    options.set_verify_sst_unique_id_in_manifest(true);
}

fn column_options(column: Column, shared: &Shared) -> Options {
    let mut options = Options::default();
    options.set_compression_type(DBCompressionType::None);
    options.set_bottommost_compression_type(DBCompressionType::None);
    options.set_write_buffer_size(shared.memory.write_buffers);
    options.set_max_write_buffer_number(3);
    // Small arenas: a column with ten rows must not take a megabyte.
    options.set_arena_block_size(64 << 10);
    options.set_level_compaction_dynamic_level_bytes(true);
    options.set_memtable_protection_bytes_per_key(PROTECTION_BYTES.into());
    options.set_block_protection_bytes_per_key(PROTECTION_BYTES);
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(&shared.cache);
    table.set_cache_index_and_filter_blocks(true);
    table.set_cache_index_and_filter_blocks_with_high_priority(true);
    table.set_pin_top_level_index_and_filter(true);
    table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    table.set_format_version(6);
    match column.access() {
        Access::Sequential => {
            table.set_block_size(16 << 10);
            if column == Column::Tile {
                options.set_sst_partitioner_factory(&SstPartitionerFactory::fixed_prefix(1));
            }
        }
        Access::Point => {
            set_filter(&mut table, &mut options);
            table.set_whole_key_filtering(true);
            options.set_memtable_whole_key_filtering(true);
        }
        Access::Prefix => {
            set_filter(&mut table, &mut options);
            table.set_whole_key_filtering(false);
            options.set_prefix_extractor(SliceTransform::create_fixed_prefix(DIGEST_LENGTH));
        }
    }
    options.set_block_based_table_factory(&table);
    options
}

fn set_filter(table: &mut BlockBasedOptions, options: &mut Options) {
    table.set_block_size(4 << 10);
    table.set_ribbon_filter(FILTER_BITS);
    table.set_partition_filters(true);
    table.set_optimize_filters_for_memory(true);
    options.set_memtable_prefix_bloom_ratio(0.02);
}

/// How a commit is written: to the log and through to the disk before it returns.
pub(super) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options.set_protection_bytes_per_key(PROTECTION_BYTES.into());
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_made_anew_shares_the_cache_of_the_others() {
        let room = tempfile::tempdir().unwrap();
        let shared = Shared::new(Memory { block_cache: 8 << 20, write_buffers: 1 << 20 });
        let mut db = shared.open(room.path(), Purpose::Create, &[]).unwrap();
        shared.empty(&mut db, Column::Statement).unwrap();
        let anew = db.cf_handle(Column::Statement.name()).unwrap();
        db.put_cf(anew, b"key", vec![7; 4096]).unwrap();
        flush(&db).unwrap();
        let usage = |column: Column| {
            let column = db.cf_handle(column.name()).unwrap();
            db.property_int_value_cf(column, "rocksdb.block-cache-usage").unwrap().unwrap()
        };
        let before = usage(Column::Entry);
        db.get_cf(anew, b"key").unwrap().unwrap();
        assert!(usage(Column::Entry) > before, "a block of one column is seen in the cache of another");
        assert_eq!(usage(Column::Entry), usage(Column::Statement));
    }
}
