//! Going over a range of a map, and keeping, changing or dropping each pair.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::map::cursor::lower_gap;
use crate::map::range::is_before_end;
use crate::raw::gap::Gap;
use crate::raw::node::Node;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Keeps the pairs for which `keep` answers true and drops the others, in ascending order.
    ///
    /// O(n): each leaf closes up once, whatever goes. Allocates nothing.
    ///
    /// # Panics
    ///
    /// If `keep` or the drop of a pair does; the pairs not visited yet stay.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..8).map(|n| (n, n * 10)).collect();
    /// map.retain(|key, _| key % 2 == 0);
    /// assert!(map.into_iter().eq([(0, 0), (2, 20), (4, 40), (6, 60)]));
    /// ```
    pub fn retain<F>(&mut self, keep: F)
    where
        K: Ord,
        F: FnMut(&K, &mut V) -> bool,
    {
        let start = Gap::first(&self.tree);
        self.sieve(start, |_| true, keep);
    }

    /// Goes over a range, and keeps, changes or drops each pair, as `keep` does and says; answers
    /// how many are gone.
    ///
    /// [`retain`](Self::retain) for a range: O(log n) to begin with, O(1) amortised a pair visited,
    /// and a comparison a leaf.
    ///
    /// # Panics
    ///
    /// If a comparison, `keep` or the drop of a pair does; the pairs not visited yet stay. A range
    /// whose start is behind its end is empty.
    ///
    /// ```
    /// let mut beds: allotment_core::BTreeMap<_, _> = (0..8).map(|n| (n, n * 10)).collect();
    /// let gone = beds.update_range(2..6, |bed, plants| {
    ///     *plants -= 30;
    ///     *plants >= 0 || bed % 2 == 1
    /// });
    /// assert_eq!((gone, beds[&4]), (1, 10));
    /// ```
    pub fn update_range<T, R, F>(&mut self, range: R, keep: F) -> usize
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
        F: FnMut(&K, &mut V) -> bool,
    {
        let start = lower_gap(&self.tree, range.start_bound());
        let is_within = |key: &K| is_before_end(key.borrow(), range.end_bound());
        let before = self.len();
        self.sieve(start, is_within, keep);
        before - self.len()
    }

    /// Goes over the pairs behind `gap` for as long as they are within, which those behind one that
    /// is not are taken not to be.
    fn sieve(
        &mut self,
        mut gap: Gap<K, V, S>,
        is_within: impl Fn(&K) -> bool,
        mut keep: impl FnMut(&K, &mut V) -> bool,
    ) {
        while let Some(slot) = gap.slot_after(&self.tree) {
            if slot.level == 0 {
                let [start, len] = [slot.index, slot.node.len()];
                let end = end_within(slot.node, [start, len], &is_within);
                // SAFETY: a gap of this tree, before slots of a leaf; and T4.
                unsafe { gap.sieve(&mut self.tree, end, &mut keep, &self.alloc) };
                if end < len {
                    return;
                }
                continue;
            }
            // SAFETY: N1; the map is borrowed for writing.
            let (key, value) = unsafe { slot.pair_mut() };
            if !is_within(key) {
                return;
            }
            if keep(key, value) {
                gap.next(&self.tree);
            } else {
                // SAFETY: a gap of this tree, and T4.
                drop(unsafe { gap.remove(&mut self.tree, &self.alloc) });
            }
        }
    }
}

/// Behind which of the slots of a leaf those that are within end: the last one is looked at first.
fn end_within<K, V, S: Shape<K>>(
    leaf: Node<K, V, S>,
    [start, len]: [usize; 2],
    is_within: impl Fn(&K) -> bool,
) -> usize {
    let is_within = |index: usize| {
        // SAFETY: N1; the comparison does not outlive the borrow of the map.
        is_within(unsafe { &*leaf.keys().wrapping_add(index) })
    };
    if is_within(len - 1) {
        return len;
    }
    let (mut low, mut high) = (start, len - 1);
    while low < high {
        let middle = low.midpoint(high);
        if is_within(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
