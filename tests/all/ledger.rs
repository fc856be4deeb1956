//! Planning: what the next entries are, and when there are none.

use notarium::codec::{MAX_INTEGER, Time};
use notarium::evidence::{Entry, Kind};
use notarium::ledger::{Appender, CLOCK_TOLERANCE_MS, PlanError};
use notarium::merkle::{Frontier, Hash, LeafIndex, NodeId, Nodes, TreeSize, leaf_hash, prove_inclusion};

use crate::founded::{FOUNDED, Model, genesis_batch, statement, time};

fn founded() -> Appender {
    genesis_batch().next()
}

#[test]
fn the_first_entry_is_genesis_and_stands_alone() {
    let batch = genesis_batch();
    assert_eq!(batch.first(), LeafIndex::new(0));
    let [entry] = batch.entries() else { panic!("not one entry") };
    let parsed = Entry::parse(entry.bytes()).unwrap();
    assert_eq!((parsed.index(), parsed.time()), (LeafIndex::new(0), time(0)));
    assert_eq!(parsed.previous(), &Hash::from_bytes([0; 32]));
    assert_eq!(parsed.statement().unwrap().kind(), Kind::Genesis);
    assert_eq!(batch.head().root, *entry.leaf());
    assert_eq!(entry.leaf(), &leaf_hash(entry.bytes()));
}

#[test]
fn entries_are_numbered_chained_and_hashed_into_the_tree() {
    let mut appender = founded();
    let mut model = Model::default();
    model.push(genesis_batch().entries()[0].bytes());
    let mut n = 1;
    for count in [1, 2, 254, 255, 256, 257, 1] {
        let batch = appender.plan(time(n), (n..n + count).map(statement).collect()).unwrap();
        assert_eq!(batch.before(), &appender.head());
        for entry in batch.entries() {
            let parsed = Entry::parse(entry.bytes()).unwrap();
            assert_eq!(parsed.index(), entry.index());
            assert_eq!(parsed.index().get(), model.size().get());
            assert_eq!(parsed.previous(), model.leaf(model.entries.len() - 1));
            assert_eq!(parsed.time(), time(n));
            assert_eq!(parsed.signed_statement(), statement(entry.index().get()).as_bytes());
            model.push(entry.bytes());
        }
        assert_eq!(batch.head().size, model.size());
        assert_eq!(batch.head().root, model.root(model.entries.len()));
        // The batch proves each of its entries by itself.
        for entry in batch.entries() {
            let path = prove_inclusion(entry.index(), batch.size(), batch.frontier().as_ref()).unwrap();
            path.verify(entry.index(), entry.leaf(), batch.head()).unwrap();
        }
        appender = batch.next();
        n += count;
    }
}

#[test]
fn a_batch_fills_exactly_the_tiles_that_it_completes() {
    let appender = founded();
    let batch = appender.plan(time(1), (1..600).map(statement).collect()).unwrap();
    let tiles: Vec<String> = batch.full_tiles().map(|(tile, _)| tile.path()).collect();
    assert_eq!(tiles, ["tile/0/000", "tile/0/001"]);
    for (tile, bytes) in batch.full_tiles() {
        let leaves = (0..256).map(|offset| tile.index() * 256 + offset);
        let hashes = leaves.flat_map(|index| match index {
            0 => *genesis_batch().entries()[0].leaf().as_bytes(),
            _ => *batch.entry(LeafIndex::new(index)).unwrap().leaf().as_bytes(),
        });
        assert_eq!(bytes, hashes.collect::<Vec<u8>>());
    }
    let next = batch.next().plan(time(2), (600..700).map(statement).collect()).unwrap();
    assert_eq!(next.full_tiles().count(), 0);
}

#[test]
fn a_plan_that_is_dropped_leaves_nothing_behind() {
    let appender = founded();
    let before = appender.head();
    let dropped = appender.plan(time(5), vec![statement(1), statement(2)]).unwrap();
    assert_eq!(appender.head(), before);
    let kept = appender.plan(time(5), vec![statement(1), statement(2)]).unwrap();
    assert_eq!(kept.head(), dropped.head());
}

#[test]
fn time_never_goes_back_and_a_minute_is_the_limit() {
    let appender = founded().plan(time(3_600_000), vec![statement(1)]).unwrap().next();
    let last = appender.last_time();
    let planned = |millis| {
        let now = Time::from_millis(millis).unwrap();
        appender.plan(now, vec![statement(2)]).map(|batch| batch.entries()[0].time())
    };
    assert_eq!(planned(last.millis() + 1), Ok(time(3_600_001)));
    assert_eq!(planned(last.millis() - 1), Ok(last));
    assert_eq!(planned(last.millis() - CLOCK_TOLERANCE_MS), Ok(last));
    let now = Time::from_millis(last.millis() - CLOCK_TOLERANCE_MS - 1).unwrap();
    assert_eq!(planned(now.millis()), Err(PlanError::ClockBehind { now, last }));
    assert!(matches!(planned(0), Err(PlanError::ClockBehind { .. })));
}

#[test]
fn genesis_comes_first_and_only_first() {
    let again = genesis_batch().entries()[0].statement().clone();
    let misplaced = |index, kind| PlanError::GenesisMisplaced { index: LeafIndex::new(index), kind };
    let refused = founded().plan(time(1), vec![statement(1), again]).unwrap_err();
    assert_eq!(refused, misplaced(2, Kind::Genesis));
    let nothing = Appender::resume(Frontier::new(), Time::NOT_STATED, Hash::from_bytes([0; 32]));
    assert_eq!(nothing.plan(time(1), vec![statement(1)]).unwrap_err(), misplaced(0, Kind::Evidence));
    assert_eq!(founded().plan(time(1), Vec::new()).unwrap_err(), PlanError::Empty);
}

/// A tree of which every node is the same: to stand at sizes that no test can grow to.
struct Uniform;

impl Nodes for Uniform {
    type Error = std::convert::Infallible;

    fn node(&self, _: NodeId) -> Result<Hash, Self::Error> {
        Ok(Hash::from_bytes([7; 32]))
    }
}

#[test]
fn a_ledger_ends_where_the_formats_integers_end() {
    let nearly = TreeSize::new(MAX_INTEGER - 2).unwrap();
    let frontier = Frontier::resume(nearly, &Uniform).unwrap();
    let appender = Appender::resume(frontier, time(0), Hash::from_bytes([7; 32]));
    let last = appender.plan(time(1), vec![statement(1), statement(2)]).unwrap();
    assert_eq!(last.size().get(), MAX_INTEGER);
    assert!(Entry::parse(last.entries()[1].bytes()).is_ok());
    let full = |size, count| PlanError::LedgerFull { size, count };
    let three = vec![statement(1), statement(2), statement(3)];
    assert_eq!(appender.plan(time(1), three).unwrap_err(), full(MAX_INTEGER - 2, 3));
    assert_eq!(last.next().plan(time(1), vec![statement(3)]).unwrap_err(), full(MAX_INTEGER, 1));
    assert_eq!(time(0).millis(), FOUNDED);
}
