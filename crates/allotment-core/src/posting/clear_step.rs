//! Clearing a posting map in steps.

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::posting::PostingMap;
use crate::raw::reap::reap_lists;
use crate::raw::shape::Shape;
use crate::reaper::{ClearStep, Sealed};

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// Drops the last ids, until `budget` nodes and blocks have gone back; whether the
    /// posting map is empty. A long list goes in steps too: what is left of it stays under its key.
    ///
    /// O(budget + log n): see [`BTreeMap::clear_step`](crate::BTreeMap::clear_step).
    ///
    /// # Panics
    ///
    /// If the drop of a key or a value does. What is left is whole.
    ///
    /// ```
    /// let pairs = (0..100_000_u32).map(|n| (n % 3, n * 7));
    /// let mut map = allotment_core::PostingMap::from_iter(pairs);
    /// assert!(!map.clear_step(10));
    /// assert!(map.contains(&0, 0));
    /// assert!(map.clear_step(usize::MAX));
    /// ```
    pub fn clear_step(&mut self, budget: usize) -> bool {
        self.clear_within(&mut { budget })
    }
}

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> Sealed for PostingMap<K, Id, A, S> {}

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> ClearStep for PostingMap<K, Id, A, S> {
    fn clear_within(&mut self, left: &mut usize) -> bool {
        let BTreeMap { tree, alloc } = &mut self.lists;
        // SAFETY: T4, for lists too.
        unsafe { reap_lists((tree, &mut self.len), true, left, alloc) };
        self.is_empty()
    }
}
