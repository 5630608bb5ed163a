//! Iterators over a borrowed map: pairs, keys, values.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use allotment_alloc::Allocator;

use crate::ascending::{ascending_shortcuts, items_of, items_of_back};
use crate::map::walking::{walk_of_pairs, walk_of_pairs_back};
use crate::map::{BTreeMap, Range};
use crate::raw::dying::Dying;
use crate::raw::run::{BACK, FRONT};
use crate::raw::shape::{Shape, Standard};
use crate::raw::tree::Tree;
use crate::raw::walk::Walk;

/// The pairs of a map in ascending order: see [`BTreeMap::iter`].
pub struct Iter<'a, K, V, S: Shape<K> = Standard> {
    walk: Walk<K, V, S>,
    pairs: PhantomData<&'a (K, V)>,
}

/// The pairs of a map in ascending order, values to be changed: see [`BTreeMap::iter_mut`].
pub struct IterMut<'a, K, V, S: Shape<K> = Standard> {
    walk: Walk<K, V, S>,
    pairs: PhantomData<&'a mut (K, V)>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The pairs in ascending order. O(1) to begin with, O(n) in all; allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert!(map.iter().eq([(&1, &'a'), (&2, &'b')]));
    /// assert_eq!(map.iter().next_back(), Some((&2, &'b')));
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        Iter::of(&self.tree)
    }

    /// The pairs in ascending order, values to be changed. As [`iter`](Self::iter).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 10), (2, 20)]);
    /// for (key, value) in map.iter_mut() {
    ///     *value += key;
    /// }
    /// assert_eq!(map[&2], 22);
    /// ```
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, S> {
        IterMut { walk: Walk::whole(self.tree.root(), self.len()), pairs: PhantomData }
    }

    /// The keys in ascending order. As [`iter`](Self::iter).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert!(map.keys().eq(&[1, 2]));
    /// ```
    pub fn keys(&self) -> Keys<'_, K, V, S> {
        Keys { pairs: self.iter() }
    }

    /// The values in the order of their keys. As [`iter`](Self::iter).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert!(map.values().eq(&['a', 'b']));
    /// ```
    pub fn values(&self) -> Values<'_, K, V, S> {
        Values { pairs: self.iter() }
    }

    /// The values in the order of their keys, to be changed. As [`iter`](Self::iter).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 10), (2, 20)]);
    /// map.values_mut().for_each(|value| *value += 1);
    /// assert!(map.values().eq(&[11, 21]));
    /// ```
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, S> {
        ValuesMut { pairs: self.iter_mut() }
    }
}

impl<'a, K, V, S: Shape<K>> Iter<'a, K, V, S> {
    /// All pairs of a tree.
    pub(crate) fn of(tree: &'a Tree<K, V, S>) -> Self {
        Self { walk: Walk::whole(tree.root(), tree.len()), pairs: PhantomData }
    }

    /// The same pairs, of which it need not be known how many there are.
    pub(crate) fn into_range(self) -> Range<'a, K, V, S> {
        Range { walk: self.walk.cast(), pairs: PhantomData }
    }

    /// What is left of a tree that is being consumed.
    pub(super) fn over(dying: &'a Dying<K, V, S>) -> Self {
        Self { walk: dying.walk(), pairs: PhantomData }
    }
}

impl<'a, K, V, S: Shape<K>> Iterator for Iter<'a, K, V, S> {
    type Item = (&'a K, &'a V);

    walk_of_pairs!(pair);

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.walk.len(), Some(self.walk.len()))
    }

    fn count(self) -> usize {
        self.walk.len()
    }
}

impl<K, V, S: Shape<K>> DoubleEndedIterator for Iter<'_, K, V, S> {
    walk_of_pairs_back!(pair);
}

impl<K, V, S: Shape<K>> Clone for Iter<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { walk: self.walk, pairs: PhantomData }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V, S: Shape<K>> IterMut<'a, K, V, S> {
    /// What is left, to look at it.
    fn rest(&self) -> Iter<'_, K, V, S> {
        Iter { walk: self.walk, pairs: PhantomData }
    }
}

impl<'a, K, V, S: Shape<K>> Iterator for IterMut<'a, K, V, S> {
    type Item = (&'a K, &'a mut V);

    walk_of_pairs!(pair_mut);

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.walk.len(), Some(self.walk.len()))
    }

    fn count(self) -> usize {
        self.walk.len()
    }
}

impl<K, V, S: Shape<K>> DoubleEndedIterator for IterMut<'_, K, V, S> {
    walk_of_pairs_back!(pair_mut);
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for IterMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rest().fmt(f)
    }
}

impl<K, V, S: Shape<K>> Default for Iter<'_, K, V, S> {
    fn default() -> Self {
        Self { walk: Walk::empty(), pairs: PhantomData }
    }
}

impl<K, V, S: Shape<K>> Default for IterMut<'_, K, V, S> {
    fn default() -> Self {
        Self { walk: Walk::empty(), pairs: PhantomData }
    }
}

impl<K, V, S: Shape<K>> ExactSizeIterator for Iter<'_, K, V, S> {}
impl<K, V, S: Shape<K>> FusedIterator for Iter<'_, K, V, S> {}
impl<K, V, S: Shape<K>> ExactSizeIterator for IterMut<'_, K, V, S> {}
impl<K, V, S: Shape<K>> FusedIterator for IterMut<'_, K, V, S> {}

/// An iterator that yields one half of the pairs of another; in braces, what the half allows more.
macro_rules! half_of_pairs {
    (
        $(#[$doc:meta])*
        $name:ident over $pairs:ident yields $half:tt: $item:ty { $($shortcut:tt)* }
    ) => {
        $(#[$doc])*
        pub struct $name<'a, K, V, S: Shape<K> = Standard> {
            pairs: $pairs<'a, K, V, S>,
        }

        impl<'a, K, V, S: Shape<K>> Iterator for $name<'a, K, V, S> {
            type Item = $item;

            items_of!(pairs, |pair| pair.$half);

            $($shortcut)*
        }

        impl<K, V, S: Shape<K>> DoubleEndedIterator for $name<'_, K, V, S> {
            items_of_back!(pairs, |pair| pair.$half);
        }

        impl<K, V, S: Shape<K>> Default for $name<'_, K, V, S> {
            fn default() -> Self {
                Self { pairs: $pairs::default() }
            }
        }

        impl<K, V, S: Shape<K>> ExactSizeIterator for $name<'_, K, V, S> {}
        impl<K, V, S: Shape<K>> FusedIterator for $name<'_, K, V, S> {}
    };
}

half_of_pairs! {
    /// The keys of a map in ascending order: see [`BTreeMap::keys`].
    Keys over Iter yields 0: &'a K { ascending_shortcuts!(); }
}

half_of_pairs! {
    /// The values of a map in the order of their keys: see [`BTreeMap::values`].
    Values over Iter yields 1: &'a V {
        fn last(mut self) -> Option<Self::Item> {
            self.next_back()
        }
    }
}

half_of_pairs! {
    /// The values of a map in the order of their keys, to be changed: see
    /// [`BTreeMap::values_mut`].
    ValuesMut over IterMut yields 1: &'a mut V {
        fn last(mut self) -> Option<Self::Item> {
            self.next_back()
        }
    }
}

impl<K, V, S: Shape<K>> Clone for Keys<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

impl<K, V, S: Shape<K>> Clone for Values<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

impl<K: fmt::Debug, V, S: Shape<K>> fmt::Debug for Keys<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V: fmt::Debug, S: Shape<K>> fmt::Debug for Values<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V: fmt::Debug, S: Shape<K>> fmt::Debug for ValuesMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.rest().map(|(_, value)| value)).finish()
    }
}
