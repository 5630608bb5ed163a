//! [`BTreeMultiMap`]: an ordered map from a key to a sorted list of values.

mod abandon;
mod algebra;
mod chunks;
mod clear_step;
mod edit;
mod entry;
mod fallible;
mod fallible_entry;
mod iter;
mod pages;
mod scan;
mod traits;
mod update_range;
mod usage;
mod values;

use core::borrow::Borrow;
use core::ops::{Bound, RangeBounds};

use allotment_alloc::{Allocator, Global};

use crate::map::{self, BTreeMap};
use crate::raw::postings::Postings;
use crate::raw::shape::{Shape, Standard};

pub use algebra::{Difference, Intersection, Union};
pub use chunks::{Chunks, ValueChunks};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use fallible::Fallible;
pub use fallible_entry::{FallibleEntry, FallibleOccupiedEntry, FallibleVacantEntry};
pub use iter::{Groups, Iter, Range, RangePairs};
pub use scan::{PairsOutcome, Scan, ScanValues, ScannedList, ScannedLists};
pub use usage::ListsUsage;
pub use values::{Values, ValuesRange};

/// An ordered map from each key to a sorted list of different values: an index.
///
/// What `BTreeMap<K, Vec<V>>` and `BTreeSet<(K, V)>` are used for, in less memory than either: each
/// key is stored once; a single value lies beside it in the tree, without a block of its own; a few
/// are in a block that steps up in size; and many are in a tree, so that a key with a million
/// values takes the next one in O(log n) as well.
///
/// A key is in the multimap as long as it has a value. The order of keys and values must not change
/// while they are there; if it does, or contradicts itself, look-ups may answer wrongly, and
/// nothing worse. If a comparison panics, the multimap is as it was before the call.
///
/// # Memory
///
/// Beside what a [`BTreeMap`] takes for the keys, with a word or two for each list: nothing for one
/// value; for up to 64, or 512 bytes of them, a block of 8 bytes and them, with at most half as
/// much again to spare; for more, the nodes of a set. A list from which values are removed stays in
/// what it is in, down to the last one, so that removals ask for nothing: see
/// [`shrink_to_fit`](BTreeMultiMap::shrink_to_fit).
///
/// # Examples
///
/// ```
/// use allotment_core::BTreeMultiMap;
///
/// let mut by_city = BTreeMultiMap::new();
/// by_city.insert("Lyon", 17);
/// by_city.insert("Oslo", 4);
/// by_city.insert("Lyon", 3);
///
/// assert!(by_city.get("Lyon").eq(&[3, 17]));
/// assert_eq!((by_city.len(), by_city.count("Lyon"), by_city.count("Rome")), (3, 2, 0));
/// assert!(by_city.contains("Oslo", &4));
/// ```
pub struct BTreeMultiMap<K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    lists: BTreeMap<K, Postings<V, S>, A, S>,
    /// Values in all lists.
    len: usize,
}

impl<K, V> BTreeMultiMap<K, V> {
    /// An empty multimap on the global allocator. Allocates nothing.
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<u32, u64> = allotment_core::BTreeMultiMap::new();
    /// assert!(index.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_shape_in(Global)
    }
}

impl<K, V, A: Allocator> BTreeMultiMap<K, V, A> {
    /// An empty multimap on `alloc`. Allocates nothing.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    /// use allotment_pool::Pool;
    ///
    /// let mut index = BTreeMultiMap::new_in(Pool::new());
    /// index.insert("red", 1);
    /// assert_eq!(index.len(), 1);
    /// ```
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// [`new_in`](BTreeMultiMap::new_in) for any shape of node, as
    /// [`with_shape_in`](BTreeMap::with_shape_in) of a map.
    #[must_use]
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { lists: BTreeMap::with_shape_in(alloc), len: 0 }
    }

    /// The allocator.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    /// use allotment_pool::Pool;
    ///
    /// let mut index = BTreeMultiMap::new_in(Pool::new());
    /// index.insert("red", 1);
    /// assert!(index.allocator().stats().live_bytes > 0);
    /// ```
    pub const fn allocator(&self) -> &A {
        self.lists.allocator()
    }

    /// How many pairs there are: values, counted for each key. O(1).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2), ("b", 9), ("a", 1)]);
    /// assert_eq!((index.len(), index.key_count()), (3, 2));
    /// ```
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none. O(1).
    ///
    /// ```
    /// assert!(allotment_core::BTreeMultiMap::<u32, u32>::new().is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many keys there are. O(1).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2), ("b", 9), ("a", 1)]);
    /// assert_eq!(index.key_count(), 2);
    /// ```
    pub const fn key_count(&self) -> usize {
        self.lists.len()
    }

    /// The values of a key.
    fn list<Q>(&self, key: &Q) -> Option<&Postings<V, S>>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.lists.get(key)
    }

    /// The values of a key, in ascending order; none if it is not there. O(log n) to begin with;
    /// allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2), ("b", 9), ("a", 1)]);
    /// assert!(index.get("a").eq(&[1, 2]));
    /// assert_eq!((index.get("a").len(), index.get("b").next_back()), (2, Some(&9)));
    /// assert_eq!(index.get("c").next(), None);
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Values<'_, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Values::of(self.list(key))
    }

    /// The values of a key that lie within `bounds`. O(log n) to begin with; allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range), if the key is there.
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<_, _> = (0..99).map(|n| ("a", n * 2)).collect();
    /// assert!(index.get_range("a", 10..=14).eq(&[10, 12, 14]));
    /// ```
    pub fn get_range<Q, T, R>(&self, key: &Q, bounds: R) -> ValuesRange<'_, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        V: Borrow<T> + Ord,
        T: Ord + ?Sized,
        R: RangeBounds<T>,
    {
        ValuesRange::of(self.list(key), &bounds)
    }

    /// How many values a key has. O(log n).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2), ("b", 9), ("a", 1)]);
    /// assert_eq!((index.count("a"), index.count("c")), (2, 0));
    /// ```
    pub fn count<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.list(key).map_or(0, Postings::len)
    }

    /// Whether a key has a value. O(log n).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2)]);
    /// assert!(index.contains_key("a") && !index.contains_key("b"));
    /// ```
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.list(key).is_some()
    }

    /// Whether a key has this value. O(log n).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("a", 2)]);
    /// assert!(index.contains("a", &2) && !index.contains("a", &3));
    /// ```
    pub fn contains<Q, T>(&self, key: &Q, value: &T) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        V: Borrow<T> + Ord,
        T: Ord + ?Sized,
    {
        self.list(key).is_some_and(|list| list.contains(value))
    }

    /// The first key and its values. O(log n).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(2, 'x'), (1, 'y'), (1, 'z')]);
    /// let (key, values) = index.first_group().unwrap();
    /// assert!(*key == 1 && values.eq(&['y', 'z']));
    /// ```
    pub fn first_group(&self) -> Option<(&K, Values<'_, V, S>)> {
        self.groups().next()
    }

    /// The last key and its values. O(log n).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(2, 'x'), (1, 'y'), (1, 'z')]);
    /// let (key, values) = index.last_group().unwrap();
    /// assert!(*key == 2 && values.eq(&['x']));
    /// ```
    pub fn last_group(&self) -> Option<(&K, Values<'_, V, S>)> {
        self.groups().next_back()
    }

    /// The keys, in ascending order. O(1) to begin with; allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("b", 7), ("a", 2), ("b", 5)]);
    /// assert!(index.keys().eq(&["a", "b"]));
    /// ```
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.groups().lists.map(|(key, _)| key)
    }

    /// The keys in ascending order, each with its values. O(1) to begin with; allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([("b", 7), ("a", 2), ("b", 5)]);
    /// let sums = index.groups().map(|(key, values)| (*key, values.sum::<i32>()));
    /// assert!(sums.eq([("a", 2), ("b", 12)]));
    /// ```
    pub fn groups(&self) -> Groups<'_, K, V, S> {
        Groups { lists: map::Iter::of(&self.lists.tree) }
    }

    /// The pairs, in ascending order of keys and then of values. O(1) to begin with; allocates
    /// nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(2, 'x'), (1, 'z'), (1, 'y')]);
    /// assert!(index.iter().eq([(&1, &'y'), (&1, &'z'), (&2, &'x')]));
    /// assert_eq!(index.iter().rev().nth(1), Some((&1, &'z')));
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        Iter::of(self.groups(), self.len)
    }

    /// The keys within `bounds`, each with its values. O(log n) to begin with; allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`BTreeMap::range`].
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')]);
    /// assert_eq!(index.range(2..).map(|(_, values)| values.len()).sum::<usize>(), 3);
    /// ```
    pub fn range<Q, R>(&self, bounds: R) -> Range<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        Range { lists: self.lists.range(bounds) }
    }

    /// The pairs within `bounds`, which are pairs themselves. O(log n) to begin with; allocates
    /// nothing.
    ///
    /// # Panics
    ///
    /// As [`BTreeMap::range`].
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(1, 5), (1, 8), (2, 1), (3, 4), (3, 6)]);
    /// assert!(index.range_pairs((1, 6)..(3, 6)).eq([(&1, &8), (&2, &1), (&3, &4)]));
    /// ```
    pub fn range_pairs<R>(&self, bounds: R) -> RangePairs<'_, K, V, S>
    where
        K: Ord,
        V: Ord,
        R: RangeBounds<(K, V)>,
    {
        map::range::check_bounds(&bounds, map::range::OF_MAP);
        let (start, end) = (bounds.start_bound(), bounds.end_bound());
        let (first, last) = (key_of(start), key_of(end));
        let part = |key, bounds: (Bound<&V>, Bound<&V>)| {
            let (key, list) = self.lists.get_key_value::<K>(key)?;
            Some((key, ValuesRange::of::<V>(Some(list), &bounds)))
        };
        if let (Some(first), Some(last)) = (first, last)
            && first == last
        {
            let front = part(first, (value_of(start), value_of(end)));
            return RangePairs { groups: Range::default(), front, back: None };
        }
        let beyond = |key| Option::map_or(key, Bound::Unbounded, Bound::Excluded);
        RangePairs {
            groups: self.range::<K, _>((beyond(first), beyond(last))),
            front: first.and_then(|key| part(key, (value_of(start), Bound::Unbounded))),
            back: last.and_then(|key| part(key, (Bound::Unbounded, value_of(end)))),
        }
    }

    /// Checks every invariant, of the tree of the keys and of every list.
    ///
    /// # Errors
    ///
    /// The first violation, in words.
    #[cfg(feature = "verify")]
    pub fn verify(&self) -> Result<(), alloc::string::String>
    where
        K: Ord,
        V: Ord,
    {
        use crate::raw::postings::View;

        self.lists.verify()?;
        let mut len = 0;
        for (_, list) in map::Iter::of(&self.lists.tree) {
            len += list.len();
            let is_sorted = match list.view() {
                View::Run(run) => run.is_sorted_by(|a, b| a < b) && !run.is_empty(),
                View::Tree(tree) => {
                    crate::raw::verify::check(tree, true)?;
                    tree.len() > 0
                }
            };
            if !is_sorted {
                return Err("a list is empty or out of order".into());
            }
        }
        if len == self.len { Ok(()) } else { Err(alloc::format!("{len} values, len {}", self.len)) }
    }
}

/// The key of a bound that has one.
fn key_of<K, V>(bound: Bound<&(K, V)>) -> Option<&K> {
    match bound {
        Bound::Included((key, _)) | Bound::Excluded((key, _)) => Some(key),
        Bound::Unbounded => None,
    }
}

/// What a bound of pairs says of the values of its key.
fn value_of<K, V>(bound: Bound<&(K, V)>) -> Bound<&V> {
    bound.map(|(_, value)| value)
}
