//! Vectors of inclusion and consistency proofs, over trees whose leaf n is the leaf hash of the u64 n.
//!
//! The proofs are made from the definition in RFC 6962 section 2.1 and nothing cleverer; the library verifies them.

use notarium::crypto::sha256;
use notarium::merkle::{ConsistencyProof, Hash, InclusionProof, LeafIndex, TreeHead, TreeSize};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};

pub(super) fn decode(_: &[u8], case: &Value) -> Said {
    let hash = |value: &Value| hash_of(value.as_str().unwrap());
    let head = |size: &str, root: &str| TreeHead {
        size: TreeSize::new(case[size].as_u64().unwrap()).unwrap(),
        root: hash(&case[root]),
    };
    let hashes: Vec<Hash> = case["hashes"].as_array().unwrap().iter().map(hash).collect();
    let tree = head("size", "root");
    let verified = if case["proof"] == "inclusion" {
        let proof = InclusionProof::from_hashes(hashes).map_err(|_| TOO_MANY)?;
        proof.verify(LeafIndex::new(case["index"].as_u64().unwrap()), &hash(&case["leaf"]), &tree)
    } else {
        let proof = ConsistencyProof::from_hashes(hashes).map_err(|_| TOO_MANY)?;
        proof.verify(&head("old_size", "old_root"), &tree)
    };
    verified.map(|()| json!({ "holds": true })).map_err(|error| (error.code(), false))
}

const TOO_MANY: (&str, bool) = ("too-many-hashes", false);

fn hash_of(hex_digits: &str) -> Hash {
    Hash::from_bytes(hex::decode(hex_digits).unwrap().try_into().unwrap())
}

/// A node of a tree: 32 bytes.
type Node = Vec<u8>;

fn leaves(size: u64) -> Vec<Node> {
    (0..size).map(|n| sha256(&[&[0], &n.to_be_bytes()]).as_bytes().to_vec()).collect()
}

fn split(leaves: &[Node]) -> (&[Node], &[Node]) {
    leaves.split_at(leaves.len().next_power_of_two() / 2)
}

/// MTH.
fn root(leaves: &[Node]) -> Node {
    match leaves {
        [] => sha256(&[]).as_bytes().to_vec(),
        [leaf] => leaf.clone(),
        _ => {
            let (left, right) = split(leaves);
            sha256(&[&[1], &root(left), &root(right)]).as_bytes().to_vec()
        }
    }
}

/// PATH.
fn path(index: usize, leaves: &[Node]) -> Vec<Node> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = split(leaves);
    match index.checked_sub(left.len()) {
        None => [path(index, left), vec![root(right)]].concat(),
        Some(index) => [path(index, right), vec![root(left)]].concat(),
    }
}

/// SUBPROOF.
fn subproof(old: usize, leaves: &[Node], whole: bool) -> Vec<Node> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = split(leaves);
    match old.checked_sub(left.len()) {
        None | Some(0) => [subproof(old, left, whole), vec![root(right)]].concat(),
        Some(old) => [subproof(old, right, false), vec![root(left)]].concat(),
    }
}

/// An inclusion proof, each part changed by one case.
#[derive(Clone)]
struct Inclusion {
    index: u64,
    size: u64,
    leaf: Node,
    root: Node,
    hashes: Vec<Node>,
}

impl Inclusion {
    fn of(index: usize, size: u64) -> Self {
        let leaves = leaves(size);
        let (leaf, hashes) = (leaves[index].clone(), path(index, &leaves));
        Self { index: index as u64, size, leaf, root: root(&leaves), hashes }
    }

    fn given(self, case: Case) -> Case {
        let case = case.with("proof", "inclusion").with("index", self.index).with("size", self.size);
        let case = case.with("leaf", hex::encode(self.leaf)).with("root", hex::encode(self.root));
        case.with("hashes", self.hashes.iter().map(hex::encode).collect::<Vec<_>>())
    }
}

/// A consistency proof, each part changed by one case.
#[derive(Clone)]
struct Consistency {
    old_size: u64,
    old_root: Node,
    size: u64,
    root: Node,
    hashes: Vec<Node>,
}

impl Consistency {
    fn of(old_size: u64, size: u64) -> Self {
        let leaves = leaves(size);
        let old = usize::try_from(old_size).unwrap();
        let hashes = if old == 0 { Vec::new() } else { subproof(old, &leaves, true) };
        Self { old_size, old_root: root(&leaves[..old]), size, root: root(&leaves), hashes }
    }

    fn given(self, case: Case) -> Case {
        let case = case.with("proof", "consistency").with("old_size", self.old_size).with("size", self.size);
        let case = case.with("old_root", hex::encode(self.old_root)).with("root", hex::encode(self.root));
        case.with("hashes", self.hashes.iter().map(hex::encode).collect::<Vec<_>>())
    }
}

fn holds(name: String) -> Case {
    good(name, Vec::new(), json!({ "holds": true }))
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in (1..=8).chain([255, 256, 257, 300]) {
        let indexes = if size <= 8 { (0..size).collect() } else { vec![0, 100, size - 1] };
        for index in indexes {
            let proof = Inclusion::of(usize::try_from(index).unwrap(), size);
            cases.push(proof.given(holds(format!("leaf {index} of {size}"))));
        }
    }
    for size in 0..=8 {
        cases.extend((0..=size).map(|old| Consistency::of(old, size).given(holds(format!("{old} to {size}")))));
    }
    for (old, size) in [(1, 300), (255, 300), (256, 300), (257, 300), (299, 300)] {
        cases.push(Consistency::of(old, size).given(holds(format!("{old} to {size}"))));
    }
    cases.extend(wrong_inclusions());
    cases.extend(wrong_consistencies());
    cases
}

fn wrong_inclusions() -> Vec<Case> {
    let proof = Inclusion::of(4, 7);
    let case = |name: &str, code, change: &dyn Fn(&mut Inclusion)| {
        let mut proof = proof.clone();
        change(&mut proof);
        proof.given(bad(format!("inclusion: {name}"), Vec::new(), code))
    };
    vec![
        case("the index is the size", "no-such-leaf", &|proof| proof.index = 7),
        case("an empty tree", "no-such-leaf", &|proof| (proof.index, proof.size) = (0, 0)),
        case("a hash too few", "too-short", &|proof| drop(proof.hashes.pop())),
        case("no hash", "too-short", &|proof| proof.hashes.clear()),
        case("a hash too many", "too-long", &|proof| proof.hashes.push(vec![1; 32])),
        case("63 hashes", "too-long", &|proof| proof.hashes = vec![vec![1; 32]; 63]),
        case("64 hashes", "too-many-hashes", &|proof| proof.hashes = vec![vec![1; 32]; 64]),
        case("another index", "root-differs", &|proof| proof.index = 5),
        case("a smaller size", "too-long", &|proof| proof.size = 5),
        case("a larger size", "too-short", &|proof| proof.size = 9),
        case("another leaf", "root-differs", &|proof| proof.leaf[31] ^= 1),
        case("another root", "root-differs", &|proof| proof.root[0] ^= 1),
        case("a changed hash", "root-differs", &|proof| proof.hashes[1][9] ^= 1),
        case("hashes that changed places", "root-differs", &|proof| proof.hashes.swap(0, 1)),
    ]
}

fn wrong_consistencies() -> Vec<Case> {
    let case = |(old, size), name: &str, code, change: &dyn Fn(&mut Consistency)| {
        let mut proof = Consistency::of(old, size);
        change(&mut proof);
        proof.given(bad(format!("consistency of {old} and {size}: {name}"), Vec::new(), code))
    };
    let swap = |proof: &mut Consistency| {
        std::mem::swap(&mut proof.old_size, &mut proof.size);
        std::mem::swap(&mut proof.old_root, &mut proof.root);
    };
    vec![
        case((3, 7), "the older one is larger", "shrinks", &swap),
        case((3, 7), "no hash", "too-short", &|proof| proof.hashes.clear()),
        case((3, 7), "a hash too few", "too-short", &|proof| drop(proof.hashes.pop())),
        case((3, 7), "a hash too many", "too-long", &|proof| proof.hashes.push(vec![1; 32])),
        case((4, 4), "a hash where none is due", "too-long", &|proof| proof.hashes.push(vec![1; 32])),
        case((0, 4), "a hash where none is due", "too-long", &|proof| proof.hashes.push(vec![1; 32])),
        case((3, 7), "65 hashes", "too-many-hashes", &|proof| proof.hashes = vec![vec![1; 32]; 65]),
        case((3, 7), "another old root", "old-root-differs", &|proof| proof.old_root[0] ^= 1),
        case((4, 4), "another old root", "old-root-differs", &|proof| proof.old_root[0] ^= 1),
        case((0, 4), "another old root", "old-root-differs", &|proof| proof.old_root[0] ^= 1),
        case((3, 7), "another root", "root-differs", &|proof| proof.root[0] ^= 1),
        case((4, 7), "another root", "root-differs", &|proof| proof.root[0] ^= 1),
        case((3, 7), "a changed hash of both trees", "old-root-differs", &|proof| proof.hashes[0][0] ^= 1),
        case((3, 7), "a changed hash of the newer tree", "root-differs", &|proof| proof.hashes[1][0] ^= 1),
    ]
}
