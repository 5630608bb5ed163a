//! [`Scan`]: reading a range of a set within limits, to be resumed later.

use core::borrow::Borrow;
use core::mem::size_of;
use core::ops::{ControlFlow, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::range::OF_SET;
use crate::map::{ScanOutcome, ScanRequest, ScanToken, ScannedPairs, Source, Until};
use crate::raw::shape::{Shape, Standard};
use crate::set::{BTreeSet, Chunks};

/// A request to read a range of a set within limits: see [`BTreeSet::scan`].
pub type Scan<'a, T, S = Standard, W = fn(&T) -> usize, U = Until> =
    ScanRequest<ScannedElements<'a, T, S>, T, W, U>;

/// What a scan of a set reads.
pub struct ScannedElements<'a, T, S: Shape<T> = Standard> {
    pairs: ScannedPairs<'a, T, (), S>,
}

impl<'a, T: Ord, S: Shape<T>> Source for ScannedElements<'a, T, S> {
    type Key = T;
    type Entry = &'a T;
    type Place = &'a T;
    type Runs = Chunks<'a, T, S>;

    const BYTES: usize = size_of::<T>();

    fn open(self, token: Option<&ScanToken<T>>) -> Self::Runs {
        Chunks::of(self.pairs.open(token))
    }

    #[inline]
    fn entries(run: &'a [T]) -> impl ExactSizeIterator<Item = &'a T> + DoubleEndedIterator {
        run.iter()
    }

    #[inline]
    fn place(element: &'a T) -> &'a T {
        element
    }
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// A request to read the elements within `bounds`, to which limits can be set and which can be
    /// resumed where an earlier one ended: see [`BTreeMap::scan`](crate::BTreeMap::scan).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    /// use allotment_core::btree_set::ScanEnd;
    ///
    /// let set: BTreeSet<u32> = (0..10).collect();
    /// let mut page: Vec<u32> = Vec::new();
    /// let outcome = set.scan(..).reverse().entries(3).read_into(&mut page);
    /// assert_eq!((outcome.end, page), (ScanEnd::Entries, vec![9, 8, 7]));
    ///
    /// let mut rest: Vec<u32> = Vec::new();
    /// set.scan(..).resume(outcome.token()).read_into(&mut rest);
    /// assert_eq!(rest, [6, 5, 4, 3, 2, 1, 0]);
    /// ```
    pub fn scan<Q, R>(&self, bounds: R) -> Scan<'_, T, S>
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
    {
        let pairs = ScannedPairs::between(&self.map.tree, &bounds, OF_SET);
        ScanRequest::new(ScannedElements { pairs }, |_| 0)
    }
}

impl<'a, T, S, W, U> Scan<'a, T, S, W, U>
where
    T: Ord,
    S: Shape<T>,
    W: FnMut(&T) -> usize,
    U: FnMut() -> bool,
{
    /// How many bytes an element counts for.
    #[inline]
    pub fn weigh<X: FnMut(&T) -> usize>(self, weigh: X) -> Scan<'a, T, S, X, U> {
        self.weighed(weigh)
    }

    /// Reads elements until a limit is met or the callback breaks off.
    #[inline]
    pub fn try_for_each<B, F>(self, visit: F) -> ScanOutcome<'a, T, B>
    where
        F: FnMut(&'a T) -> ControlFlow<B>,
    {
        self.run(|weigh, element| weigh(element), visit)
    }

    /// Reads elements until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a T)) -> ScanOutcome<'a, T> {
        self.try_for_each(|element| {
            visit(element);
            ControlFlow::Continue(())
        })
    }

    /// Reads elements into a collection of the caller's until a limit is met.
    #[inline]
    pub fn read_into<C: Extend<&'a T>>(self, buffer: &mut C) -> ScanOutcome<'a, T> {
        self.for_each(|element| buffer.extend([element]))
    }
}
