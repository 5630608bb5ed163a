//! [`Scan`] and [`ScanValues`]: reading a multimap within limits, to be resumed later.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::mem::size_of;
use core::ops::{Bound, ControlFlow, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::range::{OF_MAP, check_bounds};
use crate::map::{Outcome, ScanOutcome, ScanRequest, ScanToken, ScannedPairs, Source, Until};
use crate::multimap::chunks::{Chunks, ValueChunks};
use crate::multimap::{BTreeMultiMap, key_of, value_of};
use crate::raw::postings::{Postings, View};
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};

/// How much a pair counts for, in bytes.
type Weigh<K, V> = fn(&K, &V) -> usize;

/// A request to read pairs of a multimap within limits: see [`BTreeMultiMap::scan`].
pub type Scan<'a, K, V, S = Standard, W = Weigh<K, V>, U = Until> =
    ScanRequest<ScannedLists<'a, K, V, S>, (K, V), W, U>;

/// A request to read values of one key within limits: see [`BTreeMultiMap::scan_values`].
pub type ScanValues<'a, V, S = Standard, W = fn(&V) -> usize, U = Until> =
    ScanRequest<ScannedList<'a, V, S>, V, W, U>;

/// What came of a scan of pairs.
pub type PairsOutcome<'a, K, V, B = ()> = Outcome<(&'a K, &'a V), (K, V), B>;

/// What a scan of the values of one key reads.
pub struct ScannedList<'a, V, S: Shape<V> = Standard> {
    values: Part<'a, V, S>,
}

/// What a scan of pairs reads: whole lists, and a part of one at each end.
pub struct ScannedLists<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    front: Option<(&'a K, ScannedList<'a, V, S>)>,
    lists: ScannedPairs<'a, K, Postings<V, S>, S>,
    back: Option<(&'a K, ScannedList<'a, V, S>)>,
}

/// Some values of a list.
enum Part<'a, V, S: Shape<V>> {
    Run(&'a [V]),
    Tree(ScannedPairs<'a, V, (), S>),
}

impl<'a, V: Ord, S: Shape<V>> ScannedList<'a, V, S> {
    /// The values of a list that lie within `bounds`.
    fn of(list: &'a Postings<V, S>, bounds: (Bound<&V>, Bound<&V>)) -> Self {
        let values = match list.view() {
            View::Run(run) => Part::Run(within(run, bounds)),
            View::Tree(tree) => Part::Tree(ScannedPairs::between::<V>(tree, &bounds, OF_MAP)),
        };
        Self { values }
    }

    /// Leaves out what a scan has read already that ended with this value.
    fn go_beyond(&mut self, value: &V, is_reversed: bool) {
        match (&mut self.values, is_reversed) {
            (Part::Run(run), false) => {
                *run = within(run, (Bound::Excluded(value), Bound::Unbounded))
            }
            (Part::Run(run), true) => {
                *run = within(run, (Bound::Unbounded, Bound::Excluded(value)))
            }
            (Part::Tree(pairs), false) => pairs.narrow_front(value, Side::After),
            (Part::Tree(pairs), true) => pairs.narrow_back(value, Side::Before),
        }
    }

    fn chunks(&self) -> ValueChunks<'a, V, S> {
        match &self.values {
            Part::Run(run) => ValueChunks::Run(run),
            Part::Tree(pairs) => ValueChunks::Tree(pairs.range().chunks()),
        }
    }
}

/// What lies within bounds of a sorted run.
fn within<'a, V: Ord>(run: &'a [V], (start, end): (Bound<&V>, Bound<&V>)) -> &'a [V] {
    let start = match start {
        Bound::Unbounded => 0,
        Bound::Included(value) => run.partition_point(|own| own < value),
        Bound::Excluded(value) => run.partition_point(|own| own <= value),
    };
    let end = match end {
        Bound::Unbounded => run.len(),
        Bound::Included(value) => run.partition_point(|own| own <= value),
        Bound::Excluded(value) => run.partition_point(|own| own < value),
    };
    // An order that contradicts itself may have them the wrong way round.
    run.get(start..end).unwrap_or_default()
}

impl<'a, V: Ord, S: Shape<V>> Source for ScannedList<'a, V, S> {
    type Key = V;
    type Entry = &'a V;
    type Place = &'a V;
    type Runs = ValueChunks<'a, V, S>;

    const BYTES: usize = size_of::<V>();

    fn open(mut self, token: Option<&ScanToken<V>>) -> Self::Runs {
        if let Some(token) = token {
            self.go_beyond(token.key(), token.is_reversed());
        }
        self.chunks()
    }

    #[inline]
    fn entries(run: &'a [V]) -> impl ExactSizeIterator<Item = &'a V> + DoubleEndedIterator {
        run.iter()
    }

    #[inline]
    fn place(value: &'a V) -> &'a V {
        value
    }
}

impl<K: Ord, V: Ord, S: Shape<K> + Shape<V>> ScannedLists<'_, K, V, S> {
    /// Leaves out what a scan has read already that ended with this pair.
    fn go_beyond(&mut self, key: &K, value: &V, is_reversed: bool) {
        let passed = if is_reversed { Ordering::Greater } else { Ordering::Less };
        for part in [&mut self.front, &mut self.back] {
            let Some((own, values)) = part else { continue };
            match K::cmp(own, key) {
                Ordering::Equal => values.go_beyond(value, is_reversed),
                order if order == passed => *part = None,
                _ => {}
            }
        }
        // The list of that key, if it is a whole one, is a part now.
        let (part, next);
        if is_reversed {
            self.lists.narrow_back(key, Side::After);
            (part, next) = (&mut self.back, self.lists.range().next_back());
        } else {
            self.lists.narrow_front(key, Side::Before);
            (part, next) = (&mut self.front, self.lists.range().next());
        }
        if let Some((own, list)) = next
            && own == key
        {
            let mut values = ScannedList::of(list, (Bound::Unbounded, Bound::Unbounded));
            values.go_beyond(value, is_reversed);
            *part = Some((own, values));
            match is_reversed {
                false => self.lists.narrow_front(key, Side::After),
                true => self.lists.narrow_back(key, Side::Before),
            }
        }
    }
}

impl<'a, K: Ord, V: Ord, S: Shape<K> + Shape<V>> Source for ScannedLists<'a, K, V, S> {
    type Key = (K, V);
    type Entry = (&'a K, &'a V);
    type Place = (&'a K, &'a V);
    type Runs = Chunks<'a, K, V, S>;

    const BYTES: usize = size_of::<K>() + size_of::<V>();

    fn open(mut self, token: Option<&ScanToken<(K, V)>>) -> Self::Runs {
        if let Some(token) = token {
            let (key, value) = token.key();
            self.go_beyond(key, value, token.is_reversed());
        }
        let chunks = |part: Option<(&'a K, ScannedList<'a, V, S>)>| {
            part.map(|(key, values)| (key, values.chunks()))
        };
        Chunks { lists: self.lists.range(), front: chunks(self.front), back: chunks(self.back) }
    }

    #[inline]
    fn entries(
        (key, run): (&'a K, &'a [V]),
    ) -> impl ExactSizeIterator<Item = Self::Entry> + DoubleEndedIterator {
        run.iter().map(move |value| (key, value))
    }

    #[inline]
    fn place(pair: Self::Entry) -> Self::Place {
        pair
    }
}

impl<K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// A request to read the pairs whose keys lie within `bounds`, to which limits can be set and
    /// which can be resumed where an earlier one ended, also amid the values of a key.
    ///
    /// Limits count pairs. Each run reads at least one if there is one, whatever the limits.
    /// O(log n) to begin with and O(1) amortised a pair; allocates nothing but what the clone of a
    /// pair does when a token is asked for.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range) does; a comparison may, when it is run, if it is resumed.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    /// use allotment_core::btree_multimap::{ScanEnd, ScanToken};
    ///
    /// let mut index: BTreeMultiMap<_, _> = (0..1000).map(|n| (n / 250, n)).collect();
    /// let outcome = index.scan(..3).entries(300).for_each(|_, _| ());
    /// let token = outcome.token();
    /// assert_eq!(token, Some(ScanToken::after((1, 299))));
    ///
    /// // Also without the value that it ended with, it goes on behind it.
    /// index.remove(&1, &299);
    /// let mut page: Vec<(&i32, &i32)> = Vec::new();
    /// let outcome = index.scan(..3).resume(token).read_into(&mut page);
    /// assert_eq!((outcome.end, outcome.entries), (ScanEnd::Exhausted, 450));
    /// assert_eq!(page[0], (&1, &300));
    /// ```
    pub fn scan<Q, R>(&self, bounds: R) -> Scan<'_, K, V, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        let lists = ScannedPairs::between(&self.lists.tree, &bounds, OF_MAP);
        ScanRequest::new(ScannedLists { front: None, lists, back: None }, |_, _| 0)
    }

    /// [`scan`](Self::scan) for the pairs within `bounds`, which are pairs themselves.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range) does; a comparison may, when it is run, if it is resumed.
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<_, _> = (0..30).map(|n| (n / 10, n)).collect();
    /// let scan = index.scan_pairs((0, 5)..(2, 23));
    /// assert_eq!(scan.entries(99).for_each(|_, _| ()).entries, 18);
    /// ```
    pub fn scan_pairs<R: RangeBounds<(K, V)>>(&self, bounds: R) -> Scan<'_, K, V, S> {
        if !self.is_empty() {
            check_bounds(&bounds, OF_MAP);
        }
        let (start, end) = (bounds.start_bound(), bounds.end_bound());
        let (first, last) = (key_of(start), key_of(end));
        let part = |key, bounds| {
            let (key, list) = self.lists.get_key_value::<K>(key)?;
            Some((key, ScannedList::of(list, bounds)))
        };
        let is_one = first.is_some() && first == last;
        let (front, back) = if is_one {
            (first.and_then(|key| part(key, (value_of(start), value_of(end)))), None)
        } else {
            (
                first.and_then(|key| part(key, (value_of(start), Bound::Unbounded))),
                last.and_then(|key| part(key, (Bound::Unbounded, value_of(end)))),
            )
        };
        // Behind a key and before the same is no range; from it to before it is an empty one.
        let behind = if is_one { Bound::Included } else { Bound::Excluded };
        let start = first.map_or(Bound::Unbounded, behind);
        let end = last.map_or(Bound::Unbounded, Bound::Excluded);
        let lists = ScannedPairs::between::<K>(&self.lists.tree, &(start, end), OF_MAP);
        ScanRequest::new(ScannedLists { front, lists, back }, |_, _| 0)
    }

    /// A request to read the values of one key, to which limits can be set and which can be resumed
    /// behind a value; of a key that is not there, it reads none.
    ///
    /// O(log n) to begin with and O(1) amortised a value; allocates nothing but what the clone of a
    /// value does when a token is asked for.
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<_, _> = (0..1000).map(|n| ("a", n)).collect();
    /// let mut page: Vec<i32> = Vec::new();
    /// let outcome = index.scan_values("a").entries(500).read_into(&mut page);
    /// assert_eq!(page.last(), Some(&499));
    ///
    /// let outcome = index.scan_values("a").resume(outcome.token()).read_into(&mut page);
    /// assert_eq!((outcome.entries, page.len()), (500, 1000));
    /// ```
    pub fn scan_values<Q>(&self, key: &Q) -> ScanValues<'_, V, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let whole = (Bound::Unbounded, Bound::Unbounded);
        let values = match self.lists.get(key) {
            Some(list) => ScannedList::of(list, whole),
            None => ScannedList { values: Part::Run(&[]) },
        };
        ScanRequest::new(values, |_| 0)
    }
}

impl<'a, K, V, S, W, U> Scan<'a, K, V, S, W, U>
where
    K: Ord,
    V: Ord,
    S: Shape<K> + Shape<V>,
    W: FnMut(&K, &V) -> usize,
    U: FnMut() -> bool,
{
    /// How many bytes a pair counts for.
    #[inline]
    pub fn weigh<X: FnMut(&K, &V) -> usize>(self, weigh: X) -> Scan<'a, K, V, S, X, U> {
        self.weighed(weigh)
    }

    /// Reads pairs until a limit is met or the callback breaks off.
    #[inline]
    pub fn try_for_each<B, F>(self, mut visit: F) -> PairsOutcome<'a, K, V, B>
    where
        F: FnMut(&'a K, &'a V) -> ControlFlow<B>,
    {
        self.run(|weigh, (key, value)| weigh(key, value), |(key, value)| visit(key, value))
    }

    /// Reads pairs until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a K, &'a V)) -> PairsOutcome<'a, K, V> {
        self.try_for_each(|key, value| {
            visit(key, value);
            ControlFlow::Continue(())
        })
    }

    /// Reads pairs into a collection of the caller's until a limit is met.
    #[inline]
    pub fn read_into<C: Extend<(&'a K, &'a V)>>(self, buffer: &mut C) -> PairsOutcome<'a, K, V> {
        self.for_each(|key, value| buffer.extend([(key, value)]))
    }
}

impl<'a, V, S, W, U> ScanValues<'a, V, S, W, U>
where
    V: Ord,
    S: Shape<V>,
    W: FnMut(&V) -> usize,
    U: FnMut() -> bool,
{
    /// How many bytes a value counts for.
    #[inline]
    pub fn weigh<X: FnMut(&V) -> usize>(self, weigh: X) -> ScanValues<'a, V, S, X, U> {
        self.weighed(weigh)
    }

    /// Reads values until a limit is met or the callback breaks off.
    #[inline]
    pub fn try_for_each<B, F>(self, visit: F) -> ScanOutcome<'a, V, B>
    where
        F: FnMut(&'a V) -> ControlFlow<B>,
    {
        self.run(|weigh, value| weigh(value), visit)
    }

    /// Reads values until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a V)) -> ScanOutcome<'a, V> {
        self.try_for_each(|value| {
            visit(value);
            ControlFlow::Continue(())
        })
    }

    /// Reads values into a collection of the caller's until a limit is met.
    #[inline]
    pub fn read_into<C: Extend<&'a V>>(self, buffer: &mut C) -> ScanOutcome<'a, V> {
        self.for_each(|value| buffer.extend([value]))
    }
}
