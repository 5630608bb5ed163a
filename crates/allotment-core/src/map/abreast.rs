//! [`Abreast`]: two maps that are walked at once, in ascending order.
//!
//! Where one of them has many keys that the other lacks, those are not compared one by one: the
//! walk searches for the key where the two may meet again. So a small map and a large one cost a
//! search in the large one for each key of the small one, and neither needs to be told which of the
//! two it is.

use core::cmp::Ordering;
use core::fmt;

use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Range};
use crate::raw::shape::Shape;

/// Pairs that are passed by one by one before it pays to search for the next one wanted.
const STEPS: u32 = 8;

/// A walk over a map, one pair ahead.
pub(crate) struct Front<'a, K, V, S: Shape<K>> {
    head: Option<(&'a K, &'a V)>,
    behind: Range<'a, K, V, S>,
    /// How many there are at most, the head included: no order, however false, has it go on for
    /// longer.
    pub(crate) most: usize,
    /// Pairs passed by since the last that was wanted.
    passed: u32,
}

impl<K, V, S: Shape<K>> Clone for Front<'_, K, V, S> {
    fn clone(&self) -> Self {
        let Self { head, most, passed, .. } = *self;
        Self { head, behind: self.behind.clone(), most, passed }
    }
}

impl<'a, K: Ord, V, S: Shape<K>> Front<'a, K, V, S> {
    fn new<A: Allocator>(map: &'a BTreeMap<K, V, A, S>) -> Self {
        let mut behind = map.range::<K, _>(..);
        let head = behind.next();
        Self { head, behind, most: map.len(), passed: 0 }
    }

    /// Steps over the head, which is wanted.
    fn take(&mut self) -> Option<(&'a K, &'a V)> {
        let head = self.head?;
        self.passed = 0;
        self.step();
        Some(head)
    }

    /// Passes by the head, and by whatever is less than `key`, which is greater than the head.
    fn pass(&mut self, key: &K) {
        self.passed += 1;
        if self.passed > STEPS {
            self.passed = 0;
            self.behind.seek(key);
        }
        self.step();
    }

    fn step(&mut self) {
        self.most = self.most.saturating_sub(1);
        self.head = if self.most > 0 { self.behind.next() } else { None };
        if self.head.is_none() {
            self.most = 0;
        }
    }
}

/// Two maps that are walked at once.
pub(crate) struct Abreast<'a, K, V, W, S: Shape<K>> {
    pub(crate) own: Front<'a, K, V, S>,
    pub(crate) other: Front<'a, K, W, S>,
}

/// A key of either map, and its values.
pub(crate) type Either<'a, K, V, W> = (&'a K, Option<&'a V>, Option<&'a W>);

impl<K, V, W, S: Shape<K>> Clone for Abreast<'_, K, V, W, S> {
    fn clone(&self) -> Self {
        Self { own: self.own.clone(), other: self.other.clone() }
    }
}

impl<'a, K: Ord, V, W, S: Shape<K>> Abreast<'a, K, V, W, S> {
    pub(crate) fn new<A: Allocator, B: Allocator>(
        own: &'a BTreeMap<K, V, A, S>,
        other: &'a BTreeMap<K, W, B, S>,
    ) -> Self {
        Self { own: Front::new(own), other: Front::new(other) }
    }

    /// How the two heads compare; an end comes after everything. `None` at the end of both.
    fn compare(&self) -> Option<Ordering> {
        match (self.own.head, self.other.head) {
            (Some((own, _)), Some((other, _))) => Some(own.cmp(other)),
            (Some(_), None) => Some(Ordering::Less),
            (None, Some(_)) => Some(Ordering::Greater),
            (None, None) => None,
        }
    }

    /// Steps over both heads, which are equal; answers the own key.
    fn take_both(&mut self) -> Option<(&'a K, &'a V, &'a W)> {
        let (_, other) = self.other.take()?;
        let (key, own) = self.own.take()?;
        Some((key, own, other))
    }

    /// The next key of either map.
    pub(crate) fn next_of_either(&mut self) -> Option<Either<'a, K, V, W>> {
        match self.compare()? {
            Ordering::Less => self.own.take().map(|(key, own)| (key, Some(own), None)),
            Ordering::Greater => self.other.take().map(|(key, other)| (key, None, Some(other))),
            Ordering::Equal => {
                self.take_both().map(|(key, own, other)| (key, Some(own), Some(other)))
            }
        }
    }

    /// The next key of both maps.
    pub(crate) fn next_of_both(&mut self) -> Option<(&'a K, &'a V, &'a W)> {
        loop {
            let ((own, _), (other, _)) = (self.own.head?, self.other.head?);
            match own.cmp(other) {
                Ordering::Less => {
                    self.other.passed = 0;
                    self.own.pass(other);
                }
                Ordering::Greater => {
                    self.own.passed = 0;
                    self.other.pass(own);
                }
                Ordering::Equal => return self.take_both(),
            }
        }
    }

    /// The next key of this map, with what the other has for it.
    pub(crate) fn next_of_own(&mut self) -> Option<(&'a K, &'a V, Option<&'a W>)> {
        loop {
            let (own, _) = self.own.head?;
            match self.compare()? {
                Ordering::Less => {
                    self.other.passed = 0;
                    return self.own.take().map(|(key, own)| (key, own, None));
                }
                Ordering::Greater => self.other.pass(own),
                Ordering::Equal => {
                    return self.take_both().map(|(key, own, other)| (key, own, Some(other)));
                }
            }
        }
    }

    /// The next key that only this map has.
    pub(crate) fn next_of_own_alone(&mut self) -> Option<(&'a K, &'a V)> {
        loop {
            if let (key, value, None) = self.next_of_own()? {
                return Some((key, value));
            }
        }
    }

    /// The next key that only one of the maps has.
    pub(crate) fn next_of_one_alone(&mut self) -> Option<Either<'a, K, V, W>> {
        loop {
            let next = self.next_of_either()?;
            if next.1.is_none() || next.2.is_none() {
                return Some(next);
            }
        }
    }
}

impl<'a, K, V, S: Shape<K>> Front<'a, K, V, S> {
    /// The keys that are left, for people to look at.
    pub(crate) fn keys(&self) -> KeysLeft<'_, 'a, K, V, S> {
        KeysLeft(self)
    }
}

/// See [`Front::keys`].
pub(crate) struct KeysLeft<'f, 'a, K, V, S: Shape<K>>(&'f Front<'a, K, V, S>);

impl<K: fmt::Debug, V, S: Shape<K>> fmt::Debug for KeysLeft<'_, '_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.head.into_iter().chain(self.0.behind.clone());
        f.debug_list().entries(pairs.map(|(key, _)| key)).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K>> fmt::Debug for Front<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.head.into_iter().chain(self.behind.clone())).finish()
    }
}
