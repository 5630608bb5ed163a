//! Hash maps as subjects of a script: the reference for what order costs.
//!
//! Their hasher has a fixed seed, so that the same keys collide in every run, and the same counts
//! come out.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::index::{entry, insert_id, remove_id};
use crate::key::Key;
use crate::pair::Pair;
use crate::subject::{Dictionary, dictionary};

/// hashbrown's map.
pub(crate) type HashedMap<K> = HashMap<K, u64, FixedState>;

dictionary! { HashedMap<K>; }

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
        let is_new = insert_id(self.lists.entry(pair.key).or_default(), pair.id);
        self.len += usize::from(is_new);
        (!is_new).then_some(u64::from(pair.id))
    }

    fn get(&self, pair: &Pair<K>) -> Option<u64> {
        let found = self.lists.get(&pair.key)?.binary_search(&pair.id);
        found.is_ok().then_some(u64::from(pair.id))
    }

    fn remove_entry(&mut self, pair: &Pair<K>) -> Option<(Pair<K>, u64)> {
        let Entry::Occupied(mut list) = self.lists.entry(pair.key) else { return None };
        remove_id(list.get_mut(), pair.id)?;
        if list.get().is_empty() {
            list.remove();
        }
        self.len -= 1;
        Some(entry(pair.key, pair.id))
    }

    fn clear(&mut self) {
        self.lists.clear();
        self.len = 0;
    }
}
