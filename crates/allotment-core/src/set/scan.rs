//! [`Scan`]: reading a range of a set within limits, to be resumed later.

use core::borrow::Borrow;
use core::fmt;
use core::ops::{ControlFlow, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::{Scan as PairScan, ScanOutcome, ScanToken};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// A request to read a range of a set within limits: see [`BTreeSet::scan`].
#[must_use = "it reads nothing until it is run"]
pub struct Scan<'a, T, S: Shape<T> = Standard, W = fn(&T, &()) -> usize, U = fn() -> bool> {
    pairs: PairScan<'a, T, (), S, W, U>,
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
        Scan { pairs: self.map.scan(bounds) }
    }
}

impl<'a, T, S, W, U> Scan<'a, T, S, W, U>
where
    S: Shape<T>,
    W: FnMut(&T, &()) -> usize,
    U: FnMut() -> bool,
{
    /// Descending order: begins at the end of the range.
    #[inline]
    pub fn reverse(self) -> Self {
        Self { pairs: self.pairs.reverse() }
    }

    /// At most so many elements; 0 is taken for 1.
    #[inline]
    pub fn entries(self, most: usize) -> Self {
        Self { pairs: self.pairs.entries(most) }
    }

    /// Elements that together count for at most so many bytes: see
    /// [`Scan::bytes`](crate::btree_map::Scan::bytes).
    #[inline]
    pub fn bytes(self, most: usize) -> Self {
        Self { pairs: self.pairs.bytes(most) }
    }

    /// How many bytes an element counts for.
    #[inline]
    pub fn weigh<X>(self, mut weigh: X) -> Scan<'a, T, S, impl FnMut(&T, &()) -> usize, U>
    where
        X: FnMut(&T) -> usize,
    {
        Scan { pairs: self.pairs.weigh(move |element, ()| weigh(element)) }
    }

    /// Ends when `stop` answers true: see [`Scan::until`](crate::btree_map::Scan::until).
    #[inline]
    pub fn until<X: FnMut() -> bool>(self, stop: X) -> Scan<'a, T, S, W, X> {
        Scan { pairs: self.pairs.until(stop) }
    }

    /// Goes on where an earlier scan ended: see [`Scan::resume`](crate::btree_map::Scan::resume).
    #[inline]
    pub fn resume(self, token: Option<ScanToken<T>>) -> Self
    where
        T: Ord,
    {
        Self { pairs: self.pairs.resume(token) }
    }

    /// Reads elements until a limit is met or the callback breaks off.
    #[inline]
    pub fn try_for_each<B, F>(self, mut visit: F) -> ScanOutcome<'a, T, B>
    where
        F: FnMut(&'a T) -> ControlFlow<B>,
    {
        self.pairs.try_for_each(|element, ()| visit(element))
    }

    /// Reads elements until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a T)) -> ScanOutcome<'a, T> {
        self.pairs.for_each(|element, ()| visit(element))
    }

    /// Reads elements into a collection of the caller's until a limit is met.
    #[inline]
    pub fn read_into<C: Extend<&'a T>>(self, buffer: &mut C) -> ScanOutcome<'a, T> {
        self.for_each(|element| buffer.extend([element]))
    }
}

impl<T, S: Shape<T>, W, U> fmt::Debug for Scan<'_, T, S, W, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pairs.fmt(f)
    }
}
