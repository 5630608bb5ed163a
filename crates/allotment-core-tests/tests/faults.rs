//! Every allocation of a long script fails or panics in turn, and every comparison panics in turn:
//! the map is unchanged by each, nothing leaks, and the script goes on.
//!
//! Before each operation passes, it is tried with the fault at its first request or comparison, at
//! its second, and so on, until the fault is not reached any more.

use std::collections::BTreeMap as Twin;
use std::ops::Bound;

use allotment_bump::Bump;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, Dense, Global, Ranked, SharedAlloc};
use allotment_meter::{Counter, Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;
use fastrand::Rng;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Hazard 29: one request fails, or all from one on, and the operation says so.
    Fail,
    /// Hazard 20: a request panics.
    Panic,
    /// Hazards 11 and 12: a comparison panics.
    Compare,
}

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Self::Fail => "allocations that failed",
            Self::Panic => "allocations that panicked",
            Self::Compare => "comparisons that panicked",
        }
    }
}

/// The edits of the script.
#[derive(Clone, Debug)]
enum Edit {
    Insert(u32, u32),
    Entry(u32, u32),
    Remove(u32),
    Look(u32, u32),
    Append(Vec<u32>),
    Extend(Vec<u32>),
    SplitOff(u32, bool),
    /// Splits a range off, or removes it.
    CutRange(u32, u32, bool),
    Clone,
    Retain(u64),
    Compact,
}

fn edits(seed: u64, len: usize, span: u32) -> impl Iterator<Item = Edit> {
    let mut rng = Rng::with_seed(seed);
    (0..len).map(move |at| {
        let (key, value) = (rng.u32(0..span), rng.u32(..));
        let numbers = |rng: &mut Rng| (0..rng.usize(0..24)).map(|_| rng.u32(0..span)).collect();
        match rng.u32(0..100) {
            0..8 => Edit::Look(key, value % span),
            8..20 => Edit::Entry(key, value),
            20..24 => Edit::Append(numbers(&mut rng)),
            24..28 => Edit::Extend(numbers(&mut rng)),
            28..30 => Edit::SplitOff(key, rng.bool()),
            30 => Edit::CutRange(key, key + rng.u32(0..span / 4), rng.bool()),
            31 => Edit::Clone,
            32 => Edit::Retain(rng.u64(..) | rng.u64(..)),
            33 => Edit::Compact,
            34 => {
                // Enough for a tree of several levels, somewhere or all over.
                let (from, step) = (rng.u32(0..span), rng.u32(1..4));
                Edit::Append((0..rng.u32(0..120)).map(|n| from + n * step).collect())
            }
            35..75 if at / 128 % 2 == 0 => Edit::Insert(key, value),
            75.. if at / 128 % 2 == 1 => Edit::Insert(key, value),
            _ => Edit::Remove(key),
        }
    })
}

type Map<B, S> = BTreeMap<Probe, Probe, Counting<B>, S>;

/// A map, what it must hold, and the means to make trouble.
struct Subject<B: SharedAlloc, S: Shape<Probe>> {
    map: Map<B, S>,
    twin: Twin<u32, u32>,
    counter: Counter,
    plan: FaultPlan,
    trouble: Trouble,
    owed: usize,
    /// Faults that were met so far.
    points: usize,
    /// Edits so far.
    steps: u32,
}

impl<B: SharedAlloc, S: Shape<Probe>> Subject<B, S> {
    fn new(alloc: B, plan: FaultPlan, trouble: Trouble) -> Self {
        let alloc = Counting::new(alloc);
        let (counter, owed) = (alloc.counter(), ledger::live());
        let map = BTreeMap::with_shape_in(alloc);
        Self { map, twin: Twin::new(), counter, plan, trouble, owed, points: 0, steps: 0 }
    }

    /// Sets the fault to the `n`-th request or comparison; `again` asks for the other kind of
    /// failure, if there is one. Answers whether there is.
    fn arm(&self, n: u64, again: bool) -> bool {
        match (self.trouble, again) {
            (Trouble::Fail, false) => self.plan.fail_from(n),
            (Trouble::Fail, true) => self.plan.fail_at(n),
            (Trouble::Panic, false) => self.plan.panic_at(n),
            (Trouble::Compare, false) => arm(Act::Compare, n),
            _ => return false,
        }
        true
    }

    /// Takes the fault out again; answers whether it was met.
    fn disarm(&self) -> bool {
        let met = self.plan.faults() > 0;
        self.plan.never();
        disarm_compare(self.trouble) || met
    }

    /// Tries `act` until no fault keeps it from passing; calls `check` after each failed try.
    fn sweep(
        &mut self,
        mut act: impl FnMut(&mut Map<B, S>, Trouble) -> bool,
        mut check: impl FnMut(&Self),
    ) {
        for n in 0.. {
            for again in [false, true] {
                if !self.arm(n, again) {
                    continue;
                }
                let passed = act(&mut self.map, self.trouble);
                let met = self.disarm();
                if passed {
                    return;
                }
                assert!(met, "it failed without a fault");
                self.points += 1;
                self.map.verify().expect("a valid tree after a fault");
                check(self);
            }
        }
    }

    /// `sweep` for an operation that leaves the map as it was, structure included.
    fn sweep_whole(&mut self, act: impl FnMut(&mut Map<B, S>, Trouble) -> bool) {
        let before = self.map.dump();
        self.sweep(act, |subject| {
            assert_eq!(subject.map.dump(), before, "a fault changed the map");
            subject.check();
        });
    }

    /// Contents, values included; no leak of pairs or nodes.
    fn check(&self) {
        let pairs = self.map.iter().map(|(key, value)| (key.n(), value.n()));
        assert!(pairs.eq(self.twin.iter().map(|(&key, &value)| (key, value))));
        assert_eq!(ledger::live() - self.owed, 2 * self.map.len(), "pairs leaked");
        let nodes = self.map.dump().lines().count() - 1;
        assert_eq!(self.counter.snapshot().live_blocks, nodes as u64, "nodes leaked");
    }

    fn act(&mut self, edit: &Edit) {
        self.steps += 1;
        match *edit {
            Edit::Insert(key, value) => {
                self.sweep_whole(|map, trouble| insert(map, trouble, key, value));
                self.twin.insert(key, value);
            }
            Edit::Entry(key, value) => {
                self.sweep_whole(|map, trouble| entry(map, trouble, key, value));
                self.twin.entry(key).or_insert(value);
            }
            Edit::Remove(key) => {
                let mut removed = None;
                self.sweep_whole(|map, _| {
                    catch(|| map.remove(&Probe::new(key))).map(|value| removed = value).is_some()
                });
                assert_eq!(removed.map(|value| value.n()), self.twin.remove(&key));
            }
            Edit::Look(start, end) => self.look(start.min(end), start.max(end)),
            Edit::Append(ref numbers) => self.append(numbers),
            Edit::Extend(ref numbers) => self.extend(numbers),
            Edit::SplitOff(key, joins) => self.split_off(key, joins),
            Edit::CutRange(start, end, splits) => self.cut_range(start, end, splits),
            Edit::Clone => self.clone_whole(),
            Edit::Compact => self.compact(),
            Edit::Retain(mask) => {
                let requests = self.counter.snapshot().requests;
                let keep = |key: u32| mask.rotate_right(key) & 1 == 1;
                self.map.retain(|key, _| keep(key.n()));
                self.twin.retain(|&key, _| keep(key));
                assert_eq!(self.counter.snapshot().requests, requests);
            }
        }
        self.map.verify().expect("a valid tree");
        self.check();
    }

    fn look(&mut self, start: u32, end: u32) {
        let count = self.twin.range(start..=end).count();
        let has = self.twin.contains_key(&start);
        self.sweep_whole(|map, _| {
            let seen = catch(|| {
                let (start, end) = (Probe::new(start), Probe::new(end));
                assert_eq!(map.get(&start).is_some(), has);
                assert_eq!(map.range_mut(&start..=&end).count(), count);
                map.range(start..=end).count()
            });
            seen.inspect(|&seen| assert_eq!(seen, count)).is_some()
        });
    }

    fn split_off(&mut self, key: u32, joins: bool) {
        let mut tail = None;
        self.sweep_whole(|map, trouble| {
            tail = if trouble == Trouble::Fail {
                map.fallible().split_off(&Probe::new(key)).ok()
            } else {
                catch(|| map.split_off(&Probe::new(key)))
            };
            tail.is_some()
        });
        let mut tail = tail.expect("it has passed");
        tail.verify().expect("a valid tail");
        let twin_tail = self.twin.split_off(&key);
        assert!(tail.keys().map(Probe::n).eq(twin_tail.keys().copied()));
        if joins {
            self.map.append(&mut tail);
            self.twin.extend(twin_tail);
        }
    }

    fn cut_range(&mut self, start: u32, end: u32, splits: bool) {
        let (gone, kept) = self.twin.iter().partition(|(key, _)| (start..end).contains(*key));
        let (gone, kept): (Twin<u32, u32>, Twin<u32, u32>) = (gone, kept);
        let mut part = None;
        self.sweep_whole(|map, trouble| {
            let (first, last) = (Probe::new(start), Probe::new(end));
            let bounds = &first..&last;
            part = match (trouble, splits) {
                _ if start == end => catch(|| map.split_range(bounds)),
                (Trouble::Fail, true) => map.fallible().split_range(bounds).ok(),
                (_, true) => catch(|| map.split_range(bounds)),
                (Trouble::Fail, false) => {
                    let count = map.fallible().remove_range(bounds);
                    count.ok().map(|count| {
                        assert_eq!(count, gone.len());
                        BTreeMap::with_shape_in(map.allocator().clone())
                    })
                }
                (_, false) => catch(|| map.drain(bounds).len())
                    .map(|_| BTreeMap::with_shape_in(map.allocator().clone())),
            };
            part.is_some()
        });
        let part = part.expect("it has passed");
        if splits {
            part.verify().expect("a valid part");
            assert!(part.keys().map(Probe::n).eq(gone.keys().copied()));
            let mut cursor = self.map.lower_bound_mut(Bound::Included(&Probe::new(start)));
            cursor.splice_before(part).expect("it was cut out there");
        } else {
            self.twin = kept;
        }
    }

    fn clone_whole(&mut self) {
        self.sweep_whole(|map, trouble| {
            let copy = if trouble == Trouble::Fail {
                map.fallible().try_clone().ok()
            } else {
                catch(|| map.clone())
            };
            copy.inspect(|copy| assert!(copy.iter().eq(map.iter()))).is_some()
        });
    }

    /// A fault may leave the structure changed, and nothing else.
    fn compact(&mut self) {
        self.sweep(
            |map, trouble| match trouble {
                Trouble::Fail => map.fallible().compact().is_ok(),
                _ => catch(|| map.compact()).is_some(),
            },
            Self::check,
        );
    }

    /// Not one edit but many: after each fault, every pair is in one of the two maps.
    fn append(&mut self, numbers: &[u32]) {
        let mut other = BTreeMap::with_shape_in(self.map.allocator().clone());
        // Values that have not been there before tell which pair is which.
        let fresh = |n: u32| u32::MAX - (self.steps << 12) - n;
        other.extend(numbers.iter().map(|&n| (Probe::new(n), Probe::new(fresh(n)))));
        let given: Twin<u32, u32> = numbers.iter().map(|&n| (n, fresh(n))).collect();
        let other_cell = std::cell::RefCell::new(&mut other);
        let twin = self.twin.clone();
        self.sweep(
            |map, trouble| {
                let mut other = other_cell.borrow_mut();
                match trouble {
                    Trouble::Fail => map.fallible().append(&mut other).is_ok(),
                    _ => catch(|| map.append(&mut other)).is_some(),
                }
            },
            |subject| {
                let other = other_cell.borrow();
                other.verify().expect("a valid other");
                let pairs = subject.map.iter().chain(other.iter()).count();
                assert_eq!(ledger::live() - subject.owed, 2 * pairs, "pairs leaked");
                for (key, value) in &twin {
                    let has = subject.map.get(&Probe::new(*key)).map(Probe::n);
                    assert!(has == Some(*value) || has == given.get(key).copied());
                }
                for (key, value) in &given {
                    let waits = other.contains_key(&Probe::new(*key));
                    let has = subject.map.get(&Probe::new(*key)).map(Probe::n);
                    assert_ne!(waits, has == Some(*value), "{key} is in both or in none");
                }
            },
        );
        assert!(other.is_empty());
        self.twin.extend(given);
    }

    /// Not one edit but many: a pair at which a request fails comes back.
    fn extend(&mut self, numbers: &[u32]) {
        let rest = std::cell::RefCell::new(numbers.iter().copied().rev().collect::<Vec<u32>>());
        let in_hand = std::cell::Cell::new(None);
        let twin = std::cell::RefCell::new(std::mem::take(&mut self.twin));
        let settle = || {
            if let Some(n) = in_hand.take() {
                twin.borrow_mut().insert(n, !n);
            }
        };
        let pairs = || {
            std::iter::from_fn(|| {
                settle();
                in_hand.set(rest.borrow_mut().pop());
                in_hand.get().map(|n| (Probe::new(n), Probe::new(!n)))
            })
        };
        self.sweep(
            |map, trouble| match trouble {
                Trouble::Fail => match map.fallible().extend(pairs()) {
                    Ok(()) => true,
                    Err(failure) => {
                        assert_eq!(Some(failure.returned.0.n()), in_hand.take());
                        rest.borrow_mut().push(failure.returned.0.n());
                        false
                    }
                },
                _ => catch(|| map.extend(pairs())).is_some() || in_hand.take().is_none(),
            },
            |subject| {
                let twin = twin.borrow();
                assert!(subject.map.keys().map(Probe::n).eq(twin.keys().copied()));
                assert_eq!(ledger::live() - subject.owed, 2 * twin.len(), "pairs leaked");
            },
        );
        assert!(rest.borrow().is_empty());
        self.twin = twin.into_inner();
    }
}

fn disarm_compare(trouble: Trouble) -> bool {
    trouble == Trouble::Compare && disarm(Act::Compare)
}

fn insert<B: SharedAlloc, S: Shape<Probe>>(
    map: &mut Map<B, S>,
    trouble: Trouble,
    key: u32,
    value: u32,
) -> bool {
    let pair = (Probe::new(key), Probe::new(value));
    if trouble != Trouble::Fail {
        return catch(|| map.insert(pair.0, pair.1)).is_some();
    }
    let Err(failure) = map.fallible().insert(pair.0, pair.1) else { return true };
    assert_eq!((failure.returned.0.n(), failure.returned.1.n()), (key, value));
    false
}

fn entry<B: SharedAlloc, S: Shape<Probe>>(
    map: &mut Map<B, S>,
    trouble: Trouble,
    key: u32,
    value: u32,
) -> bool {
    if trouble == Trouble::Fail {
        let entry = map.fallible().entry(Probe::new(key));
        let Err(failure) = entry.or_insert_with(|| Probe::new(value)) else { return true };
        assert_eq!((failure.returned.0.n(), failure.returned.1.n()), (key, value));
        return false;
    }
    catch(|| map.entry(Probe::new(key)).or_insert(Probe::new(value)).n()).is_some()
}

/// Runs scripts of 3,000 edits; answers how many faults there were in each.
fn run<B: SharedAlloc, S: Shape<Probe>>(
    make: impl Fn(Faulty<Counting<Global>>) -> B,
    trouble: Trouble,
    span: u32,
) -> usize {
    let points = (0..effort()).map(|seed| run_once::<B, S>(&make, trouble, seed, span));
    points.min().expect("an effort of at least 1")
}

fn run_once<B: SharedAlloc, S: Shape<Probe>>(
    make: impl FnOnce(Faulty<Counting<Global>>) -> B,
    trouble: Trouble,
    seed: u64,
    span: u32,
) -> usize {
    let (books, owed) = (Counting::new(Global), ledger::live());
    let parent = books.counter();
    let faulty = Faulty::new(books);
    let plan = faulty.plan();
    let mut subject = Subject::<B, S>::new(make(faulty), plan, trouble);
    for edit in edits(seed * 3 + trouble as u64, 3000, span) {
        subject.act(&edit);
    }
    let (counter, points) = (subject.counter.clone(), subject.points);
    drop(subject);
    assert_eq!(counter.snapshot().live_blocks, 0, "nodes leaked");
    assert_eq!(parent.snapshot().live_blocks, 0, "the backend leaked");
    assert_eq!(ledger::live(), owed, "pairs leaked");
    tally(trouble.name(), points as u64);
    points
}

#[test]
fn every_allocation_fails_in_turn() {
    assert!(run::<_, Tiny>(|parent| parent, Trouble::Fail, 300) > 2000);
    assert!(run::<_, Standard>(|parent| parent, Trouble::Fail, 3000) > 500);
}

#[test]
fn every_allocation_panics_in_turn() {
    assert!(run::<_, Tiny>(|parent| parent, Trouble::Panic, 300) > 1000);
    assert!(run::<_, Ranked<Tiny>>(|parent| parent, Trouble::Panic, 150) > 500);
    assert!(run::<_, Standard>(|parent| parent, Trouble::Panic, 3000) > 500);
}

#[test]
fn every_comparison_panics_in_turn() {
    assert!(run::<_, Tiny>(|parent| parent, Trouble::Compare, 300) > 20_000);
    assert!(run::<_, Dense<Tiny>>(|parent| parent, Trouble::Compare, 300) > 20_000);
    assert!(run::<_, Standard>(|parent| parent, Trouble::Compare, 3000) > 20_000);
}

/// Hazard 58.
#[test]
fn every_request_of_a_pool_fails_or_panics_in_turn() {
    assert!(run::<_, Tiny>(Pool::new_in, Trouble::Fail, 3000) > 0);
    assert!(run::<_, Tiny>(Pool::new_in, Trouble::Panic, 3000) > 0);
}

/// Hazard 58.
#[test]
fn every_request_of_an_arena_fails_or_panics_in_turn() {
    assert!(run::<_, Tiny>(Bump::new_in, Trouble::Fail, 3000) > 0);
    assert!(run::<_, Tiny>(Bump::new_in, Trouble::Panic, 3000) > 0);
}
