//! Every backend reproduces the outcome of the standard library, on every workload.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Bound;

use allotment_meter::Counter;
use allotment_workload::{
    Backend, Dictionary, HeapMeters, NoProbe, NodeUsage, Op, Outcome, Page, PauseMeters, Phase,
    Probe, Script, Size, Subject, Workload, drive, drive_aged, drive_counted, drive_metered, run,
};

/// Enough for trees of three levels.
const SIZE: Size = Size::Entries(3000);

/// Runs `check` on the script of each workload; the user's file is one of text.
fn for_each_script(mut check: impl FnMut(&str, &Script<'_>)) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for line in 0..1000 {
        writeln!(file, "line {}", line * 7919 % 1000).unwrap();
    }
    // What is recorded has tests of its own.
    for workload in Workload::ALL.iter().filter(|workload| !workload.needs_trace()) {
        let path = workload.needs_file().then(|| file.path());
        let keys = workload.load(SIZE, path).unwrap();
        check(workload.name(), &Script::new(&keys));
    }
}

#[test]
fn every_backend_reproduces_the_outcome_of_std() {
    for_each_script(|name, script| {
        let std = drive(script, Backend::Std, &mut NoProbe);
        assert!(std.entries > 500 && std.hash.is_some(), "{name}");
        for backend in Backend::ALL {
            let expected = Outcome { hash: std.hash.filter(|_| backend.is_ordered()), ..std };
            let probe = &mut NoProbe;
            let outcomes = [
                drive(script, backend, probe),
                drive_counted(script, backend, &Counter::new(), probe),
                drive_aged(script, backend, &HeapMeters::new(1), probe),
                drive_metered(script, backend, &PauseMeters::default(), probe),
            ];
            assert_eq!(outcomes, [expected; 4], "{name} on {}", backend.name());
        }
    });
}

#[test]
fn counters_see_requests_and_no_leak() {
    for_each_script(|name, script| {
        for backend in Backend::ALL {
            let meters = HeapMeters::new(100);
            drive_aged(script, backend, &meters, &mut NoProbe);
            let counts = meters.requests.snapshot();
            assert_eq!(counts.requests > 0, backend.takes_allocator(), "{name}");
            assert_eq!((counts.live_blocks, counts.live_bytes), (0, 0), "{name}");
            let requests = counts.requests + counts.grows + counts.shrinks;
            assert_eq!(meters.lifetimes.requests(), requests, "{name}");
            assert_eq!(meters.lifetimes.live_blocks(), 0, "{name}");
            let ended: u64 = meters.lifetimes.classes().map(|class| class.blocks).sum();
            assert_eq!(ended, counts.frees, "{name}");
        }
    });
}

#[test]
fn what_takes_chunks_asks_for_few() {
    let keys = Workload::find("uniform-u64").unwrap().load(SIZE, None).unwrap();
    let script = Script::new(&keys);
    for backend in Backend::ALL {
        let meters = PauseMeters::default();
        drive_metered(&script, backend, &meters, &mut NoProbe);
        let (nodes, chunks) = (meters.requests.snapshot(), meters.chunks.snapshot());
        assert_eq!((nodes.live_blocks, chunks.live_blocks), (0, 0));
        let is_ours = matches!(backend, Backend::Pool | Backend::Bump);
        assert_eq!(chunks.requests > 0, is_ours, "{}", backend.name());
        assert!(chunks.requests < 20, "{} {chunks:?}", backend.name());
    }
}

/// Checks that hooks come in order, and counts what they say.
#[derive(Default)]
struct Recorder {
    phases: Vec<(Phase, u64)>,
    within: Option<Phase>,
    usage: Option<NodeUsage>,
    is_paging: bool,
    op: Option<Op>,
    resets: u64,
    ops: BTreeMap<&'static str, u64>,
    warm_after: Option<u64>,
}

impl Recorder {
    fn count(&self, phase: Phase, op: Op) -> u64 {
        self.ops.get(format!("{} {op:?}", phase.name()).as_str()).copied().unwrap_or(0)
    }
}

impl Probe for Recorder {
    fn phase_begin(&mut self, phase: Phase) {
        assert_eq!(self.within.replace(phase), None);
        assert_eq!(self.is_paging, phase == Phase::Page);
        assert!(self.phases.last().is_none_or(|&(before, _)| before < phase));
    }

    fn phase_end(&mut self, phase: Phase, ops: u64) {
        assert_eq!(self.within.take(), Some(phase));
        assert_eq!(self.op, None);
        self.phases.push((phase, ops));
    }

    fn built(&mut self, usage: impl FnOnce() -> Option<NodeUsage>) {
        assert_eq!((self.within, self.phases.len()), (None, 1));
        self.usage = usage();
    }

    fn paging_begin(&mut self) {
        assert_eq!(self.within, None);
        self.is_paging = true;
    }

    fn paging_end(&mut self) {
        assert_eq!(self.within, None);
        self.is_paging = false;
    }

    fn churn_warm(&mut self) {
        assert_eq!(self.within, Some(Phase::Churn));
        assert_eq!(self.warm_after.replace(self.count(Phase::Churn, Op::Insert)), None);
    }

    fn op_begin(&mut self, op: Op) {
        if op == Op::Reset {
            assert_eq!(self.op, Some(Op::Drop));
            return;
        }
        assert_eq!(self.op.replace(op), None);
    }

    fn op_end(&mut self, op: Op) {
        if op == Op::Reset {
            assert_eq!(self.op, Some(Op::Drop));
            self.resets += 1;
            return;
        }
        assert_eq!(self.op.take(), Some(op));
        let name = format!("{} {op:?}", self.within.unwrap().name());
        *self.ops.entry(name.leak()).or_default() += 1;
    }
}

#[test]
fn probes_follow_every_phase_and_operation() {
    let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(1000), None).unwrap();
    let mut seen = Recorder::default();
    drive(&Script::new(&keys), Backend::Std, &mut seen);

    let phases: Vec<_> = seen.phases.iter().map(|&(phase, ops)| (phase.name(), ops)).collect();
    let scanned = phases[2].1;
    assert!((1900..=2000).contains(&scanned), "{scanned}");
    assert_eq!(
        phases,
        [
            ("build", 1000),
            ("lookup", 1000),
            ("scan", scanned),
            ("page", 1000),
            ("churn", 2000),
            ("clone", 1000),
            ("refill", 1000),
            ("drain", 1000),
            ("drop", 1000),
        ]
    );
    assert_eq!(seen.count(Phase::Build, Op::Insert), 1000);
    assert_eq!(seen.count(Phase::Churn, Op::Remove), 1000);
    assert_eq!(seen.count(Phase::Refill, Op::Clear), 1);
    assert_eq!(seen.count(Phase::Clone, Op::Clone), 1);
    assert_eq!(seen.count(Phase::Drop, Op::Drop), 1);
    assert!(seen.count(Phase::Drain, Op::Remove) > 400);
    assert_eq!(seen.warm_after, Some(500));
    assert_eq!(seen.usage, None);
}

#[test]
fn maps_without_order_leave_out_what_needs_one() {
    let keys = Workload::find("npm-scopes").unwrap().load(Size::Entries(1000), None).unwrap();
    let mut seen = Recorder::default();
    let script = Script::new(&keys);
    drive(&script, Backend::Hashbrown, &mut seen);
    let phases: Vec<_> = seen.phases.iter().map(|&(phase, _)| phase).collect();
    let all = script.phases().iter().copied();
    let expected: Vec<_> = all.filter(|phase| !phase.needs_order()).collect();
    assert_eq!(phases, expected);
    // Neither of the two maps was drained.
    assert_eq!(seen.phases.last(), Some(&(Phase::Drop, 2000)));
    assert_eq!((seen.warm_after, seen.usage), (Some(500), None));
}

#[test]
fn arenas_are_reset_and_our_maps_tell_their_fill() {
    for name in ["uniform-u64", "npm-scopes", "npm-scopes-packed"] {
        let keys = Workload::find(name).unwrap().load(SIZE, None).unwrap();
        for backend in Backend::ALL {
            let mut seen = Recorder::default();
            drive(&Script::new(&keys), backend, &mut seen);
            let is_arena = matches!(backend, Backend::Bump | Backend::Bumpalo);
            assert_eq!(seen.resets, u64::from(is_arena), "{}", backend.name());
            assert_eq!(seen.count(Phase::Drop, Op::Drop), 1);
            assert_eq!(seen.usage.is_some(), backend.takes_allocator(), "{}", backend.name());
            if let Some(NodeUsage { slack_bytes, fill }) = seen.usage {
                assert!(slack_bytes > 0 && fill.iter().sum::<u64>() > 50, "{fill:?}");
            }
        }
    }
}

/// The standard library's map, with a chosen fault.
#[derive(Clone, Default)]
struct Wrong {
    map: BTreeMap<u64, u64>,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ForgetsPrevious,
    MissesOneLookup,
    SkipsOneInScans,
    SkipsOneInRanges,
    SkipsOneInPages,
    RemovesTheWrongOne,
    LosesOneOnClear,
    RetainsAll,
    PopsTheLast,
}

impl Wrong {
    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

impl Dictionary<u64> for Wrong {
    fn len(&self) -> usize {
        self.map.len()
    }

    fn insert(&mut self, key: u64, value: u64) -> Option<u64> {
        self.map.insert(key, value).filter(|_| !self.is(Fault::ForgetsPrevious))
    }

    fn get(&self, key: &u64) -> Option<u64> {
        let value = self.map.get(key).copied();
        value.filter(|value| value % 50 != 0 || !self.is(Fault::MissesOneLookup))
    }

    fn remove_entry(&mut self, key: &u64) -> Option<(u64, u64)> {
        if self.is(Fault::RemovesTheWrongOne) && key.is_multiple_of(64) {
            return self.map.pop_last();
        }
        self.map.remove_entry(key)
    }

    fn clear(&mut self) {
        if self.is(Fault::LosesOneOnClear) {
            self.map.retain(|key, _| key.is_multiple_of(64));
        } else {
            self.map.clear();
        }
    }
}

impl Subject<u64> for Wrong {
    fn pop_first(&mut self) -> Option<(u64, u64)> {
        if self.is(Fault::PopsTheLast) { self.map.pop_last() } else { self.map.pop_first() }
    }

    fn retain_values(&mut self, mut keep: impl FnMut(u64) -> bool) {
        let all = self.is(Fault::RetainsAll);
        self.map.retain(|_, value| keep(*value) || all);
    }

    fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        let skipped = usize::from(self.is(Fault::SkipsOneInScans));
        self.map.iter().map(|(key, value)| (*key, *value)).skip(skipped)
    }

    fn range_from(&self, start: &u64) -> impl Iterator<Item = (u64, u64)> {
        let skipped = usize::from(self.is(Fault::SkipsOneInRanges));
        self.map.range(start..).map(|(key, value)| (*key, *value)).skip(skipped)
    }

    fn read_page(&self, after: Option<u64>, page: &mut Page<u64>) -> Option<u64> {
        let skipped = usize::from(self.is(Fault::SkipsOneInPages));
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.map.range((start, Bound::Unbounded)).skip(skipped);
        page.extend(entries.take(page.entries()));
        page.next_after()
    }
}

#[test]
fn a_wrong_map_has_another_hash() {
    let keys = Workload::find("zipf-u64").unwrap().load(SIZE, None).unwrap();
    let Script::U64(steps) = Script::new(&keys) else { unreachable!() };
    let outcome =
        |fault| -> Outcome { run(&steps, || Wrong { map: BTreeMap::new(), fault }, &mut NoProbe) };
    let right = outcome(None);
    assert_eq!(right, run(&steps, BTreeMap::new, &mut NoProbe));
    for (fault, needs_order) in [
        (Fault::ForgetsPrevious, false),
        (Fault::MissesOneLookup, false),
        (Fault::SkipsOneInScans, true),
        (Fault::SkipsOneInRanges, true),
        (Fault::SkipsOneInPages, true),
        (Fault::RemovesTheWrongOne, false),
        (Fault::LosesOneOnClear, false),
        (Fault::RetainsAll, true),
        (Fault::PopsTheLast, true),
    ] {
        let wrong = outcome(Some(fault));
        assert_ne!(wrong.hash, right.hash, "{fault:?}");
        assert_eq!(wrong.unordered == right.unordered, needs_order, "{fault:?}");
    }
}

#[test]
fn churn_goes_on_for_as_long_as_the_probe_likes_and_ends_where_it_began() {
    struct Again {
        rounds: u32,
        /// But for those of the drain, which depend on the values.
        removals: u64,
        drained: Option<u64>,
        is_draining: bool,
    }

    impl Probe for Again {
        fn phase_begin(&mut self, phase: Phase) {
            self.is_draining = phase == Phase::Drain;
        }

        fn phase_end(&mut self, phase: Phase, ops: u64) {
            self.drained = self.drained.or((phase == Phase::Drain).then_some(ops));
        }

        fn churn_on(&mut self) -> bool {
            let goes_on = self.rounds > 0;
            self.rounds = self.rounds.saturating_sub(1);
            goes_on
        }

        fn op_end(&mut self, op: Op) {
            self.removals += u64::from(op == Op::Remove && !self.is_draining);
        }
    }

    let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(300), None).unwrap();
    let script = Script::new(&keys);
    for backend in Backend::ALL {
        let after = |rounds| {
            let mut probe = Again { rounds, removals: 0, drained: None, is_draining: false };
            drive(&script, backend, &mut probe);
            (probe.removals, probe.drained)
        };
        let (swaps, drained) = after(0);
        // There and back, twice.
        assert_eq!(after(2), (swaps + 4 * 300, drained), "{}", backend.name());
    }
}
