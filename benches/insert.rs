//! What does an insert cost, into an empty map that grows?

use allotment_benches::{Question, build, compare};
use allotment_workload::{Key, Steps, Subject};
use criterion::{Bencher, criterion_group, criterion_main};

struct Insert;

impl Question for Insert {
    const NAME: &'static str = "insert";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        bencher.iter_with_large_drop(|| build(steps, &make));
    }
}

criterion_group!(benches, compare::<Insert>);
criterion_main!(benches);
