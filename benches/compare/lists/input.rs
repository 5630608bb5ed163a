//! [`Input`]: what goes into an index, and the kinds of it.

use fastrand::Rng;

/// Pairs of a key and a value, and the keys, both in random order.
pub(super) struct Input {
    pub(super) pairs: Vec<(u64, u64)>,
    pub(super) keys: Vec<u64>,
}

/// Which values there are under which keys.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// So many under each key, of 64 random bits.
    Words(usize),
    /// So many under each key; values number the pairs, as ids of records do.
    Records(usize),
    /// So many under each key, from anywhere below 2^32.
    Scattered(usize),
    /// All under one key, of 64 random bits.
    OneOfWords,
    /// All under one key: one number in so many, at random.
    OneIn(u64),
    /// A thousand values under key 0, and all of them under key 1; they number the pairs.
    FewAndMany,
    /// Half of the numbers of all pairs under either key, at random.
    Halves,
}

impl Kind {
    pub(super) fn name(self) -> String {
        match self {
            Kind::Words(each) | Kind::Records(each) => format!("{each} a key"),
            Kind::Scattered(each) => format!("{each} a key, below 2^32"),
            Kind::OneOfWords => "one hot key".into(),
            Kind::OneIn(1) => "one list, all numbers".into(),
            Kind::OneIn(n) => format!("one list, one number in {n}"),
            Kind::FewAndMany => "1,000 ids and all".into(),
            Kind::Halves => "halves at random".into(),
        }
    }

    /// Whether all values, or nearly all, are under one key: a sorted vector of them is moved by
    /// half with each insertion, which takes minutes.
    pub(super) fn is_long(self) -> bool {
        match self {
            Kind::Words(_) | Kind::Records(_) | Kind::Scattered(_) => false,
            Kind::OneOfWords | Kind::OneIn(_) | Kind::FewAndMany | Kind::Halves => true,
        }
    }
}

impl Input {
    /// The same pairs in ascending order.
    pub(super) fn in_order(&self) -> Input {
        let mut pairs = self.pairs.clone();
        pairs.sort_unstable();
        Input { pairs, keys: self.keys.clone() }
    }

    pub(super) fn new(kind: Kind, size: usize, round: usize) -> Input {
        let mut rng = Rng::with_seed(0x6c69_7374 + round as u64);
        let total = size as u64;
        let (mut keys, mut pairs): (Vec<u64>, Vec<(u64, u64)>) = match kind {
            Kind::Words(each) => several(size, each, &mut rng, |key, n, _| {
                (key ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            }),
            Kind::Records(each) => {
                let mut numbers: Vec<u64> = (0..total + each as u64).collect();
                rng.shuffle(&mut numbers);
                several(size, each, &mut rng, |_, _, at| numbers[at])
            }
            Kind::Scattered(each) => several(size, each, &mut rng, |key, n, _| {
                (key ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
            }),
            Kind::OneOfWords => (vec![1], (0..size).map(|_| (1, rng.u64(..))).collect()),
            Kind::OneIn(n) => {
                let numbers = (0..total).map(|at| (1, at * n + rng.u64(0..n)));
                (vec![1], numbers.collect())
            }
            Kind::FewAndMany => {
                let stride = (total / 1000).max(1);
                let few = (0..total.min(1000)).map(|n| (0, n * stride));
                (vec![0, 1], few.chain((0..total).map(|n| (1, n))).collect())
            }
            Kind::Halves => {
                let halves = (0..2 * total).map(|n| (n % 2, n / 2)).filter(|_| rng.bool());
                (vec![0, 1], halves.collect())
            }
        };
        rng.shuffle(&mut pairs);
        rng.shuffle(&mut keys);
        Input { pairs, keys }
    }
}

/// So many values under each of as many keys as there are for that.
fn several(
    size: usize,
    each: usize,
    rng: &mut Rng,
    value: impl Fn(u64, u64, usize) -> u64,
) -> (Vec<u64>, Vec<(u64, u64)>) {
    let keys: Vec<u64> = (0..size.div_ceil(each)).map(|_| rng.u64(..)).collect();
    let mut pairs = Vec::with_capacity(keys.len() * each);
    for key in &keys {
        for n in 0..each as u64 {
            pairs.push((*key, value(*key, n, pairs.len())));
        }
    }
    (keys, pairs)
}
