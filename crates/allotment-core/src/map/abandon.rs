//! Giving a map up without a visit to its nodes.

use core::mem::{ManuallyDrop, needs_drop};
use core::ptr;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::on_arena::Abandon;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Gives all nodes up without a visit to them, and returns the allocator. O(1).
    ///
    /// Keys and values are forgotten, not dropped, and the nodes are not given back: they stay
    /// until the allocator gives up everything, as an arena does. With any other allocator they
    /// leak. See [`OnArena`](crate::OnArena) for a collection that does this when it is dropped.
    ///
    /// ```
    /// use allotment_bump::Bump;
    /// use allotment_core::BTreeMap;
    ///
    /// let map = BTreeMap::from_iter_in((0..1000).map(|n| (n, n)), Bump::new());
    /// let mut bump = map.abandon();
    /// assert!(bump.stats().live_blocks > 0);
    /// bump.reset().expect("there is one handle only");
    /// assert_eq!(bump.stats().live_blocks, 0);
    /// ```
    pub fn abandon(self) -> A {
        let map = ManuallyDrop::new(self);
        // SAFETY: the map is never dropped, so its allocator is moved, not copied.
        unsafe { ptr::read(&map.alloc) }
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Abandon for BTreeMap<K, V, A, S> {
    type Allocator = A;

    const IS_PLAIN: bool = !needs_drop::<(K, V)>();

    fn abandon(self) -> A {
        self.abandon()
    }
}
