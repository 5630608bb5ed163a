//! [`Chunks`]: the pairs of a multimap as keys with slices of their values.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::mem::take;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map;
use crate::multimap::BTreeMultiMap;
use crate::raw::postings::{Postings, View};
use crate::raw::shape::{Shape, Standard};

/// The pairs of a multimap in ascending order, as many of one key at a time as lie side by side:
/// see [`BTreeMultiMap::chunks`].
pub struct Chunks<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    pub(super) lists: map::Range<'a, K, Postings<V, S>, S>,
    pub(super) front: Option<(&'a K, ValueChunks<'a, V, S>)>,
    pub(super) back: Option<(&'a K, ValueChunks<'a, V, S>)>,
}

/// The values of one key, or some of them, as many at a time as lie side by side.
pub enum ValueChunks<'a, V, S: Shape<V> = Standard> {
    /// What is left of a block.
    Run(&'a [V]),
    /// What is left of a tree.
    Tree(map::Chunks<'a, V, (), S>),
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// The pairs in ascending order, in runs: a key, and a slice of values that it has.
    ///
    /// The runs are never empty. A key with few values has one, a key with many has several in a
    /// row. O(1) to begin with, O(n) in all; allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("b", 7), ("a", 2), ("b", 5)]);
    /// assert!(index.chunks().eq([(&"a", &[2][..]), (&"b", &[5, 7][..])]));
    /// ```
    pub fn chunks(&self) -> Chunks<'_, K, V, S> {
        let lists = map::Iter::of(&self.lists.tree).into_range();
        Chunks { lists, front: None, back: None }
    }

    /// The pairs whose keys lie within `bounds`, in runs: see [`chunks`](Self::chunks). O(log n) to
    /// begin with.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range) does.
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<_, _> = (0..900).map(|n| (n / 300, n)).collect();
    /// assert_eq!(index.chunks_in(1..).map(|(_, values)| values.len()).sum::<usize>(), 600);
    /// ```
    pub fn chunks_in<Q, R>(&self, bounds: R) -> Chunks<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        Chunks { lists: self.lists.range(bounds), front: None, back: None }
    }
}

impl<'a, V, S: Shape<V>> ValueChunks<'a, V, S> {
    /// All values of a list.
    fn whole(list: &'a Postings<V, S>) -> Self {
        match list.view() {
            View::Run(run) => Self::Run(run),
            View::Tree(tree) => Self::Tree(map::Iter::of(tree).into_range().chunks()),
        }
    }
}

/// What comes next of the values, from the end that `$next` is for.
macro_rules! run_of_values {
    ($self:ident, $next:ident) => {
        match $self {
            Self::Run(run) => Some(take(run)).filter(|run| !run.is_empty()),
            Self::Tree(pairs) => pairs.$next().map(|(run, _)| run),
        }
    };
}

impl<'a, V, S: Shape<V>> Iterator for ValueChunks<'a, V, S> {
    type Item = &'a [V];

    #[inline]
    fn next(&mut self) -> Option<&'a [V]> {
        run_of_values!(self, next)
    }
}

impl<V, S: Shape<V>> DoubleEndedIterator for ValueChunks<'_, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        run_of_values!(self, next_back)
    }
}

impl<V, S: Shape<V>> FusedIterator for ValueChunks<'_, V, S> {}

impl<V, S: Shape<V>> Clone for ValueChunks<'_, V, S> {
    fn clone(&self) -> Self {
        match self {
            Self::Run(run) => Self::Run(run),
            Self::Tree(pairs) => Self::Tree(pairs.clone()),
        }
    }
}

impl<V: fmt::Debug, S: Shape<V>> fmt::Debug for ValueChunks<'_, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The next run at an end: of the list under way there, of the next list, or of the list under way
/// at the other end.
macro_rules! run_of {
    ($self:ident, $next:ident from $own:ident, $other:ident) => {
        loop {
            if let Some((key, values)) = &mut $self.$own {
                if let Some(run) = values.$next() {
                    break Some((*key, run));
                }
                $self.$own = None;
            }
            match $self.lists.$next() {
                Some((key, list)) => $self.$own = Some((key, ValueChunks::whole(list))),
                None => {
                    let (key, values) = $self.$other.as_mut()?;
                    break values.$next().map(|run| (*key, run));
                }
            }
        }
    };
}

impl<'a, K, V, S: Shape<K> + Shape<V>> Iterator for Chunks<'a, K, V, S> {
    type Item = (&'a K, &'a [V]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        run_of!(self, next from front, back)
    }
}

impl<K, V, S: Shape<K> + Shape<V>> DoubleEndedIterator for Chunks<'_, K, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        run_of!(self, next_back from back, front)
    }
}

impl<K, V, S: Shape<K> + Shape<V>> FusedIterator for Chunks<'_, K, V, S> {}

impl<K, V, S: Shape<K> + Shape<V>> Clone for Chunks<'_, K, V, S> {
    fn clone(&self) -> Self {
        let Self { lists, front, back } = self;
        Self { lists: lists.clone(), front: front.clone(), back: back.clone() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K> + Shape<V>> fmt::Debug for Chunks<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
