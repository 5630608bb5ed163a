//! Maps walked and built by several threads.
//!
//! A walk is cut in two between two subtrees, as often as rayon asks, and never within a leaf:
//! nothing is collected for it.

use std::vec;
use std::vec::Vec;

use core::fmt;
use core::marker::PhantomData;

use ::rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use ::rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};
use ::rayon::slice::ParallelSliceMut;
use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Range, RangeMut};
use crate::raw::shape::{Shape, Standard};
use crate::raw::stretch::Stretch;
use crate::raw::walk::Walk;

/// The pairs of a map, for several threads.
///
/// `par_iter` and `par_iter_mut` of rayon's prelude cut the tree between its subtrees and collect
/// nothing; `collect` and `par_extend` sort in parallel what comes, and `into_par_iter` moves the
/// pairs to a vector.
///
/// ```
/// use allotment_core::BTreeMap;
/// use rayon::prelude::*;
///
/// let mut squares: BTreeMap<u64, u64> = (0..10_000).into_par_iter().map(|n| (n, n * n)).collect();
/// squares.par_iter_mut().for_each(|(_, square)| *square += 1);
/// assert_eq!(squares.par_iter().map(|(_, square)| square % 2).sum::<u64>(), 5_000);
/// ```
pub struct ParIter<'a, K, V, S: Shape<K> = Standard> {
    stretch: Option<Stretch<K, V, S>>,
    pairs: PhantomData<&'a (K, V)>,
}

/// The pairs of a map, values to be changed, for several threads: see [`ParIter`].
pub struct ParIterMut<'a, K, V, S: Shape<K> = Standard> {
    stretch: Option<Stretch<K, V, S>>,
    pairs: PhantomData<(&'a K, &'a mut V)>,
}

/// What the two of them do alike.
macro_rules! parallel {
    ($name:ident yields $item:ty, over $range:ident, where V: $bound:ident) => {
        impl<'a, K, V, S: Shape<K>> $name<'a, K, V, S> {
            fn over(stretch: Option<Stretch<K, V, S>>) -> Self {
                Self { stretch, pairs: PhantomData }
            }

            fn into_range(self) -> $range<'a, K, V, S> {
                let walk = self.stretch.as_ref().map_or(Walk::empty(), Stretch::walk);
                $range { walk, pairs: PhantomData }
            }
        }

        impl<'a, K: Sync, V: $bound, S: Shape<K>> ParallelIterator for $name<'a, K, V, S> {
            type Item = $item;

            fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
                bridge_unindexed(self, consumer)
            }
        }

        impl<'a, K: Sync, V: $bound, S: Shape<K>> UnindexedProducer for $name<'a, K, V, S> {
            type Item = $item;

            fn split(mut self) -> (Self, Option<Self>) {
                let back = self.stretch.as_mut().and_then(Stretch::halve);
                (self, back.map(|stretch| Self::over(Some(stretch))))
            }

            fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
                folder.consume_iter(self.into_range())
            }
        }

        impl<K, V, S: Shape<K>> fmt::Debug for $name<'_, K, V, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

parallel!(ParIter yields (&'a K, &'a V), over Range, where V: Sync);
parallel!(ParIterMut yields (&'a K, &'a mut V), over RangeMut, where V: Send);

impl<'a, K, V, A, S> IntoParallelIterator for &'a BTreeMap<K, V, A, S>
where
    K: Sync,
    V: Sync,
    A: Allocator,
    S: Shape<K>,
{
    type Item = (&'a K, &'a V);
    type Iter = ParIter<'a, K, V, S>;

    fn into_par_iter(self) -> Self::Iter {
        ParIter::over(self.tree.root().map(Stretch::whole))
    }
}

impl<'a, K, V, A, S> IntoParallelIterator for &'a mut BTreeMap<K, V, A, S>
where
    K: Sync,
    V: Send,
    A: Allocator,
    S: Shape<K>,
{
    type Item = (&'a K, &'a mut V);
    type Iter = ParIterMut<'a, K, V, S>;

    fn into_par_iter(self) -> Self::Iter {
        ParIterMut::over(self.tree.root().map(Stretch::whole))
    }
}

/// Moves the pairs into a vector first, since its parts can be owned by threads.
impl<K: Send, V: Send, A: Allocator, S: Shape<K>> IntoParallelIterator for BTreeMap<K, V, A, S> {
    type Item = (K, V);
    type Iter = ::rayon::vec::IntoIter<(K, V)>;

    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

/// Sorts the pairs in parallel and builds the map from them; of equal keys the last one's value
/// stays.
impl<K: Ord + Send, V: Send> FromParallelIterator<(K, V)> for BTreeMap<K, V> {
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(pairs: I) -> Self {
        sorted(pairs).collect()
    }
}

/// As [`Extend`] does, from pairs that are sorted in parallel.
impl<K, V, A, S> ParallelExtend<(K, V)> for BTreeMap<K, V, A, S>
where
    K: Ord + Send,
    V: Send,
    A: Allocator,
    S: Shape<K>,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.extend(sorted(pairs));
    }
}

/// The pairs in ascending order; equal keys in the order in which they came.
fn sorted<K: Ord + Send, V: Send>(
    pairs: impl IntoParallelIterator<Item = (K, V)>,
) -> vec::IntoIter<(K, V)> {
    let mut pairs: Vec<(K, V)> = pairs.into_par_iter().collect();
    pairs.par_sort_by(|(key, _), (other, _)| key.cmp(other));
    pairs.into_iter()
}
