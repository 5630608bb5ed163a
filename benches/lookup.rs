//! What does a look-up cost, three in four of keys that are there?

use std::hint::black_box;

use allotment_benches::{Question, build, compare};
use allotment_workload::{Key, Steps, Subject};
use criterion::{Bencher, criterion_group, criterion_main};

struct Lookup;

impl Question for Lookup {
    const NAME: &'static str = "lookup";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let map = build(steps, make);
        bencher.iter(|| {
            for key in &steps.lookups {
                black_box(map.get(key));
            }
        });
    }

    fn ops<K: Key>(steps: &Steps<K>) -> usize {
        steps.lookups.len()
    }
}

criterion_group!(benches, compare::<Lookup>);
criterion_main!(benches);
