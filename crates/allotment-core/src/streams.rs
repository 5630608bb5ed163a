//! Any number of ascending streams as one: iterators over maps, sets, files, in any mixture.
//!
//! One item of each stream is held, and nothing else: so what is merged may be larger than memory.
//! The result ascends as well, and is what the bulk build of a map or a set likes best.

use alloc::vec::Vec;
use core::alloc::Layout;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;
use core::mem;

use crate::map::AllocFailure;

/// What becomes of items that compare as equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of them are yielded, in the order of their streams.
    #[default]
    All,
    /// The one of the first stream is yielded, and the others are dropped.
    First,
    /// The one of the last stream is yielded, and the others are dropped.
    Last,
}

/// Several ascending streams as one: see [`merge_pairs`], [`merge_elements`] and [`merge_by`], and
/// [`try_merge_pairs`] and the like, which do not end the program if an allocation fails.
pub struct Merge<I: Iterator, C> {
    /// A heap: none comes before its parent, which is half as far from the beginning.
    heads: Vec<Head<I>>,
    compare: C,
    keep: Keep,
}

/// The order of items, where it is their own.
type Compare<T> = fn(&T, &T) -> Ordering;

/// One of several streams, which come from `N`.
type Stream<N> = <<N as IntoIterator>::Item as IntoIterator>::IntoIter;

/// An item of one of several streams.
type Item<N> = <<N as IntoIterator>::Item as IntoIterator>::Item;

/// Streams as one; or what they were to come from, of which none was taken, if memory ran out.
type Merged<N, C> = Result<Merge<Stream<N>, C>, AllocFailure<<N as IntoIterator>::IntoIter>>;

/// A stream that has one item out.
struct Head<I: Iterator> {
    item: I::Item,
    stream: I,
    /// Which of the streams it is.
    rank: usize,
}

/// Merges streams of pairs that ascend by their keys.
///
/// O(k) memory for k streams, of the global heap; O(log k) comparisons an item. Streams that do not
/// ascend give a result that does not, and nothing worse.
///
/// ```
/// use allotment_core::BTreeMap;
/// use allotment_core::streams::{Keep, merge_pairs};
///
/// // Newest first: what a key was set to last counts.
/// let layers: [BTreeMap<&str, u32>; 3] = [
///     [("beans", 9)].into(),
///     [("beans", 3), ("kale", 1)].into(),
///     [("kale", 7), ("peas", 2)].into(),
/// ];
/// let merged: BTreeMap<_, _> = merge_pairs(layers).keep(Keep::First).collect();
/// assert_eq!(merged, BTreeMap::from([("beans", 9), ("kale", 1), ("peas", 2)]));
/// ```
#[cfg(feature = "infallible")]
pub fn merge_pairs<K, V, I>(
    streams: impl IntoIterator<Item = I>,
) -> Merge<I::IntoIter, Compare<(K, V)>>
where
    K: Ord,
    I: IntoIterator<Item = (K, V)>,
{
    merge_by(streams, |(key, _), (other, _)| key.cmp(other))
}

/// Merges streams of elements that ascend: as [`merge_pairs`] does.
///
/// ```
/// use allotment_core::BTreeSet;
/// use allotment_core::streams::{Keep, merge_elements};
///
/// let sets = [BTreeSet::from([1, 4]), BTreeSet::from([2, 4]), BTreeSet::from([3])];
/// assert!(merge_elements(&sets).eq([&1, &2, &3, &4, &4]));
/// assert!(merge_elements(&sets).keep(Keep::First).eq([&1, &2, &3, &4]));
/// ```
#[cfg(feature = "infallible")]
pub fn merge_elements<T, I>(streams: impl IntoIterator<Item = I>) -> Merge<I::IntoIter, Compare<T>>
where
    T: Ord,
    I: IntoIterator<Item = T>,
{
    merge_by(streams, T::cmp)
}

/// Merges streams that ascend as `compare` says: as [`merge_pairs`] does.
///
/// ```
/// use allotment_core::streams::merge_by;
///
/// let descending = [vec![9, 5, 1], vec![8, 5]];
/// assert!(merge_by(descending, |a: &i32, b: &i32| b.cmp(a)).eq([9, 8, 5, 5, 1]));
/// ```
#[cfg(feature = "infallible")]
pub fn merge_by<I, C>(streams: impl IntoIterator<Item = I>, mut compare: C) -> Merge<I::IntoIter, C>
where
    I: IntoIterator,
    C: FnMut(&I::Item, &I::Item) -> Ordering,
{
    let mut heads: Vec<_> = begin(streams).collect();
    arrange(&mut heads, &mut compare);
    Merge { heads, compare, keep: Keep::All }
}

/// [`merge_pairs`]; but a failed allocation is an error, and does not end the program.
///
/// # Errors
///
/// The iterator over the streams, if there is no memory for one item of each; none was taken.
///
/// ```
/// use allotment_core::BTreeMap;
/// use allotment_core::streams::try_merge_pairs;
///
/// let layers = [BTreeMap::from([(2, 'b')]), BTreeMap::from([(1, 'a'), (3, 'c')])];
/// assert!(try_merge_pairs(layers).unwrap().eq([(1, 'a'), (2, 'b'), (3, 'c')]));
/// ```
pub fn try_merge_pairs<K, V, N>(streams: N) -> Merged<N, Compare<(K, V)>>
where
    K: Ord,
    N: IntoIterator<Item: IntoIterator<Item = (K, V)>, IntoIter: ExactSizeIterator>,
{
    try_merge_by(streams, |(key, _), (other, _)| key.cmp(other))
}

/// [`merge_elements`]; but a failed allocation is an error, and does not end the program.
///
/// # Errors
///
/// As for [`try_merge_pairs`].
///
/// ```
/// use allotment_core::streams::try_merge_elements;
///
/// assert!(try_merge_elements([[1, 4], [2, 3]]).unwrap().eq([1, 2, 3, 4]));
/// ```
pub fn try_merge_elements<T, N>(streams: N) -> Merged<N, Compare<T>>
where
    T: Ord,
    N: IntoIterator<Item: IntoIterator<Item = T>, IntoIter: ExactSizeIterator>,
{
    try_merge_by(streams, T::cmp)
}

/// [`merge_by`]; but a failed allocation is an error, and does not end the program.
///
/// Streams are counted first: should there be more of them than the iterator says, the others are
/// dropped.
///
/// # Errors
///
/// As for [`try_merge_pairs`].
///
/// ```
/// use allotment_core::streams::try_merge_by;
///
/// let descending = [vec![9, 5, 1], vec![8, 5]];
/// let merged = try_merge_by(descending, |a: &i32, b: &i32| b.cmp(a)).unwrap();
/// assert!(merged.eq([9, 8, 5, 5, 1]));
/// ```
pub fn try_merge_by<N, C>(streams: N, mut compare: C) -> Merged<N, C>
where
    N: IntoIterator<Item: IntoIterator, IntoIter: ExactSizeIterator>,
    C: FnMut(&Item<N>, &Item<N>) -> Ordering,
{
    let (mut heads, streams) = with_room(streams.into_iter())?;
    // Within what was reserved.
    let count = heads.capacity();
    heads.extend(begin(streams).take(count));
    arrange(&mut heads, &mut compare);
    Ok(Merge { heads, compare, keep: Keep::All })
}

/// A vector with room for something of each item of an iterator.
///
/// # Errors
///
/// The iterator, if there is no memory for that.
pub(crate) fn with_room<T, I: ExactSizeIterator>(items: I) -> Result<(Vec<T>, I), AllocFailure<I>> {
    let mut room = Vec::new();
    if room.try_reserve_exact(items.len()).is_err() {
        // No block is as large as an overflow would have it: then that of one item is told.
        let layout = Layout::array::<T>(items.len()).unwrap_or(Layout::new::<T>());
        return Err(AllocFailure { layout, returned: items });
    }
    Ok((room, items))
}

/// The first item of each stream that has one.
fn begin<N>(streams: N) -> impl Iterator<Item = Head<Stream<N>>>
where
    N: IntoIterator<Item: IntoIterator>,
{
    streams.into_iter().enumerate().filter_map(|(rank, stream)| {
        let mut stream = stream.into_iter();
        Some(Head { item: stream.next()?, stream, rank })
    })
}

/// Makes a heap of heads.
fn arrange<I, C>(heads: &mut [Head<I>], compare: &mut C)
where
    I: Iterator,
    C: FnMut(&I::Item, &I::Item) -> Ordering,
{
    for at in (0..heads.len() / 2).rev() {
        sink(heads, at, compare);
    }
}

/// Moves a head down to where none of those below comes before it.
fn sink<I, C>(heads: &mut [Head<I>], mut at: usize, compare: &mut C)
where
    I: Iterator,
    C: FnMut(&I::Item, &I::Item) -> Ordering,
{
    let mut is_before = |head: &Head<I>, other: &Head<I>| {
        compare(&head.item, &other.item).then(head.rank.cmp(&other.rank)).is_lt()
    };
    loop {
        let mut child = 2 * at + 1;
        if child >= heads.len() {
            return;
        }
        if child + 1 < heads.len() && is_before(&heads[child + 1], &heads[child]) {
            child += 1;
        }
        if !is_before(&heads[child], &heads[at]) {
            return;
        }
        heads.swap(child, at);
        at = child;
    }
}

impl<I: Iterator, C> Merge<I, C> {
    /// What becomes of items that compare as equal: all of them are yielded, unless told otherwise.
    #[must_use]
    pub fn keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }
}

impl<I, C> Merge<I, C>
where
    I: Iterator,
    C: FnMut(&I::Item, &I::Item) -> Ordering,
{
    /// Takes out the item that comes first.
    fn pop(&mut self) -> Option<I::Item> {
        let first = self.heads.first_mut()?;
        let item = match first.stream.next() {
            Some(next) => mem::replace(&mut first.item, next),
            None => self.heads.swap_remove(0).item,
        };
        sink(&mut self.heads, 0, &mut self.compare);
        Some(item)
    }
}

impl<I, C> Iterator for Merge<I, C>
where
    I: Iterator,
    C: FnMut(&I::Item, &I::Item) -> Ordering,
{
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let mut item = self.pop()?;
        if self.keep == Keep::All {
            return Some(item);
        }
        while self.heads.first().is_some_and(|head| (self.compare)(&item, &head.item).is_eq()) {
            let equal = self.pop()?;
            if self.keep == Keep::Last {
                item = equal;
            }
        }
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let hints = self.heads.iter().map(|head| head.stream.size_hint());
        let (least, most) = hints.fold((0_usize, Some(0_usize)), |(least, most), hint| {
            let most =
                most.zip(hint.1).and_then(|(most, other)| most.checked_add(other)?.checked_add(1));
            (least.saturating_add(hint.0).saturating_add(1), most)
        });
        (if self.keep == Keep::All { least } else { least.min(1) }, most)
    }
}

// A stream that has ended is gone.
impl<I: Iterator, C: FnMut(&I::Item, &I::Item) -> Ordering> FusedIterator for Merge<I, C> {}

impl<I, C: Clone> Clone for Merge<I, C>
where
    I: Iterator<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self { heads: self.heads.clone(), compare: self.compare.clone(), keep: self.keep }
    }
}

impl<I: Iterator<Item: Clone> + Clone> Clone for Head<I> {
    fn clone(&self) -> Self {
        Self { item: self.item.clone(), stream: self.stream.clone(), rank: self.rank }
    }
}

impl<I: Iterator<Item: fmt::Debug>, C> fmt::Debug for Merge<I, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = self.heads.iter().map(|head| (head.rank, &head.item));
        f.debug_map().entries(heads).finish()
    }
}
