//! [`run`]: takes the steps of a script on one map.

use crate::digest::Digest;
use crate::key::Key;
use crate::page::Page;
use crate::phase::{Op, Phase};
use crate::probe::Probe;
use crate::script::{SCAN_LENGTH, Steps, Swap};
use crate::subject::{Dictionary, Subject};

/// What a script found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// A [`Digest`] of everything that was read back, in order. Every ordered map must reproduce
    /// it; there is none of a map without order.
    pub hash: Option<u64>,
    /// A digest of what does not depend on an order of keys: what insertions replaced, what
    /// look-ups found, what churn removed, and how many entries there were. Every map must
    /// reproduce it.
    pub unordered: u64,
    /// Entries after the build phase.
    pub entries: u64,
}

/// Takes the steps of a script on the map that `make` makes, and reports to `probe`.
///
/// The map and its backend are made within the build phase and dropped within the drop phase, so
/// that they are measured whole. Between the two, only the map allocates, but for the buffer that
/// pages are read into. Values are the numbers of the insertions, or the ids of an index, so that
/// no two are the same.
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
    begin_ordered(steps, make, probe).finish()
}

/// Takes the steps up to the last, in which the maps are gone, and what they lay in may not be.
pub(crate) fn begin_ordered<'p, K: Key, S: Subject<K>, P: Probe>(
    steps: &Steps<K>,
    make: impl FnOnce() -> S,
    probe: &'p mut P,
) -> Ending<'p, P> {
    let runner = Runner::begin(probe);
    go_through_ordered(runner, steps, make())
}

/// Compiled once for each kind of map, however many ways there are to make one.
#[inline(never)]
fn go_through_ordered<'p, K: Key, S: Subject<K>, P: Probe>(
    mut runner: Runner<'p, P>,
    steps: &Steps<K>,
    mut map: S,
) -> Ending<'p, P> {
    let entries = runner.build(steps, &mut map);
    runner.look_up(&map, &steps.lookups);
    runner.scan(&map, &steps.scans);
    runner.read_pages(&map);
    runner.churn(&mut map, steps);
    let mut copy = runner.clone_map(&map);
    runner.read_clone(&copy);
    runner.refill(&mut copy, &steps.build);
    runner.drain(&mut map);
    // The drained map goes first: the backend goes with the full one, within the watched operation.
    let ops = runner.drop_maps(map, copy);
    let (hash, unordered) = (Some(runner.digest.finish()), runner.unordered.finish());
    Ending::new(runner.probe, ops, Outcome { hash, unordered, entries })
}

/// As [`begin_ordered`], on a map without order: without the phases that ask for one.
pub(crate) fn begin_unordered<'p, K: Key, D: Dictionary<K>, P: Probe>(
    steps: &Steps<K>,
    make: impl FnOnce() -> D,
    probe: &'p mut P,
) -> Ending<'p, P> {
    let mut runner = Runner::begin(probe);
    let mut map = make();
    let entries = runner.build(steps, &mut map);
    runner.look_up(&map, &steps.lookups);
    runner.churn(&mut map, steps);
    let mut copy = runner.clone_map(&map);
    runner.refill(&mut copy, &steps.build);
    let ops = runner.drop_maps(map, copy);
    let outcome = Outcome { hash: None, unordered: runner.unordered.finish(), entries };
    Ending::new(runner.probe, ops, outcome)
}

/// A script whose maps are dropped, amid the drop of the last one: what they lay in is to follow.
#[must_use]
pub(crate) struct Ending<'p, P> {
    probe: &'p mut P,
    ops: u64,
    outcome: Outcome,
}

impl<'p, P: Probe> Ending<'p, P> {
    /// Of maps with so many entries, the last of which was just dropped.
    pub(crate) fn new(probe: &'p mut P, ops: u64, outcome: Outcome) -> Self {
        Ending { probe, ops, outcome }
    }

    /// Has what the maps lay in take all of its blocks back at once.
    pub(crate) fn reset(&mut self, reset: impl FnOnce()) {
        self.probe.op_begin(Op::Reset);
        reset();
        self.probe.op_end(Op::Reset);
    }

    /// All is dropped.
    pub(crate) fn finish(self) -> Outcome {
        self.probe.op_end(Op::Drop);
        self.probe.phase_end(Phase::Drop, self.ops);
        self.outcome
    }
}

/// A script on its way.
struct Runner<'p, P> {
    probe: &'p mut P,
    digest: Digest,
    unordered: Digest,
    next_value: u64,
}

impl<'p, P: Probe> Runner<'p, P> {
    /// The build phase begins: the map is to be made within it.
    fn begin(probe: &'p mut P) -> Self {
        probe.phase_begin(Phase::Build);
        Runner { probe, digest: Digest::new(), unordered: Digest::new(), next_value: 0 }
    }

    /// Enters a number that does not depend on an order.
    fn word(&mut self, word: u64) {
        self.digest.word(word);
        self.unordered.word(word);
    }

    /// Enters a value that does not depend on an order.
    #[inline]
    fn value(&mut self, value: Option<u64>) {
        self.digest.optional(value);
        // Values are far from the largest number: one word tells all from none.
        self.unordered.word(value.map_or(0, |value| value + 1));
    }

    /// Answers how many entries there are.
    fn build<K: Key, D: Dictionary<K>>(&mut self, steps: &Steps<K>, map: &mut D) -> u64 {
        self.insert_all(map, &steps.build);
        self.probe.phase_end(Phase::Build, steps.build.len() as u64);
        self.probe.built(|| map.usage());
        map.len() as u64
    }

    fn insert<K: Key, D: Dictionary<K>>(&mut self, map: &mut D, key: K) {
        self.probe.op_begin(Op::Insert);
        let previous = map.insert(key, self.next_value);
        self.probe.op_end(Op::Insert);
        self.value(previous);
        self.next_value += 1;
    }

    fn insert_all<K: Key, D: Dictionary<K>>(&mut self, map: &mut D, keys: &[K]) {
        for &key in keys {
            self.insert(map, key);
        }
        self.word(map.len() as u64);
    }

    fn look_up<K: Key, D: Dictionary<K>>(&mut self, map: &D, keys: &[K]) {
        self.probe.phase_begin(Phase::Lookup);
        for key in keys {
            self.value(map.get(key));
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

    fn churn<K: Key, D: Dictionary<K>>(&mut self, map: &mut D, steps: &Steps<K>) {
        self.probe.phase_begin(Phase::Churn);
        let (warm_up, rest) = steps.churn.split_at(steps.churn.len() / 2);
        self.swap_all(map, warm_up);
        self.probe.churn_warm();
        self.swap_all(map, rest);
        self.word(map.len() as u64);
        self.probe.phase_end(Phase::Churn, 2 * steps.churn.len() as u64);
        while self.probe.churn_on() {
            for swap in steps.churn.iter().rev() {
                self.swap_all(map, &[Swap { remove: swap.insert, insert: swap.remove }]);
            }
            self.swap_all(map, &steps.churn);
        }
    }

    fn swap_all<K: Key, D: Dictionary<K>>(&mut self, map: &mut D, swaps: &[Swap<K>]) {
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
            // No two entries share a value, so that it stands for the key.
            self.unordered.word(value + 1);
        } else {
            self.word(0);
        }
    }

    fn clone_map<K: Key, D: Dictionary<K>>(&mut self, map: &D) -> D {
        self.probe.phase_begin(Phase::Clone);
        self.probe.op_begin(Op::Clone);
        let copy = map.clone();
        self.probe.op_end(Op::Clone);
        self.probe.phase_end(Phase::Clone, copy.len() as u64);
        copy
    }

    /// What the clone holds is read after the phase, so that the phase is the clone's alone.
    fn read_clone<K: Key, S: Subject<K>>(&mut self, copy: &S) {
        for (key, value) in copy.iter() {
            key.absorb_tag(&mut self.digest);
            self.digest.word(value);
        }
    }

    fn refill<K: Key, D: Dictionary<K>>(&mut self, map: &mut D, keys: &[K]) {
        self.probe.phase_begin(Phase::Refill);
        self.probe.op_begin(Op::Clear);
        map.clear();
        self.probe.op_end(Op::Clear);
        self.word(map.len() as u64);
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

    /// Drops the one map and then, as the watched operation, the other: up to its end. Answers how
    /// many entries went.
    fn drop_maps<K: Key, D: Dictionary<K>>(&mut self, one: D, other: D) -> u64 {
        self.digest.word(one.len() as u64);
        self.word(other.len() as u64);
        let ops = (one.len() + other.len()) as u64;
        self.probe.phase_begin(Phase::Drop);
        drop(one);
        self.probe.op_begin(Op::Drop);
        drop(other);
        ops
    }
}
