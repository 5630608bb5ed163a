//! allotment's map on the allocators that are compared, with dense leaves, and for keys that say
//! they are integers.

use allotment_alloc::{Global, SharedAlloc};
use allotment_core::btree_map::ScanEnd;
use allotment_core::{BTreeMap, Dense, IntegerKey, IntegerKeys, Shape};
use allotment_meter::Counting;
use allotment_pool::Pool;

use super::keys::Key;
use super::map::{Map, PAGE_BYTES, add, fold_of_std, methods_of_std};

/// Where the nodes of one map come from.
pub(crate) trait Backend: SharedAlloc {
    const NAME: &'static str;

    /// One for a new map.
    fn fresh() -> Self;
}

impl Backend for Global {
    const NAME: &'static str = "system";

    fn fresh() -> Self {
        Global
    }
}

impl Backend for Pool {
    const NAME: &'static str = "pool";

    fn fresh() -> Self {
        Pool::new()
    }
}

/// What the map asks of its pool.
impl Backend for Counting<Pool> {
    const NAME: &'static str = "pool";

    fn fresh() -> Self {
        Counting::new(Pool::new())
    }
}

/// What does not depend on the shape of the nodes.
macro_rules! methods_of_ours {
    () => {
        const NAME: &'static str = A::NAME;

        fn empty() -> Self {
            BTreeMap::with_shape_in(A::fresh())
        }

        fn get_each(&self, keys: &[K]) -> u64 {
            self.get_each(keys).flatten().fold(0, |sum, value| sum.wrapping_add(*value))
        }

        fn slices(&self) -> u64 {
            self.chunks().fold(0, |sum, (keys, values)| {
                keys.iter().zip(values).fold(sum, |sum, (key, &value)| add(sum, key, value))
            })
        }

        fn scan_paged(&self) -> u64 {
            let (mut sum, mut token) = (0, None);
            loop {
                let page = self.scan(..).bytes(PAGE_BYTES).resume(token);
                let outcome = page.for_each(|key, &value| sum = add(sum, key, value));
                if outcome.end == ScanEnd::Exhausted {
                    return sum;
                }
                token = outcome.token();
            }
        }

        fn pack(&mut self) {
            self.compact();
        }

        fold_of_std!();

        methods_of_std!();
    };
}

impl<K: Key, A: Backend> Map<K> for BTreeMap<K, u64, A> {
    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        BTreeMap::from_iter_in(pairs, A::fresh())
    }

    fn sorted_beside(&self, pairs: impl Iterator<Item = (K, u64)>) -> Self {
        BTreeMap::from_iter_in(pairs, self.allocator().clone())
    }

    methods_of_ours!();
}

impl<K: Key + IntegerKey, A: Backend> Map<K> for BTreeMap<K, u64, A, IntegerKeys> {
    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        shaped(pairs)
    }

    methods_of_ours!();
}

impl<K: Key, A: Backend> Map<K> for BTreeMap<K, u64, A, Dense> {
    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        shaped(pairs)
    }

    methods_of_ours!();
}

/// A map of pairs in ascending order, in a shape of choice.
fn shaped<K: Key, A: Backend, S: Shape<K>>(
    pairs: impl Iterator<Item = (K, u64)>,
) -> BTreeMap<K, u64, A, S> {
    let mut map = BTreeMap::with_shape_in(A::fresh());
    map.extend(pairs);
    map
}
