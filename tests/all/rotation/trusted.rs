//! Receipts of before, in and after an overlap, under old and new policies, with and without the rotation's receipt.

use notarium::ledger::{RotationProofError, follow_rotations};
use notarium::note::KeyName;
use notarium::trust::{LogSignature, PosixTime, sign_cosignature};

use super::*;
use crate::founded::FOUNDED;

/// Receipts of one ledger, each as it was given out when its checkpoint was the newest.
pub(super) struct Given {
    pub(super) old: PublicKey,
    pub(super) new: PublicKey,
    pub(super) before: Receipt,
    pub(super) during: Receipt,
    pub(super) after: Receipt,
    pub(super) rotation: Receipt,
}

/// The key changes at 10 ms, with an overlap of 1 s.
pub(super) fn given() -> Given {
    let turning = Turning::new();
    let before = turning.deposit(3, 5);
    let rotated = turning.rotate(1_000, 10);
    assert_eq!(rotated.retired, time(1_010));
    let rotation = Receipt::parse(&fs::read(&rotated.receipt).unwrap()).unwrap();
    let during = turning.deposit(1, 1_009);
    let after = turning.deposit(1, 1_010);
    let new = key_in(&turning.folder, KEY_FILE).public();
    Given { old: ledger_key().public(), new, before, during, after, rotation }
}

fn judged(policy: &Policy, receipt: &Receipt) -> &'static str {
    let judgement = policy.judge(receipt.checkpoint());
    match judgement.log {
        LogSignature::Valid(_) if judgement.passes() => "passes",
        LogSignature::Valid(_) => "no quorum",
        LogSignature::UnknownKey => "unknown key",
        LogSignature::Retired { .. } => "retired",
        LogSignature::Invalid { .. } | LogSignature::OriginMismatch(_) => "wrong",
    }
}

#[test]
fn each_receipt_under_each_policy() {
    let Given { old, new, before, during, after, rotation } = given();
    let all = [&before, &rotation, &during, &after];
    let under = |policy: &Policy| all.map(|receipt| judged(policy, receipt));
    let (old, new) = (policy_of(&old), policy_of(&new));
    assert_eq!(
        under(&old),
        ["passes", "passes", "passes", "unknown key"],
        "the old policy goes on until the overlap ends"
    );
    assert_eq!(under(&new), ["unknown key", "passes", "passes", "passes"]);
    // The rotation leads from either key to the other, and takes the old one's word away where nobody vouches.
    for policy in [&old, &new] {
        let followed = follow_rotations(policy, std::slice::from_ref(&rotation)).unwrap();
        assert_eq!(under(&followed), ["retired", "passes", "passes", "passes"]);
        assert_eq!(followed.as_bytes(), policy.as_bytes(), "the file stays what it is");
    }
}

/// The receipt with a cosignature of that second.
pub(super) fn cosigned(receipt: &Receipt, seconds: u64) -> Receipt {
    let mut checkpoint = receipt.checkpoint().clone();
    let (name, time) = ("witness.example/w".parse::<KeyName>().unwrap(), PosixTime::from_seconds(seconds).unwrap());
    let line = sign_cosignature(checkpoint.note().text(), time, &name, &witness());
    checkpoint.append(line).unwrap();
    Receipt::new(receipt.index(), receipt.path().clone(), receipt.disclosure().clone(), checkpoint).unwrap()
}

pub(super) fn witness() -> SigningKey {
    SigningKey::from_seed(&[77; 32])
}

#[test]
fn under_a_retired_key_a_quorum_must_vouch_for_a_time_before() {
    let Given { old, before, rotation, .. } = given();
    let w = VerifierKey::new_cosigner("witness.example/w".parse().unwrap(), witness().public());
    let policy = Policy::parse(format!("log {}\nwitness w {w}\nquorum w\n", vkey(&old))).unwrap();
    // Retired 1,010 ms after the founding.
    let founded = FOUNDED / 1000;
    let refused = follow_rotations(&policy, std::slice::from_ref(&rotation)).unwrap_err();
    assert_eq!(refused, (0, RotationProofError::NotTrusted), "the rotation itself needs the quorum");
    let rotation = cosigned(&rotation, founded + 500);
    let followed = follow_rotations(&policy, &[rotation]).unwrap();
    assert_eq!(judged(&followed, &before), "retired", "nobody vouches");
    assert_eq!(judged(&followed, &cosigned(&before, founded + 1)), "passes");
    assert_eq!(judged(&followed, &cosigned(&before, founded + 2)), "retired", "the quorum vouches for a time after");
    // Whoever does not know of the rotation judges as before.
    assert_eq!(judged(&policy, &cosigned(&before, founded + 2)), "passes");
    assert_eq!(judged(&policy, &before), "no quorum");
}

#[test]
fn trust_goes_on_over_several_rotations_in_any_order() {
    let turning = Turning::new();
    let rotations: Vec<Receipt> = [(0, 10), (0, 20), (5, 30)]
        .map(|(overlap, at)| Receipt::parse(&fs::read(turning.rotate(overlap, at).receipt).unwrap()).unwrap())
        .into();
    let last = turning.deposit(1, 40);
    let policy = policy_of(&ledger_key().public());
    let mut shuffled = rotations.clone();
    shuffled.rotate_left(2);
    for receipts in [&rotations, &shuffled] {
        assert_eq!(judged(&follow_rotations(&policy, receipts).unwrap(), &last), "passes");
    }
    // Under a later checkpoint, which none of the two keys has signed, the others lead to whoever has.
    let again: Vec<Receipt> = (1..=3).map(|index| turning.receipt(index)).collect();
    assert_eq!(judged(&follow_rotations(&policy, &again).unwrap(), &last), "passes");
    let (place, error) = follow_rotations(&policy, &rotations[1..]).unwrap_err();
    assert!(matches!((place, error), (0, RotationProofError::Unrelated { .. })));
}

#[test]
fn what_proves_no_rotation_is_refused() {
    let Given { old, before, rotation, .. } = given();
    let policy = policy_of(&old);
    let error = |receipts: &[Receipt]| follow_rotations(&policy, receipts).unwrap_err();
    assert!(matches!(error(&[before]), (0, RotationProofError::NotARotation(_))));
    // The rotation of the same key on another ledger's tree, or to another key: two histories.
    let other = given().rotation;
    assert_eq!(error(&[rotation.clone(), other.clone()]), (1, RotationProofError::Contradicted));
    let moved = Receipt::new(
        rotation.index(),
        rotation.path().clone(),
        rotation.disclosure().clone(),
        other.checkpoint().clone(),
    );
    assert!(matches!(error(&[moved.unwrap()]), (0, RotationProofError::DoesNotHold(_))));
    assert_eq!(follow_rotations(&policy, &[rotation.clone(), rotation]).map(drop), Ok(()), "twice is no contradiction");
}
