//! Traces do to every map the same as to the standard library's, and bad ones are refused.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::ops::Bound;
use std::path::PathBuf;

use allotment_meter::Counter;
use allotment_trace::{Key, KeyKind, Recorder, TraceOp, TraceWriter};
use allotment_workload::{
    Backend, Digest, Keys, NoProbe, Op, Outcome, Phase, Probe, Script, Size, Trace, Workload,
    drive, drive_counted, replay,
};
use tempfile::TempDir;

/// A program with every kind of operation: a queue, and what is asked of it.
fn record(map: &mut Recorder<BTreeMap<u64, u64>>) {
    let mut state = 7_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 44
    };
    for round in 0..400 {
        for _ in 0..20 {
            map.insert(random(), round);
        }
        for _ in 0..7 {
            map.pop_first();
            map.remove(&random());
            assert!(map.get(&u64::MAX).is_none());
            map.range(random()..).take(30).for_each(drop);
        }
        map.pop_last();
        if round % 100 == 50 {
            assert!(!map.clone_map().is_empty());
            map.iter().for_each(drop);
        }
        if round == 200 {
            map.clear();
        }
    }
}

/// The recorded program's trace, once with integers and once with texts in the same order.
struct Traces {
    folder: TempDir,
}

impl Traces {
    fn record() -> Traces {
        let folder = tempfile::tempdir().unwrap();
        let traces = Traces { folder };
        let mut map = Recorder::create(BTreeMap::new(), traces.path("integers")).unwrap();
        record(&mut map);
        map.finish().1.unwrap();

        let Keys::U64Trace(trace) = traces.load("integers", Size::Full).unwrap() else {
            panic!("integers expected")
        };
        let file = File::create(traces.path("texts")).unwrap();
        let mut writer = TraceWriter::new(file, KeyKind::Text, 8);
        for op in trace.ops {
            let text = op.key().map(|key| format!("key {key:020}"));
            writer.push(op.map(|_| Key::Text(text.as_ref().unwrap())));
        }
        writer.finish().unwrap();
        traces
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self, name: &str, size: Size) -> Result<Keys, String> {
        let workload = Workload::find("trace").unwrap();
        workload.load(size, Some(&self.path(name))).map_err(|error| error.to_string())
    }
}

#[test]
fn every_backend_does_what_std_does() {
    let traces = Traces::record();
    for name in ["integers", "texts"] {
        let keys = traces.load(name, Size::Full).unwrap();
        let script = Script::new(&keys);
        let expected = drive(&script, Backend::Std, &mut NoProbe);
        assert!(expected.entries > 1000, "{name} {}", expected.entries);
        for backend in Backend::ALL.into_iter().filter(|backend| backend.is_ordered()) {
            let counter = Counter::new();
            assert_eq!(drive(&script, backend, &mut NoProbe), expected, "{}", backend.name());
            let outcome = drive_counted(&script, backend, &counter, &mut NoProbe);
            assert_eq!(outcome, expected, "{}", backend.name());
            let counts = counter.snapshot();
            assert_eq!(counts.requests > 0, backend.takes_allocator(), "{}", backend.name());
            assert_eq!(counts.live_blocks, 0, "{}", backend.name());
        }
    }
}

/// Counts operations, by phase and kind.
#[derive(Default)]
struct Tally {
    phases: Vec<(&'static str, u64)>,
    ops: [u64; 5],
    replayed: u64,
}

impl Probe for Tally {
    fn phase_end(&mut self, phase: Phase, ops: u64) {
        self.phases.push((phase.name(), ops));
    }

    fn op_end(&mut self, op: Op) {
        self.ops[op as usize] += 1;
    }

    fn replayed(&mut self) {
        self.replayed += 1;
    }
}

#[test]
fn a_trace_has_two_phases_and_watched_operations() {
    let traces = Traces::record();
    let keys = traces.load("integers", Size::Full).unwrap();
    let script = Script::new(&keys);
    let mut tally = Tally::default();
    drive(&script, Backend::Std, &mut tally);
    let names: Vec<_> = tally.phases.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["replay", "drop"]);
    assert_eq!(script.phases(), [Phase::Replay, Phase::Drop]);
    assert_eq!((tally.phases[0].1, tally.replayed), (keys.len() as u64, keys.len() as u64));
    // Inserts; removals and pops; clears; clones; their drops and the last one.
    assert_eq!(tally.ops, [8000, 400 * 15, 1, 4, 5]);
}

#[test]
fn a_size_takes_the_first_operations() {
    let traces = Traces::record();
    let Keys::U64Trace(all) = traces.load("integers", Size::Full).unwrap() else { panic!() };
    let Keys::U64Trace(some) = traces.load("integers", Size::Entries(100)).unwrap() else {
        panic!()
    };
    assert_eq!(some.ops, all.ops[..100]);
    assert!(all.ops.len() > 16_000, "{}", all.ops.len());
}

/// The outcome of a few operations on the standard library's map.
fn outcome(ops: &[TraceOp<u64>]) -> Outcome {
    replay(&Trace { ops: ops.to_vec() }, BTreeMap::new, &mut NoProbe)
}

#[test]
fn outcomes_hold_what_was_read() {
    let insert = |key| TraceOp::Insert { key };
    let scan = |from, entries| TraceOp::Scan { from, entries };
    // Each differs from the next in what a map answers.
    let streams = [
        vec![insert(5), insert(6)],
        vec![insert(6), insert(5)],
        vec![insert(5), insert(5)],
        vec![insert(5), insert(6), TraceOp::Get { key: 5 }],
        vec![insert(5), insert(6), TraceOp::Get { key: 6 }],
        vec![insert(5), insert(6), TraceOp::Get { key: 7 }],
        vec![insert(5), insert(6), TraceOp::PopFirst],
        vec![insert(5), insert(6), TraceOp::PopLast],
        vec![insert(5), insert(6), TraceOp::Clear],
        vec![insert(5), insert(6), TraceOp::Clone],
        vec![insert(5), insert(6), scan(Bound::Unbounded, u64::MAX)],
        vec![insert(5), insert(6), scan(Bound::Included(5), 1)],
        vec![insert(5), insert(6), scan(Bound::Excluded(5), 1)],
    ];
    let hashes: Vec<_> = streams.iter().map(|ops| outcome(ops).hash).collect();
    for (index, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..index].contains(hash), "{:?}", streams[index]);
    }
    assert_eq!(outcome(&streams[6]).entries, 2);
    let digest = |words: &[u64]| {
        let mut digest = Digest::new();
        words.iter().for_each(|word| digest.word(*word));
        digest.finish()
    };
    // One insert that found nothing, an entry read, one entry left.
    let ops = [insert(7), scan(Bound::Unbounded, 9)];
    assert_eq!(outcome(&ops).hash, Some(digest(&[0, 7, 0, 1, 7, 0])));
}

#[test]
fn bad_traces_are_refused_in_one_line() {
    let traces = Traces::record();
    let good = fs::read(traces.path("integers")).unwrap();
    let refusal = |name: &str, bytes: &[u8]| {
        fs::write(traces.path(name), bytes).unwrap();
        let message = traces.load(name, Size::Full).unwrap_err();
        assert!(!message.contains('\n'), "{message}");
        message.strip_prefix(&format!("{}: ", traces.path(name).display())).unwrap().to_owned()
    };
    let mut damaged = good.clone();
    damaged[1000] ^= 1;
    let expected = "byte 24: the trace is damaged: a checksum is wrong";
    assert_eq!(refusal("damaged", &damaged), expected);
    let cut = refusal("cut", &good[..good.len() - 3]);
    let place = good.len() - 3;
    assert_eq!(cut, format!("byte {place}: the trace is cut off, or was never finished"));
    let keys = refusal("keys", b"one\ntwo\n");
    assert_eq!(keys, "not a trace; keys, one a line, are for the workload keys-file");
    let empty = TraceWriter::new(Vec::new(), KeyKind::Text, 0).finish().unwrap();
    assert_eq!(refusal("empty", &empty), "the trace has no operation");
    let missing = traces.load("missing", Size::Full).unwrap_err();
    assert!(missing.contains("cannot be read: "), "{missing}");
}
