//! Random numbers and distributions that are the same on every platform: integers only.

/// An odd constant near 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The generator SplitMix64: small, fast, and fixed for good.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Rng(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix64(self.0)
    }

    /// A number below `bound`, which must not be 0. The bias is below `bound` in 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// An index into a slice of `len` elements, which must not be 0.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }
}

/// A permutation of the 64-bit numbers that scatters them: distinct in, distinct out.
pub(crate) const fn mix64(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A permutation of the 32-bit numbers that scatters them: distinct in, distinct out.
pub(crate) const fn mix32(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
    x = (x ^ (x >> 13)).wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}

/// A permutation of the 28-bit numbers that scatters them: distinct in, distinct out.
pub(crate) const fn mix28(mut x: u32) -> u32 {
    const MASK: u32 = (1 << 28) - 1;
    x &= MASK;
    x = (x ^ (x >> 14)).wrapping_mul(0x85EB_CA6B) & MASK;
    x = (x ^ (x >> 12)).wrapping_mul(0xC2B2_AE35) & MASK;
    x ^ (x >> 14)
}

/// Ranks with a probability inversely proportional to their number: Zipf's law, exponent 1.
///
/// The weights are integers (2^32 divided by the rank, rounded down), so that no two platforms
/// disagree. A table takes 8 bytes a rank, a draw a binary search.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    /// Sums of the weights up to and including each rank.
    sums: Vec<u64>,
}

impl Zipf {
    /// Ranks from 0 to `ranks - 1`. `ranks` must not be 0.
    pub(crate) fn new(ranks: usize) -> Self {
        let mut sum = 0;
        let sums = (1..=ranks as u64).map(|rank| {
            sum += (1 << 32) / rank;
            sum
        });
        Zipf { sums: sums.collect() }
    }

    pub(crate) fn draw(&self, rng: &mut Rng) -> usize {
        let total = self.sums[self.sums.len() - 1];
        let point = rng.below(total);
        self.sums.partition_point(|&sum| sum <= point)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The published test vector for the seed 1234567.
        let mut rng = Rng::new(1_234_567);
        let drawn: Vec<_> = (0..3).map(|_| rng.next()).collect();
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, published);
    }

    #[test]
    fn mixes_are_permutations() {
        let count = 100_000;
        assert_eq!((0..count).map(mix32).collect::<HashSet<_>>().len(), count as usize);
        assert_eq!((0..count).map(mix28).collect::<HashSet<_>>().len(), count as usize);
        assert!((0..count).all(|x| mix28(x) < 1 << 28));
        assert_eq!((0..u64::from(count)).map(mix64).collect::<HashSet<_>>().len(), count as usize);
    }

    #[test]
    fn zipf_prefers_low_ranks_by_the_law() {
        let (zipf, mut rng) = (Zipf::new(1000), Rng::new(1));
        let mut hits = vec![0u32; 1000];
        for _ in 0..200_000 {
            hits[zipf.draw(&mut rng)] += 1;
        }
        // The weights sum to 7.485 times that of rank 0: 26,717 draws of it are expected.
        assert!((26_000..27_500).contains(&hits[0]), "{}", hits[0]);
        assert!((12_800..13_900).contains(&hits[1]), "{}", hits[1]);
        assert!(hits[999] > 0 && hits[999] < 80, "{}", hits[999]);
    }
}
