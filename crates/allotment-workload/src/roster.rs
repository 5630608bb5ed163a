//! [`Backend`]: the maps and backends that are compared, and [`drive`], which runs one of them.

use std::cell::OnceCell;

use allotment_bump::Bump;
use allotment_meter::Counter;
use allotment_pool::Pool;
use allotment_system::{Global, MiMalloc};

use crate::collection::{Collection, Map, PackedIndex, SortedIndex};
use crate::key::Key;
use crate::keys::Lists;
use crate::meters::{HeapMeters, Meters, PauseMeters};
use crate::plan::Plan;
use crate::probe::Probe;
use crate::run::{Ending, Outcome};
use crate::script::Script;

/// Whose collection it is, and where its memory comes from: a map, or an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// That of the standard library, on the global heap: what the others are compared with.
    Std,
    /// allotment's on the global heap.
    System,
    /// allotment's on a pool of its own, over the global heap.
    Pool,
    /// allotment's on a bump arena of its own, over the global heap.
    Bump,
    /// allotment's on mimalloc, which is a heap of its own.
    MiMalloc,
    /// allotment's on an arena of bumpalo's of its own, over the global heap.
    Bumpalo,
    /// hashbrown's hash map on the global heap: the reference for what order costs. It leaves out
    /// the phases that need one.
    Hashbrown,
}

impl Backend {
    /// All of them, in the order of a report: the one to compare with first.
    pub const ALL: [Backend; 7] = [
        Backend::Std,
        Backend::System,
        Backend::Pool,
        Backend::Bump,
        Backend::MiMalloc,
        Backend::Bumpalo,
        Backend::Hashbrown,
    ];

    /// The backend of that name.
    ///
    /// ```
    /// use allotment_workload::Backend;
    ///
    /// assert_eq!(Backend::find("pool"), Some(Backend::Pool));
    /// assert_eq!(Backend::find("pond"), None);
    /// ```
    pub fn find(name: &str) -> Option<Backend> {
        Self::ALL.into_iter().find(|backend| backend.name() == name)
    }

    /// The name by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            Backend::Std => "std",
            Backend::System => "system",
            Backend::Pool => "pool",
            Backend::Bump => "bump",
            Backend::MiMalloc => "mimalloc",
            Backend::Bumpalo => "bumpalo",
            Backend::Hashbrown => "hashbrown",
        }
    }

    /// One line on what it is.
    pub const fn description(self) -> &'static str {
        match self {
            Backend::Std => "the standard library's on the global heap: the before",
            Backend::System => "allotment's on the global heap",
            Backend::Pool => "allotment's on a pool of its own",
            Backend::Bump => "allotment's on a bump arena of its own",
            Backend::MiMalloc => "allotment's on mimalloc",
            Backend::Bumpalo => "allotment's on an arena of bumpalo's",
            Backend::Hashbrown => "hashbrown's hash map, without the phases that need order",
        }
    }

    /// Whether the collection is given an allocator, so that its requests can be counted. The
    /// others are used as they come, and ask the global heap.
    pub const fn takes_allocator(self) -> bool {
        !matches!(self, Backend::Std | Backend::Hashbrown)
    }

    /// Whether the collection has an order, and takes part in all phases.
    pub const fn is_ordered(self) -> bool {
        !matches!(self, Backend::Hashbrown)
    }

    /// Whether the backend takes chunks and hands out parts of them, so that it can hold more than
    /// the collection does, and tell when it asks for more.
    pub const fn takes_chunks(self) -> bool {
        matches!(self, Backend::Pool | Backend::Bump | Backend::Bumpalo)
    }

    /// Whether its memory is that of the global heap, where a profiler of that sees it.
    pub const fn is_on_global_heap(self) -> bool {
        !matches!(self, Backend::MiMalloc)
    }
}

/// Runs a script on a backend and reports to the probe. The allocators are used as they are, so
/// that times are true.
///
/// # Panics
///
/// If a trace is to be replayed on a map without order.
///
/// ```
/// use allotment_workload::{Backend, NoProbe, Script, Size, Workload, drive};
///
/// let keys = Workload::find("long-text").unwrap().load(Size::Entries(500), None).unwrap();
/// let script = Script::new(&keys);
/// let expected = drive(&script, Backend::Std, &mut NoProbe);
/// assert_eq!(drive(&script, Backend::Pool, &mut NoProbe), expected);
/// ```
pub fn drive<P: Probe>(script: &Script<'_>, backend: Backend, probe: &mut P) -> Outcome {
    on_script(script, Bare { backend, probe })
}

/// Like [`drive`], with every request that is made of the backend counted by `counter`.
///
/// For those that are given no allocator the counter stays as it is.
///
/// ```
/// use allotment_meter::Counter;
/// use allotment_workload::{Backend, NoProbe, Script, Size, Workload, drive_counted};
///
/// let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(500), None).unwrap();
/// let counter = Counter::new();
/// drive_counted(&Script::new(&keys), Backend::Bump, &counter, &mut NoProbe);
/// assert!(counter.snapshot().requests > 0);
/// assert_eq!(counter.snapshot().live_blocks, 0);
/// ```
pub fn drive_counted<P: Probe>(
    script: &Script<'_>,
    backend: Backend,
    counter: &Counter,
    probe: &mut P,
) -> Outcome {
    on_script(script, Metered { backend, meters: counter, probe })
}

/// Like [`drive`], with what is asked of the backend counted, and for how long each block lives.
///
/// ```
/// use allotment_workload::{Backend, HeapMeters, NoProbe, Script, Size, Workload, drive_aged};
///
/// let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(500), None).unwrap();
/// let meters = HeapMeters::new(100);
/// drive_aged(&Script::new(&keys), Backend::Pool, &meters, &mut NoProbe);
/// assert_eq!(meters.lifetimes.requests(), {
///     let counts = meters.requests.snapshot();
///     counts.requests + counts.grows + counts.shrinks
/// });
/// ```
pub fn drive_aged<P: Probe>(
    script: &Script<'_>,
    backend: Backend,
    meters: &HeapMeters,
    probe: &mut P,
) -> Outcome {
    on_script(script, Metered { backend, meters, probe })
}

/// Like [`drive`], with what is asked of the backend counted, and what a pool or an arena of ours
/// asks of the heap for it.
///
/// ```
/// use allotment_workload::{Backend, NoProbe, PauseMeters, Script, Size, Workload, drive_metered};
///
/// let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(500), None).unwrap();
/// let meters = PauseMeters::default();
/// drive_metered(&Script::new(&keys), Backend::Pool, &meters, &mut NoProbe);
/// let (nodes, chunks) = (meters.requests.snapshot(), meters.chunks.snapshot());
/// assert!(chunks.requests > 0 && chunks.requests < nodes.requests);
/// assert_eq!(chunks.live_blocks, 0);
/// ```
pub fn drive_metered<P: Probe>(
    script: &Script<'_>,
    backend: Backend,
    meters: &PauseMeters,
    probe: &mut P,
) -> Outcome {
    on_script(script, Metered { backend, meters, probe })
}

/// A way to carry a plan out on a kind of collection.
trait Run {
    fn run<K: Key, C: Collection<K>>(self, _: C, plan: &impl Plan<K>) -> Outcome;
}

/// Runs a script on the collection that it is for.
fn on_script(script: &Script<'_>, way: impl Run) -> Outcome {
    match script {
        Script::U32(steps) => way.run(Map, steps),
        Script::U64(steps) => way.run(Map, steps),
        Script::U128(steps) => way.run(Map, steps),
        Script::Text(steps) => way.run(Map, steps),
        Script::U64Trace(trace) => way.run(Map, *trace),
        Script::TextTrace(trace) => way.run(Map, trace),
        Script::U64Pairs { steps, lists: Lists::Sorted } => way.run(SortedIndex, steps),
        Script::U64Pairs { steps, lists: Lists::Packed } => way.run(PackedIndex, steps),
        Script::TextPairs { steps, lists: Lists::Sorted } => way.run(SortedIndex, steps),
        Script::TextPairs { steps, lists: Lists::Packed } => way.run(PackedIndex, steps),
    }
}

/// On a backend as it is.
struct Bare<'p, P> {
    backend: Backend,
    probe: &'p mut P,
}

impl<P: Probe> Run for Bare<'_, P> {
    fn run<K: Key, C: Collection<K>>(self, _: C, plan: &impl Plan<K>) -> Outcome {
        let probe = self.probe;
        match self.backend {
            Backend::Std => plan.begin_ordered(C::make_std, probe).finish(),
            Backend::System => plan.begin_ordered(|| C::make_ours(Global), probe).finish(),
            Backend::MiMalloc => plan.begin_ordered(|| C::make_ours(MiMalloc), probe).finish(),
            Backend::Pool => plan.begin_ordered(|| C::make_ours(Pool::new()), probe).finish(),
            Backend::Hashbrown => plan.begin_unordered(C::make_hashed, probe).finish(),
            Backend::Bump => {
                let arena = OnceCell::new();
                let make = || C::make_ours(arena.get_or_init(Bump::new).clone());
                let ending = plan.begin_ordered(make, probe);
                end_with_arena(ending, arena, |bump| bump.reset().expect(NO_HANDLES))
            }
            Backend::Bumpalo => {
                let arena = OnceCell::new();
                let make = || C::make_ours(arena.get_or_init(bumpalo::Bump::new));
                let ending = plan.begin_ordered(make, probe);
                end_with_arena(ending, arena, bumpalo::Bump::reset)
            }
        }
    }
}

/// On a backend with meters over and under it.
struct Metered<'p, M, P> {
    backend: Backend,
    meters: &'p M,
    probe: &'p mut P,
}

impl<M: Meters, P: Probe> Run for Metered<'_, M, P> {
    fn run<K: Key, C: Collection<K>>(self, _: C, plan: &impl Plan<K>) -> Outcome {
        let Metered { backend, meters, probe } = self;
        let over = |backend| C::make_ours(meters.over(backend));
        match backend {
            Backend::Std => plan.begin_ordered(C::make_std, probe).finish(),
            Backend::System => plan.begin_ordered(|| over(&Global), probe).finish(),
            Backend::MiMalloc => plan.begin_ordered(|| over(&MiMalloc), probe).finish(),
            Backend::Hashbrown => plan.begin_unordered(C::make_hashed, probe).finish(),
            Backend::Pool => {
                let pool = OnceCell::new();
                let make = || over(pool.get_or_init(|| Pool::new_in(meters.parent())));
                let ending = plan.begin_ordered(make, probe);
                drop(pool);
                ending.finish()
            }
            Backend::Bump => {
                let arena = OnceCell::new();
                let make = || over(arena.get_or_init(|| Bump::new_in(meters.parent())));
                let ending = plan.begin_ordered(make, probe);
                end_with_arena(ending, arena, |bump| bump.reset().expect(NO_HANDLES))
            }
            Backend::Bumpalo => {
                let arena = OnceCell::new();
                // It has to be behind a reference: that is the allocator.
                let handle = OnceCell::new();
                let make = || {
                    let bump: &bumpalo::Bump = arena.get_or_init(bumpalo::Bump::new);
                    over(handle.get_or_init(|| bump))
                };
                let ending = plan.begin_ordered(make, probe);
                end_with_arena(ending, arena, bumpalo::Bump::reset)
            }
        }
    }
}

const NO_HANDLES: &str = "the maps and their handles are gone";

/// Resets the arena that the maps lay in, and drops it.
fn end_with_arena<A, P: Probe>(
    mut ending: Ending<'_, P>,
    mut arena: OnceCell<A>,
    reset: impl FnOnce(&mut A),
) -> Outcome {
    ending.reset(|| reset(arena.get_mut().expect("it was made with the map")));
    drop(arena);
    ending.finish()
}
