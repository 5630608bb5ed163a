//! [`Script`]: every step of every phase, decided before the first is taken.

use std::collections::{HashSet, VecDeque};

use crate::key::Key;
use crate::keys::{Keys, Lists, Sequence, Victims};
use crate::pair::Pair;
use crate::phase::Phase;
use crate::rng::Rng;
use crate::trace::Trace;

/// Entries that a short range scan reads.
pub const SCAN_LENGTH: usize = 100;

/// A step of churn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swap<K> {
    /// The key to remove, which the map holds.
    pub remove: K,
    /// The key to insert, which it does not hold.
    pub insert: K,
}

/// The steps of a script, phase by phase. All maps that are compared take the very same steps, and
/// taking them costs no more than reading this list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps<K> {
    /// Keys to insert in the build phase, and again in the refill phase.
    pub build: Vec<K>,
    /// Keys to look up. Every fourth is not there.
    pub lookups: Vec<K>,
    /// Keys from which to read [`SCAN_LENGTH`] entries.
    pub scans: Vec<K>,
    /// Removals and inserts that keep the number of entries.
    pub churn: Vec<Swap<K>>,
}

impl<K: Key> Steps<K> {
    /// Lays out the steps for the keys of a workload: as many look-ups and swaps as there are keys,
    /// and a hundredth as many short scans.
    ///
    /// # Panics
    ///
    /// If the sequence has no key in one of its roles.
    pub fn new(keys: &Sequence<K>) -> Self {
        let build = keys.build.clone();
        let mut rng = Rng::new(8);
        let lookups = (0..build.len())
            .map(|step| match step % 4 {
                3 => keys.misses[rng.index(keys.misses.len())],
                _ => build[rng.index(build.len())],
            })
            .collect();
        let scans =
            (0..build.len().div_ceil(SCAN_LENGTH)).map(|_| build[rng.index(build.len())]).collect();
        let churn = swaps(keys, &mut rng);
        Steps { build, lookups, scans, churn }
    }
}

/// One swap for each key that is built. A removed key may come back once the fresh ones are used
/// up.
fn swaps<K: Key>(keys: &Sequence<K>, rng: &mut Rng) -> Vec<Swap<K>> {
    let mut seen = HashSet::with_capacity(keys.build.len());
    let mut live: Vec<K> = keys.build.iter().copied().filter(|key| seen.insert(*key)).collect();
    let mut spare: VecDeque<K> = keys.fresh.iter().copied().collect();
    (0..keys.build.len())
        .map(|step| {
            let place = match keys.victims {
                Victims::Oldest => step % live.len(),
                Victims::Random => rng.index(live.len()),
            };
            let insert = spare.pop_front().expect("a sequence has a fresh key");
            let remove = std::mem::replace(&mut live[place], insert);
            spare.push_back(remove);
            Swap { remove, insert }
        })
        .collect()
}

/// The steps for the keys of a workload, by the type of the keys. Text is borrowed from the keys.
///
/// ```
/// use allotment_workload::{Script, Size, Workload};
///
/// let keys = Workload::find("npm-names").unwrap().load(Size::Entries(400), None).unwrap();
/// let Script::Text(steps) = Script::new(&keys) else { unreachable!() };
/// assert_eq!((steps.build.len(), steps.churn.len(), steps.scans.len()), (400, 400, 4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Script<'a> {
    /// 32-bit integers.
    U32(Steps<u32>),
    /// 64-bit integers.
    U64(Steps<u64>),
    /// 128-bit integers.
    U128(Steps<u128>),
    /// Text.
    Text(Steps<&'a str>),
    /// What was recorded, on 64-bit integers.
    U64Trace(&'a Trace<u64>),
    /// What was recorded, on text.
    TextTrace(Trace<&'a str>),
    /// An index of 64-bit integers.
    U64Pairs {
        /// The steps.
        steps: Steps<Pair<u64>>,
        /// What the ids are to be kept in.
        lists: Lists,
    },
    /// An index of texts.
    TextPairs {
        /// The steps.
        steps: Steps<Pair<&'a str>>,
        /// What the ids are to be kept in.
        lists: Lists,
    },
}

impl<'a> Script<'a> {
    /// Lays out the steps for the keys of a workload.
    ///
    /// # Panics
    ///
    /// If there are no keys.
    pub fn new(keys: &'a Keys) -> Self {
        match keys {
            Keys::U32(sequence) => Script::U32(Steps::new(sequence)),
            Keys::U64(sequence) => Script::U64(Steps::new(sequence)),
            Keys::U128(sequence) => Script::U128(Steps::new(sequence)),
            Keys::Text(text) => Script::Text(Steps::new(&text.sequence())),
            Keys::U64Trace(trace) => Script::U64Trace(trace),
            Keys::TextTrace(trace) => Script::TextTrace(trace.trace()),
            Keys::U64Pairs { pairs, lists } => {
                Script::U64Pairs { steps: Steps::new(pairs), lists: *lists }
            }
            Keys::TextPairs { pairs, lists } => {
                Script::TextPairs { steps: Steps::new(&pairs.sequence()), lists: *lists }
            }
        }
    }

    /// Whether it does again what was recorded.
    pub fn is_trace(&self) -> bool {
        matches!(self, Script::U64Trace(_) | Script::TextTrace(_))
    }

    /// The phases that it has, in order.
    pub fn phases(&self) -> &'static [Phase] {
        if self.is_trace() { &Phase::OF_TRACES } else { &Phase::OF_KEYS }
    }

    /// How many keys, or pairs of an index, the build phase inserts; or how many operations were
    /// recorded.
    pub fn len(&self) -> usize {
        match self {
            Script::U32(steps) => steps.build.len(),
            Script::U64(steps) => steps.build.len(),
            Script::U128(steps) => steps.build.len(),
            Script::Text(steps) => steps.build.len(),
            Script::U64Trace(trace) => trace.ops.len(),
            Script::TextTrace(trace) => trace.ops.len(),
            Script::U64Pairs { steps, .. } => steps.build.len(),
            Script::TextPairs { steps, .. } => steps.build.len(),
        }
    }

    /// Whether it inserts none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Size, Workload};

    fn steps(name: &str, entries: usize) -> Steps<u64> {
        let keys = Workload::find(name).unwrap().load(Size::Entries(entries), None).unwrap();
        match Script::new(&keys) {
            Script::U64(steps) => steps,
            other => panic!("u64 keys expected: {other:?}"),
        }
    }

    #[test]
    fn swaps_keep_the_number_of_entries() {
        for name in ["uniform-u64", "ascending-u64", "zipf-u64", "streams-u64"] {
            let steps = steps(name, 2000);
            let mut live: BTreeSet<_> = steps.build.iter().copied().collect();
            for swap in &steps.churn {
                assert!(live.remove(&swap.remove), "{name}");
                assert!(live.insert(swap.insert), "{name}");
            }
            assert_eq!(steps.churn.len(), 2000);
        }
    }

    #[test]
    fn sequences_churn_like_queues() {
        let steps = steps("ascending-u64", 500);
        assert!(steps.churn.iter().map(|swap| swap.remove).eq(steps.build.iter().copied()));
        assert!(steps.churn.iter().map(|swap| swap.insert).is_sorted());
    }

    #[test]
    fn every_fourth_lookup_misses() {
        for name in ["uniform-u64", "descending-u64", "zipf-u64", "clustered-u64"] {
            let steps = steps(name, 400);
            let built: BTreeSet<_> = steps.build.iter().collect();
            for (step, key) in steps.lookups.iter().enumerate() {
                assert_eq!(built.contains(key), step % 4 != 3, "{name}");
            }
        }
    }

    #[test]
    fn a_single_key_is_enough() {
        let steps = steps("uniform-u64", 1);
        assert_eq!((steps.lookups.len(), steps.scans.len(), steps.churn.len()), (1, 1, 1));
    }
}
