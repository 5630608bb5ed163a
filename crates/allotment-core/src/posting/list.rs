//! [`PostingList`]: the ids of one key, and [`Ids`], which yields them.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

use crate::map;
use crate::posting::PostingId;
use crate::raw::block::Block;
use crate::raw::ids::{List, View};
use crate::raw::reader::Reader;
use crate::raw::shape::{Shape, Standard};

/// The ids of one key, in ascending order: see [`PostingMap::get`](crate::PostingMap::get).
pub struct PostingList<'a, Id, S = Standard> {
    list: Option<&'a List<S>>,
    ids: PhantomData<Id>,
}

/// The ids of a list, by value: see [`PostingList::iter`].
pub struct Ids<'a, Id, S: Shape<u64> = Standard> {
    front: Reader<'a>,
    blocks: map::Iter<'a, u64, Block, S>,
    back: Reader<'a>,
    len: usize,
    ids: PhantomData<Id>,
}

/// The ids of a list that lie between two bounds: see [`PostingList::range`].
pub struct IdsRange<'a, Id, S: Shape<u64> = Standard> {
    rest: Rest<'a, S>,
    /// The first one that is not in it any more.
    end: Option<u64>,
    ids: PhantomData<Id>,
}

/// What is left of a list, which can be gone on with at a later id.
pub(super) struct Rest<'a, S: Shape<u64>> {
    reader: Reader<'a>,
    blocks: map::Range<'a, u64, Block, S>,
    list: Option<&'a List<S>>,
}

impl<Id, S> Clone for PostingList<'_, Id, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id, S> Copy for PostingList<'_, Id, S> {}

impl<'a, Id: PostingId, S: Shape<u64>> PostingList<'a, Id, S> {
    /// That of a key, or an empty one.
    pub(super) fn of(list: Option<&'a List<S>>) -> Self {
        Self { list, ids: PhantomData }
    }

    /// How many ids there are.
    pub fn len(self) -> usize {
        self.list.map_or(0, List::len)
    }

    /// Whether there are none: the key is not there.
    pub fn is_empty(self) -> bool {
        self.list.is_none()
    }

    /// Whether an id is among them. O(log n), and a part of a block is read.
    pub fn contains(self, id: Id) -> bool {
        self.list.is_some_and(|list| list.contains(id.to_bits()))
    }

    /// The smallest.
    pub fn first(self) -> Option<Id> {
        self.iter().next()
    }

    /// The greatest.
    pub fn last(self) -> Option<Id> {
        self.iter().next_back()
    }

    /// All of them, in ascending order, from either end. Allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 7u32), ("a", 2), ("b", 1)]);
    /// assert!(map.get("a").iter().eq([2, 7]));
    /// assert_eq!((map.get("a").iter().len(), map.get("a").iter().next_back()), (2, Some(7)));
    /// ```
    pub fn iter(self) -> Ids<'a, Id, S> {
        let (front, blocks) = match self.list.map(List::view) {
            None => (Reader::none(), map::Iter::default()),
            Some(View::One(id)) => (Reader::one(id), map::Iter::default()),
            Some(View::Block(block)) => (block.read(), map::Iter::default()),
            Some(View::Grove(grove)) => (Reader::none(), map::Iter::of(&grove.tree)),
        };
        Ids { front, blocks, back: Reader::none(), len: self.len(), ids: PhantomData }
    }

    /// Those within bounds, in ascending order. O(log n) to begin with; allocates nothing.
    ///
    /// There are none if the start lies behind the end.
    ///
    /// ```
    /// let map: allotment_core::PostingMap<_, u32> = (0..999).map(|n| ("a", n * 3)).collect();
    /// assert!(map.get("a").range(10..=18).eq([12, 15, 18]));
    /// ```
    pub fn range<R: RangeBounds<Id>>(self, bounds: R) -> IdsRange<'a, Id, S> {
        let mut rest = self.rest();
        let start = match bounds.start_bound() {
            Bound::Unbounded => Some(0),
            Bound::Included(id) => Some(id.to_bits()),
            Bound::Excluded(id) => id.to_bits().checked_add(1),
        };
        let end = match bounds.end_bound() {
            Bound::Unbounded => None,
            Bound::Included(id) => id.to_bits().checked_add(1),
            Bound::Excluded(id) => Some(id.to_bits()),
        };
        match start {
            Some(start) => rest.seek(start),
            None => rest = Self::of(None).rest(),
        }
        IdsRange { rest, end, ids: PhantomData }
    }

    /// All of them, to be gone through by seeking.
    pub(super) fn rest(self) -> Rest<'a, S> {
        let (reader, blocks) = match self.list.map(List::view) {
            None => (Reader::none(), map::Range::default()),
            Some(View::One(id)) => (Reader::one(id), map::Range::default()),
            Some(View::Block(block)) => (block.read(), map::Range::default()),
            Some(View::Grove(grove)) => {
                let mut blocks = map::Iter::of(&grove.tree).into_range();
                (blocks.next().map_or_else(Reader::none, |(_, block)| block.read()), blocks)
            }
        };
        Rest { reader, blocks, list: self.list }
    }
}

impl<S: Shape<u64>> Clone for Rest<'_, S> {
    fn clone(&self) -> Self {
        Self { reader: self.reader.clone(), blocks: self.blocks.clone(), list: self.list }
    }
}

impl<S: Shape<u64>> Rest<'_, S> {
    /// The next one, which stays.
    #[inline]
    pub(super) fn peek(&self) -> Option<u64> {
        self.reader.peek()
    }

    /// Steps over the next one.
    #[inline]
    pub(super) fn step(&mut self) {
        self.reader.next();
        if self.reader.peek().is_none() {
            self.turn();
        }
    }

    /// Goes on with the next block.
    fn turn(&mut self) {
        if let Some((_, block)) = self.blocks.next() {
            self.reader = block.read();
        }
    }

    /// Goes on at the first one that is not less than `id`, unless it is there already. O(log n):
    /// blocks between are not read.
    pub(super) fn seek(&mut self, id: u64) {
        if self.peek().is_none_or(|head| head >= id) {
            return;
        }
        if let Some(View::Grove(grove)) = self.list.map(List::view)
            && self.blocks.clone().next().is_some_and(|(fence, _)| *fence <= id)
            && let Some(fence) = grove.fence_of(id)
        {
            self.blocks.seek(&fence);
            self.turn();
        }
        self.reader.seek(id);
        if self.reader.peek().is_none() {
            self.turn();
        }
    }

    /// How many there are in the whole list.
    pub(super) fn len_of_list(&self) -> usize {
        self.list.map_or(0, List::len)
    }

    /// Takes the ids of the 64 numbers from `base` on, as bits. None that is left is less.
    #[inline]
    pub(super) fn take_word(&mut self, base: u64) -> u64 {
        let mut word = self.reader.take_word(base);
        while self.reader.peek().is_none() {
            let Some((_, block)) = self.blocks.next() else { break };
            self.reader = block.read();
            word |= self.reader.take_word(base);
        }
        word
    }
}

impl<Id: PostingId, S: Shape<u64>> Iterator for Ids<'_, Id, S> {
    type Item = Id;

    #[inline]
    fn next(&mut self) -> Option<Id> {
        loop {
            if let Some(id) = self.front.next() {
                self.len -= 1;
                return Some(Id::from_bits(id));
            }
            match self.blocks.next() {
                Some((_, block)) => self.front = block.read(),
                None => {
                    let id = self.back.next()?;
                    self.len -= 1;
                    return Some(Id::from_bits(id));
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    fn fold<B, F: FnMut(B, Id) -> B>(self, start: B, mut f: F) -> B {
        let blocks = self.blocks.map(|(_, block)| block.read());
        let readers = core::iter::once(self.front).chain(blocks).chain([self.back]);
        readers.flatten().fold(start, |so_far, id| f(so_far, Id::from_bits(id)))
    }
}

impl<Id: PostingId, S: Shape<u64>> DoubleEndedIterator for Ids<'_, Id, S> {
    fn next_back(&mut self) -> Option<Id> {
        loop {
            if let Some(id) = self.back.next_back() {
                self.len -= 1;
                return Some(Id::from_bits(id));
            }
            match self.blocks.next_back() {
                Some((_, block)) => self.back = block.read(),
                None => {
                    let id = self.front.next_back()?;
                    self.len -= 1;
                    return Some(Id::from_bits(id));
                }
            }
        }
    }
}

impl<Id: PostingId, S: Shape<u64>> ExactSizeIterator for Ids<'_, Id, S> {}

impl<Id: PostingId, S: Shape<u64>> FusedIterator for Ids<'_, Id, S> {}

impl<Id, S: Shape<u64>> Clone for Ids<'_, Id, S> {
    fn clone(&self) -> Self {
        let Self { front, blocks, back, len, .. } = self;
        let (front, blocks, back) = (front.clone(), blocks.clone(), back.clone());
        Self { front, blocks, back, len: *len, ids: PhantomData }
    }
}

impl<Id: PostingId + fmt::Debug, S: Shape<u64>> fmt::Debug for Ids<'_, Id, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<Id: PostingId, S: Shape<u64>> Iterator for IdsRange<'_, Id, S> {
    type Item = Id;

    #[inline]
    fn next(&mut self) -> Option<Id> {
        let id = self.rest.peek()?;
        if self.end.is_some_and(|end| id >= end) {
            return None;
        }
        self.rest.step();
        Some(Id::from_bits(id))
    }
}

impl<Id: PostingId, S: Shape<u64>> FusedIterator for IdsRange<'_, Id, S> {}

impl<Id, S: Shape<u64>> Clone for IdsRange<'_, Id, S> {
    fn clone(&self) -> Self {
        Self { rest: self.rest.clone(), end: self.end, ids: PhantomData }
    }
}

impl<Id: PostingId + fmt::Debug, S: Shape<u64>> fmt::Debug for IdsRange<'_, Id, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, Id: PostingId, S: Shape<u64>> IntoIterator for PostingList<'a, Id, S> {
    type Item = Id;
    type IntoIter = Ids<'a, Id, S>;

    fn into_iter(self) -> Ids<'a, Id, S> {
        self.iter()
    }
}

impl<Id: PostingId + fmt::Debug, S: Shape<u64>> fmt::Debug for PostingList<'_, Id, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}
