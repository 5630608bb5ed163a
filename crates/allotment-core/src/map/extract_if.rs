//! [`ExtractIf`]: taking out, one by one, the pairs that a closure picks.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global};

use crate::map::BTreeMap;
use crate::map::cursor::lower_gap;
use crate::map::range::is_before_end;
use crate::raw::gap::Gap;
use crate::raw::shape::{Shape, Standard};

/// The pairs that a closure picks, taken out of a map: see [`BTreeMap::extract_if`].
#[must_use = "it takes out nothing until it is asked for a pair; to drop pairs, use `retain`"]
pub struct ExtractIf<'a, K, V, R, F, A: Allocator = Global, S: Shape<K> = Standard> {
    picked: Extraction<'a, K, V, R, A, S>,
    pick: F,
}

/// [`ExtractIf`] without its closure, which the map and the set have different ones for.
pub(crate) struct Extraction<'a, K, V, R, A: Allocator, S: Shape<K>> {
    map: &'a mut BTreeMap<K, V, A, S>,
    /// Where to go on; `None` at the end, and once the closure has panicked.
    gap: Option<Gap<K, V, S>>,
    range: R,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Takes out the pairs of a range for which `pick` answers true, in ascending order, as they
    /// are asked for. Those that have not been visited when the iterator is dropped stay.
    ///
    /// O(log n) to begin with, and for a removal that leaves a node below its minimum; O(1)
    /// amortised a pair otherwise. Allocates nothing.
    ///
    /// # Panics
    ///
    /// If a comparison or `pick` does; what has been returned by then is out, and nothing else.
    /// A range whose start is behind its end is empty.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<_, _> = (0..8).map(|n| (n, n * 10)).collect();
    /// let odd = map.extract_if(3.., |key, _| key % 2 == 1);
    /// assert!(odd.eq([(3, 30), (5, 50), (7, 70)]));
    /// assert!(map.into_keys().eq([0, 1, 2, 4, 6]));
    /// ```
    pub fn extract_if<F, R>(&mut self, range: R, pick: F) -> ExtractIf<'_, K, V, R, F, A, S>
    where
        K: Ord,
        R: RangeBounds<K>,
        F: FnMut(&K, &mut V) -> bool,
    {
        ExtractIf { picked: self.extraction(range), pick }
    }

    /// [`extract_if`](Self::extract_if), the closure to be given with each step.
    pub(crate) fn extraction<R>(&mut self, range: R) -> Extraction<'_, K, V, R, A, S>
    where
        K: Ord,
        R: RangeBounds<K>,
    {
        let gap = lower_gap(&self.tree, range.start_bound());
        Extraction { map: self, gap: Some(gap), range }
    }
}

impl<K, V, R, A: Allocator, S: Shape<K>> Extraction<'_, K, V, R, A, S> {
    /// Takes out the next pair that `pick` picks.
    pub(crate) fn next(&mut self, mut pick: impl FnMut(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: PartialOrd,
        R: RangeBounds<K>,
    {
        let mut gap = self.gap.take()?;
        loop {
            let slot = gap.slot_after(&self.map.tree)?;
            // SAFETY: N1; the map is borrowed for writing.
            let (key, value) = unsafe { slot.pair_mut() };
            if !is_before_end(key, self.range.end_bound()) {
                return None;
            }
            if pick(key, value) {
                // SAFETY: a gap of this tree, and T4.
                let pair = unsafe { gap.remove(&mut self.map.tree, &self.map.alloc) };
                self.gap = Some(gap);
                return pair;
            }
            gap.next(&self.map.tree);
        }
    }

    /// At most how many pairs are left.
    pub(crate) fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.map.len()))
    }

    /// The pair that is visited next.
    pub(crate) fn peek(&self) -> Option<(&K, &V)> {
        let slot = self.gap.as_ref()?.slot_after(&self.map.tree)?;
        // SAFETY: N1; borrowed as long as the map.
        Some(unsafe { slot.pair() })
    }
}

impl<K, V, R, F, A, S> Iterator for ExtractIf<'_, K, V, R, F, A, S>
where
    K: PartialOrd,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
    S: Shape<K>,
{
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.picked.next(&mut self.pick)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.picked.size_hint()
    }
}

impl<K, V, R, F, A, S> FusedIterator for ExtractIf<'_, K, V, R, F, A, S>
where
    K: PartialOrd,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
    S: Shape<K>,
{
}

impl<K, V, R, F, A, S> fmt::Debug for ExtractIf<'_, K, V, R, F, A, S>
where
    K: fmt::Debug,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("peek", &self.picked.peek()).finish_non_exhaustive()
    }
}
