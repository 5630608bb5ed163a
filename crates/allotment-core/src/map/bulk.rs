//! Operations on many pairs: each is a sequence of edits, between which the map is whole.

use alloc::vec::Vec;
use core::alloc::Layout;
use core::borrow::Borrow;

use allotment_alloc::{Allocator, SharedAlloc};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap, CountOrLeftOut, LeftOut};
use crate::raw::search::Side;
use crate::raw::shape::Shape;
use crate::raw::tree::{OnEqual, Refused};

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// A map on `alloc` with the pairs of an iterator; of those with equal keys the last one stays.
    ///
    /// Ascending keys are noticed as they come, and cost one comparison and O(1) amortised each;
    /// nothing is collected first, and nodes end up full. Others cost O(log n).
    ///
    /// # Panics
    ///
    /// If a comparison, the iterator or an allocation does; all pairs are then dropped.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_pool::Pool;
    ///
    /// let map = BTreeMap::from_iter_in((0..1000).map(|key| (key, key * key)), Pool::new());
    /// assert_eq!(map[&30], 900);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn from_iter_in<I>(pairs: I, alloc: A) -> Self
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let mut map = Self::new_in(alloc);
        map.fill(pairs, OnEqual::Replace);
        map
    }

    /// A map on `alloc` with the pairs of an iterator, as `from_iter_in`; but a failed allocation
    /// is an error, and does not end the program.
    ///
    /// # Errors
    ///
    /// A map of the pairs that came before the allocator failed, and the pair at which it did;
    /// those after it are still in the iterator: pass `&mut iter` to go on, by
    /// [`extend`](crate::btree_map::Fallible::extend).
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Budget;
    ///
    /// let mut squares = (0..1000).map(|n| (n, n * n));
    /// let alloc = Budget::new(Global, 4096);
    /// let failure = BTreeMap::try_from_iter_in(&mut squares, alloc).unwrap_err();
    ///
    /// let (map, refused) = failure.returned;
    /// assert_eq!(map.len() + 1 + squares.count(), 1000);
    /// assert_eq!(refused.0, map.len());
    /// ```
    pub fn try_from_iter_in<I>(pairs: I, alloc: A) -> Result<Self, LeftOut<Self, (K, V)>>
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let mut map = Self::new_in(alloc);
        match map.try_fill(pairs, OnEqual::Replace) {
            Ok(()) => Ok(map),
            Err(Refused { layout, key, value }) => {
                Err(AllocFailure { layout, returned: (map, (key, value)) })
            }
        }
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V> BTreeMap<K, V> {
    /// A map with the pairs of an iterator. The first key out of order has all of them collected
    /// and sorted, as std does from the beginning.
    pub(super) fn from_pairs(mut pairs: impl Iterator<Item = (K, V)>) -> Self {
        let mut map = Self::new();
        if let Some(pair) = map.fill_ascending(&mut pairs) {
            let mut all: Vec<(K, V)> = map.into_iter().collect();
            // What the iterator says of itself may be wrong: then the vector grows as it must.
            all.try_reserve(pairs.size_hint().0.saturating_add(1)).ok();
            all.push(pair);
            pairs.for_each(|pair| all.push(pair));
            // Stable: of equal keys, the last one stays.
            all.sort_by(|a, b| a.0.cmp(&b.0));
            map = Self::new();
            map.fill(all, OnEqual::Replace);
        }
        map
    }

    /// Puts pairs in as long as their keys ascend, and answers the first that belongs before
    /// others.
    fn fill_ascending(&mut self, pairs: &mut impl Iterator<Item = (K, V)>) -> Option<(K, V)> {
        // SAFETY: T4.
        unsafe { self.tree.push_ascending(pairs, OnEqual::Replace, &self.alloc) }
            .unwrap_or_else(|refused| out_of_memory(refused.layout))
    }
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    #[cfg(feature = "infallible")]
    fn fill<I>(&mut self, pairs: I, on_equal: OnEqual)
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        self.try_fill(pairs, on_equal).unwrap_or_else(|refused| out_of_memory(refused.layout));
    }

    pub(super) fn try_fill<I>(&mut self, pairs: I, on_equal: OnEqual) -> Result<(), Refused<K, V>>
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let (mut pairs, mut ascends) = (pairs.into_iter(), false);
        loop {
            let next = if ascends {
                // SAFETY: T4.
                unsafe { self.tree.push_ascending(&mut pairs, on_equal, &self.alloc) }?
            } else {
                pairs.next()
            };
            let Some(pair) = next else { return Ok(()) };
            // SAFETY: T4.
            ascends = unsafe { self.tree.put(pair, on_equal, &self.alloc) }?;
        }
    }

    /// Puts pairs in as [`insert`](Self::insert) does, whose keys ascend or nearly do; answers how
    /// many keys are new.
    ///
    /// A tree is built of them, in O(m) for m pairs that ascend, and appended to this one, in
    /// O(n + m): see [`append`](Self::append). If the iterator says that there are few beside those
    /// of the map, they are inserted one by one, in O(m log n).
    ///
    /// # Panics
    ///
    /// If a comparison, the iterator or an allocation does; pairs that are not in the map by then
    /// are dropped.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..100).map(|n| (n * 2, 'a')).collect();
    /// assert_eq!(map.insert_sorted([(10, 'b'), (11, 'b'), (13, 'b'), (300, 'b')]), 3);
    /// assert_eq!((map.len(), map[&10], map[&13]), (103, 'b', 'b'));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_sorted<I>(&mut self, pairs: I) -> usize
    where
        K: Ord,
        A: SharedAlloc,
        I: IntoIterator<Item = (K, V)>,
    {
        let inserted = self.try_insert_sorted(pairs);
        inserted.unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    pub(super) fn try_insert_sorted<I>(&mut self, pairs: I) -> CountOrLeftOut<Self, (K, V)>
    where
        K: Ord,
        A: SharedAlloc,
        I: IntoIterator<Item = (K, V)>,
    {
        let (pairs, before) = (pairs.into_iter(), self.len());
        let is_few = pairs.size_hint().1.is_some_and(|most| self.tree.outnumbers(most));
        if is_few {
            return match self.try_fill(pairs, OnEqual::KeepKey) {
                Ok(()) => Ok(self.len() - before),
                Err(Refused { layout, key, value }) => {
                    let none = Self::with_shape_in(self.alloc.clone());
                    Err(AllocFailure { layout, returned: (none, Some((key, value))) })
                }
            };
        }
        let mut other = Self::with_shape_in(self.alloc.clone());
        if let Err(Refused { layout, key, value }) = other.try_fill(pairs, OnEqual::KeepKey) {
            return Err(AllocFailure { layout, returned: (other, Some((key, value))) });
        }
        match self.try_append(&mut other) {
            Ok(()) => Ok(self.len() - before),
            Err(layout) => Err(AllocFailure { layout, returned: (other, None) }),
        }
    }

    /// Takes pairs out whose keys ascend or nearly do, and drops them; answers how many there were.
    ///
    /// O(m log n) for m keys, but as long as keys belong to the leaf of the one before, that leaf
    /// alone is searched: where they are dense, about half the time of as many calls of
    /// [`remove`](Self::remove). Allocates nothing.
    ///
    /// # Panics
    ///
    /// If a comparison, the iterator or the drop of a pair does; the pairs before are out, and
    /// those after are in the map.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..100).map(|n| (n, 'a')).collect();
    /// assert_eq!(map.remove_sorted(&[3, 4, 5, 99, 100]), 4);
    /// assert_eq!(map.len(), 96);
    /// ```
    pub fn remove_sorted<'q, Q, I>(&mut self, keys: I) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized + 'q,
        I: IntoIterator<Item = &'q Q>,
    {
        let (mut near, before) = (None, self.len());
        for key in keys {
            // SAFETY: `near` comes from the last call, and T4.
            drop(unsafe { self.tree.remove_near(&mut near, key, &self.alloc) });
        }
        before - self.len()
    }

    /// Moves all pairs of `other` into this map. Where both have a key, this map keeps its key and
    /// takes the other's value.
    ///
    /// If the two allocators share their memory, nodes change owner:
    ///
    /// - if all keys of one map come before all of the other, the trees are joined in O(log n); at
    ///   most a node a level and a root are asked for;
    /// - otherwise they are merged in O(n + m), up to where one of them ends; the nodes of both
    ///   become those of the whole, and a few more are asked for;
    /// - but if `other` has few pairs, each is inserted: O(m log n).
    ///
    /// If they do not, each pair is inserted, and nodes of `other` are given back as they empty.
    ///
    /// # Panics
    ///
    /// If a comparison, an allocation, or the drop of a key or value that is not needed does; every
    /// pair is then in one of the two maps, and those of this map still are in it.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// let mut other = BTreeMap::from([(2, 'B'), (3, 'C')]);
    /// map.append(&mut other);
    /// assert!(map.into_iter().eq([(1, 'a'), (2, 'B'), (3, 'C')]));
    /// assert!(other.is_empty());
    /// ```
    #[cfg(feature = "infallible")]
    pub fn append(&mut self, other: &mut Self)
    where
        K: Ord,
        A: SharedAlloc,
    {
        self.try_append(other).unwrap_or_else(|layout| out_of_memory(layout));
    }

    pub(super) fn try_append(&mut self, other: &mut Self) -> Result<(), Layout>
    where
        K: Ord,
        A: SharedAlloc,
    {
        let shares = self.alloc.same_as(&other.alloc);
        // SAFETY: T4, for each of the two; `SharedAlloc` says what `same_as` means.
        unsafe { self.tree.append(&self.alloc, &mut other.tree, &other.alloc, shares) }
    }

    /// Packs the map: all leaves but the last two end up full, and nodes left over go back to the
    /// allocator. What was built in ascending order is packed already; after random insertions or
    /// many removals it pays. The next insertions split nodes more often.
    ///
    /// O(n), whatever there is to gain: see [`shrink_to_fit`](Self::shrink_to_fit). Pairs move to
    /// nodes of the map itself, so that all it asks for is three nodes a level and one more.
    ///
    /// # Panics
    ///
    /// If the allocator does; no pair is lost.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..10_000).map(|n| (n, n)).collect();
    /// map.retain(|key, _| key % 10 == 0);
    /// map.compact();
    /// assert!(map.into_keys().eq((0..10_000).step_by(10)));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn compact(&mut self) {
        self.try_compact().unwrap_or_else(|layout| out_of_memory(layout));
    }

    pub(super) fn try_compact(&mut self) -> Result<(), Layout> {
        // SAFETY: T4.
        unsafe { self.tree.compact(&self.alloc) }
    }

    /// [`compact`](Self::compact) if that frees an eighth of the leaves or more, or if there is but
    /// one; otherwise the map is left as it is, after a walk over its internal nodes.
    ///
    /// # Panics
    ///
    /// As `compact`.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..10_000).map(|n| (n, n)).collect();
    /// map.shrink_to_fit();
    /// assert_eq!(map.len(), 10_000);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn shrink_to_fit(&mut self) {
        self.try_shrink_to_fit().unwrap_or_else(|layout| out_of_memory(layout));
    }

    pub(super) fn try_shrink_to_fit(&mut self) -> Result<(), Layout> {
        // SAFETY: T4.
        unsafe { self.tree.shrink_to_fit(&self.alloc) }
    }

    /// Cuts off all pairs whose keys are not less than `key`, and returns them.
    ///
    /// O(log n) to cut, and then the smaller part is counted: a walk that reads its internal nodes
    /// and one line of each leaf. Asks the allocator for at most one node a level.
    ///
    /// # Panics
    ///
    /// If a comparison or the allocator does; the map is then as it was.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let tail = map.split_off(&2);
    /// assert!(map.into_keys().eq([1]) && tail.into_keys().eq([2, 3]));
    /// ```
    #[must_use = "use `retain` to drop pairs"]
    #[cfg(feature = "infallible")]
    pub fn split_off<Q>(&mut self, key: &Q) -> Self
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        A: SharedAlloc,
    {
        self.try_split_off(key).unwrap_or_else(|layout| out_of_memory(layout))
    }

    pub(super) fn try_split_off<Q>(&mut self, key: &Q) -> Result<Self, Layout>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        A: SharedAlloc,
    {
        let alloc = self.alloc.clone();
        let Some(edge) = self.tree.edge_beside(key, Side::Before) else {
            return Ok(Self::with_shape_in(alloc));
        };
        let mut tail = Self::with_shape_in(alloc);
        // SAFETY: an edge of this tree, and T4. The part cut off may go with a clone of the
        // allocator, since that is the same one (`SharedAlloc`).
        unsafe { self.tree.cut_off(&edge, &mut tail.tree, &self.alloc) }?;
        Ok(tail)
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V, A: Allocator, S: Shape<K>> Extend<(K, V)> for BTreeMap<K, V, A, S> {
    /// Puts pairs in as [`BTreeMap::insert`] does. Ascending keys behind those of the map cost one
    /// comparison and O(1) amortised each.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.fill(pairs, OnEqual::KeepKey);
    }
}

#[cfg(feature = "infallible")]
impl<'a, K: Ord + Copy, V: Copy, A: Allocator, S: Shape<K>> Extend<(&'a K, &'a V)>
    for BTreeMap<K, V, A, S>
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.extend(pairs.into_iter().map(|(key, value)| (*key, *value)));
    }
}
