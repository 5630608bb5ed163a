//! [`HeapMeters`] and [`PauseMeters`]: what a run is watched with, and [`Between`], which puts it
//! between a collection and its backend.

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

/// What lies between a collection and its backend, and between that and the heap.
pub(crate) trait Between {
    /// What pools and arenas of ours take their chunks from.
    type Parent: Allocator + Clone;

    /// A backend with what lies over it.
    type Over<A: Allocator + Clone>: Allocator + Clone;

    /// What pools and arenas of ours take their chunks from.
    fn parent(&self) -> Self::Parent;

    /// Puts it over a backend.
    fn over<A: Allocator + Clone>(self, backend: A) -> Self::Over<A>;
}

/// Nothing lies between.
pub(crate) struct Bare;

impl Between for Bare {
    type Parent = Global;
    type Over<A: Allocator + Clone> = A;

    fn parent(&self) -> Global {
        Global
    }

    fn over<A: Allocator + Clone>(self, backend: A) -> A {
        backend
    }
}

impl Between for Counter {
    type Parent = Global;
    type Over<A: Allocator + Clone> = Counting<A>;

    fn parent(&self) -> Global {
        Global
    }

    fn over<A: Allocator + Clone>(self, backend: A) -> Counting<A> {
        Counting::with_counter(backend, self)
    }
}

impl Between for HeapMeters {
    type Parent = Global;
    type Over<A: Allocator + Clone> = Counting<Aging<A, System>>;

    fn parent(&self) -> Global {
        Global
    }

    fn over<A: Allocator + Clone>(self, backend: A) -> Self::Over<A> {
        Counting::with_counter(Aging::new(backend, self.lifetimes), self.requests)
    }
}

impl Between for PauseMeters {
    type Parent = Counting<Global>;
    type Over<A: Allocator + Clone> = Counting<A>;

    fn parent(&self) -> Counting<Global> {
        Counting::with_counter(Global, self.chunks.clone())
    }

    fn over<A: Allocator + Clone>(self, backend: A) -> Counting<A> {
        Counting::with_counter(backend, self.requests)
    }
}
