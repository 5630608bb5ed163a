//! [`Outcome`]: what came of a scan, and [`ScanToken`]: where the next one goes on.

use core::fmt;

/// Why a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanEnd<B = ()> {
    /// The range holds nothing more.
    Exhausted,
    /// As many entries were read as were allowed.
    Entries,
    /// One more entry would have been more bytes than were allowed.
    Bytes,
    /// The time was over, or whatever [`until`](crate::btree_map::ScanRequest::until) asked for had
    /// come.
    Stopped,
    /// Nothing was read: the scan was asked to be in descending order, and to go on with a token of
    /// one in ascending order.
    WrongWay,
    /// The callback broke off, with this.
    Broken(B),
}

/// What came of a scan: `P` is what it keeps of the entry read last, `T` what a token makes of it.
pub struct Outcome<P, T, B = ()> {
    /// Why it ended.
    pub end: ScanEnd<B>,
    /// How many entries were read.
    pub entries: usize,
    /// How many bytes they counted for.
    pub bytes: usize,
    pub(super) last: Option<P>,
    pub(super) reversed: bool,
    pub(super) resumed: Option<ScanToken<T>>,
}

/// What came of a scan of a map or a set.
pub type ScanOutcome<'a, K, B = ()> = Outcome<&'a K, K, B>;

/// Where a scan goes on: beyond an entry, in one direction.
///
/// It owns the key of that entry, which is the pair in a multimap, and nothing else. Whatever is
/// inserted or removed meanwhile, also the entry itself: a scan that is resumed meets exactly those
/// entries of its range that lie beyond it. So a chain of scans meets every entry that was there
/// throughout exactly once.
///
/// It knows neither its collection nor the bounds. With another collection, or with other bounds,
/// it means the same: what lies beyond this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScanToken<T> {
    key: T,
    reversed: bool,
}

impl<T> ScanToken<T> {
    /// Resumes with the entries whose keys are greater.
    pub const fn after(key: T) -> Self {
        Self { key, reversed: false }
    }

    /// Resumes with the entries whose keys are less, in descending order.
    pub const fn before(key: T) -> Self {
        Self { key, reversed: true }
    }

    /// The last key that was read.
    pub const fn key(&self) -> &T {
        &self.key
    }

    /// The last key that was read.
    pub fn into_key(self) -> T {
        self.key
    }

    /// Whether it goes on in descending order.
    pub const fn is_reversed(&self) -> bool {
        self.reversed
    }
}

/// What an outcome keeps of an entry, of which a token can be made.
pub trait Keep<T> {
    /// What the token owns.
    fn keep(&self) -> T;
}

impl<K: Clone> Keep<K> for &K {
    fn keep(&self) -> K {
        K::clone(self)
    }
}

impl<K: Clone, V: Clone> Keep<(K, V)> for (&K, &V) {
    fn keep(&self) -> (K, V) {
        (self.0.clone(), self.1.clone())
    }
}

impl<P, T, B> Outcome<P, T, B> {
    /// Where to go on: behind the last entry that was read, or else where this scan began if that
    /// was resumed too. `None` if nothing has been read in the whole chain.
    ///
    /// What is inserted behind an exhausted range can be read with its token as well. Clones a key,
    /// and in a multimap a value.
    #[must_use]
    pub fn token(&self) -> Option<ScanToken<T>>
    where
        P: Keep<T>,
        T: Clone,
    {
        match &self.last {
            Some(last) => Some(ScanToken { key: last.keep(), reversed: self.reversed }),
            None => self.resumed.clone(),
        }
    }
}

impl<P: fmt::Debug, T, B: fmt::Debug> fmt::Debug for Outcome<P, T, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { end, entries, bytes, last, reversed, .. } = self;
        let mut f = f.debug_struct("ScanOutcome");
        f.field("end", end).field("entries", entries).field("bytes", bytes);
        f.field("last", last).field("reversed", reversed).finish()
    }
}
