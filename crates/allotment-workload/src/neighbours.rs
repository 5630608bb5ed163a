//! Keys that are not in a set, made from those that are: for input that cannot be generated.

use std::collections::HashSet;

use crate::integers::fresh_count;
use crate::keys::{Keys, Sequence, Victims};
use crate::rng::Rng;
use crate::text::TextBuilder;

/// Integers that can be counted upwards.
pub(crate) trait Successor: Copy + Eq + std::hash::Hash {
    /// The next integer; the smallest after the largest.
    fn successor(self) -> Self;
}

impl Successor for u32 {
    fn successor(self) -> Self {
        self.wrapping_add(1)
    }
}

impl Successor for u64 {
    fn successor(self) -> Self {
        self.wrapping_add(1)
    }
}

/// The integers in the order given, and as fresh ones the first free ones after random ones of
/// them.
///
/// `build` must not be empty.
pub(crate) fn around_integers<K: Successor>(build: Vec<K>) -> Sequence<K> {
    let mut taken: HashSet<K> = build.iter().copied().collect();
    let mut rng = Rng::new(6);
    let mut fresh = Vec::with_capacity(fresh_count(build.len()));
    for _ in 0..fresh_count(build.len()) {
        let mut key = build[rng.index(build.len())].successor();
        while !taken.insert(key) {
            key = key.successor();
        }
        fresh.push(key);
    }
    Sequence { build, misses: fresh.clone(), fresh, victims: Victims::Random }
}

/// The lines of `text` in order, and as fresh ones random ones of them with as many `~` behind as
/// make them new. There must be a line.
pub(crate) fn around_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Keys {
    let mut builder = TextBuilder::default();
    let mut build = Vec::new();
    for line in lines {
        builder.push(format_args!("{line}"));
        build.push(line);
    }
    let mut taken: HashSet<String> = HashSet::new();
    let built: HashSet<&str> = build.iter().copied().collect();
    let mut rng = Rng::new(7);
    for _ in 0..fresh_count(build.len()) {
        let mut key = format!("{}~", build[rng.index(build.len())]);
        while built.contains(key.as_str()) || taken.contains(&key) {
            key.push('~');
        }
        builder.push(format_args!("{key}"));
        taken.insert(key);
    }
    builder.finish(build.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_and_stay_distinct() {
        let keys = around_integers(vec![u32::MAX, u32::MAX, 0, 1]);
        assert_eq!(keys.fresh, [2]);
        let keys = around_integers((0..100u64).collect());
        let fresh: HashSet<_> = keys.fresh.iter().copied().collect();
        assert_eq!(fresh.len(), 13);
        assert!(fresh.iter().all(|&key| key >= 100));
    }

    #[test]
    fn lines_stay_distinct() {
        let Keys::Text(keys) = around_lines(["a", "a~", "a", "a~~~"].into_iter()) else {
            panic!("text expected")
        };
        let keys = keys.sequence();
        assert_eq!(keys.build, ["a", "a~", "a", "a~~~"]);
        assert_eq!(keys.fresh.len(), 1);
        assert!(["a~~", "a~~~~"].contains(&keys.fresh[0]), "{:?}", keys.fresh);
    }
}
