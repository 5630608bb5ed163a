//! Edits of a posting map.

use core::alloc::Layout;
use core::borrow::Borrow;

use allotment_alloc::Allocator;

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap};
use crate::posting::{PostingId, PostingMap};
use crate::raw::counted::Counted;
use crate::raw::ids::List;
use crate::raw::owned::{Owned, free_tree};
use crate::raw::shape::Shape;
use crate::raw::tree::Ready;

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// Puts an id in; answers whether it is new. If the key is there, its own stays.
    ///
    /// O(log n), and a part of a block is moved: up to 256 ids, or a bit. Allocates
    /// as [`BTreeMap::insert`] for a new key; for another id of a key a larger block now and then.
    ///
    /// # Panics
    ///
    /// If a comparison or the allocator does; the map is then as it was.
    ///
    /// ```
    /// let mut map = allotment_core::PostingMap::new();
    /// assert!(map.insert("a", 1u64) && map.insert("a", 2) && !map.insert("a", 1));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert(&mut self, key: K, id: Id) -> bool
    where
        K: Ord,
        Id: PostingId,
    {
        self.try_insert_pair(key, id).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    pub(super) fn try_insert_pair(&mut self, key: K, id: Id) -> Result<bool, AllocFailure<(K, Id)>>
    where
        K: Ord,
        Id: PostingId,
    {
        let BTreeMap { tree, alloc } = &mut self.lists;
        // Before the tree has room: nothing may come between that and the seat.
        let list = match List::new(id.to_bits(), alloc) {
            // SAFETY: made on this allocator just now.
            Ok(list) => unsafe { Owned::new(list, alloc) },
            Err(layout) => return Err(AllocFailure { layout, returned: (key, id) }),
        };
        // SAFETY: T4; a list is seated next.
        let inserted = match unsafe { tree.ready(&key, alloc) } {
            Ok(Ready::Room(place)) => {
                // SAFETY: told just now.
                unsafe { tree.seat(place, key, list.keep()) };
                self.len += 1;
                return Ok(true);
            }
            Ok(Ready::Equal(slot)) => {
                // SAFETY: N1; the map is borrowed for writing.
                let own = Counted::new(unsafe { &mut *slot.value() }, &mut self.len);
                // SAFETY: T4, for lists too.
                unsafe { own.list.insert(id.to_bits(), alloc) }
            }
            Err(layout) => Err(layout),
        };
        inserted.map_err(|layout| AllocFailure { layout, returned: (key, id) })
    }

    /// Puts pairs in.
    ///
    /// # Errors
    ///
    /// The pair at which the allocator failed; those before it are in.
    pub(super) fn try_fill<I>(&mut self, pairs: I) -> Result<(), AllocFailure<(K, Id)>>
    where
        K: Ord,
        Id: PostingId,
        I: IntoIterator<Item = (K, Id)>,
    {
        pairs.into_iter().try_for_each(|(key, id)| self.try_insert_pair(key, id).map(drop))
    }

    /// Takes an id out, and its key if it was the last; answers whether it was there. O(log n), and
    /// the ids of a block are moved.
    ///
    /// May allocate: where an id goes, two gaps become one, which may need more bits than the block
    /// has for a gap. [`fallible().remove`](crate::posting_map::Fallible::remove) tells if that
    /// fails.
    ///
    /// ```
    /// let mut map = allotment_core::PostingMap::from([("a", 1u32), ("a", 2)]);
    /// assert!(map.remove("a", 1) && !map.remove("a", 7));
    /// assert!(map.remove("a", 2) && !map.contains_key("a"));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn remove<Q>(&mut self, key: &Q, id: Id) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        Id: PostingId,
    {
        self.try_remove(key, id).unwrap_or_else(|layout| out_of_memory(layout))
    }

    pub(super) fn try_remove<Q>(&mut self, key: &Q, id: Id) -> Result<bool, Layout>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        Id: PostingId,
    {
        let Some(mut entry) = self.lists.occupied(key) else { return Ok(false) };
        let (list, alloc) = entry.value_and_alloc();
        if list.len() > 1 {
            let own = Counted::new(list, &mut self.len);
            // SAFETY: T4, for lists too.
            return unsafe { own.list.remove(id.to_bits(), alloc) };
        }
        Ok(list.contains(id.to_bits()) && self.remove_all(key) == 1)
    }

    /// Takes a key and all its ids out; answers how many there were. O(log n), and all its blocks
    /// are given back.
    ///
    /// ```
    /// let mut map = allotment_core::PostingMap::from([("a", 1u32), ("a", 2), ("b", 3)]);
    /// assert_eq!((map.remove_all("a"), map.remove_all("a"), map.len()), (2, 0, 1));
    /// ```
    pub fn remove_all<Q>(&mut self, key: &Q) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let Some(entry) = self.lists.occupied(key) else { return 0 };
        entry.move_out(|(key, list), alloc| {
            let count = list.len();
            self.len -= count;
            // SAFETY: T4, for lists too.
            drop(unsafe { Owned::new(list, alloc) });
            drop(key);
            count
        })
    }

    /// Drops all keys and gives all memory back. O(n) in keys and blocks.
    pub fn clear(&mut self) {
        self.len = 0;
        let BTreeMap { tree, alloc } = &mut self.lists;
        // SAFETY: T4, for lists too.
        unsafe { free_tree(tree, alloc) };
    }
}

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> Drop for PostingMap<K, Id, A, S> {
    fn drop(&mut self) {
        self.clear();
    }
}
