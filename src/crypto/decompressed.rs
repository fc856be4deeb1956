//! Decompressed public keys, remembered: finding the point of a key costs an eighth of verifying a signature with it.
//!
//! Each thread remembers a few keys. What a key's 32 bytes decode to depends on nothing else, so remembering changes no outcome;
//! keys that share a place drive each other out, and cost what they would cost without it.

use std::cell::RefCell;

use curve25519_dalek::EdwardsPoint;
use curve25519_dalek::edwards::CompressedEdwardsY;

/// Keys that a thread remembers at most; with their points they take 60 kB.
const PLACES: usize = 256;

/// A key's bytes and its point.
type Remembered = ([u8; 32], EdwardsPoint);

thread_local! {
    static REMEMBERED: RefCell<Vec<Option<Remembered>>> = const { RefCell::new(Vec::new()) };
}

/// The point that these bytes encode, negated; none when they are not a point of the curve.
pub(super) fn negated_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    REMEMBERED.with_borrow_mut(|places| {
        if places.is_empty() {
            places.resize(PLACES, None);
        }
        let place = places.get_mut(place(bytes))?;
        match place {
            Some((remembered, point)) if remembered == bytes => Some(*point),
            _ => {
                let point = -CompressedEdwardsY(*bytes).decompress()?;
                *place = Some((*bytes, point));
                Some(point)
            }
        }
    })
}

/// Where a key is remembered. The bytes of a key are as good as random, but for those of whoever chooses them.
fn place(bytes: &[u8; 32]) -> usize {
    bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % PLACES
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::VerifyingKey;

    use super::*;

    #[test]
    fn keys_that_share_a_place_are_told_apart() {
        let keys: Vec<[u8; 32]> = (0..=255)
            .cycle()
            .zip(0..4 * PLACES)
            .map(|(low, at)| {
                let mut seed = [low; 32];
                seed[1] = u8::try_from(at / 256).unwrap();
                ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes()
            })
            .collect();
        for _ in 0..2 {
            for key in &keys {
                assert_eq!(negated_point(key), Some(-VerifyingKey::from_bytes(key).unwrap().to_edwards()));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_point_are_none_each_time_and_leave_their_neighbour() {
        let not_a_point = (0..=255)
            .map(|low| {
                let mut bytes = [2; 32];
                bytes[0] = low;
                bytes
            })
            .find(|bytes| VerifyingKey::from_bytes(bytes).is_err());
        let bytes = not_a_point.unwrap();
        assert_eq!((negated_point(&bytes), negated_point(&bytes)), (None, None));
    }
}
