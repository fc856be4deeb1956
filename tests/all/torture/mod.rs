//! A ledger under attack by its own machine: killed, cut off from power, on a disk that fails; and by who can write to it.
//!
//! What a round does is drawn from a seed that is printed. `NOTARIUM_TORTURE_SEED` repeats it; `NOTARIUM_TORTURE_ROUNDS` and
//! `NOTARIUM_TORTURE_HOURS` make it last (`make torture`).

mod disk;
mod faults;
mod fuse;
mod kills;
mod power;
mod served;
mod witnessed;

use std::env;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) use witnessed::History;

/// Random numbers that a seed repeats: `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

fn number_from(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Tells whoever runs the tests with `--nocapture`, or looks at one that failed.
#[expect(clippy::print_stdout, reason = "a seed that nobody sees repeats nothing")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// How long an attack goes on: so many rounds, or, where hours are named, until they are over.
pub(crate) struct Attack {
    pub(crate) seed: u64,
    rounds: u64,
    until: Option<Instant>,
}

impl Attack {
    /// The seed is new each time, unless it is named.
    pub(crate) fn of(rounds: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let hours = number_from("NOTARIUM_TORTURE_HOURS").map(|hours| Duration::from_secs(3600 * hours));
        let attack = Self {
            seed: number_from("NOTARIUM_TORTURE_SEED").unwrap_or(now.as_secs() << 20 | u64::from(now.subsec_micros())),
            rounds: number_from("NOTARIUM_TORTURE_ROUNDS").unwrap_or(rounds),
            until: hours.map(|hours| Instant::now() + hours),
        };
        say(&format!("NOTARIUM_TORTURE_SEED={}", attack.seed));
        attack
    }

    /// Whether there is another round after so many.
    pub(crate) fn goes_on(&self, done: u64) -> bool {
        self.until.map_or(done < self.rounds, |until| Instant::now() < until)
    }
}

#[test]
fn a_seed_repeats_its_numbers() {
    // The first three of the reference implementation from seed 1234567.
    let mut random = Random::new(1_234_567);
    let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
    assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}
