//! Iterators that consume a map: pairs, keys, values.

use core::fmt;
use core::iter::FusedIterator;
use core::mem::ManuallyDrop;
use core::ptr;

use allotment_alloc::{Allocator, Global};

use crate::map::{BTreeMap, Iter};
use crate::raw::dying::Dying;
use crate::raw::shape::{Shape, Standard};

/// The pairs of a map that is no more, in ascending order: see
/// [`BTreeMap::into_iter`](IntoIterator::into_iter).
///
/// Gives nodes back as it leaves them behind, and the rest when it is dropped.
pub struct IntoIter<K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    dying: Dying<K, V, S>,
    alloc: A,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The keys, in ascending order; the values are dropped on the way.
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert!(map.into_keys().eq([1, 2]));
    /// ```
    pub fn into_keys(self) -> IntoKeys<K, V, A, S> {
        IntoKeys { pairs: self.into_iter() }
    }

    /// The values, in the order of their keys; the keys are dropped on the way.
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert!(map.into_values().eq(['a', 'b']));
    /// ```
    pub fn into_values(self) -> IntoValues<K, V, A, S> {
        IntoValues { pairs: self.into_iter() }
    }
}

impl<K, V, A: Allocator, S: Shape<K>> IntoIterator for BTreeMap<K, V, A, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, A, S>;

    /// The pairs in ascending order; the map and its allocator go with them. O(1) to begin with.
    fn into_iter(self) -> Self::IntoIter {
        let mut map = ManuallyDrop::new(self);
        let dying = map.tree.kill();
        // SAFETY: the map is never dropped, so its allocator is moved, not copied.
        IntoIter { dying, alloc: unsafe { ptr::read(&map.alloc) } }
    }
}

impl<K, V, A: Allocator, S: Shape<K>> IntoIter<K, V, A, S> {
    /// What is left, to look at it.
    pub(super) fn rest(&self) -> Iter<'_, K, V, S> {
        Iter::over(&self.dying)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Iterator for IntoIter<K, V, A, S> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        // SAFETY: T4: the nodes stem from the allocator that came with the map.
        unsafe { self.dying.take_first(&self.alloc) }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.dying.len(), Some(self.dying.len()))
    }
}

impl<K, V, A: Allocator, S: Shape<K>> DoubleEndedIterator for IntoIter<K, V, A, S> {
    fn next_back(&mut self) -> Option<(K, V)> {
        // SAFETY: as for `next`.
        unsafe { self.dying.take_last(&self.alloc) }
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for IntoIter<K, V, A, S> {
    fn drop(&mut self) {
        // SAFETY: as for `next`.
        unsafe { self.dying.finish(&self.alloc) };
    }
}

impl<K, V, A: Allocator + Default, S: Shape<K>> Default for IntoIter<K, V, A, S> {
    fn default() -> Self {
        BTreeMap::with_shape_in(A::default()).into_iter()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug for IntoIter<K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rest().fmt(f)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> ExactSizeIterator for IntoIter<K, V, A, S> {}
impl<K, V, A: Allocator, S: Shape<K>> FusedIterator for IntoIter<K, V, A, S> {}

/// An iterator that yields one half of the pairs and drops the other: at once, while the half to be
/// yielded is still a local, so that it is dropped as well if that panics.
macro_rules! half_of_owned_pairs {
    ($(#[$doc:meta])* $name:ident yields $half:tt: $item:ident, drops $other:tt) => {
        $(#[$doc])*
        pub struct $name<K, V, A: Allocator = Global, S: Shape<K> = Standard> {
            pairs: IntoIter<K, V, A, S>,
        }

        impl<K, V, A: Allocator, S: Shape<K>> Iterator for $name<K, V, A, S> {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                let pair = self.pairs.next()?;
                drop(pair.$other);
                Some(pair.$half)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.pairs.size_hint()
            }
        }

        impl<K, V, A: Allocator, S: Shape<K>> DoubleEndedIterator for $name<K, V, A, S> {
            fn next_back(&mut self) -> Option<$item> {
                let pair = self.pairs.next_back()?;
                drop(pair.$other);
                Some(pair.$half)
            }
        }

        impl<K, V, A: Allocator + Default, S: Shape<K>> Default for $name<K, V, A, S> {
            fn default() -> Self {
                Self { pairs: IntoIter::default() }
            }
        }

        impl<K, V, A: Allocator, S: Shape<K>> fmt::Debug for $name<K, V, A, S>
        where
            $item: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.pairs.rest().map(|pair| pair.$half)).finish()
            }
        }

        impl<K, V, A: Allocator, S: Shape<K>> ExactSizeIterator for $name<K, V, A, S> {}
        impl<K, V, A: Allocator, S: Shape<K>> FusedIterator for $name<K, V, A, S> {}
    };
}

half_of_owned_pairs! {
    /// The keys of a map that is no more: see [`BTreeMap::into_keys`].
    IntoKeys yields 0: K, drops 1
}

half_of_owned_pairs! {
    /// The values of a map that is no more: see [`BTreeMap::into_values`].
    IntoValues yields 1: V, drops 0
}
