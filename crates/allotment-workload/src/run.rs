//! [`run`]: takes the steps of a script on one map.

use crate::digest::Digest;
use crate::key::Key;
use crate::page::Page;
use crate::phase::{Op, Phase};
use crate::probe::Probe;
use crate::script::{SCAN_LENGTH, Steps, Swap};
use crate::subject::Subject;

/// What a script found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// A [`Digest`] of everything that was read back, in order. Every map must reproduce it.
    pub hash: u64,
    /// Entries after the build phase.
    pub entries: u64,
}

/// Takes the steps of a script on the map that `make` makes, and reports to `probe`.
///
/// The map and its backend are made within the build phase and dropped within the drop phase, so
/// that they are measured whole. Between the two, only the map allocates, but for the buffer that
/// pages are read into. Values are the numbers of
/// the insertions, or the ids of an index, so that no two are the same.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use allotment_workload::{NoProbe, Script, Size, Workload, run};
///
/// let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(100), None).unwrap();
/// let Script::U64(steps) = Script::new(&keys) else { unreachable!() };
/// let outcome = run(&steps, BTreeMap::new, &mut NoProbe);
/// assert_eq!(outcome.entries, 100);
/// ```
pub fn run<K: Key, S: Subject<K>, P: Probe>(
    steps: &Steps<K>,
    make: impl FnOnce() -> S,
    probe: &mut P,
) -> Outcome {
    let mut runner = Runner { probe, digest: Digest::new(), next_value: 0 };

    runner.probe.phase_begin(Phase::Build);
    let mut map = make();
    runner.insert_all(&mut map, &steps.build);
    runner.probe.phase_end(Phase::Build, steps.build.len() as u64);
    let entries = map.len() as u64;

    runner.look_up(&map, &steps.lookups);
    runner.scan(&map, &steps.scans);
    runner.read_pages(&map);
    runner.churn(&mut map, steps);
    let mut copy = runner.clone_map(&map);
    runner.refill(&mut copy, &steps.build);
    runner.drain(&mut map);
    runner.drop_maps(map, copy);
    Outcome { hash: runner.digest.finish(), entries }
}

/// A script on its way.
struct Runner<'p, P> {
    probe: &'p mut P,
    digest: Digest,
    next_value: u64,
}

impl<P: Probe> Runner<'_, P> {
    fn insert<K: Key, S: Subject<K>>(&mut self, map: &mut S, key: K) {
        self.probe.op_begin(Op::Insert);
        let previous = map.insert(key, self.next_value);
        self.probe.op_end(Op::Insert);
        self.digest.optional(previous);
        self.next_value += 1;
    }

    fn insert_all<K: Key, S: Subject<K>>(&mut self, map: &mut S, keys: &[K]) {
        for &key in keys {
            self.insert(map, key);
        }
        self.digest.word(map.len() as u64);
    }

    fn look_up<K: Key, S: Subject<K>>(&mut self, map: &S, keys: &[K]) {
        self.probe.phase_begin(Phase::Lookup);
        for key in keys {
            self.digest.optional(map.get(key));
        }
        self.probe.phase_end(Phase::Lookup, keys.len() as u64);
    }

    fn scan<K: Key, S: Subject<K>>(&mut self, map: &S, starts: &[K]) {
        self.probe.phase_begin(Phase::Scan);
        let mut ops = 0;
        for start in starts {
            for (key, value) in map.range_from(start).take(SCAN_LENGTH) {
                ops += 1;
                key.absorb_tag(&mut self.digest);
                self.digest.word(value);
            }
        }
        for (key, value) in map.iter() {
            ops += 1;
            key.absorb_tag(&mut self.digest);
            self.digest.word(value);
        }
        self.probe.phase_end(Phase::Scan, ops);
    }

    fn read_pages<K: Key, S: Subject<K>>(&mut self, map: &S) {
        self.probe.paging_begin();
        let mut page = Page::new(map.len());
        self.probe.phase_begin(Phase::Page);
        let (mut ops, mut after) = (0, None);
        loop {
            page.clear();
            after = map.read_page(after, &mut page);
            ops += page.len() as u64;
            for (key, value) in page.iter() {
                key.absorb_tag(&mut self.digest);
                self.digest.word(value);
            }
            if after.is_none() {
                break;
            }
        }
        self.probe.phase_end(Phase::Page, ops);
        self.probe.paging_end();
    }

    fn churn<K: Key, S: Subject<K>>(&mut self, map: &mut S, steps: &Steps<K>) {
        self.probe.phase_begin(Phase::Churn);
        let (warm_up, rest) = steps.churn.split_at(steps.churn.len() / 2);
        self.swap_all(map, warm_up);
        self.probe.churn_warm();
        self.swap_all(map, rest);
        self.digest.word(map.len() as u64);
        self.probe.phase_end(Phase::Churn, 2 * steps.churn.len() as u64);
        while self.probe.churn_on() {
            for swap in steps.churn.iter().rev() {
                self.swap_all(map, &[Swap { remove: swap.insert, insert: swap.remove }]);
            }
            self.swap_all(map, &steps.churn);
        }
    }

    fn swap_all<K: Key, S: Subject<K>>(&mut self, map: &mut S, swaps: &[Swap<K>]) {
        for swap in swaps {
            self.probe.op_begin(Op::Remove);
            let removed = map.remove_entry(&swap.remove);
            self.probe.op_end(Op::Remove);
            self.removed(removed);
            self.insert(map, swap.insert);
        }
    }

    fn removed<K: Key>(&mut self, entry: Option<(K, u64)>) {
        if let Some((key, value)) = entry {
            key.absorb(&mut self.digest);
            self.digest.word(value);
        } else {
            self.digest.word(0);
        }
    }

    fn clone_map<K: Key, S: Subject<K>>(&mut self, map: &S) -> S {
        self.probe.phase_begin(Phase::Clone);
        self.probe.op_begin(Op::Clone);
        let copy = map.clone();
        self.probe.op_end(Op::Clone);
        self.probe.phase_end(Phase::Clone, copy.len() as u64);
        // What the clone holds is read after the phase, so that the phase is the clone's alone.
        for (key, value) in copy.iter() {
            key.absorb_tag(&mut self.digest);
            self.digest.word(value);
        }
        copy
    }

    fn refill<K: Key, S: Subject<K>>(&mut self, map: &mut S, keys: &[K]) {
        self.probe.phase_begin(Phase::Refill);
        self.probe.op_begin(Op::Clear);
        map.clear();
        self.probe.op_end(Op::Clear);
        self.digest.word(map.len() as u64);
        self.insert_all(map, keys);
        self.probe.phase_end(Phase::Refill, keys.len() as u64);
    }

    fn drain<K: Key, S: Subject<K>>(&mut self, map: &mut S) {
        self.probe.phase_begin(Phase::Drain);
        let ops = map.len() as u64;
        map.retain_values(|value| value % 2 == 0);
        self.digest.word(map.len() as u64);
        loop {
            self.probe.op_begin(Op::Remove);
            let popped = map.pop_first();
            self.probe.op_end(Op::Remove);
            let Some((key, value)) = popped else { break };
            key.absorb_tag(&mut self.digest);
            self.digest.word(value);
        }
        self.probe.phase_end(Phase::Drain, ops);
    }

    /// Drops the drained map first: the backend goes with the full one, within the watched
    /// operation.
    fn drop_maps<K: Key, S: Subject<K>>(&mut self, drained: S, full: S) {
        self.digest.word(drained.len() as u64);
        let ops = full.len() as u64;
        self.digest.word(ops);
        self.probe.phase_begin(Phase::Drop);
        drop(drained);
        self.probe.op_begin(Op::Drop);
        drop(full);
        self.probe.op_end(Op::Drop);
        self.probe.phase_end(Phase::Drop, ops);
    }
}
