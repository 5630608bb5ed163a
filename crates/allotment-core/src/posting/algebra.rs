//! Intersection, union and difference of any number of posting lists.
//!
//! Where one list has no id for a stretch, an intersection or a difference does not read the others
//! there: it searches for where they meet again, past whole blocks.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::posting::list::{Ids, Rest};
use crate::posting::{PostingId, PostingList};
use crate::raw::shape::{Shape, Standard};
use crate::streams::{Keep, Merge, merge_by};

/// The ids that are in each of several lists: see [`PostingList::intersection_of`].
pub struct Intersection<'a, Id, S: Shape<u64> = Standard> {
    /// The shortest first.
    lists: Vec<Rest<'a, S>>,
    ids: PhantomData<Id>,
}

/// The ids that are in at least one of several lists: see [`PostingList::union_of`].
pub struct Union<'a, Id: PostingId, S: Shape<u64> = Standard> {
    merge: Merge<Ids<'a, Id, S>, Compare<Id>>,
}

/// The ids of a list that are in none of several others: see [`PostingList::difference`].
pub struct Difference<'a, Id, S: Shape<u64> = Standard> {
    own: Rest<'a, S>,
    others: Vec<Rest<'a, S>>,
    ids: PhantomData<Id>,
}

type Compare<Id> = fn(&Id, &Id) -> Ordering;

impl<'a, Id: PostingId, S: Shape<u64>> PostingList<'a, Id, S> {
    /// The ids that are in each of several lists, in ascending order; none of no lists.
    ///
    /// O(n k log m) for k lists of which the shortest has n ids and the longest m, and O(n k) if
    /// their ids lie as close. Takes O(k) memory of the global heap.
    ///
    /// ```
    /// use allotment_core::{PostingList, PostingMap};
    ///
    /// let mut rows = PostingMap::new();
    /// rows.extend((0u32..100).map(|row| ("all", row)));
    /// rows.extend((0..50).map(|row| ("even", row * 2)));
    /// rows.extend([("red", 7), ("red", 42), ("red", 120)]);
    ///
    /// let lists = ["all", "even", "red"].map(|key| rows.get(key));
    /// assert!(PostingList::intersection_of(lists).eq([42]));
    /// ```
    pub fn intersection_of<I>(lists: I) -> Intersection<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        let mut lists: Vec<Self> = lists.into_iter().collect();
        lists.sort_by_key(|list| list.len());
        let lists = lists.into_iter().map(Self::rest).collect();
        Intersection { lists, ids: PhantomData }
    }

    /// The ids that are in at least one of several lists, each once, in ascending order.
    ///
    /// O(n log k) for k lists that have n ids. Takes O(k) memory of the global heap.
    ///
    /// ```
    /// use allotment_core::{PostingList, PostingMap};
    ///
    /// let rows = PostingMap::from([("a", 7u32), ("b", 2), ("a", 9), ("b", 9), ("c", 1)]);
    /// let lists = ["a", "b"].map(|key| rows.get(key));
    /// assert!(PostingList::union_of(lists).eq([2, 7, 9]));
    /// ```
    pub fn union_of<I>(lists: I) -> Union<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        let compare: Compare<Id> = |id, other| id.to_bits().cmp(&other.to_bits());
        Union { merge: merge_by(lists, compare).keep(Keep::First) }
    }

    /// The ids of this list that are in none of the others, in ascending order.
    ///
    /// O(n k log m) for k others of up to m ids. Takes O(k) memory of the global heap.
    ///
    /// ```
    /// let rows = allotment_core::PostingMap::from([("a", 7u32), ("a", 9), ("b", 9), ("c", 1)]);
    /// assert!(rows.get("a").difference([rows.get("b"), rows.get("c")]).eq([7]));
    /// ```
    pub fn difference<I>(self, others: I) -> Difference<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        let others = others.into_iter().map(Self::rest).collect();
        Difference { own: self.rest(), others, ids: PhantomData }
    }
}

impl<Id: PostingId, S: Shape<u64>> Iterator for Intersection<'_, Id, S> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        let (shortest, others) = self.lists.split_first_mut()?;
        let mut wanted = shortest.peek()?;
        // Around until all agree.
        let mut at = 0;
        while at < others.len() {
            others[at].seek(wanted);
            let head = others[at].peek()?;
            at += 1;
            if head > wanted {
                shortest.seek(head);
                (wanted, at) = (shortest.peek()?, 0);
            }
        }
        shortest.step();
        Some(Id::from_bits(wanted))
    }
}

impl<Id: PostingId, S: Shape<u64>> Iterator for Union<'_, Id, S> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        self.merge.next()
    }
}

impl<Id: PostingId, S: Shape<u64>> Iterator for Difference<'_, Id, S> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        loop {
            let id = self.own.peek()?;
            self.own.step();
            let mut others = self.others.iter_mut();
            let is_elsewhere = others.any(|other| {
                other.seek(id);
                other.peek() == Some(id)
            });
            if !is_elsewhere {
                return Some(Id::from_bits(id));
            }
        }
    }
}

/// What the iterators have in common.
macro_rules! common {
    ($name:ident, $self:ident, $clone:expr) => {
        impl<Id: PostingId, S: Shape<u64>> FusedIterator for $name<'_, Id, S> {}

        impl<Id: PostingId, S: Shape<u64>> Clone for $name<'_, Id, S> {
            fn clone(&self) -> Self {
                let $self = self;
                $clone
            }
        }

        impl<Id: PostingId + fmt::Debug, S: Shape<u64>> fmt::Debug for $name<'_, Id, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

common!(Intersection, own, Self { lists: own.lists.clone(), ids: PhantomData });
common!(Union, own, Self { merge: own.merge.clone() });
common!(
    Difference,
    own,
    Self { own: own.own.clone(), others: own.others.clone(), ids: PhantomData }
);

#[cfg(test)]
mod tests {
    use crate::raw::block::tests::READS;
    use crate::{PostingList, PostingMap};

    /// A thousand ids next to a million: the smaller list decides how many blocks are read.
    #[test]
    fn blocks_between_are_not_read() {
        let (many, few): (u64, u64) = if cfg!(miri) { (20_000, 20) } else { (1_000_000, 1000) };
        let mut map = PostingMap::new();
        map.extend((0..many).map(|n| ("many", n * 7)));
        map.extend((0..few).map(|n| ("few", n * (many / few) * 7)));
        let [many, few] = ["many", "few"].map(|key| map.get(key));
        let count_reads = |run: &dyn Fn() -> usize| {
            READS.set(0);
            (run(), READS.replace(0))
        };
        let (met, reads) = count_reads(&|| PostingList::intersection_of([many, few]).count());
        assert!(met == few.len() && reads <= 2 * few.len() + 2, "{reads}");
        let (left, reads) = count_reads(&|| few.difference([many]).count());
        assert!(left == 0 && reads <= 2 * few.len() + 2, "{reads}");
    }
}
