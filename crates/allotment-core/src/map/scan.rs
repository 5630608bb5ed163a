//! [`Scan`]: reading a range within limits, to be resumed later.

use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::ops::{ControlFlow, RangeBounds};

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::map::range::stretch_between;
use crate::raw::run::{BACK, FRONT};
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};
use crate::raw::stretch::Stretch;
use crate::raw::walk::Walk;

/// How often `until` is asked: looking at a clock costs more than a pair.
const ASKED_EVERY: usize = 64;

/// How much a pair counts for, in bytes.
type Weigh<K, V> = fn(&K, &V) -> usize;

/// Whether to stop.
type Until = fn() -> bool;

/// A request to read a range of a map within limits: see [`BTreeMap::scan`].
#[must_use = "it reads nothing until it is run"]
pub struct Scan<'a, K, V, S: Shape<K> = Standard, W = Weigh<K, V>, U = Until> {
    stretch: Option<Stretch<K, V, S>>,
    reversed: bool,
    entries: usize,
    bytes: usize,
    weigh: W,
    /// Whether `weigh` is the caller's: else all entries weigh the same.
    weighed: bool,
    until: Option<U>,
    /// Where it goes on.
    resumed: Option<ScanToken<K>>,
    pairs: PhantomData<&'a (K, V)>,
}

/// Why a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanEnd<B = ()> {
    /// The range holds nothing more.
    Exhausted,
    /// As many entries were read as were allowed.
    Entries,
    /// One more entry would have been more bytes than were allowed.
    Bytes,
    /// The time was over, or whatever [`until`](Scan::until) asked for had come.
    Stopped,
    /// The callback broke off, with this.
    Broken(B),
}

/// What came of a scan.
pub struct ScanOutcome<'a, K, B = ()> {
    /// Why it ended.
    pub end: ScanEnd<B>,
    /// How many entries were read.
    pub entries: usize,
    /// How many bytes they counted for.
    pub bytes: usize,
    last: Option<&'a K>,
    reversed: bool,
    resumed: Option<ScanToken<K>>,
}

/// Where a scan goes on: beyond a key, in one direction.
///
/// It owns that key and nothing else. Whatever is inserted or removed meanwhile, also the key
/// itself: a scan that is resumed meets exactly those entries of its range that lie beyond it. So
/// a chain of scans meets every entry that was there throughout exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScanToken<K> {
    key: K,
    reversed: bool,
}

impl<K> ScanToken<K> {
    /// Resumes with the entries whose keys are greater.
    pub const fn after(key: K) -> Self {
        Self { key, reversed: false }
    }

    /// Resumes with the entries whose keys are less, in descending order.
    pub const fn before(key: K) -> Self {
        Self { key, reversed: true }
    }

    /// The last key that was read.
    pub const fn key(&self) -> &K {
        &self.key
    }

    /// The last key that was read.
    pub fn into_key(self) -> K {
        self.key
    }

    /// Whether it goes on in descending order.
    pub const fn is_reversed(&self) -> bool {
        self.reversed
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
    /// As [`range`](Self::range) does.
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
        Scan {
            stretch: stretch_between(&self.tree, &bounds),
            reversed: false,
            entries: usize::MAX,
            bytes: usize::MAX,
            weigh: |_, _| 0,
            weighed: false,
            until: None,
            resumed: None,
            pairs: PhantomData,
        }
    }
}

impl<'a, K, V, S, W, U> Scan<'a, K, V, S, W, U>
where
    S: Shape<K>,
    W: FnMut(&K, &V) -> usize,
    U: FnMut() -> bool,
{
    /// Descending order: begins at the end of the range.
    #[inline]
    pub fn reverse(self) -> Self {
        Self { reversed: true, ..self }
    }

    /// At most so many entries; 0 is taken for 1.
    #[inline]
    pub fn entries(self, most: usize) -> Self {
        Self { entries: most.max(1), ..self }
    }

    /// Entries that together count for at most so many bytes: by the size of key and value, without
    /// what they point to, or by what [`weigh`](Self::weigh) says.
    ///
    /// An entry that alone is more than that is read if it is the first.
    #[inline]
    pub fn bytes(self, most: usize) -> Self {
        Self { bytes: most, ..self }
    }

    /// How many bytes an entry counts for.
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
        let Self { stretch, reversed, entries, bytes, until, resumed, pairs, .. } = self;
        Scan { stretch, reversed, entries, bytes, weigh, weighed: true, until, resumed, pairs }
    }

    /// Ends when `stop` answers true, such as when a deadline has passed. It is asked after every
    /// 64 entries, if there is another.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..100_000).map(|n| (n, n)).collect();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// let outcome = map.scan(..).until(|| Instant::now() >= deadline).for_each(|_, _| ());
    /// assert!(outcome.entries >= 64);
    /// ```
    #[inline]
    pub fn until<X: FnMut() -> bool>(self, stop: X) -> Scan<'a, K, V, S, W, X> {
        let Self { stretch, reversed, entries, bytes, weigh, weighed, resumed, pairs, .. } = self;
        let until = Some(stop);
        Scan { stretch, reversed, entries, bytes, weigh, weighed, until, resumed, pairs }
    }

    /// Goes on where an earlier scan ended, in its direction; from the beginning without a token.
    ///
    /// The bounds remain those of this scan: with a token from beyond them there is nothing left,
    /// and with one from before them nothing has been read yet. O(log n).
    ///
    /// # Panics
    ///
    /// If a comparison does.
    #[inline]
    pub fn resume(mut self, token: Option<ScanToken<K>>) -> Self
    where
        K: Ord,
    {
        let Some(ScanToken { key, reversed }) = &token else { return self };
        self.reversed = *reversed;
        if let Some(stretch) = &mut self.stretch {
            match reversed {
                false => stretch.narrow_front(key, Side::After),
                true => stretch.narrow_back(key, Side::Before),
            }
        }
        self.resumed = token;
        self
    }

    /// Reads entries until a limit is met or the callback breaks off.
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
    pub fn try_for_each<B, F>(self, visit: F) -> ScanOutcome<'a, K, B>
    where
        F: FnMut(&'a K, &'a V) -> ControlFlow<B>,
    {
        match self.reversed {
            false => self.run::<FRONT, B, F>(visit),
            true => self.run::<BACK, B, F>(visit),
        }
    }

    /// Reads entries until a limit is met.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(&'a K, &'a V)) -> ScanOutcome<'a, K> {
        self.try_for_each(|key, value| {
            visit(key, value);
            ControlFlow::Continue(())
        })
    }

    /// Reads entries into a collection of the caller's until a limit is met.
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

    #[inline]
    fn run<const END: usize, B, F>(mut self, mut visit: F) -> ScanOutcome<'a, K, B>
    where
        F: FnMut(&'a K, &'a V) -> ControlFlow<B>,
    {
        let mut read = Read { entries: 0, bytes: 0, last: None };
        let mut walk = self.stretch.as_ref().map_or(Walk::empty(), Stretch::walk);
        let (most, reason) = self.entries_allowed();
        let end = 'runs: loop {
            let Some(run) = walk.chunk::<END>() else { break ScanEnd::Exhausted };
            // SAFETY: N1; the map is borrowed for 'a.
            let (mut keys, mut values) = unsafe { run.slices() };
            while !keys.is_empty() {
                if read.entries == most {
                    break 'runs reason;
                }
                let until_asked = ASKED_EVERY - read.entries % ASKED_EVERY;
                let asks = self.until.is_some();
                if asks && until_asked == ASKED_EVERY && read.entries > 0 && self.is_stopped() {
                    break 'runs ScanEnd::Stopped;
                }
                let most_now = (most - read.entries).min(if asks { until_asked } else { most });
                let (some_keys, some_values);
                (some_keys, keys) = cut::<END, K>(keys, most_now);
                (some_values, values) = cut::<END, V>(values, most_now);
                if let Some(end) =
                    self.read::<END, B>(some_keys, some_values, &mut read, &mut visit)
                {
                    break 'runs end;
                }
            }
        };
        if !self.weighed {
            read.bytes = read.entries * Self::PAIR;
        }
        let Read { entries, bytes, last } = read;
        let Self { reversed, resumed, .. } = self;
        ScanOutcome { end, entries, bytes, last, reversed, resumed }
    }

    /// The size of a pair, without what it points to.
    const PAIR: usize = mem::size_of::<K>() + mem::size_of::<V>();

    /// How many entries may be read in all, and why no more. If all of them weigh the same, the
    /// limit of bytes is one of entries, and need not be looked at again.
    fn entries_allowed<B>(&self) -> (usize, ScanEnd<B>) {
        let by_bytes = match self.bytes.checked_div(Self::PAIR) {
            Some(entries) if !self.weighed && self.bytes < usize::MAX => entries.max(1),
            _ => usize::MAX,
        };
        if by_bytes < self.entries {
            (by_bytes, ScanEnd::Bytes)
        } else {
            (self.entries, ScanEnd::Entries)
        }
    }

    fn is_stopped(&mut self) -> bool {
        self.until.as_mut().is_some_and(|stop| stop())
    }

    /// Reads neighbours, which are no more than may be read; answers why it ended among them.
    #[inline]
    fn read<const END: usize, B>(
        &mut self,
        keys: &'a [K],
        values: &'a [V],
        read: &mut Read<'a, K>,
        visit: &mut impl FnMut(&'a K, &'a V) -> ControlFlow<B>,
    ) -> Option<ScanEnd<B>> {
        let len = keys.len();
        for step in 0..len {
            let at = if END == FRONT { step } else { len - 1 - step };
            let (key, value) = (&keys[at], &values[at]);
            if self.weighed {
                let all = read.bytes.saturating_add((self.weigh)(key, value));
                if all > self.bytes && read.last.is_some() {
                    read.entries += step;
                    return Some(ScanEnd::Bytes);
                }
                read.bytes = all;
            }
            read.last = Some(key);
            if let ControlFlow::Break(with) = visit(key, value) {
                read.entries += step + 1;
                return Some(ScanEnd::Broken(with));
            }
        }
        read.entries += len;
        None
    }
}

/// What a scan has read so far.
struct Read<'a, K> {
    entries: usize,
    bytes: usize,
    last: Option<&'a K>,
}

/// The first so many items in the order of the scan, and the others.
fn cut<const END: usize, T>(items: &[T], most: usize) -> (&[T], &[T]) {
    let most = most.min(items.len());
    match END {
        FRONT => items.split_at(most),
        _ => {
            let (rest, some) = items.split_at(items.len() - most);
            (some, rest)
        }
    }
}

impl<K, B> ScanOutcome<'_, K, B> {
    /// Where to go on: behind the last entry that was read, or else where this scan began if that
    /// was resumed too. `None` if nothing has been read in the whole chain.
    ///
    /// What is inserted behind an exhausted range can be read with its token as well. Clones a key.
    #[must_use]
    pub fn token(&self) -> Option<ScanToken<K>>
    where
        K: Clone,
    {
        match self.last {
            Some(key) => Some(ScanToken { key: key.clone(), reversed: self.reversed }),
            None => self.resumed.clone(),
        }
    }
}

impl<K: fmt::Debug, B: fmt::Debug> fmt::Debug for ScanOutcome<'_, K, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { end, entries, bytes, last, reversed, .. } = self;
        let mut f = f.debug_struct("ScanOutcome");
        f.field("end", end).field("entries", entries).field("bytes", bytes);
        f.field("last", last).field("reversed", reversed).finish()
    }
}

impl<K, V, S: Shape<K>, W, U> fmt::Debug for Scan<'_, K, V, S, W, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Scan");
        f.field("reversed", &self.reversed).field("entries", &self.entries);
        f.field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
