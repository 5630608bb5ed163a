//! [`Backend`]: the maps and backends that are compared, and [`drive`], which runs one of them.

use allotment_bump::Bump;
use allotment_core::BTreeMap;
use allotment_meter::{Counter, Counting};
use allotment_pool::Pool;
use allotment_system::Global;

use crate::key::Key;
use crate::probe::Probe;
use crate::run::{Outcome, run};
use crate::script::{Script, Steps};

/// A map and where its memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// The map of the standard library, on the global heap: what the others are compared with.
    Std,
    /// allotment's map on the global heap.
    System,
    /// allotment's map on a pool of its own, over the global heap.
    Pool,
    /// allotment's map on a bump arena of its own, over the global heap.
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
            Backend::Std => "the standard library's BTreeMap on the global heap: the before",
            Backend::System => "allotment's BTreeMap on the global heap",
            Backend::Pool => "allotment's BTreeMap on a pool of its own",
            Backend::Bump => "allotment's BTreeMap on a bump arena of its own",
        }
    }

    /// Whether the map takes an allocator, so that its requests can be counted.
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
    match script {
        Script::U32(steps) => run_plain(steps, backend, probe),
        Script::U64(steps) => run_plain(steps, backend, probe),
        Script::U128(steps) => run_plain(steps, backend, probe),
        Script::Text(steps) => run_plain(steps, backend, probe),
    }
}

/// Like [`drive`], with every request that the map makes of its backend counted by `counter`.
///
/// The standard library's map takes no allocator: for [`Backend::Std`] the counter stays as it is.
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
    match script {
        Script::U32(steps) => run_counted(steps, backend, counter, probe),
        Script::U64(steps) => run_counted(steps, backend, counter, probe),
        Script::U128(steps) => run_counted(steps, backend, counter, probe),
        Script::Text(steps) => run_counted(steps, backend, counter, probe),
    }
}

fn run_plain<K: Key, P: Probe>(steps: &Steps<K>, backend: Backend, probe: &mut P) -> Outcome {
    match backend {
        Backend::Std => run(steps, std::collections::BTreeMap::new, probe),
        Backend::System => run(steps, || BTreeMap::new_in(Global), probe),
        Backend::Pool => run(steps, || BTreeMap::new_in(Pool::new()), probe),
        Backend::Bump => run(steps, || BTreeMap::new_in(Bump::new()), probe),
    }
}

fn run_counted<K: Key, P: Probe>(
    steps: &Steps<K>,
    backend: Backend,
    counter: &Counter,
    probe: &mut P,
) -> Outcome {
    let counter = counter.clone();
    match backend {
        Backend::Std => run(steps, std::collections::BTreeMap::new, probe),
        Backend::System => {
            run(steps, || BTreeMap::new_in(Counting::with_counter(Global, counter)), probe)
        }
        Backend::Pool => {
            run(steps, || BTreeMap::new_in(Counting::with_counter(Pool::new(), counter)), probe)
        }
        Backend::Bump => {
            run(steps, || BTreeMap::new_in(Counting::with_counter(Bump::new(), counter)), probe)
        }
    }
}
