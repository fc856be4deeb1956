//! The store against a model: what was committed is what is read, at every size and after every opening.

use notarium::evidence::decode_bundle;
use notarium::merkle::{BundleId, Hash, LeafIndex, TileId, TreeHead, TreeSize, bundles_at, tiles_at};
use notarium::store::{CommitError, ReadError, Reader, open};
use notarium::trust::SignedCheckpoint;

use crate::founded::{Model, Open, evidence, founded, options, signed, statement, time, words};
use crate::samples::{ledger_key, registrar_key, submitter_key};

fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index)
}

/// Everything that a reader says of the newest tree, against the model.
fn compare(reader: &Reader, model: &Model) {
    let n = model.entries.len() as u64;
    assert_eq!(reader.head(), TreeHead { size: size(n), root: model.root(model.entries.len()) });
    assert_eq!(reader.entry(index(n)).unwrap(), None);
    assert_eq!(reader.entry(index(n - 1)).unwrap().as_ref(), model.entries.last());
    for tile in tiles_at(size(n)).filter(|tile| tile.level() == 0) {
        let first = usize::try_from(tile.index()).unwrap() * 256;
        let hashes = (first..first + usize::from(tile.width())).flat_map(|at| *model.leaf(at).as_bytes());
        assert_eq!(reader.tile(tile).unwrap().unwrap(), hashes.collect::<Vec<u8>>(), "{tile}");
    }
    let last = index(n - 1);
    let receipt = reader.receipt(last).unwrap().unwrap();
    receipt.path().verify(last, model.leaf(model.entries.len() - 1), &reader.head()).unwrap();
    assert_eq!(receipt.disclosure().entry_bytes(), model.entries.last().unwrap());
    assert_eq!(receipt.checkpoint().head(), &reader.head());
}

/// Opens the ledger at every size of a range, compares it, adds an entry and compares it again.
fn reopen_at_every_size(range: std::ops::RangeInclusive<u64>) {
    let (_room, directory) = founded();
    let mut model = Model::default();
    let mut ledger = Open::new(&directory);
    model.push(&ledger.reader.entry(index(0)).unwrap().unwrap());
    if *range.start() > 1 {
        model.extend(&ledger.grow(range.start() - 1));
    }
    drop(ledger);
    for expected in range {
        let mut ledger = Open::new(&directory);
        assert_eq!(ledger.size(), expected);
        compare(&ledger.reader, &model);
        model.extend(&ledger.grow(1));
        compare(&ledger.reader, &model);
        // By turns with everything in the log, and with everything in files.
        if expected % 7 == 0 {
            ledger.writer.flush().unwrap();
        }
    }
}

#[test]
fn reopening_at_sizes_1_to_300_finds_what_was_committed() {
    reopen_at_every_size(1..=300);
}

#[test]
fn reopening_at_sizes_301_to_600_finds_what_was_committed() {
    reopen_at_every_size(301..=600);
}

#[test]
fn a_large_ledger_is_read_and_proved_at_any_size() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let mut model = Model::default();
    model.push(&ledger.reader.entry(index(0)).unwrap().unwrap());
    // Over the first tile of level 1, in batches that end before, at and after the ends of tiles.
    let mut heads = vec![ledger.reader.head()];
    for end in [2, 255, 256, 257, 511, 513, 5000, 65_535, 65_536, 65_537, 65_900] {
        model.extend(&ledger.grow(end - ledger.size()));
        heads.push(ledger.reader.head());
        compare(&ledger.reader, &model);
    }
    drop(ledger);
    let ledger = Open::new(&directory);
    compare(&ledger.reader, &model);
    let reader = &ledger.reader;
    for old in &heads {
        assert_eq!(reader.root(old.size).unwrap(), old.root);
        for new in heads.iter().filter(|new| new.size >= old.size) {
            let proof = reader.prove_consistency(old.size, new.size).unwrap();
            proof.verify(old, new).unwrap();
        }
        for at in [0, 1, old.size.get() / 2, old.size.get() - 1].into_iter().filter(|at| *at < old.size.get()) {
            let leaf = model.leaf(usize::try_from(at).unwrap());
            reader.prove_inclusion(index(at), old.size).unwrap().verify(index(at), leaf, old).unwrap();
        }
        assert!(matches!(reader.prove_inclusion(index(old.size.get()), old.size), Err(ReadError::NotInTree { .. })));
    }
    let newest = reader.head().size;
    assert!(matches!(reader.root(size(newest.get() + 1)), Err(ReadError::NotInTree { .. })));
    assert!(matches!(reader.prove_consistency(size(2), size(1)), Err(ReadError::NotInTree { .. })));
    bundles_hold_the_entries(reader, &model);
    tiles_of_older_sizes_are_served(reader);
    heads.reverse();
    assert_eq!(reader.heads(None, 100).unwrap(), heads);
    assert_eq!(reader.heads(Some(size(511)), 2).unwrap(), heads[7..9]);
    let checkpoints = reader.checkpoints(None, 100).unwrap();
    assert_eq!(checkpoints.iter().map(|checkpoint| *checkpoint.head()).collect::<Vec<_>>(), heads);
    assert_eq!(reader.checkpoints(Some(newest), 1).unwrap()[0].head(), &heads[1]);
    assert!(reader.checkpoints(None, 0).unwrap().is_empty());
}

fn bundles_hold_the_entries(reader: &Reader, model: &Model) {
    for bundle in bundles_at(model.size()) {
        let bytes = reader.bundle(bundle).unwrap().unwrap();
        let entries = decode_bundle(&bytes).unwrap();
        let first = usize::try_from(bundle.index()).unwrap() * 256;
        assert_eq!(entries, model.entries[first..first + entries.len()]);
    }
    let beyond = BundleId::at(257, size(65_901)).unwrap();
    assert_eq!(reader.bundle(beyond).unwrap(), None);
    let range = reader.entries(65_890..70_000).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(range.len(), 10);
    assert_eq!(range[0], (index(65_890), model.entries[65_890].clone()));
}

fn tiles_of_older_sizes_are_served(reader: &Reader) {
    for of in [1, 255, 300, 65_000, 65_536, 65_700] {
        for tile in tiles_at(size(of)) {
            let served = reader.tile(tile).unwrap().unwrap();
            assert_eq!(served.len(), usize::from(tile.width()) * Hash::LEN);
            let newest = TileId::at(tile.level(), tile.index(), reader.head().size).unwrap();
            assert!(reader.tile(newest).unwrap().unwrap().starts_with(&served), "{tile}");
        }
    }
    assert_eq!(reader.tile(TileId::at(0, 300, size(100_000)).unwrap()).unwrap(), None);
    assert_eq!(reader.tile(TileId::at(7, 0, TreeSize::MAX).unwrap()).unwrap(), None);
}

#[test]
fn a_commit_must_extend_exactly_the_stored_tree() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let plan = |ledger: &Open, n| ledger.appender.plan(time(n), vec![statement(n)]).unwrap();
    let (first, other) = (plan(&ledger, 1), plan(&ledger, 2));
    let later = first.next().plan(time(3), vec![statement(3)]).unwrap();
    let last = ledger.last.clone();
    let refused = ledger.writer.commit(later.clone(), &last).unwrap_err();
    assert!(matches!(refused, CommitError::NotNext { batch: 2, stored: 1 }), "{refused}");
    let _ = ledger.writer.commit(first.clone(), &last).unwrap().sign(&ledger_key());
    // The same again, or another one from the same place.
    for batch in [first.clone(), other.clone()] {
        let refused = ledger.writer.commit(batch, &last).unwrap_err();
        assert!(matches!(refused, CommitError::NotNext { batch: 1, stored: 2 }), "{refused}");
    }
    // A batch of the right size upon another tree.
    let upon_other = other.next().plan(time(3), vec![statement(3)]).unwrap();
    let refused = ledger.writer.commit(upon_other, &last).unwrap_err();
    assert!(matches!(refused, CommitError::NotNext { batch: 2, stored: 2 }), "{refused}");
    // The right batch with a checkpoint that is not the stored tree's.
    let refused = ledger.writer.commit(later, &last).unwrap_err();
    assert!(matches!(refused, CommitError::OtherCheckpoint { checkpoint: 1, stored: 2 }), "{refused}");
    drop(ledger);
    assert_eq!(Open::new(&directory).size(), 2);
}

#[test]
fn readers_see_nothing_before_it_is_published() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let batch = ledger.appender.plan(time(1), vec![statement(1)]).unwrap();
    let committed = ledger.writer.commit(batch, &ledger.last).unwrap();
    let id = statement(1).id();
    assert_eq!(ledger.size(), 1);
    assert_eq!(ledger.reader.entry(index(1)).unwrap(), None);
    assert_eq!(ledger.reader.by_statement(&id).unwrap(), None);
    assert_eq!(ledger.reader.by_submitter(&submitter_key().public(), None, 10).unwrap(), []);
    assert!(ledger.reader.receipt(index(1)).unwrap().is_none());
    ledger.writer.publish(committed.sign(&ledger_key())).unwrap();
    assert_eq!(ledger.size(), 2);
    assert_eq!(ledger.reader.by_statement(&id).unwrap(), Some(index(1)));
    assert!(ledger.reader.receipt(index(1)).unwrap().is_some());
}

#[test]
fn signing_again_after_an_opening_gives_the_same_bytes() {
    let (_room, directory) = founded();
    let last = {
        let mut ledger = Open::new(&directory);
        ledger.grow(3);
        ledger.last.as_str().to_owned()
    };
    let tip = std::fs::read_to_string(directory.join("tip")).unwrap();
    assert_eq!(tip.trim_end_matches('\n'), last.trim_end_matches('\n'));
    assert_eq!(Open::new(&directory).last.as_str(), last);
    SignedCheckpoint::parse(last).unwrap();
}

#[test]
fn lookups_are_complete_ordered_and_paged() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let mut second = evidence("second", 2);
    second.continues = Some(signed(evidence("same", 1), &submitter_key()).id());
    // 1 and 3..=302 are of the same evidence, 2 continues 1; two keys by turns.
    ledger.admit(vec![signed(evidence("same", 1), &submitter_key()), signed(second, &registrar_key())]);
    for n in 3..=302 {
        let key = if n % 2 == 1 { submitter_key() } else { registrar_key() };
        ledger.admit(vec![signed(evidence("same", n), &key)]);
    }
    drop(ledger);
    let ledger = Open::new(&directory);
    let reader = &ledger.reader;
    let same = evidence("same", 0).fingerprint;
    let expected: Vec<LeafIndex> = [1].into_iter().chain(3..=302).map(index).collect();
    assert_eq!(reader.by_sha256(same.sha256(), None, 1000).unwrap(), expected);
    assert_eq!(reader.by_sm3(same.sm3(), None, 1000).unwrap(), expected);
    assert_eq!(reader.by_sha256(same.sha256(), Some(index(1)), 2).unwrap(), [index(3), index(4)]);
    assert_eq!(reader.by_sha256(same.sha256(), Some(index(302)), 2).unwrap(), []);
    let odd: Vec<LeafIndex> = (1..=302).filter(|n| n % 2 == 1).map(index).collect();
    assert_eq!(reader.by_submitter(&submitter_key().public(), None, 1000).unwrap(), odd);
    let first = signed(evidence("same", 1), &submitter_key()).id();
    assert_eq!(reader.by_statement(&first).unwrap(), Some(index(1)));
    assert_eq!(reader.by_statement(&statement(1).id()).unwrap(), None);
    assert_eq!(reader.by_continued(&first, None, 10).unwrap(), [index(2)]);
    let earlier = reader.earlier(&same, index(302), 100).unwrap();
    assert_eq!((earlier.count, earlier.first()), (300, Some(index(1))));
    assert_eq!(earlier.entries, expected[..100]);
    assert_eq!(reader.earlier(&same, index(1), 100).unwrap().count, 0);
    assert_eq!(reader.earlier(&same, index(2), 100).unwrap().entries, [index(1)]);
}

#[test]
fn evidence_is_the_same_only_when_mode_digests_and_length_agree() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let (a, b) = (evidence("a", 0), evidence("b", 0));
    let mixed = |sha256: [u8; 32], sm3: [u8; 32], length: u64, salted: bool, nonce| {
        let bytes = crate::samples::mixed_deposit(&sha256, &sm3, length, salted, nonce);
        notarium::evidence::SignedStatement::parse(&bytes).unwrap().verify().unwrap()
    };
    let (sha_a, sm3_a) = (*a.fingerprint.sha256().as_bytes(), *a.fingerprint.sm3().as_bytes());
    let (sha_b, sm3_b) = (*b.fingerprint.sha256().as_bytes(), *b.fingerprint.sm3().as_bytes());
    ledger.admit(vec![
        mixed(sha_a, sm3_b, 1, false, 1), // the SHA-256 of one beside the SM3 of another
        mixed(sha_b, sm3_a, 1, false, 2),
        mixed(sha_a, sm3_a, 2, false, 3), // another length
        mixed(sha_a, sm3_a, 0, true, 4),  // another mode
        mixed(sha_a, sm3_a, 1, false, 5), // the same
    ]);
    let earlier = ledger.reader.earlier(&a.fingerprint, index(6), 10).unwrap();
    assert_eq!((earlier.count, earlier.entries), (1, vec![index(5)]));
    assert_eq!((earlier.partial_count, earlier.partial), (4, vec![index(1), index(2), index(3), index(4)]));
    assert_eq!(ledger.reader.by_sha256(a.fingerprint.sha256(), None, 10).unwrap().len(), 4);
}

#[test]
fn a_ledger_is_open_for_writing_once() {
    let (_room, directory) = founded();
    let ledger = Open::new(&directory);
    let refused = crate::founded::refusal(&directory);
    assert!(words(&refused).contains("is locked: another process has it open"), "{}", words(&refused));
    drop(ledger);
    assert!(open(&directory, &options()).is_ok());
}
