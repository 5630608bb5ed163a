//! What a map of a ranked shape knows besides: positions.

use core::borrow::Borrow;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::range::{OF_MAP, check_bounds};
use crate::map::{BTreeMap, OccupiedEntry, Range};
use crate::raw::path::Place;
use crate::raw::ranked::Ranked;
use crate::raw::search::Side;
use crate::raw::shape::Shape;
use crate::raw::totals::{edge_at, nth, rank_of};
use crate::raw::walk::Walk;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, Ranked<S>> {
    /// The pair that has `n` others before it. O(log n); allocates nothing.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut latencies = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// latencies.extend((0..1000).map(|n| (n * n, n)));
    /// let p99 = latencies.nth(latencies.len() * 99 / 100);
    /// assert_eq!(p99, Some((&(990 * 990), &990)));
    /// assert_eq!(latencies.nth(1000), None);
    /// ```
    #[must_use]
    pub fn nth(&self, n: usize) -> Option<(&K, &V)> {
        let (slot, _) = nth(self.tree.root()?, n)?;
        // SAFETY: a slot of this map, which is borrowed as the pair is.
        Some(unsafe { slot.pair() })
    }

    /// The pair that has `n` others before it, the value to be changed. O(log n); allocates
    /// nothing.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut map = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// map.extend([(1, 'a'), (2, 'b')]);
    /// *map.nth_mut(1).unwrap().1 = 'x';
    /// assert_eq!(map[&2], 'x');
    /// ```
    #[must_use]
    pub fn nth_mut(&mut self, n: usize) -> Option<(&K, &mut V)> {
        let (slot, _) = nth(self.tree.root()?, n)?;
        // SAFETY: a slot of this map, which is borrowed for writing as the value is.
        Some(unsafe { slot.pair_mut() })
    }

    /// The place of the pair that has `n` others before it: to be changed or removed. O(log n);
    /// allocates nothing.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut map = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// map.extend([(10, 'a'), (20, 'b'), (30, 'c')]);
    /// assert_eq!(map.nth_entry(1).unwrap().remove_entry(), (20, 'b'));
    /// assert_eq!(map.nth(1), Some((&30, &'c')));
    /// ```
    pub fn nth_entry(&mut self, n: usize) -> Option<OccupiedEntry<'_, K, V, A, Ranked<S>>> {
        let (slot, path) = nth(self.tree.root()?, n)?;
        Some(OccupiedEntry { place: Place { slot, path }, map: self })
    }

    /// The pairs from one position up to another, in ascending order: a page of a sorted list.
    /// Positions behind the end count as the end.
    ///
    /// O(log n) to begin with and O(1) amortised a pair; allocates nothing.
    ///
    /// # Panics
    ///
    /// If the start is greater than the end, or a bound would be above `usize::MAX`.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut map = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// map.extend((0..100).map(|n| (n * 10, n)));
    /// let page = map.nth_range(40..45);
    /// assert!(page.map(|(key, _)| *key).eq([400, 410, 420, 430, 440]));
    /// assert_eq!(map.nth_range(98..).count(), 2);
    /// ```
    pub fn nth_range(&self, bounds: impl RangeBounds<usize>) -> Range<'_, K, V, Ranked<S>> {
        self.nth_range_of(bounds, OF_MAP)
    }

    /// [`nth_range`](Self::nth_range), which names what it is of should it panic.
    pub(crate) fn nth_range_of(
        &self,
        bounds: impl RangeBounds<usize>,
        of: &str,
    ) -> Range<'_, K, V, Ranked<S>> {
        let behind = |n: usize| n.checked_add(1).expect("a position above usize::MAX");
        let start = match bounds.start_bound() {
            Bound::Unbounded => 0,
            Bound::Included(&n) => n,
            Bound::Excluded(&n) => behind(n),
        };
        let end = match bounds.end_bound() {
            Bound::Unbounded => self.len().max(start),
            Bound::Included(&n) => behind(n),
            Bound::Excluded(&n) => n,
        };
        assert!(start <= end, "range start is greater than range end in {of}");
        let walk = self.tree.root().map_or(Walk::empty(), |root| {
            Walk::within(root, &edge_at(root, start), &edge_at(root, end))
        });
        Range { walk, pairs: PhantomData }
    }

    /// How many keys are less than this one, which need not be in the map. O(log n); allocates
    /// nothing.
    ///
    /// # Panics
    ///
    /// If a comparison does.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut map = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// map.extend([(10, 'a'), (20, 'b'), (30, 'c')]);
    /// assert_eq!([5, 20, 25, 99].map(|key| map.rank(&key)), [0, 1, 2, 3]);
    /// ```
    pub fn rank<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.rank_beside(key, Side::Before)
    }

    /// How many keys lie within `bounds`. O(log n); allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, Ranked};
    ///
    /// let mut map = BTreeMap::<_, _, _, Ranked>::with_shape_in(Global);
    /// map.extend((0..1000).map(|n| (n * 2, ())));
    /// assert_eq!(map.count_range(100..200), 50);
    /// assert_eq!(map.count_range(..=100), 51);
    /// ```
    pub fn count_range<Q, R>(&self, bounds: R) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.count_range_of(&bounds, OF_MAP)
    }

    /// [`count_range`](Self::count_range), which names what the range is of should it panic.
    pub(crate) fn count_range_of<Q>(&self, bounds: &impl RangeBounds<Q>, of: &str) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        if self.is_empty() {
            return 0;
        }
        check_bounds(bounds, of);
        let before = match bounds.start_bound() {
            Bound::Unbounded => 0,
            Bound::Included(key) => self.rank_beside(key, Side::Before),
            Bound::Excluded(key) => self.rank_beside(key, Side::After),
        };
        let within_end = match bounds.end_bound() {
            Bound::Unbounded => self.len(),
            Bound::Included(key) => self.rank_beside(key, Side::After),
            Bound::Excluded(key) => self.rank_beside(key, Side::Before),
        };
        // An order that contradicts itself may find the end before the start.
        within_end.saturating_sub(before)
    }

    /// How many pairs lie before the place on one side of a key.
    fn rank_beside<Q>(&self, key: &Q, side: Side) -> usize
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let edge = self.tree.edge_beside(key, side);
        self.tree.root().zip(edge).map_or(0, |(root, edge)| rank_of(root, &edge))
    }
}
