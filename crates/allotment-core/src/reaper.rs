//! [`Reaper`] and [`RetireList`]: the end of one collection, or of many, in steps.

use alloc::boxed::Box;
use core::fmt;

mod sealed {
    /// Only the collections of this crate can be cleared in steps.
    pub trait Sealed {}
}

pub(crate) use sealed::Sealed;

/// A collection that can be cleared in steps: all of this crate.
pub trait ClearStep: Sealed {
    /// Drops what comes last, until `left` nodes have gone back, which is counted down: see
    /// [`BTreeMap::clear_step`](crate::BTreeMap::clear_step). Whether the collection is empty.
    fn clear_within(&mut self, left: &mut usize) -> bool;
}

/// A collection that is being dropped, a few nodes at a time.
///
/// Dropping millions of pairs takes as long as it takes; a program whose pauses must be short hands
/// the collection to a reaper, and calls [`step`](Reaper::step) between other work. What is left
/// when the reaper is dropped is dropped with it, so nothing leaks if the steps are too few.
///
/// ```
/// use allotment_core::{BTreeMap, Reaper};
///
/// let sessions = BTreeMap::from_iter((0..10_000).map(|id| (id, id.to_string())));
/// let mut reaper = Reaper::new(sessions);
/// let mut steps = 1;
/// while !reaper.step(100) {
///     // ... answer a request ...
///     steps += 1;
/// }
/// assert!(steps > 1);
/// ```
pub struct Reaper<C: ClearStep> {
    collection: C,
}

impl<C: ClearStep> Reaper<C> {
    /// Takes a collection over, to drop it. O(1).
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Reaper};
    ///
    /// assert!(Reaper::new(BTreeSet::<u32>::new()).step(1));
    /// ```
    pub const fn new(collection: C) -> Self {
        Self { collection }
    }

    /// Drops what comes last, and gives back as many nodes as `budget` says; whether nothing is
    /// left. A budget of 0 does nothing but answer.
    ///
    /// O(budget), with a few more nodes for each level: see
    /// [`BTreeMap::clear_step`](crate::BTreeMap::clear_step). Allocates nothing.
    ///
    /// # Panics
    ///
    /// If the drop of a key or a value does: the rest is still there, for the next step.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Reaper};
    ///
    /// let mut reaper = Reaper::new(BTreeMap::from_iter((0..1000).map(|n| (n, n))));
    /// assert!(!reaper.step(1));
    /// assert!(reaper.step(usize::MAX));
    /// ```
    pub fn step(&mut self, budget: usize) -> bool {
        self.collection.clear_within(&mut { budget })
    }

    /// What is left.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Reaper};
    ///
    /// let mut reaper = Reaper::new(BTreeMap::from_iter((0..1000).map(|n| (n, n))));
    /// reaper.step(3);
    /// assert!((1..1000).contains(&reaper.rest().len()));
    /// ```
    pub const fn rest(&self) -> &C {
        &self.collection
    }
}

impl<C: ClearStep + fmt::Debug> fmt::Debug for Reaper<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reaper").field("rest", &self.collection).finish()
    }
}

/// Collections of any types that are being dropped, a few nodes at a time.
///
/// A program that retires many maps, as it would with one pool for all of them, puts each in the
/// list and calls [`step`](RetireList::step) between other work. The last one retired goes first:
/// of its nodes most are in the cache. What is left goes with the list.
///
/// ```
/// use allotment_core::{BTreeMap, BTreeSet, RetireList};
/// use allotment_pool::Pool;
///
/// let pool = Pool::new();
/// let mut retired = RetireList::new();
/// for round in 0..10_u64 {
///     let mut map = BTreeMap::new_in(pool.clone());
///     map.extend((0..1000).map(|n| (n, round)));
///     retired.push(map);
/// }
/// retired.push(BTreeSet::from_iter(0..1000));
/// while !retired.step(20) {
///     // ... answer a request ...
/// }
/// assert_eq!(pool.stats().live_blocks, 0);
/// ```
#[derive(Default)]
pub struct RetireList<'a> {
    first: Option<Box<Retired<'a, dyn ClearStep + 'a>>>,
    len: usize,
}

/// A collection of the list, and the one that was retired before it.
struct Retired<'a, C: ClearStep + ?Sized> {
    next: Option<Box<Retired<'a, dyn ClearStep + 'a>>>,
    collection: C,
}

impl<'a> RetireList<'a> {
    /// An empty list. Allocates nothing.
    ///
    /// ```
    /// assert!(allotment_core::RetireList::new().step(1));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { first: None, len: 0 }
    }

    /// Takes a collection over, to drop it. O(1); allocates a box for it on the global allocator.
    #[cfg(feature = "infallible")]
    pub fn push(&mut self, collection: impl ClearStep + 'a) {
        self.first = Some(Box::new(Retired { next: self.first.take(), collection }));
        self.len += 1;
    }

    /// How many collections are left.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no collection is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Drops as many nodes as `budget` says, an empty collection counting as one; whether nothing
    /// is left. A budget of 0 does nothing but answer.
    ///
    /// O(budget), as for [`Reaper::step`]. Allocates nothing.
    ///
    /// # Panics
    ///
    /// If the drop of a key or a value does: the rest is still there, for the next step.
    pub fn step(&mut self, budget: usize) -> bool {
        let mut left = budget;
        while left > 0
            && let Some(first) = &mut self.first
        {
            if first.collection.clear_within(&mut left) {
                self.pop();
                left = left.saturating_sub(1);
            }
        }
        self.is_empty()
    }

    /// Drops the first collection, with what is left of it.
    fn pop(&mut self) {
        if let Some(mut first) = self.first.take() {
            self.first = first.next.take();
            self.len -= 1;
        }
    }

    /// Drops all collections, one by one: each would drop the next from within.
    fn pop_all(&mut self) {
        while !self.is_empty() {
            self.pop();
        }
    }
}

impl Drop for RetireList<'_> {
    fn drop(&mut self) {
        /// Goes on where a drop panicked.
        struct Rest<'l, 'a>(&'l mut RetireList<'a>);

        impl Drop for Rest<'_, '_> {
            fn drop(&mut self) {
                self.0.pop_all();
            }
        }

        Rest(self).0.pop_all();
    }
}

impl fmt::Debug for RetireList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetireList").field("len", &self.len).finish_non_exhaustive()
    }
}
