//! [`PostingMap`]: an ordered map from a key to a list of ids that is compressed.

mod abandon;
mod algebra;
mod clear_step;
mod edit;
mod fallible;
mod id;
mod iter;
mod list;
mod traits;

use core::borrow::Borrow;
use core::marker::PhantomData;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global};

use crate::map::{self, BTreeMap};
use crate::multimap::ListsUsage;
use crate::raw::ids::{List, View};
use crate::raw::shape::{Shape, Standard};

pub use algebra::{Difference, Intersection, Union};
pub use fallible::Fallible;
pub use id::PostingId;
pub use iter::{Groups, Iter, Range};
pub use list::{Ids, IdsRange, PostingList};

/// An ordered map from each key to a sorted list of different ids: an inverted index.
///
/// As [`BTreeMultiMap`](crate::BTreeMultiMap), but for ids that are integers, and compressed: a
/// single id is a part of the word that a list is in the tree; several are in a block, as the gaps
/// between them in as many bits as the widest takes, or as a bit each where they lie close; many
/// are in such blocks of up to 256 ids, or 8,193 that lie close, which a tree keeps in order.
///
/// Ids come back by value. A look-up reads half a block on average, an insertion or a removal reads
/// and writes a block.
///
/// A key is in the map as long as it has an id. If a comparison panics, the map is as it was.
///
/// # Examples
///
/// ```
/// use allotment_core::{PostingList, PostingMap};
///
/// let mut words = PostingMap::new();
/// for (row, text) in ["red bean", "green bean", "red kale"].iter().enumerate() {
///     words.extend(text.split(' ').map(|word| (word, row)));
/// }
/// assert!(words.get("bean").iter().eq([0, 1]));
/// let red_beans = PostingList::intersection_of([words.get("red"), words.get("bean")]);
/// assert!(red_beans.eq([0]));
/// ```
pub struct PostingMap<K, Id, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
    lists: BTreeMap<K, List<S>, A, S>,
    /// Ids in all lists.
    len: usize,
    ids: PhantomData<Id>,
}

impl<K, Id> PostingMap<K, Id> {
    /// An empty map on the global allocator. Allocates nothing.
    ///
    /// ```
    /// let map: allotment_core::PostingMap<u32, u32> = allotment_core::PostingMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_shape_in(Global)
    }
}

impl<K, Id, A: Allocator> PostingMap<K, Id, A> {
    /// An empty map on `alloc`. Allocates nothing.
    ///
    /// ```
    /// use allotment_core::PostingMap;
    /// use allotment_pool::Pool;
    ///
    /// let mut map = PostingMap::new_in(Pool::new());
    /// map.insert("red", 1u32);
    /// assert_eq!(map.len(), 1);
    /// ```
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// [`new_in`](PostingMap::new_in) for any shape of node, as
    /// [`with_shape_in`](BTreeMap::with_shape_in) of a map.
    #[must_use]
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { lists: BTreeMap::with_shape_in(alloc), len: 0, ids: PhantomData }
    }

    /// The allocator.
    ///
    /// ```
    /// use allotment_core::PostingMap;
    /// use allotment_pool::Pool;
    ///
    /// let mut map = PostingMap::new_in(Pool::new());
    /// map.insert("red", 1_u32);
    /// assert!(map.allocator().stats().live_bytes > 0);
    /// ```
    pub const fn allocator(&self) -> &A {
        self.lists.allocator()
    }

    /// How many pairs there are: ids, counted for each key. O(1).
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 2u32), ("b", 9), ("a", 1)]);
    /// assert_eq!((map.len(), map.key_count()), (3, 2));
    /// ```
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none. O(1).
    ///
    /// ```
    /// assert!(allotment_core::PostingMap::<u32, u32>::new().is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many keys there are. O(1).
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 2u32), ("b", 9), ("a", 1)]);
    /// assert_eq!(map.key_count(), 2);
    /// ```
    pub const fn key_count(&self) -> usize {
        self.lists.len()
    }

    /// Counts what the keys and their lists take. Visits each node and each block of ids; allocates
    /// nothing.
    ///
    /// ```
    /// let map: allotment_core::PostingMap<u8, u32> = (0..100_000).map(|n| (0, n * 9)).collect();
    /// assert!(map.memory_usage().live_bytes < 100_000);
    /// ```
    #[must_use]
    pub fn memory_usage(&self) -> ListsUsage {
        let payload = self.key_count() * size_of::<K>() + self.len() * size_of::<Id>();
        let mut usage = ListsUsage::of(self.lists.memory_usage(), self.len(), payload);
        for (_, list) in map::Iter::of(&self.lists.tree) {
            usage.live_bytes += list.bytes();
            match list.view() {
                View::One(_) => usage.in_place += 1,
                View::Block(_) => usage.in_blocks += 1,
                View::Grove(_) => usage.in_trees += 1,
            }
        }
        usage
    }
}

impl<K, Id: PostingId, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// The ids of a key, in ascending order; none if it is not there. O(log n); allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 2u32), ("b", 9), ("a", 1)]);
    /// assert!(map.get("a").iter().eq([1, 2]));
    /// assert_eq!((map.get("a").len(), map.get("b").last()), (2, Some(9)));
    /// assert!(map.get("c").is_empty());
    /// ```
    pub fn get<Q>(&self, key: &Q) -> PostingList<'_, Id, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        PostingList::of(self.lists.get(key))
    }

    /// Whether a key has an id. O(log n).
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 2u32)]);
    /// assert!(map.contains_key("a") && !map.contains_key("b"));
    /// ```
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.lists.contains_key(key)
    }

    /// Whether a key has this id. O(log n), and a part of a block is read.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("a", 2u32)]);
    /// assert!(map.contains("a", 2) && !map.contains("a", 3));
    /// ```
    pub fn contains<Q>(&self, key: &Q, id: Id) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.get(key).contains(id)
    }

    /// The first key and its ids. O(log n).
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([(2, 5u32), (1, 8), (1, 3)]);
    /// let (key, ids) = map.first_group().unwrap();
    /// assert!(*key == 1 && ids.iter().eq([3, 8]));
    /// ```
    pub fn first_group(&self) -> Option<(&K, PostingList<'_, Id, S>)> {
        self.groups().next()
    }

    /// The last key and its ids. O(log n).
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([(2, 5u32), (1, 8), (1, 3)]);
    /// let (key, ids) = map.last_group().unwrap();
    /// assert!(*key == 2 && ids.iter().eq([5]));
    /// ```
    pub fn last_group(&self) -> Option<(&K, PostingList<'_, Id, S>)> {
        self.groups().next_back()
    }

    /// The keys, in ascending order. O(1) to begin with; allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("b", 7u32), ("a", 2), ("b", 5)]);
    /// assert!(map.keys().eq(&["a", "b"]));
    /// ```
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        map::Iter::of(&self.lists.tree).map(|(key, _)| key)
    }

    /// The keys in ascending order, each with its ids. O(1) to begin with; allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([("b", 7u32), ("a", 2), ("b", 5)]);
    /// assert!(map.groups().map(|(key, ids)| (*key, ids.len())).eq([("a", 1), ("b", 2)]));
    /// ```
    pub fn groups(&self) -> Groups<'_, K, Id, S> {
        Groups { lists: map::Iter::of(&self.lists.tree), ids: PhantomData }
    }

    /// The keys within `bounds`, each with its ids. O(log n) to begin with; allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`BTreeMap::range`].
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([(1, 10u32), (2, 20), (2, 21), (3, 30)]);
    /// assert_eq!(map.range(2..).map(|(_, ids)| ids.len()).sum::<usize>(), 3);
    /// ```
    pub fn range<Q, R>(&self, bounds: R) -> Range<'_, K, Id, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        Range { lists: self.lists.range(bounds), ids: PhantomData }
    }

    /// The pairs, in ascending order of keys and then of ids. O(1) to begin with; allocates
    /// nothing.
    ///
    /// ```
    /// let map = allotment_core::PostingMap::from([(2, 5u32), (1, 8), (1, 3)]);
    /// assert!(map.iter().eq([(&1, 3), (&1, 8), (&2, 5)]));
    /// ```
    pub fn iter(&self) -> Iter<'_, K, Id, S> {
        Iter::of(self.groups(), self.len)
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
    {
        self.lists.verify()?;
        let mut len = 0;
        for (_, list) in map::Iter::of(&self.lists.tree) {
            len += list.len();
            if let View::Grove(grove) = list.view() {
                crate::raw::verify::check(&grove.tree, true)?;
                grove.verify()?;
            }
            let ids = PostingList::<u64, S>::of(Some(list));
            if !ids.iter().is_sorted_by(|a, b| a < b) || ids.iter().count() != list.len() {
                return Err("ids are out of order, or miscounted".into());
            }
        }
        if len == self.len { Ok(()) } else { Err(alloc::format!("{len} ids, len {}", self.len)) }
    }
}
