//! Clearing a set in steps.

use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::reaper::{ClearStep, Sealed};
use crate::set::BTreeSet;

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// Drops the last elements, until `budget` nodes have gone back; whether the set is empty.
    ///
    /// O(budget + log n): see [`BTreeMap::clear_step`](crate::BTreeMap::clear_step), which it is.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from_iter(0..10_000);
    /// assert!(!set.clear_step(10));
    /// assert!(set.contains(&0) && !set.contains(&9_999));
    /// assert!(set.clear_step(usize::MAX));
    /// ```
    pub fn clear_step(&mut self, budget: usize) -> bool {
        self.clear_within(&mut { budget })
    }
}

impl<T, A: Allocator, S: Shape<T>> Sealed for BTreeSet<T, A, S> {}

impl<T, A: Allocator, S: Shape<T>> ClearStep for BTreeSet<T, A, S> {
    fn clear_within(&mut self, left: &mut usize) -> bool {
        self.map.clear_within(left)
    }
}
