//! [`ScanRequest`]: what to read, and within which limits; the same for all collections.

use core::fmt;
use core::ops::ControlFlow;
#[cfg(feature = "std")]
use core::time::Duration;
#[cfg(feature = "std")]
use std::time::Instant;

use crate::map::scan_clock::{Clock, TimeLimit};
use crate::map::scan_outcome::{Outcome, ScanEnd, ScanToken};

/// How often `until` is asked: an answer may cost more than an entry.
const ASKED_EVERY: usize = 64;

/// Whether to stop.
pub(crate) type Until = fn() -> bool;

/// A request to read a range within limits: see [`BTreeMap::scan`](crate::BTreeMap::scan).
///
/// `R` is what is read, `T` what a token owns, `W` weighs entries and `U` says when to stop. Limits
/// may be set in any order; the last one of a kind holds.
#[must_use = "it reads nothing until it is run"]
pub struct ScanRequest<R, T, W, U = Until> {
    source: R,
    reversed: bool,
    entries: usize,
    bytes: usize,
    weigh: W,
    /// Whether `weigh` is the caller's: else all entries weigh the same.
    weighed: bool,
    until: Option<U>,
    time: TimeLimit,
    /// Where it goes on.
    resumed: Option<ScanToken<T>>,
}

/// What a scan reads: a part of a collection, in runs of neighbours.
pub trait Source {
    /// What a token owns.
    type Key;
    /// What is read.
    type Entry: Copy;
    /// What an outcome keeps of an entry.
    type Place;
    /// The runs, none of them empty, in ascending order.
    type Runs: DoubleEndedIterator;

    /// Bytes of an entry, without what it points to.
    const BYTES: usize;

    /// All of it, or what lies beyond a token.
    fn open(self, token: Option<&ScanToken<Self::Key>>) -> Self::Runs;

    /// The entries of a run.
    fn entries(
        run: <Self::Runs as Iterator>::Item,
    ) -> impl ExactSizeIterator<Item = Self::Entry> + DoubleEndedIterator;

    /// What is kept of an entry.
    fn place(entry: Self::Entry) -> Self::Place;
}

impl<R: Source, W> ScanRequest<R, R::Key, W> {
    /// A request for all of it, without limits.
    pub(crate) fn new(source: R, weigh: W) -> Self {
        Self {
            source,
            reversed: false,
            entries: usize::MAX,
            bytes: usize::MAX,
            weigh,
            weighed: false,
            until: None,
            time: TimeLimit::default(),
            resumed: None,
        }
    }
}

impl<R: Source, W, U: FnMut() -> bool> ScanRequest<R, R::Key, W, U> {
    /// Descending order: begins at the end of the range.
    ///
    /// With a token, which knows its direction, this is not needed.
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
    /// what they point to, or by what `weigh` says.
    ///
    /// An entry that alone is more than that is read if it is the first.
    #[inline]
    pub fn bytes(self, most: usize) -> Self {
        Self { bytes: most, ..self }
    }

    /// Ends when `stop` answers true, such as when a flag has been set. It is asked after every 64
    /// entries, if there is another.
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let seen = Cell::new(0);
    /// let scan = map.scan(..).until(|| seen.get() > 99);
    /// assert_eq!(scan.for_each(|_, _| seen.set(seen.get() + 1)).entries, 128);
    /// ```
    #[inline]
    pub fn until<X: FnMut() -> bool>(self, stop: X) -> ScanRequest<R, R::Key, W, X> {
        let Self { source, reversed, entries, bytes, weigh, weighed, time, resumed, .. } = self;
        let until = Some(stop);
        ScanRequest { source, reversed, entries, bytes, weigh, weighed, until, time, resumed }
    }

    /// Ends when so much time has passed since it was run; the first entry is read in any case.
    ///
    /// The clock is read after the first entry, and then after as many as take half of the time
    /// that is left, at the pace of those before: at most twice as many as the last time, and at
    /// most 64. So a callback that is slow throughout overruns by one call, one that becomes slow
    /// by 64 at most; and where entries are read as fast as they can be, looking at the clock adds
    /// less than half a nanosecond to each.
    ///
    /// ```
    /// use std::thread::sleep;
    /// use std::time::Duration;
    ///
    /// use allotment_core::BTreeMap;
    /// use allotment_core::btree_map::ScanEnd;
    ///
    /// let map: BTreeMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let scan = map.scan(..).within(Duration::from_millis(2));
    /// let outcome = scan.for_each(|_, _| sleep(Duration::from_millis(3)));
    /// assert_eq!((outcome.end, outcome.entries), (ScanEnd::Stopped, 1));
    /// ```
    #[cfg(feature = "std")]
    #[inline]
    pub fn within(self, most: Duration) -> Self {
        Self { time: TimeLimit { within: Some(most), ..self.time }, ..self }
    }

    /// Ends at a time; the first entry is read in any case.
    ///
    /// The clock is read as [`within`](Self::within) says; with both, the earlier end holds.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let outcome = map.scan(..).deadline(Instant::now()).for_each(|_, _| ());
    /// assert_eq!(outcome.entries, 1);
    /// ```
    #[cfg(feature = "std")]
    #[inline]
    pub fn deadline(self, at: Instant) -> Self {
        Self { time: TimeLimit { deadline: Some(at), ..self.time }, ..self }
    }

    /// Goes on where an earlier scan ended, in its direction; from the beginning without a token.
    ///
    /// The bounds remain those of this scan: with a token from beyond them there is nothing left,
    /// and with one from before them nothing has been read yet. O(log n), when it is run.
    ///
    /// It does not matter whether [`reverse`](Self::reverse) comes before or behind. A token of a
    /// scan in ascending order contradicts it: such a scan reads nothing and ends with
    /// [`ScanEnd::WrongWay`].
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_core::btree_map::{ScanEnd, ScanToken};
    ///
    /// let map: BTreeMap<u32, char> = (0..26).zip('a'..).collect();
    /// let mut page = Vec::new();
    /// map.scan(..).resume(Some(ScanToken::before(3))).read_into(&mut page);
    /// assert_eq!(page, [(&2, &'c'), (&1, &'b'), (&0, &'a')]);
    ///
    /// let contradiction = map.scan(..).resume(Some(ScanToken::after(3))).reverse();
    /// assert_eq!(contradiction.for_each(|_, _| ()).end, ScanEnd::WrongWay);
    /// ```
    #[inline]
    pub fn resume(self, token: Option<ScanToken<R::Key>>) -> Self {
        Self { resumed: token, ..self }
    }

    /// The same, weighed by the caller.
    #[inline]
    pub(crate) fn weighed<X>(self, weigh: X) -> ScanRequest<R, R::Key, X, U> {
        let Self { source, reversed, entries, bytes, until, time, resumed, .. } = self;
        let weighed = true;
        ScanRequest { source, reversed, entries, bytes, weigh, weighed, until, time, resumed }
    }

    /// Reads entries until a limit is met or the callback breaks off; `weigh` asks the weigher.
    #[inline]
    pub(crate) fn run<B>(
        self,
        mut weigh: impl FnMut(&mut W, R::Entry) -> usize,
        visit: impl FnMut(R::Entry) -> ControlFlow<B>,
    ) -> Outcome<R::Place, R::Key, B> {
        let (most, reason) = self.entries_allowed();
        let Self { source, reversed, bytes, weighed, until, resumed, .. } = self;
        let (mut weigher, clock) = (self.weigh, self.time.start());
        let mut reading = Reading {
            entries: 0,
            bytes: 0,
            last: None,
            looks_at: most,
            most,
            most_bytes: bytes,
            until,
            until_at: ASKED_EVERY,
            clock_at: clock.as_ref().map_or(0, Clock::stride),
            clock,
            weigh: weighed.then_some(|entry| weigh(&mut weigher, entry)),
            visit,
        };
        let goes_back = resumed.as_ref().map_or(reversed, ScanToken::is_reversed);
        let end = if reversed && !goes_back {
            ScanEnd::WrongWay
        } else {
            let runs = source.open(resumed.as_ref());
            reading.looks_at = reading.next_look();
            if goes_back {
                reading.read_all(runs.rev().map(|run| R::entries(run).rev()), reason)
            } else {
                reading.read_all(runs.map(R::entries), reason)
            }
        };
        let Reading { entries, bytes, last, .. } = reading;
        let bytes = if weighed { bytes } else { entries * R::BYTES };
        Outcome { end, entries, bytes, last: last.map(R::place), reversed: goes_back, resumed }
    }

    /// How many entries may be read in all, and why no more. If all of them weigh the same, the
    /// limit of bytes is one of entries, and need not be looked at again.
    fn entries_allowed<B>(&self) -> (usize, ScanEnd<B>) {
        let by_bytes = match self.bytes.checked_div(R::BYTES) {
            Some(entries) if !self.weighed && self.bytes < usize::MAX => entries.max(1),
            _ => usize::MAX,
        };
        if by_bytes < self.entries {
            (by_bytes, ScanEnd::Bytes)
        } else {
            (self.entries, ScanEnd::Entries)
        }
    }
}

/// A scan under way.
struct Reading<E, U, W, F> {
    entries: usize,
    bytes: usize,
    last: Option<E>,
    /// After how many entries the limits are looked at again.
    looks_at: usize,
    most: usize,
    most_bytes: usize,
    until: Option<U>,
    /// After how many entries `until` is asked again.
    until_at: usize,
    clock: Option<Clock>,
    /// After how many entries the clock is read again.
    clock_at: usize,
    weigh: Option<W>,
    visit: F,
}

impl<E, U, W, F, B> Reading<E, U, W, F>
where
    E: Copy,
    U: FnMut() -> bool,
    W: FnMut(E) -> usize,
    F: FnMut(E) -> ControlFlow<B>,
{
    /// Reads runs; `reason` is why there may not be more entries.
    #[inline]
    fn read_all<I>(&mut self, runs: impl Iterator<Item = I>, reason: ScanEnd<B>) -> ScanEnd<B>
    where
        I: ExactSizeIterator<Item = E>,
    {
        for mut run in runs {
            while run.len() > 0 {
                if self.entries == self.most {
                    return reason;
                }
                if self.entries == self.looks_at && self.is_stopped() {
                    return ScanEnd::Stopped;
                }
                let allowed = self.looks_at - self.entries;
                let end = match run.len() <= allowed {
                    true => self.read(run.by_ref()),
                    false => self.read(run.by_ref().take(allowed)),
                };
                if let Some(end) = end {
                    return end;
                }
            }
        }
        ScanEnd::Exhausted
    }

    /// Reads neighbours, which are no more than may be read; answers why it ended among them.
    #[inline]
    fn read(&mut self, run: impl ExactSizeIterator<Item = E>) -> Option<ScanEnd<B>> {
        let len = run.len();
        for (step, entry) in run.enumerate() {
            if let Some(weigh) = &mut self.weigh {
                let all = self.bytes.saturating_add(weigh(entry));
                if all > self.most_bytes && self.last.is_some() {
                    self.entries += step;
                    return Some(ScanEnd::Bytes);
                }
                self.bytes = all;
            }
            self.last = Some(entry);
            if let ControlFlow::Break(with) = (self.visit)(entry) {
                self.entries += step + 1;
                return Some(ScanEnd::Broken(with));
            }
        }
        self.entries += len;
        None
    }

    /// Asks whether to stop, now that it is time to.
    #[cold]
    fn is_stopped(&mut self) -> bool {
        if let Some(clock) = &mut self.clock
            && self.entries == self.clock_at
        {
            if clock.is_over() {
                return true;
            }
            self.clock_at += clock.stride();
        }
        if self.entries == self.until_at {
            if self.until.as_mut().is_some_and(|stop| stop()) {
                return true;
            }
            self.until_at += ASKED_EVERY;
        }
        self.looks_at = self.next_look();
        false
    }

    /// After how many entries something is to be looked at next.
    fn next_look(&self) -> usize {
        let clock_at = self.clock.as_ref().map(|_| self.clock_at);
        let until_at = self.until.as_ref().map(|_| self.until_at);
        [clock_at, until_at].into_iter().flatten().fold(self.most, usize::min)
    }
}

impl<R, T, W, U> fmt::Debug for ScanRequest<R, T, W, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Scan");
        f.field("reversed", &self.reversed).field("entries", &self.entries);
        f.field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
