//! [`HeapMeters`] and [`PauseMeters`]: what a run is watched with, and [`Meters`], which puts
//! them between a collection and its backend.

use allotment_alloc::Allocator;
use allotment_meter::{Aging, Counter, Counting, Lifetimes};
use allotment_system::{Global, System};

/// What is asked of a backend, and for how long it is kept.
#[derive(Clone, Debug)]
pub struct HeapMeters {
    /// Requests of the collection.
    pub requests: Counter,
    /// Lifetimes of the blocks that it got. Their table is the platform allocator's, and so never
    /// in what a profiler of the global heap sees.
    pub lifetimes: Lifetimes<System>,
}

impl HeapMeters {
    /// Nothing has been asked for; temporary are blocks that live for fewer requests than the
    /// limit. Takes two blocks of the global heap: make them before it is measured.
    #[must_use]
    pub fn new(temporary_limit: u64) -> Self {
        let lifetimes = Lifetimes::new_in(temporary_limit, System);
        Self { requests: Counter::new(), lifetimes }
    }
}

/// What is asked of a backend, and what it asks of the heap for that.
#[derive(Clone, Debug, Default)]
pub struct PauseMeters {
    /// Requests of the collection.
    pub requests: Counter,
    /// Requests of a pool or an arena of ours. One of bumpalo's asks the heap itself.
    pub chunks: Counter,
}

/// Puts what counts between a collection and its backend, and between that and the heap.
///
/// A backend is taken by reference to the trait, so that collections are compiled once for all of
/// them: what is counted stays the same, and a call of a backend takes a little longer.
pub(crate) trait Meters {
    /// What pools and arenas of ours take their chunks from.
    type Parent: Allocator + Clone;

    /// A backend with what lies over it.
    type Over<'a>: Allocator + Clone;

    /// What pools and arenas of ours take their chunks from.
    fn parent(&self) -> Self::Parent;

    /// Puts it over a backend.
    fn over<'a>(&self, backend: &'a dyn Allocator) -> Self::Over<'a>;
}

impl Meters for Counter {
    type Parent = Global;
    type Over<'a> = Counting<&'a dyn Allocator>;

    fn parent(&self) -> Global {
        Global
    }

    fn over<'a>(&self, backend: &'a dyn Allocator) -> Self::Over<'a> {
        Counting::with_counter(backend, self.clone())
    }
}

impl Meters for HeapMeters {
    type Parent = Global;
    type Over<'a> = Counting<Aging<&'a dyn Allocator, System>>;

    fn parent(&self) -> Global {
        Global
    }

    fn over<'a>(&self, backend: &'a dyn Allocator) -> Self::Over<'a> {
        let aging = Aging::new(backend, self.lifetimes.clone());
        Counting::with_counter(aging, self.requests.clone())
    }
}

impl Meters for PauseMeters {
    type Parent = Counting<Global>;
    type Over<'a> = Counting<&'a dyn Allocator>;

    fn parent(&self) -> Counting<Global> {
        Counting::with_counter(Global, self.chunks.clone())
    }

    fn over<'a>(&self, backend: &'a dyn Allocator) -> Self::Over<'a> {
        Counting::with_counter(backend, self.requests.clone())
    }
}
