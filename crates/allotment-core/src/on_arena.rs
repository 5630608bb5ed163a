//! [`OnArena`]: a collection of plain data that is dropped with its arena, in O(1).

use core::fmt;
use core::ops::{Deref, DerefMut};

use allotment_alloc::{Allocator, ArenaAlloc};

use crate::reaper::Sealed;

/// A collection that can be given up without a visit to its nodes: all of this crate.
pub trait Abandon: Sealed + Sized {
    /// The allocator that the collection owns.
    type Allocator: Allocator;

    /// Whether nothing in it needs to be dropped.
    const IS_PLAIN: bool;

    /// Gives all nodes up as they are; the allocator is what is left. O(1): see
    /// [`BTreeMap::abandon`](crate::BTreeMap::abandon).
    fn abandon(self) -> Self::Allocator;
}

/// A collection of plain data together with the arena it lives in: dropped in O(1).
///
/// Dropping a collection visits each node, to give it back. In an arena that goes right after it
/// that is for nothing, and for most of the time that the drop takes. This form drops the arena
/// only: its chunks go back, however many pairs lie in them. If the arena has other handles, the
/// nodes stay in it until the last one is gone.
///
/// What needs to be dropped itself is refused, by the compiler:
///
/// ```compile_fail,E0080
/// use allotment_bump::Bump;
/// use allotment_core::{BTreeMap, OnArena};
///
/// OnArena::new(BTreeMap::<u32, String, _>::new_in(Bump::new()));
/// ```
///
/// # Examples
///
/// ```
/// use allotment_bump::Bump;
/// use allotment_core::{BTreeMap, OnArena};
///
/// fn squares() -> OnArena<BTreeMap<u64, u64, Bump>> {
///     let mut map = OnArena::new(BTreeMap::new_in(Bump::new()));
///     map.extend((0..1000).map(|n| (n, n * n)));
///     map
/// }
///
/// let squares = squares();
/// assert_eq!(squares[&9], 81);
/// ```
pub struct OnArena<C>
where
    C: Abandon,
    C::Allocator: ArenaAlloc,
{
    /// There until the arena is.
    collection: Option<C>,
}

impl<C> OnArena<C>
where
    C: Abandon,
    C::Allocator: ArenaAlloc,
{
    /// Takes over a collection of plain data. O(1).
    ///
    /// ```
    /// use allotment_bump::Bump;
    /// use allotment_core::{BTreeSet, OnArena};
    ///
    /// let mut set = OnArena::new(BTreeSet::new_in(Bump::new()));
    /// assert!(set.insert(1));
    /// ```
    pub const fn new(collection: C) -> Self {
        const { assert!(C::IS_PLAIN, "what needs to be dropped would not be") };
        Self { collection: Some(collection) }
    }

    /// Gives the contents up and returns the arena, to be reset and used again. O(1).
    ///
    /// ```
    /// use allotment_bump::Bump;
    /// use allotment_core::{BTreeMap, OnArena};
    ///
    /// let mut bump = Bump::new();
    /// for day in 0..3 {
    ///     let mut visits = OnArena::new(BTreeMap::new_in(bump));
    ///     visits.extend((0..1000).map(|visit| (visit, day)));
    ///     bump = visits.into_arena();
    ///     bump.reset().expect("there is one handle only");
    /// }
    /// assert_eq!(bump.stats().live_blocks, 0);
    /// ```
    pub fn into_arena(mut self) -> C::Allocator {
        self.collection.take().expect("there until the arena is").abandon()
    }
}

impl<C> Drop for OnArena<C>
where
    C: Abandon,
    C::Allocator: ArenaAlloc,
{
    fn drop(&mut self) {
        if let Some(collection) = self.collection.take() {
            drop(collection.abandon());
        }
    }
}

impl<C> Deref for OnArena<C>
where
    C: Abandon,
    C::Allocator: ArenaAlloc,
{
    type Target = C;

    fn deref(&self) -> &C {
        self.collection.as_ref().expect("there until the arena is")
    }
}

impl<C> DerefMut for OnArena<C>
where
    C: Abandon,
    C::Allocator: ArenaAlloc,
{
    fn deref_mut(&mut self) -> &mut C {
        self.collection.as_mut().expect("there until the arena is")
    }
}

impl<C> fmt::Debug for OnArena<C>
where
    C: Abandon + fmt::Debug,
    C::Allocator: ArenaAlloc,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
