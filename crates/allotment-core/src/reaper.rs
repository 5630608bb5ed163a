//! [`Reaper`]: the end of a collection in steps, for programs that must not stall.

use core::fmt;

mod sealed {
    /// Only the collections of this crate can be cleared in steps.
    pub trait Sealed {}
}

pub(crate) use sealed::Sealed;

/// A collection that can be cleared in steps: all of this crate.
pub trait ClearStep: Sealed {
    /// Drops what comes last, and gives back as many nodes as `budget` says: see
    /// [`BTreeMap::clear_step`](crate::BTreeMap::clear_step). Whether the collection is empty.
    fn clear_step(&mut self, budget: usize) -> bool;
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
        self.collection.clear_step(budget)
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
