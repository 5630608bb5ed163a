//! Hash maps as subjects of a script: the reference for what order costs.
//!
//! Their hasher has a fixed seed, so that the same keys collide in every run, and the same counts
//! come out.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::key::Key;
use crate::pair::Pair;
use crate::subject::Dictionary;

/// hashbrown's map.
pub(crate) type HashedMap<K> = HashMap<K, u64, FixedState>;

impl<K: Key> Dictionary<K> for HashedMap<K> {
    fn len(&self) -> usize {
        self.len()
    }

    fn insert(&mut self, key: K, value: u64) -> Option<u64> {
        self.insert(key, value)
    }

    fn get(&self, key: &K) -> Option<u64> {
        self.get(key).copied()
    }

    fn remove_entry(&mut self, key: &K) -> Option<(K, u64)> {
        self.remove_entry(key)
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// hashbrown's map of sorted vectors: an index whose keys have no order. It counts its ids, as the
/// others do.
#[derive(Clone, Debug)]
pub(crate) struct HashedIndex<K> {
    lists: HashMap<K, Vec<u32>, FixedState>,
    len: usize,
}

impl<K> HashedIndex<K> {
    pub(crate) fn new() -> Self {
        Self { lists: HashMap::default(), len: 0 }
    }
}

impl<K: Key> Dictionary<Pair<K>> for HashedIndex<K> {
    fn len(&self) -> usize {
        self.len
    }

    fn insert(&mut self, pair: Pair<K>, _value: u64) -> Option<u64> {
        let ids = self.lists.entry(pair.key).or_default();
        match ids.binary_search(&pair.id) {
            Ok(_) => Some(u64::from(pair.id)),
            Err(at) => {
                ids.insert(at, pair.id);
                self.len += 1;
                None
            }
        }
    }

    fn get(&self, pair: &Pair<K>) -> Option<u64> {
        let found = self.lists.get(&pair.key)?.binary_search(&pair.id);
        found.is_ok().then_some(u64::from(pair.id))
    }

    fn remove_entry(&mut self, pair: &Pair<K>) -> Option<(Pair<K>, u64)> {
        let Entry::Occupied(mut list) = self.lists.entry(pair.key) else { return None };
        let at = list.get().binary_search(&pair.id).ok()?;
        list.get_mut().remove(at);
        if list.get().is_empty() {
            list.remove();
        }
        self.len -= 1;
        Some((*pair, u64::from(pair.id)))
    }

    fn clear(&mut self) {
        self.lists.clear();
        self.len = 0;
    }
}
