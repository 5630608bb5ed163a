//! [`Backend`]: the maps and backends that are compared, and [`drive`], which runs one of them.

use allotment_alloc::Allocator;
use allotment_bump::Bump;
use allotment_meter::{Counter, Counting};
use allotment_pool::Pool;
use allotment_system::Global;

use crate::collection::{Collection, Map, PackedIndex, SortedIndex};
use crate::key::Key;
use crate::keys::Lists;
use crate::plan::{Plan, run};
use crate::probe::Probe;
use crate::run::Outcome;
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
}

impl Backend {
    /// All of them, in the order of a report: the one to compare with first.
    pub const ALL: [Backend; 4] = [Backend::Std, Backend::System, Backend::Pool, Backend::Bump];

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
        }
    }

    /// One line on what it is.
    pub const fn description(self) -> &'static str {
        match self {
            Backend::Std => "the standard library's on the global heap: the before",
            Backend::System => "allotment's on the global heap",
            Backend::Pool => "allotment's on a pool of its own",
            Backend::Bump => "allotment's on a bump arena of its own",
        }
    }

    /// Whether the collection takes an allocator, so that its requests can be counted.
    pub const fn takes_allocator(self) -> bool {
        !matches!(self, Backend::Std)
    }
}

/// Runs a script on a backend and reports to the probe. The allocators are used as they are, so
/// that times are true.
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
    drive_over(script, backend, Bare, probe)
}

/// Like [`drive`], with every request that is made of the backend counted by `counter`.
///
/// The standard library's takes no allocator: for [`Backend::Std`] the counter stays as it is.
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
    drive_over(script, backend, counter.clone(), probe)
}

/// What lies between a collection and its backend.
trait Between {
    /// A backend with it.
    type Over<A: Allocator + Clone>: Allocator + Clone;

    /// Puts it over a backend.
    fn over<A: Allocator + Clone>(self, backend: A) -> Self::Over<A>;
}

/// Nothing lies between.
struct Bare;

impl Between for Bare {
    type Over<A: Allocator + Clone> = A;

    fn over<A: Allocator + Clone>(self, backend: A) -> A {
        backend
    }
}

/// Every request is counted.
impl Between for Counter {
    type Over<A: Allocator + Clone> = Counting<A>;

    fn over<A: Allocator + Clone>(self, backend: A) -> Counting<A> {
        Counting::with_counter(backend, self)
    }
}

/// Runs a script on the collection that it is for.
fn drive_over<P: Probe>(
    script: &Script<'_>,
    backend: Backend,
    between: impl Between,
    probe: &mut P,
) -> Outcome {
    match script {
        Script::U32(steps) => run_on(Map, steps, backend, between, probe),
        Script::U64(steps) => run_on(Map, steps, backend, between, probe),
        Script::U128(steps) => run_on(Map, steps, backend, between, probe),
        Script::Text(steps) => run_on(Map, steps, backend, between, probe),
        Script::U64Trace(trace) => run_on(Map, *trace, backend, between, probe),
        Script::TextTrace(trace) => run_on(Map, trace, backend, between, probe),
        Script::U64Pairs { steps, lists: Lists::Sorted } => {
            run_on(SortedIndex, steps, backend, between, probe)
        }
        Script::U64Pairs { steps, lists: Lists::Packed } => {
            run_on(PackedIndex, steps, backend, between, probe)
        }
        Script::TextPairs { steps, lists: Lists::Sorted } => {
            run_on(SortedIndex, steps, backend, between, probe)
        }
        Script::TextPairs { steps, lists: Lists::Packed } => {
            run_on(PackedIndex, steps, backend, between, probe)
        }
    }
}

fn run_on<K: Key, C: Collection<K>, P: Probe>(
    _: C,
    steps: &impl Plan<K>,
    backend: Backend,
    between: impl Between,
    probe: &mut P,
) -> Outcome {
    match backend {
        Backend::Std => run(steps, C::make_std, probe),
        Backend::System => run(steps, || C::make_ours(between.over(Global)), probe),
        Backend::Pool => run(steps, || C::make_ours(between.over(Pool::new())), probe),
        Backend::Bump => run(steps, || C::make_ours(between.over(Bump::new())), probe),
    }
}
