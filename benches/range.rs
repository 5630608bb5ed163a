//! What does an entry cost that is read in order: in a full scan, and in many short ones?

use allotment_benches::{Question, build, compare};
use allotment_workload::{Key, SCAN_LENGTH, Steps, Subject};
use criterion::{Bencher, criterion_group, criterion_main};

struct FullScan;

impl Question for FullScan {
    const NAME: &'static str = "full_scan";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let map = build(steps, make);
        bencher.iter(|| map.iter().fold(0, |sum: u64, (_, value)| sum.wrapping_add(value)));
    }
}

struct ShortScans;

impl Question for ShortScans {
    const NAME: &'static str = "short_scans";

    fn ask<K: Key, S: Subject<K>>(bencher: &mut Bencher, steps: &Steps<K>, make: impl Fn() -> S) {
        let map = build(steps, make);
        bencher.iter(|| {
            let values =
                steps.scans.iter().flat_map(|start| map.range_from(start).take(SCAN_LENGTH));
            values.fold(0, |sum: u64, (_, value)| sum.wrapping_add(value))
        });
    }

    fn ops<K: Key>(steps: &Steps<K>) -> usize {
        steps.scans.len() * SCAN_LENGTH
    }
}

criterion_group!(benches, compare::<FullScan>, compare::<ShortScans>);
criterion_main!(benches);
