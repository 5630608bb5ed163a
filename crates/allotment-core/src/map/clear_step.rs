//! Clearing a map in steps.

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::raw::reap::reap;
use crate::raw::shape::Shape;
use crate::reaper::{ClearStep, Sealed};

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Drops the last pairs, until `budget` nodes have gone back; whether the map is empty.
    ///
    /// For programs that must not stall, as they would on [`clear`](Self::clear): in between, the
    /// map is whole and can be used. A budget of 0 does nothing but answer. To drop a map in steps,
    /// hand it to a [`Reaper`](crate::Reaper).
    ///
    /// O(budget + log n). Each leaf that goes counts, and so do nodes that merge; at most one more
    /// a level goes as what is left is made whole. Compares and allocates nothing.
    ///
    /// # Panics
    ///
    /// If the drop of a key or a value does. What was in the same leaf is dropped as well; the rest
    /// is still there.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from_iter((0..10_000).map(|n| (n, n)));
    /// let mut steps = 1;
    /// while !map.clear_step(10) {
    ///     assert!(map.contains_key(&0));
    ///     steps += 1;
    /// }
    /// assert!(steps > 10 && map.is_empty());
    /// ```
    pub fn clear_step(&mut self, budget: usize) -> bool {
        self.clear_within(&mut { budget })
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Sealed for BTreeMap<K, V, A, S> {}

impl<K, V, A: Allocator, S: Shape<K>> ClearStep for BTreeMap<K, V, A, S> {
    fn clear_within(&mut self, left: &mut usize) -> bool {
        // SAFETY: T4.
        unsafe { reap(&mut self.tree, left, &self.alloc) };
        self.is_empty()
    }
}
