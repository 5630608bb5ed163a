//! Intersection, union and difference of any number of posting lists, 64 numbers at a time.
//!
//! Where one list has no id for a stretch, an intersection or a difference does not read the others
//! there: it searches for where they meet again, past whole blocks.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::map::AllocFailure;
use crate::posting::list::Rest;
use crate::posting::{PostingId, PostingList};
use crate::raw::shape::{Shape, Standard};
#[cfg(feature = "infallible")]
use crate::streams::merge_by;
use crate::streams::{Merge, try_merge_by, with_room};

/// Ids among the 64 numbers from `base` on, as bits.
#[derive(Clone, Copy, Default)]
struct Stretch {
    base: u64,
    bits: u64,
}

/// The stretches of a list that have ids.
struct Stretches<'a, S: Shape<u64>> {
    rest: Rest<'a, S>,
}

/// The ids that are in each of several lists: see [`PostingList::intersection_of`].
pub struct Intersection<'a, Id, S: Shape<u64> = Standard> {
    /// The shortest first.
    lists: Vec<Rest<'a, S>>,
    met: Stretch,
    ids: PhantomData<Id>,
}

/// The ids that are in at least one of several lists: see [`PostingList::union_of`].
pub struct Union<'a, Id, S: Shape<u64> = Standard> {
    merge: Merge<Stretches<'a, S>, Compare>,
    united: Stretch,
    /// The first one behind it, of one list.
    ahead: Option<Stretch>,
    ids: PhantomData<Id>,
}

/// The ids of a list that are in none of several others: see [`PostingList::difference`].
pub struct Difference<'a, Id, S: Shape<u64> = Standard> {
    own: Stretches<'a, S>,
    others: Vec<Rest<'a, S>>,
    left: Stretch,
    ids: PhantomData<Id>,
}

type Compare = fn(&Stretch, &Stretch) -> Ordering;

/// An iterator over what several lists have, unless memory ran out.
type Tried<T> = Result<T, AllocFailure<()>>;

/// Lists to be read, in as many places as there are of them.
fn try_rests<'a, Id, S, I>(lists: I) -> Tried<Vec<Rest<'a, S>>>
where
    Id: PostingId,
    S: Shape<u64>,
    I: IntoIterator<Item = PostingList<'a, Id, S>, IntoIter: ExactSizeIterator>,
{
    let (mut rests, lists) = with_room(lists.into_iter()).map_err(without)?;
    let count = rests.capacity();
    rests.extend(lists.take(count).map(PostingList::rest));
    Ok(rests)
}

/// A failure by itself: lists are copied, and none is lost.
fn without<T>(failure: AllocFailure<T>) -> AllocFailure<()> {
    AllocFailure { layout: failure.layout, returned: () }
}

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
    #[cfg(feature = "infallible")]
    pub fn intersection_of<I>(lists: I) -> Intersection<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        Intersection::of(lists.into_iter().map(Self::rest).collect())
    }

    /// [`intersection_of`](Self::intersection_of); but a failed allocation is an error, and does
    /// not end the program.
    ///
    /// # Errors
    ///
    /// If there is no memory for as many lists as the iterator says.
    ///
    /// ```
    /// use allotment_core::{PostingList, PostingMap};
    ///
    /// let rows = PostingMap::from([("a", 7u32), ("b", 2), ("a", 9), ("b", 9), ("c", 1)]);
    /// let lists = ["a", "b"].map(|key| rows.get(key));
    /// assert!(PostingList::try_intersection_of(lists).unwrap().eq([9]));
    /// ```
    pub fn try_intersection_of<I>(lists: I) -> Tried<Intersection<'a, Id, S>>
    where
        I: IntoIterator<Item = Self, IntoIter: ExactSizeIterator>,
    {
        try_rests(lists).map(Intersection::of)
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
    #[cfg(feature = "infallible")]
    pub fn union_of<I>(lists: I) -> Union<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        let stretches = lists.into_iter().map(|list| Stretches { rest: list.rest() });
        Union::of(merge_by(stretches, Stretch::COMPARE))
    }

    /// [`union_of`](Self::union_of); but a failed allocation is an error, and does not end the
    /// program.
    ///
    /// # Errors
    ///
    /// As [`try_intersection_of`](Self::try_intersection_of).
    pub fn try_union_of<I>(lists: I) -> Tried<Union<'a, Id, S>>
    where
        I: IntoIterator<Item = Self, IntoIter: ExactSizeIterator>,
    {
        let stretches = lists.into_iter().map(|list| Stretches { rest: list.rest() });
        try_merge_by(stretches, Stretch::COMPARE).map(Union::of).map_err(without)
    }

    /// The ids of this list that are in none of the others, in ascending order.
    ///
    /// O(n k log m) for k others of up to m ids. Takes O(k) memory of the global heap.
    ///
    /// ```
    /// let rows = allotment_core::PostingMap::from([("a", 7u32), ("a", 9), ("b", 9), ("c", 1)]);
    /// assert!(rows.get("a").difference([rows.get("b"), rows.get("c")]).eq([7]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn difference<I>(self, others: I) -> Difference<'a, Id, S>
    where
        I: IntoIterator<Item = Self>,
    {
        Difference::of(self.rest(), others.into_iter().map(Self::rest).collect())
    }

    /// [`difference`](Self::difference); but a failed allocation is an error, and does not end the
    /// program.
    ///
    /// # Errors
    ///
    /// As [`try_intersection_of`](Self::try_intersection_of).
    pub fn try_difference<I>(self, others: I) -> Tried<Difference<'a, Id, S>>
    where
        I: IntoIterator<Item = Self, IntoIter: ExactSizeIterator>,
    {
        try_rests(others).map(|others| Difference::of(self.rest(), others))
    }
}

impl Stretch {
    const COMPARE: Compare = |stretch, other| stretch.base.cmp(&other.base);

    /// Takes the first id out.
    #[inline]
    fn pop<Id: PostingId>(&mut self) -> Option<Id> {
        if self.bits == 0 {
            return None;
        }
        let bit = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        Some(Id::from_bits(self.base + u64::from(bit)))
    }
}

impl<S: Shape<u64>> Clone for Stretches<'_, S> {
    fn clone(&self) -> Self {
        Self { rest: self.rest.clone() }
    }
}

impl<S: Shape<u64>> Iterator for Stretches<'_, S> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let base = self.rest.peek()? & !63;
        Some(Stretch { base, bits: self.rest.take_word(base) })
    }
}

impl<'a, Id, S: Shape<u64>> Intersection<'a, Id, S> {
    fn of(mut lists: Vec<Rest<'a, S>>) -> Self {
        lists.sort_unstable_by_key(Rest::len_of_list);
        Self { lists, met: Stretch::default(), ids: PhantomData }
    }

    /// The next stretch in which the lists meet.
    fn meet(&mut self) -> Option<Stretch> {
        let (shortest, others) = self.lists.split_first_mut()?;
        'stretches: loop {
            let wanted = shortest.peek()?;
            let base = wanted & !63;
            for other in &mut *others {
                other.seek(wanted);
                let head = other.peek()?;
                if head - base >= 64 {
                    shortest.seek(head);
                    continue 'stretches;
                }
            }
            let own = shortest.take_word(base);
            let bits = others.iter_mut().fold(own, |bits, other| bits & other.take_word(base));
            if bits != 0 {
                return Some(Stretch { base, bits });
            }
        }
    }
}

impl<'a, Id, S: Shape<u64>> Union<'a, Id, S> {
    fn of(merge: Merge<Stretches<'a, S>, Compare>) -> Self {
        Self { merge, united: Stretch::default(), ahead: None, ids: PhantomData }
    }

    /// The next stretch of any list, with what the others have there.
    fn unite(&mut self) -> Option<Stretch> {
        let mut united = self.ahead.take().or_else(|| self.merge.next())?;
        for stretch in &mut self.merge {
            if stretch.base != united.base {
                self.ahead = Some(stretch);
                break;
            }
            united.bits |= stretch.bits;
        }
        Some(united)
    }
}

impl<'a, Id, S: Shape<u64>> Difference<'a, Id, S> {
    fn of(own: Rest<'a, S>, others: Vec<Rest<'a, S>>) -> Self {
        let own = Stretches { rest: own };
        Self { own, others, left: Stretch::default(), ids: PhantomData }
    }

    /// The next stretch of the list, without what the others have there.
    fn subtract(&mut self) -> Option<Stretch> {
        loop {
            let mut left = self.own.next()?;
            for other in &mut self.others {
                other.seek(left.base);
                left.bits &= !other.take_word(left.base);
            }
            if left.bits != 0 {
                return Some(left);
            }
        }
    }
}

macro_rules! common {
    ($name:ident, $stretch:ident, $next:ident, $($other:ident),+) => {
        impl<Id: PostingId, S: Shape<u64>> Iterator for $name<'_, Id, S> {
            type Item = Id;

            #[inline]
            fn next(&mut self) -> Option<Id> {
                loop {
                    if let Some(id) = self.$stretch.pop() {
                        return Some(id);
                    }
                    self.$stretch = self.$next()?;
                }
            }
        }

        impl<Id: PostingId, S: Shape<u64>> FusedIterator for $name<'_, Id, S> {}

        impl<Id, S: Shape<u64>> Clone for $name<'_, Id, S> {
            fn clone(&self) -> Self {
                let $stretch = self.$stretch;
                Self { $stretch, $($other: self.$other.clone(),)+ ids: PhantomData }
            }
        }

        impl<Id: PostingId + fmt::Debug, S: Shape<u64>> fmt::Debug for $name<'_, Id, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

common!(Intersection, met, meet, lists);
common!(Union, united, unite, merge, ahead);
common!(Difference, left, subtract, own, others);

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
