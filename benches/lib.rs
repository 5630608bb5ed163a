//! Criterion benches over the workloads and the roster, one file per question; and the comparison
//! of maps in [`compare`](mod@compare).
//!
//! A bench asks a [`Question`] of every map of the roster on some of the workloads; [`compare()`]
//! goes through them. The names are those of `cargo xtask profile`, so that a time here and a count
//! there can be laid side by side.

pub mod compare;

use criterion::{Bencher, BenchmarkId, Criterion, Throughput};

use allotment_bump::Bump;
use allotment_core::BTreeMap;
use allotment_pool::Pool;
use allotment_workload::{Backend, Key, Script, Size, Steps, Subject, Workload};

/// The workloads asked about: the two extremes of order, and real keys of either kind.
const WORKLOADS: [&str; 4] = ["uniform-u64", "ascending-u64", "ip4-ranges", "npm-names"];

/// Entries of a map: enough to leave the second-level cache, few enough for many samples.
const ENTRIES: usize = 100_000;

/// Those that are asked: a map of its own in each sample, that nothing has to outlive, in order.
const BACKENDS: [Backend; 4] = [Backend::Std, Backend::System, Backend::Pool, Backend::Bump];

/// Something to time on a map.
pub trait Question {
    /// The name of the bench.
    const NAME: &'static str;

    /// Times it. `make` makes an empty map on a backend of its own.
    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S);

    /// Operations in one sample, for the time of each.
    fn ops<K: Key>(steps: &Steps<K>) -> usize {
        steps.build.len()
    }
}

/// Asks a question of every map, workload by workload.
///
/// # Panics
///
/// If a workload named here is gone.
pub fn compare<Q: Question>(criterion: &mut Criterion) {
    for name in WORKLOADS {
        let workload = Workload::find(name).expect("a workload of the roster");
        let keys = workload.load(Size::Entries(ENTRIES), None).expect("shipped input");
        match Script::new(&keys) {
            Script::U32(steps) => compare_backends::<Q, _>(criterion, name, &steps),
            Script::U64(steps) => compare_backends::<Q, _>(criterion, name, &steps),
            Script::U128(steps) => compare_backends::<Q, _>(criterion, name, &steps),
            Script::Text(steps) => compare_backends::<Q, _>(criterion, name, &steps),
            Script::U64Pairs { .. } | Script::TextPairs { .. } => {
                unreachable!("{name} is an index, and the questions are about maps")
            }
            Script::U64Trace(_) | Script::TextTrace(_) => {
                unreachable!("{name} is recorded, and the questions are about keys")
            }
        }
    }
}

fn compare_backends<Q: Question, K: Key>(criterion: &mut Criterion, name: &str, steps: &Steps<K>) {
    let mut group = criterion.benchmark_group(format!("{}/{name}", Q::NAME));
    group.sample_size(10).throughput(Throughput::Elements(Q::ops(steps) as u64));
    for backend in BACKENDS {
        let id = BenchmarkId::from_parameter(backend.name());
        group.bench_with_input(id, steps, |bencher, steps| match backend {
            Backend::Std => Q::ask(bencher, steps, std::collections::BTreeMap::new),
            Backend::System => Q::ask(bencher, steps, BTreeMap::new),
            Backend::Pool => Q::ask(bencher, steps, || BTreeMap::new_in(Pool::new())),
            Backend::Bump => Q::ask(bencher, steps, || BTreeMap::new_in(Bump::new())),
            other => unreachable!("{} is not asked", other.name()),
        });
    }
    group.finish();
}

/// A map with the keys of the build phase.
pub fn build<K: Key, S: Subject<K>>(steps: &Steps<K>, make: impl Fn() -> S) -> S {
    let mut map = make();
    for (&key, value) in steps.build.iter().zip(0..) {
        map.insert(key, value);
    }
    map
}
