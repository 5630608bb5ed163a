//! Iterators over a posting map: its keys with their ids, and pair by pair.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::map;
use crate::posting::{Ids, PostingId, PostingList};
use crate::raw::ids::List;
use crate::raw::shape::{Shape, Standard};

/// The keys of a posting map, each with its ids: see
/// [`PostingMap::groups`](crate::PostingMap::groups).
pub struct Groups<'a, K, Id, S: Shape<K> = Standard> {
    pub(super) lists: map::Iter<'a, K, List<S>, S>,
    pub(super) ids: PhantomData<Id>,
}

/// The keys between two bounds, each with its ids: see
/// [`PostingMap::range`](crate::PostingMap::range).
pub struct Range<'a, K, Id, S: Shape<K> = Standard> {
    pub(super) lists: map::Range<'a, K, List<S>, S>,
    pub(super) ids: PhantomData<Id>,
}

/// The pairs of a posting map: see [`PostingMap::iter`](crate::PostingMap::iter).
pub struct Iter<'a, K, Id, S: Shape<K> + Shape<u64> = Standard> {
    groups: Groups<'a, K, Id, S>,
    list: Option<(&'a K, Ids<'a, Id, S>)>,
    len: usize,
}

/// An iterator over keys and their ids.
macro_rules! groups {
    ($name:ident) => {
        impl<'a, K, Id: PostingId, S: Shape<K> + Shape<u64>> Iterator for $name<'a, K, Id, S> {
            type Item = (&'a K, PostingList<'a, Id, S>);

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.lists.next().map(|(key, list)| (key, PostingList::of(Some(list))))
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.lists.size_hint()
            }
        }

        impl<K, Id: PostingId, S: Shape<K> + Shape<u64>> DoubleEndedIterator
            for $name<'_, K, Id, S>
        {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.lists.next_back().map(|(key, list)| (key, PostingList::of(Some(list))))
            }
        }

        impl<K, Id, S: Shape<K>> Clone for $name<'_, K, Id, S> {
            fn clone(&self) -> Self {
                Self { lists: self.lists.clone(), ids: PhantomData }
            }
        }

        impl<K, Id: PostingId, S: Shape<K> + Shape<u64>> FusedIterator for $name<'_, K, Id, S> {}

        impl<K, Id, S> fmt::Debug for $name<'_, K, Id, S>
        where
            K: fmt::Debug,
            Id: PostingId + fmt::Debug,
            S: Shape<K> + Shape<u64>,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_map().entries(self.clone()).finish()
            }
        }
    };
}

groups!(Groups);
groups!(Range);

impl<K, Id: PostingId, S: Shape<K> + Shape<u64>> ExactSizeIterator for Groups<'_, K, Id, S> {}

impl<'a, K, Id, S: Shape<K> + Shape<u64>> Iter<'a, K, Id, S> {
    /// The pairs of all groups, `len` of them.
    pub(super) fn of(groups: Groups<'a, K, Id, S>, len: usize) -> Self {
        Self { groups, list: None, len }
    }
}

impl<'a, K, Id: PostingId, S: Shape<K> + Shape<u64>> Iterator for Iter<'a, K, Id, S> {
    type Item = (&'a K, Id);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, ids)) = &mut self.list
                && let Some(id) = ids.next()
            {
                self.len -= 1;
                return Some((*key, id));
            }
            let (key, list) = self.groups.next()?;
            self.list = Some((key, list.iter()));
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<K, Id: PostingId, S: Shape<K> + Shape<u64>> ExactSizeIterator for Iter<'_, K, Id, S> {}

impl<K, Id: PostingId, S: Shape<K> + Shape<u64>> FusedIterator for Iter<'_, K, Id, S> {}

impl<K, Id, S: Shape<K> + Shape<u64>> Clone for Iter<'_, K, Id, S> {
    fn clone(&self) -> Self {
        Self { groups: self.groups.clone(), list: self.list.clone(), len: self.len }
    }
}

impl<K, Id, S> fmt::Debug for Iter<'_, K, Id, S>
where
    K: fmt::Debug,
    Id: PostingId + fmt::Debug,
    S: Shape<K> + Shape<u64>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
