//! Clearing a multimap in steps.

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::multimap::BTreeMultiMap;
use crate::raw::reap::reap_lists;
use crate::raw::shape::Shape;
use crate::reaper::{ClearStep, Sealed};

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Drops the last values, until `budget` nodes and blocks have gone back; whether the
    /// multimap is empty. A long list goes in steps too: what is left of it stays under its key.
    ///
    /// O(budget + log n): see [`BTreeMap::clear_step`](crate::BTreeMap::clear_step).
    ///
    /// # Panics
    ///
    /// If the drop of a key or a value does. What is left is whole.
    ///
    /// ```
    /// let pairs = (0..10_000).map(|n| (n % 3, n));
    /// let mut multimap = allotment_core::BTreeMultiMap::from_iter(pairs);
    /// assert!(!multimap.clear_step(10));
    /// assert!(multimap.contains(&2, &2));
    /// assert!(multimap.clear_step(usize::MAX));
    /// ```
    pub fn clear_step(&mut self, budget: usize) -> bool {
        self.clear_within(&mut { budget })
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> Sealed for BTreeMultiMap<K, V, A, S> {}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> ClearStep for BTreeMultiMap<K, V, A, S> {
    fn clear_within(&mut self, left: &mut usize) -> bool {
        let BTreeMap { tree, alloc } = &mut self.lists;
        // SAFETY: T4, for lists too.
        unsafe { reap_lists((tree, &mut self.len), true, left, alloc) };
        self.is_empty()
    }
}
