//! Giving a set up without a visit to its nodes.

use core::mem::needs_drop;

use allotment_alloc::Allocator;

use crate::on_arena::Abandon;
use crate::raw::shape::Shape;
use crate::set::BTreeSet;

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// Gives all nodes up without a visit to them, and returns the allocator. O(1).
    ///
    /// See [`BTreeMap::abandon`](crate::BTreeMap::abandon).
    ///
    /// ```
    /// use allotment_bump::Bump;
    ///
    /// let set = allotment_core::BTreeSet::<u32, _>::new_in(Bump::new());
    /// assert_eq!(set.abandon().stats().live_blocks, 0);
    /// ```
    pub fn abandon(self) -> A {
        self.map.abandon()
    }
}

impl<T, A: Allocator, S: Shape<T>> Abandon for BTreeSet<T, A, S> {
    type Allocator = A;

    const IS_PLAIN: bool = !needs_drop::<T>();

    fn abandon(self) -> A {
        self.abandon()
    }
}
