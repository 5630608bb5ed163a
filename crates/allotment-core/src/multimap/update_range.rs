//! Going over the pairs of a multimap, and keeping or dropping each.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::lower_gap;
use crate::map::range::is_before_end;
use crate::multimap::BTreeMultiMap;
use crate::raw::counted::Counted;
use crate::raw::gap::Gap;
use crate::raw::owned::Owned;
use crate::raw::postings::Postings;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Keeps the pairs for which `keep` answers true, and drops the others. O(n); allocates
    /// nothing.
    ///
    /// # Panics
    ///
    /// If `keep` or the drop of a key or a value does; the pairs not visited yet stay.
    ///
    /// ```
    /// let mut index: allotment_core::BTreeMultiMap<_, _> = (0..20).map(|n| (n / 5, n)).collect();
    /// index.retain(|key, value| *key != 1 && value % 2 == 0);
    /// assert!(index.iter().map(|(_, value)| *value).eq([0, 2, 4, 10, 12, 14, 16, 18]));
    /// ```
    pub fn retain<F>(&mut self, keep: F)
    where
        F: FnMut(&K, &V) -> bool,
    {
        let start = Gap::first(&self.lists.tree);
        self.sieve(start, |_| true, keep);
    }

    /// [`retain`](Self::retain) for a range of keys; answers how many pairs are gone. O(log n) to
    /// begin with, and a comparison a key.
    ///
    /// # Panics
    ///
    /// If a comparison, `keep` or the drop of a key or a value does; the pairs not visited yet
    /// stay. A range whose start is behind its end is empty.
    ///
    /// ```
    /// let mut index: allotment_core::BTreeMultiMap<_, _> = (0..20).map(|n| (n / 5, n)).collect();
    /// assert_eq!(index.update_range(1..3, |_, value| *value == 7), 9);
    /// assert!(index.iter().map(|(_, value)| *value).eq([0, 1, 2, 3, 4, 7, 15, 16, 17, 18, 19]));
    /// ```
    pub fn update_range<T, R, F>(&mut self, range: R, keep: F) -> usize
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
        F: FnMut(&K, &V) -> bool,
    {
        let start = lower_gap(&self.lists.tree, range.start_bound());
        let is_within = |key: &K| is_before_end(key.borrow(), range.end_bound());
        let before = self.len();
        self.sieve(start, is_within, keep);
        before - self.len()
    }

    /// Goes over the lists behind `gap` for as long as their keys are within.
    fn sieve(
        &mut self,
        mut gap: Gap<K, Postings<V, S>, S>,
        is_within: impl Fn(&K) -> bool,
        mut keep: impl FnMut(&K, &V) -> bool,
    ) {
        while let Some(slot) = gap.slot_after(&self.lists.tree) {
            // SAFETY: N1; the multimap is borrowed for writing.
            let (key, list) = unsafe { slot.pair_mut() };
            if !is_within(key) {
                return;
            }
            let counted = Counted::new(list, &mut self.len);
            let keep = |value: &V| keep(key, value);
            // SAFETY: T4, for lists too.
            let is_left = unsafe { counted.list.retain(keep, &self.lists.alloc) };
            drop(counted);
            if is_left {
                gap.next(&self.lists.tree);
                continue;
            }
            self.len -= list.len();
            let (tree, alloc) = (&mut self.lists.tree, &self.lists.alloc);
            // SAFETY: a gap of this tree, and T4.
            let Some((key, list)) = (unsafe { gap.remove(tree, alloc) }) else { return };
            // SAFETY: T4, for lists too.
            drop(unsafe { Owned::new(list, alloc) });
            drop(key);
        }
    }
}
