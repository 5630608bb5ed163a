//! [`Chunks`]: the pairs of a map as slices of neighbours.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Range};
use crate::raw::run::{BACK, FRONT};
use crate::raw::shape::{Shape, Standard};
use crate::raw::walk::{PartWalk, Walk};

/// The pairs of a map in ascending order, as many at a time as lie side by side: see
/// [`BTreeMap::chunks`].
pub struct Chunks<'a, K, V, S: Shape<K> = Standard> {
    walk: PartWalk<K, V, S>,
    pairs: PhantomData<&'a (K, V)>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The pairs in ascending order, in runs: a slice of keys and one of as many values.
    ///
    /// The runs are what the nodes hold side by side, and never empty: those of the leaves, and
    /// between two of them one of a single pair. How long they are depends on what was done to the
    /// map before. A loop over slices is the fastest way to read a whole map, since the compiler
    /// can use vector instructions.
    ///
    /// O(1) to begin with, O(n) in all; allocates nothing.
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..1000).map(|n| (n, n % 7)).collect();
    ///
    /// let total: u32 = map.chunks().map(|(_, values)| values.iter().sum::<u32>()).sum();
    /// assert_eq!(total, map.values().sum::<u32>());
    ///
    /// let keys: Vec<u32> = map.chunks().flat_map(|(keys, _)| keys).copied().collect();
    /// assert!(keys.into_iter().eq(0..1000));
    /// ```
    pub fn chunks(&self) -> Chunks<'_, K, V, S> {
        Chunks { walk: Walk::whole(self.tree.root(), self.len()), pairs: PhantomData }
    }
}

impl<'a, K, V, S: Shape<K>> Range<'a, K, V, S> {
    /// What is left of the range, in runs: see [`BTreeMap::chunks`].
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..1000).map(|n| (n, n % 7)).collect();
    /// let middle = map.range(200..800).chunks();
    /// assert_eq!(middle.map(|(keys, _)| keys.len()).sum::<usize>(), 600);
    /// ```
    pub fn chunks(self) -> Chunks<'a, K, V, S> {
        Chunks { walk: self.walk, pairs: PhantomData }
    }
}

impl<'a, K, V, S: Shape<K>> Iterator for Chunks<'a, K, V, S> {
    type Item = (&'a [K], &'a [V]);

    fn next(&mut self) -> Option<Self::Item> {
        let run = self.walk.chunk::<FRONT>()?;
        // SAFETY: N1; the map is borrowed for 'a.
        Some(unsafe { run.slices() })
    }
}

impl<K, V, S: Shape<K>> DoubleEndedIterator for Chunks<'_, K, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let run = self.walk.chunk::<BACK>()?;
        // SAFETY: N1; the map is borrowed for 'a.
        Some(unsafe { run.slices() })
    }
}

impl<K, V, S: Shape<K>> Clone for Chunks<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { walk: self.walk, pairs: PhantomData }
    }
}

impl<K, V, S: Shape<K>> Default for Chunks<'_, K, V, S> {
    fn default() -> Self {
        Self { walk: Walk::empty(), pairs: PhantomData }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for Chunks<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V, S: Shape<K>> FusedIterator for Chunks<'_, K, V, S> {}
