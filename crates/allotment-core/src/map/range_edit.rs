//! Taking whole ranges out of a map and putting whole maps in: nodes change owner, pairs stay put.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::cursor::{lower_gap, upper_gap};
#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::range::{OF_MAP, check_bounds};
use crate::map::{AllocFailure, BTreeMap, EditError, IntoIter, Iter, UnorderedKeyError};
use crate::raw::gap::Gap;
use crate::raw::shape::{Shape, Standard};
use crate::raw::splice::Freed;
use crate::raw::tree::Tree;
use crate::raw::types::geometry_of;

/// The pairs of a range, which is no longer in the map: see [`BTreeMap::drain`].
pub struct Drain<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pairs: IntoIter<K, V, &'a A, S>,
}

/// What was a part of a map.
pub(super) type Part<'a, K, V, A, S> = BTreeMap<K, V, &'a A, S>;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Takes the pairs of a range out at once, and returns them in ascending order. Those that are
    /// not asked for are dropped with the iterator.
    ///
    /// O(log n), and O(m / B) to count m pairs of B a leaf; asks the allocator for a few nodes a
    /// level at most, all before anything is changed.
    ///
    /// # Panics
    ///
    /// If the start is greater than the end, or equal to it with both excluded; or if a comparison
    /// or a request for a node does. The map is then as it was.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')]);
    /// assert!(map.drain(2..4).eq([(2, 'b'), (3, 'c')]));
    /// assert!(map.into_keys().eq([1, 4]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn drain<T, R>(&mut self, bounds: R) -> Drain<'_, K, V, A, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        self.try_drain(bounds, OF_MAP).unwrap_or_else(|layout| out_of_memory(layout))
    }

    /// [`drain`](Self::drain), which names what the range is of should it panic.
    pub(crate) fn try_drain<T, R>(
        &mut self,
        bounds: R,
        of: &str,
    ) -> Result<Drain<'_, K, V, A, S>, Layout>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        Ok(Drain { pairs: self.cut_range(bounds, of)?.into_iter() })
    }

    /// Takes the pairs of a range out and drops them, in ascending order; answers how many there
    /// were.
    ///
    /// O(log n), and O(m / B) to count m pairs of B a leaf and to give their nodes back; O(m) if
    /// they need to be dropped. Asks the allocator for a few nodes a level at most, all before
    /// anything is changed.
    ///
    /// # Panics
    ///
    /// As [`drain`](Self::drain); or if the drop of a pair does, after which they are all out.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..1000).map(|n| (n, n)).collect();
    /// assert_eq!(map.remove_range(10..990), 980);
    /// assert_eq!(map.len(), 20);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn remove_range<T, R>(&mut self, bounds: R) -> usize
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        self.drain(bounds).len()
    }

    /// Takes the pairs of a range out and returns them as a map.
    ///
    /// As [`drain`](Self::drain), panics included; the map is on a clone of the allocator.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..8).map(|n| (n, n)).collect();
    /// let middle = map.split_range(3..6);
    /// assert!(middle.into_keys().eq([3, 4, 5]));
    /// assert!(map.into_keys().eq([0, 1, 2, 6, 7]));
    /// ```
    #[must_use = "use `remove_range` to drop pairs"]
    #[cfg(feature = "infallible")]
    pub fn split_range<T, R>(&mut self, bounds: R) -> Self
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
        A: SharedAlloc,
    {
        self.try_split_range(bounds, OF_MAP).unwrap_or_else(|layout| out_of_memory(layout))
    }

    /// [`split_range`](Self::split_range), as [`try_drain`](Self::try_drain).
    pub(crate) fn try_split_range<T, R>(&mut self, bounds: R, of: &str) -> Result<Self, Layout>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
        A: SharedAlloc,
    {
        let alloc = self.alloc.clone();
        // The part may go with a clone of the allocator, since that is the same one.
        Ok(Self { tree: self.cut_range(bounds, of)?.into_tree(), alloc })
    }

    /// Takes the pairs of a range out, as a map that borrows the allocator.
    fn cut_range<T, R>(&mut self, bounds: R, of: &str) -> Result<Part<'_, K, V, A, S>, Layout>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        if self.is_empty() {
            return Ok(Part::with_shape_in(&self.alloc));
        }
        check_bounds(&bounds, of);
        let start = lower_gap(&self.tree, bounds.start_bound());
        let end = upper_gap(&self.tree, bounds.end_bound());
        // Now: should it panic at the end of this function, what is returned would leak.
        drop(bounds);
        self.cut_between(&start, &end)
    }

    /// Takes the pairs between two gaps out.
    pub(super) fn cut_between(
        &mut self,
        start: &Gap<K, V, S>,
        end: &Gap<K, V, S>,
    ) -> Result<Part<'_, K, V, A, S>, Layout> {
        let alloc = &self.alloc;
        let edges = start.edge(&self.tree).zip(end.edge(&self.tree));
        let Some((start, end)) = edges else { return Ok(Part::with_shape_in(alloc)) };
        let mut freed = Freed::new(geometry_of::<K, V, S>(), alloc);
        // SAFETY: edges of this tree, and T4.
        let tree = unsafe { self.tree.cut_range((&start, &end), alloc, &mut freed) }?;
        // The reference passes everything on to the allocator that the nodes stem from (T4).
        let part = Part { tree, alloc };
        // Runs the allocator, so both maps must be whole by now.
        drop(freed);
        Ok(part)
    }

    /// The tree alone.
    pub(super) fn into_tree(mut self) -> Tree<K, V, S> {
        mem::replace(&mut self.tree, Tree::new())
    }

    /// Puts all pairs of another map in, whose keys lie all before those of this one or all behind.
    ///
    /// O(log n + log m) if the two allocators share their memory: the trees are joined, and at most
    /// a node a level, a root and a leaf for each map are asked for. Otherwise each pair is
    /// inserted.
    ///
    /// # Errors
    ///
    /// The other map, if the keys of the two overlap; this one is as it was.
    ///
    /// # Panics
    ///
    /// If a comparison or a request for a node does. This map then has the pairs that it had, and
    /// those inserted by then if the allocators do not share their memory.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// map.join(BTreeMap::from([(3, 'c')])).unwrap();
    /// assert!(map.keys().eq(&[1, 2, 3]));
    ///
    /// let refused = map.join(BTreeMap::from([(0, 'z'), (2, 'B')])).unwrap_err();
    /// assert_eq!(refused.into_inner().len(), 2);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn join(&mut self, other: Self) -> Result<(), UnorderedKeyError<Self>>
    where
        K: Ord,
        A: SharedAlloc,
    {
        self.try_join(other).map_err(EditError::or_end)
    }

    pub(super) fn try_join(&mut self, mut other: Self) -> Result<(), EditError<Self>>
    where
        K: Ord,
        A: SharedAlloc,
    {
        let joined = if self.is_empty() || other.is_empty() {
            self.try_append(&mut other)
        } else {
            let (is_before, is_behind) = self.tree.compare_ends(&other.tree);
            if !is_before && !is_behind {
                return Err(EditError::unordered(other));
            }
            if self.alloc.same_as(&other.alloc) {
                // SAFETY: the allocators share memory, and neither map is empty.
                unsafe { self.tree.join_apart(&self.alloc, &mut other.tree, is_before) }
            } else {
                self.try_append(&mut other)
            }
        };
        joined.map_err(|layout| EditError::Alloc(AllocFailure { layout, returned: other }))
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Drain<'_, K, V, A, S> {
    /// What is left, to look at it.
    pub(crate) fn rest(&self) -> Iter<'_, K, V, S> {
        self.pairs.rest()
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Iterator for Drain<'_, K, V, A, S> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.pairs.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl<K, V, A: Allocator, S: Shape<K>> DoubleEndedIterator for Drain<'_, K, V, A, S> {
    fn next_back(&mut self) -> Option<(K, V)> {
        self.pairs.next_back()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug for Drain<'_, K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rest()).finish()
    }
}

impl<K, V, A: Allocator, S: Shape<K>> ExactSizeIterator for Drain<'_, K, V, A, S> {}
impl<K, V, A: Allocator, S: Shape<K>> FusedIterator for Drain<'_, K, V, A, S> {}
