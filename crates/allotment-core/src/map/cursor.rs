//! [`Cursor`]: a gap between two pairs, from which a map is read step by step.
//!
//! The names of this and of the cursors that edit, and what they do, are those of std's unstable
//! `btree_cursors`; `split_after`, `split_before`, `splice_after` and `splice_before` are those of
//! its linked list.

use core::borrow::Borrow;
use core::fmt;
use core::ops::Bound;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::raw::gap::Gap;
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};
use crate::raw::tree::Tree;

/// A gap in a map that is read: see [`BTreeMap::lower_bound`].
pub struct Cursor<'a, K, V, S: Shape<K> = Standard> {
    pub(super) tree: &'a Tree<K, V, S>,
    pub(super) gap: Gap<K, V, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The gap before the first pair whose key lies within a lower bound: before the first one not
    /// less than an included key, or greater than an excluded one. O(log n).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (3, 'c'), (5, 'e')]);
    /// let mut cursor = map.lower_bound(Bound::Included(&3));
    /// assert_eq!(cursor.peek_prev(), Some((&1, &'a')));
    /// assert_eq!(cursor.next(), Some((&3, &'c')));
    /// assert_eq!(cursor.peek_next(), Some((&5, &'e')));
    /// ```
    pub fn lower_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { tree: &self.tree, gap: lower_gap(&self.tree, bound) }
    }

    /// The gap behind the last pair whose key lies within an upper bound: behind the last one not
    /// greater than an included key, or less than an excluded one. O(log n).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (3, 'c'), (5, 'e')]);
    /// let mut cursor = map.upper_bound(Bound::Included(&4));
    /// assert_eq!(cursor.prev(), Some((&3, &'c')));
    /// assert_eq!(map.upper_bound(Bound::<&u8>::Unbounded).peek_next(), None);
    /// ```
    pub fn upper_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { tree: &self.tree, gap: upper_gap(&self.tree, bound) }
    }
}

/// The gap that a lower bound asks for.
pub(crate) fn lower_gap<K, V, S, Q>(tree: &Tree<K, V, S>, bound: Bound<&Q>) -> Gap<K, V, S>
where
    K: Borrow<Q>,
    S: Shape<K>,
    Q: Ord + ?Sized,
{
    match bound {
        Bound::Unbounded => Gap::first(tree),
        Bound::Included(key) => Gap::beside(tree, key, Side::Before),
        Bound::Excluded(key) => Gap::beside(tree, key, Side::After),
    }
}

/// The gap that an upper bound asks for.
pub(super) fn upper_gap<K, V, S, Q>(tree: &Tree<K, V, S>, bound: Bound<&Q>) -> Gap<K, V, S>
where
    K: Borrow<Q>,
    S: Shape<K>,
    Q: Ord + ?Sized,
{
    match bound {
        Bound::Unbounded => Gap::last(tree),
        Bound::Included(key) => Gap::beside(tree, key, Side::After),
        Bound::Excluded(key) => Gap::beside(tree, key, Side::Before),
    }
}

impl<'a, K, V, S: Shape<K>> Cursor<'a, K, V, S> {
    /// Steps over the pair behind the gap; at the end, stays there. O(1) amortised.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound(Bound::Included(&3));
    /// assert_eq!((cursor.next(), cursor.next()), (Some((&3, &'c')), None));
    /// ```
    #[expect(clippy::should_implement_trait, reason = "std's name, and no iterator: it turns back")]
    pub fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let slot = self.gap.next(self.tree)?;
        // SAFETY: N1; the tree is borrowed for 'a.
        Some(unsafe { slot.pair() })
    }

    /// Steps back over the pair before the gap; at the beginning, stays there. O(1) amortised.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound(Bound::Included(&2));
    /// assert_eq!((cursor.prev(), cursor.prev()), (Some((&1, &'a')), None));
    /// ```
    pub fn prev(&mut self) -> Option<(&'a K, &'a V)> {
        let slot = self.gap.prev(self.tree)?;
        // SAFETY: N1; the tree is borrowed for 'a.
        Some(unsafe { slot.pair() })
    }

    /// The pair behind the gap.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let cursor = map.lower_bound(Bound::Included(&2));
    /// assert_eq!(cursor.peek_next(), Some((&2, &'b')));
    /// ```
    pub fn peek_next(&self) -> Option<(&'a K, &'a V)> {
        let slot = self.gap.slot_after(self.tree)?;
        // SAFETY: N1; the tree is borrowed for 'a.
        Some(unsafe { slot.pair() })
    }

    /// The pair before the gap.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let cursor = map.lower_bound(Bound::Included(&2));
    /// assert_eq!(cursor.peek_prev(), Some((&1, &'a')));
    /// ```
    pub fn peek_prev(&self) -> Option<(&'a K, &'a V)> {
        let slot = self.gap.slot_before(self.tree)?;
        // SAFETY: N1; the tree is borrowed for 'a.
        Some(unsafe { slot.pair() })
    }
}

impl<K, V, S: Shape<K>> Clone for Cursor<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { tree: self.tree, gap: self.gap }
    }
}

/// What lies on both sides of a gap.
pub(super) fn fmt_around<K: fmt::Debug, V: fmt::Debug, S: Shape<K>>(
    name: &str,
    cursor: &Cursor<'_, K, V, S>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut f = f.debug_struct(name);
    f.field("prev", &cursor.peek_prev()).field("next", &cursor.peek_next()).finish()
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for Cursor<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_around("Cursor", self, f)
    }
}
