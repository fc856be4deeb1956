//! RocksDB's log, read by its format: where it is damaged, and what of its end is no whole record.
//!
//! RocksDB says that a log is damaged but not which or where, and drops an unfinished end without a word. This reads the
//! same bytes beside it, to name the place. It decides nothing: what opens and what does not is RocksDB's answer and the
//! comparison with DIR/tip.
//!
//! Format: blocks of 32 KiB; in them records of 7 bytes of header (masked CRC-32C, length, type; numbers little-endian) and a
//! payload; a long one is cut into a first, middle and last part. A record of another file's reuse has four more bytes of
//! header. (RocksDB wiki, "Write Ahead Log File Format"; `db/log_format.h`.)

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const BLOCK: usize = 32 << 10;
const HEADER: usize = 7;
const REUSED_HEADER: usize = 11;

/// The end of a log that is no whole record: what was being written when the process or the machine stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The log.
    pub log: PathBuf,
    /// Where the unfinished record begins, in bytes.
    pub offset: u64,
    /// How many bytes of it there are.
    pub bytes: u64,
}

/// What a log looks like.
#[derive(Debug, Default, PartialEq, Eq)]
struct Scan {
    /// Where the first record begins that can't be what was written.
    damage: Option<u64>,
    /// Where the unfinished record at the end begins.
    torn: Option<u64>,
    length: u64,
}

/// What one place of a block holds.
enum Found {
    /// A record, and the bytes that it takes.
    Record {
        kind: u8,
        takes: usize,
    },
    /// Less than its header says, at the end of the file.
    Unfinished,
    /// Zeros: nothing was written from here on.
    Nothing,
    Damage,
}

/// The logs of a database, oldest first.
fn logs(database: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(database).into_iter().flatten().flatten().map(|file| file.path());
    let mut logs: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    logs.sort();
    logs
}

/// The first damaged record of a database's logs: which log, and where in it.
pub(super) fn find_damage(database: &Path) -> Option<(PathBuf, u64)> {
    logs(database).into_iter().find_map(|log| {
        let damage = scan(&log, true).ok()?.damage?;
        Some((log, damage))
    })
}

/// Unfinished records at the ends of a database's logs. A log that can't be read has none; RocksDB says what it is.
pub(super) fn torn_tails(database: &Path) -> Vec<TornTail> {
    let torn = |log: PathBuf| {
        let Scan { torn, length, .. } = scan(&log, false).ok()?;
        torn.map(|offset| TornTail { log, offset, bytes: length - offset })
    };
    logs(database).into_iter().filter_map(torn).collect()
}

fn scan(path: &Path, verify: bool) -> io::Result<Scan> {
    let mut file = File::open(path)?;
    let mut scan = Scan::default();
    let mut block = Vec::with_capacity(BLOCK);
    // Where the record begins of which only parts were met.
    let mut begun = None;
    loop {
        block.clear();
        (&mut file).take(BLOCK as u64).read_to_end(&mut block)?;
        let is_last = block.len() < BLOCK;
        let mut at = 0;
        while at + HEADER <= BLOCK && at < block.len() {
            let place = scan.length + at as u64;
            match look(&block[at..], at, is_last, verify) {
                Found::Record { kind, takes } => {
                    begun = match kind {
                        2 | 6 => Some(place),
                        3 | 7 => begun,
                        _ => None,
                    };
                    at += takes;
                }
                Found::Unfinished => {
                    begun = begun.or(Some(place));
                    at = block.len();
                }
                Found::Nothing => at = block.len(),
                Found::Damage => {
                    scan.damage = Some(place);
                    return Ok(scan);
                }
            }
        }
        scan.length += block.len() as u64;
        if is_last {
            scan.torn = begun;
            return Ok(scan);
        }
    }
}

/// Looks at the rest of a block, which begins at a record, `at` bytes into the block.
#[expect(clippy::little_endian_bytes, reason = "RocksDB's own format")]
fn look(rest: &[u8], at: usize, is_last: bool, verify: bool) -> Found {
    if rest.iter().all(|byte| *byte == 0) {
        return Found::Nothing;
    }
    let Some((&[c0, c1, c2, c3, l0, l1, kind], _)) = rest.split_first_chunk::<HEADER>() else {
        return Found::Unfinished;
    };
    let header = if matches!(kind, 5..=8 | 11 | 131) { REUSED_HEADER } else { HEADER };
    let takes = header + usize::from(u16::from_le_bytes([l0, l1]));
    if at + takes > BLOCK || kind == 0 {
        return Found::Damage;
    }
    match rest.get(HEADER - 1..takes) {
        None if is_last => Found::Unfinished,
        None => Found::Damage,
        Some(signed) if verify && masked(crc32c(signed)) != u32::from_le_bytes([c0, c1, c2, c3]) => Found::Damage,
        Some(_) => Found::Record { kind, takes },
    }
}

/// As RocksDB stores it: a checksum of bytes that hold checksums would be a bad one.
const fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli), RFC 3720 appendix B.4.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| TABLE[usize::from((crc.to_be_bytes()[3]) ^ byte)] ^ (crc >> 8))
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte: u32 = 0;
    while byte < 256 {
        let mut crc = byte;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_rfc() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    /// Three synced records, the second longer than two blocks; the log's bytes, and where its last record begins.
    fn log() -> (tempfile::TempDir, PathBuf) {
        let room = tempfile::tempdir().unwrap();
        let mut options = rocksdb::Options::default();
        options.create_if_missing(true);
        let db = rocksdb::DB::open(&options, room.path()).unwrap();
        for length in [100, 70_000, 200] {
            db.put_opt([1], vec![7; length], &super::super::columns::synced()).unwrap();
        }
        drop(db);
        let log = logs(room.path()).pop().unwrap();
        (room, log)
    }

    #[test]
    fn damage_and_an_unfinished_end_are_told_apart_at_every_byte() {
        let (room, log) = log();
        let whole = fs::read(&log).unwrap();
        let length = whole.len() as u64;
        assert_eq!(scan(&log, true).unwrap(), Scan { damage: None, torn: None, length });
        let flipped: Vec<usize> = (0..whole.len()).step_by(997).chain(whole.len() - 230..whole.len()).collect();
        for at in flipped {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&log, &bytes).unwrap();
            let found = scan(&log, true).unwrap();
            let place = found.damage.or(found.torn);
            // A length that now points beyond the file looks like an unfinished record: RocksDB reads it so, too.
            assert!(
                place.is_some_and(|place| place <= at as u64 && at as u64 - place < 32 << 10),
                "byte {at}: {found:?}"
            );
            assert!(found.torn.is_none() || at > whole.len() - 230, "byte {at}");
        }
        let mut torn = 0;
        for end in whole.len() - 230..whole.len() {
            fs::write(&log, &whole[..end]).unwrap();
            let found = torn_tails(room.path());
            assert_eq!(find_damage(room.path()), None);
            torn += found.len();
            assert!(found.iter().all(|tail| tail.offset + tail.bytes == end as u64), "{found:?}");
        }
        assert!((200..230).contains(&torn), "all but where the record before ends: {torn}");
        fs::write(&log, [&whole[..], &[0; 9000]].concat()).unwrap();
        assert_eq!(torn_tails(room.path()), []);
        assert_eq!(find_damage(room.path()), None);
    }
}
