//! [`replay`]: does to a map what was recorded.

use std::ops::Bound;

use allotment_trace::TraceOp;

use crate::digest::Digest;
use crate::key::Key;
use crate::phase::{Op, Phase};
use crate::probe::Probe;
use crate::run::{Ending, Outcome};
use crate::subject::Subject;
use crate::trace::Trace;

/// Does to the map that `make` makes what the trace says, and reports to `probe`.
///
/// There are two phases: *replay*, in which the map and its backend are made, and *drop*. Values
/// are the numbers of the insertions. Nothing but the map allocates meanwhile. The entries of the
/// outcome are those at its fullest.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use allotment_trace::TraceOp;
/// use allotment_workload::{NoProbe, Trace, replay};
///
/// let ops = vec![TraceOp::Insert { key: 3 }, TraceOp::Insert { key: 1 }, TraceOp::PopFirst];
/// let outcome = replay(&Trace { ops }, BTreeMap::<u64, u64>::new, &mut NoProbe);
/// assert_eq!(outcome.entries, 2);
/// ```
pub fn replay<K: Key, S: Subject<K>, P: Probe>(
    trace: &Trace<K>,
    make: impl FnOnce() -> S,
    probe: &mut P,
) -> Outcome {
    begin_replay(trace, make, probe).finish()
}

/// Does what the trace says up to the end of the map: what it lay in may not be gone.
pub(crate) fn begin_replay<'p, K: Key, S: Subject<K>, P: Probe>(
    trace: &Trace<K>,
    make: impl FnOnce() -> S,
    probe: &'p mut P,
) -> Ending<'p, P> {
    probe.phase_begin(Phase::Replay);
    let player = Player { probe, digest: Digest::new(), next_value: 0, most: 0 };
    play(player, trace, make())
}

/// Compiled once for each kind of map, however many ways there are to make one.
#[inline(never)]
fn play<'p, K: Key, S: Subject<K>, P: Probe>(
    mut player: Player<'p, P>,
    trace: &Trace<K>,
    mut map: S,
) -> Ending<'p, P> {
    for op in &trace.ops {
        player.step(&mut map, op);
        player.probe.replayed();
    }
    player.probe.phase_end(Phase::Replay, trace.ops.len() as u64);
    player.probe.built(|| map.usage());

    // What is left is read after the phase, so that this is the trace's alone.
    let left = map.len() as u64;
    player.digest.word(left);
    map.iter().for_each(|entry| player.read(entry));
    player.probe.phase_begin(Phase::Drop);
    player.probe.op_begin(Op::Drop);
    drop(map);
    let hash = player.digest.finish();
    let outcome = Outcome { hash: Some(hash), unordered: hash, entries: player.most };
    Ending::new(player.probe, left, outcome)
}

/// A trace on its way.
struct Player<'p, P> {
    probe: &'p mut P,
    digest: Digest,
    next_value: u64,
    /// The most entries there were at once.
    most: u64,
}

impl<P: Probe> Player<'_, P> {
    fn step<K: Key, S: Subject<K>>(&mut self, map: &mut S, op: &TraceOp<K>) {
        match op {
            TraceOp::Insert { key } => self.insert(map, *key),
            TraceOp::Get { key } => self.digest.optional(map.get(key)),
            TraceOp::Remove { key } => self.remove(|| map.remove_entry(key)),
            TraceOp::Scan { from, entries } => self.scan(map, from, *entries),
            TraceOp::PopFirst => self.remove(|| map.pop_first()),
            TraceOp::PopLast => self.remove(|| map.pop_last()),
            TraceOp::Clear => {
                self.probe.op_begin(Op::Clear);
                map.clear();
                self.probe.op_end(Op::Clear);
                self.digest.word(map.len() as u64);
            }
            TraceOp::Clone => self.clone_map(map),
        }
    }

    fn insert<K: Key, S: Subject<K>>(&mut self, map: &mut S, key: K) {
        self.probe.op_begin(Op::Insert);
        let previous = map.insert(key, self.next_value);
        self.probe.op_end(Op::Insert);
        self.digest.optional(previous);
        self.next_value += 1;
        self.most = self.most.max(map.len() as u64);
    }

    fn remove<K: Key>(&mut self, remove: impl FnOnce() -> Option<(K, u64)>) {
        self.probe.op_begin(Op::Remove);
        let removed = remove();
        self.probe.op_end(Op::Remove);
        match removed {
            Some(entry) => self.read(entry),
            None => self.digest.word(0),
        }
    }

    fn scan<K: Key, S: Subject<K>>(&mut self, map: &S, from: &Bound<K>, entries: u64) {
        let most = usize::try_from(entries).unwrap_or(usize::MAX);
        match from {
            Bound::Unbounded => map.iter().take(most).for_each(|entry| self.read(entry)),
            Bound::Included(key) => {
                map.range_from(key).take(most).for_each(|entry| self.read(entry));
            }
            Bound::Excluded(start) => {
                let behind = map.range_from(start).skip_while(|(key, _)| key == start);
                behind.take(most).for_each(|entry| self.read(entry));
            }
        }
    }

    /// The clone is dropped at once, and its backend lives on with the map's.
    fn clone_map<K: Key, S: Subject<K>>(&mut self, map: &S) {
        self.probe.op_begin(Op::Clone);
        let copy = map.clone();
        self.probe.op_end(Op::Clone);
        self.digest.word(copy.len() as u64);
        self.probe.op_begin(Op::Drop);
        drop(copy);
        self.probe.op_end(Op::Drop);
    }

    fn read<K: Key>(&mut self, (key, value): (K, u64)) {
        key.absorb_tag(&mut self.digest);
        self.digest.word(value);
    }
}
