//! Iterators over a multimap: its keys with their values, and pair by pair.

use core::fmt;
use core::iter::FusedIterator;

use crate::ascending::ascending_shortcuts;
use crate::map;
use crate::multimap::{Values, ValuesRange};
use crate::raw::postings::Postings;
use crate::raw::shape::{Shape, Standard};

/// The keys of a multimap, each with its values: see
/// [`BTreeMultiMap::groups`](crate::BTreeMultiMap::groups).
pub struct Groups<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    pub(super) lists: map::Iter<'a, K, Postings<V, S>, S>,
}

/// The keys between two bounds, each with its values: see
/// [`BTreeMultiMap::range`](crate::BTreeMultiMap::range).
pub struct Range<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    pub(super) lists: map::Range<'a, K, Postings<V, S>, S>,
}

/// The pairs of a multimap: see [`BTreeMultiMap::iter`](crate::BTreeMultiMap::iter).
pub struct Iter<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    groups: Groups<'a, K, V, S>,
    front: Option<(&'a K, Values<'a, V, S>)>,
    back: Option<(&'a K, Values<'a, V, S>)>,
    len: usize,
}

/// The pairs between two pairs: see
/// [`BTreeMultiMap::range_pairs`](crate::BTreeMultiMap::range_pairs).
pub struct RangePairs<'a, K, V, S: Shape<K> + Shape<V> = Standard> {
    pub(super) groups: Range<'a, K, V, S>,
    pub(super) front: Option<(&'a K, ValuesRange<'a, V, S>)>,
    pub(super) back: Option<(&'a K, ValuesRange<'a, V, S>)>,
}

/// An iterator over keys and their values.
macro_rules! groups {
    ($name:ident) => {
        impl<'a, K, V, S: Shape<K> + Shape<V>> Iterator for $name<'a, K, V, S> {
            type Item = (&'a K, Values<'a, V, S>);

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.lists.next().map(|(key, list)| (key, Values::of(Some(list))))
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.lists.size_hint()
            }
        }

        impl<K, V, S: Shape<K> + Shape<V>> DoubleEndedIterator for $name<'_, K, V, S> {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.lists.next_back().map(|(key, list)| (key, Values::of(Some(list))))
            }
        }

        impl<K, V, S: Shape<K> + Shape<V>> Clone for $name<'_, K, V, S> {
            fn clone(&self) -> Self {
                Self { lists: self.lists.clone() }
            }
        }

        impl<K, V, S: Shape<K> + Shape<V>> FusedIterator for $name<'_, K, V, S> {}

        impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K> + Shape<V>> fmt::Debug
            for $name<'_, K, V, S>
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_map().entries(self.clone()).finish()
            }
        }
    };
}

groups!(Groups);
groups!(Range);

impl<K, V, S: Shape<K> + Shape<V>> ExactSizeIterator for Groups<'_, K, V, S> {}

impl<'a, K, V, S: Shape<K> + Shape<V>> Iter<'a, K, V, S> {
    /// The pairs of some groups, `len` in all.
    pub(super) fn of(groups: Groups<'a, K, V, S>, len: usize) -> Self {
        Self { groups, front: None, back: None, len }
    }
}

/// What comes of the next pair at an end: of the list under way there, of the next list, or of the
/// list under way at the other end.
macro_rules! pair_of {
    ($self:ident, $next:ident from $own:ident, $other:ident, $make:expr) => {
        loop {
            if let Some((key, values)) = &mut $self.$own {
                if let Some(value) = values.$next() {
                    break Some((*key, value));
                }
                $self.$own = None;
            }
            match $self.groups.lists.$next() {
                Some((key, list)) => $self.$own = Some((key, $make(list))),
                None => {
                    let (key, values) = $self.$other.as_mut()?;
                    break values.$next().map(|value| (*key, value));
                }
            }
        }
    };
}

impl<'a, K, V, S: Shape<K> + Shape<V>> Iterator for Iter<'a, K, V, S> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let pair = pair_of!(self, next from front, back, |list| Values::of(Some(list)));
        self.len -= usize::from(pair.is_some());
        pair
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    ascending_shortcuts!();

    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut act: F) -> B {
        let lists = self.front.into_iter().chain(self.groups).chain(self.back);
        lists.fold(init, |acc, (key, values)| values.fold(acc, |acc, value| act(acc, (key, value))))
    }
}

impl<K, V, S: Shape<K> + Shape<V>> DoubleEndedIterator for Iter<'_, K, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let pair = pair_of!(self, next_back from back, front, |list| Values::of(Some(list)));
        self.len -= usize::from(pair.is_some());
        pair
    }
}

impl<K, V, S: Shape<K> + Shape<V>> ExactSizeIterator for Iter<'_, K, V, S> {}
impl<K, V, S: Shape<K> + Shape<V>> FusedIterator for Iter<'_, K, V, S> {}

impl<K, V, S: Shape<K> + Shape<V>> Clone for Iter<'_, K, V, S> {
    fn clone(&self) -> Self {
        let Self { groups, front, back, len } = self;
        Self { groups: groups.clone(), front: front.clone(), back: back.clone(), len: *len }
    }
}

impl<'a, K, V, S: Shape<K> + Shape<V>> Iterator for RangePairs<'a, K, V, S> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        pair_of!(self, next from front, back, ValuesRange::whole)
    }

    ascending_shortcuts!();
}

impl<K, V, S: Shape<K> + Shape<V>> DoubleEndedIterator for RangePairs<'_, K, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        pair_of!(self, next_back from back, front, ValuesRange::whole)
    }
}

impl<K, V, S: Shape<K> + Shape<V>> FusedIterator for RangePairs<'_, K, V, S> {}

impl<K, V, S: Shape<K> + Shape<V>> Clone for RangePairs<'_, K, V, S> {
    fn clone(&self) -> Self {
        let Self { groups, front, back } = self;
        Self { groups: groups.clone(), front: front.clone(), back: back.clone() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K> + Shape<V>> fmt::Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Shape<K> + Shape<V>> fmt::Debug for RangePairs<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
