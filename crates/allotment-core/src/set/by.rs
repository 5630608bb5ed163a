//! Look-ups by a closure, as maps have them: see [`BTreeMap::range_by`](crate::BTreeMap::range_by).

use core::cmp::Ordering;

use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::set::{BTreeSet, Cursor, CursorMut, Range};

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The elements that a closure looks for: see [`BTreeMap::range_by`].
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b'), (2, 'c')]);
    /// assert!(set.range_by(|(number, _)| number.cmp(&2)).eq(&[(2, 'b'), (2, 'c')]));
    /// ```
    ///
    /// [`BTreeMap::range_by`]: crate::BTreeMap::range_by
    pub fn range_by<F>(&self, compare: F) -> Range<'_, T, S>
    where
        F: FnMut(&T) -> Ordering,
    {
        Range { pairs: self.map.range_by(compare) }
    }

    /// The first element that a closure looks for: see [`range_by`](Self::range_by).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b'), (2, 'c')]);
    /// assert_eq!(set.get_by(|(number, _)| number.cmp(&2)), Some(&(2, 'b')));
    /// ```
    pub fn get_by<F>(&self, compare: F) -> Option<&T>
    where
        F: FnMut(&T) -> Ordering,
    {
        self.map.get_by(compare).map(|(element, ())| element)
    }

    /// Whether there is an element that a closure looks for: see [`range_by`](Self::range_by).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b')]);
    /// assert!(set.contains_by(|(number, _)| number.cmp(&2)));
    /// ```
    pub fn contains_by<F>(&self, compare: F) -> bool
    where
        F: FnMut(&T) -> Ordering,
    {
        self.map.contains_key_by(compare)
    }

    /// Takes the first element out that a closure looks for; answers whether there was one: see
    /// [`range_by`](Self::range_by). O(log n); allocates nothing.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b')]);
    /// assert!(set.remove_by(|(number, _)| number.cmp(&2)));
    /// assert!(!set.remove_by(|(number, _)| number.cmp(&2)));
    /// ```
    pub fn remove_by<F>(&mut self, compare: F) -> bool
    where
        F: FnMut(&T) -> Ordering,
    {
        self.take_by(compare).is_some()
    }

    /// Takes the first element out that a closure looks for, and returns it. As
    /// [`remove_by`](Self::remove_by).
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(set.take_by(|(number, _)| number.cmp(&2)), Some((2, 'b')));
    /// ```
    pub fn take_by<F>(&mut self, compare: F) -> Option<T>
    where
        F: FnMut(&T) -> Ordering,
    {
        self.map.remove_entry_by(compare).map(|(element, ())| element)
    }

    /// The gap before the first element that a closure looks for, or where such elements would be:
    /// see [`lower_bound_by`](crate::BTreeMap::lower_bound_by) of a map.
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([(1, 'a'), (2, 'b'), (2, 'c')]);
    /// assert_eq!(set.lower_bound_by(|(number, _)| number.cmp(&2)).prev(), Some(&(1, 'a')));
    /// ```
    pub fn lower_bound_by<F>(&self, compare: F) -> Cursor<'_, T, S>
    where
        F: FnMut(&T) -> Ordering,
    {
        Cursor { pairs: self.map.lower_bound_by(compare) }
    }

    /// The gap behind the last element that a closure looks for, or where such elements would be:
    /// see [`upper_bound_by`](crate::BTreeMap::upper_bound_by) of a map.
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([(1, 'a'), (1, 'b'), (2, 'c')]);
    /// assert_eq!(set.upper_bound_by(|(number, _)| number.cmp(&1)).next(), Some(&(2, 'c')));
    /// ```
    pub fn upper_bound_by<F>(&self, compare: F) -> Cursor<'_, T, S>
    where
        F: FnMut(&T) -> Ordering,
    {
        Cursor { pairs: self.map.upper_bound_by(compare) }
    }

    /// As [`lower_bound_by`](Self::lower_bound_by), to edit the set there.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([(1, 'a'), (3, 'c')]);
    /// let mut cursor = set.lower_bound_mut_by(|(number, _)| number.cmp(&2));
    /// cursor.insert_after((2, 'b')).unwrap();
    /// assert_eq!(set.len(), 3);
    /// ```
    pub fn lower_bound_mut_by<F>(&mut self, compare: F) -> CursorMut<'_, T, A, S>
    where
        F: FnMut(&T) -> Ordering,
    {
        CursorMut { pairs: self.map.lower_bound_mut_by(compare) }
    }

    /// As [`upper_bound_by`](Self::upper_bound_by), to edit the set there.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([(1, 'a'), (1, 'b'), (2, 'c')]);
    /// let last = set.upper_bound_mut_by(|(number, _)| number.cmp(&1)).remove_prev();
    /// assert_eq!(last, Some((1, 'b')));
    /// ```
    pub fn upper_bound_mut_by<F>(&mut self, compare: F) -> CursorMut<'_, T, A, S>
    where
        F: FnMut(&T) -> Ordering,
    {
        CursorMut { pairs: self.map.upper_bound_mut_by(compare) }
    }
}
