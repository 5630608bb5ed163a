//! Giving a multimap up without a visit to its nodes.

use core::mem::{ManuallyDrop, needs_drop};
use core::ptr;

use allotment_alloc::Allocator;

use crate::multimap::BTreeMultiMap;
use crate::on_arena::Abandon;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Gives all nodes and lists up without a visit to them, and returns the allocator. O(1).
    ///
    /// See [`BTreeMap::abandon`](crate::BTreeMap::abandon).
    ///
    /// ```
    /// use allotment_bump::Bump;
    ///
    /// let map = allotment_core::BTreeMultiMap::<u32, u32, _>::new_in(Bump::new());
    /// assert_eq!(map.abandon().stats().live_blocks, 0);
    /// ```
    pub fn abandon(self) -> A {
        let map = ManuallyDrop::new(self);
        // SAFETY: it is never dropped, so the map of its lists is moved, not copied.
        unsafe { ptr::read(&map.lists) }.abandon()
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> Abandon for BTreeMultiMap<K, V, A, S> {
    type Allocator = A;

    const IS_PLAIN: bool = !needs_drop::<(K, V)>();

    fn abandon(self) -> A {
        self.abandon()
    }
}
