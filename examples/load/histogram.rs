//! Latencies, counted in buckets of constant relative width: 1/64 of the value at most.

/// Bits of a value that tell buckets of one power of two apart.
const BITS: u32 = 6;

/// A histogram of nanoseconds.
#[derive(Default, Clone)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    /// Counts one.
    pub(crate) fn record(&mut self, nanos: u64) {
        let at = bucket(nanos);
        if self.buckets.len() <= at {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += 1;
        self.count += 1;
        self.max = self.max.max(nanos);
    }

    /// Adds what another has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (own, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *own += more;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Milliseconds that so many of a thousand do not exceed.
    pub(crate) fn per_mille(&self, per_mille: u64) -> f64 {
        let wanted = (self.count * per_mille).div_ceil(1000);
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return millis(highest(at).min(self.max));
            }
        }
        0.0
    }

    /// The longest, in milliseconds.
    pub(crate) const fn longest(&self) -> f64 {
        millis(self.max)
    }
}

#[expect(clippy::cast_precision_loss, reason = "latencies are below 2^53 ns, that is 104 days")]
const fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}

fn bucket(nanos: u64) -> usize {
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(BITS + 1);
    let within = nanos >> shift;
    usize::try_from((u64::from(shift) << BITS) + within).unwrap_or(usize::MAX)
}

/// The highest value of a bucket.
fn highest(at: usize) -> u64 {
    let at = at as u64;
    let shift = (at >> BITS).saturating_sub(1);
    let within = at - (shift << BITS);
    ((within + 1) << shift) - 1
}
