//! The raw limits of this machine, one core at a time: what nothing that checks, hashes and syncs can be faster than.
//!
//! `limits DIR [SECONDS]` measures each for so long (1 without it) and prints one JSON object; `limits --sha256 FILE` and `limits
//! --sm3 FILE` read a file and compute that digest of it, and nothing else. DIR chooses the disk: what is
//! written there is removed again. Times are medians. Strict verification and hashing are ours (`crypto`, `merkle`); the synced
//! writes are a file's and a bare RocksDB's, with one column for records of 240 bytes and one for their keys.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use notarium::crypto::{PublicKey, Sha256Hasher, Signature, SigningKey, Sm3Hasher, sha256};
use notarium::merkle::{Hash, leaf_hash, node_hash};
use rocksdb::{ColumnFamilyDescriptor, DB, DBCompressionType, Options, WriteBatch, WriteOptions};
use serde_json::{Value, json};

/// Bytes of a signed statement of plain evidence, about, and of the entry with it.
const STATEMENT_BYTES: usize = 260;
const ENTRY_BYTES: usize = 340;
const RECORD_BYTES: usize = 240;
const BULK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (directory, seconds) = match args.as_slice() {
        ["--sha256", file] => {
            let mut hasher = Sha256Hasher::default();
            read(file, |bytes| hasher.update(bytes))?;
            print(&hasher.finish().to_string());
            return Ok(());
        }
        ["--sm3", file] => {
            let mut hasher = Sm3Hasher::default();
            read(file, |bytes| hasher.update(bytes))?;
            print(&hasher.finish().to_string());
            return Ok(());
        }
        [directory] => (*directory, 1),
        [directory, seconds] => (*directory, seconds.parse()?),
        _ => return Err("usage: limits DIR [SECONDS] | --sha256 FILE | --sm3 FILE".into()),
    };
    let limits = measure(Path::new(directory), Duration::from_secs(seconds))?;
    print(&limits.to_string());
    Ok(())
}

fn read(file: &str, mut take: impl FnMut(&[u8])) -> Result<(), Box<dyn Error>> {
    let (mut file, mut buffer) = (File::open(file)?, vec![0; BULK]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => take(&buffer[..read]),
        }
    }
}

fn measure(directory: &Path, time: Duration) -> Result<Value, Box<dyn Error>> {
    let room = directory.join("limits");
    fs::create_dir_all(&room)?;
    let batches = [1, 10, 100, 1000];
    let batches: Result<serde_json::Map<String, Value>, Box<dyn Error>> = batches
        .iter()
        .map(|size| Ok((size.to_string(), json!(rocksdb_batch(&room.join(size.to_string()), *size, time)? * 1e3))))
        .collect();
    let limits = json!({
        "strict_us": strict(time),
        "strict_all_cores_a_second": strict_all_cores(time),
        "leaf_ns": per_call(time, || leaf_hash(&[7; ENTRY_BYTES])) * 1e9,
        "node_ns": per_call(time, || node_hash(&Hash::EMPTY_ROOT, &Hash::EMPTY_ROOT)) * 1e9,
        "statement_sha256_ns": per_call(time, || sha256(&[&[7; STATEMENT_BYTES]])) * 1e9,
        "sha256_gb_s": bulk(time, |bytes| { let mut h = Sha256Hasher::default(); h.update(bytes); h.finish() }),
        "sm3_gb_s": bulk(time, |bytes| { let mut h = Sm3Hasher::default(); h.update(bytes); h.finish() }),
        "fdatasync_ms": synced_write(&room.join("file"), time)? * 1e3,
        "rocksdb_synced_batch_ms": batches?,
    });
    fs::remove_dir_all(&room)?;
    Ok(limits)
}

/// Seconds of one call, the median of many rounds.
fn per_call<T>(time: Duration, mut call: impl FnMut() -> T) -> f64 {
    const CALLS: u32 = 64;
    let (began, mut rounds) = (Instant::now(), Vec::new());
    while began.elapsed() < time || rounds.is_empty() {
        let began = Instant::now();
        for _ in 0..CALLS {
            std::hint::black_box(call());
        }
        rounds.push(began.elapsed().as_secs_f64() / f64::from(CALLS));
    }
    median(rounds)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Signed {
    key: PublicKey,
    message: Vec<u8>,
    signature: Signature,
}

fn signed() -> Vec<Signed> {
    let keys: Vec<SigningKey> = (0..16).map(|n| SigningKey::from_seed(&[n; 32])).collect();
    (0..256)
        .map(|n| {
            let (key, message) = (&keys[n % keys.len()], vec![u8::try_from(n % 251).unwrap_or(0); STATEMENT_BYTES]);
            Signed { key: key.public(), signature: key.sign(&message), message }
        })
        .collect()
}

/// Microseconds of one strict verification.
fn strict(time: Duration) -> f64 {
    let signed = signed();
    let mut next = signed.iter().cycle();
    per_call(time, || next.next().map(|one| one.key.verify(&one.message, &one.signature))) * 1e6
}

/// Strict verifications a second on all cores at once.
fn strict_all_cores(time: Duration) -> f64 {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(|| strict(time))).collect();
        running.into_iter().filter_map(|worker| worker.join().ok()).map(|micros| 1e6 / micros).sum()
    })
}

/// Gigabytes a second.
fn bulk<T>(time: Duration, mut hash: impl FnMut(&[u8]) -> T) -> f64 {
    let bytes = vec![7; BULK];
    let (began, mut rounds) = (Instant::now(), Vec::new());
    while began.elapsed() < time || rounds.is_empty() {
        let began = Instant::now();
        std::hint::black_box(hash(&bytes));
        rounds.push(began.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a mebibyte")]
    let size = BULK as f64;
    size / median(rounds) / 1e9
}

/// Seconds of one record appended to a file and synced.
fn synced_write(path: &Path, time: Duration) -> Result<f64, Box<dyn Error>> {
    let mut file = File::create(path)?;
    let (began, mut rounds) = (Instant::now(), Vec::new());
    while began.elapsed() < time || rounds.is_empty() {
        let began = Instant::now();
        file.write_all(&[7; RECORD_BYTES])?;
        file.sync_data()?;
        rounds.push(began.elapsed().as_secs_f64());
    }
    Ok(median(rounds))
}

/// Seconds of one synced batch of records with one index.
fn rocksdb_batch(path: &Path, size: u64, time: Duration) -> Result<f64, Box<dyn Error>> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_compression_type(DBCompressionType::None);
    let columns = ["record", "index"].map(|name| ColumnFamilyDescriptor::new(name, options.clone()));
    let db = DB::open_cf_descriptors(&options, path, columns)?;
    let column = |name| db.cf_handle(name).ok_or("no column");
    let (records, index) = (column("record")?, column("index")?);
    let mut synced = WriteOptions::default();
    synced.set_sync(true);
    let (began, mut rounds, mut next) = (Instant::now(), Vec::new(), 0_u64);
    while began.elapsed() < time || rounds.is_empty() {
        let began = Instant::now();
        let mut batch = WriteBatch::default();
        for number in next..next + size {
            batch.put_cf(records, number.to_be_bytes(), [7; RECORD_BYTES]);
            batch.put_cf(index, sha256(&[&number.to_be_bytes()]).as_bytes(), number.to_be_bytes());
        }
        db.write_opt(&batch, &synced)?;
        rounds.push(began.elapsed().as_secs_f64());
        next += size;
    }
    Ok(median(rounds))
}

#[expect(clippy::print_stdout, reason = "an example has no output room")]
fn print(line: &str) {
    println!("{line}");
}
