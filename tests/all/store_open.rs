//! Openings that must be refused, each by its name, and those that must not.

use std::fs;
use std::path::Path;

use notarium::crypto::SigningKey;
use notarium::merkle::{Hash, TreeHead, TreeSize};
use notarium::store::{
    CreateError, Founding, OpenError, OpenOptions, ReadError, SettingError, TipError, inspect, open,
};
use notarium::trust::{Checkpoint, Origin, PosixTime, SignedCheckpoint, sign_cosignature};
use rocksdb::DB;

use crate::founded::{
    Open, found, founded, genesis_batch, memory, options, origin, raw, refusal, refusal_with, statement, words,
};
use crate::samples::{key_from, ledger_key, registrar_key};

/// A ledger of `entries` entries, one a commit, closed.
fn grown(entries: u64) -> (tempfile::TempDir, std::path::PathBuf) {
    let (room, directory) = founded();
    let mut ledger = Open::new(&directory);
    while ledger.size() < entries {
        ledger.grow(1);
    }
    (room, directory)
}

fn signed_by(key: &SigningKey, origin: Origin, size: u64, root: Hash) -> SignedCheckpoint {
    SignedCheckpoint::sign(&Checkpoint { origin, head: TreeHead { size: TreeSize::new(size).unwrap(), root } }, key)
}

fn put(directory: &Path, column: &str, key: &[u8], value: &[u8]) {
    let db = raw(directory);
    db.put_cf(db.cf_handle(column).unwrap(), key, value).unwrap();
}

fn delete(directory: &Path, column: &str, key: &[u8]) {
    let db = raw(directory);
    db.delete_cf(db.cf_handle(column).unwrap(), key).unwrap();
}

fn get(directory: &Path, column: &str, key: &[u8]) -> Vec<u8> {
    let db = raw(directory);
    db.get_cf(db.cf_handle(column).unwrap(), key).unwrap().unwrap()
}

#[test]
fn an_origin_or_a_key_that_differs_is_named() {
    let (_room, directory) = founded();
    let other_key = OpenOptions { key: Some(registrar_key().public()), ..options() };
    let refused = words(&refusal_with(&directory, &other_key));
    let expected = format!("the ledger's public key is {}, not {}", ledger_key().public(), registrar_key().public());
    assert_eq!(refused, expected);
    let other_origin = OpenOptions { origin: Some("other.example/x".parse().unwrap()), ..options() };
    let refused = words(&refusal_with(&directory, &other_origin));
    assert_eq!(refused, "the ledger's origin is ledger.example/test, not other.example/x");
    let same = OpenOptions { origin: Some(origin()), ..options() };
    assert!(open(&directory, &same).is_ok());
}

#[test]
fn a_newer_format_is_refused_by_its_version() {
    let (_room, directory) = founded();
    let identity = get(&directory, "meta", b"identity");
    let newer = [&[9][..], &identity[1..]].concat();
    put(&directory, "meta", b"identity", &newer);
    let refused = refusal(&directory);
    assert!(matches!(refused, OpenError::Setting(SettingError::NewerVersion { found: 9 })), "{refused}");
    assert!(words(&refused).contains("written by a newer version of the format: 9"));
    assert!(refused.hint().unwrap().contains("newer"));
    put(&directory, "meta", b"identity", &identity[..identity.len() - 1]);
    assert!(matches!(refusal(&directory), OpenError::Setting(SettingError::Damaged { .. })));
    put(&directory, "meta", b"identity", &identity);
    {
        let mut db = raw(&directory);
        db.create_cf("future", &rocksdb::Options::default()).unwrap();
    }
    assert!(matches!(refusal(&directory), OpenError::UnknownColumn { column } if column == "future"));
}

#[test]
fn folders_without_a_finished_ledger_are_named() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path().join("ledger");
    assert!(matches!(refusal(&directory), OpenError::NoLedger { .. }));
    fs::create_dir(&directory).unwrap();
    assert!(matches!(refusal(&directory), OpenError::NoLedger { .. }));
    // The making stops after the mark, and after the database.
    let begun = Founding::begin(&directory).unwrap();
    assert!(matches!(refusal(&directory), OpenError::Unfinished { .. }));
    assert!(matches!(Founding::begin(&directory), Err(CreateError::Unfinished { .. })));
    begun.finish(genesis_batch(), &ledger_key(), memory()).unwrap();
    assert_eq!(Open::new(&directory).size(), 1);
    assert!(matches!(Founding::begin(&directory), Err(CreateError::NotEmpty { .. })));
    fs::write(directory.join("unfinished"), "").unwrap();
    assert!(words(&refusal(&directory)).contains("whose making was cut short; nothing was admitted"));
}

#[test]
fn nobody_is_told_to_remove_a_folder_with_entries_in_it() {
    for without_tip in [false, true] {
        let (_room, directory) = grown(5);
        fs::write(directory.join("unfinished"), "").unwrap();
        if without_tip {
            fs::remove_file(directory.join("tip")).unwrap();
        }
        let refused = refusal(&directory);
        assert!(matches!(refused, OpenError::StrayMark { .. }), "{refused}");
        assert!(refused.hint().unwrap().starts_with("remove that one file"));
        let again = Founding::begin(&directory).unwrap_err();
        assert!(matches!(again, CreateError::NotEmpty { .. }), "{again}");
    }
}

#[test]
fn a_part_of_a_ledger_is_damage_and_not_an_empty_folder() {
    let (_room, directory) = grown(2);
    let missing = |path: &str| {
        let refused = refusal(&directory);
        assert!(refused.is_damage(), "{refused}");
        assert!(words(&refused).starts_with(&format!("{}/{path} is missing", directory.display())), "{refused}");
        assert!(inspect(&directory, memory()).is_err_and(|error| error.is_damage()));
    };
    fs::remove_file(directory.join("db/CURRENT")).unwrap();
    missing("db/CURRENT");
    fs::remove_dir_all(directory.join("db")).unwrap();
    missing("db");
    fs::remove_file(directory.join("tip")).unwrap();
    assert!(matches!(refusal(&directory), OpenError::NoLedger { .. }));
}

#[test]
fn a_tip_of_another_length_is_replaced_whole() {
    let (_room, directory) = grown(5);
    let tip = directory.join("tip");
    let found = fs::read_to_string(&tip).unwrap();
    let mut cosigned = SignedCheckpoint::parse(found.trim_end_matches('\n').to_owned() + "\n").unwrap();
    for number in 0..20 {
        let name = format!("witness-{number}.example/w").parse().unwrap();
        let time = PosixTime::from_seconds(1_795_423_800).unwrap();
        cosigned.append(sign_cosignature(cosigned.note().text(), time, &name, &key_from(number))).unwrap();
    }
    assert!(cosigned.as_str().len() > 2048);
    for found in [cosigned.as_str().to_owned(), cosigned.as_str().to_owned() + "\n\n"] {
        fs::write(&tip, found).unwrap();
        let mut ledger = Open::new(&directory);
        let written = |ledger: &Open| {
            let text = fs::read_to_string(&tip).unwrap();
            assert_eq!(text.len(), 2048);
            assert_eq!(text.trim_end_matches('\n'), ledger.last.as_str().trim_end_matches('\n'));
        };
        written(&ledger);
        ledger.grow(1);
        written(&ledger);
        drop(ledger);
        drop(Open::new(&directory));
    }
    assert!(!directory.join("tip.new").exists());
}

/// An error of the database's own: it is asked for a folder that is not there.
fn database_error() -> rocksdb::Error {
    DB::open(&rocksdb::Options::default(), "/proc/no/such/folder").unwrap_err()
}

#[test]
fn every_refusal_that_a_person_can_meet_has_a_way_out() {
    let path = || Path::new("L").to_owned();
    let size = TreeSize::new(5).unwrap();
    let (root, key) = (Hash::from_bytes([1; 32]), ledger_key().public());
    let io = || std::io::Error::other("no");
    let refusals = [
        OpenError::NoLedger { directory: path() },
        OpenError::Unfinished { directory: path() },
        OpenError::StrayMark { mark: path() },
        OpenError::NoDatabase { path: path() },
        OpenError::Locked { directory: path() },
        OpenError::UnknownColumn { column: "future".to_owned() },
        OpenError::Setting(SettingError::NewerVersion { found: 9 }),
        OpenError::Setting(SettingError::Missing { name: "identity" }),
        OpenError::OtherOrigin { stored: "a".to_owned(), expected: "b".to_owned() },
        OpenError::OtherKey { stored: key, expected: key },
        OpenError::GenesisDiffers { what: "the key" },
        OpenError::RootDiffers { size, stored: root, computed: root },
        OpenError::EntriesDiffer { size, last: None },
        OpenError::LastEntry { index: notarium::merkle::LeafIndex::new(4), what: "it is cut".to_owned() },
        OpenError::LastEntryUnknown { index: notarium::merkle::LeafIndex::new(4) },
        OpenError::Behind { name: "the file tip", signed: size, stored: size },
        OpenError::Forked { name: "the file tip", size, signed: root, computed: root },
        OpenError::NotOurs { name: "the file tip", why: "another origin".to_owned() },
        OpenError::NoTip { path: path() },
        OpenError::Tip { path: path(), source: TipError::Io(io()) },
        OpenError::Read(ReadError::NoColumn { column: "entry" }),
        OpenError::Read(ReadError::Database { column: "entry", source: database_error() }),
        OpenError::LogDamaged { log: path(), offset: 7, source: database_error() },
        OpenError::Database { path: path(), source: database_error() },
    ];
    for refusal in refusals {
        assert!(refusal.hint().is_some_and(|hint| !hint.is_empty()), "{refusal}");
    }
    let makings = [
        CreateError::NotEmpty { directory: path() },
        CreateError::Unfinished { directory: path() },
        CreateError::Io { path: path(), source: io() },
        CreateError::Database(database_error()),
        CreateError::Column(ReadError::NoColumn { column: "entry" }),
        CreateError::Tip(TipError::Io(io())),
    ];
    for making in makings {
        assert!(making.hint().is_some_and(|hint| !hint.is_empty()), "{making}");
    }
}

#[test]
fn a_ledger_is_founded_by_its_genesis_and_its_own_key_alone() {
    let room = tempfile::tempdir().unwrap();
    let begin = |name: &str| Founding::begin(&room.path().join(name)).unwrap();
    let refused = begin("a").finish(genesis_batch(), &registrar_key(), memory()).unwrap_err();
    assert!(matches!(refused, CreateError::OtherKey));
    let second = genesis_batch().next().plan(crate::founded::time(1), vec![statement(1)]).unwrap();
    let refused = begin("b").finish(second, &ledger_key(), memory()).unwrap_err();
    assert!(matches!(refused, CreateError::NotGenesis));
}

#[test]
fn a_store_behind_its_tip_has_lost_entries() {
    let (_room, directory) = grown(5);
    let older = fs::read(directory.join("tip")).unwrap();
    let mut ledger = Open::new(&directory);
    ledger.grow(2);
    let newer = ledger.last.as_str().to_owned();
    drop(ledger);
    // The tip may be older than the store, as after a loss of power.
    fs::write(directory.join("tip"), &older).unwrap();
    assert_eq!(Open::new(&directory).size(), 7);
    // The whole database rolled back under a newer tip.
    let (_other_room, rolled_back) = grown(5);
    fs::write(rolled_back.join("tip"), &newer).unwrap();
    let refused = refusal(&rolled_back);
    assert_eq!(
        words(&refused),
        "the file tip is a checkpoint of 7 entries, but the store has only 5: entries that were acknowledged are lost"
    );
}

#[test]
fn a_tip_of_another_tree_or_signer_is_refused() {
    let (_room, directory) = grown(5);
    let root = Open::new(&directory).reader.root(TreeSize::new(3).unwrap()).unwrap();
    let tip = directory.join("tip");
    let refused = |checkpoint: SignedCheckpoint| {
        fs::write(&tip, checkpoint.as_str()).unwrap();
        refusal(&directory)
    };
    let forked = refused(signed_by(&ledger_key(), origin(), 3, Hash::from_bytes([1; 32])));
    assert!(matches!(forked, OpenError::Forked { .. }), "{forked}");
    assert!(words(&forked).contains(&format!("but the store's tree has {root} there")));
    let stranger = refused(signed_by(&key_from(0x99), origin(), 3, root));
    assert!(matches!(stranger, OpenError::NotOurs { .. }), "{stranger}");
    let elsewhere = refused(signed_by(&ledger_key(), "other.example/x".parse().unwrap(), 3, root));
    assert!(matches!(elsewhere, OpenError::NotOurs { .. }), "{elsewhere}");
    fs::write(&tip, "not a checkpoint\n").unwrap();
    assert!(matches!(refusal(&directory), OpenError::Tip { .. }));
    fs::remove_file(&tip).unwrap();
    assert!(matches!(refusal(&directory), OpenError::NoTip { .. }));
    // What the hint says: a checkpoint that one trusts, in its place.
    fs::write(&tip, signed_by(&ledger_key(), origin(), 3, root).as_str()).unwrap();
    assert_eq!(Open::new(&directory).size(), 5);
}

#[test]
fn a_checkpoint_that_is_given_must_be_reached_and_agreed_with() {
    let (_room, directory) = grown(300);
    let root = |size| Open::new(&directory).reader.root(TreeSize::new(size).unwrap()).unwrap();
    let with = |checkpoint| OpenOptions { at_least: Some(checkpoint), ..options() };
    for size in [1, 2, 255, 256, 257, 300] {
        let sound = signed_by(&ledger_key(), origin(), size, root(size));
        assert!(open(&directory, &with(sound)).is_ok(), "size {size}");
        let forked = signed_by(&ledger_key(), origin(), size, Hash::from_bytes([3; 32]));
        assert!(matches!(refusal_with(&directory, &with(forked)), OpenError::Forked { .. }), "size {size}");
    }
    let beyond = signed_by(&ledger_key(), origin(), 301, Hash::from_bytes([3; 32]));
    let refused = words(&refusal_with(&directory, &with(beyond)));
    assert!(refused.starts_with("the checkpoint given is a checkpoint of 301 entries, but the store has only 300"));
    let stranger = signed_by(&registrar_key(), origin(), 300, root(300));
    assert!(matches!(refusal_with(&directory, &with(stranger)), OpenError::NotOurs { .. }));
}

#[test]
fn rows_of_the_ledger_that_were_changed_are_found_at_the_edge() {
    let last = |n: u64| n.to_be_bytes();
    // An entry of the right edge rewritten, with the checksums of the database in order.
    let (_room, directory) = grown(10);
    let mut entry = get(&directory, "entry", &last(7));
    let end = entry.len() - 1;
    entry[end] ^= 1;
    put(&directory, "entry", &last(7), &entry);
    assert!(matches!(refusal(&directory), OpenError::RootDiffers { .. }));
    // The last entry taken away, and one too many.
    let (_room, directory) = grown(10);
    delete(&directory, "entry", &last(9));
    assert!(matches!(refusal(&directory), OpenError::EntriesDiffer { .. }));
    let (_room, directory) = grown(10);
    put(&directory, "entry", &last(10), &entry);
    assert!(matches!(refusal(&directory), OpenError::EntriesDiffer { .. }));
    // The last head taken away, or changed.
    let (_room, directory) = grown(10);
    delete(&directory, "head", &last(10));
    assert!(matches!(refusal(&directory), OpenError::EntriesDiffer { .. }));
    put(&directory, "head", &last(10), &[4; 32]);
    assert!(matches!(refusal(&directory), OpenError::RootDiffers { .. }));
    put(&directory, "head", &last(10), &[4; 31]);
    assert!(matches!(refusal(&directory), OpenError::Read(ReadError::Damaged { column: "head", .. })));
    // Entry 0 exchanged, together with its place in the tree, would have to keep the settings' leaf hash.
    let (_room, directory) = grown(300);
    let other = get(&directory, "entry", &last(1));
    put(&directory, "entry", &last(0), &other);
    assert!(matches!(refusal(&directory), OpenError::GenesisDiffers { .. }));
    // A tile under the right edge.
    let (_room, directory) = grown(300);
    let mut tile = get(&directory, "tile", &[0; 9]);
    tile[40] ^= 1;
    put(&directory, "tile", &[0; 9], &tile);
    assert!(matches!(refusal(&directory), OpenError::RootDiffers { .. }));
    delete(&directory, "tile", &[0; 9]);
    let refused = refusal(&directory);
    assert!(words(&refused).contains("tile: row tile/0/0 is missing"), "{}", words(&refused));
    // The last stored checkpoint.
    let (_room, directory) = grown(10);
    let forged = signed_by(&ledger_key(), origin(), 9, Hash::from_bytes([8; 32]));
    put(&directory, "checkpoint", &last(9), forged.as_str().as_bytes());
    assert!(matches!(refusal(&directory), OpenError::Forked { name: "the last checkpoint stored", .. }));
}

#[test]
fn a_column_of_the_ledger_that_is_gone_is_named() {
    let (_room, directory) = grown(3);
    raw(&directory).drop_cf("tile").unwrap();
    assert!(words(&refusal(&directory)).contains("the column tile is missing"));
}

#[test]
fn looking_needs_no_lock_changes_nothing_and_tells_its_doubts() {
    let (_room, directory) = grown(20);
    let mut ledger = Open::new(&directory);
    let seen = inspect(&directory, memory()).unwrap();
    assert_eq!(seen.reader.head(), ledger.reader.head());
    assert_eq!(seen.tip.as_ref().unwrap().as_str(), ledger.last.as_str());
    assert!(seen.doubts.is_empty(), "{}", words(&seen.doubts[0]));
    // It sees the ledger as it was, also when the writer has replaced the files.
    ledger.grow(300);
    ledger.writer.flush().unwrap();
    ledger.grow(3);
    assert_eq!(seen.reader.head().size.get(), 20);
    assert_eq!(seen.reader.entries(0..50).unwrap().map(Result::unwrap).count(), 20);
    assert!(seen.reader.receipt(notarium::merkle::LeafIndex::new(5)).unwrap().is_some());
    let seen = inspect(&directory, memory()).unwrap();
    assert_eq!(seen.reader.head().size.get(), 323);
    drop(ledger);
    // A ledger that does not open is looked at all the same.
    let mut entry = get(&directory, "entry", &320_u64.to_be_bytes());
    entry[30] ^= 1;
    put(&directory, "entry", &320_u64.to_be_bytes(), &entry);
    assert!(matches!(refusal(&directory), OpenError::RootDiffers { .. }));
    let seen = inspect(&directory, memory()).unwrap();
    assert!(matches!(seen.doubts[..], [OpenError::RootDiffers { .. }, ..]));
    assert_eq!(seen.reader.entries(0..1000).unwrap().map(Result::unwrap).count(), 323);
    fs::remove_file(directory.join("tip")).unwrap();
    let seen = inspect(&directory, memory()).unwrap();
    assert!(seen.doubts.iter().any(|doubt| matches!(doubt, OpenError::NoTip { .. })));
}

#[test]
fn a_second_ledger_may_be_open_beside_the_first() {
    let room = tempfile::tempdir().unwrap();
    let (one, two) = (room.path().join("one"), room.path().join("two"));
    found(&one);
    found(&two);
    let (mut first, mut second) = (Open::new(&one), Open::new(&two));
    assert_eq!(first.grow(2).checkpoint().as_str(), second.grow(2).checkpoint().as_str());
    assert!(DB::list_cf(&rocksdb::Options::default(), one.join("db")).unwrap().len() > 12);
}
