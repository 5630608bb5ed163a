//! Keys that are not in a set, made from those that are: for input that cannot be generated.

use std::collections::{HashMap, HashSet};

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
    let mut further: HashMap<K, K> = build.iter().map(|&key| (key, key.successor())).collect();
    let mut rng = Rng::new(6);
    let count = fresh_count(build.len());
    let fresh: Vec<K> =
        (0..count).map(|_| take_free(&mut further, build[rng.index(build.len())])).collect();
    Sequence { build, misses: fresh.clone(), fresh, victims: Victims::Random }
}

/// Takes the first free integer from `key` on. `further` has those that are taken, and for each one
/// to go on at, with none free before it: where integers follow one another in long runs, a run is
/// walked once and leapt over from then on.
fn take_free<K: Successor>(further: &mut HashMap<K, K>, mut key: K) -> K {
    let mut passed = Vec::new();
    while let Some(&next) = further.get(&key) {
        passed.push(key);
        key = next;
    }
    passed.push(key);
    further.extend(passed.into_iter().map(|passed| (passed, key.successor())));
    key
}

/// Fresh keys of a line that end in so many `~`; later ones end in a number, or they would grow.
const TILDES: usize = 16;

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
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut rng = Rng::new(7);
    for _ in 0..fresh_count(build.len()) {
        let line = build[rng.index(build.len())];
        // Those of lower numbers are taken.
        let number = numbers.entry(line).or_default();
        let key = loop {
            *number += 1;
            let key = match *number {
                tildes @ ..=TILDES => format!("{line}{}", "~".repeat(tildes)),
                number => format!("{line}~{number}"),
            };
            if !built.contains(key.as_str()) && !taken.contains(&key) {
                break key;
            }
        };
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
    fn a_long_run_of_integers_is_walked_once() {
        let keys = around_integers((0..400_000u64).rev().collect());
        let fresh: Vec<u64> = (400_000..=450_000).collect();
        assert_eq!(keys.fresh, fresh);
    }

    #[test]
    fn lines_stay_distinct() {
        let fresh = |lines: &[&str]| {
            let Keys::Text(keys) = around_lines(lines.iter().copied()) else {
                panic!("text expected")
            };
            let keys = keys.sequence();
            assert_eq!(keys.build, lines);
            keys.fresh.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()
        };
        let few = fresh(&["a", "a~", "a", "a~~~"]);
        assert!(["a~~", "a~~~~"].contains(&few[0].as_str()) && few.len() == 1, "{few:?}");
        // Few different lines: each comes with ever higher numbers.
        let many = fresh(&["no", "yes"].repeat(50_000));
        let distinct: HashSet<&String> = many.iter().collect();
        assert_eq!((many.len(), distinct.len()), (12_501, 12_501));
        assert!(many.iter().all(|key| key.len() < 20), "the text grows by the digits only");
    }
}
