//! What does a removal cost: of any key as another comes in, and of the first until none is left?

use std::hint::black_box;

use allotment_benches::{Question, build, compare};
use allotment_workload::{Key, Steps, Subject};
use criterion::{BatchSize, Bencher, criterion_group, criterion_main};

struct Churn;

impl Question for Churn {
    const NAME: &'static str = "churn";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let swap_all = |mut map: S| {
            for swap in &steps.churn {
                black_box(map.remove_entry(&swap.remove));
                map.insert(swap.insert, 0);
            }
            map
        };
        bencher.iter_batched(|| build(steps, &make), swap_all, BatchSize::LargeInput);
    }

    fn ops<K: Key>(steps: &Steps<K>) -> usize {
        steps.churn.len()
    }
}

struct PopFirst;

impl Question for PopFirst {
    const NAME: &'static str = "pop_first";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let pop_all = |mut map: S| {
            while let Some(entry) = map.pop_first() {
                black_box(entry);
            }
            map
        };
        bencher.iter_batched(|| build(steps, &make), pop_all, BatchSize::LargeInput);
    }
}

criterion_group!(benches, compare::<Churn>, compare::<PopFirst>);
criterion_main!(benches);
