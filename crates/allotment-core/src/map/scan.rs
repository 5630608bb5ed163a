//! [`Scan`]: reading a range of a map within limits, to be resumed later.

use core::borrow::Borrow;
use core::marker::PhantomData;
use core::mem::size_of;
use core::ops::{ControlFlow, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::range::{OF_MAP, stretch_between};
use crate::map::scan_outcome::{ScanOutcome, ScanToken};
use crate::map::scan_request::{ScanRequest, Source, Until};
use crate::map::{BTreeMap, Chunks, Range};
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};
use crate::raw::stretch::Stretch;
use crate::raw::tree::Tree;
use crate::raw::walk::Walk;

/// How much a pair counts for, in bytes.
type Weigh<K, V> = fn(&K, &V) -> usize;

/// A request to read a range of a map within limits: see [`BTreeMap::scan`].
pub type Scan<'a, K, V, S = Standard, W = Weigh<K, V>, U = Until> =
    ScanRequest<ScannedPairs<'a, K, V, S>, K, W, U>;

/// What a scan of a map reads.
pub struct ScannedPairs<'a, K, V, S: Shape<K> = Standard> {
    stretch: Option<Stretch<K, V, S>>,
    pairs: PhantomData<&'a (K, V)>,
}

impl<'a, K, V, S: Shape<K>> ScannedPairs<'a, K, V, S> {
    /// What lies within `bounds`, of a collection of that name.
    ///
    /// # Panics
    ///
    /// As `range` does.
    pub(crate) fn between<T>(
        tree: &'a Tree<K, V, S>,
        bounds: &impl RangeBounds<T>,
        of: &str,
    ) -> Self
    where
        T: Ord + ?Sized,
        K: Borrow<T>,
    {
        Self { stretch: stretch_between(tree, bounds, of), pairs: PhantomData }
    }

    /// Leaves out what is before a place beside a key.
    pub(crate) fn narrow_front(&mut self, key: &K, side: Side)
    where
        K: Ord,
    {
        if let Some(stretch) = &mut self.stretch {
            stretch.narrow_front(key, side);
        }
    }

    /// Leaves out what is behind a place beside a key.
    pub(crate) fn narrow_back(&mut self, key: &K, side: Side)
    where
        K: Ord,
    {
        if let Some(stretch) = &mut self.stretch {
            stretch.narrow_back(key, side);
        }
    }

    /// Leaves out what a scan has read already that ended with this token.
    pub(crate) fn go_beyond(&mut self, token: &ScanToken<K>)
    where
        K: Ord,
    {
        match token.is_reversed() {
            false => self.narrow_front(token.key(), Side::After),
            true => self.narrow_back(token.key(), Side::Before),
        }
    }

    /// The pairs.
    pub(crate) fn range(&self) -> Range<'a, K, V, S> {
        let walk = self.stretch.as_ref().map_or(Walk::empty(), Stretch::walk);
        Range { walk, pairs: PhantomData }
    }
}

impl<'a, K: Ord, V, S: Shape<K>> Source for ScannedPairs<'a, K, V, S> {
    type Key = K;
    type Entry = (&'a K, &'a V);
    type Place = &'a K;
    type Runs = Chunks<'a, K, V, S>;

    const BYTES: usize = size_of::<K>() + size_of::<V>();

    fn open(mut self, token: Option<&ScanToken<K>>) -> Self::Runs {
        if let Some(token) = token {
            self.go_beyond(token);
        }
        self.range().chunks()
    }

    #[inline]
    fn entries(
        (keys, values): (&'a [K], &'a [V]),
    ) -> impl ExactSizeIterator<Item = Self::Entry> + DoubleEndedIterator {
        keys.iter().zip(values)
    }

    #[inline]
    fn place((key, _): Self::Entry) -> &'a K {
        key
    }
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// A request to read the pairs within `bounds`, to which limits can be set and which can be
    /// resumed where an earlier one ended.
    ///
    /// Each run reads at least one entry if there is one, whatever the limits, so that a chain of
    /// them comes to its end. O(log n) to begin with and O(1) amortised an entry; allocates nothing
    /// but what the clone of a key does when a token is asked for.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range) does; a comparison may, when it is run, if it is resumed.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_core::btree_map::ScanEnd;
    ///
    /// let mut beds: BTreeMap<u32, u64> = (0..1000).map(|n| (n, 1)).collect();
    /// let mut token = None;
    /// let (mut total, mut pages) = (0, 0);
    /// loop {
    ///     // At most 100 entries, and at most a kilobyte of keys and values.
    ///     let scan = beds.scan(..).entries(100).bytes(1024).resume(token);
    ///     let outcome = scan.for_each(|_, plants| total += plants);
    ///     pages += 1;
    ///     token = outcome.token();
    ///     if outcome.end == ScanEnd::Exhausted {
    ///         break;
    ///     }
    ///     // Edits between two pages are allowed: this one is behind them.
    ///     beds.remove(&0);
    /// }
    /// assert_eq!((total, pages), (1000, 12));
    ///
    /// // Where keys can be borrowed in several ways, `..` must say as what, as for `range`.
    /// let words = BTreeMap::from([("ash".to_owned(), 3), ("elm".to_owned(), 3)]);
    /// assert_eq!(words.scan::<str, _>(..).for_each(|_, _| ()).entries, 2);
    /// ```
    pub fn scan<T, R>(&self, bounds: R) -> Scan<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        ScanRequest::new(ScannedPairs::between(&self.tree, &bounds, OF_MAP), |_, _| 0)
    }
}

impl<'a, K, V, S, W, U> Scan<'a, K, V, S, W, U>
where
    K: Ord,
    S: Shape<K>,
    W: FnMut(&K, &V) -> usize,
    U: FnMut() -> bool,
{
    /// How many bytes a pair counts for.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let words: BTreeMap<u32, String> = (0..9).map(|n| (n, "word".repeat(n as usize))).collect();
    /// let scan = words.scan(..).bytes(30).weigh(|_, word| word.len());
    /// assert_eq!(scan.for_each(|_, _| ()).entries, 4);
    /// ```
    #[inline]
    pub fn weigh<X: FnMut(&K, &V) -> usize>(self, weigh: X) -> Scan<'a, K, V, S, X, U> {
        self.weighed(weigh)
    }

    /// Reads pairs until a limit is met or the callback breaks off.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use allotment_core::BTreeMap;
    /// use allotment_core::btree_map::ScanEnd;
    ///
    /// let beds = BTreeMap::from([(1, "beans"), (2, "peas"), (3, "weeds"), (4, "peas")]);
    /// let outcome = beds.scan(..).try_for_each(|bed, plant| match *plant {
    ///     "weeds" => ControlFlow::Break(*bed),
    ///     _ => ControlFlow::Continue(()),
    /// });
    /// assert_eq!((outcome.end, outcome.entries), (ScanEnd::Broken(3), 3));
    /// assert_eq!(outcome.token().map(|token| token.into_key()), Some(3));
    /// ```
    #[inline]
    pub fn try_for_each<B, F>(self, mut visit: F) -> ScanOutcome<'a, K, B>
    where
        F: FnMut(&'a K, &'a V) -> ControlFlow<B>,
    {
        self.run(|weigh, (key, value)| weigh(key, value), |(key, value)| visit(key, value))
    }

    /// Reads pairs until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a K, &'a V)) -> ScanOutcome<'a, K> {
        self.try_for_each(|key, value| {
            visit(key, value);
            ControlFlow::Continue(())
        })
    }

    /// Reads pairs into a collection of the caller's until a limit is met.
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, char> = (0..26).zip('a'..).collect();
    /// let mut page = Vec::with_capacity(3);
    /// map.scan(5..).reverse().entries(3).read_into(&mut page);
    /// assert_eq!(page, [(&25, &'z'), (&24, &'y'), (&23, &'x')]);
    /// ```
    #[inline]
    pub fn read_into<C: Extend<(&'a K, &'a V)>>(self, buffer: &mut C) -> ScanOutcome<'a, K> {
        self.for_each(|key, value| buffer.extend([(key, value)]))
    }
}
