//! Iterators over the part of a map that lies between two bounds.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

use allotment_alloc::Allocator;

use crate::ascending::ascending_shortcuts;
use crate::map::BTreeMap;
use crate::map::walking::{walk_of_pairs, walk_of_pairs_back};
use crate::raw::run::{BACK, FRONT};
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};
use crate::raw::stretch::Stretch;
use crate::raw::tree::Tree;
use crate::raw::walk::{PartWalk, Walk};

/// The pairs between two bounds: see [`BTreeMap::range`].
pub struct Range<'a, K, V, S: Shape<K> = Standard> {
    pub(super) walk: PartWalk<K, V, S>,
    pub(super) pairs: PhantomData<&'a (K, V)>,
}

/// The pairs between two bounds, values to be changed: see [`BTreeMap::range_mut`].
pub struct RangeMut<'a, K, V, S: Shape<K> = Standard> {
    pub(super) walk: PartWalk<K, V, S>,
    pub(super) pairs: PhantomData<&'a mut (K, V)>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The pairs whose keys lie within `bounds`, in ascending order.
    ///
    /// O(log n) to begin with and O(1) amortised a pair; allocates nothing.
    ///
    /// # Panics
    ///
    /// If the start is greater than the end, or equal to it with both excluded; as in std, an empty
    /// map looks at neither.
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (3, 'c'), (5, 'e')]);
    /// assert!(map.range(2..=5).eq([(&3, &'c'), (&5, &'e')]));
    /// assert_eq!(map.range(..3).next_back(), Some((&1, &'a')));
    /// ```
    #[inline]
    pub fn range<T, R>(&self, bounds: R) -> Range<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        Range::of(&self.tree, &bounds, OF_MAP)
    }

    /// The pairs whose keys lie within `bounds`, values to be changed.
    ///
    /// As [`range`](Self::range), panics included.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 10), (3, 30), (5, 50)]);
    /// map.range_mut(2..).for_each(|(_, value)| *value = 0);
    /// assert!(map.values().eq(&[10, 0, 0]));
    /// ```
    #[inline]
    pub fn range_mut<T, R>(&mut self, bounds: R) -> RangeMut<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        RangeMut { walk: between(&self.tree, &bounds, OF_MAP), pairs: PhantomData }
    }
}

impl<'a, K, V, S: Shape<K>> Range<'a, K, V, S> {
    /// The pairs of a tree whose keys lie within `bounds`, of a collection of that name.
    #[inline]
    pub(crate) fn of<T>(tree: &'a Tree<K, V, S>, bounds: &impl RangeBounds<T>, of: &str) -> Self
    where
        T: Ord + ?Sized,
        K: Borrow<T>,
    {
        Range { walk: between(tree, bounds, of), pairs: PhantomData }
    }
}

/// Whether a key lies before the end of a range.
pub(crate) fn is_before_end<Q: PartialOrd + ?Sized>(key: &Q, end: Bound<&Q>) -> bool {
    match end {
        Bound::Unbounded => true,
        Bound::Included(end) => key <= end,
        Bound::Excluded(end) => key < end,
    }
}

/// What a range is of, in the words of a panic: std's.
pub(crate) const OF_MAP: &str = "BTreeMap";
/// As [`OF_MAP`], of a set.
pub(crate) const OF_SET: &str = "BTreeSet";

/// Refuses bounds that no range can have, of a collection of that name.
#[inline]
pub(crate) fn check_bounds<T: Ord + ?Sized>(bounds: &impl RangeBounds<T>, of: &str) {
    match (bounds.start_bound(), bounds.end_bound()) {
        (Bound::Excluded(start), Bound::Excluded(end)) if start == end => {
            panic!("range start and end are equal and excluded in {of}")
        }
        (
            Bound::Included(start) | Bound::Excluded(start),
            Bound::Included(end) | Bound::Excluded(end),
        ) if start > end => panic!("range start is greater than range end in {of}"),
        _ => {}
    }
}

/// The walk over what lies within `bounds`, of a collection of that name.
#[inline]
fn between<K, V, S, T>(
    tree: &Tree<K, V, S>,
    bounds: &impl RangeBounds<T>,
    of: &str,
) -> PartWalk<K, V, S>
where
    K: Borrow<T>,
    S: Shape<K>,
    T: Ord + ?Sized,
{
    let Some(root) = tree.root() else { return Walk::empty() };
    check_bounds(bounds, of);
    let start = match bounds.start_bound() {
        Bound::Unbounded => None,
        Bound::Included(key) => Some((key, Side::Before)),
        Bound::Excluded(key) => Some((key, Side::After)),
    };
    let end = match bounds.end_bound() {
        Bound::Unbounded => None,
        Bound::Included(key) => Some((key, Side::After)),
        Bound::Excluded(key) => Some((key, Side::Before)),
    };
    Walk::between(root, start, end)
}

/// What lies within `bounds`; `None` in an empty tree, which looks at neither.
pub(super) fn stretch_between<K, V, S, T>(
    tree: &Tree<K, V, S>,
    bounds: &impl RangeBounds<T>,
    of: &str,
) -> Option<Stretch<K, V, S>>
where
    K: Borrow<T>,
    S: Shape<K>,
    T: Ord + ?Sized,
{
    let mut stretch = Stretch::whole(tree.root()?);
    check_bounds(bounds, of);
    match bounds.start_bound() {
        Bound::Unbounded => {}
        Bound::Included(key) => stretch.narrow_front(key, Side::Before),
        Bound::Excluded(key) => stretch.narrow_front(key, Side::After),
    }
    match bounds.end_bound() {
        Bound::Unbounded => {}
        Bound::Included(key) => stretch.narrow_back(key, Side::After),
        Bound::Excluded(key) => stretch.narrow_back(key, Side::Before),
    }
    Some(stretch)
}

impl<'a, K, V, S: Shape<K>> Iterator for Range<'a, K, V, S> {
    type Item = (&'a K, &'a V);

    walk_of_pairs!(pair);

    #[inline]
    fn count(self) -> usize {
        self.walk.count()
    }
}

impl<K, V, S: Shape<K>> Range<'_, K, V, S> {
    /// Goes on at the first pair whose key is not less, unless it is there already. O(log n).
    pub(crate) fn seek<Q>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        // SAFETY: the map is borrowed, and a range does not know its length.
        unsafe { self.walk.seek(key) };
    }
}

impl<K, V, S: Shape<K>> DoubleEndedIterator for Range<'_, K, V, S> {
    walk_of_pairs_back!(pair);
}

impl<'a, K, V, S: Shape<K>> Iterator for RangeMut<'a, K, V, S> {
    type Item = (&'a K, &'a mut V);

    walk_of_pairs!(pair_mut);

    #[inline]
    fn count(self) -> usize {
        self.walk.count()
    }
}

impl<K, V, S: Shape<K>> DoubleEndedIterator for RangeMut<'_, K, V, S> {
    walk_of_pairs_back!(pair_mut);
}

impl<K, V, S: Shape<K>> Clone for Range<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { walk: self.walk, pairs: PhantomData }
    }
}

impl<K, V, S: Shape<K>> Default for Range<'_, K, V, S> {
    fn default() -> Self {
        Self { walk: Walk::empty(), pairs: PhantomData }
    }
}

impl<K, V, S: Shape<K>> Default for RangeMut<'_, K, V, S> {
    fn default() -> Self {
        Self { walk: Walk::empty(), pairs: PhantomData }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for Range<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for RangeMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Range { walk: self.walk, pairs: PhantomData }.fmt(f)
    }
}

impl<K, V, S: Shape<K>> FusedIterator for Range<'_, K, V, S> {}
impl<K, V, S: Shape<K>> FusedIterator for RangeMut<'_, K, V, S> {}
