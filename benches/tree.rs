//! What the tree costs: growing it, its root, making proofs and verifying them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop where it is")]

use std::convert::Infallible;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use notarium::merkle::{
    Frontier, Hash, LeafIndex, NodeId, Nodes, TreeHead, TreeSize, leaf_hash, node_hash, prove_consistency,
    prove_inclusion, tree_root,
};

/// How many leaves the tree has: a little less than 2^30, with many bits set.
const LEAVES: u64 = 987_654_321;

/// A tree of equal leaves: any size, and hardly any memory.
struct EqualLeaves(Vec<Hash>);

impl EqualLeaves {
    fn new() -> Self {
        let doubled = |below: &Hash| Some(node_hash(below, below));
        Self(std::iter::successors(Some(leaf_hash(b"leaf")), doubled).take(64).collect())
    }

    fn head(&self, leaves: u64) -> TreeHead {
        let size = TreeSize::new(leaves).unwrap();
        TreeHead { size, root: tree_root(size, self).unwrap() }
    }
}

impl Nodes for EqualLeaves {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        Ok(self.0[usize::from(id.level())])
    }
}

fn growth(c: &mut Criterion) {
    const BATCH: u64 = 1_000;
    let tree = EqualLeaves::new();
    let frontier = Frontier::resume(TreeSize::new(LEAVES).unwrap(), &tree).unwrap();
    let grow = |mut frontier: Frontier| {
        (0..BATCH).for_each(|_| _ = frontier.append(tree.0[0]).unwrap());
        frontier
    };
    let grown = grow(frontier.clone());

    let mut group = c.benchmark_group("frontier");
    group.bench_function("clone", |b| b.iter(|| frontier.clone()));
    group.bench_function("root", |b| b.iter(|| frontier.root()));
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function("append 1000", |b| b.iter_batched(|| frontier.clone(), grow, BatchSize::SmallInput));
    group.bench_function("full tiles of 1000", |b| b.iter(|| grown.full_tiles().count()));
    group.finish();
}

fn proofs(c: &mut Criterion) {
    let tree = EqualLeaves::new();
    let (old, new, leaf) = (tree.head(LEAVES / 3), tree.head(LEAVES), LeafIndex::new(LEAVES / 5));
    let inclusion = prove_inclusion(leaf, new.size, &tree).unwrap();
    let consistency = prove_consistency(old.size, new.size, &tree).unwrap();
    inclusion.verify(leaf, &tree.0[0], &new).unwrap();
    consistency.verify(&old, &new).unwrap();

    let mut group = c.benchmark_group("proof");
    group.bench_function("prove inclusion", |b| b.iter(|| prove_inclusion(leaf, new.size, &tree)));
    group.bench_function("prove consistency", |b| b.iter(|| prove_consistency(old.size, new.size, &tree)));
    group.bench_function("verify inclusion", |b| b.iter(|| inclusion.verify(leaf, &tree.0[0], &new)));
    group.bench_function("verify consistency", |b| b.iter(|| consistency.verify(&old, &new)));
    group.finish();
}

fn hashes(c: &mut Criterion) {
    let node = Hash::EMPTY_ROOT;
    c.bench_function("hash a node", |b| b.iter(|| node_hash(&node, &node)));
    c.bench_function("hash a leaf of 272 bytes", |b| b.iter(|| leaf_hash(&[7; 272])));
}

criterion_group!(benches, hashes, growth, proofs);
criterion_main!(benches);
