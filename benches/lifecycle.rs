//! What do whole maps cost: to clone, to clear and fill again, to drop?

use allotment_benches::{Question, build, compare};
use allotment_workload::{Key, Steps, Subject};
use criterion::{BatchSize, Bencher, criterion_group, criterion_main};

struct Clone;

impl Question for Clone {
    const NAME: &'static str = "clone";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let map = build(steps, make);
        bencher.iter_with_large_drop(|| map.clone());
    }
}

struct Refill;

impl Question for Refill {
    const NAME: &'static str = "refill";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let mut map = build(steps, make);
        bencher.iter(|| {
            map.clear();
            for &key in &steps.build {
                map.insert(key, 0);
            }
        });
    }
}

struct Drop;

impl Question for Drop {
    const NAME: &'static str = "drop";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        bencher.iter_batched(|| build(steps, &make), drop, BatchSize::LargeInput);
    }
}

criterion_group!(benches, compare::<Clone>, compare::<Refill>, compare::<Drop>);
criterion_main!(benches);
